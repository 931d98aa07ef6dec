"""Elements → single boxes: inputs and outputs, cards, cards in a row (stacked beside a shortcut,
or framed under the title of their group), closed groups, merges.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from itertools import chain

from archspec.diagrams import lettering
from archspec.diagrams.alike import whole
from archspec.diagrams.canvas import Canvas
from archspec.diagrams.drawing import Box, Cluster, Form, Row, Tip
from archspec.diagrams.elements import Card, Element, Group, Split, all_nodes, inside, nodes_of
from archspec.diagrams.lettering import DOT, MARK, NARROW, Words
from archspec.diagrams.palette import Fill
from archspec.diagrams.roles import Role, fill, role
from archspec.diagrams.sharing import SHARED, SHARED_MARK
from archspec.graph import Node
from archspec.layers.titles import plainly
from archspec.tensor import Tensor


def input_box(canvas: Canvas, name: str, words: str, tensor: Tensor) -> Box:
    """The box of an input, on which the tensor of this name then is."""
    box = canvas.new_box(Form.INPUT, [Row(words)])
    box.lines, box.node = [str(tensor)], name
    box.tip = lambda: f"{name}\n{tensor}, {tensor.dtype}"
    canvas.place[name] = box.id
    return box


def output_box(canvas: Canvas, name: str) -> Box:
    """The box of an output of the model."""
    tensor = canvas.graph.tensors[canvas.graph.outputs[name]]
    box = canvas.new_box(Form.OUTPUT, [Row(name)])
    box.node = name
    box.lines = [f"output, {tensor}"]
    box.tip = lambda: f"{name}\noutput of the model, {tensor}"
    canvas.ends[name] = box.id
    return box


def card_box(canvas: Canvas, card: Card) -> Box:
    """The box of a card: a sign in a circle for an elementwise merge."""
    row, belongs = _row(canvas, card)
    row = row._replace(strong=row.strong + row.rest, rest="")
    alike = canvas.likeness.alike(card)
    symbol = lettering.symbol(card.main)
    if symbol:
        after = canvas.legend.merged(card.main, card.after)
        box = canvas.new_box(Form.SUM, [Row(symbol, fill=Fill.MERGE, belongs=after)], Fill.MERGE)
    else:
        canvas.legend.saw(row.fill, belongs)
        box = canvas.new_box(Form.CARD, [row], row.fill)
        box.lines = [lettering.together(belongs)] if belongs else []
    layers = _layers(canvas, card, alike)
    box.node = card.main.name
    box.size, box.weight = str(canvas.last_of(alike).output), canvas.weight(layers)
    if box.weight == SHARED_MARK:
        box.rows, box.weight = [_marked_title(row._replace(small=SHARED_MARK))], ""
    box.tip = partial(lettering.card_tip, card.nodes, canvas.graph, len(alike))
    _name(canvas, box, lettering.said_name(alike))
    canvas.put(layers, box)
    return box


def _name(canvas: Canvas, box: Box, name: str) -> None:
    """Write the author's name for a layer on its card, where it costs no further line. A panel
    leaves out the name of the call that it shows.
    """
    if not name or (canvas.plan.panel and name == canvas.plan.panel.name):
        return
    words = DOT.join([name, *box.lines])
    if box.form is Form.SUM or len(words) + len(box.weight) < NARROW:
        box.lines = [words]


def _layers(canvas: Canvas, card: Card, alike: Sequence[Element]) -> list[Node]:
    """All layers that stand on a card, those of the copies that are not drawn too."""
    drawn = [node for each in alike for node in nodes_of(each)]
    return [*drawn, *canvas.likeness.more(card)]


def _row(canvas: Canvas, card: Card) -> tuple[Row, list[str]]:
    """The title of a card, and what else belongs to it."""
    words = _words(canvas, card)
    strong, rest = lettering.heading(card, words)
    mark = f" {MARK}" if canvas.noted(card) else ""
    # A card without a main layer says all of its layers in its title.
    whole = not strong or role(card.main.layer) is not Role.MAIN
    belongs = [] if whole else lettering.composition(card, words)
    return Row(strong, rest + mark, fill=fill(card.main.layer)), belongs


def _words(canvas: Canvas, card: Card) -> Words:
    """How arguments are written: as they are, or by the names that a panel gives to them; a
    rate that differs from copy to copy is not.
    """
    alike = canvas.likeness.alike(card)
    rates = [[getattr(node.layer, "rate", None) for node in nodes_of(each)] for each in alike]
    vague = {"rate": ""} if any(each != rates[0] for each in rates) else {}
    vocabulary = {**_ranges(canvas, card), **canvas.plan.vocabulary}
    return lambda node: lambda name, value: vague.get(name, _word(vocabulary, node, name, value))


def _word(vocabulary: Mapping[tuple[str, str], str], node: Node, name: str, value: object) -> str:
    """The word for an argument, or for an element of one, of a layer; without one, its value."""
    argument = name.partition("[")[0]
    word = vocabulary.get((node.name, name)) or vocabulary.get((node.name, argument))
    return word or plainly(argument, value)


def _ranges(canvas: Canvas, card: Card) -> dict[tuple[str, str], str]:
    """The numbers of a card's layer that grow from copy to copy: ``16 … 286``."""
    grown = canvas.likeness.grown(card)
    if not isinstance(grown, Card):
        return {}
    first, last = card.main.layer, grown.main.layer
    pairs = ((name, getattr(first, name), getattr(last, name)) for name in first.attributes)
    numbers = {name: (whole(before), whole(after)) for name, before, after in pairs}
    return {
        (card.main.name, name): f"{before} … {after}"
        for name, (before, after) in numbers.items()
        if before != after and None not in (before, after)
    }


def stack_box(canvas: Canvas, cards: Sequence[Card]) -> Box:
    """A chain of cards as the rows of one box."""
    rows: list[Row] = []
    tips: list[Tip] = []
    for card in cards:
        row, belongs = _row(canvas, card)
        canvas.legend.saw(row.fill, belongs)
        row = row._replace(small=canvas.owner(card.nodes), belongs=lettering.together(belongs))
        rows.append(_marked_title(row))
        copies = len(canvas.likeness.alike(card))
        tips.append(partial(lettering.card_tip, card.nodes, canvas.graph, copies))
    box = canvas.new_box(Form.STACK, rows, rows[0].fill)
    box.node = cards[0].main.name
    box.size, box.tip = str(cards[-1].nodes[-1].output), partial(_all_tips, tips)
    for card in cards:
        canvas.put(_layers(canvas, card, canvas.likeness.alike(card)), box)
    return box


def _all_tips(tips: Sequence[Tip]) -> str:
    return "\n\n".join(tip() for tip in tips)


def _marked_title(row: Row) -> Row:
    """A row with the mark of shared weights in its title, where nothing else is said of them."""
    if row.small != SHARED_MARK:
        return row
    return row._replace(rest=f"{row.rest} {SHARED_MARK}", small="")


def frame_box(canvas: Canvas, cluster: Cluster, cards: Sequence[Box]) -> Box:
    """A cluster that holds nothing but a chain of cards, as one box under the cluster's title."""
    head = Row(cluster.title, small=cluster.weight, times=cluster.count, fill=Fill.OTHER)
    rows = [head, *(_frame_row(card, shared=cluster.weight.startswith(SHARED)) for card in cards)]
    box = Box(cluster.id.removeprefix("cluster_"), Form.FRAME, rows, cards[0].fill)
    box.size, box.node = cluster.size, cluster.node
    box.tip = partial(_all_tips, [cluster.tip, *(card.tip for card in cards)])
    canvas.move(cards, box)
    return box


def _frame_row(card: Box, *, shared: bool) -> Row:
    """The row of a card; whose weights it has is not said again where the title says it."""
    if card.form is Form.GROUP:
        return card.rows[0]._replace(small=DOT.join([*card.lines, card.size]))
    owner = card.weight if card.weight.startswith(SHARED) else ""
    mark = SHARED_MARK if card.weight.endswith(SHARED_MARK) else ""
    said = "" if shared else owner or mark
    return _marked_title(card.rows[0]._replace(small=said, belongs=DOT.join(card.lines)))


def group_box(canvas: Canvas, group: Group) -> Box:
    """The card of a closed group."""
    alike = canvas.likeness.alike(group)
    nodes = [node for each in alike for node in nodes_of(each)]
    mark = f" {MARK}" if canvas.noted(group, closed=True) else ""
    row = Row(group.name, mark)
    box = canvas.new_box(Form.GROUP, [row], _main_fill(nodes))
    box.node = group.path
    box.lines = [group.spec or group.block] if group.block and group.block != row.strong else []
    box.size, box.weight = canvas.size(alike), canvas.weight(nodes)
    box.tip = partial(lettering.group_tip, group.path, nodes, group.arguments)
    canvas.closed_groups.append((box, group))
    canvas.legend.saw(box.fill, None)
    canvas.put(nodes, box)
    return box


def _main_fill(nodes: Sequence[Node]) -> Fill:
    """The colour of a closed group: that of the layers that most of its multiply-adds, or
    weights, are in.
    """
    shares: Counter[Fill] = Counter()
    for node in nodes:
        shares[fill(node.layer)] += (
            (node.macs or 0) + sum(weight.size for weight in node.weights) + 1
        )
    return shares.most_common(1)[0][0]


def branches_box(canvas: Canvas, alike: Sequence[Split], alone: int) -> Box:
    """The branches beyond those that are drawn alone, as one box."""
    bodies = [path.body for each in alike for path in each.paths[alone:]]
    nodes = [node for body in bodies for node in all_nodes(body)]
    number = len(alike[0].paths) - alone
    box = canvas.new_box(Form.GROUP, [Row(f"… {number:,} more branches")], _main_fill(nodes))
    cards = [each for body in bodies for each in inside(body) if isinstance(each, Card)]
    box.lines, box.weight = [lettering.tally(cards)], canvas.weight(nodes)
    box.node, box.tip = nodes[0].name, partial(lettering.group_tip, "", nodes, ())
    canvas.bundles.add(box.id)
    canvas.legend.saw(box.fill, None)
    canvas.put(nodes, box)
    return box


def merge_box(canvas: Canvas, split: Split, alike: Sequence[Split], alone: int) -> Box:
    """The sign or the bar in which the paths of a split meet; those that are not drawn alone
    share an end.
    """
    sign = lettering.symbol(split.merge)
    box = canvas.new_box(Form.SUM if sign else Form.BAR, [], Fill.MERGE)
    box.node = split.merge.name
    after = canvas.legend.merged(split.merge, split.after if sign else ())
    if sign:
        box.rows = [Row(sign, fill=Fill.MERGE, belongs=after)]
        box.differs = bool(canvas.likeness.marks[split.number])
    else:
        channels = _range([each.merge.output.shape[-1] for each in alike])
        box.rows = [Row(split.merge.layer.title().strong, f" {channels}", fill=Fill.MERGE)]
        box.ports = _ports(canvas, alike, alone)
        if alone < len(split.paths):
            canvas.bundles.add(f"{box.id}:{alone}")
        words = _in_panel(canvas)
        box.lines = [lettering.chain(split.after, words)] if split.after else []
    ends = split.merge, *split.after
    box.size = str(ends[-1].output)
    box.tip = partial(lettering.card_tip, ends, canvas.graph, len(alike))
    canvas.noted(split)
    merges = [node for each in alike for node in (each.merge, *each.after)]
    canvas.put([*merges, *canvas.likeness.more(split)], box)
    return box


def _in_panel(canvas: Canvas) -> Words:
    """How arguments are written by the names that a panel gives to them."""
    vocabulary = canvas.plan.vocabulary
    return lambda node: lambda name, value: _word(vocabulary, node, name, value)


def _ports(canvas: Canvas, alike: Sequence[Split], alone: int) -> list[str]:
    """The channels of each branch that ends in a bar, and of all that are not drawn alone."""
    tensors = canvas.graph.tensors
    branches = list(zip(*(each.merge.inputs for each in alike), strict=True))
    ends = branches[:alone]
    if branches[alone:]:
        ends.append(tuple(chain.from_iterable(branches[alone:])))
    return [_range([tensors[name].shape[-1] for name in names]) for names in ends]


def _range(sizes: Sequence[int | None]) -> str:
    """A size, or the least and the greatest of those that copies have: ``64–224``."""
    known = sorted({size for size in sizes if size is not None})
    if not known or None in sizes:
        return "?"
    return str(known[0]) if len(known) == 1 else f"{known[0]}–{known[-1]}"
