"""A reference to a spec → its document: files, standard input, and the specs that archspec ships."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
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
            return self._checked(
                "-",
                lambda: decode(sys.stdin.buffer.read(limits.TEXT_BYTES + 1), "<stdin>"),
                "<stdin>",
            )
        return self._read(Path(reference.path), reference)

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
