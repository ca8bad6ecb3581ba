"""Named tensors as one flat vector, which is what solvers work on."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from ..tensors.aliases import Array


class Unknowns:
    """The variables that are looked for, by name with their shapes, in the order in which the flat vector has them."""

    def __init__(self, shapes: Mapping[str, tuple[int, ...]]) -> None:
        self.shapes = dict(shapes)
        self.size = 0
        self._parts: dict[str, slice] = {}
        for name, shape in self.shapes.items():
            start, self.size = self.size, self.size + math.prod(shape)
            self._parts[name] = slice(start, self.size)

    def places(self) -> list[tuple[str, tuple[int, ...]]]:
        """For each number of the flat vector its variable, and its index there: () for that of a single number."""
        return [(name, index) for name, shape in self.shapes.items() for index in np.ndindex(shape)]

    def part(self, name: str) -> slice:
        """Where in the flat vector a variable is."""
        return self._parts[name]

    def flat(self, values: Mapping[str, Any]) -> Array:
        """The vector of shape (size,) for values of the variables. KeyError: one is missing."""
        parts = [np.broadcast_to(np.asarray(values[n], float), shape).ravel() for n, shape in self.shapes.items()]
        return np.concatenate(parts) if parts else np.zeros(0)

    def named(self, vector: Array) -> dict[str, Any]:
        """The values by variable, as float64 of their shapes, for a vector of shape (size,), or (n, size) for n rows.

        Of one vector those without dimensions are scalars; of n rows each has n before its own shape.
        """
        return {
            name: vector[..., self._parts[name]].reshape((*vector.shape[:-1], *shape))[()]
            for name, shape in self.shapes.items()
        }

    def flat_rows(self, values: Mapping[str, Any], rows: int) -> Array:
        """The flat vectors of n rows, (size, n), for values of the variables of shape (n, ...)."""
        parts = [np.asarray(values[name], float).reshape(rows, -1).T for name in self.shapes]
        return np.concatenate(parts) if parts else np.zeros((0, rows))
