"""Diagrams of networks: a graph in; SVG, PNG, PDF, DOT or Mermaid out. `making` has the
functions, `options` what can be asked of them.
"""
