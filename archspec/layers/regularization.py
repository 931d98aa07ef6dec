"""Regularizations: noise and penalties of training. At inference all of these are the identity."""

from __future__ import annotations

from archspec.layers.axes import need_floats
from archspec.layers.base import SameShape, layer
from archspec.layers.fields import attr, training_mode
from archspec.layers.mismatch import Mismatch
from archspec.layers.titles import Say, Title, plainly, spaced
from archspec.layers.types import SEED, number
from archspec.layers.windows import Sliding
from archspec.tensor import Tensor

_RATE = number("a number from 0 to 1", 0, 1)
# Keras takes 1, and divides by zero in training.
_RATE_BELOW_1 = number("a number from 0 up to, but not, 1", 0, below=1)
_PENALTY = number("a number of at least 0", 0)


class _Random(SameShape):
    """What draws random numbers in training."""

    hands_on_mask = True

    seed: int | None = attr(SEED, None, "the seed of the random numbers")
    training: bool | None = training_mode()

    def output(self, x: Tensor) -> Tensor:
        need_floats(x)
        return super().output(x)


class _Dropping(_Random):
    rate: float = attr(_RATE_BELOW_1, doc="the fraction to drop", before="seed")

    def title(self, say: Say = plainly) -> Title:
        return _with_rate(self.called or spaced(self.kind()), self.rate, say)


def _with_rate(words: str, rate: float, say: Say) -> Title:
    return Title(f"{words} {say('rate', rate)}".rstrip())


@layer
class Dropout(_Dropping):
    """Sets elements to 0, each with probability `rate`, and scales the others by 1 / (1 - rate).

    Shape: unchanged. Keras's `noise_shape` counts the batch and is no argument here;
    `SpatialDropout1D` drops channels, `StochasticDepth` examples.
    """

    rate: float = attr(_RATE, doc="the fraction to drop", before="seed")


class _SpatialDropout(Sliding):
    hands_on_mask = True

    rate: float = attr(_RATE, doc="the fraction of channels to drop")
    seed: int | None = attr(SEED, None, "the seed of the random numbers")
    training: bool | None = training_mode()

    called = "spatial dropout"

    def title(self, say: Say = plainly) -> Title:
        return _with_rate(self.called, self.rate, say)

    def check(self) -> None:
        if "trainable" in self.arguments:  # the constructor in Keras lacks it
            raise Mismatch(
                f"`{self.kind()}` takes no `trainable`",
                at="trainable",
                help="leave it out; the layer has no weights",
            )

    def output(self, x: Tensor) -> Tensor:
        self.need_axes(x)
        need_floats(x)
        return Tensor(x.shape, self.compute_dtype)


@layer
class SpatialDropout1D(_SpatialDropout, rank=1):
    """Sets whole channels to 0, each with probability `rate`.

    Shape: unchanged, of 2 axes: length, channels.
    """


@layer
class SpatialDropout2D(_SpatialDropout, rank=2):
    """Sets whole channels to 0, each with probability `rate`.

    Shape: unchanged, of 3 axes: height, width, channels.
    """


@layer
class SpatialDropout3D(_SpatialDropout, rank=3):
    """Sets whole channels to 0, each with probability `rate`.

    Shape: unchanged, of 4 axes: depth, height, width, channels.
    """


@layer
class GaussianNoise(_Random):
    """Adds Gaussian noise.

    Shape: unchanged.
    """

    called = "noise"

    # Keras allows no more than 1.
    stddev: float = attr(_RATE, doc="the standard deviation of the noise", before="seed")


@layer
class GaussianDropout(_Dropping):
    """Multiplies by Gaussian noise of mean 1 and variance rate / (1 - rate).

    Shape: unchanged.
    """

    rate: float = attr(
        _RATE_BELOW_1, doc="the fraction that dropout of the same strength drops", before="seed"
    )


@layer
class AlphaDropout(_Dropping):
    """Dropout that keeps mean and variance, for networks of `selu`.

    Shape: unchanged.
    """


@layer
class StochasticDepth(_Dropping):
    """Sets whole examples to 0, each with probability `rate`, and scales the others by 1 / (1 -
    rate): the end of a residual's main path.

    Shape: unchanged. A kind of archspec's own (Huang et al. 2016; drop path in ConvNeXt and vision
    transformers).
    """

    called = "drop path"
    composed = True

    rate: float = attr(
        _RATE_BELOW_1, doc="the probability to drop an example's path", before="seed"
    )


@layer
class ActivityRegularization(SameShape):
    """Adds a penalty on the layer's values to the loss: l1 * sum of |x| + l2 * sum of squares.

    Shape: unchanged.
    """

    hands_on_mask = True

    l1: float = attr(_PENALTY, 0.0, "the factor of the absolute values")
    l2: float = attr(_PENALTY, 0.0, "the factor of the squares")

    def output(self, x: Tensor) -> Tensor:
        need_floats(x)
        return super().output(x)
