"""Arrays cut into parts along an axis: views."""

import operator

from numrs._ops._array import array_of_data
from numrs._ops._moves import axis_number
from numrs._ops._typed import tensors


@tensors
def unstack(x, /, *, axis=0):
    """The slices of an array along an axis; views.

    Parameters
    ----------
    x : array_like
        At least one dimension.
    axis : int
        Along which.

    Returns
    -------
    tuple of ndarrays or Tensors
        One for each place along the axis, with one dimension less.

    Raises
    ------
    ValueError
        For an axis out of range.

    Examples
    --------
    >>> numrs.unstack([[1, 2], [3, 4]])
    (array([1, 2]), array([3, 4]))
    """
    a = array_of_data(x, "unstack", "x")
    along = axis_number(axis, a.ndim, "unstack", a.shape)
    before = (slice(None),) * along
    return tuple([a[(*before, i, Ellipsis)] for i in range(a.shape[along])])


def _split(a, sections, along, even, function):
    n = a.shape[along]
    try:
        count = operator.index(sections)
    except TypeError:
        bounds = [0, *[operator.index(place) for place in sections], n]
    else:
        if count < 1:
            raise ValueError(f"{function}: {count} sections, expected at least 1")
        if even and n % count:
            raise ValueError(f"{function}: {n} elements along axis {along} are not {count} equal parts; array_split makes unequal ones")
        each, more = divmod(n, count)
        bounds = [i * each + min(i, more) for i in range(count + 1)]
    before = (slice(None),) * along
    return [a[(*before, slice(begin, end))] for begin, end in zip(bounds[:-1], bounds[1:], strict=True)]


@tensors
def split(x, sections, /, axis=0):
    """An array cut into parts along an axis; views.

    Parameters
    ----------
    x : array_like
        At least one dimension.
    sections : int or sequence of ints
        The number of equal parts, or the places where it is cut.
    axis : int
        Along which.

    Returns
    -------
    list of ndarrays or Tensors
        The parts, in order.

    Raises
    ------
    ValueError
        Where the parts would not be equal, or for an axis out of range.

    Examples
    --------
    >>> numrs.split([1, 2, 3, 4], 2)
    [array([1, 2]), array([3, 4])]
    """
    a = array_of_data(x, "split", "x")
    return _split(a, sections, axis_number(axis, a.ndim, "split", a.shape), True, "split")


@tensors
def array_split(x, sections, /, axis=0):
    """An array cut into parts along an axis, the first ones longer by one where they cannot be equal; views.

    Parameters
    ----------
    x : array_like
        At least one dimension.
    sections : int or sequence of ints
        The number of parts, or the places where it is cut.
    axis : int
        Along which.

    Returns
    -------
    list of ndarrays or Tensors
        The parts, in order.

    Raises
    ------
    ValueError
        For less than one part, or an axis out of range.

    Examples
    --------
    >>> numrs.array_split([1, 2, 3], 2)
    [array([1, 2]), array([3])]
    """
    a = array_of_data(x, "array_split", "x")
    return _split(a, sections, axis_number(axis, a.ndim, "array_split", a.shape), False, "array_split")


@tensors
def hsplit(x, sections, /):
    """An array cut into equal parts along the second axis, vectors along the first; views.

    Parameters
    ----------
    x : array_like
        At least one dimension.
    sections : int or sequence of ints
        The number of equal parts, or the places where it is cut.

    Returns
    -------
    list of ndarrays or Tensors
        The parts, in order.

    Raises
    ------
    ValueError
        Where the parts would not be equal, or for no dimensions.

    Examples
    --------
    >>> numrs.hsplit([1, 2, 3, 4], 2)
    [array([1, 2]), array([3, 4])]
    """
    a = array_of_data(x, "hsplit", "x")
    return _split(a, sections, axis_number(0 if a.ndim == 1 else 1, a.ndim, "hsplit", a.shape), True, "hsplit")


@tensors
def vsplit(x, sections, /):
    """An array cut into equal parts along the first axis; views.

    Parameters
    ----------
    x : array_like
        At least two dimensions.
    sections : int or sequence of ints
        The number of equal parts, or the places where it is cut.

    Returns
    -------
    list of ndarrays or Tensors
        The parts, in order.

    Raises
    ------
    ValueError
        Where the parts would not be equal, or for fewer dimensions.

    Examples
    --------
    >>> [part.shape for part in numrs.vsplit(np.zeros((4, 3)), 2)]
    [(2, 3), (2, 3)]
    """
    a = array_of_data(x, "vsplit", "x")
    if a.ndim < 2:
        raise ValueError(f"vsplit: x has shape {a.shape}, expected at least 2 dimensions")
    return _split(a, sections, 0, True, "vsplit")
