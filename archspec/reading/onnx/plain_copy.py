"""An ONNX file from anywhere → a folder with what is needed of it: the operators as JSON, and the
numbers of its tensors, one behind the other.

`bounded_task` runs this in a process of its own. Nothing outside the file is read.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

OUTSIDE = (
    "its weights are in another file, and a model is read by itself: save it whole, with"
    " `onnx.save(onnx.load('model.onnx'), 'whole.onnx')`"
)

PLAIN = "biuf"
"""NumPy's kinds of the numbers that are copied."""


class NotOnnx(Exception):
    """The file holds no model of ONNX, or more than is read; its message says which."""


def copy_model(source: Path, folder: Path, size: int) -> None:
    """The model of a file, into ``graph.json`` and ``tensors.bin``."""
    import onnx  # noqa: PLC0415 - the bounds are set first

    try:
        model = onnx.load_model(source, format="protobuf", load_external_data=False)
    except Exception as error:
        raise NotOnnx("it is not ONNX, or damaged") from error
    if not model.ir_version or not (model.graph.node or model.graph.output):
        raise NotOnnx("it is not ONNX, or damaged")
    folder.mkdir()
    with (folder / "tensors.bin").open("wb") as file:
        described = _TensorCopier(onnx, file, size).described(model)
    (folder / "graph.json").write_text(json.dumps(described), encoding="utf-8")


TASKS = {"model": copy_model}


class _TensorCopier:
    """Writes the numbers of tensors, and counts them."""

    def __init__(self, onnx: Any, file: IO[bytes], size: int) -> None:
        self.onnx = onnx
        self.file = file
        self.left = size
        self.tensors: dict[str, Any] = {}

    def described(self, model: Any) -> dict[str, Any]:
        graph = model.graph
        for tensor in graph.initializer:
            self.copy(tensor.name, tensor)
        return {
            "name": graph.name,
            "opset": {one.domain or "ai.onnx": one.version for one in model.opset_import},
            "inputs": [self.end(one) for one in graph.input if one.name not in self.tensors],
            "outputs": [one.name for one in graph.output],
            "nodes": [self.node(number, node) for number, node in enumerate(graph.node)],
            "tensors": self.tensors,
        }

    def node(self, number: int, node: Any) -> dict[str, Any]:
        return {
            "operator": node.op_type,
            "domain": node.domain,
            "name": node.name,
            "inputs": list(node.input),
            "outputs": list(node.output),
            "attributes": dict(self.attributes(number, node)),
        }

    def attributes(self, number: int, node: Any) -> Iterator[tuple[str, Any]]:
        for attribute in node.attribute:
            value = self.onnx.helper.get_attribute_value(attribute)
            if isinstance(value, self.onnx.TensorProto):
                key = f"\0{number}/{attribute.name}"  # as no tensor of the graph is called
                self.copy(key, value)
                value = {"tensor": key}
            elif isinstance(value, bytes):
                value = value.decode("utf-8", errors="replace")
            elif attribute.type in (attribute.INTS, attribute.FLOATS):
                value = list(value)
            elif attribute.type not in (attribute.INT, attribute.FLOAT):
                value = None  # a graph, or a list of texts, which no operator here has
            yield attribute.name, value

    def copy(self, name: str, tensor: Any) -> None:
        """Copy a tensor; of numbers that no one reads only the dtype."""
        if tensor.external_data or tensor.data_location == tensor.EXTERNAL:
            raise NotOnnx(OUTSIDE)
        array = self.onnx.numpy_helper.to_array(tensor)
        entry: dict[str, Any] = {"dtype": str(array.dtype), "shape": list(array.shape)}
        if array.dtype.kind in PLAIN:
            self.left -= array.nbytes
            if self.left < 0:
                raise NotOnnx("its tensors are far larger than the file")
            entry["start"] = self.file.tell()
            self.file.write(array.astype(array.dtype.newbyteorder("<")).tobytes())
        self.tensors[name] = entry

    def end(self, value: Any) -> dict[str, Any]:
        """An input of the model; a size that may be any is ``None``."""
        if not value.type.HasField("tensor_type"):
            raise NotOnnx(f"its input `{value.name}` is no tensor")
        tensor = value.type.tensor_type
        helper = self.onnx.helper
        known = tensor.elem_type in helper.get_all_tensor_dtypes()
        dtype = str(helper.tensor_dtype_to_np_dtype(tensor.elem_type)) if known else "unknown"
        sizes = [
            size.dim_value if size.WhichOneof("value") == "dim_value" else None
            for size in tensor.shape.dim
        ]
        shape = sizes if tensor.HasField("shape") else None
        return {"name": value.name, "dtype": dtype, "shape": shape}
