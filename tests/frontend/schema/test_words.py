"""No code reads its own English: with every sentence of the schema, of the layer kinds and of
expressions replaced by another, each spec of the corpus of mistakes gets the same codes, places and helps.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from archspec.diagnostics import Diagnostic, as_text
from archspec.frontend.expressions.expression import ExpressionError
from archspec.frontend.schema import check
from archspec.frontend.schema.json_schema import generate
from archspec.layers.mismatch import Mismatch
from archspec.layers.types import Refused
from tests.frontend.test_errors import SPECS, complaint
from tests.paths import CORPUS

SENTENCES: list[str] = []
"""The sentences that were replaced: ⟦3⟧ stands for the fourth."""


def other(sentence: str) -> str:
    """Another sentence, from which the first can be told."""
    if sentence not in SENTENCES:
        SENTENCES.append(sentence)
    return f"⟦{SENTENCES.index(sentence)}⟧"


def restored(text: str | None) -> str | None:
    """A text with the sentences put back that stand in it."""
    return text and re.sub(r"⟦(\d+)⟧", lambda found: str(restored(SENTENCES[int(found[1])])), text)


def reworded(schema: Any) -> Any:
    """The schema with other sentences."""
    if isinstance(schema, dict):
        return {
            key: other(value) if key == "errorMessage" else reworded(value)
            for key, value in schema.items()
        }
    return [reworded(value) for value in schema] if isinstance(schema, list) else schema


@cache
def other_validator() -> jsonschema.Draft202012Validator:
    """That of the schema with other sentences."""
    return jsonschema.Draft202012Validator(reworded(generate()))


@pytest.fixture
def other_sentences(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    make, sentence = Refused.__init__, Mismatch.message.fget  # type: ignore[attr-defined]

    def refuse(self: Refused, words: str, *arguments: Any, **more: Any) -> None:
        make(self, other(words), *arguments, **more)

    def fail(self: ExpressionError) -> None:
        self.sentence = other(self.sentence)

    monkeypatch.setattr(ExpressionError, "__post_init__", fail)
    monkeypatch.setattr(Refused, "__init__", refuse)
    monkeypatch.setattr(Mismatch, "message", property(lambda self: other(sentence(self))))
    monkeypatch.setattr(check, "validator", other_validator)
    monkeypatch.chdir(CORPUS)
    yield


def as_before(diagnostic: Diagnostic) -> Diagnostic:
    return diagnostic._replace(
        message=str(restored(diagnostic.message)),
        label=str(restored(diagnostic.label)),
        notes=tuple(str(restored(note)) for note in diagnostic.notes),
        help=restored(diagnostic.help),
    )


EXPECTED = {path: path.with_suffix(".txt").read_text(encoding="utf-8") for path in SPECS}


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
@pytest.mark.usefixtures("other_sentences")
def test_other_sentences_change_nothing_but_themselves(path: Path) -> None:
    diagnostics, sources = complaint(path)
    assert as_text(map(as_before, diagnostics), sources) + "\n" == EXPECTED[path]


@pytest.mark.usefixtures("other_sentences")
def test_sentences_were_replaced() -> None:
    said = [one.message for path in SPECS for one in complaint(path)[0]]
    assert sum("⟦" in message for message in said) > 100
