"""Random numbers are PyTorch's, digit for digit: of each distribution, dtype and size, and how many words they take."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from groups import grouped
from pytorch.recorded import entries

import autodiff.engine as torch
import autodiff.engine.nn.functional  # noqa: F401
from autodiff.engine.table.registry import all_primitives

FACTS: Any = entries("random_numbers.json")


@grouped("entry", FACTS["calls"], ids=lambda entry: f"{entry['call']} {entry['dtype']}")
def test_random_numbers_are_those_of_pytorch(entry: dict[str, Any]) -> None:
    dtype = getattr(torch, entry["dtype"])
    for n, (*last, after) in zip(FACTS["sizes"], entry["rows"], strict=True):
        torch.manual_seed(n * 1000003)
        drawn = eval(entry["call"], {"torch": torch, "n": n, "d": dtype})  # noqa: S307
        assert drawn.dtype in (dtype, torch.int64)
        tolerance = 2e-6 if drawn.dtype is torch.float32 else 1e-13
        assert np.allclose(drawn.flatten()[-2:].tolist(), last, rtol=tolerance, atol=tolerance), n
        # What is drawn next tells how many words were taken, whose rest no one sees.
        assert torch.rand(1, dtype=torch.float32).item() == pytest.approx(after, abs=1e-7), n


def test_a_generator_has_numbers_of_its_own_and_goes_on_from_a_state() -> None:
    torch.manual_seed(3)
    own = torch.Generator().manual_seed(3)
    assert torch.rand(5, generator=own).equal(torch.rand(5))
    state = own.get_state()
    first = torch.randn(3, generator=own)
    assert own.set_state(state) is own
    assert torch.randn(3, generator=own).equal(first)
    assert own.initial_seed() == 3
    assert torch.initial_seed() == 3


def test_the_state_is_as_pytorch_lays_it_out_and_begins_with_the_seed() -> None:
    torch.manual_seed(-1)
    state = torch.get_rng_state()
    assert state.dtype is torch.uint8
    assert state.shape == (5056,)
    assert state[:12].tolist() == [255] * 8 + [1, 0, 0, 0]
    torch.empty(3).normal_()
    torch.set_rng_state(torch.get_rng_state())
    kept = torch.get_rng_state()[-16:]
    assert kept[0] == 1  # the second of the second pair of normal numbers is kept


def test_forked_numbers_change_nothing_afterwards() -> None:
    torch.manual_seed(1)
    with torch.random.fork_rng():
        inside = torch.rand(2)
    assert torch.rand(2).equal(inside)


@grouped(
    "call, error, words",
    [
        (
            "torch.rand(2, dtype=torch.int64)",
            NotImplementedError,
            '"check_uniform_bounds" not implemented for',
        ),
        (
            "torch.randint(5, 3, (2,))",
            RuntimeError,
            "random_ expects 'from' to be less than 'to', but got",
        ),
        ("torch.randint(300, (2,), dtype=torch.uint8)", RuntimeError, "to - 1 is out of bounds for unsigned char"),
        ("torch.zeros(2).normal_(0, -1)", RuntimeError, "normal expects std >= 0.0, but found std -1"),
        ("torch.zeros(2).bernoulli_(2)", RuntimeError, "bernoulli_ expects p to be in [0, 1], but got p=2"),
        (
            "torch.multinomial(torch.ones(2), 3)",
            RuntimeError,
            "cannot sample n_sample > prob_dist.size(-1)",
        ),
        (
            "torch.ones(2, requires_grad=True).uniform_()",
            RuntimeError,
            "a leaf Variable that requires grad is",
        ),
        ("torch.rand(2, device='cuda')", AssertionError, "Torch not compiled with CUDA enabled"),
        ("torch.manual_seed(2**64)", ValueError, "Overflow when unpacking long long"),
        ("torch.set_rng_state(torch.zeros(3, dtype=torch.uint8))", RuntimeError, "Expected a CPUGeneratorImplState of"),
    ],
)
def test_what_cannot_be_drawn_is_refused_in_pytorchs_words(call: str, error: type[Exception], words: str) -> None:
    with pytest.raises(error) as raised:
        eval(call, {"torch": torch})  # noqa: S307
    assert str(raised.value).startswith(words)


def test_no_gradient_passes_what_was_drawn() -> None:
    x = torch.full((3,), 0.5, requires_grad=True)
    drawn = {
        "BernoulliBackward0": torch.bernoulli(x),
        "BernoulliBackward1": (x * 1).bernoulli_(x),
        "BernoulliBackward2": (x * 1).bernoulli_(0.5),
        "CauchyBackward0": (x * 1).cauchy_(),
        "ExponentialBackward0": (x * 1).exponential_(),
        "GeometricBackward0": (x * 1).geometric_(0.5),
        "LogNormalBackward0": (x * 1).log_normal_(),
        "NormalBackward0": (x * 1).normal_(),
        "NormalBackward1": torch.normal(x, 1.0),
        "NormalBackward2": torch.normal(1.0, x),
        "NormalBackward3": torch.normal(x, x),
        "PoissonBackward0": torch.poisson(x),
        "RandomBackward0": (x * 1).random_(1, 3),
        "RandomBackward1": (x * 1).random_(3),
        "RandomBackward2": (x * 1).random_(),
        "UniformBackward0": (x * 1).uniform_(),
    }
    assert {p.node.__name__ for p in all_primitives() if p.family == "chance"} == drawn.keys()
    for name, result in drawn.items():
        assert result.grad_fn.name() == name
        x.grad = None
        result.sum().backward()
        assert x.grad is not None
        assert x.grad.tolist() == [0.0, 0.0, 0.0]
