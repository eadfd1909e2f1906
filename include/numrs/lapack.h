/** @file
   Decompositions of matrices, linear equations, determinants, on stacks of matrices: the last two dimensions are the
   matrix, the leading ones the stack. Any strides.

   They are computed in float32, float64, complex64 or complex128, the dtype of the input; the 16-bit floats in float32,
   integers and bool in float64. "The real dtype" is float32 or float64 accordingly. An output must have the exact
   shape; its dtype may be any to which the result converts by NumPy's same_kind rule. It may overlap the inputs in any
   way, but neither itself nor another output. Outputs are unchanged on any status but NUMRS_OK.

   Backend "cpu" calls LAPACK in the OpenBLAS that comes with the library, opened at the first call, one matrix per
   thread (factorisations of at most 8 rows are computed here). The bits depend on the processor as OpenBLAS's do, not
   on threads. Backend "cpu-portable" computes in double precision by plain loops.

   Statuses: NUMRS_SINGULAR when a matrix is singular, not positive definite, has elements that are not finite where
   that is no input, or when an iteration does not converge, with the number of the matrix in the message;
   NUMRS_BAD_ARGUMENT for a NULL view, NULL data with elements, or an option that there is not; NUMRS_BAD_SHAPE;
   NUMRS_BAD_DTYPE; NUMRS_OVERLAP; NUMRS_NO_MEMORY; NUMRS_UNSUPPORTED, with the reason, where OpenBLAS cannot be loaded
   or an extent is too large for it; NUMRS_CANCELLED.

    @code{.c}
    const double a[] = {2, 1, 1, 3}, b[] = {3, 5};
    double y[2];
    const int64_t shape[] = {2, 2};
    const numrs_view va = {(void *)a, shape, NULL, 2, NUMRS_F64}, vb = {(void *)b, shape, NULL, 1, NUMRS_F64},
                     vy = {y, shape, NULL, 1, NUMRS_F64};
    numrs_solve(NULL, &va, &vb, &vy);                        // y is 0.8 1.4
    @endcode */
#ifndef NUMRS_LAPACK_H
#define NUMRS_LAPACK_H

#include "numrs/view.h"

#ifdef __cplusplus
extern "C" {
#endif

/** y (…, n, n) = the Cholesky factor of x (…, n, n): lower triangular with x = y y^H, of whose x the lower triangle is
    read; upper = 1: upper triangular with x = y^H y, and the upper triangle is read. The other triangle of y is 0. NaN
    is passed on. NUMRS_SINGULAR where x is not positive definite. */
NUMRS_API numrs_status numrs_cholesky(numrs_context *context, const numrs_view *x, const numrs_view *y, int32_t upper);

/** y = the solution of a y = b: a (…, n, n), b (…, n, k) → (…, n, k), leading dimensions broadcast; a 1-D b (n) is one
    right-hand side for all a: (…, n). By LU with partial pivots. NUMRS_SINGULAR where a is singular. */
NUMRS_API numrs_status numrs_solve(numrs_context *context, const numrs_view *a, const numrs_view *b,
                                   const numrs_view *y);
/** y (…, n, n) = the inverse of x (…, n, n). NUMRS_SINGULAR where x is singular. */
NUMRS_API numrs_status numrs_inv(numrs_context *context, const numrs_view *x, const numrs_view *y);
/** y (…) = the determinants of x (…, n, n): 0 of a singular matrix, 1 of an empty one. */
NUMRS_API numrs_status numrs_det(numrs_context *context, const numrs_view *x, const numrs_view *y);
/** The determinant as sign (…), a number of length 1, or 0 of a singular matrix, and the logarithm of its magnitude
    (…), in the real dtype, then -inf. */
NUMRS_API numrs_status numrs_slogdet(numrs_context *context, const numrs_view *x, const numrs_view *sign,
                                     const numrs_view *logabsdet);

/** x (…, m, n) = q r with orthonormal columns of q (…, m, c) and upper triangular r (…, c, n), c = min(m, n);
    complete = 1: q (…, m, m), r (…, m, n). q may be NULL: r alone. By Householder reflections. */
NUMRS_API numrs_status numrs_qr(numrs_context *context, const numrs_view *x, const numrs_view *q, const numrs_view *r,
                                int32_t complete);

/** Eigenvalues (…, n) of the symmetric or Hermitian x (…, n, n), in the real dtype from the smallest on, and its
    orthonormal eigenvectors as columns of vectors (…, n, n), which may be NULL. The lower triangle of x is read; upper
   = 1: the upper one. */
NUMRS_API numrs_status numrs_eigh(numrs_context *context, const numrs_view *x, const numrs_view *values,
                                  const numrs_view *vectors, int32_t upper);
/** Eigenvalues (…, n) of x (…, n, n), always complex, in no order, and eigenvectors of length 1 as columns of vectors
    (…, n, n), which may be NULL. */
NUMRS_API numrs_status numrs_eig(numrs_context *context, const numrs_view *x, const numrs_view *values,
                                 const numrs_view *vectors);

/** x (…, m, n) = u diag(s) vh: orthonormal columns of u (…, m, c), singular values s (…, c) in the real dtype from the
    largest on, orthonormal rows of vh (…, c, n), c = min(m, n); full = 1: u (…, m, m), vh (…, n, n). u and vh may be
    NULL together: values alone. numrs_svdvals gives NaN where this has NUMRS_SINGULAR. */
NUMRS_API numrs_status numrs_svd(numrs_context *context, const numrs_view *x, const numrs_view *u, const numrs_view *s,
                                 const numrs_view *vh, int32_t full);

/** y (…, n, k) = the shortest of the vectors that make the length of b - a y least, column by column: a (…, m, n), b
    (…, m, k), or a 1-D b (m) and y (…, n); leading dimensions broadcast. rank (…), integers: the number of singular
    values above rcond times the largest; s (…, min(m, n)): the singular values of a, in the real dtype. */
NUMRS_API numrs_status numrs_lstsq(numrs_context *context, const numrs_view *a, const numrs_view *b,
                                   const numrs_view *y, const numrs_view *rank, const numrs_view *s, double rcond);

#ifdef __cplusplus
}
#endif
#endif /* NUMRS_LAPACK_H */
