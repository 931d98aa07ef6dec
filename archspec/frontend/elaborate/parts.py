"""A call of a block that is another spec → the layers of that network, up to where the block ends.
Those of them that the whole network does not need are left out of it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from archspec.diagnostics import Diagnostic
from archspec.frontend.elaborate.items import run
from archspec.frontend.elaborate.names import join
from archspec.frontend.elaborate.observer import Unobserved
from archspec.frontend.elaborate.paths import Reached
from archspec.frontend.elaborate.scope import Context, Defaults, Feed, Frame, Home, Site
from archspec.frontend.elaborate.state import State
from archspec.frontend.program.program import BlockCall, SpecPart
from archspec.frontend.yaml.document import Value
from archspec.graph import Node, Scope
from archspec.spelling import did_you_mean, listed_names


def part_call(state: State, call: BlockCall, site: Site) -> Feed:
    """What a block gives that is another spec."""
    assert site.name is not None
    key = f"{site.context.home}{call.block}/"
    home = state.homes[key]
    part = home.part
    assert part is not None
    inside = _inside(state, call, part, site)._replace(home=key)
    environment = home.variables.child({"in": site.feed})
    program = home.program
    inside = inside._replace(
        inputs=dict(zip([entry.name for entry in program.inputs], site.feeds, strict=False)),
        defaults=(Defaults(program.defaults, environment),),
    )
    state.observer.part_begun(call, site)
    observer, state.observer, before = state.observer, Unobserved(), len(state.nodes)
    try:
        return _run(state, home, Site(inside, environment, site.feeds[:1]))
    finally:
        state.observer = observer
        observer.part_ended(state.nodes[before:])


def _inside(state: State, call: BlockCall, part: SpecPart, site: Site) -> Context:
    """The context within the part, which sees nothing of what is around it."""
    context = site.context
    inside = state.enter("block", call.block, site, call.place)
    state.scopes[-1] = state.scopes[-1]._replace(spec=part.reference)
    return inside._replace(
        visible=(inside.prefix,),
        frame=Frame("block", call.block, call.place, context.frame, call.arguments),
        blocks=(),
        frozen=context.frozen or part.frozen,
    )


def _run(state: State, home: Home, site: Site) -> Feed:
    """The items of a part, up to the path that it ends in."""
    part, prefix = home.part, site.context.prefix
    assert part is not None
    if part.upto is None:
        return run(state, home.program.items, site)
    end = join(prefix, str(part.upto.text))
    state.ends.append(end)
    try:
        feed = run(state, home.program.items, site)
    except Reached as reached:
        if reached.path != end:
            raise
        return reached.feed
    finally:
        state.ends.remove(end)
    if feed.tensor is None:
        return feed
    _complain_of_end(state, part.upto, prefix, site)
    return Feed("", None)


def _complain_of_end(state: State, upto: Value, prefix: str, site: Site) -> None:
    """Tell that a part has no such path."""
    within = f"{prefix}."
    names = [path[len(within) :] for path in state.names.entries if path.startswith(within)]
    message = f"`upto` names nothing in this spec: there is no `{upto.text}`"
    has = f"its names are {listed_names(names[:8], more=len(names) > 8)}" if names else None
    help = did_you_mean(str(upto.text), names) or has or "none of its items has a name"
    state.complain(Diagnostic("unknown-name", message, upto.span, help=help), site.context)


# --- what is not needed of a part


def without_unneeded(
    nodes: Sequence[Node], scopes: Sequence[Scope], needed: Collection[str]
) -> list[Node]:
    """The layers less those of parts that none of the needed tensors comes from."""
    inside = in_parts(scopes)
    reached = set(needed)
    for node in reversed(nodes):
        if not inside[node.scope] or node.gives(reached):
            reached.update(node.inputs)
    return [node for node in nodes if not inside[node.scope] or node.gives(reached)]


def in_parts(scopes: Sequence[Scope]) -> list[bool]:
    """Whether each scope stands in a block that is another spec."""
    inside: list[bool] = []
    for scope in scopes:
        around = scope.parent is not None and inside[scope.parent]
        inside.append(around or bool(scope.spec))
    return inside
