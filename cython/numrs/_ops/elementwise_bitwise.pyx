# cython: freethreading_compatible=True, binding=True, embedsignature=True, embedsignature.format=python
"""Operations on the bits of integers; bool takes them as logic."""
from numrs._ops._elementwise cimport binary, unary
from numrs.c cimport ops


def bitwise_and(x1, x2, /, out=None):
    """And of the bits.

    Parameters
    ----------
    x1, x2 : array_like
        Any shapes that broadcast against each other.
    out : ndarray, optional
        Receives the result; may be one of the inputs.

    Returns
    -------
    ndarray or scalar
        ``x1 & x2``.

    Raises
    ------
    TypeError
        For a dtype that the operation does not take.
    ValueError
        For shapes that do not broadcast, or a read-only or wrong ``out``.

    Examples
    --------
    >>> numrs.bitwise_and([12, 10], 6)
    array([4, 2])
    """
    return binary(ops.NUMRS_OP_BITWISE_AND, "bitwise_and", x1, x2, out)


def bitwise_or(x1, x2, /, out=None):
    """Or of the bits.

    Parameters
    ----------
    x1, x2 : array_like
        Any shapes that broadcast against each other.
    out : ndarray, optional
        Receives the result; may be one of the inputs.

    Returns
    -------
    ndarray or scalar
        ``x1 | x2``.

    Raises
    ------
    TypeError
        For a dtype that the operation does not take.
    ValueError
        For shapes that do not broadcast, or a read-only or wrong ``out``.

    Examples
    --------
    >>> numrs.bitwise_or([12, 10], 6)
    array([14, 14])
    """
    return binary(ops.NUMRS_OP_BITWISE_OR, "bitwise_or", x1, x2, out)


def bitwise_xor(x1, x2, /, out=None):
    """Exclusive or of the bits.

    Parameters
    ----------
    x1, x2 : array_like
        Any shapes that broadcast against each other.
    out : ndarray, optional
        Receives the result; may be one of the inputs.

    Returns
    -------
    ndarray or scalar
        ``x1 ^ x2``.

    Raises
    ------
    TypeError
        For a dtype that the operation does not take.
    ValueError
        For shapes that do not broadcast, or a read-only or wrong ``out``.

    Examples
    --------
    >>> numrs.bitwise_xor([12, 10], 6)
    array([10, 12])
    """
    return binary(ops.NUMRS_OP_BITWISE_XOR, "bitwise_xor", x1, x2, out)


def bitwise_invert(x, /, out=None):
    """Inverse of the bits.

    Parameters
    ----------
    x : array_like
        Any shape.
    out : ndarray, optional
        Receives the result; may be the input.

    Returns
    -------
    ndarray or scalar
        ``~x``; logical not for bool.

    Raises
    ------
    TypeError
        For a dtype that the operation does not take.
    ValueError
        For a read-only or wrong ``out``.

    Examples
    --------
    >>> numrs.bitwise_invert([0, 5])
    array([-1, -6])
    """
    return unary(ops.NUMRS_OP_BITWISE_INVERT, "bitwise_invert", x, out)


def bitwise_left_shift(x1, x2, /, out=None):
    """Shift the bits up.

    Parameters
    ----------
    x1, x2 : array_like
        Any shapes that broadcast against each other.
    out : ndarray, optional
        Receives the result; may be one of the inputs.

    Returns
    -------
    ndarray or scalar
        ``x1 << x2``; 0 when shifted by the width or more.

    Raises
    ------
    TypeError
        For a dtype that the operation does not take.
    ValueError
        For shapes that do not broadcast, or a read-only or wrong ``out``.

    Examples
    --------
    >>> numrs.bitwise_left_shift([1, 3], 4)
    array([16, 48])
    """
    return binary(ops.NUMRS_OP_BITWISE_LEFT_SHIFT, "bitwise_left_shift", x1, x2, out)


def bitwise_right_shift(x1, x2, /, out=None):
    """Shift the bits down, keeping the sign.

    Parameters
    ----------
    x1, x2 : array_like
        Any shapes that broadcast against each other.
    out : ndarray, optional
        Receives the result; may be one of the inputs.

    Returns
    -------
    ndarray or scalar
        ``x1 >> x2``; 0 or -1 when shifted by the width or more.

    Raises
    ------
    TypeError
        For a dtype that the operation does not take.
    ValueError
        For shapes that do not broadcast, or a read-only or wrong ``out``.

    Examples
    --------
    >>> numrs.bitwise_right_shift([16, -8], 2)
    array([ 4, -2])
    """
    return binary(ops.NUMRS_OP_BITWISE_RIGHT_SHIFT, "bitwise_right_shift", x1, x2, out)
