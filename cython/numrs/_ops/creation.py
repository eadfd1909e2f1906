"""New arrays, filled or not, and triangles; numbers a step apart are in spacing.py."""

import operator

import numpy as np

from numrs._ops import _devices as devices
from numrs._ops._array import array_of_data, as_numpy_dtype
from numrs._ops._moves import copy_to, new
from numrs._ops._storage import empty as empty_tensor
from numrs._ops._storage import on_device, to_array
from numrs._ops._typed import tensors

_REAL = np.dtype(np.float64)


def _extents(shape, function):
    """A shape argument as a tuple of ints."""
    if hasattr(shape, "__index__") and not isinstance(shape, bool):
        shape = (shape,)
    try:
        return tuple([operator.index(extent) for extent in shape])
    except TypeError:
        raise TypeError(f"{function}: shape is {shape!r}, expected an int or a tuple of ints") from None


def _tensor(shape, dtype, device, function):
    place = devices.resolve(device)
    wanted = _REAL if dtype is None else as_numpy_dtype(dtype, function)
    shape = _extents(shape, function)
    for extent in shape:
        if extent < 0:
            raise ValueError(f"{function}: shape is {shape}, extent {extent} is negative")
    return empty_tensor(shape, wanted, None if place is devices.CPU else place)


def _number(value, dtype, function):
    """A fill value as a 0-d array."""
    value = to_array(value)
    if isinstance(value, (str, bytes)) or np.ndim(value) != 0:
        raise TypeError(f"{function}: fill_value is {value!r}, expected a number")
    if dtype is None:
        return array_of_data(value, function, "fill_value")
    dtype = as_numpy_dtype(dtype, function)
    if isinstance(value, (complex, np.complexfloating)) and dtype.kind not in "cb":
        raise TypeError(f"{function}: fill_value is complex, which {dtype} does not hold")
    try:
        with np.errstate(all="ignore"):
            return np.asarray(value, dtype=dtype)
    except OverflowError as error:
        raise OverflowError(f"{function}: {error}") from None


def empty(shape, *, dtype=None, device=None):
    """A tensor whose elements are not set.

    Parameters
    ----------
    shape : int or tuple of ints
        Extents.
    dtype : dtype, optional
        Of the elements; float64 when not given.
    device : str or Device, optional
        Where the memory is; 'cpu'.

    Returns
    -------
    Tensor
        Over memory of the pool, with whatever it holds.

    Raises
    ------
    ValueError
        For negative extents, or more elements than memory can hold.
    MemoryError
        Where there is no memory for it.

    Examples
    --------
    >>> numrs.empty((2, 3)).shape
    (2, 3)
    """
    return _tensor(shape, dtype, device, "empty")


def zeros(shape, *, dtype=None, device=None):
    """A tensor of zeros.

    Parameters
    ----------
    shape : int or tuple of ints
        Extents.
    dtype : dtype, optional
        Of the elements; float64 when not given.
    device : str or Device, optional
        Where the memory is; 'cpu'.

    Returns
    -------
    Tensor
        All elements zero.

    Raises
    ------
    ValueError
        For negative extents, or more elements than memory can hold.
    MemoryError
        Where there is no memory for it.

    Examples
    --------
    >>> numrs.zeros(2)
    tensor([0., 0.], dtype=float64, device='cpu')
    """
    return _filled(_tensor(shape, dtype, device, "zeros"), 0)


def ones(shape, *, dtype=None, device=None):
    """A tensor of ones.

    Parameters
    ----------
    shape : int or tuple of ints
        Extents.
    dtype : dtype, optional
        Of the elements; float64 when not given.
    device : str or Device, optional
        Where the memory is; 'cpu'.

    Returns
    -------
    Tensor
        All elements one.

    Raises
    ------
    ValueError
        For negative extents, or more elements than memory can hold.
    MemoryError
        Where there is no memory for it.

    Examples
    --------
    >>> numrs.ones(2, dtype=numrs.int8)
    tensor([1, 1], dtype=int8, device='cpu')
    """
    return _filled(_tensor(shape, dtype, device, "ones"), 1)


def full(shape, fill_value, *, dtype=None, device=None):
    """A tensor of one number.

    Parameters
    ----------
    shape : int or tuple of ints
        Extents.
    fill_value : number
        What every element is.
    dtype : dtype, optional
        Of the elements; when not given that of the number: bool, int64, float64 or complex128 for those of Python.
    device : str or Device, optional
        Where the memory is; 'cpu'.

    Returns
    -------
    Tensor
        All elements that number.

    Raises
    ------
    ValueError
        For negative extents, or more elements than memory can hold.
    OverflowError
        For a Python int that the dtype does not hold.
    MemoryError
        Where there is no memory for it.

    Examples
    --------
    >>> numrs.full(2, 7)
    tensor([7, 7], dtype=int64, device='cpu')
    """
    value = _number(fill_value, dtype, "full")
    return _filled(_tensor(shape, value.dtype, device, "full"), value)


def _filled(t, value):
    if t.device != devices.CPU:
        if isinstance(value, np.ndarray):
            value = float(value) if value.dtype.name == "bfloat16" else value.item()
        t.fill(value)
        return t
    a = to_array(t)
    copy_to(value if isinstance(value, np.ndarray) else np.asarray(value, dtype=a.dtype), a)
    return t


def _like(x, dtype, device, function):
    a = array_of_data(x, function, "x")
    return new(a.shape, a.dtype if dtype is None else dtype, function)


@tensors
def empty_like(x, /, *, dtype=None, device=None):
    """An array of the shape of another whose elements are not set.

    Parameters
    ----------
    x : array_like
        Whose shape, and kind of array, the result has.
    dtype : dtype, optional
        Of the elements; that of ``x`` when not given.
    device : str or Device, optional
        Where the memory is; 'cpu'.

    Returns
    -------
    ndarray or Tensor
        In C order, with whatever the memory holds.

    Raises
    ------
    TypeError
        For a dtype that numrs does not have.

    Examples
    --------
    >>> numrs.empty_like([[1, 2]]).shape
    (1, 2)
    """
    return _like(x, dtype, device, "empty_like")


@tensors
def zeros_like(x, /, *, dtype=None, device=None):
    """An array of zeros of the shape of another.

    Parameters
    ----------
    x : array_like
        Whose shape, and kind of array, the result has.
    dtype : dtype, optional
        Of the elements; that of ``x`` when not given.
    device : str or Device, optional
        Where the memory is; 'cpu'.

    Returns
    -------
    ndarray or Tensor
        In C order.

    Raises
    ------
    TypeError
        For a dtype that numrs does not have.

    Examples
    --------
    >>> numrs.zeros_like([[1, 2]])
    array([[0, 0]])
    """
    y = _like(x, dtype, device, "zeros_like")
    copy_to(np.zeros((), y.dtype), y)
    return y


@tensors
def ones_like(x, /, *, dtype=None, device=None):
    """An array of ones of the shape of another.

    Parameters
    ----------
    x : array_like
        Whose shape, and kind of array, the result has.
    dtype : dtype, optional
        Of the elements; that of ``x`` when not given.
    device : str or Device, optional
        Where the memory is; 'cpu'.

    Returns
    -------
    ndarray or Tensor
        In C order.

    Raises
    ------
    TypeError
        For a dtype that numrs does not have.

    Examples
    --------
    >>> numrs.ones_like([[1, 2]])
    array([[1, 1]])
    """
    y = _like(x, dtype, device, "ones_like")
    copy_to(np.ones((), y.dtype), y)
    return y


@tensors
def full_like(x, /, fill_value, *, dtype=None, device=None):
    """An array of one number of the shape of another.

    Parameters
    ----------
    x : array_like
        Whose shape, and kind of array, the result has.
    fill_value : number
        What every element is.
    dtype : dtype, optional
        Of the elements; that of ``x`` when not given.
    device : str or Device, optional
        Where the memory is; 'cpu'.

    Returns
    -------
    ndarray or Tensor
        In C order.

    Raises
    ------
    TypeError
        For a dtype that numrs does not have, or a number that it does not hold.

    Examples
    --------
    >>> numrs.full_like([1, 2], 5)
    array([5, 5])
    """
    y = _like(x, dtype, device, "full_like")
    copy_to(_number(fill_value, y.dtype, "full_like"), y)
    return y


def eye(n_rows, n_cols=None, /, *, k=0, dtype=None, device=None):
    """A matrix with ones on a diagonal and zeros elsewhere.

    Parameters
    ----------
    n_rows : int
        Number of rows.
    n_cols : int, optional
        Number of columns; as many as rows when not given.
    k : int
        Which diagonal: 0 the main one, positive ones above it, negative ones below.
    dtype : dtype, optional
        Of the elements; float64 when not given.
    device : str or Device, optional
        Where the memory is; 'cpu'.

    Returns
    -------
    Tensor
        Of shape ``(n_rows, n_cols)``.

    Raises
    ------
    ValueError
        For negative numbers of rows or columns.

    Examples
    --------
    >>> numrs.eye(2, 3, k=1)
    tensor([[0., 1., 0.],
            [0., 0., 1.]], dtype=float64, device='cpu')
    """
    rows, k = _extents(n_rows, "eye")[0], operator.index(k)
    columns = rows if n_cols is None else _extents(n_cols, "eye")[0]
    place = devices.resolve(device)
    y = zeros((rows, columns), dtype=dtype, device=devices.CPU)
    if -rows < k < columns:
        np.fill_diagonal(to_array(y)[max(-k, 0) :, max(k, 0) :], 1)
    return on_device(y, place)


def identity(n, /, dtype=None, *, device=None):
    """A square matrix with ones on the diagonal and zeros elsewhere.

    Parameters
    ----------
    n : int
        Number of rows and columns.
    dtype : dtype, optional
        Of the elements; float64 when not given.
    device : str or Device, optional
        Where the memory is; 'cpu'.

    Returns
    -------
    Tensor
        Of shape ``(n, n)``.

    Raises
    ------
    ValueError
        For a negative number.

    Examples
    --------
    >>> numrs.identity(2)
    tensor([[1., 0.],
            [0., 1.]], dtype=float64, device='cpu')
    """
    return eye(n, dtype=dtype, device=device)


def _triangle(x, k, upper, function):
    a = array_of_data(x, function, "x")
    if a.ndim < 2:
        raise ValueError(f"{function}: x has shape {a.shape}, expected at least 2 dimensions")
    k = operator.index(k)
    y = new(a.shape, a.dtype, function)
    rows, columns = a.shape[-2:]
    k = min(max(k, -rows - 1), columns + 1)
    chosen = np.arange(columns) - np.arange(rows)[:, None]
    copy_to(np.zeros((), a.dtype), y)
    np.copyto(y, a, where=chosen >= k if upper else chosen <= k)
    return y


@tensors
def tril(x, /, *, k=0):
    """The lower triangle of matrices, zeros above it.

    Parameters
    ----------
    x : array_like
        Of shape (..., m, n).
    k : int
        The diagonal above which elements are zero: 0 the main one.

    Returns
    -------
    ndarray or Tensor
        A copy of the shape and dtype of ``x``.

    Raises
    ------
    ValueError
        For fewer than two dimensions.

    Examples
    --------
    >>> numrs.tril([[1, 2], [3, 4]])
    array([[1, 0],
           [3, 4]])
    """
    return _triangle(x, k, False, "tril")


@tensors
def triu(x, /, *, k=0):
    """The upper triangle of matrices, zeros below it.

    Parameters
    ----------
    x : array_like
        Of shape (..., m, n).
    k : int
        The diagonal below which elements are zero: 0 the main one.

    Returns
    -------
    ndarray or Tensor
        A copy of the shape and dtype of ``x``.

    Raises
    ------
    ValueError
        For fewer than two dimensions.

    Examples
    --------
    >>> numrs.triu([[1, 2], [3, 4]])
    array([[1, 2],
           [0, 4]])
    """
    return _triangle(x, k, True, "triu")
