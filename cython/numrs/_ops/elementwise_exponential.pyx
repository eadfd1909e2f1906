# cython: freethreading_compatible=True, binding=True, embedsignature=True, embedsignature.format=python
"""Exponentials, logarithms, hyperbolic functions and what is made of them."""
from numrs._ops._elementwise cimport binary, unary
from numrs.c cimport ops


def exp(x, /, out=None):
    """Exponential function.

    Parameters
    ----------
    x : array_like
        Any shape.
    out : ndarray, optional
        Receives the result; may be the input.

    Returns
    -------
    ndarray or scalar
        e to the power of ``x``, at most 1 ULP from the exact value.

    Raises
    ------
    TypeError
        For a dtype that the operation does not take.
    ValueError
        For a read-only or wrong ``out``.

    Examples
    --------
    >>> numrs.exp([0.0, 1.0])
    array([1.        , 2.71828183])
    """
    return unary(ops.NUMRS_OP_EXP, "exp", x, out)


def exp2(x, /, out=None):
    """Power of two.

    Parameters
    ----------
    x : array_like
        Any shape.
    out : ndarray, optional
        Receives the result; may be the input.

    Returns
    -------
    ndarray or scalar
        2 to the power of ``x``, at most 1 ULP from the exact value.

    Raises
    ------
    TypeError
        For a dtype that the operation does not take.
    ValueError
        For a read-only or wrong ``out``.

    Examples
    --------
    >>> numrs.exp2([0.0, 3.0])
    array([1., 8.])
    """
    return unary(ops.NUMRS_OP_EXP2, "exp2", x, out)


def expm1(x, /, out=None):
    """Exponential minus one.

    Parameters
    ----------
    x : array_like
        Any shape.
    out : ndarray, optional
        Receives the result; may be the input.

    Returns
    -------
    ndarray or scalar
        ``exp(x) - 1`` without cancellation near zero, at most 1 ULP from the exact value.

    Raises
    ------
    TypeError
        For a dtype that the operation does not take.
    ValueError
        For a read-only or wrong ``out``.

    Examples
    --------
    >>> numrs.expm1([0.0, 1e-10])
    array([0.e+00, 1.e-10])
    """
    return unary(ops.NUMRS_OP_EXPM1, "expm1", x, out)


def log(x, /, out=None):
    """Natural logarithm.

    Parameters
    ----------
    x : array_like
        Any shape.
    out : ndarray, optional
        Receives the result; may be the input.

    Returns
    -------
    ndarray or scalar
        At most 1 ULP from the exact value; -inf at 0, NaN below.

    Raises
    ------
    TypeError
        For a dtype that the operation does not take.
    ValueError
        For a read-only or wrong ``out``.

    Examples
    --------
    >>> numrs.log([1.0, 10.0])
    array([0.        , 2.30258509])
    """
    return unary(ops.NUMRS_OP_LOG, "log", x, out)


def log2(x, /, out=None):
    """Logarithm to base 2.

    Parameters
    ----------
    x : array_like
        Any shape.
    out : ndarray, optional
        Receives the result; may be the input.

    Returns
    -------
    ndarray or scalar
        At most 1 ULP from the exact value; -inf at 0, NaN below.

    Raises
    ------
    TypeError
        For a dtype that the operation does not take.
    ValueError
        For a read-only or wrong ``out``.

    Examples
    --------
    >>> numrs.log2([1.0, 8.0])
    array([0., 3.])
    """
    return unary(ops.NUMRS_OP_LOG2, "log2", x, out)


def log10(x, /, out=None):
    """Logarithm to base 10.

    Parameters
    ----------
    x : array_like
        Any shape.
    out : ndarray, optional
        Receives the result; may be the input.

    Returns
    -------
    ndarray or scalar
        At most 1 ULP from the exact value; -inf at 0, NaN below.

    Raises
    ------
    TypeError
        For a dtype that the operation does not take.
    ValueError
        For a read-only or wrong ``out``.

    Examples
    --------
    >>> numrs.log10([1.0, 1000.0])
    array([0., 3.])
    """
    return unary(ops.NUMRS_OP_LOG10, "log10", x, out)


def log1p(x, /, out=None):
    """Logarithm of one plus x.

    Parameters
    ----------
    x : array_like
        Any shape.
    out : ndarray, optional
        Receives the result; may be the input.

    Returns
    -------
    ndarray or scalar
        ``log(1 + x)`` exact near zero, at most 1 ULP; -inf at -1, NaN below.

    Raises
    ------
    TypeError
        For a dtype that the operation does not take.
    ValueError
        For a read-only or wrong ``out``.

    Examples
    --------
    >>> numrs.log1p([0.0, 1e-10])
    array([0.e+00, 1.e-10])
    """
    return unary(ops.NUMRS_OP_LOG1P, "log1p", x, out)


def logaddexp(x1, x2, /, out=None):
    """Logarithm of a sum of exponentials.

    Parameters
    ----------
    x1, x2 : array_like
        Any shapes that broadcast against each other.
    out : ndarray, optional
        Receives the result; may be one of the inputs.

    Returns
    -------
    ndarray or scalar
        ``log(exp(x1) + exp(x2))`` without overflow, at most 2 ULP from the exact value.

    Raises
    ------
    TypeError
        For a dtype that the operation does not take.
    ValueError
        For shapes that do not broadcast, or a read-only or wrong ``out``.

    Examples
    --------
    >>> numrs.logaddexp(0.0, [0.0, 1000.0])
    array([6.93147181e-01, 1.00000000e+03])
    """
    return binary(ops.NUMRS_OP_LOGADDEXP, "logaddexp", x1, x2, out)


def sinh(x, /, out=None):
    """Hyperbolic sine.

    Parameters
    ----------
    x : array_like
        Any shape.
    out : ndarray, optional
        Receives the result; may be the input.

    Returns
    -------
    ndarray or scalar
        At most 1 ULP from the exact value.

    Raises
    ------
    TypeError
        For a dtype that the operation does not take.
    ValueError
        For a read-only or wrong ``out``.

    Examples
    --------
    >>> numrs.sinh([0.0, 1.0])
    array([0.        , 1.17520119])
    """
    return unary(ops.NUMRS_OP_SINH, "sinh", x, out)


def cosh(x, /, out=None):
    """Hyperbolic cosine.

    Parameters
    ----------
    x : array_like
        Any shape.
    out : ndarray, optional
        Receives the result; may be the input.

    Returns
    -------
    ndarray or scalar
        At most 1 ULP from the exact value.

    Raises
    ------
    TypeError
        For a dtype that the operation does not take.
    ValueError
        For a read-only or wrong ``out``.

    Examples
    --------
    >>> numrs.cosh([0.0, 1.0])
    array([1.        , 1.54308063])
    """
    return unary(ops.NUMRS_OP_COSH, "cosh", x, out)


def tanh(x, /, out=None):
    """Hyperbolic tangent.

    Parameters
    ----------
    x : array_like
        Any shape.
    out : ndarray, optional
        Receives the result; may be the input.

    Returns
    -------
    ndarray or scalar
        At most 1 ULP from the exact value.

    Raises
    ------
    TypeError
        For a dtype that the operation does not take.
    ValueError
        For a read-only or wrong ``out``.

    Examples
    --------
    >>> numrs.tanh([0.0, 1.0])
    array([0.        , 0.76159416])
    """
    return unary(ops.NUMRS_OP_TANH, "tanh", x, out)


def asinh(x, /, out=None):
    """Inverse hyperbolic sine.

    Parameters
    ----------
    x : array_like
        Any shape.
    out : ndarray, optional
        Receives the result; may be the input.

    Returns
    -------
    ndarray or scalar
        At most 2 ULP from the exact value.

    Raises
    ------
    TypeError
        For a dtype that the operation does not take.
    ValueError
        For a read-only or wrong ``out``.

    Examples
    --------
    >>> numrs.asinh([0.0, 1.0])
    array([0.        , 0.88137359])
    """
    return unary(ops.NUMRS_OP_ASINH, "asinh", x, out)


def acosh(x, /, out=None):
    """Inverse hyperbolic cosine.

    Parameters
    ----------
    x : array_like
        Any shape.
    out : ndarray, optional
        Receives the result; may be the input.

    Returns
    -------
    ndarray or scalar
        At most 2 ULP from the exact value; NaN below 1.

    Raises
    ------
    TypeError
        For a dtype that the operation does not take.
    ValueError
        For a read-only or wrong ``out``.

    Examples
    --------
    >>> numrs.acosh([1.0, 2.0])
    array([0.       , 1.3169579])
    """
    return unary(ops.NUMRS_OP_ACOSH, "acosh", x, out)


def atanh(x, /, out=None):
    """Inverse hyperbolic tangent.

    Parameters
    ----------
    x : array_like
        Any shape.
    out : ndarray, optional
        Receives the result; may be the input.

    Returns
    -------
    ndarray or scalar
        At most 2 ULP from the exact value; infinite at -1 and 1, NaN outside.

    Raises
    ------
    TypeError
        For a dtype that the operation does not take.
    ValueError
        For a read-only or wrong ``out``.

    Examples
    --------
    >>> numrs.atanh([0.0, 0.5])
    array([0.        , 0.54930614])
    """
    return unary(ops.NUMRS_OP_ATANH, "atanh", x, out)


def sigmoid(x, /, out=None):
    """Logistic function.

    Parameters
    ----------
    x : array_like
        Any shape.
    out : ndarray, optional
        Receives the result; may be the input.

    Returns
    -------
    ndarray or scalar
        ``1 / (1 + exp(-x))`` without overflow, at most 2 ULP from the exact value.

    Raises
    ------
    TypeError
        For a dtype that the operation does not take.
    ValueError
        For a read-only or wrong ``out``.

    Examples
    --------
    >>> numrs.sigmoid([0.0, 2.0])
    array([0.5       , 0.88079708])
    """
    return unary(ops.NUMRS_OP_SIGMOID, "sigmoid", x, out)


def erf(x, /, out=None):
    """Error function.

    Parameters
    ----------
    x : array_like
        Any shape.
    out : ndarray, optional
        Receives the result; may be the input.

    Returns
    -------
    ndarray or scalar
        At most 2 ULP from the exact value.

    Raises
    ------
    TypeError
        For a dtype that the operation does not take.
    ValueError
        For a read-only or wrong ``out``.

    Examples
    --------
    >>> numrs.erf([0.0, 1.0])
    array([0.        , 0.84270079])
    """
    return unary(ops.NUMRS_OP_ERF, "erf", x, out)


def erfc(x, /, out=None):
    """Complementary error function.

    Parameters
    ----------
    x : array_like
        Any shape.
    out : ndarray, optional
        Receives the result; may be the input.

    Returns
    -------
    ndarray or scalar
        ``1 - erf(x)`` without cancellation, at most 2 ULP from the exact value.

    Raises
    ------
    TypeError
        For a dtype that the operation does not take.
    ValueError
        For a read-only or wrong ``out``.

    Examples
    --------
    >>> numrs.erfc([0.0, 10.0])
    array([1.00000000e+00, 2.08848758e-45])
    """
    return unary(ops.NUMRS_OP_ERFC, "erfc", x, out)
