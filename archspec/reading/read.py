"""A Keras model, in a file or in memory, or an ONNX file → the spec that an author would write for
it, compiled and compared with the model.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archspec.backends.keras.families import Application, Unknown
from archspec.diagnostics import Diagnostic, SpecError
from archspec.graph import Graph
from archspec.model_names import PREFIX, is_onnx
from archspec.reading.author import NoSpec, Wishes, written
from archspec.reading.files import config_in
from archspec.reading.keras_config.reader import graph_of_config
from archspec.reading.problems import span_of
from archspec.reading.stored_weights import StoredInFile
from archspec.spelling import counted, spec_name

if TYPE_CHECKING:
    from archspec.reading.onnx.weights import OnnxWeights

AUTOMATIC_NAME = re.compile(r"(model|functional|sequential)(_\d+)?")
"""The names that Keras gives to models without one."""

PLAIN = Wishes()
"""A spec as an author would write it, with names of its own."""


@dataclass(frozen=True)
class Spec:
    """A spec of a model: its text, and the graph that the text compiles to, which is the model's.
    ``layers`` is their number in the model; ``left_out`` says what was not folded, and why.
    ``weights`` are those of an ONNX file, which ``weights.write(Path("net.keras"))`` writes for
    Keras.
    """

    text: str
    graph: Graph
    layers: int
    left_out: tuple[str, ...] = ()
    weights: OnnxWeights | None = None

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"<Spec {self.summary}>"

    @property
    def summary(self) -> str:
        """What became of the model: ``resnet50: 176 layers → 38 lines, 1 block; equal``."""
        lines = counted(len(self.text.splitlines()), "line")
        blocks = f", {counted(self.blocks, 'block')}" if self.blocks else ""
        layers = counted(self.layers, "layer")
        return f"{self.graph.name}: {layers} → {lines}{blocks}; equal"

    @property
    def blocks(self) -> int:
        """The number of the spec's blocks."""
        _, _, after = self.text.partition("\nblocks:\n")
        section = re.split(r"^\S", after, maxsplit=1, flags=re.MULTILINE)[0]
        return len(re.findall(r"^  \w", section, re.MULTILINE))


def read(model: Any, wishes: Wishes = PLAIN, *, open: bool = False) -> Spec:
    """The spec of a model: a path, ``keras.applications:NAME``, or a model of Keras in memory.
    An ONNX file gives weights too.
    ``open``: layers of one's own and subclassed models, in memory, are called on symbolic tensors.
    Raises `SpecError` where there is no spec that is the same network.
    """
    if is_onnx(model):
        return _of_onnx(Path(model), wishes)
    graph = graph_of(model, open=open)
    return _spec(graph, source_of(model), wishes)


def _spec(graph: Graph, source: str, wishes: Wishes) -> Spec:
    try:
        text, compiled, left_out = written(graph, wishes)
    except NoSpec as error:
        message = f"no spec of `{source}` compiles to the same network"
        help = "this is a fault of archspec: please report the model"
        notes = tuple(error.reasons)
        diagnostic = Diagnostic("no-spec", message, span_of(source), notes=notes, help=help)
        raise SpecError([diagnostic]) from error
    return Spec(text, compiled, len(graph.nodes), left_out)


def _of_onnx(path: Path, wishes: Wishes) -> Spec:
    """The spec of the model in an ONNX file, and its weights."""
    from archspec.reading.onnx.read import (  # noqa: PLC0415 - it loads NumPy
        network_in,
        weights_for,
    )

    network = network_in(path)
    spec = _spec(network.graph, str(path), wishes)
    return replace(spec, weights=weights_for(path, network, spec.graph))


def graph_of(model: Any, *, open: bool = False) -> Graph:
    """The graph of a model of Keras, in normal form. Raises `SpecError`."""
    source = source_of(model)
    if isinstance(model, str) and model.startswith(PREFIX):
        return graph_of_config(_application(model), source)
    if isinstance(model, str | PathLike):
        config = config_in(Path(model))
        graph = graph_of_config(config, source, StoredInFile(Path(model), config))
        return _named_after(graph, Path(model))
    from archspec.reading.live_models import (  # noqa: PLC0415 - it loads Keras
        BuiltInMemory,
        described,
    )

    config, closed = described(model, open=open)
    try:
        return graph_of_config(config, source, BuiltInMemory(model))
    except SpecError as error:
        raise _with_reasons(error, closed) from error


def _with_reasons(error: SpecError, closed: Mapping[str, str]) -> SpecError:
    """An error that also says why layers were not opened."""
    notes = tuple(f"`{name}` was not opened: {why}" for name, why in closed.items())
    last = error.diagnostics[-1]
    last = last._replace(notes=(*last.notes, *notes))
    return SpecError([*error.diagnostics[:-1], last], error.sources)


def source_of(model: Any) -> str:
    """How messages call a model."""
    if isinstance(model, str | PathLike):
        return fspath(model)
    return str(getattr(model, "name", None) or type(model).__name__)


def _named_after(graph: Graph, path: Path) -> Graph:
    """A graph that has a name of Keras's making, called after its file."""
    name = graph.name
    if AUTOMATIC_NAME.fullmatch(name) or not re.search(r"[A-Za-z0-9]", name):
        name = path.name.partition(".")[0]
    return replace(graph, name=spec_name(name).strip("-") or "model")


def _application(text: str) -> Mapping[str, Any]:
    """Keras's description of a network of `keras.applications`."""
    try:
        application = Application.parse(text.removeprefix(PREFIX))
    except Unknown as error:
        span = span_of(text)
        raise SpecError([Diagnostic("keras-application", str(error), span)]) from error
    from archspec.backends.keras.applications import make  # noqa: PLC0415 - it loads Keras
    from archspec.backends.keras.model import without_values  # noqa: PLC0415

    with without_values():
        config: Mapping[str, Any] = json.loads(make(application).to_json())
    return config
