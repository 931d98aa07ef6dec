"""Ctrl-C and SIGTERM: the first asks a training to save and stop, the second ends it at once."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from archspec.training.outcome import INTERRUPTED, TERMINATED

CODES = {signal.SIGINT: INTERRUPTED, signal.SIGTERM: TERMINATED}


class Asked:
    """Whether a signal has asked the training to stop: ``code`` is then its exit code, else 0."""

    def __init__(self) -> None:
        self.code = 0

    def listen(self) -> None:
        """Take signals from now on; outside of a process's first thread none can be taken."""
        with suppress(ValueError):
            for number in CODES:
                signal.signal(number, self.receive)

    def receive(self, number: int, frame: Any) -> None:
        """Take a signal: the second ends the process."""
        if self.code:
            os._exit(CODES[signal.Signals(number)])
        self.code = CODES[signal.Signals(number)]


@contextmanager
def signals() -> Iterator[Asked]:
    """Within it signals are taken, and after it as before."""
    asked = Asked()
    before = {number: signal.getsignal(number) for number in CODES}
    asked.listen()
    try:
        yield asked
    finally:
        with suppress(ValueError):
            for number, handler in before.items():
                signal.signal(number, handler)
