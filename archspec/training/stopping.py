"""Whether a training is to stop after a batch, as a signal asks for: of several workers all stop
after the same one, since one that stops alone leaves the others waiting for it.
"""

from __future__ import annotations

import time

from archspec.training.signals import Asked
from archspec.training.workers import Team

SECONDS = 0.5
MOST_BATCHES = 100
"""How far apart the votes of workers are: about so many seconds, and never more batches. A vote is
a collective operation of some milliseconds, which is too much for every batch.
"""


class Stopping:
    """Asks after each batch whether the training is to stop.

    Workers vote, and each takes part in the same votes: they count the same batches, and every vote
    says how many batches later the next one is. A signal may so come to any of them, at any moment.
    """

    def __init__(self, asked: Asked, team: Team) -> None:
        self.asked = asked
        self.team = team
        self.restart()

    def restart(self) -> None:
        """Begin with batches that take another time, of training or of validation: vote after the
        next one.
        """
        self.since, self.batches, self.due = time.monotonic(), 0, 1

    def code(self, *, vote: bool = False) -> int:
        """The exit code with which the training is to end now, else 0: the same for all workers.
        Each worker calls this after each batch; with ``vote`` they vote in any case.
        """
        if self.team.size == 1:
            return self.asked.code
        self.batches += 1
        if self.batches < self.due and not vote:
            return 0
        seconds = max(time.monotonic() - self.since, 1e-6) / self.batches
        batches = max(1, min(MOST_BATCHES, int(SECONDS / seconds)))
        code, due = self.team.greatest(self.asked.code, batches)
        self.restart()
        self.due = due
        return code
