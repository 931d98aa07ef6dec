"""A layer of the text → its node, its shapes and weights inferred; or what does not fit, told
where it was written.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import prod
from typing import Any, NamedTuple

from archspec import limits
from archspec.diagnostics import Diagnostic, Span
from archspec.frontend.elaborate.paths import item_path, settle
from archspec.frontend.elaborate.scope import (
    FAILED,
    NO_ARGUMENTS,
    Context,
    Defaults,
    Feed,
    Site,
    has_unknown,
)
from archspec.frontend.elaborate.state import ArgumentPlan, Inferred, State
from archspec.frontend.elaborate.words import MOST_INPUTS, lost_axes, unknown_size, way_up
from archspec.frontend.expressions.words import show
from archspec.frontend.foreign import input_help
from archspec.frontend.program.complaints import no_argument
from archspec.frontend.program.formulas import Formula, Located, Silenced
from archspec.frontend.program.program import LayerCall
from archspec.graph import Node
from archspec.layers import KINDS, Layer, Mismatch
from archspec.layers.base import wrong_argument
from archspec.layers.types import Refused
from archspec.spelling import snake_case
from archspec.tensor import Tensor, show_shape


class Making(NamedTuple):
    """A layer that is being made: its call, the values of its arguments, and where."""

    call: LayerCall
    values: Mapping[str, Any]
    site: Site


def layer_call(state: State, call: LayerCall, site: Site) -> Feed:
    """An item that is a layer."""
    state.observer.layer_called(call.kind, call.arguments)
    named = item_path(state, snake_case(call.kind), site, call.place)
    feed = add_layer(state, call, site, named.path)
    settle(state, named, feed, call, site)
    return feed


def add_layer(
    state: State, call: LayerCall, site: Site, path: str, labels: Iterable[str] | None = None
) -> Feed:
    """A layer at a path: what it gives, or a broken feed where something is wrong. ``labels`` are
    the branches that its inputs come from.
    """
    feeds = site.feeds
    layer = _made(state, call, site)
    least, most = KINDS[call.kind].arity
    if not least <= len(feeds) <= (most or len(feeds)):
        state.complain(_wrong_number(call, len(feeds)), site.context)
        return state.lost(*feeds)._replace(name=path)
    tensors = tuple([feed.tensor for feed in feeds if feed.tensor is not None])
    if layer is None or len(tensors) < len(feeds):
        return state.lost(*feeds)._replace(name=path)
    try:
        output, weights, macs = _inferred(state, layer, tensors)
    except Mismatch as mismatch:
        _complain_of_input(state, mismatch, Making(call, layer.arguments, site), labels)
        return state.lost(*feeds)._replace(name=path)
    names = tuple([feed.name for feed in feeds])
    scope = site.context.scope
    node = Node(path, layer, names, output, weights, None, macs, scope, call.place)
    if site.context.shares is not None:
        node = _shared(state, node, site.context)
    return state.add(node, site)


def _inferred(state: State, layer: Layer, tensors: tuple[Tensor, ...]) -> Inferred:
    """What a layer makes of its inputs. Raises `Mismatch`."""
    key = (id(layer), tensors)
    inferred = state.cache.inferred.get(key)
    if inferred is None:
        inferred = state.cache.inferred[key] = _bounded(layer.infer(*tensors))
    return inferred


def _bounded(inferred: Inferred) -> Inferred:
    """The same, or `Mismatch` where the output has more elements than a computer can count, or more
    axes than NumPy.
    """
    if len(inferred[0].shape) > limits.AXES:
        message = f"the output has {len(inferred[0].shape):,} axes, and a tensor may have"
        raise Mismatch(f"{message} {limits.AXES}")
    if prod([size or 1 for size in inferred[0].shape]) > limits.INTEGER:
        help = "look for a layer that enlarges its input, in a `repeat`"
        raise Mismatch(
            f"the output {inferred[0]} has more than {limits.INTEGER:,} elements", help=help
        )
    return inferred


def _wrong_number(call: LayerCall, count: int) -> Diagnostic:
    least, most = KINDS[call.kind].arity
    several = f"at least {least}" if most is None else f"{least} to {most}"
    wanted = f"{least}" if least == most else several
    noun = "tensor" if wanted == "1" else "tensors"
    message = f"`{call.kind}` takes {wanted} {noun}, and gets {count}"
    help = (
        "name them with `from: [a, b]`"
        if count < least
        else "join them first with a merging layer, or name one in `from`"
    )
    return Diagnostic("wrong-inputs", message, call.place, help=help)


# --- arguments


def _made(state: State, call: LayerCall, site: Site) -> Layer | None:
    """The layer with its arguments: its own, else the block's defaults, else the spec's. ``None``
    where one is wrong.
    """
    environment, defaults = site.environment, site.context.defaults
    plan = _plan(state, call, defaults)
    values = {}
    for name, compute, which in plan.computed:
        try:
            values[name] = compute(environment if which is None else defaults[which].environment)
        except (Located, Silenced) as error:
            values[name] = state.failed(error, environment, site.context)
    key = repr(values) if values else ""
    state.budget.spend(len(key))
    layer = plan.layers.get(key)
    if layer is None:
        making = Making(call, {**plan.constants, **values}, site)
        if FAILED in values.values():
            _complain_of_values(state, making)
            return None
        layer = _new_layer(state, making)
        if layer is not None:
            plan.layers[key] = layer
    return layer


def _plan(state: State, call: LayerCall, defaults: tuple[Defaults, ...]) -> ArgumentPlan:
    """How the arguments of a layer of the text come about, worked out once."""
    key = (call.kind, id(call.arguments), id(defaults[-1].arguments))
    plan = state.cache.plans.get(key)
    if plan is None:
        formulas: dict[str, tuple[Formula, int | None]] = {}
        for which, one in enumerate(defaults):
            arguments = one.arguments.get(call.kind, NO_ARGUMENTS)
            formulas |= {name: (formula, which) for name, formula in arguments.items()}
        formulas |= {name: (formula, None) for name, formula in call.arguments.items()}
        computed = tuple(
            (name, formula.compute, which)
            for name, (formula, which) in formulas.items()
            if formula.compute is not None
        )
        constants = {
            name: formula.data for name, (formula, _) in formulas.items() if formula.constant
        }
        plan = state.cache.plans[key] = ArgumentPlan(constants, computed, {})
    return plan


def _new_layer(state: State, making: Making) -> Layer | None:
    call, values, site = making
    if not _sizes_known(state, making):
        return None
    try:
        layer = KINDS[call.kind](**values)
    except Mismatch as mismatch:
        if not _complain_of_values(state, making):
            if mismatch.advise is not None and site.feed.tensor is not None:
                mismatch.help = mismatch.advise(site.feed.tensor) or mismatch.help
            _complain(
                state,
                mismatch,
                making,
                code="wrong-argument" if mismatch.at in values else "missing-argument",
            )
        return None
    key = call.kind, repr(sorted(layer.arguments.items(), key=_first))
    if key not in state.cache.layers:
        state.budget.items -= limits.NEW_LAYER - 1
        state.cache.layers[key] = layer
    return state.cache.layers[key]


def _first(pair: tuple[str, Any]) -> str:
    return pair[0]


def _sizes_known(state: State, making: Making) -> bool:
    call, values, site = making
    unknown = [name for name, value in values.items() if has_unknown(value)]
    for name in unknown:
        span = call.arguments[name].value.span if name in call.arguments else call.place
        message = f"`{name}` depends on a size that is unknown until the model is called"
        help = "give the input a fixed size on that axis instead of `null`"
        state.complain(Diagnostic("unknown-size", message, span, help=help), site.context)
    return not unknown


# --- weights that are used again


def _shared(state: State, node: Node, context: Context) -> Node:
    """A node of an item that is used again: it takes the weights of the node that stands in its
    place there.
    """
    assert context.shares is not None
    here, there = context.shares
    twin = state.twins.get(there + node.name[len(here) :])
    if twin is not None and twin.layer == node.layer and twin.weights == node.weights:
        return node._replace(weights_of=twin.weights_of or twin.name)
    if node.weights:
        state.complain(_unlike(node, twin, there), context)
    return node


def _unlike(node: Node, twin: Node | None, there: str) -> Diagnostic:
    """Why a node cannot take the weights of the one in its place."""
    label = ""
    if twin is None:
        message = f"`{there}` has no layer whose weights this one could use again"
    else:
        label = _other_weight(node, twin)
        message = (
            f"the weights of `{twin.name}` do not fit this input"
            if label
            else f"this layer differs from `{twin.name}`, whose weights it would use again"
        )
    help = "the input of the second use must give every layer with weights the same shapes"
    return Diagnostic("reuse-mismatch", message, node.span, label, (), help)


def _other_weight(node: Node, twin: Node) -> str:
    """The first weight of another shape than in the other node; nothing if there is none."""
    for mine, theirs in zip(node.weights, twin.weights, strict=False):
        if mine.shape != theirs.shape:
            return (
                f"`{mine.name}` would be {show_shape(mine.shape)} here, and is"
                f" {show_shape(theirs.shape)} in `{twin.name}`"
            )
    return ""


# --- complaints


def _complain_of_values(state: State, making: Making) -> bool:
    """Whether arguments are wrong by themselves, all of which get a complaint."""
    kind = making.call.kind
    wrong = [
        mismatch
        for name, value in making.values.items()
        if value is not FAILED and (mismatch := argument_mismatch(kind, name, value)) is not None
    ]
    for mismatch in wrong:
        known = mismatch.at in KINDS[kind].attributes
        _complain(state, mismatch, making, code="wrong-argument" if known else "unknown-argument")
    return bool(wrong)


def argument_mismatch(kind: str, name: str, value: Any) -> Mismatch | None:
    """What is wrong with one argument by itself."""
    attribute = KINDS[kind].attributes.get(name)
    if attribute is None:
        return Mismatch(f"`{kind}` has no argument `{name}`", at=name)
    try:
        attribute.type.accept(value)
    except Refused as refused:
        return wrong_argument(name, refused)
    return None


def _complain_of_input(
    state: State, mismatch: Mismatch, making: Making, labels: Iterable[str] | None
) -> None:
    """Tell what a layer has against its inputs, with what they are and where that comes from."""
    call, _, site = making
    tensors = [feed.tensor for feed in site.feeds if feed.tensor is not None]
    if len(site.feeds) == 1:
        notes: tuple[str, ...] = (
            ()
            if mismatch.shows_input
            else (f"its input is {'a vector of ' * (len(tensors[0].shape) == 1)}{tensors[0]}",)
        )
    else:
        what = (
            [f"`{feed.name}`" for feed in site.feeds]
            if labels is None
            else [f"branch `{label}`" for label in labels]
        )
        notes = inputs_of(what, tensors)
    note = _explained(state, mismatch, site.feed, call.place)
    _complain(state, mismatch, making, (*notes, *note), code="shape-mismatch")


def _explained(state: State, mismatch: Mismatch, feed: Feed, place: Span) -> tuple[str, ...]:
    """A note on the layer above that made an input what it is; the help is then what to do
    there.
    """
    note = help = None
    if elsewhere := _input_of_elsewhere(state, mismatch, feed):
        mismatch.help = elsewhere
        return ()
    way = way_up(state.nodes, state.inputs, feed.name)
    if mismatch.rank is not None and feed.tensor is not None:
        note, help = lost_axes(way, feed.tensor, mismatch.rank, place, mismatch.help)
    elif mismatch.unknown:
        note, help = unknown_size(way, feed.name, state.program.inputs, place)
    mismatch.help = help or mismatch.help
    return (note,) if note else ()


def _input_of_elsewhere(state: State, mismatch: Mismatch, feed: Feed) -> str | None:
    """The help where the model's input is written as other tools do, with the batch or channels
    first.
    """
    name = feed.name
    for node, _ in way_up(state.nodes, state.inputs, feed.name):
        name = node.inputs[0]
    tensor = state.inputs[name].tensor if name in state.inputs else None
    return None if tensor is None else input_help(name, tensor.shape, mismatch.axes)


def inputs_of(names: Iterable[str], tensors: list[Tensor]) -> tuple[str, ...]:
    """A note for each input of a layer with several, as far as there is room."""
    notes = [f"{name} gives {tensor}" for name, tensor in zip(names, tensors, strict=True)]
    more = len(notes) - MOST_INPUTS
    return (*notes[:MOST_INPUTS], *([f"... and {more} more"] if more > 0 else []))


def _complain(
    state: State, mismatch: Mismatch, making: Making, notes: tuple[str, ...] = (), *, code: str
) -> None:
    """Complain of an argument, where it is written, or of an input, where the layer is."""
    call, values, site = making
    name, context = mismatch.at or "", site.context
    formula = call.arguments.get(name)
    if formula is None:
        formula, which = _default(call.kind, name, context)
        if formula is None or code == "shape-mismatch":
            notes = (*notes, *_default_note(making, name, formula))
            message, help = mismatch.message, mismatch.help
            state.complain(Diagnostic(code, message, call.place, "", notes, help), context)
            return
        notes = (*notes, f"for the `{call.kind}` of line {call.place.line}")
        context = context._replace(frame=None if which == 0 else context.frame)
    if code == "unknown-argument":
        message, help = no_argument(call.kind, name)
        state.complain(Diagnostic(code, message, formula.value.place, help=help), context)
        return
    span = formula.value.span
    label = "" if formula.constant or name not in values else f"this gives {show(values[name])}"
    here = site._replace(context=context)
    passed = passed_argument(state, formula, here) if code == "wrong-argument" else None
    if passed is not None:
        notes = (*notes, f"it becomes `{name}` of the `{call.kind}` on line {call.place.line}")
        source, context = passed
        span, label = source.value.span, "" if source.constant else label
    advice = mismatch.help
    whole = mismatch.expects is not None and mismatch.expects.what == "integer"
    if advice is None and type(values.get(name)) is float and whole:
        advice = (
            "make it whole: `//` divides without a rest; `int`, `round`, `floor` and `ceil` round"
        )
    if not label and advice is None and name in values:
        label = f"this is {show(values[name])}"
    state.complain(Diagnostic(code, mismatch.message, span, label, notes, advice), context)


def passed_argument(state: State, formula: Formula, site: Site) -> tuple[Formula, Context] | None:
    """Where a call gives the value of a formula that is just an argument of the block: the
    formula there, and the caller's context.
    """
    frame = site.context.frame
    while frame is not None and frame.kind != "block":
        frame = frame.above
    text = formula.value.data
    if frame is None or not isinstance(text, str) or text[:1] != "$":
        return None
    name = text[1:]
    if name not in frame.arguments:
        return None
    holder = site.environment.holder(name)
    if holder is None or holder.parent is not state.variables:
        return None  # a `repeat` has a variable of that name
    return frame.arguments[name], site.context._replace(frame=frame.above)


def _default(kind: str, name: str, context: Context) -> tuple[Formula | None, int]:
    """The formula in ``defaults`` that an argument comes from, and which of them it is."""
    for which in range(len(context.defaults) - 1, -1, -1):
        formula = context.defaults[which].arguments.get(kind, NO_ARGUMENTS).get(name)
        if formula is not None:
            return formula, which
    return None, 0


def _default_note(making: Making, name: str, formula: Formula | None) -> tuple[str, ...]:
    """Where the value of an argument that the layer does not state comes from."""
    call, values, _ = making
    if formula is not None and name in values:
        where = formula.value.place
        file = "" if where.file == call.place.file else f" of {where.file}"
        return (f"`{name}` is {show(values[name])} by the `defaults` on line {where.line}{file}",)
    attribute = KINDS[call.kind].attributes.get(name)
    if attribute is None or attribute.required or name in values:
        return ()
    return (f"`{name}` is {show(attribute.default)} by default",)
