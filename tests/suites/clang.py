"""clang.py FOLDER: reads every file of a configured build with its compiler, warnings as errors, without making code.

Prints what the compiler says and "N files, M with warnings". Generated headers are made first by the caller."""

import concurrent.futures
import json
import os
import pathlib
import shlex
import subprocess
import sys

folder = pathlib.Path(sys.argv[1])
outputs = {"-o": 1, "-MF": 1, "-MQ": 1, "-MD": 0, "-c": 0}


def check(command: str) -> str:
    words = iter(shlex.split(command))
    kept = []
    for word in words:
        if word in outputs:
            for _ in range(outputs[word]):
                next(words)
        else:
            kept.append(word)
    run = subprocess.run([*kept, "-fsyntax-only", "-Werror"], cwd=folder, capture_output=True, text=True)
    return run.stderr if run.returncode else ""


commands = {entry["file"]: entry["command"] for entry in json.loads((folder / "compile_commands.json").read_text())}
with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
    said = [text for text in pool.map(check, commands.values()) if text]
print("\n".join(said))
print(f"{len(commands)} files, {len(said)} with warnings")
sys.exit(bool(said))
