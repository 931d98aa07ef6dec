"""The paths that items got, in each of their steps → names of layers in Python: a text, an f-string
or a name that is counted by the loop around it.
"""

from __future__ import annotations

from collections.abc import Sequence

from archspec.backends.python_source.expressions import Known
from archspec.backends.python_source.facts import Varies, within
from archspec.backends.python_source.keras_names import CALLED
from archspec.backends.python_source.values import count_after
from archspec.backends.python_source.words import (
    Code,
    Template,
    joined,
    layer_name,
    quoted,
    unquoted,
)
from archspec.backends.python_source.writer import COUNT, FunctionWriter, ItemSite, Loop
from archspec.frontend.elaborate.recording import Step


def item_name(writer: FunctionWriter, site: ItemSite, base: str) -> Template:
    """The name of an item within its list: the one in the text, else an automatic one, counted
    up from ``base``. Raises `Varies`.
    """
    if site.item.name is None:
        return automatic_name(writer, [(step, step.name) for step in site.steps], base)
    template = writer.values.name(site.item.name, site.steps, site.scope)
    if any(step.counted for step in site.steps):
        index = writer.find(COUNT, site.scope).meaning
        assert isinstance(index, Code | Known)
        return count_after(template, index)
    return template


def automatic_name(
    writer: FunctionWriter, names: Sequence[tuple[Step, str]], base: str
) -> Template:
    """An automatic name: a text where it is always the same, else counted by the loop around
    it. Raises `Varies`.
    """
    if len({name for _, name in names}) == 1:
        return (names[0][1],)
    for loop in reversed(writer.loops):
        counted = _counted(writer, names, base, loop)
        if counted is not None:
            return counted
    raise Varies(list(names))


def layer_path(writer: FunctionWriter, site: ItemSite, name: Template) -> str:
    """The whole name of a layer or block call, as an expression."""
    return text_of(writer, joined(site.place.prefixes[0], name))


def name_in_keras(writer: FunctionWriter, path: str) -> str:
    """What Keras calls the layer of a path, both as expressions."""
    graph = writer.facts.recording.graph
    if not graph.names:
        return path
    if path.startswith('"'):
        return quoted(graph.name_in_keras(unquoted(path)))
    return f"{writer.module.helper(CALLED)}({path})"


def text_of(writer: FunctionWriter, template: Template) -> str:
    """A layer's name; what an f-string cannot hold gets a variable."""
    parts: list[str | Code] = []
    for part in template:
        hard = isinstance(part, Code) and any(sign in part.text for sign in ("'", "\\", "{"))
        parts.append(
            Code(writer.assign(writer.names.new("label"), part.text))
            if isinstance(part, Code) and hard
            else part
        )
    return layer_name(tuple(parts))


def _counted(
    writer: FunctionWriter, names: Sequence[tuple[Step, str]], base: str, loop: Loop
) -> Template | None:
    """A name that a loop counts in equal steps; ``None`` where this one does not."""
    numbers: dict[int, int] = {}
    for step, name in names:
        index, number = _index_in(step, loop), _number(name, base)
        if not number or numbers.setdefault(index, number) != number:
            return None
    first, last = min(numbers), max(numbers)
    slope = (numbers[last] - numbers[first]) // (last - first) if last > first else 1
    start = numbers[first] - slope * first
    if any(number != start + slope * index for index, number in numbers.items()):
        return None
    writer.used.add(loop.counter)
    times = loop.counter if slope == 1 else f"{slope} * {loop.counter}"
    count = f"{times} + {start}" if start > 0 else times if not start else f"{times} - {-start}"
    if min(numbers.values()) > 1:
        return (f"{base}_", Code(count, 5))
    return (Code(f'{writer.module.helper("numbered")}("{base}", {count})'),)


def _number(name: str, base: str) -> int:
    """``conv`` → 1, ``conv_2`` → 2; 0 for another name."""
    rest = name.removeprefix(f"{base}_")
    return 1 if name == base else int(rest) if rest != name and rest.isdigit() else 0


def _index_in(step: Step, loop: Loop) -> int:
    """Which repetition of a loop a step lies in."""
    around = next(one for one in within(step) if one.address == loop.item)
    assert around.index is not None
    return around.index
