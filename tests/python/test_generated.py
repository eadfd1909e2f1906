"""The committed files that are made from the tables, the headers and pyproject.toml are current."""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("script", ["gen.py", "c_docs.py", "lock.py", "stubs.py"])
def test_generated_files_are_current(script):
    run = subprocess.run([sys.executable, ROOT / "tools" / script, "--check"], capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr


def test_gen_check_sees_a_difference(tmp_path):
    """The check above can fail: the same script over a copy with one line more says which file differs."""
    for name in ("tools/gen.py", "lib", "include", "cython", "docs"):
        target = tmp_path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["cp", "-r", ROOT / name, target], check=True)
    with (tmp_path / "include" / "numrs" / "ops.h").open("a") as header:
        header.write("/* edited by hand */\n")
    script = [sys.executable, tmp_path / "tools" / "gen.py", "--check"]
    run = subprocess.run(script, capture_output=True, text=True)
    assert run.returncode == 1
    assert "ops.h" in run.stdout + run.stderr


def test_parameters_of_statistics_are_those_of_the_library():
    spec = importlib.util.spec_from_file_location("gen", ROOT / "tools" / "gen.py")
    gen = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(gen)
    kinds = re.search(r"enum class StatParameters[^{]*{([^}]*)}", (ROOT / "lib/core/stats_tables.h").read_text())[1]
    table = re.search(r"static const Parameters table\[\] = {\n(.*?)\n  };", (ROOT / "lib/api/stats.cc").read_text(), flags=re.S)[1]
    names = [re.findall(r'"(\w+)"', row) for row in table.splitlines()]
    assert dict(zip(re.findall(r"\w+", kinds), names, strict=True)) == gen.STAT_PARAMETERS
