"""A user's Cython module, compiled against the installed package, calls the C functions without the GIL."""

import shutil
import subprocess
import sys
import sysconfig

import numpy as np
import numrs
import pytest

MODULE = """
# cython: language_level=3
from libc.stdint cimport int64_t
from numrs cimport c
from numrs.c.base cimport NUMRS_OK, numrs_get_num_threads, numrs_message, numrs_status, numrs_status_name
from numrs.c.elementwise cimport numrs_binary
from numrs.c.linalg cimport numrs_matmul
from numrs.c.ops cimport NUMRS_F64, NUMRS_OP_MULTIPLY
from numrs.c.raw cimport numrs_add_f32, numrs_sum_f64
from numrs.c.reduce cimport numrs_reduce
from numrs.c.view cimport numrs_view


def add(const float[::1] a, const float[::1] b, float[::1] y):
    cdef numrs_status status
    with nogil:
        status = numrs_add_f32(NULL, &a[0], &b[0], &y[0], a.shape[0])
    return status


def total(const double[::1] x):
    cdef double y
    cdef numrs_status status
    with nogil:
        status = numrs_sum_f64(NULL, &x[0], &y, 1, x.shape[0], 1)
    return y if status == NUMRS_OK else None


def square(double[::1] x):
    cdef int64_t n = x.shape[0]
    cdef numrs_view v
    v.data, v.shape, v.strides, v.ndim, v.dtype = &x[0], &n, NULL, 1, NUMRS_F64
    with nogil:
        status = numrs_binary(NULL, NUMRS_OP_MULTIPLY, &v, &v, &v)
    return status


def refused():
    cdef numrs_status status
    with nogil:
        status = numrs_binary(NULL, -1, NULL, NULL, NULL)
    return numrs_status_name(status).decode(), numrs_message().decode()
"""


def test_a_module_of_a_user(tmp_path):
    pytest.importorskip("Cython")
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        pytest.skip("no C compiler")
    (tmp_path / "user.pyx").write_text(MODULE)
    subprocess.run(
        [sys.executable, "-m", "cython", "-3", "--fast-fail", "user.pyx"], cwd=tmp_path, check=True, timeout=120
    )
    target = tmp_path / ("user" + sysconfig.get_config_var("EXT_SUFFIX"))
    library = numrs.get_library_dir()
    includes = [f"-I{sysconfig.get_path('include')}", f"-I{numrs.get_include()}"]
    links = [f"-L{library}", "-l:libnumrs.so.1", f"-Wl,-rpath,{library}"]
    command = [compiler, "-shared", "-fPIC", "-O1", "-o", target, tmp_path / "user.c", *includes, *links]
    subprocess.run(command, check=True, timeout=120)
    sys.path.insert(0, str(tmp_path))
    try:
        import user
    finally:
        sys.path.pop(0)
    a, b, y = np.arange(1000, dtype=np.float32), np.full(1000, 0.5, np.float32), np.empty(1000, np.float32)
    assert user.add(a, b, y) == 0
    np.testing.assert_array_equal(y, a + b)
    x = np.random.default_rng(1).standard_normal(12_345)
    assert user.total(x) == numrs.sum(x)
    assert user.square(x) == 0
    status, message = user.refused()
    assert status == "BAD_ARGUMENT" and "op is -1" in message
