"""What a layer needs of its input: its axes, sizes that must be known, its type of numbers."""

from __future__ import annotations

from archspec.layers.base import FLOATS
from archspec.layers.mismatch import LAYER, Mismatch
from archspec.spelling import counted
from archspec.tensor import Shape, Size, Tensor, product, show_shape


def known(size: int | None, what: str, *, at: str | None = None) -> int:
    """A size that the layer must know, or `Mismatch`: weights cannot depend on what is unknown."""
    if size is None:
        help = "give the model's `input` a fixed size there instead of `null`"
        raise Mismatch(
            f"{what} is unknown here, and {LAYER} needs it", at=at, help=help, unknown=True
        )
    return size


def divisors(number: int) -> str:
    """What divides a number, as people list it; the largest ten."""
    small = [size for size in range(1, min(number, 4096) + 1) if number % size == 0]
    return ("..., " if len(small) > 10 else "") + ", ".join(map(str, small[-10:]))


def axis_index(axis: int, x: Tensor, *, at: str | None = "axis") -> int:
    """The index into ``x.shape`` of an ``axis`` that counts as in Keras, the batch being 0.
    Raises `Mismatch` for the batch or beyond.
    """
    rank = len(x.shape)
    index = rank + axis if axis < 0 else axis - 1
    if axis == 0 or index == -1:
        there = f"{rank} more {'axis' if rank == 1 else 'axes'}"
        raise Mismatch(
            f"`{at}` {axis} is the batch, and the input has {there}",
            at=at,
            help="count from the end: -1 is the last axis",
        )
    if not 0 <= index < rank:
        several = f": -{rank} is the first, -1 the last" if rank else ""
        numbers = ": it has only -1" if rank == 1 else several
        raise Mismatch(
            f"`{at}` {axis} is outside the input's {rank} axes",
            at=at,
            help=f"count from the end{numbers}",
        )
    return index


def axis_indices(axes: int | tuple[int, ...], x: Tensor, *, at: str = "axis") -> tuple[int, ...]:
    """`axis_index` of one axis or several. Raises `Mismatch` also where one axis is named twice."""
    indices = tuple(
        axis_index(axis, x, at=at) for axis in (axes if isinstance(axes, tuple) else (axes,))
    )
    if len(set(indices)) < len(indices):
        raise Mismatch(
            f"`{at}` names one of the input's {len(x.shape)} axes twice",
            at=at,
            help="name every axis once",
        )
    return indices


def need_rank(x: Tensor, rank: int, names: str, *, help: str | None = None) -> None:
    """Raise `Mismatch` unless ``x`` has ``rank`` axes; ``names`` names them, as in "height,
    width, channels".
    """
    if len(x.shape) != rank:
        axes = counted(rank, "axis")
        shown = f"is a vector of {x}" if len(x.shape) == 1 else f"{x} has {len(x.shape)}"
        raise Mismatch(
            f"{LAYER} takes {axes} ({names}), and its input {shown}",
            help=help or _another_rank(x, rank),
            rank=None if help else rank,
            axes=rank,
            shows_input=True,
        )


def _another_rank(x: Tensor, rank: int) -> str:
    if rank == 1:
        pooling = f" or `GlobalAveragePooling{len(x.shape) - 1}D`" if 2 <= len(x.shape) <= 4 else ""
        return f"put `Flatten`{pooling} before it"
    if len(x.shape) == rank - 1 and None not in x.shape:
        return f"put `- Reshape: {{target_shape: {[*x.shape, 1]}}}` before it, which adds an axis"
    if len(x.shape) < rank:
        return f"give it an input of {rank} axes"
    if x.size is not None:
        target = [*x.shape[: rank - 2], product(x.shape[rank - 2 : -1]), x.shape[-1]]
        return f"put `- Reshape: {{target_shape: {target}}}` before it, which joins axes"
    return "remove an axis with `Reshape`"


def need_floats(x: Tensor) -> None:
    """Raise `Mismatch` for an input of integers, which Keras accepts while it builds a model and
    TensorFlow refuses when it runs or trains it.
    """
    if x.dtype not in FLOATS:
        raise Mismatch(
            f"{LAYER} computes with floating numbers, and its input is {x.dtype}",
            help="put a `Rescaling` before it",
        )


def need_numbers(x: Tensor, *others: str) -> None:
    """Raise `Mismatch` for an input of truth values, or of ``others``, the integers that TensorFlow
    cannot do this with either.
    """
    if x.dtype in ("bool", *others):
        raise Mismatch(
            f"TensorFlow cannot run {LAYER} on {x.dtype}", help="put a `Rescaling` before it"
        )


def need_softmax(axes: int, count: int, *, at: str) -> None:
    """Raise `Mismatch` unless TensorFlow runs a softmax over ``count`` axes of a tensor of ``axes``
    axes, the batch left out: over one it takes five at most with the batch, over several eight.
    """
    if axes == 0:
        raise Mismatch(
            "a softmax over the only axis, the batch, would mix examples",
            at=at,
            help="give it a tensor with an axis of scores",
        )
    most = 5 if count == 1 else 8
    if axes + 1 > most:
        raise Mismatch(
            f"TensorFlow's softmax takes at most {most} axes, the batch counted, and here are"
            f" {axes + 1}",
            at=at,
            help="join axes with `Reshape` before it",
        )


def need_mask(mask: Tensor, name: str, sizes: Shape, *, last: int | None = None) -> None:
    """Raise `Mismatch` where a mask does not fit a tensor of these sizes, axis by axis.

    Of the axes before the ``last`` ones, a mask may leave out those at the end, and a size of 1
    stands for any.
    """
    shape = mask.shape
    if last is None:
        fits = len(shape) == len(sizes) and all(map(_one_size, shape, sizes))
    else:
        leading = len(shape) - last
        expected = (*sizes[:leading], *sizes[-last:])
        fits = 0 <= leading <= len(sizes) - last and all(
            size == 1 or _one_size(size, other) for size, other in zip(shape, expected, strict=True)
        )
    if not fits:
        wanted = sizes if last is None else sizes[-last:]
        more = f" or {show_shape(sizes)}" if last is not None and last < len(sizes) else ""
        raise Mismatch(
            f"`{name}` is {mask}, and {LAYER} takes a mask of {show_shape(wanted)}{more} here",
            help="a mask says of each position, with `true` or `false`, whether it counts",
        )


def _one_size(size: Size, other: Size) -> bool:
    return size == other or None in (size, other)
