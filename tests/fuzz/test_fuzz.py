"""The law of the fuzzer (`tests.fuzz.law`) on everything that once broke it, on every spec as
it is, and on mutated ones.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from random import Random

import pytest

from archspec.diagnostics import Diagnostic, Span
from tests.fuzz import corpus, law
from tests.fuzz.law import Outcome, judge
from tests.fuzz.mutations import mutate
from tests.fuzz.run import Report, batch, lay_out, run
from tests.marks import LONG

FINDINGS = sorted(Path(__file__).with_name("findings").glob("*.yaml"))


@pytest.mark.parametrize("path", FINDINGS, ids=lambda path: path.stem)
def test_what_once_broke_the_law_keeps_it(path: Path) -> None:
    assert not judge(path).broken


@pytest.mark.heavy
def test_every_spec_of_the_project_keeps_the_law(tmp_path: Path) -> None:
    lay_out(tmp_path)
    for name in corpus.seeds():
        assert not judge(tmp_path / name).broken, name


def test_mutations_go_by_the_seed_and_leave_no_spec_as_it_was() -> None:
    texts = list(corpus.seeds().values())
    first, second = (
        [mutate(text, texts, Random(number)) for number, text in enumerate(texts)] for _ in range(2)
    )
    assert first == second
    assert sum(one == text for one, text in zip(first, texts, strict=True)) < len(texts) / 5


@pytest.mark.parametrize(
    ("span", "broken"),
    [
        (Span("spec.yaml", 1, 1, 1, 1), False), (Span("spec.yaml", 2, 3, 2, 4), False), (Span("spec.yaml", 2, 3, 2, 5), True),
        (Span("spec.yaml", 3, 1, 3, 1), True), (Span("spec.yaml", 2, 3, 1, 1), True), (Span("spec.yaml", 0, 0, 0, 0), True),
        (Span("other.yaml", 1, 1, 1, 1), True),
    ],
)  # fmt: skip
def test_the_law_knows_a_span_outside_of_the_text(span: Span, broken: bool, tmp_path: Path) -> None:
    found = list(
        law.misplaced(
            (Diagnostic("code", "message", span),),
            {"spec.yaml": "one\ntwo"},
            tmp_path / "spec.yaml",
        )
    )
    assert bool(found) == broken


def test_the_law_knows_what_breaks_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def compile(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(law.archspec, "compile", compile)
    outcome = judge(tmp_path / "spec.yaml")
    assert isinstance(outcome, Outcome)
    assert "ZeroDivisionError" in outcome.broken


@pytest.mark.heavy
@pytest.mark.parametrize("number", range(2))
def test_mutated_specs_keep_the_law(number: int) -> None:
    """The same in every run. A finding's bytes are printed."""
    report = batch(0, number, size=300)
    assert report.tried == 300
    assert report.compiled > 10
    assert not report.findings, shown(report)


@LONG
def test_a_minute_of_mutated_specs_keeps_the_law() -> None:
    """Others in every run: ``FUZZ_SEED`` and ``FUZZ_SECONDS`` choose which, and how long."""
    seed = int(os.environ.get("FUZZ_SEED", time.time_ns()))
    report = run(float(os.environ.get("FUZZ_SECONDS", "60")), seed, jobs=os.cpu_count() or 1)
    assert report.tried > 0
    assert not report.findings, f"seed {seed}\n{shown(report)}"


def shown(report: Report) -> str:
    return "\n".join(
        f"{one.reference} {one.variables}\n{one.text!r}\n{one.broken}" for one in report.findings
    )
