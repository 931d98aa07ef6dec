"""A bare word or a key that stands where an item belongs and names neither a layer nor a block → a
help with the item to write.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from archspec.frontend.foreign.argument_names import INFERRED, REMOVED
from archspec.frontend.foreign.arguments import keras_name, written_item
from archspec.frontend.foreign.calls import call_help, translated
from archspec.frontend.foreign.items import ITEM, typed_item
from archspec.frontend.foreign.layers import kind_of, layer_help, typical
from archspec.frontend.foreign.rows import paper_help
from archspec.frontend.foreign.texts import comment_help, repetition_help
from archspec.frontend.library import shipped_names, shipped_variant
from archspec.layers import KINDS
from archspec.spelling import cut, in_words

ASSIGNED = re.compile(r"(?P<name>[A-Za-z_]\w*)\s*=\s*(?P<kind>[\w.]+)")
COUNTED = re.compile(r"(?:(?P<first>\d+)\s*[x×*]\s*)?(?P<word>[\w.]+)(?:\s*[x×*]\s*(?P<last>\d+))?")
LOOP = re.compile(r"for\s+(?P<name>\w+)\s+in\s+range\((?P<count>[\w$]+)\)")
GLUED = re.compile(r"(?P<kind>[A-Za-z][\w.]*) *(?:(?P<bracket>[{(])| )\s*(?P<argument>\w+)")


def word_help(word: str, blocks: Collection[str]) -> str | None:
    """What to write for a bare word that is no layer kind and no block here."""
    if help := layer_help(word) or network_help(word):
        return help
    if re.fullmatch(r"\w+", word):
        return None
    if ended := re.fullmatch(r"(?P<item>[\w.]+)\s*[;,]", word):
        return f"write `- {ended['item']}`: nothing stands between items but a new line"
    if re.fullmatch(r"[\w.]+(?:\s*;\s*[\w.]+)+\s*;?", word):
        first, second, *_ = re.split(r"\s*;\s*", word)
        return f"write each item on a line of its own: `- {first}`, and below it `- {second}`"
    if help := comment_help(word) or repetition_help(word) or paper_help(word):
        return help
    if quoted := re.fullmatch(r"(?P<word>\w+): +(?P<rest>[{\[].*)", word):
        return f"remove the quotes: write `- {cut(quoted['word'])}: {cut(quoted['rest'])}`"
    called, _, rest = word.partition(" ")
    if called in blocks:
        return f"the arguments of a block are given by name: `- {called}: {{name: {rest}}}`"
    return call_help(word)


def key_help(key: str, value: Any, written: str | None) -> str | None:
    """What to write for a key of an item that is no layer kind and no word of the language, with
    its value, as ``written`` where it is no collection.
    """
    if isinstance(value, Mapping) and (item := _translated(key, value)):
        return f"write `{item}`"
    if loop := LOOP.fullmatch(key.strip()):
        return f"write `- repeat: {loop['count']}`, and the items below `layers:` beside it"
    if condition := re.fullmatch(r"(?:if|when)\s+(?P<test>.+)", key.strip()):
        return f"write `- when: {condition['test']}`, and the items below `layers:` beside it"
    if counted := re.fullmatch(r"repeat\s+(?P<count>[\w$]+)", key.strip()):
        return f"write `- repeat: {counted['count']}`, and the items below `layers:` beside it"
    if assigned := ASSIGNED.fullmatch(key.strip()):
        kind = kind_of(assigned["kind"]) or assigned["kind"]
        return f"write `- {{name: {assigned['name']}, {_item(kind, value)}}}`"
    counted = COUNTED.fullmatch(key.strip())
    if counted and (number := counted["first"] or counted["last"]):
        kind = kind_of(counted["word"]) or counted["word"]
        return f"write `- {{repeat: {number}, {_item(kind, value)}}}`"
    glued = GLUED.fullmatch(key.strip())
    kind = kind_of(glued["kind"]) if glued else None
    if glued and kind and glued["argument"] in KINDS[kind].attributes and written is not None:
        return f"write `{kind}: {{{glued['argument']}: {written.rstrip('} )')}}}`"
    return layer_help(key) or network_help(key)


def network_help(word: str) -> str | None:
    """What to write for a whole network that archspec ships, where an item belongs."""
    plain = re.sub(r"[\W_]", "", word.rpartition(".")[2].lower())
    stems = {re.sub(r"[\W_]", "", name.rpartition("/")[2]): name for name in shipped_names()}
    if not any(plain.startswith(stem) for stem in stems):
        return None
    spec = shipped_variant(plain) or stems.get(plain)
    block = f"blocks: {{{plain}: {{spec: {spec}}}}}"
    return f"a whole network is a block: `{block}`, and `- {plain}` here" if spec else None


def called_help(word: str, arguments: Mapping[str, Any]) -> str | None:
    """What to write for a name with a layer below it, where a block with its arguments belongs."""
    if item := _translated(word, arguments):
        return f"write `- {item}`"
    count = next((argument for argument in arguments.values() if isinstance(argument, int)), None)
    if ITEM.get(word) == "repeat" and count is not None:
        return f"write `- repeat: {count}`, and the items below `layers:` beside it"
    if typed := typed_item({"name": word, **arguments}):
        return typed[1]
    return named_item_help(word, arguments)


def _translated(word: str, arguments: Mapping[str, Any]) -> str | None:
    """The item for a layer of another tool with its arguments there, where all are known."""
    kind = kind_of(word)
    if kind is None or set(arguments) <= set(KINDS[kind].attributes):
        return None
    left_out = {*INFERRED, *REMOVED}
    if not all(one in left_out or keras_name(kind, one) for one in arguments):
        return None
    return translated(kind, word, arguments)


def named_item_help(name: str, value: Any) -> str | None:
    """What to write for an item under its name, ``conv1: Conv2D`` or ``conv1: {type: Conv2D,
    filters: 8}``.
    """
    if isinstance(value, str) and (kind := kind_of(value)):
        return f"write `- {{name: {name}, {written_item(kind, typical(kind))}}}`"
    if isinstance(value, Mapping) and len(value) == 1:
        ((inner, arguments),) = value.items()
        if kind := kind_of(str(inner)):
            return f"write `- {{name: {name}, {_item(kind, arguments)}}}`"
    return None


def _item(kind: str, arguments: Any) -> str:
    if isinstance(arguments, Mapping):
        return written_item(kind, arguments)
    return f"{kind}: {{}}" if arguments is None else f"{kind}: {in_words(arguments)}"
