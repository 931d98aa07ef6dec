"""The arguments of a block that are numbers of channels → names that tell them apart by where they
are used, and the order of the text: ``filters`` for what the block gives, ``filters_3x3`` and
``reduce_3x3`` on a path, ``inner_filters`` before the end.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Set
from typing import NamedTuple

from archspec.reading.explained import Spot
from archspec.reading.formulas import CHANNELS, KnownColumn
from archspec.reading.labels import labels, residual
from archspec.reading.tree import BranchesItem, Item, LayerItem, Seq, Tree, walk
from archspec.spelling import without_count


class PathPlace(NamedTuple):
    """Where a layer stands on a path: the label of the path, and whether the path ends in it."""

    label: str
    last: bool


class ArgumentNamer:
    """Names for the arguments of one network's blocks."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree

    def named(
        self,
        body: Seq,
        arguments: list[KnownColumn],
        origins: Mapping[str, Spot],
        taken: Set[str],
    ) -> Mapping[str, str]:
        """Each argument's name by the one that it had, in order; ``origins`` are the spots that
        arguments were first needed for, ``taken`` the names of other variables within.
        """
        order = {item: number for number, (_, _, item) in enumerate(walk(body))}
        places = dict(self._places(body))
        ranked: dict[str, tuple[int, str]] = {}
        for argument in arguments:
            name = argument.name
            item = origins[name].item if name in origins else None
            if argument.family != CHANNELS or item is None:
                continue
            base = without_count(name)
            if self._is_given(body, argument):
                ranked[name] = -1, base
            else:
                ranked[name] = order.get(item, -1), _name(base, places.get(item), item)
        names = [argument.name for argument in arguments]
        return in_order(names, ranked, taken)

    def _is_given(self, body: Seq, argument: KnownColumn) -> bool:
        """Whether an argument is the number of channels that the block gives."""
        tensors = self.tree.graph.tensors
        given = {act: tensors[name].shape[-1:] for act, name in body.out.items()}
        values = argument.values
        return all(act in values and (values[act],) == shape for act, shape in given.items())

    def _places(self, seq: Seq) -> Iterator[tuple[Item, PathPlace]]:
        """The layers on labelled paths, and where."""
        for _, _, item in walk(seq):
            if isinstance(item, BranchesItem) and residual(item, self.tree.graph) is None:
                words = labels(item, self.tree)
                for path, word in zip(item.paths, words, strict=True):
                    for inner in path.items:
                        yield inner, PathPlace(word, inner is path.items[-1])


def in_order(
    names: list[str], ranked: Mapping[str, tuple[int, str]], taken: Set[str]
) -> Mapping[str, str]:
    """The names, of which those that are ``ranked`` stand by their ranks, where they stood, under
    the names there, if they are several of a base and nothing else is called so.
    """
    bases = Counter(map(without_count, ranked))
    others = {
        name: other if bases[without_count(name)] > 1 or without_count(name) != name else name
        for name, (_, other) in ranked.items()
    }
    final = [*(others.get(name, name) for name in names), *taken]
    row = iter(sorted(ranked, key=lambda name: ranked[name][0]))
    ordered = [next(row) if name in ranked else name for name in names]
    result = {
        name: others[name] if name in others and final.count(others[name]) == 1 else name
        for name in ordered
    }
    clash = len({*result.values(), *taken}) < len(result) + len(taken)
    return {name: name for name in ordered} if clash else result


def _name(base: str, place: PathPlace | None, item: Item) -> str:
    if place is None or not f"_{place.label}".isidentifier():  # as the name of an input may be
        return f"inner_{base}"
    if not place.last and _is_pointwise(item):
        return f"reduce_{place.label}"
    return f"{base}_{place.label}"


def _is_pointwise(item: Item) -> bool:
    """Whether an item is a convolution of each place by itself."""
    return isinstance(item, LayerItem) and all(
        getattr(node.layer, "kernel_size", None) in (1, (1, 1)) for node in item.nodes.values()
    )
