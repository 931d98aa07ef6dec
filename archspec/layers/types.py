"""The types of layer arguments: each says in words what it takes, gives its JSON Schema, and
normalises a value.

``Type.accept`` takes a plain value (number, text, truth value, ``None``, list, mapping) and gives
the one that the shape rules use, or raises `Refused`. Lists become tuples, whole floats become
integers where an integer belongs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any, NamedTuple

from archspec.spelling import did_you_mean

LARGEST = 2**31 - 1
"""The largest size of an axis, window or step: what every Keras backend can index."""


class Refused(ValueError):
    """A value is not of a type. ``words`` completes "must be ..."; ``help`` says what to write
    instead, where that is known.

    ``entry`` completes "must be ..." of an element, where a list is refused for one of its
    elements.
    """

    def __init__(self, words: str, help: str | None = None, entry: str | None = None) -> None:
        super().__init__(words)
        self.words = words
        self.help = help
        self.entry = entry


class Type(NamedTuple):
    """What an argument may be: ``words`` completes "must be ...", ``schema`` is the JSON Schema
    of the plain values.
    """

    words: str
    schema: Mapping[str, Any]
    accept: Callable[[Any], Any]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)


def integer(words: str, minimum: int, maximum: int = LARGEST) -> Type:
    """An integer from ``minimum`` to ``maximum``; a whole float is one."""

    def accept(value: Any) -> int:
        if not _is_number(value) or value != int(value) or not minimum <= value <= maximum:
            raise Refused(words)
        return int(value)

    return Type(words, {"type": "integer", "minimum": minimum, "maximum": maximum}, accept)


def number(
    words: str,
    minimum: float | None = None,
    maximum: float | None = None,
    *,
    above: float | None = None,
    below: float | None = None,
) -> Type:
    """A finite number between inclusive (``minimum``, ``maximum``) or exclusive (``above``,
    ``below``) bounds.
    """

    def accept(value: Any) -> float:
        fits = (
            _is_number(value)
            and (minimum is None or value >= minimum)
            and (maximum is None or value <= maximum)
            and (above is None or value > above)
            and (below is None or value < below)
        )
        if not fits:
            raise Refused(words)
        return value  # type: ignore[no-any-return]

    bounds = {
        "minimum": minimum,
        "maximum": maximum,
        "exclusiveMinimum": above,
        "exclusiveMaximum": below,
    }
    return Type(
        words,
        {"type": "number"} | {key: bound for key, bound in bounds.items() if bound is not None},
        accept,
    )


def choice(*values: str, words: str | None = None) -> Type:
    """One of a few words; ``words`` describes them where they are too many to list."""
    quoted = [f"`{value}`" for value in values]
    words = words or (" or ".join(quoted) if len(values) < 3 else "one of " + ", ".join(quoted))

    def accept(value: Any) -> str:
        if not isinstance(value, str) or value not in values:
            raise Refused(words, did_you_mean(str(value), values))
        return value

    return Type(words, {"enum": list(values)}, accept)


def optional(inner: Type, meaning: str = "") -> Type:
    """``null`` (Keras's ``None``) or another type; ``meaning`` says what ``null`` stands for."""
    words = f"{inner.words}, or `null`{meaning and f' ({meaning})'}"

    def accept(value: Any) -> Any:
        if value is None:
            return None
        try:
            return inner.accept(value)
        except Refused as refused:
            raise Refused(words, refused.help, refused.entry) from None

    return Type(words, {"anyOf": [inner.schema, {"type": "null"}]}, accept)


def either(words: str, *types: Type) -> Type:
    """The first of several types that accepts."""

    def accept(value: Any) -> Any:
        help = entry = None
        for one in types:
            try:
                return one.accept(value)
            except Refused as refused:
                help, entry = help or refused.help, entry or refused.entry
        raise Refused(words, help, entry)

    return Type(words, {"anyOf": [one.schema for one in types]}, accept)


def sequence(words: str, inner: Type, minimum: int = 0, maximum: int | None = None) -> Type:
    """A list whose elements are all of one type; it becomes a tuple."""

    def accept(value: Any) -> tuple[Any, ...]:
        if (
            not isinstance(value, list | tuple)
            or len(value) < minimum
            or (maximum is not None and len(value) > maximum)
        ):
            raise Refused(words)
        try:
            return tuple(inner.accept(one) for one in value)
        except Refused as refused:
            raise Refused(words, refused.help, refused.words) from None

    schema: dict[str, Any] = {
        "type": "array",
        "items": {**inner.schema, "errorMessage": inner.words},
        "minItems": minimum,
    }
    return Type(words, schema | ({} if maximum is None else {"maxItems": maximum}), accept)


def per_axis(inner: Type, rank: int, noun: str) -> Type:
    """One value for all ``rank`` axes or a list with one for each; it becomes a tuple of
    ``rank``.
    """
    one = inner.accept
    words = f"{inner.words}, or a list of {rank}" if rank > 1 else inner.words
    listed = sequence(words, inner, rank, rank)

    def accept(value: Any) -> tuple[Any, ...]:
        if isinstance(value, list | tuple):
            return listed.accept(value)  # type: ignore[no-any-return]
        try:
            return (one(value),) * rank
        except Refused:
            raise Refused(words) from None

    schema = {"anyOf": [inner.schema, listed.schema]}
    return Type(words, schema | ({"description": f"{noun}: {words}"} if noun else {}), accept)


_YAML_1_1 = {
    "yes": "write `true`",
    "on": "write `true`",
    "no": "write `false`",
    "off": "write `false`",
}


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise Refused("`true` or `false`", _YAML_1_1.get(str(value).lower()))
    return value


FLAG = Type("`true` or `false`", {"type": "boolean"}, _flag)
POSITIVE = integer("a positive integer", 1)
COUNT = integer("an integer of at least 0", 0)
INTEGER = integer("an integer", -LARGEST)
NUMBER = number("a number")
EPSILON = number("a number of at least 0", 0)
AXES = either(
    "an integer or a list of integers", INTEGER, sequence("a list of integers", INTEGER, 1)
)
SEED = optional(INTEGER, "a seed drawn by Keras")


@dataclass(frozen=True, slots=True)
class Configured:
    """One of Keras's small objects with arguments: ``keras.<module>.<name>(**arguments)``."""

    module: str
    name: str
    arguments: Mapping[str, Any]


def object_of(
    module: str,
    noun: str,
    names: tuple[str, ...],
    classes: Mapping[str, Mapping[str, Type]],
    *,
    null: bool,
) -> Type:
    """One of Keras's small objects: a name (``he_normal``), or written like a layer (``{L2: {l2:
    1e-4}}``).

    A name stays a text; a mapping becomes `Configured`; ``null`` stays ``None`` where it is
    allowed.
    """
    words = f"the name of {noun}, or one written like a layer" + (", or `null`" if null else "")

    def accept(value: Any) -> Any:
        if value is None and null:
            return None
        if isinstance(value, str):
            if value in names:
                return value
            raise Refused(words, did_you_mean(value, names))
        if isinstance(value, dict) and len(value) == 1:
            ((name, arguments),) = value.items()
            return Configured(
                module,
                name,
                _object_arguments(words, classes, name, {} if arguments is None else arguments),
            )
        raise Refused(words)

    written = {
        name: {"anyOf": [{"type": "null"}, _object_schema(arguments)]}
        for name, arguments in classes.items()
    }
    layer = {
        "type": "object",
        "properties": written,
        "additionalProperties": False,
        "minProperties": 1,
        "maxProperties": 1,
    }
    return Type(words, {"anyOf": [{"enum": [*names, *([None] if null else [])]}, layer]}, accept)


def _object_schema(arguments: Mapping[str, Type]) -> dict[str, Any]:
    expression = {"type": "string", "pattern": "[$]"}
    values = {name: {"anyOf": [one.schema, expression]} for name, one in arguments.items()}
    return {"type": "object", "properties": values, "additionalProperties": False}


def _object_arguments(
    words: str, classes: Mapping[str, Mapping[str, Type]], name: Any, arguments: Any
) -> dict[str, Any]:
    if name not in classes:
        raise Refused(words, did_you_mean(str(name), classes))
    if not isinstance(arguments, dict):
        raise Refused(
            f"{words}; `{name}` takes a mapping of arguments",
            f"write `{{{name}: {{{next(iter(classes[name]), 'argument')}: ...}}}}`",
        )
    result = {}
    for key, value in arguments.items():
        if key not in classes[name]:
            help = (
                did_you_mean(str(key), classes[name])
                or f"it takes {', '.join(f'`{one}`' for one in classes[name]) or 'none'}"
            )
            raise Refused(f"{words}; `{name}` has no argument `{key}`", help)
        try:
            result[key] = classes[name][key].accept(value)
        except Refused as refused:
            raise Refused(
                f"{words}; `{key}` of `{name}` must be {refused.words}", refused.help
            ) from None
    return result
