"""Every operation of the table in a program: value, gradients and second derivatives are those of eager evaluation.

So are those over columns, row by row. What cannot be traced is listed here, and nothing else fails.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from examples.cases import CASES, CLOSELY, IDS, REFUSED, Case, floating, leaves
from groups import grouped
from well_formed import check

from autodiff.engine import Tensor
from autodiff.engine.autograd import grad
from autodiff.engine.program import TraceError, run, trace

# What asks for the numbers of its arguments, and why: for some only in the cases that do.
UNTRACED = {
    "argwhere": "the number of results depends on the numbers",
    "nonzero": "the number of results depends on the numbers",
    "unique": "the number of results depends on the numbers",
    "unique_consecutive": "the number of results depends on the numbers",
    "as_strided": "is about where elements lie in memory",
    "cond": "of a singular matrix is infinite, which inverting it shows",
    "gaussian_nll_loss": "refuses negative variances",
    "writing": "writes in place",
}
FACTORS = (1.0, 0.97, 1.01)


def weighted(tensors: list[Tensor], phase: float) -> Tensor:
    """One number that depends on every element of the tensors in its own way."""
    terms = [(t * Tensor(np.cos(phase + np.arange(t.numel())).reshape(t.shape)[()])).sum() for t in tensors]
    total = terms[0]
    for term in terms[1:]:
        total = total + term
    return total


def results(case: Case, *tensors: Tensor) -> dict[str, Tensor]:
    """The floating results of a case's call, the gradients of a sum of them, and of a sum of those."""
    values = floating(case.example.call(*tensors))
    found = {f"value{i}": value for i, value in enumerate(values)}
    for order in ("first", "second"):
        values = [value for value in values if value.requires_grad]
        if not values or case.name in REFUSED:
            break
        gradients = grad(weighted(values, 0.3), tensors, create_graph=True, allow_unused=True)
        values = [g for g in gradients if g is not None]
        found.update({f"{order}{i}": g for i, g in enumerate(gradients) if g is not None})
    return found


def eager(case: Case, data: list[Any]) -> dict[str, Any]:
    return {name: np.asarray(t._data) for name, t in results(case, *leaves(data)).items()}


def assert_same(actual: dict[str, Any], expected: dict[str, Any]) -> None:
    assert actual.keys() == expected.keys()
    for name, value in expected.items():
        found = np.asarray(actual[name])
        assert (found.shape, found.dtype) == (np.shape(value), np.asarray(value).dtype), name
        np.testing.assert_allclose(found, value, rtol=1e-9, atol=1e-10, err_msg=name)


@grouped("case", [CASES[i] for i in CLOSELY], ids=[IDS[i] for i in CLOSELY])
def test_a_program_gives_what_eager_evaluation_gives_for_one_row_and_for_many(case: Case) -> None:
    try:
        expected = eager(case, list(case.data))
    except RuntimeError as error:
        assert "derivative" in str(error)  # noqa: PT017
        pytest.skip("PyTorch has no derivative for it")
    names = [f"x{i}" for i in range(len(case.data))]
    inputs = dict(zip(names, leaves(case.data), strict=True))
    try:
        program = trace(lambda *tensors: results(case, *tensors), inputs)
    except TraceError:
        assert case.name in UNTRACED
        return
    check(program)
    assert_same(program.run(dict(zip(names, case.data, strict=True))), expected)
    assert_same({name: t._data for name, t in program.run(inputs).items()}, expected)
    columns = {name: np.stack([np.asarray(d) * f for f in FACTORS]) for name, d in zip(names, case.data, strict=True)}
    check_rows(program, columns, lambda row: eager(case, list(row.values())))
    # With all but the first the same in all rows, the rows are computed in another way.
    fixed = {name: columns[name] if name == "x0" else np.asarray(case.data[i]) for i, name in enumerate(names)}
    check_rows(program, fixed, program.run)


def check_rows(program: Any, columns: dict[str, Any], row_by_row: Any) -> None:
    found = run(program, columns, block=2, threads=1)
    shapes = {variable.name: variable.shape for variable in program.inputs}
    for i in range(len(FACTORS)):
        row = {name: values if values.shape == shapes[name] else values[i] for name, values in columns.items()}
        assert_same({name: values[i] for name, values in found.items()}, row_by_row(row))


def asks_for_numbers(case: Case) -> bool:
    try:
        trace(
            lambda *tensors: dict(enumerate(floating(case.example.call(*tensors)))),
            {f"x{i}": tensor for i, tensor in enumerate(leaves(case.data))},
        )
    except TraceError:
        return True
    return False


def test_what_is_listed_as_untraced_and_nothing_else_asks_for_numbers() -> None:
    assert {case.name for case in CASES if asks_for_numbers(case)} == UNTRACED.keys()
