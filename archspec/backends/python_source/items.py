"""Lists of items, each with the steps that it made → the statements of a function: layers and
blocks in a chain, groups, branches, residuals and side paths.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from archspec.backends.python_source import calls, tensors
from archspec.backends.python_source.facts import common, repetitions_around
from archspec.backends.python_source.loops import RepeatedItem, repeated, written_out
from archspec.backends.python_source.naming import automatic_name, item_name, text_of
from archspec.backends.python_source.outputs import begin_output, end_output, stays_to_end
from archspec.backends.python_source.reuse import as_function, reuse, written_out_layers
from archspec.backends.python_source.words import Code, Template
from archspec.backends.python_source.writer import FunctionWriter, ItemSite, Place
from archspec.frontend.elaborate.recording import Step, Visit
from archspec.frontend.elaborate.repeat import rows_of
from archspec.frontend.program.formulas import Formula
from archspec.frontend.program.program import (
    BlockCall,
    Branch,
    Branches,
    DeclaredCall,
    Item,
    Items,
    LayerCall,
    LayerGroup,
    Residual,
    Reuse,
    SideOutput,
    VariableCall,
)
from archspec.spelling import snake_case


def write_items(writer: FunctionWriter, visits: list[Visit], place: Place, chain: str) -> str:
    """A list of items in a chain: the variable that holds what its last one gives on."""
    items = visits[0].items.items
    for number, item in enumerate(items):
        if item.repeat is not None:
            repeat = RepeatedItem(item.repeat, number, visits, place, chain)
            chain = repeated(writer, repeat, _write_once)
            continue
        site = ItemSite([visit.steps[number][0] for visit in visits], place, chain)
        held = site.address in writer.facts.held
        is_read = not held or _reads_previous(items[number + 1 : number + 2])
        chain = _write_once(writer, site, is_read=is_read)
    return chain


def _write_once(writer: FunctionWriter, site: ItemSite, *, is_read: bool = True) -> str:
    """One item, or one repetition of it. ``is_read`` says whether the item after it may take
    what it gives.
    """
    item = site.item
    present = site._replace(steps=[step for step in site.steps if step.present])
    if not present.steps:
        writer.fix(item.when, site.scope)
        return site.chain
    condition = None if item.when is None else _condition(writer, site, item.when)
    if condition is None:
        return _write_present(writer, present)

    def write() -> str:
        result = _write_present(writer, present)
        return result if is_read else site.chain

    return writer.under(condition, site, write)


def _condition(writer: FunctionWriter, site: ItemSite, when: Formula) -> Code | None:
    """A condition as an expression; ``None`` where it always holds. Raises `Varies` where it
    is decided already and not always the same.
    """
    if when.constant:
        return None
    raws = writer.values.raws(when, [(step, step.environment) for step in site.steps])
    if writer.values.is_decided(when, site.scope):
        common(list(zip(site.steps, raws, strict=True)))
        return None
    code = writer.values.code(when, raws, site.scope)
    return None if code.text == "True" else code


def _write_present(writer: FunctionWriter, site: ItemSite) -> str:
    """What an item makes, kept where it is named again."""
    feeds = tensors.sources(writer, site)
    if not isinstance(site.item.operation, Reuse):
        feeds = tensors.arranged(site, feeds)
    if site.address in writer.facts.functions and not writer.depth:
        result = as_function(writer, site, feeds, _write_operation)
    else:
        result = _write_operation(writer, site, feeds)
    if writer.facts.is_side_output(site.steps[0]):
        return result
    return tensors.keep_result(writer, site, result)


def _write_operation(writer: FunctionWriter, site: ItemSite, feeds: list[str]) -> str:
    """The statements of an item: the variable that holds what it gives on."""
    operation = site.item.operation
    if any(one.is_gather for one in site.item.sources or ()) and isinstance(operation, LayerCall):
        made = common([(step, step.node is not None) for step in site.steps])
        if not made:  # a merge of one tensor is that tensor
            return feeds[0]
    if site.steps[0].is_part:
        return written_out_layers(writer, site, feeds)
    if isinstance(operation, LayerCall | DeclaredCall | BlockCall):
        return calls.call(writer, site, feeds, tensors.target(writer, site))
    if isinstance(operation, VariableCall):
        return calls.variable_call(writer, site, feeds, tensors.target(writer, site))
    if isinstance(operation, Reuse):
        return reuse(writer, site, feeds)
    place = site.place
    if site.item.name is not None:
        place = place.inside(item_name(writer, site, ""))
    inside = site._replace(place=place)
    if isinstance(operation, LayerGroup):
        return write_items(writer, site.visits(), place, feeds[0])
    if isinstance(operation, SideOutput):
        return _side_output(writer, inside, feeds[0])
    if isinstance(operation, Branches):
        return _branches(writer, inside, operation, feeds[0])
    assert isinstance(operation, Residual)
    return _residual(writer, inside, operation, feeds[0])


def _reads_previous(following: Sequence[Item]) -> bool:
    """Whether the next item may read the output of the one before it: any but a plain call that
    names other tensors.
    """
    if (
        not following
        or following[0].sources is None
        or following[0].repeat is not None
        or following[0].when is not None
    ):
        return True
    item = following[0]
    if item.name is None or not isinstance(item.operation, LayerCall | DeclaredCall | BlockCall):
        return True
    mentions = [*item.name.mentions]
    for formula in item.operation.arguments.values():
        mentions += formula.mentions
    mentioned = any(mention.name == "prev" for mention in mentions)
    named = any(
        "prev" in source.text or "$" in source.text or source.role for source in item.sources or ()
    )
    return mentioned or named


# --- branches


def _path(writer: FunctionWriter, site: ItemSite, path: Branch, feed: str, target: str) -> str:
    """A branch or a shortcut: the variable that holds its end."""
    visits = site.visits(path.part)
    inside = site.place._replace(target=target)
    if path.is_step:
        inside = inside.inside(_path_name(writer, site, path))
    end = write_items(writer, visits, inside, feed)
    part = visits[0].address
    if part in writer.facts.held:
        variable = writer.hold(part, writer.names.new(path.label, f"{path.label}_"))
        end = tensors.keep(writer, variable, end, inside)
    if part in writer.facts.tapped:
        tensors.tap(writer, text_of(writer, inside.prefixes[0]), end)
    return end


def _path_name(writer: FunctionWriter, site: ItemSite, path: Branch) -> Template:
    """The name that a branch or a shortcut got within its list."""
    names = []
    for step, visit in zip(site.steps, site.visits(path.part), strict=True):
        outer = visit.visible[1]
        names.append((step, visit.prefix[len(outer) + 1 :] if outer else visit.prefix))
    return automatic_name(writer, names, path.label)


def _is_there(writer: FunctionWriter, site: ItemSite, path: Branch) -> bool:
    """Whether there is such a branch. Raises `Varies` where there is one only sometimes."""
    there: bool = common([(step, path.part in step.visits) for step in site.steps])
    writer.fix(path.when, site.scope)
    return there


def _fanned(
    writer: FunctionWriter, site: ItemSite, path: Branch
) -> Iterator[tuple[Branch, ItemSite]]:
    """A branch, or all those of a fan that are there, one after the other with their variables
    written out. Raises `Varies`.
    """
    if path.repeat is None:
        if _is_there(writer, site, path):
            yield path, site
        return
    writer.fix(path.repeat, site.scope)
    rows = common([(step, _rows(path.repeat, step)) for step in site.steps])
    for index, row in enumerate(rows):
        scope = {**site.place.scope, **written_out(writer, row, index)}
        here = site._replace(place=site.place._replace(scope=scope))
        one = path._replace(part=f"{path.part}#{index + 1}")
        if _is_there(writer, here, one):
            label = common([(step, step.labels[one.part]) for step in site.steps])
            yield one._replace(label=label), here


def _rows(repeat: Formula, step: Step) -> list[dict[str, Any]]:
    rows = rows_of(repeat.evaluate(step.environment))
    assert isinstance(rows, list)
    return rows


def _branches(writer: FunctionWriter, site: ItemSite, operation: Branches, feed: str) -> str:
    """Branches and the layer that merges them."""
    ends, own = [], []
    for written in operation.paths:
        for path, here in _fanned(writer, site, written):
            label = path.label.strip("_")
            own.append(writer.names.new(label or "branch", f"{label}_branch".strip("_")))
            ends.append(_path(writer, here, path, feed, own[-1]))
    if len(ends) == 1:
        return ends[0]
    kind = common([(step, step.node.layer.kind() if step.node else "") for step in site.steps])
    if operation.merge.compute is not None:
        writer.fix(operation.merge, site.scope)
    name = _merge_name(writer, site.steps, kind)
    result = calls.layer(writer, site, ends, name, tensors.target(writer, site))
    for variable in own:
        if variable not in writer.holding:
            writer.names.free(variable)
    return result


def _merge_name(writer: FunctionWriter, steps: list[Step], kind: str) -> Template:
    """The automatic name of the layer that a merge or a residual adds."""
    names = []
    for step in steps:
        assert step.node is not None
        prefix = step.path if step.written else step.visit.prefix
        names.append((step, step.node.name[len(prefix) + 1 :] if prefix else step.node.name))
    return automatic_name(writer, names, snake_case(kind))


# --- residuals


def _residual(writer: FunctionWriter, site: ItemSite, operation: Residual, feed: str) -> str:
    """A main path, and its sum with the way around."""
    shortcut = operation.shortcut
    present = site
    if shortcut is not None:
        steps = [step for step in site.steps if shortcut.part in step.visits]
        present = site._replace(steps=steps)
    main = site.visits()
    if shortcut is not None and not present.steps:
        writer.fix(shortcut.when, site.scope)
        return write_items(writer, main, site.place, feed)
    free = {name for name in ("shortcut", "residual") if name not in writer.names.taken}
    condition = None if shortcut is None else _shortcut_condition(writer, site, shortcut)
    if operation.around_first:
        later = condition is not None
        if (
            shortcut is not None
            and later
            and (_looks_around(operation.items) or writer.facts.has_outputs(main))
        ):
            later, condition = not _is_there(writer, site, shortcut), None
    else:
        later = condition is not None or (
            shortcut is not None
            and (
                _looks_around(shortcut.items)
                or writer.facts.has_outputs(present.visits(shortcut.part))
            )
        )
    saved = end = feed
    if feed == site.place.target and (shortcut is None or later or not shortcut.items.items):
        saved = end = writer.assign(_way_around(writer), feed)
    if shortcut is not None and not later:
        end = _path(writer, present, shortcut, saved, _way_around(writer))
        if end == site.place.target:
            end = writer.assign(_way_around(writer), end)
    result = write_items(writer, main, site.place, feed)
    name = _merge_name(writer, present.steps, "Add")
    target = tensors.target(writer, site)

    def add() -> str:
        around = end
        if shortcut is not None and later:
            around = _path(writer, present, shortcut, saved, _way_around(writer))
        terms = [around, result] if operation.around_first else [result, around]
        return calls.layer(writer, present, terms, name, target)

    after = site._replace(place=site.place._replace(target=target), chain=result)
    total = add() if condition is None else writer.under(condition, after, add)
    for variable in free:
        if not writer.is_held(variable):
            writer.names.free(variable)
    return total


def _way_around(writer: FunctionWriter) -> str:
    return writer.names.new("shortcut", "residual")


def _shortcut_condition(writer: FunctionWriter, site: ItemSite, shortcut: Branch) -> Code | None:
    """When there is a way around, in words that mean the same before the main path and after
    it; ``None`` for always.
    """
    code = None if shortcut.when is None else _condition(writer, site, shortcut.when)
    if code is None or code.text.isidentifier() or ".shape" not in code.text:
        return code
    return Code(writer.assign(writer.names.new("has_shortcut"), code.text))


def _looks_around(items: Items) -> bool:
    """Whether a list may take tensors from outside, or give some, so that it must be written
    where it runs.
    """
    for item in items.items:
        if item.sources is not None or isinstance(item.operation, Reuse | SideOutput):
            return True
        inner = getattr(item.operation, "items", None)
        lists = [inner] if isinstance(inner, Items) else []
        if isinstance(item.operation, Branches):
            lists += [path.items for path in item.operation.paths]
        if isinstance(item.operation, Residual) and item.operation.shortcut is not None:
            lists.append(item.operation.shortcut.items)
        if any(map(_looks_around, lists)):
            return True
    return False


# --- side paths


def _side_output(writer: FunctionWriter, site: ItemSite, feed: str) -> str:
    """A side path and its end, an output of the model; the main path goes on from before it."""
    number = begin_output(writer)
    assert site.item.name is not None
    held = site.address in writer.facts.held
    gathered = writer.module.plan.gathered
    own = held and (gathered or not repetitions_around(site.steps[0]))
    target = (
        tensors.own_variable(writer, site)
        if own
        else writer.names.new(site.item.name.text.replace("$", ""), "side")
    )
    end = write_items(writer, site.visits(), site.place._replace(target=target), feed)
    stays = end == target or (end != feed and stays_to_end(writer, site, end))
    if own or not (stays or gathered):
        end = writer.assign(target, end)
    if held and not own:
        writer.assign(tensors.own_variable(writer, site), end)
    if site.address in writer.facts.tapped:
        tensors.tap(writer, text_of(writer, site.place.prefixes[0]), end)
    name = text_of(writer, site.place.prefixes[0])
    end_output(writer, number, end, name)
    return site.chain
