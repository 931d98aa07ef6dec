"""A word with its arguments → the call of a layer, of a block, or of what a variable holds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from archspec.diagnostics import Span
from archspec.frontend.program.complaints import (
    block_argument_problems,
    no_argument,
    no_call_argument,
    no_layer_to_call,
    unknown_operation,
    unknown_role,
    wrong_call_value,
)
from archspec.frontend.program.formulas import (
    Formula,
    Mention,
    broken,
)
from archspec.frontend.program.names import (
    Visible,
)
from archspec.frontend.program.parser_state import ParserState, parameter_names, texts
from archspec.frontend.program.program import (
    BlockCall,
    DeclaredCall,
    FromName,
    LayerCall,
    Operation,
    Reuse,
    VariableCall,
    key_of,
)
from archspec.frontend.yaml.document import Broken, Value
from archspec.layers import KINDS
from archspec.layers.mismatch import wrong_argument
from archspec.layers.types import Refused


def check_roles(
    state: ParserState, operation: Operation | None, sources: Sequence[FromName]
) -> None:
    """Complain of roles that a layer kind or a block of the spec does not have."""
    several = True
    if isinstance(operation, LayerCall):
        subject, known = f"`{operation.kind}`", list(KINDS[operation.kind].roles)
        several = KINDS[operation.kind].arity[1] != 1
    elif isinstance(operation, BlockCall):
        known = list(texts(state.block_values[operation.block].get("inputs")))
        subject = f"the block `{operation.block}`"
    else:
        return
    problem = unknown_role(subject, sources, known, several=several)
    if problem is not None:
        state.problems.append(problem)


def _call_argument(state: ParserState, kind: str, name: str, formula: Formula) -> Formula:
    """A constant of a layer's call, broken where the call does not have it, or not so."""
    field = KINDS[kind].call_attributes.get(name)
    if isinstance(formula.value.data, Broken):
        return formula
    if field is None:
        message, help = no_call_argument(kind, name)
        state.problem("unknown-argument", message, formula.value.place, help)
        return broken(formula.value)
    if formula.constant:
        try:
            field.type.accept(formula.data)
        except Refused as refused:
            mismatch = wrong_argument(name, refused)
            state.problems.append(wrong_call_value(mismatch, formula.value, formula.data))
            return broken(formula.value)
    return formula


def with_call_arguments(
    state: ParserState, operation: Operation | None, call: Value | None, seen: Visible
) -> Operation | None:
    """An operation with the ``call`` that stands beside it."""
    if call is None or operation is None:
        return operation
    arguments = state.arguments(call, seen)
    if isinstance(operation, LayerCall):
        for name, entry in arguments.items():
            arguments[name] = _call_argument(state, operation.kind, name, entry)
    if isinstance(operation, LayerCall | VariableCall | Reuse):
        return operation._replace(call=arguments)
    subject = key_of(operation)
    state.problems += [no_layer_to_call(subject, formula) for formula in arguments.values()]
    return operation


def parse_call(
    state: ParserState, word: str, value: Value | None, place: Span, seen: Visible
) -> Operation | None:
    """What a word calls with its arguments: a layer, a block, or what a variable holds; ``None``
    where it names nothing, which gets a complaint.
    """
    arguments = state.arguments(value, seen)
    if word.startswith("$"):
        known = state.all_known([Mention(word[1:], place)], seen)
        return VariableCall(word[1:], arguments, place) if known else None
    if word in KINDS:
        return LayerCall(word, checked_arguments(state, word, arguments), place)
    if word in state.kind_values:
        _check_declared_arguments(state, word, arguments, place)
        return DeclaredCall(word, arguments, place)
    if word in state.block_values:
        call = BlockCall(word, arguments, place)
        if not state.conditions:
            state.calls.setdefault(state.current, []).append(call)
        _check_block_arguments(state, call)
        return call
    message, help = unknown_operation(word, state.block_values, _as_written(value))
    state.problem("unknown-layer", message, place, help)
    return None


def _as_written(value: Value | None) -> dict[str, Any]:
    """The arguments of a call as plain data."""
    return dict(value.unwrapped()) if value is not None and value.is_mapping else {}


def checked_arguments(
    state: ParserState, kind: str, arguments: dict[str, Formula]
) -> dict[str, Formula]:
    """The arguments, those broken that the kind does not have, which get a complaint."""
    for name, argument in arguments.items():
        if name not in KINDS[kind].attributes and not isinstance(argument.value.data, Broken):
            message, help = no_argument(kind, name)
            state.problem("unknown-argument", message, argument.value.place, help)
    return {
        name: argument if name in KINDS[kind].attributes else broken(argument.value)
        for name, argument in arguments.items()
    }


def _check_declared_arguments(
    state: ParserState, kind: str, arguments: dict[str, Formula], place: Span
) -> None:
    known = parameter_names(state.kind_values[kind].get("args"))
    for diagnostic in block_argument_problems(kind, known, arguments, place, ""):
        state.problems.append(diagnostic)


def _check_block_arguments(state: ParserState, call: BlockCall) -> None:
    known = parameter_names(state.block_values[call.block].get("args"))
    for diagnostic in block_argument_problems(call.block, known, call.arguments, call.place):
        state.problems.append(diagnostic)
