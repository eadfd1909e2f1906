"""A typed user program passes mypy; that the stubs and the modules agree is the suite `stubs` (mypy.stubtest)."""

import subprocess
import sys
from pathlib import Path

import pytest

GOOD = """
import numpy as np
import numpy.typing as npt
import numrs

x: npt.NDArray[np.float32] = np.ones(3, np.float32)
numrs.add(x, 1.5, out=x)
numrs.add([1, 2], (3, 4), (np.empty(2),))
numrs.where(x > 0, x, 0)
numrs.clip(x, min=None, max=2)
numrs.sum(x, axis=(0,), dtype="float64", keepdims=True, where=x > 0)
numrs.std(x, axis=np.int64(0), ddof=1)
numrs.norm(x, "fro", (0, 1))
numrs.matmul(x, x, out=None)
text: str = numrs.get_backend()
count: int = numrs.get_num_threads()
stats: dict[str, int] = numrs.memory.stats()
folder: str = numrs.get_include()
converted: npt.NDArray[np.float64] = numrs.astype(x, np.float64)
numrs.set_num_threads(count)
"""
BAD = """
import numrs
numrs.add(1)
numrs.add(x1=1, x2=2)
numrs.add(1, 2, out=3)
numrs.sum([1.0], axis="x")
numrs.argmax([1.0], axis=(0, 1))
numrs.set_backend(3)
numrs.nonsense()
text: int = numrs.get_backend()
"""


def mypy(program, tmp_path):
    pytest.importorskip("mypy")
    path = Path(tmp_path) / "program.py"
    path.write_text(program)
    return subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--cache-dir", tmp_path / "cache", path],
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )


def test_a_typed_program(tmp_path):
    done = mypy(GOOD, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    done = mypy(BAD, tmp_path)
    wrong = {int(line.split(":")[1]) for line in done.stdout.splitlines() if ": error:" in line}
    assert wrong == set(range(3, len(BAD.splitlines()) + 1)), done.stdout
