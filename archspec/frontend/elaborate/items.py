"""A list of items in a chain → what its last one gives on: each item's ``when``, ``repeat``,
``from`` and ``name``, and then its operation.
"""

from __future__ import annotations

from typing import Any

from archspec.frontend.elaborate.names import join
from archspec.frontend.elaborate.paths import settle, written_path
from archspec.frontend.elaborate.repeat import repetitions
from archspec.frontend.elaborate.scope import Feed, Site, Turn
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
    feed = site.feed
    state.observer.repeat_begun(item, site)
    repeated = repetitions(state, item.repeat, item.when, item.name, site)
    if repeated is None:
        return state.lost(feed, unseen=True)
    if not repeated.rows and item.name is not None and not item.name.mentions:
        place = item.repeat.value.place
        state.names.left_out[join(site.context.prefix, item.name.text)] = "repeat", place
    for turn in repeated.turns():
        if turn.index > 1:
            state.budget.item(item.place)
        here = repeated.site_of(turn, item.place, feed, len(state.scopes))
        feed = _once(state, item, here, turn)
    return feed


def _once(state: State, item: Item, site: Site, turn: Turn | None) -> Feed:
    """One item, or one repetition of it."""
    state.observer.item_begun(item, site, turn)
    number = turn.index if turn is not None and turn.counted else None
    wanted = True if item.when is None else state.condition(item.when, site)
    if wanted is True:
        here = _site_of(state, item, site, number)
        if turn is not None:
            _add_repetition(state, item, here, turn)
        result = _carried_out(state, item, here)
        feed = site.feeds[0] if result is None else result
    else:
        _leave_out(state, item, site, number)
        feed = site.feeds[0] if wanted is False else state.lost(site.feeds[0], unseen=True)
    state.observer.item_ended(feed)
    return feed


def _site_of(state: State, item: Item, site: Site, number: int | None) -> Site:
    """Where the operation of an item is carried out: with what its ``from`` and ``name`` say."""
    if item.sources is None and item.name is None:
        return site
    context, environment, feeds, name, sources = site
    if item.sources is not None:
        feeds, sources = taken(state, item, item.sources, site)
    if item.name is not None:
        name = written_path(state, item.name, site, number)
    return Site(context, environment, feeds, name, sources)


def _carried_out(state: State, item: Item, site: Site) -> Feed | None:
    """What the operation of an item gives, ``None`` where the chain goes on from before it."""
    before = len(state.nodes)
    if item.sources is not None and is_merge_of_one(item, site):
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


def _add_repetition(state: State, item: Item, site: Site, turn: Turn) -> None:
    """Add the scope of a repetition that is carried out at a site."""
    index, count, _, around = turn
    path = site.name.path if site.name else site.context.prefix
    label = item.name.text if item.name else _label(item.operation)
    state.scopes.append(Scope(path, "repetition", label, around, item.place, index, count))


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
