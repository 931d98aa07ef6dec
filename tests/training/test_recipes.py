"""The shipped recipes, each on a few images, against a loop that is written out in plain Keras:
after two epochs all weights are equal to the bit.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

from archspec.training.library import shipped_recipes
from tests.marks import LONG
from tests.paths import ROOT
from tests.training.forked import Mother

pytestmark = pytest.mark.heavy

IMAGES = """
import keras, numpy
draw = numpy.random.default_rng(7)
X = draw.integers(0, 256, (96, 32, 32, 3), numpy.uint8)
Y = draw.integers(0, 10, (96, 1), numpy.uint8)
keras.datasets.cifar10.load_data = lambda: ((X[:64], Y[:64]), (X[64:], Y[64:]))
"""
"""Noise in the place of CIFAR-10, which no package carries."""

FOLDER = """
import numpy, pathlib, tensorflow
tensorflow.config.threading.set_inter_op_parallelism_threads(1)  # before anything is computed
draw = numpy.random.default_rng(7)
for part in ("train", "validation"):
    for name in range(100):
        path = pathlib.Path(f"images/{part}/{name:02}/1.png")
        path.parent.mkdir(parents=True, exist_ok=True)
        image = draw.integers(0, 256, (24, 30, 3)).astype("uint8")
        path.write_bytes(tensorflow.io.encode_png(image).numpy())
"""

PLAIN = """
import archspec, keras, numpy, tensorflow as tf

tf.config.threading.set_inter_op_parallelism_threads(1)  # before anything is computed
{data}
keras.utils.set_random_seed(0)
tf.config.experimental.enable_op_determinism()
model = {model}
model.compile(optimizer={optimizer}, loss={loss!r}, metrics=["accuracy"])
for epoch in range(2):
    rows = numpy.random.default_rng([0, epoch]).permutation(len(x))
    model.fit(x[rows], y[rows], batch_size={batch}, shuffle=False, verbose=0)
theirs = keras.models.load_model("run/final.keras")
for ours, other in zip(model.weights, theirs.weights, strict=True):
    a, b = numpy.asarray(ours), numpy.asarray(other)
    assert a.tobytes() == b.tobytes(), (ours.path, abs(a - b).max())
print("EQUAL", len(model.weights))
raise SystemExit(0)
"""

SCALED = "x, y = X[:64].astype('float32') / 255, Y[:64, 0].astype('int64')"
STANDARDIZED = """
x = tf.image.per_image_standardization(tf.cast(X[:4], tf.float32))
x, y = tf.image.resize(x, (227, 227)).numpy(), Y[:4, 0].astype("int64")
"""
FILES = """
import pathlib
files = sorted(pathlib.Path("images/train").rglob("*.png"))
files = [files[row] for row in numpy.random.default_rng([0, 0]).permutation(100)][:4]
images = [tf.image.decode_png(file.read_bytes(), channels=3) for file in files]
size = keras.models.load_model("run/final.keras").input_shape[1:3]
x = numpy.stack([tf.image.resize(tf.cast(one, tf.float32) / 255, size) for one in images])
y = keras.utils.to_categorical([int(file.parent.name) for file in files], 100)
"""

BASELINE = """keras.Sequential([
    keras.Input((32, 32, 3)),
    keras.layers.Conv2D(6, 5, padding="same"),
    keras.layers.BatchNormalization(),
    keras.layers.ReLU(),
    keras.layers.MaxPooling2D(2, 2, padding="same"),
    keras.layers.Dropout(0.2),
    keras.layers.Flatten(),
    keras.layers.Dense(128, activation="relu"),
    keras.layers.Dropout(0.2),
    keras.layers.Dense(10, activation="softmax"),
])"""

LENET5 = """keras.Sequential([
    keras.Input((32, 32, 3)),
    keras.layers.Conv2D(6, 5, activation="sigmoid"),
    keras.layers.MaxPooling2D(2, 2),
    keras.layers.Conv2D(16, 5, activation="sigmoid"),
    keras.layers.MaxPooling2D(2, 2),
    keras.layers.Flatten(),
    keras.layers.Dense(120, activation="sigmoid"),
    keras.layers.Dense(84, activation="sigmoid"),
    keras.layers.Dense(10, activation="softmax"),
])"""

SGD = """keras.optimizers.SGD(
    keras.optimizers.schedules.InverseTimeDecay(0.01, 1, 0.001), momentum=0.9
)"""
SPARSE, CATEGORICAL = "sparse_categorical_crossentropy", "categorical_crossentropy"


class Plain(NamedTuple):
    """How a script in plain Keras trains what a recipe does. ``rows`` are those trained on."""

    model: str
    data: str = SCALED
    optimizer: str = "keras.optimizers.Adam()"
    loss: str = SPARSE
    batch: int = 32
    rows: int = 64


def built(network: str) -> str:
    """The network as archspec builds it, which other tests hold against Keras."""
    return f"archspec.build({network!r})"


def of_folder(network: str) -> Plain:
    return Plain(built(network), FILES, SGD, CATEGORICAL, batch=2, rows=4)


PLAINS = {
    "baseline-cifar10": Plain(BASELINE),
    "lenet5-cifar10": Plain(LENET5),
    "alexnet8-cifar10": Plain(built("alexnet8_cifar10")),
    "inception10-cifar10": Plain(built("inception10")),
    "vgg16-cifar10": Plain(built("vgg_cifar10")),
    "resnet18-cifar10": Plain(built("resnet_cifar10")),
    "alexnet-cifar10": Plain(
        built("alexnet_cifar10"), STANDARDIZED, "keras.optimizers.SGD()", batch=2, rows=4
    ),
    "alexnet-folder": of_folder("alexnet_bn@100"),
    "alexnet-vgg-folder": of_folder("alexnet_vgg"),
    "alexnet-vgg-resnet-folder": of_folder("alexnet_vgg_resnet"),
    "vgg16-folder": of_folder("vgg@D-100"),
    "xception-folder": of_folder("xception_custom"),
}
LIGHT = ("baseline-cifar10", "lenet5-cifar10")
"""The others differ from these in their networks, which take many seconds each."""
SMALL = """\
archspec: 1
name: small
input: {shape}
layers:
  - Conv2D: {{filters: 4, kernel_size: 5, strides: 8, use_bias: false}}
  - BatchNormalization
  - ReLU
  - GlobalAveragePooling2D
  - Dropout: {{rate: 0.3}}
  - Dense: {{units: {classes}, activation: softmax}}
"""
OF_A_SMALL_ONE = {
    "alexnet-cifar10": SMALL.format(shape=[227, 227, 3], classes=10),
    "alexnet-vgg-folder": SMALL.format(shape=[224, 224, 3], classes=100),
}
"""Recipes of other data than those: a network in the place of their own, on its input."""
DIGITS = ("digits", "lenet5-digits")
"""The recipes that other tests train by."""


def test_every_recipe_has_its_plain_script() -> None:
    assert sorted([*PLAINS, *DIGITS]) == shipped_recipes()


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if name in LIGHT else LONG) for name in PLAINS]
)
def test_two_epochs_of_a_recipe_are_those_of_plain_keras(
    name: str, mother: Mother, tmp_path: Path
) -> None:
    assert_equal(name, PLAINS[name], mother, tmp_path)


@pytest.mark.parametrize("name", OF_A_SMALL_ONE)
def test_a_recipe_trains_a_small_network_as_plain_keras_does(
    name: str, mother: Mother, tmp_path: Path
) -> None:
    (tmp_path / "small.yaml").write_text(OF_A_SMALL_ONE[name], encoding="utf-8")
    plain = PLAINS[name]._replace(model=built("small.yaml"))
    assert_equal(name, plain, mother, tmp_path, network="small.yaml")


def assert_equal(name: str, plain: Plain, mother: Mother, folder: Path, **changed: str) -> None:
    """Two epochs of a recipe, with some of its values changed, come to the same bits as a script."""
    recipe = yaml.safe_load((ROOT / "recipes" / f"{name}.yaml").read_text(encoding="utf-8"))
    assert recipe["name"] == name
    prepare = FOLDER if "folder" in name else IMAGES
    changes = {
        "data.train.rows": [0, plain.rows],
        "data.validation.rows": [0, 2] if "folder" in name else [32, 64],
        "data.batch_size": plain.batch,
        "outputs": "[csv]",
        **changed,
    }
    if recipe["data"]["validation"]["of"] == "test":
        changes["data.validation.rows"] = [0, 32]
    sets = [part for key, value in changes.items() for part in ("--set", f"{key}={value}")]
    done = mother.run(["train", name, "-o", "run", "--epochs", "2", *sets], folder, prepare)
    assert done.code == 0, done
    script = PLAIN.format(**plain._asdict())
    data = "" if "folder" in name else IMAGES
    done = mother.run([], folder, data + script)
    assert done.code == 0 and "EQUAL" in done.out, done
