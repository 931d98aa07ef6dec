"""What Keras takes and other tools mean otherwise gets a warning, whose help makes it go away."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.frontend.slips import Slip, complaints, document, items

CONV = "layers: [Conv2D: {filters: 8, kernel_size: 3, padding: same}]"

SLIPS = [
    Slip(document(f"input: [3, 32, 32]\n{CONV}"), "tensors are channels-last: write `input: [32, 32, 3]`", document(f"input: [32, 32, 3]\n{CONV}")),
    Slip(document(f"inputs: {{image: [1, 28, 28]}}\n{CONV}"), "tensors are channels-last: write `image: [28, 28, 1]`",
         document(f"inputs: {{image: [28, 28, 1]}}\n{CONV}")),
    Slip(items("  - BatchNormalization: {axis: 1}"), "tensors are channels-last: write `axis: -1`; for the height write `axis: -3`",
         items("  - BatchNormalization: {axis: -1}")),
    Slip(items("  - BatchNormalization: {axis: 1}"), "tensors are channels-last: write `axis: -1`; for the height write `axis: -3`",
         items("  - BatchNormalization: {axis: -3}")),
    Slip(items("  - {from: [input, prev], Concatenate: {axis: 1}}"), "tensors are channels-last: write `axis: -1`; for the height write `axis: -3`",
         items("  - {from: [input, prev], Concatenate: {axis: -3}}")),
    Slip(items("  - Softmax: {axis: 1}"), "tensors are channels-last: write `axis: -1`; for the height write `axis: -3`", items("  - Softmax: {axis: -1}")),
    Slip(items("  - BatchNormalization: {momentum: 0.1}"), "Keras's `momentum` is 1 less PyTorch's: write `momentum: 0.9`", items("  - BatchNormalization: {momentum: 0.9}")),
    Slip(items("  - BatchNormalization: {momentum: 0.01}"), "Keras's `momentum` is 1 less PyTorch's: write `momentum: 0.99`", items("  - BatchNormalization: {momentum: 0.99}")),
]  # fmt: skip


@pytest.mark.parametrize("slip", SLIPS, ids=[one.wrong.replace("\n", " ")[20:] for one in SLIPS])
def test_a_habit_of_another_tool_is_warned_of(slip: Slip, tmp_path: Path) -> None:
    (told,) = complaints(slip.wrong, tmp_path)
    assert (told.code, told.severity, told.help) == ("other-convention", "warning", slip.help)
    assert not complaints(slip.right, tmp_path)


RIGHT = {
    "a sequence that is joined along its steps": document(
        "input: [10, 8]\nlayers: [{from: [input, prev], Concatenate: {axis: 1}}]"
    ),
    "a window along one axis of three rows": document(
        "input: [3, 100, 16]\nlayers: [Conv2D: {filters: 8, kernel_size: [1, 5]}]"
    ),
    "an image of many channels": document(f"input: [16, 16, 64]\n{CONV}"),
    "a vector of three and eight": document("input: [3, 32, 32]\nlayers: [Dense: {units: 8}]"),
    "statistics of one batch alone": items("  - BatchNormalization: {momentum: 0.0}"),
    "a vector with PyTorch's axis of channels": document(
        "input: [10]\nlayers: [Softmax: {axis: 1}]"
    ),
}


@pytest.mark.parametrize("text", RIGHT.values(), ids=RIGHT)
def test_what_may_well_be_meant_is_not_warned_of(text: str, tmp_path: Path) -> None:
    assert not complaints(text, tmp_path)
