"""A block and its visits → a function of Python; the model's own list → the function that
builds the model.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from archspec.backends.automatic_names import counts_of_masks
from archspec.backends.python_source.expressions import Known, TensorVariable
from archspec.backends.python_source.facts import Varies
from archspec.backends.python_source.items import write_items
from archspec.backends.python_source.layout import (
    Brackets,
    Compound,
    Line,
    Piece,
    Statement,
    around,
    ended,
    function,
    with_needed,
    without_unused,
)
from archspec.backends.python_source.module import Function, Module
from archspec.backends.python_source.outputs import outputs_of_model
from archspec.backends.python_source.values import Bound
from archspec.backends.python_source.words import BUILD, CHAIN, Code, literal, quoted
from archspec.backends.python_source.writer import FunctionWriter, Place
from archspec.frontend.elaborate.recording import Visit
from archspec.frontend.elaborate.scope import Lazy
from archspec.frontend.program.program import Block, BlockArgument

DICTIONARIES = ("shared", "tensors")

# --- blocks


def write_block(module: Module, block: Block, visits: list[Visit], name: str) -> Function:
    """The function of a block, for some of the visits of its list. Raises `Varies`.

    Its input is called like the chain; where it is read again after the chain has gone on, it
    gets a name of its own.
    """
    written, writer = _block_attempt(FunctionWriter(module, block, visits, CHAIN), block, name)
    if writer.needs_input:
        written, _ = _block_attempt(FunctionWriter(module, block, visits, "inputs"), block, name)
    return written


def _block_attempt(
    writer: FunctionWriter, block: Block, name: str
) -> tuple[Function, FunctionWriter]:
    if block.inputs:
        writer.inputs = {
            one: writer.names.new(one, f"{one}_input", f"{one}_") for one in block.inputs
        }
        writer.input = next(iter(writer.inputs.values()))
    tensors = {**writer.inputs, "in": writer.input}
    writer.local = {one: Bound(TensorVariable(variable)) for one, variable in tensors.items()}
    arguments = {one: _parameter(writer, block, it) for one, it in block.parameters.items()}
    place = Place({}, ((Code("name"),),), CHAIN)
    result = write_items(writer, writer.visits, place, writer.input)
    writer.used = writer.all_used()
    heads, computed = _defaults(writer, block, arguments)
    taken = {one: variable for one, variable in arguments.items() if one in heads}
    variables = {one: it for one, it in writer.variables.items() if it in writer.used}
    passes = frozenset(
        what
        for what, blocks in writer.facts.passing.items()
        if block.name in blocks and what in writer.flags
    )
    parameters = [(variable, heads[one]) for one, variable in taken.items()]
    head = [
        *(writer.inputs.values() or [writer.input]),
        *_signature(parameters),
        *variables.values(),
        *sorted(passes),
        "name",
    ]
    own = [Line("{}", what) for what in DICTIONARIES if what in writer.flags and what not in passes]
    body = [*own, *computed, *with_needed(writer.first, writer.body)]
    late = next((place for place, one in enumerate(taken) if heads[one]), len(taken))
    required = frozenset(list(taken)[:late])
    lines = function(name, head, ended(body, result))
    return Function(name, block, taken, required, variables, passes, lines), writer


def _parameter(writer: FunctionWriter, block: Block, parameter: BlockArgument) -> str:
    """The variable of an argument; nothing where its value is written out."""
    name, key = parameter.name, (block.name, parameter.name)
    values = [
        visit.step.values.values[name]
        for visit in writer.visits
        if visit.step and visit.step.values
    ]
    if key in writer.module.fixed and all(repr(value) == repr(values[0]) for value in values):
        writer.local[name] = Bound(Known(values[0]), frozenset({key}))
        return ""
    variable = writer.names.new(name, f"{name}_")
    writer.local[name] = Bound(Code(variable), frozenset({key}))
    return variable


def _defaults(
    writer: FunctionWriter, block: Block, arguments: Mapping[str, str]
) -> tuple[dict[str, Piece], list[Statement]]:
    """For each argument that is used, the default in the head, nothing where it is required;
    and the statements that compute others.

    From the last to the first, because a default may use the arguments before it.
    """
    uniform = block.name in writer.facts.uniform
    heads: dict[str, Piece] = {}
    computed: list[Statement] = []
    for name, variable in reversed(list(arguments.items())):
        if variable and (uniform or variable in writer.used):
            heads[name] = _head_default(writer, block, name)
            if heads[name] == "None":
                computed = [*_computed(writer, block, name, variable), *computed]
    return {name: heads[name] for name in arguments if name in heads}, computed


def _head_default(writer: FunctionWriter, block: Block, name: str) -> Piece:
    """The default in the head: ``None`` for one that is computed in the function. Raises
    `Varies` where a call gives ``None`` itself.
    """
    default = block.parameters[name].default
    if default is None:
        return ""
    if default.constant and not isinstance(default.data, list | dict):
        return literal(default.data)
    calls = [(visit, visit.step) for visit in writer.visits if visit.step]
    passed = [(visit, name in step.arguments) for visit, step in calls]
    if all(is_given for _, is_given in passed):
        return ""
    if any(name in one.arguments and one.values.values[name] is None for _, one in calls):  # type: ignore[union-attr]  # a call has values
        raise Varies(passed)
    return "None"


def _computed(writer: FunctionWriter, block: Block, name: str, variable: str) -> list[Statement]:
    """The statement that computes the default of an argument, if it stands in no head."""
    default = block.parameters[name].default
    calls = [
        visit.step for visit in writer.visits if visit.step and name not in visit.step.arguments
    ]
    known = any(step.values and type(step.values.values[name]) is not Lazy for step in calls)
    if default is None or (default.constant and default.data is None) or not known:
        return []
    raws = writer.values.raws(default, [(step.visits[""], step.values) for step in calls])
    writer.clobbered = False
    here = {one: bound for one, bound in writer.local.items() if one not in block.let}
    computed = Line(writer.values.value(default.value, raws, here), variable)
    return [Compound(f"if {variable} is None", [computed])]


def _signature(parameters: list[tuple[str, Piece]]) -> list[Piece]:
    """Parameters with their defaults, those after a default that others must follow by name."""
    required = [place for place, (_, default) in enumerate(parameters) if default == ""]
    last = max(required, default=0)
    early = (place for place, (_, default) in enumerate(parameters) if default and place < last)
    cut = next(early, len(parameters))
    written: list[Piece] = [
        variable if default == "" else around(f"{variable}=", default)
        for variable, default in parameters
    ]
    return [*written[:cut], "*", *written[cut:]]


# --- the model


def write_model(module: Module) -> list[str]:
    """The lines of the function that builds the model."""
    recording = module.facts.recording
    graph = recording.graph
    writer = FunctionWriter(module, None, [recording.root], "inputs")
    single = list(graph.inputs) == ["input"]
    writer.inputs = {
        name: "inputs" if single else writer.names.new(name, f"{name}_input")
        for name in graph.inputs
    }
    variables = list(writer.inputs.values())
    writer.input = variables[0]
    tensors = {**writer.inputs, "in": writer.input}
    writer.local = {name: Bound(TensorVariable(variable)) for name, variable in tensors.items()}
    inputs = [_input(writer, number, variable) for number, variable in enumerate(variables)]
    result = write_items(writer, writer.visits, Place({}, ((),), CHAIN), writer.input)
    starting: list[Statement] = [Line("{}", what) for what in DICTIONARIES if what in writer.flags]
    starting += [Line("{}", "outputs")] if module.plan.gathered else []
    starting += _reserved_names(module)
    pieces = (
        variables[0] if len(variables) == 1 else f"[{', '.join(variables)}]",
        outputs_of_model(module, result),
        f"name={quoted(graph.name.replace('/', '-'))}",
    )
    end = Line(Brackets("keras.Model(", pieces, ")"), "return")
    computed = _computed_variables(writer)
    body = [*computed, *inputs, *starting, *writer.body, end]
    return function(BUILD, _model_parameters(writer), without_unused(body))


def _reserved_names(module: Module) -> list[Statement]:
    """What keeps Keras from giving its own operations the names of layers."""
    words = counts_of_masks(module.facts.recording.graph)
    if not words:
        return []
    lines: list[Statement] = [Line("# Keras names the operations on masks: by none of these words")]
    for word, number in words.items():
        line = Line(f"keras.backend.get_uid({quoted(word)})")
        lines.append(Compound(f"for _ in range({number})", [line]) if number > 1 else line)
    return lines


def _input(writer: FunctionWriter, number: int, variable: str) -> Line:
    one = writer.module.program.inputs[number]
    recording = writer.facts.recording
    tensor = recording.graph.inputs[one.name]
    raws = writer.values.raws(one.shape, [(recording.root, recording.variables)])
    shape = writer.values.value(one.shape.value, raws, {}, [tuple(tensor.shape)])
    dtype = () if tensor.dtype == "float32" else (f"dtype={quoted(tensor.dtype)}",)
    optional = ("optional=True",) if one.optional else ()
    pieces = (shape, *dtype, *optional, f"name={quoted(one.name)}")
    return Line(Brackets("keras.Input(", pieces, ")"), variable)


def _model_parameters(writer: FunctionWriter) -> list[Piece]:
    """The variables that the function takes, those that it computes from others excepted."""
    parameters: list[Piece] = []
    for name, formula in writer.module.program.variables.items():
        variable = writer.variables.get(name)
        if variable in writer.used and formula.constant:
            parameters.append(_default(writer.module, name, variable, formula.data))
    return parameters


def _default(module: Module, name: str, variable: str, value: Any) -> Piece:
    if isinstance(value, list | dict):
        return f"{variable}={module.table(name, value)}"
    return around(f"{variable}=", literal(value))


def _computed_variables(writer: FunctionWriter) -> list[Statement]:
    """The variables that are computed from others, each after those that it needs."""
    computed: dict[str, Statement] = {}
    for name in list(writer.variables):
        if writer.variables[name] in writer.used:
            _compute(writer, name, computed)
    return list(computed.values())


def _compute(writer: FunctionWriter, name: str, computed: dict[str, Statement]) -> None:
    formula = writer.module.program.variables[name]
    if formula.constant or name in computed:
        return
    recording = writer.facts.recording
    raws = writer.values.raws(formula, [(recording.root, recording.variables)])
    piece = writer.values.value(formula.value, raws, {})
    for mention in formula.mentions:
        if mention.name in writer.variables:
            _compute(writer, mention.name, computed)
    computed[name] = Line(piece, writer.variables[name])
