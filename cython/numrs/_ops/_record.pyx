# cython: freethreading_compatible=True
"""The tape: what autograd remembers of each call, and the walk back along it. Rules are looked up in numrs.autograd.rules."""
from heapq import heappop, heappush

import numpy as np

cimport cython
from libc.stdint cimport int64_t, uint64_t

from numrs._ops._array cimport descr_of
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
    def size(self):
        size = 1
        for extent in self.shape:
            size *= extent
        return size


cdef class Rule:
    """How the gradient of one function's result becomes those of its arguments; filled by numrs.autograd.engine."""

    def set_inputs(self, inputs, only_shapes, extras):
        """The places of the parameters that get gradients, of those of which shapes are kept, and what the rule takes by keyword."""
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
    cdef list hooks
    cdef object __weakref__


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
    cdef Node node
    cdef int place
    cdef list hooks

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


cdef object _source(object x):
    """What the gradient of an argument goes to: a node, a slot, the leaf itself, or None."""
    cdef Tensor t
    if type(x) is Tensor:
        t = <Tensor>x
        if not t.wants_grad:
            return None
        return x if t.node is None or type(t.node) is Leaf else t.node
    if type(x) is list or type(x) is tuple:
        found = [_source(part) for part in x]
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


cdef int _follow(Tensor y, object node) except -1:
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
        _follow(y, node)
        return made
    return _several(node, made)


cdef bint _is_argument(Tensor y, tuple args) except -1:
    for x in args:
        if x is y:
            return True
    return False


cdef object _several(Node node, object made):
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
            _follow(y, slot)
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
        source = _source(x)
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
    cdef Tensor root
    if t.wants_grad and (t.node is None or type(t.node) is Leaf):
        raise RuntimeError(f"Tensor: a leaf of shape {shape_tuple(t)} that requires grad is changed in place; "
                           "do that under numrs.autograd.no_grad()")
    if type(t.owner) is Memory and numrs_references(<void *>t.owner) > 1:
        raise RuntimeError(f"Tensor: a tensor of shape {shape_tuple(t)} shares its memory with others (it is a view, or has views, or "
                           "was kept for backward), and a change in place would not reach their gradients; compute a new tensor")
    return 0


cdef object in_place(str name, Tensor t, object value):
    """t = function(t, value) in t's memory, remembered."""
    cdef Tensor y, old = copied(t)  # what the rule needs of t has to outlive the change
    cdef bint before
    _check_in_place(t)
    if t.wants_grad:
        _follow(old, t.node)
    y = <Tensor?>(rule_of(name).function(old, value))
    if y.view.dtype != t.view.dtype or not same_dims(y, t):
        raise ValueError(f"{name}: the result has shape {y.shape} and dtype {y.dtype}, in place it has to be {t.shape} and {t.dtype}")
    before = set_recording(False)
    try:
        count_change(t)
        copy_into(y, t)
    finally:
        set_recording(before)
    _follow(t, y.node)
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
        _follow(t, node)
    return None


# ------------------------------------------------------------------------------------------------ backward

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
    _follow(y, node)
    return y


def attach_several(made, Rule rule, tuple args, dict kept):
    """The same for a call with several results."""
    cdef Node node = Node.__new__(Node)
    _fill(node, rule, args, {}, kept)
    return made if node.parents is None else _several(node, made)


cdef object _run_hooks(list hooks, object grad):
    for hook in list(hooks):
        found = hook(grad)
        if found is not None:
            grad = found
    return grad


cdef int _check_versions(Node node, object values, object versions, object names) except -1:
    cdef Py_ssize_t i
    for i in range(len(values)):
        x = values[i]
        if versions[i] is None:
            continue
        if type(x) is Tensor:
            if changes_of(<Tensor>x) != <uint64_t>versions[i]:
                what = names[i] if names is not None else "an argument"
                raise RuntimeError(f"backward: {what} of {node.name} (shape {shape_tuple(<Tensor>x)}) was changed in place after "
                                   f"the call: it is at version {changes_of(<Tensor>x)}, expected {versions[i]}")
        elif type(x) is list or type(x) is tuple:
            _check_versions(node, x, versions[i], None)
    return 0


cdef object _fitted(object grad, Like like):
    """A gradient in the shape and dtype of what it belongs to: broadcast axes are added up."""
    cdef Tensor g
    cdef int d, extra
    cdef bint same
    if type(grad) is not Tensor:
        if grad is None or like is None:
            return None
        import numrs
        grad = numrs.full(like.shape, grad, dtype=like.dtype)
    g = <Tensor>grad
    same = g.view.ndim == len(like.shape)
    if same:
        for d in range(g.view.ndim):
            if g.view.shape[d] != <int64_t>like.shape[d]:
                same = False
                break
    if same and g.view.dtype == like.number:
        return grad
    import numrs
    if not same:
        shape = like.shape
        extra = g.view.ndim - <int>len(shape)
        axes = list(range(extra))
        for d in range(len(shape)):
            if extra >= 0 and shape[d] == 1 and g.view.shape[extra + d] != 1:
                axes.append(extra + d)
        if extra < 0 or len(axes) == 0:
            raise RuntimeError(f"backward: a rule gave a gradient of shape {shape_tuple(g)} for an input of shape {shape}")
        grad = numrs.sum(grad, axis=tuple(axes), keepdims=True)
        grad = numrs.reshape(grad, shape)
    if (<Tensor>grad).dtype != like.dtype:
        if (<Tensor>grad).dtype.kind == "c" and like.dtype.kind != "c":
            grad = numrs.real(grad)
        if (<Tensor>grad).dtype != like.dtype:
            grad = numrs.astype(grad, like.dtype)
    return grad


cdef class _Walk:
    """One backward: gradients that wait for their nodes, and leaves that receive theirs."""
    cdef dict waiting       # number of a node → gradient, or a list for nodes with several results
    cdef dict nodes         # number → Node
    cdef list heap
    cdef bint keep, deeper
    cdef dict wanted        # id of a leaf, node or slot → place in `found`; None: leaves gather in .grad
    cdef list found
    cdef set useful         # numbers of the nodes on a way to what is wanted; None: all

    cdef int give(self, object source, object grad) except -1:
        cdef Node node
        cdef Slot slot
        cdef list parts
        if type(source) is Tensor:
            return self.gather(<Tensor>source, grad)
        if type(source) is list:
            if grad is None:
                return 0
            for one, part in zip(source, grad):
                if one is not None and part is not None:
                    self.give(one, part)
            return 0
        if type(source) is Slot:
            slot = <Slot>source
            node = slot.node
        else:
            slot = None
            node = <Node>source
        number = node.number
        if self.useful is not None and number not in self.useful:
            return 0
        if number not in self.nodes:
            self.nodes[number] = node
            heappush(self.heap, -<object>number)
            if slot is not None:
                parts = [None] * node.outputs
                self.waiting[number] = parts
        if slot is None:
            before = self.waiting.get(number)
            self.waiting[number] = grad if before is None else before + grad
        else:
            parts = self.waiting[number]
            parts[slot.place] = grad if parts[slot.place] is None else parts[slot.place] + grad
            if slot.hooks is not None:
                parts[slot.place] = _run_hooks(slot.hooks, parts[slot.place])
            if self.wanted is not None and id(slot) in self.wanted:
                self.found[self.wanted[id(slot)]] = parts[slot.place]
        return 0

    cdef int gather(self, Tensor leaf, object grad) except -1:
        cdef Tensor g
        if type(leaf.node) is Leaf and (<Leaf>leaf.node).hooks is not None:
            grad = _run_hooks((<Leaf>leaf.node).hooks, grad)
        if self.wanted is not None:
            at = self.wanted.get(id(leaf))
            if at is not None:
                self.found[at] = grad if self.found[at] is None else self.found[at] + grad
            return 0
        if leaf.gradient is None:
            g = <Tensor>grad
            # Memory of its own: the same gradient may be on its way to somewhere else, or show another's memory.
            if not self.deeper and (not g.dense or (type(g.owner) is Memory and numrs_references(<void *>g.owner) > 1) or
                                    numrs_references(<void *>g) > 3):
                g = copied(g)
            leaf.gradient = g
            watch(leaf)
        else:
            leaf.gradient = leaf.gradient + grad
        return 0

    cdef int run(self) except -1:
        cdef Node node
        while self.heap:
            number = -<object>heappop(self.heap)
            node = <Node>self.nodes.pop(number)
            grad = self.waiting.pop(number)
            if node.outputs == 0:
                if node.hooks is not None:
                    grad = _run_hooks(node.hooks, grad)
                if self.wanted is not None:
                    at = self.wanted.get(id(node))
                    if at is not None:
                        self.found[at] = grad
            self.step(node, grad)
        return 0

    cdef int step(self, Node node, object grad) except -1:
        cdef list parents = node.parents, likes = node.likes, values = node.values
        cdef Py_ssize_t i
        cdef int k
        cdef bint before
        cdef Rule rule
        cdef dict arguments = None
        cdef list given
        if values is None:
            raise RuntimeError(f"backward: {node.name} has been walked back before and its values are freed; pass "
                               "retain_graph=True the first time to walk twice")
        rule = node.rule
        _check_versions(node, values, node.versions, rule.parameters)
        given = [grad]
        for k in range(rule.inputs_count):
            given.append(values[rule.inputs[k]])
        if rule.extras:
            arguments = {}
            for name in rule.extras:
                at = rule.places.get(name)
                if name == "out":
                    arguments[name] = self.result_of(node)
                elif at is not None:
                    arguments[name] = values[at]
                elif name == "needs":
                    arguments[name] = tuple([parent is not None and self.leads(parent) for parent in parents])
                else:
                    arguments[name] = node.kept[name]
        before = set_recording(self.deeper)
        try:
            grads = rule.backward(*given) if arguments is None else rule.backward(*given, **arguments)
            given = None
            if len(parents) == 1 and type(grads) is not tuple:
                grads = (grads,)
            if len(grads) != len(parents):
                raise RuntimeError(f"backward: the rule of {node.name} gave {len(grads)} gradients, expected {len(parents)}")
            for i in range(len(parents)):
                source = parents[i]
                if source is None or not self.leads(source):
                    continue
                part = grads[i]
                if type(part) is not Tensor and callable(part):
                    part = part()
                if part is None:
                    continue
                if type(source) is list:
                    self.give(source, [_fitted(one, like) if like is not None and one is not None else None
                                       for one, like in zip(part, likes[i])])
                else:
                    part = _fitted(part, likes[i])
                    grads = None if len(parents) == 1 else grads
                    self.give(source, part)
        finally:
            set_recording(before)
        if not self.keep:
            node.values = node.versions = None
            node.out = node.kept = None
        return 0

    cdef object result_of(self, Node node):
        """The result of a call for its rule; with its history where the gradients are to be followed."""
        cdef Tensor y
        if not self.deeper:
            return node.out
        if node.outputs:
            return _several(node, node.out)
        y = <Tensor>node.out
        y = view_tensor(y, <char *>y.view.data, y.view.ndim, y.view.shape, y.view.strides)
        _follow(y, node)
        return y

    cdef bint leads(self, object source) except -1:
        """Is the gradient of a source of use?"""
        if self.wanted is None:
            return True
        if type(source) is Tensor:
            return id(source) in self.wanted
        if type(source) is list:
            for one in source:
                if one is not None and self.leads(one):
                    return True
            return False
        if type(source) is Slot:
            return (<Slot>source).node.number in self.useful
        return (<Node>source).number in self.useful


cdef set _useful(list roots, dict wanted):
    """The numbers of the nodes from which something wanted can be reached."""
    cdef set found = set(), seen = set()
    cdef list stack = [], order = []
    cdef Node node
    for source in roots:
        node = (<Slot>source).node if type(source) is Slot else <Node>source
        stack.append(node)
    while stack:
        node = <Node>stack.pop()
        if node.number in seen:
            continue
        seen.add(node.number)
        order.append(node)
        for source in _flat(node.parents):
            if type(source) is Slot:
                stack.append((<Slot>source).node)
            elif type(source) is Node:
                stack.append(source)
    order.sort(key=_number)
    for one in order:  # parents have lower numbers
        node = <Node>one
        if id(node) in wanted:
            found.add(node.number)
            continue
        for source in _flat(node.parents):
            if id(source) in wanted or (type(source) is Slot and (<Slot>source).node.number in found) or \
                    (type(source) is Node and (<Node>source).number in found):
                found.add(node.number)
                break
    return found


def _number(node):
    return (<Node>node).number


cdef list _flat(list parents):
    cdef list found = []
    for one in parents:
        if type(one) is list:
            found += [part for part in one if part is not None]
        elif one is not None:
            found.append(one)
    return found


def walk_back(list outputs, list grads, inputs, bint keep, bint deeper):
    """The gradients of outputs (with weights `grads`) into leaves, or those of `inputs` as a list (None: not reached)."""
    cdef _Walk walk = _Walk.__new__(_Walk)
    cdef Tensor t
    cdef list roots = [], sources = []
    walk.waiting = {}
    walk.nodes = {}
    walk.heap = []
    walk.keep = keep
    walk.deeper = deeper
    for x in outputs:
        source = _source(x)
        sources.append(source)
        if type(source) is Node or type(source) is Slot:
            roots.append(source)
    if inputs is not None:
        walk.wanted = {}
        walk.found = [None] * len(inputs)
        for i, x in enumerate(inputs):
            walk.wanted[id(_source(x))] = i
        walk.useful = _useful(roots, walk.wanted)
    for source, grad in zip(sources, grads):
        walk.give(source, grad)
    walk.run()
    return walk.found
