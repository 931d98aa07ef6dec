"""Kinds that a spec declares: what the declaration says is what the graph holds, and no code of
anybody's runs.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from archspec import SpecError, compile
from archspec.backends.flat_spec import flat
from archspec.diagrams.making import draw
from archspec.reports.summary import summary
from archspec.tensor import Tensor, Weight


def spec(kind: dict[str, Any], *items: Any, **more: Any) -> dict[str, Any]:
    """A network whose kind `Norm` is declared."""
    layers = [{"Conv2D": {"filters": 4, "kernel_size": 1}}, *items]
    about = {"archspec": 1, "name": "net", "input": [8, 8, 3]}
    return {**about, "kinds": {"Norm": kind}, "layers": layers, **more}


NORM = {
    "args": [{"epsilon": 1e-6}, {"groups": 2}],
    "weights": {
        "gamma": ["$in.channels"],
        "mean": {"shape": ["$groups", "$in.channels"], "trainable": False},
    },
    "macs": "2 * $in.channels",
    "keras": "mylab:Norm",
}


def test_shapes_weights_and_multiply_adds_are_the_declared_ones() -> None:
    node = compile(spec(NORM, {"Norm": {"groups": 3}})).nodes[-1]
    assert node.output == Tensor((8, 8, 4))
    assert node.weights == (Weight("gamma", (4,)), Weight("mean", (3, 4), False))
    assert node.macs == 8
    assert dict(node.layer.arguments) == {"epsilon": 1e-6, "groups": 3}
    assert node.name == "norm"


def test_a_shape_of_its_own_and_several_inputs_and_outputs() -> None:
    kind = {
        "args": ["units"],
        "inputs": ["a", "b"],
        "shape": {"left": "$a.shape", "right": ["$b.channels", "$units"]},
    }
    items = [
        {"name": "two", "from": {"a": "prev", "b": "input"}, "Norm": {"units": 5}},
        {"from": "two.right", "Dense": {"units": 2}},
    ]
    graph = compile(spec(kind, *items))
    two = next(node for node in graph.nodes if node.name == "two")
    assert two.inputs == ("conv2d", "input")
    assert dict(two.outputs) == {"left": Tensor((8, 8, 4)), "right": Tensor((3, 5))}
    assert two.macs is None
    assert graph.macs is None


def test_it_repeats_is_called_by_a_variable_and_used_again() -> None:
    items = [
        {"name": "n", "repeat": 2, "$norm": {}},
        {"name": "again", "reuse": "n1"},
    ]
    graph = compile(spec(NORM, *items, vars={"norm": "Norm"}))
    assert [node.name for node in graph.nodes[1:]] == ["n1", "n2", "again"]
    assert graph.nodes[-1].weights_of == "n1"
    assert graph.parameters == 16 + 2 * (4 + 8)


def test_everything_made_of_a_graph_knows_it() -> None:
    graph = compile(spec(NORM, {"name": "first", "Norm": {}}))
    again = compile(flat(graph))
    assert [node._replace(span=None, scope=0) for node in again.nodes] == [
        node._replace(span=None, scope=0) for node in graph.nodes
    ]
    assert "first" in summary(graph)
    assert "norm" in draw(graph, "svg").decode()


def test_a_spec_that_extends_it_has_its_kinds(tmp_path: Path) -> None:
    base, inheriting = tmp_path / "base.yaml", tmp_path / "own.yaml"
    base.write_text(
        "archspec: 1\nname: base\ninput: [4]\nkinds:\n  Norm: {keras: mylab:Norm}\nlayers: [Norm]\n"
    )
    inheriting.write_text(
        "archspec: 1\nname: own\nextends: base.yaml\nlayers: [Norm, Dense: {units: 2}]\n"
    )
    assert [node.layer.kind() for node in compile(inheriting).nodes] == ["Norm", "Dense"]


WRONG = [
    ({"shape": ["$units"]}, {"Norm": {}}, "unknown-name"),
    ({"shape": [0]}, {"Norm": {}}, "wrong-declaration"),
    ({"shape": "$in.channels"}, {"Norm": {}}, "wrong-declaration"),
    ({"weights": {"w": [None]}}, {"Norm": {}}, "wrong-declaration"),
    ({"macs": "$in.channels / 8"}, {"Norm": {}}, "wrong-declaration"),
    ({"args": ["units"]}, {"Norm": {}}, "missing-argument"),
    ({}, {"Norm": {"units": 3}}, "unknown-argument"),
    ({"inputs": ["a", "b"]}, {"Norm": {}}, "wrong-inputs"),
    ({"keras": "mylab.Norm"}, {"Norm": {}}, "wrong-value"),
    ({"keras": "os:system('true')"}, {"Norm": {}}, "wrong-value"),
    ({"call": "x"}, {"Norm": {}}, "unknown-key"),
]


@pytest.mark.parametrize(("kind", "item", "code"), WRONG)
def test_mistakes(kind: dict[str, Any], item: dict[str, Any], code: str) -> None:
    with pytest.raises(SpecError) as caught:
        compile(spec(kind, item))
    assert [one.code for one in caught.value.diagnostics] == [code]


@pytest.mark.parametrize("name", ["Conv2D", "Lambda", "TFSMLayer", "Parameter", "norm", "My.Norm"])
def test_no_name_of_keras_s_or_ours(name: str) -> None:
    about = {"archspec": 1, "name": "net", "input": [4], "layers": ["Flatten"]}
    with pytest.raises(SpecError) as caught:
        compile({**about, "kinds": {name: {}}})
    assert caught.value.diagnostics[0].code == "wrong-name"


def test_no_module_is_imported_by_check_summary_draw_diff_and_schema(tmp_path: Path) -> None:
    (tmp_path / "mylab.py").write_text("raise SystemExit('imported')\n")
    (tmp_path / "net.yaml").write_text(
        "archspec: 1\nname: net\ninput: [4]\nkinds:\n  Norm: {keras: mylab:Norm}\n"
        "layers: [Norm, Dense: {units: 2}]\n"
    )
    for words in (
        ["check", "net.yaml"],
        ["summary", "net.yaml"],
        ["draw", "net.yaml", "-o", "net.svg"],
        ["diff", "net.yaml", "net.yaml"],
        ["expand", "net.yaml", "--flat"],
        ["schema"],
    ):
        command = [sys.executable, "-m", "archspec", *words]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


PLUGIN = """
from archspec import Layer

class Shipped(Layer):
    '''Does nothing.

    Shape: unchanged.
    '''
    keras = 'keras.layers:Identity'

    def output(self, x):
        return x

NotALayer = 3
"""


def test_a_library_ships_a_kind(tmp_path: Path) -> None:
    (tmp_path / "mykinds.py").write_text(PLUGIN)
    about = tmp_path / "mykinds-1.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: mykinds\nVersion: 1\n")
    (about / "entry_points.txt").write_text(
        "[archspec.kinds]\nShipped = mykinds:Shipped\nBroken = mykinds:NotALayer\n"
    )
    net = "archspec: 1\nname: net\ninput: [4]\nlayers: [{}, Dense: {{units: 2}}]\n"
    (tmp_path / "net.yaml").write_text(net.format("Shipped"))
    (tmp_path / "broken.yaml").write_text(net.format("Broken"))
    code = "import sys; sys.path.insert(0, '.'); from archspec.cli.program import main; main()"

    def check(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", code, "check", *words]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert check("net.yaml").returncode == 0
    off = check("net.yaml", "--no-plugins")
    assert off.returncode == 1
    assert "there is no layer kind `Shipped`" in off.stderr
    broken = check("broken.yaml")
    assert broken.returncode == 1
    assert "is no subclass of `archspec.Layer`" in broken.stderr


def test_a_variant_declares_no_kinds() -> None:
    with pytest.raises(SpecError) as caught:
        compile(spec(NORM, {"Norm": {}}, variants={"v": {"kinds": {"Norm": {"keras": "os:x"}}}}))
    assert [one.code for one in caught.value.diagnostics] == ["unknown-key"]
