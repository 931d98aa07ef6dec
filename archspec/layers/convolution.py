"""Convolutions: over one, two and three axes, transposed, depthwise and separable."""

from __future__ import annotations

from math import gcd, prod
from typing import Any

from archspec.layers.axes import divisors, known, need_floats
from archspec.layers.base import layer
from archspec.layers.fields import attr
from archspec.layers.kernels import Biased, WithKernel, new_weight
from archspec.layers.mismatch import Mismatch
from archspec.layers.objects import (
    CONSTRAINT,
    OPTIONAL_ACTIVATION,
    OPTIONAL_INITIALIZER,
    REGULARIZER,
)
from archspec.layers.titles import Say, Title, plainly, step_words, window_words
from archspec.layers.types import POSITIVE, choice
from archspec.layers.windows import OPTIONAL_PADDING, SIZE, Sliding, slide, spread
from archspec.tensor import Shape, Tensor, Weight, product

_PADDING = choice("valid", "same")


class _Convolution(Biased, Sliding):
    kernel_size: tuple[int, ...] = attr(SIZE[2], doc="the size of the window", before="use_bias")
    strides: tuple[int, ...] = attr(
        SIZE[2], 1, "the step from one window to the next", before="use_bias"
    )
    padding: str = attr(
        _PADDING,
        "valid",
        "whether windows stay inside the input or reach over its edge",
        before="use_bias",
    )
    dilation_rate: tuple[int, ...] = attr(
        SIZE[2], 1, "the distance of neighbours within a window", before="use_bias"
    )
    activation: str | None = attr(
        OPTIONAL_ACTIVATION, None, "the function applied to the output", before="use_bias"
    )

    def channels(self, x: Tensor) -> int:
        self.need_axes(x)
        need_floats(x)
        return known(x.shape[-1], "the number of channels")

    def places(self, x: Tensor) -> Shape:
        windows = spread(self.kernel_size, self.dilation_rate)
        return slide(
            x,
            windows,
            self.strides,
            self.padding,
            at="kernel_size",
            dilated=windows != self.kernel_size,
        )

    def window(self, say: Say) -> str:
        """``3×3``, as a title begins."""
        return window_words("kernel_size", self.kernel_size, say)

    def strides_and_dilation(self, say: Say) -> str:
        """The end of a title: strides and dilation, where they are not 1."""
        stride = step_words("strides", self.strides, say)
        dilation = step_words("dilation_rate", self.dilation_rate, say)
        words = f", /{stride}" if stride != "1" else ""
        if dilation == "dilation":  # an argument of a block, called as the word before it
            return f"{words}, dilation"
        return words + (f", dilation {dilation}" if dilation != "1" else "")

    def refuse_dilated_strides(self) -> None:
        if max(self.strides) > 1 and max(self.dilation_rate) > 1:
            raise Mismatch(
                "`strides` and `dilation_rate` cannot both be greater than 1",
                at="dilation_rate",
                help="leave one of them out",
            )


class _Full(_Convolution, WithKernel):
    filters: int = attr(POSITIVE, doc="the number of output channels", before="kernel_size")


class _Plain(_Full):
    groups: int = attr(
        POSITIVE,
        1,
        "into how many parts the channels are split, each convolved alone",
        before="activation",
    )

    def title(self, say: Say = plainly) -> Title:
        end = self.strides_and_dilation(say)
        if self.groups == self.filters > 1:  # a filter for each channel, as ConvNeXt writes it
            return Title(self.window(say), f" depthwise conv{end}")
        groups = say("groups", self.groups)
        grouped = f", {groups} groups" if groups != "1" else ""
        return Title(self.window(say), f" conv, {say('filters', self.filters)}{end}{grouped}")

    def check(self) -> None:
        self.refuse_dilated_strides()
        if self.filters % self.groups:
            message = f"{self.filters} filters do not divide into {self.groups} groups"
            help = (
                f"for {self.filters} filters, `groups` can be one of {divisors(self.filters)} that"
                " divides the input's channels too"
            )
            raise Mismatch(message, at="groups", help=help, advise=self._groups)

    def _groups(self, x: Tensor) -> str | None:
        """The help that names the numbers of groups that fit the filters and an input."""
        channels = x.shape[-1] if x.shape else None
        if channels is None:
            return None
        return (
            f"for {channels} channels and {self.filters} filters, `groups` can be"
            f" {divisors(gcd(channels, self.filters))}"
        )

    def output(self, x: Tensor) -> Tensor:
        channels = self.channels(x)
        if channels % self.groups:
            message = f"the input's {channels} channels do not divide into {self.groups} groups"
            raise Mismatch(message, at="groups", help=self._groups(x))
        return Tensor((*self.places(x), self.filters), self.compute_dtype)

    def weights(self, x: Tensor) -> tuple[Weight, ...]:
        shape = (*self.kernel_size, self.channels(x) // self.groups, self.filters)
        return (new_weight(self, "kernel", shape, "kernel_initializer"), *self.bias(self.filters))

    def macs(self, y: Tensor, x: Tensor) -> int | None:
        return product((*y.shape, *self.kernel_size, self.channels(x) // self.groups))


@layer
class Conv1D(_Plain, rank=1):
    """Convolution of a sequence.

    Shape: (L, C) → (L', filters), where L' is ⌊(L − k) / strides⌋ + 1 for padding `valid` with k =
    (kernel_size − 1) · dilation_rate + 1, and ⌈L / strides⌉ for `same` and `causal`.
    """

    padding: str = attr(
        choice("valid", "same", "causal"),
        "valid",
        "whether windows stay inside the input, reach over both edges or over the start",
    )


@layer
class Conv2D(_Plain, rank=2):
    """Convolution of an image.

    Shape: (H, W, C) → (H', W', filters), where H' is ⌊(H − k) / strides⌋ + 1 for padding `valid`
    with k = (kernel_size − 1) · dilation_rate + 1, ⌈H / strides⌉ for `same`, and W' alike. `groups`
    must divide C and filters.
    """


@layer
class Conv3D(_Plain, rank=3):
    """Convolution of a volume or a video.

    Shape: (D, H, W, C) → (D', H', W', filters), where D' is ⌊(D − k) / strides⌋ + 1 for padding
    `valid` with k = (kernel_size − 1) · dilation_rate + 1, ⌈D / strides⌉ for `same`, and H', W'
    alike. `groups` must divide C and filters.
    """


class _Transposed(_Full):
    output_padding: tuple[int, ...] | None = attr(
        OPTIONAL_PADDING[2],
        None,
        "positions added at the end, fewer than strides",
        before="dilation_rate",
    )

    def title(self, say: Say = plainly) -> Title:
        stride = step_words("strides", self.strides, say)
        larger = f", ×{stride}" if stride != "1" else ""
        return Title(self.window(say), f" transposed conv, {say('filters', self.filters)}{larger}")

    def check(self) -> None:
        self.refuse_dilated_strides()
        windows = spread(self.kernel_size, self.dilation_rate)
        for window, stride, extra in zip(
            windows, self.strides, self.output_padding or (), strict=self.output_padding is not None
        ):
            if extra >= stride:
                message = f"an output_padding of {extra} is not less than the stride, {stride}"
                raise Mismatch(
                    message,
                    at="output_padding",
                    help="leave it out: `padding` then chooses the output's size",
                )
            if self.padding == "same" and extra == 0 and window % 2 == 0:
                # Keras builds this, and TensorFlow refuses to run it: the output would be a whole
                # stride short.
                message = (
                    f"for padding same, an even window of {window} needs an output_padding of at"
                    " least 1"
                )
                raise Mismatch(
                    message,
                    at="output_padding",
                    help="leave it out: the output is then the input × strides",
                )

    def output(self, x: Tensor) -> Tensor:
        self.channels(x)
        windows = spread(self.kernel_size, self.dilation_rate)
        extras = self.output_padding or (None,) * self.rank
        sizes = map(self._size, x.shape, windows, self.strides, extras)
        return Tensor((*sizes, self.filters), self.compute_dtype)

    def _size(self, size: int | None, window: int, stride: int, extra: int | None) -> int | None:
        if size is None:
            return None
        if extra is not None:
            return (size - 1) * stride + (window if self.padding == "valid" else window % 2) + extra
        return (
            size * stride if self.padding == "same" else (size - 1) * stride + max(window, stride)
        )

    def weights(self, x: Tensor) -> tuple[Weight, ...]:
        shape = (*self.kernel_size, self.filters, self.channels(x))
        return (new_weight(self, "kernel", shape, "kernel_initializer"), *self.bias(self.filters))

    def macs(self, y: Tensor, x: Tensor) -> int | None:
        return product((*x.shape, *self.kernel_size, self.filters))


@layer
class Conv1DTranspose(_Transposed, rank=1):
    """Transposed convolution of a sequence, which makes it longer by strides.

    Shape: (L, C) → (L', filters), where L' is L · strides for padding `same` and (L − 1) · strides
    + max(k, strides) for `valid`, with k = (kernel_size − 1) · dilation_rate + 1; with
    `output_padding` p, (L − 1) · strides + p + (k mod 2 for `same`, k for `valid`).
    """


@layer
class Conv2DTranspose(_Transposed, rank=2):
    """Transposed convolution of an image, which makes it larger by strides.

    Shape: (H, W, C) → (H', W', filters), where H' is H · strides for padding `same` and (H − 1) ·
    strides + max(k, strides) for `valid`, with k = (kernel_size − 1) · dilation_rate + 1; with
    `output_padding` p, (H − 1) · strides + p + (k mod 2 for `same`, k for `valid`); W' alike.
    """


@layer
class Conv3DTranspose(_Transposed, rank=3):
    """Transposed convolution of a volume, which makes it larger by strides.

    Shape: (D, H, W, C) → (D', H', W', filters), where D' is D · strides for padding `same` and (D −
    1) · strides + max(k, strides) for `valid`, with k = (kernel_size − 1) · dilation_rate + 1; with
    `output_padding` p, (D − 1) · strides + p + (k mod 2 for `same`, k for `valid`); H', W' alike.
    """


class _Depthwise(_Convolution):
    depthwise_initializer: Any = attr(
        OPTIONAL_INITIALIZER,
        "glorot_uniform",
        "how the depthwise kernel starts",
        before="bias_initializer",
    )
    depthwise_regularizer: Any = attr(
        REGULARIZER, None, "a penalty on the depthwise kernel", before="bias_regularizer"
    )
    depthwise_constraint: Any = attr(
        CONSTRAINT,
        None,
        "what the depthwise kernel is held to in training",
        before="bias_constraint",
    )


class _DepthwiseAlone(_Depthwise):
    depth_multiplier: int = attr(
        POSITIVE, 1, "how many outputs each channel has", before="dilation_rate"
    )

    def title(self, say: Say = plainly) -> Title:
        multiplier = say("depth_multiplier", self.depth_multiplier)
        more = f", ×{multiplier}" if self.depth_multiplier != 1 else ""
        return Title(self.window(say), f" depthwise conv{more}{self.strides_and_dilation(say)}")

    def output(self, x: Tensor) -> Tensor:
        channels = self.channels(x)
        return Tensor((*self.places(x), channels * self.depth_multiplier), self.compute_dtype)

    def weights(self, x: Tensor) -> tuple[Weight, ...]:
        channels = self.channels(x)
        kernel = new_weight(
            self,
            "kernel",
            (*self.kernel_size, channels, self.depth_multiplier),
            "depthwise_initializer",
        )
        return (kernel, *self.bias(channels * self.depth_multiplier))

    def macs(self, y: Tensor, x: Tensor) -> int | None:
        return product((*y.shape, *self.kernel_size))


@layer
class DepthwiseConv1D(_DepthwiseAlone, rank=1):
    """Convolution of each channel of a sequence alone.

    Shape: (L, C) → (L', C · depth_multiplier), where L' is ⌊(L − k) / strides⌋ + 1 for padding
    `valid` with k = (kernel_size − 1) · dilation_rate + 1, and ⌈L / strides⌉ for `same`.
    """


@layer
class DepthwiseConv2D(_DepthwiseAlone, rank=2):
    """Convolution of each channel of an image alone.

    Shape: (H, W, C) → (H', W', C · depth_multiplier), where H' is ⌊(H − k) / strides⌋ + 1 for
    padding `valid` with k = (kernel_size − 1) · dilation_rate + 1, ⌈H / strides⌉ for `same`, and W'
    alike.
    """


class _Separable(_Depthwise):
    filters: int = attr(POSITIVE, doc="the number of output channels", before="kernel_size")
    depth_multiplier: int = attr(
        POSITIVE, 1, "how many outputs each channel has in between", before="activation"
    )
    pointwise_initializer: Any = attr(
        OPTIONAL_INITIALIZER,
        "glorot_uniform",
        "how the pointwise kernel starts",
        before="bias_initializer",
    )
    pointwise_regularizer: Any = attr(
        REGULARIZER, None, "a penalty on the pointwise kernel", before="bias_regularizer"
    )
    pointwise_constraint: Any = attr(
        CONSTRAINT,
        None,
        "what the pointwise kernel is held to in training",
        before="bias_constraint",
    )

    def title(self, say: Say = plainly) -> Title:
        words = f" separable conv, {say('filters', self.filters)}"
        return Title(self.window(say), words + self.strides_and_dilation(say))

    def output(self, x: Tensor) -> Tensor:
        self.channels(x)
        return Tensor((*self.places(x), self.filters), self.compute_dtype)

    def weights(self, x: Tensor) -> tuple[Weight, ...]:
        channels, ones = self.channels(x), (1,) * self.rank
        depthwise = new_weight(
            self,
            "depthwise_kernel",
            (*self.kernel_size, channels, self.depth_multiplier),
            "depthwise_initializer",
        )
        shape = (*ones, channels * self.depth_multiplier, self.filters)
        return (
            depthwise,
            new_weight(self, "pointwise_kernel", shape, "pointwise_initializer"),
            *self.bias(self.filters),
        )

    def macs(self, y: Tensor, x: Tensor) -> int | None:
        between = (*y.shape[:-1], self.channels(x), self.depth_multiplier)
        kernels = (
            prod(self.kernel_size) + self.filters
        )  # each value in between is a sum over a window, and goes into every filter
        return product((*between, kernels))


@layer
class SeparableConv1D(_Separable, rank=1):
    """Convolution of each channel of a sequence alone, then of all channels at each position.

    Shape: (L, C) → (L', filters), where L' is ⌊(L − k) / strides⌋ + 1 for padding `valid` with k =
    (kernel_size − 1) · dilation_rate + 1, and ⌈L / strides⌉ for `same`.
    """


@layer
class SeparableConv2D(_Separable, rank=2):
    """Convolution of each channel of an image alone, then of all channels at each position.

    Shape: (H, W, C) → (H', W', filters), where H' is ⌊(H − k) / strides⌋ + 1 for padding `valid`
    with k = (kernel_size − 1) · dilation_rate + 1, ⌈H / strides⌉ for `same`, and W' alike.
    """
