"""`archspec watch`: a spec in; at every save a picture, or what is wrong, out: in the terminal,
in a file and on a page.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from archspec.cli import terminal
from archspec.cli.drawing import DRAWING, drawing_options
from archspec.cli.options import (
    NO_EXPECT,
    NO_PLUGINS,
    OUTSIDE,
    SET,
    SPEC,
    need_ending,
    options,
    output_path,
)
from archspec.cli.session import Session, compiling, graph_of
from archspec.diagnostics import SpecError, as_text, in_order
from archspec.diagrams.options import FORMATS
from archspec.files import check_target, reason, whole_file
from archspec.frontend.library import Reference
from archspec.spelling import file_name, listed

if TYPE_CHECKING:
    from archspec.diagrams.options import Options
    from archspec.graph import Graph
    from archspec.live.server import Board, Shown
    from archspec.live.watcher import Look


@click.command(short_help="Draw a network anew at every save.")
@SPEC
@output_path(f"Where to write the picture: .{', .'.join(FORMATS)}.  [default: NAME.svg]")
@click.option(
    "--serve",
    is_flag=True,
    help=(
        "Show the picture on a page that only this machine can reach. Without -o, no file is"
        " written."
    ),
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    metavar="N",
    help="The port of the page, 0 for any.  [default: the first free one from 8765]",
)
@click.option("--open", "open_page", is_flag=True, help="Open the page in a browser.")
@options(DRAWING, SET, NO_EXPECT, OUTSIDE, NO_PLUGINS)
@compiling()
def watch(
    session: Session,
    spec: str,
    output: Path | None,
    serve: bool,
    port: int | None,
    open_page: bool,
    **drawing: Any,
) -> None:
    """Draw a network, and draw it again whenever its spec, or a file that it extends, is saved.

    Each save prints a line, or what is wrong with the spec; the last good picture then stays.
    Ctrl-C ends the command, with exit code 130.

    \b
    Examples:
      archspec watch mynet.yaml
      archspec watch mynet.yaml@wide -o wide.png --set classes=10
      archspec watch mynet.yaml --serve --open
    """
    from archspec.live.watcher import look, looks

    reference = Reference.parse(spec)
    _check_words(reference, output, serve=serve, port=port, open_page=open_page)
    values, style = session.overrides, drawing_options(drawing)
    page = _page_style(style) if serve else None
    file = None if serve and output is None else (output.suffix[1:] if output else "svg", style)
    drawings = [drawing for drawing in (file, page and ("svg", page)) if drawing]
    gc.enable()  # this may run for days

    def once() -> Look:
        return look(session.compiler.anew(), reference, values, drawings)

    with (
        _served(port, open_page) if serve else nullcontext() as board,
        closing(looks(once)) as each,
    ):
        reporter = Reporter(output, file, board, page)
        for seen in each:
            reporter.report(seen)


def _check_words(
    reference: Reference, output: Path | None, *, serve: bool, port: int | None, open_page: bool
) -> None:
    """Raise a usage error for what makes no sense, and `SpecError` where no file could be
    written.
    """
    need_ending(output, FORMATS, "-o")
    if reference.path == "-":
        raise click.UsageError("watch takes a file: standard input can be read once")
    if not serve and (port is not None or open_page):
        raise click.UsageError(
            f"{'--open' if open_page else '--port'} is for the page: add --serve"
        )
    if output is not None:
        check_target(output)


def _page_style(style: Options) -> Options:
    """The style of the page's picture, which follows the reader's dark mode unless a theme was
    asked for.
    """
    asked = click.get_current_context().get_parameter_source("theme") not in (
        None,
        ParameterSource.DEFAULT,
    )
    return style if asked else style._replace(theme="auto")


@contextmanager
def _served(port: int | None, open_page: bool) -> Iterator[Board]:
    """A board, and a page that shows it."""
    from archspec.live.server import Board, server

    board = Board()
    try:
        serving = server(board, port)
    except OSError as error:
        raise click.ClickException(
            f"there can be no page at port {port}: {reason(error)}; give another one, or none"
        ) from error
    with serving:
        terminal.say(f"the page is {serving.url}")
        if open_page:
            _open(serving.url)
        yield board


def _open(url: str) -> None:
    import webbrowser

    if not webbrowser.open(url):
        terminal.say("no browser was found to open it", err=True)


class Reporter:
    """Reports one look after the other: in the terminal, in a file and on the page.

    ``file`` and ``page`` are how to draw for them, ``None`` where there is no file or no page.
    ``output`` is the file, ``None`` for one with the name that the network first has.
    """

    def __init__(
        self,
        output: Path | None,
        file: tuple[str, Options] | None,
        board: Board | None,
        page: Options | None,
    ) -> None:
        self.output, self.file, self.board, self.page = output, file, board, page
        self.good: Look | None = None
        self.watched: set[Path] = set()

    def report(self, look: Look) -> None:
        """Report a look. Raises `SpecError` where no save could mend what is wrong, since archspec
        ships no such network.
        """
        checked = look.checked
        if not look.read:
            graph_of(checked)
        self.good = look if look.pictures else self.good
        result, complaint = self._outcome(look)
        diagnostics = as_text(in_order(checked.diagnostics), checked.sources)
        problems = "\n\n".join(filter(None, [diagnostics, complaint]))
        time = f"{datetime.now():%H:%M:%S}"
        terminal.say("  ".join([time, checked.name, *_totals(checked.graph), result]))
        if problems:
            terminal.say("\n\n".join(filter(None, [problems, self._fallback(look)])), err=True)
        self._report_files(look)
        if self.board is not None and self.page is not None:
            wrong = bool(complaint) or checked.failed
            verdict = f"{time}  {result}"
            self.board.show(_shown(look, self.good, self.page, verdict, problems, wrong=wrong))

    def _outcome(self, look: Look) -> tuple[str, str]:
        """What became of the picture, in a few words, and an error that is not the spec's."""
        from archspec.reports.check import failure

        fails = failure(look.checked) if look.checked.failed else ""
        if look.failure:
            return "not drawn", f"error: {look.failure}"
        if not look.pictures:
            return fails, ""
        if self.file is None:
            return ", ".join(filter(None, [f"drawn ({look.seconds:.2f} s)", fails])), ""
        try:
            written = f"wrote {self._write(look)} ({look.seconds:.2f} s)"
        except SpecError as error:
            return "not written", str(error)
        return ", ".join(filter(None, [written, fails])), ""

    def _fallback(self, look: Look) -> str:
        """Which picture stays where a look has none."""
        if look.pictures:
            return ""
        return "keeping the last good picture" if self.good else "there is no picture yet"

    def _write(self, look: Look) -> Path:
        assert self.file is not None
        assert look.checked.graph is not None
        self.output = self.output or Path(f"{file_name(look.checked.graph.name)}.svg")
        with whole_file(self.output) as beside:
            beside.write_bytes(look.pictures[self.file])
        return self.output

    def _report_files(self, look: Look) -> None:
        new = [str(path) for path in look.read if path not in self.watched]
        if new:
            terminal.say(f"watching {listed(new)}{' too' if self.watched else '; Ctrl-C ends it'}")
        self.watched.update(look.read)


def _totals(graph: Graph | None) -> list[str]:
    from archspec.reports.numbers import short

    return (
        []
        if graph is None
        else [f"{short(graph.parameters)} parameters", f"{short(graph.macs)} multiply-adds"]
    )


def _shown(
    look: Look, good: Look | None, page: Options, verdict: str, problems: str, *, wrong: bool
) -> Shown:
    """What the page shows: the last good look, and the verdict of this one."""
    from archspec.live.server import Shown
    from archspec.reports.signature import signature

    message = Shown(
        look.checked.name,
        verdict=verdict,
        diagnostics=problems,
        wrong=wrong,
        stale=good is not look,
        theme=page.theme or "auto",
    )
    if good is None or good.checked.graph is None:
        return message
    graph = good.checked.graph
    return message._replace(
        name=graph.name,
        totals=" · ".join([signature(graph), *_totals(graph)]),
        picture=good.pictures["svg", page].decode(),
    )
