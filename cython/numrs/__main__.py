"""`python -m numrs` is the command line."""

from numrs.cli import main

if __name__ == "__main__":
    main(prog_name="numrs")
