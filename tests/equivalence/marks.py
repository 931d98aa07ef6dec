"""Functions of `keras.applications` → the parameters of a test of outputs, of which one of each
family and a few settings run by default.

The others differ from these in numbers of their specs: by default only their layers and weights are
compared, and `python -m tests.equivalence` proves the outputs of all functions.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from tests.equivalence.zoo import CASES, SETTINGS, Case
from tests.marks import LONG

FIRST = {case.family: case for case in reversed(CASES)}
"""A function of each family."""

RUN = {
    *("ResNet50", "ResNet50V2", "Xception", "InceptionV3", "MobileNet", "MobileNetV2"),
    *("MobileNetV3Small", "DenseNet121", "NASNetMobile", "EfficientNetB0", "EfficientNetV2B0"),
    "ConvNeXtTiny",
    # Where even the smallest is large, on a smaller input.
    *("VGG16 top=False", "InceptionResNetV2 classes=10"),
    *("MobileNet alpha=0.5 depth_multiplier=2 dropout=0.5", "MobileNetV2 alpha=0.1"),
    *("MobileNetV3Small top=False", "MobileNetV3Small minimalistic=True alpha=1.5 classes=2"),
    "EfficientNetV2B2 classes=7 preprocessing=False",
}
"""Those whose outputs are compared by default."""

assert {case.label for case in (*CASES, *SETTINGS)} >= RUN
OTHERS = [
    case
    for case in (*CASES, *SETTINGS)
    if case.label not in RUN and (not case.note or "top=False" in case.note)
]
"""Those whose layers and weights are compared: the other functions, and networks without a head."""


def marked(cases: Iterable[Case]) -> list[Any]:
    """The cases for a test of outputs."""
    return [
        pytest.param(case, id=case.label, marks=pytest.mark.heavy if case.label in RUN else LONG)
        for case in cases
    ]
