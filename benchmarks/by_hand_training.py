"""LeNet-5 on the digits that archspec ships, trained by a script in plain Keras: the same network,
examples, augmentation, optimizer and files as ``archspec train lenet5``.

``python by_hand_training.py EPOCHS FOLDER`` trains and saves.
"""

from __future__ import annotations

import sys
from pathlib import Path

import keras
import numpy

FILE = Path(__file__).parents[1] / "archspec" / "training" / "data" / "digits.csv.gz"


def digits() -> tuple[tuple[numpy.ndarray, numpy.ndarray], tuple[numpy.ndarray, numpy.ndarray]]:
    rows = numpy.loadtxt(FILE, delimiter=",", dtype="uint8")
    images = rows[:, :-1].reshape(-1, 8, 8, 1).astype("float32") / 16
    images = numpy.asarray(keras.ops.image.resize(images, (32, 32)))
    tested = numpy.arange(len(rows)) % 5 == 0
    x, y = images, rows[:, -1].astype("int64")
    return (x[~tested][:1436], y[~tested][:1436]), (x[tested], y[tested])


def lenet5() -> keras.Model:
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((32, 32, 1)),
            layers.RandomTranslation(0.06, 0.06, fill_mode="constant"),
            layers.Conv2D(6, 5, activation="tanh"),
            layers.AveragePooling2D(2),
            layers.Conv2D(16, 5, activation="tanh"),
            layers.AveragePooling2D(2),
            layers.Flatten(),
            layers.Dense(120, activation="tanh"),
            layers.Dense(84, activation="tanh"),
            layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


if __name__ == "__main__":
    train, test = digits()
    model = lenet5()
    model.fit(*train, validation_data=test, epochs=int(sys.argv[1]), verbose=0)
    model.save(f"{sys.argv[2]}/final.keras")
