"""What is to be shown → a page that shows it, changes with it, and can be reached from this
machine alone.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from contextlib import suppress
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socketserver import TCPServer
from threading import BoundedSemaphore, Condition, Thread
from typing import Any, NamedTuple

ADDRESS = "127.0.0.1"
PORTS = range(8765, 8785)
"""The ports to try where none was asked for."""

HOSTS = ("127.0.0.1", "localhost")
"""What a browser may call us. A page elsewhere whose name is made to lead here (DNS rebinding)
calls us by that name.
"""

READERS = 32
"""Pages that may listen at one time: each takes a thread."""

BEAT = 10.0
"""Seconds after which something is sent to a page, so that one that has gone is noticed."""

POLL = 0.05
"""Seconds between looks whether the server is to end: so long Ctrl-C waits for it at most."""

PAGE = Path(__file__).with_name("page.html").read_bytes()
SCRIPT = re.search(rb"<script>(.*?)</script>", PAGE, re.DOTALL)
ALLOWED = b64encode(sha256(SCRIPT[1] if SCRIPT else b"").digest()).decode()

HEADERS = {
    "Cache-Control": "no-store",
    # the page's own script and no other, whatever a picture may hold; pictures bring styles
    "Content-Security-Policy": (
        f"default-src 'none'; script-src 'sha256-{ALLOWED}'; style-src 'unsafe-inline'; img-src"
        " data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class Shown(NamedTuple):
    """What the page shows: the network's name and totals, its picture as SVG, and what is wrong.

    ``verdict`` is a line, ``diagnostics`` the text of the terminal. ``wrong``: it is an error;
    ``stale``: the picture is of an earlier text, and so are name and totals. ``theme`` is the
    picture's.
    """

    name: str
    totals: str = ""
    picture: str = ""
    verdict: str = ""
    diagnostics: str = ""
    wrong: bool = False
    stale: bool = False
    theme: str = "auto"


class Board:
    """Holds what is shown, and wakes those who wait for a change."""

    def __init__(self) -> None:
        self._shown: Shown | None = None
        self._number = 0
        self._changed = Condition()

    def show(self, shown: Shown) -> None:
        """Show this from now on."""
        with self._changed:
            self._shown, self._number = shown, self._number + 1
            self._changed.notify_all()

    def after(self, number: int, seconds: float = 0.0) -> tuple[int, Shown | None]:
        """What is shown and its number once that is another than ``number``, or after some
        seconds; ``None`` before anything is.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._number != number, seconds)
            return self._number, self._shown


class Server(ThreadingHTTPServer):
    """Serves a board from a thread, within ``with``. Raises `OSError` where the port is taken."""

    daemon_threads = True

    def __init__(self, board: Board, port: int) -> None:
        super().__init__((ADDRESS, port), _Answer)
        self.board = board
        self.readers = BoundedSemaphore(READERS)
        self.url = f"http://{ADDRESS}:{self.server_address[1]}/"

    def server_bind(self) -> None:
        """Bind, and ask no name server what we are called, which can take seconds."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = ADDRESS, self.server_address[1]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A page that has gone is no matter."""

    def __enter__(self) -> Server:
        Thread(target=self.serve_forever, args=(POLL,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()


def server(board: Board, port: int | None) -> Server:
    """A server at a port (0: any that is free) or, where that is ``None``, at the first free
    one of `PORTS`. Raises `OSError`.
    """
    if port is not None:
        return Server(board, port)
    for number in PORTS:
        with suppress(OSError):
            return Server(board, number)
    return Server(board, 0)


class _Answer(BaseHTTPRequestHandler):
    """Answers one request: the page, the picture, or what happens."""

    server: Server
    server_version, sys_version = "archspec", ""
    timeout = 30  # seconds that one who is slow may take

    def parse_request(self) -> bool:
        """Whether this is a request that gets an answer; the others have theirs."""
        if not super().parse_request():
            return False
        hosts = self.headers.get_all("Host", [])
        if len(hosts) != 1 or re.sub(r":\d*$", "", hosts[0].strip().lower()) not in HOSTS:
            self.send_error(403, "this page is for this machine: open it as localhost")
            return False
        if self.command != "GET":
            self.send_error(405, "this page can be read, and no more")
            return False
        return True

    def do_GET(self) -> None:
        """Answer."""
        shown = self.server.board.after(-1)[1]
        if self.path == "/":
            self._answer(200, "text/html; charset=utf-8", PAGE)
        elif self.path == "/picture.svg" and shown is not None and shown.picture:
            self._answer(200, "image/svg+xml; charset=utf-8", shown.picture.encode())
        elif self.path == "/events":
            self._listen()
        else:
            self.send_error(404, "there is nothing here")

    def _listen(self) -> None:
        if not self.server.readers.acquire(blocking=False):
            self.send_error(503, "too many pages are open")
            return
        try:
            self._head(200, "text/event-stream")
            number, shown = self.server.board.after(-1)
            self.wfile.write(
                b"retry: 500\n\n"
            )  # milliseconds after which a page looks for us where we ended
            while True:
                self.wfile.write(b": nothing yet\n\n" if shown is None else _event(shown))
                number, shown = self._next(number)
        finally:
            self.server.readers.release()

    def _next(self, number: int) -> tuple[int, Shown | None]:
        """The next that is shown; until then a beat now and then, which fails where nobody
        listens any more.
        """
        while True:
            following, shown = self.server.board.after(number, BEAT)
            if following != number:
                return following, shown
            self.wfile.write(b": still here\n\n")

    def _answer(self, status: int, kind: str, body: bytes) -> None:
        self._head(status, kind, {"Content-Length": str(len(body))})
        self.wfile.write(body)

    def _head(self, status: int, kind: str, more: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": kind, **HEADERS, **(more or {})}.items():
            self.send_header(name, value)
        self.end_headers()

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """A line of plain text."""
        self._answer(
            code,
            "text/plain; charset=utf-8",
            f"{code}: {message or 'this is no request'}\n".encode(),
        )

    def log_message(self, *_: Any) -> None:
        """The terminal is for the spec."""


def _event(shown: Shown) -> bytes:
    return f"data: {json.dumps(shown._asdict())}\n\n".encode()
