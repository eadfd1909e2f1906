"""Optimizers against their formulas in NumPy and against PyTorch, groups, state, clipping, schedules."""

import copy
import math

import numpy as np
import numrs
import pytest
from numrs import Tensor, optimizers
from numrs.optimizers import schedulers

RNG = np.random.default_rng(5)
SHAPES = [(3, 4), (5,), (), (0, 2), (7, 11)]

CASES = {
    "SGD": ({}, {"momentum": 0.9}, {"momentum": 0.9, "nesterov": True, "weight_decay": 0.1}, {"momentum": 0.5, "dampening": 0.3},
            {"maximize": True}),
    "Adam": ({}, {"amsgrad": True, "weight_decay": 0.1}, {"betas": (0.3, 0.9), "maximize": True}),
    "AdamW": ({}, {"amsgrad": True}, {"weight_decay": 0.2, "eps": 1e-3}),
    "RMSprop": ({}, {"centered": True}, {"momentum": 0.9, "weight_decay": 0.1}, {"centered": True, "momentum": 0.5, "alpha": 0.8}),
    "Adagrad": ({}, {"lr_decay": 0.1, "weight_decay": 0.1}, {"initial_accumulator_value": 0.5}),
    "Adadelta": ({}, {"rho": 0.5, "weight_decay": 0.1}),
    "NAdam": ({}, {"weight_decay": 0.1}, {"decoupled_weight_decay": True, "weight_decay": 0.1}),
    "RAdam": ({}, {"weight_decay": 0.1}, {"decoupled_weight_decay": True, "weight_decay": 0.1, "betas": (0.8, 0.9)}),
}


def parameters(dtype=np.float64, seed=1):
    rng = np.random.default_rng(seed)
    return [Tensor(rng.normal(size=shape).astype(dtype)) for shape in SHAPES]


def gradients(params, rng):
    for p in params:
        p.grad = Tensor(np.asarray(rng.normal(size=p.shape)).astype(p.dtype))


@pytest.mark.peer("torch")
@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_against_torch(name, dtype, request):
    torch = pytest.importorskip("torch")
    before = torch.get_default_dtype()
    request.addfinalizer(lambda: torch.set_default_dtype(before))
    torch.set_default_dtype(torch.float64)  # that of NAdam's mu_product
    for numbers in CASES[name]:
        mine = parameters(dtype)
        theirs = [torch.tensor(p.numpy().copy(), requires_grad=True) for p in mine]
        a, b = getattr(optimizers, name)(mine, lr=0.05, **numbers), getattr(torch.optim, name)(theirs, lr=0.05, **numbers)
        for step in range(100):
            gradients(mine, np.random.default_rng(step))
            for p, q in zip(mine, theirs, strict=True):
                q.grad = torch.tensor(p.grad.numpy().copy())
            a.step()
            b.step()
        for p, q in zip(mine, theirs, strict=True):
            np.testing.assert_allclose(p.numpy(), q.detach().numpy(), rtol=1e-5 if dtype == np.float32 else 1e-12,
                                       atol=1e-5 if dtype == np.float32 else 1e-12)


def test_adam_by_hand():
    x, m, v = np.array([1.0, -2.0]), 0.0, 0.0
    t = Tensor(x)
    optimizer = optimizers.Adam([t], lr=0.1)
    for step in range(1, 8):
        g = np.array([0.5, -0.25]) * step
        t.grad = Tensor(g)
        optimizer.step()
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
        x = x - 0.1 * (m / (1 - 0.9**step)) / (np.sqrt(v / (1 - 0.999**step)) + 1e-8)
        np.testing.assert_allclose(t.numpy(), x, rtol=1e-13)


def test_lion_by_hand():
    x, m = np.array([1.0, -2.0, 0.5]), 0.0
    t = Tensor(x)
    optimizer = optimizers.Lion([t], lr=0.1, weight_decay=0.2)
    for step in range(5):
        g = np.array([0.5, -0.25, 0.0]) * (-1) ** step
        t.grad = Tensor(g)
        optimizer.step()
        x = x * (1 - 0.1 * 0.2) - 0.1 * np.sign(0.9 * m + 0.1 * g)
        m = 0.99 * m + 0.01 * g
        np.testing.assert_allclose(t.numpy(), x, rtol=1e-13)


@pytest.mark.parametrize("name", [*CASES, "Lion"])
def test_same_bits_for_every_backend_and_number_of_threads(name):
    found = []
    threads, backend = numrs.get_num_threads(), numrs.get_backend()
    try:
        for setting in (1, 2, "cpu-portable"):
            numrs.set_num_threads(1 if setting == "cpu-portable" else setting)
            numrs.set_backend("cpu-portable" if setting == "cpu-portable" else backend)
            params = [Tensor(np.linspace(-1, 1, n).astype(np.float32)) for n in (70_001, 3, 130_000)]
            optimizer = getattr(optimizers, name)(params, lr=0.01, **CASES.get(name, ({},))[-1])
            for step in range(3):
                gradients(params, np.random.default_rng(step))
                optimizer.step()
            found.append(b"".join(p.numpy().tobytes() for p in params))
    finally:
        numrs.set_num_threads(threads)
        numrs.set_backend(backend)
    assert found[0] == found[1] == found[2]


def test_other_layouts_and_missing_gradients():
    base = np.arange(12.0).reshape(3, 4)
    dense, turned, idle = Tensor(base), numrs.from_numpy(base.copy()).T, Tensor([1.0])
    grad = RNG.normal(size=(3, 4))
    dense.grad, turned.grad = Tensor(grad), Tensor(grad).T
    optimizer = optimizers.Adam([dense, turned, idle], lr=0.1)
    optimizer.step()
    np.testing.assert_array_equal(turned.numpy().T, dense.numpy())
    assert idle.item() == 1 and not (dense.numpy() == base).any()
    before = dense._version
    optimizer.step()
    assert dense._version > before
    optimizer.zero_grad(set_to_none=False)
    assert not dense.grad.numpy().any() and not turned.grad.numpy().any() and idle.grad is None
    optimizer.zero_grad()
    assert dense.grad is None
    after = dense.numpy().copy()
    optimizer.step()  # nothing to do
    np.testing.assert_array_equal(dense.numpy(), after)


def test_groups_and_their_numbers():
    a, b = Tensor([1.0]), Tensor(np.ones(2, np.float32))
    optimizer = optimizers.SGD([{"params": [a]}, {"params": b, "learning_rate": 0.5}], lr=0.25)
    a.grad, b.grad = Tensor([1.0]), Tensor(np.ones(2, np.float32))
    optimizer.step()
    assert a.item() == 0.75 and b.numpy().tolist() == [0.5, 0.5]
    c = Tensor([1.0])
    optimizer.add_param_group({"params": [("name", c)], "momentum": 0.5})
    assert [g["lr"] for g in optimizer.param_groups] == [0.25, 0.5, 0.25] and optimizer.param_groups[2]["momentum"] == 0.5
    with pytest.raises(ValueError, match="twice"):
        optimizer.add_param_group({"params": [a]})
    with pytest.raises(TypeError, match="'speed'"):
        optimizer.add_param_group({"params": [Tensor([1.0])], "speed": 1})
    optimizer.lr = 1.0
    assert [g["lr"] for g in optimizer.param_groups] == [1.0, 1.0, 1.0]
    with pytest.raises(ValueError, match="lr"):
        optimizer.lr = math.nan


@pytest.mark.parametrize("name", [*CASES, "Lion"])
@pytest.mark.parametrize("lr", [-1.0, math.nan, math.inf])
def test_learning_rates_out_of_range(name, lr):
    with pytest.raises(ValueError, match="lr is"):
        getattr(optimizers, name)([Tensor([1.0])], lr=lr)
    optimizer = getattr(optimizers, name)([x := Tensor([1.0])], lr=0.1)
    x.grad = Tensor([1.0])
    optimizer.param_groups[0]["lr"] = lr
    with pytest.raises(ValueError, match="lr"):
        optimizer.step()
    assert x.item() == 1


def test_other_bad_arguments():
    x = Tensor([1.0])
    for kind, told, make in [
        (ValueError, r"betas\[1\]", lambda: optimizers.Adam([x], beta2=1.0)),
        (ValueError, "nesterov", lambda: optimizers.SGD([x], nesterov=True)),
        (ValueError, "alpha", lambda: optimizers.RMSprop([x], alpha=1.5)),
        (ValueError, "no parameters", lambda: optimizers.Adam([])),
        (TypeError, "expected an iterable", lambda: optimizers.Adam(x)),
        (TypeError, "ndarray", lambda: optimizers.Adam([np.ones(2)])),
        (TypeError, "int64", lambda: optimizers.Adam([Tensor([1])])),
        (TypeError, "one of them", lambda: optimizers.Adam([x], lr=1.0, learning_rate=1.0)),
        (TypeError, "betas and beta1", lambda: optimizers.Adam([x], betas=(0.9, 0.9), beta1=0.9)),
        (ValueError, "adadelta.*sgd", lambda: optimizers.get("adamm")),
        (TypeError, "int", lambda: optimizers.get(1)),
    ]:
        with pytest.raises(kind, match=told):
            make()
    assert type(optimizers.get("AdamW")) is optimizers.AdamW


def test_without_parameters_until_bound():
    optimizer = optimizers.Adam(learning_rate=0.5, beta1=0.8)
    assert optimizer.lr == 0.5 and optimizer.defaults["betas"] == (0.8, 0.999)
    optimizer.step()
    x = Tensor([1.0])
    optimizer.bind([x])
    x.grad = Tensor([3.0])
    optimizer.step()
    assert x.item() == pytest.approx(0.5)


@pytest.mark.parametrize("name", [*CASES, "Lion"])
def test_state_goes_on_bit_for_bit(name):
    numbers = CASES.get(name, ({},))[-1]
    one = parameters()
    first = getattr(optimizers, name)(one, lr=0.05, **numbers)
    for step in range(4):
        gradients(one, np.random.default_rng(step))
        first.step()
    two = [Tensor(p.numpy().copy()) for p in one]
    saved = copy.deepcopy(first.state_dict())
    second = getattr(optimizers, name)(lr=1.0, **numbers)
    second.load_state_dict(saved)  # before there are parameters
    second.bind(two)
    for step in range(4, 8):
        for params, optimizer in ((one, first), (two, second)):
            gradients(params, np.random.default_rng(step))
            optimizer.step()
    for p, q in zip(one, two, strict=True):
        assert p.numpy().tobytes() == q.numpy().tobytes()


def test_state_of_other_shapes_is_refused_and_nothing_changes():
    x = Tensor([1.0, 2.0])
    optimizer = optimizers.Adam([x])
    x.grad = Tensor([1.0, 1.0])
    optimizer.step()
    before = optimizer.state_dict()
    other = optimizers.Adam([Tensor([1.0])], lr=7.0).state_dict()
    with pytest.raises(ValueError, match=r"exp_avg of group 0 has shape \(1,\), expected \(2,\)"):
        optimizer.load_state_dict(other)
    with pytest.raises(ValueError, match="groups have"):
        optimizer.load_state_dict(optimizers.Adam([Tensor([1.0]), Tensor([1.0])]).state_dict())
    assert str(before) == str(optimizer.state_dict())


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_clipping(dtype):
    params = [Tensor(np.zeros(n, dtype)) for n in (3, 10_000, 0)] + [Tensor(np.zeros(2, dtype))]
    grads = [RNG.normal(size=p.size).astype(dtype) for p in params[:3]]
    norm = math.sqrt(sum(float(np.sum(np.square(g.astype(np.float64)))) for g in grads))

    def fresh():
        for p, g in zip(params, grads, strict=False):
            p.grad = Tensor(g)

    fresh()
    assert optimizers.clip_grad_norm_(params, 1.0) == pytest.approx(norm, rel=1e-14)
    np.testing.assert_allclose(params[1].grad.numpy(), grads[1] / (norm + 1e-6), rtol=1e-6)
    fresh()
    assert optimizers.clip_grad_norm_(params, 1e9) == pytest.approx(norm)
    np.testing.assert_array_equal(params[1].grad.numpy(), grads[1])
    largest = optimizers.clip_grad_norm_(params, math.inf, norm_type=math.inf)
    assert largest == max(float(abs(g).max()) for g in grads if g.size)
    optimizers.clip_grad_value_(params, 0.5)
    np.testing.assert_array_equal(params[1].grad.numpy(), np.clip(grads[1], -0.5, 0.5))
    params[0].grad = Tensor(np.array([math.nan, 1, 2], dtype))
    with pytest.raises(RuntimeError, match="nan"):
        optimizers.clip_grad_norm_(params, 1.0, error_if_nonfinite=True)
    for bad in (-1.0, math.nan):
        with pytest.raises(ValueError, match="expected 0 or more"):
            optimizers.clip_grad_norm_(params, bad)
        with pytest.raises(ValueError, match="expected 0 or more"):
            optimizers.clip_grad_value_(params, bad)
    for bad in (0.0, -1.0, math.nan):
        with pytest.raises(ValueError, match="norm_type"):
            optimizers.clip_grad_norm_(params, 1.0, norm_type=bad)


@pytest.mark.parametrize("order", [1, 0.5, 3.0, 7])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_clipping_by_norms_of_any_order(order, dtype):
    params = [Tensor(np.zeros(n, dtype)) for n in (3, 1000, 0)] + [Tensor(np.zeros(2, dtype)), Tensor(np.zeros(4))]
    grads = [RNG.normal(size=p.size).astype(p.dtype) for p in params]
    for p, g in zip(params, grads, strict=True):
        p.grad = None if p.size == 2 else Tensor(g)
    used = np.concatenate([g.astype(np.float64) for g in grads if g.size != 2])
    norm = np.sum(np.abs(used) ** order) ** (1 / order)
    assert optimizers.clip_grad_norm_(params, 1.0, order) == pytest.approx(norm, rel=1e-12)
    for p, g in zip(params, grads, strict=True):
        if p.grad is not None:
            np.testing.assert_allclose(p.grad.numpy(), g / (norm + 1e-6), rtol=1e-6)
    assert optimizers.clip_grad_norm_([params[3]], 1.0, order) == 0.0


def test_a_training_run_goes_down():
    x, y = RNG.normal(size=(64, 3)), RNG.normal(size=(64, 1))
    w = Tensor(np.zeros((3, 1)), requires_grad=True)
    optimizer, losses = optimizers.Adam([w], lr=0.1), []
    for _ in range(100):
        optimizer.zero_grad()
        loss = numrs.losses.MSE()(Tensor(x) @ w, Tensor(y))
        loss.backward()
        optimizer.step()
        losses.append(float(loss))
    exact = np.linalg.lstsq(x, y, rcond=None)
    assert losses[-1] == pytest.approx(float(exact[1][0]) / 64, rel=1e-2) and losses[-1] < losses[0]


# ------------------------------------------------------------------------------------------------ schedules

SCHEDULES = {
    "StepLR": {"step_size": 3, "gamma": 0.5},
    "MultiStepLR": {"milestones": [2, 5, 5], "gamma": 0.1},
    "ConstantLR": {"factor": 0.5, "total_iters": 4},
    "LinearLR": {"start_factor": 0.25, "total_iters": 6},
    "ExponentialLR": {"gamma": 0.9},
    "PolynomialLR": {"total_iters": 8, "power": 2.0},
    "CosineAnnealingLR": {"T_max": 7, "eta_min": 0.01},
    "CosineAnnealingWarmRestarts": {"T_0": 3, "T_mult": 2, "eta_min": 0.001},
    "OneCycleLR": {"max_lr": 0.5, "total_steps": 30},
    "OneCycleLR ": {"max_lr": 0.5, "epochs": 5, "steps_per_epoch": 6, "three_phase": True, "anneal_strategy": "linear"},
    "CyclicLR": {"base_lr": 0.01, "max_lr": 0.1, "step_size_up": 4, "step_size_down": 3},
    "CyclicLR ": {"base_lr": 0.01, "max_lr": 0.1, "step_size_up": 4, "mode": "triangular2"},
    "CyclicLR  ": {"base_lr": 0.01, "max_lr": 0.1, "step_size_up": 4, "mode": "exp_range", "gamma": 0.9},
    "LambdaLR": {"lr_lambda": lambda step: 1 / (1 + step)},
    "MultiplicativeLR": {"lr_lambda": lambda step: 0.9},
}


@pytest.mark.peer("torch")
@pytest.mark.parametrize("name", SCHEDULES)
def test_schedules_against_torch(name):
    torch = pytest.importorskip("torch")
    mine = optimizers.SGD([Tensor([1.0])], lr=0.2, momentum=0.9)
    theirs = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.2, momentum=0.9)
    a = getattr(schedulers, name.strip())(mine, **SCHEDULES[name])
    b = getattr(torch.optim.lr_scheduler, name.strip())(theirs, **SCHEDULES[name])
    theirs.step()
    for _ in range(29):
        assert a.get_last_lr() == pytest.approx(b.get_last_lr(), rel=1e-9, abs=1e-15)
        assert mine.param_groups[0]["momentum"] == pytest.approx(theirs.param_groups[0]["momentum"])
        a.step()
        b.step()


def test_schedules_one_after_the_other_and_at_once():
    optimizer = optimizers.SGD([Tensor([1.0])], lr=1.0)
    warm, step = schedulers.LinearWarmup(optimizer, 4, start_factor=0.2), schedulers.StepLR(optimizer, 2, 0.5)
    sequence, found = schedulers.SequentialLR(optimizer, [warm, step], [4]), []
    for _ in range(9):
        found.append(optimizer.lr)
        sequence.step()
    assert found == pytest.approx([0.2, 0.4, 0.6, 0.8, 1.0, 1.0, 0.5, 0.5, 0.25])
    optimizer = optimizers.SGD([Tensor([1.0])], lr=1.0)
    chain = schedulers.ChainedScheduler([schedulers.StepLR(optimizer, 1, 0.5), schedulers.ExponentialLR(optimizer, 0.9)])
    chain.step()
    assert optimizer.lr == pytest.approx(0.45)


@pytest.mark.peer("torch")
def test_plateau():
    optimizer = optimizers.SGD([Tensor([1.0])], lr=1.0)
    plateau, found = schedulers.ReduceLROnPlateau(optimizer, factor=0.5, patience=1, cooldown=1), []
    for loss in (3, 2, 2, 2, 2, 2, 2, 1, 1, math.nan, 1):
        plateau.step(Tensor(float(loss)))
        found.append(optimizer.lr)
    torch = pytest.importorskip("torch")
    theirs = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    other, wanted = torch.optim.lr_scheduler.ReduceLROnPlateau(theirs, factor=0.5, patience=1, cooldown=1), []
    for loss in (3, 2, 2, 2, 2, 2, 2, 1, 1, math.nan, 1):
        other.step(loss)
        wanted.append(theirs.param_groups[0]["lr"])
    assert found == wanted


def test_schedule_of_an_optimizer_that_is_bound_later():
    optimizer = optimizers.Adam(lr=1.0)
    schedule = schedulers.ExponentialLR(optimizer, 0.5)
    schedule.step()
    assert optimizer.lr == 0.5
    for make in (lambda: schedulers.StepLR(optimizer, 0), lambda: schedulers.LinearLR(optimizer, 0.0),
                 lambda: schedulers.CosineAnnealingLR(optimizer, 0), lambda: schedulers.OneCycleLR(optimizer, 1.0),
                 lambda: schedulers.SequentialLR(optimizer, [schedule], [1])):
        with pytest.raises(ValueError, match="expected"):
            make()
    with pytest.raises(TypeError, match="expected an Optimizer"):
        schedulers.StepLR(3, 1)


# ------------------------------------------------------------------------------------------------ losses and metrics by name


def test_losses_by_name():
    x, t = Tensor(RNG.normal(size=(4, 3))), Tensor(RNG.normal(size=(4, 3)))
    assert numrs.losses.get("mse")(x, t).item() == pytest.approx(np.mean((x.numpy() - t.numpy()) ** 2))
    labels = Tensor(np.array([0, 2, 1, 1]))
    scores = numrs.losses.CrossEntropy()(x, labels).item()
    p = np.exp(x.numpy()) / np.exp(x.numpy()).sum(axis=1, keepdims=True)
    assert numrs.losses.CrossEntropy(from_logits=False)(Tensor(p), labels).item() == pytest.approx(scores)
    assert numrs.losses.CrossEntropy()(x, Tensor(np.eye(3)[labels.numpy()])).item() == pytest.approx(scores)
    for name in numrs.losses.names():
        assert callable(numrs.losses.get(name)) and repr(numrs.losses.get(name))
    with pytest.raises(ValueError, match="binary_crossentropy.*mse"):
        numrs.losses.get("mze")
    with pytest.raises(ValueError, match="reduction"):
        numrs.losses.MSE("median")
    with pytest.raises(TypeError, match="int"):
        numrs.losses.get(3)


def test_metrics():
    m = numrs.metrics
    scores = RNG.normal(size=(50, 4))
    labels = RNG.integers(0, 4, 50)
    assert m.accuracy(labels, scores) == np.mean(scores.argmax(1) == labels)
    assert m.accuracy(np.eye(4)[labels], scores) == m.accuracy(labels, scores)
    assert m.accuracy([1, 0, 1], [0.9, 0.2, 0.3]) == pytest.approx(2 / 3)
    order = np.argsort(-scores, axis=1)[:, :2]
    assert m.top_k_accuracy(labels, scores, 2) == np.mean((order == labels[:, None]).any(axis=1))
    matrix = m.confusion_matrix(labels, scores)
    assert matrix.sum() == 50 and np.trace(matrix) == np.count_nonzero(scores.argmax(1) == labels)
    t, p = RNG.normal(size=30), RNG.normal(size=30)
    assert m.mse(t, p) == pytest.approx(np.mean((t - p) ** 2)) and m.mae(t, p) == pytest.approx(np.mean(abs(t - p)))
    streamed = m.R2()
    for part in range(0, 30, 7):
        streamed.update(Tensor(t[part : part + 7]), Tensor(p[part : part + 7]))
    assert streamed.result() == pytest.approx(1 - np.sum((t - p) ** 2) / np.sum((t - t.mean()) ** 2))
    yes, chance = np.array([0, 0, 1, 1]), np.array([0.1, 0.4, 0.35, 0.8])
    assert m.auc(yes, chance) == 0.75
    assert m.precision(yes, chance > 0.3) == 2 / 3 and m.recall(yes, chance > 0.3) == 1 and m.f1(yes, chance > 0.3) == 0.8
    assert m.get("accuracy").name == "accuracy" and math.isnan(m.Accuracy().result())
    with pytest.raises(ValueError, match="accuracy.*top_k_accuracy"):
        m.get("acuracy")
    with pytest.raises(ValueError, match="shape"):
        m.accuracy([1, 0], [1, 0, 1])
    with pytest.raises(IndexError, match="label 4"):
        m.ConfusionMatrix(3)(np.array([0, 4]), np.array([0, 1]))
    metric = m.get(lambda target, prediction: 2.0)
    metric.update(yes, chance)
    assert metric.result() == 2.0
