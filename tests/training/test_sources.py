"""Sources of examples, each against arrays and files that the tests make; and what is said of those
that are damaged, empty or incomplete.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy
import pytest
import tensorflow as tf

from archspec.training.data.source import Examples, Unusable
from archspec.training.data.sources import source

RANDOM = numpy.random.default_rng(0)
X = RANDOM.integers(0, 256, (6, 4, 5, 3), numpy.uint8)
Y = numpy.array([0, 1, 2, 0, 1, 2])


def images(examples: Examples) -> numpy.ndarray:
    """The images of some examples, decoded as a training decodes them."""
    if examples.decode is None:
        return examples.x
    decoded = tf.data.Dataset.from_tensor_slices(examples.x).map(examples.decode)
    return numpy.stack([image.numpy() for image in decoded])


def png(path: Path, image: numpy.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(tf.io.encode_png(image).numpy())


# --- arrays


def test_npz_in_the_layout_of_keras(tmp_path: Path) -> None:
    numpy.savez(tmp_path / "a.npz", x_train=X, y_train=Y[:, None], x_test=X[:2], y_test=Y[:2])
    made = source("npz:a.npz", tmp_path)
    facts = made.contents()
    assert (dict(facts.parts), facts.shape) == ({"train": 6, "test": 2}, (4, 5, 3))
    assert (facts.dtype, facts.classes) == ("uint8", 3)
    examples = made.examples("train")
    assert numpy.array_equal(examples.x, X) and numpy.array_equal(examples.y, Y)


def test_npz_of_numbers_without_classes(tmp_path: Path) -> None:
    numpy.savez(tmp_path / "a.npz", x=X.astype("float32"), y=Y / 7)
    facts = source("npz:a.npz", tmp_path).contents()
    assert (dict(facts.parts), facts.dtype, facts.classes) == ({"all": 6}, "float32", None)


WRONG_ARRAYS: list[tuple[dict[str, Any], str]] = [
    ({"x": X, "y": Y[:5]}, "`all` of `npz:a.npz` has 6 examples and 5 labels"),
    ({"x": X, "y": Y - 1}, "the label of row 0 of `all` of `npz:a.npz` is -1"),
    ({"x": X, "y": numpy.array([0, 1, numpy.nan, 0, 1, 2])}, "the label of row 2 of"),
    ({"x": X}, "has `x` and no `y`"),
    ({"images": X}, "has no arrays of examples: it holds `images`"),
    ({"x": numpy.array(["a"] * 6), "y": Y}, "the examples of `all` of `npz:a.npz` are no rows of"),
    ({"x_train": X, "y_train": Y, "x_test": X[:, :2], "y_test": Y}, "an example of `test` of"),
]


@pytest.mark.parametrize(("arrays", "said"), WRONG_ARRAYS, ids=[said for _, said in WRONG_ARRAYS])
def test_npz_that_does_not_fit(arrays: dict[str, Any], said: str, tmp_path: Path) -> None:
    numpy.savez(tmp_path / "a.npz", **arrays)
    with pytest.raises(Unusable) as error:
        source("npz:a.npz", tmp_path).contents()
    assert said in error.value.message


def test_npz_that_is_none_runs_no_code(tmp_path: Path) -> None:
    (tmp_path / "a.npz").write_bytes(b"PK\x03\x04 and no more")
    numpy.save(tmp_path / "b.npy", X)
    (tmp_path / "b.npy").rename(tmp_path / "b.npz")
    numpy.savez(tmp_path / "c.npz", x=numpy.array([print, len], dtype=object), y=Y[:2])
    for name, said in (
        ("a", "is damaged"),
        ("b", "holds one array"),
        ("c", "is damaged, or no `.npz` file with arrays of numbers"),
        ("d", "no such file or directory"),
    ):
        with pytest.raises(Unusable) as error:
            source(f"npz:{name}.npz", tmp_path).contents()
        assert said in error.value.message


def test_keras_data_sets_have_the_sizes_that_keras_documents() -> None:
    for name, parts, shape, classes in (
        ("mnist", {"train": 60_000, "test": 10_000}, (28, 28, 1), 10),
        ("cifar10", {"train": 50_000, "test": 10_000}, (32, 32, 3), 10),
        ("cifar100", {"train": 50_000, "test": 10_000}, (32, 32, 3), 100),
    ):
        facts = source(f"keras:{name}", Path()).contents()
        assert (dict(facts.parts), facts.shape, facts.classes) == (parts, shape, classes)
        assert hasattr(keras.datasets, name)


def test_keras_data_set_gets_channels_and_labels_in_one_axis(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pair = (X[:, :, :, 0][:, :4, :4].repeat(7, 1).repeat(7, 2), Y[:, None])
    monkeypatch.setattr(keras.datasets.mnist, "load_data", lambda: (pair, pair))
    examples = source("keras:mnist", Path()).examples("test")
    assert examples.x.shape == (6, 28, 28, 1) and examples.y.tolist() == Y.tolist()


def test_keras_data_set_without_a_network_names_the_digits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail() -> None:
        raise Exception("URL fetch failure on https://example: None -- no route")

    monkeypatch.setattr(keras.datasets.cifar10, "load_data", fail)
    with pytest.raises(Unusable) as error:
        source("keras:cifar10", Path()).examples("train")
    assert error.value.help is not None and "source: digits" in error.value.help


# --- folders of images


def test_folder_of_classes_in_parts(tmp_path: Path) -> None:
    for row, (image, label) in enumerate(zip(X, Y, strict=True)):
        png(tmp_path / "set" / "train" / "abc"[label] / f"{row}.png", image)
    png(tmp_path / "set" / "validation" / "b" / "9.png", X[0])
    made = source("folder:set", tmp_path)
    facts = made.contents()
    assert dict(facts.parts) == {"train": 6, "validation": 1}
    assert (facts.shape, facts.classes, facts.names) == ((None, None, 3), 3, ("a", "b", "c"))
    examples = made.examples("train")
    rows = [int(Path(path).stem) for path in examples.x]
    assert sorted(rows) == list(range(6)) and rows != list(range(6))
    assert numpy.array_equal(images(examples), X[rows])
    assert examples.y.tolist() == Y[rows].tolist()
    assert made.examples("validation").y.tolist() == [1]


def test_folder_of_gray_images_is_one_part(tmp_path: Path) -> None:
    for label in "ab":
        png(tmp_path / label / "1.png", X[0, :, :, :1])
        gray = tf.io.encode_jpeg(X[1, :, :, :1]).numpy()
        (tmp_path / label / "2.jpg").write_bytes(gray)
    made = source(f"folder:{tmp_path}", Path())
    assert made.contents().shape == (None, None, 1) and dict(made.contents().parts) == {"all": 4}
    assert images(made.examples("all")).shape == (4, 4, 5, 1)


def spoil_empty_class(folder: Path) -> None:
    (folder / "train" / "c").mkdir()


def spoil_other_class(folder: Path) -> None:
    png(folder / "test" / "z" / "1.png", X[0])


def spoil_no_classes(folder: Path) -> None:
    (folder / "test").mkdir()


SPOILT: list[tuple[Callable[[Path], None], str]] = [
    (spoil_empty_class, "/train/c` holds no images"),
    (spoil_other_class, "/test` has `z`, which `train` lacks"),
    (spoil_no_classes, "/test` holds no folders of classes"),
]


@pytest.mark.parametrize(("spoil", "said"), SPOILT)
def test_folder_that_is_incomplete(
    spoil: Callable[[Path], None], said: str, tmp_path: Path
) -> None:
    png(tmp_path / "train" / "a" / "1.png", X[0])
    spoil(tmp_path)
    with pytest.raises(Unusable) as error:
        source(f"folder:{tmp_path}", Path()).contents()
    assert said in error.value.message


def test_damaged_images_are_named(tmp_path: Path) -> None:
    for number in range(3):
        png(tmp_path / "a" / f"{number}.png", X[number])
    (tmp_path / "a" / "0.png").write_bytes(b"")
    (tmp_path / "a" / "1.png").write_bytes(b"<html>404</html>")
    with pytest.raises(Unusable) as error:
        source(f"folder:{tmp_path}", Path()).examples("all")
    assert "2 files are no image or damaged" in error.value.message
    assert str(tmp_path / "a" / "0.png") in error.value.message


def test_an_image_that_is_cut_short_is_named_when_it_is_decoded(tmp_path: Path) -> None:
    for number in range(3):
        png(tmp_path / "a" / f"{number}.png", X[number])
    cut = tmp_path / "a" / "2.png"
    cut.write_bytes(cut.read_bytes()[:-30])
    examples = source(f"folder:{tmp_path}", Path()).examples("all")
    with pytest.raises(tf.errors.OpError):
        images(examples)
    assert examples.decode is not None and examples.decode.fault is not None
    assert examples.decode.fault.message == f"`{cut}` cannot be decoded as an image"


# --- functions of the user's


LOADING = """
import numpy

def load():
    return {"train": (numpy.ones((4, 2)), numpy.arange(4)), "test": (numpy.ones((1, 2)), [3])}

def pairs():
    return (numpy.ones((4, 2)), numpy.arange(4)), (numpy.ones((1, 2)), [3])

def fail():
    return 1 / 0
"""


def test_python_function_with_leave(tmp_path: Path) -> None:
    (tmp_path / "archspec_test_loading.py").write_text(LOADING)
    for function in ("load", "pairs"):
        name = f"python:archspec_test_loading:{function}"
        facts = source(name, tmp_path, ["archspec_test_loading"]).contents()
        assert (dict(facts.parts), facts.shape, facts.classes) == (
            {"train": 4, "test": 1},
            (2,),
            4,
        )
    with pytest.raises(Unusable, match="failed: ZeroDivisionError"):
        source("python:archspec_test_loading:fail", tmp_path, ["archspec_test_loading"]).contents()


@pytest.mark.parametrize("trusted", [(), ("archspec_test",), ("archspec_test_unloaded.x",)])
def test_python_function_without_leave_is_not_imported(
    trusted: tuple[str, ...], tmp_path: Path
) -> None:
    (tmp_path / "archspec_test_unloaded.py").write_text("raise SystemExit('imported')")
    with pytest.raises(Unusable, match="runs code") as error:
        source("python:archspec_test_unloaded:load", tmp_path, trusted)
    assert error.value.help == "if you trust it, add `--trust archspec_test_unloaded`"


# --- tables


def test_parquet_of_numbers_and_of_images(tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    encoded = [{"bytes": tf.io.encode_png(image).numpy(), "path": None} for image in X]
    parquet.write_table(pyarrow.table({"image": encoded, "label": Y}), tmp_path / "images.parquet")
    made = source("parquet:images.parquet", tmp_path)
    assert (made.contents().shape, made.contents().classes) == ((None, None, 3), 3)
    assert numpy.array_equal(images(made.examples("all")), X)

    folder = tmp_path / "set"
    folder.mkdir()
    rows = pyarrow.table({"x": X.reshape(6, -1).tolist(), "y": Y})
    for number in range(2):
        name = f"train-0000{number}-of-00002.parquet"
        parquet.write_table(rows.slice(3 * number, 3), folder / name)
    parquet.write_table(rows.slice(0, 1), folder / "test.parquet")
    made = source("parquet:set", tmp_path)
    assert dict(made.contents().parts) == {"test": 1, "train": 6}
    assert numpy.array_equal(made.examples("train").x, X.reshape(6, -1))
    assert made.examples("train").y.tolist() == Y.tolist()


def test_parquet_that_does_not_fit(tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    parquet.write_table(pyarrow.table({"a": [1], "b": [2], "c": [3]}), tmp_path / "a.parquet")
    (tmp_path / "b.parquet").write_text("no table")
    parquet.write_table(pyarrow.table({"x": [[1], [1, 2]], "y": [0, 1]}), tmp_path / "c.parquet")
    for name, said in (
        ("a", "the columns of `parquet:a.parquet` are `a`, `b` and `c`"),
        ("b", "could not be read as Parquet"),
        ("c", "differ in shape"),
    ):
        with pytest.raises(Unusable) as error:
            source(f"parquet:{name}.parquet", tmp_path).contents()
        assert said in error.value.message


def test_hugging_face_data_set_on_this_machine(tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets")
    features = datasets.Features(
        {
            "pixels": datasets.Array2D((4, 5), "uint8"),
            "label": datasets.ClassLabel(names=["cat", "dog", "owl"]),
        }
    )
    rows = {"pixels": X[..., 0].tolist(), "label": Y.tolist()}
    split = datasets.Dataset.from_dict(rows, features=features)
    datasets.DatasetDict({"train": split, "test": split.select([0])}).save_to_disk(
        str(tmp_path / "set")
    )
    made = source("hf:set", tmp_path)
    facts = made.contents()
    assert (dict(facts.parts), facts.shape) == ({"train": 6, "test": 1}, (4, 5))
    assert (facts.classes, facts.names) == (3, ("cat", "dog", "owl"))
    assert numpy.array_equal(made.examples("train").x, X[..., 0])


def test_tensorflow_data_set_on_this_machine(tmp_path: Path) -> None:
    tfds = pytest.importorskip("tensorflow_datasets")
    features = tfds.features.FeaturesDict(
        {
            "image": tfds.features.Image(shape=(None, None, 3)),
            "label": tfds.features.ClassLabel(names=["a", "b", "c"]),
        }
    )
    rows = [
        (number, {"image": image, "label": int(label)})
        for number, (image, label) in enumerate(zip(X, Y, strict=True))
    ]
    builder = tfds.dataset_builders.store_as_tfds_dataset(
        name="archspec_test",
        version="1.0.0",
        features=features,
        split_datasets={"train": rows, "test": rows[:2]},
        data_dir=str(tmp_path),
        disable_shuffling=True,
    )
    made = source(f"tfds:{builder.data_dir}", Path())
    facts = made.contents()
    assert (dict(facts.parts), facts.shape) == ({"train": 6, "test": 2}, (None, None, 3))
    assert (facts.classes, facts.names) == (3, ("a", "b", "c"))
    assert numpy.array_equal(images(made.examples("train")), X)
    assert made.examples("train").y.tolist() == Y.tolist()


@pytest.mark.parametrize(
    ("text", "said", "help"),
    [
        ("mnist", "there is no source `mnist`", "there are"),
        ("kera:mnist", "there is no source `kera:mnist`", "keras"),
        ("keras:", "`keras:` names no data", "keras:NAME"),
        ("keras:minst", "archspec knows no data set `minst` of Keras", "mnist"),
        ("python:load", "`python:load` names no function", "python:module:function"),
        ("folder:nowhere", "could not be read", "relative to the recipe"),
    ],
)
def test_a_source_that_is_not_there(text: str, said: str, help: str, tmp_path: Path) -> None:
    with pytest.raises(Unusable) as error:
        source(text, tmp_path).contents()
    assert said in error.value.message and help in (error.value.help or "")
