"""Linear algebra: the linalg extension of the array API standard, and what numpy.linalg has beside it."""

from numpy.linalg import LinAlgError

from numrs._ops.einsum import tensordot
from numrs._ops.linalg import matmul
from numrs._ops.linalg_lapack import (
    EighResult,
    EigResult,
    LstsqResult,
    QRResult,
    SlogdetResult,
    SVDResult,
    cholesky,
    det,
    eig,
    eigh,
    eigvals,
    eigvalsh,
    inv,
    lstsq,
    qr,
    slogdet,
    solve,
    svd,
    svdvals,
)
from numrs._ops.linalg_more import (
    cond,
    cross,
    diagonal,
    kron,
    matrix_power,
    matrix_rank,
    multi_dot,
    outer,
    pinv,
    trace,
)
from numrs._ops.manipulation import matrix_transpose
from numrs._ops.norms import matrix_norm, norm, vector_norm
from numrs._ops.reductions import vecdot

__all__ = [
    "EigResult",
    "EighResult",
    "LinAlgError",
    "LstsqResult",
    "QRResult",
    "SVDResult",
    "SlogdetResult",
    "cholesky",
    "cond",
    "cross",
    "det",
    "diagonal",
    "eig",
    "eigh",
    "eigvals",
    "eigvalsh",
    "inv",
    "kron",
    "lstsq",
    "matmul",
    "matrix_norm",
    "matrix_power",
    "matrix_rank",
    "matrix_transpose",
    "multi_dot",
    "norm",
    "outer",
    "pinv",
    "qr",
    "slogdet",
    "solve",
    "svd",
    "svdvals",
    "tensordot",
    "trace",
    "vecdot",
    "vector_norm",
]
