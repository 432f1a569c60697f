"""The fixed noise that gives flat areas something to paint with.

A convolution cannot make a stroke out of a flat sky: it can only repeat its own strides, which is the
grid that small generators leave. So a style may ask for a little noise on its input. It is a function
of the absolute place in the picture, so tiles agree with the whole, and a film's frames with each other.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

NOISE_PERIOD = 512
NOISE_CHANNELS = 3
OCTAVE_SCALES = (1, 2, 4, 8)


def make_noise_window(top: int, left: int, height: int, width: int) -> NDArray[np.float32]:
    """Noise for the window at (top, left), both may be negative: CHANNELS x height x width, mean 0, deviation 1."""
    rows = np.arange(top, top + height) % NOISE_PERIOD
    columns = np.arange(left, left + width) % NOISE_PERIOD
    return make_noise_period().take(rows, 1).take(columns, 2)


@cache
def make_noise_period() -> NDArray[np.float32]:
    """One period of the noise, CHANNELS x PERIOD x PERIOD: white noise at several scales, equally strong."""
    random = np.random.Generator(np.random.PCG64(20))
    total = sum(
        (make_noise_octave(random, scale) for scale in OCTAVE_SCALES),
        start=np.zeros((NOISE_CHANNELS, NOISE_PERIOD, NOISE_PERIOD)),
    )
    total -= total.mean(axis=(1, 2), keepdims=True)
    return (total / total.std()).astype(np.float32)


def make_noise_octave(random: np.random.Generator, scale: int) -> NDArray[np.float64]:
    """Periodic noise whose blobs are about ``scale`` pixels wide, deviation 1: low-passed in the spectrum."""
    white = random.standard_normal((NOISE_CHANNELS, NOISE_PERIOD, NOISE_PERIOD))
    if scale == 1:
        return white
    frequency = np.fft.fftfreq(NOISE_PERIOD)
    reach = np.hypot(frequency[:, None], frequency[None, :]) * scale
    soft = np.real(np.fft.ifft2(np.fft.fft2(white) * np.exp(-2.0 * reach**2)))
    return soft / soft.std()
