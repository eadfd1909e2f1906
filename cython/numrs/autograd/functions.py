"""Functions with a gradient of one's own, and functions that are computed again instead of remembered."""

import sys

import numrs
from numrs._ops._record import attach, attach_several, is_recording
from numrs._ops._tensor import Tensor
from numrs.autograd.engine import Rule
from numrs.autograd.modes import enable_grad, no_grad
from numrs.autograd.tape import backward as walk


class Context:
    """What the forward function of a custom function leaves for its backward function."""

    def __init__(self):
        self.saved_tensors = ()
        self.needs_input_grad = ()

    def save_for_backward(self, *tensors):
        """Keeps tensors as ``saved_tensors``."""
        self.saved_tensors = tensors


def _remember(made, name, args, back):
    """Results as results of one call with the gradients of back(gradient) for the arguments."""

    def function(*args):
        return None

    rule = Rule(name, function, backward=lambda grad, *args, needs: (back(grad),))
    rule.takes_out = False
    if isinstance(made, Tensor):
        return attach(made, name, rule, args, None)
    if isinstance(made, (tuple, list)):
        return attach_several(made, rule, args, None)
    raise TypeError(f"{name}: gave {type(made).__name__}, expected a Tensor or a tuple of Tensors")


def custom_function(forward, backward):
    """A function whose gradient is given by another.

    Parameters
    ----------
    forward : callable
        forward(ctx, *args) gives a Tensor or a tuple of them; it is not followed. What backward needs is put on ctx, or by
        ``ctx.save_for_backward(*tensors)``.
    backward : callable
        backward(ctx, *gradients of the results) gives one gradient for each argument: None for what has none.

    Returns
    -------
    callable
        Takes what forward takes after ctx.

    Examples
    --------
    >>> double = numrs.autograd.custom_function(lambda ctx, x: x * 2, lambda ctx, g: g * 2)
    >>> x = numrs.Tensor([1.0], requires_grad=True)
    >>> numrs.sum(double(x)).backward()
    >>> x.grad
    tensor([2.], dtype=float64, device='cpu')
    """
    name = getattr(forward, "__name__", "custom_function")

    def call(*args):
        ctx = Context()
        ctx.needs_input_grad = tuple([isinstance(x, Tensor) and x.requires_grad for x in args])
        with no_grad():
            made = forward(ctx, *args)
        if not is_recording() or not any(ctx.needs_input_grad):
            return made

        def back(grad):
            if isinstance(grad, list):
                grads = backward(ctx, *[numrs.zeros_like(y) if g is None else g for g, y in zip(grad, made)])
            else:
                grads = backward(ctx, grad)
            grads = grads if isinstance(grads, tuple) else (grads,)
            if len(grads) != len(args):
                raise RuntimeError(f"{name}: backward gave {len(grads)} gradients for {len(args)} arguments")
            return grads

        return _remember(made, name, args, back)

    call.__name__ = name
    return call


def _generators(function, args, kwargs):
    """The generators that a call may draw from: among its arguments, in modules and closures, and the one that layers share. They are
    set back for the second computation, so that dropout drops the same elements."""
    found, seen = [], set()

    def look(x, depth):
        if id(x) in seen or depth > 4:
            return
        seen.add(id(x))
        if isinstance(x, numrs.random.Generator):
            found.append(x)
        elif hasattr(x, "modules") and callable(x.modules):
            for module in x.modules():
                for value in vars(module).values():
                    if isinstance(value, numrs.random.Generator):
                        look(value, depth)
        elif isinstance(x, (list, tuple)):
            for part in x:
                look(part, depth + 1)
        elif isinstance(x, dict):
            look(list(x.values()), depth + 1)
        elif callable(x):
            look(getattr(x, "__self__", None), depth + 1)
            look(getattr(x, "func", None), depth + 1)
            look(getattr(x, "args", None), depth + 1)
            look(getattr(x, "__defaults__", None), depth + 1)
            look(getattr(x, "__kwdefaults__", None), depth + 1)
            for cell in getattr(x, "__closure__", None) or ():
                look(cell.cell_contents, depth + 1)
            names = getattr(getattr(x, "__code__", None), "co_names", ())
            look([x.__globals__[name] for name in names if name in getattr(x, "__globals__", {})], depth + 1)

    look([function, args, kwargs], 0)
    shared = sys.modules.get("numrs.nn.init")
    if shared is not None:
        look(shared.generator(), 0)
    return found


def checkpoint(function, *args, **kwargs):
    """Calls a function without remembering what it computes; walking back computes it again.

    Parameters
    ----------
    function : callable
        Gives a Tensor or a tuple of them, the same ones each time it is called.
    *args, **kwargs
        Its arguments; tensors among the positional ones get their gradients.

    Returns
    -------
    Tensor or tuple of Tensors
        What the function gives.
    """
    generators = _generators(function, args, kwargs)
    states = [g.state for g in generators]
    with no_grad():
        made = function(*args, **kwargs)
    if not is_recording():
        return made

    def back(grad):
        copies = []
        for x in args:
            if isinstance(x, Tensor) and x.requires_grad:
                x = x.detach()
                x.requires_grad = True
            copies.append(x)
        now = [g.state for g in generators]
        for g, state in zip(generators, states):
            g.state = state
        with enable_grad():
            again = function(*copies, **kwargs)
        for g, state in zip(generators, now):
            g.state = state
        if isinstance(grad, list):
            pairs = [(y, g) for y, g in zip(again, grad) if g is not None]
            walk([y for y, _ in pairs], [g for _, g in pairs])
        else:
            walk(again, grad)
        return tuple([x.grad if isinstance(x, Tensor) and x.requires_grad else None for x in copies])

    followed = any(isinstance(x, Tensor) and x.requires_grad for x in args)
    if not followed:  # parameters inside of the function: they have to be found when it is computed again
        anchor = numrs.zeros(())
        anchor.requires_grad = True
        return _remember(
            made, getattr(function, "__name__", "checkpoint"), (anchor, *args), lambda grad: (None, *back(grad))
        )
    return _remember(made, getattr(function, "__name__", "checkpoint"), args, back)
