"""A recipe, its network and what its data hold → what does not fit, before Keras is loaded."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from typing import NamedTuple

from archspec.diagnostics import Diagnostic, Span
from archspec.frontend.yaml.document import Value
from archspec.graph import Graph, Node
from archspec.spelling import did_you_mean, listed, listed_names
from archspec.tensor import Shape, show_shape
from archspec.training.data.source import Contents
from archspec.training.logs import reported
from archspec.training.recipe import ALL_OUTPUTS, Loss, Portion, Recipe

PARTS = ("train", "validation", "test")


class Subject(NamedTuple):
    """What is checked together: a recipe, its network, its data, and the number of workers."""

    recipe: Recipe
    graph: Graph
    contents: Contents
    workers: int = 1


def check(subject: Subject) -> list[Diagnostic]:
    """All errors and warnings."""
    return [problem for look in LOOKS for problem in look(subject)]


def place(recipe: Recipe, *path: str | int) -> Span:
    """The entry of a recipe at a path, or what of the path there is: its key, else its value."""
    value: Value = recipe.document.root
    for step in path:
        inner = value.data.get(step) if value.is_mapping else None
        if value.is_list and isinstance(step, int) and step < len(value.data):
            inner = value.data[step]
        if inner is None:
            break
        value = inner
    return value.span if value.span.line == value.span.end_line else value.place


def rows(part: Portion, contents: Contents) -> tuple[int, int]:
    """The first row of a part, and the one after its last; of data without that part, none."""
    return part.rows or (0, contents.parts.get(part.of, 0))


def size(part: Portion | None, contents: Contents) -> int:
    """The number of examples of a part."""
    if part is None:
        return 0
    first, last = rows(part, contents)
    return last - first


def _parts(subject: Subject) -> Iterator[Diagnostic]:
    """Parts that the source lacks, and rows beyond its last."""
    recipe, contents = subject.recipe, subject.contents
    for name in PARTS:
        part: Portion | None = getattr(recipe.data, name)
        if part is None:
            continue
        if part.of not in contents.parts:
            near = did_you_mean(part.of, contents.parts)
            help = near or f"its parts are {listed_names(contents.parts)}"
            message = f"`{recipe.data.source}` has no part `{part.of}`"
            yield Diagnostic("no-such-part", message, place(recipe, "data", name, "of"), help=help)
        elif part.rows and part.rows[1] > contents.parts[part.of]:
            number = contents.parts[part.of]
            message = f"`{part.of}` of `{recipe.data.source}` has {number:,} rows"
            help = f"the last number may be {number}"
            span = place(recipe, "data", name, "rows")
            yield Diagnostic("no-such-rows", message, span, help=help)


def _overlaps(subject: Subject) -> Iterator[Diagnostic]:
    """Examples that are trained on and validated or tested on."""
    recipe, contents = subject.recipe, subject.contents
    train = recipe.data.train
    for name in PARTS[1:]:
        part: Portion | None = getattr(recipe.data, name)
        if part is None or part.of != train.of or part.of not in contents.parts:
            continue
        (a, b), (c, d) = rows(train, contents), rows(part, contents)
        both = min(b, d) - max(a, c)
        if both > 0:
            message = (
                f"{both:,} examples of `{name}` are trained on too: rows {max(a, c):,} to"
                f" {min(b, d):,} of `{part.of}`"
            )
            span = place(recipe, "data", name, "rows")
            help = "numbers from examples that a network has seen say little: set the rows apart"
            yield Diagnostic("rows-overlap", message, span, help=help, severity="warning")


def _input(subject: Subject) -> Iterator[Diagnostic]:
    """Images that the network's input does not take."""
    recipe, graph, contents = subject.recipe, subject.graph, subject.contents
    if len(graph.inputs) != 1:
        message = f"`{graph.name}` has {len(graph.inputs)} inputs, and a recipe feeds one"
        yield Diagnostic("input-mismatch", message, place(recipe, "network"))
        return
    (tensor,) = graph.inputs.values()
    shape = given(recipe, graph, contents)
    if len(shape) != len(tensor.shape) or any(
        None not in (one, other) and one != other
        for one, other in zip(shape, tensor.shape, strict=True)
    ):
        message = (
            f"the examples are {show_shape(shape)}, and the input of `{graph.name}` is"
            f" {show_shape(tensor.shape)}"
        )
        span = place(recipe, "data", "source")
        yield Diagnostic("input-mismatch", message, span, help=_input_help(subject, shape))


def _sizes(subject: Subject) -> Iterator[Diagnostic]:
    """Images of different sizes in one batch."""
    data = subject.recipe.data
    if None in subject.contents.shape and data.resize is None:
        message = f"the images of `{data.source}` may differ in size, and a batch has one"
        span = place(subject.recipe, "data", "source")
        help = "add `resize: input`, or a height and a width, to `data`"
        yield Diagnostic("input-mismatch", message, span, help=help)


def given(recipe: Recipe, graph: Graph, contents: Contents) -> Shape:
    """The shape of an example as the network gets it."""
    (tensor,) = graph.inputs.values()
    shape = contents.shape
    if recipe.data.resize == "input":
        shape = (*tensor.shape[:2], *shape[2:])
    elif recipe.data.resize is not None:
        shape = (*recipe.data.resize, *shape[2:])
    if recipe.data.channels == "input" and {*shape[-1:], *tensor.shape[-1:]} == CHANGEABLE:
        shape = (*shape[:-1], tensor.shape[-1])
    for layer in recipe.data.augment:
        if layer.name == "RandomCrop":
            shape = (layer.arguments["height"], layer.arguments["width"], *shape[2:])
    return shape


CHANGEABLE = {1, 3}
"""The channels of gray and of coloured images, which are changed into one another."""


def _input_help(subject: Subject, shape: Shape) -> str | None:
    (tensor,) = subject.graph.inputs.values()
    if len(shape) == len(tensor.shape) == 3 and shape[2] == tensor.shape[2]:
        return "add `resize: input` to `data`"
    if len(shape) == len(tensor.shape) == 3 and {shape[2], tensor.shape[2]} == CHANGEABLE:
        return "add `channels: input` to `data`"
    if len(shape) == len(tensor.shape) == 3:
        return f"use a network whose input has {shape[2]} channel{'s' if shape[2] != 1 else ''}"
    return subject.contents.advice or None


SPARSE = ("SparseCategoricalCrossentropy",)
CATEGORICAL = (
    "CategoricalCrossentropy",
    "CategoricalFocalCrossentropy",
    "CategoricalHinge",
    "KLDivergence",
)
BINARY = ("BinaryCrossentropy", "BinaryFocalCrossentropy")
"""Losses by what they take as labels: a number, one number a class, 0 or 1."""


def losses_of(recipe: Recipe, graph: Graph) -> dict[str, Loss]:
    """The loss of each output that has one."""
    shared = recipe.fit.losses.get(ALL_OUTPUTS)
    if shared is not None:
        return dict.fromkeys(graph.outputs, shared)
    return {name: loss for name, loss in recipe.fit.losses.items() if name in graph.outputs}


def _outputs(subject: Subject) -> Iterator[Diagnostic]:
    """Losses and metrics of outputs that the network does not have, and outputs without any."""
    recipe, graph = subject.recipe, subject.graph
    for key, values in (("loss", recipe.fit.losses), ("metrics", recipe.fit.metrics)):
        for name in values:
            if name not in (ALL_OUTPUTS, *graph.outputs):
                near = did_you_mean(name, graph.outputs)
                help = near or f"its outputs are {listed_names(graph.outputs)}"
                message = f"`{graph.name}` has no output `{name}`"
                span = recipe.document.at(("fit", key, name)).place
                yield Diagnostic("no-such-output", message, span, help=help)
    without = [name for name in graph.outputs if name not in losses_of(recipe, graph)]
    if without and ALL_OUTPUTS not in recipe.fit.losses:
        help = f"add `{without[0]}: ...` with a loss; one with `weight: 0` counts for nothing"
        message = f"the loss of {listed_names(without)} is missing"
        yield Diagnostic("missing-loss", message, place(recipe, "fit", "loss"), help=help)


def _losses(subject: Subject) -> Iterator[Diagnostic]:
    """Losses that do not fit what an output gives, or the labels."""
    recipe, graph = subject.recipe, subject.graph
    for output, loss in losses_of(recipe, graph).items():
        path = () if ALL_OUTPUTS in recipe.fit.losses else (output,)
        span = place(recipe, "fit", "loss", *path)
        yield from _labels(subject, output, loss, span)
        yield from _activation(subject, output, loss, span)


def _labels(subject: Subject, output: str, loss: Loss, span: Span) -> Iterator[Diagnostic]:
    graph, classes = subject.graph, subject.contents.classes
    shape = graph.tensors[graph.outputs[output]].shape
    units, name = shape[-1] if shape else None, loss.loss.name
    if units is None or classes is None:
        return
    if name in BINARY and classes != 2:
        help = "`SparseCategoricalCrossentropy` is for classes that exclude one another"
        message = f"`{name}` takes labels of 0 and 1, and `{subject.recipe.data.source}` has"
        yield Diagnostic("labels-mismatch", f"{message} {classes} classes", span, help=help)
    elif name in (*SPARSE, *CATEGORICAL) and units < classes:
        message = (
            f"the output `{output}` has {listed_units(units)}, and `{subject.recipe.data.source}`"
            f" {classes} classes"
        )
        span = place(subject.recipe, "network")
        yield Diagnostic("labels-mismatch", message, span, help=_classes_help(subject, classes))
    elif name in (*SPARSE, *CATEGORICAL) and units > classes:
        message = (
            f"the output `{output}` has {listed_units(units)}, of which the {classes} classes of"
            f" `{subject.recipe.data.source}` use the first"
        )
        yield Diagnostic(
            "labels-mismatch",
            message,
            place(subject.recipe, "network"),
            help=_classes_help(subject, classes),
            severity="warning",
        )


def listed_units(units: int) -> str:
    """``1 number``, ``10 numbers``."""
    return f"{units:,} number{'' if units == 1 else 's'}"


def _classes_help(subject: Subject, classes: int) -> str:
    return f"where the network has a variable for it, give `--set classes={classes}`"


def _activation(subject: Subject, output: str, loss: Loss, span: Span) -> Iterator[Diagnostic]:
    """Logits where probabilities belong, and the other way round."""
    node = next(
        (node for node in subject.graph.nodes if node.name == subject.graph.outputs[output]), None
    )
    name = loss.loss.name
    if node is None or name not in (*SPARSE, *CATEGORICAL[:2], *BINARY):
        return
    last, wanted = activation(node), "sigmoid" if name in BINARY else "softmax"
    logits = loss.loss.arguments.get("from_logits", False)
    if logits and last == wanted:
        message = f"`{name}` takes logits, and `{output}` ends in {last}"
        help = "remove `from_logits: true`"
    elif not logits and last in ("linear", "relu"):
        message = f"`{name}` takes probabilities, and `{output}` ends without {wanted}"
        help = f"write `{name}: {{from_logits: true}}`"
    else:
        return
    yield Diagnostic("loss-mismatch", message, span, help=help)


def activation(node: Node) -> str | None:
    """The activation that a layer ends in; ``linear`` where it has none, ``None`` where that
    cannot be told.
    """
    kind = node.layer.kind()
    if kind in ("Softmax", "ReLU"):
        return kind.lower()
    if "activation" in node.layer.attributes:
        return str(getattr(node.layer, "activation", None) or "linear")
    return None


def _batches(subject: Subject) -> Iterator[Diagnostic]:
    """Batches that workers cannot share, and epochs without a step."""
    recipe, contents, workers = subject.recipe, subject.contents, subject.workers
    batch, span = recipe.data.batch_size, place(recipe, "data", "batch_size")
    if batch % workers:
        lower, upper = batch // workers * workers, (batch // workers + 1) * workers
        choices = listed([str(bound) for bound in (lower, upper) if bound])
        message = f"{workers} workers cannot share a batch of {batch}"
        help = f"`batch_size` counts the examples of all workers: {choices} can be shared"
        yield Diagnostic("batch-mismatch", message, span, help=help)
        return
    if 0 < size(recipe.data.train, contents) < batch and recipe.data.drop_remainder:
        number = size(recipe.data.train, contents)
        message = f"an epoch of {number:,} examples has no batch of {batch}"
        help = "make `batch_size` smaller, or remove `drop_remainder`"
        yield Diagnostic("batch-mismatch", message, span, help=help)
    for name in PARTS:
        part = getattr(recipe.data, name)
        rest = size(part, contents) % batch
        dropped = name == "train" and recipe.data.drop_remainder
        if rest % workers and not dropped:
            message = f"the last batch of `{name}` has {rest} examples, which {workers} workers"
            first, last = rows(part, contents)
            fewer = f"take {rest % workers} fewer: `rows: [{first}, {last - rest % workers}]`"
            help = "write `drop_remainder: true`" if name == "train" else fewer
            where = place(recipe, "data", name)
            yield Diagnostic("batch-mismatch", f"{message} cannot share", where, help=help)


def _monitors(subject: Subject) -> Iterator[Diagnostic]:
    """Numbers by name that no epoch has."""
    recipe = subject.recipe
    names = reported(recipe.fit, subject.graph, validated=recipe.data.validation is not None)
    watched: list[tuple[str, Span]] = [
        (callback.arguments.get("monitor", "val_loss"), place(recipe, "fit", "callbacks", index))
        for index, callback in enumerate(recipe.fit.callbacks)
    ]
    if recipe.checkpoint.best is not None:
        watched.append((recipe.checkpoint.best, place(recipe, "checkpoint", "best")))
    watched += [(name, place(recipe, "expect", name)) for name in recipe.expect]
    for name, span in watched:
        if name not in names:
            help = did_you_mean(name, names, cutoff=0.75) or f"there are {listed_names(names)}"
            if name.removeprefix("val_") in names:
                help = "add `validation` to `data`, which this is a number of"
            message = f"no epoch has a number called `{name}`"
            yield Diagnostic("no-such-number", message, span, help=help)


def _frozen(subject: Subject) -> Iterator[Diagnostic]:
    """Paths to freeze that name no layer."""
    recipe, graph = subject.recipe, subject.graph
    for index, path in enumerate(recipe.weights.freeze):
        if not frozen_nodes(graph, path):
            paths = [*(scope.path for scope in graph.scopes if scope.path), *graph.tensors]
            written = recipe.document.root.data["freeze"]
            inner = ("freeze", "paths") if written.is_mapping else ("freeze",)
            help = did_you_mean(path, paths) or "`archspec summary --layers` lists the layers"
            message = f"`{graph.name}` has no layer at `{path}`"
            yield Diagnostic("no-such-layer", message, place(recipe, *inner, index), help=help)


def frozen_nodes(graph: Graph, path: str) -> list[Node]:
    """The nodes at a path, or below it."""
    return [node for node in graph.nodes if node.name == path or node.name.startswith(f"{path}.")]


def _installed(subject: Subject) -> Iterator[Diagnostic]:
    """What the recipe needs and this environment lacks."""
    recipe = subject.recipe
    if "tensorboard" in recipe.outputs and find_spec("tensorboard") is None:
        index = recipe.outputs.index("tensorboard")
        help = "pip install 'archspec-nn[tensorboard]', or remove it"
        message = "`outputs: [tensorboard]` needs TensorBoard, which is not installed"
        yield Diagnostic("not-installed", message, place(recipe, "outputs", index), help=help)
    if (recipe.backend == "jax" or subject.workers > 1) and find_spec("jax") is None:
        why = "several workers train" if subject.workers > 1 else "this recipe trains"
        message = f"{why} on JAX, which is not installed"
        help = "pip install 'archspec-nn[distributed]'"
        yield Diagnostic("not-installed", message, place(recipe, "backend"), help=help)


RANGED = ("RandomBrightness", "RandomContrast", "RandomHue", "RandomSaturation", "RandomSharpness")
"""Augmentations that take values of 0 to 255 for granted."""


def _value_ranges(subject: Subject) -> Iterator[Diagnostic]:
    """Augmentations for values of 0 to 255 on values of another range."""
    recipe = subject.recipe
    if recipe.data.scale is None and recipe.data.standardize is None:
        return
    for index, layer in enumerate(recipe.data.augment):
        if layer.name in RANGED and "value_range" not in layer.arguments:
            message = f"`{layer.name}` takes values of 0 to 255, and these have been scaled"
            help = f"say which they have: `{layer.name}: {{value_range: [0, 1], ...}}`"
            span = place(recipe, "data", "augment", index)
            yield Diagnostic("value-range", message, span, help=help, severity="warning")


LOOKS = (
    _parts,
    _overlaps,
    _input,
    _sizes,
    _outputs,
    _losses,
    _batches,
    _monitors,
    _frozen,
    _installed,
    _value_ranges,
)
