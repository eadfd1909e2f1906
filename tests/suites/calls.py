"""Instructions per call, counted by callgrind, against bench/results/calls.jsonl. The suite "calls" runs this.

    python tests/suites/calls.py PROGRAM            compare: status 1 when a case takes over 5 % more than is written there
    python tests/suites/calls.py PROGRAM --write    count, time and write the file

PROGRAM is bench_calls. The counts are of one compiler and of AVX2 (valgrind knows no AVX-512): with another compiler there
is nothing to compare, and the status is 77.
"""

import json
import os
import platform
import re
import subprocess
import sys
import tempfile
from pathlib import Path

FILE = Path(__file__).resolve().parents[2] / "bench" / "results" / "calls.jsonl"
CALLS = 2000  # kCounted of bench_calls.cc
ALLOWED = 1.05
ENVIRONMENT = {**os.environ, "NUMRS_TARGET": "AVX2", "NUMRS_NUM_THREADS": "1"}


def lines(text):
    return [json.loads(line) for line in text.splitlines()]


def count(program):
    """What the program says of itself, and instructions per call of each case; those of an empty one are taken off."""
    with tempfile.TemporaryDirectory() as scratch:
        command = ["valgrind", "--quiet", "--tool=callgrind", f"--callgrind-out-file={scratch}/out", program]
        done = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        counts = {}
        for dump in sorted(Path(scratch).iterdir()):
            text = dump.read_text()
            case = re.search(r"^desc: Trigger: Client Request: (.*)$", text, flags=re.M)
            if case:
                counts[case[1]] = int(re.search(r"^(?:totals|summary): (\d+)", text, flags=re.M)[1]) / CALLS
    empty = counts.pop("nothing")
    return lines(done.stdout)[0], {case: round(n - empty, 1) for case, n in counts.items()}


def processor():
    found = re.search(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text(), flags=re.M)
    return found[1] if found else platform.machine()


def write(program):
    facts, counts = count(program)
    timer, *times = lines(subprocess.check_output([program], text=True))
    timed = {line["case"]: line for line in times}
    empty = timed["nothing"]
    valgrind = subprocess.check_output(["valgrind", "--version"], text=True).strip()
    facts |= {"calls": CALLS, "valgrind": valgrind, "timed_on": f"{processor()}, {timer['target']}",
              "command": "python tests/suites/calls.py build/wheel/bench/bench_calls --write"}
    out = [facts]
    for case, instructions in counts.items():
        ns = {key: round(timed[case][key] - empty[key], 1) for key in ("best_ns", "median_ns")}
        out.append({"case": case, "instructions": instructions, **ns})
    FILE.write_text("".join(json.dumps(line) + "\n" for line in out))
    print(FILE.read_text(), end="")


def compare(program):
    facts, *held = lines(FILE.read_text())
    now, counts = count(program)
    differ = [f"{key} is {now[key]}, in {FILE.name} {facts[key]}" for key in ("compiler", "target") if now[key] != facts[key]]
    for line in held:
        case, before = line["case"], line["instructions"]
        print(f"{case:26} {before:8.1f} {counts[case]:8.1f}  {100 * (counts[case] / before - 1):+5.1f} %")
    if differ:
        print(*differ, sep="; ")
        return 77
    slow = [line["case"] for line in held if counts[line["case"]] > line["instructions"] * ALLOWED]
    missing = sorted(set(counts) - {line["case"] for line in held})
    for case in slow:
        print(f"FAILED {case}: over 5 % more instructions than in {FILE.name}")
    for case in missing:
        print(f"FAILED {case}: not in {FILE.name}; run with --write")
    above = {c: counts[f"raw {c}"] - counts[f"kernel {c}"] for c in ("add n=16", "exp n=16")}
    print(f"above: {above['add n=16']:.0f} instructions above the kernel in a raw add, "
          f"{counts['view add n=16'] - counts['kernel add n=16']:.0f} in a view add")
    print(f"calls: {len(counts) - len(slow) - len(missing)} {len(slow) + len(missing)} 0")
    return 1 if slow or missing else 0


if __name__ == "__main__":
    sys.exit((write if "--write" in sys.argv[2:] else compare)(sys.argv[1]))
