"""Networks of `keras.applications`, read from Keras's own descriptions: the same weights in the
same order. All forty take minutes, and run with ``ARCHSPEC_LONG``; their table is ``python -m
tests.reading``.
"""

from __future__ import annotations

import pytest

from archspec.backends.keras.families import FAMILIES, FAMILY_OF
from tests.marks import LONG
from tests.reading.__main__ import prove

CHEAP = ("VGG16", "MobileNetV2", "ResNet50V2", "MobileNetV3Small", "EfficientNetB0")


@pytest.mark.parametrize("function", CHEAP)
def test_an_application_is_read(function: str) -> None:
    assert prove(function).equal


@LONG
@pytest.mark.parametrize("function", [name for name in FAMILY_OF if name not in CHEAP])
def test_every_application_is_read(function: str) -> None:
    assert prove(function).equal


@LONG
@pytest.mark.parametrize("function", [family.functions[0] for family in FAMILIES])
def test_the_first_of_each_family_computes_the_same(function: str) -> None:
    assert prove(function, outputs=True).equal


@pytest.mark.heavy
def test_one_of_them_computes_the_same() -> None:
    assert prove("MobileNetV3Small", outputs=True).equal
