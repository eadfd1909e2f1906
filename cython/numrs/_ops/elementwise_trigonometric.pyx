# cython: freethreading_compatible=True, binding=True, embedsignature=True, embedsignature.format=python
"""Trigonometric functions and their inverses; angles are in radians."""
from numrs._ops._elementwise cimport binary, unary
from numrs.c cimport ops


def sin(x, /, out=None):
    """Sine of an angle in radians.

    Parameters
    ----------
    x : array_like
        Any shape.
    out : ndarray, optional
        Receives the result; may be the input.

    Returns
    -------
    ndarray or scalar
        At most 1 ULP from the exact value for every argument; NaN for infinities.

    Raises
    ------
    TypeError
        For a dtype that the operation does not take.
    ValueError
        For a read-only or wrong ``out``.

    Examples
    --------
    >>> numrs.sin([0.0, 1.0])
    array([0.        , 0.84147098])
    """
    return unary(ops.NUMRS_OP_SIN, "sin", x, out)


def cos(x, /, out=None):
    """Cosine of an angle in radians.

    Parameters
    ----------
    x : array_like
        Any shape.
    out : ndarray, optional
        Receives the result; may be the input.

    Returns
    -------
    ndarray or scalar
        At most 1 ULP from the exact value for every argument; NaN for infinities.

    Raises
    ------
    TypeError
        For a dtype that the operation does not take.
    ValueError
        For a read-only or wrong ``out``.

    Examples
    --------
    >>> numrs.cos([0.0, 1.0])
    array([1.        , 0.54030231])
    """
    return unary(ops.NUMRS_OP_COS, "cos", x, out)


def tan(x, /, out=None):
    """Tangent of an angle in radians.

    Parameters
    ----------
    x : array_like
        Any shape.
    out : ndarray, optional
        Receives the result; may be the input.

    Returns
    -------
    ndarray or scalar
        At most 1 ULP from the exact value for every argument; NaN for infinities.

    Raises
    ------
    TypeError
        For a dtype that the operation does not take.
    ValueError
        For a read-only or wrong ``out``.

    Examples
    --------
    >>> numrs.tan([0.0, 1.0])
    array([0.        , 1.55740772])
    """
    return unary(ops.NUMRS_OP_TAN, "tan", x, out)


def asin(x, /, out=None):
    """Inverse sine.

    Parameters
    ----------
    x : array_like
        Any shape.
    out : ndarray, optional
        Receives the result; may be the input.

    Returns
    -------
    ndarray or scalar
        Angle in radians, in [-pi/2, pi/2], at most 1 ULP from the exact value; NaN outside [-1, 1].

    Raises
    ------
    TypeError
        For a dtype that the operation does not take.
    ValueError
        For a read-only or wrong ``out``.

    Examples
    --------
    >>> numrs.asin([0.0, 1.0])
    array([0.        , 1.57079633])
    """
    return unary(ops.NUMRS_OP_ASIN, "asin", x, out)


def acos(x, /, out=None):
    """Inverse cosine.

    Parameters
    ----------
    x : array_like
        Any shape.
    out : ndarray, optional
        Receives the result; may be the input.

    Returns
    -------
    ndarray or scalar
        Angle in radians, in [0, pi], at most 1 ULP from the exact value; NaN outside [-1, 1].

    Raises
    ------
    TypeError
        For a dtype that the operation does not take.
    ValueError
        For a read-only or wrong ``out``.

    Examples
    --------
    >>> numrs.acos([1.0, 0.0])
    array([0.        , 1.57079633])
    """
    return unary(ops.NUMRS_OP_ACOS, "acos", x, out)


def atan(x, /, out=None):
    """Inverse tangent.

    Parameters
    ----------
    x : array_like
        Any shape.
    out : ndarray, optional
        Receives the result; may be the input.

    Returns
    -------
    ndarray or scalar
        Angle in radians, in [-pi/2, pi/2], at most 1 ULP from the exact value.

    Raises
    ------
    TypeError
        For a dtype that the operation does not take.
    ValueError
        For a read-only or wrong ``out``.

    Examples
    --------
    >>> numrs.atan([0.0, 1.0])
    array([0.        , 0.78539816])
    """
    return unary(ops.NUMRS_OP_ATAN, "atan", x, out)


def atan2(x1, x2, /, out=None):
    """Angle of the point (x2, x1) in radians.

    Parameters
    ----------
    x1, x2 : array_like
        Any shapes that broadcast against each other.
    out : ndarray, optional
        Receives the result; may be one of the inputs.

    Returns
    -------
    ndarray or scalar
        Angle in [-pi, pi] with the signs of both arguments, at most 2 ULP from the exact value.

    Raises
    ------
    TypeError
        For a dtype that the operation does not take.
    ValueError
        For shapes that do not broadcast, or a read-only or wrong ``out``.

    Examples
    --------
    >>> numrs.atan2([1.0, -1.0], -1.0)
    array([ 2.35619449, -2.35619449])
    """
    return binary(ops.NUMRS_OP_ATAN2, "atan2", x1, x2, out)
