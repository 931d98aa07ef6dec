"""What a complaint suggests is right: the edit that its help names, made where its caret
points, mends that mistake.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from archspec.compiler import Compiler
from archspec.diagnostics import Diagnostic, SpecError
from archspec.frontend.library import Reference
from tests.paths import CORPUS

SHORTCUT = re.compile(r"beside `residual`, indented as it is, add `(shortcut: .*)`")
NEAREST = re.compile(r"did you mean `(.*?)`\?")


def complaints(path: Path) -> tuple[Diagnostic, ...]:
    try:
        Compiler().compile(Reference.parse(str(path)))
    except SpecError as error:
        return error.diagnostics
    return ()


def suggestions(pattern: re.Pattern[str]) -> list[tuple[str, int, str]]:
    """Spec, number of the complaint and what it suggests."""
    found = []
    for path in sorted(CORPUS.glob("*.txt")):
        helps = [
            block.partition("= help: ")[2]
            for block in path.read_text(encoding="utf-8").split("\n\n")
        ]
        found += [
            (path.stem, number, match[1])
            for number, help in enumerate(helps)
            if (match := pattern.match(help))
        ]
    return [one for one in found if re.match("name|expression|structure|shape|several", one[0])]


@pytest.mark.parametrize(("name", "number", "shortcut"), suggestions(SHORTCUT))
def test_suggested_shortcut_fits(name: str, number: int, shortcut: str, tmp_path: Path) -> None:
    lines = (CORPUS / f"{name}.yaml").read_text(encoding="utf-8").splitlines()
    span = complaints(CORPUS / f"{name}.yaml")[number].span
    indent = span.column - 1
    end = next(
        (
            at
            for at in range(span.line, len(lines))
            if len(lines[at]) - len(lines[at].lstrip()) <= indent
        ),
        len(lines),
    )
    mended = tmp_path / "mended.yaml"
    mended.write_text(
        "\n".join([*lines[:end], " " * indent + shortcut, *lines[end:]]), encoding="utf-8"
    )
    assert "the two paths of this residual end in different shapes" not in [
        one.message for one in complaints(mended)
    ]


@pytest.mark.parametrize(("name", "number", "nearest"), suggestions(NEAREST))
def test_nearest_name_is_one(name: str, number: int, nearest: str, tmp_path: Path) -> None:
    path = CORPUS / f"{name}.yaml"
    told = complaints(path)
    span = told[number].span
    lines = path.read_text(encoding="utf-8").splitlines()
    line = lines[span.line - 1]
    lines[span.line - 1] = line[: span.column - 1] + nearest + line[span.end_column - 1 :]
    mended = tmp_path / "mended.yaml"
    mended.write_text("\n".join(lines), encoding="utf-8")
    assert told[number].message not in [
        one.message
        for one in complaints(mended)
        if (one.span.line, one.span.column) == (span.line, span.column)
    ]


def test_there_are_suggestions() -> None:
    assert len(suggestions(SHORTCUT)) >= 5
    assert len(suggestions(NEAREST)) >= 20
