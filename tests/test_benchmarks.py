"""The benchmarks where something is missing that they compare with."""

from __future__ import annotations

import runpy

import pytest

from tests.paths import ROOT


@pytest.mark.parametrize("missing", ["find_spec", "which"])
def test_drawing_is_skipped_where_keras_cannot_draw(
    missing: str, capsys: pytest.CaptureFixture[str]
) -> None:
    benchmarks = runpy.run_path(str(ROOT / "benchmarks/run.py"))
    draw = benchmarks["draw"]
    present = {"find_spec": lambda name: name, "which": lambda name: name}
    draw.__globals__.update({**present, missing: lambda name: None})
    draw()
    said = capsys.readouterr().out
    assert "skipped" in said and "pip install pydot" in said
