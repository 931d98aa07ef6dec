"""Cells: what an `RNN` does in each step. They are written in its `cell`, and are no items."""

from __future__ import annotations

from typing import Any, ClassVar

from archspec.layers.axes import known, need_floats, need_rank
from archspec.layers.base import Layer, cell
from archspec.layers.fields import attr
from archspec.layers.inner import belonging, layer_of, names_of, within
from archspec.layers.kernels import check_activation, new_weight
from archspec.layers.objects import (
    CONSTRAINT,
    OPTIONAL_ACTIVATION,
    OPTIONAL_INITIALIZER,
    REGULARIZER,
)
from archspec.layers.registry import CELLS
from archspec.layers.titles import Say, Title, plainly
from archspec.layers.types import FLAG, POSITIVE, SEED, number, sequence
from archspec.tensor import Shape, Tensor, Weight, product, total

SHARE = number("a number from 0 to 1", 0, 1)


class Cell(Layer):
    """One step: what it makes of the step's input and of what is remembered of the steps before."""

    def states(self, x: Tensor) -> tuple[Shape, ...]:
        """The shapes of what is remembered, for the input of a step. The first is the output's,
        but in `StackedRNNCells`, where the last cell gives the output.
        """
        raise NotImplementedError(self.kind())


class Gated(Cell):
    """Arguments of a cell of two kernels, that of the input and that of the state, and a bias."""

    gates: ClassVar[int]
    """How many values a step computes for each of its units, from its input and its state."""

    activation: str | None = attr(OPTIONAL_ACTIVATION, "tanh", "the function applied to the output")
    use_bias: bool = attr(FLAG, True, "whether a bias is added")
    kernel_initializer: Any = attr(OPTIONAL_INITIALIZER, "glorot_uniform", "how the kernel starts")
    recurrent_initializer: Any = attr(
        OPTIONAL_INITIALIZER, "orthogonal", "how the recurrent kernel starts"
    )
    bias_initializer: Any = attr(OPTIONAL_INITIALIZER, "zeros", "how the bias starts")
    kernel_regularizer: Any = attr(REGULARIZER, None, "a penalty on the kernel")
    recurrent_regularizer: Any = attr(REGULARIZER, None, "a penalty on the recurrent kernel")
    bias_regularizer: Any = attr(REGULARIZER, None, "a penalty on the bias")
    kernel_constraint: Any = attr(CONSTRAINT, None, "what the kernel is held to in training")
    recurrent_constraint: Any = attr(
        CONSTRAINT, None, "what the recurrent kernel is held to in training"
    )
    bias_constraint: Any = attr(CONSTRAINT, None, "what the bias is held to in training")
    dropout: float = attr(SHARE, 0.0, "the share of the input dropped in training")
    recurrent_dropout: float = attr(SHARE, 0.0, "the share of the state dropped in training")
    seed: int | None = attr(SEED, None, "the seed of the dropout")

    def check_output(self, y: Tensor) -> None:
        check_activation(self, y)

    def gated(self, kernel: Shape, recurrent: Shape, size: int) -> tuple[Weight, ...]:
        """The two kernels, ``kernel`` and ``recurrent`` being their shapes without the last axis,
        and the bias, for ``size`` units.
        """
        wide = self.gates * size
        made = [
            new_weight(self, "kernel", (*kernel, wide), "kernel_initializer"),  # type: ignore[arg-type]
            new_weight(self, "recurrent_kernel", (*recurrent, wide), "recurrent_initializer"),  # type: ignore[arg-type]
        ]
        bias = [new_weight(self, "bias", self.bias_shape(wide), "bias_initializer")]
        return (*made, *(bias if self.use_bias else ()))

    def bias_shape(self, wide: int) -> tuple[int, ...]:
        """The shape of the bias, for ``wide`` values a step."""
        return (wide,)


class OfUnits(Gated):
    """A cell whose output and state are vectors."""

    units: int = attr(
        POSITIVE, doc="the length of the state and of the output", before="activation"
    )

    def title(self, say: Say = plainly) -> Title:
        return Title(self.kind().removesuffix("Cell"), f", {say('units', self.units)}")

    def output(self, x: Tensor) -> Tensor:
        need_rank(x, 1, "channels")
        if self.dropout:  # without it, Keras makes floating numbers of integers
            need_floats(x)
        known(x.shape[-1], "the number of channels")
        return Tensor((self.units,), self.compute_dtype)

    def states(self, x: Tensor) -> tuple[Shape, ...]:
        return ((self.units,),)

    def weights(self, x: Tensor) -> tuple[Weight, ...]:
        channels = known(x.shape[-1], "the number of channels")
        return self.gated((channels,), (self.units,), self.units)

    def macs(self, y: Tensor, x: Tensor) -> int | None:
        size = known(x.shape[-1], "the number of channels") + self.units
        return product((self.gates * self.units, size))


@cell
class LSTMCell(OfUnits):
    """One step of an `LSTM`.

    Shape: (C) → (units). States: two vectors (units), the output and the memory.
    """

    gates = 4

    recurrent_activation: str | None = attr(
        OPTIONAL_ACTIVATION, "sigmoid", "the function of the gates", before="use_bias"
    )
    unit_forget_bias: bool = attr(
        FLAG, True, "whether the bias of the forget gate starts at 1", before="kernel_regularizer"
    )

    def states(self, x: Tensor) -> tuple[Shape, ...]:
        return ((self.units,),) * 2


@cell
class GRUCell(OfUnits):
    """One step of a `GRU`.

    Shape: (C) → (units). State: its output.
    """

    gates = 3

    recurrent_activation: str | None = attr(
        OPTIONAL_ACTIVATION, "sigmoid", "the function of the gates", before="use_bias"
    )
    reset_after: bool = attr(
        FLAG, True, "whether the reset gate acts after the product with the recurrent kernel"
    )

    def bias_shape(self, wide: int) -> tuple[int, ...]:
        return (2, wide) if self.reset_after else (wide,)


@cell
class SimpleRNNCell(OfUnits):
    """One step of a `SimpleRNN`.

    Shape: (C) → (units). State: its output.
    """

    gates = 1

    def title(self, say: Say = plainly) -> Title:
        return Title("simple RNN", f", {say('units', self.units)}")


ONE_CELL = layer_of(
    "a cell, written like a layer: `{LSTMCell: {units: 64}}`", CELLS, CELLS, "$defs/cells"
)


@cell
class StackedRNNCells(Cell):
    """Several cells, each fed with the output of the one before; a list in `cell` means the same.

    Shape: (C) → the output of the last cell. States: those of all cells.
    """

    cells: tuple[Any, ...] = attr(
        sequence("a list of cells, each written like a layer", ONE_CELL, 1), doc="the cells"
    )

    def title(self, say: Say = plainly) -> Title:
        return Title(" + ".join("".join(stacked.title(say)) for stacked in self.cells))

    def output(self, x: Tensor) -> Tensor:
        for stacked in self.cells:
            x = belonging(stacked, self).infer(x).output
        return x

    def states(self, x: Tensor) -> tuple[Shape, ...]:
        shapes: list[Shape] = []
        for stacked in self.cells:
            shapes += stacked.states(x)
            x = stacked.infer(x).output
        return tuple(shapes)

    def weights(self, x: Tensor) -> tuple[Weight, ...]:
        made: list[Weight] = []
        for name, stacked in zip(names_of(self.cells), self.cells, strict=True):
            inferred = belonging(stacked, self).infer(x)
            made += within(name, inferred.weights)
            x = inferred.output
        return tuple(made)

    def macs(self, y: Tensor, x: Tensor) -> int | None:
        counted = []
        for stacked in self.cells:
            inferred = stacked.infer(x)
            counted.append(inferred.macs)
            x = inferred.output
        return total(counted)
