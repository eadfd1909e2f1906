# cython: freethreading_compatible=True, binding=True, embedsignature=True, embedsignature.format=python
"""Streams of moving windows, of all elements so far, and of exponential weights."""
import numpy as np

from libc.math cimport NAN, sqrt
from libc.stddef cimport size_t
from libc.stdint cimport int32_t, int64_t
cimport numpy as cnp
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize
from numpy cimport PyArray_DATA, PyArray_DIMS, PyArray_NDIM, ndarray

from numrs._ops._array cimport array_of, check, dtype_of, new_array, view_of
from numrs._ops._reduce cimport correction_of, shape_of
from numrs._ops._stats cimport number_of
from numrs._ops.stats_streams import Moments, Quantile
from numrs.c cimport ops
from numrs.c.base cimport numrs_status
from numrs.c.ewm cimport numrs_ewm_options
from numrs.c.ops cimport NUMRS_F64
from numrs.c.rolling cimport numrs_rolling_options
from numrs.c.stream cimport (numrs_ewm_stream, numrs_ewm_stream_create, numrs_ewm_stream_destroy, numrs_ewm_stream_load,
                             numrs_ewm_stream_merge, numrs_ewm_stream_save, numrs_ewm_stream_update,
                             numrs_ewm_stream_value, numrs_rolling_stream, numrs_rolling_stream_create,
                             numrs_rolling_stream_destroy, numrs_rolling_stream_load, numrs_rolling_stream_merge,
                             numrs_rolling_stream_save, numrs_rolling_stream_update, numrs_rolling_stream_value)
from numrs.c.view cimport numrs_view

cnp.import_array()

_ROLLING = {
    "count": ops.NUMRS_OP_ROLLING_COUNT, "sum": ops.NUMRS_OP_ROLLING_SUM, "mean": ops.NUMRS_OP_ROLLING_MEAN,
    "var": ops.NUMRS_OP_ROLLING_VAR, "std": ops.NUMRS_OP_ROLLING_STD, "sem": ops.NUMRS_OP_ROLLING_SEM,
    "skew": ops.NUMRS_OP_ROLLING_SKEW, "kurt": ops.NUMRS_OP_ROLLING_KURT, "min": ops.NUMRS_OP_ROLLING_MIN,
    "max": ops.NUMRS_OP_ROLLING_MAX, "argmin": ops.NUMRS_OP_ROLLING_ARGMIN, "argmax": ops.NUMRS_OP_ROLLING_ARGMAX,
    "median": ops.NUMRS_OP_ROLLING_MEDIAN, "quantile": ops.NUMRS_OP_ROLLING_QUANTILE,
    "rank": ops.NUMRS_OP_ROLLING_RANK, "mad": ops.NUMRS_OP_ROLLING_MAD, "zscore": ops.NUMRS_OP_ROLLING_ZSCORE,
    "robust_zscore": ops.NUMRS_OP_ROLLING_ROBUST_ZSCORE, "cov": ops.NUMRS_OP_ROLLING_COV,
    "corr": ops.NUMRS_OP_ROLLING_CORR, "first": ops.NUMRS_OP_ROLLING_FIRST, "last": ops.NUMRS_OP_ROLLING_LAST,
    "nunique": ops.NUMRS_OP_ROLLING_NUNIQUE,
}
_EWM = {
    "mean": ops.NUMRS_OP_EWM_MEAN, "var": ops.NUMRS_OP_EWM_VAR, "std": ops.NUMRS_OP_EWM_STD,
    "cov": ops.NUMRS_OP_EWM_COV, "corr": ops.NUMRS_OP_EWM_CORR,
}
# What the statistics of all elements so far are kept in.
_EXPANDING = dict.fromkeys(("sum", "mean", "var", "std", "sem", "skew", "kurt", "kurtosis"), Moments)
_EXPANDING |= dict.fromkeys(("median", "quantile"), Quantile)
_EXPANDING |= dict.fromkeys(("count", "min", "max", "argmin", "argmax", "first", "last"), type(None))


cdef int32_t _op_of(str name, dict known, object statistic) except? -1:
    if statistic not in known:
        raise ValueError(f"{name}: statistic is {statistic!r}, expected one of {', '.join(known)}")
    return known[statistic]


cdef int64_t _whole(str name, str argument, object value) except? -1:
    try:
        return value.__index__()
    except (AttributeError, TypeError):
        raise TypeError(f"{name}: {argument} is of type {type(value).__name__}, expected an int") from None


ctypedef numrs_status (*Update)(void *stream, const numrs_view *x, const numrs_view *x2,
                                const numrs_view *y) noexcept nogil

cdef object _step(Update update, void *handle, str name, object x, object x2, bint wanted):
    """The statistic after each element of x, of at most one dimension; None if not wanted."""
    cdef ndarray a = array_of(x, name, "x"), b = None, y
    cdef numrs_view va, vb, vy
    if PyArray_NDIM(a) > 1:
        raise ValueError(f"{name}: x has shape {shape_of(a)}, expected at most one dimension")
    flat = <ndarray>(<object>a).reshape(-1)
    va = view_of(flat, dtype_of(flat))
    if x2 is not None:
        b = <ndarray>(<object>array_of(x2, name, "x2")).reshape(-1)
        vb = view_of(b, dtype_of(b))
    if not wanted:
        check(update(handle, &va, &vb if b is not None else NULL, NULL), name)
        return None
    y = new_array(1, <const int64_t *>PyArray_DIMS(flat), NUMRS_F64)
    vy = view_of(y, NUMRS_F64)
    check(update(handle, &va, &vb if b is not None else NULL, &vy), name)
    return y if PyArray_NDIM(a) else y[0]


def _rolling_from(bytes state):
    """A Rolling from its pickled state."""
    cdef Rolling made = Rolling.__new__(Rolling)
    check(numrs_rolling_stream_load(PyBytes_AS_STRING(state), len(state), &made.handle), "Rolling")
    return made


cdef class Rolling:
    """A statistic of the last elements of a stream: the bits of `rolling_mean` and the others of all elements at once.

    Parameters: the statistic's name ('mean', 'median', 'cov' …), the window, min_periods as the functions, and what the
    statistic takes: q, scale, correction. Two windows of elements are kept; pickling keeps them, merging joins them:
    the bits stay those of all elements at once.

    Examples
    --------
    >>> r = numrs.stats.Rolling("mean", 2)
    >>> r.step([1.0, 2.0, 4.0])
    array([nan, 1.5, 3. ])
    >>> r.update(6.0).value()
    5.0
    """
    cdef numrs_rolling_stream *handle

    def __init__(self, statistic, window, /, *, min_periods=None, q=None, scale=1.0, correction=None, ddof=None):
        cdef numrs_rolling_options options
        cdef numrs_rolling_stream *made = NULL
        cdef int32_t op = _op_of("Rolling", _ROLLING, statistic)
        options.struct_size = sizeof(numrs_rolling_options)
        options.closed = options.center = options.method = options.flags = options.reserved = 0
        options.step = options.n_bounds = 0
        options.starts = options.ends = NULL
        options.weights = NULL
        options.window = _whole("Rolling", "window", window)
        options.min_periods = 0 if min_periods is None else _whole("Rolling", "min_periods", min_periods)
        if min_periods is not None and options.min_periods == 0:
            options.min_periods = -1
        elif options.min_periods < 0:
            raise ValueError(f"Rolling: min_periods is {min_periods}, expected at least 0")
        options.parameter = correction_of("Rolling", correction, ddof)
        if statistic == "quantile":
            if q is None:
                raise TypeError("Rolling: q is missing, expected a number from 0 to 1")
            options.parameter = number_of("Rolling", "q", q)
        elif statistic == "mad":
            options.parameter = 1 / 0.6744897501960817 if scale == "normal" else number_of("Rolling", "scale", scale)
        elif statistic == "cov" and correction is None and ddof is None:
            options.parameter = 1
        check(numrs_rolling_stream_create(op, &options, &made), "Rolling")
        numrs_rolling_stream_destroy(self.handle)
        self.handle = made

    def __dealloc__(self):
        numrs_rolling_stream_destroy(self.handle)

    def step(self, x, x2=None, /):
        """Adds a value or a 1-d block; returns the statistic after each element."""
        return _step(<Update>numrs_rolling_stream_update, self.handle, "Rolling.step", x, x2, True)

    def update(self, x, x2=None, /):
        """Adds a value or a 1-d block; returns the object."""
        _step(<Update>numrs_rolling_stream_update, self.handle, "Rolling.update", x, x2, False)
        return self

    def merge(self, Rolling other not None, /):
        """Adds what another object of the same parameters has seen, behind its own; returns the object."""
        check(numrs_rolling_stream_merge(self.handle, other.handle), "Rolling.merge")
        return self

    def value(self):
        """The statistic of the last window; NaN before the first element."""
        cdef double y
        check(numrs_rolling_stream_value(self.handle, &y), "Rolling.value")
        return y

    def __reduce__(self):
        cdef size_t needed = 0
        check(numrs_rolling_stream_save(self.handle, NULL, 0, &needed), "Rolling")
        cdef bytes state = PyBytes_FromStringAndSize(NULL, <Py_ssize_t>needed)
        check(numrs_rolling_stream_save(self.handle, PyBytes_AS_STRING(state), needed, &needed), "Rolling")
        return _rolling_from, (state,)


def _ewm_from(bytes state):
    """An Ewm from its pickled state."""
    cdef Ewm made = Ewm.__new__(Ewm)
    check(numrs_ewm_stream_load(PyBytes_AS_STRING(state), len(state), &made.handle), "Ewm")
    return made


cdef class Ewm:
    """An exponentially weighted statistic of a stream: the bits of `ewm_mean` and the others of all elements at once.

    Parameters: the statistic's name ('mean', 'var', 'std', 'cov', 'corr'), alpha, adjust, ignore_na, min_periods and,
    for var, std and cov, correction (0 or 1), as the functions. What was merged is as exact, but has other bits.

    Examples
    --------
    >>> e = numrs.stats.Ewm("mean", 0.5)
    >>> e.step([1.0, 2.0])
    array([1.        , 1.66666667])
    """
    cdef numrs_ewm_stream *handle

    def __init__(self, statistic, alpha, /, *, adjust=True, ignore_na=False, min_periods=0, correction=None,
                 ddof=None):
        cdef numrs_ewm_options options
        cdef numrs_ewm_stream *made = NULL
        cdef int32_t op = _op_of("Ewm", _EWM, statistic)
        options.struct_size = sizeof(numrs_ewm_options)
        options.adjust = 1 if adjust else 0
        options.ignore_missing = 1 if ignore_na else 0
        given = correction_of("Ewm", correction, ddof)
        if given != 0 and given != 1:
            raise ValueError(f"Ewm: correction is {given:g}, expected 0 or 1")
        # As the functions: cov corrects by itself.
        options.unbiased = 1 if given == 1 or (statistic == "cov" and correction is None and ddof is None) else 0
        options.min_periods = _whole("Ewm", "min_periods", min_periods)
        options.alpha = number_of("Ewm", "alpha", alpha)
        options.factors = NULL
        options.n_factors = 0
        check(numrs_ewm_stream_create(op, &options, &made), "Ewm")
        numrs_ewm_stream_destroy(self.handle)
        self.handle = made

    def __dealloc__(self):
        numrs_ewm_stream_destroy(self.handle)

    def step(self, x, x2=None, /):
        """Adds a value or a 1-d block; returns the statistic after each element."""
        return _step(<Update>numrs_ewm_stream_update, self.handle, "Ewm.step", x, x2, True)

    def update(self, x, x2=None, /):
        """Adds a value or a 1-d block; returns the object."""
        _step(<Update>numrs_ewm_stream_update, self.handle, "Ewm.update", x, x2, False)
        return self

    def merge(self, Ewm other not None, /):
        """Adds what another object of the same parameters has seen, behind its own; returns the object."""
        check(numrs_ewm_stream_merge(self.handle, other.handle), "Ewm.merge")
        return self

    def value(self):
        """The statistic after the last element; NaN before the first."""
        cdef double y
        check(numrs_ewm_stream_value(self.handle, &y), "Ewm.value")
        return y

    def __reduce__(self):
        cdef size_t needed = 0
        check(numrs_ewm_stream_save(self.handle, NULL, 0, &needed), "Ewm")
        cdef bytes state = PyBytes_FromStringAndSize(NULL, <Py_ssize_t>needed)
        check(numrs_ewm_stream_save(self.handle, PyBytes_AS_STRING(state), needed, &needed), "Ewm")
        return _ewm_from, (state,)


cdef enum:
    LEAST, MOST, FIRST, LAST

_CHOICES = {"min": LEAST, "argmin": LEAST, "max": MOST, "argmax": MOST, "first": FIRST, "last": LAST}


cdef ndarray _doubles(ndarray a):
    """The elements in C order, contiguous."""
    return np.ascontiguousarray((<object>a).reshape(-1), np.float64)


def _expanding_from(statistic, dict parameters, tuple state):
    """An Expanding from its pickled state."""
    cdef Expanding made = Expanding(statistic, **parameters)
    made.count, made.elements, made.chosen, made.place, made.inner = state
    if type(made.inner) is not _EXPANDING[made.statistic]:
        raise ValueError("Expanding: no saved state")
    return made


cdef class Expanding:
    """A statistic of all elements of a stream so far that are not NaN, as `expanding_mean` and the others.

    Parameters: the statistic's name, min_periods as the functions, correction of var, std and sem, and q of quantile.
    There are count, sum, mean, var, std, sem, skew and kurt (from `Moments`), median and quantile (from `Quantile`,
    which keeps all values), min, max, argmin, argmax, first and last; kurtosis is kurt without its correction.

    count, min, max, argmin, argmax, first and last have the bits of the functions; the others agree within rounding,
    and the cuts of the stream change no bit of them.

    Examples
    --------
    >>> numrs.stats.Expanding("mean").update([1.0, 2.0]).update(6.0).value()
    3.0
    """
    cdef readonly str statistic
    cdef readonly int64_t min_periods
    cdef double correction, q
    cdef object inner                  # Moments, Quantile or None
    cdef int64_t count, elements       # values, and with those that are missing
    cdef int64_t place                 # of the chosen one among the elements
    cdef double chosen
    cdef int choice                    # LEAST …
    cdef bint places, counts

    def __init__(self, statistic, /, *, min_periods=1, correction=None, ddof=None, q=None):
        if statistic not in _EXPANDING:
            raise ValueError(f"Expanding: statistic is {statistic!r}, expected one of {', '.join(_EXPANDING)}")
        self.statistic = statistic
        self.min_periods = _whole("Expanding", "min_periods", min_periods)
        if self.min_periods < 0:
            raise ValueError(f"Expanding: min_periods is {min_periods}, expected at least 0")
        self.correction = correction_of("Expanding", correction, ddof)
        self.q = 0.5
        if statistic == "quantile":
            if q is None:
                raise TypeError("Expanding: q is missing, expected a number from 0 to 1")
            self.q = number_of("Expanding", "q", q)
            if not 0 <= self.q <= 1:
                raise ValueError(f"Expanding: q is {q}, expected 0 to 1")
        made = _EXPANDING[statistic]
        self.inner = None if made is type(None) else made()
        self.places, self.counts = statistic in ("argmin", "argmax"), statistic == "count"
        self.count = self.elements = self.place = 0
        self.chosen = 0
        self.choice = _CHOICES.get(statistic, LAST)

    cdef void take(self, double v) noexcept:
        """Counts an element and chooses it if that is what the statistic looks for."""
        if v == v:
            if (self.count == 0 or self.choice == LAST or (self.choice == LEAST and v < self.chosen)
                    or (self.choice == MOST and v > self.chosen)):
                self.chosen = v
                self.place = self.elements
            self.count += 1
        self.elements += 1

    def step(self, x, /):
        """Adds a value or a 1-d block; returns the statistic after each element.

        It goes element by element: nanoseconds each for count, min, max, argmin, argmax, first and last, microseconds
        for the others. The `expanding_*` functions are the ones for whole arrays.
        """
        cdef ndarray given = array_of(x, "Expanding.step", "x"), values, y
        cdef const double *v
        cdef double *to
        cdef double latest = self.value()
        cdef int64_t i
        cdef bint told = self.inner is None
        if PyArray_NDIM(given) > 1:
            raise ValueError(f"Expanding.step: x has shape {shape_of(given)}, expected at most one dimension")
        values = _doubles(given)
        y = new_array(1, <const int64_t *>PyArray_DIMS(values), NUMRS_F64)
        v = <const double *>PyArray_DATA(values)
        to = <double *>PyArray_DATA(y)
        for i in range(PyArray_DIMS(values)[0]):
            if not told and v[i] == v[i]:
                self.inner.update(v[i])
            self.take(v[i])
            if told:
                latest = self.told()
            elif v[i] == v[i]:
                latest = self.value()
            to[i] = latest
        return y if PyArray_NDIM(given) else y[0]

    def update(self, x, /):
        """Adds a value, or all elements of an array in C order; returns the object."""
        cdef ndarray values = _doubles(array_of(x, "Expanding.update", "x"))
        cdef const double *v = <const double *>PyArray_DATA(values)
        cdef int64_t i
        if self.inner is not None:
            self.inner.update((<object>values)[values == values])
        for i in range(PyArray_DIMS(values)[0]):
            self.take(v[i])
        return self

    def merge(self, Expanding other not None, /):
        """Adds what another object of the same parameters has seen, behind its own; returns the object."""
        cdef int64_t elements = self.elements, count = self.count
        for name, own, others in (("statistic", self.statistic, other.statistic), ("q", self.q, other.q),
                                  ("min_periods", self.min_periods, other.min_periods),
                                  ("correction", self.correction, other.correction)):
            if own != others:
                raise ValueError(f"Expanding.merge: other has another {name}, {others}, expected {own}")
        if self.inner is not None:
            self.inner.merge(other.inner)
        elif other.count > 0:
            place = other.place
            self.take(other.chosen)
            if self.place == elements:
                self.place += place
        self.count = count + (count if other is self else other.count)
        self.elements = elements + (elements if other is self else other.elements)
        return self

    cdef double told(self) noexcept:
        """The value of what needs no other object."""
        if self.counts:
            return NAN if self.elements < self.min_periods else <double>self.count
        if self.count < self.min_periods or self.count == 0:
            return NAN
        return <double>self.place if self.places else self.chosen

    def value(self):
        """The statistic so far; NaN with fewer values than min_periods (count: elements)."""
        cdef double n = <double>self.count
        if self.inner is None:
            return self.told()
        if self.count < self.min_periods or (self.count == 0 and self.statistic != "sum"):
            return NAN
        if self.statistic in ("median", "quantile"):
            return self.inner.value(self.q)
        if self.statistic == "sum":
            return self.inner.sum()
        found = self.inner.value(correction=self.correction)
        if self.statistic in ("var", "std", "sem"):
            if not n > self.correction:
                return NAN
            if self.statistic == "var":
                return found.var
            return sqrt(found.var / n if self.statistic == "sem" else found.var)
        if self.statistic == "skew":
            return NAN if n < 3 else sqrt(n * (n - 1)) / (n - 2) * <double>found.skew
        if self.statistic == "kurt":
            return NAN if n < 4 else (n - 1) / ((n - 2) * (n - 3)) * ((n + 1) * <double>found.kurtosis + 6)
        return found.mean if self.statistic == "mean" else found.kurtosis

    def __reduce__(self):
        parameters = {"min_periods": self.min_periods, "correction": self.correction, "q": self.q}
        return _expanding_from, (self.statistic, parameters,
                                 (self.count, self.elements, self.chosen, self.place, self.inner))
