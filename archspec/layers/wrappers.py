"""Wrappers: layers of a layer, which is written like one: `TimeDistributed: {layer: {Dense: {units:
8}}}`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from archspec.layers.axes import need_floats, need_mask
from archspec.layers.base import Caution, Inferred, Layer, layer
from archspec.layers.fields import attr, named_role, role, training_mode
from archspec.layers.inner import belonging, changed, inferred, layer_of, name_of, within
from archspec.layers.mismatch import Mismatch
from archspec.layers.registry import KINDS
from archspec.layers.titles import Say, Title, plainly
from archspec.layers.types import POSITIVE, choice, optional
from archspec.spelling import counted
from archspec.tensor import Tensor, Weight, product, total

_ITEMS = "$defs/item/else/properties"
_RECURRENT = KINDS.of_family("recurrent")
_WITH_KERNELS = [
    *(kind for kind in KINDS.of_family("convolution") if not kind.startswith("Separable")),
    "Dense",
    "EinsumDense",
]
_WORDS = "a layer, written like an item: `{Dense: {units: 8}}`"

ANY_LAYER = layer_of(_WORDS, KINDS, KINDS, _ITEMS)
RECURRENT_LAYER = layer_of(
    "a recurrent layer, written like an item: `{LSTM: {units: 64}}`", KINDS, _RECURRENT, _ITEMS
)
LAYER_WITH_KERNEL = layer_of(
    "a layer with a kernel, written like an item: `{Dense: {units: 8}}`",
    KINDS,
    _WITH_KERNELS,
    _ITEMS,
)


@layer
class TimeDistributed(Layer):
    """A layer that is applied to each step of a sequence, with the same weights.

    Shape: (T, …) → (T, …), the axes after the first as the layer makes them.
    """

    layer: Layer = attr(ANY_LAYER, doc="the layer")

    training: bool | None = training_mode()
    mask = named_role("which steps are there, (T)")

    def mask_axes(self, inputs: Sequence[Tensor], masks: Sequence[int | None]) -> int | None:
        if masks[0] is not None:
            self.layer.mask_axes(inputs, [masks[0] - 1])  # which may not be for it
        return masks[0]

    def title(self, say: Say = plainly) -> Title:
        strong, rest = self.layer.title(say)
        return Title(strong, f"{rest}, each step")

    def check(self) -> None:
        _check_inner(self.layer)

    def output(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        y = self._each(x).output
        if mask is not None:
            need_mask(mask, "mask", x.shape[:1])
        return Tensor((x.shape[0], *y.shape), y.dtype)

    def weights(self, x: Tensor, mask: Tensor | None = None) -> tuple[Weight, ...]:
        return within(name_of(self.layer), self._each(x).weights)

    def macs(self, y: Tensor, x: Tensor, mask: Tensor | None = None) -> int | None:
        return product((x.shape[0], self._each(x).macs))

    def caution(self, *inputs: Tensor) -> Caution | None:
        if inputs[0].shape[0] is not None:
            return None
        return Caution(
            "Keras on TensorFlow takes the size of a batch for the number of steps of"
            " `TimeDistributed` where the number is unknown",
            "give the input a number of steps; a layer that keeps the axes before the last, as"
            " `Dense` does, needs no `TimeDistributed`",
        )

    def _each(self, x: Tensor) -> Inferred:
        if len(x.shape) < 2:
            raise Mismatch(
                "a sequence of steps has two axes or more, and this input has"
                f" {counted(len(x.shape), 'axis')}",
                help="use the layer alone: `Dense` and others keep the axes before the last",
            )
        step = Tensor(x.shape[1:], x.dtype)
        return inferred(belonging(self.layer, self), step, at="layer", where=", in each step")


@layer
class Bidirectional(Layer):
    """A recurrent layer that reads a sequence from the start, and a second one that reads it from
    the end (Schuster and Paliwal 1997).

    Shape: as of the layer, the channels twice as many with `merge_mode: concat`. With `merge_mode:
    null` the second output is `1`. States, where the layer returns them, are the outputs after it:
    those of the layer, then those of the second one.
    """

    layer: Layer = attr(RECURRENT_LAYER, doc="the layer; the second has its arguments")
    merge_mode: str | None = attr(
        optional(choice("sum", "mul", "ave", "concat"), "two outputs"),
        "concat",
        "how the outputs are joined",
    )
    backward_layer: Layer | None = attr(
        optional(RECURRENT_LAYER, "as the layer"), None, "the second layer, if it is another"
    )

    further_outputs: ClassVar[Mapping[str, str]] = {
        "1": "merge_mode: null",
        **{str(number): "return_state: true" for number in range(2, 6)},
    }
    sequences = role("the sequence, (T, C)")
    initial_state = named_role("the states before the first step, those of both", several=True)
    mask = named_role("which steps are there, (T)")
    training: bool | None = training_mode()

    def mask_axes(self, inputs: Sequence[Tensor], masks: Sequence[int | None]) -> int | None:
        return self.layer.mask_axes(inputs, masks)

    def title(self, say: Say = plainly) -> Title:
        strong, rest = self.layer.title(say)
        return Title(f"bidirectional {strong}", rest)

    def check(self) -> None:
        forward, backward = self._both()
        if getattr(forward, "go_backwards", False) == getattr(backward, "go_backwards", False):
            raise Mismatch(
                "one of the two layers must read from the end, and the other from the start",
                at="backward_layer",
                help="write `go_backwards: true` in `backward_layer`",
            )
        for name in ("return_sequences", "return_state"):
            if getattr(forward, name, False) != getattr(backward, name, False):
                raise Mismatch(
                    f"the two layers differ in `{name}`",
                    at="backward_layer",
                    help=f"write the same `{name}` in both",
                )

    def outputs(self, x: Tensor, **roles: Any) -> Mapping[str, Tensor]:
        made = [self.output(x, **roles)]
        forward, backward = self._inferred(x)
        if self.merge_mode is None:
            made.append(Tensor(backward.output.shape, self.compute_dtype))
        for one in (forward, backward):
            made += [tensor for _, tensor in one.outputs[1:]]
        return {str(number) if number else "": tensor for number, tensor in enumerate(made)}

    def output(
        self, x: Tensor, initial_state: tuple[Tensor, ...] = (), mask: Tensor | None = None
    ) -> Tensor:
        forward, backward = (result.output for result in self._inferred(x, initial_state))
        if mask is not None:
            need_mask(mask, "mask", x.shape[:1])
        if forward.shape != backward.shape:
            raise Mismatch(
                f"the two layers give {forward} and {backward}",
                at="backward_layer",
                help="let both give the same number of channels",
            )
        channels = forward.shape[-1]
        if self.merge_mode == "concat":
            channels = None if channels is None else 2 * channels
        return Tensor((*forward.shape[:-1], channels), self.compute_dtype)

    def weights(self, x: Tensor, **roles: Any) -> tuple[Weight, ...]:
        forward, backward = self._inferred(x)
        name = f"backward_{name_of(self.layer)}"
        if self.backward_layer is not None:
            name = name_of(self.backward_layer)
        first = within(f"forward_{name_of(self.layer)}", forward.weights)
        return (*first, *within(name, backward.weights))

    def macs(self, y: Tensor, x: Tensor, **roles: Any) -> int | None:
        return total(result.macs for result in self._inferred(x))

    def _both(self) -> tuple[Layer, Layer]:
        second = self.backward_layer or changed(self.layer, go_backwards=True)
        return belonging(self.layer, self), belonging(second, self)

    def _inferred(self, x: Tensor, states: tuple[Tensor, ...] = ()) -> list[Inferred]:
        """What the two layers make of an input, and of the states of both before it."""
        half = len(states) // 2
        if len(states) % 2:
            raise Mismatch(
                f"`initial_state` is {counted(len(states), 'tensor')}, and the two layers have as"
                " many states each",
                help="name the states of the layer, then those of the second one",
            )
        names = ("layer", "backward_layer" if self.backward_layer else "layer")
        return [
            inferred(one, x, *its_states, at=at)
            for one, at, its_states in zip(
                self._both(), names, (states[:half], states[half:]), strict=True
            )
        ]


@layer
class SpectralNormalization(Layer):
    """A layer whose kernel is divided by its spectral norm in training (Miyato et al. 2018).

    Shape: as of the layer. One more weight, not trained: `vector_u`.
    """

    training: bool | None = training_mode()

    layer: Layer = attr(LAYER_WITH_KERNEL, doc="the layer")
    power_iterations: int = attr(POSITIVE, 1, "how often the norm is estimated anew in each step")

    def mask_axes(self, inputs: Sequence[Tensor], masks: Sequence[int | None]) -> int | None:
        return self.layer.mask_axes(inputs, masks)

    def title(self, say: Say = plainly) -> Title:
        strong, rest = self.layer.title(say)
        return Title(strong, f"{rest}, spectral norm")

    def output(self, x: Tensor) -> Tensor:
        return self._inferred(x).output

    def weights(self, x: Tensor) -> tuple[Weight, ...]:
        kernel, *others = within(name_of(self.layer), self._inferred(x).weights)
        return (kernel, Weight("vector_u", (1, kernel.shape[-1]), False), *others)

    def macs(self, y: Tensor, x: Tensor) -> int | None:
        return self._inferred(x).macs

    def _inferred(self, x: Tensor) -> Inferred:
        need_floats(x)  # Keras gives the output the input's dtype
        return inferred(belonging(self.layer, self), x, at="layer")


def _check_inner(inner: Layer) -> None:
    """Raise `Mismatch` for a kind that cannot be applied within another layer."""
    if inner.arity[1] != 1:
        raise Mismatch(
            f"`{inner.kind()}` takes several tensors, and a step has one",
            at="layer",
            help="name a layer of one tensor",
        )
    if inner.composed:
        raise Mismatch(
            f"`{inner.kind()}` is no layer of Keras but made of several",
            at="layer",
            help="name a layer of Keras",
        )
