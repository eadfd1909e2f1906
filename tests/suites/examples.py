"""Runs the examples in the docstrings of everything public in numrs, in README.md and in docs/*.md."""

import doctest
import importlib
import inspect
import pkgutil
import sys
from pathlib import Path

import numpy as np
import numrs

OPTIONS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS


def docstrings():
    """(name, docstring) of each public object of each public module, each once."""
    modules = [numrs]
    for info in pkgutil.walk_packages(numrs.__path__, "numrs."):
        if not any(part.startswith("_") or part == "c" for part in info.name.split(".")[1:]):
            modules.append(importlib.import_module(info.name))
    seen = set()
    for module in modules:
        public = [name for name in vars(module) if not name.startswith("_")]
        for name in ["__doc__", *getattr(module, "__all__", public)]:
            thing = getattr(module, name)
            if inspect.ismodule(thing):
                continue
            text = thing if name == "__doc__" else inspect.getdoc(thing)
            if text and id(thing) not in seen:
                seen.add(id(thing))
                yield f"{module.__name__}.{name}", text


def main():
    runner = doctest.DocTestRunner(optionflags=OPTIONS)
    parser = doctest.DocTestParser()
    texts = list(docstrings())
    root = Path(__file__).resolve().parents[2]
    for path in [root / "README.md", *sorted((root / "docs").rglob("*.md"))]:
        if path.exists():
            # The fence that ends a Markdown block would read as expected output.
            lines = ["" if line.lstrip().startswith("```") else line for line in path.read_text().splitlines()]
            texts.append((str(path.relative_to(root)), "\n".join(lines) + "\n"))
    passed = failed = 0
    for name, text in texts:
        test = parser.get_doctest(text, {"numrs": numrs, "np": np}, name, name, 0)
        if test.examples:
            result = runner.run(test)
            failed += bool(result.failed)
            passed += not result.failed
    print(f"examples: {passed} {failed} 0")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
