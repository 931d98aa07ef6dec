"""Calls of layers and blocks → Python."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from archspec.backends.python_source.arguments import layer_arguments, node_of
from archspec.backends.python_source.expressions import Known
from archspec.backends.python_source.facts import Varies, common
from archspec.backends.python_source.layer_calls import passed
from archspec.backends.python_source.layout import (
    Brackets,
    Compound,
    Line,
    Piece,
    Statement,
    around,
)
from archspec.backends.python_source.module import Function
from archspec.backends.python_source.naming import item_name, layer_path, name_in_keras
from archspec.backends.python_source.operations import form, operation
from archspec.backends.python_source.tensors import keep_outputs, outputs_target
from archspec.backends.python_source.words import ATOM, Code, Template, literal, quoted
from archspec.backends.python_source.writer import FunctionWriter, ItemSite
from archspec.frontend.elaborate.recording import formulas_of
from archspec.frontend.program.program import VariableCall
from archspec.graph import Node
from archspec.layers import Layer
from archspec.layers.operations.base import Operation
from archspec.spelling import snake_case


def call(writer: FunctionWriter, site: ItemSite, feeds: list[str], target: str) -> str:
    """A call of one layer kind or block: the variable that holds what it gives."""
    kind = site.steps[0].target
    if kind in writer.module.program.blocks:
        return _block_call(writer, site, feeds, item_name(writer, site, kind), target)
    return layer(writer, site, feeds, item_name(writer, site, snake_case(kind)), target)


def variable_call(writer: FunctionWriter, site: ItemSite, feeds: list[str], target: str) -> str:
    """A call of what a variable names: written as a call of that, where it is always the same."""
    operation = site.item.operation
    assert isinstance(operation, VariableCall)
    named = writer.peek(operation.variable, site.scope)
    if len({step.target for step in site.steps}) == 1:
        writer.fix_sources(named.sources)
        return call(writer, site, feeds, target)
    if isinstance(named.meaning, Known):
        raise Varies([(step, step.target) for step in site.steps])
    return _several_targets(writer, site, feeds, target)


# --- layers


def layer(
    writer: FunctionWriter, site: ItemSite, feeds: list[str], name: Template, target: str
) -> str:
    """The layer that an item itself adds, applied to some tensors: the variable that holds what
    it gives.
    """
    nodes = [node_of(step) for step in site.steps]
    kind: str = common([(step, node_of(step).layer.kind()) for step in site.steps])
    names = {node.name for node in nodes}
    called = name_in_keras(writer, layer_path(writer, site, name))
    if isinstance(nodes[0].layer, Operation):
        value = _operation(writer, site, nodes[0].layer, feeds, called)
    else:
        pieces = (*_layer_arguments(writer, site, kind), f"name={called}")
        made = Brackets(f"{writer.module.class_of(nodes[0])}(", pieces, ")")
        if names & writer.facts.shared:
            made = kept(writer, made)
        value = applied(writer, nodes[0], made, feeds, _call_arguments(writer, site))
    targets = outputs_target(writer, site, target)
    writer.assign(targets, value)
    if targets != target:
        keep_outputs(writer, site, name, targets)
    if names & writer.facts.outside:
        writer.flags.add("tensors")
        writer.emit(Line(target, f"tensors[{layer_path(writer, site, name)}]"))
    return target


def _operation(
    writer: FunctionWriter, site: ItemSite, layer: Operation, feeds: list[str], path: str
) -> Piece:
    """The operation that an item itself adds, applied to some tensors."""
    common([(step, form(node_of(step).layer)) for step in site.steps])
    first = site.steps[0]
    if not layer.rewrites:
        written = layer_arguments(writer, site, layer.kind())
        return operation(writer, node_of(first), feeds, written, path)
    for formula, _ in formulas_of(layer.kind(), first.arguments, first.defaults).values():
        writer.fix(formula, site.scope)
    return operation(writer, node_of(first), feeds, {}, path)


def kept(writer: FunctionWriter, made: Piece) -> Brackets:
    """A new layer that is used again elsewhere, kept under its name."""
    writer.flags.add("shared")
    return Brackets(f"{writer.module.helper('keep')}(", (made, "shared"), ")")


def applied(
    writer: FunctionWriter,
    node: Node,
    made: Piece,
    feeds: list[str],
    call: Mapping[str, Piece],
) -> Piece:
    """The layer of a node called on the variables of its tensors, and with the constants of its
    call. Projections of attention are made in the call, and frozen after it.
    """
    positional, keywords = node.layer.keras_call(feeds, node.roles)
    tensors = [_of_tensors(one) for one in positional]
    tensors += [
        around(f"{name}=", call[name] if name in call else _of_tensors(value))
        for name, value in keywords.items()
    ]
    if node.layer.builds_in_call and not node.layer.trainable:
        return Brackets(f"{writer.module.helper('frozen')}(", (made, *tensors), ")")
    if isinstance(made, str):
        return Brackets(f"{made}(", tuple(tensors), ")")
    return made._replace(then=tuple(tensors))


def _of_tensors(value: Any) -> Piece:
    """What Keras takes in one argument: a variable, a list of them, or nothing."""
    if isinstance(value, list):
        return Brackets("[", tuple(map(_of_tensors, value)), "]", collection=True)
    return str(value)


def _call_arguments(writer: FunctionWriter, site: ItemSite) -> dict[str, Piece]:
    """The constants of a layer's call, in the order of Keras."""
    first = site.steps[0]
    written = {}
    for key in [key for key in node_of(first).layer.call_attributes if key in first.call]:
        formula = first.call[key]
        raws = writer.values.raws(formula, [(step, step.environment) for step in site.steps])
        accepted = [node_of(step).layer.call[key] for step in site.steps]
        written[key] = writer.values.call_argument(formula, raws, accepted, site.scope)
    return written


def plain_call(layer: Layer) -> dict[str, Piece]:
    """The constants of a layer's call, all written out."""
    return {name: literal(value) for name, value in layer.call.items()}


def _layer_arguments(writer: FunctionWriter, site: ItemSite, kind: str) -> tuple[Piece, ...]:
    """The arguments of a layer, in the order of Keras."""
    written = layer_arguments(writer, site, kind)
    return passed(kind, written)


# --- blocks


def _block_call(
    writer: FunctionWriter, site: ItemSite, feeds: list[str], name: Template, target: str
) -> str:
    """A call of the function of a block."""
    function = writer.module.function(site.steps)
    arguments = _block_arguments(writer, site, function)
    required = [piece for key, piece in arguments.items() if key in function.required]
    positional = required if len(required) <= 2 else []
    named = [
        around(f"{function.arguments[key]}=", piece)
        for key, piece in arguments.items()
        if key not in function.required or not positional
    ]
    named += [f"{taken}={_variable(writer, key)}" for key, taken in function.variables.items()]
    named += [f"{flag}={flag}" for flag in sorted(function.passes)]
    writer.flags |= function.passes
    pieces = (*feeds, *positional, *named, f"name={layer_path(writer, site, name)}")
    return writer.assign(target, Brackets(f"{function.name}(", pieces, ")"))


def _variable(writer: FunctionWriter, name: str) -> str:
    """A variable of the spec that a function needs, in this one."""
    meaning = writer.variable(name).meaning
    if isinstance(meaning, Known):
        piece = literal(meaning.value)
        return piece if isinstance(piece, str) else repr(meaning.value)
    assert isinstance(meaning, Code)
    writer.used.add(meaning.text)
    return meaning.text


def _block_arguments(
    writer: FunctionWriter, site: ItemSite, function: Function
) -> dict[str, Piece]:
    """The arguments that a call gives and the function takes."""
    pieces: dict[str, Piece] = {}
    for key, formula in site.steps[0].arguments.items():
        if (function.block.name, key) in writer.module.fixed:
            writer.fix(formula, site.scope)
        if key in function.arguments:
            raws = writer.values.raws(formula, [(step, step.environment) for step in site.steps])
            pieces[key] = writer.values.value(formula.value, raws, site.scope)
    return {key: pieces[key] for key in function.block.parameters if key in pieces}


# --- calls of several blocks or kinds


def _several_targets(writer: FunctionWriter, site: ItemSite, feeds: list[str], target: str) -> str:
    """A call of what a variable names, which is not always the same."""
    operation = site.item.operation
    assert isinstance(operation, VariableCall)
    code = writer.find(operation.variable, site.scope).meaning
    assert isinstance(code, Code)
    sites: dict[str, ItemSite] = {}
    for name in dict.fromkeys(step.target for step in site.steps):
        sites[name] = site._replace(steps=[step for step in site.steps if step.target == name])
    if all(name in writer.module.program.blocks for name in sites):
        functions = [writer.module.function(some.steps) for some in sites.values()]
        if _are_alike(writer, functions, set(site.steps[0].arguments)):
            return _dispatched(writer, site, functions, feeds, (code, target))
    if site.chain == target or target not in feeds:
        writer.assign(target, site.chain)
    for number, (name, some) in enumerate(sites.items()):
        body: list[Statement] = []
        with writer.nested(body):
            call(writer, some, feeds, target)
        writer.emit(Compound(f"{'elif' if number else 'if'} {code.text} == {quoted(name)}", body))
    return target


def _are_alike(writer: FunctionWriter, functions: Sequence[Function], given: set[str]) -> bool:
    """Whether functions can be called in the same words: each stands for its block alone, and
    takes what is given and nothing else.
    """
    groups = writer.module.plan.groups
    alone = all(len(groups[function.block.name]) == 1 for function in functions)
    bare = not any(function.variables or function.passes for function in functions)
    words = [{key: function.arguments.get(key) for key in given} for function in functions]
    return alone and bare and all(word == words[0] and None not in word.values() for word in words)


def _dispatched(
    writer: FunctionWriter,
    site: ItemSite,
    functions: Sequence[Function],
    feeds: list[str],
    named: tuple[Code, str],
) -> str:
    """A call of what a table gives for the block's name; ``named`` are the code of that and the
    variable for the result.
    """
    code, target = named
    table = writer.module.dispatch(functions)
    name: Template = (Code(code.text, ATOM),)
    if site.item.name is None:
        common([(step, step.name == step.target) for step in site.steps] + [(site.steps[0], True)])
    else:
        name = item_name(writer, site, "")
    arguments = _block_arguments(writer, site, functions[0])
    pieces = [around(f"{functions[0].arguments[key]}=", piece) for key, piece in arguments.items()]
    pieces = [*feeds, *pieces, f"name={layer_path(writer, site, name)}"]
    return writer.assign(target, Brackets(f"{table}[{code.text}](", tuple(pieces), ")"))
