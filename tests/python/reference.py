"""What the tests compare with: NumPy's function for each of ours, inputs of every dtype and layout, and comparison in units in the last place."""

import math

import numpy as np

DTYPES = ("bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float32", "float64")
INTEGERS = DTYPES[1:9]
FLOATS = ("float32", "float64")

_NAMES = {
    "acos": "arccos",
    "acosh": "arccosh",
    "asin": "arcsin",
    "asinh": "arcsinh",
    "atan": "arctan",
    "atanh": "arctanh",
    "atan2": "arctan2",
    "bitwise_invert": "invert",
    "bitwise_left_shift": "left_shift",
    "bitwise_right_shift": "right_shift",
    "pow": "power",
}

# Rounded once or not at all: the same bits as NumPy. The others may differ by a few units in the last place, NumPy's own error.
EXACT_UNARY = (
    "abs",
    "bitwise_invert",
    "ceil",
    "conj",
    "floor",
    "imag",
    "isfinite",
    "isinf",
    "isnan",
    "logical_not",
    "negative",
    "positive",
    "real",
    "reciprocal",
    "round",
    "sign",
    "signbit",
    "sqrt",
    "square",
    "trunc",
)
MATH_UNARY = (
    "acos",
    "acosh",
    "asin",
    "asinh",
    "atan",
    "atanh",
    "cbrt",
    "cos",
    "cosh",
    "erf",
    "erfc",
    "exp",
    "exp2",
    "expm1",
    "log",
    "log10",
    "log1p",
    "log2",
    "rsqrt",
    "sigmoid",
    "sin",
    "sinh",
    "tan",
    "tanh",
)
UNARY = EXACT_UNARY + MATH_UNARY
COMPARISONS = ("equal", "greater", "greater_equal", "less", "less_equal", "not_equal")
LOGICAL = ("logical_and", "logical_or", "logical_xor")
BITWISE = ("bitwise_and", "bitwise_or", "bitwise_xor")
SHIFTS = ("bitwise_left_shift", "bitwise_right_shift")
EXACT_BINARY = (
    "add",
    "subtract",
    "multiply",
    "divide",
    "floor_divide",
    "remainder",
    "maximum",
    "minimum",
    "copysign",
    "nextafter",
    *COMPARISONS,
    *LOGICAL,
    *BITWISE,
    *SHIFTS,
)
MATH_BINARY = ("atan2", "hypot", "logaddexp", "pow")
BINARY = EXACT_BINARY + MATH_BINARY
NAN_REDUCTIONS = ("nanargmax", "nanargmin", "nanmax", "nanmean", "nanmin", "nanprod", "nanstd", "nansum", "nanvar")
REDUCTIONS = ("all", "any", "argmax", "argmin", "count_nonzero", "max", "mean", "min", "prod", "std", "sum", "var")


def _floating(x):
    """x in the float dtype that NumPy's functions would take, float32 instead of float16."""
    return x if x.dtype.kind == "f" else x.astype(np.float32 if x.dtype.itemsize <= 2 else np.float64)


def _elementwise(function):
    """A function of one float as an array function in x's dtype, computed in float64."""

    def apply(x):
        x = _floating(np.asarray(x))
        values = np.array([function(float(v)) for v in x.ravel()], np.float64).reshape(x.shape)
        return values.astype(x.dtype)[()]

    return apply


def _sigmoid(x):
    if math.isnan(x):
        return x
    return 1.0 / (1.0 + math.exp(-x)) if x > -700 else math.exp(max(x, -1e5))


def _rsqrt(x):
    x = _floating(np.asarray(x))
    with np.errstate(all="ignore"):
        return (1.0 / np.sqrt(x.astype(np.longdouble))).astype(x.dtype)


_OWN = {
    "erf": _elementwise(math.erf),
    "erfc": _elementwise(math.erfc),
    "sigmoid": _elementwise(_sigmoid),
    "rsqrt": _rsqrt,
}


def numpy_function(name):
    """NumPy's function of that meaning; None where NumPy has none."""
    return _OWN.get(name) or getattr(np, _NAMES.get(name, name), None)


def expected(name, *operands):
    """NumPy's result; raises TypeError where NumPy does."""
    arrays = [x.astype(x.dtype.newbyteorder("=")) if isinstance(x, np.ndarray) else x for x in operands]
    with np.errstate(all="ignore"):
        wanted = numpy_function(name)(*arrays)
        if wanted.dtype == np.float16:
            wanted = numpy_function(name)(*(np.asarray(x, np.float32) for x in arrays))
        return wanted if wanted.ndim else wanted[()]


def data(dtype, shape, seed=0, low=None, high=None):
    """Reproducible values that exercise a dtype: small ones for integers (so that products fit), both signs for floats."""
    generator = np.random.default_rng(seed)
    dtype = np.dtype(dtype)
    if dtype.kind == "b":
        return generator.random(shape) < 0.5
    if dtype.kind in "iu":
        lowest = (-7 if dtype.kind == "i" else 0) if low is None else low
        return generator.integers(lowest, 9 if high is None else high, shape).astype(dtype)
    return generator.uniform(-4.0 if low is None else low, 4.0 if high is None else high, shape).astype(dtype)


def special(dtype):
    """The values at which functions differ from their formula."""
    info = np.finfo(dtype)
    values = [
        0.0,
        -0.0,
        1.0,
        -1.0,
        0.5,
        -0.5,
        1.5,
        2.5,
        -2.5,
        0.1,
        3.0,
        np.pi,
        np.inf,
        -np.inf,
        np.nan,
        info.max,
        -info.max,
        info.tiny,
        -info.tiny,
        info.smallest_subnormal,
        -info.smallest_subnormal,
        info.eps,
        88.5,
        -88.5,
        1e4,
        -1e4,
        710.0,
        -745.5,
    ]
    return np.array(values, np.float64).astype(dtype)


def layouts(x):
    """(name, array) with the elements of x, a 2-d array, in every layout an array can have."""
    yield "contiguous", np.ascontiguousarray(x)
    yield "fortran", np.asfortranarray(x)
    yield "transposed", np.ascontiguousarray(x.T).T
    yield "reversed", np.ascontiguousarray(x[::-1, ::-1])[::-1, ::-1]
    wide = np.zeros((x.shape[0] * 2, x.shape[1] * 3), x.dtype)
    wide[::2, ::3] = x
    yield "strided", wide[::2, ::3]
    raw = np.zeros(x.nbytes + 1, np.uint8)
    misaligned = raw[1 : 1 + x.nbytes].view(x.dtype).reshape(x.shape) if x.size else x
    misaligned[...] = x
    yield "misaligned", misaligned
    if x.dtype.itemsize > 1:
        yield "big-endian", x.astype(x.dtype.newbyteorder(">"))
    read_only = x.copy()
    read_only.flags.writeable = False
    yield "read-only", read_only
    yield "broadcast", np.broadcast_to(x[:1], x.shape)


def ulps(got, wanted):
    """Largest distance in units in the last place of `wanted`; NaN matches NaN, infinities match themselves."""
    got, wanted = np.asarray(got), np.asarray(wanted)
    if got.size == 0:
        return 0.0
    with np.errstate(all="ignore"):
        same = (got == wanted) | (np.isnan(got) & np.isnan(wanted))
        unit = np.spacing(np.abs(np.where(np.isfinite(wanted), wanted, 1)).astype(wanted.dtype)).astype(np.float64)
        distance = np.abs(got.astype(np.float64) - wanted.astype(np.float64)) / unit
    return float(np.max(np.where(same, 0.0, np.where(np.isnan(distance), np.inf, distance))))


def assert_same(got, wanted, message="", most_ulps=0.0, zero_signs=True):
    """Equal type, dtype, shape and values: bits for 0 ULP (but NaNs are alike), else within so many units in the last place."""
    assert type(got) is type(wanted) or isinstance(wanted, np.ndarray) and type(got) is np.ndarray, (
        f"{message}: {type(got)}, expected {type(wanted)}"
    )
    got, wanted = np.asarray(got), np.asarray(wanted)
    assert got.dtype == wanted.dtype, f"{message}: dtype {got.dtype}, expected {wanted.dtype}"
    assert got.shape == wanted.shape, f"{message}: shape {got.shape}, expected {wanted.shape}"
    if wanted.dtype.kind != "f":
        np.testing.assert_array_equal(got, wanted, err_msg=message)
    elif most_ulps == 0:
        np.testing.assert_array_equal(got, wanted, err_msg=message)
        finite = ~np.isnan(wanted) & (zero_signs | (wanted != 0))
        assert np.array_equal(np.signbit(got)[finite], np.signbit(wanted)[finite]), (
            f"{message}: signs differ: {got} {wanted}"
        )
    else:
        error = ulps(got, wanted)
        assert error <= most_ulps, f"{message}: {error:.1f} ULP, at most {most_ulps}: {got}, expected {wanted}"
