"""A dozen networks have the DOT in `data/diagrams/`, byte for byte, in any process.

After a change of the pictures, ``ARCHSPEC_REWRITE=1 pytest tests/diagrams/test_golden.py`` writes
it anew, to be read by a person, with a look at the pictures, before it is kept.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from archspec.diagrams.making import FORMATS, draw
from tests.diagrams.samples import DATA, SAMPLES, graph
from tests.paths import ROOT

GOLDEN = [
    "alexnet", "lenet5", "vgg@D", "googlenet", "resnet@resnet18", "resnet@resnet50", "resnet@resnet152", "xception", "efficientnet@B0", *SAMPLES,
]  # fmt: skip
SEEDS = ("1", "2")  # by which `two` has once differed
MAKE = """
import hashlib, sys
from archspec.diagrams.making import draw
from tests.diagrams.samples import graph
for name in sys.argv[1:]:
    for format in ("dot", "svg", "mmd"):
        print(name, format, hashlib.sha256(draw(graph(name), format)).hexdigest())
"""


def file(name: str) -> Path:
    return DATA / f"{name.replace('@', '-')}.dot"


@pytest.mark.parametrize("name", GOLDEN)
def test_dot_is_as_it_was(name: str) -> None:
    found = draw(graph(name), "dot").decode()
    if os.environ.get("ARCHSPEC_REWRITE"):
        file(name).write_text(found, encoding="utf-8")
    assert found == file(name).read_text(encoding="utf-8")


def test_a_dozen_are_kept_and_no_other() -> None:
    assert len(GOLDEN) >= 12
    assert {path.name for path in DATA.glob("*.dot")} == {file(name).name for name in GOLDEN}


def test_two_processes_give_the_same_bytes() -> None:
    """Where a set or a hash decided an order, other seeds would show it."""
    outputs = set()
    for seed in SEEDS:
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
        done = subprocess.run(
            [sys.executable, "-c", MAKE, *GOLDEN],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            cwd=ROOT,
        )
        assert done.returncode == 0, done.stderr
        outputs.add(done.stdout)
    assert len(outputs) == 1
    assert len(outputs.pop().splitlines()) == 3 * len(GOLDEN)


def test_one_process_gives_the_same_bytes_twice() -> None:
    assert set(FORMATS) > {"dot", "png"}
    for format in ("dot", "svg", "png"):
        assert draw(graph("googlenet"), format) == draw(graph("googlenet"), format)
