"""Functions of `keras.applications` → their proofs, made in two processes at a time, and the
table of them.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby
from typing import Any

from tests.equivalence.zoo import Case
from tests.paths import ROOT

PROCESSES = 2
TOLERANCE = 1e-4
SAME_TOLERANCE = 1e-6
"""The difference that there may be between our model and the emitted source's, which do the
same in the same order.
"""


def proven(cases: list[Case]) -> list[dict[str, Any]]:
    """What `prove` says of functions in one process. One that ended the process, or was not
    reached, has an ``error`` in place of all else.
    """
    command = [sys.executable, "-m", "tests.equivalence.prove", *(case.label for case in cases)]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
        capture_output=True,
        text=True,
        check=False,
    )
    found = {one["function"]: one for one in map(json.loads, done.stdout.splitlines())}
    error = f"its process ended with exit code {done.returncode}\n{done.stderr.strip()}"
    return [found.get(case.label, {"function": case.label, "error": error}) for case in cases]


def proofs(cases: Iterable[Case]) -> Iterator[dict[str, Any]]:
    """The proofs of functions in their order, each as soon as it and those before it are there.

    The functions of a family that follow one another share a process, so that it starts once, but
    for the large ones: so memory stays under 8 GB.
    """
    batches = [
        list(batch)
        for _, batch in groupby(cases, key=lambda case: case.label if case.large else case.family)
    ]
    with ThreadPoolExecutor(PROCESSES) as pool:
        for found in pool.map(proven, batches):
            yield from found


def is_equal(one: dict[str, Any]) -> bool:
    """Whether a proof compared something and found it equal."""
    if "error" in one or not (one["layers"] > 0 and one["weights"] > 0):
        return False
    return bool(one["difference"] <= TOLERANCE and one["source"] <= SAME_TOLERANCE)


HEAD = (
    f"{'function':<20} {'layers':>6} {'weights':>7} {'parameters':>12} {'difference':>10}"
    f" {'source':>7} {'seconds':>7}"
)

FOOT = f"""
difference: of the outputs of Keras's model and ours, relative to the largest, at most {TOLERANCE:.0g}; source: of ours and that of the source
that we emit, which is also equal in layers, edges, configurations, and names and shapes of weights."""


def row(one: dict[str, Any]) -> str:
    """A proof as a line of the table; an error is indented below it."""
    if "error" in one:
        return f"{one['function']:<20} fails\n" + textwrap.indent(one["error"], "    ")
    sizes = f"{one['layers']:>6} {one['weights']:>7} {one['parameters']:>12,}"
    numbers = f"{sizes} {one['difference']:>10.1g} {one['source']:>7.1g} {one['seconds']:>7.1f}"
    return f"{one['function']:<20} {numbers}" + ("" if is_equal(one) else "  differs")
