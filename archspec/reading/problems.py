"""What of a model archspec has no counterpart for → one error that says all of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn

from archspec.diagnostics import Diagnostic, Span, SpecError
from archspec.files import reason
from archspec.spelling import counted, cut, in_words, listed

SHOWN = 3
"""Names of layers that an error mentions of those with the same trouble."""

NO_KIND_HELP = (
    "replace them in the model, or write the spec by hand; a layer of your own can be opened with"
    " `archspec.read(model, open=True)` in Python, or declared in the `kinds` of a spec"
)

NO_OPERATOR_HELP = "replace them before the model is exported, or write the spec by hand"


class Problems:
    """Gathers what has no counterpart, layer by layer. ``source`` is how the user calls the
    model.
    """

    def __init__(self, source: str) -> None:
        self.source = source
        self.unknown: dict[tuple[str, str], list[str]] = {}
        self.operators: dict[tuple[str, str], list[str]] = {}
        self.settings: dict[tuple[str, str, str], list[str]] = {}
        self.calls: dict[tuple[str, str], list[str]] = {}
        self.others: list[Diagnostic] = []

    def unknown_kind(self, kind: str, why: str, name: str) -> None:
        """A layer whose kind archspec does not have."""
        self.unknown.setdefault((kind, why), []).append(name)

    def operator(self, operator: str, why: str, name: str) -> None:
        """An operator of an ONNX model that is not read, or not as it is used there."""
        self.operators.setdefault((operator, why), []).append(name)

    def setting(self, kind: str, setting: str, value: Any, name: str) -> None:
        """A setting of a layer that a spec has no word for."""
        shown = cut(in_words(_short(value)), 60)
        self.settings.setdefault((kind, setting, shown), []).append(name)

    def call(self, kind: str, words: str, name: str) -> None:
        """A call of a layer that a spec has no word for."""
        self.calls.setdefault((kind, words), []).append(name)

    def other(self, message: str, help: str | None = None) -> None:
        """Anything else."""
        span = span_of(self.source)
        self.others.append(Diagnostic("model-file", message, span, help=help))

    def check(self) -> None:
        """Raise `SpecError` where anything was gathered."""
        problems = [
            *self._unknown(),
            *self._operators(),
            *self._settings(),
            *self._calls(),
            *self.others,
        ]
        if problems:
            raise SpecError(problems)

    def refuse(self, message: str, help: str | None = None) -> NoReturn:
        """Raise `SpecError` with what was gathered and one complaint more."""
        self.other(message, help)
        self.check()
        raise AssertionError("a complaint was gathered")

    def unreadable(self, error: OSError) -> NoReturn:
        """Raise `SpecError`: the system refuses the file."""
        if isinstance(error, FileNotFoundError):
            help = "write the path of a model, or correct it"
            self.refuse(f"there is no file `{self.source}`", help)
        self.refuse(f"`{self.source}` cannot be read: {reason(error)}")

    def damaged(self, message: str) -> NoReturn:
        """Raise `SpecError`: the description contradicts itself, or lacks what Keras writes."""
        self.refuse(f"`{self.source}` is damaged: {message}")

    def _unknown(self) -> list[Diagnostic]:
        return self._uncounterparted(self.unknown, "layer", "archspec does not have", NO_KIND_HELP)

    def _operators(self) -> list[Diagnostic]:
        verb = "have no counterpart in Keras as they are used there"
        return self._uncounterparted(self.operators, "operator", verb, NO_OPERATOR_HELP)

    def _uncounterparted(
        self, found: Mapping[tuple[str, str], list[str]], what: str, verb: str, help: str
    ) -> list[Diagnostic]:
        """All layers or operators without counterpart, by kind."""
        if not found:
            return []
        number = sum(map(len, found.values()))
        kinds = len({kind for kind, _ in found})
        message = (
            f"`{self.source}` holds {counted(number, what)} of {counted(kinds, 'kind')} that {verb}"
        )
        notes = [
            f"{kind}, {_times(names)}{f': {why}' if why else ''}"
            for (kind, why), names in found.items()
        ]
        return [self._lacking(message, notes, help)]

    def _settings(self) -> list[Diagnostic]:
        if not self.settings:
            return []
        message = f"`{self.source}` holds layers with settings that a spec has no word for"
        notes = [
            f"`{setting}: {value}` of {kind}, {_times(names)}"
            for (kind, setting, value), names in self.settings.items()
        ]
        help = "leave them at their defaults in the model, and save it again"
        return [self._lacking(message, notes, help)]

    def _calls(self) -> list[Diagnostic]:
        if not self.calls:
            return []
        message = f"`{self.source}` calls layers in a way that a spec has no word for"
        notes = [
            f"{words}, of {kind}, {_times(names)}" for (kind, words), names in self.calls.items()
        ]
        help = "call them without it in the model, and save it again"
        return [self._lacking(message, notes, help)]

    def _lacking(self, message: str, notes: list[str], help: str) -> Diagnostic:
        span = span_of(self.source)
        return Diagnostic("no-counterpart", message, span, notes=tuple(notes), help=help)


def _times(names: list[str]) -> str:
    """``2 times: `a` and `b```; of many the first."""
    shown = listed([f"`{name}`" for name in dict.fromkeys(names)], SHOWN)
    return f"once: {shown}" if len(names) == 1 else f"{len(names)} times: {shown}"


def _short(value: Any) -> Any:
    """A value as people read it: an object by its class alone."""
    if isinstance(value, Mapping) and "class_name" in value:
        return str(value["class_name"])
    return value


def span_of(source: str) -> Span:
    """Where complaints about a model as a whole point."""
    return Span(source, 1, 1, 1, 1)
