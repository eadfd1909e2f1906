# cython: freethreading_compatible=True, binding=True, embedsignature=True, embedsignature.format=python
"""Arithmetic on elements: add, subtract, multiply, divide and their relatives."""
from numrs._ops._elementwise cimport binary, unary
from numrs.c cimport ops


def add(x1, x2, /, out=None):
    """Add element by element.

    Parameters
    ----------
    x1, x2 : array_like
        Any shapes that broadcast against each other.
    out : ndarray, optional
        Receives the result; may be one of the inputs.

    Returns
    -------
    ndarray or scalar
        ``x1 + x2``; integers wrap, bool adds as "or".

    Raises
    ------
    TypeError
        For a dtype that the operation does not take.
    ValueError
        For shapes that do not broadcast, or a read-only or wrong ``out``.

    Examples
    --------
    >>> numrs.add([1.0, 2.0], 0.5)
    array([1.5, 2.5])
    """
    return binary(ops.NUMRS_OP_ADD, "add", x1, x2, out)


def subtract(x1, x2, /, out=None):
    """Subtract element by element.

    Parameters
    ----------
    x1, x2 : array_like
        Any shapes that broadcast against each other.
    out : ndarray, optional
        Receives the result; may be one of the inputs.

    Returns
    -------
    ndarray or scalar
        ``x1 - x2``; integers wrap; bool is refused.

    Raises
    ------
    TypeError
        For a dtype that the operation does not take.
    ValueError
        For shapes that do not broadcast, or a read-only or wrong ``out``.

    Examples
    --------
    >>> numrs.subtract([3, 2], [1, 5])
    array([ 2, -3])
    """
    return binary(ops.NUMRS_OP_SUBTRACT, "subtract", x1, x2, out)


def multiply(x1, x2, /, out=None):
    """Multiply element by element.

    Parameters
    ----------
    x1, x2 : array_like
        Any shapes that broadcast against each other.
    out : ndarray, optional
        Receives the result; may be one of the inputs.

    Returns
    -------
    ndarray or scalar
        ``x1 * x2``; integers wrap, bool multiplies as "and".

    Raises
    ------
    TypeError
        For a dtype that the operation does not take.
    ValueError
        For shapes that do not broadcast, or a read-only or wrong ``out``.

    Examples
    --------
    >>> numrs.multiply([1.5, 2.0], 2.0)
    array([3., 4.])
    """
    return binary(ops.NUMRS_OP_MULTIPLY, "multiply", x1, x2, out)


def divide(x1, x2, /, out=None):
    """Divide element by element.

    Parameters
    ----------
    x1, x2 : array_like
        Any shapes that broadcast against each other.
    out : ndarray, optional
        Receives the result; may be one of the inputs.

    Returns
    -------
    ndarray or scalar
        ``x1 / x2`` by IEEE 754; integers are converted to float64.

    Raises
    ------
    TypeError
        For a dtype that the operation does not take.
    ValueError
        For shapes that do not broadcast, or a read-only or wrong ``out``.

    Examples
    --------
    >>> numrs.divide([1, 2], 4)
    array([0.25, 0.5 ])
    """
    return binary(ops.NUMRS_OP_DIVIDE, "divide", x1, x2, out)


def floor_divide(x1, x2, /, out=None):
    """Divide and round towards minus infinity.

    Parameters
    ----------
    x1, x2 : array_like
        Any shapes that broadcast against each other.
    out : ndarray, optional
        Receives the result; may be one of the inputs.

    Returns
    -------
    ndarray or scalar
        ``x1 // x2``; an integer divided by zero gives 0, without a trap.

    Raises
    ------
    TypeError
        For a dtype that the operation does not take.
    ValueError
        For shapes that do not broadcast, or a read-only or wrong ``out``.

    Examples
    --------
    >>> numrs.floor_divide([7, -7], 2)
    array([ 3, -4])
    """
    return binary(ops.NUMRS_OP_FLOOR_DIVIDE, "floor_divide", x1, x2, out)


def remainder(x1, x2, /, out=None):
    """Remainder with the sign of the divisor.

    Parameters
    ----------
    x1, x2 : array_like
        Any shapes that broadcast against each other.
    out : ndarray, optional
        Receives the result; may be one of the inputs.

    Returns
    -------
    ndarray or scalar
        ``x1 % x2`` as Python defines it; an integer by zero gives 0.

    Raises
    ------
    TypeError
        For a dtype that the operation does not take.
    ValueError
        For shapes that do not broadcast, or a read-only or wrong ``out``.

    Examples
    --------
    >>> numrs.remainder([7, -7], 3)
    array([1, 2])
    """
    return binary(ops.NUMRS_OP_REMAINDER, "remainder", x1, x2, out)


def maximum(x1, x2, /, out=None):
    """Larger of two elements.

    Parameters
    ----------
    x1, x2 : array_like
        Any shapes that broadcast against each other.
    out : ndarray, optional
        Receives the result; may be one of the inputs.

    Returns
    -------
    ndarray or scalar
        The larger one; NaN if either is NaN.

    Raises
    ------
    TypeError
        For a dtype that the operation does not take.
    ValueError
        For shapes that do not broadcast, or a read-only or wrong ``out``.

    Examples
    --------
    >>> numrs.maximum([1.0, 5.0], [3.0, 2.0])
    array([3., 5.])
    """
    return binary(ops.NUMRS_OP_MAXIMUM, "maximum", x1, x2, out)


def minimum(x1, x2, /, out=None):
    """Smaller of two elements.

    Parameters
    ----------
    x1, x2 : array_like
        Any shapes that broadcast against each other.
    out : ndarray, optional
        Receives the result; may be one of the inputs.

    Returns
    -------
    ndarray or scalar
        The smaller one; NaN if either is NaN.

    Raises
    ------
    TypeError
        For a dtype that the operation does not take.
    ValueError
        For shapes that do not broadcast, or a read-only or wrong ``out``.

    Examples
    --------
    >>> numrs.minimum([1.0, 5.0], [3.0, 2.0])
    array([1., 2.])
    """
    return binary(ops.NUMRS_OP_MINIMUM, "minimum", x1, x2, out)


def copysign(x1, x2, /, out=None):
    """Magnitude of one number with the sign of another.

    Parameters
    ----------
    x1, x2 : array_like
        Any shapes that broadcast against each other.
    out : ndarray, optional
        Receives the result; may be one of the inputs.

    Returns
    -------
    ndarray or scalar
        ``|x1|`` with the sign of ``x2``, signed zeros and NaN included.

    Raises
    ------
    TypeError
        For a dtype that the operation does not take.
    ValueError
        For shapes that do not broadcast, or a read-only or wrong ``out``.

    Examples
    --------
    >>> numrs.copysign([1.0, 2.0], -0.0)
    array([-1., -2.])
    """
    return binary(ops.NUMRS_OP_COPYSIGN, "copysign", x1, x2, out)


def nextafter(x1, x2, /, out=None):
    """Next floating-point number in a direction.

    Parameters
    ----------
    x1, x2 : array_like
        Any shapes that broadcast against each other.
    out : ndarray, optional
        Receives the result; may be one of the inputs.

    Returns
    -------
    ndarray or scalar
        The neighbour of ``x1`` on the way to ``x2``.

    Raises
    ------
    TypeError
        For a dtype that the operation does not take.
    ValueError
        For shapes that do not broadcast, or a read-only or wrong ``out``.

    Examples
    --------
    >>> numrs.nextafter(1.0, 2.0) - 1.0
    np.float64(2.220446049250313e-16)
    """
    return binary(ops.NUMRS_OP_NEXTAFTER, "nextafter", x1, x2, out)


def negative(x, /, out=None):
    """Change the sign.

    Parameters
    ----------
    x : array_like
        Any shape.
    out : ndarray, optional
        Receives the result; may be the input.

    Returns
    -------
    ndarray or scalar
        ``-x``; the smallest integer and unsigned integers wrap; bool is refused.

    Raises
    ------
    TypeError
        For a dtype that the operation does not take.
    ValueError
        For a read-only or wrong ``out``.

    Examples
    --------
    >>> numrs.negative([1.0, -2.0])
    array([-1.,  2.])
    """
    return unary(ops.NUMRS_OP_NEGATIVE, "negative", x, out)


def positive(x, /, out=None):
    """Copy the numbers.

    Parameters
    ----------
    x : array_like
        Any shape.
    out : ndarray, optional
        Receives the result; may be the input.

    Returns
    -------
    ndarray or scalar
        ``+x``; bool is refused.

    Raises
    ------
    TypeError
        For a dtype that the operation does not take.
    ValueError
        For a read-only or wrong ``out``.

    Examples
    --------
    >>> numrs.positive([1, -2])
    array([ 1, -2])
    """
    return unary(ops.NUMRS_OP_POSITIVE, "positive", x, out)


def abs(x, /, out=None):
    """Absolute value.

    Parameters
    ----------
    x : array_like
        Any shape.
    out : ndarray, optional
        Receives the result; may be the input.

    Returns
    -------
    ndarray or scalar
        ``|x|``, of complex numbers their length as real numbers; the smallest integer wraps.

    Raises
    ------
    TypeError
        For a dtype that the operation does not take.
    ValueError
        For a read-only or wrong ``out``.

    Examples
    --------
    >>> numrs.abs([-1.5, 2.0])
    array([1.5, 2. ])
    """
    return unary(ops.NUMRS_OP_ABS, "abs", x, out)


def sign(x, /, out=None):
    """Sign of each number.

    Parameters
    ----------
    x : array_like
        Any shape.
    out : ndarray, optional
        Receives the result; may be the input.

    Returns
    -------
    ndarray or scalar
        -1, 0 or 1; NaN stays NaN and zeros keep their sign. Of complex numbers ``x / |x|``, 0 for 0.

    Raises
    ------
    TypeError
        For a dtype that the operation does not take.
    ValueError
        For a read-only or wrong ``out``.

    Examples
    --------
    >>> numrs.sign([-3, 0, 7])
    array([-1,  0,  1])
    """
    return unary(ops.NUMRS_OP_SIGN, "sign", x, out)


def reciprocal(x, /, out=None):
    """Reciprocal of each number.

    Parameters
    ----------
    x : array_like
        Any shape.
    out : ndarray, optional
        Receives the result; may be the input.

    Returns
    -------
    ndarray or scalar
        ``1 / x``; of integers truncated, 0 for 0.

    Raises
    ------
    TypeError
        For a dtype that the operation does not take.
    ValueError
        For a read-only or wrong ``out``.

    Examples
    --------
    >>> numrs.reciprocal([2.0, 4.0])
    array([0.5 , 0.25])
    """
    return unary(ops.NUMRS_OP_RECIPROCAL, "reciprocal", x, out)
