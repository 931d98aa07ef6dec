"""The arguments of a layer, each as in the text where it depends on something → Python."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from archspec.backends.python_source.facts import common
from archspec.backends.python_source.layer_calls import kinds_in, tupled, written_out
from archspec.backends.python_source.layout import Piece
from archspec.backends.python_source.values import Bound, Scope
from archspec.backends.python_source.words import literal
from archspec.backends.python_source.writer import FunctionWriter, ItemSite
from archspec.frontend.elaborate.recording import Step, formulas_of
from archspec.frontend.program.formulas import Formula
from archspec.graph import Node
from archspec.layers.declared import Declared


def node_of(step: Step) -> Node:
    """The node of the layer that a step adds."""
    assert step.node is not None
    return step.node


def layer_arguments(writer: FunctionWriter, site: ItemSite, kind: str) -> dict[str, Piece]:
    """The arguments of a layer that are given, by name, in the order of Keras."""
    own, first = site.steps[0].arguments, site.steps[0]
    formulas = formulas_of(kind, own, first.defaults)
    layers = [node_of(step).layer for step in site.steps]
    for inner in kinds_in(layers):
        writer.module.kind(inner)
    written: dict[str, Piece] = {}
    for key in layers[0].attributes:
        if key not in formulas:
            if isinstance(layers[0], Declared):  # the class may have another default
                values = [(step, node_of(step).layer.arguments[key]) for step in site.steps]
                written[key] = literal(tupled(common(values)))
            continue
        formula, environment = formulas[key]
        given = environment is None
        if not given and writer.block is not None and _reads_model_input(first, kind, key, formula):
            written[key] = written_out(layers[0], key)
            continue
        scope = site.scope if given else _scope_of_defaults(writer, first, kind, key)
        seen = [
            (step, formulas_of(kind, own, step.defaults)[key][1] or step.environment)
            for step in site.steps
        ]
        raws = writer.values.raws(formula, seen)
        if not writer.values.can_follow(formula.value, layers, key):
            made = [(step, repr(node_of(step).layer.arguments[key])) for step in site.steps]
            common(made)
            writer.fix(formula, scope)
        written[key] = writer.values.argument(key, formula, raws, layers, scope)
    return written


def _reads_model_input(step: Step, kind: str, name: str, formula: Formula) -> bool:
    """Whether an argument comes from the spec's own ``defaults`` and reads the model's input,
    which a function does not see.
    """
    mentions = any(mention.name == "in" for mention in formula.mentions)
    return mentions and not any(
        name in defaults.arguments.get(kind, {}) for defaults in step.defaults[1:]
    )


def _scope_of_defaults(writer: FunctionWriter, step: Step, kind: str, name: str) -> Scope:
    """The names that an expression in ``defaults`` sees: where it is written, not where it is
    used.
    """
    for which in range(len(step.defaults) - 1, -1, -1):
        if name in step.defaults[which].arguments.get(kind, {}):
            return {} if which else _Outside(writer, writer.module.program.variables)
    raise KeyError(name)


class _Outside(Mapping[str, Bound]):
    """The names that the spec's own ``defaults`` see: its variables, nearer than the names of a
    block; each is asked for when it is mentioned.
    """

    def __init__(self, writer: FunctionWriter, names: Mapping[str, Any]) -> None:
        self.writer = writer
        self.names = names

    def __getitem__(self, name: str) -> Bound:
        if name not in self.names:
            raise KeyError(name)
        return self.writer.variable(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        return len(self.names)
