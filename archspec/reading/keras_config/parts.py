"""The JSON with which Keras describes a model → its layers as archspec's, with the calls of each.

Nothing of Keras is loaded, and nothing that the text names is imported, made or run. Shapes come
later, in `building`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, NoReturn

from archspec.backends.keras.nested_models import name_of, setting_of
from archspec.frontend.foreign.layer_names import LACKING
from archspec.layers import Layer
from archspec.layers.mismatch import Mismatch
from archspec.layers.operations.base import Operation
from archspec.layers.registry import CELLS, KINDS, is_kind
from archspec.reading.graph_builder import free_name
from archspec.reading.keras_config.composed import composed_layer
from archspec.reading.keras_config.custom import arguments_of_custom, is_plain
from archspec.reading.keras_config.libraries import is_registered, settings_of
from archspec.reading.keras_config.operations import operation_of
from archspec.reading.keras_config.serialized import (
    KerasCall,
    TensorReference,
    calls_of,
    is_old,
    references,
    structure_of,
)
from archspec.reading.keras_config.settings import arguments_of
from archspec.reading.normal_form import normal_layer
from archspec.reading.problems import Problems
from archspec.tensor import DTYPES, Tensor

MODELS = ("Functional", "Model", "Sequential")
OURS = "archspec>"
OWN_KINDS = (
    *("Constant", "DotProductAttention", "LocalResponseNormalization", "Parameter"),
    *("PositionEmbedding", "RotaryEmbedding", "Slice", "StochasticDepth"),
)
"""The kinds that Keras does not have."""


OF_TENSORFLOW = ("TFOpLambda", "SlicingOpLambda", "TensorFlowOpLayer", "InstanceMethod")
"""What Keras 2 made of functions of TensorFlow."""


class InputPart(NamedTuple):
    """An input of a model."""

    tensor: Tensor
    optional: bool


class CustomPart(NamedTuple):
    """A layer of a class that is neither Keras's nor ours: the class, its module where the file
    says it, and its settings.
    """

    kind: str
    module: str | None
    config: Mapping[str, Any]


class LoweredPart(NamedTuple):
    """A layer that stands for several of ours: its class, as `lowered` knows it, and its
    settings.
    """

    kind: str
    config: Mapping[str, Any]


class OperationPart(NamedTuple):
    """A function of `keras.ops`: its kind and the arguments that stand in its settings. Others are
    those of each call.
    """

    kind: type[Operation]
    config: Mapping[str, Any]


@dataclass
class ModelPart:
    """A functional model, or a Sequential one: its layers by their names, in Keras's order, and
    what it takes and gives: references, or lists or mappings of them. ``is_old``: written as by
    Keras 2, which counts the calls of a model from 1.
    """

    name: str
    parts: dict[str, ModelLayer] = field(default_factory=dict)
    inputs: Any = ()
    outputs: Any = ()
    is_old: bool = False


@dataclass
class ModelLayer:
    """One layer of a model, and each of its calls. ``is_model``: it is a functional model in the
    file, whose calls Keras counts from 1 in some places.
    """

    name: str
    what: Layer | ModelPart | InputPart | OperationPart | LoweredPart | CustomPart
    calls: list[KerasCall]
    trainable: bool = True
    is_model: bool = False


class PartsReader:
    """Reads the layers of a model and of those within it; gathers what has no counterpart."""

    def __init__(self, problems: Problems) -> None:
        self.problems = problems

    def model(self, entry: Mapping[str, Any], trainable: bool = True) -> ModelPart:
        """The model of a serialized object. Raises `SpecError` where it is none."""
        config: Any = entry.get("config")
        if isinstance(config, list):  # Sequential, as Keras 1 and the first versions of 2 wrote it
            config = {"name": "sequential", "layers": config}
        if not isinstance(config, Mapping) or not isinstance(config.get("layers"), list):
            self._no_layers(entry)
        if not all(isinstance(layer, Mapping) for layer in config["layers"]):
            self.problems.damaged("a layer is no mapping")
        trainable = trainable and config.get("trainable") is not False
        if "input_layers" not in config:
            return self._sequential(config, trainable)
        return self._functional(config, trainable)

    def _no_layers(self, entry: Mapping[str, Any]) -> NoReturn:
        kind = entry.get("class_name")
        self.problems.refuse(
            f"`{self.problems.source}` holds a `{kind}`, a model with a `call` of its own: the file"
            " does not say what layers it calls",
            "open it: `archspec.read(model, open=True)` in Python calls it on symbolic tensors; a"
            " model that is made with the functional API or `Sequential` needs no opening",
        )

    def _functional(self, config: Mapping[str, Any], trainable: bool) -> ModelPart:
        model = ModelPart(str(config.get("name") or "model"))
        entries = {name_of(entry): entry for entry in config["layers"]}
        for name, entry in entries.items():
            try:
                calls = calls_of(entry, entries)
            except ValueError as error:
                self.problems.damaged(str(error))
            model.parts[name] = self.part(name, entry, calls, trainable)
            model.is_old = model.is_old or is_old(entry)
        try:
            model.inputs = structure_of(config["input_layers"])
            model.outputs = structure_of(config.get("output_layers"))
            if not any(references(model.outputs)):
                raise ValueError("a model gives nothing")
        except ValueError as error:
            self.problems.damaged(str(error))
        return model

    def _sequential(self, config: Mapping[str, Any], trainable: bool) -> ModelPart:
        model = ModelPart(str(config.get("name") or "sequential"))
        entries = list(config["layers"])
        if not entries or entries[0].get("class_name") != "InputLayer":
            entries.insert(0, self._input_entry(model.name, config, entries))
        before: TensorReference | None = None
        for entry in entries:
            name = free_name(name_of(entry), model.parts)
            calls = [] if before is None else [KerasCall((before,), {})]
            model.parts[name] = self.part(name, entry, calls, trainable)
            reference = TensorReference(name, 0, 0)
            model.inputs = reference if before is None else model.inputs
            before = reference
        model.outputs = before
        return model

    def _input_entry(
        self, name: str, config: Mapping[str, Any], entries: list[Mapping[str, Any]]
    ) -> Mapping[str, Any]:
        """The input of a Sequential model whose first layer says its shape, as in Keras 2."""
        first = entries[0] if entries else {}
        shape = setting_of(first, "batch_input_shape") or setting_of(first, "batch_shape")
        shape = shape or config.get("build_input_shape")
        if not isinstance(shape, list):
            self.problems.refuse(
                f"`{self.problems.source}` holds a Sequential model, `{name}`, that does not know"
                " the shape of its input",
                "begin it with `keras.Input(shape)`, or call it once, and save it again",
            )
        dtype = "int32" if first.get("class_name") == "Embedding" else "float32"
        settings = {"batch_shape": shape, "dtype": dtype, "name": f"{name}_input"}
        return {"class_name": "InputLayer", "module": "keras.layers", "config": settings}

    # --- one layer

    def part(
        self, name: str, entry: Mapping[str, Any], calls: list[KerasCall], trainable: bool
    ) -> ModelLayer:
        """A layer, whatever it is."""
        config = entry.get("config")
        if not isinstance(config, Mapping):
            config = {}
        trains = trainable and config.get("trainable") is not False
        what = self._what(name, entry, dict(config), trains)
        is_model = "output_layers" in config
        return ModelLayer(name, what, calls, trains, is_model)

    def _what(
        self, name: str, entry: Mapping[str, Any], config: dict[str, Any], trainable: bool
    ) -> Any:
        kind = str(entry.get("class_name"))
        module = str(entry.get("module") or "")
        if kind in MODELS or ("layers" in config and "output_layers" in config):
            model = self.model(entry, trainable)
            return _composed(model) or model
        if kind == "InputLayer":
            return self._input(name, config)
        if _is_operation(entry, kind, config):
            return self._operation(name, kind, module, config)
        if _is_keras(entry):
            return self._of_keras(name, kind, module, config, trainable)
        own = kind.removeprefix(OURS)
        if _is_ours(entry, kind) and own in OWN_KINDS:
            return self._layer(name, KINDS[own], config, trainable)
        registered = str(entry.get("registered_name") or kind)
        if is_registered(registered):
            own = registered.rpartition(">")[2]
            return self._layer(name, KINDS[own], settings_of(own, config), trainable)
        return self._custom(name, entry, kind, config)

    def _custom(
        self, name: str, entry: Mapping[str, Any], kind: str, config: Mapping[str, Any]
    ) -> CustomPart:
        """A layer of a class of somebody's own. One that is registered under a name says no
        module.
        """
        for setting, value in arguments_of_custom(config, trainable=True).items():
            if not is_plain(value):
                self.problems.setting(kind, setting, value, name)
        module = entry.get("module")
        return CustomPart(kind.rpartition(">")[2], str(module) if module else None, config)

    def _input(self, name: str, config: Mapping[str, Any]) -> Any:
        shape = config.get("batch_shape") or config.get("batch_input_shape")
        dtype = config.get("dtype") or "float32"
        if not isinstance(shape, list) or not shape or not all(map(_is_size, shape)):
            self.problems.damaged(f"`{name}` has no shape")
        for setting in ("sparse", "ragged"):
            if config.get(setting):
                self.problems.setting("InputLayer", setting, True, name)
        if dtype not in DTYPES:
            self.problems.setting("InputLayer", "dtype", dtype, name)
        return InputPart(Tensor(tuple(shape[1:]), str(dtype)), config.get("optional") is True)

    def _operation(self, name: str, kind: str, module: str, config: Mapping[str, Any]) -> Any:
        operation = operation_of(kind, module)
        if operation is None:
            self.problems.unknown_kind(f"operation {kind}", "", name)
            return CustomPart(kind, module, config)
        return OperationPart(operation, config)

    def _of_keras(
        self, name: str, kind: str, module: str, config: dict[str, Any], trainable: bool
    ) -> Any:
        if ".applications." in module:
            return LoweredPart(kind, config)
        if kind == "Dropout" and config.get("noise_shape") is not None:
            return self._dropout(name, config, trainable)
        if kind not in KINDS or kind in OWN_KINDS:
            if module or kind in LACKING or kind in OF_TENSORFLOW:
                self._unknown(name, kind)
            return CustomPart(kind, module or None, config)
        return self._layer(name, KINDS[kind], config, trainable)

    def _unknown(self, name: str, kind: str) -> None:
        why = LACKING.get(kind, "")
        if kind == "Lambda":
            why = "it holds code, and no code of a file is run; write it with `keras.ops`"
        elif kind in OF_TENSORFLOW:
            why = "an operation of TensorFlow, which Keras 3 does not read either"
        self.problems.unknown_kind(kind, why, name)

    def _dropout(self, name: str, config: dict[str, Any], trainable: bool) -> Any:
        """A dropout that drops whole examples is a `StochasticDepth`."""
        shape = config.pop("noise_shape")
        if isinstance(shape, Mapping):
            shape = setting_of(shape, "value")
        if isinstance(shape, list) and shape == [None, *[1] * (len(shape) - 1)]:
            return self._layer(name, KINDS["StochasticDepth"], config, trainable)
        self.problems.setting("Dropout", "noise_shape", shape, name)
        return self._layer(name, KINDS["Dropout"], config, trainable)

    def _layer(
        self, name: str, kind: type[Layer], config: Mapping[str, Any], trainable: bool
    ) -> Any:
        """A layer of a kind. One that cannot be made is a problem, and the kind's place is taken
        by a `CustomPart`.
        """

        def problem(setting: str, value: Any) -> None:
            self.problems.setting(kind.kind(), setting, value, name)

        arguments = arguments_of(kind, config, problem, lambda entry: self._inner(name, entry))
        if not trainable:
            arguments["trainable"] = False
        if arguments.get("dtype") is None:
            arguments.pop("dtype", None)
        try:
            return normal_layer(kind(**arguments), ())
        except Mismatch as mismatch:
            setting = mismatch.at
            if setting in arguments:
                problem(str(setting), config.get(str(setting), arguments[str(setting)]))
            else:
                self.problems.other(f"`{name}` of `{self.problems.source}`: {mismatch.message}")
        return CustomPart(kind.kind(), None, config)

    def _inner(self, name: str, entry: Any) -> Any:
        """A layer that stands in a setting of another."""
        if not isinstance(entry, Mapping) or not isinstance(entry.get("config"), Mapping):
            self.problems.damaged(f"a layer in `{name}`")
        kind, config = str(entry.get("class_name")), dict(entry["config"])
        config.pop("zero_output_for_mask", None)  # which `Bidirectional` sets
        if not is_kind(kind) or not _is_keras(entry):
            self.problems.unknown_kind(kind, f"within `{name}`", str(config.get("name", kind)))
            return KINDS["Identity"]()
        made = self._layer(
            name, (CELLS if kind in CELLS else KINDS)[kind], config, config.get("trainable", True)
        )
        return made if isinstance(made, Layer) else KINDS["Identity"]()


def _composed(model: ModelPart) -> Layer | None:
    """The layer of ours that a model of operations stands for, if it does."""
    others = {
        name: part for name, part in model.parts.items() if not isinstance(part.what, InputPart)
    }
    if not all(isinstance(part.what, OperationPart) for part in others.values()):
        return None
    return composed_layer(others)


def _is_operation(entry: Mapping[str, Any], kind: str, config: Mapping[str, Any]) -> bool:
    """Whether an entry is a function of `keras.ops`. Files of HDF5 name no modules, but an
    operation has no ``trainable``, as every layer has.
    """
    if "module" in entry:
        return str(entry["module"]).startswith(("keras.src.ops", "keras.ops"))
    return "trainable" not in config and operation_of(kind, "") is not None


def _is_ours(entry: Mapping[str, Any], kind: str) -> bool:
    return kind.startswith(OURS) or str(entry.get("registered_name")).startswith(OURS)


def _is_keras(entry: Mapping[str, Any]) -> bool:
    """Whether the class of a layer is Keras's own. Keras 2, and files of HDF5, name no module, so
    that the names of Keras's layers decide.
    """
    if "module" not in entry:
        return ">" not in str(entry.get("class_name"))
    return str(entry["module"]).partition(".")[0] == "keras"


def _is_size(size: Any) -> bool:
    return size is None or (type(size) is int and size > 0)
