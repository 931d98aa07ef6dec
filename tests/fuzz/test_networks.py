"""A few of the specs that ``python -m tests.fuzz.networks`` draws by the thousand."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from tests.drawn_specs import Spec, specs
from tests.fuzz.networks import hold_the_laws


@pytest.mark.heavy
@settings(max_examples=4)
@given(specs())
def test_what_is_accepted_runs_is_trained_and_drawn(spec: Spec) -> None:
    hold_the_laws(spec)
