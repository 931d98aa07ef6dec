"""Cards, and cards in a row, → boxes: single, stacked beside a shortcut, or framed under the
title of their group.
"""

from __future__ import annotations

from archspec.diagrams import lettering
from archspec.diagrams.drawing import Box, Cluster, Form, Row
from archspec.diagrams.elements import Card, nodes_of
from archspec.diagrams.keeping import Keeper
from archspec.diagrams.lettering import DOT, MARK
from archspec.diagrams.palette import Fill
from archspec.diagrams.roles import Role, fill, role
from archspec.layers.titles import Say, plainly


class CardDrawer(Keeper):
    """Draws cards."""

    def card(self, card: Card) -> Box:
        """The box of a card."""
        row, belongs = self._row(card)
        row = row._replace(strong=row.strong + row.rest, rest="")
        alike = self.alike(card)
        layers = [*(node for one in alike for node in nodes_of(one)), *self.more(card)]
        form = Form.SUM if lettering.symbol(card.main) else Form.CARD
        if form is Form.SUM:
            row = Row(lettering.symbol(card.main), fill=Fill.MERGE)
            self.legend.merged(card.main, card.after)
        else:
            self.legend.saw(row.fill, belongs)
        lines = [lettering.together(belongs)] if belongs else []
        box = Box(
            self._id(),
            form,
            [row],
            row.fill,
            [] if form is Form.SUM else lines,
            node=card.main.name,
        )
        box.size, box.weight = str(self.last_of(alike).output), lettering.weight(layers)
        box.tip = lettering.card_tip(card, self.graph, len(alike))
        self._put(layers, box)
        return box

    def _row(self, card: Card) -> tuple[Row, list[str]]:
        """The title of a card, and what else belongs to it."""
        say = self._say(card)
        strong, rest = lettering.heading(card, say)
        mark = self._mark(card)
        # A card without a main layer says all of its layers in its title.
        belongs = (
            lettering.composition(card, say)
            if strong and role(card.main.layer) is Role.MAIN
            else []
        )
        return Row(strong, rest + (f" {MARK}" if mark else ""), fill=fill(card.main.layer)), belongs

    def _say(self, card: Card) -> Say:
        """How arguments are written: as they are, or by the names that a panel gives to them; a
        rate that differs from copy to copy is not.
        """
        rates = [
            [getattr(node.layer, "rate", None) for node in nodes_of(one)]
            for one in self.alike(card)
        ]
        vague = {"rate": ""} if any(one != rates[0] for one in rates) else {}
        return lambda name, value: vague.get(
            name, self.plan.vocabulary.get((card.main.name, name)) or plainly(name, value)
        )

    def _stack(self, cards: list[Card]) -> Box:
        rows = []
        for card in cards:
            row, belongs = self._row(card)
            self.legend.saw(row.fill, belongs)
            self.rows.append((row, row.fill, lettering.together(belongs)))
            rows.append(row)
        box = Box(self._id(), Form.STACK, rows, rows[0].fill, node=cards[0].main.name)
        box.size = str(cards[-1].nodes[-1].output)
        box.tip = "\n\n".join(
            lettering.card_tip(card, self.graph, len(self.alike(card))) for card in cards
        )
        for card in cards:
            self._put(
                [*(node for one in self.alike(card) for node in nodes_of(one)), *self.more(card)],
                box,
            )
        return box

    def _frame(self, cluster: Cluster, cards: list[Box]) -> Box:
        head = Row(cluster.title, small=cluster.weight, times=cluster.count, fill=Fill.OTHER)
        said = [
            DOT.join([*card.lines, card.size]) if card.form is Form.GROUP else "" for card in cards
        ]
        rows = [card.rows[0]._replace(small=words) for card, words in zip(cards, said, strict=True)]
        self.rows += [
            (row, row.fill, DOT.join(card.lines))
            for row, card in zip(rows, cards, strict=True)
            if card.form is Form.CARD
        ]
        box = Box(
            cluster.id.removeprefix("cluster_"),
            Form.FRAME,
            [head, *rows],
            cards[0].fill,
            size=cluster.size,
            node=cluster.node,
        )
        box.tip = "\n\n".join([cluster.tip, *(card.tip for card in cards)])
        moved = {card.id for card in cards}
        self.place |= {name: box.id for name, place in self.place.items() if place in moved}
        return box

    def _follows(self, one: Box, other: Box) -> bool:
        """Whether a card takes what the one before it gives."""
        return any(self.place.get(name) == one.id for name in self.first_inputs[other.id])
