# cython: freethreading_compatible=True, binding=True, embedsignature=True, embedsignature.format=python
"""Statistics of streams: objects that take values piece by piece."""
from collections import namedtuple

from libc.stddef cimport size_t
from libc.stdint cimport int64_t
cimport numpy as cnp
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize
from numpy cimport ndarray

from numrs._ops._array cimport array_of, check, dtype_of, view_of
from numrs._ops._reduce cimport correction_of
from numrs._ops._stats cimport number_of
from numrs.c.stream cimport (numrs_moments, numrs_moments_create, numrs_moments_destroy, numrs_moments_load,
                             numrs_moments_merge, numrs_moments_save, numrs_moments_sum, numrs_moments_update,
                             numrs_moments_value,
                             numrs_quantiles, numrs_quantiles_count, numrs_quantiles_create,
                             numrs_quantiles_destroy, numrs_quantiles_load, numrs_quantiles_merge,
                             numrs_quantiles_save, numrs_quantiles_update, numrs_quantiles_value)
from numrs.c.view cimport numrs_view

cnp.import_array()

MomentsResult = namedtuple("MomentsResult", "count mean var min max skew kurtosis")


def _moments_from(bytes state):
    """A Moments from its pickled state."""
    cdef Moments made = Moments()
    cdef numrs_moments *loaded = NULL
    check(numrs_moments_load(PyBytes_AS_STRING(state), len(state), &loaded), "Moments")
    numrs_moments_destroy(made.handle)
    made.handle = loaded
    return made


cdef class Moments:
    """Count, mean, variance, extremes, skewness and kurtosis of a stream.

    However the stream is cut into pieces, the results have the same bits; count, mean, variance and extremes have those
    of `mean`, `var`, `min` and `max` of all values in float64. Pickling keeps the state.

    Examples
    --------
    >>> m = numrs.stats.Moments()
    >>> m.update([1.0, 2.0]).update(3.0).value().mean
    2.0
    """
    cdef numrs_moments *handle

    def __cinit__(self):
        check(numrs_moments_create(&self.handle), "Moments")

    def __dealloc__(self):
        numrs_moments_destroy(self.handle)

    def update(self, x, /):
        """Adds a value, or all elements of an array in C order; returns the object."""
        cdef ndarray a = array_of(x, "Moments.update", "x")
        cdef numrs_view v = view_of(a, dtype_of(a))
        check(numrs_moments_update(self.handle, &v), "Moments.update")
        return self

    def merge(self, Moments other not None, /):
        """Adds what another object has seen, behind its own; returns the object."""
        check(numrs_moments_merge(self.handle, other.handle), "Moments.merge")
        return self

    def value(self, *, correction=None, ddof=None):
        """The statistics so far: a named tuple count, mean, var, min, max, skew, kurtosis (excess)."""
        cdef double y[7]
        check(numrs_moments_value(self.handle, correction_of("Moments.value", correction, ddof), y), "Moments.value")
        return MomentsResult(int(y[0]), y[1], y[2], y[3], y[4], y[5], y[6])

    def sum(self):
        """The sum so far, 0 of nothing: the bits of `sum` of all values in float64."""
        cdef double y
        check(numrs_moments_sum(self.handle, &y), "Moments.sum")
        return y

    def __len__(self):
        return self.value().count

    def __reduce__(self):
        cdef size_t needed = 0
        check(numrs_moments_save(self.handle, NULL, 0, &needed), "Moments")
        cdef bytes state = PyBytes_FromStringAndSize(NULL, <Py_ssize_t>needed)
        check(numrs_moments_save(self.handle, PyBytes_AS_STRING(state), needed, &needed), "Moments")
        return _moments_from, (state,)

    def __repr__(self):
        v = self.value()
        return f"Moments(count={v.count}, mean={v.mean:g}, var={v.var:g})"


def _quantile_from(bytes state):
    """A Quantile from its pickled state."""
    cdef Quantile made = Quantile()
    cdef numrs_quantiles *loaded = NULL
    check(numrs_quantiles_load(PyBytes_AS_STRING(state), len(state), &loaded), "Quantile")
    numrs_quantiles_destroy(made.handle)
    made.handle = loaded
    return made


cdef class Quantile:
    """Exact quantiles of a stream, all of whose values are kept: 8 bytes and O(log n) steps each.

    Examples
    --------
    >>> s = numrs.stats.Quantile()
    >>> s.update([5.0, 1.0]).update([3.0]).value(0.5)
    3.0
    """
    cdef numrs_quantiles *handle

    def __cinit__(self):
        check(numrs_quantiles_create(&self.handle), "Quantile")

    def __dealloc__(self):
        numrs_quantiles_destroy(self.handle)

    def update(self, x, /):
        """Adds a value, or all elements of an array; returns the object."""
        cdef ndarray a = array_of(x, "Quantile.update", "x")
        cdef numrs_view v = view_of(a, dtype_of(a))
        check(numrs_quantiles_update(self.handle, &v), "Quantile.update")
        return self

    def merge(self, Quantile other not None, /):
        """Adds what another object has seen; returns the object."""
        check(numrs_quantiles_merge(self.handle, other.handle), "Quantile.merge")
        return self

    def value(self, q=0.5, /):
        """The q-quantile so far, between values linear; NaN without values, or with a NaN among them."""
        cdef double y
        check(numrs_quantiles_value(self.handle, number_of("Quantile.value", "q", q), &y), "Quantile.value")
        return y

    def __len__(self):
        cdef int64_t count
        check(numrs_quantiles_count(self.handle, &count), "Quantile")
        return count

    def __reduce__(self):
        cdef size_t needed = 0
        check(numrs_quantiles_save(self.handle, NULL, 0, &needed), "Quantile")
        cdef bytes state = PyBytes_FromStringAndSize(NULL, <Py_ssize_t>needed)
        check(numrs_quantiles_save(self.handle, PyBytes_AS_STRING(state), needed, &needed), "Quantile")
        return _quantile_from, (state,)

    def __repr__(self):
        return f"Quantile(count={len(self)}, median={self.value():g})"
