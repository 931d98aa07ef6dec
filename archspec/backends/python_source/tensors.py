"""Names in ``from`` → the variables that hold what they stand for: each its own, or all in a
dictionary by their paths.
"""

from __future__ import annotations

from archspec.backends.python_source.agreement import same, value_of
from archspec.backends.python_source.expressions import OR
from archspec.backends.python_source.facts import common
from archspec.backends.python_source.layout import Line
from archspec.backends.python_source.naming import item_name, layer_path, text_of
from archspec.backends.python_source.words import joined
from archspec.backends.python_source.writer import FunctionWriter, ItemSite, Place
from archspec.frontend.expressions.expression import template_tree
from archspec.frontend.expressions.tree import Conditional, Literal


def target(writer: FunctionWriter, site: ItemSite) -> str:
    """The variable that an item's result goes into: its own where it is named again, else the
    chain's.
    """
    held = site.address in writer.facts.held
    return own_variable(writer, site) if held else site.place.target


def own_variable(writer: FunctionWriter, site: ItemSite) -> str:
    """The variable of an item that is named again."""
    if site.address not in writer.held:
        assert site.item.name is not None
        base = site.item.name.text.replace("$", "").replace("(", "").replace(")", "")
        writer.hold(site.address, writer.names.new(base, f"{base}_", f"{base}_out"))
    return writer.held[site.address]


def sources(writer: FunctionWriter, site: ItemSite) -> list[str]:
    """The variables that hold what an item takes."""
    named = site.item.sources
    if named is None:
        return [site.chain]
    return [_source(writer, site, number) for number in range(len(named))]


def _source(writer: FunctionWriter, site: ItemSite, number: int) -> str:
    """The variable that holds the tensor that a name stands for."""
    kinds = [(step, step.taken[number].kind) for step in site.steps]
    choice = _choice(site, number) if len({kind for _, kind in kinds}) > 1 else None
    if choice is not None:
        return _chosen(writer, site, number, choice)
    kind = common(kinds)
    if kind == "prev":
        return site.chain
    if kind == "input":
        path: str = common([(step, step.taken[number].path) for step in site.steps])
        return writer.inputs[path]
    part = writer.facts.local.get((site.address, number))
    if part is not None:
        return writer.held[part]
    assert site.item.sources is not None
    level = common([(step, step.taken[number].level) for step in site.steps])
    writer.flags.add("tensors")
    name = writer.values.name(site.item.sources[number], site.steps, site.scope)
    return f"tensors[{text_of(writer, joined(site.place.prefixes[level], name))}]"


def _choice(site: ItemSite, number: int) -> Conditional | None:
    """The one choice between two names that a source is, `$('a' if c else 'b')`, if Python
    chooses alike.
    """
    assert site.item.sources is not None
    parts = template_tree(site.item.sources[number].text)
    only = parts[0]
    if (
        len(parts) > 1
        or not isinstance(only, Conditional)
        or not all(isinstance(name, Literal) for name in (only.then, only.otherwise))
    ):
        return None
    return only if all(same(only.condition, step.environment) for step in site.steps) else None


def _chosen(writer: FunctionWriter, site: ItemSite, number: int, choice: Conditional) -> str:
    """The variable for one of two tensors."""
    chooses = [value_of(choice.condition, step.environment) is True for step in site.steps]
    first = [step for step, yes in zip(site.steps, chooses, strict=True) if yes]
    second = [step for step, yes in zip(site.steps, chooses, strict=True) if not yes]
    then, otherwise = (
        _source(writer, site._replace(steps=steps), number) for steps in (first, second)
    )
    if then == otherwise:
        return then
    condition = writer.values.translator(site.scope).text(choice.condition, OR)
    variable = writer.names.new("chosen", "source")
    return writer.assign(variable, f"{then} if {condition} else {otherwise}")


def keep_result(writer: FunctionWriter, site: ItemSite, result: str) -> str:
    """Keep the result of an item where it is named again: the variable that holds it."""
    if site.address in writer.facts.held:
        result = keep(writer, own_variable(writer, site), result, site.place)
    if site.address in writer.facts.tapped:
        tap(writer, layer_path(writer, site, item_name(writer, site, "")), result)
    return result


def keep(writer: FunctionWriter, variable: str, result: str, place: Place) -> str:
    """A result in a variable of its own."""
    last = writer.body[-1] if writer.body else None
    if result == place.target and isinstance(last, Line) and last.target == result:
        last.target = variable
        return variable
    return writer.assign(variable, result)


def tap(writer: FunctionWriter, path: str, result: str) -> None:
    """Keep a tensor by its path, an expression, in the dictionary."""
    writer.flags.add("tensors")
    writer.emit(Line(result, f"tensors[{path}]"))
