"""Docstrings of functions that differ in a line or two: what they share is written once. Nothing public."""

import re


def described(parameters, returns, raises, last=""):
    """Decorates functions whose docstrings have a summary, parameters of their own if any, and an example: puts what they share
    around these. Texts as numpydoc has them, their lines not indented.

    Parameters
    ----------
    parameters, last : str
        Shared parameters in front of a function's own, and behind them.
    returns, raises : str
        The other sections.
    """

    def decorate(function):
        indent = re.search(r"\n( *)Examples\n", function.__doc__).group(1)
        head, examples = function.__doc__.split(f"\n{indent}Examples\n", 1)
        paragraphs = head.rstrip().split("\n\n")  # the signature, the summary, parameters
        own = [part for part in paragraphs if re.match(rf"{indent}[\w, ]+ :", part)]
        summary = "\n\n".join(part for part in paragraphs if part not in own)
        taken = [line[len(indent) :] for part in own for line in part.split("\n")]
        known = [line.split(" :")[0] for line in taken if re.match(r"[\w, ]+ :", line)]
        names = {name for entry in known for name in re.findall(r"\w+", entry)}
        sections = [("Parameters", [*_without(parameters, names), *taken, *_without(last, names)])]
        sections += [("Returns", returns.split("\n")), ("Raises", raises.split("\n"))]
        text = summary
        for title, lines in sections:
            text += "\n\n" + "\n".join(indent + line if line else "" for line in (title, "-" * len(title), *lines))
        function.__doc__ = f"{text}\n\n{indent}Examples\n{examples}"
        return function

    return decorate


def _without(text, names):
    """The lines of parameters that a function does not describe itself."""
    lines, keep = [], True
    for line in text.split("\n") if text else ():
        if not line.startswith(" "):
            keep = not names & set(re.findall(r"\w+", line.split(" :")[0]))
        if keep:
            lines.append(line)
    return lines
