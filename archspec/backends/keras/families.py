"""``keras.applications:ResNet50`` → the function that it calls, the shipped spec of its network,
and how the layers of the two answer to one another.

What this says of Keras is compared with Keras by tests/backends/keras/test_weights.py; nothing
here loads it.
"""

# No `from __future__ import annotations`: a NamedTuple compiles each annotation that is a text.

import ast
from collections.abc import Mapping
from typing import Any, NamedTuple

from archspec.model_names import PREFIX
from archspec.spelling import did_you_mean


class Family(NamedTuple):
    """Functions that build one family of networks: the shipped spec of it, and its correspondence
    with Keras.

    A path of the spec with underscores for its dots is Keras's name of the layer. Where Keras
    leaves layers unnamed, ``by_order``, the layers with weights answer to one another by their
    order in ``model.layers``. ``head``: the layers with weights that ``include_top=False`` leaves
    out, by the ends of their names. ``imagenet``: the ``--set`` with which the spec too rescales
    its input as Keras does for published weights only.
    """

    spec: str
    functions: tuple[str, ...]
    head: tuple[str, ...] = ("predictions",)
    by_order: bool = False
    imagenet: str = ""


FAMILIES = (
    Family("keras/resnet", ("ResNet50", "ResNet101", "ResNet152")),
    Family("keras/resnet_v2", ("ResNet50V2", "ResNet101V2", "ResNet152V2")),
    Family("keras/vgg", ("VGG16", "VGG19"), ("fc1", "fc2", "predictions")),
    Family("keras/xception", ("Xception",), by_order=True),
    Family("keras/inception_v3", ("InceptionV3",), by_order=True),
    Family("keras/inception_resnet_v2", ("InceptionResNetV2",), by_order=True),
    Family("keras/mobilenet", ("MobileNet",), ("conv_preds",)),
    Family("keras/mobilenet_v2", ("MobileNetV2",)),
    Family("keras/mobilenet_v3", ("MobileNetV3Small", "MobileNetV3Large"), ("conv_2", "logits")),
    Family("keras/densenet", ("DenseNet121", "DenseNet169", "DenseNet201")),
    Family("keras/nasnet", ("NASNetMobile", "NASNetLarge"), by_order=True),
    Family(
        "keras/efficientnet",
        tuple(f"EfficientNetB{number}" for number in range(8)),
        imagenet="imagenet=true",
    ),
    Family(
        "keras/efficientnet_v2",
        tuple(f"EfficientNetV2{size}" for size in ("B0", "B1", "B2", "B3", "S", "M", "L")),
    ),
    Family(
        "keras/convnext",
        tuple(f"ConvNeXt{size}" for size in ("Tiny", "Small", "Base", "Large", "XLarge")),
        ("head_layernorm", "head_dense"),
    ),
)

FAMILY_OF = {function: family for family in FAMILIES for function in family.functions}
"""The family of each function of `keras.applications`."""


class Unknown(ValueError):
    """A text names no function of `keras.applications`; its message says why."""


class Application(NamedTuple):
    """A call of a function of `keras.applications`."""

    function: str
    arguments: Mapping[str, Any] = {}

    @classmethod
    def parse(cls, text: str) -> "Application":
        """What `PREFIX` stands before: ``ResNet50``, ``MobileNet(alpha=0.5)``. Raises `Unknown`."""
        name, bracket, _ = text.partition("(")
        if name not in FAMILY_OF:
            near = did_you_mean(name, FAMILY_OF)
            raise Unknown(
                f"keras.applications has no function `{name}`; "
                + (near or f"it has {', '.join(sorted(FAMILY_OF))}")
            )
        return cls(name, _arguments(text) if bracket else {})

    @property
    def family(self) -> Family:
        """The family of the function."""
        return FAMILY_OF[self.function]

    @property
    def spec(self) -> str:
        """The shipped spec of its network: ``keras/resnet@ResNet50``."""
        return f"{self.family.spec}@{self.function}"

    def __str__(self) -> str:
        arguments = ", ".join(f"{name}={value!r}" for name, value in self.arguments.items())
        return f"{PREFIX}{self.function}" + (f"({arguments})" if arguments else "")


def _arguments(text: str) -> dict[str, Any]:
    form = "arguments are written `ResNet50(classes=10, include_top=False)`"
    try:
        call = ast.parse(text, mode="eval").body
        if (
            not isinstance(call, ast.Call)
            or call.args
            or any(word.arg is None for word in call.keywords)
        ):
            raise Unknown(form)
        return {str(word.arg): ast.literal_eval(word.value) for word in call.keywords}
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        raise Unknown(f"`{text[:80]}` cannot be read: {form}") from error
