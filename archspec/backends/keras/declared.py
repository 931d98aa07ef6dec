"""Kinds that a spec declares → the Keras classes that they name.

A spec's text never imports anything. A module is imported where it is trusted, by name and
exactly, which `archspec.trust` knows of the command line and the environment; or a program gives
the class itself. What the name stands for is then looked at: a layer, defined in that module.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import Any

import keras

from archspec.diagnostics import Diagnostic, SpecError
from archspec.graph import Graph, Node
from archspec.layers import Layer
from archspec.layers.declared import Declaration, Declared
from archspec.trust import trusted

Classes = Mapping[str, type]
"""Classes of declared kinds, by kind."""

NO_CLASSES: Classes = MappingProxyType({})


def declared_classes(graph: Graph, given: Classes) -> dict[str, type]:
    """The class of each declared kind of a graph; those that a program gives are ``given`` by kind.
    Raises `SpecError` where a module is not trusted, or a name stands for something else.
    """
    classes: dict[str, type] = {}
    problems = []
    for node in graph.nodes:
        if isinstance(node.layer, Declared) and node.layer.kind() not in classes:
            declaration = node.layer.declaration
            keras_class = given.get(declaration.kind) or _named(declaration)
            problem = (
                keras_class
                if isinstance(keras_class, tuple)
                else _no_layer(declaration, keras_class)
            )
            if problem is not None:
                problems.append(_problem(node, *problem))
            classes[declaration.kind] = (
                keras_class if isinstance(keras_class, type) else keras.layers.Layer
            )
    if problems:
        raise SpecError(problems)
    return classes


def shipped_class(layer: Layer) -> type:
    """The class of a kind that an installed library ships, whose code runs already."""
    module, _, name = layer.keras.partition(":")
    keras_class: type = getattr(import_module(module), name)
    return keras_class


def _named(declaration: Declaration) -> Any:
    """What the declaration names, imported; or what is wrong, and the help."""
    kind, module = declaration.kind, declaration.module
    if declaration.reference is None:
        help = "write `keras: module:Class` into its declaration"
        return f"the declaration of `{kind}` names no class to build it with", help
    if module not in trusted():
        help = f"if you trust it, add `--trust {module}`, or pass `layers={{'{kind}': ...}}`"
        return (
            f"`{kind}` is code of the module `{module}`, which is not imported without leave",
            help,
        )
    try:
        with _importable():
            member = getattr(import_module(module), declaration.name)
    except Exception as error:  # whatever the module raises, its user gets a line and a sentence
        help = "mend the module, or correct `keras` in the declaration"
        return (
            f"`{declaration.reference}` cannot be imported: {type(error).__name__}: {error}",
            help,
        )
    defined = getattr(member, "__module__", None)
    if isinstance(member, type) and defined != module:
        help = f"name the module that defines it, `{defined}`, if you trust that"
        return f"`{declaration.reference}` is a class of the module `{defined}`", help
    return member


def _no_layer(declaration: Declaration, found: Any) -> tuple[str, str] | None:
    """What is wrong with what stands for a kind, and the help."""
    shown = declaration.reference or declaration.kind
    if not isinstance(found, type) or not issubclass(found, keras.layers.Layer):
        what = found.__name__ if isinstance(found, type) else type(found).__name__
        return (
            f"`{shown}` is no layer of Keras but a `{what}`",
            "derive it from `keras.layers.Layer`",
        )
    if issubclass(found, keras.layers.Lambda):
        return f"`{shown}` is a `Lambda`, which runs code of a file", "write a layer with a `call`"
    return None


def _problem(node: Node, message: str, help: str) -> Diagnostic:
    return Diagnostic("no-leave", message, node.span, help=help)


@contextmanager
def _importable() -> Iterator[None]:
    """Within it, modules of the working folder can be imported."""
    sys.path.insert(0, str(Path.cwd()))
    try:
        yield
    finally:
        sys.path.pop(0)
