"""The types of layer arguments: each says in words what it takes, gives its JSON Schema, and
normalises a value.

``Type.accept`` takes a plain value (number, text, truth value, ``None``, list, mapping) and gives
the one that the shape rules use, or raises `Refused`. Lists become tuples, whole floats become
integers where an integer belongs.
"""

# No `from __future__ import annotations`: a NamedTuple compiles each annotation that is a text.

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any, NamedTuple

from archspec import limits
from archspec.spelling import did_you_mean, in_words


class Expects(NamedTuple):
    """What a value must be, for code to read. The words that say it stand beside it and are read by
    people only.

    ``what`` is, of a layer's argument, ``integer``, ``number``, ``truth``, ``choice``, ``text``,
    ``list`` or ``object``; the JSON Schema of specs has others. ``choices`` are the words that fit,
    ``minimum`` and ``maximum`` the inclusive bounds. ``or_null`` and ``or_list`` say what else
    fits: YAML's ``null``, or a list with an element for each axis.
    """

    what: str
    choices: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    or_null: bool = False
    or_list: bool = False


class Refused(ValueError):
    """A value is not of a type. ``words`` completes "must be ..."; ``help`` says what to write
    instead, where that is known.

    ``entry`` is the refusal of an element, where a list is refused for one of its elements;
    ``within`` says that the words name what is wrong inside the value, as an argument of an object;
    ``inner`` is the complaint of a layer that the value is, about the argument at the path
    ``inside``.
    """

    inner: Exception | None = None
    inside: tuple[str | int, ...] = ()

    def __init__(
        self,
        words: str,
        expects: Expects,
        *,
        help: str | None = None,
        entry: "Refused | None" = None,
        within: bool = False,
    ) -> None:
        super().__init__(words)
        self.words = words
        self.expects = expects
        self.help = help
        self.entry = entry
        self.within = within


class Type(NamedTuple):
    """What an argument may be: ``words`` completes "must be ..." and ``expects`` says the same to
    code; ``schema`` is the JSON Schema of the plain values.
    """

    words: str
    expects: Expects
    schema: Mapping[str, Any]
    accept: Callable[[Any], Any]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)


def integer(words: str, minimum: int, maximum: int = limits.SIZE) -> Type:
    """An integer from ``minimum`` to ``maximum``; a whole float is one."""

    expects = Expects("integer", minimum=minimum, maximum=maximum)

    def accept(value: Any) -> int:
        if not _is_number(value) or value != int(value) or not minimum <= value <= maximum:
            raise Refused(words, expects)
        return int(value)

    schema = {"type": "integer", "minimum": minimum, "maximum": maximum}
    return Type(words, expects, schema, accept)


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
    expects = Expects("number", minimum=minimum, maximum=maximum)

    def accept(value: Any) -> float:
        fits = (
            _is_number(value)
            and (minimum is None or value >= minimum)
            and (maximum is None or value <= maximum)
            and (above is None or value > above)
            and (below is None or value < below)
        )
        if not fits:
            raise Refused(words, expects)
        return value  # type: ignore[no-any-return]

    bounds = {
        "minimum": minimum,
        "maximum": maximum,
        "exclusiveMinimum": above,
        "exclusiveMaximum": below,
    }
    stated = {key: bound for key, bound in bounds.items() if bound is not None}
    return Type(words, expects, {"type": "number", **stated}, accept)


def choice(*values: str, words: str | None = None) -> Type:
    """One of a few words; ``words`` describes them where they are too many to list."""
    quoted = [f"`{value}`" for value in values]
    words = words or (" or ".join(quoted) if len(values) < 3 else "one of " + ", ".join(quoted))
    expects = Expects("choice", choices=values)

    def accept(value: Any) -> str:
        if not isinstance(value, str) or value not in values:
            raise Refused(words, expects, help=did_you_mean(str(value), values))
        return value

    return Type(words, expects, {"enum": list(values)}, accept)


def text(words: str, pattern: str) -> Type:
    """A text that a regular expression matches as a whole."""
    expects = Expects("text")

    def accept(value: Any) -> str:
        if not isinstance(value, str) or not re.fullmatch(pattern, value):
            raise Refused(words, expects)
        return value

    return Type(words, expects, {"type": "string", "pattern": f"^(?:{pattern})$"}, accept)


def optional(inner: Type, meaning: str = "") -> Type:
    """``null`` (Keras's ``None``) or another type; ``meaning`` says what ``null`` stands for."""
    words = f"{inner.words}, or `null`{meaning and f' ({meaning})'}"
    expects = inner.expects._replace(or_null=True)

    def accept(value: Any) -> Any:
        if value is None:
            return None
        try:
            return inner.accept(value)
        except Refused as refused:
            raise Refused(words, expects, help=refused.help, entry=refused.entry) from None

    return Type(words, expects, {"anyOf": [inner.schema, {"type": "null"}]}, accept)


def either(words: str, *types: Type) -> Type:
    """The first of several types that accepts; what is expected is the first of them."""
    expects = types[0].expects._replace(or_list=any(type.expects.what == "list" for type in types))

    def accept(value: Any) -> Any:
        help = entry = None
        for type in types:
            try:
                return type.accept(value)
            except Refused as refused:
                help, entry = help or refused.help, entry or refused.entry
        raise Refused(words, expects, help=help, entry=entry)

    return Type(words, expects, {"anyOf": [type.schema for type in types]}, accept)


def sequence(words: str, inner: Type, minimum: int = 0, maximum: int | None = None) -> Type:
    """A list whose elements are all of one type; it becomes a tuple."""
    expects = Expects("list", or_list=True)

    def accept(value: Any) -> tuple[Any, ...]:
        if (
            not isinstance(value, list | tuple)
            or len(value) < minimum
            or (maximum is not None and len(value) > maximum)
        ):
            raise Refused(words, expects)
        try:
            return tuple(inner.accept(element) for element in value)
        except Refused as refused:
            raise Refused(words, expects, help=refused.help, entry=refused) from None

    schema: dict[str, Any] = {
        "type": "array",
        "items": {**inner.schema, "errorMessage": inner.words},
        "minItems": minimum,
    }
    most = {} if maximum is None else {"maxItems": maximum}
    return Type(words, expects, schema | most, accept)


def per_axis(inner: Type, rank: int, noun: str) -> Type:
    """One value for all ``rank`` axes or a list with one for each; it becomes a tuple of
    ``rank``.
    """
    one = inner.accept
    words = f"{inner.words}, or a list of {rank}" if rank > 1 else inner.words
    listed = sequence(words, inner, rank, rank)
    expects = inner.expects._replace(or_list=rank > 1)

    def accept(value: Any) -> tuple[Any, ...]:
        if isinstance(value, list | tuple):
            return listed.accept(value)  # type: ignore[no-any-return]
        try:
            return (one(value),) * rank
        except Refused:
            raise Refused(words, expects) from None

    schema = {"anyOf": [inner.schema, listed.schema]}
    described = {"description": f"{noun}: {words}"} if noun else {}
    return Type(words, expects, schema | described, accept)


_YAML_1_1 = {
    "yes": "write `true`",
    "on": "write `true`",
    "no": "write `false`",
    "off": "write `false`",
}


_TRUTH = Expects("truth", choices=("true", "false"))


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise Refused("`true` or `false`", _TRUTH, help=_YAML_1_1.get(str(value).lower()))
    return value


FLAG = Type("`true` or `false`", _TRUTH, {"type": "boolean"}, _flag)
POSITIVE = integer("a positive integer", 1)
COUNT = integer("an integer of at least 0", 0)
INTEGER = integer("an integer", -limits.SIZE)
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

    def __str__(self) -> str:
        return in_words({self.name: dict(self.arguments)})


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
    expects = Expects("object", or_null=null)

    def accept(value: Any) -> Any:
        if value is None and null:
            return None
        if isinstance(value, str):
            if value in names:
                return value
            near = did_you_mean(value, names) if value.isidentifier() else None
            raise Refused(words, expects, help=near)
        if isinstance(value, dict) and len(value) == 1:
            ((name, arguments),) = value.items()
            if name not in classes:
                raise Refused(words, expects, help=did_you_mean(str(name), classes))
            try:
                accepted = _object_arguments(name, classes[name], arguments)
            except _WrongWithin as wrong:
                raise Refused(
                    f"{words}; {wrong.words}", expects, help=wrong.help, within=True
                ) from None
            return Configured(module, name, accepted)
        raise Refused(words, expects)

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
    by_name = {"enum": [*names, *([None] if null else [])]}
    return Type(words, expects, {"anyOf": [by_name, layer]}, accept)


def _object_schema(arguments: Mapping[str, Type]) -> dict[str, Any]:
    expression = {"type": "string", "pattern": "[$]"}
    values = {
        name: {"anyOf": [argument.schema, expression]} for name, argument in arguments.items()
    }
    return {"type": "object", "properties": values, "additionalProperties": False}


class _WrongWithin(Exception):
    """What is wrong with the arguments of one of Keras's small objects, as a clause, and the
    help.
    """

    def __init__(self, words: str, help: str | None) -> None:
        super().__init__(words)
        self.words = words
        self.help = help


def _object_arguments(name: str, types: Mapping[str, Type], arguments: Any) -> dict[str, Any]:
    """The arguments of one of Keras's small objects, normalised. Raises `_WrongWithin`."""
    if arguments is None:
        return {}
    if not isinstance(arguments, dict):
        raise _WrongWithin(
            f"`{name}` takes a mapping of arguments",
            f"write `{{{name}: {{{next(iter(types), 'argument')}: {in_words(arguments)}}}}}`",
        )
    result = {}
    for key, value in arguments.items():
        if key not in types:
            takes = ", ".join(f"`{argument}`" for argument in types) or "none"
            help = did_you_mean(str(key), types) or f"it takes {takes}"
            raise _WrongWithin(f"`{name}` has no argument `{key}`", help)
        try:
            result[key] = types[key].accept(value)
        except Refused as refused:
            raise _WrongWithin(
                f"`{key}` of `{name}` must be {refused.words}", refused.help
            ) from None
    return result
