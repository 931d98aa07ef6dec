"""A reference to a spec → one `Document`: ``extends``, the variant and ``--set`` laid on in the
order of section 8 of the language.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from archspec import limits
from archspec.diagnostics import COMMAND_LINE as SET
from archspec.diagnostics import Diagnostic, Span, SpecError, stopped
from archspec.files import reason
from archspec.frontend import vocabulary
from archspec.frontend.yaml import reader
from archspec.frontend.yaml.document import Document, Value
from archspec.frontend.yaml.encoding import decode
from archspec.layers import KINDS
from archspec.spelling import did_you_mean, listed, listed_names, spec_name

NOT_INHERITED = ("name", "description", "source", "expect", "variants", "extends", "archspec")
"""Keys of a document that the one which extends it does not take over."""

PACKAGE = Path(__file__).parents[1]
SHIPPED = next(
    (folder for folder in (PACKAGE / "specs", PACKAGE.parent / "specs") if folder.is_dir()),
    PACKAGE / "specs",
)
"""The folder of the specs that archspec ships: inside the package once installed, beside it in
a checkout.
"""


class Reference(NamedTuple):
    """What a user names: a path (``-`` is standard input), or a shipped spec's bare name, and
    perhaps a variant.
    """

    path: str
    variant: str | None = None

    @classmethod
    def parse(cls, text: str) -> Reference:
        """``specs/resnet.yaml@resnet18`` → its path and variant."""
        path, at, variant = text.rpartition("@")
        return cls(path, variant) if at and path else cls(text)

    @property
    def shipped(self) -> bool:
        """Whether this is the bare name of a shipped spec."""
        return self.path != "-" and not self.path.endswith((".yaml", ".yml"))

    def __str__(self) -> str:
        return self.path if self.variant is None else f"{self.path}@{self.variant}"


class Resolved(NamedTuple):
    """One network's document. ``own`` is the file that was asked for.

    ``kinds`` says of what kind each variable must remain, or holds the expression that stood there
    first, which says it once evaluated. ``mentions`` are the words of all the documents and
    variants that went into it, which is what warnings about unused names go by.
    """

    document: Document
    kinds: Mapping[str, str | Value]
    own: str
    mentioned_in: tuple[Value, ...] = ()


@dataclass(eq=False, repr=False)
class Library:
    """Reads specs, each file once. ``check`` gives a document with what the schema has against it.

    Documents that others extend must be shipped specs or lie in the folder tree of the spec given,
    unless ``allow_outside``. ``read`` holds what stood in every file that was asked for, ``None``
    where it could not be read.
    """

    check: Callable[[Document], Document]
    allow_outside: bool = False
    documents: dict[str, Document] = field(default_factory=dict)
    read: dict[Path, bytes | None] = field(default_factory=dict)

    def resolve(
        self, reference: Reference, overrides: Mapping[str, Value] | None = None
    ) -> Resolved:
        """The document of a network, with the variables of ``overrides`` changed. Raises
        `SpecError`.
        """
        document = self.open(reference)
        return self.lay(document, reference.variant, overrides or {})

    def open(self, reference: Reference) -> Document:
        """The document of a reference as it stands, variants and all."""
        if reference.shipped:
            return self._read(self._shipped(reference, None), reference)
        if reference.path == "-":
            return self._checked(
                "-",
                lambda: decode(sys.stdin.buffer.read(limits.TEXT_BYTES + 1), "<stdin>"),
                "<stdin>",
            )
        return self._read(Path(reference.path), reference)

    def lay(
        self, document: Document, variant: str | None, overrides: Mapping[str, Value]
    ) -> Resolved:
        """A document already read, laid on what it extends, then its variant, then the
        overrides.
        """
        laying = _Laying(self, document)
        laying.document(document, variant, ())
        laying.overrides(overrides)
        return laying.result()

    def variants(self, document: Document) -> tuple[str, ...]:
        """The names of a document's own variants."""
        variants = document.root.get("variants")
        return tuple(variants.data) if variants is not None and variants.is_mapping else ()

    def extended(
        self, document: Document, extends: Value, chain: tuple[str, ...]
    ) -> tuple[Document, str | None]:
        """The document that another one extends, and the variant of it."""
        reference = Reference.parse(str(extends.text))
        if not reference.path.isprintable():
            _refuse(
                "file-not-found",
                "this cannot be the path of a file",
                extends.span,
                help="name a spec with letters, digits and `/`",
            )
        path = (
            self._shipped(reference, extends)
            if reference.shipped
            else self._beside(document, reference, extends, chain)
        )
        return self._read(path, reference, extends), reference.variant

    def _beside(
        self, document: Document, reference: Reference, extends: Value, chain: tuple[str, ...]
    ) -> Path:
        here = Path(document.name) if not document.name.startswith("<") else Path("x")
        path = here.parent / reference.path
        root = Path(chain[0]) if chain and not chain[0].startswith("<") else Path("x")
        folder = _real(root.parent)
        inside = _real(path).is_relative_to(folder) or _real(path).is_relative_to(_real(SHIPPED))
        if not (inside or self.allow_outside):
            message = (
                f"`{reference.path}` lies outside the folder of the spec that was given,"
                f" {folder.name or '/'}/"
            )
            _refuse(
                "extends-outside",
                message,
                extends.span,
                help="move the file into that folder, or give `--allow-outside`",
            )
        return _normal(path)

    def _shipped(self, reference: Reference, extends: Value | None) -> Path:
        path = SHIPPED / f"{reference.path}.yaml"
        if _real(path).is_relative_to(_real(SHIPPED)) and _is_file(path):
            return path
        names = shipped_names()
        span = extends.span if extends else Span(reference.path or "?", 1, 1, 1, 1)
        near = did_you_mean(reference.path, names)
        here = Path(extends.span.file).parent if extends else Path()
        beside = (
            f"for the file write `{reference.path}.yaml`"
            if _is_file(here / f"{reference.path}.yaml")
            else None
        )
        folder = (
            "it is a folder: name a file in it"
            if reference.path and _is_folder(here / reference.path)
            else None
        )
        help = (
            beside
            or near
            or folder
            or "`archspec list` shows those it has; the path of a file ends in `.yaml`"
        )
        message = (
            f"there is no file `{reference.path}`"
            if "/" in reference.path
            else f"archspec ships no spec called `{reference.path}`"
        )
        _refuse("file-not-found", message, span, help=help)
        raise AssertionError

    def _read(self, path: Path, reference: Reference, extends: Value | None = None) -> Document:
        name = _shown(path)

        def text() -> str:
            self.read[path] = None
            try:
                data = self.read[path] = start_of(path)
                return decode(data, name)
            except (OSError, ValueError) as error:
                span = extends.span if extends else Span(reference.path, 1, 1, 1, 1)
                what, help = _why_not(path, error, str(Path(reference.path).parent))
                _refuse("file-not-found", f"the file `{reference.path}` {what}", span, help=help)
                raise AssertionError from error

        return self._checked(str(_real(path)), text, name)

    def _checked(self, key: str, text: Callable[[], str], name: str) -> Document:
        if key not in self.documents:
            self.documents[key] = self.accept(reader.read(text(), name))
        return self.documents[key]

    def accept(self, document: Document) -> Document:
        """The same document, its schema checked. Raises `SpecError` where it is of no further
        use.
        """
        return self.check(document)


@dataclass(eq=False, repr=False)
class _Laying:
    """The layers of one network's document, laid one on the other."""

    library: Library
    first: Document
    entries: dict[str, Value] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    kinds: dict[str, str | Value] = field(default_factory=dict)
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
            elif key == "blocks":
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
                self._problem("unknown-variable", *self._no_variable(name, value, names))
            elif (
                not new
                and isinstance(before, str)
                and (kind := kind_of(value)) not in (None, before)
            ):
                self._problem(
                    "variable-kind",
                    f"`{name}` is {before}, and this is {kind}",
                    value.span,
                    _kind_help(before, value),
                )
            if new or before is None:
                self._know(name, value)
        self.entries["vars"] = _merged(known, changes, levels=1)

    def _no_variable(self, name: str, value: Value, names: Iterable[str]) -> tuple[str, Span, str]:
        """What to say of a variable that the spec does not have, where, and the help."""
        kind, dot, last = name.rpartition(".")
        only = (
            "`--set` changes variables only"
            if value.place.file.startswith(SET)
            else "only variables can be changed so"
        )
        message = (
            f"`{name}` is no variable, and {only}" if dot else f"the spec has no variable `{name}`"
        )
        if near := did_you_mean(name, names) or did_you_mean(last, names):
            return message, value.place, near
        has = f"the spec's {_variables_in_words(names)}" if names else "the spec has no variables"
        last = last.replace("-", "_")
        if not re.fullmatch(vocabulary.VARIABLE_NAME, last) or (names and not dot):
            return message, value.place, has
        now = self._written(kind, last) or value.text or "..."
        put = (
            f"put `{last}: {now}` into `vars`" if names else f"add `vars: {{{last}: {now}}}` to it"
        )
        called = kind in KINDS or (
            "blocks" in self.entries and self.entries["blocks"].get(kind) is not None
        )
        use = (
            f"write `{kind}: {{{last}: ${last}}}`"
            if called
            else f"write `{f'{last}: ' * bool(dot)}${last}` where it belongs"
        )
        steps = [
            put,
            use,
            *(
                [f"give `{SET}{last}={value.text}`"]
                if dot and value.place.file.startswith(SET)
                else []
            ),
        ]
        return (
            message,
            value.place,
            f"{has}; to make {'another' if names else 'one'}, {listed(steps)}",
        )

    def _written(self, call: str, argument: str) -> str | None:
        """The value that an argument has wherever the spec writes such a call, ``None`` where
        there are several or none.
        """
        found, left = (
            set(),
            [self.entries[key] for key in ("layers", "blocks") if key in self.entries],
        )
        while left:
            value = left.pop()
            calls = value.get(call)
            given = calls.get(argument) if calls is not None else None
            found |= {given.text} if given is not None else set()
            left += [*value.elements(), *(one for _, one in value.items())]
        text = found.pop() if len(found) == 1 else None
        return None if text is None or "$" in text else text

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
            told = (
                stopped(self.problems) if len(self.problems) >= limits.MISTAKES else self.problems
            )
            raise SpecError([*self.refused, *told], self.sources)
        name = self.entries["name"]._replace(data=self.name, text=self.name, plain=True)
        entries = {"archspec": self.first.root.data["archspec"], **self.entries, "name": name}
        ordered = {key: entries[key] for key in vocabulary.TOP_LEVEL if key in entries}
        document = Document(
            self.first.name, root._replace(data=ordered), self.sources, tuple(self.refused)
        )
        return Resolved(document, self.kinds, self.first.name, tuple(self.read))

    def _problem(self, code: str, message: str, span: Span, help: str | None = None) -> None:
        self.problems.append(Diagnostic(code, message, span, help=help))

    def _refuse(self, code: str, message: str, span: Span, help: str | None = None) -> None:
        raise SpecError(
            [*self.refused, *self.problems, Diagnostic(code, message, span, help=help)],
            self.sources,
        )


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


def kind_of(value: Value) -> str | None:
    """The kind that a variable's value has as written: ``None`` for an expression, whose kind
    shows only later, and for ``null``.
    """
    if value.data is None or (isinstance(value.data, str) and "$" in value.data):
        return None
    return kind_of_data(value.data)


def kind_of_data(data: Any) -> str | None:
    """The kind of a plain value in an author's words; ``None`` for ``null``."""
    kinds: tuple[tuple[type | tuple[type, ...], str], ...] = (
        (bool, "a truth value"),
        ((int, float), "a number"),
        (str, "a text"),
        ((list, tuple), "a list"),
        (dict, "a mapping"),
    )
    return next((words for kind, words in kinds if isinstance(data, kind)), None)


def _variables_in_words(names: Iterable[str]) -> str:
    shown = list(names)[:12]
    return (
        f"one variable is {listed_names(shown)}"
        if len(shown) == 1
        else f"variables are {listed_names(shown, more=len(list(names)) > 12)}"
    )


def _kind_help(kind: str, value: Value) -> str:
    """What to write instead of a value that is of another kind than the variable."""
    text = (value.text or "").lower()
    if kind == "a truth value" and text in ("yes", "on", "y", "1"):
        return "write `true`"
    if kind == "a truth value" and text in ("no", "off", "n", "0"):
        return "write `false`"
    if kind == "a number" and re.fullmatch(r"[-+]?[0-9.]+", text):
        return "remove the quotes: in quotes a number is a text"
    if kind == "a list" and not value.is_list and not value.is_mapping:
        return f"write `[{value.text}]`"
    return f"give {kind}, as the spec does"


def shipped_names() -> list[str]:
    """The bare names of the specs that archspec ships."""
    return sorted(
        path.relative_to(SHIPPED).with_suffix("").as_posix() for path in SHIPPED.rglob("*.yaml")
    )


def _refuse(code: str, message: str, span: Span, help: str | None = None) -> None:
    raise SpecError([Diagnostic(code, message, span, help=help)])


def _why_not(path: Path, error: Exception, folder: str) -> tuple[str, str | None]:
    """Why a file cannot be read, and a file of nearly that name; ``folder`` is how the author
    wrote its folder.
    """
    near = None
    with suppress(OSError, ValueError):  # even to ask can be refused
        form = "`{}`" if folder == "." else f"`{folder}/{{}}`"
        near = (
            did_you_mean(path.name, [one.name for one in path.parent.glob("*.y*ml")], form)
            if path.parent.is_dir()
            else None
        )
        if not path.parent.is_dir():
            return "does not exist", f"there is no folder `{folder}`"
        if path.is_dir():
            return "is a folder", near
        if not path.exists():
            return "does not exist", near
    return f"cannot be read: {reason(error)}", None


def start_of(path: Path) -> bytes:
    """What stands in a file, as far as a spec may be long and a byte more, which is what the
    compiler reads. Raises `OSError`.
    """
    with path.open("rb") as file:
        return file.read(limits.TEXT_BYTES + 1)


def _real(path: Path) -> Path:
    """The path without ``..`` and links; unlike `Path.resolve` it takes one that the system
    cannot follow.
    """
    return Path(os.path.realpath(path))


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name that is too long
        return False


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # a name that is too long
        return False


def _normal(path: Path) -> Path:
    """The path without ``..`` where that shortens what people read."""
    return Path(_shown(_real(path)))


def _shown(path: Path) -> str:
    """A path as people read it: relative to the working folder where it lies inside."""
    here = Path.cwd()
    return (
        str(path.relative_to(here))
        if path.is_absolute() and path.is_relative_to(here)
        else str(path)
    )
