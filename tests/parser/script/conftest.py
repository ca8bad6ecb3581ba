"""Scripts, run as the command line runs them, without a process."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from autodiff.parser.script.running.script_limits import Limits
from autodiff.parser.script.session import Session
from autodiff.parser.syntax.errors import ExpressionError

Run = Callable[..., str]
Fails = Callable[..., ExpressionError]


@pytest.fixture
def run() -> Run:
    """What a script writes."""

    def run(source: str, **limits: float) -> str:
        written: list[str] = []
        Session(written.append, Limits(**limits)).run(source)
        return "".join(written)

    return run


@pytest.fixture
def fails(run: Run) -> Fails:
    """The error that a script ends with."""

    def fails(source: str, **limits: float) -> ExpressionError:
        with pytest.raises(ExpressionError) as caught:
            run(source, **limits)
        return caught.value

    return fails
