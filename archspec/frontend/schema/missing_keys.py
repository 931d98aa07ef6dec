"""A refusal that is about a key which is not there → diagnostics in the author's words: a required
key, or the operation that a modifier belongs to, which may stand elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

from archspec.diagnostics import Diagnostic
from archspec.frontend.foreign.items import operation_for
from archspec.frontend.schema.advice_on_texts import is_item
from archspec.frontend.schema.refusals import Path, Refusal, first_line
from archspec.frontend.vocabulary import MODIFIERS, PARTNERS
from archspec.frontend.yaml.document import Document, Value
from archspec.spelling import counted

_HOW_TO = {
    "archspec": "begin the file with `archspec: 1`",
    "name": "add `name: mynet`",
    "layers": "add `layers:` with a list of items; an empty one is `layers: []`",
    "shape": "add `shape: [height, width, channels]`",
    "when": "add `when: ...`; without a condition write just the list of items",
}
"""What to do about a key that is missing."""

_GATHERS = "name the items that it gathers, as `{name: x$k, repeat: {k: [0, 1]}}`"
"""What to do about an entry of a ``from`` without a name."""

_PARTNERS = {
    ("branches", "merge"): "say how the branches join: `merge: Concatenate` or `merge: Add`",
    ("output", "name"): "name the output: `name: aux1`",
    **{
        (key, "spec"): f"`{key}` is of a block that is another spec: `spec: resnet@resnet50`"
        for key in ("vars", "upto", "trainable")
    },
}
"""What to do about a key that another one needs beside it."""


def missing_keys(refusal: Refusal) -> Iterator[Diagnostic]:
    """A required key that is missing, unless a misspelt one stands in its place and is told
    of already.
    """
    missing = [key for key in refusal.wanted if key not in refusal.value.data]
    known = set(refusal.schema.get("properties", ()))
    strangers = [key for key in refusal.value.data if key not in known]
    if refusal.is_several_inputs() or refusal.is_something_else():
        return
    if refusal.path and len(missing) == 1 and len(strangers) == 1:
        return
    for key in missing:
        if not get_close_matches(key, [stranger.lower() for stranger in strangers], 1, 0.6):
            place = first_line(refusal.value.place) if refusal.path else refusal.value.first_line
            owner = refusal.owner_in_words if refusal.path else "the spec"
            yield Diagnostic(
                "missing-key",
                f"{owner} needs `{key}`",
                place,
                help=_GATHERS
                if key == "name" and refusal.path
                else _HOW_TO.get(key, f"add `{key}: ...`"),
            )


def missing_partners(refusal: Refusal) -> Iterator[Diagnostic]:
    """Keys that need another one beside them, unless a misspelt one stands there, or the value is a
    word that is meant for it, which is complained of as such.
    """
    item = refusal.value.data
    others = [name for name in item if name not in MODIFIERS]
    for key, partners in refusal.wanted.items():
        for partner in partners:
            if key not in item or partner in item or _follows(refusal, partner):
                continue
            if key == "output" and _is_name(item[key], refusal.blocks()):
                continue
            if not get_close_matches(partner, others, 1, 0.75):
                yield _missing_partner(refusal, key, partner)


def _is_name(output: Value, blocks: list[str]) -> bool:
    """Whether what stands where the items of an output belong is its name."""
    return isinstance(output.data, str) and not is_item(output.data, blocks)


def _missing_partner(refusal: Refusal, key: str, partner: str) -> Diagnostic:
    item = refusal.value.data
    place = item[key].place
    inside = item[key].get(partner) if key == "branches" else None
    elsewhere = operation_for(partner, item)
    if elsewhere is not None:
        place, help = item[elsewhere].place, f"write `{partner}` in place of `{elsewhere}`"
    elif key in PARTNERS:
        help = _where_it_belongs(refusal.document, refusal.path, key)
    elif inside is not None and not inside.is_list:
        place, help = inside.place, out_of(item[key], inside, partner)
    else:
        help = _PARTNERS[key, partner]
    return Diagnostic("missing-key", f"`{key}` needs `{partner}` beside it", place, help=help)


def _follows(refusal: Refusal, modifier: str) -> bool:
    """Whether the next item is nothing but a modifier that belongs to this one, which is
    told there.
    """
    items, index = refusal.document.at(refusal.path[:-1]), refusal.path[-1]
    return (
        isinstance(index, int)
        and index + 1 < len(items.data)
        and list(dict(items.data[index + 1].items())) == [modifier]
    )


# --- modifiers away from their operation


def is_misplaced_merge(refusal: Refusal) -> bool:
    """Whether this is a ``merge`` among the branches that it joins, which is complained of as
    missing beside them.
    """
    return (
        refusal.path[-2:] == ("branches", "merge")
        and not refusal.value.is_list
        and "merge" not in refusal.document.at(refusal.path[:-2]).data
    )


def _where_it_belongs(document: Document, path: Path, key: str) -> str:
    """What to do with a modifier at a path of keys and indices whose item does not have its
    operation.
    """
    partner = PARTNERS[key]
    item, around = document.at(path), _around(document, path, partner)
    alone = all(name in PARTNERS for name, _ in item.items())
    if around is not None:
        return out_of(around, item.data[key], key, dash=alone)
    above = (
        document.at(path[:-1]).data[path[-1] - 1].get(partner)
        if isinstance(path[-1], int) and path[-1]
        else None
    )
    if alone and above is not None:
        return f"to belong to the item above, remove its `- ` and {_beside(above, partner)}"
    if key == "merge":
        return (
            "`merge` joins `branches`; a merging layer by itself is an item, `- Concatenate: {}`"
            " with `from: [...]`"
        )
    instead = (
        "write `residual` in place of `layers`"
        if "layers" in item.data
        else "put it into an item with `residual`"
    )
    what = "says that the way around a `residual` comes first"
    if key != "first":
        what = "is the way around a `residual`"
    return f"`{key}` {what}: {instead}, or remove it"


def out_of(around: Value, modifier: Value, key: str, *, dash: bool = False) -> str:
    """What to do with a modifier that stands inside of its operation, ``around``, instead of
    beside it.
    """
    partner = PARTNERS[key]
    stands = f"`{key}` stands beside `{partner}`, not inside it"
    if modifier.place.line == around.place.line:
        inside = f"{partner}: [...]" if around.is_list else f"{partner}: {{...}}"
        return (
            f"{stands}: close the {'list' if around.is_list else 'mapping'} before it, `{inside},"
            f" {key}: ...`"
        )
    items = "items" if partner == "residual" else "branches"
    return (
        f"{stands}: move it below all these {items}{', without its `- `' if dash else ''}, and"
        f" {_beside(around, partner)}"
    )


def _beside(partner: Value, name: str) -> str:
    return (
        f"indent it by {counted(partner.place.column - 1, 'space')}, as `{name}` on line"
        f" {partner.place.line}"
    )


def _around(document: Document, path: Path, partner: str) -> Value | None:
    """The operation inside of which a path leads, the innermost of that name."""
    end = next((end for end in range(len(path), 0, -1) if path[end - 1] == partner), None)
    return None if end is None else document.at(path[:end])
