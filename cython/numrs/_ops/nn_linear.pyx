# cython: freethreading_compatible=True, binding=True, embedsignature=True, embedsignature.format=python
"""Linear layers: product, bias and activation in one call, their gradients, and weights that are packed once."""
from libc.stdint cimport int32_t, int64_t

from numrs._ops cimport _record
from numrs._ops._array cimport NOGIL_NS, Held, check, descr_of, release_context
from numrs._ops._place cimport context_at, context_for, no_kernel
from numrs._ops._record cimport any_tracked, record
from numrs._ops._nn_operand cimport ARRAYS, NOTHING, hold_all, operand_of, result
from numrs.c cimport nn_activation as c
from numrs.c.base cimport NUMRS_OK, numrs_context, numrs_status
from numrs.c.nn_linear cimport (numrs_linear, numrs_linear_backward, numrs_linear_pack, numrs_linear_pack_columns,
                                numrs_linear_pack_create, numrs_linear_pack_destroy, numrs_linear_pack_info,
                                numrs_linear_packed)
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


cdef class PackedWeight:
    """PackedWeight(weight): a weight as the kernels of `linear` read it, packed once for many calls.

    It stands for the weight in `linear`, and the results have the same bits.
    It is a copy: later changes of the weight do not reach it, and nothing changes it. Layers that are trained keep their
    weights as they are; models that only predict give them up for packed ones.

    Parameters
    ----------
    weight : array_like
        (in, out), of a float dtype.

    Attributes
    ----------
    shape : tuple
        (in, out).
    dtype : dtype
        Of the weight.
    nbytes : int
        Memory of the packed weight; numrs.memory.stats counts it.

    Raises
    ------
    ValueError
        The weight has not two dimensions.
    TypeError
        It has another dtype than a float.

    Examples
    --------
    >>> weight = numrs.functional.PackedWeight(np.ones((2, 3)))
    >>> numrs.functional.linear(np.array([[1.0, 2.0]]), weight)
    array([[3., 3., 3.]])
    """
    cdef numrs_linear_pack *pack
    cdef int64_t k, n, size
    cdef int32_t number
    cdef object __weakref__

    def __init__(self, weight):
        cdef numrs_view v
        cdef numrs_linear_pack *made = NULL
        cdef Held held
        cdef int32_t where = NOTHING
        cdef numrs_status status
        cdef numrs_context *context
        cdef double work
        weight = operand_of(weight, "PackedWeight", "weight", &v, &where)
        work = 0.3 * <double>v.shape[0] * <double>v.shape[1] if v.ndim == 2 else 0
        kept = hold_all(&v, &held, 1, (weight,))
        context = context_for(where, work)
        with nogil:
            status = numrs_linear_pack_create(context, &v, &made)
        release_context(context)
        del kept
        if status != NUMRS_OK:
            check(status, "PackedWeight")
        if self.pack != NULL:  # calls of other threads may read it
            numrs_linear_pack_destroy(made)
            raise TypeError("PackedWeight: it is packed already, make another one")
        self.pack = made
        numrs_linear_pack_info(self.pack, &self.k, &self.n, &self.number, &self.size)

    def __dealloc__(self):
        numrs_linear_pack_destroy(self.pack)

    @property
    def shape(self):
        """(in, out)."""
        return self.k, self.n

    @property
    def ndim(self):
        """2."""
        return 2

    @property
    def dtype(self):
        """Of the weight as it was given."""
        return descr_of(self.number)

    @property
    def nbytes(self):
        """Memory of the packed weight."""
        return self.size

    def columns(self, first, count=1):
        """Columns of the weight as they were given: an ndarray (in, count).

        Parameters
        ----------
        first : int
            The first one, from 0 on.
        count : int, optional
            How many.

        Returns
        -------
        ndarray
            A copy.

        Raises
        ------
        IndexError
            There are no such columns.

        Examples
        --------
        >>> numrs.functional.PackedWeight(np.eye(2)).columns(1).tolist()
        [[0.0], [1.0]]
        """
        cdef numrs_view v
        cdef int64_t begin = first
        cdef int64_t[2] shape = [self.k, count]
        cdef numrs_status status
        if shape[1] < 0 or shape[1] > self.n:
            raise IndexError(f"PackedWeight: {count} columns, expected 0 to {self.n}")
        y = result(ARRAYS, 2, shape, self.number, &v)
        status = numrs_linear_pack_columns(NULL, self.pack, begin, &v)
        if status != NUMRS_OK:
            check(status, "PackedWeight")
        return y

    def take(self, indices):
        """Columns by their numbers, each as a row: an ndarray (count, in), what a table of embeddings gives that is the
        transposed weight.

        Parameters
        ----------
        indices : array_like of int
            From 0 to out - 1.

        Returns
        -------
        ndarray
            A copy.

        Raises
        ------
        IndexError
            There is no such column.

        Examples
        --------
        >>> numrs.functional.PackedWeight(np.eye(2)).take([1, 0, 1]).tolist()
        [[0.0, 1.0], [1.0, 0.0], [0.0, 1.0]]
        """
        cdef numrs_view v, row
        cdef int64_t[2] shape = [len(indices), self.k]
        cdef int64_t[2] column = [self.k, 1]
        cdef int64_t i, index
        cdef numrs_status status
        y = result(ARRAYS, 2, shape, self.number, &v)
        row = v
        row.shape = column
        row.strides = NULL
        for i in range(shape[0]):
            index = indices[i]
            status = numrs_linear_pack_columns(NULL, self.pack, index, &row)
            if status != NUMRS_OK:
                check(status, "PackedWeight")
            row.data = <char *>row.data + v.strides[0]
        return y

    def unpack(self):
        """The weight as it was given: an ndarray (in, out), a copy."""
        return self.columns(0, self.n)

    def __reduce__(self):
        return PackedWeight, (self.unpack(),)

    def __repr__(self):
        return f"PackedWeight(shape={self.shape}, dtype={self.dtype}, {self.size:,} bytes)"


cdef object _packed(object x, PackedWeight weight, object bias, object activation, double slope):
    """`linear` with a packed weight."""
    cdef numrs_view[3] v
    cdef Held[3] held
    cdef int64_t[64] shape
    cdef int64_t size = 1
    cdef int32_t where = NOTHING
    cdef int d, ndim
    cdef int32_t number = activation_number(activation, "linear")
    cdef numrs_status status
    cdef numrs_context *context
    cdef numrs_linear_pack *pack = weight.pack
    cdef double work
    v[1].dtype = 0
    x = operand_of(x, "linear", "x", &v[0], &where)
    if bias is not None:
        bias = operand_of(bias, "linear", "bias", &v[1], &where)
    if where > 0:
        raise no_kernel("linear with a PackedWeight", where)
    ndim = v[0].ndim
    for d in range(ndim - 1):
        shape[d] = v[0].shape[d]
        size *= shape[d]
    if ndim > 0:
        shape[ndim - 1] = weight.n
        size *= weight.n
    y = result(where, ndim, shape, numrs_promote(v[0].dtype, weight.number), &v[2])
    work = 0.02 * <double>size * <double>(weight.k + 16)
    if work < NOGIL_NS:
        status = numrs_linear_packed(context_at(where), &v[0], pack, &v[1] if bias is not None else NULL, &v[2], NULL, number,
                                     slope)
    else:
        kept = hold_all(v, held, 3, (x, bias, y))
        context = context_for(where, work)
        with nogil:
            status = numrs_linear_packed(context, &v[0], pack, &v[1] if v[1].dtype != 0 else NULL, &v[2], NULL, number, slope)
        release_context(context)
        del kept
    if status != NUMRS_OK:
        check(status, "linear")
    return y


cdef object _linear(object x, object weight, object bias, object activation, double slope, bint saved):
    cdef numrs_view[5] v
    cdef Held[5] held
    cdef int64_t[64] shape
    cdef int64_t size = 1
    cdef int32_t where = NOTHING
    cdef int d, ndim
    cdef int32_t number = activation_number(activation, "linear"), dtype
    cdef numrs_status status
    cdef numrs_context *context
    cdef double work
    cdef object before = None
    v[2].dtype = v[4].dtype = 0
    x = operand_of(x, "linear", "x", &v[0], &where)
    weight = operand_of(weight, "linear", "weight", &v[1], &where)
    if bias is not None:
        bias = operand_of(bias, "linear", "bias", &v[2], &where)
    ndim = v[0].ndim
    for d in range(ndim - 1):
        shape[d] = v[0].shape[d]
        size *= shape[d]
    if ndim > 0:
        shape[ndim - 1] = v[1].shape[1] if v[1].ndim == 2 else 0
        size *= shape[ndim - 1]
    dtype = numrs_promote(v[0].dtype, v[1].dtype)
    y = result(where, ndim, shape, dtype, &v[3])
    if saved and number >= 0 and not saves_output(number):
        before = result(where, ndim, shape, dtype, &v[4])
    work = 0.02 * <double>size * <double>(v[0].shape[ndim - 1] + 16 if ndim > 0 else 1)
    if work < NOGIL_NS:
        status = numrs_linear(context_at(where), &v[0], &v[1], &v[2] if bias is not None else NULL, &v[3],
                              &v[4] if before is not None else NULL, number, slope)
    else:
        kept = hold_all(v, held, 5, (x, weight, bias, y, before))
        context = context_for(where, work)
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
    weight : array_like or PackedWeight
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
        For other dtypes than floats; for a packed weight where gradients are followed, or which was packed in float32 while
        x is float64.

    Examples
    --------
    >>> numrs._ops.nn_linear.linear(np.ones((1, 2)), np.ones((2, 3)), np.array([0.0, -2.0, -9.0]), "relu")
    array([[2., 0., 0.]])
    """
    if type(weight) is PackedWeight:
        if _record.used and any_tracked((x, bias), None):
            raise TypeError("linear: a packed weight has no gradients; give the weight itself, or compute under no_grad")
        return _packed(x, <PackedWeight>weight, bias, activation, negative_slope)
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
    cdef int32_t where = NOTHING
    cdef int i
    cdef int64_t columns, size = 1
    cdef int32_t number = activation_number(activation, "linear_backward"), dtype
    cdef double slope = negative_slope, work
    cdef numrs_status status
    cdef numrs_context *context
    cdef object gx = None, gw = None, gb = None
    for i in range(3, 7):
        v[i].dtype = 0
    grad = operand_of(grad, "linear_backward", "grad", &v[0], &where)
    x = operand_of(x, "linear_backward", "x", &v[1], &where)
    weight = operand_of(weight, "linear_backward", "weight", &v[2], &where)
    if number >= 0 and saved is not None:
        saved = operand_of(saved, "linear_backward", "saved", &v[3], &where)
    dtype = numrs_promote(numrs_promote(v[1].dtype, v[2].dtype), v[0].dtype)
    if needs[0]:
        gx = result(where, v[1].ndim, v[1].shape, dtype, &v[4])
    if needs[1]:
        gw = result(where, v[2].ndim, v[2].shape, dtype, &v[5])
    if len(needs) > 2 and needs[2]:
        columns = v[2].shape[1] if v[2].ndim == 2 else 0
        gb = result(where, 1, &columns, dtype, &v[6])
    for i in range(v[1].ndim):
        size *= v[1].shape[i]
    work = 0.04 * <double>size * <double>(v[2].shape[1] if v[2].ndim == 2 else 1)
    if work < NOGIL_NS:
        status = numrs_linear_backward(context_at(where), &v[0], &v[1], &v[2], &v[3] if v[3].dtype != 0 else NULL,
                                       &v[4] if v[4].dtype != 0 else NULL, &v[5] if v[5].dtype != 0 else NULL,
                                       &v[6] if v[6].dtype != 0 else NULL, number, slope)
    else:
        kept = hold_all(v, held, 7, (grad, x, weight, saved, gx, gw, gb))
        context = context_for(where, work)
        with nogil:
            status = numrs_linear_backward(context, &v[0], &v[1], &v[2], &v[3] if v[3].dtype != 0 else NULL,
                                           &v[4] if v[4].dtype != 0 else NULL, &v[5] if v[5].dtype != 0 else NULL,
                                           &v[6] if v[6].dtype != 0 else NULL, number, slope)
        release_context(context)
        del kept
    if status != NUMRS_OK:
        check(status, "linear_backward")
    return gx, gw, gb
