"""Creation functions of the array API standard: dtypes, shapes, values, devices, and sizes that no memory holds."""

import math

import numpy as np
import numrs
import pytest
from array_api_support import (
    ALL,
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
    plain,
)
from hypothesis import given, settings
from hypothesis import strategies as st

FAST = settings(derandomize=True, deadline=None, max_examples=200)
MAKERS = {
    "empty": lambda **kw: numrs.empty((2, 3), **kw),
    "zeros": lambda **kw: numrs.zeros((2, 3), **kw),
    "ones": lambda **kw: numrs.ones((2, 3), **kw),
    "full": lambda **kw: numrs.full((2, 3), 1, **kw),
    "eye": lambda **kw: numrs.eye(2, 3, **kw),
}
SHAPES = ((), (0,), (1,), (5,), (2, 3), (2, 0, 3), (1, 1, 1, 1, 1, 2))


@pytest.mark.parametrize("name", ALL)
def test_dtypes_and_shapes(name):
    dtype = dtype_of(name)
    for shape in SHAPES:
        for maker, value in (("zeros", 0), ("ones", 1)):
            got = getattr(numrs, maker)(shape, dtype=dtype)
            assert isinstance(got, numrs.Tensor)
            assert_same(got, np.full(shape, value, dtype))
        assert numrs.empty(shape, dtype=dtype).shape == shape
        assert_same(numrs.full(shape, 1, dtype=dtype), np.full(shape, 1, dtype))
    assert_same(numrs.zeros(3, dtype=dtype), np.zeros(3, dtype))
    for k in range(-4, 5):
        for rows, columns in ((3, None), (2, 4), (4, 2), (0, 3), (3, 0)):
            assert_same(numrs.eye(rows, columns, k=k, dtype=dtype), np.eye(rows, columns, k, dtype=dtype))


def test_default_dtypes():
    for maker in ("empty", "zeros", "ones", "eye"):
        assert MAKERS[maker]().dtype == numrs.float64
    for value, dtype in (
        (True, "bool"),
        (1, "int64"),
        (1.0, "float64"),
        (1j, "complex128"),
        (np.float32(2), "float32"),
    ):
        assert numrs.full((2,), value).dtype == dtype
    assert_same(numrs.full((), 3j, dtype=numrs.complex64), np.asarray(3j, np.complex64))
    assert_same(numrs.full((2,), numrs.asarray(4)), np.array([4, 4]))


@pytest.mark.parametrize("maker", MAKERS)
def test_devices(maker):
    for device in (None, "cpu", "cpu:0", numrs.get_device(), numrs.zeros(1).device):
        assert MAKERS[maker](device=device).device == numrs.get_device()
    with pytest.raises(RuntimeError, match="cuda"):
        MAKERS[maker](device="cuda:0")
    with pytest.raises(ValueError, match="device"):
        MAKERS[maker](device="tape")
    with pytest.raises(TypeError):
        MAKERS[maker](dtype="datetime64[s]")


@pytest.mark.parametrize("maker", ["empty", "zeros", "ones", "full"])
def test_sizes_that_do_not_fit(maker):
    function = (lambda shape: numrs.full(shape, 1)) if maker == "full" else getattr(numrs, maker)
    for shape in (-1, (2, -3), (-(2**70),), (0, -1)):
        with pytest.raises(ValueError):
            function(shape)
    for shape in ((2**62, 4), (2**31, 2**31, 2**31), (2**70,), (1 << 60,)):
        with pytest.raises((ValueError, MemoryError)):
            function(shape)
    with pytest.raises(MemoryError):
        function((1 << 45,))  # no machine has 256 TiB
    for shape in ("ab", 1.5, (1.5,), None, (None,)):
        with pytest.raises(TypeError):
            function(shape)
    with pytest.raises(ValueError, match="dimensions"):
        function((1,) * 33)
    assert function((2**40, 0)).shape == (2**40, 0)
    assert function((1,) * 32).ndim == 32


def test_what_a_dtype_does_not_hold():
    with pytest.raises(OverflowError):
        numrs.full((2,), 300, dtype=numrs.int8)
    with pytest.raises(TypeError, match="complex"):
        numrs.full((2,), 1j, dtype=numrs.float64)
    with pytest.raises(TypeError):
        numrs.full((2,), [1, 2])
    with pytest.raises(TypeError):
        numrs.full((2,), "1")


@pytest.mark.parametrize("name", ALL)
def test_likes(name):
    x = numbers(dtype_of(name), (3, 2))
    for given_x in kinds(x):
        for function, value in (("zeros_like", 0), ("ones_like", 1)):
            got = getattr(numrs, function)(given_x)
            assert_kind(got, given_x)
            assert_same(got, np.full_like(x, value))
            assert_same(getattr(numrs, function)(given_x, dtype=numrs.int16), np.full((3, 2), value, np.int16))
        assert_same(numrs.full_like(given_x, 1), np.full_like(x, 1))
        assert numrs.empty_like(given_x, dtype=numrs.float32, device="cpu").dtype == numrs.float32
        with pytest.raises(RuntimeError):
            numrs.zeros_like(given_x, device="cuda:1")


# ------------------------------------------------------------------------------------------------ arange, linspace


def test_arange_of_ints():
    for start, stop, step in (
        (0, 5, 1),
        (5, 0, -1),
        (5, 0, 1),
        (0, 5, -1),
        (-3, 4, 3),
        (2, 3, 7),
        (0, 0, 1),
        (10, -10, -7),
    ):
        assert_same(numrs.arange(start, stop, step), np.arange(start, stop, step))
    assert_same(numrs.arange(4), np.arange(4))
    assert_same(numrs.arange(-4), np.arange(0))
    big = 2**62
    assert numrs.arange(big, big + 3).tolist() == [big, big + 1, big + 2]
    assert numrs.arange(-(2**63), -(2**63) + 2).tolist() == [-(2**63), -(2**63) + 1]
    assert numrs.arange(2**63, 2**63 + 3, dtype=numrs.uint64).tolist() == [2**63, 2**63 + 1, 2**63 + 2]
    assert numrs.arange(0, 3 * 2**60 + 1, 2**60).tolist() == [0, 2**60, 2**61, 3 * 2**60]  # the quotient rounds to 3
    assert numrs.arange(2**63 - 1, -(2**63), -(2**62)).tolist() == [2**63 - 1 - k * 2**62 for k in range(4)]
    with pytest.raises(OverflowError):
        numrs.arange(2**63, 2**63 + 3, dtype=numrs.int64)


@pytest.mark.parametrize("name", [name for name in STANDARD + HALVES if name != "bool"])
def test_arange_of_dtypes(name):
    assert_same(numrs.arange(1, 10, 3, dtype=dtype_of(name)), np.array([1, 4, 7]).astype(dtype_of(name)))
    assert numrs.arange(3, dtype=dtype_of(name), device="cpu").dtype == dtype_of(name)


@FAST
@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6), st.floats(1e-1, 1e5), st.booleans())
def test_arange_of_floats(start, stop, step, down):
    step = -step if down else step
    if abs((stop - start) / step) > 1e5:
        return
    got = numrs.arange(start, stop, step)
    assert got.dtype == numrs.float64
    n = max(int(np.ceil((stop - start) / step)), 0)
    assert got.shape == (n,)
    np.testing.assert_allclose(got.numpy(), start + np.arange(n) * step, rtol=1e-15)
    if n:
        assert float(got[0]) == start


def test_arange_refuses():
    for arguments in ((0, 1, 0), (0, float("nan")), (0, float("inf")), (0, 2**70), (0.0, 1.0, 1e-300)):
        with pytest.raises((ValueError, MemoryError)):
            numrs.arange(*arguments)
    for arguments in (("a",), (0, [1, 2]), (0, 1j)):
        with pytest.raises(TypeError):
            numrs.arange(*arguments)
    with pytest.raises(TypeError, match="bool"):
        numrs.arange(2, dtype=numrs.bool)


@FAST
@given(st.floats(-1e300, 1e300), st.floats(-1e300, 1e300), st.integers(0, 60), st.booleans())
def test_linspace(start, stop, num, endpoint):
    got = numrs.linspace(start, stop, num, endpoint=endpoint)
    assert got.shape == (num,) and got.dtype == numrs.float64
    if num == 0:
        return
    assert float(got[0]) == start
    if endpoint and num > 1:
        assert float(got[-1]) == stop
    scale = max(abs(start), abs(stop))
    np.testing.assert_allclose(got.numpy(), np.linspace(start, stop, num, endpoint), rtol=1e-12, atol=scale * 1e-15)
    if not endpoint:  # the same numbers as with one more and the end
        np.testing.assert_array_equal(got.numpy(), numrs.linspace(start, stop, num + 1).numpy()[:-1])


def test_linspace_of_dtypes_and_ends():
    for name in FLOATS + HALVES + COMPLEX:
        assert_same(numrs.linspace(0, 1, 5, dtype=dtype_of(name)), np.linspace(0, 1, 5).astype(dtype_of(name)))
    assert_same(numrs.linspace(0, 1 + 2j, 3), np.linspace(0, 1 + 2j, 3))
    assert numrs.linspace(0, 1j, 3, dtype=numrs.complex64).dtype == numrs.complex64
    assert_same(numrs.linspace(0, 10, 4, dtype=numrs.int32), np.array([0, 3, 6, 10], np.int32))
    assert_same(numrs.linspace(-1.7e308, 1.7e308, 3), np.array([-1.7e308, 0, 1.7e308]))  # no overflow on the way
    assert_same(numrs.linspace(0, 5e-324, 3), np.array([0, 0, 5e-324]))
    assert_same(numrs.linspace(2, 3, 1), np.array([2.0]))
    assert numrs.linspace(5, 5, 3).tolist() == [5.0, 5.0, 5.0]
    with pytest.raises(ValueError, match="num"):
        numrs.linspace(0, 1, -1)
    with pytest.raises(TypeError):
        numrs.linspace(0, 1, 2.5)
    with pytest.raises(TypeError, match="complex"):
        numrs.linspace(0, 1j, 2, dtype=numrs.float64)


# ------------------------------------------------------------------------------------------------ asarray


@pytest.mark.parametrize(
    ("obj", "dtype"),
    [
        (True, "bool"),
        (1, "int64"),
        (1.0, "float64"),
        (1j, "complex128"),
        ([True, 2], "int64"),
        ([1, 2.5], "float64"),
        ([1, 2j], "complex128"),
        ([[]], "float64"),
    ],
)
def test_asarray_of_python_numbers(obj, dtype):
    got = numrs.asarray(obj)
    assert got.dtype == dtype and got.shape == np.shape(obj)
    assert got.tolist() == obj


@pytest.mark.parametrize("name", ALL)
def test_asarray_copies(name):
    x = numbers(dtype_of(name), (2, 3))
    t = numrs.asarray(x)
    assert np.shares_memory(t.numpy(), x)
    assert numrs.asarray(t) is t and numrs.asarray(t, copy=False) is t
    for copied in (numrs.asarray(t, copy=True), numrs.asarray(x, copy=True)):
        assert not np.shares_memory(copied.numpy(), x)
        assert_same(copied, x)
    other = numrs.float64 if name != "float64" else numrs.complex128
    if name not in COMPLEX:
        with pytest.raises(ValueError, match="copy"):
            numrs.asarray(t, dtype=other, copy=False)
        assert_same(numrs.asarray(t, dtype=other), x.astype(other))
    assert_same(numrs.from_dlpack(t), x)
    assert_same(numrs.asarray(memoryview(np.arange(3))), np.arange(3))


def test_meshgrid():
    a, b, c = np.arange(2), np.arange(3.0), np.arange(4, dtype=np.int8)
    for arrays in ((), (a,), (a, b), (a, b, c), (np.asarray(5), b)):
        for indexing in ("xy", "ij"):
            for given_arrays in (arrays, [numrs.asarray(x) for x in arrays]):
                got = numrs.meshgrid(*given_arrays, indexing=indexing)
                wanted = np.meshgrid(*arrays, indexing=indexing)
                assert isinstance(got, tuple) and len(got) == len(wanted)
                for one, other in zip(got, wanted, strict=True):
                    assert_same(one, other)
    with pytest.raises(ValueError, match="indexing"):
        numrs.meshgrid(a, indexing="yx")
    with pytest.raises(ValueError, match="dimension"):
        numrs.meshgrid(np.zeros((2, 2)))


@pytest.mark.parametrize("name", ALL)
def test_triangles(name):
    for shape in ((3, 3), (2, 4), (4, 2), (2, 3, 3), (0, 3), (3, 0)):
        x = numbers(dtype_of(name), shape, 4)
        for k in (-9, -2, -1, 0, 1, 2, 9):
            for given_x in kinds(x):
                for function in ("tril", "triu"):
                    got = getattr(numrs, function)(given_x, k=k)
                    assert_kind(got, given_x)
                    # NumPy multiplies nothing either: elements outside are zeros, whatever they were
                    chosen = np.tri(*shape[-2:], k=k if function == "tril" else k - 1, dtype=bool)
                    assert_same(got, np.where(chosen if function == "tril" else ~chosen, x, np.zeros((), x.dtype)))
    with pytest.raises(ValueError, match="tril"):
        numrs.tril([1.0])


def test_unsigned_and_signed_zeros_of_filled_tensors():
    assert np.signbit(numrs.full((2,), -0.0).numpy()).all()
    for name in SIGNED + UNSIGNED:
        limit = np.iinfo(name).max
        assert plain(numrs.full((2,), limit, dtype=name)).tolist() == [limit] * 2


@pytest.mark.filterwarnings("error")
def test_numbers_beyond_the_range_are_infinite_without_a_word():
    single = numrs.float32
    made = [numrs.full(2, 1e308, dtype=single), numrs.asarray([1e300, -1e300], dtype=single), numrs.Tensor(1e300, dtype=single)]
    made += [numrs.full_like(made[0], -1e308), numrs.pad(numrs.zeros(1, dtype=single), 1, constant_values=1e300)[:1]]
    t = numrs.zeros(6, dtype=single)
    t[0] = 1e300
    t[1:3] = -1e300
    t[numrs.asarray([3])] = numrs.asarray([1e300])
    t[t == 0] = 1e300
    made.append(t)
    for x in made:
        assert bool(numrs.all(numrs.isinf(x)))
    tiny = numrs.linalg.pinv(numrs.asarray([[5e-324]]))
    assert tiny.shape == (1, 1)


@pytest.mark.parametrize("dtype", [*STANDARD, "float16"])
def test_python_numbers_set_as_numpy_sets_them(dtype):
    for value in (True, 0, 3, -2, 2**31, -(2**31), 2**40, 2**63, 2**64, 2.5, -7.9, math.inf, math.nan, 1e300, 2 + 1j):
        wanted, got = np.zeros((2, 3), dtype), numrs.zeros((2, 3), dtype=dtype)
        with np.errstate(all="ignore"):
            try:
                wanted[1, -1] = value
            except (OverflowError, ValueError, TypeError) as error:
                with pytest.raises(type(error)):
                    got[1, -1] = value
                assert_same(got, np.zeros((2, 3), dtype))
                continue
        got[1, -1] = value
        assert_same(got, wanted, f"{dtype} {value}")
        got[...] = 0
        got[1][2] = value
        assert_same(got, wanted, f"{dtype} {value}")
    frozen = np.zeros(2, dtype)
    frozen.flags.writeable = False
    with pytest.raises(ValueError, match="read-only"):
        numrs.from_numpy(frozen)[0] = 1
    with pytest.raises(IndexError):
        numrs.zeros(2, dtype=dtype)[2] = 1
