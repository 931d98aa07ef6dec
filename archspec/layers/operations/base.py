"""What an operation is: a function of `keras.ops`, written `ops.NAME`.

Every function is one row, a call of `row`, in the file of its shape rule; the rule is a class, and
the row adds the name, a sentence, the dtype of the result, and the arguments that the other
functions of the rule do not have. Tensors come from `from`. A function that also takes constants in
the place of tensors has an argument of the tensor's name.
"""

# No `from __future__ import annotations`: a NamedTuple compiles each annotation that is a text.

import sys
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, ClassVar, NamedTuple, TypeVar

from archspec.layers.base import REGISTERED, Inferred, Layer
from archspec.layers.constants import CONSTANT, tensor_of
from archspec.layers.fields import TensorRole, attr
from archspec.layers.mismatch import LAYER, Mismatch
from archspec.layers.operations import OPS
from archspec.layers.operations.dtypes import Gives, any_dtype
from archspec.layers.titles import Say, Title, plainly
from archspec.layers.types import INTEGER, optional
from archspec.spelling import listed_names
from archspec.tensor import Shape, Tensor

_Input = TypeVar("_Input")


class Array(NamedTuple):
    """A list of numbers that Keras takes as a tensor of a dtype."""

    value: Any
    dtype: str


class Truths(NamedTuple):
    """A tensor of a shape whose every element is true."""

    shape: tuple[int, ...]


class Operation(Layer):
    """What the functions share. A rule says which tensors it takes, and what it does to shapes.

    Tensors reach a rule in Keras's order. A constant among them has the shape that it is written
    in, without a batch; a single number has a weak dtype.
    """

    function: ClassVar[str] = ""
    """The name of the function below `keras.ops`."""
    keras_function: ClassVar[str] = ""
    """The function that is called, where it is another."""
    tensors: ClassVar[tuple[str, ...]] = ("x",)
    """The names of the tensors, in Keras's order."""
    many: ClassVar[bool] = False
    """Whether it takes any number of tensors, under one name."""
    further_tensors: ClassVar[tuple[str, ...]] = ()
    """The names of tensors that may be left out."""
    rule: ClassVar[str] = "unchanged."
    """What the function does to shapes, for its page."""
    gives: ClassVar[Gives] = staticmethod(any_dtype)
    """The dtype of the result."""
    rewrites: ClassVar[bool] = False
    """Whether Keras gets the arguments in another form."""
    batch: ClassVar[Mapping[str, Any]] = MappingProxyType({})
    """What stands for the batch at the head of the lists that Keras counts with it, by argument."""
    untitled: ClassVar[tuple[str, ...]] = ("keepdims",)
    """Arguments that a figure leaves out."""

    @classmethod
    def kind(cls) -> str:
        return OPS + cls.function

    @classmethod
    def words(cls) -> str:
        """What people call the function."""
        return cls.called or cls.function.rpartition(".")[2].replace("_", " ")

    def title(self, say: Say = plainly) -> Title:
        shown = [
            f", {said(name, value, say)}"
            for name, value in self.arguments.items()
            if name not in self.untitled and value is not None
        ]
        return Title(self.words(), "".join(shown))

    # --- what Keras is called with

    def keywords(self) -> dict[str, Any]:
        """The arguments as Keras takes them, with the batch."""
        passed = {name: self.arguments[name] for name in self.attributes if name in self.arguments}
        return {
            name: (self.batch[name], *value) if name in self.batch else value
            for name, value in passed.items()
            if name not in self.tensors
        }

    def keras_call(
        self, inputs: Sequence[_Input], roles: Sequence[str] = ()
    ) -> tuple[list[Any], dict[str, Any]]:
        """The positional arguments and the keywords of the function, for tensors of any sort, or
        the names of variables. A constant is a number or an `Array`.
        """
        placed = self.placed(inputs, roles)
        positional = [placed[name] for name in self.tensors]
        further = {name: placed[name] for name in self.further_tensors if name in placed}
        return positional, {**further, **self.keywords()}

    def placed(self, inputs: Sequence[_Input], roles: Sequence[str] = ()) -> dict[str, Any]:
        """The tensors and constants by their names, a list where any number is taken. Raises
        `Mismatch` where one is missing.
        """
        if self.many:
            return {self.tensors[0]: list(inputs)}
        named = dict(zip(roles, inputs, strict=True)) if roles else {}
        filled = {name: self.constant_of(name) for name in self.tensors}
        constants = {name: value for name, value in filled.items() if value is not None}
        names = [*self.tensors, *self.further_tensors]
        free = [name for name in names if name not in named and name not in constants]
        by_position = () if roles else inputs
        if len(by_position) > len(free):
            raise Mismatch(
                f"{LAYER} takes {_count(len(free))} beside {listed_names(constants)}, and gets"
                f" {len(by_position)}",
                help="name fewer in `from`, or leave out the constant",
            )
        placed = {**named, **constants, **dict(zip(free, by_position, strict=False))}
        missing = [name for name in self.tensors if name not in placed]
        if missing:
            raise self._missing(missing)
        return placed

    def constant_of(self, name: str) -> Any:
        """What stands in the place of a tensor: a number, an `Array`, or ``None`` for nothing."""
        value = self.arguments.get(name)
        return Array(value, tensor_of(value).dtype) if isinstance(value, tuple) else value

    def _missing(self, missing: list[str]) -> Mismatch:
        several = f"from: [{', '.join('abc'[: len(self.tensors)])}]"
        may_be_constant = [name for name in missing if name in self.attributes]
        constant = f", or a number: `{may_be_constant[-1]}: 1`" if may_be_constant else ""
        return Mismatch(
            f"{LAYER} takes {listed_names(self.tensors)}, and gets no {listed_names(missing)}",
            help=f"name the tensors, `{several}`{constant}",
        )

    # --- what it does to shapes

    @property
    def open_roles(self) -> dict[str, TensorRole]:
        """The tensors that no constant stands in the place of."""
        return {name: role for name, role in self.roles.items() if self.arguments.get(name) is None}

    def infer(self, *inputs: Tensor, roles: Sequence[str] = ()) -> Inferred:
        """What the function does to tensors of these shapes, which it does not cast. Raises
        `Mismatch` exactly where Keras fails, or would move or mix the batch.
        """
        try:
            xs = self._tensors(inputs, roles)
            results = self.results(*xs)
        except Mismatch as mismatch:
            mismatch.layer = f"`{self.kind()}`"
            raise
        y = next(iter(results.values()))
        several = tuple(results.items()) if len(results) > 1 else ()
        return Inferred(y, (), self.products(y, *xs), several)

    def _tensors(self, inputs: Sequence[Tensor], roles: Sequence[str]) -> list[Any]:
        placed = self.placed(inputs, roles)
        return [
            x if isinstance(x, Tensor) else _tensor(x)
            for name in (*self.tensors, *self.further_tensors)
            for x in (placed[name] if self.many else [placed.get(name)])
        ]

    def results(self, *xs: Any) -> Mapping[str, Tensor]:
        """The results by Keras's names, or numbers where it has none; a single one needs none.
        Raises `Mismatch`.
        """
        return {"": self.result(*xs)}

    def result(self, *xs: Any) -> Tensor:
        """The result for tensors in Keras's order, ``None`` for one that is left out. Raises
        `Mismatch`.
        """
        return Tensor(self.shape_of(*xs), type(self).gives(*xs))

    def shape_of(self, *xs: Any) -> Shape:
        """The shape of the result, or `Mismatch`."""
        shape: Shape = xs[0].shape
        return shape

    def products(self, y: Tensor, *xs: Any) -> int | None:
        """The multiply-adds."""
        return 0


Operation.attributes = MappingProxyType({})  # a function has no dtype and nothing to train


def row(base: type[Operation], function: str, about: str, **members: Any) -> type[Operation]:
    """Register a function of `keras.ops`: ``about`` says in a sentence what it does; ``members``
    are its own arguments and what else differs from its rule.

    The class stands in the module of its rule, so that its objects can be copied.
    """
    gives = members.pop("gives", None)
    if gives is not None:
        members["gives"] = staticmethod(gives)
    doc = f"{about}\n\nShape: {members.get('rule', base.rule)}"
    name = f"ops_{function.replace('.', '_')}"
    tensors = members.get("tensors", base.tensors)
    further = members.get("further_tensors", base.further_tensors)
    roles = {one: _role(one, one in tensors, base.many) for one in (*tensors, *further)}
    own = {"__doc__": doc, "__module__": base.__module__, "function": function, **members}
    own["roles"] = MappingProxyType(roles)
    made: type[Operation] = type(name, (base,), own)
    setattr(sys.modules[base.__module__], name, made)
    REGISTERED[made.kind()] = made
    return made


def _role(name: str, required: bool, several: bool) -> TensorRole:
    made = TensorRole(f"the tensor `{name}`", required=required, by_name=False, several=several)
    made.name = name
    return made


def _tensor(constant: Any) -> Tensor | None:
    """A constant as a tensor; a single number has a weak dtype."""
    if constant is None:
        return None
    if isinstance(constant, Array):
        return tensor_of(constant.value)
    return Tensor((), type(constant).__name__)


def _count(number: int) -> str:
    return "one tensor" if number == 1 else f"{number} tensors"


def said(name: str, value: Any, say: Say) -> str:
    """An argument in a title, behind its name: ``shape 1×2``, ``axes 1, 2``."""
    if name not in ("axis", "axes") or not isinstance(value, tuple):
        return f"{name} {written(name, value, say)}"
    word = "axis" if len(value) == 1 else "axes"
    return f"{word} {', '.join([say(name, axis) for axis in value])}"


def written(name: str, value: Any, say: Say) -> str:
    """An argument in a title: lists as ``1×2``, a long one cut by ``say``."""
    if not isinstance(value, tuple):
        return say(name, value)
    return "×".join(written(name, element, say) for element in value)


# --- arguments that many have

ALL_AXES = "all, which is refused: the batch is one of them"
"""What ``null`` means as the axes of a function."""

NO_FLAT_AXIS = optional(INTEGER, "of all elements in a row, which is refused")
"""The axis of a function that without one would mix the examples of a batch."""


def constant(doc: str) -> Any:
    """Declare the argument that stands in the place of a tensor."""
    return attr(optional(CONSTANT, "a tensor"), None, doc)


def need_axis(
    layer: Operation, at: str = "axis", write: str = "`axis: -1` for the last axis"
) -> None:
    """Raise `Mismatch` where an axis is left to a default that is, or contains, the batch."""
    if layer.arguments.get(at) is not None:
        return
    default = layer.attributes[at].default
    every = "without it, Keras takes all axes, the batch too"
    why = "Keras's default, 0, is the batch" if default == 0 else every
    raise Mismatch(f"{LAYER} needs `{at}`: {why}", at=at, help=f"write {write}")
