"""complex64 and complex128: values against NumPy and mpmath, the standard's special values, result dtypes, layouts, what is refused."""

import itertools
import math

import mpmath
import numpy as np
import numrs
import pytest
from complex_support import BACKENDS, COMPLEX, REAL, multiplied, on_backend, reference, same, specials, values
from complex_tables import BY_ROTATION, EVEN, ODD, TABLES
from reference import DTYPES, layouts, numpy_function

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")
# Largest error of each part in units of its last place, complex64 and complex128 (docs/complex.md prints the same).
BOUNDS = {
    "exp": (0.6, 2.5),
    "log": (0.6, 1.5),
    "sqrt": (0.6, 2.0),
    "sin": (0.6, 3.0),
    "cos": (0.6, 3.0),
    "tan": (0.6, 3.5),
    "sinh": (0.6, 3.0),
    "cosh": (0.6, 3.0),
    "tanh": (0.6, 3.5),
    "asin": (0.6, 1.5),
    "acos": (0.6, 1.5),
    "atan": (0.6, 1.5),
    "asinh": (0.6, 1.5),
    "acosh": (0.6, 1.5),
    "atanh": (0.6, 1.5),
    "log2": (0.6, 2.5),
    "log10": (0.6, 2.5),
    "log1p": (0.6, 2.5),
    "exp2": (0.6, 2.5),
    "expm1": (0.6, 1.5),
    "sign": (0.6, 1.5),
    "abs": (0.6, 1.0),
    "angle": (0.6, 1.1),
}
REFUSED_UNARY = ("floor", "ceil", "trunc", "signbit", "bitwise_invert", "cbrt", "rsqrt", "erf", "erfc", "sigmoid")
REFUSED_BINARY = (
    "floor_divide",
    "remainder",
    "maximum",
    "minimum",
    "less",
    "less_equal",
    "greater",
    "greater_equal",
    "bitwise_and",
    "bitwise_or",
    "bitwise_xor",
    "bitwise_left_shift",
    "bitwise_right_shift",
    "copysign",
    "nextafter",
    "hypot",
    "atan2",
    "logaddexp",
)
SIMPLE_UNARY = ("negative", "positive", "square", "conj", "real", "imag", "isnan", "isinf", "isfinite", "logical_not")
SIMPLE_BINARY = ("add", "subtract", "multiply", "equal", "not_equal", "logical_and", "logical_or", "logical_xor")


@pytest.fixture(params=BACKENDS)
def backend(request):
    yield from on_backend(request.param)


# ------------------------------------------------------------------------------------------------ element-wise


@pytest.mark.parametrize("dtype", COMPLEX)
@pytest.mark.parametrize("name", SIMPLE_UNARY)
def test_simple_unary(backend, name, dtype):
    for x in (*(values(dtype, n, n) for n in (0, 1, 2, 3, 7, 17, 1003)), values(dtype, (3, 0)), values(dtype, (5, 7))):
        same(getattr(numrs, name)(x), reference(name)(x), name)
    same(getattr(numrs, name)(specials(dtype)), reference(name)(specials(dtype)), name)
    for layout, x in layouts(values(dtype, (9, 13), 3)):
        if layout == "big-endian":
            x = x.astype(dtype)
        same(getattr(numrs, name)(x), reference(name)(np.asarray(x)), f"{name} {layout}")


@pytest.mark.parametrize("dtype", COMPLEX)
@pytest.mark.parametrize("name", SIMPLE_BINARY)
def test_simple_binary(backend, name, dtype):
    ours, theirs = getattr(numrs, name), reference(name)
    for n in (0, 1, 2, 3, 7, 17, 1003):
        x, y = values(dtype, n, n), values(dtype, n, n + 1)
        same(ours(x, y), theirs(x, y), name)
        same(ours(x, y[:1]), theirs(x, y[:1]), name)
        same(ours(x[:1], y), theirs(x[:1], y), name)
    x, y = (a.ravel() for a in np.meshgrid(specials(dtype), specials(dtype)))
    same(ours(x, y), theirs(x, y), name)
    for (layout, x), (other, y) in itertools.product(
        layouts(values(dtype, (9, 13), 3)), layouts(values(dtype, (9, 13), 4))
    ):
        wanted = theirs(x.astype(dtype), y.astype(dtype))
        same(ours(x, y), wanted, f"{name} {layout} {other}")
    x, y = values(dtype, (70, 1), 5), values(dtype, (1, 200), 6)
    same(ours(x, y), theirs(x, y), name)
    same(ours(x[:, 0], y[0, 0]), theirs(x[:, 0], y[0, 0]), name)


@pytest.mark.parametrize("name", ("add", "multiply", "divide", "equal", "pow"))
def test_result_dtypes(name):
    for first, second in itertools.product((*DTYPES, *COMPLEX), COMPLEX):
        for a, b in ((first, second), (second, first)):
            x, y = np.ones(3, a), np.ones(3, b)
            assert getattr(numrs, name)(x, y).dtype == numpy_function(name)(x, y).dtype, (a, b)


@pytest.mark.parametrize("dtype", (*DTYPES, *COMPLEX))
def test_python_complex_numbers_are_weak(dtype):
    x = np.ones(5, dtype)
    for name in ("add", "multiply", "subtract", "divide", "equal", "pow"):
        for number in (2.5 + 1j, 1j):
            if name == "subtract" and dtype == "bool":
                continue
            for operands in ((x, number), (number, x)):
                wanted = numpy_function(name)(*operands)
                got = getattr(numrs, name)(*operands)
                assert got.dtype == wanted.dtype, (name, dtype)
                np.testing.assert_allclose(got, wanted, rtol=1e-6)
    if dtype in COMPLEX:
        for number in (True, 3, -2.5):
            same(numrs.multiply(x, number), multiplied(x, np.asarray(number, dtype)))
            same(numrs.add(number, x), np.add(number, x))
    assert numrs.where(x == 1, 1j, x).dtype == np.where(x == 1, 1j, x).dtype


def test_scalars_come_back():
    for dtype in COMPLEX:
        z = np.asarray(3 + 4j, dtype)
        assert type(numrs.add(z, z)) is np.dtype(dtype).type
        assert type(numrs.abs(z)) is np.dtype(REAL[dtype]).type and numrs.abs(z) == 5
        assert type(numrs.sum(np.ones(3, dtype))) is np.dtype(dtype).type
    assert numrs.add(1j, 2j) == 3j
    assert numrs.multiply([1j, 2.0], [1j, 3]).tolist() == [-1 + 0j, 6 + 0j]


@pytest.mark.parametrize("dtype", COMPLEX)
def test_division(backend, dtype):
    x, y = values(dtype, 1003, 1), values(dtype, 1003, 2)
    eps = np.finfo(dtype).eps
    same(numrs.divide(x, y), (x.astype(np.clongdouble) / y.astype(np.clongdouble)).astype(dtype), rtol=2 * eps)
    same(numrs.reciprocal(y), (1 / y.astype(np.clongdouble)).astype(dtype), rtol=2 * eps)
    # Nothing leaves the range of numbers on the way.
    info = np.finfo(dtype)
    big, small, least = float(info.max) / 2, float(info.tiny), float(info.smallest_subnormal)
    parts = np.array([big, -big, small, 3 * small, least, 1.0, -3.0, 0.0], REAL[dtype])
    z = np.array([complex(a, b) for a, b in itertools.product(parts, parts)], dtype)
    a, b = (v.ravel() for v in np.meshgrid(z, z[z != 0]))
    got = numrs.divide(a, b)
    for i in np.random.default_rng(0).permutation(a.size)[:1500]:
        wanted = mpmath.mpc(complex(a[i])) / mpmath.mpc(complex(b[i]))
        size = float(mpmath.hypot(wanted.real, wanted.imag)) if wanted != 0 else 0.0
        if size > float(info.max) / 4:
            continue
        error = float(
            mpmath.hypot(mpmath.mpf(float(got[i].real)) - wanted.real, mpmath.mpf(float(got[i].imag)) - wanted.imag)
        )
        assert error <= 2 * float(eps) * size + 2 * least, (a[i], b[i], got[i], wanted)


def test_division_by_zero_and_infinity(backend):
    for dtype in COMPLEX:
        z = np.array([1 + 2j, -1 + 0j, 0j, complex(np.inf, 1)], dtype)
        got = numrs.divide(z, np.zeros(4, dtype))
        same(
            got,
            np.array(
                [complex(np.inf, np.inf), complex(-np.inf, np.nan), complex(np.nan, np.nan), complex(np.inf, np.inf)],
                dtype,
            ),
        )
        for infinite in (complex(np.inf, 0), complex(0, -np.inf), complex(np.inf, np.inf)):
            assert np.all(numrs.divide(z[:3], np.full(3, infinite, dtype)) == 0)
        assert np.isnan(numrs.divide(z[3:], np.full(1, np.inf, dtype)).real).all()


@pytest.mark.parametrize("dtype", COMPLEX)
def test_powers(backend, dtype):
    rtol = 4 * np.finfo(dtype).eps
    x, y = values(dtype, 300, 1), values(dtype, 300, 2)
    with mpmath.workprec(150):
        wanted = np.array(
            [complex(mpmath.mpc(a) ** mpmath.mpc(b)) for a, b in zip(x.tolist(), y.tolist(), strict=True)]
        )
    same(numrs.pow(x, y), wanted.astype(dtype), rtol=rtol)
    for exponent in (-3, -1, 0, 1, 2, 3, 5, 10, 100, 0.5):
        with mpmath.workprec(200):
            wanted = np.array([complex(mpmath.mpc(a) ** exponent) for a in x.tolist()])
        with np.errstate(over="ignore"):
            wanted = wanted.astype(dtype)
        keep = np.isfinite(wanted) & (np.abs(wanted) > 100 * np.finfo(dtype).tiny)
        same(numrs.pow(x, np.asarray(exponent, dtype))[keep], wanted[keep], f"** {exponent}", rtol=rtol)
    zero, one = np.zeros(1, dtype), np.ones(1, dtype)
    assert (
        numrs.pow(zero, zero) == 1 and numrs.pow(zero, 2 * one) == 0 and numrs.pow(zero, np.asarray(1 + 1j, dtype)) == 0
    )
    assert np.isnan(numrs.pow(zero, -one)).all() and numrs.pow(np.full(1, np.nan, dtype), zero) == 1
    assert numrs.pow(np.array([1j, 2], dtype), np.array([2, 10], dtype)).tolist() == [-1, 1024]


@pytest.mark.parametrize("dtype", COMPLEX)
def test_powers_side_by_side(backend, dtype):
    """Whole exponents, others and extreme ones in one vector: each as alone, and near the exact value."""
    generator = np.random.default_rng(5)
    n = 203
    x = generator.normal(size=n) + 1j * generator.normal(size=n)
    whole, small = generator.integers(-12, 13, n), generator.normal(size=n) + 1j * generator.normal(size=n)
    large = generator.uniform(-200, 200, n) * (1 + 0.1j)
    x[::3] /= np.abs(x[::3])
    x, y = x.astype(dtype), np.choose(generator.integers(0, 3, n), (whole + 0j, small, large)).astype(dtype)
    got, info = numrs.pow(x, y), np.finfo(dtype)
    for i in range(n):
        np.testing.assert_array_equal(numrs.pow(x[i : i + 1], y[i : i + 1]), got[i : i + 1])
        with mpmath.workprec(300):
            wanted = mpmath.mpc(x[i].item()) ** mpmath.mpc(y[i].item())
            size = abs(wanted)
            if 100 * float(info.tiny) < size < info.max / 2:
                error = abs(mpmath.mpc(got[i].item()) - wanted) / (size * float(info.eps))
                assert error <= 4, f"{x[i]} ** {y[i]}: {float(error):.2f} units"
    for zero in (0.0, -0.0):  # signs of zeros as of the scalar function
        z = np.array([complex(3, zero), complex(zero, 2)], dtype)
        assert np.signbit(numrs.pow(z, np.asarray(1, dtype)).imag[0]) == np.signbit(zero)


@pytest.mark.parametrize("dtype", COMPLEX)
def test_round_sign_where(backend, dtype):
    z = np.concatenate([np.array([0.5 + 1.5j, -2.5 - 0.4j, 1e9 + 1j]).astype(dtype), specials(dtype)])
    same(numrs.round(z), np.round(z))
    got = numrs.sign(z)
    same(got[3:], np.sign(z[3:]), rtol=2 * np.finfo(dtype).eps)
    x, y, c = values(dtype, (6, 9), 1), values(dtype, (6, 9), 2), np.random.default_rng(3).random((6, 9)) < 0.5
    same(numrs.where(c, x, y), np.where(c, x, y))
    for n in (0, 1, 5, 300, 1003):
        c, x, y = np.random.default_rng(n).random(n) < 0.5, values(dtype, n, 1), values(dtype, n, 2)
        same(numrs.where(c, x, y), np.where(c, x, y))
        same(numrs.where(c, x, dtype_scalar := np.dtype(dtype).type(1j)), np.where(c, x, dtype_scalar))
        same(numrs.where(c, dtype_scalar, y), np.where(c, dtype_scalar, y))
        same(numrs.where(True, x, y), x)
    same(numrs.where(c, x, 2.0), np.where(c, x, 2.0))


def test_parts_of_real_numbers():
    for dtype in DTYPES:
        x = np.array([0, 1, 3]).astype(dtype)
        same(numrs.conj(x), x)
        same(numrs.real(x), x)
        same(numrs.imag(x), np.zeros_like(x))
        assert numrs.angle(x).dtype == (
            dtype if dtype.startswith("float") else np.angle(np.float64(1)).dtype if x.dtype.itemsize > 2 else "float32"
        )
    assert numrs.angle(np.array([-1.0, 0.0, 2.0])).tolist() == [math.pi, 0.0, 0.0]


@pytest.mark.parametrize("dtype", COMPLEX)
def test_outputs(dtype):
    z = values(dtype, (5, 8), 1)
    out = np.empty((5, 8), REAL[dtype])
    assert numrs.abs(z, out=out) is out
    same(out, numrs.abs(z))
    want = numrs.abs(z)
    w = z.copy()
    numrs.abs(w, out=w.real)  # into its own real parts
    same(w.real, want)
    same(w.imag, z.imag)
    w = z.copy()
    numrs.multiply(w, w, out=w)
    same(w, numrs.square(z))
    numrs.add(z[:-1], z[1:], out=w[1:])
    same(w[1:], z[:-1] + z[1:])
    into = np.empty((5, 8), "complex128")
    numrs.real(z, out=into)
    same(into, z.real.astype("complex128"))
    before = out.copy()
    with pytest.raises(TypeError, match=r"add: out has dtype float"):
        numrs.add(z, z, out=out)
    same(out, before)


def test_what_is_refused():
    for dtype in COMPLEX:
        z = np.ones(5, dtype)
        for name in REFUSED_UNARY:
            with pytest.raises(TypeError, match=name):
                getattr(numrs, name)(z)
        for name in REFUSED_BINARY:
            with pytest.raises(TypeError, match=name):
                getattr(numrs, name)(z, z)
            with pytest.raises(TypeError, match=name):
                getattr(numrs, name)(z, 1.0)
            with pytest.raises(TypeError, match=name):
                getattr(numrs, name)(np.ones(5), 1j)
        with pytest.raises(TypeError, match="clip"):
            numrs.clip(z, 0, 1)
        for name in (
            "min",
            "max",
            "argmin",
            "argmax",
            "nanmin",
            "nanmax",
            "nanargmin",
            "nanargmax",
            "cumulative_max",
            "cumulative_min",
        ):
            with pytest.raises(TypeError, match=name):
                getattr(numrs, name)(z)


def test_other_families_refuse_complex_numbers():
    z = np.ones(8, "complex128")
    for call in (
        lambda: numrs.sort(z),
        lambda: numrs.argsort(z),
        lambda: numrs.median(z),
        lambda: numrs.quantile(z, 0.5),
        lambda: numrs.searchsorted(z, z),
        lambda: numrs.rolling_mean(z, 3),
        lambda: numrs.stats.skew(z),
        lambda: numrs.stats.ewm_mean(z, alpha=0.5),
        lambda: numrs.stats.expanding_sum(z),
        lambda: numrs.stats.group_sum(z, np.zeros(8, np.int64)),
        lambda: numrs.stats.cov(z, z),
        lambda: numrs.stats.histogram(z),
    ):
        with pytest.raises(TypeError):
            call()


# ------------------------------------------------------------------------------------------------ special values


def _part(wanted, direction):
    """The value of a table entry and whether its sign is open."""
    if not isinstance(wanted, str):
        return wanted, False
    if wanted.endswith("*cis"):
        return float(wanted[:-4]) * direction, False
    return (math.pi / 2 if wanted == "pi/2" else float(wanted)), True


def _rows(name):
    for a, b, re, im in TABLES[name]:
        cosine, sine = (math.cos(b), math.sin(b)) if math.isfinite(b) else (1.0, 1.0)
        yield a, b, _part(re, cosine), _part(im, sine)


def _negated(part):
    return -part[0], part[1]


def _cases():
    """Function, argument, parts of the result with "is the sign open", for the tables and all that follows by symmetry."""
    for name in TABLES:
        for a, b, re, im in _rows(name):
            yield name, complex(a, b), re, im
            yield name, complex(a, -b), re, _negated(im)
            if name in ODD:
                yield name, complex(-a, b), _negated(re), im
            if name in EVEN:
                yield name, complex(-a, -b), re, im
    for name, base in BY_ROTATION.items():
        for a, b, re, im in _rows(base):
            yield name, complex(b, -a), im, _negated(re)
    for a, b, re, im in _rows("cosh"):
        yield "cos", complex(b, -a), re, im


def _check_part(got, wanted, open_sign, message, eps):
    if math.isnan(wanted):
        assert math.isnan(got), message
        return
    if open_sign:
        got, wanted = abs(got), abs(wanted)
    if math.isinf(wanted) or wanted == 0:
        assert got == wanted and math.copysign(1, got) == math.copysign(1, wanted), message
    else:
        assert abs(got - wanted) <= 2 * eps * abs(wanted), message


@pytest.mark.parametrize("dtype", COMPLEX)
def test_special_values(backend, dtype):
    eps, ordinary = float(np.finfo(dtype).eps), 0.3 + 0.4j
    for name, z, re, im in _cases():
        function = getattr(numrs, name)
        plain = function(np.full(9, ordinary, dtype))[0]
        for n, at in ((1, 0), (9, 4), (9, 8)):  # alone, and among ordinary numbers
            x = np.full(n, ordinary, dtype)
            x[at] = z
            got = function(x)
            assert np.all(np.delete(got, at) == plain), f"{name} beside {z}"
            for value, wanted in ((got[at].real, re), (got[at].imag, im)):
                _check_part(float(value), *wanted, f"{name}({z}) is {got[at]}, expected {re[0]} {im[0]}", eps)


def test_abs_and_angle_of_special_values(backend):
    inf, nan = math.inf, math.nan
    for dtype in COMPLEX:
        table = (
            (inf, nan, inf), (-inf, nan, inf), (nan, inf, inf), (3, -inf, inf), (nan, 1, nan), (0.0, nan, nan), (-0.0, -0.0, 0.0), (-3, 4, 5),
        )  # fmt: skip
        z = np.array([complex(a, b) for a, b, _ in table], dtype)
        np.testing.assert_array_equal(numrs.abs(z), np.array([w for *_, w in table], REAL[dtype]))
        cuts = np.array(
            [complex(-1, 0.0), complex(-1, -0.0), complex(-0.0, 0.0), complex(0.0, -0.0), complex(-inf, inf)], dtype
        )
        np.testing.assert_array_equal(numrs.angle(cuts), np.angle(cuts))


@pytest.mark.parametrize("dtype", COMPLEX)
def test_branch_cuts_are_continuous_from_the_side_of_the_zero(backend, dtype):
    cuts = {"sqrt": (-2.0,), "log": (-2.0,), "log2": (-2.0,), "log10": (-2.0,), "log1p": (-3.0,), "acosh": (-2.0, 0.5)}
    cuts.update({name: (2.0, -2.0) for name in ("asin", "acos", "atanh")})
    for name, inside in ((name, inside) for name, places in cuts.items() for inside in places):
        for zero, step in ((0.0, 1e-3), (-0.0, -1e-3)):
            z = np.array([complex(inside, zero), complex(inside, step)], dtype)
            on, near = getattr(numrs, name)(z)
            assert abs(on - near) < 0.01, (name, inside, zero)
    for name, inside in (("asinh", 2.0), ("asinh", -2.0), ("atan", 2.0), ("atan", -2.0)):
        for zero, step in ((0.0, 1e-3), (-0.0, -1e-3)):
            z = np.array([complex(zero, inside), complex(step, inside)], dtype)
            on, near = getattr(numrs, name)(z)
            assert abs(on - near) < 0.01, (name, inside, zero)


# ------------------------------------------------------------------------------------------------ accuracy

MP = {
    "exp": mpmath.exp,
    "log": mpmath.log,
    "sqrt": mpmath.sqrt,
    "sin": mpmath.sin,
    "cos": mpmath.cos,
    "tan": mpmath.tan,
    "sinh": mpmath.sinh,
    "cosh": mpmath.cosh,
    "tanh": mpmath.tanh,
    "asin": mpmath.asin,
    "acos": mpmath.acos,
    "atan": mpmath.atan,
    "asinh": mpmath.asinh,
    "acosh": mpmath.acosh,
    "atanh": mpmath.atanh,
    "log2": lambda z: mpmath.log(z) / mpmath.log(2),
    "log10": lambda z: mpmath.log(z) / mpmath.log(10),
    "log1p": lambda z: mpmath.log(1 + z),
    "exp2": lambda z: mpmath.exp(z * mpmath.log(2)),
    "expm1": lambda z: mpmath.exp(z) - 1,
    "sign": lambda z: z / abs(z),
    "abs": abs,
    "angle": mpmath.arg,
}


def points(dtype, count, seed):
    """Random numbers of every size, near the unit circle, near the real axis, of few bits."""
    generator = np.random.default_rng(seed)
    span = 30 if dtype == "complex64" else 200
    z = [
        generator.normal(size=count) + 1j * generator.normal(size=count),
        10 * generator.normal(size=count) + 10j * generator.normal(size=count),
        np.exp2(generator.uniform(-span, 6, count)) + 1j * np.exp2(generator.uniform(-span, 6, count)),
        np.exp(2j * np.pi * generator.random(count)) * (1 + np.exp2(generator.uniform(-50, -2, count))),
        generator.normal(size=count) + 1j * np.exp2(generator.uniform(-span, 0, count)),
        -1 + np.exp2(generator.uniform(-40, 0, count)) * np.exp(2j * np.pi * generator.random(count)),
    ]
    signs = generator.choice([-1.0, 1.0], (2, 6 * count))
    z = np.concatenate(z)
    return (signs[0] * z.real + 1j * signs[1] * z.imag).astype(dtype)


def error_in_ulps(got, wanted, info):
    """Of one part; subnormal results count in the smallest number."""
    wanted_f = float(wanted)
    if math.isinf(wanted_f) or abs(wanted) > info.max:
        return 0.0 if math.isinf(got) or abs(got) == info.max else math.inf
    exponent = max(mpmath.frexp(wanted)[1] if wanted else info.minexp, info.minexp + 1)
    return float(abs(mpmath.mpf(float(got)) - wanted) / mpmath.mpf(2) ** (exponent - info.nmant - 1))


@pytest.mark.parametrize("dtype", COMPLEX)
@pytest.mark.parametrize("name", tuple(BOUNDS))
def test_accuracy(backend, name, dtype):
    z = points(dtype, 25, len(name))
    z = z[np.abs(z.real) < 80] if dtype == "complex64" else z
    got = getattr(numrs, name)(z)
    info = np.finfo(dtype)
    worst = (0.0, None)
    with mpmath.workprec(500):
        for x, y in zip(z.tolist(), got.tolist(), strict=True):
            wanted = MP[name](mpmath.mpc(x.real, x.imag))
            pairs = ((y.real, wanted.real), (y.imag, wanted.imag)) if isinstance(y, complex) else ((y, wanted),)
            for part, exact in pairs:
                error = error_in_ulps(part, exact, info)
                if error > worst[0]:
                    worst = (error, x)
    assert worst[0] <= BOUNDS[name][COMPLEX.index(dtype)], f"{name}: {worst[0]:.2f} ULP at {worst[1]}"
