"""What is written in a diagram: the lines of a card, what a pointer shows, the legend, the
totals.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from archspec.diagrams.elements import Card, Element
from archspec.diagrams.palette import Fill
from archspec.diagrams.roles import Role, own_activation, parts, role
from archspec.graph import Bindings, Graph, Node, count_parameters
from archspec.layers.titles import Say, plainly
from archspec.reports.numbers import exact, short
from archspec.tensor import show_shape, total

MARK = "†"
DOT = " · "
NARROW = 42
"""The letters beyond which a line on a box is broken."""


Words = Callable[[Node], Say]
"""How the values of the arguments of each layer are written."""


def plain_words(node: Node) -> Say:
    """Every value as it is."""
    return plainly


def composition(card: Card, words: Words = plain_words) -> list[str]:
    """What belongs to the main layer of a card, in order: ``BN``, ``ReLU``."""
    before = [word for node in card.before for word in parts(node.layer, sized(node, words))]
    after = [
        *own_activation(card.main.layer, sized(card.main, words)),
        *(word for node in card.after for word in parts(node.layer, sized(node, words))),
    ]
    return [f"after {DOT.join(before)}" + ("," if after else ""), *after] if before else after


ALSO = {"Dense": "linear fc fully connected"}
"""What people also call a kind of layer; a name of these words says no more than the kind."""


def said_name(alike: Sequence[Element]) -> str:
    """The name that the author gave to a card and all that it stands for, where it says more than
    the kind of layer does: ``p3``, and not ``conv1``.
    """
    cards = [each for each in alike if isinstance(each, Card)]
    name, layer = cards[0].name, cards[0].main.layer
    if any(card.name != name for card in cards):
        return ""
    kind = layer.kind()
    known = f"{kind} {layer.called} {''.join(layer.title())} {ALSO.get(kind, '')}".lower()
    words = re.findall("[a-z]+", name.lower().replace("avg", "average"))
    telling = [word for word in words if len(word) > 2 or word in known.split()]
    says_kind = all(word in known for word in telling) if telling else not words
    return "" if says_kind else name


def together(belongs: Sequence[str]) -> str:
    """``BN · ReLU``; ``after ReLU, BN``."""
    return DOT.join(belongs).replace(f",{DOT}", ", then ")


def weight(nodes: Iterable[Node]) -> str:
    """``9.73 k params``, ``frozen`` behind it where the author keeps them from training; nothing
    for none.
    """
    nodes = list(nodes)
    number = count_parameters(nodes)
    return DOT.join(filter(None, [f"{short(number)} params", frozen(nodes)])) if number else ""


FROZEN = "frozen"


def frozen(nodes: Iterable[Node]) -> str:
    """``frozen`` where all weights of some layers are kept from training by ``trainable:
    false``, ``23.5 M frozen`` where some are; nothing for none.
    """
    nodes = list(nodes)
    number = count_parameters(node for node in nodes if node.layer.trainable is False)
    if not number:
        return ""
    return FROZEN if number == count_parameters(nodes) else f"{short(number)} {FROZEN}"


def tip(node: Node, graph: Graph) -> str:
    """All of a layer, in lines: its name, kind and arguments, sizes, weights, multiply-adds and
    its line in the spec.
    """
    sizes = " and ".join(show_shape(graph.tensors[name].shape) for name in node.inputs)
    lines = [
        node.name,
        f"{node.layer!r}",
        f"{sizes} → {' and '.join(map(str, node.tensors.values()))}",
        f"{exact(count_parameters([node]))} parameters",
    ]
    if node.macs:
        lines.append(f"{exact(node.macs)} multiply-adds")
    if node.weights_of is not None and node.weights:
        lines.append(f"weights of {node.weights_of}")
    return "\n".join([*lines, f"line {node.span.line}"])


def card_tip(nodes: Sequence[Node], graph: Graph, copies: int) -> str:
    """The tips of a card's layers; a card that stands for several says so."""
    head = f"the first of {copies}:\n" if copies > 1 else ""
    return head + "\n\n".join(tip(node, graph) for node in nodes)


def group_tip(path: str, nodes: Sequence[Node], arguments: Bindings) -> str:
    """The totals of a group, in lines."""
    macs = total(node.macs for node in nodes)
    said = ", ".join(f"{name}={value}" for name, value in arguments)
    numbers = [
        f"{len(nodes)} layers",
        f"{exact(count_parameters(nodes))} parameters",
        f"{exact(macs)} multiply-adds",
    ]
    return "\n".join(line for line in [path, said, *numbers, f"line {nodes[0].span.line}"] if line)


def tally(cards: Sequence[Card]) -> str:
    """What stands on some cards, the most frequent first: ``500 layers: 3×3 conv ×300, 1×1 conv
    ×200``.
    """
    counted = Counter("".join(heading(card)).split(",")[0] for card in cards)
    most = [
        f"{words} ×{number}" if number > 1 else words for words, number in counted.most_common(3)
    ]
    more = ["…"] if len(counted) > 3 else []
    return f"{sum(len(card.nodes) for card in cards)} layers: {', '.join([*most, *more])}"


def given(arguments: Bindings) -> str:
    """The arguments of a call: ``filters 64, strides 2``."""
    return ", ".join(f"{name} {plainly(name, value)}" for name, value in arguments)


def call_words(name: str, value: object) -> str:
    """An argument of a call without its name, which only a truth value needs: ``64``, ``no se``."""
    return name if value is True else f"no {name}" if value is False else plainly(name, value)


def subtitle(graph: Graph) -> str:
    """The totals of a network: ``25.6 M parameters · 3.86 G multiply-adds``."""
    words = [f"{short(graph.parameters)} parameters"]
    if graph.macs:
        words.append(f"{short(graph.macs)} multiply-adds")
    return DOT.join(words)


class Legend:
    """What was drawn in each colour, gathered as it is drawn; the words for it at the end."""

    def __init__(self) -> None:
        self.compositions: dict[Fill, Counter[tuple[str, ...]]] = {}
        self._merges: dict[str, dict[tuple[str, tuple[str, ...]], None]] = {}

    def saw(self, fill: Fill, belongs: Sequence[str] | None) -> None:
        """Count a card; a closed group has its colour alone."""
        counted = self.compositions.setdefault(fill, Counter())
        if belongs is not None:
            counted[tuple(belongs)] += 1

    def merged(self, node: Node, after: Sequence[Node]) -> str:
        """Note a merge; the words for what comes after it."""
        words = tuple(word for node_after in after for word in parts(node_after.layer))
        self._merges.setdefault(symbol(node), {})["".join(node.layer.title()), words] = None
        return together(words)

    def varies(self, sign: str) -> bool:
        """Whether what belongs to the merges of a sign is not the same for all of them."""
        return len({words for _, words in self._merges.get(sign, {})}) > 1

    def usual(self, fill: Fill) -> tuple[str, ...]:
        """What most cards of a colour consist of beside their main layer; nothing where none is
        in the majority, or it is that of a single card.
        """
        counted = self.compositions.get(fill)
        if not counted or fill is not Fill.CONV:
            return ()
        usual, number = counted.most_common(1)[0]
        return usual if number > 1 and number * 2 > sum(counted.values()) else ()

    def entries(self) -> list[tuple[Fill, str]]:
        """Colour and words, in the order of the palette."""
        entries: list[tuple[Fill, str]] = []
        for fill in Fill:
            if fill is Fill.MERGE and (self._merges or fill in self.compositions):
                entries.append((fill, self._merge_words()))
            elif fill in self.compositions:
                entries.append((fill, self._words(fill)))
        return entries

    def _words(self, fill: Fill) -> str:
        usual = self.usual(fill)
        words: str = fill.value.words
        if usual and usual[0].startswith("after"):
            return f"{words} {together(usual)}"
        return " + ".join([words, *usual])

    def _merge_words(self) -> str:
        words = [
            title if self.varies(sign) else " + ".join([title, *after])
            for sign, merges in self._merges.items()
            for title, after in merges
        ]
        return ", ".join(dict.fromkeys(words)) or Fill.MERGE.value.words


def symbol(node: Node) -> str:
    """The sign of an elementwise merge, nothing for one that is a bar."""
    return node.layer.symbol if len(node.inputs) > 1 else ""


def heading(card: Card, words: Words = plain_words) -> tuple[str, str]:
    """What stands out on a card, and the rest of its title; a card without a main layer is
    called after all that are on it.
    """
    if role(card.main.layer) is Role.MAIN:
        return card.main.layer.title(sized(card.main, words))
    return chain(card.nodes, words), ""


def chain(nodes: Iterable[Node], words: Words = plain_words) -> str:
    """The titles of some layers: ``BN · ReLU``."""
    return DOT.join("".join(node.layer.title(sized(node, words))) for node in nodes)


def sized(node: Node, words: Words) -> Say:
    """How a layer's arguments are written; the size that a `Reshape` leaves open is what it comes
    to.
    """
    say = words(node)
    shape = getattr(node.layer, "target_shape", ())
    if -1 not in shape:
        return say
    size = node.output.shape[shape.index(-1)]
    return lambda name, value: say(name, size if value == "?" and size is not None else value)
