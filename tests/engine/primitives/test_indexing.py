"""Indexing and assigning to parts."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from groups import grouped

import autodiff.engine as torch


def grid() -> torch.Tensor:
    return torch.tensor(np.arange(1.0, 25.0).reshape(2, 3, 4), requires_grad=True)


KEYS: dict[str, Any] = {
    "an integer": 1,
    "a negative integer": -1,
    "two integers": (0, 2),
    "all integers": (1, 2, 3),
    "a slice": slice(0, 1),
    "a slice with a step": (slice(None), slice(None, None, 2)),
    "an ellipsis in front": (..., 1),
    "an ellipsis in the middle": (0, ..., 2),
    "a new dimension": (None, 0),
    "a list": [0, 1, 1],
    "a list after a slice": (slice(None), [2, 0]),
    "two lists": ([0, 1], [2, 0]),
    "lists that broadcast": ([[0], [1]], [2, 0]),
    "an integer and a list": (1, [2, 0, 2]),
    "everything": ...,
}


@pytest.mark.covers("TestAutograd.test_indexing", "TestAutograd.test_indexing_duplicates")
@grouped("key", KEYS.values(), ids=KEYS)
def test_an_index_picks_what_numpy_picks_and_sends_the_gradient_there(key: Any) -> None:
    x = grid()
    part = x[key]
    data = np.asarray(x.detach())
    np.testing.assert_array_equal(part.tolist(), data[key])
    assert part.shape == data[key].shape
    weights = np.arange(1.0, part.numel() + 1).reshape(part.shape)
    (part * torch.tensor(weights)).sum().backward()
    expected = np.zeros_like(data)
    np.add.at(expected, key, weights)
    np.testing.assert_array_equal(x.grad.tolist(), expected)


def test_a_mask_picks_its_elements() -> None:
    x = grid()
    part = x[x > 20]
    assert part.tolist() == [21, 22, 23, 24]
    part.sum().backward()
    assert x.grad.sum().item() == 4


@pytest.mark.covers("TestAutogradDeviceType.test_advanced_indexing_backwards_large")
def test_an_element_picked_many_times_gets_the_sum_of_the_gradients() -> None:
    x = torch.ones(16, requires_grad=True)
    x[torch.tensor([3] * 100_000)].sum().backward()
    assert x.grad.tolist() == [0, 0, 0, 100_000] + [0] * 12


@pytest.mark.covers("TestAutograd.test_setitem")
@grouped("key", [k for n, k in KEYS.items() if n not in ("a list", "lists that broadcast")])
def test_what_is_assigned_gets_the_gradient_and_what_was_there_none(key: Any) -> None:
    x = grid()
    shape = np.asarray(x.detach())[key].shape
    value = torch.full(shape, 7.0, requires_grad=True)
    y = x.clone()
    y[key] = value
    expected = np.asarray(x.detach()).copy()
    expected[key] = 7
    np.testing.assert_array_equal(y.tolist(), expected)
    (y * 3).sum().backward()
    untouched = np.full(x.shape, 3.0)
    untouched[key] = 0
    np.testing.assert_array_equal(x.grad.tolist(), untouched)
    np.testing.assert_array_equal(value.grad.tolist(), np.full(shape, 3.0))


@pytest.mark.covers("TestAutograd.test_setitem_mask")
def test_a_mask_can_be_assigned_to() -> None:
    x = grid()
    y = x.clone()
    y[x > 3] = 0.0
    assert y.sum().item() == 6
    y.sum().backward()
    assert x.grad.sum().item() == 3


def test_a_number_or_a_row_is_spread_over_what_it_is_assigned_to() -> None:
    x = torch.zeros(2, 3)
    row = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
    x[:] = row
    x[0, 0] = 9
    assert x.tolist() == [[9, 2, 3], [1, 2, 3]]
    x.sum().backward()
    assert row.grad.tolist() == [1, 2, 2]


@pytest.mark.covers("TestAutograd.test_select_expanded_v")
def test_the_gradient_of_an_expanded_value_is_picked_from() -> None:
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    x.expand(3, 2)[1].backward(torch.tensor([5.0, 6.0]).expand(2))
    assert x.grad.tolist() == [5, 6]


@pytest.mark.covers("TestAutograd.test_slice_expanded_v")
def test_an_expanded_gradient_goes_into_a_slice() -> None:
    x = torch.zeros(4, requires_grad=True)
    x[1:3].backward(torch.tensor(2.0).expand(2))
    assert x.grad.tolist() == [0, 2, 2, 0]


@pytest.mark.parametrize(
    ("index", "message"),
    [
        (lambda x: x[2], "index 2 is out of bounds for dimension 0 with size 2"),
        (lambda x: x[0, 0, 0, 0], "too many indices for tensor of dimension 3"),
        (lambda x: x[torch.tensor([0.5])], "tensors used as indices must be long, int, byte or bool tensors"),
    ],
)
def test_a_wrong_index_is_an_error_in_pytorchs_words(index: Any, message: str) -> None:
    with pytest.raises(IndexError, match=message):
        index(grid())


@pytest.mark.covers("TestAutograd.test_diagonal_expanded_v")
def test_a_gradient_that_is_one_number_expanded_goes_back_along_a_diagonal() -> None:
    x = torch.tensor(np.ones((3, 3)), requires_grad=True)
    (gradient,) = torch.autograd.grad(x.diagonal(), x, torch.tensor(0.5).expand(3))
    assert gradient.tolist() == (0.5 * np.eye(3)).tolist()


@pytest.mark.covers("TestAutogradDeviceType.test_advanced_indexing_backwards_memory_format")
def test_the_order_in_memory_of_indices_does_not_matter() -> None:
    places = torch.tensor(np.asfortranarray([[[0, 1], [1, 1]], [[0, 0], [1, 0]]]))
    x = torch.tensor(np.ones((2, 3)), requires_grad=True)
    x[places].sum().backward()
    assert x.grad.tolist() == [[4, 4, 4], [4, 4, 4]]


WHOLE = {"[:]": slice(None), "[...]": ..., "[0:]": slice(0, None), "[:, :]": (slice(None), slice(None))}


@pytest.mark.parametrize("key", WHOLE.values(), ids=WHOLE)
def test_writing_to_all_of_a_tensor_is_a_change_of_the_tensor_and_not_of_a_view(key: Any) -> None:
    x = torch.ones(2, 3, requires_grad=True)
    with pytest.raises(RuntimeError, match="^a leaf Variable that requires grad is being used in an in-place"):
        x[key] = 1.0
    y, value = x * 1, torch.tensor(2.0, requires_grad=True)
    y[key] = value
    assert y.grad_fn.name() == "FillBackward3"
    y.sum().backward()
    assert x.grad.tolist() == [[0, 0, 0], [0, 0, 0]]
    assert value.grad.item() == 6


def test_writing_to_a_part_of_a_leaf_is_a_change_of_its_view() -> None:
    x = torch.ones(2, 3, requires_grad=True)
    with pytest.raises(RuntimeError, match="^a view of a leaf Variable that requires grad"):
        x[0] = 1.0
