"""Schedules of learning rates by PyTorch's names. Each is a function of the number of steps (its closed form), so that a
schedule can begin anywhere and be put into others."""

import math
from bisect import bisect_right

from numrs.optimizers.optimizer import Optimizer


class Scheduler:
    """Sets the learning rates of an optimizer's groups. Subclasses say in `at` what the rate is after so many steps.

    An optimizer whose parameters are still to be bound gets its rates when `step` is called first.
    """

    def __init__(self, optimizer, last_epoch=-1):
        if not isinstance(optimizer, Optimizer):
            raise TypeError(f"{type(self).__name__}: optimizer is of type {type(optimizer).__name__}, expected an Optimizer")
        self.optimizer = optimizer
        self.last_epoch = last_epoch
        self.step()

    @property
    def base_lrs(self):
        """The learning rates of the groups before any schedule."""
        for group in self.optimizer.param_groups:
            group.setdefault("initial_lr", group["lr"])
        if not self.optimizer.param_groups:
            return [self.optimizer.defaults["lr"]] if not hasattr(self, "_early") else [self._early]
        return [group["initial_lr"] for group in self.optimizer.param_groups]

    def at(self, epoch, base, group=0):
        """The learning rate after `epoch` steps, of a group whose own rate is `base`."""
        raise NotImplementedError

    def step(self, epoch=None):
        """One step, or to the step of that number."""
        self.last_epoch = self.last_epoch + 1 if epoch is None else epoch
        self._set([self.at(self.last_epoch, base, i) for i, base in enumerate(self.base_lrs)])

    def _set(self, rates):
        if self.optimizer.param_groups:
            for group, lr in zip(self.optimizer.param_groups, rates, strict=True):
                group["lr"] = lr
        else:
            self._early = self.base_lrs[0]
            self.optimizer.defaults["lr"] = rates[0]
            self.optimizer.defaults.pop("initial_lr", None)

    def get_last_lr(self):
        """The learning rates of the groups."""
        return [group["lr"] for group in self.optimizer.param_groups] or [self.optimizer.defaults["lr"]]

    def state_dict(self):
        """The numbers of the schedule, without the optimizer and functions."""
        return {k: v for k, v in self.__dict__.items() if k != "optimizer" and not callable(v) and not k.startswith("_schedulers")}

    def load_state_dict(self, state_dict):
        """Takes what state_dict gave."""
        self.__dict__.update(state_dict)


def _check(name, argument, value, fine, wanted):
    if not fine:
        raise ValueError(f"{name}: {argument} is {value}, expected {wanted}")


class StepLR(Scheduler):
    """The rate times gamma after every step_size steps."""

    def __init__(self, optimizer, step_size, gamma=0.1, last_epoch=-1):
        _check("StepLR", "step_size", step_size, step_size > 0, "more than 0")
        self.step_size, self.gamma = step_size, gamma
        super().__init__(optimizer, last_epoch)

    def at(self, epoch, base, group=0):
        return base * self.gamma ** (epoch // self.step_size)


class MultiStepLR(Scheduler):
    """The rate times gamma at each milestone."""

    def __init__(self, optimizer, milestones, gamma=0.1, last_epoch=-1):
        self.milestones, self.gamma = sorted(milestones), gamma
        super().__init__(optimizer, last_epoch)

    def at(self, epoch, base, group=0):
        return base * self.gamma ** bisect_right(self.milestones, epoch)


class ConstantLR(Scheduler):
    """The rate times factor for the first total_iters steps."""

    def __init__(self, optimizer, factor=1.0 / 3, total_iters=5, last_epoch=-1):
        _check("ConstantLR", "factor", factor, 0 <= factor <= 1, "0 to 1")
        self.factor, self.total_iters = factor, total_iters
        super().__init__(optimizer, last_epoch)

    def at(self, epoch, base, group=0):
        return base * (self.factor if epoch < self.total_iters else 1.0)


class LinearLR(Scheduler):
    """The rate times a factor that goes from start_factor to end_factor in total_iters steps."""

    def __init__(self, optimizer, start_factor=1.0 / 3, end_factor=1.0, total_iters=5, last_epoch=-1):
        _check("LinearLR", "start_factor", start_factor, 0 < start_factor <= 1, "more than 0, at most 1")
        _check("LinearLR", "end_factor", end_factor, 0 <= end_factor <= 1, "0 to 1")
        _check("LinearLR", "total_iters", total_iters, total_iters > 0, "more than 0")
        self.start_factor, self.end_factor, self.total_iters = start_factor, end_factor, total_iters
        super().__init__(optimizer, last_epoch)

    def at(self, epoch, base, group=0):
        share = min(epoch, self.total_iters) / self.total_iters
        return base * (self.start_factor + (self.end_factor - self.start_factor) * share)


class LinearWarmup(LinearLR):
    """The rate from start_factor (0.01) times itself to itself in warmup_steps steps."""

    def __init__(self, optimizer, warmup_steps, start_factor=0.01, last_epoch=-1):
        super().__init__(optimizer, start_factor, 1.0, warmup_steps, last_epoch)


class ExponentialLR(Scheduler):
    """The rate times gamma at each step."""

    def __init__(self, optimizer, gamma, last_epoch=-1):
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def at(self, epoch, base, group=0):
        return base * self.gamma**epoch


class PolynomialLR(Scheduler):
    """The rate times ``(1 - step / total_iters) ** power``."""

    def __init__(self, optimizer, total_iters=5, power=1.0, last_epoch=-1):
        _check("PolynomialLR", "total_iters", total_iters, total_iters > 0, "more than 0")
        self.total_iters, self.power = total_iters, power
        super().__init__(optimizer, last_epoch)

    def at(self, epoch, base, group=0):
        return base * (1 - min(epoch, self.total_iters) / self.total_iters) ** self.power


class CosineAnnealingLR(Scheduler):
    """The rate down to eta_min along half a cosine of T_max steps (and up again, and so on)."""

    def __init__(self, optimizer, T_max, eta_min=0.0, last_epoch=-1):
        _check("CosineAnnealingLR", "T_max", T_max, T_max > 0, "more than 0")
        self.T_max, self.eta_min = T_max, eta_min
        super().__init__(optimizer, last_epoch)

    def at(self, epoch, base, group=0):
        return self.eta_min + (base - self.eta_min) * (1 + math.cos(math.pi * epoch / self.T_max)) / 2


class CosineAnnealingWarmRestarts(Scheduler):
    """Half a cosine of T_0 steps, then again from the start, each T_mult times as long as the one before."""

    def __init__(self, optimizer, T_0, T_mult=1, eta_min=0.0, last_epoch=-1):
        _check("CosineAnnealingWarmRestarts", "T_0", T_0, isinstance(T_0, int) and T_0 > 0, "an int above 0")
        _check("CosineAnnealingWarmRestarts", "T_mult", T_mult, isinstance(T_mult, int) and T_mult >= 1, "an int, 1 or more")
        self.T_0, self.T_mult, self.eta_min = T_0, T_mult, eta_min
        super().__init__(optimizer, last_epoch)

    def at(self, epoch, base, group=0):
        length, current = self.T_0, epoch
        if self.T_mult == 1:
            current = epoch % self.T_0
        else:
            while current >= length:
                current -= length
                length *= self.T_mult
        return self.eta_min + (base - self.eta_min) * (1 + math.cos(math.pi * current / length)) / 2


class LambdaLR(Scheduler):
    """The rate times what a function (one for each group, or one for all) says of the number of steps."""

    def __init__(self, optimizer, lr_lambda, last_epoch=-1):
        self._lambdas = list(lr_lambda) if isinstance(lr_lambda, list | tuple) else lr_lambda
        groups = len(optimizer.param_groups) if isinstance(optimizer, Optimizer) else 0
        if isinstance(self._lambdas, list) and len(self._lambdas) != groups:
            raise ValueError(f"LambdaLR: got {len(self._lambdas)} functions, expected one, or one for each of {groups} groups")
        super().__init__(optimizer, last_epoch)

    def at(self, epoch, base, group=0):
        return base * (self._lambdas[group] if isinstance(self._lambdas, list) else self._lambdas)(epoch)

    def state_dict(self):
        return {k: v for k, v in super().state_dict().items() if k != "_lambdas"}


class MultiplicativeLR(LambdaLR):
    """The rate times the product of what a function says of each step from 1 on."""

    def at(self, epoch, base, group=0):
        function = self._lambdas[group] if isinstance(self._lambdas, list) else self._lambdas
        for i in range(1, epoch + 1):
            base *= function(i)
        return base


class _Cycled(Scheduler):
    """Schedules that move the momentum too."""

    cycle_momentum = False

    def momentum_at(self, epoch, group):
        """The momentum after `epoch` steps."""
        raise NotImplementedError

    def step(self, epoch=None):
        super().step(epoch)
        if not self.cycle_momentum:
            return
        for i, group in enumerate(self.optimizer.param_groups):
            momentum = self.momentum_at(self.last_epoch, i)
            if "betas" in group:
                group["betas"] = (momentum, *group["betas"][1:])
            else:
                group["momentum"] = momentum

    def _check_momentum(self, optimizer):
        if self.cycle_momentum and not {"momentum", "betas"} & set(optimizer.defaults):
            raise ValueError(f"{type(self).__name__}: the optimizer has no momentum; cycle_momentum=False leaves it alone")


def _each(name, argument, value, optimizer):
    """A number for each group."""
    groups = max(len(optimizer.param_groups), 1)
    if isinstance(value, list | tuple):
        if len(value) != groups:
            raise ValueError(f"{name}: {argument} has {len(value)} numbers, expected {groups}, one for each group")
        return list(value)
    return [value] * groups


class OneCycleLR(_Cycled):
    """Up from ``max_lr / div_factor`` to max_lr, then far down (Smith and Topin, 2019); the momentum goes the other way.

    Parameters
    ----------
    optimizer : Optimizer
    max_lr : float or list of floats
    total_steps : int, optional
        Or epochs times steps_per_epoch.
    pct_start : float
        Share of the steps that go up.
    anneal_strategy : {'cos', 'linear'}
    cycle_momentum, three_phase : bool
    base_momentum, max_momentum, div_factor, final_div_factor : float
    """

    def __init__(self, optimizer, max_lr, total_steps=None, epochs=None, steps_per_epoch=None, pct_start=0.3,
                 anneal_strategy="cos", cycle_momentum=True, base_momentum=0.85, max_momentum=0.95, div_factor=25.0,
                 final_div_factor=1e4, three_phase=False, last_epoch=-1):
        if total_steps is None:
            if epochs is None or steps_per_epoch is None:
                raise ValueError("OneCycleLR: expected total_steps, or epochs and steps_per_epoch")
            total_steps = epochs * steps_per_epoch
        _check("OneCycleLR", "total_steps", total_steps, total_steps > 0, "more than 0")
        _check("OneCycleLR", "pct_start", pct_start, 0 <= pct_start <= 1, "0 to 1")
        _check("OneCycleLR", "anneal_strategy", repr(anneal_strategy), anneal_strategy in ("cos", "linear"), "'cos' or 'linear'")
        self.total_steps, self.anneal, self.cycle_momentum = total_steps, anneal_strategy, cycle_momentum
        self._check_momentum(optimizer)
        self.max_lrs = _each("OneCycleLR", "max_lr", max_lr, optimizer)
        self.base_momentum = _each("OneCycleLR", "base_momentum", base_momentum, optimizer)
        self.max_momentum = _each("OneCycleLR", "max_momentum", max_momentum, optimizer)
        self.div_factor, self.final_div_factor = div_factor, final_div_factor
        first = float(pct_start * total_steps) - 1
        if three_phase:
            self.ends = [first, 2 * first, total_steps - 1]
        else:
            self.ends = [first, total_steps - 1]
        super().__init__(optimizer, last_epoch)

    def _between(self, epoch, values):
        _check("OneCycleLR", "the number of steps", epoch, epoch < self.total_steps, f"below total_steps, {self.total_steps}")
        begin = 0.0
        for i, end in enumerate(self.ends):
            if epoch <= end or i == len(self.ends) - 1:
                share = (epoch - begin) / (end - begin) if end != begin else 1.0
                low, high = values[i], values[i + 1]
                if self.anneal == "linear":
                    return (high - low) * share + low
                return high + (low - high) / 2.0 * (math.cos(math.pi * share) + 1)
            begin = end
        return values[-1]

    def at(self, epoch, base, group=0):
        most = self.max_lrs[group]
        first = most / self.div_factor
        middle = [first] if len(self.ends) == 3 else []
        return self._between(epoch, [first, most, *middle, first / self.final_div_factor])

    def momentum_at(self, epoch, group):
        low, high = self.base_momentum[group], self.max_momentum[group]
        return self._between(epoch, [high, low, high] + ([high] if len(self.ends) == 3 else []))


class CyclicLR(_Cycled):
    """Up and down between base_lr and max_lr (Smith, 2017); the momentum goes the other way.

    Parameters
    ----------
    optimizer : Optimizer
    base_lr, max_lr : float or list of floats
    step_size_up, step_size_down : int
        Steps up and down; down as many as up when not given.
    mode : {'triangular', 'triangular2', 'exp_range'}
        Cycles of one height, of half the height each, or by gamma at each step.
    gamma : float
    scale_fn : callable, optional
        The height of a cycle, of its number ('cycle') or of the steps ('iterations').
    scale_mode : {'cycle', 'iterations'}
    cycle_momentum : bool
    base_momentum, max_momentum : float or list of floats
    """

    def __init__(self, optimizer, base_lr, max_lr, step_size_up=2000, step_size_down=None, mode="triangular", gamma=1.0,
                 scale_fn=None, scale_mode="cycle", cycle_momentum=True, base_momentum=0.8, max_momentum=0.9, last_epoch=-1):
        _check("CyclicLR", "mode", repr(mode), scale_fn is not None or mode in ("triangular", "triangular2", "exp_range"),
               "'triangular', 'triangular2' or 'exp_range'")
        self.cycle_momentum = cycle_momentum
        self._check_momentum(optimizer)
        self.base = _each("CyclicLR", "base_lr", base_lr, optimizer)
        self.most = _each("CyclicLR", "max_lr", max_lr, optimizer)
        self.base_momentum = _each("CyclicLR", "base_momentum", base_momentum, optimizer)
        self.max_momentum = _each("CyclicLR", "max_momentum", max_momentum, optimizer)
        self.up, self.total = float(step_size_up), float(step_size_up + (step_size_up if step_size_down is None else step_size_down))
        self.mode, self.gamma, self.scale_fn = mode, gamma, scale_fn
        self.scale_mode = scale_mode if scale_fn is not None else "iterations" if mode == "exp_range" else "cycle"
        super().__init__(optimizer, last_epoch)

    def _height(self, epoch):
        cycle = math.floor(1 + epoch / self.total)
        x = 1.0 + epoch / self.total - cycle
        rise = self.up / self.total
        share = x / rise if x <= rise else (x - 1) / (rise - 1)
        argument = cycle if self.scale_mode == "cycle" else epoch
        if self.scale_fn is not None:
            return share * self.scale_fn(argument)
        if self.mode == "triangular2":
            return share / 2.0 ** (argument - 1)
        return share * (self.gamma**argument if self.mode == "exp_range" else 1.0)

    def at(self, epoch, base, group=0):
        return self.base[group] + (self.most[group] - self.base[group]) * self._height(epoch)

    def momentum_at(self, epoch, group):
        return self.max_momentum[group] - (self.max_momentum[group] - self.base_momentum[group]) * self._height(epoch)


class SequentialLR(Scheduler):
    """Schedules one after the other: the next begins at each milestone."""

    def __init__(self, optimizer, schedulers, milestones, last_epoch=-1):
        self._schedulers, self.milestones = list(schedulers), list(milestones)
        if len(self._schedulers) != len(self.milestones) + 1:
            raise ValueError(f"SequentialLR: got {len(self._schedulers)} schedules and {len(self.milestones)} milestones, "
                             "expected one schedule more")
        super().__init__(optimizer, last_epoch)

    def at(self, epoch, base, group=0):
        index = bisect_right(self.milestones, epoch)
        return self._schedulers[index].at(epoch - (self.milestones[index - 1] if index else 0), base, group)


class ChainedScheduler(Scheduler):
    """Schedules at once: the product of their factors."""

    def __init__(self, schedulers, optimizer=None):
        self._schedulers = list(schedulers)
        if not self._schedulers:
            raise ValueError("ChainedScheduler: there are no schedules")
        super().__init__(self._schedulers[0].optimizer if optimizer is None else optimizer)

    def at(self, epoch, base, group=0):
        rate = base
        for scheduler in self._schedulers:
            rate *= scheduler.at(epoch, base, group) / base if base else 0.0
        return rate


class ReduceLROnPlateau:
    """The rate times factor when a metric has not got better for more than patience steps.

    Parameters
    ----------
    optimizer : Optimizer
    mode : {'min', 'max'}
        What better is.
    factor : float
        Below 1.
    patience, cooldown : int
        Steps without change before, and without counting after.
    threshold : float
        By how much better counts, as a share ('rel') or itself ('abs').
    threshold_mode : {'rel', 'abs'}
    min_lr : float or list of floats
    eps : float
        Smaller changes of the rate are not made.
    """

    def __init__(self, optimizer, mode="min", factor=0.1, patience=10, threshold=1e-4, threshold_mode="rel", cooldown=0,
                 min_lr=0.0, eps=1e-8):
        name = "ReduceLROnPlateau"
        if not isinstance(optimizer, Optimizer):
            raise TypeError(f"{name}: optimizer is of type {type(optimizer).__name__}, expected an Optimizer")
        _check(name, "factor", factor, factor < 1, "below 1")
        _check(name, "mode", repr(mode), mode in ("min", "max"), "'min' or 'max'")
        _check(name, "threshold_mode", repr(threshold_mode), threshold_mode in ("rel", "abs"), "'rel' or 'abs'")
        self.optimizer, self.mode, self.factor, self.patience = optimizer, mode, factor, patience
        self.threshold, self.threshold_mode, self.cooldown, self.eps = threshold, threshold_mode, cooldown, eps
        self.min_lrs = _each(name, "min_lr", min_lr, optimizer)
        self.best = math.inf if mode == "min" else -math.inf
        self.num_bad_epochs = self.cooldown_counter = self.last_epoch = 0

    def _better(self, value):
        if self.threshold_mode == "abs":
            return value < self.best - self.threshold if self.mode == "min" else value > self.best + self.threshold
        if self.mode == "min":
            return value < self.best * (1.0 - self.threshold)
        return value > self.best * (self.threshold + 1.0)

    def step(self, metrics):
        """Takes the metric of one more step."""
        value = float(metrics)
        self.last_epoch += 1
        if self._better(value):
            self.best, self.num_bad_epochs = value, 0
        else:
            self.num_bad_epochs += 1
        if self.cooldown_counter > 0:
            self.cooldown_counter -= 1
            self.num_bad_epochs = 0
        if self.num_bad_epochs > self.patience:
            for i, group in enumerate(self.optimizer.param_groups):
                lr = max(group["lr"] * self.factor, self.min_lrs[min(i, len(self.min_lrs) - 1)])
                if group["lr"] - lr > self.eps:
                    group["lr"] = lr
            self.cooldown_counter, self.num_bad_epochs = self.cooldown, 0

    def get_last_lr(self):
        """The learning rates of the groups."""
        return [group["lr"] for group in self.optimizer.param_groups]

    def state_dict(self):
        """The numbers of the schedule."""
        return {k: v for k, v in self.__dict__.items() if k != "optimizer"}

    def load_state_dict(self, state_dict):
        """Takes what state_dict gave."""
        self.__dict__.update(state_dict)
