#!/usr/bin/env python3
"""Writes tools/requirements/*.txt: every package that a build or a test needs, by version and hash. Needs a network.

    python3 tools/lock.py            resolve what pyproject.toml asks for and write the locks
    python3 tools/lock.py supply     only this one, the others stay as they are
    python3 tools/lock.py --check    offline: do the locks hold what pyproject.toml asks for? Status 1 when not

pip resolves for the oldest Python that is supported and names the hash of each wheel for the Pythons and platforms below.
"""
import json
import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ROOT / "tools" / "requirements"
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
MACHINES = ("x86_64", "aarch64")
GLIBC_MINORS = range(36, 4, -1)  # up to Debian 12's


def wanted():
    """Lock → requirements as pyproject.toml states them; each of the others is installed on top of "build"."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    extras, groups = project["project"]["optional-dependencies"], project["dependency-groups"]
    return {
        "build": project["build-system"]["requires"] + groups["build"] + project["project"]["dependencies"],
        "test": extras["test"] + groups["lint"],
        "bench": extras["bench"] + extras["demo"],
        "supply": groups["supply"],
        "models": groups["models"],
    }


def canonical(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def name_of(requirement):
    return canonical(re.match(r"[\w.-]+", requirement)[0])


def report(arguments, pins=()):
    """What pip would install, as (name, version, sha256); of a package in pins that version."""
    with tempfile.TemporaryDirectory() as scratch:
        out, constraints = Path(scratch, "report.json"), Path(scratch, "constraints.txt")
        constraints.write_text("".join(f"{name}=={version}\n" for name, version in dict(pins).items()))
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--dry-run", "--ignore-installed"]
        subprocess.run([*pip, "--only-binary=:all:", "--constraint", constraints, "--report", out, "--target", scratch, *arguments], check=True)
        items = json.loads(out.read_text())["install"]
    hashes = [item["download_info"]["archive_info"]["hashes"]["sha256"] for item in items]
    return [(canonical(i["metadata"]["name"]), i["metadata"]["version"], h) for i, h in zip(items, hashes)]


def platform(python, machine):
    tags = [f"manylinux_2_{minor}_{machine}" for minor in GLIBC_MINORS]
    tags += [f"manylinux2014_{machine}", f"linux_{machine}"]
    tags += ["manylinux2010_x86_64", "manylinux1_x86_64"] if machine == "x86_64" else []
    return ["--python-version", python, "--implementation", "cp", *(f"--platform={tag}" for tag in tags)]


def held(lock):
    """Package → version in a lock that is there."""
    return dict(re.findall(r"^([\w.-]+)==(\S+)", (LOCKS / f"{lock}.txt").read_text(), flags=re.M))


def write(names):
    pins, base = {}, set()
    for lock, wants in wanted().items():
        if lock not in names:
            pins.update(held(lock))
            base = base or set(pins)
            continue
        requirements = wants if lock == "build" else wanted()["build"] + wants
        versions = {n: v for n, v, _ in report([*platform(PYTHONS[0], MACHINES[0]), *requirements], pins)}
        pins.update(versions)
        mine = [n for n in sorted(versions) if n not in base]
        base = base or set(mine)
        hashes = {n: set() for n in mine}
        for python in PYTHONS:
            for machine in MACHINES:
                for n, _, sha in report(["--no-deps", *platform(python, machine), *(f"{n}=={pins[n]}" for n in mine)]):
                    hashes[n].add(sha)
        lines = [f"# Made by tools/lock.py for Python {', '.join(PYTHONS)} on Linux {', '.join(MACHINES)}."]
        for n in mine:
            lines.append(" \\\n    --hash=sha256:".join([f"{n}=={pins[n]}", *sorted(hashes[n])]))
        LOCKS.mkdir(exist_ok=True)
        (LOCKS / f"{lock}.txt").write_text("\n".join(lines) + "\n")
        print(f"{lock}: {len(mine)} packages")


def check():
    base, missing = set(), []
    for lock, wants in wanted().items():
        names = base | set(held(lock))
        base = base or names
        missing += [f"tools/requirements/{lock}.txt lacks {w}" for w in wants if name_of(w) not in names]
    print(*missing, sep="\n", end="\n" if missing else "")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(check() if "--check" in sys.argv[1:] else write(sys.argv[1:] or list(wanted())))
