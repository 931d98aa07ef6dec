"""The paths of items: the name that the author wrote, or an automatic one; and what to say of a
name that is taken or stands for nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from archspec.diagnostics import Diagnostic, Span
from archspec.frontend.elaborate.names import Entry
from archspec.frontend.elaborate.scope import FAILED, Context, Feed, Named, Site
from archspec.frontend.elaborate.state import State
from archspec.frontend.program.complaints import better_name, name_problem
from archspec.frontend.program.formulas import NameFormula
from archspec.frontend.program.program import BlockCall, Operation, Program, place_of
from archspec.graph import Node
from archspec.spelling import did_you_mean, listed, listed_names, with_article


class Reached(Exception):
    """A path is settled that a block which is another spec ends in: nothing more of it is
    carried out.
    """

    def __init__(self, path: str, feed: Feed) -> None:
        super().__init__(path)
        self.path = path
        self.feed = feed


def written_path(state: State, name: NameFormula, site: Site, number: int | None) -> Named | None:
    """The path of an item that has a name, with the repetition's ``number`` behind it; ``None``
    where the name is wrong.
    """
    context = site.context
    text: Any = (
        name.text
        if name.template is None and not name.broken
        else state.guarded(name.fill, site.environment, context)
    )
    if text is FAILED:
        state.names.unsure = True  # a `from` that says the name is then no mistake of its own
        return None
    text = text if number is None else f"{text}{number}"
    place = name.value.span
    complaint = None if name.template is None and number is None else name_problem(text)
    if complaint:
        problem = Diagnostic("wrong-name", complaint, place, help=better_name(str(text)))
        state.complain(problem, context)
        state.names.unsure = True  # a `from` that says the name is then no mistake of its own
        return None
    path = f"{context.prefix}.{text}" if context.prefix else text
    owner = state.names.written(path, place)
    if owner is not None:
        _complain_of_taken(state, path, owner, name, context)
        return None
    named = Named(path, True)
    state.observer.path_given(named)
    return named


def _complain_of_taken(
    state: State, path: str, owner: Span, name: NameFormula, context: Context
) -> None:
    place = name.value.span
    repeated = owner == place
    where = "this item, in another repetition" if repeated else f"the item of line {owner.line}"
    help = another_name(name, context) if repeated else "give one of them another name"
    message = f"the name `{path}` is taken by {where}"
    state.complain(Diagnostic("duplicate-name", message, place, help=help), context)


def another_name(name: NameFormula, context: Context, key: str = "name: ") -> str:
    """The help for a name that several repetitions give: a name that differs in each of them.
    ``key`` is what stands before it in the text.
    """
    frame, unnamed = context.frame, []
    while frame is not None and frame.kind == "repetition":
        unnamed += [frame] if frame.label is None else []
        frame = frame.above
    innermost = len(unnamed) == 1 and context.frame is unnamed[0]
    if unnamed and not innermost:
        groups = "the repeated group" if len(unnamed) == 1 else "every repeated group"
        lines = listed([f"line {step.place.line}" for step in reversed(unnamed)], len(unnamed))
        return (
            f"give {groups} around it, on {lines}, a name too, such as `name: stage`; the"
            " repetitions are then counted"
        )
    text = name.text
    suffix = "-$i" if name.mentions else "_$i" if text[-1:].isdigit() else "$i"
    return f"write `{key}{text}{suffix}`: `$i` counts the repetitions, from 0"


def item_path(state: State, step: str, site: Site, place: Span) -> Named:
    """The path of an item: the one written, else an automatic one that ends in a step."""
    named = site.name
    if named is None:
        context = site.context
        path = state.names.automatic(context.prefix, step, context.reserved, place)
        named = Named(path, False)
    state.observer.path_given(named)
    return named


def settle(state: State, named: Named, feed: Feed, operation: Operation, site: Site) -> None:
    """Let a path stand for what its item gives on."""
    entry = None
    if named.written:
        context = site.context
        entry = Entry(feed, context.automatic, operation, context, site.environment)
        state.observer.path_settled(named, operation)
    state.names.settle(named.path, feed, entry)
    if named.path in state.ends:
        raise Reached(named.path, feed)


def settle_outputs(
    state: State, named: Named, node: Node, operation: Operation, site: Site
) -> None:
    """Let the steps below the path of a layer stand for its outputs: every further one, and the
    first where it has a name.
    """
    for number, (output, tensor) in enumerate(node.outputs):
        if not output:
            continue
        path = f"{named.path}.{output}"
        owner = state.names.written(path, node.span)
        if owner is not None:
            message = f"the name `{path}` is taken by the item of line {owner.line}"
            help = f"it is an output of `{named.path}`: give that item another name"
            problem = Diagnostic("duplicate-name", message, node.span, help=help)
            state.complain(problem, site.context)
            continue
        feed, entry = Feed(path if number else node.name, tensor), None
        if named.written:
            context = site.context
            entry = Entry(feed, context.automatic, operation, context, site.environment, True)
            state.observer.output_settled(Named(path, True), output)
        state.names.settle(path, feed, entry)
        if path in state.ends:
            raise Reached(path, feed)


def complain_of_unknown(
    state: State, text: str, span: Span, context: Context, inputs: Iterable[str]
) -> None:
    """Tell that a name stands for nothing, unless what it stands for may be hidden by another
    mistake.
    """
    names = state.names
    complained = ("unknown-name", span) in state.complained
    if names.unsure or names.broken(text, context.visible) or complained:
        return
    elsewhere = _output_problem(state, text, context)
    if elsewhere is None and not names.near(text, context.visible):
        elsewhere = _elsewhere(state, text, span, context)
    message, help = elsewhere or names.why_not(text, context.visible, inputs)
    state.complain(Diagnostic("unknown-name", message, span, help=help), context)


def _output_problem(state: State, text: str, context: Context) -> tuple[str, str] | None:
    """Why a step behind the name of a layer is no output of it; ``None`` where that is not what is
    wrong.
    """
    name, _, output = text.rpartition(".")
    named = state.names.find(name, context.visible) if name else None
    path = named[0] if named is not None else ""
    node = next((node for node in reversed(state.nodes) if node.name == path), None)
    if node is None:
        return None
    kind = node.layer.kind()
    way = node.layer.further_outputs.get(output)
    if way:
        return f"`{name}` gives no `{output}` here", f"put `{way}` at that `{kind}`"
    names = [output for output, _ in node.outputs if output]
    possible = [
        *names,
        *(further for further in node.layer.further_outputs if further not in names),
    ]
    message = f"`{name}`, {with_article(kind)}, has no output `{output}`"
    has = f"its outputs are {listed_names([name, *(f'{name}.{further}' for further in names)])}"
    return message, did_you_mean(output, possible, f"`{name}.{{}}`") or (
        has if names else f"it gives one tensor, `{name}`"
    )


def _beyond_part(state: State, text: str, context: Context) -> tuple[str, str] | None:
    """Why a name within a block that is another spec is not there: it lies beyond its end."""
    steps = text.split(".")
    for count in range(1, len(steps)):
        named = state.names.find(".".join(steps[:count]), context.visible)
        operation = named[1].operation if named is not None else None
        if named is None or not isinstance(operation, BlockCall):
            continue
        part = state.home(named[1].context).program.parts.get(operation.block)
        if part is None or part.upto is None:
            continue
        rest = ".".join(steps[count:])
        if _may_stand_in(part.program, steps[count]):
            return (
                f"`{rest}` of `{operation.block}` lies beyond `upto: {part.upto.text}`",
                f"let `upto` on line {part.upto.span.line} name `{rest}`, or a path behind it;"
                " what lies beyond is not built",
            )
    return None


def _may_stand_in(program: Program, step: str) -> bool:
    """Whether an item of a spec has a name, or may have it once its variables are put in."""
    return any(
        item.name is not None
        and (item.name.text == step if item.name.template is None else _fits(item.name, step))
        for item in program.items.items
    )


def _fits(name: NameFormula, step: str) -> bool:
    parts = re.split(r"\$\w+|\$\([^)]*\)", name.text)
    return re.fullmatch(r"[\w-]+".join(map(re.escape, parts)), step) is not None


def _elsewhere(state: State, text: str, span: Span, context: Context) -> tuple[str, str] | None:
    """Why an item of that name cannot be taken: it stands further down, or outside of the block."""
    beyond = _beyond_part(state, text, context)
    if beyond is not None:
        return beyond
    program = state.home(context).program
    block = context.blocks[-1] if context.blocks else None
    place = place_of(text, program.items if block is None else program.blocks[block].items)
    if place is not None and place > span:
        return (
            f"`{text}` stands further down, on line {place.line}",
            "`from` takes what stands above; move that item up, or take another",
        )
    if block is None:
        return None
    is_input = text in {entry.name for entry in program.inputs}
    if place_of(text, program.items) is None and not is_input:
        return None
    return (
        f"`{text}` stands outside of the block `{block}`, which sees only its own items and inputs",
        f"add `inputs: [x, {text}]` to the block, and call it with `from: [prev, {text}]`",
    )
