"""The self-test of an installed library: every function against NumPy on both backends and all instruction sets, in under a minute."""

import numpy as np

import numrs
from numrs._ops.runtime import set_target

_NUMPY = {
    "acos": "arccos", "acosh": "arccosh", "asin": "arcsin", "asinh": "arcsinh", "atan": "arctan", "atan2": "arctan2", "atanh": "arctanh",
    "bitwise_left_shift": "left_shift", "bitwise_right_shift": "right_shift", "bitwise_invert": "invert", "pow": "power",
}  # fmt: skip
UNARY = (
    "abs", "acos", "acosh", "asin", "asinh", "atan", "atanh", "bitwise_invert", "cbrt", "ceil", "conj", "cos", "cosh", "exp", "exp2", "expm1",
    "floor", "imag", "isfinite", "isinf", "isnan", "log", "log10", "log1p", "log2", "logical_not", "negative", "positive", "real", "reciprocal",
    "round", "sign", "signbit", "sin", "sinh", "sqrt", "square", "tan", "tanh", "trunc",
)  # fmt: skip
BINARY = (
    "add", "atan2", "bitwise_and", "bitwise_left_shift", "bitwise_or", "bitwise_right_shift", "bitwise_xor", "copysign", "divide", "equal",
    "floor_divide", "greater", "greater_equal", "hypot", "less", "less_equal", "logaddexp", "logical_and", "logical_or", "logical_xor", "maximum",
    "minimum", "multiply", "nextafter", "not_equal", "pow", "remainder", "subtract",
)  # fmt: skip
REDUCTIONS = ("all", "any", "argmax", "argmin", "count_nonzero", "max", "mean", "min", "prod", "std", "sum", "var")
DTYPES = ("bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float32", "float64")


def _data(dtype, shape, seed):
    generator = np.random.default_rng(seed)
    if dtype == "bool":
        return generator.random(shape) < 0.5
    if np.dtype(dtype).kind in "iu":
        return generator.integers(1, 7, shape).astype(dtype)
    return generator.uniform(0.05, 0.95, shape).astype(dtype)


def _same(got, expected, dtype):
    got, expected = np.asarray(got), np.asarray(expected)
    if got.shape != expected.shape:
        return False
    if expected.dtype.kind != "f":
        return bool(np.array_equal(got, expected))
    # NumPy answers small integers in float16; ours is the more precise
    tolerance = 2e-3 if expected.dtype == np.float16 else 1e-5 if "float32" in (str(expected.dtype), dtype) else 1e-12
    return bool(np.allclose(got, expected, rtol=tolerance, atol=tolerance, equal_nan=True))


def _calls():
    """(name, dtype, our call, NumPy's call) for every function and dtype that NumPy takes."""
    for dtype in DTYPES:
        x, z = _data(dtype, (37, 11), 1), _data(dtype, (37, 11), 2)
        for name in UNARY:
            ours, theirs = getattr(numrs, name), getattr(np, _NUMPY.get(name, name))
            yield name, dtype, lambda f=ours, x=x: f(x), lambda f=theirs, x=x: f(x)
        for name in BINARY:
            ours, theirs = getattr(numrs, name), getattr(np, _NUMPY.get(name, name))
            yield name, dtype, lambda f=ours, x=x, z=z: f(x, z), lambda f=theirs, x=x, z=z: f(x, z)
        for name in REDUCTIONS:
            for axis in (None, 0, 1):
                if name in ("prod",) and dtype != "bool":
                    x, z = x[:5], z[:5]
                yield name, dtype, lambda n=name, x=x, a=axis: getattr(numrs, n)(x, axis=a), lambda n=name, x=x, a=axis: getattr(np, n)(x, axis=a)
        yield "matmul", dtype, lambda x=x, z=z: numrs.matmul(x, z.T), lambda x=x, z=z: np.matmul(x, z.T)


def _run(place):
    passed, failed = 0, []
    with np.errstate(all="ignore"):
        for name, dtype, ours, theirs in _calls():
            try:
                expected = theirs()
            except TypeError:
                continue  # NumPy does not take this dtype
            try:
                fine = _same(ours(), expected, dtype)
            except Exception as error:
                fine = False
                name = f"{name} ({type(error).__name__}: {error})"
            if fine:
                passed += 1
            else:
                failed.append(f"{name} {dtype} on {place}")
    return passed, failed


def run(report=lambda place, passed, failed: None):
    """Returns (number passed, list of failures); leaves backend and instruction set as they were."""
    backend, target = numrs.get_backend(), numrs.detect_simd_support()
    total, failures = 0, []
    try:
        for name in numrs.simd_info()["available"]:
            set_target(name)
            passed, failed = _run(f"cpu/{name}")
            report(f"cpu/{name}", passed, len(failed))
            total, failures = total + passed, failures + failed
        numrs.set_backend("cpu-portable")
        passed, failed = _run("cpu-portable")
        report("cpu-portable", passed, len(failed))
        total, failures = total + passed, failures + failed
    finally:
        numrs.set_backend(backend)
        if backend == "cpu":
            set_target(target)
    return total, failures
