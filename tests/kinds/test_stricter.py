"""Where archspec refuses what Keras builds because it would not run, it does not run."""

import keras
import numpy as np
import pytest

from archspec.backends.keras.model import make_layer
from archspec.layers import KINDS, Mismatch
from tests.kinds import test_attention, test_convolution, test_pooling
from tests.kinds.oracle import RUNS_NOT, Row, call

REFUSED = [
    row
    for module in (test_attention, test_convolution, test_pooling)
    for row in module.ROWS
    if row.stricter == RUNS_NOT
]


def run(row: Row) -> None:
    try:
        layer = make_layer(KINDS[row.kind](**row.arguments))
    except Mismatch:
        layer = getattr(keras.layers, row.kind)(**row.arguments)
    inputs = [keras.Input(x.shape, dtype=x.dtype) for x in row.tensors]
    model = keras.Model(inputs, call(layer, inputs))
    model([np.ones((2, *x.shape), x.dtype) for x in row.tensors])


@pytest.mark.parametrize("row", REFUSED, ids=str)
def test_it_does_not_run(row: Row) -> None:
    with pytest.raises(Exception):  # noqa: B017 - whatever TensorFlow says
        run(row)
