"""Training of small networks, an epoch per call: numrs against JAX, PyTorch and scikit-learn, all from the same weights and batches."""

from importlib.util import find_spec

import numpy as np
import numrs
from numrs import functional as F
from numrs import nn

from .harness import Case

GROUP = "training"
# name, rows, batch, layers, goal over the fastest peer
_CASES = (
    ("digits MLP 64-128-10, batch 32", 1792, 32, (64, 128, 10), 2.0),
    ("digits CNN 16-32, batch 32", 1792, 32, None, 2.0),
    ("MLP 784-128-10, batch 64, 60,000 rows", 60_000, 64, (784, 128, 10), 1.5),
)
_RATE = 1e-3


def data(rows, layers):
    """Rows around a centre of each of ten classes, a third of the labels at random, so that no gradient dies; images where there are no layers."""
    rng = np.random.default_rng(7)
    width = layers[0] if layers else 64
    labels = rng.integers(0, 10, rows)
    centres = rng.uniform(0.0, 1.0, (10, width))
    x = np.clip(centres[labels] + rng.normal(0.0, 0.3, (rows, width)), 0.0, 1.0).astype(np.float32)
    wrong = rng.random(rows) < 0.33
    labels[wrong] = rng.integers(0, 10, int(wrong.sum()))
    return (x if layers else x.reshape(rows, 1, 8, 8)), labels


def weights(layers):
    """First weights and biases, in turns; of the CNN: two convolutions and the output."""
    rng = np.random.default_rng(11)
    shapes = zip(layers, layers[1:], strict=False) if layers else ((16, 1, 3, 3), (32, 16, 3, 3), (128, 10))
    values = []
    for shape in shapes:
        fan_in = shape[0] if len(shape) == 2 else shape[1] * 9
        values.append(rng.uniform(-1, 1, shape).astype(np.float32) * np.float32(np.sqrt(3 / fan_in)))
        values.append(np.zeros(shape[-1] if len(shape) == 2 else shape[0], np.float32))
    return values


def own_network(layers, values):
    """The network of numrs with these weights."""
    parts = []
    for w, b in zip(values[::2], values[1::2], strict=True):
        last = w is values[-2]
        if w.ndim == 4:
            parts += [nn.Conv2d(w, b, padding=1, activation="relu"), nn.MaxPool2d(2)]
        else:
            parts += [nn.Flatten()] if layers is None else []
            parts.append(nn.Linear(w, b, activation=None if last else "relu"))
    return nn.Sequential(*parts)


def own_epoch(layers, values, x, labels, batch):
    """A call that trains an epoch as a user would write it, and gives the mean loss of it."""
    network = own_network(layers, values)
    optimizer = numrs.optimizers.Adam(network.parameters(), lr=_RATE)
    x, labels = numrs.Tensor(x), numrs.Tensor(labels)

    def epoch():
        total = 0.0
        for i in range(0, x.shape[0], batch):
            loss = F.cross_entropy(network(x[i : i + batch]), labels[i : i + batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item()
        return total * batch / x.shape[0]

    return epoch


def fitted_epoch(layers, values, x, labels, batch):
    """The same by numrs.Model.fit."""
    model = numrs.Model(list(own_network(layers, values)))
    model.compile(optimizer=numrs.optimizers.Adam(lr=_RATE), loss="cross_entropy")
    x, labels = numrs.Tensor(x), numrs.Tensor(labels)
    return lambda: model.fit(x, labels, epochs=1, batch_size=batch, shuffle=False, verbose=0).history["loss"][-1]


def torch_epoch(torch, layers, values, x, labels, batch):
    """The same in PyTorch, eager."""
    parts = []
    for w, b in zip(values[::2], values[1::2], strict=True):
        if w.ndim == 4:
            part = torch.nn.Conv2d(w.shape[1], w.shape[0], 3, padding=1)
            parts += [part, torch.nn.ReLU(), torch.nn.MaxPool2d(2)]
        else:
            parts += [torch.nn.Flatten()] if layers is None else []
            part = torch.nn.Linear(*w.shape)
            parts += [part] if w is values[-2] else [part, torch.nn.ReLU()]
        with torch.no_grad():
            part.weight.copy_(torch.tensor(w if w.ndim == 4 else w.T.copy()))
            part.bias.copy_(torch.tensor(b))
    network = torch.nn.Sequential(*parts)
    optimizer = torch.optim.Adam(network.parameters(), lr=_RATE)
    x, labels = torch.tensor(x), torch.tensor(labels)

    def epoch():
        total = 0.0
        for i in range(0, x.shape[0], batch):
            loss = torch.nn.functional.cross_entropy(network(x[i : i + batch]), labels[i : i + batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item()
        return total * batch / x.shape[0]

    return epoch


def _jax_step(jax):
    """One step of Adam, to be compiled: (parameters, means, squares, step), batch → the same, and the loss."""
    jnp = jax.numpy

    def forward(p, x):
        for i in range(0, len(p), 2):
            w, b = p[i], p[i + 1]
            if w.ndim == 4:
                x = jax.nn.relu(jax.lax.conv(x, w, (1, 1), ((1, 1), (1, 1))) + b[:, None, None])
                x = jax.lax.reduce_window(x, -jnp.inf, jax.lax.max, (1, 1, 2, 2), (1, 1, 2, 2), "VALID")
            else:
                x = x.reshape(x.shape[0], -1) @ w + b
                x = x if i + 2 == len(p) else jax.nn.relu(x)
        return x

    def loss(p, x, labels):
        scores = jax.nn.log_softmax(forward(p, x), -1)
        return -jnp.take_along_axis(scores, labels[:, None], 1).mean()

    def step(state, x, labels):
        p, m, v, t = state
        value, g = jax.value_and_grad(loss)(p, x, labels)
        t = t + 1
        m = [0.9 * a + 0.1 * b for a, b in zip(m, g, strict=True)]
        v = [0.999 * a + 0.001 * b * b for a, b in zip(v, g, strict=True)]
        time = t.astype(jnp.float32)
        rate = _RATE / (1 - jnp.float32(0.9) ** time)
        scale = 1 / jnp.sqrt(1 - jnp.float32(0.999) ** time)
        p = [a - rate * b / (jnp.sqrt(c) * scale + 1e-8) for a, b, c in zip(p, m, v, strict=True)]
        return (p, m, v, t), value

    return step


def jax_epochs(jax, values, x, labels, batch):
    """The same in JAX: a compiled step per batch, and a compiled loop over all batches."""
    jnp, step = jax.numpy, _jax_step(jax)

    def start():
        p = [jnp.array(a) for a in values]
        return p, [jnp.zeros_like(a) for a in p], [jnp.zeros_like(a) for a in p], jnp.array(0, jnp.int32)

    batches = x.shape[0] // batch
    xs = jnp.asarray(x[: batches * batch].reshape(batches, batch, *x.shape[1:]))
    ys = jnp.asarray(labels[: batches * batch].reshape(batches, batch).astype(np.int32))
    pairs = list(zip(xs, ys, strict=True))
    compiled = jax.jit(step, donate_argnums=0)
    whole = jax.jit(lambda state, xs, ys: jax.lax.scan(lambda s, b: step(s, *b), state, (xs, ys)), donate_argnums=0)
    steps, scan = [start()], [start()]

    def by_steps():
        state, losses = steps[0], []
        for pair in pairs:
            state, loss = compiled(state, *pair)
            losses.append(loss)
        steps[0] = state
        return float(np.mean([float(a) for a in losses]))

    def by_scan():
        scan[0], losses = whole(scan[0], xs, ys)
        return float(losses.mean())

    return by_steps, by_scan


def sklearn_epoch(layers, values, x, labels, batch):
    """The same by scikit-learn's MLPClassifier."""
    from sklearn.neural_network import MLPClassifier  # type: ignore[import-untyped]

    network = MLPClassifier(layers[1:-1], batch_size=batch, alpha=0.0, learning_rate_init=_RATE, shuffle=False)
    network.partial_fit(x[:batch], labels[:batch], classes=np.arange(10))
    for kept, value in zip(network.coefs_ + network.intercepts_, values[::2] + values[1::2], strict=True):
        kept[...] = value
    del network._optimizer
    return lambda: network.partial_fit(x, labels).loss_curve_[-1]


def _first(call):
    """A call that gives what its first one gave: later epochs of training have other losses."""
    seen = []

    def again():
        value = call()
        if not seen:
            seen.append(value)
        return seen[0]

    return again


def cases(peers, quick, size):
    if size:
        return
    for name, rows, batch, layers, goal in _CASES:
        rows = min(rows, 6400) if quick else rows
        name = name.replace("60,000", "6,400") if quick else name
        (x, labels), values = data(rows, layers), weights(layers)
        rows -= rows % batch
        x, labels = x[:rows], labels[:rows]
        calls = {"numrs": own_epoch(layers, values, x, labels, batch)}
        if find_spec("numrs.model"):
            calls = {"numrs": fitted_epoch(layers, values, x, labels, batch), "numrs loop": calls["numrs"]}
        if "torch" in peers:
            calls["torch"] = torch_epoch(peers["torch"].module, layers, values, x, labels, batch)
        if "jax" in peers:
            calls["jax"], calls["jax scan"] = jax_epochs(peers["jax"].module, values, x, labels, batch)
        if "sklearn" in peers and layers:
            calls["sklearn"] = sklearn_epoch(layers, values, x, labels, batch)
        yield Case(GROUP, name, {key: _first(call) for key, call in calls.items()}, tolerance=2e-3, goal=goal, work="an epoch")
