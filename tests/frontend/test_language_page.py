"""docs/language.md: every piece of YAML compiles without a warning, and its table of functions is
the table of functions.

A comment before a block says how it is completed to a spec: ``<!-- file: NAME -->`` is one whole
(tests/test_docs.py writes and checks it), ``<!-- spec -->`` holds keys of a document, the required
others being filled in, and ``<!-- items: SHAPE -->`` items for an input of that shape.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from archspec import compile
from archspec.frontend.expressions.builtins import BUILTINS
from archspec.frontend.vocabulary import MODIFIERS, OPERATIONS
from archspec.reports.tables import Column, Table
from tests.paths import ROOT
from tests.test_docs import Block, blocks

PAGE = ROOT / "docs" / "language.md"
TEXT = PAGE.read_text(encoding="utf-8")
SNIPPETS = [block for block in blocks(TEXT) if block.kind == "yaml"]
EXAMPLE = "archspec: 1\nname: example\n"
INPUT = "input: [32, 32, 3]\n"


def completed(block: Block) -> str:
    """The spec that a block is, or is a piece of."""
    order, _, about = block.order.partition(": ")
    if order == "items":
        return f"{EXAMPLE}input: {about}\nlayers:\n{block.body}"
    if order == "spec":
        return EXAMPLE + ("" if "input" in block.body.split(":")[0] else INPUT) + block.body
    assert order == "file", f"say how to compile\n{block.body}"
    return block.body


@pytest.mark.parametrize("block", SNIPPETS, ids=lambda block: block.body.split("\n")[0])
def test_every_piece_compiles(block: Block, tmp_path: Path) -> None:
    for one in SNIPPETS:
        if one.order.startswith("file: "):
            (tmp_path / one.order[6:]).write_text(one.body, encoding="utf-8")
    file = tmp_path / "example.yaml"
    file.write_text(completed(block), encoding="utf-8")
    assert not compile(file).warnings


FUNCTIONS = re.compile(
    r"(?<=^<!-- functions -->\n)(.*?)(?=^<!-- end -->$)", re.MULTILINE | re.DOTALL
)


def test_the_functions_are_those_of_the_table() -> None:
    columns = [Column("usage", "function"), Column("meaning", "value")]
    rows = [{"usage": f"`{row.usage}`", "meaning": row.meaning} for row in BUILTINS.values()]
    table = Table(columns, rows).markdown()
    found = FUNCTIONS.search(TEXT)
    assert found is not None
    if os.environ.get("ARCHSPEC_REWRITE"):
        PAGE.write_text(
            TEXT[: found.start()] + table + "\n" + TEXT[found.end() :], encoding="utf-8"
        )
    else:
        assert found[0] == table + "\n"


@pytest.mark.parametrize("word", [*OPERATIONS, *MODIFIERS])
def test_every_word_of_items_has_a_row(word: str) -> None:
    assert re.search(rf"^\| `{word}\b", TEXT, re.MULTILINE), word
