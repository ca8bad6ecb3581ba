"""vmap calls its function once, with tensors that stand for many; what it gives is what a loop would."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from groups import grouped

import autodiff.engine as torch
import autodiff.engine.nn.functional as nnf
from autodiff.engine.autograd import Function, functional
from autodiff.engine.func import grad, hessian, jacfwd, jacrev, jvp, vjp, vmap

ROWS = torch.linspace(0.1, 1.2, 6).reshape(3, 2)
OTHERS = torch.linspace(-1.0, 1.0, 6).reshape(3, 2)
W = torch.tensor([0.5, -1.5])
A = torch.linspace(-1.0, 1.0, 4).reshape(2, 2)


def loop(function: Callable[..., Any], *columns: Any) -> Any:
    return torch.stack([function(*row) for row in zip(*columns, strict=True)])


def assert_close(found: Any, expected: Any) -> None:
    np.testing.assert_allclose(found.detach().numpy(), expected.detach().numpy(), rtol=1e-12, atol=1e-14)


def wave(x: Any) -> Any:
    return (x.sin() * W).sum() * (A @ x).prod()


def filled(x: Any) -> Any:
    y = torch.zeros_like(x)
    y[0] = x[1] ** 2
    return y


def written(x: Any) -> Any:
    y = x.clone()
    y.sin_()
    y[0].mul_(3)
    y[1] = x[0] * x[1]
    return (y * y).sum()


NESTINGS: dict[str, Callable[[Any], Any]] = {
    "hessian of what is written in place": hessian(written),
    "jacfwd of what is written in place": jacfwd(written),
    "grad": grad(wave),
    "hessian": hessian(wave),
    "jacrev of jacrev": jacrev(jacrev(wave)),
    "jacfwd of grad": jacfwd(grad(wave)),
    "jvp": lambda x: jvp(wave, (x,), (W,))[1],
    "jvp of grad": lambda x: jvp(grad(wave), (x,), (x * 2,))[1],
    "grad of a jvp": grad(lambda x: jvp(wave, (x,), (W,))[1]),
    "vjp": lambda x: vjp(lambda x: A @ x.tanh(), x)[1](x)[0],
    "vmap": lambda x: vmap(lambda e: e * x)(W),
    "a loss of each element": lambda x: vmap(lambda e: nnf.kl_div(e, e.exp() + 1, reduction="batchmean"))(x),
    "columns of a map inside": lambda x: jacfwd(lambda x: vmap(filled)(torch.stack([x, x])))(x),
    "grad of what is not mapped": lambda x: grad(lambda w: (w**2 * x).sum())(W),
}


@pytest.mark.parametrize("function", NESTINGS.values(), ids=NESTINGS.keys())
def test_derivatives_inside_vmap_are_those_of_a_loop_and_so_are_those_outside(function: Any) -> None:
    assert_close(vmap(function)(ROWS), loop(function, ROWS))
    total = lambda rows: (vmap(function)(rows) ** 2).sum()  # noqa: E731
    by_loop = lambda rows: (loop(function, rows) ** 2).sum()  # noqa: E731
    assert_close(grad(total)(ROWS), grad(by_loop)(ROWS))
    assert_close(jvp(total, (ROWS,), (OTHERS,))[1], jvp(by_loop, (ROWS,), (OTHERS,))[1])
    rows = ROWS.clone().requires_grad_()
    (found,) = torch.autograd.grad(total(rows), rows)
    assert_close(found, grad(by_loop)(ROWS))


def test_the_function_is_called_once_and_for_chunks_once_each() -> None:
    calls: list[Any] = []

    def counted(x: Any) -> Any:
        calls.append(tuple(x.shape))
        return x * 2

    assert_close(vmap(counted)(ROWS), ROWS * 2)
    assert calls == [(2,)]
    assert_close(vmap(counted, chunk_size=2, out_dims=1)(ROWS), ROWS.T * 2)
    assert len(calls) == 3
    assert_close(vmap(vmap(counted))(ROWS), ROWS * 2)
    assert calls[3:] == [()]
    calls.clear()
    jacfwd(counted)(W)
    jacrev(counted)(W)
    functional.jacobian(counted, W)
    assert len(calls) == 3


def test_history_is_that_of_the_operation_on_all() -> None:
    rows = ROWS.clone().requires_grad_()
    assert vmap(torch.sin)(rows).grad_fn.name() == "SinBackward0"
    assert vmap(torch.sum)(rows).grad_fn.name() == "SumBackward1"
    assert vmap(lambda x: x * W, out_dims=1)(rows).grad_fn.name() == "PermuteBackward0"
    assert not vmap(grad(wave))(ROWS).requires_grad
    w = W.clone().requires_grad_()
    (found,) = torch.autograd.grad(vmap(grad(lambda x: (x**2 * w).sum()))(ROWS).sum(), w)
    assert_close(found, 2 * ROWS.sum(0))
    assert not vmap(lambda x: grad(lambda v: (v**2 * x).sum())(W))(ROWS).requires_grad


@grouped(
    "function, message",
    [
        (lambda x: x if x.sum() > 0 else -x, "attempting to use a Tensor in some data-dependent control flow"),
        (lambda x: max(x[0], x[1]), "attempting to use a Tensor in some data-dependent control flow"),
        (lambda x: x * float(x.sum()), r"calling .item\(\) on a Tensor"),
        (lambda x: x.sum().item(), r"calling .item\(\) on a Tensor"),
        (nnf.dropout, "called random operation while in randomness error mode"),
        (lambda x: torch.ones(2).mul_(x), "inplace arithmetic"),
        (lambda x: torch.zeros(2).add_(x), r"output with shape \[2\] doesn't match the broadcast shape \[3, 2\]"),
        (lambda x: x + torch.ones(3), r"size of tensor a \(2\) must match the size of tensor b \(3\)"),
        (lambda x: x.sum(1), r"Dimension out of range \(expected to be in range of \[-1, 0\], but got 1\)"),
        (lambda x: x @ torch.ones(3), "inconsistent tensor size"),
    ],
)
def test_mistakes_inside_vmap(function: Any, message: str) -> None:
    with pytest.raises((RuntimeError, IndexError), match=message) as found:
        vmap(function)(ROWS)
    assert found.type in (RuntimeError, IndexError)


def test_what_asks_for_all_the_numbers_is_called_for_each() -> None:
    assert_close(vmap(lambda x: torch.tensor(x.tolist()) * 2)(ROWS), ROWS * 2)
    assert_close(vmap(lambda x: x[x > -5])(ROWS), ROWS)
    rows = ROWS.clone()

    def writes_before(x: Any) -> Any:
        x.mul_(2)
        return torch.tensor(x.tolist())

    with pytest.raises(RuntimeError, match="Cannot access data pointer"):
        vmap(writes_before)(rows)
    assert_close(rows, ROWS * 2)


def test_random_numbers_are_the_same_or_different_for_each() -> None:
    ones = torch.ones(40, 30)
    same = vmap(nnf.dropout, randomness="same")(ones)
    different = vmap(nnf.dropout, randomness="different")(ones)
    assert bool((same == same[0]).all())
    assert not bool((different == different[0]).all())


def test_changes_in_place_are_made_in_all() -> None:
    rows = ROWS.clone()
    assert_close(vmap(lambda x: x.mul_(2))(rows), ROWS * 2)
    vmap(lambda x: x[0].fill_(7.0))(rows)
    assert_close(rows[:, 0], torch.full((3,), 7.0))
    assert_close(rows[:, 1], ROWS[:, 1] * 2)

    def changed(x: Any) -> Any:
        y = x.clone()
        y *= x
        y[0] = 3.0
        z = x.new_zeros(2)
        z[1] = x[0]
        return (y * x * z).sum()

    assert_close(vmap(grad(changed))(ROWS), loop(grad(changed), ROWS))
    assert_close(grad(lambda rows: vmap(changed)(rows).sum())(ROWS), loop(grad(changed), ROWS))

    def overwritten(x: Any) -> Any:
        y = x.exp()
        z = y * 1
        y.add_(1)
        return (y * z).sum()

    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        vmap(grad(overwritten))(ROWS)


def test_a_tensor_that_stands_for_many_says_so() -> None:
    shown: list[str] = []
    vmap(lambda x: shown.append(repr(x)) or x)(torch.tensor([[1.0, 2.0]]))
    assert shown == ["BatchedTensor(lvl=1, bdim=0, value=\n    tensor([[1., 2.]])\n)"]


# Operations of the user's own


class Cube(Function):
    @staticmethod
    def forward(x: Any) -> Any:
        return x**3

    @staticmethod
    def setup_context(ctx: Any, inputs: Any, output: Any) -> None:
        ctx.save_for_backward(inputs[0])

    @staticmethod
    def backward(ctx: Any, g: Any) -> Any:
        return g * 3 * ctx.saved_tensors[0] ** 2


class Generated(Cube):
    generate_vmap_rule = True


class Mapped(Cube):
    seen: list[Any] = []  # noqa: RUF012

    @staticmethod
    def vmap(info: Any, in_dims: Any, x: Any) -> Any:
        Mapped.seen.append((info.batch_size, info.randomness, in_dims, tuple(x.shape)))
        return Mapped.apply(x.movedim(in_dims[0], 0)), 0


@pytest.mark.parametrize("own", [Generated, Mapped])
def test_an_operation_of_ones_own_is_done_for_all(own: Any) -> None:
    assert_close(vmap(own.apply)(ROWS), ROWS**3)
    assert_close(vmap(grad(lambda x: own.apply(x).sum()))(ROWS), 3 * ROWS**2)
    assert_close(grad(lambda rows: vmap(own.apply)(rows).sum())(ROWS), 3 * ROWS**2)
    assert_close(vmap(jacrev(grad(lambda x: own.apply(x).sum())))(ROWS), torch.diag_embed(6 * ROWS))
    assert_close(jacrev(own.apply)(W), torch.diag(3 * W**2))


def test_the_vmap_of_an_operation_is_told_what_is_mapped() -> None:
    Mapped.seen.clear()
    vmap(Mapped.apply, randomness="same")(ROWS)
    assert Mapped.seen == [(3, "same", (0,), (3, 2))]


def test_an_operation_says_how_it_is_mapped_in_one_way() -> None:
    with pytest.raises(RuntimeError, match="Cube, but it does not have vmap support"):
        vmap(Cube.apply)(ROWS)
    with pytest.raises(RuntimeError, match="both generate_vmap_rule=True and an overridden vmap"):
        vmap(type("Both", (Mapped,), {"generate_vmap_rule": True}).apply)(ROWS)
    with pytest.raises(RuntimeError, match="Expected the vmap staticmethod to have two returns"):
        vmap(type("One", (Cube,), {"vmap": staticmethod(lambda info, in_dims, x: x)}).apply)(ROWS)


# What lessons on gradients of each sample do


LOSSES: dict[str, Callable[[Any, Any], Any]] = {
    "cross entropy": lambda z, y: nnf.cross_entropy(z.unsqueeze(0), y.unsqueeze(0)),
    "cross entropy of one": nnf.cross_entropy,
    "nll": lambda z, y: nnf.nll_loss(torch.log_softmax(z, 0), y),
    "of images": lambda z, y: nnf.cross_entropy(z.reshape(1, 5, 1, 1), y.reshape(1, 1, 1), reduction="sum"),
    "gather": lambda z, y: -torch.log_softmax(z, 0).gather(0, y.unsqueeze(0)).sum(),
    "mse": lambda z, y: nnf.mse_loss(z, z.detach() * 0 + y),
    "binary": lambda z, y: nnf.binary_cross_entropy_with_logits(z[:2], (z[:2] > y).to(torch.float64)),
}


@pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES.keys())
def test_gradients_of_each_sample(loss: Any) -> None:
    samples, classes = torch.linspace(-1.0, 1.0, 24).reshape(6, 4), torch.tensor([0, 4, 1, 3, 2, 2])
    weight, bias = torch.linspace(-1.0, 1.0, 20).reshape(5, 4), torch.linspace(0.0, 1.0, 5)
    calls: list[int] = []

    def of_one(weight: Any, bias: Any, x: Any, y: Any) -> Any:
        calls.append(1)
        return loss(torch.addmm(bias, x.unsqueeze(0), weight.T)[0], y)

    gradient = grad(of_one, argnums=(0, 1))
    found = vmap(gradient, in_dims=(None, None, 0, 0))(weight, bias, samples, classes)
    assert len(calls) == 1
    expected = [gradient(weight, bias, x, y) for x, y in zip(samples, classes, strict=True)]
    for part, parts in zip(found, zip(*expected, strict=True), strict=True):
        assert_close(part, torch.stack(list(parts)))


def test_a_class_that_is_none_is_an_error_for_all() -> None:
    with pytest.raises(IndexError, match="Target 7 is out of bounds"):
        vmap(nnf.cross_entropy)(torch.zeros(2, 5), torch.tensor([1, 7]))
