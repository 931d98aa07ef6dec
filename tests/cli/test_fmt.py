"""`archspec fmt`: files are laid out in their place, and nothing is written where one is no spec."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from archspec.cli import program

LOOSE = "archspec:  1\nlayers:\n- Flatten   # flat\n"
LAID_OUT = "archspec: 1\nlayers:\n  - Flatten  # flat\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs" / "loose.yaml").write_text(LOOSE, encoding="utf-8")
    (tmp_path / "specs" / "right.yaml").write_text(LAID_OUT, encoding="utf-8")
    return tmp_path


def run(*words: str, stdin: Any = None) -> Result:
    return CliRunner().invoke(program.main, ["fmt", *words], input=stdin)


def test_a_folder_is_laid_out_once() -> None:
    Path("specs/loose.yaml").chmod(0o640)
    first, second = run("specs"), run("specs")
    assert (first.exit_code, first.stderr) == (0, "laid out specs/loose.yaml\n")
    assert (second.exit_code, second.output) == (0, "")
    assert Path("specs/loose.yaml").read_text() == LAID_OUT
    assert Path("specs/loose.yaml").stat().st_mode & 0o777 == 0o640


def test_check_writes_nothing_and_tells_by_its_exit_code() -> None:
    result = run("--check", "specs")
    assert (result.exit_code, result.stderr) == (1, "would lay out specs/loose.yaml\n")
    assert Path("specs/loose.yaml").read_text() == LOOSE
    assert run("--check", "specs/right.yaml").exit_code == 0


def test_standard_input_is_printed() -> None:
    assert run("-", stdin=LOOSE).stdout == LAID_OUT


@pytest.mark.parametrize(
    ("name", "text", "complaint"),
    [
        ("broken.yaml", "layers: [a\n", "never closed"),
        ("missing.yaml", None, "does not exist"),
    ],
)
def test_what_is_no_spec_stays_as_it_is(name: str, text: str | None, complaint: str) -> None:
    if text is not None:
        Path(name).write_text(text)
    result = run(name, "specs/loose.yaml")
    assert result.exit_code == 1
    assert complaint in result.stderr
    assert text is None or Path(name).read_text() == text
    assert Path("specs/loose.yaml").read_text() == LAID_OUT
