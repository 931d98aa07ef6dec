"""A layer of a kind that a spec declares: its arguments, and the Keras class that it names, as
data. What it does to shapes the declaration says, and the compiler works out.
"""

# No `from __future__ import annotations`: a NamedTuple compiles each annotation that is a text.

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple, TypeVar

from archspec.layers.base import Layer
from archspec.layers.fields import Field, TensorRole
from archspec.layers.mismatch import Mismatch
from archspec.layers.titles import Say, Title, plainly
from archspec.layers.types import Expects, Type
from archspec.tensor import Tensor

_Input = TypeVar("_Input")

REFERENCE = r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*"
"""A class of a module: ``mylab.layers:GlobalResponseNormalization``."""

KIND_NAME = r"[A-Z][A-Za-z0-9]*"

_ANY = Type("a value", Expects("text"), {}, lambda value: value)


class Declaration(NamedTuple):
    """What a spec declares of a kind: its name, its arguments, the names of its inputs, the class
    that it names, and the declaration as it is written, in plain data.
    """

    kind: str
    arguments: tuple[str, ...]
    inputs: tuple[str, ...]
    reference: str | None
    written: Mapping[str, Any]

    @property
    def defaults(self) -> Mapping[str, Any]:
        """The arguments that have a default, and their defaults."""
        stated = [one for one in self.written.get("args", ()) if isinstance(one, Mapping)]
        return {name: value for one in stated for name, value in one.items()}

    @property
    def module(self) -> str:
        """The module of the class."""
        return (self.reference or "").partition(":")[0]

    @property
    def name(self) -> str:
        """The name of the class in its module."""
        return (self.reference or "").partition(":")[2]


def _role(name: str) -> TensorRole:
    role = TensorRole("", required=True, by_name=False, several=False)
    role.name = name
    return role


class Declared(Layer):
    """One layer of a declared kind, with all of its arguments, the defaults too."""

    declaration: Declaration

    def __init__(self, declaration: Declaration, arguments: Mapping[str, Any]) -> None:
        self.__dict__["declaration"] = declaration
        self.__dict__["arguments"] = MappingProxyType(dict(arguments))
        own = {name: value for name, value in arguments.items() if not hasattr(Layer, name)}
        self.__dict__.update(own)
        self.__dict__["attributes"] = {name: Field(_ANY, None, "") for name in arguments}
        self.__dict__["roles"] = {name: _role(name) for name in declaration.inputs or ("inputs",)}

    def __reduce__(self) -> tuple[Any, ...]:
        """A copy is made of the declaration and the arguments."""
        written = self.declaration._replace(written=dict(self.declaration.written))
        return Declared, (written, dict(self.arguments))

    def __hash__(self) -> int:
        return hash((self.declaration.kind, *self.arguments))

    def kind(self) -> str:  # of this layer, not of a class
        """The name of the kind."""
        return self.declaration.kind

    def built_like(self, other: Layer) -> bool:
        return (
            isinstance(other, Declared)
            and self.declaration == other.declaration
            and self.arguments == other.arguments
        )

    def title(self, say: Say = plainly) -> Title:
        words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", self.kind()).lower()
        shown = (f"{name} {say(name, value)}" for name, value in self.arguments.items())
        return Title(words, "".join(f", {one}" for one in shown))

    def infer(self, *inputs: Tensor, roles: Sequence[str] = ()) -> Any:
        raise Mismatch("what a declared kind does to shapes, its declaration says")

    def keras_call(
        self, inputs: Sequence[_Input], roles: Sequence[str] = ()
    ) -> tuple[list[Any], dict[str, Any]]:
        """The tensors, one by one in the order of the declaration."""
        return list(inputs), {}
