"""What the tests of the array API share: dtypes, tensors and ndarrays of every kind of number, comparison of results."""

import numpy as np
import numrs

BOOL = ("bool",)
SIGNED = ("int8", "int16", "int32", "int64")
UNSIGNED = ("uint8", "uint16", "uint32", "uint64")
FLOATS = ("float32", "float64")
HALVES = ("float16", "bfloat16")
COMPLEX = ("complex64", "complex128")
STANDARD = BOOL + SIGNED + UNSIGNED + FLOATS + COMPLEX
ALL = STANDARD + HALVES

# What is computed with so far: elements of the others can be made, moved, indexed and converted.
HALVES_COMPUTE = True
COMPLEX_COMPUTES = True
COMPUTED = BOOL + SIGNED + UNSIGNED + FLOATS + (HALVES if HALVES_COMPUTE else ()) + (COMPLEX if COMPLEX_COMPUTES else ())
NUMERIC = COMPUTED[1:]


def dtype_of(name):
    """A dtype by its name, as numrs has it."""
    return getattr(numrs, name)


def numbers(dtype, shape, seed=0):
    """Numbers of a dtype, small and of both signs where there are any."""
    random = np.random.default_rng(seed)
    name = np.dtype(dtype).name
    if name == "bool":
        return random.integers(0, 2, shape).astype(np.bool_)
    if name.startswith("uint"):
        return random.integers(0, 100, shape).astype(dtype)
    if name.startswith("int"):
        return random.integers(-50, 50, shape).astype(dtype)
    if name.startswith("complex"):
        return (random.integers(-50, 50, shape) / 4 + 1j * random.integers(-50, 50, shape) / 4).astype(dtype)
    return (random.integers(-50, 50, shape) / 4).astype(np.float32).astype(dtype)


def tensor(a):
    """An ndarray as a tensor over the same memory."""
    return numrs.from_numpy(np.asarray(a))


def kinds(a):
    """The array as an ndarray and as a tensor."""
    return (a, tensor(a))


def plain(x):
    """A result as ndarrays."""
    if isinstance(x, (tuple, list)):
        return type(x)(map(plain, x)) if type(x) in (tuple, list) else tuple(map(plain, x))
    return x.numpy() if isinstance(x, numrs.Tensor) else np.asarray(x)


def assert_same(got, wanted, what=""):
    """The same dtype, shape and elements, NaN among them."""
    got, wanted = plain(got), np.asarray(wanted)
    assert got.dtype == wanted.dtype, f"{what}: dtype {got.dtype}, expected {wanted.dtype}"
    assert got.shape == wanted.shape, f"{what}: shape {got.shape}, expected {wanted.shape}"
    if got.dtype.name == "bfloat16":
        got, wanted = got.astype(np.float32), wanted.astype(np.float32)
    np.testing.assert_array_equal(got, wanted, err_msg=what)


def assert_kind(got, given):
    """Type in, type out."""
    if isinstance(given, numrs.Tensor):
        assert isinstance(got, numrs.Tensor), f"{type(got).__name__} for a Tensor"
    else:
        assert isinstance(got, (np.ndarray, np.generic)), f"{type(got).__name__} for an ndarray"
