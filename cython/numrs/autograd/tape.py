"""Walking back: backward, grad, value_and_grad."""

from functools import wraps

import numpy as np

import numrs
from numrs._ops._tensor import Tensor
from numrs._ops._walk import walk_back


def _weights(outputs, gradients, function):
    """One gradient for each output; 1 for those of one element."""
    if gradients is None:
        gradients = [None] * len(outputs)
    elif isinstance(gradients, (Tensor, np.ndarray)):
        gradients = [gradients]
    if len(gradients) != len(outputs):
        raise ValueError(f"{function}: {len(gradients)} gradients for {len(outputs)} outputs")
    found = []
    for y, g in zip(outputs, gradients):
        if not isinstance(y, Tensor) or not y.requires_grad:
            raise RuntimeError(
                f"{function}: an output does not require grad: it was not computed from a tensor with "
                "requires_grad=True, or under no_grad()"
            )
        if g is None:
            if y.size != 1:
                raise ValueError(
                    f"{function}: an output has shape {y.shape}, expected one element, or its gradient as an argument"
                )
            g = numrs.ones(y.shape, dtype=y.dtype, device=y.device)
        else:
            g = g if isinstance(g, Tensor) and g.dtype == y.dtype else numrs.asarray(g, dtype=y.dtype, device=y.device)
            if g.shape != y.shape:
                raise ValueError(f"{function}: a gradient has shape {g.shape}, its output {y.shape}")
        found.append(g)
    return found


def backward(tensors, grad_tensors=None, retain_graph=None, create_graph=False):
    """Adds the gradients of tensors to the ``grad`` of the leaves that they were computed from.

    Parameters
    ----------
    tensors : Tensor or list of Tensors
        Of one element each, unless their gradients are given.
    grad_tensors : Tensor or list of Tensors, optional
        The gradients of what comes after; of the shapes of the tensors.
    retain_graph : bool, optional
        Keep what is needed to walk back again; as create_graph when not given.
    create_graph : bool, optional
        Follow the gradients too, for gradients of higher order.

    Raises
    ------
    RuntimeError
        For tensors that are not followed, were walked back before, or of which something needed was changed in place.

    Examples
    --------
    >>> x = numrs.Tensor([1.0, 2.0], requires_grad=True)
    >>> numrs.autograd.backward(numrs.sum(x * x))
    >>> x.grad
    tensor([2., 4.], dtype=float64, device='cpu')
    """
    outputs = [tensors] if isinstance(tensors, Tensor) else list(tensors)
    weights = _weights(outputs, grad_tensors, "backward")
    walk_back(outputs, weights, None, create_graph if retain_graph is None else retain_graph, create_graph)


def _leaves(tree, found):
    """The tensors of nested dicts, lists and tuples, in order."""
    if isinstance(tree, dict):
        for part in tree.values():
            _leaves(part, found)
    elif isinstance(tree, (list, tuple)):
        for part in tree:
            _leaves(part, found)
    else:
        found.append(tree)
    return found


def _rebuilt(tree, leaves):
    if isinstance(tree, dict):
        return {name: _rebuilt(part, leaves) for name, part in tree.items()}
    if isinstance(tree, (list, tuple)):
        parts = [_rebuilt(part, leaves) for part in tree]
        return type(tree)(*parts) if hasattr(tree, "_fields") else type(tree)(parts)
    return next(leaves)


def value_and_grad(function, argnums=0, has_aux=False):
    """A function that gives the value of another and its gradients.

    Parameters
    ----------
    function : callable
        Gives one element (with has_aux: a pair of it and anything else).
    argnums : int or tuple of ints, optional
        Which positional arguments; nested dicts, lists and tuples of arrays are taken as they are.
    has_aux : bool, optional
        Whether the function gives something beside the value.

    Returns
    -------
    callable
        Takes what the function takes; gives (value, gradients), the gradients in the form of the arguments: Tensors for Tensors,
        ndarrays for ndarrays and numbers.

    Examples
    --------
    >>> numrs.autograd.value_and_grad(lambda x: numrs.sum(x**2))(numrs.asarray([1.0, 3.0]))[0]
    tensor(10., dtype=float64, device='cpu')
    """
    several = isinstance(argnums, (tuple, list))
    chosen = tuple(argnums) if several else (argnums,)

    @wraps(function)
    def both(*args, **kwargs):
        args = list(args)
        given, inputs = [], []
        for n in chosen:
            if not -len(args) <= n < len(args):
                raise ValueError(
                    f"value_and_grad: argnums is {argnums}, and {len(args)} positional arguments were given"
                )
            leaves = _leaves(args[n], [])
            own = []
            for x in leaves:
                t = (
                    x
                    if isinstance(x, Tensor)
                    else numrs.asarray(np.asarray(x, dtype=None if np.asarray(x).dtype.kind in "fc" else np.float64))
                ).detach()
                t.requires_grad = True
                own.append(t)
            given.append((args[n], leaves))
            inputs += own
            args[n] = _rebuilt(args[n], iter(own))
        made = function(*args, **kwargs)
        value, aux = made if has_aux else (made, None)
        grads = grad(value, inputs, allow_unused=True)
        at, answers = 0, []
        for tree, leaves in given:
            own = []
            for x in leaves:
                g = grads[at] if grads[at] is not None else numrs.zeros_like(inputs[at].detach())
                own.append(g if isinstance(x, Tensor) else g.numpy())
                at += 1
            answers.append(_rebuilt(tree, iter(own)))
        value = value.detach()
        return ((value, aux) if has_aux else value), tuple(answers) if several else answers[0]

    return both


def grad(
    outputs,
    inputs=None,
    grad_outputs=None,
    retain_graph=None,
    create_graph=False,
    allow_unused=False,
    *,
    argnums=0,
    has_aux=False,
):
    """Gradients of outputs with respect to inputs; or, given a function, the function that computes its gradient.

    Parameters
    ----------
    outputs : Tensor, list of Tensors, or callable
        What is differentiated.
    inputs : Tensor or list of Tensors
        With respect to what: leaves, or tensors on the way.
    grad_outputs : Tensor or list of Tensors, optional
        Gradients of the outputs; needed where they have more than one element.
    retain_graph, create_graph : bool, optional
        As for backward.
    allow_unused : bool, optional
        None, and no error, for an input that the outputs do not depend on.
    argnums, has_aux
        As value_and_grad, for a function.

    Returns
    -------
    tuple of Tensors, or callable
        One for each input; of one Tensor as input: the tuple with one. ``grad`` of the leaves is left alone.

    Raises
    ------
    RuntimeError
        For an input that the outputs do not depend on.

    Examples
    --------
    >>> x = numrs.Tensor(3.0, requires_grad=True)
    >>> numrs.autograd.grad(x**3, x)
    (tensor(27., dtype=float64, device='cpu'),)
    """
    if callable(outputs) and not isinstance(outputs, Tensor):
        both = value_and_grad(outputs, argnums if inputs is None else inputs, has_aux)

        @wraps(outputs)
        def only(*args, **kwargs):
            value, grads = both(*args, **kwargs)
            return (grads, value[1]) if has_aux else grads

        return only
    if inputs is None:
        raise TypeError("grad: inputs are missing: tensors to differentiate with respect to")
    outputs = [outputs] if isinstance(outputs, Tensor) else list(outputs)
    inputs = [inputs] if isinstance(inputs, Tensor) else list(inputs)
    for i, x in enumerate(inputs):
        if not isinstance(x, Tensor) or not x.requires_grad:
            raise RuntimeError(f"grad: inputs[{i}] does not require grad")
    weights = _weights(outputs, grad_outputs, "grad")
    found = walk_back(outputs, weights, inputs, create_graph if retain_graph is None else retain_graph, create_graph)
    if not allow_unused:
        for i, g in enumerate(found):
            if g is None:
                raise RuntimeError(
                    f"grad: the outputs do not depend on inputs[{i}]; allow_unused=True gives None for it"
                )
    return tuple(found)
