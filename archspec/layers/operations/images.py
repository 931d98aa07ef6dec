"""Operations on images: functions of `keras.ops` and `keras.ops.image`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from archspec.layers.axes import known, need_floats, need_rank
from archspec.layers.fields import attr
from archspec.layers.mismatch import LAYER, Mismatch
from archspec.layers.operations.base import Operation, row
from archspec.layers.titles import Say, Title, plainly
from archspec.layers.types import (
    FLAG,
    NUMBER,
    POSITIVE,
    choice,
    integer,
    optional,
    per_axis,
    sequence,
)
from archspec.layers.windows import INTERPOLATION, slide, spread
from archspec.tensor import Shape, Tensor, product

_PAIR = sequence("a list of two positive integers", POSITIVE, 2, 2)
_SIZES = per_axis(POSITIVE, 2, "")


class OfImages(Operation):
    """An image, (height, width, channels), for each example."""

    tensors = ("images",)

    def need_image(self, x: Tensor) -> None:
        """Raise `Mismatch` unless the input is an image: Keras takes a batch of matrices for one
        image.
        """
        need_rank(x, 3, "height, width, channels")


class _Resize(OfImages):
    rule = "(H, W, C) → (size[0], size[1], C)."
    untitled = ("antialias",)

    size: Any = attr(_PAIR, doc="the new height and width")
    interpolation: str = attr(
        INTERPOLATION, "bilinear", "how values between the old ones are found"
    )
    antialias: bool = attr(FLAG, False, "whether to smooth before making an image smaller")
    crop_to_aspect_ratio: bool = attr(FLAG, False, "whether to cut off what does not fit")
    pad_to_aspect_ratio: bool = attr(FLAG, False, "whether to fill what is left free")
    fill_mode: str = attr(choice("constant"), "constant", "what is filled in")
    fill_value: float = attr(NUMBER, 0.0, "the number that is filled in")

    def title(self, say: Say = plainly) -> Title:
        return Title(f"resize {'×'.join(say('size', size) for size in self.size)}")

    def shape_of(self, x: Tensor) -> Shape:
        self.need_image(x)
        need_floats(x)
        if self.crop_to_aspect_ratio and self.pad_to_aspect_ratio:
            raise Mismatch(
                "an image is either cropped or padded to the aspect ratio",
                at="pad_to_aspect_ratio",
                help="choose one of the two",
            )
        return (*self.size, x.shape[-1])


class _Patches(OfImages):
    rule = "(H, W, C) → (rows, columns, size[0] * size[1] * C)."

    size: Any = attr(_SIZES, doc="the height and width of a patch")
    strides: Any = attr(optional(_SIZES, "the size"), None, "how far a patch is from the next")
    dilation_rate: Any = attr(POSITIVE, 1, "how far apart the pixels of a patch are")
    padding: str = attr(choice("valid", "same"), "valid", "whether the border is padded")

    def title(self, say: Say = plainly) -> Title:
        return Title(f"{'×'.join(say('size', size) for size in self.size)} patches")

    def shape_of(self, x: Tensor) -> Shape:
        self.need_image(x)
        need_floats(x)
        channels = known(x.shape[-1], "the number of channels")
        windows = spread(self.size, (self.dilation_rate,) * 2)
        strides = self.strides or self.size
        if self.dilation_rate > 1 and max(strides) > 1:
            raise Mismatch(
                "strides and `dilation_rate` cannot both be over 1",
                at="dilation_rate",
                help="write `strides: 1`",
            )
        places = slide(x, windows, strides, self.padding, at="size")
        return (*places, self.size[0] * self.size[1] * channels)


_BLOCK = integer("an integer of at least 2", 2)


class _DepthToSpace(Operation):
    rule = "(H, W, C) → (H * block_size, W * block_size, C / block_size²)."

    block_size: Any = attr(_BLOCK, doc="the side of the square that the channels of a pixel fill")

    def shape_of(self, x: Tensor) -> Shape:
        need_rank(x, 3, "height, width, channels")
        height, width, channels = x.shape
        if channels is not None and channels % self.block_size**2:
            raise Mismatch(
                f"{channels} channels do not divide by {self.block_size}², {self.block_size**2}",
                at="block_size",
                help="choose another number of channels",
            )
        return (
            product((height, self.block_size)),
            product((width, self.block_size)),
            None if channels is None else channels // self.block_size**2,
        )


class _SpaceToDepth(Operation):
    rule = "(H, W, C) → (H / block_size, W / block_size, C * block_size²)."

    block_size: Any = attr(_BLOCK, doc="the side of the square that becomes the channels of one")

    def shape_of(self, x: Tensor) -> Shape:
        need_rank(x, 3, "height, width, channels")
        for size in x.shape[:2]:
            if size is not None and size % self.block_size:
                raise Mismatch(
                    f"{size} does not divide by {self.block_size}",
                    at="block_size",
                    help="pad or resize the image",
                )
        height, width, channels = x.shape
        return (
            None if height is None else height // self.block_size,
            None if width is None else width // self.block_size,
            product((channels, self.block_size**2)),
        )


class _FFT2(Operation):
    """Keras takes and gives the real and the imaginary part of complex numbers."""

    arity: ClassVar[tuple[int, int | None]] = (2, 2)
    tensors = ("real", "imag")
    rule = "that of the two inputs, a real and an imaginary part, twice."

    def keras_call(
        self, inputs: Sequence[Any], roles: Sequence[str] = ()
    ) -> tuple[list[Any], dict[str, Any]]:
        return [list(self.placed(inputs, roles).values())], {}

    def title(self, say: Say = plainly) -> Title:
        return Title("FFT, 2 axes")

    def results(self, real: Tensor, imag: Tensor) -> dict[str, Tensor]:
        need_floats(real)
        if real != imag or len(real.shape) < 2 or None in real.shape[-2:]:
            raise Mismatch(
                f"the parts are {real} and {imag}, and {LAYER} takes two of one shape with two"
                " known axes at the end",
                help="`ops.zeros_like` makes an imaginary part of a real one",
                inputs=(0, 1),
            )
        return {"real": real, "imag": imag}


row(_FFT2, "fft2", "The Fourier transform along the last two axes.")
row(_Resize, "image.resize", "Images in another size.")
row(_Patches, "image.extract_patches", "Patches of an image, each with its pixels in a row.")
row(_DepthToSpace, "depth_to_space", "The channels of every pixel as a square of pixels.")
row(_SpaceToDepth, "space_to_depth", "Squares of pixels as the channels of one.")
