"""The classes of declared kinds: imported with leave alone, looked at, and compared with the
declaration.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

import archspec
from archspec import SpecError
from tests.backends.python_source.emitted import run, written_of

MODULE = """
import keras
from keras.layers import Lambda, Dense
from json import dumps

class Scale(keras.layers.Layer):
    def __init__(self, factor=1, **kwargs):
        super().__init__(**kwargs)
        self.factor = factor

    def build(self, shape):
        self.gamma = self.add_weight(name="gamma", shape=(shape[-1],), initializer="ones")

    def call(self, x):
        return x * self.gamma * self.factor

class Quiet(Lambda):
    pass

class Plain:
    pass

def function():
    pass
"""


@pytest.fixture(autouse=True)
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    (tmp_path / "ownkinds.py").write_text(MODULE)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ARCHSPEC_TRUST", raising=False)
    yield
    sys.modules.pop("ownkinds", None)


def spec(reference: str | None = "ownkinds:Scale", **declared: Any) -> dict[str, Any]:
    kind = {"args": [{"factor": 1}], "weights": {"gamma": ["$in.channels"]}, **declared}
    return {
        "archspec": 1,
        "name": "net",
        "input": [4],
        "kinds": {"Scale": kind | ({"keras": reference} if reference else {})},
        "layers": [{"name": "twice", "Scale": {"factor": 2}}, {"Scale": {}}],
    }


def complaint(**how: Any) -> Any:
    with pytest.raises(SpecError) as caught:
        archspec.build(spec(**how))
    (only,) = caught.value.diagnostics
    return only


def test_nothing_is_imported_without_leave(monkeypatch: pytest.MonkeyPatch) -> None:
    for trust in ("", "own", "ownkinds.inner", "ownkind", "ownkindss"):
        monkeypatch.setenv("ARCHSPEC_TRUST", trust)
        wrong = complaint()
        assert wrong.code == "no-leave"
        assert "--trust ownkinds" in wrong.help
        assert "ownkinds" not in sys.modules


def test_with_leave_it_is_built(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARCHSPEC_TRUST", "other, ownkinds")
    model = archspec.build(spec())
    assert [layer.name for layer in model.layers[1:]] == ["twice", "scale"]
    assert np.allclose(model(np.ones((1, 4), "float32")), 2)
    emitted = run(written_of(spec())).build_model()
    assert np.allclose(emitted(np.ones((1, 4), "float32")), 2)


def test_a_program_gives_the_class() -> None:
    class Other(keras.layers.Layer):
        def __init__(self, factor: int, **options: Any) -> None:
            super().__init__(**options)
            self.gamma = self.add_weight(name="gamma", shape=(4,))

        def call(self, x: Any) -> Any:
            return x * self.gamma

    model = archspec.build(spec(None), layers={"Scale": Other})
    assert type(model.layers[1]) is Other
    assert "ownkinds" not in sys.modules
    with pytest.raises(SpecError):
        archspec.build(spec(None), layers={"Scale": dict})


def test_the_sizes_of_a_product_with_a_number_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARCHSPEC_TRUST", "ownkinds")
    layers = [{"ops.multiply": {"x2": 0.5}}, {"Scale": {"factor": 2}}]
    network = {**spec(), "layers": [*layers, {"Dense": {"units": 2}}]}
    assert archspec.build(network).output_shape == (None, 2)
    assert run(written_of(network)).build_model().output_shape == (None, 2)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Lambda", "is a class of the module `keras."),
        ("Dense", "is a class of the module `keras."),
        ("Quiet", "is a `Lambda`"),
        ("Plain", "is no layer of Keras"),
        ("function", "is no layer of Keras"),
        ("dumps", "is no layer of Keras"),
        ("Missing", "cannot be imported: AttributeError"),
    ],
)
def test_what_the_name_stands_for_is_looked_at(
    name: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ARCHSPEC_TRUST", "ownkinds")
    assert words in complaint(reference=f"ownkinds:{name}").message


def test_a_module_that_fails_gets_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("ownkinds.py").write_text("1 / 0\n")
    monkeypatch.setenv("ARCHSPEC_TRUST", "ownkinds")
    assert "ZeroDivisionError" in complaint().message


@pytest.mark.parametrize(
    ("declared", "words"),
    [
        ({"weights": {}}, "makes the weights of `twice` 4, and its declaration none"),
        ({"weights": {"gamma": [5]}}, "makes the weights of `twice` 4, and its declaration 5"),
        (
            {"weights": {"gamma": {"shape": [4], "trainable": False}}},
            "makes the weights of `twice` 4, and its declaration 4 (fixed)",
        ),
        ({"shape": [7]}, "makes the output of `twice` 4, and its declaration 7"),
    ],
)
def test_a_difference_blames_the_declaration(
    declared: dict[str, Any], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ARCHSPEC_TRUST", "ownkinds")
    wrong = complaint(**declared)
    assert wrong.code == "declaration-differs"
    assert words in wrong.message


def test_a_declaration_without_a_class_is_not_built() -> None:
    assert "names no class" in complaint(reference=None).message
    with pytest.raises(SpecError) as caught:
        written_of(spec(None))
    assert caught.value.diagnostics[0].code == "no-class"
