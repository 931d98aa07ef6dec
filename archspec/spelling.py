"""Words and values → how they are written: "did you mean ...?" for a misspelt word, a noun after a
number, several in a row, a long text cut, names for specs and files.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from difflib import get_close_matches
from functools import cache
from itertools import islice
from typing import Any

from archspec.limits import NEAR_WORDS

LONGEST = 80
"""Characters beyond which a word is no misspelling, and comparing it would only take time."""


def did_you_mean(
    word: str, words: Iterable[str], form: str = "`{}`", cutoff: float = 0.6
) -> str | None:
    """The help that names the nearest of some words, whatever their case, or ``None`` if none
    is near.
    """
    if len(word) > LONGEST:
        return None
    lower = {one.lower(): one for one in reversed([str(one) for one in words])}
    if len(lower) > NEAR_WORDS:
        lower = dict(
            islice(
                (
                    (one, as_written)
                    for one, as_written in lower.items()
                    if one[:1] == word[:1].lower()
                ),
                NEAR_WORDS,
            )
        )
    close = get_close_matches(word.lower(), lower, 1, cutoff)
    return f"did you mean {form.format(lower[close[0]])}?" if close else None


def spec_name(name: str) -> str:
    """The nearest name that a spec may have to a network's, which may hold anything where a
    variant gave it: ``vgg-A`` → ``vgg-a``.
    """
    return re.sub(r"[^a-z0-9_-]+", "-", name.lower())


def file_name(name: str) -> str:
    """The nearest name that a file may have anywhere to a network's, which may hold anything
    where a variant gave it.
    """
    return re.sub(r"[^\w.-]+", "-", name)


@cache
def snake_case(kind: str) -> str:
    """A layer kind's automatic step, as Keras makes it: ``Conv2D`` → ``conv2d``, ``ReLU`` →
    ``re_lu``.
    """
    words = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", kind)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", words).lower()


def counted(number: int, noun: str) -> str:
    """``1 error``, ``2 errors``."""
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def listed(words: Iterable[str], most: int = 3) -> str:
    """``a, b and c``; beyond ``most`` the rest is counted: ``a, b, c and 4 more``."""
    words = list(words)
    if len(words) > most + 1:
        words = [*words[:most], f"{len(words) - most:,} more"]
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def listed_names(names: Iterable[str], *, more: bool = False) -> str:
    """Words of a spec as people list them: "`a`, `b` and `c`"; with ``more``, only some of them."""
    quoted = [f"`{name}`" for name in names]
    return ", ".join(quoted) + ", ..." if more else listed(quoted, len(quoted))


def cut(text: str, longest: int = 60, mark: str = "...") -> str:
    """A text of at most ``longest`` characters, with a mark at its end where some were left out."""
    return text if len(text) <= longest else text[: longest - len(mark)] + mark


def without_count(name: str) -> str:
    """A name without the number that tells it from others of its kind: ``dense_1`` → ``dense``."""
    return re.sub(r"_\d+$", "", name)


def in_yaml(value: Any) -> str:
    """A value as one writes it in YAML, texts without quotes: ``[3, 3]``, ``same``, ``true``."""
    if isinstance(value, tuple | list):
        return f"[{', '.join(map(in_yaml, value))}]"
    return value if isinstance(value, str) else json.dumps(value, default=str)
