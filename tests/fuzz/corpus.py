"""The specs that the fuzzer starts from: all of the project's own, right and wrong, by path."""

from __future__ import annotations

from pathlib import Path

TESTS = Path(__file__).parents[1]
FOLDERS = (
    TESTS.parent / "specs",
    TESTS / "data" / "design",
    TESTS / "errors",
    TESTS / "fuzz" / "findings",
)
LONGEST = 20_000
"""Bytes of a spec to start from: longer ones are slow to mutate, and hold nothing that shorter
ones do not.
"""


def seeds() -> dict[str, bytes]:
    """Every spec's bytes, by its path in the project, in a fixed order."""
    files = sorted(file for folder in FOLDERS for file in folder.rglob("*.y*ml"))
    texts = {file.relative_to(TESTS.parent).as_posix(): file.read_bytes() for file in files}
    return {name: text for name, text in texts.items() if len(text) <= LONGEST}
