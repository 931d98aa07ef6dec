"""What a user names, a recipe or a network → the text of a recipe: the file, a shipped recipe, or
the one that suits a network.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from archspec.diagnostics import Diagnostic, Span, SpecError
from archspec.files import reason
from archspec.frontend.library import SHIPPED as SPECS
from archspec.frontend.library import Reference, shipped_names
from archspec.frontend.yaml.encoding import decode
from archspec.spelling import did_you_mean

SHIPPED = SPECS.with_name("recipes")
"""The folder of the recipes that archspec ships: beside that of its specs."""

FOR_ANY = "digits"
"""The shipped recipe for a network that has none of its own."""


class Found(NamedTuple):
    """A recipe's text, and the file that it stands in.

    ``network`` is the reference that a user named in its place: the recipe trains that. ``shown``
    is the name of the file in complaints, ``folder`` where its paths are relative to.
    """

    text: str
    shown: str
    folder: Path
    network: str | None = None


def shipped_recipes() -> list[str]:
    """The names of the recipes that archspec ships."""
    return sorted(path.stem for path in SHIPPED.glob("*.yaml"))


def find(reference: str, recipe: str | None = None) -> Found:
    """The recipe of a reference to a recipe or a spec; ``recipe`` names the one to train a spec
    by. Raises `SpecError`.
    """
    if recipe is not None:
        return read_recipe(recipe)._replace(network=reference)
    if is_recipe(reference):
        return read_recipe(reference)
    path = Reference.parse(reference).path
    if "/" not in path and path not in ("-", *shipped_names()) and not path.endswith(ENDINGS):
        raise SpecError([_nothing_called(path)])
    own = default_recipe(reference)
    return read_recipe(own or FOR_ANY)._replace(network=None if own else reference)


ENDINGS = (".yaml", ".yml")


def is_recipe(reference: str) -> bool:
    """Whether a reference names a recipe: a shipped one, or a file that begins as one."""
    if not reference.endswith(ENDINGS):
        return reference in shipped_recipes()
    try:
        text = Path(reference).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return False
    return re.search(r"^(recipe|\"recipe\"|'recipe')\s*:", text, re.MULTILINE) is not None


def default_recipe(network: str) -> str | None:
    """The shipped recipe that trains a shipped network, the first where there are several."""
    for name in shipped_recipes():
        text = (SHIPPED / f"{name}.yaml").read_text(encoding="utf-8")
        written = re.search(r"^network:\s*(\S+)", text, re.MULTILINE)
        if written and written[1] == network:
            return name
    return None


def read_recipe(reference: str) -> Found:
    """The text of a shipped recipe, by name, or of a file. Raises `SpecError`."""
    shipped = not reference.endswith(ENDINGS)
    path = SHIPPED / f"{reference}.yaml" if shipped else Path(reference)
    if shipped and reference not in shipped_recipes():
        near = did_you_mean(reference, shipped_recipes())
        help = near or "`archspec recipe` lists those it has; the path of a file ends in `.yaml`"
        message = f"archspec ships no recipe called `{reference}`"
        raise SpecError([Diagnostic("file-not-found", message, _nowhere(reference), help=help)])
    try:
        text = decode(path.read_bytes(), str(path))
    except OSError as error:
        message = f"the file `{reference}` cannot be read: {reason(error)}"
        raise SpecError([Diagnostic("file-not-found", message, _nowhere(reference))]) from error
    if shipped:  # its data lies where the user is, not where archspec is installed
        return Found(text, f"recipes/{path.name}", Path())
    return Found(text, str(path), path.parent)


def _nothing_called(name: str) -> Diagnostic:
    names = [*shipped_names(), *shipped_recipes()]
    help = did_you_mean(name, names) or (
        "`archspec list` shows the networks, `archspec recipe` the recipes; the path of a file"
        " ends in `.yaml`"
    )
    message = f"archspec ships neither a recipe nor a network called `{name}`"
    return Diagnostic("file-not-found", message, _nowhere(name), help=help)


def _nowhere(name: str) -> Span:
    return Span(name or "?", 1, 1, 1, 1)
