"""The directions of the design: which module may import what, read from the source, and what a
command loads.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from fnmatch import fnmatch
from functools import cache
from graphlib import CycleError, TopologicalSorter

import pytest

from archspec.cli.program import SHARED
from tests.paths import ROOT

PACKAGE = ROOT / "archspec"
MODULES = {
    path.relative_to(PACKAGE).with_suffix("").as_posix(): path
    for path in sorted(PACKAGE.rglob("*.py"))
}
"""Every module of the package by its path in it: ``frontend/resolve``."""


@cache
def tree(name: str) -> ast.Module:
    """The syntax tree of a module of the package."""
    return ast.parse(MODULES[name].read_text(encoding="utf-8"))


@cache
def imported(name: str, *, running: bool = False) -> frozenset[str]:
    """The dotted names that a module imports: at its top and in its functions, for type checkers
    and by a string; with ``running``, without those for type checkers.
    """
    return frozenset(_imports(tree(name), running))


def _imports(node: ast.AST, running: bool) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        assert node.level == 0, "the package imports by full names"
        yield from (f"{node.module}.{alias.name}" for alias in node.names)
    elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module"):
        yield from (arg.value for arg in node.args if isinstance(arg, ast.Constant))
    for child in ast.iter_child_nodes(node):
        if not (running and isinstance(child, ast.If) and _is_for_types(child)):
            yield from _imports(child, running)


def _is_for_types(condition: ast.If) -> bool:
    return ast.unparse(condition.test).endswith("TYPE_CHECKING")


def ours(name: str, *, running: bool = False) -> set[str]:
    """The names of the package that a module imports."""
    return {one for one in imported(name, running=running) if _within(one, "archspec")}


def importers(*prefixes: str) -> set[str]:
    """The modules that import any of some packages."""
    return {name for name in MODULES if any(_within(one, *prefixes) for one in imported(name))}


def _within(name: str, *prefixes: str) -> bool:
    return any(name == prefix or name.startswith(f"{prefix}.") for prefix in prefixes)


def matching(*patterns: str) -> list[str]:
    """The modules that match one of the patterns."""
    return [name for name in MODULES if any(fnmatch(name, pattern) for pattern in patterns)]


def other_than(names: Iterable[str], *patterns: str) -> set[str]:
    """The names that match none of the patterns."""
    return {name for name in names if not any(fnmatch(name, pattern) for pattern in patterns)}


@pytest.mark.parametrize(
    ("packages", "rooms"),
    [
        (
            ("keras", "tensorflow", "h5py", "numpy", "jax", "torch"),
            ("backends/keras/*", "training/*", "reading/*"),
        ),
        (("yaml",), ("frontend/yaml/*",)),
        (("jsonschema",), ("frontend/schema/*",)),
        (("click",), ("cli/*",)),
        (("pygls", "lsprotocol"), ("editor/*",)),
        (("graphviz",), ("diagrams/*",)),
        (("matplotlib", "adjustText"), ("charts/*",)),
        (("watchfiles",), ("live/watcher",)),
        (("http.server", "socketserver"), ("live/server",)),
        (("socket",), ("live/server", "backends/keras/*", "training/launcher")),
    ],
)
def test_a_package_from_elsewhere_has_one_room(
    packages: tuple[str, ...], rooms: tuple[str, ...]
) -> None:
    # `keras` in api.py is the type of what `archspec.build` returns
    assert not other_than(importers(*packages), *rooms, "api")


def test_layers_know_nothing_but_one_another_and_tensors() -> None:
    for name in matching("layers/*"):
        allowed = ("archspec.layers", "archspec.tensor", "archspec.spelling", "archspec.limits")
        assert not {one for one in ours(name) if not _within(one, *allowed)}, name


def test_backends_and_reports_see_no_document() -> None:
    for name in matching("backends/*", "diagrams/*", "reports/*"):
        allowed = (
            [f"archspec.frontend.{room}" for room in ("elaborate", "program", "expressions")]
            if fnmatch(name, "backends/python_source/*")
            else []
        ) + ["archspec.frontend.yaml.document.Value", "archspec.frontend.expressions.builtins"]
        seen = {one for one in ours(name) if _within(one, "archspec.frontend")}
        assert not {one for one in seen if not _within(one, *allowed)}, name


@pytest.mark.parametrize(
    ("room", "behind"),
    [
        ("frontend/*", ("backends", "diagrams", "reports", "charts", "live", "cli", "compile")),
        ("layers/*", ("backends", "diagrams", "reports", "charts", "live", "cli", "compile")),
        ("backends/*", ("diagrams", "charts", "live", "cli")),
        ("diagrams/*", ("backends", "charts", "live", "cli")),
        ("reports/*", ("backends", "diagrams", "charts", "live", "cli")),
        ("charts/*", ("backends", "diagrams", "live", "cli")),
        ("live/*", ("backends", "cli")),
    ],
)
def test_a_room_sees_nothing_behind_it(room: str, behind: tuple[str, ...]) -> None:
    rooms = [f"archspec.{one}" for one in behind]
    for name in matching(room):
        assert not {one for one in ours(name) if _within(one, *rooms)}, name


def test_data_imports_nothing_of_the_package_when_it_runs() -> None:
    allowed = {
        "limits": (),
        "tensor": (),
        "graph": ("archspec.tensor", "archspec.spelling", "archspec.limits"),
        "diagnostics": ("archspec.limits",),
        "spelling": ("archspec.limits",),
    }
    for name, may in allowed.items():
        assert not {one for one in ours(name, running=True) if not _within(one, *may)}, name


def test_nothing_but_the_command_line_imports_it() -> None:
    assert not other_than(importers("archspec.cli"), "__main__", "cli/*")


def test_a_command_is_a_file_and_a_row_of_the_readme() -> None:
    commands = {name.removeprefix("cli/") for name in matching("cli/*")} - {*SHARED, "__init__"}
    rows = (ROOT / "README.md").read_text(encoding="utf-8").split("## Commands")[1]
    assert commands == set(re.findall(r"`archspec (\w+)", rows.split("\n## ")[0])) - {"COMMAND"}


def test_modules_import_no_circles() -> None:
    edges = {name: _needed(name) for name in MODULES}
    try:
        TopologicalSorter(edges).prepare()
    except CycleError as error:
        pytest.fail(f"these import one another: {' → '.join(reversed(error.args[1]))}")


def _needed(name: str) -> set[str]:
    """The modules that a module imports."""
    return {other for one in ours(name) if (other := _module(one)) and other != name}


def _module(name: str) -> str:
    """The module of the package that a dotted name lies in; that of a package's own name is its
    ``__init__``.
    """
    parts = name.split(".")[1:]
    candidates = ["/".join(parts[:end]) for end in (len(parts), len(parts) - 1) if end >= 0]
    files = [file for one in candidates for file in (one, f"{one}/__init__".lstrip("/"))]
    return next((file for file in files if file in MODULES), "")


def test_no_module_uses_the_private_names_of_another() -> None:
    private = [
        (name, one)
        for name in MODULES
        for one in [*ours(name), *_reached(tree(name))]
        if one.rpartition(".")[2].startswith("_") and not one.endswith("__")
    ]
    assert not private


NAMED_TUPLES_OWN = ("_replace", "_fields", "_asdict", "_make")


def _reached(module: ast.Module) -> Iterator[str]:
    """``name._x`` for all that is imported from the package."""
    names = {
        alias.asname or alias.name
        for node in ast.walk(module)
        if isinstance(node, ast.ImportFrom) and _within(node.module or "", "archspec")
        for alias in node.names
    }
    attributes = (node for node in ast.walk(module) if isinstance(node, ast.Attribute))
    yield from (
        ast.unparse(node)
        for node in attributes
        if ast.unparse(node.value) in names and node.attr not in NAMED_TUPLES_OWN
    )


def test_a_class_name_is_used_once() -> None:
    uses = Counter(
        node.name
        for name in MODULES
        for node in ast.walk(tree(name))
        if isinstance(node, ast.ClassDef) and not _is_kind_of_keras(name, node)
    )
    assert not {name for name, times in uses.items() if times > 1}


def _is_kind_of_keras(module: str, node: ast.ClassDef) -> bool:
    """The Keras layers of the kinds that Keras lacks are called as the kinds are, since Keras's
    files name them.
    """
    return module == "backends/keras/layers" and not node.name.startswith("_")


def test_no_module_is_named_for_anything_and_nothing() -> None:
    vague = {"utils", "util", "common", "helpers", "helper", "manager", "misc", "tools", "core"}
    allowed = {"layers/core"}  # as Keras calls that family
    assert not {name for name in MODULES if vague & set(name.split("/")[-1].split("_"))} - allowed


def test_a_module_begins_with_what_goes_in_and_what_comes_out() -> None:
    silent = [name for name in MODULES if not ast.get_docstring(tree(name))]
    assert [name for name in silent if not name.endswith("__init__")] == []


LOADED = """
import runpy, sys
sys.argv = ["archspec", *sys.argv[1:]]
try:
    runpy.run_module("archspec", run_name="__main__")
except SystemExit as done:
    assert not done.code, done.code
print("LOADED", *sorted({name.partition(".")[0] for name in sys.modules}))
"""


@pytest.mark.parametrize(
    "command",
    [
        ["check", "specs/resnet.yaml"],
        ["summary", "specs/resnet.yaml@resnet50"],
        ["expand", "vgg"],
        ["layers"],
        ["recipe", "lenet5-digits"],
        ["schema", "--recipe"],
        ["--help"],
    ],
    ids=" ".join,
)
def test_a_command_without_keras_loads_none(command: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOADED, *command],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    loaded = set(done.stdout.split("LOADED", 1)[1].split())
    assert not loaded & {
        "keras",
        "tensorflow",
        "numpy",
        "h5py",
        "jax",
        "torch",
        "graphviz",
        "scipy",
        "pandas",
    }
