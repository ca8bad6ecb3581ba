"""`autodiff minimize`: the point, what is said of it, and the exit code."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from groups import grouped
from processes import Result

Command = Callable[..., Result]


def facts(result: Result) -> dict[str, str]:
    return dict(line.split("\t", 1) for line in result.out.splitlines())


def test_the_point_and_what_kind_it_is_are_printed(autodiff: Command) -> None:
    result = autodiff("minimize", "(1 - x)**2 + 100*(y - x**2)**2", "--x", "-1.2", "--y", "1")
    assert result.code == 0
    found = facts(result)
    assert (found["at.x"], found["at.y"], found["value"], found["kind"]) == ("1.0", "1.0", "0.0", "minimum")


def test_the_largest_value_is_a_minimum_turned_over(autodiff: Command) -> None:
    found = facts(autodiff("minimize", "x*exp(-x)", "--x", "0.5", "--maximize"))
    assert (found["at.x"], found["kind"]) == ("1.0", "maximum")
    assert float(found["eigenvalues"].strip("[]")) < 0


@grouped(
    "words, code, said",
    [
        (["x"], 1, "the value falls without end"),
        (["exp(-x)"], 1, "falls less and less"),
        (["log(x - 2)"], 1, "there is no finite value at the start"),
        (["x", "--maximize"], 1, "the value rises without end"),
        (["x**2*[1, 2]"], 5, "only one number can be least"),
        (["x > 0"], 5, "has no derivative"),
        (["x**2", "--bound", "x"], 2, "--bound takes NAME=LOW:HIGH"),
        (["x**2", "--bound", "x=2:1"], 2, "leave no value"),
        (["x**2", "--bound", "y=0:1"], 2, "which is no unknown"),
        (["x**2", "--const", "x"], 2, "there is no variable to look for"),
        (["x**2", "--get", "vlue"], 2, "did you mean `value`?"),
        (["x**2 +"], 3, "an operand is missing"),
    ],
)
def test_what_is_wrong_or_not_there_is_said(autodiff: Command, words: list[str], code: int, said: str) -> None:
    result = autodiff("minimize", *words, "--x", "1")
    assert result.code == code
    assert said in result.out + result.err


def test_the_way_is_printed_as_records(autodiff: Command) -> None:
    rows = autodiff("minimize", "x**4 + y**2", "--x", "1", "--y", "1", "--trace", "--format", "csv").out.splitlines()
    assert rows[0] == "step,x,y,value,gradient_norm"
    assert rows[1].startswith("0,1.0,1.0,2.0,")


def test_json_has_the_same_facts(autodiff: Command) -> None:
    result = autodiff("minimize", "sum((w - 1)**2)", "--w", "[0, 3]", "--bound", "w=0:", "--json", "--trace")
    found = json.loads(result.out)
    assert found["point"] == {"w": [1.0, 1.0]}
    assert found["eigenvalues"] == [2.0, 2.0]
    assert found["converged"]
    assert found["path"][0]["point"] == {"w": [0.0, 3.0]}


def test_constraints_hold_and_their_multipliers_are_told(autodiff: Command) -> None:
    words = ["x**2 + y**2", "--x", "1", "--y", "2", "--subject", "x + y >= 1", "--subject", "x <= 3"]
    found = facts(autodiff("minimize", *words))
    assert [found[key] for key in ("at.x", "at.y", "subject.1", "subject.2")] == ["0.5", "0.5", "active", "inactive"]
    assert float(found["multiplier.1"]) == 1


def test_a_constraint_may_use_what_the_expression_assigns(autodiff: Command) -> None:
    result = autodiff(
        "minimize", "r = x**2 + 2*y**2; r", "--x", "3", "--y", "1", "--subject", "r >= 4", "--get", "value"
    )
    assert float(result.out) == pytest.approx(4)


def test_a_wrong_constraint_is_pointed_at(autodiff: Command) -> None:
    result = autodiff("minimize", "x", "--x", "3", "--subject", "x >= sinn(1)")
    assert result.code == 3
    assert "--> --subject:1:6" in result.err


def test_ranges_are_where_starts_are(autodiff: Command) -> None:
    rastrigin = "20 + x**2 + y**2 - 10*(cos(2*pi*x) + cos(2*pi*y))"
    found = facts(autodiff("minimize", rastrigin, "--x", "-5:5.5", "--y", "-4.7:5", "--starts", "40"))
    assert abs(float(found["value"])) < 1e-12
    assert found["starts"] == "40"


@grouped(
    "words", [["x**4 - 3*x", "--x", "3"], ["x**2 + y**4", "--x", "1", "--y", "2"], ["sum(v**2)", "--v", "[1, 2, 3]"]]
)
def test_the_way_is_drawn(autodiff: Command, words: list[str], tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    path = tmp_path / "way.svg"
    assert autodiff("minimize", *words, "-o", str(path)).code == 0
    assert "<svg" in path.read_text()


def test_a_picture_of_another_kind_is_refused_at_once(autodiff: Command) -> None:
    assert autodiff("minimize", "x**2", "--x", "1", "-o", "way.bmp").code == 2


def test_one_number_for_a_script(autodiff: Command) -> None:
    assert autodiff("minimize", "(x - 3)**2", "--x", "0", "--get", "x").out == "3.0\n"
