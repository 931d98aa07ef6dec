"""The section ``names``: what Keras calls the layers of a network, by their paths."""

from __future__ import annotations

from typing import Any, NamedTuple

import keras
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

import archspec
from archspec.backends.flat_spec import as_name, flat
from archspec.backends.keras.model import without_values
from archspec.frontend.yaml.writer import write
from tests.backends.python_source.emitted import run, same, written_of

SPEC = """
archspec: 1
name: named
input: [8]
blocks:
  pair:
    args: [units]
    layers: [Dense: {units: $units}, ReLU]
layers:
  - {name: stem, Dense: {units: 8}}
  - name: stage
    repeat: 2
    layers: [{name: unit, pair: {units: 8}, repeat: 2}]
  - {pair: {units: 8}, repeat: 2}
  - {reuse: stem}
"""

PATHS = [
    "stem",
    *(f"stage{s}.unit{u}.{layer}" for s in (1, 2) for u in (1, 2) for layer in ("dense", "re_lu")),
    *(f"{pair}.{layer}" for pair in ("pair", "pair_2") for layer in ("dense", "re_lu")),
]


class Case(NamedTuple):
    """A ``names`` section, and the names that it gives to layers."""

    names: dict[str, Any]
    given: dict[str, str]


CASES = {
    "nothing": Case({}, {}),
    "a path": Case({"stem": "first"}, {"stem": "first"}),
    "its own path": Case({"stem": "stem"}, {}),
    "a number is a text": Case({"stem": 5}, {"stem": "5"}),
    "a mapping of what lies within": Case(
        {"stage1": {"unit2": {"dense": "a"}, "unit1.dense": "b"}},
        {"stage1.unit2.dense": "a", "stage1.unit1.dense": "b"},
    ),
    "variables": Case(
        {"stage$s.unit$u.dense": "s$(s)u$(u - 1)"},
        {f"stage{s}.unit{u}.dense": f"s{s}u{u - 1}" for s in (1, 2) for u in (1, 2)},
    ),
    "one variable is one number": Case(
        {"stage$s.unit$s.dense": "d$s"},
        {"stage1.unit1.dense": "d1", "stage2.unit2.dense": "d2"},
    ),
    "an automatic step does not write its 1": Case(
        {"pair_$n.dense": "top$n"}, {"pair.dense": "top1", "pair_2.dense": "top2"}
    ),
    "a whole path goes before variables": Case(
        {"pair_$n.dense": "top$n", "pair.dense": "first"},
        {"pair.dense": "first", "pair_2.dense": "top2"},
    ),
    "the first of several with variables": Case(
        {"stage1.unit$n.dense": "a$n", "stage$s.unit$n.dense": "b$(s)_$n"},
        {
            "stage1.unit1.dense": "a1",
            "stage1.unit2.dense": "a2",
            "stage2.unit1.dense": "b2_1",
            "stage2.unit2.dense": "b2_2",
        },
    ),
    "what stands for dots": Case(
        {".": "/".replace("/", "__"), "pair.dense": "a.b"},
        {path: path.replace(".", "__") for path in PATHS if "." in path} | {"pair.dense": "a.b"},
    ),
}


def spec(names: dict[str, Any]) -> dict[str, Any]:
    return {**yaml.safe_load(SPEC), "names": names}


@pytest.mark.parametrize("case", CASES)
def test_names_of_layers(case: str) -> None:
    names, given = CASES[case]
    graph = archspec.compile(spec(names))
    assert graph.names == given
    assert not graph.warnings
    assert [node.name for node in graph.nodes if node.weights_of is None] == PATHS


@pytest.mark.parametrize("case", ["variables", "what stands for dots"])
def test_the_model_and_its_source_have_the_names(case: str) -> None:
    names, given = CASES[case]
    with without_values():
        model = archspec.build(spec(names))
        assert [layer.name for layer in model.layers[1:]] == [
            given.get(path, path) for path in PATHS
        ]
        same(model, run(written_of(spec(names))).build_model())


def test_an_output_that_is_called_like_its_layer_needs_no_other() -> None:
    branched = {
        "archspec": 1,
        "name": "two",
        "input": [4],
        "layers": [{"name": "aux", "output": [{"Dense": {"units": 2}}]}, {"Dense": {"units": 3}}],
        "names": {"aux.dense": "aux"},
    }
    with without_values():
        model = archspec.build(branched)
        same(model, run(written_of(branched)).build_model())
    assert sorted(layer.name for layer in model.layers) == ["aux", "dense", "input", "main"]


def test_every_layer_written_out_keeps_its_name() -> None:
    graph = archspec.compile(spec(CASES["what stands for dots"].names))
    assert archspec.compile(flat(graph)).names == graph.names


def test_a_spec_takes_over_the_names_of_the_one_that_it_extends() -> None:
    graph = archspec.compile(
        {"archspec": 1, "name": "more", "extends": "keras/resnet@ResNet50", "names": {".": "_"}}
    )
    assert graph.name_in_keras("conv2_block1.1.conv") == "conv2_block1_1_conv"
    expected = keras.applications.ResNet50
    with without_values():
        names = {layer.name for layer in expected(weights=None).layers[1:]}
    assert {graph.name_in_keras(node.name) for node in graph.nodes} == names


LETTERS = st.characters(exclude_characters="/", exclude_categories=("Cs",))


@settings(max_examples=60)
@given(st.lists(st.text(LETTERS, min_size=1, max_size=12), min_size=3, max_size=3, unique=True))
def test_any_text_is_a_name(names: list[str]) -> None:
    layers = [{"Dense": {"units": 2}}, {"ReLU": {}}, {"Softmax": {}}]
    given = dict(zip(("dense", "re_lu", "softmax"), map(as_name, names), strict=True))
    document = {"archspec": 1, "name": "net", "input": [4], "layers": layers, "names": given}
    if "input" in names:
        return
    from archspec.reading.author import compiled_text

    graph = compiled_text(write(document))
    assert [graph.name_in_keras(node.name) for node in graph.nodes] == names
