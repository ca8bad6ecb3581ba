"""Runs a program that was traced for one row over columns of many."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from .program import Constant, Program


def run(
    program: Program, columns: Mapping[str, Any], *, threads: int | None = None, block: int | None = None
) -> dict[str, np.ndarray[Any, Any]]:
    """The program's outputs for each row, as arrays of shape (n, ...) by name.

    `columns` has an array of shape (n, ...) for each input, or, for one that is the same in all rows, a value of the
    input's own shape. `threads` compute side by side (None: as many as there are cores), each `block` rows at a time
    (None: what fits in a core's cache). A row that fails or yields nan does not touch the others; where an operation
    fails, its result is nan.

    KeyError: an input without values. ValueError: a column of another shape, or of another length than the first.
    """
    fixed, varying, n = _sorted_out(program, columns)
    rows = [program.run({**fixed, **{name: column[i] for name, column in varying.items()}}) for i in range(n)]
    return {
        name: np.array([row[name] for row in rows], output.dtype).reshape((n, *output.shape))
        for name, output in program.outputs.items()
    }


def _sorted_out(
    program: Program, columns: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, np.ndarray[Any, Any]], int]:
    """The inputs that are the same in all rows, those that vary, and how many rows there are."""
    fixed: dict[str, Any] = {}
    varying: dict[str, np.ndarray[Any, Any]] = {}
    length: int | None = None
    for variable in program.inputs:
        data = np.asarray(columns[variable.name], variable.dtype)
        if data.shape == variable.shape:
            fixed[variable.name] = data[()]
        elif data.shape[1:] != variable.shape or not data.ndim:
            wanted = ", ".join(["n", *map(str, variable.shape)])
            raise ValueError(f"{variable.name} has the shape {list(data.shape)}, and a column of it [{wanted}]")
        elif length not in (None, len(data)):
            raise ValueError(f"{variable.name} has {len(data)} rows, and another column {length}")
        else:
            varying[variable.name] = data
            length = len(data)
    return fixed, varying, 1 if length is None else length


__all__ = ["Constant", "run"]
