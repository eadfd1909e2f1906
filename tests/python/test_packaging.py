"""What the installed package brings for C users: library, symbols, headers, pkg-config and CMake files, licences."""

import importlib.metadata
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DISTRIBUTION = importlib.metadata.distribution("numrs-kernels")
FILES = {str(f): Path(f.locate()) for f in DISTRIBUTION.files or []}
EDITABLE = not any(name.endswith("lib/libnumrs.so.1") for name in FILES)
pytestmark = pytest.mark.skipif(EDITABLE, reason="an editable install has no files of its own")

MIB = 1 << 20


def run(*command, **options):
    done = subprocess.run(command, capture_output=True, text=True, **options)
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    return done.stdout


@pytest.fixture
def library():
    return FILES["numrs/lib/libnumrs.so.1"]


def test_everything_is_there():
    headers = {f"numrs/include/numrs/{p.name}" for p in (ROOT / "include" / "numrs").glob("*.h")}
    pxds = {f"numrs/c/{p.name}" for p in (ROOT / "cython" / "numrs" / "c").glob("*.pxd")}
    others = {"numrs/lib/libnumrs.so.1", "numrs/lib/pkgconfig/numrs.pc", "numrs/lib/cmake/numrs/numrs-config.cmake",
              "numrs/lib/cmake/numrs/numrs-config-version.cmake", "numrs/__init__.py"}
    python = {f"numrs/{p.relative_to(ROOT / 'cython' / 'numrs')}" for p in (ROOT / "cython" / "numrs").rglob("*.py*")
              if p.suffix in (".py", ".pyi", ".pxd")}
    missing = (headers | pxds | others | python) - set(FILES)
    assert not missing, sorted(missing)


def test_nothing_else_is_there():
    """No sources of the library, no tests, no build left-overs."""
    kinds = {".py", ".pyi", ".pxd", ".so", ".1", ".h", ".hpp", ".pc", ".cmake", ".pyc", ".txt", ".typed", ""}
    odd = {name for name in FILES if name.startswith("numrs/") and Path(name).suffix not in kinds}
    assert odd == {"numrs/examples/co2.csv"}  # data of a demo


def test_sizes():
    assert sum(p.stat().st_size for p in FILES.values() if p.exists()) <= 58 * MIB  # OpenBLAS 24, kernels 21, front-end 10
    for wheel in (ROOT / "build" / "dist").glob("*.whl"):
        assert wheel.stat().st_size <= 18 * MIB, wheel  # 7.4 of them are OpenBLAS


def test_licences():
    inside = {Path(name).name for name in FILES if "dist-info/licenses" in name}
    assert {"LICENSE", "OpenBLAS.txt", "gfortran-runtime.txt", "Highway.txt"} <= inside


def test_version_is_that_of_meson():
    stated = re.search(r"version: '([^']+)'", (ROOT / "meson.build").read_text())[1]
    assert DISTRIBUTION.version == stated
    assert f"Version: {stated}\n" in FILES["numrs/lib/pkgconfig/numrs.pc"].read_text()


@pytest.mark.skipif(not shutil.which("nm"), reason="nm is not here")
def test_only_numrs_symbols_are_exported(library):
    names = [line.split()[-1] for line in run("nm", "-D", "--defined-only", library).splitlines()]
    assert len(names) > 100
    strange = [n for n in names if n != "NUMRS_1" and not re.fullmatch(r"numrs_\w+@@NUMRS_1", n)]
    assert not strange


@pytest.mark.skipif(not shutil.which("nm"), reason="nm is not here")
def test_every_declared_function_is_exported(library):
    text = "".join(p.read_text() for p in (ROOT / "include" / "numrs").glob("*.h"))
    declared = set(re.findall(r"^NUMRS_API[^;(]*?\b(numrs_\w+)\(", text, flags=re.M))
    exported = {line.split()[-1].split("@")[0] for line in run("nm", "-D", "--defined-only", library).splitlines()}
    assert declared - exported == set()
    assert exported - declared - {"NUMRS_1"} == set()


def own_machine_code():
    """What our sources were compiled to; OpenBLAS comes as it is."""
    return {name: path for name, path in FILES.items() if re.search(r"\.so(\.\d+)?$", name) and "openblas" not in name}


needs_readelf = pytest.mark.skipif(not shutil.which("readelf"), reason="readelf is not here")


@needs_readelf
def test_library_moves_freely(library):
    dynamic = run("readelf", "-d", library)
    assert "soname: [libnumrs.so.1]" in dynamic
    assert re.findall(r"R(?:UN)?PATH.*\[(.*)\]", dynamic) in (["$ORIGIN"], [])
    needed = set(re.findall(r"NEEDED.*\[(.*?)\]", dynamic))
    assert not {n for n in needed if n.startswith(("libgomp", "libhwy"))}


@needs_readelf
@pytest.mark.parametrize("name", sorted(own_machine_code()))
def test_machine_code_is_hardened(name):
    path = FILES[name]
    dynamic, segments, symbols = run("readelf", "-dW", path), run("readelf", "-lW", path), run("readelf", "--dyn-syms", "-W", path)
    assert "GNU_RELRO" in segments
    assert re.search(r"\(FLAGS(_1)?\).*\b(BIND_)?NOW\b", dynamic)  # with RELRO: nothing that the loader wrote stays writable
    assert re.search(r"GNU_STACK.* RW ", segments)  # no executable stack
    assert not re.search(r"LOAD.* RWE ", segments)
    assert "TEXTREL" not in dynamic
    assert "__stack_chk_fail" in symbols
    if name.endswith("libnumrs.so.1"):  # the modules call nothing that has a checked form
        assert re.search(r"__(mem|str|snprintf|vsnprintf)\w*_chk", symbols)


@pytest.mark.skipif(not shutil.which("objdump"), reason="objdump is not here")
@pytest.mark.skipif(os.uname().machine != "x86_64", reason="CET is of x86-64")
def test_functions_begin_with_a_landing_pad(library):
    """-fcf-protection=full is in force. The file as a whole says so only where the C library's start files do (Debian 12's do not)."""
    for function in ("numrs_version", "numrs_binary", "numrs_add_f32"):
        assert "endbr64" in run("objdump", "-d", f"--disassemble={function}", library), function


def test_no_path_of_the_build_is_inside():
    for name, path in FILES.items():
        if re.search(r"\.so(\.\d+)?$", name) and "openblas" not in name:
            assert os.fsencode(ROOT) not in path.read_bytes(), name


def compile_and_run(tmp_path, *flags):
    program = tmp_path / "client"
    source = ROOT / "tests" / "clients" / "add_sum.c"
    run(*os.environ.get("CC", "cc").split(), "-std=c99", source, "-o", program, *flags)
    environment = {k: v for k, v in os.environ.items() if k != "LD_LIBRARY_PATH"}
    assert run(program, env=environment) == (ROOT / "tests" / "clients" / "add_sum.txt").read_text()


@pytest.mark.skipif(not shutil.which("pkg-config"), reason="pkg-config is not here")
def test_pkg_config(tmp_path, library):
    environment = {**os.environ, "PKG_CONFIG_PATH": str(library.parent / "pkgconfig")}
    for name, folder in {"libdir": library.parent, "includedir": library.parent.parent / "include"}.items():
        told = run("pkg-config", f"--variable={name}", "numrs", env=environment).strip()
        assert os.path.samefile(told, folder)
    compile_and_run(tmp_path, *run("pkg-config", "--cflags", "--libs", "numrs", env=environment).split())


@pytest.mark.skipif(not shutil.which("cmake"), reason="cmake is not here")
def test_cmake(tmp_path, library):
    (tmp_path / "CMakeLists.txt").write_text(
        "cmake_minimum_required(VERSION 3.16)\nproject(client C)\nfind_package(numrs 0.1 REQUIRED CONFIG)\n"
        f"add_executable(client {ROOT}/tests/clients/add_sum.c)\ntarget_link_libraries(client numrs::numrs)\n"
    )
    build = tmp_path / "build"
    run("cmake", "-S", tmp_path, "-B", build, f"-Dnumrs_DIR={library.parent / 'cmake' / 'numrs'}")
    run("cmake", "--build", build)
    assert run(build / "client") == (ROOT / "tests" / "clients" / "add_sum.txt").read_text()
    wanted = (tmp_path / "CMakeLists.txt").read_text().replace("numrs 0.1", "numrs 99")
    (tmp_path / "CMakeLists.txt").write_text(wanted)
    command = ["cmake", "-S", tmp_path, "-B", tmp_path / "other", f"-Dnumrs_DIR={library.parent / 'cmake' / 'numrs'}"]
    assert subprocess.run(command, capture_output=True).returncode != 0
