"""Calls in a program: blocks that call themselves, and items with several operations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from archspec.diagnostics import Diagnostic
from archspec.frontend.program.complaints import RECURSION_HELP, modifier_meant, recursion
from archspec.frontend.program.program import BlockCall
from archspec.frontend.yaml.document import Value
from archspec.spelling import listed_names


def recursions(
    calls: Mapping[str, Sequence[BlockCall]], blocks: Mapping[str, Value]
) -> Iterator[Diagnostic]:
    """A complaint for each circle of blocks that call one another; ``calls`` are those that stand
    in each block.
    """
    complained: set[frozenset[str]] = set()
    for start in calls:
        circle = _circle(start, calls)
        names = frozenset(call.block for call in circle)
        if circle and names not in complained and start in blocks:
            complained.add(names)
            message = recursion([start, *(call.block for call in circle)])
            yield Diagnostic("recursion", message, circle[0].place, help=RECURSION_HELP)


def _circle(start: str, calls: Mapping[str, Sequence[BlockCall]]) -> list[BlockCall]:
    """The shortest chain of calls from a block back to itself; empty if there is none."""
    seen: set[str] = set()
    chains = [[call] for call in calls.get(start, ())]
    while chains:
        chain = chains.pop(0)
        last = chain[-1].block
        if last == start:
            return chain
        if last not in seen:
            seen.add(last)
            chains += [[*chain, call] for call in calls.get(last, ())]
    return []


def two_operations_help(item: Value, keys: list[str], blocks: Mapping[str, Value]) -> str:
    """What to do where an item has several operations, ``keys``; ``blocks`` are the spec's."""
    for key in keys:
        if key not in blocks and (modifier := modifier_meant(key)):
            return f"write `{modifier}` in place of `{key}`"
    for key in keys:
        block = blocks.get(key)
        args = block.get("args") if block is not None else None
        names = (
            [
                next(element.items())[0] if element.is_mapping else str(element.text)
                for element in args.elements()
            ]
            if args is not None
            else []
        )
        inside = [other for other in keys if other in names]
        if inside and item.data[key].data is None:
            return f"`{inside[0]}` is an argument of the block `{key}`: indent it below `{key}:`"
    if set(keys) == {"residual", "layers"}:
        after = (
            "to have them after it, make them the next item, `- layers:`, its `-` below the one"
            " of this item"
        )
        return (
            "to have the items of `layers` in the residual, put them into the list below"
            f" `residual:`; {after}"
        )
    short = all(item.data[key].data is None for key in keys[1:])
    items = listed_names([f"- {key}{'' if short else ': ...'}" for key in keys[1:]])
    return (
        f"make {'it an item' if len(keys) == 2 else 'each an item'} of its own, {items}, its"
        f" `-` below the one of `{keys[0]}`"
    )
