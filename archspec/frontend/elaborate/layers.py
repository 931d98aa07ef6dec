"""A layer of the text → its node, its shapes and weights inferred."""

from __future__ import annotations

from collections.abc import Iterable
from math import prod
from typing import Any

from archspec import limits
from archspec.diagnostics import Diagnostic, Span
from archspec.frontend.elaborate.layer_complaints import (
    Making,
    complain,
    complain_of_call,
    complain_of_input,
    complain_of_values,
)
from archspec.frontend.elaborate.paths import item_path, settle, settle_outputs
from archspec.frontend.elaborate.roles import NO_ROLES, LayerInputs, by_role, is_right_number
from archspec.frontend.elaborate.scope import (
    FAILED,
    Context,
    Defaults,
    Feed,
    Site,
    has_unknown,
)
from archspec.frontend.elaborate.state import ArgumentPlan, State
from archspec.frontend.program.formulas import Formula, Located, Silenced
from archspec.frontend.program.program import NO_ARGUMENTS, LayerCall
from archspec.graph import Node
from archspec.layers import KINDS, Layer, Mismatch
from archspec.layers.base import Inferred
from archspec.layers.operations import OPS
from archspec.layers.registry import is_kind, is_layer
from archspec.spelling import snake_case
from archspec.tensor import Tensor, show_shape


def layer_call(state: State, call: LayerCall, site: Site) -> Feed:
    """An item that is a layer."""
    state.observer.layer_called(call)
    named = item_path(state, snake_case(call.kind), site, call.place)
    feed = add_layer(state, call, site, named.path)
    if feed.tensor is not None and state.nodes[-1].outputs:
        settle_outputs(state, named, state.nodes[-1], call, site)
    settle(state, named, feed, call, site)
    return feed


def add_layer(
    state: State, call: LayerCall, site: Site, path: str, whose: Iterable[str] | None = None
) -> Feed:
    """A layer at a path: what it gives, or a broken feed where something is wrong. ``whose`` says
    in words which branch each of its inputs comes from.
    """
    layer = _made(state, call, site)
    if layer is not None and call.call:
        layer = _called(state, layer, call, site)
    if layer is None:
        return _lost(state, site)._replace(name=path)
    taken = by_role(state, call, layer, site) if site.sources else (site.feeds, NO_ROLES)
    if taken is None or not is_right_number(state, call, layer, taken, site):
        return _lost(state, site)._replace(name=path)
    feeds, roles = taken
    tensors = tuple([feed.tensor for feed in feeds if feed.tensor is not None])
    if len(tensors) < len(feeds):
        return state.lost(*feeds)._replace(name=path)
    try:
        inferred = _inferred(state, layer, tensors, roles)
    except Mismatch as mismatch:
        making = Making(call, {**layer.arguments, **layer.call}, site._replace(feeds=feeds))
        complain_of_input(state, mismatch, making, whose or _by_role(feeds, roles))
        return state.lost(*feeds)._replace(name=path)
    if state.optional:
        _check_optional(state, call, layer, taken, site)
    return add_node(state, layer, (taken, inferred), site, (path, call.place))


def add_node(
    state: State,
    layer: Layer,
    taken: tuple[LayerInputs, Inferred],
    site: Site,
    there: tuple[str, Span],
) -> Feed:
    """Add the node of a layer, with what it takes and gives, at a path and a place of the text."""
    (feeds, roles), (output, weights, macs, outputs) = taken
    names = tuple([feed.name for feed in feeds])
    scope, (path, place) = site.context.scope, there
    node = Node(path, layer, names, output, weights, None, macs, scope, place, roles, outputs)
    if site.context.shares is not None and not layer.kind().startswith(OPS):
        node = _shared(state, node, site.context)
    return state.add(node, site)


def _lost(state: State, site: Site) -> Feed:
    """What a layer with a mistake gives: it may have taken what the item before gave, too."""
    return state.lost(*site.feeds, *([site.previous] if site.sources else []))


def _by_role(feeds: Iterable[Feed], roles: tuple[str, ...]) -> list[str] | None:
    """What a complaint calls inputs that are taken by role; ``None`` where none is."""
    if not roles:
        return None
    return [f"`{feed.name}`, its {role}," for feed, role in zip(feeds, roles, strict=True)]


def _check_optional(
    state: State, call: LayerCall, layer: Layer, taken: LayerInputs, site: Site
) -> None:
    """Complain of an input of the model that may be left out, where the layer needs it."""
    feeds, roles = taken
    known = layer.open_roles
    for number, feed in enumerate(feeds):
        needed = not roles or known[roles[number]].required
        if feed.name in state.optional and needed:
            message = f"`{feed.name}` is optional, and `{call.kind}` needs a tensor here"
            help = "only a role that may be left out can take it, such as `mask`"
            state.complain(Diagnostic("wrong-inputs", message, call.place, help=help), site.context)


def _inferred(
    state: State, layer: Layer, tensors: tuple[Tensor, ...], roles: tuple[str, ...]
) -> Inferred:
    """What a layer makes of its inputs. Raises `Mismatch`."""
    key = (id(layer), tensors, roles) if roles else (id(layer), tensors)
    inferred = state.cache.inferred.get(key)
    if inferred is None:
        inferred = state.cache.inferred[key] = _bounded(layer.infer(*tensors, roles=roles))
    return inferred


def _bounded(inferred: Inferred) -> Inferred:
    """The same, or `Mismatch` where an output has more elements than a computer can count, or more
    axes than NumPy.
    """
    for _, tensor in inferred.outputs or (("", inferred.output),):
        if len(tensor.shape) > limits.AXES:
            message = f"the output has {len(tensor.shape):,} axes, and a tensor may have"
            raise Mismatch(f"{message} {limits.AXES}")
        if prod([size or 1 for size in tensor.shape]) > limits.INTEGER:
            help = "look for a layer that enlarges its input, in a `repeat`"
            raise Mismatch(
                f"the output {tensor} has more than {limits.INTEGER:,} elements", help=help
            )
    return inferred


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
    if site.context.frozen:
        values["trainable"] = False
    for name in plan.inner:
        value = values.get(name, plan.constants.get(name))
        values[name] = _with_defaults(state, value, site)
    key = repr(values) if values else ""
    state.budget.spend(len(key))
    layer = plan.layers.get(key)
    if layer is None:
        making = Making(call, {**plan.constants, **values}, site)
        if FAILED in values.values():
            complain_of_values(state, making)
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
        for which, default in enumerate(defaults):
            arguments = default.arguments.get(call.kind, NO_ARGUMENTS)
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
        inner = tuple(name for name in formulas if is_layer(call.kind, name))
        plan = state.cache.plans[key] = ArgumentPlan(constants, computed, inner, {})
    return plan


def _with_defaults(state: State, value: Any, site: Site) -> Any:
    """An argument that is a layer, or several, with what `defaults` say of their kinds."""
    if isinstance(value, list):
        return [_with_defaults(state, part, site) for part in value]
    if isinstance(value, str):
        value = {value: {}}
    if not isinstance(value, dict) or len(value) != 1:
        return value
    ((kind, own),) = value.items()
    if not is_kind(kind) or not isinstance(own, dict | None):
        return value
    arguments: dict[str, Any] = {}
    for default in site.context.defaults:
        for name, formula in default.arguments.get(kind, NO_ARGUMENTS).items():
            try:
                arguments[name] = formula.evaluate(default.environment)
            except (Located, Silenced) as error:
                arguments[name] = state.failed(error, default.environment, site.context)
    arguments |= own or {}
    for name in arguments:
        if is_layer(kind, name):
            arguments[name] = _with_defaults(state, arguments[name], site)
    if FAILED in arguments.values():
        return FAILED
    return {kind: arguments}


def _new_layer(state: State, making: Making) -> Layer | None:
    call, values, site = making
    if not _sizes_known(state, making):
        return None
    try:
        layer = KINDS[call.kind](**values)
    except Mismatch as mismatch:
        if not complain_of_values(state, making):
            if mismatch.advise is not None and site.feed.tensor is not None:
                mismatch.help = mismatch.advise(site.feed.tensor) or mismatch.help
            complain(
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


def _called(state: State, layer: Layer, call: LayerCall, site: Site) -> Layer | None:
    """The layer with the constants of its call; ``None`` where one is wrong."""
    values = {}
    for name, formula in call.call.items():
        values[name] = state.guarded(formula.evaluate, site.environment, site.context)
    if FAILED in values.values():
        return None
    key = id(layer), repr(values)
    called = state.cache.called.get(key)
    if called is None:
        try:
            called = state.cache.called[key] = layer.called_with(**values)
        except Mismatch as mismatch:
            complain_of_call(state, mismatch, call, values, site)
    return called


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
    fits = twin is not None and twin.layer.built_like(node.layer)
    if twin is not None and fits and twin.weights == node.weights:
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
