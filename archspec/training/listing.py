"""The recipes that archspec ships → a table: their networks, data and epochs."""

from __future__ import annotations

from archspec.reports.tables import Column, Table
from archspec.training import reader
from archspec.training.library import read_recipe, shipped_recipes

COLUMNS = (
    Column("name", "recipe"),
    Column("network", "network"),
    Column("source", "data"),
    Column("epochs", "epochs", right=True),
    Column("optimizer", "optimizer"),
)


def listing() -> str:
    """The table of all recipes."""
    return Table(COLUMNS, [_row(name) for name in shipped_recipes()]).text()


def _row(name: str) -> dict[str, object]:
    found = read_recipe(name)
    recipe = reader.understand(reader.read(found.text, found.shown))
    return {
        "name": name,
        "network": recipe.network or "any",
        "source": recipe.data.source,
        "epochs": recipe.fit.epochs,
        "optimizer": recipe.fit.optimizer.name,
    }
