"""Recurrence: a sequence read step by step, each with what is remembered of the steps before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from archspec.layers.axes import known, need_floats, need_mask, need_rank
from archspec.layers.base import Mismatch, attr, layer, named_role, role, training_mode
from archspec.layers.kernels import WithKernel, new_weight
from archspec.layers.objects import (
    CONSTRAINT,
    OPTIONAL_ACTIVATION,
    OPTIONAL_INITIALIZER,
    REGULARIZER,
)
from archspec.layers.titles import Say, Title, plainly
from archspec.layers.types import FLAG, POSITIVE, SEED, number
from archspec.spelling import counted
from archspec.tensor import Tensor, Weight, product

_SHARE = number("a number from 0 to 1", 0, 1)


class _Recurrent(WithKernel):
    gates: ClassVar[int]
    """How many vectors of `units` a step computes from its input, and as many from the state."""
    further_outputs: ClassVar[Mapping[str, str]] = {"state_h": "return_state: true"}
    """The states after the last step."""

    sequences = role("the sequence, (T, C)")
    initial_state = named_role("the states before the first step, (units) each", several=True)
    mask = named_role("which steps are there, (T); the others leave the state as it is")
    training: bool | None = training_mode()

    units: int = attr(POSITIVE, doc="the length of the state and of the output", before="use_bias")
    activation: str | None = attr(
        OPTIONAL_ACTIVATION, "tanh", "the function applied to the output", before="use_bias"
    )
    recurrent_initializer: Any = attr(
        OPTIONAL_INITIALIZER,
        "orthogonal",
        "how the recurrent kernel starts",
        before="bias_initializer",
    )
    recurrent_regularizer: Any = attr(
        REGULARIZER, None, "a penalty on the recurrent kernel", before="bias_regularizer"
    )
    recurrent_constraint: Any = attr(
        CONSTRAINT,
        None,
        "what the recurrent kernel is held to in training",
        before="bias_constraint",
    )
    dropout: float = attr(_SHARE, 0.0, "the share of the input dropped in training")
    recurrent_dropout: float = attr(_SHARE, 0.0, "the share of the state dropped in training")
    return_sequences: bool = attr(
        FLAG, False, "whether to give the output of every step, not of the last alone"
    )
    return_state: bool = attr(FLAG, False, "whether to give the states after the last step too")
    go_backwards: bool = attr(FLAG, False, "whether to read from the end")
    seed: int | None = attr(SEED, None, "the seed of the dropout")

    def title(self, say: Say = plainly) -> Title:
        return Title(self.kind(), f", {say('units', self.units)}")

    def outputs(self, x: Tensor, **roles: Any) -> Mapping[str, Tensor]:
        y = self.output(x, **roles)
        state = Tensor((self.units,), self.compute_dtype)
        return {"": y, **dict.fromkeys(self.further_outputs if self.return_state else (), state)}

    def output(
        self, x: Tensor, initial_state: tuple[Tensor, ...] = (), mask: Tensor | None = None
    ) -> Tensor:
        need_rank(x, 2, "steps, channels")
        self._check_states(initial_state)
        if mask is not None:
            need_mask(mask, "mask", x.shape[:1])
        if self.dropout:  # without it, Keras makes floating numbers of integers
            need_floats(x)
        known(x.shape[-1], "the number of channels")
        steps = (x.shape[0],) if self.return_sequences else ()
        return Tensor((*steps, self.units), self.compute_dtype)

    def _check_states(self, states: tuple[Tensor, ...]) -> None:
        names = list(self.further_outputs)
        if states and len(states) != len(names):
            raise Mismatch(
                f"`initial_state` is {counted(len(states), 'tensor')}, and `{self.kind()}` has"
                f" {counted(len(names), 'state')}: {' and '.join(names)}",
                help=f"name {'both, in this order' if len(names) == 2 else 'one'}",
            )
        for name, state in zip(names, states, strict=False):
            if state.shape not in ((self.units,), (None,)):
                raise Mismatch(
                    f"the `{name}` of `initial_state` is {state}, and this layer has"
                    f" {self.units} units",
                    help="bring it to this size, with `Dense`; it has no axis of steps",
                )

    def weights(self, x: Tensor, **roles: Any) -> tuple[Weight, ...]:
        wide = self.gates * self.units
        channels = known(x.shape[-1], "the number of channels")
        made = [
            new_weight(self, self._within("kernel"), (channels, wide), "kernel_initializer"),
            new_weight(
                self,
                self._within("recurrent_kernel"),
                (self.units, wide),
                "recurrent_initializer",
            ),
        ]
        if self.use_bias:
            shape = self.bias_shape(wide)
            made.append(new_weight(self, self._within("bias"), shape, "bias_initializer"))
        return tuple(made)

    def _within(self, weight: str) -> str:
        """The weight's name in Keras, where it is the cell's."""
        names = {"LSTM": "lstm_cell", "GRU": "gru_cell", "SimpleRNN": "simple_rnn_cell"}
        return f"{names[self.kind()]}/{weight}"

    def bias_shape(self, wide: int) -> tuple[int, ...]:
        """The shape of the bias, for ``wide`` values a step."""
        return (wide,)

    def macs(self, y: Tensor, x: Tensor, **roles: Any) -> int | None:
        steps, channels = x.shape
        size = known(channels, "the number of channels") + self.units
        return product((steps, self.gates * self.units, size))


@layer
class LSTM(_Recurrent):
    """Long short-term memory (Hochreiter and Schmidhuber 1997).

    Shape: (T, C) → (units), or (T, units) with `return_sequences: true`. States (units) each:
    `state_h`, the output of the last step, and `state_c`, its memory. Kernel C × 4 units, recurrent
    kernel units × 4 units, bias 4 units.
    """

    gates = 4
    further_outputs: ClassVar[Mapping[str, str]] = {
        "state_h": "return_state: true",
        "state_c": "return_state: true",
    }

    recurrent_activation: str | None = attr(
        OPTIONAL_ACTIVATION, "sigmoid", "the function of the gates", before="use_bias"
    )
    unit_forget_bias: bool = attr(
        FLAG, True, "whether the bias of the forget gate starts at 1", before="kernel_regularizer"
    )


@layer
class GRU(_Recurrent):
    """A gated recurrent unit (Cho et al. 2014).

    Shape: (T, C) → (units), or (T, units) with `return_sequences: true`. Kernel C × 3 units,
    recurrent kernel units × 3 units, bias 2 × 3 units, or 3 units with `reset_after: false`.
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


@layer
class SimpleRNN(_Recurrent):
    """A recurrence without gates: the output of a step is its state (Elman 1990).

    Shape: (T, C) → (units), or (T, units) with `return_sequences: true`. Kernel C × units,
    recurrent kernel units × units, bias units.
    """

    gates = 1
