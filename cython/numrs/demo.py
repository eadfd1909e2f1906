"""The demo: handwritten digits read by nearest neighbour, every number checked against NumPy, and by a network that is trained; times and
pictures."""

import time
from pathlib import Path

import numpy as np

import numrs

NEEDS_MATPLOTLIB = "numrs demo needs matplotlib for its picture: pip install 'numrs-kernels[demo]', or --no-picture"
NEEDS = "numrs demo needs scikit-learn for its data: pip install 'numrs-kernels[demo]'"


def _times(call, repeats=7):
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        value = call()
        seconds.append(time.perf_counter() - start)
    return value, min(seconds)


def load_digits():
    """1,797 images of 8 x 8 pixels as (1797, 64) float32 in 0..16, with their labels."""
    try:
        from sklearn.datasets import load_digits as load  # type: ignore[import-untyped]
    except ImportError:
        raise RuntimeError(NEEDS) from None
    digits = load()
    return digits.data.astype(np.float32), digits.target.astype(np.int64)


def distances(xp, test, train):
    """Squared distances of every test row to every training row: |a|^2 + |b|^2 - 2 a·b."""
    a = xp.sum(xp.square(test), axis=1, keepdims=True)
    b = xp.sum(xp.square(train), axis=1)
    cross = xp.matmul(test, train.T)
    return xp.subtract(xp.add(a, b), xp.multiply(cross, 2.0))


def classify(xp, train, train_labels, test):
    """Label of the nearest training row for every test row."""
    nearest = xp.argmin(distances(xp, test, train), axis=1)
    return train_labels[nearest]


def standardise(xp, data):
    """Every pixel with mean 0 and standard deviation 1 over the images; constant pixels become 0."""
    mean, deviation = xp.mean(data, axis=0), xp.std(data, axis=0)
    return xp.divide(xp.subtract(data, mean), xp.where(xp.greater(deviation, 0), deviation, np.float32(1.0)))


def class_statistics(xp, data, labels):
    """Per digit: number of images, mean and standard deviation of the ink, brightest pixel of the mean image."""
    rows = []
    for digit in range(10):
        images = data[labels == digit]
        ink = xp.sum(images, axis=1)
        rows.append((digit, len(images), float(xp.mean(ink)), float(xp.std(ink)), float(xp.max(xp.mean(images, axis=0)))))
    return rows


def network(data, labels, epochs=50, seed=0):
    """A network trained on four fifths of the digits: (model, history, facts); accuracy is that of the other fifth."""
    held = np.arange(len(data)) % 5 == 0
    x, y = data / np.float32(16), labels
    numrs.nn.manual_seed(seed)
    layers = numrs.layers
    parts = [layers.Dense(64, 512, activation="relu"), layers.Dropout(0.5), layers.Dense(512, 10, activation="softmax")]
    model = numrs.Model(parts, name="digits", rng=seed)
    model.compile(optimizer=numrs.optimizers.Adam(lr=0.003), loss="cross_entropy", metrics=["accuracy"])
    slower = numrs.callbacks.LearningRateScheduler(lambda epoch, rate: 0.003 * 0.95**epoch)
    start = time.perf_counter()
    history = model.fit(x[~held], y[~held], batch_size=32, epochs=epochs, validation_data=(x[held], y[held]), callbacks=[slower], verbose=0)
    seconds = time.perf_counter() - start
    loss, accuracy = model.evaluate(x[held], y[held])
    facts = {"trained_on": int((~held).sum()), "held_out": int(held.sum()), "parameters": model.count_params(), "epochs": epochs, "seconds": seconds,
             "loss": loss, "accuracy": accuracy, "history": history.history}  # fmt: skip
    return model, history, facts


def run(picture=None):
    """Runs the demo and returns its facts as a dict; raises RuntimeError when a number differs from NumPy's."""
    data, labels = load_digits()
    train, test = np.ascontiguousarray(data[::2]), np.ascontiguousarray(data[1::2])
    train_labels, test_labels = labels[::2], labels[1::2]

    checks = []

    def check(name, got, expected, tolerance):
        got, expected = np.asarray(got, np.float64), np.asarray(expected, np.float64)
        worst = float(np.max(np.abs(got - expected), initial=0.0) / max(1.0, float(np.max(np.abs(expected), initial=0.0))))
        checks.append({"name": name, "values": int(expected.size), "largest_difference": worst, "ok": worst <= tolerance})

    steps = [
        ("standardise 1,797 x 64", lambda xp: standardise(xp, data), 1e-5),
        ("distances 898 x 899", lambda xp: distances(xp, test, train), 1e-6),
        ("nearest neighbour", lambda xp: classify(xp, train, train_labels, test), 0.0),
        ("statistics per class", lambda xp: class_statistics(xp, data, labels), 1e-5),
    ]
    timings, results = [], {}
    for name, step, tolerance in steps:
        ours, ours_seconds = _times(lambda: step(numrs))  # noqa: B023
        theirs, their_seconds = _times(lambda: step(np))  # noqa: B023
        check(name, ours, theirs, tolerance)
        timings.append({"step": name, "numrs_ms": ours_seconds * 1e3, "numpy_ms": their_seconds * 1e3, "ratio": their_seconds / ours_seconds})
        results[name] = ours
    predicted = results["nearest neighbour"]
    right = predicted == test_labels
    facts = {
        "images": len(data),
        "accuracy": float(numrs.mean(right)),
        "misread": int(numrs.count_nonzero(numrs.logical_not(right))),
        "classes": [
            {"digit": d, "images": n, "mean_ink": m, "std_ink": s, "brightest": b} for d, n, m, s, b in results["statistics per class"]
        ],
        "timings": timings,
        "checks": checks,
    }
    failed = [c["name"] for c in checks if not c["ok"]]
    if failed:
        raise RuntimeError(f"demo: results differ from NumPy's in: {', '.join(failed)}")
    _, history, facts["network"] = network(data, labels)
    if picture is not None:
        curves = Path(picture).with_name(f"{Path(picture).stem}-network{Path(picture).suffix}")
        curves.parent.mkdir(parents=True, exist_ok=True)
        title = f"A network learns to read digits: {facts['network']['accuracy']:.1%} of {facts['network']['held_out']} held out are right"
        try:
            history.plot(curves, names=["loss", "accuracy"], title=title)
        except ImportError:
            raise RuntimeError(NEEDS_MATPLOTLIB) from None
        facts["network"]["picture"] = str(curves)
        facts["picture"] = str(draw(Path(picture), (test, test_labels), (train, train_labels), facts))
    return facts


def draw(path, asked, known, facts):
    """The misread digits, each beside the known digit that it was taken for, and the times as bars; returns the path."""
    try:
        import matplotlib
    except ImportError:
        raise RuntimeError(NEEDS_MATPLOTLIB) from None
    matplotlib.use("Agg")
    from matplotlib import pyplot

    test, labels = asked
    nearest = np.asarray(numrs.argmin(distances(numrs, test, known[0]), axis=1))
    predicted = known[1][nearest]
    wrong = np.flatnonzero(predicted != labels)[:24]
    columns = 6
    rows = max(1, -(-len(wrong) // columns))
    figure = pyplot.figure(figsize=(11, 1.25 * rows + 3.6), constrained_layout=True)
    top, bottom = figure.subfigures(2, 1, height_ratios=[1.25 * rows + 0.7, 2.6])
    top.suptitle(f"numrs reads {len(labels)} digits: {facts['accuracy']:.2%} right. The {facts['misread']} it misread, each left of the one "
                 "it was taken for:", fontsize=12)  # fmt: skip
    axes = top.subplots(rows, columns, squeeze=False)
    for axis in axes.flat:
        axis.axis("off")
    gap = np.zeros((8, 1))
    for axis, i in zip(axes.flat, wrong, strict=False):
        pair = np.hstack([test[i].reshape(8, 8), gap, known[0][nearest[i]].reshape(8, 8)])
        axis.imshow(pair, cmap="gray_r", interpolation="bilinear", vmin=0, vmax=16)
        axis.axvline(8, color="#cfd4da", linewidth=1)
        axis.set_title(f"{labels[i]} read as {predicted[i]}", fontsize=9, color="#b23a48")
    axis = bottom.subplots()
    names = [t["step"] for t in facts["timings"]]
    positions = np.arange(len(names))
    ours, theirs = [t["numrs_ms"] for t in facts["timings"]], [t["numpy_ms"] for t in facts["timings"]]
    axis.barh(positions - 0.2, ours, 0.38, color="#2a7f62", label="numrs")
    axis.barh(positions + 0.2, theirs, 0.38, color="#9aa5b1", label="NumPy")
    for position, mine, other in zip(positions, ours, theirs, strict=True):
        axis.text(mine, position - 0.2, f" {mine:.2f} ms", va="center", fontsize=8)
        axis.text(other, position + 0.2, f" {other:.2f} ms ({other / mine:.1f}x)", va="center", fontsize=8)
    axis.set_yticks(positions, names)
    axis.invert_yaxis()
    axis.set_xlim(0, max(ours + theirs) * 1.2)
    axis.set_xlabel("milliseconds, best of 7")
    axis.legend(frameon=False, loc="lower right")
    axis.spines[["top", "right"]].set_visible(False)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=130)
    pyplot.close(figure)
    return path
