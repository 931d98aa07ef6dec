"""A reference to a spec → its document: files, standard input, the specs that archspec ships."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import NamedTuple

from archspec import limits
from archspec.diagnostics import Diagnostic, Span, SpecError
from archspec.files import reason
from archspec.frontend.yaml import reader
from archspec.frontend.yaml.document import Document, Value
from archspec.frontend.yaml.encoding import decode
from archspec.spelling import did_you_mean

PACKAGE = Path(__file__).parents[1]
SHIPPED = next(
    (folder for folder in (PACKAGE / "specs", PACKAGE.parent / "specs") if folder.is_dir()),
    PACKAGE / "specs",
)
"""The folder of the specs that archspec ships: inside the package once installed, beside it in
a checkout.
"""


SHORTEST = 4
"""Characters of the shortest variant's name that is looked for without its spec's."""

MODEL_FILES = (".keras", ".h5", ".json")
"""The endings of files that `archspec verify` compares a spec with."""


class Reference(NamedTuple):
    """What a user names: a path (``-`` is standard input), or a shipped spec's bare name, and
    perhaps a variant.
    """

    path: str
    variant: str | None = None

    @classmethod
    def parse(cls, text: str, folder: Path = Path()) -> Reference:
        """``specs/resnet.yaml@resnet18`` → its path and variant. A path may hold `@` too: one that
        is there, seen from ``folder``, or one that ends as a spec's does.
        """
        path, at, variant = text.rpartition("@")
        no_variant = not at or not path or (_is_spec(text) and not _is_spec(path))
        return cls(text) if no_variant or _is_there(folder / text) else cls(path, variant)

    @property
    def shipped(self) -> bool:
        """Whether this is the bare name of a shipped spec."""
        return self.path != "-" and not _is_spec(self.path)

    def __str__(self) -> str:
        return self.path if self.variant is None else f"{self.path}@{self.variant}"


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

    def open(self, reference: Reference) -> Document:
        """The document of a reference as it stands, variants and all."""
        if reference.shipped:
            return self._read(self._shipped(reference, None), reference)
        if reference.path == "-":
            return self._checked("-", lambda: text_of("-"), "<stdin>")
        return self._read(Path(reference.path), reference)

    def variants(self, document: Document) -> tuple[str, ...]:
        """The names of a document's own variants."""
        variants = document.root.get("variants")
        return tuple(variants.data) if variants is not None and variants.is_mapping else ()

    def extended(
        self, document: Document, extends: Value, chain: tuple[str, ...]
    ) -> tuple[Document, str | None]:
        """The document that another one extends, and the variant of it."""
        reference = Reference.parse(str(extends.text), _folder_of(document.name))
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
        path = _folder_of(document.name) / reference.path
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
        span = extends.span if extends else Span(reference.path or "?", 1, 1, 1, 1)
        here = Path(extends.span.file).parent if extends else Path()
        _refuse("file-not-found", *self._no_spec(reference.path, here, span))
        raise AssertionError

    def _no_spec(self, path: str, here: Path, span: Span) -> tuple[str, Span, str]:
        """What is wrong with a path that names neither a spec's file nor a shipped spec, and
        the help.
        """
        if path and _is_folder(here / path):
            return f"`{path}` is a folder", span, "name a file in it"
        if _is_file(here / path):
            ending = PurePath(path).suffix
            help = (
                f"to compare it with a spec: `archspec verify SPEC --against {path}`"
                if ending in MODEL_FILES
                else "a spec is a YAML file"
            )
            return f"`{path}` is no spec: the path of a spec ends in `.yaml`", span, help
        beside = f"for the file write `{path}.yaml`" if _is_file(here / f"{path}.yaml") else None
        variant = shipped_variant(path)
        near = f"did you mean `{variant}`?" if variant else did_you_mean(path, shipped_names())
        help = (
            beside
            or near
            or "`archspec list` shows those it has; the path of a file ends in `.yaml`"
        )
        if "/" in path:
            return f"there is no file `{path}`", span, help
        return f"archspec ships no spec called `{path}`", span, help

    def _read(self, path: Path, reference: Reference, extends: Value | None = None) -> Document:
        name = _shown(path)

        def text() -> str:
            self.read[path] = None
            span = extends.span if extends else Span(reference.path, 1, 1, 1, 1)
            data = self.read[path] = bytes_of(path, reference.path, span)
            return decode(data, name)

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


def shipped_names() -> list[str]:
    """The bare names of the specs that archspec ships."""
    return sorted(
        path.relative_to(SHIPPED).with_suffix("").as_posix() for path in SHIPPED.rglob("*.yaml")
    )


def shipped_variant(name: str) -> str | None:
    """The variant of a shipped spec, `resnet@resnet50`, of which somebody knows the name alone,
    `resnet50`.
    """
    wanted = re.sub("[-_]", "", name.lower())
    for spec in sorted(shipped_names(), key=lambda name: ("/" in name, name)):
        for variant in shipped_variants(spec):
            for called in (variant, f"{PurePath(spec).name}{variant}"):
                if len(called) >= SHORTEST and re.sub("[-_]", "", called.lower()) == wanted:
                    return f"{spec}@{variant}"
    return None


def shipped_variants(name: str) -> tuple[str, ...]:
    """The names of a shipped spec's variants."""
    text = (SHIPPED / f"{name}.yaml").read_text(encoding="utf-8")
    variants = reader.read(text, name).root.get("variants")
    return tuple(variants.data) if variants is not None else ()


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
            did_you_mean(path.name, [file.name for file in path.parent.glob("*.y*ml")], form)
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


def bytes_of(path: Path, written: str, span: Span) -> bytes:
    """What stands in a file that an author names, ``written`` so, where ``span`` is. Raises
    `SpecError` where it cannot be read.
    """
    try:
        return start_of(path)
    except (OSError, ValueError) as error:
        what, help = _why_not(path, error, str(Path(written).parent))
        _refuse("file-not-found", f"the file `{written}` {what}", span, help=help)
        raise AssertionError from error


def text_of(name: str) -> str:
    """The text of a file, or of standard input (``-``). Raises `SpecError`."""
    if name == "-":
        return decode(sys.stdin.buffer.read(limits.TEXT_BYTES + 1), "<stdin>")
    return decode(bytes_of(Path(name), name, Span(name, 1, 1, 1, 1)), name)


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


def _is_spec(path: str) -> bool:
    """Whether a path ends as that of a spec does."""
    return path.endswith((".yaml", ".yml"))


def _folder_of(name: str) -> Path:
    """The folder of a document, whose name begins with ``<`` where it is no file."""
    return Path() if name.startswith("<") else Path(name).parent


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name that is too long
        return False


def _is_there(path: Path) -> bool:
    return _is_file(path) or _is_folder(path)


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
