"""The directions of the design: which module may import what, read from the source, and what a
command loads.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "archspec"
MODULES = {
    path.relative_to(PACKAGE).with_suffix("").as_posix(): path
    for path in sorted(PACKAGE.rglob("*.py"))
}
"""Every module of the package by its path in it: ``frontend/source``."""


def imported(path: Path, *, typing: bool = False) -> set[str]:
    """The dotted names that a module imports, at its top and in its functions; those for type
    checkers only on demand.
    """
    return set(_imports(ast.parse(path.read_text(encoding="utf-8")), typing))


def _imports(node: ast.AST, typing: bool) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (one.name for one in node.names)
    elif isinstance(node, ast.ImportFrom):
        assert node.level == 0, "the package imports by full names"
        yield from (f"{node.module}.{one.name}" for one in node.names)
    for child in ast.iter_child_nodes(node):
        if typing or not (isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING"):
            yield from _imports(child, typing)


def importers(*prefixes: str) -> set[str]:
    """The modules that import any of some packages."""
    return {
        name
        for name, path in MODULES.items()
        if any(_within(one, prefix) for one in imported(path) for prefix in prefixes)
    }


def _within(name: str, prefix: str) -> bool:
    return name == prefix or name.startswith(prefix + ".")


def other_than(names: set[str], *patterns: str) -> set[str]:
    """The names that match none of the patterns."""
    return {name for name in names if not any(fnmatch(name, pattern) for pattern in patterns)}


@pytest.mark.parametrize(
    ("packages", "rooms"),
    [
        (("keras", "tensorflow", "h5py", "numpy", "jax", "torch"), ("backends/keras/*",)),
        (("yaml",), ("frontend/yaml/reader",)),
        (("jsonschema",), ("frontend/schema/json_schema",)),
        (("click",), ("cli/*",)),
        (("graphviz",), ("diagrams/dot",)),
        (("watchfiles",), ("live/watcher",)),
        (("http.server", "socketserver"), ("live/server",)),
        (("socket",), ("live/server", "backends/keras/applications")),
    ],
)
def test_a_package_from_elsewhere_has_one_room(
    packages: tuple[str, ...], rooms: tuple[str, ...]
) -> None:
    assert not other_than(importers(*packages), *rooms)


def test_layers_know_nothing_but_one_another_and_graphs() -> None:
    for name in fnmatch_all("layers/*"):
        ours = {one for one in imported(MODULES[name]) if _within(one, "archspec")}
        assert all(
            _within(one, prefix)
            for one in ours
            for prefix in [_first(one, "archspec.layers", "archspec.graph", "archspec.spelling")]
        ), (
            name,
            ours,
        )


def _first(name: str, *allowed: str) -> str:
    return next((one for one in allowed if _within(name, one)), "nothing that it may import")


def fnmatch_all(*patterns: str) -> list[str]:
    """The modules that match a pattern."""
    return [name for name in MODULES if any(fnmatch(name, pattern) for pattern in patterns)]


RECORDED = ("elaborate.recording", "elaborate.names", "program", "expressions", "yaml.reader.Value")
"""What a recording is made of: the program, its formulas and their expressions."""


def test_backends_and_reports_see_no_document() -> None:
    for name in fnmatch_all("backends/*", "reports/*"):
        allowed = (
            [f"archspec.frontend.{one}" for one in RECORDED]
            if fnmatch(name, "backends/python_source/*")
            else []
        )
        seen = {
            one for one in imported(MODULES[name], typing=True) if _within(one, "archspec.frontend")
        }
        assert not {one for one in seen if not any(_within(one, prefix) for prefix in allowed)}, (
            name
        )


def test_the_front_end_sees_nothing_behind_it() -> None:
    for name in fnmatch_all("frontend/*", "layers/*"):
        behind = (
            "archspec.backends",
            "archspec.reports",
            "archspec.cli",
            "archspec.compiler",
            "archspec.terminal",
        )
        assert not {
            one
            for one in imported(MODULES[name], typing=True)
            if any(_within(one, prefix) for prefix in behind)
        }, name


def test_data_imports_nothing_of_the_package_when_it_runs() -> None:
    allowed = {
        "graph": set(),
        "limits": set(),
        "diagnostics": {"archspec.limits"},
        "spelling": {"archspec.limits"},
    }
    for name, may in allowed.items():
        ours = {one for one in imported(MODULES[name]) if _within(one, "archspec")}
        assert all(any(_within(one, prefix) for prefix in may) for one in ours), (name, ours)


def test_nothing_but_the_command_line_prints_or_imports_it() -> None:
    assert not other_than(
        importers("archspec.cli", "archspec.terminal"), "__main__", "cli", "cli_*", "terminal"
    )


def test_modules_import_no_circles() -> None:
    edges = {
        name: {other for one in imported(path) if (other := _module(one)) and other != name}
        for name, path in MODULES.items()
        if _eager(path)
    }
    done: set[str] = set()
    while len(done) < len(edges):
        free = {name for name, needs in edges.items() if name not in done and needs <= done}
        assert free, f"these import one another: {sorted(set(edges) - done)}"
        done |= free


def _eager(path: Path) -> bool:
    return path.name != "__init__.py"


def _module(name: str) -> str:
    """The module of the package that a dotted name lies in; nothing for a package's
    ``__init__`` and for other packages.
    """
    parts = name.split(".")
    candidates = (
        ["/".join(parts[1:end]) for end in (len(parts), len(parts) - 1)]
        if parts[0] == "archspec"
        else []
    )
    return next((one for one in candidates if one in MODULES and not one.endswith("__init__")), "")


def test_no_module_is_named_for_anything_and_nothing() -> None:
    vague = {
        "utils",
        "util",
        "common",
        "helpers",
        "helper",
        "manager",
        "misc",
        "tools",
        "base_utils",
        "core_utils",
    }
    assert not {name for name in MODULES if vague & set(name.split("/")[-1].split("_"))}


def test_a_module_begins_with_what_goes_in_and_what_comes_out() -> None:
    silent = [
        name
        for name, path in MODULES.items()
        if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
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
