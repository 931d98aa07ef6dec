"""Functional models of keras.io's guides and examples, made anew at small sizes: the layers, how
they are wired and the classes of their own are those of the page that each names.

``EXAMPLES`` are read into specs that are the same network; ``REFUSED`` maps the others to a part of
the reason.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
from keras import layers, ops

EXAMPLES: dict[str, Callable[[], keras.Model]] = {}
REFUSED: dict[str, tuple[Callable[[], keras.Model], str]] = {}

Builder = Callable[[], keras.Model]


def example(build: Builder) -> Builder:
    EXAMPLES[build.__name__] = build
    return build


def refused(reason: str) -> Callable[[Builder], Builder]:
    def note(build: Builder) -> Builder:
        REFUSED[build.__name__] = build, reason
        return build

    return note


# --- guides


@example
def mnist_convnet() -> keras.Model:
    """keras.io/examples/vision/mnist_convnet"""
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(32, kernel_size=(3, 3), activation="relu"),
            layers.MaxPooling2D(pool_size=(2, 2)),
            layers.Conv2D(64, kernel_size=(3, 3), activation="relu"),
            layers.MaxPooling2D(pool_size=(2, 2)),
            layers.Flatten(),
            layers.Dropout(0.5),
            layers.Dense(10, activation="softmax"),
        ]
    )


@example
def toy_resnet() -> keras.Model:
    """keras.io/guides/functional_api: a toy ResNet model"""
    inputs = keras.Input((32, 32, 3), name="img")
    x = layers.Conv2D(32, 3, activation="relu")(inputs)
    x = layers.Conv2D(64, 3, activation="relu")(x)
    block = layers.MaxPooling2D(3)(x)
    for _ in range(2):
        x = layers.Conv2D(64, 3, activation="relu", padding="same")(block)
        x = layers.Conv2D(64, 3, activation="relu", padding="same")(x)
        block = layers.add([x, block])
    x = layers.Conv2D(64, 3, activation="relu")(block)
    x = layers.GlobalAveragePooling2D()(x)
    x = layers.Dense(256, activation="relu")(x)
    x = layers.Dropout(0.5)(x)
    return keras.Model(inputs, layers.Dense(10)(x), name="toy_resnet")


@example
def tickets() -> keras.Model:
    """keras.io/guides/functional_api: models with multiple inputs and outputs"""
    title = keras.Input((None,), name="title")
    body = keras.Input((None,), name="body")
    tags = keras.Input((12,), name="tags")
    title_features = layers.LSTM(16)(layers.Embedding(100, 8)(title))
    body_features = layers.LSTM(8)(layers.Embedding(100, 8)(body))
    x = layers.concatenate([title_features, body_features, tags])
    priority = layers.Dense(1, name="priority")(x)
    department = layers.Dense(4, name="department")(x)
    return keras.Model([title, body, tags], {"priority": priority, "department": department})


@example
def shared_embedding() -> keras.Model:
    """keras.io/guides/functional_api: shared layers"""
    shared = layers.Embedding(100, 16)
    first, second = keras.Input((None,), dtype="int32"), keras.Input((None,), dtype="int32")
    return keras.Model([first, second], [shared(first), shared(second)])


@example
def nested_autoencoder() -> keras.Model:
    """keras.io/guides/functional_api: all models are callable, just like layers"""
    image = keras.Input((28, 28, 1), name="original_img")
    x = layers.Conv2D(16, 3, activation="relu")(image)
    x = layers.Conv2D(32, 3, activation="relu")(x)
    x = layers.MaxPooling2D(3)(x)
    code = layers.GlobalMaxPooling2D()(x)
    encoder = keras.Model(image, code, name="encoder")
    decoder_input = keras.Input((32,), name="encoded_img")
    x = layers.Reshape((4, 8, 1))(decoder_input)
    x = layers.Conv2DTranspose(16, 3, activation="relu")(x)
    x = layers.UpSampling2D(3)(x)
    decoder = keras.Model(decoder_input, layers.Conv2DTranspose(1, 3)(x), name="decoder")
    outer = keras.Input((28, 28, 1), name="img")
    return keras.Model(outer, decoder(encoder(outer)), name="autoencoder")


@example
def ensemble() -> keras.Model:
    """keras.io/guides/functional_api: model ensembling"""

    def member(number: int) -> keras.Model:
        inputs = keras.Input((8,))
        return keras.Model(inputs, layers.Dense(1)(inputs), name=f"member{number}")

    inputs = keras.Input((8,))
    return keras.Model(inputs, layers.average([member(n)(inputs) for n in range(3)]))


@example
def transfer_learning() -> keras.Model:
    """keras.io/guides/transfer_learning: a frozen base, called with ``training=False``"""
    base_input = keras.Input((32, 32, 3))
    x = layers.Conv2D(8, 3, strides=2, use_bias=False)(base_input)
    x = layers.BatchNormalization()(x)
    base = keras.Model(base_input, layers.Activation("relu")(x), name="base")
    base.trainable = False
    inputs = keras.Input((32, 32, 3))
    x = keras.Sequential([layers.RandomFlip("horizontal"), layers.RandomRotation(0.1)])(inputs)
    x = layers.Rescaling(scale=1 / 127.5, offset=-1)(x)
    x = base(x, training=False)
    x = layers.GlobalAveragePooling2D()(x)
    x = layers.Dropout(0.2)(x)
    return keras.Model(inputs, layers.Dense(1)(x), name="transfer")


# --- images


@example
def oxford_pets_unet() -> keras.Model:
    """keras.io/examples/vision/oxford_pets_image_segmentation"""
    inputs = keras.Input((32, 32, 3))
    x = layers.Conv2D(32, 3, strides=2, padding="same")(inputs)
    x = layers.BatchNormalization()(x)
    x = layers.Activation("relu")(x)
    previous = x
    for filters in [64, 128]:
        for _ in range(2):
            x = layers.Activation("relu")(x)
            x = layers.SeparableConv2D(filters, 3, padding="same")(x)
            x = layers.BatchNormalization()(x)
        x = layers.MaxPooling2D(3, strides=2, padding="same")(x)
        residual = layers.Conv2D(filters, 1, strides=2, padding="same")(previous)
        x = layers.add([x, residual])
        previous = x
    for filters in [128, 64, 32]:
        for _ in range(2):
            x = layers.Activation("relu")(x)
            x = layers.Conv2DTranspose(filters, 3, padding="same")(x)
            x = layers.BatchNormalization()(x)
        x = layers.UpSampling2D(2)(x)
        residual = layers.UpSampling2D(2)(previous)
        residual = layers.Conv2D(filters, 1, padding="same")(residual)
        x = layers.add([x, residual])
        previous = x
    return keras.Model(inputs, layers.Conv2D(3, 3, activation="softmax", padding="same")(x))


@example
def convolutional_autoencoder() -> keras.Model:
    """keras.io/examples/vision/autoencoder"""
    inputs = layers.Input((28, 28, 1))
    x = inputs
    for _ in range(2):
        x = layers.Conv2D(32, (3, 3), activation="relu", padding="same")(x)
        x = layers.MaxPooling2D((2, 2), padding="same")(x)
    for _ in range(2):
        x = layers.Conv2DTranspose(32, (3, 3), strides=2, activation="relu", padding="same")(x)
    return keras.Model(inputs, layers.Conv2D(1, (3, 3), activation="sigmoid", padding="same")(x))


@keras.saving.register_keras_serializable(package="examples")
class Patches(layers.Layer):
    """keras.io/examples/vision/image_classification_with_vision_transformer"""

    def __init__(self, patch_size: int, **options: Any) -> None:
        super().__init__(**options)
        self.patch_size = patch_size

    def call(self, images: Any) -> Any:
        batch, height, width, channels = ops.shape(images)
        patches = ops.image.extract_patches(images, size=self.patch_size)
        number = (height // self.patch_size) * (width // self.patch_size)
        return ops.reshape(patches, (batch, number, self.patch_size**2 * channels))

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "patch_size": self.patch_size}


@keras.saving.register_keras_serializable(package="examples")
class PatchEncoder(layers.Layer):
    """The same page: a projection, and a learned vector for each position."""

    def __init__(self, num_patches: int, projection_dim: int, **options: Any) -> None:
        super().__init__(**options)
        self.num_patches = num_patches
        self.projection_dim = projection_dim
        self.projection = layers.Dense(projection_dim)
        self.position_embedding = layers.Embedding(num_patches, projection_dim)

    def call(self, patch: Any) -> Any:
        positions = ops.expand_dims(ops.arange(0, self.num_patches), axis=0)
        return self.projection(patch) + self.position_embedding(positions)

    def get_config(self) -> dict[str, Any]:
        own = {"num_patches": self.num_patches, "projection_dim": self.projection_dim}
        return {**super().get_config(), **own}


@example
def vision_transformer() -> keras.Model:
    """keras.io/examples/vision/image_classification_with_vision_transformer"""
    inputs = keras.Input((24, 24, 3))
    encoded = PatchEncoder(16, 12)(Patches(6)(inputs))
    for _ in range(2):
        x1 = layers.LayerNormalization(epsilon=1e-6)(encoded)
        attended = layers.MultiHeadAttention(num_heads=2, key_dim=12, dropout=0.1)(x1, x1)
        x2 = layers.Add()([attended, encoded])
        x3 = layers.LayerNormalization(epsilon=1e-6)(x2)
        for units in (24, 12):
            x3 = layers.Dense(units, activation=keras.activations.gelu)(x3)
            x3 = layers.Dropout(0.1)(x3)
        encoded = layers.Add()([x3, x2])
    x = layers.Flatten()(layers.LayerNormalization(epsilon=1e-6)(encoded))
    return keras.Model(inputs, layers.Dense(10)(layers.Dropout(0.5)(x)), name="vit")


@example
def conv_mixer() -> keras.Model:
    """keras.io/examples/vision/convmixer"""

    def activation(x: Any) -> Any:
        return layers.BatchNormalization()(layers.Activation("gelu")(x))

    inputs = keras.Input((32, 32, 3))
    x = layers.Rescaling(scale=1.0 / 255)(inputs)
    x = activation(layers.Conv2D(16, kernel_size=2, strides=2)(x))
    for _ in range(3):
        x0 = x
        x = layers.DepthwiseConv2D(kernel_size=5, padding="same")(x)
        x = layers.Add()([activation(x), x0])
        x = activation(layers.Conv2D(16, kernel_size=1)(x))
    x = layers.GlobalAvgPool2D()(x)
    return keras.Model(inputs, layers.Dense(10, activation="softmax")(x))


@example
def deeplab_v3_plus() -> keras.Model:
    """keras.io/examples/vision/deeplabv3_plus, on a small backbone"""

    def block(x: Any, filters: int = 16, size: int = 3, rate: int = 1) -> Any:
        x = layers.Conv2D(
            filters,
            size,
            dilation_rate=rate,
            padding="same",
            use_bias=False,
            kernel_initializer=keras.initializers.HeNormal(),
        )(x)
        return ops.nn.relu(layers.BatchNormalization()(x))

    inputs = keras.Input((32, 32, 3))
    low = block(layers.MaxPooling2D(2)(inputs))
    x = block(layers.MaxPooling2D(4)(low), 32)
    pooled = layers.AveragePooling2D(pool_size=(x.shape[-3], x.shape[-2]))(x)
    pooled = block(pooled, size=1)
    pooled = layers.UpSampling2D(size=(4, 4), interpolation="bilinear")(pooled)
    x = layers.Concatenate(axis=-1)([pooled, *(block(x, rate=rate) for rate in (1, 6, 12))])
    x = layers.UpSampling2D(size=(4, 4), interpolation="bilinear")(block(x, size=1))
    x = layers.Concatenate(axis=-1)([x, block(low, 8, 1)])
    x = layers.UpSampling2D(size=(2, 2), interpolation="bilinear")(block(block(x)))
    return keras.Model(inputs, layers.Conv2D(20, kernel_size=(1, 1), padding="same")(x))


@example
def super_resolution() -> keras.Model:
    """keras.io/examples/vision/super_resolution_sub_pixel"""
    options = {"activation": "relu", "kernel_initializer": "orthogonal", "padding": "same"}
    inputs = keras.Input((None, None, 1))
    x = layers.Conv2D(64, 5, **options)(inputs)
    x = layers.Conv2D(64, 3, **options)(x)
    x = layers.Conv2D(32, 3, **options)(x)
    x = layers.Conv2D(9, 3, **options)(x)
    return keras.Model(inputs, layers.UpSampling2D(3)(x))


@example
def zero_dce() -> keras.Model:
    """keras.io/examples/vision/zero_dce"""

    def conv(x: Any, filters: int = 32, activation: str = "relu") -> Any:
        return layers.Conv2D(filters, (3, 3), 1, activation=activation, padding="same")(x)

    inputs = keras.Input((None, None, 3))
    x1 = conv(inputs)
    x2 = conv(x1)
    x3 = conv(x2)
    x4 = conv(x3)
    x5 = conv(layers.Concatenate(axis=-1)([x4, x3]))
    x6 = conv(layers.Concatenate(axis=-1)([x5, x2]))
    x = layers.Concatenate(axis=-1)([x6, x1])
    return keras.Model(inputs, conv(x, 24, "tanh"))


@example
def captcha() -> keras.Model:
    """keras.io/examples/vision/captcha_ocr, the model of predictions"""
    inputs = layers.Input((64, 24, 1), name="image")
    x = inputs
    for filters in (32, 64):
        x = layers.Conv2D(
            filters, (3, 3), activation="relu", kernel_initializer="he_normal", padding="same"
        )(x)
        x = layers.MaxPooling2D((2, 2))(x)
    x = layers.Reshape(target_shape=(16, 6 * 64), name="reshape")(x)
    x = layers.Dropout(0.2)(layers.Dense(64, activation="relu", name="dense1")(x))
    x = layers.Bidirectional(layers.LSTM(16, return_sequences=True, dropout=0.25))(x)
    x = layers.Bidirectional(layers.LSTM(8, return_sequences=True, dropout=0.25))(x)
    return keras.Model(inputs, layers.Dense(20, activation="softmax", name="dense2")(x))


@example
def siamese() -> keras.Model:
    """keras.io/examples/vision/siamese_contrastive, its distance in operations"""
    inputs = layers.Input((28, 28, 1))
    x = layers.BatchNormalization()(inputs)
    for filters in (4, 16):
        x = layers.Conv2D(filters, (5, 5), activation="tanh")(x)
        x = layers.AveragePooling2D(pool_size=(2, 2))(x)
    x = layers.BatchNormalization()(layers.Flatten()(x))
    tower = keras.Model(inputs, layers.Dense(10, activation="tanh")(x), name="embedding")
    left, right = keras.Input((28, 28, 1), name="left"), keras.Input((28, 28, 1), name="right")
    x, y = tower(left), tower(right)
    squares = ops.sum(ops.square(x - y), axis=1, keepdims=True)
    distance = ops.sqrt(ops.maximum(squares, 1e-7))
    x = layers.BatchNormalization()(distance)
    return keras.Model([left, right], layers.Dense(1, activation="sigmoid")(x))


@example
def conv_lstm() -> keras.Model:
    """keras.io/examples/vision/conv_lstm"""
    inputs = layers.Input((None, 16, 16, 1))
    x = layers.ConvLSTM2D(8, (5, 5), padding="same", return_sequences=True, activation="relu")(
        inputs
    )
    x = layers.BatchNormalization()(x)
    x = layers.ConvLSTM2D(8, (3, 3), padding="same", return_sequences=True, activation="relu")(x)
    return keras.Model(
        inputs, layers.Conv3D(1, kernel_size=(3, 3, 3), activation="sigmoid", padding="same")(x)
    )


@example
def video_transformer_tubelets() -> keras.Model:
    """keras.io/examples/vision/3D_image_classification"""
    inputs = keras.Input((16, 16, 8, 1))
    x = inputs
    for filters in (8, 16):
        x = layers.Conv3D(filters=filters, kernel_size=3, padding="same", activation="relu")(x)
        x = layers.MaxPool3D(pool_size=2)(x)
        x = layers.BatchNormalization()(x)
    x = layers.GlobalAveragePooling3D()(x)
    x = layers.Dropout(0.3)(layers.Dense(units=32, activation="relu")(x))
    return keras.Model(inputs, layers.Dense(units=1, activation="sigmoid")(x), name="3dcnn")


# --- generative


@example
def dcgan_discriminator() -> keras.Model:
    """keras.io/examples/generative/dcgan_overriding_train_step"""
    stack: list[Any] = [keras.Input((32, 32, 3))]
    for filters in (16, 32):
        stack.append(layers.Conv2D(filters, kernel_size=4, strides=2, padding="same"))
        stack.append(layers.LeakyReLU(negative_slope=0.2))
    stack += [layers.Flatten(), layers.Dropout(0.2), layers.Dense(1, activation="sigmoid")]
    return keras.Sequential(stack, name="discriminator")


@example
def dcgan_generator() -> keras.Model:
    """The same page"""
    stack: list[Any] = [keras.Input((16,)), layers.Dense(8 * 8 * 8), layers.Reshape((8, 8, 8))]
    for filters in (8, 16):
        stack.append(layers.Conv2DTranspose(filters, kernel_size=4, strides=2, padding="same"))
        stack.append(layers.LeakyReLU(negative_slope=0.2))
    stack.append(layers.Conv2D(3, kernel_size=5, padding="same", activation="sigmoid"))
    return keras.Sequential(stack, name="generator")


@example
def conditional_gan() -> keras.Model:
    """keras.io/examples/generative/conditional_gan: an image and its class, joined"""
    image, label = keras.Input((28, 28, 1)), keras.Input((10,))
    label_map = layers.Reshape((28, 28, 10))(layers.RepeatVector(784)(label))
    x = layers.Concatenate()([image, label_map])
    x = layers.LeakyReLU(negative_slope=0.2)(layers.Conv2D(16, 3, strides=2, padding="same")(x))
    return keras.Model([image, label], layers.Dense(1)(layers.GlobalMaxPooling2D()(x)))


@keras.saving.register_keras_serializable(package="examples")
class Sampling(layers.Layer):
    """keras.io/examples/generative/vae: draws from the distribution of the code."""

    def call(self, inputs: Any) -> Any:
        mean, log_variance = inputs
        noise = keras.random.normal(ops.shape(mean))
        return mean + ops.exp(0.5 * log_variance) * noise

    def compute_output_shape(self, shapes: Any) -> Any:
        return shapes[0]


@example
def vae_encoder() -> keras.Model:
    """keras.io/examples/generative/vae"""
    inputs = keras.Input((28, 28, 1))
    x = layers.Conv2D(32, 3, activation="relu", strides=2, padding="same")(inputs)
    x = layers.Conv2D(64, 3, activation="relu", strides=2, padding="same")(x)
    x = layers.Dense(16, activation="relu")(layers.Flatten()(x))
    mean = layers.Dense(2, name="z_mean")(x)
    log_variance = layers.Dense(2, name="z_log_var")(x)
    return keras.Model(inputs, [mean, log_variance, Sampling()([mean, log_variance])])


@keras.saving.register_keras_serializable(package="examples")
class ReflectionPadding2D(layers.Layer):
    """keras.io/examples/generative/cyclegan"""

    def __init__(self, padding: tuple[int, int] = (1, 1), **options: Any) -> None:
        super().__init__(**options)
        self.padding = tuple(padding)

    def call(self, x: Any) -> Any:
        width, height = self.padding
        return ops.pad(x, [[0, 0], [height, height], [width, width], [0, 0]], mode="reflect")

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "padding": self.padding}


@example
def cyclegan_generator() -> keras.Model:
    """keras.io/examples/generative/cyclegan"""
    initializer = keras.initializers.RandomNormal(mean=0.0, stddev=0.02)
    options = {"kernel_initializer": initializer, "use_bias": False}

    def norm(x: Any) -> Any:
        return layers.GroupNormalization(groups=-1, gamma_initializer=initializer)(x)

    inputs = layers.Input((32, 32, 3))
    x = ReflectionPadding2D(padding=(3, 3))(inputs)
    x = layers.Activation("relu")(norm(layers.Conv2D(8, (7, 7), **options)(x)))
    x = layers.Conv2D(16, 3, strides=2, padding="same", **options)(x)
    x = layers.Activation("relu")(norm(x))
    for _ in range(2):
        y = x
        for _ in range(2):
            y = norm(layers.Conv2D(16, 3, **options)(ReflectionPadding2D()(y)))
        x = layers.add([x, y])
    x = layers.Conv2DTranspose(8, 3, strides=2, padding="same", **options)(x)
    x = layers.Conv2D(3, (7, 7))(ReflectionPadding2D(padding=(3, 3))(layers.ReLU()(norm(x))))
    return keras.Model(inputs, layers.Activation("tanh")(x), name="generator")


# --- text and sequences


@example
def bidirectional_lstm() -> keras.Model:
    """keras.io/examples/nlp/bidirectional_lstm_imdb"""
    inputs = keras.Input((None,), dtype="int32")
    x = layers.Embedding(200, 16)(inputs)
    x = layers.Bidirectional(layers.LSTM(8, return_sequences=True))(x)
    x = layers.Bidirectional(layers.LSTM(8))(x)
    return keras.Model(inputs, layers.Dense(1, activation="sigmoid")(x))


@example
def lstm_seq2seq() -> keras.Model:
    """keras.io/examples/nlp/lstm_seq2seq"""
    encoder_inputs = keras.Input((None, 30))
    _, state_h, state_c = layers.LSTM(16, return_state=True)(encoder_inputs)
    decoder_inputs = keras.Input((None, 40))
    decoder = layers.LSTM(16, return_sequences=True, return_state=True)
    outputs, _, _ = decoder(decoder_inputs, initial_state=[state_h, state_c])
    outputs = layers.Dense(40, activation="softmax")(outputs)
    return keras.Model([encoder_inputs, decoder_inputs], outputs)


@keras.saving.register_keras_serializable(package="examples")
class TransformerBlock(layers.Layer):
    """keras.io/examples/nlp/text_classification_with_transformer"""

    def __init__(self, embed_dim: int, num_heads: int, ff_dim: int, **options: Any) -> None:
        super().__init__(**options)
        self.sizes = {"embed_dim": embed_dim, "num_heads": num_heads, "ff_dim": ff_dim}
        self.att = layers.MultiHeadAttention(num_heads=num_heads, key_dim=embed_dim)
        self.ffn = keras.Sequential(
            [layers.Dense(ff_dim, activation="relu"), layers.Dense(embed_dim)]
        )
        self.layernorm1 = layers.LayerNormalization(epsilon=1e-6)
        self.layernorm2 = layers.LayerNormalization(epsilon=1e-6)
        self.dropout = layers.Dropout(0.1)

    def call(self, inputs: Any) -> Any:
        out = self.layernorm1(inputs + self.dropout(self.att(inputs, inputs)))
        return self.layernorm2(out + self.dropout(self.ffn(out)))

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), **self.sizes}


@example
def transformer_classifier() -> keras.Model:
    """keras.io/examples/nlp/text_classification_with_transformer, its positions left out"""
    inputs = layers.Input((20,), dtype="int32")
    x = TransformerBlock(16, 2, 32)(layers.Embedding(200, 16)(inputs))
    x = layers.Dropout(0.1)(layers.GlobalAveragePooling1D()(x))
    x = layers.Dropout(0.1)(layers.Dense(20, activation="relu")(x))
    return keras.Model(inputs, layers.Dense(2, activation="softmax")(x))


@example
def timeseries_transformer() -> keras.Model:
    """keras.io/examples/timeseries/timeseries_classification_transformer"""
    inputs = keras.Input((50, 1))
    x = inputs
    for _ in range(3):
        y = layers.MultiHeadAttention(key_dim=8, num_heads=2, dropout=0.25)(x, x)
        y = layers.LayerNormalization(epsilon=1e-6)(layers.Dropout(0.25)(y))
        res = y + x
        y = layers.Conv1D(filters=4, kernel_size=1, activation="relu")(res)
        y = layers.Conv1D(filters=x.shape[-1], kernel_size=1)(layers.Dropout(0.25)(y))
        x = layers.LayerNormalization(epsilon=1e-6)(y) + res
    x = layers.GlobalAveragePooling1D(data_format="channels_last")(x)
    x = layers.Dropout(0.4)(layers.Dense(16, activation="relu")(x))
    return keras.Model(inputs, layers.Dense(2, activation="softmax")(x))


@example
def timeseries_fcn() -> keras.Model:
    """keras.io/examples/timeseries/timeseries_classification_from_scratch"""
    inputs = layers.Input((50, 1))
    x = inputs
    for _ in range(3):
        x = layers.Conv1D(filters=64, kernel_size=3, padding="same")(x)
        x = layers.ReLU()(layers.BatchNormalization()(x))
    return keras.Model(
        inputs, layers.Dense(2, activation="softmax")(layers.GlobalAveragePooling1D()(x))
    )


@example
def speaker_recognition() -> keras.Model:
    """keras.io/examples/audio/speaker_recognition_using_cnn"""
    inputs = layers.Input((64, 1), name="input")
    x = inputs
    for filters, convs in ((16, 2), (32, 2), (64, 3)):
        s = layers.Conv1D(filters, 1, padding="same")(x)
        for _ in range(convs - 1):
            x = layers.Activation("relu")(layers.Conv1D(filters, 3, padding="same")(x))
        x = layers.Add()([layers.Conv1D(filters, 3, padding="same")(x), s])
        x = layers.MaxPool1D(pool_size=2, strides=2)(layers.Activation("relu")(x))
    x = layers.Flatten()(layers.AveragePooling1D(pool_size=3, strides=3)(x))
    x = layers.Dense(32, activation="relu")(x)
    return keras.Model(inputs, layers.Dense(5, activation="softmax", name="output")(x))


@example
def video_cnn_rnn() -> keras.Model:
    """keras.io/examples/vision/video_classification: a mask as an input"""
    frames = keras.Input((20, 32))
    mask = keras.Input((20,), dtype="bool")
    x = layers.GRU(16, return_sequences=True)(frames, mask=mask)
    x = layers.Dropout(0.4)(layers.GRU(8)(x))
    return keras.Model([frames, mask], layers.Dense(5, activation="softmax")(x))


@example
def masked_lstm() -> keras.Model:
    """keras.io/guides/understanding_masking_and_padding"""
    inputs = keras.Input((None,), dtype="int32")
    x = layers.Embedding(input_dim=500, output_dim=16, mask_zero=True)(inputs)
    return keras.Model(inputs, layers.LSTM(32)(x))


@example
def cross_attention_decoder() -> keras.Model:
    """keras.io/examples/vision/image_captioning: a decoder that looks at an image, in layers"""
    image, tokens = keras.Input((10, 16), name="image"), keras.Input((8, 16), name="tokens")
    x = layers.MultiHeadAttention(2, 16)(tokens, tokens, use_causal_mask=True)
    x = layers.LayerNormalization()(tokens + x)
    y = layers.MultiHeadAttention(2, 16)(query=x, value=image, key=image)
    x = layers.LayerNormalization()(x + y)
    return keras.Model([image, tokens], layers.Dense(100, activation="softmax")(x))


# --- tables and recommendations


@example
def structured_data() -> keras.Model:
    """keras.io/examples/structured_data/structured_data_classification_from_scratch"""
    age = keras.Input((1,), name="age")
    sex = keras.Input((1,), name="sex", dtype="int64")
    thal = keras.Input((1,), name="thal", dtype="string")
    encoded = [
        layers.Normalization(mean=54.0, variance=81.0)(age),
        layers.IntegerLookup(vocabulary=[0, 1], output_mode="multi_hot")(sex),
        layers.StringLookup(vocabulary=["fixed", "normal"], output_mode="multi_hot")(thal),
    ]
    x = layers.Dense(32, activation="relu")(layers.concatenate(encoded))
    x = layers.Dropout(0.5)(x)
    return keras.Model([age, sex, thal], layers.Dense(1, activation="sigmoid")(x))


@example
def wide_deep_and_cross() -> keras.Model:
    """keras.io/examples/structured_data/wide_deep_cross_networks: deep and cross"""
    inputs = keras.Input((12,))
    x0 = layers.BatchNormalization()(inputs)
    cross = x0
    for _ in range(2):
        cross = x0 * layers.Dense(12)(cross) + cross
    deep = x0
    for _ in range(2):
        deep = layers.BatchNormalization()(layers.Dense(32)(deep))
        deep = layers.Dropout(0.1)(layers.ReLU()(deep))
    merged = layers.concatenate([layers.BatchNormalization()(cross), deep])
    return keras.Model(inputs, layers.Dense(2, activation="softmax")(merged))


@example
def collaborative_filtering() -> keras.Model:
    """keras.io/examples/structured_data/collaborative_filtering_movielens, as a functional model"""
    regularizer = keras.regularizers.l2(1e-6)
    user, movie = keras.Input((1,), dtype="int32"), keras.Input((1,), dtype="int32")
    options = {"embeddings_initializer": "he_normal", "embeddings_regularizer": regularizer}
    user_vector = layers.Flatten()(layers.Embedding(30, 8, **options)(user))
    movie_vector = layers.Flatten()(layers.Embedding(40, 8, **options)(movie))
    match = layers.Dot(axes=1)([user_vector, movie_vector])
    bias = layers.Flatten()(layers.Embedding(30, 1)(user))
    return keras.Model([user, movie], layers.Activation("sigmoid")(match + bias))


@example
def gated_residual() -> keras.Model:
    """keras.io/examples/structured_data/classification_with_grn_and_vsn, a gated unit"""
    inputs = keras.Input((16,))
    x = layers.Dense(16)(layers.Dense(16, activation="elu")(inputs))
    x = layers.Dense(16)(x) * layers.Dense(16, activation="sigmoid")(x)
    return keras.Model(inputs, layers.LayerNormalization()(inputs + x))


@example
def policy_and_value() -> keras.Model:
    """keras.io/examples/rl/actor_critic_cartpole"""
    inputs = layers.Input((4,))
    common = layers.Dense(128, activation="relu")(inputs)
    action = layers.Dense(2, activation="softmax")(common)
    return keras.Model(inputs, [action, layers.Dense(1)(common)])


@example
def mixed_precision() -> keras.Model:
    """keras.io/api/mixed_precision: half precision inside, full precision at the end"""
    inputs = keras.Input((16,))
    x = layers.Dense(8, activation="relu", dtype="mixed_float16")(inputs)
    return keras.Model(inputs, layers.Dense(2, dtype="float32")(x))


# --- what is refused


@refused("Lambda, once: `lambda`")
def with_lambda() -> keras.Model:
    """A function in a layer"""
    inputs = keras.Input((4,))
    return keras.Model(inputs, layers.Lambda(lambda x: x * 2, name="lambda")(inputs))


@keras.saving.register_keras_serializable(package="examples")
class OrthogonalTransform(keras.regularizers.Regularizer):
    """keras.io/examples/vision/pointnet: a regularizer of its own."""

    def __call__(self, x: Any) -> Any:
        return ops.sum(ops.square(x))

    def get_config(self) -> dict[str, Any]:
        return {}


@refused("`activity_regularizer: OrthogonalTransform` of Dense")
def pointnet_tnet() -> keras.Model:
    """keras.io/examples/vision/pointnet"""
    inputs = keras.Input((32, 3))
    x = layers.GlobalMaxPooling1D()(layers.Conv1D(16, kernel_size=1)(inputs))
    x = layers.Dense(9, activity_regularizer=OrthogonalTransform())(x)
    return keras.Model(inputs, layers.Dot(axes=(2, 1))([inputs, layers.Reshape((3, 3))(x)]))
