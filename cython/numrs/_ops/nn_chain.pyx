# cython: freethreading_compatible=True
"""Linear layers one behind the other with a cross-entropy: loss and gradients of a batch without a tape, in the calls of the C
library that the tape would make, and so with the same bits. For Model.fit."""
from libc.math cimport isfinite
from libc.stdint cimport int32_t, int64_t

from numrs._ops._array cimport NOGIL_NS, check, interruptible, release_context
from numrs._ops._storage cimport new_tensor
from numrs._ops._tensor cimport Tensor, watch
from numrs._ops.nn_linear cimport activation_number, saves_output
from numrs.c cimport ops
from numrs.c.base cimport NUMRS_OK, numrs_context, numrs_status
from numrs.c.nn_linear cimport numrs_linear, numrs_linear_backward
from numrs.c.nn_loss cimport numrs_class_loss_options, numrs_cross_entropy
from numrs.c.view cimport numrs_view

cdef enum:
    MOST = 32  # layers


cdef inline numrs_view *_at(object t) noexcept:
    return &(<Tensor>t).view if t is not None else NULL


cdef class Chain:
    """Chain(layers, ignore_index, label_smoothing): layers are (weight, bias or None, activation or None)."""
    cdef list weights, biases
    cdef int32_t[MOST] activation
    cdef int count
    cdef int32_t dtype
    cdef double products            # of a row, forward
    cdef numrs_class_loss_options options

    def __init__(self, layers, ignore_index, label_smoothing):
        cdef Tensor w
        if not 0 < len(layers) <= MOST:
            raise ValueError(f"Chain: {len(layers)} layers, expected 1 to {MOST}")
        self.weights = [layer[0] for layer in layers]
        self.biases = [layer[1] for layer in layers]
        self.count = <int>len(layers)
        self.dtype = (<Tensor?>self.weights[0]).view.dtype
        self.products = 0
        for i in range(self.count):
            w = <Tensor?>self.weights[i]
            self.activation[i] = activation_number(layers[i][2], "linear")
            self.products += <double>w.size
        self.options.struct_size = sizeof(numrs_class_loss_options)
        self.options.reduction = 1
        self.options.from_log = self.options.reserved = 0
        self.options.ignore_index = ignore_index
        self.options.label_smoothing = label_smoothing

    cdef bint fits(self, object x, object y) noexcept:
        """Are operands and parameters as they were made for, and in memory of the CPU?"""
        cdef Tensor t
        cdef int i
        if type(x) is not Tensor or type(y) is not Tensor:
            return False
        t = <Tensor>x
        if t.view.ndim != 2 or t.view.dtype != self.dtype or t.wants_grad or not t.dense or t.view.shape[0] == 0:
            return False
        t = <Tensor>y
        if t.view.ndim != 1 or t.view.dtype != ops.NUMRS_I64 or ((<Tensor>x).place | t.place) != 0:
            return False
        for i in range(self.count):
            t = <Tensor>self.weights[i]
            if not t.wants_grad or t.node is not None or t.view.dtype != self.dtype or t.place != 0:
                return False
            if self.biases[i] is not None:
                t = <Tensor>self.biases[i]
                if not t.wants_grad or t.node is not None or t.view.dtype != self.dtype:
                    return False
        return True

    def step(self, x, y):
        """(loss, scores), with the gradients in the parameters' grad unless the loss is not finite; None where the tape has
        to do it."""
        cdef list inputs = [x], saved = []
        cdef Tensor out, w, loss, gradient, g, gx, gw, gb
        cdef int64_t[2] shape
        cdef numrs_context *context = NULL
        cdef double work, value
        cdef numrs_status status = NUMRS_OK
        cdef numrs_view *a
        cdef numrs_view *b
        cdef numrs_view *c
        cdef numrs_view *d
        cdef numrs_view *e
        cdef numrs_view *f
        cdef numrs_view *h
        cdef int32_t activation
        cdef int i
        cdef bint alone
        if not self.fits(x, y):
            return None
        shape[0] = (<Tensor>x).view.shape[0]
        work = 0.06 * <double>shape[0] * self.products
        alone = work >= 4 * NOGIL_NS
        if alone:
            context = interruptible(work)
        try:
            for i in range(self.count):
                w = <Tensor>self.weights[i]
                shape[1] = w.view.shape[1]
                out = new_tensor(2, shape, self.dtype)
                activation = self.activation[i]
                before = None
                if activation >= 0:
                    before = out if saves_output(activation) else new_tensor(2, shape, self.dtype)
                a, b, c, d = _at(inputs[i]), &w.view, _at(self.biases[i]), &out.view
                e = NULL if before is None or before is out else _at(before)
                if alone:
                    with nogil:
                        status = numrs_linear(context, a, b, c, d, e, activation, 0.01)
                else:
                    status = numrs_linear(NULL, a, b, c, d, e, activation, 0.01)
                if status != NUMRS_OK:
                    check(status, "linear")
                inputs.append(out)
                saved.append(before)
            loss = new_tensor(0, NULL, self.dtype)
            gradient = new_tensor(2, shape, self.dtype)
            a, b, c, d = &out.view, _at(y), &loss.view, &gradient.view
            if alone:
                with nogil:
                    status = numrs_cross_entropy(context, a, b, NULL, c, d, &self.options)
            else:
                status = numrs_cross_entropy(NULL, a, b, NULL, c, d, &self.options)
            if status != NUMRS_OK:
                check(status, "cross_entropy")
            value = (<double *>loss.view.data)[0] if self.dtype == ops.NUMRS_F64 else <double>(<float *>loss.view.data)[0]
            if not isfinite(value):
                return value, out
            g = gradient
            made = []
            for i in range(self.count - 1, -1, -1):
                w = <Tensor>self.weights[i]
                gx = None
                gb = None
                if i > 0:
                    gx = new_tensor(2, (<Tensor>inputs[i]).view.shape, self.dtype)
                gw = new_tensor(2, w.view.shape, self.dtype)
                if self.biases[i] is not None:
                    gb = new_tensor(1, w.view.shape + 1, self.dtype)
                a, b, c, d = &g.view, _at(inputs[i]), &w.view, _at(saved[i])
                e, f, h = _at(gx), &gw.view, _at(gb)
                activation = self.activation[i]
                if alone:
                    with nogil:
                        status = numrs_linear_backward(context, a, b, c, d, e, f, h, activation, 0.01)
                else:
                    status = numrs_linear_backward(NULL, a, b, c, d, e, f, h, activation, 0.01)
                if status != NUMRS_OK:
                    check(status, "linear_backward")
                made.append((gw, gb))
                g = gx
        finally:
            if alone:
                release_context(context)
        for i in range(self.count):  # all of them, or none where a call failed
            gw, gb = made[self.count - 1 - i]
            w = <Tensor>self.weights[i]
            w.gradient = gw
            watch(w)
            if gb is not None:
                w = <Tensor>self.biases[i]
                w.gradient = gb
                watch(w)
        return value, out
