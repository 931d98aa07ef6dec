"""Networks of `keras.applications`, read from Keras's own descriptions: the same weights in the
same order. All forty are for ``pytest -m heavy``; their table is ``python -m tests.reading``.
"""

from __future__ import annotations

import pytest

from archspec.backends.keras.families import FAMILIES, FAMILY_OF
from tests.reading.__main__ import prove

CHEAP = ("VGG16", "MobileNetV2")


@pytest.mark.parametrize("function", CHEAP)
def test_an_application_is_read(function: str) -> None:
    assert prove(function).equal


@pytest.mark.heavy
@pytest.mark.parametrize("function", [name for name in FAMILY_OF if name not in CHEAP])
def test_every_application_is_read(function: str) -> None:
    assert prove(function).equal


@pytest.mark.heavy
@pytest.mark.parametrize("function", [family.functions[0] for family in FAMILIES])
def test_the_first_of_each_family_computes_the_same(function: str) -> None:
    assert prove(function, outputs=True).equal
