"""Variables that look like something else."""

from __future__ import annotations

import pytest
from groups import grouped

from autodiff.engine.table.registry import FUNCTIONS
from autodiff.parser.semantics.doubtful_names import doubtful, remarks
from autodiff.parser.syntax.parse import parse


@grouped(
    "name, meant",
    [
        *[("sinx", "sin(x)"), ("sin2x", "sin(2*x)"), ("logy", "log(y)"), ("sintheta", "sin(theta)"), ("lnx", "ln(x)")],
        *[("xy", "x*y"), ("xyz", "x*y*z"), ("pix", "pi*x"), ("ab", "a*b"), ("Pi", "pi"), ("exp", "exp(x)")],
        *[
            ("Sin", "sin(x)"),
            ("ArcTan", "arctan(x)"),
            ("oo", "inf"),
            ("TRUE", "True"),
            ("M_PI", "pi"),
            ("πx", "π*x"),
            ("\N{MATHEMATICAL ITALIC SMALL X}", "x"),
        ],
    ],
)
def test_a_variable_that_looks_like_something_else_is_seen(name: str, meant: str) -> None:
    assert doubtful(name, [name, "a", "b"]) == meant


ORDINARY = [
    *["x", "y", "theta", "alpha", "beta", "gamma", "mean", "cost", "logp", "tank", "dx", "dt", "x1", "x2", "x_1"],
    *["lr", "loss", "w0", "sigma", "mu", "data", "speed", "mass", "price", "phi", "psi", "power", "Mean", "T", "Rate"],
]


@grouped("name", ORDINARY)
def test_an_ordinary_name_is_left_alone(name: str) -> None:
    assert doubtful(name, ORDINARY) is None


def test_every_elementary_function_run_into_its_variable_is_seen() -> None:
    for name, function in FUNCTIONS.items():
        if function.family == "elementary" and function.tensors == 1 and f"{name}x" not in FUNCTIONS:
            assert doubtful(f"{name}x", []) == f"{name}(x)"


@pytest.mark.parametrize(("source", "count"), [("E**x", 1), ("E*x", 0), ("x**E", 0), ("E^(2*x) + E", 1)])
def test_euler_s_number_is_written_small(source: str, count: int) -> None:
    assert sum("Euler" in remark for remark in remarks(parse(source), ["E", "x"])) == count


def test_a_power_of_t_is_no_transpose() -> None:
    assert [remark for remark in remarks(parse("A^T"), ["A", "T"]) if "`A.T`" in remark]
    assert not list(remarks(parse("T^2"), ["T"]))


@grouped(
    "source, says",
    [
        ("x^2 // comment", "a comment begins with `#`"),
        ("x^2 -- comment", "a comment begins with `#`"),
        ("x <- 3", "write `x = ...`"),
        ("rate<-3", "write `rate = ...`"),
        ("x // y", ""),
        ("x - -y", ""),
        ("total // count + count", ""),
        ("x < -3", ""),
    ],
)
def test_comments_and_assignments_of_other_languages_are_seen(source: str, says: str) -> None:
    said = " ".join(remarks(parse(source), ["x", "y", "comment", "rate", "total", "count"]))
    assert says in said if says else not said


def test_a_name_of_a_million_letters_is_soon_left_alone() -> None:
    assert doubtful("x" * 1_000_000, ["x"]) is None
