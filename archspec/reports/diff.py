"""What differs between two networks → text that people read, or JSON."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from archspec.reports.differences import ADDED, CHANGED, REMOVED, Difference, Differences
from archspec.reports.numbers import UNKNOWN, exact, share
from archspec.reports.tables import Column, Table
from archspec.spelling import counted, in_words, listed
from archspec.tensor import Tensor, show_shape

FORMATS = ("text", "json")
SIGNS = {ADDED: "+", REMOVED: "-", CHANGED: "~"}


def diff(differences: Differences, format: str = "text") -> str:
    """The differences in one of `FORMATS`."""
    return (
        json.dumps(_data(differences), indent=2, ensure_ascii=False)
        if format == "json"
        else _text(differences)
    )


def _text(differences: Differences) -> str:
    if differences.equal:
        return f"{differences.a.name} and {differences.b.name} are equal"
    lines = [f"{differences.a.name} → {differences.b.name}", "", _totals(differences)]
    for title, tensors in (("input", differences.inputs), ("output", differences.outputs)):
        lines += (
            ["", *(_tensor(title, name, *both) for name, both in tensors.items())]
            if tensors
            else []
        )
    for stage in differences.stages:
        lines += ["", *_stage(stage)]
    return "\n".join(lines)


def _totals(differences: Differences) -> str:
    rows = [
        {
            "what": what,
            "a": exact(a),
            "b": exact(b),
            "more": _more(None if a is None or b is None else b - a),
            "share": _share(a, b),
        }
        for what, a, b in (
            ("parameters", differences.a.parameters, differences.b.parameters),
            ("multiply-adds", differences.a.macs, differences.b.macs),
        )
    ]
    columns = [
        Column("what", ""),
        *(Column(key, "", right=True) for key in ("a", "b", "more", "share")),
    ]
    return Table(columns, rows).text(header=False)


def _share(a: int | None, b: int | None) -> str:
    if a is None or b is None or not a:
        return ""
    return f"{'-' if b < a else '+'}{share(abs(b - a) / a)}" if a != b else ""


def _more(number: int | None) -> str:
    """A difference with its sign: ``+9,408``."""
    return UNKNOWN if number is None else f"{number:+,}" if number else "0"


def _tensor(title: str, name: str, a: Tensor | None, b: Tensor | None) -> str:
    if a is None or b is None:
        return f"{'+' if a is None else '-'} {title} {name} {a or b}"
    return (
        f"~ {title} {name} {a} → {b}" if a != b else f"~ {title} {name} leaves from another layer"
    )


def _stage(stage: Difference) -> Iterator[str]:
    """A stage in a paragraph: its name, sizes and numbers, then what differs in it."""
    parts = [(_more(stage.parameters), "parameters"), (_more(stage.macs), "multiply-adds")]
    numbers = ", ".join(f"{number} {what}" for number, what in parts if number != "0")
    yield f"{_line(stage)}: {numbers}{_each(stage)}" if numbers else _line(stage)
    yield from _inner(stage.children, "  ")


def _inner(children: Iterable[Difference], indent: str) -> Iterator[str]:
    for child in children:
        more = (
            f", {_more(child.parameters)} parameters{_each(child)}"
            if child.parameters and not child.children
            else ""
        )
        yield f"{indent}{_line(child)}{more}"
        yield from _inner(child.children, f"{indent}  ")


def _line(part: Difference) -> str:
    """One part that differs, without its numbers."""
    times = f" ×{len(part.names)}" if len(part.names) > 1 else ""
    was = f" (was {part.was})" if part.was else ""
    return ", ".join(
        filter(
            None,
            [f"{SIGNS[part.status]} {_names(part.names)}{times}{was}", _what(part), _sizes(part)],
        )
    )


def _each(part: Difference) -> str:
    return " each" if len(part.names) > 1 else ""


def _names(names: Sequence[str]) -> str:
    return (
        names[0]
        if len(names) == 1
        else f"{names[0]} … {names[-1]}"
        if len(names) > 2
        else listed(list(names))
    )


def _what(part: Difference) -> str:
    if part.status != CHANGED:
        return (
            _written(part)
            if part.layer
            else f"{counted(len(part.kinds), 'layer')}{_each(part)}: {_counted(part.kinds)}"
        )
    changes = [
        f"{name} {_value(before)} → {_value(after)}"
        for name, (before, after) in part.arguments.items()
    ]
    takes = (
        [f"takes {' and '.join(part.takes[0])} → {' and '.join(part.takes[1])}"]
        if part.takes
        else []
    )
    kind = part.layer.layer.kind() if part.layer and "kind" not in part.arguments else ""
    return " ".join(filter(None, [kind, ", ".join([*changes, *takes])]))


def _sizes(part: Difference) -> str:
    return (
        f"{show_shape(part.output[0].shape)} → {show_shape(part.output[1].shape)}"
        if part.output and not part.layer
        else ""
    )


def _counted(kinds: Iterable[str]) -> str:
    return ", ".join(
        kind if number == 1 else f"{number} {kind}" for kind, number in Counter(kinds).items()
    )


def _written(part: Difference) -> str:
    """A layer with the arguments that it was given."""
    assert part.layer is not None
    layer = part.layer.layer
    arguments = ", ".join(
        f"{name}: {_value(value)}" for name, value in {**layer.arguments, **layer.call}.items()
    )
    return f"{layer.kind()} {{{arguments}}}" if arguments else layer.kind()


def _value(value: Any) -> str:
    """A value as one writes it in YAML; one number for a list of equal ones."""
    if isinstance(value, tuple | list) and len(value) > 1 and len(set(map(repr, value))) == 1:
        return _value(value[0])
    return in_words(value)


def _data(differences: Differences) -> dict[str, Any]:
    return {
        "a": _network(differences.a),
        "b": _network(differences.b),
        "equal": differences.equal,
        "inputs": {name: _pair(*both) for name, both in differences.inputs.items()},
        "outputs": {name: _pair(*both) for name, both in differences.outputs.items()},
        "stages": [_difference(stage) for stage in differences.stages],
    }


def _network(graph: Any) -> dict[str, Any]:
    return {
        "name": graph.name,
        "parameters": graph.parameters,
        "trainable_parameters": graph.trainable_parameters,
        "macs": graph.macs,
    }


def _pair(a: Tensor | None, b: Tensor | None) -> list[Any]:
    return [None if tensor is None else tensor.shape for tensor in (a, b)]


def _difference(part: Difference) -> dict[str, Any]:
    layer = part.layer.layer if part.layer else None
    return {
        "change": part.status,
        "names": part.names,
        "was": part.was,
        "kind": layer.kind() if layer else None,
        "layers": dict(Counter(part.kinds)),
        "given": _plain({**layer.arguments, **layer.call})
        if layer and part.status != CHANGED
        else None,
        "arguments": _plain(dict(part.arguments)),
        "takes": part.takes,
        "output": None if part.output is None else _pair(*part.output),
        "parameters": part.parameters,
        "macs": part.macs,
        "changes": [_difference(child) for child in part.children],
    }


def _plain(value: Any) -> Any:
    return json.loads(json.dumps(value, default=str))
