"""The specs that the fuzzer starts from: all of the project's own, right and wrong, by path."""

from __future__ import annotations

from tests.paths import CORPUS, DESIGN, ROOT, SPECS

FOLDERS = (SPECS, DESIGN, CORPUS, ROOT / "tests" / "fuzz" / "findings")
LONGEST = 20_000
"""Bytes of a spec to start from: longer ones are slow to mutate, and hold nothing that shorter
ones do not.
"""


def seeds() -> dict[str, bytes]:
    """Every spec's bytes, by its path in the project, in a fixed order."""
    files = sorted(file for folder in FOLDERS for file in folder.rglob("*.y*ml"))
    texts = {file.relative_to(ROOT).as_posix(): file.read_bytes() for file in files}
    return {name: text for name, text in texts.items() if len(text) <= LONGEST}
