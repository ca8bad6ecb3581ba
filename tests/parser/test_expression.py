"""Expressions in Python: values, derivatives, formulas, errors, threads, pickles."""

from __future__ import annotations

import pickle
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from groups import grouped

import autodiff.engine as torch
from autodiff.parser import AutodiffError, Expression, ExpressionWarning

F = Expression("x*exp(-y)")
AT = {"x": 1.0, "y": 2.0}
E2 = np.exp(-2.0).item()


def test_values_and_derivatives_at_a_point_are_numbers_by_name() -> None:
    assert F(x=1, y=2) == pytest.approx(E2)
    assert F.grad(x=1, y=2) == pytest.approx({"x": E2, "y": -E2})
    assert F.grad(AT, wrt="y") == pytest.approx({"y": -E2})
    assert F.hessian(AT)["x"] == pytest.approx({"x": 0, "y": -E2})
    assert type(F(AT)) is type(F.grad(AT)["x"]) is float
    assert F.variables == ("x", "y")


@grouped(
    "value",
    [2, 2.0, True + 1, np.float32(2), np.int8(2), np.array(2), Fraction(2), Decimal(2), torch.tensor(2), [2.0], (2,)],
)
def test_a_value_is_whatever_is_a_number_or_an_array_of_them(value: Any) -> None:
    found = Expression("x**3").grad(x=value)["x"]
    assert np.asarray(getattr(found, "_data", found)).ravel() == pytest.approx([12])


def test_a_name_in_letters_that_python_spells_as_others_is_found() -> None:
    assert Expression("2*µ")(µ=3) == Expression("2*µ")({"µ": 3}) == 6
    assert Expression("e*x")(e=3, x=2) == 6
    assert Expression("2*pi").grad() == {}


def test_arrays_come_back_as_arrays_and_jacobians_have_both_shapes() -> None:
    g = Expression("x**2*y")
    assert g(x=[1, 2], y=3).tolist() == [3, 12]
    found = g.jacobian(x=[1, 2], y=3)
    assert found["x"].tolist() == [[6, 0], [0, 12]]
    assert found["y"].tolist() == [1, 4]
    # Of the sum.
    assert g.grad(x=[1, 2], y=3)["y"] == 5
    assert g(x=[1, 2], y=3, dtype="float32").dtype == g(x=[1, 2], y=3, dtype=np.float32).dtype == np.float32


def test_a_tensor_stays_in_its_graph() -> None:
    x = torch.tensor(3.0, requires_grad=True)
    value = Expression("y*x**2")(x=2 * x, y=1)
    value.backward()
    assert x.grad is not None
    assert x.grad.item() == 24
    assert isinstance(Expression("x**2").grad(x=x)["x"], torch.Tensor)


def test_nothing_depends_on_the_modes_of_whoever_calls() -> None:
    torch.set_default_dtype(torch.float32)
    try:
        with torch.no_grad(), np.errstate(all="raise"):
            assert Expression("x*0.1").grad(x=3) == {"x": 0.1}
            assert Expression("1/x")(x=0) == np.inf
            assert Expression("1/x").map({"x": np.zeros(1)})["value"] == [np.inf]
        assert torch.get_default_dtype() is torch.float32
    finally:
        torch.set_default_dtype(torch.float64)


def test_threads_do_not_share_what_they_compute_with() -> None:
    def of(dtype: str) -> set[Any]:
        return {Expression("sum([0.1, 0.2])*x")(x=[1.0], dtype=dtype).dtype.name for _ in range(20)}

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(of, ["float64", "float32"] * 4))
    assert found == [{"float64"}, {"float32"}] * 4


def test_a_derivative_is_an_expression_that_may_be_called_with_what_has_dropped_out() -> None:
    slope = F.derivative("x")
    assert str(slope) == "exp(-y)"
    assert slope.variables == ("y",)
    assert slope(AT) == F.grad(AT)["x"]
    assert pickle.loads(pickle.dumps(slope))(AT) == slope(y=2)
    assert F.derivative("x", "y").derivative("y")(AT) == pytest.approx(E2)
    assert Expression("sin(x)").derivative()(x=0) == 1
    assert Expression("sum(A*B)").derivative("A", shapes={"A": (2, 2), "B": (2, 2)}).variables == ("B",)
    with pytest.raises(AutodiffError, match="no variable `z`"):
        slope(x=1, y=2, z=3)


@grouped("text", ["sin(x*y)**3/(x + y)", "u = x/y; exp(-u)*u", "x if x > y else y**2"])
def test_a_formula_has_the_numbers_of_the_gradient(text: str) -> None:
    f = Expression(text)
    assert f.derivative("y")(x=0.7, y=1.3) == pytest.approx(f.grad(x=0.7, y=1.3)["y"], rel=1e-9)


def test_code_is_what_diff_prints() -> None:
    assert "double d_x(double x, double y)" in F.code("c")
    assert F.code("latex", wrt="x") == "e^{-y}\n"
    assert F.code("text", wrt=["x", "y"]) == "-exp(-y)\n"
    assert "AS value" in F.code("sql") or "as value" in F.code("sql")
    with pytest.warns(ExpressionWarning, match="that of their sum"):
        Expression("x**2").code("numpy", shapes={"x": 3})


@grouped(
    "text, latex",
    [
        ("x*exp(-y)", "x e^{-y}"),
        ("2*pi*r", "2 \\pi r"),
        ("u = x/y; sin(u)**2", "\\begin{gathered} u = \\frac{x}{y} \\\\ \\sin^{2}\\left(u\\right) \\end{gathered}"),
        ("a if x > 0 else b", "\\begin{cases} a & \\text{if } x > 0 \\\\ b & \\text{otherwise} \\end{cases}"),
        ("x.sum()", "\\operatorname{sum}\\left(x\\right)"),
        ("f(x) = x**2; f(3)", "\\texttt{f(x) = x**2; f(3)}"),
        ("sum(x_1, dim=0)", "\\texttt{sum(x\\_1, dim=0)}"),
    ],
)
def test_a_notebook_shows_the_formula_as_it_is_written(text: str, latex: str) -> None:
    assert Expression(text).latex().replace(" \\cdot ", " ") == latex
    assert latex in Expression(text)._repr_latex_().replace(" \\cdot ", " ")


def test_expressions_are_equal_that_say_the_same() -> None:
    assert Expression(" x * exp(-(y))  # as ever") == F
    assert hash(Expression("x*exp( -y )")) == hash(F)
    for other in ("exp(-y)*x", "x*exp(-z)", "x*exp(-1)", "x*exp(-1.0)", "x*exp(y)"):
        assert Expression(other) != F
    assert Expression("x*1") != Expression("x*1.0")
    assert F != "x*exp(-y)"
    assert eval(repr(F), {"Expression": Expression}) == F  # noqa: S307
    deep = Expression("x" + " + x" * 5000)
    assert pickle.loads(pickle.dumps(deep)) == deep


MISTAKES: list[tuple[Callable[[], Any], str, str, str | None]] = [
    (lambda: Expression("2*sinn(x)"), "name", "unknown function `sinn`", "did you mean `sin`"),
    (lambda: Expression("x +"), "syntax", "an operand is missing", None),
    (lambda: Expression(3), "usage", "is text, not a int", None),  # type: ignore[arg-type]
    (lambda: Expression("x", limits={"node": 3}), "usage", "no limit `node`", "nodes"),
    (lambda: Expression("x", limits={"nodes": 0}), "usage", "the limit `nodes` is a whole number from 1 on", None),
    (lambda: Expression("x*x*x", limits={"nodes": 1})(x=1), "limit", "more than 1 operations", None),
    (lambda: F(), "name", "`x` has no value", "`x=1`"),
    (lambda: F(x=1), "usage", "`y` has no value", "`y=1`"),
    (lambda: F(x=1, y=2, z=3), "usage", "no variable `z`", "`x` and `y`"),
    (lambda: F(AT, x=1), "usage", "`x` is given twice", None),
    (lambda: F(1), "usage", "not given by name", "f(x=1, y=1)"),  # type: ignore[arg-type]
    (lambda: F(x="1", y=1), "usage", "`x` is text", None),
    (lambda: F(x=1j, y=1), "usage", "`x` is a complex", None),
    (lambda: F(x=[[1], [1, 2]], y=1), "usage", "unequal lengths", None),
    (lambda: F(AT, dtype="int"), "usage", "no type of numbers `int`", "float32"),
    (lambda: F(AT, dtpe="float32"), "usage", "no variable `dtpe`", "the option `dtype`"),
    (lambda: F.grad(AT, wrt="z"), "usage", "wrt names `z`", "`x` and `y`"),
    (lambda: F.derivative(), "usage", "by which variable", None),
    (lambda: F.derivative("yy"), "usage", "`yy`", "did you mean `y`"),
    (lambda: F.code("c", dialect="duckdb"), "usage", "a dialect is of SQL, and the language is `c`", None),
    (lambda: F.code("rusty"), "usage", "no format `rusty`", "`rust`"),
    (lambda: F.code("c", shapes={"z": 3}), "usage", "shapes names `z`", "`x` and `y`"),
    (lambda: F.code("c", wrt=["x", "y"], order=2), "usage", "order repeats", "wrt='x,x,y'"),
    (lambda: Expression("x > 0").grad(x=1), "usage", "type bool has no derivative", None),
    (lambda: Expression("A@b")(A=np.eye(2), b=[1, 2, 3]), "shape", "size mismatch", None),
]


@grouped("call, code, message, help", MISTAKES, ids=[message for _, _, message, _ in MISTAKES])
def test_a_mistake_is_an_error_that_says_what_to_write(
    call: Callable[[], Any], code: str, message: str, help: str | None
) -> None:
    with pytest.raises(AutodiffError, match=re.escape(message)) as caught:
        call()
    error = caught.value
    assert error.code == code
    assert help is None or help in (error.help or "")
    again = pickle.loads(pickle.dumps(error))
    assert (str(again), again.span, again.line) == (str(error), error.span, error.line)


def test_an_error_shows_the_place_with_carets() -> None:
    with pytest.raises(AutodiffError) as caught:
        Expression("x +\n2*sinn(x)")
    assert "2 | 2*sinn(x)\n  |   ^^^^" in str(caught.value)
    assert (caught.value.span, caught.value.line, caught.value.column) == ((6, 10), 2, 3)


def test_a_notebook_shows_the_graph_and_the_passes() -> None:
    shown = F.trace(x=1, y=2)
    assert [table.title for table in shown.tables] == ["Forward", "Backward", "Gradients"]
    assert shown._repr_html_().count("<table>") == 3
    assert "<td>MulBackward0</td>" in shown._repr_html_()
    assert "Gradients\nvariable\tgradient\nx\t0.135335" in str(shown)
    graph = Expression("where(x < y, x, y)").graph(x=1, y=2)
    assert str(graph).startswith("digraph {")
    assert ("<svg" in graph._repr_html_()) or ("x &lt; y" in graph._repr_html_())
    assert "<script" not in Expression("x").trace(x=[1])._repr_html_()
