"""What the tests of complex numbers share: dtypes, both backends, values, comparison part by part."""

import numpy as np
import numrs
from reference import numpy_function

COMPLEX = ("complex64", "complex128")
REAL = {"complex64": "float32", "complex128": "float64"}
BACKENDS = ("cpu", "cpu-portable")


def on_backend(name):
    """For fixtures: one backend, then the one before."""
    before = numrs.get_backend()
    numrs.set_backend(name)
    yield name
    numrs.set_backend(before)


def values(dtype, shape, seed=0):
    generator = np.random.default_rng(seed)
    return (generator.uniform(-4, 4, shape) + 1j * generator.uniform(-4, 4, shape)).astype(dtype)


def specials(dtype):
    parts = [0.0, -0.0, 1.0, -1.0, 0.5, -2.5, 1e4, -1e-4, np.inf, -np.inf, np.nan]
    z = np.empty((len(parts), len(parts)), dtype)
    z.real, z.imag = np.meshgrid(np.array(parts), np.array(parts))
    return z.ravel()


def multiplied(x, y):
    """The plain formula, every step rounded; NumPy's own vector code fuses some."""
    x, y = np.asarray(x), np.asarray(y)
    z = np.empty(np.broadcast_shapes(x.shape, y.shape), np.result_type(x, y))
    z.real = x.real * y.real - x.imag * y.imag
    z.imag = x.real * y.imag + x.imag * y.real
    return z[()]


def reference(name):
    return {"multiply": multiplied, "square": lambda x: multiplied(x, x)}.get(name) or numpy_function(name)


def same(got, wanted, message="", rtol=0.0, zero_signs=True):
    got, wanted = np.asarray(got), np.asarray(wanted)
    assert got.dtype == wanted.dtype, f"{message}: dtype {got.dtype}, expected {wanted.dtype}"
    assert got.shape == wanted.shape, f"{message}: shape {got.shape}, expected {wanted.shape}"
    if wanted.dtype.kind != "c":
        np.testing.assert_allclose(got, wanted, rtol=rtol, err_msg=message)
        return
    for part in ("real", "imag"):
        g, w = getattr(got, part), getattr(wanted, part)
        if rtol == 0:
            np.testing.assert_array_equal(g, w, err_msg=f"{message} {part}")
            number = ~np.isnan(w) & (zero_signs | (w != 0))
            np.testing.assert_array_equal(np.signbit(g)[number], np.signbit(w)[number], err_msg=f"{message} {part}")
    if rtol:
        finite = np.isfinite(wanted)
        np.testing.assert_array_equal(np.isfinite(got), finite, err_msg=message)
        assert np.all(np.abs(got[finite] - wanted[finite]) <= rtol * np.abs(wanted[finite])), message
