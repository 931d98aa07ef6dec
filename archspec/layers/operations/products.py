"""Operations that multiply tensors and sum over an axis: functions of `keras.ops`."""

from __future__ import annotations

from typing import Any, ClassVar

from archspec.layers.axes import axis_indices, need_floats, need_rank
from archspec.layers.broadcasting import stretched
from archspec.layers.fields import attr
from archspec.layers.mismatch import LAYER, Mismatch
from archspec.layers.operations.base import Operation, constant, row
from archspec.layers.operations.dtypes import product_dtype, promoted
from archspec.layers.titles import Say, Title, plainly
from archspec.layers.types import FLAG, INTEGER, NUMBER, POSITIVE, either, optional, sequence
from archspec.tensor import Shape, Tensor, product, show_shape


class _OfTwo(Operation):
    """A product of two, of which one may be a constant."""

    arity: ClassVar[tuple[int, int | None]] = (1, 2)
    tensors = ("x1", "x2")

    x1: Any = constant("a constant as the first")
    x2: Any = constant("a constant as the second")

    def is_constant(self, name: str) -> bool:
        """Whether a constant stands in the place of that tensor."""
        return self.arguments.get(name) is not None

    def title(self, say: Say = plainly) -> Title:
        return Title(self.words())

    def result(self, x1: Tensor, x2: Tensor) -> Tensor:
        if not (x1.shape or not self.is_constant("x1")) or not (
            x2.shape or not self.is_constant("x2")
        ):
            raise Mismatch(
                f"{LAYER} takes lists of numbers as a constant, not one number",
                help="use `ops.multiply`",
            )
        return Tensor(self.shape_of(x1, x2), product_dtype(x1, x2))

    def need_second_constant(self) -> None:
        """Raise `Mismatch` unless the second is a constant: every example of the first meets all of
        the second.
        """
        if not self.is_constant("x2"):
            raise Mismatch(
                f"{LAYER} multiplies every example of the one tensor with every example of the"
                " other",
                help="use `ops.einsum`, `ops.matmul` or `Dot`; here `x2` may be a constant",
            )


class _MatMul(_OfTwo):
    symbol = "·"
    rule = "(…, n, m) and (…, m, k) → (…, n, k)."

    def shape_of(self, x1: Tensor, x2: Tensor) -> Shape:
        self._check_batch(x1, x2)
        # the batch is an axis of the tensor that is not constant, and is taken off at the end
        a = x1.shape if self.is_constant("x1") else (_BATCH, *x1.shape)
        b = x2.shape if self.is_constant("x2") else (_BATCH, *x2.shape)
        inner = a[-1], b[-2] if len(b) > 1 else b[-1]
        if None not in inner and inner[0] != inner[1]:
            raise Mismatch(
                f"{x1} and {x2} cannot be multiplied: the last axis of the first is {inner[0]}, and"
                f" the one before the last of the second {inner[1]}",
                help="`ops.einsum` multiplies along any axes",
                inputs=(0, 1) if len(self.arguments) == 0 else (),
            )
        rows, columns = a[:-1][-1:], b[-1:] if len(b) > 1 else ()
        front = stretched([Tensor(a[:-2]), Tensor(b[:-2])], "multiplied")
        return (*front, *rows, *columns)[1:]

    def _check_batch(self, x1: Tensor, x2: Tensor) -> None:
        ranks = {
            name: len(x.shape) for name, x in (("x1", x1), ("x2", x2)) if not self.is_constant(name)
        }
        if len(ranks) == 2 and (ranks["x1"] != ranks["x2"] or ranks["x1"] < 2):
            raise Mismatch(
                f"{LAYER} would multiply along the batch: it takes two tensors of one number of"
                f" axes, at least 2, and these are {x1} and {x2}",
                help="add an axis with `ops.expand_dims`, or use `ops.einsum`",
            )
        (rank,) = set(ranks.values())
        least = 1 if "x1" in ranks else 2
        fixed = len((x2 if "x1" in ranks else x1).shape)
        if len(ranks) == 1 and (rank < least or fixed > max(rank, 2)):
            raise Mismatch(
                f"{LAYER} would multiply along the batch: {x1} and {x2} do not go together",
                help="give the constant two axes, and the tensor two or more",
            )

    def products(self, y: Tensor, *xs: Tensor) -> int | None:
        return product((*y.shape, xs[0].shape[-1]))


_BATCH = 1
"""The size that stands for the batch: any other of its axis stretches to it."""


class _Dot(_OfTwo):
    symbol = "·"
    rule = "(…, m) and a constant of m×k → (…, k)."

    def shape_of(self, x1: Tensor, x2: Tensor) -> Shape:
        self.need_second_constant()
        at = -2 if len(x2.shape) > 1 else -1
        if not x1.shape:
            raise Mismatch(f"{LAYER} takes one axis or more", help="give it a vector")
        if x1.shape[-1] != x2.shape[at]:
            raise Mismatch(
                f"the last axis of {x1} and the matching one of the constant {x2} differ",
                help="give the constant as many rows as the input has channels",
            )
        rest = x2.shape[:-1] if at == -1 else (*x2.shape[:-2], x2.shape[-1])
        return (*x1.shape[:-1], *(rest if at == -2 else ()))

    def products(self, y: Tensor, *xs: Tensor) -> int | None:
        return product((*y.shape, xs[0].shape[-1]))


class _TensorDot(_OfTwo):
    symbol = "·"
    rule = "the first's axes that are not summed over, then the second's."

    axes: Any = attr(
        either(
            "a count, or a list of two lists of axes",
            POSITIVE,
            sequence("a list of two lists of axes", sequence("a list", INTEGER, 1), 2, 2),
        ),
        2,
        "how many axes at the end of the first and the start of the second, or those of each",
    )

    def shape_of(self, x1: Tensor, x2: Tensor) -> Shape:
        self.need_second_constant()
        first, second = self._summed(x1, x2)
        if len(first) != len(second) or [x1.shape[at] for at in first] != [
            x2.shape[at] for at in second
        ]:
            raise Mismatch(
                f"the axes that are summed over differ in {x1} and in the constant {x2}",
                at="axes",
                help="name axes of equal sizes",
            )
        return (*_without(x1.shape, first), *_without(x2.shape, second))

    def _summed(self, x1: Tensor, x2: Tensor) -> tuple[list[int], list[int]]:
        """The indices into the shapes of both."""
        if isinstance(self.axes, tuple):
            first = list(axis_indices(self.axes[0], x1, at="axes"))
            rank = len(x2.shape)
            if not all(-rank <= axis < rank for axis in self.axes[1]):
                raise Mismatch(
                    f"`axes` names an axis outside the constant's {rank}",
                    at="axes",
                    help="a constant has no batch: its first axis is 0",
                )
            return first, [axis % rank for axis in self.axes[1]]
        if self.axes > min(len(x1.shape), len(x2.shape)):
            raise Mismatch(
                f"`axes` is {self.axes}, and the tensors {x1} and {x2} have fewer axes, the batch"
                " left out",
                at="axes",
                help="sum over fewer axes",
            )
        last = len(x1.shape)
        return list(range(last - self.axes, last)), list(range(self.axes))

    def products(self, y: Tensor, x1: Tensor, x2: Tensor) -> int | None:
        first, _ = self._summed(x1, x2)
        return product((*y.shape, *(x1.shape[at] for at in first)))


def _without(shape: Shape, axes: list[int]) -> Shape:
    return tuple(size for index, size in enumerate(shape) if index not in axes)


class _Attention(Operation):
    """Axes: positions, heads, channels."""

    arity: ClassVar[tuple[int, int | None]] = (3, 5)
    tensors = ("query", "key", "value")
    further_tensors = ("bias", "mask")
    called = "attention"
    rule = (
        "query (T, N, C), key and value (S, K, C) → (T, N, C); the heads K divide N; `bias` and"
        " `mask` stretch to (N, T, S)."
    )

    scale: Any = attr(optional(NUMBER, "1 / sqrt(C)"), None, "what the products are multiplied by")
    is_causal: Any = attr(FLAG, False, "whether a position sees only those up to itself")

    def title(self, say: Say = plainly) -> Title:
        return Title("attention", ", causal" if self.is_causal else "")

    def result(self, *xs: Any) -> Tensor:
        query, key, value, bias, mask = xs
        for x in (query, key, value):
            need_floats(x)
            need_rank(x, 3, "positions, heads, channels")
        if key.shape != value.shape or key.shape[2] != query.shape[2]:
            raise Mismatch(
                f"query {query}, key {key} and value {value} do not go together",
                help="key and value are of one shape, and all three have the same channels",
                inputs=(0, 1),
            )
        heads, shared = query.shape[1], key.shape[1]
        if None in (heads, shared) or heads % shared:
            raise Mismatch(
                f"{show_shape((heads,))} heads of the query are no multiple of"
                f" {show_shape((shared,))} of the key",
                help="give the query as many heads as the key, or a multiple",
                inputs=(0, 1),
            )
        for name, x in (("bias", bias), ("mask", mask)):
            if x is not None:
                self._check_scores(name, x, (heads, query.shape[0], key.shape[0]))
        return Tensor(query.shape, promoted(query.dtype, key.dtype, value.dtype))

    def _check_scores(self, name: str, x: Tensor, scores: Shape) -> None:
        if len(x.shape) != 3 or any(
            None not in pair and pair[0] not in (1, pair[1])
            for pair in zip(x.shape, scores, strict=True)
        ):
            raise Mismatch(
                f"`{name}` is {x}, and the scores are {show_shape(scores)}: heads, positions of the"
                " query, of the key",
                help="give it these three axes, with size 1 where it is the same for all",
            )
        if name == "mask" and x.dtype != "bool":
            raise Mismatch(
                f"`mask` is {x.dtype}, and is to hold truth values",
                help="compare before it, as with `ops.greater: {x2: 0}`",
            )

    def products(self, y: Tensor, *xs: Any) -> int | None:
        positions, heads, channels = xs[0].shape
        both = product((positions, xs[1].shape[0], heads, channels))
        return None if both is None else 2 * both


row(_MatMul, "matmul", "The matrix product of the last two axes.")
row(_Dot, "dot", "The product with a constant matrix.")
row(_TensorDot, "tensordot", "The product with a constant, summed over several axes.")
row(_Attention, "dot_product_attention", "Attention of several heads, without projections.")
