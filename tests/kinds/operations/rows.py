"""The rows of all tables of operations that archspec accepts."""

from importlib import import_module

from archspec.layers import KINDS
from tests.kinds.oracle import Row

FAMILIES = tuple(
    dict.fromkeys(family for kind, family in KINDS.families.items() if kind.startswith("ops."))
)
ROWS: list[Row] = [
    row for family in FAMILIES for row in import_module(f"{__package__}.test_{family}").ROWS
]
ACCEPTED = [row for row in ROWS if not row.fails and not row.stricter]
