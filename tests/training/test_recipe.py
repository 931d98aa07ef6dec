"""A recipe with one mistake gets one complaint: at its place, with what to do."""

from __future__ import annotations

from pathlib import Path

import jsonschema
import pytest

from archspec.diagnostics import Diagnostic, SpecError
from archspec.frontend.overrides import read_override
from archspec.training import reader
from archspec.training.library import Found, find, read_recipe, shipped_recipes
from archspec.training.plan import TrainingPlan, plan
from archspec.training.schema import generate

RECIPE = """\
recipe: 1
name: digits
network: lenet5
data:
  source: digits
  train: {of: train, rows: [0, 1400]}
  validation: {of: test}
  batch_size: 32
  scale: 1/16
  resize: input
fit:
  epochs: 5
  optimizer: {SGD: {momentum: 0.9}}
  loss: SparseCategoricalCrossentropy
  metrics: [SparseCategoricalAccuracy]
  callbacks: [EarlyStopping: {monitor: val_loss, patience: 5}]
checkpoint: {every: epoch, best: val_accuracy}
"""


def planned(text: str, *, workers: int = 1, **changes: str) -> TrainingPlan:
    values = dict(read_override(f"{name}={value}") for name, value in changes.items())
    return plan(Found(text, "recipe.yaml", Path()), values, workers=workers)


def complaints(text: str, **options: int) -> list[Diagnostic]:
    try:
        return [one for one in planned(text, **options).warnings if one.span.file == "recipe.yaml"]
    except SpecError as error:
        return list(error.diagnostics)


def test_the_recipe_itself_is_right() -> None:
    assert complaints(RECIPE) == []


MISTAKES = [
    # replaced, by, code, what the span covers, a part of the help
    ("batch_size: 32", "batchsize: 32", "unknown-key", "batchsize", "`batch_size`"),
    ("momentum: 0.9", "momntum: 0.9", "unknown-argument", "momntum", "`momentum`"),
    ("{SGD: {momentum: 0.9}}", "Sgd", "unknown-class", "Sgd", "`SGD`"),
    ("{SGD: {momentum: 0.9}}", "{SGD: 0.1}", "wrong-value", "0.1", "learning_rate: 0.1"),
    ("momentum: 0.9", "momentum: fast", "wrong-value", "fast", None),
    ("momentum: 0.9", "learning_rate: {CosineDecay: {alpha: 0.1}}", "missing-argument", "CosineDecay", "decay_steps"),
    ("momentum: 0.9", "learning_rate: {Cosine: {}}", "unknown-class", "Cosine", "`CosineDecay`"),
    ("  epochs: 5\n", "", "missing-key", None, "epochs: 5"),
    ("epochs: 5", "epochs: 0", "wrong-value", "0", None),
    ("SparseCategoricalAccuracy]", "Accuracy]", "unknown-class", "Accuracy", "SparseCategoricalAccuracy"),
    ("EarlyStopping: {monitor: val_loss, patience: 5}", "ModelCheckpoint", "unknown-class", "ModelCheckpoint", "best: val_loss"),
    ("monitor: val_loss", "monitor: val_lss", "no-such-number", None, "`val_loss`"),
    ("best: val_accuracy", "best: accurcy", "no-such-number", "accurcy", "`accuracy`"),
    ("source: digits", "source: digts", "source-unusable", "digts", "`digits`"),
    ("of: test", "of: tst", "no-such-part", "tst", "`test`"),
    ("rows: [0, 1400]", "rows: [0, 2000]", "no-such-rows", "[0, 2000]", "1437"),
    ("rows: [0, 1400]", "rows: [9, 3]", "wrong-value", "[9, 3]", "[3, 9]"),
    ("of: test", "of: train", "rows-overlap", None, "set the rows apart"),
    ("  resize: input\n", "", "input-mismatch", "digits", "`resize: input`"),
    ("network: lenet5", "network: resnet_cifar10", "input-mismatch", "digits", "`channels: input`"),
    ("network: lenet5", "network: lenet5\nset: {classes: 5}", "labels-mismatch", "lenet5", "classes=10"),
    ("network: lenet5", "network: lenet5\nset: {classes: 11}", "labels-mismatch", "lenet5", "classes=10"),
    ("network: lenet5", "network: lenet6", "file-not-found", None, "`lenet5`"),
    ("network: lenet5\n", "", "missing-key", None, "network: "),
    ("loss: SparseCategoricalCrossentropy", "loss: BinaryCrossentropy", "labels-mismatch", "BinaryCrossentropy", "SparseCategoricalCrossentropy"),
    ("loss: SparseCategoricalCrossentropy", "loss: {SparseCategoricalCrossentropy: {from_logits: true}}", "loss-mismatch", None, "remove"),
    ("loss: SparseCategoricalCrossentropy", "loss: {aux: SparseCategoricalCrossentropy}", "no-such-output", "aux", "`main`"),
    ("scale: 1/16", "scale: one", "wrong-value", "one", None),
    ("scale: 1/16", "scale: 1/16\n  standardize: per_image", "two-scales", "standardize", "one of them"),
    ("checkpoint:", "freeze: [C9]\ncheckpoint:", "no-such-layer", "C9", None),
    ("checkpoint:", "expect: {val_acuracy: [0.9, 1]}\ncheckpoint:", "no-such-number", None, "`val_accuracy`"),
    ("recipe: 1", "recipe: 2", "wrong-value", "2", None),
    ("scale: 1/16", "scale: 1/16\n  augment: [RandomBrightness: {factor: 0.2}]", "value-range", None, "value_range: [0, 1]"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("before", "after", "code", "covered", "help"), MISTAKES, ids=[one[1][:40] for one in MISTAKES]
)
def test_a_mistake_gets_its_complaint(
    before: str, after: str, code: str, covered: str | None, help: str | None
) -> None:
    assert RECIPE.count(before) >= 1
    text = RECIPE.replace(before, after, 1)
    found = complaints(text)
    if code == "no-such-output":  # the loss of `main` is missing too
        found = [one for one in found if one.code == code]
    assert [one.code for one in found] == [code], found
    (one,) = found
    if covered is not None:
        line = text.splitlines()[one.span.line - 1]
        assert line[one.span.column - 1 : one.span.end_column - 1] == covered
    if help is not None:
        assert help in (one.help or "")


@pytest.mark.parametrize(
    ("workers", "before", "after", "help"),
    [
        (3, "", "", "30 and 33"),
        (4, "rows: [0, 1400]", "rows: [0, 1402]", "drop_remainder: true"),
        (4, "of: test", "of: test, rows: [0, 358]", "rows: [0, 356]"),
    ],
)
def test_a_batch_that_workers_cannot_share(
    workers: int, before: str, after: str, help: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("archspec.training.checks.find_spec", lambda name: name)
    (one,) = complaints(RECIPE.replace(before, after, 1), workers=workers)
    assert (one.code, help in str(one.help)) == ("batch-mismatch", True)


def test_set_changes_a_variable_of_the_network_or_a_value_of_the_recipe() -> None:
    made = planned(RECIPE, **{"fit.epochs": "7", "momentum": "0.5", "activation": "relu"})
    assert made.recipe.fit.epochs == 7
    assert made.recipe.fit.optimizer.arguments == {"momentum": 0.5}
    assert "relu" in str(made.graph.nodes[0].layer)
    again = plan(Found(made.text, "again.yaml", Path()), {})
    assert (again.text, again.spec) == (made.text, made.spec)


def test_set_of_another_network_trains_that() -> None:
    of_any_channels = RECIPE.replace("  scale:", "  channels: input\n  scale:")
    made = planned(of_any_channels, network="baseline_cifar10")
    assert (made.graph.name, made.recipe.network) == ("baseline_cifar10", "baseline_cifar10")


@pytest.mark.parametrize(
    ("name", "help"), [("fit.epoch", "`fit.epochs`"), ("of", "the whole path"), ("x", None)]
)
def test_set_of_nothing(name: str, help: str | None) -> None:
    with pytest.raises(SpecError) as error:
        planned(RECIPE, **{name: "1"})
    (one,) = error.value.diagnostics
    assert one.code == "unknown-variable"
    assert (help or "") in str(one.help)


def test_formulas_know_the_steps() -> None:
    decay = "learning_rate: {CosineDecay: {initial_learning_rate: 0.1, decay_steps: $steps}}"
    made = planned(RECIPE.replace("momentum: 0.9", decay))
    assert made.steps == (5, 44, 220)  # 1,400 examples in batches of 32, in 5 epochs


@pytest.mark.parametrize("name", shipped_recipes())
def test_a_shipped_recipe_is_right_and_fits_the_schema(name: str) -> None:
    found = read_recipe(name)
    document = reader.read(found.text, found.shown)
    reader.understand(document)
    jsonschema.Draft202012Validator(generate()).validate(document.data)


@pytest.mark.parametrize("case", [one for one in MISTAKES if one[2] in ("unknown-key", "unknown-argument", "unknown-class", "missing-key", "missing-argument", "wrong-value") and one[1]], ids=lambda case: case[1][:40])  # fmt: skip
def test_the_schema_refuses_what_the_reader_refuses(case: tuple[str, ...]) -> None:
    before, after = case[:2]
    document = reader.read(RECIPE.replace(before, after, 1), "recipe.yaml")
    schema = jsonschema.Draft202012Validator(generate())
    schema.validate(reader.read(RECIPE, "recipe.yaml").data)
    if case[1] != "rows: [9, 3]":  # which a schema cannot say
        assert not schema.is_valid(document.data)


@pytest.mark.parametrize(
    ("reference", "network"), [("lenet5", None), ("lenet5-digits", None), ("vgg", "vgg")]
)
def test_what_a_user_names(reference: str, network: str | None) -> None:
    assert find(reference).network == network
