"""A network with several outputs → the identity layers that give them their names in Keras."""

from __future__ import annotations

from archspec.graph import Graph

MAIN = "main"


def output_layers(graph: Graph) -> dict[str, str]:
    """The identity layer at each output, by the name of the output.

    Keras calls an output after the layer that gives it, in ``model.output_names`` and, of a model
    with one, in ``loss={"logits": ...}``. `main` alone needs no name, nor does an output whose
    layer has it already; where another layer has it, an underscore is put behind.
    """
    if list(graph.outputs) == [MAIN]:
        return {}
    taken = {graph.name_in_keras(node.name) for node in graph.nodes} | graph.inputs.keys()
    names: dict[str, str] = {}
    for output, node in graph.outputs.items():
        if output != graph.name_in_keras(node):
            names[output] = _free(output, taken)
    return names


def need_dtypes(graph: Graph) -> bool:
    """Whether the identity layers need their dtype: they would turn half precision into
    Keras's default.
    """
    dtypes = {graph.tensors[node].dtype for node in graph.outputs.values()}
    return any("float" in dtype and dtype != "float32" for dtype in dtypes)


def _free(name: str, taken: set[str]) -> str:
    while name in taken:
        name += "_"
    return name
