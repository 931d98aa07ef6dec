"""Two graphs agree or do not: every kind of difference is seen, and nothing else is one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import yaml

import archspec
from archspec.reading.agreement import disagreement

BASE = """
inputs: {a: [4], b: [4]}
layers:
  - {name: one, from: a, Dense: {units: 4}}
  - {name: two, from: b, Dense: {units: 4}}
  - {name: side, output: [ReLU]}
  - {from: [one, two], Subtract: {}}
  - {name: state, Reshape: {target_shape: [2, 2]}}
  - {name: lstm, LSTM: {units: 4, return_state: true}}
  - {from: [lstm.state_h, lstm], Concatenate: {}}
  - Dropout: {rate: 0.1}
"""


def compiled(text: str) -> archspec.Graph:
    document: dict[str, Any] = {"archspec": 1, "name": "net", **yaml.safe_load(text)}
    return archspec.compile(document)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Dropout: {rate: 0.1}", "Dense: {units: 5}"),
        ("Dense: {units: 4}", "Dense: {units: 4, activation: relu}"),
        ("Dense: {units: 4}", "Dense: {units: 4, trainable: false}"),
        ("Dense: {units: 4}", "Dense: {units: 4, kernel_initializer: he_normal}"),
        ("rate: 0.1", "rate: 0.10000000000000002"),
        ("- Dropout: {rate: 0.1}", "- {Dropout: {rate: 0.1}, call: {training: false}}"),
        ("- Dropout: {rate: 0.1}", "- Dropout: {rate: 0.1}\n  - ReLU"),
        ("from: [one, two]", "from: [two, one]"),
        ("from: [one, two], Subtract", "from: [one, two], Add"),
        ("lstm.state_h, lstm]", "lstm.state_c, lstm]"),
        ("lstm.state_h, lstm]", "lstm, lstm.state_h]"),
        ("two, from: b, Dense: {units: 4}", "two, from: b, reuse: one"),
        ("name: side,", "name: other,"),
        ("output: [ReLU]", "output: [Softmax]"),
        ("output: [ReLU]", "output: []"),
        ("b: [4]}", "b: {shape: [4], dtype: float16}}"),
        ("a: [4], b: [4]", "b: [4], a: [4]"),
    ],
)
def test_a_difference_is_seen(old: str, new: str) -> None:
    assert old in BASE
    changed = compiled(BASE.replace(old, new, 1))
    assert disagreement(compiled(BASE), changed) is not None
    assert disagreement(changed, compiled(BASE)) is not None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Dense: {units: 4}", "Dense: {units: 4, use_bias: true, activation: null}"),
        ("name: state, Reshape", "name: other, Reshape"),
        ("from: a, Dense: {units: 4}", "from: a, layers: [Dense: {units: 4}]"),
    ],
)
def test_what_changes_nothing_is_no_difference(old: str, new: str) -> None:
    assert old in BASE
    assert disagreement(compiled(BASE), compiled(BASE.replace(old, new, 1))) is None


def test_names_count_on_demand() -> None:
    renamed = compiled(BASE.replace("name: state", "name: other"))
    assert disagreement(compiled(BASE), renamed, names=True) is not None
    dotted = compiled(BASE.replace("name: state", "name: a.b"))
    underscored = compiled(BASE.replace("name: state", "name: a_b"))
    assert disagreement(dotted, underscored, names=True) is not None
    called = replace(dotted, names={"a.b": "a_b"})
    assert disagreement(called, underscored, names=True) is None
