"""The optimizers: which numbers each has, and what the C library is told; the formulas are in lib/ops/optim-inl.h."""

from numrs.optimizers.optimizer import (
    AMSGRAD,
    CENTERED,
    DECOUPLED,
    MAXIMIZE,
    NESTEROV,
    Optimizer,
    finite,
    rate,
    two_betas,
)


class SGD(Optimizer):
    """Steps along the gradient, with momentum.

    Parameters
    ----------
    params : iterable, optional
        Tensors, or dicts with 'params' and numbers of their own; later by `bind` when not given.
    lr, learning_rate : float
        1e-3.
    momentum, dampening, weight_decay : float
        0.
    nesterov, maximize : bool

    Raises
    ------
    ValueError, TypeError
        For numbers out of range, NaN too, or parameters that are no float Tensors.

    Examples
    --------
    >>> x = numrs.Tensor([1.0])
    >>> x.grad = numrs.Tensor([2.0])
    >>> numrs.optimizers.SGD([x], lr=0.25).step()
    >>> x
    tensor([0.5], dtype=float64, device='cpu')
    """

    name, arenas = "sgd", ("momentum_buffer",)

    def __init__(self, params=None, lr=None, momentum=0.0, dampening=0.0, weight_decay=0.0, nesterov=False, *, maximize=False,
                 learning_rate=None):
        super().__init__(params, {
            "lr": rate("SGD", lr, learning_rate, 1e-3), "momentum": momentum, "dampening": dampening,
            "weight_decay": weight_decay, "nesterov": nesterov, "maximize": maximize,
        })

    def check(self, group):
        super().check(group)
        finite("SGD", "momentum", group["momentum"])
        if group["nesterov"] and (group["momentum"] <= 0 or group["dampening"] != 0):
            raise ValueError("SGD: nesterov needs a momentum above 0 and no dampening")

    def kept(self, group):
        return (group["momentum"] != 0,)

    def numbers(self, group):
        flags = (NESTEROV if group["nesterov"] else 0) | (MAXIMIZE if group["maximize"] else 0)
        return flags, group["lr"], group["weight_decay"], 0.0, 0.0, 0.0, group["momentum"], group["dampening"]


class _Moments(Optimizer):
    """Adam and its relatives."""

    arenas: tuple[str, ...] = ("exp_avg", "exp_avg_sq")
    extra = ()

    def check(self, group):
        name = type(self).__name__
        super().check(group)
        for i, beta in enumerate(group["betas"]):
            finite(name, f"betas[{i}]", beta, 0.0, 1.0)
        finite(name, "eps", group.get("eps", 0.0))

    def flags(self, group):
        return (
            (MAXIMIZE if group.get("maximize") else 0)
            | (AMSGRAD if group.get("amsgrad") else 0)
            | (DECOUPLED if group.get("decoupled_weight_decay") else 0)
        )

    def numbers(self, group):
        beta1, beta2 = group["betas"]
        return (self.flags(group), group["lr"], group["weight_decay"], beta1, beta2, group.get("eps", 0.0),
                group.get("momentum_decay", 0.0), 0.0)


class Adam(_Moments):
    """Adam (Kingma and Ba, 2015): steps by the mean of gradients over the root of their mean square.

    Parameters
    ----------
    params : iterable, optional
        Tensors, or dicts with 'params' and numbers of their own; later by `bind` when not given.
    lr, learning_rate : float
        1e-3.
    betas : tuple of two floats, or beta1, beta2
        (0.9, 0.999), in [0, 1).
    eps, weight_decay : float
        1e-8 and 0; the decay is added to the gradient (AdamW takes it off the parameter).
    amsgrad, maximize : bool

    Raises
    ------
    ValueError, TypeError
        For numbers out of range, NaN too, or parameters that are no float Tensors.

    Examples
    --------
    >>> x = numrs.Tensor([1.0])
    >>> x.grad = numrs.Tensor([2.0])
    >>> numrs.optimizers.Adam([x], lr=0.5, eps=0.0).step()
    >>> x
    tensor([0.5], dtype=float64, device='cpu')
    """

    name, arenas = "adam", ("exp_avg", "exp_avg_sq", "max_exp_avg_sq")
    decay = 0.0

    def __init__(self, params=None, lr=None, betas=None, eps=1e-8, weight_decay=None, amsgrad=False, *, maximize=False,
                 learning_rate=None, beta1=None, beta2=None):
        name = type(self).__name__
        super().__init__(params, {
            "lr": rate(name, lr, learning_rate, 1e-3), "betas": two_betas(name, betas, beta1, beta2, (0.9, 0.999)),
            "eps": eps, "weight_decay": self.decay if weight_decay is None else weight_decay, "amsgrad": amsgrad,
            "maximize": maximize,
        })

    def kept(self, group):
        return True, True, bool(group["amsgrad"])


class AdamW(Adam):
    """Adam with a decay of the parameters themselves (Loshchilov and Hutter, 2019): weight_decay is 0.01 when not given.

    Parameters, exceptions
        Those of `Adam`.

    Examples
    --------
    >>> numrs.optimizers.AdamW(learning_rate=0.1, beta1=0.8).defaults["betas"]
    (0.8, 0.999)
    """

    name, decay = "adamw", 0.01


class NAdam(_Moments):
    """Adam with Nesterov's momentum (Dozat, 2016); lr is 2e-3 when not given.

    Parameters, exceptions
        Those of `Adam`, without amsgrad; momentum_decay is 4e-3, decoupled_weight_decay False.

    Examples
    --------
    >>> numrs.optimizers.NAdam().lr
    0.002
    """

    name = "nadam"

    def __init__(self, params=None, lr=None, betas=None, eps=1e-8, weight_decay=0.0, momentum_decay=4e-3,
                 decoupled_weight_decay=False, *, maximize=False, learning_rate=None, beta1=None, beta2=None):
        super().__init__(params, {
            "lr": rate("NAdam", lr, learning_rate, 2e-3), "betas": two_betas("NAdam", betas, beta1, beta2, (0.9, 0.999)),
            "eps": eps, "weight_decay": weight_decay, "momentum_decay": momentum_decay,
            "decoupled_weight_decay": decoupled_weight_decay, "maximize": maximize,
        })

    def check(self, group):
        super().check(group)
        finite("NAdam", "momentum_decay", group["momentum_decay"])


class RAdam(_Moments):
    """Adam that waits until the mean square is known well enough (Liu et al., 2020).

    Parameters, exceptions
        Those of `Adam`, without amsgrad; decoupled_weight_decay is False.

    Examples
    --------
    >>> numrs.optimizers.RAdam().lr
    0.001
    """

    name = "radam"

    def __init__(self, params=None, lr=None, betas=None, eps=1e-8, weight_decay=0.0, decoupled_weight_decay=False, *,
                 maximize=False, learning_rate=None, beta1=None, beta2=None):
        super().__init__(params, {
            "lr": rate("RAdam", lr, learning_rate, 1e-3), "betas": two_betas("RAdam", betas, beta1, beta2, (0.9, 0.999)),
            "eps": eps, "weight_decay": weight_decay, "decoupled_weight_decay": decoupled_weight_decay,
            "maximize": maximize,
        })


class Lion(_Moments):
    """Steps by the sign of a mean of gradients (Chen et al., 2023); lr is 1e-4, betas (0.9, 0.99) when not given.

    Parameters, exceptions
        params, lr, betas, weight_decay (taken off the parameter) and maximize, as those of `Adam`.

    Examples
    --------
    >>> x = numrs.Tensor([1.0])
    >>> x.grad = numrs.Tensor([2.0])
    >>> numrs.optimizers.Lion([x], lr=0.5).step()
    >>> x
    tensor([0.5], dtype=float64, device='cpu')
    """

    name, arenas = "lion", ("exp_avg",)

    def __init__(self, params=None, lr=None, betas=None, weight_decay=0.0, *, maximize=False, learning_rate=None, beta1=None,
                 beta2=None):
        super().__init__(params, {
            "lr": rate("Lion", lr, learning_rate, 1e-4), "betas": two_betas("Lion", betas, beta1, beta2, (0.9, 0.99)),
            "weight_decay": weight_decay, "maximize": maximize,
        })


class RMSprop(Optimizer):
    """Steps by the gradient over the root of its mean square; lr is 1e-2 when not given.

    Parameters
    ----------
    params : iterable, optional
        Tensors, or dicts with 'params' and numbers of their own; later by `bind` when not given.
    lr, learning_rate : float
        1e-2.
    alpha, eps, weight_decay, momentum : float
        0.99, 1e-8, 0 and 0.
    centered, maximize : bool

    Raises
    ------
    ValueError, TypeError
        For numbers out of range, NaN too, or parameters that are no float Tensors.

    Examples
    --------
    >>> numrs.optimizers.RMSprop().lr
    0.01
    """

    name, arenas = "rmsprop", ("square_avg", "momentum_buffer", "grad_avg")

    def __init__(self, params=None, lr=None, alpha=0.99, eps=1e-8, weight_decay=0.0, momentum=0.0, centered=False, *,
                 maximize=False, learning_rate=None):
        super().__init__(params, {
            "lr": rate("RMSprop", lr, learning_rate, 1e-2), "alpha": alpha, "eps": eps, "weight_decay": weight_decay,
            "momentum": momentum, "centered": centered, "maximize": maximize,
        })

    def check(self, group):
        super().check(group)
        finite("RMSprop", "alpha", group["alpha"], 0.0, 1.0, True)
        finite("RMSprop", "eps", group["eps"])
        finite("RMSprop", "momentum", group["momentum"])

    def kept(self, group):
        return True, group["momentum"] != 0, bool(group["centered"])

    def numbers(self, group):
        flags = (CENTERED if group["centered"] else 0) | (MAXIMIZE if group["maximize"] else 0)
        return flags, group["lr"], group["weight_decay"], 0.0, group["alpha"], group["eps"], group["momentum"], 0.0


class Adagrad(Optimizer):
    """Steps by the gradient over the root of the sum of its squares (Duchi et al., 2011); lr is 1e-2 when not given.

    Parameters
    ----------
    params : iterable, optional
        Tensors, or dicts with 'params' and numbers of their own; later by `bind` when not given.
    lr, learning_rate : float
        1e-2.
    lr_decay, weight_decay, initial_accumulator_value, eps : float
        0, 0, 0 and 1e-10.
    maximize : bool

    Raises
    ------
    ValueError, TypeError
        For numbers out of range, NaN too, or parameters that are no float Tensors.

    Examples
    --------
    >>> numrs.optimizers.Adagrad().lr
    0.01
    """

    name, arenas = "adagrad", ("sum",)

    def __init__(self, params=None, lr=None, lr_decay=0.0, weight_decay=0.0, initial_accumulator_value=0.0, eps=1e-10, *,
                 maximize=False, learning_rate=None):
        super().__init__(params, {
            "lr": rate("Adagrad", lr, learning_rate, 1e-2), "lr_decay": lr_decay, "weight_decay": weight_decay,
            "initial_accumulator_value": initial_accumulator_value, "eps": eps, "maximize": maximize,
        })

    def check(self, group):
        super().check(group)
        for number in ("lr_decay", "initial_accumulator_value", "eps"):
            finite("Adagrad", number, group[number])

    def _steppers_of(self, group):
        steppers = super()._steppers_of(group)
        for stepper in steppers.values():
            stepper.state[0][...] = group["initial_accumulator_value"]
        return steppers

    def numbers(self, group):
        flags = MAXIMIZE if group["maximize"] else 0
        return flags, group["lr"], group["weight_decay"], 0.0, 0.0, group["eps"], 0.0, group["lr_decay"]


class Adadelta(Optimizer):
    """Steps by the root mean square of earlier steps over that of gradients (Zeiler, 2012); lr is 1 when not given.

    Parameters
    ----------
    params : iterable, optional
        Tensors, or dicts with 'params' and numbers of their own; later by `bind` when not given.
    lr, learning_rate : float
        1.
    rho, eps, weight_decay : float
        0.9, 1e-6 and 0.
    maximize : bool

    Raises
    ------
    ValueError, TypeError
        For numbers out of range, NaN too, or parameters that are no float Tensors.

    Examples
    --------
    >>> numrs.optimizers.Adadelta().lr
    1.0
    """

    name, arenas = "adadelta", ("square_avg", "acc_delta")

    def __init__(self, params=None, lr=None, rho=0.9, eps=1e-6, weight_decay=0.0, *, maximize=False, learning_rate=None):
        super().__init__(params, {
            "lr": rate("Adadelta", lr, learning_rate, 1.0), "rho": rho, "eps": eps, "weight_decay": weight_decay,
            "maximize": maximize,
        })

    def check(self, group):
        super().check(group)
        finite("Adadelta", "rho", group["rho"], 0.0, 1.0, True)
        finite("Adadelta", "eps", group["eps"])

    def numbers(self, group):
        flags = MAXIMIZE if group["maximize"] else 0
        return flags, group["lr"], group["weight_decay"], 0.0, group["rho"], group["eps"], 0.0, 0.0
