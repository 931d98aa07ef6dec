"""The tensors of a ``from`` → what a layer or a block takes, in the order of its roles; or what
does not fit.

Without roles a list is by position. With roles, what the item before has given takes the first one
that is needed and not named.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from archspec.diagnostics import Diagnostic, Span
from archspec.frontend.elaborate.layer_complaints import wrong_number
from archspec.frontend.elaborate.scope import Feed, Site
from archspec.frontend.elaborate.state import State
from archspec.frontend.program.complaints import unknown_role
from archspec.frontend.program.program import Block, BlockCall, LayerCall
from archspec.layers import Layer
from archspec.layers.fields import TensorRole
from archspec.spelling import counted, listed_names

LayerInputs = tuple[tuple[Feed, ...], tuple[str, ...]]
"""What a layer takes: tensors in the order of its roles, and their roles, empty where all are given
by position.
"""

NO_ROLES: tuple[str, ...] = ()


def is_right_number(
    state: State, call: LayerCall, layer: Layer, taken: LayerInputs, site: Site
) -> bool:
    """Whether what a layer takes by position is not too little and not too much; if it is, there is
    a complaint.
    """
    feeds, roles = taken
    count = layer.count_by_position(feeds, roles)
    if layer.takes(count):
        return True
    state.complain(wrong_number(call, count), site.context)
    return False


def by_position(
    state: State, subject: str, owner: str, names: tuple[str, ...], place: Span, site: Site
) -> bool:
    """Whether a block or a declared kind gets as many tensors as it has names for; if it does not,
    there is a complaint. ``owner`` is what its `inputs` stand in, in words.
    """
    wanted = len(names) or 1
    if len(site.feeds) == wanted:
        return True
    what, help = "one tensor", f"name one in `from`, or give {owner} more `inputs: [a, b]`"
    if names:
        what = f"{counted(wanted, 'tensor')} ({', '.join(names)})"
        help = (
            f"put `from: [{', '.join(['...'] * wanted)}]` beside it, with the tensors that"
            f" {listed_names(names)} stand for"
        )
    message = f"{subject} takes {what}, and gets {len(site.feeds)}"
    state.complain(Diagnostic("wrong-inputs", message, place, help=help), site.context)
    return False


def by_role(state: State, call: LayerCall, layer: Layer, site: Site) -> LayerInputs | None:
    """What a layer takes by role; ``None``, with a complaint, where a role is unknown, taken twice,
    or missing.
    """
    known = layer.open_roles
    groups = _groups(state, f"`{call.kind}`", known, site)
    if groups is None:
        return None
    positional = [name for name, role in known.items() if not role.by_name]
    missing = [name for name in positional if known[name].required and name not in groups]
    if missing:
        groups[missing[0]] = [site.previous]
    several = {name for name in known if known[name].several}
    if len(positional) == 1 and layer.arity[1] != 1:
        several.add(positional[0])
    if not _one_each(state, f"`{call.kind}`", groups, several, site):
        return None
    _with_defaults(known, positional, groups)
    feeds = tuple([feed for name in known for feed in groups.get(name, ())])
    roles = tuple([name for name in known for _ in groups.get(name, ())])
    return feeds, NO_ROLES if _all_by_position(layer, roles) else roles


def _with_defaults(
    known: Mapping[str, TensorRole], positional: list[str], groups: dict[str, list[Feed]]
) -> None:
    """Say what the default of a role says only where a role behind it is taken, so that a network
    is the same however it is written.
    """
    for number, name in enumerate(positional):
        default = groups.get(known[name].default)
        if default and groups.get(name, default) == default:
            groups.pop(name, None)
            if not groups.keys().isdisjoint(positional[number + 1 :]):
                groups[name] = default


def _all_by_position(layer: Layer, roles: tuple[str, ...]) -> bool:
    """Whether tensors with these roles are what a list of them would be."""
    positional = [name for name, role in layer.roles.items() if not role.by_name]
    several = len(positional) == 1
    return roles == tuple(positional * len(roles) if several else positional[: len(roles)])


def by_input(state: State, call: BlockCall, block: Block, site: Site) -> tuple[Feed, ...] | None:
    """What a block takes where the roles are the names of its inputs; ``None``, with a complaint,
    where one is unknown, taken twice, or missing.
    """
    return by_name(state, f"the block `{call.block}`", block.inputs, call.place, site)


def by_name(
    state: State, subject: str, inputs: Iterable[str], place: Span, site: Site
) -> tuple[Feed, ...] | None:
    """What something takes that has names for its inputs."""
    known = dict.fromkeys(inputs)
    groups = _groups(state, subject, known, site)
    if groups is None or not _one_each(state, subject, groups, (), site):
        return None
    missing = [name for name in known if name not in groups]
    if missing:
        groups[missing[0]] = [site.previous]
    if len(missing) > 1:
        message = f"{subject} needs {listed_names(missing[1:])} too"
        help = f"name them in its `from`, as `{missing[1]}: ...`"
        state.complain(Diagnostic("wrong-inputs", message, place, help=help), site.context)
        return None
    return tuple([groups[name][0] for name in known])


def _groups(
    state: State, subject: str, known: Mapping[str, TensorRole | None], site: Site
) -> dict[str, list[Feed]] | None:
    """The tensors by their roles; ``None``, with a complaint, where one is unknown."""
    problem = unknown_role(subject, site.sources, list(known))
    if problem is not None:
        state.complain(problem, site.context)
        return None
    groups: dict[str, list[Feed]] = {}
    for source, feed in zip(site.sources, site.feeds, strict=True):
        groups.setdefault(source.role, []).append(feed)
    return groups


def _one_each(
    state: State,
    subject: str,
    groups: Mapping[str, list[Feed]],
    several: Iterable[str],
    site: Site,
) -> bool:
    """Whether each role that takes one tensor gets one; if not, there is a complaint."""
    for source in site.sources:
        if len(groups[source.role]) > 1 and source.role not in several:
            message = f"{subject} takes one tensor as `{source.role}`, and gets"
            message = f"{message} {len(groups[source.role])}"
            help = "name one, or join them first with a merging layer"
            span = source.name.value.place
            state.complain(Diagnostic("wrong-inputs", message, span, help=help), site.context)
            return False
    return True
