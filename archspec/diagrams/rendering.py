"""DOT → SVG, PNG or PDF, by the renderer that comes with archspec or the system's `dot`; and the
renderer's SVG → one for the web: text that keeps to its boxes in any font, tooltips, dark mode by
CSS, no trace of who made it.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from html import escape, unescape
from pathlib import Path
from typing import Any

from archspec.diagnostics import printable
from archspec.diagrams.crossings import better_left
from archspec.diagrams.options import DrawingError
from archspec.diagrams.palette import DARK, LIGHT, Theme

BUNDLED = "graphviz-pure"
SYSTEM = "dot"
SECONDS = 120
"""How long a renderer may take."""


Widths = Mapping[tuple[str, float, bool], float]
"""How wide the renderer sets a text, in points, by its size in points and whether it is bold."""

FONTS = "Arial,Helvetica,Liberation Sans,Arimo,Nimbus Sans,sans-serif"
"""Arial and the fonts that are as wide; a reader who has none of them has the text fitted."""


@dataclass(frozen=True, eq=False, repr=False)
class Picture:
    """An SVG with the renderer's JSON of its layout, which is read when it is asked for: of the
    pictures that are tried, only the one that is taken is looked at closely.
    """

    svg: str
    layout_json: str

    @cached_property
    def _layout(self) -> Any:
        return json.loads(self.layout_json)

    @cached_property
    def widths(self) -> Widths:
        """How wide its texts are set, since no reader need have the renderer's font."""
        return dict(_widths(self._layout))

    @property
    def better_left(self) -> frozenset[str]:
        """The clusters whose titles an edge crosses at the right, and none would at the left."""
        return better_left(self._layout)


def render_svg(source: str, renderer: str | None = None) -> Picture:
    """The SVG of a picture, by the renderer ``bundled`` or ``dot``. Raises `DrawingError` as
    `render` does.
    """
    done = _run(_program(renderer or "bundled", "svg"), ["-Tsvg", "-Tjson"], source).decode()
    end = done.index("</svg>\n") + len("</svg>\n")
    return Picture(done[:end], done[end:])


def _widths(layout: Any) -> Iterator[tuple[tuple[str, float, bool], float]]:
    """The texts in a layout, as the renderer's JSON has it: operations that set a font, make it
    bold and write.
    """
    for part in (layout, *layout.get("objects", ()), *layout.get("edges", ())):
        size, bold = 0.0, False
        for operation in part.get("_ldraw_", ()):
            if operation["op"] == "F":
                size = operation["size"]
            elif operation["op"] == "t":
                bold = bool(operation["fontchar"] & 1)
            elif operation["op"] == "T":
                yield (operation["text"].replace("\xa0", " "), size, bold), operation["width"]


def render(source: str, format: str, renderer: str | None = None, dpi: int | None = None) -> bytes:
    """The bytes of a picture. ``renderer`` is ``bundled``, ``dot`` or, if it is None, whichever can
    make the format.

    Raises `DrawingError` where there is no such renderer, or where it fails.
    """
    chosen = renderer or ("dot" if format == "pdf" else "bundled")
    options = [f"-Gdpi={dpi}"] if dpi and format == "png" else []
    return _run(_program(chosen, format), [f"-T{format}", *options], source)


def _run(program: str, options: Sequence[str], source: str) -> bytes:
    """What a renderer writes. Raises `DrawingError` where it fails or takes too long."""
    try:
        done = subprocess.run(
            [program, *options],
            input=source.encode(),
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise DrawingError(
            f"{Path(program).name} takes more than {SECONDS} seconds; draw less, with --detail"
            " blocks or stages"
        ) from error
    except OSError as error:
        raise DrawingError(f"{program} cannot be run: {error.strerror}") from error
    complaint = next(
        (
            line
            for line in done.stderr.decode(errors="replace").splitlines()
            if line.startswith("Error")
        ),
        "",
    )
    if done.returncode or complaint or not done.stdout:
        raise DrawingError(
            f"{Path(program).name} fails: {complaint or f'exit code {done.returncode}'}"
        )
    return done.stdout


def _program(renderer: str, format: str) -> str:
    if renderer == "bundled":
        if format == "pdf":
            raise DrawingError(
                "the bundled renderer makes no PDF: leave out --renderer; PDF needs Graphviz's"
                " `dot`"
            )
        return _bundled()
    program = shutil.which(SYSTEM)
    if program is None:
        what = "PDF needs" if format == "pdf" else "--renderer dot needs"
        raise DrawingError(
            f"{what} Graphviz's `dot`, which is not installed: apt install graphviz, or brew"
            " install graphviz"
        )
    return program


def _bundled() -> str:
    """The program that the package graphviz-pure has put beside this Python."""
    for folder in _script_folders():
        for name in (BUNDLED, f"{BUNDLED}.exe"):
            if (path := Path(folder) / name).is_file():
                return str(path)
    program = shutil.which(BUNDLED)
    if program is None:
        raise DrawingError(
            "the package graphviz-pure is missing: pip install graphviz-pure, or use --renderer dot"
            " with Graphviz installed"
        )
    return program


def _script_folders() -> Iterator[str | Path]:
    """Where packages put their programs; the folder of Python itself is asked first, since the
    others take longer to find out.
    """
    yield Path(sys.executable).parent
    import sysconfig  # noqa: PLC0415 - it reads how Python was built

    yield sysconfig.get_path("scripts")
    yield sysconfig.get_path("scripts", sysconfig.get_preferred_scheme("user"))


# --- SVG for the web

SIZE = re.compile(r'<svg width="([\d.]+)pt" height="([\d.]+)pt"')
_LINK = re.compile(
    r'<g id="a_[^"]*"><a xlink:href="[^"]*" xlink:title="([^"]*)"[^>]*>\n?|<g id="a_[^"]*"><a'
    r' xlink:title="([^"]*)"[^>]*>\n?'
)
_GROUP = re.compile(
    r'(<g id="[^"]*" class="(?:node|cluster|edge|graph)[^"]*"[^>]*>\n)<title>(.*?)</title>\n',
    re.DOTALL,
)


_TEXT = re.compile(r"<text( [^>]*)>([^<]*)</text>")
_FONT_SIZE = re.compile(r'font-size="([\d.]+)"')
LATIN = "\u2e80"
"""The letters beyond this one the renderer cannot measure; they are as wide as they are."""


def svg_size(svg: str) -> tuple[float, float]:
    """The width and height of a picture in points. Raises ValueError if it says none."""
    match = SIZE.search(svg)
    if match is None:
        raise ValueError("the picture has no size")
    return float(match[1]), float(match[2])


def for_web(picture: Picture, title: str, theme: str) -> str:
    """The picture with a title that screen readers read, tips and, for the theme
    ``auto``, the colours of dark mode.
    """
    text = _fitted(_tips(_comments_out(picture.svg)), picture.widths)
    start = text.index("<svg")
    end = text.index(">", start)
    head = f'{text[start:end]} font-family="{FONTS}" role="img"'
    head += f' aria-label="{escape(printable(title), quote=True)}"'
    style = f"\n<style>{_style(DARK)}</style>" if theme == "auto" else ""
    return text[:start] + head + ">" + style + text[end + 1 :]


def _fitted(svg: str, widths: Widths) -> str:
    """The picture with each text as wide as the renderer has set it, in any font."""

    def fit(text: re.Match[str]) -> str:
        attributes = text[1].replace(' font-family="Arial"', "")
        words = unescape(text[2]).replace("\xa0", " ")
        size = float(_FONT_SIZE.search(attributes)[1])  # type: ignore[index]  # the renderer always writes it
        width = widths.get((words, size, 'font-weight="bold"' in attributes))
        if not width or max(words) > LATIN:
            return f"<text{attributes}>{text[2]}</text>"
        length = f' textLength="{width:g}" lengthAdjust="spacingAndGlyphs"'
        return f"<text{attributes}{length}>{text[2]}</text>"

    return _TEXT.sub(fit, svg)


def _comments_out(svg: str) -> str:
    return re.sub(r"<!--.*?-->\n?", "", svg, flags=re.DOTALL)


def _tips(svg: str) -> str:
    """What the renderer wrote as links becomes the title of the group, which browsers show and
    readers of the screen say.
    """
    made, place = [], 0
    for group in _GROUP.finditer(svg):
        made += [svg[place : group.start()], group[1]]
        place = group.end()
        link = _LINK.match(svg, place)
        if link is not None:
            tip = unescape(link[1] or link[2] or "").strip()
            end = svg.index("</a>\n</g>\n", link.end())
            made += [f"<title>{escape(tip)}</title>\n" if tip else "", svg[link.end() : end]]
            place = end + len("</a>\n</g>\n")
    return "".join([*made, svg[place:]])


def _style(dark: Theme) -> str:
    """What changes in the dark: the page and the words on it; boxes keep their fills and the
    ink on them.
    """
    light = LIGHT
    swaps = {
        f'.graph>polygon[fill="{light.page.lower()}"],.graph>polygon[fill="white"]': (
            f"fill:{dark.page}"
        ),
        f'text[fill="{light.ink.lower()}"]': f"fill:{dark.ink}",
        f'text[fill="{light.faint.lower()}"]': f"fill:{dark.faint}",
        f'text[fill="{light.accent.lower()}"]': f"fill:{dark.accent}",
        ".edge path": f"stroke:{dark.line}",
        ".edge polygon,.point ellipse": f"stroke:{dark.line};fill:{dark.line}",
        ".edge.shortcut path,.edge.reference path": f"stroke:{dark.shortcut}",
        ".edge.shortcut polygon,.edge.reference polygon": (
            f"stroke:{dark.shortcut};fill:{dark.shortcut}"
        ),
        ".edge.shortcut text,.edge.reference text": f"fill:{dark.shortcut}",
        ".cluster>path,.cluster>polygon": f"fill:{dark.cluster};stroke:{dark.frame}",
        f'.node.frame path[fill="{light.cluster.lower()}"]': f"fill:{dark.cluster}",
        f'.node.frame path[stroke="{light.frame.lower()}"]': f"stroke:{dark.frame}",
        ".node.input path,.node.output path": f"fill:{dark.paper};stroke:{dark.line}",
    }
    rules = "".join(f"{selector}{{{rule}}}" for selector, rule in swaps.items())
    return f"@media (prefers-color-scheme:dark){{{rules}}}"
