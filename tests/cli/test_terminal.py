"""What reaches a terminal or a file: no orders of a spec, no letters lost, no traceback."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml
from click.testing import CliRunner

from archspec.cli.program import main
from tests.paths import ROOT

ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}

ORDERS = "\x1b[31m\x07\x9b2J\u202e\x7f"
"""Colour, bell, clear (in one character), right to left, delete."""

HOSTILE = f"""\
archspec: 1
name: net
description: {json.dumps(f"a {ORDERS} é")}
source: {json.dumps(f"b {ORDERS} 2015: title")}
input: [8, 8, 3]
layers:
  - {{name: head, Dense: {{units: 10}}}}
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path(f"h{ORDERS}.yaml").write_text(HOSTILE, encoding="utf-8")
    Path("net.yaml").write_text(HOSTILE, encoding="utf-8")
    return tmp_path


def is_harmless(text: str) -> bool:
    return not set(text) & set(ORDERS.translate({ord(char): None for char in "[31m2J"}))


@pytest.mark.parametrize(
    "command",
    [
        ["check", f"h{ORDERS}.yaml"],
        ["check", f"h{ORDERS}.yaml", "--format", "json"],
        ["check", f"missing{ORDERS}.yaml", "net.yaml"],
        ["check", f"missing{ORDERS}.yaml", "--format", "json"],
        ["check", f"missing{ORDERS}.yaml", "--format", "github"],
        ["check", f"net.yaml@{ORDERS}"],
        ["check", "net.yaml", "--set", f"{ORDERS}=1"],
        ["check", "net.yaml", "--set", f"a={ORDERS}"],
        ["summary", f"h{ORDERS}.yaml"],
        ["summary", f"h{ORDERS}.yaml", "--format", "markdown"],
        ["summary", f"h{ORDERS}.yaml", "--format", "csv"],
        ["compare", f"h{ORDERS}.yaml", "net.yaml"],
        ["compare", f"h{ORDERS}.yaml", "net.yaml", "--format", "csv"],
        ["compare", "net.yaml", "--accuracy", f"{ORDERS}=3"],
        ["diff", f"h{ORDERS}.yaml", "resnet"],
        ["draw", "net.yaml", "-o", f"a{ORDERS}.svg"],
        ["draw", "net.yaml", "-o", f"no{ORDERS}/a.svg"],
        ["draw", "net.yaml", "-o", f"a.{ORDERS}"],
        ["build", "net.yaml", "-o", f"a{ORDERS}.py"],
        ["verify", "net.yaml", "--against", f"keras.applications:{ORDERS}"],
        ["layers", ORDERS],
        [f"chek{ORDERS}"],
        ["check", f"--{ORDERS}"],
    ],
    ids=repr,
)
def test_no_text_of_a_spec_or_of_the_command_line_gives_a_terminal_orders(
    command: list[str],
) -> None:
    result = CliRunner().invoke(main, command)
    assert result.exit_code in (0, 1, 2), result.output
    assert is_harmless(result.output.replace("\n", "")), repr(result.output)


def test_a_document_in_a_file_holds_the_text_itself() -> None:
    expanded = CliRunner().invoke(main, ["expand", "net.yaml"])
    assert yaml.safe_load(expanded.stdout)["description"] == f"a {ORDERS} é"
    table = CliRunner().invoke(main, ["summary", "net.yaml", "--format", "json"])
    assert json.loads(table.stdout)["description"] == f"a {ORDERS} é"
    rows = CliRunner().invoke(main, ["summary", "net.yaml", "--format", "csv"]).stdout
    assert [row["name"] for row in csv.DictReader(io.StringIO(rows))] == ["head"]


@pytest.mark.parametrize("ending", ["svg", "dot", "mmd", "py"])
def test_files_hold_no_orders(ending: str) -> None:
    command = ["build" if ending == "py" else "draw", f"h{ORDERS}.yaml", "-o", f"x.{ending}"]
    drawing = [] if ending == "py" else ["--title", f"t {ORDERS}"]
    assert CliRunner().invoke(main, [*command, *drawing]).exit_code == 0
    text = Path(f"x.{ending}").read_text(encoding="utf-8")
    assert is_harmless(text.replace("\n", ""))
    if ending == "svg":
        ElementTree.fromstring(text)
    if ending == "py":
        compile(text, "x.py", "exec")


BYTES = os.fsdecode(b"a\xff")
"""What Python makes of a word of the command line whose bytes are no UTF-8."""


@pytest.mark.parametrize("name", [name for name in main.list_commands(None) if name != "watch"])  # type: ignore[arg-type]
def test_bytes_that_are_no_utf8_are_an_error_and_no_fault(name: str) -> None:
    command = main.get_command(None, name)  # type: ignore[arg-type]
    assert command is not None
    for parameter in command.params:
        takes_text = parameter.param_type_name == "option" and not getattr(
            parameter, "is_flag", False
        )
        options = [parameter.opts[0], f"x={BYTES}"] if takes_text else []
        words = [] if takes_text else [BYTES]
        arguments = [one for one in command.params if one.param_type_name == "argument"]
        count = 0 if name in ("list", "schema", "layers") and takes_text else len(arguments)
        result = CliRunner().invoke(
            main, [name, *options, *(words * count or ["net.yaml"] * count)]
        )
        assert result.exit_code in (0, 1, 2), (parameter.name, result.output)
        result.output.encode("utf-8")


@pytest.mark.parametrize(
    "command",
    [["expand", "net.yaml"], ["summary", "net.yaml", "--format", "json"], ["schema"]],
    ids=lambda command: command[0],
)
def test_documents_are_utf8_in_a_terminal_that_is_not(command: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "archspec", *command],
        env={**ENVIRONMENT, "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        check=True,
    )
    text = done.stdout.decode("utf-8")
    assert ("é" in text) or command == ["schema"]
    assert "?" not in text or command == ["schema"]


def test_a_misspelt_command_is_suggested() -> None:
    result = CliRunner().invoke(main, ["chek", "net.yaml"])
    assert result.exit_code == 2
    assert "there is no command `chek`; did you mean `check`?" in result.stderr


STARTING = """
import os, signal, sys
class Interrupting:
    def find_spec(name, path, target=None):
        if name == sys.argv[-1]:
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Interrupting)
from archspec.__main__ import main
sys.argv[1:-1] = ["list"]
main()
"""
"""Python that runs `archspec list`, and interrupts itself as it looks for the module named last."""


@pytest.mark.parametrize("module", ["archspec.cli.program", "click", "archspec.compiler", "yaml"])
def test_ctrl_c_while_it_starts_shows_no_traceback(module: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", STARTING, module],
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr.strip()) == (130, "", "interrupted")
