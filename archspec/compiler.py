"""A reference to a spec → its `Graph`, with its `Recording` on demand: the stages, a line each.

A family is a spec with all its variants; of each network of it there is a `Checked`: its graph, or
what is wrong with it.
"""

# No `from __future__ import annotations`: a NamedTuple compiles each annotation that is a text.

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePath
from typing import Any, NamedTuple

from archspec.diagnostics import Diagnostic, SpecError, in_order
from archspec.frontend import checks
from archspec.frontend.conventions import other_conventions
from archspec.frontend.elaborate.budget import Budget
from archspec.frontend.elaborate.elaborate import elaborate
from archspec.frontend.elaborate.observer import Observer
from archspec.frontend.elaborate.state import LayerCache
from archspec.frontend.expectations import unmet_expectations
from archspec.frontend.input_sizes import InputSizes, sources, with_sizes
from archspec.frontend.library import Library, Reference
from archspec.frontend.overrides import as_json_text, override_of
from archspec.frontend.program import parser
from archspec.frontend.program.parser_state import Bodies
from archspec.frontend.resolve import Resolved, lay, resolve
from archspec.frontend.schema.check import check
from archspec.frontend.yaml import reader
from archspec.frontend.yaml.document import Document, Value
from archspec.graph import Graph
from archspec.spelling import spec_name

Overrides = Mapping[str, Value]
"""Variables of a spec, and what they are changed to."""

NO_STRUCTURE = ("archspec", "name", "description", "source", "names", "expect")
"""Keys of a document that change nothing of its layers."""


class Checked(NamedTuple):
    """One network: ``name`` is how to call it, ``spec`` the file or shipped spec that it belongs
    to, ``graph`` is ``None`` if it does not compile.

    ``diagnostics`` are its errors and warnings, ``sources`` the texts that they point into. Where
    only the spec's ``expect`` is not met, there are both a graph and errors.
    """

    name: str
    spec: str
    graph: Graph | None
    diagnostics: tuple[Diagnostic, ...]
    sources: Mapping[str, str]

    @property
    def failed(self) -> bool:
        """Whether anything is wrong with it."""
        return any(diagnostic.severity == "error" for diagnostic in self.diagnostics)


class Compiler:
    """Compiles specs, each file read and checked once. ``expect`` checks expectations;
    ``allow_outside`` lifts the bound on ``extends``; ``sizes`` are those of the models' inputs,
    with which no expectation is checked.
    """

    def __init__(
        self,
        *,
        expect: bool = True,
        allow_outside: bool = False,
        sizes: Sequence[InputSizes] = (),
    ) -> None:
        self.expect = expect and not sizes
        self.sizes = tuple(sizes)
        self.library = Library(check, allow_outside)
        self.layers = LayerCache()
        self.bodies: Bodies = {}
        self.warnings: dict[Any, tuple[tuple[Diagnostic, ...], Resolved]] = {}
        self.graphs: dict[tuple[tuple[str, int], ...], tuple[Graph, Resolved]] = {}

    def anew(self) -> "Compiler":
        """A compiler of the same options that has read nothing yet."""
        outside = self.library.allow_outside
        return Compiler(expect=self.expect, allow_outside=outside, sizes=self.sizes)

    def compile(self, reference: Reference, overrides: Overrides | None = None) -> Graph:
        """One network. Raises `SpecError`."""
        resolved = resolve(self.library, reference, overrides)
        return self.graph(resolved, expect=self.expect and not overrides)

    def check(
        self,
        reference: Reference,
        overrides: Overrides | None = None,
        observer: Observer | None = None,
        budget: Budget | None = None,
    ) -> Checked:
        """One network, or what is wrong with it, or both where its ``expect`` is not met;
        ``observer`` is called at each event of its elaboration, and ``budget`` is what the networks
        of a spec share.
        """
        name, graph = _name_of(reference), None
        try:
            resolved = resolve(self.library, reference, overrides)
            name = str(resolved.document.root.data["name"].text)
            graph = self._named_graph(resolved, observer, budget)
            _check_expectations(graph, resolved, expect=self.expect and not overrides)
        except SpecError as error:
            return Checked(name, reference.path, graph, error.diagnostics, error.sources)
        return Checked(name, reference.path, graph, graph.warnings, resolved.document.sources)

    def check_text(
        self,
        text: str,
        name: str,
        overrides: Overrides | None = None,
        observer: Observer | None = None,
    ) -> Checked:
        """The network of a text, or what is wrong with it; ``name`` is how to call where it comes
        from.
        """
        try:
            document = self.library.accept(reader.read(text, name))
            resolved = lay(self.library, document, None, overrides or {})
            graph = self._named_graph(resolved, observer, None)
        except SpecError as error:
            return Checked(name, name, None, error.diagnostics, error.sources)
        return Checked(graph.name, name, graph, graph.warnings, resolved.document.sources)

    def family(self, reference: Reference) -> Iterator[Reference]:
        """A reference, and those of all its variants where it names none. Raises `SpecError`."""
        yield reference
        if reference.variant is None:
            document = self.library.open(reference)
            for variant in self.library.variants(document):
                yield Reference(reference.path, variant)

    def check_family(self, reference: Reference, overrides: Overrides) -> Iterator[Checked]:
        """The network of a reference and, where it names no variant, those of all variants of its
        spec. The last one is the one with which they ask for too much together.
        """
        try:
            members = list(self.family(reference))
        except SpecError as error:  # the file itself cannot be read
            name, path = _name_of(reference), reference.path
            yield Checked(name, path, None, error.diagnostics, error.sources)
            return
        budget = Budget()
        for member in members:
            yield self.check(member, overrides, budget=budget)
            if budget.used_up:
                return

    def resolve(self, reference: Reference, overrides: Overrides | None = None) -> Resolved:
        """One network's document, with what it extends, its variant and the overrides laid on.
        Raises `SpecError`.
        """
        resolved = resolve(self.library, reference, overrides)
        if resolved.document.problems:
            raise SpecError(resolved.document.problems, resolved.document.sources)
        return resolved

    def expanded(self, reference: Reference, overrides: Overrides | None = None) -> str:
        """The text of one network's document with all that was laid on it, less the variables and
        blocks that it does not use. Raises `SpecError`.
        """
        # the writer's patterns take milliseconds to compile, and only this needs them
        from archspec.frontend.yaml.writer import write  # noqa: PLC0415

        root = self.resolve(reference, overrides).document.root
        name = root.data["name"]._replace(text=spec_name(root.data["name"].text))
        alone = checks.without_unused(root._replace(data={**root.data, "name": name}))
        return write(alone)

    # --- resolved documents

    def graph(self, resolved: Resolved, *, expect: bool, observer: Observer | None = None) -> Graph:
        """The graph of a resolved document. Raises `SpecError`."""
        graph = self._named_graph(resolved, observer, None)
        _check_expectations(graph, resolved, expect=expect)
        return graph

    def _named_graph(
        self, resolved: Resolved, observer: Observer | None, budget: Budget | None
    ) -> Graph:
        """The graph, with what the document says of it besides its layers."""
        root = resolved.document.root
        graph = replace(
            self._graph(resolved, observer, budget),
            name=str(root.data["name"].text),
            description=_text(root, "description"),
            source=_text(root, "source"),
        )
        section = root.get("names")
        if section is None:
            return graph
        from archspec.frontend.keras_names import with_names  # noqa: PLC0415 - few specs have names

        graph, problems = with_names(graph, section)
        if problems:
            raise SpecError(problems, resolved.document.sources)
        return graph

    def _graph(self, resolved: Resolved, observer: Observer | None, budget: Budget | None) -> Graph:
        """The graph, elaborated unless a document with the same structure was before."""
        if observer is not None:
            return self._elaborated(resolved, observer, budget)
        root = resolved.document.root
        key = tuple((name, id(value)) for name, value in root.items() if name not in NO_STRUCTURE)
        if key not in self.graphs:
            self.graphs[key] = self._elaborated(resolved, None, budget), resolved
        return self.graphs[key][0]

    def _elaborated(
        self, resolved: Resolved, observer: Observer | None, budget: Budget | None
    ) -> Graph:
        document = resolved.document
        try:
            program, problems = parser.parse(document, self.bodies, resolved.parts)
            problems = [*document.problems, *problems]
            graph = None
            if program is not None and self.sizes:
                program, wrong = with_sizes(program, self.sizes)
                problems += wrong
            if program is not None:
                graph, problems = elaborate(
                    program, resolved.kinds, self.layers, problems, observer, budget
                )
        except RecursionError:
            graph, problems = None, [_nested_too_deep(document)]
        if graph is None:
            texts = sources(sizes.text for sizes in self.sizes)
            raise SpecError(problems, {**document.sources, **texts})
        of_layers = (
            *checks.truncated_inputs(graph),
            *checks.cautions(graph),
            *other_conventions(graph, document.root),
        )
        warnings = (*self._warnings(resolved), *of_layers)
        return replace(graph, warnings=warnings)

    def _warnings(self, resolved: Resolved) -> tuple[Diagnostic, ...]:
        """A warning for each name that nothing mentions: once for a document and all its variants,
        as whatever stands in any of them counts as a mention.
        """
        root = resolved.document.root
        key = (id(root.get("blocks")), *map(id, resolved.mentioned_in))
        if key not in self.warnings:
            unused = checks.unused_names(root, resolved.mentioned_in, resolved.own)
            self.warnings[key] = in_order(unused), resolved
        return self.warnings[key][0]


def _check_expectations(graph: Graph, resolved: Resolved, *, expect: bool) -> None:
    """Raise `SpecError` where the document's ``expect`` is not met."""
    claims = resolved.document.root.get("expect")
    unmet = unmet_expectations(graph, claims) if expect and claims is not None else []
    if unmet:
        raise SpecError(unmet, resolved.document.sources)


def _text(root: Value, key: str) -> str | None:
    value = root.get(key)
    return None if value is None else value.data


def _nested_too_deep(document: Document) -> Diagnostic:
    message = "the parts of this spec contain or need one another in too long a row"
    span = document.root.data["layers"].place
    help = "look for long chains of variables, `let` values or blocks"
    return Diagnostic("bound-network", message, span, "in here", help=help)


def _name_of(reference: Reference) -> str:
    """What to call a network whose document cannot be read."""
    stem = "<stdin>" if reference.path == "-" else PurePath(reference.path).stem
    return stem if reference.variant is None else f"{stem}@{reference.variant}"


def distinct(members: Sequence[Checked]) -> list[Checked]:
    """The networks of a family, without the document as it stands where one of its variants is
    the same network.
    """
    first, *variants = members
    again = first.graph is not None and any(
        _same(first.graph, variant.graph) for variant in variants
    )
    return variants if again else [first, *variants]


def _same(first: Graph, other: Graph | None) -> bool:
    return other is not None and (first.nodes, first.inputs, first.outputs) == (
        other.nodes,
        other.inputs,
        other.outputs,
    )


def compile(ref: str | Path | Mapping[str, Any], /, **vars: Any) -> Graph:
    """Compile a spec to its `Graph`, without loading Keras.

    ``ref`` is a path (``specs/resnet.yaml``), a shipped spec's bare name (``resnet``), either with
    ``@variant``, or a parsed mapping. Keywords override variables of the spec, as ``--set`` does,
    and its ``expect`` is not checked then. Raises `SpecError`, and `TypeError` for any other
    ``ref``.

        >>> archspec.compile("resnet@resnet50").parameters
        25610152
    """
    overrides = {name: override_of(name, value) for name, value in vars.items()}
    compiler = Compiler()
    if isinstance(ref, Mapping):
        document = reader.read(as_json_text(dict(ref), "mapping"), "<mapping>")
        resolved = lay(compiler.library, compiler.library.accept(document), None, overrides)
        return compiler.graph(resolved, expect=not overrides)
    return compiler.compile(Reference.parse(os.fspath(ref)), overrides)
