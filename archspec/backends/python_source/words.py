"""Names and values of a spec → identifiers, literals and names of layers in Python."""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from archspec.backends.python_source.layout import Brackets, Piece, flat
from archspec.layers.types import Configured

ATOM = 10


class Code(NamedTuple):
    """An expression of Python. ``level`` says how tightly its outermost operator binds."""

    text: str
    level: int = ATOM


Template = tuple[str | Code, ...]
"""The name of a layer: texts, and expressions whose values are put in."""

CHAIN = "x"
"""The variable that holds what flows along the chain."""

BUILD = "build_model"
BLOCKS = "BLOCKS"
NAMES = "NAMES"

OURS = frozenset({CHAIN, BUILD, BLOCKS, NAMES, "inputs", "name", "outputs", "shared", "tensors"})
"""The variables and functions that every file may have."""

RESERVED = (
    frozenset(dir(builtins))
    | frozenset(keyword.kwlist)
    | frozenset(keyword.softkwlist)
    | {"keras", "layers", "math", "ops", "l", "I", "O"}
)


class Identifiers:
    """The identifiers of one function, or of the module: each given once."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self.taken = {*RESERVED, *OURS, *taken}
        self.given: list[str] = []
        self.numbers: dict[str, int] = {}

    def new(self, wanted: str, *others: str) -> str:
        """The first free one of some names; else the first with a number."""
        for name in (wanted, *others):
            if name.isidentifier() and name == name.lower() and name not in self.taken:
                return self._take(name)
        base = identifier(wanted)
        return self._take(base if base not in self.taken else self._numbered(base))

    def constant(self, wanted: str) -> str:
        """A name for a constant of the module."""
        base = identifier(wanted).upper().rstrip("_")
        return self._take(base if base not in self.taken else self._numbered(base))

    def _numbered(self, base: str) -> str:
        number = self.numbers.get(base, 2)
        while f"{base}_{number}" in self.taken:
            number += 1
        self.numbers[base] = number
        return f"{base}_{number}"

    def _take(self, name: str) -> str:
        self.taken.add(name)
        self.given.append(name)
        return name

    def free(self, name: str) -> None:
        """Let a name be given again."""
        self.taken.discard(name)
        self.numbers.pop(name.rpartition("_")[0], None)

    def forget(self, count: int) -> None:
        """Let all names but the first that were given be given again."""
        for name in self.given[count:]:
            self.free(name)
        del self.given[count:]


def identifier(text: str) -> str:
    """A text as an identifier in lower case: ``1x1`` → ``x_1x1``."""
    word = re.sub(r"\W", "_", text.lower()).strip("_") or "value"
    word = f"x_{word}" if word[0].isdigit() else word
    return f"{word}_" if keyword.iskeyword(word) or word in ("l",) else word


def quoted(text: str) -> str:
    """A text as a literal in double quotes, unless it holds some."""
    found = repr(text)
    return f'"{found[1:-1]}"' if found[0] == "'" and '"' not in found else found


def unquoted(name: str) -> str:
    """The name that `quoted` made a literal of; names hold nothing that is escaped."""
    return name[1:-1]


def literal(value: Any) -> Piece:
    """A number, text, truth value, list, row or small object of Keras as Python."""
    if isinstance(value, Configured):
        return configured(
            value, {key: literal(argument) for key, argument in value.arguments.items()}
        )
    if isinstance(value, dict):
        return Brackets(
            "{", tuple(_entry(key, entry) for key, entry in value.items()), "}", collection=True
        )
    if isinstance(value, tuple | list):
        brackets = "()" if isinstance(value, tuple) else "[]"
        table = any(isinstance(element, dict) for element in value)
        return Brackets(
            brackets[0], tuple(map(literal, value)), brackets[1], collection=True, table=table
        )
    return (
        quoted(value)
        if isinstance(value, str)
        else number(value)
        if isinstance(value, float)
        else repr(value)
    )


def _entry(key: str, value: Any) -> Piece:
    piece = literal(value)
    return (
        f"{quoted(key)}: {piece}"
        if isinstance(piece, str)
        else piece._replace(open=f"{quoted(key)}: {piece.open}")
    )


def number(value: float) -> str:
    """A float as people write it: ``1e-6``."""
    return re.sub(r"e([-+])0*(\d)", lambda match: "e" + match[1].strip("+") + match[2], repr(value))


def configured(value: Configured, arguments: dict[str, Piece]) -> Piece:
    """``keras.regularizers.L2(l2=1e-4)``."""
    arguments_written = tuple(
        f"{key}={argument}"
        if isinstance(argument, str)
        else argument._replace(open=f"{key}={argument.open}")
        for key, argument in arguments.items()
    )
    return Brackets(f"keras.{value.module}.{value.name}(", arguments_written, ")")


def constant(value: Any) -> Code:
    """A literal as an expression."""
    text = flat(literal(value))
    return Code(text, 7 if text.startswith("-") else ATOM)


def joined(*templates: Sequence[str | Code]) -> Template:
    """Parts of a path, joined by dots."""
    written = [template for template in templates if template]
    parts: list[str | Code] = []
    for number, template in enumerate(written):
        parts += ["."] * bool(number) + list(template)
    return tuple(parts)


def layer_name(template: Template) -> str:
    """A name as a literal, an f-string or a variable."""
    if all(isinstance(part, str) for part in template):
        return quoted("".join(map(str, template)))
    if (
        len(template) == 1
        and isinstance(template[0], Code)
        and (template[0].text == "name" or template[0].text.startswith("numbered("))
    ):
        return template[0].text
    return (
        'f"'
        + "".join(
            part if isinstance(part, str) else "{" + part.text.replace('"', "'") + "}"
            for part in template
        )
        + '"'
    )
