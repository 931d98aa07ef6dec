"""Mistakes in a layer of the text → complaints: of its number of inputs, its arguments, and what it
cannot take of its inputs, each at the place where it was written.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from archspec.diagnostics import Diagnostic, Span
from archspec.frontend.elaborate.scope import FAILED, Context, Feed, Site
from archspec.frontend.elaborate.state import State
from archspec.frontend.elaborate.words import MOST_INPUTS, lost_axes, unknown_size, way_up
from archspec.frontend.expressions.values import show
from archspec.frontend.program.complaints import (
    no_argument,
    no_call_argument,
    wrong_call_value,
)
from archspec.frontend.program.formulas import Formula
from archspec.frontend.program.program import NO_ARGUMENTS, LayerCall
from archspec.frontend.yaml.document import Value
from archspec.layers import KINDS, Mismatch
from archspec.layers.mismatch import wrong_argument
from archspec.layers.types import Refused
from archspec.spelling import listed_names
from archspec.tensor import Tensor


class Making(NamedTuple):
    """A layer that is being made: its call, the values of its arguments, and where."""

    call: LayerCall
    values: Mapping[str, Any]
    site: Site


def wrong_number(call: LayerCall, count: int) -> Diagnostic:
    """What to say of a layer that gets too many or too few inputs, ``count``."""
    least, most = KINDS[call.kind].arity
    several = f"at least {least}" if most is None else f"{least} to {most}"
    wanted = f"{least}" if least == most else several
    noun = "tensor" if wanted == "1" else "tensors"
    message = f"`{call.kind}` takes {wanted} {noun}, and gets {count}"
    by_name = [name for name, role in KINDS[call.kind].roles.items() if role.by_name]
    help = "join them first with a merging layer, or name one in `from`"
    if count < least:
        help = "name them with `from: [a, b]`"
    elif by_name:
        help = f"{help}; it takes {listed_names(by_name)} by name, `from: {{{by_name[0]}: ...}}`"
    return Diagnostic("wrong-inputs", message, call.place, help=help)


def complain_of_call(
    state: State, mismatch: Mismatch, call: LayerCall, values: Mapping[str, Any], site: Site
) -> None:
    """Complain of an argument of a layer's call that is unknown or wrong."""
    name = mismatch.at or ""
    value = call.call[name].value
    if name not in KINDS[call.kind].call_attributes:
        message, help = no_call_argument(call.kind, name)
        problem = Diagnostic("unknown-argument", message, value.place, help=help)
    else:
        problem = wrong_call_value(mismatch, value, values[name])
    state.complain(problem, site.context)


def complain_of_values(state: State, making: Making) -> bool:
    """Complain of all arguments that are wrong by themselves; whether there are any."""
    kind = making.call.kind
    wrong = [
        mismatch
        for name, value in making.values.items()
        if value is not FAILED and (mismatch := argument_mismatch(kind, name, value)) is not None
    ]
    for mismatch in wrong:
        known = mismatch.at in KINDS[kind].attributes
        complain(state, mismatch, making, code="wrong-argument" if known else "unknown-argument")
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


def complain_of_input(
    state: State, mismatch: Mismatch, making: Making, whose: Iterable[str] | None
) -> None:
    """Complain of a layer that cannot take its inputs, with what they are and why. ``whose``
    says what the inputs are called, ``None`` for their names.
    """
    call, _, site = making
    tensors = [feed.tensor for feed in site.feeds if feed.tensor is not None]
    if len(site.feeds) == 1:
        notes: tuple[str, ...] = (
            ()
            if mismatch.shows_input
            else (f"its input is {'a vector of ' * (len(tensors[0].shape) == 1)}{tensors[0]}",)
        )
    else:
        names = [f"`{feed.name}`" for feed in site.feeds]
        notes = inputs_of(names if whose is None else whose, tensors)
    note = _explained(state, mismatch, site.feed, call.place)
    complain(state, mismatch, making, (*notes, *note), code="shape-mismatch")


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
    from archspec.frontend.foreign.inputs import input_help

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


def complain(
    state: State, mismatch: Mismatch, making: Making, notes: tuple[str, ...] = (), *, code: str
) -> None:
    """Complain of an argument, where it is written, or of an input, where the layer is."""
    call, values, site = making
    name, context = mismatch.at or "", site.context
    formula = call.arguments.get(name) or call.call.get(name)
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
    value, data = _inside(formula.value, values.get(name), mismatch.inside)
    span = value.span
    label = "" if formula.constant or name not in values else f"this gives {show(data)}"
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


def _inside(value: Value, data: Any, path: tuple[str | int, ...]) -> tuple[Value, Any]:
    """What stands at a path within an argument, as far as the text has it, and what that gives."""
    for step in path:
        elements: dict[Any, Value] = dict(value.items()) or dict(enumerate(value.elements()))
        if step not in elements:
            break
        value, data = elements[step], data[step]
    return value, data


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
    if holder is None or holder.parent is not state.home(site.context).variables:
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
