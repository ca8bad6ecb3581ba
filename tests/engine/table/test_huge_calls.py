"""What an operation would make is refused from its shapes, before it takes memory or time."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from groups import grouped

import autodiff.engine as torch
from autodiff.engine.tensors.size import TooLargeError, at_most
from autodiff.parser.script.running.script_limits import Limits
from autodiff.parser.script.session import Session
from autodiff.parser.semantics.evaluate import evaluate
from autodiff.parser.syntax.errors import ExpressionError
from autodiff.parser.syntax.parse import parse


@pytest.mark.memory
@pytest.mark.processes
@pytest.mark.skipif(sys.platform != "linux", reason="memory is limited on Linux only")
def test_no_function_of_the_table_takes_much_memory_or_time_to_be_refused() -> None:
    script = Path(__file__).with_name("huge_calls.py")
    found = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=900, check=False)
    assert found.stdout.strip().isdecimal(), found.stdout + found.stderr[-2_000:]
    assert int(found.stdout) > 10_000


REFUSED = [
    "x.repeat(10**9).sum()",
    "x.repeat(1000, 1000, 1000)",
    "tile(x, 10**9)",
    "repeat_interleave(x, 10**9)",
    "combinations(x, 10**9)",
    "combinations(x.repeat(500), 3)",
    "cartesian_prod(x.repeat(9000), x.repeat(9000))",
    "cdist(x.repeat(5000, 1), x.repeat(5000, 1))",
    "block_diag(x.repeat(3000, 1), x.repeat(3000, 1), x.repeat(3000, 1000))",
    "kron(x.repeat(5000), x.repeat(5000))",
    "outer(x.repeat(5000), x.repeat(5000))",
    "meshgrid(x.repeat(5000), x.repeat(5000))",
    "mvlgamma(x, 10**7)",
    "tensor_split(x, 10**9)",
    "diag(x.repeat(5000))",
    "x.expand(6000, 2).t() @ x.expand(10**9, 2)",
    "vander(x, 10**9)",
    "x.repeat(9000).reshape(-1, 1) + x.repeat(9000)",
    "pad(x, [10**9, 0])",
    "linspace(0, 1, 10**9)",
    "zeros(10**5, 10**5)",
]


@grouped("source", REFUSED)
def test_what_would_be_too_large_is_refused_and_the_limit_named(source: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        evaluate(parse(source), {"x": torch.tensor([1.0, 2.0])})
    assert caught.value.kind == "limit"
    assert caught.value.help == "raise the limit with `--limit elements=N`"
    assert caught.value.__cause__ is None or not isinstance(caught.value.__cause__, MemoryError)


def test_scripts_are_refused_in_the_same_way() -> None:
    session = Session(lambda text: None, Limits(elements=1_000))
    for line in ("torch.ones(40, 1) + torch.ones(40)", "torch.ones(2).repeat(600)"):
        with pytest.raises(ExpressionError) as caught:
            session.run(line)
        assert caught.value.kind == "limit"


def test_the_limit_is_that_of_a_thread_and_a_block() -> None:
    x = torch.ones(40)
    with at_most(100):
        assert (x + x).numel() == 40
        with pytest.raises(TooLargeError, match="1,600 elements, which are more than 100"):
            x.reshape(40, 1) * x
        with at_most(10_000):
            assert (x.reshape(40, 1) * x).numel() == 1_600
    assert (x.reshape(40, 1) * x).numel() == 1_600
    assert np.isfinite((x.repeat(1_000))._data).all()
