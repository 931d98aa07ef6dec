"""The definition of a block → `Block`: its inputs, arguments, local values, defaults and items."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from archspec.diagnostics import Span
from archspec.frontend.program.item_parser import parse_items
from archspec.frontend.program.names import (
    COUNTER,
    Visible,
)
from archspec.frontend.program.parser_state import ParserState, texts
from archspec.frontend.program.program import (
    Block,
    BlockArgument,
)
from archspec.frontend.vocabulary import (
    BLOCK_NAME,
    RESERVED_STEPS,
)
from archspec.frontend.yaml.document import Value
from archspec.spelling import snake_case


def check_block_name(state: ParserState, name: str, place: Span) -> None:
    """Complain of a name that no block can have."""
    if name in RESERVED_STEPS or not re.fullmatch(BLOCK_NAME, name):
        why = (
            "is a word of the language, and no block can have that name"
            if name in RESERVED_STEPS
            else "is no name for a block"
        )
        near = snake_case(re.sub(r"[^A-Za-z0-9_]", "_", name))
        fits = near not in RESERVED_STEPS and re.fullmatch(BLOCK_NAME, near)
        help = (
            f"write `{near}`"
            if fits
            else "choose another name, of lower-case letters, digits and `_`"
        )
        state.problem("wrong-name", f"`{name}` {why}", place, help=help)


def parse_block(state: ParserState, name: str, value: Value, seen: Visible) -> Block:
    """The definition of a block."""
    inputs = texts(value.get("inputs"))
    for element in value.data["inputs"].elements() if inputs else ():
        state.check_variable(str(element.text), element.span)
    parameters = parse_parameters(state, value.get("args"), seen.plus(["in", *inputs]))
    let = value.get("let")
    local = dict(let.items()) if let is not None else {}
    check_distinct(state, value, inputs, parameters, local)
    inner = seen.plus([*inputs, *parameters, *local, "in"])
    values = {key: state.formula(entry, inner, key) for key, entry in local.items()}
    defaults = state.defaults(value.get("defaults"), inner)
    items = parse_items(state, value.data["layers"], inner.plus(["prev"]))
    return Block(name, parameters, values, inputs, defaults, items, value.place)


def parse_parameters(
    state: ParserState, value: Value | None, seen: Visible
) -> dict[str, BlockArgument]:
    """The ``args`` of a block or kind."""
    parameters: dict[str, BlockArgument] = {}
    for element in value.elements() if value is not None else ():
        name, default = next(element.items()) if element.is_mapping else (str(element.text), None)
        place = default.place if default is not None else element.span
        if name != COUNTER:  # an argument may hide it
            state.check_variable(name, place)
        if name in parameters:
            help = f"remove one; the first is on line {parameters[name].place.line}"
            state.problem("duplicate-name", f"the argument `{name}` stands twice", place, help)
        parameters[name] = BlockArgument(name, default and state.formula(default, seen), place)
        seen = seen.plus([name])
    return parameters


def check_distinct(
    state: ParserState,
    block: Value,
    inputs: tuple[str, ...],
    parameters: Iterable[str],
    let: Mapping[str, Value],
) -> None:
    """Complain of names of inputs, arguments and local values that stand twice."""
    taken = set(inputs)
    if len(taken) != len(inputs):
        state.problem(
            "duplicate-name",
            "two inputs of this block have one name",
            block.data["inputs"].place,
            "give each its own",
        )
    for name in parameters:
        if name in taken:
            message = f"`{name}` is an input of this block and an argument too"
            state.problem(
                "duplicate-name",
                message,
                block.data["args"].place,
                "give one of them another name",
            )
        taken.add(name)
    for name, value in let.items():
        state.check_variable(name, value.place)
        if name in taken:
            state.problem(
                "duplicate-name",
                f"`{name}` is an argument or input of this block already",
                value.place,
                help="give the local value another name",
            )
