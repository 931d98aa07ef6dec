"""Further outputs of the model → variables of the function that builds it, or, where some stand in
blocks, loops or conditions, a list to which they are appended as the model is built.
"""

from __future__ import annotations

from archspec.backends.python_source.layout import Brackets, Line, Piece
from archspec.backends.python_source.module import Module
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
    writer: FunctionWriter, number: int, variable: str, *, own: str = "", slot: str = ""
) -> None:
    """It ends: the variable that holds it, its ``own`` one, and that of its place in the list,
    if outputs within it have come before.
    """
    writer.module.outputs[number] = variable
    if not writer.module.plan.appended:
        return
    last = writer.body[-1] if writer.body else None
    if slot:
        writer.emit(Line(f"outputs.insert({slot}, {variable})"))
    elif isinstance(last, Line) and last.target == variable == own and not writer.is_held(variable):
        writer.body[-1] = Line(Brackets("outputs.append(", (last.value,), ")"))
    else:
        writer.emit(Line(f"outputs.append({variable})"))


def add_output(writer: FunctionWriter, variable: str, path: str, *, stays: bool) -> None:
    """A further output that a variable holds; ``stays`` says whether nothing else is ever put
    into that.
    """
    number = begin_output(writer)
    if not writer.module.plan.appended and not stays and not writer.is_held(variable):
        name = writer.names.new(path.rpartition(".")[2], "side")
        variable = writer.assign(name, variable)
    end_output(writer, number, variable)


def outputs_of_model(module: Module, main: str) -> Piece:
    """What the model gives."""
    if not module.plan.appended:
        items = (main, *module.outputs)
        return Brackets("[", items, "]", collection=True) if module.outputs else main
    return (
        f"[{main}, *outputs]"
        if module.always_appends
        else f"[{main}, *outputs] if outputs else {main}"
    )
