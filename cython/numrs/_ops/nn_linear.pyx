# cython: freethreading_compatible=True, binding=True, embedsignature=True, embedsignature.format=python
"""Linear layers: product, bias and activation in one call, and their gradients."""
from libc.stdint cimport int32_t, int64_t

from numrs._ops cimport _record
from numrs._ops._array cimport NOGIL_NS, Held, check, interruptible, release_context
from numrs._ops._record cimport any_tracked, record
from numrs._ops._nn_operand cimport hold_all, operand_of, result
from numrs.c cimport nn_activation as c
from numrs.c.base cimport NUMRS_OK, numrs_context, numrs_status
from numrs.c.nn_linear cimport numrs_linear, numrs_linear_backward
from numrs.c.view cimport numrs_promote, numrs_view

cdef dict ACTIVATIONS = {
    None: -1, "linear": -1, "relu": c.NUMRS_ACTIVATION_RELU, "relu6": c.NUMRS_ACTIVATION_RELU6, "selu": c.NUMRS_ACTIVATION_SELU,
    "gelu": c.NUMRS_ACTIVATION_GELU, "gelu_tanh": c.NUMRS_ACTIVATION_GELU_TANH, "silu": c.NUMRS_ACTIVATION_SILU,
    "swish": c.NUMRS_ACTIVATION_SILU, "sigmoid": c.NUMRS_ACTIVATION_SIGMOID, "tanh": c.NUMRS_ACTIVATION_TANH,
    "softsign": c.NUMRS_ACTIVATION_SOFTSIGN, "hardswish": c.NUMRS_ACTIVATION_HARDSWISH,
    "hardsigmoid": c.NUMRS_ACTIVATION_HARDSIGMOID, "mish": c.NUMRS_ACTIVATION_MISH,
    "logsigmoid": c.NUMRS_ACTIVATION_LOGSIGMOID, "leaky_relu": c.NUMRS_ACTIVATION_LEAKY_RELU}

cdef bint saves_output(int32_t activation) noexcept:
    """Is the derivative computed from the output, or from what goes in?"""
    return activation == c.NUMRS_ACTIVATION_RELU or activation == c.NUMRS_ACTIVATION_LEAKY_RELU or \
        activation == c.NUMRS_ACTIVATION_SIGMOID or activation == c.NUMRS_ACTIVATION_TANH


cdef int32_t activation_number(object activation, str name) except? -2:
    if activation is None:
        return -1
    number = ACTIVATIONS.get(activation) if isinstance(activation, str) else None
    if number is None:
        names = ", ".join([str(key) for key in ACTIVATIONS])
        raise ValueError(f"{name}: activation is {activation!r}, expected one of {names}")
    return <int32_t>number


cdef object _linear(object x, object weight, object bias, object activation, double slope, bint saved):
    cdef numrs_view[5] v
    cdef Held[5] held
    cdef int64_t[64] shape
    cdef int64_t size = 1
    cdef bint tensor = False
    cdef int d, ndim
    cdef int32_t number = activation_number(activation, "linear"), dtype
    cdef numrs_status status
    cdef numrs_context *context
    cdef double work
    cdef object before = None
    v[2].dtype = v[4].dtype = 0
    x = operand_of(x, "linear", "x", &v[0], &tensor)
    weight = operand_of(weight, "linear", "weight", &v[1], &tensor)
    if bias is not None:
        bias = operand_of(bias, "linear", "bias", &v[2], &tensor)
    ndim = v[0].ndim
    for d in range(ndim - 1):
        shape[d] = v[0].shape[d]
        size *= shape[d]
    if ndim > 0:
        shape[ndim - 1] = v[1].shape[1] if v[1].ndim == 2 else 0
        size *= shape[ndim - 1]
    dtype = numrs_promote(v[0].dtype, v[1].dtype)
    y = result(tensor, ndim, shape, dtype, &v[3])
    if saved and number >= 0 and not saves_output(number):
        before = result(tensor, ndim, shape, dtype, &v[4])
    work = 0.02 * <double>size * <double>(v[0].shape[ndim - 1] + 16 if ndim > 0 else 1)
    if work < NOGIL_NS:
        status = numrs_linear(NULL, &v[0], &v[1], &v[2] if bias is not None else NULL, &v[3],
                              &v[4] if before is not None else NULL, number, slope)
    else:
        kept = hold_all(v, held, 5, (x, weight, bias, y, before))
        context = interruptible(work)
        with nogil:
            status = numrs_linear(context, &v[0], &v[1], &v[2] if v[2].dtype != 0 else NULL, &v[3],
                                  &v[4] if v[4].dtype != 0 else NULL, number, slope)
        release_context(context)
        del kept
    if status != NUMRS_OK:
        check(status, "linear")
    if not saved:
        return y
    return y, before if before is not None else (y if number >= 0 else None)


def linear(x, weight, bias=None, activation=None, *, negative_slope=0.01):
    """A linear layer: ``activation(x @ weight + bias)`` in one call.

    Parameters
    ----------
    x : array_like
        (..., in), of a float dtype.
    weight : array_like
        (in, out).
    bias : array_like, optional
        (out,).
    activation : str, optional
        'relu', 'gelu', 'gelu_tanh', 'silu', 'sigmoid', 'tanh', 'leaky_relu', 'relu6', 'selu', 'softsign', 'hardswish',
        'hardsigmoid', 'mish' or 'logsigmoid'.
    negative_slope : float, optional
        Of 'leaky_relu'.

    Returns
    -------
    ndarray or Tensor
        (..., out) in the promoted dtype; the same bits for every number of threads.

    Raises
    ------
    ValueError
        For shapes that do not go together, or an unknown activation.
    TypeError
        For other dtypes than floats.

    Examples
    --------
    >>> numrs._ops.nn_linear.linear(np.ones((1, 2)), np.ones((2, 3)), np.array([0.0, -2.0, -9.0]), "relu")
    array([[2., 0., 0.]])
    """
    if _record.used and any_tracked((x, weight, bias), None):
        return record("linear", linear, (x, weight, bias, activation), {"negative_slope": negative_slope})
    return _linear(x, weight, bias, activation, negative_slope, False)


def linear_with_saved(x, weight, bias=None, activation=None, *, negative_slope=0.01):
    """`linear`, and what `linear_backward` needs of it: (out, {"saved": out, or what went into the activation})."""
    y, saved = _linear(x, weight, bias, activation, negative_slope, True)
    return y, {"saved": saved}


def linear_backward(grad, x, weight, saved=None, activation=None, *, negative_slope=0.01, needs=(True, True, True)):
    """Gradients of `linear`.

    Parameters
    ----------
    grad : array_like
        (..., out), of the result.
    x, weight : array_like
        As given to `linear`.
    saved : array_like, optional
        What `linear_with_saved` gives, where there is an activation.
    activation, negative_slope
        As given to `linear`.
    needs : tuple of bool, optional
        Which of the three are wanted.

    Returns
    -------
    tuple
        Gradients of x, weight and bias; None for those not wanted.

    Raises
    ------
    ValueError
        For shapes that do not go together.
    """
    cdef numrs_view[7] v
    cdef Held[7] held
    cdef bint tensor = False
    cdef int i
    cdef int64_t columns, size = 1
    cdef int32_t number = activation_number(activation, "linear_backward"), dtype
    cdef double slope = negative_slope, work
    cdef numrs_status status
    cdef numrs_context *context
    cdef object gx = None, gw = None, gb = None
    for i in range(3, 7):
        v[i].dtype = 0
    grad = operand_of(grad, "linear_backward", "grad", &v[0], &tensor)
    x = operand_of(x, "linear_backward", "x", &v[1], &tensor)
    weight = operand_of(weight, "linear_backward", "weight", &v[2], &tensor)
    if number >= 0 and saved is not None:
        saved = operand_of(saved, "linear_backward", "saved", &v[3], &tensor)
    dtype = numrs_promote(numrs_promote(v[1].dtype, v[2].dtype), v[0].dtype)
    if needs[0]:
        gx = result(tensor, v[1].ndim, v[1].shape, dtype, &v[4])
    if needs[1]:
        gw = result(tensor, v[2].ndim, v[2].shape, dtype, &v[5])
    if len(needs) > 2 and needs[2]:
        columns = v[2].shape[1] if v[2].ndim == 2 else 0
        gb = result(tensor, 1, &columns, dtype, &v[6])
    for i in range(v[1].ndim):
        size *= v[1].shape[i]
    work = 0.04 * <double>size * <double>(v[2].shape[1] if v[2].ndim == 2 else 1)
    if work < NOGIL_NS:
        status = numrs_linear_backward(NULL, &v[0], &v[1], &v[2], &v[3] if v[3].dtype != 0 else NULL,
                                       &v[4] if v[4].dtype != 0 else NULL, &v[5] if v[5].dtype != 0 else NULL,
                                       &v[6] if v[6].dtype != 0 else NULL, number, slope)
    else:
        kept = hold_all(v, held, 7, (grad, x, weight, saved, gx, gw, gb))
        context = interruptible(work)
        with nogil:
            status = numrs_linear_backward(context, &v[0], &v[1], &v[2], &v[3] if v[3].dtype != 0 else NULL,
                                           &v[4] if v[4].dtype != 0 else NULL, &v[5] if v[5].dtype != 0 else NULL,
                                           &v[6] if v[6].dtype != 0 else NULL, number, slope)
        release_context(context)
        del kept
    if status != NUMRS_OK:
        check(status, "linear_backward")
    return gx, gw, gb
