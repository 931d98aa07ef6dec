"""A spec as data → its text, which the reader turns into the same data: the printer of specs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import yaml

from archspec.frontend.yaml.document import Value
from archspec.frontend.yaml.scalars import is_text
from archspec.spelling import in_words

Emitter: Any = getattr(yaml, "CDumper", yaml.Dumper)


def write(value: Any) -> str:
    """The text of a `Value` or of plain data, which `read` turns into the same data. What fits
    on a line is written in brackets.
    """
    events: list[Any] = [yaml.StreamStartEvent(), yaml.DocumentStartEvent()]
    events += _collection(_Written.of(value), 0)
    return str(
        yaml.emit(
            [*events, yaml.DocumentEndEvent(), yaml.StreamEndEvent()],
            Dumper=Emitter,
            width=10_000,
            allow_unicode=True,
        )
    )


LINE = 120
"""Columns that a mapping or list written in brackets may take."""


class _Written(NamedTuple):
    """A value to write: its text, whether that may stand without quotes, or its parts;
    ``width`` is what it takes on one line.
    """

    text: str
    plain: bool
    parts: list[_Written] | None
    mapping: bool
    width: int

    @classmethod
    def of(cls, value: Any) -> _Written:
        text = None
        if isinstance(value, Value):
            value, text = value.data, value.text if value.plain else None
        if isinstance(value, dict):
            parts = [
                part
                for key, one in value.items()
                for part in (cls(str(key), key != "<<", None, False, len(str(key))), cls.of(one))
            ]
            return cls("", False, parts, True, 2 + sum(part.width + 2 for part in parts))
        if isinstance(value, list | tuple):
            parts = [cls.of(one) for one in value]
            return cls("", False, parts, False, 2 + sum(part.width + 2 for part in parts))
        if isinstance(value, str) and text is None:
            return cls(value, _goes_without_quotes(value), None, False, len(value) + 2)
        shown = text or in_words(value)
        return cls(shown, True, None, False, len(shown))


def _goes_without_quotes(text: str) -> bool:
    """Whether a text is read as the same text without quotes, in brackets too, where an open
    parenthesis looks like an expression that the next comma cuts.
    """
    return is_text(text) and text.count("(") == text.count(")")


def _collection(value: _Written, depth: int) -> Iterator[Any]:
    if value.parts is None:
        yield yaml.ScalarEvent(None, None, (value.plain, True), value.text)
        return
    flow = (
        not value.parts
        or (depth > 1 and value.width + 2 * depth <= LINE)
        or (depth == 1 and value.width <= LINE // 2)
    )
    start, end = (
        (yaml.MappingStartEvent, yaml.MappingEndEvent)
        if value.mapping
        else (yaml.SequenceStartEvent, yaml.SequenceEndEvent)
    )
    yield start(None, None, True, flow_style=flow)
    for part in value.parts:
        yield from _collection(part, depth + 1)
    yield end()


def in_quotes(text: str) -> str:
    """A text in YAML's quotes, double ones where it holds none."""
    if '"' in text and "'" not in text:
        return f"'{text}'"
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
