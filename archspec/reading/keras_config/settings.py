"""The settings of a layer in Keras's file → the arguments of a kind, as one writes them in a spec.

What archspec has no word for is a problem, unless it says what is so anyway: such values are in
`NEUTRAL`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from archspec.backends.keras.nested_models import setting_of
from archspec.layers import Layer
from archspec.layers.registry import is_layer
from archspec.layers.types import Configured
from archspec.reading.keras_config.serialized import ConstantTensor, NotData, decoded

NEUTRAL: Mapping[str, tuple[Any, ...]] = {
    "activity_regularizer": (None,),
    "autocast": (True,),
    "build_config": (),
    "data_format": ("channels_last", None),
    "epsilon": (),
    "bounding_box_format": (None,),
    "batch_input_shape": (),
    "flash_attention": (None, False),
    "groups": (1,),
    "implementation": (0, 1, 2),
    "input_axes": (None,),
    "input_length": (),
    "input_shape": (),
    "batch_shape": (),
    "lora_rank": (None,),
    "lora_alpha": (None,),
    "num_bins": (None,),
    "noise_shape": (None,),
    "output_axes": (None,),
    "oov_method": ("floormod",),
    "quantization_config": (None,),
    "ragged": (False, None),
    "renorm": (False,),
    "renorm_clipping": (None,),
    "renorm_momentum": (),
    "rms_scaling": (False,),
    "salt": (None,),
    "score_mode": ("dot",),
    "seed": (None,),
    "sliding_window": (None,),
    "sparse": (False, None),
    "stateful": (False,),
    "synchronized": (False,),
    "time_major": (False,),
    "unroll": (False, True),
    "use_cudnn": ("auto",),
    "use_gate": (False,),
    "vocabulary_dtype": ("int64", "string"),
    "vocabulary_size": (),
    "zero_output_for_mask": (False,),
}
"""Settings that the kinds need not have, and their values that change nothing; any, where none is
listed."""

RENAMED = {("LeakyReLU", "alpha"): "negative_slope", ("GroupNormalization", "axis_"): "axis"}
"""Settings that Keras 2 calls otherwise."""

DRAWN = (("RandomCrop", "seed"),)
"""Settings that Keras draws itself where they are left out, and writes like others."""

Problem = Callable[[str, Any], None]
"""Gathers a setting that has no counterpart: its name and value."""


class CannotSay(Exception):
    """A value that a spec has no word for; the message says what it is."""


def arguments_of(
    kind: type[Layer], config: Mapping[str, Any], problem: Problem, inner: Callable[[Any], Layer]
) -> dict[str, Any]:
    """The arguments of a kind. ``problem`` is called with each setting that has no counterpart;
    ``inner`` makes the layers that stand in a setting.
    """
    arguments: dict[str, Any] = {}
    for key, value in config.items():
        name = RENAMED.get((kind.kind(), key), key)
        if name == "name" or (kind.kind(), name) in DRAWN:
            continue
        if name not in kind.attributes:
            if not is_neutral(name, value):
                problem(name, value)
            continue
        try:
            arguments[name] = _argument(kind, name, value, inner)
        except CannotSay:
            problem(name, value)
    return arguments


def is_neutral(name: str, value: Any) -> bool:
    """Whether a setting that a kind does not have changes nothing at this value."""
    allowed = NEUTRAL.get(name, (None,))
    return not allowed or any(value is one or value == one for one in allowed)


def _argument(kind: type[Layer], name: str, value: Any, inner: Callable[[Any], Layer]) -> Any:
    if name == "dtype":
        dtype = dtype_of(value)
        return None if kind.family() == "encoding" and dtype in ("int64", "string") else dtype
    if _are_layers(value):
        return [inner(entry) for entry in value]
    if is_layer(kind.kind(), name) and value is not None:
        return inner(value)
    if name == "axis" and value == []:
        return None  # as `Normalization` writes it
    whole = kind.attributes[name].type.expects.what == "integer"
    if name == "axis" and whole and isinstance(value, list) and len(value) == 1:
        return value[0]
    if kind.family() == "augmentation" and _is_both_ways(value):
        return value[1]
    if name == "seed" and isinstance(value, Mapping):
        value = setting_of(value, "seed")  # of the generator of random numbers
    if isinstance(value, Mapping) and "class_name" in value and _is_object(kind, name):
        return written_object(value)
    return _plain(decoded(value))


def _are_layers(value: Any) -> bool:
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(entry, Mapping) and "class_name" in entry for entry in value)
    )


def _is_both_ways(value: Any) -> bool:
    """Whether a value is a range such as -0.1 to 0.1, for which one writes its end."""
    if not isinstance(value, list) or len(value) != 2 or not isinstance(value[1], int | float):
        return False
    return value[1] != 0 and value[0] == -value[1]


def _is_object(kind: type[Layer], name: str) -> bool:
    return kind.attributes[name].type.expects.what == "object"


def written_object(value: Mapping[str, Any]) -> Any:
    """An initializer, regularizer or constraint as a spec writes it. Raises `CannotSay` where it
    is none of Keras's.
    """
    module = str(value.get("module") or "keras")
    if module.partition(".")[0] != "keras":
        raise CannotSay(f"`{value['class_name']}` of the module `{module}`")
    settings = value.get("config")
    if isinstance(settings, str):
        return settings
    if settings is not None and not isinstance(settings, Mapping):
        raise CannotSay(f"`{value['class_name']}`")
    arguments = {
        name: _plain(decoded(one))
        for name, one in (settings or {}).items()
        if one is not None or name not in ("seed", "input_axes", "output_axes", "dtype")
    }
    return {str(value["class_name"]): arguments} if arguments else str(value["class_name"])


def dtype_of(value: Any) -> Any:
    """The name of a dtype, or of a policy. Raises `CannotSay` for other policies."""
    if isinstance(value, Mapping):
        if value.get("class_name") not in ("DTypePolicy", "Policy", "PolicyV1", "FloatDTypePolicy"):
            raise CannotSay(f"a `{value.get('class_name')}`")
        value = setting_of(value, "name")
    return value


def _plain(value: Any) -> Any:
    """A decoded value as a spec writes it. Raises `CannotSay`."""
    if isinstance(value, ConstantTensor):
        return value.value
    if isinstance(value, NotData):
        raise CannotSay(value.words)
    if isinstance(value, Mapping):
        if "class_name" in value:
            raise CannotSay(f"an object of the class `{value['class_name']}`")
        return {name: _plain(element) for name, element in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(element) for element in value]
    if value is None or isinstance(value, bool | int | float | str | Configured):
        return value
    raise CannotSay(f"a {type(value).__name__}")
