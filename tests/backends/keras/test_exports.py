"""What `archspec build -o` writes besides Keras's own file: ONNX, a SavedModel, JSON; run by
onnxruntime, TensorFlow and Keras themselves.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy
import pytest
from click.testing import CliRunner

import archspec
from archspec.backends.keras.ends import listed
from archspec.cli.program import main
from archspec.compiler import Compiler
from archspec.frontend.library import Reference
from tests.backends.keras.everything import EVERYTHING
from tests.hub.cases import BY_SPEC
from tests.marks import LONG
from tests.networks.grown import GROWN
from tests.networks.small import NETWORKS, part
from tests.paths import SPECS

SHIPPED = {path.relative_to(SPECS).with_suffix("").as_posix() for path in SPECS.rglob("*.yaml")}
RELATIVES = {
    name
    for name in SHIPPED
    if f"keras/{name}" in SHIPPED
    or ("/" not in name and name.partition("_")[0] in SHIPPED - {name})
}
FAMILIES = sorted(name for name in SHIPPED - RELATIVES - {*GROWN} if not name.startswith("hub/"))
"""The specs, but for the paper's networks that Keras has too, those named after another, as
``alexnet_vgg``, and those that are millions of weights at any size.
"""
CUTS: dict[str, dict[str, Any]] = {
    "keras/convnext": {"depths": [1, 1, 1, 1], "widths": [24, 48, 96, 192]},
    "keras/densenet": {"depths": [2, 2, 2, 2]},
    "keras/efficientnet": {"depth": 0.1},
    "keras/efficientnet_v2": {"depth": 0.1},
    "keras/inception_resnet_v2": {"depths": [1, 1, 1]},
    "keras/mobilenet": {"alpha": 0.25},
    "keras/nasnet": {"cells": 1},
    "keras/resnet": {"depths": [1, 1, 1, 1]},
    "keras/resnet_v2": {"depths": [1, 1, 1, 1]},
    "keras/vgg": {"depths": [1, 1, 1, 1, 1]},
}
"""What takes repetitions out of the larger ones: tf2onnx needs a second for each million
weights.
"""

CONVERTED = {
    "inception_reduced",
    "keras/convnext",
    "keras/efficientnet",
    "lenet5",
}
"""The families that are converted by default: the kinds of layers of the others have rows of their
own, in `test_onnx_kinds`.
"""

SIDES = (32, 48, 64, 71, 75, 96, 128, 224, 227, 299)
"""Heights and widths of an image: a family is run on the smallest that it takes."""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    Path("everything.yaml").write_text(EVERYTHING, encoding="utf-8")
    yield


def run(*args: str) -> Any:
    return CliRunner().invoke(main, args)


def randomized(model: Any) -> Any:
    """The model with weights that keep the size of what flows through it, as a trained one's
    would; normalizations are settled on some inputs.
    """
    draw = numpy.random.default_rng(1)
    for weight in model.weights:
        fan_in = max(1, numpy.prod(weight.shape[:-1])) if len(weight.shape) > 1 else 1000
        values = draw.standard_normal(weight.shape) * numpy.sqrt(2 / fan_in)
        weight.assign(
            1 + values if weight.name in ("gamma", "variance", "moving_variance") else values
        )
    # Inception's hundred random layers make 600 times as much of the last bit of their input: a
    # head of moderate weights, as trained ones have.
    head = next(layer for layer in reversed(model.layers) if layer.weights)
    head.set_weights([0.25 * weight for weight in head.get_weights()])
    for layer in model.layers:
        if hasattr(layer, "momentum"):
            layer.momentum = 0.0
        if hasattr(layer, "finalize_state"):
            layer.finalize_state()
    given = inputs(model, 32)
    model(given if len(given) > 1 else given[0], training=True)
    return model


def inputs(model: Any, examples: int = 3) -> list[Any]:
    return [
        numpy.random.default_rng(examples)
        .standard_normal((examples, *one.shape[1:]))
        .astype(one.dtype)
        for one in model.inputs
    ]


def outputs(model: Any, given: list[Any]) -> list[Any]:
    found = model(given if len(given) > 1 else given[0], training=False)
    return [numpy.asarray(one) for one in listed(found)]


def difference(found: list[Any], expected: list[Any]) -> float:
    return max(
        float(abs(one - other).max() / abs(other).max())
        for one, other in zip(found, expected, strict=True)
    )


def onnx_outputs(path: Path, given: list[Any], names: list[str]) -> list[Any]:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(path, options)
    return session.run(
        names, dict(zip([one.name for one in session.get_inputs()], given, strict=True))
    )


def smallest(family: str) -> archspec.Graph:
    """The network of a family with the fewest parameters, on the smallest image that it takes."""
    compiler = Compiler(expect=False)
    references = list(compiler.family(Reference.parse(str(SPECS / f"{family}.yaml"))))
    reference = min(references, key=lambda one: compiler.compile(one).parameters)
    channels = compiler.compile(reference).inputs["input"].shape[-1]
    cuts = {"vars": CUTS[family]} if family in CUTS else {}
    extended = os.path.relpath(reference.path) + (
        f"@{reference.variant}" if reference.variant else ""
    )
    for side in SIDES:
        changes = {
            "archspec": 1,
            "name": "small",
            "extends": extended,
            "input": [side, side, channels],
            **cuts,
        }
        Path("small.yaml").write_text(json.dumps(changes), encoding="utf-8")
        try:
            return Compiler(allow_outside=True).compile(Reference.parse("small.yaml"))
        except archspec.SpecError:
            continue
    raise AssertionError(f"{family} takes none of {SIDES}")


@pytest.mark.parametrize(
    "family",
    [
        pytest.param(family, marks=pytest.mark.heavy if family in CONVERTED else LONG)
        for family in FAMILIES
    ],
)
def test_onnx_computes_what_keras_does(family: str) -> None:
    import keras

    from archspec.backends.keras.model import build_model
    from archspec.backends.keras.onnx_file import write_onnx

    keras.utils.clear_session()
    graph = smallest(family)
    model = build_model(graph)
    given = inputs(model)
    write_onnx(randomized(model), graph, Path("net.onnx"))
    expected = outputs(model, given)
    assert all(abs(one[0] - one[1]).max() > 1e-3 * abs(one).max() for one in expected), (
        "the output does not depend on the input"
    )
    assert difference(onnx_outputs(Path("net.onnx"), given, list(graph.outputs)), expected) < 1e-4


SMALL: dict[str, Any] = {
    "efficientdet": {"vars": {"width": 8}, "input": [128, 128, 3]},
    "mixtral": {
        "vars": {"vocabulary": 13, "depth": 2, "width": 8, "heads": 2, "key_value_heads": 1}
        | {"mlp": 6, "experts": 4, "chosen": 2}
    },
    **{spec: {"vars": dict(case.variables)} for spec, case in BY_SPEC.items()},
}
"""Changes that make networks small, but for those of `NETWORKS`."""


@pytest.mark.heavy
@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=() if name in ("hub/bert", "hub/llama", "seq2seq") else LONG)
        for name in (*GROWN, *BY_SPEC)
    ],
)
def test_onnx_computes_what_keras_does_of_a_grown_network(name: str) -> None:
    """At the size of its proof; what is written was compared with Keras before. All weights are in
    the file but those of normalizations, which the exporter makes a part of convolutions.
    """
    from archspec.backends.keras.model import build_model
    from archspec.backends.keras.onnx_file import write_onnx

    spec = NETWORKS[name].spec(name) if name in NETWORKS else part(name, **SMALL[name])
    graph = archspec.compile(spec)
    write_onnx(build_model(graph), graph, Path("net.onnx"))
    normalizations = sum(
        weight.size
        for node in graph.nodes
        for weight in node.weights
        if node.layer.kind() == "BatchNormalization" and node.weights_of is None
    )
    assert Path("net.onnx").stat().st_size > 4 * (graph.parameters - normalizations)


@pytest.mark.heavy
def test_onnx_says_everything_that_a_spec_can(tmp_path: Path) -> None:
    import onnx

    result = run("build", "everything.yaml", "-o", "net.onnx")
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines()[-2].startswith("wrote net.onnx, ")
    assert result.stdout.splitlines()[-1] == "run it with onnxruntime.InferenceSession('net.onnx')"
    proto = onnx.load("net.onnx")
    onnx.checker.check_model(proto, full_check=True)
    sizes = {
        one.name: [axis.dim_param or axis.dim_value for axis in one.type.tensor_type.shape.dim]
        for one in [*proto.graph.input, *proto.graph.output]
    }
    assert sizes == {
        "left": ["batch", 16, 16, 3],
        "right": ["batch", 16, 16, 3],
        "main": ["batch", 196, 3],
        "side": ["batch", 2],
    }
    assert [one.name for one in proto.graph.output] == ["main", "side"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["everything.yaml", "net.onnx"]


@pytest.mark.heavy
def test_onnx_holds_the_weights_that_were_loaded() -> None:
    model = archspec.build("everything.yaml")
    given = inputs(model)
    randomized(model).save("trained.keras")
    assert (
        run("build", "everything.yaml", "--weights", "trained.keras", "-o", "net.onnx").exit_code
        == 0
    )
    assert (
        difference(onnx_outputs(Path("net.onnx"), given, ["main", "side"]), outputs(model, given))
        < 1e-4
    )


@pytest.mark.heavy
def test_what_has_no_onnx_is_an_error_and_nothing_is_written(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        "archspec.backends.keras.onnx_file._erfc", lambda graph, node, name, arguments: node
    )
    result = run("build", "everything.yaml", "-o", "net.onnx")
    assert result.exit_code == 1
    assert (
        "error[export-unsupported]: `tower`, a Conv2D, cannot be written as ONNX: ONNX has nothing"
        " for TensorFlow's Erfc" in result.stderr
    )
    assert "everything.yaml:5:" in result.stderr
    assert sorted(path.name for path in Path().iterdir()) == ["everything.yaml"]


@pytest.mark.heavy
def test_litert_computes_what_keras_does() -> None:
    import tensorflow

    result = run("build", "everything.yaml", "-o", "net.tflite")
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines()[-1].startswith("run it with ai_edge_litert.interpreter")
    interpreter = tensorflow.lite.Interpreter("net.tflite")
    signature = interpreter.get_signature_runner()
    assert sorted(signature.get_input_details()) == ["left", "right"]
    assert sorted(signature.get_output_details()) == ["main", "side"]


ENDS = """\
archspec: 1
name: ends
inputs: {z: [3, 4], a: [4]}
layers:
  - {from: [z, a], Add: {}}
  - {name: zz, output: [Flatten, Dense: {units: 2}]}
  - {name: aa, output: [Flatten]}
  - {name: reads, Dense: {units: 5}}
"""


@pytest.mark.heavy
def test_litert_has_the_names_of_inputs_and_outputs_in_any_order() -> None:
    """It is compared with Keras as it is written."""
    import tensorflow

    Path("ends.yaml").write_text(ENDS, encoding="utf-8")
    result = run("build", "ends.yaml", "-o", "net.tflite")
    assert result.exit_code == 0, result.output
    signature = tensorflow.lite.Interpreter("net.tflite").get_signature_runner()
    shapes = {name: list(one["shape"]) for name, one in signature.get_input_details().items()}
    assert {name: shape[1:] for name, shape in shapes.items()} == {"z": [3, 4], "a": [4]}
    given = numpy.ones((1, 3, 4), "float32"), numpy.ones((1, 4), "float32")
    given_by_name = signature(z=given[0], a=given[1])
    assert {name: one.shape for name, one in given_by_name.items()} == {
        "main": (1, 3, 5),
        "zz": (1, 2),
        "aa": (1, 12),
    }


@pytest.mark.heavy
def test_the_layer_that_litert_does_not_run_is_named() -> None:
    text = ENDS.replace("reads, Dense: {units: 5}", "reads, LSTM: {units: 5}")
    Path("ends.yaml").write_text(text, encoding="utf-8")
    result = run("build", "ends.yaml", "-o", "net.tflite")
    assert result.exit_code == 1
    assert "`reads`, an LSTM, cannot be written for LiteRT: LiteRT does not run it" in result.stderr
    assert "ends.yaml:8:" in result.stderr and not Path("net.tflite").exists()


def test_litert_of_an_older_keras_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("archspec.backends.keras.tflite_file.find_spec", lambda name: None)
    result = run("build", "everything.yaml", "-o", "net.tflite")
    assert result.exit_code == 1
    assert "does not write LiteRT" in result.stderr
    assert "help: install a newer Keras" in result.stderr
    assert not Path("net.tflite").exists()


@pytest.mark.heavy
def test_what_is_too_large_is_written_without_being_run(monkeypatch: pytest.MonkeyPatch) -> None:
    def compare(*given: Any) -> None:
        raise AssertionError("it is run")

    monkeypatch.setattr("archspec.backends.keras.onnx_file.compare_with_keras", compare)
    text = (
        "archspec: 1\nname: large\ninput: [4]\nlayers: [Dense: {units: 500}, Dense: {units: 2}]\n"
    )
    Path("large.yaml").write_text(text, encoding="utf-8")
    monkeypatch.setattr("archspec.backends.keras.exporting.TRIAL_BYTES", 2 * 500 * 4 - 1)
    result = run("build", "large.yaml", "-o", "net.onnx")
    assert result.exit_code == 0, result.stderr
    assert "not run in onnxruntime and compared with Keras: it is too large" in result.output
    assert Path("net.onnx").exists()


def test_onnx_without_its_extra_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("archspec.cli.build.find_spec", lambda name: None)
    result = run("build", "everything.yaml", "-o", "net.onnx")
    assert (result.exit_code, result.stderr) == (
        1,
        "Error: ONNX needs tf2onnx: pip install 'archspec-nn[onnx]'\n",
    )


@pytest.mark.heavy
def test_a_saved_model_computes_what_keras_does_and_is_replaced_whole() -> None:
    import tensorflow

    model = archspec.build("everything.yaml")
    given = inputs(model)
    randomized(model).save("trained.keras")
    for _ in range(2):
        result = run("build", "everything.yaml", "--weights", "trained.keras", "-o", "net/")
        assert result.exit_code == 0, result.output
    assert (
        result.stdout.splitlines()[-1]
        == "load it with net = tensorflow.saved_model.load('net/'), and call net.serve(x)"
    )
    net = tensorflow.saved_model.load("net/")
    served = net.serve(given)
    assert sorted(served) == ["main", "side"]
    found = [numpy.asarray(served[name]) for name in ("main", "side")]
    assert difference(found, outputs(model, given)) < 1e-6
    assert sorted(path.name for path in Path().iterdir()) == [
        "everything.yaml",
        "net",
        "trained.keras",
    ]


def test_a_folder_with_other_things_is_not_replaced() -> None:
    Path("mine").mkdir()
    Path("mine/thesis.txt").write_text("all of it", encoding="utf-8")
    result = run("build", "everything.yaml", "-o", "mine/")
    assert result.exit_code == 1
    assert (
        "the folder `mine` holds something else, and all of it would be replaced" in result.stderr
    )
    assert [path.name for path in Path("mine").iterdir()] == ["thesis.txt"]
    assert (
        "`everything.yaml` is a file, not a folder"
        in run("build", "everything.yaml", "-o", "everything.yaml/").stderr
    )
    assert "the folder `" in run("build", "everything.yaml", "-o", "no/net/").stderr


@pytest.mark.heavy
def test_json_is_what_keras_writes() -> None:
    import keras

    result = run("build", "everything.yaml", "-o", "net.json")
    assert result.exit_code == 0, result.output
    text = Path("net.json").read_text(encoding="utf-8")
    assert text.startswith('{\n  "module": "keras')
    model = keras.models.model_from_json(text)
    assert [layer.name for layer in model.layers] == [
        layer.name for layer in archspec.build("everything.yaml").layers
    ]


@pytest.mark.parametrize(
    ("args", "complaint"),
    [
        (["-o", "net.h5"], "the file of -o must end in .keras or .onnx or .tflite or .json"),
        (["-o", "net"], "and `net` does not"),
        (["-o", "net.json", "--weights", "w.keras"], "`net.json` holds no weights"),
        (["--weights-partial"], "--weights-partial needs --weights"),
        (["--weights", "w.txt"], "the file of --weights must end in .weights.h5 or .keras or .h5"),
        (["--weights", "imagenet"], "this one is `everything`"),
        (
            ["--weights", "keras.applications:ResNet5"],
            "has no function `ResNet5`; did you mean `ResNet50`?",
        ),
        (
            ["--weights", "keras.applications:ResNet50(10)"],
            "arguments are written `ResNet50(classes=10, include_top=False)`",
        ),
    ],
)
def test_usage_errors(args: list[str], complaint: str) -> None:
    result = run("build", "everything.yaml", *args)
    assert result.exit_code == 2
    assert complaint in result.stderr


@pytest.mark.parametrize(
    ("writer", "backend", "message"),
    [
        ("write_onnx", "jax", "ONNX is written with Keras on TensorFlow, and this is Keras on JAX"),
        (
            "write_saved_model",
            "torch",
            "a SavedModel is written with Keras on TensorFlow or JAX, and this is Keras on PyTorch",
        ),
    ],
)
def test_a_backend_that_cannot_write_it_is_told(
    writer: str, backend: str, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import keras

    from archspec.backends.keras import export

    graph = archspec.compile("everything.yaml")
    model = archspec.build("everything.yaml")
    monkeypatch.setattr(keras.backend, "backend", lambda: backend)
    with pytest.raises(archspec.SpecError, match=message):
        getattr(export, writer)(model, graph, Path("written"))
    assert not Path("written").exists()


def test_a_folder_with_anything_of_the_user_in_it_is_not_replaced() -> None:
    assert run("build", "everything.yaml", "-o", "served/").exit_code == 0
    assert run("build", "everything.yaml", "-o", "served/").exit_code == 0
    Path("served/mine.txt").write_text("mine", encoding="utf-8")
    result = run("build", "everything.yaml", "-o", "served/")
    assert result.exit_code == 1
    assert "holds something else" in result.stderr
    assert Path("served/mine.txt").read_text(encoding="utf-8") == "mine"
