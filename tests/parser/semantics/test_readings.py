"""Calls that could mean two things in expressions, and what they mean."""

from __future__ import annotations

import random
from itertools import product

import pytest
from groups import grouped
from hypothesis import given
from hypothesis import strategies as st

import autodiff.engine as torch
from autodiff.engine.table.registry import FUNCTIONS
from autodiff.parser.semantics.evaluate import evaluate
from autodiff.parser.semantics.names import free_variables
from autodiff.parser.semantics.program import trace_expression
from autodiff.parser.syntax.errors import ExpressionError
from autodiff.parser.syntax.parse import parse

VECTOR, MATRIX = [3.0, -1.0, 2.0], [[1.0, 5.0], [-2.0, 0.0]]
# Those whose second argument is no further tensor: a dimension, or one that may be left out.
ALONG = [
    name
    for name, f in FUNCTIONS.items()
    if name == f.name and f.along and f.dimensions and f.tensors == 1 and not f.of_two
    if f.arguments[1] in f.dimensions or f.required == 1
]


def value(source: str, **variables: object) -> torch.Tensor:
    program = parse(source)
    free_variables(program)
    return evaluate(program, {name: torch.tensor(v, requires_grad=True) for name, v in variables.items()})


def refused(source: str, **variables: object) -> ExpressionError:
    with pytest.raises(ExpressionError) as caught:
        value(source, **variables)
    return caught.value


numbers = st.lists(st.integers(-3, 3) | st.floats(-3, 3), min_size=2, max_size=6)


@given(numbers, st.sampled_from([("max", max), ("min", min)]))
def test_of_numbers_max_and_min_are_the_largest_and_smallest_however_they_are_given(given: list[float], pair) -> None:
    name, expected = pair
    names = [f"v{i}" for i in range(len(given))]
    of_variables = value(f"{name}({', '.join(names)})", **dict(zip(names, map(float, given), strict=True)))
    of_literals = value(f"{name}({', '.join(map(repr, given))})")
    assert of_variables.item() == of_literals.item() == expected(given)


@given(st.permutations(["x", "0", "y", "-1.5"]), st.floats(-3, 3), st.floats(-3, 3))
def test_the_order_of_the_numbers_does_not_matter(order: list[str], x: float, y: float) -> None:
    assert value(f"max({', '.join(order)})", x=x, y=y).item() == max(x, y, 0.0, -1.5)


@pytest.mark.parametrize(("source", "gradient"), [("max(x, 0)", 0.5), ("min(0, x)", 0.5), ("max(x, -1)", 1.0)])
def test_ties_share_the_gradient_as_those_of_maximum(source: str, gradient: float) -> None:
    x = torch.tensor(0.0, requires_grad=True)
    evaluate(parse(source), {"x": x}).backward()
    assert x.grad is not None
    assert x.grad.item() == gradient


@pytest.mark.parametrize("source", ["max(x, 0)", "max(0, x, y)", "min(x, 2)", "max(1 - x*y, 0)"])
def test_a_traced_expression_reads_them_as_an_evaluated_one_does(source: str) -> None:
    program = trace_expression(parse(source), {"x": (), "y": ()})
    names = [variable for variable in ("x", "y") if variable in source.replace("max", "")]
    for x, y in product((-2.0, 0.5, 3.0), repeat=2):
        given = {name: {"x": x, "y": y}[name] for name in names}
        found = program.run(given)
        assert float(found["value"]) == value(source, **given).item()


@pytest.mark.parametrize("name", ["max", "min"])
@pytest.mark.parametrize(("of", "dims"), [(VECTOR, 1), (MATRIX, 2)])
def test_a_whole_number_beside_an_array_is_refused_exactly_where_it_could_be_a_dimension(
    name: str, of: object, dims: int
) -> None:
    for number in range(-4, 5):
        source = f"{name}(A, {number})"
        if -dims <= number < dims:
            error = refused(source, A=of)
            assert f"`{name}(A, dim={number})` or `{name}imum(A, {number})`" in str(error.help)
            value(f"{name}(A, dim={number})", A=of)
            value(f"{name}imum(A, {number})", A=of)
        else:
            assert value(source, A=of).tolist() == value(f"{name}imum(A, {number})", A=of).tolist()


@pytest.mark.parametrize("source", ["max(A, 0.5)", "max(0, A)", "max(A, y)", "max(A, B)", "max(A, [0, 0])"])
def test_where_nothing_could_be_a_dimension_the_elements_are_compared(source: str) -> None:
    variables = {"A": MATRIX, "y": 0.0, "B": [[0.0, 0.0], [0.0, 0.0]]}
    used = {name: v for name, v in variables.items() if name in source}
    assert value(source, **used).tolist() == value(source.replace("max", "maximum"), **used).tolist()


@grouped("name", ALONG)
def test_a_number_beside_a_single_number_is_never_taken_for_a_dimension_in_silence(name: str) -> None:
    parameter = FUNCTIONS[name].arguments[1]
    for second in ("0", "1", "y"):
        used = {"x": 3.0, **({"y": 1.0} if second == "y" else {})}
        error = refused(f"{name}(x, {second})", **used)
        assert f"`{second}` would be the `{parameter}` of `{name}`" in error.message
        assert f"{name}([x, {second}])" in str(error.help)
    error = refused(f"{name}(v, y)", v=VECTOR, y=0.0)
    assert f"`y` would be the `{parameter}`" in error.message


@grouped(
    "source, expected",
    [
        ("sum(A, 0)", [-1.0, 5.0]),
        ("A.sum(1)", [6.0, -2.0]),
        ("A.max(0).values", [1.0, 5.0]),
        ("softmax(A, 0).sum(0)", [1.0, 1.0]),
        ("norm(A, 1)", 8.0),
        ("max(A)", 5.0),
        ("max([x, 4])", 4.0),
        ("sum(x, dim=0)", 3.0),
        ("max(x, dim=0).values", 3.0),
        ("x.max(y)", 3.0),
        ("quantile(x, 0.5)", 3.0),
    ],
)
def test_what_has_one_reading_keeps_it(source: str, expected: object) -> None:
    used = {name: v for name, v in {"A": MATRIX, "x": 3.0, "y": 1.0}.items() if name in source.replace("max", "")}
    assert value(source, **used).tolist() == pytest.approx(expected)


def test_the_method_of_a_number_takes_no_dimension_either() -> None:
    assert "write `max(x, 0)`" in str(refused("x.max(0)", x=2.0).help)
    assert "write `sum([x, 0])`" in str(refused("x.sum(0)", x=2.0).help)


def test_the_engine_reads_them_as_pytorch_does() -> None:
    x = torch.tensor(-2.0)
    assert torch.max(x, 0).values.item() == -2.0
    assert torch.sum(x, 0).item() == -2.0


LOST = [
    ("x**2\n+ y**2", 0, "to go on in the next line"),
    ("x**2; y", 0, "give this one a name"),
    ("a = x\nx + y\na", 6, "to go on in the next line"),
    ("z = x**2\n+ y**2", 0, "to go on in the next line"),
    ("z = x**2\n- z1\n", 0, "to go on in the next line"),
    ("f(t) = t\n- x", 0, "to go on in the next line"),
    ("1\n2\nx", 0, "to go on in the next line"),
]


@pytest.mark.parametrize(("source", "start", "help"), LOST)
def test_a_value_that_nothing_uses_is_a_mistake_at_its_place(source: str, start: int, help: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        free_variables(parse(source))
    assert caught.value.start == start
    assert help in str(caught.value.help)


@pytest.mark.parametrize(
    "source",
    ["(x**2\n+ y**2)", "z = x\n- z*y", "f(t) = t\n-f(x)", "z = x**2; -y", "z = x", "x*(\ny)", "z = x\ny"],
)
def test_a_program_without_lost_values_is_one(source: str) -> None:
    free_variables(parse(source))


def test_any_bare_statement_before_the_last_is_found() -> None:
    draw = random.Random(0)
    for _ in range(200):
        lines = [draw.choice(["a = x", "f(t) = t", "b = x*2"]) for _ in range(draw.randint(0, 3))]
        place = draw.randint(0, len(lines))
        source = "\n".join([*lines[:place], "x + 1", *lines[place:], "x"])
        with pytest.raises(ExpressionError) as caught:
            free_variables(parse(source))
        assert source[caught.value.start :].startswith("x + 1")


@pytest.mark.parametrize(("source", "help"), [("max(x, True)", "write `1` for"), ("min(x, False)", "write `0` for")])
def test_a_truth_value_beside_a_number_is_to_be_written_as_one(source: str, help: str) -> None:
    assert help in str(refused(source, x=2.0).help)


@pytest.mark.parametrize("part", ["values", "indices"])
def test_a_part_of_what_going_along_a_dimension_gives_says_that_it_is_one(part: str) -> None:
    assert value(f"max(x, 0).{part}", x=MATRIX).tolist() == value(f"max(x, dim=0).{part}", x=MATRIX).tolist()
    assert "maximum(x, 0)" in str(refused("max(x, 0)[0]", x=MATRIX).help)
