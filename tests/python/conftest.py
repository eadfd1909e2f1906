"""What has to hold before any test module is imported."""

import os
import signal

os.environ["SCIPY_ARRAY_API"] = "1"  # SciPy reads it once, when the first module imports it

if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:  # a shell ignores it for what it starts with &
    signal.signal(signal.SIGINT, signal.default_int_handler)

from importlib.util import find_spec  # noqa: E402

# Tests beside packages that no lock of the quick run has are left out where those are missing; the suite models installs them,
# PyTorch is compared with where it is installed. A skipped test would be one that should have run.
MODULES = {"test_torch_parity.py": ("torch",), "test_model_export.py": ("onnx", "onnxruntime")}
collect_ignore = [name for name, packages in MODULES.items() if any(find_spec(package) is None for package in packages)]


def pytest_collection_modifyitems(config, items):
    missing = [item for item in items for mark in item.iter_markers("peer") if any(find_spec(package) is None for package in mark.args)]
    if missing:
        config.hook.pytest_deselected(items=missing)
        items[:] = [item for item in items if item not in missing]
