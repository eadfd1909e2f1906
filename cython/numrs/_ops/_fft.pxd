# Fourier transforms: arguments -> views -> one C call -> result. Public functions are in fft.pyx and fft_axes.pyx.
from libc.stdint cimport int32_t, int64_t

cdef enum Kind:
    COMPLEX, FROM_REAL, TO_REAL

cdef object transform(Kind kind, str name, object x, object lengths, object axes, int32_t direction, bint scaled,
                      object norm)
cdef object one_axis(Kind kind, str name, object x, object n, object axis, int32_t direction, bint scaled, object norm)
