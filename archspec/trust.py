"""The modules whose code may run: leave that comes from the command line, or from the environment,
never from a file.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextvars import ContextVar, Token

VARIABLE = "ARCHSPEC_TRUST"
"""The variable of the environment: names of modules, with commas between them."""

_GIVEN: ContextVar[frozenset[str]] = ContextVar("trusted modules", default=frozenset())


def listed(texts: Iterable[str]) -> tuple[str, ...]:
    """The names of modules in some texts, which may hold several."""
    return tuple(name.strip() for text in texts for name in text.split(",") if name.strip())


def give(modules: Iterable[str]) -> Token[frozenset[str]]:
    """Let code of modules run, until `take_back`."""
    return _GIVEN.set(_GIVEN.get() | frozenset(modules))


def take_back(token: Token[frozenset[str]]) -> None:
    """End what `give` began."""
    _GIVEN.reset(token)


def trusted() -> frozenset[str]:
    """The modules whose code may run here."""
    return _GIVEN.get() | frozenset(listed([os.environ.get(VARIABLE, "")]))
