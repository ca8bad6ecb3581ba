"""`autodiff solve`: roots from a start, in ranges, of systems; and no success where there is none."""

from __future__ import annotations

import json
import math
from collections.abc import Callable

import pytest
from groups import grouped
from processes import Result

Command = Callable[..., Result]

SOLVED = [
    (["x**2 = 2", "--x", "1"], {"x": math.sqrt(2)}),
    (["x**2 == 2", "--x", "-1"], {"x": -math.sqrt(2)}),
    (["x = 3", "--x", "1"], {"x": 3}),
    (["x = cos(x)", "x=1"], {"x": 0.7390851332151607}),
    (["a*exp(-k*t) = 1", "--a", "5", "--k", "0.3", "--t", "1", "--wrt", "t"], {"t": math.log(5) / 0.3}),
    (["x**2 + y**2 = 4; x*y = 1", "--x", "2", "--y", "0"], {"x": 1.9318516525781366, "y": 0.5176380902050415}),
    (["A @ x = [1, 2]", "--A", "[[2, 1], [1, 3]]", "--x", "[0, 0]", "--const", "A"], {"x": [0.2, 0.6]}),
    (["f(t) = t**3 - t; f(x) = f(2)", "--x", "5"], {"x": 2}),
    (["atan(x) = 0", "--x", "100"], {"x": 0}),
    (["cbrt(x) = 0", "--x", "1"], {"x": 0}),
    (["(x - 1)**3 = 0", "--x", "5"], {"x": 1}),
    (["x**2 - 2*x + 1 = 0", "--x", "4"], {"x": 1}),
]


@grouped("words, expected", SOLVED)
def test_a_start_leads_to_a_root(autodiff: Command, words: list[str], expected: dict[str, float]) -> None:
    result = autodiff("solve", *words, "--json")
    assert result.code == 0, result.err
    (root,) = json.loads(result.out)["roots"]
    for name, value in expected.items():
        assert root["point"][name] == pytest.approx(value, rel=1e-12, abs=1e-12)


@grouped(
    "words, code, said",
    [
        (["x**2 + 1"], 1, "no root is near"),
        (["x**2 + 1e-20 = 0"], 1, "no root is near"),
        (["exp(-x) = 0"], 1, "too small to be told from zero"),
        (["tanh(x) = 1"], 1, "too small to be told from zero"),
        (["1/x = 0"], 1, "grows on and on"),
        (["log(-x) = 1"], 1, "no finite value at the start"),
        (["x <= 1"], 3, "an inequality is no equation"),
        (["x + y = 1", "--y", "2"], 2, "1 equation for 2 unknowns"),
        (["x = 1; x = 2"], 2, "2 equations for 1 unknown"),
        (["x + y = 1; x + y = 2", "--y", "2"], 1, "no root is near"),
        (["x = 1", "y = 2"], 2, "there is no variable `y`"),
        (["x = 1", "x + 1"], 2, "is a second text"),
        (["x = sinn(1)"], 3, "did you mean `sin`?"),
    ],
)
def test_where_there_is_no_root_or_no_equation_it_is_said(
    autodiff: Command, words: list[str], code: int, said: str
) -> None:
    result = autodiff("solve", *words, "--x", "1")
    assert result.code == code
    assert said in result.out + result.err


def test_all_roots_in_a_range_are_rows(autodiff: Command) -> None:
    result = autodiff("solve", "tan(x) = 0", "--x", "-4:4", "--format", "csv")
    assert result.code == 0
    rows = [line.split(",")[0] for line in result.out.splitlines()]
    assert rows[0] == "x"
    assert [float(row) for row in rows[1:]] == pytest.approx([-math.pi, 0, math.pi])
    assert "there are poles" in result.err


def test_a_system_in_ranges_is_searched_from_many_starts(autodiff: Command) -> None:
    result = autodiff("solve", "x**2 + y**2 = 4; x*y = 1", "--x", "-3:3", "--y", "-3:3", "--starts", "30", "--get", "x")
    assert [round(float(line), 6) for line in result.out.split()] == [-1.931852, -0.517638, 0.517638, 1.931852]
    assert "there may be roots" in result.err


def test_a_singular_jacobian_is_said(autodiff: Command) -> None:
    result = autodiff("solve", "x + y = 1; 2*x + 2*y = 2", "--x", "5", "--y", "1")
    assert result.code == 0
    assert "singular\ttrue" in result.out
