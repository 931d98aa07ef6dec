"""A variable of a spec → the kind of value that it has and keeps, and what to say where `--set` or
a variant changes one that is not there, or gives it a value of another kind.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Any

from archspec.diagnostics import COMMAND_LINE as SET
from archspec.diagnostics import Span
from archspec.frontend.vocabulary import VARIABLE_NAME
from archspec.frontend.yaml.document import Value
from archspec.layers import KINDS
from archspec.spelling import did_you_mean, listed, listed_names

MOST_NAMES = 12
"""Variables of the spec that one help names."""


class VariableKind(str, Enum):
    """What a variable is and remains, in words for people."""

    TRUTH = "a truth value"
    NUMBER = "a number"
    TEXT = "a text"
    LIST = "a list"
    MAPPING = "a mapping"

    __str__ = str.__str__


_KINDS_OF_TYPES = (
    (bool, VariableKind.TRUTH),
    ((int, float), VariableKind.NUMBER),
    (str, VariableKind.TEXT),
    ((list, tuple), VariableKind.LIST),
    (dict, VariableKind.MAPPING),
)


def kind_of(value: Value) -> VariableKind | None:
    """The kind that a variable's value has as written: ``None`` for an expression, whose kind
    shows only later, and for ``null``.
    """
    if isinstance(value.data, str) and "$" in value.data:
        return None
    return kind_of_data(value.data)


def kind_of_data(data: Any) -> VariableKind | None:
    """The kind of a plain value; ``None`` for ``null``."""
    return next((kind for types, kind in _KINDS_OF_TYPES if isinstance(data, types)), None)


def kind_help(kind: VariableKind, value: Value) -> str:
    """What to write instead of a value that is of another kind than the variable."""
    text = (value.text or "").lower()
    if kind is VariableKind.TRUTH and text in ("yes", "on", "y", "1"):
        return "write `true`"
    if kind is VariableKind.TRUTH and text in ("no", "off", "n", "0"):
        return "write `false`"
    if kind is VariableKind.NUMBER and re.fullmatch(r"[-+]?[0-9.]+", text):
        return "remove the quotes: in quotes a number is a text"
    if kind is VariableKind.LIST and not value.is_list and not value.is_mapping:
        return f"write `[{value.text}]`"
    return f"give {kind}, as the spec does"


def no_variable(name: str, value: Value, entries: Mapping[str, Value]) -> tuple[str, Span, str]:
    """What to say of a variable that the spec does not have, where, and the help; ``entries`` are
    the spec's sections by their keys.
    """
    names = entries["vars"].data if "vars" in entries else {}
    kind, dot, last = name.rpartition(".")
    on_command_line = value.place.file.startswith(SET)
    only = (
        "`--set` changes variables only" if on_command_line else "only variables can be changed so"
    )
    message = (
        f"`{name}` is no variable, and {only}" if dot else f"the spec has no variable `{name}`"
    )
    if near := did_you_mean(name, names) or did_you_mean(last, names):
        return message, value.place, near
    has = f"the spec's {_variables_in_words(names)}" if names else "the spec has no variables"
    last = last.replace("-", "_")
    if not re.fullmatch(VARIABLE_NAME, last) or (names and not dot):
        return message, value.place, has
    steps = listed(_steps_to_a_variable(kind, last, value, entries))
    return message, value.place, f"{has}; to make {'another' if names else 'one'}, {steps}"


def _steps_to_a_variable(
    call: str, argument: str, value: Value, entries: Mapping[str, Value]
) -> list[str]:
    """What to do to make a variable of an argument that ``--set Call.argument=value`` names; of
    a value anywhere if ``call`` is empty.
    """
    now = _written(call, argument, entries) or value.text or "..."
    if "vars" in entries and entries["vars"].data:
        put = f"put `{argument}: {now}` into `vars`"
    else:
        put = f"add `vars: {{{argument}: {now}}}` to it"
    blocks = entries.get("blocks")
    if call in KINDS or (blocks is not None and blocks.get(call) is not None):
        use = f"write `{call}: {{{argument}: ${argument}}}`"
    else:
        use = f"write `{f'{argument}: ' * bool(call)}${argument}` where it belongs"
    if call and value.place.file.startswith(SET):
        return [put, use, f"give `{SET}{argument}={value.text}`"]
    return [put, use]


def _written(call: str, argument: str, entries: Mapping[str, Value]) -> str | None:
    """The value that an argument has wherever the spec writes such a call, ``None`` where there
    are several or none.
    """
    texts = set()
    left = [entries[key] for key in ("layers", "blocks") if key in entries]
    while left:
        value = left.pop()
        arguments = value.get(call)
        written = arguments.get(argument) if arguments is not None else None
        texts |= {written.text} if written is not None else set()
        left += [*value.elements(), *(part for _, part in value.items())]
    text = texts.pop() if len(texts) == 1 else None
    return None if text is None or "$" in text else text


def _variables_in_words(names: Iterable[str]) -> str:
    names = list(names)
    if len(names) == 1:
        return f"one variable is {listed_names(names)}"
    shown = listed_names(names[:MOST_NAMES], more=len(names) > MOST_NAMES)
    return f"variables are {shown}"
