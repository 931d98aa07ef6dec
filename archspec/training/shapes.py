"""What a value of a recipe may be, as data: from it come the reading of a value, the complaints
about it, and its JSON Schema.

``shape.read(value, key, problems)`` gives the plain data that a value stands for, and adds to
``problems`` what is wrong, at its place; what it gives is of use only if nothing was added.
``shape.schema()`` is the JSON Schema of the values that it takes. ``words`` completes "must be".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from archspec.diagnostics import Diagnostic
from archspec.frontend.schema.advice import describe, straight_quotes
from archspec.frontend.yaml.document import Value
from archspec.layers.types import Configured, Refused, Type
from archspec.spelling import did_you_mean, listed_names

Problems = list[Diagnostic]

REQUIRED: Any = object()
"""The default of a key that must be given."""


class Shape(Protocol):
    """What a value may be."""

    @property
    def words(self) -> str:
        """What completes "must be"."""

    def read(self, value: Value, key: str, problems: Problems) -> Any:
        """The plain data of a value; complaints are added to ``problems``."""

    def schema(self) -> dict[str, Any]:
        """The JSON Schema."""


def refused(value: Value, key: str, words: str, help: str | None = None) -> Diagnostic:
    """The complaint about a value that is not what its key takes."""
    return Diagnostic(
        "wrong-value",
        f"`{key}` must be {words}",
        value.first_line if value.is_mapping else value.span,
        f"found {describe(value)}",
        help=straight_quotes(value) or help,
    )


@dataclass(frozen=True)
class Leaf:
    """A value of one of the types that layers' arguments have."""

    type: Type

    @property
    def words(self) -> str:
        """The type's words."""
        return self.type.words

    def read(self, value: Value, key: str, problems: Problems) -> Any:
        """The value as the type normalises it."""
        try:
            return self.type.accept(value.unwrapped())
        except Refused as error:
            problems.append(refused(value, key, error.words, error.help))
            return None

    def schema(self) -> dict[str, Any]:
        """The type's schema."""
        return dict(self.type.schema)


class Key(NamedTuple):
    """One key of a mapping: what it takes, a line about it, and the value where it is left out."""

    shape: Shape
    doc: str
    default: Any = REQUIRED


@dataclass(frozen=True)
class Keys:
    """A mapping with known keys; it becomes a dict that has all of them."""

    noun: str
    keys: Mapping[str, Key]
    examples: Mapping[str, str] = field(default_factory=dict)

    @property
    def words(self) -> str:
        """Its first keys."""
        return f"a mapping with {listed_names(list(self.keys)[:4], more=len(self.keys) > 4)}"

    def read(self, value: Value, key: str, problems: Problems) -> Any:
        """A dict of all keys, those that were left out with their defaults."""
        if not value.is_mapping:
            problems.append(refused(value, key, self.words))
            return None
        unknown = [name for name in value.data if name not in self.keys]
        problems += [self._unknown(name, value) for name in unknown]
        missing = [
            name
            for name, key in self.keys.items()
            if key.default is REQUIRED and name not in value.data
        ]
        # A misspelt key stands for the one that is missing.
        if not (len(missing) == 1 and len(unknown) == 1):
            problems += [self._missing(name, value) for name in missing]
        return {
            name: key.shape.read(value.data[name], name, problems)
            if name in value.data
            else key.default
            for name, key in self.keys.items()
        }

    def _unknown(self, name: str, value: Value) -> Diagnostic:
        help = did_you_mean(name, self.keys) or f"its keys are {', '.join(self.keys)}"
        message = f"{self.noun} has no key `{name}`"
        return Diagnostic("unknown-key", message, value.data[name].place, help=help)

    def _missing(self, name: str, value: Value) -> Diagnostic:
        example = self.examples.get(name, "...")
        message = f"{self.noun} needs `{name}`: {self.keys[name].doc}"
        return Diagnostic("missing-key", message, value.first_line, help=f"add `{name}: {example}`")

    def schema(self) -> dict[str, Any]:
        """An object without other properties."""
        return {
            "type": "object",
            "properties": {
                name: {**key.shape.schema(), "description": key.doc}
                for name, key in self.keys.items()
            },
            "required": [name for name, key in self.keys.items() if key.default is REQUIRED],
            "additionalProperties": False,
            "errorMessage": self.words,
        }


@dataclass(frozen=True)
class Entries:
    """A list whose entries are of one shape; it becomes a tuple."""

    words: str
    entry: Shape

    def read(self, value: Value, key: str, problems: Problems) -> Any:
        """A tuple of its entries."""
        if not value.is_list:
            dashed = f"write `{key}: [{value.text}]`" if value.text else None
            problems.append(refused(value, key, self.words, dashed))
            return ()
        return tuple(self.entry.read(element, key, problems) for element in value.elements())

    def schema(self) -> dict[str, Any]:
        """An array."""
        return {"type": "array", "items": self.entry.schema(), "errorMessage": self.words}


@dataclass(frozen=True)
class ByName:
    """A mapping from names of the author's to values of one shape; it becomes a dict."""

    words: str
    entry: Shape

    def read(self, value: Value, key: str, problems: Problems) -> Any:
        """A dict of its entries."""
        if not value.is_mapping:
            problems.append(refused(value, key, self.words))
            return {}
        return {name: self.entry.read(entry, name, problems) for name, entry in value.items()}

    def schema(self) -> dict[str, Any]:
        """An object with any properties."""
        return {
            "type": "object",
            "additionalProperties": self.entry.schema(),
            "errorMessage": self.words,
        }


class Case(NamedTuple):
    """One of several shapes, and whether a value is meant as it."""

    applies: Callable[[Value], bool]
    shape: Shape


@dataclass(frozen=True)
class OneOf:
    """One of several shapes, decided by a look at the value; none: it is refused."""

    words: str
    cases: tuple[Case, ...]

    def read(self, value: Value, key: str, problems: Problems) -> Any:
        """What the shape gives that the value is meant as."""
        for case in self.cases:
            if case.applies(value):
                return case.shape.read(value, key, problems)
        problems.append(refused(value, key, self.words))
        return None

    def schema(self) -> dict[str, Any]:
        """Any of the schemas."""
        return {
            "anyOf": [case.shape.schema() for case in self.cases],
            "errorMessage": self.words,
        }


class Argument(NamedTuple):
    """An argument of a class of Keras: what it takes, and whether the class needs it."""

    shape: Shape
    required: bool = False


Arguments = Mapping[str, Argument]


@dataclass(frozen=True)
class ClassOf:
    """A class of Keras, by name, ``Adam``, or with arguments, ``{SGD: {momentum: 0.9}}``; it
    becomes `Configured`.

    ``absent`` gives the help for classes of that module which a recipe cannot name.
    """

    module: str
    noun: str
    classes: Mapping[str, Arguments]
    absent: Mapping[str, str] = field(default_factory=dict)

    @property
    def words(self) -> str:
        """How to write one."""
        return f"{self.noun}: a class of keras.{self.module} by name, or with arguments"

    def read(self, value: Value, key: str, problems: Problems) -> Any:
        """`Configured`, its arguments normalised."""
        if isinstance(value.data, str):
            return self._made(value.data, value, None, problems)
        if value.is_mapping and len(value.data) == 1:
            ((name, arguments),) = value.items()
            return self._made(name, arguments, arguments, problems)
        example = f"write `{key}: {next(iter(self.classes))}`"
        if value.is_mapping and value.data:
            example = f"keep one of {listed_names(value.data)}"
        problems.append(refused(value, key, self.words, example))
        return None

    def _made(self, name: str, at: Value, given: Value | None, problems: Problems) -> Any:
        place = at.place if given is not None else at.span
        if name not in self.classes:
            problems.append(self._unknown(name, place))
            return None
        if given is not None and given.data is None:
            given = given._replace(data={})
        if given is not None and not given.is_mapping:
            problems.append(self._without_names(name, given))
            return None
        return Configured(self.module, name, self._arguments(name, place, given, problems))

    def _arguments(
        self, name: str, place: Any, given: Value | None, problems: Problems
    ) -> dict[str, Any]:
        known, written = self.classes[name], given.data if given is not None else {}
        for argument in written:
            if argument not in known:
                problems.append(_no_argument(name, argument, known, written[argument]))
        missing = [one for one, it in known.items() if it.required and one not in written]
        if missing and len(written) - len(written.keys() & known.keys()) == 0:
            pairs = ", ".join(f"{one}: ..." for one in [*written, *missing])
            message = f"`{name}` needs {listed_names(missing)}"
            help = f"write `{name}: {{{pairs}}}`"
            problems.append(Diagnostic("missing-argument", message, place, help=help))
        return {
            argument: known[argument].shape.read(element, argument, problems)
            for argument, element in written.items()
            if argument in known
        }

    def _unknown(self, name: str, place: Any) -> Diagnostic:
        help = (
            self.absent.get(name)
            or did_you_mean(name, self.classes)
            or f"there are {', '.join(self.classes)}"
        )
        return Diagnostic("unknown-class", f"`{name}` is not {self.noun}", place, help=help)

    def _without_names(self, name: str, given: Value) -> Diagnostic:
        first = next(iter(self.classes[name]), None)
        help = f"write `{name}: {{{first}: {given.text or '...'}}}`" if first else f"write `{name}`"
        return refused(given, name, "a mapping of arguments", help)

    def schema(self) -> dict[str, Any]:
        """A name of those that need no argument, or an object with one property."""
        written = {
            name: {
                "type": ["object", "null"],
                "properties": {key: its.shape.schema() for key, its in arguments.items()},
                "required": [key for key, its in arguments.items() if its.required],
                "additionalProperties": False,
            }
            for name, arguments in self.classes.items()
        }
        bare = [
            name
            for name, arguments in self.classes.items()
            if not any(argument.required for argument in arguments.values())
        ]
        with_arguments = {
            "type": "object",
            "properties": written,
            "additionalProperties": False,
            "minProperties": 1,
            "maxProperties": 1,
        }
        return {"anyOf": [{"enum": bare}, with_arguments], "errorMessage": self.words}


def _no_argument(name: str, argument: str, known: Arguments, value: Value) -> Diagnostic:
    help = did_you_mean(argument, known) or f"it takes {', '.join(known) or 'none'}"
    message = f"`{name}` has no argument `{argument}`"
    return Diagnostic("unknown-argument", message, value.place, help=help)


def is_mapping(value: Value) -> bool:
    """Whether a value is a mapping, as the test of a `Case`."""
    return value.is_mapping


def is_anything(value: Value) -> bool:
    """True: the last `Case`."""
    return True


def mappings_of(shape: Any) -> list[Keys]:
    """The mappings with known keys that a shape may be."""
    if isinstance(shape, OneOf):
        return [mapping for case in shape.cases for mapping in mappings_of(case.shape)]
    return [shape] if isinstance(shape, Keys) else []
