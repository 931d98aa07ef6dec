"""No false alarm: in a network without dead ends, none is told of because of another mistake,
wherever that is made.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from archspec.compiler import Compiler
from archspec.diagnostics import SpecError
from archspec.frontend.library import Reference
from tests.paths import ROOT

TRIALS = ROOT / "tests" / "data" / "design" / "trials"
SPECS = {
    TRIALS / "siamese.yaml": 1,
    TRIALS / "darknet53.yaml": 1,
    ROOT / "specs" / "googlenet.yaml": 3,
    TRIALS / "nasnet.yaml": 5,
}
"""Networks whose items take one another by name, and how many mistakes go to one that is tried."""

MISTAKES = [
    (r"\b[A-Z]\w+: \{", "Xyzzy: {"),
    (r"(\b[A-Z]\w+: \{)", r"\1nonsense: 1, "),
    (r"(\b[A-Z]\w+: \{)", r"\1trainable: $nope, "),
    (r"(?m)^( *)- ([A-Z]\w+)$", r"\1- Xyzzy"),
    (r"(?m)^( *)- ([A-Z]\w+)$", r"\1- \2:\n\1  when: $nope"),
    (r"(?m)^( *)- ([A-Z]\w+)$", r"\1- \2:\n\1  repeat: $(1 / 0)"),
    (r"(?m)^( *)- ([A-Z]\w+)$", r"\1- \2:\n\1  Flatten:"),
    (r"(?m)^( *)- ([A-Z]\w+)$", r"\1- \2\n\1- Reshape: {target_shape: [7919]}"),
    (r"from: (\w+)", "from: nowhere"),
    (r"from: (\w+)", "from: $nope"),
    (r"from: (\w+)", r"form: \1"),
    (r"from: \[", "from: [nowhere, "),
    (r"name: [^\s,]+", "name: a/b"),
    (r"name: [^\s,]+", "name: $nope"),
    (r"(when|repeat): [^,}\n]+", r"\1: $(1 / 0)"),
    (r"merge: \w+", "merge: Dense"),
    (r"kernel_size: \w+", "kernel_size: 999"),
]
"""What is written in place of what, once at each place where it stands."""


def mistaken(text: str) -> Iterator[str]:
    for pattern, instead in MISTAKES:
        for found in re.finditer(pattern, text):
            yield text[: found.start()] + found.expand(instead) + text[found.end() :]


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_a_mistake_makes_no_dead_end(path: Path, tmp_path: Path) -> None:
    file = tmp_path / path.name
    wrong = 0
    for text in list(mistaken(path.read_text(encoding="utf-8")))[:: SPECS[path]]:
        file.write_text(text, encoding="utf-8")
        try:
            Compiler(expect=False).compile(Reference(str(file)))
        except SpecError as error:
            wrong += 1
            assert not {"dead-end", "unused-input"} & {one.code for one in error.diagnostics}, (
                text,
                str(error),
            )
    assert wrong > 20
