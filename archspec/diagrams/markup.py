"""Words → the marks of DOT's HTML labels. An empty tag is an error there, so that no words give
nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape


def font(text: str, points: float, color: str) -> str:
    """Text of a size and colour."""
    return f'<FONT POINT-SIZE="{points:g}" COLOR="{color}">{escape(text)}</FONT>' if text else ""


def bold(text: str, points: float | None = None, color: str | None = None) -> str:
    """Bold text, of a size and colour if they are given."""
    if not text:
        return ""
    size, ink = f' POINT-SIZE="{points:g}"' if points else "", f' COLOR="{color}"' if color else ""
    made = f"<B>{escape(text)}</B>"
    return f"<FONT{size}{ink}>{made}</FONT>" if points or color else made


def times(number: int, points: float | None = None, color: str | None = None) -> str:
    """``×3`` after a title, nothing for one."""
    return bold(f"  ×{number}", points, color) if number > 1 else ""


def aligned(lines: list[str], side: str) -> str:
    """An HTML label of lines that stand at one side."""
    return "<" + "".join(f'{line}<BR ALIGN="{side}"/>' for line in lines) + ">"


def broken(text: str, width: int) -> list[str]:
    """A text in lines of about so many letters, broken at spaces."""
    lines = [""]
    for word in text.split(" "):
        if lines[-1] and len(lines[-1]) + 1 + len(word) > width:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def in_lines(parts: list[str], words: list[str], width: int = 80) -> Iterator[list[str]]:
    """Parts in lines, by the length of their words."""
    line: list[str] = []
    length = 0
    for part, word in zip(parts, words, strict=True):
        if line and length + len(word) > width:
            yield line
            line, length = [], 0
        line.append(part)
        length += len(word) + 5
    if line:
        yield line
