"""A place to write to → a file, or a folder, that is written whole or not at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NoReturn

from archspec.diagnostics import Diagnostic, Span, SpecError


def check_target(path: Path, *, make_folder: bool = False) -> None:
    """Raise `SpecError` where no file could be written, before the work is done.
    ``make_folder``: its folder may be missing.
    """
    if path.is_dir():
        _refuse("output-folder", f"`{path}` is a folder", path, "name a file in it")
    _check_place(path, make_folder)


def check_folder(path: Path, mark: str, others: Collection[str]) -> None:
    """Raise `SpecError` where no folder could be written.

    One that is there is replaced if it is empty, or of an earlier run: it holds ``mark``, and
    nothing but that and ``others``.
    """
    if path.exists() and not path.is_dir():
        _refuse(
            "output-folder",
            f"`{path}` is a file, not a folder",
            path,
            "choose another place with `-o`",
        )
    held = {one.name for one in path.iterdir()} if path.is_dir() else set()
    if held and not (mark in held and held <= {mark, *others}):
        _refuse(
            "output-folder",
            f"the folder `{path}` holds something else, and all of it would be replaced",
            path,
            "name another folder",
        )
    _check_place(path.resolve(), False)


def _check_place(path: Path, make_folder: bool) -> None:
    folder = path.parent
    if not folder.exists() and make_folder:
        folder = next((above for above in folder.parents if above.exists()), Path())
    elif not folder.exists():
        _refuse(
            "output-folder",
            f"the folder `{folder}` does not exist",
            path,
            f"make it first: `mkdir -p {folder}`",
        )
    if folder.exists() and not folder.is_dir():
        _refuse(
            "output-folder",
            f"`{folder}` is a file, not a folder",
            path,
            "choose another place with `-o`",
        )
    if folder.is_dir() and not os.access(folder, os.W_OK | os.X_OK):
        _refuse(
            "output-folder",
            f"the folder `{folder}` cannot be written to",
            path,
            "choose another place with `-o`",
        )


@contextmanager
def whole_file(path: Path, *, make_folder: bool = False) -> Iterator[Path]:
    """A hidden file beside ``path``, with its ending, to write to: it becomes ``path`` at the end,
    or nothing is left of it, nor of a folder made.

    Raises `SpecError` where the disk refuses.
    """
    made = make_folder and not path.parent.exists()
    real = path.resolve() if path.is_symlink() else path
    beside = real.with_name(f".{real.stem}.{os.getpid()}{real.suffix}")
    try:
        if made:
            path.parent.mkdir(parents=True)
        yield beside
        beside.replace(real)
    except OSError as error:
        _refuse(
            "output-failed",
            f"`{path}` could not be written: {reason(error)}: nothing was written",
            path,
        )
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
        if made:
            with suppress(OSError):  # it is not empty: all went well
                path.parent.rmdir()


@contextmanager
def whole_folder(path: Path) -> Iterator[Path]:
    """A hidden folder beside ``path`` to make and fill: it takes the place of ``path`` at the end,
    or nothing is left of it.

    Raises `SpecError` where the disk refuses.
    """
    real = path.resolve()
    beside, before = (
        real.with_name(f".{real.name}.{os.getpid()}{ending}") for ending in ("", ".before")
    )
    try:
        yield beside
        if real.exists():
            real.rename(before)
        beside.rename(real)
    except OSError as error:
        with suppress(OSError):
            before.rename(real)
        _refuse(
            "output-failed",
            f"`{path}` could not be written: {reason(error)}: nothing was written",
            path,
        )
    finally:
        for left in (beside, before):
            shutil.rmtree(left, ignore_errors=True)


def size_of(path: Path) -> int:
    """Bytes of a file, or of all files of a folder."""
    return (
        sum(one.stat().st_size for one in path.rglob("*") if one.is_file())
        if path.is_dir()
        else path.stat().st_size
    )


def reason(error: Exception) -> str:
    """Why the system refused, in lower case: ``no space left on device``."""
    words = getattr(error, "strerror", None) or " ".join(str(error).split()) or type(error).__name__
    return f"{words[:1].lower()}{words[1:300]}"


def _refuse(code: str, message: str, path: Path, help: str | None = None) -> NoReturn:
    raise SpecError([Diagnostic(code, message, Span(str(path), 1, 1, 1, 1), help=help)])
