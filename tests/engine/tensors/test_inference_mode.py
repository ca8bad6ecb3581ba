"""Inference mode: nothing is recorded, and what is made in it can never be saved by a graph."""

from typing import Any

import pytest

import autodiff.engine as torch
from autodiff.engine import Tensor

SAVED = "^Inference tensors cannot be saved for backward."
IN_PLACE = "^Inplace update to inference tensor outside InferenceMode is not allowed"


def leaf(data: Any = 2.0) -> Tensor:
    return torch.tensor(data, requires_grad=True)


def made_in_inference_mode(requires_grad: bool = False) -> Tensor:
    with torch.inference_mode():
        return torch.ones(1, 2, requires_grad=requires_grad)


@pytest.mark.covers("TestAutogradInferenceMode.test_inference_mode_context_manager")
def test_the_mode_is_on_in_the_block_and_nests() -> None:
    assert not torch.is_inference_mode_enabled()
    with torch.inference_mode():
        assert torch.is_inference_mode_enabled()
        assert not torch.is_grad_enabled()
        with torch.inference_mode(False):
            assert not torch.is_inference_mode_enabled()
            assert torch.is_grad_enabled()
        assert torch.is_inference_mode_enabled()
    assert not torch.is_inference_mode_enabled()
    assert torch.is_grad_enabled()


def test_an_exception_leaves_the_mode() -> None:
    with pytest.raises(KeyError), torch.inference_mode():
        raise KeyError("inside")
    assert not torch.is_inference_mode_enabled()


@pytest.mark.covers("TestAutogradInferenceMode.test_inference_mode_decorator")
def test_the_mode_decorates_functions_with_and_without_parentheses() -> None:
    def body(x: Tensor) -> Any:
        return torch.is_inference_mode_enabled(), x * x

    for mode in (True, False):
        enabled, result = torch.inference_mode(mode)(body)(leaf())
        assert enabled is mode
        assert result.requires_grad is not mode
        assert result.is_inference() is mode
    assert torch.inference_mode(body)(leaf())[0] is True
    assert torch.inference_mode()(body)(leaf())[0] is True


@pytest.mark.covers("TestAutogradInferenceMode.test_inference_mode_tensor_creation")
def test_a_tensor_made_in_the_mode_is_an_inference_tensor_even_if_it_is_to_require_grad() -> None:
    with torch.inference_mode():
        c = torch.ones(1, 2)
        assert not c.requires_grad
        assert c.is_inference()
        d = torch.ones(1, 2, requires_grad=True)
        assert d.requires_grad
        assert d.is_inference()
        assert d.grad_fn is None
    assert not torch.ones(1).is_inference()


@pytest.mark.covers("TestAutogradInferenceMode.test_inference_mode_existing_autograd_session")
def test_a_saved_tensor_changed_in_the_mode_is_found_out() -> None:
    s = leaf([[1.0, 2.0]])
    a = s.clone()
    out = a * a
    with torch.inference_mode():
        a.add_(2)
    assert not a.is_inference()
    with pytest.raises(RuntimeError, match=r"^one of the variables needed for gradient computation has been modified"):
        out.backward(torch.ones(1, 2))


@pytest.mark.covers("TestAutogradInferenceMode.test_inference_mode_inf_tensor_in_inf_mode_functional_op")
def test_operations_in_the_mode_give_inference_tensors_without_grad() -> None:
    for requires_grad in (True, False):
        with torch.inference_mode():
            c = torch.ones(1, 2, requires_grad=requires_grad)
            result = c + c
            assert (result.is_inference(), result.requires_grad, result.grad_fn) == (True, False, None)


@pytest.mark.covers("TestAutogradInferenceMode.test_inference_mode_inf_tensor_in_inf_mode_inplace_op")
def test_an_inference_tensor_may_be_changed_in_the_mode_and_tracks_no_version() -> None:
    with torch.inference_mode():
        for requires_grad in (True, False):
            c = torch.ones(1, 2, requires_grad=requires_grad)
            c.add_(2)
            assert (c.is_inference(), c.requires_grad, c.tolist()) == (True, requires_grad, [[3, 3]])
            with pytest.raises(RuntimeError, match=r"^Inference tensors do not track version counter."):
                _ = c._version


@pytest.mark.covers("TestAutogradInferenceMode.test_inference_mode_inf_tensor_in_inf_mode_view_op")
def test_a_view_of_an_inference_tensor_is_one() -> None:
    with torch.inference_mode():
        view = torch.ones(1, 2).view(2)
        assert (view.is_inference(), view.requires_grad) == (True, False)


@pytest.mark.covers("TestAutogradInferenceMode.test_inference_mode_inf_tensor_in_normal_mode_functional_op")
def test_an_inference_tensor_outside_takes_part_where_it_need_not_be_saved() -> None:
    c = made_in_inference_mode()
    result = c + 2
    assert (result.is_inference(), result.requires_grad) == (False, False)
    x = leaf([[1.0, 2.0]])
    (x + c).sum().backward()
    assert x.grad.tolist() == [[1, 1]]
    with pytest.raises(RuntimeError, match=SAVED):
        _ = x * c
    with pytest.raises(RuntimeError, match=SAVED):
        _ = made_in_inference_mode(True) * 1 * made_in_inference_mode(True)


@pytest.mark.covers("TestAutogradInferenceMode.test_inference_mode_inf_tensor_in_normal_mode_inplace_op")
def test_an_inference_tensor_is_not_to_be_changed_outside() -> None:
    with pytest.raises(RuntimeError, match=IN_PLACE):
        made_in_inference_mode().add_(2)


@pytest.mark.covers("TestAutogradInferenceMode.test_inference_mode_inf_tensor_in_normal_mode_view_op")
def test_a_view_of_an_inference_tensor_outside_is_one_too() -> None:
    view = made_in_inference_mode().view(2)
    assert (view.is_inference(), view.requires_grad, view.is_leaf) == (True, False, True)


def test_an_inference_tensor_cannot_come_to_require_grad_outside() -> None:
    with pytest.raises(RuntimeError, match=r"^Setting requires_grad=True on inference tensor outside InferenceMode"):
        made_in_inference_mode().requires_grad_()


@pytest.mark.covers("TestAutogradInferenceMode.test_normal_tensor_inplace_output_in_inference_mode")
def test_a_normal_tensor_changed_in_the_mode_keeps_its_history() -> None:
    a = leaf([[1.0, 2.0]]).clone()
    node = a.grad_fn
    with torch.inference_mode():
        a.add_(2)
        assert not a.is_inference()
        assert a.grad_fn is node
        view = a.view(2)
        assert not view.is_inference()
        assert (a + a).is_inference()


@pytest.mark.covers("TestAutogradInferenceMode.test_normal_tensor_inplace_output_in_normal_mode")
def test_a_normal_tensor_changed_in_the_mode_and_outside_goes_on_with_its_history() -> None:
    s = leaf([[1.0, 2.0]])
    a = s.clone()
    with torch.inference_mode():
        a.add_(2)
    a.mul_(3)
    assert (a.is_inference(), a.requires_grad) == (False, True)
    a.sum().backward()
    assert s.grad.tolist() == [[3, 3]]
    assert a.tolist() == [[9, 12]]


@pytest.mark.covers("TestAutogradInferenceMode.test_normal_tensor_view_output_in_inference_mode")
def test_a_view_in_the_mode_of_a_normal_tensor_is_normal_and_not_recorded() -> None:
    a = leaf([[1.0, 2.0]]).clone()
    with torch.inference_mode():
        view = a.view(2)
        assert not view.is_inference()
        assert view.grad_fn is None
        assert (view + 1).is_inference()


@pytest.mark.covers("TestAutogradInferenceMode.test_normal_tensor_view_output_in_normal_mode")
def test_a_view_made_in_the_mode_can_be_used_outside() -> None:
    a = leaf([[1.0, 2.0]]).clone()
    with torch.inference_mode():
        view = a.view(2)
    assert (view * 2).tolist() == [2, 4]


@pytest.mark.covers("TestAutogradInferenceMode.test_mix_inference_and_normal_tensor_functional_op")
def test_mixed_operands_are_an_error_only_where_the_inference_tensor_is_to_be_saved() -> None:
    s = leaf([[1.0, 2.0]])
    c = made_in_inference_mode()
    assert (c + s).requires_grad
    with pytest.raises(RuntimeError, match=SAVED):
        _ = c * s
    detached = c.clone()
    assert not detached.is_inference()
    (detached * s).sum().backward()
    assert s.grad.tolist() == [[1, 1]]
    with torch.no_grad():
        assert (c * s).tolist() == [[1, 2]]


@pytest.mark.covers("TestAutogradInferenceMode.test_mix_inference_and_normal_tensor_inplace_op")
def test_a_normal_tensor_is_changed_by_an_inference_tensor_where_that_is_not_saved() -> None:
    s = leaf([[1.0, 2.0]])
    a = s.clone()
    c = made_in_inference_mode()
    with pytest.raises(RuntimeError, match=SAVED):
        a.mul_(c)
    a = s.clone()
    a.add_(c)
    a.sum().backward()
    assert s.grad.tolist() == [[1, 1]]
    with pytest.raises(RuntimeError, match=IN_PLACE):
        c.add_(s)


@pytest.mark.covers("TestAutogradInferenceMode.test_mix_inference_and_normal_tensor_view_op")
def test_a_normal_tensor_viewed_as_an_inference_tensor_is_normal() -> None:
    s = leaf([[1.0, 2.0]])
    c = made_in_inference_mode()
    view = s.view(c.shape)
    assert (view.is_inference(), view.requires_grad) == (False, True)
    back = c.view(s.shape)
    assert (back.is_inference(), back.requires_grad) == (True, False)


CHANGES = {"add_": lambda x: x.add_(2), "transpose_": lambda x: x.transpose_(0, 1)}


@pytest.mark.covers("TestAutogradInferenceMode.test_inference_mode_handle_direct_view_on_rebase")
@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_view_made_in_inference_mode_is_not_changed_while_recording(change: Any) -> None:
    base = torch.ones(1, 2, 3, requires_grad=True).clone()
    with torch.inference_mode():
        view = base.view_as(base)
    assert not view.is_inference()
    message = "A view was created in inference mode and is being modified inplace in normal mode."
    with pytest.raises(RuntimeError, match=message):
        change(view)


@pytest.mark.covers("TestAutogradInferenceMode.test_inference_mode_handle_indirect_view_on_rebase")
@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_change_of_its_base_ends_the_history_of_a_view_made_in_inference_mode(change: Any) -> None:
    base = torch.ones(1, 2, 3, requires_grad=True).clone()
    with torch.inference_mode():
        view = base.view(-1)
    change(base)
    message = "A view was created in inference mode and its base or another view of its base has been modified inplace"
    with pytest.raises(RuntimeError, match=message):
        _ = view.grad_fn


def test_a_leaf_made_in_inference_mode_is_first_of_all_a_leaf() -> None:
    with torch.inference_mode():
        x = torch.ones(2, requires_grad=True)
    with pytest.raises(RuntimeError, match="a leaf Variable that requires grad is being used in an in-place operation"):
        x.add_(1)
    with torch.no_grad(), pytest.raises(RuntimeError, match="Inplace update to inference tensor outside InferenceMode"):
        x.add_(1)
