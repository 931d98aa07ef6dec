"""``--set NAME=VALUE``, or a keyword of the Python API → a variable's value, with its place in that
text; and Python's data → text that the reader takes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from archspec import limits
from archspec.diagnostics import COMMAND_LINE as SET
from archspec.diagnostics import Diagnostic, Span, SpecError
from archspec.frontend.yaml import reader
from archspec.frontend.yaml.document import Value


def read_override(text: str) -> tuple[str, Value]:
    """``classes=10`` of ``--set`` → the variable's name and its value, read as YAML. Raises
    `SpecError`.
    """
    name, equals, value = text.partition("=")
    place = f"{SET}{text}"
    whole = Span(place, 1, 1, 1, len(text) + 1)
    if equals and not value.strip():
        help = f"write a value after the equals sign, or `{name}=null`"
        raise SpecError(
            [Diagnostic("override", f"`--set {text}` gives no value", whole, help=help)],
            {place: text},
        )
    if not equals or not name.strip():
        message = f"`--set {text}` is not of the form NAME=VALUE"
        help = (
            f"write `--set {text}=...`, with the new value"
            if not equals
            else "write a variable's name before the equals sign"
        )
        raise SpecError([Diagnostic("override", message, whole, help=help)], {place: text})
    try:
        parsed = _value_of(value if "\n" in value else " " * (len(name) + 1) + value, place)
    except SpecError as error:
        raise SpecError(error.diagnostics, {place: text}) from None
    return name.strip(), parsed._replace(key=Span(place, 1, 1, 1, len(name) + 1))


def override_of(name: str, data: Any) -> Value:
    """A keyword of the Python API → the value of a variable. Raises `SpecError`."""
    return _value_of(as_json_text(data, name), f"<{name}>")


def _value_of(text: str, place: str) -> Value:
    if not text.strip():
        return Value(None, Span(place, 1, 1, 1, 1), text="", plain=True)
    document = reader.read(text, place)
    return document.root._replace(
        text=document.root.text if document.root.text is not None else text
    )


def as_json_text(data: Any, name: str) -> str:
    """Python data as text that the reader takes. Raises `SpecError` for what a spec cannot hold."""
    if _holds_too_much(data):
        message = f"`{name}` holds more than {limits.VALUES:,} values"
        raise SpecError(
            [
                Diagnostic(
                    "bound-values",
                    message,
                    Span(f"<{name}>", 1, 1, 1, 1),
                    help="use `repeat` and blocks",
                )
            ]
        )
    try:
        return json.dumps(data, indent=2, ensure_ascii=False, default=_plain)
    except (TypeError, ValueError, RecursionError) as error:
        message = f"`{name}` cannot stand in a spec: {error}"
        help = "use numbers, texts, truth values, lists and mappings"
        raise SpecError(
            [Diagnostic("python-value", message, Span(f"<{name}>", 1, 1, 1, 1), help=help)]
        ) from error


def _plain(data: Any) -> Any:
    """Other mappings as dicts, numpy's numbers and arrays as plain ones. Raises `TypeError` for
    what a spec cannot hold.
    """
    if isinstance(data, Mapping):
        return dict(data)
    if hasattr(data, "tolist"):
        return data.tolist()
    raise TypeError(f"it holds an object of the type `{type(data).__name__}`")


def _holds_too_much(data: Any) -> bool:
    """Whether Python data holds more values than a spec may, those that stand in several places
    counted at each.
    """
    count, left = 0, [data]
    while left and count <= limits.VALUES:
        part = left.pop()
        count += 1
        if isinstance(part, Mapping | list | tuple):
            left += [*part.values()] if isinstance(part, Mapping) else part
    return count > limits.VALUES
