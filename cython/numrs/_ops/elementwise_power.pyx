# cython: freethreading_compatible=True, binding=True, embedsignature=True, embedsignature.format=python
"""Powers and roots."""
from numrs._ops._elementwise cimport binary, unary
from numrs.c cimport ops


def pow(x1, x2, /, out=None):
    """Raise to a power, element by element.

    Parameters
    ----------
    x1, x2 : array_like
        Any shapes that broadcast against each other.
    out : ndarray, optional
        Receives the result; may be one of the inputs.

    Returns
    -------
    ndarray or scalar
        ``x1 ** x2``, at most 2 ULP from the exact value; integers wrap, and a negative integer exponent is a
        ValueError.

    Raises
    ------
    TypeError
        For a dtype that the operation does not take.
    ValueError
        For shapes that do not broadcast, or a read-only or wrong ``out``.

    Examples
    --------
    >>> numrs.pow([2.0, 3.0], 2)
    array([4., 9.])
    """
    return binary(ops.NUMRS_OP_POW, "pow", x1, x2, out)


def square(x, /, out=None):
    """Square of each number.

    Parameters
    ----------
    x : array_like
        Any shape.
    out : ndarray, optional
        Receives the result; may be the input.

    Returns
    -------
    ndarray or scalar
        ``x * x``; integers wrap.

    Raises
    ------
    TypeError
        For a dtype that the operation does not take.
    ValueError
        For a read-only or wrong ``out``.

    Examples
    --------
    >>> numrs.square([1.0, 3.0])
    array([1., 9.])
    """
    return unary(ops.NUMRS_OP_SQUARE, "square", x, out)


def sqrt(x, /, out=None):
    """Square root.

    Parameters
    ----------
    x : array_like
        Any shape.
    out : ndarray, optional
        Receives the result; may be the input.

    Returns
    -------
    ndarray or scalar
        Correctly rounded; NaN below zero.

    Raises
    ------
    TypeError
        For a dtype that the operation does not take.
    ValueError
        For a read-only or wrong ``out``.

    Examples
    --------
    >>> numrs.sqrt([4.0, 2.25])
    array([2. , 1.5])
    """
    return unary(ops.NUMRS_OP_SQRT, "sqrt", x, out)


def rsqrt(x, /, out=None):
    """Reciprocal of the square root.

    Parameters
    ----------
    x : array_like
        Any shape.
    out : ndarray, optional
        Receives the result; may be the input.

    Returns
    -------
    ndarray or scalar
        ``1 / sqrt(x)`` rounded once, at most 1 ULP from the exact value.

    Raises
    ------
    TypeError
        For a dtype that the operation does not take.
    ValueError
        For a read-only or wrong ``out``.

    Examples
    --------
    >>> numrs.rsqrt([4.0, 16.0])
    array([0.5 , 0.25])
    """
    return unary(ops.NUMRS_OP_RSQRT, "rsqrt", x, out)


def cbrt(x, /, out=None):
    """Cube root.

    Parameters
    ----------
    x : array_like
        Any shape.
    out : ndarray, optional
        Receives the result; may be the input.

    Returns
    -------
    ndarray or scalar
        At most 2 ULP from the exact value; defined for negative numbers.

    Raises
    ------
    TypeError
        For a dtype that the operation does not take.
    ValueError
        For a read-only or wrong ``out``.

    Examples
    --------
    >>> numrs.cbrt([27.0, -8.0])
    array([ 3., -2.])
    """
    return unary(ops.NUMRS_OP_CBRT, "cbrt", x, out)


def hypot(x1, x2, /, out=None):
    """Length of the hypotenuse.

    Parameters
    ----------
    x1, x2 : array_like
        Any shapes that broadcast against each other.
    out : ndarray, optional
        Receives the result; may be one of the inputs.

    Returns
    -------
    ndarray or scalar
        ``sqrt(x1**2 + x2**2)`` without overflow on the way, at most 2 ULP from the exact value.

    Raises
    ------
    TypeError
        For a dtype that the operation does not take.
    ValueError
        For shapes that do not broadcast, or a read-only or wrong ``out``.

    Examples
    --------
    >>> numrs.hypot(3.0, [4.0, 0.0])
    array([5., 3.])
    """
    return binary(ops.NUMRS_OP_HYPOT, "hypot", x1, x2, out)
