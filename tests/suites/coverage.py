"""Reads llvm-cov's summary of the suite "coverage": a line per file, and whether the goals are met.

Lines and branches of a template or of a kernel made for several instruction sets count once: run in one of them, run.
"""

import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# What checks arguments: every line is to be run.
VALIDATION = ("lib/core/view.cc", "lib/core/view.h", "lib/core/status.cc", "lib/core/status.h")
LEAST = {"lines": 98.0, "branches": 92.0}  # of all of lib; docs/coverage.md says what is left


def percent(summary, kind):
    counts = summary.get(kind, {"count": 0})  # a file of declarations has none
    return 100.0 * counts["covered"] / counts["count"] if counts["count"] else 100.0


def main(path):
    data = json.loads(Path(path).read_text())["data"][0]
    total = {kind: {"covered": 0, "count": 0} for kind in ("lines", "branches", "mcdc", "functions")}
    good, bad = 0, []
    for file in sorted(data["files"], key=lambda f: f["filename"]):
        name = file["filename"]
        name = name[name.rindex("/lib/") + 1:] if "/lib/" in name else name.lstrip("./")
        if not name.startswith("lib/"):
            continue
        summary = file["summary"]
        for kind, sums in total.items():
            if kind in summary:
                for key in sums:
                    sums[key] += summary[kind][key]
        print(f"{name:40} lines {percent(summary, 'lines'):6.2f} %  branches {percent(summary, 'branches'):6.2f} %")
        if name in VALIDATION:
            if percent(summary, "lines") < 100:
                bad.append(f"{name}: {percent(summary, 'lines'):.2f} % of the lines, all are to be run")
            else:
                good += 1
    for kind, least in LEAST.items():
        if percent(total, kind) < least:
            bad.append(f"lib: {percent(total, kind):.2f} % of the {kind}, least is {least}")
        else:
            good += 1
    for line in bad:
        print("FAILED", line)
    print("all of lib: " + ", ".join(f"{kind} {percent(total, kind):.1f} %" for kind in ("lines", "branches")) +
          f", MC/DC {percent(total, 'mcdc'):.1f} %")
    print(f"coverage: {good} {len(bad)} 0")


if __name__ == "__main__":
    main(sys.argv[1])
