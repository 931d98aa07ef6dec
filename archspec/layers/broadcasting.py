"""Tensors that are matched axis by axis, from the last: the shape that they stretch to, or that
they have side by side, and the complaint where two of them differ.
"""

from __future__ import annotations

from collections.abc import Sequence

from archspec.layers.axes import axis_index
from archspec.layers.mismatch import Mismatch
from archspec.tensor import Shape, Size, Tensor, total


def stretched(xs: Sequence[Tensor], done: str) -> Shape:
    """The shape of a result: a size of 1, or an axis that is missing in front, stretches to the
    others', and an unknown size is taken for theirs. ``done`` completes "cannot be ...". Raises
    `Mismatch` where two sizes differ.
    """
    rank = max(len(x.shape) for x in xs)
    return tuple(_size(xs, axis, done) for axis in range(-rank, 0))


def _size(xs: Sequence[Tensor], axis: int, done: str) -> Size:
    sizes = {x.shape[axis] for x in xs if len(x.shape) >= -axis} - {1}
    if len(sizes - {None}) > 1:
        help = "a size of 1 stretches: `ops.expand_dims` adds one"
        raise clash(tuple(xs), axis, (None, 1), done, help)
    return next(iter(sizes - {None}), None if None in sizes else 1)


def joined(xs: Sequence[Tensor], axis: int) -> Shape:
    """The shape of tensors side by side along an axis, as Keras counts it. Raises `Mismatch` where
    other sizes differ.
    """
    first = xs[0].shape
    place = axis_index(axis, xs[0])
    for index, x in enumerate(xs[1:], 1):
        if len(x.shape) != len(first):
            raise Mismatch(
                f"{xs[0]} and {x} cannot be joined: they have {len(first)} and {len(x.shape)} axes",
                help="bring them to one number of axes, with `Reshape`, `Flatten` or a global"
                " pooling",
                inputs=(0, index),
            )
    for index in range(len(first)):
        if index != place and len({x.shape[index] for x in xs} - {None}) > 1:
            done = f"joined along axis {axis}"
            help = "only the sizes along it may differ"
            refused = clash(tuple(xs), index - len(first), (None,), done, help)
            if axis == 1 and index == len(first) - 1 > 1:
                refused.help = "tensors are channels-last: to join channels write `axis: -1`"
            raise refused
    return (*first[:place], total(x.shape[place] for x in xs), *first[place + 1 :])


def clash(
    xs: tuple[Tensor, ...], axis: int, fits: tuple[Size, ...], done: str, help: str
) -> Mismatch:
    """The complaint about the first two inputs whose sizes on ``axis``, counted from the end,
    differ and are none that ``fits``.
    """
    inputs: dict[Size, int] = {}
    for number, x in enumerate(xs):
        if len(x.shape) >= -axis and x.shape[axis] not in fits:
            inputs.setdefault(x.shape[axis], number)
    (a, first), (b, second), *_ = inputs.items()
    tokens = len(xs[first].shape) == 2
    if axis == -1:
        mend = "the same `filters` or `units` in each"
    elif tokens:
        mend = "`Cropping1D` or `ZeroPadding1D` for one, or pool the longer one"
    else:
        mend = "the same strides and `padding: same` in each, or crop or pad one"
    help = f"make them equal: {mend}; {help}"
    noun = _noun(axis, len(xs[first].shape))
    return Mismatch(
        f"{xs[first]} and {xs[second]} cannot be {done}: their {noun} are {a} and {b}",
        help=help,
        inputs=(first, second),
    )


def _noun(axis: int, rank: int) -> str:
    names = {(-1, rank): "channels", (-2, 3): "widths", (-3, 3): "heights"}
    return names.get((axis, rank), f"sizes on axis {axis}")
