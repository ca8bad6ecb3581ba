"""What holds for the tests of the engine."""

from collections.abc import Iterator

import pytest

import autodiff.engine as torch


@pytest.fixture(autouse=True)
def settings_of_a_fresh_process() -> Iterator[None]:
    """Whatever a test sets, the next one finds the default dtype float64, and operations recorded."""
    yield
    torch.set_default_dtype(torch.float64)
    torch.set_grad_enabled(True)
