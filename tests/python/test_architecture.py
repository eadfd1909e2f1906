"""The layers: which folder may include or import which, read from the sources; docs/architecture.md draws the lists."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# Folder → what it may include, by the first part of the name; its own folder always. "numrs" is include/numrs.
C_EDGES = {
    "include/numrs": set(),
    "lib/core": {"numrs", "table", "build_config.h"},
    "lib/ops": {"numrs", "core"},
    "lib/api": {"numrs", "core", "table"},  # never a backend
    "lib/portable": {"numrs", "core", "ops", "table"},
    "lib/cpu": {"numrs", "core", "ops", "table", "hwy"},
    "lib/cuda": {"numrs", "core", "ops", "table"},
}
# Highway belongs to one backend; the rest of the library stands on the C and C++ standards and POSIX alone.
OUTSIDE = {"hwy"}

# The same for Python, by the first name below numrs: whatever is not listed sees only public modules.
FIRST_LAYER = {"c"}  # the C interface
OPERATIONS = {"_ops"}
MAY_SEE_C = {"c", "_ops"}
RUNTIME = {"config", "memory", "_threadpoolctl", "calibration", "selftest", "cli"}  # settings and facts of the library
MAY_SEE_OPERATIONS = {
    "_ops", "__init__", "devices", "stats", "linalg", "fft", "random", "tensor", "autograd", "functional", "losses", "optimizers", "metrics",
} | RUNTIME  # fmt: skip

MAX_LINES = 600
GENERATED = {"include/numrs/ops.h", "include/numrs/raw.h", "lib/api/raw.cc", "cython/numrs/__init__.py"}


def sources(folder, *suffixes):
    return sorted(p for p in (ROOT / folder).rglob("*") if p.suffix in suffixes)


def c_edges(text):
    return re.findall(r'^\s*#\s*include\s+(["<])([^">]+)[">]', text, flags=re.M)


def python_edges(text):
    """Names below numrs that a Python or Cython source imports: "_ops", "c", "tensor" …"""
    found = re.findall(r"^\s*(?:from|import|cimport)\s+numrs\.(\w+)", text, flags=re.M)
    for names in re.findall(r"^\s*from\s+numrs\s+c?import\s+([\w \t,]+|\([\w\s,]+\))", text, flags=re.M):
        found += [name.split()[0] for name in names.strip("()").split(",") if name.strip()]
    return set(found)


@pytest.mark.parametrize("folder", [f for f in C_EDGES if (ROOT / f).is_dir()])
def test_includes_follow_the_layers(folder):
    own = folder.split("/")[-1]
    wrong = []
    for path in sources(folder, ".h", ".hpp", ".cc", ".cu"):
        for quote, name in c_edges(path.read_text()):
            target = name.removeprefix("lib/").split("/")[0]
            local = quote == '"' and (target == own or (path.parent / name).exists())
            ours = quote == '"' or target in OUTSIDE
            if ours and not local and target not in C_EDGES[folder]:
                wrong.append(f"{path.relative_to(ROOT)} includes {name}")
    assert not wrong, "\n".join(wrong)


def module_of(path):
    first = path.relative_to(ROOT / "cython" / "numrs").parts[0]
    return first.split(".")[0]


def test_imports_follow_the_layers():
    wrong = []
    for path in sources("cython/numrs", ".py", ".pyx", ".pxd"):
        module, edges = module_of(path), python_edges(path.read_text())
        forbidden = set()
        if module not in MAY_SEE_C:
            forbidden |= FIRST_LAYER
        if module not in MAY_SEE_OPERATIONS:
            forbidden |= OPERATIONS
        if module == "_ops":
            forbidden |= edges - FIRST_LAYER - OPERATIONS  # never upwards
        if module == "c":
            forbidden |= edges - FIRST_LAYER
        wrong += [f"{path.relative_to(ROOT)} imports numrs.{name}" for name in sorted(edges & forbidden)]
    assert not wrong, "\n".join(wrong)


def test_the_readers_above_see_what_they_should():
    text = '#include "core/view.h"\n  # include <hwy/highway.h>\n'
    assert c_edges(text) == [('"', "core/view.h"), ("<", "hwy/highway.h")]
    text = "from numrs._ops._array cimport x\nfrom numrs import config, memory as m\nfrom numrs cimport c\nimport numrs.nn\n"
    assert python_edges(text) == {"_ops", "config", "memory", "c", "nn"}


def test_the_cython_folder_is_no_package():
    assert not (ROOT / "cython" / "__init__.py").exists()  # it would shadow the compiler's own module


def test_hand_written_files_hold_one_theme():
    long = []
    for folder in ("include", "lib", "cython", "tests", "tools", "bench"):
        for path in sources(folder, ".h", ".cc", ".c", ".cu", ".py", ".pyx", ".sh"):
            name = str(path.relative_to(ROOT))
            lines = path.read_text().count("\n")
            if name not in GENERATED and not name.startswith("tests/abi/") and lines > MAX_LINES:
                long.append(f"{name}: {lines} lines, at most {MAX_LINES}: split it by theme")
    assert not long, "\n".join(long)
