#!/usr/bin/env python3
"""Writes the bill of materials of a wheel (CycloneDX 1.6, JSON): what it needs, and what is compiled or copied into it.

    cyclonedx-py environment --spec-version 1.6 --output-reproducible --of JSON VENV/bin/python >ENVIRONMENT
    python3 tools/sbom.py ENVIRONMENT WHEEL OUT
    python3 tools/sbom.py --check OUT NAME...       are these in it, each with a version? Status 1 when not

The Python packages come from cyclonedx-py, run on an environment the wheel is installed in. Packages know nothing of
machine code, so this adds it, with versions that the files themselves tell: the shared libraries and their hashes,
OpenBLAS and its LAPACK, the GCC runtime libraries linked into either, Highway. Needs cyclonedx-bom and auditwheel.
"""

import ctypes
import hashlib
import json
import re
import sys
import tempfile
import zipfile
from pathlib import Path

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from elftools.elf.elffile import ELFFile

NAME = "numrs-kernels"
GCC_LICENCE = [{"expression": "GPL-3.0-or-later WITH GCC-exception-3.1"}]


def gcc_versions(path):
    """The compilers that made an ELF file, from its .comment section."""
    with path.open("rb") as file:
        text = ELFFile(file).get_section_by_name(".comment").data().decode()
    return sorted(set(re.findall(r"GCC: \([^)]*\) ([\d.]+)", text)))


def openblas_versions(path):
    """(OpenBLAS, LAPACK) as the library itself answers."""
    library = ctypes.CDLL(str(path))
    get_config = library.scipy_openblas_get_config
    get_config.restype = ctypes.c_char_p
    parts = [ctypes.c_int() for _ in range(3)]
    library.scipy_ilaver_(*map(ctypes.byref, parts))
    return re.search(r"OpenBLAS (\S+)", get_config().decode())[1], ".".join(str(p.value) for p in parts)


def sha256(path):
    return [{"alg": "SHA-256", "content": hashlib.sha256(path.read_bytes()).hexdigest()}]


def library(ref, name, version, licences, **more):
    return {"type": "library", "bom-ref": ref, "name": name, "version": version, "licenses": licences, **more}


def licence(spdx):
    return [{"license": {"id": spdx}}]


def native(folder):
    """Components inside the wheel unpacked in folder, and which of them holds which."""
    ours, blas = folder / "numrs/lib/libnumrs.so.1", folder / "numrs/lib/libscipy_openblas.so"
    told = re.search(rb"version=(\S+)\ncompiler=[^\0]*\nhighway=(\S+)\n", ours.read_bytes())  # numrs_build_info()
    version, highway = (text.decode() for text in told.groups())
    openblas, lapack = openblas_versions(blas)
    components = [
        library("libnumrs", "libnumrs.so.1", version, licence("MIT"), hashes=sha256(ours)),
        library("highway", "Highway", highway, licence("Apache-2.0"), purl=f"pkg:github/google/highway@{highway}"),
        library("openblas", "OpenBLAS", openblas, licence("BSD-3-Clause"), hashes=sha256(blas),
                purl=f"pkg:pypi/scipy-openblas32@{openblas}"),
        library("lapack", "LAPACK", lapack, licence("BSD-3-Clause-Attribution"), purl=f"pkg:github/Reference-LAPACK/lapack@v{lapack}"),
    ]
    holds = {"libnumrs": ["highway"], "openblas": ["lapack"]}
    for ref, path, parts in ("libnumrs", ours, ("libstdc++", "libgcc")), ("openblas", blas, ("libgfortran", "libgcc")):
        # The newest compiler named there made the code; the others made the start files of the C library.
        gcc = max(gcc_versions(path), key=lambda v: [int(n) for n in v.split(".")], default=None)
        for part in parts if gcc else ():
            own = f"{part}-of-{ref}"
            components.append(library(own, part, gcc, GCC_LICENCE, description=f"parts of it are linked into {path.name}"))
            holds[ref].append(own)
    for module in sorted(folder.glob("numrs/_ops/*.so")):
        components.append({"type": "file", "bom-ref": module.name, "name": f"numrs/_ops/{module.name}", "hashes": sha256(module)})
    return components, holds


def needed(bom, root):
    """References of what root needs, directly and through others."""
    edges, found, todo = {d["ref"]: d.get("dependsOn", []) for d in bom["dependencies"]}, set(), [root]
    while todo:
        ref = todo.pop()
        if ref not in found:
            found.add(ref)
            todo += edges.get(ref, [])
    return found


def bill(environment, wheel):
    with tempfile.TemporaryDirectory() as scratch, zipfile.ZipFile(wheel) as archive:
        archive.extractall(scratch)
        components, holds = native(Path(scratch))
    root = next(c for c in environment["components"] if c["name"] == NAME)
    keep = needed(environment, root["bom-ref"])
    python = [c for c in environment["components"] if c["bom-ref"] in keep and c is not root]
    # cyclonedx-py tells where it found the package; the wheel is what this is about.
    root.pop("externalReferences", None)
    root["hashes"] = sha256(wheel)
    depends = {d["ref"]: d.get("dependsOn", []) for d in environment["dependencies"] if d["ref"] in keep}
    depends[root["bom-ref"]] = depends.get(root["bom-ref"], []) + [c["bom-ref"] for c in components if c["type"] == "file"]
    depends[root["bom-ref"]] += ["libnumrs", "openblas"]
    for component in components:
        depends.setdefault(component["bom-ref"], []).extend(holds.get(component["bom-ref"], []))
    return {
        **{k: environment[k] for k in ("$schema", "bomFormat", "specVersion", "version") if k in environment},
        "metadata": {**environment["metadata"], "component": root},
        "components": python + components,
        "dependencies": [{"ref": ref, "dependsOn": sorted(on)} for ref, on in sorted(depends.items())],
    }


def check(out, *names):
    bom = json.loads(Path(out).read_text())
    versions = {c["name"]: c.get("version") for c in [bom["metadata"]["component"], *bom["components"]]}
    missing = [name for name in names if not versions.get(name)]
    print(*(f"{out} lacks {name} or its version" for name in missing), sep="\n", end="\n" if missing else "")
    return 1 if missing else 0


def main(environment, wheel, out):
    text = json.dumps(bill(json.loads(Path(environment).read_text()), Path(wheel)), indent=1, sort_keys=True) + "\n"
    wrong = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    if wrong:
        sys.exit(f"{out}: not CycloneDX 1.6: {wrong}")
    Path(out).write_text(text)
    print(f"{out}: {len(json.loads(text)['components'])} components")


if __name__ == "__main__":
    sys.exit(check(*sys.argv[2:]) if sys.argv[1] == "--check" else main(*sys.argv[1:]))
