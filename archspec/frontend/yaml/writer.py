"""A spec as data → its text, which the reader turns into the same data."""

from __future__ import annotations

import re
from typing import Any

from archspec.frontend.yaml.document import Value
from archspec.frontend.yaml.layout import Piece, Placed, printed, width_of
from archspec.frontend.yaml.scalars import is_text
from archspec.spelling import in_words

SECTION = 60
"""Columns that a section of the document (``vars``, ``defaults``) may take on its key's line."""

ITEMS = ("layers", "residual", "shortcut", "output")
"""The keys whose values are lists of items; those of a branching hold lists of items too."""

FEW_ITEMS = 2
SHORT_ITEMS = 80
"""How many items, and in how many columns, may stand in brackets."""


def write(value: Any) -> str:
    """The text of a `Value` or of plain data, which `read` turns into the same data."""
    return printed(_piece(value, "", 0))


def _piece(value: Any, key: str, depth: int) -> Piece:
    """What a value is written as, below a key (or that of the list that it is an element of), so
    many levels below the document.
    """
    text = None
    if isinstance(value, Value):
        value, text = value.data, value.text if value.plain else None
    if isinstance(value, dict):
        entries = [
            Placed(_piece(entry, "layers" if key == "branches" else name, depth + 1), _key(name))
            for name, entry in value.items()
        ]
        piece = Piece(entries=entries, mapping=True)
        piece.flow = depth > 1 or (depth == 1 and width_of(piece) <= SECTION)
        return piece
    if isinstance(value, list | tuple):
        elements = [Placed(_piece(element, "", depth + 1)) for element in value]
        piece = Piece(entries=elements)
        piece.flow = depth > 0 and (key not in ITEMS or _are_short(piece, depth))
        return piece
    if isinstance(value, str) and text is None:
        return _text(value)
    return Piece(text or in_words(value))


def _are_short(items: Piece, depth: int) -> bool:
    """Whether a list of items below a document's own may stand in brackets."""
    return not items.entries or (
        depth > 1 and len(items.entries) <= FEW_ITEMS and width_of(items) <= SHORT_ITEMS
    )


# --- texts

UNPRINTABLE = re.compile(
    r"[^\t\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
"""What YAML holds only as an escape: control characters, line separators, the byte order mark."""

PLAIN = re.compile(r"(?!-(?:\s|$))[^\s?:,\[\]{}#&*!|>'\"%@`].*(?<![\s:])", re.DOTALL)
"""What may stand without quotes: it begins with no indicator of YAML, and ends with no colon."""


def _text(text: str) -> Piece:
    """A text, without quotes where that reads as the same text; within brackets a comma, a bracket
    or a brace needs them.
    """
    if not (is_text(text) and _is_plain(text)):
        return Piece(in_quotes(text))
    within = re.search(r"[,\[\]{}]", text) or text.count("(") != text.count(")")
    return Piece(text, in_flow=in_quotes(text) if within else None)


def _is_plain(text: str) -> bool:
    return bool(PLAIN.fullmatch(text)) and not (
        UNPRINTABLE.search(text) or re.search(r": |:$| #|\t", text)
    )


def _key(key: Any) -> str:
    """A key; none of a spec's needs quotes but those that hold what brackets are made of."""
    text = str(key)
    plain = text != "<<" and _is_plain(text) and not re.search(r"[,\[\]{}:]", text)
    return text if plain else in_quotes(text)


def in_quotes(text: str) -> str:
    """A text in YAML's quotes, double ones where it holds none or something to be escaped."""
    if '"' in text and "'" not in text and not UNPRINTABLE.search(text):
        return f"'{text}'"
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{UNPRINTABLE.sub(_escape, escaped)}"'


def _escape(match: re.Match[str]) -> str:
    number = ord(match[0])
    return f"\\u{number:04x}" if number > 0xFF else f"\\x{number:02x}"
