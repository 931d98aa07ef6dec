"""DOT → SVG, PNG or PDF. The one place where a renderer is called: the one that comes with
archspec, or the system's `dot`.
"""

from __future__ import annotations

import shutil
import subprocess
import sysconfig
from pathlib import Path

from archspec.diagrams.options import DrawingError

BUNDLED = "graphviz-pure"
SYSTEM = "dot"
SECONDS = 120
"""How long a renderer may take."""


def render(source: str, format: str, renderer: str | None = None, dpi: int | None = None) -> bytes:
    """The bytes of a picture. ``renderer`` is ``bundled``, ``dot`` or, if it is None, whichever can
    make the format.

    Raises `DrawingError` where there is no such renderer, or where it fails.
    """
    chosen = renderer or ("dot" if format == "pdf" else "bundled")
    program = _program(chosen, format)
    options = [f"-Gdpi={dpi}"] if dpi and format == "png" else []
    try:
        done = subprocess.run(
            [program, f"-T{format}", *options],
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
    found = shutil.which(SYSTEM)
    if found is None:
        what = "PDF needs" if format == "pdf" else "--renderer dot needs"
        raise DrawingError(
            f"{what} Graphviz's `dot`, which is not installed: apt install graphviz, or brew"
            " install graphviz"
        )
    return found


def _bundled() -> str:
    """The program that the package graphviz-pure has put beside this Python."""
    for folder in (
        sysconfig.get_path("scripts"),
        sysconfig.get_path("scripts", sysconfig.get_preferred_scheme("user")),
    ):
        for name in (BUNDLED, f"{BUNDLED}.exe"):
            if (path := Path(folder) / name).is_file():
                return str(path)
    found = shutil.which(BUNDLED)
    if found is None:
        raise DrawingError(
            "the package graphviz-pure is missing: pip install graphviz-pure, or use --renderer dot"
            " with Graphviz installed"
        )
    return found
