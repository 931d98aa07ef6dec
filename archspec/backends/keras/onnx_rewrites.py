"""Operations of TensorFlow that tf2onnx converts wrongly, or not at all → the same computed by
others, while a model is traced.

Each replacement computes what the original does, to the last rounding, and steps aside where the
original converts well; which those are was found by running every kind of layer in onnxruntime.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from inspect import signature
from typing import Any
from unittest.mock import patch

import numpy

Tensor = Any


@contextmanager
def rewritten() -> Iterator[None]:
    """Within it a model is traced with the replacements."""
    import tensorflow
    from keras.src import backend

    with (
        patch.object(backend.nn, "conv", _GroupedConvolution(backend.nn.conv)),
        patch.object(
            tensorflow.nn, "conv_transpose", _TransposedConvolution(tensorflow.nn.conv_transpose)
        ),
        patch.object(tensorflow.nn, "max_pool", _MaxPooling(tensorflow.nn.max_pool)),
        patch.object(tensorflow.image, "resize", _Resizing(tensorflow.image.resize)),
        patch.object(backend.numpy, "signbit", _SignBit(backend.numpy.signbit)),
    ):
        yield


class _Original:
    """A replacement, which has the original at hand."""

    def __init__(self, original: Any) -> None:
        self.original = original


class _GroupedConvolution(_Original):
    """Grouped convolutions, which Keras compiles for XLA: plain ones in two dimensions, since
    TensorFlow knows groups there; in one the same, with an axis more; in three one for each group.
    """

    def __call__(self, inputs: Tensor, kernel: Tensor, *rest: Any, **named: Any) -> Tensor:
        import tensorflow

        rank = len(inputs.shape) - 2
        groups = inputs.shape[-1] // kernel.shape[-2]
        if groups == 1:
            return self.original(inputs, kernel, *rest, **named)
        call = signature(self.original).bind(inputs, kernel, *rest, **named)
        call.apply_defaults()
        strides = _each(call.arguments["strides"], rank)
        dilations = _each(call.arguments["dilation_rate"], rank)
        padding = call.arguments["padding"].upper()
        convolve = tensorflow.nn.convolution
        kernel = tensorflow.convert_to_tensor(kernel)
        if rank == 1:
            inputs, kernel = inputs[:, None], kernel[None]
            return convolve(inputs, kernel, [1, *strides], padding, dilations=[1, *dilations])[:, 0]
        if rank == 2:
            return convolve(inputs, kernel, strides, padding, dilations=dilations)
        parts = zip(
            tensorflow.split(inputs, groups, -1), tensorflow.split(kernel, groups, -1), strict=True
        )
        results = [convolve(*part, strides, padding, dilations=dilations) for part in parts]
        return tensorflow.concat(results, -1)


class _TransposedConvolution(_Original):
    """Transposed convolutions whose kernel is smaller than the stride, or that pad their output:
    the whole product, of which a part is cut out and filled up with zeros.
    """

    def __call__(
        self,
        inputs: Tensor,
        kernel: Tensor,
        output_shape: Any,
        strides: Any,
        padding: str,
        **rest: Any,
    ) -> Tensor:
        import tensorflow

        rank = len(inputs.shape) - 2
        steps = _each(strides, rank)
        sizes = [_size(output_shape, axis + 1) for axis in range(rank)]
        lengths, widths = inputs.shape[1 : rank + 1], kernel.shape[:rank]
        dilated = set(_each(rest.get("dilations") or 1, rank)) != {1}
        if dilated or None in (*sizes, *lengths):
            return self.original(inputs, kernel, output_shape, strides, padding, **rest)
        whole = [
            (length - 1) * step + width
            for length, step, width in zip(lengths, steps, widths, strict=True)
        ]
        before = [
            max(total - size, 0) // 2 * (padding == "SAME")
            for total, size in zip(whole, sizes, strict=True)
        ]
        if all(total >= size for total, size in zip(whole, sizes, strict=True)):
            return self.original(inputs, kernel, output_shape, strides, padding, **rest)
        shape = [tensorflow.shape(inputs)[0], *whole, kernel.shape[-2]]
        result = self.original(inputs, kernel, shape, strides, "VALID", **rest)
        starts = [0, *before, 0]
        kept = [
            min(total - start, size)
            for total, start, size in zip(whole, before, sizes, strict=True)
        ]
        result = tensorflow.slice(result, starts, [-1, *kept, -1])
        after = [(0, size - part) for size, part in zip(sizes, kept, strict=True)]
        return tensorflow.pad(result, [(0, 0), *after, (0, 0)])


class _MaxPooling(_Original):
    """Windows with padding that are smaller than their stride: what no window sees is cut off."""

    def __call__(self, inputs: Tensor, size: Any, strides: Any, padding: str, *rest: Any) -> Tensor:
        import tensorflow

        rank = len(inputs.shape) - 2
        sizes, steps = _each(size, rank), _each(strides, rank)
        lengths = inputs.shape[1 : rank + 1]
        if (
            padding != "SAME"
            or None in lengths
            or all(a >= b for a, b in zip(sizes, steps, strict=True))
        ):
            return self.original(inputs, size, strides, padding, *rest)
        needed = [
            (-(-length // step) - 1) * step + width
            for length, step, width in zip(lengths, steps, sizes, strict=True)
        ]
        seen = [min(length, need) for length, need in zip(lengths, needed, strict=True)]
        inputs = tensorflow.slice(inputs, [0] * (rank + 2), [-1, *seen, -1])
        missing = [need - part for need, part in zip(needed, seen, strict=True)]
        pads = [(0, 0), *((lack // 2, lack - lack // 2) for lack in missing), (0, 0)]
        if any(missing):
            inputs = tensorflow.pad(inputs, pads, constant_values=inputs.dtype.min)
        return self.original(inputs, size, strides, "VALID", *rest)


class _Resizing(_Original):
    """Resizing in which each row and column is a weighted sum of others, as every kind is: two
    products with matrices, that TensorFlow itself gives when it resizes the identity.

    Enlarging by whole numbers is left as it is.
    """

    def __call__(self, images: Tensor, size: Any, method: Any = "bilinear", **rest: Any) -> Tensor:
        import tensorflow

        height, width = images.shape[1:3]
        sizes = [int(one) for one in size]
        plain = method in ("nearest", "bilinear") and not rest.get("antialias")
        if None in (height, width) or (plain and not (sizes[0] % height or sizes[1] % width)):
            return self.original(images, size, method=method, **rest)
        rows, columns = (
            self._matrix(extent, result, method, rest)
            for extent, result in ((height, sizes[0]), (width, sizes[1]))
        )
        dtype = images.dtype
        images = tensorflow.cast(images, "float32")
        images = tensorflow.transpose(images, [0, 3, 1, 2])
        images = tensorflow.matmul(tensorflow.constant(rows), images)
        images = tensorflow.matmul(images, tensorflow.constant(columns.T))
        images = tensorflow.transpose(images, [0, 2, 3, 1])
        return tensorflow.cast(images, dtype) if method == "nearest" else images

    def _matrix(self, extent: int, size: int, method: Any, rest: dict[str, Any]) -> Any:
        """The weights of each of the old rows in each of the new ones, as NumPy's."""
        import tensorflow

        with tensorflow.init_scope():
            identity = numpy.eye(extent, dtype="float32")[None, :, None, :]
            result = self.original(identity, (size, 1), method=method, **rest)
            return numpy.asarray(result)[0, :, 0, :]


class _SignBit(_Original):
    """Signs, which Keras reads from the bits of a number, as ``argmax`` and ``argmin`` need them:
    whether it is below 0, or as a zero has a reciprocal that is.
    """

    def __call__(self, x: Tensor) -> Tensor:
        import tensorflow

        x = tensorflow.convert_to_tensor(x)
        if not x.dtype.is_floating:
            return self.original(x)
        zero = tensorflow.zeros_like(x)
        return tensorflow.where(tensorflow.equal(x, zero), 1 / x, x) < zero


def _each(value: Any, rank: int) -> list[int]:
    """A number for each axis."""
    if isinstance(value, int):
        return [value] * rank
    values = [int(one) for one in value]
    return values * rank if len(values) == 1 else values


def _size(shape: Sequence[Any], axis: int) -> int | None:
    try:
        return int(shape[axis])
    except (TypeError, ValueError):  # known when it runs
        return None
