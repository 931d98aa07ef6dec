import pytest

from archspec.tensor import Tensor
from tests.kinds.oracle import Row, check_row, row

IMAGE = (12, 10, 3)

DTYPES = "of integers it makes integers in inference, and other numbers, or nothing, in training"
OF_COLOURS = (
    "RandomContrast",
    "RandomBrightness",
    "RandomSaturation",
    "RandomHue",
    "RandomColorJitter",
    "RandomColorDegeneration",
    "RandomGrayscale",
    "RandomInvert",
    "RandomPosterization",
    "ContrastLimitedAdaptiveHistogramEqualization",
)
ARGUMENTS = {
    "RandomFlip": {},
    "RandomRotation": {"factor": 0.1},
    "RandomZoom": {"height_factor": 0.2},
    "RandomTranslation": {"height_factor": 0.1, "width_factor": [-0.1, 0.2]},
    "RandomShear": {},
    "RandomPerspective": {},
    "RandomElasticTransform": {},
    "RandomErasing": {},
    "RandomContrast": {"factor": 0.2},
    "RandomBrightness": {"factor": [-0.1, 0.1]},
    "RandomSaturation": {"factor": 0.3},
    "RandomHue": {"factor": 0.1},
    "RandomColorJitter": {},
    "RandomColorDegeneration": {"factor": 0.5},
    "RandomGrayscale": {},
    "RandomInvert": {},
    "RandomSharpness": {"factor": 0.5},
    "RandomGaussianBlur": {},
    "RandomPosterization": {"factor": 4},
    "Solarization": {},
    "AutoContrast": {},
    "ContrastLimitedAdaptiveHistogramEqualization": {},
    "AugMix": {},
    "RandAugment": {},
}
"""Arguments with which each kind can be made."""


def augmentation(kind: str) -> list[Row]:
    arguments = ARGUMENTS[kind]
    return [
        row(kind, arguments, IMAGE, macs=0),
        row(kind, arguments, (None, None, 3)),
        row(kind, arguments, Tensor(IMAGE, "uint8"), stricter=DTYPES if kind in OF_COLOURS else ""),
        row(kind, {**arguments, "sed": 1}, IMAGE, fails=True),
    ]


ROWS = [
    *(one for kind in ARGUMENTS for one in augmentation(kind)),
    row("RandomFlip", {"mode": "horizontal"}, IMAGE),
    row("RandomFlip", {"mode": "sideways"}, IMAGE, stricter="Keras flips nothing then, and does not say so"),
    row("RandomRotation", {"factor": 0.1, "fill_mode": "mirror"}, IMAGE, fails=True),
    row("RandomFlip", {}, (8,), stricter="an image has three axes"),
    row("RandomZoom", {"height_factor": 2}, IMAGE, fails=True),
    row("RandomShear", {"x_factor": 2}, IMAGE, fails=True),
    row("RandomContrast", {"factor": -0.5}, IMAGE, fails=True),
    row("RandomPosterization", {"factor": 9}, IMAGE, fails=True),
]  # fmt: skip


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_keras_agrees(row: Row) -> None:
    check_row(row)
