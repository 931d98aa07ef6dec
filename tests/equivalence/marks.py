"""Functions of `keras.applications` → the parameters of a test, of which all but a few quick
ones are heavy.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from tests.equivalence.zoo import CASES, SETTINGS, Case

FIRST = {case.family: case for case in reversed(CASES)}
"""A function of each family."""

QUICK = {
    *("ResNet50", "MobileNetV2", "DenseNet121", "MobileNetV3Small", "EfficientNetB0"),
    *(case.label for case in SETTINGS if case.family.startswith("mobilenet")),
}


def marked(cases: Iterable[Case]) -> list[Any]:
    """The cases for a test, all but the quick ones marked as heavy."""
    return [
        pytest.param(case, id=case.label, marks=() if case.label in QUICK else pytest.mark.heavy)
        for case in cases
    ]
