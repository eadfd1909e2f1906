"""What was built and where it lies: versions, include and library folders, calibrated thresholds."""

import os
import sys
from importlib.resources import files

from numrs._ops import runtime

__all__ = ["get_include", "get_library_dir", "show_config"]

_LIBRARY = "libnumrs.so.1"


def get_include():
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
    header = files("numrs").joinpath("include").joinpath("numrs").joinpath("numrs.h")
    return os.path.dirname(os.path.dirname(str(header)))


def get_library_dir():
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
    return os.path.dirname(str(files("numrs").joinpath("lib").joinpath(_LIBRARY)))


def show_config(mode="stdout"):
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
    ['build', 'machine', 'runtime']
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
            "calibration": str(calibration_path()) if calibration_path().exists() else "none",
        },
        "machine": {**{k: v for k, v in machine.items() if not k.startswith("has_")}, "features": " ".join(features)},
    }
    if mode == "dicts":
        return facts
    for title, part in facts.items():
        print(title)
        for key, value in part.items():
            print(f"  {key}: {value}")
    return None


def calibration_path():
    """File in the user's configuration folder that `numrs calibrate` writes."""
    from pathlib import Path

    if sys.platform == "win32":
        base = os.environ.get("APPDATA") or os.path.expanduser("~")
    elif sys.platform == "darwin":
        base = os.path.expanduser("~/Library/Application Support")
    else:
        base = os.environ.get("XDG_CONFIG_HOME") or os.path.expanduser("~/.config")
    return Path(base) / "numrs" / "calibration.json"


def load_calibration():
    """Use the thresholds of an earlier calibration of this machine; a file that cannot be used is left alone, silently."""
    try:
        text = calibration_path().read_text()
    except OSError:
        return
    import json

    try:
        saved = json.loads(text)
        if saved["brand"] == runtime.get_cpu_info()["brand"]:
            runtime.set_thresholds(saved["thread_us"], saved["stream_bytes"])
    except (ValueError, KeyError, TypeError):
        return
