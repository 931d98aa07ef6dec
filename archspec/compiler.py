"""A reference to a spec → `Graph`: the stages, a line each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from archspec.diagnostics import Diagnostic, SpecError, in_order
from archspec.frontend import checks, elaborate, schema, source, syntax
from archspec.frontend.resolve import Library, Reference, Resolved, as_json_text, override_of
from archspec.frontend.source import Document, Value
from archspec.graph import Graph


@dataclass
class Compiler:
    """Compiles specs, each file read and checked once. ``expect`` checks expectations; ``allow_outside`` lifts the bound on ``extends``."""

    expect: bool = True
    allow_outside: bool = False
    library: Library = field(init=False)

    def __post_init__(self) -> None:
        self.library = Library(schema.check, self.allow_outside)

    def compile(self, reference: Reference, overrides: Mapping[str, Value] | None = None) -> Graph:
        """One network. Raises `SpecError`."""
        return self.graph(self.library.resolve(reference, overrides), expect=self.expect and not overrides)

    def resolve(self, reference: Reference, overrides: Mapping[str, Value] | None = None) -> Resolved:
        """One network's document, with what it extends, its variant and the overrides laid on. Raises `SpecError`."""
        return self.library.resolve(reference, overrides)

    def family(self, reference: Reference) -> Iterator[Reference]:
        """A reference, and those of all its variants where it names none. Raises `SpecError`."""
        yield reference
        if reference.variant is None:
            yield from (Reference(reference.path, variant) for variant in self.library.variants(self.library.open(reference)))

    def graph(self, resolved: Resolved, *, expect: bool) -> Graph:
        """The graph of a resolved document. Raises `SpecError`."""
        document = resolved.document
        program, problems = syntax.parse(document)
        graph = None
        if program is not None:
            graph, problems = elaborate.elaborate(program, resolved.kinds, expect=expect)
        if graph is None:
            raise SpecError(problems, document.sources)
        return replace(graph, warnings=warnings_of(resolved))


def warnings_of(resolved: Resolved) -> tuple[Diagnostic, ...]:
    """What is odd in a document and no mistake."""
    return in_order(checks.unused_names(resolved.document.root, resolved.mentioned_in, resolved.own))


def compile(ref: str | Path | Mapping[str, Any], /, **vars: Any) -> Graph:
    """Compile a spec to its `Graph`, without loading Keras.

    ``ref`` is a path (``specs/resnet.yaml``), a shipped spec's bare name (``resnet``), either with ``@variant``, or a parsed mapping.
    Keywords change variables of the spec, as ``--set`` does; under any, nothing is expected. Raises `SpecError`.

        >>> archspec.compile("resnet@resnet50").parameters
        25610152
    """
    overrides = {name: override_of(name, value) for name, value in vars.items()}
    compiler = Compiler()
    if isinstance(ref, Mapping):
        document = compiler.library.accept(_document_of(ref))
        return compiler.graph(compiler.library.lay(document, None, overrides), expect=not overrides)
    return compiler.compile(Reference.parse(str(ref)), overrides)


def _document_of(mapping: Mapping[str, Any]) -> Document:
    return source.read(as_json_text(dict(mapping), "mapping"), "<mapping>")
