"""Several processes that train one network, here or on several machines: Keras on JAX.

Each computes its part of every batch; what they have in common stays equal to the bit. The first
one writes. `launcher` starts them.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256

import keras
import numpy

from archspec.spelling import cut
from archspec.training import checkpoint
from archspec.training.checkpoint import CheckpointState
from archspec.training.outcome import WORKER_DIED, Ended
from archspec.training.signals import Asked


@dataclass(frozen=True)
class Team:
    """The workers of a training, as one of them sees it: its number from 0, and how many they
    are.
    """

    rank: int
    size: int

    @property
    def first(self) -> bool:
        """Whether this is the worker that writes."""
        return self.rank == 0

    @property
    def place(self) -> tuple[int, int]:
        """Number and size."""
        return self.rank, self.size

    def shared(self, state: CheckpointState | None) -> CheckpointState | None:
        """The state that the first worker has."""
        if self.size == 1:
            return state
        from jax.experimental import multihost_utils  # noqa: PLC0415 - of an extra

        data = checkpoint.as_bytes(state) if state is not None else b""
        number = int(multihost_utils.broadcast_one_to_all(numpy.int32(len(data))))
        if not number:
            return None
        mine = (
            numpy.frombuffer(data, numpy.uint8) if self.first else numpy.zeros(number, numpy.uint8)
        )
        sent = numpy.asarray(multihost_utils.broadcast_one_to_all(mine))
        return checkpoint.load(io.BytesIO(sent.tobytes()))

    def decide(self, choice: bool) -> bool:
        """What the first worker chooses, for all."""
        if self.size == 1:
            return choice
        from jax.experimental import multihost_utils  # noqa: PLC0415 - of an extra

        return bool(multihost_utils.broadcast_one_to_all(numpy.int32(choice)))

    def greatest(self, *numbers: int) -> tuple[int, ...]:
        """Of each number the greatest that a worker has."""
        if self.size == 1:
            return numbers
        from jax.experimental import multihost_utils  # noqa: PLC0415 - of an extra

        every = multihost_utils.process_allgather(numpy.array(numbers, numpy.int32))
        return tuple(map(int, every.max(axis=0)))

    def explained(self, error: Exception) -> Ended | None:
        """What ends a worker that JAX lets down, as it does where another one is gone; ``None``
        where the error has nothing to do with the team.
        """
        if self.size == 1:
            return None
        import jax  # noqa: PLC0415 - of an extra

        if not isinstance(error, jax.errors.JaxRuntimeError):
            return None
        return Ended(
            WORKER_DIED,
            f"worker {self.rank} cannot go on: {cut(' '.join(str(error).split()), 300)}",
            "if no other worker has died, this is a fault of archspec: please report it",
        )

    @contextmanager
    def apart(self) -> Iterator[None]:
        """Within it this worker makes tensors of its own, which the others need not make too."""
        distribution = keras.distribution.distribution()
        keras.distribution.set_distribution(None)
        try:
            yield
        finally:
            keras.distribution.set_distribution(distribution)

    def agree(self, arrays: Mapping[str, numpy.ndarray]) -> list[str]:
        """The SHA-256 of each worker's arrays. Raises `Ended` unless all are equal."""
        digest = sha256(b"".join(arrays[name].tobytes() for name in sorted(arrays))).digest()
        if self.size == 1:
            return [digest.hex()]
        from jax.experimental import multihost_utils  # noqa: PLC0415 - of an extra

        mine = numpy.frombuffer(digest, numpy.uint8)
        every = [one.tobytes().hex() for one in multihost_utils.process_allgather(mine)]
        if len(set(every)) > 1:
            raise Ended(WORKER_DIED, "the workers have come to different weights")
        return every


ALONE = Team(0, 1)


def join(address: str, rank: int | None, size: int, asked: Asked) -> Team:
    """Join this process to the others. ``address`` is that of the first, ``HOST:PORT``, or
    ``auto``: what Slurm or Kubernetes say of it. To be called before anything is computed.
    """
    os.environ.setdefault("JAX_ENABLE_PREEMPTION_SERVICE", "false")  # it takes SIGTERM from us
    import jax  # noqa: PLC0415 - of an extra

    if address == "auto":
        jax.distributed.initialize()
    else:
        keras.distribution.initialize(address, size, rank)
    asked.listen()  # again: before it had that option, JAX took SIGTERM in any case
    keras.distribution.set_distribution(keras.distribution.DataParallel(auto_shard_dataset=False))
    if jax.process_count() != size:
        raise Ended(2, f"{jax.process_count()} workers have come, and --workers says {size}")
    return Team(jax.process_index(), size)
