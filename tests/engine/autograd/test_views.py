"""Views share memory with their base, and a change of either is part of the other's history."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from groups import grouped

import autodiff.engine as torch

VIEW_OF_LEAF = "a view of a leaf Variable that requires grad is being used in an in-place operation."


def leaf(data: Any) -> torch.Tensor:
    return torch.tensor(data, requires_grad=True)


def square() -> torch.Tensor:
    return leaf([[1.0, 2.0], [3.0, 4.0]])


VIEWS = {
    "x[0]": lambda x: x[0],
    "x[:, 1]": lambda x: x[:, 1],
    "x[0, 1]": lambda x: x[0, 1],
    "x[::2]": lambda x: x[::2],
    "x[None]": lambda x: x[None],
    "x.T": lambda x: x.T,
    "x.t()": lambda x: x.t(),
    "x.view(4)": lambda x: x.view(4),
    "x.reshape(4)": lambda x: x.reshape(4),
    "x.unsqueeze(1)": lambda x: x.unsqueeze(1),
    "x.squeeze()": lambda x: x.squeeze(),
    "x.permute(1, 0)": lambda x: x.permute(1, 0),
    "a view of a view": lambda x: x.T[1].view(1, 2),
}


@grouped("view", VIEWS.values(), ids=VIEWS)
def test_a_view_knows_its_base_and_shares_its_memory(view: Any) -> None:
    base = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
    part = view(base)
    assert part._is_view()
    assert part._base is base
    part.fill_(9.0)
    assert (np.asarray(base) == 9).sum() == part.numel()
    base.zero_()
    assert not np.asarray(part).any()


@pytest.mark.parametrize("make", [lambda x: x.clone(), lambda x: x[[0]], lambda x: x.T.reshape(4), lambda x: x * 1])
def test_what_is_copied_is_no_view(make: Any) -> None:
    x = square()
    assert not make(x)._is_view()


@pytest.mark.covers("TestAutogradDeviceType.test_inplace_on_view_modify_base")
@grouped("view", VIEWS.values(), ids=VIEWS)
def test_a_change_of_the_base_is_part_of_the_views_history(view: Any) -> None:
    x = square()
    base = x * 1
    part = view(base)
    base.mul_(5)
    assert part.tolist() == view(x.detach() * 5).tolist()
    assert part.grad_fn.name() == "AsStridedBackward0"
    (part * 2).sum().backward()
    chosen = leaf(x.tolist())
    (view(chosen) * 10).sum().backward()
    assert x.grad.tolist() == chosen.grad.tolist()


@pytest.mark.covers(
    "TestAutogradDeviceType.test_inplace_on_view_backprop_base",
    "TestAutogradDeviceType.test_inplace_on_view_gradcheck",
)
@grouped("view", VIEWS.values(), ids=VIEWS)
def test_a_change_of_a_view_is_part_of_the_bases_history(view: Any) -> None:
    x, factor = square(), leaf(3.0)
    base = x * 1
    view(base).mul_(factor)
    assert base.grad_fn.name() == "torch::autograd::CopySlices"
    (base * base).sum().backward()
    mask = np.ones((2, 2))
    touched = torch.zeros(2, 2)
    view(touched).fill_(1.0)
    where = np.asarray(touched)
    data = np.asarray(x.detach())
    scale = mask + 2 * where
    np.testing.assert_allclose(x.grad.tolist(), 2 * data * scale**2)
    np.testing.assert_allclose(factor.grad.item(), (2 * data * scale * data * where).sum())


@pytest.mark.covers(
    "TestAutogradDeviceType.test_inplace_on_view_of_view",
    "TestAutogradDeviceType.test_inplace_on_view_backprop_view_of_view",
)
def test_a_change_of_a_view_of_a_view_reaches_the_base() -> None:
    x = square()
    base = x * 1
    row = base[0]
    row[1:].mul_(10)
    assert base.tolist() == [[1, 20], [3, 4]]
    assert row.tolist() == [1, 20]
    row.sum().backward()
    assert x.grad.tolist() == [[1, 10], [0, 0]]


@pytest.mark.covers("TestAutogradDeviceType.test_inplace_on_view_backprop_view")
def test_a_gradient_goes_back_through_a_changed_view() -> None:
    a, b = leaf([2.0, 5.0]), leaf([3.0])
    res = a.view(2, 1).select(1, 0) * 1
    res.mul_(b)
    res.sum().backward()
    assert b.grad.tolist() == [7]
    assert a.grad.tolist() == [3, 3]


@pytest.mark.covers("TestAutogradDeviceType.test_inplace_on_view_makes_base_require_grad")
def test_a_base_outside_the_graph_joins_it_by_a_change_of_its_view() -> None:
    base = torch.zeros(2, 2)
    view = base[0]
    x = leaf([1.0, 2.0])
    view.copy_(x * 2)
    assert base.requires_grad
    assert base.tolist() == [[2, 4], [0, 0]]
    base.sum().backward()
    assert x.grad.tolist() == [2, 2]


@pytest.mark.covers("TestAutograd.test_inplace_on_view_leaf_errors")
@grouped("view", VIEWS.values(), ids=VIEWS)
def test_a_view_of_a_leaf_that_requires_grad_is_not_changed_while_recording(view: Any) -> None:
    x = square()
    with pytest.raises(RuntimeError, match=VIEW_OF_LEAF):
        view(x).add_(1)
    with torch.no_grad():
        view(x).fill_(0.0)
    assert (np.asarray(x.detach()) == 0).any()


@pytest.mark.covers("TestAutogradDeviceType.test_inplace_on_view_then_no_grad")
def test_a_changed_view_can_be_used_outside_recording() -> None:
    a = leaf([1.0, 2.0])
    b = a * 2
    b[:1].add_(1)
    with torch.no_grad():
        assert b.sum().item() == 7
    b.sum().backward()
    assert a.grad.tolist() == [2, 2]


@pytest.mark.covers("TestAutogradDeviceType.test_inplace_on_view_non_contig")
def test_a_view_that_is_not_contiguous_can_be_changed() -> None:
    x = square()
    base = x.T * 1
    base.T[0].mul_(4)
    base.sum().backward()
    assert x.grad.tolist() == [[4, 4], [1, 1]]


@pytest.mark.covers("TestAutograd.test_inplace_on_view_weak_grad_fn")
def test_the_history_of_a_view_outlives_what_was_asked_of_it() -> None:
    x = leaf([1.0, 2.0])
    base = x * 1
    view = base.view(2)
    view.relu_()
    first = view.grad_fn
    assert view.grad_fn is first
    base.sum().backward()
    assert x.grad.tolist() == [1, 1]


@pytest.mark.covers("TestAutograd.test_detach_base")
def test_what_is_detached_from_a_view_is_no_view() -> None:
    x = square()
    part = x[0].detach()
    assert not part._is_view()
    with torch.no_grad():
        part.mul_(3)
    assert x.tolist()[0] == [3, 6]


def test_the_change_of_a_view_is_differentiated_twice() -> None:
    x = leaf([1.0, 2.0])
    y = x**3
    y[0].mul_(x[1])
    (gradient,) = torch.autograd.grad(y.sum(), x, create_graph=True)
    assert gradient.tolist() == [3 * 1 * 2, 1 + 12]
    (second,) = torch.autograd.grad(gradient.sum(), x)
    assert second.tolist() == [6 * 1 * 2 + 3, 3 + 12]


def test_a_view_made_outside_recording_requires_grad_as_its_leaf_does() -> None:
    x = leaf([1.0])
    with torch.no_grad():
        assert x.view(1).requires_grad
        assert not (x * 1).view(1).requires_grad


MANY = "This view is the output of a function that returns multiple views"


@pytest.mark.covers("TestAutogradDeviceType.test_inplace_on_view_multiple_outputs")
@pytest.mark.parametrize("parts", [lambda x: x.unbind(), lambda x: x.split(1), lambda x: x.chunk(2)])
def test_one_of_several_views_is_not_changed_in_place(parts: Any) -> None:
    base = square() * 1
    first, _ = parts(base)
    with pytest.raises(RuntimeError, match=MANY):
        first.mul_(2)


@pytest.mark.covers("TestAutogradDeviceType.test_inplace_on_view_of_multiple_output_view")
def test_a_view_of_one_of_several_views_is_not_changed_in_place() -> None:
    first, _ = (square() * 1).unbind()
    with pytest.raises(RuntimeError, match=MANY):
        first.view(2, 1).mul_(2)


@pytest.mark.covers("TestAutogradDeviceType.test_inplace_multiple_output_view_of_view")
def test_one_of_several_views_of_a_view_is_not_changed_in_place() -> None:
    first, _ = (square() * 1).T.unbind()
    with pytest.raises(RuntimeError, match=MANY):
        first.mul_(2)


@pytest.mark.covers("TestAutogradDeviceType.test_inplace_on_view_python")
def test_a_view_is_changed_by_an_operation_of_the_users_own() -> None:
    class Double(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: torch.Tensor) -> torch.Tensor:
            ctx.mark_dirty(x)
            return x.mul_(2)

        @staticmethod
        def backward(ctx: Any, g: torch.Tensor) -> torch.Tensor:
            return g * 2

    x = square()
    base = x * 1
    Double.apply(base[0])
    assert base.tolist() == [[2, 4], [3, 4]]
    base.sum().backward()
    assert x.grad.tolist() == [[2, 2], [1, 1]]


@pytest.mark.covers("TestAutograd.test_autograd_inplace_view_of_view")
def test_a_view_of_a_view_made_before_a_change_sees_it() -> None:
    x = torch.zeros(2)
    with torch.no_grad():
        y = x.view(2)
    z = y.view(2)
    w = leaf([1.0, 2.0])
    x.add_(w)
    assert z.tolist() == [1, 2]


@pytest.mark.covers("TestAutograd.test_autograd_print_tensor")
def test_a_changed_view_prints_with_its_new_history() -> None:
    base = leaf([1.0, 2.0]) * 1
    view = base[:1]
    view.mul_(3)
    assert str(view) == "tensor([3.], grad_fn=<AsStridedBackward0>)"
    assert str(base) == "tensor([3., 2.], grad_fn=<CopySlices>)"


@pytest.mark.covers("TestAutograd.test_inplace_on_view_saved_output")
def test_a_result_that_was_saved_is_not_freed_while_its_view_is_changed() -> None:
    x = leaf([1.0, 2.0])
    y = x.exp()
    y[:1].mul_(2)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        y.sum().backward()


@pytest.mark.covers("TestAutogradDeviceType.test_inplace_on_view_undefined_grad_output")
def test_a_change_that_sends_no_gradient_on_leaves_zeros() -> None:
    x = square()
    base = x * 1
    base[0].zero_()
    base.sum().backward()
    assert x.grad.tolist() == [[0, 0], [1, 1]]


# What forbids a change in place


class Same(torch.autograd.Function):
    """What it is given, as a view made in an operation of the user's own."""

    @staticmethod
    def forward(ctx: Any, x: torch.Tensor) -> torch.Tensor:
        return x.view_as(x)

    @staticmethod
    def backward(ctx: Any, g: torch.Tensor) -> torch.Tensor:
        return g


IN_NO_GRAD = "A view was created in no_grad mode and is being modified inplace with grad mode enabled."
RESHAPED = {
    "add_": lambda x: x.add_(1),
    "t_": lambda x: x.t_(),
    "transpose_": lambda x: x.transpose_(0, 1),
    "squeeze_": lambda x: x.squeeze_(0),
    "unsqueeze_": lambda x: x.unsqueeze_(0),
}
MAKERS = {
    "a view": (lambda x: x.view_as(x)[0], None),
    "one of several": (lambda x: x.unbind()[0], MANY),
    "a view of the user's own": (lambda x: Same.apply(x[0]), "This view was created inside a custom Function"),
}


@pytest.mark.covers("TestAutograd.test_autograd_inplace_views_creation_meta")
@pytest.mark.parametrize("change", RESHAPED.values(), ids=RESHAPED)
@pytest.mark.parametrize(("make", "refused"), MAKERS.values(), ids=MAKERS)
@pytest.mark.parametrize("recorded", [True, False], ids=["made while recording", "made under no_grad"])
@pytest.mark.parametrize("changed", [True, False], ids=["reshaped while recording", "reshaped under no_grad"])
def test_how_a_view_was_made_decides_whether_it_may_change(
    change: Any, make: Any, refused: str | None, recorded: bool, changed: bool
) -> None:
    message = refused if recorded else "A view was created in no_grad mode and is being modified inplace"
    for requires_grad in (True, False):
        base = torch.ones(2, 2, 2, requires_grad=requires_grad).clone()
        with torch.set_grad_enabled(recorded):
            view = make(base)
        if not requires_grad or message is None:
            change(view).add_(1)
            assert base[0].max().item() >= 2
            continue
        with torch.set_grad_enabled(changed):
            if changed:
                with pytest.raises(RuntimeError, match=message):
                    change(view)
            else:
                change(view)
        with pytest.raises(RuntimeError, match=message):
            view.add_(1)


@pytest.mark.parametrize(
    ("made", "message"),
    [
        (lambda x: x.view(4), IN_NO_GRAD),
        (lambda x: x.view(4).T, IN_NO_GRAD),
    ],
)
def test_a_view_made_under_no_grad_is_not_changed_while_recording(made: Any, message: str) -> None:
    base = square() * 1
    with torch.no_grad():
        view = made(base)
    with pytest.raises(RuntimeError, match=message):
        view.add_(1)
    with pytest.raises(RuntimeError, match="Output 0 of View is a view of a view which was created in no_grad mode"):
        view.view(2, 2).add_(1)
    with torch.no_grad():
        view.add_(1)
    assert base.tolist() == [[2, 3], [4, 5]]


def test_a_view_made_under_no_grad_takes_no_operand_that_requires_grad() -> None:
    base = torch.ones(2)
    with torch.no_grad():
        view = base.view(2)
    view.add_(1)
    with pytest.raises(RuntimeError, match=IN_NO_GRAD):
        view.add_(leaf([1.0, 1.0]))


LOST = {
    "no_grad": (
        lambda: torch.no_grad(),
        lambda x: x.view(4),
        "A view was created in no_grad mode and its base or another view of its base has been modified inplace with",
    ),
    "one of several": (
        lambda: torch.enable_grad(),
        lambda x: x.unbind()[1],
        "Output 1 of Unbind is a view and its base or another view of its base has been modified inplace. " + MANY,
    ),
}


@pytest.mark.parametrize(("mode", "make", "message"), LOST.values(), ids=LOST)
def test_a_change_of_the_base_takes_the_history_of_such_a_view_away(mode: Any, make: Any, message: str) -> None:
    base = square() * 1
    with mode():
        view = make(base)
    base.add_(1)
    assert view.requires_grad
    assert "grad_fn=<Invalid>" in str(view)
    for ask in (lambda: view.grad_fn, lambda: view.is_leaf, lambda: view * 2, lambda: view.sum()):
        with pytest.raises(RuntimeError, match=message):
            ask()
    assert not view.detach().requires_grad
    with torch.no_grad():
        assert (view * 2).tolist() == (base.detach() * 2).view(4)[-len(view) :].tolist()


@pytest.mark.covers("TestAutogradDeviceType.test_inplace_on_view_multi_output_safe")
@pytest.mark.parametrize(
    "parts",
    [lambda x: x.split(1), lambda x: x.split_with_sizes((1, 1)), lambda x: x.chunk(2)],
    ids=["split", "split_with_sizes", "chunk"],
)
def test_parts_cut_by_an_operation_with_several_results_are_refused_with_its_name(parts: Any) -> None:
    first, second = parts(square() * 1)
    with pytest.raises(RuntimeError, match=r"Output 0 of \w+ is a view and is being modified inplace. " + MANY):
        first.mul_(second)


@pytest.mark.covers("TestAutogradDeviceType.test_inplace_on_view_multi_output_unsafe")
@pytest.mark.parametrize(
    "parts",
    [lambda x: x.unsafe_split(1), lambda x: x.unsafe_split_with_sizes((1, 1)), lambda x: x.unsafe_chunk(2)],
    ids=["unsafe_split", "unsafe_split_with_sizes", "unsafe_chunk"],
)
def test_parts_that_are_no_views_may_be_changed_in_place(parts: Any) -> None:
    x = square()
    first, second = parts(x * 1)
    first.mul_(second)
    first.sum().backward()
    assert x.grad is not None
    assert x.grad.tolist() == [*second.tolist(), *parts(x)[0].tolist()]


@pytest.mark.covers(
    "TestAutograd.test_autograd_simple_views_python", "TestAutograd.test_autograd_multiple_views_python"
)
@pytest.mark.parametrize(
    ("compute", "refused"),
    [
        (lambda a: a.clone(), None),
        (lambda a: a[:1], "Output 0 of Own is a view and is being modified inplace. This view was created inside a"),
        (lambda a: a.clone()[0], "Output 0 of Own is a view and is being modified inplace. This view was created"),
        (lambda a: a[0:2][1], "Output 0 of Own is a view and is being modified inplace. This view was created inside"),
        (lambda a: a, "Output 0 of Own is a view and is being modified inplace. This view was created inside a custom"),
        (lambda a: (a[:1], a + 1), "Output 0 of Own is a view and is being modified inplace. " + MANY),
        (lambda a: (a.clone(), a + 1), None),
    ],
    ids=["a copy", "a view", "a view of a copy", "a view of a view", "itself", "a view and a sum", "copies"],
)
def test_an_operation_of_the_users_own_decides_what_becomes_of_its_views(compute: Any, refused: str | None) -> None:
    calls = []

    class Own(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, a: torch.Tensor) -> Any:
            return compute(a)

        @staticmethod
        def backward(ctx: Any, *gradients: torch.Tensor) -> torch.Tensor:
            calls.append(gradients)
            return torch.ones(2)

    a = leaf([1.0, 2.0])
    result = Own.apply(a.clone())
    result = result[0] if isinstance(result, tuple) else result
    result.sum().backward()
    assert len(calls) == 1
    assert a.grad.tolist() == [1, 1]
    if refused is None:
        result.add_(1)
    else:
        with pytest.raises(RuntimeError, match=refused):
            result.add_(1)


class Fails(torch.autograd.Function):
    """The same values; no gradient comes back through it."""

    @staticmethod
    def forward(ctx: Any, x: torch.Tensor) -> torch.Tensor:
        return x.clone()

    @staticmethod
    def backward(ctx: Any, g: torch.Tensor) -> torch.Tensor:
        raise RuntimeError("Boom!")


@pytest.mark.covers("TestAutograd.test_copy_slices_graph_task_updates")
@pytest.mark.parametrize("uses_view_before", [False, True], ids=["once", "before and after the change"])
def test_a_change_of_a_view_sends_gradients_only_where_they_are_asked_for(uses_view_before: bool) -> None:
    x, y = leaf([1.0, 2.0]), leaf([3.0, 4.0])

    def compute() -> tuple[torch.Tensor, torch.Tensor]:
        fails = Fails.apply(y)
        out = x.clone().view(-1)
        before = out * 2
        out.add_(fails)
        return (out + before if uses_view_before else out).sum(), fails

    grad = torch.autograd.grad
    for run in (lambda: compute()[0].backward(), lambda: grad(compute()[0], y)):
        with pytest.raises(RuntimeError, match="Boom!"):
            run()
    scale = 3 if uses_view_before else 1
    assert grad(compute()[0], x)[0].tolist() == [scale, scale]
    out, fails = compute()
    assert grad(out, fails)[0].tolist() == [1, 1]
    out, fails = compute()
    assert [g.tolist() for g in grad(out, (x, fails))] == [[scale, scale], [1, 1]]


@pytest.mark.covers("TestAutograd.test_inplace_on_view_backward")
def test_a_gradient_penalty_goes_back_through_a_view_changed_in_place() -> None:
    x = leaf([[-1.0, 2.0, 3.0]])
    weight = leaf([[0.5], [2.0], [-1.0]])
    hidden = (x @ weight).view(1, 1)
    hidden.mul_(x[:, 1:2]).relu_()
    out = x @ weight
    out[:, 0].mul_(x[:, 1])
    (gradient,) = torch.autograd.grad(out.sum(), x, create_graph=True)
    gradient.pow(2).sum().backward()
    # out = (x . w) * x1, so that d out / d x = w * x1 + (x . w) * e1; then the square's own gradient.
    w, v = np.array([0.5, 2.0, -1.0]), np.array([-1.0, 2.0, 3.0])
    e = np.array([0.0, 1.0, 0.0])
    first = w * v[1] + (v @ w) * e
    np.testing.assert_allclose(gradient.tolist(), [first])
    np.testing.assert_allclose(x.grad.tolist(), [2 * ((first @ w) * e + first[1] * w)])
    np.testing.assert_allclose(weight.grad[:, 0].tolist(), 2 * (first * v[1] + first[1] * v))


CODEGEN = {
    "x.view_as(x)": (lambda x: x.view_as(x), True),
    "x.unbind()[0]": (lambda x: x.unbind()[0], True),
    "x[0]": (lambda x: x[0], True),
    "x.detach()": (lambda x: x.detach(), False),
    "x.clone()": (lambda x: x.clone(), False),
    "x + 1": (lambda x: x + 1, False),
}


@pytest.mark.covers("TestAutograd.test_autograd_views_codegen")
@pytest.mark.parametrize(("make", "is_view"), CODEGEN.values(), ids=CODEGEN)
@pytest.mark.parametrize("records", [True, False], ids=["recording", "under no_grad"])
@pytest.mark.parametrize("requires_grad", [True, False], ids=["requires grad", "requires none"])
def test_what_is_a_view_and_of_what_it_is_a_leaf(make: Any, is_view: bool, records: bool, requires_grad: bool) -> None:
    x = torch.ones(2, 2, requires_grad=requires_grad)
    with torch.set_grad_enabled(records):
        result = make(x)
    assert result._is_view() is is_view
    assert result._base is (x if is_view else None)
    differentiable = make is not CODEGEN["x.detach()"][0]
    assert result.requires_grad is (requires_grad and (is_view or records) and differentiable)
    assert (result.grad_fn is not None) is (requires_grad and records and differentiable)
    if requires_grad and is_view:
        with pytest.raises(RuntimeError, match="view"):
            result.add_(1)
    elif not result.requires_grad:
        result.add_(1)
