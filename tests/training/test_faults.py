"""What a run survives: it may be killed at any moment, and goes on to the same bits."""

from __future__ import annotations

import json
import random
import re
import shutil
import signal
from pathlib import Path

import numpy
import pytest

from tests.marks import LONG
from tests.training.forked import Mother

pytestmark = pytest.mark.heavy

NETWORK = """\
archspec: 1
name: small
input: [8, 8, 1]
layers:
  - Conv2D: {filters: 4, kernel_size: 3, use_bias: false}  # its gradient would be noise
  - BatchNormalization
  - ReLU
  - Flatten
  - Dropout: {rate: 0.3}
  - Dense: {units: 10, activation: softmax}
"""

RECIPE = """\
recipe: 1
name: small
network: small.yaml
data:
  source: digits
  train: {of: train, rows: [0, 300]}
  validation: {of: test, rows: [0, 64]}
  scale: 1/16
  augment: [RandomTranslation: {height_factor: 0.1, width_factor: 0.1}]
fit:
  epochs: 3
  optimizer: {Adam: {learning_rate: 0.003}}
  loss: SparseCategoricalCrossentropy
  metrics: [SparseCategoricalAccuracy]
  callbacks: [EarlyStopping: {patience: 2, restore_best_weights: true}, ReduceLROnPlateau: {patience: 1}]
checkpoint: {every: epoch, steps: 4, best: val_accuracy}
outputs: [csv]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "small.yaml").write_text(NETWORK)
    (tmp_path / "recipe.yaml").write_text(RECIPE)
    return tmp_path


@pytest.fixture(scope="session")
def trained(mother: Mother, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run of the recipe that nobody disturbed, to be copied."""
    folder = tmp_path_factory.mktemp("trained")
    (folder / "small.yaml").write_text(NETWORK)
    (folder / "recipe.yaml").write_text(RECIPE)
    done = mother.run([*TRAIN, "-o", "run"], folder)
    assert done.code == 0, done
    return folder / "run"


def state(run: Path) -> dict[str, bytes]:
    """Every array of a run's last checkpoint, without the time that it took."""
    with numpy.load(run / "checkpoints" / "last.npz") as file:
        return {name: file[name].tobytes() for name in file.files if name != "meta.json"}


TRAIN = ["train", "recipe.yaml"]


@pytest.mark.parametrize("times", [3, pytest.param(100, marks=LONG)], ids="{} times".format)
def test_a_run_that_is_killed_at_random_moments_goes_on_to_the_same_bits(
    mother: Mother, folder: Path, times: int
) -> None:
    """Each run is killed several times, between its first step and its end, in its saves too."""
    whole = mother.run([*TRAIN, "-o", "whole"], folder)
    assert whole.code == 0, whole
    seconds = 1.5 * sum(map(float, re.findall(r"epoch [23]/3 +([\d.]+) s", whole.out)))
    chance, killed, number = random.Random(times), 0, 0
    while killed < times:
        number += 1
        run, kills = f"run{number}", 0
        while kills < min(KILLS, times):
            killing = killed_after(chance.uniform(0, seconds))
            done = mother.run([*TRAIN, "-o", run], folder, before=killing)
            assert done.code in (0, -signal.SIGALRM), done
            if not done.code:
                break
            kills += 1
        killed += kills
        assert mother.run([*TRAIN, "-o", run], folder).code == 0
        assert state(folder / run) == state(folder / "whole"), run
        assert read(folder / run / "log.csv") == read(folder / "whole/log.csv")


KILLS = 5
"""How often a run is killed, before it is left to its end."""


def killed_after(seconds: float) -> str:
    """Python that lets the system kill its own process so long after the first step, wherever it is
    then: nothing takes this signal.
    """
    return f"""
import signal
from archspec.cli.train import TerminalProgress
step = TerminalProgress.step
def stepped(*state):
    TerminalProgress.step = step
    signal.setitimer(signal.ITIMER_REAL, {max(seconds, 1e-6)})
    step(*state)
TerminalProgress.step = stepped
"""


def test_a_run_goes_on_from_within_an_epoch_is_finished_and_takes_more_epochs(
    mother: Mother, folder: Path, trained: Path
) -> None:
    shutil.copytree(trained, folder / "whole")
    assert "whole is finished" in mother.run([*TRAIN, "-o", "whole"], folder).out
    for run, before, code, where, step in (
        ("step", after_step(6, int(signal.SIGTERM)), 143, "after step 7", 7),
        ("validation", in_validation(int(signal.SIGINT)), 130, "before its validation", 10),
    ):
        stopped = mother.run([*TRAIN, "-o", run], folder, before=before)
        assert stopped.code == code, stopped
        assert f"stopped in epoch 1, {where}" in stopped.err
        assert f"go on with: archspec train recipe.yaml -o {run}" in stopped.err
        assert progress(folder / run)["step"] == step
        fewer = mother.run([*TRAIN, "-o", run, "--epochs", "1"], folder)
        assert (fewer.code, progress(folder / run)["epoch"]) == (0, 1), fewer
        assert mother.run([*TRAIN, "-o", run], folder).code == 0
        assert state(folder / run) == state(folder / "whole")
        assert read(folder / run / "log.csv") == read(folder / "whole/log.csv")


def test_a_second_signal_ends_at_once(mother: Mother, folder: Path) -> None:
    """And what was saved before is whole."""
    twice = after_step(6, int(signal.SIGTERM), times=2)
    ended = mother.run([*TRAIN, "-o", "run"], folder, before=twice)
    assert (ended.code, progress(folder / "run")["step"]) == (143, 4), ended


def test_two_trainings_in_one_folder(mother: Mother, folder: Path) -> None:
    first = mother.start([*TRAIN, "-o", "run"], folder, before=after_step(2, int(signal.SIGSTOP)))
    first.wait_for(folder / "run/environment.json")
    second = mother.run([*TRAIN, "-o", "run"], folder)
    assert second.code == 1
    assert f"process {first.pid} on " in second.err and "choose another folder" in second.err
    first.kill()
    assert first.wait().code == -signal.SIGKILL
    assert mother.run([*TRAIN, "-o", "run", "--epochs", "1"], folder).code == 0


def test_a_checkpoint_that_is_cut_short_leaves_the_one_before(
    mother: Mother, folder: Path, trained: Path
) -> None:
    shutil.copytree(trained, folder / "run")
    before, log = state(folder / "run"), read(folder / "run/log.csv")
    last = folder / "run/checkpoints/last.npz"
    last.write_bytes(last.read_bytes()[:-1000])
    (folder / "run/report.json").unlink()
    again = mother.run([*TRAIN, "-o", "run"], folder)
    assert again.code == 0, again
    assert "last.npz is damaged" in again.out
    assert (state(folder / "run"), read(folder / "run/log.csv")) == (before, log)


@pytest.mark.parametrize(
    ("file", "before", "after"),
    [("recipe.yaml", "0.003", "0.03"), ("small.yaml", "filters: 4", "filters: 5")],
)
def test_another_recipe_or_network_in_the_same_folder(
    mother: Mother, folder: Path, trained: Path, file: str, before: str, after: str
) -> None:
    shutil.copytree(trained, folder / "run")
    kept = state(folder / "run")
    (folder / file).write_text(read(folder / file).replace(before, after))
    refused = mother.run([*TRAIN, "-o", "run"], folder)
    assert refused.code == 1
    assert all(f"= {sign}" in refused.err for sign in "-+"), refused
    assert before in refused.err and after in refused.err
    assert state(folder / "run") == kept


def test_more_epochs_are_refused_where_a_schedule_depends_on_their_number(
    mother: Mother, folder: Path
) -> None:
    decay = "{CosineDecay: {initial_learning_rate: 0.003, decay_steps: $steps}}"
    (folder / "recipe.yaml").write_text(RECIPE.replace("0.003", decay))
    assert mother.run([*TRAIN, "-o", "run", "--epochs", "1"], folder).code == 0
    refused = mother.run([*TRAIN, "-o", "run", "--epochs", "2"], folder)
    assert refused.code == 1
    assert "depends on the number of epochs" in refused.err, refused


def test_a_loss_that_is_no_number(mother: Mother, folder: Path) -> None:
    recipe = RECIPE.replace("Adam: {learning_rate: 0.003}", "SGD: {learning_rate: 1.0e+30}")
    (folder / "recipe.yaml").write_text(recipe)
    diverged = mother.run([*TRAIN, "-o", "run"], folder)
    assert diverged.code == 3
    assert "not a number in epoch 1, after step" in diverged.err
    assert "smaller learning rate" in diverged.err
    assert not (folder / "run/checkpoints/last.npz").exists()


def test_memory_that_runs_out(mother: Mother, folder: Path) -> None:
    failing = """
import keras
def train_on_nothing(*args, **kwargs):
    raise keras.src.backend.tensorflow.trainer.tf.errors.ResourceExhaustedError(None, None, "OOM")
keras.Model.fit = train_on_nothing
"""
    ended = mother.run([*TRAIN, "-o", "run"], folder, before=failing)
    assert ended.code == 4
    assert "out of memory at a batch of 32" in ended.err
    assert "--set data.batch_size=16" in ended.err


FULL = """
import resource, signal
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
"""
"""A disk on which no file can have more than 20,000 bytes; a checkpoint has more."""


def test_a_full_disk(mother: Mother, folder: Path) -> None:
    ended = mother.run([*TRAIN, "-o", "run"], folder, before=FULL)
    assert ended.code == 5, ended
    assert "could not be written: file too large" in ended.err
    assert not list((folder / "run").rglob("*.keras"))
    assert not list((folder / "run").rglob("*.npz"))
    assert mother.run([*TRAIN, "-o", "run", "--epochs", "1"], folder).code == 0


def test_a_folder_that_cannot_be_written_to(mother: Mother, folder: Path) -> None:
    (folder / "file").write_text("")
    for output in ("file", "file/run", "/proc/run"):
        ended = mother.run([*TRAIN, "-o", output], folder)
        assert ended.code == 5, ended
        assert "could not be written" in ended.err and "another folder" in ended.err


def after_step(number: int, signals: int, times: int = 1) -> str:
    """Python that sends a signal to its own process after a step, as often as is said."""
    return f"""
import os
from archspec.cli.train import TerminalProgress
step = TerminalProgress.step
def stepped(self, epoch, done, steps, loss):
    step(self, epoch, done, steps, loss)
    if done == {number} and not epoch:
        for _ in range({times}):
            os.kill(os.getpid(), {signals})
TerminalProgress.step = stepped
"""


def in_validation(number: int) -> str:
    """Python that sends a signal to its own process in the validation of the first epoch."""
    return f"""
import os
from archspec.training.callbacks import Conductor
begin = Conductor.on_test_batch_begin
def begun(self, batch, logs=None):
    begin(self, batch, logs)
    if batch == 1 and not self.course.progress.epoch:
        os.kill(os.getpid(), {number})
Conductor.on_test_batch_begin = begun
"""


def progress(run: Path) -> dict[str, int]:
    with numpy.load(run / "checkpoints" / "last.npz") as file:
        found: dict[str, int] = json.loads(file["meta.json"].tobytes())["progress"]
    return found


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")
