"""Reductions that leave NaN out, against NumPy: values, axes, layouts, masks, all NaN, and the bits of the plain ones where there is none."""

import numpy as np
import numrs
import pytest
from reference import DTYPES, NAN_REDUCTIONS, assert_same, data, layouts, ulps

pytestmark = [pytest.mark.filterwarnings("ignore::RuntimeWarning")]
POSITIONS = ("nanargmax", "nanargmin")
ROUNDED = ("nanmean", "nanprod", "nanstd", "nansum", "nanvar")
AXES = (None, 0, 1, 2, -1, (0, 1), (0, 2), (1, 2), (0, 1, 2), ())


def holed(dtype, shape, share, seed=0, high=3):
    """Values with that share of NaN."""
    x = data(dtype, shape, seed, 1, high)
    if x.dtype.kind == "f":
        x[np.random.default_rng(seed + 1).random(shape) < share] = np.nan
    return x


def compare(name, x, got, **options):
    y = np.asarray(x)
    y = y.astype(y.dtype.newbyteorder("="))
    if name in ROUNDED and y.dtype.kind == "f":
        y = y.astype(np.longdouble if y.dtype.itemsize == 8 else np.float64)
    wanted = np.asarray(getattr(np, name)(y, **options))
    if name in ROUNDED and wanted.dtype.kind == "f":
        wanted = wanted.astype(np.asarray(x).dtype.newbyteorder("=") if np.asarray(x).dtype.kind == "f" else np.float64)
        assert got.dtype == wanted.dtype and np.shape(got) == np.shape(wanted)
        near = np.abs(np.asarray(got, np.float64) - wanted) < 1e-15  # of constant columns
        assert ulps(np.where(near, 0, got), np.where(near, 0, wanted)) <= (y.size if name == "nanprod" else 16), (name, y.dtype, y.shape, options)
    else:
        assert_same(got, wanted if wanted.ndim else wanted[()], f"{name} of {y.dtype}{y.shape} {options}")


@pytest.mark.parametrize("share", [0.0, 0.1, 0.9])
@pytest.mark.parametrize("name", NAN_REDUCTIONS)
def test_every_axis(name, share):
    for dtype in DTYPES:
        x = holed(dtype, (4, 5, 6), share)
        x[:, :, 2] = 2  # no result is without a number
        x[:, 3, :] = x[2, :, :] = 1
        for axis in AXES:
            if isinstance(axis, tuple) and name in POSITIONS:
                continue
            if axis == () and x.dtype.kind == "f":
                x = np.nan_to_num(x, nan=1.5)
            for keepdims in (False, True):
                options = {"axis": axis, "keepdims": keepdims}
                compare(name, x, getattr(numrs, name)(x, **options), **options)


@pytest.mark.parametrize("name", NAN_REDUCTIONS)
def test_every_layout_and_length(name):
    for dtype in ("float32", "float64"):
        for shape in ((40, 30), (9000, 3), (3, 9000), (5000, 70)):
            x = holed(dtype, shape, 0.3, high=1.0001 if name == "nanprod" else 3)
            x[0, :] = x[:, 0] = 1.0001
            for _, y in layouts(x) if shape == (40, 30) else [("C", x), ("F", np.asfortranarray(x))]:
                for axis in (None, 0, 1):
                    compare(name, y, getattr(numrs, name)(y, axis=axis), axis=axis)


def test_all_nan():
    x = np.full((3, 4), np.nan, np.float32)
    x[1, 2] = 5
    for name, empty in (("nansum", 0), ("nanprod", 1), ("count", 0)):
        wanted = np.array([empty, 1 if name == "count" else 5, empty])
        assert_same(np.asarray(getattr(numrs, name)(x, axis=1), np.float64), wanted.astype(np.float64))
    for name in ("nanmin", "nanmax", "nanmean"):
        assert_same(getattr(numrs, name)(x, axis=1), np.array([np.nan, 5, np.nan], np.float32))
    for name in ("nanvar", "nanstd"):
        assert_same(getattr(numrs, name)(x, axis=1), np.array([np.nan, 0, np.nan], np.float32))
        assert np.isnan(getattr(numrs, name)(x, axis=1, correction=1)).all()
    for name in POSITIONS:
        out = np.full(3, 77)
        with pytest.raises(ValueError, match=f"{name}: all elements of result 0 are NaN"):
            getattr(numrs, name)(x, axis=1, out=out)
        assert (out == 77).all()
        assert getattr(numrs, name)(x) == 6
        with pytest.raises(ValueError, match="NaN"):
            getattr(numrs, name)([float("nan")])


def test_infinities_are_numbers():
    x = np.array([np.nan, np.inf, np.nan])
    assert numrs.nanmin(x) == numrs.nanmax(x) == np.inf and numrs.nanargmin(x) == 1
    x = np.array([[np.nan] * 20 + [np.inf], [np.nan] * 20 + [-np.inf]])
    assert_same(numrs.nanmin(x, axis=1), np.array([np.inf, -np.inf]))
    assert_same(numrs.nanmax(x, axis=1), np.array([np.inf, -np.inf]))
    assert_same(numrs.nanargmax(np.ascontiguousarray(x.T), axis=0), np.array([20, 20]))
    assert np.isnan(numrs.nanmean([np.inf, -np.inf, 1.0])) and numrs.nansum([np.inf, np.nan]) == np.inf


@pytest.mark.parametrize("name", NAN_REDUCTIONS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_bits_of_the_plain_one_without_nan(name, dtype):
    for shape in ((13_001,), (70, 5), (5000, 8), (300, 130)):
        x = data(dtype, shape, 5)
        for axis in (None, 0, -1):
            assert_same(getattr(numrs, name)(x, axis=axis), getattr(numrs, name[3:])(x, axis=axis), zero_signs=False)


@pytest.mark.parametrize("name", [n for n in NAN_REDUCTIONS if n not in POSITIONS])
def test_where_is_as_nan(name):
    for dtype in ("float32", "float64", "int32"):
        x = holed(dtype, (60, 70), 0.1, high=2 if name == "nanprod" else 3)
        mask = np.random.default_rng(3).random((60, 70)) < 0.5
        mask[:, 0] = mask[0, :] = True
        x[:, 0] = x[0, :] = 1
        for axis in (None, 0, 1):
            wanted = getattr(numrs, name)(np.where(mask, x, np.nan).astype(dtype if dtype != "int32" else float), axis=axis)
            got = getattr(numrs, name)(x, axis=axis, where=mask)
            assert_same(np.asarray(got, wanted.dtype), np.asarray(wanted))


def test_count():
    for dtype in DTYPES:
        x = holed(dtype, (7, 90), 0.4)
        for axis in (None, 0, 1):
            wanted = np.asarray((x == x).sum(axis=axis))
            assert_same(numrs.count(x, axis=axis), wanted if wanted.ndim else wanted[()])
            mask = data("bool", x.shape, 9)
            wanted = np.asarray(((x == x) & mask).sum(axis=axis))
            assert_same(numrs.count(x, axis=axis, where=mask), wanted if wanted.ndim else wanted[()])
    assert numrs.count([]) == 0


def test_equal_bits_for_every_number_of_threads():
    before = numrs.get_num_threads()
    x = holed("float64", (3_000, 400), 0.2)
    try:
        for name in NAN_REDUCTIONS:
            for axis in (None, 0, 1):
                results = []
                for threads in (1, 2, 5):
                    numrs.set_num_threads(threads)
                    results.append(np.asarray(getattr(numrs, name)(x, axis=axis)).tobytes())
                assert len(set(results)) == 1, (name, axis)
    finally:
        numrs.set_num_threads(before)


def test_bad_input():
    for name in NAN_REDUCTIONS:
        with pytest.raises(TypeError, match=name):
            getattr(numrs, name)(np.array(["a"]))
    with pytest.raises(TypeError, match="correction and ddof"):
        numrs.nanvar([1.0], correction=1, ddof=1)
    for name in ("nanmin", "nanmax", "nanargmin", "nanargmax"):
        with pytest.raises(ValueError, match=name):
            getattr(numrs, name)([])
