"""Models of public Keras examples: each is read into a spec whose model has the same weights in the
same order, or refused with the reason.
"""

from __future__ import annotations

import pytest

import archspec
from archspec.backends.keras.model import build_model, without_values
from archspec.layers.declared import Declared
from tests.reading.examples import EXAMPLES, REFUSED


def test_there_are_enough() -> None:
    assert len(EXAMPLES) + len(REFUSED) >= 30


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_is_read(name: str) -> None:
    with without_values():
        model = EXAMPLES[name]()
        spec = archspec.read(model)
        weights = [(tuple(one.shape), one.trainable) for one in model.weights]
        if not any(isinstance(node.layer, Declared) for node in spec.graph.nodes):
            built = build_model(spec.graph)
            assert [(tuple(one.shape), one.trainable) for one in built.weights] == weights
        else:
            assert spec.graph.parameters == model.count_params()


@pytest.mark.parametrize("name", REFUSED)
def test_an_example_is_refused_with_the_reason(name: str) -> None:
    build, reason = REFUSED[name]
    with without_values():
        model = build()
        with pytest.raises(archspec.SpecError) as error:
            archspec.read(model)
    assert reason in str(error.value)
