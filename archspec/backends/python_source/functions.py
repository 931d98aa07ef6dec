"""A block and its visits → a function of Python; the model's own list → the function that
builds the model.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from archspec.backends.python_source.expressions import Known, Tensor
from archspec.backends.python_source.facts import Varies
from archspec.backends.python_source.items import ItemWriter
from archspec.backends.python_source.layout import (
    Brackets,
    Compound,
    Line,
    Piece,
    Statement,
    around,
    ended,
    function,
    without_texts,
    without_unused,
)
from archspec.backends.python_source.values import Bound
from archspec.backends.python_source.words import Code, literal, quoted
from archspec.backends.python_source.writer import CHAIN, Place
from archspec.frontend.program.program import Block, Parameter

if TYPE_CHECKING:
    pass


@dataclass(frozen=True)
class Function:
    """A function that was written: its arguments and the variables of the spec that it takes,
    by their names in the text.
    """

    name: str
    block: Block
    arguments: Mapping[str, str]
    required: frozenset[str]
    variables: Mapping[str, str]
    passes: frozenset[str]
    lines: list[str]


class BlockWriter(ItemWriter):
    """Writes the function of a block, for some of the visits of its list."""

    block: Block

    def written_function(self, name: str) -> Function:
        """The function."""
        tensors = self._inputs()
        self.local |= {one: Bound(Tensor(variable)) for one, variable in tensors.items()}
        self.local["in"] = Bound(Tensor(self.input))
        arguments = {
            one: self._parameter(parameter) for one, parameter in self.block.parameters.items()
        }
        place = Place({}, ((Code("name"),),), CHAIN)
        result = self.items(self.block.items, self.visits, place, self.input)
        self.used = self.all_used()
        uniform = self.block.name in self.facts.uniform
        given, computed = self._defaults(arguments, uniform=uniform)
        kept = {one: variable for one, variable in arguments.items() if one in given}
        self.variables = {
            one: variable for one, variable in self.variables.items() if variable in self.used
        }
        passes = frozenset(self.flags & self.passed()) | frozenset(
            what for what in self.passed() if what == "outputs" and what in self.flags
        )
        head = self._signature(kept, given, list(tensors.values()), passes)
        body = [*self._dictionaries(passes), *computed, *needed(self.first, self.body)]
        lines = function(name, head, ended(body, result))
        late = next((place for place, one in enumerate(kept) if given[one]), len(kept))
        required = frozenset(list(kept)[:late])
        return Function(name, self.block, kept, required, dict(self.variables), passes, lines)

    def passed(self) -> set[str]:
        """What this function is given by its caller besides its arguments."""
        return {what for what, blocks in self.facts.passing.items() if self.block.name in blocks}

    def _inputs(self) -> dict[str, str]:
        if not self.block.inputs:
            return {}
        found = {
            name: self.names.new(name, f"{name}_input", f"{name}_") for name in self.block.inputs
        }
        self.input = next(iter(found.values()))
        return found

    def inputs_by_name(self) -> dict[str, str]:
        """The block's inputs."""
        return {
            name: found.meaning.variable
            for name, found in self.local.items()
            if isinstance(found.meaning, Tensor) and name != "in"
        }

    def _parameter(self, parameter: Parameter) -> str:
        """The variable of an argument; nothing where its value is written out."""
        name, key = parameter.name, (self.block.name, parameter.name)
        values = [
            visit.step.values.values[name]
            for visit in self.visits
            if visit.step and visit.step.values
        ]
        if key in self.module.fixed and all(repr(value) == repr(values[0]) for value in values):
            self.local[name] = Bound(Known(values[0]), frozenset({key}))
            return ""
        variable = self.names.new(name, f"{name}_")
        self.local[name] = Bound(Code(variable), frozenset({key}))
        return variable

    def _defaults(
        self, arguments: Mapping[str, str], *, uniform: bool
    ) -> tuple[dict[str, Piece], list[Statement]]:
        """For each argument that is kept, the default in the head, nothing where it is required;
        and the statements that compute others.

        From the last to the first, because a default may use the arguments before it.
        """
        heads: dict[str, Piece] = {}
        computed: list[Statement] = []
        for name, variable in reversed(list(arguments.items())):
            if variable and (uniform or variable in self.used):
                heads[name] = self._head_default(name)
                computed = [*self._computed(name, variable, heads[name]), *computed]
        return {name: heads[name] for name in arguments if name in heads}, computed

    def _head_default(self, name: str) -> Piece:
        default = self.block.parameters[name].default
        if default is None:
            return ""
        if default.constant and not isinstance(default.data, list | dict):
            return literal(default.data)
        return self._none(name)

    def _none(self, name: str) -> str:
        """``None``, for a default that is computed in the function. Raises `Varies` where a
        call gives ``None`` itself.
        """
        calls = [(visit, name in visit.step.arguments) for visit in self.visits if visit.step]
        if all(given for _, given in calls):
            return ""
        if any(given and visit.step.values.values[name] is None for visit, given in calls):  # type: ignore[union-attr]  # all have a step
            raise Varies([(visit, given) for visit, given in calls])
        return "None"

    def _computed(self, name: str, variable: str, head: Piece) -> list[Statement]:
        """The statement that computes the default of an argument, if it stands in no head."""
        default = self.block.parameters[name].default
        calls = [
            visit.step for visit in self.visits if visit.step and name not in visit.step.arguments
        ]
        if (
            head != "None"
            or default is None
            or (default.constant and default.data is None)
            or not calls
        ):
            return []
        raws = self.values.raws(
            default, [(step.visits[id(self.block.items)], step.values) for step in calls]
        )
        self.clobbered = False
        here = {one: self.local[one] for one in self.local if one not in self.block.let}
        return [
            Compound(
                f"if {variable} is None",
                [Line(self.values.value(default.value, raws, here), variable)],
            )
        ]

    def _signature(
        self,
        kept: Mapping[str, str],
        given: Mapping[str, Piece],
        tensors: list[str],
        passes: frozenset[str],
    ) -> list[Piece]:
        parameters = [(variable, given[name]) for name, variable in kept.items()]
        required = [place for place, (_, default) in enumerate(parameters) if default == ""]
        late = next(
            (
                place
                for place, (_, default) in enumerate(parameters)
                if default != "" and place < max(required, default=0)
            ),
            None,
        )
        written: list[Piece] = [
            variable if default == "" else around(f"{variable}=", default)
            for variable, default in parameters
        ]
        cut = len(written) if late is None else late
        extra = [*self.variables.values(), *sorted(passes), "name"]
        return [*(tensors or [self.input]), *written[:cut], "*", *written[cut:], *extra]

    def _dictionaries(self, passes: frozenset[str]) -> list[Statement]:
        return [
            Line("{}", what)
            for what in ("shared", "tensors")
            if what in self.flags and what not in passes
        ]


class ModelWriter(ItemWriter):
    """Writes the function that builds the model."""

    def written_function(self, name: str) -> list[str]:
        """Its lines."""
        recording = self.facts.recording
        graph = recording.graph
        single = list(graph.inputs) == ["input"]
        inputs = {
            one: "inputs" if single else self.names.new(one, f"{one}_input") for one in graph.inputs
        }
        self.input = next(iter(inputs.values()))
        self.local = {
            **{one: Bound(Tensor(variable)) for one, variable in inputs.items()},
            "in": Bound(Tensor(self.input)),
        }
        self.inputs = inputs
        place = Place({}, ((),), CHAIN)
        start: list[Statement] = [
            self._input(number, variable) for number, variable in enumerate(inputs.values())
        ]
        result = self.items(self.module.program.items, self.visits, place, self.input)
        starting = [Line("{}", what) for what in ("shared", "tensors") if what in self.flags]
        starting += [Line("[]", "outputs")] if self.module.appended else []
        first = (
            inputs[next(iter(inputs))] if len(inputs) == 1 else f"[{', '.join(inputs.values())}]"
        )
        outputs = self.module.outputs_written(result)
        end = Line(
            Brackets(
                "keras.Model(",
                (first, outputs, f"name={quoted(graph.name.replace('/', '-'))}"),
                ")",
            ),
            "return",
        )
        parameters, computed = self._parameters()
        return function(
            name, parameters, without_unused([*computed, *start, *starting, *self.body, end])
        )

    def inputs_by_name(self) -> dict[str, str]:
        """The model's inputs."""
        return self.inputs

    def _input(self, number: int, variable: str) -> Line:
        one = self.module.program.inputs[number]
        tensor = self.facts.recording.graph.inputs[one.name]
        raws = self.values.raws(
            one.shape, [(self.facts.recording.root, self.facts.recording.variables)]
        )
        shape = self.values.value(one.shape.value, raws, {}, [tuple(tensor.shape)])
        dtype = () if tensor.dtype == "float32" else (f"dtype={quoted(tensor.dtype)}",)
        return Line(
            Brackets("keras.Input(", (shape, *dtype, f"name={quoted(one.name)}"), ")"), variable
        )

    def _parameters(self) -> tuple[list[Piece], list[Statement]]:
        """The variables that the function takes, and those that it computes from others."""
        program = self.module.program
        computed: dict[str, Statement] = {}
        for name in list(self.variables):
            if self.variables[name] in self.used:
                self._compute(name, computed)
        self.variables = {
            name: variable for name, variable in self.variables.items() if variable in self.used
        }
        parameters: list[Piece] = []
        for name, formula in program.variables.items():
            if name in self.variables and formula.constant:
                parameters.append(self._default(name, self.variables[name], formula.data))
        return parameters, list(computed.values())

    def _compute(self, name: str, computed: dict[str, Statement]) -> None:
        formula = self.module.program.variables[name]
        if formula.constant or name in computed:
            return
        raws = self.values.raws(
            formula, [(self.facts.recording.root, self.facts.recording.variables)]
        )
        piece = self.values.value(formula.value, raws, {})
        for one in [one.name for one in formula.mentions]:
            if one in self.variables:
                self._compute(one, computed)
        computed[name] = Line(piece, self.variables[name])

    def _default(self, name: str, variable: str, value: Any) -> Piece:
        if isinstance(value, list | dict):
            return f"{variable}={self.module.table(name, value)}"
        return around(f"{variable}=", literal(value))


def needed(first: list[Statement], body: list[Statement]) -> list[Statement]:
    """The statements of a function after those of its local values that it uses."""
    for one in reversed(first):
        text = "\n".join(line for statement in body for line in statement.lines(""))
        if isinstance(one, Line) and re.search(rf"\b{one.target}\b", without_texts(text)):
            body = [one, *body]
    return body
