"""Every operation of the table for a batch at once: value and derivatives are those for one after another.

So they are where only some of the operands are a batch, and in a batch of batches. What asks for numbers is listed, and
is done for one after another.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from examples.cases import CASES, CLOSELY, IDS, REFUSED, Case, floating, leaves
from groups import grouped

from autodiff.engine import Tensor
from autodiff.engine.autograd import grad
from autodiff.engine.autograd.batching import Batch
from autodiff.engine.tensors.batched import BatchError

# What asks for the numbers of its arguments, and why: for some only in the cases that do.
UNBATCHED = {
    "allclose": "returns a truth value of Python's",
    "equal": "returns a truth value of Python's",
    "argwhere": "the number of results depends on the numbers",
    "nonzero": "the number of results depends on the numbers",
    "masked_select": "the number of results depends on the numbers",
    "unique": "the number of results depends on the numbers",
    "unique_consecutive": "the number of results depends on the numbers",
    "as_strided": "is about where elements lie in memory",
    "cond": "of a singular matrix is infinite, which inverting it shows",
}
FACTORS = (1.0, 0.97, 1.01)


def results(case: Case, *tensors: Tensor) -> list[Tensor]:
    """The floating results of a case's call, and the gradients of a sum of them, by a pass that may be of bare data."""
    own = [t.detach().requires_grad_() for t in tensors]
    values = floating(case.example.call(*own))
    roots = [value for value in values if value.requires_grad]
    if not roots or case.name in REFUSED:
        return values
    weights = [Tensor(np.cos(0.3 + np.arange(value.numel())).reshape(value.shape)[()]) for value in roots]
    return [*values, *(g for g in grad(roots, own, weights, retain_graph=True, allow_unused=True) if g is not None)]


def one_by_one(case: Case, columns: Sequence[Any]) -> list[Any]:
    rows = [[np.asarray(t._data) for t in results(case, *leaves(row))] for row in zip(*columns, strict=True)]
    return [np.stack(column) for column in zip(*rows, strict=True)]


def at_once(case: Case, columns: Sequence[Any], batched: int | None = None) -> list[Tensor]:
    """As `one_by_one`, the first `batched` of the tensors as a batch, the others as they are in each row."""
    with Batch(len(FACTORS)) as level:
        given = [level.batched(Tensor(column)) for column in columns[:batched]]
        others = [] if batched is None else leaves([column[0] for column in columns[batched:]])
        found = results(case, *given, *others)
    return [level.unbatched(t) for t in found]


def assert_same(found: Sequence[Tensor], expected: Sequence[Any]) -> None:
    assert len(found) == len(expected)
    for actual, wanted in zip(found, expected, strict=True):
        np.testing.assert_allclose(np.asarray(actual._data), wanted, rtol=1e-9, atol=1e-10)


@grouped("case", [CASES[i] for i in CLOSELY], ids=[IDS[i] for i in CLOSELY])
def test_a_batch_is_done_as_one_after_another(case: Case) -> None:
    columns = [np.stack([np.asarray(d, float) * f for f in FACTORS]) for d in case.data]
    if not columns:
        return
    try:
        expected = one_by_one(case, columns)
    except RuntimeError as error:
        assert "derivative" in str(error)  # noqa: PT017
        pytest.skip("PyTorch has no derivative for it")
    try:
        assert_same(at_once(case, columns), expected)
    except BatchError:
        assert case.name in UNBATCHED
        return
    if len(columns) > 1:
        columns[1:] = [np.broadcast_to(column[:1], column.shape) for column in columns[1:]]
        assert_same(at_once(case, columns, batched=1), one_by_one(case, columns))
