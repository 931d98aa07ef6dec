"""Sweeps: what a search means, what is said of one that is wrong, and trials that are trained, killed
and gone on with.
"""

from __future__ import annotations

import csv
import math
import signal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from archspec.cli.program import main
from archspec.diagnostics import SpecError
from archspec.frontend.yaml import reader
from archspec.training.proposers import Candidate, Tuner
from archspec.training.search import Search, read_search
from tests.training.forked import Mother, wait_until_gone
from tests.training.test_faults import NETWORK, state

RECIPE = """\
recipe: 1
name: tried
network: small.yaml
data:
  source: digits
  train: {of: train, rows: [0, 96]}
  validation: {of: test, rows: [0, 64]}
  scale: 1/16
fit:
  epochs: 2
  optimizer: {Adam: {learning_rate: 0.003}}
  loss: SparseCategoricalCrossentropy
  metrics: [SparseCategoricalAccuracy]
outputs: [csv]
"""
VARIED = (
    NETWORK.replace("{filters: 4,", "{filters: $filters,")
    .replace("{units: 10,", "{units: $units,")
    .replace("input: [8", "vars: {filters: 4, units: 10}\ninput: [8")
)


def search(text: str) -> Search:
    return read_search(reader.read(RECIPE + text, "recipe.yaml"))


def test_a_grid_is_every_combination_in_the_order_of_the_text() -> None:
    made = search("search: {a: [1, 2], b: [x, y]}\n")
    assert made.is_grid and list(made.grid()) == [
        {"a": 1, "b": "x"},
        {"a": 1, "b": "y"},
        {"a": 2, "b": "x"},
        {"a": 2, "b": "y"},
    ]


def test_a_value_that_its_when_leaves_out_gives_one_candidate() -> None:
    made = search("search: {a: [1, 2], b: {of: [5, 6], when: $a == 2}}\n")
    assert list(made.grid()) == [{"a": 1}, {"a": 2, "b": 5}, {"a": 2, "b": 6}]


WRONG = [
    ("", "this recipe does not say what to search"),
    ("search: {a: 3}", "`a` must be a list of values"),
    ("search: {a: []}", "`a` must be a list of values"),
    ("search: {a: {between: [1, 2]}}", "a mapping with one range"),
    ("search: {a: {log: [0, 1]}, trials: 2}", "`log` must be two numbers above 0"),
    ("search: {a: {uniform: [2, 1]}, trials: 2}", "`uniform` must be two numbers"),
    ("search: {a: {integers: [1, 2.5]}, trials: 2}", "`integers` must be two integers"),
    ("search: {a: {uniform: [1, 2]}}", "of `a` there is no end of values"),
    ("search: {a: [1], trials: 0}", "`trials` must be an integer from 1"),
    ("search: {a: [1], where: true}", "this is no expression"),
    ("search: {a: [1], where: '$a >'}", "the expression ends where a value belongs"),
]


@pytest.mark.parametrize(("text", "said"), WRONG, ids=[text or "none" for text, _ in WRONG])
def test_a_search_that_is_wrong(text: str, said: str) -> None:
    with pytest.raises(SpecError) as error:
        search(text + "\n")
    (one,) = error.value.diagnostics
    assert said in one.message or said in (one.help or ""), one
    assert one.span.line >= 15 or not text


def test_the_tuner_draws_within_the_ranges_and_goes_on(tmp_path: Path) -> None:
    pytest.importorskip("optuna")
    made = search(
        "search: {a: {log: [0.001, 0.1]}, b: {integers: [1, 3]}, c: [[1], [2]], trials: 12}\n"
    )
    seen: list[Candidate] = []
    for candidate in Tuner(made, tmp_path, 0, rises=False).candidates():
        seen.append(candidate)
        if len(seen) == 5:
            break  # killed: this one goes on the next time
        Tuner(made, tmp_path, 0, rises=False).end(candidate, loss(candidate.values))
    tuner = Tuner(made, tmp_path, 0, rises=False)
    for candidate in tuner.candidates():
        seen.append(candidate)
        tuner.end(candidate, loss(candidate.values))
    assert [one.number for one in seen] == [0, 1, 2, 3, 4, *range(4, 12)]
    assert seen[4] == seen[5]
    for one in seen:
        assert 0.001 <= one.values["a"] <= 0.1 and one.values["b"] in (1, 2, 3)
        assert one.values["c"] in ([1], [2])


def loss(values: Any) -> float:
    return abs(math.log(values["a"] / 0.01)) + values["b"]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "small.yaml").write_text(VARIED)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("search: {filtres: [1, 2]}", "neither the network nor the recipe has `filtres`"),
        ("search: {filters: [1], objective: val_acc}", "no epoch has a number called `val_acc`"),
    ],
)
def test_names_are_checked_before_anything_is_trained(text: str, said: str, folder: Path) -> None:
    (folder / "recipe.yaml").write_text(f"{RECIPE}{text}\n")
    result = CliRunner().invoke(main, ["sweep", "recipe.yaml"])
    assert result.exit_code == 1 and said in result.output, result.output
    assert not (folder / "sweeps").exists()


def test_candidates_that_do_not_compile_or_fit_are_not_built(folder: Path) -> None:
    lines = "search: {units: [9, 0], filters: [4, 800], where: $parameters < 1}\n"
    (folder / "recipe.yaml").write_text(RECIPE + lines)
    result = CliRunner().invoke(main, ["sweep", "recipe.yaml"])
    assert result.exit_code == 1 and "no trial was trained" in result.output
    rows = list(csv.DictReader((folder / "sweeps/recipe/trials.csv").open()))
    assert {row["state"] for row in rows} == {"refused"}, rows
    assert not list(folder.rglob("final.keras"))


SWEEP = ["sweep", "recipe.yaml", "--jobs", "2", "-o", "swept"]


@pytest.mark.heavy
def test_a_sweep_that_is_stopped_goes_on_and_its_trials_are_runs(
    mother: Mother, folder: Path
) -> None:
    lines = "search: {learning_rate: [0.003, 0.03], filters: [4, 900], where: $parameters < 9000}\n"
    (folder / "recipe.yaml").write_text(RECIPE + lines)
    for number, code in ((signal.SIGKILL, -9), (signal.SIGTERM, 143)):
        sweep = mother.start(SWEEP, folder)
        sweep.wait_for(folder / "swept/trials/0000/checkpoints/last.npz")
        trials = sweep.wait_for_children()
        sweep.kill(number)
        done = sweep.wait()
        assert done.code == code, done
        wait_until_gone(trials)  # they end with the sweep
    done = mother.run(SWEEP, folder)
    assert done.code == 0, done
    rows = list(csv.DictReader((folder / "swept/trials.csv").open()))
    states = [row["state"] for row in sorted(rows, key=lambda row: row["trial"])]
    assert states == ["trained", "left out", "trained", "left out"], done
    plain = ["train", "recipe.yaml", "--set", "learning_rate=0.03", "-o", "plain"]
    done = mother.run(plain, folder)
    assert done.code == 0, done
    assert state(folder / "plain") == state(folder / "swept/trials/0002")
