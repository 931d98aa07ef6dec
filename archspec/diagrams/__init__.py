"""Diagrams of networks: a graph in; SVG, PNG, PDF, DOT or Mermaid out."""

from __future__ import annotations

from archspec.diagrams.making import FORMATS, Options, draw, draw_block, draw_both
from archspec.diagrams.rendering import DrawingError

__all__ = ["FORMATS", "DrawingError", "Options", "draw", "draw_block", "draw_both"]
