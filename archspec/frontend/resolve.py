"""A reference to a spec → one network's `Document`: ``extends``, the variant and ``--set`` laid on
in the order of section 8 of the language.
"""

# No `from __future__ import annotations`: a NamedTuple compiles each annotation that is a text.

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from archspec import limits
from archspec.diagnostics import COMMAND_LINE as SET
from archspec.diagnostics import Diagnostic, Span, SpecError, stopped
from archspec.frontend import vocabulary
from archspec.frontend.library import Library, Reference
from archspec.frontend.variables import VariableKind, kind_help, kind_of, no_variable
from archspec.frontend.yaml.document import Broken, Document, Value
from archspec.spelling import did_you_mean, spec_name

NOT_INHERITED = ("name", "description", "source", "expect", "variants", "extends", "archspec")
"""Keys of a document that the one which extends it does not take over."""


class Resolved(NamedTuple):
    """One network's document. ``own`` is the file that was asked for.

    ``kinds`` says of what kind each variable must remain, or holds the expression that stood there
    first, which says it once evaluated. ``mentions`` are the words of all the documents and
    variants that went into it, which is what warnings about unused names go by. ``parts`` are the
    specs that blocks of it are, resolved themselves, by the blocks' names.
    """

    document: Document
    kinds: Mapping[str, VariableKind | Value]
    own: str
    mentioned_in: tuple[Value, ...] = ()
    parts: Mapping[str, "Resolved"] = {}

    @property
    def specs(self) -> int:
        """The number of specs, this one and those that its blocks are."""
        return 1 + sum(part.specs for part in self.parts.values())


def resolve(
    library: Library, reference: Reference, overrides: Mapping[str, Value] | None = None
) -> Resolved:
    """The document of a network, with the variables of ``overrides`` changed. Raises
    `SpecError`.
    """
    return lay(library, library.open(reference), reference.variant, overrides or {})


def lay(
    library: Library,
    document: Document,
    variant: str | None,
    overrides: Mapping[str, Value],
    chain: tuple[str, ...] = (),
) -> Resolved:
    """A document already read, laid on what it extends, then its variant, then the overrides.
    ``chain`` are the documents that it is a part of.
    """
    laying = _Laying(library, document, chain)
    laying.document(document, variant, chain)
    laying.overrides(overrides)
    return laying.result()


@dataclass(eq=False, repr=False)
class _Laying:
    """The layers of one network's document, laid one on the other."""

    library: Library
    first: Document
    chain: tuple[str, ...] = ()
    entries: dict[str, Value] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    kinds: dict[str, VariableKind | Value] = field(default_factory=dict)
    problems: list[Diagnostic] = field(default_factory=list)
    refused: list[Diagnostic] = field(default_factory=list)
    read: list[Value] = field(default_factory=list)
    name: str = ""

    def document(
        self,
        document: Document,
        variant: str | None,
        chain: tuple[str, ...],
        at: Span | None = None,
    ) -> None:
        """Lay on what the document extends, the document, and its variant."""
        self.sources |= document.sources
        self.refused += document.problems
        extends = document.root.get("extends")
        if extends is not None:
            self._extend(document, extends, chain)
        for key in NOT_INHERITED:
            self.entries.pop(key, None)
        self.read.append(document.root)
        self._lay(
            document.root,
            [key for key in document.root.data if key not in ("variants", "extends")],
            new_vars=True,
        )
        name = document.root.data["name"].text
        self.name = name
        if not re.fullmatch(
            vocabulary.NETWORK_NAME, name
        ):  # the schema sees a number, not how it is written
            help = f"write `{spec_name(name)}`"
            self._refuse(
                "wrong-value",
                "`name` must be lower-case letters, digits, `_` and `-`",
                document.root.data["name"].span,
                help,
            )
        if len(name) > limits.NAME_LENGTH:
            message = (
                f"this name has {len(name):,} characters, and a name may have"
                f" {limits.NAME_LENGTH:,}"
            )
            self._refuse("bound-name", message, document.root.data["name"].span, "shorten it")
        if variant is not None:
            self._variant(document, variant, name, at)

    def _extend(self, document: Document, extends: Value, chain: tuple[str, ...]) -> None:
        try:
            base, base_variant = self.library.extended(document, extends, (*chain, document.name))
        except SpecError as error:
            raise SpecError(
                [*self.refused, *error.diagnostics], {**self.sources, **error.sources}
            ) from None
        above = (*chain, document.name)
        if base.name in above:
            circle = (*above[above.index(base.name) :], base.name)
            way = f": {' → '.join(circle)}" if len(circle) > 2 else ""
            which = (
                "let one `extends` of the circle name a spec outside of it"
                if way
                else "name another spec, or remove it"
            )
            help = f"a spec cannot start from itself: {which}"
            self._refuse("extends-cycle", f"`{base.name}` extends itself{way}", extends.span, help)
        if len(chain) >= limits.EXTENSIONS:
            help = "let a spec extend the last of them directly"
            self._refuse(
                "bound-extends",
                f"more than {limits.EXTENSIONS} specs extend one another here",
                extends.span,
                help,
            )
        self.document(base, base_variant, above, extends.span)

    def _variant(self, document: Document, variant: str, name: str, at: Span | None) -> None:
        variants = document.root.get("variants")
        changes = variants.get(variant) if variants is not None else None
        if changes is None:
            names = self.library.variants(document)
            place = at or (variants.place if variants else document.root.data["name"].span)
            own = (
                f"its variant{'s are' if len(names) > 1 else ' is'} {', '.join(names)}"
                if names
                else None
            )
            has = own or self._inherited(document, variant) or "it has no variants"
            near = did_you_mean(variant, names)
            self._refuse(
                "unknown-variant",
                f"`{document.root.data['name'].text}` has no variant `{variant}`",
                place,
                near or has,
            )
        assert changes is not None
        self.entries.pop("expect", None)
        self._lay(changes, vocabulary.VARIANT_KEYS, new_vars=False)
        self.name = variant if variant.lower().startswith(name.lower()) else f"{name}-{variant}"

    def _inherited(self, document: Document, variant: str) -> str | None:
        """What to do where the document has no variants, and the one it extends has this one."""
        extends = document.root.get("extends")
        if extends is None or "@" in str(extends.text):
            return None
        base, _ = self.library.extended(document, extends, (document.name,))
        has = variant in self.library.variants(base)
        return (
            f"variants are not inherited: write `extends: {extends.text}@{variant}` in a spec of"
            " its own"
            if has
            else None
        )

    def overrides(self, overrides: Mapping[str, Value]) -> None:
        """Lay on the variables of the command line or of the Python API."""
        if not overrides:
            return
        self.entries.pop("expect", None)
        for name, value in overrides.items():
            file = value.span.file
            self.sources.setdefault(
                file, file.removeprefix(SET) if file.startswith(SET) else f"{name}={value.text}"
            )
        place = next(iter(overrides.values())).span
        self._vars(Value(dict(overrides), place), new=False)

    def _lay(self, changes: Value, keys: Iterable[str], *, new_vars: bool) -> None:
        for key in keys:
            value = changes.get(key)
            if value is None:
                continue
            if key == "vars":
                self._vars(value, new=new_vars)
            elif key == "defaults":
                self.entries[key] = _merged(self.entries.get(key), value, levels=2)
            elif key in ("blocks", "kinds", "names"):
                self.entries[key] = _merged(self.entries.get(key), value, levels=1)
            else:
                if key in ("input", "inputs"):
                    self.entries.pop("input", None)
                    self.entries.pop("inputs", None)
                self.entries[key] = value

    def _vars(self, changes: Value, *, new: bool) -> None:
        known = self.entries.get("vars")
        names = known.data if known is not None else {}
        for name, value in changes.items():
            before = self.kinds.get(name)
            if len(self.problems) >= limits.MISTAKES:
                break
            if name not in names and not new:
                self._problem("unknown-variable", *no_variable(name, value, self.entries))
            elif (
                not new
                and isinstance(before, VariableKind)
                and (kind := kind_of(value)) not in (None, before)
            ):
                self._problem(
                    "variable-kind",
                    f"`{name}` is {before}, and this is {kind}",
                    value.span,
                    kind_help(before, value),
                )
            if new or before is None:
                self._know(name, value)
        self.entries["vars"] = _merged(known, changes, levels=1)

    def _know(self, name: str, value: Value) -> None:
        kind = kind_of(value)
        self.kinds.pop(name, None)
        if value.data is not None:
            self.kinds[name] = kind or value

    def result(self) -> Resolved:
        """The network's document, or `SpecError` with what did not fit."""
        root = self.first.root
        if "layers" not in self.entries and not self.problems:
            self._problem(
                "missing-key",
                "`layers` is missing",
                root.data["name"].place,
                "add `layers`, or `extends` a spec that has them",
            )
        if not {"input", "inputs"} & set(self.entries) and not self.problems:
            self._problem(
                "missing-key",
                "`input` is missing",
                root.data["name"].place,
                "add `input: [height, width, channels]`, or `extends` a spec that has it",
            )
        if self.problems:
            problems = (
                stopped(self.problems) if len(self.problems) >= limits.MISTAKES else self.problems
            )
            raise SpecError([*self.refused, *problems], self.sources)
        name = self.entries["name"]._replace(data=self.name, text=self.name, plain=True)
        entries = {"archspec": self.first.root.data["archspec"], **self.entries, "name": name}
        ordered = {key: entries[key] for key in vocabulary.TOP_LEVEL if key in entries}
        parts: dict[str, Resolved] = {}
        for block_name, block in _specs_of(entries.get("blocks")):
            part = parts[block_name] = self._part(block)
            self.sources = {**part.document.sources, **self.sources}
            self._bound_parts(parts.values(), block.data["spec"].span)
        document = Document(
            self.first.name, root._replace(data=ordered), self.sources, tuple(self.refused)
        )
        return Resolved(document, self.kinds, self.first.name, tuple(self.read), parts)

    def _bound_parts(self, parts: Iterable[Resolved], span: Span) -> None:
        """Refuse more specs, or more text of them, than one network may be made of."""
        help = "write some of them as blocks of this spec"
        if sum(part.specs for part in parts) > limits.PARTS:
            message = f"this network is made of more than {limits.PARTS} other specs"
            self._refuse("bound-extends", message, span, help)
        if sum(map(len, self.sources.values())) > limits.PARTS_BYTES:
            message = f"the specs of this network have more than {limits.PARTS_BYTES:,} characters"
            self._refuse("bound-extends", message, span, help)

    def _part(self, block: Value) -> Resolved:
        """The spec that a block is, resolved. Raises `SpecError`."""
        spec, variables = block.data["spec"], block.get("vars")
        holder = self.first._replace(name=spec.span.file)
        above = (*self.chain, self.first.name)
        try:
            base, variant = self.library.extended(holder, spec, above)
            if base.name in above:
                self._refuse(
                    "extends-cycle",
                    f"`{base.name}` would be a part of itself",
                    spec.span,
                    "name another spec, or remove this block",
                )
            if len(above) > limits.EXTENSIONS:
                message = f"more than {limits.EXTENSIONS} specs are parts of one another here"
                self._refuse("bound-extends", message, spec.span, "write some of them as blocks")
            changes = {} if variables is None else dict(variables.items())
            return lay(self.library, base, variant, changes, above)
        except SpecError as error:
            diagnostics = [
                diagnostic._replace(span=spec.span)
                if diagnostic.code == "unknown-variant" and diagnostic.span.file != spec.span.file
                else diagnostic
                for diagnostic in error.diagnostics
            ]
            raise SpecError(
                [*self.refused, *diagnostics], {**error.sources, **self.sources}
            ) from None

    def _problem(self, code: str, message: str, span: Span, help: str | None = None) -> None:
        self.problems.append(Diagnostic(code, message, span, help=help))

    def _refuse(self, code: str, message: str, span: Span, help: str | None = None) -> None:
        raise SpecError(
            [*self.refused, *self.problems, Diagnostic(code, message, span, help=help)],
            self.sources,
        )


def _specs_of(blocks: Value | None) -> Iterator[tuple[str, Value]]:
    """The blocks that are other specs."""
    for name, block in blocks.items() if blocks is not None else ():
        if not isinstance(block.data, Broken) and block.get("spec") is not None:
            yield name, block


def _merged(below: Value | None, above: Value, levels: int) -> Value:
    """Two mappings in one, the upper's entries winning; ``levels`` deep, where both have
    mappings.
    """
    if levels == 0 or below is None or not (below.is_mapping and above.is_mapping):
        return above
    entries = dict(below.data)
    for key, value in above.items():
        entries[key] = _merged(entries.get(key), value, levels - 1)
    return above._replace(data=entries)
