"""Training, an epoch at a time, of small networks by Model.fit, against the usual loop of PyTorch and an epoch that JAX compiles."""

import numpy as np
import numrs

from .harness import Case

GROUP = "training"


def _learns(loss, _):
    """None for a loss that is a number: every call trains on."""
    value = float(np.asarray(loss))
    return None if np.isfinite(value) else f"the loss is {value}"


def _data(rows, shape, classes=10):
    """Clouds around a point for each class."""
    rng = np.random.default_rng(0)
    y = rng.integers(0, classes, rows)
    centres = rng.normal(size=(classes, *shape)).astype(np.float32)
    return centres[y] + rng.normal(size=(rows, *shape)).astype(np.float32), y


def _numrs(layers, x, y, batch):
    model = numrs.Model(layers, rng=0)
    model.compile(numrs.optimizers.Adam(lr=1e-3), "cross_entropy")
    return lambda: model.fit(x, y, batch_size=batch, epochs=1, verbose=0).history["loss"][0]


def _torch(torch, net, x, y, batch):
    optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)
    loss_of, tx, ty = torch.nn.functional.cross_entropy, torch.from_numpy(x), torch.from_numpy(y)

    def epoch():
        order, total = torch.randperm(len(tx)), 0.0
        for part in order.split(batch):
            optimizer.zero_grad()
            loss = loss_of(net(tx[part]), ty[part])
            loss.backward()
            optimizer.step()
            total += loss.item() * len(part)
        return total / len(tx)

    return epoch


def _jax_mlp(jax, sizes, x, y, batch):
    jnp = jax.numpy
    rng = np.random.default_rng(1)
    weights = [jnp.asarray(rng.normal(size=s).astype(np.float32) / np.sqrt(s[0])) for s in zip(sizes, sizes[1:])]
    parameters = [part for w in weights for part in (w, jnp.zeros(w.shape[1], jnp.float32))]

    def loss_of(p, xb, yb):
        scores = jnp.maximum(xb @ p[0] + p[1], 0) @ p[2] + p[3]
        return -jnp.take_along_axis(jax.nn.log_softmax(scores), yb[:, None], axis=1).mean()

    def step(state, rows):
        p, m, v, t = state
        t = t + 1
        loss, g = jax.value_and_grad(loss_of)(p, jx[rows], jy[rows])
        m = [0.9 * a + 0.1 * b for a, b in zip(m, g)]
        v = [0.999 * a + 0.001 * b * b for a, b in zip(v, g)]
        p = [a - 1e-3 * (b / (1 - 0.9**t)) / (jnp.sqrt(c / (1 - 0.999**t)) + 1e-8) for a, b, c in zip(p, m, v)]
        return (p, m, v, t), loss

    zeros = [jnp.zeros_like(p) for p in parameters]
    kept = {"state": (parameters, zeros, zeros, jnp.float32(0))}
    shuffle, jx, jy, whole = np.random.default_rng(2), jnp.asarray(x), jnp.asarray(y), len(x) // batch * batch

    @jax.jit
    def steps(state, order):
        """All whole batches as one loop, and what is left."""
        state, losses = jax.lax.scan(step, state, order[:whole].reshape(-1, batch))
        return (state, losses.mean()) if whole == len(x) else (step(state, order[whole:])[0], losses.mean())

    def epoch():
        kept["state"], loss = steps(kept["state"], shuffle.permutation(len(x)).astype(np.int32))
        return float(loss)

    return epoch


def cases(peers, quick, size):
    layers = numrs.layers
    for name, sizes, rows, batch, goal in (("digits MLP 64-128-10, batch 32", (64, 128, 10), 1797, 32, 2.0),
                                           ("MLP 784-128-10, batch 64, 60,000 rows", (784, 128, 10), 60_000, 64, 1.5)):  # fmt: skip
        if rows > 10_000 and quick:
            continue
        x, y = _data(rows, sizes[:1])
        calls = {"numrs": _numrs([layers.Dense(sizes[0], sizes[1], activation="relu"), layers.Dense(sizes[1], sizes[2])], x, y, batch)}
        if "torch" in peers:
            torch = peers["torch"].module
            net = torch.nn.Sequential(torch.nn.Linear(sizes[0], sizes[1]), torch.nn.ReLU(), torch.nn.Linear(sizes[1], sizes[2]))
            calls["torch"] = _torch(torch, net, x, y, batch)
        if "jax" in peers:
            calls["jax"] = _jax_mlp(peers["jax"].module, sizes, x, y.astype(np.int32), batch)
        yield Case(GROUP, name, calls, check=_learns, goal=goal)
    x, y = _data(1797, (1, 8, 8))
    net = [layers.Conv2D(1, 16, 3, padding=1, activation="relu"), layers.MaxPool2D(2), layers.Conv2D(16, 32, 3, padding=1, activation="relu"),
           layers.MaxPool2D(2), layers.Flatten(), layers.Dense(128, 10)]  # fmt: skip
    calls = {"numrs": _numrs(net, x, y, 32)}
    if "torch" in peers:
        torch, n = peers["torch"].module, peers["torch"].module.nn
        calls["torch"] = _torch(torch, n.Sequential(n.Conv2d(1, 16, 3, padding=1), n.ReLU(), n.MaxPool2d(2), n.Conv2d(16, 32, 3, padding=1), n.ReLU(),
                                                    n.MaxPool2d(2), n.Flatten(), n.Linear(128, 10)), x, y, 32)  # fmt: skip
    yield Case(GROUP, "digits CNN 16-32, batch 32", calls, check=_learns, goal=3.0)
