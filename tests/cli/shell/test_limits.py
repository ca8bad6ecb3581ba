"""Large inputs: what is in bounds works, what is not is refused at once."""

from __future__ import annotations

import pytest


def test_two_hundred_thousand_brackets_are_refused_in_few_words(process) -> None:
    result = process("eval", "--x", "3", stdin=b"(" * 200_000 + b"x" + b")" * 200_000)
    assert result.returncode == 3
    assert b"brackets are nested 200,000 deep, more than the limit of 10,000" in result.stderr
    assert len(result.stderr) < 1000


@pytest.mark.parametrize(
    ("expression", "value", "gradient"),
    [
        ("(" * 5_000 + "x" + ")" * 5_000, 3.0, 1.0),
        ("-(" * 5_000 + "x" + ")" * 5_000, 3.0, 1.0),
        ("relu(" * 5_000 + "x" + ")" * 5_000, 3.0, 1.0),
        ("+".join(["x"] * 30_000), 90_000.0, 30_000.0),
        ("-" * 20_000 + "x", 3.0, 1.0),
        ("x" + "*1" * 20_000, 3.0, 1.0),
        ("x" + ".abs()" * 5_000, 3.0, 1.0),
        ("y = x; " * 10_000 + "y", 3.0, 1.0),
        ("0 if x < 0 else " * 5_000 + "x", 3.0, 1.0),
    ],
    ids=["brackets", "negations", "calls", "terms", "signs", "factors", "methods", "statements", "choices"],
)
def test_a_long_or_deep_expression_works(evaluate, expression: str, value: float, gradient: float) -> None:
    facts = evaluate("--x", "3", stdin=expression).facts
    assert (float(facts["value"]), float(facts["grad.x"])) == (value, gradient)


def test_constants_are_nan_and_infinite_with_the_sign_they_have(evaluate) -> None:
    assert evaluate("nan").facts == evaluate("(-1)**0.5").facts == {"value": "nan"}
    assert evaluate("-9**9**9").facts == evaluate("-1" + "0" * 400).facts == {"value": "-inf"}


def test_a_tower_of_powers_is_infinite_at_once(evaluate) -> None:
    assert evaluate("9**9**9**9").facts == {"value": "inf"}
    assert evaluate("x**9**9**9", "--x", "2").facts["value"] == "inf"
    assert evaluate("--x", "2", stdin="x*" + "9**" * 5_000 + "9").facts["value"] == "inf"


@pytest.mark.parametrize(
    ("limit", "args"),
    [
        ("length", ["x + x", "x=1", "--limit", "length=4"]),
        ("depth", ["((x))", "x=1", "--limit", "depth=1"]),
        ("nodes", ["x*x*x", "x=1", "--limit", "nodes=1"]),
        ("elements", ["x*[1, 2]", "x=1", "--limit", "elements=1"]),
        ("elements", ["x", "x=[1, 2]", "--jacobian", "--limit", "elements=3"]),
        ("elements", ["sum(x)", "x=[1, 2]", "--hessian", "--limit", "elements=3"]),
        ("calls", ["f(n) = 0 if n == 0 else f(n - 1); f(x)", "x=9", "--const", "x", "--limit", "calls=5"]),
    ],
)
def test_a_limit_is_an_error_that_names_its_option(evaluate, limit: str, args: list[str]) -> None:
    result = evaluate(*args)
    assert result.code == 3
    assert result.err.startswith("error[limit]: ")
    assert f"--limit {limit}=N" in result.err
    raised = [*args[:-1], f"{limit}=1000"]
    assert evaluate(*raised).code == 0


def test_a_derivative_too_large_for_any_memory_is_refused_at_once(evaluate) -> None:
    result = evaluate("x**2", f"x={[1] * 20_000}", "--jacobian")
    assert result.code == 3
    assert "the jacobian has 400,000,000 elements, more than the limit of 10,000,000" in result.err


def test_a_function_that_never_ends_is_stopped(evaluate) -> None:
    assert evaluate("f(x) = f(x); f(1)").code == 3
    assert evaluate("f(x) = f(x) + f(x); f(1)").code == 3
