"""Layer kinds → the list of them by family, and the page of one."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from itertools import groupby

from archspec.layers import CELLS, KINDS, Layer
from archspec.layers.fields import Field, TensorRole
from archspec.layers.objects import (
    ACTIVATION,
    CONSTRAINT_NAMES,
    CONSTRAINTS,
    INITIALIZER_NAMES,
    INITIALIZERS,
    REGULARIZER_NAMES,
    REGULARIZERS,
)
from archspec.reports.tables import WIDTH, Column, Table, wrapped
from archspec.spelling import in_words

MEANING = Column("doc", "meaning", wrap=True)
VALUES = (Column("default", "default"), Column("type", "value", wrap=True), MEANING)


def overview() -> str:
    """Every kind with its line, under the name of its family."""
    width = max(map(len, (*KINDS, *CELLS))) + 4
    return "\n\n".join(
        "\n".join([title, *(_hanging(f"  {kind.kind()}", summary(kind), width) for kind in kinds)])
        for title, _, kinds in _families()
    )


def document() -> str:
    """Every kind with its arguments, as a page of Markdown: ``docs/kinds.md``."""
    return "\n\n".join([ABOUT, *(_chapter(*family) for family in _families()), _objects()]) + "\n"


ABOUT = """# Layer kinds

Every kind of layer that a spec may use, with its arguments, their defaults and what it does to the
shape; the terminal prints the same: `archspec layers Conv2D`. Names, arguments and defaults are
Keras's. Shapes have no batch axis; `axis` alone counts as in Keras, the batch being 0. Any kind
also takes `dtype`, the dtype or mixed-precision policy of its computations and weights (float32),
and `trainable`, whether training changes the weights (`true`). Tables say
where a kind takes tensors by their roles in `from`, has arguments of its `call`, or gives further
outputs. How kinds are written:
[language.md](language.md). This page is generated, and a test compares it:
`ARCHSPEC_REWRITE=1 pytest tests/reports/test_kinds.py` writes it anew."""


def _families() -> Iterator[tuple[str, str, list[type[Layer]]]]:
    """Each family: its title, the rest of its sentence, its kinds."""
    every = (*KINDS.values(), *CELLS.values())
    for module, kinds in groupby(every, lambda kind: kind.__module__):
        title, _, rest = " ".join((sys.modules[module].__doc__ or "").split()).partition(":")
        yield title.rstrip("."), rest.strip(), list(kinds)


def _chapter(title: str, about: str, kinds: list[type[Layer]]) -> str:
    sentence = [_in_markdown(about[0].upper() + about[1:])] if about else []
    return "\n\n".join([f"## {title}", *sentence, *map(_section, kinds)])


def _section(kind: type[Layer]) -> str:
    own = [field for name, field in kind.attributes.items() if name not in Layer.attributes]
    table = [_arguments(own).markdown()] if own else ["No arguments of its own."]
    paragraphs = map(_in_markdown, _paragraphs(kind))
    tables = [table.markdown() for table in _tables_of_the_call(kind)]
    return "\n\n".join([f"### {kind.kind()}", *paragraphs, *table, *tables])


def _in_markdown(text: str) -> str:
    """A text whose stars are no emphasis; what stands in backquotes stays."""
    parts = text.split("`")
    return "`".join(
        part if index % 2 else part.replace("*", "\\*") for index, part in enumerate(parts)
    )


def _objects() -> str:
    """The names and arguments of what layers take besides numbers and words."""
    chapters = ["## Activations, initializers, regularizers, constraints"]
    chapters.append(f"**Activations**: {_listed(ACTIVATION.expects.choices)}.")
    for title, names, classes in (
        ("Initializers", INITIALIZER_NAMES, INITIALIZERS),
        ("Regularizers", REGULARIZER_NAMES, REGULARIZERS),
        ("Constraints", CONSTRAINT_NAMES, CONSTRAINTS),
    ):
        chapters.append(
            f"**{title}** by name: {_listed([one for one in names if one not in classes])}."
        )
        written = ", ".join(
            f"`{name}`" + (f" ({_listed(arguments)})" if arguments else "")
            for name, arguments in classes.items()
        )
        chapters.append(f"Written like a layer, with arguments: {written}.")
    return "\n\n".join(chapters)


def _listed(words: Iterable[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)


def summary(kind: type[Layer]) -> str:
    """What a kind does, in a sentence."""
    return _paragraphs(kind)[0]


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
    arguments = _arguments(kind.attributes.values()).text()
    tables = [table.text() for table in _tables_of_the_call(kind)]
    return "\n\n".join([kind.kind(), *about, arguments, *tables])


def _tables_of_the_call(kind: type[Layer]) -> Iterator[Table]:
    """How the layer is used: its roles where it has several, the constants of its call, and its
    further outputs.
    """
    if len(kind.roles) > 1:
        columns = [Column("name", "role in `from`"), Column("needed", ""), MEANING]
        yield Table(columns, [_role(role) for role in kind.roles.values()])
    if kind.call_attributes:
        columns = [Column("name", "argument of `call`"), *VALUES]
        yield Table(columns, [_argument(field) for field in kind.call_attributes.values()])
    if kind.further_outputs:
        columns = [Column("name", "further output"), Column("way", "there with")]
        yield Table(
            columns,
            [{"name": name, "way": way} for name, way in kind.further_outputs.items()],
        )


def _role(role: TensorRole) -> dict[str, str]:
    needed = "needed" if role.required else "by name" if role.by_name else "may be left out"
    return {"name": role.name, "needed": needed, "doc": role.doc}


def _arguments(fields: Iterable[Field]) -> Table:
    columns = [Column("name", "argument"), *VALUES]
    return Table(columns, [_argument(field) for field in fields])


def _argument(field: Field) -> dict[str, str]:
    default = "required" if field.required else in_words(field.default)
    return {
        "name": field.name,
        "default": default,
        "type": field.type.words,
        "doc": field.doc,
    }


def _paragraphs(kind: type[Layer]) -> list[str]:
    return [
        " ".join(paragraph.split())
        for paragraph in re.split(r"\n\s*\n", (kind.__doc__ or "").strip())
    ]
