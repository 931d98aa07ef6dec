"""The 40 functions of `keras.applications`, and how the proof calls each. Read by the tests and by
the benchmark.

``size`` is the height and width of the proof's input, as small as the function takes; ``arguments``
go to the function, ``variables`` to the spec. ``note`` tells apart the calls of one function.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import archspec

LARGE = 150_000_000
"""The parameters of the largest networks that are proven one after another in one process."""


class Case(NamedTuple):
    """One function, the shipped spec of its family, and the input that the two are compared on."""

    function: str
    family: str
    size: int = 64
    arguments: Mapping[str, Any] = {}
    variables: Mapping[str, Any] = {}
    note: str = ""

    @property
    def spec(self) -> str:
        return f"keras/{self.family}@{self.function}"

    @property
    def large(self) -> bool:
        """Whether the proof needs a process of its own, so that memory stays small."""
        return (archspec.compile(self.spec, **self.variables).parameters or 0) > LARGE

    @property
    def label(self) -> str:
        return f"{self.function} {self.note}".strip()


CASES: list[Case] = [
    *(Case(name, "resnet") for name in ("ResNet50", "ResNet101", "ResNet152")),
    *(Case(name, "resnet_v2") for name in ("ResNet50V2", "ResNet101V2", "ResNet152V2")),
    *(Case(name, "vgg", 224) for name in ("VGG16", "VGG19")),  # whose parameters depend on the size
    Case("Xception", "xception", 71),
    Case("InceptionV3", "inception_v3", 75),
    Case("InceptionResNetV2", "inception_resnet_v2", 75),
    Case("MobileNet", "mobilenet"),
    Case("MobileNetV2", "mobilenet_v2"),
    *(Case(name, "mobilenet_v3") for name in ("MobileNetV3Small", "MobileNetV3Large")),
    *(Case(name, "densenet") for name in ("DenseNet121", "DenseNet169", "DenseNet201")),
    *(Case(name, "nasnet") for name in ("NASNetMobile", "NASNetLarge")),
    *(Case(f"EfficientNetB{number}", "efficientnet") for number in range(8)),
    *(
        Case(f"EfficientNetV2{size}", "efficientnet_v2")
        for size in ("B0", "B1", "B2", "B3", "S", "M", "L")
    ),
    *(Case(f"ConvNeXt{size}", "convnext") for size in ("Tiny", "Small", "Base", "Large", "XLarge")),
]

INCLUDED = {"top": "include_top", "preprocessing": "include_preprocessing"}
"""Variables of ours whose names are shorter than Keras's."""


def setting(function: str, size: int | None = None, **variables: Any) -> Case:
    """A function called with other arguments than its defaults; the variables of ours have the
    names of Keras's arguments, but for `INCLUDED`.
    """
    case = next(case for case in CASES if case.function == function)
    arguments = {INCLUDED.get(name, name): value for name, value in variables.items()}
    note = " ".join(f"{name}={value}" for name, value in variables.items())
    return Case(
        function,
        case.family,
        size or case.size,
        {**case.arguments, **arguments},
        {**case.variables, **variables},
        note,
    )


SETTINGS: list[Case] = [
    setting("ResNet50", classes=10),
    setting("ResNet50", size=75, top=False),
    setting("ResNet50V2", size=97, top=False),
    setting("VGG16", size=48, top=False),
    setting("VGG16", size=32, classes=3),
    setting("Xception", size=96, top=False),
    setting("DenseNet121", classes=10),
    setting("DenseNet121", size=50, top=False),
    setting("MobileNet", size=97, alpha=0.5, depth_multiplier=2, dropout=0.5),
    setting("MobileNet", alpha=0.25, top=False),
    setting("MobileNetV2", size=97, alpha=0.5, classes=10),
    setting("MobileNetV2", alpha=0.1),
    setting("MobileNetV2", alpha=1.4, top=False),
    setting("InceptionV3", size=98, classes=10),
    setting("InceptionV3", size=128, top=False),
    setting("InceptionResNetV2", size=98, classes=10),
    setting("InceptionResNetV2", size=128, top=False),
    setting("MobileNetV3Large", size=97, alpha=0.75, classes=10),
    setting("MobileNetV3Large", alpha=1.25),
    setting("MobileNetV3Large", size=75, alpha=0.35, top=False),
    setting("MobileNetV3Large", size=80, minimalistic=True),
    setting("MobileNetV3Small", size=75, alpha=0.75),
    setting("MobileNetV3Small", size=33, top=False),
    setting("MobileNetV3Small", minimalistic=True, alpha=1.5, classes=2),
    setting("NASNetMobile", size=65, classes=10),
    setting("NASNetMobile", size=96, top=False),
    setting("NASNetLarge", size=65, classes=10),
    setting("NASNetLarge", size=50, top=False),
    setting("EfficientNetB0", size=97, classes=10),
    setting("EfficientNetB3", size=75, top=False),
    setting("EfficientNetV2B2", size=97, classes=7, preprocessing=False),
    setting("EfficientNetV2B0", size=75, top=False),
    setting("EfficientNetV2S", preprocessing=False, top=False),
    setting("ConvNeXtTiny", size=97, classes=10, preprocessing=False),
    setting("ConvNeXtTiny", size=75, top=False),
]

LABELLED: dict[str, Case] = {case.label: case for case in [*CASES, *SETTINGS]}
