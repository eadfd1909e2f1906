# cython: language_level=3
"""numrs from Cython: the package's declarations (cimport numrs.c), calls without the GIL."""

from numrs.c.base cimport (
    NUMRS_OK, numrs_abi, numrs_get_num_threads, numrs_message, numrs_set_num_threads, numrs_status, numrs_status_name,
    numrs_version,
)
from numrs.c.raw cimport numrs_add_f64, numrs_exp_f64, numrs_matmul_f64, numrs_sum_f64


cdef str failure(numrs_status status):
    return f"{status} {numrs_status_name(status).decode()}: {numrs_message().decode()}"


cdef int check(numrs_status status) except -1:
    if status != NUMRS_OK:
        raise RuntimeError(failure(status))
    return 0


cdef show(str label, const double *y):
    print(label, *[f"{y[i]:.3f}" for i in range(4)])


def main():
    cdef double[4] a = [1, 2, 3, 4], b = [10, 20, 30, 40], x = [0, 1, 2, -1], y
    cdef double[6] left = [1, 2, 3, 4, 5, 6], right = [7, 8, 9, 10, 11, 12]
    cdef double[12] cube = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]
    cdef numrs_status status

    print(f"numrs {numrs_version().decode()} abi {numrs_abi() // 1000}")

    with nogil:
        status = numrs_add_f64(NULL, a, b, y, 4)
    check(status)
    show("add", y)
    with nogil:
        status = numrs_exp_f64(NULL, x, y, 4)
    check(status)
    show("exp", y)

    # A (2, 3, 2) array in C order, summed over its middle axis.
    with nogil:
        status = numrs_sum_f64(NULL, cube, y, 2, 3, 2)
    check(status)
    show("sum", y)

    # One product of (2, 3) and (3, 2).
    with nogil:
        status = numrs_matmul_f64(NULL, left, right, y, 1, 2, 3, 2)
    check(status)
    show("matmul", y)

    with nogil:
        status = numrs_matmul_f64(NULL, left, right, y, 1, -2, 3, 2)
    print("error", failure(status))

    check(numrs_set_num_threads(2))
    print("threads", numrs_get_num_threads())
