"""ResNet-50 and EfficientNet-B0 written by hand in Keras: the same layers, in the same order,
as the specs build.
"""

from __future__ import annotations

from math import ceil

import keras
from keras import layers

Tensor = keras.KerasTensor


def conv_bn(x: Tensor, filters: int, kernel_size: int = 3, strides: int = 1) -> Tensor:
    x = layers.Conv2D(filters, kernel_size, strides=strides, padding="same", use_bias=False)(x)
    return layers.BatchNormalization()(x)


def bottleneck(x: Tensor, filters: int, strides: int) -> Tensor:
    y = layers.ReLU()(conv_bn(x, filters, 1, strides))
    y = layers.ReLU()(conv_bn(y, filters))
    y = conv_bn(y, 4 * filters, 1)
    if strides > 1 or x.shape[-1] != 4 * filters:
        x = conv_bn(x, 4 * filters, 1, strides)
    return layers.ReLU()(layers.Add()([y, x]))


def resnet(depths: tuple[int, ...] = (3, 4, 6, 3)) -> keras.Model:
    inputs = keras.Input((224, 224, 3))
    x = layers.ReLU()(conv_bn(inputs, 64, 7, 2))
    x = layers.MaxPooling2D(3, 2, padding="same")(x)
    for stage, depth in enumerate(depths):
        for index in range(depth):
            x = bottleneck(x, 64 * 2**stage, 2 if stage and not index else 1)
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, layers.Dense(1000, activation="softmax")(x))


ROWS = [
    (1, 3, 16, 1, 1),
    (6, 3, 24, 2, 2),
    (6, 5, 40, 2, 2),
    (6, 3, 80, 3, 2),
    (6, 5, 112, 3, 1),
    (6, 5, 192, 4, 2),
    (6, 3, 320, 1, 1),
]
"""EfficientNet-B0, Table 1: expansion, kernel size, filters, blocks, strides."""


def squeeze_excite(x: Tensor, reduced: int) -> Tensor:
    y = layers.GlobalAveragePooling2D(keepdims=True)(x)
    y = layers.Conv2D(reduced, 1, padding="same", activation="swish")(y)
    y = layers.Conv2D(x.shape[-1], 1, padding="same", activation="sigmoid")(y)
    return layers.Multiply()([x, y])


def norm_swish(x: Tensor) -> Tensor:
    return layers.Activation("swish")(layers.BatchNormalization()(x))


def mbconv(x: Tensor, filters: int, expand: int, kernel_size: int, strides: int) -> Tensor:
    y = x
    if expand > 1:
        y = norm_swish(layers.Conv2D(expand * x.shape[-1], 1, padding="same", use_bias=False)(y))
    y = norm_swish(
        layers.DepthwiseConv2D(kernel_size, strides=strides, padding="same", use_bias=False)(y)
    )
    y = squeeze_excite(y, x.shape[-1] // 4)
    y = layers.BatchNormalization()(layers.Conv2D(filters, 1, padding="same", use_bias=False)(y))
    return layers.Add()([y, x]) if strides == 1 and x.shape[-1] == filters else y


def efficientnet() -> keras.Model:
    inputs = keras.Input((224, 224, 3))
    x = layers.Normalization()(layers.Rescaling(1 / 255)(inputs))
    x = norm_swish(layers.Conv2D(32, 3, strides=2, padding="same", use_bias=False)(x))
    for expand, kernel_size, filters, blocks, strides in ROWS:
        for index in range(ceil(blocks)):
            x = mbconv(x, filters, expand, kernel_size, strides if index == 0 else 1)
    x = norm_swish(layers.Conv2D(1280, 1, padding="same", use_bias=False)(x))
    x = layers.Dropout(0.2)(layers.GlobalAveragePooling2D()(x))
    return keras.Model(inputs, layers.Dense(1000, activation="softmax")(x))
