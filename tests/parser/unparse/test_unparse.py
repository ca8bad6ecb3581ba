"""Derivatives as code give the engine's numbers when they are run, and as LaTeX they are well formed."""

from __future__ import annotations

import ctypes
import importlib.util
import json
import math
import shutil
import subprocess
from functools import cache
from itertools import accumulate, product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from groups import grouped

from autodiff.engine.api.creation import tensor
from autodiff.parser.analysis.symbolic import formulas
from autodiff.parser.derivatives.derivative import Derivatives, derivatives, variables_of
from autodiff.parser.semantics.evaluate import evaluate
from autodiff.parser.semantics.limits import Limits
from autodiff.parser.syntax.parse import parse
from autodiff.parser.syntax.printer import UnprintableError
from autodiff.parser.unparse import How, label, printed
from autodiff.parser.unparse.lacking import LACKING

EXPRESSIONS = [
    "sin(x**2)",
    "x**3/(1 + y**2)",
    "-x**2*exp(-y)/2",
    "x**x + 2**y",
    "sqrt(x*y)*log(x + y)**2",
    "where(x > y, x**2, y**3) + (x*y if x < 2 else x)",
    "maximum(x, y)*minimum(x, 1) + clamp(x, 0.5, 1)",
    "x*((y + 2) % x) + fmod(y, x)",
    "atan2(x, y) + hypot(x, y)",
    "sigmoid(x*y) + tanh(x - y) + softplus(x)*silu(y)",
    "abs(x - y)**3 + relu(x - 1) + sinc(x)",
    "erf(x)*erfc(y) + lgamma(1)*x + cbrt(x)*y",
    "asin(x/3)*acos(y/3) + asinh(x)*acosh(1 + y)*atanh(x/4)",
    "exp(-(x**2 + y**2)/2)*sin(x*y)*log(x + y)/(sin(x*y) + 2)",
    "log10(x) + log2(y) + log1p(x) + expm1(y) + exp2(x)",
    "logaddexp(x, y) + logit(x/4) + xlogy(x, y) + gelu(x) + mish(y) + elu(x - 1)",
    "clamp(x*y, -1, 1) + pi*x**e/y",
    "1e-9*x**2 + 123456789*x*y",
    "lambda*int + math",
    "5*x",
    "sec(x)*csc(y) + cot(x) + sech(x)*coth(y) + csch(x)",
    "asec(1 + x)*acsc(1 + y) + acot(x) + asech(x)*acsch(y) + acoth(1 + y)",
    "sinpi(x)*cospi(y) + sind(x)*cosd(y) + tand(x)",
    "tanpi(x/3)*y + asind(x)*acosd(y/2) + atand(x)",
    "fmax(x, y)*fmin(x, 1)*ldexp(x, y) + x*celu(x - 1) + y*hardtanh(x) + x*hardswish(y)*hardsigmoid(x)",
    "hardshrink(x)*y + softshrink(y, 0.2)*x + logaddexp2(x, y)*x + entr(x)*y + xlog1py(x, y)*y + relu6(x)*y",
    "root(x, 5)*y + log(x, 3) + log(y, x) + heaviside(x, y)*x**3",
]
# What some languages have and others not.
SPECIAL = {
    "bessel_j0(x)*y + besselj(3, x) + bessely(2, y)": ("numpy", "c"),
    "besselj(0.5, x) + besseli(1, x)*besselk(2, y)": ("numpy",),
    "airy_ai(x) + modified_bessel_i0(x)*modified_bessel_k1(y)": ("numpy",),
    "si(x)*y + ci(x) + expi(y)*x + fresnel_s(x)*fresnel_c(y) + lambertw(x)**2": ("numpy",),
    "erfi(x)*dawson(y) + erfcinv(x)**3": ("numpy",),
}
POINT = {"x": 0.7, "y": 1.3, "lambda": 0.4, "int": 0.6, "math": 2.0}


@cache
def expected(source: str) -> tuple[Derivatives, list[float], dict[str, float]]:
    """The derivatives, the values of the variables, and the engine's gradients by the names of the derivatives."""
    expression = parse(source)
    names = variables_of(expression, {})
    variables = {name: tensor(POINT[name]).requires_grad_() for name in names}
    evaluate(expression, variables).backward()
    found = derivatives(expression, [(name,) for name in names])
    gradients = {label((name,)): variables[name].grad for name in names}
    return (
        found,
        [POINT[name] for name in names],
        {key: 0.0 if g is None else float(g.item()) for key, g in gradients.items()},
    )


def functions_in(code: str) -> dict[str, Any]:
    """What a module defines."""
    namespace: dict[str, Any] = {}
    exec(compile(code, "<printed>", "exec"), namespace)  # noqa: S102
    return namespace


@grouped("source", EXPRESSIONS)
def test_python_code_gives_the_same_numbers(source: str) -> None:
    found, values, gradients = expected(source)
    for language, (name, gradient) in product(("python", "numpy"), gradients.items()):
        functions = functions_in(printed(language, found, source))
        assert float(functions[name](*values)) == pytest.approx(gradient, rel=1e-9)
        if language == "numpy":
            columns = [np.full(3, value) for value in values]
            np.testing.assert_allclose(functions[name](*columns), gradient, rtol=1e-9)


@pytest.mark.parametrize(
    "source", ["sigmoid(x)", "x*silu(x)", "x*softplus(x)", "x*logsigmoid(x)", "mish(x)", "x*elu(x)"]
)
@pytest.mark.parametrize("x", [-1000.0, 1000.0, -40.0, 40.0])
def test_python_code_overflows_no_sooner_than_the_engine(source: str, x: float) -> None:
    expression = parse(source)
    variable = tensor(x).requires_grad_()
    evaluate(expression, {"x": variable}).backward()
    functions = functions_in(printed("python", derivatives(expression, [("x",)]), source))
    assert functions["d_x"](x) == pytest.approx(variable.grad.item(), rel=1e-9, abs=1e-300)


@grouped(
    "source, x",
    [
        ("x*exp(x)", 1000.0),
        ("sinh(x)", 1000.0),
        ("cosh(x)", -1000.0),
        ("x**400", 10.0),
        ("2**x", 2000.0),
        ("log(x)", 0.0),
        ("x*log(x)", 0.0),
        ("x*log(x)", -1.0),
        ("sqrt(x)", 0.0),
        ("x**2.5", -1.0),
        ("x**(1/3)", -8.0),
        ("x**x", -0.5),
        ("asin(x)", 1.0),
        ("1/x", 0.0),
        ("sin(x)", math.inf),
    ],
)
def test_python_code_raises_where_there_is_no_finite_number_and_says_so(source: str, x: float) -> None:
    expression = parse(source)
    variable = tensor(x).requires_grad_()
    evaluate(expression, {"x": variable}).backward()
    assert not math.isfinite(variable.grad.item())
    found = derivatives(expression, [("x",)])
    code = printed("python", found, source)
    assert code.startswith("# Where numbers overflow or have no result, Python raises an error;")
    with pytest.raises((ArithmeticError, ValueError)):
        functions_in(code)["d_x"](x)
    with np.errstate(all="ignore"):
        assert not np.isfinite(functions_in(printed("numpy", found, source))["d_x"](np.float64(x)))


@pytest.mark.parametrize(("source", "languages"), SPECIAL.items())
def test_special_functions_are_spelt_where_a_language_has_them(source: str, languages: tuple[str, ...]) -> None:
    found, values, gradients = expected(source)
    for language in ("python", "numpy", "c"):
        if language not in languages:
            with pytest.raises(UnprintableError, match="has no function for"):
                printed(language, found, source)
    functions = functions_in(printed("numpy", found, source))
    for name, gradient in gradients.items():
        assert float(functions[name](*values)) == pytest.approx(gradient, rel=1e-9)


@pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="torch is not installed")
@pytest.mark.parametrize("source", EXPRESSIONS)
@pytest.mark.filterwarnings("ignore")
def test_torch_code_gives_the_same_numbers(source: str) -> None:
    import torch  # pyright: ignore[reportMissingImports]

    found, values, gradients = expected(source)
    functions = functions_in(printed("torch", found, source))
    for name, gradient in gradients.items():
        result = functions[name](*(torch.tensor(value, dtype=torch.float64) for value in values))
        assert float(result) == pytest.approx(gradient, rel=1e-6)


OF_VECTORS = [
    "prod(sin(x))",
    "amax(x)*x",
    "cumsum(x)*x",
    "sort(x) + 0*x",
    "x[0]**2*x[1]",
    "softmax(x, 0)*x",
    "logsumexp(x)",
]


@pytest.mark.parametrize("source", OF_VECTORS)
@pytest.mark.parametrize("language", ["numpy", "torch"])
def test_code_of_vectors_gives_the_same_numbers(language: str, source: str) -> None:
    values = np.array([0.5, 1.5, 0.75])
    argument: Any = values
    if language == "torch":
        argument = pytest.importorskip("torch").tensor(values)
    found = derivatives(parse(source), [("x",)], {"x": (3,)})
    given = tensor(values.tolist()).requires_grad_()
    evaluate(parse(source), {"x": given}).sum().backward()
    result = functions_in(printed(language, found, source))["d_x"](argument)
    assert given.grad is not None
    np.testing.assert_allclose(np.broadcast_to(np.asarray(result), 3), given.grad._data, rtol=1e-9)


@pytest.mark.parametrize("language", ["python", "c"])
def test_a_language_without_vectors_says_so(language: str) -> None:
    with pytest.raises(UnprintableError, match="has no operations on vectors"):
        printed(language, derivatives(parse("x[0]*x[1]"), [("x",)], {"x": (2,)}), "x[0]*x[1]")


@pytest.mark.skipif(shutil.which("cc") is None, reason="there is no C compiler")
def test_c_code_compiles_without_a_warning_and_gives_the_same_numbers(tmp_path: Path) -> None:
    library = tmp_path / "derivatives.so"
    wanted: list[tuple[str, list[float], float]] = []
    texts: list[str] = []
    for i, source in enumerate([*(s for s, languages in SPECIAL.items() if "c" in languages), *EXPRESSIONS]):
        found, values, gradients = expected(source)
        code = printed("c", found, source)
        for name, gradient in gradients.items():
            code = code.replace(f"double {name}(", f"double {name}_of_{i}(")
            wanted.append((f"{name}_of_{i}", values, gradient))
        texts.append(code)
    (tmp_path / "derivatives.c").write_text("\n".join(texts), "utf-8")
    command = ["cc", "-std=c99", "-Wall", "-pedantic", "-Werror", "-shared", "-fPIC", "-o", str(library)]
    done = subprocess.run(
        [*command, str(tmp_path / "derivatives.c"), "-lm"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    loaded = ctypes.CDLL(str(library))
    for name, values, gradient in wanted:
        function = getattr(loaded, name)
        function.restype = ctypes.c_double
        function.argtypes = [ctypes.c_double] * len(values)
        assert function(*values) == pytest.approx(gradient, rel=1e-9), name


@grouped("source", EXPRESSIONS)
def test_latex_has_balanced_brackets(source: str) -> None:
    text = printed("latex", expected(source)[0], source)
    depth = 0
    for character in text:
        depth += (character == "{") - (character == "}")
        assert depth >= 0
    assert depth == 0
    assert text.count("\\left") == text.count("\\right")
    assert text.count("\\begin{cases}") == text.count("\\end{cases}")


@pytest.mark.parametrize(
    ("source", "latex"),
    [
        ("sin(x**2)", "2 x \\cos\\left(x^{2}\\right)"),
        ("sqrt(x)", "\\frac{1}{2 \\sqrt{x}}"),
        ("sin(x)**3", "3 \\cos\\left(x\\right) \\sin^{2}\\left(x\\right)"),
        ("exp(-x)", "-e^{-x}"),
        ("relu(x)", "\\begin{cases} 1 & \\text{if } x > 0 \\\\ 0 & \\text{otherwise} \\end{cases}"),
        ("1e-9*x", "1 \\cdot 10^{-9}"),
    ],
)
def test_latex_is_what_a_person_would_write(source: str, latex: str) -> None:
    assert printed("latex", derivatives(parse(source), [("x",)]), source) == latex + "\n"


def test_a_greek_letter_and_an_index_are_shown_as_such_in_latex() -> None:
    text = printed("latex", derivatives(parse("alpha*x_1*weight2"), [("x_1",)]), "")
    assert text == "\\alpha \\mathrm{weight}_{2}\n"


def test_json_has_the_named_parts_and_the_derivatives() -> None:
    record = json.loads(printed("json", derivatives(parse("x*y"), [("x",), ("y",)]), "x*y"))
    assert record == {"expr": "x*y", "let": {}, "derivatives": {"d_x": "y", "d_y": "x"}}


@grouped(
    "source",
    [
        "A[0, 1]*x[0]",
        "sum(A[2:5, 1])**2 + sum(A[:, 3])",
        "sum(x[1:40:2]**2)*x[-3]",
        "A[3] @ A[4]",
        "sum(A[:, [0, 3, 0]])**2",
        "median(x)*x[1]",
    ],
)
def test_numpy_code_puts_elements_into_large_arrays(source: str) -> None:
    given = {"x": np.linspace(0.5, 2, 50), "A": np.linspace(-1, 1, 900).reshape(30, 30)}
    program = parse(source)
    names = variables_of(program, {})
    variables = {name: tensor(given[name].tolist()).requires_grad_() for name in names}
    evaluate(program, variables).backward()
    found = derivatives(program, [(name,) for name in names], {name: given[name].shape for name in names})
    functions = functions_in(printed("numpy", found, source))
    for name in names:
        result = functions[f"d_{name}"](*(given[other] for other in names))
        gradient = variables[name].grad
        assert gradient is not None
        np.testing.assert_allclose(np.broadcast_to(result, given[name].shape), gradient._data, rtol=1e-9)


@grouped("source, y", [("max(x, y)", 1.0), ("min(y, x)", 1.0), ("max(y, x, 2)", 3.0)])
def test_the_largest_of_numbers_with_nan_is_nan(source: str, y: float) -> None:
    program = parse(source)
    names = variables_of(program, {})
    found, _ = formulas(program, [("x",)], {}, simplify=True, share=True, limits=Limits(), value=True, joint=True)
    value = functions_in(printed("python", found, source))["f_grad"](*({"x": math.nan, "y": y}[n] for n in names))[0]
    assert math.isnan(value)
    for language, helper in (("c", "a != a"), ("rust", "a != a"), ("matlab", "a ~= a"), ("fortran", "a /= a")):
        assert helper in printed(language, found, source)


SPECIAL_NUMBERS = [math.inf, -math.inf, math.nan, 0.0, -0.0, 0.1, -0.1, 0.9, 1.0, 2.5, -2.5, 3.0, 5e-324, 1e-20, -1e300]


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("larger", "maximum(a, b)"),
        ("smaller", "minimum(a, b)"),
        ("modulo", "a % b"),
        ("floor_divide", "a // b"),
        ("signed", "copysign(a, b)"),
        ("floor_of", "floor(x)"),
        ("ceiling_of", "ceil(x)"),
        ("cbrt", "cbrt(x)"),
        ("expm1", "expm1(x)"),
    ],
)
@pytest.mark.filterwarnings("ignore")
def test_what_languages_lack_is_what_the_engine_has_at_every_number(name: str, meant: str) -> None:
    parameters, definition = LACKING[name]
    grid = np.meshgrid(*[SPECIAL_NUMBERS] * len(parameters))
    given = {parameter: tensor(values.ravel().tolist()) for parameter, values in zip(parameters, grid, strict=True)}
    found, expected = (evaluate(parse(source), given)._data for source in (definition, meant))
    np.testing.assert_allclose(found, expected, rtol=1e-13, atol=1e-323)


@pytest.mark.parametrize("language", ["c", "rust", "javascript", "fortran", "matlab"])
def test_the_whole_quotient_is_not_the_quotient_rounded_down(language: str) -> None:
    found, _ = formulas(
        parse("y*(x//0.1)"), [("y",)], {}, simplify=True, share=True, limits=Limits(), value=True, joint=True
    )
    assert "floor_divide(x, 0.1" in printed(language, found, "")


def nested(before: str, after: str, levels: int) -> str:
    return before * levels + "x" + after * levels


@grouped(
    "source",
    [nested("sin(", ")", 250), nested("1/(1 + ", ")", 250), " + ".join(f"{i}*sin(x + {i})" for i in range(1, 700))],
)
def test_long_and_deep_expressions_are_written_in_parts_that_compilers_take(source: str) -> None:
    (value,) = parse(source).statements
    found = Derivatives(("x",), (), {("x",): value})
    expected = evaluate(parse(source), {"x": tensor(0.5)}).item()
    assert functions_in(printed("python", found, source))["d_x"](0.5) == pytest.approx(expected, rel=1e-12)
    for language in ("c", "rust", "fortran", "javascript", "matlab", "julia", "numpy", "torch", "jax"):
        for line in printed(language, found, source).replace("&\n      &", "").splitlines():
            depths = accumulate((letter == "(") - (letter == ")") for letter in line)
            assert max(depths, default=0) < 200
            assert len(line) < 25_000


def test_sql_says_that_it_has_no_names_for_parts() -> None:
    pytest.importorskip("sqlglot")
    source = nested("sin(", ")", 3000)
    with pytest.raises(UnprintableError, match="so many brackets"):
        printed("sql", Derivatives(("x",), (), {("x",): parse(source).statements[0]}), source)


@pytest.mark.parametrize("language", ["python", "c"])
def test_a_function_that_a_language_lacks_is_named(language: str) -> None:
    with pytest.raises(UnprintableError, match="has no function for `digamma`"):
        printed(language, derivatives(parse("lgamma(x)"), [("x",)]), "lgamma(x)")


def test_the_names_of_derivatives_say_by_what_and_how_often() -> None:
    assert label(("x",)) == "d_x"
    assert label(("x", "x")) == "d2_x"
    assert label(("x", "y", "y")) == "d3_x_y_y"


@pytest.mark.parametrize(
    ("language", "source", "text"),
    [
        ("c", "sin(pi*x)", "3.141592653589793f*cosf(3.141592653589793f*x)"),
        ("julia", "x**e", "*exp(1.0f0)"),
        ("numpy", "relu(x)", "np.where(x > 0, np.float32(1), np.float32(0))"),
        ("torch", "relu(x)", "torch.tensor(1.0, dtype=x.dtype)"),
    ],
)
def test_numbers_of_single_precision_are_so_in_every_place(language: str, source: str, text: str) -> None:
    assert text in printed(language, derivatives(parse(source), [("x",)]), source, How("float32"))


@pytest.mark.parametrize("number", ["1e-320", "1e40"])
def test_a_number_that_single_precision_lacks_is_refused_and_not_0_or_inf(number: str) -> None:
    found = derivatives(parse(f"{number}*x"), [("x",)])
    for language in ("c", "rust", "fortran", "julia", "numpy", "torch", "jax", "matlab"):
        with pytest.raises(UnprintableError, match="float32 has no number"):
            printed(language, found, "", How("float32"))
