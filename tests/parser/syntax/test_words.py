"""What people type that the language does not have, and what they are told."""

from __future__ import annotations

import re

import pytest
from groups import grouped
from hypothesis import given
from hypothesis import strategies as st
from pace import at_once

from autodiff.engine.table.registry import FUNCTIONS
from autodiff.parser.semantics.names import free_variables
from autodiff.parser.syntax.errors import ExpressionError, did_you_mean
from autodiff.parser.syntax.parse import parse
from autodiff.parser.syntax.what_is_meant import _words, meant_by_word


def help_for(source: str) -> str:
    with pytest.raises(ExpressionError) as caught:
        free_variables(parse(source))
    return str(caught.value.help)


MEANT = [
    ("|x|", "`abs(x)`"),
    ("2|x| + 1", "`2*abs(x)`"),
    ("3 + |x - 1|", "`abs(x - 1)`"),
    ("ln|x|", "`ln(abs(x))`"),
    ("||x||", "`norm(x)`"),
    ("x!", "`factorial(x)`"),
    ("x^2 // the square", "a comment begins with `#`"),
    ("x^2 -- the square of x", "a comment begins with `#`"),
    ("frexp(x)", "`floor(log2(abs(x))) + 1`"),
    ("modf(x)", "`frac(x)`"),
    ("(x+1)!", "`factorial(x+1)`"),
    ("sin^2(x)", "`sin(x)**2`"),
    ("1 + cos^3(2*x)", "`cos(2*x)**3`"),
    ("sin^2 x", "`sin(x)**2`"),
    ("sin²(x)", "`sin(x)**2`"),
    ("sin^-1(x)", "`asin(x)` for the inverse function, or `1/sin(x)`"),
    ("tan⁻¹(x)", "`atan(x)` for the inverse function, or `1/tan(x)`"),
    ("cosh^(-1)(x)", "`acosh(x)`"),
    ("d/dx x**2", '`autodiff diff "x**2" --wrt x`'),
    ("d/dx(x^2)", '`autodiff diff "x^2" --wrt x`'),
    ("d/dt (t^2 + y)", '`autodiff diff "t^2 + y" --wrt t`'),
    ("d^2/dx^2 x**3", '`autodiff diff "x**3" --wrt x`'),
    ("∂/∂y y**3", '`autodiff diff "y**3" --wrt y`'),
    ("1j*x", "no complex numbers"),
    ("2.5J", "no complex numbers"),
    ("lambda x: x**2", "written alone: `x**2`"),
    ("x -> x^2", "written alone: `x^2`"),
    ("@(x) x^2", "written alone: `x^2`"),
    ("def f(x): return x**2", "`f(x) = x**2`"),
    ("1 2 3", "`[1, 2, 3]`"),
    ("1.5 -2 3e4", "`[1.5, -2, 3e4]`"),
    ("[1 2 3]", "`[1, 2, 3]`"),
    ("{1, 2}", "`[1, 2]`"),
    ("1,5", "`1.5` for a number, `[1, 5]` for a list"),
    ("x mod 3", "`x % 3`"),
    ("(x+1) mod n", "`(x+1) % n`"),
    ("x > 0 ? 1 : 0", "`1 if x > 0 else 0`"),
    ("if(x>0, 1, 2)", "`where(x>0, 1, 2)`"),
    ("if x > 0 then 1 else 2", "`1 if x > 0 else 2`"),
    ("x(x+1)", "for a product write `x*(x+1)`"),
    ("pi(x+1)", "for a product write `pi*(x+1)`"),
    ("f(x)", "define it before: `f(x) = ...; f(x)`"),
    ("0x10", "`16`"),
    ("0b11*x", "`3`"),
    ("1d-3", "`1e-3`"),
    ("50%", "`50/100`"),
    ("90°", "`deg2rad(90)`"),
    ("A'", "`A.T`"),
    ("f'(x)", "`autodiff diff`"),
    ("x.^2", "element by element: write `^`"),
    ("x AND y", "`x and y`"),
    ("x^2+y^2=1", "an equation has no derivative"),
    (r"\frac{x}{y}", "`(x)/(y)`"),
    (r"\sin(x)", "`sin(x)`"),
    ("$x^2$", "LaTeX is not read"),
    ("½*x", "such as `1/2`"),
    ("2⋅x", "write `*`"),
    ("∞", "`inf`"),
    ("∫x", "integrals are not computed"),
    ("sum(k*x, k, 1, 3, 4)", "it is called as sum"),
    ("maximum(x, y, z)", "`max(x, y, z)`"),
    ("atan(y, x)", "`atan2(y, x)`"),
    ("2sin(x)", "`2*sin(x)`"),
    ("xsin(x)", "`x*sin(x)`"),
    ("tg(x)", "`tan(x)`"),
    ("lg(x)", "`log10(x)`"),
    ("torch.randn(3)", "no random numbers"),
    ("np.array([1, 2])", "`[1, 2, 3]`"),
    ("torch.tensor(3)", "`[1, 2, 3]`"),
    ("derivative(x**2, x)", '`autodiff diff "x**2"`'),
    ("integrate(x)", "integrals are not computed"),
    ("size(x)", "`numel(x)`"),
    ("ifelse(x > 0, 1, 2)", "`where(x > 0, 1, 2)`"),
    ("average(x)", "`mean(x)`"),
    ("x.norm2()", "`norm`"),
    ("sin x^2", "`sin(x)^2` or `sin(x^2)`"),
    ("sin 2x", "`sin(2*x)`"),
    ("sin(2x)", "`2*x`"),
    ("tg x", "`tan(x)`"),
    ("lg x", "`log10(x)`"),
    ("∛x", "`cbrt(x)`"),
    ("⌊x⌋ + 1", "`floor(x)`"),
    ("⌈x⌉", "`ceil(x)`"),
    ("<x, y>", "`dot(x, y)`"),
    ("x cross y", "`cross(x, y)`"),
    ("atan2 y x", "`atan2(y, x)`"),
    ("max{x, y}", "`max(x, y)`"),
    ("sin{x}", "`sin(x)`"),
    ("e^{-x}", "`e^(-x)`"),
    ("a_{1}*x", "`a_1`"),
    ("cos-1(x)", "`acos(x)` for the inverse function, or `1/cos(x)`"),
    ("log base 2 of x", "`log(x, 2)`"),
    ("5C2", "`binomial(5, 2)`"),
    ("C(5, 2)", "`binomial(5, 2)`"),
    ("P(5, 2)", "`binomial(5, 2)*factorial(2)`"),
    ("Sum[k^2, {k, 1, n}]", "round brackets"),
    ("POWER(x, 2)", "`pow(x, 2)`"),
    ("AVERAGE(x)", "`mean(x)`"),
    ("PI()", "`pi`"),
    ("heaviside(x)", "`Heaviside(x)`"),
    ("Γ(x)", "`gamma(x)`"),
    ("Φ(x)", "`ndtr(x)`"),
    ("J0(x)", "`bessel_j0(x)`"),
    ("Math.sin(x)", "`sin(x)`"),
    ("jax.numpy.exp(x)", "`exp(x)`"),
    ("tf.nn.relu(x)", "`relu(x)`"),
    ("std::pow(x, 2)", "`pow(x, 2)`"),
    ("import numpy", "nothing to import"),
    ("x.sin", "`x.sin()`"),
    ("x ~= y", "`!=`"),
    ("x !== y", "`!=`"),
    ("x << 2", "`x*2**2`"),
    ("x++", "`x + 1`"),
    ("x is not y", "`x != y`"),
    ("x in [1, 2]", "`1 <= x <= 2`"),
    ("¬x", "`not`"),
    ("x ∧ y", "`and`"),
    ("x — y", "`-`"),
    ("x%", "`x/100`"),
    ("%e^x", "`e`"),
    ("A\\b", "`solve(A, b)` for matrices, `b/A` for numbers"),
    ("x^2 where x = 3", '`autodiff eval "x^2" --x 3`'),
    ("x^2, x=3", '`autodiff eval "x^2" --x 3`'),
    ("let x = 3 in x^2", "`x = 3; x^2`"),
    ("const a = 3; a*x", "`a = 3`"),
    ("var x", "not declared"),
    ("x^2 /* squared */", "begins with `#`"),
    ("if (x > 0) x else 0", "`x if x > 0 else 0`"),
    ("{x, x>0; 0, x<=0}", "`where(condition, a, b)`"),
    ("d(x^2)/dx", '`autodiff diff "x^2" --wrt x`'),
    ("∂f/∂x", "`autodiff diff EXPR --wrt x`"),
    ("lim(x->0) sin(x)/x", "limits are not computed"),
    ("int(x^2, x)", "integrals are not computed"),
    ("solve(x^2 = 4)", "equations are not solved"),
    ("f: x -> x^2", "written alone: `x^2`"),
    ("function(x) x^2", "written alone: `x^2`"),
    ("∑x", "`sum(x)`"),
    ("∏x", "`prod(x)`"),
    ("3+4i", "no complex numbers"),
    ("1x10^5", "`1e5`"),
    ("1.0f*x", "`1.0`"),
    ("1,000", "`1000` for thousands, `1.000` for a decimal comma"),
    ("1,000,000.5", "`1000000.5`"),
    ("1'000", "`1000`"),
    ("1 000", "`1000`"),
    ("1.000,5", "`1000.5`"),
    (".5.", "`0.5`"),
    ("1:10", "`arange(1, 10 + 1)`"),
    ("[1..3]", "`arange(1, 3 + 1)`"),
    ("c(1, 2, 3)", "`[1, 2, 3]`"),
    ("[1 2; 3 4]", "`[[1, 2], [3, 4]]`"),
    (r"\sqrt{x}", "`sqrt(x)`"),
    (r"\sqrt[3]{x}", "`root(x, 3)`"),
    (r"\log_{10}(x)", "`log(x, 10)`"),
    (r"x \cdot y", "write `*`"),
    (r"2\pi x", "write `pi`"),
    (r"\infty", "`inf`"),
    (r"\int x dx", "integrals are not computed"),
    (r"\left(x\right)", "leave out"),
    ("log₂ x", "`log2(x)`"),
    ("n choose k", "`binomial(n, k)`"),
    ("NOT x", "`not x`"),
    ("0:0.1:1", "`arange(0, 1 + 0.1, 0.1)`"),
    ("=SUM(x)", "`SUM(x)`"),
    ("d²y/dx²", "`autodiff diff EXPR --wrt x`"),
    ("x.backward()", "computed by themselves"),
    ("x.grad", "computed by themselves"),
    ("torch.autograd.grad(y, x)", "`autodiff diff EXPR`"),
    ("jax.grad(f)", "`autodiff diff EXPR`"),
    ("Math.PI", "`pi`"),
    ("(x) => x^2", "written alone: `x^2`"),
    ("let f(x) = x^2", "`f(x) = x^2`"),
    ("x^2 dx", "leave out `dx`"),
    ("x ∈ R", "comparisons"),
    # What is wrong in another way keeps its own words.
    ("x | y", "write `or`"),
    ("a | b | c", "write `or`"),
    ("a || b || c", "write `or`"),
    ("!x", "write `not`"),
    ("x => 3", "write `>=`"),
    ("2x", "write `2*x`"),
    ("x := 3", "write `=`"),
    ("x ? y", "None"),
    ("sin(x) cos(x)", "write `sin(x)*cos(x)`"),
]


@grouped("source, help", MEANT)
def test_what_people_type_leads_to_what_they_mean(source: str, help: str) -> None:
    assert help in help_for(source)


SPELT = [(typed, meant) for typed, meant in _words().names["functions"].items() if meant in FUNCTIONS]


@grouped("typed, meant", SPELT)
def test_a_name_from_elsewhere_leads_to_the_function(typed: str, meant: str) -> None:
    if typed not in FUNCTIONS:
        assert help_for(f"{typed}(x + 1)") == f"write `{meant}(x + 1)`"


@grouped("typed", list(_words().names["calls"]))
def test_what_is_no_function_here_leads_somewhere(typed: str) -> None:
    if typed not in FUNCTIONS and typed not in ("and", "or", "not", "lambda"):
        assert help_for(f"{typed}(x + 1)") == _words().names["calls"][typed].format(args="x + 1", first="x + 1")


@grouped("source, help", MEANT)
def test_what_is_to_be_written_instead_is_read_by_the_language(source: str, help: str) -> None:
    for written in re.findall(r"write `([^`]*)`", help_for(source)):
        if written not in ("*", "^", "/", "-", ">=", "=", "!=", "or", "and", "not") and "..." not in written:
            parse(written)


@pytest.mark.parametrize(
    "name", ["factorial", "sec", "cot", "root", "ones", "arange", "randn", "zz", "x", "ex2", "bar"]
)
@pytest.mark.parametrize(
    "candidates", [["tril", "select", "vecdot", "rot90", "ne", "arctan", "gradient", "sin", "max"]]
)
def test_what_is_far_from_every_name_is_not_guessed(name: str, candidates: list[str]) -> None:
    assert did_you_mean(name, candidates) is None


names = st.sampled_from([name for name in FUNCTIONS if len(name) > 3])


@given(names, st.data())
def test_one_slip_in_a_name_is_seen(name: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(name) - 2))
    slipped = data.draw(
        st.sampled_from(
            [
                name[:place] + name[place + 1 :],
                name[:place] + "q" + name[place:],
                name[:place] + name[place + 1] + name[place] + name[place + 2 :],
            ]
        )
    )
    if slipped not in FUNCTIONS and len(slipped) > 3:
        assert did_you_mean(slipped, [name, "unlike_any_other"]) == name


def test_a_text_however_long_is_explained_at_once() -> None:
    for source in ("x" * 10**5 + " y", "(" * 900 + "x!" + ")" * 900, "|" * 10**4, "1 " * 10**4, "a+" * 10**3 + "=1"):
        with at_once():
            help_for(source)


@grouped("name", list(_words().names["script"]))
def test_a_word_of_other_prompts_leads_to_a_command_of_ours(name: str) -> None:
    assert "prompt" in str(meant_by_word("script", name))
