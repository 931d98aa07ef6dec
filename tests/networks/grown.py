"""The shipped networks that need what the language has gained since version 1: roles, recurrent
layers, specs as blocks, gathers, fans, recursion, operations.
"""

GROWN = (
    "bidirectional_lstm",
    "deeplab",
    "efficientdet",
    "fractalnet",
    "hrnet",
    "mixtral",
    "pointnet",
    "retinanet",
    "seq2seq",
    "transformer",
    "wavenet",
)
"""They are tested beside this file, at sizes that cost little."""
