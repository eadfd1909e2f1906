#!/usr/bin/env python3
"""The frozen binary interface in tests/abi: makes the baseline, and compares a library and the headers with it.

    python3 tools/abi.py check LIBRARY     exported symbols against symbols.txt: a removal is an error, additions are shown
    python3 tools/abi.py update LIBRARY    after a review: takes additions into symbols.txt, layout.c and the dump
    python3 tools/abi.py diff LIBRARY      abidiff of the dump with a library built with debug information (needs abigail-tools)

symbols.txt   every exported symbol with its version
layout.c      sizes and offsets of the public structs (LP64) and the values of all constants, as compile-time assertions
numrs-1.abi   types of every exported function, written by abidw
1.0/          the headers as they were when ABI 1.0 was frozen, in one file: what an old client was compiled with
"""
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ABI = ROOT / "tests" / "abi"
HEADERS = ROOT / "include" / "numrs"
DUMP = ABI / "numrs-1.abi"
FROZEN = ABI / "1.0" / "numrs" / "numrs.h"
ABIDW = ["abidw", "--exported-interfaces-only", "--headers-dir", str(ROOT / "include"), "--drop-private-types",
         "--no-corpus-path", "--no-comp-dir-path", "--no-show-locs", "--no-elf-needed"]  # fmt: skip


def run(*command, check=True):
    return subprocess.run([str(part) for part in command], capture_output=True, text=True, check=check)


def exported(library):
    lines = run("nm", "-D", "--defined-only", library).stdout.splitlines()
    return sorted(name for name in (line.split()[-1] for line in lines) if "@@" in name)


def headers():
    """The headers in the order in which numrs.h includes them, each once."""
    seen = []

    def visit(name):
        if name in seen:
            return
        for included in re.findall(r'#include "numrs/(\w+\.h)"', (HEADERS / name).read_text()):
            visit(included)
        seen.append(name)

    visit("numrs.h")
    return [HEADERS / name for name in seen]


def amalgamation():
    body = "".join(re.sub(r'#include "numrs/\w+\.h"\n', "", path.read_text()) for path in headers())
    return "/* Headers of numrs, ABI 1.0, in one file. Written by tools/abi.py when it was frozen; never changed. */\n" + body


def layout():
    """Assertions for every constant and every public struct."""
    text = re.sub(r"/\*.*?\*/", "", "".join(path.read_text() for path in headers()), flags=re.S)
    constants = re.findall(r"^\s+(NUMRS_\w+) = (-?\d+)", text, flags=re.M)
    for line in re.findall(r"^enum \{(.*)\};", text, flags=re.M):
        constants += re.findall(r"(NUMRS_\w+) = (-?\d+)", line)
    constants += re.findall(r"^#define (NUMRS_\w+) (\d+)\s*$", text, flags=re.M)
    grows = re.findall(r"typedef struct (numrs_\w+) \{\s*uint32_t struct_size;", text)
    lines = [f"SAME({name}, {value})" for name, value in dict(constants).items() if name != "NUMRS_ABI_MINOR"]
    fields = []
    for struct, body in re.findall(r"typedef struct (numrs_\w+) \{(.*?)\} \1;", text, flags=re.S):
        fields.append((struct, None))
        for declaration in re.sub(r"\([^;]*?\*(\w+)\)\([^;]*\)", r"\1", re.sub(r"\[\w+\]", "", body)).split(";"):
            names = re.findall(r"(\w+)\s*(?:,|$)", declaration.strip())
            fields += [(struct, name) for name in names]
    ask = ""
    for struct, field in fields:
        asked = f"sizeof({struct})" if field is None else f"offsetof({struct}, {field})"
        ask += f'  printf("SAME({asked}, %zu)\\n", {asked});\n'
    with tempfile.TemporaryDirectory() as folder:
        source, program = Path(folder, "ask.c"), Path(folder, "ask")
        source.write_text(f"#include <numrs/numrs.h>\n#include <stdio.h>\nint main(void) {{\n{ask}}}\n")
        run("cc", "-I", ROOT / "include", source, "-o", program)
        for line in run(program).stdout.splitlines():
            struct = re.match(r"SAME\(sizeof\((\w+)\)", line)
            lines.append(line.replace("SAME", "AT_LEAST", 1) if struct and struct[1] in grows else line)
    return (
        "/* What a compiled client relies on: constants, sizes, offsets (64-bit). Written by tools/abi.py; a line never changes. */\n"
        "#include <numrs/numrs.h>\n#include <stddef.h>\n\n"
        "#define JOIN2(a, b) a##b\n#define JOIN(a, b) JOIN2(a, b)\n"
        "#define SAME(now, frozen) typedef char JOIN(line_, __LINE__)[(now) == (frozen) ? 1 : -1];\n"
        "/* Structs that begin with their size may grow at the end. */\n"
        "#define AT_LEAST(now, frozen) typedef char JOIN(line_, __LINE__)[(now) >= (frozen) ? 1 : -1];\n\n" + "\n".join(lines) + "\n"
    )


def check(library):
    now, frozen = set(exported(library)), set((ABI / "symbols.txt").read_text().split())
    for name in sorted(frozen - now):
        print(f"removed: {name}")
    for name in sorted(now - frozen):
        print(f"added, to be reviewed: {name}")
    print(f"figure: {len(now)} symbols, {len(frozen - now)} removed, {len(now - frozen)} added")
    return 1 if frozen - now else 0


def diff(library):
    done = run("abidiff", "--headers-dir2", ROOT / "include", "--drop-private-types", "--exported-interfaces-only", DUMP, library, check=False)
    print(done.stdout + done.stderr)
    # Bit 0: error, 1: usage, 2: changed, 3: incompatibly. Additions alone set bit 2 only.
    changed = re.search(r"(\d+) Removed, (\d+) Changed.*?(\d+) Added function", done.stdout)
    removed, altered, added = map(int, changed.groups()) if changed else (0, 0, 0)
    print(f"figure: abidiff {removed} removed, {altered} changed, {added} added")
    return 1 if done.returncode & 0b1011 or removed or altered or (done.returncode and not changed) else 0


def update(library):
    (ABI / "symbols.txt").write_text("\n".join(exported(library)) + "\n")
    (ABI / "layout.c").write_text(layout())
    run(*ABIDW, "--out-file", DUMP, library)
    if not FROZEN.exists():
        FROZEN.write_text(amalgamation())
    return 0


if __name__ == "__main__":
    commands = {"check": check, "diff": diff, "update": update}
    if len(sys.argv) != 3 or sys.argv[1] not in commands:
        sys.exit(__doc__)
    sys.exit(commands[sys.argv[1]](sys.argv[2]))
