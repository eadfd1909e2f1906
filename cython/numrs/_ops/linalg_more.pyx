# cython: freethreading_compatible=True, binding=True, embedsignature=True, embedsignature.format=python
"""Linear algebra made of other functions: pseudo-inverse, rank, condition, powers, Kronecker and cross products, views."""
import operator

import numpy as np
from numpy.exceptions import AxisError
from numpy.linalg import LinAlgError

cimport cython

from numrs._ops._array cimport as_array
from numrs._ops._reduce cimport reduce
from numrs._ops._typed import tensors
from numrs._ops.elementwise_arithmetic import multiply, subtract
from numrs._ops.elementwise_selection import astype
from numrs._ops.linalg import matmul
from numrs._ops.linalg import outer as outer_
from numrs._ops.linalg_lapack import _svdvals, inv, svd
from numrs._ops.norms import norm
from numrs.c cimport ops


cdef object _array(str name, x, str argument):
    return as_array(x, name, argument)


def _at_least_matrix(str name, x):
    a = _array(name, x, "x")
    if a.ndim < 2:
        raise LinAlgError(f"{name}: x has shape {a.shape}, expected at least 2 dimensions")
    return a


def _unit(dtype):
    """The rounding unit of float32 or float64, for the dtype of results."""
    return 2.0 ** -23 if dtype in (np.float32, np.complex64) or dtype.itemsize == 2 else 2.0 ** -52


@tensors
@cython.wraparound(True)
def pinv(x, /, *, rtol=None):
    """Pseudo-inverse of Moore and Penrose, by singular values.

    Parameters
    ----------
    x : array_like
        (..., m, n).
    rtol : array_like, optional
        Singular values up to ``rtol`` (...) times the largest count as 0. None: max(m, n) times the rounding unit.

    Returns
    -------
    ndarray
        (..., n, m).

    Raises
    ------
    numpy.linalg.LinAlgError
        As of `svd`.

    Examples
    --------
    >>> numrs.linalg.pinv([[2.0, 0.0], [0.0, 0.0]])
    array([[0.5, 0. ],
           [0. , 0. ]])
    """
    a = _at_least_matrix("pinv", x)
    m, n = a.shape[-2:]
    u, s, vh = svd(a, full_matrices=False)
    if a.size == 0:
        return np.empty((*a.shape[:-2], n, m), u.dtype)
    bound = max(m, n) * _unit(u.dtype) if rtol is None else _array("pinv", rtol, "rtol")
    small = s <= np.expand_dims(np.asarray(bound * s[..., 0]), -1)
    s[small] = 1
    with np.errstate(all="ignore"):
        inverse = np.where(small, 0, 1 / s).astype(s.dtype)
        left = np.conj(np.swapaxes(vh, -1, -2)) * inverse[..., None, :]
    return matmul(left, np.conj(np.swapaxes(u, -1, -2)))


@tensors
@cython.wraparound(True)
def matrix_rank(x, /, *, rtol=None):
    """Number of singular values that count.

    Parameters
    ----------
    x : array_like
        (..., m, n).
    rtol : array_like, optional
        Singular values up to ``rtol`` (...) times the largest count as 0. None: max(m, n) times the rounding unit.

    Returns
    -------
    ndarray or scalar
        (...), int64.

    Raises
    ------
    numpy.linalg.LinAlgError
        For less than two dimensions, or elements that are not finite.

    Examples
    --------
    >>> numrs.linalg.matrix_rank([[1.0, 2.0], [2.0, 4.0]])
    np.int64(1)
    """
    a = _at_least_matrix("matrix_rank", x)
    values = _svdvals("matrix_rank", a)
    if values.shape[-1] == 0:
        return np.zeros(a.shape[:-2], np.int64)[()]
    if values.size and np.isnan(values).any():
        raise LinAlgError("matrix_rank: x has elements that are not finite")
    bound = max(a.shape[-2:]) * _unit(values.dtype) if rtol is None else _array("matrix_rank", rtol, "rtol")
    above = values > np.expand_dims(np.asarray(bound * values[..., 0]), -1)
    return reduce(ops.NUMRS_OP_COUNT_NONZERO, "matrix_rank", above, -1, None, False, None, 0.0)


@tensors
@cython.wraparound(True)
def matrix_power(x, n, /):
    """Powers of square matrices.

    Parameters
    ----------
    x : array_like
        (..., n, n).
    n : int
        The exponent; negative ones take the inverse.

    Returns
    -------
    ndarray
        (..., n, n).

    Raises
    ------
    numpy.linalg.LinAlgError
        For matrices that are not square, and singular ones with a negative exponent.

    Examples
    --------
    >>> numrs.linalg.matrix_power([[1, 1], [0, 1]], 5)
    array([[1, 5],
           [0, 1]])
    """
    a = _at_least_matrix("matrix_power", x)
    if a.shape[-1] != a.shape[-2]:
        raise LinAlgError(f"matrix_power: x has shape {a.shape}, expected square matrices in the last two dimensions")
    try:
        n = operator.index(n)
    except TypeError:
        raise TypeError(f"matrix_power: n is of type {type(n).__name__}, expected an integer") from None
    if n == 0:
        result = np.zeros(a.shape, a.dtype)
        result[..., range(a.shape[-1]), range(a.shape[-1])] = 1
        return result
    if n < 0:
        a, n = inv(a), -n
    result = None
    while n:
        if n & 1:
            result = a if result is None else matmul(result, a)
        n >>= 1
        if n:
            a = matmul(a, a)
    return result.copy() if result is x else result


@tensors
@cython.wraparound(True)
def cond(x, /, p=None):
    """Condition numbers.

    Parameters
    ----------
    x : array_like
        (..., m, n); square for every `p` but None, 2 and -2.
    p : {None, 1, -1, 2, -2, inf, -inf, 'fro', 'nuc'}
        Order of the norm; None: 2.

    Returns
    -------
    ndarray or scalar
        (...): inf of a singular matrix.

    Raises
    ------
    numpy.linalg.LinAlgError
        For empty matrices, and as of `inv`.

    Examples
    --------
    >>> numrs.linalg.cond([[4.0, 0.0], [0.0, 1.0]])
    np.float64(4.0)
    """
    a = _at_least_matrix("cond", x)
    if a.shape[-1] == 0 or a.shape[-2] == 0:
        raise LinAlgError(f"cond: x has shape {a.shape}, expected matrices with elements")
    nan = np.isnan(a).any(axis=(-2, -1))
    with np.errstate(all="ignore"):
        if p is None or p == 2 or p == -2:
            values = _svdvals("cond", a)
            result = values[..., -1] / values[..., 0] if p == -2 else values[..., 0] / values[..., -1]
        else:
            result = norm(a, p, (-2, -1)) * norm(_inverse_or_inf(a), p, (-2, -1))
    # 0 / 0 of a matrix of zeros; NaN only where there was one.
    return np.where(np.isnan(result) & ~nan, np.inf, result).astype(np.asarray(result).dtype)[()]


@cython.wraparound(True)
def _inverse_or_inf(a):
    """The inverse; inf instead of that of singular matrices."""
    try:
        return inv(a)
    except LinAlgError:
        if a.ndim == 2 and a.shape[0] == a.shape[1]:
            return np.full(a.shape, np.inf)
        if a.shape[-1] != a.shape[-2]:
            raise
    stack = a.reshape(-1, *a.shape[-2:])
    return np.stack([_inverse_or_inf(matrix) for matrix in stack]).reshape(a.shape)


@tensors
@cython.wraparound(True)
def multi_dot(arrays, /):
    """Product of several matrices, in the cheapest order.

    Parameters
    ----------
    arrays : sequence of array_like
        At least two; 2-d, the first and the last may be 1-d: a row, a column.

    Returns
    -------
    ndarray or scalar
        Their product.

    Raises
    ------
    ValueError
        For fewer than two, or shapes that do not go together.

    Examples
    --------
    >>> numrs.linalg.multi_dot([[1.0, 2.0], [[1.0], [1.0]], [3.0]])
    np.float64(9.0)
    """
    given = [_array("multi_dot", array, f"arrays[{i}]") for i, array in enumerate(arrays)]
    if len(given) < 2:
        raise ValueError(f"multi_dot: got {len(given)} arrays, expected at least 2")
    first, last = given[0].ndim == 1, given[-1].ndim == 1
    if first:
        given[0] = given[0][None, :]
    if last:
        given[-1] = given[-1][:, None]
    for i, array in enumerate(given):
        if array.ndim != 2:
            raise LinAlgError(f"multi_dot: arrays[{i}] has {array.ndim} dimensions, expected 2")
        if i and given[i - 1].shape[1] != array.shape[0]:
            raise ValueError(f"multi_dot: arrays[{i - 1}] has shape {given[i - 1].shape} and arrays[{i}] {array.shape}; "
                             "they cannot be multiplied")
    result = _chain(given, _order(given), 0, len(given) - 1)
    if first and last:
        return result[0, 0]
    return result[0] if first else result[:, 0] if last else result


@cython.wraparound(True)
def _order(arrays):
    """Where to cut each stretch of the chain: Cormen et al., Introduction to Algorithms, 15.2."""
    count = len(arrays)
    sizes = [array.shape[0] for array in arrays] + [arrays[-1].shape[1]]
    cost = [[0] * count for _ in range(count)]
    cut = [[0] * count for _ in range(count)]
    for length in range(1, count):
        for i in range(count - length):
            j = i + length
            cost[i][j], cut[i][j] = min((cost[i][k] + cost[k + 1][j] + sizes[i] * sizes[k + 1] * sizes[j + 1], k)
                                        for k in range(i, j))
    return cut


def _chain(arrays, cut, i, j):
    if i == j:
        return arrays[i]
    k = cut[i][j]
    return matmul(_chain(arrays, cut, i, k), _chain(arrays, cut, k + 1, j))


@tensors
def kron(x1, x2, /):
    """Kronecker product, as numpy.kron.

    Parameters
    ----------
    x1, x2 : array_like
        Any number of dimensions; the shorter shape gets leading extents of 1.

    Returns
    -------
    ndarray or scalar
        Every element of `x1` times all of `x2`: extents are the products of theirs.

    Raises
    ------
    TypeError
        For a dtype without a product.

    Examples
    --------
    >>> numrs.linalg.kron([1, 2], [1, 10])
    array([ 1, 10,  2, 20])
    """
    a, b = _array("kron", x1, "x1"), _array("kron", x2, "x2")
    ndim = max(a.ndim, b.ndim)
    a = a.reshape((1,) * (ndim - a.ndim) + a.shape)
    b = b.reshape((1,) * (ndim - b.ndim) + b.shape)
    product = multiply(np.expand_dims(a, tuple(range(1, 2 * ndim, 2))), np.expand_dims(b, tuple(range(0, 2 * ndim, 2))))
    return np.reshape(product, [m * n for m, n in zip(a.shape, b.shape, strict=True)])[()]


@tensors
def cross(x1, x2, /, *, axis=-1):
    """Cross products of vectors of three elements.

    Parameters
    ----------
    x1, x2 : array_like
        They broadcast; 3 elements along the axis.
    axis : int
        The axis of the vectors, of the broadcast shape.

    Returns
    -------
    ndarray
        Of the broadcast shape.

    Raises
    ------
    ValueError
        For another extent than 3, or shapes that do not broadcast.

    Examples
    --------
    >>> numrs.linalg.cross([1.0, 0.0, 0.0], [0.0, 1.0, 0.0])
    array([0., 0., 1.])
    """
    a, b = _array("cross", x1, "x1"), _array("cross", x2, "x2")
    ndim = max(a.ndim, b.ndim)
    axis = _axis("cross", axis, ndim)
    a, b = (v.reshape((1,) * (ndim - v.ndim) + v.shape) for v in (a, b))
    if a.shape[axis] != 3 or b.shape[axis] != 3:
        raise ValueError(f"cross: x1 and x2 have {a.shape[axis]} and {b.shape[axis]} elements along axis {axis}, "
                         "expected 3 each")
    a, b = np.moveaxis(a, axis, -1), np.moveaxis(b, axis, -1)
    try:
        shape = np.broadcast_shapes(a.shape, b.shape)
    except ValueError:
        raise ValueError(f"cross: operands with shapes {a.shape}, {b.shape} (axis last) do not broadcast") from None
    parts = [subtract(multiply(a[..., (i + 1) % 3], b[..., (i + 2) % 3]), multiply(a[..., (i + 2) % 3], b[..., (i + 1) % 3]))
             for i in range(3)]
    y = np.empty(shape, np.asarray(parts[0]).dtype)
    for i in range(3):
        y[..., i] = parts[i]
    return np.moveaxis(y, -1, axis)


def _axis(str name, axis, ndim):
    try:
        number = operator.index(axis)
    except TypeError:
        raise TypeError(f"{name}: axis is of type {type(axis).__name__}, expected an integer") from None
    if not -ndim <= number < ndim:
        raise AxisError(f"{name}: axis {number} is out of bounds for {ndim} dimensions")
    return number % ndim


def _offset(str name, offset):
    try:
        return operator.index(offset)
    except TypeError:
        raise TypeError(f"{name}: offset is of type {type(offset).__name__}, expected an integer") from None


@tensors
def diagonal(x, /, *, offset=0):
    """Diagonals of matrices, without a copy.

    Parameters
    ----------
    x : array_like
        (..., m, n).
    offset : int
        How far above the main diagonal; negative: below.

    Returns
    -------
    ndarray
        (..., k), a view of `x` that cannot be written to.

    Raises
    ------
    ValueError
        For less than two dimensions.

    Examples
    --------
    >>> numrs.linalg.diagonal([[1, 2], [3, 4]])
    array([1, 4])
    """
    a = _at_least_matrix("diagonal", x)
    return np.diagonal(a, _offset("diagonal", offset), -2, -1)


@tensors
@cython.wraparound(True)
def trace(x, /, *, offset=0, dtype=None):
    """Sums of diagonals.

    Parameters
    ----------
    x : array_like
        (..., m, n).
    offset : int
        How far above the main diagonal; negative: below.
    dtype : dtype, optional
        Of the result; None: int64 or uint64 for integers, else that of `x`.

    Returns
    -------
    ndarray or scalar
        (...).

    Raises
    ------
    ValueError
        For less than two dimensions.

    Examples
    --------
    >>> numrs.linalg.trace([[1, 2], [3, 4]])
    np.int64(5)
    """
    line = np.diagonal(_at_least_matrix("trace", x), _offset("trace", offset), -2, -1)
    if dtype is not None:
        line = astype(line, dtype)
    total = reduce(ops.NUMRS_OP_SUM, "trace", line, -1, None, False, None, 0.0)
    return total if dtype is None else astype(total, dtype)[()]


@tensors
def outer(x1, x2, /):
    """Products of every element of one vector with every element of another.

    Parameters
    ----------
    x1, x2 : array_like
        1-d.

    Returns
    -------
    ndarray
        Shape ``(x1.size, x2.size)``.

    Raises
    ------
    ValueError
        For other numbers of dimensions; `numrs.outer` flattens.

    Examples
    --------
    >>> numrs.linalg.outer([1.0, 2.0], [3.0, 4.0])
    array([[3., 4.],
           [6., 8.]])
    """
    a, b = _array("outer", x1, "x1"), _array("outer", x2, "x2")
    if a.ndim != 1 or b.ndim != 1:
        raise ValueError(f"outer: x1 and x2 have shapes {a.shape} and {b.shape}, expected one dimension each")
    return outer_(a, b)
