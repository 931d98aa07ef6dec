"""A block's call, carried out or copied from an equal call; and a call of what a variable names."""

from __future__ import annotations

from typing import Any

from archspec import limits
from archspec.diagnostics import Diagnostic, Span
from archspec.frontend.elaborate.declared import declared_call
from archspec.frontend.elaborate.items import run
from archspec.frontend.elaborate.layer_complaints import passed_argument
from archspec.frontend.elaborate.layers import layer_call
from archspec.frontend.elaborate.parts import part_call
from archspec.frontend.elaborate.paths import item_path, settle
from archspec.frontend.elaborate.roles import by_input, by_position
from archspec.frontend.elaborate.scope import (
    FAILED,
    Context,
    Defaults,
    Environment,
    Feed,
    Frame,
    Lazy,
    Site,
    variables_of,
)
from archspec.frontend.elaborate.state import State
from archspec.frontend.expressions.values import show
from archspec.frontend.program.complaints import (
    RECURSION_HELP,
    block_argument_problems,
    no_layer_to_call,
    recursion,
    unknown_operation,
)
from archspec.frontend.program.formulas import Formula
from archspec.frontend.program.program import (
    Arguments,
    Block,
    BlockCall,
    DeclaredCall,
    LayerCall,
    VariableCall,
)
from archspec.frontend.yaml.document import Value
from archspec.graph import Bindings, Scope
from archspec.layers import KINDS
from archspec.spelling import did_you_mean


def block_call(state: State, call: BlockCall, site: Site) -> Feed:
    """An item that calls a block."""
    program = state.home(site.context).program
    block = program.blocks[call.block]
    named = item_path(state, block.name, site, call.place)
    if is_endless(block.name, site.context):
        state.complain(endless(block.name, call.place, site.context), site.context)
        return Feed(named.path, None)
    feeds = _inputs(state, call, block, site)
    if feeds is None:
        if site.sources:
            state.lost(site.previous)
        return Feed(named.path, None)
    here = Site(site.context, site.environment, feeds, named)
    if call.block in program.parts:
        feed = part_call(state, call, here)
        settle(state, named, feed, call, here)
        return feed
    values = _block_values(state, block, call.arguments, here)
    state.observer.block_called(call.block, call.arguments, here, values)
    feed = _carried_out(state, call, here, values)
    settle(state, named, feed, call, here)
    return feed


def _inputs(state: State, call: BlockCall, block: Block, site: Site) -> tuple[Feed, ...] | None:
    """The tensors that a block gets, as many as it takes; ``None`` if not, with a complaint."""
    if site.sources:
        return by_input(state, call, block, site)
    subject = f"the block `{block.name}`"
    fits = by_position(state, subject, "the block", block.inputs, call.place, site)
    return site.feeds if fits else None


def _block_values(state: State, block: Block, arguments: Arguments, site: Site) -> Environment:
    """What a block sees: its inputs, its arguments evaluated in the caller, their defaults and its
    local values.
    """
    values: dict[str, Any] = {"in": site.feed}
    if block.inputs:
        values |= zip(block.inputs, site.feeds, strict=True)
    inner = state.home(site.context).variables.child(values)
    for name, parameter in block.parameters.items():
        formula = arguments.get(name)
        if formula is not None:
            values[name] = (
                formula.data
                if formula.compute is None
                else state.guarded(formula.compute, site.environment, site.context)
            )
        elif parameter.default is not None:
            variables_of({name: parameter.default}, values, inner)
            value = state.foreseen(name, inner, site.context)
            values[name] = values[name] if value is None else value
        else:
            values[name] = FAILED
    variables_of(block.let, values, inner)
    return inner


def _carried_out(state: State, call: BlockCall, site: Site, values: Environment) -> Feed:
    """What a block gives: carried out, or copied from a call with equal arguments and inputs of
    equal shapes.
    """
    key = _cache_key(state, call, site, values)
    if key is None:
        return _body(state, call, site, values)
    earlier = state.blocks.calls.get(key)
    if earlier is not None:
        state.budget.items += earlier.end.items - earlier.start.items
        state.check_size(call.place, earlier.end.nodes - earlier.start.nodes)
        copy = state.blocks.copy(earlier, site, _scope(state, call, site, values))
        if copy is not None:
            return copy
    start = state.blocks.extent(state.budget.items)
    before = len(state.problems), len(state.outputs)
    feed = _body(state, call, site, values)
    if earlier is None and before == (len(state.problems), len(state.outputs)):
        state.blocks.keep(key, start, state.budget.items, site, feed)
    return feed


def _cache_key(state: State, call: BlockCall, site: Site, values: Environment) -> object:
    """What calls that make the same have in common; ``None`` where a call is not to be copied."""
    context, _, feeds, named, _ = site
    assert named is not None
    if state.observer.every_call or state.reuses:
        return None
    if state.ends and any(end.startswith(f"{named.path}.") for end in state.ends):
        return None
    block = state.home(context).program.blocks[call.block]
    arguments = [values.values[name] for name in block.parameters]
    for argument in arguments:
        if argument is FAILED or type(argument) is Lazy:
            return None
    tensors = [feed.tensor for feed in feeds]
    if None in tensors:
        return None
    shown = repr(arguments)
    state.budget.spend(len(shown))
    names = [feed.name for feed in feeds]
    return (
        (context.home, block.name, context.frozen),
        shown,
        named.written,
        context.depth,
        tuple(tensors),
        tuple([names.index(name) for name in names]),
    )


def _scope(state: State, call: BlockCall, site: Site, values: Environment) -> Scope:
    """The scope of a call that is copied."""
    assert site.name is not None
    block = state.home(site.context).program.blocks[call.block]
    arguments = _bound(block, values)
    parent, path = site.context.scope, site.name.path
    inputs = _named_inputs(block, site)
    return Scope(path, "block", call.block, parent, call.place, None, None, arguments, inputs)


def _named_inputs(block: Block, site: Site) -> tuple[tuple[str, str], ...]:
    """The names that a block has for its inputs, with the tensors that a call gives it."""
    return tuple((name, feed.name) for name, feed in zip(block.inputs, site.feeds, strict=False))


def _body(state: State, call: BlockCall, site: Site, values: Environment) -> Feed:
    """What the items of a block give."""
    block = state.home(site.context).program.blocks[call.block]
    inside = state.enter("block", block.name, site, call.place, _bound(block, values))
    if block.inputs:
        state.scopes[-1] = state.scopes[-1]._replace(inputs=_named_inputs(block, site))
    inside = inside._replace(
        visible=(inside.prefix,),
        inputs=dict(zip(block.inputs, site.feeds, strict=False)),
        defaults=(inside.defaults[0], Defaults(block.defaults, values))
        if block.defaults
        else inside.defaults[:1],
        frame=Frame("block", block.name, call.place, inside.frame, call.arguments),
        blocks=(*inside.blocks, block.name),
    )
    for name in block.let:
        state.foreseen(name, values, inside)
    return run(state, block.items, Site(inside, values, site.feeds[:1]))


def _bound(block: Block, values: Environment) -> Bindings:
    """The arguments of a call by name, evaluated; those that compute with ``null`` have no
    value.
    """
    arguments = [(name, values.values[name]) for name in block.parameters]
    return tuple([(name, value) for name, value in arguments if type(value) is not Lazy])


def variable_call(state: State, call: VariableCall, site: Site) -> Feed:
    """An item that calls the layer kind or block that a variable names."""
    context = site.context
    try:
        name = state.guarded(site.environment.lookup, call.variable, context)
    except KeyError:  # known only now, where a `repeat` takes its rows from a variable
        message = f"there is no variable `{call.variable}` here"
        variables = state.home(context).program.variables
        help = did_you_mean(call.variable, variables, "`${}`")
        state.complain(Diagnostic("unknown-name", message, call.place, help=help), context)
        return Feed("", None)
    if name is FAILED:
        return Feed("", None)
    if not isinstance(name, str):
        message = f"`${call.variable}` must name a layer kind or a block"
        help = "give it the name of one; an item is left out with `when`"
        _wrong_call(state, call, (message, help), name, site)
        return Feed("", None)
    if name in KINDS:
        return layer_call(state, LayerCall(name, call.arguments, call.place, call.call), site)
    if name in state.home(context).program.kinds:
        return declared_call(state, DeclaredCall(name, call.arguments, call.place), site)
    blocks = state.home(context).program.blocks
    if name not in blocks:
        _wrong_call(state, call, unknown_operation(name, blocks), name, site)
        return Feed("", None)
    if is_endless(name, context):
        state.complain(_names_itself(state, call, name, context), context)
        return Feed("", None)
    parameters = blocks[name].parameters
    known = {value.name: value.default is None for value in parameters.values()}
    wrong = list(block_argument_problems(name, known, call.arguments, call.place))
    wrong += [no_layer_to_call(name, formula) for formula in call.call.values()]
    for problem in wrong:
        state.complain(problem, context)
    if wrong:
        return Feed("", None)
    return block_call(state, BlockCall(name, call.arguments, call.place), site)


def is_endless(block: str, context: Context) -> bool:
    """Whether a block calls itself as deep as calls may go."""
    return context.depth + 1 >= limits.CALL_DEPTH and block in context.blocks


def endless(block: str, place: Span, context: Context) -> Diagnostic:
    """What to say of a block that calls itself without an end."""
    blocks = context.blocks
    last = len(blocks) - 1 - blocks[::-1].index(block)
    message = f"{recursion([*blocks[last:], block])}, and no end is in sight"
    label = f"{blocks.count(block)} calls deep"
    return Diagnostic("recursion", message, place, label, help=RECURSION_HELP)


def _names_itself(state: State, call: VariableCall, block: str, context: Context) -> Diagnostic:
    """What to say of a variable that names a block that its call stands in."""
    formula = state.home(context).program.variables.get(call.variable)
    where = "" if formula is None else f", set on line {formula.value.span.line}"
    notes = (f"`${call.variable}` is `{block}`{where}",)
    help = (
        f"give `{call.variable}` another block in the end, or a layer such as `BatchNormalization`;"
        " or put a `when` beside this call"
    )
    return endless(block, call.place, context)._replace(notes=notes, help=help)


def _wrong_call(
    state: State, call: VariableCall, words: tuple[str, str | None], value: Any, site: Site
) -> None:
    """Tell that a variable names nothing that can be called: where it gets its value, if that is
    plain to see. ``words`` are the message and the help.
    """
    message, help = words
    code = "unknown-layer" if isinstance(value, str) else "wrong-value"
    key = f"${call.variable}"
    origin = _origin(state, call, site)
    if origin is None:
        label = f"`{key}` is {show(value)}"
        state.complain(Diagnostic(code, message, call.place, label, (), help), site.context)
        return
    formula, context = origin
    notes = (f"`{key}` calls it on line {call.place.line}",)
    state.complain(Diagnostic(code, message, formula.value.span, "", notes, help), context)


def _origin(state: State, call: VariableCall, site: Site) -> tuple[Formula, Context] | None:
    """Where the value of a called variable is written, with the context there; ``None`` where it
    is computed.
    """
    key = f"${call.variable}"
    origin = passed_argument(state, Formula(Value(key, call.place), ()), site)
    if origin is None:
        home = state.home(site.context)
        formula = home.program.variables.get(call.variable)
        nearest = site.environment.nearest(call.variable)
        if formula is not None and home.variables.values[call.variable] is nearest:
            origin = formula, site.context._replace(frame=None)
    return origin if origin is not None and origin[0].constant else None
