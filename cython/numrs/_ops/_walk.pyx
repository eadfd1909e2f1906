# cython: freethreading_compatible=True
"""The walk back along the tape (_record.pyx): the gradients of results become those of leaves, the latest call first."""
from heapq import heappop, heappush

from libc.stdint cimport int32_t, int64_t, uint64_t

from numrs._ops._devices import chosen as _chosen
from numrs._ops._place cimport MANY_PLACES, device_at
from numrs._ops._record cimport Leaf, Like, Node, Rule, Slot, follow, several, source_of
from numrs._ops._storage cimport changes_of, copied, new_like, set_recording, shape_tuple, view_tensor
from numrs._ops._tensor cimport Memory, Tensor, watch
from numrs.c cimport ops

cdef extern from *:
    """
    static long numrs_references(void *x) { return (long)Py_REFCNT((PyObject *)x); }
    """
    long numrs_references(void *x) noexcept


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
        cdef bint entered = MANY_PLACES[0]
        cdef object device = None  # of creation functions: in a rule it is that of the gradient
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
        if entered:
            device = _chosen.set_for_thread(device_at(_place_of(grad)))
        try:
            if self.deeper and rule.second is not None:
                grads = rule.second(rule, grad, values, node.kept, self.result_of(node),
                                    tuple([parent is not None and self.leads(parent) for parent in parents]))
            elif self.deeper and rule.once:
                raise NotImplementedError(f"{rule.name}: its gradient has no gradient rule of its own; do not pass create_graph")
            else:
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
            if entered:
                _chosen.set_for_thread(device)
        if not self.keep:
            node.values = node.versions = None
            node.out = node.kept = None
        return 0

    cdef object result_of(self, Node node):
        """The result of a call for its rule; with its history where the gradients are to be followed."""
        cdef Tensor y
        if not self.deeper or node.out is None:
            return node.out
        if node.outputs:
            return several(node, node.out)
        y = <Tensor>node.out
        y = view_tensor(y, <char *>y.view.data, y.view.ndim, y.view.shape, y.view.strides)
        follow(y, node)
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


cdef int32_t _place_of(object grad) noexcept:
    """Where a gradient, or the first of several, is."""
    if type(grad) is Tensor:
        return (<Tensor>grad).place
    if type(grad) is list or type(grad) is tuple:
        for part in grad:
            if type(part) is Tensor:
                return (<Tensor>part).place
    return 0


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
    cdef list roots = [], sources = []
    walk.waiting = {}
    walk.nodes = {}
    walk.heap = []
    walk.keep = keep
    walk.deeper = deeper
    for x in outputs:
        source = source_of(x)
        sources.append(source)
        if type(source) is Node or type(source) is Slot:
            roots.append(source)
    if inputs is not None:
        walk.wanted = {}
        walk.found = [None] * len(inputs)
        for i, x in enumerate(inputs):
            walk.wanted[id(source_of(x))] = i
        walk.useful = _useful(roots, walk.wanted)
    for source, grad in zip(sources, grads):
        walk.give(source, grad)
    walk.run()
    return walk.found


def walk_back_from_one(Tensor t, bint keep, bint deeper):
    """The gradients of a tensor of one element into leaves; False where it is none of float32 or float64 that is followed."""
    cdef Tensor one
    if not t.wants_grad or t.size != 1 or t.place != 0 or (t.view.dtype != ops.NUMRS_F32 and t.view.dtype != ops.NUMRS_F64):
        return False
    one = new_like(t, t.view.dtype)
    if t.view.dtype == ops.NUMRS_F32:
        (<float *>one.view.data)[0] = 1.0
    else:
        (<double *>one.view.data)[0] = 1.0
    walk_back([t], [one], None, keep, deeper)
    return True
