"""Windows that slide over an input: the arguments and the arithmetic that convolution and
pooling share.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from archspec.layers.axes import need_rank
from archspec.layers.base import REGISTERED, Layer
from archspec.layers.fields import Field
from archspec.layers.mismatch import Mismatch
from archspec.layers.types import COUNT, POSITIVE, Type, choice, optional, per_axis
from archspec.tensor import Shape, Size, Tensor

AXES = {1: ("length",), 2: ("height", "width"), 3: ("depth", "height", "width")}
"""The axes that a window of each rank slides over; channels follow them."""


def _for_ranks(make: Callable[[int], Type]) -> dict[int, Type]:
    return {rank: make(rank) for rank in AXES}


SIZE = _for_ranks(lambda rank: per_axis(POSITIVE, rank, ""))
OPTIONAL_STRIDES = _for_ranks(lambda rank: optional(SIZE[rank], "the size of the window"))
OPTIONAL_PADDING = _for_ranks(
    lambda rank: optional(per_axis(COUNT, rank, ""), "chosen by `padding`")
)
INTERPOLATION = choice("nearest", "bilinear", "bicubic", "lanczos3", "lanczos5")
"""How the values of a resized image are worked out from the old ones."""
_RANKED = (SIZE, OPTIONAL_STRIDES, OPTIONAL_PADDING)


class Sliding(Layer):
    """A kind that works along the axes before the channels.

    Arguments with one number for each axis are declared for two axes; a kind says ``rank=3`` to
    have them for three.
    """

    rank: ClassVar[int] = 2

    def __init_subclass__(cls, rank: int | None = None) -> None:
        if rank is not None:
            cls.rank = rank
            for name, value in cls.attributes.items():
                ranked = next((types[rank] for types in _RANKED if value.type is types[2]), None)
                if ranked is not None:
                    attribute = Field(ranked, value.default, value.doc)
                    attribute.__set_name__(cls, name)
                    setattr(cls, name, attribute)
        super().__init_subclass__()

    def need_axes(self, x: Tensor) -> None:
        """Raise `Mismatch` unless the input has the axes of the kind, and channels."""
        if len(x.shape) != self.rank + 1:
            need_rank(
                x,
                self.rank + 1,
                ", ".join((*AXES[self.rank], "channels")),
                help=self._of_another_rank(x),
            )

    def _of_another_rank(self, x: Tensor) -> str | None:
        """The kind that takes an input of another rank, if there is one, and for a grey image
        its axis of channels.
        """
        other = self.kind().replace(f"{self.rank}D", f"{len(x.shape) - 1}D")
        if other == self.kind() or other not in REGISTERED:
            return None
        if self.rank == 2 and len(x.shape) == 2 and None not in x.shape:
            return (
                f"for a sequence use `{other}`; an image needs an axis of channels, `[{x.shape[0]},"
                f" {x.shape[1]}, 1]`"
            )
        return f"for an input of {len(x.shape)} axes use `{other}`"


def spread(windows: tuple[int, ...], dilations: tuple[int, ...]) -> tuple[int, ...]:
    """The extent of each window whose taps stand ``dilations`` apart."""
    return tuple(
        (window - 1) * dilation + 1 for window, dilation in zip(windows, dilations, strict=True)
    )


def slide(
    x: Tensor,
    windows: tuple[int, ...],
    strides: tuple[int, ...],
    padding: str,
    *,
    at: str,
    dilated: bool = False,
) -> Shape:
    """How many places windows take along each axis: ⌈n / s⌉ with padding, ⌊(n − k) / s⌋ + 1 for
    ``valid``.

    ``at`` names the argument of the windows; ``dilated`` says that they are greater than it, being
    spread.
    """
    if padding != "valid":
        return tuple(
            None if size is None else -(-size // stride)
            for size, stride in zip(x.shape[:-1], strides, strict=True)
        )
    places: list[Size] = []
    for size, window, stride in zip(x.shape[:-1], windows, strides, strict=True):
        if size is not None and size < window:
            what = (
                f"a window spread to {window} by `dilation_rate`"
                if dilated
                else f"a window of {window}"
            )
            name = AXES[len(strides)][len(places)]
            smaller = f"a smaller `{at}`" + (" or `dilation_rate`" if dilated else "")
            help = f"use `padding: same`, {smaller}, or fewer strides and poolings before"
            raise Mismatch(f"{what} is larger than the input's {name}, {size}", at=at, help=help)
        places.append(None if size is None else (size - window) // stride + 1)
    return tuple(places)
