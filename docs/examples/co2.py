"""Outliers in the weekly CO2 record of Mauna Loa, 1958 to 2001, by rolling median and MAD; every number is checked against NumPy.

`numrs demo co2` runs it, and so does `python docs/examples/co2.py [PICTURE]`. The trend is the median of a year of weeks, the season
the median of each week of the year; what is left is compared with its own median and MAD of the 53 weeks around. Beside it the same
with mean and standard deviation, which the outliers themselves pull up: most of them stay hidden.
"""

import csv
import sys
import time
from pathlib import Path

import numpy as np
import numrs

RECORD = Path(__file__).with_name("co2.csv")
YEAR = 53  # weeks of a window
LEAST = 20  # values that a window must have
LIMIT = 3.5  # Iglewicz and Hoaglin's for medians and MAD
WEEKS = 365.2425 / 7


def load(path=RECORD):
    """Days as datetime64 and ppm, NaN where a week is missing (59 of 2,284)."""
    with open(path, newline="") as file:
        rows = list(csv.DictReader(file))
    days = np.array([row["date"] for row in rows], "datetime64[D]")
    return days, np.array([float(row["co2"] or "nan") for row in rows])


def residuals(ppm):
    """The record without trend and season."""
    detrended = ppm - numrs.rolling_median(ppm, YEAR, center=True, min_periods=LEAST)
    week = ((np.arange(len(ppm)) / WEEKS % 1) * 52).astype(int)
    season = np.array([np.nanmedian(detrended[week == k]) for k in range(52)])
    return detrended - season[week]


def scores(x):
    """Distances from the middle of the window in spreads: (robust, by mean and standard deviation)."""
    options = {"center": True, "min_periods": LEAST}
    middle, spread = numrs.rolling_median(x, YEAR, **options), numrs.rolling_mad(x, YEAR, scale="normal", **options)
    mean, std = numrs.rolling_mean(x, YEAR, **options), numrs.rolling_std(x, YEAR, **options)
    return (x - middle) / spread, (x - mean) / std


def windows(x):
    """The same windows for NumPy: one row each, NaN beyond the ends."""
    half = (YEAR - 1) // 2
    return np.lib.stride_tricks.sliding_window_view(np.pad(x, half, constant_values=np.nan), YEAR)


def numpy_mad(x):
    """The rolling MAD written in NumPy."""
    rows = windows(x)
    middle = np.nanmedian(rows, axis=1)
    return np.nanmedian(np.abs(rows - middle[:, None]), axis=1) / 0.6744897501960817


def _times(call, repeats):
    best = float("inf")
    for _ in range(repeats):
        start = time.perf_counter()
        value = call()
        best = min(best, time.perf_counter() - start)
    return value, best * 1e3


def run(picture=None):
    """Facts as a dict; RuntimeError when a number differs from NumPy's."""
    days, ppm = load()
    x = residuals(ppm)
    options = {"center": True, "min_periods": LEAST}
    enough = np.count_nonzero(~np.isnan(windows(x)), axis=1) >= LEAST
    checks, timings = [], []
    for name, ours, theirs in (
        ("rolling median", lambda: numrs.rolling_median(x, YEAR, **options), lambda: np.nanmedian(windows(x), axis=1)),
        ("rolling MAD", lambda: numrs.rolling_mad(x, YEAR, scale="normal", **options), lambda: numpy_mad(x)),
        ("rolling mean", lambda: numrs.rolling_mean(x, YEAR, **options), lambda: np.nanmean(windows(x), axis=1)),
        ("rolling std", lambda: numrs.rolling_std(x, YEAR, **options), lambda: np.nanstd(windows(x), axis=1)),
    ):
        (got, mine), (want, other) = _times(ours, 7), _times(theirs, 3)
        apart = np.abs(got - want)[enough]
        checks.append({"name": name, "values": int(enough.sum()), "largest_difference": float(np.max(apart))})
        if not np.isnan(got[~enough]).all():
            raise RuntimeError(f"co2: {name} has values where a window holds fewer than {LEAST}")
        timings.append({"step": name, "numrs_ms": mine, "numpy_ms": other, "ratio": other / mine})
    wrong = [check["name"] for check in checks if not check["largest_difference"] <= 1e-12]
    if wrong:
        raise RuntimeError(f"co2: results differ from NumPy's in: {', '.join(wrong)}")
    robust, plain = scores(x)
    found, by_std = np.flatnonzero(np.abs(robust) > LIMIT), np.flatnonzero(np.abs(plain) > LIMIT)
    outliers = [
        {
            "week": str(days[k]),
            "ppm": float(ppm[k]),
            "off_by": float(x[k]),
            "score": float(robust[k]),
            "score_by_std": float(plain[k]),
        }
        for k in found
    ]
    facts = {
        "weeks": len(ppm),
        "missing": int(np.isnan(ppm).sum()),
        "outliers": outliers,
        "found_by_std": len(by_std),
        "timings": timings,
        "checks": checks,
    }
    if picture is not None:
        facts["picture"] = str(draw(Path(picture), days, ppm, x, found, by_std))
    return facts


def draw(path, days, ppm, x, found, by_std):
    """The record with its outliers, and below what is left of it within its band; returns the path."""
    try:
        import matplotlib
    except ImportError:
        raise RuntimeError("the picture needs matplotlib: pip install 'numrs-kernels[demo]', or --no-picture") from None
    matplotlib.use("Agg")
    from matplotlib import pyplot

    options = {"center": True, "min_periods": LEAST}
    middle, spread = numrs.rolling_median(x, YEAR, **options), numrs.rolling_mad(x, YEAR, scale="normal", **options)
    figure, (top, bottom) = pyplot.subplots(
        2, 1, figsize=(10, 6.4), sharex=True, constrained_layout=True, height_ratios=[3, 4]
    )
    top.plot(days, ppm, color="#9aa5b1", linewidth=0.7, label="weekly mean")
    top.plot(
        days,
        numrs.rolling_median(ppm, YEAR, **options),
        color="#2a7f62",
        linewidth=1.6,
        label="rolling median, 53 weeks",
    )
    top.plot(
        days[found], ppm[found], "o", color="#b23a48", markersize=4.5, label=f"{len(found)} outliers by median and MAD"
    )
    top.set_ylabel("CO$_2$, ppm")
    top.set_title("Mauna Loa: weeks that do not fit", loc="left")
    top.legend(frameon=False, loc="upper left")
    bottom.fill_between(
        days,
        middle - LIMIT * spread,
        middle + LIMIT * spread,
        color="#2a7f62",
        alpha=0.18,
        linewidth=0,
        label=f"median ± {LIMIT} MAD (normal scale)",
    )
    bottom.plot(days, x, ".", color="#9aa5b1", markersize=2.5, label="record without trend and season")
    bottom.plot(days, middle, color="#2a7f62", linewidth=1.2)
    bottom.plot(days[found], x[found], "o", color="#b23a48", markersize=4.5)
    bottom.plot(
        days[by_std],
        x[by_std],
        "o",
        markersize=10,
        markerfacecolor="none",
        markeredgecolor="#1f3a5f",
        label=f"beyond mean ± {LIMIT} std: {len(by_std)}",
    )
    bottom.set_ylabel("left over, ppm")
    bottom.legend(frameon=False, loc="lower left", ncols=3, fontsize=9)
    low, high = np.nanmin(x), np.nanmax(x)
    bottom.set_ylim(low - 0.35 * (high - low), high + 0.08 * (high - low))
    for axis in (top, bottom):
        axis.spines[["top", "right"]].set_visible(False)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=90)
    pyplot.close(figure)
    return path


def main():
    """Prints the outliers; the first argument names the picture."""
    result = run(sys.argv[1] if len(sys.argv) > 1 else None)
    for o in result["outliers"]:
        print(f"{o['week']}  {o['ppm']:6.1f} ppm  {o['off_by']:+5.2f}  score {o['score']:+.1f}  (by std {o['score_by_std']:+.1f})")
    print(f"{len(result['outliers'])} outliers by median and MAD, {result['found_by_std']} by mean and standard deviation")


if __name__ == "__main__":
    main()
