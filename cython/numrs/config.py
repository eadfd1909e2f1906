"""What was built and where it lies: versions, include and library folders, calibrated thresholds."""

import os
import sys
from typing import Any

from numrs._ops import runtime

__all__ = ["get_include", "get_library_dir", "register_threadpoolctl", "show_config"]

_LIBRARY = "libnumrs.so.1"


def get_include() -> str:
    """Folder to pass to the compiler with ``-I``: it holds ``numrs/numrs.h``.

    Returns
    -------
    str

    Examples
    --------
    >>> import os
    >>> os.path.exists(os.path.join(numrs.get_include(), 'numrs', 'numrs.h'))
    True
    """
    # A file, not the folder: in an editable install only files are mapped to their real places.
    from importlib.resources import files

    header = files("numrs").joinpath("include").joinpath("numrs").joinpath("numrs.h")
    return os.path.dirname(os.path.dirname(str(header)))


def get_library_dir() -> str:
    """Folder of ``libnumrs.so.1``, with ``pkgconfig`` and ``cmake`` in it.

    Returns
    -------
    str

    Examples
    --------
    >>> import os
    >>> os.path.exists(os.path.join(numrs.get_library_dir(), 'libnumrs.so.1'))
    True
    """
    from importlib.resources import files

    return os.path.dirname(str(files("numrs").joinpath("lib").joinpath(_LIBRARY)))


def show_config(mode: str = "stdout") -> dict[str, Any] | None:
    """Print, or return, what this installation is made of and what it uses.

    Parameters
    ----------
    mode : {'stdout', 'dicts'}
        Print a listing, or return it as a dict of dicts.

    Returns
    -------
    dict or None

    Raises
    ------
    ValueError
        For any other mode.

    Examples
    --------
    >>> sorted(numrs.show_config(mode='dicts'))
    ['build', 'devices', 'machine', 'runtime']
    """
    if mode not in ("stdout", "dicts"):
        raise ValueError(f"show_config: mode is {mode!r}, expected 'stdout' or 'dicts'")
    import numpy

    machine = runtime.get_cpu_info()
    features = sorted(k[4:] for k, v in machine.items() if k.startswith("has_") and v)
    facts = {
        "build": {**runtime.build_info(), "abi": runtime.library_abi(), "include": get_include(), "library": get_library_dir()},
        "runtime": {
            "python": sys.version.split()[0],
            "numpy": numpy.__version__,
            "backend": runtime.get_backend(),
            "isa": runtime.detect_simd_support(),
            "threads": runtime.get_num_threads(),
            **runtime.get_thresholds(),
            "calibration": calibration_path() if os.path.exists(calibration_path()) else "none",
        },
        "devices": _devices(),
        "machine": {**{k: v for k, v in machine.items() if not k.startswith("has_")}, "features": " ".join(features)},
    }
    if mode == "dicts":
        return facts
    for title, part in facts.items():
        print(title)
        for key, value in part.items():
            print(f"  {key}: {value}")
    return None


def _devices() -> dict[str, str]:
    """What there is beside the CPU, or the step that fails; opens the plug-in and no device."""
    from numrs._ops import _place

    found = {"cpu": "1"}
    for kind in _place.KINDS[1:]:
        count, why = _place.count(kind)
        plugin = _place.plugin_path(kind)
        if kind == "cuda" or count:
            found[kind] = str(count) if count else f"none: {why}"
            found[f"{kind} plug-in"] = plugin or "none"
    return found


def register_threadpoolctl() -> None:
    """Let threadpoolctl see and limit numrs' threads.

    Importing numrs does this when threadpoolctl was imported before; numrs itself imports it only here. Repeating is harmless.

    Raises
    ------
    ImportError
        When threadpoolctl is not installed.

    Examples
    --------
    >>> numrs.config.register_threadpoolctl()
    >>> import threadpoolctl
    >>> any(lib['user_api'] == 'numrs' for lib in threadpoolctl.threadpool_info())
    True
    """
    from numrs import _threadpoolctl

    _threadpoolctl.register()


def calibration_path() -> str:
    """File in the user's configuration folder that `numrs calibrate` writes. (No pathlib: it costs an import 10 ms.)"""
    if sys.platform == "win32":
        base = os.environ.get("APPDATA") or os.path.expanduser("~")
    elif sys.platform == "darwin":
        base = os.path.expanduser("~/Library/Application Support")
    else:
        base = os.environ.get("XDG_CONFIG_HOME") or os.path.expanduser("~/.config")
    return os.path.join(base, "numrs", "calibration.json")


def load_calibration() -> None:
    """Use the thresholds of an earlier calibration of this machine; a file that cannot be used is left alone, silently."""
    try:
        with open(calibration_path(), encoding="utf-8") as file:
            text = file.read()
    except (OSError, UnicodeDecodeError):
        return
    import json

    try:
        saved = json.loads(text)
        if saved["brand"] == runtime.get_cpu_info()["brand"]:
            runtime.set_thresholds(saved["thread_us"], saved["stream_bytes"])
    except (ValueError, KeyError, TypeError):
        return
