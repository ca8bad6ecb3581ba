"""A variable where a function takes a number: its derivative, or an error that there is none, and never a 0 instead."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np
import pytest
from groups import grouped

import autodiff.engine as torch
from autodiff.engine.autograd import grad
from autodiff.engine.table.record import Operation
from autodiff.engine.table.registry import FUNCTIONS
from autodiff.parser.semantics.computing import computing
from autodiff.parser.semantics.evaluate import evaluate
from autodiff.parser.syntax.errors import ExpressionError
from autodiff.parser.syntax.parse import parse

RECORDS = {n: f for n, f in FUNCTIONS.items() if n == f.name and len(f.arguments) > f.tensors and not f.variadic}
OPERANDS = (0.7, 1.3, 0.6, 0.9), ([0.7, 2.1, 4.3], [1.3, 0.4, 0.9], [0.6, 1.1, 0.2], [0.3, 0.5, 0.2])
MATRICES = ([[2.2, 1.1], [1.3, 3.4]], [[1.2, 0.1], [0.3, 1.4]], [[1.0, 2.0], [2.0, 1.0]], [[1.0, 0.5], [2.0, 1.0]])
# Numbers at which no whole one, no kink and no bound lies, and whole ones, which other functions need.
NUMBERS = (0.45, 0.85), (2.0, 1.0), (1.0, 0.0)


def value_at(source: str, given: dict[str, torch.Tensor]) -> float:
    return float(evaluate(parse(source), given).sum().item())


def calls(record: Operation) -> Iterator[tuple[str, dict[str, object], list[str]]]:
    """Calls with a variable for each argument, its values, and the names of those behind the tensors."""
    for count in range(1, len(record.arguments) - record.tensors + 1):
        names = [f"a{i}" for i in range(record.tensors + count)]
        source = f"{record.name}({', '.join(names)})"
        for operands, numbers in itertools.product((*OPERANDS, MATRICES), NUMBERS):
            values = [*operands[: record.tensors], *itertools.islice(itertools.cycle(numbers), count)]
            yield source, dict(zip(names, values, strict=True)), names[record.tensors :]


@grouped("name", [*RECORDS])
def test_a_variable_for_a_number_has_its_derivative_or_is_refused(name: str) -> None:
    with computing("float64"):
        for source, values, numbers in calls(RECORDS[name]):
            given = {n: torch.tensor(v) for n, v in values.items()}
            for number in numbers:
                wanted = torch.tensor(values[number], requires_grad=True)
                try:
                    value = evaluate(parse(source), {**given, number: wanted})
                    (found,) = grad(value.sum(), [wanted], allow_unused=True, materialize_grads=True)
                    sides = [value_at(source, {**given, number: wanted.detach() + h}) for h in (1e-6, -1e-6)]
                except (ExpressionError, RuntimeError):
                    continue
                slope = (sides[0] - sides[1]) / 2e-6
                # At a bound or a jump either side will do; a slope where 0 is said will not.
                if np.isfinite(slope) and abs(slope) < 1e3 and found is not None and found.item() == 0:
                    assert slope == pytest.approx(0, abs=1e-4), f"{source} by {number} at {values}"


@grouped(
    "source, given, help",
    [
        ("leaky_relu(x, a)", {"x": -1.0, "a": 0.1}, "--const a"),
        ("softplus(x, beta=2*b)", {"x": 1.0, "b": 0.1}, "--const b"),
        ("add(x, y, alpha=a)", {"x": 1.0, "y": 2.0, "a": 1.0}, "--const a"),
        ("linalg_norm(x, p)", {"x": [[1.0, 2.0], [3.0, 4.0]], "p": 2.0}, "--const p"),
        ("x[i]", {"x": [1.0, 2.0], "i": 1.0}, "--const i"),
        ("x.repeat(n)", {"x": [1.0, 2.0], "n": 2.0}, "--const n"),
        ("polygamma(n, x)", {"n": 1.0, "x": 2.0}, "--const n"),
        ("eye(n)[0, 0]*x", {"n": 2.0, "x": 1.0}, "--const n"),
        ("f(k) = x[k]; f(1 + 0*x[0])", {"x": [1.0, 2.0]}, "write a number"),
    ],
)
def test_where_a_number_is_needed_the_help_says_how_its_variable_is_one(
    source: str, given: dict[str, object], help: str
) -> None:
    with pytest.raises(ExpressionError) as error:
        evaluate(parse(source), {n: torch.tensor(v, requires_grad=True) for n, v in given.items()})
    assert help in str(error.value.help)
    evaluate(parse(source), {n: torch.tensor(v) for n, v in given.items()})


def test_an_order_that_is_not_whole_is_not_cut() -> None:
    with pytest.raises(ExpressionError, match="whole number for n"):
        evaluate(parse("polygamma(n, x)"), {"n": torch.tensor(0.5), "x": torch.tensor(2.0)})


@pytest.mark.parametrize("source", ["rot90(A, 0.5)", "tril(A, 0.5)", "triu(A, 1.5)", "A.tril(nan)"])
def test_a_count_of_turns_or_of_diagonals_is_a_whole_number(source: str) -> None:
    with pytest.raises(ExpressionError, match=r"argument '(k|diagonal)' \(position 2\) must be int, not float"):
        evaluate(parse(source), {"A": torch.ones(2, 2)})
