"""Threads, backends, instruction sets, facts of the machine and of the build, threadpoolctl, and what an import costs."""

import json
import os
import subprocess
import sys

import numpy as np
import numrs
import pytest


def fresh(code, **environment):
    """Output of a new interpreter."""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, env={**os.environ, **environment}
    )
    assert done.returncode == 0, done.stderr
    return done


def test_threads():
    before = numrs.get_num_threads()
    try:
        for count in (1, 3, 1024):
            numrs.set_num_threads(count)
            assert numrs.get_num_threads() == count
        numrs.set_num_threads(np.int64(2))
        assert numrs.get_num_threads() == 2
    finally:
        numrs.set_num_threads(before)


def test_threads_from_the_environment():
    assert fresh("import numrs; print(numrs.get_num_threads())", NUMRS_NUM_THREADS="3").stdout == "3\n"
    for wrong in ("abc", "-3", "99999999999"):
        done = fresh("import numrs; print(numrs.get_num_threads() >= 1)", NUMRS_NUM_THREADS=wrong)
        assert done.stdout == "True\n" and "NUMRS_NUM_THREADS" in done.stderr


def test_instruction_sets():
    info = numrs.simd_info()
    assert set(info) == {"isa", "available", "width_bytes", "width_floats", "width_doubles"}
    assert info["isa"] == numrs.detect_simd_support() in [*info["available"], "NONE"]
    assert info["width_doubles"] * 8 == info["width_floats"] * 4 == max(info["width_bytes"], 8)
    for name in info["available"]:
        code = "import numrs; print(numrs.detect_simd_support(), float(numrs.sum(numrs.exp([0.0, 1.0]))))"
        assert fresh(code, NUMRS_TARGET=name).stdout.startswith(name)
    assert "NUMRS_TARGET" in fresh("import numrs; numrs.add(1, 2)", NUMRS_TARGET="foo").stderr


def test_backends():
    names = numrs.list_backends()
    assert "cpu-portable" in names and numrs.get_backend() in names
    before = numrs.get_backend()
    try:
        for name in names:
            numrs.set_backend(name)
            assert numrs.get_backend() == name
            assert (numrs.add([1, 2], 1) == [2, 3]).all()
    finally:
        numrs.set_backend(before)


def test_cpu_info():
    info = numrs.get_cpu_info()
    assert 1 <= info["physical_cores"] <= info["logical_cores"] and 1 <= info["usable_cores"] <= info["logical_cores"]
    assert {
        "vendor",
        "brand",
        "l1d_bytes",
        "l2_bytes",
        "l3_bytes",
        "line_bytes",
        "has_avx2",
        "has_avx512f",
        "has_neon",
    } <= set(info)
    assert all(type(v) is bool for k, v in info.items() if k.startswith("has_"))


def test_show_config(capsys):
    facts = numrs.show_config(mode="dicts")
    assert set(facts) == {"build", "runtime", "devices", "machine"}
    assert numrs.show_config() is None
    assert facts["build"]["compiler"] in capsys.readouterr().out
    assert os.path.isfile(os.path.join(numrs.get_include(), "numrs", "numrs.h"))
    assert os.path.isfile(os.path.join(numrs.get_library_dir(), "libnumrs.so.1"))


def test_version_is_the_distribution_s():
    from importlib import metadata

    try:
        assert metadata.version("numrs-kernels") == numrs.__version__
    except metadata.PackageNotFoundError:
        pytest.skip("numrs is not installed as a distribution")


def test_everything_public_exists():
    assert len(set(numrs.__all__)) == len(numrs.__all__)
    for name in numrs.__all__:
        assert getattr(numrs, name) is not None or name == "newaxis"
    public = {name for name in vars(numrs) if not name.startswith("_")}
    lazy = {*numrs._LAZY, *numrs._LAZY_NAMES.values(), "sklearn"}
    assert public - set(numrs.__all__) <= {"c", "bench", "cli", "demo", "examples", "selftest", "calibration"} | lazy
    for name in (*numrs._LAZY, *numrs._LAZY_NAMES):
        assert getattr(numrs, name) is not None and name in dir(numrs)


THREADPOOLCTL = """
import {first}, {second}
{register}
import threadpoolctl
def threads():
    return [lib["num_threads"] for lib in threadpoolctl.threadpool_info() if lib["user_api"] == "numrs"]
numrs.set_num_threads(2)
assert threads() == [2], threadpoolctl.threadpool_info()
with threadpoolctl.threadpool_limits(1):
    assert threads() == [1] and numrs.get_num_threads() == 1
assert threads() == [2]
with threadpoolctl.threadpool_limits({{"numrs": 1}}):
    assert numrs.get_num_threads() == 1
    assert (numrs.exp(numrs.add([0.0] * 3, 0)) == 1).all()
info = [lib for lib in threadpoolctl.threadpool_info() if lib["user_api"] == "numrs"][0]
assert info["version"] == numrs.__version__ and info["architecture"] == numrs.detect_simd_support()
"""


@pytest.mark.parametrize("order", [("threadpoolctl", "numrs"), ("numrs", "threadpoolctl")])
def test_threadpoolctl(order):
    pytest.importorskip("threadpoolctl")
    register = "" if order[0] == "threadpoolctl" else "numrs.config.register_threadpoolctl()"
    fresh(THREADPOOLCTL.format(first=order[0], second=order[1], register=register))


def test_import_brings_in_nothing_large():
    code = "import sys, json, numrs; print(json.dumps(sorted(sys.modules)))"
    modules = set(json.loads(fresh(code).stdout))
    unwanted = {
        "click",
        "rich",
        "sklearn",
        "matplotlib",
        "threadpoolctl",
        "json.tool",
        "subprocess",
        "multiprocessing",
        "numrs.cli",
        "numrs.bench",
    }
    assert not modules & unwanted


@pytest.mark.slow
def test_import_costs_little():
    """At most 30 ms over NumPy's: the difference of the fastest of many fresh processes."""
    code = "import time, numpy; t = time.perf_counter(); import numrs; print(time.perf_counter() - t)"
    assert min(float(fresh(code).stdout) for _ in range(15)) < 0.030


def test_reload_is_harmless():
    fresh("import importlib, numrs; importlib.reload(numrs); print(numrs.add(1, 2))")


def test_use_at_the_end_of_the_interpreter():
    fresh(
        "import atexit, numrs, numpy as np\n"
        "class Late:\n"
        "    def __del__(self):\n"
        "        numrs.sum(np.ones(200_000))\n"
        "late = Late()\n"
        "atexit.register(lambda: numrs.exp(np.ones(300_000)))\n"
    )


def test_no_floating_point_state_leaks():
    """Neither subnormals nor NumPy's warnings change after a call."""
    tiny = np.float64(5e-324)
    numrs.exp(np.full(100_000, -800.0))
    numrs.matmul(np.ones((200, 200)), np.ones((200, 200)))
    assert tiny * np.float64(1.0) == 5e-324
    with np.errstate(all="raise"):
        numrs.divide([1.0], [0.0])
        numrs.log([-1.0])
        np.add([1.0], [1.0])
