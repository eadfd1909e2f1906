# cython: freethreading_compatible=True, binding=True, embedsignature=True, embedsignature.format=python
"""Decompositions, linear equations and determinants of stacks of matrices."""
from collections import namedtuple

import numpy as np
from numpy.linalg import LinAlgError

from libc.stdint cimport int32_t, int64_t
cimport numpy as cnp
from numpy cimport PyArray_SIZE, ndarray

from numrs._ops._array cimport array_of, dtype_of, finish, new_array
from numrs._ops._lapack cimport (CHOLESKY, DET, EIG, EIGH, INV, LSTSQ, QR, SLOGDET, SOLVE, SVD, SVDVALS,
                                 complex_dtype, matrix_of, real_dtype, result_dtype, run_lapack, stack_like, work_of)
from numrs._ops._typed import tensors
from numrs.c.ops cimport NUMRS_C128, NUMRS_F64
from numrs.c.view cimport numrs_promote

cnp.import_array()

EighResult = namedtuple("EighResult", ["eigenvalues", "eigenvectors"], module="numrs.linalg")
EigResult = namedtuple("EigResult", ["eigenvalues", "eigenvectors"], module="numrs.linalg")
QRResult = namedtuple("QRResult", ["Q", "R"], module="numrs.linalg")
SlogdetResult = namedtuple("SlogdetResult", ["sign", "logabsdet"], module="numrs.linalg")
SVDResult = namedtuple("SVDResult", ["U", "S", "Vh"], module="numrs.linalg")
LstsqResult = namedtuple("LstsqResult", ["x", "residuals", "rank", "s"], module="numrs.linalg")


@tensors
def cholesky(x, /, *, upper=False):
    """Cholesky factor of positive definite matrices.

    Parameters
    ----------
    x : array_like
        (..., n, n), symmetric or Hermitian; only one triangle is read.
    upper : bool
        False: the lower triangle is read and the factor L with ``x = L @ L^H`` comes back; True: the upper one, and the
        factor U with ``x = U^H @ U``.

    Returns
    -------
    ndarray
        (..., n, n), the other triangle 0.

    Raises
    ------
    numpy.linalg.LinAlgError
        For a matrix that is not positive definite, or not square.

    Examples
    --------
    >>> numrs.linalg.cholesky([[4.0, 2.0], [2.0, 5.0]])
    array([[2., 0.],
           [1., 2.]])
    """
    cdef ndarray a = matrix_of(x, "cholesky", "x", True)
    cdef ndarray y = stack_like(a, result_dtype(dtype_of(a)), 2, a.shape[a.ndim - 2], a.shape[a.ndim - 1])
    run_lapack(CHOLESKY, "cholesky", a, None, y, None, None, bool(upper), 0, work_of(a, 0.05))
    return y


cdef ndarray _rights(str name, ndarray a, ndarray b, int32_t dtype, int64_t rows):
    """The output of solve and lstsq."""
    cdef int64_t shape[64]
    cdef int d, batch = 0, own = 1 if b.ndim == 1 else 2
    if b.ndim == 0:
        raise LinAlgError(f"{name}: x2 has no dimensions, expected at least 1")
    if a.ndim == 2:
        for d in range(b.ndim - own):
            shape[d] = b.shape[d]
        batch = b.ndim - own
    else:
        try:
            leading = np.broadcast_shapes((<object>a).shape[:a.ndim - 2], (<object>b).shape[:max(b.ndim - own, 0)])
        except ValueError:
            raise LinAlgError(f"{name}: x1 has shape {(<object>a).shape} and x2 {(<object>b).shape}; their leading "
                              "dimensions do not broadcast") from None
        for extent in leading:
            shape[batch] = extent
            batch += 1
    shape[batch] = rows
    shape[batch + 1] = b.shape[b.ndim - 1]
    return new_array(batch + own, shape, dtype)


@tensors
def solve(x1, x2, /):
    """Solution of linear equations ``x1 @ x = x2``.

    Parameters
    ----------
    x1 : array_like
        (..., n, n).
    x2 : array_like
        (n,), one right-hand side, or (..., n, k); leading axes broadcast.

    Returns
    -------
    ndarray
        (..., n) or (..., n, k).

    Raises
    ------
    numpy.linalg.LinAlgError
        For a singular matrix, or shapes that do not go together.

    Examples
    --------
    >>> numrs.linalg.solve([[2.0, 1.0], [1.0, 3.0]], [3.0, 5.0])
    array([0.8, 1.4])
    """
    cdef ndarray a = matrix_of(x1, "solve", "x1", True), b = array_of(x2, "solve", "x2")
    cdef ndarray y = _rights("solve", a, b, result_dtype(numrs_promote(dtype_of(a), dtype_of(b))), a.shape[a.ndim - 1])
    run_lapack(SOLVE, "solve", a, b, y, None, None, 0, 0, work_of(a, 0.07) + 0.1 * <double>PyArray_SIZE(y) * a.shape[a.ndim - 1])
    return y


@tensors
def inv(x, /):
    """Inverse of matrices.

    Parameters
    ----------
    x : array_like
        (..., n, n).

    Returns
    -------
    ndarray
        (..., n, n).

    Raises
    ------
    numpy.linalg.LinAlgError
        For a singular matrix, or one that is not square.

    Examples
    --------
    >>> numrs.linalg.inv([[2.0, 0.0], [0.0, 4.0]])
    array([[0.5 , 0.  ],
           [0.  , 0.25]])
    """
    cdef ndarray a = matrix_of(x, "inv", "x", True)
    cdef ndarray y = stack_like(a, result_dtype(dtype_of(a)), 2, a.shape[a.ndim - 2], a.shape[a.ndim - 1])
    run_lapack(INV, "inv", a, None, y, None, None, 0, 0, work_of(a, 0.2))
    return y


@tensors
def det(x, /):
    """Determinants.

    Parameters
    ----------
    x : array_like
        (..., n, n).

    Returns
    -------
    ndarray or scalar
        (...): 0 of a singular matrix, 1 of an empty one.

    Raises
    ------
    numpy.linalg.LinAlgError
        For matrices that are not square.

    Examples
    --------
    >>> numrs.linalg.det([[2.0, 1.0], [1.0, 3.0]])
    np.float64(5.0)
    """
    cdef ndarray a = matrix_of(x, "det", "x", True), y = stack_like(a, result_dtype(dtype_of(a)), 0, 0, 0)
    run_lapack(DET, "det", a, None, y, None, None, 0, 0, work_of(a, 0.07))
    return finish(y)


@tensors
def slogdet(x, /):
    """Determinants as sign and logarithm of the magnitude.

    Parameters
    ----------
    x : array_like
        (..., n, n).

    Returns
    -------
    SlogdetResult
        ``sign`` (...), a number of magnitude 1, or 0 of a singular matrix; ``logabsdet`` (...), real, then -inf.

    Raises
    ------
    numpy.linalg.LinAlgError
        For matrices that are not square.

    Examples
    --------
    >>> numrs.linalg.slogdet([[0.0, 1.0], [1.0, 0.0]])
    SlogdetResult(sign=np.float64(-1.0), logabsdet=np.float64(0.0))
    """
    cdef ndarray a = matrix_of(x, "slogdet", "x", True)
    cdef int32_t dtype = result_dtype(dtype_of(a))
    cdef ndarray sign = stack_like(a, dtype, 0, 0, 0), size = stack_like(a, real_dtype(dtype), 0, 0, 0)
    run_lapack(SLOGDET, "slogdet", a, None, sign, size, None, 0, 0, work_of(a, 0.07))
    return SlogdetResult(finish(sign), finish(size))


@tensors
def qr(x, /, *, mode="reduced"):
    """Orthonormal and triangular factors.

    Parameters
    ----------
    x : array_like
        (..., m, n).
    mode : {'reduced', 'complete', 'r'}
        Extents of the factors: with c = min(m, n), (..., m, c) and (..., c, n), or (..., m, m) and (..., m, n); 'r': R of
        the first alone.

    Returns
    -------
    QRResult or ndarray
        ``Q`` and ``R`` with ``x = Q @ R``; for 'r' the array R.

    Raises
    ------
    ValueError
        For another mode; as numpy.linalg.LinAlgError for less than two dimensions.

    Examples
    --------
    >>> abs(numrs.linalg.qr([[3.0, 0.0], [4.0, 5.0]]).R)
    array([[5., 4.],
           [0., 3.]])
    """
    cdef ndarray a = matrix_of(x, "qr", "x", False), q = None, r
    cdef int64_t m = a.shape[a.ndim - 2], n = a.shape[a.ndim - 1], c
    cdef int32_t dtype = result_dtype(dtype_of(a))
    if mode not in ("reduced", "complete", "r"):
        raise ValueError(f"qr: mode is {mode!r}, expected 'reduced', 'complete' or 'r'")
    c = m if mode == "complete" else min(m, n)
    if mode != "r":
        q = stack_like(a, dtype, 2, m, c)
    r = stack_like(a, dtype, 2, c, n)
    run_lapack(QR, "qr", a, None, r, q, None, mode == "complete", 0, work_of(a, 0.3))
    return r if q is None else QRResult(q, r)


@tensors
def eigh(x, /, UPLO="L"):
    """Eigenvalues and eigenvectors of symmetric or Hermitian matrices.

    Parameters
    ----------
    x : array_like
        (..., n, n).
    UPLO : {'L', 'U'}
        The triangle that is read.

    Returns
    -------
    EighResult
        ``eigenvalues`` (..., n), real, from the smallest on; ``eigenvectors`` (..., n, n), orthonormal columns.

    Raises
    ------
    ValueError
        For another UPLO; as numpy.linalg.LinAlgError for matrices that are not square, have elements that are not finite,
        or where the iteration does not converge.

    Examples
    --------
    >>> numrs.linalg.eigh([[2.0, 0.0], [0.0, 1.0]]).eigenvalues
    array([1., 2.])
    """
    return _eigh("eigh", x, UPLO, True)


@tensors
def eigvalsh(x, /, UPLO="L"):
    """Eigenvalues of symmetric or Hermitian matrices.

    Parameters
    ----------
    x : array_like
        (..., n, n).
    UPLO : {'L', 'U'}
        The triangle that is read.

    Returns
    -------
    ndarray
        (..., n), real, from the smallest on.

    Raises
    ------
    ValueError
        As of `eigh`.

    Examples
    --------
    >>> numrs.linalg.eigvalsh([[2.0, 1.0], [1.0, 2.0]])
    array([1., 3.])
    """
    return _eigh("eigvalsh", x, UPLO, False)


cdef object _eigh(str name, object x, object triangle, bint with_vectors):
    cdef ndarray a = matrix_of(x, name, "x", True), values, vectors = None
    cdef int32_t dtype = result_dtype(dtype_of(a))
    cdef int64_t n = a.shape[a.ndim - 1]
    if triangle not in ("L", "U", "l", "u"):
        raise ValueError(f"{name}: UPLO is {triangle!r}, expected 'L' or 'U'")
    values = stack_like(a, real_dtype(dtype), 1, n, 1)
    if with_vectors:
        vectors = stack_like(a, dtype, 2, n, n)
    run_lapack(EIGH, name, a, None, values, vectors, None, triangle in ("U", "u"), 0, work_of(a, 1.0))
    return EighResult(values, vectors) if with_vectors else values


@tensors
def eig(x, /):
    """Eigenvalues and eigenvectors of any square matrices.

    Parameters
    ----------
    x : array_like
        (..., n, n).

    Returns
    -------
    EigResult
        ``eigenvalues`` (..., n) in no order and ``eigenvectors`` (..., n, n), columns of length 1; always complex.

    Raises
    ------
    numpy.linalg.LinAlgError
        For matrices that are not square, have elements that are not finite, or where the iteration does not converge.

    Examples
    --------
    >>> numrs.linalg.eig([[0.0, 1.0], [-1.0, 0.0]]).eigenvalues
    array([0.+1.j, 0.-1.j])
    """
    return _eig("eig", x, True)


@tensors
def eigvals(x, /):
    """Eigenvalues of any square matrices.

    Parameters
    ----------
    x : array_like
        (..., n, n).

    Returns
    -------
    ndarray
        (..., n), always complex, in no order.

    Raises
    ------
    numpy.linalg.LinAlgError
        As of `eig`.

    Examples
    --------
    >>> numrs.linalg.eigvals([[2.0, 0.0], [0.0, 1.0]])
    array([2.+0.j, 1.+0.j])
    """
    return _eig("eigvals", x, False)


cdef object _eig(str name, object x, bint with_vectors):
    cdef ndarray a = matrix_of(x, name, "x", True), values, vectors = None
    cdef int32_t dtype = complex_dtype(result_dtype(dtype_of(a)))
    cdef int64_t n = a.shape[a.ndim - 1]
    values = stack_like(a, dtype, 1, n, 1)
    if with_vectors:
        vectors = stack_like(a, dtype, 2, n, n)
    run_lapack(EIG, name, a, None, values, vectors, None, 0, 0, work_of(a, 10.0))
    return EigResult(values, vectors) if with_vectors else values


@tensors
def svd(x, /, *, full_matrices=True):
    """Singular value decomposition.

    Parameters
    ----------
    x : array_like
        (..., m, n).
    full_matrices : bool
        True: square U and Vh; False: only the columns of U and rows of Vh that belong to singular values.

    Returns
    -------
    SVDResult
        ``U`` (..., m, m) or (..., m, c), ``S`` (..., c), real, from the largest on, ``Vh`` (..., n, n) or (..., c, n) with
        ``x = U[..., :c] * S @ Vh[..., :c, :]``, c = min(m, n).

    Raises
    ------
    numpy.linalg.LinAlgError
        For less than two dimensions, elements that are not finite, or where the iteration does not converge.

    Examples
    --------
    >>> numrs.linalg.svd([[0.0, 2.0], [3.0, 0.0]]).S
    array([3., 2.])
    """
    cdef ndarray a = matrix_of(x, "svd", "x", False)
    cdef int64_t m = a.shape[a.ndim - 2], n = a.shape[a.ndim - 1], c = min(m, n)
    cdef int32_t dtype = result_dtype(dtype_of(a))
    cdef bint full = bool(full_matrices)
    cdef ndarray u = stack_like(a, dtype, 2, m, m if full else c), s = stack_like(a, real_dtype(dtype), 1, c, 1)
    cdef ndarray vh = stack_like(a, dtype, 2, n if full else c, n)
    run_lapack(SVD, "svd", a, None, s, u, vh, full, 0, work_of(a, 2.0) + <double>PyArray_SIZE(u) + <double>PyArray_SIZE(vh))
    return SVDResult(u, s, vh)


@tensors
def svdvals(x, /):
    """Singular values.

    Parameters
    ----------
    x : array_like
        (..., m, n).

    Returns
    -------
    ndarray
        (..., min(m, n)), real, from the largest on; NaN for matrices with elements that are not finite.

    Raises
    ------
    numpy.linalg.LinAlgError
        For less than two dimensions.

    Examples
    --------
    >>> numrs.linalg.svdvals([[0.0, 2.0], [3.0, 0.0]])
    array([3., 2.])
    """
    return _svdvals("svdvals", x)


def _svdvals(str name, object x):
    """Singular values for the function of that name."""
    cdef ndarray a = matrix_of(x, name, "x", False)
    cdef int64_t c = min(a.shape[a.ndim - 2], a.shape[a.ndim - 1])
    cdef ndarray y = stack_like(a, real_dtype(result_dtype(dtype_of(a))), 1, c, 1)
    run_lapack(SVDVALS, name, a, None, y, None, None, 0, 0, work_of(a, 1.0) + 5000.0 * <double>PyArray_SIZE(y))
    return y


@tensors
def lstsq(x1, x2, /, *, rcond=None):
    """Least squares: the shortest x that makes the length of ``x2 - x1 @ x`` least.

    Parameters
    ----------
    x1 : array_like
        (..., m, n).
    x2 : array_like
        (m,), or (..., m, k), whose columns are taken one by one; leading axes broadcast.
    rcond : float, optional
        Singular values up to ``rcond`` times the largest count as 0. None: max(m, n) times the rounding unit.

    Returns
    -------
    LstsqResult
        ``x`` (..., n) or (..., n, k); ``residuals`` (..., k), sums of squares of what is left, where the rank is n and m
        is above n, else empty; ``rank`` (...); ``s``, the singular values of ``x1``.

    Raises
    ------
    numpy.linalg.LinAlgError
        For shapes that do not go together, elements that are not finite, or where the iteration does not converge.

    Examples
    --------
    >>> numrs.linalg.lstsq([[1.0, 0.0], [1.0, 1.0], [1.0, 2.0]], [1.0, 2.0, 3.0]).rank
    np.int64(2)
    """
    cdef ndarray a = matrix_of(x1, "lstsq", "x1", False), b = array_of(x2, "lstsq", "x2")
    cdef int64_t m = a.shape[a.ndim - 2], n = a.shape[a.ndim - 1]
    cdef int32_t dtype = result_dtype(numrs_promote(dtype_of(a), dtype_of(b)))
    cdef ndarray y = _rights("lstsq", a, b, dtype, n), rank, s
    cdef double bound
    if rcond is None:
        bound = max(m, n) * (2.0 ** -52 if dtype == NUMRS_F64 or dtype == NUMRS_C128 else 2.0 ** -23)
    else:
        bound = float(rcond)
        if bound < 0:  # NumPy: the rounding unit
            bound = 2.0 ** -52 if dtype == NUMRS_F64 or dtype == NUMRS_C128 else 2.0 ** -23
    leading = (<object>y).shape[:(<object>y).ndim - (1 if b.ndim == 1 else 2)]
    rank = np.empty(leading, np.int64)
    s = np.empty((*leading, min(m, n)), _real_dtype(y))
    run_lapack(LSTSQ, "lstsq", a, b, y, rank, s, 0, bound, work_of(a, 2.0) + <double>PyArray_SIZE(y) * m)
    return LstsqResult(y, _residuals(a, b, y, rank), finish(rank), s)


cdef object _real_dtype(object y):
    return np.dtype(f"f{y.dtype.itemsize // 2}") if y.dtype.kind == "c" else y.dtype


cdef object _residuals(ndarray a, ndarray b, ndarray y, ndarray rank):
    """Sums of squares of b - a y, as numpy.linalg.lstsq gives them."""
    from numrs._ops.linalg import matmul
    cdef int64_t m = a.shape[a.ndim - 2], n = a.shape[a.ndim - 1]
    real = _real_dtype(y)
    if m <= n or ((<object>rank) != n).any():
        return np.empty((0,), real)
    cdef object given = b, solution = y
    fitted = matmul(a, solution) if b.ndim > 1 else matmul(a, solution[..., None])[..., 0]
    rest = np.asarray(given - fitted)
    squares = (rest.real ** 2 + rest.imag ** 2 if rest.dtype.kind == "c" else rest ** 2).astype(real)
    return np.atleast_1d(squares.sum(axis=-1 if b.ndim == 1 else -2))
