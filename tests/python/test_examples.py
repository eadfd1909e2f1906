"""The examples of docs/examples run as they are, and the notebooks beside them are made of them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = sorted((ROOT / "docs" / "examples").glob("0*.py"))


def test_there_are_seven():
    assert [path.name[:2] for path in SCRIPTS] == ["01", "02", "03", "04", "05", "06", "07"]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_an_example_runs(script, tmp_path):
    environment = {**os.environ, "MPLBACKEND": "agg", "MPLCONFIGDIR": str(tmp_path)}
    found = subprocess.run([sys.executable, script], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=300)
    assert found.returncode == 0, found.stderr[-3000:]
    assert found.stdout.strip()


def test_notebooks_are_current():
    pytest.importorskip("nbformat")
    found = subprocess.run([sys.executable, ROOT / "tools" / "notebooks.py", "--check"], capture_output=True, text=True)
    assert found.returncode == 0, found.stdout
