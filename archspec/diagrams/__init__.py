"""Diagrams of networks: a graph in; SVG, PNG, PDF, DOT or Mermaid out."""

from __future__ import annotations

from archspec.diagrams.levels import LEVELS
from archspec.diagrams.making import DIRECTIONS, FORMATS, THEMES, Options, draw, draw_block, draw_both
from archspec.diagrams.rendering import RENDERERS, DrawingError

__all__ = ["DIRECTIONS", "FORMATS", "LEVELS", "RENDERERS", "THEMES", "DrawingError", "Options", "draw", "draw_block", "draw_both"]
