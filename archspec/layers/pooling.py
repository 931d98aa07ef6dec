"""Pooling: the greatest or the mean value in windows, or over all positions."""

from __future__ import annotations

from typing import ClassVar

from archspec.layers.axes import known, need_floats, need_mask, need_numbers
from archspec.layers.base import FLOATS, layer
from archspec.layers.fields import attr, named_role
from archspec.layers.titles import Say, Title, plainly, sizes, step_words, window_words
from archspec.layers.types import FLAG, choice
from archspec.layers.windows import OPTIONAL_STRIDES, SIZE, Sliding, slide
from archspec.tensor import Tensor


class _Pooling(Sliding):
    chosen: ClassVar[str]
    """What a window gives, in a word."""

    pool_size: tuple[int, ...] = attr(SIZE[2], 2, "the size of the window")
    strides: tuple[int, ...] | None = attr(
        OPTIONAL_STRIDES[2], None, "the step from one window to the next"
    )
    padding: str = attr(
        choice("valid", "same"),
        "valid",
        "whether windows stay inside the input or reach over its edge",
    )

    def title(self, say: Say = plainly) -> Title:
        name = "pool_size" if self.strides is None else "strides"
        step = step_words(name, getattr(self, name), say)
        smaller = f", /{step}" if step != "1" else ""
        return Title(
            window_words("pool_size", self.pool_size, say), f" {self.chosen} pool{smaller}"
        )

    def output(self, x: Tensor) -> Tensor:
        self.need_axes(x)
        places = slide(
            x, self.pool_size, self.strides or self.pool_size, self.padding, at="pool_size"
        )
        return Tensor((*places, x.shape[-1]), x.dtype)


class _Greatest(_Pooling):
    states_floats = True

    chosen = "max"

    def output(self, x: Tensor) -> Tensor:
        if self.rank == 3:
            need_floats(x)
        need_numbers(x, "uint32", "uint64")
        return super().output(x)


class _Averaging(_Pooling):
    chosen = "average"
    pool_size: tuple[int, ...] = attr(SIZE[2], doc="the size of the window")

    def output(self, x: Tensor) -> Tensor:
        need_floats(x)
        return super().output(x)


class _Global(Sliding):
    chosen: ClassVar[str]

    keepdims: bool = attr(FLAG, False, "whether the pooled axes stay, with size 1")

    def title(self, say: Say = plainly) -> Title:
        return Title(f"global {self.chosen} pool")

    def output(self, x: Tensor) -> Tensor:
        self.need_axes(x)
        ones = (1,) * self.rank if self.keepdims else ()
        return Tensor((*ones, x.shape[-1]), x.dtype)


class _GlobalAverage(_Global):
    chosen = "average"

    def output(self, x: Tensor) -> Tensor:
        # Keras takes the mean of integers in float32, whatever the dtype of the layer.
        return super().output(x if x.dtype in FLOATS else Tensor(x.shape, "float32"))


class _GlobalGreatest(_Global):
    states_floats = True

    chosen = "max"


@layer
class MaxPooling1D(_Greatest, rank=1):
    """The greatest value in each window of a sequence, channel by channel.

    Shape: (L, C) → (L', C), where L' is ⌊(L − pool_size) / strides⌋ + 1 for padding `valid` and ⌈L
    / strides⌉ for `same`.
    """


@layer
class MaxPooling2D(_Greatest, rank=2):
    """The greatest value in each window of an image, channel by channel.

    Shape: (H, W, C) → (H', W', C), where H' is ⌊(H − pool_size) / strides⌋ + 1 for padding `valid`
    and ⌈H / strides⌉ for `same`, and the other axes alike.
    """


@layer
class MaxPooling3D(_Greatest, rank=3):
    """The greatest value in each window of a volume, channel by channel.

    Shape: (D, H, W, C) → (D', H', W', C), where D' is ⌊(D − pool_size) / strides⌋ + 1 for padding
    `valid` and ⌈D / strides⌉ for `same`, and the other axes alike.
    """


@layer
class AveragePooling1D(_Averaging, rank=1):
    """The mean value in each window of a sequence, channel by channel.

    Shape: (L, C) → (L', C), where L' is ⌊(L − pool_size) / strides⌋ + 1 for padding `valid` and ⌈L
    / strides⌉ for `same`.
    """


@layer
class AveragePooling2D(_Averaging, rank=2):
    """The mean value in each window of an image, channel by channel.

    Shape: (H, W, C) → (H', W', C), where H' is ⌊(H − pool_size) / strides⌋ + 1 for padding `valid`
    and ⌈H / strides⌉ for `same`, and the other axes alike.
    """


@layer
class AveragePooling3D(_Averaging, rank=3):
    """The mean value in each window of a volume, channel by channel.

    Shape: (D, H, W, C) → (D', H', W', C), where D' is ⌊(D − pool_size) / strides⌋ + 1 for padding
    `valid` and ⌈D / strides⌉ for `same`, and the other axes alike.
    """


@layer
class GlobalAveragePooling1D(_GlobalAverage, rank=1):
    """The mean value of each channel over a sequence.

    Shape: (L, C) → (C), or (1, C) with `keepdims: true`.
    """

    mask = named_role("which positions count, (L)")

    def output(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        if mask is not None:
            need_mask(mask, "mask", x.shape[:1])
        return super().output(x)


@layer
class GlobalAveragePooling2D(_GlobalAverage, rank=2):
    """The mean value of each channel over an image.

    Shape: (H, W, C) → (C), or (1, 1, C) with `keepdims: true`.
    """


@layer
class GlobalAveragePooling3D(_GlobalAverage, rank=3):
    """The mean value of each channel over a volume.

    Shape: (D, H, W, C) → (C), or (1, 1, 1, C) with `keepdims: true`.
    """


@layer
class GlobalMaxPooling1D(_GlobalGreatest, rank=1):
    """The greatest value of each channel over a sequence.

    Shape: (L, C) → (C), or (1, C) with `keepdims: true`.
    """


@layer
class GlobalMaxPooling2D(_GlobalGreatest, rank=2):
    """The greatest value of each channel over an image.

    Shape: (H, W, C) → (C), or (1, 1, C) with `keepdims: true`.
    """


@layer
class GlobalMaxPooling3D(_GlobalGreatest, rank=3):
    """The greatest value of each channel over a volume.

    Shape: (D, H, W, C) → (C), or (1, 1, 1, C) with `keepdims: true`.
    """


class _Adaptive(Sliding):
    chosen: ClassVar[str]
    output_size: tuple[int, ...] = attr(SIZE[2], doc="the size of the output along each axis")

    def title(self, say: Say = plainly) -> Title:
        words = "×".join(sizes("output_size", self.output_size, say))
        return Title(f"adaptive {self.chosen} pool", f", {words}")

    def output(self, x: Tensor) -> Tensor:
        self.need_axes(x)
        need_floats(x)
        for size in x.shape[:-1]:  # TensorFlow runs unknown sizes, and cannot trace them
            known(size, "a size that is pooled")
        return Tensor((*self.output_size, x.shape[-1]), self.compute_dtype)


class _AdaptiveAverage(_Adaptive):
    chosen = "average"


class _AdaptiveGreatest(_Adaptive):
    chosen = "max"


@layer
class AdaptiveAveragePooling1D(_AdaptiveAverage, rank=1):
    """The mean value in each of `output_size` windows of a sequence, channel by channel.

    Shape: (L, C) → (output_size, C).
    """


@layer
class AdaptiveAveragePooling2D(_AdaptiveAverage, rank=2):
    """The mean value in each of `output_size` windows of an image, channel by channel.

    Shape: (H, W, C) → (*output_size, C).
    """


@layer
class AdaptiveAveragePooling3D(_AdaptiveAverage, rank=3):
    """The mean value in each of `output_size` windows of a volume, channel by channel.

    Shape: (D, H, W, C) → (*output_size, C).
    """


@layer
class AdaptiveMaxPooling1D(_AdaptiveGreatest, rank=1):
    """The greatest value in each of `output_size` windows of a sequence, channel by channel.

    Shape: (L, C) → (output_size, C).
    """


@layer
class AdaptiveMaxPooling2D(_AdaptiveGreatest, rank=2):
    """The greatest value in each of `output_size` windows of an image, channel by channel.

    Shape: (H, W, C) → (*output_size, C).
    """


@layer
class AdaptiveMaxPooling3D(_AdaptiveGreatest, rank=3):
    """The greatest value in each of `output_size` windows of a volume, channel by channel.

    Shape: (D, H, W, C) → (*output_size, C).
    """
