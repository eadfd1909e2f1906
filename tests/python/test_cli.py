"""The command line: every command as a table and as JSON, exit statuses, one-line errors, missing extras, broken outputs."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numrs
import pytest
from click.testing import CliRunner
from numrs.cli import main

QUICK_BENCH = ["bench", "math", "--size", "100", "--iterations", "1", "--quick"]


@pytest.fixture(autouse=True)
def own_configuration(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    before = numrs.get_num_threads()
    affinity = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else None
    yield
    numrs.set_num_threads(before)
    if affinity:
        os.sched_setaffinity(0, affinity)


def run(*arguments, status=0):
    result = CliRunner().invoke(main, list(arguments), prog_name="numrs")
    assert result.exit_code == status, result.output + repr(result.exception)
    assert "Traceback" not in result.output
    return result


def process(*arguments, **options):
    environment = {**os.environ, "COLUMNS": "80", **options.pop("env", {})}
    options.setdefault("stdout", subprocess.PIPE)
    return subprocess.run(
        [sys.executable, "-m", "numrs", *arguments],
        stderr=subprocess.PIPE,
        text=True,
        timeout=100,
        env=environment,
        **options,
    )


def test_version():
    assert numrs.__version__ in run("version").stdout
    assert json.loads(run("version", "--json").stdout) == {
        "numrs": numrs.__version__,
        "library": numrs.__version__,
        "abi": 1004,
    }


def test_cpuinfo():
    text = run("cpuinfo").stdout
    assert "SIMD level" in text and numrs.detect_simd_support() in text and "cores" in text and "caches" in text
    facts = json.loads(run("cpuinfo", "--json").stdout)
    assert (
        facts["physical_cores"] == numrs.get_cpu_info()["physical_cores"]
        and facts["simd"]["isa"] == numrs.detect_simd_support()
    )


def test_info():
    text = run("info").stdout
    assert all(word in text for word in ("compiler", "blas", "numpy", "backend", "calibration"))
    assert set(json.loads(run("info", "--json").stdout)) == {"build", "runtime", "machine", "devices"}


def test_config():
    everything = json.loads(run("config", "--json").stdout)
    assert set(everything) == {"cflags", "libs", "pkgconfigdir", "cmakedir", "includedir", "libdir", "version"}
    assert everything["includedir"] == numrs.get_include() and everything["libdir"] == numrs.get_library_dir()
    for name, value in everything.items():
        assert f"{name}: {value}" in run("config").stdout
        assert run("config", f"--{name}").stdout.strip() == value
        assert json.loads(run("config", f"--{name}", "--json").stdout) == {name: value}
    assert run("config", "--cflags", "--libs").stdout.strip() == f"{everything['cflags']} {everything['libs']}"


def test_bench(tmp_path):
    result = run(*QUICK_BENCH, "--json", str(tmp_path / "lines.jsonl"))
    assert "exp f32" in result.output and "ratio" in result.output
    lines = [json.loads(line) for line in (tmp_path / "lines.jsonl").read_text().splitlines()]
    assert lines and all({"case", "group", "microseconds", "machine", "threads"} <= set(line) for line in lines)
    assert all(line["microseconds"]["numrs"]["min"] > 0 for line in lines)
    assert all(json.loads(line)["group"] == "math" for line in run(*QUICK_BENCH, "--json", "-").stdout.splitlines())


def test_bench_pictures(tmp_path):
    pytest.importorskip("matplotlib")
    result = run(*QUICK_BENCH, "--plots", str(tmp_path / "pictures"))
    assert "picture: " in result.output.replace("\n", " ")
    assert (tmp_path / "pictures" / "math.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("group", ["elementwise", "reductions", "linalg", "rolling", "order", "fft", "random", "tensor"])
def test_bench_groups(group):
    assert "ratio" in run("bench", group, "--size", "64", "--iterations", "1", "--quick").output


@pytest.mark.slow
def test_calibrate_saves_what_the_next_start_uses():
    saved = json.loads(run("calibrate", "--json").stdout)["saved"]
    assert saved["thread_us"] > 0 and saved["stream_bytes"] > 0
    assert saved == json.loads(run("calibrate", "--show", "--json").stdout)["saved"]
    found = process("calibrate", "--show", "--json")
    in_force = {name: saved[name] for name in ("thread_us", "stream_bytes")}
    assert json.loads(found.stdout)["in force"] == pytest.approx(in_force, rel=1e-14)  # microseconds are kept in seconds


def test_calibrate_show_and_reset(tmp_path):
    assert json.loads(run("calibrate", "--show", "--json").stdout)["saved"] is None
    path = Path(json.loads(run("calibrate", "--show", "--json").stdout)["file"])
    assert path.is_relative_to(tmp_path)
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({"thread_us": 77.0, "stream_bytes": 12345678, "brand": numrs.get_cpu_info()["brand"]}))
    assert json.loads(process("calibrate", "--show", "--json").stdout)["in force"] == {
        "thread_us": 77.0,
        "stream_bytes": 12345678,
    }
    path.write_text("not JSON")
    assert process("version").returncode == 0  # a file that cannot be used is left alone
    assert "not JSON" in run("calibrate", "--show", status=1).output
    assert "nothing" in run("calibrate", "--reset").output
    assert not path.exists()
    run("calibrate", "--reset")
    run("calibrate", "--show", "--reset", status=2)


def test_self_test():
    facts = json.loads(run("test", "--json").stdout)
    assert facts["failed"] == [] and facts["passed"] > 1000
    assert {p["place"] for p in facts["places"]} == {
        "cpu-portable",
        *(f"cpu/{t}" for t in numrs.simd_info()["available"]),
    }


def test_demo(tmp_path):
    pytest.importorskip("sklearn")
    pytest.importorskip("matplotlib")
    facts = json.loads(run("demo", "--json", "--out", str(tmp_path)).stdout)
    assert facts["images"] == 1797 and facts["accuracy"] > 0.98 and all(check["ok"] for check in facts["checks"])
    assert facts["network"]["accuracy"] >= 0.97 and facts["network"]["held_out"] == 360 and len(facts["network"]["history"]["loss"]) == 50
    assert (tmp_path / "digits.png").read_bytes().startswith(b"\x89PNG") and (tmp_path / "digits-network.png").read_bytes().startswith(b"\x89PNG")
    text = run("demo", "--no-picture").stdout
    assert "accuracy" in text and "picture" not in text


@pytest.mark.parametrize(
    ("module", "arguments"),
    [("sklearn", ["demo"]), ("matplotlib", ["demo"]), ("matplotlib", [*QUICK_BENCH, "--plots", "x"])],
)
def test_a_missing_extra_is_named(module, arguments, tmp_path):
    if module == "matplotlib" and arguments == ["demo"]:
        pytest.importorskip("sklearn")
    script = (
        "import importlib.abc, sys\n"
        "class Missing(importlib.abc.MetaPathFinder):\n"
        "    def find_spec(self, name, *rest):\n"
        f"        if name.split('.')[0] == {module!r}:\n"
        "            raise ModuleNotFoundError(name)\n"
        "sys.meta_path.insert(0, Missing())\n"
        "from numrs.cli import main\n"
        f"main({arguments!r})\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=tmp_path, timeout=100)
    assert done.returncode == 1 and "Traceback" not in done.stderr
    assert "numrs-kernels[" in done.stderr and len(done.stderr.splitlines()) == 1


USAGE_ERRORS = ["nonsense", "version --nonsense", "bench nonsense", "bench --peers nonsense", "bench --size 0", "bench --threads x", "config extra"]


@pytest.mark.parametrize("arguments", USAGE_ERRORS)
def test_usage_errors(arguments):
    result = run(*arguments.split(), status=2)
    assert "Error" in result.output


def test_json_that_cannot_be_written(tmp_path):
    result = run(*QUICK_BENCH, "--json", str(tmp_path / "no" / "such" / "folder"), status=1)
    assert "cannot write" in result.output
    assert run("demo", "--out", "/proc/none", status=1).output.startswith("Error")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
@pytest.mark.parametrize(
    "arguments",
    [["version"], ["cpuinfo"], ["info", "--json"], ["--help"], ["config"], [*QUICK_BENCH, "--json", "-"]],
    ids=" ".join,
)
def test_a_full_disk_is_one_line(arguments):
    with open("/dev/full", "w") as full:
        done = process(*arguments, stdout=full)
    assert done.returncode == 1
    assert done.stderr.count("No space left") == 1 and "Traceback" not in done.stderr and "Exception" not in done.stderr


def test_a_reader_that_goes_away():
    first, second = os.pipe()
    os.close(first)
    done = process("info", stdout=second)
    os.close(second)
    assert done.returncode == 1 and done.stderr == ""


def test_without_standard_output():
    done = subprocess.run(
        ["sh", "-c", f"'{sys.executable}' -m numrs cpuinfo >&-"], stderr=subprocess.PIPE, text=True, timeout=60
    )
    assert done.returncode in (0, 1) and "Traceback" not in done.stderr


def test_tables_fit_80_columns():
    for command in ("cpuinfo", "info", "calibrate --show", "--help", "bench --help", "stats --help", "demo --help"):
        done = process(*command.split())
        assert done.returncode == 0, done.stderr
        assert max(len(line) for line in done.stdout.splitlines()) <= 80


def test_help_names_every_command():
    text = run("--help").stdout
    for command in ("version", "cpuinfo", "info", "config", "bench", "stats", "train", "predict", "calibrate", "test", "demo"):
        assert f"  {command} " in text
        assert "--json" in run(command, "--help").stdout
