"""The documents say what happens: their files are written, their commands run, their outputs
compared.

In every Markdown document at the top and in docs/, in the order of the text and in one fresh
folder, which holds a copy of specs/:

- ``<!-- file: NAME -->`` before a fenced block writes it; ``<!-- add to: NAME -->`` appends it;
  ``<!-- change: NAME -->`` before a ``diff`` block replaces its ``-`` lines, which must stand in
  the file once, by its ``+`` lines.
- A ``console`` block holds commands, ``$ archspec ...``, each followed by all that it prints, on
  both streams; a line ``...`` stands for any lines. A command runs in bash. Blocks of other kinds
  (``sh``) are not run, nor is one after ``<!-- not run -->``.
- A ``pycon`` block is a doctest; names live on in the document.
- From a block after ``<!-- heavy -->`` on, `archspec` is a program that has loaded Keras; such a
  document is a heavy test.
- What stands between ``<!-- archspec list -->`` and ``<!-- end -->`` is what ``archspec list
  --format markdown`` prints.

``ARCHSPEC_REWRITE=1 pytest tests/test_docs.py`` writes the outputs anew, to be read by a person
before they are kept.
"""

from __future__ import annotations

import doctest
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.paths import ROOT
from tests.served import server  # noqa: F401 - a fixture

DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
FENCE = re.compile(
    r"^(?:<!-- (?P<order>[^\n]*?) -->\n+)?```(?P<kind>\w*)\n(?P<body>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
LISTED = re.compile(r"^<!-- archspec list -->\n(.*?)^<!-- end -->$", re.MULTILINE | re.DOTALL)
REWRITE = bool(os.environ.get("ARCHSPEC_REWRITE"))


class Block(NamedTuple):
    """A fenced block: what the comment before it orders, its kind, its text, and where in the
    document that lies.
    """

    order: str
    kind: str
    body: str
    start: int
    end: int


def blocks(text: str) -> list[Block]:
    return [
        Block(
            found["order"] or "",
            found["kind"],
            found["body"],
            found.start("body"),
            found.end("body"),
        )
        for found in FENCE.finditer(text)
    ]


class Reader:
    """Does in a folder what a document tells."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.names: dict[str, Any] = {}
        programs = folder / ".programs"
        programs.mkdir()
        self.program = programs / "archspec"
        self.program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m archspec "$@"\n')
        self.program.chmod(0o755)
        self.environment = {
            **os.environ,
            "PATH": f"{programs}:{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "COLUMNS": "100",
        }
        self.environment.pop(
            "TF_CPP_MIN_LOG_LEVEL", None
        )  # which JAX and tf2onnx set for the process that imports them
        shutil.copytree(ROOT / "specs", folder / "specs")

    def follow(self, block: Block) -> str:
        """Do what one block says; the block as it should have been."""
        order, _, name = block.order.partition(": ")
        if order == "file":
            (self.folder / name).write_text(block.body, encoding="utf-8")
        elif order == "add to":
            with (self.folder / name).open("a", encoding="utf-8") as file:
                file.write(block.body)
        elif order == "change":
            self.change(self.folder / name, block.body)
        elif block.kind == "console" and order != "not run":
            return "".join(
                self.run(command, expected) for command, expected in commands(block.body)
            )
        elif block.kind == "pycon" and order != "not run":
            self.doctest(block.body)
        return block.body

    def change(self, file: Path, body: str) -> None:
        before, after = (
            "".join(f"{line[1:]}\n" for line in body.splitlines() if line[0] in kept)
            for kept in ("- ", "+ ")
        )
        text = file.read_text(encoding="utf-8")
        assert text.count(before) == 1, f"{file.name} has {text.count(before)} times\n{before}"
        file.write_text(text.replace(before, after), encoding="utf-8")

    def run(self, command: str, expected: str) -> str:
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=self.folder,
            env=self.environment,
            stdout=-1,
            stderr=-2,
            timeout=600,
            check=False,
        )
        found = done.stdout.decode("utf-8")
        return f"$ {command}\n{expected if agrees(found, expected) else found}"

    def doctest(self, body: str) -> None:
        here = Path.cwd()
        os.chdir(self.folder)
        try:
            test = doctest.DocTestParser().get_doctest(body, self.names, "document", None, 0)
            complaints: list[str] = []
            doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(
                test, out=complaints.append, clear_globs=False
            )
            self.names |= test.globs
        finally:
            os.chdir(here)
        assert not complaints, "".join(complaints)


def commands(body: str) -> Iterator[tuple[str, str]]:
    """The commands of a console block, each with what it should print; a line that ends in a
    backslash goes on.
    """
    for part in re.split(r"^\$ ", body, flags=re.MULTILINE)[1:]:
        command, expected = re.fullmatch(r"((?:[^\n]*\\\n)*[^\n]*)\n(.*)", part, re.DOTALL).groups()  # type: ignore[union-attr]
        yield command, expected


def agrees(found: str, expected: str) -> bool:
    """Whether an output is as expected. ``...`` stands for any lines, or for the end of one; a
    blank line at the end is no matter.
    """
    lines = [
        re.escape(line.removesuffix(" ...")) + (".*" if line.endswith(" ...") else "")
        for line in expected.rstrip("\n").splitlines()
    ]
    pattern = "".join(r"(?:.*\n)*?" if line == r"\.\.\." else f"{line}\n" for line in lines)
    return re.fullmatch(pattern, found.rstrip("\n") + "\n" if found.strip() else "") is not None


def follow(document: Path, folder: Path, request: pytest.FixtureRequest) -> None:
    """Do what a document tells; from its first heavy block on, with Keras loaded."""
    text = rewritten = document.read_text(encoding="utf-8")
    reader, moved = Reader(folder), 0
    for block in blocks(text):
        if block.order == "heavy":
            request.getfixturevalue("server").write_program(reader.program)
        body = reader.follow(block)
        rewritten = rewritten[: block.start + moved] + body + rewritten[block.end + moved :]
        moved += len(body) - (block.end - block.start)
    if REWRITE and text != rewritten:
        document.write_text(rewritten, encoding="utf-8")
    else:
        assert rewritten == text


def has_heavy(document: Path) -> bool:
    return any(block.order == "heavy" for block in blocks(document.read_text(encoding="utf-8")))


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize(
    "document",
    [
        pytest.param(
            document,
            id=named(document),
            marks=pytest.mark.heavy if has_heavy(document) else (),
        )
        for document in DOCUMENTS
    ],
)
def test_document_says_what_happens(
    document: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    follow(document, tmp_path, request)


@pytest.mark.parametrize(
    "document",
    [document for document in DOCUMENTS if LISTED.search(document.read_text(encoding="utf-8"))],
    ids=named,
)
def test_table_of_networks_is_the_output_of_list(document: Path, tmp_path: Path) -> None:
    text = document.read_text(encoding="utf-8")
    table = Reader(tmp_path).run("archspec list --format markdown", "").partition("\n")[2]
    found = LISTED.search(text)
    assert found is not None
    if REWRITE:
        document.write_text(text[: found.start(1)] + table + text[found.end(1) :], encoding="utf-8")
    else:
        assert found[1].strip("\n") == table.strip("\n")


def test_outputs_are_compared_line_by_line() -> None:
    assert agrees("a\nb\n", "a\nb\n")
    assert agrees("a\nb\n", "a\nb\n\n")
    assert agrees("", "")
    assert agrees("a\nb\nc\n", "a\n...\n")
    assert agrees("a\nb\nc\n", "...\nc\n")
    assert agrees("wrote a, 12 MB\n", "wrote a, ...\n")
    assert not agrees("a\nb\n", "a\n")
    assert not agrees("a\n", "")
    assert not agrees("a b\n", "a  b\n")


def test_a_document_is_followed(tmp_path: Path) -> None:
    text = (
        "<!-- file: a.txt -->\n```yaml\none\ntwo\n```\n<!-- add to: a.txt"
        " -->\n```yaml\nthree\n```\n<!-- change: a.txt -->\n```diff\n"
        " one\n-two\n+2\n+2\n```\n```console\n$ cat a.txt\nwrong\n$ echo \\\n  more\nmore\n```\n"
    )
    reader = Reader(tmp_path)
    *_, last = [reader.follow(block) for block in blocks(text)]
    assert last == "$ cat a.txt\none\n2\n2\nthree\n$ echo \\\n  more\nmore\n"


def test_the_figure_of_the_readme_is_what_its_command_draws(tmp_path: Path) -> None:
    every = blocks((ROOT / "README.md").read_text("utf-8"))
    spec = next(block for block in every if block.order == "file: mininet.yaml")
    command = next(
        line
        for block in every
        for line in block.body.splitlines()
        if line.startswith("$ archspec draw")
    )
    (tmp_path / "mininet.yaml").write_text(spec.body, encoding="utf-8")
    subprocess.run(
        [sys.executable, "-m", *command.split()[1:]],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=True,
    )
    drawn, kept = (tmp_path / "mininet.svg").read_bytes(), ROOT / "docs" / "mininet.svg"
    if REWRITE:
        kept.write_bytes(drawn)
    assert drawn == kept.read_bytes()
