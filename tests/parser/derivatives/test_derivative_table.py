"""The derivatives of every operation of the table as text: of each example call, first and second, and of the rules.

`derivatives` compares what it prints with the engine at random points before it returns, and raises where they differ:
here it has to find a form for all of them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from effort import THOROUGH
from examples.cases import CASES as ALL
from examples.cases import CLOSELY, Case
from groups import grouped

from autodiff.engine.api.creation import tensor
from autodiff.parser.algebra import indices
from autodiff.parser.algebra.formulas import UntranslatableError
from autodiff.parser.algebra.presentation import Presentation
from autodiff.parser.algebra.shapes import Shapes
from autodiff.parser.derivatives import accuracy, derivative
from autodiff.parser.derivatives.derivative import Derivatives, derivatives
from autodiff.parser.derivatives.traced import traced
from autodiff.parser.semantics.evaluate import evaluate
from autodiff.parser.syntax.errors import ExpressionError
from autodiff.parser.syntax.parse import parse
from autodiff.parser.syntax.printer import Printer, UnprintableError
from autodiff.parser.syntax.records import Program
from autodiff.parser.unparse import printed

# What is in some derivative and NumPy has no words for: more is an error, which says what is to be written for NumPy.
WITHOUT_NUMPY = {
    *("cdist", "cholesky_inverse", "cholesky_solve", "cummax", "cummin", "diagonal_scatter", "dist", "kthvalue"),
    *("linalg_cross", "logcumsumexp", "median", "mode", "nanmedian", "scatter", "scatter_add", "solve"),
    *("solve_triangular", "sort", "std_mean", "topk", "triangular_solve"),
}
# What has derivatives, and no formula for them: layers.
WITHOUT_FORMULA = {
    *("adaptive_max_pool2d", "adaptive_max_pool3d", "convolution", "max_pool2d_with_indices"),
    *("max_pool3d_with_indices", "native_batch_norm", "native_group_norm"),
    *("native_layer_norm", "safe_softmax", "scaled_dot_product_flash_attention_for_cpu"),
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
def _quiet(monkeypatch: pytest.MonkeyPatch) -> Any:
    # Points have as many elements as the arguments: fewer of them do.
    # Formulas for arrays of any size have tests of their own, and are traced with others than are looked at here.
    monkeypatch.setattr(derivative, "general", lambda *_, **__: None)
    with np.errstate(all="ignore"):
        yield


class Once:
    """Notes what is traced of a case, so that it is not traced again, and the shapes of all parts."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.programs: dict[Any, Any] = {}
        self.shapes: list[Shapes] = []
        once = self

        class Noting(Shapes):
            def __init__(self, variables: Any) -> None:
                super().__init__(variables)
                once.shapes.append(self)

        patch.setattr(indices, "Shapes", Noting)
        for module in (derivative, accuracy):
            patch.setattr(module, "traced", self.traced)

    def traced(self, expression: Program, wanted: Any, shapes: Any, limits: Any) -> Any:
        key = expression.source, tuple(wanted), tuple(shapes.items())
        if key not in self.programs:
            self.programs[key] = traced(expression, wanted, shapes, limits)
        return self.programs[key]


# In the gate a call with one array has one shape: only where shapes meet do they change the text.
_LOOKED_AT = {*CLOSELY}
CASES = [i for i, case in enumerate(ALL) if case.example.text and (i in _LOOKED_AT or len(case.data) > 1)]
# Those whose second derivatives are looked at too, in the gate one of each operation, and of these the ones whose first
# are also taken as they come from the rules.
_CLOSELY = [i for i in CLOSELY if ALL[i].example.text]
TWICE = _CLOSELY if THOROUGH else list({ALL[i].name: i for i in _CLOSELY}.values())
AS_TRACED = TWICE if THOROUGH else TWICE[::2]


@grouped("i", CASES, ids=lambda i: f"{text_of(ALL[i])}-{[*shapes_of(ALL[i]).values()]}", size=20)
@pytest.mark.filterwarnings("ignore")
def test_every_operation_has_derivatives_as_text_in_numpy_and_by_its_rules_and_all_parts_have_the_shapes_noted(
    i: int,
) -> None:
    case = ALL[i]
    if not is_differentiable(case):
        return
    expression, shapes = parse(text_of(case)), shapes_of(case)
    with pytest.MonkeyPatch.context() as patch:
        once = Once(patch)
        try:
            first = derivatives(expression, [(name,) for name in shapes], shapes)
        except UntranslatableError as error:
            assert re.search(r"`(\w+)`", str(error))[1] in WITHOUT_FORMULA  # type: ignore[index]  # noqa: PT017
            return
        assert first.points
        if i in AS_TRACED:
            assert derivatives(expression, [(name,) for name in shapes], shapes, simplify=False).points
        if i in TWICE:
            once.shapes.clear()
            assert derivatives(expression, [(name, name) for name in shapes], shapes).points
        noted = {term: shape for shapes in once.shapes for term, shape in shapes.known.items()}
    check_numpy_code(case, first)
    if i in TWICE:
        check_shapes(case, noted)


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


def check_shapes(case: Case, noted: Mapping[Any, tuple[int, ...]]) -> None:
    """AssertionError unless each part of a derivative has the shape that it is noted with."""
    values = values_of(case)
    compared = 0
    for term, shape in noted.items():
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
    assert compared, "no part is an expression of its own"
