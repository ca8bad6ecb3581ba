"""Distinct values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

import numpy as np

from .arguments import dimension
from .families import ORDERING

private, function = ORDERING.private, ORDERING.function


def _no_derivative(name: str) -> Callable[[Any], NoReturn]:
    def rule(g: Any) -> NoReturn:
        raise NotImplementedError(f"the derivative for '{name}' is not implemented.")

    return rule


def _unique(x: Any, dim: int | None) -> tuple[Any, Any, Any]:
    values, inverse, counts = np.unique(x, return_inverse=True, return_counts=True, axis=dim, equal_nan=False)
    return values, inverse.reshape(x.shape if dim is None else -1), counts


def _unique_consecutive(x: Any, dim: int | None) -> tuple[Any, Any, Any]:
    along = x.reshape(-1) if dim is None else np.moveaxis(x, dim, 0)
    others = tuple(range(1, along.ndim))
    differs = (along[1:] != along[:-1]).any(axis=others)
    starts = np.concatenate([np.ones(len(along[:1]), np.bool_), differs])
    first = np.flatnonzero(starts)
    values = along[first] if dim is None else np.moveaxis(along[first], 0, dim)
    inverse = (np.cumsum(starts) - 1).reshape(x.shape if dim is None else -1)
    return values, inverse, np.diff(np.append(first, len(along)))


_DISTINCT = ("output", "inverse_indices", "counts")
unique_all = private(
    "unique2", lambda x: _unique(x, None), _no_derivative("_unique2"), outputs=_DISTINCT, shaped_by="x"
)
unique_dim = private("unique_dim", _unique, _no_derivative("unique_dim"), outputs=_DISTINCT, shaped_by="x")
unique_consecutive_primitive = private(
    "unique_consecutive", _unique_consecutive, _no_derivative("unique_consecutive"), outputs=_DISTINCT, shaped_by="x"
)


def _wanted(results: Any, return_inverse: bool, return_counts: bool) -> Any:
    """The distinct values, and what else was asked for."""
    values, inverse, counts = results
    if not (return_inverse or return_counts):
        return values
    return (values, *([inverse] if return_inverse else []), *([counts] if return_counts else []))


@function()
def unique(
    x: Any, sorted: bool = True, return_inverse: bool = False, return_counts: bool = False, dim: int | None = None
) -> Any:
    """the distinct elements in ascending order; has no derivative"""
    results = unique_all(x) if dim is None else unique_dim(x, dimension(dim, x.ndim))
    return _wanted(results, return_inverse, return_counts)


@function()
def unique_consecutive(
    x: Any, return_inverse: bool = False, return_counts: bool = False, dim: int | None = None
) -> Any:
    """the elements without those equal to the one before; has no derivative"""
    axis = None if dim is None else dimension(dim, x.ndim)
    return _wanted(unique_consecutive_primitive(x, axis), return_inverse, return_counts)
