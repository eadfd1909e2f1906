# cython: freethreading_compatible=True, binding=True, embedsignature=True, embedsignature.format=python
"""Comparisons, classification and logic; the result is an array of bool."""
from numrs._ops._elementwise cimport binary, unary
from numrs.c cimport ops


def equal(x1, x2, /, out=None):
    """Are the elements equal?

    Parameters
    ----------
    x1, x2 : array_like
        Any shapes that broadcast against each other.
    out : ndarray, optional
        Receives the result; may be one of the inputs.

    Returns
    -------
    ndarray or scalar
        ``x1 == x2``; NaN equals nothing.

    Raises
    ------
    TypeError
        For a dtype that the operation does not take.
    ValueError
        For shapes that do not broadcast, or a read-only or wrong ``out``.

    Examples
    --------
    >>> numrs.equal([1, 2], [1, 3])
    array([ True, False])
    """
    return binary(ops.NUMRS_OP_EQUAL, "equal", x1, x2, out)


def not_equal(x1, x2, /, out=None):
    """Are the elements different?

    Parameters
    ----------
    x1, x2 : array_like
        Any shapes that broadcast against each other.
    out : ndarray, optional
        Receives the result; may be one of the inputs.

    Returns
    -------
    ndarray or scalar
        ``x1 != x2``; NaN differs from everything.

    Raises
    ------
    TypeError
        For a dtype that the operation does not take.
    ValueError
        For shapes that do not broadcast, or a read-only or wrong ``out``.

    Examples
    --------
    >>> numrs.not_equal([1, 2], [1, 3])
    array([False,  True])
    """
    return binary(ops.NUMRS_OP_NOT_EQUAL, "not_equal", x1, x2, out)


def less(x1, x2, /, out=None):
    """Is the first element smaller?

    Parameters
    ----------
    x1, x2 : array_like
        Any shapes that broadcast against each other.
    out : ndarray, optional
        Receives the result; may be one of the inputs.

    Returns
    -------
    ndarray or scalar
        ``x1 < x2``; False beside NaN.

    Raises
    ------
    TypeError
        For a dtype that the operation does not take.
    ValueError
        For shapes that do not broadcast, or a read-only or wrong ``out``.

    Examples
    --------
    >>> numrs.less([1, 2], 2)
    array([ True, False])
    """
    return binary(ops.NUMRS_OP_LESS, "less", x1, x2, out)


def less_equal(x1, x2, /, out=None):
    """Is the first element smaller or equal?

    Parameters
    ----------
    x1, x2 : array_like
        Any shapes that broadcast against each other.
    out : ndarray, optional
        Receives the result; may be one of the inputs.

    Returns
    -------
    ndarray or scalar
        ``x1 <= x2``; False beside NaN.

    Raises
    ------
    TypeError
        For a dtype that the operation does not take.
    ValueError
        For shapes that do not broadcast, or a read-only or wrong ``out``.

    Examples
    --------
    >>> numrs.less_equal([1, 2], 1)
    array([ True, False])
    """
    return binary(ops.NUMRS_OP_LESS_EQUAL, "less_equal", x1, x2, out)


def greater(x1, x2, /, out=None):
    """Is the first element larger?

    Parameters
    ----------
    x1, x2 : array_like
        Any shapes that broadcast against each other.
    out : ndarray, optional
        Receives the result; may be one of the inputs.

    Returns
    -------
    ndarray or scalar
        ``x1 > x2``; False beside NaN.

    Raises
    ------
    TypeError
        For a dtype that the operation does not take.
    ValueError
        For shapes that do not broadcast, or a read-only or wrong ``out``.

    Examples
    --------
    >>> numrs.greater([1, 2], 1)
    array([False,  True])
    """
    return binary(ops.NUMRS_OP_GREATER, "greater", x1, x2, out)


def greater_equal(x1, x2, /, out=None):
    """Is the first element larger or equal?

    Parameters
    ----------
    x1, x2 : array_like
        Any shapes that broadcast against each other.
    out : ndarray, optional
        Receives the result; may be one of the inputs.

    Returns
    -------
    ndarray or scalar
        ``x1 >= x2``; False beside NaN.

    Raises
    ------
    TypeError
        For a dtype that the operation does not take.
    ValueError
        For shapes that do not broadcast, or a read-only or wrong ``out``.

    Examples
    --------
    >>> numrs.greater_equal([1, 2], 2)
    array([False,  True])
    """
    return binary(ops.NUMRS_OP_GREATER_EQUAL, "greater_equal", x1, x2, out)


def logical_and(x1, x2, /, out=None):
    """Are both elements true?

    Parameters
    ----------
    x1, x2 : array_like
        Any shapes that broadcast against each other.
    out : ndarray, optional
        Receives the result; may be one of the inputs.

    Returns
    -------
    ndarray or scalar
        Anything but zero is true, NaN too.

    Raises
    ------
    TypeError
        For a dtype that the operation does not take.
    ValueError
        For shapes that do not broadcast, or a read-only or wrong ``out``.

    Examples
    --------
    >>> numrs.logical_and([True, True], [True, False])
    array([ True, False])
    """
    return binary(ops.NUMRS_OP_LOGICAL_AND, "logical_and", x1, x2, out)


def logical_or(x1, x2, /, out=None):
    """Is one of the elements true?

    Parameters
    ----------
    x1, x2 : array_like
        Any shapes that broadcast against each other.
    out : ndarray, optional
        Receives the result; may be one of the inputs.

    Returns
    -------
    ndarray or scalar
        Anything but zero is true, NaN too.

    Raises
    ------
    TypeError
        For a dtype that the operation does not take.
    ValueError
        For shapes that do not broadcast, or a read-only or wrong ``out``.

    Examples
    --------
    >>> numrs.logical_or([True, False], False)
    array([ True, False])
    """
    return binary(ops.NUMRS_OP_LOGICAL_OR, "logical_or", x1, x2, out)


def logical_xor(x1, x2, /, out=None):
    """Is exactly one of the elements true?

    Parameters
    ----------
    x1, x2 : array_like
        Any shapes that broadcast against each other.
    out : ndarray, optional
        Receives the result; may be one of the inputs.

    Returns
    -------
    ndarray or scalar
        Anything but zero is true, NaN too.

    Raises
    ------
    TypeError
        For a dtype that the operation does not take.
    ValueError
        For shapes that do not broadcast, or a read-only or wrong ``out``.

    Examples
    --------
    >>> numrs.logical_xor([True, True], [True, False])
    array([False,  True])
    """
    return binary(ops.NUMRS_OP_LOGICAL_XOR, "logical_xor", x1, x2, out)


def logical_not(x, /, out=None):
    """Is the element false?

    Parameters
    ----------
    x : array_like
        Any shape.
    out : ndarray, optional
        Receives the result; may be the input.

    Returns
    -------
    ndarray or scalar
        Anything but zero is true, NaN too.

    Raises
    ------
    TypeError
        For a dtype that the operation does not take.
    ValueError
        For a read-only or wrong ``out``.

    Examples
    --------
    >>> numrs.logical_not([0, 2])
    array([ True, False])
    """
    return unary(ops.NUMRS_OP_LOGICAL_NOT, "logical_not", x, out)


def isnan(x, /, out=None):
    """Is the element NaN?

    Parameters
    ----------
    x : array_like
        Any shape.
    out : ndarray, optional
        Receives the result; may be the input.

    Returns
    -------
    ndarray or scalar
        False for integers and bool.

    Raises
    ------
    TypeError
        For a dtype that the operation does not take.
    ValueError
        For a read-only or wrong ``out``.

    Examples
    --------
    >>> numrs.isnan([1.0, float('nan')])
    array([False,  True])
    """
    return unary(ops.NUMRS_OP_ISNAN, "isnan", x, out)


def isinf(x, /, out=None):
    """Is the element infinite?

    Parameters
    ----------
    x : array_like
        Any shape.
    out : ndarray, optional
        Receives the result; may be the input.

    Returns
    -------
    ndarray or scalar
        False for integers and bool.

    Raises
    ------
    TypeError
        For a dtype that the operation does not take.
    ValueError
        For a read-only or wrong ``out``.

    Examples
    --------
    >>> numrs.isinf([1.0, float('-inf')])
    array([False,  True])
    """
    return unary(ops.NUMRS_OP_ISINF, "isinf", x, out)


def isfinite(x, /, out=None):
    """Is the element neither infinite nor NaN?

    Parameters
    ----------
    x : array_like
        Any shape.
    out : ndarray, optional
        Receives the result; may be the input.

    Returns
    -------
    ndarray or scalar
        True for integers and bool.

    Raises
    ------
    TypeError
        For a dtype that the operation does not take.
    ValueError
        For a read-only or wrong ``out``.

    Examples
    --------
    >>> numrs.isfinite([1.0, float('inf')])
    array([ True, False])
    """
    return unary(ops.NUMRS_OP_ISFINITE, "isfinite", x, out)


def signbit(x, /, out=None):
    """Is the sign bit set?

    Parameters
    ----------
    x : array_like
        Any shape.
    out : ndarray, optional
        Receives the result; may be the input.

    Returns
    -------
    ndarray or scalar
        True for -0.0 and negative numbers.

    Raises
    ------
    TypeError
        For a dtype that the operation does not take.
    ValueError
        For a read-only or wrong ``out``.

    Examples
    --------
    >>> numrs.signbit([-0.0, 1.0])
    array([ True, False])
    """
    return unary(ops.NUMRS_OP_SIGNBIT, "signbit", x, out)
