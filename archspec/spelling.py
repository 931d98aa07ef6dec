"""Words and values → how they are written: "did you mean ...?" for a misspelt word, a noun after a
number, several in a row, a long text cut, names for specs and files.
"""

# No `from __future__ import annotations`: a NamedTuple compiles each annotation that is a text.

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import cache
from itertools import islice
from typing import Any, NamedTuple

from archspec.limits import EXPRESSION_DEPTH, NEAR_WORDS, VALUES

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
    from difflib import get_close_matches  # noqa: PLC0415 - most words are spelt right

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
    ``re_lu``, ``ops.image.resize`` → ``resize``.
    """
    words = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", kind.rpartition(".")[2])
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", words).lower()


def with_article(kind: str) -> str:
    """A layer kind as one of its kind: ``a `Dense` ``, ``an `Add` ``, ``an `LSTM` ``, as it is
    spoken.
    """
    return f"{article(kind)} `{kind}`"


def article(kind: str) -> str:
    """The article before a layer kind as it is spoken: ``a`` Dense, ``an`` Add, ``an`` LSTM."""
    spelt = kind[:2].isupper() and kind[0] in "FHLMNRSX"
    vowel = kind[:1].lower() in "aeio" or kind.startswith("Up")
    return "an" if spelt or vowel else "a"


def counted(number: int, noun: str) -> str:
    """``1 error``, ``2 errors``; ``2 axes``."""
    several = f"{noun[:-2]}es" if noun.endswith("is") else f"{noun}s"
    return f"{number:,} {noun if number == 1 else several}"


def letters(number: int) -> str:
    """A number from 1 on in letters: ``a`` to ``z``, then ``aa``."""
    text = ""
    while number:
        number, rest = divmod(number - 1, 26)
        text = chr(ord("a") + rest) + text
    return text


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


def common_beginning(words: Collection[str]) -> str:
    """What all of some words begin with."""
    first, last = min(words), max(words)
    length = next((at for at, sign in enumerate(first) if last[at : at + 1] != sign), len(first))
    return first[:length]


def without_count(name: str) -> str:
    """A name without the count of its kind at its end: ``dense_1`` → ``dense``."""
    return re.sub(r"_\d+$", "", name)


class ValueStyle(NamedTuple):
    """How values are written in one kind of text: ``words`` for nothing and for truth values,
    ``quote`` around texts, at most ``elements`` of a collection and ``longest`` characters of a
    text, collections within one another down to ``depth``, ``mark`` where some were left out.
    ``other`` writes what is no text and no collection.
    """

    words: Mapping[bool | None, str] = {None: "null", True: "true", False: "false"}
    quote: str = ""
    elements: int = VALUES
    longest: int = VALUES
    depth: int = EXPRESSION_DEPTH
    mark: str = "…"
    other: Callable[[Any], str] = str


YAML = ValueStyle()


def in_words(value: Any, style: ValueStyle = YAML, level: int = 1) -> str:
    """A value as people write it, by default in YAML: ``[3, 3]``, ``same``, ``true``. A collection
    stands at ``level`` 1, those in it at 2, and so on.
    """
    if type(value) is int:  # most are
        return style.other(value)
    if value is None or isinstance(value, bool):
        return style.words[value]
    if isinstance(value, str):
        return f"{style.quote}{cut(value, style.longest, style.mark)}{style.quote}"
    if isinstance(value, tuple | list):
        return f"[{_parts([('', part) for part in value], style, level)}]"
    if isinstance(value, dict):
        return f"{{{_parts([(f'{key}: ', part) for key, part in value.items()], style, level)}}}"
    return style.other(value)


def _parts(parts: list[tuple[str, Any]], style: ValueStyle, level: int) -> str:
    shown = parts[: style.elements] if level <= style.depth else []
    words = [f"{key}{in_words(part, style, level + 1)}" for key, part in shown]
    return ", ".join([*words, style.mark] if len(shown) < len(parts) else words)
