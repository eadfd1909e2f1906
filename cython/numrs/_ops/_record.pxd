# What autograd remembers: nodes, and the question whether a tensor is followed. Private to numrs._ops.
from libc.stdint cimport int32_t, uint64_t

from numrs._ops._tensor cimport Tensor

cdef bint used  # has any tensor ever asked for a gradient?
cdef bint any_tracked(object args, object kwargs) except -1
cdef object record(str name, object call, tuple args, dict kwargs)
cdef object in_place(str name, Tensor t, object value)
cdef object store(Tensor t, object key, object value)
cdef object source_of(object x)
cdef object several(Node node, object made)
cdef int follow(Tensor y, object node) except -1

cdef enum:
    MOST_INPUTS = 12

cdef class Rule:
    """How the gradient of one function's result becomes those of its arguments; filled by numrs.autograd.engine."""
    cdef public str name
    cdef public object function, forward, backward, composed, second
    cdef public bint constant, takes_out, once
    cdef public list parameters, defaults
    cdef public dict places
    cdef public int variadic
    cdef tuple extras
    cdef int[MOST_INPUTS] inputs, only_shapes
    cdef int inputs_count, shapes_count

cdef class Like:
    """Stands for a tensor of which only shape and dtype are kept."""
    cdef readonly tuple shape
    cdef object descr
    cdef int32_t number              # the dtype's; 0: an ndarray's that numrs does not have
    cdef int32_t place               # where it was

cdef class Node:
    cdef Rule rule
    cdef list values                 # arguments of the function by its parameters; Like where the rule needs no numbers
    cdef list versions               # of the tensors among them
    cdef object out                  # the result, where the rule takes it
    cdef dict kept                   # what the forward function kept for the rule
    cdef list parents                # per input: what its gradient goes to, or a list of those
    cdef list likes                  # per input: shape and dtype, or a list of those
    cdef list hooks
    cdef readonly uint64_t number    # later ones are higher: backward goes down
    cdef int outputs                 # 0: one result; else that many, each behind a Slot
    cdef object __weakref__

cdef class Leaf:
    cdef list hooks
    cdef object __weakref__

cdef class Slot:
    cdef Node node
    cdef int place
    cdef list hooks
