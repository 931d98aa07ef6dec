"""Marks that tests of several rooms share."""

import os

import pytest

LONG = pytest.mark.skipif(
    not os.environ.get("ARCHSPEC_LONG"), reason="takes minutes: ARCHSPEC_LONG=1 runs it"
)
