"""What the charts have in common: their colours and matplotlib's settings."""

from __future__ import annotations

from typing import Any

INK = "#1F2937"
FAINT = "#6B7280"

STYLE: dict[Any, Any] = {
    "axes.axisbelow": True,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "font.family": "DejaVu Sans",  # comes with matplotlib: the same letters everywhere
    "font.size": 10,
    "grid.color": "#E5E7EB",
    "svg.fonttype": "path",
    "svg.hashsalt": "archspec",
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
}
