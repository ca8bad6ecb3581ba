"""Hooks on what is saved for backward, and saved tensors that may be changed in place."""

import pickle
from pathlib import Path
from typing import Any

import pytest

import autodiff.engine as torch
from autodiff.engine import Tensor
from autodiff.engine.autograd.graph import (
    allow_mutation_on_saved_tensors,
    disable_saved_tensors_hooks,
    saved_tensors_hooks,
)

IN_PLACE = "^one of the variables needed for gradient computation has been modified by an inplace operation"


def leaf(data: Any = 2.0) -> Tensor:
    return torch.tensor(data, requires_grad=True)


# saved_tensors_hooks


@pytest.mark.covers("TestAutograd.test_saved_variable_packing_unpacking_saved_original_with_default_hooks")
@pytest.mark.parametrize("data", [5.0, [5.0, 7.0]])
def test_a_saved_argument_is_what_the_hooks_make_of_it(data: Any) -> None:
    a = leaf(data)
    with saved_tensors_hooks(lambda t: t, lambda t: t):
        y = a * a
    assert y.grad_fn._saved_self.tolist() == a.tolist()
    y.sum().backward()
    assert a.grad.tolist() == (2 * a).tolist()
    a = leaf(data)
    with saved_tensors_hooks(lambda t: 2 * t, lambda t: t):
        y = a * a
    assert y.grad_fn._saved_other.tolist() == (2 * a).tolist()
    y.sum().backward()
    assert a.grad.tolist() == (4 * a).tolist()
    a = leaf(data)
    with saved_tensors_hooks(lambda t: t, lambda t: 3 * t):
        y = a * a
    y.sum().backward()
    assert a.grad.tolist() == (6 * a).tolist()


@pytest.mark.covers("TestAutograd.test_saved_variable_packing_unpacking_did_not_save_original_with_default_hooks")
@pytest.mark.parametrize("data", [0.5, [0.5, 1.5]])
def test_a_saved_result_is_what_the_hooks_make_of_it(data: Any) -> None:
    a = leaf(data)
    with saved_tensors_hooks(lambda t: t * 10, lambda t: t + 1):
        y = torch.exp(a)
    expected = (y * 10 + 1).tolist()
    assert y.grad_fn._saved_result.tolist() == expected
    y.sum().backward()
    assert a.grad.tolist() == expected


def test_hooks_can_change_what_is_kept_into_anything() -> None:
    kept: list[Any] = []

    def pack(tensor: Tensor) -> int:
        kept.append(tensor.tolist())
        return len(kept) - 1

    x = leaf([1.0, 2.0])
    with saved_tensors_hooks(pack, lambda number: torch.tensor(kept[number])):
        y = x * x
    assert kept == [[1, 2], [1, 2]]
    y.sum().backward()
    assert x.grad.tolist() == [2, 4]


def test_what_is_recorded_outside_the_block_is_saved_as_ever() -> None:
    x = leaf(3.0)
    calls = []
    with saved_tensors_hooks(lambda t: calls.append("pack") or t, lambda t: calls.append("unpack") or t):
        y = torch.exp(x)
    z = torch.exp(y)
    assert calls == ["pack"]
    z.backward()
    assert calls == ["pack", "unpack"]


@pytest.mark.covers("TestAutograd.test_setting_default_saved_variable_hooks_twice_should_not_fail")
def test_hooks_nest() -> None:
    x = leaf()
    with saved_tensors_hooks(lambda t: t, lambda t: t), saved_tensors_hooks(lambda t: t, lambda t: t):
        y = x * x
    y.backward()
    assert x.grad.item() == 4


@pytest.mark.covers("TestAutograd.test_setting_default_saved_variable_hooks_twice_should_use_inner")
def test_the_inner_hooks_count() -> None:
    x, y = leaf(3.0), leaf(5.0)
    with saved_tensors_hooks(lambda t: 5 * t, lambda t: t):
        with saved_tensors_hooks(lambda t: 3 * t, lambda t: t):
            inner = x * x
        outer = y * y
    (inner + outer).backward()
    assert (x.grad.item(), y.grad.item()) == (18, 50)


@pytest.mark.covers("TestAutograd.test_disabling_saved_tensor_hooks")
def test_hooks_can_be_forbidden() -> None:
    with disable_saved_tensors_hooks("not here"):
        with pytest.raises(RuntimeError, match=r"^not here"), saved_tensors_hooks(lambda t: t, lambda t: t):
            pass
    with saved_tensors_hooks(lambda t: t, lambda t: t):
        with pytest.raises(RuntimeError, match=r"^not now"), disable_saved_tensors_hooks("not now"):
            pass
    with saved_tensors_hooks(lambda t: t, lambda t: t):
        pass


@pytest.mark.covers("TestAutograd.test_disabling_saved_tensor_hooks_nested")
def test_the_inner_prohibition_speaks_first_and_the_outer_stays() -> None:
    with disable_saved_tensors_hooks("outer"):
        with disable_saved_tensors_hooks("inner"):
            with pytest.raises(RuntimeError, match=r"^inner"), saved_tensors_hooks(lambda t: t, lambda t: t):
                pass
        with pytest.raises(RuntimeError, match=r"^outer"), saved_tensors_hooks(lambda t: t, lambda t: t):
            pass


@pytest.mark.covers("TestAutograd.test_saved_tensor_hooks_custom_error_propagaation")
def test_an_error_in_a_hook_comes_out_as_it_is() -> None:
    class MineError(Exception):
        pass

    def fails(value: Any) -> Any:
        raise MineError("in the hook")

    x = leaf()
    with saved_tensors_hooks(fails, lambda t: t), pytest.raises(MineError, match=r"in the hook"):
        _ = x * x
    with saved_tensors_hooks(lambda t: t, fails):
        y = x * x
    with pytest.raises(MineError, match=r"in the hook"):
        y.backward()


def test_what_an_unpack_hook_returns_is_a_tensor() -> None:
    x = leaf()
    with saved_tensors_hooks(lambda t: t, lambda t: "text"):
        y = x * x
    with pytest.raises(
        TypeError, match=r"^Output of saved tensor unpack_hook expected to be a Tensor but got result of"
    ):
        y.backward()


@pytest.mark.covers("TestAutograd.test_unpack_hooks_exec_count")
def test_each_saved_tensor_is_packed_and_unpacked_once_in_a_pass() -> None:
    counts = {"pack": 0, "unpack": 0}

    def pack(tensor: Tensor) -> Tensor:
        counts["pack"] += 1
        return tensor

    def unpack(tensor: Tensor) -> Tensor:
        counts["unpack"] += 1
        return tensor

    x, y = leaf([5.0, 6.0]), leaf([7.0, 8.0])
    with saved_tensors_hooks(pack, unpack):
        z = x * y
    assert counts == {"pack": 2, "unpack": 0}
    z.sum().backward()
    assert counts == {"pack": 2, "unpack": 2}


@pytest.mark.covers("TestAutograd.test_pack_hook_with_inplace_modification_should_fail")
def test_a_pack_hook_that_changes_its_tensor_is_an_error() -> None:
    def increments(tensor: Tensor) -> Tensor:
        tensor += 1
        return tensor

    message = "^A saved tensor pack hook is modifying its input in place."
    x = leaf([1.0, 2.0])
    with saved_tensors_hooks(increments, lambda t: t):
        with pytest.raises(RuntimeError, match=message):
            _ = torch.exp(x)
        with pytest.raises(RuntimeError, match=message):
            _ = (x * 1) * (x * 1)


@pytest.mark.covers("TestAutograd.test_saving_variable_to_disk")
def test_saved_tensors_can_be_kept_in_files(tmp_path: Path) -> None:
    class File:
        def __init__(self) -> None:
            self.path = tmp_path / f"{len(list(tmp_path.iterdir()))}.bin"

    def pack(tensor: Tensor) -> File:
        file = File()
        file.path.write_bytes(pickle.dumps(tensor.detach()))
        return file

    x = leaf([1.0, 2.0])
    with saved_tensors_hooks(pack, lambda file: pickle.loads(file.path.read_bytes())):
        y = (x * x * 3).sum()
    assert len(list(tmp_path.iterdir())) >= 2
    y.backward()
    assert x.grad.tolist() == [6, 12]


@pytest.mark.covers("TestAutograd.test_wrapped_number_saved_variable_hooks")
def test_a_number_that_takes_part_is_no_trouble_to_hooks() -> None:
    packed = []
    x = leaf([1.0, 2.0])
    with saved_tensors_hooks(lambda t: packed.append(t.tolist()) or t, lambda t: t):
        y = (x * 3).sum()
    y.backward()
    assert x.grad.tolist() == [3, 3]


@pytest.mark.covers("TestAutograd.test_saved_tensor_hooks_extra_exit_during_bw_no_crash")
def test_hooks_may_be_left_while_a_pass_runs() -> None:
    entered = saved_tensors_hooks(lambda t: t, lambda t: t)
    x = leaf([1.0, 2.0])
    y = torch.exp(x)
    with entered:
        z = torch.exp(y)
    y.register_hook(lambda g: None)
    z.sum().backward()
    assert x.grad is not None
    with saved_tensors_hooks(lambda t: t, lambda t: t):
        pass


def test_hooks_see_tensors_outside_the_recording() -> None:
    seen = []
    x = leaf([1.0, 2.0])
    with saved_tensors_hooks(lambda t: seen.append((t * 2).requires_grad) or t, lambda t: t):
        y = torch.exp(x)
    assert seen == [False]
    y.sum().backward()
    assert x.grad.tolist() == y.tolist()


# allow_mutation_on_saved_tensors


@pytest.mark.covers("TestAllowMutationOnSaved.test_basic")
def test_a_saved_tensor_that_is_changed_gives_the_gradient_of_what_it_was() -> None:
    def gradient(allowed: bool) -> Any:
        a = leaf([1.0, 2.0])
        b = a.clone()
        out = (b**2).sum()
        b.mul_(10)
        if allowed:
            out.backward()
        else:
            with pytest.raises(RuntimeError, match=IN_PLACE):
                out.backward()
        return None if a.grad is None else a.grad.tolist()

    with allow_mutation_on_saved_tensors() as context:
        assert gradient(True) == [2, 4]
        context.clear()
    assert gradient(False) is None


def test_a_saved_scalar_that_is_changed_gives_the_gradient_of_what_it_was() -> None:
    with allow_mutation_on_saved_tensors():
        a = leaf(3.0)
        b = a.clone()
        out = b**2
        b.mul_(10)
        out.backward()
    assert a.grad.item() == 6


@pytest.mark.covers("TestAllowMutationOnSaved.test_views")
def test_a_saved_view_may_be_changed_itself() -> None:
    with allow_mutation_on_saved_tensors():
        a = leaf([1.0, 2.0, 3.0])
        b = a.clone()
        view = b[1:]
        out = torch.sin(view).sum()
        expected = torch.cos(view).detach().tolist()
        view.mul_(10)
        out.backward()
    assert a.grad.tolist() == [0, *expected]


@pytest.mark.covers("TestAllowMutationOnSaved.test_save_base_and_modify_view")
def test_a_saved_base_may_be_changed_through_a_view() -> None:
    with allow_mutation_on_saved_tensors():
        a = leaf([1.0, 2.0])
        b = a.clone()
        view = b[:1]
        out = b**2
        view.mul_(10)
        out.sum().backward()
    assert a.grad.tolist() == [2, 4]


@pytest.mark.covers("TestAllowMutationOnSaved.test_save_view_modify_base")
def test_a_saved_view_may_be_changed_through_its_base() -> None:
    with allow_mutation_on_saved_tensors():
        a = leaf([1.0, 2.0])
        b = a.clone()
        view = b[:]
        out = (view**2).sum()
        b.mul_(10)
        out.backward()
    assert a.grad.tolist() == [2, 4]


@pytest.mark.covers("TestAllowMutationOnSaved.test_saved_but_not_anymore")
def test_what_was_saved_and_freed_may_be_changed() -> None:
    with allow_mutation_on_saved_tensors():
        a = leaf([1.0, 2.0]).clone()
        out = (a**2).sum()
        del out
        a.mul_(2)
        assert a.tolist() == [2, 4]
        torch.sin(a).sum().backward()


@pytest.mark.covers("TestAllowMutationOnSaved.test_saved_same_tensor_many_times")
def test_a_tensor_saved_twice_is_changed_for_both() -> None:
    with allow_mutation_on_saved_tensors():
        a = leaf([1.0, 2.0])
        b = a.clone()
        squared, cubed = b**2, b**3
        b.add_(1)
        (squared + cubed).sum().backward()
    assert a.grad.tolist() == [2 + 3, 4 + 12]


@pytest.mark.covers("TestAllowMutationOnSaved.test_saved_same_tensor_different_versions")
def test_each_use_has_the_value_of_its_time() -> None:
    with allow_mutation_on_saved_tensors():
        a = leaf([1.0, 2.0])
        b = a.clone()
        before = b**2
        b.mul_(10)
        after = b**2
        b.mul_(10)
        (before + after).sum().backward()
    assert a.grad.tolist() == [2 + 200, 4 + 400]


@pytest.mark.covers("TestAllowMutationOnSaved.test_backward_out_of_context")
def test_a_pass_after_the_block_is_an_error() -> None:
    a = leaf([1.0, 2.0])
    with allow_mutation_on_saved_tensors():
        out = (a**2).sum()
    with pytest.raises(AssertionError, match=r"^Trying to backward outside of the 'allow_mutation_on_saved_tensors'"):
        out.backward()


@pytest.mark.covers("TestAllowMutationOnSaved.test_disallow_nesting")
def test_the_blocks_do_not_nest() -> None:
    with allow_mutation_on_saved_tensors():
        with (
            pytest.raises(RuntimeError, match=r"^allow_mutation_on_saved_tensors contexts cannot be nested"),
            allow_mutation_on_saved_tensors(),
        ):
            pass


# Hooks on what one node saved


@pytest.mark.covers("TestAutograd.test_saved_variable_packing_unpacking_saved_original_with_hooks")
@pytest.mark.parametrize("data", [5.0, [5.0, 7.0]])
@pytest.mark.parametrize("is_leaf", [True, False], ids=["a leaf", "a result"])
def test_one_saved_argument_is_what_its_own_hooks_make_of_it(data: Any, is_leaf: bool) -> None:
    def square() -> tuple[Tensor, Tensor, Tensor]:
        x = leaf(data)
        a = x if is_leaf else x * 1
        return x, a, a * a

    x, a, y = square()
    y.grad_fn._raw_saved_self.register_hooks(lambda t: 2 * t, lambda t: t / 2)
    assert y.grad_fn._saved_self.tolist() == a.tolist()
    assert y.grad_fn._saved_self.grad_fn is a.grad_fn
    y.sum().backward()
    assert x.grad.tolist() == (2 * a).tolist()

    x, a, y = square()
    y.grad_fn._raw_saved_self.register_hooks(lambda t: 2 * t, lambda t: t)
    assert y.grad_fn._saved_self.tolist() == (2 * a).tolist()
    y.sum().backward()
    assert x.grad.tolist() == (3 * a).tolist()

    x, a, _ = square()
    y = a**3
    y.grad_fn._raw_saved_self.register_hooks(lambda t: t, lambda t: t)
    (gradient,) = torch.autograd.grad(y.sum(), a, create_graph=True)
    gradient.sum().backward()
    assert x.grad.tolist() == (6 * a).tolist()


@pytest.mark.covers("TestAutograd.test_saved_variable_packing_unpacking_did_not_save_original_with_hooks")
def test_one_saved_result_is_what_its_own_hooks_make_of_it() -> None:
    x = leaf([0.0, 1.0])
    y = x.exp()
    y.grad_fn._raw_saved_result.register_hooks(lambda t: t * 2, lambda t: t / 2)
    assert y.grad_fn._saved_result.tolist() == y.tolist()
    assert y.grad_fn._saved_result.grad_fn is y.grad_fn
    y.sum().backward()
    assert x.grad.tolist() == y.tolist()


def test_hooks_on_one_saved_tensor_are_checked() -> None:
    x = leaf([1.0])
    y = x * x
    with pytest.raises(TypeError, match="missing 1 required positional argument"):
        y.grad_fn._raw_saved_self.register_hooks(lambda t, other: t, lambda t: t)
    with pytest.raises(RuntimeError, match="^A saved tensor pack hook is modifying its input in place"):
        (x * 1).mul_(x).grad_fn._raw_saved_self.register_hooks(lambda t: t.mul_(2), lambda t: t)
    y.grad_fn._raw_saved_self.register_hooks(lambda t: t, lambda t: 1)
    with pytest.raises(
        TypeError, match="^Output of saved tensor unpack_hook expected to be a Tensor but got result of"
    ):
        _ = y.grad_fn._saved_self
    with pytest.raises(RuntimeError, match="whose hooks have already been set"):
        y.grad_fn._raw_saved_self.register_hooks(lambda t: t, lambda t: t)
    z = x * x
    z.backward()
    with pytest.raises(RuntimeError, match="^Calling register_hooks on a saved tensor after it has been freed"):
        z.grad_fn._raw_saved_self.register_hooks(lambda t: t, lambda t: t)
    with pytest.raises(RuntimeError, match="^Calling register_hooks on a saved tensor with value None is forbidden"):
        (x**2).grad_fn._raw_saved_exponent.register_hooks(lambda t: t, lambda t: t)


@pytest.mark.covers("TestAutograd.test_cant_create_saved_tensors")
def test_only_nodes_make_saved_tensors() -> None:
    with pytest.raises(RuntimeError, match="^Trying to create a SavedTensor object from Python is forbidden"):
        torch.autograd.SavedTensor()
