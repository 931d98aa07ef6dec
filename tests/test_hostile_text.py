"""A law over hostile texts: wherever a spec, a path or the command line may hold any text, no
output is anything else for it than for a harmless one, but for the text itself.

Orders to terminals are in `tests/cli/test_terminal.py`, the served page in `tests/live`.
"""

from __future__ import annotations

import ast
import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from archspec.cli.program import main

FRAGMENTS = (
    '"""', "'''", '"', "'", "\\", "\n", "\r", "\t", "\u2028", "\x1b[31m", "\x9b2J", "\u202e", "\0",
    "{x}", "{{", "%s", "$x", "$(1)", "#", "`", "|", "||", "\n| a | b |", "<script>", "</text>",
    "<!--", "-->", "]]>", "&amp;", "&#10;", "/>", ",", ";", "=1+1", "\nimport os\n", "):\n    pass",
    "\n\nboom = 1", "\\n", "\\N{BULLET}", "\\u0022", "é", "𝛼", "\udc80", " ", "a",
)  # fmt: skip
TEXTS = st.lists(st.sampled_from(FRAGMENTS), min_size=1, max_size=6).map("".join)
HARMLESS = "plain"


def spec(text: str) -> str:
    """A spec that holds a text wherever it may hold any."""
    layers = [
        {"when": "$mode != 'x'", "StringLookup": {"vocabulary": [text, "b"]}},
        {"Embedding": {"input_dim": 9, "output_dim": 4}},
        {"name": "head", "Dense": {"units": 2}},
    ]
    return json.dumps(
        {
            "archspec": 1,
            "name": "net",
            "description": text,
            "source": text,
            "vars": {"mode": text},
            "inputs": {"words": {"shape": [3], "dtype": "string"}},
            "layers": layers,
        }
    )


@pytest.fixture(scope="module", autouse=True)
def folder() -> Iterator[None]:
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        yield


def path_of(text: str) -> str:
    """A name for a file that holds a text, as far as a system allows it."""
    kept = re.sub("[/\0\udc80]", "", text)
    return f"x{kept}.yaml".encode()[:200].decode("utf-8", "ignore")


def written(text: str, ending: str, *words: str) -> str | None:
    """The file of an ending that is made of a spec with a text; ``None`` where it is refused."""
    path, command = Path(path_of(text)), "build" if ending == "py" else "draw"
    path.write_text(spec(text), encoding="utf-8", errors="surrogatepass")
    result = CliRunner().invoke(main, [command, str(path), "-o", f"out.{ending}", *words])
    path.unlink()
    assert "fault of archspec" not in result.output, result.output
    assert result.exit_code in (0, 1), result.output
    if result.exit_code:
        assert not Path(f"out.{ending}").exists()
        return None
    made = Path(f"out.{ending}").read_text(encoding="utf-8")
    Path(f"out.{ending}").unlink()
    return made


def without_texts(source: str) -> str:
    """The structure of Python, its texts left out."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            node.value = ""
    return ast.dump(tree)


@settings(max_examples=30)
@given(TEXTS)
def test_emitted_python_is_the_same_program(text: str) -> None:
    source, harmless = written(text, "py"), written(HARMLESS, "py")
    assert harmless is not None
    if source is not None:
        assert without_texts(source) == without_texts(harmless)


@settings(max_examples=15)
@given(TEXTS, st.sampled_from(["svg", "dot", "mmd"]))
def test_a_drawing_is_well_formed_and_holds_no_foreign_elements(text: str, ending: str) -> None:
    title = re.sub("[\0\udc80]", "", text)
    made = written(text, ending, "--title", f"t{title}")
    if made is None:
        return
    if ending == "svg":
        tags = {element.tag.rpartition("}")[2] for element in ElementTree.fromstring(made).iter()}
        assert not tags & {"script", "foreignObject", "iframe", "image"}
    lines = made.count("\n") - (written(HARMLESS, ending, "--title", "t") or "").count("\n")
    assert ending != "mmd" or lines == 0


@settings(max_examples=15)
@given(TEXTS)
def test_tables_keep_their_rows_and_columns(text: str) -> None:
    path = Path(path_of(text))
    path.write_text(spec(text), encoding="utf-8", errors="surrogatepass")
    for command in (["summary", str(path)], ["compare", str(path), "lenet5"]):
        for format in ("markdown", "csv", "json"):
            result = CliRunner().invoke(main, [*command, "--format", format])
            assert "fault of archspec" not in result.output
            if result.exit_code:
                continue
            if format == "json":
                assert json.loads(result.stdout)
            elif format == "csv":
                assert len({len(row) for row in csv.reader(io.StringIO(result.stdout))}) == 1
            else:
                rows = [line for line in result.stdout.splitlines() if line.startswith("|")]
                assert len({len(re.findall(r"(?<!\\)\|", row)) for row in rows}) == 1
    path.unlink()
