"""Element-wise functions and operators of the array API standard: result dtypes for every pair, Python scalars, in place, shapes."""

import operator

import numpy as np
import numrs
import pytest
from array_api_support import (
    BOOL,
    COMPLEX,
    COMPUTED,
    FLOATS,
    HALVES,
    NUMERIC,
    SIGNED,
    UNSIGNED,
    assert_kind,
    assert_same,
    dtype_of,
    numbers,
    plain,
    tensor,
)

INTEGERS = SIGNED + UNSIGNED
REAL = tuple(name for name in NUMERIC if name not in COMPLEX)
FLOATING = tuple(name for name in NUMERIC if name not in INTEGERS)
REAL_FLOATING = tuple(name for name in FLOATING if name not in COMPLEX)

# Function → the dtypes it is for, by the words of the standard; "bool" after "→": a bool result.
BINARY = {
    "add": NUMERIC, "subtract": NUMERIC, "multiply": NUMERIC, "divide": FLOATING, "pow": NUMERIC, "floor_divide": REAL, "remainder": REAL,
    "maximum": REAL, "minimum": REAL, "atan2": REAL_FLOATING, "copysign": REAL_FLOATING, "hypot": REAL_FLOATING, "logaddexp": REAL_FLOATING,
    "nextafter": REAL_FLOATING, "bitwise_and": BOOL + INTEGERS, "bitwise_or": BOOL + INTEGERS, "bitwise_xor": BOOL + INTEGERS,
    "bitwise_left_shift": INTEGERS, "bitwise_right_shift": INTEGERS, "equal": COMPUTED, "not_equal": COMPUTED, "less": REAL, "less_equal": REAL,
    "greater": REAL, "greater_equal": REAL, "logical_and": BOOL, "logical_or": BOOL, "logical_xor": BOOL,
}  # fmt: skip
UNARY = {
    "abs": NUMERIC, "negative": NUMERIC, "positive": NUMERIC, "sign": NUMERIC, "square": NUMERIC, "ceil": REAL, "floor": REAL, "trunc": REAL,
    "round": NUMERIC, "bitwise_invert": BOOL + INTEGERS, "logical_not": BOOL, "isfinite": NUMERIC, "isinf": NUMERIC, "isnan": NUMERIC, "real": NUMERIC,
    "conj": NUMERIC, "imag": NUMERIC, "signbit": REAL_FLOATING,
} | dict.fromkeys("acos acosh asin asinh atan atanh cos cosh exp expm1 log log1p log2 log10 reciprocal sin sinh sqrt tan tanh".split(), FLOATING)  # fmt: skip
TO_BOOL = set("equal not_equal less less_equal greater greater_equal isfinite isinf isnan signbit".split())
OPERATORS = {
    "add": operator.add, "subtract": operator.sub, "multiply": operator.mul, "divide": operator.truediv, "floor_divide": operator.floordiv,
    "remainder": operator.mod, "pow": operator.pow, "bitwise_and": operator.and_, "bitwise_or": operator.or_, "bitwise_xor": operator.xor,
    "bitwise_left_shift": operator.lshift, "bitwise_right_shift": operator.rshift, "equal": operator.eq, "not_equal": operator.ne,
    "less": operator.lt, "less_equal": operator.le, "greater": operator.gt, "greater_equal": operator.ge,
}  # fmt: skip
IN_PLACE = {
    "add": operator.iadd, "subtract": operator.isub, "multiply": operator.imul, "divide": operator.itruediv, "floor_divide": operator.ifloordiv,
    "remainder": operator.imod, "pow": operator.ipow, "bitwise_and": operator.iand, "bitwise_or": operator.ior, "bitwise_xor": operator.ixor,
    "bitwise_left_shift": operator.ilshift, "bitwise_right_shift": operator.irshift,
}  # fmt: skip


def operands(name, a, b, shape=(3, 2)):
    """Numbers that the function takes without surprises."""
    x, y = numbers(dtype_of(a), shape, 1), numbers(dtype_of(b), shape, 2)
    if "shift" in name or name == "pow":
        y = (np.abs(y) % 4).astype(y.dtype) if b not in BOOL else y
    if name in ("divide", "floor_divide", "remainder"):
        y = np.where(y == 0, np.ones((), y.dtype), y).astype(y.dtype)
    return x, y


def promotable(a, b):
    """Does the standard say what becomes of the two?"""
    kinds = [SIGNED + UNSIGNED, FLOATS, COMPLEX + FLOATS, BOOL]
    if "uint64" in (a, b) and (a in SIGNED or b in SIGNED):
        return False
    return a == b or any(a in kind and b in kind for kind in kinds)


@pytest.mark.parametrize("name", BINARY)
def test_result_dtypes_of_pairs(name):
    function, dtypes = getattr(numrs, name), BINARY[name]
    for a in dtypes:
        for b in dtypes:
            if not promotable(a, b):
                continue
            x, y = operands(name, a, b)
            wanted = numrs.bool if name in TO_BOOL else numrs.result_type(x, y)
            got = function(tensor(x), tensor(y))
            assert isinstance(got, numrs.Tensor)
            assert got.dtype == wanted, f"{name}({a}, {b}) gave {got.dtype}"
            assert got.shape == x.shape
            other = function(x, y)
            assert_kind(other, x)
            assert_same(got, other)
            assert_same(function(tensor(x), y), other)
            if name in OPERATORS:
                assert_same(OPERATORS[name](tensor(x), tensor(y)), other)
            if name in IN_PLACE and wanted == x.dtype:
                t = tensor(x.copy())
                again = IN_PLACE[name](t, tensor(y))
                assert again is t
                assert_same(t, other)


@pytest.mark.parametrize("name", UNARY)
def test_result_dtypes_of_unary_functions(name):
    function = getattr(numrs, name)
    for dtype in UNARY[name]:
        x = numbers(dtype_of(dtype), (3, 2), 3)
        if dtype not in BOOL + INTEGERS and name in (
            "acos",
            "asin",
            "atanh",
            "acosh",
            "log",
            "log1p",
            "log2",
            "log10",
            "sqrt",
        ):
            x = (np.abs(x) / 16 + (1 if name == "acosh" else 0)).astype(x.dtype)
        wanted = x.dtype
        if name in TO_BOOL:
            wanted = numrs.bool
        elif dtype in COMPLEX and name in ("abs", "real", "imag"):
            wanted = numrs.finfo(x.dtype).dtype
        got = function(tensor(x))
        assert got.dtype == wanted, f"{name}({dtype}) gave {got.dtype}"
        assert_same(got, function(x))


@pytest.mark.parametrize("name", [name for name in BINARY if name in OPERATORS])
def test_python_scalars(name):
    function = getattr(numrs, name)
    for dtype in BINARY[name]:
        scalars = [True] if dtype in BOOL else [2] if dtype in INTEGERS else [2, 1.5]
        if dtype in COMPLEX:
            scalars.append(1.5 + 0.5j)
        x, _ = operands(name, dtype, dtype)
        x = np.where(x == 0, np.ones((), x.dtype), x).astype(x.dtype)
        for scalar in scalars:
            if name == "equal" or name == "not_equal" or dtype not in BOOL or "bitwise" in name:
                t = tensor(x)
                wanted = function(t, np.asarray(scalar, x.dtype))
                for got in (function(t, scalar), OPERATORS[name](t, scalar)):
                    assert_same(got, plain(wanted), f"{name}({dtype}, {scalar})")
                if name not in ("bitwise_left_shift", "bitwise_right_shift") and not (
                    name == "pow" and dtype in INTEGERS
                ):
                    wanted = function(np.asarray(scalar, x.dtype), t)
                    for got in (function(scalar, t), OPERATORS[name](scalar, t)):
                        assert_same(got, plain(wanted), f"{name}({scalar}, {dtype})")
                if name in IN_PLACE:
                    t = tensor(x.copy())
                    assert IN_PLACE[name](t, scalar) is t
                    assert t.dtype == x.dtype


def test_scalars_of_another_kind():
    for dtype in INTEGERS:
        t = numrs.ones(2, dtype=dtype)
        assert (t + 1.5).dtype == numrs.float64
        with pytest.raises(OverflowError):
            t + 2**70
        with pytest.raises((TypeError, ValueError)):
            t += 1.5
        assert_same(t, np.ones(2, dtype))
    t = numrs.ones(2, dtype=numrs.float32)
    assert (t + 2**70).dtype == numrs.float32


def test_shapes_broadcast():
    for a, b in (((), (3,)), ((2, 1), (3,)), ((0,), (1,)), ((2, 0), (1, 1)), ((1,) * 5, (2, 1, 1, 3, 1))):
        x, y = numbers("float64", a, 1), numbers("float64", b, 2)
        wanted = x + y
        for got in (numrs.add(tensor(x), tensor(y)), tensor(x) + tensor(y), tensor(x) + y):
            assert_same(got, wanted)
    t = numrs.ones((3,))
    with pytest.raises(ValueError):
        t += numrs.ones((2, 3))
    with pytest.raises(ValueError):
        t + numrs.ones((2,))
    zero = numrs.asarray(2.0)
    assert isinstance(zero + 1, numrs.Tensor) and (zero + 1).shape == ()


@pytest.mark.parametrize(
    "dtype",
    FLOATS + tuple(name for name in COMPLEX if name in COMPUTED) + tuple(name for name in HALVES if name in COMPUTED),
)
def test_clip(dtype):
    if dtype in COMPLEX:
        return
    x = numbers(dtype_of(dtype), (4, 3), 5)
    for low, high in ((None, None), (-2, None), (None, 3), (-2, 3), (-2.5, 3.5)):
        got = numrs.clip(tensor(x), low, high)
        assert isinstance(got, numrs.Tensor)
        wanted = np.clip(x.astype(np.float64), low, high).astype(x.dtype) if (low, high) != (None, None) else x
        assert_same(got, wanted)
        assert_same(numrs.clip(tensor(x), min=low, max=high), plain(got))
    low = numbers(dtype_of(dtype), (3,), 6)
    assert_same(numrs.clip(tensor(x), tensor(low), None), np.maximum(x, low))
    assert_same(numrs.clip(tensor(x), low, tensor(low + low.dtype.type(1))), np.minimum(np.maximum(x, low), low + low.dtype.type(1)))
    assert np.isnan(plain(numrs.clip(numrs.asarray([np.nan], dtype=dtype), 0, 1))).all()


def test_clip_of_integers():
    for dtype in INTEGERS:
        x = numbers(dtype_of(dtype), (8,), 7)
        assert_same(numrs.clip(tensor(x), 3, 20), np.clip(x, 3, 20))
        assert_same(numrs.clip(tensor(x)), x)


def test_operators_leave_other_types_alone():
    class Other:
        def __radd__(self, left):
            return "other"

    assert numrs.ones(2) + Other() == "other"
    with pytest.raises(TypeError):
        numrs.ones(2) + "text"
    with pytest.raises(TypeError):
        numrs.ones(2) @ object()


def test_reflected_operators_and_ndarrays():
    x = np.arange(1.0, 4.0)
    t = tensor(x)
    for function in (
        operator.add,
        operator.sub,
        operator.mul,
        operator.truediv,
        operator.pow,
        operator.mod,
        operator.floordiv,
        operator.lt,
    ):
        for got in (function(x, t), function(t, x), function(x[0], t)):
            assert isinstance(got, numrs.Tensor), function
        assert_same(function(x, t), function(x, x))
