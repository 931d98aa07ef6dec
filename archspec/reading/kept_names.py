"""The paths that layers have in a spec and the names that they had → the ``names`` of the spec, in
as few entries as say it: names that follow the numbers of the paths are one entry, with variables.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from archspec.backends.flat_spec import as_name
from archspec.graph import Graph
from archspec.reading.agreement import counterparts
from archspec.spelling import common_beginning

DOTS = ("_", ".")
"""What may stand for the dots of paths."""

STEP = re.compile(r"(?P<word>.*?[A-Za-z_-])(?P<number>[1-9]\d{0,8})")
TOKEN = re.compile(r"(?:0|[1-9]\d{0,8})(?!\d)|[^\d]+|\d+")
"""What a name is made of: numbers, and the texts between them."""

VARIABLES = "nopqrstuvwxyz"
FEWEST = 2
"""How many layers an entry with variables must name."""

LONGEST = 30
"""Elements of a list within a name."""


class NumberedStep(NamedTuple):
    """A step of a path: what stands before its number, ``block`` or, of an automatic one,
    ``block_``; the number, which is not written where an automatic step is the first; its text.
    """

    word: str
    number: int
    text: str


class KeptName(NamedTuple):
    """A layer: the steps around it, the last step of its path, its name and the parts of that."""

    around: tuple[NumberedStep, ...]
    last: str
    name: str
    tokens: tuple[str, ...]

    @property
    def path(self) -> str:
        """The whole path."""
        return ".".join([*(step.text for step in self.around), self.last])


Entry = tuple[str, str]
"""A key and a name."""


def kept_names(graph: Graph, compiled: Graph) -> Mapping[str, str]:
    """The names that the layers of a graph are to keep, by the paths of their counterparts in a
    spec that was compiled and agrees, in its order.
    """
    pairs = counterparts(graph, compiled)
    names = {
        pairs[node.name]: graph.name_in_keras(node.name)
        for node in graph.nodes
        if node.weights_of is None
    }
    return {node.name: names[node.name] for node in compiled.nodes if node.name in names}


def whole_paths(names: Mapping[str, str]) -> dict[str, Any]:
    """The section in which each layer has an entry of its own."""
    return dict(_nested((path, as_name(name)) for path, name in names.items() if name != path))


def names_section(names: Mapping[str, str]) -> dict[str, Any]:
    """The section that gives the layers of some paths their names, in the order of the paths."""
    return min((dict(_section(names, dots)) for dots in DOTS), key=_length)


def _length(section: Mapping[str, Any]) -> int:
    return sum(len(value) if isinstance(value, dict) else 1 for value in section.values())


def _section(names: Mapping[str, str], dots: str) -> Iterator[tuple[str, Any]]:
    if dots != "." and any("." in path for path in names):
        yield ".", dots
    others = [_kept(path, name) for path, name in names.items() if name != path.replace(".", dots)]
    alike: dict[Any, list[KeptName]] = {}
    for one in others:
        key = tuple(step.word for step in one.around), one.last
        alike.setdefault(key, []).append(one)
    entries = [entry for layers in alike.values() for entry in _entries(layers)]
    yield from _nested(entries)


def _kept(path: str, name: str) -> KeptName:
    *around, last = path.split(".")
    return KeptName(tuple(map(_step, around)), last, name, tuple(TOKEN.findall(name)))


def _step(text: str) -> NumberedStep:
    match = STEP.fullmatch(text)
    if match is None:
        return NumberedStep(f"{text}_", 1, text)
    return NumberedStep(match["word"], int(match["number"]), text)


def _nested(entries: Iterable[Entry]) -> Iterator[tuple[str, Any]]:
    """Entries that begin with the same steps as one, where the first of them stands."""
    within: dict[str, list[Entry]] = {}
    for key, name in entries:
        within.setdefault(key.rpartition(".")[0], []).append((key, name))
    for prefix, row in within.items():
        if prefix and len(row) > 1:
            yield prefix, {key.removeprefix(f"{prefix}."): name for key, name in row}
        else:
            yield from row


# --- entries of layers whose paths differ in numbers alone


def _entries(layers: Sequence[KeptName]) -> list[Entry]:
    """The fewest entries that name some layers: one with variables for those whose names are alike,
    or for each number that one of their steps has; else one for each layer.
    """
    alike = _most_alike(layers)
    entry = _rule(alike) if len(alike) >= FEWEST else None
    if entry is not None:
        differing = set(_differing(alike))
        others = [one for one in layers if _shape(one.name) != _shape(alike[0].name)]
        matched = [one for one in others if _agrees(one, alike[0], differing)]
        if len(matched) < len(alike):
            rest = [one for one in others if not _agrees(one, alike[0], differing)]
            return [entry, *map(_whole, matched), *(_entries(rest) if rest else [])]
    ways = [_by_number(layers, place) for place in _differing(layers)]
    return min([*(way for way in ways if way), [_whole(one) for one in layers]], key=len)


def _whole(layer: KeptName) -> Entry:
    return layer.path, as_name(layer.name)


def _by_number(layers: Sequence[KeptName], place: int) -> list[Entry]:
    """Entries for each number that a step has; none where each layer has its own."""
    parts: dict[int, list[KeptName]] = {}
    for one in layers:
        parts.setdefault(one.around[place].number, []).append(one)
    if len(parts) == len(layers):
        return []
    return [entry for part in parts.values() for entry in _entries(part)]


def _agrees(layer: KeptName, other: KeptName, differing: Container[int]) -> bool:
    """Whether the paths of two layers agree in the numbers of all steps but some."""
    pairs = enumerate(zip(layer.around, other.around, strict=True))
    return all(place in differing or one.number == two.number for place, (one, two) in pairs)


def _most_alike(layers: Sequence[KeptName]) -> list[KeptName]:
    """Those of some layers whose names have the commonest shape."""
    shapes = [_shape(one.name) for one in layers]
    ((commonest, _),) = Counter(shapes).most_common(1)
    return [one for one, shape in zip(layers, shapes, strict=True) if shape == commonest]


@cache
def _shape(name: str) -> str:
    """A name in which all numbers are alike, and all letters that are a word."""
    return re.sub(r"(?<![A-Za-z])[A-Za-z](?![A-Za-z])", "a", re.sub(r"\d+", "1", name))


def _differing(layers: Sequence[KeptName]) -> list[int]:
    """The places of the steps whose numbers differ."""
    columns = zip(*(one.around for one in layers), strict=True)
    return [place for place, steps in enumerate(columns) if len({one.number for one in steps}) > 1]


def _rule(layers: Sequence[KeptName]) -> Entry | None:
    """One entry for all of some layers, where their names follow the numbers of their paths."""
    differing = _differing(layers)
    if not 0 < len(differing) <= len(VARIABLES):
        return None
    variables = dict(zip(differing, VARIABLES, strict=False))
    columns = {
        variables[place]: [one.around[place].number for one in layers] for place in differing
    }
    parts = [_part(values, columns) for values in zip(*(one.tokens for one in layers), strict=True)]
    if None in parts:
        return None
    first = layers[0]
    steps = [
        f"{step.word}${variables[place]}" if place in variables else step.text
        for place, step in enumerate(first.around)
    ]
    return ".".join([*steps, first.last]), _tidy("".join(map(str, parts)))


def _part(values: Sequence[str], columns: Mapping[str, Sequence[int]]) -> str | None:
    """What stands for a part of the names: a text, a number that follows those of the paths, or an
    element of a list.
    """
    if len(set(values)) == 1:
        return as_name(values[0])
    if all(map(str.isdecimal, values)):
        numbers = [int(value) for value in values]
        if all(str(number) == value for number, value in zip(numbers, values, strict=True)):
            return _number(numbers, columns)
    return _listed(values, columns)


def _number(values: Sequence[int], columns: Mapping[str, Sequence[int]]) -> str | None:
    """A number as one of the path plus a constant, or plus a number that depends on another."""
    rests = {
        variable: [value - number for value, number in zip(values, column, strict=True)]
        for variable, column in columns.items()
    }
    for variable, rest in rests.items():
        if len(set(rest)) == 1:
            return f"$({_sum(variable, rest[0])})"
    for variable, column in columns.items():
        steps = _steps(values, column, variable) or _table(values, column, variable)
        if steps is not None:
            return f"$({steps})"
    for variable, rest in rests.items():
        for other, column in columns.items():
            table = _table(rest, column, other) if other != variable else None
            if table is not None:
                return f"$({table} + {variable})"
    return None


def _steps(values: Sequence[int], column: Sequence[int], variable: str) -> str | None:
    """A number that grows in equal steps with one of the path."""
    by_number = dict(zip(column, values, strict=True))
    (first, start), *others = sorted(by_number.items())
    if len(others) < FEWEST:
        return None
    step = (others[0][1] - start) // (others[0][0] - first)
    if any(
        value != start + step * (number - first)
        for number, value in zip(column, values, strict=True)
    ):
        return None
    return _sum(f"{step} * {variable}", start - step * first) if step > 1 else None


def _sum(variable: str, constant: int) -> str:
    sign = "+" if constant > 0 else "-"
    return f"{variable} {sign} {abs(constant)}" if constant else variable


def _listed(values: Sequence[str], columns: Mapping[str, Sequence[int]]) -> str | None:
    """A text as an element of a list, by a number of the path; what all have stands before and
    behind it.
    """
    if any("$" in value or "'" in value for value in values):
        return None
    before = common_beginning(values)
    rest = [value[len(before) :] for value in values]
    behind = common_beginning([value[::-1] for value in rest])[::-1]
    inner = [value[: len(value) - len(behind)] for value in rest]
    for variable, column in columns.items():
        table = _table(inner, column, variable)
        if table is not None:
            return f"{before}$({table}){behind}"
    return None


def _table(values: Sequence[Any], column: Sequence[int], variable: str) -> str | None:
    """Values as the elements of a list, where each depends on a number alone."""
    by_number: dict[int, Any] = {}
    for number, value in zip(column, values, strict=True):
        if by_number.setdefault(number, value) != value:
            return None
    first, last = min(by_number), max(by_number)
    if len(by_number) > LONGEST or len(by_number) <= last - first:
        return None
    elements = [by_number[number] for number in range(first, last + 1)]
    words = [f"'{one}'" if isinstance(one, str) else str(one) for one in elements]
    return f"[{', '.join(words)}][{_sum(variable, -first)}]"


def _tidy(name: str) -> str:
    """A name in which a variable stands without brackets where nothing follows it."""
    return re.sub(r"\$\(([a-z])\)$", r"$\1", name)
