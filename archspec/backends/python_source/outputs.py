"""Further outputs of the model → variables of the function that builds it, or, where some stand in
blocks, loops or conditions, a list to which they are appended as the model is built.
"""

from __future__ import annotations

from archspec.backends.output_layers import MAIN, output_layers
from archspec.backends.python_source.facts import repetitions_around, within
from archspec.backends.python_source.layout import Brackets, Line, Piece, around
from archspec.backends.python_source.module import Module
from archspec.backends.python_source.words import quoted
from archspec.backends.python_source.writer import FunctionWriter, ItemSite


def begin_output(writer: FunctionWriter) -> int:
    """A further output begins, before those within it: its number."""
    module = writer.module
    if writer.block is not None or writer.depth:
        module.plan.append_outputs()
    module.outputs.append("")
    if module.plan.appended:
        writer.flags.add("outputs")
        module.always_appends |= not writer.depth and writer.block is None
    return len(module.outputs) - 1


def end_output(
    writer: FunctionWriter, number: int, variable: str, name: str, *, slot: str = ""
) -> None:
    """It ends: the variable that holds it, its name as an expression, and the variable of its place
    in the list, if outputs within it have come before.
    """
    output = _named(writer.module, name, variable)
    writer.module.outputs[number] = output
    if writer.module.plan.appended:
        call = f"outputs.insert({slot}, " if slot else "outputs.append("
        writer.emit(Line(Brackets(call, (output,), ")")))


def stays_to_end(writer: FunctionWriter, site: ItemSite, variable: str) -> bool:
    """Whether what a variable holds as an output ends is there when the model is made: in a list
    all is. A variable of an item that is named again gets another value in each repetition, and
    as long as that item is being written.
    """
    if writer.module.plan.appended:
        return True
    step = site.steps[0]
    around = {address for one in within(step) for address in (one.address, one.visit.address)}
    unfinished = {writer.held[address] for address in around & writer.held.keys()}
    return writer.is_held(variable) and variable not in unfinished and not repetitions_around(step)


def outputs_of_model(module: Module, main: str) -> Piece:
    """What the model gives."""
    graph = module.facts.recording.graph
    if MAIN not in graph.outputs:
        return _named_ones(module)
    name = output_layers(graph).get(MAIN)
    first = _named(module, quoted(name), main) if name and module.outputs else main
    if not module.plan.appended:
        items = (first, *module.outputs)
        return Brackets("[", items, "]", collection=True) if module.outputs else main
    outputs = Brackets("[", (first, "*outputs"), "]")
    return outputs if module.always_appends else around("", outputs, f" if outputs else {main}")


def _named_ones(module: Module) -> Piece:
    """What a model gives that has no main output."""
    if module.plan.appended:
        return "outputs if len(outputs) > 1 else outputs[0]"
    several = len(module.outputs) > 1
    return (
        Brackets("[", tuple(module.outputs), "]", collection=True) if several else module.outputs[0]
    )


def _named(module: Module, name: str, variable: str) -> Piece:
    """The identity layer that gives an output its name."""
    dtype = [f"dtype={variable}.dtype"] if module.outputs_have_dtypes else []
    items = (f"name={name}", *dtype)
    return Brackets(f"{module.kind('Identity')}(", items, ")", then=variable)
