"""The expressions of data/expressions.jsonl give PyTorch's values, gradients, second derivatives and graphs."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from groups import grouped
from pytorch.recorded import entries

import autodiff.engine as torch
from autodiff.cli.main import run
from autodiff.engine.autograd import grad
from autodiff.parser.semantics.evaluate import evaluate
from autodiff.parser.semantics.names import free_variables
from autodiff.parser.syntax.parse import parse

RECORDED = entries("expressions.jsonl")
_TRIGAMMA = "PyTorch's trigamma is off by 5e-10, and the terms of this gradient cancel to 2e-9"
DIFFERENT = {
    491: _TRIGAMMA,
    496: _TRIGAMMA,
}
# The terms of its gradient, of size 10, cancel: what is left is their rounding errors.
CANCELLING = {457: 1e-13}
GAMMA = {"digamma", "lgamma"}


def tolerance(entry: dict[str, Any]) -> float:
    # PyTorch's trigamma, the derivative of digamma, is off by up to 5e-10; ours agrees with mpmath to 1e-15.
    return 1e-9 if GAMMA & set(entry["ops"]) else 1e-10


def marked(entry: dict[str, Any]) -> Any:
    why = DIFFERENT.get(entry["id"])
    marks = [pytest.mark.xfail(reason=why, strict=True)] if why else []
    return pytest.param(entry, id=f"{entry['id']}: {entry['expr'][:60]}", marks=marks)


def node_names(node: Any) -> list[str]:
    names = []
    stack = [node]
    while stack:
        current = stack.pop()
        if current is not None and current.next_functions:
            names.append(current.name())
            stack.extend(child for child, _ in reversed(current.next_functions))
    return names


def assert_close(actual: Any, expected: Any, rtol: float, atol: float = 0.0) -> None:
    np.testing.assert_allclose(np.asarray(actual, float), np.asarray(expected, float), rtol=rtol, atol=atol)


@grouped("entry", [marked(entry) for entry in RECORDED])
def test_an_expression_has_pytorchs_value_gradient_and_graph(entry: dict[str, Any]) -> None:
    program = parse(entry["expr"])
    variables = {name: torch.tensor(v, dtype=torch.float64, requires_grad=True) for name, v in entry["vars"].items()}
    assert set(free_variables(program)) - {"pi", "e"} == set(variables)
    value = evaluate(program, variables)
    rtol = tolerance(entry)
    assert_close(value.tolist(), entry["value"], rtol)
    assert list(value.shape) == entry["shape"]
    assert (value.grad_fn and value.grad_fn.name()) == entry["grad_fn"]
    if value.grad_fn is None:
        return
    assert node_names(value.grad_fn) == entry["graph"]
    inputs = [variables[name] for name in entry["grad"]]
    total = value.sum() if value.ndim else value
    gradients = grad(total, inputs, create_graph=True, allow_unused=True)
    for name, gradient in zip(entry["grad"], gradients, strict=True):
        assert (gradient is None) == (name in entry["unused"])
        if gradient is not None:
            assert_close(gradient.tolist(), entry["grad"][name], rtol, CANCELLING.get(entry["id"], 0.0))
    if entry["hvp"] is None:
        return
    sums = [g.sum() for g in gradients if g is not None and g.requires_grad]
    if not sums:
        return
    total = sums[0]
    for other in sums[1:]:
        total = total + other
    for name, product in zip(entry["grad"], grad(total, inputs, materialize_grads=True), strict=True):
        assert product is not None
        # The terms of a second derivative cancel to some extent; the gamma family differs as above.
        assert_close(product.tolist(), entry["hvp"].get(name, 0.0), max(rtol, 1e-8), atol=1e-9)


@grouped("entry", RECORDED[::6], ids=lambda entry: str(entry["id"]))
def test_every_sixth_expression_has_the_recorded_numbers_at_the_command_line(
    entry: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    words = [f"{name}={json.dumps(value)}" for name, value in entry["vars"].items()]
    assert run(["eval", entry["expr"], *words, "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    rtol = tolerance(entry)
    assert_close(result["value"], entry["value"], rtol)
    assert result["grad_fn"] == entry["grad_fn"]
    for name, gradient in entry["grad"].items():
        assert_close(result["grad"][name], gradient, rtol, atol=1e-14)
