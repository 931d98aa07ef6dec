"""The style by which an SVG follows the reader's dark mode, carried out as a browser does:
every word still stands out on what it is written on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple
from xml.etree import ElementTree

import pytest

from archspec.diagrams.options import Options
from tests.diagrams import pictures
from tests.diagrams.pictures import SVG
from tests.diagrams.samples import svg
from tests.diagrams.test_palette import DRAWN, assert_words_stand_out, contrast

RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
PART = re.compile(
    r"(?P<tag>^\w+)|\.(?P<name>[\w-]+)|\[(?P<key>\w+)=\"(?P<value>[^\"]*)\"\]|:not\((?P<other>[^)]*)\)"
)


class Rule(NamedTuple):
    """A selector in its parts, each with what joins it to the one before, what it weighs, and
    what it sets.
    """

    parts: tuple[tuple[str, str], ...]
    weight: tuple[int, int]
    sets: tuple[tuple[str, str], ...]


def rules(style: str) -> Iterator[Rule]:
    """The rules of a style sheet, those of media queries without the query."""
    inner = re.sub(r"@media[^{]*\{(.*)\}\s*$", r"\1", style.strip(), flags=re.DOTALL)
    for selectors, body in RULE.findall(inner):
        sets = tuple(
            (name.strip(), value.strip())
            for name, _, value in (one.partition(":") for one in body.split(";") if one.strip())
        )
        for selector in selectors.split(","):
            found = re.findall(
                r"([ >]?)\s*((?:[^\s>\[(]|\[[^\]]*\]|\([^)]*\))+)",
                re.sub(r"\s*>\s*", ">", selector.strip()),
            )
            parts = tuple((joint, one) for joint, one in found)
            kinds = [kind for _, one in parts for kind in PART.finditer(one)]
            tags = sum(1 for kind in kinds if kind["tag"])
            yield Rule(parts, (len(kinds) - tags, tags), sets)


def is_one(element: ElementTree.Element, part: str) -> bool:
    for kind in PART.finditer(part):
        if kind["tag"] and element.tag != f"{SVG}{kind['tag']}":
            return False
        if kind["name"] and kind["name"] not in element.get("class", "").split():
            return False
        if kind["key"] and element.get(kind["key"]) != kind["value"]:
            return False
        if kind["other"] and is_one(element, kind["other"]):
            return False
    return True


def fits(chain: list[ElementTree.Element], parts: tuple[tuple[str, str], ...]) -> bool:
    """Whether a selector names the last element of a chain, which begins at the root."""
    if not chain or not is_one(chain[-1], parts[-1][1]):
        return False
    if len(parts) == 1:
        return True
    above = chain[:-1]
    ends = [len(above)] if parts[-1][0] == ">" else range(len(above), 0, -1)
    return any(fits(above[:end], parts[:-1]) for end in ends)


def in_the_dark(text: bytes) -> bytes:
    """The SVG with what its style says written on its elements."""
    root = ElementTree.fromstring(text)
    style = root.find(f"{SVG}style")
    assert style is not None
    sheet = list(rules(style.text or ""))

    def walk(
        element: ElementTree.Element, chain: list[ElementTree.Element]
    ) -> Iterator[tuple[ElementTree.Element, str, str]]:
        chain = [*chain, element]
        found = sorted(
            (rule.weight, number) for number, rule in enumerate(sheet) if fits(chain, rule.parts)
        )
        yield from (
            (element, name, value) for _, number in found for name, value in sheet[number].sets
        )
        for child in element:
            yield from walk(child, chain)

    for element, name, value in list(walk(root, [])):
        element.set(name, value)
    return ElementTree.tostring(root)


@pytest.mark.parametrize("name", [*DRAWN, "vgg@D"])
def test_every_word_stands_out_in_the_dark(name: str) -> None:
    text = in_the_dark(svg(name, Options(theme="auto")))
    drawn = pictures.read(text)
    root = ElementTree.fromstring(text)
    graph = next(one for one in root.iter(f"{SVG}g") if one.get("class") == "graph")
    ground = graph.find(f"{SVG}polygon")
    assert ground is not None
    page = ground.get("fill", "")
    assert contrast(page, "#FFFFFF") > 10, "the page is dark"
    assert_words_stand_out(drawn, page)


def test_the_style_is_carried_out_as_by_a_browser() -> None:
    text = (
        b'<svg xmlns="http://www.w3.org/2000/svg"><style>@media'
        b" (prefers-color-scheme:dark){.a>text{fill:1}.a text,.b.c"
        b' path{fill:2}text[fill="#5"]{fill:3}.d:not(.e) text{fill:4}}</style><g'
        b' class="a"><text/><g><text fill="#5"/></g></g><g class="b c"><path fill="0"/></g><g'
        b' class="d e"><text fill="0"/></g><g class="d"><text fill="#5"/></g></svg>'
    )
    root = ElementTree.fromstring(in_the_dark(text))
    assert [one.get("fill") for one in root.iter() if one.tag in (f"{SVG}text", f"{SVG}path")] == [
        "2",
        "3",
        "2",
        "0",
        "4",
    ]
