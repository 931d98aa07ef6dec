"""A list of items in a chain → what its last one gives on: each item's ``when``, ``repeat``,
``from`` and ``name``, and then its operation.
"""

from __future__ import annotations

from typing import Any

from archspec.frontend.elaborate.names import join
from archspec.frontend.elaborate.paths import settle, written_path
from archspec.frontend.elaborate.repeat import Repeated, in_repetition, is_counted, repetitions
from archspec.frontend.elaborate.scope import Context, Feed, Site, Turn
from archspec.frontend.elaborate.sources import is_merge_of_one, nothing, taken
from archspec.frontend.elaborate.state import State
from archspec.frontend.program.formulas import Located, Silenced
from archspec.frontend.program.program import (
    BlockCall,
    Item,
    Items,
    LayerCall,
    Mistaken,
    Operation,
)
from archspec.graph import Scope


def run(state: State, items: Items, site: Site) -> Feed:
    """A list of items in a chain: what its last one gives on."""
    context, feed = site.context, site.feeds[0]
    values: dict[str, Any] = {"prev": feed}
    environment = site.environment.child(values)
    if not items.reserved <= context.reserved:
        context = context._replace(reserved=context.reserved | items.reserved)
    state.observer.list_entered(items, site)
    for item in items.items:
        state.budget.item(item.place)
        values["prev"] = feed
        here = Site(context, environment, (feed,))
        feed = _once(state, item, here, None) if item.repeat is None else _all(state, item, here)
    state.observer.list_left(feed)
    return feed


def _all(state: State, item: Item, site: Site) -> Feed:
    """All repetitions of an item."""
    assert item.repeat is not None
    context, feed = site.context, site.feed
    state.observer.repeat_begun(item, site)
    rows = repetitions(state, item.repeat, item.when, site)
    if rows is None:
        return state.lost(feed, unseen=True)
    counted = item.name is not None and is_counted(state, item.name, rows, context)
    if not rows and item.name is not None and not item.name.mentions:
        place = item.repeat.value.place
        state.names.left_out[join(context.prefix, item.name.text)] = "repeat", place
    for index, row in enumerate(rows):
        if index:
            state.budget.item(item.place)
        turn = Turn(index + 1, len(rows), counted)
        repeated = Repeated(item.name, item.place, row, turn)
        feed = _once(state, item, in_repetition(state, repeated, feed, site), turn)
    return feed


def _once(state: State, item: Item, site: Site, turn: Turn | None) -> Feed:
    """One item, or one repetition of it."""
    state.observer.item_begun(item, site, turn)
    number = turn.index if turn is not None and turn.counted else None
    wanted = True if item.when is None else state.condition(item.when, site)
    if wanted is True:
        result = _carried_out(state, item, _site_of(state, item, site, number, turn))
        feed = site.feeds[0] if result is None else result
    else:
        _leave_out(state, item, site, number)
        feed = site.feeds[0] if wanted is False else state.lost(site.feeds[0], unseen=True)
    state.observer.item_ended(feed)
    return feed


def _site_of(state: State, item: Item, site: Site, number: int | None, turn: Turn | None) -> Site:
    """Where the operation of an item is carried out: with what its ``from`` and ``name`` say, and
    in the scope of its repetition.
    """
    context, environment, feeds, name, sources = site
    if item.sources is not None:
        feeds, sources = taken(state, item, item.sources, site)
    if item.name is not None:
        name = written_path(state, item.name, site, number)
    if turn is not None:
        path = name.path if name else context.prefix
        context = _repetition(state, item, context, turn, path)
    return Site(context, environment, feeds, name, sources)


def _carried_out(state: State, item: Item, site: Site) -> Feed | None:
    """What the operation of an item gives, ``None`` where the chain goes on from before it."""
    before = len(state.nodes)
    if is_merge_of_one(item, site):
        result: Feed | None = site.feed
        if site.name is not None:
            settle(state, site.name, site.feed, nothing(item.place), site)
    else:
        result = state.operations[type(item.operation)](state, item.operation, site)
    if result is None:
        return None
    if item.sources is not None and site.previous not in site.feeds:
        name = site.previous.name
        unsure = result.tensor is None or any(name in node.inputs for node in state.nodes[before:])
        if not (site.sources and unsure):
            state.bypasses.setdefault(name, item)
    if item.name is not None and site.name is None:
        state.lost(result, unseen=True)
    if result.tensor is None:
        state.lost(*site.feeds)
        _break_name(state, item, site)
    return result


def _break_name(state: State, item: Item, site: Site) -> None:
    """Let the name of an item with a mistake stand for a broken feed, so that a `from` that
    says it is no mistake of its own.
    """
    if item.name is None:
        return
    if site.name is None:
        state.names.unsure = True
    elif site.name.path not in state.names.entries:
        settle(state, site.name, Feed(site.name.path, None), item.operation, site)


def _repetition(state: State, item: Item, context: Context, turn: Turn, path: str) -> Context:
    label = item.name.text if item.name else _label(item.operation)
    state.scopes.append(
        Scope(path, "repetition", label, context.scope, item.place, turn.index, turn.count)
    )
    return context._replace(scope=len(state.scopes) - 1)


def _label(operation: Operation) -> str:
    if isinstance(operation, LayerCall):
        return operation.kind
    return operation.block if isinstance(operation, BlockCall) else ""


def _leave_out(state: State, item: Item, site: Site, number: int | None) -> None:
    state.observer.left_out()
    state.left_out.append(item)
    if item.name is None:
        return
    try:
        text = item.name.fill(site.environment)
    except (Located, Silenced):
        return
    assert item.when is not None
    path = join(site.context.prefix, f"{text}{number or ''}")
    state.names.left_out[path] = "when", item.when.value.place


def mistaken(state: State, item: Mistaken, site: Site) -> Feed:
    """An item whose mistake has a complaint already."""
    state.names.unsure |= item.hides
    return state.lost(*site.feeds, unseen=True)
