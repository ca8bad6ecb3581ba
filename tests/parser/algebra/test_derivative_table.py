"""The derivatives of every operation of the table as text: of each example call, first and second, and of the rules.

`derivatives` compares what it prints with the engine at random points before it returns, and raises where they differ:
here it has to find a form for all of them.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from examples.cases import CASES as ALL
from examples.cases import Case
from groups import grouped

from autodiff.engine.api.creation import tensor
from autodiff.parser.algebra import translate
from autodiff.parser.algebra.derivative import Derivatives, derivatives, traced
from autodiff.parser.algebra.presentation import Presentation
from autodiff.parser.algebra.shapes import Shapes
from autodiff.parser.semantics.evaluate import evaluate
from autodiff.parser.semantics.limits import Limits
from autodiff.parser.syntax.errors import ExpressionError
from autodiff.parser.syntax.parse import parse
from autodiff.parser.syntax.printer import Printer, UnprintableError
from autodiff.parser.unparse import printed

# What is in some derivative and NumPy has no words for: more is an error, which says what is to be written for NumPy.
WITHOUT_NUMPY = {
    *("cdist", "cholesky_inverse", "cholesky_solve", "cummax", "cummin", "diagonal_scatter", "dist", "kthvalue"),
    *("linalg_cross", "logcumsumexp", "median", "mode", "nanmedian", "scatter", "scatter_add", "solve"),
    *("solve_triangular", "sort", "std_mean", "topk", "triangular_solve"),
}


def is_differentiable(case: Case) -> bool:
    """Whether the value of the case's text has a derivative in the engine."""
    try:
        value = evaluate(parse(text_of(case)), values_of(case))
        value.sum().backward()
    except (ExpressionError, RuntimeError, NotImplementedError):
        return False
    return value.dtype.is_floating_point


def text_of(case: Case) -> str:
    return case.example.text.format(case.name)


def values_of(case: Case) -> dict[str, Any]:
    pairs = zip("xyz", case.data, strict=False)
    return {name: tensor(np.asarray(data, float).tolist()).requires_grad_() for name, data in pairs}


def shapes_of(case: Case) -> dict[str, tuple[int, ...]]:
    return {name: np.shape(data) for name, data in zip("xyz", case.data, strict=False)}


@pytest.fixture(autouse=True)
def _quiet() -> Any:
    with np.errstate(all="ignore"):
        yield


with np.errstate(all="ignore"):
    CASES = [case for case in ALL if case.example.text and is_differentiable(case)]
every_case = grouped("case", CASES, ids=lambda case: f"{text_of(case)}-{[*shapes_of(case).values()]}", size=20)


@every_case
@pytest.mark.filterwarnings("ignore")
def test_every_operation_has_a_first_and_a_second_derivative_as_text_and_a_first_in_numpy(case: Case) -> None:
    expression, shapes = parse(text_of(case)), shapes_of(case)
    first, second = (derivatives(expression, [(name,) * order for name in shapes], shapes) for order in (1, 2))
    assert first.points
    assert second.points
    check_numpy_code(case, first)


def check_numpy_code(case: Case, found: Derivatives) -> None:
    """AssertionError unless the code gives the engine's gradients, or says which function NumPy lacks."""
    source, shapes = text_of(case), shapes_of(case)
    try:
        code = printed("numpy", found, source)
    except UnprintableError as error:
        lacking = re.fullmatch(r"NumPy has no function for `(\w+)`( with these arguments)?", str(error))
        assert lacking
        assert lacking[1] in WITHOUT_NUMPY
        return
    namespace: dict[str, Any] = {}
    exec(compile(code, "<printed>", "exec"), namespace)  # noqa: S102
    given = values_of(case)
    evaluate(parse(source), given).sum().backward()
    if case.name == "det" and np.linalg.matrix_rank(given["x"]._data) < 3:
        return
    for name in shapes:
        result = namespace[f"d_{name}"](*(given[v]._data for v in found.variables))
        gradient = given[name].grad
        wanted = 0.0 if gradient is None else gradient._data
        np.testing.assert_allclose(np.broadcast_to(result, shapes[name]), wanted, 1e-7, 1e-9, err_msg=source)


@every_case
@pytest.mark.filterwarnings("ignore")
def test_the_rules_of_every_operation_can_be_written_as_they_are(case: Case) -> None:
    shapes = shapes_of(case)
    assert derivatives(parse(text_of(case)), [(name,) for name in shapes], shapes, simplify=False).points


@pytest.mark.filterwarnings("ignore")
def test_every_part_of_a_derivative_has_the_shape_that_it_is_noted_with(monkeypatch: pytest.MonkeyPatch) -> None:
    noted: list[Shapes] = []

    class Noting(Shapes):
        def __init__(self, variables: Any) -> None:
            super().__init__(variables)
            noted.append(self)

    monkeypatch.setattr(translate, "Shapes", Noting)
    compared = 0
    for case in CASES:
        values = values_of(case)
        program, _ = traced(parse(text_of(case)), [(name, name) for name in values], shapes_of(case), Limits())
        translate.translated(program)
        for term, shape in noted.pop().known.items():
            text = Printer().text(Presentation().syntax(term))
            if len(text) > 200 or re.match(r"[\w.]*=", text):
                continue
            try:
                actual = evaluate(parse(text), values).shape
            except ExpressionError:
                # A part of an index, or of an argument, is no expression of its own.
                continue
            if "[" not in text[:1] and not text.endswith((":", "values", "indices")):
                assert tuple(actual) == shape, f"{text} in the derivative of {text_of(case)}"
                compared += 1
    assert compared > 1000
