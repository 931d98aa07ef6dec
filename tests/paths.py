"""Where the repository keeps what tests read."""

from pathlib import Path

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
SPECS = ROOT / "specs"
DATA = ROOT / "tests" / "data"
DESIGN = DATA / "design"
"""Specs of the design, which are not shipped."""

CORPUS = ROOT / "tests" / "errors"
"""Specs with a mistake each, and the complaints about them."""
