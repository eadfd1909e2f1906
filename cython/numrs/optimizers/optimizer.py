"""What all optimizers have in common: groups of parameters, steps, state; the formulas are C (numrs/optim.h)."""

import math

from numrs._ops._tensor import Tensor
from numrs._ops.optim import Stepper

NESTEROV, AMSGRAD, CENTERED, MAXIMIZE, DECOUPLED = 1, 2, 4, 8, 16

_classes: dict = {}


def names():
    """The names that `get` knows."""
    return sorted(_classes)


def get(optimizer):
    """An optimizer from its name, or one as it is.

    Parameters
    ----------
    optimizer : str or Optimizer
        A name in any case, such as 'adam'.

    Returns
    -------
    Optimizer

    Raises
    ------
    ValueError, TypeError
        For an unknown name; the message lists the known ones.

    Examples
    --------
    >>> numrs.optimizers.get("adam").lr
    0.001
    """
    if isinstance(optimizer, Optimizer):
        return optimizer
    if not isinstance(optimizer, str):
        raise TypeError(f"optimizers.get: got {type(optimizer).__name__}, expected an Optimizer or its name")
    if optimizer.lower() not in _classes:
        raise ValueError(f"optimizers.get: {optimizer!r} is no optimizer, expected one of {', '.join(names())}")
    return _classes[optimizer.lower()]()


def finite(name, argument, value, least=0.0, below=math.inf, closed=False):
    """value as a float in [least, below), or [least, below] where closed."""
    number = float(value)
    if not (least <= number and (number <= below if closed else number < below)):
        wanted = f"{least:g} or more" + ("" if below == math.inf else f", {'at most' if closed else 'below'} {below:g}")
        raise ValueError(f"{name}: {argument} is {value}, expected {wanted}{', finite' if below == math.inf else ''}")
    return number


class Optimizer:
    """Parameters in groups, each with its numbers. Subclasses say which numbers there are (`defaults`), check them and
    make a step of a group.

    Steps are counted for a group: a parameter without a gradient stays as it is, and so does its state.
    """

    name = ""  # of the C library's operation
    arenas: tuple[str, ...] = ()  # kinds of state, in its order

    def __init_subclass__(cls):
        if cls.name:
            _classes[cls.__name__.lower()] = cls

    def __init__(self, params, defaults):
        self.defaults = defaults
        self.check(defaults)
        self.param_groups = []
        self._steppers = []  # for each group: of each dtype
        self._pending = None
        if params is not None:
            self.bind(params)

    # ------------------------------------------------------------------------------------------------ subclasses

    def check(self, group):
        """Raises for numbers that are out of range."""
        finite(type(self).__name__, "lr", group["lr"])
        finite(type(self).__name__, "weight_decay", group.get("weight_decay", 0))

    def kept(self, group):
        """For each of `arenas`, whether the group's numbers use it."""
        return (True,) * len(self.arenas)

    def numbers(self, group):
        """flags, lr, weight_decay, beta1, beta2, eps, momentum, dampening of the C library."""
        raise NotImplementedError

    # ------------------------------------------------------------------------------------------------ parameters

    def bind(self, params):
        """Takes parameters: an iterable of Tensors, or of dicts with 'params' and numbers of their own. Those of before
        are forgotten.

        Parameters
        ----------
        params : iterable
            Tensors, pairs of names and Tensors, or dicts.

        Returns
        -------
        Optimizer
            Itself.

        Raises
        ------
        ValueError, TypeError
            For no parameters, one that is there twice, or anything that is no Tensor.
        """
        if isinstance(params, Tensor):
            raise TypeError(f"{type(self).__name__}: params is a Tensor, expected an iterable of Tensors or dicts")
        params = list(params)
        if not params:
            raise ValueError(f"{type(self).__name__}: there are no parameters")
        before = self.param_groups, self._steppers
        self.param_groups, self._steppers = [], []
        try:
            for group in params if isinstance(params[0], dict) else [{"params": params}]:
                self.add_param_group(group)
        except BaseException:
            self.param_groups, self._steppers = before
            raise
        if self._pending is not None:
            pending, self._pending = self._pending, None
            self.load_state_dict(pending)
        return self

    def add_param_group(self, param_group):
        """Adds parameters with numbers of their own: a dict with 'params' and any of the numbers."""
        name = type(self).__name__
        if not isinstance(param_group, dict) or "params" not in param_group:
            raise TypeError(f"{name}: a group is {type(param_group).__name__}, expected a dict with 'params'")
        group = {**self.defaults, **renamed(name, param_group)}
        tensors = param_group["params"]
        tensors = [tensors] if isinstance(tensors, Tensor) else list(tensors)
        tensors = [t[1] if isinstance(t, tuple) and len(t) == 2 else t for t in tensors]
        unknown = [key for key in group if key not in self.defaults and key not in ("params", "initial_lr", "name")]
        if unknown:
            raise TypeError(f"{name}: {unknown[0]!r} is no number of a group, expected some of {', '.join(self.defaults)}")
        self.check(group)
        seen = {id(t) for g in self.param_groups for t in g["params"]}
        for t in tensors:
            if id(t) in seen:
                raise ValueError(f"{name}: a parameter is there twice")
            seen.add(id(t))
        group["params"] = tensors
        steppers = self._steppers_of(group)
        self.param_groups.append(group)
        self._steppers.append(steppers)

    def _steppers_of(self, group):
        kinds = {}
        for i, t in enumerate(group["params"]):
            if not isinstance(t, Tensor):
                raise TypeError(f"{type(self).__name__}: parameter {i} is of type {type(t).__name__}, expected a Tensor")
            kinds.setdefault(t.dtype.name, []).append(t)
        kept = self.kept(group)
        return {dtype: Stepper(self.name, tensors, kept) for dtype, tensors in kinds.items()}

    # ------------------------------------------------------------------------------------------------ steps

    def step(self, closure=None):
        """One step of all parameters that have a gradient.

        Parameters
        ----------
        closure : callable, optional
            Computes the loss anew, with its gradients.

        Returns
        -------
        object
            What closure gives.
        """
        loss = closure() if closure is not None else None
        for group, steppers in zip(self.param_groups, self._steppers, strict=True):
            numbers = self.numbers(group)
            for stepper in steppers.values():
                stepper.step(*numbers)
        return loss

    def zero_grad(self, set_to_none=True):
        """Forgets the gradients, or fills them with zeros."""
        for steppers in self._steppers:
            for stepper in steppers.values():
                stepper.zero_grad(set_to_none)

    # ------------------------------------------------------------------------------------------------ numbers and state

    @property
    def lr(self):
        """The learning rate of the first group."""
        return self.param_groups[0]["lr"] if self.param_groups else self.defaults["lr"]

    @lr.setter
    def lr(self, value):
        finite(type(self).__name__, "lr", value)
        self.defaults["lr"] = value
        for group in self.param_groups:
            group["lr"] = value

    learning_rate = lr

    def state_dict(self):
        """Everything that a run needs to go on as it would have: numbers, counts and state, flat arrays of all
        parameters of a group and dtype."""
        state, groups, first = {}, [], 0
        for i, (group, steppers) in enumerate(zip(self.param_groups, self._steppers, strict=True)):
            groups.append({key: value for key, value in group.items() if key != "params"})
            groups[-1]["params"] = list(range(first, first + len(group["params"])))
            first += len(group["params"])
            for dtype, stepper in steppers.items():
                entry = {"step": stepper.steps, "mu_product": stepper.mu_product}
                entry |= {kind: a.copy() for kind, a in zip(self.arenas, stepper.state, strict=True) if a is not None}
                state[f"{i}.{dtype}"] = entry
        return {"state": state, "param_groups": groups}

    def load_state_dict(self, state_dict):
        """Takes what state_dict gave, of the same groups and shapes; on an error nothing changes. Before `bind` it is kept
        until then."""
        name = type(self).__name__
        if not self.param_groups:
            self._pending = state_dict
            return
        groups, state = state_dict["param_groups"], state_dict["state"]
        if [len(g["params"]) for g in groups] != [len(g["params"]) for g in self.param_groups]:
            raise ValueError(f"{name}.load_state_dict: groups have {[len(g['params']) for g in groups]} parameters, expected "
                             f"{[len(g['params']) for g in self.param_groups]}")
        fresh = []
        for i, group in enumerate(groups):
            numbers = {**self.param_groups[i], **{k: v for k, v in group.items() if k != "params"}}
            self.check(numbers)
            steppers = self._steppers_of(numbers)
            for dtype, stepper in steppers.items():
                entry = state.get(f"{i}.{dtype}")
                if entry is None:
                    raise ValueError(f"{name}.load_state_dict: there is no state of group {i}, {dtype}")
                stepper.steps, stepper.mu_product = int(entry["step"]), float(entry["mu_product"])
                for kind, arena in zip(self.arenas, stepper.state, strict=True):
                    if arena is None:
                        continue
                    if kind not in entry or tuple(entry[kind].shape) != arena.shape:
                        found = "none" if kind not in entry else f"shape {tuple(entry[kind].shape)}"
                        raise ValueError(f"{name}.load_state_dict: {kind} of group {i} has {found}, expected {arena.shape}")
                    arena[...] = entry[kind]
            fresh.append((numbers, steppers))
        for i, (numbers, steppers) in enumerate(fresh):
            self.param_groups[i].update({key: value for key, value in numbers.items() if key != "params"})
            self._steppers[i] = steppers

    def __repr__(self):
        shown = ", ".join(f"{key}={value!r}" for key, value in self.defaults.items())
        return f"{type(self).__name__}({shown})"


def renamed(name, numbers):
    """The numbers of a group under the names that are used inside."""
    out = {key: value for key, value in numbers.items() if key not in ("learning_rate", "beta1", "beta2")}
    if "learning_rate" in numbers:
        if "lr" in numbers:
            raise TypeError(f"{name}: got lr and learning_rate, expected one of them")
        out["lr"] = numbers["learning_rate"]
    if "beta1" in numbers or "beta2" in numbers:
        if "betas" in numbers:
            raise TypeError(f"{name}: got betas and beta1 or beta2, expected one of the forms")
        out["betas"] = (numbers.get("beta1", 0.9), numbers.get("beta2", 0.999))
    return out


def rate(name, lr, learning_rate, default):
    """The learning rate under either name."""
    if lr is not None and learning_rate is not None:
        raise TypeError(f"{name}: got lr and learning_rate, expected one of them")
    return default if lr is None and learning_rate is None else learning_rate if lr is None else lr


def two_betas(name, betas, beta1, beta2, default):
    """betas, or beta1 and beta2, as a pair."""
    if betas is not None and (beta1 is not None or beta2 is not None):
        raise TypeError(f"{name}: got betas and beta1 or beta2, expected one of the forms")
    if betas is None:
        return (default[0] if beta1 is None else beta1, default[1] if beta2 is None else beta2)
    if len(betas) != 2:
        raise ValueError(f"{name}: betas are {betas}, expected two numbers")
    return tuple(betas)
