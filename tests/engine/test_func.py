"""torch.func: derivatives as functions of functions, in any nesting, and vmap."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from groups import grouped

import autodiff.engine as torch
from autodiff.engine.func import grad, grad_and_value, hessian, jacfwd, jacrev, jvp, linearize, vjp, vmap


def tensor(*values: float, requires_grad: bool = False) -> torch.Tensor:
    return torch.tensor(list(values), requires_grad=requires_grad)


def lists(value: Any) -> Any:
    if isinstance(value, (tuple, list)):
        return type(value)(map(lists, value))
    return {k: lists(v) for k, v in value.items()} if isinstance(value, dict) else value.tolist()


def square(x: Any) -> Any:
    return (x**2).sum()


X, Y = tensor(1.0, 2.0), tensor(3.0, 4.0)
ROWS = torch.tensor([[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]])


# grad


def test_grad_is_the_gradient() -> None:
    assert lists(grad(square)(X)) == [2.0, 4.0]
    assert lists(grad_and_value(square)(X)) == ([2.0, 4.0], 5.0)
    assert lists(torch.func.grad(lambda x, y: (x * y).sum(), argnums=-1)(X, Y)) == [1.0, 2.0]
    assert lists(grad(lambda x, y: (x * y).sum(), argnums=(0, 1))(X, Y)) == ([3.0, 4.0], [1.0, 2.0])
    assert lists(grad(lambda x, scale: (x * scale).sum())(X, scale=3.0)) == [3.0, 3.0]
    assert lists(grad(lambda x: Y.sum())(X)) == [0.0, 0.0]


def test_arguments_may_be_nested() -> None:
    parameters = {"a": X, "b": [Y, torch.tensor(2.0)]}
    found = grad(lambda p: (p["a"] * p["b"][0]).sum() * p["b"][1])(parameters)
    assert lists(found) == {"a": [6.0, 8.0], "b": [[2.0, 4.0], 11.0]}


def test_what_is_returned_beside_comes_out_as_it_is() -> None:
    found, aux = grad(lambda x: (square(x), {"doubled": x * 2}), has_aux=True)(X)
    assert lists(found) == [2.0, 4.0]
    assert lists(aux) == {"doubled": [2.0, 4.0]}
    assert not aux["doubled"].requires_grad
    assert lists(grad_and_value(lambda x: (square(x), x), has_aux=True)(X)) == ([2.0, 4.0], (5.0, [1.0, 2.0]))


def test_results_have_history_only_from_outside() -> None:
    assert not grad(square)(X).requires_grad
    x = X.clone().requires_grad_()
    found = grad(square)(x)
    (again,) = torch.autograd.grad(found.sum(), x)
    assert again.tolist() == [2.0, 2.0]
    (by_closure,) = torch.autograd.grad(grad(lambda a: (a**2 * x).sum())(X).sum(), x)
    assert by_closure.tolist() == [2.0, 4.0]
    with torch.no_grad():
        assert not grad(square)(x).requires_grad
        assert lists(grad(square)(x)) == [2.0, 4.0]


def test_derivatives_nest() -> None:
    assert lists(grad(grad(grad(lambda x: x**4)))(torch.tensor(2.0))) == 48.0
    # The inner derivative is 1 whatever x is: levels are not confused.
    one = torch.tensor(1.0)
    assert lists(grad(lambda x: x * grad(lambda y: x + y)(one))(one)) == 1.0
    assert lists(jvp(lambda x: x * jvp(lambda y: x + y, (one,), (one,))[1], (one,), (one,))) == (1.0, 1.0)
    assert lists(jvp(lambda x: x * grad(lambda y: x * y)(one), (torch.tensor(3.0),), (one,))) == (9.0, 6.0)
    assert lists(grad(lambda x: x * jvp(lambda y: x * y, (one,), (one,))[1])(torch.tensor(3.0))) == 6.0


@pytest.mark.parametrize("outer", [jacfwd, jacrev])
@pytest.mark.parametrize("inner", [jacfwd, jacrev])
def test_second_derivatives_by_every_nesting(outer: Any, inner: Any) -> None:
    def function(x: Any) -> Any:
        return torch.sin(x[0] * x[1]) + x[1] ** 3

    c, s = np.cos(2.0), np.sin(2.0)
    expected = [[-4 * s, c - 2 * s], [c - 2 * s, -s + 12.0]]
    np.testing.assert_allclose(outer(inner(function))(X).numpy(), expected)
    np.testing.assert_allclose(hessian(function)(X).numpy(), expected)
    third = outer(inner(outer(function)))(X)
    np.testing.assert_allclose(third.numpy(), jacrev(jacrev(jacrev(function)))(X).numpy(), atol=1e-12)


def test_a_forward_derivative_of_a_gradient_and_the_other_way_round() -> None:
    def cube(x: Any) -> Any:
        return (x**3).sum()

    value, tangent = jvp(grad(cube), (X,), (Y,))
    assert lists((value, tangent)) == ([3.0, 12.0], [18.0, 48.0])
    (cotangent,) = vjp(grad(cube), X)[1](Y)
    assert cotangent.tolist() == [18.0, 48.0]
    assert lists(grad(lambda x: jvp(cube, (x,), (Y,))[1])(X)) == [18.0, 48.0]


@pytest.mark.parametrize(
    ("argnums", "message"),
    [
        (2, "Got argnum=2, but only 2 positional inputs"),
        ((), "argnums must be non-empty"),
        (1.5, "argnums must be int or Tuple"),
        ((0, 0), "argnums elements must be unique"),
    ],
)
@pytest.mark.parametrize("transform", [grad, jacrev, jacfwd])
def test_argnums_are_positions(transform: Any, argnums: Any, message: str) -> None:
    with pytest.raises(RuntimeError, match=message):
        transform(lambda x, y: (x * y).sum(), argnums=argnums)(X, Y)


def test_mistakes_with_grad() -> None:
    with pytest.raises(RuntimeError, match="only Tensors of floating point dtype"):
        grad(square)(torch.tensor([1, 2]))
    with pytest.raises(ValueError, match="Thing passed to transform API must be Tensor"):
        grad(square)(1.0)
    with pytest.raises(RuntimeError, match="to return a scalar Tensor, got tensor with 1 dims"):
        grad(lambda x: x)(X)
    with pytest.raises(RuntimeError, match="to return a Tensor, got <class 'tuple'>"):
        grad(lambda x: (square(x), x))(X)
    with pytest.raises(RuntimeError, match="should be a tuple: \\(output, aux\\)"):
        grad(square, has_aux=True)(X)
    with pytest.raises(RuntimeError, match="Expected tensors, got unsupported type <class 'int'>"):
        grad(lambda x: (square(x), 3), has_aux=True)(X)


# vjp and jvp


def test_vjp_pulls_cotangents_back() -> None:
    value, pull_back = vjp(lambda x, y: {"product": x * y, "x": x}, X, Y)
    assert lists(value) == {"product": [3.0, 8.0], "x": [1.0, 2.0]}
    for _ in range(2):
        assert lists(pull_back({"product": tensor(1.0, 1.0), "x": tensor(5.0, 5.0)})) == ([8.0, 9.0], [1.0, 2.0])
    assert len(vjp(lambda x: (x, x), X, has_aux=True)) == 3
    with pytest.raises(RuntimeError, match="Expected pytree structure of cotangents to be the same"):
        pull_back(X)
    with pytest.raises(RuntimeError, match="Mismatch in shape"):
        vjp(square, X)[1](X)
    with pytest.raises(RuntimeError, match="expected f\\(\\*primals\\) to return only tensors"):
        vjp(lambda x: 1.0, X)


def test_jvp_pushes_tangents_forward() -> None:
    assert lists(jvp(square, (X,), (Y,))) == (5.0, 22.0)
    assert lists(jvp(lambda x, y: (x * y, x), (X, Y), (Y, X))) == (([3.0, 8.0], [1.0, 2.0]), ([10.0, 20.0], [3.0, 4.0]))
    assert lists(jvp(lambda x: torch.tensor(2.0), (X,), (Y,))) == (2.0, 0.0)
    assert lists(jvp(lambda x: (x * 2, x), (X,), (Y,), has_aux=True)) == ([2.0, 4.0], [6.0, 8.0], [1.0, 2.0])
    value, derivative = linearize(square, X)
    assert lists((value, derivative(Y), derivative(X))) == (5.0, 22.0, 10.0)


@pytest.mark.parametrize(
    ("primals", "tangents", "message"),
    [
        (X, X, "Expected primals to be a tuple"),
        ((X,), X, "Expected primals and tangents to have the same python structure"),
        ((), (), "Expected primals to contain at least one Tensor"),
        ((1.0,), (X,), "Expected primals to only contain Tensors"),
        ((X,), (tensor(1.0, 2.0, 3.0),), "different size"),
    ],
)
def test_mistakes_with_jvp(primals: Any, tangents: Any, message: str) -> None:
    with pytest.raises(RuntimeError, match=message):
        jvp(square, primals, tangents)


def test_an_error_inside_leaves_no_level_behind() -> None:
    with pytest.raises(ZeroDivisionError):
        jvp(lambda x: 1 / 0, (X,), (Y,))
    assert "tangent" not in str(X * 2)
    assert lists(jvp(square, (X,), (Y,))) == (5.0, 22.0)


# Jacobians


@pytest.mark.parametrize("jacobian", [jacrev, jacfwd])
def test_jacobians(jacobian: Any) -> None:
    assert lists(jacobian(lambda x: x**2)(X)) == [[2.0, 0.0], [0.0, 4.0]]
    assert lists(jacobian(lambda x: x.sum() * torch.ones(1, 2))(X)) == [[[1.0, 1.0], [1.0, 1.0]]]
    assert lists(jacobian(lambda x, y: (x * y, x.sum()), argnums=(0, 1))(X, Y)) == (
        ([[3.0, 0.0], [0.0, 4.0]], [[1.0, 0.0], [0.0, 2.0]]),
        ([1.0, 1.0], [0.0, 0.0]),
    )
    assert lists(jacobian(lambda d: {"out": d["in"] * 2})({"in": X})) == {"out": {"in": [[2.0, 0.0], [0.0, 2.0]]}}
    assert lists(jacobian(lambda x: (x * 2, x), has_aux=True)(X)) == ([[2.0, 0.0], [0.0, 2.0]], [1.0, 2.0])
    assert jacobian(lambda x: x * 2)(torch.ones(0)).shape == (0, 0)
    with pytest.raises(RuntimeError, match="to return only tensors"):
        jacobian(lambda x: 1.0)(X)


def test_a_hessian_of_several_arguments() -> None:
    found = hessian(lambda x, y: (x * y).sum(), argnums=(0, 1))(X, Y)
    zero, unit = [[0.0, 0.0], [0.0, 0.0]], [[1.0, 0.0], [0.0, 1.0]]
    assert lists(found) == ((zero, unit), (unit, zero))


# vmap


def test_vmap_maps_over_a_dimension() -> None:
    assert lists(torch.vmap(lambda row: row.sum())(ROWS)) == [3.0, 12.0]
    assert lists(vmap(lambda column: column * 2, in_dims=1, out_dims=1)(ROWS)) == lists(ROWS * 2)
    assert lists(vmap(lambda row, y: row * y, in_dims=(0, None))(ROWS, 2.0)) == lists(ROWS * 2)
    assert lists(vmap(lambda row: row, in_dims=-1, out_dims=-1)(ROWS)) == lists(ROWS)
    assert lists(vmap(lambda row: (row, row.sum()), out_dims=(1, 0))(ROWS)) == (lists(ROWS.T), [3.0, 12.0])
    nested = vmap(lambda d: {"out": d["a"] + d["b"]}, in_dims=({"a": 0, "b": None},))
    assert lists(nested({"a": ROWS, "b": torch.tensor(1.0)})) == {"out": lists(ROWS + 1)}
    assert lists(vmap(lambda row: torch.tensor(2.0), out_dims=None)(ROWS)) == 2.0
    assert vmap(lambda row: row.sum())(torch.zeros(0, 3)).shape == (0,)
    assert vmap(lambda row: row * 2, out_dims=1)(torch.zeros(0, 3)).shape == (3, 0)


def test_vmap_composes_with_derivatives() -> None:
    assert lists(vmap(grad(square))(ROWS)) == lists(ROWS * 2)
    assert lists(grad(lambda rows: vmap(square)(rows).sum())(ROWS)) == lists(ROWS * 2)
    assert lists(jvp(vmap(square), (ROWS,), (torch.ones(2, 3),))) == ([5.0, 50.0], [6.0, 24.0])
    assert lists(vmap(vmap(lambda x: x * 2))(ROWS)) == lists(ROWS * 2)
    assert lists(vmap(vjp(lambda x: x**2, X)[1])(torch.eye(2))[0]) == [[2.0, 0.0], [0.0, 4.0]]


@grouped(
    "arguments, inputs, message",
    [
        ({"in_dims": None}, (ROWS,), "expected `in_dims` to be int or a"),
        ({"in_dims": (0, 0)}, (ROWS,), "in_dims is not compatible with the structure of `inputs`"),
        ({"in_dims": 2}, (ROWS,), "expected in_dim to satisfy -2 <= in_dim < 2"),
        ({}, (1.0,), "We cannot vmap over non-Tensor arguments"),
        ({}, (), "got no inputs"),
        ({"out_dims": (0, 1)}, (ROWS,), "out_dims is not compatible with the structure of `outputs`"),
        ({"out_dims": "a"}, (ROWS,), "`out_dims` must be an int, None or a python collection"),
        ({"out_dims": None}, (ROWS,), "can not return a BatchedTensor when out_dim is None"),
    ],
)
def test_mistakes_with_vmap(arguments: dict[str, Any], inputs: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        vmap(lambda *rows: rows[0], **arguments)(*inputs)


def test_more_mistakes_with_vmap() -> None:
    with pytest.raises(ValueError, match=r"got sizes \[2, 3\] for the mapped dimension"):
        vmap(lambda x, y: x)(ROWS, tensor(1.0, 2.0, 3.0))
    with pytest.raises(ValueError, match="must only return Tensors, got type <class 'float'>"):
        vmap(lambda row: 1.0)(ROWS)
    with pytest.raises(ValueError, match="chunk_size should be None or greater than 0"):
        vmap(square, chunk_size=0)
    with pytest.raises(RuntimeError, match="Only allowed values for randomness"):
        vmap(square, randomness="some")
    with pytest.raises(ValueError, match="`chunk_size` should be greater than 0"):
        jacrev(square, chunk_size=0)


# autograd.grad in batches


@pytest.mark.covers("TestAutograd.test_grad_batched_grad")
def test_gradients_of_a_batch_are_stacked() -> None:
    x, y = tensor(1.0, 2.0, requires_grad=True), tensor(3.0, requires_grad=True)
    out = x**2 * y
    by_x, by_y, unused = torch.autograd.grad(
        out, (x, y, tensor(1.0, requires_grad=True)), torch.eye(2), is_grads_batched=True, allow_unused=True
    )
    assert lists((by_x, by_y)) == ([[6.0, 0.0], [0.0, 12.0]], [[1.0], [4.0]])
    assert unused is None
    out = x**2
    (first,) = torch.autograd.grad(out, x, torch.eye(2), is_grads_batched=True, create_graph=True)
    (second,) = torch.autograd.grad(first.sum(), x)
    assert second.tolist() == [2.0, 2.0]
    with pytest.raises(RuntimeError, match="we interpret the first dimension of each grad_output as the batch"):
        torch.autograd.grad(x**2, x, torch.ones(2), is_grads_batched=True)
