"""Numbers → the words for them: exact, as people say them, in bytes, as a share.
Unknown is ``?``.
"""

from __future__ import annotations

UNKNOWN = "?"


def exact(number: int | None) -> str:
    """``25,610,152``."""
    return UNKNOWN if number is None else f"{number:,}"


def short(number: int | None, unit: str = "") -> str:
    """Three digits and a prefix, as people say it: ``25.6 M``, ``3.86 G``."""
    if number is None:
        return UNKNOWN
    if number < 1000:
        return f"{number} {unit}".rstrip()
    value, prefixes = number / 1000, "kMGTPE"
    while value >= 999.5 and len(prefixes) > 1:
        value, prefixes = value / 1000, prefixes[1:]
    digits = 2 if value < 9.995 else 1 if value < 99.95 else 0
    return f"{value:.{digits}f} {prefixes[0]}{unit}"


def size(count: int | None) -> str:
    """Bytes in units of 1000: ``53.6 MB``."""
    return short(count, "B")


def share(part: float | None) -> str:
    """A fraction in percent: ``3.1 %``; ``<0.1 %`` for what rounds to nothing and is something."""
    if part is None:
        return UNKNOWN
    if part == 0:
        return "0 %"
    return f"{100 * part:.1f} %" if part >= 0.0005 else "<0.1 %"


def fraction(part: int | None, whole: int | None) -> float | None:
    """``part / whole``, ``None`` if either is unknown; of nothing, everything is 0."""
    if part is None or whole is None:
        return None
    return part / whole if whole else 0.0
