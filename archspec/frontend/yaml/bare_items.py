"""A bare word with a modifier on the next line → the same with the colon that YAML needs: the
language takes both.

    - Concatenate                     - Concatenate:
      from: [enc3, prev]                from: [enc3, prev]

YAML refuses the first, so that no text that it reads is changed.
"""

from __future__ import annotations

import re

from archspec.frontend.vocabulary import MODIFIERS, PARTNERS

BARE_ITEM = re.compile(r"(?P<start>\s*- +)(?P<word>[A-Za-z_$][\w$]*)(?=\s*(?:#.*)?$)")
"""A list item that is one bare word, a comment behind it perhaps."""

BLOCK_TEXT = re.compile(r".*(?::|-)\s+[|>][-+0-9]*\s*(?:#.*)?$")
"""A line after which the deeper lines are text."""

BESIDE = "|".join(modifier for modifier in MODIFIERS if modifier not in PARTNERS)
MODIFIER = re.compile(rf"(?P<indent>\s+)(?:{BESIDE})\s*:(?:\s|$)")
"""A line that begins with a modifier of any item."""


def with_colons(text: str) -> str:
    """The text with a colon after each bare word that is followed by a modifier in its column.
    Lines stay lines, and columns stay columns up to the word's end.
    """
    lines = text.splitlines(keepends=True)
    bare: tuple[int, re.Match[str]] | None = None
    text_below = None
    for row, line in enumerate(lines):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        indent = len(line) - len(line.lstrip())
        if text_below is not None and indent > text_below:
            continue
        text_below = indent if BLOCK_TEXT.match(line) else None
        modifier = MODIFIER.match(line)
        if bare and modifier and len(modifier["indent"]) == len(bare[1]["start"]):
            at, item = bare
            lines[at] = f"{lines[at][: item.end()]}:{lines[at][item.end() :]}"
        item_here = BARE_ITEM.match(line)
        bare = (row, item_here) if item_here else None
    return "".join(lines)
