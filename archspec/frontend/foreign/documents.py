"""Keys of a document, and whole files, that other tools have → a help that says what it is here."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any, NamedTuple

from archspec.layers import KINDS

TRAINING = (
    "augment", "augmentation", "batch", "batch_size", "batches", "callbacks", "checkpoint",
    "compile", "data", "dataset", "early_stopping", "epochs", "eval", "fit", "loss", "losses",
    "lr", "lr_schedule", "learning_rate", "metric", "metrics", "momentum", "num_epochs", "optim",
    "optimizer", "optimizers", "precision", "scheduler", "schedule", "solver", "steps", "test",
    "train", "trainer", "training", "val", "validation", "warmup", "weight_decay",
)  # fmt: skip
"""Keys of a document that say how a network is trained."""

DOCUMENT = {
    "arch": "layers",
    "architecture": "layers",
    "backbone": "layers",
    "base": "extends",
    "base_model": "extends",
    "body": "layers",
    "class": "name",
    "config": "vars",
    "constants": "vars",
    "default": "defaults",
    "encoder": "layers",
    "feature_extractor": "layers",
    "features": "layers",
    "functions": "blocks",
    "graph": "layers",
    "image_size": "input",
    "img_size": "input",
    "imgsz": "input",
    "import": "extends",
    "include": "extends",
    "inherits": "extends",
    "input_dim": "input",
    "input_shape": "input",
    "input_size": "input",
    "items": "layers",
    "layer": "layers",
    "macros": "blocks",
    "model": "layers",
    "models": "variants",
    "modules": "blocks",
    "net": "layers",
    "network": "layers",
    "parameters": "vars",
    "params": "vars",
    "sequential": "layers",
    "settings": "vars",
    "shape": "input",
    "sizes": "variants",
    "stages": "layers",
    "title": "name",
    "variables": "vars",
    "version": "archspec",
}
"""Keys of a document by what others call them → ours."""

_ONE_LIST = "a network is one list: put its items into `layers`, below the others"
_CLASSES = "write `vars: {classes: ...}`, and `$classes` in the last layer"
_OUTPUTS = "outputs are items of `layers`: the last is `main`, others are `output: []`"

SECTIONS = {
    "channels": "channels are the last size of the input: `input: [32, 32, 3]`",
    "decoder": _ONE_LIST,
    "depth_multiple": "write `vars: {depth: ...}`, and `repeat: round($depth * 3)` in an item",
    "head": _ONE_LIST,
    "nc": _CLASSES,
    "neck": _ONE_LIST,
    "num_classes": _CLASSES,
    "output": _OUTPUTS,
    "outputs": _OUTPUTS,
    "scales": "write `variants:`, with the `vars` of each",
    "width_multiple": "write `vars: {width: ...}`, and `filters: $width * 64` in a layer",
}
"""Keys of a document that others have, and what to do."""

BEGIN = (
    "write each layer as an item of `layers`, such as `- Conv2D: {filters: 64, kernel_size: 3}`; a"
    " spec starts with `archspec: 1`, then `name`, `input` and `layers`"
)
"""What to do with a network in another language."""

ULTRALYTICS = f"this is a model of Ultralytics: {BEGIN}"
KERAS_CONFIG = (
    "this is a model of Keras as JSON: `archspec read FILE.json -o net.yaml` writes it as a spec"
)


class Foreign(NamedTuple):
    """A kind of file that another tool reads: a pattern of how it looks, what to say that it is,
    what to do, and whether a spec may look so too.
    """

    pattern: re.Pattern[str]
    what: str
    help: str = BEGIN
    even_a_spec: bool = False


def _lines(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.MULTILINE)


FILES = (
    Foreign(
        _lines(r"^\[(?:net|convolutional|maxpool|shortcut|route|yolo)\]\s*$"),
        "a network of Darknet",
    ),
    Foreign(
        _lines(r"^\s*(?:layers?|convolution_param|inner_product_param)\s*\{"), "a network of Caffe"
    ),
    Foreign(
        _lines(
            r"^(?:import \w|from [\w.]+ import |class \w+(?:\(.*\))?:|def \w+\("
            r"|\w+ = (?:[\w.]+\.)?(?:Sequential|Model|Input)\()"
        ),
        "Python",
        "save the model, and `archspec read MODEL.keras -o net.yaml` writes it as a spec; a spec"
        " starts with `archspec: 1`, then `name`, `input` and `layers`",
    ),
    Foreign(_lines(r"^\s*\((?:\d+|\w+)\): \w+\("), "a model as PyTorch prints it"),
    Foreign(_lines(r"^(?:Model: \"|_{20,}$|[┏┡├└])"), "a table of Keras's `summary`"),
    Foreign(_lines(r"^\s*(?:digraph|graph|flowchart)\b.*(?:\{|TD|LR)\s*$"), "a diagram"),
    Foreign(_lines(r"^\s*<(?:!DOCTYPE|\?xml|html|net)\b"), "a page of markup"),
    Foreign(_lines(r"^```"), "Markdown", "keep only the lines between the marks", True),
    Foreign(
        _lines(r"^(?:<{7}|={7}$|>{7})"),
        "a file with a conflict of Git",
        "resolve the conflict: keep one of the two versions, and remove the marks",
        True,
    ),
)
"""What other files than specs look like."""

OURS = _lines(r"^\s*[\"']?(?:archspec|layers|extends)[\"']?\s*:")
"""A line that only a spec has."""


def file_help(text: str) -> tuple[str, str] | None:
    """What a text is that is no spec but a file of another tool, and what to do."""
    ours = OURS.search(text) is not None
    for file in FILES:
        if (file.even_a_spec or not ours) and file.pattern.search(text):
            return f"this is {file.what}{'' if ours else ', and no spec'}", file.help
    return None


def document_help(key: str, value: Any = None) -> str | None:
    """What to do about a key of a document that another tool has, with its value."""
    if DOCUMENT.get(key) == "layers" and isinstance(value, str):
        return (
            f"to start from another spec, write `extends: {value}`; `archspec list` shows those"
            " that archspec ships"
        )
    if key in KINDS:
        return f"put it into `layers:`, as an item `- {key}: {{...}}`"
    if key in TRAINING:
        return "remove it: training is no part of a spec but of a recipe, see `archspec train`"
    if key in SECTIONS:
        return SECTIONS[key]
    return f"did you mean `{DOCUMENT[key]}`?" if key in DOCUMENT else None


BLOCK = {
    "arguments": "args",
    "body": "layers",
    "input": "inputs",
    "items": "layers",
    "locals": "let",
    "modules": "layers",
    "parameters": "args",
    "params": "args",
    "sequence": "layers",
    "variables": "let",
    "vars": "let",
}
"""Keys of a block by what others call them → ours."""


def block_key_help(key: str) -> str | None:
    """What to do about a key of a block that another tool has."""
    if key in KINDS:
        return f"put it into the block's `layers:`, as an item `- {key}: {{...}}`"
    return f"did you mean `{BLOCK[key]}`?" if key in BLOCK else None


def spec_help(keys: Collection[str]) -> str | None:
    """What to say of a file with none of a spec's keys that is a model of another tool."""
    if {"class_name", "config"} <= set(keys):
        return KERAS_CONFIG
    return ULTRALYTICS if {"backbone", "head"} <= set(keys) else None
