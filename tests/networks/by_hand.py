"""Networks of `specs/` as one writes them in Keras: a function each, whose arguments are the spec's
variables and whose layers stand in the order of the spec.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
from keras import layers, ops

Tensor = Any


def tokens() -> Tensor:
    return keras.Input((None,), dtype="int32")


def bidirectional_lstm(words: int = 20_000, width: int = 128, units: int = 64) -> keras.Model:
    """As keras.io/examples/nlp/bidirectional_lstm_imdb."""
    text = tokens()
    x = layers.Embedding(words, width)(text)
    x = layers.Bidirectional(layers.LSTM(units, return_sequences=True))(x)
    x = layers.Bidirectional(layers.LSTM(units))(x)
    return keras.Model(text, layers.Dense(1, activation="sigmoid")(x))


def seq2seq(
    source_words: int = 50_000, target_words: int = 50_000, width: int = 1000, depth: int = 4
) -> keras.Model:
    """As Luong et al. 2015, Section 4.1, with global attention by dot products."""
    source, target, padding = tokens(), tokens(), keras.Input((None,), dtype="bool")
    states = []
    read = layers.Embedding(source_words, width)(source)
    for _ in range(depth):
        encoder = layers.LSTM(width, return_sequences=True, return_state=True)
        read, *state = encoder(read, mask=padding)
        states.append(state)
    written = layers.Embedding(target_words, width)(target)
    for state in states:
        written = layers.LSTM(width, return_sequences=True)(written, initial_state=state)
    looked_at, scores = layers.Attention()(
        [written, read], mask=[None, padding], return_attention_scores=True
    )
    both = layers.Concatenate()([looked_at, written])
    both = layers.Dense(width, activation="tanh", use_bias=False)(both)
    said = layers.Dense(target_words, activation="softmax")(both)
    return keras.Model([source, target, padding], [said, scores])


class Positions(layers.Layer):
    """Words and where they stand: Vaswani et al. 2017, Section 3.5, sines before cosines."""

    def call(self, words: Tensor) -> Tensor:
        width, length = words.shape[-1], ops.shape(words)[1]
        rates = ops.power(10000.0, -ops.arange(0, width, 2, dtype="float32") / width)
        angles = ops.arange(length, dtype="float32")[:, None] * rates
        return words * width**0.5 + ops.concatenate([ops.sin(angles), ops.cos(angles)], axis=-1)


def transformer(
    words: int = 37_000, depth: int = 6, width: int = 512, inner: int = 2048, heads: int = 8
) -> keras.Model:
    """As Vaswani et al. 2017, Figure 1."""
    source, target = tokens(), tokens()
    there = ops.not_equal(source, 0)
    embedding = layers.ReversibleEmbedding(words, width)

    def added(x: Tensor, change: Tensor) -> Tensor:
        return layers.LayerNormalization()(x + layers.Dropout(0.1)(change))

    def attended(x: Tensor, memory: Tensor, **options: Any) -> Tensor:
        return added(x, layers.MultiHeadAttention(heads, width // heads)(x, memory, **options))

    def fed_forward(x: Tensor) -> Tensor:
        return added(x, layers.Dense(width)(layers.Dense(inner, activation="relu")(x)))

    memory = layers.Dropout(0.1)(Positions()(embedding(source)))
    for _ in range(depth):
        memory = fed_forward(attended(memory, memory, value_mask=there))
    x = layers.Dropout(0.1)(Positions()(embedding(target)))
    for _ in range(depth):
        x = attended(x, x, use_causal_mask=True)
        x = fed_forward(attended(x, memory, value_mask=there))
    return keras.Model([source, target], embedding(x, reverse=True))


def wavenet(
    values: int = 256, width: int = 32, skip: int = 512, stacks: int = 5, depth: int = 10
) -> keras.Model:
    """As van den Oord et al. 2016, Figure 4."""
    samples = tokens()
    x = layers.CategoryEncoding(values, output_mode="one_hot")(samples)
    x = layers.Conv1D(width, 2, padding="causal")(x)
    dilations = [2**k for k in range(depth)] * stacks
    skips = []
    for number, dilation in enumerate(dilations):
        half = {"padding": "causal", "dilation_rate": dilation}
        tanh = layers.Conv1D(width, 2, activation="tanh", **half)(x)
        gate = layers.Conv1D(width, 2, activation="sigmoid", **half)(x)
        z = layers.multiply([tanh, gate])
        skips.append(layers.Conv1D(skip, 1)(z))
        if number < len(dilations) - 1:
            x = layers.add([x, layers.Conv1D(width, 1)(z)])
    y = layers.Conv1D(skip, 1, activation="relu")(layers.ReLU()(layers.add(skips)))
    return keras.Model(samples, layers.Conv1D(values, 1, activation="softmax")(y))


def fractalnet(columns: int = 4, filters: Sequence[int] = (64, 128, 256, 512, 512)) -> keras.Model:
    """As Larsson et al. 2016, Figure 1: f(c + 1) is the mean of a convolution and f(c) twice."""

    def fractal(x: Tensor, columns: int, filters: int) -> Tensor:
        short = layers.Conv2D(filters, 3, padding="same")(x)
        short = layers.ReLU()(layers.BatchNormalization()(short))
        if columns == 1:
            return short
        long = fractal(fractal(x, columns - 1, filters), columns - 1, filters)
        return layers.average([short, long])

    image = keras.Input((32, 32, 3))
    x = image
    for width in filters:
        x = layers.MaxPooling2D()(fractal(x, columns, width))
    return keras.Model(image, layers.Dense(10, activation="softmax")(layers.Flatten()(x)))


def pointnet(points: int = 2048, classes: int = 10) -> keras.Model:
    """As keras.io/examples/vision/pointnet."""

    def normalized(x: Tensor) -> Tensor:
        return layers.Activation("relu")(layers.BatchNormalization(momentum=0.0)(x))

    def features(x: Tensor) -> Tensor:
        for filters in (32, 64, 512):
            x = normalized(layers.Conv1D(filters, 1)(x))
        return layers.GlobalMaxPooling1D()(x)

    def transformed(x: Tensor, size: int) -> Tensor:
        t = features(x)
        for units in (256, 128):
            t = normalized(layers.Dense(units)(t))
        t = layers.Reshape((size, size))(layers.Dense(size * size)(t))
        return layers.Dot(axes=(2, 1))([x, t])

    cloud = keras.Input((points, 3))
    x = transformed(cloud, 3)
    for _ in range(2):
        x = normalized(layers.Conv1D(32, 1)(x))
    x = features(transformed(x, 32))
    for units in (256, 128):
        x = layers.Dropout(0.3)(normalized(layers.Dense(units)(x)))
    return keras.Model(cloud, layers.Dense(classes, activation="softmax")(x))


def pyramid_cell(size: int = 64, channels: int = 64) -> keras.Model:
    """A cell of EfficientDet's feature pyramid as Tan et al. 2020, Figure 2 (d) and Equation 3:
    levels 3 to 7, those from coarse to fine of levels 4 and 5 being others than those back.
    """

    class Fusion(layers.Layer):
        def build(self, shapes: Any) -> None:
            self.shares = self.add_weight(shape=(len(shapes),), initializer="ones")

        def call(self, maps: Any) -> Tensor:
            shares = ops.relu(self.shares)
            total = ops.sum(shares) + 1e-4
            return sum(one * shares[k] / total for k, one in enumerate(maps))

    def node(*maps: Tensor) -> Tensor:
        x = ops.silu(Fusion()(list(maps)))
        return layers.BatchNormalization()(layers.SeparableConv2D(channels, 3, padding="same")(x))

    up = layers.UpSampling2D()
    half = layers.MaxPooling2D(3, 2, padding="same")
    sides = [size, size // 2, size // 4, size // 8, size // 16, size // 2, size // 4]
    given = [keras.Input((side, side, channels)) for side in sides]
    c3, c4, c5, c6, c7, d4, d5 = given
    u6 = node(c6, up(c7))
    u5 = node(d5, up(u6))
    u4 = node(d4, up(u5))
    p3 = node(c3, up(u4))
    p4 = node(c4, u4, half(p3))
    p5 = node(c5, u5, half(p4))
    p6 = node(c6, u6, half(p5))
    p7 = node(c7, half(p6))
    return keras.Model(given, [p3, p4, p5, p6, p7])


def normalized(
    x: Tensor, filters: int, kernel: int = 3, strides: int = 1, **options: Any
) -> Tensor:
    """A convolution without a bias, unless ``options`` say otherwise, and batch normalization."""
    options = {"padding": "same", "use_bias": False, **options}
    return layers.BatchNormalization()(layers.Conv2D(filters, kernel, strides, **options)(x))


def activated(x: Tensor, filters: int, kernel: int = 3, strides: int = 1, **options: Any) -> Tensor:
    return layers.ReLU()(normalized(x, filters, kernel, strides, **options))


def bottleneck(x: Tensor, filters: int, strides: int = 1) -> Tensor:
    """As He et al. 2015, Figure 5, the stride on the first convolution."""
    y = activated(activated(x, filters, 1, strides), filters)
    y = normalized(y, 4 * filters, 1)
    if x.shape[-1] != 4 * filters:
        x = normalized(x, 4 * filters, 1, strides)
    return layers.ReLU()(layers.add([y, x]))


def deeplab(size: int = 512, classes: int = 20) -> keras.Model:
    """As keras.io/examples/vision/deeplabv3_plus."""

    def up(x: Tensor, times: int) -> Tensor:
        return layers.UpSampling2D(times, interpolation="bilinear")(x)

    image = keras.Input((size, size, 3))
    resnet = keras.applications.ResNet50(weights=None, include_top=False, input_tensor=image)
    x = resnet.get_layer("conv4_block6_2_relu").output
    side = x.shape[1]
    pooled = activated(layers.AveragePooling2D(side)(x), 256, 1, use_bias=True)
    maps = [up(pooled, side), activated(x, 256, 1)]
    maps += [activated(x, 256, dilation_rate=rate) for rate in (6, 12, 18)]
    x = up(activated(layers.concatenate(maps), 256, 1), 4)
    low = activated(resnet.get_layer("conv2_block3_2_relu").output, 48, 1)
    x = activated(activated(layers.concatenate([x, low]), 256), 256)
    return keras.Model(image, layers.Conv2D(classes, 1)(up(x, 4)))


def retinanet(
    size: int = 512, classes: int = 91, anchors: int = 9, depths: Sequence[int] = (3, 4, 6, 3)
) -> keras.Model:
    """As Lin et al. 2017, Section 4, on the pyramid of Lin et al. 2017, Feature Pyramid Networks."""

    def conv(filters: int = 256, kernel: int = 3, strides: int = 1, **options: Any) -> Any:
        return layers.Conv2D(filters, kernel, strides, padding="same", **options)

    def head(filters: int) -> list[Any]:
        return [*(conv(activation="relu") for _ in range(4)), conv(filters)]

    def applied(head: list[Any], x: Tensor) -> Tensor:
        for layer in head:
            x = layer(x)
        return x

    image = keras.Input((size, size, 3))
    x = layers.MaxPooling2D(3, 2, padding="same")(activated(image, 64, 7, 2))
    stages = []
    for stage, depth in enumerate(depths):
        for number in range(depth):
            x = bottleneck(x, 64 * 2**stage, 2 if stage and not number else 1)
        stages.append(x)
    merged, pyramid = None, []
    for level in reversed(stages[1:]):
        side = conv(kernel=1)(level)
        merged = side if merged is None else layers.add([side, layers.UpSampling2D()(merged)])
        pyramid.insert(0, conv()(merged))
    pyramid.append(conv(strides=2)(pyramid[-1]))
    pyramid.append(conv(strides=2)(layers.ReLU()(pyramid[-1])))
    kinds, boxes = head(anchors * classes), head(anchors * 4)
    first = [applied(kinds, pyramid[0]), applied(boxes, pyramid[0])]
    others = [applied(each, level) for each in (kinds, boxes) for level in pyramid[1:]]
    return keras.Model(image, first + others)


def hrnet(width: int = 32, joints: int = 17, height: int = 256, across: int = 192) -> keras.Model:
    """As Sun et al. 2019, Figure 1 and Section 4.1: stages of 1, 4 and 3 modules that exchange."""

    def fourfold(x: Tensor) -> Tensor:
        for _ in range(4):
            y = normalized(activated(x, x.shape[-1]), x.shape[-1])
            x = layers.ReLU()(layers.add([y, x]))
        return x

    def change(x: Tensor, filters: int, steps: int) -> Tensor:
        if steps < 0:
            return layers.UpSampling2D(2**-steps)(normalized(x, filters, 1))
        for _ in range(steps - 1):
            x = activated(x, x.shape[-1], strides=2)
        return normalized(x, filters, strides=2)

    def exchanged(maps: list[Tensor], count: int) -> list[Tensor]:
        maps, given = [fourfold(x) for x in maps], []
        for here in range(count):
            others = [
                change(x, width * 2**here, here - there)
                for there, x in enumerate(maps)
                if there != here
            ]
            given.append(layers.ReLU()(layers.add([*others, maps[here]])))
        return given

    image = keras.Input((height, across, 3))
    x = activated(activated(image, 64, strides=2), 64, strides=2)
    for _ in range(4):
        x = bottleneck(x, 64)
    maps = [activated(x, width), activated(x, 2 * width, strides=2)]
    for modules in (1, 4, 3):
        for number in range(modules):
            last = modules == 3 and number == 2
            maps = exchanged(maps, 1 if last else len(maps))
        if len(maps) > 1:
            maps.append(activated(maps[-1], 2 * maps[-1].shape[-1], strides=2))
    return keras.Model(image, layers.Conv2D(joints, 1)(maps[0]))
