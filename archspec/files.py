"""A path to write to → a file, or a folder, that is written whole or not at all."""

from __future__ import annotations

import os
import platform
import re
import shutil
import stat
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from typing import NoReturn
from zlib import crc32

from archspec.diagnostics import Diagnostic, Span, SpecError

MACHINE = f"{crc32(platform.node().encode()) & 0xFFFF:04x}"
"""Tells apart the machines that share a folder, since each numbers its own processes."""

WORKSPACE = re.compile(r"\.archspec-(?P<machine>[0-9a-f]{4})-(?P<process>\d+)-.*")
"""The name of a hidden folder in which a process of a machine prepares what it writes."""

NEW, REPLACED = "new", "replaced"
"""What a workspace holds: a folder that is being written, and the one that it replaces."""


def check_target(path: Path, *, make_folder: bool = False) -> None:
    """Raise `SpecError` where no file could be written, before the work is done.
    ``make_folder``: its folder may be missing.
    """
    if path.is_dir():
        _refuse("output-folder", f"`{path}` is a folder", path, "name a file in it")
    real = _real(path)
    if _is_written_through(real):
        return
    if real.exists() and not (os.access(real, os.W_OK) and real.stat().st_mode & 0o222):
        help = "choose another file with `-o`, or make it writable"
        _refuse("output-failed", f"the file `{path}` is read-only", path, help)
    _check_parent(real if path.is_symlink() else path, make_folder)


def check_folder(path: Path, mark: str, others: Collection[str]) -> None:
    """Raise `SpecError` where no folder could be written.

    A folder that exists is replaced if it is empty or was written by archspec: it holds ``mark``,
    and nothing but that and ``others``.
    """
    if path.exists() and not path.is_dir():
        _refuse_place(path, f"`{path}` is a file, not a folder")
    names = {entry.name for entry in path.iterdir()} if path.is_dir() else set()
    if names and not (mark in names and names <= {mark, *others}):
        message = f"the folder `{path}` holds something else, and all of it would be replaced"
        _refuse("output-folder", message, path, "name another folder")
    _check_parent(_real(path), False)


def _check_parent(path: Path, make_folder: bool) -> None:
    folder = path.parent
    if not folder.exists() and make_folder:
        folder = next((above for above in folder.parents if above.exists()), Path())
    elif not folder.exists():
        help = f"make it first: `mkdir -p {folder}`"
        _refuse("output-folder", f"the folder `{folder}` does not exist", path, help)
    if folder.exists() and not folder.is_dir():
        _refuse_place(path, f"`{folder}` is a file, not a folder")
    if folder.is_dir() and not os.access(folder, os.W_OK | os.X_OK):
        _refuse_place(path, f"the folder `{folder}` cannot be written to")


def _real(path: Path) -> Path:
    """Where the links of a path lead."""
    try:
        return path.resolve()
    except (OSError, RuntimeError):  # Python's error for links that lead in a circle
        _refuse_place(path, f"the links of `{path}` lead in a circle")


def _is_written_through(real: Path) -> bool:
    """Whether a path is a device, a pipe or a socket, which must be written to and not replaced."""
    return real.exists() and not real.is_file()


@contextmanager
def whole_file(path: Path, *, make_folder: bool = False) -> Iterator[Path]:
    """A file of the name of ``path`` to write to, in a hidden folder beside it. At the end it takes
    the place of ``path``, with the mode and owner of a file that was there; after an error nothing
    is left of it, nor of a folder that was made.

    A device or a pipe is written to when the file is complete. Raises `SpecError` where the system
    refuses.
    """
    made = make_folder and not path.parent.exists()
    real = _real(path)
    try:
        if made:
            path.parent.mkdir(parents=True)
        if _is_written_through(real):
            with TemporaryDirectory() as folder:
                yield (beside := Path(folder) / path.name)
                _copy_into(beside, real)
        else:
            with _workspace(real.parent) as workspace:
                yield (beside := workspace / real.name)
                _take_over_rights(beside, real)
                beside.replace(real)
    except OSError as error:
        _refuse_write(path, error)
    finally:
        if made:
            with suppress(OSError):  # it is not empty: all went well
                path.parent.rmdir()


def _copy_into(source: Path, node: Path) -> None:
    with source.open("rb") as complete, node.open("wb", buffering=0) as target:
        shutil.copyfileobj(complete, target)


def _take_over_rights(beside: Path, real: Path) -> None:
    """Give a file the owner and mode of the one that it is going to replace."""
    if not real.exists():
        return
    old, new = real.stat(), beside.stat()
    if (old.st_uid, old.st_gid) != (new.st_uid, new.st_gid):
        with suppress(PermissionError):  # only an administrator may give files away
            os.chown(beside, old.st_uid, old.st_gid)
    beside.chmod(stat.S_IMODE(old.st_mode))


@contextmanager
def whole_folder(path: Path) -> Iterator[Path]:
    """The path of a folder to make and fill, in a hidden folder beside ``path``. At the end it
    replaces ``path``; after an error, or if the process is stopped at any moment, the folder that
    was there is there again.

    Raises `SpecError` where the system refuses.
    """
    real = _real(path)
    try:
        with _workspace(real.parent) as workspace:
            yield (beside := workspace / NEW)
            if real.exists():
                (workspace / REPLACED).mkdir()
                real.rename(workspace / REPLACED / real.name)
            beside.rename(real)
    except OSError as error:
        _refuse_write(path, error)


@contextmanager
def _workspace(parent: Path) -> Iterator[Path]:
    """A hidden folder in ``parent``, so on the same disk; those of processes that were killed are
    removed first.
    """
    for left in parent.glob(f".archspec-{MACHINE}-*"):
        name = WORKSPACE.fullmatch(left.name)
        if name and not _is_running(int(name["process"])):
            _clear(left)
    workspace = Path(mkdtemp(prefix=f".archspec-{MACHINE}-{os.getpid()}-", dir=parent))
    try:
        yield workspace
    finally:
        _clear(workspace)


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):  # it is another user's, or no number of a process
        pass
    return True


def _clear(workspace: Path) -> None:
    """Put a folder back whose place has not been taken, and remove the workspace."""
    with suppress(OSError):
        for replaced in (workspace / REPLACED).iterdir():
            if not (workspace.parent / replaced.name).exists():
                replaced.rename(workspace.parent / replaced.name)
    shutil.rmtree(workspace, ignore_errors=True)


def size_of(path: Path) -> int:
    """Bytes of a file, or of all files of a folder."""
    files = [file for file in path.rglob("*") if file.is_file()] if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files)


def reason(error: Exception) -> str:
    """Why the system refused, in lower case: ``no space left on device``."""
    words = getattr(error, "strerror", None) or " ".join(str(error).split()) or type(error).__name__
    return f"{words[:1].lower()}{words[1:300]}"


def _refuse_write(path: Path, error: OSError) -> NoReturn:
    message = f"`{path}` could not be written: {reason(error)}: nothing was written"
    _refuse("output-failed", message, path)


def _refuse_place(path: Path, message: str) -> NoReturn:
    _refuse("output-folder", message, path, "choose another place with `-o`")


def _refuse(code: str, message: str, path: Path, help: str | None = None) -> NoReturn:
    raise SpecError([Diagnostic(code, message, Span(str(path), 1, 1, 1, 1), help=help)])
