"""What a Keras model is to whoever has only Keras: it loads without archspec, or by the line that
is printed, and its outputs have the names of the spec.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import archspec
from archspec.cli.program import main
from tests.paths import ROOT

TWO: dict[str, Any] = {
    "archspec": 1,
    "name": "two",
    "input": [8, 8, 3],
    "layers": [
        {"name": "zeta", "output": ["GlobalAveragePooling2D", {"Dense": {"units": 2}}]},
        {"name": "alpha", "output": []},
        "Flatten",
        {"name": "head", "Dense": {"units": 3}},
    ],
}


def test_outputs_have_the_names_and_the_order_of_the_spec(tmp_path: Path) -> None:
    import keras
    import numpy

    model = archspec.build(TWO)
    model.save(tmp_path / "two.keras")
    images = numpy.ones((4, 8, 8, 3))
    targets = {"main": numpy.ones((4, 3)), "zeta": numpy.ones((4, 2)), "alpha": images}
    for each in (model, keras.models.load_model(tmp_path / "two.keras")):
        assert each.output_names == ["main", "zeta", "alpha"]
        losses = {"zeta": "mse", "main": "mae", "alpha": "mse"}
        each.compile("sgd", loss=losses, metrics={"zeta": ["mae"]})
        history = each.fit(images, targets, verbose=0).history
        assert {"main_loss", "zeta_loss", "alpha_loss", "zeta_mae"} <= history.keys()
        shapes = [one.shape[1:] for one in each.predict(images, verbose=0)]
        assert shapes == [(3,), (2,), (8, 8, 3)]


def test_an_output_whose_layer_has_its_name_needs_no_other() -> None:
    layers = [TWO["layers"][0], "Flatten", {"name": "main", "Dense": {"units": 3}}]
    model = archspec.build({**TWO, "layers": layers})
    assert model.output_names == ["main", "zeta"]
    assert type(model.get_layer("main")).__name__ == "Dense"
    layers.append({"name": "head", "Dense": {"units": 3}})
    assert archspec.build({**TWO, "layers": layers}).output_names == ["main_", "zeta"]


def test_half_precision_outputs_stay_so() -> None:
    dense = {"Dense": {"units": 2, "dtype": "float16"}}
    layers = [{"name": "aside", "output": ["Flatten", dense]}, "Flatten", {"Dense": {"units": 3}}]
    model = archspec.build({**TWO, "layers": layers})
    assert [one.dtype for one in model.outputs] == ["float32", "float16"]


PLAIN = {
    "archspec": 1,
    "name": "plain",
    "input": [4, 6],
    "layers": [
        "LocalResponseNormalization",
        {"StochasticDepth": {"rate": 0.5}},
        {"Slice": {"axis": -1, "stop": 2}},
    ],
}
LEARNED = {**PLAIN, "layers": [{"Parameter": {"shape": [3]}}]}


def test_the_printed_lines_load_the_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a process that has imported nothing of archspec but what the lines say."""
    monkeypatch.chdir(tmp_path)
    plain = [built(PLAIN, "plain", ending) for ending in ("keras", "json")]
    learned = [built(LEARNED, "learned", ending) for ending in ("keras", "json")]
    assert [bool(statement) for _, statement in [*plain, *learned]] == [False, False, True, True]
    lines = ["import keras, sys", *(f"{call}.summary()" for call, _ in plain)]
    lines += ["assert 'archspec' not in sys.modules"]
    lines += [f"{statement}; {call}.summary()" for call, statement in learned]
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(lines)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def built(spec: dict[str, Any], name: str, ending: str) -> tuple[str, str]:
    """The call that is printed where a file is written, and the statement that it needs before."""
    Path(f"{name}.yaml").write_text(json.dumps(spec), encoding="utf-8")
    result = CliRunner().invoke(main, ["build", f"{name}.yaml", "-o", f"{name}.{ending}"])
    assert result.exit_code == 0, result.output
    line = result.stdout.splitlines()[-1]
    if line.startswith("wrote "):  # a plain `.keras` file needs no words
        return f"keras.saving.load_model({f'{name}.keras'!r})", ""
    call, _, statement = line.removeprefix("load it with ").partition(", after ")
    return call, statement.strip("`")
