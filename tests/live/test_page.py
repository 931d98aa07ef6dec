# ruff: noqa: F811 - a fixture is imported and then is an argument
"""The page of `archspec watch --serve` in a real headless Chromium, beside the command as a
user runs it.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from archspec.live.server import Board, Shown, server
from tests.live.test_watch import (
    NET,
    PATIENCE,
    Process,
    folder,  # noqa: F401 - a fixture
    start,  # noqa: F401 - a fixture
    write_in_place,
)

sync_api = pytest.importorskip(
    "playwright.sync_api", reason="the package playwright drives the browser"
)
CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
pytestmark = pytest.mark.skipif(
    CHROMIUM is None,
    reason="there is no Chromium on PATH: chromium, chromium-browser or google-chrome",
)

QUIETLY = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
QUIETLY += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
WRONG = NET.replace("- Flatten", "- \"<img src=x onerror=document.title='owned'>\"")
OTHER = NET.replace("name: net", "name: other").replace("filters: 4", "filters: 5")
URL = r"^the page is (http://127\.0\.0\.1:(\d+)/)$"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIETLY)
        yield chromium
        chromium.close()


@pytest.fixture
def tab(browser: Any) -> Iterator[Any]:
    """A tab that keeps what its page complains of, and that asks nobody but this machine."""
    context = browser.new_context(viewport={"width": 900, "height": 500})
    one = context.new_page()
    one.set_default_timeout(PATIENCE * 1000)
    sync_api.expect.set_options(timeout=PATIENCE * 1000)
    one.asked, one.complaints = [], []
    one.on("request", lambda request: one.asked.append(request.url))
    one.on("console", lambda message: one.complaints.append(message.text))
    one.on("pageerror", lambda error: one.complaints.append(str(error)))
    yield one
    context.close()


def opened(tab: Any, watch: Process) -> str:
    """Open the page of a running command; its address."""
    url = watch.says(URL)[1]
    tab.goto(url)
    sync_api.expect(tab.locator("#picture svg")).to_be_visible()
    return url


def drawn(tab: Any) -> str:
    """The texts of the picture."""
    return " ".join(tab.locator("#picture svg text").all_text_contents())


def test_an_edit_a_mistake_and_its_mending(tab: Any, start: Callable[..., Process]) -> None:
    expect = sync_api.expect
    url = opened(tab, start("net.yaml", "--serve", "--port", "0"))
    assert "net" in drawn(tab).split()
    expect(tab).to_have_title(re.compile(r"^✓ net \d\d:\d\d:\d\d +drawn"))
    expect(tab.get_by_role("heading")).to_have_text("net")
    expect(tab.locator("#totals")).to_have_text(
        "8×8×3 → 10 · 1.56 k parameters · 5.33 k multiply-adds"
    )
    expect(tab.locator("#picture")).to_have_attribute(
        "aria-label", re.compile(r"^The picture of net\. 8×8×3 → 10")
    )
    expect(tab.locator("#diagnostics")).to_be_empty()
    expect(tab.get_by_text("the last good picture")).to_be_hidden()
    before = drawn(tab)

    write_in_place("net.yaml", WRONG)
    expect(tab.locator("#diagnostics")).to_contain_text("net.yaml:8:5")
    expect(tab.locator("#diagnostics")).to_contain_text(
        "<img src=x onerror=document.title='owned'>"
    )
    expect(tab.get_by_text("the last good picture")).to_be_visible()
    expect(tab.locator("#picture")).to_have_attribute(
        "aria-label", re.compile(r"^The last good picture of net")
    )
    expect(tab.get_by_role("status")).to_have_text(re.compile("fails: 1 error$"))
    expect(tab).to_have_title(re.compile(r"^✗ net .*fails: 1 error$"))
    assert tab.locator("#diagnostics").get_attribute("aria-live") == "polite"
    assert tab.locator("img").count() == 0, "what is wrong is text, never markup"
    assert drawn(tab) == before

    write_in_place("net.yaml", OTHER)
    expect(tab.locator("#totals")).to_contain_text("1.95 k parameters")
    expect(tab.locator("#diagnostics")).to_be_empty()
    expect(tab.get_by_text("the last good picture")).to_be_hidden()
    expect(tab).to_have_title(re.compile(r"^✓ other "))
    assert "other" in drawn(tab).split()
    assert set(tab.asked) <= {url, f"{url}events"}, "nothing is asked of anybody else"
    assert tab.complaints == []


def test_warnings_are_shown_beside_the_new_picture(tab: Any, start: Callable[..., Process]) -> None:
    opened(tab, start("net.yaml", "--serve", "--port", "0"))
    write_in_place("net.yaml", OTHER.replace("vars: {", "vars: {idle: 1, "))
    sync_api.expect(tab.locator("#diagnostics .warning")).to_have_text(
        re.compile(r"^warning\[unused\]")
    )
    sync_api.expect(tab.get_by_text("the last good picture")).to_be_hidden()
    sync_api.expect(tab).to_have_title(re.compile(r"^✓ other "))


def test_a_spec_that_is_wrong_from_the_start(tab: Any, start: Callable[..., Process]) -> None:
    write_in_place("net.yaml", WRONG)
    tab.goto(start("net.yaml", "--serve", "--port", "0").says(URL)[1])
    sync_api.expect(tab.locator("#diagnostics")).to_contain_text("net.yaml:8:5")
    sync_api.expect(tab.get_by_role("img", name="No picture yet")).to_be_attached()
    write_in_place("net.yaml", NET)
    sync_api.expect(tab.locator("#picture svg")).to_be_visible()


def test_zoom_and_place_stay_when_the_picture_changes_and_when_the_page_is_loaded_anew(
    tab: Any, start: Callable[..., Process]
) -> None:
    opened(tab, start("net.yaml", "--serve", "--port", "0"))
    view = "[picture.firstElementChild.style.width, paper.scrollLeft, paper.scrollTop]"
    natural = tab.evaluate("picture.firstElementChild.getBoundingClientRect().width")
    for _ in range(12):
        tab.get_by_role("button", name="Larger").click()
    tab.evaluate("paper.scrollTo(150, 70)")
    width, left, top = tab.evaluate(view)
    assert float(width.removesuffix("px")) == pytest.approx(natural * 1.25**12, rel=1e-3)
    assert (left, top) == (150, 70)
    write_in_place("net.yaml", OTHER)
    sync_api.expect(tab.get_by_role("heading")).to_have_text("other")
    assert tab.evaluate("[paper.scrollLeft, paper.scrollTop]") == [150, 70]
    assert tab.evaluate("zoom") == pytest.approx(1.25**12, rel=1e-3)
    tab.reload()
    sync_api.expect(tab.locator("#picture svg")).to_be_visible()
    assert tab.evaluate("[paper.scrollLeft, paper.scrollTop]") == [150, 70]
    tab.keyboard.press("0")
    assert tab.evaluate("zoom") is None


def test_dark_mode_reaches_the_page_and_the_picture(
    tab: Any, start: Callable[..., Process]
) -> None:
    opened(tab, start("net.yaml", "--serve", "--port", "0"))
    seen = {}
    for scheme in ("light", "dark"):
        tab.emulate_media(color_scheme=scheme)
        fills = (
            "[...document.querySelectorAll('#picture svg text')].map(one =>"
            " getComputedStyle(one).fill)"
        )
        colours = (
            "[getComputedStyle(document.body).backgroundColor,"
            " getComputedStyle(paper).backgroundColor, getComputedStyle(document.body).color]"
        )
        seen[scheme] = *tab.evaluate(colours), set(tab.evaluate(fills))
    assert all(light != dark for light, dark in zip(seen["light"], seen["dark"], strict=True)), seen


def test_a_page_finds_the_command_again_after_a_restart(
    tab: Any, start: Callable[..., Process]
) -> None:
    watch = start("net.yaml", "--serve", "--port", "0")
    opened(tab, watch)
    port = watch.says(URL)[2]
    assert watch.end() == 130
    sync_api.expect(tab.get_by_role("status")).to_have_text(
        "archspec has ended; this page waits for it"
    )
    assert "net" in drawn(tab).split()
    write_in_place("net.yaml", OTHER)
    start("net.yaml", "--serve", "--port", port).says("drawn")
    sync_api.expect(tab.get_by_role("heading")).to_have_text("other")
    sync_api.expect(tab).to_have_title(re.compile(r"^✓ other "))


HOSTILE = """<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="80pt" height="80pt"
  viewBox="0 0 80 80" onload="window.owned = 1"><script>window.owned = 2</script><image href="x" onerror="window.owned = 3"/>
  <foreignObject width="9" height="9"><img xmlns="http://www.w3.org/1999/xhtml" src="/x" onerror="window.owned = 4"/></foreignObject>
  <a xlink:href="javascript:window.owned = 5"><text id="link" y="40">here</text></a></svg>"""


def test_nothing_runs_even_if_a_picture_were_hostile(tab: Any) -> None:
    board = Board()
    board.show(
        Shown(
            "<script>window.owned = 6</script>",
            "<b>totals</b>",
            HOSTILE,
            "<i>verdict</i>",
            "<img src=x onerror='window.owned = 7'>",
        )
    )
    with server(board, 0) as serving:
        tab.goto(serving.url)
        tab.locator("#link").click()
        assert tab.evaluate("[typeof window.owned, document.querySelectorAll('b, i').length]") == [
            "undefined",
            0,
        ]
        tab.goto(f"{serving.url}picture.svg")
        tab.locator("#link").click()
        assert tab.evaluate("typeof window.owned") == "undefined"


@contextmanager
def elsewhere(text: str) -> Iterator[str]:
    """A page of another origin; its address."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as other:
        Thread(target=other.serve_forever, daemon=True).start()
        yield f"http://localhost:{other.server_address[1]}/"
        other.shutdown()


def test_a_page_of_another_origin_can_neither_frame_it_nor_show_it_nor_read_it(tab: Any) -> None:
    board = Board()
    board.show(
        Shown("net", picture='<svg xmlns="http://www.w3.org/2000/svg" width="40pt" height="40pt"/>')
    )
    with server(board, 0) as serving:
        text = f"<iframe src='{serving.url}'></iframe><img src='{serving.url}picture.svg'>"
        with elsewhere(text) as attacker:
            tab.goto(attacker)  # and everything in it has been loaded
            assert [frame.locator("#picture").count() for frame in tab.frames[1:]] == [0]
            assert tab.evaluate("document.images[0].naturalWidth") == 0
            assert (
                tab.evaluate(
                    f"fetch('{serving.url}picture.svg').then(() => 'read', () => 'refused')"
                )
                == "refused"
            )
        tab.goto(serving.url)  # it is there to be seen
        sync_api.expect(tab.locator("#picture svg")).to_be_attached()
