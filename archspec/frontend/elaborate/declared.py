"""A call of a kind that the spec declares → its node: arguments as in a block's call; shapes,
weights and multiply-adds as the declaration says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from archspec import limits
from archspec.diagnostics import Diagnostic
from archspec.frontend.elaborate.layers import add_node
from archspec.frontend.elaborate.paths import item_path, settle, settle_outputs
from archspec.frontend.elaborate.repeat import as_integer
from archspec.frontend.elaborate.roles import by_name, by_position
from archspec.frontend.elaborate.scope import FAILED, Environment, Feed, Site
from archspec.frontend.elaborate.state import State
from archspec.frontend.expressions.values import show
from archspec.frontend.program.formulas import Formula
from archspec.frontend.program.program import DeclaredCall, DeclaredKind, DeclaredWeight, LayerCall
from archspec.layers.base import Inferred
from archspec.layers.declared import Declared
from archspec.spelling import snake_case
from archspec.tensor import Shape, Tensor, Weight


def declared_call(state: State, call: DeclaredCall, site: Site) -> Feed:
    """An item that is a layer of a declared kind."""
    kind = state.home(site.context).program.kinds[call.kind]
    state.observer.layer_called(LayerCall(call.kind, call.arguments, call.place, {}))
    named = item_path(state, snake_case(call.kind), site, call.place)
    feed = _added(state, call, kind, site, named.path)
    settle(state, named, feed, call, site)
    if feed.tensor is not None and state.nodes[-1].outputs:
        settle_outputs(state, named, state.nodes[-1], call, site)
    return feed


def _added(state: State, call: DeclaredCall, kind: DeclaredKind, site: Site, path: str) -> Feed:
    """The layer at a path; a broken feed where something is wrong."""
    lost = state.lost(*site.feeds)._replace(name=path)
    feeds = _inputs(state, call, kind, site)
    if feeds is None or any(feed.tensor is None for feed in feeds):
        return lost
    values = _values(state, kind, call, site._replace(feeds=feeds))
    arguments = {name: values.values[name] for name in kind.parameters}
    if FAILED in arguments.values():
        return lost
    inferred = _Evaluation(state, call, site, values).inferred(kind, feeds)
    if inferred is None:
        return lost
    layer = Declared(kind.declaration, arguments)
    return add_node(state, layer, ((feeds, ()), inferred), site, (path, call.place))


def _inputs(
    state: State, call: DeclaredCall, kind: DeclaredKind, site: Site
) -> tuple[Feed, ...] | None:
    """The tensors that the layer takes; ``None``, with a complaint, where they are too many or too
    few.
    """
    names = kind.declaration.inputs
    if site.sources:
        return by_name(state, f"`{call.kind}`", names or ("inputs",), call.place, site)
    fits = by_position(state, f"`{call.kind}`", "its declaration", names, call.place, site)
    return site.feeds if fits else None


def _values(state: State, kind: DeclaredKind, call: DeclaredCall, site: Site) -> Environment:
    """What the declaration sees: its inputs, its arguments evaluated in the caller, and their
    defaults.
    """
    values: dict[str, Any] = {"in": site.feeds[0]}
    values |= zip(kind.declaration.inputs, site.feeds, strict=False)
    inner = Environment(None, values, state.variables.budget, state.variables.chain)
    for name, parameter in kind.parameters.items():
        formula = call.arguments.get(name)
        if formula is not None:
            values[name] = state.guarded(formula.evaluate, site.environment, site.context)
        elif parameter.default is not None:
            values[name] = state.guarded(parameter.default.evaluate, inner, site.context)
        else:
            values[name] = FAILED
    return inner


class _Evaluation:
    """Evaluates what a declaration says, for one call."""

    def __init__(self, state: State, call: DeclaredCall, site: Site, values: Environment) -> None:
        self.state = state
        self.call = call
        self.site = site
        self.values = values
        self.fails = False

    def inferred(self, kind: DeclaredKind, feeds: tuple[Feed, ...]) -> Inferred | None:
        """What the layer makes of its inputs; ``None``, with a complaint, where that is nothing."""
        outputs = self._outputs(kind, feeds)
        self.state.budget.item(self.call.place, limits.DECLARED_WEIGHT * len(kind.weights))
        weights = tuple(self._weights(kind.weights))
        macs = self._macs(kind.macs)
        if self.fails:
            return None
        first = next(iter(outputs.values()))
        return Inferred(first, weights, macs, tuple(outputs.items()) if len(outputs) > 1 else ())

    def _outputs(self, kind: DeclaredKind, feeds: tuple[Feed, ...]) -> dict[str, Tensor]:
        x = feeds[0].tensor
        assert x is not None
        if not kind.shapes:
            return {"": Tensor(x.shape)}
        shapes = {name: self._shape(f, "shape", None) for name, f in kind.shapes.items()}
        return {name: Tensor(shape) for name, shape in shapes.items()}

    def _weights(self, weights: Mapping[str, DeclaredWeight]) -> Iterator[Weight]:
        for name, weight in weights.items():
            shape = self._shape(weight.shape, f"weights: {name}", "weights have known sizes")
            known = tuple(size for size in shape if size is not None)
            yield Weight(name, known, weight.trainable)

    def _shape(self, formula: Formula, at: str, unknown: str | None) -> Shape:
        """A shape, empty where it is wrong; ``unknown`` says why it can hold no unknown size."""
        value = self._evaluated(formula)
        if value is FAILED:
            return ()
        sizes = list(map(as_integer, value)) if isinstance(value, list) else None
        if sizes is None or not all(_is_size(size) for size in sizes):
            self._complain(formula, f"`{at}` must be a list of positive sizes", show(value))
            return ()
        if unknown and None in sizes:
            self._complain(formula, f"`{at}` has an unknown size, and {unknown}", show(value))
            return ()
        return tuple(sizes)

    def _macs(self, formula: Formula | None) -> int | None:
        value = None if formula is None else self._evaluated(formula)
        if formula is None or value is None or value is FAILED:
            return None
        number = as_integer(value)
        if type(number) is not int or number < 0:
            self._complain(formula, "`macs` must be a whole number of at least 0", show(value))
            return None
        return number

    def _evaluated(self, formula: Formula) -> Any:
        value = self.state.guarded(formula.evaluate, self.values, self.site.context)
        self.fails = self.fails or value is FAILED
        return value

    def _complain(self, formula: Formula, message: str, shown: str) -> None:
        self.fails = True
        notes = (f"for the `{self.call.kind}` on line {self.call.place.line}",)
        span, label = formula.value.span, f"this gives {shown}"
        problem = Diagnostic("wrong-declaration", message, span, label, notes)
        self.state.complain(problem, self.site.context)


def _is_size(size: object) -> bool:
    return size is None or (type(size) is int and 0 < size <= limits.SIZE)
