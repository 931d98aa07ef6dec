"""Enlargements: every position becomes several."""

from __future__ import annotations

from typing import Any

from archspec.layers.axes import need_numbers
from archspec.layers.base import layer
from archspec.layers.fields import attr
from archspec.layers.titles import Say, Title, plainly, step_words
from archspec.layers.types import POSITIVE
from archspec.layers.windows import INTERPOLATION, SIZE, Sliding
from archspec.tensor import Tensor


class _UpSampling(Sliding):
    states_floats = True

    size: Any

    def title(self, say: Say = plainly) -> Title:
        return Title("upsample", f", ×{step_words('size', self.size, say)}")

    def output(self, x: Tensor) -> Tensor:
        self.need_axes(x)
        factors = (self.size,) if isinstance(self.size, int) else self.size
        sizes = (
            None if size is None else size * factor
            for size, factor in zip(x.shape[:-1], factors, strict=True)
        )
        return Tensor((*sizes, x.shape[-1]), x.dtype)


@layer
class UpSampling1D(_UpSampling, rank=1):
    """Repeats every step of a sequence.

    Shape: (L, C) → (L * size, C).
    """

    size: int = attr(POSITIVE, 2, "how often")


@layer
class UpSampling2D(_UpSampling, rank=2):
    """Enlarges an image by whole factors.

    Shape: (H, W, C) → (H * size[0], W * size[1], C).
    """

    size: tuple[int, ...] = attr(SIZE[2], (2, 2), "the factor, or one for each axis")
    interpolation: str = attr(INTERPOLATION, "nearest", "how values between the old ones are found")

    def output(self, x: Tensor) -> Tensor:
        if self.interpolation != "nearest":
            need_numbers(x)
        return super().output(x)


@layer
class UpSampling3D(_UpSampling, rank=3):
    """Repeats every cell of a volume.

    Shape: (D, H, W, C), each of D, H and W times its factor.
    """

    size: tuple[int, ...] = attr(SIZE[3], (2, 2, 2), "the factor, or one for each axis")
