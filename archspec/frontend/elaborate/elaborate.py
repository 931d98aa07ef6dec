"""`Program` → `Graph`: items carried out in order, every shape inferred as its layer is added.

A mistake gets one complaint, however often its line is carried out. What depends on it gets none,
and everything else goes on, so that one run finds all mistakes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from archspec import limits
from archspec.diagnostics import Diagnostic, Enough
from archspec.frontend.checks import Outcome, dead_ends
from archspec.frontend.elaborate.blocks import block_call, variable_call
from archspec.frontend.elaborate.budget import Budget, Exceeded
from archspec.frontend.elaborate.declared import declared_call
from archspec.frontend.elaborate.items import mistaken, run
from archspec.frontend.elaborate.layers import layer_call
from archspec.frontend.elaborate.observer import Observer, Unobserved
from archspec.frontend.elaborate.parts import in_parts, without_unneeded
from archspec.frontend.elaborate.repeat import as_integer
from archspec.frontend.elaborate.scope import (
    FAILED,
    Context,
    Defaults,
    Feed,
    Home,
    Site,
    variables_of,
)
from archspec.frontend.elaborate.state import CarryOut, LayerCache, State
from archspec.frontend.elaborate.structure import branches, group, residual, reuse, side_output
from archspec.frontend.expressions.values import show
from archspec.frontend.program.formulas import Formula, Located, Silenced
from archspec.frontend.program.formulas import formula as read_formula
from archspec.frontend.program.program import (
    BlockCall,
    Branch,
    Branches,
    DeclaredCall,
    Input,
    LayerCall,
    LayerGroup,
    Mistaken,
    Program,
    Residual,
    Reuse,
    SideOutput,
    VariableCall,
)
from archspec.frontend.unwritten import failing
from archspec.frontend.variables import kind_of_data
from archspec.frontend.yaml.document import Value
from archspec.graph import Graph, Scope
from archspec.spelling import did_you_mean
from archspec.tensor import DTYPES, Tensor

OPERATIONS: Mapping[type, CarryOut] = {
    LayerCall: layer_call,
    BlockCall: block_call,
    DeclaredCall: declared_call,
    VariableCall: variable_call,
    LayerGroup: group,
    Branch: group,
    Branches: branches,
    Residual: residual,
    Reuse: reuse,
    SideOutput: side_output,
    Mistaken: mistaken,
}
"""What carries out each kind of operation."""

Kinds = Mapping[str, str | Value]
"""What each variable must be, or the expression whose kind it must keep."""


def elaborate(
    program: Program,
    kinds: Kinds,
    cache: LayerCache,
    problems: Iterable[Diagnostic],
    observer: Observer | None = None,
    budget: Budget | None = None,
) -> tuple[Graph | None, list[Diagnostic]]:
    """The graph of a program, and what is wrong with it; no graph where something is.

    ``problems`` have been found before, and what they are about is broken in the program.
    ``observer`` is called at each event. ``budget`` is what the networks of the spec share.
    """
    budget = budget or Budget()
    budget.begin(len(program.variables))
    state = State(program, cache, problems, observer or Unobserved(), OPERATIONS, budget)
    try:
        graph = _graph(state, kinds)
    except Enough:
        return None, state.problems
    except Exceeded as bound:
        if budget.cut:  # it was the mistakes that used it up
            return None, state.problems
        span = bound.span or program.items.place
        problem = Diagnostic("bound-network", bound.message, span, help=bound.help)
        return None, [*state.problems, problem]
    mistakes = [*state.problems, *_dead_ends(state)]
    if graph is not None and not mistakes:
        mistakes = failing(graph)
    return (None if mistakes else graph), mistakes


def _graph(state: State, kinds: Kinds) -> Graph | None:
    """The whole network; ``None`` where something is wrong."""
    program = state.program
    _evaluate_variables(state, state.homes[""], kinds)
    for home in state.homes.values():
        if home.part is not None:
            _evaluate_variables(state, home, home.part.kinds)
    inputs = state.inputs = {
        entry.name: Feed(entry.name, _input(state, entry)) for entry in program.inputs
    }
    if not inputs:
        return None
    state.optional = frozenset(entry.name for entry in program.inputs if entry.optional)
    for entry in program.inputs:
        state.names.taken[entry.name] = entry.place
    end = _run(state)
    if not state.nodes and not state.problems:
        message = "every item is left out here, and a model needs at least one layer"
        help = "keep one item, whatever the variables are"
        state.complain(Diagnostic("empty", message, program.items.place, help=help))
    ends = {**({} if _ends_in_output(state) else {"main": end}), **state.outputs}
    outputs = _names(ends)
    state.needed.update([*outputs.values(), *([end.name] if state.problems else [])])
    if state.problems:
        return None
    if len(state.homes) > 1:
        state.nodes[:] = without_unneeded(state.nodes, state.scopes, state.needed)
    there = {*inputs, *[node.name for node in state.nodes]}
    there.update(name for node in state.nodes if node.outputs for name in node.tensors)
    endpoints = {
        path: name for path, name in _names(state.names.endpoints).items() if name in there
    }
    return Graph(
        program.name,
        {name: feed.tensor for name, feed in inputs.items() if feed.tensor is not None},
        tuple(state.nodes),
        outputs,
        tuple(state.scopes),
        endpoints,
        program.description,
        program.source,
        optional=state.optional,
    )


def _ends_in_output(state: State) -> bool:
    """Whether the last item is an ``output``, so that the model's outputs are the named ones
    alone.
    """
    last = next((item.operation for item in state.program.items.items[-1:]), None)
    if not isinstance(last, SideOutput | Reuse):
        return False
    outputs = [scope for scope in state.scopes if scope.kind == "output"]
    if isinstance(last, Reuse):
        around = [state.scopes[scope.parent or 0] for scope in outputs]
        outputs = [scope for scope in around if scope.kind == "reuse"]
    return any(scope.span == last.place for scope in outputs)


def _names(feeds: Mapping[str, Feed]) -> dict[str, str]:
    return {path: feed.name for path, feed in feeds.items()}


def _run(state: State) -> Feed:
    """What the items of the program give."""
    program = state.program
    first = next(iter(state.inputs.values()))
    state.scopes.append(Scope("", "model", "", None, program.items.place))
    environment = state.variables.child({"in": first})
    defaults = (Defaults(program.defaults, environment),)
    context = Context(0, None, "", ("",), "", state.inputs, defaults, frozenset(), (), 0)
    state.observer.program_begun(program, state.variables)
    return run(state, program.items, Site(context, environment, (first,)))


def _dead_ends(state: State) -> list[Diagnostic]:
    """What reaches no output; after other mistakes, what certainly reaches none."""
    entries = state.names.entries
    if state.problems:  # what a part gives may be needed by what went wrong
        inside = in_parts(state.scopes)
        state.needed.update(node.name for node in state.nodes if inside[node.scope])
    needed = state.needed.union(feed.name for feed in state.outputs.values())
    if state.unseen:
        needed.update(state.inputs, (entry.feed.name for entry in entries.values()))
    written = {path: entry.feed.name for path, entry in entries.items()}
    outcome = Outcome(state.nodes, state.scopes, needed, written, state.bypasses)
    return dead_ends(outcome, {entry.name: entry.place for entry in state.program.inputs})


INSTEAD = {
    "a number": "write a number, or an expression that gives one",
    "a truth value": "write `true` or `false`, or an expression that gives one of them",
    "a text": "write a text without `$`",
    "a list": "write a list, `[...]`, or an expression that gives one",
}
"""What to write for a variable of each kind where another is written."""


def _evaluate_variables(state: State, home: Home, kinds: Kinds) -> None:
    variables = home.variables
    variables_of(home.program.variables, variables.values, variables)
    for name, formula in home.program.variables.items():
        value = state.foreseen(name, variables)
        kind = kind_of_data(value)
        wanted = _wanted(home, kinds.get(name), formula)
        if value is not None and wanted is not None and value is not FAILED and kind != wanted:
            message = f"`{name}` is {wanted}, and this gives {kind}"
            span, label = formula.value.span, f"it gives {show(value)}"
            help = INSTEAD.get(wanted)
            state.complain(Diagnostic("variable-kind", message, span, label, (), help))
            variables.values[name] = FAILED


def _wanted(home: Home, kind: str | Value | None, formula: Formula) -> str | None:
    """The kind that a variable must be of: where an expression stood in its place first, what that
    gives now. ``None`` if any will do.
    """
    if not isinstance(kind, Value):
        return kind
    if kind is formula.value:
        return None
    try:
        return kind_of_data(read_formula(kind).evaluate(home.variables))
    except (Located, Silenced):
        return None


def _input(state: State, entry: Input) -> Tensor | None:
    """The tensor of an input of the model; ``None`` where its shape or dtype is wrong."""
    shape = state.guarded(entry.shape.evaluate, state.variables)
    if shape is FAILED:
        return None
    dtype = str(entry.dtype.data) if entry.dtype else "float32"
    problem = _wrong_shape(entry, shape) or _wrong_dtype(entry, dtype)
    if problem is not None:
        state.complain(problem)
        return None
    return Tensor(tuple(map(as_integer, shape)), dtype)


def _wrong_shape(entry: Input, shape: object) -> Diagnostic | None:
    span = entry.shape.value.span
    if not isinstance(shape, list):
        message = f"the shape of `{entry.name}` must be a list of sizes"
        return Diagnostic("wrong-value", message, span, f"this gives {show(shape)}")
    if len(shape) > limits.AXES:
        message = f"`{entry.name}` has {len(shape):,} axes, and a tensor may have {limits.AXES}"
        return Diagnostic("bound-network", message, span, help="the batch is no axis of a shape")
    if all(_is_size(as_integer(size)) for size in shape):
        return None
    message = f"the sizes of `{entry.name}` must be positive integers, or `null` for unknown ones"
    return Diagnostic("wrong-value", message, span, f"this is {show(shape)}")


def _is_size(size: object) -> bool:
    return size is None or (type(size) is int and 0 < size <= limits.SIZE)


def _wrong_dtype(entry: Input, dtype: str) -> Diagnostic | None:
    if dtype in DTYPES:
        return None
    place = entry.dtype.span if entry.dtype else entry.shape.value.span
    from archspec.frontend.foreign.arguments import choice_of

    listed = f"the dtypes are {', '.join(DTYPES)}"
    help = choice_of(dtype, DTYPES) or did_you_mean(dtype, DTYPES) or listed
    return Diagnostic("wrong-value", f"`{dtype}` is no dtype of Keras", place, help=help)
