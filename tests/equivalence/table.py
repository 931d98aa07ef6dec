"""Functions of `keras.applications` → their proofs, each made in a process of its own, two at a time, and the table of them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tests.equivalence.zoo import Case

ROOT = Path(__file__).parents[2]
PROCESSES = 2
TOLERANCE = 1e-4


def proof(case: Case) -> dict[str, Any]:
    """What `prove` says of a function, with the ``seconds`` that it took, or an ``error`` in place of all else."""
    started = time.perf_counter()
    command = [sys.executable, "-m", "tests.equivalence.prove", case.label]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}, capture_output=True, text=True, check=False)
    found = json.loads(done.stdout) if done.returncode == 0 else {"function": case.label, "error": done.stderr.strip()}
    return {**found, "seconds": time.perf_counter() - started}


def proofs(cases: Iterable[Case]) -> Iterator[dict[str, Any]]:
    """The proofs of functions in their order, each as soon as it and those before it are there."""
    with ThreadPoolExecutor(PROCESSES) as pool:
        yield from pool.map(proof, cases)


def is_equal(one: dict[str, Any]) -> bool:
    """Whether a proof compared something and found it equal."""
    return "error" not in one and one["layers"] > 0 and one["weights"] > 0 and one["difference"] <= TOLERANCE


HEAD = f"{'function':<20} {'layers':>6} {'weights':>7} {'parameters':>12} {'difference':>10} {'seconds':>7}"


def row(one: dict[str, Any]) -> str:
    """A proof as a line of the table; an error is indented below it."""
    if "error" in one:
        return f"{one['function']:<20} fails\n" + textwrap.indent(one["error"], "    ")
    numbers = f"{one['layers']:>6} {one['weights']:>7} {one['parameters']:>12,} {one['difference']:>10.1g} {one['seconds']:>7.1f}"
    return f"{one['function']:<20} {numbers}" + ("" if is_equal(one) else "  differs")
