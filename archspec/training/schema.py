"""The keys of a recipe, as `shapes`, and the JSON Schema that follows from them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from archspec import __version__
from archspec.frontend.yaml.document import Value
from archspec.layers.types import (
    COUNT,
    EPSILON,
    FLAG,
    POSITIVE,
    Expects,
    Refused,
    Type,
    choice,
    integer,
    number,
    optional,
    sequence,
)
from archspec.training.objects import AUGMENTATION, CALLBACK, LOSS, METRIC, OPTIMIZER, TEXT
from archspec.training.shapes import (
    ByName,
    Case,
    Entries,
    Key,
    Keys,
    Leaf,
    OneOf,
    Problems,
    Shape,
    is_anything,
    is_mapping,
)

BACKENDS = ("auto", "tensorflow", "jax")
PRECISIONS = ("float32", "mixed_bfloat16", "mixed_float16")
OUTPUTS = ("curves", "csv", "tensorboard", "weights_text")
NAME = re.compile(r"[A-Za-z0-9_.-]+")


def _name(value: Any) -> str:
    if not isinstance(value, str | int) or not NAME.fullmatch(str(value)):
        raise Refused(RUN_NAME.words, RUN_NAME.expects)
    return str(value)


def _fraction(value: Any) -> tuple[float, float]:
    """``1/255`` → (1, 255): the division is carried out on the data, and so exact."""
    if isinstance(value, str) and (parts := re.fullmatch(r"\s*([\d.]+)\s*/\s*([\d.]+)\s*", value)):
        above, below = map(_as_number, parts.groups())
        if above and below:
            return above, below
    if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
        raise Refused(SCALE.words, SCALE.expects)
    return float(value), 1.0


def _as_number(text: str) -> float:
    return float(text) if re.fullmatch(r"\d+(\.\d*)?|\.\d+", text) else 0.0


def _rows(value: Any) -> tuple[int, int]:
    first, last = ROW_NUMBERS.accept(value)
    if first >= last:
        help = f"write `[{last}, {first}]`" if last < first else "leave out the whole part"
        raise Refused("a list of two numbers, the second greater", ROWS.expects, help=help)
    return first, last


ROW_NUMBERS = sequence(
    "a list of two numbers: the first row, and the one after the last", COUNT, 2, 2
)
ROWS = Type(ROW_NUMBERS.words, ROW_NUMBERS.expects, ROW_NUMBERS.schema, _rows)
SCALE = Type(
    "a number, or a fraction such as `1/255`",
    Expects("number"),
    {"anyOf": [{"type": "number", "exclusiveMinimum": 0}, {"type": "string", "pattern": "/"}]},
    _fraction,
)
BOUNDS = sequence("a list of two numbers, the lowest and the highest", number("a number"), 2, 2)
RUN_NAME = Type(
    "a name of letters, digits, `_`, `-` and `.`",
    Expects("text"),
    {"type": ["string", "integer"]},
    _name,
)


class _Anything:
    """A value that is looked at elsewhere; it stays a `Value`."""

    words = "a value"

    def read(self, value: Value, key: str, problems: Problems) -> Any:
        return value

    def schema(self) -> dict[str, Any]:
        return {}


ANYTHING: Shape = _Anything()


def _is_class(value: Value) -> bool:
    """Whether a mapping is a class with its arguments: classes begin with a capital."""
    return value.is_mapping and all(name[:1].isupper() for name in value.data)


def _is_text(value: Value) -> bool:
    return isinstance(value.data, str)


def _is_number(value: Value) -> bool:
    return isinstance(value.data, int | float) and not isinstance(value.data, bool)


PART = Keys(
    "a part",
    {
        "of": Key(Leaf(TEXT), "the part of the source: train, test", "train"),
        "rows": Key(Leaf(ROWS), "its first row, and the one after its last", None),
    },
)

RESIZE = OneOf(
    "`input`, for the size of the network's input, or a list of height and width",
    (
        Case(_is_text, Leaf(choice("input"))),
        Case(is_anything, Leaf(sequence("a list of height and width", POSITIVE, 2, 2))),
    ),
)

DATA = Keys(
    "`data`",
    {
        "source": Key(
            Leaf(TEXT), "where the examples come from, such as `digits` or `keras:mnist`"
        ),
        "train": Key(PART, "the examples to train on", {"of": "train", "rows": None}),
        "validation": Key(PART, "the examples that each epoch is validated on", None),
        "test": Key(PART, "the examples that the finished network is tested on", None),
        "batch_size": Key(Leaf(POSITIVE), "examples of a step, of all workers together", 32),
        "drop_remainder": Key(
            Leaf(FLAG), "whether to leave out a last batch with fewer examples", False
        ),
        "shuffle": Key(Leaf(FLAG), "whether each epoch has an order of its own", True),
        "scale": Key(Leaf(SCALE), "what values are multiplied by, such as 1/255", None),
        "standardize": Key(
            Leaf(choice("per_image")), "give each image mean 0 and standard deviation 1", None
        ),
        "channels": Key(
            Leaf(choice("input")), "repeat gray images for three channels, or make them gray", None
        ),
        "resize": Key(RESIZE, "the size that images are brought to", None),
        "augment": Key(
            Entries("a list of augmentations", AUGMENTATION),
            "Keras layers that change images at random, in training only",
            (),
        ),
    },
    {"source": "digits"},
)

LOSS_OF_OUTPUT = OneOf(
    "a loss, or a mapping with `loss` and `weight`",
    (
        Case(
            lambda value: value.is_mapping and not _is_class(value),
            Keys(
                "a loss",
                {
                    "loss": Key(LOSS, "the loss of this output"),
                    "weight": Key(Leaf(EPSILON), "its factor in the sum of losses", 1.0),
                },
            ),
        ),
        Case(is_anything, LOSS),
    ),
)

LOSSES = OneOf(
    "a loss, or a mapping from outputs to losses",
    (
        Case(
            lambda value: value.is_mapping and not _is_class(value),
            ByName("a mapping from outputs to losses", LOSS_OF_OUTPUT),
        ),
        Case(is_anything, LOSS),
    ),
)

LIST_OF_METRICS = Entries("a list of metrics", METRIC)

METRICS = OneOf(
    "a list of metrics, or a mapping from outputs to such lists",
    (
        Case(is_mapping, ByName("a mapping from outputs to lists of metrics", LIST_OF_METRICS)),
        Case(is_anything, LIST_OF_METRICS),
    ),
)

FIT = Keys(
    "`fit`",
    {
        "epochs": Key(Leaf(POSITIVE), "how often all examples are gone through"),
        "optimizer": Key(OPTIMIZER, "the optimizer"),
        "loss": Key(LOSSES, "the loss, or one for each output"),
        "metrics": Key(METRICS, "what is reported besides the loss", ()),
        "callbacks": Key(
            Entries("a list of callbacks", CALLBACK), "what acts at the end of an epoch", ()
        ),
    },
    {"epochs": "5", "optimizer": "Adam", "loss": "SparseCategoricalCrossentropy"},
)

CHECKPOINT = Keys(
    "`checkpoint`",
    {
        "every": Key(Leaf(choice("epoch")), "save at the end of every epoch", "epoch"),
        "steps": Key(Leaf(optional(POSITIVE)), "save after so many steps, too", None),
        "best": Key(
            Leaf(optional(TEXT)), "keep the model of the best epoch by this, as val_loss", None
        ),
    },
)

WEIGHTS = OneOf(
    "a file of weights, `imagenet` or `keras.applications:FUNCTION`, or a mapping with `from`",
    (
        Case(
            is_mapping,
            Keys(
                "`weights`",
                {
                    "from": Key(Leaf(TEXT), "what `archspec build --weights` takes"),
                    "partial": Key(Leaf(FLAG), "whether only what fits is loaded", False),
                },
            ),
        ),
        Case(is_anything, Leaf(TEXT)),
    ),
)

FREEZE = OneOf(
    "a list of paths of layers, or a mapping with `paths` and `until`",
    (
        Case(
            is_mapping,
            Keys(
                "`freeze`",
                {
                    "paths": Key(
                        Entries("a list of paths", Leaf(TEXT)), "the paths of layers to freeze"
                    ),
                    "until": Key(Leaf(POSITIVE), "how many epochs they stay frozen", None),
                },
            ),
        ),
        Case(is_anything, Entries("a list of paths", Leaf(TEXT))),
    ),
)

RECIPE = Keys(
    "a recipe",
    {
        "recipe": Key(
            Leaf(integer("1, the version of recipes", 1, 1)), "the version of recipes: 1"
        ),
        "name": Key(Leaf(RUN_NAME), "the name of the run, and of its folder in runs/"),
        "network": Key(
            Leaf(TEXT),
            "the network: a spec beside this file, or a shipped one, with @variant",
            None,
        ),
        "set": Key(ByName("a mapping of variables", ANYTHING), "variables of the network", {}),
        "seed": Key(Leaf(COUNT), "the seed of weights, order, dropout and augmentation", 0),
        "backend": Key(
            Leaf(choice(*BACKENDS)), "what Keras computes with: jax for several workers", "auto"
        ),
        "precision": Key(
            Leaf(choice(*PRECISIONS)), "Keras's dtype policy; outputs stay float32", "float32"
        ),
        "deterministic": Key(
            Leaf(FLAG), "whether operations are chosen that give the same bits each time", True
        ),
        "data": Key(DATA, "the examples"),
        "fit": Key(FIT, "how to train"),
        "weights": Key(WEIGHTS, "weights to start from", None),
        "freeze": Key(FREEZE, "layers that training leaves as they are", None),
        "checkpoint": Key(
            CHECKPOINT, "when the state is saved", {"every": "epoch", "steps": None, "best": None}
        ),
        "outputs": Key(
            Entries("a list of outputs", Leaf(choice(*OUTPUTS))),
            "what a run writes besides its models",
            ("curves", "csv"),
        ),
        "expect": Key(
            ByName("a mapping from numbers of the last epoch to bounds", Leaf(BOUNDS)),
            "what the last epoch's numbers must lie between",
            {},
        ),
        "search": Key(ANYTHING, "what `archspec sweep` tries", None),
    },
    {"recipe": "1", "name": "myrun", "data": "{source: digits}"},
)


def generate() -> Mapping[str, Any]:
    """The JSON Schema of recipes, draft 2020-12, for editors."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"archspec {__version__}: a recipe",
        "description": "How a network is trained.",
        **RECIPE.schema(),
    }
