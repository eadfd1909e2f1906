"""What a gradient rule is, and the table of them; the rules are in rules_*.py, the walk is in _ops/_record.pyx."""

import importlib
import inspect
from pathlib import Path

from numrs._ops import _record
from numrs._ops._record import RULES

_rules = RULES
_loaded = False


class Rule(_record.Rule):
    """How the gradient of one function's result becomes those of its arguments.

    Attributes
    ----------
    name : str
        The function.
    parameters, defaults, places : list, list, dict
        Its parameters in order, what they are when not given, and name → place.
    """

    def __init__(self, name, function, *, backward=None, forward=None, shapes="", composed=None, constant=False, second=None, once=False):
        self.name, self.function, self.forward, self.backward = name, function, forward, backward
        self.composed, self.constant, self.second, self.once = composed, constant, second, once
        signature = inspect.signature(function)
        self.parameters = list(signature.parameters)
        self.defaults = [None if p.default is p.empty else p.default for p in signature.parameters.values()]
        self.places = {name: i for i, name in enumerate(self.parameters)}
        kinds = [p.kind for p in signature.parameters.values()]
        self.variadic = (
            kinds.index(inspect.Parameter.VAR_POSITIONAL) if inspect.Parameter.VAR_POSITIONAL in kinds else -1
        )
        inputs, extras = (), ()
        if backward is not None:
            taken = list(inspect.signature(backward).parameters.values())[1:]
            positional = [
                p.name for p in taken if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD, p.VAR_POSITIONAL)
            ]
            inputs = tuple([self._place(name) for name in positional])
            extras = tuple([p.name for p in taken if p.kind == p.KEYWORD_ONLY])
        self.inputs_names = [self.parameters[at] for at in inputs]
        self.set_inputs(inputs, [self._place(name) for name in shapes.split()], extras)
        self.takes_out = "out" in extras

    def _place(self, name):
        if name not in self.places:
            raise TypeError(f"rule of {self.name}: {name!r} is no parameter of it; it has {', '.join(self.parameters)}")
        return self.places[name]


def public(name):
    """The public function that a rule is for: "exp", "linalg.inv", "functional.relu"."""
    import numrs

    for place in (numrs, numrs.linalg, getattr(numrs, "functional", None), numrs.fft):
        found = getattr(place, name.rsplit(".", 1)[-1], None)
        if found is not None and callable(found):
            return found
    raise LookupError(f"rule: there is no function {name!r}")


def followed_again(compute):
    """How a rule whose gradients are kernels is followed itself: by the gradients of what computes the same with public functions.

    Parameters
    ----------
    compute : callable
        Takes, by name, whatever it needs of the function's parameters, of what the forward function kept, and `out`.

    Returns
    -------
    callable
        For `rule(second=…)`.
    """
    wanted = list(inspect.signature(compute).parameters)

    def second(rule, grad, values, kept, out, needs):
        import numrs

        given = {name: values[rule.places[name]] if name in rule.places else out if name == "out" else kept[name] for name in wanted}
        own = []
        for name, needed in zip(rule.inputs_names, needs):
            if not needed:
                continue
            x = values[rule.places[name]]
            if isinstance(x, _record.Like):  # the function is linear in it: any numbers do
                x = numrs.zeros(x.shape, dtype=x.dtype)
                x.requires_grad = True
            else:
                x = numrs.positive(x)
            given[name] = x
            own.append(x)
        y = compute(**given)
        if isinstance(grad, list):
            pairs = [(part, g) for part, g in zip(y if isinstance(y, (tuple, list)) else [y], grad) if g is not None]
        else:
            pairs = [(y, grad)]
        found = iter(numrs.autograd.grad([part for part, _ in pairs], own, [g for _, g in pairs], create_graph=True, allow_unused=True))
        return tuple(next(found) if needed else None for needed in needs)

    second.compute = compute
    return second


def rule(name, *, forward=None, shapes="", function=None, second=None):
    """Decorates the rule of a function: rule(gradient, *arguments that get gradients, *, what else it needs) → gradients.

    Parameters
    ----------
    name : str
        The public function; several, separated by spaces, if they have one rule.
    forward : callable, optional
        Called in the place of the function when it is followed; gives the result and a dict of what the rule needs.
    shapes : str, optional
        Names of arguments of which only shape and dtype are needed.
    function : callable, optional
        The function, where it is not found by its name.
    second : callable, optional
        The rule where gradients are followed themselves, see `followed_again`; of rules that call kernels, which is what those in
        rules_nn_*.py do. Without it they raise then.

    Returns
    -------
    callable
        The decorator; it gives back the rule as it was.
    """

    def add(backward):
        for one in name.split():
            once = second is None and backward.__module__.rpartition(".")[2].startswith("rules_nn_")
            _rules[one] = Rule(one, function or public(one), backward=backward, forward=forward, shapes=shapes, second=second, once=once)
        return backward

    return add


def composed(name, way=None):
    """Says that a function is followed through the functions it is made of; `way` computes it from public ones."""

    def add(way):
        _rules[name] = Rule(name, public(name), composed=way)
        return way

    return add(way) if way is not None else add


def constant(*names):
    """Says that the results of functions have no gradient: indices, comparisons, steps."""
    for name in names:
        _rules[name] = Rule(name, public(name), constant=True)


def load():
    """Reads the modules with rules."""
    global _loaded
    if not _loaded:
        for path in sorted(Path(__file__).parent.glob("rules_*.py")):
            importlib.import_module(f"numrs.autograd.{path.stem}")
        _loaded = True


def find_rule(name):
    """The rule of a function.

    Raises
    ------
    NotImplementedError
        Where there is none.
    """
    if name not in _rules:
        load()
        if name not in _rules:
            raise NotImplementedError(
                f"{name}: has no gradient rule; call it under numrs.autograd.no_grad(), or with x.detach()"
            )
    return _rules[name]


def known_rules():
    """All rules by name, those of constants and composed functions included."""
    load()
    return dict(_rules)
