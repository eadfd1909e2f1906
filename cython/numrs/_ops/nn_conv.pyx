# cython: freethreading_compatible=True, binding=True, embedsignature=True, embedsignature.format=python
"""Convolutions of one and two dimensions, transposed ones, and their gradients."""
from libc.stdint cimport int32_t, int64_t

from numrs._ops cimport _record
from numrs._ops._array cimport NOGIL_NS, Held, check, release_context
from numrs._ops._place cimport context_at, context_for
from numrs._ops._record cimport any_tracked, record
from numrs._ops._nn_operand cimport NOTHING, hold_all, numbers, operand_of, result
from numrs.c.base cimport NUMRS_OK, numrs_context, numrs_status
from numrs.c.nn_conv cimport (numrs_conv, numrs_conv_backward, numrs_conv_transpose,
                              numrs_conv_transpose_backward)
from numrs.c.view cimport numrs_promote, numrs_view


cdef struct Settings:
    int64_t[2] stride
    int64_t[4] padding
    int64_t[2] dilation
    int64_t groups
    int spatial
    bint batched


cdef int _settings(str name, int spatial, numrs_view *x, numrs_view *weight, object stride, object padding,
                   object dilation, object groups, Settings *s) except -1:
    """The numbers of a convolution; x has the batch axis already."""
    cdef int64_t[2] same
    cdef int64_t total
    cdef int i
    s.spatial = spatial
    numbers(stride, name, "stride", spatial, s.stride)
    numbers(dilation, name, "dilation", spatial, s.dilation)
    if type(groups) is not int:
        raise TypeError(f"{name}: groups is {groups!r}, expected an int")
    s.groups = groups
    if isinstance(padding, str):
        if padding not in ("same", "valid"):
            raise ValueError(f"{name}: padding is {padding!r}, expected 'same', 'valid', an int or {spatial} of them")
        for i in range(spatial):
            total = 0
            if padding == "same":
                if s.stride[i] != 1:
                    raise ValueError(f"{name}: padding is 'same' and stride {stride}, expected a stride of 1")
                total = s.dilation[i] * (weight.shape[2 + i] - 1) if weight.ndim == spatial + 2 else 0
            s.padding[2 * i] = total // 2
            s.padding[2 * i + 1] = total - total // 2
        return 0
    numbers(padding, name, "padding", spatial, same)
    for i in range(spatial):
        s.padding[2 * i] = s.padding[2 * i + 1] = same[i]
    return 0


cdef object _conv(str name, int spatial, bint transposed, object x, object weight, object bias, object stride,
                  object padding, object output_padding, object dilation, object groups):
    cdef numrs_view[4] v
    cdef Held[4] held
    cdef Settings s
    cdef bint batched = True
    cdef int32_t where = NOTHING
    cdef int64_t[4] shape
    cdef int64_t[2] more
    cdef int64_t reach
    cdef int i
    cdef int32_t dtype
    cdef numrs_status status
    cdef numrs_context *context
    cdef double work
    v[2].dtype = 0
    x = operand_of(x, name, "x", &v[0], &where)
    weight = operand_of(weight, name, "weight", &v[1], &where)
    if v[0].ndim == spatial + 1:
        batched = False
        x = operand_of(x.reshape((1, *x.shape)), name, "x", &v[0], &where)
    if bias is not None:
        bias = operand_of(bias, name, "bias", &v[2], &where)
    if v[0].ndim != spatial + 2 or v[1].ndim != spatial + 2:
        raise ValueError(f"{name}: x has shape {tuple(x.shape)} and weight {tuple(weight.shape)}, expected {spatial + 2} "
                         f"dimensions: (n, channels, {'h, w' if spatial == 2 else 'l'})")
    _settings(name, spatial, &v[0], &v[1], stride, padding, dilation, groups, &s)
    more[0] = more[1] = 0
    if output_padding is not None:
        numbers(output_padding, name, "output_padding", spatial, more)
    shape[0] = v[0].shape[0]
    shape[1] = v[1].shape[1] * s.groups if transposed else v[1].shape[0]
    work = 0.02 * <double>shape[0] * <double>shape[1] * <double>v[1].shape[0 if transposed else 1]
    if transposed and s.groups > 0:
        work /= <double>s.groups
    for i in range(spatial):
        reach = s.dilation[i] * (v[1].shape[2 + i] - 1) + 1
        if transposed:
            shape[2 + i] = (v[0].shape[2 + i] - 1) * s.stride[i] - s.padding[2 * i] - s.padding[2 * i + 1] + reach
            if more[i] < 0 or more[i] >= max(s.stride[i], s.dilation[i]):
                raise ValueError(f"{name}: output_padding is {output_padding}, expected at least 0 and less than stride "
                                 "or dilation")
            shape[2 + i] = max(shape[2 + i], 0) + more[i]
            work *= <double>v[0].shape[2 + i] * <double>v[1].shape[2 + i]
        else:
            shape[2 + i] = v[0].shape[2 + i] + s.padding[2 * i] + s.padding[2 * i + 1] - reach
            shape[2 + i] = shape[2 + i] // s.stride[i] + 1 if shape[2 + i] >= 0 and s.stride[i] > 0 else 0
            work *= <double>shape[2 + i] * <double>v[1].shape[2 + i]
    dtype = numrs_promote(v[0].dtype, v[1].dtype)
    y = result(where, spatial + 2, shape, dtype, &v[3])
    if work < NOGIL_NS:
        status = (numrs_conv_transpose if transposed else numrs_conv)(
            context_at(where), &v[0], &v[1], &v[2] if v[2].dtype != 0 else NULL, &v[3], s.stride, s.padding, s.dilation, s.groups)
    else:
        kept = hold_all(v, held, 4, (x, weight, bias, y))
        context = context_for(where, work)
        with nogil:
            status = (numrs_conv_transpose if transposed else numrs_conv)(
                context, &v[0], &v[1], &v[2] if v[2].dtype != 0 else NULL, &v[3], s.stride, s.padding, s.dilation,
                s.groups)
        release_context(context)
        del kept
    if status != NUMRS_OK:
        check(status, name)
    return y if batched else y[0]


cdef object _backward(str name, int spatial, bint transposed, object grad, object x, object weight, object stride,
                      object padding, object dilation, object groups, object needs):
    cdef numrs_view[6] v
    cdef Held[6] held
    cdef Settings s
    cdef bint batched = True
    cdef int32_t where = NOTHING
    cdef int64_t channels
    cdef int i
    cdef int32_t dtype
    cdef numrs_status status
    cdef numrs_context *context
    cdef double work
    cdef object gx = None, gw = None, gb = None
    for i in range(3, 6):
        v[i].dtype = 0
    grad = operand_of(grad, name, "grad", &v[0], &where)
    x = operand_of(x, name, "x", &v[1], &where)
    weight = operand_of(weight, name, "weight", &v[2], &where)
    if v[1].ndim == spatial + 1:
        batched = False
        x = operand_of(x.reshape((1, *x.shape)), name, "x", &v[1], &where)
        grad = operand_of(grad.reshape((1, *grad.shape)), name, "grad", &v[0], &where)
    if v[1].ndim != spatial + 2 or v[2].ndim != spatial + 2 or v[0].ndim != spatial + 2:
        raise ValueError(f"{name}: grad has shape {tuple(grad.shape)}, x {tuple(x.shape)} and weight "
                         f"{tuple(weight.shape)}, expected {spatial + 2} dimensions")
    _settings(name, spatial, &v[1], &v[2], stride, padding, dilation, groups, &s)
    dtype = numrs_promote(numrs_promote(v[1].dtype, v[2].dtype), v[0].dtype)
    if needs[0]:
        gx = result(where, v[1].ndim, v[1].shape, dtype, &v[3])
    if needs[1]:
        gw = result(where, v[2].ndim, v[2].shape, dtype, &v[4])
    if len(needs) > 2 and needs[2]:
        channels = v[0].shape[1]
        gb = result(where, 1, &channels, dtype, &v[5])
    work = 0.04 * <double>v[2].shape[0] * <double>v[2].shape[1] * <double>v[0].shape[0]
    for i in range(spatial):
        work *= <double>v[1 if transposed else 0].shape[2 + i] * <double>v[2].shape[2 + i]
    if work < NOGIL_NS:
        status = (numrs_conv_transpose_backward if transposed else numrs_conv_backward)(
            context_at(where), &v[0], &v[1], &v[2], &v[3] if v[3].dtype != 0 else NULL, &v[4] if v[4].dtype != 0 else NULL,
            &v[5] if v[5].dtype != 0 else NULL, s.stride, s.padding, s.dilation, s.groups)
    else:
        kept = hold_all(v, held, 6, (grad, x, weight, gx, gw, gb))
        context = context_for(where, work)
        with nogil:
            status = (numrs_conv_transpose_backward if transposed else numrs_conv_backward)(
                context, &v[0], &v[1], &v[2], &v[3] if v[3].dtype != 0 else NULL, &v[4] if v[4].dtype != 0 else NULL,
                &v[5] if v[5].dtype != 0 else NULL, s.stride, s.padding, s.dilation, s.groups)
        release_context(context)
        del kept
    if status != NUMRS_OK:
        check(status, name)
    if gx is not None and not batched:
        gx = gx[0]
    return gx, gw, gb


def conv1d(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    """Convolution (cross-correlation) along one axis.

    Parameters
    ----------
    x : array_like
        (n, channels, l), or (channels, l).
    weight : array_like
        (out channels, channels / groups, kernel).
    bias : array_like, optional
        (out channels,).
    stride, dilation, groups : int, optional
        Step of the kernel, distance of its elements, groups of channels that do not see each other.
    padding : int, 'same' or 'valid', optional
        Zeros on both sides.

    Returns
    -------
    ndarray or Tensor
        (n, out channels, l'), l' = (l + 2 padding - dilation (kernel - 1) - 1) // stride + 1.

    Raises
    ------
    ValueError
        For shapes that do not go together, or a kernel larger than the padded input.

    Examples
    --------
    >>> numrs._ops.nn_conv.conv1d(np.arange(4.0).reshape(1, 1, 4), np.array([[[1.0, 1.0]]]))
    array([[[1., 3., 5.]]])
    """
    if _record.used and any_tracked((x, weight, bias), None):
        return record("conv1d", conv1d, (x, weight, bias, stride, padding, dilation, groups), {})
    return _conv("conv1d", 1, False, x, weight, bias, stride, padding, None, dilation, groups)


def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    """Convolution (cross-correlation) along two axes, as PyTorch's.

    Parameters
    ----------
    x : array_like
        (n, channels, h, w), or (channels, h, w).
    weight : array_like
        (out channels, channels / groups, kernel height, kernel width).
    bias : array_like, optional
        (out channels,).
    stride, dilation : int or pair, optional
        Step of the kernel, distance of its elements.
    padding : int, pair, 'same' or 'valid', optional
        Zeros on both sides.
    groups : int, optional
        Groups of channels that do not see each other.

    Returns
    -------
    ndarray or Tensor
        (n, out channels, h', w'); the same bits for every number of threads.

    Raises
    ------
    ValueError
        For shapes that do not go together, or a kernel larger than the padded input.

    Examples
    --------
    >>> numrs._ops.nn_conv.conv2d(np.ones((1, 1, 2, 2)), np.ones((1, 1, 3, 3)), padding=1)
    array([[[[4., 4.],
             [4., 4.]]]])
    """
    if _record.used and any_tracked((x, weight, bias), None):
        return record("conv2d", conv2d, (x, weight, bias, stride, padding, dilation, groups), {})
    return _conv("conv2d", 2, False, x, weight, bias, stride, padding, None, dilation, groups)


def conv_transpose1d(x, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1):
    """Transposed convolution along one axis: what the gradient of `conv1d` computes.

    Parameters
    ----------
    x : array_like
        (n, channels, l), or (channels, l).
    weight : array_like
        (channels, out channels / groups, kernel).
    bias : array_like, optional
        (out channels,).
    stride, padding, groups, dilation : int, optional
        Of the convolution whose gradient it is.
    output_padding : int, optional
        Elements more at the end; less than stride or dilation.

    Returns
    -------
    ndarray or Tensor
        (n, out channels, (l - 1) stride - 2 padding + dilation (kernel - 1) + output_padding + 1).

    Raises
    ------
    ValueError
        For shapes that do not go together.

    Examples
    --------
    >>> numrs._ops.nn_conv.conv_transpose1d(np.ones((1, 1, 2)), np.array([[[1.0, 2.0]]]), stride=2)
    array([[[1., 2., 1., 2.]]])
    """
    if _record.used and any_tracked((x, weight, bias), None):
        return record("conv_transpose1d", conv_transpose1d, (x, weight, bias, stride, padding, output_padding, groups,
                      dilation), {})
    return _conv("conv_transpose1d", 1, True, x, weight, bias, stride, padding, output_padding, dilation, groups)


def conv_transpose2d(x, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1):
    """Transposed convolution along two axes: what the gradient of `conv2d` computes.

    Parameters
    ----------
    x : array_like
        (n, channels, h, w), or (channels, h, w).
    weight : array_like
        (channels, out channels / groups, kernel height, kernel width).
    bias : array_like, optional
        (out channels,).
    stride, padding, dilation : int or pair, optional
        Of the convolution whose gradient it is.
    output_padding : int or pair, optional
        Elements more at the end; less than stride or dilation.
    groups : int, optional
        Groups of channels that do not see each other.

    Returns
    -------
    ndarray or Tensor
        (n, out channels, h', w').

    Raises
    ------
    ValueError
        For shapes that do not go together.

    Examples
    --------
    >>> numrs._ops.nn_conv.conv_transpose2d(np.ones((1, 1, 1, 1)), np.ones((1, 2, 2, 2))).shape
    (1, 2, 2, 2)
    """
    if _record.used and any_tracked((x, weight, bias), None):
        return record("conv_transpose2d", conv_transpose2d, (x, weight, bias, stride, padding, output_padding, groups,
                      dilation), {})
    return _conv("conv_transpose2d", 2, True, x, weight, bias, stride, padding, output_padding, dilation, groups)


def conv1d_backward(grad, x, weight, stride=1, padding=0, dilation=1, groups=1, *, needs=(True, True, True)):
    """Gradients of `conv1d` with respect to x, weight and bias; None for those that `needs` does not ask for."""
    return _backward("conv1d_backward", 1, False, grad, x, weight, stride, padding, dilation, groups, needs)


def conv2d_backward(grad, x, weight, stride=1, padding=0, dilation=1, groups=1, *, needs=(True, True, True)):
    """Gradients of `conv2d` with respect to x, weight and bias; None for those that `needs` does not ask for."""
    return _backward("conv2d_backward", 2, False, grad, x, weight, stride, padding, dilation, groups, needs)


def conv_transpose1d_backward(grad, x, weight, stride=1, padding=0, groups=1, dilation=1, *, needs=(True, True, True)):
    """Gradients of `conv_transpose1d` with respect to x, weight and bias; None for those that `needs` does not ask for."""
    return _backward("conv_transpose1d_backward", 1, True, grad, x, weight, stride, padding, dilation, groups, needs)


def conv_transpose2d_backward(grad, x, weight, stride=1, padding=0, groups=1, dilation=1, *, needs=(True, True, True)):
    """Gradients of `conv_transpose2d` with respect to x, weight and bias; None for those that `needs` does not ask for."""
    return _backward("conv_transpose2d_backward", 2, True, grad, x, weight, stride, padding, dilation, groups, needs)
