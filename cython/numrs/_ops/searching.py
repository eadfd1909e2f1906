"""Elements by their places: gathers, scatters, the places of what is not zero."""

import numpy as np

from numrs._ops._array import array_of_data
from numrs._ops._device_calls import put_along as put_along_on_device
from numrs._ops._devices import CPU
from numrs._ops._moves import copied, places, put_along, take_along, take_from
from numrs._ops._storage import changed, to_array
from numrs._ops._tensor import Tensor
from numrs._ops._typed import tensors


@tensors
def take(x, indices, /, *, axis=None):
    """Elements at places along an axis.

    Parameters
    ----------
    x : array_like
        At least one dimension.
    indices : array_like of int
        The places, in any shape; negative ones count from the end.
    axis : int, optional
        Along which; needed for more than one dimension.

    Returns
    -------
    ndarray or Tensor
        The shape of ``x`` with that of ``indices`` in the place of the axis.

    Raises
    ------
    IndexError
        For a place out of range, or indices that are no integers.
    ValueError
        For an axis out of range, or none for more than one dimension.

    Examples
    --------
    >>> numrs.take([10, 20, 30], [2, 0])
    array([30, 10])
    """
    a = array_of_data(x, "take", "x")
    if axis is None:
        if a.ndim != 1:
            raise ValueError(f"take: x has shape {a.shape}, which needs an axis")
        axis = 0
    return take_from(a, indices, axis, "take")


@tensors
def take_along_axis(x, indices, /, *, axis=-1):
    """Elements at places along an axis, for each line its own.

    Parameters
    ----------
    x : array_like
        At least one dimension.
    indices : array_like of int
        As many dimensions as ``x``; those beside the axis broadcast.
    axis : int
        Along which.

    Returns
    -------
    ndarray or Tensor
        The broadcast shape, with the extent of ``indices`` along the axis.

    Raises
    ------
    IndexError
        For a place out of range, or indices that are no integers.
    ValueError
        For shapes that do not go together, or an axis out of range.

    Examples
    --------
    >>> numrs.take_along_axis([[3, 1], [2, 4]], [[1], [0]])
    array([[1],
           [2]])
    """
    return take_along(x, indices, axis, "take_along_axis")


def put_along_axis(x, indices, /, values, axis=-1):
    """Stores elements at places along an axis, for each line its own; changes ``x``.

    Parameters
    ----------
    x : ndarray or Tensor
        Is written to.
    indices : array_like of int
        As many dimensions as ``x``; those beside the axis broadcast.
    values : array_like
        Broadcasts to the shape of the indices; converted to the dtype of ``x``.
    axis : int
        Along which.

    Raises
    ------
    IndexError
        For a place out of range, or indices that are no integers.
    ValueError
        For shapes that do not go together, an axis out of range, or a read-only ``x``.

    Examples
    --------
    >>> x = np.zeros((2, 2))
    >>> numrs.put_along_axis(x, [[1], [0]], 5.0)
    >>> x
    array([[0., 5.],
           [5., 0.]])
    """
    if isinstance(x, Tensor) and x.device != CPU:
        put_along_on_device(x, indices, values, axis)
        return
    a, v = to_array(x), to_array(values)
    if not isinstance(a, np.ndarray):
        raise TypeError(f"put_along_axis: x is of type {type(x).__name__}, expected an ndarray or a Tensor")
    v = array_of_data(v, "put_along_axis", "values")
    if v.dtype.kind == "c" and a.dtype.kind != "c":
        raise TypeError(f"put_along_axis: values of dtype {v.dtype} do not convert to {a.dtype}")
    put_along(a, to_array(indices), v if v.dtype == a.dtype else copied(v, a.dtype), axis, "put_along_axis")
    changed(x)


@tensors
def nonzero(x, /):
    """The places of the elements that are not zero.

    Parameters
    ----------
    x : array_like
        At least one dimension.

    Returns
    -------
    tuple of ndarrays or Tensors
        int64, one for each dimension: the indices along it, in C order of the elements.

    Raises
    ------
    ValueError
        For no dimensions.

    Examples
    --------
    >>> numrs.nonzero([3, 0, 5])
    (array([0, 2]),)
    """
    return tuple(places(x, "nonzero"))


@tensors
def argwhere(x, /):
    """The places of the elements that are not zero, one in each row.

    Parameters
    ----------
    x : array_like
        Any shape.

    Returns
    -------
    ndarray or Tensor
        int64 of shape (count, ndim), in C order of the elements.

    Raises
    ------
    TypeError
        For a dtype that numrs does not have.

    Examples
    --------
    >>> numrs.argwhere([[0, 7], [8, 0]])
    array([[0, 1],
           [1, 0]])
    """
    a = array_of_data(x, "argwhere", "x")
    if a.ndim == 0:
        return np.zeros((int(bool(a)), 0), np.int64)
    return copied(places(a, "argwhere").T)


@tensors
def flatnonzero(x, /):
    """The places of the elements that are not zero, all elements in one line.

    Parameters
    ----------
    x : array_like
        Any shape.

    Returns
    -------
    ndarray or Tensor
        int64, 1-d.

    Raises
    ------
    TypeError
        For a dtype that numrs does not have.

    Examples
    --------
    >>> numrs.flatnonzero([[0, 7], [8, 0]])
    array([1, 2])
    """
    return places(array_of_data(x, "flatnonzero", "x").reshape(-1), "flatnonzero")[0]
