"""Shapes: views with other dimensions; parts are in splitting.py, what makes new memory in joining.py."""

import numpy as np

from numrs._ops._array import array_of_data
from numrs._ops._moves import axis_number, copied
from numrs._ops._tensor import Tensor
from numrs._ops._typed import tensors
from numrs._ops.creation import _extents


def _axes(axis, ndim, function, shape):
    """An axis or several as a tuple of different numbers 0 … ndim-1."""
    if hasattr(axis, "__index__"):
        return (axis_number(axis, ndim, function, shape),)
    found = tuple([axis_number(one, ndim, function, shape) for one in axis])
    if len(set(found)) != len(found):
        raise ValueError(f"{function}: axis is {tuple(axis)}, where one is given twice")
    return found


def broadcast_shapes(*shapes):
    """The shape to which shapes broadcast.

    Parameters
    ----------
    *shapes : tuple of ints
        Any number.

    Returns
    -------
    tuple of ints
        The empty one for no shapes.

    Raises
    ------
    ValueError
        For shapes that do not broadcast.

    Examples
    --------
    >>> numrs.broadcast_shapes((3, 1), (4,))
    (3, 4)
    """
    known = [_extents(shape, "broadcast_shapes") for shape in shapes]
    result = [1] * max([len(shape) for shape in known], default=0)
    for shape in known:
        for d, extent in enumerate(shape, len(result) - len(shape)):
            if extent < 0:
                raise ValueError(f"broadcast_shapes: shape {shape} has the negative extent {extent}")
            if extent != 1 and result[d] not in (1, extent):
                raise ValueError(f"broadcast_shapes: {', '.join(map(str, known))} do not broadcast")
            result[d] = result[d] if extent == 1 else extent
    return tuple(result)


def _stretched(a, shape, function):
    if a.shape == shape:
        return a
    try:
        return np.broadcast_to(a, shape)
    except ValueError:
        raise ValueError(f"{function}: x of shape {a.shape} does not broadcast to {shape}") from None


@tensors
def broadcast_to(x, /, shape):
    """An array seen as one of a larger shape; a view.

    Parameters
    ----------
    x : array_like
        Any shape.
    shape : tuple of ints
        What it broadcasts to.

    Returns
    -------
    ndarray or Tensor
        Read-only where elements are there several times.

    Raises
    ------
    ValueError
        For a shape to which it does not broadcast.

    Examples
    --------
    >>> numrs.broadcast_to([1, 2], (2, 2))
    array([[1, 2],
           [1, 2]])
    """
    return _stretched(array_of_data(x, "broadcast_to", "x"), _extents(shape, "broadcast_to"), "broadcast_to")


@tensors
def broadcast_arrays(*arrays):
    """Arrays seen as ones of the shape to which all broadcast; views.

    Parameters
    ----------
    *arrays : array_like
        Any number.

    Returns
    -------
    tuple of ndarrays or Tensors
        One for each, of its dtype.

    Raises
    ------
    ValueError
        For shapes that do not broadcast.

    Examples
    --------
    >>> [a.shape for a in numrs.broadcast_arrays([[1], [2]], [1, 2, 3])]
    [(2, 3), (2, 3)]
    """
    known = [array_of_data(x, "broadcast_arrays", f"arrays[{i}]") for i, x in enumerate(arrays)]
    try:
        shape = broadcast_shapes(*[a.shape for a in known])
    except ValueError as error:
        raise ValueError(str(error).replace("broadcast_shapes", "broadcast_arrays")) from None
    return tuple([_stretched(a, shape, "broadcast_arrays") for a in known])


@tensors
def expand_dims(x, /, axis):
    """An array with new dimensions of one element; a view.

    Parameters
    ----------
    x : array_like
        Any shape.
    axis : int or tuple of ints
        Where they are in the result.

    Returns
    -------
    ndarray or Tensor
        Over the memory of ``x``.

    Raises
    ------
    IndexError
        For an axis out of range.
    ValueError
        For one that is given twice.

    Examples
    --------
    >>> numrs.expand_dims([1, 2], 0)
    array([[1, 2]])
    """
    a = array_of_data(x, "expand_dims", "x")
    count = 1 if hasattr(axis, "__index__") else len(axis)
    return np.expand_dims(a, _axes(axis, a.ndim + count, "expand_dims", a.shape))


@tensors
def squeeze(x, /, axis=None):
    """An array without some dimensions of one element; a view.

    Parameters
    ----------
    x : array_like
        Any shape.
    axis : int or tuple of ints, optional
        Which ones; None: all of one element.

    Returns
    -------
    ndarray or Tensor
        Over the memory of ``x``.

    Raises
    ------
    ValueError
        For an axis out of range, or of more elements or none.

    Examples
    --------
    >>> numrs.squeeze([[1, 2]], 0)
    array([1, 2])
    """
    a = array_of_data(x, "squeeze", "x")
    if axis is None:
        return np.squeeze(a)
    gone = _axes(axis, a.ndim, "squeeze", a.shape)
    for d in gone:
        if a.shape[d] != 1:
            raise ValueError(f"squeeze: axis {d} has {a.shape[d]} elements (shape {a.shape}), expected 1")
    return np.squeeze(a, gone)


@tensors
def flip(x, /, *, axis=None):
    """An array with axes running backwards; a view.

    Parameters
    ----------
    x : array_like
        Any shape.
    axis : int or tuple of ints, optional
        Which ones; None: all.

    Returns
    -------
    ndarray or Tensor
        Over the memory of ``x``.

    Raises
    ------
    ValueError
        For an axis out of range or given twice.

    Examples
    --------
    >>> numrs.flip([1, 2, 3])
    array([3, 2, 1])
    """
    a = array_of_data(x, "flip", "x")
    turned = range(a.ndim) if axis is None else _axes(axis, a.ndim, "flip", a.shape)
    return a[tuple([slice(None, None, -1 if d in turned else 1) for d in range(a.ndim)])] if a.ndim else a


@tensors
def moveaxis(x, source, destination, /):
    """Axes brought to other places; a view.

    Parameters
    ----------
    x : array_like
        Any shape.
    source, destination : int or tuple of ints
        Which axes, and where they are in the result; the others keep their order.

    Returns
    -------
    ndarray or Tensor
        Over the memory of ``x``.

    Raises
    ------
    ValueError
        For an axis out of range or given twice, or different numbers of them.

    Examples
    --------
    >>> numrs.moveaxis(np.zeros((2, 3, 4)), 0, -1).shape
    (3, 4, 2)
    """
    a = array_of_data(x, "moveaxis", "x")
    froms, tos = (_axes(axis, a.ndim, "moveaxis", a.shape) for axis in (source, destination))
    if len(froms) != len(tos):
        raise ValueError(f"moveaxis: {len(froms)} axes go to {len(tos)} places")
    order = [d for d in range(a.ndim) if d not in froms]
    for to, origin in sorted(zip(tos, froms, strict=True)):
        order.insert(to, origin)
    return a.transpose(order)


@tensors
def permute_dims(x, /, axes):
    """The dimensions in another order; a view.

    Parameters
    ----------
    x : array_like
        Any shape.
    axes : tuple of ints
        All axes of ``x``, in the order of the result.

    Returns
    -------
    ndarray or Tensor
        Over the memory of ``x``.

    Raises
    ------
    ValueError
        For axes that are no permutation.

    Examples
    --------
    >>> numrs.permute_dims(np.zeros((2, 3, 4)), (2, 0, 1)).shape
    (4, 2, 3)
    """
    return _permuted(array_of_data(x, "permute_dims", "x"), axes, "permute_dims")


def _permuted(a, axes, function):
    order = _axes(tuple(axes), a.ndim, function, a.shape)
    if len(order) != a.ndim:
        raise ValueError(f"{function}: axes is {tuple(axes)}, expected all {a.ndim} axes of shape {a.shape}")
    return a.transpose(order)


@tensors
def transpose(x, /, axes=None):
    """The dimensions in another order, or reversed; a view.

    Parameters
    ----------
    x : array_like
        Any shape.
    axes : tuple of ints, optional
        All axes of ``x``, in the order of the result; None: from the last to the first.

    Returns
    -------
    ndarray or Tensor
        Over the memory of ``x``.

    Raises
    ------
    ValueError
        For axes that are no permutation.

    Examples
    --------
    >>> numrs.transpose([[1, 2], [3, 4]])
    array([[1, 3],
           [2, 4]])
    """
    a = array_of_data(x, "transpose", "x")
    return a.transpose() if axes is None else _permuted(a, axes, "transpose")


@tensors
def matrix_transpose(x, /):
    """The transposes of matrices; a view.

    Parameters
    ----------
    x : array_like
        Of shape (..., m, n).

    Returns
    -------
    ndarray or Tensor
        Of shape (..., n, m), over the memory of ``x``.

    Raises
    ------
    ValueError
        For fewer than two dimensions.

    Examples
    --------
    >>> numrs.matrix_transpose([[1, 2], [3, 4]])
    array([[1, 3],
           [2, 4]])
    """
    a = array_of_data(x, "matrix_transpose", "x")
    if a.ndim < 2:
        raise ValueError(f"matrix_transpose: x has shape {a.shape}, expected at least 2 dimensions")
    return a.swapaxes(-1, -2)


@tensors
def swapaxes(x, axis1, axis2, /):
    """Two dimensions in each other's place; a view.

    Parameters
    ----------
    x : array_like
        Any shape.
    axis1, axis2 : int
        Which ones.

    Returns
    -------
    ndarray or Tensor
        Over the memory of ``x``.

    Raises
    ------
    ValueError
        For an axis out of range.

    Examples
    --------
    >>> numrs.swapaxes(np.zeros((2, 3, 4)), 0, 2).shape
    (4, 3, 2)
    """
    a = array_of_data(x, "swapaxes", "x")
    return a.swapaxes(*[axis_number(axis, a.ndim, "swapaxes", a.shape) for axis in (axis1, axis2)])


def reshape(x, /, shape, *, copy=None):
    """The same elements in another shape.

    Parameters
    ----------
    x : array_like
        Any shape.
    shape : int or tuple of ints
        Of as many elements; one extent may be -1, which is what is left.
    copy : bool, optional
        True: memory of its own; False: never a copy; None: a view where strides allow it.

    Returns
    -------
    ndarray or Tensor
        The elements in C order.

    Raises
    ------
    ValueError
        For another number of elements, or where ``copy`` is False and a copy is needed.

    Examples
    --------
    >>> numrs.reshape([1, 2, 3, 4], (2, -1))
    array([[1, 2],
           [3, 4]])
    """
    if type(x) is Tensor:
        return x.reshape(shape, copy=copy)
    return _reshaped(x, shape, copy)


@tensors
def _reshaped(x, shape, copy):
    a, wanted = array_of_data(x, "reshape", "x"), _extents(shape, "reshape")
    if copy:
        a = copied(a)
    try:
        y = a.reshape(wanted)
    except ValueError:
        raise ValueError(f"reshape: {a.size} elements of shape {a.shape} do not fill shape {wanted}") from None
    if copy is False and a.size and not np.may_share_memory(a, y):
        raise ValueError(f"reshape: shape {a.shape} with strides {a.strides} becomes {wanted} by copying only, and copy is False")
    return y


@tensors
def ravel(x, /):
    """All elements in one dimension: a view where strides allow it.

    Parameters
    ----------
    x : array_like
        Any shape.

    Returns
    -------
    ndarray or Tensor
        1-d, in C order.

    Examples
    --------
    >>> numrs.ravel([[1, 2], [3, 4]])
    array([1, 2, 3, 4])
    """
    return array_of_data(x, "ravel", "x").reshape(-1)


@tensors
def flatten(x, /):
    """A copy of all elements in one dimension.

    Parameters
    ----------
    x : array_like
        Any shape.

    Returns
    -------
    ndarray or Tensor
        1-d, in C order.

    Examples
    --------
    >>> numrs.flatten([[1, 2], [3, 4]])
    array([1, 2, 3, 4])
    """
    return copied(array_of_data(x, "flatten", "x")).reshape(-1)
