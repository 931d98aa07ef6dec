"""The corpus of mistakes: `errors/NAME.yaml` gets the complaint in `errors/NAME.txt`, word for
word.

A first line `# archspec: @variant --set classes=10` gives what stands on the command line beside
the file. After a change of words, `ARCHSPEC_REWRITE=1 pytest tests/frontend/test_errors.py` writes the
complaints anew, to be read by a person before they are kept.
"""

from __future__ import annotations

import ast
import os
import re
import shlex
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path

import pytest

from archspec.compiler import Compiler
from archspec.diagnostics import Diagnostic, SpecError, as_text
from archspec.frontend.input_sizes import read_sizes
from archspec.frontend.library import Reference
from archspec.frontend.overrides import read_override
from tests.paths import CORPUS, ROOT

SPECS = sorted(CORPUS.glob("*.yaml"))
OPTIONS = re.compile(rb"# archspec: *(.*)")
CODE = re.compile(r"[a-z]+(?:-[a-z]+)*")
MOST_LINES = 14


def complaint(path: Path) -> tuple[tuple[Diagnostic, ...], Mapping[str, str]]:
    """What is wrong with a spec of the corpus, the working folder being its own; the warnings
    where nothing is.
    """
    match = OPTIONS.match(path.read_bytes())
    words = shlex.split(match[1].decode()) if match else []
    variant = next((word for word in words if word.startswith("@")), "")
    try:
        overrides = dict(
            read_override(value) for option, value in pairwise(words) if option == "--set"
        )
        sizes = [read_sizes(value) for option, value in pairwise(words) if option == "--input"]
        compiler = Compiler(allow_outside="--allow-outside" in words, sizes=sizes)
        graph = compiler.compile(Reference.parse(path.name + variant), overrides)
    except SpecError as error:
        return error.diagnostics, error.sources
    return graph.warnings, {path.name: path.read_text(encoding="utf-8")}


@pytest.fixture
def there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(CORPUS)


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
@pytest.mark.usefixtures("there")
def test_mistake_gets_its_complaint(path: Path) -> None:
    diagnostics, sources = complaint(path)
    assert diagnostics, "nothing is wrong with this spec"
    for one in diagnostics:
        assert one.code in documented()
        assert one.message
        assert one.label or one.help, "a complaint says what was found or what to do"
        assert len(as_text([one], sources).splitlines()) <= MOST_LINES
        assert_inside(one, sources)
    expected = path.with_suffix(".txt")
    found = as_text(diagnostics, sources) + "\n"
    if os.environ.get("ARCHSPEC_REWRITE"):
        expected.write_text(found, encoding="utf-8")
    assert found == expected.read_text(encoding="utf-8")


def assert_inside(one: Diagnostic, sources: Mapping[str, str]) -> None:
    """The span lies inside the text that the complaint is about; a file that cannot be read has
    only its first place.
    """
    span = one.span
    if span.file not in sources:
        assert (span.line, span.column) == (1, 1) or one.code == "yaml-encoding"
        return
    lines = sources[span.file].splitlines() or [""]
    assert 1 <= span.line <= span.end_line <= len(lines)
    assert 1 <= span.column <= len(lines[span.line - 1]) + 1
    assert 1 <= span.end_column <= len(lines[span.end_line - 1]) + 2
    assert (span.line, span.column) <= (span.end_line, span.end_column)


def test_corpus_is_large() -> None:
    assert len(SPECS) >= 100


def test_every_complaint_has_its_spec() -> None:
    assert {path.stem for path in CORPUS.glob("*.txt")} == {path.stem for path in SPECS}


# --- codes

ELSEWHERE = {
    "declaration-differs": "tests/backends/keras/test_declared_kinds.py",
    "no-class": "tests/backends/keras/test_declared_kinds.py",
    "no-counterpart": "of a file with a model",
    "no-spec": "of a file with a model",
    "no-leave": "tests/backends/keras/test_declared_kinds.py",
    "batch-mismatch": "of a recipe or a run",
    "bound-extends": "more than twenty files",
    "bound-text": "a megabyte of text",
    "export-unsupported": "of what is written, not of a spec",
    "input-mismatch": "of a recipe or a run",
    "interrupted": "not a mistake of a spec",
    "keras-application": "of the command line",
    "keras-differs": "a mistake of archspec, or a new Keras",
    "keras-refused": "a mistake of archspec, or a new Keras",
    "labels-mismatch": "of a recipe or a run",
    "loss-mismatch": "of a recipe or a run",
    "missing-loss": "of a recipe or a run",
    "model-file": "of a model to compare with",
    "no-model": "of a recipe or a run",
    "no-run": "of a recipe or a run",
    "no-such-layer": "of a recipe or a run",
    "no-such-number": "of a recipe or a run",
    "no-such-output": "of a recipe or a run",
    "no-such-part": "of a recipe or a run",
    "no-such-rows": "of a recipe or a run",
    "no-such-weights": "of a recipe or a run",
    "not-installed": "of a recipe or a run",
    "output-failed": "of the command line",
    "output-folder": "of the command line",
    "python-value": "of the Python API",
    "rows-overlap": "of a recipe or a run",
    "run-damaged": "of a recipe or a run",
    "run-differs": "of a recipe or a run",
    "run-locked": "of a recipe or a run",
    "source-unusable": "of a recipe or a run",
    "sweep-differs": "of a recipe or a run",
    "two-scales": "of a recipe or a run",
    "unknown-class": "of a recipe or a run",
    "value-range": "of a recipe or a run",
    "weights-download": "of the connection",
    "weights-file": "of a file of weights",
    "weights-mismatch": "of a file of weights",
    "wrong-search": "of a recipe or a run",
}
"""Codes that no spec of the corpus gets, and why."""


def documented() -> set[str]:
    """The codes that have a section of docs/errors.md."""
    return set(
        re.findall(
            rf"^## ({CODE.pattern})$",
            (ROOT / "docs" / "errors.md").read_text(encoding="utf-8"),
            re.MULTILINE,
        )
    )


def told() -> set[str]:
    """The codes that the source gives: first arguments of `Diagnostic` and of what makes one,
    and values of `code`.
    """
    makers = {
        "Diagnostic",
        "_problem",
        "_refuse",
        "_fail",
        "_stop",
        "_note",
        "_complain",
        "problem",
    }
    found: list[ast.expr] = []
    for path in (ROOT / "archspec").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = (
                    node.func.attr
                    if isinstance(node.func, ast.Attribute)
                    else getattr(node.func, "id", "")
                )
                found += node.args[:1] if name in makers else []
                found += [word.value for word in node.keywords if word.arg == "code"]
            elif isinstance(node, ast.FunctionDef):
                names = zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
                found += [
                    default for one, default in names if one.arg == "code" and default is not None
                ]
            elif (
                isinstance(node, ast.AnnAssign)
                and getattr(node.target, "id", "") == "code"
                and node.value is not None
            ):
                found.append(node.value)
    words = {
        one.value
        for value in found
        for one in ast.walk(value)
        if isinstance(one, ast.Constant) and isinstance(one.value, str)
    }
    return {word for word in words if CODE.fullmatch(word)}


def in_corpus() -> set[str]:
    """The codes that the complaints of the corpus have."""
    texts = (path.read_text(encoding="utf-8") for path in CORPUS.glob("*.txt"))
    return {
        code
        for text in texts
        for code in re.findall(r"^(?:error|warning)\[([a-z-]+)\]:", text, re.MULTILINE)
    }


def test_every_code_is_documented() -> None:
    assert told() - documented() == set()


def test_every_documented_code_is_told() -> None:
    assert documented() - told() == set()


def test_every_code_has_a_mistake_in_the_corpus() -> None:
    assert documented() - in_corpus() - set(ELSEWHERE) == set()
