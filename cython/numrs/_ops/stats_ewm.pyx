# cython: freethreading_compatible=True, binding=True, embedsignature=True, embedsignature.format=python
"""Exponentially weighted statistics."""
import numpy as np

from libc.stdint cimport int32_t, int64_t
cimport numpy as cnp
from numpy cimport PyArray_CheckExact, PyArray_DATA, PyArray_DIMS, ndarray

from numrs._ops._array cimport (NOGIL_NS, Held, array_of, check, check_out, dtype_of, empty_like_shape, hold,
                                interruptible, is_float, pin, release_context, same_shape, size_of, table_of, view_of)
from numrs._ops._rolling cimport along_axis, correction_of, integer_of, number_of
from numrs._ops._tables import pair
from numrs._ops.elementwise_power import pow as _pow
from numrs._ops._typed import tensors
from numrs.c cimport ops
from numrs.c.base cimport NUMRS_OK, numrs_context, numrs_status
from numrs.c.ewm cimport numrs_ewm, numrs_ewm_options
from numrs.c.ops cimport NUMRS_F64
from numrs.c.view cimport numrs_promote, numrs_view

cnp.import_array()

cdef enum:
    WORK_NS = 10  # per element


cdef double _alpha(str name, object com, object span, object halflife, object alpha) except? -1.25:
    """The smoothing factor from the one of the four that is given."""
    given = [(key, value) for key, value in (("com", com), ("span", span), ("halflife", halflife), ("alpha", alpha))
             if value is not None]
    if len(given) != 1:
        got = ", ".join([key for key, _ in given]) or "none"
        raise ValueError(f"{name}: got {got}, expected one of com, span, halflife and alpha")
    key, value = given[0]
    cdef double number = number_of(name, key, value)
    if key == "com":
        if number < 0:
            raise ValueError(f"{name}: com is {value}, expected at least 0")
        return 1 / (1 + number)
    if key == "span":
        if number < 1:
            raise ValueError(f"{name}: span is {value}, expected at least 1")
        return 2 / (number + 1)
    if key == "halflife":
        if number <= 0:
            raise ValueError(f"{name}: halflife is {value}, expected more than 0")
        return -np.expm1(-np.log(2.0) / number)
    if not 0 < number <= 1:
        raise ValueError(f"{name}: alpha is {value}, expected more than 0 and at most 1")
    return number


cdef ndarray _factors(str name, object times, object halflife, int64_t n):
    """0.5 ** (time between neighbours / halflife)."""
    moments = np.asarray(times)
    if moments.ndim != 1 or moments.shape[0] != n:
        raise ValueError(f"{name}: times has shape {moments.shape}, expected ({n},)")
    if moments.dtype.kind == "M":
        if np.isnat(moments).any():
            raise ValueError(f"{name}: times has NaT in it")
        if not isinstance(halflife, (np.timedelta64, __import__("datetime").timedelta, str)):
            raise TypeError(f"{name}: halflife is of type {type(halflife).__name__}, expected a timedelta with times")
        unit = np.timedelta64(halflife) if not isinstance(halflife, str) else np.timedelta64(*_split(name, halflife))
        gaps = np.diff(moments) / unit
        positive = unit > np.timedelta64(0)
    else:
        if moments.dtype.kind not in "iuf":
            raise TypeError(f"{name}: times has dtype {moments.dtype}, expected numbers or datetime64")
        gaps = np.diff(moments.astype(np.float64)) / number_of(name, "halflife", halflife)
        positive = halflife > 0
    if not positive:
        raise ValueError(f"{name}: halflife is {halflife}, expected more than 0")
    if not (gaps >= 0).all():
        raise ValueError(f"{name}: times are not sorted")
    return <ndarray>_pow(0.5, np.concatenate(([0.0], gaps))[:n])


cdef tuple _split(str name, str text):
    """'3 days' or '12h' as (number, unit of timedelta64)."""
    digits = len(text) - len(text.lstrip("0123456789 "))
    unit = {"days": "D", "day": "D", "d": "D", "min": "m"}.get(text[digits:].strip().lower(), text[digits:].strip())
    try:
        np.timedelta64(1, unit)
        return int(text[:digits] or 1), unit
    except (TypeError, ValueError):
        raise ValueError(f"{name}: halflife is {text!r}, expected a timedelta such as '3 days'") from None


cdef object _ewm(int32_t op, str name, object x, object x2, object com, object span, object halflife, object alpha,
                 object adjust, object ignore_na, object times, double correction, object min_periods, object axis,
                 object out):
    cdef object table, second
    if not PyArray_CheckExact(x) or not (x2 is None or PyArray_CheckExact(x2)):
        table, second = table_of(x, name, "x"), None if x2 is None else table_of(x2, name, "x2")
        if table is not None or second is not None:
            if x2 is None:
                x = table.values
            else:
                table, x, x2 = pair(table, second, x, x2, name)
            place, axis, turned = table.turned(axis, out)
            if turned:
                x, x2 = x.T, None if x2 is None else x2.T
            made = _ewm(op, name, x, x2, com, span, halflife, alpha, adjust, ignore_na, times, correction, min_periods,
                        axis, out)
            return made if out is not None else table.like(made.T if turned else made, place, 1)
    cdef ndarray a = array_of(x, name, "x"), b = None, y, factors = None
    cdef numrs_ewm_options options
    cdef int32_t along, result = NUMRS_F64
    cdef int64_t least
    if x2 is not None:
        b = array_of(x2, name, "x2")
        if not same_shape(a, b):
            try:
                first, second = np.broadcast_arrays(a, b)
            except ValueError:
                raise ValueError(f"{name}: x and x2 with shapes {(<object>a).shape}, {(<object>b).shape} do not "
                                 "broadcast") from None
            a, b = <ndarray>first, <ndarray>second
    along = along_axis(axis, a, name)
    for flag, value in (("adjust", adjust), ("ignore_na", ignore_na)):
        if not isinstance(value, (bool, np.bool_)):
            raise TypeError(f"{name}: {flag} is of type {type(value).__name__}, expected a bool")
    if correction != 0 and correction != 1:
        raise ValueError(f"{name}: correction is {correction}, expected 0 or 1")
    least = integer_of(name, "min_periods", min_periods)
    if least < 0:
        raise ValueError(f"{name}: min_periods is {min_periods}, expected at least 0")
    options.struct_size = sizeof(numrs_ewm_options)
    options.adjust = 1 if adjust else 0
    options.ignore_missing = 1 if ignore_na else 0
    options.unbiased = 1 if correction == 1 else 0
    options.min_periods = least
    options.factors = NULL
    options.n_factors = 0
    if times is not None:
        if halflife is None or com is not None or span is not None or alpha is not None:
            raise ValueError(f"{name}: times go with halflife, and with none of com, span and alpha")
        options.alpha = 0.5
        factors = _factors(name, times, halflife, PyArray_DIMS(a)[along])
        options.factors = <const double *>PyArray_DATA(factors)
        options.n_factors = size_of(factors)
    else:
        options.alpha = _alpha(name, com, span, halflife, alpha)
    if is_float(dtype_of(a)) and (b is None or is_float(dtype_of(b))):
        result = dtype_of(a) if b is None else numrs_promote(dtype_of(a), dtype_of(b))
    if type(out) is tuple and len(<tuple>out) == 1:
        out = (<tuple>out)[0]
    y = empty_like_shape(a, result) if out is None else check_out(out, name)
    cdef numrs_view va = view_of(a, dtype_of(a)), vy = view_of(y, dtype_of(y)), vb
    cdef const numrs_view *second_view = NULL
    cdef Held held_a, held_b, held_y
    cdef numrs_context *context
    cdef numrs_status status
    cdef double work_ns = WORK_NS * <double>size_of(a)
    if b is not None:
        vb = view_of(b, dtype_of(b))
        second_view = &vb
    if work_ns < NOGIL_NS:
        status = numrs_ewm(NULL, op, &va, second_view, &vy, along, &options)
    else:
        hold(&held_a, &va)
        hold(&held_y, &vy)
        if b is not None:
            hold(&held_b, &vb)
            second_view = &held_b.view
        pins = [pin(one) for one in (a, b, y, factors) if one is not None]
        context = interruptible(work_ns)
        with nogil:
            status = numrs_ewm(context, op, &held_a.view, second_view, &held_y.view, along, &options)
        release_context(context)
        del pins
    if status != NUMRS_OK:
        check(status, name)
    return y


@tensors
def ewm_mean(x, *, com=None, span=None, halflife=None, alpha=None, adjust=True, ignore_na=False, times=None,
             min_periods=0, axis=-1, out=None):
    """Exponentially weighted mean.

    Parameters
    ----------
    x : array_like
        At least one dimension; NaN is a missing value.
    com, span, halflife, alpha : float, optional
        One of them: ``alpha = 1 / (1 + com) = 2 / (span + 1) = 1 - 0.5 ** (1 / halflife)``; with ``times`` a halflife
        in their unit, or a timedelta.
    adjust : bool
        Divide by the sum of the weights; otherwise ``y[i] = (1 - alpha) * y[i - 1] + alpha * x[i]``.
    ignore_na : bool
        Whether missing elements are no steps, so that the others do not age.
    times : array_like, optional
        Sorted times of the elements, numbers or datetime64: weights fall with the time between them.
    min_periods : int
        Values below which the result is NaN; at least one is needed.
    axis : int
        Axis to go along.
    out : ndarray, optional
        Receives the result; may overlap the inputs.

    Returns
    -------
    ndarray
        ``y[i]``, the mean of all values so far with weights ``(1 - alpha)**(i - k)``. In the dtype of float
        input, else float64.

    Raises
    ------
    ValueError
        For none or several of ``com``, ``span``, ``halflife`` and ``alpha``, one out of range, ``times`` that are not
        sorted, an axis out of range, or a wrong ``out``.

    Examples
    --------
    >>> numrs.stats.ewm_mean([1.0, 2.0, 4.0], alpha=0.5)
    array([1.        , 1.66666667, 3.        ])
    """
    return _ewm(ops.NUMRS_OP_EWM_MEAN, "ewm_mean", x, None, com, span, halflife, alpha, adjust, ignore_na, times,
                0, min_periods, axis, out)


@tensors
def ewma(x, *, com=None, span=None, halflife=None, alpha=None, adjust=True, ignore_na=False, times=None, min_periods=0,
         axis=-1, out=None):
    """Exponentially weighted mean, another name of `ewm_mean`.

    Parameters
    ----------
    x : array_like
        At least one dimension; NaN is a missing value.
    com, span, halflife, alpha : float, optional
        One of them: ``alpha = 1 / (1 + com) = 2 / (span + 1) = 1 - 0.5 ** (1 / halflife)``; with ``times`` a halflife
        in their unit, or a timedelta.
    adjust : bool
        Divide by the sum of the weights; otherwise ``y[i] = (1 - alpha) * y[i - 1] + alpha * x[i]``.
    ignore_na : bool
        Whether missing elements are no steps, so that the others do not age.
    times : array_like, optional
        Sorted times of the elements, numbers or datetime64: weights fall with the time between them.
    min_periods : int
        Values below which the result is NaN; at least one is needed.
    axis : int
        Axis to go along.
    out : ndarray, optional
        Receives the result; may overlap the inputs.

    Returns
    -------
    ndarray
        ``y[i]``, the mean of all values so far with weights ``(1 - alpha)**(i - k)``. In the dtype of float
        input, else float64.

    Raises
    ------
    ValueError
        For none or several of ``com``, ``span``, ``halflife`` and ``alpha``, one out of range, ``times`` that are not
        sorted, an axis out of range, or a wrong ``out``.

    Examples
    --------
    >>> numrs.stats.ewma([1.0, 2.0, 4.0], alpha=0.5)
    array([1.        , 1.66666667, 3.        ])
    """
    return _ewm(ops.NUMRS_OP_EWM_MEAN, "ewma", x, None, com, span, halflife, alpha, adjust, ignore_na, times,
                0, min_periods, axis, out)


@tensors
def ewm_var(x, *, com=None, span=None, halflife=None, alpha=None, adjust=True, ignore_na=False, times=None,
            correction=None, ddof=None, min_periods=0, axis=-1, out=None):
    """Exponentially weighted variance.

    Parameters
    ----------
    x : array_like
        At least one dimension; NaN is a missing value.
    com, span, halflife, alpha : float, optional
        One of them: ``alpha = 1 / (1 + com) = 2 / (span + 1) = 1 - 0.5 ** (1 / halflife)``; with ``times`` a halflife
        in their unit, or a timedelta.
    adjust : bool
        Divide by the sum of the weights; otherwise ``y[i] = (1 - alpha) * y[i - 1] + alpha * x[i]``.
    ignore_na : bool
        Whether missing elements are no steps, so that the others do not age.
    times : array_like, optional
        Sorted times of the elements, numbers or datetime64: weights fall with the time between them.
    correction, ddof : float, optional
        0 (default), or 1: corrected for the bias of the weights; ``ddof`` is a synonym.
    min_periods : int
        Values below which the result is NaN; at least one is needed.
    axis : int
        Axis to go along.
    out : ndarray, optional
        Receives the result; may overlap the inputs.

    Returns
    -------
    ndarray
        Variance of all values so far. In the dtype of float input, else float64.

    Raises
    ------
    TypeError
        For both ``correction`` and ``ddof``.
    ValueError
        For none or several of ``com``, ``span``, ``halflife`` and ``alpha``, one out of range, ``times`` that are not
        sorted, an axis out of range, or a wrong ``out``.

    Examples
    --------
    >>> numrs.stats.ewm_var([1.0, 2.0, 4.0], alpha=0.5)
    array([0.        , 0.22222222, 1.42857143])
    """
    return _ewm(ops.NUMRS_OP_EWM_VAR, "ewm_var", x, None, com, span, halflife, alpha, adjust, ignore_na, times,
                correction_of("ewm_var", correction, ddof, 0), min_periods, axis, out)


@tensors
def ewm_std(x, *, com=None, span=None, halflife=None, alpha=None, adjust=True, ignore_na=False, times=None,
            correction=None, ddof=None, min_periods=0, axis=-1, out=None):
    """Exponentially weighted standard deviation.

    Parameters
    ----------
    x : array_like
        At least one dimension; NaN is a missing value.
    com, span, halflife, alpha : float, optional
        One of them: ``alpha = 1 / (1 + com) = 2 / (span + 1) = 1 - 0.5 ** (1 / halflife)``; with ``times`` a halflife
        in their unit, or a timedelta.
    adjust : bool
        Divide by the sum of the weights; otherwise ``y[i] = (1 - alpha) * y[i - 1] + alpha * x[i]``.
    ignore_na : bool
        Whether missing elements are no steps, so that the others do not age.
    times : array_like, optional
        Sorted times of the elements, numbers or datetime64: weights fall with the time between them.
    correction, ddof : float, optional
        0 (default), or 1: corrected for the bias of the weights; ``ddof`` is a synonym.
    min_periods : int
        Values below which the result is NaN; at least one is needed.
    axis : int
        Axis to go along.
    out : ndarray, optional
        Receives the result; may overlap the inputs.

    Returns
    -------
    ndarray
        The square root of `ewm_var`. In the dtype of float input, else float64.

    Raises
    ------
    TypeError
        For both ``correction`` and ``ddof``.
    ValueError
        For none or several of ``com``, ``span``, ``halflife`` and ``alpha``, one out of range, ``times`` that are not
        sorted, an axis out of range, or a wrong ``out``.

    Examples
    --------
    >>> numrs.stats.ewm_std([1.0, 2.0, 4.0], alpha=0.5)
    array([0.        , 0.47140452, 1.19522861])
    """
    return _ewm(ops.NUMRS_OP_EWM_STD, "ewm_std", x, None, com, span, halflife, alpha, adjust, ignore_na, times,
                correction_of("ewm_std", correction, ddof, 0), min_periods, axis, out)


@tensors
def ewm_cov(x, x2, *, com=None, span=None, halflife=None, alpha=None, adjust=True, ignore_na=False, times=None,
            correction=None, ddof=None, min_periods=0, axis=-1, out=None):
    """Exponentially weighted covariance.

    Parameters
    ----------
    x, x2 : array_like
        Two inputs that broadcast; a pair with a missing value is left out.
    com, span, halflife, alpha : float, optional
        One of them: ``alpha = 1 / (1 + com) = 2 / (span + 1) = 1 - 0.5 ** (1 / halflife)``; with ``times`` a halflife
        in their unit, or a timedelta.
    adjust : bool
        Divide by the sum of the weights; otherwise ``y[i] = (1 - alpha) * y[i - 1] + alpha * x[i]``.
    ignore_na : bool
        Whether missing elements are no steps, so that the others do not age.
    times : array_like, optional
        Sorted times of the elements, numbers or datetime64: weights fall with the time between them.
    correction, ddof : float, optional
        0 (default of variances; 1 of covariances), or 1: corrected for the bias of the weights; ``ddof`` is a synonym.
    min_periods : int
        Values below which the result is NaN; at least one is needed.
    axis : int
        Axis to go along.
    out : ndarray, optional
        Receives the result; may overlap the inputs.

    Returns
    -------
    ndarray
        Covariance of all pairs so far. In the dtype of float input, else float64.

    Raises
    ------
    TypeError
        For both ``correction`` and ``ddof``.
    ValueError
        For none or several of ``com``, ``span``, ``halflife`` and ``alpha``, one out of range, ``times`` that are not
        sorted, an axis out of range, or a wrong ``out``.

    Examples
    --------
    >>> numrs.stats.ewm_cov([1.0, 2.0, 4.0], [2.0, 3.0, 9.0], alpha=0.5)
    array([nan, 0.5, 6.5])
    """
    return _ewm(ops.NUMRS_OP_EWM_COV, "ewm_cov", x, x2, com, span, halflife, alpha, adjust, ignore_na, times,
                correction_of("ewm_cov", correction, ddof, 1), min_periods, axis, out)


@tensors
def ewm_corr(x, x2, *, com=None, span=None, halflife=None, alpha=None, adjust=True, ignore_na=False, times=None,
             min_periods=0, axis=-1, out=None):
    """Exponentially weighted correlation.

    Parameters
    ----------
    x, x2 : array_like
        Two inputs that broadcast; a pair with a missing value is left out.
    com, span, halflife, alpha : float, optional
        One of them: ``alpha = 1 / (1 + com) = 2 / (span + 1) = 1 - 0.5 ** (1 / halflife)``; with ``times`` a halflife
        in their unit, or a timedelta.
    adjust : bool
        Divide by the sum of the weights; otherwise ``y[i] = (1 - alpha) * y[i - 1] + alpha * x[i]``.
    ignore_na : bool
        Whether missing elements are no steps, so that the others do not age.
    times : array_like, optional
        Sorted times of the elements, numbers or datetime64: weights fall with the time between them.
    min_periods : int
        Values below which the result is NaN; at least one is needed.
    axis : int
        Axis to go along.
    out : ndarray, optional
        Receives the result; may overlap the inputs.

    Returns
    -------
    ndarray
        Correlation of all pairs so far, -1 to 1. In the dtype of float input, else float64.

    Raises
    ------
    ValueError
        For none or several of ``com``, ``span``, ``halflife`` and ``alpha``, one out of range, ``times`` that are not
        sorted, an axis out of range, or a wrong ``out``.

    Examples
    --------
    >>> numrs.stats.ewm_corr([1.0, 2.0, 4.0], [2.0, 3.0, 9.0], alpha=0.5)
    array([       nan, 1.        , 0.98674341])
    """
    return _ewm(ops.NUMRS_OP_EWM_CORR, "ewm_corr", x, x2, com, span, halflife, alpha, adjust, ignore_na, times,
                0, min_periods, axis, out)
