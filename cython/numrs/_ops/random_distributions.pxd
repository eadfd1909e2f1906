# The class of distributions, a base of numrs.random.Generator.
from numrs._ops._random cimport Stream

cdef class Distributions(Stream):
    cdef object floats(self, int op, str name, object size, object shape, object dtype, object out, object a,
                       object b=*, object device=*)
    cdef object counts(self, int op, str name, object size, object shape, int dtype, object out, object a,
                       object b=*, object device=*)
