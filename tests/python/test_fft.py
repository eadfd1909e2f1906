"""numrs.fft against NumPy (and SciPy): dtypes, lengths, axes, norms, shapes, layouts, hostile input; the same bits for threads."""

import inspect
import os
import threading

import numpy as np
import numrs
import pytest
from numpy.exceptions import AxisError

COMPLEX_TO_COMPLEX = ["fft", "ifft"]
FROM_REAL = ["rfft", "ihfft"]
TO_REAL = ["irfft", "hfft"]
SEVERAL = ["fftn", "ifftn", "rfftn", "irfftn"]
TWO = ["fft2", "ifft2", "rfft2", "irfft2"]
ALL = COMPLEX_TO_COMPLEX + FROM_REAL + TO_REAL + SEVERAL + TWO
DTYPES = [
    "bool",
    "int8",
    "int16",
    "int32",
    "int64",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "float16",
    "float32",
    "float64",
]
LENGTHS = [
    1,
    2,
    3,
    4,
    5,
    6,
    7,
    8,
    9,
    11,
    13,
    16,
    17,
    19,
    30,
    31,
    32,
    33,
    47,
    64,
    90,
    97,
    100,
    121,
    128,
    169,
    210,
    243,
    251,
    256,
    1000,
    1009,
    1024,
    4096,
]
NORMS = [None, "backward", "ortho", "forward"]
SINGLE = {"float16", "float32", "complex64"}


def numbers(shape, dtype, seed=0):
    generator = np.random.default_rng(seed)
    if np.dtype(dtype).kind == "c":
        return (generator.normal(size=shape) + 1j * generator.normal(size=shape)).astype(dtype)
    if np.dtype(dtype).kind == "f":
        return generator.normal(size=shape).astype(dtype)
    return generator.integers(0, 2 if dtype == "bool" else 100, shape).astype(dtype)


def agree(got, expected, single=False):
    assert isinstance(got, np.ndarray)
    assert got.shape == expected.shape
    assert got.dtype.kind == expected.dtype.kind
    assert got.dtype.itemsize == (4 if single else 8) * (2 if got.dtype.kind == "c" else 1)
    if got.size:
        largest = np.max(np.abs(expected)) + 1e-300
        assert np.max(np.abs(got - expected)) <= (3e-6 if single else 5e-15) * largest * max(
            1, np.log2(max(expected.shape, default=1))
        )


def wide(x):
    """What NumPy is to be given: float64 or complex128."""
    return x.astype("complex128" if x.dtype.kind == "c" else "float64")


@pytest.mark.parametrize("name", COMPLEX_TO_COMPLEX + FROM_REAL + TO_REAL)
@pytest.mark.parametrize("n", LENGTHS)
def test_every_length(name, n):
    for dtype in ("float32", "float64") if name in FROM_REAL else ("complex64", "complex128"):
        x = numbers(n, dtype, n)
        if name in TO_REAL:
            x = x[: n // 2 + 1]
        single = dtype in SINGLE
        agree(getattr(numrs.fft, name)(x, n=n), getattr(np.fft, name)(wide(x), n=n), single)


@pytest.mark.parametrize("name", COMPLEX_TO_COMPLEX + FROM_REAL + TO_REAL)
@pytest.mark.parametrize("norm", NORMS)
def test_norms_lengths_and_axes(name, norm):
    x = numbers((4, 9, 5), "float64" if name in FROM_REAL else "complex128")
    for axis in (0, 1, 2, -1, -2, np.int64(1)):
        for n in (None, 1, 3, 4, 7, 8, 20, np.int32(6)):
            expected = getattr(np.fft, name)(x, n, axis, norm)
            agree(getattr(numrs.fft, name)(x, n, axis, norm), expected)
            agree(getattr(numrs.fft, name)(x, n=n, axis=axis, norm=norm), expected)


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("dtype", [*DTYPES, "complex64", "complex128"])
def test_dtypes(name, dtype):
    x = numbers((4, 6), dtype)
    real_only = name in FROM_REAL or name.startswith("rfft")
    if dtype.startswith("complex") and real_only:
        with pytest.raises(TypeError, match=f"{name}: x has dtype {dtype}"):
            getattr(numrs.fft, name)(x)
        return
    agree(getattr(numrs.fft, name)(x), getattr(np.fft, name)(wide(x)), dtype in SINGLE)


def test_bfloat16():
    ml_dtypes = pytest.importorskip("ml_dtypes")
    x = numbers(12, "float32").astype(ml_dtypes.bfloat16)
    agree(numrs.fft.fft(x), np.fft.fft(x.astype("float64")), True)
    agree(numrs.fft.rfft(x), np.fft.rfft(x.astype("float64")), True)


@pytest.mark.parametrize("name", SEVERAL + TWO)
@pytest.mark.parametrize("norm", NORMS)
def test_several_axes(name, norm):
    x = numbers((4, 6, 5), "float64" if name.startswith("rfft") else "complex128")
    for s, axes in [
        (None, (0, 1)), (None, (2, 0)), (None, (-1,)), ((3, 8), (0, 2)), ((6, 2), (1, -1)), ((7,), (0,)), ((4, 9, 2), (2, 0, 1)),
        ([5, 5], [0, 1]), ((-1, 8), (0, 1)),
    ]:  # fmt: skip
        expected = getattr(np.fft, name)(x, s=s, axes=axes, norm=norm)
        agree(getattr(numrs.fft, name)(x, s=s, axes=axes, norm=norm), expected)
    agree(getattr(numrs.fft, name)(x), getattr(np.fft, name)(x))
    agree(getattr(numrs.fft, name)(x, norm=norm), getattr(np.fft, name)(x, norm=norm))
    if name in SEVERAL:
        agree(getattr(numrs.fft, name)(x, (3, 4)), getattr(np.fft, name)(x, (3, 4), (1, 2)))


@pytest.mark.parametrize("name", SEVERAL)
def test_an_axis_given_twice_is_taken_twice(name):
    x = numbers((4, 6), "float64" if name.startswith("rfft") else "complex128")
    axes = (1, 0, 0) if name != "irfftn" else (0, 0, 1)
    agree(getattr(numrs.fft, name)(x, axes=axes), getattr(np.fft, name)(x, axes=axes))


def layouts(x):
    yield x
    yield np.asfortranarray(x)
    yield x[::-1]
    yield x[:, ::-1]
    yield np.repeat(x, 2, axis=1)[:, ::2]
    yield np.repeat(x, 3, axis=0)[::3]
    yield np.ascontiguousarray(x.T).T
    yield np.frombuffer(b"\0" + x.tobytes(), "uint8")[1:].view("V16").view("complex128").reshape(x.shape)  # not aligned
    yield x.astype(x.dtype.newbyteorder())


@pytest.mark.parametrize("shape", [(3, 40), (40, 3), (16, 17), (33, 32), (1, 50), (50, 1)])
def test_layouts_give_the_same_bits(shape):
    x = numbers(shape, "complex128")
    expected = {axis: numrs.fft.fft(x, axis=axis) for axis in (0, 1)}
    for other in layouts(x):
        for axis in (0, 1):
            same = x.shape == other.shape and np.array_equal(other, x)
            got = numrs.fft.fft(other, axis=axis)
            np.testing.assert_array_equal(got, expected[axis] if same else numrs.fft.fft(np.array(other), axis=axis))


def test_broadcast_lines():
    x = np.broadcast_to(numbers(24, "complex64"), (5, 24))
    agree(numrs.fft.fft(x), np.fft.fft(x.astype("complex128")), True)
    x = np.broadcast_to(numbers((5, 1), "complex64"), (5, 24))
    agree(numrs.fft.fft(x), np.fft.fft(x.astype("complex128")), True)


@pytest.mark.parametrize("shape", [(2, 3, 4, 5), (1, 1, 7), (6, 1, 2, 1, 3), (2,) * 10])
def test_every_axis_of_many(shape):
    x = numbers(shape, "complex128")
    for axis in range(len(shape)):
        agree(numrs.fft.fft(x, axis=axis), np.fft.fft(x, axis=axis))
    agree(numrs.fft.fftn(x), np.fft.fftn(x))


@pytest.mark.parametrize("name", ALL)
def test_empty(name):
    function = getattr(numrs.fft, name)
    two = name in SEVERAL + TWO
    assert function(np.zeros((0, 3, 4)), **({"axes": (1, 2)} if two else {})).shape[0] == 0
    with pytest.raises(ValueError, match="number of points"):
        function(np.zeros((3, 0)))
    if not two:  # nothing, continued by zeros (NumPy's irfft reads memory that nobody wrote)
        got = function(np.zeros((2, 0)), n=4)
        assert got.shape == (2, 3 if name in FROM_REAL else 4)
        np.testing.assert_array_equal(got, np.zeros(got.shape))


def test_no_axes():
    x = numbers((2, 3), "float32")
    got = numrs.fft.fftn(x, axes=())
    assert got.dtype == np.complex64
    np.testing.assert_array_equal(got, x)
    with pytest.raises(ValueError, match="no axes"):
        numrs.fft.rfftn(x, axes=())


HOSTILE = [
    (lambda f: f([1.0, 2.0], n=0), ValueError, "number of points"),
    (lambda f: f([1.0, 2.0], n=-3), ValueError, "number of points"),
    (lambda f: f([1.0, 2.0], n=2.5), TypeError, "expected an int"),
    (lambda f: f([1.0, 2.0], n=True), TypeError, "expected an int"),
    (lambda f: f([1.0, 2.0], n="2"), TypeError, "expected an int"),
    (lambda f: f([1.0, 2.0], n=1 << 70), MemoryError, "memory"),
    (lambda f: f([1.0, 2.0], axis=1), AxisError, "out of bounds"),
    (lambda f: f([1.0, 2.0], axis=-2), AxisError, "out of bounds"),
    (lambda f: f([1.0, 2.0], axis=True), TypeError, "bool"),
    (lambda f: f([1.0, 2.0], axis=None), TypeError, "axis"),
    (lambda f: f(1.0), AxisError, "out of bounds"),
    (lambda f: f([1.0, 2.0], norm="other"), ValueError, "norm"),
    (lambda f: f([1.0, 2.0], norm=1), ValueError, "norm"),
    (lambda f: f(None), TypeError, "None"),
    (lambda f: f("text"), TypeError, "dtype"),
    (lambda f: f([object()]), TypeError, "dtype"),
    (lambda f: f(np.array(["2020"], "datetime64")), TypeError, "dtype"),
    (lambda f: f(np.ones(3, np.longdouble)), TypeError, "dtype"),
    (lambda f: f(np.ma.masked_array([1.0])), TypeError, "masked"),
]


@pytest.mark.parametrize("name", COMPLEX_TO_COMPLEX + FROM_REAL + TO_REAL)
@pytest.mark.parametrize("case", range(len(HOSTILE)))
def test_hostile_input_of_one_axis(name, case):
    call, error, text = HOSTILE[case]
    with pytest.raises(error, match=text):
        call(getattr(numrs.fft, name))


HOSTILE_AXES = [
    (lambda f, x: f(x, s=(2,), axes=(0, 1)), ValueError, "as many"),
    (lambda f, x: f(x, s=(2, 2, 2)), ValueError, "2"),
    (lambda f, x: f(x, s=(0, 2), axes=(0, 1)), ValueError, "number of points"),
    (lambda f, x: f(x, s=(2, -2), axes=(0, 1)), ValueError, "number of points"),
    (lambda f, x: f(x, s=(2, None), axes=(0, 1)), TypeError, "expected an int"),
    (lambda f, x: f(x, s=3), TypeError, "sequence"),
    (lambda f, x: f(x, axes=1), TypeError, "sequence"),
    (lambda f, x: f(x, axes=(0, 2)), AxisError, "out of bounds"),
    (lambda f, x: f(x, axes=("x",)), TypeError, "axis"),
    (lambda f, x: f(x, norm="no"), ValueError, "norm"),
]


@pytest.mark.parametrize("name", SEVERAL + TWO)
@pytest.mark.parametrize("case", range(len(HOSTILE_AXES)))
def test_hostile_input_of_several_axes(name, case):
    call, error, text = HOSTILE_AXES[case]
    with pytest.raises(error, match=text):
        call(getattr(numrs.fft, name), np.ones((3, 4)))


def test_too_large_is_a_memory_error():
    with pytest.raises(MemoryError):
        numrs.fft.fft([1.0], n=1 << 58)


def test_nan_and_infinity_stay_in_their_line():
    x = numbers((20, 64), "complex128")
    expected = numrs.fft.fft(x)
    x[3, 5], x[7, 0] = np.nan, np.inf
    got = numrs.fft.fft(x)
    clean = [i for i in range(20) if i not in (3, 7)]
    np.testing.assert_array_equal(got[clean], expected[clean])
    assert np.isnan(got[3]).all() and not np.isfinite(got[7]).any()
    r = numbers((20, 63), "float32")
    expected = numrs.fft.rfft(r)
    r[4] = np.nan
    got = numrs.fft.rfft(r)
    np.testing.assert_array_equal(np.delete(got, 4, 0), np.delete(expected, 4, 0))


@pytest.mark.parametrize("n", [1, 2, 7, 30, 31, 64, 97, 1000])
def test_symmetries(n):
    x = numbers(n, "float64")
    whole, half = numrs.fft.fft(x), numrs.fft.rfft(x)
    agree(half, whole[: n // 2 + 1])
    assert half[0].imag == 0 and (n % 2 or half[-1].imag == 0)
    agree(numrs.fft.irfft(half, n), x)
    agree(numrs.fft.ifft(whole), x.astype("complex128"))
    h = numrs.fft.hfft(half, n)
    agree(numrs.fft.ihfft(h), half)


def test_an_impulse_gives_exact_ones_where_roots_are_exact():
    np.testing.assert_array_equal(numrs.fft.fft([1.0, 0, 0, 0, 0, 0, 0, 0]), np.ones(8))
    np.testing.assert_array_equal(numrs.fft.fft([0, 1, 0, 0]), [1, -1j, -1, 1j])


def test_threads_give_the_same_bits():
    before = numrs.get_num_threads()
    cases = [numbers(s, d) for s in [(1 << 18,), (300, 1000), (50, 1009)] for d in ("complex64", "complex128")]
    try:
        results = []
        for threads in (1, 2, 5):
            numrs.set_num_threads(threads)
            results.append(
                [numrs.fft.fftn(x).tobytes() for x in cases] + [numrs.fft.rfftn(x.real).tobytes() for x in cases]
            )
        assert results[0] == results[1] == results[2]
    finally:
        numrs.set_num_threads(before)


def test_many_python_threads_share_the_plans():
    lengths = list(range(1, 120))
    expected = {n: np.fft.fft(numbers(n, "complex128")) for n in lengths}
    wrong = []

    def work(seed):
        for n in np.random.default_rng(seed).permutation(lengths):
            if not np.allclose(numrs.fft.fft(numbers(n, "complex128")), expected[n], atol=1e-12):
                wrong.append(n)
            if n % 40 == 0:
                numrs.memory.trim()

    threads = [threading.Thread(target=work, args=(i,)) for i in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


@pytest.mark.parametrize("n", [1, 2, 3, 8, 9])
def test_frequencies(n):
    for d in (1.0, 0.1, 3, -2.0, np.float64(0.5)):
        np.testing.assert_allclose(numrs.fft.fftfreq(n, d=d), np.fft.fftfreq(n, d), rtol=4e-16)
        np.testing.assert_allclose(numrs.fft.rfftfreq(n, d=d), np.fft.rfftfreq(n, d), rtol=4e-16)
    assert numrs.fft.fftfreq(n).dtype == np.float64
    assert numrs.fft.fftfreq(n, dtype=np.float32).dtype == np.float32
    assert numrs.fft.rfftfreq(n, dtype="float32", device="cpu").dtype == np.float32


def test_hostile_frequencies():
    for function in (numrs.fft.fftfreq, numrs.fft.rfftfreq):
        for arguments, options, error in [
            ((0,), {}, ValueError), ((-1,), {}, ValueError), ((2.5,), {}, TypeError), ((True,), {}, TypeError), ((4,), {"d": 0}, ValueError),
            ((4,), {"d": "x"}, TypeError), ((4,), {"dtype": "int32"}, TypeError), ((4,), {"device": "gpu"}, ValueError),
        ]:  # fmt: skip
            with pytest.raises(error, match=function.__name__):
                function(*arguments, **options)


@pytest.mark.parametrize("dtype", [*DTYPES, "complex64", "complex128"])
def test_shifts(dtype):
    x = numbers((4, 5, 3), dtype)
    for axes in (None, 0, -1, (0, 2), [1, 1], ()):
        for name in ("fftshift", "ifftshift"):
            got = getattr(numrs.fft, name)(x, axes=axes)
            np.testing.assert_array_equal(got, getattr(np.fft, name)(x, axes=axes))
            assert got.dtype == x.dtype
    np.testing.assert_array_equal(numrs.fft.ifftshift(numrs.fft.fftshift(x)), x)
    with pytest.raises(AxisError):
        numrs.fft.fftshift(x, axes=3)
    with pytest.raises(TypeError):
        numrs.fft.fftshift(x, axes=1.5)


def test_scipy_agrees():
    scipy_fft = pytest.importorskip("scipy.fft")
    for shape in [(65536,), (1000, 30), (30, 1000), (10007,)]:
        for dtype in ("complex64", "complex128"):
            x = numbers(shape, dtype)
            agree(numrs.fft.fftn(x), scipy_fft.fftn(wide(x)), dtype == "complex64")


def test_the_namespace():
    assert set(numrs.fft.__all__) == set(ALL) | {"fftfreq", "rfftfreq", "fftshift", "ifftshift"}
    for name in ("fft", "ifft", "rfft", "irfft", "hfft", "ihfft"):
        parameters = inspect.signature(getattr(numrs.fft, name)).parameters
        assert list(parameters) == ["x", "n", "axis", "norm"]
        assert parameters["x"].kind is inspect.Parameter.POSITIONAL_ONLY
        assert (parameters["n"].default, parameters["axis"].default, parameters["norm"].default) == (
            None,
            -1,
            "backward",
        )
    for name in SEVERAL:
        assert [p.default for p in inspect.signature(getattr(numrs.fft, name)).parameters.values()][1:] == [
            None,
            None,
            "backward",
        ]
    assert "fft" in numrs.__all__


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
def test_the_child_of_a_fork_has_plans():
    stop = threading.Event()

    def work():
        n = 1
        while not stop.is_set():
            numrs.fft.fft(np.ones(n % 300 + 1))
            n += 7

    thread = threading.Thread(target=work)
    thread.start()
    try:
        for _ in range(20):
            child = os.fork()
            if child == 0:
                good = all(np.allclose(numrs.fft.fft(np.ones(n))[0], n) for n in (5, 16, 97, 301))
                os._exit(0 if good else 1)
            assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    finally:
        stop.set()
        thread.join()
