"""Model with generators, iterables, loaders and datasets in the place of arrays."""

import warnings

import numpy as np
import numrs
import pytest
from model_support import bits, blobs, classifier, regressor
from numrs import nn

X, Y = blobs()
W = np.random.default_rng(1).random(200)


def batches(size=32, weights=False):
    """A generator over the rows in their order."""
    for first in range(0, 200, size):
        part = slice(first, first + size)
        yield (X[part], Y[part], W[part]) if weights else (X[part], Y[part])


class Loader:
    """Like a loader of PyTorch: __iter__ and __len__, lists of x and y."""

    def __init__(self, size=32):
        self.size = size

    def __len__(self):
        return -(-200 // self.size)

    def __iter__(self):
        return (list(item) for item in batches(self.size))


class Dataset:
    """Like a dataset of PyTorch: rows by number."""

    def __len__(self):
        return 200

    def __getitem__(self, i):
        if not 0 <= i < 200:
            raise IndexError(i)
        return X[i], Y[i]


class Sequence:
    """Like a dataset of Keras: batches by number."""

    ended = 0

    def __len__(self):
        return 7

    def __getitem__(self, i):
        part = slice(32 * i, 32 * i + 32)
        return X[part], Y[part]

    def on_epoch_end(self):
        self.ended += 1


def forever(size=32):
    while True:
        yield from batches(size)


def expected(epochs=1, **options):
    model = classifier()
    return model.fit(X, Y, shuffle=False, epochs=epochs, **options).history, bits(model)


SOURCES = {
    "generator": lambda: batches(), "list": lambda: list(batches()), "loader": Loader, "sequence": Sequence,
    "zip": lambda: zip([X[i : i + 32] for i in range(0, 200, 32)], [Y[i : i + 32] for i in range(0, 200, 32)]),
    "lists": lambda: ((x.tolist(), y.tolist()) for x, y in batches()),
    "tensors": lambda: ((numrs.asarray(x), numrs.asarray(y)) for x, y in batches()),
}  # fmt: skip


@pytest.mark.parametrize("kind", SOURCES)
def test_every_source_trains_as_its_rows(kind):
    model = classifier()
    history = model.fit(SOURCES[kind](), shuffle=False).history
    wanted, numbers = expected()
    assert history == wanted and bits(model) == numbers


@pytest.mark.parametrize("kind", ["list", "loader", "sequence"])
def test_epochs_begin_anew(kind):
    model, source = classifier(), SOURCES[kind]()
    history = model.fit(source, shuffle=False, epochs=3, validation_data=SOURCES[kind]()).history
    wanted, numbers = expected(3, validation_data=(X, Y), validation_batch_size=32)
    assert history == wanted and bits(model) == numbers
    assert kind != "sequence" or source.ended == 3


def test_rows_are_put_together():
    model = classifier()
    history = model.fit(Dataset(), batch_size=32, shuffle=False, epochs=2).history
    wanted, numbers = expected(2)
    assert history == wanted and bits(model) == numbers
    shuffled, arrays = classifier(), classifier()
    assert shuffled.fit(Dataset(), batch_size=32, epochs=2).history == arrays.fit(X, Y, epochs=2).history
    assert bits(shuffled) == bits(arrays)
    again = classifier()
    again.fit(Dataset(), batch_size=32, epochs=1)
    again.fit(Dataset(), batch_size=32, epochs=2, initial_epoch=1)
    assert bits(again) == bits(arrays)
    seeded, same = classifier(), classifier()
    assert seeded.fit(Dataset(), batch_size=32, epochs=2, rng=5).history == same.fit(X, Y, epochs=2, rng=5).history
    alone = classifier()
    assert alone.fit(zip(X, Y), batch_size=32, shuffle=False).history == expected()[0]
    assert alone.evaluate(Dataset(), batch_size=50) == pytest.approx(alone.evaluate(X, Y), rel=1e-6)


def test_many_rows_at_once():
    class Fetching(Dataset):
        calls = 0

        def __getitems__(self, places):
            self.calls += 1
            return [self[i] for i in places]

    source, model = Fetching(), classifier()
    assert model.fit(source, batch_size=32, shuffle=False).history == expected()[0] and source.calls == 7


def test_batches_of_a_sequence_are_shuffled():
    seen = []

    class Noting(Sequence):
        def __getitem__(self, i):
            seen.append(i)
            return super().__getitem__(i)

    classifier().fit(Noting(), epochs=2)
    assert sorted(seen[:7]) == sorted(seen[7:]) == list(range(7)) and seen[:7] != seen[7:]


def test_weights_come_along():
    model = classifier(weighted_metrics=["accuracy"])
    found = model.evaluate(batches(50, weights=True), return_dict=True)
    assert found == pytest.approx(model.evaluate(X, Y, sample_weight=W, return_dict=True), rel=1e-6)
    a, b = classifier(), classifier()
    a.fit(batches(32, weights=True), class_weight={1: 2.0})
    b.fit(X, Y, sample_weight=W, class_weight={1: 2.0}, shuffle=False)
    assert bits(a) == bits(b)

    def sometimes():
        for i, (x, y, w) in enumerate(batches(50, weights=True)):
            yield (x, y, w) if i % 2 else (x, y)

    partly = np.where(np.arange(200) // 50 % 2, W, 1.0)
    assert model.evaluate(sometimes(), return_dict=True) == pytest.approx(model.evaluate(X, Y, sample_weight=partly, return_dict=True), rel=1e-6)


# ----------------------------------------------------------------------------- steps


def test_steps_of_an_epoch():
    model = classifier()
    history = model.fit(forever(), steps_per_epoch=7, epochs=2).history
    assert history == expected(2)[0]
    a, b = classifier(), classifier()
    assert len(a.fit(forever(), steps_per_epoch=3, epochs=4, validation_data=forever(), validation_steps=2).history["val_loss"]) == 4
    history = b.fit(Loader(), steps_per_epoch=3, epochs=4, validation_data=Loader(), validation_steps=2).history
    assert bits(a) == bits(b)  # a loader is begun anew where it ends, within an epoch too
    assert b.evaluate(X[:64], Y[:64], batch_size=32)[0] == pytest.approx(history["val_loss"][-1])


def test_steps_of_arrays():
    a, b = classifier(), classifier()
    a.fit(X, Y, shuffle=False, steps_per_epoch=4, epochs=7)
    b.fit(X, Y, shuffle=False, epochs=4)
    assert bits(a) == bits(b)
    c, d = classifier(), classifier()
    assert c.fit(X, Y, steps_per_epoch=10, epochs=2).history == d.fit(X, Y, steps_per_epoch=10, epochs=2).history
    assert c.evaluate(X, Y, batch_size=10, steps=3) == c.evaluate(X[:30], Y[:30], batch_size=10)
    assert c.predict(X, batch_size=10, steps=3).shape == (30, 3)
    history = c.fit(X, Y, validation_data=(X, Y), validation_steps=1, validation_batch_size=20).history
    assert history["val_loss"][0] == c.evaluate(X[:20], Y[:20])[0]


def test_an_iterator_ends():
    model = classifier()
    with pytest.warns(RuntimeWarning, match="no batch left in epoch 1"):
        history = model.fit(batches(), epochs=3, shuffle=False)
    assert len(history) == 1 and bits(model) == expected()[1]
    with pytest.warns(RuntimeWarning, match="after 3 of 5 steps") as told:
        history = classifier().fit(iter(list(batches(80))), steps_per_epoch=5, epochs=3)
    assert len(history) == 1 and sum("of 5 steps" in str(w.message) for w in told) == 1


def test_callbacks_and_progress(capsys):
    seen = []

    class Noting(numrs.callbacks.Callback):
        def on_train_begin(self, logs=None):
            seen.append(self.params["steps"])

        def on_train_batch_end(self, batch, logs=None):
            seen.append(batch)

    classifier().fit(Loader(100), callbacks=[Noting()], verbose=1)
    classifier().fit(batches(100), callbacks=[Noting()], verbose=2)
    assert seen == [2, 0, 1, None, 0, 1] and capsys.readouterr().out.count("Epoch 1/1") == 2


# ----------------------------------------------------------------------------- evaluate and predict


def test_evaluate_and_predict():
    model = classifier()
    whole = model.evaluate(X, Y, batch_size=32)
    for kind in SOURCES:
        assert model.evaluate(SOURCES[kind]()) == whole
    assert model.evaluate(forever(), steps=7) == whole
    outputs = model.predict(X, batch_size=32)
    for source in (Loader(), Sequence(), batches(), (x for x, _ in batches()), ((x,) for x, _ in batches())):
        np.testing.assert_array_equal(model.predict(source), outputs)
    np.testing.assert_array_equal(model.predict(Dataset(), batch_size=32), outputs)
    assert isinstance(model.predict(numrs.asarray(x) for x, _ in batches()), numrs.Tensor)
    assert model.predict(forever(), steps=2).shape == (64, 3)


def test_memory_that_a_generator_uses_again():
    x, y = np.empty((32, 4), np.float32), np.empty(32, np.int64)

    def one_buffer():
        for first in range(0, 192, 32):
            x[:], y[:] = X[first : first + 32], Y[first : first + 32]
            yield x, y

    model = classifier()
    assert model.evaluate(one_buffer()) == model.evaluate(X[:192], Y[:192], batch_size=32)
    np.testing.assert_array_equal(numrs.Model([nn.Flatten()]).predict(x.copy() for x, _ in one_buffer()),
                                  numrs.Model([nn.Flatten()]).predict(x for x, _ in one_buffer()))  # fmt: skip


def test_other_targets_and_modules():
    model = regressor()
    model.fit(((x, y.astype(float)) for x, y in batches()), shuffle=False)
    plain = regressor()
    plain.fit(X, Y.astype(float), shuffle=False)
    assert bits(model) == bits(plain)


@pytest.mark.peer("torch")
def test_loaders_of_torch():
    torch = pytest.importorskip("torch")
    from torch.utils.data import DataLoader, TensorDataset

    rows = TensorDataset(torch.tensor(X), torch.tensor(Y))
    model = classifier()
    assert model.fit(DataLoader(rows, batch_size=32)).history == expected()[0]
    assert bits(model) == expected()[1]
    again = classifier()
    again.fit(rows, batch_size=32, shuffle=False)
    assert bits(again) == bits(model)
    assert model.evaluate(DataLoader(rows, batch_size=32)) == model.evaluate(X, Y, batch_size=32)
    np.testing.assert_array_equal(model.predict(DataLoader(rows, batch_size=32)), model.predict(X, batch_size=32))
    with pytest.raises(ValueError, match="makes batches of 32 itself"):
        model.fit(DataLoader(rows, batch_size=32), batch_size=32)


# ----------------------------------------------------------------------------- bad input


class Empty:
    def __len__(self):
        return 0

    def __getitem__(self, i):
        raise IndexError(i)


BAD = [
    (lambda m: m.fit(batches(), Y), ValueError, "y is given"),
    (lambda m: m.fit(batches(), sample_weight=W), ValueError, "sample_weight is given"),
    (lambda m: m.fit(batches(), validation_split=0.1), ValueError, "validation_split is given"),
    (lambda m: m.evaluate(batches(), sample_weight=W), ValueError, "sample_weight is given"),
    (lambda m: m.fit(x for x, _ in batches()), TypeError, r"batch 0 of x is of type ndarray, expected \(x, y\)"),
    (lambda m: m.fit((x,) for x, _ in batches()), ValueError, "batch 0 of x has 1 parts"),
    (lambda m: m.fit((x, y, y, y) for x, y in batches()), ValueError, "has 4 parts"),
    (lambda m: m.fit({"x": x, "y": y} for x, y in batches()), TypeError, "of type dict"),
    (lambda m: m.fit(None for _ in range(3)), TypeError, "NoneType"),
    (lambda m: m.fit(Dataset()), ValueError, "is one row.*batch_size="),
    (lambda m: m.fit(batches(), batch_size=32), ValueError, "rows of one batch differ in shape|shape"),
    (lambda m: m.fit(Dataset(), batch_size=0), ValueError, "batch_size is 0"),
    (lambda m: m.fit(iter(())), ValueError, "x gives no batch"),
    (lambda m: m.fit(Empty()), ValueError, "x gives no batch"),
    (lambda m: m.fit(Empty(), steps_per_epoch=3), ValueError, "x gives no batch"),
    (lambda m: m.evaluate(iter(())), ValueError, "evaluate: x gives no batch"),
    (lambda m: m.predict(iter(())), ValueError, "predict: x gives no batch"),
    (lambda m: m.predict((x, x, x, x) for x, _ in batches()), ValueError, "batch 0 of x has 4 parts"),
    (lambda m: m.fit(batches(), steps_per_epoch=0), ValueError, "steps_per_epoch is 0"),
    (lambda m: m.fit(batches(), steps_per_epoch=1.5), TypeError, "steps_per_epoch"),
    (lambda m: m.evaluate(X, Y, steps=0), ValueError, "steps is 0"),
    (lambda m: m.fit(((x, y[:3]) for x, y in batches())), ValueError, "batch 0 of x: y has 3 rows, batch 0 of x: x has 32"),
    (lambda m: m.fit(((x, y, W[:3]) for x, y in batches())), ValueError, "batch 0 of x: sample_weight has 3 rows"),
    (lambda m: m.fit(((x[:, :3], y) for x, y in batches())), ValueError, "3"),
    (lambda m: m.fit(((x, y + 1) for x, y in batches())), IndexError, "3"),
    (lambda m: m.fit(((x[:0], y[:0]) for x, y in batches())), ValueError, "batch 0 of x: x is empty"),
    (lambda m: m.fit(X, Y, epochs=2, validation_data=batches()), ValueError, "gone through once"),
    (lambda m: m.fit(lambda: batches()), TypeError, "x is of type function"),
    (lambda m: m.fit(zip(X, [[1], [1, 2]] * 100), batch_size=2), ValueError, "differ in shape"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "error", "words"), BAD)
def test_bad_streams(call, error, words):
    model = classifier()
    before = bits(model)
    with warnings.catch_warnings(), pytest.raises(error, match=words):
        warnings.simplefilter("error")
        call(model)
    assert bits(model) == before


def test_a_bad_batch_later():
    def good_then_bad():
        yield X[:32], Y[:32]
        yield X[:32], Y[:31]

    model, one = classifier(), classifier()
    with pytest.raises(ValueError, match="batch 1 of x: y has 31 rows"):
        model.fit(good_then_bad())
    one.fit([(X[:32], Y[:32])])
    assert bits(model) == bits(one)  # the steps before it are taken

    def raising():
        yield X[:32], Y[:32]
        raise OSError("disk")

    with pytest.raises(OSError, match="disk"):
        model.fit(raising())
    model.fit(X, Y)
