"""Columns of files for `numrs stats`: reading CSV, .npy and Parquet, describing, moving windows, CSV and picture. No text for the screen."""

import csv
import math
import os
from pathlib import Path

import numpy as np

from numrs import stats

MISSING = {"", "na", "n/a", "nan", "null", "none", "-"}
# Statistics that share the scale of their series: drawn over it; all others go below.
SAME_SCALE = {"mean", "median", "min", "max", "quantile", "first", "last"}
NOT_OF_ONE_COLUMN = {"cov", "corr", "apply"}
ROLLING = sorted(name.removeprefix("rolling_") for name in stats.__all__ if name.startswith("rolling_"))
ROLLING = [name for name in ROLLING if name not in NOT_OF_ONE_COLUMN]


class Rolling:
    """One --rolling option: STAT:WINDOW, or quantile:WINDOW:Q."""

    def __init__(self, text):
        parts = text.split(":")
        self.stat = parts[0]
        if self.stat not in ROLLING:
            raise ValueError(f"{text!r}: no statistic {self.stat!r}; there are {', '.join(ROLLING)}")
        wanted = 3 if self.stat == "quantile" else 2
        if len(parts) != wanted or not parts[1].isdecimal() or int(parts[1]) < 1:
            form = "quantile:WINDOW:Q" if wanted == 3 else f"{self.stat}:WINDOW"
            raise ValueError(
                f"{text!r}: expected {form} with a window of at least 1, such as {form.replace('WINDOW', '51').replace('Q', '0.9')}"
            )
        self.window = int(parts[1])
        self.q = None
        if wanted == 3:
            try:
                self.q = float(parts[2])
            except ValueError:
                self.q = math.nan
            if not 0 <= self.q <= 1:
                raise ValueError(f"{text!r}: q is {parts[2]!r}, expected a number from 0 to 1")
        self.label = " ".join(["rolling", *parts])

    def __call__(self, x, **options):
        function = getattr(stats, f"rolling_{self.stat}")
        return function(x, self.window, **options) if self.q is None else function(x, self.window, self.q, **options)


def _number(text):
    """A field as a float, NaN where it says that there is none; ValueError for anything else."""
    text = text.strip()
    if text.lower() in MISSING:
        return math.nan
    if "_" in text:  # Python reads 1_000
        raise ValueError(text)
    return float(text)


def _is_number(text):
    try:
        _number(text)
    except ValueError:
        return False
    return True


class Text:
    """A column of text, with the first field of it that is no number and the line that it stands in."""

    def __init__(self, fields, line, field):
        self.fields, self.line, self.field = fields, line, field

    def __len__(self):
        return len(self.fields)


def _csv(path):
    try:
        with open(path, newline="", encoding="utf-8-sig") as file:
            sample = file.read(1 << 16)
            file.seek(0)
            try:
                dialect = csv.Sniffer().sniff(sample, ",;\t|")
            except csv.Error:  # one column
                dialect = csv.excel
            reader = csv.reader(file, dialect)
            rows, lines = [], []
            for row in reader:
                if row:
                    rows.append(row)
                    lines.append(reader.line_num)
    except UnicodeDecodeError:
        raise ValueError(f"{path} is not text in UTF-8; numrs stats reads CSV, .npy and .parquet") from None
    except csv.Error as error:
        raise ValueError(f"{path}: line {reader.line_num}: {error}") from None
    if not rows:
        raise ValueError(f"{path} is empty")
    headed = not any(_is_number(field) and field.strip() for field in rows[0])
    names = (
        [name.strip() or f"column_{k + 1}" for k, name in enumerate(rows[0])]
        if headed
        else [f"column_{k + 1}" for k in range(len(rows[0]))]
    )
    if headed:
        rows, lines = rows[1:], lines[1:]
    for row, line in zip(rows, lines):
        if len(row) != len(names):
            raise ValueError(f"{path}: line {line} has {len(row)} fields, expected {len(names)}")
    columns = {}
    for k, name in enumerate(names):
        fields = [row[k] for row in rows]
        values = np.empty(len(fields))
        column = values
        for at, field in enumerate(fields):
            try:
                values[at] = _number(field)
            except ValueError:
                column = Text(fields, lines[at], field)
                break
        if name in columns:
            raise ValueError(f"{path}: two columns are called {name!r}")
        columns[name] = column
    return columns


def _npy(path):
    try:
        data = np.load(path, mmap_mode="r", allow_pickle=False)
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None
    if data.dtype.names:
        return {name: data[name].ravel() for name in data.dtype.names}
    if data.ndim > 2:
        raise ValueError(f"{path} has {data.ndim} dimensions (shape {data.shape}), expected one or two")
    data = data.reshape(-1, 1) if data.ndim < 2 else data
    return {f"column_{k + 1}": data[:, k] for k in range(data.shape[1])}


def _parquet(path):
    try:
        from pyarrow import ArrowException, parquet  # type: ignore[import-untyped]
    except ImportError:
        raise RuntimeError("reading Parquet needs pyarrow: pip install 'numrs-kernels[tables]'") from None
    try:
        table = parquet.read_table(path)
    except ArrowException as error:
        raise ValueError(f"{path}: {error}") from None
    return {name: table.column(k) for k, name in enumerate(table.column_names)}


def read(path):
    """Name → column: an ndarray, an Arrow column or a Text."""
    suffix = Path(path).suffix.lower()
    return {".npy": _npy, ".parquet": _parquet, ".pq": _parquet}.get(suffix, _csv)(path)


def _values(column):
    """A column as an array; None where it holds no numbers."""
    if isinstance(column, Text):
        return None
    if not isinstance(column, np.ndarray):  # Arrow
        try:
            return np.asarray(stats.rolling_last(column, 1), np.float64)
        except TypeError:
            return None
    if column.dtype.kind not in "biuf":
        return None
    return np.ascontiguousarray(column, np.float32 if column.dtype == np.float32 else np.float64)


def _texts(column):
    """A column as text, for the first column of the output and the axis of a picture."""
    if isinstance(column, Text):
        return column.fields
    if isinstance(column, np.ndarray):
        return [_field(value) for value in column.tolist()]
    return ["" if value is None else str(value) for value in column.to_pylist()]


def choose(path, columns, wanted, index):
    """(name → array of the columns to describe, texts of the index column or None)"""
    for name in [*wanted, *([index] if index is not None else [])]:
        if name not in columns:
            raise ValueError(f"{path} has no column {name!r}; there are {', '.join(columns)}")
    chosen = {}
    for name in wanted or columns:
        values = _values(columns[name]) if name != index or wanted else None
        if values is not None:
            chosen[name] = values
        elif name in wanted:
            column = columns[name]
            why = (
                f"line {column.line} has {column.field!r}"
                if isinstance(column, Text)
                else f"its type is {getattr(column, 'type', None) or column.dtype}"
            )
            raise ValueError(f"{path}: column {name!r} is not numeric: {why}")
    if not chosen:
        raise ValueError(f"{path} has no numeric column; there are {', '.join(columns)}")
    return chosen, None if index is None else _texts(columns[index])


def describe(x):
    """Name → number: the statistics of the values that are there."""
    present = x[~np.isnan(x)]
    facts = {"count": len(present), "missing": len(x) - len(present)}
    if len(present):
        found = stats.describe(present)._asdict()
        facts |= {name: float(value) for name, value in found.items() if name != "count"}
    return facts


def _field(value):
    return "" if value != value else repr(value) if isinstance(value, float) else str(value)


def write_csv(file, labels, columns):
    """Labels (where there are any) and columns, missing values as nothing; `labels` is (name, texts)."""
    writer = csv.writer(file, lineterminator="\n")
    name, texts = labels
    writer.writerow([name, *columns])
    lists = [column.tolist() for column in columns.values()]
    for row in zip(texts if texts is not None else range(len(lists[0])), *lists):
        writer.writerow([row[0], *map(_field, row[1:])])


def _places(texts, count):
    """Where the rows stand on the axis of a picture: dates or numbers if all texts are, else 0, 1, 2 …"""
    if texts is not None:
        try:
            return np.array(texts, "datetime64[s]")
        except ValueError:
            pass
        if all(map(_is_number, texts)):
            return np.array([_number(text) for text in texts])
    return np.arange(count)


def draw(path, title, texts, columns, rolled):
    """A panel per column with what shares its scale, and below it one with the rest; `rolled` is column → {Rolling: array}."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    panels = []
    for name, x in columns.items():
        over = {r.label: y for r, y in rolled[name].items() if r.stat in SAME_SCALE}
        below = {r.label: y for r, y in rolled[name].items() if r.stat not in SAME_SCALE}
        panels.append((name, x, over, 3))
        if below:
            panels.append((None, None, below, 2))
    figure, axes = pyplot.subplots(
        len(panels), 1, figsize=(10, 1.1 * sum(p[3] for p in panels) + 0.8), sharex=True, squeeze=False,
        height_ratios=[p[3] for p in panels], constrained_layout=True,
    )  # fmt: skip
    colours = ["#2a7f62", "#b23a48", "#1f3a5f", "#c98a1b", "#6b4e9b"]
    for axis, (name, x, lines, _) in zip(axes[:, 0], panels):
        if x is not None:
            axis.plot(_places(texts, len(x)), x, color="#9aa5b1", linewidth=0.7, label=name)
            axis.set_ylabel(name)
        for k, (label, y) in enumerate(lines.items()):
            axis.plot(_places(texts, len(y)), y, color=colours[k % len(colours)], linewidth=1.3, label=label)
        axis.legend(frameon=False, fontsize=9, loc="best", ncols=3)
        axis.spines[["top", "right"]].set_visible(False)
    axes[0, 0].set_title(title, loc="left")
    os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
    figure.savefig(path, dpi=110)
    pyplot.close(figure)
