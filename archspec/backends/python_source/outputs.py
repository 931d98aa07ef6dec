"""Further outputs of the model → variables of the function that builds it, or, where some stand in
blocks, loops or conditions, a list to which they are appended as the model is built.
"""

from __future__ import annotations

from archspec.backends.output_layers import MAIN, need_dtypes, output_layers
from archspec.backends.python_source.layout import Brackets, Line, Piece, around
from archspec.backends.python_source.module import Module
from archspec.backends.python_source.words import quoted
from archspec.backends.python_source.writer import FunctionWriter


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


def add_output(writer: FunctionWriter, variable: str, path: str, *, stays: bool) -> None:
    """A further output that a variable holds; ``stays`` says whether nothing else is ever put
    into that.
    """
    number = begin_output(writer)
    if not writer.module.plan.appended and not stays and not writer.is_held(variable):
        name = writer.names.new(path.rpartition(".")[2], "side")
        variable = writer.assign(name, variable)
    end_output(writer, number, variable, quoted(path))


def outputs_of_model(module: Module, main: str) -> Piece:
    """What the model gives."""
    name = output_layers(module.facts.recording.graph).get(MAIN)
    first = _named(module, quoted(name), main) if name and module.outputs else main
    if not module.plan.appended:
        items = (first, *module.outputs)
        return Brackets("[", items, "]", collection=True) if module.outputs else main
    outputs = Brackets("[", (first, "*outputs"), "]")
    return outputs if module.always_appends else around("", outputs, f" if outputs else {main}")


def _named(module: Module, name: str, variable: str) -> Piece:
    """The identity layer that gives an output its name."""
    dtype = [f"dtype={variable}.dtype"] if need_dtypes(module.facts.recording.graph) else []
    items = (f"name={name}", *dtype)
    return Brackets(f"{module.kind('Identity')}(", items, ")", then=variable)
