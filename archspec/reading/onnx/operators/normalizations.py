"""ONNX's normalizations → Keras's, at inference."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy

from archspec.layers import KINDS
from archspec.reading.onnx.constants import NoCounterpart
from archspec.reading.onnx.network import GrowingNetwork, Value
from archspec.reading.onnx.operators.elementwise import short
from archspec.reading.onnx.operators.products import features_last, rows
from archspec.reading.onnx.views import TensorView

Array = Any


def _batch_normalization(network: GrowingNetwork) -> Value:
    if network.attribute("training_mode", 0) or not network.attribute("spatial", 1):
        raise NoCounterpart("it is not as at inference")
    if any(network.node.outputs[1:]):
        raise NoCounterpart("it gives its statistics")
    arrays = [network.numbers(index) for index in range(1, 5)]
    view, tensor = features_last(network, network.view(), 0)
    channels = view.shape[0]
    if any(array is None or array.shape != (channels,) for array in arrays):
        raise NoCounterpart("its weights do not fit its input")
    order = _rows_of_first(view)
    weights = [array[order] for array in arrays if array is not None]
    arguments = {"epsilon": short(network.attribute("epsilon", 1e-5))}
    y = network.add("BatchNormalization", arguments, [tensor], weights)
    return network.same(view, y)


def _rows_of_first(view: TensorView) -> Array:
    return rows(view._replace(want=(view.want[0],)))


def _scale_and_shift(network: GrowingNetwork) -> Value:
    """A factor and a summand for each channel, as a normalization that exporters wrote out."""
    scale, shift = network.numbers(1), network.numbers(2)
    view, tensor = features_last(network, network.view(), 0)
    channels = view.shape[0]
    if scale is None or shift is None or not scale.size == shift.size == channels:
        raise NoCounterpart("its weights do not fit its input")
    order = _rows_of_first(view)
    epsilon = KINDS["BatchNormalization"].epsilon  # type: ignore[attr-defined]  # of this kind
    weights = [
        scale.ravel()[order],
        shift.ravel()[order],
        numpy.zeros(scale.size),
        numpy.full(scale.size, 1 - epsilon),
    ]
    y = network.add("BatchNormalization", {}, [tensor], weights)
    return network.same(view, y)


def _layer_normalization(network: GrowingNetwork) -> Value:
    """Over the last axes; those of the ONNX model must be one here."""
    view = network.view()
    rank = len(view.want)
    axis = network.attribute("axis", -1)
    if axis not in (-1, rank):
        raise NoCounterpart("it goes over several axes together")
    if view.have[-1] != view.want[-1]:
        view = network.as_onnx(view)
    scale, shift = network.numbers(1), network.numbers(2)
    arguments: dict[str, Any] = {"epsilon": short(network.attribute("epsilon", 1e-5))}
    arguments |= {} if scale is not None else {"scale": False}
    arguments |= {} if shift is not None else {"center": False}
    arrays = [array.ravel() for array in (scale, shift) if array is not None]
    return network.same(view, network.add("LayerNormalization", arguments, [view.tensor], arrays))


def _instance_normalization(network: GrowingNetwork) -> Value:
    return _group_normalized(network, -1)


def _group_normalization(network: GrowingNetwork) -> Value:
    if network.model.opset < 21:
        raise NoCounterpart("before version 21 its weights are those of groups")
    return _group_normalized(network, network.attribute("num_groups", 1))


def _group_normalized(network: GrowingNetwork, groups: int) -> Value:
    x = network.image(network.view())
    scale, shift = network.numbers(1), network.numbers(2)
    if scale is None or shift is None:
        raise NoCounterpart("it lacks its weights")
    arguments = {"groups": groups, "epsilon": short(network.attribute("epsilon", 1e-5))}
    return network.of_image(network.add("GroupNormalization", arguments, [x], [scale, shift]))


def _local_response_normalization(network: GrowingNetwork) -> Value:
    """ONNX's ``alpha`` is for the mean of the squares, ours for their sum."""
    size = network.attribute("size", 1)
    if size % 2 == 0:
        raise NoCounterpart("its window has an even size, which reaches further to one side")
    x = network.image(network.view())
    arguments = {
        "depth_radius": size // 2,
        "bias": short(network.attribute("bias", 1.0)),
        "alpha": short(network.attribute("alpha", 1e-4)) / size,
        "beta": short(network.attribute("beta", 0.75)),
    }
    y = network.add("LocalResponseNormalization", arguments, [x])
    network.keep_nonnegative([x], [y])
    return network.of_image(y)


NORMALIZATIONS: Mapping[str, Callable[[GrowingNetwork], Value]] = {
    "BatchNormalization": _batch_normalization,
    "ScaleAndShift": _scale_and_shift,
    "LayerNormalization": _layer_normalization,
    "InstanceNormalization": _instance_normalization,
    "GroupNormalization": _group_normalization,
    "LRN": _local_response_normalization,
}
"""What translates normalizations; ``ScaleAndShift`` is found by `patterns`."""
