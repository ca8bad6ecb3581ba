"""What a function that is transformed has from elsewhere: it may not be changed, and is printed as it is."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

import autodiff.engine as torch
from autodiff.engine.func import functional_call, grad, grad_and_value, hessian, jacfwd, jacrev, jvp, vjp, vmap

GLOBAL = torch.zeros(2)
CONTAINER = {"state": [torch.zeros(2)]}
X = torch.ones(2)


class Counter:
    def __init__(self) -> None:
        self.total = torch.zeros(2)

    def add(self, x: Any) -> Any:
        self.total.add_(x)
        return (x * self.total).sum()


def writes_to_global(x: Any) -> Any:
    GLOBAL.copy_(x)
    return (x * GLOBAL).sum()


def writes_to_container(x: Any) -> Any:
    CONTAINER["state"][0].mul_(2)
    return x.sum()


def calls_one_that_writes(x: Any) -> Any:
    return writes_to_global(x)


def writes_to_argument(total: Any, x: Any) -> Any:
    total.add_(x)
    return (x * total).sum()


def writes_elements(x: Any) -> Any:
    GLOBAL[0] = x[0]
    return x.sum()


@pytest.mark.parametrize(
    ("function", "operation"),
    [
        (writes_to_global, "copy_"),
        (writes_to_container, "mul_.Tensor"),
        (calls_one_that_writes, "copy_"),
        (Counter().add, "add_.Tensor"),
        (partial(writes_to_argument, torch.zeros(2)), "add_.Tensor"),
        (writes_elements, "copy_"),
        (lambda x: GLOBAL.pow_(2).sum() + x.sum(), "pow_.Scalar"),
        (lambda x: GLOBAL.unsqueeze_(0).sum() + x.sum(), "unsqueeze_"),
    ],
)
def test_a_function_being_differentiated_may_not_change_what_it_was_not_given(function: Any, operation: str) -> None:
    runs = [
        lambda: grad(function)(X),
        lambda: grad_and_value(function)(X),
        lambda: jacrev(function)(X),
        lambda: vjp(function, X),
        lambda: jvp(function, (X,), (X,)),
        lambda: jacfwd(function)(X),
        lambda: hessian(function)(X),
    ]
    for run in runs:
        with pytest.raises(RuntimeError, match=rf"\(aten::{operation}\) that would mutate a captured Tensor"):
            run()


def test_it_may_change_what_it_makes_or_is_given() -> None:
    def makes(x: Any) -> Any:
        y = torch.zeros(2)
        y.copy_(x)
        y[1:].mul_(2)
        return (x * y).sum()

    def is_given(x: Any, y: Any) -> Any:
        y.mul_(3)
        return (x * y).sum()

    y = torch.ones(2)
    assert grad(makes)(X).tolist() == [2, 4]
    assert grad(is_given)(X, y).tolist() == [3, 3]
    assert y.tolist() == [3, 3]


def shown(transform: Any, *values: Any) -> list[str]:
    texts: list[str] = []

    def function(x: Any) -> Any:
        texts.extend(repr(t) for t in (x, x * 2, torch.zeros(1), GLOBAL))
        return x.sum()

    transform(function)(*values)
    return [" ".join(text.split()) for text in texts]


def test_tensors_inside_are_printed_with_the_levels_that_they_are_at() -> None:
    GLOBAL.zero_()
    one = "GradTrackingTensor(lvl=1, value= tensor({}) )"
    assert shown(grad, X) == [one.format("[1., 1.]"), one.format("[2., 2.]"), one.format("[0.]"), "tensor([0., 0.])"]
    rows = torch.ones(2, 2)
    inner = "BatchedTensor(lvl=1, bdim=0, value= tensor([[1., 1.], [1., 1.]]) )"
    assert shown(vmap, rows)[0] == inner
    assert shown(lambda f: vmap(grad(f)), rows)[0] == f"GradTrackingTensor(lvl=2, value= {inner} )"
    assert shown(jacfwd, X)[0] == one.replace("lvl=1", "lvl=2").format("[1., 1.]")
    assert repr(X) == "tensor([1., 1.])"


def test_a_module_is_called_with_other_parameters() -> None:
    module = torch.nn.Linear(2, 1)
    given = {"weight": torch.ones(1, 2), "bias": torch.zeros(1)}
    assert functional_call(module, given, X).tolist() == [2]
    assert functional_call(module, [{"weight": torch.ones(1, 2)}, {"bias": torch.ones(1)}], (X,)).tolist() == [3]
    assert isinstance(module.weight, torch.nn.Parameter)
    slopes = grad(lambda p: functional_call(module, p, X).sum())(given)
    assert slopes["weight"].tolist() == [[1, 1]]
    with pytest.raises(RuntimeError, match="Unexpected key"):
        functional_call(module, {**given, "other": X}, X, strict=True)
    with pytest.raises(ValueError, match="appeared in multiple dictionaries"):
        functional_call(module, [given, given], X)


def test_models_of_one_kind_are_run_as_a_batch() -> None:
    models = [torch.nn.Linear(2, 1) for _ in range(3)]
    parameters, buffers = torch.func.stack_module_state(models)
    found = vmap(lambda p: functional_call(models[0], p, X))(parameters)
    assert buffers == {}
    assert torch.allclose(found, torch.stack([model(X) for model in models]))


def test_what_is_computed_under_no_grad_inside_has_no_history() -> None:
    def function(x: Any) -> Any:
        with torch.no_grad():
            _, value = grad_and_value(lambda x: x**3)(x)
        return x**3 - value

    x = torch.tensor(1.5)
    assert grad(function)(x).item() == 3 * 1.5**2
    for nothing, leaves in ((None, r"\[None\]"), ((), r"\[\]")):
        with pytest.raises(RuntimeError, match=rf"function that has non-empty output \(got output = {leaves}\)"):
            vjp(lambda x, nothing=nothing: nothing, x)


def test_a_batched_tensor_has_the_strides_of_one() -> None:
    seen: list[Any] = []

    def function(x: Any) -> Any:
        seen.append((x.stride(), x.stride(0), x.is_contiguous()))
        return x

    vmap(function)(torch.ones(3, 2, 5))
    vmap(function, in_dims=1)(torch.ones(2, 3, 5))
    assert seen == [((5, 1), 5, True), ((15, 1), 15, False)]


@pytest.mark.parametrize("key", [True, None, ..., slice(None)])
def test_a_value_may_have_further_dimensions_of_one_element(key: Any) -> None:
    for x in (torch.zeros(2, 3), torch.tensor(3.0), torch.tensor(3)):
        if isinstance(key, slice) and not x.ndim:
            continue
        value = torch.ones_like(x)[None, None]
        x[key] = value
        assert torch.equal(x, value[0, 0])
