"""What has to hold before any test module is imported."""

import os
import signal

os.environ["SCIPY_ARRAY_API"] = "1"  # SciPy reads it once, when the first module imports it

if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:  # a shell ignores it for what it starts with &
    signal.signal(signal.SIGINT, signal.default_int_handler)

from importlib.util import find_spec  # noqa: E402

import pytest  # noqa: E402

# Tests beside packages that no lock of the quick run has are left out where those are missing; the suite models installs them,
# PyTorch is compared with where it is installed. A skipped test would be one that should have run.
MODULES = {"test_torch_parity.py": ("torch",), "test_model_export.py": ("onnx", "onnxruntime")}
collect_ignore = [name for name, packages in MODULES.items() if any(find_spec(package) is None for package in packages)]


def pytest_collection_modifyitems(config, items):
    missing = [item for item in items for mark in item.iter_markers("peer") if any(find_spec(package) is None for package in mark.args)]
    if missing:
        config.hook.pytest_deselected(items=missing)
        items[:] = [item for item in items if item not in missing]


# ------------------------------------------------------------------------------------------------ where tests run
# A test with the argument `any_device` runs on the CPU by both backends, and on the simulated device; with --device (any number of
# times) on those that are named.


def pytest_addoption(parser):
    parser.addoption("--device", action="append", default=None, help="run the tests of devices on this one: cpu, cpu-portable, sim:0, cuda:0")


def pytest_generate_tests(metafunc):
    if "any_device" in metafunc.fixturenames:
        places = metafunc.config.getoption("--device") or ["cpu", "cpu-portable", "sim:0"]
        metafunc.parametrize("any_device", places, indirect=True)
    elif "accelerator" in metafunc.fixturenames:  # what only memory apart from the CPU's can show
        places = [name for name in metafunc.config.getoption("--device") or ["sim:0"] if not name.startswith("cpu")]
        metafunc.parametrize("accelerator", places, indirect=True)


@pytest.fixture
def any_device(request):
    from device_support import entered

    with entered(request.param) as device:
        yield device


accelerator = any_device
