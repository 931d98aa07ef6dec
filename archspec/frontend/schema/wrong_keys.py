"""A refusal that is about keys → diagnostics in the author's words: keys that are unknown, in the
wrong place, or cannot stand together.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from archspec.diagnostics import Diagnostic, Span
from archspec.frontend.foreign.arguments import argument_help
from archspec.frontend.foreign.documents import block_key_help, document_help, file_help, spec_help
from archspec.frontend.foreign.inputs import input_key_help, shape_of_keys
from archspec.frontend.foreign.items import item_help
from archspec.frontend.foreign.layers import lacking, layer_help
from archspec.frontend.foreign.words import key_help
from archspec.frontend.schema.refusals import BEGINNING, Refusal, first_line
from archspec.frontend.schema.surroundings import accepts
from archspec.frontend.vocabulary import MODIFIERS
from archspec.frontend.yaml.document import Value
from archspec.frontend.yaml.indentation_complaints import BLANKS, not_a_space
from archspec.frontend.yaml.key_complaints import NO_SPACE, no_space
from archspec.layers import KINDS
from archspec.layers.registry import is_kind
from archspec.spelling import did_you_mean, listed_names


def misplaced(refusal: Refusal, key: str, owner: str, item: Value) -> Iterator[Diagnostic]:
    """Arguments of an operation that stand beside it, with one complaint, at the first of them."""
    keys = [
        name
        for name in item.data
        if name != owner and name not in MODIFIERS and refusal.owner(name, item) == owner
    ]
    if key != keys[0]:
        return
    are = "is an argument" if len(keys) == 1 else "are arguments"
    stands = "stands" if len(keys) == 1 else "stand"
    them = "it" if len(keys) == 1 else "them"
    indent = item.data[owner].place.column + 1
    inside = item.data[owner].data
    help = (
        f"write {them} inside the braces of `{owner}`"
        if inside
        else f"indent {them} below `{owner}:`, by {indent} spaces"
    )
    message = f"{listed_names(keys)} {are} of `{owner}`, and {stands} beside it instead of in it"
    yield Diagnostic("misplaced-argument", message, item.data[key].place, help=help)


def unknown_keys(refusal: Refusal) -> Iterator[Diagnostic]:
    """Keys that the schema does not know."""
    known = list(refusal.schema.get("properties", ()))
    if refusal.is_several_inputs():
        message = "`input` is the shape of one input"
        help = (
            _shape_by_keys(refusal)
            or "write `inputs` in place of `input`: they are several, each with its name"
        )
        yield Diagnostic("wrong-value", message, first_line(refusal.value.place), help=help)
    elif pairs := _numbers_by_name(refusal):
        owner = refusal.path[-1]
        message = f"the arguments of `{owner}` are given by name"
        help = f"write `{owner}: {{{pairs}}}`"
        yield Diagnostic("wrong-value", message, first_line(refusal.value.span), help=help)
    elif not refusal.is_something_else():
        for key in refusal.unknown_keys():
            yield from _unknown_key(refusal, key, refusal.value.data[key], known)
    elif refusal.path:
        what, help = f"`{refusal.key}`", "begin each item with `- `"
        if isinstance(refusal.path[-1], int):
            what, help = f"entry {refusal.path[-1] + 1} of {what}", _as_branch(refusal.value)
        message = f"{what} must be a list of items, each a line `- Layer: {{...}}`"
        yield Diagnostic(
            "wrong-value", message, first_line(refusal.value.place), "found a mapping", help=help
        )
    else:
        place = refusal.value.first_line
        if other := file_help(refusal.text):
            yield Diagnostic("foreign-file", other[0], place, help=other[1])
            return
        help = spec_help(refusal.value.data) or BEGINNING
        label = "a spec has no such key"
        yield Diagnostic("wrong-value", "this is no spec", place, label, help=help)


def _numbers_by_name(refusal: Refusal) -> str | None:
    """The arguments of a layer whose braces hold numbers alone, ``{8, 3}``, with their names."""
    owner, given = refusal.path[-1] if refusal.path else None, refusal.value.data
    if not is_kind(owner) or not all(
        value.data is None and re.fullmatch(r"[\d.]+", key) for key, value in given.items()
    ):
        return None
    named = zip(KINDS[str(owner)].attributes, given, strict=False)
    return ", ".join(f"{name}: {number}" for name, number in named)


def _shape_by_keys(refusal: Refusal) -> str | None:
    """The help for sizes, each under the name of its axis, in place of a shape."""
    data = refusal.value.unwrapped()
    if len(data) == 1:
        ((key, value),) = data.items()
        if help := input_key_help(key, value):
            return help
    return shape_of_keys(data)


def _as_branch(entry: Value) -> str:
    """What to write for a mapping in a list of branches: an item, or a branch with its name."""
    key = next(iter(entry.data))
    if entry.data[key].is_list:
        return f"to name the branches, remove the `- ` before each: `branches: {{{key}: [...]}}`"
    return f"a branch is a list: write `- [{key}: ...]`, or `- - {key}: ...` over several lines"


def _unknown_key(
    refusal: Refusal, key: str, value: Value, known: list[str]
) -> Iterator[Diagnostic]:
    glued = NO_SPACE.fullmatch(key)
    if glued and (value.data is None or glued["value"].startswith(("{", "["))):
        message, help = no_space(glued["key"], glued["value"] if value.data is None else "{...}")
        yield Diagnostic(
            "missing-space", message, _part(value.place, glued.end("key"), 1), help=help
        )
        return
    if blank := re.search(f"[{''.join(BLANKS)}]+", key):
        message, help = not_a_space(blank[0])
        yield Diagnostic(
            "yaml-syntax", message, _part(value.place, blank.start(), len(blank[0])), help=help
        )
        return
    if refusal.expects.what == "item":
        yield from _unknown_operation(refusal, key, value, known)
        return
    if refusal.expects.what == "layer":
        yield _no_such_layer(refusal, key, value)
        return
    owner = refusal.path[-1] if refusal.path else None
    near = did_you_mean(key, [name for name in known if name not in refusal.value.data] or known)
    advice: str | None
    if is_kind(owner):
        advice = (
            _no_argument(refusal, key, str(owner))
            or argument_help(str(owner), key, value.text or None, refusal.value.unwrapped())
            or near
            or _listed(f"`archspec layers {owner}` lists its arguments", "its arguments are", known)
        )
        yield Diagnostic(
            "unknown-argument", f"`{owner}` has no argument `{key}`", value.place, help=advice
        )
    elif owner == "defaults":
        advice = _no_defaults(refusal, key, value) or layer_help(key) or near
        message = f"there is no layer kind `{key}`"
        advice = advice or "`archspec layers` lists the layer kinds"
        yield Diagnostic("unknown-layer", message, value.place, help=advice)
    else:
        advice = _no_key(refusal, key, known) or _from_elsewhere(refusal, key, value) or near
        yield Diagnostic(
            "unknown-key",
            f"{refusal.owner_in_words} has no key `{key}`",
            value.place,
            help=advice or f"it may have {', '.join(known)}",
        )


def _from_elsewhere(refusal: Refusal, key: str, value: Value) -> str | None:
    """What to do about a key of a document, an input or a block that another tool has."""
    if not refusal.path:
        return document_help(key, value.data)
    if refusal.path == ("input",) or refusal.path[:-1] == ("inputs",):
        return input_key_help(key, value.unwrapped())
    if refusal.path[:-1] == ("blocks",):
        return block_key_help(key)
    return item_help(key) if refusal.key == "branches" else None


def _no_such_layer(refusal: Refusal, key: str, value: Value) -> Diagnostic:
    """What stands in the place of a layer that is an argument."""
    choices = refusal.expects.choices
    if is_kind(key):
        message = f"`{refusal.key}` must be {refusal.words}"
        near = did_you_mean(key, choices) if key not in KINDS else None
        possible = f"it can be {', '.join(f'`{name}`' for name in choices)}"
        label = f"found `{key}`"
        return Diagnostic("wrong-value", message, value.place, label, help=near or possible)
    if key in refusal.blocks():
        message = f"`{refusal.key}` takes a layer kind, and `{key}` is a block"
        instead = "write the layers of the block as items, or name one kind"
        return Diagnostic("wrong-value", message, value.place, help=instead)
    help = layer_help(key) or did_you_mean(key, choices)
    message = f"there is no layer kind `{key}`"
    listed = "`archspec layers` lists the layer kinds"
    return Diagnostic("unknown-layer", message, value.place, help=help or listed)


def _no_argument(refusal: Refusal, key: str, owner: str) -> str | None:
    item = refusal.document.at(refusal.path[:-1])
    value = refusal.value.data[key]
    if key == "name" and (meant := _argument_for(owner, refusal, value)):
        return f"did you mean `{meant}`?"
    if key in MODIFIERS and refusal.path[-2:-1] != ("defaults",) and not item.is_list:
        return f"`{key}` belongs to the item: give it a line of its own, indented as `{owner}` is"
    if key == "data_format":
        return "remove it: tensors are channels-last"
    return (
        "remove it: shapes are inferred, from `input` on"
        if key in ("input_shape", "batch_size", "input_dim", "batch_input_shape")
        else None
    )


def _argument_for(owner: str, refusal: Refusal, value: Value) -> str | None:
    """The argument that a layer needs and has not, where a value of another key is right for it."""
    given, data = refusal.value.data, value.unwrapped()
    return next(
        (
            name
            for name, field in KINDS[owner].attributes.items()
            if field.required and name not in given and accepts(field.type, data)
        ),
        None,
    )


def _no_defaults(refusal: Refusal, key: str, value: Value) -> str | None:
    blocks = refusal.document.root.get("blocks")
    if blocks is not None and blocks.get(key) is not None:
        return "`defaults` are for layer kinds; a block has its own in `args`, as `name: value`"
    kinds = [name for name, kind in KINDS.items() if key in kind.attributes]
    kind = next(
        (kind for kind in kinds if kind in refusal.text),
        next(iter(kinds), None),
    )
    return (
        f"name the layer kind first: `{kind}: {{{key}: {value.text or '...'}}}`" if kind else None
    )


def _no_key(refusal: Refusal, key: str, known: list[str]) -> str | None:
    """Where a key belongs that stands in the wrong place, or the required one that it
    stands for.
    """
    if refusal.path[:1] == ("variants",) and key in refusal.variables():
        return (
            f"`{key}` is a variable: write `vars: {{{key}:"
            f" {refusal.value.data[key].text or '...'}}}`"
        )
    if refusal.path[:1] == ("variants",) and key == "name":
        called = refusal.value.data[key].text or "..."
        return (
            f"a variant's name is its key, `{refusal.key}`: remove this, or write `{called}:` in"
            f" place of `{refusal.key}:`"
        )
    text = refusal.text
    if not refusal.path and re.search(rf"\$\(?{re.escape(key)}\b", text):
        written = refusal.value.data[key].text or "..."
        return f"`{key}` is used as a variable: write `vars: {{{key}: {written}}}`"
    missing = [
        name for name in refusal.schema.get("required", ()) if name not in refusal.value.data
    ]
    if refusal.path and len(missing) == 1 and len(refusal.unknown_keys()) == 1:
        return f"did you mean `{missing[0]}`?"
    in_a_block = refusal.path[-2:-1] == ("blocks",)
    if in_a_block and not did_you_mean(key, known) and not block_key_help(key):
        return f"an argument stands in `args`, as `args: [{key}: ...]`, and a local value in `let`"
    return None


def _unknown_operation(
    refusal: Refusal, key: str, value: Value, known: list[str]
) -> Iterator[Diagnostic]:
    owner = refusal.owner(key, refusal.value)
    if owner is not None and owner in KINDS:
        yield from misplaced(refusal, key, owner, refusal.value)
        return
    what, code = (
        ("layer kind", "unknown-layer")
        if key[:1].isupper()
        else ("operation or modifier", "unknown-key")
    )
    if key in refusal.blocks():
        return  # the name of the block is what is wrong, and that is said there
    if missing := lacking(key):
        yield Diagnostic("unknown-layer", missing[0], value.place, help=missing[1])
        return
    help = key_help(key, value.unwrapped(), value.text) or did_you_mean(key, known)
    yield Diagnostic(
        code,
        f"there is no {what} `{key}`",
        value.place,
        help=help or "`archspec layers` lists the layer kinds",
    )


def wrong_names(refusal: Refusal) -> Iterator[Diagnostic]:
    """Names of variants with other characters than such a name may have."""
    for name, variant in refusal.value.items():
        if not re.search(str(refusal.schema["pattern"]), name):
            near = re.sub(r"[^A-Za-z0-9_.+-]+", "-", name).strip("-.+")
            yield Diagnostic(
                "wrong-name",
                f"`{name}` is no name for a variant" if name else "a variant needs a name",
                variant.place,
                help=f"write `{near}`"
                if near
                else "use letters, digits, `_`, `-`, `.` and `+`, the first a letter or digit",
            )


def both_inputs(refusal: Refusal) -> Iterator[Diagnostic]:
    """``input`` beside ``inputs``."""
    second = max(
        (refusal.value.data[key].place for key in ("input", "inputs")),
        key=lambda span: (span.line, span.column),
    )
    help = "keep one of them: `inputs` names one input or several"
    yield Diagnostic("two-inputs", "`input` and `inputs` cannot stand together", second, help=help)


def _part(span: Span, start: int, length: int) -> Span:
    """A part of a span; all of it where it runs over several lines."""
    at = span.column + start
    return (
        span
        if span.line != span.end_line or at + length > span.end_column
        else span._replace(column=at, end_column=at + length)
    )


def _listed(otherwise: str, words: str, names: list[str], most: int = 6) -> str:
    """A few names in words, or where many are to be found."""
    return f"{words} {', '.join(names)}" if 0 < len(names) <= most else otherwise
