"""Recurrence: a sequence read step by step, each with what is remembered of the steps before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from archspec.layers.axes import known, need_floats, need_mask, need_rank
from archspec.layers.base import Layer, layer
from archspec.layers.cells import (
    ONE_CELL,
    Cell,
    Gated,
    GRUCell,
    LSTMCell,
    SimpleRNNCell,
    StackedRNNCells,
)
from archspec.layers.fields import Field, attr, named_role, role, training_mode
from archspec.layers.inner import belonging, name_of, several, within
from archspec.layers.kernels import check_activation
from archspec.layers.mismatch import Mismatch
from archspec.layers.objects import OPTIONAL_ACTIVATION, REGULARIZER
from archspec.layers.titles import Say, Title, plainly, step_words, window_words
from archspec.layers.types import FLAG, POSITIVE, choice
from archspec.layers.windows import AXES, SIZE, Sliding, slide, spread
from archspec.spelling import counted
from archspec.tensor import Shape, Tensor, Weight, product, show_shape


class OverSteps(Layer):
    """What reads a sequence step by step, with a cell."""

    axes: ClassVar[str] = "steps, channels"
    """The axes of the input, in words."""
    further_outputs: ClassVar[Mapping[str, str]] = {"state_h": "return_state: true"}
    """The states after the last step."""

    sequences = role("the sequence, (T, C)")
    initial_state = named_role("the states before the first step", several=True)
    mask = named_role("which steps are there, (T); the others leave the state as it is")
    training: bool | None = training_mode()

    return_sequences: bool = attr(
        FLAG, False, "whether to give the output of every step, not of the last alone"
    )
    return_state: bool = attr(FLAG, False, "whether to give the states after the last step too")
    go_backwards: bool = attr(FLAG, False, "whether to read from the end")

    def mask_axes(self, inputs: Sequence[Tensor], masks: Sequence[int | None]) -> int | None:
        return masks[0] if self.return_sequences else None

    def step(self) -> Cell:
        """What is done in each step."""
        raise NotImplementedError(self.kind())

    def a_step(self, x: Tensor) -> Tensor:
        """The input of a step, for an input of all. Raises `Mismatch`."""
        need_rank(x, len(self.axes.split(", ")), self.axes)
        return Tensor(x.shape[1:], x.dtype)

    def outputs(self, x: Tensor, **roles: Any) -> Mapping[str, Tensor]:
        made = {"": self.output(x, **roles)}
        if self.return_state:
            shapes = self.step().states(self.a_step(x))
            for name, shape in zip(self.further_outputs, shapes, strict=False):
                made[name] = Tensor(shape, self.compute_dtype)
        return made

    def output(
        self, x: Tensor, initial_state: tuple[Tensor, ...] = (), mask: Tensor | None = None
    ) -> Tensor:
        y = self.step().infer(self.a_step(x)).output
        self._check_states(x, initial_state)
        if mask is not None:
            need_mask(mask, "mask", x.shape[:1])
        steps = (x.shape[0],) if self.return_sequences else ()
        return Tensor((*steps, *y.shape), self.compute_dtype)

    def _check_states(self, x: Tensor, states: tuple[Tensor, ...]) -> None:
        if not states:
            return
        shapes = self.step().states(self.a_step(x))
        names = list(self.further_outputs)[: len(shapes)]
        if len(states) != len(shapes):
            raise Mismatch(
                f"`initial_state` is {counted(len(states), 'tensor')}, and `{self.kind()}` has"
                f" {counted(len(names), 'state')}: {' and '.join(names)}",
                help=f"name {'both, in this order' if len(names) == 2 else 'one'}",
            )
        for name, shape, state in zip(names, shapes, states, strict=False):
            if not may_be(state.shape, shape):
                raise Mismatch(
                    f"the `{name}` of `initial_state` is {state}, and here it must be"
                    f" {show_shape(shape)}",
                    help="bring it to this size, with `Dense`; it has no axis of steps",
                )

    def weights(self, x: Tensor, **roles: Any) -> tuple[Weight, ...]:
        step = self.step()
        return within(name_of(step), step.infer(self.a_step(x)).weights)

    def macs(self, y: Tensor, x: Tensor, **roles: Any) -> int | None:
        return product((x.shape[0], self.step().infer(self.a_step(x)).macs))


def may_be(shape: Shape, other: Shape) -> bool:
    """Whether two shapes can be the same, sizes that are unknown being any."""
    return len(shape) == len(other) and all(
        None in pair or pair[0] == pair[1] for pair in zip(shape, other, strict=True)
    )


BOTH_STATES: Mapping[str, str] = {
    "state_h": "return_state: true",
    "state_c": "return_state: true",
}
"""The states of a long short-term memory, and how to have them."""


class _WithCell(OverSteps):
    """A recurrence that has the arguments of its cell as its own."""

    cell_kind: ClassVar[type[Cell]]

    activity_regularizer: Any = attr(
        REGULARIZER, None, "a penalty on the output", before="return_sequences"
    )

    def __init_subclass__(cls, cell: type[Cell]) -> None:
        cls.cell_kind = cell
        for name, its in cell.attributes.items():
            if name not in Layer.attributes:
                field = Field(its.type, its.default, its.doc, before="activity_regularizer")
                field.__set_name__(cls, name)
                setattr(cls, name, field)
        super().__init_subclass__()

    def step(self) -> Cell:
        own = self.cell_kind.attributes
        return self.cell_kind.of({k: v for k, v in self.arguments.items() if k in own})

    def check(self) -> None:
        self.step().check()

    def title(self, say: Say = plainly) -> Title:
        return self.step().title(say)

    def check_output(self, y: Tensor) -> None:
        check_activation(self, y)


@layer
class LSTM(_WithCell, cell=LSTMCell):
    """Long short-term memory (Hochreiter and Schmidhuber 1997).

    Shape: (T, C) → (units), or (T, units) with `return_sequences: true`. States (units) each:
    `state_h`, the output of the last step, and `state_c`, its memory. Kernel C × 4 units, recurrent
    kernel units × 4 units, bias 4 units.
    """

    further_outputs = BOTH_STATES


@layer
class GRU(_WithCell, cell=GRUCell):
    """A gated recurrent unit (Cho et al. 2014).

    Shape: (T, C) → (units), or (T, units) with `return_sequences: true`. Kernel C × 3 units,
    recurrent kernel units × 3 units, bias 2 × 3 units, or 3 units with `reset_after: false`.
    """


@layer
class SimpleRNN(_WithCell, cell=SimpleRNNCell):
    """A recurrence without gates: the output of a step is its state (Elman 1990).

    Shape: (T, C) → (units), or (T, units) with `return_sequences: true`. Kernel C × units,
    recurrent kernel units × units, bias units.
    """


@layer
class RNN(OverSteps):
    """A recurrence of a cell that is written like a layer: `RNN: {cell: {LSTMCell: {units: 64}}}`;
    of a list of cells, each is fed with the output of the one before.

    Shape: (T, C) → (units), or (T, units) with `return_sequences: true`, the units of the last
    cell. With `return_state: true`, the states of one cell are the outputs `1` and, where it has
    two, `2`.
    """

    further_outputs: ClassVar[Mapping[str, str]] = {
        "1": "return_state: true",
        "2": "return_state: true",
    }

    cell: Cell = attr(
        several(
            "a cell, written like a layer: `{LSTMCell: {units: 64}}`, or a list",
            ONE_CELL,
            lambda cells: StackedRNNCells.of({"cells": cells}),
        ),
        doc="the cell, or several",
        before="return_sequences",
    )
    zero_output_for_mask: bool = attr(
        FLAG, False, "whether the output of a masked step is 0, with `return_sequences`"
    )

    def check(self) -> None:
        if self.return_state and isinstance(self.cell, StackedRNNCells):
            raise Mismatch(
                "the states of several cells are lists of lists in Keras",
                at="return_state",
                help="write an `RNN` for each cell, one after the other",
            )

    def step(self) -> Cell:
        return belonging(self.cell, self)

    def title(self, say: Say = plainly) -> Title:
        return Title("RNN", f", {''.join(self.step().title(say))}")


# --- over images


class _Convolved(Gated, Sliding):
    """The step of a `ConvLSTM2D`: a convolution of the input, and one of the state."""

    gates = 4

    filters: int = attr(POSITIVE, doc="the number of output channels", before="activation")
    kernel_size: tuple[int, ...] = attr(SIZE[2], doc="the size of the window", before="activation")
    strides: tuple[int, ...] = attr(
        SIZE[2], 1, "the step from one window to the next", before="activation"
    )
    padding: str = attr(
        choice("valid", "same"),
        "valid",
        "whether windows stay inside the input or reach over its edge",
        before="activation",
    )
    dilation_rate: tuple[int, ...] = attr(
        SIZE[2], 1, "the distance of neighbours within a window", before="activation"
    )
    recurrent_activation: str | None = attr(
        OPTIONAL_ACTIVATION, "sigmoid", "the function of the gates", before="use_bias"
    )
    unit_forget_bias: bool = attr(
        FLAG, True, "whether the bias of the forget gate starts at 1", before="kernel_regularizer"
    )

    @classmethod
    def kind(cls) -> str:
        return "ConvLSTMCell"

    def title(self, say: Say = plainly) -> Title:
        stride = step_words("strides", self.strides, say)
        window = window_words("kernel_size", self.kernel_size, say)
        step = f", /{stride}" if stride != "1" else ""
        return Title(window, f" conv LSTM, {say('filters', self.filters)}{step}")

    def check(self) -> None:
        if max(self.strides) > 1 and max(self.dilation_rate) > 1:
            raise Mismatch(
                "`strides` and `dilation_rate` cannot both be greater than 1",
                at="dilation_rate",
                help="leave one of them out",
            )

    def output(self, x: Tensor) -> Tensor:
        need_floats(x)
        for size, name in zip(x.shape, (*AXES[self.rank], "number of channels"), strict=True):
            known(size, f"the {name}")
        windows = spread(self.kernel_size, self.dilation_rate)
        dilated = windows != self.kernel_size
        places = slide(x, windows, self.strides, self.padding, at="kernel_size", dilated=dilated)
        return Tensor((*places, self.filters), self.compute_dtype)

    def states(self, x: Tensor) -> tuple[Shape, ...]:
        return (self.output(x).shape,) * 2

    def weights(self, x: Tensor) -> tuple[Weight, ...]:
        kernel = (*self.kernel_size, known(x.shape[-1], "the number of channels"))
        return self.gated(kernel, (*self.kernel_size, self.filters), self.filters)

    def macs(self, y: Tensor, x: Tensor) -> int | None:
        channels = known(x.shape[-1], "the number of channels") + self.filters
        return product((*y.shape, self.gates, *self.kernel_size, channels))


class _Convolved1D(_Convolved, rank=1): ...


class _Convolved2D(_Convolved, rank=2): ...


class _Convolved3D(_Convolved, rank=3): ...


@layer
class ConvLSTM1D(_WithCell, cell=_Convolved1D):
    """Long short-term memory over sequences of sequences, whose products are convolutions (Shi et
    al. 2015).

    Shape: (T, L, C) → (L', filters), or (T, L', filters) with `return_sequences: true`, L' as of
    `Conv1D`. L must be known.
    """

    axes = "steps, length, channels"
    builds_in_call = True
    further_outputs = BOTH_STATES


@layer
class ConvLSTM2D(_WithCell, cell=_Convolved2D):
    """Long short-term memory over sequences of images, whose products are convolutions (Shi et al.
    2015).

    Shape: (T, H, W, C) → (H', W', filters), or (T, H', W', filters) with `return_sequences: true`,
    H' and W' as of `Conv2D`. H and W must be known.
    """

    axes = "steps, height, width, channels"
    builds_in_call = True
    further_outputs = BOTH_STATES


@layer
class ConvLSTM3D(_WithCell, cell=_Convolved3D):
    """Long short-term memory over sequences of volumes, whose products are convolutions (Shi et al.
    2015).

    Shape: (T, D, H, W, C) → (D', H', W', filters), or (T, D', H', W', filters) with
    `return_sequences: true`, D', H' and W' as of `Conv3D`. D, H and W must be known.
    """

    axes = "steps, depth, height, width, channels"
    builds_in_call = True
    further_outputs = BOTH_STATES
