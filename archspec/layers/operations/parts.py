"""Operations that take parts of a tensor: functions of `keras.ops`."""

from __future__ import annotations

from typing import Any, ClassVar

from archspec.layers.axes import axis_index
from archspec.layers.broadcasting import stretched
from archspec.layers.constants import CONSTANT, tensor_of
from archspec.layers.fields import attr
from archspec.layers.mismatch import LAYER, Mismatch
from archspec.layers.operations.base import NO_FLAT_AXIS, Operation, need_axis, row, written
from archspec.layers.operations.dtypes import floats, numbers
from archspec.layers.titles import Say, Title, plainly
from archspec.layers.types import COUNT, FLAG, INTEGER, POSITIVE, either, optional, sequence, text
from archspec.tensor import Shape, Size, Tensor, show_shape

_WORDS = 'a list with an index or a slice for each axis after the batch, such as [":", "::2", 0]'
_SLICE = r"\s*(-?\d+)?\s*:\s*(-?\d+)?\s*(?::\s*(-?\d+)?\s*)?"
_BOUND = optional(INTEGER, "the end")
_KEY = sequence(
    _WORDS,
    optional(
        either(
            "an index, a slice such as `1:3` or `[1, 3]`, or `...`",
            INTEGER,
            text("a slice such as `1:3`, or `...`", rf"{_SLICE}|\.\.\."),
            sequence("a slice, `[start, stop]` or `[start, stop, step]`", _BOUND, 2, 3),
        ),
        "a new axis",
    ),
    1,
)


class _GetItem(Operation):
    """`x[key]`."""

    rewrites = True
    rule = "each slice takes a part of its axis, an index takes the axis away, `null` adds one."

    key: Any = attr(_KEY, doc="an index, slice, `...` or `null` for each axis after the batch")

    def check(self) -> None:
        if self.key.count("...") > 1:
            raise Mismatch(
                "`key` has more than one `...`", at="key", help="write `:` for single axes"
            )
        if any(_is_slice(part) and _index(part).step == 0 for part in self.key):
            raise Mismatch("a slice cannot step by 0", at="key", help="write another step")

    def title(self, say: Say = plainly) -> Title:
        return Title(f"[{', '.join(say('key', _shown(part)) for part in self.key)}]")

    def keywords(self) -> dict[str, Any]:
        return {"key": (slice(None), *map(_index, self.key))}

    def shape_of(self, x: Tensor) -> Shape:
        taken = len([part for part in self.key if part is not None and part != "..."])
        if taken > len(x.shape):
            raise Mismatch(
                f"`key` names {taken} axes, and the input {x} has {len(x.shape)}",
                at="key",
                help="leave the batch out: `key` begins with the axis behind it",
            )
        sizes = iter(x.shape)
        result: list[Size] = []
        for part in self.key if "..." in self.key else (*self.key, "..."):
            if part == "...":
                result += [next(sizes) for _ in range(len(x.shape) - taken)]
            elif part is None:
                result.append(1)
            else:
                result += _part(part, next(sizes))
        return tuple(result)


def _is_slice(part: Any) -> bool:
    return isinstance(part, tuple) or (isinstance(part, str) and part != "...")


def _index(entry: Any) -> Any:
    """What stands in Python's brackets."""
    if isinstance(entry, tuple):
        return slice(*entry)
    if not isinstance(entry, str):
        return entry
    if entry == "...":
        return Ellipsis
    written = [part.strip() for part in entry.split(":")]
    return slice(*(int(part) if part else None for part in written))


def _shown(part: Any) -> str:
    """An index as people write it."""
    if isinstance(part, tuple):
        return ":".join("" if bound is None else str(bound) for bound in part)
    return "new" if part is None else str(part).replace(" ", "")


def _part(entry: Any, size: Size) -> list[Size]:
    """The sizes that an index, or a slice, leaves of an axis."""
    if _is_slice(entry):
        part = size if size is None else len(range(*_index(entry).indices(size)))
        if part == 0:
            raise Mismatch(
                f"nothing of an axis of size {size} lies in `{_shown(entry)}`",
                at="key",
                help="choose other bounds",
            )
        return [part]
    if size is not None and not -size <= entry < size:
        raise Mismatch(
            f"an axis of size {size} has no index {entry}",
            at="key",
            help=f"its indices are 0 to {size - 1}, or -{size} to -1",
        )
    return []


class _Slice(Operation):
    """Keras counts the batch in both lists, and knows its size only when the model runs: so the
    part is taken as by an index.
    """

    rewrites = True
    rule = "→ `shape`."
    tensors = ("inputs",)
    keras_function = "get_item"

    start_indices: Any = attr(
        sequence("a list of integers of at least 0", COUNT), doc="the first index of each axis"
    )
    shape: Any = attr(sequence("a list of positive integers", POSITIVE), doc="the size of the part")

    def title(self, say: Say = plainly) -> Title:
        return Title(f"[{', '.join(f'{a}:{a + n}' for a, n in self._pairs())}]")

    def check(self) -> None:
        if len(self.start_indices) != len(self.shape):
            raise Mismatch(
                "`start_indices` and `shape` are not of one length",
                at="shape",
                help="give both a number for each axis",
            )

    def keywords(self) -> dict[str, Any]:
        return {"key": (slice(None), *(slice(a, a + n) for a, n in self._pairs()))}

    def shape_of(self, x: Tensor) -> Shape:
        if len(self.shape) != len(x.shape):
            raise Mismatch(
                f"`shape` has {len(self.shape)} sizes, and the input {x} has {len(x.shape)} axes",
                at="shape",
                help="give a size for each axis but the batch",
            )
        for size, (first, length) in zip(x.shape, self._pairs(), strict=True):
            if size is None or first + length > size:
                there = "unknown" if size is None else size
                raise Mismatch(
                    f"an axis whose size is {there} has no part from {first} up to"
                    f" {first + length}",
                    at="shape",
                    help="`ops.get_item` takes parts of unknown axes",
                )
        return self.shape  # type: ignore[no-any-return]

    def _pairs(self) -> list[tuple[int, int]]:
        return list(zip(self.start_indices, self.shape, strict=True))


class _Take(Operation):
    """Indices are constants: those of a tensor would take rows for each of its examples of every
    example.
    """

    rule = "the axis is replaced by the axes of `indices`."

    indices: Any = attr(CONSTANT, doc="an index, or lists of them")
    axis: Any = attr(
        NO_FLAT_AXIS,
        None,
        "the axis; -1 is the last",
    )

    def check(self) -> None:
        need_axis(self)
        if tensor_of(self.indices).dtype != "int32":
            raise Mismatch("`indices` are no integers", at="indices", help="write integers")

    def shape_of(self, x: Tensor) -> Shape:
        axis = axis_index(self.axis, x)
        size = x.shape[axis]
        outside = [
            index for index in _flat(self.indices) if size is not None and not -size <= index < size
        ]
        if outside:
            raise Mismatch(
                f"an axis of size {size} has no index {outside[0]}",
                at="indices",
                help=f"its indices are 0 to {(size or 1) - 1}",
            )
        return (*x.shape[:axis], *tensor_of(self.indices).shape, *x.shape[axis + 1 :])


def _flat(indices: Any) -> list[int]:
    if not isinstance(indices, tuple):
        return [indices]
    return [index for entry in indices for index in _flat(entry)]


class _TakeAlongAxis(Operation):
    arity: ClassVar[tuple[int, int | None]] = (2, 2)
    rule = "the shape of `indices`, whose other axes stretch and are stretched as in a sum."
    tensors = ("x", "indices")

    axis: Any = attr(
        NO_FLAT_AXIS,
        None,
        "the axis; -1 is the last",
    )

    def check(self) -> None:
        need_axis(self)

    def result(self, x: Tensor, indices: Tensor) -> Tensor:
        if "int" not in indices.dtype:
            raise Mismatch(
                f"{LAYER} takes integers as indices, and they are {indices.dtype}",
                help="put `ops.cast: {dtype: int32}` before it",
            )
        if len(x.shape) != len(indices.shape):
            raise Mismatch(
                f"the input has {len(x.shape)} axes, and the indices {len(indices.shape)}",
                help="bring them to one number of axes with `ops.expand_dims`",
            )
        axis = axis_index(self.axis, x)
        return Tensor(
            tuple(
                there
                if index == axis
                else stretched((Tensor((size,)), Tensor((there,))), "matched")[0]
                for index, (size, there) in enumerate(zip(x.shape, indices.shape, strict=True))
            ),
            x.dtype,
        )


class _Glu(Operation):
    rule = "half the size on `axis`."

    axis: Any = attr(INTEGER, -1, "the axis that is halved")

    def shape_of(self, x: Tensor) -> Shape:
        axis = axis_index(self.axis, x)
        size = x.shape[axis]
        if size is not None and size % 2:
            raise Mismatch(
                f"the size of axis {self.axis} is {show_shape((size,))}, and {LAYER} halves it",
                at="axis",
                help="give it an even size",
            )
        half = None if size is None else size // 2
        return (*x.shape[:axis], half, *x.shape[axis + 1 :])


class _Split(Operation):
    rule = "the size of `axis` is divided by a count, or cut at the indices."

    indices_or_sections: Any = attr(
        either(
            "a number of parts, or a list of the indices where to cut",
            POSITIVE,
            sequence("a list of integers of at least 0", COUNT, 1),
        ),
        doc="into how many parts, or where to cut",
    )
    axis: Any = attr(INTEGER, 0, "the axis; its default, 0, is the batch, and refused")

    def check(self) -> None:
        need_axis(self)
        cuts = self.indices_or_sections
        if isinstance(cuts, tuple) and list(cuts) != sorted(set(cuts)):
            raise Mismatch(
                "the indices where to cut are not in order",
                at="indices_or_sections",
                help="write them from the least to the greatest",
            )

    def title(self, say: Say = plainly) -> Title:
        cuts = self.indices_or_sections
        return Title(f"split {written('indices_or_sections', cuts, say).replace('×', ', ')}")

    def results(self, x: Tensor) -> dict[str, Tensor]:
        axis = axis_index(self.axis, x)
        sizes = self._sizes(x.shape[axis])
        return {
            str(number): Tensor((*x.shape[:axis], size, *x.shape[axis + 1 :]), x.dtype)
            for number, size in enumerate(sizes)
        }

    def _sizes(self, size: Size) -> list[Size]:
        cuts = self.indices_or_sections
        if not isinstance(cuts, tuple):
            if size is not None and size % cuts:
                raise Mismatch(
                    f"an axis of size {size} has no {cuts} equal parts",
                    at="indices_or_sections",
                    help="write a number that divides the size, or the indices where to cut",
                )
            return [size if size is None else size // cuts] * cuts
        if cuts[0] == 0 or (size is not None and cuts[-1] >= size):
            raise Mismatch(
                f"a cut leaves nothing of an axis of size {show_shape((size,))}",
                at="indices_or_sections",
                help="cut within the axis",
            )
        bounds = zip((0, *cuts), (*cuts, size), strict=True)
        return [None if end is None else end - start for start, end in bounds]


class _Unstack(Operation):
    rule = "without `axis`, for each of its positions."

    num: Any = attr(optional(POSITIVE, "the size of the axis"), None, "how many there are")
    axis: Any = attr(INTEGER, 0, "the axis; its default, 0, is the batch, and refused")

    def check(self) -> None:
        need_axis(self)

    def results(self, x: Tensor) -> dict[str, Tensor]:
        axis = axis_index(self.axis, x)
        size = x.shape[axis]
        if size is None or self.num not in (None, size):
            raise Mismatch(
                f"the size of axis {self.axis} is {show_shape((size,))}, and {LAYER} needs to know"
                " it",
                at="num" if self.num else "axis",
                help="leave `num` out, and give the axis a fixed size",
            )
        shape = (*x.shape[:axis], *x.shape[axis + 1 :])
        return {str(number): Tensor(shape, x.dtype) for number in range(size)}


class _TopK(Operation):
    rule = "the last axis has size `k`; `values` are the elements, `indices` their positions."

    k: Any = attr(POSITIVE, doc="how many")
    sorted: Any = attr(FLAG, True, "whether the greatest comes first")

    def title(self, say: Say = plainly) -> Title:
        return Title(f"top {say('k', self.k)}")

    def results(self, x: Tensor) -> dict[str, Tensor]:
        if not x.shape or (x.shape[-1] is not None and x.shape[-1] < self.k):
            raise Mismatch(
                f"there are not {self.k} elements along the last axis of {x}",
                at="k",
                help="write a smaller `k`",
            )
        numbers(x)
        shape = (*x.shape[:-1], self.k)
        return {"values": Tensor(shape, x.dtype), "indices": Tensor(shape, "int32")}


row(_GetItem, "get_item", "A part of a tensor, as in brackets.", called="[]")
row(_Slice, "slice", "A part of a tensor, by its first indices and its size.")
row(_Take, "take", "Chosen positions along an axis.")
row(_TakeAlongAxis, "take_along_axis", "The elements whose positions another tensor holds.")
row(_Glu, "glu", "The first half times the sigmoid of the second.", gives=floats, called="GLU")
row(_Split, "split", "A tensor in parts along an axis.")
row(_Unstack, "unstack", "The positions of an axis, each by itself.")
row(_TopK, "top_k", "The greatest along the last axis, and where they are.")
