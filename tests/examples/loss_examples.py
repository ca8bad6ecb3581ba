"""Examples of the functions of the family `loss`."""

import math
import operator
import statistics
from typing import Any

import numpy as np
from examples.example import MATRIX, VECTOR, Example
from examples.references import (
    averaged,
    each,
    length,
    log_shares,
    parabola_then_line,
    softplus,
    surprise,
)

import autodiff.engine as torch


def angle(x: Any, y: Any) -> Any:
    """The cosine of the angle between two vectors."""
    return x @ y / (length(x) * length(y))


CALLS: dict[str, list[Example]] = {
    "mse_loss": [
        Example(lambda x, y: torch.mse_loss(x, y), averaged(lambda x, y: (x - y) ** 2), (MATRIX, MATRIX), "{}(x, y)"),
        Example(lambda x, y: torch.mse_loss(x, y, reduction="none"), each(lambda x, y: (x - y) ** 2), (MATRIX, MATRIX)),
        Example(
            lambda x, y: torch.mse_loss(x, y, reduction="sum"),
            lambda x, y: length(np.ravel(x - y)) ** 2,
            (MATRIX, MATRIX),
        ),
    ],
    "l1_loss": [
        Example(lambda x, y: torch.l1_loss(x, y), averaged(lambda x, y: abs(x - y)), (MATRIX, MATRIX), "{}(x, y)"),
    ],
    "smooth_l1_loss": [
        Example(lambda x, y: torch.smooth_l1_loss(x, y), averaged(parabola_then_line), (MATRIX, MATRIX), "{}(x, y)"),
        Example(
            lambda x, y: torch.smooth_l1_loss(x, y, beta=2.0),
            averaged(lambda x, y: parabola_then_line(x, y, 2.0) / 2),
            (MATRIX, MATRIX),
            "{}(x, y, beta=2.0)",
        ),
    ],
    "huber_loss": [
        Example(lambda x, y: torch.huber_loss(x, y), averaged(parabola_then_line), (MATRIX, MATRIX), "{}(x, y)"),
        Example(
            lambda x, y: torch.huber_loss(x, y, delta=2.0),
            averaged(lambda x, y: parabola_then_line(x, y, 2.0)),
            (MATRIX, MATRIX),
            "{}(x, y, delta=2.0)",
        ),
    ],
    "binary_cross_entropy": [
        Example(lambda x, y: torch.binary_cross_entropy(x, y), averaged(surprise), (MATRIX, MATRIX), "{}(x, y)"),
        Example(
            lambda x, y: torch.binary_cross_entropy(x, y, torch.tensor([1.0, 2.0, 3.0]).type_as(x)),
            lambda x, y: np.mean(each(surprise)(x, y) * [1, 2, 3]),
            (MATRIX, MATRIX),
            "{}(x, y, 1 * [1, 2, 3])",
        ),
    ],
    "binary_cross_entropy_with_logits": [
        Example(
            lambda x, y: torch.binary_cross_entropy_with_logits(x, y),
            averaged(lambda x, y: surprise(1 / (1 + math.exp(-x)), y)),
            (MATRIX, MATRIX),
            "{}(x, y)",
        ),
        Example(
            lambda x, y: torch.binary_cross_entropy_with_logits(
                x, y, pos_weight=torch.tensor([1.0, 2.0, 3.0]).type_as(x)
            ),
            lambda x, y: averaged(lambda x, y, w: y * w * softplus(-x) + (1 - y) * softplus(x))(
                x, y, np.array([1, 2, 3])
            ),
            (MATRIX, MATRIX),
            "{}(x, y, pos_weight=1 * [1, 2, 3])",
        ),
    ],
    "kl_div": [
        Example(
            lambda x, y: torch.kl_div(x, y),
            averaged(lambda x, y: y * (math.log(y) - x)),
            (VECTOR, [0.2, 0.5, 0.3]),
            "{}(x, y)",
        ),
        Example(
            lambda x, y: torch.kl_div(x, y, reduction="sum", log_target=True),
            lambda x, y: math.fsum(each(lambda x, y: math.exp(y) * (y - x))(x, y)),
            (VECTOR, VECTOR),
        ),
    ],
    "nll_loss": [
        Example(
            lambda x: torch.nll_loss(x, torch.tensor([2, 0])),
            lambda x: -(x[0, 2] + x[1, 0]) / 2,
            (MATRIX,),
            "{}(x, [2, 0])",
        ),
        Example(
            lambda x: torch.nll_loss(x, torch.tensor([2, 0]), torch.tensor([1.0, 2.0, 3.0]).type_as(x)),
            lambda x: -(3 * x[0, 2] + x[1, 0]) / 4,
            (MATRIX,),
            "{}(x, [2, 0], 1 * [1, 2, 3])",
        ),
        Example(
            lambda x: torch.nll_loss(x, torch.tensor([2, 1]), ignore_index=1),
            lambda x: -x[0, 2],
            (MATRIX,),
            "{}(x, [2, 1], ignore_index=1)",
        ),
        Example(
            lambda x: torch.nll_loss(x, torch.tensor([[[1, 0]]])),
            lambda x: -(x[0, 1, 0, 0] + x[0, 0, 0, 1]) / 2,
            ((1, 2, 1, 2),),
            "{}(x, [[[1, 0]]])",
        ),
    ],
    "cross_entropy": [
        Example(
            lambda x: torch.cross_entropy(x, torch.tensor([2, 0])),
            lambda x: -(log_shares(x[0])[2] + log_shares(x[1])[0]) / 2,
            (MATRIX,),
            "{}(x, [2, 0])",
        ),
        Example(
            lambda x: torch.cross_entropy(x, torch.tensor([2, 0]), label_smoothing=0.3),
            lambda x: statistics.fmean(
                -0.7 * log_shares(row)[target] - 0.3 * statistics.fmean(log_shares(row))
                for row, target in zip(x, (2, 0), strict=True)
            ),
            (MATRIX,),
            "{}(x, [2, 0], label_smoothing=0.3)",
        ),
        Example(
            lambda x, y: torch.cross_entropy(x, y),
            lambda x, y: (
                -statistics.fmean(math.fsum(map(operator.mul, log_shares(a), b)) for a, b in zip(x, y, strict=True))
            ),
            (MATRIX, [[0.2, 0.3, 0.5], [0.1, 0.1, 0.8]]),
            "{}(x, y)",
        ),
    ],
    "soft_margin_loss": [
        Example(
            lambda x: torch.soft_margin_loss(x, torch.tensor([1.0, -1.0, 1.0]).type_as(x)),
            lambda x: averaged(lambda x, t: softplus(-x * t))(x, np.array([1, -1, 1])),
            (VECTOR,),
            "{}(x, 1 * [1, -1, 1])",
        )
    ],
    "hinge_embedding_loss": [
        Example(
            lambda x: torch.hinge_embedding_loss(x, torch.tensor([1.0, -1.0, -1.0]).type_as(x)),
            lambda x: (x[0] + max(0, 1 - x[1]) + max(0, 1 - x[2])) / 3,
            ([2.0, -0.5, 1.5],),
            "{}(x, 1 * [1, -1, -1])",
        )
    ],
    "margin_ranking_loss": [
        Example(
            lambda x, y: torch.margin_ranking_loss(x, y, torch.tensor([1.0, -1.0, 1.0]).type_as(x), 0.5),
            lambda x, y: averaged(lambda x, y, t: max(0.0, 0.5 - t * (x - y)))(x, y, np.array([1, -1, 1])),
            ([0.3, 1.0, 2.0], [0.5, 0.2, -1.0]),
            "{}(x, y, 1 * [1, -1, 1], 0.5)",
        )
    ],
    "triplet_margin_loss": [
        Example(
            torch.triplet_margin_loss,
            lambda x, y, z: max(0.0, length(x - y + 1e-6) - length(x - z + 1e-6) + 1),
            ([0.3, 1.0, 2.0], [0.5, 0.2, -1.0], [1.0, -0.5, 1.5]),
            "{}(x, y, z)",
        ),
        Example(
            lambda x, y, z: torch.triplet_margin_loss(x, y, z, margin=5.0, swap=True),
            lambda x, y, z: max(0.0, length(x - y + 1e-6) - min(length(x - z + 1e-6), length(y - z + 1e-6)) + 5),
            ([0.3, 1.0, 2.0], [0.5, 0.2, -1.0], [1.0, -0.5, 1.5]),
            "{}(x, y, z, margin=5, swap=True)",
        ),
    ],
    "cosine_embedding_loss": [
        Example(
            lambda x, y: torch.cosine_embedding_loss(x, y, torch.tensor([1, -1]), 0.1),
            lambda x, y: (1 - angle(x[0], y[0]) + max(0.0, angle(x[1], y[1]) - 0.1)) / 2,
            ([[0.3, 1.0], [2.0, 0.5]], [[0.2, -1.0], [1.0, 0.4]]),
            "{}(x, y, [1, -1], 0.1)",
        )
    ],
    "poisson_nll_loss": [
        Example(
            lambda x, y: torch.poisson_nll_loss(x, y),
            averaged(lambda x, y: math.exp(x) - y * x),
            (MATRIX, MATRIX),
            "{}(x, y)",
        ),
        Example(
            lambda x, y: torch.poisson_nll_loss(x, y, log_input=False),
            averaged(lambda x, y: x - y * math.log(x + 1e-8)),
            ([0.5, 2.0], [1.0, 3.0]),
            "{}(x, y, log_input=False)",
        ),
    ],
    "gaussian_nll_loss": [
        Example(
            lambda x, y, z: torch.gaussian_nll_loss(x, y, z),
            averaged(lambda x, y, z: (math.log(z) + (x - y) ** 2 / z) / 2),
            (VECTOR, VECTOR, [0.5, 2.0, 1.0]),
            "{}(x, y, z)",
        )
    ],
}
