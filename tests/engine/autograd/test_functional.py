"""torch.autograd.functional: products with Jacobians and Hessians, and these matrices."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autodiff.engine as torch
from autodiff.engine.autograd import functional, gradcheck, gradgradcheck

PRODUCTS = {name: getattr(functional, name) for name in ("vjp", "jvp", "vhp", "hvp")}
EVERY_FUNCTION = {**PRODUCTS, "jacobian": functional.jacobian, "hessian": functional.hessian}


def tensor(*values: float, requires_grad: bool = False) -> torch.Tensor:
    return torch.tensor(list(values), requires_grad=requires_grad)


def lists(value: Any) -> Any:
    """Tensors in nested tuples as nested lists in them."""
    return tuple(map(lists, value)) if isinstance(value, tuple) else value.tolist()


def flat(value: Any) -> list[torch.Tensor]:
    return [t for item in value for t in flat(item)] if isinstance(value, tuple) else [value]


def cube(x: Any) -> Any:
    return (x**3).sum()


def mixed(x: Any, y: Any) -> Any:
    return (x * y**2).sum()


def two(x: Any, y: Any) -> Any:
    return x * y, y.sum()


X, Y, ONES = tensor(1.0, 2.0), tensor(3.0, 4.0), tensor(1.0, 1.0)


# Wrong arguments


@pytest.mark.covers(
    "TestAutogradFunctional.test_vjp_err_check",
    "TestAutogradFunctional.test_jvp_err_check",
    "TestAutogradFunctional.test_vhp_err_check",
    "TestAutogradFunctional.test_hvp_err_check",
    "TestAutogradFunctional.test_jacobian_err_check",
    "TestAutogradFunctional.test_hessian_err_check",
)
@pytest.mark.parametrize("name", EVERY_FUNCTION)
def test_inputs_and_outputs_are_tensors_or_tuples_of_them(name: str) -> None:
    call = EVERY_FUNCTION[name]
    vector = (ONES,) if name in PRODUCTS else ()
    with pytest.raises(TypeError, match=f"The inputs given to {name} must be either a Tensor or a tuple of Tensors"):
        call(cube, 1.0)
    with pytest.raises(TypeError, match=f"given to {name} must be .* value at index 1 has type <class 'float'>"):
        call(cube, (X, 1.0))
    with pytest.raises(TypeError, match=f"outputs of the user-provided function given to {name} must be"):
        call(lambda x: 1.0, X, *vector)
    with pytest.raises(TypeError, match="value at index 1 has type <class 'float'>"):
        call(lambda x: (x.sum(), 1.0), X, *vector)
    with pytest.raises(RuntimeError, match="only Tensors of floating point dtype can require gradients"):
        call(lambda x: x.sum(), torch.tensor([1, 2]), *vector)


@pytest.mark.covers(
    "TestAutogradFunctional.test_vjp_err_check",
    "TestAutogradFunctional.test_jvp_err_check",
    "TestAutogradFunctional.test_vhp_err_check",
    "TestAutogradFunctional.test_hvp_err_check",
)
@pytest.mark.parametrize("name", PRODUCTS)
def test_the_vector_fits(name: str) -> None:
    call = PRODUCTS[name]
    function = (lambda x: x**2) if name in ("vjp", "jvp") else cube
    missing = "user-provided function returns" if name == "vjp" else "input to the user-provided function is"
    with pytest.raises(RuntimeError, match=f"can only be None if the {missing} a single Tensor"):
        call(function, X)
    with pytest.raises(RuntimeError, match=r"v has invalid size: should be torch.Size\(\[\d?\]\) but got"):
        call(function, X, tensor(1.0, 2.0, 3.0))
    with pytest.raises(RuntimeError, match="The given v should contain a single Tensor"):
        call(function, X, (ONES, ONES))
    with pytest.raises(TypeError, match=f"The v given to {name} must be either a Tensor"):
        call(function, X, 1.0)
    several = two if name in ("vjp", "jvp") else mixed
    with pytest.raises(RuntimeError, match="v is a tuple of invalid length: should be 2 but got 1"):
        call(several, (X, Y), (ONES,))
    with pytest.raises(RuntimeError, match="Entry 1 in v has invalid size"):
        call(several, (X, Y), (ONES, tensor(1.0, 2.0, 3.0)))


@pytest.mark.parametrize("name", ["vhp", "hvp", "hessian"])
def test_a_hessian_is_of_a_function_with_one_element(name: str) -> None:
    call = EVERY_FUNCTION[name]
    vector = (ONES,) if name in PRODUCTS else ()
    with pytest.raises(RuntimeError, match=f"given to {name} should return a single Tensor"):
        call(lambda x: (x.sum(), x.sum()), X, *vector)
    with pytest.raises(RuntimeError, match=f"given to {name} should contain a single element"):
        call(lambda x: x**2, X, *vector)


# strict

DETACHED: tuple[Callable[..., Any], str] = (
    lambda x: ONES.sum(),
    "Output 0 of the user-provided function does not require",
)
UNUSED: tuple[Callable[..., Any], str] = (lambda x, y: (x**3).sum(), "independent of (the )?input")
LINEAR: tuple[Callable[..., Any], str] = (lambda x: (x * 2).sum(), "independent of the input")


@pytest.mark.covers(
    "TestAutogradFunctional.test_vjp_err_check_strict",
    "TestAutogradFunctional.test_jvp_err_check_strict",
    "TestAutogradFunctional.test_vhp_err_check_strict",
    "TestAutogradFunctional.test_hvp_err_check_strict",
    "TestAutogradFunctional.test_jacobian_err_check_strict",
    "TestAutogradFunctional.test_hessian_err_check_strict",
)
@pytest.mark.parametrize("name", EVERY_FUNCTION)
def test_strict_refuses_what_does_not_depend_on_the_input(name: str) -> None:
    call = EVERY_FUNCTION[name]
    one: Any = ((torch.tensor(1.0) if name == "vjp" else ONES),) if name in PRODUCTS else ()
    both: Any = ((torch.tensor(1.0) if name == "vjp" else (ONES, ONES)),) if name in PRODUCTS else ()
    function, message = DETACHED
    with pytest.raises(RuntimeError, match=message):
        call(function, X, *one, strict=True)
    function, message = UNUSED
    with pytest.raises(RuntimeError, match=message):
        call(function, (X, Y), *both, strict=True)
    if name in ("vhp", "hvp", "hessian"):
        function, message = LINEAR
        with pytest.raises(RuntimeError, match=message):
            call(function, X, *one, strict=True)
    else:
        with pytest.raises(RuntimeError, match="independent of"):
            call(LINEAR[0], X.clone().requires_grad_(), *one, strict=True, create_graph=True)


@pytest.mark.parametrize("name", EVERY_FUNCTION)
def test_without_strict_what_does_not_depend_on_the_input_has_zeros(name: str) -> None:
    call = EVERY_FUNCTION[name]
    one: Any = ((torch.tensor(1.0) if name == "vjp" else ONES),) if name in PRODUCTS else ()
    result = call(DETACHED[0], X, *one)
    found = result[1] if name in PRODUCTS else result
    assert not found.numpy().any()


@pytest.mark.covers(
    "TestAutogradFunctional.test_jacobian_err_check_strict_vectorize",
    "TestAutogradFunctional.test_hessian_err_check_strict_vectorize",
)
@pytest.mark.parametrize("name", ["jacobian", "hessian"])
def test_strict_and_vectorize_exclude_each_other(name: str) -> None:
    with pytest.raises(RuntimeError, match="not supported together"):
        EVERY_FUNCTION[name](cube, X, strict=True, vectorize=True)


def test_strategies() -> None:
    with pytest.raises(AssertionError, match='either "forward-mode" or "reverse-mode"'):
        functional.jacobian(cube, X, strategy="sideways")
    with pytest.raises(AssertionError, match='either "forward-mode" or "reverse-mode"'):
        functional.hessian(cube, X, outer_jacobian_strategy="sideways")
    with pytest.raises(NotImplementedError, match="create_graph=True"):
        functional.jacobian(cube, X, strategy="forward-mode", create_graph=True, vectorize=True)
    with pytest.raises(NotImplementedError, match="only implemented for `vectorize=True`"):
        functional.jacobian(cube, X, strategy="forward-mode")
    with pytest.raises(RuntimeError, match="strict=True"):
        functional.jacobian(cube, X, strategy="forward-mode", strict=True)


# Values


@pytest.mark.covers("TestAutogradFunctional.test_vjp_output", "TestAutogradFunctional.test_jvp_output")
def test_products_with_the_jacobian() -> None:
    assert lists(functional.vjp(lambda x: x**2, X, Y)) == ([1.0, 4.0], [6.0, 16.0])
    assert lists(functional.jvp(lambda x: x**2, X, Y)) == ([1.0, 4.0], [6.0, 16.0])
    outputs, product = functional.vjp(two, (X, Y), (ONES, torch.tensor(10.0)))
    assert lists(outputs) == ([3.0, 8.0], 7.0)
    assert lists(product) == ([3.0, 4.0], [11.0, 12.0])
    outputs, product = functional.jvp(two, (X, Y), (ONES, ONES))
    assert lists(outputs) == ([3.0, 8.0], 7.0)
    assert lists(product) == ([4.0, 6.0], 2.0)
    assert all(not t.requires_grad for t in (*outputs, *product))


@pytest.mark.covers("TestAutogradFunctional.test_vhp_output", "TestAutogradFunctional.test_hvp_output")
@pytest.mark.parametrize("call", [functional.vhp, functional.hvp])
def test_products_with_the_hessian(call: Any) -> None:
    assert lists(call(cube, X, ONES)) == (9.0, [6.0, 12.0])
    value, product = call(mixed, (X, Y), (ONES, ONES))
    assert value.tolist() == 41.0
    assert lists(product) == ([6.0, 8.0], [8.0, 12.0])
    assert not value.requires_grad
    assert all(not t.requires_grad for t in product)


@pytest.mark.covers(
    "TestAutogradFunctional.test_vjp_scalar",
    "TestAutogradFunctional.test_jvp_scalar",
    "TestAutogradFunctional.test_vhp_scalar",
    "TestAutogradFunctional.test_hvp_scalar",
)
def test_of_one_element_the_vector_may_be_left_out() -> None:
    x = torch.tensor(2.0)
    assert lists(functional.vjp(lambda x: x**3, x)) == (8.0, 12.0)
    assert lists(functional.jvp(lambda x: x**3, x)) == (8.0, 12.0)
    assert lists(functional.vhp(lambda x: x**3, x)) == (8.0, 12.0)
    assert lists(functional.hvp(lambda x: x**3, x)) == (8.0, 12.0)
    assert lists(functional.vjp(cube, X)) == (9.0, [3.0, 12.0])
    assert lists(functional.jvp(lambda x: x.sum(), tensor(2.0))) == (2.0, 1.0)


@pytest.mark.covers(
    "TestAutogradFunctional.test_jacobian_output",
    "TestAutogradFunctional.test_jacobian_scalar",
    "TestAutogradFunctional.test_hessian_output",
    "TestAutogradFunctional.test_hessian_scalar",
)
def test_matrices_have_the_shape_and_structure_of_outputs_and_inputs() -> None:
    assert lists(functional.jacobian(lambda x: x**2, X)) == [[2.0, 0.0], [0.0, 4.0]]
    assert lists(functional.jacobian(lambda x: x**2, torch.tensor(3.0))) == 6.0
    assert lists(functional.jacobian(cube, X)) == [3.0, 12.0]
    assert lists(functional.jacobian(lambda x: x.reshape(1, 2), X)) == [[[1.0, 0.0], [0.0, 1.0]]]
    assert lists(functional.jacobian(two, (X, Y))) == (
        ([[3.0, 0.0], [0.0, 4.0]], [[1.0, 0.0], [0.0, 2.0]]),
        ([0.0, 0.0], [1.0, 1.0]),
    )
    assert lists(functional.jacobian(lambda x: (x,), X)) == ([[1.0, 0.0], [0.0, 1.0]],)
    assert lists(functional.jacobian(lambda x: x, (X,))) == ([[1.0, 0.0], [0.0, 1.0]],)
    assert lists(functional.hessian(cube, X)) == [[6.0, 0.0], [0.0, 12.0]]
    assert lists(functional.hessian(lambda x: x**3, torch.tensor(2.0))) == 12.0
    assert lists(functional.hessian(lambda x: x**3, tensor(2.0))) == [[12.0]]
    assert lists(functional.hessian(mixed, (X, Y))) == (
        ([[0.0, 0.0], [0.0, 0.0]], [[6.0, 0.0], [0.0, 8.0]]),
        ([[6.0, 0.0], [0.0, 8.0]], [[2.0, 0.0], [0.0, 4.0]]),
    )
    assert functional.jacobian(lambda x: x * 2, torch.ones(0)).shape == (0, 0)


@pytest.mark.covers(
    "TestAutogradFunctional.test_jacobian_match_vjp_jvp", "TestAutogradFunctional.test_hessian_match_vhp_hvp"
)
def test_products_are_those_with_the_matrices() -> None:
    def function(x: Any) -> Any:
        return torch.sin(x) * x.sum()

    v = tensor(0.3, -0.7)
    jacobian = functional.jacobian(function, X).numpy()
    np.testing.assert_allclose(functional.jvp(function, X, v)[1].numpy(), jacobian @ v.numpy())
    np.testing.assert_allclose(functional.vjp(function, X, v)[1].numpy(), v.numpy() @ jacobian)

    def number(x: Any) -> Any:
        return function(x).sum()

    hessian = functional.hessian(number, X).numpy()
    np.testing.assert_allclose(functional.hvp(number, X, v)[1].numpy(), hessian @ v.numpy())
    np.testing.assert_allclose(functional.vhp(number, X, v)[1].numpy(), v.numpy() @ hessian)


# vectorize

CASES: dict[str, tuple[Callable[..., Any], Any]] = {
    "simple": (lambda x: x**2, X),
    "matrix": (lambda x: torch.matmul(x, x), torch.tensor([[1.0, 2.0], [3.0, 4.0]])),
    "several inputs": (lambda x, y: torch.outer(x, y), (X, tensor(1.0, 2.0, 3.0))),
    "several outputs": (two, (X, Y)),
    "unrelated": (lambda x, y: (x, y.sum(), ONES * 2), (X, Y)),
    "without dimensions": (lambda x: (x * 2, x.reshape(1, 1)), torch.tensor(3.0)),
    "dtypes": (lambda x, y: ((x * 2).float(), y * x.sum().double()), (X.float(), Y)),
}


@pytest.mark.covers(
    "TestAutogradFunctional.test_jacobian_vectorize_correctness_simple",
    "TestAutogradFunctional.test_jacobian_vectorize_correctness_multi_input",
    "TestAutogradFunctional.test_jacobian_vectorize_correctness_multi_input_multi_output",
    "TestAutogradFunctional.test_jacobian_vectorize_correctness_unrelated_outputs",
    "TestAutogradFunctional.test_jacobian_vectorize_correctness_zero_dim",
    "TestAutogradFunctional.test_jacobian_vectorize_correctness_different_dtype",
    "TestAutogradFunctional.test_jacobian_vectorize_raises_no_warnings",
    "TestAutogradFunctional.test_hessian_vectorize_raises_no_warnings",
)
@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("strategy", ["reverse-mode", "forward-mode"])
def test_every_way_to_the_jacobian_gives_the_same(case: str, strategy: str) -> None:
    function, inputs = CASES[case]
    expected = functional.jacobian(function, inputs)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        actual = functional.jacobian(function, inputs, vectorize=True, strategy=strategy)
    assert lists(actual) == lists(expected)


@pytest.mark.covers(
    "TestAutogradFunctional.test_hessian_vectorize_correctness_simple",
    "TestAutogradFunctional.test_hessian_vectorize_correctness_multi_input",
    "TestAutogradFunctional.test_hessian_vectorize_correctness_unrelated_outputs",
)
@pytest.mark.parametrize("strategy", ["reverse-mode", "forward-mode"])
def test_every_way_to_the_hessian_gives_the_same(strategy: str) -> None:
    cases: list[tuple[Callable[..., Any], Any]] = [
        (lambda x: (3 * x**2).sum(), torch.ones(2, 3)),
        (lambda x, y: (torch.matmul(x, y) ** 3).sum(), (torch.ones(2, 3), torch.ones(3, 2) * 0.5)),
        (lambda x, y: (x**2).sum(), (X, Y)),
        (lambda x, y: ONES.sum() * 1.0, (X, Y)),
    ]
    for function, inputs in cases[: 3 if strategy == "forward-mode" else 4]:
        expected = functional.hessian(function, inputs)
        actual = functional.hessian(function, inputs, vectorize=True, outer_jacobian_strategy=strategy)
        assert lists(actual) == lists(expected)


# Grad mode and history


@pytest.mark.covers(
    "TestAutogradFunctional.test_vjp_no_grad",
    "TestAutogradFunctional.test_jvp_no_grad",
    "TestAutogradFunctional.test_vhp_no_grad",
    "TestAutogradFunctional.test_hvp_no_grad",
    "TestAutogradFunctional.test_jacobian_no_grad",
    "TestAutogradFunctional.test_hessian_no_grad",
)
@pytest.mark.parametrize("name", EVERY_FUNCTION)
def test_it_works_without_recording_too(name: str) -> None:
    call = EVERY_FUNCTION[name]
    one: Any = ((torch.tensor(1.0) if name == "vjp" else ONES),) if name in PRODUCTS else ()
    expected = call(cube, X, *one)
    x = X.clone().requires_grad_()
    with torch.no_grad():
        plain, recorded = call(cube, x, *one), call(cube, x, *one, create_graph=True)
        assert not torch.is_grad_enabled()
    assert lists(plain) == lists(recorded) == lists(expected)
    last = recorded[1] if name in PRODUCTS else recorded
    assert last.requires_grad
    assert not (plain[1] if name in PRODUCTS else plain).requires_grad


@pytest.mark.covers(
    "TestAutogradFunctional.test_vjp_create_graph",
    "TestAutogradFunctional.test_jvp_create_graph",
    "TestAutogradFunctional.test_vhp_create_graph",
    "TestAutogradFunctional.test_hvp_create_graph",
    "TestAutogradFunctional.test_jacobian_create_graph",
    "TestAutogradFunctional.test_hessian_create_graph",
)
@pytest.mark.parametrize("name", EVERY_FUNCTION)
def test_with_create_graph_results_can_be_differentiated(name: str) -> None:
    call = EVERY_FUNCTION[name]
    x, y = tensor(0.5, 1.5, requires_grad=True), tensor(0.7, -0.3, requires_grad=True)
    vector: Any = ()
    if name == "vjp":
        vector = (torch.tensor(0.5, requires_grad=True),)
    elif name in PRODUCTS:
        vector = tensor(0.2, 0.4, requires_grad=True), tensor(0.6, 0.8, requires_grad=True)

    def number(x: Any, y: Any) -> Any:
        return (torch.sin(x) * y**3).sum()

    def results(x: Any, y: Any, *v: Any) -> Any:
        given = () if not v else (v[0] if name == "vjp" else v,)
        return tuple(t for t in flat(call(number, (x, y), *given, create_graph=True)) if t.requires_grad)

    assert gradcheck(results, (x, y, *vector))
    assert gradgradcheck(results, (x, y, *vector))
