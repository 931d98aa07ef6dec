import pytest

from archspec.tensor import Tensor
from tests.kinds.oracle import RUNS_NOT, Row, check_row, row

NOT_ADAPTED = "what the layer knows stands in the spec, and nothing is adapted"
MISSTATED = "Keras states another shape than it gives"
WORDS = ["a", "b", "c"]
TEXTS = Tensor((3,), "string")
TEXT = Tensor((), "string")
NUMBERS = Tensor((3,), "int64")


def encoded(kind: str, arguments: dict[str, object], x: Tensor) -> list[Row]:
    """The vectors that a kind can make of numbers."""
    return [
        row(kind, arguments | {"output_mode": "multi_hot"}, x),
        row(kind, arguments | {"output_mode": "count"}, Tensor((None,), x.dtype)),
        row(kind, arguments | {"output_mode": "one_hot"}, Tensor((1,), x.dtype)),
        row(kind, arguments | {"output_mode": "one_hot"}, Tensor((), x.dtype), stricter=MISSTATED if kind == "Hashing" else ""),
        row(kind, arguments | {"output_mode": "one_hot"}, x, stricter=MISSTATED if kind == "Hashing" else ""),
        row(kind, arguments | {"output_mode": "multi_hot"}, Tensor((2, 3), x.dtype), stricter=MISSTATED),
        row(kind, arguments | {"output_mode": "multihot"}, x, fails=True),
    ]  # fmt: skip


def looked_up(kind: str, vocabulary: list[object], x: Tensor) -> list[Row]:
    known = {"vocabulary": vocabulary}
    return [
        row(kind, known, x, macs=0),
        row(kind, known, Tensor((None, 2), x.dtype)),
        *encoded(kind, known, x),
        row(kind, known | {"num_oov_indices": 2, "mask_token": vocabulary[0] * 9}, x),
        row(kind, known | {"num_oov_indices": 2, "mask_token": vocabulary[0] * 9, "output_mode": "count"}, x),
        row(kind, known | {"output_mode": "tf_idf", "idf_weights": [1, 2, 3]}, x),
        row(kind, known | {"output_mode": "multi_hot", "max_tokens": 9, "pad_to_max_tokens": True}, x),
        row(kind, known | {"invert": True}, NUMBERS),
        row(kind, known | {"invert": True, "output_mode": "count"}, NUMBERS, fails=True),
        row(kind, known | {"output_mode": "tf_idf"}, x, fails=True),
        row(kind, known | {"output_mode": "tf_idf", "idf_weights": [1, 2]}, x, fails=True),
        row(kind, known | {"idf_weights": [1, 2, 3]}, x, fails=True),
        row(kind, known | {"max_tokens": 2}, x, fails=True),
        row(kind, known | {"pad_to_max_tokens": True}, x, fails=True),
        row(kind, {"vocabulary": [vocabulary[0], vocabulary[0]]}, x, fails=True),
        row(kind, {"vocabulary": []}, x, fails=True),
        row(kind, {}, x, stricter=NOT_ADAPTED),
    ]  # fmt: skip


ROWS = [
    row("CategoryEncoding", {"num_tokens": 4}, Tensor((3,), "int32"), macs=0),
    *encoded("CategoryEncoding", {"num_tokens": 4}, Tensor((3,), "int32")),
    row("CategoryEncoding", {"num_tokens": 4, "output_mode": "count"}, Tensor((3,), "int32"), (3,), roles=("numbers", "count_weights")),
    row("CategoryEncoding", {"num_tokens": 4}, Tensor((3,), "int32"), (3,), roles=("numbers", "count_weights"), stricter=RUNS_NOT),
    row("CategoryEncoding", {"num_tokens": 4}, (3,)),
    row("CategoryEncoding", {}, Tensor((3,), "int32"), fails=True),
    row("CategoryEncoding", {"num_tokens": 4}, Tensor((), "int32"), stricter="Keras would mix examples"),
    row("CategoryEncoding", {"num_tokens": 4, "dtype": "float16"}, Tensor((3,), "int32"), stricter=RUNS_NOT),
    row("CategoryEncoding", {"num_tokens": 4, "dtype": "float16", "output_mode": "one_hot"}, Tensor((3,), "int32")),
    row("Discretization", {"bin_boundaries": [0, 1.5]}, (3,), macs=0),
    row("Discretization", {"bin_boundaries": [0, 1.5]}, (None, 2)),
    row("Discretization", {"bin_boundaries": [0]}, Tensor((3,), "int32")),
    *encoded("Discretization", {"bin_boundaries": [0, 1.5]}, Tensor((3,))),
    row("Discretization", {"bin_boundaries": [1.5, 0]}, (3,), stricter="ranges whose ends do not grow are none"),
    row("Discretization", {}, (3,), fails=True),
    row("Discretization", {"bin_boundaries": [0, 1.5], "dtype": "float32"}, (3,)),
    row("Discretization", {"bin_boundaries": [0, 1.5], "dtype": "float16", "output_mode": "count"}, (3,), stricter=RUNS_NOT),
    row("Hashing", {"num_bins": 4}, TEXTS, macs=0),
    row("Hashing", {"num_bins": 4, "mask_value": "a", "salt": 3}, Tensor((None,), "string")),
    row("Hashing", {"num_bins": 4, "mask_value": 1, "salt": [3, 4]}, NUMBERS),
    *encoded("Hashing", {"num_bins": 4}, TEXTS),
    row("Hashing", {"num_bins": 4, "mask_value": "a"}, NUMBERS, stricter=RUNS_NOT),
    row("Hashing", {"num_bins": 0}, TEXTS, fails=True),
    row("Hashing", {"num_bins": 4, "dtype": "float32"}, TEXTS, fails=True),
    *looked_up("StringLookup", WORDS, TEXTS),
    row("StringLookup", {"vocabulary": ["a", "[UNK]", "b"]}, TEXTS, stricter="what stands for all others is no entry"),
    row("StringLookup", {"vocabulary": WORDS}, (3,), stricter=RUNS_NOT),
    row("StringLookup", {"vocabulary": "words.txt"}, TEXTS, fails=True),
    *looked_up("IntegerLookup", [1, 2, 7], NUMBERS),
    row("IntegerLookup", {"vocabulary": [1, 2, 7]}, Tensor((3,), "int32")),
    row("IntegerLookup", {"vocabulary": [1, 2, 7]}, (3,), stricter="it is whole numbers that are looked up"),
    row("TextVectorization", {"vocabulary": WORDS, "output_sequence_length": 5}, TEXT, macs=0),
    row("TextVectorization", {"vocabulary": WORDS, "output_sequence_length": 5, "ngrams": 2}, Tensor((1,), "string")),
    row("TextVectorization", {"vocabulary": WORDS, "split": "character", "standardize": None}, TEXT),
    row("TextVectorization", {"vocabulary": WORDS, "output_mode": "multi_hot", "ngrams": [2, 3]}, TEXT),
    row("TextVectorization", {"vocabulary": WORDS, "output_mode": "count", "standardize": "lower"}, TEXT),
    row("TextVectorization", {"vocabulary": WORDS, "output_mode": "tf_idf", "idf_weights": [1, 2, 3]}, TEXT),
    row("TextVectorization", {"vocabulary": WORDS, "output_mode": "count", "max_tokens": 9, "pad_to_max_tokens": True}, TEXT),
    row("TextVectorization", {"vocabulary": WORDS, "output_mode": "count"}, Tensor((1,), "string"), stricter=MISSTATED),
    row("TextVectorization", {"vocabulary": WORDS}, Tensor((3,), "string"), stricter=RUNS_NOT),
    row("TextVectorization", {"vocabulary": WORDS}, Tensor((None,), "string")),
    row("TextVectorization", {"vocabulary": WORDS, "split": None}, TEXT, stricter=MISSTATED),
    row("TextVectorization", {"vocabulary": WORDS, "output_mode": "count", "output_sequence_length": 5}, TEXT, fails=True),
    row("TextVectorization", {"vocabulary": ["a", ""]}, TEXT, fails=True),
    row("TextVectorization", {}, TEXT, stricter=NOT_ADAPTED),
]  # fmt: skip


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_keras_agrees(row: Row) -> None:
    check_row(row)
