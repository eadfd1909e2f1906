# cython: freethreading_compatible=True, binding=True, embedsignature=True, embedsignature.format=python
"""Rounding to integral values, and parts of complex numbers (real dtypes so far)."""
from numrs._ops._elementwise cimport unary
from numrs.c cimport ops


def floor(x, /, out=None):
    """Round down to an integral value.

    Parameters
    ----------
    x : array_like
        Any shape.
    out : ndarray, optional
        Receives the result; may be the input.

    Returns
    -------
    ndarray or scalar
        The dtype is kept; integers and bool are returned as they are.

    Raises
    ------
    TypeError
        For a dtype that the operation does not take.
    ValueError
        For a read-only or wrong ``out``.

    Examples
    --------
    >>> numrs.floor([1.5, -1.5])
    array([ 1., -2.])
    """
    return unary(ops.NUMRS_OP_FLOOR, "floor", x, out)


def ceil(x, /, out=None):
    """Round up to an integral value.

    Parameters
    ----------
    x : array_like
        Any shape.
    out : ndarray, optional
        Receives the result; may be the input.

    Returns
    -------
    ndarray or scalar
        The dtype is kept; integers and bool are returned as they are.

    Raises
    ------
    TypeError
        For a dtype that the operation does not take.
    ValueError
        For a read-only or wrong ``out``.

    Examples
    --------
    >>> numrs.ceil([1.5, -1.5])
    array([ 2., -1.])
    """
    return unary(ops.NUMRS_OP_CEIL, "ceil", x, out)


def trunc(x, /, out=None):
    """Round towards zero to an integral value.

    Parameters
    ----------
    x : array_like
        Any shape.
    out : ndarray, optional
        Receives the result; may be the input.

    Returns
    -------
    ndarray or scalar
        The dtype is kept; integers and bool are returned as they are.

    Raises
    ------
    TypeError
        For a dtype that the operation does not take.
    ValueError
        For a read-only or wrong ``out``.

    Examples
    --------
    >>> numrs.trunc([1.5, -1.5])
    array([ 1., -1.])
    """
    return unary(ops.NUMRS_OP_TRUNC, "trunc", x, out)


def round(x, /, out=None):
    """Round to the nearest integral value, halves to even.

    Parameters
    ----------
    x : array_like
        Any shape.
    out : ndarray, optional
        Receives the result; may be the input.

    Returns
    -------
    ndarray or scalar
        The dtype is kept; integers and bool are returned as they are.

    Raises
    ------
    TypeError
        For a dtype that the operation does not take.
    ValueError
        For a read-only or wrong ``out``.

    Examples
    --------
    >>> numrs.round([0.5, 1.5, 2.6])
    array([0., 2., 3.])
    """
    return unary(ops.NUMRS_OP_ROUND, "round", x, out)


def conj(x, /, out=None):
    """Complex conjugate.

    Parameters
    ----------
    x : array_like
        Any shape.
    out : ndarray, optional
        Receives the result; may be the input.

    Returns
    -------
    ndarray or scalar
        Of complex numbers ``real(x) - 1j * imag(x)``; real numbers are returned as they are.

    Raises
    ------
    TypeError
        For a dtype that the operation does not take.
    ValueError
        For a read-only or wrong ``out``.

    Examples
    --------
    >>> numrs.conj([1.0, 2.0])
    array([1., 2.])
    """
    return unary(ops.NUMRS_OP_CONJ, "conj", x, out)


def real(x, /, out=None):
    """Real part.

    Parameters
    ----------
    x : array_like
        Any shape.
    out : ndarray, optional
        Receives the result; may be the input.

    Returns
    -------
    ndarray or scalar
        float32 for complex64, float64 for complex128; real numbers are returned as they are.

    Raises
    ------
    TypeError
        For a dtype that the operation does not take.
    ValueError
        For a read-only or wrong ``out``.

    Examples
    --------
    >>> numrs.real([1.0, 2.0])
    array([1., 2.])
    """
    return unary(ops.NUMRS_OP_REAL, "real", x, out)


def imag(x, /, out=None):
    """Imaginary part.

    Parameters
    ----------
    x : array_like
        Any shape.
    out : ndarray, optional
        Receives the result; may be the input.

    Returns
    -------
    ndarray or scalar
        float32 for complex64, float64 for complex128; zeros for real numbers.

    Raises
    ------
    TypeError
        For a dtype that the operation does not take.
    ValueError
        For a read-only or wrong ``out``.

    Examples
    --------
    >>> numrs.imag([1.0, 2.0])
    array([0., 0.])
    """
    return unary(ops.NUMRS_OP_IMAG, "imag", x, out)


def angle(x, /, out=None):
    """Angle of complex numbers, in radians.

    Parameters
    ----------
    x : array_like
        Any shape.
    out : ndarray, optional
        Receives the result.

    Returns
    -------
    ndarray or scalar
        ``atan2(imag(x), real(x))``, from -pi to pi: float32 for complex64, float64 for complex128; 0 or pi for real
        numbers. The branch cut is the negative real axis, continuous from above for +0 and from below for -0.

    Raises
    ------
    TypeError
        For a dtype that the operation does not take.
    ValueError
        For a read-only or wrong ``out``.

    Examples
    --------
    >>> numrs.angle([1j, -1 + 0j, 1 + 1j])
    array([1.57079633, 3.14159265, 0.78539816])
    """
    return unary(ops.NUMRS_OP_ANGLE, "angle", x, out)
