"""What a Keras model is to whoever has only Keras: it loads without archspec, or by the line that
is printed, and gives its outputs under the names of the spec.
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
from tests.backends.python_source.emitted import run as run_source
from tests.backends.python_source.emitted import written_of
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


def test_several_outputs_are_a_dict_under_the_names_of_the_spec(tmp_path: Path) -> None:
    import keras
    import numpy

    model = archspec.build(TWO)
    model.save(tmp_path / "two.keras")
    images = numpy.ones((4, 8, 8, 3))
    targets = {"main": numpy.ones((4, 3)), "zeta": numpy.ones((4, 2)), "alpha": images}
    emitted = run_source(written_of(TWO)).build_model()
    for each in (model, keras.models.load_model(tmp_path / "two.keras"), emitted):
        assert each.output_names == sorted(targets)  # Keras has the names of a dict in this order
        weights = {"zeta": 0.3, "main": 1.0, "alpha": 0.0}
        losses = {"zeta": "mse", "main": "mae", "alpha": "mse"}
        each.compile("sgd", losses, weights, metrics={"zeta": ["mae"]})
        history = each.fit(images, targets, verbose=0).history
        assert {"main_loss", "zeta_loss", "alpha_loss", "zeta_mae"} <= history.keys()
        parts = sum(weight * history[f"{name}_loss"][0] for name, weight in weights.items())
        assert history["loss"] == pytest.approx([parts], rel=1e-5)
        given = each.predict(images, verbose=0)
        assert [(name, one.shape[1:]) for name, one in given.items()] == [
            ("main", (3,)),
            ("zeta", (2,)),
            ("alpha", (8, 8, 3)),
        ]


def test_a_loss_may_name_some_outputs_and_one_output_by_itself() -> None:
    import numpy

    images = numpy.ones((4, 8, 8, 3))
    model = archspec.build(TWO)
    model.compile("sgd", {"zeta": "mse"})
    assert [*model.fit(images, {"zeta": numpy.ones((4, 2))}, verbose=0).history] == ["loss"]
    alone = archspec.build({**TWO, "layers": TWO["layers"][:1]})
    alone.compile("sgd", {"zeta": "mse"})
    alone.fit(images, numpy.ones((4, 2)), verbose=0)
    assert alone.predict(images, verbose=0).shape == (4, 2)


INPUTS: dict[str, Any] = {
    "archspec": 1,
    "name": "inputs",
    "inputs": {
        "words": [5, 8],
        "image": [4],
        "heard": {"shape": [5], "dtype": "bool", "optional": True},
    },
    "layers": [
        {"from": {"query": "words", "value": "words", "value_mask": "heard"}}
        | {"MultiHeadAttention": {"num_heads": 2, "key_dim": 4}},
        {"name": "steps", "output": []},
        "Flatten",
        {"from": ["image", "prev"], "Concatenate": {}},
        {"Dense": {"units": 3}},
    ],
}


def test_several_inputs_are_a_dict_or_a_list_in_which_an_optional_one_may_be_none() -> None:
    import numpy

    model = archspec.build(INPUTS)
    draw = numpy.random.default_rng(0)
    named: dict[str, Any] = {
        "image": draw.normal(size=(3, 4)).astype("float32"),
        "words": draw.normal(size=(3, 5, 8)).astype("float32"),
        "heard": numpy.arange(5) < numpy.array([[5], [2], [3]]),
    }
    listed = [named[name] for name in INPUTS["inputs"]]
    expected = model(listed)
    unheard = model([*listed[:2], None])
    for given, outputs in ((named, expected), ([*listed[:2], None], unheard)):
        predicted = model.predict(given, verbose=0)
        for name, output in outputs.items():
            assert numpy.allclose(predicted[name], output, atol=1e-5)
    assert not numpy.allclose(expected["steps"], unheard["steps"], atol=1e-5)
    model.compile("sgd", {"main": "mse", "steps": "mse"})
    targets = {"steps": numpy.ones((3, 5, 8)), "main": numpy.ones((3, 3))}
    assert "steps_loss" in model.fit(named, targets, verbose=0).history


def test_an_output_whose_layer_has_its_name_needs_no_other() -> None:
    layers = [TWO["layers"][0], "Flatten", {"name": "main", "Dense": {"units": 3}}]
    model = archspec.build({**TWO, "layers": layers})
    assert model.output_names == ["main", "zeta"]
    assert type(model.get_layer("main")).__name__ == "Dense"
    layers.append({"name": "head", "Dense": {"units": 3}})
    model = archspec.build({**TWO, "layers": layers})
    assert (model.output_names, [*model.output]) == (["main_", "zeta"], ["main", "zeta"])


def test_half_precision_outputs_stay_so() -> None:
    dense = {"Dense": {"units": 2, "dtype": "float16"}}
    layers = [{"name": "aside", "output": ["Flatten", dense]}, "Flatten", {"Dense": {"units": 3}}]
    model = archspec.build({**TWO, "layers": layers})
    assert {name: one.dtype for name, one in model.output.items()} == {
        "main": "float32",
        "aside": "float16",
    }


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
