"""`Document` → `Program`: items, blocks and formulas as data, every name in them known to be one.

What can be said without running the network is said here, for every item, also those that a
``when`` leaves out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from archspec.diagnostics import Diagnostic, Enough
from archspec.frontend.program.block_parser import (
    check_block_name,
    parse_block,
)
from archspec.frontend.program.calls import recursions
from archspec.frontend.program.item_parser import parse_items
from archspec.frontend.program.kind_parser import parse_kind
from archspec.frontend.program.names import (
    Visible,
)
from archspec.frontend.program.parser_state import Bodies, Body, ParserState
from archspec.frontend.program.program import (
    Block,
    Input,
    Items,
    Program,
    SpecPart,
)
from archspec.frontend.resolve import Resolved
from archspec.frontend.yaml.document import Broken, Document, Value


def parse(
    document: Document, bodies: Bodies, parts: Mapping[str, Resolved] | None = None
) -> tuple[Program | None, list[Diagnostic]]:
    """The program of a document, and what is wrong with it. No program where it cannot be
    carried out; else what is wrong is broken in it. ``parts`` are the specs that blocks of it are.
    """
    state = ParserState(document.root, bodies, parts or {})
    try:
        program = _program(state)
    except Enough:
        return None, state.problems
    return (
        None if any(problem.code in FATAL for problem in state.problems) else program
    ), state.problems


FATAL = ("recursion", "duplicate-name", "reserved-name")
"""Codes of mistakes after which carrying out the program would only complain of the same again."""


def _program(state: ParserState) -> Program:
    state.block_values = dict(state.section("blocks"))
    state.kind_values = dict(state.section("kinds"))
    state.variables = dict(state.section("vars"))
    for name, value in state.variables.items():
        state.check_variable(name, value.place)
    names = frozenset(state.variables)
    seen = Visible(names, names)
    variables = {name: state.formula(value, seen, name) for name, value in state.variables.items()}
    key = _body_key(state)
    body = state.bodies[key][0] if key in state.bodies else _body(state, seen)
    if not state.problems:
        state.bodies[key] = body, state.root
    return Program(
        str(state.root.data["name"].text),
        state.text("description"),
        state.text("source"),
        variables,
        *body,
    )


def _body_key(state: ParserState) -> Any:
    """What the reading of all but ``vars`` depends on: the other sections, the variables'
    names, and the tables among their values.
    """
    sections = tuple(
        id(state.root.get(key))
        for key in ("input", "inputs", "defaults", "kinds", "blocks", "layers")
    )
    tables = tuple(
        id(value)
        for value in state.variables.values()
        if value.is_mapping or any(row.is_mapping for row in value.elements())
    )
    return sections, tuple(state.variables), tables


def _body(state: ParserState, seen: Visible) -> Body:
    inputs = tuple(_inputs(state, seen))
    defaults = state.defaults(state.root.get("defaults"), seen.plus(["in"]))
    blocks = {name: _block(state, name, value, seen) for name, value in state.block_values.items()}
    state.current = ""
    kinds = {name: parse_kind(state, name, value) for name, value in state.kind_values.items()}
    layers = state.root.data["layers"]
    items = parse_items(state, layers, seen.plus(["in", "prev"]))
    if not items.items:
        state.problem(
            "empty",
            "a model needs at least one layer",
            layers.place,
            "add items to `layers`: `- Dense: {units: 10}`",
        )
    for problem in recursions(state.calls, state.block_values):
        state.problems.append(problem)
    return inputs, defaults, blocks, kinds, items, state.reuses, state.parts


def _inputs(state: ParserState, seen: Visible) -> Iterator[Input]:
    single = state.root.get("input")
    entries = [("input", single)] if single is not None else list(state.section("inputs"))
    for name, value in entries:
        assert value is not None
        if single is None:
            state.check_name(name, value.place)
        shape = (None if isinstance(value.data, Broken) else value.get("shape")) or value
        dtype, optional = value.get("dtype"), value.get("optional")
        may_lack = optional is not None and optional.data is True
        yield Input(name, state.formula(shape, seen), dtype, value.place, may_lack)


def _block(state: ParserState, name: str, value: Value, seen: Visible) -> Block:
    state.current = name
    check_block_name(state, name, value.place)
    if value.get("spec") is not None:
        return _part(state, name, value)
    return parse_block(state, name, value, seen)


def _part(state: ParserState, name: str, value: Value) -> Block:
    """A block that is another spec."""
    for key in ("args", "let", "inputs", "defaults", "layers"):
        if (one := value.get(key)) is not None:
            message = f"`{key}` cannot stand beside `spec`, which brings its own"
            state.problem("unknown-key", message, one.place, "remove one of them")
    resolved = state.resolved[name]
    program, problems = parse(resolved.document, state.bodies, resolved.parts)
    state.problems += [*resolved.document.problems, *problems]
    inputs: tuple[str, ...] = ()
    items = Items((), frozenset(), value.place)
    if program is not None:
        frozen = value.get("trainable")
        state.parts[name] = SpecPart(
            program,
            resolved.kinds,
            str(value.data["spec"].text),
            value.get("upto"),
            frozen is not None and frozen.data is False,
        )
        inputs, items = tuple(input.name for input in program.inputs), program.items
    return Block(name, {}, {}, inputs, {}, items, value.place)
