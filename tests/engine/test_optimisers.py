"""Optimisers: what is kept of parameters of any shape, and goes on from a state; settings that others do not have."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from groups import grouped

import autodiff.engine as torch

OPTIMISERS: list[tuple[str, dict[str, Any]]] = [
    *((name, {"lr": 0.1}) for name in ("SGD", "Adamax", "NAdam", "RAdam", "Adagrad", "Adadelta", "ASGD", "Rprop")),
    *((name, {"lr": 0.1, "amsgrad": True}) for name in ("Adam", "AdamW")),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "nesterov": True}),
    ("RMSprop", {"lr": 0.1, "momentum": 0.9, "centered": True}),
]


def trained(name: str, settings: dict[str, Any], resumes_at: int | None = None) -> list[float]:
    number = torch.tensor(0.5, requires_grad=True)
    others = torch.tensor([0.5, -2.0], requires_grad=True)
    make = getattr(torch.optim, name)
    optimizer = make([number, others], **settings)
    for step in range(6):
        if step == resumes_at:
            state = copy.deepcopy(optimizer.state_dict())
            optimizer = make([number, others], **settings)
            optimizer.load_state_dict(state)
        optimizer.zero_grad()
        ((number - 1) ** 2 + ((others - 1) ** 2).sum()).backward()
        optimizer.step()
    return [number.item(), *others.tolist()]


@grouped("name, settings", OPTIMISERS)
def test_a_parameter_without_dimensions_is_changed_as_an_element_of_others(name: str, settings: dict[str, Any]) -> None:
    number, same, _ = trained(name, settings)
    assert number == pytest.approx(same, rel=1e-12)


@grouped("name, settings", OPTIMISERS)
def test_training_goes_on_from_a_state_as_if_it_had_not_been_interrupted(name: str, settings: dict[str, Any]) -> None:
    assert trained(name, settings, 3) == trained(name, settings)


def test_a_group_has_no_weight_decay_where_the_optimiser_has_none() -> None:
    parameter = torch.ones(1, requires_grad=True)
    optimizer = torch.optim.Rprop([{"params": [parameter], "weight_decay": 100.0}], lr=0.1)
    (-parameter).sum().backward()
    optimizer.step()
    assert parameter.item() == pytest.approx(1.1)


def test_lbfgs_keeps_tensors() -> None:
    parameter = torch.tensor([3.0, -2.0], requires_grad=True)
    optimizer = torch.optim.LBFGS([parameter], line_search_fn="strong_wolfe")

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        loss = (parameter**4).sum()
        loss.backward()
        return loss

    for _ in range(3):
        optimizer.step(closure)
    assert max(abs(number) for number in parameter.tolist()) < 1e-2
    assert isinstance(optimizer.state_dict()["state"][0]["d"], torch.Tensor)
