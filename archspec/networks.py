"""A spec reference → its network and those of all its variants, each compiled, or with what is
wrong in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePath
from typing import NamedTuple

from archspec.compiler import Compiler
from archspec.diagnostics import Diagnostic, SpecError
from archspec.frontend.resolve import Reference
from archspec.frontend.yaml.document import Value
from archspec.graph import Graph


class Checked(NamedTuple):
    """One network: ``name`` is how to call it, ``spec`` the file or shipped spec that it belongs
    to, ``graph`` is ``None`` if it does not compile.

    ``diagnostics`` are its errors and warnings, ``sources`` the texts that they point into.
    """

    name: str
    spec: str
    graph: Graph | None
    diagnostics: tuple[Diagnostic, ...]
    sources: Mapping[str, str]


def family(
    compiler: Compiler, reference: Reference, overrides: Mapping[str, Value]
) -> Iterator[Checked]:
    """The network of a reference and, where it names no variant, those of all variants of its
    spec.
    """
    try:
        members = list(compiler.family(reference))
    except SpecError as error:  # the file itself cannot be read
        members = []
        yield _failed(reference, error)
    for member in members:
        yield check(compiler, member, overrides)


def distinct(members: Sequence[Checked]) -> list[Checked]:
    """The networks of a family, without the document as it stands where one of its variants is
    the same network.
    """
    first, *variants = members
    return (
        variants
        if first.graph is not None and any(_same(first.graph, one.graph) for one in variants)
        else [first, *variants]
    )


def _same(one: Graph, other: Graph | None) -> bool:
    return other is not None and (one.nodes, one.inputs, one.outputs) == (
        other.nodes,
        other.inputs,
        other.outputs,
    )


def check(compiler: Compiler, reference: Reference, overrides: Mapping[str, Value]) -> Checked:
    """One network."""
    try:
        resolved = compiler.library.resolve(
            reference, overrides
        )  # mistakes in it are told with those of carrying it out
        graph = compiler.graph(resolved, expect=compiler.expect and not overrides)
    except SpecError as error:
        return _failed(reference, error)
    return Checked(graph.name, reference.path, graph, graph.warnings, resolved.document.sources)


def _failed(reference: Reference, error: SpecError) -> Checked:
    stem = "<stdin>" if reference.path == "-" else PurePath(reference.path).stem
    name = stem if reference.variant is None else f"{stem}@{reference.variant}"
    return Checked(name, reference.path, None, error.diagnostics, error.sources)
