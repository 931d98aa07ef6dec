"""Networks of several outputs in training: each has its loss, labels and numbers by its name."""

from __future__ import annotations

from pathlib import Path

import pytest

from archspec.layers.types import Configured
from archspec.training import model
from archspec.training.examples import batches_of, read
from archspec.training.library import Found
from archspec.training.logs import reported, rises
from archspec.training.plan import plan

NETWORK = """\
archspec: 1
name: two
input: [8, 8, 1]
layers:
  - {name: zeta, output: [Flatten, Dense: {units: 10, activation: softmax}]}
  - {name: alpha, output: [GlobalAveragePooling2D, Dense: {units: 10, activation: softmax}]}
  - Flatten
  - Dense: {units: 10, activation: softmax}
"""

RECIPE = """\
recipe: 1
name: two
network: two.yaml
data: {source: digits, train: {of: train, rows: [0, 64]}, validation: {of: test, rows: [0, 32]}}
fit:
  epochs: 1
  optimizer: SGD
  loss:
    main: SparseCategoricalCrossentropy
    zeta: {loss: CategoricalCrossentropy, weight: 0.5}
    alpha: {loss: SparseCategoricalCrossentropy, weight: 0}
  metrics: {zeta: [CategoricalAccuracy]}
  callbacks: [EarlyStopping: {monitor: val_zeta_accuracy}]
"""


def test_every_output_has_its_own_loss_labels_and_numbers(tmp_path: Path) -> None:
    (tmp_path / "two.yaml").write_text(NETWORK, encoding="utf-8")
    planned = plan(Found(RECIPE, "recipe.yaml", tmp_path), {})
    models = model.build(planned)
    model.compile_model(models, planned)
    recipe, batches = planned.recipe, batches_of(planned)
    assert recipe.data.validation is not None
    rows, validation = (
        batches.in_order(read(planned, part))
        for part in (recipe.data.train, recipe.data.validation)
    )
    stopping = [model.made_callback(one, planned.steps) for one in recipe.fit.callbacks]
    history = models.trained.fit(
        rows, validation_data=validation, verbose=0, callbacks=stopping
    ).history
    assert sorted(history) == sorted(reported(recipe.fit, planned.graph, validated=True))
    for part in ("", "val_"):
        whole = history[f"{part}main_loss"][0] + 0.5 * history[f"{part}zeta_loss"][0]
        assert history[f"{part}loss"][0] == pytest.approx(whole, rel=1e-5)


@pytest.mark.parametrize(
    ("monitor", "mode"),
    [
        ("val_loss", "min"),
        ("val_score_loss", "min"),
        ("val_zeta_accuracy", "max"),
        ("f1_score", "max"),
    ],
)
def test_a_callback_knows_whether_more_is_better(monitor: str, mode: str) -> None:
    """Also of an output that is called like a metric."""
    assert rises(monitor) == (mode == "max")
    configured = Configured("callbacks", "EarlyStopping", {"monitor": monitor})
    assert model.made_callback(configured, None).mode == mode  # type: ignore[arg-type]
    told = Configured("callbacks", "EarlyStopping", {"monitor": monitor, "mode": "max"})
    assert model.made_callback(told, None).mode == "max"  # type: ignore[arg-type]
