"""A modifier that stands away from its operation, `shortcut` from `residual` or `merge` from
`branches` → where it belongs, in an author's words.
"""

from __future__ import annotations

from archspec.frontend.vocabulary import PARTNERS
from archspec.frontend.yaml.document import Document, Value
from archspec.spelling import counted

Path = tuple[str | int, ...]


def where_it_belongs(document: Document, path: Path, key: str) -> str:
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
    return f"`shortcut` is the way around a `residual`: {instead}, or remove it"


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
