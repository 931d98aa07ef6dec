"""Laws that hold for every spec: Keras agrees, and what means the same compiles to the same."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import event, given, settings
from hypothesis import strategies as st

import archspec
from archspec.backends.flat_spec import flat
from archspec.backends.output_layers import output_layers
from archspec.compiler import Compiler
from archspec.frontend.library import Reference
from archspec.frontend.yaml import reader, writer
from archspec.graph import Graph, Node
from archspec.layers.operations.base import Operation
from tests.drawn_specs import Item, Spec, specs
from tests.networks.keras_models import trainable_parameters

in_keras = settings(max_examples=60)
quick = settings(max_examples=60)


def compiled(spec: Any, **vars: Any) -> Graph | None:
    """The graph, or nothing where the drawn spec is refused."""
    try:
        return archspec.compile(spec, **vars)
    except archspec.SpecError as refused:
        event(f"refused: {refused.diagnostics[0].code}")
        return None


def meaning(graph: Graph) -> dict[str, Any]:
    """All of a graph that does not depend on how the text was written."""
    nodes = [node._replace(scope=0, span=None) for node in graph.nodes]
    return {
        "name": graph.name.lower(),
        "inputs": dict(graph.inputs),
        "outputs": list(graph.outputs.items()),
        "nodes": nodes,
    }


def compiled_text(text: str, variant: str = "") -> Graph:
    """The graph of a text, read from a file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "spec.yaml"
        path.write_text(text, encoding="utf-8")
        return archspec.compile(f"{path}{variant}")


def expanded_text(text: str, variant: str = "") -> str:
    """What ``archspec expand`` prints."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "spec.yaml"
        path.write_text(text, encoding="utf-8")
        return Compiler().expanded(Reference.parse(f"{path}{variant}"))


# --- Keras


@in_keras
@given(specs())
def test_keras_builds_the_same_shapes_weights_and_counts(spec: Spec) -> None:
    from archspec.backends.keras.model import build_model, without_values
    from tests.drawn_kinds import Gain

    graph = compiled(spec)
    if graph is None:
        return
    with without_values():
        model = build_model(
            graph, classes={"Gain": Gain}
        )  # compares outputs and weights as it builds
    assert model.count_params() == graph.parameters
    assert trainable_parameters(model) == graph.trainable_parameters
    ends = model.output if len(graph.outputs) > 1 else dict.fromkeys(graph.outputs, model.output)
    assert {name: tuple(one.shape[1:]) for name, one in ends.items()} == {
        name: graph.tensors[node].shape for name, node in graph.outputs.items()
    }
    assert {operation.name for operation in model.operations} == {
        *graph.inputs,
        *(node.name for node in graph.nodes if is_made(node)),
        *output_layers(graph).values(),
    }


def is_made(node: Node) -> bool:
    """Whether Keras has something of the node's name: a function, or a layer that is not used
    again here.
    """
    return node.weights_of is None or isinstance(node.layer, Operation)


EVERY_LAYER_OF_OURS = """
archspec: 1
name: ours
input: [6, 6, 3]
layers:
  - Conv2D: {filters: 6, kernel_size: 3, padding: same}
  - LocalResponseNormalization: {depth_radius: 1, alpha: 0.5}
  - {name: zeta, output: [GlobalAveragePooling2D, Dense: {units: 2}]}
  - residual: [Conv2D: {filters: 6, kernel_size: 1}, StochasticDepth: {rate: 0.5}]
  - {name: alpha, output: []}
  - branches: {x: [], scale: [Parameter: {shape: [1, 1, 6], initializer: {RandomNormal: {stddev: 2.0}}}]}
    merge: Multiply
  - Slice: {axis: -1, start: 1, stop: -1}
  - {name: middle, output: [Flatten]}
  - GlobalMaxPooling2D
"""


def test_a_saved_model_loaded_again_gives_the_same_outputs_by_the_same_names(
    tmp_path: Path,
) -> None:
    import keras
    import numpy as np

    spec, saved = tmp_path / "ours.yaml", tmp_path / "ours.keras"
    spec.write_text(EVERY_LAYER_OF_OURS)
    model = archspec.build(spec)
    model.save(saved)
    again = keras.models.load_model(saved)
    data = np.random.default_rng(0).normal(size=(3, 6, 6, 3)).astype("float32")
    first, second = model(data), again(data)
    shapes = {"main": (3, 4), "zeta": (3, 2), "alpha": (3, 6, 6, 6), "middle": (3, 144)}
    assert {name: tuple(one.shape) for name, one in first.items()} == shapes
    assert list(archspec.compile(spec).outputs) == list(first) == list(second) == list(shapes)
    assert [layer.name for layer in again.layers] == [layer.name for layer in model.layers]
    for name, one in first.items():
        np.testing.assert_array_equal(one, second[name])


# --- what means the same


@quick
@given(specs())
def test_an_unrolled_repeat_equals_the_written_out_one(spec: Spec) -> None:
    graph = compiled(spec)
    if graph is None:
        return
    width = spec["vars"]["width"]
    blocks = {
        name: {**block, "layers": written_out(block["layers"], width)}
        if "layers" in block
        else block  # another spec
        for name, block in spec["blocks"].items()
    }
    plain = {**spec, "layers": written_out(spec["layers"], width), "blocks": blocks}
    assert "'repeat'" not in repr(plain)
    assert meaning(archspec.compile(plain)) == meaning(graph)


def written_out(items: list[Item], width: int) -> list[Item]:
    """The items with every ``repeat`` written out by hand, as an author without it would."""
    return [one for item in items for one in _copies(item, width)]


def _copies(item: Item, width: int) -> Iterator[Item]:
    if not isinstance(item, dict):
        yield item
        return
    repeat = width if item.get("repeat") == "$width" else item.get("repeat")
    inner = {key: value for key, value in item.items() if key != "repeat"}
    for number, row in enumerate(_rows(repeat), 1):
        copy = inner if repeat is None else _bound(inner, {**row, "i": number - 1})
        if repeat is not None and "name" in item:
            copy["name"] = _counted(item["name"], row, number)
        yield {key: _inside(key, value, width) for key, value in copy.items()}


def _counted(name: str, row: dict[str, Any], number: int) -> str:
    """The name of a repetition: with its number, or with the variables that it uses."""
    if not any(variable in name for variable in row):
        return f"{name}{number}"
    for variable, value in row.items():
        name = name.replace(f"$({variable})", str(value)).replace(f"${variable}", str(value))
    return name


def _rows(repeat: Any) -> list[dict[str, Any]]:
    if repeat is None:
        return [{}]
    if isinstance(repeat, int):
        return [{}] * repeat
    if isinstance(repeat, dict):
        return [
            dict(zip(repeat, values, strict=True)) for values in zip(*repeat.values(), strict=True)
        ]
    return repeat


def _bound(value: Any, values: dict[str, Any]) -> Any:
    """A value with numbers in the place of variables; a ``repeat`` within has a ``$i`` of its
    own.
    """
    if isinstance(value, dict):
        nearer = {name: one for name, one in values.items() if name != "i" or "repeat" not in value}
        return {key: _bound(one, nearer) for key, one in value.items()}
    if isinstance(value, list):
        return [_bound(one, values) for one in value]
    if isinstance(value, str) and any(re.search(rf"\${name}\b", value) for name in values):
        for name, one in values.items():
            value = re.sub(rf"\${name}\b", str(one), value)
        return f"$({value})"
    return value


def _inside(key: str, value: Any, width: int) -> Any:
    if key in ("layers", "residual", "output"):
        return written_out(value, width)
    if key == "shortcut":
        return _path(value, width)
    if key == "branches":
        return _branches(value, width)
    return _names(value) if key == "from" and isinstance(value, list) else value


def _branches(branches: Any, width: int) -> Any:
    if isinstance(branches, list):
        return [_path(path, width) for path in branches]
    labelled = {}
    for label, path in branches.items():
        fan = path if isinstance(path, dict) and "repeat" in path else None
        if fan is None:
            labelled[label] = _path(path, width)
            continue
        for copy in _copies({"name": label, **fan}, width):
            labelled[copy.pop("name")] = copy["layers"]
    return labelled


def _names(taken: list[Any]) -> list[Any]:
    """The names of a ``from``, those of a gather one by one; it stays one where it has none."""
    nothing = {"name": "prev", "when": False}
    written = [
        list(_copies(one, 0)) or [nothing] if isinstance(one, dict) else [one] for one in taken
    ]
    return [name for names in written for name in names]


def _path(path: Any, width: int) -> Any:
    return (
        {**path, "layers": written_out(path["layers"], width)}
        if isinstance(path, dict)
        else written_out(path, width)
    )


@quick
@given(specs(), st.sampled_from(["", "@wide", "@elu"]))
def test_expanding_keeps_the_network_and_twice_equals_once(spec: Spec, variant: str) -> None:
    if compiled(spec) is None:
        return
    text = writer.write(spec)
    try:
        graph = compiled_text(text, variant)
    except archspec.SpecError:
        return
    once = expanded_text(text, variant)
    assert meaning(compiled_text(once)) == meaning(graph)
    assert expanded_text(once) == once


@quick
@given(specs())
def test_the_flat_spec_compiles_to_the_same_graph_and_is_its_own_flat_spec(spec: Spec) -> None:
    graph = compiled(spec)
    if graph is None:
        return
    written = flat(graph)
    again = compiled_text(writer.write(written))
    assert meaning(again) == meaning(graph)
    assert flat(again) == written


@quick
@given(specs())
def test_a_mapping_means_what_its_text_does(spec: Spec) -> None:
    graph = compiled(spec)
    if graph is None:
        return
    for text in (
        writer.write(spec),
        yaml.safe_dump(spec, sort_keys=False),
        yaml.safe_dump(spec, sort_keys=False, default_flow_style=True),
    ):
        assert meaning(compiled_text(text)) == meaning(graph)


@quick
@given(specs(), st.integers(1, 4))
def test_a_keyword_means_what_the_variable_written_so_does(spec: Spec, width: int) -> None:
    graph = compiled(spec, width=width)
    if graph is not None:
        assert meaning(graph) == meaning(
            archspec.compile({**spec, "vars": {**spec["vars"], "width": width}})
        )


# --- the text

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20) | st.sampled_from(
    [
        "",
        "~",
        "null",
        "true",
        "no",
        "on",
        "010",
        "1_000",
        "0x1F",
        "1e-3",
        "1.10",
        "5e1",
        ".nan",
        "-.inf",
        "3:30",
        "2020-01-01",
        "<<",
        "=",
        "- a",
        "a: b",
        "a #b",
        "$x",
        "'",
        '"',
    ]
)
NUMBERS = st.integers(-(2**63) + 1, 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False)
DATA = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=20,
)


@settings(quick, max_examples=500)
@given(DATA)
def test_what_is_written_is_read_again(data: Any) -> None:
    again = reader.read(writer.write(data), "spec.yaml").data
    assert again == data
    assert repr(again) == repr(data)  # 1 is no 1.0, and no true


@pytest.mark.parametrize("name", ["googlenet", "resnet@resnet50", "efficientnet", "vgg@A-LRN"])
def test_shipped_specs_keep_the_laws(name: str) -> None:
    graph = archspec.compile(name)
    once = Compiler().expanded(Reference.parse(name))
    assert meaning(compiled_text(once)) == meaning(graph)
    assert expanded_text(once) == once
    assert meaning(compiled_text(writer.write(flat(graph)))) == meaning(graph)
