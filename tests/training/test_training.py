"""What a training comes to: the accuracy on digits, the files of a run, fine-tuning, and what of it
needs no Keras.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy
import pytest

from tests.marks import LONG
from tests.paths import ROOT
from tests.training.forked import Mother
from tests.training.test_faults import NETWORK, RECIPE, read, state

pytestmark = pytest.mark.heavy

WITHOUT_KERAS = """
import sys
from archspec.cli.program import main
try:
    main(sys.argv[1:])
except SystemExit as done:
    code = done.code
print("KERAS", sorted({"keras", "tensorflow", "jax"} & set(sys.modules)))
sys.exit(code)
"""


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["train", "lenet5", "--print-recipe"], 0),
        (["train", "lenet5", "--set", "fit.optimizer=Adm"], 1),
        (["train", "lenet5", "--set", "classes=5"], 1),
        (["train", "lenet5", "--rank", "1"], 2),
    ],
)
def test_a_recipe_is_checked_without_keras(arguments: list[str], code: int, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_KERAS, *arguments],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code, done.stderr
    assert "KERAS []" in done.stdout
    assert not list(tmp_path.iterdir())


def test_lenet5_on_digits(mother: Mother, tmp_path: Path) -> None:
    """As a new user does: 97 % of digits that it has not seen."""
    done = mother.run(["train", "lenet5"], tmp_path)
    assert done.code == 0, done
    run = tmp_path / "runs/lenet5-digits"
    report = json.loads(read(run / "report.json"))
    assert report["last"]["val_accuracy"] >= 0.97
    assert report["parameters"] == 61_706
    assert (run / "curves.svg").exists() and (run / "curves.png").exists()
    rows = read(run / "log.csv").splitlines()
    assert len(rows) == 1 + report["epochs"]
    evaluated = mother.run(["evaluate", "runs/lenet5-digits", "--format", "json"], tmp_path)
    found = json.loads(evaluated.out)
    assert found["accuracy"] == pytest.approx(report["best"]["val_accuracy"], abs=1e-6)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "small.yaml").write_text(NETWORK)
    (tmp_path / "recipe.yaml").write_text(RECIPE)
    return tmp_path


def weights(path: Path, before: str, mother: Mother) -> dict[str, list[float]]:
    """Sums of a model's weights by name."""
    script = f"""
import json, keras, numpy
model = keras.models.load_model({str(path)!r}, compile=False)
print(json.dumps({{one.path: numpy.asarray(one).ravel()[:5].tolist() for one in model.weights}}))
raise SystemExit(0)
"""
    done = mother.run([], path.parent, script)
    found: dict[str, list[float]] = json.loads(done.out)
    return found


TUNED = RECIPE.replace("name: small", "name: tuned").replace(
    "checkpoint:", "weights: run/final.keras\nfreeze: {paths: [conv2d], until: 2}\ncheckpoint:"
)


@pytest.fixture
def tuning(folder: Path, trained: Path) -> Path:
    """A folder with a run, and the recipe that tunes it finely."""
    shutil.copytree(trained, folder / "run")
    (folder / "tuned.yaml").write_text(TUNED)
    return folder


@pytest.fixture(scope="session")
def tuned(
    mother: Mother, trained: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, bytes]:
    """What a fine-tuning that nobody disturbed comes to."""
    folder = tmp_path_factory.mktemp("tuned")
    shutil.copytree(trained.parent, folder, dirs_exist_ok=True)
    (folder / "tuned.yaml").write_text(TUNED)
    done = mother.run(["train", "tuned.yaml", "-o", "whole"], folder)
    assert done.code == 0, done
    return state(folder / "whole")


def test_frozen_layers_stay_until_their_epoch(mother: Mother, tuning: Path) -> None:
    folder = tuning
    train = ["train", "tuned.yaml", "-o"]
    for epochs in (2, 3):
        done = mother.run([*train, f"tuned{epochs}", "--epochs", str(epochs)], folder)
        assert done.code == 0, done
    before, frozen, thawed = (
        weights(folder / name / "final.keras", "", mother) for name in ("run", "tuned2", "tuned3")
    )
    assert before["conv2d/kernel"] == frozen["conv2d/kernel"] != thawed["conv2d/kernel"]
    assert before["dense/kernel"] != frozen["dense/kernel"]


@pytest.mark.parametrize("epoch", [1, 2, 3])
def test_a_fine_tuning_that_is_killed_goes_on(
    mother: Mother, tuning: Path, tuned: dict[str, bytes], epoch: int
) -> None:
    """In either phase, and between them, to the same bits."""
    killing = f"""
import os
from archspec.cli.train import TerminalProgress
def epoch(self, number, row, seconds):
    if number + 1 == {epoch}:
        os._exit(9)
TerminalProgress.epoch = epoch
"""
    assert mother.run(["train", "tuned.yaml", "-o", "part"], tuning, killing).code == 9
    done = mother.run(["train", "tuned.yaml", "-o", "part"], tuning)
    assert done.code == 0, done
    assert state(tuning / "part") == tuned


def test_more_epochs_that_are_killed_at_their_end_are_finished_later(
    mother: Mother, folder: Path
) -> None:
    """The report of fewer epochs does not stand for them."""
    train = ["train", "recipe.yaml", "-o"]
    assert mother.run([*train, "run", "--epochs", "1"], folder).code == 0
    killing = """
import os
from archspec.cli.train import TerminalProgress
TerminalProgress.epoch = lambda self, number, row, seconds: os._exit(9) if number == 1 else None
"""
    assert mother.run([*train, "run", "--epochs", "2"], folder, killing).code == 9
    assert mother.run([*train, "run", "--epochs", "2"], folder).code == 0
    assert json.loads(read(folder / "run/report.json"))["epochs"] == 2
    assert "is finished" in mother.run([*train, "run", "--epochs", "2"], folder).out


def test_weights_as_text(mother: Mother, folder: Path) -> None:
    (folder / "recipe.yaml").write_text(RECIPE.replace("[csv]", "[weights_text]"))
    done = mother.run(["train", "recipe.yaml", "-o", "run", "--epochs", "1"], folder)
    assert done.code == 0, done
    text = read(folder / "run/weights.txt")
    assert text.startswith("conv2d/kernel\n(3, 3, 1, 4)\n[[[[")
    with numpy.load(folder / "run/checkpoints/last.npz") as file:
        dense = next(file[name] for name in file.files if name.endswith("/bias"))
    assert str(dense[0])[:6] in text.split("dense/bias")[1]


def test_curves_that_cannot_be_drawn_are_said(mother: Mother, folder: Path) -> None:
    (folder / "recipe.yaml").write_text(RECIPE.replace("[csv]", "[curves]"))
    missing = "import sys; sys.modules['archspec.charts.curves'] = None"
    done = mother.run(["train", "recipe.yaml", "-o", "run", "--epochs", "1"], folder, missing)
    assert done.code == 0, done
    assert "note: no curves, which matplotlib draws: pip install 'archspec-nn[plot]'\n" in done.out
    assert not list((folder / "run").glob("curves*"))


def test_tensorboard_reads_the_logs(mother: Mother, folder: Path) -> None:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    (folder / "recipe.yaml").write_text(RECIPE.replace("[csv]", "[tensorboard]"))
    for epochs in ("1", "2"):  # the second goes on
        done = mother.run(["train", "recipe.yaml", "-o", "run", "--epochs", epochs], folder)
        assert done.code == 0, done
    events = EventAccumulator(str(folder / "run/tensorboard/train"))
    events.Reload()
    assert "epoch_loss" in events.Tags()["tensors"]
    assert [one.step for one in events.Tensors("epoch_loss")] == [0, 1]


def test_what_a_recipe_expects_and_does_not_come_true(mother: Mother, folder: Path) -> None:
    (folder / "recipe.yaml").write_text(RECIPE + "expect: {val_accuracy: [0.999, 1]}\n")
    done = mother.run(["train", "recipe.yaml", "-o", "run", "--epochs", "1"], folder)
    assert done.code == 1
    assert "val_accuracy is " in done.err and "the recipe expects 0.999 to 1" in done.err
    assert (folder / "run/final.keras").exists()


@pytest.mark.parametrize("precision", ["mixed_float16", pytest.param("mixed_bfloat16", marks=LONG)])
def test_mixed_precision_goes_on_to_the_same_bits(
    mother: Mother, folder: Path, precision: str
) -> None:
    sets = ["--set", f"precision={precision}"]
    for run, every in (("whole", ["2"]), ("part", ["1", "2"])):
        for epochs in every:
            train = ["train", "recipe.yaml", "-o", run, "--epochs", epochs, *sets]
            done = mother.run(train, folder)
            assert done.code == 0, done
    assert state(folder / "part") == state(folder / "whole")
