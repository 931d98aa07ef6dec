"""The declaration of a layer kind of one's own → the data of it."""

from __future__ import annotations

from collections.abc import Iterator

from archspec.frontend.program.block_parser import check_distinct, parse_parameters
from archspec.frontend.program.complaints import (
    declared_name_problem,
)
from archspec.frontend.program.formulas import (
    Formula,
    plain,
)
from archspec.frontend.program.names import (
    Visible,
)
from archspec.frontend.program.parser_state import ParserState, texts
from archspec.frontend.program.program import (
    DeclaredKind,
    DeclaredWeight,
)
from archspec.frontend.yaml.document import Broken, Value
from archspec.layers.declared import Declaration


def parse_kind(state: ParserState, name: str, value: Value) -> DeclaredKind:
    """The declaration of a layer kind of one's own."""
    problem = declared_name_problem(name)
    if problem is not None:
        state.problem("wrong-name", problem[0], value.place, problem[1])
    inputs = texts(value.get("inputs"))
    for element in value.data["inputs"].elements() if inputs else ():
        state.check_variable(str(element.text), element.span)
    outside = Visible(frozenset(), frozenset()).plus(["in", *inputs])
    parameters = parse_parameters(state, value.get("args"), outside)
    check_distinct(state, value, inputs, parameters, {})
    seen = outside.plus(parameters)
    reference = value.get("keras")
    declaration = Declaration(
        name,
        tuple(parameters),
        inputs,
        None if reference is None else str(reference.text),
        {} if isinstance(value.data, Broken) else plain(value),
    )
    macs = value.get("macs")
    return DeclaredKind(
        declaration,
        parameters,
        dict(_declared_weights(state, value.get("weights"), seen)),
        dict(_declared_shapes(state, value.get("shape"), seen)),
        None if macs is None or macs.data is None else state.formula(macs, seen),
        value.place,
    )


def _declared_weights(
    state: ParserState, value: Value | None, seen: Visible
) -> Iterator[tuple[str, DeclaredWeight]]:
    for name, weight in value.items() if value is not None else iter(()):
        shape = weight.get("shape") or weight
        trainable = weight.get("trainable")
        fixed = trainable is not None and trainable.data is False
        yield name, DeclaredWeight(state.formula(shape, seen), not fixed)


def _declared_shapes(
    state: ParserState, value: Value | None, seen: Visible
) -> Iterator[tuple[str, Formula]]:
    if value is not None:
        several = value.items() if value.is_mapping else iter([("", value)])
        yield from ((name, state.formula(shape, seen)) for name, shape in several)
