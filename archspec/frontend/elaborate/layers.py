"""A layer of the text → its node, its shapes and weights inferred; or what does not fit, told
where it was written.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import prod
from typing import Any

from archspec import limits
from archspec.diagnostics import Span
from archspec.frontend.elaborate.building import Builder
from archspec.frontend.elaborate.contexts import (
    NO_ARGUMENTS,
    Context,
    Defaults,
    Inferred,
    Named,
    Plan,
)
from archspec.frontend.elaborate.environment import FAILED, Environment, Exceeded, Feed, has_unknown
from archspec.frontend.elaborate.names import snake_case
from archspec.frontend.elaborate.origins import lost_axes, unknown_size
from archspec.frontend.elaborate.words import MOST_INPUTS, show
from archspec.frontend.program.complaints import no_argument
from archspec.frontend.program.formulas import Formula, Located, Silenced
from archspec.frontend.program.program import Arguments, LayerCall
from archspec.graph import Node
from archspec.layers import KINDS, Layer, Mismatch
from archspec.layers.base import wrong_argument
from archspec.layers.types import Refused
from archspec.tensor import Tensor, show_shape


class LayerBuilder(Builder):
    """Adds layers to a network."""

    def _layer_call(
        self,
        call: LayerCall,
        context: Context,
        environment: Environment,
        feeds: tuple[Feed, ...],
        written: Named | None,
    ) -> Feed:
        named = self._path(written, snake_case(call.kind), context, call.place)
        feed = self._layer(
            call.kind, call.arguments, call.place, context, environment, feeds, named.path
        )
        self._settle(named, feed, call, context, environment)
        return feed

    def _layer(
        self, kind: str, arguments: Arguments, place: Span, context: Context, environment: Environment, feeds: tuple[Feed, ...], path: str,
        labels: Iterable[str] | None = None,
    ) -> Feed:  # fmt: skip
        """A layer at a path: its node, or a broken feed where something is wrong. ``labels``
        are what complaints call its inputs.
        """
        layer = self._made(kind, arguments, place, context, environment, feeds)
        least, most = KINDS[kind].arity
        if not least <= len(feeds) <= (most or len(feeds)):
            self._wrong_number(kind, feeds, place, context)
            return self._lost(*feeds)._replace(name=path)
        tensors = tuple([feed.tensor for feed in feeds if feed.tensor is not None])
        if layer is None or len(tensors) < len(feeds):
            return self._lost(*feeds)._replace(name=path)
        key = (id(layer), tensors)
        inferred = self.inferred.get(key)
        if inferred is None:
            try:
                inferred = self.inferred[key] = _bounded(layer.infer(*tensors))
            except Mismatch as mismatch:
                self._mismatch(
                    mismatch, layer, arguments, place, context, environment, feeds, labels
                )
                return self._lost(*feeds)._replace(name=path)
        output, weights, macs = inferred
        return self._add(
            Node(
                path,
                layer,
                tuple([feed.name for feed in feeds]),
                output,
                weights,
                None,
                macs,
                context.scope,
                place,
            ),
            context,
        )

    def _add(self, node: Node, context: Context) -> Feed:
        if context.shares is not None:
            node = self._shared(node, context)
        self.nodes.append(node)
        if self.program.reuses:
            self.twins[node.name] = node
        if len(self.nodes) > limits.LAYERS:
            self._check_size(node.span)
        return Feed(node.name, node.output)

    def _check_size(self, place: Span, more: int = 0) -> None:
        if len(self.nodes) + more > limits.LAYERS:
            raise Exceeded(
                f"this network has more than {limits.LAYERS:,} layers",
                place,
                "look for a `repeat` in a `repeat`",
            )
        self.purse.check(place)

    def _wrong_number(
        self, kind: str, feeds: tuple[Feed, ...], place: Span, context: Context
    ) -> None:
        least, most = KINDS[kind].arity
        wanted = (
            f"{least}"
            if least == most
            else f"at least {least}"
            if most is None
            else f"{least} to {most}"
        )
        noun = "tensor" if wanted == "1" else "tensors"
        help = (
            "name them with `from: [a, b]`"
            if len(feeds) < least
            else "join them first with a merging layer, or name one in `from`"
        )
        self._problem(
            "wrong-inputs",
            f"`{kind}` takes {wanted} {noun}, and gets {len(feeds)}",
            place,
            help=help,
            at=context,
        )

    def _made(
        self,
        kind: str,
        own: Arguments,
        place: Span,
        context: Context,
        environment: Environment,
        feeds: tuple[Feed, ...],
    ) -> Layer | None:
        """The layer with its arguments: its own, else the block's defaults, else the spec's.
        ``None`` where one is wrong.
        """
        plan = self._plan(kind, own, context.defaults)
        values = {}
        for name, compute, which in plan.computed:
            try:
                values[name] = compute(
                    environment if which is None else context.defaults[which].environment
                )
            except (Located, Silenced) as error:
                values[name] = self._failed(error, environment, context)
        key = repr(values) if values else ""
        self.purse.spend(len(key) // 8)
        layer = plan.layers.get(key)
        if layer is None and FAILED in values.values():
            self._wrong_values(kind, {**plan.constants, **values}, own, place, context, environment)
        elif layer is None:
            layer = self._new_layer(
                kind, {**plan.constants, **values}, own, place, context, environment, feeds
            )
            if layer is not None:
                plan.layers[key] = layer
        return layer

    def _plan(self, kind: str, own: Arguments, defaults: tuple[Defaults, ...]) -> Plan:
        """How the arguments of a layer of the text come about, worked out once."""
        key = (kind, id(own), id(defaults[-1].arguments))
        plan = self.plans.get(key)
        if plan is None:
            given: dict[str, tuple[Formula, int | None]] = {}
            for which, one in enumerate(defaults):
                given |= {
                    name: (formula, which) for name, formula in one.arguments.get(kind, {}).items()
                }
            given |= {name: (formula, None) for name, formula in own.items()}
            computed = tuple(
                (name, formula.compute, which)
                for name, (formula, which) in given.items()
                if formula.compute is not None
            )
            constants = {
                name: formula.data
                for name, (formula, _) in given.items()
                if formula.compute is None
            }
            plan = self.plans[key] = Plan(constants, computed, {})
        return plan

    def _new_layer(
        self,
        kind: str,
        values: dict[str, Any],
        own: Arguments,
        place: Span,
        context: Context,
        environment: Environment,
        feeds: tuple[Feed, ...],
    ) -> Layer | None:
        if not self._sizes_known(values, own, place, context):
            return None
        try:
            layer = KINDS[kind](**values)
        except Mismatch as mismatch:
            if not self._wrong_values(kind, values, own, place, context, environment):
                if mismatch.advise is not None and feeds[0].tensor is not None:
                    mismatch.help = mismatch.advise(feeds[0].tensor) or mismatch.help
                self._complain(
                    "wrong-argument" if mismatch.at in values else "missing-argument",
                    mismatch,
                    kind,
                    values,
                    own,
                    place,
                    context,
                    environment,
                )
            return None
        return self.made.setdefault(
            (kind, repr(sorted(layer.arguments.items(), key=_first))), layer
        )

    def _sizes_known(
        self, values: Mapping[str, Any], own: Arguments, place: Span, context: Context
    ) -> bool:
        unknown = [name for name, value in values.items() if has_unknown(value)]
        for name in unknown:
            span = own[name].value.span if name in own else place
            help = "give the input a fixed size on that axis instead of `null`"
            self._problem(
                "unknown-size",
                f"`{name}` depends on a size that is unknown until the model is called",
                span,
                help=help,
                at=context,
            )
        return not unknown

    def _wrong_values(
        self,
        kind: str,
        values: Mapping[str, Any],
        own: Arguments,
        place: Span,
        context: Context,
        environment: Environment,
    ) -> bool:
        """Whether arguments are wrong by themselves, and all of them told."""
        wrong = [
            one
            for name, value in values.items()
            if value is not FAILED and (one := argument_mismatch(kind, name, value)) is not None
        ]
        for mismatch in wrong:
            known = mismatch.at in KINDS[kind].attributes
            self._complain(
                "wrong-argument" if known else "unknown-argument",
                mismatch,
                kind,
                values,
                own,
                place,
                context,
                environment,
            )
        return bool(wrong)

    def _mismatch(
        self, mismatch: Mismatch, layer: Layer, own: Arguments, place: Span, context: Context, environment: Environment,
        feeds: tuple[Feed, ...], labels: Iterable[str] | None,
    ) -> None:  # fmt: skip
        tensors = [feed.tensor for feed in feeds if feed.tensor is not None]
        if len(feeds) == 1:
            notes: tuple[str, ...] = (
                ()
                if mismatch.shows_input
                else (f"its input is {'a vector of ' * (len(tensors[0].shape) == 1)}{tensors[0]}",)
            )
        else:
            notes = inputs_of(labels or [f"`{feed.name}`" for feed in feeds], tensors)
        notes = (*notes, *self._origin(mismatch, feeds[0], place))
        self._complain(
            "shape-mismatch",
            mismatch,
            layer.kind(),
            dict(layer.arguments),
            own,
            place,
            context,
            environment,
            notes,
        )

    def _origin(self, mismatch: Mismatch, feed: Feed, place: Span) -> tuple[str, ...]:
        """A note on the layer above that made an input what it is; the help is then what to do
        there.
        """
        note = help = None
        if mismatch.rank is not None:
            note, help = lost_axes(
                self.nodes, self.inputs, feed, mismatch.rank, place, mismatch.help
            )
        elif mismatch.unknown:
            note, help = unknown_size(self.nodes, self.inputs, self.program.inputs, feed, place)
        mismatch.help = help or mismatch.help
        return (note,) if note else ()

    def _complain(
        self, code: str, mismatch: Mismatch, kind: str, values: Mapping[str, Any], own: Arguments, place: Span, context: Context,
        environment: Environment, notes: tuple[str, ...] = (),
    ) -> None:  # fmt: skip
        """Tell what a kind has against an argument, where the argument was given, or against
        its input.
        """
        name = mismatch.at or ""
        formula: Formula | None = own.get(name)
        if formula is None:
            formula, which = self._default(kind, name, context)
            if formula is None or code == "shape-mismatch":
                default = default_note(kind, name, values, formula, place)
                self._problem(
                    code,
                    mismatch.message,
                    place,
                    "",
                    mismatch.help,
                    at=context,
                    notes=(*notes, *default),
                )
                return
            notes = (*notes, f"for the `{kind}` of line {place.line}")
            context = context._replace(frame=None if which == 0 else context.frame)
        if code == "unknown-argument":
            message, help = no_argument(kind, name)
            self._problem(code, message, formula.value.place, help=help, at=context)
            return
        span = formula.value.span
        label = "" if formula.constant or name not in values else f"this gives {show(values[name])}"
        given = self._given(formula, environment, context) if code == "wrong-argument" else None
        if given is not None:
            notes = (*notes, f"it becomes `{name}` of the `{kind}` on line {place.line}")
            source, context = given
            span, label = source.value.span, "" if source.constant else label
        advice = mismatch.help
        whole = mismatch.expects is not None and mismatch.expects.what == "integer"
        if advice is None and type(values.get(name)) is float and whole:
            advice = (
                "make it whole: `//` divides without a rest; `int`, `round`, `floor` and `ceil`"
                " round"
            )
        if not label and advice is None and name in values:
            label = f"this is {show(values[name])}"
        self._problem(code, mismatch.message, span, label, advice, at=context, notes=notes)

    def _given(
        self, formula: Formula, environment: Environment, context: Context
    ) -> tuple[Formula, Context] | None:
        """Where a call gives the value of a formula that is just an argument of the block: the
        formula there, and the caller's context.
        """
        frame = context.frame
        while frame is not None and frame.kind != "block":
            frame = frame.above
        text = formula.value.data
        if (
            frame is None
            or not isinstance(text, str)
            or text[:1] != "$"
            or text[1:] not in frame.arguments
        ):
            return None
        holder: Environment | None = environment
        while holder is not None and text[1:] not in holder.values:
            holder = holder.parent
        if holder is None or holder.parent is not self.variables:
            return None  # a `repeat` has a variable of that name
        return frame.arguments[text[1:]], context._replace(frame=frame.above)

    def _default(self, kind: str, name: str, context: Context) -> tuple[Formula | None, int]:
        """The formula in ``defaults`` that an argument comes from, and which of them it is."""
        for which in range(len(context.defaults) - 1, -1, -1):
            formula = context.defaults[which].arguments.get(kind, NO_ARGUMENTS).get(name)
            if formula is not None:
                return formula, which
        return None, 0

    def _shared(self, node: Node, context: Context) -> Node:
        """A node of an item that is used again: it takes the weights of the node that stands in
        its place there.
        """
        assert context.shares is not None
        here, there = context.shares
        twin = self.twins.get(there + node.name[len(here) :])
        if twin is not None and twin.layer == node.layer and twin.weights == node.weights:
            return node._replace(weights_of=twin.weights_of or twin.name)
        if node.weights:
            self._problem("reuse-mismatch", *_unlike(node, twin, there), at=context)
        return node


def _bounded(inferred: Inferred) -> Inferred:
    """The same, or `Mismatch` where the output has more elements than a computer can count."""
    if prod([size or 1 for size in inferred[0].shape]) > limits.INTEGER:
        help = "look for a layer that enlarges its input, in a `repeat`"
        raise Mismatch(
            f"the output {inferred[0]} has more than {limits.INTEGER:,} elements", help=help
        )
    return inferred


def _unlike(node: Node, twin: Node | None, there: str) -> tuple[str, Span, str, str | None]:
    """Why a node cannot take the weights of the one in its place."""
    help = "the input of the second use must give every layer with weights the same shapes"
    if twin is None:
        return f"`{there}` has no layer whose weights this one could use again", node.span, "", help
    for mine, theirs in zip(node.weights, twin.weights, strict=False):
        if mine.shape != theirs.shape:
            label = (
                f"`{mine.name}` would be {show_shape(mine.shape)} here, and is"
                f" {show_shape(theirs.shape)} in `{twin.name}`"
            )
            return f"the weights of `{twin.name}` do not fit this input", node.span, label, help
    return (
        f"this layer differs from `{twin.name}`, whose weights it would use again",
        node.span,
        "",
        help,
    )


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


def default_note(
    kind: str, name: str, values: Mapping[str, Any], formula: Formula | None, place: Span
) -> tuple[str, ...]:
    """Where the value of an argument that the layer does not state comes from."""
    if formula is not None and name in values:
        where = formula.value.place
        file = "" if where.file == place.file else f" of {where.file}"
        return (f"`{name}` is {show(values[name])} by the `defaults` on line {where.line}{file}",)
    attribute = KINDS[kind].attributes.get(name)
    if attribute is None or attribute.required or name in values:
        return ()
    return (f"`{name}` is {show(attribute.default)} by default",)


def inputs_of(labels: Iterable[str], tensors: list[Tensor]) -> tuple[str, ...]:
    """A note for each input of a layer with several, as far as there is room."""
    notes = [
        f"{label if label.startswith('`') else f'branch `{label}`'} gives {tensor}"
        for label, tensor in zip(labels, tensors, strict=True)
    ]
    return (
        *notes[:MOST_INPUTS],
        *([f"... and {len(notes) - MOST_INPUTS} more"] if len(notes) > MOST_INPUTS else []),
    )


def _first(pair: tuple[str, Any]) -> str:
    return pair[0]
