"""Dtypes of the array API standard: the promotion table for every pair, weak scalars, kinds, limits, casts."""

import math

import numpy as np
import numrs
import pytest
from array_api_support import (
    ALL,
    BOOL,
    COMPLEX,
    FLOATS,
    HALVES,
    SIGNED,
    STANDARD,
    UNSIGNED,
    assert_kind,
    assert_same,
    dtype_of,
    kinds,
    numbers,
)

# The tables of the standard: of each kind the wider one wins; signed with unsigned is the next signed one that holds both.
_BITS = {name: int("".join([c for c in name if c.isdigit()])) for name in SIGNED + UNSIGNED + FLOATS + COMPLEX}


def promoted(a, b):
    """The standard's promotion; None where it leaves it open."""
    if a == b:
        return a
    for kind in (SIGNED, UNSIGNED, FLOATS, COMPLEX):
        if a in kind and b in kind:
            return max(a, b, key=_BITS.get)
    if a in COMPLEX and b in FLOATS or a in FLOATS and b in COMPLEX:
        c, f = (a, b) if a in COMPLEX else (b, a)
        return "complex128" if f == "float64" else c
    if a in SIGNED and b in UNSIGNED or a in UNSIGNED and b in SIGNED:
        s, u = (a, b) if a in SIGNED else (b, a)
        bits = max(_BITS[s], 2 * _BITS[u])
        return f"int{bits}" if bits <= 64 else None
    return None


PAIRS = [(a, b) for a in STANDARD for b in STANDARD]


def test_promotion_table():
    for a, b in PAIRS:
        wanted = promoted(a, b)
        got = numrs.result_type(dtype_of(a), dtype_of(b))
        if wanted is not None:
            assert got == dtype_of(wanted), f"{a}, {b}"
        assert got == np.result_type(dtype_of(a), dtype_of(b)), f"{a}, {b}: beyond the standard as NumPy"
        assert numrs.result_type(numrs.ones(1, dtype=a), dtype_of(b)) == got
        assert numrs.can_cast(dtype_of(a), dtype_of(b)) == (got == dtype_of(b))
        assert numrs.can_cast(numrs.ones(1, dtype=a), dtype_of(b)) == (got == dtype_of(b))
    assert numrs.result_type(numrs.float16, numrs.bfloat16) == numrs.float32
    for name in HALVES:
        assert numrs.result_type(dtype_of(name), numrs.float32) == numrs.float32
        assert numrs.result_type(dtype_of(name)) == dtype_of(name)
    assert numrs.result_type(numrs.int8, numrs.uint8, numrs.float32) == np.result_type("int16", "float32")


@pytest.mark.parametrize("name", ALL)
def test_weak_scalars(name):
    x = numrs.ones((), dtype=dtype_of(name))
    kind = x.dtype.name
    assert numrs.result_type(x, True) == x.dtype
    assert numrs.result_type(1, x) == (x.dtype if kind != "bool" else numrs.int64)
    assert numrs.result_type(x, 1.0) == (x.dtype if kind in FLOATS + HALVES + COMPLEX else numrs.float64)
    wanted = {"float32": "complex64", "float16": "complex64", "bfloat16": "complex64", "complex64": "complex64"}.get(
        kind, "complex128"
    )
    assert numrs.result_type(x, 1j) == wanted
    assert numrs.result_type(1, 2.0, x) == numrs.result_type(x, 1.0)


def test_scalars_alone_and_bad_arguments():
    assert numrs.result_type(1) == numrs.int64 and numrs.result_type(True) == numrs.bool
    assert numrs.result_type(1, 2.0) == numrs.float64 and numrs.result_type(1j, 1) == numrs.complex128
    with pytest.raises(ValueError):
        numrs.result_type()
    for wrong in ([1, 2], None, "nonsense", object()):
        with pytest.raises(TypeError):
            numrs.result_type(wrong)


KINDS = {
    "bool": BOOL,
    "signed integer": SIGNED,
    "unsigned integer": UNSIGNED,
    "integral": SIGNED + UNSIGNED,
    "real floating": FLOATS + HALVES,
    "complex floating": COMPLEX,
    "numeric": SIGNED + UNSIGNED + FLOATS + HALVES + COMPLEX,
}


@pytest.mark.parametrize("name", ALL)
def test_isdtype(name):
    dtype = dtype_of(name)
    for kind, names in KINDS.items():
        assert numrs.isdtype(dtype, kind) is (name in names)
    assert numrs.isdtype(dtype, tuple(KINDS)) is True
    assert numrs.isdtype(dtype, ()) is False
    for other in ALL:
        assert numrs.isdtype(dtype, dtype_of(other)) is (name == other)
        assert numrs.isdtype(dtype, (dtype_of(other), "bool")) is (name in (other, "bool"))


def test_isdtype_refuses():
    with pytest.raises(ValueError, match="kind"):
        numrs.isdtype(numrs.int8, "whole")
    with pytest.raises(TypeError):
        numrs.isdtype(numrs.int8, 3)
    with pytest.raises(TypeError):
        numrs.isdtype(object(), "bool")


def test_limits_of_floats():
    facts = {
        "float32": (32, 2.0**-23, 2.0**-126, 24),
        "float64": (64, 2.0**-52, 2.0**-1022, 53),
        "float16": (16, 2.0**-10, 2.0**-14, 11),
        "bfloat16": (16, 2.0**-7, 2.0**-126, 8),
    }
    for name, (bits, eps, normal, digits) in facts.items():
        top = {"float32": 128, "float64": 1024, "float16": 16, "bfloat16": 128}[name]
        greatest = math.ldexp(1 - 2.0**-digits, top) if name != "float64" else 1.7976931348623157e308
        for given_type in (dtype_of(name), numrs.ones(1, dtype=name), np.ones(1, dtype_of(name))):
            info = numrs.finfo(given_type)
            assert (info.bits, info.eps, info.smallest_normal, info.max, info.min) == (
                bits,
                eps,
                normal,
                greatest,
                -greatest,
            )
            assert (
                all(type(getattr(info, word)) is float for word in ("eps", "max", "min", "smallest_normal"))
                and type(info.bits) is int
            )
            assert info.dtype == dtype_of(name)
    assert numrs.finfo(numrs.complex64).dtype == numrs.float32 and numrs.finfo(numrs.complex128).bits == 64
    assert numrs.finfo("float32").eps == 2.0**-23
    for wrong in (numrs.int32, numrs.bool, 1.0, None):
        with pytest.raises(TypeError):
            numrs.finfo(wrong)


@pytest.mark.parametrize("name", SIGNED + UNSIGNED)
def test_limits_of_integers(name):
    bits = _BITS[name]
    least, greatest = (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if name in SIGNED else (0, 2**bits - 1)
    for given_type in (dtype_of(name), numrs.ones(1, dtype=name)):
        info = numrs.iinfo(given_type)
        assert (info.bits, info.min, info.max, info.dtype) == (bits, least, greatest, dtype_of(name))
        assert type(info.max) is int
    with pytest.raises(TypeError):
        numrs.iinfo(numrs.float32)


@pytest.mark.parametrize("name", ALL)
def test_astype(name):
    x = numbers(dtype_of(name), (3, 4), 6)
    for other in ALL:
        for given_x in kinds(x):
            if name in COMPLEX and other not in COMPLEX + BOOL:
                with pytest.raises(TypeError, match="real part"):
                    numrs.astype(given_x, dtype_of(other))
                continue
            got = numrs.astype(given_x, dtype_of(other), device="cpu")
            assert_kind(got, given_x)
            wanted = x if name != "bfloat16" else x.astype(np.float32)
            with np.errstate(all="ignore"):
                if other.startswith("uint") and np.dtype(wanted.dtype).kind == "f":
                    wanted = wanted.astype(np.int64)  # negative numbers wrap
                assert_same(got, wanted.astype(dtype_of(other)), f"{name} to {other}")
    t = numrs.asarray(x)
    assert numrs.astype(t, t.dtype, copy=False) is t
    assert not np.shares_memory(numrs.astype(t, t.dtype).numpy(), x)
    with pytest.raises(RuntimeError):
        numrs.astype(t, t.dtype, device="cuda:0")


def test_namespace_info():
    info = numrs.__array_namespace_info__()
    assert info.capabilities() == {"boolean indexing": True, "data-dependent shapes": True, "max dimensions": 32}
    assert info.devices() == (info.default_device(),)  # a tuple since 2025.12, as those of broadcast_arrays and meshgrid
    assert type(numrs.broadcast_arrays(numrs.ones(2), numrs.ones(1))) is tuple and type(numrs.meshgrid(numrs.ones(2))) is tuple
    assert numrs.zeros(1, device=info.devices()[0]).device == info.default_device()
    defaults = info.default_dtypes(device=info.default_device())
    assert defaults == {
        "real floating": numrs.float64,
        "complex floating": numrs.complex128,
        "integral": numrs.int64,
        "indexing": numrs.int64,
    }
    assert info.dtypes() == {name: dtype_of(name) for name in STANDARD}
    for kind, names in KINDS.items():
        assert set(info.dtypes(kind=kind)) == set(names) - set(HALVES)
    assert set(info.dtypes(kind=("bool", "complex floating"), device="cpu")) == set(BOOL + COMPLEX)
    with pytest.raises(ValueError, match="kind"):
        info.dtypes(kind="whole")
    with pytest.raises(RuntimeError):
        info.dtypes(device="cuda:0")


def test_dtype_objects():
    for name in ALL:
        dtype = dtype_of(name)
        assert isinstance(dtype, np.dtype) and dtype.name == name
        assert numrs.zeros(1, dtype=dtype).dtype == dtype and numrs.zeros(1, dtype=name).dtype == dtype
    assert numrs.bfloat16 is numrs.bfloat16
