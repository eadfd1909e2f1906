#!/usr/bin/env python3
"""Makes notebooks of the scripts docs/examples/0*.py: cells begin at lines "# %%", text cells at "# %% [markdown]".

python3 tools/notebooks.py           write docs/examples/*.ipynb
python3 tools/notebooks.py --check   say which ones differ; exit status 1 when one does
"""

import re
import sys
from pathlib import Path

import nbformat

EXAMPLES = Path(__file__).resolve().parent.parent / "docs" / "examples"


def cells(text):
    """The cells of a script: its docstring is left out."""
    parts = re.split(r"^# %%(.*)\n", text, flags=re.M)[1:]
    for kind, body in zip(parts[::2], parts[1::2]):
        body = body.strip("\n")
        if "[markdown]" in kind:
            lines = [re.sub(r"^# ?", "", line) for line in body.split("\n")]
            yield nbformat.v4.new_markdown_cell("\n".join(lines).strip("\n"))
        elif body:
            yield nbformat.v4.new_code_cell(body)


def notebook(path):
    """A script as the text of a notebook; the same text every time."""
    made = nbformat.v4.new_notebook(cells=list(cells(path.read_text())), metadata={
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}, "language_info": {"name": "python"}})  # fmt: skip
    for number, cell in enumerate(made.cells):
        cell["id"] = f"{path.stem}-{number}"
    nbformat.validate(made)
    return nbformat.writes(made) + "\n"


def main():
    stale = []
    for path in sorted(EXAMPLES.glob("0*.py")):
        target, text = path.with_suffix(".ipynb"), notebook(path)
        if target.exists() and target.read_text() == text:
            continue
        stale.append(target)
        if "--check" not in sys.argv[1:]:
            target.write_text(text)
    for target in stale:
        print(
            f"{target.name} {'is not current: run python3 tools/notebooks.py' if '--check' in sys.argv[1:] else 'written'}"
        )
    return 1 if stale and "--check" in sys.argv[1:] else 0


if __name__ == "__main__":
    sys.exit(main())
