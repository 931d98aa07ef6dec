"""Texts as Python, C, Jinja, a shell or a paper has them → a help with what YAML or the language
has in their place: lists, variables, choices, comments, repetitions.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from archspec.spelling import cut

UNKNOWN = ("none", "null", "?")
"""How others write a size that is unknown."""

BATCH = ("b", "batch", "batch_size", "batchsize", "bs", "n_batch")
"""How others write the size of a batch."""

COMMENT = re.compile(
    r"(?:^|(?<=\s))(?:(?://|--\s)\s*(?P<line>\S.*?)\s*$|/\*\s*(?P<c>.*?)\s*\*/|<!--\s*(?P<html>.*?)\s*-->)"
)
"""A comment of C, SQL or HTML at the end of a text."""

NAMESPACES = "args|cfg|config|configs|ctx|hparams|hp|model|opt|params|self|vars|values"
DOTTED = re.compile(
    rf"\$?(?:{NAMESPACES})(?:\.(?P<dotted>[A-Za-z_]\w*)|\[['\"](?P<quoted>\w+)['\"]\])"
)
"""A variable as an entry of something: ``self.width``, ``config['width']``."""


def list_help(text: str) -> str | None:
    """What to write for a list as Python, C or a paper has it: ``(3, 3)``, ``3x3``,
    ``(None, None, 3)``.
    """
    sides = re.fullmatch(r"\s*((?:\d+|\?|none)(?:\s*[x×]\s*(?:\d+|\?|none))+)\s*", text, re.I)
    if sides:
        return f"write `[{', '.join(map(_size, re.split(r' *[x×X] *', sides[1])))}]`"
    element = r"[\w.$?*+/-](?:[\w.$?*+/ -]*[\w.$?])?"
    inner = re.fullmatch(rf"\s*\(\s*({element}(?:\s*,\s*{element})*)\s*,?\s*\)\s*", text)
    if inner is None or "," not in text:
        return None
    return f"write `[{', '.join(map(_size, re.split(r' *, *', inner[1])))}]`"


def _size(word: str) -> str:
    size = "null" if word.strip().lower() in UNKNOWN else word.strip()
    return f"$({size})" if re.search("[*+/]", size) and "$" not in size else size


def template_help(text: str) -> str | None:
    """What to write for a variable as Jinja, a shell or Python's ``format`` has it."""
    name = re.fullmatch(
        r"\s*(?:\{\{\s*(?:\w+\.)?(\w+)\s*\}\}|\$?\{(\w+)\}|\$\{\{\s*(?:\w+\.)?(\w+)\s*\}\}"
        r"|%\((\w+)\)s?|<(\w+)>|%(\w+)%|@(\w+)|\$\$(\w+))\s*",
        text,
    )
    return f"write `${next(filter(None, name.groups()))}`" if name else None


def entry_of_variables(text: str, variables: Collection[str]) -> str | None:
    """What to write for variables as entries of something else, ``vars.width``; ``variables`` are
    those that there are.
    """
    names = [one["dotted"] or one["quoted"] for one in DOTTED.finditer(text)]
    if not names or not all(name in variables for name in names):
        return None
    written = DOTTED.sub(lambda one: f"${one['dotted'] or one['quoted']}", text)
    return f"write `{cut(written)}`"


def choice_help(text: str) -> str | None:
    """What to write for C's ``a ? b : c``."""
    parts = re.fullmatch(r"\s*(.+?)\s*\?\s*(.+?)\s*:\s*(.+?)\s*", text)
    return f"write `{parts[2]} if {parts[1]} else {parts[3]}`" if parts else None


def comment_help(text: str) -> str | None:
    """What to write for a text that ends in, or is, a comment of another language; ``//`` between
    numbers or variables divides.
    """
    match = COMMENT.search(text)
    if match is None or re.match(r"[\d$(]", comment_of(match)):
        return None
    before = text[: match.start()].rstrip()
    comment = f"# {comment_of(match)}"
    return f"write `{cut(f'{before}  {comment}' if before else comment)}`"


def comment_of(match: re.Match[str]) -> str:
    """What a comment of another language says."""
    return next((text for text in match.groups() if text is not None), "")


def share_of(text: str) -> str | None:
    """A percentage as the share that it is: ``50%`` → ``0.5``."""
    percent = re.fullmatch(r"(\d+\.?\d*|\.\d+) ?%", text)
    return f"{float(percent[1]) / 100:g}" if percent else None


def times(text: str) -> int | None:
    """How often something is made, behind it: ``x 3``, ``× 3``, ``* 3``."""
    match = re.fullmatch(r"\s*[x×X*]\s*(\d{1,18})\s*(?:times)?\s*", text)
    return int(match[1]) if match else None


def repetition_help(text: str) -> str | None:
    """What to write for an item and how often it is made, ``ReLU x 3``."""
    match = re.fullmatch(r"\s*(?:(\d+)\s*[x×*]\s*)?([A-Za-z]\w*)(\s*[x×*]\s*\d{1,18})?\s*", text)
    if match is None or bool(match[1]) == bool(match[3]):
        return None
    number = match[1] or times(match[3])
    return f"write `- {match[2]}`, and below it, indented as the name, `repeat: {number}`"
