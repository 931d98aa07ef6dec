"""Loading a spec runs no code, reads no file but those that it extends, and writes nothing: an
audit hook of Python watches it.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import archspec
from archspec.compiler import Compiler
from archspec.frontend.library import SHIPPED, Reference
from archspec.layers import KINDS
from tests.paths import ROOT

WATCHED = """
import json, os, sys
import archspec
from archspec.layers import KINDS

try:
    archspec.compile(sys.argv[1])          # once unwatched: what is imported on first use is no spec's doing
except archspec.SpecError:
    pass
events = []

def watch(event, arguments):
    if event in EVENTS or event.split(".")[0] in MODULES:
        events.append([event, *(str(one) for one in arguments[:3])])

EVENTS = {"open", "exec", "import", "compile", "code.__new__", "pickle.find_class", "marshal.loads", "builtins.input", "sys.addaudithook"}
MODULES = {"os", "subprocess", "socket", "shutil", "ctypes", "urllib", "tempfile", "webbrowser", "http", "sqlite3", "glob", "pathlib"}
sys.addaudithook(watch)
events.clear()
try:
    said = ["compiled", str(len(archspec.compile(sys.argv[1]).nodes))]
except archspec.SpecError as error:
    said = [one.code for one in error.diagnostics]
    str(error)
print(json.dumps({"said": said, "events": list(events)}))
"""


def watched(path: Path) -> dict[str, Any]:
    """What compiling a spec said, and every event of interest, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", WATCHED, str(path)],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def opened(events: list[list[str]]) -> set[Path]:
    """The files that were opened, all of them for reading."""
    listing = {
        "os.listdir",
        "os.scandir",
        "glob.glob",
        "pathlib.Path.glob",
        "pathlib.Path.rglob",
        "pathlib.Path.walk",
    }
    assert {event[0] for event in events} <= {"open", *listing}, events
    files = [event for event in events if event[0] == "open"]
    assert all(mode in ("rb", "r", "None") for _, _, mode, *_ in files), files
    return {Path(os.path.realpath(name)) for _, name, *_ in files}


HEAD = "archspec: 1\nname: hostile\ninput: [8, 8, 3]\n"

HOSTILE = {
    "a tag that makes an object": ("!!python/object/apply:os.system ['touch owned']\n", "yaml-tag"),
    "a tag on a value": (
        HEAD + "layers: [{Dense: {units: !!python/name:os.system }}]\n",
        "yaml-tag",
    ),
    "a tag that imports": (HEAD + "vars: {x: !!python/module:os }\nlayers: [ReLU]\n", "yaml-tag"),
    "a tag of its own": (HEAD + "vars: {x: !include /etc/passwd }\nlayers: [ReLU]\n", "yaml-tag"),
    "an expression that imports": (
        HEAD + "layers: [{Dense: {units: $(__import__('os').system('touch owned'))}}]\n",
        "",
    ),
    "an expression that calls": (
        HEAD + "layers: [{Dense: {units: $(eval('1'))}}]\n",
        "unknown-name",
    ),
    "an expression that opens": (
        HEAD + "layers: [{Dense: {units: $(open('/etc/passwd'))}}]\n",
        "unknown-name",
    ),
    "an expression with attributes": (
        HEAD + "layers: [{Dense: {units: $in.__class__.__mro__}}]\n",
        "expression-syntax",
    ),
    "an expression with a lambda": (
        HEAD + 'layers: [{Dense: {units: "$((lambda: 1)())"}}]\n',
        "expression-syntax",
    ),
    "an expression in a name": (
        HEAD + "layers: [{ReLU: , name: $(open('owned'))}]\n",
        "unknown-name",
    ),
    "a format string in a name": (
        HEAD + "layers: [{ReLU: , name: '{0.__class__}'}]\n",
        "wrong-name",
    ),
    "a Lambda": (HEAD + "layers: [{Lambda: {function: 'lambda x: x'}}]\n", "unknown-layer"),
    "a TFSMLayer, which loads a file": (
        HEAD + "layers: [{TFSMLayer: {filepath: /tmp}}]\n",
        "unknown-layer",
    ),
    "a layer of a serialized config": (
        HEAD
        + "layers: [{Dense: {units: 1, kernel_initializer: {class_name: Lambda, config: {}}}}]\n",
        "wrong",
    ),
    "an initializer with a path": (
        HEAD + "layers: [{Dense: {units: 1, kernel_initializer: 'os.system'}}]\n",
        "wrong",
    ),
    "an activation of a module": (
        HEAD + "layers: [{Activation: {activation: 'builtins.eval'}}]\n",
        "wrong",
    ),
    "a variable that names a class": (
        HEAD + "vars: {act: Lambda}\nlayers: [$act]\n",
        "unknown-layer",
    ),
    "a description that looks like code": (
        HEAD + "description: '$(open(1))'\nsource: '{{ 1 }}'\nlayers: [ReLU]\n",
        "compiled",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_spec_runs_nothing_and_reads_nothing_but_itself(
    name: str, tmp_path: Path
) -> None:
    text, code = HOSTILE[name]
    path = tmp_path / "spec.yaml"
    path.write_text(text)
    outcome = watched(path)
    assert any(said.startswith(code) for said in outcome["said"]), outcome["said"]
    assert opened(outcome["events"]) == {path}
    assert [one.name for one in tmp_path.iterdir()] == ["spec.yaml"]
    assert not (ROOT / "owned").exists()


BASE = "archspec: 1\nname: base\ninput: [8]\nlayers: [ReLU]\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """``inside/`` with a spec and a base below it, ``outside/`` with another base, and links
    from one to the other.
    """
    for name in ("inside/below", "outside"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "base.yaml").write_text(BASE)
    inside = tmp_path / "inside"
    (inside / "link.yaml").symlink_to(tmp_path / "outside" / "base.yaml")
    (inside / "linked").symlink_to(tmp_path / "outside")
    (inside / "loop.yaml").symlink_to(inside / "loop.yaml")
    (inside / "near.yaml").symlink_to(inside / "below" / "base.yaml")
    (inside / "second.yaml").write_text(extending("../outside/base.yaml"))
    return inside


def extending(reference: str) -> str:
    return f"archspec: 1\nname: extending\nextends: {json.dumps(reference)}\n"


OUTSIDE = [
    "../outside/base.yaml", "below/../../outside/base.yaml", "link.yaml", "linked/base.yaml", "/etc/passwd.yaml", "/etc/passwd",
    "../../../../../../../../etc/passwd", "file:///etc/passwd.yaml", "file:///etc/passwd", "http://localhost/a.yaml", "https://localhost/a",
    "~/a.yaml", "$HOME/a.yaml",
    "second.yaml", "loop.yaml", "below", ".", "/dev/zero.yaml", "../inside", "C:\\\\a.yaml",
    "a\0.yaml", "-", "",
    "%2e%2e/outside/base.yaml",
    "..//outside//base.yaml", "../specs/../pyproject",
]  # fmt: skip


@pytest.mark.parametrize("reference", OUTSIDE)
def test_what_lies_outside_of_the_folder_is_not_read(reference: str, folder: Path) -> None:
    path = folder / "spec.yaml"
    path.write_text(extending(reference))
    outcome = watched(path)
    assert set(outcome["said"]) <= {"extends-outside", "file-not-found", "wrong-value"}, outcome[
        "said"
    ]
    # The specs that archspec ships are looked through for a name that may have been meant.
    assert all(
        one.is_relative_to(folder) or one.is_relative_to(ROOT / "specs")
        for one in opened(outcome["events"])
    )


def test_an_absolute_path_outside_is_not_read(folder: Path) -> None:
    path = folder / "spec.yaml"
    path.write_text(extending(str(folder.parent / "outside" / "base.yaml")))
    outcome = watched(path)
    assert outcome["said"] == ["extends-outside"]
    assert opened(outcome["events"]) == {path}


@pytest.mark.parametrize(
    ("reference", "read"),
    [("below/base.yaml", "below/base.yaml"), ("near.yaml", "below/base.yaml"), ("lenet5", "")],
)
def test_what_lies_inside_and_what_is_shipped_is_read(
    reference: str, read: str, folder: Path
) -> None:
    path = folder / "spec.yaml"
    path.write_text(extending(reference))
    outcome = watched(path)
    assert outcome["said"][0] == "compiled"
    assert opened(outcome["events"]) == {
        path,
        folder / read if read else (SHIPPED / "lenet5.yaml").resolve(),
    }


def test_outside_is_allowed_on_demand(folder: Path) -> None:
    for name, reference in (
        ("a", "../outside/base.yaml"),
        ("b", "link.yaml"),
        ("c", "second.yaml"),
    ):
        (folder / f"{name}.yaml").write_text(extending(reference))
        with pytest.raises(archspec.SpecError, match="outside"):
            Compiler().compile(Reference.parse(str(folder / f"{name}.yaml")))
        assert (
            Compiler(allow_outside=True)
            .compile(Reference.parse(str(folder / f"{name}.yaml")))
            .nodes
        )


def test_a_parsed_mapping_extends_within_the_working_folder(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    spec = {"archspec": 1, "name": "mapping"}
    assert archspec.compile({**spec, "extends": "below/base.yaml"}).nodes
    with pytest.raises(archspec.SpecError, match="outside"):
        archspec.compile({**spec, "extends": "../outside/base.yaml"})


def test_no_kind_of_layer_holds_code() -> None:
    assert not {
        "Lambda",
        "TFSMLayer",
        "JaxLayer",
        "FlaxLayer",
        "TorchModuleWrapper",
        "PyDataset",
    } & set(KINDS)


def test_the_package_calls_nothing_that_runs_or_loads_code() -> None:
    words = (
        "eval(",
        "literal_eval(",
        "exec(",
        "pickle",
        "marshal",
        "yaml.load(",
        "unsafe_load",
        "safe_mode=False",
        "os.system",
        "subprocess",
        "importlib",
        "__import__",
    )
    may = {
        # the arguments of a function on the command line: constants, never names or calls
        "archspec/backends/keras/families.py: literal_eval(",
        # a reader of its own for files of others, given their paths
        "archspec/backends/keras/foreign.py: subprocess",
        "archspec/backends/keras/onnx_file.py: importlib",  # whether onnxruntime is installed
        "archspec/backends/keras/tflite_file.py: importlib",  # whether Keras has the export
        "archspec/cli/build.py: importlib",  # whether an extra is installed
        "archspec/cli/program.py: importlib",  # each command's own module, of its folder
        "archspec/layers/registry.py: importlib",  # each family's own module, of its folder
        # the renderer, given DOT and nothing of the spec's on its command line
        "archspec/diagrams/rendering.py: subprocess",
        # whether an extra is installed, and its version
        "archspec/training/checks.py: importlib",
        "archspec/training/data/source.py: importlib",
        "archspec/training/proposers.py: importlib",
        "archspec/training/run.py: importlib",
        "archspec/training/data/sources.py: importlib",  # each source's own module, from a table
        # the classes of declared kinds, from modules that the command line or the caller trusts
        "archspec/backends/keras/declared.py: importlib",
        # kinds of installed packages (entry points), where a spec uses a kind that is not ours
        "archspec/layers/plugins.py: importlib",
        # a function of the user's, with leave from the command line alone
        "archspec/training/data/python_function.py: importlib",
        "archspec/training/launcher.py: subprocess",  # the workers: archspec itself
        "archspec/training/sweep.py: subprocess",  # the trials: archspec itself
        "archspec/reading/onnx/keras_file.py: importlib",  # whether onnxruntime is installed
        "archspec/reading/onnx/model.py: importlib",  # whether onnx is installed
        "archspec/reading/files.py: pickle",  # a word of the refusal of such files
        # numpy's files, read with `allow_pickle=False`
        "archspec/training/checkpoint.py: pickle",
        "archspec/training/data/npz.py: pickle",
    }
    texts = {
        path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
        for path in (ROOT / "archspec").rglob("*.py")
    }
    found = {
        f"{name}: {word}" for name, text in texts.items() for word in words if stands(word, text)
    }
    assert found == may


def stands(word: str, text: str) -> bool:
    """Whether a word stands in a text; `eval(` alone or as a builtin, not as the end of another
    word or a method of that name.
    """
    return (
        re.search(r"(?<![\w.])eval\(|builtins\.eval\(", text) is not None
        if word == "eval("
        else word in text
    )
