"""Windows whose bounds are given, expanding ones and those of sorted times: as the slices, exactly, for any threads and place."""

from fractions import Fraction

import numpy as np
import numrs
import pytest
from numrs._ops import runtime
from rolling_support import (
    NAN_SHARES,
    PLACES,
    ROWS,
    U,
    adversarial,
    direct,
    everywhere,
    function,
    operands,
    pd,
    restore,  # noqa: F401 (a fixture)
    series,
)


@pytest.mark.parametrize("name", ROWS)
def test_expanding_and_bounds(name):
    for share in NAN_SHARES:
        x, x2 = series(70, share, 4), series(70, share / 2, 5)
        n, every = len(x), np.arange(len(x))
        base = function(name)(*operands(name, x, x2, n), min_periods=1)
        got = function(name, "expanding")(*operands(name, x, x2))
        np.testing.assert_array_equal(got, base)
        explicit = function(name)(*operands(name, x, x2, (np.zeros(n, int), every + 1)))
        np.testing.assert_allclose(explicit, base, rtol=1e-12, atol=1e-13)
        # Any bounds: as the window of that slice.
        generator = np.random.default_rng(6)
        starts = generator.integers(0, n + 1, n)
        ends = np.minimum(starts + generator.integers(0, 40, n), n)
        got = function(name)(*operands(name, x, x2, (starts, ends)), min_periods=2)
        for i, (start, end) in enumerate(zip(starts, ends, strict=True)):
            if "zscore" in name:
                part = [direct(name, x[start:end], x[i])] if np.sum(~np.isnan(x[start:end])) > 1 else [np.nan]
            elif end == start:
                part = [np.nan]
            else:
                part = function(name)(
                    *operands(name, x[start:end], x2[start:end], end - start), min_periods=min(2, end - start)
                )
                if end - start < 2:
                    part = [np.nan]
            np.testing.assert_allclose(got[i], part[-1], rtol=1e-9, atol=1e-12)


def growing_bounds(n, windows, longest, seed):
    """Windows whose bounds only grow: some empty, some equal, some without a slot of the one before."""
    generator = np.random.default_rng([seed, n])
    starts = np.sort(generator.integers(0, n + 1, windows))
    starts[generator.random(windows) < 0.3] = 0
    starts = np.maximum.accumulate(starts)
    ends = np.minimum(starts + generator.integers(0, longest + 1, windows), n)
    return starts, np.maximum.accumulate(ends)


@pytest.mark.parametrize("name", ROWS)
def test_growing_bounds(name):
    """Values of each slice, for any threads, place and chunk."""
    runtime.set_thresholds(thread_us=0.001)
    for n, windows, longest, share in ((300, 300, 40, 0.1), (5000, 9000, 60, 0.0), (2500, 40, 1200, 0.3)):
        x, x2 = series(n, share, 12) + 1e4, series(n, share / 2, 13)
        if "zscore" in name:
            windows = n
        starts, ends = growing_bounds(n, windows, longest, 14)
        got = None
        for place, force in PLACES.items():
            force()
            for threads in (1, 3):
                numrs.set_num_threads(threads)
                here = function(name)(*operands(name, x, x2, (starts, ends)), min_periods=2)
                got = here if got is None else got
                assert here.tobytes() == got.tobytes(), f"{name} {place} {threads} threads, n={n}"
        for i in range(0, windows, 1 + windows // 60):
            start, end = starts[i], ends[i]
            if "zscore" in name:
                want = direct(name, x[start:end], x[i]) if np.sum(~np.isnan(x[start:end])) > 1 else np.nan
            elif end - start < 2:
                want = np.nan
            else:
                want = function(name)(*operands(name, x[start:end], x2[start:end], end - start), min_periods=2)[-1]
            np.testing.assert_allclose(got[i], want, rtol=1e-7, atol=1e-10, err_msg=f"{name} {n} [{start}, {end})")


def test_growing_bounds_are_exact():
    for label, x in adversarial():
        if label == "spikes 1e+300":
            continue
        starts, ends = growing_bounds(len(x), 500, 60, 15)
        values = [Fraction(float(v)) for v in x]
        total, var = (
            everywhere(lambda: numrs.rolling_sum(x, (starts, ends))),
            everywhere(lambda: numrs.rolling_var(x, (starts, ends))),
        )
        for i in range(0, 500, 7):
            part = values[starts[i] : ends[i]]
            if not part:
                continue
            mean = sum(part) / len(part)
            exact = sum((v - mean) ** 2 for v in part) / len(part)
            assert abs(Fraction(float(total[i])) - sum(part)) <= 4 * Fraction(U) * sum(abs(v) for v in part), (
                f"{label}, {i}"
            )
            assert abs(Fraction(float(var[i])) - exact) <= 64 * Fraction(U) * exact, f"{label}, {i}"


def test_time_windows():
    generator = np.random.default_rng(21)
    x, times = series(200, 0.1, 22), np.cumsum(generator.integers(1, 9, 200))
    stamps = np.datetime64("2026-01-01") + times.astype("timedelta64[s]")
    for closed in ("right", "left", "both", "neither"):
        want = pd.Series(x, index=pd.DatetimeIndex(stamps)).rolling("20s", closed=closed).mean().to_numpy()
        for bounds in (
            numrs.time_windows(times, 20, closed=closed),
            numrs.time_windows(stamps, np.timedelta64(20, "s"), closed=closed),
        ):
            np.testing.assert_allclose(numrs.rolling_mean(x, bounds), want, rtol=1e-9)
    with pytest.raises(ValueError, match="sorted"):
        numrs.time_windows([1, 0], 1)
    with pytest.raises(ValueError, match="length"):
        numrs.time_windows([0, 1], 0)
    with pytest.raises(TypeError, match="time_windows"):
        numrs.time_windows(stamps, "x")
