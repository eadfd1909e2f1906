"""Every function with a gradient rule, forward and back, on each device: what the CPU gives, bit for bit on the simulated device."""

import types

import numpy as np
import numrs
import pytest
import test_autograd_rules as rules
import test_autograd_second as networks
from device_support import assert_same, flat, there
from numrs import autograd

# Functions that devices have no kernels for: NotImplementedError names function and device.
NO_KERNEL = ("svd", "svdvals", "cond", "inv", "solve", "pinv", "det", "slogdet", "cholesky", "eigh", "eigvalsh", "qr")
NO_KERNEL_CASES = ("matrix_norm-1", "matrix_norm-2", "matrix_norm-3", "matrix_power-1")  # singular values, inverses
# The function of the case makes an array of NumPy's itself, which is refused.
MADE_INSIDE = ("concat-2", "kl_div-4", "nll_loss-6", "nll_loss-7", "cross_entropy-24", "cross_entropy-27")
CASES = [(table, name, i) for table in (rules, networks) for name, cases in table.CASES.items() for i in range(len(cases))]


def leaves(inputs, device, dtype=np.float64):
    return [numrs.Tensor(np.array(x, dtype=dtype), device=device, requires_grad=True) for x in inputs]


def moved(x, device):
    """A value of a case with its arrays on the device: those in containers, and those that a function of Python refers to."""
    if isinstance(x, dict):
        return {key: moved(part, device) for key, part in x.items()}
    if isinstance(x, (list, tuple)):
        return type(x)([moved(part, device) for part in x])
    if isinstance(x, types.FunctionType) and x.__module__.startswith("test_"):
        known = x.__globals__
        used = {name: moved(known[name], device) for name in x.__code__.co_names if isinstance(known.get(name), (np.ndarray, list, tuple, dict))}
        cells = tuple([types.CellType(moved(cell.cell_contents, device)) for cell in x.__closure__ or ()])
        made = types.FunctionType(x.__code__, {**known, **used}, x.__name__, moved(x.__defaults__, device), cells)
        made.__kwdefaults__ = moved(x.__kwdefaults__, device)
        return made
    return there(x, device)


def both_ways(function, inputs, device):
    given = leaves(inputs, device)
    made = [y for y in flat(function(*given)) if isinstance(y, numrs.Tensor)]
    followed = [y for y in made if y.requires_grad]
    if followed:
        autograd.backward(followed, [numrs.ones(y.shape, dtype=y.dtype, device=y.device) for y in followed])
    return made + [x.grad for x in given]


@pytest.mark.parametrize(("table", "name", "i"), CASES, ids=[f"{name}-{i}" for _, name, i in CASES])
def test_a_rule_on_a_device(table, name, i, accelerator):
    function, inputs = table.CASES[name][i]
    if name in NO_KERNEL or f"{name}-{i}" in NO_KERNEL_CASES:
        with pytest.raises(NotImplementedError, match=accelerator):
            both_ways(function, inputs, accelerator)
        return
    if f"{name}-{i}" in MADE_INSIDE:
        with pytest.raises(ValueError, match=accelerator):
            both_ways(moved(function, accelerator), inputs, accelerator)
        return
    found = both_ways(moved(function, accelerator), inputs, accelerator)
    with numrs.device("cpu"):
        expected = both_ways(function, inputs, "cpu")
    assert_same(found, expected, accelerator, name)
