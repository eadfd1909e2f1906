# cython: freethreading_compatible=True, binding=True, embedsignature=True, embedsignature.format=python
"""Pools of maxima and averages over one and two axes, adaptive ones, and their gradients."""
from libc.stdint cimport int32_t, int64_t

from numrs._ops cimport _record
from numrs._ops._array cimport NOGIL_NS, Held, check, release_context
from numrs._ops._place cimport context_at, context_for
from numrs._ops._record cimport any_tracked, record
from numrs._ops._nn_operand cimport NOTHING, hold_all, numbers, operand_of, result
from numrs.c cimport ops
from numrs.c.base cimport NUMRS_OK, numrs_context, numrs_status
from numrs.c.nn_pool cimport (numrs_adaptive_avg_pool, numrs_adaptive_avg_pool_backward, numrs_adaptive_max_pool,
                              numrs_avg_pool, numrs_avg_pool_backward, numrs_max_pool, numrs_max_pool_backward)
from numrs.c.view cimport numrs_view

cdef enum Kind:
    MAX
    AVG
    ADAPTIVE_AVG
    ADAPTIVE_MAX

cdef struct Windows:
    int64_t[2] kernel
    int64_t[2] stride
    int64_t[2] padding
    int64_t[2] dilation
    int64_t divisor
    int32_t count_include_pad


cdef int _windows(str name, int spatial, object kernel_size, object stride, object padding, object dilation,
                  Windows *w) except -1:
    numbers(kernel_size, name, "kernel_size", spatial, w.kernel)
    numbers(kernel_size if stride is None else stride, name, "stride", spatial, w.stride)
    numbers(padding, name, "padding", spatial, w.padding)
    numbers(dilation, name, "dilation", spatial, w.dilation)
    w.divisor = 0
    w.count_include_pad = 0
    return 0


cdef int64_t _extent(int64_t n, int i, Windows *w, bint ceil_mode) noexcept:
    cdef int64_t room = n + 2 * w.padding[i] - w.dilation[i] * (w.kernel[i] - 1) - 1, out
    if room < 0 or w.stride[i] < 1:
        return 0
    out = room // w.stride[i] + 1
    if ceil_mode and room % w.stride[i] != 0 and out * w.stride[i] < n + w.padding[i]:
        out += 1
    return out


cdef object _pool(str name, int spatial, Kind kind, object x, Windows *w, bint ceil_mode, object output_size,
                  bint indices):
    cdef numrs_view[3] v
    cdef Held[3] held
    cdef int32_t where = NOTHING
    cdef int64_t[64] shape
    cdef int64_t[2] sizes
    cdef int64_t size = 1
    cdef int i, d
    cdef numrs_status status
    cdef numrs_context *context = NULL
    cdef double work
    cdef object at = None
    v[2].dtype = 0
    x = operand_of(x, name, "x", &v[0], &where)
    if v[0].ndim < spatial:
        raise ValueError(f"{name}: x has shape {tuple(x.shape)}, expected at least {spatial} dimensions")
    for d in range(v[0].ndim):
        shape[d] = v[0].shape[d]
        size *= shape[d]
    if kind == ADAPTIVE_AVG or kind == ADAPTIVE_MAX:
        if isinstance(output_size, (tuple, list)) and len(output_size) == spatial:  # None: as many as x has
            output_size = tuple([v[0].shape[v[0].ndim - spatial + i] if output_size[i] is None else output_size[i]
                                 for i in range(spatial)])
        numbers(output_size, name, "output_size", spatial, sizes)
    for i in range(spatial):
        d = v[0].ndim - spatial + i
        if kind == MAX or kind == AVG:
            shape[d] = _extent(shape[d], i, w, ceil_mode)
        else:
            if sizes[i] < 0:
                raise ValueError(f"{name}: output_size is {output_size}, expected numbers from 0 on")
            shape[d] = sizes[i]
    y = result(where, v[0].ndim, shape, v[0].dtype, &v[1])
    if indices:
        at = result(where, v[0].ndim, shape, ops.NUMRS_I64, &v[2])
    work = <double>size * (1.5 if indices or kind != MAX else 0.2)
    if work >= NOGIL_NS:
        kept = hold_all(v, held, 3, (x, y, at))
        context = context_for(where, work)
        with nogil:
            status = _call(context, kind, v, spatial, w)
        release_context(context)
        del kept
    else:
        status = _call(context_at(where), kind, v, spatial, w)
    if status != NUMRS_OK:
        check(status, name)
    return (y, at) if indices else y


cdef numrs_status _call(numrs_context *context, Kind kind, numrs_view *v, int spatial, Windows *w) noexcept nogil:
    cdef numrs_view *at = &v[2] if v[2].dtype != 0 else NULL
    if kind == MAX:
        return numrs_max_pool(context, &v[0], &v[1], at, spatial, w.kernel, w.stride, w.padding, w.dilation)
    if kind == AVG:
        return numrs_avg_pool(context, &v[0], &v[1], spatial, w.kernel, w.stride, w.padding, w.count_include_pad,
                              w.divisor)
    if kind == ADAPTIVE_AVG:
        return numrs_adaptive_avg_pool(context, &v[0], &v[1], spatial)
    return numrs_adaptive_max_pool(context, &v[0], &v[1], at, spatial)


cdef object _max(str name, int spatial, object x, object kernel_size, object stride, object padding, object dilation,
                 bint ceil_mode, bint indices):
    cdef Windows w
    _windows(name, spatial, kernel_size, stride, padding, dilation, &w)
    return _pool(name, spatial, MAX, x, &w, ceil_mode, None, indices)


cdef object _average(str name, int spatial, object x, object kernel_size, object stride, object padding,
                     bint ceil_mode, bint count_include_pad, object divisor_override):
    cdef Windows w
    _windows(name, spatial, kernel_size, stride, padding, 1, &w)
    w.count_include_pad = count_include_pad
    w.divisor = _divisor(name, divisor_override)
    return _pool(name, spatial, AVG, x, &w, ceil_mode, None, False)


cdef int64_t _divisor(str name, object divisor) except? -1:
    if divisor is None:
        return 0
    if divisor == 0:
        raise ValueError(f"{name}: divisor_override is 0, expected another number")
    return divisor


cdef object _gradient(str name, int spatial, Kind kind, object grad, object shape, object indices, Windows *w):
    cdef numrs_view[3] v
    cdef int32_t where = NOTHING
    cdef int64_t[64] extents
    cdef int d
    cdef numrs_status status
    grad = operand_of(grad, name, "grad", &v[0], &where)
    if indices is not None:
        indices = operand_of(indices, name, "indices", &v[2], &where)
    if len(shape) != v[0].ndim:
        raise ValueError(f"{name}: grad has shape {tuple(grad.shape)} and x {tuple(shape)}, expected as many dimensions")
    for d in range(v[0].ndim):
        extents[d] = shape[d]
    gx = result(where, v[0].ndim, extents, v[0].dtype, &v[1])
    if kind == MAX:
        status = numrs_max_pool_backward(context_at(where), &v[0], &v[2], &v[1], spatial)
    elif kind == AVG:
        status = numrs_avg_pool_backward(context_at(where), &v[0], &v[1], spatial, w.kernel, w.stride, w.padding,
                                         w.count_include_pad, w.divisor)
    else:
        status = numrs_adaptive_avg_pool_backward(context_at(where), &v[0], &v[1], spatial)
    if status != NUMRS_OK:
        check(status, name)
    return gx


def max_pool1d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    """Maxima of windows along the last axis.

    Parameters
    ----------
    x : array_like
        (..., l), of a float dtype.
    kernel_size : int
        Length of a window.
    stride, padding, dilation : int, optional
        Step (as long as the kernel), elements that are not there on both sides, distance of a window's elements.
    ceil_mode : bool, optional
        A last window that begins inside the input, even if it ends outside.
    return_indices : bool, optional
        Also where the maxima are.

    Returns
    -------
    ndarray or Tensor, or a pair
        NaN where a window holds one; indices are int64, the first of equal ones.

    Raises
    ------
    ValueError
        For a kernel larger than the padded input, or wrong numbers.

    Examples
    --------
    >>> numrs._ops.nn_pool.max_pool1d(np.array([[1.0, 5.0, 2.0, 4.0]]), 2)
    array([[5., 4.]])
    """
    if _record.used and any_tracked((x,), None):
        return record("max_pool1d", max_pool1d, (x, kernel_size, stride, padding, dilation, ceil_mode, return_indices), {})
    return _max("max_pool1d", 1, x, kernel_size, stride, padding, dilation, ceil_mode, return_indices)


def max_pool2d(x, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    """Maxima of windows along the last two axes, as PyTorch's.

    Parameters
    ----------
    x : array_like
        (..., h, w), of a float dtype.
    kernel_size : int or pair
        Extents of a window.
    stride, padding, dilation : int or pair, optional
        Step (as long as the kernel), elements that are not there on all sides, distance of a window's elements.
    ceil_mode : bool, optional
        Last windows that begin inside the input, even if they end outside.
    return_indices : bool, optional
        Also where the maxima are in their planes.

    Returns
    -------
    ndarray or Tensor, or a pair
        NaN where a window holds one; indices are int64, the first of equal ones.

    Raises
    ------
    ValueError
        For a kernel larger than the padded input, or wrong numbers.

    Examples
    --------
    >>> numrs._ops.nn_pool.max_pool2d(np.arange(16.0).reshape(1, 4, 4), 2)
    array([[[ 5.,  7.],
            [13., 15.]]])
    """
    if _record.used and any_tracked((x,), None):
        return record("max_pool2d", max_pool2d, (x, kernel_size, stride, padding, dilation, ceil_mode, return_indices), {})
    return _max("max_pool2d", 2, x, kernel_size, stride, padding, dilation, ceil_mode, return_indices)


def avg_pool1d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True):
    """Averages of windows along the last axis.

    Parameters
    ----------
    x : array_like
        (..., l), of a float dtype.
    kernel_size : int
        Length of a window.
    stride, padding : int, optional
        Step (as long as the kernel), zeros on both sides.
    ceil_mode : bool, optional
        A last window that begins inside the input, even if it ends outside.
    count_include_pad : bool, optional
        Does the padding count as elements?

    Returns
    -------
    ndarray or Tensor
        Summed in float64.

    Raises
    ------
    ValueError
        For a kernel larger than the padded input, or wrong numbers.

    Examples
    --------
    >>> numrs._ops.nn_pool.avg_pool1d(np.array([[1.0, 5.0, 2.0, 4.0]]), 2)
    array([[3., 3.]])
    """
    if _record.used and any_tracked((x,), None):
        return record("avg_pool1d", avg_pool1d, (x, kernel_size, stride, padding, ceil_mode, count_include_pad), {})
    return _average("avg_pool1d", 1, x, kernel_size, stride, padding, ceil_mode, count_include_pad, None)


def avg_pool2d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None):
    """Averages of windows along the last two axes, as PyTorch's.

    Parameters
    ----------
    x : array_like
        (..., h, w), of a float dtype.
    kernel_size : int or pair
        Extents of a window.
    stride, padding : int or pair, optional
        Step (as long as the kernel), zeros on all sides.
    ceil_mode : bool, optional
        Last windows that begin inside the input, even if they end outside.
    count_include_pad : bool, optional
        Does the padding count as elements?
    divisor_override : int, optional
        Instead of the number of elements.

    Returns
    -------
    ndarray or Tensor
        Summed in float64.

    Raises
    ------
    ValueError
        For a kernel larger than the padded input, or wrong numbers.

    Examples
    --------
    >>> numrs._ops.nn_pool.avg_pool2d(np.arange(16.0).reshape(1, 4, 4), 2)
    array([[[ 2.5,  4.5],
            [10.5, 12.5]]])
    """
    if _record.used and any_tracked((x,), None):
        return record("avg_pool2d", avg_pool2d, (x, kernel_size, stride, padding, ceil_mode, count_include_pad,
                      divisor_override), {})
    return _average("avg_pool2d", 2, x, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override)


def adaptive_avg_pool1d(x, output_size):
    """Averages of as many windows along the last axis as wanted: numbers ``floor(o n / m)`` to ``ceil((o + 1) n / m)``.

    Parameters
    ----------
    x : array_like
        (..., l), of a float dtype.
    output_size : int
        m.

    Returns
    -------
    ndarray or Tensor
        (..., output_size).

    Raises
    ------
    ValueError
        For an input without elements.

    Examples
    --------
    >>> numrs._ops.nn_pool.adaptive_avg_pool1d(np.array([1.0, 2.0, 6.0]), 1)
    array([3.])
    """
    if _record.used and any_tracked((x,), None):
        return record("adaptive_avg_pool1d", adaptive_avg_pool1d, (x, output_size), {})
    return _pool("adaptive_avg_pool1d", 1, ADAPTIVE_AVG, x, NULL, False, output_size, False)


def adaptive_avg_pool2d(x, output_size):
    """Averages of as many windows along the last two axes as wanted, as PyTorch's; (1, 1): of whole planes.

    Parameters
    ----------
    x : array_like
        (..., h, w), of a float dtype.
    output_size : int or pair
        Of a pair, None: as many as x has.

    Returns
    -------
    ndarray or Tensor
        (..., output_size).

    Raises
    ------
    ValueError
        For an input without elements.

    Examples
    --------
    >>> numrs._ops.nn_pool.adaptive_avg_pool2d(np.arange(4.0).reshape(1, 2, 2), 1)
    array([[[1.5]]])
    """
    if _record.used and any_tracked((x,), None):
        return record("adaptive_avg_pool2d", adaptive_avg_pool2d, (x, output_size), {})
    return _pool("adaptive_avg_pool2d", 2, ADAPTIVE_AVG, x, NULL, False, output_size, False)


def adaptive_max_pool1d(x, output_size, return_indices=False):
    """Maxima of as many windows along the last axis as wanted; `adaptive_avg_pool1d` says which.

    Parameters
    ----------
    x : array_like
        (..., l), of a float dtype.
    output_size : int
        Number of windows.
    return_indices : bool, optional
        Also where the maxima are.

    Returns
    -------
    ndarray or Tensor, or a pair
        (..., output_size).

    Raises
    ------
    ValueError
        For an input without elements.

    Examples
    --------
    >>> numrs._ops.nn_pool.adaptive_max_pool1d(np.array([1.0, 6.0, 2.0]), 1)
    array([6.])
    """
    if _record.used and any_tracked((x,), None):
        return record("adaptive_max_pool1d", adaptive_max_pool1d, (x, output_size, return_indices), {})
    return _pool("adaptive_max_pool1d", 1, ADAPTIVE_MAX, x, NULL, False, output_size, return_indices)


def adaptive_max_pool2d(x, output_size, return_indices=False):
    """Maxima of as many windows along the last two axes as wanted; `adaptive_avg_pool2d` says which.

    Parameters
    ----------
    x : array_like
        (..., h, w), of a float dtype.
    output_size : int or pair
        Of a pair, None: as many as x has.
    return_indices : bool, optional
        Also where the maxima are in their planes.

    Returns
    -------
    ndarray or Tensor, or a pair
        (..., output_size).

    Raises
    ------
    ValueError
        For an input without elements.

    Examples
    --------
    >>> numrs._ops.nn_pool.adaptive_max_pool2d(np.arange(4.0).reshape(1, 2, 2), 1)
    array([[[3.]]])
    """
    if _record.used and any_tracked((x,), None):
        return record("adaptive_max_pool2d", adaptive_max_pool2d, (x, output_size, return_indices), {})
    return _pool("adaptive_max_pool2d", 2, ADAPTIVE_MAX, x, NULL, False, output_size, return_indices)


def max_pool1d_backward(grad, indices, shape):
    """The gradient of any pool of maxima along the last axis, from its indices, for an x of this shape."""
    return _gradient("max_pool1d_backward", 1, MAX, grad, shape, indices, NULL)


def max_pool2d_backward(grad, indices, shape):
    """The gradient of any pool of maxima along the last two axes, from its indices, for an x of this shape."""
    return _gradient("max_pool2d_backward", 2, MAX, grad, shape, indices, NULL)


cdef object _average_gradient(str name, int spatial, object grad, object shape, object kernel_size, object stride,
                              object padding, bint count_include_pad, object divisor_override):
    cdef Windows w
    _windows(name, spatial, kernel_size, stride, padding, 1, &w)
    w.count_include_pad = count_include_pad
    w.divisor = _divisor(name, divisor_override)
    return _gradient(name, spatial, AVG, grad, shape, None, &w)


def avg_pool1d_backward(grad, shape, kernel_size, stride=None, padding=0, count_include_pad=True):
    """The gradient of `avg_pool1d` for an x of this shape."""
    return _average_gradient("avg_pool1d_backward", 1, grad, shape, kernel_size, stride, padding, count_include_pad, None)


def avg_pool2d_backward(grad, shape, kernel_size, stride=None, padding=0, count_include_pad=True, divisor_override=None):
    """The gradient of `avg_pool2d` for an x of this shape."""
    return _average_gradient("avg_pool2d_backward", 2, grad, shape, kernel_size, stride, padding, count_include_pad,
                             divisor_override)


def adaptive_avg_pool1d_backward(grad, shape):
    """The gradient of `adaptive_avg_pool1d` for an x of this shape."""
    return _gradient("adaptive_avg_pool1d_backward", 1, ADAPTIVE_AVG, grad, shape, None, NULL)


def adaptive_avg_pool2d_backward(grad, shape):
    """The gradient of `adaptive_avg_pool2d` for an x of this shape."""
    return _gradient("adaptive_avg_pool2d_backward", 2, ADAPTIVE_AVG, grad, shape, None, NULL)
