import pytest

from archspec.tensor import Tensor
from tests.kinds.oracle import RUNS_NOT, Row, check_row, row

MEL = {"fft_length": 64, "sequence_stride": 16, "num_mel_bins": 8}
STFT = {"frame_length": 32, "frame_step": 16}

ROWS = [
    row("MelSpectrogram", MEL, (400,), macs=0),
    row("MelSpectrogram", MEL, (407,)),
    row("MelSpectrogram", MEL | {"window": None, "sequence_length": 32, "power_to_db": False}, (None,)),
    row("MelSpectrogram", MEL | {"min_freq": 0, "max_freq": 4000, "mag_exp": 1, "dtype": "float16"}, (400,)),
    row("MelSpectrogram", MEL, Tensor((400,), "int32")),
    row("MelSpectrogram", MEL, (32,), stricter=RUNS_NOT),
    row("MelSpectrogram", MEL, (3, 400), stricter="Keras states another shape than it gives"),
    row("MelSpectrogram", MEL | {"sequence_length": 128}, (400,), fails=True),
    row("STFTSpectrogram", STFT, (400, 1), macs=24 * 32 * 17 * 2),
    row("STFTSpectrogram", STFT, (400, 3), macs=24 * 32 * 17 * 2 * 3),
    row("STFTSpectrogram", STFT | {"expand_dims": True, "padding": "same"}, (407, 3)),
    row("STFTSpectrogram", {"frame_length": 20, "window": None, "scaling": "spectrum"}, (None, 1), macs=None),
    row("STFTSpectrogram", STFT | {"fft_length": 65, "window": "hamming", "periodic": True, "scaling": None}, (400, 1)),
    row("STFTSpectrogram", STFT | {"dtype": "mixed_float16", "trainable": False}, (400, 1)),
    *(row("STFTSpectrogram", STFT | {"mode": mode}, (400, 1)) for mode in ("magnitude", "psd", "real", "imag", "angle", "stft")),
    row("STFTSpectrogram", STFT | {"fft_length": 16}, (400, 1), fails=True),
    row("STFTSpectrogram", STFT | {"frame_step": 40}, (400, 1), fails=True),
    row("STFTSpectrogram", STFT | {"mode": "power"}, (400, 1), fails=True),
    row("STFTSpectrogram", STFT | {"window": "nope"}, (400, 1), fails=True),
    row("STFTSpectrogram", STFT, (20, 1), fails=True),
    row("STFTSpectrogram", STFT, (400,), fails=True),
    row("STFTSpectrogram", STFT, (400, None), fails=True),
    row("STFTSpectrogram", STFT, Tensor((400, 1), "int32"), stricter=RUNS_NOT),
]  # fmt: skip


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_keras_agrees(row: Row) -> None:
    check_row(row)
