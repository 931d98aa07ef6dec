"""How much a diagram shows: a level of detail, with groups opened and closed by name → a plan."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from archspec.diagrams.elements import Elements, Group, Repeat, inside
from archspec.diagrams.keeping import Closed, Plan
from archspec.spelling import did_you_mean, listed


class View(NamedTuple):
    """One way to show a network. ``panels``: closed blocks are drawn once beside it;
    ``neighbours``: equal ones are drawn once, ×N; ``gathered``: what follows each other at one size
    stands together.
    """

    level: str
    panels: bool = False
    neighbours: bool = False
    gathered: bool = False


def views(detail: str | None) -> tuple[View, ...]:
    """The ways to show a network at a level of detail, the fullest first; at any level if it is
    None.
    """
    found = {
        "full": (View("full"),),
        "layers": (View("layers"), View("layers", neighbours=True)),
        "blocks": (View("blocks", panels=True), View("blocks"), View("blocks", neighbours=True)),
        "stages": (
            View("stages", panels=True),
            View("stages"),
            View("stages", neighbours=True),
            View("stages", neighbours=True, gathered=True),
        ),
    }
    return found[detail] if detail else (*found["layers"], *found["blocks"], *found["stages"])


def plan(
    view: View, expand: frozenset[str] = frozenset(), collapse: frozenset[str] = frozenset()
) -> Plan:
    """The plan of a view; groups that are named, by path, last step or block, are opened or
    closed whatever the level.
    """
    usual = _CLOSED[view.level]

    def closed(group: Group, depth: int) -> bool:
        if expand & names(group):
            return False
        return bool(collapse & names(group)) or usual(group, depth)

    return Plan(closed, fold=view.level != "full", neighbours=view.neighbours)


def names(group: Group) -> set[str]:
    """What a group can be called."""
    return {group.path, group.path.rpartition(".")[2], group.block, group.label} - {""}


def all_names(elements: Elements) -> list[str]:
    """What can be opened and closed in some elements, in order."""
    return list(
        dict.fromkeys(
            name
            for group in groups(elements)
            for name in sorted(names(group), key=lambda name: (len(name), name))
        )
    )


def unknown(name: str, elements: Elements) -> str:
    """What to say to a name that nothing in some elements has."""
    known = all_names(elements)
    return did_you_mean(name, known) or (
        f"it has {listed(known, 7)}" if known else "it has no groups and no blocks"
    )


def groups(elements: Elements) -> Iterator[Group]:
    """All groups, at any depth."""
    for element in inside(elements):
        if isinstance(element, Group):
            yield element


def _never(group: Group, depth: int) -> bool:
    return False


def _stages(group: Group, depth: int) -> bool:
    return depth == 0


def _blocks(group: Group, depth: int) -> bool:
    """Blocks are closed, but for those that only repeat other blocks: these are stages."""
    return bool(group.block) and not any(
        isinstance(one, Repeat) and _is_block(one.copies[0]) for one in inside(group.body)
    )


def _is_block(body: Elements) -> bool:
    return any(isinstance(one, Group) and bool(one.block) for one in body)


_CLOSED: dict[str, Closed] = {
    "full": _never,
    "layers": _never,
    "blocks": _blocks,
    "stages": _stages,
}
