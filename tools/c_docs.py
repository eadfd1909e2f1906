#!/usr/bin/env python3
"""Writes docs/c-api.md from the comments of the C headers and docs/clients.md from the programs in tests/clients. No dependencies.

    python3 tools/c_docs.py                    write the pages
    python3 tools/c_docs.py --check            say which ones differ from their sources; exit status 1 when one does
    python3 tools/c_docs.py --examples FOLDER  write the examples of the headers and of docs/c-guide.md there, as programs
"""

import re
import sys
from pathlib import Path

import gen

ROOT = Path(__file__).resolve().parent.parent
HEADERS = ROOT / "include" / "numrs"
CLIENTS = ROOT / "tests" / "clients"
NOTE = "by tools/c_docs.py; do not edit."
THEMES = re.findall(r'#include "numrs/(\w+)\.h"', (HEADERS / "numrs.h").read_text())
LANGUAGES = {".adb": "ada", ".cpp": "cpp", ".cs": "csharp", ".f90": "fortran", ".pas": "pascal", ".pl": "perl", ".py": "python",
             ".pyx": "cython", ".rb": "ruby", ".rs": "rust", ".R": "r"}  # the others are called as their files end


def comments(text):
    """(comment, declaration) of each comment that stands before something; the first is the file's own."""
    text = re.sub(r'^#ifdef __cplusplus\n(extern "C" \{|\})\n#endif.*\n', "", text, flags=re.M)
    text = re.sub(r"^/\*\* Marks.*?^#endif\n", "", text, count=1, flags=re.M | re.S)
    text = re.sub(r"^#(include|ifndef \w+_H$|define \w+_H$|endif).*\n", "", text, flags=re.M)
    text = re.sub(r"^(?=#define .*/\*\*<)", "/** */\n", text, flags=re.M)  # these carry their comment with them
    for m in re.finditer(r"^/\*\*(?!<)(.*?)\*/[ \t]*\n(.*?)(?=^/\*\*(?!<)|\Z)", text, flags=re.M | re.S):
        yield m.group(1), m.group(2).strip()


def example(comment):
    """(comment without its example, the example or None)."""
    m = re.search(r"@code\{\.c\}\n(.*?)[ \t]*@endcode", comment, flags=re.S)
    if not m:
        return comment, None
    lines = m.group(1).rstrip().split("\n")
    indent = min(len(line) - len(line.lstrip()) for line in lines if line.strip())
    return comment[: m.start()] + comment[m.end() :], "\n".join(line[indent:] for line in lines) + "\n"


def prose(comment):
    """A comment as Markdown: paragraphs, names as code."""
    text = re.sub(r"@file\b", "", comment)
    text = re.sub(r"^[ *]*@return ", "\nReturns ", text, flags=re.M)
    paragraphs = [" ".join(re.sub(r"^ \*(?= )", "", line).strip() for line in p.split("\n")).strip() for p in re.split(r"\n\s*\n", text)]
    paragraphs = [re.sub(r"\*(?=\w)", r"\\*", p) for p in paragraphs if p]
    return "\n\n".join(re.sub(r"\b(numrs_\w+(?:\\\*\w+)?|NUMRS_\w+…?)", lambda m: f"`{m.group(1)}`".replace("\\", ""), p) for p in paragraphs)


def header(theme):
    """One header as a section."""
    out = []
    for comment, declaration in comments((HEADERS / f"{theme}.h").read_text()):
        first = not out
        comment, code = example(comment)
        if first:
            out += [f"## numrs/{theme}.h"]
        elif declaration:
            out += [f"```c\n{declaration}\n```"]
        text = prose(comment)
        out += [text] if text else []
        out += [f"```c\n{code}```"] if code else []
    return out


def raw():
    """The functions of raw.h by families, since there are too many to list."""
    comment, code = example(next(comments((HEADERS / "raw.h").read_text()))[0])
    out = ["## numrs/raw.h", prose(comment), f"```c\n{code}```"]
    calls = " ".join(line.strip().removeprefix("/** ").removesuffix(" */") for line in gen.CALLS_TEXT[2:])
    for family, text, functions in [*gen.FAMILIES, ("call", calls, gen.calls)]:
        suffixes, sample = {}, {}
        for function in functions():
            name, suffix = function.name.rsplit("_", 1)
            suffixes[name] = [*suffixes.get(name, []), suffix]
            key = tuple(" ".join(p.split()) for p in function.parameters[1:]) if suffix == "f64" else None
            if key and key not in sample:
                sample[key] = function.prototype()
        groups = {}
        for name, kinds in suffixes.items():
            groups.setdefault(" ".join(kinds), []).append(name.removeprefix("numrs_"))
        out += [f"### {family}", text, "```c\n" + "\n".join(sample.values()) + "\n```"]
        out += ["| numrs_… | …_ |\n| --- | --- |\n" + "\n".join(f"| {' '.join(names)} | {kinds} |" for kinds, names in groups.items())]
    return out


def c_api_md():
    out = ["# The C interface", f"<!-- Made from include/numrs/*.h {NOTE} -->",
           "What [c-guide.md](c-guide.md) introduces, function by function; the text is the headers' own."]
    comment, code = example(next(comments((HEADERS / "numrs.h").read_text()))[0])
    out += [prose(comment), f"```c\n{code}```"]
    for theme in THEMES:
        out += raw() if theme == "raw" else header(theme)
    return "\n\n".join(out) + "\n"


def table():
    """The rows of tests/clients/table.txt: language, needs, packages, compile, run."""
    for line in (CLIENTS / "table.txt").read_text().splitlines():
        if not line.startswith("#"):
            yield [field.strip() for field in line.split("|")]


def command(text):
    """A command of the table as one types it beside the program."""
    for shorter in ((r" GOCACHE=\S+", ""), (r"\$\{(CC|CXX):-([^}]*)\}", r"\2"), (r"\$(src|out)/", ""), (r"\$out", "."),
                    (r"\$cflags \$libs", "$(pkg-config --cflags --libs numrs)"), (r"\$(cflags|libs)", r"$(pkg-config --\1 numrs)"),
                    (r"\$libdir", "$(numrs config --libdir)"), (r"^client$", "./client")):
        text = re.sub(*shorter, text)
    return text


def clients_md():
    out = ["# numrs from other languages", f"<!-- Made from tests/clients {NOTE} -->",
           "One program in each language. Each does the same: adds, takes exponentials, sums a (2, 3, 2) array along its middle axis,\n"
           "multiplies matrices, shows what a refused call says, sets the number of threads. `sh tests/run.sh clients` compiles and runs\n"
           "all of them against the installed wheel and compares what they print with what the C program prints:",
           "```\n" + (CLIENTS / "expected.txt").read_text().replace("@VERSION@", "0.1.0") + "```",
           "In the commands `numrs` is the wheel's, and `export PKG_CONFIG_PATH=$(numrs config --pkgconfigdir)` has been said. Compiled\n"
           "programs record where the library lies; the others find it on the loader's path. With numrs installed into the system\n"
           "neither is needed. What the calls mean is in [c-guide.md](c-guide.md) and [c-api.md](c-api.md)."]
    rows = list(table())
    out += [" · ".join(f"[{row[0]}](#{re.sub(r'[^a-z0-9-]', '', row[0].lower().replace(' ', '-'))})" for row in rows)]
    shown = {}
    for language, _, packages, build, run in rows:
        out += [f"## {language}", f"Debian: `{packages}`.",
                "```sh\n" + "".join(f"{command(c)}\n" for c in (build, run) if c) + "```"]
        for name in dict.fromkeys(re.findall(r"\$src/(\S+)", f"{build} {run}")):
            if name in shown:
                out += [f"The program is that of [{shown[name]}](#{shown[name].lower()})."]
                continue
            shown[name] = language
            kind = LANGUAGES.get(Path(name).suffix, Path(name).suffix[1:])
            out += [f"[{name}](../tests/clients/{name})", f"```{kind}\n{(CLIENTS / name).read_text()}```"]
    return "\n\n".join(out) + "\n"


def write_examples(folder):
    """Each example of the headers as a program: what begins a function is one, the rest is the body of main."""
    folder.mkdir(parents=True, exist_ok=True)
    number = 0
    for theme in ["numrs", *THEMES]:
        for comment, _ in comments((HEADERS / f"{theme}.h").read_text()):
            code = example(comment)[1]
            if code is None:
                continue
            if "int main(" not in code:
                rest = "" if code.startswith("static") else code
                top = code if code.startswith("static") else ""
                use = "  return numrs_set_parallel_for(serial, NULL);\n" if "serial(" in top else "  return 0;\n"
                code = f"#include <numrs/numrs.h>\n#include <stdio.h>\n{top}int main(void) {{\n{rest}{use}}}\n"
            number += 1
            (folder / f"{theme}_{number}.c").write_text(code)
    for kind, code in re.findall(r"^```(c|cpp)\n(.*?)^```", (ROOT / "docs" / "c-guide.md").read_text(), flags=re.M | re.S):
        if "int main(" in code:
            (folder / f"guide.{kind}").write_text(code)


def main():
    if sys.argv[1:2] == ["--examples"]:
        write_examples(Path(sys.argv[2]))
        return 0
    stale = []
    for name, text in (("docs/c-api.md", c_api_md()), ("docs/clients.md", clients_md())):
        path = ROOT / name
        if not path.exists() or path.read_text() != text:
            stale.append(name)
            if "--check" not in sys.argv:
                path.write_text(text)
    for name in stale:
        print(("differs from its sources: " if "--check" in sys.argv else "wrote ") + name)
    return 1 if stale and "--check" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
