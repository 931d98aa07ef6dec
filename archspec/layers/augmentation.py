"""Augmentations: images changed at random in training, and passed on unchanged in inference."""

from __future__ import annotations

from typing import Any

from archspec.layers.axes import need_floats, need_numbers, need_rank
from archspec.layers.base import Layer, layer
from archspec.layers.fields import attr, training_mode
from archspec.layers.types import (
    FLAG,
    NUMBER,
    POSITIVE,
    SEED,
    Type,
    choice,
    either,
    number,
    optional,
    sequence,
)
from archspec.layers.windows import SIZE
from archspec.tensor import Tensor


def _factor(least: float, most: float) -> Type:
    """A number within bounds, or two: the range that a factor is drawn from."""
    words = f"a number from {least:g} to {most:g}"
    alone = number(words, least, most)
    return either(
        f"{words}, or a list of two", alone, sequence(f"two of them, each {words}", alone, 2, 2)
    )


_FRACTION_ALONE = number("a number from 0 to 1", 0, 1)
_FRACTION = _factor(0, 1)
_SIGNED = _factor(-1, 1)
_BITS = _factor(1, 8)
_VALUE_RANGE = sequence("a list of two numbers", NUMBER, 2, 2)
_FILL_MODE = choice("reflect", "wrap", "constant", "nearest")
_INTERPOLATION = choice("nearest", "bilinear")


class _Augmentation(Layer):
    training: bool | None = training_mode()

    def output(self, x: Tensor) -> Tensor:
        need_rank(x, 3, "height, width, channels")
        need_numbers(x)
        return Tensor(x.shape, self.compute_dtype)


class _OfColours(_Augmentation):
    def output(self, x: Tensor) -> Tensor:
        # Of integers, Keras makes floating numbers in training and integers in inference.
        need_floats(x)
        return super().output(x)


@layer
class RandomFlip(_Augmentation):
    """Flips images at random.

    Shape: unchanged, of 3 axes: height, width, channels.
    """

    mode: str = attr(
        choice("horizontal", "vertical", "horizontal_and_vertical"),
        "horizontal_and_vertical",
        "the directions of flips",
    )
    seed: int | None = attr(SEED, None, "the seed of the random numbers")


@layer
class RandomRotation(_Augmentation):
    """Rotates images by a random angle.

    Shape: unchanged, of 3 axes: height, width, channels.
    """

    factor: Any = attr(
        _SIGNED,
        doc="the greatest angle as a fraction of a full turn, or the least and the greatest",
    )
    fill_mode: str = attr(_FILL_MODE, "reflect", "what fills points outside of the image")
    interpolation: str = attr(_INTERPOLATION, "bilinear", "how values between pixels are found")
    seed: int | None = attr(SEED, None, "the seed of the random numbers")
    fill_value: float = attr(NUMBER, 0.0, "the value that fills, with `fill_mode: constant`")


@layer
class RandomZoom(_Augmentation):
    """Zooms images at random: positive factors zoom out.

    Shape: unchanged, of 3 axes: height, width, channels.
    """

    height_factor: Any = attr(
        _SIGNED, doc="the greatest zoom of the height, or the least and the greatest"
    )
    width_factor: Any = attr(
        optional(_SIGNED, "as the height, so that proportions stay"), None, "the same of the width"
    )
    fill_mode: str = attr(_FILL_MODE, "reflect", "what fills points outside of the image")
    interpolation: str = attr(_INTERPOLATION, "bilinear", "how values between pixels are found")
    seed: int | None = attr(SEED, None, "the seed of the random numbers")
    fill_value: float = attr(NUMBER, 0.0, "the value that fills, with `fill_mode: constant`")


@layer
class RandomTranslation(_Augmentation):
    """Shifts images at random.

    Shape: unchanged, of 3 axes: height, width, channels.
    """

    height_factor: Any = attr(
        _SIGNED, doc="the greatest shift as a fraction of the height, or the least and the greatest"
    )
    width_factor: Any = attr(_SIGNED, doc="the same of the width")
    fill_mode: str = attr(_FILL_MODE, "reflect", "what fills points outside of the image")
    interpolation: str = attr(_INTERPOLATION, "bilinear", "how values between pixels are found")
    seed: int | None = attr(SEED, None, "the seed of the random numbers")
    fill_value: float = attr(NUMBER, 0.0, "the value that fills, with `fill_mode: constant`")


@layer
class RandomShear(_Augmentation):
    """Shears images at random.

    Shape: unchanged, of 3 axes: height, width, channels.
    """

    x_factor: Any = attr(
        _FRACTION, 0.0, "the greatest shear along the width, or the least and the greatest"
    )
    y_factor: Any = attr(_FRACTION, 0.0, "the same along the height")
    interpolation: str = attr(_INTERPOLATION, "bilinear", "how values between pixels are found")
    fill_mode: str = attr(_FILL_MODE, "reflect", "what fills points outside of the image")
    fill_value: float = attr(NUMBER, 0.0, "the value that fills, with `fill_mode: constant`")
    seed: int | None = attr(SEED, None, "the seed of the random numbers")


@layer
class RandomPerspective(_Augmentation):
    """Changes the perspective of images at random.

    Shape: unchanged, of 3 axes: height, width, channels.
    """

    factor: Any = attr(_FRACTION, 1.0, "the share of images that are changed")
    scale: float = attr(_FRACTION_ALONE, 1.0, "how strongly")
    interpolation: str = attr(_INTERPOLATION, "bilinear", "how values between pixels are found")
    fill_value: float = attr(NUMBER, 0.0, "the value that fills, with `fill_mode: constant`")
    seed: int | None = attr(SEED, None, "the seed of the random numbers")


@layer
class RandomElasticTransform(_Augmentation):
    """Distorts images elastically, at random.

    Shape: unchanged, of 3 axes: height, width, channels.
    """

    factor: Any = attr(_FRACTION, 1.0, "the share of images that are distorted")
    scale: Any = attr(_FRACTION, 1.0, "how strongly")
    interpolation: str = attr(_INTERPOLATION, "bilinear", "how values between pixels are found")
    fill_mode: str = attr(_FILL_MODE, "reflect", "what fills points outside of the image")
    fill_value: float = attr(NUMBER, 0.0, "the value that fills, with `fill_mode: constant`")
    value_range: tuple[float, ...] = attr(
        _VALUE_RANGE, (0, 255), "the least and the greatest value of a pixel"
    )
    seed: int | None = attr(SEED, None, "the seed of the random numbers")


@layer
class RandomErasing(_Augmentation):
    """Erases a random rectangle of each image.

    Shape: unchanged, of 3 axes: height, width, channels.
    """

    factor: Any = attr(_FRACTION, 1.0, "the share of images that are erased in")
    scale: Any = attr(
        _FRACTION,
        (0.02, 0.33),
        "the share of the image that is erased, or the least and the greatest",
    )
    fill_value: Any = attr(optional(NUMBER, "noise"), None, "what fills the rectangle")
    value_range: tuple[float, ...] = attr(
        _VALUE_RANGE, (0, 255), "the least and the greatest value of a pixel"
    )
    seed: int | None = attr(SEED, None, "the seed of the random numbers")


@layer
class RandomContrast(_OfColours):
    """Changes the contrast of images at random.

    Shape: unchanged, of 3 axes: height, width, channels.
    """

    factor: Any = attr(_FRACTION, doc="the greatest change, or the greatest decrease and increase")
    value_range: tuple[float, ...] = attr(
        _VALUE_RANGE, (0, 255), "the least and the greatest value of a pixel"
    )
    seed: int | None = attr(SEED, None, "the seed of the random numbers")


@layer
class RandomBrightness(_OfColours):
    """Changes the brightness of images at random.

    Shape: unchanged, of 3 axes: height, width, channels.
    """

    factor: Any = attr(
        _SIGNED,
        doc="the greatest change as a fraction of the value range, or the least and the greatest",
    )
    value_range: tuple[float, ...] = attr(
        _VALUE_RANGE, (0, 255), "the least and the greatest value of a pixel"
    )
    seed: int | None = attr(SEED, None, "the seed of the random numbers")


@layer
class RandomSaturation(_OfColours):
    """Changes the saturation of images at random.

    Shape: unchanged, of 3 axes: height, width, channels.
    """

    factor: Any = attr(
        _FRACTION, doc="0 for grey, 0.5 for unchanged, 1 for full, or the least and the greatest"
    )
    value_range: tuple[float, ...] = attr(
        _VALUE_RANGE, (0, 255), "the least and the greatest value of a pixel"
    )
    seed: int | None = attr(SEED, None, "the seed of the random numbers")


@layer
class RandomHue(_OfColours):
    """Changes the hue of images at random.

    Shape: unchanged, of 3 axes: height, width, channels.
    """

    factor: Any = attr(_FRACTION, doc="the greatest change, or the least and the greatest")
    value_range: tuple[float, ...] = attr(
        _VALUE_RANGE, (0, 255), "the least and the greatest value of a pixel"
    )
    seed: int | None = attr(SEED, None, "the seed of the random numbers")


@layer
class RandomColorJitter(_OfColours):
    """Changes brightness, contrast, saturation and hue of images, each at random.

    Shape: unchanged, of 3 axes: height, width, channels.
    """

    value_range: tuple[float, ...] = attr(
        _VALUE_RANGE, (0, 255), "the least and the greatest value of a pixel"
    )
    brightness_factor: Any = attr(optional(_SIGNED, "unchanged"), None, "as of `RandomBrightness`")
    contrast_factor: Any = attr(optional(_FRACTION, "unchanged"), None, "as of `RandomContrast`")
    saturation_factor: Any = attr(
        optional(_FRACTION, "unchanged"), None, "as of `RandomSaturation`"
    )
    hue_factor: Any = attr(optional(_FRACTION, "unchanged"), None, "as of `RandomHue`")
    seed: int | None = attr(SEED, None, "the seed of the random numbers")


@layer
class RandomColorDegeneration(_OfColours):
    """Mixes images with their grey versions, at random.

    Shape: unchanged, of 3 axes: height, width, channels.
    """

    factor: Any = attr(_FRACTION, doc="the greatest share of grey, or the least and the greatest")
    value_range: tuple[float, ...] = attr(
        _VALUE_RANGE, (0, 255), "the least and the greatest value of a pixel"
    )
    seed: int | None = attr(SEED, None, "the seed of the random numbers")


@layer
class RandomGrayscale(_OfColours):
    """Turns images grey at random.

    Shape: unchanged, of 3 axes: height, width, channels.
    """

    factor: float = attr(_FRACTION_ALONE, 0.5, "the share of images that are turned grey")
    seed: int | None = attr(SEED, None, "the seed of the random numbers")


@layer
class RandomInvert(_OfColours):
    """Inverts the values of images at random.

    Shape: unchanged, of 3 axes: height, width, channels.
    """

    factor: Any = attr(_FRACTION, 1.0, "the share of images that are inverted")
    value_range: tuple[float, ...] = attr(
        _VALUE_RANGE, (0, 255), "the least and the greatest value of a pixel"
    )
    seed: int | None = attr(SEED, None, "the seed of the random numbers")


@layer
class RandomSharpness(_Augmentation):
    """Changes the sharpness of images at random.

    Shape: unchanged, of 3 axes: height, width, channels.
    """

    factor: Any = attr(
        _FRACTION,
        doc="0 for blurred, 0.5 for unchanged, 1 for sharp, or the least and the greatest",
    )
    value_range: tuple[float, ...] = attr(
        _VALUE_RANGE, (0, 255), "the least and the greatest value of a pixel"
    )
    seed: int | None = attr(SEED, None, "the seed of the random numbers")


@layer
class RandomGaussianBlur(_Augmentation):
    """Blurs images at random.

    Shape: unchanged, of 3 axes: height, width, channels.
    """

    factor: Any = attr(_FRACTION, 1.0, "the share of images that are blurred")
    kernel_size: tuple[int, ...] = attr(SIZE[2], 3, "the size of the window")
    sigma: Any = attr(_FRACTION, 1.0, "the width of the blur, or the least and the greatest")
    value_range: tuple[float, ...] = attr(
        _VALUE_RANGE, (0, 255), "the least and the greatest value of a pixel"
    )
    seed: int | None = attr(SEED, None, "the seed of the random numbers")


@layer
class RandomPosterization(_OfColours):
    """Reduces the bits of the values.

    Shape: unchanged, of 3 axes: height, width, channels.
    """

    factor: Any = attr(_BITS, doc="the bits that are kept, or the least and the greatest")
    value_range: tuple[float, ...] = attr(
        _VALUE_RANGE, (0, 255), "the least and the greatest value of a pixel"
    )
    seed: int | None = attr(SEED, None, "the seed of the random numbers")


@layer
class Solarization(_Augmentation):
    """Inverts the values above a threshold.

    Shape: unchanged, of 3 axes: height, width, channels.
    """

    addition_factor: Any = attr(
        _FRACTION, 0.0, "what is added first, as a fraction of the value range"
    )
    threshold_factor: Any = attr(_FRACTION, 0.0, "the threshold, as a fraction of the value range")
    value_range: tuple[float, ...] = attr(
        _VALUE_RANGE, (0, 255), "the least and the greatest value of a pixel"
    )
    seed: int | None = attr(SEED, None, "the seed of the random numbers")


@layer
class AutoContrast(_Augmentation):
    """Stretches the values of each image over the value range.

    Shape: unchanged, of 3 axes: height, width, channels.
    """

    value_range: tuple[float, ...] = attr(
        _VALUE_RANGE, (0, 255), "the least and the greatest value of a pixel"
    )


@layer
class ContrastLimitedAdaptiveHistogramEqualization(_OfColours):
    """Equalizes histograms tile by tile, with bounded contrast.

    Shape: unchanged, of 3 axes: height, width, channels.
    """

    value_range: tuple[float, ...] = attr(
        _VALUE_RANGE, (0, 255), "the least and the greatest value of a pixel"
    )
    clip_limit: float = attr(NUMBER, 4.0, "the bound of the contrast")
    tile_grid_size: tuple[int, ...] = attr(
        SIZE[2], (8, 8), "the tiles along the height and the width"
    )


@layer
class AugMix(_Augmentation):
    """Mixes several chains of random augmentations (Hendrycks et al. 2020).

    Shape: unchanged, of 3 axes: height, width, channels.
    """

    value_range: tuple[float, ...] = attr(
        _VALUE_RANGE, (0, 255), "the least and the greatest value of a pixel"
    )
    num_chains: int = attr(POSITIVE, 3, "the chains that are mixed")
    chain_depth: int = attr(POSITIVE, 3, "the most augmentations in a chain")
    factor: Any = attr(_FRACTION, 0.3, "the strength of an augmentation")
    alpha: float = attr(
        number("a positive number", above=0), 1.0, "how evenly the chains are mixed"
    )
    all_ops: bool = attr(
        FLAG, True, "whether also brightness, colour, contrast and sharpness are changed"
    )
    interpolation: str = attr(_INTERPOLATION, "bilinear", "how values between pixels are found")
    seed: int | None = attr(SEED, None, "the seed of the random numbers")


@layer
class RandAugment(_Augmentation):
    """Applies a few of many augmentations, drawn at random (Cubuk et al. 2020).

    Shape: unchanged, of 3 axes: height, width, channels.
    """

    value_range: tuple[float, ...] = attr(
        _VALUE_RANGE, (0, 255), "the least and the greatest value of a pixel"
    )
    num_ops: int = attr(POSITIVE, 2, "how many are applied")
    factor: Any = attr(_FRACTION, 0.5, "the strength")
    interpolation: str = attr(_INTERPOLATION, "bilinear", "how values between pixels are found")
    seed: int | None = attr(SEED, None, "the seed of the random numbers")
