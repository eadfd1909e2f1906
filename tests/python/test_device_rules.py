"""Every function with a gradient rule, forward and back, on each device: what the CPU gives, bit for bit on the simulated device."""

import numpy as np
import numrs
import pytest
import test_autograd_rules as rules
import test_autograd_second as networks
from device_support import assert_same, flat
from numrs import autograd

# Functions that devices have no kernels for: NotImplementedError names function and device.
NO_KERNEL = {}
CASES = [(table, name, i) for table in (rules, networks) for name, cases in table.CASES.items() for i in range(len(cases))]


def leaves(inputs, device, dtype=np.float64):
    return [numrs.Tensor(np.array(x, dtype=dtype), device=device, requires_grad=True) for x in inputs]


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
    if name in NO_KERNEL:
        with pytest.raises(NotImplementedError, match=accelerator):
            both_ways(function, inputs, accelerator)
        return
    found = both_ways(function, inputs, accelerator)
    with numrs.device("cpu"):
        expected = both_ways(function, inputs, "cpu")
    assert_same(found, expected, accelerator, name)
