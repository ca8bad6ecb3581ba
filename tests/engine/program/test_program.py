"""Programs: what a traced function becomes, what is left out of it, and how it runs."""

from __future__ import annotations

import math
import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from groups import grouped
from well_formed import check

import autodiff.engine as torch
from autodiff.engine import Tensor
from autodiff.engine.autograd import grad
from autodiff.engine.autograd.jacobians import derivatives
from autodiff.engine.func import jvp
from autodiff.engine.program import Constant, Equation, Program, TraceError, Variable, run, trace

SPECIAL = [0.0, -0.0, 1.0, -2.5, math.inf, -math.inf, math.nan, 1e300, 5e-324]


def lines(program: Program) -> list[str]:
    return str(program).splitlines()


def operations(program: Program) -> list[str]:
    return [equation.primitive.name for equation in program.equations]


def bump(x: Tensor, y: Tensor) -> Tensor:
    return torch.sin(x**2) * torch.exp(-y) + torch.log(x * y)


# Tracing


def test_a_program_is_the_operations_that_were_called() -> None:
    assert lines(trace(bump, {"x": (), "y": ()})) == [
        "inputs x: float64, y: float64",
        "v1: float64 = pow(x, 2)",
        "v2: float64 = sin(v1)",
        "v3: float64 = neg(y)",
        "v4: float64 = exp(v3)",
        "v5: float64 = mul(v2, v4)",
        "v6: float64 = mul(x, y)",
        "v7: float64 = log(v6)",
        "v8: float64 = add(v5, v7)",
        "output value = v8",
    ]


def test_shapes_dtypes_and_parameters_are_part_of_the_text() -> None:
    def function(x: Tensor, i: Tensor) -> dict[str, Tensor]:
        return {"total": x.sum(dim=-1, keepdim=True), "at": torch.stack([x[0], x[1]]) > i}

    program = trace(function, {"x": (2, 3), "i": torch.tensor([1, 2, 3])})
    assert lines(program) == [
        "inputs x: float64[2, 3], i: int64[3]",
        "v1: float64[2, 1] = sum(x, dim=-1, keepdim=True, dtype=None)",
        "v2: float64[3] = select(x, dim=0, index=0)",
        "v3: float64[3] = select(x, dim=0, index=1)",
        "v4: float64[2, 3] = stack((v2, v3), dim=0)",
        "v5: float64[3] = to_copy(i, dtype='float64')",
        "v6: bool[2, 3] = gt(v4, v5)",
        "output total = v1",
        "output at = v6",
    ]


@pytest.mark.parametrize("backward", [True, False])
def test_a_backward_pass_becomes_equations_too(backward: bool) -> None:
    def slope(x: Tensor) -> Any:
        value = torch.exp(x) * x
        if not backward:
            return grad(value, x)[0]
        value.backward()
        return x.grad

    program = trace(slope, {"x": ()})
    assert program(0.5)[0] == pytest.approx(1.5 * math.exp(0.5), rel=1e-14)
    assert operations(program).count("exp") == 1


def test_gradients_add_up_over_two_backward_passes() -> None:
    def twice(x: Tensor) -> Any:
        (x**3).sum().backward()
        (x**2).sum().backward()
        return x.grad

    assert trace(twice, {"x": (2,)})(np.array([1.0, 2.0]))[0].tolist() == [5.0, 16.0]


def test_derivatives_of_any_order_have_names() -> None:
    def function(x: Tensor, y: Tensor) -> dict[str, Tensor]:
        value = bump(x, y)
        return {"value": value, **derivatives(value, {"x": x, "y": y}, hessian=True, jacobian=True, order=3)}

    program = trace(function, {"x": (), "y": ()})
    found = program.run({"x": 0.7, "y": 1.3})
    assert list(found) == [
        *("value", "grad.x", "grad.y", "jacobian.x", "jacobian.y"),
        *("hessian.x.x", "hessian.x.y", "hessian.y.x", "hessian.y.y", "d2.x", "d3.x", "d2.y", "d3.y"),
    ]
    decay, square = math.exp(-1.3), 0.7**2
    assert found["grad.x"] == pytest.approx(1.4 * math.cos(square) * decay + 1 / 0.7)
    assert found["hessian.x.y"] == found["hessian.y.x"] == pytest.approx(-1.4 * math.cos(square) * decay)
    assert found["d2.x"] == pytest.approx((2 * math.cos(square) - 4 * square * math.sin(square)) * decay - 1 / square)
    assert found["d3.y"] == pytest.approx(-math.sin(square) * decay + 2 / 1.3**3)


def test_the_jacobian_of_a_vector_has_its_shape_and_then_the_variables() -> None:
    def function(x: Tensor) -> dict[str, Tensor]:
        value = torch.stack([x[0] * x[1], x[0] ** 2, x.sum()])
        return derivatives(value, {"x": x}, gradient=False, jacobian=True)

    found = trace(function, {"x": (2,)}).run({"x": [3.0, 5.0]})
    assert found["jacobian.x"].tolist() == [[5, 3], [6, 0], [1, 1]]


def test_a_derivative_by_a_variable_that_is_not_used_is_zero() -> None:
    program = trace(lambda x, y: derivatives(x * 2, {"x": x, "y": y}, hessian=True), {"x": (), "y": (2,)})
    assert operations(program) == []
    assert program.run({"x": 1.0, "y": [1.0, 2.0]})["hessian.y.x"].tolist() == [0, 0]


def test_repeated_derivatives_are_by_single_numbers() -> None:
    with pytest.raises(ValueError, match="x has 2 elements"):
        trace(lambda x: derivatives(x.sum(), {"x": x}, order=2), {"x": (2,)})


def test_forward_mode_differentiation_is_traced_as_well() -> None:
    program = trace(lambda x: jvp(torch.sin, (x,), (torch.tensor(2.0, dtype=torch.float64),))[1], {"x": ()})
    assert program(0.3)[0] == pytest.approx(2 * math.cos(0.3))


def test_float32_stays_float32() -> None:
    program = trace(lambda x: derivatives(torch.sin(x) * 2 + 1, {"x": x}), {"x": np.float32(0)})
    assert {variable.dtype for equation in program.equations for variable in equation.results} == {"float32"}
    assert program.run({"x": np.float32(1)})["grad.x"].dtype == np.float32


@grouped(
    "function",
    [
        lambda x: x if x > 0 else -x,
        lambda x: torch.tensor(float(x)),
        lambda x: torch.tensor(x.item()),
        lambda x: torch.tensor(x.tolist()),
        lambda x: torch.zeros(3)[int(x)],
        lambda x: torch.masked_select(x, x > 0),
        lambda x: torch.where(x > 0),
        lambda x: x if torch.allclose(x, x) else -x,
        lambda x: Tensor(np.sin(x._data)),
        lambda x: Tensor(np.sort(x._data)),
        lambda x: (x * 2).add_(1),
        lambda x: torch.rrelu(x, training=True),
        lambda x: torch.nn.functional.dropout(x),
    ],
)
def test_asking_for_the_numbers_is_an_error_that_says_so(function: Callable[[Tensor], Tensor]) -> None:
    with pytest.raises(TraceError, match="traced value"):
        trace(function, {"x": ()})
    assert torch.sin(torch.tensor(0.0)).item() == 0


def test_a_symbol_is_of_no_use_in_another_trace() -> None:
    kept: list[Tensor] = []
    trace(lambda x: kept.append(x) or x, {"x": ()})
    with pytest.raises(TraceError, match="another trace"):
        trace(lambda y: kept[0] * y, {"y": ()})
    with pytest.raises(TraceError, match="outside its trace"):
        kept[0] * 2


def test_an_error_of_shapes_is_the_usual_one() -> None:
    with pytest.raises(RuntimeError, match="must match the size of tensor b"):
        trace(lambda x, y: x + y, {"x": (2,), "y": (3,)})


# What is left out


def test_equal_work_is_done_once() -> None:
    program = trace(lambda x, y: torch.sin(x * y) + torch.sin(y * x) * torch.sin(x * y), {"x": (), "y": ()})
    assert operations(program) == ["mul", "sin", "mul", "add"]


def test_what_differs_only_in_the_type_or_sign_of_a_number_is_not_equal_work() -> None:
    program = trace(lambda x: torch.stack([x + 0.0, x * 0.0, x * -0.0, x / 2, x / -2]), {"x": ()})
    (found,) = program(1.0)
    assert [str(v) for v in found.tolist()] == ["1.0", "0.0", "-0.0", "0.5", "-0.5"]


def test_what_no_output_needs_is_dropped() -> None:
    def function(x: Tensor) -> Tensor:
        torch.exp(x)
        return torch.sin(x)

    assert operations(trace(function, {"x": ()})) == ["sin"]


@grouped(
    "function",
    [
        lambda x: x * 1,
        lambda x: 1.0 * x,
        lambda x: x * torch.ones_like(x),
        lambda x: x / 1,
        lambda x: x**1,
        lambda x: x - 0,
        lambda x: x + -0.0,
        lambda x: torch.neg(torch.neg(x)),
        lambda x: (-1 * x) * -1,
        lambda x: x.reshape(()),
        lambda x: x.clone().detach(),
        lambda x: x.prod(),
        lambda x: torch.where(x > 0, x, x),
        lambda x: x.double(),
    ],
)
def test_what_changes_nothing_vanishes(function: Callable[[Tensor], Tensor]) -> None:
    program = trace(function, {"x": ()})
    assert operations(program) == []
    for value in SPECIAL:
        np.testing.assert_equal(program(value)[0], value)


@grouped(
    "function",
    [
        lambda x: x + 0,
        lambda x: x.sum(),
        lambda x: x.mean(),
        lambda x: 0 - x,
        lambda x: 0 * x,
        lambda x: x - x,
        lambda x: x / x,
        lambda x: torch.floor_divide(x, 1),
        lambda x: torch.div(x, -torch.sin(x), rounding_mode="floor"),
        lambda x: (-x) ** 2,
        lambda x: -x + x**2,
        lambda x: x - -x * 3,
        lambda x: (1 / x) * -x,
        lambda x: -x / -(x + 1),
    ],
)
def test_nothing_that_changes_a_value_is_done_not_even_to_the_sign_of_a_zero(
    function: Callable[[Tensor], Tensor],
) -> None:
    program = trace(function, {"x": ()})
    for value in SPECIAL:
        expected = function(torch.tensor(value, dtype=torch.float64)).item()
        np.testing.assert_equal(program(value)[0], expected)


@grouped(
    "function",
    [
        (lambda x, y: x.reshape(3, 1).reshape(3) + y, ["add"]),
        (lambda x, y: x.unsqueeze(0).squeeze(0) + y, ["add"]),
        (lambda x, y: x.float().double() + y, ["to_copy", "to_copy", "add"]),
        (lambda x, y: x.reshape(3, 1).reshape(1, 3) + y, ["view", "view", "add"]),
        (lambda x, y: x.expand(2, 3) * y.expand(2, 3), ["expand", "mul"]),
        (lambda x, y: x.sum().expand(3) * y, ["sum", "mul"]),
        (lambda x, y: torch.where(x > 0, y.sum().expand(3), x), ["gt", "sum", "where"]),
        (lambda x, y: y.sum().expand(3) * 2, ["sum", "expand", "mul"]),
        (lambda x, y: (x * y.sum().expand(3)).sum() * y, ["sum", "mul", "sum", "mul"]),
    ],
)
def test_changes_of_shape_that_others_undo_or_make_themselves_vanish(function: Any) -> None:
    call, expected = function
    data = np.array([0.1, -2.0, 3.0]), np.array([-0.0, math.inf, 1e300])
    program = trace(call, {"x": (3,), "y": (3,)})
    assert operations(program) == expected
    wanted = call(*map(torch.from_numpy, data)).numpy()
    found = program(*data)[0]
    assert (found.tobytes(), found.shape, found.dtype) == (wanted.tobytes(), wanted.shape, wanted.dtype)


def test_a_program_without_variables_in_it_is_a_constant() -> None:
    program = trace(lambda x: torch.sin(torch.tensor([1.0, 2.0])) + x**0, {"x": ()})
    assert program.equations == ()
    assert program(3.0)[0].tolist() == pytest.approx([math.sin(1) + 1, math.sin(2) + 1])


# Running


def test_what_is_returned_is_the_callers_to_change() -> None:
    program = trace(lambda x: {"same": torch.ones_like(x), "other": x * 2}, {"x": (2,)})
    for value in (np.array([1.0, 2.0]), torch.tensor([1.0, 2.0])):
        for _ in range(2):
            found = program.run({"x": value})
            assert [found[name].tolist() for name in found] == [[1.0, 1.0], [2.0, 4.0]]
            for output in found.values():
                output[0] = 9.0


def test_numbers_arrays_and_tensors_give_the_same_answer() -> None:
    program = trace(bump, {"x": (), "y": ()})
    x, y = torch.tensor(0.7, requires_grad=True), torch.tensor(1.3, requires_grad=True)
    (number,), (array,), (tensor,) = program(0.7, 1.3), program(np.float64(0.7), np.array(1.3)), program(x, y)
    assert type(number) is float
    assert isinstance(array, np.float64)
    assert number == array == tensor.item() == bump(x, y).item()
    assert grad(tensor, x)[0].item() == pytest.approx(grad(bump(x, y), x)[0].item(), rel=1e-14)


def test_running_gives_outputs_by_name_and_calling_gives_them_in_order() -> None:
    program = trace(lambda x: {"double": x * 2, "same": x, "three": torch.tensor(3.0)}, {"x": (2,)})
    assert {name: np.asarray(v).tolist() for name, v in program.run({"x": [1, 2]}).items()} == {
        "double": [2, 4],
        "same": [1, 2],
        "three": 3,
    }
    assert program(torch.tensor([1.0, 2.0]))[2].item() == 3


def test_values_have_to_fit_the_inputs() -> None:
    program = trace(bump, {"x": (), "y": ()})
    with pytest.raises(ValueError, match=r"x has the shape \[\], not \[2\]"):
        program(np.zeros(2), 1.0)
    with pytest.raises(TypeError, match="takes 2 values"):
        program(1.0)
    with pytest.raises(KeyError):
        program.run({"x": 1.0})


# The records


def test_a_program_has_no_numpy_in_it() -> None:
    def plain(value: Any) -> bool:
        if isinstance(value, (Constant, tuple)):
            return all(map(plain, value))
        return value is None or type(value) in (int, float, bool, str, slice, Variable)

    def function(x: Tensor) -> Tensor:
        return torch.median(x, 0)[0] * x[[0, 2]].sum() + (x * torch.tensor([1.0, 2.0, math.nan])).prod()

    program = trace(lambda x: derivatives(function(x), {"x": x}, hessian=True), {"x": (3,)})
    assert all(plain(equation.arguments) for equation in program.equations)
    assert all(plain(output) for output in program.outputs.values())


def test_a_program_that_is_traced_is_well_formed_and_one_that_is_not_is_found_out() -> None:
    program = trace(bump, {"x": (), "y": ()})
    check(program)
    first, *rest = program.equations
    stranger = Variable("v1", (), "float64")
    for equations, outputs, message in (
        ((*rest, first), program.outputs, "v1 is used before it is computed"),
        ((first._replace(arguments=()),), {}, "pow takes 2"),
        ((first, first), {}, "two values of the program have one name"),
        ((), {"value": stranger}, "the output value is v1, which is not computed"),
    ):
        with pytest.raises(ValueError, match=message):
            check(Program(program.inputs, equations, outputs))


def test_variables_do_not_take_the_names_of_inputs() -> None:
    program = trace(lambda x, y: torch.sin(x) * torch.cos(y), {"v1": (), "v3": ()})
    check(program)
    assert lines(program)[1:4] == ["v2: float64 = sin(v1)", "v4: float64 = cos(v3)", "v5: float64 = mul(v2, v4)"]


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (np.float64(1.5), "1.5"),
        (np.array([1.0, 2.0]), "[1.0, 2.0]"),
        (np.full((2, 3), -0.0), "full([2, 3], -0.0)"),
        (np.array([0.0, -0.0]), "[0.0, -0.0]"),
        (np.full(3, math.nan), "full([3], nan)"),
        (np.zeros((0, 2), np.int64), "()"),
    ],
)
def test_a_constant_keeps_its_elements_shape_and_dtype(data: Any, text: str) -> None:
    constant = Constant.of(data)
    assert str(constant).replace("[]", "()") == text
    assert constant.array().dtype == data.dtype
    assert constant.array().shape == data.shape
    np.testing.assert_equal(np.signbit(constant.array()), np.signbit(data))
    np.testing.assert_equal(constant.array(), data)


def test_an_equation_names_its_variables() -> None:
    program = trace(lambda x, y: torch.stack([x, y, x]), {"x": (), "y": ()})
    equation = program.equations[0]
    assert isinstance(equation, Equation)
    assert [variable.name for variable in equation.variables()] == ["x", "y", "x"]


def test_whether_all_elements_are_the_same_is_known_for_each_row() -> None:
    program = trace(lambda x, y: {"near": torch.allclose(x, y), "same": torch.equal(x, y)}, {"x": (2,), "y": (2,)})
    found = run(program, {"x": np.array([[1.0, 2.0], [1.0, 2.0]]), "y": np.array([[1.0, 2.0], [1.0, 2.1]])})
    assert {name: array.tolist() for name, array in found.items()} == {"near": [True, False], "same": [True, False]}


def test_a_run_lets_go_of_what_nothing_needs_any_more() -> None:
    def chain(x: Tensor) -> dict[str, Tensor]:
        first = y = torch.sin(x)
        for _ in range(30):
            y = torch.cos(y)
        return {"first": first, "last": y}

    program, x = trace(chain, {"x": (10_000,)}), np.linspace(0, 1, 10_000)
    tracemalloc.start()
    found = program.run({"x": x})
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 6 * x.nbytes
    # What is a result stays, whatever else needs it.
    np.testing.assert_array_equal(found["first"], np.sin(x))
