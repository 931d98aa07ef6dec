"""What pieces of the text cost: items and lists in; words of YAML out.

A setting that differs from act to act costs what an expression costs; which variables it needs is
for the explainer to say, and costs where the variables are bound: a block's arguments, a
repetition's lists.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from math import inf
from typing import Any

from archspec.reading import prices
from archspec.reading.calls import own_calls
from archspec.reading.columns import Real, Settings, is_constant, only_value
from archspec.reading.explain import Explainer
from archspec.reading.explained import REPEAT, Spot, Unexplained
from archspec.reading.formulas import FLAG, KnownColumn
from archspec.reading.frames import ListFrame
from archspec.reading.layer_columns import LayerColumns
from archspec.reading.pieces import ListPiece
from archspec.reading.series import series
from archspec.reading.tree import (
    BranchesItem,
    CallItem,
    Item,
    LayerItem,
    RepeatItem,
    Seq,
    lists_in,
    walk,
)
from archspec.spelling import without_count


class Pricing:
    """Prices of one network's items, each worked out once. ``arguments`` are those of the blocks
    that there are: names and columns over the block's acts.
    """

    def __init__(self, columns: LayerColumns) -> None:
        self.columns = columns
        self.arguments: dict[str, list[KnownColumn]] = {}
        self._usual = columns.usual
        self._items: dict[Item, float] = {}
        self._places: dict[Seq, list[float]] = {}
        self._blocks: dict[Seq, tuple[list[KnownColumn], bool]] = {}

    def forget(self) -> None:
        """Forget what depends on the arguments of blocks, which have changed."""
        self._items.clear()
        self._places.clear()
        self._blocks.clear()

    def of_list(self, seq: Seq) -> float:
        """A list: its items, and what their wiring and their conditions add."""
        return sum(self._in_places(seq))

    def piece(self, piece: ListPiece) -> float:
        """A piece as it stands in its list."""
        return sum(self._in_places(piece.seq)[piece.start : piece.stop])

    def _in_places(self, seq: Seq) -> list[float]:
        if seq not in self._places:
            self._places[seq] = [self._in_place(seq, n) for n in range(len(seq.items))]
        return self._places[seq]

    def _in_place(self, seq: Seq, index: int) -> float:
        """An item as it stands in a list."""
        item = seq.items[index]
        price = self.item(item)
        if len(item.acts) < len(seq.acts):
            before = seq.items[index - 1] if index else None
            if before is None or before.acts != item.acts:
                price += prices.CONDITION
        named = seq.takes_prev[index].count(False)
        return price + named * prices.REFERENCE

    def item(self, item: Item) -> float:
        """An item by itself."""
        if item not in self._items:
            self._items[item] = self._price(item)
        return self._items[item]

    def _price(self, item: Item) -> float:
        if isinstance(item, LayerItem):
            return prices.ITEM + sum(
                self._setting(item, key, column) for key, column in self.columns.of(item).items()
            )
        if isinstance(item, BranchesItem):
            optional = sum(len(path.acts) < len(item.acts) for path in item.paths)
            paths = sum(prices.PATH + self.of_list(path) for path in item.paths)
            return prices.BRANCHING + paths + optional * prices.CONDITION
        if isinstance(item, CallItem):
            return self.calls([item], self.arguments[item.block])
        if isinstance(item, RepeatItem):
            return prices.LOOP + self.of_list(item.body) + self._bindings(item)
        return prices.ITEM + sum(self.of_list(inner) for inner in lists_in(item))

    def calls(self, calls: Sequence[CallItem], arguments: Sequence[KnownColumn]) -> float:
        """Calls of a block with these arguments."""
        passed = [(known, usual_argument(known)) for known in arguments]
        return prices.CALL * len(calls) + sum(
            self._argument(call, *argument) for call in calls for argument in passed
        )

    def _setting(self, leaf: LayerItem, key: str, column: Any) -> float:
        if not is_constant(column):
            return prices.FORMULA
        value = only_value(column)
        kind = next(iter(leaf.nodes.values())).layer.kind()
        return prices.USUAL if self._usual.get((kind, key)) == value else literal_price(value)

    def _argument(self, call: CallItem, known: KnownColumn, usual: Hashable) -> float:
        column = {act: known.values[b] for act, b in call.to.items() if b in known.values}
        if not column:
            return 0.0
        if not is_constant(column):
            return prices.FORMULA
        return 0.0 if usual == only_value(column) else prices.ARGUMENT

    def _bindings(self, repeat: RepeatItem) -> float:
        """The lists of a repetition, and the arguments that it needs from around."""
        explainer = Explainer(self.columns, self.arguments)
        around = ListFrame()
        explainer.explain_list(Seq((repeat,), repeat.slots[0]), around)
        lists = explainer.values.get(Spot(repeat, REPEAT))
        lists = lists if isinstance(lists, dict) else {}
        if len(lists) > prices.MOST_VARIABLES or passes_lists(explainer):
            return inf
        bound = sum(list_price(one) for one in lists.values())
        return bound + len(around.variables) * prices.PARAMETER

    # --- blocks

    def block(self, body: Seq) -> tuple[float, list[KnownColumn]]:
        """The definition of a block, and its arguments."""
        if body not in self._blocks:
            self._blocks[body] = self._explained(body)
        arguments, readable = self._blocks[body]
        if not readable:
            return inf, arguments
        self.arguments.update({call.block: arguments for call in own_calls(body)})
        return prices.BLOCK + self.of_list(body) + len(arguments) * prices.PARAMETER, arguments

    def _explained(self, body: Seq) -> tuple[list[KnownColumn], bool]:
        """The arguments of a block, and whether it is one that an author would write."""
        explainer = Explainer(self.columns, self.arguments)
        try:
            arguments = explainer.explain_block(body)
        except Unexplained:
            return [], False
        return arguments, is_readable(body, arguments) and not passes_lists(explainer)


def passes_lists(explainer: Explainer) -> bool:
    """Whether a repetition is bound to lists that are given from around, others each time."""
    return any(
        spot.key == REPEAT and isinstance(bound, dict) and not all(map(_is_list, bound.values()))
        for spot, bound in explainer.values.items()
    )


def _is_list(value: Any) -> bool:
    return isinstance(value, list)


def is_readable(body: Seq, arguments: Sequence[KnownColumn]) -> bool:
    """Whether a block is one that an author would write."""
    if len(arguments) > prices.MOST_ARGUMENTS:
        return False
    lines = sum(1 for _ in walk(body))
    sorts = Counter(
        without_count(argument.text) if argument.family == FLAG else argument.family
        for argument in arguments
    )
    optional = conditions(body)
    if len(arguments) - len(sorts) > _bound(prices.MOST_LIKE_NAMED, lines):
        like_named = sum(times for times in sorts.values() if times > 1)
        return not optional and len(body.acts) >= prices.CALLS_OF_LIKE_NAMED * like_named
    return optional <= _bound(prices.MOST_CONDITIONS, lines)


def _bound(rule: tuple[int, int], lines: int) -> int:
    least, per = rule
    return least + lines // per


def conditions(body: Seq) -> int:
    """The conditions in a list: one for each run of items that are there in the same acts."""
    count = 0
    for seq, n, item in walk(body):
        optional = len(item.acts) < len(seq.acts)
        count += optional and (n == 0 or seq.items[n - 1].acts != item.acts)
        if isinstance(item, BranchesItem):
            count += sum(len(path.acts) < len(item.acts) for path in item.paths)
    return count


def usual_argument(known: KnownColumn) -> Hashable:
    """The value that an argument has in most acts, if it is worth a default."""
    values = list(known.values.values())
    value, times = max(Counter(values).items(), key=lambda one: one[1], default=(None, 0))
    return value if times >= 2 and 2 * times >= len(values) else object()


def literal_price(value: Hashable) -> float:
    """A setting with a constant."""
    return prices.SETTING + 1 + prices.ELEMENT * (_elements(value))


def _elements(value: Any) -> int:
    if isinstance(value, Settings):
        return sum(1 + _elements(part) for _, part in value.entries)
    if isinstance(value, tuple):
        rule = series([part.value if isinstance(part, Real) else part for part in value])
        return len(rule.split()) if rule else sum(1 + _elements(part) for part in value)
    return 0


def list_price(values: Any) -> float:
    """A list of a repetition."""
    if not isinstance(values, list):
        return prices.BINDING + 1
    further = max(0, len(values) - prices.LONG_LIST)
    return prices.BINDING + prices.ELEMENT * (len(values) + further)
