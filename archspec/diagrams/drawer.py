"""Elements drawn onto a canvas: boxes and clusters, in the order of the text.

Each layer is placed on a box; a layer in a copy that is not drawn is placed on the box of its like.
The edges are then those of the graph between the boxes, so that what is folded is folded exactly;
those from one copy to the next are what ×N says.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from functools import partial
from itertools import pairwise
from typing import TypeGuard

from archspec.diagrams import lettering
from archspec.diagrams.boxes import (
    branches_box,
    card_box,
    frame_box,
    group_box,
    input_box,
    merge_box,
    output_box,
    stack_box,
)
from archspec.diagrams.canvas import FIRST, Around, Canvas
from archspec.diagrams.drawing import Box, Cluster, Form, Member, Way
from archspec.diagrams.elements import (
    Card,
    Element,
    Elements,
    Group,
    Path,
    Repeat,
    Side,
    Split,
    all_nodes,
    nodes_of,
)
from archspec.diagrams.folding import Fold, folds, neighbours
from archspec.diagrams.lettering import DOT
from archspec.diagrams.rounds import Taking, ambiguous_entries


def draw_inputs(canvas: Canvas, members: list[Member]) -> None:
    """Draw the model's inputs."""
    inputs = canvas.graph.inputs
    for name, tensor in inputs.items():
        words = "Input" if len(inputs) == 1 else name
        members.append(input_box(canvas, name, words, tensor))


def draw_outputs(canvas: Canvas, members: list[Member]) -> None:
    """Draw the model's outputs that no side path has drawn, unless there is a single one, which
    is where the figure ends.
    """
    outputs = canvas.graph.outputs
    for name in outputs if len(outputs) > 1 else ():
        if name not in canvas.ends:
            members.append(output_box(canvas, name))


def draw_body(canvas: Canvas, elements: Elements, members: list[Member]) -> None:
    """Draw elements one after the other, as long as there is room for them."""
    if not canvas.plan.neighbours:
        for element in elements:
            if canvas.has_room:
                _draw(canvas, element, members)
        return
    for fold in neighbours(elements, canvas.flow):
        if not canvas.has_room:
            return
        if fold.number == 1:
            _draw(canvas, fold.body[0], members)
        else:
            _draw_fold(canvas, fold, "", members)


def _draw(canvas: Canvas, element: Element, members: list[Member]) -> None:
    if isinstance(element, Card):
        members.append(card_box(canvas, element))
    elif isinstance(element, Split):
        _draw_split(canvas, element, members)
    elif isinstance(element, Group):
        _draw_group(canvas, element, members)
    elif isinstance(element, Repeat):
        _draw_repeat(canvas, element, members)
    else:
        _draw_side(canvas, element, members)


def _draw_side(canvas: Canvas, side: Side, members: list[Member]) -> None:
    canvas.sides |= {node.name: side.name for node in nodes_of(side)}
    draw_body(canvas, side.body, members)
    members.append(output_box(canvas, side.name))


# --- splits


def _draw_split(canvas: Canvas, split: Split, members: list[Member]) -> None:
    """Draw a point where a split parts, its paths, and the sign or bar in which they meet."""
    alike = [each for each in canvas.likeness.alike(split) if isinstance(each, Split)]
    bar = not lettering.symbol(split.merge)
    point = _point(canvas, alike, members)
    ways = _ways(split, bar=bar)
    alone = _drawn_alone(canvas, split)
    for each in alike:
        _record_ways(canvas, each, point, ways, alone)
    for body in canvas.likeness.bare(split):
        _record_around(canvas, body, point, Way.TRUNK)
    for body in canvas.likeness.extra(split):
        _record_around(canvas, body, point, Way.SHORTCUT)
        canvas.in_paths |= {node.name for node in all_nodes(body)}
    for path in split.paths[:alone]:
        _draw_path(canvas, path, members, bar=bar)
    if any(path.body for path in split.paths[alone:]):
        members.append(branches_box(canvas, alike, alone))
    members.append(merge_box(canvas, split, alike, alone))


def _drawn_alone(canvas: Canvas, split: Split) -> int:
    """How many paths of a split are drawn each by itself: all, unless there are too many to tell
    apart; the others are then one box.
    """
    branches = all(path.role == "branch" for path in split.paths)
    many = canvas.plan.fold and branches and len(split.paths) > MANY
    return SHOWN if many else len(split.paths)


MANY, SHOWN = 24, 11
"""The number of branches beyond which not each is drawn by itself, and how many are then."""


def _record_ways(canvas: Canvas, split: Split, point: str, ways: Sequence[Way], alone: int) -> None:
    """Record for the layers of a split on which way they are, and for its merge how each way
    ends: the paths that are not drawn ``alone`` share an end.
    """
    entry = _entry(split)
    for path, way in zip(split.paths, ways, strict=True):
        for node in all_nodes(path.body):
            canvas.in_paths.add(node.name)
            canvas.around[node.name].append(Around(entry, point, way))
    canvas.around[split.merge.name].append(Around(entry, point, Way.SHORTCUT))
    bar = not lettering.symbol(split.merge)
    canvas.merging[split.merge.name] = [
        (way, min(number, alone) if bar else None) for number, way in enumerate(ways)
    ]


def _record_around(canvas: Canvas, body: Elements, point: str, way: Way) -> None:
    """Record that the layers of a first copy's body begin at a point that other copies have."""
    nodes = all_nodes(body)
    for node in nodes:
        canvas.around[node.name].append(Around(nodes[0].inputs[0], point, way))


def _draw_path(canvas: Canvas, path: Path, members: list[Member], *, bar: bool) -> None:
    cards = [each for each in path.body if isinstance(each, Card)]
    if (
        canvas.plan.fold
        and not bar
        and len(cards) == len(path.body) > 1
        and _is_chain(canvas, cards)
    ):
        members.append(stack_box(canvas, cards))
    else:
        draw_body(canvas, path.body, members)


def _point(canvas: Canvas, alike: Sequence[Split], members: list[Member]) -> str:
    """Where splits that are drawn as one part: a point of their own, or that of the split around
    them that parts from the same tensor, in each of them.
    """
    around = [_parting_before(canvas, split) for split in alike]
    for point in around[0]:
        if all(point in points for points in around):
            return point
    return _new_point(canvas, members)


def _parting_before(canvas: Canvas, split: Split) -> list[str]:
    """The points of the splits around one that part from the same tensor as it."""
    entry = _entry(split)
    names = {node.name for node in nodes_of(split)}
    return [
        outer.point
        for outer in (canvas.around[min(names)] if names else [])
        if outer.entry == entry and all(outer in canvas.around[name] for name in names)
    ]


def _new_point(canvas: Canvas, members: list[Member]) -> str:
    box = canvas.new_box(Form.POINT, [])
    members.append(box)
    return box.id


def _entry(split: Split) -> str:
    """The tensor that enters a split: the one from outside that most of its paths begin with."""
    inside = {name for node in nodes_of(split) for name in node.tensors}
    heads = [next(iter(all_nodes(path.body)), None) for path in split.paths]
    taken = [name for head in heads if head is not None for name in head.inputs]
    outside = [name for name in [*taken, *split.merge.inputs] if name not in inside]
    return Counter(outside).most_common(1)[0][0] if outside else ""


def _ways(split: Split, *, bar: bool) -> list[Way]:
    """What the path through each part of a split is drawn as: a gate leaves the straight way
    to what it acts on.
    """
    if any(path.role != "branch" for path in split.paths):
        return [Way.SHORTCUT if path.role == "shortcut" else Way.TRUNK for path in split.paths]
    gate = not bar and any(not path.body for path in split.paths)
    return [Way.TRUNK if gate and not path.body else Way.BRANCH for path in split.paths]


def _is_chain(canvas: Canvas, cards: Sequence[Card]) -> bool:
    """Whether each card takes what the one before it gives, and nothing else; and nothing else
    takes what a card before the last gives, nor what it stands for.
    """
    ends = [like for card in cards[:-1] for like in canvas.likeness.alike(card)]
    return all(
        after.nodes[0].inputs == (before.nodes[-1].name,) for before, after in pairwise(cards)
    ) and all(canvas.flow.is_taken_once(nodes_of(end)[-1].name) for end in ends)


# --- groups


def _draw_group(canvas: Canvas, group: Group, members: list[Member]) -> None:
    if canvas.plan.closed(group, canvas.depth):
        members.append(group_box(canvas, group))
        return
    cluster = _cluster(canvas, group)
    canvas.depth += 1
    fold = _only_fold(canvas, group.body)
    if fold is None:
        body = group.body
    else:
        cluster.count = fold.number
        body = _opened(canvas, fold)
    inherits = fold is None and canvas.notes.has_place  # the first copy is that of a fold around it
    with nullcontext() if inherits else canvas.notes.at(f"{FIRST}{cluster.title}"):
        if fold is None:
            draw_body(canvas, body, cluster.members)
        else:
            _draw_round(canvas, fold, body, cluster.members)
    canvas.depth -= 1
    members += _framed(canvas, cluster)


def _only_fold(canvas: Canvas, body: Elements) -> Fold | None:
    """The one fold that a group consists of, whose ×N then stands in the group's own title."""
    if canvas.plan.fold and len(body) == 1 and isinstance(body[0], Repeat):
        runs = _folds(canvas, body[0])
        if len(runs) == 1 and runs[0].number > 1:
            return runs[0]
    return None


def _opened(canvas: Canvas, fold: Fold) -> Elements:
    """The body of a fold; of one open group, what is in it."""
    inner = fold.body[0]
    if len(fold.body) > 1 or not isinstance(inner, Group):
        return fold.body
    return fold.body if canvas.plan.closed(inner, canvas.depth) else inner.body


def _cluster(canvas: Canvas, group: Group) -> Cluster:
    alike = canvas.likeness.alike(group)
    nodes = [node for each in alike for node in nodes_of(each)]
    cluster = Cluster(f"cluster_{canvas.new_id()}", group.name, node=group.path)
    cluster.size, cluster.weight = canvas.size(alike), canvas.weight(nodes)
    cluster.tip = partial(lettering.group_tip, group.path, nodes, group.arguments)
    return cluster


def _framed(canvas: Canvas, cluster: Cluster) -> list[Member]:
    """A cluster; what is in it, where nothing needs to be said of it; a chain of cards as one
    box under the cluster's name.
    """
    if canvas.plan.panel and cluster.count == 1:
        return cluster.members
    cards = [each for each in cluster.members if _is_card(each)]
    if len(cards) == len(cluster.members) > 1 and canvas.plan.fold and canvas.is_chain(cards):
        return [frame_box(canvas, cluster, cards)]
    return [_unwrapped(cluster)]


def _is_card(member: Member) -> TypeGuard[Box]:
    return isinstance(member, Box) and member.form in (Form.CARD, Form.GROUP)


def _unwrapped(cluster: Cluster) -> Member:
    """A cluster, or the single thing in it under the cluster's name."""
    only = cluster.members[0] if len(cluster.members) == 1 else None
    if isinstance(only, Cluster) and 1 in (only.count, cluster.count):
        cluster.members, cluster.count = only.members, only.count * cluster.count
    elif only is not None and _is_card(only):
        row = only.rows[0]
        only.weight = cluster.weight
        only.rows[0] = row._replace(times=cluster.count * row.times)
        if only.form is Form.CARD:
            only.lines = [DOT.join([cluster.title, *only.lines])]
        else:
            only.rows[0] = only.rows[0]._replace(strong=cluster.title)
            only.lines = only.lines or [row.strong]
        return only
    return cluster


# --- repeats


def _draw_repeat(canvas: Canvas, repeat: Repeat, members: list[Member]) -> None:
    if not canvas.plan.fold:
        for copy in repeat.copies:
            draw_body(canvas, copy, members)
        return
    for fold in _folds(canvas, repeat):
        _draw_fold(canvas, fold, repeat.label, members)


def _folds(canvas: Canvas, repeat: Repeat) -> list[Fold]:
    """The folds of a repeat, with those of the repeats that are drawn as it. Where the repeat is in
    a copy whose numbers grow, those of its own copies do.
    """
    alike = [each for each in canvas.likeness.alike(repeat) if isinstance(each, Repeat)]
    runs = folds([each.copies for each in alike], canvas.flow)
    last = canvas.likeness.grown(repeat)
    if not isinstance(last, Repeat):
        return runs
    number = [each.number for each in alike].index(last.number)
    ends = [fold.last or fold.others[number - 1][-1] for fold in runs]
    return [fold._replace(last=end) for fold, end in zip(runs, ends, strict=True)]


def _draw_fold(canvas: Canvas, fold: Fold, label: str, members: list[Member]) -> None:
    """Draw one copy of a fold, with ×N on its box or around its boxes."""
    inner: list[Member] = []
    with canvas.notes.at(_first_of(canvas, fold, label)):
        _draw_round(canvas, fold, fold.body, inner)
    members += inner if fold.number == 1 else [_counted(canvas, fold, label, inner)]


def _draw_round(canvas: Canvas, fold: Fold, body: Elements, members: list[Member]) -> None:
    """Draw one copy of a fold, with points where what enters a round parts, if it is not clear from
    where the arrows come from.
    """
    canvas.add_fold(fold)
    entries = ambiguous_entries(fold, canvas.flow)
    outside = {
        taking.node.name: len(canvas.around[taking.node.name])
        for takings in entries
        for taking in takings
    }
    draw_body(canvas, body, members)
    only = members[0] if len(members) == 1 else None
    inner = only.members if isinstance(only, Cluster) else members
    for takings in entries:
        if not _part_at_a_point(canvas, takings, outside):
            point = canvas.new_box(Form.POINT, [])
            inner.insert(0, point)
            for taking in takings:
                around = Around(taking.tensor, point.id, Way.TRUNK, taking.number)
                canvas.around[taking.node.name].insert(outside[taking.node.name], around)


def _part_at_a_point(canvas: Canvas, takings: Sequence[Taking], outside: Mapping[str, int]) -> bool:
    """Whether what enters the first round goes to one box, or to all boxes by one point within the
    round.
    """
    first = [taking for taking in takings if taking.tensor == takings[0].tensor]
    points = [
        {
            around.point
            for around in canvas.around[taking.node.name][outside[taking.node.name] :]
            if around.entry == taking.tensor
        }
        for taking in first
    ]
    heads = {canvas.place.get(taking.node.name) for taking in first}
    return len(heads) == 1 or bool(set.intersection(*points))


def _counted(canvas: Canvas, fold: Fold, label: str, inner: list[Member]) -> Member:
    """What was drawn of a fold, with ×N in its own title or in that of a cluster around it."""
    only = inner[0] if len(inner) == 1 else None
    name = _name_of(canvas, fold)
    if isinstance(only, Box) and only.form in _COUNTED and only.rows[0].times == 1:
        only.rows[0] = only.rows[0]._replace(times=fold.number)
        if name and only.form is not Form.CARD:
            only.rows[0] = only.rows[0]._replace(strong=name)
            only.lines = [line for line in only.lines if line != name]
        return only
    if isinstance(only, Cluster) and only.count == 1:
        only.count = fold.number
        only.title = name or only.title
        return only
    nodes = [node for copy in fold.copies for node in all_nodes(copy)]
    cluster = Cluster(f"cluster_{canvas.new_id()}", _plain(label), inner, fold.number)
    cluster.size, cluster.weight = str(nodes[-1].output), canvas.weight(nodes)
    return cluster


_COUNTED = (Form.CARD, Form.GROUP, Form.FRAME)
"""The boxes whose title takes ×N."""


def _first_of(canvas: Canvas, fold: Fold, label: str) -> str:
    """What the first copy of a fold is called: by its own name where it is the author's."""
    first = fold.copies[0]
    if canvas.depth == 0 and len(first) == 1 and isinstance(first[0], Group):
        return _last(first[0].path)
    return FIRST + (_plain(label) or "the repeat")


def _name_of(canvas: Canvas, fold: Fold) -> str:
    """What a fold of groups is called: outside of groups by the names that the author gave,
    within one after the block.
    """
    copies = (fold.copies[0], fold.copies[-1])
    ends = [copy[0] for copy in copies if len(copy) == 1 and isinstance(copy[0], Group)]
    if len(ends) < 2:
        return ""
    if canvas.depth == 0:
        return (", " if fold.number == 2 else " … ").join(_last(group.path) for group in ends)
    return ends[1].block


def _last(path: str) -> str:
    return path.rpartition(".")[2]


def _plain(label: str) -> str:
    """The name of an item without what `$` puts in: ``block`` of ``block$i``."""
    return label.split("$", maxsplit=1)[0].strip("_-. ")
