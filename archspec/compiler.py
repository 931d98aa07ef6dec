"""A reference to a spec → `Graph`: the stages, a line each."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archspec.diagnostics import Diagnostic, SpecError, in_order
from archspec.frontend import checks
from archspec.frontend.elaborate import elaborate
from archspec.frontend.elaborate.contexts import Workshop
from archspec.frontend.overrides import as_json_text, override_of
from archspec.frontend.program import parser
from archspec.frontend.resolve import Library, Reference, Resolved
from archspec.frontend.schema.check import check
from archspec.frontend.yaml import reader, writer
from archspec.frontend.yaml.document import Document, Value
from archspec.graph import Graph
from archspec.spelling import spec_name

if TYPE_CHECKING:
    from archspec.frontend.elaborate.recording import Recording


class Compiler:
    """Compiles specs, each file read and checked once. ``expect`` checks expectations;
    ``allow_outside`` lifts the bound on ``extends``.
    """

    def __init__(self, *, expect: bool = True, allow_outside: bool = False) -> None:
        self.expect = expect
        self.library = Library(check, allow_outside)
        self.workshop = Workshop({}, {}, {}, [])
        self.bodies: parser.Bodies = {}
        self.warnings: dict[Any, tuple[tuple[Diagnostic, ...], Resolved]] = {}
        self.graphs: dict[tuple[tuple[str, int], ...], tuple[Graph, Resolved]] = {}

    def anew(self) -> Compiler:
        """A compiler of the same options that has read nothing yet."""
        return Compiler(expect=self.expect, allow_outside=self.library.allow_outside)

    def compile(self, reference: Reference, overrides: Mapping[str, Value] | None = None) -> Graph:
        """One network. Raises `SpecError`."""
        return self.graph(
            self.library.resolve(reference, overrides), expect=self.expect and not overrides
        )

    def resolve(
        self, reference: Reference, overrides: Mapping[str, Value] | None = None
    ) -> Resolved:
        """One network's document, with what it extends, its variant and the overrides laid on.
        Raises `SpecError`.
        """
        resolved = self.library.resolve(reference, overrides)
        if resolved.document.problems:
            raise SpecError(resolved.document.problems, resolved.document.sources)
        return resolved

    def family(self, reference: Reference) -> Iterator[Reference]:
        """A reference, and those of all its variants where it names none. Raises `SpecError`."""
        yield reference
        if reference.variant is None:
            yield from (
                Reference(reference.path, variant)
                for variant in self.library.variants(self.library.open(reference))
            )

    def expanded(self, reference: Reference, overrides: Mapping[str, Value] | None = None) -> str:
        """The text of one network's document, with all that was laid on it. Raises `SpecError`."""
        root = self.resolve(reference, overrides).document.root
        name = root.data["name"]._replace(text=spec_name(root.data["name"].text))
        return writer.write(root._replace(data={**root.data, "name": name}))

    def record(
        self, reference: Reference, overrides: Mapping[str, Value] | None = None
    ) -> Recording:
        """One network's program with what carrying it out makes of each item, from which source
        code is written. Raises `SpecError`.
        """
        return self.recording(
            self.resolve(reference, overrides), expect=self.expect and not overrides
        )

    def recording(self, resolved: Resolved, *, expect: bool) -> Recording:
        """The recording of a resolved document. Raises `SpecError`."""
        from archspec.frontend.elaborate.recording import record  # noqa: PLC0415 - for this alone

        graph = self.graph(resolved, expect=expect)
        program, problems = parser.parse(resolved.document, self.bodies)
        assert program is not None, problems
        return record(program, resolved.kinds, graph)

    def graph(self, resolved: Resolved, *, expect: bool) -> Graph:
        """The graph of a resolved document. Raises `SpecError`."""
        root = resolved.document.root
        key = tuple((name, id(value)) for name, value in root.items() if name not in NO_STRUCTURE)
        if (
            key not in self.graphs
        ):  # a variant that changes nothing, such as `resnet50: {}`, is compiled with its document
            self.graphs[key] = self._elaborated(resolved), resolved
        description, source = (
            None if (value := root.get(name)) is None else value.data
            for name in ("description", "source")
        )
        graph = replace(
            self.graphs[key][0],
            name=str(root.data["name"].text),
            description=description,
            source=source,
        )
        claims = root.get("expect")
        unmet = checks.unmet_expectations(graph, claims) if expect and claims is not None else []
        if unmet:
            raise SpecError(unmet, resolved.document.sources)
        return graph

    def _elaborated(self, resolved: Resolved) -> Graph:
        try:
            return self._carried_out(resolved)
        except RecursionError:
            message = "the parts of this spec contain or need one another in too long a row"
            span = resolved.document.root.data["layers"].place
            problem = Diagnostic(
                "bound-network",
                message,
                span,
                "in here",
                help="look for long chains of variables, `let` values or blocks",
            )
            raise SpecError([problem], resolved.document.sources) from None

    def _carried_out(self, resolved: Resolved) -> Graph:
        document = resolved.document
        program, problems = parser.parse(document, self.bodies)
        problems = [*document.problems, *problems]
        graph = None
        if program is not None:
            graph, problems = elaborate.elaborate(program, resolved.kinds, self.workshop, problems)
        if graph is None:
            raise SpecError(problems, document.sources)
        return replace(graph, warnings=self._warnings(resolved))

    def _warnings(self, resolved: Resolved) -> tuple[Diagnostic, ...]:
        """What nothing mentions: told of a document once for all its variants, since every one
        of them counts as a mention.
        """
        root = resolved.document.root
        key = (id(root.get("blocks")), *map(id, resolved.mentioned_in))
        if key not in self.warnings:
            self.warnings[key] = (
                in_order(checks.unused_names(root, resolved.mentioned_in, resolved.own)),
                resolved,
            )
        return self.warnings[key][0]


NO_STRUCTURE = ("archspec", "name", "description", "source", "expect")
"""Keys of a document that change nothing of its layers."""


def compile(ref: str | Path | Mapping[str, Any], /, **vars: Any) -> Graph:
    """Compile a spec to its `Graph`, without loading Keras.

    ``ref`` is a path (``specs/resnet.yaml``), a shipped spec's bare name (``resnet``), either with
    ``@variant``, or a parsed mapping. Keywords change variables of the spec, as ``--set`` does;
    under any, nothing is expected. Raises `SpecError`, and `TypeError` for any other ``ref``.

        >>> archspec.compile("resnet@resnet50").parameters
        25610152
    """
    overrides = {name: override_of(name, value) for name, value in vars.items()}
    compiler = Compiler()
    if isinstance(ref, Mapping):
        document = compiler.library.accept(_document_of(ref))
        return compiler.graph(compiler.library.lay(document, None, overrides), expect=not overrides)
    return compiler.compile(Reference.parse(os.fspath(ref)), overrides)


def _document_of(mapping: Mapping[str, Any]) -> Document:
    return reader.read(as_json_text(dict(mapping), "mapping"), "<mapping>")
