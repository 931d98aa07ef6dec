"""What differs between two networks → text that people read, or JSON."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from archspec.reports.differences import ADDED, CHANGED, REMOVED, Difference, Differences
from archspec.reports.numbers import UNKNOWN, exact, share
from archspec.reports.tables import Column, Table
from archspec.spelling import counted, in_yaml, listed
from archspec.tensor import Tensor, show_shape

FORMATS = ("text", "json")
SIGNS = {ADDED: "+", REMOVED: "-", CHANGED: "~"}


def diff(found: Differences, format: str = "text") -> str:
    """The differences in one of `FORMATS`."""
    return (
        json.dumps(_data(found), indent=2, ensure_ascii=False) if format == "json" else _text(found)
    )


def _text(found: Differences) -> str:
    if found.equal:
        return f"{found.a.name} and {found.b.name} are equal"
    lines = [f"{found.a.name} → {found.b.name}", "", _totals(found)]
    for title, tensors in (("input", found.inputs), ("output", found.outputs)):
        lines += (
            ["", *(_tensor(title, name, *both) for name, both in tensors.items())]
            if tensors
            else []
        )
    for stage in found.stages:
        lines += ["", *_stage(stage)]
    return "\n".join(lines)


def _totals(found: Differences) -> str:
    rows = [
        {
            "what": what,
            "a": exact(a),
            "b": exact(b),
            "more": _more(None if a is None or b is None else b - a),
            "share": _share(a, b),
        }
        for what, a, b in (
            ("parameters", found.a.parameters, found.b.parameters),
            ("multiply-adds", found.a.macs, found.b.macs),
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


def _line(one: Difference) -> str:
    """One part that differs, without its numbers."""
    times = f" ×{len(one.names)}" if len(one.names) > 1 else ""
    was = f" (was {one.was})" if one.was else ""
    return ", ".join(
        filter(
            None, [f"{SIGNS[one.status]} {_names(one.names)}{times}{was}", _what(one), _sizes(one)]
        )
    )


def _each(one: Difference) -> str:
    return " each" if len(one.names) > 1 else ""


def _names(names: Sequence[str]) -> str:
    return (
        names[0]
        if len(names) == 1
        else f"{names[0]} … {names[-1]}"
        if len(names) > 2
        else listed(list(names))
    )


def _what(one: Difference) -> str:
    if one.status != CHANGED:
        return (
            _written(one)
            if one.layer
            else f"{counted(len(one.kinds), 'layer')}{_each(one)}: {_counted(one.kinds)}"
        )
    changes = [
        f"{name} {_value(before)} → {_value(after)}"
        for name, (before, after) in one.arguments.items()
    ]
    takes = (
        [f"takes {' and '.join(one.takes[0])} → {' and '.join(one.takes[1])}"] if one.takes else []
    )
    kind = one.layer.layer.kind() if one.layer and "kind" not in one.arguments else ""
    return " ".join(filter(None, [kind, ", ".join([*changes, *takes])]))


def _sizes(one: Difference) -> str:
    return (
        f"{show_shape(one.output[0].shape)} → {show_shape(one.output[1].shape)}"
        if one.output and not one.layer
        else ""
    )


def _counted(kinds: Iterable[str]) -> str:
    return ", ".join(
        kind if number == 1 else f"{number} {kind}" for kind, number in Counter(kinds).items()
    )


def _written(one: Difference) -> str:
    """A layer with the arguments that it was given."""
    assert one.layer is not None
    layer = one.layer.layer
    given = ", ".join(f"{name}: {_value(value)}" for name, value in layer.arguments.items())
    return f"{layer.kind()} {{{given}}}" if given else layer.kind()


def _value(value: Any) -> str:
    """A value as one writes it in YAML; one number for a list of equal ones."""
    if isinstance(value, tuple | list) and len(value) > 1 and len(set(map(repr, value))) == 1:
        return _value(value[0])
    return in_yaml(value)


def _data(found: Differences) -> dict[str, Any]:
    return {
        "a": _network(found.a),
        "b": _network(found.b),
        "equal": found.equal,
        "inputs": {name: _pair(*both) for name, both in found.inputs.items()},
        "outputs": {name: _pair(*both) for name, both in found.outputs.items()},
        "stages": [_difference(stage) for stage in found.stages],
    }


def _network(graph: Any) -> dict[str, Any]:
    return {
        "name": graph.name,
        "parameters": graph.parameters,
        "trainable_parameters": graph.trainable_parameters,
        "macs": graph.macs,
    }


def _pair(a: Tensor | None, b: Tensor | None) -> list[Any]:
    return [None if one is None else one.shape for one in (a, b)]


def _difference(one: Difference) -> dict[str, Any]:
    layer = one.layer.layer if one.layer else None
    return {
        "change": one.status,
        "names": one.names,
        "was": one.was,
        "kind": layer.kind() if layer else None,
        "layers": dict(Counter(one.kinds)),
        "given": _plain(dict(layer.arguments)) if layer and one.status != CHANGED else None,
        "arguments": _plain(dict(one.arguments)),
        "takes": one.takes,
        "output": None if one.output is None else _pair(*one.output),
        "parameters": one.parameters,
        "macs": one.macs,
        "changes": [_difference(child) for child in one.children],
    }


def _plain(value: Any) -> Any:
    return json.loads(json.dumps(value, default=str))
