# cython: freethreading_compatible=True
"""The tape: what autograd remembers of each call; the walk back is in _walk.pyx, rules are in numrs.autograd."""
import numpy as np

cimport cython
from libc.stdint cimport uint64_t

from numrs._ops._array cimport descr_of
from numrs._ops._place cimport device_at
from numrs._ops._storage cimport (changes_of, copied, copy_into, count_change, recording, same_dims, set_recording, shape_tuple,
                                  view_tensor)
from numrs._ops._tensor cimport Memory, Tensor, watch

cdef extern from *:
    """
    static long numrs_references(void *x) { return (long)Py_REFCNT((PyObject *)x); }
    """
    long numrs_references(void *x) noexcept

used = False
cdef uint64_t _count = 0


def is_recording():
    """Does this thread record?"""
    return bool(recording())


def switch_recording(on):
    """Records from now on, or not; gives what it was before."""
    return bool(set_recording(bool(on)))


def note_use():
    """A tensor asks for its gradient: from now on functions look whether one is followed."""
    global used
    used = True


cdef class Like:
    """Stands for a tensor of which only shape and dtype are kept."""

    @property
    def dtype(self):
        return descr_of(self.number) if self.number else self.descr

    @property
    def ndim(self):
        return len(self.shape)

    @property
    def device(self):
        return device_at(self.place)

    @property
    def size(self):
        size = 1
        for extent in self.shape:
            size *= extent
        return size


cdef class Rule:
    """How the gradient of one function's result becomes those of its arguments; filled by numrs.autograd.engine."""

    def set_inputs(self, inputs, only_shapes, extras):
        """The places of the parameters that get gradients and of those of which shapes are kept, and keywords of the rule."""
        if len(inputs) > MOST_INPUTS or len(only_shapes) > MOST_INPUTS:
            raise ValueError(f"rule of {self.name}: {len(inputs)} inputs, expected at most {MOST_INPUTS}")
        self.inputs_count, self.shapes_count = len(inputs), len(only_shapes)
        for i, at in enumerate(inputs):
            self.inputs[i] = at
        for i, at in enumerate(only_shapes):
            self.only_shapes[i] = at
        self.extras = tuple(extras)


RULES = {}  # name → Rule; numrs.autograd fills it


cdef class Leaf:
    """What a tensor that nothing was computed for has in the place of a node: hooks."""


@cython.trashcan(True)
cdef class Node:
    """One call: its rule, what the rule needs, and where the gradients of its inputs go."""

    @property
    def name(self):
        return self.rule.name if self.rule is not None else "gone"

    @property
    def next_functions(self):
        """The nodes and leaves that the inputs came from."""
        return tuple(self.parents) if self.parents is not None else ()

    def __repr__(self):
        return f"<{self.name} of autograd>"


cdef class Slot:
    """One of several results of a call."""

    @property
    def name(self):
        return self.node.name


cdef bint any_tracked(object args, object kwargs) except -1:
    """Is there a tensor among arguments, or in lists of them, that is followed?"""
    if not recording():
        return False
    for x in args:
        if type(x) is Tensor:
            if (<Tensor>x).wants_grad:
                return True
        elif type(x) is list or type(x) is tuple:
            if any_tracked(x, None):
                return True
    if kwargs is not None:
        for x in kwargs.values():
            if type(x) is Tensor and (<Tensor>x).wants_grad:
                return True
            if (type(x) is list or type(x) is tuple) and any_tracked(x, None):
                return True
    return False


cdef object source_of(object x):
    """What the gradient of an argument goes to: a node, a slot, the leaf itself, or None."""
    cdef Tensor t
    if type(x) is Tensor:
        t = <Tensor>x
        if not t.wants_grad:
            return None
        return x if t.node is None or type(t.node) is Leaf else t.node
    if type(x) is list or type(x) is tuple:
        found = [source_of(part) for part in x]
        for one in found:
            if one is not None:
                return found
    return None


cdef object _like(object x):
    cdef Like like
    if type(x) is Tensor:
        like = Like.__new__(Like)
        like.shape = shape_tuple(<Tensor>x)
        like.number = (<Tensor>x).view.dtype
        like.place = (<Tensor>x).place
        return like
    if type(x) is list or type(x) is tuple:
        return [_like(part) for part in x]
    if isinstance(x, np.ndarray):
        like = Like.__new__(Like)
        like.shape, like.descr = x.shape, x.dtype
        return like
    return None


cdef object _version(object x):
    if type(x) is Tensor:
        return changes_of(<Tensor>x)
    if type(x) is list or type(x) is tuple:
        return [_version(part) for part in x]
    return None


cdef Rule rule_of(str name):
    """The rule of a function; NotImplementedError where there is none."""
    found = (<dict>RULES).get(name)
    if found is None:
        import numrs
        found = numrs.autograd.find_rule(name)
    return <Rule?>found


cdef int follow(Tensor y, object node) except -1:
    """y was computed by a call."""
    y.node = node
    y.wants_grad = True
    watch(y)
    return 0


cdef object record(str name, object call, tuple args, dict kwargs):
    """Calls a function with tensors that are followed, and remembers it. call: the function that computes, or None."""
    cdef Node node
    cdef Tensor y
    cdef bint before
    cdef object kept = None
    cdef Rule rule = rule_of(name)
    if kwargs and kwargs.get("out") is not None:
        raise NotImplementedError(f"{name}: out= is not followed by autograd; use the result, or no_grad()")
    if call is None or rule.forward is not None:
        call = rule.forward if rule.forward is not None else rule.function
    if rule.composed is not None:  # a function made of others, which are recorded themselves
        return rule.composed(*args, **kwargs)
    before = set_recording(False)
    try:
        made = call(*args, **kwargs) if kwargs else call(*args)
    finally:
        set_recording(before)
    if rule.forward is not None:
        made, kept = made
        for key, part in (<dict?>kept).items():
            if part is made:  # the result refers to its node, which must not refer to it
                y = <Tensor>part
                kept[key] = view_tensor(y, <char *>y.view.data, y.view.ndim, y.view.shape, y.view.strides)
    if rule.constant:
        return made
    node = Node.__new__(Node)
    _fill(node, rule, args, kwargs, kept)
    if node.parents is None:
        return made  # followed arguments that get no gradient: indices, conditions
    if type(made) is Tensor:
        node.outputs = 0
        y = <Tensor>made
        if rule.takes_out:
            node.out = view_tensor(y, <char *>y.view.data, y.view.ndim, y.view.shape, y.view.strides)
        if y.wants_grad or _is_argument(y, args):
            made = y = view_tensor(y, <char *>y.view.data, y.view.ndim, y.view.shape, y.view.strides)
        follow(y, node)
        return made
    return several(node, made)


cdef bint _is_argument(Tensor y, tuple args) except -1:
    for x in args:
        if x is y:
            return True
    return False


cdef object several(Node node, object made):
    """The results of a call that has several: each has its slot."""
    cdef Slot slot
    cdef Tensor y
    cdef int place = 0
    parts = []
    for part in made:
        if type(part) is Tensor and (<Tensor>part).dtype.kind in "fcV":
            y = view_tensor(<Tensor>part, <char *>(<Tensor>part).view.data, (<Tensor>part).view.ndim, (<Tensor>part).view.shape,
                            (<Tensor>part).view.strides)
            slot = Slot.__new__(Slot)
            slot.node = node
            slot.place = place
            follow(y, slot)
            parts.append(y)
        else:
            parts.append(part)
        place += 1
    node.outputs = place
    if node.rule.takes_out and node.out is None:
        node.out = made
    kind = type(made)
    if isinstance(made, tuple) and hasattr(kind, "_fields"):
        return kind(*parts)
    return kind(parts)


cdef int _fill(Node node, Rule rule, tuple args, dict kwargs, object kept) except -1:
    global _count
    cdef list values = rule.defaults[:], versions, parents, likes
    cdef Py_ssize_t i, n = len(args), positions = len(values)
    cdef bint any_source = False
    cdef int k
    if rule.variadic >= 0 and n > rule.variadic:
        args = args[:rule.variadic] + (args[rule.variadic:],)
        n = rule.variadic + 1
    if n > positions:
        raise TypeError(f"{rule.name}: {n} arguments were given, expected at most {positions}")
    for i in range(n):
        values[i] = args[i]
    if kwargs:
        for key, x in kwargs.items():
            at = rule.places.get(key)
            if at is not None:
                values[at] = x
    parents = []
    likes = []
    for k in range(rule.inputs_count):
        x = values[rule.inputs[k]]
        source = source_of(x)
        if source is not None:
            any_source = True
            likes.append(_like(x))
        else:
            likes.append(None)
        parents.append(source)
    if not any_source:
        return 0
    for k in range(rule.shapes_count):
        x = values[rule.only_shapes[k]]
        if type(x) is Tensor or type(x) is list or type(x) is tuple:
            values[rule.only_shapes[k]] = _like(x)
    versions = []
    for x in values:
        versions.append(_version(x) if type(x) is Tensor or type(x) is list or type(x) is tuple else None)
    _count += 1
    node.number = _count
    node.rule = rule
    node.values = values
    node.versions = versions
    node.kept = kept
    node.parents = parents
    node.likes = likes
    return 0


# ------------------------------------------------------------------------------------------------ changes in place

cdef int _check_in_place(Tensor t) except -1:
    if t.wants_grad and (t.node is None or type(t.node) is Leaf):
        raise RuntimeError(f"Tensor: a leaf of shape {shape_tuple(t)} that requires grad is changed in place; "
                           "do that under numrs.autograd.no_grad()")
    if type(t.owner) is Memory and numrs_references(<void *>t.owner) > 1:
        raise RuntimeError(f"Tensor: a tensor of shape {shape_tuple(t)} shares its memory with others (it is a view, or has views, "
                           "or was kept for backward), and a change in place would not reach their gradients; compute a new tensor")
    return 0


cdef object in_place(str name, Tensor t, object value):
    """t = function(t, value) in t's memory, remembered."""
    cdef Tensor y, old = copied(t)  # what the rule needs of t has to outlive the change
    cdef bint before
    _check_in_place(t)
    if t.wants_grad:
        follow(old, t.node)
    y = <Tensor?>(rule_of(name).function(old, value))
    if y.view.dtype != t.view.dtype or not same_dims(y, t):
        raise ValueError(f"{name}: the result has shape {y.shape} and dtype {y.dtype}, in place it has to be {t.shape} "
                         f"and {t.dtype}")
    before = set_recording(False)
    try:
        count_change(t)
        copy_into(y, t)
    finally:
        set_recording(before)
    follow(t, y.node)
    t.wants_grad = y.wants_grad
    return t


cdef object store(Tensor t, object key, object value):
    """t[key] = value, remembered."""
    cdef Node node
    cdef bint before
    _check_in_place(t)
    node = Node.__new__(Node)
    _fill(node, rule_of("setitem"), (t, key, value), {}, None)
    before = set_recording(False)
    try:
        t[key] = value
    finally:
        set_recording(before)
    if node.parents is not None:
        follow(t, node)
    return None


# ------------------------------------------------------------------------------------------------ for other modules

def add_hook(Tensor t, hook):
    """hook(gradient) is called when the gradient of t is known; what it returns replaces the gradient, unless None."""
    if not t.wants_grad:
        raise RuntimeError("register_hook: the tensor does not require grad")
    if not callable(hook):
        raise TypeError(f"register_hook: hook is of type {type(hook).__name__}, expected a callable")
    if t.node is None:
        t.node = Leaf.__new__(Leaf)
        watch(t)
    cdef list hooks
    if type(t.node) is Leaf:
        if (<Leaf>t.node).hooks is None:
            (<Leaf>t.node).hooks = []
        hooks = (<Leaf>t.node).hooks
    elif type(t.node) is Slot:
        if (<Slot>t.node).hooks is None:
            (<Slot>t.node).hooks = []
        hooks = (<Slot>t.node).hooks
    else:
        if (<Node>t.node).hooks is None:
            (<Node>t.node).hooks = []
        hooks = (<Node>t.node).hooks
    hooks.append(hook)

    def remove():
        if hook in hooks:
            hooks.remove(hook)
    return remove


def node_of(Tensor t):
    """How a tensor was computed; None for leaves."""
    return None if type(t.node) is Leaf else t.node


def is_leaf(Tensor t):
    """Was the tensor given, and not computed from others that are followed?"""
    return t.node is None or type(t.node) is Leaf


def detach_in_place(Tensor t):
    """The tensor forgets how it was computed."""
    t.node = None
    t.wants_grad = False
    return t


def attach(Tensor y, str name, Rule rule, tuple args, dict kept):
    """Remembers a call that was computed elsewhere (custom functions, checkpoints); gives the result, followed."""
    cdef Node node = Node.__new__(Node)
    _fill(node, rule, args, {}, kept)
    if node.parents is None:
        return y
    y = view_tensor(y, <char *>y.view.data, y.view.ndim, y.view.shape, y.view.strides)
    follow(y, node)
    return y


def attach_several(made, Rule rule, tuple args, dict kept):
    """The same for a call with several results."""
    cdef Node node = Node.__new__(Node)
    _fill(node, rule, args, {}, kept)
    return made if node.parents is None else several(node, made)
