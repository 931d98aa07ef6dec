"""A task on a file from anywhere → what it writes, in a process whose time and memory are bounded.

This is a program of its own, `foreign` runs it: whatever a file does to the library that reads it,
it does to this process. The tasks are the ``TASKS`` of a Python file, by name; each takes the file,
what to write, and how many bytes of data it may be.

It prints why a task refuses a file, which is what the exception says, and exits with `REFUSED`.
"""

from __future__ import annotations

import io
import json
import runpy
import sys
import zipfile
from pathlib import Path

REFUSED = 3
"""The exit code where a file is refused; the reason is on standard output."""


def main(tasks: str, task: str, source: str, target: str, *bounds: int) -> None:
    """Do a task within some bytes of memory, seconds of work and bytes of data."""
    memory, seconds, size = bounds
    _bound(memory, seconds)
    try:
        runpy.run_path(tasks)["TASKS"][task](Path(source), Path(target), size)
    except zipfile.BadZipFile:
        _exit("it is not a zip archive")
    except MemoryError:
        _exit("reading it takes too much memory")
    except Exception as error:  # whatever a library raises for a file that is damaged
        _exit(" ".join(str(error).split())[:LONGEST] or type(error).__name__)


LONGEST = 300
"""Characters of a reason."""


def _bound(memory: int, seconds: int) -> None:
    try:
        import resource  # noqa: PLC0415 - not on Windows
    except ImportError:
        return
    for what, most in (("RLIMIT_AS", memory), ("RLIMIT_CPU", seconds), ("RLIMIT_CORE", 0)):
        _, hard = resource.getrlimit(getattr(resource, what))
        if hard == resource.RLIM_INFINITY or most < hard:
            resource.setrlimit(getattr(resource, what), (most, hard))


def _exit(reason: str) -> None:
    print(json.dumps(reason))  # noqa: T201 - to the process that runs this
    sys.exit(REFUSED)


if __name__ == "__main__":
    sys.stdout = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8", errors="backslashreplace")
    tasks, task, source, target, *bounds = sys.argv[1:]
    main(tasks, task, source, target, *map(int, bounds))
