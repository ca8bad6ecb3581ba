"""Formulas, definitions, squares and exponentials of records have the values of their operations."""

from __future__ import annotations

import numpy as np
import pytest
from groups import grouped

from autodiff.engine.api.creation import tensor
from autodiff.engine.table.record import Operation
from autodiff.engine.table.registry import FUNCTIONS, PRIMITIVES
from autodiff.parser.semantics.evaluate import evaluate
from autodiff.parser.semantics.place import place_of
from autodiff.parser.syntax.parse import parse

FUNCTIONS.load_all()
POINT = (0.3, 0.8, 0.6, 0.9)


def value(text: str, operation: Operation) -> float:
    """The value of an expression in the arguments of an operation, of which the first is 0.3 and so on."""
    given = {name: tensor(number) for name, number in arguments_of(operation).items() if name in text}
    return evaluate(parse(text), given).item()


def arguments_of(operation: Operation) -> dict[str, float | bool]:
    """A number for each argument, and for a mask that it is true."""
    pairs = zip(operation.arguments, POINT, strict=False)
    return {name: number > 0 if name == "mask" else number for name, number in pairs}


@grouped("operation", [p for p in PRIMITIVES if isinstance(p.formula, str)], ids=lambda p: p.name)
def test_a_formula_has_the_value_of_its_operation(operation: Operation) -> None:
    if operation.name == "polygamma":
        pytest.skip("its order is a whole number")
    assert isinstance(operation.formula, str)
    arguments = [np.array(number)[()] for number in arguments_of(operation).values()]
    with np.errstate(all="ignore"):
        expected = float(operation.forward(*arguments))
    assert value(operation.formula, operation) == pytest.approx(expected, rel=1e-12, nan_ok=True)


@grouped("name", sorted({f.name for f in FUNCTIONS.values() if f.definition is not None}))
def test_a_definition_has_the_value_of_its_function(name: str) -> None:
    function = FUNCTIONS[name]
    assert function.definition is not None
    if name == "sign":
        pytest.skip("a difference of truth values, as languages of code have it and PyTorch does not")
    needed = [argument for argument in function.arguments if argument in parse_names(function.definition)]
    call = f"{name}({', '.join(needed)})"
    assert value(function.definition, function) == pytest.approx(value(call, function), rel=1e-12)


def parse_names(text: str) -> set[str]:
    """The words of an expression."""
    return set("".join(c if c.isalnum() or c == "_" else " " for c in text).split())


@pytest.mark.parametrize("name", sorted({f.name for f in FUNCTIONS.values() if f.square is not None}))
def test_a_square_has_the_value_of_its_function_squared(name: str) -> None:
    function = FUNCTIONS[name]
    assert function.square is not None
    assert value(function.square, function) == pytest.approx(value(f"{name}(x)**2", function), rel=1e-12)


@grouped("name", sorted({f.name for f in FUNCTIONS.values() if f.exponential is not None}))
def test_a_function_in_exponentials_has_its_value(name: str) -> None:
    function = FUNCTIONS[name]
    assert function.exponential is not None
    assert value(function.exponential, function) == pytest.approx(value(f"{name}(x)", function), rel=1e-12)


def test_an_error_is_placed_at_the_last_use_of_the_operation_that_it_bears() -> None:
    program = parse("x // 2 + floor_divide(x, 3) + x // 4")
    error = RuntimeError("no derivative")
    assert place_of(program, error) is program.statements[-1]
    vars(error)["operation"] = "floor_divide"
    place = place_of(program, error)
    assert program.source[place.start : place.end].strip() == "x // 4"
