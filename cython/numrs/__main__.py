"""`python -m numrs` is the command line."""

from numrs.cli import main

main(prog_name="numrs")
