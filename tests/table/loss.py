"""Examples of losses of images of classes, with weights, classes to ignore and smoothing."""

import math
from collections.abc import Callable
from typing import Any

import autodiff.engine as torch

from .example import CUBE, MATRIX, VECTOR, Example, each

REFERENCES: dict[str, Callable[..., Any]] = {}
CALLS: dict[str, list[Example]] = {}
OVERLOADS: dict[str, list[Example]] = {}

TARGETS = [[0, 1], [2, 1]]  # the classes of a CUBE: two samples, three classes, two places
SIGNS = [1.0, -1.0, 1.0]


def chosen(x: Any) -> list[float]:
    """The losses of a CUBE, sample by sample and place by place."""
    return [-x[n, TARGETS[n][d], d] for n in range(2) for d in range(2)]


def image(losses: list[float]) -> list[list[float]]:
    return [losses[:2], losses[2:]]


def log_shares(x: Any) -> Any:
    """The logarithms of the shares of exp(x) along dimension 1 of a CUBE."""
    totals = [[math.log(math.fsum(map(math.exp, sample[:, d]))) for d in range(2)] for sample in x]
    return x - [[total] for total in totals]


def smoothed(x: Any, share: float) -> float:
    logarithms = log_shares(x)
    return (1 - share) * math.fsum(chosen(logarithms)) - share * math.fsum(logarithms.ravel()) / 3


def constant(x: Any, values: list[Any]) -> Any:
    return torch.tensor(values).type_as(x)


OTHERS: dict[str, list[Example]] = {
    "nll_loss": [
        Example(lambda x: torch.nll_loss(x, torch.tensor(TARGETS)), lambda x: math.fsum(chosen(x)) / 4, (CUBE,)),
        Example(
            lambda x: torch.nll_loss(x, torch.tensor(TARGETS), reduction="none"), lambda x: image(chosen(x)), (CUBE,)
        ),
        Example(
            lambda x: torch.nll_loss(x[:, :, None], torch.tensor(TARGETS)[:, None], reduction="sum"),
            lambda x: math.fsum(chosen(x)),
            (CUBE,),
        ),
        Example(
            lambda x: torch.nll_loss(x, torch.tensor(TARGETS), constant(x, [1.0, 2.0, 4.0])),
            lambda x: math.fsum(w * v for w, v in zip((1, 2, 4, 2), chosen(x), strict=True)) / 9,
            (CUBE,),
        ),
        Example(
            lambda x: torch.nll_loss(x, torch.tensor(TARGETS), ignore_index=1),
            lambda x: (chosen(x)[0] + chosen(x)[2]) / 2,
            (CUBE,),
        ),
        Example(lambda x: torch.nll_loss(x, torch.tensor(2)), lambda x: -x[2], (VECTOR,)),
        Example(
            lambda x: torch.nll_loss(x, torch.tensor([1, 0])),
            lambda x: 0.0,
            ([[math.inf, 0.0], [0.0, math.inf]],),
            order=0,
        ),
    ],
    "cross_entropy": [
        Example(
            lambda x: torch.cross_entropy(x, torch.tensor(TARGETS), reduction="none"),
            lambda x: image(chosen(log_shares(x))),
            (CUBE,),
        ),
        Example(
            lambda x: torch.cross_entropy(x, torch.tensor(TARGETS), reduction="sum", label_smoothing=0.3),
            lambda x: smoothed(x, 0.3),
            (CUBE,),
        ),
        Example(
            lambda x: torch.cross_entropy(x, torch.tensor(TARGETS), label_smoothing=1.0),
            lambda x: smoothed(x, 1.0) / 4,
            (CUBE,),
        ),
        Example(lambda x, y: torch.cross_entropy(x, y), lambda x, y: -(log_shares(x) * y).sum() / 4, (CUBE, CUBE)),
        Example(
            lambda x, y: torch.cross_entropy(x, y, constant(x, [1.0, 2.0, 4.0]), label_smoothing=0.3, reduction="none"),
            lambda x, y: -(log_shares(x) * (0.7 * y + 0.1) * [[1.0], [2.0], [4.0]]).sum(1),
            (CUBE, CUBE),
        ),
    ],
    "losses of shapes that broadcast": [
        Example(lambda x, y: torch.mse_loss(x, y, "none"), each(lambda x, y: (x - y) ** 2), (MATRIX, VECTOR)),
        Example(
            lambda x, y: torch.smooth_l1_loss(x, y, "none", 0),
            each(lambda x, y: abs(x - y)),
            ([[1.0, 2.0], [3.0, -4.0]], [0.0, 1.0]),
        ),
    ],
    "losses of signs": [
        Example(
            lambda x: torch.soft_margin_loss(x, constant(x, SIGNS), "none"),
            lambda x: [math.log1p(math.exp(-s * v)) for s, v in zip(SIGNS, x, strict=True)],
            (VECTOR,),
        ),
        Example(
            lambda x: torch.hinge_embedding_loss(x, constant(x, SIGNS), 2.0, "sum"),
            lambda x: x[0] + max(2 - x[1], 0) + x[2],
            (VECTOR,),
        ),
    ],
}

NODES: dict[str, str] = {
    "cross_entropy": "NllLossBackward0",
    "gaussian_nll_loss": "MeanBackward0",
    "hinge_embedding_loss": "MeanBackward0",
    "kl_div": "MeanBackward0",
    "l1_loss": "MeanBackward0",
    "margin_ranking_loss": "MeanBackward0",
    "poisson_nll_loss": "MeanBackward0",
}
