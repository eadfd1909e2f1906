"""Reads what ptxas -v said of each kernel: python3 spills.py FILE. The status is 1 when one spills registers."""

import re
import sys

ALLOWED = ("NanStdId", "NanVarId", "NanMeanISt7complexIf")  # three sums at once, at most 24 bytes, known

kernel = None
kernels, spilled, most = 0, [], 0
for line in open(sys.argv[1], encoding="utf-8", errors="replace"):
    if found := re.search(r"Compiling entry function '(\w+)'", line):
        kernel = found.group(1)
        kernels += 1
    elif found := re.search(r"(\d+) bytes spill stores, (\d+) bytes spill loads", line):
        if kernel and (int(found.group(1)) or int(found.group(2))) and not any(word in kernel for word in ALLOWED):
            spilled.append(f"{kernel}: {line.strip()}")
    elif found := re.search(r"Used (\d+) registers", line):
        most = max(most, int(found.group(1)))
print(f"{kernels} kernels, at most {most} registers, {len(spilled)} spill")
for line in spilled:
    print(line)
sys.exit(bool(spilled) or kernels == 0)
