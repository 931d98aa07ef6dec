"""What operations compute, run: the values, shapes and dtypes are Keras's own, and no example has
anything to do with another.
"""

from collections.abc import Callable
from operator import attrgetter
from typing import Any

import keras
import numpy as np
import pytest

from archspec.backends.keras.model import apply, make_layer
from archspec.layers import KINDS
from archspec.tensor import Tensor
from tests.kinds.operations.rows import ACCEPTED
from tests.kinds.oracle import Row

UNKNOWN = 6
"""A size in the place of unknown ones."""

Arrays = list[np.ndarray[Any, Any]]


def slices(key: list[Any]) -> tuple[Any, ...]:
    def one(written: Any) -> Any:
        if isinstance(written, list):
            return slice(*written)
        if isinstance(written, str) and written != "...":
            return slice(*(int(part) if part else None for part in written.split(":")))
        return Ellipsis if written == "..." else written

    return (slice(None), *map(one, key))


BY_NUMPY: dict[str, Callable[..., Any]] = {
    "reshape": lambda x, newshape: x.reshape(len(x), *newshape),
    "transpose": lambda x, axes: x.transpose(0, *(axis % x.ndim for axis in axes)),
    "broadcast_to": lambda x, shape: np.broadcast_to(x, (len(x), *shape)),
    "get_item": lambda x, key: x[slices(key)],
    "slice": lambda x, start_indices, shape: x[
        slices([[a, a + n] for a, n in zip(start_indices, shape, strict=True)])
    ],
    "tile": lambda x, repeats: np.tile(x, [1] * (x.ndim - len(repeats)) + repeats),
    "pad": lambda x, pad_width, mode="constant", constant_values=0: np.pad(
        x,
        [(0, 0), *pad_width],
        mode,
        **({"constant_values": constant_values} if mode == "constant" else {}),
    ),
    "einsum": lambda *xs, subscripts: np.einsum(subscripts.replace(" ", ""), *xs),
    "concatenate": lambda *xs, axis: np.concatenate(xs, axis),
    "stack": lambda *xs, axis: np.stack(xs, axis),
    "fft2": lambda real, imag: [
        np.fft.fft2(real + 1j * imag).real,
        np.fft.fft2(real + 1j * imag).imag,
    ],
    "unstack": lambda x, axis, num=None: list(np.moveaxis(x, axis, 0)),
}
"""What functions give whose arguments do not count the batch as Keras does, or are many."""


def expected(row: Row, arrays: Arrays) -> list[Any]:
    """What Keras itself, or NumPy, makes of a batch."""
    name = row.kind.removeprefix("ops.")
    arguments = dict(row.arguments)
    if name in BY_NUMPY:
        result = BY_NUMPY[name](*arrays, **arguments)
    else:
        for constant in ("x1", "x2"):
            if isinstance(arguments.get(constant), list):
                arguments[constant] = in_keras(np.array(arguments[constant]))
        tensors = iter(arrays)
        names = KINDS[row.kind].tensors
        taken = {one: arguments.pop(one) if one in arguments else next(tensors) for one in names}
        further = dict(zip(KINDS[row.kind].further_tensors, tensors, strict=False))
        result = attrgetter(name)(keras.ops)(*taken.values(), **further, **arguments)
    return list(result) if isinstance(result, list | tuple) else [result]


def in_keras(array: np.ndarray[Any, Any]) -> Any:
    kinds = {"f": "float32", "i": "int32"}
    return keras.ops.convert_to_tensor(array, dtype=kinds.get(array.dtype.kind))


def numbers(x: Tensor, seed: int) -> np.ndarray[Any, Any]:
    """A batch of two examples: positive, so that roots and logarithms are numbers."""
    shape = (2, *(UNKNOWN if size is None else size for size in x.shape))
    draw = np.random.default_rng(seed)
    if "float" in x.dtype:
        return draw.uniform(0.1, 2, shape).astype("float32")
    return draw.integers(0, 2, shape) + (x.dtype != "bool")


@pytest.mark.parametrize("row", ACCEPTED, ids=str)
def test_what_it_computes(row: Row) -> None:
    layer = KINDS[row.kind](**row.arguments)
    inferred = layer.infer(*row.tensors)
    arrays = [numbers(x, seed) for seed, x in enumerate(row.tensors)]
    tensors = [keras.ops.cast(one, x.dtype) for one, x in zip(arrays, row.tensors, strict=True)]
    results = apply(make_layer(layer), layer, tensors)
    outputs = [tensor for _, tensor in inferred.outputs] or [inferred.output]
    for y, tensor in zip(results, outputs, strict=True):
        assert keras.backend.standardize_dtype(y.dtype) == tensor.dtype
        assert len(y.shape) == len(tensor.shape) + 1
        assert all(
            size in (None, real) for size, real in zip(tensor.shape, y.shape[1:], strict=True)
        )
    theirs = expected(row, [keras.ops.convert_to_numpy(x) for x in tensors])
    for y, value in zip(results, theirs, strict=True):
        assert np.allclose(as_numbers(y), as_numbers(value), rtol=1e-3, atol=1e-5), row
    alone = apply(make_layer(layer), layer, [x[1:] for x in tensors])
    for y, second in zip(results, alone, strict=True):
        assert np.allclose(as_numbers(y)[1:], as_numbers(second), rtol=1e-3, atol=1e-5), row


def as_numbers(y: Any) -> np.ndarray[Any, Any]:
    return np.asarray(keras.ops.convert_to_numpy(keras.ops.cast(y, "float32")))
