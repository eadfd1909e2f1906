# cython: freethreading_compatible=True, binding=True, embedsignature=True, embedsignature.format=python
"""Normalisations of networks (layers, root mean squares, groups, batches) and their gradients: a part of numrs.functional."""
import numpy as np

from libc.stdint cimport int32_t, int64_t

from numrs._ops cimport _record
from numrs._ops._array cimport NOGIL_NS, Held, check, release_context
from numrs._ops._nn_operand cimport elements, float_operand, held, operand, result, where_of
from numrs._ops._place cimport context_at, context_for
from numrs._ops._record cimport any_tracked, record
from numrs._ops._storage cimport written
from numrs._ops._tensor cimport Tensor
from numrs.c cimport nn_norm as c
from numrs.c cimport ops
from numrs.c.base cimport NUMRS_OK, numrs_context, numrs_status
from numrs.c.view cimport numrs_view

cdef enum Kind:
    LAYER, RMS, GROUP, BATCH

cdef enum:
    X, GRAD, WEIGHT, BIAS, MEAN, RSTD, RUNNING_MEAN, RUNNING_VAR, Y, GX, GWEIGHT, GBIAS
    VIEWS

cdef struct Call:
    Kind kind
    bint back
    numrs_view view[12]
    bint there[12]
    int64_t groups
    int32_t n_axes, training
    double momentum, eps


cdef inline const numrs_view *_at(const Call *o, int which) noexcept nogil:
    if o.there[which]:
        return &o.view[which]
    return NULL


cdef numrs_status _invoke(const Call *o, numrs_context *context) noexcept nogil:
    cdef const numrs_view *x = _at(o, X)
    cdef const numrs_view *w = _at(o, WEIGHT)
    cdef const numrs_view *bias = _at(o, BIAS)
    cdef const numrs_view *y = _at(o, Y)
    cdef const numrs_view *mean = _at(o, MEAN)
    cdef const numrs_view *rstd = _at(o, RSTD)
    cdef const numrs_view *g = _at(o, GRAD)
    cdef const numrs_view *gx = _at(o, GX)
    cdef const numrs_view *gw = _at(o, GWEIGHT)
    cdef const numrs_view *gb = _at(o, GBIAS)
    if o.back:
        if o.kind == LAYER:
            return c.numrs_layer_norm_backward(context, g, x, w, mean, rstd, gx, gw, gb, o.n_axes)
        if o.kind == RMS:
            return c.numrs_rms_norm_backward(context, g, x, w, rstd, gx, gw, o.n_axes)
        if o.kind == GROUP:
            return c.numrs_group_norm_backward(context, g, x, w, mean, rstd, gx, gw, gb, o.groups)
        return c.numrs_batch_norm_backward(context, g, x, w, mean, rstd, gx, gw, gb, o.training)
    if o.kind == LAYER:
        return c.numrs_layer_norm(context, x, w, bias, y, mean, rstd, o.n_axes, o.eps)
    if o.kind == RMS:
        return c.numrs_rms_norm(context, x, w, y, rstd, o.n_axes, o.eps)
    if o.kind == GROUP:
        return c.numrs_group_norm(context, x, w, bias, y, mean, rstd, o.groups, o.eps)
    return c.numrs_batch_norm(context, x, w, bias, _at(o, RUNNING_MEAN), _at(o, RUNNING_VAR), y, mean, rstd, o.training,
                              o.momentum, o.eps)


cdef int _execute(Call *o, str name, list kept, int32_t where) except -1:
    """kept: what owns the memory of each view, or None."""
    cdef Held[12] room
    cdef numrs_context *context
    cdef numrs_status status
    cdef int k
    cdef double work = (1.2 if o.back else 0.6) * <double>elements(&o.view[X])
    if work < NOGIL_NS:
        status = _invoke(o, context_at(where))
    else:
        pins = []
        for k in range(VIEWS):
            if o.there[k]:
                pins.append(held(kept[k], &room[k], &o.view[k]))
        context = context_for(where, work)
        with nogil:
            status = _invoke(o, context)
        release_context(context)
        del pins
    if status != NUMRS_OK:
        check(status, name)
    return 0


cdef int _give(Call *o, list kept, int which, object x, str name, str argument, int32_t where) except -1:
    """An input that may be None."""
    o.there[which] = x is not None
    if x is not None:
        kept[which] = operand(x, name, argument, &o.view[which], where)
    return 0


cdef int _make(Call *o, list kept, int which, int32_t where, int ndim, const int64_t *shape, int32_t dtype) except -1:
    kept[which] = result(where, ndim, shape, dtype, &o.view[which])
    o.there[which] = True
    return 0


cdef object _forward(Kind kind, str name, object x, object weight, object bias, int32_t n_axes, int64_t groups, double eps,
                     object running_mean, object running_var, bint training, double momentum, bint stats):
    """The result, mean and rstd (None without stats)."""
    cdef Call o
    cdef list kept = [None] * VIEWS
    cdef int32_t where = where_of(name, x, weight, bias)
    cdef int64_t[2] sets
    cdef int k, ndim
    cdef const int64_t *shape
    for k in range(VIEWS):
        o.there[k] = False
    o.kind = kind
    o.back = False
    o.n_axes = n_axes
    o.groups = groups
    o.training = training
    o.momentum = momentum
    o.eps = eps
    kept[X] = float_operand(x, name, "x", &o.view[X], where)
    o.there[X] = True
    _give(&o, kept, WEIGHT, weight, name, "weight", where)
    _give(&o, kept, BIAS, bias, name, "bias", where)
    _give(&o, kept, RUNNING_MEAN, running_mean, name, "running_mean", where)
    _give(&o, kept, RUNNING_VAR, running_var, name, "running_var", where)
    if kind == BATCH and training:
        for k in (RUNNING_MEAN, RUNNING_VAR):  # they change
            if type(kept[k]) is Tensor:
                written(<Tensor>kept[k])
            elif o.there[k] and (not isinstance(running_mean if k == RUNNING_MEAN else running_var, np.ndarray) or
                                 not kept[k].flags.writeable):
                raise ValueError(f"{name}: {'running_mean' if k == RUNNING_MEAN else 'running_var'} is to be updated, expected a "
                                 "writeable array")
    _make(&o, kept, Y, where, o.view[X].ndim, o.view[X].shape, o.view[X].dtype)
    if stats and n_axes <= o.view[X].ndim and o.view[X].ndim >= 1 and (kind <= RMS or o.view[X].ndim >= 2):
        ndim = o.view[X].ndim - n_axes
        shape = o.view[X].shape
        if kind == GROUP:
            sets[0] = o.view[X].shape[0]
            sets[1] = groups
            ndim = 2
            shape = sets
        elif kind == BATCH:
            ndim = 1
            shape = o.view[X].shape + 1
        if kind != RMS:
            _make(&o, kept, MEAN, where, ndim, shape, ops.NUMRS_F64)
        _make(&o, kept, RSTD, where, ndim, shape, ops.NUMRS_F64)
    _execute(&o, name, kept, where)
    return kept[Y], kept[MEAN], kept[RSTD]


cdef object _backward(Kind kind, str name, object grad, object x, object weight, object mean, object rstd, int64_t groups,
                      bint training, object needs):
    """Gradients of x, weight, bias: None where they are not wanted."""
    cdef Call o
    cdef list kept = [None] * VIEWS
    cdef int32_t where = where_of(name, grad, x, weight)
    cdef int k, ndim
    cdef const int64_t *shape
    cdef int32_t dtype
    for k in range(VIEWS):
        o.there[k] = False
    o.kind = kind
    o.back = True
    o.groups = groups
    o.training = training
    kept[X] = float_operand(x, name, "x", &o.view[X], where)
    o.there[X] = True
    _give(&o, kept, GRAD, grad, name, "grad", where)
    _give(&o, kept, WEIGHT, weight, name, "weight", where)
    _give(&o, kept, MEAN, mean, name, "mean", where)
    _give(&o, kept, RSTD, rstd, name, "rstd", where)
    if needs[0]:
        _make(&o, kept, GX, where, o.view[X].ndim, o.view[X].shape, o.view[X].dtype)
    o.n_axes = 0
    if kind == LAYER or kind == RMS:
        o.n_axes = o.view[X].ndim - (o.view[RSTD].ndim if o.there[RSTD] else 0)
        if o.n_axes < 1 or not o.there[RSTD]:
            raise ValueError(f"{name}: rstd is not of the axes of x that come before the normalised ones")
        ndim = o.n_axes
        shape = o.view[X].shape + (o.view[X].ndim - ndim)
    else:
        if o.view[X].ndim < 2:
            raise ValueError(f"{name}: x has {o.view[X].ndim} axes, expected at least 2: (n, channels, …)")
        ndim = 1
        shape = o.view[X].shape + 1
    dtype = o.view[WEIGHT].dtype if o.there[WEIGHT] and ops.NUMRS_F16 <= o.view[WEIGHT].dtype <= ops.NUMRS_F64 else o.view[X].dtype
    if needs[1] and weight is not None:
        _make(&o, kept, GWEIGHT, where, ndim, shape, dtype)
    if needs[2] and kind != RMS:
        _make(&o, kept, GBIAS, where, ndim, shape, dtype)
    _execute(&o, name, kept, where)
    return kept[GX], kept[GWEIGHT], kept[GBIAS]


# ------------------------------------------------------------------------------------------------ layers

cdef object _is_size(object n):
    return hasattr(n, "__index__") and not isinstance(n, bool) and not hasattr(n, "shape") or isinstance(n, np.integer)


cdef tuple _layer_arguments(str name, object x, object normalized_shape, object weight, object bias, object eps):
    """(shape, weight, bias, eps) of a call with PyTorch's arguments or with (x, weight, bias, eps)."""
    cdef object shape, extents
    if normalized_shape is None:
        if weight is None:
            raise TypeError(f"{name}: normalized_shape is missing, expected an int, a tuple of ints, or a weight")
        shape = tuple(np.shape(weight)) if not isinstance(weight, Tensor) else weight.shape
    elif _is_size(normalized_shape):
        shape = (int(normalized_shape),)
    elif isinstance(normalized_shape, (tuple, list)) and len(normalized_shape) > 0 and all([_is_size(n) for n in normalized_shape]):
        shape = tuple([int(n) for n in normalized_shape])
    else:  # (x, weight, bias, eps)
        if isinstance(bias, (int, float)) and not isinstance(bias, bool):
            bias, eps = None, bias
        if weight is not None and bias is not None:
            raise TypeError(f"{name}: normalized_shape is of type {type(normalized_shape).__name__}, expected an int or a "
                            "tuple of ints")
        if weight is not None:
            bias = weight
        weight = normalized_shape
        shape = tuple(np.shape(weight)) if not isinstance(weight, Tensor) else weight.shape
    extents = x.shape if hasattr(x, "shape") else np.shape(x)
    if len(shape) == 0 or len(shape) > len(extents) or tuple(extents[len(extents) - len(shape):]) != shape:
        raise ValueError(f"{name}: x has shape {tuple(extents)}, expected its last axes to be {shape}")
    return shape, weight, bias, eps


def layer_norm(x, normalized_shape=None, weight=None, bias=None, eps=1e-5):
    """``(x - mean) / sqrt(var + eps) * weight + bias`` over the last axes (Ba, Kiros and Hinton 2016).

    Parameters
    ----------
    x : array_like
        At least one dimension.
    normalized_shape : int, tuple of ints, or array_like
        Extents of the last axes; or the weight, then the next arguments are bias and eps: ``layer_norm(x, weight, bias, eps)``.
    weight, bias : array_like, optional
        Of that shape: 1 and 0 where they are not given.
    eps : float
        Added to the variance.

    Returns
    -------
    array
        Of the dtype of ``x`` (integers: float64); within 4 ULP of the larger one of the product and the bias.

    Raises
    ------
    ValueError
        For shapes that do not fit, or a negative ``eps``.

    Examples
    --------
    >>> numrs.functional.layer_norm([1.0, 3.0], 2, eps=0.0)
    array([-1.,  1.])
    """
    shape, weight, bias, eps = _layer_arguments("layer_norm", x, normalized_shape, weight, bias, eps)
    if _record.used and any_tracked((x, weight, bias), None):
        return record("layer_norm", layer_norm, (x, shape, weight, bias, eps), {})
    return _forward(LAYER, "layer_norm", x, weight, bias, <int32_t>len(shape), 0, eps, None, None, False, 0, False)[0]


def layer_norm_with_stats(x, normalized_shape=None, weight=None, bias=None, eps=1e-5):
    """`layer_norm`, and a dict of what its gradient needs."""
    shape, weight, bias, eps = _layer_arguments("layer_norm", x, normalized_shape, weight, bias, eps)
    y, mean, rstd = _forward(LAYER, "layer_norm", x, weight, bias, <int32_t>len(shape), 0, eps, None, None, False, 0, True)
    return y, {"mean": mean, "rstd": rstd}


def layer_norm_backward(grad, x, weight, mean, rstd, needs=(True, True, True)):
    """Gradients of `layer_norm` for x, weight and bias."""
    return _backward(LAYER, "layer_norm_backward", grad, x, weight, mean, rstd, 0, True, needs)


def rms_norm(x, normalized_shape=None, weight=None, eps=None):
    """``x / sqrt(mean(x**2) + eps) * weight`` over the last axes (Zhang and Sennrich 2019).

    Parameters
    ----------
    x : array_like
        At least one dimension.
    normalized_shape : int, tuple of ints, or array_like
        Extents of the last axes; or the weight, then the next argument is eps: ``rms_norm(x, weight, eps)``.
    weight : array_like, optional
        Of that shape: 1 where it is not given.
    eps : float, optional
        Added to the mean of the squares; the machine epsilon of the dtype of ``x`` where it is not given.

    Returns
    -------
    array
        Of the dtype of ``x`` (integers: float64), within 4 ULP.

    Raises
    ------
    ValueError
        For shapes that do not fit, or a negative ``eps``.

    Examples
    --------
    >>> numrs.functional.rms_norm([3.0, -3.0], 2, eps=0.0)
    array([ 1., -1.])
    """
    shape, weight, eps = _rms_arguments(x, normalized_shape, weight, eps)
    if _record.used and any_tracked((x, weight), None):
        return record("rms_norm", rms_norm, (x, shape, weight, eps), {})
    return _forward(RMS, "rms_norm", x, weight, None, <int32_t>len(shape), 0, eps, None, None, False, 0, False)[0]


cdef tuple _rms_arguments(object x, object normalized_shape, object weight, object eps):
    if eps is None and isinstance(weight, float):
        weight, eps = None, weight
    shape, weight, _, eps = _layer_arguments("rms_norm", x, normalized_shape, weight, None, eps)
    if eps is None:
        dtype = str(getattr(x, "dtype", "float64"))
        eps = {"float32": 2.0**-23, "float16": 2.0**-10, "bfloat16": 2.0**-7}.get(dtype, 2.0**-52)
    return shape, weight, eps


def rms_norm_with_stats(x, normalized_shape=None, weight=None, eps=None):
    """`rms_norm`, and a dict of what its gradient needs."""
    shape, weight, eps = _rms_arguments(x, normalized_shape, weight, eps)
    y, _, rstd = _forward(RMS, "rms_norm", x, weight, None, <int32_t>len(shape), 0, eps, None, None, False, 0, True)
    return y, {"rstd": rstd}


def rms_norm_backward(grad, x, weight, rstd, needs=(True, True)):
    """Gradients of `rms_norm` for x and weight."""
    return _backward(RMS, "rms_norm_backward", grad, x, weight, None, rstd, 0, True, (*needs, False))[:2]


# ------------------------------------------------------------------------------------------------ channels

cdef int64_t _groups(object num_groups, str name) except? -1:
    if not _is_size(num_groups):
        raise TypeError(f"{name}: num_groups is of type {type(num_groups).__name__}, expected an int")
    return max(min(int(num_groups), 1 << 62), -1)


def group_norm(x, num_groups, weight=None, bias=None, eps=1e-5):
    """Normalisation over groups of channels and all other axes but the first (Wu and He 2018).

    Parameters
    ----------
    x : array_like
        (N, channels, …).
    num_groups : int
        Divides the number of channels.
    weight, bias : array_like, optional
        One number per channel.
    eps : float
        Added to the variance.

    Returns
    -------
    array
        Of the dtype of ``x`` (integers: float64).

    Raises
    ------
    ValueError
        For shapes that do not fit, or a number of groups that does not divide the channels.

    Examples
    --------
    >>> numrs.functional.group_norm([[1.0, 3.0, 5.0, 9.0]], 2, eps=0.0)
    array([[-1.,  1., -1.,  1.]])
    """
    groups = _groups(num_groups, "group_norm")
    if _record.used and any_tracked((x, weight, bias), None):
        return record("group_norm", group_norm, (x, groups, weight, bias, eps), {})
    return _forward(GROUP, "group_norm", x, weight, bias, 0, groups, eps, None, None, True, 0, False)[0]


def group_norm_with_stats(x, num_groups, weight=None, bias=None, eps=1e-5):
    """`group_norm`, and a dict of what its gradient needs."""
    groups = _groups(num_groups, "group_norm")
    y, mean, rstd = _forward(GROUP, "group_norm", x, weight, bias, 0, groups, eps, None, None, True, 0, True)
    return y, {"mean": mean, "rstd": rstd}


def group_norm_backward(grad, x, num_groups, weight, mean, rstd, needs=(True, True, True)):
    """Gradients of `group_norm` for x, weight and bias."""
    groups = _groups(num_groups, "group_norm_backward")
    return _backward(GROUP, "group_norm_backward", grad, x, weight, mean, rstd, groups, True, needs)


def batch_norm(x, running_mean, running_var, weight=None, bias=None, training=False, momentum=0.1, eps=1e-5):
    """Normalisation of each channel over all other axes (Ioffe and Szegedy 2015).

    Parameters
    ----------
    x : array_like
        (N, channels, …).
    running_mean, running_var : array_like or None
        One number per channel. Used when not training; else, if they are not None, arrays that are updated in place: (1 - momentum)
        of themselves and momentum of the mean and the unbiased variance.
    weight, bias : array_like, optional
        One number per channel.
    training : bool
        Normalise by the statistics of ``x``, which has at least 2 elements to a channel.
    momentum : float
        How much of the new statistics comes in.
    eps : float
        Added to the variance.

    Returns
    -------
    array
        Of the dtype of ``x`` (integers: float64).

    Raises
    ------
    ValueError
        For shapes that do not fit, missing running statistics, or one element to a channel.

    Examples
    --------
    >>> numrs.functional.batch_norm([[1.0], [3.0]], None, None, training=True, eps=0.0)
    array([[-1.],
           [ 1.]])
    """
    if _record.used and any_tracked((x, weight, bias), None):
        return record("batch_norm", batch_norm, (x, running_mean, running_var, weight, bias, training, momentum, eps), {})
    return _forward(BATCH, "batch_norm", x, weight, bias, 0, 0, eps, running_mean, running_var, bool(training), momentum, False)[0]


def batch_norm_with_stats(x, running_mean, running_var, weight=None, bias=None, training=False, momentum=0.1, eps=1e-5):
    """`batch_norm`, and a dict of what its gradient needs."""
    y, mean, rstd = _forward(BATCH, "batch_norm", x, weight, bias, 0, 0, eps, running_mean, running_var, bool(training),
                             momentum, True)
    return y, {"mean": mean, "rstd": rstd}


def batch_norm_backward(grad, x, weight, mean, rstd, training=True, needs=(True, True, True)):
    """Gradients of `batch_norm` for x, weight and bias."""
    return _backward(BATCH, "batch_norm_backward", grad, x, weight, mean, rstd, 0, bool(training), needs)


def instance_norm(x, running_mean=None, running_var=None, weight=None, bias=None, use_input_stats=True, momentum=0.1, eps=1e-5):
    """Normalisation of each channel of each of the N over the axes behind them (Ulyanov, Vedaldi and Lempitsky 2016).

    Parameters
    ----------
    x : array_like
        (N, channels, …).
    running_mean, running_var : array_like, optional
        Used instead of the statistics of ``x`` when ``use_input_stats`` is False.
    weight, bias : array_like, optional
        One number per channel.
    use_input_stats : bool
        Normalise by the statistics of ``x``.
    momentum : float
        Not used: running statistics are not updated.
    eps : float
        Added to the variance.

    Returns
    -------
    array
        Of the dtype of ``x`` (integers: float64).

    Raises
    ------
    NotImplementedError
        For running statistics that were to be updated.
    ValueError
        For shapes that do not fit.

    Examples
    --------
    >>> numrs.functional.instance_norm([[[1.0, 3.0]]], eps=0.0)
    array([[[-1.,  1.]]])
    """
    if not use_input_stats:
        return batch_norm(x, running_mean, running_var, weight, bias, False, momentum, eps)
    if running_mean is not None or running_var is not None:
        raise NotImplementedError("instance_norm: running statistics are not updated; pass None, or use_input_stats=False")
    extents = x.shape if hasattr(x, "shape") else np.shape(x)
    if len(extents) < 2:
        raise ValueError(f"instance_norm: x has shape {tuple(extents)}, expected (N, channels, …)")
    return group_norm(x, extents[1] if extents[1] > 0 else 1, weight, bias, eps)
