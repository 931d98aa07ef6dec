"""A `Tree`, what its items are called and take, and what stands for what differs → the spec as
data, in the order in which an author writes it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from archspec.graph import Node
from archspec.reading.explained import KIND, OUTPUT, REPEAT, WHEN, Explained, Spot, Unexplained
from archspec.reading.fans import LabelledPath, written_paths
from archspec.reading.item_names import output_word
from archspec.reading.labels import SHORTCUT, labels, path_word, residual
from archspec.reading.lifting import CLASSES, COUNTED, Classifiers
from archspec.reading.literals import literal
from archspec.reading.references import References
from archspec.reading.settings import CALL, settings
from archspec.reading.sources import PREV, SlotSource
from archspec.reading.tree import (
    BranchesItem,
    CallItem,
    Column,
    GroupItem,
    Item,
    LayerItem,
    OutputItem,
    RepeatItem,
    ReuseItem,
    Seq,
    Tree,
    only_item,
)

Data = dict[str, Any]


COUNTERS = ("k", "n", "m")
"""Variables that count through rounds in a ``from``."""


class Writer:
    """Writes a tree."""

    def __init__(self, tree: Tree, references: References, explained: Explained) -> None:
        self.tree = tree
        self.classifiers = Classifiers(tree.graph)
        self.references = references
        self.explained = explained
        self.labels: dict[Seq, str] = {}
        self.stepped = references.paths_through()

    def layers(self) -> list[Any]:
        """The items of the spec itself."""
        return self._items(self.tree.main)

    def blocks(self) -> Data:
        """The blocks of the spec."""
        return {name: self._block(name) for name in self.tree.blocks}

    def _block(self, name: str) -> Data:
        inputs = self.references.inputs.get(name)
        arguments = list(self.explained.arguments.get(name, ()))
        return {
            **({"args": arguments} if arguments else {}),
            **({"inputs": list(inputs)} if inputs else {}),
            "layers": self._items(self.tree.blocks[name].body),
        }

    # --- items

    def _items(self, seq: Seq) -> list[Any]:
        items = [self._item(seq, item) for item in seq.items]
        return [_short(data) for data in _under_one_condition(items)]

    def _item(self, seq: Seq, item: Item) -> Data:
        when = self._when(seq, item)
        if isinstance(item, RepeatItem):
            return self._repeat(item, when)
        return self._single(item, when, self.references.names.get(item))

    def _when(self, around: Seq | Item, item: Item | Seq) -> Data:
        """The condition of an item of a list, or of a path of branches."""
        if len(item.acts) == len(around.acts):
            return {}
        return {"when": self._explained(item, WHEN)}

    def _repeat(self, item: RepeatItem, when: Data) -> Data:
        counts = {len(rounds) for rounds in item.rounds.values()}
        spot = Spot(item, REPEAT)
        if spot not in self.explained.values and len(counts) > 1:
            raise Unexplained("the number of repetitions")
        count = self.explained.values.get(spot, next(iter(counts)))
        name = self.references.names.get(item)
        only = only_item(item.body)
        if only is None:
            named = {} if name is None else {"name": name}
            return {**named, **when, "repeat": count, "layers": self._items(item.body)}
        data = self._single(only, when, name)
        if next(iter(data)) in ("name", "from", "when") or _is_list(data):
            named = {"name": data.pop("name")} if "name" in data else {}
            return {**named, "repeat": count, **data}
        return {**data, "repeat": count}

    def _single(self, item: Item, when: Data, name: str | None) -> Data:
        """An item without its repetitions."""
        head: Data = {} if name is None else {"name": name}
        head |= self._from(item)
        match item:
            case LayerItem():
                return {**head, **self._layer(item), **when}
            case CallItem():
                return {**head, item.block: self._arguments(item), **when}
            case ReuseItem():
                return {**head, "reuse": self._target(item), **when}
            case GroupItem():
                return self._group(item, head, when)
            case BranchesItem():
                return self._branches(item, {**head, **when})
            case OutputItem():
                names = {"name": self._output_name(item)}
                return {**names, **head, **when, "output": self._items(item.body)}
            case _:
                return {**head, **when, "layers": [self._repeat(item, {})]}

    def _arguments(self, call: CallItem) -> Data:
        """The arguments of a call, without those that it leaves to the block."""
        values = self.explained.values
        keys = [
            one if isinstance(one, str) else next(iter(one))
            for one in self.explained.arguments.get(call.block, ())
        ]
        return {key: values[Spot(call, key)] for key in keys if Spot(call, key) in values}

    def _group(self, item: GroupItem, head: Data, when: Data) -> Data:
        inner = only_item(item.body)
        if inner is not None and "name" not in head:
            own = self._single(inner, {}, self.references.names.get(inner))
            if own.keys().isdisjoint(head):
                return _with(own, head, when)
        return {**head, **when, "layers": self._items(item.body)}

    def _target(self, item: Item) -> str:
        return self._path(self.references.targets[item], "")

    # --- layers

    def _layer(self, item: LayerItem) -> Data:
        if item.is_shared:
            call = self._settings(item, call=True)
            return {"reuse": self._target(item), **({"call": call} if call else {})}
        kinds = {act: node.layer.kind() for act, node in item.nodes.items()}
        kind = self._constant(item, KIND, kinds)
        data = {kind: self._settings(item, call=False)}
        call = self._settings(item, call=True)
        return {**data, **({"call": call} if call else {})}

    def _settings(self, item: LayerItem, *, call: bool) -> Data:
        """The settings of a layer, or the constants of its call, that are not Keras's defaults."""
        columns = {act: settings(node.layer) for act, node in item.nodes.items()}
        given = dict.fromkeys(key for own in columns.values() for key in own)
        order = dict.fromkeys(
            key for node in item.nodes.values() for key in (*node.layer.attributes, *given)
        )
        written: Data = {}
        for key in (key for key in order if key in given):
            if key.startswith(CALL) != call:
                continue
            values = {act: own.get(key, _MISSING) for act, own in columns.items()}
            written[key.removeprefix(CALL)] = self._constant(item, key, values)
        if all(node.name in self.classifiers.names for node in item.nodes.values()):
            written |= dict.fromkeys(written.keys() & COUNTED.values(), CLASSES)
        return written

    def _from(self, item: Item) -> Data:
        sources = self.references.sources.get(item)
        if sources is None:
            return {}
        texts = [self._source(source) for source in sources]
        node = next(iter(item.nodes.values())) if isinstance(item, LayerItem) else None
        if node is not None and node.roles:
            return {"from": _by_role(node, texts)}
        alone = len(texts) == 1 and isinstance(texts[0], str)
        return {"from": texts[0] if alone else texts} if texts else {}

    def _source(self, source: SlotSource) -> Any:
        """The text of a reference; of one to several rounds with its count."""
        if source.stop is None:
            return self._path(source, "")
        first = source.steps[source.counting].spot
        assert first is not None
        start, stop = self._count(first), self._count(source.stop)
        step = "" if source.rise == 1 else f", {source.rise}"
        count = f"range({start}, {stop}{step})"
        name = next(name for name in COUNTERS if not re.search(rf"\b{name}\b", count))
        counted = self._path(source, name)
        return {"name": counted, "repeat": {name: f"$({count})"}}

    def _path(self, source: SlotSource, counter: str) -> str:
        """The steps of a reference, in which a variable may stand for a number."""
        if source.base:
            return source.base
        words = []
        for number, step in enumerate(source.steps):
            word = self._step(step.named)
            if word is None:
                continue
            if step.spot is not None:
                assert not isinstance(step.named, Seq)
                counts = counter and number == source.counting
                behind = f"${counter}" if counts else self._number(step.spot)
                word = self.references.bases.get(step.named, word) + behind
            words.append(word)
        return ".".join([*words, *([source.output] if source.output else [])])

    def _step(self, named: Item | Seq) -> str | None:
        if isinstance(named, Seq):
            return self.labels.get(named)
        if isinstance(named, OutputItem):
            return self._output_name(named)
        return self.references.names[named]

    def _output_name(self, item: OutputItem) -> str:
        spot = Spot(item, OUTPUT)
        if spot in self.references.numbers:
            return f"{output_word(item)}{self._number(spot)}"
        return str(_only(item.names, OUTPUT))

    def _number(self, spot: Spot) -> str:
        """The number at a spot, as it stands in a name."""
        text = self._count(spot)
        if text.isdecimal():
            return text
        return f"${text}" if text.isidentifier() else f"$({text})"

    def _count(self, spot: Spot) -> str:
        """The number at a spot, as it stands within ``$(...)``."""
        value = self.explained.values.get(spot)
        if value is None:
            value = _only(self.references.numbers[spot], "the number of a round")
        text = str(value).replace("$", "")
        sum_of = re.fullmatch(r"([0-9]+) [+] ([a-z_]+)", text)
        return f"{sum_of[2]} + {sum_of[1]}" if sum_of else text

    # --- branches

    def _branches(self, item: BranchesItem, head: Data) -> Data:
        """Branches; ``head`` is what stands beside them."""
        as_residual = residual(item, self.tree.graph)
        if as_residual is None:
            return self._labelled(item, head)
        main, around = item.paths[as_residual.main], item.paths[as_residual.around]
        self.labels[around] = SHORTCUT
        data: Data = {**head, "residual": self._items(main)}
        when = self._when(item, around)
        if when:
            data[SHORTCUT] = {**when, "layers": self._items(around)}
        elif around.items:
            data[SHORTCUT] = self._items(around)
        if as_residual.around == 0:
            data["first"] = SHORTCUT
        return data

    def _labelled(self, item: BranchesItem, head: Data) -> Data:
        words = labels(item, self.tree)
        self.labels.update(zip(item.paths, words, strict=True))
        blocks = self.tree.blocks
        paths = [
            LabelledPath(word, path_word(path, item.merge, blocks), self._branch(item, path))
            for path, word in zip(item.paths, words, strict=True)
        ]
        merge = {"merge": self._merge(item.merge)}
        if not self.stepped.isdisjoint(item.paths):
            return {**head, "branches": {path.label: path.data for path in paths}, **merge}
        entry = head.get("from")
        written, entered = written_paths(paths, entry if isinstance(entry, str) else None)
        own = {key: value for key, value in head.items() if key != "from" or not entered}
        return {**own, "branches": written, **merge}

    def _branch(self, item: BranchesItem, path: Seq) -> Any:
        when = self._when(item, path)
        items = self._items(path)
        return {**when, "layers": items} if when else items

    def _merge(self, merge: LayerItem) -> Any:
        ((kind, arguments),) = self._layer(merge).items()
        return {kind: arguments} if arguments else kind

    # --- what differs

    def _explained(self, item: Item | Seq, key: str) -> Any:
        value = self.explained.values.get(Spot(item, key))
        if value is None:
            raise Unexplained(key)
        return value

    def _constant(self, item: Item, key: str, column: Column[Any]) -> Any:
        spot = Spot(item, key)
        if spot in self.explained.values:
            return self.explained.values[spot]
        return literal(_only(column, key))


_MISSING = object()


def _only(column: Column[Any], key: str) -> Any:
    """The value that a column has in every act. Raises `Unexplained`."""
    first, *others = column.values()
    if any(other != first or type(other) is not type(first) for other in others):
        raise Unexplained(key)
    return first


def _by_role(node: Node, texts: Sequence[str]) -> Any:
    """What a layer takes, by role. What stands before it needs no role where it takes the first
    that the layer must have.
    """
    taken: dict[str, list[str]] = {}
    for (_, role), text in zip(node.edges, texts, strict=True):
        taken.setdefault(role, []).append(text)
    roles = node.layer.open_roles
    first = next((name for name, one in roles.items() if one.required and not one.by_name), None)
    if first is not None and taken.get(first) == [PREV] and len(taken) > 1:
        del taken[first]
    return {role: names[0] if len(names) == 1 else names for role, names in taken.items()}


def _under_one_condition(items: list[Data]) -> Iterator[Data]:
    """Items in a row that depend on one condition as a group that does."""
    for when, row in groupby(items, _condition):
        group = list(row)
        if when is None or len(group) == 1:
            yield from group
        else:
            inner = [{key: value for key, value in one.items() if key != "when"} for one in group]
            yield {"when": when, "layers": [_short(data) for data in inner]}


def _condition(data: Data) -> Any:
    """The condition of an item, if it is the same for the items behind it too; that of a repetition
    where it is the same in each round.
    """
    when = data.get("when")
    rounds = data.get("repeat", {})
    by_round = {"i", *rounds} if isinstance(rounds, dict) else {"i"}
    names = {"prev", *(by_round if "repeat" in data else ())}
    differs = not names.isdisjoint(re.findall(r"\w+", str(when)))
    return None if "output" in data or differs else when


def _short(data: Data) -> Any:
    """An item as a bare word, where it is no more than its kind or block."""
    ((key, value), *others) = data.items()
    return key if not others and value == {} else data


def _is_list(data: Data) -> bool:
    return any(key in data for key in ("layers", "branches", "residual", "output"))


def _with(own: Data, head: Data, when: Data) -> Data:
    if _is_list(own):
        return {**head, **when, **own}
    return {**head, **own, **when}
