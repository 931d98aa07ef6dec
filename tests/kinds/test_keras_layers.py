"""The layers that Keras lacks compute what they say, on unknown sizes, compiled, in half
precision, and after saving and loading.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from archspec.backends.keras.layers import (
    LocalResponseNormalization,
    Parameter,
    Slice,
    StochasticDepth,
)

RANDOM = np.random.default_rng(0)
PARAMETERS = [
    {},
    {"depth_radius": 0},
    {"depth_radius": 5, "bias": 1.0, "alpha": 1.0, "beta": 0.5},
    {"depth_radius": 20, "bias": 0.5, "alpha": 0.1, "beta": 0.75},
    {"depth_radius": 1, "alpha": 0.0, "beta": -1.0},
]


def images(*shape: int, dtype: str = "float32") -> Any:
    return (3 * RANDOM.standard_normal(shape)).astype(dtype)


def model(layer: keras.layers.Layer, *shape: int | None, **compiled: Any) -> keras.Model:
    x = keras.Input(shape)
    made = keras.Model(x, layer(x))
    made.compile(**compiled)
    return made


@pytest.mark.parametrize("parameters", PARAMETERS, ids=str)
def test_local_response_normalization_is_tensorflows(parameters: dict[str, float]) -> None:
    x = images(2, 4, 5, 9)
    expected = tf.nn.local_response_normalization(
        x, **{"depth_radius": 2, "bias": 2.0, "alpha": 1e-4, "beta": 0.75} | parameters
    )
    np.testing.assert_allclose(
        LocalResponseNormalization(**parameters)(x), expected, rtol=1e-5, atol=1e-6
    )
    np.testing.assert_allclose(
        LocalResponseNormalization(**parameters)(x[0, 0]), expected[0, 0], rtol=1e-5, atol=1e-6
    )


def test_local_response_normalization_of_large_halves_stays_finite() -> None:
    x = 1000 * np.ones((1, 4), "float16")
    y = LocalResponseNormalization(dtype="mixed_float16")(x)
    assert keras.backend.standardize_dtype(y.dtype) == "float16"
    assert np.isfinite(y).all()
    assert np.min(y) > 0


def test_stochastic_depth_is_the_identity_at_inference() -> None:
    x = images(5, 4, 3)
    np.testing.assert_array_equal(model(StochasticDepth(0.5), 4, 3)(x), x)
    np.testing.assert_array_equal(model(StochasticDepth(0.0), 4, 3)(x, training=True), x)


def test_stochastic_depth_drops_whole_examples_and_scales_the_others() -> None:
    made = model(StochasticDepth(0.2, seed=1), 3, 2)
    y = np.asarray(made(np.ones((4000, 3, 2), "float32"), training=True))
    kept = y[:, 0, 0] > 0
    np.testing.assert_allclose(
        y, np.where(kept, 1 / 0.8, 0)[:, None, None] * np.ones((1, 3, 2)), rtol=1e-6
    )
    assert abs(kept.mean() - 0.8) < 0.03


def test_stochastic_depth_draws_anew_at_each_call_and_repeats_with_its_seed() -> None:
    x = np.ones((64, 1), "float32")
    one, other = (model(StochasticDepth(0.5, seed=7), 1) for _ in range(2))
    first, second = one(x, training=True), one(x, training=True)
    assert not np.array_equal(first, second)
    np.testing.assert_array_equal(first, other(x, training=True))


SLICES = [(-1, 0, 2), (1, 2, None), (2, -3, -1), (-2, 1, -1), (3, -1, None), (1, -2, 4)]


@pytest.mark.parametrize(("axis", "start", "stop"), SLICES)
@pytest.mark.parametrize("shape", [(5, 6, 7), (None, None, None)], ids=["known", "unknown"])
def test_slice_is_numpys(
    axis: int, start: int, stop: int | None, shape: tuple[int | None, ...]
) -> None:
    x = images(2, 5, 6, 7)
    index = [slice(None)] * 4
    index[axis] = slice(start, stop)
    np.testing.assert_array_equal(
        model(Slice(axis, start, stop), *shape).predict(x, verbose=0), x[tuple(index)]
    )


def test_a_slice_beyond_what_there_is_fails() -> None:
    with pytest.raises(ValueError, match="no part from 2 up to 9"):
        Slice(1, 2, 9)(images(2, 5))
    made = model(Slice(1, 2, 9), None, 4)
    assert made.output_shape == (None, 7, 4)
    assert made(images(2, 9, 4)).shape == (2, 7, 4)
    with pytest.raises(tf.errors.InvalidArgumentError, match="indices"):
        made(images(2, 5, 4))


def test_a_slice_of_known_extent_feeds_a_dense_layer() -> None:
    x = keras.Input((None, 4))
    y = keras.layers.Dense(3)(keras.layers.Flatten()(Slice(1, 0, 1)(x)))
    assert keras.Model(x, y).predict(images(2, 6, 4), verbose=0).shape == (2, 3)


def test_parameter_is_one_tensor_for_every_example() -> None:
    layer = Parameter([2, 3], initializer=keras.initializers.RandomNormal(seed=0))
    y = np.asarray(layer(images(4, 5)))
    assert y.shape == (4, 2, 3)
    assert all(np.array_equal(y[0], one) for one in y)
    np.testing.assert_array_equal(y[0], layer.value)


def test_parameter_learns() -> None:
    x = images(8, 5)
    made = model(Parameter([2]), 5, optimizer=keras.optimizers.SGD(1.0), loss="mean_squared_error")
    made.fit(x, np.ones((8, 2)), epochs=20, verbose=0)
    np.testing.assert_allclose(made.predict(x, verbose=0), 1, atol=1e-3)


LAYERS: list[tuple[Any, dict[str, Any]]] = [
    (LocalResponseNormalization, {"depth_radius": 1, "bias": 1.0, "alpha": 0.5}),
    (StochasticDepth, {"rate": 0.25, "seed": 3}),
    (Slice, {"axis": -1, "start": 1, "stop": -1}),
    (Slice, {"axis": 1, "start": 0, "stop": 2}),
    (Slice, {"axis": 1, "start": -3, "stop": -1}),
    (Parameter, {"shape": [3], "initializer": "glorot_uniform", "trainable": False}),
    (Parameter, {"shape": [3], "initializer": keras.initializers.Constant(1e-6)}),
]
every_layer = pytest.mark.parametrize(
    ("kind", "arguments"),
    LAYERS,
    # No text of an object of Keras: it holds an address, which differs among the processes.
    ids=lambda value: ", ".join(value) if isinstance(value, dict) else value.__name__,
)


@every_layer
def test_saving_and_loading_changes_nothing(
    kind: Any, arguments: dict[str, Any], tmp_path: Path
) -> None:
    made = model(kind(name="block1.it", **arguments), None, 4)
    made.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    x = images(2, 5, 4)
    expected = made.get_layer("block1.it").get_config()
    assert json.dumps(loaded.layers[1].get_config()) == json.dumps(expected)
    np.testing.assert_array_equal(loaded.predict(x, verbose=0), made.predict(x, verbose=0))


@every_layer
@pytest.mark.parametrize("dtype", ["float32", "mixed_float16", "mixed_bfloat16"])
def test_compiled_in_every_precision(kind: Any, arguments: dict[str, Any], dtype: str) -> None:
    x = keras.Input((None, 4))
    y = kind(dtype=dtype, **arguments)(x)
    compute = keras.dtype_policies.get(dtype).compute_dtype
    result = tf.function(keras.Model(x, y), jit_compile=kind is not Slice)(
        images(2, 5, 4), training=True
    )
    assert keras.backend.standardize_dtype(result.dtype) == compute
    assert np.isfinite(np.asarray(result, "float32")).all()


PLAIN = """
import sys
import keras, numpy
model = keras.saving.load_model(sys.argv[1])
numpy.savez(sys.argv[2], *model.predict(numpy.load(sys.argv[3]), verbose=0))
assert "archspec" not in sys.modules
"""


def test_what_is_saved_loads_where_archspec_is_not_imported(tmp_path: Path) -> None:
    x = keras.Input((7, None, 6))
    y = StochasticDepth(0.5, name="drop")(LocalResponseNormalization(name="norm.1")(x))
    parts = [Slice(3, 2, name="half")(y), Slice(2, 0, 1, name="first")(y), Slice(1, -2)(y)]
    made = keras.Model(x, parts)
    made.save(tmp_path / "net.keras")
    given = images(3, 7, 5, 6)
    np.save(tmp_path / "given.npy", given)
    files = [str(tmp_path / name) for name in ("net.keras", "out.npz", "given.npy")]
    done = subprocess.run(
        [sys.executable, "-c", PLAIN, *files], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    expected = made.predict(given, verbose=0)
    for one, other in zip(np.load(tmp_path / "out.npz").values(), expected, strict=True):
        np.testing.assert_array_equal(one, other)
