"""`autodiff functions`: what can be called."""

from __future__ import annotations

import json

import pytest

from autodiff.engine import FUNCTIONS

NAMES = sorted(name for name, function in FUNCTIONS.items() if name == function.name)


def test_every_function_is_listed_once_under_its_family(autodiff) -> None:
    result = autodiff("functions")
    assert result.code == 0
    lines = result.out.splitlines()
    listed = sorted(line.split("(")[0].strip() for line in lines if line.startswith("  ") and line[2] != " ")
    assert listed == NAMES
    families = [line for line in lines if line and line[0] != " "]
    assert sorted(families) == sorted({function.family for function in FUNCTIONS.values()})
    assert families[0] == "arithmetic"


@pytest.mark.parametrize("name", NAMES)
def test_every_function_can_be_looked_up(autodiff, name: str) -> None:
    result = autodiff("functions", name)
    assert (result.code, result.err) == (0, "")
    assert result.out.startswith(f"signature  {name}(") or result.out.split()[1].startswith(f"{name}(")
    assert FUNCTIONS[name].doc in result.out


def test_a_function_is_found_by_its_other_names_and_its_operator(autodiff) -> None:
    for function in FUNCTIONS.values():
        for name in function.aliases:
            assert autodiff("functions", name).out == autodiff("functions", function.name).out
        if function.symbol:
            assert autodiff("functions", function.symbol).code == 0
    assert "pow(x, y)" in autodiff("functions", "**").out


def test_json_is_an_object_a_line(autodiff) -> None:
    objects = [json.loads(line) for line in autodiff("functions", "--json").out.splitlines()]
    assert sorted(o["name"] for o in objects) == NAMES
    assert {tuple(o) for o in objects} == {("name", "signature", "doc", "family", "operator", "aliases", "domain")}
    assert json.loads(autodiff("functions", "sin", "--json").out)["signature"] == "sin(x)"


@pytest.mark.parametrize("name", ["", "sine", "x**2", "\x1b[31m", "a" * 1000])
def test_what_is_no_function_is_a_usage_error(autodiff, name: str) -> None:
    result = autodiff("functions", name)
    assert (result.code, result.out) == (2, "")
    assert "\x1b" not in result.err
    assert len(result.err) < 300
