"""The parser's complaints about keys → words: a colon that is missing or one too many, a space or a
comma that is missing, and a key that stands inside what it should stand beside.
"""

from __future__ import annotations

import re

from archspec import limits
from archspec.frontend.foreign.items import item_help
from archspec.frontend.foreign.texts import (
    COMMENT,
    choice_help,
    comment_help,
    comment_of,
)
from archspec.frontend.vocabulary import MODIFIERS, PARTNERS
from archspec.frontend.yaml.faults import (
    ENTRY,
    KEY,
    Trouble,
    Words,
    YamlFault,
    indent,
    without_comment,
)
from archspec.frontend.yaml.writer import in_quotes
from archspec.spelling import counted, cut

BARE_ITEM = re.compile(r"\s*- +(?P<word>[A-Za-z_$][\w$]*|'[^']*'|\"[^\"]*\")\s*(?:#.*)?$")
"""A list item that is one bare word."""

NO_SPACE = re.compile(r"(?P<key>[A-Za-z_]\w*):(?P<value>[^\s:].*)")
"""``key:value``, which YAML reads as one text."""


WITHOUT_COLON = re.compile(r"\s*(?P<dash>- +)?(?P<word>[A-Za-z_$][\w$.]*) *(?P<rest>[{\[].*)")
"""A line that opens with a word and a bracket, without a colon between them."""


def comment_of_another_language(trouble: Trouble) -> Words | None:
    """``// stem`` on a line of its own or behind an item."""
    row = trouble.at[0]
    for number in (row, trouble.start[0] if trouble.start else row, trouble.above(row)):
        line = trouble.line(number)
        help = comment_help(without_comment(line))
        column = COMMENT.search(line)
        if help and column and "$" not in line[column.start() :]:
            place = (number, column.start(), len(line) - column.start())
            comment = f"write `# {cut(comment_of(column))}` in its place"
            return Words("a comment begins with `#`", comment, place)
    return None


def bracket_without_colon(trouble: Trouble) -> Words | None:
    """``- Conv2D {filters: 8, kernel_size: 3}``."""
    row = trouble.at[0]
    match = WITHOUT_COLON.fullmatch(without_comment(trouble.line(row)))
    if match is None:
        return None
    word, dash = match["word"], match["dash"] or ""
    help = f"write `{dash}{word}: {match['rest']}`"
    if len(help) > 200:
        help = f"write `{dash}{word}: {match['rest'][:1]}...`"
    return Words(f"a colon is missing after `{word}`", help, (row, match.start("word"), len(word)))


def bare_item_with_modifier(trouble: Trouble) -> Words | None:
    """``- dense_layer`` and, on the next line, ``repeat: 2``."""
    if trouble.fault not in (YamlFault.SECOND_COLON, YamlFault.NO_DASH):
        return None
    row = trouble.at[0]
    above = trouble.above(row)
    entry, item = ENTRY.match(trouble.line(row)), BARE_ITEM.match(trouble.line(above))
    if (
        not (entry and item)
        or entry.start("key") != indent(trouble.line(row))
        or entry.start("key") <= indent(trouble.line(above))
    ):
        return None
    word, key = item["word"], entry["key"]
    if words := beside_its_partner(trouble, row):
        return words
    if ours := item_help(key):
        message = f"an item has no modifier `{key}`"
        return Words(message, ours, (row, entry.start("key"), len(key)), code="unknown-key")
    place = (above, item.start("word"), len(word))
    if key in MODIFIERS:
        return Words(
            f"`{word}` needs a colon, because `{key}` belongs to the same item",
            f"write `- {word}:` on line {above + 1}",
            place,
        )
    help = (
        f"write `- {word}: {{{key}: ...}}`, or `- {word}:` and indent `{key}` deeper, by"
        f" {counted(item.start('word') + 2, 'space')}"
    )
    return Words(f"`{word}` needs a colon, because `{key}` belongs to it", help, place)


def long_key(trouble: Trouble) -> Words | None:
    """A key that is longer than YAML takes one to be."""
    row = trouble.at[0]
    entry = ENTRY.match(trouble.line(row))
    long = entry is not None and len(entry["key"]) > limits.NAME_LENGTH
    if trouble.fault is not YamlFault.SECOND_COLON or entry is None or not long:
        return None
    message = (
        f"this key has {len(entry['key']):,} characters, and a key may have {limits.NAME_LENGTH:,}"
    )
    return Words(
        message, "shorten it", (row, entry.start("key"), len(entry["key"])), code="bound-name"
    )


def deeper_than_a_value(trouble: Trouble) -> Words | None:
    """A ``key: value`` line, and a deeper ``key:`` below it."""
    if trouble.fault is not YamlFault.SECOND_COLON:
        return None
    row, line = trouble.at[0], trouble.line(trouble.at[0])
    entry = ENTRY.match(line)
    last = trouble.above(row)
    if (
        not entry
        or entry.end("key") > trouble.at[1]
        or line[: trouble.at[1]].count(": ")
        or last < 0
    ):
        return None
    above = ENTRY.match(trouble.line(last))
    if not above:
        return no_colon(trouble, last, indent(trouble.line(last)))
    if not without_comment(above["value"] or ""):
        return None
    here, there = entry.start("key"), above.start("key")
    message = (
        f"`{entry['key']}` is indented deeper than `{above['key']}`, which has a value already"
    )
    label = f"{counted(here, 'space')} here, {there} before `{above['key']}`"
    return Words(
        message, f"indent it by {counted(there, 'space')}", (row, here, len(entry["key"])), label
    )


def after_braces(trouble: Trouble) -> Words | None:
    """``Conv2D: {filters: 6}`` and, deeper on the next line, ``padding: same``."""
    row = trouble.at[0]
    above = trouble.above(row)
    line, last = trouble.line(row), without_comment(trouble.line(above))
    owner, entry = ENTRY.match(trouble.line(above)), ENTRY.match(line)
    if line.lstrip().startswith("- ") or trouble.before.strip():
        return None
    if not (owner and entry) or not last.endswith("}") or entry.start("key") <= owner.start("key"):
        return None
    message = (
        f"the arguments of `{owner['key']}` end at the `}}` of line {above + 1}, and"
        f" `{entry['key']}` stands after it"
    )
    return Words(
        message,
        f"write `{without_comment(line)}` inside the braces",
        (row, entry.start("key"), len(entry["key"])),
    )


def second_colon(trouble: Trouble) -> Words | None:
    """``key: text: more``."""
    if trouble.fault is not YamlFault.SECOND_COLON:
        return None
    row, column = trouble.at
    entry = ENTRY.match(trouble.line(row))
    value = without_comment(entry["value"] or "") if entry else ""
    inner = ENTRY.match(value)
    if not entry or not inner:
        return Words(
            "a second `: ` on one line makes this unreadable",
            "put the whole value in double quotes",
        )
    key = entry["key"]
    if "$" in value and (choice := choice_help(value)):
        message = "a choice is written as in Python, not as in C"
        return Words(message, choice, (row, entry.start("value"), len(value)))
    if re.fullmatch(r"[\w$]+", inner["key"]) and key not in ("description", "source", "name"):
        help = (
            f"write `{key}: {{{cut(value)}}}`, or move `{cut(value)}` to the next line,"
            " indented deeper"
        )
        return Words(
            f"`{key}` and `{inner['key']}` are two keys on one line",
            help,
            (row, entry.start("value"), len(inner["key"])),
        )
    help = (
        f"write `{key}: {in_quotes(value)}`"
        if value == cut(value)
        else "put the whole text in double quotes"
    )
    return Words(
        f"the text of `{key}` holds a colon and a space, so it needs quotes", help, (row, column, 1)
    )


def list_on_the_keys_line(trouble: Trouble) -> Words | None:
    """``layers: - Conv2D``."""
    if trouble.fault is not YamlFault.SEQUENCE_ENTRY:
        return None
    key = ENTRY.match(trouble.line(trouble.at[0]))
    message = f"a list cannot start on the line of its key{f', `{key[1]}`' if key else ''}"
    return Words(message, "put each `- item` on a line of its own below, or write `[item, item]`")


def key_without_colon(trouble: Trouble) -> Words | None:
    """A bare word among keys."""
    if trouble.fault is not YamlFault.NO_COLON or trouble.start is None:
        return None
    return no_colon(trouble, *trouble.start)


def no_colon(trouble: Trouble, row: int, column: int) -> Words:
    """What to say of a line that is neither ``key: value`` nor ``- item``."""
    text = without_comment(trouble.line(row)[column:])
    place = (row, column, len(text))
    if words := glued_dash(trouble, row, column):
        return words
    if match := NO_SPACE.fullmatch(text):
        return Words(
            *no_space(match["key"], match["value"]),
            (row, column + match.end("key"), 1),
            code="missing-space",
        )
    word, _, rest = text.partition(" ")
    below = trouble.line(trouble.below(row))
    nested = indent(below) > column or (indent(below) == column and below.lstrip().startswith("- "))
    help = (
        f"write `{word}: {cut(rest.strip())}`"
        if rest
        else f"write `{word}:`"
        if nested
        else f"write `{cut(word)}: value`, or remove it"
    )
    if not re.fullmatch(KEY, word):
        help = "write it as `key: value`, or put it on the line above that it continues"
    return Words(f"`{cut(word)}` stands where a key belongs, and has no colon", help, place)


def glued_dash(trouble: Trouble, row: int, column: int) -> Words | None:
    """``-Conv2D`` at a column of a line."""
    text = without_comment(trouble.line(row)[column:])
    if not re.match(r"-[^\s-]", text):
        return None
    return Words(
        "a space is missing after this `-`",
        f"write `- {cut(text[1:])}`",
        (row, column, 1),
        code="missing-space",
    )


def no_space(key: str, value: str) -> tuple[str, str]:
    """What to say of ``key:value``, and the help."""
    return (
        f"a space is missing after the colon of `{cut(key)}`",
        f"write `{cut(key)}: {cut(value)}`",
    )


def beside_its_partner(trouble: Trouble, row: int) -> Words | None:
    """``shortcut:`` or ``merge:`` among the items of the ``residual`` or ``branches`` that it
    should stand beside.
    """
    entry = ENTRY.match(trouble.line(row))
    partner = PARTNERS.get(entry["key"]) if entry else None
    if entry is None or partner is None:
        return None
    key, column = entry["key"], entry.start("key")
    for above in range(row - 1, -1, -1):
        other = ENTRY.match(trouble.line(above))
        if other and other["key"] == partner and other.start("key") < column:
            help = (
                f"indent it by {counted(other.start('key'), 'space')}, as `{partner}` on line"
                f" {above + 1}"
            )
            return Words(
                f"`{key}` stands beside `{partner}`, and here it stands inside it",
                help,
                (row, column, len(key)),
            )
    return None
