"""The tape: what is followed and what not, walking back, changes in place, hooks, custom functions, checkpoints, errors."""

import gc
import threading
import weakref

import numpy as np
import numrs
import pytest
from numrs import Tensor, autograd


def leaf(*values):
    return Tensor(list(values), requires_grad=True)


def test_gradients_add_up_until_they_are_cleared():
    x = leaf(1.0, 2.0)
    numrs.sum(x * x).backward()
    numrs.sum(3.0 * x).backward()
    assert x.grad.tolist() == [5.0, 7.0]
    x.grad = None
    numrs.sum(x).backward()
    assert x.grad.tolist() == [1.0, 1.0]


def test_two_leaves_never_share_the_memory_of_a_gradient():
    a, b, given = leaf(1.0), leaf(1.0), Tensor([5.0])
    (a + b).backward(given)
    assert not np.shares_memory(a.grad.numpy(), b.grad.numpy())
    assert not np.shares_memory(a.grad.numpy(), given.numpy())
    c = leaf(1.0, 2.0)
    numrs.reshape(c, (2, 1)).backward(big := Tensor([[1.0], [2.0]]))
    assert not np.shares_memory(c.grad.numpy(), big.numpy())


def test_a_value_used_several_times_gets_the_sum():
    x = leaf(2.0)
    y = x * x
    (y * y + y).backward(Tensor([1.0]))
    assert x.grad.tolist() == [4 * 2.0**3 + 2 * 2.0]


def test_only_what_needs_a_gradient_is_followed():
    x = Tensor([1.0])
    assert not (x * 2.0).requires_grad and (x * 2.0).grad_fn is None and x.is_leaf
    y = leaf(1.0)
    assert (x * y).requires_grad and "multiply" in repr((x * y).grad_fn) and y.is_leaf and not (x * y).is_leaf
    for made in (y > 0.5, numrs.argmax(y), numrs.floor_divide(y, 2.0), numrs.isnan(y), y.detach(), numrs.zeros_like(y)):
        assert not made.requires_grad
    assert isinstance(y.numpy(), np.ndarray) and float(y) == 1.0 if y.ndim == 0 else True


def test_no_grad_and_enable_grad_nest_and_decorate():
    x = leaf(1.0)
    with autograd.no_grad():
        assert not (x * 2).requires_grad and not autograd.is_grad_enabled()
        with autograd.enable_grad():
            assert (x * 2).requires_grad
        assert not (x * 2).requires_grad
    assert (x * 2).requires_grad

    @autograd.no_grad()
    def quiet():
        return x * 2

    assert not quiet().requires_grad and (x * 2).requires_grad
    with pytest.raises(KeyError), autograd.no_grad():
        raise KeyError
    assert autograd.is_grad_enabled()
    autograd.set_grad_enabled(False)
    assert not (x * 2).requires_grad
    autograd.set_grad_enabled(True)
    with autograd.set_grad_enabled(False):
        assert not (x * 2).requires_grad
    assert autograd.is_grad_enabled()


def test_recording_is_switched_per_thread():
    x, seen = leaf(1.0), []
    with autograd.no_grad():
        thread = threading.Thread(target=lambda: seen.append((x * 2).requires_grad))
        thread.start()
        thread.join()
    assert seen == [True]


def test_walking_back_twice_needs_retain_graph():
    x = leaf(3.0)
    y = x * x
    y.backward(retain_graph=True)
    y.backward()
    assert x.grad.tolist() == [12.0]
    with pytest.raises(RuntimeError, match="retain_graph=True"):
        y.backward()


@pytest.mark.parametrize("depth", [100_000])
def test_deep_graphs_neither_overflow_the_stack_nor_leak(depth):
    x = leaf(0.0)
    y = x
    for _ in range(depth):
        y = y + 1.0
    y.backward()
    assert x.grad.tolist() == [1.0]
    y = x
    for _ in range(depth):
        y = numrs.exp(y) * 0.0
    del y


def test_results_go_with_their_last_reference():
    x = leaf(1.0, 2.0)
    gc.collect()
    gc.disable()
    try:
        y = numrs.tanh(numrs.exp(x)) * x
        ref = weakref.ref(y)
        numrs.sum(y).backward()
        del y
        assert ref() is None, "a cycle keeps results until the collector runs"
    finally:
        gc.enable()


def test_a_steady_loop_allocates_nothing():
    w = Tensor(np.full((32, 32), 0.01, np.float32), requires_grad=True)
    x = Tensor(np.ones((8, 32), np.float32))

    def step():
        numrs.mean((x @ w) ** 2).backward()
        with autograd.no_grad():
            w[...] = w - 0.1 * w.grad
        w.grad = None

    for _ in range(5):
        step()
    before = numrs.memory.stats()["in_use_bytes"]
    for _ in range(50):
        step()
    assert numrs.memory.stats()["in_use_bytes"] <= before + 4096


class TestInPlace:
    def test_a_leaf_is_refused_but_for_no_grad(self):
        x = leaf(1.0, 2.0)
        with pytest.raises(RuntimeError, match="leaf"):
            x += 1.0
        with pytest.raises(RuntimeError, match="leaf"):
            x[0] = 3.0
        with autograd.no_grad():
            x += 1.0
            x[0] = 5.0
        assert x.tolist() == [5.0, 3.0] and x.requires_grad

    def test_changes_of_results_are_followed(self):
        x = leaf(1.0, 2.0)
        y = x * 3.0
        y *= x
        y[0] = x[1]
        numrs.sum(y).backward()
        assert x.grad.tolist() == [0.0, 13.0]

    def test_a_tensor_becomes_followed_by_what_is_stored_in_it(self):
        x, y = leaf(1.0, 2.0), numrs.zeros(3)
        y[1:] = x * 2.0
        assert y.requires_grad
        numrs.sum(y * y).backward()
        assert x.grad.tolist() == [8.0, 16.0]
        z = numrs.ones(2)
        z += x
        numrs.sum(z * z).backward()
        assert x.grad.tolist() == [8.0 + 4.0, 16.0 + 6.0]

    def test_what_was_saved_and_then_changed_is_found_out(self):
        x = leaf(1.0, 2.0)
        y = x * 2.0
        z = numrs.sum(y * y)
        y += 1.0
        with pytest.raises(RuntimeError, match=r"multiply.*changed in place"):
            z.backward()
        a = leaf(1.0)
        b = a * 1.0
        c = numrs.sin(b)
        with autograd.no_grad():
            b.detach()[0] = 7.0
        with pytest.raises(RuntimeError, match="changed in place"):
            c.backward()

    def test_what_is_not_saved_may_change(self):
        x = leaf(1.0, 2.0)
        y = x + 1.0
        z = numrs.sum(y + 2.0)
        with autograd.no_grad():
            y += 5.0
        z.backward()
        assert x.grad.tolist() == [1.0, 1.0]

    def test_views_are_refused(self):
        x = leaf(1.0, 2.0)
        y = x * 2.0
        with pytest.raises(RuntimeError, match="view"):
            y[:1] += 1.0
        v = numrs.zeros(3)
        with pytest.raises(RuntimeError, match="view"):
            v[1:][0] = x[0]

    def test_out_is_refused(self):
        x = leaf(1.0)
        for call in (lambda: numrs.exp(x, out=numrs.zeros(1)), lambda: numrs.add(x, 1.0, out=numrs.zeros(1)),
                     lambda: numrs.sum(x, out=numrs.zeros(()))):  # fmt: skip
            with pytest.raises(NotImplementedError, match="out="):
                call()


class TestHooks:
    def test_hooks_see_and_replace_gradients(self):
        x, seen = leaf(1.0, 2.0), []
        y = x * 2.0
        y.register_hook(lambda g: seen.append(g.tolist()))
        remove = x.register_hook(lambda g: g * 10.0)
        numrs.sum(y).backward()
        assert seen == [[1.0, 1.0]] and x.grad.tolist() == [20.0, 20.0]
        remove()
        x.grad = None
        numrs.sum(x).backward()
        assert x.grad.tolist() == [1.0, 1.0]

    def test_hooks_need_a_gradient_and_a_callable(self):
        with pytest.raises(RuntimeError, match="requires? grad"):
            Tensor([1.0]).register_hook(lambda g: g)
        with pytest.raises(TypeError, match="callable"):
            leaf(1.0).register_hook(3)


class TestGrad:
    def test_of_inputs_leaves_grad_alone(self):
        x, w = leaf(2.0), leaf(3.0)
        y = x * x
        gx, gy = autograd.grad(numrs.sum(y * w), [x, y])
        assert gx.tolist() == [12.0] and gy.tolist() == [3.0] and x.grad is None and w.grad is None

    def test_unused_inputs(self):
        x, w = leaf(2.0), leaf(3.0)
        with pytest.raises(RuntimeError, match=r"inputs\[1\]"):
            autograd.grad(numrs.sum(x), [x, w])
        assert autograd.grad(numrs.sum(x), [x, w], allow_unused=True)[1] is None

    def test_third_derivative(self):
        x = leaf(2.0)
        y = numrs.sum(x**4)
        for wanted in (32.0, 48.0, 48.0, 24.0):
            (y,) = autograd.grad(y, x, create_graph=True, grad_outputs=None if y.ndim == 0 else Tensor([1.0]))
            assert y.tolist() == [wanted]

    def test_of_functions(self):
        def loss(params, x):
            return numrs.mean((x @ params["w"] + params["b"]) ** 2)

        params = {"w": np.ones((3, 2)), "b": [np.zeros(2)][0]}
        value, grads = autograd.value_and_grad(loss)(params, np.ones((4, 3)))
        assert float(value) == 9.0 and grads["w"].shape == (3, 2) and isinstance(grads["w"], np.ndarray)
        g = autograd.grad(lambda x, y: numrs.sum(x * y), argnums=(0, 1))(Tensor([1.0]), Tensor([2.0]))
        assert g[0].tolist() == [2.0] and g[1].tolist() == [1.0]
        (value, aux), _ = autograd.value_and_grad(lambda x: (numrs.sum(x), "more"), has_aux=True)(Tensor([1.0]))
        assert aux == "more"

    def test_errors(self):
        x = leaf(1.0, 2.0)
        with pytest.raises(ValueError, match=r"shape \(2,\)"):
            (x * 2.0).backward()
        with pytest.raises(RuntimeError, match="require grad"):
            numrs.sum(Tensor([1.0])).backward()
        with pytest.raises(ValueError, match="gradient has shape"):
            (x * 2.0).backward(Tensor([1.0]))
        with pytest.raises(TypeError, match="float"):
            Tensor([1, 2], requires_grad=True)
        with pytest.raises(RuntimeError, match="leaf"):
            (x * 2.0).requires_grad = False
        with pytest.raises(NotImplementedError, match="rolling_mean"):
            numrs.rolling_mean(x, 2)


class TestCustomFunctions:
    def test_forward_and_backward_are_used(self):
        def forward(ctx, x, y):
            ctx.save_for_backward(x, y)
            assert ctx.needs_input_grad == (True, False)
            return x * y

        def backward(ctx, grad):
            x, y = ctx.saved_tensors
            return grad * y * 100.0, None

        x = leaf(1.0, 2.0)
        numrs.sum(autograd.custom_function(forward, backward)(x, Tensor([3.0, 4.0]))).backward()
        assert x.grad.tolist() == [300.0, 400.0]

    def test_several_results(self):
        f = autograd.custom_function(lambda ctx, x: (x * 2.0, x * 3.0), lambda ctx, a, b: a * 2.0 + b * 3.0)
        x = leaf(1.0)
        a, b = f(x)
        (a + b).backward()
        assert x.grad.tolist() == [5.0]
        x.grad = None
        f(x)[1].backward()
        assert x.grad.tolist() == [3.0]

    def test_wrong_number_of_gradients(self):
        f = autograd.custom_function(lambda ctx, x, y: x * y, lambda ctx, g: g)
        with pytest.raises(RuntimeError, match="1 gradients for 2 arguments"):
            numrs.sum(f(leaf(1.0), 2.0)).backward()


class TestCheckpoint:
    def test_gives_the_same_gradients(self):
        w = leaf(0.5)

        def block(x):
            return numrs.tanh(x * w)

        x = leaf(1.0, 2.0)
        numrs.sum(block(block(x))).backward()
        wanted = x.grad.tolist(), w.grad.tolist()
        x.grad = w.grad = None
        numrs.sum(autograd.checkpoint(block, autograd.checkpoint(block, x))).backward()
        assert (x.grad.tolist(), w.grad.tolist()) == wanted

    def test_dropout_drops_the_same_elements_again(self):
        from numrs import nn

        for rng in (7, None):
            nn.manual_seed(3)
            layer = nn.Dropout(0.5, rng=rng)
            x = Tensor(np.ones((40, 40)), requires_grad=True)
            y = autograd.checkpoint(lambda x, layer=layer: layer(x) * 2.0, x)
            after = layer(x).tolist()
            numrs.sum(y).backward()
            assert (x.grad.numpy() == y.detach().numpy()).all()
            nn.manual_seed(3)
            again = nn.Dropout(0.5, rng=rng)
            again(x)
            assert again(x).tolist() == after, "the generator goes on where it was"

    def test_parameters_inside_get_gradients_without_followed_arguments(self):
        w = leaf(0.5)
        numrs.sum(autograd.checkpoint(lambda x: x * w, Tensor([2.0]))).backward()
        assert w.grad.tolist() == [2.0]


def test_float32_stays_float32():
    x = Tensor(np.array([1.0, 2.0], np.float32), requires_grad=True)
    numrs.sum(numrs.exp(x) * Tensor([1.0, 2.0])).backward()
    assert x.grad.dtype == np.float32


def test_complex_gradients_are_conjugate_wirtinger():
    z = Tensor([1.0 + 2.0j], requires_grad=True)
    numrs.sum(numrs.real(z * numrs.conj(z))).backward()
    assert z.grad.tolist() == [2.0 + 4.0j]


@pytest.mark.parametrize("threads", [1, 2, 4])
def test_the_same_bits_for_every_number_of_threads(threads):
    before = numrs.get_num_threads()
    try:
        rng = np.random.default_rng(0)
        w = Tensor(rng.standard_normal((300, 200)).astype(np.float32), requires_grad=True)
        x = Tensor(rng.standard_normal((500, 300)).astype(np.float32))

        def gradient():
            w.grad = None
            numrs.mean(numrs.tanh(x @ w) ** 2).backward()
            return w.grad.numpy().copy()

        numrs.set_num_threads(1)
        wanted = gradient()
        numrs.set_num_threads(threads)
        assert gradient().tobytes() == wanted.tobytes()
    finally:
        numrs.set_num_threads(before)
