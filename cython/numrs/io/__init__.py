"""Files of tensors: safetensors, and NumPy's npz and npy. docs/files.md says what is checked and what a failure leaves."""

from numrs.io.header import FormatError
from numrs.io.npz import load, save
from numrs.io.safetensors import SafetensorsFile, load_safetensors, save_safetensors

__all__ = ["FormatError", "SafetensorsFile", "load", "load_safetensors", "save", "save_safetensors"]
