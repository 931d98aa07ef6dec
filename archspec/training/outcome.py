"""How a training can end other than well: an exception with an exit code, what happened, and
what to do.

0 trained, 1 refused (`SpecError`) or not as the recipe expects, 2 wrong usage, 3 diverged, 4 out of
memory, 5 could not write, 6 a worker died, 130 interrupted, 143 terminated.
"""

from __future__ import annotations

REFUSED = NOT_AS_EXPECTED = 1
DIVERGED = 3
OUT_OF_MEMORY = 4
NOT_WRITTEN = 5
WORKER_DIED = 6
INTERRUPTED = 130
TERMINATED = 143


class Ended(Exception):
    """A training has ended before its last epoch. ``lines`` say what happened and what to do."""

    def __init__(self, code: int, *lines: str) -> None:
        super().__init__(*lines)
        self.code = code
        self.lines = lines
