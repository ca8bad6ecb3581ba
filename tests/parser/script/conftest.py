"""Scripts, run as the command line runs them, without a process."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

import autodiff.engine as torch
from autodiff.parser.script.limits import Limits
from autodiff.parser.script.session import Session
from autodiff.parser.syntax.errors import ExpressionError

Run = Callable[..., str]
Fails = Callable[..., ExpressionError]


@pytest.fixture(autouse=True)
def state() -> Iterator[None]:
    """A script may change the default type and the mode; the next test is not to notice."""
    dtype = torch.get_default_dtype()
    yield
    torch.set_default_dtype(dtype)
    torch.set_grad_enabled(True)


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
