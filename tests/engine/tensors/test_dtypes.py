"""Dtypes: which one a tensor is made with, which one an operation gives, and that of gradients."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np
import pytest
from groups import grouped

import autodiff.engine as torch

FLOATS = [torch.float64, torch.float32, torch.float16]
INTEGERS = [torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8]
ALL = [*FLOATS, *INTEGERS, torch.bool]


@pytest.fixture
def single() -> None:
    """PyTorch's own default, in which the facts were recorded."""
    torch.set_default_dtype(torch.float32)


def one(dtype: torch.dtype, shape: tuple[int, ...] = (1,)) -> torch.Tensor:
    return torch.ones(shape, dtype=dtype)


# From Python data


@pytest.mark.usefixtures("single")
@pytest.mark.parametrize(
    ("make", "dtype"),
    [
        (lambda: torch.tensor(1), torch.int64),
        (lambda: torch.tensor(1.0), torch.float32),
        (lambda: torch.tensor(True), torch.bool),
        (lambda: torch.tensor([1, 2.0]), torch.float32),
        (lambda: torch.tensor([True, 2]), torch.int64),
        (lambda: torch.tensor([]), torch.float32),
        (lambda: torch.tensor([[1, 2], [3, 4]]), torch.int64),
        (lambda: torch.tensor([[True], [False]]), torch.bool),
        (lambda: torch.arange(3), torch.int64),
        (lambda: torch.arange(3.0), torch.float32),
        (lambda: torch.arange(0, 1, 0.5), torch.float32),
        (lambda: torch.linspace(0, 1, 3), torch.float32),
        (lambda: torch.zeros(2), torch.float32),
        (lambda: torch.full((2,), 1), torch.int64),
        (lambda: torch.full((2,), 1.0), torch.float32),
        (lambda: torch.full((2,), True), torch.bool),
        (lambda: torch.ones(2, dtype=torch.double), torch.float64),
        (lambda: torch.eye(2), torch.float32),
        (lambda: torch.tensor(np.float64(1.0)), torch.float64),
        (lambda: torch.tensor(np.ones(2)), torch.float64),
        (lambda: torch.tensor([np.float64(1.0)]), torch.float64),
        (lambda: torch.from_numpy(np.ones(2, dtype=np.float32)), torch.float32),
        (lambda: torch.tensor(np.int32(1)), torch.int32),
        (lambda: torch.tensor(np.array([True])), torch.bool),
        (lambda: torch.tensor(1, dtype=torch.float16), torch.float16),
        (lambda: torch.tensor(2.7, dtype=torch.int64), torch.int64),
        (lambda: torch.zeros_like(torch.tensor([1], dtype=torch.int8)), torch.int8),
    ],
)
def test_a_new_tensor_has_the_dtype_that_pytorch_infers(make: Callable[[], torch.Tensor], dtype: torch.dtype) -> None:
    assert make().dtype is dtype


@pytest.mark.parametrize("dtype", FLOATS)
def test_the_default_dtype_is_that_of_new_floats_and_of_nothing_else(dtype: torch.dtype) -> None:
    torch.set_default_dtype(dtype)
    assert torch.get_default_dtype() is dtype
    assert torch.tensor(1.0).dtype is torch.tensor([1.0]).dtype is torch.ones(2).dtype is dtype
    assert torch.tensor(1).dtype is torch.int64
    assert torch.tensor(np.ones(2)).dtype is torch.float64
    assert (torch.tensor(1) / 2).dtype is dtype
    assert torch.sin(torch.tensor([1])).dtype is dtype
    assert (torch.tensor([1]) * 1.5).dtype is dtype


def test_the_default_dtype_of_this_engine_is_float64() -> None:
    assert torch.get_default_dtype() is torch.float64
    assert repr(torch.tensor(0.1)) == "tensor(0.1000)"
    assert repr(torch.tensor(0.5, dtype=torch.float32)) == "tensor(0.5000, dtype=torch.float32)"


@pytest.mark.parametrize("wrong", [torch.int64, torch.bool])
def test_only_a_floating_dtype_can_be_the_default(wrong: Any) -> None:
    with pytest.raises(TypeError, match=r"^only floating-point types are supported as the default type"):
        torch.set_default_dtype(wrong)
    assert torch.get_default_dtype() is torch.float64


def test_dtypes_print_and_have_the_names_of_pytorch() -> None:
    assert [repr(d) for d in (torch.double, torch.float, torch.half)] == [
        "torch.float64",
        "torch.float32",
        "torch.float16",
    ]
    assert (torch.long, torch.int, torch.short) == (torch.int64, torch.int32, torch.int16)
    assert [d.is_floating_point for d in ALL] == [d in FLOATS for d in ALL]
    assert [d.itemsize for d in ALL] == [8, 4, 2, 8, 4, 2, 1, 1, 1]


# Promotion


def wider(a: torch.dtype, b: torch.dtype) -> torch.dtype:
    """The result of two operands of one rank: a float beats an integer beats a bool; else the wider one."""
    if a is b:
        return a
    for kind in (FLOATS, INTEGERS):
        if a in kind or b in kind:
            if a not in kind:
                return b
            if b not in kind:
                return a
            break
    if torch.uint8 in (a, b):
        # No signed integer of 8 bits holds all of uint8.
        other = b if a is torch.uint8 else a
        return torch.int16 if other is torch.int8 else other
    return a if a.itemsize > b.itemsize else b


@grouped("a, b", [*product(ALL, ALL)], ids=str)
def test_two_operands_of_one_rank_give_the_wider_dtype(a: torch.dtype, b: torch.dtype) -> None:
    for shape in ((), (2,)):
        assert (one(a, shape) * one(b, shape)).dtype is wider(a, b)


def category(dtype: torch.dtype) -> int:
    return 2 if dtype in FLOATS else 1 if dtype in INTEGERS else 0


@grouped("a, b", [*product(ALL, ALL)], ids=str)
def test_an_operand_without_dimensions_can_only_raise_the_category(a: torch.dtype, b: torch.dtype) -> None:
    expected = b if category(b) > category(a) else a
    assert (one(a, (1,)) * one(b, ())).dtype is expected
    assert (one(b, ()) * one(a, (1,))).dtype is expected


@pytest.mark.usefixtures("single")
@pytest.mark.parametrize("dtype", ALL, ids=str)
def test_a_python_number_can_only_raise_the_category(dtype: torch.dtype) -> None:
    for shape in ((), (2,)):
        x = one(dtype, shape)
        assert (x * True).dtype is dtype
        assert (x * 2).dtype is (torch.int64 if dtype is torch.bool else dtype)
        assert (x * 2.5).dtype is (dtype if dtype in FLOATS else torch.float32)
        assert (2.5 * x).dtype is (x * 2.5).dtype


@pytest.mark.usefixtures("single")
def test_three_ranks_meet_in_the_highest_category_and_its_highest_rank() -> None:
    column, scalar = one(torch.int32), one(torch.float64, ())
    assert (column * scalar).dtype is torch.float64
    assert (one(torch.float16) * scalar * 3.5).dtype is torch.float16
    assert torch.where(torch.tensor([True]), column, scalar).dtype is torch.float64


F, D, H = (one(d) for d in (torch.float32, torch.float64, torch.float16))
I, I32, B = (one(d) for d in (torch.int64, torch.int32, torch.bool))  # noqa: E741


@pytest.mark.usefixtures("single")
@pytest.mark.parametrize(
    ("compute", "dtype"),
    [
        (lambda: I + 1.5, torch.float32),
        (lambda: I * 2, torch.int64),
        (lambda: B + 1, torch.int64),
        (lambda: B + B, torch.bool),
        (lambda: B * 1.5, torch.float32),
        (lambda: I / I, torch.float32),
        (lambda: B / B, torch.float32),
        (lambda: I / 2, torch.float32),
        (lambda: 2 / I, torch.float32),
        (lambda: I // I, torch.int64),
        (lambda: I // 2.0, torch.float32),
        (lambda: I**2, torch.int64),
        (lambda: I**-1.0, torch.float32),
        (lambda: I**0.5, torch.float32),
        (lambda: 2**I, torch.int64),
        (lambda: I % 2, torch.int64),
        (lambda: I > 0, torch.bool),
        (lambda: F == D, torch.bool),
        (lambda: torch.sin(I), torch.float32),
        (lambda: torch.sqrt(I32), torch.float32),
        (lambda: torch.exp(B), torch.float32),
        (lambda: torch.sigmoid(I), torch.float32),
        (lambda: torch.abs(I32), torch.int32),
        (lambda: -I32, torch.int32),
        (lambda: torch.relu(I), torch.int64),
        (lambda: torch.floor(I32), torch.int32),
        (lambda: torch.sum(B), torch.int64),
        (lambda: torch.sum(I32), torch.int64),
        (lambda: torch.sum(I32, 0), torch.int64),
        (lambda: torch.sum(one(torch.uint8)), torch.int64),
        (lambda: torch.sum(F), torch.float32),
        (lambda: torch.sum(H), torch.float16),
        (lambda: torch.prod(I32), torch.int64),
        (lambda: torch.prod(B, 0), torch.int64),
        (lambda: torch.cumsum(I32, 0), torch.int64),
        (lambda: torch.cumprod(B, 0), torch.int64),
        (lambda: torch.mean(F), torch.float32),
        (lambda: torch.max(I32), torch.int32),
        (lambda: torch.max(I32, 0).indices, torch.int64),
        (lambda: torch.argmax(F), torch.int64),
        (lambda: torch.sort(I32).values, torch.int32),
        (lambda: H * 2.5, torch.float16),
        (lambda: torch.maximum(F, D), torch.float64),
        (lambda: torch.where(B, F, D), torch.float64),
        (lambda: torch.where(B, F, 2.0), torch.float32),
        (lambda: torch.where(B, 1, F), torch.float32),
        (lambda: torch.where(B, 1.0, 2.0), torch.float32),
        (lambda: torch.where(B, 1, 0), torch.int64),
        (lambda: torch.cat([F, D]), torch.float64),
        (lambda: torch.stack([I, I32]), torch.int64),
        (lambda: torch.clamp(I, 0, 1), torch.int64),
        (lambda: torch.clamp(F, 0, 1.5), torch.float32),
        (lambda: torch.xlogy(F, 2.0), torch.float32),
        (lambda: torch.polygamma(1, F), torch.float32),
        (lambda: torch.float_power(F, F), torch.float64),
        (lambda: F.double(), torch.float64),
        (lambda: I.float(), torch.float32),
        (lambda: D.half(), torch.float16),
        (lambda: F.long(), torch.int64),
        (lambda: I.to(torch.float64), torch.float64),
        (lambda: F.type_as(D), torch.float64),
    ],
)
def test_an_operation_gives_the_dtype_of_pytorch(compute: Callable[[], torch.Tensor], dtype: torch.dtype) -> None:
    assert compute().dtype is dtype


# Integers


def test_integer_division_rounds_down_and_the_remainder_has_the_sign_of_the_divisor() -> None:
    x, y = torch.tensor([7, -7, 7, -7]), torch.tensor([2, 2, -2, -2])
    assert (x // y).tolist() == [3, -4, -4, 3]
    assert (x % y).tolist() == [1, 1, -1, -1]
    assert torch.fmod(x, y).tolist() == [1, -1, 1, -1]
    assert (x / y).tolist() == [3.5, -3.5, -3.5, 3.5]
    assert ((x // y) * y + x % y).tolist() == x.tolist()
    assert (torch.tensor(-7) // 2).item() == -4


def test_sums_count_booleans_and_do_not_overflow_small_integers() -> None:
    assert torch.tensor([True, True, False]).sum().item() == 2
    assert torch.full((300,), 100, dtype=torch.int8).sum().item() == 30_000
    assert torch.full((3,), 100, dtype=torch.uint8).prod().item() == 1_000_000
    assert torch.cumsum(torch.full((3,), 100, dtype=torch.int8), 0).tolist() == [100, 200, 300]


def test_integer_arithmetic_is_exact_where_a_float_would_not_be() -> None:
    big = 2**53 + 1
    assert (torch.tensor(big) * 1).item() == big
    assert (torch.tensor([big]) + torch.tensor([0])).item() == big
    assert (torch.tensor([3]) ** 39).item() == 3**39
    assert (torch.tensor([2**62 + 1]) // 1).item() == 2**62 + 1


def test_integers_to_a_negative_power_are_an_error() -> None:
    with pytest.raises(RuntimeError, match=r"^Integers to negative integer powers are not allowed\.$"):
        torch.tensor([2]) ** -1


def test_the_mean_of_integers_is_an_error_that_names_their_dtype() -> None:
    with pytest.raises(RuntimeError, match=r"Input dtype must be .* Got: Long$"):
        torch.tensor([1, 2]).mean()


# Gradients


def test_the_gradient_of_a_leaf_has_its_dtype_whatever_it_was_used_with() -> None:
    f = torch.ones(1, dtype=torch.float32, requires_grad=True)
    d = torch.ones(1, dtype=torch.float64, requires_grad=True)
    h = torch.ones((), dtype=torch.float16, requires_grad=True)
    (f * d * h * torch.tensor([3])).sum().backward()
    assert (f.grad.dtype, d.grad.dtype, h.grad.dtype) == (torch.float32, torch.float64, torch.float16)
    assert (f.grad.item(), d.grad.item(), h.grad.item()) == (3, 3, 3)


@pytest.mark.parametrize("dtype", FLOATS, ids=str)
@pytest.mark.parametrize("shape", [(), (3,)], ids=str)
def test_a_gradient_keeps_its_dtype_through_casts(dtype: torch.dtype, shape: tuple[int, ...]) -> None:
    x = torch.ones(shape, dtype=dtype, requires_grad=True)
    (x.double() * 2).sum().backward()
    x.half().sum().backward()
    assert x.grad.dtype is dtype
    assert x.grad.sum().item() == 3 * x.numel()


@pytest.mark.parametrize("dtype", FLOATS, ids=str)
def test_a_recorded_gradient_has_the_dtype_of_its_leaf(dtype: torch.dtype) -> None:
    x = torch.full((2,), 0.5, dtype=dtype, requires_grad=True)
    y = torch.full((), 2.0, dtype=torch.float64, requires_grad=True)
    slopes = torch.autograd.grad((torch.sin(x) * y).sum(), (x, y), create_graph=True)
    assert [g.dtype for g in slopes] == [dtype, torch.float64]
    second = torch.autograd.grad(slopes[0].sum() + slopes[1], (x, y))
    assert [g.dtype for g in second] == [dtype, torch.float64]


@pytest.mark.parametrize("dtype", [*INTEGERS, torch.bool], ids=str)
def test_only_floating_tensors_require_grad(dtype: torch.dtype) -> None:
    with pytest.raises(RuntimeError, match="Tensors of floating point and complex dtype can require gradients"):
        torch.ones(2, dtype=dtype, requires_grad=True)
    assert not (torch.ones(2, dtype=dtype) * torch.ones(2, dtype=dtype)).requires_grad


def test_integers_and_booleans_computed_from_a_leaf_are_outside_the_graph() -> None:
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    for result in (x > 1, x.long(), x.argmax(), x.sort().indices):
        assert (result.requires_grad, result.grad_fn) == (False, None)
    (x * x.long()).sum().backward()
    assert x.grad.tolist() == [1, 2]


@pytest.mark.covers("TestAutograd.test_type_conversions")
@pytest.mark.parametrize("name", ["double", "float", "half"])
def test_a_gradient_goes_back_through_a_conversion_in_the_dtype_it_came_from(name: str) -> None:
    x = torch.tensor([1.0, 2.0], dtype=torch.float32, requires_grad=True)
    to = getattr(torch, name)
    same = torch.ones(2, dtype=to)
    for converted in (getattr(x, name)(), x.to(to), x.type(f"torch.{same.dtype.title}Tensor"), x.type_as(same)):
        assert converted.dtype is to
        assert (converted is x) is (to is torch.float32)
        (gradient,) = torch.autograd.grad(converted.sum(), x)
        assert gradient.dtype is torch.float32
        assert gradient.tolist() == [1, 1]
    assert not x.long().requires_grad
