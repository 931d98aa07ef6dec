"""Marks that tests of several rooms share."""

import os

import pytest

ALL_ROWS = bool(os.environ.get("ARCHSPEC_LONG"))
"""Whether all rows of a table are run, also those that by default others stand for."""

LONG = pytest.mark.skipif(not ALL_ROWS, reason="takes minutes: ARCHSPEC_LONG=1 runs it")

ONE_THREAD = ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS")
"""Variables of the environment that keep TensorFlow within a thread: there is a test on each core,
and the tensors are small.
"""
