"""Special cases of element-wise functions for real floats, from the standard's text, as rows of operands and results."""

import math
import operator

import numpy as np
import numrs
import pytest
from array_api_support import HALVES_COMPUTE

inf, nan, pi = math.inf, math.nan, math.pi
DTYPES = ("float32", "float64") + (("float16",) if HALVES_COMPUTE else ())
ZEROS, INFS, POSITIVE, NEGATIVE = (0.0, -0.0), (inf, -inf), (0.5, 1.0, 3.25, 100.0), (-0.5, -1.0, -3.25, -100.0)
FINITE = POSITIVE + NEGATIVE
ANY = FINITE + ZEROS + INFS + (nan,)
SAME = "x"  # the operand itself

# Function → rows (operand or several, result).
UNARY = {
    "abs": [(nan, nan), (-0.0, 0.0), (-inf, inf)],
    "acos": [(nan, nan), ((1.5, inf), nan), ((-1.5, -inf), nan), (1.0, 0.0)],
    "acosh": [(nan, nan), ((0.5, 0.0, -3.0, -inf), nan), (1.0, 0.0), (inf, inf)],
    "asin": [(nan, nan), ((1.5, inf, -1.5, -inf), nan), (0.0, 0.0), (-0.0, -0.0)],
    "asinh": [(nan, nan), (0.0, 0.0), (-0.0, -0.0), (inf, inf), (-inf, -inf)],
    "atan": [(nan, nan), (0.0, 0.0), (-0.0, -0.0), (inf, pi / 2), (-inf, -pi / 2)],
    "atanh": [(nan, nan), ((-1.5, 1.5, inf, -inf), nan), (-1.0, -inf), (1.0, inf), (0.0, 0.0), (-0.0, -0.0)],
    "ceil": [((1.0, -4.0, 1e10), SAME), (inf, inf), (-inf, -inf), (0.0, 0.0), (-0.0, -0.0), (nan, nan), (-0.5, -0.0)],
    "cos": [(nan, nan), (ZEROS, 1.0), (INFS, nan)],
    "cosh": [(nan, nan), (ZEROS, 1.0), (INFS, inf)],
    "exp": [(nan, nan), (ZEROS, 1.0), (inf, inf), (-inf, 0.0)],
    "expm1": [(nan, nan), (0.0, 0.0), (-0.0, -0.0), (inf, inf), (-inf, -1.0)],
    "floor": [((1.0, -4.0, 1e10), SAME), (inf, inf), (-inf, -inf), (0.0, 0.0), (-0.0, -0.0), (nan, nan)],
    "log": [(nan, nan), (NEGATIVE, nan), (ZEROS, -inf), (1.0, 0.0), (inf, inf), (-inf, nan)],
    "log1p": [(nan, nan), ((-1.5, -100.0, -inf), nan), (-1.0, -inf), (-0.0, -0.0), (0.0, 0.0), (inf, inf)],
    "log2": [(nan, nan), (NEGATIVE, nan), (ZEROS, -inf), (1.0, 0.0), (inf, inf)],
    "log10": [(nan, nan), (NEGATIVE, nan), (ZEROS, -inf), (1.0, 0.0), (inf, inf)],
    "negative": [(nan, nan), (0.0, -0.0), (-0.0, 0.0), (inf, -inf), (-inf, inf)],
    "positive": [(ANY, SAME)],
    "reciprocal": [(nan, nan), (inf, 0.0), (-inf, -0.0), (0.0, inf), (-0.0, -inf)],
    "round": [
        ((1.0, -4.0, 1e10), SAME),
        (inf, inf),
        (-inf, -inf),
        (0.0, 0.0),
        (-0.0, -0.0),
        (nan, nan),
        (0.5, 0.0),
        (1.5, 2.0),
        (2.5, 2.0),
        (-0.5, -0.0),
        (-1.5, -2.0),
    ],
    "sign": [(POSITIVE + (inf,), 1.0), (NEGATIVE + (-inf,), -1.0), (ZEROS, 0.0), (nan, nan)],
    "sin": [(nan, nan), (0.0, 0.0), (-0.0, -0.0), (INFS, nan)],
    "sinh": [(nan, nan), (0.0, 0.0), (-0.0, -0.0), (inf, inf), (-inf, -inf)],
    "sqrt": [(nan, nan), (NEGATIVE + (-inf,), nan), (0.0, 0.0), (-0.0, -0.0), (inf, inf)],
    "square": [(nan, nan), (ZEROS, 0.0), (INFS, inf)],
    "tan": [(nan, nan), (0.0, 0.0), (-0.0, -0.0), (INFS, nan)],
    "tanh": [(nan, nan), (0.0, 0.0), (-0.0, -0.0), (inf, 1.0), (-inf, -1.0)],
    "trunc": [
        ((1.0, -4.0, 1e10), SAME),
        (inf, inf),
        (-inf, -inf),
        (0.0, 0.0),
        (-0.0, -0.0),
        (nan, nan),
        (0.5, 0.0),
        (-0.5, -0.0),
    ],
    "isfinite": [(INFS + (nan,), False), (FINITE + ZEROS, True)],
    "isinf": [(INFS, True), (FINITE + ZEROS + (nan,), False)],
    "isnan": [(nan, True), (FINITE + ZEROS + INFS, False)],
    "signbit": [(0.0, False), (-0.0, True), (inf, False), (-inf, True), (POSITIVE, False), (NEGATIVE, True)],
}
ODD, EVEN, FRACTIONS = (1.0, 3.0, 7.0), (2.0, 4.0, 10.0), (0.5, 1.5, 2.25)
SMALL, LARGE = (0.25, -0.5), (1.5, -4.0, inf, -inf)

# Function → rows (first operand or several, second or several, result); "1" and "2": that operand itself.
BINARY = {
    "add": [
        (nan, ANY, nan), (ANY, nan, nan), (inf, -inf, nan), (-inf, inf, nan), (inf, inf, inf), (-inf, -inf, -inf), (inf, FINITE, inf),
        (-inf, FINITE, -inf), (FINITE, inf, inf), (FINITE, -inf, -inf), (-0.0, -0.0, -0.0), (-0.0, 0.0, 0.0), (0.0, -0.0, 0.0), (0.0, 0.0, 0.0),
        (ZEROS, FINITE, "2"), (FINITE, ZEROS, "1"), (3.25, -3.25, 0.0), (-1.0, 1.0, 0.0),
    ],
    "subtract": [(nan, ANY, nan), (ANY, nan, nan), (inf, inf, nan), (-inf, -inf, nan), (0.0, 0.0, 0.0), (-0.0, 0.0, -0.0), (0.0, -0.0, 0.0), (3.25, 3.25, 0.0)],
    "multiply": [
        (nan, ANY, nan), (ANY, nan, nan), (INFS, ZEROS, nan), (ZEROS, INFS, nan), (inf, POSITIVE, inf), (inf, NEGATIVE, -inf), (-inf, POSITIVE, -inf),
        (-inf, NEGATIVE, inf), (inf, inf, inf), (inf, -inf, -inf), (-inf, -inf, inf), (POSITIVE, 0.0, 0.0), (POSITIVE, -0.0, -0.0), (NEGATIVE, 0.0, -0.0),
        (NEGATIVE, -0.0, 0.0),
    ],
    "divide": [
        (nan, ANY, nan), (ANY, nan, nan), (INFS, INFS, nan), (ZEROS, ZEROS, nan), (0.0, POSITIVE, 0.0), (-0.0, POSITIVE, -0.0), (0.0, NEGATIVE, -0.0),
        (-0.0, NEGATIVE, 0.0), (POSITIVE, 0.0, inf), (POSITIVE, -0.0, -inf), (NEGATIVE, 0.0, -inf), (NEGATIVE, -0.0, inf), (inf, POSITIVE, inf),
        (inf, NEGATIVE, -inf), (-inf, POSITIVE, -inf), (-inf, NEGATIVE, inf), (POSITIVE, inf, 0.0), (POSITIVE, -inf, -0.0), (NEGATIVE, inf, -0.0),
        (NEGATIVE, -inf, 0.0),
    ],
    "floor_divide": [
        (nan, ANY, nan), (ANY, nan, nan), (INFS, INFS, nan), (ZEROS, ZEROS, nan), (0.0, POSITIVE, 0.0), (-0.0, POSITIVE, -0.0), (0.0, NEGATIVE, -0.0),
        (-0.0, NEGATIVE, 0.0), (POSITIVE, 0.0, inf), (POSITIVE, -0.0, -inf), (NEGATIVE, 0.0, -inf), (NEGATIVE, -0.0, inf), (inf, POSITIVE, inf),
        (inf, NEGATIVE, -inf), (-inf, POSITIVE, -inf), (-inf, NEGATIVE, inf), (POSITIVE, inf, 0.0), (POSITIVE, -inf, -0.0), (NEGATIVE, inf, -0.0),
        (NEGATIVE, -inf, 0.0),
    ],
    "remainder": [
        (nan, ANY, nan), (ANY, nan, nan), (INFS, INFS, nan), (ZEROS, ZEROS, nan), (ZEROS, POSITIVE, 0.0), (ZEROS, NEGATIVE, -0.0), (FINITE, ZEROS, nan),
        (INFS, FINITE, nan), (POSITIVE, inf, "1"), (POSITIVE, -inf, "2"), (NEGATIVE, inf, "2"), (NEGATIVE, -inf, "1"),
    ],
    "pow": [
        (tuple(x for x in ANY if x != 1.0), nan, nan), (ANY, ZEROS, 1.0), (nan, FINITE, nan), (LARGE, inf, inf), (LARGE, -inf, 0.0),
        ((1.0, -1.0), INFS, 1.0), (1.0, ANY, 1.0), (SMALL, inf, 0.0), (SMALL, -inf, inf), (inf, POSITIVE, inf), (inf, NEGATIVE, 0.0),
        (-inf, ODD, -inf), (-inf, EVEN + FRACTIONS, inf), (-inf, tuple(-y for y in ODD), -0.0), (-inf, tuple(-y for y in EVEN + FRACTIONS), 0.0),
        (0.0, POSITIVE, 0.0), (0.0, NEGATIVE, inf), (-0.0, ODD, -0.0), (-0.0, EVEN + FRACTIONS, 0.0), (-0.0, tuple(-y for y in ODD), -inf),
        (-0.0, tuple(-y for y in EVEN + FRACTIONS), inf), (NEGATIVE, FRACTIONS, nan),
    ],
    "atan2": [
        (nan, ANY, nan), (ANY, nan, nan), (POSITIVE, ZEROS, pi / 2), (0.0, POSITIVE + (0.0,), 0.0), (0.0, NEGATIVE + (-0.0,), pi), (-0.0, POSITIVE + (0.0,), -0.0),
        (-0.0, NEGATIVE + (-0.0,), -pi), (NEGATIVE, ZEROS, -pi / 2), (POSITIVE, inf, 0.0), (POSITIVE, -inf, pi), (NEGATIVE, inf, -0.0), (NEGATIVE, -inf, -pi),
        (inf, FINITE, pi / 2), (-inf, FINITE, -pi / 2), (inf, inf, pi / 4), (inf, -inf, 3 * pi / 4), (-inf, inf, -pi / 4), (-inf, -inf, -3 * pi / 4),
    ],
    "copysign": [(POSITIVE + (inf,), (0.0, 2.0, inf), "1"), (0.0, -0.0, -0.0), (inf, -1.0, -inf), (nan, ANY, nan), (-3.25, nan, None)],
    "hypot": [(INFS, ANY, inf), (ANY, INFS, inf), (nan, FINITE + ZEROS + (nan,), nan), (FINITE + ZEROS, nan, nan)],
    "logaddexp": [(nan, ANY, nan), (ANY, nan, nan), (inf, FINITE + (inf, -inf), inf), (FINITE, inf, inf), (-inf, -inf, -inf)],
    "maximum": [(nan, ANY, nan), (ANY, nan, nan), (inf, FINITE, inf), (-inf, FINITE, "2")],
    "minimum": [(nan, ANY, nan), (ANY, nan, nan), (inf, FINITE, "2"), (-inf, FINITE, -inf)],
    "nextafter": [(nan, ANY, nan), (ANY, nan, nan), (ZEROS, 0.0, 0.0), (ZEROS, -0.0, -0.0), (1.0, 1.0, 1.0), (inf, inf, inf)],
    "equal": [(nan, ANY, False), (ANY, nan, False), (inf, inf, True), (-inf, -inf, True), (0.0, -0.0, True), (-0.0, 0.0, True), (inf, FINITE, False)],
    "not_equal": [(nan, ANY, True), (ANY, nan, True), (ZEROS, ZEROS, False)],
    "less": [(nan, ANY, False), (ANY, nan, False), (inf, ANY, False), (-inf, FINITE + (inf,), True), (ZEROS, ZEROS, False)],
    "less_equal": [(nan, ANY, False), (ANY, nan, False), (ZEROS, ZEROS, True), (inf, inf, True)],
    "greater": [(nan, ANY, False), (ANY, nan, False), (inf, FINITE + (-inf,), True), (ZEROS, ZEROS, False)],
    "greater_equal": [(nan, ANY, False), (ANY, nan, False), (ZEROS, ZEROS, True)],
}  # fmt: skip
OPERATORS = {
    "add": (operator.add, operator.iadd), "subtract": (operator.sub, operator.isub), "multiply": (operator.mul, operator.imul),
    "divide": (operator.truediv, operator.itruediv), "floor_divide": (operator.floordiv, operator.ifloordiv), "remainder": (operator.mod, operator.imod),
    "pow": (operator.pow, operator.ipow), "equal": (operator.eq,), "not_equal": (operator.ne,), "less": (operator.lt,), "less_equal": (operator.le,),
    "greater": (operator.gt,), "greater_equal": (operator.ge,),
}  # fmt: skip
ROUNDED = {"atan", "atan2"}  # results that are not exact: pi / 2 of the dtype, to an ULP


@pytest.fixture(autouse=True, params=["cpu", "cpu-portable"])
def backend(request):
    before = numrs.get_backend()
    numrs.set_backend(request.param)
    yield
    numrs.set_backend(before)


def several(x):
    return x if isinstance(x, tuple) else (x,)


def check(name, got, wanted, what):
    if isinstance(wanted, bool):
        assert bool(got) is wanted, what
    elif math.isnan(wanted):
        assert np.isnan(got), f"{what} gave {got}, expected NaN"
    elif name in ROUNDED and wanted != 0:
        assert abs(float(got) - wanted) <= 1e-3 * np.finfo(got.dtype).eps ** 0.5 + 2 * np.finfo(got.dtype).eps * abs(
            wanted
        ), f"{what} gave {got}, expected {wanted}"
    else:
        assert got == got.dtype.type(wanted) and np.signbit(got) == np.signbit(wanted), (
            f"{what} gave {got}, expected {wanted}"
        )


@pytest.mark.parametrize("name", UNARY)
@pytest.mark.parametrize("dtype", DTYPES)
def test_unary(name, dtype):
    rows = [
        (x, x if isinstance(wanted, str) else wanted) for operands, wanted in UNARY[name] for x in several(operands)
    ]
    x = np.array([x for x, _ in rows], dtype)
    for repeated in (1, 7):  # the vector's body and its tail
        got = getattr(numrs, name)(numrs.asarray(np.repeat(x, repeated))).numpy()[::repeated]
        for (operand, wanted), one in zip(rows, got, strict=True):
            check(name, one, wanted, f"{name}({operand})")


@pytest.mark.parametrize("name", BINARY)
@pytest.mark.parametrize("dtype", DTYPES)
def test_binary(name, dtype):
    rows = []
    for firsts, seconds, wanted in BINARY[name]:
        for a in several(firsts):
            for b in several(seconds):
                if wanted is not None:
                    rows.append((a, b, a if wanted == "1" else b if wanted == "2" else wanted))
    x, y = np.array([row[0] for row in rows], dtype), np.array([row[1] for row in rows], dtype)
    a, b = numrs.asarray(x), numrs.asarray(y)
    results = [getattr(numrs, name)(a, b)]
    for k, function in enumerate(OPERATORS.get(name, ())):
        results.append(function(a.copy() if k else a, b))
    results.append(numrs.stack([getattr(numrs, name)(a[i], float(y[i])) for i in range(len(rows))]))  # Python scalars
    for got in results:
        for (first, second, wanted), one in zip(rows, got.numpy(), strict=True):
            check(name, one, wanted, f"{name}({first}, {second})")


def test_statistics_of_nothing_and_nan():
    for dtype in DTYPES:
        empty = numrs.zeros((0,), dtype=dtype)
        assert float(numrs.sum(empty)) == 0 and float(numrs.prod(empty)) == 1
        assert np.isnan(float(numrs.mean(empty)))
        line = numrs.asarray([1.0, nan, 3.0], dtype=dtype)
        for name in ("sum", "prod", "mean", "max", "min", "var", "std"):
            assert np.isnan(float(getattr(numrs, name)(line))), name
        for name in ("cumulative_sum", "cumulative_prod"):
            assert np.isnan(getattr(numrs, name)(line).numpy()).tolist() == [False, True, True]
        for correction in (3, 4.5):
            assert np.isnan(float(numrs.var(line, correction=correction)))
            assert np.isnan(float(numrs.std(line, correction=correction)))
        assert bool(numrs.any(line)) and bool(numrs.all(line))  # NaN, infinities: true
        assert not bool(numrs.any(empty)) and bool(numrs.all(empty))
