"""Emitted Python source: it is clean, needs nothing of archspec, and makes the model that
`archspec.build` makes.
"""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras
import pytest
from hypothesis import HealthCheck, given, settings

import archspec
from archspec.backends.keras.model import without_values
from archspec.compiler import Compiler
from archspec.frontend.resolve import Reference
from archspec.networks import distinct, family
from tests import pretended_keras
from tests.drawn_specs import Spec, specs
from tests.emitted import run, same, written, written_of
from tests.hard_specs import HARD

ROOT = Path(__file__).parents[1]
FILES = [
    *sorted((ROOT / "specs").rglob("*.yaml")),
    *sorted((ROOT / "tests/data/design").rglob("*.yaml")),
]
FEW = 6_000_000
"""Parameters of the variants that are also run: the others would take minutes, and differ in
nothing but their sizes from the document that is.
"""

RULES = [
    "ruff",
    "check",
    "--isolated",
    "--no-cache",
    "--select",
    "E,F,W,I,N,UP,B,C4,SIM",
    "--line-length",
    "120",
]
LAYOUT = ["ruff", "format", "--isolated", "--no-cache", "--check", "--line-length", "120"]


def networks() -> Iterator[Any]:
    """Every network of the shipped specs, the document of a file first, and the documents of
    the design's; variants are heavy.
    """
    for file in FILES:
        name = file.relative_to(ROOT).with_suffix("").as_posix()
        yield pytest.param(str(file), id=name)
        for variant in (
            ()
            if "design" in name
            else Compiler().library.variants(Compiler().library.open(Reference(str(file), None)))
        ):
            yield pytest.param(f"{file}@{variant}", id=f"{name}@{variant}", marks=pytest.mark.heavy)


def compare(
    spec: Any, text: str, *, outputs: bool, variables: dict[str, Any] | None = None
) -> None:
    """Build both models, with weights that have values only if their outputs are compared, and
    compare them.
    """
    variables = variables or {}
    given = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in variables.items()
    }
    if outputs:
        same(archspec.build(spec, **variables), run(text).build_model(**given))
        keras.backend.clear_session()  # which frees the two
        return
    with without_values():
        same(archspec.build(spec, **variables), run(text).build_model(**given), outputs=False)


@pytest.mark.parametrize(
    "reference", [one for one in networks() if "keras/" not in one.id]
)  # for those see tests/equivalence
def test_the_source_of_every_network_makes_its_model(reference: str) -> None:
    few = archspec.compile(reference).parameters < FEW
    compare(
        reference,
        written(reference),
        outputs=few or ("@" not in reference and "design" not in reference),
    )


@pytest.mark.parametrize("what", HARD)
def test_what_is_hard_to_say_in_python(what: str, tmp_path: Path) -> None:
    spec = tmp_path / "hard.yaml"
    spec.write_text(f"archspec: 1\nname: hard\n{HARD[what]}", encoding="utf-8")
    compare(str(spec), written(str(spec)), outputs=True)


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(specs())
def test_the_source_of_a_drawn_spec_makes_its_model(spec: Spec) -> None:
    try:
        archspec.compile(spec)
    except archspec.SpecError:
        return
    compare(spec, written_of(spec), outputs=False)


@settings(
    max_examples=300, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
@given(specs())
def test_the_source_of_a_drawn_spec_makes_the_calls_of_its_graph(spec: Spec) -> None:
    try:
        graph = archspec.compile(spec)
    except archspec.SpecError:
        return
    pretended_keras.same(graph, written_of(spec))


def test_the_source_of_every_variant_makes_the_calls_of_its_graph() -> None:
    for one in networks():
        reference = one.values[0]
        pretended_keras.same(archspec.compile(reference), written(reference))


# --- the text


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sources of all networks, of the hard specs and of a hundred drawn ones."""
    folder = tmp_path_factory.mktemp("sources")
    compiler = Compiler()
    for number, file in enumerate(FILES):
        for one in distinct(list(family(compiler, Reference.parse(str(file)), {}))):
            name, _, variant = one.name.partition("@")
            reference = (
                str(file) if one.name == one.spec else f"{file}@{variant}" if variant else str(file)
            )
            (
                folder
                / f"n{number}_{name.replace('-', '_').replace('.', '_').replace('/', '_')}.py"
            ).write_text(written(reference), encoding="utf-8")
    for number, text in enumerate(HARD.values()):
        spec = folder / f"h{number}.yaml"
        spec.write_text(f"archspec: 1\nname: hard\n{text}", encoding="utf-8")
        spec.with_suffix(".py").write_text(written(str(spec)), encoding="utf-8")
    for number, drawn in enumerate(drawn_sources()):
        (folder / f"d{number}.py").write_text(drawn, encoding="utf-8")
    return folder


def drawn_sources() -> list[str]:
    """The sources of some drawn specs."""
    found: list[str] = []

    @settings(
        max_examples=100,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(specs())
    def draw(spec: Spec) -> None:
        try:
            found.append(written_of(spec))
        except archspec.SpecError:
            return

    draw()
    return found


@pytest.mark.parametrize("command", [RULES, LAYOUT], ids=["rules", "layout"])
def test_ruff_finds_nothing_to_mend(command: list[str], folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", *command, str(folder)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr


def test_the_files_import_keras_and_math_and_nothing_else(folder: Path) -> None:
    for path in folder.glob("*.py"):
        nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
        names = {one.name for node in nodes if isinstance(node, ast.Import) for one in node.names}
        names |= {str(node.module) for node in nodes if isinstance(node, ast.ImportFrom)}
        assert names <= {"keras", "math"}, path


def test_a_source_that_was_read_stays_as_it_is() -> None:
    expected = (ROOT / "tests/data/source/resnet.txt").read_text(encoding="utf-8")
    assert written(str(ROOT / "specs/resnet.yaml")) == expected


def test_the_same_spec_gives_the_same_bytes_in_every_process_and_loads_no_keras() -> None:
    program = (
        "import sys, hashlib\nfrom archspec.backends.source import source\nfrom archspec.compiler"
        " import Compiler\nfrom archspec.frontend.resolve import Reference\nfor name in"
        " sys.argv[1:]:\n   "
        " print(hashlib.sha256(source(Compiler().record(Reference.parse(name))).encode()).hexdigest())\nassert"
        " not {'keras', 'tensorflow', 'numpy'} & {name.partition('.')[0] for name in sys.modules}\n"
    )
    files = [
        str(ROOT / "tests/data/design/trials" / name)
        for name in ("nasnet.yaml", "siamese.yaml", "mobilenet_v3.yaml")
    ]
    sums = set()
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        done = subprocess.run(
            [sys.executable, "-c", program, *files],
            capture_output=True,
            text=True,
            check=True,
            env=environment,
            cwd=ROOT,
        )
        sums.add(done.stdout)
    assert len(sums) == 1


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
    compare(reference, written(reference), outputs=False, variables=variables)
