"""What `archspec verify` says of files with models that Keras cannot build here, and of models
that are given in another form.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from archspec.cli.program import main

SPEC = {
    "archspec": 1,
    "name": "net",
    "input": [4, 4, 2],
    "layers": [
        {"name": "zeta", "output": ["Flatten", {"name": "first", "Dense": {"units": 2}}]},
        {"name": "alpha", "output": ["Flatten", {"name": "second", "Dense": {"units": 5}}]},
        "Flatten",
        {"name": "head", "Dense": {"units": 3}},
    ],
}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    Path("net.yaml").write_text(json.dumps(SPEC), encoding="utf-8")
    yield


def verify(against: str) -> Any:
    return CliRunner().invoke(main, ["verify", "net.yaml", "--against", against])


def test_models_of_others() -> None:
    import keras
    from keras import layers

    class Mine(layers.Layer):
        def call(self, inputs: Any) -> Any:
            return inputs

    class Whole(keras.Model):
        def call(self, inputs: Any) -> Any:
            return inputs

    x = keras.Input((4, 4, 2))
    mine = keras.Model(x, Mine(name="attention")(x))
    code = keras.Model(x, layers.Lambda(lambda y: y, (4, 4, 2), name="trick")(x))
    unbuilt = keras.Sequential([layers.Flatten(), layers.Dense(3)])
    old = {"class_name": "Sequential", "config": [], "keras_version": "2.11.0", "backend": "jax"}
    texts = {
        "mine.json": mine.to_json(),
        "code.json": code.to_json(),
        "unbuilt.json": unbuilt.to_json(),
        "whole.json": Whole().to_json(),
        "old.json": json.dumps(old),
        "layer.json": json.dumps(keras.saving.serialize_keras_object(layers.Dense(3))),
        "text.json": "no json",
        "list.json": "[1, 2]",
        "deep.json": "[" * 100_000,
    }
    for name, text in texts.items():
        Path(name).write_text(text, encoding="utf-8")
    mine.save("mine.keras")
    mine.save("mine.h5")
    code.save("code.h5")
    expected = {
        "mine.json": "holds `attention`, of the class `Custom>Mine`, which is not Keras's",
        "mine.keras": "holds `attention`, of the class `Custom>Mine`, which is not Keras's",
        "mine.h5": "holds `attention`, of the class `Mine`, which is not Keras's",
        "code.h5": "holds a Lambda layer, `trick`, and archspec runs no code of a model's file",
        "code.json": "holds a Lambda layer, `trick`, and archspec runs no code of a model's file",
        "unbuilt.json": "holds a Sequential model that does not know the shape of its input",
        "whole.json": "which is not Keras's",
        "old.json": "was written by Keras 2.11.0, and Keras 3",
        "layer.json": "holds a Dense, and no model",
        "text.json": "it is not JSON",
        "list.json": "it is not the description of a model",
        "deep.json": "does not hold a model that Keras can build",
    }
    for name, words in expected.items():
        result = verify(name)
        assert result.exit_code == 2, (name, result.output)
        assert f"error[model-file]: `{name}`" in result.stderr
        assert words in result.stderr or words.replace("Custom>", "") in result.stderr, (
            result.stderr
        )
    assert (
        "help: import the module that registers it first: `python -c" in verify("mine.json").stderr
    )
    assert "help: begin it with `keras.Input(shape)`" in verify("unbuilt.json").stderr


def test_dicts_of_outputs_are_paired_by_name() -> None:
    """Keras sorts them, and the spec has another order."""
    import keras
    from keras import layers

    x = keras.Input((4, 4, 2), name="input")
    outputs = {
        "main": layers.Dense(3, name="head")(layers.Flatten(name="flatten")(x)),
        "zeta": layers.Dense(2, name="zeta_first")(layers.Flatten(name="zeta_flatten")(x)),
        "alpha": layers.Dense(5, name="alpha_second")(layers.Flatten(name="alpha_flatten")(x)),
    }
    model = keras.Model({"input": x}, outputs)
    for name in ("net.json", "net.keras", "net.h5"):
        if name == "net.json":
            Path(name).write_text(model.to_json(), encoding="utf-8")
        else:
            model.save(name)
        result = verify(name)
        assert result.exit_code == 0, (name, result.output)
        assert result.stdout.startswith("equal: 3 layers with weights")


def legacy(config: Any, **values: Any) -> None:
    """An ``.h5`` file with the description of a model, and no right weights."""
    import h5py

    with h5py.File("made.h5", "w") as file:
        file.attrs["model_config"] = config if isinstance(config, str) else json.dumps(config)
        for name, value in values.items():
            file[name] = value


def dense(units: int) -> dict[str, Any]:
    """A model as Keras 2 describes it."""
    layers = [
        {
            "class_name": "InputLayer",
            "config": {"name": "x", "trainable": True, "batch_shape": [None, 4]},
        },
        {"class_name": "Dense", "config": {"name": "d", "trainable": True, "units": units}},
    ]
    return {"class_name": "Sequential", "config": {"name": "old", "layers": layers}}


def test_a_model_in_hdf5_is_built_without_its_weights() -> None:
    """Neither what the file holds of them is read, nor memory taken for those that it describes:
    here ten terabytes.
    """
    from archspec.backends.keras.model_files import read_model

    legacy(dense(10**12), model_weights=[1.0])
    model = read_model(Path("made.h5"))
    assert [tuple(weight.shape) for weight in model.weights] == [(4, 10**12), (10**12,)]


@pytest.mark.parametrize(
    ("layer", "output"),
    [
        ({"Parameter": {"shape": [3]}}, "equal: 1 layer with weights"),
        # of operations, which Keras's own `load_model` does not find again
        ({"Slice": {"axis": -1, "stop": 1}}, "help: save the model as `.keras`"),
    ],
)
def test_our_own_layers_in_hdf5(layer: dict[str, Any], output: str) -> None:
    import archspec

    Path("net.yaml").write_text(json.dumps({**SPEC, "layers": [layer]}), encoding="utf-8")
    archspec.build("net.yaml").save("net.h5")
    assert output in verify("net.h5").output


def functions(module: str) -> dict[str, Any]:
    made = dense(3)
    inner = {"module": module, "class_name": "function", "config": "system", "registered_name": "f"}
    made["config"]["layers"][1]["config"]["activation"] = inner
    return made


@pytest.mark.parametrize(
    ("config", "reason"),
    [
        ("no json", "it is not JSON"),
        ("[1, 2]", "it is not the description of a model"),
        ("[" * 50_000, "does not hold a model that Keras can build"),
        (functions("os"), "holds `function`, of the class `f`, which is not Keras's"),
    ],
    ids=["text", "list", "deep", "function of Python's"],
)
def test_what_hdf5_describes_is_judged_before_it_is_built(config: Any, reason: str) -> None:
    legacy(config)
    result = verify("made.h5")
    assert result.exit_code == 2, result.output
    assert reason in result.stderr


def test_more_layers_than_a_network_may_have_are_not_built(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from archspec.backends.keras import model_files

    monkeypatch.setattr(model_files, "OBJECTS", 1)
    legacy(dense(3))
    assert "describes more than 1 layers and parts of layers" in verify("made.h5").stderr


def test_weights_alone_in_hdf5_are_no_model() -> None:
    import h5py

    with h5py.File("made.h5", "w") as file:
        file["kernel"] = 1.0
    assert "it holds weights, and no layers" in verify("made.h5").stderr
    Path("made.h5").write_bytes(b"anything")
    assert "it is not HDF5" in verify("made.h5").stderr
