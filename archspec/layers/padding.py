"""Padding and cropping: zeros around an input, or its edges cut off."""

from __future__ import annotations

from typing import Any

from archspec.layers.base import layer
from archspec.layers.fields import attr
from archspec.layers.mismatch import Mismatch
from archspec.layers.types import COUNT, Refused, Type, either, sequence
from archspec.layers.windows import AXES, Sliding
from archspec.tensor import Size, Tensor


def _margins(rank: int) -> Type:
    """A number for all sides; for several axes a list of numbers or of [before, after] for
    each. It becomes a pair for each axis.
    """
    pair = sequence("two integers", COUNT, 2, 2)
    margin = either("an integer or two", COUNT, pair)
    words = "an integer of at least 0, or a list " + (
        "[before, after]" if rank == 1 else f"of {rank}, each an integer or a list [before, after]"
    )
    listed = pair if rank == 1 else sequence(words, margin, rank, rank)
    expects = COUNT.expects._replace(or_list=True)

    def accept(value: Any) -> tuple[Any, ...]:
        if isinstance(value, list | tuple):
            margins = listed.accept(value)
            return (
                tuple(margins)
                if rank == 1
                else tuple((side, side) if isinstance(side, int) else side for side in margins)
            )
        try:
            side = COUNT.accept(value)
        except Refused:
            raise Refused(words, expects) from None
        return (side, side) if rank == 1 else ((side, side),) * rank

    return Type(words, expects, {"anyOf": [COUNT.schema, listed.schema]}, accept)


def _pairs(margins: tuple[Any, ...]) -> tuple[tuple[int, int], ...]:
    return (margins,) if isinstance(margins[0], int) else margins


class _ZeroPadding(Sliding):
    states_floats = True

    padding: Any

    def output(self, x: Tensor) -> Tensor:
        self.need_axes(x)
        sizes = zip(x.shape[:-1], _pairs(self.padding), strict=True)
        return Tensor(
            (
                *(
                    None if size is None else size + before + after
                    for size, (before, after) in sizes
                ),
                x.shape[-1],
            ),
            x.dtype,
        )


@layer
class ZeroPadding1D(_ZeroPadding, rank=1):
    """Adds zeros around a sequence.

    Shape: (L, C) → (L + before + after, C).
    """

    padding: Any = attr(_margins(1), 1, "zeros on both sides, or [before, after]")


@layer
class ZeroPadding2D(_ZeroPadding, rank=2):
    """Adds zeros around an image.

    Shape: (H, W, C) → (H + top + bottom, W + left + right, C).
    """

    padding: Any = attr(
        _margins(2), (1, 1), "zeros on all sides, or a number or [before, after] for each axis"
    )


@layer
class ZeroPadding3D(_ZeroPadding, rank=3):
    """Adds zeros around a volume.

    Shape: (D, H, W, C), each of D, H and W grows by its two margins.
    """

    padding: Any = attr(
        _margins(3),
        ((1, 1), (1, 1), (1, 1)),
        "zeros on all sides, or a number or [before, after] for each axis",
    )


class _Cropping(Sliding):
    states_floats = True

    cropping: Any

    def output(self, x: Tensor) -> Tensor:
        self.need_axes(x)
        sizes = zip(x.shape[:-1], _pairs(self.cropping), AXES[self.rank], strict=True)
        return Tensor(
            (*(self._rest(size, sum(pair), name) for size, pair, name in sizes), x.shape[-1]),
            x.dtype,
        )

    def _rest(self, size: Size, cut: int, name: str) -> Size:
        if size is not None and cut >= size:
            raise Mismatch(
                f"cutting {cut} off a {name} of {size} leaves nothing",
                at="cropping",
                help=f"cut off less than {size} in all",
            )
        return None if size is None else size - cut


@layer
class Cropping1D(_Cropping, rank=1):
    """Cuts off the ends of a sequence.

    Shape: (L, C) → (L − before − after, C), of which something must be left.
    """

    cropping: Any = attr(_margins(1), (1, 1), "what is cut off both ends, or [before, after]")


@layer
class Cropping2D(_Cropping, rank=2):
    """Cuts off the edges of an image.

    Shape: (H, W, C) → (H − top − bottom, W − left − right, C), of which something must be left.
    """

    cropping: Any = attr(
        _margins(2),
        ((0, 0), (0, 0)),
        "what is cut off all sides, or a number or [before, after] for each axis",
    )


@layer
class Cropping3D(_Cropping, rank=3):
    """Cuts off the faces of a volume.

    Shape: (D, H, W, C), each of D, H and W shrinks by its two margins; something must be left.
    """

    cropping: Any = attr(
        _margins(3),
        ((1, 1), (1, 1), (1, 1)),
        "what is cut off all sides, or a number or [before, after] for each axis",
    )
