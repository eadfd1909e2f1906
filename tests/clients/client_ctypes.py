"""numrs from Python by ctypes alone: neither NumPy nor the package numrs is imported."""

import ctypes
import sys
from ctypes import POINTER, c_char_p, c_double, c_int32, c_int64, c_void_p

numrs = ctypes.CDLL("libnumrs.so.1")  # from the loader's path, such as LD_LIBRARY_PATH
doubles = POINTER(c_double)
numrs.numrs_version.restype = numrs.numrs_message.restype = numrs.numrs_status_name.restype = c_char_p
numrs.numrs_status_name.argtypes = numrs.numrs_set_num_threads.argtypes = [c_int32]
numrs.numrs_add_f64.argtypes = [c_void_p, doubles, doubles, doubles, c_int64]
numrs.numrs_exp_f64.argtypes = [c_void_p, doubles, doubles, c_int64]
numrs.numrs_sum_f64.argtypes = [c_void_p, doubles, doubles, c_int64, c_int64, c_int64]
numrs.numrs_matmul_f64.argtypes = [c_void_p, doubles, doubles, doubles, c_int64, c_int64, c_int64, c_int64]


def failure(status):
    return f"{status} {numrs.numrs_status_name(status).decode()}: {numrs.numrs_message().decode()}"


def check(status):
    if status:
        sys.exit(failure(status))


def array(*numbers):
    return (c_double * len(numbers))(*numbers)


def show(label, y):
    print(label, *(f"{element:.3f}" for element in y))


y = array(0, 0, 0, 0)
print("numrs", numrs.numrs_version().decode(), "abi", numrs.numrs_abi() // 1000)

check(numrs.numrs_add_f64(None, array(1, 2, 3, 4), array(10, 20, 30, 40), y, 4))
show("add", y)
check(numrs.numrs_exp_f64(None, array(0, 1, 2, -1), y, 4))
show("exp", y)

# A (2, 3, 2) array in C order, summed over its middle axis.
check(numrs.numrs_sum_f64(None, array(*range(1, 13)), y, 2, 3, 2))
show("sum", y)

# One product of (2, 3) and (3, 2).
left, right = array(*range(1, 7)), array(*range(7, 13))
check(numrs.numrs_matmul_f64(None, left, right, y, 1, 2, 3, 2))
show("matmul", y)

print("error", failure(numrs.numrs_matmul_f64(None, left, right, y, 1, -2, 3, 2)))

check(numrs.numrs_set_num_threads(2))
print("threads", numrs.numrs_get_num_threads())
