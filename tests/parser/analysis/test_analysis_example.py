"""What can be said of an expression can be asked in Python."""

from __future__ import annotations

import doctest

from autodiff.parser import analysis


def test_the_example_in_the_documentation_of_analysis_works() -> None:
    failed, tried = doctest.testmod(analysis)
    assert tried
    assert not failed
