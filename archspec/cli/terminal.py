"""A command → its exit code: what can go wrong between a program and its terminal is told in a
line, and never as a traceback.
"""

from __future__ import annotations

import codecs
import gc
import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from time import monotonic
from types import FrameType
from typing import IO, Any
from unicodedata import category

from archspec.diagnostics import printable
from archspec.files import reason

INTERRUPTED = 130
TERMINATED = 143
FAULT = 70

PLAIN = {
    "×": "x",
    "→": "->",
    "…": "...",
    "–": "-",
    "─": "-",
    "−": "-",
    "·": "*",
    "⌊": "floor(",
    "⌋": ")",
    "⌈": "ceil(",
    "⌉": ")",
    "≥": ">=",
    "≤": "<=",
}
"""What stands for our signs on a terminal that cannot show them."""


OUT_OF_MEMORY = {"MemoryError", "ResourceExhaustedError", "OutOfMemoryError"}
"""The classes of Python's, TensorFlow's and PyTorch's errors where memory is short."""


def guarded(command: Callable[[], int]) -> int:
    """Run a command and give its exit code. Interruption gives 130, a disk or terminal that
    fails 1, a fault of ours 70.
    """
    _show_anything()
    try:
        with _terminable():
            code = command()
            sys.stdout.flush()
    except KeyboardInterrupt:
        return interrupted()
    except BrokenPipeError:  # whoever read our output has seen enough
        _drop_output()
        return 1
    except OSError as error:
        _drop_output()
        file = f" ({error.filename})" if error.filename else ""
        return _tell(f"error: {reason(error)}{file}", 1)
    except Exception as error:
        if os.environ.get("ARCHSPEC_TRACEBACK"):
            raise
        if OUT_OF_MEMORY & {kind.__name__ for kind in type(error).__mro__}:
            return _tell("error: there is not enough memory for this network", 1)
        what = f"{type(error).__name__}: {' '.join(str(error).split())[:300]}"
        return _tell(
            f"error: this is a fault of archspec, please report it: {what}\n(ARCHSPEC_TRACEBACK=1"
            " shows where it happened)",
            FAULT,
        )
    return code


def say(text: str, *, err: bool = False) -> None:
    """Print text to standard output or standard error, with signs for the characters that a
    terminal would obey. (click would write UTF-8 to a terminal that says it is ASCII.)
    """
    stream = sys.stderr if err else sys.stdout
    stream.write(f"{harmless(text)}\n")
    stream.flush()


def output(text: str, format: str) -> None:
    """Print what a command gives. ``text`` is for people, as `say`; the other formats are for
    programs, so a file or a pipe gets them in UTF-8 whatever the terminal's encoding.
    """
    if format == "text" or sys.stdout.isatty():
        say(text)
        return
    if format != "yaml":  # whose writer escapes what a terminal obeys
        text = _escaped(text) if format == "json" else harmless(text)
    with _in_utf8(sys.stdout) as stream:
        stream.write(f"{text}\n")
        stream.flush()


@contextmanager
def _in_utf8(stream: Any) -> Iterator[Any]:
    encoding = stream.encoding
    with suppress(AttributeError, ValueError):
        stream.reconfigure(encoding="utf-8")
    try:
        yield stream
    finally:
        with suppress(AttributeError, ValueError):
            stream.reconfigure(encoding=encoding)


def harmless(text: str) -> str:
    """Text that a terminal can only show: signs stand for escapes, bells, changes of direction."""
    lines = text.split("\n")
    return "\n".join(line if line.isprintable() else _without_orders(line) for line in lines)


def _escaped(text: str) -> str:
    """JSON of the same values, without a character that a terminal obeys."""
    chars = (
        char if char.isprintable() or char == "\n" else json.dumps(char)[1:-1] for char in text
    )
    return text if text.replace("\n", "").isprintable() else "".join(chars)


def _without_orders(line: str) -> str:
    return "".join(char if category(char) == "Zs" else printable(char) for char in line)


def alone(command: Callable[[], int]) -> int:
    """As `guarded`, for a command that is all that its process does: nothing is swept up, which
    would take a seventh of the time.
    """
    gc.disable()
    try:
        return guarded(command)
    finally:
        gc.freeze()


def sweep_up() -> None:
    """Sweep up from here on, in what is not loaded yet: for Keras, which leaves much."""
    gc.freeze()
    gc.enable()


def interrupted() -> int:
    """Say so, and give the exit code."""
    return _tell("interrupted", INTERRUPTED)


def _tell(line: str, code: int) -> int:
    with suppress(OSError):
        say(line, err=True)
    return code


def _show_anything() -> None:
    """Let a terminal that is not UTF-8 show the nearest sign instead of failing."""
    codecs.register_error("archspec", _nearest)
    sys.stdin, sys.stdout, sys.stderr = (
        stream or _nothing(mode)
        for stream, mode in ((sys.stdin, "r"), (sys.stdout, "w"), (sys.stderr, "w"))
    )
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError, ValueError):
            stream.reconfigure(errors="archspec")  # type: ignore[union-attr]


def _nothing(mode: str) -> IO[str]:
    """What stands for a standard stream that was closed before we began."""
    return open(os.devnull, mode, encoding="utf-8")  # noqa: PTH123 - open as long as the program


def _nearest(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return (
        "".join(PLAIN.get(sign, "?") for sign in error.object[error.start : error.end]),
        error.end,
    )


def _drop_output() -> None:
    """Send what is still to be written nowhere, so that Python's own flush at the end does not
    fail again.
    """
    with suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@contextmanager
def _terminable() -> Iterator[None]:
    """Let SIGTERM leave by the same way as an error, so that half-written files are removed."""
    before: Any = None
    with suppress(ValueError):  # only the main thread may
        before = signal.signal(signal.SIGTERM, _leave)
    try:
        yield
    finally:
        if before is not None:
            signal.signal(signal.SIGTERM, before)


def _leave(number: int, frame: FrameType | None) -> None:
    sys.exit(TERMINATED)


@contextmanager
def quiet() -> Iterator[None]:
    """Hold back what TensorFlow's libraries write to standard error as they load, which no setting
    of theirs prevents.

    A ``TF_CPP_MIN_LOG_LEVEL`` in the environment below 3 lets it through.
    """
    if os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3") != "3":
        yield
        return
    original, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(original, 2)
        os.close(original)
        os.close(nowhere)


@contextmanager
def progress(
    what: str, total: int, stream: IO[str] | None = None
) -> Iterator[Callable[[object], None]]:
    """A function to call at each step, which counts on a terminal, ``building 34 of 174``, and
    says nothing elsewhere.
    """
    out, what = stream or sys.stderr, harmless(what)
    if not out.isatty():
        yield lambda _: None
        return
    done, shown = 0, 0.0

    def step(_: object) -> None:
        nonlocal done, shown
        done += 1
        if monotonic() - shown > 0.1:
            shown = monotonic()
            out.write(f"\r{what} {done} of {total}")
            out.flush()

    out.write(f"\r{what} ...")
    out.flush()
    try:
        yield step
    finally:
        out.write("\r\x1b[K")
        out.flush()
