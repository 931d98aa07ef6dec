"""A dozen networks have the DOT in `data/diagrams/`, byte for byte, in any process.

After a change of the pictures, ``ARCHSPEC_REWRITE=1 pytest tests/diagrams/test_golden.py`` writes
it anew, to be read by a person, with a look at the pictures, before it is kept.
"""

from __future__ import annotations

import os
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest

from archspec.diagrams.making import FORMATS, draw
from tests.diagrams.samples import DATA, SAMPLES, graph, svg
from tests.paths import ROOT

GOLDEN = [
    "alexnet", "lenet5", "vgg@D", "googlenet", "resnet@resnet18", "resnet@resnet50", "resnet@resnet152", "xception", "efficientnet@B0", *SAMPLES,
]  # fmt: skip
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


@pytest.mark.heavy
def test_two_processes_give_the_same_bytes() -> None:
    """Where a set or a hash decided an order, another seed than this process's would show it."""
    done = subprocess.run(
        [sys.executable, "-c", MAKE, *GOLDEN],
        env={**os.environ, "PYTHONHASHSEED": "1", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr
    expected = []
    for name in GOLDEN:
        made = {"dot": file(name).read_bytes(), "svg": svg(name), "mmd": draw(graph(name), "mmd")}
        expected += [f"{name} {one} {sha256(made[one]).hexdigest()}" for one in made]
    assert done.stdout.splitlines() == expected


def test_one_process_gives_the_same_bytes_twice() -> None:
    assert set(FORMATS) > {"dot", "png"}
    for format in ("dot", "svg", "png"):
        assert draw(graph("googlenet"), format) == draw(graph("googlenet"), format)
