"""Rows of the CPU on their way to a device: gathered and copied ahead of the steps, with the bits of a training on the CPU; failures and
Ctrl-C in the middle leave nothing behind."""

import gc
import signal
import threading
from contextlib import nullcontext, suppress

import numpy as np
import numrs
import pytest
from numrs._ops import _place
from numrs.model import prefetch
from test_device_training import LABELS, X, close, fit, model_of, same_history, same_weights


def threads():
    return [t for t in threading.enumerate() if t.name == "numrs-prefetch"]


def switch(text, device):
    if device.startswith("sim"):
        _place.info("sim", int(device.partition(":")[2]), text)


@pytest.fixture
def ahead(accelerator, monkeypatch):
    """Every batch is a piece; the pieces that were made are counted."""
    monkeypatch.setattr(prefetch, "STAGE_BYTES", 32 * X.itemsize * X.shape[1])
    made = []
    gather = prefetch.Stage.gather
    monkeypatch.setattr(prefetch.Stage, "gather", lambda self, *given: (made.append(given[0]), gather(self, *given))[1])
    yield accelerator, made
    switch("set:delay=20", accelerator)
    assert not threads()


@pytest.mark.parametrize("options", [{}, {"shuffle": False}, {"validation_split": 0.4, "validation_batch_size": 16}, {"rng": None},
                                     {"sample_weight": np.linspace(0, 1, 200)}, {"batch_size": 50}, {"batch_size": 31}],
                         ids=str)  # fmt: skip
@pytest.mark.parametrize("delay", [0, 400])
def test_the_bits_stay(ahead, options, delay):
    device, made = ahead
    switch(f"set:delay={delay}", device)
    here, there = model_of("mlp"), model_of("mlp", device=device)
    for model in (here, there):
        model.seed = 9
    same_history(fit(there, **options), fit(here, **options), device)
    same_weights(there, here, device)
    assert len(made) >= 6


def test_a_training_on_a_stream_of_its_own(ahead):
    device, made = ahead
    switch("set:delay=300", device)
    here, there = model_of("mlp"), model_of("mlp", device=device)
    expected, s = fit(here, validation_split=0.3, validation_batch_size=32), numrs.Stream(device)
    s.wait_stream(numrs.current_stream(device))
    with numrs.stream(s):
        same_history(fit(there, validation_split=0.3, validation_batch_size=32), expected, device)
        same_weights(there, here, device)
    assert len(made) >= 8


@pytest.fixture
def late(ahead, monkeypatch):
    """Copies that take their time."""
    device, _ = ahead
    if not device.startswith("sim"):
        pytest.skip("streams are made to sleep on the simulated device")
    gather = prefetch.Stage.gather

    def after_a_while(self, *given):
        switch("set:sleep=30000", device)
        return gather(self, *given)

    switch("set:delay=0", device)
    monkeypatch.setattr(prefetch.Stage, "gather", after_a_while)
    return device


@pytest.mark.parametrize("waits", [True, False])
@pytest.mark.filterwarnings("ignore:fit. the loss is")
def test_a_missing_wait_is_seen(late, waits, monkeypatch):
    if not waits:
        monkeypatch.setattr(prefetch.Stage, "arrived", lambda self, event: None)
    here, there = model_of("mlp"), model_of("mlp", device=late)
    expected, found = fit(here, epochs=1), {}
    with nullcontext() if waits else suppress(IndexError):  # poison is no class
        found = fit(there, epochs=1)
    numrs.synchronize(late)
    assert (found.get("loss") == expected["loss"]) is waits


@pytest.mark.parametrize("waits", [True, False])
def test_pinned_memory_that_is_written_too_early_is_seen(late, waits, monkeypatch):
    stage = prefetch.Stage([numrs.from_numpy(X), numrs.from_numpy(LABELS)], 20, numrs.devices.resolve(late))
    gather = prefetch.Stage.gather

    def forgets(self, *given):
        if not waits:
            self.copied = [None, None]
        return gather(self, *given)

    monkeypatch.setattr(prefetch.Stage, "gather", forgets)
    order = np.arange(200)[::-1].copy()
    found = list(stage.pieces(order))
    same = all([(numrs.concat([piece[k] for piece in found]).cpu().numpy() == data[order]).all() for k, data in enumerate((X, LABELS))])
    assert same is waits


def test_inputs_by_name_and_parts_that_are_there(ahead):
    device, made = ahead
    a, b = numrs.from_numpy(X), numrs.asarray(LABELS, device=device)
    c = np.asfortranarray(X[:, :3])
    named = prefetch.Named({"a": a, "c": numrs.from_numpy(c)})
    order = np.random.default_rng(1).permutation(200)
    for given in (None, order):
        rows = prefetch.Rows(named, b, numrs.from_numpy(np.arange(200.0)), 32, None if given is None else lambda epoch: given)
        at, wanted = 0, np.arange(200) if given is None else given
        for x, y, weights, size in rows.pieces(0, numrs.devices.resolve(device)):
            part = wanted[at : at + len(x)]
            at += len(x)
            assert size == 32
            assert {str(t.device) for t in (*x.parts.values(), y, weights)} == {device}
            close(x.parts["a"].cpu().numpy(), X[part], device)
            close(x.parts["c"].cpu().numpy(), c[part], device)
            close(y.cpu().numpy(), LABELS[part], device)
            close(weights.cpu().numpy(), part.astype(float), device)
        assert at == 200
    assert len(made) > 8


def test_what_needs_no_thread_has_none(ahead):
    device, made = ahead
    model = model_of("mlp", device=device)
    x, y = numrs.asarray(X, device=device), numrs.asarray(LABELS, device=device)
    model.fit(x, y, verbose=0, batch_size=32)  # it is there
    model.fit(X[:20], LABELS[:20], verbose=0, batch_size=32)  # one piece
    model.fit(X, LABELS, verbose=0, steps_per_epoch=3, batch_size=32)
    model_of("mlp").fit(X, LABELS, verbose=0)
    assert not made


def test_without_pinned_memory_it_goes_on(ahead, monkeypatch):
    device, made = ahead

    def none(*_, **__):
        raise MemoryError("memory.pinned: none")

    monkeypatch.setattr(prefetch, "pinned", none)
    here, there = model_of("mlp"), model_of("mlp", device=device)
    same_history(fit(there), fit(here), device)
    assert not made


def test_pieces_are_made_while_steps_are(ahead):
    device, made = ahead
    seen = []

    class Look(numrs.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            threading.Event().wait(0.01)
            seen.append((batch, len(made)))

    fit(model_of("mlp", device=device), epochs=1, callbacks=[Look()])
    assert len(seen) == 7
    assert all(pieces <= batch + 2 for batch, pieces in seen)  # two batches are on the device, no more
    assert sum(pieces == batch + 2 for batch, pieces in seen) >= 4


@pytest.mark.parametrize("when", ["callback", "gather", "interrupt", "stop"])
def test_an_end_in_the_middle_leaves_nothing(ahead, when, monkeypatch):
    device, made = ahead
    model = model_of("mlp", device=device)
    model.fit(X[:32], LABELS[:32], verbose=0)
    gc.collect()
    numrs.synchronize(device)
    before = numrs.memory.stats(device)["in_use_bytes"]

    class End(numrs.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            if batch == 2:
                if when == "callback":
                    raise ZeroDivisionError
                if when == "interrupt":
                    signal.raise_signal(signal.SIGINT)
                if when == "stop":
                    self.model.stop_training = True

    gather = prefetch.Stage.gather

    def fails(self, number, order):
        if number == 3:
            raise ZeroDivisionError
        return gather(self, number, order)

    with monkeypatch.context() as patched:
        if when == "gather":
            patched.setattr(prefetch.Stage, "gather", fails)
        if when == "stop":
            fit(model, callbacks=[End()], epochs=2)
        else:
            with pytest.raises(KeyboardInterrupt if when == "interrupt" else ZeroDivisionError) as caught:
                fit(model, callbacks=[End()], epochs=2)
            assert not threads()  # although the traceback still has the frames
            del caught
    assert not threads()
    gc.collect()
    numrs.synchronize(device)
    gradients = sum(-(-p.nbytes // 512) * 512 for p in model.parameters())
    assert numrs.memory.stats(device)["in_use_bytes"] <= before + 4 * gradients
    here = model.predict(X[:5])
    assert np.isfinite(here).all()
    assert len(fit(model, epochs=1)["loss"]) == 1  # and the next training works


def test_a_device_that_is_lost_ends_the_training(ahead):
    if not ahead[0].startswith("sim"):
        pytest.skip("faults are planted in the simulated device")
    from test_device_faults import run

    found = run("""
        import threading
        from numrs.model import prefetch
        prefetch.STAGE_BYTES = 1000
        from test_device_training import X, LABELS, model_of, fit
        from numrs._ops import _place
        model = model_of("mlp", device="sim:0")
        _place.info("sim", 0, "set:lost=150")
        try:
            fit(model, epochs=50)
        except RuntimeError as error:
            assert "lost" in str(error), error
        else:
            raise AssertionError("a lost device trained on")
        assert not [t for t in threading.enumerate() if t.name == "numrs-prefetch"]
        print("done")
    """)
    assert found.stdout.strip() == "done", found.stderr
