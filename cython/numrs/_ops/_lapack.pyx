# cython: freethreading_compatible=True
"""One call of a decomposition or of linear equations of the C library: operands, results, errors. Nothing public."""
from numpy.linalg import LinAlgError

from libc.stdint cimport int32_t, int64_t
cimport numpy as cnp
from numpy cimport ndarray

from numrs._ops._array cimport (NOGIL_NS, Held, array_of, check, dtype_of, hold, interruptible, new_array, pin, release_context,
                                view_of)
from numrs.c.base cimport NUMRS_BAD_SHAPE, NUMRS_OK, numrs_context, numrs_status
from numrs.c.lapack cimport (numrs_cholesky, numrs_det, numrs_eig, numrs_eigh, numrs_inv, numrs_lstsq, numrs_qr,
                             numrs_slogdet, numrs_solve, numrs_svd)
from numrs.c.linalg cimport numrs_svdvals
from numrs.c.view cimport numrs_view

cnp.import_array()


cdef numrs_status _dispatch(Op op, numrs_context *c, const numrs_view *a, const numrs_view *b, const numrs_view *y0,
                            const numrs_view *y1, const numrs_view *y2, int32_t flag, double rcond) noexcept nogil:
    if op == CHOLESKY:
        return numrs_cholesky(c, a, y0, flag)
    if op == SOLVE:
        return numrs_solve(c, a, b, y0)
    if op == INV:
        return numrs_inv(c, a, y0)
    if op == DET:
        return numrs_det(c, a, y0)
    if op == SLOGDET:
        return numrs_slogdet(c, a, y0, y1)
    if op == QR:
        return numrs_qr(c, a, y1, y0, flag)
    if op == EIGH:
        return numrs_eigh(c, a, y0, y1, flag)
    if op == EIG:
        return numrs_eig(c, a, y0, y1)
    if op == SVD:
        return numrs_svd(c, a, y1, y0, y2, flag)
    if op == SVDVALS:
        return numrs_svdvals(c, a, y0)
    return numrs_lstsq(c, a, b, y0, y1, y2, rcond)


cdef int run_lapack(Op op, str name, ndarray a, ndarray b, ndarray y0, ndarray y1, ndarray y2, int32_t flag, double rcond,
                    double work_ns) except -1:
    """One call; y0 is the output that is always there."""
    cdef numrs_view va = view_of(a, dtype_of(a)), vb, v0 = view_of(y0, dtype_of(y0)), v1, v2
    cdef Held ha, hb, h0, h1, h2
    cdef numrs_view *pa = &va
    cdef numrs_view *pb = NULL
    cdef numrs_view *p0 = &v0
    cdef numrs_view *p1 = NULL
    cdef numrs_view *p2 = NULL
    cdef numrs_context *context
    cdef numrs_status status
    if b is not None:
        vb = view_of(b, dtype_of(b))
        pb = &vb
    if y1 is not None:
        v1 = view_of(y1, dtype_of(y1))
        p1 = &v1
    if y2 is not None:
        v2 = view_of(y2, dtype_of(y2))
        p2 = &v2
    if work_ns < NOGIL_NS:
        status = _dispatch(op, NULL, pa, pb, p0, p1, p2, flag, rcond)
    else:
        hold(&ha, pa)
        hold(&h0, p0)
        if pb != NULL:
            hold(&hb, pb)
            pb = &hb.view
        if p1 != NULL:
            hold(&h1, p1)
            p1 = &h1.view
        if p2 != NULL:
            hold(&h2, p2)
            p2 = &h2.view
        pins = (pin(a), None if b is None else pin(b))
        context = interruptible(work_ns)
        with nogil:
            status = _dispatch(op, context, &ha.view, pb, &h0.view, p1, p2, flag, rcond)
        release_context(context)
        del pins
    if status == NUMRS_OK:
        return 0
    if status == NUMRS_BAD_SHAPE:  # as NumPy's, which is a ValueError too
        try:
            check(status, name)
        except ValueError as error:
            raise LinAlgError(str(error)) from None
    return check(status, name)


cdef ndarray matrix_of(object x, str name, str argument, bint square):
    """An argument that is a stack of matrices."""
    cdef ndarray a = array_of(x, name, argument)
    cdef int ndim = a.ndim
    if ndim < 2:
        raise LinAlgError(f"{name}: {argument} has shape {(<object>a).shape}, expected at least 2 dimensions")
    if square and a.shape[ndim - 2] != a.shape[ndim - 1]:
        raise LinAlgError(f"{name}: {argument} has shape {(<object>a).shape}, expected square matrices in the last "
                          "two dimensions")
    return a


cdef ndarray stack_like(ndarray a, int32_t dtype, int own, int64_t rows, int64_t cols):
    """An output of a's leading extents and `own` more."""
    cdef int64_t shape[64]
    cdef int d, batch = a.ndim - 2
    for d in range(batch):
        shape[d] = a.shape[d]
    shape[batch] = rows
    shape[batch + 1] = cols
    return new_array(batch + own, shape, dtype)
