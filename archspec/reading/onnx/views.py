"""A tensor of an ONNX model as a tensor of ours: the same numbers, perhaps in another order.

ONNX has channels first, Keras last, and exporters transpose and reshape between both. So a
`TensorView` says of which `have` axes our tensor is made and of which `want` axes the tensor of the
ONNX model, each a tuple of *atoms*, the axes before they were joined, the outer first. Transposing,
flattening, splitting and joining axes only changes what is wanted; layers that move numbers are
needed where an operator asks for an order that our tensor does not have, and mostly never are.

The batch is the first axis of both and is left out. An axis of size 1 has no atoms.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import count
from math import prod
from typing import NamedTuple

from archspec.reading.onnx.constants import NoCounterpart

Size = int | None
"""The size of an axis, ``None`` where only a run knows it."""

Axes = tuple[tuple[int, ...], ...]

_new = count().__next__


class TensorView(NamedTuple):
    """A tensor of the graph, its axes, the axes of the ONNX model's tensor, and the sizes of the
    atoms.
    """

    tensor: str
    have: Axes
    want: Axes
    sizes: Mapping[int, Size]

    @property
    def shape(self) -> tuple[Size, ...]:
        """The shape of the ONNX model's tensor, without the batch."""
        return tuple(self.size(axis) for axis in self.want)

    def size(self, axis: Sequence[int]) -> Size:
        """The size of an axis of these atoms."""
        sizes = [self.sizes[atom] for atom in axis]
        return None if None in sizes else prod(size for size in sizes if size is not None)

    def atoms_of(self, axis: Sequence[int]) -> tuple[Size, ...]:
        """The sizes of the atoms of an axis."""
        return tuple(self.sizes[atom] for atom in axis)


def laid(tensor: str, shape: Sequence[Size], order: Sequence[int]) -> TensorView:
    """The view of a new tensor of ours of a shape; ``order`` says for each axis of the ONNX model's
    tensor which of ours it is.
    """
    have, sizes = [], {}
    for size in shape:
        atom = _new()
        have.append(() if size == 1 else (atom,))
        sizes[atom] = size
    return TensorView(tensor, tuple(have), tuple(have[axis] for axis in order), sizes)


def in_order(tensor: str, shape: Sequence[Size]) -> TensorView:
    """The view of a new tensor that is as that of the ONNX model."""
    return laid(tensor, shape, range(len(shape)))


def channels_last(tensor: str, shape: Sequence[Size]) -> TensorView:
    """The view of a new tensor that has the channels last, and in the ONNX model first."""
    last = len(shape) - 1
    return laid(tensor, shape, [last, *range(last)])


def with_axis(view: TensorView, tensor: str, axis: int, size: Size) -> TensorView:
    """The view of a new tensor in which one axis of the ONNX model has another size."""
    atom = _new()
    new = () if size == 1 else (atom,)
    have = list(view.have)
    have[index_of(view, axis)] = new
    want = tuple(new if number == axis else group for number, group in enumerate(view.want))
    return TensorView(tensor, tuple(have), want, {**view.sizes, atom: size})


def index_of(view: TensorView, axis: int) -> int:
    """Which axis of ours an axis of the ONNX model is. Raises `NoCounterpart` where it is none."""
    group = view.want[axis]
    if group in view.have and (group or _empty_alike(view)):
        if group:
            return view.have.index(group)
        empty = [number for number, one in enumerate(view.want) if not one]
        return [number for number, one in enumerate(view.have) if not one][empty.index(axis)]
    raise NoCounterpart("its axis is no axis here")


def _empty_alike(view: TensorView) -> bool:
    """Whether both have as many axes of size 1."""
    return view.have.count(()) == view.want.count(())


def has_axis(view: TensorView, axis: int) -> bool:
    """Whether an axis of the ONNX model is one of ours."""
    try:
        index_of(view, axis)
    except NoCounterpart:
        return False
    return True


# --- what moves nothing


def transposed(view: TensorView, order: Sequence[int]) -> TensorView:
    """The view with the axes of the ONNX model in another order."""
    return view._replace(want=tuple(view.want[axis] for axis in order))


def split(view: TensorView, axis: int, sizes: Sequence[int]) -> TensorView:
    """The view with an axis of the ONNX model as several. Raises `NoCounterpart` where its atoms do
    not fall into them.
    """
    view, groups = _factored(view, view.want[axis], sizes)
    return view._replace(want=(*view.want[:axis], *groups, *view.want[axis + 1 :]))


def joined(view: TensorView, start: int, stop: int) -> TensorView:
    """The view with some axes in a row as one."""
    group = tuple(atom for one in view.want[start:stop] for atom in one)
    return view._replace(want=(*view.want[:start], group, *view.want[stop:]))


def reshaped(view: TensorView, shape: Sequence[int]) -> TensorView:
    """The view in another shape, in which one size may be -1. Raises `NoCounterpart` where the axes
    cannot be split and joined to that.
    """
    atoms = tuple(atom for group in view.want for atom in group)
    if -1 not in shape:
        view, groups = _factored(view, atoms, shape)
        return view._replace(want=groups)
    position = list(shape).index(-1)
    before, behind = shape[:position], shape[position + 1 :]
    total, known = view.size(atoms), prod(size for size in shape if size != -1)
    if total is not None:
        if not known or total % known:
            raise NoCounterpart(f"{total} elements do not fall into {list(shape)}")
        view, groups = _factored(view, atoms, [*before, total // known, *behind])
        return view._replace(want=groups)
    view, first, rest = _taken(view, atoms, before)
    view, last, rest = _taken(view, rest[::-1], behind[::-1], backwards=True)
    return view._replace(want=(*first, rest[::-1], *(group[::-1] for group in last[::-1])))


def _factored(
    view: TensorView, atoms: tuple[int, ...], sizes: Sequence[int]
) -> tuple[TensorView, Axes]:
    view, groups, rest = _taken(view, atoms, sizes)
    if rest:
        raise NoCounterpart("the number of elements would change")
    return view, groups


def _taken(
    view: TensorView, atoms: tuple[int, ...], sizes: Sequence[int], *, backwards: bool = False
) -> tuple[TensorView, Axes, tuple[int, ...]]:
    """Groups of atoms of these sizes, and the atoms that are left; atoms are split where that is
    needed, from the inner side with ``backwards``.
    """
    groups = []
    for size in sizes:
        group: list[int] = []
        left = size
        while left != 1:
            if not atoms or not left:
                raise NoCounterpart("the number of elements would change")
            own = view.sizes[atoms[0]]
            if own is None or (own % left and left % own):
                raise NoCounterpart(NOT_SPLIT)
            if own > left:
                view, pair = _halves(view, atoms[0], own // left if backwards else left)
                atoms = (*(pair[::-1] if backwards else pair), *atoms[1:])
                own = left
            group.append(atoms[0])
            atoms, left = atoms[1:], left // own
        groups.append(tuple(group))
    return view, tuple(groups), atoms


NOT_SPLIT = "its axes are joined and split in a way that layers do not"


def _halves(view: TensorView, atom: int, outer: int) -> tuple[TensorView, tuple[int, int]]:
    """The view with an atom as two, of which the outer has a size."""
    pair = _new(), _new()
    size = view.sizes[atom]
    assert size is not None
    sizes = {**view.sizes, pair[0]: outer, pair[1]: size // outer}
    have, want = (
        tuple(
            tuple(one for old in group for one in (pair if old == atom else (old,)))
            for group in axes
        )
        for axes in (view.have, view.want)
    )
    return TensorView(view.tensor, have, want, sizes), pair


# --- what moves


class Moves(NamedTuple):
    """What brings a tensor into another order: shapes and an order of axes, each ``None`` where
    it is not needed.
    """

    before: Axes | None
    order: tuple[int, ...] | None
    after: Axes | None


def moves(have: Axes, target: Axes) -> Moves:
    """How axes of the same atoms come from one order into another: a shape in which whole axes can
    be swapped, their order, and the last shape.
    """
    if have == target:
        return Moves(None, None, None)
    ours, theirs = _flat(have), _flat(target)
    if ours == theirs:
        return Moves(None, None, target)
    if sorted(have) == sorted(target) and len(set(have)) == len(have):
        return Moves(None, tuple(have.index(axis) for axis in target), None)
    pieces = list(have)
    if not all(_is_piece(axis, theirs) for axis in have):
        pieces = _runs(ours, theirs)
    order = sorted(range(len(pieces)), key=lambda number: _place(pieces[number], theirs))
    swapped = tuple(pieces[number] for number in order)
    return Moves(
        None if pieces == list(have) else tuple(pieces),
        tuple(order),
        None if swapped == target else target,
    )


def _is_piece(axis: Sequence[int], order: Sequence[int]) -> bool:
    """Whether the atoms of an axis stand in a row in an order."""
    start = _place(axis, order)
    return tuple(order[start : start + len(axis)]) == tuple(axis)


def _place(axis: Sequence[int], order: Sequence[int]) -> int:
    return order.index(axis[0]) if axis else len(order)


def _flat(axes: Axes) -> tuple[int, ...]:
    return tuple(atom for axis in axes for atom in axis)


def _runs(ours: tuple[int, ...], theirs: tuple[int, ...]) -> list[tuple[int, ...]]:
    """The longest pieces of the first order that stand in the second too."""
    runs: list[tuple[int, ...]] = []
    for atom in ours:
        if runs and theirs.index(atom) == theirs.index(runs[-1][-1]) + 1:
            runs[-1] = (*runs[-1], atom)
        else:
            runs.append((atom,))
    return runs
