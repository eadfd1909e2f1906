"""Element-wise functions against NumPy: values, result dtypes, layouts, Python numbers, mixed integers, given outputs."""

import fractions

import numpy as np
import numrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from reference import (
    BINARY,
    COMPARISONS,
    DTYPES,
    EXACT_BINARY,
    EXACT_UNARY,
    FLOATS,
    INTEGERS,
    MATH_BINARY,
    MATH_UNARY,
    UNARY,
    assert_same,
    data,
    expected,
    layouts,
    special,
)

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")
FAST = settings(derandomize=True, deadline=None, max_examples=60)
# NumPy itself is off by up to 4 units in these; numrs' own bounds are checked by the C++ tests against exact values.
TOLERANCE = {name: 6.0 for name in (*MATH_UNARY, *MATH_BINARY)}
# Deliberate differences (docs/differences.md): which zero comes out, floor_divide of infinities, and what conj and round make of bool.
ANY_ZERO = ("maximum", "minimum")
KEEPS_BOOL = ("conj", "round")


def against_numpy(name, *operands, **given_out):
    """Both refuse with TypeError, or both give the same."""
    try:
        wanted = expected(name, *operands)
    except TypeError:
        with pytest.raises(TypeError, match=name):
            getattr(numrs, name)(*operands, **given_out)
        return
    if name in KEEPS_BOOL and wanted.dtype != operands[0].dtype and operands[0].dtype == bool:
        wanted = operands[0][()]
    got = getattr(numrs, name)(*operands, **given_out)
    described = ", ".join(f"{np.asarray(x).dtype}{np.shape(x)}" for x in operands)
    assert_same(got, wanted, f"{name}({described})", TOLERANCE.get(name, 0.0), name not in ANY_ZERO)


@pytest.mark.parametrize("name", UNARY)
def test_unary_of_every_dtype(name):
    low = 1 if name == "reciprocal" else None  # integers: 1 / 0 is 0 here
    for dtype in DTYPES:
        against_numpy(name, data(dtype, (5, 7), 1, low))
        against_numpy(name, data(dtype, 1003, 2, low))
        against_numpy(name, data(dtype, (3, 0, 2)))
        against_numpy(name, np.asarray(data(dtype, (), 0, low)))  # 0-d: a NumPy scalar comes back
        against_numpy(name, data(dtype, (1,), 0, low)[0])


@pytest.mark.parametrize("name", UNARY)
@pytest.mark.parametrize("dtype", FLOATS)
def test_unary_special_values(name, dtype):
    against_numpy(name, special(dtype))


@pytest.mark.parametrize("name", UNARY)
def test_unary_of_every_layout(name):
    for dtype in ("float32", "int32", "float64"):
        if name == "bitwise_invert" and dtype != "int32":
            continue
        for _, x in layouts(data(dtype, (6, 5), 3, 1 if name == "reciprocal" else 0, 1 if dtype != "int32" else None)):
            against_numpy(name, x)


@pytest.mark.parametrize("name", BINARY)
def test_binary_of_every_pair_of_dtypes(name):
    for first in DTYPES:
        for second in DTYPES:
            if name in ("pow", "bitwise_left_shift", "bitwise_right_shift"):
                a, b = data(first, 41, 1, 0, 4), data(second, 41, 2, 0, 4)
            else:
                a, b = data(first, 41, 1), data(second, 41, 2)
            against_numpy(name, a, b)


@pytest.mark.parametrize(
    "name",
    [
        n
        for n in BINARY
        if n not in ("bitwise_and", "bitwise_or", "bitwise_xor", "bitwise_left_shift", "bitwise_right_shift")
    ],
)
@pytest.mark.parametrize("dtype", FLOATS)
def test_binary_special_values(name, dtype):
    a, b = np.meshgrid(special(dtype), special(dtype))
    if name in ("remainder", "floor_divide"):
        # NumPy's fmod-based result and ours agree where the quotient is finite; beyond, see docs/differences.md.
        keep = np.isfinite(a) & np.isfinite(b) & (b != 0) & (np.abs(a) < 1e5 * np.abs(b))
        a, b = a[keep], b[keep]
    against_numpy(name, a, b)


@pytest.mark.parametrize("name", EXACT_BINARY)
@pytest.mark.parametrize("dtype", INTEGERS)
def test_integers_at_their_limits(name, dtype):
    info = np.iinfo(dtype)
    values = np.array([info.min, info.min + 1, 0, 1, 2, 3, info.max - 1, info.max, 7], dtype)
    a, b = np.meshgrid(values, values)
    if "shift" in name:
        b = np.clip(b, 0, 8 * np.dtype(dtype).itemsize - 1)
    if name in ("copysign", "nextafter"):
        return  # float functions
    against_numpy(name, a, b)


@pytest.mark.parametrize(
    "shapes",
    [
        ((4, 1), (1, 5)),
        ((3, 4), (4,)),
        ((), (3,)),
        ((2, 1, 3), (5, 1)),
        ((0, 3), (3,)),
        ((1,), (0,)),
        ((7,), (7,)),
        ((1, 1), ()),
    ],
)
def test_broadcasting(shapes):
    for name in ("add", "less", "pow", "hypot", "bitwise_and"):
        a, b = (
            data("int64" if name == "bitwise_and" else "float64", shape, k, 1 if name == "pow" else None)
            for k, shape in enumerate(shapes)
        )
        against_numpy(name, a, b)
        against_numpy(name, b, a)


def test_binary_of_every_pair_of_layouts():
    x, z = data("float64", (6, 5), 1), data("float64", (6, 5), 2)
    for _, a in layouts(x):
        for _, b in layouts(z):
            against_numpy("subtract", a, b)
            against_numpy("less", a, b)


WEAK = [
    0,
    1,
    -1,
    3,
    100,
    127,
    128,
    -128,
    -129,
    255,
    256,
    32768,
    2**31,
    2**40,
    2**63 - 1,
    2**63,
    2**64 - 1,
    2**64,
    -(2**63),
    -(2**63) - 1,
    10**30,
    0.0,
    0.5,
    -1.5,
    1e30,
    1e300,
    float("inf"),
    float("nan"),
    True,
    False,
]


@pytest.mark.parametrize(
    "name",
    ["add", "multiply", "maximum", "less", "greater_equal", "equal", "not_equal", "logical_and", "divide", "hypot"],
)
@pytest.mark.parametrize("dtype", DTYPES)
def test_python_numbers_beside_arrays(name, dtype):
    x = data(dtype, (3, 4), 5)
    function = getattr(numrs, name)
    for number in WEAK:
        if name == "logical_and" and abs(number) >= 2**63:
            continue  # NumPy refuses; here any number but zero is true
        for operands in ((x, number), (number, x)):
            if name == "hypot" and np.dtype(dtype).itemsize == 1:
                continue  # float16 in NumPy
            try:
                wanted = expected_weak(name, *operands)
            except OverflowError:
                with pytest.raises(OverflowError, match=name):
                    function(*operands)
                continue
            assert_same(function(*operands), wanted, f"{name} of {dtype} and {number!r}", TOLERANCE.get(name, 0.0))


def expected_weak(name, a, b):
    with np.errstate(all="ignore"):
        if (
            name in COMPARISONS
            and int in (type(a), type(b))
            and (np.asarray(a).dtype == bool or np.asarray(b).dtype == bool)
        ):
            # NumPy converts to int64 and refuses what does not fit; numrs compares what the numbers are.
            return getattr(np, name)(np.asarray(a, object), np.asarray(b, object)).astype(bool)
        return getattr(np, name)(a, b)


def test_numpy_scalars_are_strong():
    x = np.ones(3, np.float32)
    assert numrs.add(x, np.float64(1)).dtype == np.float64
    assert numrs.add(x, 1.0).dtype == np.float32
    assert numrs.add(np.ones(3, np.int8), np.int64(1)).dtype == np.int64
    assert numrs.add(np.ones(3, np.int8), 1).dtype == np.int8
    assert numrs.add(np.ones(3, np.int8), np.array(1)).dtype == np.int64


def test_python_numbers_alone():
    for name, operands in (
        ("add", (1, 2)),
        ("add", (1, 2.5)),
        ("add", (True, True)),
        ("divide", (1, 2)),
        ("sqrt", (2,)),
        ("abs", (-3,)),
        ("less", (1, 2.0)),
    ):
        assert_same(getattr(numrs, name)(*operands), getattr(np, name)(*operands), name)
    assert_same(numrs.where(True, 1, 2.0), np.float64(1), "where")


@pytest.mark.parametrize("name", COMPARISONS)
def test_signed_with_unsigned_is_exact(name):
    unsigned = np.array([0, 1, 2**53, 2**53 + 1, 2**63 - 1, 2**63, 2**63 + 1, 2**64 - 1], np.uint64)
    for dtype in INTEGERS:
        info = np.iinfo(dtype)
        values = np.array([info.min, info.min + 1, 0, 1, info.max - 1, info.max, min(info.max, 2**53 + 1)], dtype)
        a, b = np.meshgrid(values, unsigned)
        exact = getattr(np, name)(a.astype(object), b.astype(object)).astype(bool)
        np.testing.assert_array_equal(getattr(numrs, name)(a, b), exact)
        mirrored = getattr(np, name)(b.astype(object), a.astype(object)).astype(bool)
        np.testing.assert_array_equal(getattr(numrs, name)(b, a), mirrored)
        out = np.empty(a.shape, bool)
        assert getattr(numrs, name)(a, b, out=out) is out
        np.testing.assert_array_equal(out, exact)
    assert numrs.less(np.int64(-1), np.uint64(1)) is np.True_
    assert numrs.less(-1, np.uint64(1)) is np.True_


@pytest.mark.parametrize("source", DTYPES)
def test_astype_between_all_pairs(source):
    for target in DTYPES:
        values = data(source, (4, 6), 3, 0)
        for _, x in layouts(values):
            got = numrs.astype(x, target)
            assert_same(got, x.astype(target), f"{source} to {target}")
            assert got is not x
    x = np.ones(3, source)
    assert numrs.astype(x, source, copy=False) is x
    assert numrs.astype(x, source) is not x


def test_astype_of_floats_beyond_integers_is_defined():
    x = np.array([np.nan, np.inf, -np.inf, 1e30, -1e30, 300.7, -1.5])
    np.testing.assert_array_equal(numrs.astype(x, "int64"), [-(2**63)] * 5 + [300, -1])
    np.testing.assert_array_equal(numrs.astype(x, "uint8"), [0, 0, 0, 0, 0, 44, 255])


@pytest.mark.parametrize("dtype", DTYPES)
def test_where(dtype):
    condition = data("bool", (4, 5), 1)
    a, b = data(dtype, (4, 5), 2), data(dtype, (5,), 3)
    assert_same(numrs.where(condition, a, b), np.where(condition, a, b), "where")
    assert_same(numrs.where(condition.astype("int32"), a, b), np.where(condition, a, b), "where")
    assert_same(numrs.where(condition[0, 0], a[0, 0], b[0]), np.where(condition[0, 0], a[0, 0], b[0])[()], "where")
    for other in DTYPES:
        assert_same(
            numrs.where(condition, a, b.astype(other)),
            np.where(condition, a, b.astype(other)),
            f"where {dtype} {other}",
        )
    assert_same(numrs.where(condition, a, 1), np.where(condition, a, 1), "where with int")
    assert_same(numrs.where(condition, 0.5, a), np.where(condition, 0.5, a), "where with float")
    out = np.zeros((4, 5), dtype)
    assert numrs.where(condition, a, b, out=out) is out
    np.testing.assert_array_equal(out, np.where(condition, a, b))


@pytest.mark.parametrize("dtype", DTYPES[1:])
def test_clip(dtype):
    x = data(dtype, (6, 7), 4)
    for low, high in (
        (1, 3),
        (None, 3),
        (1, None),
        (3, 1),
        (0.5, 2.5),
        (np.full(7, 1, dtype), 4),
        (None, x[0]),
        (x[:, :1], x[1]),
    ):
        assert_same(numrs.clip(x, low, high), np.clip(x, low, high), f"clip {dtype} {low} {high}")
        assert_same(numrs.clip(x, min=low, max=high), np.clip(x, min=low, max=high), f"clip {dtype} {low} {high}")
    copied = numrs.clip(x, None, None)
    assert_same(copied, x, "clip without limits")
    assert copied is not x
    out = np.empty_like(x)
    assert numrs.clip(x, 1, 2, out) is out
    np.testing.assert_array_equal(out, np.clip(x, 1, 2))
    if dtype in FLOATS:
        assert np.isnan(numrs.clip(np.array([np.nan, 1], dtype), 0, 2)[0])
        assert np.isnan(numrs.clip(np.array([1], dtype), np.nan, 2)[0])


def test_fma_rounds_once():
    generator = np.random.default_rng(1)
    a, b, c = (generator.standard_normal(200) for _ in range(3))
    c = -a * b + generator.standard_normal(200) * 1e-17
    got = numrs.fma(a, b, c)
    exact = [float(fractions.Fraction(x) * fractions.Fraction(y) + fractions.Fraction(z)) for x, y, z in zip(a, b, c)]
    np.testing.assert_array_equal(got, exact)
    assert numrs.fma(np.float32([1]), 2, 3.0).dtype == np.float32
    assert numrs.fma([1, 2], 3, 4).dtype == np.float64


@pytest.mark.parametrize(
    "make", [lambda y: {"out": y}, lambda y: {"out": (y,)}, lambda y: y], ids=["keyword", "tuple", "positional"]
)
def test_out_forms(make):
    a, b, y = data("float32", 50, 1), data("float32", 50, 2), np.empty(50, np.float32)
    given_as = make(y)
    result = numrs.add(a, b, **given_as) if isinstance(given_as, dict) else numrs.add(a, b, given_as)
    assert result is y
    np.testing.assert_array_equal(y, a + b)
    result = numrs.exp(a, **given_as) if isinstance(given_as, dict) else numrs.exp(a, given_as)
    assert result is y


def test_out_of_another_dtype_and_layout():
    a, b = data("float32", (4, 6), 1), data("float32", (4, 6), 2)
    for dtype in ("float32", "float64"):
        for _, y in layouts(np.zeros((4, 6), dtype)):
            if not y.flags.writeable or y.dtype.byteorder == ">" or 0 in y.strides:
                continue
            assert numrs.add(a, b, out=y) is y
            np.testing.assert_array_equal(y, np.add(a, b))
    small = np.zeros((4, 6), np.int8)
    numrs.add(np.int64(1), np.ones((4, 6), np.int64), out=small)  # same_kind: int64 to int8
    assert (small == 2).all()


@pytest.mark.parametrize("shift", [-3, -1, 0, 1, 2])
@pytest.mark.parametrize("name", ["add", "exp", "less"])
def test_overlapping_output(name, shift):
    for length in (20, 5000, 300_000):
        base = data("float64", length + 6, 7)
        source = slice(3, 3 + length)
        target = slice(3 + shift, 3 + shift + length)
        ours, theirs = base.copy(), base.copy()
        if name == "exp":
            numrs.exp(ours[source], out=ours[target])
            theirs[target] = numrs.exp(base[source])
        elif name == "add":
            numrs.add(ours[source], 1.5, out=ours[target])
            theirs[target] = base[source] + 1.5
        else:
            numrs.less(ours[source], ours[source][::-1], out=ours[target])
            theirs[target] = base[source] < base[source][::-1]
        np.testing.assert_array_equal(ours, theirs)


def test_in_place():
    x = data("float64", (30, 40), 1)
    y = x.copy()
    assert numrs.multiply(y, 2.0, out=y) is y
    np.testing.assert_array_equal(y, 2 * x)
    numrs.subtract(y, y[::-1], out=y)
    np.testing.assert_array_equal(y, 2 * x - (2 * x)[::-1])


def test_other_inputs(tmp_path):
    x = np.arange(12.0).reshape(3, 4)
    mapped = np.memmap(tmp_path / "x", np.float64, "w+", shape=(3, 4))
    mapped[...] = x
    got = numrs.add(mapped, 1)
    assert type(got) is np.ndarray
    np.testing.assert_array_equal(got, x + 1)
    numrs.add(x, 1, out=mapped)
    np.testing.assert_array_equal(mapped, x + 1)
    matrix = np.asmatrix(x)
    assert type(numrs.multiply(matrix, matrix)) is np.ndarray  # documented: subclasses are taken as arrays
    np.testing.assert_array_equal(numrs.multiply(matrix, matrix), x * x)
    np.testing.assert_array_equal(numrs.add([[1, 2], [3, 4]], (1, 2)), [[2, 4], [4, 6]])
    assert numrs.add([], []).shape == (0,)
    np.testing.assert_array_equal(numrs.add(range(3), 1), [1, 2, 3])


def test_aliases_are_the_functions():
    assert numrs.sub is numrs.subtract
    assert numrs.mul is numrs.multiply
    assert numrs.div is numrs.divide
    assert numrs.cumsum is numrs.cumulative_sum
    assert numrs.cumprod is numrs.cumulative_prod


def test_division_by_zero_of_integers_does_not_trap():
    for dtype in INTEGERS:
        x = np.array([5, 0], dtype)
        np.testing.assert_array_equal(numrs.floor_divide(x, np.zeros(2, dtype)), [0, 0])
        np.testing.assert_array_equal(numrs.remainder(x, np.zeros(2, dtype)), [0, 0])


def strides_of(draw, x):
    """The same elements behind other strides: every axis may be reversed or skipped, and the order of axes changed."""
    key = tuple(slice(None, None, draw(st.sampled_from([1, -1, 2, -2]))) for _ in range(x.ndim))
    x = x[key]
    return x.transpose(draw(st.permutations(range(x.ndim)))) if x.ndim else x


@st.composite
def pairs(draw, dtypes=("float32", "float64", "int16", "int64", "uint8", "bool")):
    shapes = draw(hnp.mutually_broadcastable_shapes(num_shapes=2, max_dims=4, max_side=9)).input_shapes
    arrays = []
    for shape in shapes:
        dtype = draw(st.sampled_from(dtypes))
        bigger = tuple(2 * s if s > 1 else s for s in shape)
        x = draw(
            hnp.arrays(
                dtype, bigger, fill=st.just(1), elements=hnp.from_dtype(np.dtype(dtype)) if dtype != "bool" else None
            )
        )
        arrays.append(x[tuple(slice(None, None, 2) if s > 1 else slice(None) for s in shape)])
    return arrays


@FAST
@given(
    pairs(), st.sampled_from([n for n in EXACT_BINARY if n not in ("remainder", "floor_divide") and "shift" not in n])
)
def test_any_pair(arrays, name):
    against_numpy(name, *arrays)


@st.composite
def singles(draw):
    dtype = draw(st.sampled_from(("float32", "float64", "int16", "int64", "uint8", "bool")))
    x = draw(
        hnp.arrays(
            dtype,
            hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=9),
            elements=hnp.from_dtype(np.dtype(dtype)),
        )
    )
    return strides_of(draw, x)


@FAST
@given(singles(), st.sampled_from([*EXACT_UNARY, "exp", "sin", "log1p", "tanh"]))
def test_any_single(x, name):
    if name == "reciprocal" and x.dtype.kind in "iu":
        x = np.where(x == 0, np.ones_like(x), x)
    against_numpy(name, x)
