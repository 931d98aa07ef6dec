"""The outputs of the model → variables of the function that builds it and a dict of them at its
end, or, where some stand in blocks, loops or conditions, a dict that is filled as it is built.
"""

from __future__ import annotations

from archspec.backends.output_layers import MAIN, output_layers
from archspec.backends.python_source.facts import repetitions_around, within
from archspec.backends.python_source.layout import Brackets, Line, Piece, around
from archspec.backends.python_source.module import Module
from archspec.backends.python_source.words import quoted, unquoted
from archspec.backends.python_source.writer import FunctionWriter, ItemSite


def begin_output(writer: FunctionWriter) -> int:
    """A further output begins, before those within it: its number."""
    module = writer.module
    if writer.block is not None or writer.depth:
        module.plan.gather_outputs()
    module.outputs.append(("", ""))
    if module.plan.gathered:
        writer.flags.add("outputs")
        module.always_gathers |= not writer.depth and writer.block is None
    return len(module.outputs) - 1


def end_output(writer: FunctionWriter, number: int, variable: str, name: str) -> None:
    """It ends: the variable that holds it, and its name as an expression."""
    output = _of_output(writer.module, name, variable)
    writer.module.outputs[number] = name, output
    if writer.module.plan.gathered:
        writer.emit(Line(output, f"outputs[{name}]"))


def _of_output(module: Module, name: str, variable: str) -> Piece:
    """What a further output gives: behind the identity layer that is called like it, unless the
    last layer has that name itself.
    """
    graph = module.facts.recording.graph
    if not graph.names or not name.startswith('"'):
        return _named(module, name, variable)
    layers = output_layers(graph)
    output = unquoted(name)
    return _named(module, quoted(layers[output]), variable) if output in layers else variable


def stays_to_end(writer: FunctionWriter, site: ItemSite, variable: str) -> bool:
    """Whether what a variable holds as an output ends is there when the model is made: in the dict
    all is. A variable of an item that is named again gets another value in each repetition, and
    as long as that item is being written.
    """
    if writer.module.plan.gathered:
        return True
    step = site.steps[0]
    around = {address for one in within(step) for address in (one.address, one.visit.address)}
    unfinished = {writer.held[address] for address in around & writer.held.keys()}
    return writer.is_held(variable) and variable not in unfinished and not repetitions_around(step)


def outputs_of_model(module: Module, main: str) -> Piece:
    """What the model gives: the one output, or a dict of them by their names."""
    if module.plan.gathered:
        return _gathered(module, main)
    outputs = list(module.outputs)
    if MAIN in module.facts.recording.graph.outputs:
        outputs.insert(0, (quoted(MAIN), _main(module, main)))
    if len(outputs) == 1:
        return outputs[0][1]
    items = tuple(around(f"{name}: ", output) for name, output in outputs)
    return Brackets("{", items, "}", collection=True)


def _gathered(module: Module, main: str) -> Piece:
    if MAIN not in module.facts.recording.graph.outputs:
        return "outputs if len(outputs) > 1 else next(iter(outputs.values()))"
    first = around(f"{quoted(MAIN)}: ", _main(module, main))
    outputs = Brackets("{", (first, "**outputs"), "}")
    return outputs if module.always_gathers else around("", outputs, f" if outputs else {main}")


def _main(module: Module, variable: str) -> Piece:
    name = output_layers(module.facts.recording.graph).get(MAIN)
    return _named(module, quoted(name), variable) if name else variable


def _named(module: Module, name: str, variable: str) -> Piece:
    """The identity layer that gives an output its name."""
    dtype = [f"dtype={variable}.dtype"] if module.outputs_have_dtypes else []
    items = (f"name={name}", *dtype)
    return Brackets(f"{module.kind('Identity')}(", items, ")", then=(variable,))
