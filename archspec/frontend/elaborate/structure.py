"""Groups, branches, residuals, side outputs and reuse, carried out: each a scope of the graph."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from archspec import limits
from archspec.diagnostics import Diagnostic, at_line
from archspec.frontend.elaborate.items import run
from archspec.frontend.elaborate.layers import add_layer
from archspec.frontend.elaborate.names import Entry, join, last_step
from archspec.frontend.elaborate.paths import (
    another_name,
    complain_of_unknown,
    item_path,
    settle,
)
from archspec.frontend.elaborate.repeat import repetitions
from archspec.frontend.elaborate.scope import (
    FAILED,
    Context,
    Feed,
    Frame,
    Named,
    Site,
    Turn,
)
from archspec.frontend.elaborate.state import State
from archspec.frontend.elaborate.words import projection
from archspec.frontend.expressions.values import show
from archspec.frontend.program.complaints import (
    better_name,
    merge_problem,
    name_problem,
    no_layer_to_call,
)
from archspec.frontend.program.formulas import Formula, NameFormula, broken
from archspec.frontend.program.program import (
    NO_ARGUMENTS,
    Branch,
    Branches,
    Item,
    LayerCall,
    LayerGroup,
    Operation,
    Residual,
    Reuse,
    SideOutput,
    VariableCall,
    key_of,
)
from archspec.spelling import snake_case
from archspec.tensor import Tensor


def group(state: State, call: LayerGroup | Branch, site: Site) -> Feed:
    """``layers``: items in a chain; or those of a branch that is used again."""
    feed = state.only_feed("a group", site, call.place)
    inside = state.enter("group", _label(site), site, call.place)
    feed = run(state, call.items, Site(inside, site.environment, (feed,)))
    if site.name:
        settle(state, site.name, feed, call, site)
    return feed


def side_output(state: State, call: SideOutput, site: Site) -> None:
    """A side path; it gives nothing on, so that the main path goes on from before it."""
    feed = state.only_feed("an output", site, call.place)
    if site.name is None:
        state.lost(feed, unseen=True)
        return
    path = site.name.path
    if site.context.home:  # an output of a block that is another spec is a path to take, no more
        inside = state.enter("group", _label(site), site, call.place)
        end = run(state, call.items, Site(inside, site.environment, (feed,)))
        settle(state, site.name, end, call, site)
        return
    inside = state.enter("output", _label(site), site, call.place)
    state.outputs[path] = feed  # comes before an output within it, as in the text
    end = run(state, call.items, Site(inside, site.environment, (feed,)))
    if path == "main":
        message = "`main` is the output at the end of `layers`"
        help = "give this output another name"
        state.complain(Diagnostic("wrong-name", message, call.place, help=help), site.context)
    state.outputs[path] = end
    settle(state, site.name, end, call, site)


def branches(state: State, call: Branches, site: Site) -> Feed:
    """``branches``: several paths from one tensor, and the layer that merges their ends."""
    feed = state.only_feed("`branches`", site, call.place)
    context = state.enter("branches", _label(site), site, call.place)
    inside = Site(context, site.environment, (feed,))
    ends: list[tuple[str, Feed]] = []
    for written in call.paths:
        fanned = _fanned(state, written, inside)
        if fanned is None:
            ends.append((written.words, state.lost(feed, unseen=True)))
        for path, here in fanned or ():
            end = _branch(state, path, "branch", here)
            if end is not None:
                ends.append((path.words, end))
    result = _merged(state, call, ends, inside)
    if site.name:
        settle(state, site.name, result, call, site)
    return result


def _fanned(state: State, path: Branch, site: Site) -> list[tuple[Branch, Site]] | None:
    """A branch, or all those of a fan, each with where it is carried out; ``None`` where the
    ``repeat`` of the fan is wrong.
    """
    if path.repeat is None:
        return [(path, site)]
    repeated = repetitions(state, path.repeat, path.when, path.name, site)
    if repeated is None:
        return None
    labels: set[str] = set()
    fanned = []
    for turn in repeated.turns():
        state.budget.item(path.place, limits.FAN)
        here = repeated.site_of(turn, path.place, site.feed)
        part, label = f"{path.part}#{turn.index}", ""
        if path.name is not None:
            label = _label_of_fan(state, path.name, turn, here)
            if label in labels:
                _complain_of_label(state, label, path.name, here)
            labels |= {label} - {""}
        fanned.append((path._replace(label=label, part=part), here))
    return fanned


def _label_of_fan(state: State, name: NameFormula, turn: Turn, site: Site) -> str:
    """The label of one branch of a fan; none where it is wrong."""
    text = state.guarded(name.fill, site.environment, site.context)
    if text is FAILED:
        state.names.unsure = True
        return ""
    text = f"{text}{turn.index}" if turn.counted else str(text)
    complaint = name_problem(text)
    if complaint is None:
        return text
    place, help = name.value.span, better_name(text)
    state.complain(Diagnostic("wrong-name", complaint, place, help=help), site.context)
    state.names.unsure = True
    return ""


def _complain_of_label(state: State, label: str, name: NameFormula, site: Site) -> None:
    message = f"the branch `{label}` is there already, of another repetition"
    help = another_name(name, site.context, key="")
    problem = Diagnostic("duplicate-name", message, name.value.span, help=help)
    state.complain(problem, site.context)


def _branch(state: State, path: Branch, kind: str, site: Site) -> Feed | None:
    """The end of a branch or shortcut; ``None`` where its condition says that there is none."""
    wanted = True if path.when is None else state.condition(path.when, site)
    if wanted is False:
        if path.is_step:
            state.names.left_out[join(site.context.prefix, path.label)] = "when", path.place
        return None
    if wanted is not True:
        return state.lost(site.feed, unseen=True)
    named = _branch_name(state, path, site.context)
    label = path.label if path.is_step else ""
    inside = state.enter(kind, label, site._replace(name=named), path.place)
    state.observer.branch_begun(path)
    end = run(state, path.items, Site(inside, site.environment, site.feeds))
    if named is not None:
        settle(state, named, end, path, site)
    return end


def _branch_name(state: State, path: Branch, context: Context) -> Named | None:
    """The path of a branch; ``None`` where its label is no step of one."""
    if not path.is_step:
        return None
    written = join(context.prefix, path.label)
    taken = state.names.branch(context.prefix, path.label, context.reserved, path.place)
    return Named(taken, taken == written)


def _merged(state: State, branches: Branches, ends: Sequence[tuple[str, Feed]], site: Site) -> Feed:
    """What the layer that ``merge`` names makes of the ends of the branches; each stands with what
    its branch is called.
    """
    feeds = [feed for _, feed in ends]
    context = site.context
    kind = state.guarded(branches.merge.evaluate, site.environment, context)
    if kind is FAILED:
        return state.lost(*feeds)
    state.observer.layer_called(LayerCall(str(kind), branches.arguments, branches.place))
    complaint = merge_problem(kind if isinstance(kind, str) else show(kind))
    if complaint:
        message, help = complaint
        span, label = branches.merge.value.span, f"this gives {show(kind)}"
        state.complain(Diagnostic("unknown-layer", message, span, label, (), help), context)
        return state.lost(*feeds)
    if not ends:
        message = "every branch is left out here, so nothing is left to merge"
        help = "leave out the whole item with its own `when`"
        state.complain(Diagnostic("empty", message, branches.place, help=help), context)
        return state.lost()
    if len(ends) == 1:
        return feeds[0]
    call = LayerCall(kind, branches.arguments, branches.place)
    return _merge(state, call, ends, site)


def _merge(state: State, call: LayerCall, ends: Sequence[tuple[str, Feed]], site: Site) -> Feed:
    context, step = site.context, snake_case(call.kind)
    path = state.names.automatic(context.prefix, step, context.reserved, call.place)
    feeds = tuple([feed for _, feed in ends])
    whose = [words for words, _ in ends]
    feed = add_layer(state, call, site._replace(feeds=feeds), path, whose)
    state.names.settle(path, feed)
    return feed


def residual(state: State, call: Residual, site: Site) -> Feed:
    """``residual``: its items, and the sum with what goes around them."""
    feed = state.only_feed("a residual", site, call.place)
    context = state.enter("residual", _label(site), site, call.place)
    outside = Site(context, site.environment, (feed,))
    before = len(state.left_out)
    around = _around(state, call, outside) if call.around_first else None
    inside = state.enter("main", "", outside, call.place)
    main = run(state, call.items, Site(inside, site.environment, (feed,)))
    if not call.around_first:
        around = _around(state, call, outside)
    left_out = state.left_out[before:]
    result = main if around is None else _sum(state, call, (main, around), left_out, outside)
    if site.name:
        settle(state, site.name, result, call, site)
    return result


def _around(state: State, call: Residual, site: Site) -> Feed | None:
    """What goes around a residual's items; ``None`` where nothing does."""
    if call.shortcut is None:
        return site.feed
    return _branch(state, call.shortcut, "shortcut", site)


def _sum(
    state: State, residual: Residual, ends: tuple[Feed, Feed], left_out: list[Item], site: Site
) -> Feed:
    """The sum of the main path and the way around, of which some items were left out."""
    main, around = ends
    if main.tensor and around.tensor and not _same_shape(main.tensor, around.tensor):
        own = residual.shortcut is not None and bool(residual.shortcut.items.items)
        message = "the two paths of this residual end in different shapes"
        way = "its `shortcut`" if own else "the way around"
        label = f"its items end in {main.tensor}, {way} in {around.tensor}"
        help = projection(main.tensor, around.tensor, residual, own=own)
        notes = tuple(_left_out(left_out, residual))
        problem = Diagnostic("shape-mismatch", message, residual.place, label, notes, help)
        state.complain(problem, site.context)
        return state.lost(main, around)
    context = site.context
    path = state.names.automatic(context.prefix, "add", context.reserved, residual.place)
    call = LayerCall("Add", NO_ARGUMENTS, residual.place)
    terms = (around, main) if residual.around_first else (main, around)
    feed = add_layer(state, call, Site(context, site.environment, terms), path)
    state.names.settle(path, feed)
    return feed


def _left_out(items: Iterable[Item], residual: Residual) -> Iterator[str]:
    """A note for each item of a residual or its shortcut that a ``when`` has left out."""
    shortcut = residual.shortcut.items.items if residual.shortcut is not None else ()
    for item in items:
        whose = "`shortcut`" if any(item is inner for inner in shortcut) else "items"
        if whose == "items" and not any(item is inner for inner in residual.items.items):
            continue
        assert item.when is not None
        line = at_line(item.when.value.place, residual.place)
        yield f"of its {whose}, `{key_of(item.operation)}` is left out here, by the `when` {line}"


def _same_shape(a: Tensor, b: Tensor) -> bool:
    """Whether two shapes agree on every axis that both know."""
    return len(a.shape) == len(b.shape) and all(
        x is None or y is None or x == y for x, y in zip(a.shape, b.shape, strict=True)
    )


def reuse(state: State, call: Reuse, site: Site) -> Feed | None:
    """The item once more: names in it are looked up where it stands in the text, its paths are
    those of this item.
    """
    context = site.context
    text = state.guarded(call.target.fill, site.environment, context)
    reused = None if text is FAILED else _reused(state, text, call, context)
    if reused is None:
        return Feed("", None)
    original, entry = reused
    if site.name is None and isinstance(entry.operation, SideOutput):
        message = "an output that is used again needs a name"
        problem = Diagnostic("missing-key", message, call.place, help="add `name: ...`")
        state.complain(problem, context)
        state.lost(*site.feeds)
        return None
    state.budget.items -= limits.REUSE - 1
    state.observer.reused(original, site)
    named = item_path(state, last_step(text), site, call.place)
    again = entry.context._replace(
        automatic=context.automatic,
        scope=state.enter("reuse", text, site._replace(name=None), call.place).scope,
        frame=Frame("reuse", text, call.place, context.frame, NO_ARGUMENTS, site.environment),
        depth=context.depth + 1,
        shares=(named.path, original),
    )
    operation = entry.operation if not call.call else _called_again(state, call, entry, site)
    if operation is None:
        return state.lost(*site.feeds)._replace(name=named.path)
    inner = entry.environment.child({"prev": site.previous if site.sources else site.feed})
    carry_out = state.operations[type(operation)]
    return carry_out(state, operation, Site(again, inner, site.feeds, named, site.sources))


def _called_again(state: State, call: Reuse, entry: Entry, site: Site) -> Operation | None:
    """The operation of an item that is used again, with other arguments of its call; ``None`` where
    it is no layer.
    """
    operation = entry.operation
    if not isinstance(operation, LayerCall | VariableCall):
        problem = no_layer_to_call(call.target.text, next(iter(call.call.values())))
        state.complain(problem, site.context)
        return None
    own = {name: _here(state, formula, site) for name, formula in call.call.items()}
    return operation._replace(call={**operation.call, **own})


def _here(state: State, formula: Formula, site: Site) -> Formula:
    """A formula with its value at a site, for another place."""
    value = state.guarded(formula.evaluate, site.environment, site.context)
    return broken(formula.value) if value is FAILED else Formula(formula.value, (), value)


def _reused(state: State, text: str, reuse: Reuse, context: Context) -> tuple[str, Entry] | None:
    """The path and the entry of the item that is used again."""
    named = state.names.find(text, context.visible)
    span = reuse.target.value.span
    if named is not None and named[1].is_output:
        message = f"`{text}` is an output of a layer, and has no layers to use again"
        help = f"name the layer: `reuse: {text.rpartition('.')[0]}`"
        state.complain(Diagnostic("unknown-name", message, span, help=help), context)
        return None
    if named is not None:
        return named
    if text in context.inputs or text == "prev":
        what = "an input" if text in context.inputs else "the output of the item before"
        message = f"`{text}` is {what}, and has no layers to use again"
        help = "`reuse` takes the name of an item"
        state.complain(Diagnostic("unknown-name", message, span, help=help), context)
        return None
    complain_of_unknown(state, text, span, context, ())
    return None


def _label(site: Site) -> str:
    """What a scope is called: the last step of the name that the author wrote."""
    return last_step(site.name.path) if site.name else ""
