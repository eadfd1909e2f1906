"""Callbacks: when they are called, what they decide, and what they write."""

import csv
import sys

import numpy as np
import numrs
import pytest
from model_support import bits, blobs, classifier
from numrs.callbacks import (
    Callback,
    CSVLogger,
    EarlyStopping,
    LambdaCallback,
    LearningRateScheduler,
    ModelCheckpoint,
    ReduceLROnPlateau,
    TensorBoard,
    TerminateOnNaN,
)

X, Y = blobs()


class Fake:
    """A model for callbacks alone."""

    def __init__(self):
        self.stop_training, self.optimizer, self.weights = False, numrs.optimizers.Adam(lr=1.0), 0

    def state_dict(self):
        return {"w": numrs.full((1,), float(self.weights))}

    def set_weights(self, weights):
        self.weights = weights["w"].item()


def run(callback, values, name="val_loss"):
    """The epochs that a callback lets happen when the value goes through these; the model."""
    model = Fake()
    callback.set_model(model)
    callback.on_train_begin({})
    epoch = -1
    for epoch, value in enumerate(values):
        model.weights = epoch
        callback.on_epoch_begin(epoch, {})
        callback.on_epoch_end(epoch, {name: value, "loss": value})
        if model.stop_training:
            break
    callback.on_train_end({})
    return epoch + 1, model


def test_all_moments_in_order():
    seen = []

    class Every(Callback):
        def __getattribute__(self, name):
            if name.startswith("on_"):
                return lambda *args: seen.append((name, *[a for a in args if isinstance(a, int)]))
            return super().__getattribute__(name)

    class Written(Callback):
        pass

    for name in (
        "on_train_begin",
        "on_train_end",
        "on_epoch_begin",
        "on_epoch_end",
        "on_train_batch_begin",
        "on_train_batch_end",
        "on_test_begin",
        "on_test_end",
        "on_predict_begin",
        "on_predict_end",
    ):
        setattr(Written, name, lambda self, *args, name=name: seen.append((name, *[a for a in args if isinstance(a, int)])))
    model, callback = classifier(), Written()
    model.fit(X, Y, epochs=2, batch_size=150, callbacks=[callback])
    steps = [("on_train_batch_begin", 0), ("on_train_batch_end", 0), ("on_train_batch_begin", 1), ("on_train_batch_end", 1)]
    assert seen == [
        ("on_train_begin",),
        ("on_epoch_begin", 0),
        *steps,
        ("on_epoch_end", 0),
        ("on_epoch_begin", 1),
        *steps,
        ("on_epoch_end", 1),
        ("on_train_end",),
    ]
    assert callback.model is model and callback.params["epochs"] == 2 and callback.params["steps"] == 2
    del seen[:]
    model.evaluate(X, Y, callbacks=[callback])
    model.predict(X, callbacks=callback)
    assert [s[0] for s in seen] == ["on_test_begin", "on_test_end", "on_predict_begin", "on_predict_end"]


def test_losses_of_steps_make_that_of_the_epoch():
    losses = []
    model = classifier()
    history = model.fit(X, Y, batch_size=50, callbacks=LambdaCallback(on_train_batch_end=lambda batch, logs: losses.append(logs["loss"])))
    assert len(losses) == 4 and history.history["loss"][0] == pytest.approx(np.mean(losses), rel=1e-12)


def test_stopping_from_within():
    model = classifier()
    stop = LambdaCallback(on_train_batch_end=lambda batch, logs: setattr(model, "stop_training", batch == 1))
    history = model.fit(X, Y, batch_size=50, epochs=5, callbacks=stop)
    assert len(history) == 1
    assert len(model.fit(X, Y, epochs=2)) == 2  # a new run begins anew


def test_what_a_callback_adds_is_recorded():
    model = classifier()
    history = model.fit(X, Y, epochs=2, callbacks=LambdaCallback(on_epoch_end=lambda epoch, logs: logs.update(mine=epoch * 2)))
    assert history.history["mine"] == [0, 2]


# ----------------------------------------------------------------------------- early stopping


@pytest.mark.parametrize(
    ("options", "values", "epochs", "best"),
    [
        ({"patience": 2}, [5, 4, 4, 4, 4], 4, 1),
        ({"patience": 0}, [5, 4, 4.5, 3], 3, 1),
        ({"patience": 1}, [3, 4, 5], 2, 0),
        ({"patience": 2, "min_delta": 1.0}, [5, 4.5, 4.1, 3], 3, 0),
        ({"patience": 1, "mode": "max"}, [1, 2, 3, 3], 4, 2),
        ({"patience": 2, "baseline": 2.0}, [5, 4, 3, 2.5], 2, 1),
        ({"patience": 1, "start_from_epoch": 3}, [1, 2, 3, 4, 5, 6], 5, 3),
        ({"patience": 3}, [np.nan, 1.0, np.nan, np.nan, np.nan], 5, 1),
        ({"patience": 9}, [3, 2, 1], 3, 2),
        ({"patience": 2}, [1, np.nan, np.nan, 0], 3, 0),
    ],
)
def test_early_stopping(options, values, epochs, best):
    callback = EarlyStopping(restore_best_weights=True, **options)
    done, model = run(callback, values)
    assert done == epochs and callback.best_epoch == best and model.weights == best
    assert (callback.stopped_epoch is None) == (not model.stop_training)


def test_early_stopping_by_name(capsys):
    done, model = run(EarlyStopping("val_accuracy", patience=1, verbose=1), [0.5, 0.6, 0.6, 0.9], "val_accuracy")
    assert done == 3 and model.weights == 2
    assert "Epoch 3: stopped early; the best was epoch 2" in capsys.readouterr().out
    for bad in ({"mode": "up"}, {"patience": -1}, {"patience": 1.5}):
        with pytest.raises(ValueError, match=next(iter(bad))):
            EarlyStopping(**bad)
    with pytest.raises(ValueError, match="monitor is 'val_loss', expected one of loss, accuracy"):
        classifier().fit(X, Y, callbacks=[EarlyStopping()])


def test_early_stopping_restores():
    model = classifier()
    seen = {}
    stop = EarlyStopping("loss", patience=0, mode="max", restore_best_weights=True)  # the first epoch is the best
    model.fit(X, Y, epochs=5, callbacks=[LambdaCallback(on_epoch_end=lambda epoch, logs: seen.setdefault(epoch, bits(model))), stop])
    assert len(model.history) == 2 and bits(model) == seen[0] != seen[1]


# ----------------------------------------------------------------------------- checkpoints


def test_checkpoints(tmp_path):
    model = classifier()
    seen = {}
    model.fit(
        X,
        Y,
        epochs=3,
        validation_split=0.2,
        callbacks=[
            ModelCheckpoint(tmp_path / "m-{epoch:02d}-{val_loss:.2f}.safetensors"),
            ModelCheckpoint(tmp_path / "w-{epoch}", save_weights_only=True),
            LambdaCallback(on_epoch_end=lambda epoch, logs: seen.setdefault(epoch, bits(model))),
        ],
    )
    files = sorted(p.name for p in tmp_path.iterdir())
    assert len(files) == 6 and files[0].startswith("m-01-")
    for epoch in range(3):
        assert bits(numrs.Model.load(next(tmp_path.glob(f"m-0{epoch + 1}-*")))) == seen[epoch]
        other = classifier(seed=8)
        other.load_weights(tmp_path / f"w-{epoch + 1}")
        assert bits(other) == seen[epoch]


def test_the_best_checkpoint(tmp_path, capsys):
    saved = []
    model = Fake()
    model.save = saved.append
    callback = ModelCheckpoint("m", save_best_only=True, verbose=1)
    callback.set_model(model)
    for epoch, value in enumerate([3, 2, 2.5, 1, np.nan]):
        callback.on_epoch_end(epoch, {"val_loss": value})
    assert len(saved) == 3 and "Epoch 4: saved m" in capsys.readouterr().out
    steps = ModelCheckpoint("s-{epoch}", save_freq=3)
    steps.set_model(model)
    steps.on_epoch_begin(4, {})
    for batch in range(7):
        steps.on_train_batch_end(batch, {"loss": 1.0})
    assert saved[3:] == ["s-5", "s-5"]
    with pytest.raises(ValueError, match="save_freq"):
        ModelCheckpoint("m", save_freq=0)
    with pytest.raises(ValueError, match="there is no 'nothing'"):
        classifier().fit(X, Y, callbacks=[ModelCheckpoint(str(tmp_path / "{nothing}"))])


def test_training_goes_on_from_a_checkpoint(tmp_path):
    whole = classifier(extra=[numrs.nn.Dropout(0.2)])
    history = whole.fit(X, Y, epochs=5, callbacks=[ModelCheckpoint(tmp_path / "{epoch}")])
    for epoch in (1, 3):
        again = numrs.Model.load(tmp_path / str(epoch))
        rest = again.fit(X, Y, epochs=5, initial_epoch=epoch)
        assert bits(again) == bits(whole) and rest.history["loss"] == history.history["loss"][epoch:]


# ----------------------------------------------------------------------------- learning rates


def test_plateaus(capsys):
    callback = ReduceLROnPlateau(factor=0.5, patience=2, cooldown=1, min_lr=0.2, verbose=1)
    done, model = run(callback, [5, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4])
    assert model.optimizer.lr == 0.2 and "Epoch 4: the learning rate is 0.5" in capsys.readouterr().out
    rates = []
    history = classifier(optimizer=numrs.optimizers.SGD(lr=0.5)).fit(
        X,
        Y,
        epochs=4,
        callbacks=[
            ReduceLROnPlateau("loss", mode="max", patience=1, factor=0.1),
            LambdaCallback(on_epoch_begin=lambda epoch, logs: rates.append(epoch)),
        ],
    )
    assert history.history["learning_rate"] == pytest.approx([0.5, 0.05, 0.005, 0.0005])
    for bad in ({"factor": 1.0}, {"cooldown": -1}):
        with pytest.raises(ValueError, match=next(iter(bad))):
            ReduceLROnPlateau(**bad)


def test_schedules():
    model = classifier()
    history = model.fit(X, Y, epochs=3, callbacks=LearningRateScheduler(lambda epoch, rate: 0.1 / (epoch + 1)))
    assert history.history["learning_rate"] == pytest.approx([0.1, 0.05, 0.1 / 3])
    history = model.fit(X, Y, epochs=2, callbacks=LearningRateScheduler(lambda epoch: 0.25))
    assert history.history["learning_rate"] == [0.25, 0.25]
    optimizer = numrs.optimizers.SGD(lr=0.4)
    model = classifier(optimizer=optimizer)
    schedule = LearningRateScheduler(numrs.optimizers.schedulers.StepLR(optimizer, step_size=2, gamma=0.5))
    assert model.fit(X, Y, epochs=5, callbacks=schedule).history["learning_rate"] == pytest.approx([0.4, 0.4, 0.2, 0.2, 0.1])
    for bad, error in (
        (lambda epoch, rate: -1.0, ValueError),
        (lambda epoch, rate: float("nan"), ValueError),
        (lambda epoch, rate: "x", TypeError),
    ):
        with pytest.raises(error, match="schedule gave"):
            classifier().fit(X, Y, callbacks=LearningRateScheduler(bad))
    with pytest.raises(TypeError, match="schedule"):
        LearningRateScheduler(3)


# ----------------------------------------------------------------------------- logs


def test_csv(tmp_path):
    path = tmp_path / "log.csv"
    model = classifier()
    history = model.fit(X, Y, epochs=2, validation_split=0.2, callbacks=CSVLogger(path))
    rows = list(csv.DictReader(path.open()))
    assert list(rows[0]) == ["epoch", "loss", "accuracy", "val_loss", "val_accuracy"]
    assert [float(row["loss"]) for row in rows] == history.history["loss"]
    model.fit(X, Y, epochs=3, initial_epoch=2, validation_split=0.2, callbacks=CSVLogger(path, append=True))
    assert [row["epoch"] for row in csv.DictReader(path.open())] == ["0", "1", "2"]
    model.fit(X, Y, epochs=1, callbacks=CSVLogger(path, separator=";"))
    assert path.read_text().splitlines()[0] == "epoch;loss;accuracy"


@pytest.mark.peer("tensorboardX", "tensorboard")
def test_tensorboard(tmp_path):
    pytest.importorskip("tensorboardX")
    model = classifier()
    history = model.fit(
        X, Y, epochs=3, validation_split=0.2, batch_size=40, callbacks=TensorBoard(tmp_path, histogram_freq=1, update_freq=2)
    )
    assert sorted(p.name for p in tmp_path.iterdir()) == ["train", "validation"]
    reader = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator").EventAccumulator
    train = reader(str(tmp_path / "train"))
    train.Reload()
    assert {"epoch_loss", "epoch_accuracy", "epoch_learning_rate", "batch_loss"} <= set(train.Tags()["scalars"])
    assert [e.value for e in train.Scalars("epoch_loss")] == pytest.approx(history.history["loss"], rel=1e-6)
    assert [e.step for e in train.Scalars("epoch_loss")] == [0, 1, 2] and len(train.Scalars("batch_loss")) == 6
    assert "0.weight" in train.Tags()["histograms"]
    held = reader(str(tmp_path / "validation"))
    held.Reload()
    assert [e.value for e in held.Scalars("epoch_loss")] == pytest.approx(history.history["val_loss"], rel=1e-6)


def test_tensorboard_is_named_where_it_is_missing(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorboardX", None)
    with pytest.raises(ImportError, match="numrs-kernels"):
        classifier().fit(X, Y, callbacks=TensorBoard(tmp_path))
    with pytest.raises(ValueError, match="update_freq"):
        TensorBoard(update_freq=0)


def test_lambdas_and_nan():
    with pytest.raises(TypeError, match="'on_monday'"):
        LambdaCallback(on_monday=print)
    assert TerminateOnNaN().stopped_step is None
