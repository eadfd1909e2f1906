"""The same bits: every row of the tables, dtype, backend and instruction set, over memory layouts and numbers of threads.

The cases are made from lib/table, so that a new row is tested without touching this file. docs/same-bits.md lists the exceptions.
"""

import sys
from pathlib import Path

import ml_dtypes  # NumPy knows "bfloat16" from here on
import numpy as np
import numrs
import pytest
from numrs._ops import runtime

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))
import gen  # noqa: E402

FAMILIES = ("unary", "binary", "ternary", "reduce", "scan")
LARGE = (300, 401)  # more than one chunk of work, odd in both directions
SMALL = (37, 53)
LONG = ((9001, 5), (12301, 67))  # more than two blocks of the fixed tree along axis 0, few and many columns
counted = {"cases": 0}


# Functions of complex numbers with a bound where those of real ones are exact (docs/complex.md).
INEXACT_COMPLEX = ("sqrt", "sign", "angle", "abs")


def rows():
    """(family, name, dtype, exact) for every row that is a public function."""
    for family in FAMILIES:
        for row in gen.rows(family):
            if not hasattr(numrs, row[1]):
                continue
            for dtype in gen.dtypes_of(row[3]):
                bounded = family in ("unary", "binary", "ternary") and float(row[6 if dtype["bytes"] == "8" else 5]) > 0
                bounded = bounded or dtype["kind"] == "COMPLEX" and row[1] in INEXACT_COMPLEX
                yield family, row[1], dtype["numpy"], not bounded


def places():
    """(name, function that puts it in force): every instruction set of backend cpu, then cpu-portable."""
    for target in numrs.simd_info()["available"]:
        yield target, lambda target=target: runtime.set_target(target)
    yield "cpu-portable", lambda: numrs.set_backend("cpu-portable")


@pytest.fixture(autouse=True)
def restore():
    threads, thresholds, target, backend = numrs.get_num_threads(), runtime.get_thresholds(), numrs.detect_simd_support(), numrs.get_backend()
    yield
    numrs.set_num_threads(threads)
    runtime.set_thresholds(**thresholds)
    numrs.set_backend(backend)
    if backend == "cpu":
        runtime.set_target(target)


@pytest.fixture(scope="module", autouse=True)
def report():
    yield
    print(f"\nsame bits: {counted['cases']} cases of operation x dtype x backend x instruction set x layout x threads", end="")


def data(name, dtype, shape, seed):
    generator = np.random.default_rng(seed)
    kind = np.dtype(dtype).kind
    if kind == "b":
        return generator.random(shape) < 0.5
    if kind in "iu":
        low = 0 if kind == "u" or name in ("pow", "bitwise_left_shift", "bitwise_right_shift") else -100
        return generator.integers(low, 6 if name == "pow" else 100, shape).astype(dtype)
    x = generator.normal(size=shape) * np.exp2(generator.integers(-12, 12, shape))
    return x.astype(dtype)


def special(dtype, x):
    """The same with NaN, infinities, zeros and subnormals in it."""
    if np.dtype(dtype).kind != "f" and dtype != "bfloat16":
        return x
    info, y = ml_dtypes.finfo(dtype), x.copy()
    values = [np.nan, np.inf, -np.inf, 0.0, -0.0, info.smallest_subnormal, -info.smallest_subnormal, info.max, -info.max, info.tiny, 1.0, -1.0]
    y.flat[: 5 * len(values)] = np.repeat(np.array(values, dtype), 5)[np.random.default_rng(5).permutation(5 * len(values))]
    return y


def bits(value):
    """Bytes of a result; all NaNs are one."""
    value = np.array(value, copy=True)
    if value.dtype.kind == "f" or value.dtype == ml_dtypes.bfloat16:
        value[np.isnan(value)] = np.nan
        if value.ndim == 0 and np.isnan(value):
            return b"nan"
    return value.dtype.name.encode() + str(value.shape).encode() + value.tobytes()


def layouts(x):
    """Views of the same values: (name, view)."""
    yield "C", np.ascontiguousarray(x)
    yield "Fortran", np.asfortranarray(x)
    wide = np.zeros((x.shape[0] * 2, x.shape[1] * 3), x.dtype)
    wide[::2, ::3] = x
    yield "strided", wide[::2, ::3]
    cut = np.zeros((x.shape[0], x.shape[1] + 3), x.dtype)
    cut[:, 1:-2] = x
    yield "cut", cut[:, 1:-2]
    yield "reversed", np.ascontiguousarray(x[::-1, ::-1])[::-1, ::-1]
    block = bytearray(x.nbytes + 64)
    shifted = np.frombuffer(memoryview(block)[3 : 3 + x.nbytes], np.uint8).view(x.dtype).reshape(x.shape)
    shifted[...] = x
    yield "misaligned", shifted


def operands(family, name, dtype, shape, with_specials):
    count = {"unary": 1, "binary": 2, "ternary": 3}.get(family, 1)
    arrays = [data(name, dtype, shape, 10 + k) for k in range(count)]
    if with_specials:
        arrays = [special(dtype, x) for x in arrays]
    if name == "where":
        arrays[0] = data(name, "bool", shape, 9)
    return arrays


def calls(family, name):
    """(name, call) for every way of calling a function on operands of one layout."""
    function = getattr(numrs, name)
    if family in ("unary", "binary", "ternary"):
        yield "", lambda *x: function(*x)
    elif family == "scan":
        for axis in (0, 1):
            yield f"axis={axis}", lambda x, axis=axis: function(x, axis=axis)
    else:
        for axis in (None, 0, 1):
            yield f"axis={axis}", lambda x, axis=axis: function(x, axis=axis)


@pytest.mark.parametrize("family", FAMILIES)
def test_layouts_and_places(family):
    """Every layout gives the bits of C order, everywhere; instruction sets agree as documented."""
    for _, name, dtype, exact in (r for r in rows() if r[0] == family):
        for with_specials in (False, True) if family in ("unary", "binary", "ternary") else (False,):
            arrays = operands(family, name, dtype, SMALL, with_specials)
            for call_name, call in calls(family, name):
                found = {}
                for place, use in places():
                    use()
                    found[place] = bits(call(*arrays))
                    for views in zip(*(layouts(x) for x in arrays), strict=True):
                        layout, views = views[0][0], [view for _, view in views]
                        counted["cases"] += 1
                        assert bits(call(*views)) == found[place], f"{name} {dtype} {call_name}: {layout} differs from C order on {place}"
                if "AVX3" in found and "AVX2" in found:
                    assert found["AVX3"] == found["AVX2"], f"{name} {dtype} {call_name}: AVX3 and AVX2 differ"
                if exact:
                    other = [place for place in found if found[place] != found["cpu-portable"]]
                    assert not other, f"{name} {dtype} {call_name}: {other} differ from cpu-portable"


@pytest.mark.parametrize("shape", LONG, ids=str)
@pytest.mark.parametrize("family", ("reduce", "scan"))
def test_long_axes(family, shape):
    """Along columns of several blocks the bits are those of the same numbers in lines, everywhere."""
    for _, name, dtype, _exact in (r for r in rows() if r[0] == family):
        x = operands(family, name, dtype, shape, False)[0]
        found = {}
        for place, use in places():
            use()
            found[place] = bits(getattr(numrs, name)(x, axis=0))
            for layout, view in layouts(x):
                if layout in ("Fortran", "cut") or place == numrs.simd_info()["available"][0]:
                    counted["cases"] += 1
                    assert bits(getattr(numrs, name)(view, axis=0)) == found[place], f"{name} {dtype}: {layout} differs from C order on {place}"
        assert len(set(found.values())) == 1, f"{name} {dtype}: {sorted(found)} differ"


@pytest.mark.parametrize("family", FAMILIES)
def test_threads(family):
    """1, 2 and 5 threads give the same bits."""
    runtime.set_thresholds(thread_us=1e-3)
    for _, name, dtype, _exact in (r for r in rows() if r[0] == family):
        arrays = operands(family, name, dtype, LARGE, False)
        for call_name, call in calls(family, name):
            for place, use in places():
                if place == "cpu-portable" and dtype == "float64" and family in ("unary", "binary"):
                    continue  # its functions of the C library are slow, and the engine above them is the same
                use()
                numrs.set_num_threads(1)
                alone = bits(call(*arrays))
                for threads in (2, 5):
                    numrs.set_num_threads(threads)
                    counted["cases"] += 1
                    assert bits(call(*arrays)) == alone, f"{name} {dtype} {call_name}: {threads} threads differ from 1 on {place}"


@pytest.mark.parametrize("family", ("unary", "binary", "ternary"))
def test_in_place_and_conversion(family):
    """out= over an input, and out= of a wider dtype, give the bits of a new array."""
    for _, name, dtype, _exact in (r for r in rows() if r[0] == family):
        arrays = operands(family, name, dtype, SMALL, True)
        call = getattr(numrs, name)
        for place, use in places():
            use()
            expected = call(*arrays)
            counted["cases"] += 2
            if expected.dtype == arrays[-1].dtype:
                copy = arrays[-1].copy()
                call(*arrays[:-1], copy, out=copy)
                assert bits(copy) == bits(expected), f"{name} {dtype}: in place differs on {place}"
            wide = np.complex128 if expected.dtype.kind == "c" else np.float64
            wider = np.zeros(SMALL, wide)
            call(*arrays, out=wider)
            assert bits(wider) == bits(expected.astype(wide)), f"{name} {dtype}: a wider out differs on {place}"


def test_matmul_threads():
    """Matrix products have the same bits for 1, 2 and 5 threads, whatever the shape."""
    runtime.set_thresholds(thread_us=1e-3)
    shapes = [(256, 256, 256), (37, 1000, 513), (1000, 37, 513), (333, 777, 999), (1500, 10, 1500), (1, 2000, 2000), (2000, 2000, 1), (128, 768, 512),
              (64, 64, 1024), (1024, 300, 1100)]  # fmt: skip
    for dtype in ("float32", "float64"):
        for m, k, n in shapes:
            a, b = data("matmul", dtype, (m, k), 1), data("matmul", dtype, (k, n), 2)
            numrs.set_num_threads(1)
            alone = bits(numrs.matmul(a, b))
            for threads in (2, 5):
                numrs.set_num_threads(threads)
                counted["cases"] += 1
                assert bits(numrs.matmul(a, b)) == alone, f"matmul {dtype} {(m, k, n)}: {threads} threads differ"


def test_exact_where_others_drift():
    """float32 sums are right on every axis."""
    ones = np.ones((20_000_000, 2), np.float32)
    assert numrs.sum(ones, axis=0).tolist() == [2e7, 2e7]
    assert numrs.mean(ones, axis=0).tolist() == [1.0, 1.0]
    assert numrs.mean(ones) == 1.0
    assert numrs.sum(ones) == np.float32(4e7)
