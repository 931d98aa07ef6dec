"""The shipped specs of `keras.applications` are its functions: they give the same outputs from
the same weights, and so does the emitted source; those that are not run have the same layers and
weights.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.equivalence.marks import RUN, SECOND, marked
from tests.equivalence.table import TOLERANCE, is_equal, proven, row
from tests.equivalence.zoo import CASES, LABELLED, SETTINGS, Case


@pytest.mark.parametrize("case", marked(CASES, RUN))
def test_the_same_weights_give_the_same_outputs(case: Case) -> None:
    found = proven([case])[0] if case.large else proof(case)
    assert is_equal(found), row(found)


@pytest.mark.parametrize("case", marked(SETTINGS, RUN))
def test_they_do_so_with_other_arguments(case: Case) -> None:
    found = proof(case)
    assert is_equal(found), row(found)


def test_those_that_run_by_default_are_there() -> None:
    assert set(LABELLED) >= RUN | SECOND


@pytest.mark.parametrize("case", marked((*CASES, *SETTINGS), SECOND))
def test_layers_and_weights_are_the_same(case: Case) -> None:
    from tests.equivalence.prove import compare_weights, models_alike

    compare_weights(case, *models_alike(case))


def proof(case: Case) -> dict[str, Any]:
    """The proof of a function in this process, in which Keras is loaded already."""
    from tests.equivalence import prove

    return prove.proof(case)


FAULTS: dict[str, dict[str, Any]] = {
    "epsilon": {"defaults": {"BatchNormalization": {"epsilon": 2e-3}}},
    "activation": {"defaults": {"ReLU": {"max_value": None}}},
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_proof_sees_a_fault(fault: str) -> None:
    from tests.equivalence.prove import difference_of_spec

    case = LABELLED["MobileNet"]
    wrong = {"archspec": 1, "name": "wrong", "extends": case.spec, **FAULTS[fault]}
    assert difference_of_spec(case, wrong) > TOLERANCE
