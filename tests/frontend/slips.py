"""Slips, and what archspec says of them, for the tables of slips."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from archspec.compiler import Compiler
from archspec.diagnostics import Diagnostic, SpecError
from archspec.frontend.library import Reference

HEAD = "archspec: 1\nname: net\ninput: [32, 32, 3]\nvars: {x: 1, units: 4}\nlayers:\n"
USE = "  - Dense: {units: $units}\n  - Dense: {units: $x}\n"


class Slip(NamedTuple):
    """A text with a slip, the words of its help, and what the help makes of the text."""

    wrong: str
    help: str
    right: str


def items(text: str) -> str:
    """A spec whose network begins with these items."""
    return f"{HEAD}{text}\n{USE}"


def document(text: str) -> str:
    """A spec with these keys."""
    return f"archspec: 1\nname: net\n{text}\n"


def line(wrong: str, help: str, shape: str = "[32, 32, 3]") -> Slip:
    """An item that is mended by what stands between the first backticks of the help, in its
    place.
    """
    written = re.search(r"`([^`]+)`", help)
    assert written, help
    right = f"- {written[1].removeprefix('- ')}"
    texts = [items(f"  {text}").replace("[32, 32, 3]", shape, 1) for text in (wrong, right)]
    return Slip(texts[0], help, texts[1])


def complaints(text: str, folder: Path) -> tuple[Diagnostic, ...]:
    """What archspec says of a spec: errors, or the warnings where there are none."""
    path = folder / "net.yaml"
    path.write_text(text, encoding="utf-8")
    try:
        graph = Compiler().compile(Reference(str(path)))
    except SpecError as error:
        return error.diagnostics
    return graph.warnings


def assert_mended(slip: Slip, folder: Path) -> None:
    """One slip is one complaint, and what its help asks for leaves nothing wrong."""
    told = complaints(slip.wrong, folder)
    assert [one.help for one in told] == [slip.help], [one[:2] + one[-2:] for one in told]
    left = complaints(slip.right, folder)
    assert not left, [one[:2] + one[-2:] for one in left]
