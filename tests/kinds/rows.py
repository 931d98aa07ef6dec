"""The rows of all families' tables."""

from importlib import import_module
from pathlib import Path
from typing import Any

from archspec.layers import KINDS
from tests.kinds.oracle import Row

WITH_ROWS = {*KINDS.families.values(), "random", "objects"}
ROWS: list[Row] = [
    row
    for folder in ("", "operations.")
    for path in sorted(Path(__file__).parent.joinpath(folder.rstrip(".")).glob("test_*.py"))
    if path.stem.removeprefix("test_") in WITH_ROWS
    for row in getattr(import_module(f"tests.kinds.{folder}{path.stem}"), "ROWS", [])
]


def spec_of(row: Row) -> dict[str, Any]:
    """A network of the one layer of a row, called ``layer``, on inputs ``x1``, ``x2`` …"""
    inputs = {
        f"x{number}": {"shape": list(tensor.shape), "dtype": tensor.dtype}
        for number, tensor in enumerate(row.tensors, 1)
    }
    item = {"name": "layer", **item_of(row, list(inputs))}
    return {"archspec": 1, "name": "network", "inputs": inputs, "layers": [item]}


def item_of(row: Row, names: list[str]) -> dict[str, Any]:
    """The layer of a row as an item that takes tensors of these names."""
    taken: Any = names
    if row.roles:
        several = {role for role in row.roles if KINDS[row.kind].roles[role].several}
        taken = {role: [] for role in row.roles if role in several}
        for role, name in zip(row.roles, names, strict=True):
            taken[role] = [*taken[role], name] if role in several else name
    call = {"call": row.call} if row.call else {}
    return {"from": taken, row.kind: row.arguments, **call}
