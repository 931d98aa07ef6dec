"""Operations on two tensors, element by element: functions of `keras.ops`."""

from __future__ import annotations

from typing import Any, ClassVar

from archspec.layers.broadcasting import stretched
from archspec.layers.mismatch import LAYER, Mismatch
from archspec.layers.operations.base import Operation, constant, row, written
from archspec.layers.operations.dtypes import (
    any_dtype,
    compared,
    floating,
    numbers,
    strong_floating,
    strong_numbers,
    truth,
)
from archspec.layers.titles import Say, Title, plainly
from archspec.tensor import Shape, Tensor, show_shape

_SHAPE = "the inputs', which must agree; a size of 1 is stretched to the other's."


class Binary(Operation):
    """Every element of the result comes of one of each input."""

    arity: ClassVar[tuple[int, int | None]] = (1, 2)
    tensors: ClassVar[tuple[str, ...]] = ("x1", "x2")
    rule = _SHAPE
    done: ClassVar[str] = "matched"
    """The participle that completes "cannot be ..."."""

    x1: Any = constant("a constant as the first")
    x2: Any = constant("a constant as the second")

    def shape_of(self, *xs: Tensor) -> Shape:
        need_one_rank(xs, [self.arguments.get(name) is not None for name in self.tensors])
        try:
            return stretched(xs, self.done)
        except Mismatch as mismatch:
            self._advise_of_constant(mismatch, xs)
            raise

    def _advise_of_constant(self, mismatch: Mismatch, xs: tuple[Tensor, ...]) -> None:
        """Let a complaint be about the constant, where one does not fit."""
        names = [name for name in self.tensors if self.arguments.get(name) is not None]
        if len(names) == 1 and len(xs) == 2:
            (x,) = (x for x, name in zip(xs, self.tensors, strict=True) if name not in names)
            mismatch.at, mismatch.inputs = names[0], ()
            mismatch.help = f"write a number, or a list of {show_shape(x.shape[-1:])} numbers"

    def title(self, say: Say = plainly) -> Title:
        constants = [name for name in ("x1", "x2") if self.arguments.get(name) is not None]
        if not constants:
            return Title(self.symbol or self.words())
        (name,) = constants[:1]
        value = written(name, getattr(self, name), say)
        if not self.symbol:
            return Title(f"{self.words()} {value}")
        return Title(f"{value} {self.symbol} x" if name == "x1" else f"{self.symbol} {value}")


class _Where(Binary):
    arity = (1, 3)
    tensors = ("condition", "x1", "x2")

    def result(self, condition: Tensor, *xs: Tensor) -> Tensor:
        return Tensor(self.shape_of(condition, *xs), any_dtype(*xs))

    def title(self, say: Say = plainly) -> Title:
        return Title("where")


def need_one_rank(xs: tuple[Tensor, ...], constants: list[bool]) -> None:
    """Raise `Mismatch` where axes that are matched from the last would match a batch with something
    else. A constant has no batch, and may have fewer axes.
    """
    ranks = [len(x.shape) for x, fixed in zip(xs, constants, strict=True) if not fixed]
    if len(set(ranks)) > 1:
        help = "bring them to one number of axes with `ops.expand_dims`"
        raise Mismatch(
            f"{LAYER} matches axes from the last, and of tensors with {min(ranks)} and"
            f" {max(ranks)} axes it would match the batch of one with an axis of the other",
            help=help,
        )
    if ranks and max(len(x.shape) for x in xs) > ranks[0]:
        raise Mismatch(
            "the constant has more axes than the tensor, and would be matched with its batch",
            help="write a constant of as many axes as the tensor, or fewer",
        )


row(Binary, "add", "The sum.", gives=numbers, symbol="+", done="added")
row(Binary, "subtract", "The first minus the second.", gives=numbers, symbol="−", done="subtracted")
row(
    Binary,
    "multiply",
    "The product, element by element.",
    gives=numbers,
    symbol="×",
    done="multiplied",
)
row(
    Binary, "divide", "The first divided by the second.", gives=floating, symbol="÷", done="divided"
)
row(
    Binary,
    "true_divide",
    "The first divided by the second.",
    gives=floating,
    symbol="÷",
    done="divided",
)
row(
    Binary,
    "floor_divide",
    "The quotient, rounded down.",
    gives=numbers,
    done="divided",
    called="⌊÷⌋",
)
row(Binary, "mod", "What is left of the first after division by the second.", gives=strong_numbers)
row(Binary, "power", "The first to the power of the second.", gives=numbers, symbol="^")
row(Binary, "maximum", "The greater of the two.", gives=numbers, called="max")
row(Binary, "minimum", "The lesser of the two.", gives=numbers, called="min")
row(Binary, "arctan2", "The angle of the point (x2, x1).", gives=strong_floating)
row(Binary, "logaddexp", "The logarithm of the sum of both exponentials.", gives=strong_floating)
row(Binary, "equal", "Whether they are equal.", gives=truth, symbol="=")
row(Binary, "not_equal", "Whether they differ.", gives=truth, symbol="≠")
row(Binary, "greater", "Whether the first is greater.", gives=compared, symbol=">")
row(Binary, "greater_equal", "Whether the first is greater, or equal.", gives=compared, symbol="≥")
row(Binary, "less", "Whether the first is less.", gives=compared, symbol="<")
row(Binary, "less_equal", "Whether the first is less, or equal.", gives=compared, symbol="≤")
row(Binary, "logical_and", "Whether both are true, or not 0.", gives=truth, called="and")
row(Binary, "logical_or", "Whether one of them is true, or not 0.", gives=truth, called="or")
row(Binary, "logical_xor", "Whether just one of them is true, or not 0.", gives=truth, called="xor")
row(_Where, "where", "The first where a condition is true, else the second.")
