"""The developer's words for spin: build, test, bench, gen, lint. Each is one command that works without spin too."""

import os
import subprocess
import sys
from pathlib import Path

import click

ROOT = Path(__file__).resolve().parent.parent


def run(*command):
    print("$", *command, flush=True)
    path = os.pathsep.join([str(ROOT / ".venv" / "bin"), os.environ["PATH"]])
    sys.exit(subprocess.run(command, cwd=ROOT, env={**os.environ, "PATH": path}).returncode)


def words(name, text):
    """A command that hands all its words on."""

    def decorate(function):
        settings = {"ignore_unknown_options": True, "help_option_names": ["--help"]}
        command = click.command(name=name, help=text, context_settings=settings)
        return command(click.argument("args", nargs=-1, type=click.UNPROCESSED)(function))

    return decorate


@words("build", "Install numrs into .venv so that it is rebuilt on import (editable).")
def build(args):
    run("sh", "tools/bootstrap.sh", "editable", *args)


@words("test", "Run the tests: [quick|full|long] [SUITE...].")
def test(args):
    run("sh", "tests/run.sh", *args)


@words("bench", "Build, install, run the demo and a short benchmark.")
def bench(args):
    run("sh", "bench/run.sh", *args)


@words("gen", "Write the files that are made from the tables.")
def gen(args):
    run("python3", "tools/gen.py", *args)


@words("lint", "Check style and form of every source file.")
def lint(args):
    run("sh", "tests/run.sh", "lint", *args)
