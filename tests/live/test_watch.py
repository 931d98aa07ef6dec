"""`archspec watch`: what it does at each save, in a real folder with the real watcher, and the
page in a real browser.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import webbrowser
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Queue
from typing import Any

import pytest
from click.testing import CliRunner

from archspec.cli import program
from archspec.cli.watch import Reporter
from archspec.compiler import Compiler
from archspec.diagrams.options import Options
from archspec.frontend.library import Reference
from archspec.live import watcher
from archspec.live.server import READERS, Board, Server, Shown, server
from tests.paths import ROOT

PATIENCE = 60.0
"""Seconds to wait for what must come: a slow machine may take long, and nothing is asserted of
the time.
"""

NET = """\
archspec: 1
name: net
description: "a <script>document.title = 'owned'</script> & more"
input: [8, 8, 3]
vars: {classes: 10}
layers:
  - {name: stem, Conv2D: {filters: 4, kernel_size: 3}}
  - Flatten
  - {name: head, Dense: {units: $classes}}
variants:
  wide: {vars: {classes: 20}}
"""
PARAMETERS = (3 * 3 * 3 * 4 + 4) + (
    6 * 6 * 4 * 10 + 10
)  # of the convolution and of the dense layer
assert PARAMETERS == 1562


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("net.yaml").write_text(NET, encoding="utf-8")
    return tmp_path


def until(holds: Callable[[], Any], what: str) -> Any:
    """The first true value of a function."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if found := holds():
            return found
        time.sleep(0.02)
    raise AssertionError(f"in {PATIENCE:.0f} seconds, {what}")


# the loop


@contextlib.contextmanager
def watched(spec: str = "net.yaml") -> Iterator[Queue[watcher.Look]]:
    """The looks at a spec as they come."""
    found: Queue[watcher.Look] = Queue()
    each = watcher.looks(
        lambda: watcher.look(Compiler(), Reference.parse(spec), {}, [("svg", Options())])
    )
    ended = threading.Event()

    def collect() -> None:
        with contextlib.closing(each):
            for look in each:
                found.put(look)
                if ended.is_set():
                    return

    thread = threading.Thread(target=collect, daemon=True)
    thread.start()
    yield found
    ended.set()
    Path(spec).write_text(f"# the end\n{NET}")
    thread.join(PATIENCE)
    assert not thread.is_alive()


def parameters(look: watcher.Look) -> int | None:
    return look.checked.graph.parameters if look.checked.graph else None


def replace_file(path: str, text: str) -> None:
    """As many editors save: a file beside it takes its place."""
    Path(f".{path}.new").write_text(text, encoding="utf-8")
    Path(f".{path}.new").replace(path)


def rename_away(path: str, text: str) -> None:
    """As vim saves: the old file becomes a backup, and a new one is written."""
    Path(path).replace(f"{path}~")
    Path(path).write_text(text, encoding="utf-8")


def write_in_place(path: str, text: str) -> None:
    Path(path).write_text(text, encoding="utf-8")


def write_in_pieces(path: str, text: str) -> None:
    """Truncated for a while, then half of it."""
    with Path(path).open("w", encoding="utf-8") as file:
        time.sleep(0.1)
        file.write(text)


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A save may take long on a slow machine, and be one save."""
    monkeypatch.setattr(watcher, "PATIENCE", PATIENCE)


SAVES = [write_in_place, replace_file, rename_away, write_in_pieces]


@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize("save", SAVES, ids=lambda save: save.__name__)
def test_each_way_to_save_gives_one_look(save: Callable[[str, str], None]) -> None:
    with watched() as looks:
        assert parameters(looks.get(timeout=PATIENCE)) == PARAMETERS
        for classes in (11, 12, 13):
            save("net.yaml", NET.replace("classes: 10", f"classes: {classes}"))
            assert parameters(looks.get(timeout=PATIENCE)) == PARAMETERS + (classes - 10) * (
                6 * 6 * 4 + 1
            )
        assert looks.empty()


@pytest.mark.usefixtures("patient")
def test_a_save_that_changes_nothing_gives_no_look() -> None:
    with watched() as looks:
        looks.get(timeout=PATIENCE)
        for save in SAVES:
            save("net.yaml", NET)
        os.utime("net.yaml")
        Path("other.yaml").write_text(NET)
        write_in_place("net.yaml", NET.replace("filters: 4", "filters: 5"))
        assert (
            parameters(looks.get(timeout=PATIENCE)) != PARAMETERS
        )  # the first that came is the first that differs
        assert looks.empty()


BASE = NET.replace("name: net", "name: base")


def test_files_that_are_extended_are_watched_and_those_no_longer_are_not() -> None:
    Path("bases").mkdir()
    Path("net.yaml").write_text("archspec: 1\nname: net\nextends: bases/one.yaml\n")
    Path("bases/one.yaml").write_text(BASE)
    with watched() as looks:
        first = looks.get(timeout=PATIENCE)
        assert (parameters(first), [str(path) for path in first.read]) == (
            PARAMETERS,
            ["net.yaml", "bases/one.yaml"],
        )
        write_in_place("bases/one.yaml", BASE.replace("filters: 4", "filters: 5"))
        assert parameters(looks.get(timeout=PATIENCE)) == (28 * 5) + (6 * 6 * 5 * 10 + 10)

        write_in_place(
            "net.yaml", "archspec: 1\nname: net\nextends: bases/two.yaml\n"
        )  # which is not there yet
        missing = looks.get(timeout=PATIENCE)
        assert [one.code for one in missing.checked.diagnostics] == ["file-not-found"]
        assert missing.read[Path("bases/two.yaml")] is None
        write_in_place("bases/one.yaml", BASE)  # nobody's any more
        write_in_place("bases/two.yaml", BASE.replace("filters: 4", "filters: 6"))
        assert parameters(looks.get(timeout=PATIENCE)) == (28 * 6) + (6 * 6 * 6 * 10 + 10)
        assert looks.empty()


def test_a_file_behind_a_link_and_a_link_that_is_moved() -> None:
    for name, filters in (("a", 5), ("b", 6)):
        Path(name).mkdir()
        Path(name, "real.yaml").write_text(NET.replace("filters: 4", f"filters: {filters}"))
    Path("link.yaml").symlink_to("a/real.yaml")
    with watched("link.yaml") as looks:
        assert parameters(looks.get(timeout=PATIENCE)) == 28 * 5 + 36 * 5 * 10 + 10
        write_in_place("a/real.yaml", NET)
        assert parameters(looks.get(timeout=PATIENCE)) == PARAMETERS
        Path("new").symlink_to("b/real.yaml")
        Path("new").replace("link.yaml")
        assert parameters(looks.get(timeout=PATIENCE)) == 28 * 6 + 36 * 6 * 10 + 10


def test_a_folder_that_goes_and_comes_back() -> None:
    """As when another branch is checked out."""
    Path("sub").mkdir()
    write_in_place("sub/net.yaml", NET)
    with watched("sub/net.yaml") as looks:
        assert parameters(looks.get(timeout=PATIENCE)) == PARAMETERS
        shutil.rmtree("sub")
        assert [one.code for one in looks.get(timeout=PATIENCE).checked.diagnostics] == [
            "file-not-found"
        ]
        Path("sub").mkdir()
        write_in_place("sub/net.yaml", NET)
        assert parameters(looks.get(timeout=PATIENCE)) == PARAMETERS
        write_in_place("sub/net.yaml", NET.replace("filters: 4", "filters: 5"))
        assert parameters(looks.get(timeout=PATIENCE)) != PARAMETERS


@pytest.mark.parametrize(
    "refusal",
    [OSError(28, "the limit of watches is reached"), RuntimeError("inotify is not there")],
)
def test_where_the_system_tells_nothing_files_are_looked_at_all_the_same(
    refusal: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise refusal

    monkeypatch.setattr(watcher, "watch", refuse)
    with watched() as looks:
        looks.get(timeout=PATIENCE)
        write_in_place("net.yaml", NET.replace("filters: 4", "filters: 5"))
        assert parameters(looks.get(timeout=PATIENCE)) != PARAMETERS


def test_what_was_saved_while_drawing_is_drawn_next(monkeypatch: pytest.MonkeyPatch) -> None:
    late = iter([lambda: write_in_place("net.yaml", NET.replace("filters: 4", "filters: 5"))])

    def draw(*_: Any) -> bytes:
        next(late, lambda: None)()
        return b"<svg/>"

    monkeypatch.setattr(watcher, "draw", draw)
    with watched() as looks:
        assert parameters(looks.get(timeout=PATIENCE)) == PARAMETERS
        assert parameters(looks.get(timeout=PATIENCE)) == 28 * 5 + 36 * 5 * 10 + 10


# the command


class Process:
    """`archspec watch` as a user runs it, and the lines that it has printed so far."""

    def __init__(self, *args: str, **environment: str) -> None:
        variables = {
            **os.environ,
            "PYTHONPATH": f"{environment.pop('first', '')}{os.pathsep}{ROOT}".strip(os.pathsep),
            "PYTHONUTF8": "1",
            **environment,
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "archspec", "watch", *args],
            stdout=-1,
            stderr=-2,
            encoding="utf-8",
            env=variables,
            start_new_session=True,
        )
        self.lines: list[str] = []
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self) -> None:
        for line in self.process.stdout or ():
            self.lines.append(line)

    def says(self, pattern: str, times: int = 1) -> re.Match[str]:
        """Wait until it has printed something that often; the last of these."""

        def found() -> list[re.Match[str]]:
            assert (
                self.process.poll() is None
                or self.reader.is_alive()
                or re.search(pattern, self.text)
            ), self.text
            matches = list(re.finditer(pattern, self.text, re.MULTILINE))
            return matches if len(matches) >= times else []

        return until(found, f"this was not said: {pattern}")[-1]  # type: ignore[no-any-return]

    @property
    def text(self) -> str:
        return "".join(self.lines)

    def end(self, sign: signal.Signals = signal.SIGINT) -> int:
        """Send a signal; its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(sign)
        code = self.process.wait(PATIENCE)
        self.reader.join(PATIENCE)
        return code


@pytest.fixture
def start() -> Iterator[Callable[..., Process]]:
    started: list[Process] = []

    def one(*args: str, **environment: str) -> Process:
        started.append(Process(*args, **environment))
        return started[-1]

    yield one
    for process in started:
        if process.process.poll() is None:
            process.process.kill()
        process.process.wait(PATIENCE)


LINE = r"^\d\d:\d\d:\d\d  "


def test_a_line_for_each_save_and_the_last_good_picture_stays(
    start: Callable[..., Process], folder: Path
) -> None:
    watch = start("net.yaml")
    watch.says(
        LINE + r"net  1\.56 k parameters  5\.33 k multiply-adds  wrote net\.svg \(\d+\.\d\d s\)$"
    )
    watch.says(r"^watching net\.yaml; Ctrl-C ends it$")
    good = Path("net.svg").read_bytes()
    write_in_place("net.yaml", NET.replace("Flatten", "Flaten"))
    watch.says(LINE + r"net  fails: 1 error$")
    watch.says(
        r"(?s)^error\[unknown-layer\]: there is no layer kind"
        r" `Flaten`\n.*net\.yaml:8:5\n.*\n\nkeeping the last good picture$"
    )
    assert Path("net.svg").read_bytes() == good
    write_in_place(
        "net.yaml", NET.replace("filters: 4", "filters: 5").replace("vars: {", "vars: {idle: 1, ")
    )
    watch.says(LINE + r"net  1\.95 k parameters  6\.66 k multiply-adds  wrote net\.svg")
    watch.says(r"^warning\[unused\]")
    assert "idle" not in Path("net.svg").read_text()
    assert watch.end() == 130
    assert watch.lines[-1] == "interrupted\n"
    assert "Traceback" not in watch.text
    assert {one.name for one in folder.iterdir()} == {"net.yaml", "net.svg"}


@pytest.mark.parametrize(("sign", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_signals_end_it_with_their_codes(
    sign: signal.Signals, code: int, start: Callable[..., Process]
) -> None:
    watch = start("net.yaml", "--serve", "--port", "0")
    watch.says("Ctrl-C ends it")
    assert watch.end(sign) == code
    assert "Traceback" not in watch.text


def test_a_first_compile_that_fails_waits(start: Callable[..., Process]) -> None:
    watch = start("later.yaml", "-o", "later.svg")
    watch.says(r"the file `later\.yaml` does not exist")
    watch.says(r"^there is no picture yet$")
    write_in_place("later.yaml", NET)
    watch.says(r"wrote later\.svg")


def test_the_file_keeps_the_name_that_it_began_with(start: Callable[..., Process]) -> None:
    watch = start("net.yaml@wide", "--set", "classes=7", "--no-expect")
    watch.says(r"net-wide  1\.13 k parameters .* wrote net-wide\.svg")
    write_in_place("net.yaml", NET.replace("name: net", "name: other"))
    watch.says(r"other-wide  1\.13 k parameters .* wrote net-wide\.svg")


def test_a_picture_that_cannot_be_drawn_or_written_is_told(
    start: Callable[..., Process], monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("out").mkdir()
    watch = start("net.yaml", "-o", "out/net.svg")
    watch.says(r"wrote out/net\.svg")
    shutil.rmtree("out")
    write_in_place("net.yaml", NET.replace("filters: 4", "filters: 5"))
    watch.says(LINE + r"net  1\.95 k parameters .*  not written$")
    watch.says(
        r"^error\[output-failed\]: `out/net\.svg` could not be written: no such file or directory"
    )
    Path("out").mkdir()
    write_in_place("net.yaml", NET)
    watch.says(r"wrote out/net\.svg", 2)


def test_a_drawing_that_fails_is_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> bytes:
        raise watcher.DrawingError("this network is too large to draw")

    monkeypatch.setattr(watcher, "draw", fail)
    look = watcher.look(Compiler(), Reference.parse("net.yaml"), {}, [("svg", Options())])
    assert (look.pictures, look.failure) == ({}, "this network is too large to draw")
    monkeypatch.setattr(watcher, "looks", lambda once: (once() for _ in range(1)))
    result = CliRunner().invoke(program.main, ["watch", "net.yaml"])
    assert result.exit_code == 0
    assert re.match(
        LINE + r"net  1\.56 k parameters  5\.33 k multiply-adds  not drawn\n", result.stdout
    )
    assert result.stderr == "error: this network is too large to draw\n\nthere is no picture yet\n"


USAGE = [
    (["-"], 2, "standard input can be read once"),
    (["-@wide"], 2, "standard input can be read once"),
    (
        ["net.yaml", "-o", "net.gif"],
        2,
        "the file of -o must end in .svg or .png or .pdf or .dot or .mmd",
    ),
    (["net.yaml", "--port", "80"], 2, "--port is for the page: add --serve"),
    (["net.yaml", "--open"], 2, "--open is for the page: add --serve"),
    (["net.yaml", "--serve", "--port", "65536"], 2, "65536"),
    (["net.yaml", "-o", "nowhere/net.svg"], 1, "the folder `nowhere` does not exist"),
    (["net.yaml", "--set", "classes"], 1, "not of the form NAME=VALUE"),
    (["nosuchnet"], 1, "archspec ships no spec called `nosuchnet`"),
]


@pytest.mark.parametrize(
    ("args", "code", "message"),
    USAGE,
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_what_no_save_could_mend_ends_at_once(
    args: list[str], code: int, message: str, folder: Path
) -> None:
    result = CliRunner().invoke(program.main, ["watch", *args])
    assert (result.exit_code, message in result.stderr) == (code, True), result.output
    assert {one.name for one in folder.iterdir()} == {"net.yaml"}


def test_a_shipped_network_is_watched_and_no_keras_is_loaded(
    start: Callable[..., Process], folder: Path
) -> None:
    traps = folder / "traps"
    traps.mkdir()
    for name in ("keras", "tensorflow", "numpy"):
        (traps / f"{name}.py").write_text(f"import os; os.write(1, b'{name} is loaded\\n')\n")
    watch = start("resnet@resnet50", "--serve", "--port", "0", first=str(traps))
    watch.says(LINE + r"resnet50  25\.6 M parameters  3\.86 G multiply-adds  drawn")
    watch.says(r"^watching .*resnet\.yaml; Ctrl-C ends it")
    assert "is loaded" not in watch.text
    assert {one.name for one in folder.iterdir()} == {
        "net.yaml",
        "traps",
    }, "with --serve and without -o, nothing is written"


def test_a_port_that_is_taken() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = CliRunner().invoke(
            program.main, ["watch", "net.yaml", "--serve", "--port", str(port)]
        )
    assert result.exit_code == 1
    assert f"there can be no page at port {port}: address already in use" in result.stderr


@pytest.mark.parametrize("found", [True, False])
def test_open_asks_for_a_browser(found: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr(webbrowser, "open", lambda url: opened.append(url) or found)
    monkeypatch.setattr(watcher, "looks", lambda once: (once() for _ in range(1)))
    result = CliRunner().invoke(
        program.main, ["watch", "net.yaml", "--serve", "--port", "0", "--open"]
    )
    assert result.exit_code == 0
    assert [f"the page is {url}" for url in opened] == result.stdout.splitlines()[:1]
    assert result.stderr == ("" if found else "no browser was found to open it\n")


# the server


@pytest.fixture
def page() -> Iterator[tuple[Board, Server]]:
    board = Board()
    with server(board, 0) as serving:
        yield board, serving


def ask(
    serving: Server,
    path: str = "/",
    *,
    method: str = "GET",
    host: str | None = "localhost",
    also: str | None = None,
) -> tuple[int, str, Any]:
    """A request as it is written: status, body, headers."""
    connection = http.client.HTTPConnection(
        "127.0.0.1", serving.server_address[1], timeout=PATIENCE
    )
    connection.putrequest(method, path, skip_host=True)
    for one in filter(None, (host, also)):
        connection.putheader("Host", one)
    connection.endheaders()
    answer = connection.getresponse()
    found = answer.status, answer.read().decode(), answer.headers
    connection.close()
    return found


def test_the_first_free_port_is_taken_in_order() -> None:
    with server(Board(), None) as one, server(Board(), None) as two:
        ports = [serving.server_address[1] for serving in (one, two)]
        assert ports[0] != ports[1]
        assert one.url == f"http://127.0.0.1:{ports[0]}/"


def test_it_answers_on_this_machine_alone(page: tuple[Board, Server]) -> None:
    _, serving = page
    assert serving.server_address[0] == "127.0.0.1"
    assert ask(serving)[0] == 200
    with socket.socket() as other, pytest.raises(OSError):
        other.settimeout(5)
        other.connect(
            ("127.0.0.2", serving.server_address[1])
        )  # would be answered by a server of all addresses


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "LOCALHOST:9999", "127.0.0.1:80"])
def test_a_host_that_is_us(host: str, page: tuple[Board, Server]) -> None:
    assert ask(page[1], host=host)[0] == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8765",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "0.0.0.0",
        "evil.example@localhost",
        "",
        None,
    ],
)
@pytest.mark.parametrize("path", ["/", "/events", "/picture.svg"])
def test_a_host_that_is_not_us_is_refused(
    host: str | None, path: str, page: tuple[Board, Server]
) -> None:
    page[0].show(Shown("net", picture="<svg/>"))
    status, body, _ = ask(page[1], path, host=host)
    assert status == 403
    assert "svg" not in body


def test_two_hosts_are_refused(page: tuple[Board, Server]) -> None:
    assert ask(page[1], host="localhost", also="evil.example")[0] == 403


@pytest.mark.parametrize(
    "method", ["POST", "PUT", "DELETE", "HEAD", "OPTIONS", "TRACE", "CONNECT", "PROPFIND"]
)
def test_nothing_but_get(method: str, page: tuple[Board, Server]) -> None:
    assert ask(page[1], method=method)[0] == 405


@pytest.mark.parametrize(
    "path",
    [
        "/net.yaml",
        "/../net.yaml",
        "//etc/passwd",
        "/%2e%2e/etc/passwd",
        "/page.html",
        "/?",
        "/picture.svg",
        "http://localhost/",
        "*",
    ],
)
def test_nothing_but_the_page_the_picture_and_the_events(
    path: str, page: tuple[Board, Server]
) -> None:
    status, body, headers = ask(page[1], path)
    assert (status, body) == (404, "404: there is nothing here\n")
    assert headers["Content-Type"] == "text/plain; charset=utf-8"


@pytest.mark.parametrize("path", ["/", "/picture.svg", "/nothing"])
def test_every_answer_is_guarded(path: str, page: tuple[Board, Server]) -> None:
    page[0].show(Shown("net", picture="<svg/>"))
    _, _, headers = ask(page[1], path)
    policy = dict(
        part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";")
    )
    assert (
        policy["default-src"]
        == policy["base-uri"]
        == policy["form-action"]
        == policy["frame-ancestors"]
        == "'none'"
    )
    assert re.fullmatch(r"'sha256-[A-Za-z0-9+/]{43}='", policy["script-src"])
    assert (headers["X-Content-Type-Options"], headers["Cross-Origin-Resource-Policy"]) == (
        "nosniff",
        "same-origin",
    )
    assert headers["Cache-Control"] == "no-store"
    assert "Python" not in headers["Server"]
    assert headers["Access-Control-Allow-Origin"] is None


def test_the_page_needs_nothing_from_elsewhere(page: tuple[Board, Server]) -> None:
    text = ask(page[1])[1]
    assert not re.findall(
        r"(?:src|href)=\"(?!/picture\.svg|data:)|https?://|url\(|@import|innerHTML|document\.write",
        text,
    )


class Listener:
    """One who listens to the events."""

    def __init__(self, serving: Server) -> None:
        self.connection = http.client.HTTPConnection(
            "127.0.0.1", serving.server_address[1], timeout=PATIENCE
        )
        self.connection.request("GET", "/events")
        self.answer = self.connection.getresponse()

    def next(self) -> Shown:
        line = next(line for line in self.answer if line.startswith(b"data: "))
        return Shown(**json.loads(line.removeprefix(b"data: ")))


def test_events_begin_with_what_is_shown_and_go_on_with_what_comes(
    page: tuple[Board, Server],
) -> None:
    board, serving = page
    board.show(Shown("net", diagnostics="a\n\ndata: b\r\n"))
    one, two = Listener(serving), Listener(serving)
    assert one.next() == two.next() == Shown("net", diagnostics="a\n\ndata: b\r\n")
    board.show(Shown("other", picture="<svg>\u2028é</svg>"))
    assert one.next() == two.next() == Shown("other", picture="<svg>\u2028é</svg>")


HOSTILE = [
    "</script><script>alert(1)</script>",
    "a\n\ndata: {}\r\nevent: x",
    "\x1b[31m\u2028\0",
    '"}',
]


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_is_more_than_text_in_what_is_served(text: str, page: tuple[Board, Server]) -> None:
    """Whatever a spec, a path or a complaint holds reaches the page as one line of JSON, and the
    page itself is the same bytes for every network.
    """
    board, serving = page
    before = ask(serving)[1]
    shown = Shown(text, text, "<svg/>", text, text)
    board.show(shown)
    assert Listener(serving).next() == shown
    assert ask(serving)[1] == before
    status, _, headers = ask(serving, "/picture.svg")
    assert (status, headers["Content-Type"]) == (200, "image/svg+xml; charset=utf-8")
    assert all(line.isprintable() for line in str(headers).splitlines())


def test_listeners_are_bounded_and_those_who_leave_make_room(page: tuple[Board, Server]) -> None:
    board, serving = page
    board.show(Shown("net"))
    listeners = [Listener(serving) for _ in range(READERS)]
    assert {one.answer.status for one in listeners} == {200}
    assert ask(serving, "/events")[0] == 503
    listeners.pop().connection.close()

    def room() -> bool:
        board.show(Shown("net"))
        connection = Listener(serving)
        return connection.answer.status == 200

    assert until(room, "nobody was let in again")


def test_a_request_that_is_none_is_answered_in_a_line(page: tuple[Board, Server]) -> None:
    for request in (
        b"GARBAGE\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"\x16\x03\x01\x02\x00\r\n\r\n",
        b"GET /\r\n\r\n",
    ):
        with socket.create_connection(
            ("127.0.0.1", page[1].server_address[1]), PATIENCE
        ) as connection:
            connection.sendall(request)
            answer = b"".join(iter(lambda connection=connection: connection.recv(65536), b""))
        assert b"<" not in answer
    assert ask(page[1])[0] == 200


def test_a_wrong_claim_does_not_hide_the_picture(capsys: pytest.CaptureFixture[str]) -> None:
    Path("net.yaml").write_text(f"{NET}expect: {{parameters: 1}}\n", encoding="utf-8")
    look = watcher.look(Compiler(), Reference.parse("net.yaml"), {}, [("svg", Options())])
    reporter = Reporter(Path("net.svg"), ("svg", Options()), None, None)
    reporter.report(look)
    said = capsys.readouterr()
    assert Path("net.svg").read_bytes() == look.pictures["svg", Options()]
    assert "wrote net.svg" in said.out
    assert "fails: 1 error" in said.out
    assert "error[expectation]" in said.err
    assert "last good picture" not in said.err
