"""Columns and frames of pandas, polars and Arrow as arrays, and results as the same kind again; no arithmetic.

None of these packages is imported here: an object of one of them means that it has been.
"""

import sys

import numpy as np

_NUMBERS = "biuf"  # kinds of NumPy dtypes that hold numbers


def table_of(x, function, argument):
    """What x is as a table, or None; TypeError where it is one and holds no numbers."""
    for package, kinds in _KINDS.items():
        module = sys.modules.get(package)
        if module is None:
            continue
        for name, kind in kinds:
            found = getattr(module, name, None)  # None: the package is just being imported
            if found is not None and isinstance(x, found):
                return kind(module, x, function, argument)
    return None


def _refuse(x, dtype, function, argument, column=None):
    from numrs._ops._array import SUPPORTED

    where = f" ({type(x).__name__})" if column is None else f" in column {column!r}"
    raise TypeError(
        f"{function}: {argument} has dtype {dtype}{where}, expected one of {SUPPORTED}, with or without missing values"
    )


def _columns_to_array(columns, rows):
    """One contiguous column after the other, in the dtype that holds them all."""
    dtype = np.result_type(*(column.dtype for column in columns)) if columns else np.dtype(np.float64)
    values = np.empty((len(columns), rows), dtype)
    for row, column in zip(values, columns):
        row[...] = column
    return values.T


class Column:
    """One dimension with a name, by its values; what one package needs beyond that is a subclass's."""

    frame = False
    index = None  # labels of the rows, where the package has any

    def along(self, axis):
        """The axis that an argument means."""
        return axis

    def turned(self, axis, out):
        """For a result per element: its axis, the axis to compute along, and whether operands and result are transposed."""
        return 0, axis, False

    def reduced(self, y, axis, keepdims, labels=None):
        """A result without the axis: a scalar, or one value per label."""
        return y if keepdims or y.ndim == 0 else self.build(y, labels)

    def rows(self, labels, count, step):
        """Labels of a result with `count` rows; None where they are no more those of the input."""
        if labels is None or count == len(labels):
            return labels
        return labels[::step] if step > 1 else None

    def like(self, y, axis, step):
        """A result with one value per row, or per `step` rows; step 0: one per explicit window."""
        return self.build(y, self.rows(self.index, len(y), step))

    def grouped(self, y, axis):
        """A result with one value per group along the axis."""
        return self.build(y, None)


class Frame(Column):
    """Two dimensions with names of columns."""

    frame = True

    def along(self, axis):
        if isinstance(axis, str):
            return {"index": 0, "rows": 0, "columns": 1}.get(axis, axis)
        return int(axis) if isinstance(axis, np.integer) else axis

    def turned(self, axis, out):
        """Down the rows unless axis is 1; a column's values stay together."""
        axis = self.along(axis)
        if type(axis) is not int or axis not in (-1, 0, 1):
            return 0, axis, False  # the computation refuses it
        axis = 1 if axis == 1 else 0
        return (axis, 1 - axis, True) if out is None else (axis, axis, False)

    def like(self, y, axis, step):
        if axis == 1:
            return self.build(y, self.index, self.rows(self.columns, y.shape[1], step))
        return self.build(y, self.rows(self.index, len(y), step), self.columns)

    def grouped(self, y, axis):
        return self.build(y, self.index, None) if axis == 1 else self.build(y, None, self.columns)

    def reduced(self, y, axis, keepdims, labels=None):
        if keepdims or y.ndim == 0 or axis not in (0, 1, -1, -2):
            return y
        if labels is not None and y.ndim == 2:  # several results per line: one row each
            return self.build(y, labels, self.columns if axis in (0, -2) else self.index)
        return self.line(y, axis in (0, -2)) if y.ndim == 1 else y


def _pandas_values(x, function, argument, column=None):
    """A Series as an array, without a copy where it holds one."""
    dtype = x.dtype
    if isinstance(dtype, np.dtype):
        if dtype.kind not in _NUMBERS:
            _refuse(x, dtype, function, argument, column)
        return x.to_numpy()
    plain = getattr(dtype, "numpy_dtype", None) or getattr(dtype, "subtype", None)
    if getattr(dtype, "kind", "O") not in _NUMBERS or not isinstance(plain, np.dtype):
        if str(dtype) != "null[pyarrow]":
            _refuse(x, dtype, function, argument, column)
        return np.full(len(x), np.nan)
    if not x.isna().any():
        return x.to_numpy(dtype=plain)
    return x.to_numpy(dtype=plain if plain.kind == "f" else np.float64, na_value=np.nan)


class PandasSeries(Column):
    def __init__(self, pandas, x, function, argument):
        self.pandas, self.index, self.name = pandas, x.index, x.name
        self.values = _pandas_values(x, function, argument)

    def build(self, y, index):
        return self.pandas.Series(y, index=index, name=self.name, copy=False)


class PandasFrame(Frame):
    def __init__(self, pandas, x, function, argument):
        self.pandas, self.index, self.columns, self.name = pandas, x.index, x.columns, None
        dtypes = list(x.dtypes)
        if (
            dtypes
            and isinstance(dtypes[0], np.dtype)
            and dtypes[0].kind in _NUMBERS
            and all(dtype == dtypes[0] for dtype in dtypes[1:])
        ):
            self.values = x.to_numpy()
        else:
            parts = [_pandas_values(x.iloc[:, k], function, argument, name) for k, name in enumerate(x.columns)]
            self.values = _columns_to_array(parts, len(x))

    def build(self, y, index, columns):
        return self.pandas.DataFrame(y, index=index, columns=columns, copy=False)

    def line(self, y, by_column):
        return self.pandas.Series(y, index=self.columns if by_column else self.index, copy=False)


def _polars_values(polars, x, function, argument, column=None):
    dtype = x.dtype
    if not (dtype.is_integer() or dtype.is_float() or dtype in (polars.Boolean, polars.Null)):
        _refuse(x, dtype, function, argument, column)
    if x.null_count() and not dtype.is_float():
        x = x.cast(polars.Float64)
    return x.to_numpy()


class PolarsSeries(Column):
    """Missing values come out as null."""

    def __init__(self, polars, x, function, argument):
        self.polars, self.name = polars, x.name
        self.values = _polars_values(polars, x, function, argument)

    def build(self, y, index):
        return self.polars.Series(self.name, y, nan_to_null=y.dtype.kind == "f")


class PolarsFrame(Frame):
    def __init__(self, polars, x, function, argument):
        self.polars, self.columns, self.name = polars, x.columns, None
        parts = [_polars_values(polars, column, function, argument, column.name) for column in x.get_columns()]
        self.values = _columns_to_array(parts, x.height)

    def build(self, y, index, columns):
        names = [f"column_{k}" for k in range(y.shape[1])] if columns is None else columns
        missing = y.dtype.kind == "f"
        return self.polars.DataFrame(
            [self.polars.Series(str(name), line, nan_to_null=missing) for name, line in zip(names, y.T)]
        )

    def line(self, y, by_column):
        return (
            self.build(y[None, :], None, self.columns)
            if by_column
            else self.polars.Series(y, nan_to_null=y.dtype.kind == "f")
        )


def _arrow_values(arrow, x, function, argument, column=None):
    kinds, dtype = arrow.types, x.type
    if not (kinds.is_integer(dtype) or kinds.is_floating(dtype) or kinds.is_boolean(dtype) or kinds.is_null(dtype)):
        _refuse(x, dtype, function, argument, column)
    if x.null_count and not kinds.is_floating(dtype):
        x = x.cast(arrow.float64())
    if isinstance(x, arrow.ChunkedArray):
        return x.to_numpy()
    return x.to_numpy(zero_copy_only=False)


class ArrowArray(Column):
    """Missing values come out as null."""

    name = None

    def __init__(self, arrow, x, function, argument):
        self.arrow, self.chunked = arrow, isinstance(x, arrow.ChunkedArray)
        self.values = _arrow_values(arrow, x, function, argument)

    def build(self, y, index):
        made = self.arrow.array(y, from_pandas=True)
        return self.arrow.chunked_array([made]) if self.chunked else made


class ArrowTable(Frame):
    def __init__(self, arrow, x, function, argument):
        self.arrow, self.columns, self.name, self.kind = arrow, x.column_names, None, type(x)
        parts = [_arrow_values(arrow, x.column(k), function, argument, name) for k, name in enumerate(self.columns)]
        self.values = _columns_to_array(parts, x.num_rows)

    def build(self, y, index, columns):
        names = [f"column_{k}" for k in range(y.shape[1])] if columns is None else [str(name) for name in columns]
        return self.kind.from_arrays([self.arrow.array(line, from_pandas=True) for line in y.T], names=names)

    def line(self, y, by_column):
        return self.build(y[None, :], None, self.columns) if by_column else self.arrow.array(y, from_pandas=True)


_KINDS = {
    "pandas": (("Series", PandasSeries), ("DataFrame", PandasFrame)),
    "polars": (("Series", PolarsSeries), ("DataFrame", PolarsFrame)),
    "pyarrow": (
        ("Array", ArrowArray),
        ("ChunkedArray", ArrowArray),
        ("Table", ArrowTable),
        ("RecordBatch", ArrowTable),
    ),
}


def pair(table, second, x, x2, function):
    """The table whose kind a function of two inputs answers in, and both inputs by their values."""
    first = table if table is not None else second
    if table is None or second is None:
        x, x2 = (x if table is None else table.values), (x2 if second is None else second.values)
        if first.frame and np.ndim(x) != np.ndim(x2):  # a line for every column
            x, x2 = (np.reshape(v, (-1, 1)) if np.ndim(v) == 1 else v for v in (x, x2))
        return first, x, x2
    for name in ("index", "columns"):
        ours, theirs = getattr(table, name, None), getattr(second, name, None)
        if name == "columns" and not (table.frame and second.frame) or ours is None or theirs is None:
            continue
        if not (ours.equals(theirs) if hasattr(ours, "equals") else ours == theirs):
            raise ValueError(
                f"{function}: x and x2 have different labels ({name}); give both the same, in pandas by "
                "x, x2 = x.align(x2, join='inner'), or pass x2.to_numpy()"
            )
    if second.frame and not table.frame:
        first = second
    x, x2 = table.values, second.values
    if x.ndim != x2.ndim:
        x, x2 = (v.reshape(-1, 1) if v.ndim == 1 else v for v in (x, x2))
    elif table.name != second.name:
        first.name = "" if hasattr(first, "polars") else None
    return first, x, x2
