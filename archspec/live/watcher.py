"""A spec that is being edited → a `Look` at it, at the start and after every save that changes
something, as long as somebody asks.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread
from time import monotonic, sleep
from typing import NamedTuple

from watchfiles import watch

from archspec.compiler import Checked, Compiler
from archspec.diagrams.making import draw
from archspec.diagrams.options import DrawingError, Options
from archspec.frontend.library import Reference, start_of
from archspec.frontend.yaml.document import Value

EVERY = 1.0
"""Seconds after which files are looked at unbidden: the system reports nothing of shared folders
and of those that were replaced.
"""

QUIET = 0.05
"""Seconds without a change after which a save is taken to be complete."""

PATIENCE = 1.0
"""Seconds that a file may be gone, empty or growing: editors remove and truncate what they save."""

Drawing = tuple[str, Options]
"""A format, and how to draw in it."""

Contents = Mapping[Path, bytes | None]
"""What stands in files, ``None`` where one cannot be read."""


class Look(NamedTuple):
    """A spec as it stands: what was found in it, its pictures, and what was read to find it.

    ``failure`` says in a line why a right spec could not be drawn; there are no pictures then, nor
    of a wrong one. ``seconds`` is the time it took.
    """

    checked: Checked
    pictures: Mapping[Drawing, bytes]
    failure: str
    read: Contents
    seconds: float


def look(
    compiler: Compiler,
    reference: Reference,
    overrides: Mapping[str, Value],
    drawings: Iterable[Drawing],
) -> Look:
    """Compile a spec, with a compiler that has read nothing yet, and draw it."""
    start, failure = monotonic(), ""
    checked = compiler.check(reference, overrides)
    pictures: dict[Drawing, bytes] = {}
    if checked.graph is not None:
        try:
            pictures = {
                (format, options): draw(checked.graph, format, options)
                for format, options in dict.fromkeys(drawings)
            }
        except DrawingError as error:
            failure = str(error)
    return Look(checked, pictures, failure, compiler.library.read, monotonic() - start)


def looks(once: Callable[[], Look]) -> Generator[Look]:
    """A look at the start, and one more whenever a file that the last one read has changed.
    Close it to end.
    """
    listener = _Listener()
    try:
        while True:
            seen = once()
            yield seen
            _until_changed(seen.read, listener)
    finally:
        listener.listen({})


def _until_changed(read: Contents, listener: _Listener) -> None:
    """Wait until other bytes stand in the files than were read, and the one who writes them is
    done.
    """
    while True:
        listener.listen(_folders(read))
        if _contents(read) != read and _settled(read) != read:
            return
        listener.wait()


def _settled(read: Contents) -> Contents:
    """The contents of the files once they stay as they are, and none that had a text is empty;
    after a while, whatever they are.
    """
    end, before = monotonic() + PATIENCE, _contents(read)
    while True:
        sleep(QUIET)
        now = _contents(read)
        complete = now == before and all(now[path] or not text for path, text in read.items())
        if complete or monotonic() > end:
            return now
        before = now


def _contents(paths: Contents) -> Contents:
    return {path: _content(path) for path in paths}


def _content(path: Path) -> bytes | None:
    try:
        return start_of(path)
    except (OSError, ValueError):
        return None


def _folders(paths: Contents) -> Mapping[str, int]:
    """The folders that the files stand in, or the nearest that exist, and those that links lead
    to, each with the number of its inode, which another folder at the same path would not have.
    """
    folders: dict[str, int] = {}
    for path in paths:
        with suppress(
            OSError, ValueError, RuntimeError
        ):  # a path that cannot be followed, or a circle of links
            for place in {path.absolute(), path.resolve()}:
                folder = next(above for above in place.parents if above.is_dir())
                folders[str(folder)] = folder.stat().st_ino
    return folders


STARTING = 200
"""How often a thread that is being started is looked for, every hundredth of a second."""


class _Listener:
    """Wakes one who waits when something happens in some folders. It has a thread of its own,
    so that signals reach the one who waits.
    """

    def __init__(self) -> None:
        self._folders: Mapping[str, int] = {}
        self._woken, self._stop = Event(), Event()
        self._thread: Thread | None = None

    def listen(self, folders: Mapping[str, int]) -> None:
        """Listen to these folders from now on, to none others."""
        if folders == self._folders:
            return
        self._stop.set()
        if self._thread is not None:
            _join(self._thread)  # left alone, it would crash Python's end
        self._folders, self._stop, self._thread = folders, Event(), None
        if folders:
            self._thread = Thread(target=self._hear, args=(self._stop,), daemon=True)
            self._thread.start()

    def wait(self) -> None:
        """Wait until something happens, at most `EVERY` seconds."""
        self._woken.wait(EVERY)
        self._woken.clear()

    def _hear(self, stop: Event) -> None:
        with suppress(
            OSError, RuntimeError
        ):  # a folder has gone, or the system watches no more: `EVERY` is left
            for _ in watch(
                *self._folders,
                watch_filter=None,
                debounce=400,
                stop_event=stop,
                rust_timeout=1000,
                recursive=False,
            ):
                self._woken.set()


def _join(thread: Thread) -> None:
    """Wait until a thread has ended, also where a signal came while it was being started: it then
    runs a moment later, and cannot be waited for until it does.
    """
    for _ in range(STARTING):
        try:
            thread.join()
        except RuntimeError:
            sleep(0.01)
        else:
            return
