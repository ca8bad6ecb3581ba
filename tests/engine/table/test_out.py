"""`out=`: results written into tensors that are there already."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autodiff.engine as torch
import autodiff.engine.autograd.forward_ad as forward_ad

REFUSED = (
    r"^{}\(\): functions with out=... arguments don't support automatic differentiation, but one of the arguments "
    "requires grad."
)

CALLS: dict[str, tuple[Callable[..., Any], tuple[Any, ...], Any]] = {
    "of one": (torch.sin, (torch.tensor([0.0, 1.0]),), np.sin([0.0, 1.0])),
    "of two": (torch.mul, (torch.tensor([2.0, 3.0]), torch.tensor([4.0, 5.0])), [8, 15]),
    "of a tensor and a number": (torch.mul, (torch.tensor([2.0, 3.0]), 2), [4, 6]),
    "made of others": (torch.add, (torch.tensor([2.0, 3.0]), torch.tensor([4.0, 5.0])), [6, 8]),
    "with a parameter": (torch.sum, (torch.tensor([[2.0, 3.0], [4.0, 5.0]]), 0), [6, 8]),
    "of a list": (torch.cat, ([torch.tensor([2.0]), torch.tensor([3.0])],), [2, 3]),
    "without dimensions": (torch.exp, (torch.tensor(0.0),), 1.0),
}


@pytest.mark.parametrize(("function", "args", "expected"), CALLS.values(), ids=CALLS)
def test_a_result_is_written_into_out_which_is_returned(function: Any, args: Any, expected: Any) -> None:
    out = torch.zeros(np.shape(expected))
    assert function(*args, out=out) is out
    np.testing.assert_allclose(out.tolist(), expected)
    assert out._version == 1


@pytest.mark.parametrize("function", [torch.sin, torch.add], ids=lambda f: f.__name__)
def test_out_may_be_none(function: Any) -> None:
    args = [torch.tensor(1.0)] * (2 if function is torch.add else 1)
    assert function(*args, out=None).item() == function(*args).item()


@pytest.mark.covers("TestAutograd.test_out_variant_raises_when_inputs_require_grad")
@pytest.mark.parametrize("name", ["mul", "add", "cat", "sum"])
def test_out_takes_no_part_in_a_graph(name: str) -> None:
    wrap = {"cat": lambda *t: [list(t)], "sum": lambda a, b: [b]}.get(name, lambda *t: list(t))
    function = getattr(torch, name)
    plain, wanted = torch.ones(2), torch.ones(2, requires_grad=True)
    out = torch.zeros(0)
    with pytest.raises(RuntimeError, match=REFUSED.format(name)):
        function(*wrap(plain, wanted), out=out)
    with pytest.raises(RuntimeError, match=REFUSED.format(name)):
        function(*wrap(plain, plain), out=torch.zeros(0, requires_grad=True))
    with torch.no_grad():
        function(*wrap(plain, wanted), out=out)
    assert out.tolist() == function(*wrap(plain, plain)).tolist()
    assert not out.requires_grad


def test_an_empty_out_takes_the_results_shape() -> None:
    out = torch.empty(0)
    torch.sin(torch.ones(2, 3), out=out)
    assert out.shape == (2, 3)


def test_an_out_of_another_shape_takes_the_results_with_a_warning() -> None:
    out = torch.zeros(4)
    message = r"An output with one or more elements was resized since it had shape \[4\], which does not match the req"
    with pytest.warns(UserWarning, match=message):
        torch.sin(torch.ones(2, 3), out=out)
    assert out.shape == (2, 3)


def test_out_keeps_its_dtype_if_it_can_hold_the_result() -> None:
    out = torch.zeros(2, dtype=torch.float32)
    torch.add(torch.ones(2), torch.ones(2), out=out)
    assert out.dtype is torch.float32
    with pytest.raises(RuntimeError, match=r"^result type Double can't be cast to the desired output type Long$"):
        torch.add(torch.ones(2), torch.ones(2), out=torch.zeros(2, dtype=torch.int64))


def test_out_may_be_a_view_or_an_argument() -> None:
    base, x = torch.zeros(2, 2), torch.tensor([1.0, 2.0])
    torch.mul(x, 2, out=base[1])
    assert base.tolist() == [[0, 0], [2, 4]]
    torch.mul(x, x, out=x)
    assert x.tolist() == [1, 4]
    with pytest.raises(RuntimeError, match="^unsupported operation: more than one element of the written-to tensor"):
        torch.mul(x, x, out=torch.zeros(1).expand(2))


def test_several_results_need_a_tuple() -> None:
    values, indices = torch.empty(0), torch.empty(0, dtype=torch.int64)
    result = torch.max(torch.tensor([[1.0, 5.0], [7.0, 2.0]]), 1, out=(values, indices))
    assert result.values is values
    assert result.indices is indices
    assert (values.tolist(), indices.tolist()) == ([5, 7], [1, 0])
    with pytest.raises(TypeError, match="^expected tuple of 2 elements but got 1$"):
        torch.max(torch.ones(2), 0, out=(torch.zeros(()),))
    with pytest.raises(TypeError, match=r"^max\(\): argument 'out' must be tuple of Tensors, not Tensor$"):
        torch.max(torch.ones(2), 0, out=torch.zeros(()))


@pytest.mark.parametrize("out", [1, [1.0], (torch.zeros(1),)], ids=["a number", "a list", "a tuple"])
def test_out_has_to_be_a_tensor(out: Any) -> None:
    with pytest.raises(TypeError, match=rf"^sin\(\): argument 'out' must be Tensor, not {type(out).__name__}$"):
        torch.sin(torch.ones(1), out=out)


def test_what_was_saved_and_then_written_over_by_out_is_found_out() -> None:
    x, factor = torch.ones(2, requires_grad=True), torch.ones(2)
    y = (x * factor).sum()
    torch.sin(torch.ones(2), out=factor)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        y.backward()


@pytest.mark.covers("TestAllowMutationOnSaved.test_with_out_variant")
def test_what_was_saved_may_be_written_over_by_out_where_that_is_allowed() -> None:
    x, factor = torch.ones(2, requires_grad=True), torch.ones(2)
    with torch.autograd.graph.allow_mutation_on_saved_tensors():
        y = (x * factor).sum()
        torch.sin(torch.ones(2), out=factor)
        y.backward()
    assert x.grad.tolist() == [1, 1]


@pytest.mark.covers("TestAutogradForwardMode.test_out_variant")
def test_out_takes_no_part_in_forward_mode() -> None:
    with forward_ad.dual_level():
        dual, plain = forward_ad.make_dual(torch.ones(2), torch.ones(2)), torch.ones(2)
        for args, out in (((plain, plain), dual), ((dual, plain), plain)):
            with pytest.raises(NotImplementedError, match="because it is an out= function"):
                torch.mul(*args, out=out)
            with pytest.raises(NotImplementedError, match="because it is an out= function"):
                torch.add(*args, out=out)
        torch.mul(plain, 3, out=plain)
    assert plain.tolist() == [3, 3]


def test_a_tensor_made_in_inference_mode_is_no_out_outside_it() -> None:
    with torch.inference_mode():
        out = torch.ones(2)
    with pytest.raises(RuntimeError, match="^Inplace update to inference tensor outside InferenceMode"):
        torch.sin(torch.ones(2), out=out)
