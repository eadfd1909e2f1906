"""Devices for tests: the simulated one is opened from the folder of the C++ tests, results are compared with those of the CPU."""

import os
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import numrs
from numrs._ops import _place

ROOT = Path(__file__).resolve().parents[2]


def open_sim():
    """Opens the plug-in of the simulated device: NUMRS_SIM_PLUGIN, or where the C++ tests build it."""
    path = os.environ.get("NUMRS_SIM_PLUGIN") or ROOT / "build" / "cpp" / "lib" / "libnumrs_sim.so"
    if not Path(path).is_file():
        raise RuntimeError(f"{path} is not there: `sh tests/run.sh cpp` builds it, or set NUMRS_SIM_PLUGIN")
    _place.open_plugin(str(path))


@contextmanager
def entered(name):
    """A block on a device, or on the CPU by a backend; gives the name of the device."""
    if name.startswith("cpu"):
        before = numrs.get_backend()
        numrs.set_backend(name)
        try:
            yield "cpu"
        finally:
            numrs.set_backend(before)
        return
    if name.startswith("sim"):
        open_sim()
    with numrs.device(name):
        yield name
    numrs.synchronize()


def bits(x):
    return np.ascontiguousarray(x).view(np.uint8)


def there(x, device):
    """Arrays, and those in lists and tuples, on a device; others as they are."""
    if isinstance(x, (np.ndarray, numrs.Tensor)):
        return numrs.asarray(x, device=device)
    if isinstance(x, (list, tuple)) and any([isinstance(part, (np.ndarray, numrs.Tensor)) for part in x]):
        return type(x)([there(part, device) for part in x])
    return x


def flat(made):
    """The parts of a result, one behind the other."""
    if isinstance(made, dict):
        made = list(made.values())
    if isinstance(made, (list, tuple)):
        return [part for one in made for part in flat(one)]
    return [made]


def assert_same(found, expected, device, what=""):
    """The same results: the same bits where the device computes with the CPU's engines, else to a few units in the last place."""
    found, expected = flat(found), flat(expected)
    assert len(found) == len(expected), what
    for one, other in zip(found, expected, strict=True):
        if other is None or isinstance(other, (bool, int, float, str)):
            assert one == other or (one != one and other != other), what
            continue
        assert isinstance(one, numrs.Tensor), f"{what}: {type(one).__name__}"
        assert str(one.device) == str(numrs.Tensor(0.0, device=device).device), f"{what}: on {one.device}"
        one, other = one.detach().cpu().numpy(), np.asarray(other.detach().numpy() if isinstance(other, numrs.Tensor) else other)
        assert one.dtype == other.dtype, what
        assert one.shape == other.shape, what
        if device.startswith("cuda") and one.dtype.kind in "fc":
            tight = {2: 2e-2, 4: 2e-6, 8: 1e-13}[one.dtype.itemsize // (2 if one.dtype.kind == "c" else 1)]
            np.testing.assert_allclose(one, other, rtol=tight, atol=tight, err_msg=what)
        else:
            same = (bits(one) == bits(other)).all() if one.size else True
            if not same and one.dtype.kind == "f":  # the bits of a NaN are not promised
                same = ((one == other) & (np.signbit(one) == np.signbit(other)) | (one != one) & (other != other)).all()
            assert same, f"{what}: {one} instead of {other}"
