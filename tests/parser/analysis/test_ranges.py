"""Ranges of numbers: their notation, what cannot be meant, and the numbers themselves."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from groups import grouped
from hypothesis import given
from hypothesis import strategies as st

from autodiff.parser.analysis.ranges import is_range, read_range
from autodiff.parser.syntax.errors import UsageError


@grouped(
    "text, values",
    [
        ("0:1:0.25", [0.0, 0.25, 0.5, 0.75, 1.0]),
        ("0:1:11", [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0]),
        ("1:3:3", [1.0, 2.0, 3.0]),
        ("0:3:1", [0.0, 1.0, 2.0, 3.0]),
        ("0:4:2.0", [0.0, 2.0, 4.0]),
        ("0:4:step=2", [0.0, 2.0, 4.0]),
        ("0:4:n=2", [0.0, 4.0]),
        ("0:1:0.3", [0.0, 0.3, 0.6, 0.9]),
        ("-1:1:n=3", [-1.0, 0.0, 1.0]),
        ("2:0:-1", [2.0, 1.0, 0.0]),
        ("2:0:step=-0.5", [2.0, 1.5, 1.0, 0.5, 0.0]),
        ("0:pi:pi/4", [0.0, math.pi / 4, math.pi / 2, 3 * math.pi / 4, math.pi]),
        ("-pi/2:pi/2:n=3", [-math.pi / 2, 0.0, math.pi / 2]),
        ("0:2*pi:2*pi/6", [2 * math.pi * i / 6 for i in range(7)]),
        ("1e-20:3e-20:n=3", [1e-20, 2e-20, 3e-20]),
        ("-1e308:1e308:n=3", [-1e308, 0.0, 1e308]),
        (" 0 : 1 : 2 ", [0.0, 1.0]),
        ("max(1, 2):[4, 5][0]:3", [2.0, 3.0, 4.0]),
    ],
)
def test_a_range_has_the_values_that_it_says(text: str, values: list[float]) -> None:
    assert is_range(text)
    found = read_range("x", text).values().tolist()
    assert found == pytest.approx(values, rel=1e-15)
    if "pi" not in text:
        assert found == values


def test_two_ends_alone_stand_for_a_hundred_values() -> None:
    found = read_range("x", "0:6.28")
    assert (found.count, found.is_open, found.ends) == (100, True, (0.0, 6.28))
    assert found.values()[[0, -1]].tolist() == [0.0, 6.28]


@grouped(
    "text, said",
    [
        ("0:10:2", "can be a number of values or a step"),
        ("10:0:2", "can be a number of values or a step"),
        ("0:10:10", "can be a number of values or a step"),
        ("0:10:-1", "do not lead from its start to its stop"),
        ("10:0:0.5", "do not lead from its start to its stop"),
        ("0:1:0", "do not lead from its start to its stop"),
        ("0:1:step=2", "longer than the range"),
        ("0:1:n=1", "a whole number from 2 on"),
        ("0:1:n=2.5", "a whole number from 2 on"),
        ("0:1:count=3", "no count and no step"),
        ("0:1:n=", "no count and no step"),
        (":1", "no range"),
        ("0:", "no range"),
        ("0:1:", "no range"),
        ("0:1:2:3", "no range"),
        ("1:1.0", "ends where it starts"),
        ("0:inf", "no finite number"),
        ("0:[1, 2]", "no finite number"),
        ("0:1e400", "no finite number"),
        ("0:y", "`y` has no value"),
        ("0:1:1e-300", "more than"),
    ],
)
def test_what_is_no_range_or_two_is_an_error_that_says_so(text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        read_range("x", text)


@pytest.mark.parametrize("text", ["0:10:2", "10:0:2", "0:100:10"])
def test_both_readings_that_an_error_names_are_ranges(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_range("x", text)
    count, step = caught.value.help.split("`")[1::2]  # type: ignore[union-attr]
    number = int(text.rpartition(":")[2])
    assert read_range("x", count).count == number
    assert abs(read_range("x", step).values()[:2] @ [-1, 1]) == number


@grouped("text", ["3", "pi/2", "[1, 2]", "[1, 2, 3][0:2]", "@file.csv", "@C:/file.csv", ""])
def test_other_values_are_no_ranges(text: str) -> None:
    assert not is_range(text)


decimals = st.decimals(-1000, 1000, places=3)


@given(start=decimals, stop=decimals, count=st.integers(2, 500))
def test_each_value_is_rounded_once_and_both_ends_are_exact(start, stop, count: int) -> None:
    if start == stop:
        return
    found = read_range("x", f"{start}:{stop}:n={count}")
    exact = [Fraction(start) + (Fraction(stop) - Fraction(start)) * i / (count - 1) for i in range(count)]
    assert found.values().tolist() == list(map(float, exact))
    assert np.array_equal(found.at(np.array([count - 1, 0])), [float(stop), float(start)])


@given(start=decimals, step=st.decimals("0.001", 10, places=3), steps=st.integers(1, 300))
def test_steps_in_decimals_reach_the_end_and_are_written_as_decimals(start, step, steps: int) -> None:
    found = read_range("x", f"{start}:{start + step * steps}:step={step}")
    assert found.values().tolist() == [float(start + step * i) for i in range(steps + 1)]
