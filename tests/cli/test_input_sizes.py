"""`--input`: the same network at sizes that its spec leaves open."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from archspec.cli import program
from archspec.compiler import Compiler
from archspec.frontend.input_sizes import read_sizes
from archspec.frontend.library import Reference
from archspec.graph import Graph

OPEN = """\
archspec: 1
name: net
vars: {side: null}
input: [$side, null, 3]
layers:
  - Conv2D: {filters: 4, kernel_size: 3}
  - GlobalAveragePooling2D
expect: {parameters: 112, shapes: {conv2d: [null, null, 4]}}
"""
TWO = """\
archspec: 1
name: two
inputs: {tokens: {shape: [null], dtype: int32}, image: [null, 32, 3]}
layers:
  - {name: a, from: tokens, layers: [Embedding: {input_dim: 9, output_dim: 4}, GRU: {units: 4}]}
  - {name: b, from: image, layers: [Conv2D: {filters: 4, kernel_size: 3}, GlobalMaxPooling2D]}
  - {from: [a, b], Add: {}}
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("net.yaml").write_text(OPEN, encoding="utf-8")
    fixed = OPEN.replace("$side, null", "64, 48").replace("null, null, 4", "62, 46, 4")
    Path("fixed.yaml").write_text(fixed, encoding="utf-8")
    Path("two.yaml").write_text(TWO, encoding="utf-8")


def run(*args: str) -> Result:
    return CliRunner().invoke(program.main, args)


def graph(spec: str, *sizes: str) -> Graph:
    return Compiler(sizes=[read_sizes(one) for one in sizes]).compile(Reference.parse(spec))


def test_it_is_the_network_with_those_sizes_written() -> None:
    asked, written = graph("net.yaml", "64,48,3"), graph("fixed.yaml")
    assert asked.inputs == written.inputs
    assert [(one.output, one.macs) for one in asked.nodes] == [
        (one.output, one.macs) for one in written.nodes
    ]
    # 62 × 46 places of 4 filters of 3 × 3 × 3
    assert asked.macs == 62 * 46 * 4 * 27
    assert graph("net.yaml").macs is None


@pytest.mark.parametrize("written", ["64,48,3", " 64, 48, 3", "input=64,48,3"])
def test_commands_take_sizes(written: str) -> None:
    for words in (["check"], ["compare"], ["summary", "--format", "json"], ["draw", "-o", "n.dot"]):
        result = run(*words, "net.yaml", "--input", written)
        assert result.exit_code == 0, result.output
    assert "62×46×4" in Path("n.dot").read_text(encoding="utf-8")
    described = json.loads(
        run("summary", "net.yaml", "--format", "json", "--input", written).stdout
    )
    assert described["macs"] == 62 * 46 * 4 * 27


def test_each_of_several_inputs_has_its_sizes() -> None:
    both = graph("two.yaml", "tokens=12", "image=64,32,3")
    assert {name: x.shape for name, x in both.inputs.items()} == {
        "tokens": (12,),
        "image": (64, 32, 3),
    }
    alone = graph("two.yaml", "tokens=12")
    assert alone.inputs["image"].shape == (None, 32, 3)


def test_emitted_source_has_the_sizes() -> None:
    assert run("build", "net.yaml", "--input", "64,48,3", "-o", "net.py").exit_code == 0
    assert "keras.Input((64, 48, 3)" in Path("net.py").read_text(encoding="utf-8")


def test_nothing_is_expected_at_other_sizes() -> None:
    assert run("check", "net.yaml").exit_code == 0
    assert run("check", "net.yaml", "--input", "64,48,3").exit_code == 0


def test_a_network_that_is_drawn_beside_has_its_own() -> None:
    result = run("draw", "net.yaml", "--input", "64,48,3", "--compare", "two.yaml", "-o", "n.dot")
    assert result.exit_code == 0, result.output


@pytest.mark.parametrize("written", ["64,48", "64,48,4", "64,x,3", "", "image=64,48,3", "0,48,3"])
def test_what_does_not_fit_is_an_error(written: str) -> None:
    result = run("summary", "net.yaml", "--input", written)
    assert result.exit_code == 1
    assert result.stderr.startswith("error[input-sizes]")
