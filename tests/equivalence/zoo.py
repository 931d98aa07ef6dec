"""The 40 functions of `keras.applications`, and how the proof calls each. Read by the tests and by the benchmark.

``size`` is the height and width of the proof's input, as small as the function takes; ``arguments`` go to the function, ``variables`` to the spec.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple


class Case(NamedTuple):
    """One function, the shipped spec of its family, and the input that the two are compared on."""

    function: str
    family: str
    size: int = 64
    arguments: Mapping[str, Any] = {}
    variables: Mapping[str, Any] = {}

    @property
    def spec(self) -> str:
        return f"keras/{self.family}@{self.function}"


CASES: list[Case] = [
    *(Case(name, "resnet") for name in ("ResNet50", "ResNet101", "ResNet152")),
    *(Case(name, "resnet_v2") for name in ("ResNet50V2", "ResNet101V2", "ResNet152V2")),
    *(Case(name, "vgg") for name in ("VGG16", "VGG19")),
    Case("Xception", "xception", 71),
    Case("InceptionV3", "inception_v3", 75),
    Case("InceptionResNetV2", "inception_resnet_v2", 75),
    Case("MobileNet", "mobilenet"),
    Case("MobileNetV2", "mobilenet_v2"),
    *(Case(name, "mobilenet_v3") for name in ("MobileNetV3Small", "MobileNetV3Large")),
    *(Case(name, "densenet") for name in ("DenseNet121", "DenseNet169", "DenseNet201")),
    *(Case(name, "nasnet") for name in ("NASNetMobile", "NASNetLarge")),
    *(Case(f"EfficientNetB{number}", "efficientnet") for number in range(8)),
    *(Case(f"EfficientNetV2{size}", "efficientnet_v2") for size in ("B0", "B1", "B2", "B3", "S", "M", "L")),
    *(Case(f"ConvNeXt{size}", "convnext") for size in ("Tiny", "Small", "Base", "Large", "XLarge")),
]

BY_ORDER = frozenset({"xception", "inception_v3", "inception_resnet_v2", "nasnet"})
"""The families in which Keras leaves layers with weights unnamed, so that their layers answer to one another by their order.

In all others a layer of ours has the name of Keras's with dots for some of its underscores.
"""
