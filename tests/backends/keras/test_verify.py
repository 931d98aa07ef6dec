"""`archspec verify`: models that Keras made and saved are equal to their spec, and every single
change of one is found where it is.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from archspec.cli.program import main
from tests.paths import ROOT

NET = """\
archspec: 1
name: net
input: [16, 16, 3]
vars: {classes: 10}
layers:
  - Rescaling: {scale: $(1 / 255)}
  - name: stem
    layers:
      - {name: conv, Conv2D: {filters: 8, kernel_size: 3, strides: 2, padding: same, use_bias: false}}
      - {name: bn, BatchNormalization: {epsilon: 1.001e-5}}
      - {name: relu, ReLU: {max_value: 6}}
  - residual:
      - {name: body, Conv2D: {filters: 8, kernel_size: 3, padding: same}}
      - {name: drop, StochasticDepth: {rate: 0.2}}
  - {name: pool, GlobalAveragePooling2D: {}}
  - {name: dropout, Dropout: {rate: 0.5}}
  - {name: head, Dense: {units: $classes, activation: softmax}}
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    Path("net.yaml").write_text(NET, encoding="utf-8")
    yield


def run(*args: str) -> Any:
    return CliRunner().invoke(main, args)


def keras_net(names: bool = True, **changed: Any) -> Any:
    """NET's model as its author might have written it in Keras; ``changed`` is one thing in it."""
    import keras
    from keras import layers

    value = {
        "epsilon": 1.001e-5,
        "momentum": 0.99,
        "strides": 2,
        "relu": "relu6",
        "rate": 0.2,
        "dropout": 0.5,
        "units": 10,
        "around": True,
    } | changed
    name = {"name": None} if not names else {}
    x = given = keras.Input((16, 16, 3))
    x = layers.Rescaling(1 / 255)(x)
    x = layers.ZeroPadding2D(((0, 1), (0, 1)))(x)
    x = layers.Conv2D(8, 3, value["strides"], use_bias=False, **{"name": "stem_conv"} | name)(x)
    if "conv_bn" not in changed:
        x = layers.BatchNormalization(
            epsilon=value["epsilon"], momentum=value["momentum"], **{"name": "stem_bn"} | name
        )(x)
    x = before = layers.Activation(value["relu"], **{"name": "stem_relu"} | name)(x)
    x = layers.Conv2D(
        8, 3, padding="same", trainable=value.get("train", True), **{"name": "body"} | name
    )(x)
    x = layers.Dropout(value["rate"], noise_shape=(None, 1, 1, 1), **{"name": "drop"} | name)(x)
    x = layers.Add()([x, before if value["around"] else x])
    x = layers.GlobalAveragePooling2D(**{"name": "pool"} | name)(x)
    x = layers.Dropout(value["dropout"], **{"name": "dropout"} | name)(x)
    x = layers.Dense(value["units"], activation="softmax", **{"name": "head"} | name)(x)
    return keras.Model(given, x, name="theirs")


@pytest.mark.heavy
@pytest.mark.parametrize("names", [True, False], ids=["named", "unnamed"])
@pytest.mark.parametrize("ending", ["keras", "h5", "json"])
def test_a_model_that_is_written_in_another_way_is_equal(ending: str, names: bool) -> None:
    model = keras_net(names)
    if ending == "json":
        Path("theirs.json").write_text(model.to_json(), encoding="utf-8")
    else:
        model.save(f"theirs.{ending}")
    result = run("verify", "net.yaml", "--against", f"theirs.{ending}")
    assert result.exit_code == 0, result.output
    first, second = result.stdout.splitlines()
    assert first.startswith("equal: 4 layers with weights and ")
    assert ", 922 parameters, " in first and " outputs" in first
    assert second.startswith("judged by the outputs alone: ") and second.endswith(
        "padding of 1 layer"
    )


@pytest.mark.heavy
def test_a_model_that_archspec_saved_is_equal_where_few_layers_have_names() -> None:
    """archspec counts layers without a name from 2 on, and Keras from 1."""
    text = (
        "archspec: 1\nname: few\ninput: [16, 4]\nlayers:\n"
        "  - Conv1D: {filters: 4, kernel_size: 2}\n"
        "  - repeat: 3\n    name: unit\n"
        "    layers: [Dense: {units: 4}, LayerNormalization]\n"
        "  - Conv1D: {filters: 4, kernel_size: 2}\n"
        "  - Conv1D: {filters: 8, kernel_size: 2}\n"
    )
    Path("few.yaml").write_text(text, encoding="utf-8")
    assert run("build", "few.yaml", "-o", "few.keras").exit_code == 0
    result = run("verify", "few.yaml", "--against", "few.keras")
    assert result.stdout.startswith("equal: 9 layers with weights and "), result.output


TWO = """\
archspec: 1
name: two
input: [8]
layers:
  - {name: trunk, Dense: {units: 6, activation: relu}}
  - {name: zeta, output: [Dense: {units: 3}]}
  - {name: alpha, from: trunk, output: [Dense: {units: 3, activation: tanh}]}
  - Dense: {units: 3, activation: sigmoid}
"""


def heads(shape: str) -> Any:
    """TWO's model with its outputs in a list, in a dict of the same names or of others."""
    import keras
    from keras import layers

    inputs = keras.Input((8,))
    x = layers.Dense(6, activation="relu")(inputs)
    named = {
        name: layers.Dense(3, activation=activation)(x)
        for name, activation in (("main", "sigmoid"), ("zeta", None), ("alpha", "tanh"))
    }
    other = {"first": named["main"], "b": named["zeta"], "a": named["alpha"]}
    swapped = dict(zip(named, reversed(named.values()), strict=True))
    shapes = {"list": list(named.values()), "dict": named, "other": other, "swapped": swapped}
    return keras.Model(inputs, shapes[shape])


@pytest.mark.heavy
@pytest.mark.parametrize("shape", ["list", "dict", "other", "swapped"])
def test_outputs_answer_by_their_names_else_by_their_order(shape: str) -> None:
    Path("two.yaml").write_text(TWO, encoding="utf-8")
    heads(shape).save("theirs.keras")
    result = run("verify", "two.yaml", "--against", "theirs.keras")
    equal = shape != "swapped"
    assert (result.exit_code, result.stdout.startswith("equal: 4 ")) == (not equal, equal), (
        result.output
    )


CHANGES: list[tuple[dict[str, Any], str]] = [
    (
        {"epsilon": 1e-3},
        "stem.bn: epsilon 1.001e-05 here, 0.001 there\nthere it is called stem_bn\n",
    ),
    ({"momentum": 0.9}, "stem.bn: momentum 0.99 here, 0.9 there\n"),
    ({"relu": "relu"}, "stem.relu: activation relu6 here, relu there\n"),
    ({"strides": 1}, "stem.conv: strides (2, 2) here, (1, 1) there\n"),
    ({"rate": 0.3}, "drop: rate 0.2 here, 0.3 there\n"),
    ({"dropout": 0.4}, "dropout: rate 0.5 here, 0.4 there\n"),
    ({"units": 5}, "head: units 10 here, 5 there\n"),
    ({"train": False}, "body: kernel trainable here, fixed there\n"),
    ({"conv_bn": None}, "stem.bn: BatchNormalization here, nothing there\n"),
    (
        {"around": False},
        "add: on the same weights and input its output is another, and that of no layer before it",
    ),
]


@pytest.mark.heavy
@pytest.mark.parametrize(
    ("change", "complaint"), CHANGES, ids=[next(iter(change)) for change, _ in CHANGES]
)
def test_every_change_is_found_where_it_is(change: dict[str, Any], complaint: str) -> None:
    keras_net(**change).save("theirs.keras")
    result = run("verify", "net.yaml", "--against", "theirs.keras")
    assert result.exit_code == 1, result.output
    lines = [
        line
        for line in result.stdout.splitlines(keepends=True)
        if not line.startswith("stem.conv: padding")
    ]
    assert complaint in "".join(lines)


@pytest.mark.heavy
def test_json_for_machines() -> None:
    keras_net(epsilon=1e-3).save("theirs.keras")
    result = run("verify", "net.yaml", "--against", "theirs.keras", "--format", "json")
    assert result.exit_code == 1
    found = json.loads(result.stdout)
    assert (found["network"], found["against"], found["equal"], found["outputs"]) == (
        "net",
        "theirs.keras",
        False,
        None,
    )
    assert {
        "layer": "stem.bn",
        "there": "stem_bn",
        "what": "epsilon",
        "values": ["1.001e-05", "0.001"],
    } in found["differences"]


@pytest.mark.heavy
def test_what_the_outputs_do_not_judge_differs() -> None:
    keras_net().save("theirs.keras")
    result = run("verify", "net.yaml", "--against", "theirs.keras", "--no-outputs")
    assert (result.exit_code, result.stdout.splitlines()[0]) == (
        1,
        "stem.conv: padding same here, valid there",
    )


@pytest.mark.heavy
@pytest.mark.skipif(
    not (ROOT / "specs/keras/mobilenet.yaml").exists(),
    reason="the spec of MobileNet is not there yet",
)
def test_a_function_of_keras_applications_with_arguments() -> None:
    spec = f"{ROOT / 'specs/keras/mobilenet.yaml'}@MobileNet"
    against = "keras.applications:MobileNet(alpha=0.25, input_shape=(64, 64, 3))"
    result = run("verify", spec, "--set", "alpha=0.25", "--set", "size=64", "--against", against)
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("equal: 55 layers with weights and ")
    result = run("verify", spec, "--set", "size=64", "--against", against)
    assert (result.exit_code, result.stdout.splitlines()[0]) == (
        1,
        "conv1: filters 32 here, 8 there",
    )


@pytest.mark.parametrize(
    ("against", "complaint"),
    [
        (
            "keras.applications:ResNet51",
            "keras.applications has no function `ResNet51`; did you mean `ResNet50`?",
        ),
        (
            "keras.applications:ResNet50(weights=open('x'))",
            "cannot be read: arguments are written `ResNet50(",
        ),
        ("ResNet50", "--against takes keras.applications:FUNCTION or a .keras, .h5 or .json file"),
        ("theirs.txt", "the file of --against must end in .keras or .h5 or .json"),
    ],
)
def test_usage_errors(against: str, complaint: str) -> None:
    result = run("verify", "net.yaml", "--against", against)
    assert result.exit_code == 2
    assert complaint in result.stderr


@pytest.mark.heavy
def test_what_cannot_be_said_exits_with_2() -> None:
    Path("text.keras").write_text("no model", encoding="utf-8")
    for against, complaint in [
        (
            "gone.keras",
            (
                "error[model-file]: `gone.keras` does not hold a model that Keras can build: no"
                " such file or directory"
            ),
        ),
        ("text.keras", "error[model-file]: `text.keras` does not hold a model"),
        (
            "keras.applications:ResNet50(classes=-1)",
            "error[keras-application]: Keras cannot make `keras.applications:ResNet50(classes=-1)`",
        ),
    ]:
        result = run("verify", "net.yaml", "--against", against)
        assert (result.exit_code, complaint in result.stderr) == (2, True), result.stderr
    assert run("verify", "gone.yaml", "--against", "text.keras").exit_code == 2
