"""Functions of `keras.applications` → the parameters of a test of outputs, of which one of almost
each family and a few settings run by default.

The others differ from these in numbers of their specs: by default only layers and weights of some are
compared, and `python -m tests.equivalence` proves the outputs of all functions.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from tests.equivalence.zoo import CASES, Case
from tests.marks import LONG

FIRST = {case.family: case for case in reversed(CASES)}
"""A function of each family."""

RUN = {
    *("ResNet50", "ResNet50V2", "Xception", "InceptionV3", "MobileNet", "DenseNet121"),
    *("NASNetMobile", "EfficientNetB0", "EfficientNetV2B0", "ConvNeXtTiny"),
    # Where even the smallest is large, without its head.
    "VGG16 top=False",
    *("MobileNet alpha=0.5 depth_multiplier=2 dropout=0.5", "MobileNetV2 alpha=0.1"),
    *("MobileNetV3Small top=False", "MobileNetV3Small minimalistic=True alpha=1.5 classes=2"),
}
"""Those whose outputs are compared by default: all families but InceptionResNetV2, whose smallest
takes as long as any three.
"""

SECOND = {
    *("ResNet50 top=False", "Xception top=False", "DenseNet121 top=False"),
    *("InceptionV3 top=False", "NASNetMobile top=False", "EfficientNetB3 top=False"),
    *("EfficientNetV2B0 top=False", "ConvNeXtTiny top=False", "MobileNetV2 alpha=1.4 top=False"),
}
"""Those of which layers and weights are compared by default: of each family, besides the function
that `test_configuration` compares, a network without a head. The further functions of a family have
its layers in other numbers.
"""


def marked(cases: Iterable[Case], run: set[str]) -> list[Any]:
    """The cases for a test, of which some run by default."""
    return [
        pytest.param(case, id=case.label, marks=pytest.mark.heavy if case.label in run else LONG)
        for case in cases
    ]
