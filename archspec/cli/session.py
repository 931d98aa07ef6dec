"""What every command that compiles shares: the values of its options → a `Session`, which compiles
specs and shows, when the command ends, what is wrong with them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property, wraps
from typing import Any

import click

from archspec.cli import terminal
from archspec.compiler import Checked, Compiler
from archspec.diagnostics import Diagnostic, SpecError, as_github, as_json, as_text, in_order
from archspec.frontend.elaborate.observer import Observer
from archspec.frontend.input_sizes import InputSizes, read_sizes
from archspec.frontend.library import Reference
from archspec.frontend.overrides import read_override
from archspec.frontend.yaml.document import Value
from archspec.graph import Graph
from archspec.model_names import is_model


class Session:
    """One run of a command: its compiler, the values of ``--set``, the diagnostics of what it
    compiled and the texts that they point into. ``verdict`` is a last line of them as text.
    """

    def __init__(self, compiler: Compiler, sets: Iterable[str], *, expect: bool = True) -> None:
        self.compiler = compiler
        self.expect = expect
        self.sets = sets
        self.diagnostics: list[Diagnostic] = []
        self.sources: dict[str, str] = {}
        self.verdict = ""

    @cached_property
    def as_written(self) -> Compiler:
        """A compiler of networks at the sizes that their specs have."""
        compiler = self.compiler
        outside = compiler.library.allow_outside
        return Compiler(expect=self.expect, allow_outside=outside) if compiler.sizes else compiler

    @cached_property
    def overrides(self) -> Mapping[str, Value]:
        """The values of ``--set`` by the names of their variables. Raises `SpecError` with the
        mistakes of all.
        """
        values: dict[str, Value] = {}
        mistakes: list[SpecError] = []
        for text in self.sets:
            try:
                name, value = read_override(text)
                values[name] = value
            except SpecError as error:
                mistakes.append(error)
        if mistakes:
            sources = {file: text for error in mistakes for file, text in error.sources.items()}
            raise SpecError(
                [diagnostic for error in mistakes for diagnostic in error.diagnostics], sources
            )
        return values

    def compile(
        self, spec: str, *, overridden: bool = True, observer: Observer | None = None
    ) -> Graph:
        """The graph of a spec, with the values of ``--set`` or without; ``observer`` is called at
        each event of its elaboration. Raises `SpecError`, also where its ``expect`` is not met.
        """
        return graph_of(self.checked(spec, overridden=overridden, observer=observer))

    def compile_anyway(self, spec: str, *, overridden: bool = True) -> Graph:
        """The same, also where the spec's ``expect`` is not met: that is shown at the end, with the
        exit code of an error. Raises `SpecError` where there is no graph.
        """
        checked = self.checked(spec, overridden=overridden)
        return graph_of(checked) if checked.graph is None else checked.graph

    def checked(
        self, spec: str, *, overridden: bool = True, observer: Observer | None = None
    ) -> Checked:
        """A spec's network and what is wrong with it, which is shown at the end."""
        values = self.overrides if overridden else {}
        compiler = self.compiler if overridden else self.as_written
        if is_model(spec):
            checked = self._of_model(spec, compiler, values, observer)
        else:
            checked = compiler.check(Reference.parse(spec), values, observer)
        self.add(checked.diagnostics, checked.sources)
        return checked

    def _of_model(
        self,
        model: str,
        compiler: Compiler,
        values: Mapping[str, Value],
        observer: Observer | None = None,
    ) -> Checked:
        """The network of a Keras model, through the spec that is read from it."""
        from archspec.reading.read import read

        try:
            with terminal.progress(f"reading {model}", 0), terminal.quiet():
                text = read(model).text
        except SpecError as error:
            return Checked(model, model, None, error.diagnostics, error.sources)
        return compiler.check_text(text, model, values, observer)

    def families(self, specs: Iterable[str]) -> list[list[Checked]]:
        """The networks of some specs, right or wrong, spec by spec. A spec without a variant stands
        for itself and all its variants. What is wrong with them is shown at the end.
        """
        from archspec.reports.check import diagnostics_of

        families = [list(self._family(spec)) for spec in dict.fromkeys(specs)]
        networks = [network for members in families for network in members]
        sources = {file: text for network in networks for file, text in network.sources.items()}
        self.add(diagnostics_of(networks), sources)
        return families

    def _family(self, spec: str) -> Iterable[Checked]:
        if is_model(spec):
            return [self._of_model(spec, self.compiler, self.overrides)]
        return self.compiler.check_family(Reference.parse(spec), self.overrides)

    def add(self, diagnostics: Iterable[Diagnostic], sources: Mapping[str, str]) -> None:
        """Show these too when the command ends."""
        self.diagnostics += diagnostics
        self.sources |= sources

    @property
    def failed(self) -> bool:
        """Whether anything is wrong."""
        return any(diagnostic.severity == "error" for diagnostic in self.diagnostics)

    def show(self, format: str, *, err: bool) -> None:
        """Print the diagnostics, each once: as text, a JSON array, or annotations of GitHub."""
        every = in_order(self.diagnostics)
        if format == "json" and not err:
            terminal.output(as_json(every), format)
        elif format == "json":
            terminal.say(as_json(every), err=True)
        elif every and format == "github":
            terminal.say(as_github(every), err=err)
        elif every:
            verdict = f"\n\n{self.verdict}" if self.verdict else ""
            terminal.say(as_text(every, self.sources) + verdict, err=True)


def compiling(*, failure: int = 1) -> Callable[[Callable[..., int | None]], Callable[..., None]]:
    """Give a command a `Session`, as its first argument, for the options that say how to compile.

    When the command ends, the diagnostics are shown: on standard error where it has ``--errors``,
    else, in the form of its ``--format``, as its output. The exit code is ``failure`` where a spec
    is wrong, else what the command returns.
    """

    def decorate(command: Callable[..., int | None]) -> Callable[..., None]:
        @wraps(command)
        def run(**values: Any) -> None:
            apart = "errors" in values
            format = values.pop("errors") if apart else values.get("format", "text")
            expect = not values.pop("no_expect", False)
            outside = values.pop("allow_outside", False)
            compiler = Compiler(expect=expect, allow_outside=outside)
            session, code = Session(compiler, values.pop("sets", ()), expect=expect), None
            try:
                if inputs := values.pop("inputs", ()):
                    session.compiler = Compiler(
                        expect=expect, allow_outside=outside, sizes=_sizes(inputs)
                    )
                code = command(session, **values)
            except SpecError as error:
                session.add(error.diagnostics, error.sources)
            session.show(format, err=apart)
            click.get_current_context().exit(failure if session.failed else code or 0)

        return run

    return decorate


def _sizes(texts: Iterable[str]) -> list[InputSizes]:
    """The values of ``--input``. Raises `SpecError` with the mistakes of all."""
    sizes: list[InputSizes] = []
    mistakes: list[SpecError] = []
    for text in texts:
        try:
            sizes.append(read_sizes(text))
        except SpecError as error:
            mistakes.append(error)
    if mistakes:
        sources = {file: text for error in mistakes for file, text in error.sources.items()}
        raise SpecError([problem for error in mistakes for problem in error.diagnostics], sources)
    return sizes


def graph_of(checked: Checked) -> Graph:
    """The graph of a network. Raises its errors as `SpecError` where it has any."""
    if checked.graph is None or checked.failed:
        raise SpecError(checked.diagnostics, checked.sources)
    return checked.graph
