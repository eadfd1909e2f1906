"""Docstrings follow numpydoc and their examples run."""

import doctest
import inspect

import numpy as np
import numrs
import pytest

# Not followed: "See Also" (SA01) and extended summaries (ES01) are not asked for; Cython ends the text on the quotes' line (GL02); a
# summary may be a question (SS03) or begin with a noun in s (SS05); a return value whose type says it all needs no words (RT03).
IGNORED = {"SA01", "ES01", "GL02", "SS03", "SS05", "RT03"}


def public():
    for module in (numrs, numrs.config, numrs.fft, numrs.memory):
        for name in getattr(module, "__all__", ()):
            thing = getattr(module, name)
            if callable(thing):
                yield pytest.param(thing, f"{module.__name__}.{name}", id=f"{module.__name__}.{name}")


@pytest.mark.parametrize(("function", "name"), list(public()))
def test_examples_run(function, name):
    test = doctest.DocTestParser().get_doctest(inspect.getdoc(function), {"numrs": numrs, "np": np}, name, name, 0)
    assert test.examples, f"{name} has no example"
    assert len(test.examples) <= 4
    output = []
    failed, _ = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS).run(
        test, out=output.append
    )
    assert not failed, "".join(output)


@pytest.mark.parametrize(("function", "name"), list(public()))
def test_form(function, name):
    validate = pytest.importorskip("numpydoc.validate").validate
    found = [f"{code}: {text}" for code, text in validate(name)["errors"] if code not in IGNORED]
    assert not found, "\n".join(found)
    text = inspect.getdoc(function)
    parameters = inspect.signature(function).parameters
    if parameters:
        assert "Parameters\n----------" in text
        for parameter in parameters:
            assert (
                f"{parameter} :" in text
                or f"{parameter}, " in text
                or f", {parameter} :" in text
                or f", {parameter}, " in text
            ), f"{name}: {parameter} is not described"


@pytest.mark.parametrize(("function", "name"), list(public()))
def test_signatures_are_introspectable(function, name):
    signature = inspect.signature(function)
    assert "args" not in signature.parameters and "kwargs" not in signature.parameters
    assert function.__module__.startswith("numrs")
    assert function.__doc__.splitlines()[0].strip()
