"""What the complaints about names, calls and kinds say, for the stages that make them, `syntax`
and `elaborate`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from archspec import limits
from archspec.diagnostics import Diagnostic, Span
from archspec.frontend.expressions.values import show
from archspec.frontend.program.formulas import Formula
from archspec.frontend.program.program import Arguments, FromName
from archspec.frontend.vocabulary import OPERATIONS, STEP
from archspec.frontend.yaml.document import Value
from archspec.layers import KINDS, Mismatch
from archspec.layers.declared import KIND_NAME
from archspec.spelling import cut, did_you_mean, listed_names, snake_case

MOST_COUNTED = 8
"""The largest number that looks like a count of repetitions where their values belong."""

NAME = re.compile(rf"{STEP}(?:\.{STEP})*")
RECURSION_HELP = (
    "put a `when` beside this call that is false in the end, as `when: $depth > 1`; to do something"
    " several times, there is `repeat`"
)


def recursion(way: list[str]) -> str:
    """What to say of a block that calls itself, by way of others; ``way`` begins and ends with
    it.
    """
    return f"the block `{way[0]}` calls itself" + (f": {' → '.join(way)}" if len(way) > 2 else "")


def no_argument(kind: str, name: str) -> tuple[str, str]:
    """What to say of an argument that a layer kind does not have, and the help."""
    known = [
        attribute for attribute in KINDS[kind].attributes if attribute not in ("dtype", "trainable")
    ]
    has = (
        f"its arguments are {listed_names(known[:8], more=len(known) > 8)}"
        if known
        else "it takes none"
    )
    from archspec.frontend.foreign.arguments import argument_help

    help = argument_help(kind, name, None) or did_you_mean(name, KINDS[kind].attributes)
    return f"`{kind}` has no argument `{name}`", help or has


def no_call_argument(kind: str, name: str) -> tuple[str, str]:
    """What to say of an argument that the call of a layer kind does not have, and the help."""
    message = f"the call of `{kind}` has no argument `{name}`"
    known, roles = KINDS[kind].call_attributes, KINDS[kind].roles
    if name in roles:
        return message, f"it is a tensor: name it in `from: {{{name}: ...}}`"
    if name in KINDS[kind].attributes:
        return message, f"it is an argument of the layer: `{kind}: {{{name}: ...}}`"
    near = did_you_mean(name, known)
    return message, near or (
        f"its arguments are {listed_names(known)}" if known else "it has none: remove `call`"
    )


def wrong_call_value(mismatch: Mismatch, value: Value, data: Any) -> Diagnostic:
    """What to say of an argument of a layer's call that has a wrong value, ``data``."""
    label = f"this is {show(data)}"
    return Diagnostic("wrong-argument", mismatch.message, value.span, label, (), mismatch.help)


def no_layer_to_call(subject: str, formula: Formula) -> Diagnostic:
    """What to say of an argument in the ``call`` beside something that is no layer."""
    message = f"`{subject}` is no layer, and only the call of a layer has arguments"
    help = "put `call` beside the layer within it"
    return Diagnostic("wrong-call", message, formula.value.place, help=help)


def unknown_role(
    subject: str, sources: Sequence[FromName], known: Sequence[str], *, several: bool = True
) -> Diagnostic | None:
    """What to say of a role in a ``from`` that a layer kind or a block, ``subject``, does not have
    among the roles ``known``; ``None`` if there is none. ``several`` says whether it takes several
    tensors.
    """
    wrong = next((source for source in sources if source.role and source.role not in known), None)
    if wrong is None:
        return None
    help = did_you_mean(wrong.role, known) or f"its roles are {listed_names(known)}"
    if len(known) < 2:
        names = [source.text for source in sources[: None if several else 1]]
        written = names[0] if len(names) == 1 else f"[{', '.join(names)}]"
        help = f"write `from: {written}`"
    message = f"{subject} has no role `{wrong.role}`"
    return Diagnostic("unknown-role", message, wrong.name.value.place, help=help)


def block_argument_problems(
    block: str, known: Mapping[str, bool], given: Arguments, place: Span, noun: str = "the block "
) -> Iterator[Diagnostic]:
    """What is wrong with the arguments of a call; ``known`` says of each argument of the block
    whether it is required. ``noun`` is what the name of the block follows.
    """
    for name, argument in given.items():
        if name not in known:
            near = did_you_mean(name, [other for other in known if other not in given])
            help = near or (
                f"its arguments are {listed_names(known)}"
                if known
                else "it takes none: it has no `args`"
            )
            yield Diagnostic(
                "unknown-argument",
                f"{noun}`{block}` has no argument `{name}`",
                argument.value.place,
                help=help,
            )
    misspelt = len([name for name in given if name not in known])
    missing = [name for name, required in known.items() if required and name not in given]
    if missing and not misspelt:
        written = [
            f"{name}: {show(value.data) if value.constant else value.value.text or '...'}"
            for name, value in given.items()
        ]
        wanted = [f"{name}: ..." for name in missing]
        example = ", ".join([*written, *wanted])
        example = example if len(example) <= 60 else ", ".join(wanted)
        yield Diagnostic(
            "missing-argument",
            f"{noun}`{block}` needs {listed_names(missing)}",
            place,
            help=f"write `{block}: {{{example}}}`",
        )


def declared_name_problem(name: str) -> tuple[str, str] | None:
    """What is wrong with the name of a kind that a spec declares, and the help."""
    from archspec.frontend.foreign.layer_names import LACKING

    if not re.fullmatch(KIND_NAME, name):
        return f"`{name}` is no name for a kind", "write it in CamelCase, as Keras's layers are"
    if name in KINDS:
        return f"`{name}` is a layer kind already", "give the kind a name of its own"
    if name in LACKING:
        return f"`{name}` is a layer of Keras", "give the kind a name of its own"
    return None


def unknown_operation(
    word: str, blocks: Iterable[str], arguments: Mapping[str, Any] | None = None
) -> tuple[str, str | None]:
    """What to say of a word that names neither a layer kind nor a block, and the help;
    ``arguments`` are those that it is called with, as they are written.
    """
    from archspec.frontend.foreign.layers import kind_of, lacking
    from archspec.frontend.foreign.words import called_help, word_help

    blocks = list(blocks)
    arguments = arguments or {}
    if missing := lacking(word):
        return missing
    called = called_help(word, arguments)
    from_elsewhere = word_help(word, blocks) or called
    if from_elsewhere is None and arguments and (modifier := modifier_meant(word)):
        from_elsewhere = f"did you mean `{modifier}`?"
    camel = re.sub(r"(?:^|_)([a-z])", lambda match: match[1].upper(), word)
    kind = next(
        (
            kind
            for kind in KINDS
            if kind == camel
            or snake_case(kind) == word
            or kind.lower() == word.replace("_", "").lower()
        ),
        None,
    )
    near = (
        called
        if called and kind_of(word)
        else f"did you mean `{kind}`?"
        if kind
        else from_elsewhere
        or did_you_mean(word, [*blocks, *OPERATIONS])
        or did_you_mean(word, KINDS, cutoff=0.75)
    )
    shown = cut(word, 60)
    if word in ("identity", "skip", "passthrough", "none"):
        return (
            f"there is no block `{shown}`",
            "leave it out: a list without items, `[]`, is the identity",
        )
    if kind and word[:1].islower() and near:
        return f"there is no block `{shown}`", f"{near} Layer kinds are written as in Keras"
    if re.fullmatch(r"[A-Z]\w*", word) and word not in blocks:
        near = near or did_you_mean(word, KINDS)
        return (
            f"there is no layer kind `{shown}`",
            near or "`archspec layers` lists the layer kinds",
        )
    python = re.fullmatch(r"(\w+)\(.*\)", word)
    if python and python[1] in blocks:
        near = f"the arguments of a block are given by name: `- {python[1]}: {{name: value}}`"
    if not re.fullmatch(r"\w+", word):
        return (
            f"`{shown}` names neither a layer kind nor a block",
            near
            or "an item is a layer with its arguments, `- Conv2D: {filters: 32, kernel_size: 3}`",
        )
    return f"there is no block `{shown}`", near or _definition(shown, blocks, list(arguments))


def modifier_meant(word: str) -> str | None:
    """The modifier of an item that another tool has a word for, such as ``for``."""
    from archspec.frontend.foreign.items import ITEM

    return ITEM.get(word)


def _definition(word: str, blocks: list[str], arguments: list[str]) -> str:
    """The help for a block that is not there: how it is defined."""
    args = f"args: [{', '.join(arguments)}], " if arguments else ""
    block = f"{word}: {{{args}layers: [...]}}"
    has = f"; those there are: {listed_names(blocks[:12], more=len(blocks) > 12)}" if blocks else ""
    where = f"below `blocks:`, `{block}`" if blocks else f"`blocks: {{{block}}}`"
    return f"use a layer kind, or define the block with its layers: {where}{has}"


def merge_problem(kind: str) -> tuple[str, str | None] | None:
    """What is wrong with a word as the kind of a merging layer, and the help; ``None`` if
    nothing.
    """
    if KINDS.families.get(kind) == "merging":
        return None
    from archspec.frontend.foreign.layers import kind_of

    merging = KINDS.of_family("merging")
    meant = kind_of(kind.partition("(")[0])
    near = f"did you mean `{meant}`?" if meant in merging else did_you_mean(kind, merging)
    return (
        f"`{kind}` is no merging layer",
        near or f"the merging layers are {listed_names(merging)}",
    )


def better_name(name: str) -> str:
    """The help for a name that is none: one that resembles it, if there is."""
    near = re.sub(r"[^A-Za-z0-9_.-]+", "_", re.sub(r"\.+", ".", name)).strip("._")
    if name == "prev" or len(name) > limits.NAME_LENGTH:
        return "choose another name"
    return (
        f"write `{near}`: a name has letters, digits, `_`, `-`, and dots between its steps"
        if near
        else "use letters, digits, `_` and `-`"
    )


def name_problem(name: str) -> str | None:
    """What is wrong with a name, or ``None``."""
    if len(name) > limits.NAME_LENGTH:
        return f"this name has {len(name):,} characters, and a name may have {limits.NAME_LENGTH}"
    if name == "prev":
        return "`prev` stands for the previous output, and nothing else can have that name"
    return (
        None
        if NAME.fullmatch(name)
        else f"`{name}` is no name for an item"
        if name
        else "a name cannot be empty"
    )


def each_value(name: str, number: float) -> str:
    """What to write for one number where a ``repeat`` takes the values of a variable."""
    if isinstance(number, int) and 0 < number <= MOST_COUNTED:
        counted = ", ".join(map(str, range(number)))
        return (
            f"for {number} repetitions write `repeat: {number}`, or `{name}: [{counted}]` where the"
            f" item uses `${name}`"
        )
    return f"write the value of each repetition, as `{name}: [{number}, {number}]` for two"
