"""A spec's bytes, others to take from, and chance → the bytes of a mutated spec: characters,
lines, words, and the tree that YAML makes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from itertools import islice
from random import Random
from typing import Any

import yaml

from archspec.frontend.vocabulary import MODIFIERS
from tests.fuzz.words import EXPRESSIONS, SCALARS, TOKENS, WORDS

EXPECT = re.compile(rb"^expect:[^&\n]*\n(?:[ \t][^&\n]*\n)*(?![ \t])", re.MULTILINE)
"""Claims would be refused after nearly every mutation, and hide what a changed network does."""


def mutate(text: bytes, others: list[bytes], chance: Random) -> bytes:
    """One to six mutations on top of one another."""
    if chance.random() < 0.8:
        text = EXPECT.sub(b"", text)
    for _ in range(chance.choice((1, 1, 1, 1, 1, 1, 2, 2, 3, 5))):
        kind = chance.random()
        if kind < 0.02:
            text = _bytes(text, chance)
        elif kind < 0.45:
            text = _tree(text, others, chance)
        else:
            text = chance.choice(TEXTUAL)(text.decode("utf-8", "replace"), others, chance).encode(
                "utf-8", "replace"
            )
    return text[:200_000]


def _bytes(text: bytes, chance: Random) -> bytes:
    at = chance.randrange(len(text) + 1)
    junk = chance.choice(
        (
            b"\xff",
            b"\xc3",
            b"\xed\xa0\x80",
            b"\xf4\x90\x80\x80",
            b"\x00",
            b"\xef\xbb\xbf",
            b"\xff\xfe",
        )
    )
    return junk + text if chance.random() < 0.3 else text[:at] + junk + text[at:]


# --- characters, lines and words


def _insert(text: str, others: list[bytes], chance: Random) -> str:
    at = chance.randrange(len(text) + 1)
    return (
        text[:at]
        + chance.choice(chance.choice((TOKENS, TOKENS, SCALARS, EXPRESSIONS, WORDS)))
        + text[at:]
    )


def _remove(text: str, others: list[bytes], chance: Random) -> str:
    at = chance.randrange(len(text) + 1)
    return text[:at] + text[at + chance.choice((1, 1, 1, 2, 5, 20, 100)) :]


def _replace(text: str, others: list[bytes], chance: Random) -> str:
    at = chance.randrange(len(text) + 1)
    return (
        text[:at]
        + (chance.choice(TOKENS) if chance.random() < 0.5 else chr(chance.randrange(32, 127)))
        + text[at + 1 :]
    )


def _cut(text: str, others: list[bytes], chance: Random) -> str:
    return text[: chance.randrange(len(text) + 1)]


def _repeat_part(text: str, others: list[bytes], chance: Random) -> str:
    at, length = chance.randrange(len(text) + 1), chance.choice((1, 3, 10, 50))
    return text[:at] + text[at : at + length] * chance.choice((2, 3, 100)) + text[at + length :]


def _lines(text: str, others: list[bytes], chance: Random) -> str:
    lines = text.splitlines(keepends=True) or [""]
    at, to = chance.randrange(len(lines)), chance.randrange(len(lines))
    other = chance.choice(others).decode("utf-8", "replace").splitlines(keepends=True) or [""]
    kind = chance.randrange(8)
    if kind == 0:
        del lines[at]
    elif kind == 1:
        lines.insert(to, lines[at])
    elif kind == 2:
        lines[at], lines[to] = lines[to], lines[at]
    elif kind == 3:
        lines[at] = " " * chance.choice((1, 2, 4)) + lines[at]
    elif kind == 4:
        lines[at] = lines[at][chance.choice((1, 2, 4)) :]
    elif kind == 5:
        lines[at] = lines[at].rstrip("\r\n") + " "
    elif kind == 6:
        lines.insert(at, chance.choice(other))
    else:
        start = chance.randrange(len(other))
        lines[at:at] = other[start : start + chance.choice((2, 5, 20))]
    return "".join(lines)


def _word(text: str, others: list[bytes], chance: Random) -> str:
    """A word becomes another word of the text or of the language, or is misspelt."""
    found = list(re.finditer(r"\w+", text))
    if not found:
        return text
    match, other = chance.choice(found), chance.choice(found)[0]
    misspelt = match[0][:-1] if len(match[0]) > 1 else match[0] * 2
    word = chance.choice((other, other, chance.choice(WORDS), misspelt, match[0].upper()))
    return text[: match.start()] + word + text[match.end() :]


def _value(text: str, others: list[bytes], chance: Random) -> str:
    """What stands behind a colon or in a flow list becomes another value."""
    found = list(
        re.finditer(r"(?<=: )[^\n{}\[\],#]+|(?<=\[)[^\n{}\[\],#:]+|(?<=, )[^\n{}\[\],#:]+", text)
    )
    if not found:
        return text
    match = chance.choice(found)
    new = chance.choice(chance.choice((SCALARS, EXPRESSIONS)))
    if chance.random() < 0.5 and new.startswith("$"):
        new = f'"{new}"'
    return text[: match.start()] + new + text[match.end() :]


TEXTUAL: list[Callable[[str, list[bytes], Random], str]] = [
    _insert,
    _remove,
    _replace,
    _cut,
    _repeat_part,
    _lines,
    _lines,
    _lines,
    _word,
    _word,
    _value,
    _value,
    _value,
]
"""Mutations of the text; those that often leave it YAML stand here several times."""


# --- the tree


def _tree(text: bytes, others: list[bytes], chance: Random) -> bytes:
    tree, other = _loaded(text), _loaded(chance.choice(others))
    if not isinstance(tree, dict | list):
        return text
    for _ in range(chance.choice((1, 1, 1, 3))):
        places = list(islice(_places(tree), MOST_PLACES))
        if places:
            _change(chance.choice(places), tree, other, chance)
    without = (
        chance.random() < 0.7 and len(list(islice(_places(tree), MOST_WRITTEN + 1))) <= MOST_WRITTEN
    )
    return _dumped(tree, _NoAliases if without else _Plain, chance)


MOST_WRITTEN = 20_000
"""Places of a tree that is written without aliases: parts that stand in one another several
times would take minutes and gigabytes.
"""

MOST_PLACES = 3_000
"""Places of a tree that are looked at: aliases can make it as large as they like."""

Place = tuple[Any, Any]
"""A list or mapping, and an index or key in it."""


def _loaded(text: bytes) -> Any:
    try:
        return yaml.load(text, Loader=yaml.CBaseLoader)
    except (yaml.YAMLError, ValueError, TypeError, RecursionError):
        return None


def _places(tree: Any, depth: int = 0) -> Iterator[Place]:
    entries = (
        list(tree.items())
        if isinstance(tree, dict)
        else list(enumerate(tree))
        if isinstance(tree, list)
        else []
    )
    for key, value in entries:
        yield tree, key
        if depth < 30:
            yield from _places(value, depth + 1)


def _change(place: Place, tree: Any, other: Any, chance: Random) -> None:
    within, key = place
    kind = chance.randrange(9)
    if kind == 0:
        del within[key]
    elif kind == 1:
        within[key] = _text_value(chance)
    elif kind == 2:
        within[key] = chance.choice(
            (
                [within[key]],
                {"layers": within[key]},
                {chance.choice(WORDS): within[key]},
                [],
                {},
                None,
            )
        )
    elif kind == 3 and isinstance(within, list):
        within.insert(chance.randrange(len(within) + 1), within[key])
    elif kind in (3, 4) and isinstance(within, dict):
        within[chance.choice(WORDS)] = within[key] if chance.random() < 0.5 else within.pop(key)
    elif kind in (5, 6):
        _exchange(
            place,
            list(islice(_places(other if kind == 5 and other is not None else tree), MOST_PLACES)),
            chance,
        )
    elif kind == 7:
        within[key] = _wrapped(within[key], chance)
    else:
        _modify(within, key, chance)


def _exchange(place: Place, sources: list[Place], chance: Random) -> None:
    """Take what stands elsewhere: of the same kind, if there is any."""
    within, key = place
    alike = [(there, at) for there, at in sources if type(there[at]) is type(within[key])]
    if alike or sources:
        there, at = chance.choice(alike or sources)
        taken, given = (
            deepcopy(there[at]),
            deepcopy(within[key]),
        )  # copies, or a tree could come to hold itself
        if chance.random() < 0.5:
            there[at] = given
        within[key] = taken


def _wrapped(value: Any, chance: Random) -> Any:
    """An item inside more structure."""
    return chance.choice(
        [
            {"layers": [value], "repeat": chance.choice(("2", "0", "$i", "30"))},
            {"residual": [value]},
            {
                "branches": {"a": [value], "b": []},
                "merge": chance.choice(("Add", "Concatenate", "$m", "Dense")),
            },
            {"output": [value], "name": "side"},
            {
                "residual": [value],
                "shortcut": {"when": chance.choice(("$i > 0", "false", "true")), "layers": []},
            },
            [value, value],
        ]
    )


def _modify(within: Any, key: Any, chance: Random) -> None:
    """Give an item one modifier more."""
    item = within[key]
    if not isinstance(item, dict | str):
        return
    if isinstance(item, str):
        item = within[key] = {item: None}
    name = chance.choice((*MODIFIERS, "reuse"))
    item[name] = chance.choice(
        (
            _text_value(chance),
            chance.choice(("prev", "input", "a", "conv1", "x$i", "2", "$i")),
            ["prev", "prev"],
            {"k": ["1", "2"]},
            [{"k": "1"}],
        )
    )


def _text_value(chance: Random) -> Any:
    return chance.choice(chance.choice((SCALARS, EXPRESSIONS, WORDS)))


class _Plain(yaml.CSafeDumper):
    """Texts without quotes where YAML allows it, so that numbers stay numbers; shared parts are
    written twice, or as aliases.
    """


_Plain.add_representer(
    str,
    lambda dumper, text: (
        dumper.represent_scalar("tag:yaml.org,2002:str", text)
        if text
        else dumper.represent_none(None)
    ),
)
_Plain.yaml_implicit_resolvers = {}


def _dumped(tree: Any, dumper: Any, chance: Random) -> bytes:
    style = chance.choice((None, False, False, True))
    try:
        return str(
            yaml.dump(
                tree,
                Dumper=dumper,
                default_flow_style=style,
                sort_keys=False,
                allow_unicode=True,
                width=200,
            )
        ).encode("utf-8", "replace")
    except (yaml.YAMLError, RecursionError, ValueError, TypeError):
        return b""


class _NoAliases(_Plain):
    """The same without aliases."""

    def ignore_aliases(self, data: Any) -> bool:
        return True
