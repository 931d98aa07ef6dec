"""The names of a ``from`` → the tensors that they stand for: one for a name, or as many as a gather
finds.
"""

from __future__ import annotations

from archspec import limits
from archspec.diagnostics import Diagnostic, Span
from archspec.frontend.elaborate.paths import complain_of_unknown
from archspec.frontend.elaborate.repeat import repetitions
from archspec.frontend.elaborate.scope import FAILED, Feed, Site
from archspec.frontend.elaborate.state import State
from archspec.frontend.program.program import FromName, Item, Items, LayerCall, LayerGroup
from archspec.layers import KINDS

Tensors = tuple[tuple[Feed, ...], tuple[FromName, ...]]
"""The tensors that an item takes and, where they have roles, the names that they come from."""


def taken(state: State, item: Item, names: tuple[FromName, ...], site: Site) -> Tensors:
    """What the ``from`` of an item stands for."""
    feeds: list[Feed] = []
    sources: list[FromName] = []
    counts = []
    for name in names:
        gathered = _gathered(state, name, site)
        counts.append(len(gathered))
        feeds += gathered
        sources += [name] * len(gathered)
    state.observer.names_taken(counts)
    state.budget.items -= len(feeds) // limits.INPUTS
    if not feeds:
        message = "every name of this `from` is left out here, so there is nothing to take"
        help = "let one `when` of it hold, or leave out the whole item with its own `when`"
        place = names[0].name.value.place
        state.complain(Diagnostic("empty", message, place, help=help), site.context)
        feeds = [state.lost(site.feed, unseen=True)]
        sources = [names[0]]
    return tuple(feeds), tuple(sources) if names[0].role else ()


def is_merge_of_one(item: Item, site: Site) -> bool:
    """Whether an item merges what a gather has found, and that is one tensor: the merge is then
    that tensor.
    """
    operation = item.operation
    return (
        item.sources is not None
        and len(site.feeds) == 1
        and isinstance(operation, LayerCall)
        and any(source.is_gather for source in item.sources)
        and KINDS[operation.kind].family() == "merging"
    )


def nothing(place: Span) -> LayerGroup:
    """What such a merge is where it is used again: a group without items."""
    return LayerGroup(Items((), frozenset(), place), place)


def _gathered(state: State, name: FromName, site: Site) -> list[Feed]:
    """The tensors that one name stands for, in each of its repetitions."""
    if name.repeat is None:
        wanted = True if name.when is None else state.condition(name.when, site)
        return [] if wanted is False else [_source(state, name, site)]
    repeated = repetitions(state, name.repeat, name.when, name.name, site)
    if repeated is None:
        return [state.lost(site.feed, unseen=True)]
    feeds = []
    for turn in repeated.turns():
        state.budget.item(name.name.value.place)
        here = repeated.site_of(turn, name.name.value.place, site.feed)
        wanted = True if name.when is None else state.condition(name.when, here)
        if wanted is not False:
            feeds.append(_source(state, name, here, turn.index if turn.counted else None))
    return feeds


def _source(state: State, source: FromName, site: Site, number: int | None = None) -> Feed:
    """What a name of a ``from`` stands for, with the repetition's ``number`` behind it."""
    context, feed = site.context, site.feed
    text = state.guarded(source.name.fill, site.environment, context)
    if text is FAILED:
        return state.lost(feed, unseen=True)
    text = text if number is None else f"{text}{number}"
    if text == "prev":
        state.observer.input_taken(text, None, site)
        return feed
    named = state.names.find(text, context.visible)
    if named is not None:
        path, entry = named
        state.observer.input_taken(text, path, site)
        return entry.feed
    if text in context.inputs:
        state.observer.input_taken(text, None, site)
        return context.inputs[text]
    span = source.name.value.span
    complain_of_unknown(state, text, span, context, context.inputs)
    state.lost(feed, unseen=True)
    return Feed(text, None)
