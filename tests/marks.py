"""Marks that tests of several rooms share."""

import os

import pytest

LONG = pytest.mark.skipif(
    not os.environ.get("ARCHSPEC_LONG"), reason="takes minutes: ARCHSPEC_LONG=1 runs it"
)

ONE_THREAD = ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS")
"""Variables of the environment that keep TensorFlow within a thread: there is a test on each core,
and the tensors are small.
"""
