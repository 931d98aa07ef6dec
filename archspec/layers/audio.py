"""Audio: spectrograms of waves."""

from __future__ import annotations

from archspec.layers.axes import known, need_floats, need_numbers, need_rank
from archspec.layers.base import Layer, layer
from archspec.layers.fields import attr
from archspec.layers.mismatch import Mismatch
from archspec.layers.types import FLAG, POSITIVE, choice, number, optional
from archspec.layers.windows import slide
from archspec.tensor import Tensor, Weight, product

_POSITIVE_NUMBER = number("a positive number", above=0)
_NONNEGATIVE = number("a number of at least 0", 0)
_WINDOW = choice("hann", "hamming")


@layer
class MelSpectrogram(Layer):
    """The power of a wave in bands of the mel scale, over time.

    Shape: (samples) → (num_mel_bins, frames), where frames is ⌊samples / sequence_stride⌋ + 1. No
    weights; the Fourier transform counts no multiply-adds.
    """

    fft_length: int = attr(POSITIVE, 2048, "the length of the Fourier transform")
    sequence_stride: int = attr(POSITIVE, 512, "the step from one frame to the next")
    sequence_length: int | None = attr(
        optional(POSITIVE, "fft_length"), None, "the length of a frame"
    )
    window: str | None = attr(optional(_WINDOW, "none"), "hann", "what a frame is multiplied by")
    sampling_rate: int = attr(POSITIVE, 16000, "the samples in a second")
    num_mel_bins: int = attr(POSITIVE, 128, "the number of bands")
    min_freq: float = attr(_NONNEGATIVE, 20.0, "the lowest frequency, in hertz")
    max_freq: float | None = attr(
        optional(_POSITIVE_NUMBER, "half the sampling rate"), None, "the highest frequency"
    )
    power_to_db: bool = attr(FLAG, True, "whether to give decibels")
    top_db: float = attr(_POSITIVE_NUMBER, 80.0, "the range of decibels below the loudest")
    mag_exp: float = attr(_POSITIVE_NUMBER, 2.0, "the exponent of magnitudes: 2 gives power")
    min_power: float = attr(_POSITIVE_NUMBER, 1e-10, "the least power, in decibels' logarithm")
    ref_power: float = attr(_POSITIVE_NUMBER, 1.0, "the power that is 0 decibels")

    def check(self) -> None:
        if self.fft_length < (self.sequence_length or 0):
            raise Mismatch(
                f"a frame of {self.sequence_length} is longer than its transform,"
                f" {self.fft_length}",
                at="sequence_length",
                help="make `fft_length` as long as a frame, or longer",
            )

    def output(self, x: Tensor) -> Tensor:
        # Of more axes, Keras states the wrong shape.
        need_rank(x, 1, "samples")
        need_numbers(x)
        samples = x.shape[0]
        if samples is not None and samples <= self.fft_length // 2:
            raise Mismatch(
                f"a wave of {samples} samples is too short for a transform of {self.fft_length}",
                at="fft_length",
                help=f"make `fft_length` less than {2 * samples}",
            )
        frames = None if samples is None else samples // self.sequence_stride + 1
        return Tensor((self.num_mel_bins, frames), self.compute_dtype)


@layer
class STFTSpectrogram(Layer):
    """A short-time Fourier transform, computed by convolutions whose kernels start as sines.

    Shape: (L, C) → (frames, bins · C), or (frames, bins, C) with `expand_dims: true`; bins is
    fft_length / 2 + 1, twice as many with `mode: stft`. Frames as of `Conv1D`. Its kernels are
    weights, which training changes unless `trainable: false`.
    """

    mode: str = attr(
        choice("log", "magnitude", "psd", "real", "imag", "angle", "stft"),
        "log",
        "what is made of the real and the imaginary part",
    )
    frame_length: int = attr(POSITIVE, 256, "the length of a frame")
    frame_step: int | None = attr(
        optional(POSITIVE, "half a frame"), None, "the step from one frame to the next"
    )
    fft_length: int | None = attr(
        optional(POSITIVE, "the next power of 2 from frame_length on"),
        None,
        "the length of the transform",
    )
    window: str | None = attr(optional(_WINDOW, "none"), "hann", "what a frame is multiplied by")
    periodic: bool = attr(FLAG, False, "whether the window is periodic")
    scaling: str | None = attr(
        optional(choice("density", "spectrum"), "none"), "density", "how the window is scaled"
    )
    padding: str = attr(
        choice("valid", "same"), "valid", "whether frames stay inside the wave or reach over it"
    )
    expand_dims: bool = attr(FLAG, False, "whether bins and channels are axes of their own")

    def check(self) -> None:
        if (self.frame_step or 0) > self.frame_length:
            raise Mismatch(
                f"a step of {self.frame_step} leaves out samples between frames of"
                f" {self.frame_length}",
                at="frame_step",
                help="make it as long as a frame, or shorter",
            )
        if self.fft_length is not None and self.fft_length < self.frame_length:
            raise Mismatch(
                f"a frame of {self.frame_length} is longer than its transform, {self.fft_length}",
                at="fft_length",
                help="make it as long as a frame, or longer",
            )
        if self.frame_length < 2 and self.frame_step is None:
            raise Mismatch(
                "half a frame of 1 is no step", at="frame_step", help="write `frame_step: 1`"
            )

    def output(self, x: Tensor) -> Tensor:
        need_rank(x, 2, "length, channels")
        need_floats(x)
        channels = known(x.shape[-1], "the number of channels")
        step = self.frame_step or self.frame_length // 2
        (frames,) = slide(x, (self.frame_length,), (step,), self.padding, at="frame_length")
        bins = self._bins() * (2 if self.mode == "stft" else 1)
        axes = (bins, channels) if self.expand_dims else (bins * channels,)
        return Tensor((frames, *axes), self.compute_dtype)

    def _bins(self) -> int:
        length = self.fft_length or 1 << (self.frame_length - 1).bit_length()
        return length // 2 + 1

    def _kernels(self) -> list[str]:
        parts = {"real": ["real_kernel"], "imag": ["imag_kernel"]}
        return parts.get(self.mode, ["real_kernel", "imag_kernel"])

    def weights(self, x: Tensor) -> tuple[Weight, ...]:
        shape = (self.frame_length, 1, self._bins())
        return tuple(Weight(name, shape) for name in self._kernels())

    def macs(self, y: Tensor, x: Tensor) -> int | None:
        kernel = (self.frame_length, self._bins(), len(self._kernels()))
        return product((y.shape[0], x.shape[-1], *kernel))
