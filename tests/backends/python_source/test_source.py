"""Emitted Python source: it is clean, needs nothing of archspec, and makes the model that
`archspec.build` makes.
"""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import yaml
from hypothesis import given, settings

import archspec
from archspec.backends.keras.model import without_values
from archspec.backends.python_source import source
from archspec.compiler import Compiler
from archspec.frontend.elaborate.recording import Recording
from archspec.frontend.library import Reference
from archspec.layers.declared import Declared
from tests.backends.python_source import pretended_keras
from tests.backends.python_source.emitted import (
    recorded,
    recording_of,
    run,
    same,
    same_outputs,
    written,
    written_of,
)
from tests.drawn_kinds import Gain
from tests.drawn_specs import Spec, specs
from tests.hard_specs import HARD
from tests.hub.cases import CASES as BACKBONES
from tests.hub.cases import Case
from tests.marks import LONG
from tests.networks.grown import GROWN
from tests.paths import ROOT
from tests.values import draw_values, share_all

FILES = [
    *sorted((ROOT / "specs").rglob("*.yaml")),
    *sorted((ROOT / "tests/data/design").rglob("*.yaml")),
]
ONE_A_FAMILY = [
    "specs/alexnet_cifar10",
    "specs/efficientnet",
    "specs/googlenet",
    "specs/lenet5",
    "specs/resnet_cifar10",
    "specs/vgg_cifar10",
    "tests/data/design/trials/convnext",
    "tests/data/design/trials/darknet53",
    "tests/data/design/trials/siamese",
    "tests/data/design/trials/vit",
    "tests/data/design/trials/xception",
]
"""A network of each family, whose source is also run in the real Keras by default."""

FEW = 6_000_000
"""Parameters of the variants that are also run: the others would take minutes, and differ in
nothing but their sizes from the document that is.
"""

RUFF = [sys.executable, "-m", "ruff"]
STRICT = ["--isolated", "--no-cache", "--line-length", "120"]
RULES = [*RUFF, "check", *STRICT, "--select", "E,F,W,I,N,UP,B,C4,SIM"]
LAYOUT = [*RUFF, "format", *STRICT, "--check"]


def variants(file: Path, compiler: Compiler) -> list[str]:
    """The references to the document of a file and to its variants."""
    names = compiler.library.variants(compiler.library.open(Reference(str(file), None)))
    return [str(file), *(f"{file}@{name}" for name in names)]


def networks() -> Iterator[Any]:
    """Every network that is run in the real Keras: by default one of each family. The pretended
    Keras runs them all, below.
    """
    compiler = Compiler()
    for file in FILES:
        name = file.relative_to(ROOT).with_suffix("").as_posix()
        if "keras/" in name or "hub/" in name or file.stem in GROWN:
            continue  # for those see tests/equivalence, below, and tests/networks
        for reference in [str(file)] if "design" in name else variants(file, compiler):
            variant = reference.removeprefix(str(file))
            marks: Any = () if name in ONE_A_FAMILY and not variant else LONG
            yield pytest.param(reference, id=f"{name}{variant}", marks=marks)


def compare(spec: Any, text: str, *, outputs: bool = False, **variables: Any) -> None:
    """Build a spec's model and that of its source, without values, and compare them; with
    ``outputs``, give both the same values and run them on the same input.
    """
    given = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in variables.items()
    }
    with without_values():
        model = archspec.build(spec, layers={"Gain": Gain}, **variables)
        emitted = run(text).build_model(**given)
    agree(model, emitted, outputs=outputs)


def agree(model: Any, emitted: Any, *, outputs: bool) -> None:
    """Compare two models without values; with ``outputs``, give both the same values and run them
    on the same input.
    """
    same(model, emitted)
    if outputs:
        draw_values(model)
        share_all(model, emitted)
        same_outputs(model, emitted)
        keras.backend.clear_session()  # which frees the two


@pytest.mark.parametrize("reference", list(networks()))
def test_the_source_of_a_network_makes_its_model(reference: str) -> None:
    few = archspec.compile(reference).parameters < FEW
    document = "@" not in reference and "design" not in reference
    compare(reference, written(reference), outputs=few or document)


@pytest.mark.heavy
@pytest.mark.parametrize("case", BACKBONES, ids=[case.spec for case in BACKBONES])
def test_the_source_of_a_backbone_makes_its_model(case: Case) -> None:
    """At the size of its proof: at their own, they take gigabytes."""
    text = written(case.spec, **case.variables)
    with without_values():
        model, emitted = archspec.build(case.spec, **case.variables), run(text).build_model()
    agree(model, emitted, outputs=True)


@pytest.mark.parametrize("what", HARD)
def test_what_is_hard_to_say_in_python(what: str, tmp_path: Path) -> None:
    path = tmp_path / "hard.yaml"
    path.write_text(f"archspec: 1\nname: hard\n{HARD[what]}", encoding="utf-8")
    model, emitted = archspec.build(path), run(written(str(path))).build_model()
    same(model, emitted)
    emitted.set_weights(model.get_weights())
    same_outputs(model, emitted)


DRAWN = settings(max_examples=120)


@settings(max_examples=30)
@given(specs())
def test_the_source_of_a_drawn_spec_makes_its_model(spec: Spec) -> None:
    try:
        archspec.compile(spec)
    except archspec.SpecError:
        return
    compare(spec, written_of(spec))


@pytest.mark.heavy
def test_every_source_makes_the_calls_of_its_graph_and_is_clean(tmp_path: Path) -> None:
    """Of every network, of the hard specs and of drawn ones."""
    number = count()
    for recording in recordings(tmp_path):
        check_source(recording, tmp_path / f"network_{next(number)}.py")

    @DRAWN
    @given(specs())
    def check_drawn(spec: Spec) -> None:
        try:
            recording = recording_of(spec)
        except archspec.SpecError:
            return
        check_source(recording, tmp_path / f"drawn_{next(number)}.py")

    check_drawn()
    for command in (RULES, LAYOUT):
        done = subprocess.run(
            [*command, "."], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr


def recordings(folder: Path) -> Iterator[Recording]:
    """Those of every network, and of the hard specs."""
    for file in FILES:
        compiler = Compiler()
        for reference in variants(file, compiler):
            yield recorded(compiler, Reference.parse(reference))
    for text in HARD.values():
        spec = folder / "hard.yaml"
        spec.write_text(f"archspec: 1\nname: hard\n{text}", encoding="utf-8")
        yield recorded(Compiler(), Reference(str(spec), None))


def declared_modules(graph: archspec.Graph) -> set[str]:
    """The modules of the kinds that a spec declares."""
    layers = [node.layer for node in graph.nodes if isinstance(node.layer, Declared)]
    return {layer.declaration.reference.partition(":")[0] for layer in layers}


def check_source(recording: Recording, path: Path) -> None:
    """The source makes the graph in the pretended Keras, and imports only Keras and math."""
    text = source(recording)
    path.write_text(text, encoding="utf-8")
    pretended_keras.same(recording.graph, text)
    nodes = list(ast.walk(ast.parse(text)))
    names = {one.name for node in nodes if isinstance(node, ast.Import) for one in node.names}
    names |= {str(node.module) for node in nodes if isinstance(node, ast.ImportFrom)}
    assert names <= {"keras", "math", *declared_modules(recording.graph)}


# --- the text


def test_a_source_that_was_read_stays_as_it_is() -> None:
    expected = (ROOT / "tests/data/source/resnet.txt").read_text(encoding="utf-8")
    assert written(str(ROOT / "specs/resnet.yaml")) == expected


HASHES = """
import hashlib, sys
from archspec.backends.python_source import source
from archspec.compiler import Compiler
from archspec.frontend.elaborate.recording import Recorder
from archspec.frontend.library import Reference
for name in sys.argv[1:]:
    recorder = Recorder()
    graph = Compiler().check(Reference.parse(name), observer=recorder).graph
    print(hashlib.sha256(source(recorder.recording(graph)).encode()).hexdigest())
assert not {"keras", "tensorflow", "numpy"} & {name.partition(".")[0] for name in sys.modules}
"""


def test_the_same_spec_gives_the_same_bytes_in_every_process_and_loads_no_keras() -> None:
    files = [
        str(ROOT / "tests/data/design/trials" / name)
        for name in ("nasnet.yaml", "siamese.yaml", "mobilenet_v3.yaml")
    ]
    done = subprocess.run(
        [sys.executable, "-c", HASHES, *files],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONHASHSEED": "1"},  # this process has another
        cwd=ROOT,
    )
    assert done.stdout.split() == [sha256(written(one).encode()).hexdigest() for one in files]


WITHOUT_ARCHSPEC = """
import runpy, sys
sys.modules["archspec"] = None  # importing it fails
module = runpy.run_path(sys.argv[1], run_name="__main__")
import keras
loaded = keras.models.load_model(sys.argv[2])
made = module["build_model"]()
assert [layer.name for layer in loaded.layers] == [layer.name for layer in made.layers]
"""


def test_a_source_runs_where_there_is_no_archspec_and_loads_what_archspec_saved(
    tmp_path: Path,
) -> None:
    spec = tmp_path / "hard.yaml"
    spec.write_text(f"archspec: 1\nname: hard\n{HARD['small objects of Keras']}", encoding="utf-8")
    archspec.build(spec).save(tmp_path / "saved.keras")
    (tmp_path / "net.py").write_text(written(str(spec)), encoding="utf-8")
    command = [
        sys.executable,
        "-I",
        "-c",
        WITHOUT_ARCHSPEC,
        str(tmp_path / "net.py"),
        str(tmp_path / "saved.keras"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stderr[-2000:]
    assert "Total params" in done.stdout  # the summary


# --- the arguments of build_model

CHANGED = {
    "classes": ("specs/resnet.yaml", {"classes": 10}),
    "depths": ("specs/resnet.yaml", {"depths": [2, 1, 3, 1], "pool": False}),
    "aux": ("specs/googlenet.yaml", {"aux": False, "classes": 7}),
    "kernels": ("specs/vgg.yaml", {"kernels": [[3], [3, 1], [1], [3], [5]], "units": 16}),
    "phi": ("specs/efficientnet.yaml", {"phi": 1}),
    "towers": ("specs/alexnet.yaml", {"towers": 1, "normalized": 0}),
    "cells": (
        "tests/data/design/trials/nasnet.yaml",
        {"cells": 2, "skip": True, "filters": 48, "resolution": 96},
    ),
    "width": ("tests/data/design/trials/vit.yaml", {"width": 96, "heads": 3, "mlp": 64}),
}


@pytest.mark.parametrize("what", CHANGED)
def test_an_argument_of_build_model_does_what_set_does(what: str) -> None:
    file, variables = CHANGED[what]
    reference = str(ROOT / file)
    compare(reference, written(reference), **variables)


MASKED = """
archspec: 1
name: masked
inputs: {a: {shape: [5], dtype: int32}, b: {shape: [5], dtype: int32}}
layers:
  - {name: x, from: a, Embedding: {input_dim: 9, output_dim: 4, mask_zero: true}}
  - {name: y, from: b, Embedding: {input_dim: 9, output_dim: 4, mask_zero: true}}
  - {from: [x, y], Concatenate: {}}
  - {name: expand_dims, GRU: {units: 4, return_sequences: true}}
  - {from: [expand_dims, x], Concatenate: {}}
  - {name: any_1, GRU: {units: 3}}
"""


@pytest.mark.heavy
def test_layers_may_have_the_names_of_operations_on_masks() -> None:
    """Keras makes these in a `Concatenate` of tensors with masks, and names them itself."""
    spec = yaml.safe_load(MASKED)
    ours, theirs = archspec.build(spec), run(written_of(spec)).build_model()
    theirs.set_weights(ours.get_weights())
    words = [np.array([[1, 2, 0, 0, 0], [3, 0, 5, 6, 0]], "int32")[::step] for step in (1, -1)]
    assert [layer.name for layer in theirs.layers] == [layer.name for layer in ours.layers]
    assert np.allclose(ours(words), theirs(words), atol=1e-6)
