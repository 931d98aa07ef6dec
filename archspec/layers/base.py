"""What a layer kind is: a class whose fields are its arguments and whose methods are arithmetic on
shapes.

Adding a kind is one class, decorated with `layer`, in the file of its family, and a row in that
family's test table. From the fields come the checks, the defaults, the JSON Schema and the page
that ``archspec layers KIND`` prints; the Keras call comes from the class's name and the arguments
that were given, so that no kind imports Keras.

`archspec.layers.fields` has what its arguments and inputs are declared with.
"""

# No `from __future__ import annotations`: a NamedTuple compiles each annotation that is a text.

from collections.abc import Mapping, Sequence, Set, Sized
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, TypeVar

from archspec.layers.fields import (
    CallField,
    Field,
    TensorRole,
    attr,
    declare_arguments,
    declare_call,
    role,
)
from archspec.layers.mismatch import Mismatch, wrong_argument
from archspec.layers.titles import Say, Title, plainly, spaced
from archspec.layers.types import FLAG, Refused, choice, optional
from archspec.tensor import Tensor, Weight

if TYPE_CHECKING:
    from typing_extensions import dataclass_transform
else:  # Python has it from 3.11, and only type checkers look at it

    def dataclass_transform(**_):
        """Do nothing."""
        return lambda cls: cls


FLOATS = ("float16", "bfloat16", "float32", "float64")
POLICIES = ("mixed_float16", "mixed_bfloat16")


class Caution(NamedTuple):
    """What Keras does otherwise than it says with a layer that it builds, and what to do."""

    message: str
    help: str


class Inferred(NamedTuple):
    """What a layer makes of its inputs: its first output, its weights in Keras's order, its
    multiply-adds for one example (``None``: unknown), and, where it gives several tensors, all of
    them with their names.
    """

    output: Tensor
    weights: tuple[Weight, ...]
    macs: int | None
    outputs: tuple[tuple[str, Tensor], ...] = ()


REGISTERED: dict[str, type["Layer"]] = {}
"""The layer kinds and cells of the families that were imported so far, by name;
`archspec.layers.registry` has all.
"""

_Kind = TypeVar("_Kind", bound="type[Layer]")
_Input = TypeVar("_Input")
_Self = TypeVar("_Self", bound="Layer")


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(attr,))
class Layer:
    """One layer with its arguments, frozen; equal when kind and arguments are.

    Keywords are plain values as they stand in YAML. Raises `Mismatch` for an unknown, missing or
    mistyped argument.
    """

    attributes: ClassVar[Mapping[str, Field]] = MappingProxyType({})
    own_attributes: ClassVar[Mapping[str, Field]]
    """The arguments that this class declares itself."""
    arity: ClassVar[tuple[int, int | None]] = (1, 1)
    """The least and the greatest number of tensors that the kind takes (``None``: any)."""
    called: ClassVar[str] = ""
    """What people call the kind in a figure; empty where it is Keras's name in plain words."""
    call_attributes: ClassVar[Mapping[str, CallField]] = MappingProxyType({})
    roles: ClassVar[Mapping[str, TensorRole]] = MappingProxyType({})
    further_outputs: ClassVar[Mapping[str, str]] = MappingProxyType({})
    """The outputs that the kind may give besides its first, by Keras's names, and what an item says
    to have each, such as ``return_state: true``; empty where that is always there.
    """
    misstated_outputs: ClassVar[Set[str]] = frozenset()
    """The outputs whose shape Keras states wrongly before the model runs."""
    builds_in_call: ClassVar[bool] = False
    """Whether Keras makes layers within the layer when it is called, which it then trains even
    where ``trainable`` is false.
    """
    truncates: ClassVar[bool] = False
    """Whether the kind takes whole numbers, and cuts off the fraction of others without a word."""
    states_floats: ClassVar[bool] = False
    """Whether Keras states floating numbers of what the layer makes of integers, which are integers
    when the model runs.
    """
    takes_stated_dtype: ClassVar[bool] = False
    """Whether the layer brings its input to the dtype that Keras states of it."""
    hands_on_mask: ClassVar[bool] = False
    """Whether Keras gives the output the mask that came with the (first) input."""
    takes_batch_alone: ClassVar[bool] = False
    """Whether the layer looks at nothing of its input but the number of examples."""
    composed: ClassVar[bool] = False
    """Whether the kind is made of layers and operations of Keras and is no layer there, so that it
    cannot stand in another.
    """
    keras: ClassVar[str] = ""
    """The Keras class, ``module:Class``, of a kind that a library ships."""
    symbol: ClassVar[str] = ""
    """The sign of a merge that joins its inputs element by element, such as ``+``."""

    arguments: Mapping[str, Any]
    """The arguments that were given, normalised; the others have their defaults."""
    call: Mapping[str, Any] = MappingProxyType({})
    """The constant arguments of the call that were given, normalised."""

    inputs = role("what the layer takes")

    dtype: str | None = attr(
        optional(choice(*FLOATS, *POLICIES), "Keras's floatx, float32"),
        None,
        "the dtype, or mixed-precision policy, of computations and weights",
    )
    trainable: bool = attr(FLAG, True, "whether training changes the weights")

    def __init_subclass__(cls) -> None:
        declare_arguments(cls, last=Layer.attributes)
        declare_call(cls)

    def __init__(self, **arguments: Any) -> None:
        known = self.attributes
        accepted = {}
        for name, value in arguments.items():
            if name not in known:
                raise Mismatch(f"`{self.kind()}` has no argument `{name}`", at=name)
            try:
                accepted[name] = known[name].type.accept(value)
            except Refused as refused:
                raise wrong_argument(name, refused) from None
        missing = [
            attribute
            for attribute in known.values()
            if attribute.required and attribute.name not in accepted
        ]
        if missing:
            needs = " and ".join(f"`{attribute.name}`" for attribute in missing)
            example = ", ".join(
                [
                    *(f"{name}: ..." for name in accepted),
                    *(f"{attribute.name}: ..." for attribute in missing),
                ]
            )
            first = f", {missing[0].doc}" if len(missing) == 1 else ""
            raise Mismatch(
                f"`{self.kind()}` needs {needs}{first}",
                at=missing[0].name,
                help=f"write `{self.kind()}: {{{example}}}`",
            )
        self.__dict__.update(accepted)
        self.__dict__["arguments"] = MappingProxyType(accepted)
        try:
            self.check()
        except Mismatch as mismatch:
            mismatch.layer = f"`{self.kind()}`"
            raise

    @classmethod
    def of(cls: type[_Self], arguments: Mapping[str, Any]) -> _Self:
        """The layer of arguments that are normalised already, those of another layer."""
        made = cls.__new__(cls)
        made.__setstate__((dict(arguments), {}))
        return made

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"{self.kind()} is frozen")

    def __getstate__(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """The arguments of constructor and call, which is all that a copy needs."""
        return dict(self.arguments), dict(self.call)

    def __setstate__(self, state: tuple[dict[str, Any], dict[str, Any]]) -> None:
        """Take over the arguments of the layer that is copied."""
        arguments, call = state
        self.__dict__.update(arguments)
        self.__dict__["arguments"] = MappingProxyType(arguments)
        if call:
            self.__dict__.update(call)
            self.__dict__["call"] = MappingProxyType(call)

    def __eq__(self, other: object) -> bool:
        return self is other or (
            isinstance(other, Layer) and self.built_like(other) and self.call == other.call
        )

    def __hash__(self) -> int:
        return hash((type(self), *self.arguments))

    def __repr__(self) -> str:
        arguments = ", ".join(f"{name}={value!r}" for name, value in self.arguments.items())
        call = ", ".join(f"{name}={value!r}" for name, value in self.call.items())
        return f"{self.kind()}({arguments})" + (f"(..., {call})" if call else "")

    def built_like(self, other: "Layer") -> bool:
        """Whether kind and arguments of the constructor are the same, so that both can be uses of
        one layer.
        """
        return type(self) is type(other) and self.arguments == other.arguments

    def called_with(self, **values: Any) -> "Layer":
        """This layer with constants for arguments of its call. Raises `Mismatch` for one that is
        unknown or mistyped.
        """
        accepted = {}
        for name, value in values.items():
            field = self.call_attributes.get(name)
            if field is None:
                raise Mismatch(f"the call of `{self.kind()}` has no argument `{name}`", at=name)
            try:
                accepted[name] = field.type.accept(value)
            except Refused as refused:
                raise wrong_argument(name, refused) from None
        called = object.__new__(type(self))
        called.__setstate__((dict(self.arguments), {**self.call, **accepted}))
        return called

    @classmethod
    def kind(cls) -> str:
        """The name of the kind, which is Keras's name of the layer."""
        return cls.__name__

    @classmethod
    def family(cls) -> str:
        """The name of the file that the kind is in: kinds of one file are drawn alike."""
        return cls.__module__.rpartition(".")[2]

    def title(self, say: Say = plainly) -> Title:
        """The words of the layer in a figure; ``say`` writes the values of arguments."""
        return Title(self.called or spaced(self.kind()))

    @property
    def makes_mask(self) -> bool:
        """Whether Keras gives the output a mask of its own."""
        return False

    def mask_axes(self, inputs: Sequence[Tensor], masks: Sequence[int | None]) -> int | None:
        """How many axes the mask has that Keras gives the first output, ``None`` without one.

        A mask comes with a tensor, and says which of its positions count; nothing in a spec names
        it. ``masks`` are the axes of those that come with the inputs. Raises `Mismatch` where the
        layer fails on such a mask when the model runs.
        """
        return masks[0] if self.hands_on_mask and masks else None

    @property
    def compute_dtype(self) -> str:
        """The dtype of what the layer computes, and to which it casts floating inputs."""
        return (self.dtype or "float32").removeprefix("mixed_")

    @property
    def open_roles(self) -> Mapping[str, TensorRole]:
        """The roles that tensors can have: those that no argument fills with a constant."""
        if self.roles.keys().isdisjoint(self.arguments):
            return self.roles
        return {name: role for name, role in self.roles.items() if name not in self.arguments}

    def infer(self, *inputs: Tensor, roles: Sequence[str] = ()) -> Inferred:
        """What the layer does to inputs of these shapes. ``roles`` are those of the inputs where
        not all of them are given by position.

        As Keras does, floating inputs are cast to the layer's dtype. Raises `Mismatch` exactly
        where Keras fails.
        """
        cast = tuple(
            Tensor(x.shape, self.compute_dtype) if x.dtype in FLOATS else x for x in inputs
        )
        positional, named = self.by_role(cast, roles)
        try:
            outputs = self.outputs(*positional, **named)
            y = next(iter(outputs.values()))
            self.check_output(y)
            weights = self.weights(*positional, **named)
        except Mismatch as mismatch:
            mismatch.layer = f"`{self.kind()}`"
            raise
        if not self.trainable:
            weights = tuple(Weight(weight.name, weight.shape, False) for weight in weights)
        macs = self.macs(y, *positional, **named)
        return Inferred(y, weights, macs, tuple(outputs.items()) if len(outputs) > 1 else ())

    def count_by_position(self, inputs: Sized, roles: Sequence[str]) -> int:
        """How many of the ``inputs`` are taken by position. ``roles`` are theirs, empty where all
        are given so.
        """
        return sum(not self.roles[name].by_name for name in roles) if roles else len(inputs)

    def takes(self, count: int) -> bool:
        """Whether the kind takes so many tensors by position."""
        least, most = self.arity
        return least <= count and (most is None or count <= most)

    def by_role(
        self, inputs: Sequence[_Input], roles: Sequence[str]
    ) -> tuple[tuple[_Input, ...], dict[str, Any]]:
        """What a layer takes, as positional arguments and keywords. ``roles`` are those of the
        ``inputs``, empty where all are given by position. A role of several tensors has a tuple.
        """
        if not roles:
            return tuple(inputs), {}
        positional: list[_Input] = []
        named: dict[str, Any] = {}
        order = [name for name, role in self.roles.items() if not role.by_name]
        many = len(order) == 1 and self.arity[1] != 1
        for name, x in zip(roles, inputs, strict=True):
            next_one = order[:1] if many else order[len(positional) : len(positional) + 1]
            if [name] == next_one:
                positional.append(x)
            elif self.roles[name].several:
                named[name] = (*named.get(name, ()), x)
            else:
                named[name] = x
        return tuple(positional), named

    def keras_call(
        self, inputs: Sequence[_Input], roles: Sequence[str] = ()
    ) -> tuple[list[Any], dict[str, Any]]:
        """The positional arguments and the keywords with which Keras's layer is called, for tensors
        of any sort, or the names of variables. A list stands where Keras takes one.
        """
        positional, named = self.by_role(inputs, roles)
        keywords = {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in named.items()
        }
        taken = list(positional) if len(positional) == 1 else [list(positional)]
        return taken, {**keywords, **self.call}

    def check(self) -> None:
        """Raise `Mismatch` where arguments contradict each other, whatever the input."""

    def outputs(self, *inputs: Tensor, **roles: Any) -> Mapping[str, Tensor]:
        """The outputs by their names, the first of which may have none, or `Mismatch`. Tensors that
        are taken by the name of their role are keywords.
        """
        return {"": self.output(*inputs, **roles)}

    def output(self, *inputs: Tensor, **roles: Any) -> Tensor:
        """The first output for these inputs, or `Mismatch`."""
        raise NotImplementedError(self.kind())

    def check_output(self, y: Tensor) -> None:
        """Raise `Mismatch` where an argument does not fit the output."""

    def weights(self, *inputs: Tensor, **roles: Any) -> tuple[Weight, ...]:
        """The weights in Keras's order."""
        return ()

    def caution(self, *inputs: Tensor) -> Caution | None:
        """What Keras does wrong where the layer takes such inputs; nothing as a rule."""
        return None

    def macs(self, y: Tensor, *inputs: Tensor, **roles: Any) -> int | None:
        """Multiply-adds for one example; ``None`` where a size is unknown. ``y`` is the output."""
        return 0


declare_arguments(Layer, last={})
declare_call(Layer)


def layer(cls: _Kind) -> _Kind:
    """Register a layer kind under its name."""
    REGISTERED[cls.__name__] = cls
    return cls


def cell(cls: _Kind) -> _Kind:
    """Register a cell, which a recurrence repeats and which is no item, under its name."""
    REGISTERED[cls.__name__] = cls
    return cls


class SameShape(Layer):
    """What the kinds share that change values and no shape. The output has the layer's dtype,
    as Keras says of every such layer.
    """

    def output(self, x: Tensor) -> Tensor:
        """The input's shape."""
        return Tensor(x.shape, self.compute_dtype)
