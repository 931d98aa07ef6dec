"""ONNX's ``Resize`` and ``Upsample`` → `UpSampling2D` or `Resizing`, where those find the same
values between the old ones.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import ceil, floor
from typing import Any

from archspec.reading.onnx.constants import NoCounterpart
from archspec.reading.onnx.network import GrowingNetwork, Value


def _resize(network: GrowingNetwork) -> Value:
    view = network.view()
    x = network.image(view)
    old = network.shape(x)[:-1]
    if len(old) != 2:
        raise NoCounterpart(f"its input has {len(old)} axes besides that of the channels")
    factors, new = _sizes(network, old)
    mode = network.attribute("mode", "nearest")
    kind = {"nearest": "nearest", "linear": "bilinear"}.get(mode)
    whole = all(factor.is_integer() for factor in factors)
    if kind is None or not _is_keras(network, mode, factors, whole):
        raise NoCounterpart(
            f"its values in between, `{mode}`, are found in another way than Keras's"
        )
    if whole:
        size = [int(factor) for factor in factors]
        arguments: dict[str, Any] = {"size": size, "interpolation": kind}
        return network.of_image(network.add("UpSampling2D", arguments, [x]))
    if None in new or kind == "nearest":
        raise NoCounterpart("it does not enlarge by whole factors")
    arguments = {"height": new[0], "width": new[1], "interpolation": kind}
    return network.of_image(network.add("Resizing", arguments, [x]))


def _sizes(
    network: GrowingNetwork, old: Sequence[int | None]
) -> tuple[list[float], list[int | None]]:
    """The factors of height and width, and the new sizes."""
    version = network.model.opset
    scales = network.constant(1 if network.node.operator == "Upsample" or version < 11 else 2)
    sizes = network.constant(3)
    given = network.attribute("scales") if scales is None or not scales.size else scales.ravel()
    if network.attribute("axes") is not None:
        raise NoCounterpart("it resizes some axes alone")
    if sizes is not None and sizes.size == 4:
        new = [size if type(size) is int else None for size in sizes.ravel().tolist()[2:]]
        if None in (*new, *old):
            raise NoCounterpart("its size is not known before a run")
        factors = [a / b for a, b in zip(new, old, strict=True) if a is not None and b is not None]
        return factors, new
    if given is None or len(given) != 4 or float(given[0]) != 1 or float(given[1]) != 1:
        raise NoCounterpart("its size is not known before a run")
    factors = [float(factor) for factor in given[2:]]
    if any(
        size is not None and size * factor % 1 for size, factor in zip(old, factors, strict=True)
    ):
        raise NoCounterpart("its new size is rounded")
    return factors, [
        None if size is None else floor(size * factor)
        for size, factor in zip(old, factors, strict=True)
    ]


def _is_keras(network: GrowingNetwork, mode: str, factors: Sequence[float], whole: bool) -> bool:
    """Whether values are found as Keras finds them: a pixel is its centre, and of several that are
    near the one that it lies in.
    """
    whole_image = network.attribute("keep_aspect_ratio_policy", "stretch") == "stretch"
    if not whole_image or any(network.attribute(name, 0) for name in UNLIKE_KERAS):
        return False
    if network.node.operator == "Upsample" or network.model.opset < 11:
        where = "asymmetric"
    else:
        where = network.attribute("coordinate_transformation_mode", "half_pixel")
    if mode == "linear":
        # PyTorch finds the values of an axis of size 1 elsewhere
        alone = any(factor < 1 for factor in factors)
        return where == "half_pixel" or (where == "pytorch_half_pixel" and not alone)
    rounding = network.attribute("nearest_mode", "round_prefer_floor")
    if network.node.operator == "Upsample" or network.model.opset < 11:
        rounding = "floor"
    return whole and all(_repeats(int(factor), where, rounding) for factor in factors)


UNLIKE_KERAS = ("antialias", "exclude_outside")
"""Settings that Keras has in another way."""


def _repeats(factor: int, where: str, rounding: str) -> bool:
    """Whether each value is repeated, as Keras repeats it."""
    if where not in PLACES:
        return False
    places = (PLACES[where](number, factor) for number in range(3 * factor))
    return all(
        min(max(ROUNDINGS[rounding](place), 0), 2) == number // factor
        for number, place in enumerate(places)
    )


PLACES: Mapping[str, Callable[[int, int], float]] = {
    "asymmetric": lambda number, factor: number / factor,
    "half_pixel": lambda number, factor: (number + 0.5) / factor - 0.5,
    "pytorch_half_pixel": lambda number, factor: (number + 0.5) / factor - 0.5,
}
"""Where a new value lies among the old ones."""

ROUNDINGS: Mapping[str, Callable[[float], int]] = {
    "floor": floor,
    "ceil": ceil,
    "round_prefer_floor": lambda place: ceil(place - 0.5),
    "round_prefer_ceil": lambda place: floor(place + 0.5),
}

RESIZING: Mapping[str, Callable[[GrowingNetwork], Value]] = {"Resize": _resize, "Upsample": _resize}
"""What translates resizing."""
