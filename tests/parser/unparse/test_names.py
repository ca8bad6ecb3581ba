"""Names of variables in each language: ones it can have, each its own, whatever they are in the expression."""

from __future__ import annotations

import json
import keyword
import re
import shutil
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autodiff.parser.algebra.sharing import free_names
from autodiff.parser.derivatives.derivative import Derivatives, derivatives
from autodiff.parser.syntax.parse import parse
from autodiff.parser.unparse import printed
from autodiff.parser.unparse.c import CPrinter
from autodiff.parser.unparse.python import PythonPrinter

# Names that look alike, that languages reserve, or that have letters of other alphabets.
_ODD = (
    "x1 x_1 x__1 x₁ x_ _x __x x_a xa x_a_1 x_a1 alpha alpha_ \u03b1 é \ufb01 fi M_PI M_PI_ NAN M_E INFINITY double_t "
    "isnan if_ int int_ bool linux lambd np torch math special d_x d_y u v w max min exp jn gamma y0 NULL typeof"
)
ODD = _ODD.split()


def code(names: list[str], language: str) -> str:
    source = "*".join(f"{name}**2" for name in names)
    # All that is of interest is how it is written.
    written = {(name,): parse(source).statements[-1] for name in names}
    return printed(language, Derivatives(tuple(names), (), written), source)


def distinct(names: list[str]) -> list[str]:
    """The names without those that the language itself takes for one."""
    return list({parse(name).statements[-1].name: None for name in names})


@settings(max_examples=30, derandomize=True, deadline=None)
@given(st.lists(st.sampled_from(ODD), min_size=2, max_size=5, unique=True).map(distinct))
def test_every_variable_has_a_name_of_its_own_in_every_language(names: list[str]) -> None:
    for language in ("python", "numpy", "torch"):
        text = code(names, language)
        compile(text, language, "exec")
        (first, *_) = re.findall(r"def \w+\((.*)\):", text)
        assert len(set(first.split(", "))) == len(names)
    text = code(names, "c")
    assert text.isascii()
    (first, *_) = re.findall(r"double \w+\((.*)\) \{", text)
    parameters = [parameter.removeprefix("double ") for parameter in first.split(", ")]
    assert len(set(parameters)) == len(names)
    assert not CPrinter.reserved & set(parameters)
    shown = re.findall(r"\\partial (.*)\} f = ", code(names, "latex"))
    assert len(set(shown)) == len(names)


# How each language lists the parameters of a function.
_PARAMETERS = {
    "jax": r"def \w+\((.*)\):",
    "javascript": r"function \w+\((.*)\) \{",
    "julia": r"function \w+\((.*)\)",
    "matlab": r"function result_* = \w+\((.*)\)",
    "fortran": r"pure function \w+\((.*?)\)",
    "rust": r"pub fn \w+\((.*)\) ->",
    "sympy": r"(?m)^(\w+) = sp.Symbol",
}
_WITHOUT_CAPITALS = ("fortran",)


@settings(max_examples=10, derandomize=True, deadline=None)
@given(st.lists(st.sampled_from([*ODD, "X", "x", "Alpha", "end", "fn", "e1"]), min_size=2, max_size=5, unique=True))
def test_every_variable_has_a_name_of_its_own_in_code(drawn: list[str]) -> None:
    names = distinct(drawn)
    for language, pattern in _PARAMETERS.items():
        found = re.findall(pattern, code(names, language))
        parameters = found if language == "sympy" else [p.partition(":")[0] for p in found[0].split(", ")]
        folded = [p.lower() for p in parameters] if language in _WITHOUT_CAPITALS else parameters
        assert len({*folded}) == len(names), (language, parameters)


def test_every_variable_is_shown_in_its_own_way_in_mathematics() -> None:
    names = distinct([*ODD, "X", "weight", "w_eight", "Alpha"])
    for language, pattern in (("typst", r"partial (.+)\) f"), ("mathml", r"<mi>\u2202</mi>(<.*?)</mrow></mfrac>")):
        assert len({*re.findall(pattern, code(names, language))}) == len(names), language


@pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler")
@pytest.mark.processes
def test_a_c_compiler_takes_all_of_the_names() -> None:
    text = code(distinct(ODD), "c")
    for standard in ("gnu99", "gnu17"):
        call = ["cc", f"-std={standard}", "-xc", "-Wall", "-Werror", "-fsyntax-only", "-"]
        assert subprocess.run(call, input=text, text=True, capture_output=True, check=False).stderr == ""


def test_no_language_gives_a_shared_part_the_name_of_another() -> None:
    source = "exp(sin(x)*u)*log(sin(x)*u + 2)*u_**2"
    found = derivatives(parse(source), [("x",)], dict.fromkeys(("x", "u", "u_"), ()))
    names = [*found.variables, *(assign.name for assign in found.used())]
    for printer in (CPrinter(found.variables), PythonPrinter(found.variables)):
        assert len({printer.name(name) for name in names}) == len(names)
    assert next(free_names({"u"})) not in names[:3]


@pytest.mark.parametrize(
    "source", ["T/(V - n*b) - n**2/V**2", "exp(sin(x)*y) + sin(x)*y", "max(x, y, z)", "x*y", "1/(x + y)**2 - x"]
)
def test_only_parts_that_are_used_are_listed(source: str) -> None:
    program = parse(source)
    names = sorted({*re.findall(r"\b[a-zA-Z]\b", source)})
    found = derivatives(program, [(name,) for name in names], dict.fromkeys(names, ()))
    record = json.loads(printed("json", found, source))
    texts = [*record["let"].values(), *record["derivatives"].values()]
    for name in record["let"]:
        assert any(re.search(rf"\b{name}\b", text) for text in texts)
    equations = printed("latex", found, source).splitlines()
    assert len(equations) == len(record["let"]) + len(names)


@pytest.mark.parametrize("name", ["load", "call", "merge", "xor", "end", "show"])
def test_a_column_of_sql_may_be_called_as_statements_begin(name: str) -> None:
    text = code([name, "x"], "sql")
    assert len(text.splitlines()) == 2
    assert f"{name} * {name}" in text or f'"{name}" * "{name}"' in text


def test_names_of_two_long_ones_are_as_short_as_fortran_takes() -> None:
    text = code(["x" * 70, "x" * 70 + "y", "d" * 60], "fortran")
    assert max(map(len, re.findall(r"\w+", text.replace("&\n      &", "")))) < 64


def test_keywords_are_no_variables() -> None:
    for word in [word for word in keyword.kwlist if word.islower() and word not in ("and", "or", "not", "if", "else")]:
        assert PythonPrinter([word]).name(word) == f"{word}_"


_ALIKE = (
    "alpha1 alpha_1 \u03b11 x_1 x1 x__1 xx x_x x X X_max x_max Xmax theta_hat thetahat \u03b8 theta d dx d_x e1 e_1 f "
    "g lambda \u03bb x_alpha x_\u03b1 a_b_c a_bc x_12 x12 x_ _x sin exp Gamma \u0393 mu \u03bc partial oo text mono"
)
ALIKE = _ALIKE.split()


@pytest.mark.parametrize("language", ["latex", "typst", "mathml"])
def test_no_two_variables_look_alike(language: str) -> None:
    found = derivatives(parse("*".join(ALIKE)), [("x",)])
    lines = printed(language, found, "").splitlines()
    # All but x are factors of the derivative.
    separators = {"latex": " ", "typst": " ", "mathml": "<mo>&#x2062;</mo>"}
    assert len(set(lines[-1].split(separators[language]))) == len(ALIKE) - 1


def test_the_value_is_called_as_no_variable_is() -> None:
    found = derivatives(parse("f*g"), [("f",), ("g",)])
    assert printed("latex", found, "").splitlines() == [
        "\\frac{\\partial}{\\partial f} h = g",
        "\\frac{\\partial}{\\partial g} h = f",
    ]


def test_every_word_of_sql_can_be_the_name_of_a_column() -> None:
    sqlglot = pytest.importorskip("sqlglot")
    words = [
        w.lower() for w in sqlglot.tokens.Tokenizer.KEYWORDS if w.isidentifier() and not keyword.iskeyword(w.lower())
    ]
    for word in words:
        text = printed("sql", Derivatives((word,), (), {(word,): parse(f"2*{word} + 1").statements[-1]}), word)
        (column,) = sqlglot.parse_one(f"SELECT {text}").expressions
        assert [found.name for found in column.find_all(sqlglot.exp.Column)] == [word]
