"""A spec's bytes → what the compiler made of it, and every way in which that breaks the law.

The law: `archspec.compile` returns a `Graph` or raises `SpecError`, whose every diagnostic has a
code, a message and a span inside the file.
"""

from __future__ import annotations

import json
import re
import resource
import signal
import time
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import archspec
from archspec.diagnostics import Diagnostic, as_github, as_json, as_text
from archspec.frontend.overrides import as_json_text

SECONDS = 5.0
MEGABYTES = 300
LATE = ("too-long", "slow")
LINES = 14
"""Lines of one diagnostic, as people read it."""


class Outcome(NamedTuple):
    """What became of an input: ``signature`` tells outcomes of different kinds apart;
    ``broken`` says how the law is broken.
    """

    signature: str
    broken: str = ""


class TooLong(BaseException):
    """The compiler was still at work when its time was over."""


def judge(
    path: Path, reference: str | Mapping[str, Any] = "", variables: Mapping[str, Any] | None = None
) -> Outcome:
    """Compile a file, a variant of it or a parsed mapping, and hold the law against what comes
    of it. What takes too long does so twice: a machine short of memory stops whatever runs.
    """
    outcome = _judged(path, reference, variables)
    return _judged(path, reference, variables) if outcome.signature in LATE else outcome


def _judged(
    path: Path, reference: str | Mapping[str, Any], variables: Mapping[str, Any] | None
) -> Outcome:
    held, before, started = _megabytes(), peak_megabytes(), time.thread_time()
    try:
        with _alarm(2 * SECONDS):
            outcome = _compiled(path, reference or str(path), variables or {})
    except TooLong:
        return Outcome(
            "too-long",
            f"still at work after {2 * SECONDS:.0f} seconds\n{traceback.format_exc(limit=-6)}",
        )
    seconds, after = time.thread_time() - started, peak_megabytes()
    if seconds > SECONDS:
        return Outcome("slow", f"took {seconds:.1f} seconds")
    if after > before and after > held + MEGABYTES:
        return Outcome("memory", f"took {after - held:.0f} MB")
    return outcome


def _compiled(
    path: Path, reference: str | Mapping[str, Any], variables: Mapping[str, Any]
) -> Outcome:
    try:
        graph = archspec.compile(reference, **variables)
    except archspec.SpecError as error:
        return _refused(error, path)
    except Exception:
        shown = traceback.format_exc(limit=-8)
        return Outcome(shown.splitlines()[-1][:80], shown)
    if not isinstance(graph, archspec.Graph):
        return Outcome("no-graph", f"returned {type(graph)}")
    sources = (
        {} if isinstance(reference, str) else {"<mapping>": as_json_text(reference, "mapping")}
    )
    broken = "\n".join(misplaced(graph.warnings, sources, path))
    return Outcome(f"graph {len(graph.nodes)} {len(graph.scopes)} {len(graph.warnings)}", broken)


def _refused(error: archspec.SpecError, path: Path) -> Outcome:
    try:
        shown = [
            as_text(error.diagnostics, error.sources),
            as_github(error.diagnostics),
            str(json.loads(as_json(error.diagnostics))),
        ]
    except Exception:
        return Outcome("rendering", traceback.format_exc(limit=-8))
    broken = (
        []
        if any(one.severity == "error" for one in error.diagnostics) and all(shown)
        else ["a SpecError without diagnostics"]
    )
    broken += misplaced(error.diagnostics, error.sources, path)
    words = [
        f"{one.code} {re.sub(r'`[^`]*`|[0-9,.]+', '_', one.message)}" for one in error.diagnostics
    ]
    return Outcome(" | ".join(dict.fromkeys(words))[:300], "\n".join(broken))


def misplaced(
    diagnostics: tuple[Diagnostic, ...], sources: Mapping[str, str], path: Path
) -> Iterator[str]:
    """What is wrong with diagnostics as data: one without code, message or span inside its
    file, or too long to read.
    """
    for one in diagnostics:
        if not (one.code and one.message and one.severity in ("error", "warning")):
            yield f"without code or message: {one}"
        if len(as_text([one], sources).splitlines()) > LINES:
            yield f"longer than {LINES} lines: {one}"
        text = (
            sources.get(one.span.file)
            if one.span.file in sources
            else _text_of(one.span.file, path)
        )
        if text is None:
            yield f"in a file that was not read: {one}"
        elif not _inside(one, text):
            yield f"outside of the text: {one}"


def _text_of(file: str, path: Path) -> str | None:
    """The text of the spec or of one beside it; none of a value of Python that cannot be
    written as one.
    """
    if file.startswith("<"):
        return ""
    there = Path(file)
    if there.resolve() == path.resolve() or (
        there.is_file() and there.resolve().parent == path.resolve().parent
    ):
        return there.read_bytes().decode("utf-8-sig", "replace")
    return None


def _inside(one: Diagnostic, text: str) -> bool:
    span, lines = one.span, text.splitlines() or [""]
    if not (
        1 <= span.line <= span.end_line <= len(lines) and span.column >= 1 and span.end_column >= 1
    ):
        return False
    ordered = (span.line, span.column) <= (span.end_line, span.end_column)
    return (
        ordered
        and span.column <= len(lines[span.line - 1]) + 1
        and span.end_column <= len(lines[span.end_line - 1]) + 1
    )


def _megabytes() -> float:
    """The memory that this process holds now; on other systems than Linux, the most so far."""
    pages = Path("/proc/self/statm")
    return (
        int(pages.read_text().split()[1]) * resource.getpagesize() / 2**20
        if pages.is_file()
        else peak_megabytes()
    )


def peak_megabytes() -> float:
    """The most memory that this process has held so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


@contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    """Raise `TooLong` after seconds of this thread's own time, whatever else the machine does, and
    whatever the threads do that TensorFlow started in this process.
    """
    end = time.thread_time() + seconds

    def ring(*_: Any) -> None:
        left = end - time.thread_time()
        if left <= 0:
            raise TooLong
        signal.setitimer(signal.ITIMER_PROF, max(left, 0.01))  # which counts all threads

    before = signal.signal(signal.SIGPROF, ring)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
