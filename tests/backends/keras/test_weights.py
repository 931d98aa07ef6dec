"""Weights that others have saved: whole or in part, of the present and the older files, and
those that Keras publishes, with Keras as the oracle.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy
import pytest
from click.testing import CliRunner

import archspec
from archspec.backends.keras.families import FAMILIES, FAMILY_OF, Application
from archspec.cli.program import main
from archspec.cli.weights import sources_of
from tests.paths import ROOT

NET = """\
archspec: 1
name: net
input: [8, 8, 3]
vars: {classes: 10, width: 4}
layers:
  - name: stem
    layers:
      - {name: conv, Conv2D: {filters: $width, kernel_size: 3}}
      - {name: bn, BatchNormalization: {}}
  - MultiHeadAttention: {num_heads: 2, key_dim: 4}
  - Flatten
  - {name: head, Dense: {units: $classes}}
"""
VARIANT = """\
archspec: 1
name: variant
extends: net.yaml
vars: {classes: 3}
layers:
  - name: stem
    layers:
      - {name: conv, Conv2D: {filters: $width, kernel_size: 3}}
      - {name: bn, BatchNormalization: {}}
  - MultiHeadAttention: {num_heads: 2, key_dim: 4}
  - {name: added, Conv2D: {filters: 4, kernel_size: 1}}
  - Flatten
  - {name: head, Dense: {units: $classes}}
"""
ENDINGS = ("h5", "keras", "weights.h5")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    Path("net.yaml").write_text(NET, encoding="utf-8")
    Path("variant.yaml").write_text(VARIANT, encoding="utf-8")
    yield


def run(*args: str) -> Any:
    return CliRunner().invoke(main, args)


def saved(model: Any, ending: str) -> str:
    """Save a model with weights of its own in one of three layouts."""
    for number, weight in enumerate(model.weights):
        weight.assign(numpy.random.default_rng(number).uniform(0.5, 1.5, weight.shape))
    file = f"trained.{ending}"
    (model.save_weights if ending == "weights.h5" else model.save)(file)
    return file


def loaded(file: str) -> Any:
    import keras

    return keras.models.load_model(file, compile=False)


def hand_written(dots: str) -> Any:
    """NET's model as a user of Keras writes it, with other names of its layers where ``dots``
    is none.
    """
    import keras
    from keras import layers

    name = (lambda text: text.replace(".", dots)) if dots else (lambda text: None)
    x = given = keras.Input((8, 8, 3))
    x = layers.Conv2D(4, 3, name=name("stem.conv"))(x)
    x = layers.BatchNormalization(name=name("stem.bn"))(x)
    x = layers.MultiHeadAttention(2, 4, name=name("multi_head_attention"))(x, x)
    x = layers.Dense(10, name=name("head"))(layers.Flatten()(x))
    return keras.Model(given, x)


@pytest.mark.heavy
@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("dots", [".", "_", ""], ids=["our names", "Keras's names", "other names"])
def test_a_whole_file_is_loaded(ending: str, dots: str) -> None:
    theirs = hand_written(dots)
    result = run("build", "net.yaml", "--weights", saved(theirs, ending), "-o", "new.keras")
    assert result.exit_code == 0, result.output
    ours = loaded("new.keras")
    assert all(
        numpy.array_equal(one, other)
        for one, other in zip(ours.get_weights(), theirs.get_weights(), strict=True)
    )
    given = numpy.random.default_rng(0).normal(size=(2, 8, 8, 3)).astype("float32")
    assert numpy.abs(numpy.asarray(ours(given)) - numpy.asarray(theirs(given))).max() < 1e-5


HEADS = """\
archspec: 1
name: heads
input: [8]
layers:
  - {name: zeta, output: [Dense: {units: 2}]}
  - {name: alpha, output: [Dense: {units: 3}]}
  - Dense: {units: 4}
"""


@pytest.mark.heavy
@pytest.mark.parametrize("ending", ["h5", "weights.h5"])
@pytest.mark.parametrize("several", [list, dict])
def test_heads_without_our_names_are_found_in_either_order(several: Any, ending: str) -> None:
    """Keras orders heads by the outputs, and sorts those of a dict."""
    import keras

    Path("heads.yaml").write_text(HEADS, encoding="utf-8")
    given, units = keras.Input((8,)), {"main": 4, "zeta": 2, "alpha": 3}
    ends = {name: keras.layers.Dense(size)(given) for name, size in units.items()}
    theirs = keras.Model(given, list(ends.values()) if several is list else ends)
    result = run("build", "heads.yaml", "--weights", saved(theirs, ending), "-o", "new.keras")
    assert result.exit_code == 0, result.output
    values = numpy.random.default_rng(0).normal(size=(2, 8)).astype("float32")
    ours, other = loaded("new.keras")(values), theirs(values)
    other = other if several is dict else dict(zip(units, other, strict=True))
    assert all(numpy.allclose(ours[name], other[name], atol=1e-5) for name in units)


@pytest.mark.heavy
@pytest.mark.parametrize("ending", ENDINGS)
def test_what_does_not_fit_is_told_layer_by_layer_and_nothing_is_loaded(ending: str) -> None:
    file = saved(archspec.build("net.yaml", width=6), ending)
    result = run("build", "net.yaml", "--weights", file, "-o", "new.keras")
    assert result.exit_code == 1
    assert f"the weights of `{file}` do not fit `stem.conv`" in result.stderr
    assert "kernel 3×3×3×4 here, 3×3×3×6 in the file; bias 4 here, 6 in the file" in result.stderr
    assert "query/kernel 4×2×4 here, 6×2×4 in the file" in result.stderr
    assert result.stderr.count("error[weights-mismatch]") == 4
    assert result.stderr.count("= help: `--weights-partial` loads what fits by name and shape") == 1
    assert not Path("new.keras").exists()


@pytest.mark.heavy
@pytest.mark.parametrize("ending", ENDINGS)
def test_a_variant_is_fine_tuned_from_a_part_of_a_file(ending: str) -> None:
    import keras

    trained = archspec.build("net.yaml")
    result = run(
        "build",
        "variant.yaml",
        "--weights",
        saved(trained, ending),
        "--weights-partial",
        "-o",
        "new.keras",
    )
    assert result.exit_code == 0, result.output
    assert result.stdout.partition("weights of")[2].splitlines()[:-2] == [
        f" trained.{ending}",
        "loaded      3 layers  284 parameters",
        "not loaded  2 layers  455 parameters",
        "  added  no such layer in the file",
        "  head   kernel 144×3 here, 144×10 in the file; bias 3 here, 10 in the file",
    ]
    ours = loaded("new.keras")
    moved = ["stem.conv", "stem.bn", "multi_head_attention"]
    expected = {name: trained.get_layer(name).get_weights() for name in moved}
    before = [ours.get_layer(name).get_weights() for name in ("added", "head")]
    for name in moved:
        ours.get_layer(name).trainable = False
    draw = numpy.random.default_rng(0)
    ours.compile(keras.optimizers.SGD(0.1), "mse")
    ours.fit(draw.normal(size=(16, 8, 8, 3)), draw.normal(size=(16, 3)), epochs=2, verbose=0)
    for name, weights in expected.items():
        assert all(
            numpy.array_equal(one, other)
            for one, other in zip(ours.get_layer(name).get_weights(), weights, strict=True)
        ), name
    after = [ours.get_layer(name).get_weights() for name in ("added", "head")]
    assert all(
        not numpy.array_equal(one, other)
        for old, new in zip(before, after, strict=True)
        for one, other in zip(old, new, strict=True)
    )


@pytest.mark.heavy
def test_a_part_tells_what_nothing_took() -> None:
    file = saved(archspec.build("variant.yaml"), "keras")
    result = run("build", "net.yaml", "--weights", file, "--weights-partial", "-o", "new.keras")
    assert "unused       1 layer\n  `added` (1×1×4×4, 4)\n" in result.stdout


@pytest.mark.heavy
@pytest.mark.parametrize("ending", ENDINGS)
def test_a_part_of_nothing_is_an_error(ending: str) -> None:
    import keras

    file = saved(keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, name="other")]), ending)
    result = run("build", "variant.yaml", "--weights", file, "--weights-partial", "-o", "new.keras")
    assert result.exit_code == 1
    assert f"error[weights-mismatch]: nothing of `{file}` fits this network" in result.stderr
    assert (
        "= layers here: stem.conv, stem.bn, multi_head_attention, added and head" in result.stderr
    )
    assert "= layers there: other\n" in result.stderr


@pytest.mark.heavy
def test_files_that_hold_no_weights() -> None:
    Path("text.h5").write_text("no weights", encoding="utf-8")
    assert (
        "error[weights-file]: `text.h5` is not a weights file of Keras"
        in run("build", "net.yaml", "--weights", "text.h5").stderr
    )
    import h5py

    with h5py.File("empty.h5", "w") as file:
        file["data"] = [1, 2, 3]
    assert (
        "error[weights-file]: `empty.h5` holds no weights"
        in run("build", "net.yaml", "--weights", "empty.h5").stderr
    )
    with h5py.File("linked.weights.h5", "w") as file:
        file["layers/dense/vars/0"] = h5py.ExternalLink("/etc/other.h5", "data")
    assert (
        "error[weights-file]: `linked.weights.h5` is not"
        in run("build", "net.yaml", "--weights", "linked.weights.h5").stderr
    )


# What Keras publishes

SLOW = ("keras/densenet", "keras/inception_resnet_v2", "keras/nasnet")
"""Families whose functions take long, and whose heads are as another's."""


def test_every_function_of_keras_applications_has_its_family() -> None:
    import keras

    functions = {
        name
        for name, value in vars(keras.applications).items()
        if name[0].isupper() and callable(value)
    }
    assert set(FAMILY_OF) == functions


@pytest.mark.heavy
@pytest.mark.parametrize(
    "family",
    [family for family in FAMILIES if family.spec not in SLOW],
    ids=lambda family: family.spec,
)
def test_heads_are_what_keras_leaves_out(family: Any) -> None:
    import keras

    from archspec.backends.keras.model import without_values
    from archspec.backends.keras.pairing import flattened, own_names

    function = getattr(keras.applications, family.functions[0])
    with without_values():
        models = [list(flattened(function(weights=None, include_top=top))) for top in (True, False)]
    whole, rest = (
        [own_names(layers)[layer.name] for layer in layers if layer.weights] for layers in models
    )
    count = len(family.head)
    assert all(name.endswith(end) for name, end in zip(whole[-count:], family.head, strict=True))
    if not family.functions[0].startswith("ConvNeXt"):  # which normalizes the end without its head
        assert whole[:-count] == rest


@pytest.fixture
def cache(monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder ``cache``, in which Keras has its cache, as if its process had begun with it."""
    folder = Path("cache").resolve()
    monkeypatch.setenv("KERAS_HOME", str(folder))
    monkeypatch.setattr("keras.src.backend.config._KERAS_DIR", str(folder))
    return folder


MOBILENET = ROOT / "specs" / "keras" / "mobilenet.yaml"
shipped = pytest.mark.skipif(
    not MOBILENET.exists(), reason="the spec of MobileNet is not there yet"
)


@pytest.fixture
def mobilenet(cache: Path) -> Any:
    """Keras's MobileNet, its weights in Keras's cache as if it had fetched them, under the name
    that it gives the published file.
    """
    import keras

    model = keras.applications.MobileNet(weights=None)
    saved(model, "h5")
    (cache / "models").mkdir(parents=True)
    Path("trained.h5").rename(cache / "models/mobilenet_1_0_224_tf.h5")
    return model


@shipped
@pytest.mark.heavy
def test_published_weights_are_loaded_from_keras_cache(mobilenet: Any) -> None:
    done = run("build", f"{MOBILENET}@MobileNet", "--weights", "imagenet", "-o", "new.keras")
    assert done.exit_code == 0, done.stderr
    ours = loaded("new.keras")
    given = numpy.random.default_rng(0).uniform(-1, 1, (2, 224, 224, 3)).astype("float32")
    for layer in mobilenet.layers:
        if layer.weights:
            both = zip(ours.get_layer(layer.name).get_weights(), layer.get_weights(), strict=True)
            assert all(numpy.array_equal(one, other) for one, other in both), layer.name
    assert numpy.abs(numpy.asarray(ours(given)) - numpy.asarray(mobilenet(given))).max() < 1e-5
    refused = run(
        "build",
        f"{MOBILENET}@MobileNet",
        "--weights",
        "imagenet",
        "--set",
        "classes=10",
        "-o",
        "ten.keras",
    )
    assert refused.exit_code == 1
    assert "kernel 1×1×1024×10 here, 1×1×1024×1000 in the file" in refused.stderr
    assert "help: `--weights-partial` loads what fits" in refused.stderr
    source = ["--weights", "keras.applications:MobileNet", "--weights-partial"]
    part = run("build", f"{MOBILENET}@MobileNet", *source, "--set", "classes=10", "-o", "ten.keras")
    assert part.exit_code == 0, part.stderr
    assert "not loaded    1 layer     10,250 parameters\n  conv_preds  kernel" in part.stdout
    assert "Downloading" not in part.output


@shipped
@pytest.mark.heavy
def test_published_weights_are_loaded_into_a_part(cache: Path) -> None:
    """As plain Keras loads them from its cache, which here holds a file as if it were fetched."""
    import keras

    small = {"include_top": False, "input_shape": (32, 32, 3)}
    saved(keras.applications.MobileNet(weights=None, **small), "h5")
    (cache / "models").mkdir(parents=True)
    Path("trained.h5").rename(cache / "models/mobilenet_1_0_224_tf_no_top.h5")
    theirs = keras.applications.MobileNet(weights="imagenet", **small)
    Path("part.yaml").write_text(
        "archspec: 1\nname: part\ninput: [32, 32, 3]\n"
        "blocks: {p: {spec: keras/mobilenet@MobileNet, upto: conv_pw_3_relu}}\n"
        "layers: [{name: features, p: {}}, ReLU]\n"
    )
    graph = archspec.compile("part.yaml")
    assert sources_of("imagenet", graph) == sources_of("features=imagenet", graph)
    done = run("build", "part.yaml", "--weights", "features=imagenet", "-o", "part.keras")
    assert done.exit_code == 0, done.stderr
    assert "14 layers" in done.output, done.output
    images = numpy.random.default_rng(0).uniform(-1, 1, (2, 32, 32, 3)).astype("float32")
    tap = keras.Model(theirs.input, theirs.get_layer("conv_pw_3_relu").output)
    ours = numpy.asarray(loaded("part.keras")(images))
    assert numpy.abs(ours - numpy.asarray(tap(images))).max() < 1e-6


@shipped
@pytest.mark.heavy
def test_weights_that_cannot_be_fetched_say_where_to_put_them(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("https_proxy", "HTTPS_PROXY"):
        # No name server answers for a proxy that does not exist, on any machine.
        monkeypatch.setenv(name, "http://nobody.invalid:9")
    done = run("build", f"{MOBILENET}@MobileNet", "--weights", "imagenet", "--set", "top=false")
    assert done.exit_code == 1
    assert (
        "error[weights-download]: the weights of `keras.applications:MobileNet` could not be"
        " fetched from https://" in done.stderr
    )
    assert f"Keras keeps what it has fetched in {cache}/models" in done.stderr
    assert "help: put mobilenet_1_0_224_tf_no_top.h5 there" in done.stderr
    assert "Traceback" not in done.stderr
    assert not Path("build").exists()


@pytest.mark.heavy
def test_arguments_that_keras_refuses() -> None:
    result = run(
        "build",
        "net.yaml",
        "--weights",
        "keras.applications:MobileNet(alpha=0.3)",
        "--weights-partial",
    )
    assert result.exit_code == 1
    assert (
        "error[keras-application]: Keras cannot make `keras.applications:MobileNet(alpha=0.3)`:"
        in result.stderr
    )


BY_ORDER = [
    family
    for family in FAMILIES
    if family.by_order and (ROOT / "specs" / f"{family.spec}.yaml").exists()
]


@pytest.mark.heavy
@pytest.mark.parametrize("family", BY_ORDER[:1], ids=lambda family: family.spec)
def test_layers_that_keras_leaves_unnamed_get_the_names_of_the_spec(
    family: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    import keras

    from archspec.backends.keras import applications
    from archspec.backends.keras.model import build_model
    from archspec.backends.keras.weights import move_weights

    application = Application(family.functions[0])
    size = {"xception": 71}.get(family.spec.removeprefix("keras/"), 75)
    theirs = getattr(keras.applications, application.function)(
        weights=None, input_shape=(size, size, 3)
    )
    for number, weight in enumerate(theirs.weights):
        weight.assign(
            numpy.random.default_rng(number).uniform(0.9, 1.1, weight.shape)
            / max(1, numpy.prod(weight.shape[:-1]) ** 0.5)
        )
    monkeypatch.setattr(applications, "_called", lambda application, arguments: theirs)
    reference = str(ROOT / "specs" / f"{family.spec}.yaml@{application.function}")
    graph = archspec.compile(reference, size=size)
    store = applications.published(
        application, [node.name for node in graph.nodes], archspec.compile(reference)
    )
    ours = build_model(graph)
    move_weights(ours, graph, store, "theirs")
    given = numpy.random.default_rng(0).uniform(0, 255, (2, size, size, 3)).astype("float32")
    expected = numpy.asarray(theirs(given))
    assert numpy.abs(numpy.asarray(ours(given)) - expected).max() <= 1e-5 * expected.max()


AUTOMATIC = """\
archspec: 1
name: automatic
input: [8, 8, 4]
layers:
  - {Conv2D: {filters: 4, kernel_size: 3, padding: same}, repeat: 3}
  - Flatten
  - Dense: {units: 4}
"""


@pytest.mark.parametrize("ending", ENDINGS)
def test_names_that_keras_counts_are_nobodys(ending: str) -> None:
    """It counts conv2d, conv2d_1, conv2d_2, and archspec conv2d, conv2d_2, conv2d_3: conv2d_2
    is another layer there.
    """
    import keras

    Path("automatic.yaml").write_text(AUTOMATIC, encoding="utf-8")
    keras.utils.clear_session()
    convolutions = [keras.layers.Conv2D(4, 3, padding="same") for _ in range(3)]
    theirs = keras.Sequential(
        [keras.Input((8, 8, 4)), *convolutions, keras.layers.Flatten(), keras.layers.Dense(4)]
    )
    path = f"theirs.{ending}"
    theirs.save_weights(path) if ending == "weights.h5" else theirs.save(path)
    assert run("build", "automatic.yaml", "--weights", path, "-o", "ours.keras").exit_code == 0
    for one, other in zip(
        keras.models.load_model("ours.keras").get_weights(), theirs.get_weights(), strict=True
    ):
        assert (one == other).all()
    assert (
        run(
            "build", "automatic.yaml", "--weights", path, "--weights-partial", "-o", "part.keras"
        ).exit_code
        == 0
    )
    part = keras.models.load_model("part.keras")
    assert (part.get_layer("dense").get_weights()[0] == theirs.layers[-1].get_weights()[0]).all()
    kernels = [layer.get_weights()[0] for layer in convolutions]
    assert not any(
        (part.get_layer(name).get_weights()[0] == kernel).any()
        for name in ("conv2d", "conv2d_2", "conv2d_3")
        for kernel in kernels
    )
    if ending != "weights.h5":
        assert run("verify", "automatic.yaml", "--against", path).exit_code == 0
    assert (
        run(
            "build",
            "automatic.yaml",
            "--weights",
            "ours.keras",
            "--weights-partial",
            "-o",
            "part.keras",
        ).exit_code
        == 0
    )


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (("--weights", ""), "--weights is empty"),
        (("-o", ""), "-o is empty"),
        (("-o", "out/.keras"), "an ending without a name"),
    ],
)
def test_an_option_without_a_name_is_a_usage_error(given: tuple[str, str], told: str) -> None:
    result = run("build", "net.yaml", *given)
    assert result.exit_code == 2
    assert told in result.output
