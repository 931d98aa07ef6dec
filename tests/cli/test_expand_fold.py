"""`archspec expand --fold`: a flat spec becomes one that an author would write, of the same network."""

from __future__ import annotations

import pytest
from click.testing import CliRunner, Result

from archspec.cli import program
from archspec.reading.agreement import disagreement
from archspec.reading.author import compiled_text
from tests.paths import SPECS

TWO_OUTPUTS = str(SPECS / "googlenet.yaml")


def run(*args: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(program.main, args, input=stdin)


@pytest.mark.parametrize("spec", [str(SPECS / "vgg.yaml"), str(SPECS / "lenet5.yaml"), TWO_OUTPUTS])
def test_a_flat_spec_is_folded_and_stays_the_network(spec: str) -> None:
    flat = run("expand", spec, "--flat").stdout
    result = run("expand", "-", "--fold", stdin=flat)
    assert result.exit_code == 0, result.stderr
    assert result.stderr == ""
    assert len(result.stdout) < len(flat) / 2 or len(flat) < 2000
    assert disagreement(compiled_text(flat), compiled_text(result.stdout)) is None


def test_folding_again_changes_nothing() -> None:
    once = run("expand", "vgg@C", "--fold").stdout
    assert run("expand", "-", "--fold", stdin=once).stdout == once


def test_flat_and_fold_exclude_one_another() -> None:
    result = run("expand", "vgg", "--flat", "--fold")
    assert result.exit_code == 2
    assert "choose one" in result.stderr
