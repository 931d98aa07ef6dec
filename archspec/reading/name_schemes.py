"""A `Tree` and the names that layers had → names for items of its main list by which paths begin as
those names do: ``conv$(i + 2)`` for stages whose layers are called ``conv2_block1_add``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from archspec.reading.tree import (
    Act,
    BranchesItem,
    CallItem,
    Column,
    Item,
    LayerItem,
    RepeatItem,
    Seq,
    Tree,
    lists_in,
    only_item,
)
from archspec.spelling import common_beginning, snake_case, without_count

NUMBER = re.compile(r"(?<!\d)(?:0|[1-9]\d{0,7})(?!\d)")
WORD = re.compile(r"[A-Za-z][\w-]*", re.ASCII)
STAGE = "stage"
"""What a repetition of repetitions is called where no names say more."""


class Scheme(NamedTuple):
    """What names say of an item: a word, and of one that repeats the numbers behind it, and what
    stands between.
    """

    word: str
    numbers: range = range(0)
    dash: str = ""

    @property
    def suffix(self) -> str:
        """What stands behind the word, where that is not the count of rounds from 1."""
        first = self.numbers.start
        if not self.numbers or (first == 1 and not self.dash):
            return ""
        return self.dash + (f"$(i + {first})" if first else "$i")


def schemes(tree: Tree, names: Mapping[str, str], *, stages: bool) -> Mapping[Item, Scheme]:
    """The items of the main list whose layers' names, by the nodes of the graph, say how to call
    them. ``stages``: repetitions of repetitions have a name in any case.
    """
    finder = _SchemeFinder(tree, names, stages)
    finder.look(tree.main, dict.fromkeys(tree.main.acts, ""))
    return finder.found


class _SchemeFinder:
    def __init__(self, tree: Tree, names: Mapping[str, str], stages: bool) -> None:
        self.tree = tree
        self.names = names
        self.stages = stages
        self.found: dict[Item, Scheme] = {}

    def look(self, seq: Seq, before: Column[str]) -> None:
        """Look through a list; ``before`` is what the names of items around it have used up, in
        each of its acts.
        """
        for item in seq.items:
            if isinstance(item, RepeatItem):
                self._repeated(item, before)
            elif isinstance(item, LayerItem) and seq is self.tree.main:
                self._layer(item)

    def _layer(self, item: LayerItem) -> None:
        """A layer of the model's own list, unless Keras has called it after its kind."""
        (node,) = item.nodes.values()
        name = self.names[node.name]
        automatic = without_count(name).lower() == snake_case(node.layer.kind())
        if node.weights_of is None and WORD.fullmatch(name) and not automatic:
            self.found[item] = Scheme(name)

    def _repeated(self, item: RepeatItem, before: Column[str]) -> None:
        begun = {round: before[act] for act, rounds in item.rounds.items() for round in rounds}
        texts = {round: self._text(item.body, round, text) for round, text in begun.items()}
        scheme = _scheme(item, texts)
        if scheme is not None:
            self.found[item] = scheme
            for round, number in _counts(item, scheme):
                word = f"{scheme.word}{scheme.dash}{number}"
                begun[round] = f"{begun[round]}_{word}" if begun[round] else word
        if only_item(item.body) is not None:
            return
        repeats = any(isinstance(one, RepeatItem) for one in item.body.items)
        if scheme is None and repeats and self.stages:
            self.found[item] = Scheme(STAGE)
        self.look(item.body, begun)

    def _text(self, body: Seq, round: Act, begun: str) -> str:
        """What the names of a round go on with."""
        begin = _begin(self._within(body, round))
        return begin[len(begun) :].removeprefix("_") if begin.startswith(begun) else ""

    def _within(self, seq: Seq, act: Act) -> Iterator[str]:
        """The names of the layers that a list runs in an act."""
        for item in seq.items:
            if act in item.acts:
                yield from self._of(item, act)

    def _of(self, item: Item, act: Act) -> Iterator[str]:
        match item:
            case LayerItem():
                yield self.names[item.nodes[act].name]
            case RepeatItem():
                for round in item.rounds[act]:
                    yield from self._within(item.body, round)
            case CallItem():
                yield from self._within(self.tree.blocks[item.block].body, item.to[act])
            case _:
                for inner in lists_in(item):
                    if act in inner.acts:
                        yield from self._within(inner, act)
                if isinstance(item, BranchesItem) and act in item.merge.nodes:
                    yield self.names[item.merge.nodes[act].name]


def _begin(names: Iterable[str]) -> str:
    """What some names begin with, up to a number or to the end of a word."""
    every = list(names)
    begin = common_beginning(every)
    while begin and not all(_ends(begin, name) for name in every):
        begin = begin[:-1]
    return begin.rstrip("_")


def _ends(begin: str, name: str) -> bool:
    """Whether the beginning of a name ends behind a number or a word."""
    behind = name[len(begin) : len(begin) + 1]
    return (
        behind in ("", "_") or begin.endswith("_") or (begin[-1].isdigit() and not behind.isdigit())
    )


def _scheme(item: RepeatItem, texts: Column[str]) -> Scheme | None:
    """A word and numbers that count the rounds, where the names of all rounds begin so."""
    most = max(map(len, item.rounds.values()))
    text = next(iter(texts.values()))
    for match in NUMBER.finditer(text):
        word = text[: match.start()].rstrip("_")
        dash = text[len(word) : match.start()]
        scheme = Scheme(word, range(int(match[0]), int(match[0]) + most), dash)
        if (
            dash in ("", "_")
            and WORD.fullmatch(word)
            and all(
                _begins(texts[round], f"{word}{dash}{number}")
                for round, number in _counts(item, scheme)
            )
        ):
            return scheme
    return None


def _counts(item: RepeatItem, scheme: Scheme) -> Iterator[tuple[Act, int]]:
    """Each round of a repetition, and its number."""
    for rounds in item.rounds.values():
        yield from zip(rounds, scheme.numbers, strict=False)


def _begins(text: str, beginning: str) -> bool:
    """Whether a text begins with another, and no number is cut."""
    return text.startswith(beginning) and not text[len(beginning) :][:1].isdigit()
