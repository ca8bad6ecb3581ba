"""NIST's reference problems of nonlinear regression (`data/nist-strd/README.md`), for tests and benchmarks."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import NamedTuple

import numpy as np

from autodiff.engine.api.creation import tensor
from autodiff.parser.rows.residuals import Model, Residuals
from autodiff.parser.semantics.limits import Limits
from autodiff.parser.syntax.parse import parse

FOLDER = Path(__file__).parent / "data" / "nist-strd"
STARTS = ("start1", "start2")


class Reference(NamedTuple):
    """A problem with its certified answer: values and standard deviations of the parameters, by name."""

    name: str
    model: str
    response: str
    columns: dict[str, np.ndarray]
    starts: dict[str, dict[str, float]]
    values: dict[str, float]
    deviations: dict[str, float]
    squares: float
    deviation: float
    freedom: int

    def residuals(self, start: str) -> Residuals:
        """The rows with the model, which starts at `start1` or `start2`."""
        starts = {name: tensor(value) for name, value in self.starts[start].items()}
        columns = dict.fromkeys(self.columns, None)
        model = Model(parse(self.model), parse(self.response), None, columns, {}, starts)
        residuals = Residuals(model, Limits())
        residuals.add(self.columns)
        return residuals


def references(folder: Path = FOLDER) -> list[Reference]:
    """All problems of a folder."""
    return [_read(folder, problem) for problem in json.loads((folder / "problems.json").read_text())]


def _read(folder: Path, problem: dict) -> Reference:
    with open(folder / f"{problem['name']}.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    parameters = problem["parameters"]

    def by_name(key: str) -> dict[str, float]:
        return {parameter["name"]: parameter[key] for parameter in parameters}

    return Reference(
        problem["name"],
        problem["model"],
        problem["response"],
        {name: np.array([float(row[name]) for row in rows]) for name in rows[0]},
        {start: by_name(start) for start in STARTS},
        by_name("value"),
        by_name("sd"),
        problem["rss"],
        problem["residual_sd"],
        problem["dof"],
    )


def digits(found: float, certified: float) -> float:
    """How many digits agree: the logarithm of the relative error, at most 15."""
    if found == certified:
        return 15.0
    error = abs(found - certified) / abs(certified)
    return float(-np.log10(error)) if np.isfinite(error) else 0.0
