"""Networks of `keras.applications`, read from Keras's own descriptions: the same weights in the
same order. All forty take minutes, and run with ``ARCHSPEC_LONG``; their table is ``python -m
tests.reading``.
"""

from __future__ import annotations

import keras
import pytest

from archspec.backends.keras.applications import make
from archspec.backends.keras.families import FAMILIES, FAMILY_OF, Application
from archspec.backends.keras.model import build_model, without_values
from archspec.backends.keras.pairing import flattened
from archspec.reading.author import Wishes
from archspec.reading.read import read
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


def weights_by_name(model: keras.Model) -> dict[str, list[tuple[int, ...]]]:
    """The shapes of the weights of each layer that has some, by its name."""
    return {
        layer.name: [tuple(weight.shape) for weight in layer.weights]
        for layer in flattened(model)
        if layer.weights
    }


def check_names(function: str) -> None:
    with without_values():
        theirs = make(Application(function))
        ours = build_model(read(theirs, Wishes(names=True)).graph)
    assert weights_by_name(ours) == weights_by_name(theirs)
    keras.backend.clear_session()


@pytest.mark.heavy
def test_one_of_them_keeps_its_names() -> None:
    check_names("MobileNetV2")


@LONG
@pytest.mark.parametrize("function", FAMILY_OF)
def test_every_application_keeps_its_names(function: str) -> None:
    check_names(function)
