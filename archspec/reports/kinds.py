"""Layer kinds → the list of them by family, and the page of one."""

from __future__ import annotations

import re
import sys
from itertools import groupby

from archspec.layers import KINDS, Layer
from archspec.layers.base import Field
from archspec.reports.tables import WIDTH, Column, Table, wrapped
from archspec.spelling import in_yaml


def overview() -> str:
    """Every kind with its line, under the name of its family."""
    width = max(map(len, KINDS)) + 4
    return "\n\n".join(
        _family(module, list(kinds), width)
        for module, kinds in groupby(KINDS.values(), lambda kind: kind.__module__)
    )


def _family(module: str, kinds: list[type[Layer]], width: int) -> str:
    title = re.split(r"[:.]", (sys.modules[module].__doc__ or "").strip())[0]
    return "\n".join(
        [title, *(_hanging(f"  {kind.kind()}", _paragraphs(kind)[0], width) for kind in kinds)]
    )


def _hanging(term: str, text: str, width: int) -> str:
    """A term and its text, which begins at ``width`` in each line."""
    lines = wrapped(text, WIDTH - width)
    return "\n".join(
        f"{first:{width}}{line}"
        for first, line in zip([term, *[""] * len(lines)], lines, strict=False)
    )


def page(kind: type[Layer]) -> str:
    """One kind: what it does, its arguments, its shape rule."""
    about = ["\n".join(wrapped(paragraph, WIDTH)) for paragraph in _paragraphs(kind)]
    arguments = Table(
        [
            Column("name", "argument"),
            Column("default", "default"),
            Column("type", "value", wrap=True),
            Column("doc", "meaning", wrap=True),
        ],
        [_argument(attribute) for attribute in kind.attributes.values()],
    )
    return "\n\n".join([kind.kind(), *about, arguments.text()])


def _argument(attribute: Field) -> dict[str, str]:
    default = "required" if attribute.required else in_yaml(attribute.default)
    return {
        "name": attribute.name,
        "default": default,
        "type": attribute.type.words,
        "doc": attribute.doc,
    }


def _paragraphs(kind: type[Layer]) -> list[str]:
    return [
        " ".join(paragraph.split())
        for paragraph in re.split(r"\n\s*\n", (kind.__doc__ or "").strip())
    ]
