"""An operator of an ONNX model → the name of its layer, from what the exporter left of the names
that people gave: those of modules, of operators, or of weights.
"""

from __future__ import annotations

import re

from archspec.reading.onnx.model import OnnxModel, OnnxNode
from archspec.spelling import snake_case

AUTOMATIC = re.compile(r"(n|node|op|OC2_DUMMY)?[_:]*\d*", re.IGNORECASE)
"""Names of operators that nobody chose."""

OF_EXPORTERS = ("StatefulPartitionedCall", "PartitionedCall", "model", "onnx::", "")
"""Steps of names that exporters add."""

NUMBERED = re.compile(r"__\d+(:\d+)?$")
"""The end of a name that tf2onnx numbered."""

OF_WEIGHTS = re.compile(
    r"(/ReadVariableOp|[./_](weight|bias|kernel|gamma|beta|w|b|s|scale|mean|rm|riv|var|running_mean|running_var"
    r"|moving_mean|moving_variance))+([_:./]\d+)?$"
)
"""Ends of the names of weights that say which of a layer's they are."""


class LayerNames:
    """The names of the layers of a model."""

    def __init__(self, model: OnnxModel) -> None:
        self.kinds = {node.operator for node in model.nodes}
        self.of_tensorflow = any(NUMBERED.search(node.name) for node in model.nodes)

    def of(self, node: OnnxNode, kind: str, *, whole: bool) -> str:
        """What to call a layer that an operator adds: its name where the layer is the ``whole``
        of it, else that and a word.
        """
        word = snake_case(kind)
        name = self._of_operator(node) or self._of_weights(node)
        if not name:
            return word
        return name if whole else f"{name}_{word}"

    def _of_operator(self, node: OnnxNode) -> str:
        """``/layer1/layer1.0/conv1/Conv`` → ``layer1_0_conv1``."""
        if self.of_tensorflow and node.name.count("/") > 1:
            return self._of_layer(node.name)
        steps: list[str] = []
        for step in node.name.split("/"):
            if steps and step.startswith(f"{steps[-1]}."):
                steps[-1] = step
            elif step not in OF_EXPORTERS:
                steps.append(step)
        if len(steps) > 1 and self._is_kind(steps[-1]):
            steps.pop()
        if not steps or AUTOMATIC.fullmatch(steps[-1]) or self._is_kind(steps[-1]):
            return ""
        return _word("_".join(steps) if "/" in node.name else steps[0])

    def _of_layer(self, name: str) -> str:
        """``MobileNetV2_1/block_1.expand_1/convolution`` → ``block_1_expand``: the layer of Keras,
        which is traced once more than it is built.
        """
        steps = name.split("/")
        return _word(re.sub(r"_1$", "", steps[1] if steps[0] else steps[2]))

    def _is_kind(self, step: str) -> bool:
        """Whether a step is an operator, perhaps with a number."""
        return re.sub(r"[_:]*\d*$", "", step) in self.kinds

    def _of_weights(self, node: OnnxNode) -> str:
        """``conv1/7x7_s2_w_0`` → ``conv1_7x7_s2``."""
        for name in node.inputs[1:]:
            stem = OF_WEIGHTS.sub("", name)
            if self.of_tensorflow and name.count("/") > 1:
                return self._of_layer(name)
            if stem != name and not stem.startswith("onnx::"):
                return _word(stem)
        return ""


def _word(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "_", name).strip("_")
