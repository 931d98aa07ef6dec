"""Items that something takes by one reference with a number in it → the sets of them, each to be
numbered together.
"""

from __future__ import annotations

from archspec.reading.tree import Item


class ItemFamilies:
    """Sets of items that are numbered together."""

    def __init__(self) -> None:
        self.parent: dict[Item, Item] = {}

    def first(self, item: Item) -> Item:
        """The item that stands for all of a family."""
        while item in self.parent and self.parent[item] is not item:
            item = self.parent[item]
        return item

    def join(self, items: list[Item]) -> None:
        """Let items be of one family."""
        for item in items:
            self.parent.setdefault(item, item)
            self.parent[self.first(item)] = self.first(items[0])

    def all(self) -> list[tuple[Item, list[Item]]]:
        """The families, each with the item that stands for it."""
        families: dict[Item, list[Item]] = {}
        for item in self.parent:
            families.setdefault(self.first(item), []).append(item)
        return list(families.items())
