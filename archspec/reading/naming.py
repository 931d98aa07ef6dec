"""What an author would call a block, a flag, an argument: by what is in it, since the names of
layers are often numbers. Lists and items in; words out.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from string import ascii_lowercase
from typing import Any, NamedTuple

from archspec.frontend.vocabulary import ITEM_WORDS
from archspec.reading.calls import calls_by_block, own_calls
from archspec.reading.tree import (
    BranchesItem,
    CallItem,
    Item,
    LayerItem,
    OutputItem,
    RepeatItem,
    Seq,
    SharedBlock,
    Tree,
    lists_in,
    walk,
    with_lists,
)
from archspec.spelling import snake_case

NORMS = frozenset({"BatchNormalization", "LayerNormalization", "GroupNormalization"})
ACTIVATIONS = frozenset({"Activation", "ReLU", "LeakyReLU", "PReLU", "ELU", "Softmax"})
CONVOLUTIONS = frozenset({"Conv1D", "Conv2D", "Conv3D"})
SEPARABLE = frozenset({"SeparableConv1D", "SeparableConv2D"})
DEPTHWISE = frozenset({"DepthwiseConv1D", "DepthwiseConv2D"})
PLAIN = NORMS | ACTIVATIONS | {"ZeroPadding2D", "Dropout"}

BOTTLENECK = 3
"""Convolutions on the main path of a bottleneck; the basic block has two."""


class BlockFacts(NamedTuple):
    """What a list is made of: the kinds of its layers in the order of the text, those of the blocks
    that it calls among them; the kinds of its merges; whether something goes around a merge; how
    many convolutions stand on its longest way; whether a layer looks at more than one place.
    """

    kinds: tuple[str, ...]
    merges: tuple[str, ...]
    around: bool
    convolutions: int
    windows: bool

    def only(self, *sets: frozenset[str]) -> bool:
        """Whether all kinds are of some sets."""
        return set(self.kinds) <= frozenset().union(*sets)

    def has(self, kinds: frozenset[str]) -> int:
        """How many layers are of some kinds."""
        return sum(kind in kinds for kind in self.kinds)


def facts(seq: Seq, blocks: Mapping[str, SharedBlock]) -> BlockFacts:
    """The facts of a list."""
    kinds: list[str] = []
    merges: list[str] = []
    around = windows = False
    for _, _, item in walk(seq):
        if isinstance(item, LayerItem):
            kinds.append(_kind(item))
            windows |= _has_window(item)
        elif isinstance(item, CallItem) and blocks[item.block].body is not seq:
            inner = facts(blocks[item.block].body, blocks)
            windows |= inner.windows
            if not inner.around and not inner.merges:
                kinds += inner.kinds
        elif isinstance(item, BranchesItem):
            merges.append(_kind(item.merge))
            around |= any(not path.items for path in item.paths)
    convolutions = _convolutions(seq, blocks)
    return BlockFacts(tuple(kinds), tuple(merges), around, convolutions, windows)


def _convolutions(seq: Seq, blocks: Mapping[str, SharedBlock]) -> int:
    """How many convolutions a list has on its longest way, without those of blocks that call
    themselves.
    """
    count = 0
    for item in seq.items:
        if isinstance(item, LayerItem):
            count += _kind(item) in CONVOLUTIONS
            continue
        called = [blocks[item.block].body] if isinstance(item, CallItem) else []
        inner = [body for body in called if not own_calls(body)] or lists_in(item)
        count += max((_convolutions(one, blocks) for one in inner), default=0)
    return count


def _has_window(leaf: LayerItem) -> bool:
    """Whether a convolution or a pooling looks at more than one place."""
    layers = [node.layer.arguments for node in leaf.nodes.values()]
    sizes = [layer.get(key) for layer in layers for key in ("kernel_size", "pool_size")]
    return any(size not in (None, 1) and set(_numbers(size)) != {1} for size in sizes)


def _numbers(size: Any) -> tuple[int, ...]:
    return size if isinstance(size, tuple) else (size,)


def _kind(leaf: LayerItem) -> str:
    return next((node.layer.kind() for node in leaf.nodes.values()), "")


def what_it_is(here: BlockFacts) -> str:
    """The common name of what is made of such layers; empty where there is none."""
    first = here.merges[0] if here.merges else ""
    attention = any("Attention" in kind for kind in here.kinds)
    if attention:
        return "transformer" if here.has(frozenset({"Dense", "EinsumDense"})) else "attention"
    if first == "Multiply":
        if any("Pooling" in kind for kind in here.kinds):
            return "squeeze_excite"
        return _residual(here) if "Add" in here.merges else "gated"
    if first == "Concatenate":
        return "dense_block" if here.around else "inception" if here.windows else ""
    if first == "Add":
        return _residual(here)
    return _chain(here)


def what_holds_itself(here: BlockFacts) -> str:
    """The common name of a block of such layers that calls itself."""
    grows = any("UpSampling" in kind or "Transpose" in kind for kind in here.kinds)
    if grows:
        return "unet" if "Concatenate" in here.merges else "hourglass"
    shrinks = any("Pooling" in kind for kind in here.kinds)
    return "tree" if shrinks or "Concatenate" in here.merges else "fractal"


def _residual(here: BlockFacts) -> str:
    if "Concatenate" in here.merges and here.windows:
        return "inception_residual"
    if here.has(DEPTHWISE):
        inverted = here.convolutions >= 2 or here.around
        return "inverted_residual" if inverted else "residual_block"
    return "bottleneck" if here.convolutions >= BOTTLENECK else "residual_block"


def _chain(here: BlockFacts) -> str:
    if here.has(SEPARABLE) and here.only(PLAIN, SEPARABLE):
        return "separable_conv" if here.has(SEPARABLE) == 1 else "separable_convs"
    if here.only(PLAIN, CONVOLUTIONS) and here.has(CONVOLUTIONS):
        return "conv" if here.has(CONVOLUTIONS) == 1 else "convs"
    if here.only(PLAIN, CONVOLUTIONS, DEPTHWISE) and here.has(DEPTHWISE):
        return "depthwise_separable" if here.has(CONVOLUTIONS) else "depthwise_conv"
    if here.only(NORMS, ACTIVATIONS) and here.kinds:
        return "norm_act"
    if "Dense" in here.kinds and here.only(PLAIN, frozenset({"Dense"})):
        return "mlp" if here.has(frozenset({"Dense"})) > 1 else "dense"
    if any("Pooling" in kind for kind in here.kinds) and here.has(CONVOLUTIONS):
        return "conv_pool" if "Pooling" in here.kinds[-1] else "pool_conv"
    return ""


# --- blocks


def with_names(tree: Tree) -> Tree:
    """A tree whose blocks are called by what they are; several of one name by letters."""
    heads = _heads(tree)
    words = {
        name: "head" if name in heads else _word(block, tree) for name, block in tree.blocks.items()
    }
    times = Counter(words.values())
    letters: dict[str, Iterator[str]] = {}
    names = {}
    for name, word in words.items():
        if times[word] == 1:
            names[name] = word
        else:
            suffixes = letters.setdefault(word, _letters())
            names[name] = f"{word}_{next(suffixes)}"
    blocks = {
        names[name]: SharedBlock(_called(block.body, names), block.inputs)
        for name, block in tree.blocks.items()
    }
    return Tree(tree.graph, _called(tree.main, names), blocks)


def _letters() -> Iterator[str]:
    yield from ascii_lowercase
    number = 0
    while True:
        number += 1
        yield str(number)


def _word(block: SharedBlock, tree: Tree) -> str:
    here, shared = facts(block.body, tree.blocks), common_word(block.body)
    if own_calls(block.body):
        return shared or what_holds_itself(here)
    if any(isinstance(item, RepeatItem) for item in block.body.items):
        return "stage"
    kind = what_it_is(here)
    if block.inputs and kind in JOINING and len(here.merges) >= MERGES_OF_A_CELL:
        return f"{shared or _of_size(block, tree)}_{CELL}"
    words = (shared, kind) if block.inputs else (kind, shared)
    if not any(words) and block.inputs:
        return FUSE
    return words[0] or words[1] or ("part" if _of_size(block, tree) == NORMAL else "downsample")


CELL = "cell"
"""What authors call a block that takes what several others gave and joins it in many ways."""

FUSE = "fuse"
"""A block that joins what several others gave, where nothing says more."""

MERGES_OF_A_CELL = 3
JOINING = ("", "dense_block", "inception", "inception_residual")
"""What is made of merges, but of several inputs no such thing."""

NORMAL, REDUCTION = "normal", "reduction"


def _of_size(block: SharedBlock, tree: Tree) -> str:
    """What the authors of NASNet call a cell that makes a feature map smaller, and any other."""
    tensors = tree.graph.tensors
    pairs = [(name, block.body.out[act]) for act, name in block.body.inp.items()]
    sizes = [(tensors[one].shape[1:-1], tensors[other].shape[1:-1]) for one, other in pairs]
    shrinks = all(len(one) == len(other) and _is_less(other, one) for one, other in sizes)
    return REDUCTION if shrinks else NORMAL


def _heads(tree: Tree) -> set[str]:
    """The blocks that are called at the ends of outputs alone, and of several."""
    outputs = [item.body for item in tree.main.items if isinstance(item, OutputItem)]
    ends = {seq.items[-1] for seq in (tree.main, *outputs) if seq.items}
    calls = calls_by_block(tree)
    return {name for name, row in calls.items() if len(row) > 1 and ends.issuperset(row)}


WORD = re.compile(r"[a-z]+")
GENERIC = ITEM_WORDS | frozenset(
    ("layer", "block", "cell", "model", "conv", "bn", "relu", "add", "norm", "act", "main")
)
"""Words of names that say nothing of a block, or that no block may have."""

KINDS_OF_WORDS = (*NORMS, *ACTIVATIONS, *CONVOLUTIONS, *SEPARABLE, *DEPTHWISE, "Conv", "Dense")
"""Kinds whose words in a layer's name say no more than its kind."""

WORDS_OF_KINDS = frozenset(word for kind in KINDS_OF_WORDS for word in snake_case(kind).split("_"))
NOT_TELLING = GENERIC | {snake_case(kind).replace("_", "") for kind in KINDS_OF_WORDS}

MOST_OF = 0.6
"""The share of a block's layers whose names must have a word for the block to be called so."""


def common_word(body: Seq) -> str:
    """A word that the names of most layers of a list share, in lower case."""
    names = [
        name.lower()
        for _, _, item in walk(body)
        if isinstance(item, LayerItem | CallItem)
        for name in item.out.values()
    ]
    counts = Counter(word for name in names for word in dict.fromkeys(WORD.findall(name)))
    common = [
        word
        for word, times in counts.most_common(6)
        if times >= MOST_OF * len(names) and len(word) > 2 and word not in GENERIC | WORDS_OF_KINDS
    ]
    return common[0] if common else ""


def _called(seq: Seq, names: Mapping[str, str]) -> Seq:
    """A list in which calls are of blocks by their new names."""
    return Seq(tuple(_renamed(item, names) for item in seq.items), seq.inp)


def _renamed(item: Item, names: Mapping[str, str]) -> Item:
    if isinstance(item, CallItem):
        return CallItem(names[item.block], item.to, item.slots, item.out)
    return with_lists(item, lambda inner: _called(inner, names))


def _is_less(size: Sequence[int | None], other: Sequence[int | None]) -> bool:
    """Whether a feature map is known to be smaller than another."""
    pairs = list(zip(size, other, strict=True))
    return bool(pairs) and all(a is not None and b is not None and a < b for a, b in pairs)


# --- flags and arguments


def setting_names(item: Item, key: str) -> tuple[str, ...]:
    """What a variable for a setting may be called: the setting, or where another layer has that
    name, with the word of the layer's own name, ``expand_filters``.
    """
    names = list(item.out.values()) if isinstance(item, LayerItem) else []
    word = _last_word(names[0]) if names else ""
    telling = word and word not in NOT_TELLING and all(_last_word(name) == word for name in names)
    return (key, f"{word}_{key}") if telling else (key,)


def _last_word(name: str) -> str:
    """The last word of a layer's name that is one."""
    words: list[str] = WORD.findall(name.lower())
    return next((word for word in reversed(words) if len(word) > 2), "")


def presence_name(seq: Seq, index: int) -> str:
    """What the flag is called that says whether an item is there."""
    item = seq.items[index]
    if isinstance(item, CallItem):
        return item.block
    row = [one for one in seq.items[index:] if one.acts == item.acts]
    rest = seq.items[index + len(row) :]
    kinds = [_kind(one) for one in row if isinstance(one, LayerItem)]
    behind = {_kind(one) for one in rest if isinstance(one, LayerItem)}
    if kinds and kinds[0] in CONVOLUTIONS and behind & DEPTHWISE:
        return "expand"
    if kinds:
        return "padded" if "Padding" in kinds[0] else f"with_{_kind_word(kinds[0])}"
    return "joined" if isinstance(item, BranchesItem) else "with_part"


def _kind_word(kind: str) -> str:
    """What authors call a layer of a kind: ``depthwise_conv``, ``norm``, ``relu``."""
    if kind in NORMS:
        return "norm"
    word = re.sub(r"(?<=[a-z])\dD$", "", kind)
    return snake_case(word.replace("ReLU", "Relu").replace("ELU", "elu"))
