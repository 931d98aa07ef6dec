"""What is checked of a whole network: expectations, and names that nothing mentions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain, islice

from archspec import limits
from archspec.diagnostics import Diagnostic, stopped
from archspec.frontend.yaml.document import Value
from archspec.graph import Graph
from archspec.spelling import did_you_mean
from archspec.tensor import show_shape

NOUNS = {
    "parameters": "parameters",
    "trainable_parameters": "trainable parameters",
    "macs": "multiply-adds",
}

MEND = "mend the network, or the claim; `--no-expect` turns this check off"


def unmet_expectations(graph: Graph, expect: Value) -> list[Diagnostic]:
    """Where what the paper claims, an ``expect`` section, is not what the network has."""
    problems = [
        _unmet_number(graph, what, claim) for what, claim in expect.items() if what in NOUNS
    ]
    shapes = expect.get("shapes")
    unmet = (
        _unmet_shape(graph, path, claim)
        for path, claim in (shapes.items() if shapes is not None else ())
    )
    found = list(
        islice(
            (problem for problem in chain(problems, unmet) if problem is not None), limits.MISTAKES
        )
    )
    return stopped(found) if len(found) == limits.MISTAKES else found


def _unmet_number(graph: Graph, what: str, claim: Value) -> Diagnostic | None:
    found, noun = getattr(graph, what), NOUNS[what]
    if found is None:
        message = f"{noun} depend on an unknown size, so they cannot be expected"
        return Diagnostic(
            "expectation",
            message,
            claim.span,
            help="give the input fixed sizes, or remove this line",
        )
    if found == claim.data:
        return None
    message = f"the network has {found:,} {noun}, and {claim.data:,} are expected"
    return Diagnostic(
        "expectation",
        message,
        claim.span,
        f"{abs(found - claim.data):,} {'more' if found > claim.data else 'fewer'}",
        help=MEND,
    )


def _unmet_shape(graph: Graph, path: str, claim: Value) -> Diagnostic | None:
    name = (
        graph.outputs["main"]
        if path == "main"
        else graph.endpoints.get(path, path if path in graph.inputs else None)
    )
    if name is None:
        near = did_you_mean(path, [*graph.endpoints, *graph.inputs, "main"])
        message = f"nothing in the network is called `{path}`"
        return Diagnostic(
            "unknown-name",
            message,
            claim.place,
            help=near or "`archspec summary --layers` lists the names",
        )
    found, claimed = graph.tensors[name].shape, tuple(claim.unwrapped())
    if found == claimed:
        return None
    help = (
        "has a `Flatten` or a global pooling been forgotten?"
        if len(found) > len(claimed) == 1
        else MEND
    )
    return Diagnostic(
        "expectation",
        f"`{path}` is {show_shape(found)}, and {show_shape(claimed)} is expected",
        claim.span,
        help=help,
    )


def unused_names(root: Value, texts: Iterable[Value], own: str) -> list[Diagnostic]:
    """Warnings for variables, ``let`` values and blocks of the file ``own`` that nothing in
    ``texts`` mentions.
    """
    words = {word for text in texts for word in _mentions(text)}
    warnings = [
        _unused("variable", f"${name}", value)
        for name, value in _section(root, "vars")
        if f"${name}" not in words
    ]
    for block, body in _section(root, "blocks"):
        if block not in words:
            warnings.append(_unused("block", block, body))
        inside = set(_mentions(body))
        warnings += [
            _unused("local value", f"${name}", value)
            for name, value in _section(body, "let")
            if f"${name}" not in inside
        ]
    return [warning for warning in warnings if warning.span.file == own]


def _unused(what: str, name: str, value: Value) -> Diagnostic:
    return Diagnostic(
        "unused",
        f"nothing mentions the {what} `{name.removeprefix('$')}`",
        value.place,
        help="use it, or remove it",
        severity="warning",
    )


def _section(value: Value, key: str) -> Iterator[tuple[str, Value]]:
    section = value.get(key)
    return section.items() if section is not None else iter(())


def _mentions(value: Value) -> Iterator[str]:
    """The words that could be names in a value: ``$name`` in expressions, texts and keys as
    block names.
    """
    if value.is_mapping:
        for key, one in value.items():
            yield from _words(key)
            if key != "blocks":
                yield from _mentions(one)
                continue
            for _, body in one.items():
                yield from _mentions(body)
    elif value.is_list:
        for one in value.elements():
            yield from _mentions(one)
    elif isinstance(value.data, str):
        yield from _words(value.data)


def _words(text: str) -> Iterator[str]:
    yield text
    if "$" in text:
        yield from (f"${word}" for word in re.findall(r"[A-Za-z_]\w*", text))
