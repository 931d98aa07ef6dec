"""The names of a network as it grows: which paths are taken, what each stands for, and what a
``from`` finds.
"""

# No `from __future__ import annotations`: a NamedTuple compiles each annotation that is a text.

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import NamedTuple

from archspec import limits
from archspec.diagnostics import Span
from archspec.frontend.elaborate.budget import Exceeded
from archspec.frontend.elaborate.scope import Context, Environment, Feed
from archspec.frontend.program.program import Operation
from archspec.spelling import did_you_mean, listed_names


class Entry(NamedTuple):
    """What a written name stands for: what its item gives on, and the item itself, to be reused.

    ``automatic`` is the part of the path up to its last automatic step: whoever stands outside of
    it cannot say the name. ``is_output`` says that the name is that of an output of the item.
    """

    feed: Feed
    automatic: str
    operation: Operation
    context: Context
    environment: Environment
    is_output: bool = False


@dataclass(eq=False, repr=False)
class Names:
    """Every path of a network so far."""

    characters: int = 0
    taken: dict[str, Span] = field(default_factory=dict)
    counted: dict[str, int] = field(default_factory=dict)
    entries: dict[str, Entry] = field(default_factory=dict)
    endpoints: dict[str, Feed] = field(default_factory=dict)
    order: list[tuple[str, Span]] = field(default_factory=list)
    settled: list[tuple[str, Feed, Entry | None]] = field(default_factory=list)
    left_out: dict[str, tuple[str, Span]] = field(default_factory=dict)
    unsure: bool = False
    """Whether a mistake may hide names, after which a name that is not there is no mistake."""

    def automatic(self, prefix: str, step: str, reserved: frozenset[str], place: Span) -> str:
        """A free path for an item without a name: its step, counted up where that is taken or
        written by the author.
        """
        base = f"{prefix}.{step}" if prefix else step
        number = self.counted.get(base, 0) + 1
        path, last = (base, step) if number == 1 else (f"{base}_{number}", f"{step}_{number}")
        while path in self.taken or last in reserved:
            number += 1
            path, last = f"{base}_{number}", f"{step}_{number}"
        self.counted[base] = number
        self.take(path, place)
        return path

    def branch(self, prefix: str, label: str, reserved: frozenset[str], place: Span) -> str:
        """A free path for a branch: its label, which only the branch itself has reserved, counted
        up where that is taken.
        """
        path = join(prefix, label)
        if path in self.taken or path in self.counted:
            return self.automatic(prefix, label, reserved, place)
        self.counted[path] = 1
        self.take(path, place)
        return path

    def written(self, path: str, place: Span) -> Span | None:
        """Take a path that the author wrote; where it is taken already, by whom."""
        owner = self.taken.get(path)
        if owner is None:
            self.take(path, place)
        return owner

    def take(self, path: str, place: Span) -> None:
        """Take a free path. Raises `Exceeded` where all paths together are too long."""
        self.characters += len(path)
        if self.characters > limits.PATHS:
            message = (
                f"the paths of this network have more than {limits.PATHS:,} characters together"
            )
            raise Exceeded(
                message,
                place,
                "choose shorter names, or look for blocks that call others several times",
            )
        self.taken[path] = place
        self.order.append((path, place))

    def free(self, paths: Collection[str]) -> bool:
        """Whether all of several paths are free, and none is too long."""
        too_long = max(map(len, paths), default=0) > limits.NAME_LENGTH
        return not too_long and self.taken.keys().isdisjoint(paths)

    def take_all(self, paths: list[tuple[str, Span]]) -> None:
        """Take several free paths, as `take` does each."""
        characters = self.characters + sum([len(path) for path, _ in paths])
        if characters > limits.PATHS:
            for path, place in paths:
                self.take(path, place)
        self.characters = characters
        self.taken.update(paths)
        self.order += paths

    def settle(self, path: str, feed: Feed, entry: Entry | None = None) -> None:
        """Let a path stand for what its item gives on; ``entry`` if the author wrote it."""
        self.endpoints[path] = feed
        if entry is not None:
            self.entries[path] = entry
        self.settled.append((path, feed, entry))

    def settle_all(self, settled: list[tuple[str, Feed, Entry | None]]) -> None:
        """Let several paths stand for what their items give on, as `settle` does each."""
        self.endpoints.update((path, feed) for path, feed, _ in settled)
        self.entries.update((path, entry) for path, _, entry in settled if entry is not None)
        self.settled += settled

    def find(self, name: str, prefixes: tuple[str, ...]) -> tuple[str, Entry] | None:
        """The path and entry that a name stands for, seen from inside these prefixes, the
        innermost first.
        """
        for prefix in prefixes:
            path = join(prefix, name)
            entry = self.entries.get(path)
            if entry is not None and len(entry.automatic) <= len(prefix):
                return path, entry
        return None

    def broken(self, name: str, prefixes: tuple[str, ...]) -> bool:
        """Whether a name, or the first steps of it, stand for an item with a mistake."""
        steps = name.split(".")
        heads = [".".join(steps[:count]) for count in range(1, len(steps) + 1)]
        entries = [self.find(head, prefixes) for head in heads]
        return any(entry is not None and entry[1].feed.tensor is None for entry in entries)

    def near(self, name: str, prefixes: tuple[str, ...]) -> bool:
        """Whether something else can be said of a name than that there is none."""
        paths = [join(prefix, name) for prefix in prefixes]
        return any(
            path in self.left_out or path in self.endpoints or f"{path}1" in self.entries
            for path in paths
        )

    def why_not(
        self, name: str, prefixes: tuple[str, ...], inputs: Iterable[str]
    ) -> tuple[str, str | None]:
        """Why a name stands for nothing here, and what to write instead."""
        paths = [join(prefix, name) for prefix in prefixes]
        for path in paths:
            if path in self.left_out:
                why, place = self.left_out[path]
                message = f"`{name}` is left out here, by the `{why}` on line {place.line}"
                return message, "take another tensor, or put a `when` beside this too"
        visible = list(dict.fromkeys([*self._visible(prefixes), *inputs]))
        for path in paths:
            if path in self.endpoints:
                return (
                    f"`{name}` is an automatic name, which would move when the text is edited",
                    "give that item a `name`, and use it here",
                )
            if f"{path}1" in self.entries:
                last = next(
                    number for number in count(1) if f"{path}{number + 1}" not in self.entries
                )
                first = f", `{name}1` the first" if last > 1 else ""
                return (
                    f"`{name}` repeats, and its name is counted",
                    f"`{name}{last}` is the last repetition{first}",
                )
        from archspec.frontend.foreign.items import from_help

        if help := from_help(name):
            return f"no item above is called `{name}`", help
        within = [path for path in visible if path.endswith(f".{name}")]
        near = f"did you mean `{within[-1]}`?" if within else did_you_mean(name, visible)
        above = (
            f"the names above: {listed_names(visible[-8:])}"
            if visible
            else "no item above has a name; give one to the item that you mean"
        )
        return f"no item above is called `{name}`", near or above

    def _visible(self, prefixes: tuple[str, ...]) -> Iterator[str]:
        for path, entry in self.entries.items():
            for prefix in prefixes:
                if path.startswith(prefix and prefix + ".") and len(entry.automatic) <= len(prefix):
                    yield path[len(prefix) + 1 :] if prefix else path
                    break


def join(prefix: str, step: str) -> str:
    """A path and a step behind it."""
    return f"{prefix}.{step}" if prefix else step


def last_step(path: str) -> str:
    """The last step of a path."""
    return path.rpartition(".")[2]
