"""An ONNX file and inputs for it → the outputs that onnxruntime gives.

`bounded_task` runs this in a process of its own, since what runs a file from anywhere may hang or
crash.
"""

from __future__ import annotations

from pathlib import Path

INPUTS, OUTPUTS = "inputs.npz", "outputs.npz"
"""The files with the inputs, numbered in the order of the model's, and with the outputs."""


def run_model(source: Path, folder: Path, size: int) -> None:
    """Run the model on the inputs in a folder, and write its outputs there."""
    import numpy  # noqa: PLC0415 - the bounds are set first
    import onnxruntime  # noqa: PLC0415 - as above

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(source, options, providers=["CPUExecutionProvider"])
    with numpy.load(folder / INPUTS) as inputs:
        names = [tensor.name for tensor in session.get_inputs()]
        feeds = {name: inputs[str(number)] for number, name in enumerate(names)}
    outputs = session.run(None, feeds)
    numpy.savez(folder / OUTPUTS, *outputs)


TASKS = {"run": run_model}
