"""Normalizations: the values are centred and scaled, by statistics of the batch, of the example
or of the training data.
"""

from __future__ import annotations

from typing import Any

from archspec.layers.axes import (
    axis_index,
    axis_indices,
    divisors,
    known,
    need_floats,
    need_mask,
)
from archspec.layers.base import SameShape, layer
from archspec.layers.fields import attr, named_role, training_mode
from archspec.layers.kernels import new_weight
from archspec.layers.mismatch import Mismatch
from archspec.layers.objects import CONSTRAINT, OPTIONAL_INITIALIZER, REGULARIZER
from archspec.layers.types import (
    AXES,
    COUNT,
    EPSILON,
    FLAG,
    INTEGER,
    NUMBER,
    POSITIVE,
    either,
    integer,
    number,
    optional,
    sequence,
)
from archspec.tensor import Tensor, Weight

_GROUPS = either(
    "a positive integer, or -1 for one group a channel", POSITIVE, integer("-1", -1, -1)
)
_STATISTIC = either(
    "a number or a list of numbers", NUMBER, sequence("a list of numbers", NUMBER, 1)
)


class _Affine(SameShape):
    """The learned scale and offset that follow a normalization, and their arguments."""

    hands_on_mask = True

    axis: Any = attr(INTEGER, -1, "the axis of the features")
    epsilon: float = attr(EPSILON, 1e-3, "what is added to the variance against division by zero")
    center: bool = attr(FLAG, True, "whether a learned `beta` is added")
    scale: bool = attr(FLAG, True, "whether a learned `gamma` multiplies")
    beta_initializer: Any = attr(OPTIONAL_INITIALIZER, "zeros", "the first values of `beta`")
    gamma_initializer: Any = attr(OPTIONAL_INITIALIZER, "ones", "the first values of `gamma`")
    beta_regularizer: Any = attr(REGULARIZER, None, "the penalty on `beta`")
    gamma_regularizer: Any = attr(REGULARIZER, None, "the penalty on `gamma`")
    beta_constraint: Any = attr(CONSTRAINT, None, "the constraint on `beta`")
    gamma_constraint: Any = attr(CONSTRAINT, None, "the constraint on `gamma`")

    def features(self, x: Tensor) -> int:
        """The size of the one axis that `gamma` and `beta` go along."""
        return known(x.shape[axis_index(self.axis, x)], f"the size of axis {self.axis}", at="axis")

    def affine(self, shape: tuple[int, ...]) -> tuple[Weight, ...]:
        """`gamma` and `beta`, as far as they are wanted."""
        gamma = (new_weight(self, "gamma", shape, "gamma_initializer"),) if self.scale else ()
        return (
            (*gamma, new_weight(self, "beta", shape, "beta_initializer")) if self.center else gamma
        )


@layer
class BatchNormalization(_Affine):
    """Normalizes every feature over the batch; at inference by the moving statistics of training.

    Shape: unchanged. Four weights for each feature, two of them (the moving statistics) not
    trained.
    """

    called = "BN"

    momentum: float = attr(
        NUMBER, 0.99, "how much of the moving statistics a step keeps", before="epsilon"
    )
    moving_mean_initializer: Any = attr(
        OPTIONAL_INITIALIZER, "zeros", "the first moving mean", before="beta_regularizer"
    )
    moving_variance_initializer: Any = attr(
        OPTIONAL_INITIALIZER, "ones", "the first moving variance", before="beta_regularizer"
    )
    synchronized: bool = attr(
        FLAG, False, "whether the replicas share their statistics (TensorFlow alone)"
    )

    mask = named_role("which positions count for the statistics: the input's shape but the last")
    training: bool | None = training_mode()

    def output(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        self.features(x)
        if mask is not None:
            need_mask(mask, "mask", x.shape[:-1])
        return super().output(x)

    def weights(self, x: Tensor, **roles: Tensor) -> tuple[Weight, ...]:
        shape = (self.features(x),)
        return (
            *self.affine(shape),
            self._statistic("mean", shape),
            self._statistic("variance", shape),
        )

    def _statistic(self, name: str, shape: tuple[int, ...]) -> Weight:
        return new_weight(
            self, f"moving_{name}", shape, f"moving_{name}_initializer", trainable=False
        )


def _sorted_axes(value: Any) -> Any:
    axes = AXES.accept(value)
    return tuple(sorted(axes)) if isinstance(axes, tuple) else axes


_SORTED_AXES = AXES._replace(accept=_sorted_axes)
"""Sorted as written, -1 before 1: newer versions of Keras do so themselves; 3.12 keeps the
order that it is given, and would build other weights.
"""


@layer
class LayerNormalization(_Affine):
    """Normalizes every example by itself, over the axes of `axis`.

    Shape: unchanged. `gamma` and `beta` have one value for each element of those axes.
    """

    called = "LN"

    axis: Any = attr(_SORTED_AXES, -1, "the axis, or the axes, over which to normalize")

    def output(self, x: Tensor) -> Tensor:
        axis_indices(self.axis, x)
        return super().output(x)

    def weights(self, x: Tensor) -> tuple[Weight, ...]:
        if not self.scale and not self.center:
            return ()
        axes = self.axis if isinstance(self.axis, tuple) else (self.axis,)
        return self.affine(
            tuple(
                known(x.shape[axis_index(axis, x)], f"the size of axis {axis}", at="axis")
                for axis in axes
            )
        )


@layer
class GroupNormalization(_Affine):
    """Normalizes every example by itself, in groups of channels.

    Shape: unchanged. `groups` must divide the size of `axis`; `gamma` and `beta` have one value for
    each channel.
    """

    called = "GN"

    groups: int = attr(
        _GROUPS, 32, "the number of groups, -1 for one group a channel", before="axis"
    )

    def output(self, x: Tensor) -> Tensor:
        size = self.features(x)
        if self.groups > 0 and size % self.groups:
            help = f"{size} divides by {divisors(size)}; -1 makes one group a channel"
            raise Mismatch(
                f"the input's {size} channels do not divide into {self.groups} groups",
                at="groups",
                help=help,
            )
        return super().output(x)

    def weights(self, x: Tensor) -> tuple[Weight, ...]:
        return self.affine((self.features(x),))


@layer
class RMSNormalization(SameShape):
    """Divides by the root of the mean square over `axis`, and multiplies by a learned scale (Zhang
    and Sennrich 2019): no centre, no offset.

    Shape: unchanged. `scale` has one value for each element of those axes.
    """

    called = "RMS norm"

    axis: Any = attr(AXES, -1, "the axis, or the axes, over which to normalize")
    epsilon: float = attr(EPSILON, 1e-6, "what is added to the mean square")

    def output(self, x: Tensor) -> Tensor:
        need_floats(x)
        axis_indices(self.axis, x)
        return super().output(x)

    def weights(self, x: Tensor) -> tuple[Weight, ...]:
        axes = sorted(self.axis) if isinstance(self.axis, tuple) else [self.axis]
        sizes = (x.shape[axis_index(axis, x)] for axis in axes)
        return (
            Weight("scale", tuple(known(size, "the size of an axis", at="axis") for size in sizes)),
        )


@layer
class UnitNormalization(SameShape):
    """Divides every vector by its length, so that it lies on the unit sphere.

    Shape: unchanged.
    """

    hands_on_mask = True

    called = "unit norm"

    axis: Any = attr(AXES, -1, "the axis, or the axes, of the vectors")

    def output(self, x: Tensor) -> Tensor:
        need_floats(x)
        axis_indices(self.axis, x)
        return super().output(x)


@layer
class LocalResponseNormalization(SameShape):
    """Divides by (bias + alpha * sum of squares of the channels around) ** beta: AlexNet's
    (Krizhevsky et al. 2012, section 3.3).

    Shape: unchanged. The sum, over at most 2 * depth_radius + 1 channels, is no mean, as in
    `tf.nn.local_response_normalization`; Caffe's `alpha` is for the mean, so divide it by the
    window's size.
    """

    called = "LRN"

    # The paper's constants: k, n / 2 with n = 5, alpha and beta.
    depth_radius: int = attr(COUNT, 2, "how many channels on either side count")
    bias: float = attr(
        number("a positive number", above=0), 2.0, "what is added to the sum; the paper's k"
    )
    alpha: float = attr(number("a number of at least 0", 0), 1e-4, "the factor of the sum")
    beta: float = attr(NUMBER, 0.75, "the exponent")

    def output(self, x: Tensor) -> Tensor:
        if not x.shape:
            raise Mismatch(
                "there is no axis of channels to normalize over",
                help="give it a tensor with an axis of channels",
            )
        return super().output(x)


@layer
class Normalization(SameShape):
    """Shifts and scales to mean 0 and variance 1, by constants: those given here, or those that
    Keras's `adapt` measures on data.

    Shape: unchanged. Given `mean` and `variance`, no weights; else `mean` and `variance` for each
    index of `axis`, and `count`, none of them trained.
    """

    hands_on_mask = True

    called = "standardize"

    axis: Any = attr(
        optional(AXES, "one mean and variance for everything"),
        -1,
        "the axis, or the axes, with a mean and variance for each index",
    )
    mean: Any = attr(
        optional(_STATISTIC, "measured by `adapt`"),
        None,
        "the mean, or one for each index of the last such axis",
    )
    variance: Any = attr(
        optional(_STATISTIC, "measured by `adapt`"), None, "the variance, in the form of the mean"
    )
    invert: bool = attr(FLAG, False, "whether to undo a normalization instead")

    def check(self) -> None:
        if (self.mean is None) != (self.variance is None):
            at, other = ("mean", "variance") if self.variance is None else ("variance", "mean")
            raise Mismatch(
                f"`{at}` is given without `{other}`", at=at, help=f"give `{other}` too, or neither"
            )
        if _length(self.mean) != _length(self.variance):
            raise Mismatch(
                "`mean` and `variance` differ in form",
                at="variance",
                help="give two numbers, or two lists of one length",
            )
        if _length(self.mean) is not None and self.axis is None:
            raise Mismatch(
                "with `axis: null` there is one mean, and `mean` is a list",
                at="mean",
                help="give a number, or name an axis",
            )

    def output(self, x: Tensor) -> Tensor:
        sizes, count = self._kept(x), _length(self.mean)
        if count not in (None, 1) and count != sizes[-1]:
            raise Mismatch(
                f"`mean` has {count} values for an axis of size {sizes[-1]}",
                at="mean",
                help="give a number, or one value for each index",
            )
        return super().output(x)

    def weights(self, x: Tensor) -> tuple[Weight, ...]:
        if self.mean is not None:
            return ()
        shape = self._kept(x)
        return (
            Weight("mean", shape, False),
            Weight("variance", shape, False),
            Weight("count", (), False),
        )

    def _kept(self, x: Tensor) -> tuple[int, ...]:
        axes = () if self.axis is None else sorted(axis_indices(self.axis, x))
        return tuple(
            known(x.shape[axis], f"the size of axis {axis + 1}", at="axis") for axis in axes
        )


def _length(statistic: Any) -> int | None:
    return len(statistic) if isinstance(statistic, tuple) else None
