"""Preprocessing: images brought to the size and the range that a network expects."""

from __future__ import annotations

from typing import Any

from archspec.layers.axes import need_floats, need_numbers, need_rank
from archspec.layers.base import Layer, SameShape, layer
from archspec.layers.fields import attr, training_mode
from archspec.layers.mismatch import Mismatch
from archspec.layers.types import FLAG, NUMBER, POSITIVE, SEED, choice, either, sequence
from archspec.layers.windows import INTERPOLATION
from archspec.tensor import Tensor

_SCALE = either(
    "a number, or a list with one for each channel",
    NUMBER,
    sequence("a list of numbers", NUMBER, 1),
)


@layer
class Rescaling(SameShape):
    """Computes x * scale + offset: `{scale: $(1 / 127.5), offset: -1}` takes pixels to [-1, 1].

    Shape: unchanged. A list in `scale` or `offset` has one number for each channel.
    """

    hands_on_mask = True

    scale: Any = attr(_SCALE, doc="the factor, or one for each channel")
    offset: Any = attr(_SCALE, 0.0, "what is added, or one for each channel")

    def output(self, x: Tensor) -> Tensor:
        for at, value in (("scale", self.scale), ("offset", self.offset)):
            count = len(value) if isinstance(value, tuple) else 1
            if count > 1 and (not x.shape or x.shape[-1] not in (None, count)):
                raise Mismatch(
                    f"`{at}` has {count} numbers, and the input is {x}",
                    shows_input=True,
                    at=at,
                    help="give one number, or one for each channel",
                )
        return super().output(x)


@layer
class Resizing(Layer):
    """Brings images to one size.

    Shape: (H, W, C) → (height, width, C).
    """

    states_floats = True

    height: int = attr(POSITIVE, doc="the new height")
    width: int = attr(POSITIVE, doc="the new width")
    interpolation: str = attr(
        INTERPOLATION, "bilinear", "how values between the old ones are found"
    )
    crop_to_aspect_ratio: bool = attr(
        FLAG, False, "whether to keep the proportions, cutting off what stands over"
    )
    pad_to_aspect_ratio: bool = attr(
        FLAG, False, "whether to keep the proportions, filling up what is missing"
    )
    fill_mode: str = attr(choice("constant"), "constant", "what fills up")
    fill_value: float = attr(NUMBER, 0.0, "the value that fills up")
    antialias: bool = attr(FLAG, False, "whether to smooth before making smaller")

    def check(self) -> None:
        if self.crop_to_aspect_ratio and self.pad_to_aspect_ratio:
            raise Mismatch(
                "an image is either cropped or padded to its proportions",
                at="pad_to_aspect_ratio",
                help="choose one of the two",
            )

    def output(self, x: Tensor) -> Tensor:
        need_rank(x, 3, "height, width, channels")
        need_numbers(x)
        return Tensor((self.height, self.width, x.shape[-1]), x.dtype)


@layer
class RandomCrop(Layer):
    """Cuts a part out of images at random, in training. In inference Keras hands images on as they
    are, and so they must have that size already; `CenterCrop` cuts always.

    Shape: unchanged, of 3 axes: height, width, channels.
    """

    training: bool | None = training_mode()

    height: int = attr(POSITIVE, doc="the height of the part")
    width: int = attr(POSITIVE, doc="the width of the part")
    seed: int | None = attr(SEED, None, "the seed of the random numbers")

    def output(self, x: Tensor) -> Tensor:
        need_rank(x, 3, "height, width, channels")
        need_floats(x)
        if x.shape[:2] != (self.height, self.width):
            raise Mismatch(
                f"in inference the image stays as it is, {x}, and the layers behind it are made for"
                f" {self.height}×{self.width}",
                shows_input=True,
                help="use `CenterCrop` or `Resizing`; crop at random in the recipe's `augment`",
            )
        return Tensor(x.shape, self.compute_dtype)


@layer
class CenterCrop(Layer):
    """Cuts the centre out of images; smaller images are resized, keeping their proportions.

    Shape: (H, W, C) → (height, width, C).
    """

    height: int = attr(POSITIVE, doc="the new height")
    width: int = attr(POSITIVE, doc="the new width")

    def output(self, x: Tensor) -> Tensor:
        need_rank(x, 3, "height, width, channels")
        need_numbers(x)
        return Tensor((self.height, self.width, x.shape[-1]), self.compute_dtype)
