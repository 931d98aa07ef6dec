"""Operations on one tensor, element by element: functions of `keras.ops`."""

from __future__ import annotations

from typing import Any

from archspec.layers.axes import need_floats
from archspec.layers.fields import attr
from archspec.layers.mismatch import Mismatch
from archspec.layers.operations.base import Operation, row
from archspec.layers.operations.dtypes import (
    any_dtype,
    floating,
    floats,
    not_truth,
    numbers,
    signed,
    truth,
)
from archspec.layers.titles import Say, Title, plainly
from archspec.layers.types import FLAG, INTEGER, NUMBER, choice, optional
from archspec.tensor import BYTES, Tensor

_DTYPE = choice(*BYTES)
_SAME = optional(_DTYPE, "the input's")


class Unary(Operation):
    """Every element becomes a function of itself."""


class _Cast(Unary):
    """The result has the dtype of an argument."""

    dtype: Any

    def result(self, x: Tensor) -> Tensor:
        return Tensor(x.shape, self.dtype or x.dtype)

    def title(self, say: Say = plainly) -> Title:
        dtype = "" if self.dtype is None else f" {say('dtype', self.dtype)}"
        return Title(f"{self.words()}{dtype}")


class _Clip(Unary):
    x_min: Any
    x_max: Any

    def check(self) -> None:
        if self.x_min > self.x_max:
            raise Mismatch(
                f"`x_min` {self.x_min} is greater than `x_max` {self.x_max}",
                at="x_min",
                help="exchange them",
            )

    def title(self, say: Say = plainly) -> Title:
        return Title("clip", f" {say('x_min', self.x_min)} to {say('x_max', self.x_max)}")

    def result(self, x: Tensor) -> Tensor:
        if any(isinstance(bound, float) for bound in (self.x_min, self.x_max)):
            need_floats(x)
        return super().result(x)


row(Unary, "abs", "The distance from 0.", gives=any_dtype)
row(Unary, "negative", "The number with its sign turned.", gives=signed, called="−x")
row(Unary, "sign", "-1, 0 or 1: the sign.", gives=numbers)
row(Unary, "square", "The number times itself.", gives=not_truth, called="x²")
row(Unary, "sqrt", "The square root.", gives=floating, called="√")
row(Unary, "rsqrt", "1 divided by the square root.", gives=floats, called="1/√")
row(Unary, "reciprocal", "1 divided by the number.", gives=floats, called="1/x")
row(Unary, "exp", "e to the power of the number.", gives=floating)
row(Unary, "expm1", "e to the power of the number, minus 1.", gives=floating)
row(Unary, "log", "The natural logarithm.", gives=floating)
row(Unary, "log1p", "The natural logarithm of 1 plus the number.", gives=floating)
row(Unary, "sin", "The sine.", gives=floating)
row(Unary, "cos", "The cosine.", gives=floating)
row(Unary, "tan", "The tangent.", gives=floating)
row(Unary, "tanh", "The hyperbolic tangent.", gives=floating)
row(Unary, "erf", "The error function.", gives=floats)
row(Unary, "floor", "The greatest whole number that is not above.", gives=floating)
row(Unary, "ceil", "The least whole number that is not below.", gives=floating)
row(
    Unary,
    "round",
    "The nearest whole number, halves to the even one.",
    gives=numbers,
    decimals=attr(INTEGER, 0, "how many places behind the point stay"),
)
row(Unary, "logical_not", "Whether the element is 0, or false.", gives=truth, called="not")
row(Unary, "isnan", "Whether the element is no number.", gives=truth, called="is NaN")
row(Unary, "relu", "What is negative becomes 0.", gives=numbers, called="ReLU")
row(
    Unary,
    "relu6",
    "What is negative becomes 0, and what is over 6, 6.",
    gives=numbers,
    called="ReLU6",
)
row(
    Unary,
    "leaky_relu",
    "A fixed fraction of what is negative is let through.",
    gives=floats,
    called="LeakyReLU",
    negative_slope=attr(NUMBER, 0.2, "the slope of the negative half"),
)
row(
    Unary,
    "elu",
    "What is negative is bent: alpha * (exp(x) - 1).",
    gives=floats,
    called="ELU",
    alpha=attr(NUMBER, 1.0, "the limit of the negative half, with its sign turned"),
)
row(Unary, "selu", "The scaled exponential linear unit.", gives=floats, called="SELU")
row(
    Unary,
    "gelu",
    "The Gaussian error linear unit.",
    gives=floats,
    called="GELU",
    untitled=("approximate",),
    approximate=attr(FLAG, True, "whether to compute it by a hyperbolic tangent"),
)
row(Unary, "silu", "The number times its sigmoid.", gives=floats, called="SiLU")
row(Unary, "sigmoid", "1 / (1 + exp(-x)), between 0 and 1.", gives=floats)
row(Unary, "log_sigmoid", "The logarithm of the sigmoid.", gives=floats)
row(Unary, "hard_sigmoid", "A sigmoid of straight lines.", gives=floats)
row(Unary, "hard_silu", "The number times its hard sigmoid.", gives=floats, called="hard-swish")
row(Unary, "softplus", "log(exp(x) + 1), a smooth ReLU.", gives=floats)
row(
    _Clip,
    "clip",
    "What lies outside two bounds becomes the nearer one.",
    gives=not_truth,
    x_min=attr(NUMBER, doc="the least value"),
    x_max=attr(NUMBER, doc="the greatest value"),
)
row(
    _Cast,
    "cast",
    "The same values in another dtype.",
    dtype=attr(_DTYPE, doc="the dtype of the result"),
)
row(Unary, "convert_to_tensor", "The input as it is.", gives=any_dtype, called="tensor")
row(
    Unary,
    "stop_gradient",
    "The input as it is, through which nothing before it is trained.",
    tensors=("variable",),
    gives=any_dtype,
)
row(
    _Cast,
    "zeros_like",
    "Zeros in the shape of the input.",
    called="zeros",
    dtype=attr(_SAME, None, "the dtype of the result"),
)
row(
    _Cast,
    "ones_like",
    "Ones in the shape of the input.",
    called="ones",
    dtype=attr(_SAME, None, "the dtype of the result"),
)
row(
    _Cast,
    "full_like",
    "One number in the shape of the input.",
    called="full",
    fill_value=attr(NUMBER, doc="the number"),
    dtype=attr(_SAME, None, "the dtype of the result"),
)
