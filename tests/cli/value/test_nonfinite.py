"""Where an infinity or a nan came from: the first sub-expression, forward or backward, that made one."""

from __future__ import annotations

import json
import re
from typing import Any

from groups import grouped
from pytorch.recorded_edges import EDGES
from underlining import underlined

# Expressions of tests/pytorch/data/edge_derivatives.json, the point, and the sub-expression that is to blame:
# where the value is not finite, the first operation that makes it so; else the first on the way back whose derivative
# is not finite.
CASES: list[tuple[str, dict[str, Any], str]] = [
    ("x ** y", {"x": 0.0, "y": -1.0}, "x ** y"),
    ("x ** y", {"x": 0.0, "y": 0.5}, "x ** y"),
    ("x ** y", {"x": -2.0, "y": 2.0}, "x ** y"),
    ("x ** y", {"x": -2.0, "y": 0.5}, "x ** y"),
    ("x ** y", {"x": -2.0, "y": -1.0}, "x ** y"),
    ("x ** -1", {"x": 0.0}, "x ** -1"),
    ("x ** 0.5", {"x": 0.0}, "x ** 0.5"),
    ("x ** 1.5", {"x": -2.0}, "x ** 1.5"),
    ("(-2) ** x", {"x": 2.0}, "(-2) ** x"),
    ("(0.0) ** x", {"x": -1.0}, "(0.0) ** x"),
    ("torch.sqrt(x)", {"x": -1.0}, "torch.sqrt(x)"),
    ("torch.rsqrt(x)", {"x": -1.0}, "torch.rsqrt(x)"),
    ("torch.reciprocal(x)", {"x": 0.0}, "torch.reciprocal(x)"),
    ("1 / x", {"x": -0.0}, "1 / x"),
    ("x / x", {"x": 0.0}, "x / x"),
    ("x / y", {"x": 1.0, "y": 0.0}, "x / y"),
    ("0 / x", {"x": 0.0}, "0 / x"),
    ("torch.log(x)", {"x": -1.0}, "torch.log(x)"),
    ("torch.log10(x)", {"x": 0.0}, "torch.log10(x)"),
    ("torch.log1p(x)", {"x": -2.0}, "torch.log1p(x)"),
    ("torch.exp2(x)", {"x": 1024.0}, "torch.exp2(x)"),
    ("torch.sqrt(x) ** 2", {"x": 0.0}, "torch.sqrt(x)"),
    ("torch.sqrt(x ** 2)", {"x": 0.0}, "torch.sqrt(x ** 2)"),
    ("torch.xlogy(x, y)", {"x": 1.0, "y": 0.0}, "torch.xlogy(x, y)"),
    ("torch.xlogy(x, x)", {"x": 0.0}, "torch.xlogy(x, x)"),
    ("torch.sin(x) / x", {"x": 0.0}, "torch.sin(x) / x"),
    ("torch.asin(x)", {"x": -1.0}, "torch.asin(x)"),
    ("torch.acos(x)", {"x": 2.0}, "torch.acos(x)"),
    ("torch.atanh(x)", {"x": 1.0}, "torch.atanh(x)"),
    ("torch.logit(x)", {"x": -0.1}, "torch.logit(x)"),
    ("torch.sin(x)", {"x": "inf"}, "torch.sin(x)"),
    ("torch.fmod(x, y)", {"x": 5.0, "y": 0.0}, "torch.fmod(x, y)"),
    ("torch.sqrt(torch.sum(x ** 2))", {"x": [0.0, 0.0]}, "torch.sqrt(torch.sum(x ** 2))"),
    ("torch.var(x)", {"x": [1.0]}, "torch.var(x)"),
    ("torch.log(torch.sum(torch.exp(x)))", {"x": [1000.0, 0.0]}, "torch.exp(x)"),
    ("torch.where(x > 0, torch.sqrt(x), torch.zeros_like(x))", {"x": 0.0}, "torch.sqrt(x)"),
    ("torch.where(x > 0, torch.sqrt(x), torch.zeros_like(x))", {"x": -1.0}, "torch.sqrt(x)"),
    ("torch.where(x > 0, torch.log(x), x)", {"x": 0.0}, "torch.log(x)"),
    ("torch.where(x > 0, x ** 0.5, 0.0 * x)", {"x": 0.0}, "x ** 0.5"),
    ("torch.where(x != 0, torch.sin(x) / x, torch.ones_like(x))", {"x": 0.0}, "torch.sin(x) / x"),
    ("torch.where(x > 0, x, 1 / x)", {"x": [1.0, 0.0]}, "1 / x"),
    ("torch.sqrt(x)[x > 0].sum()", {"x": [0.0, 4.0]}, "torch.sqrt(x)"),
    ("(x > 0) * torch.sqrt(x)", {"x": [0.0, 4.0]}, "torch.sqrt(x)"),
    ("0 * torch.sqrt(x)", {"x": 0.0}, "torch.sqrt(x)"),
    ("torch.sqrt(torch.abs(x))", {"x": 0.0}, "torch.sqrt(torch.abs(x))"),
    # Not x ** 2, which is 0 there: the division makes it infinite.
    ("torch.exp(-1 / x ** 2)", {"x": 0.0}, "-1 / x ** 2"),
    ("x ** 2 / x", {"x": 0.0}, "x ** 2 / x"),
    ("torch.log(torch.sigmoid(x))", {"x": -800.0}, "torch.log(torch.sigmoid(x))"),
    ("torch.nan_to_num(torch.sqrt(x) * 0)", {"x": 0.0}, "torch.sqrt(x)"),
    ("torch.clamp(torch.sqrt(x), min=1e-3)", {"x": 0.0}, "torch.sqrt(x)"),
]


def words(point: dict[str, Any]) -> list[str]:
    return [f"--{name}={value}" for name, value in point.items()]


def blamed(err: str) -> str:
    """What is underlined, with the parentheses and the prefix that a span leaves out."""
    return re.sub(r"[() ]|torch\.", "", underlined(err))


def test_there_are_fifty_cases_and_all_are_recorded() -> None:
    recorded = [(e["expr"], {**e["inputs"], **e["const"]}) for e in EDGES]
    assert len(CASES) == 50
    for expression, point, _ in CASES:
        assert (expression, point) in recorded


@grouped("expression, point, source", CASES)
def test_the_sub_expression_that_is_to_blame_is_underlined(
    evaluate, expression: str, point: dict[str, Any], source: str
) -> None:
    result = evaluate(expression, *words(point))
    assert result.code == 0
    assert "warning[nonfinite]" in result.err
    assert blamed(result.err) == re.sub(r"[() ]|torch\.", "", source)


@grouped(
    "expression, point, reason",
    [
        ("0 * (1/x)", {"x": 0}, "`1 / 0.0` is inf, as in PyTorch; then `0 * inf` is nan"),
        ("sqrt(x)**2", {"x": 0}, "the derivative of `sqrt(0.0)` is inf, as in PyTorch; then 0 * inf is nan"),
        (
            "sqrt(x**2)",
            {"x": 0},
            "the derivative of `sqrt(0.0)` is inf, as in PyTorch; then, in `0.0 ** 2`, inf * 0 is nan",
        ),
        ("asin(x)", {"x": 1}, "the derivative of `asin(1.0)` is inf, as in PyTorch\n"),
        ("tanpi(x)", {"x": 0.5}, "`tanpi(0.5)` is inf\n"),
        ("asind(x)", {"x": 1}, "the derivative of `asind(1.0)` is inf\n"),
        ("x**y", {"x": -2, "y": 2}, "the derivative of `(-2.0) ** 2.0` by `y` is nan, as in PyTorch"),
        (
            "log(x)",
            {"x": -1},
            "`log(-1.0)` is nan, as in PyTorch; the gradient is finite, but means nothing where there is no value",
        ),
        ("sum(log(x))", {"x": [2, 0]}, "`log(0.0)` is -inf, as in PyTorch, in element 1"),
        ("(x > 0)*sqrt(x)", {"x": [4, 0]}, "the derivative of `sqrt(0.0)` is inf, as in PyTorch; then 0 * inf is nan"),
        ("exp(x)", {"x": "inf"}, "so is the variable `x`"),
        ("exp(x) - exp(x)", {"x": "inf"}, "`inf - inf` is nan"),
    ],
)
def test_the_reason_is_the_operation_on_its_numbers(
    evaluate, expression: str, point: dict[str, Any], reason: str
) -> None:
    assert reason in evaluate(expression, *words(point)).err


@grouped(
    "expression, point, rewrite",
    [
        ("where(x > 0, sqrt(x), 0)", {"x": 0}, "where(x > 0, sqrt(where(x > 0, x, 1)), 0)"),
        ("where(x > 0, log(x), x)", {"x": 0}, "where(x > 0, log(where(x > 0, x, 1)), x)"),
        ("where(x <= 0, 0, log(x))", {"x": 0}, "where(x <= 0, 0, log(where(x <= 0, 1, x)))"),
        ("where(x != 0, sin(x)/x, 1)", {"x": 0}, "where(x != 0, sin(x)/where(x != 0, x, 1), 1)"),
        ("where(x > 0, x**0.5, 0*x)", {"x": 0}, "where(x > 0, where(x > 0, x, 1)**0.5, 0*x)"),
        ("where(x < 1, asin(x), 2)", {"x": 1}, "where(x < 1, asin(where(x < 1, x, 1)), 2)"),
        ("1 + 2*where(x > 1, sqrt(x - 1), 0)", {"x": 1}, "where(x > 1, sqrt(where(x > 1, x - 1, 1)), 0)"),
        ("where(x > 0, 1/(x*x), x).sum()", {"x": [0, 2]}, "where(x > 0, 1/where(x > 0, x*x, 1), x)"),
    ],
)
def test_a_branch_that_where_does_not_choose_comes_with_the_rewrite_that_avoids_it(
    evaluate, expression: str, point: dict[str, Any], rewrite: str
) -> None:
    result = evaluate(expression, *words(point))
    assert "`where` does not choose this branch here, and multiplies its gradient by 0" in result.err
    assert f"write `{rewrite}`" in result.err
    (start,) = (i for i in [expression.find("where")] if i >= 0)
    end = expression.rindex(")") + 1 if not expression.endswith(".sum()") else expression.index(".sum()")
    better = evaluate(expression[:start] + rewrite + expression[end:], *words(point))
    assert better.code == 0
    assert "nonfinite" not in better.err
    assert better.facts["value"] == result.facts["value"]


def test_a_batch_says_it_too(autodiff) -> None:
    result = autodiff("batch", "--json", stdin="where(x > 0, sqrt(x), 0) where x = 0\n")
    (warning,) = json.loads(result.out)["warnings"]
    assert "the derivative of `sqrt(0.0)` is inf" in warning
    assert "write `where(x > 0, sqrt(where(x > 0, x, 1)), 0)`" in warning
