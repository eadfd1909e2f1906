"""Discrete Fourier transforms: the array API standard's extension fft, and the functions of two axes that NumPy has."""

from numrs._ops.fft import fft, hfft, ifft, ihfft, irfft, rfft
from numrs._ops.fft_axes import (
    fft2,
    fftfreq,
    fftn,
    fftshift,
    ifft2,
    ifftn,
    ifftshift,
    irfft2,
    irfftn,
    rfft2,
    rfftfreq,
    rfftn,
)

__all__ = [
    "fft",
    "fft2",
    "fftfreq",
    "fftn",
    "fftshift",
    "hfft",
    "ifft",
    "ifft2",
    "ifftn",
    "ifftshift",
    "ihfft",
    "irfft",
    "irfft2",
    "irfftn",
    "rfft",
    "rfft2",
    "rfftfreq",
    "rfftn",
]
