"""What a run survives: it may be killed at any moment, and goes on to the same bits."""

from __future__ import annotations

import random
import signal
import time
from pathlib import Path

import numpy
import pytest

from tests.training.forked import Mother

NETWORK = """\
archspec: 1
name: small
input: [8, 8, 1]
layers:
  - Conv2D: {filters: 4, kernel_size: 3}
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


def state(run: Path) -> dict[str, bytes]:
    """Every array of a run's last checkpoint, without the time that it took."""
    with numpy.load(run / "checkpoints" / "last.npz") as file:
        return {name: file[name].tobytes() for name in file.files if name != "meta.json"}


TRAIN = ["train", "recipe.yaml"]


def test_a_run_that_is_killed_at_random_moments_goes_on_to_the_same_bits(
    mother: Mother, folder: Path
) -> None:
    start = time.monotonic()
    whole = mother.run([*TRAIN, "-o", "whole"], folder)
    seconds = time.monotonic() - start
    assert whole.code == 0, whole
    chance = random.Random(0)
    for number in range(10):
        while True:
            command = mother.start([*TRAIN, "-o", f"run{number}"], folder)
            time.sleep(chance.uniform(0.05, 1) * seconds)
            command.kill(signal.SIGKILL)
            if command.wait().code == 0:
                break
            if chance.random() < 0.4:
                assert mother.run([*TRAIN, "-o", f"run{number}"], folder).code == 0
                break
        assert state(folder / f"run{number}") == state(folder / "whole"), number
        assert (folder / f"run{number}/log.csv").read_text() == (
            folder / "whole/log.csv"
        ).read_text()
