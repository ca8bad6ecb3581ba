"""The way of a search as records: a step each, with the point, the value and the length of the gradient."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...parser.solving.minimization import MinimumReport


def steps(report: MinimumReport) -> list[dict[str, Any]]:
    """The steps in order, as NumPy values by column."""
    return [
        {
            "step": np.int64(number),
            **{f"at.{name}": value for name, value in point.items()},
            "value": np.float64(step.value),
            "gradient_norm": np.float64(step.norm),
        }
        for number, (point, step) in enumerate(report.path)
    ]
