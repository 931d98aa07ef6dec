"""The specs of specs/hub are KerasHub's backbones: they give the same outputs from the same weights,
and have at full size the parameters that KerasHub states.
"""

from __future__ import annotations

from importlib.util import find_spec

import pytest

import archspec
from tests.hub.cases import CASES, Case

SIZES = [
    pytest.param(f"{case.spec}@{variant}", parameters, id=variant)
    for case in CASES
    for variant, parameters in case.published.items()
]


@pytest.mark.parametrize(("reference", "parameters"), SIZES)
def test_the_parameters_at_full_size_are_the_published_ones(
    reference: str, parameters: int
) -> None:
    assert archspec.compile(reference).parameters == parameters


needs_keras_hub = pytest.mark.skipif(
    find_spec("keras_hub") is None, reason="keras-hub is not installed (extra hub)"
)


@needs_keras_hub
@pytest.mark.parametrize("case", CASES, ids=[case.spec for case in CASES])
def test_the_same_weights_give_the_same_outputs(case: Case) -> None:
    from tests.hub.prove import is_equal, prove

    proof = prove(case)
    assert is_equal(proof), proof


# The presets of MiT count a head besides.
STATED = [case for case in CASES if case.published and case.spec != "hub/mit"]


@needs_keras_hub
@pytest.mark.parametrize("case", STATED, ids=[case.spec for case in STATED])
def test_the_published_parameters_are_those_that_keras_hub_states(case: Case) -> None:
    from tests.hub.prove import backbone

    presets = backbone(case).presets
    stated = {variant: presets[variant]["metadata"]["params"] for variant in case.published}
    assert stated == case.published
