"""The rows of all families' tables."""

from importlib import import_module
from pathlib import Path

from archspec.layers import KINDS
from tests.kinds.oracle import Row

WITH_ROWS = {*KINDS.families.values(), "random", "objects"}
ROWS: list[Row] = [
    row
    for path in sorted(Path(__file__).parent.glob("test_*.py"))
    if path.stem.removeprefix("test_") in WITH_ROWS
    for row in getattr(import_module(f"tests.kinds.{path.stem}"), "ROWS", [])
]
