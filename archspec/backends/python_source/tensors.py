"""Names in ``from`` → the variables that hold what they stand for: each its own, or all in a
dictionary by their paths.
"""

from __future__ import annotations

from archspec.backends.python_source.agreement import same, value_of
from archspec.backends.python_source.expressions import OR
from archspec.backends.python_source.facts import common, roles_of
from archspec.backends.python_source.layout import Line
from archspec.backends.python_source.naming import item_name, layer_path, text_of
from archspec.backends.python_source.words import Template, joined
from archspec.backends.python_source.writer import FunctionWriter, ItemSite, Place
from archspec.frontend.elaborate.recording import Step
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
        base = own_name(site)
        writer.hold(site.address, writer.names.new(base, f"{base}_", f"{base}_out"))
    return writer.held[site.address]


def own_name(site: ItemSite) -> str:
    """What the variable of an item is called: its name, without the signs of expressions."""
    assert site.item.name is not None
    return site.item.name.text.replace("$", "").replace("(", "").replace(")", "")


def sources(writer: FunctionWriter, site: ItemSite) -> list[str]:
    """The variables that hold what an item takes."""
    named = site.item.sources
    if named is None:
        return [site.chain]
    if not any(one.is_gather for one in named):
        return [_source(writer, site, number) for number in range(len(named))]
    for one in named:
        writer.fix(one.repeat, site.scope)
    common([(step, step.counts) for step in site.steps])
    return [_gathered(writer, site, number) for number in range(len(site.steps[0].taken))]


def arranged(site: ItemSite, feeds: list[str]) -> list[str]:
    """What the layer or block of an item takes, in the order of its roles: the item's ``feeds``,
    and the chain for the role that has no name. Raises `Varies`.
    """
    named = site.item.sources
    if named is None or not named[0].role:
        return feeds
    groups: dict[str, list[str]] = {}
    counts = common([(step, step.counts) for step in site.steps])
    named = tuple(one for one, count in zip(named, counts, strict=True) for _ in range(count))
    for source, feed in zip(named, feeds, strict=True):
        groups.setdefault(source.role, []).append(feed)
    roles: list[str] = common([(step, roles_of(step)) for step in site.steps])
    return [groups[role].pop(0) if role in groups else site.chain for role in roles]


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
    name = writer.values.name(site.item.sources[number].name, site.steps, site.scope)
    return f"tensors[{text_of(writer, joined(site.place.prefixes[level], name))}]"


def _gathered(writer: FunctionWriter, site: ItemSite, number: int) -> str:
    """The variable that holds a tensor that a gather has found. Raises `Varies`."""
    taken = site.steps[0].taken[number]
    if taken.kind != "item" or (site.address, number) in writer.facts.local:
        return _source(writer, site, number)
    steps = [(step, step.taken[number]) for step in site.steps]
    level = common([(step, one.level) for step, one in steps])
    prefixes = [(step, one, step.visit.visible[level]) for step, one in steps]
    name = common(
        [(step, one.path[len(prefix) + 1 if prefix else 0 :]) for step, one, prefix in prefixes]
    )
    writer.flags.add("tensors")
    return f"tensors[{text_of(writer, joined(site.place.prefixes[level], (name,)))}]"


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


def outputs_target(writer: FunctionWriter, site: ItemSite, target: str) -> str:
    """What a layer is assigned to: the variable of its first output and, where it gives several
    tensors, those of the others as far as they are named again.
    """
    outputs: tuple[str, ...] = common([(step, _outputs(step)) for step in site.steps])
    if not outputs:
        return target
    variables = [target]
    for output in outputs[1:]:
        part = (*site.address, output)
        if part in writer.facts.held:
            base = f"{own_name(site)}_{output}"
            variables.append(writer.hold(part, writer.names.new(base, f"{base}_")))
        elif part in writer.facts.tapped or _is_outside(writer, site, output):
            variables.append(writer.names.new(output, f"{output}_"))
        else:
            variables.append("_")
    while variables[-1] == "_":
        variables.pop()
    more = ["*_"] if len(variables) < len(outputs) else []
    return ", ".join([*variables, *more])


def keep_outputs(writer: FunctionWriter, site: ItemSite, name: Template, targets: str) -> None:
    """Keep the outputs of a layer, in ``targets``, that are looked up by their paths."""
    names = targets.split(", ")
    for output, variable in zip(_outputs(site.steps[0]), names, strict=False):
        part = (*site.address, output)
        if part in writer.facts.held and part not in writer.held:  # the first output, by its name
            writer.hold(part, variable)
        if part in writer.facts.tapped or _is_outside(writer, site, output):
            tap(writer, layer_path(writer, site, (*name, f".{output}")), variable)


def _outputs(step: Step) -> tuple[str, ...]:
    """The names of the outputs of a step's layer, where it gives several."""
    return () if step.node is None else tuple(name for name, _ in step.node.outputs)


def _is_outside(writer: FunctionWriter, site: ItemSite, output: str) -> bool:
    """Whether an item that is used again takes an output from outside."""
    names = {f"{step.node.name}.{output}" for step in site.steps if step.node is not None}
    return not names.isdisjoint(writer.facts.outside)


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
