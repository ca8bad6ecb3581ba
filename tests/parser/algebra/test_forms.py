"""The forms that derivatives are printed in: at most as long as the expression was, and equal to it."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from autodiff.parser.algebra.arithmetic import add, multiply, power
from autodiff.parser.algebra.functions import call
from autodiff.parser.algebra.presentation import Presentation
from autodiff.parser.algebra.simplify import simplified
from autodiff.parser.algebra.terms import Number, Product, Sum, Symbol, Term, number, ordered, symbol
from autodiff.parser.derivatives.derivative import derivatives
from autodiff.parser.syntax.parse import parse
from autodiff.parser.syntax.printer import program_text
from tests.groups import grouped

# An expression, the variables it is differentiated by, and how it is printed.
FORMS = [
    ("(x**2-1)/(x+1)", "x", "1"),
    ("(t**2-1)/(t+1)", "t", "1"),
    ("(x**3-1)/(x**2+x+1)", "x", "1"),
    ("(x**3-8)/(x-2)", "x", "2*x + 2"),
    ("(x**2+3*x)**4*(x-5)**3", "x", "x**3*(11*x**2 - 19*x - 60)*(x + 3)**3*(x - 5)**2"),
    ("atanh(2*x/(1+x**2))", "x", "2/(1 - x**2)"),
    ("sin(x)*cos(x)*tan(x)", "x", "sin(2*x)"),
    ("log(cosh(x))", "x", "tanh(x)"),
    ("sin(x)**4 + cos(x)**4", "x", "-sin(4*x)"),
    ("tanh(x/2)", "x", "1/(2*cosh(x/2)**2)"),
    ("log(cos(x))", "x", "-tan(x)"),
    ("1/cos(x) + tan(x)", "x", "(sin(x) + 1)/cos(x)**2"),
    ("sin(asin(x))", "x", "1"),
    ("sin(acos(x))", "x", "-x/sqrt(1 - x**2)"),
    ("asin(sin(x))", "x", "sign(cos(x))"),
    ("asin(2*x*sqrt(1-x**2))", "x", "2*sign(1 - 2*x**2)/sqrt(1 - x**2)"),
    ("x**e", "x", "x**(e - 1)*e"),
    ("x**pi", "x", "pi*x**(pi - 1)"),
    ("pi**x", "x", "pi**x*log(pi)"),
    ("x**sqrt(2)", "x", "sqrt(2)*x**(sqrt(2) - 1)"),
    ("abs(x)/x", "x", "0"),
    ("abs(x)**3", "x", "3*x*abs(x)"),
    ("relu(x)*x", "x", "2*relu(x)"),
    ("where(x>1,x**2,where(x>0,x,0))", "x", "where(x > 1, 2*x, where(x > 0, 1, 0))"),
    ("max(x,y)+min(x,y)", "x", "1"),
    ("log(1+exp(x)) - x", "x", "-1/(exp(x) + 1)"),
    ("4**r", "r", "4**r*log(4)"),
    ("1/tan(pi*x/180)", "x", "-pi/(180*sin(pi*x/180)**2)"),
    ("(x**2+1)/(x**4+x**2+1)", "x", "-2*x**3*(x**2 + 2)/(x**4 + x**2 + 1)**2"),
    ("expm1(x)", "x", "exp(x)"),
    ("sqrt(1-x**2)", "xxxxxx", "-45*(8*x**4 + 12*x**2 + 1)/(1 - x**2)**(11/2)"),
    ("log(x)/x", "xxxxxxxx", "144*(280*log(x) - 761)/x**9"),
    ("cosh(x)**2", "xx", "2*cosh(2*x)"),
    ("x**x", "xx", "x**x*((log(x) + 1)**2 + 1/x)"),
    ("x**2*sin(x)", "x", "x**2*cos(x) + 2*x*sin(x)"),
    ("x*exp(-x**2)", "x", "exp(-x**2)*(1 - 2*x**2)"),
    ("exp(-x**2/2)/sqrt(2*pi)", "x", "-x*exp(-x**2/2)/sqrt(2*pi)"),
    ("(x+1)/(x-1)", "x", "-2/(x - 1)**2"),
    ("sqrt(x+sqrt(x))", "x", "(1/sqrt(x) + 2)/(4*sqrt(x + sqrt(x)))"),
    ("x**2/(1+x**2)", "x", "2*x/(x**2 + 1)**2"),
    ("log(x+sqrt(x**2+1))", "x", "1/sqrt(x**2 + 1)"),
    ("asin(x)+x*sqrt(1-x**2)", "x", "2*sqrt(1 - x**2)"),
    ("sin(x)**2*cos(x)**3", "x", "cos(x)**2*sin(x)*(5*cos(x)**2 - 3)"),
    ("tan(x)**2", "x", "2*tan(x)/cos(x)**2"),
    ("1/(1+exp(-x))", "x", "1/(4*cosh(x/2)**2)"),
    ("log(log(x))", "x", "1/(x*log(x))"),
    ("x**n", "n", "x**n*log(x)"),
    ("a**x*b**x", "a", "x*a**(x - 1)*b**x"),
    ("exp(sin(x)*cos(x))", "x", "exp(sin(2*x)/2)*cos(2*x)"),
    ("(x**2+1)**10", "x", "20*x*(x**2 + 1)**9"),
    ("(3*x+2)**5/(x**2-1)**3", "x", "-3*(3*x + 2)**4*(x**2 + 4*x + 5)/(x**2 - 1)**4"),
    ("sqrt((1-x)/(1+x))", "x", "sqrt((1 - x)/(x + 1))/(x**2 - 1)"),
    ("atan((1+x)/(1-x))", "x", "1/(x**2 + 1)"),
    ("x/sqrt(x**2+a**2)", "a", "-a*x/(a**2 + x**2)**(3/2)"),
    ("log((1+x)/(1-x))", "x", "2/(1 - x**2)"),
    ("sinh(x)/cosh(x)", "x", "1/cosh(x)**2"),
    ("tanh(x)**2", "x", "2*tanh(x)/cosh(x)**2"),
    ("x**(1/3)*(1-x)**(2/3)", "x", "(1/3 - x)/(x**(2/3)*(1 - x)**(1/3))"),
    ("exp(x)*(sin(x)-cos(x))", "x", "2*exp(x)*sin(x)"),
    ("cos(x)**4-sin(x)**4", "x", "-2*sin(2*x)"),
    ("sin(3*x)*cos(2*x)", "x", "(5*cos(5*x) + cos(x))/2"),
    ("(sin(x)+cos(x))/(sin(x)-cos(x))", "x", "-2/(sin(x) - cos(x))**2"),
    ("1/x + 1/(x+1) + 1/(x+2)", "x", "-1/(x + 1)**2 - 1/(x + 2)**2 - 1/x**2"),
    ("x**x**2", "x", "x**(x**2 + 1)*(2*log(x) + 1)"),
    ("(1+1/x)**x", "x", "(1/x + 1)**x*(log(1/x + 1) - 1/(x + 1))"),
    ("log(x)**2*x", "x", "log(x)*(log(x) + 2)"),
    ("sqrt(1+sqrt(1+sqrt(x)))", "x", "1/(8*sqrt(x)*sqrt(sqrt(sqrt(x) + 1) + 1)*sqrt(sqrt(x) + 1))"),
    ("x*asin(x)", "x", "x/sqrt(1 - x**2) + asin(x)"),
    ("(x**2-3*x+2)/(x**2-4)", "x", "3/(x + 2)**2"),
    ("sec(x)*tan(x)", "x", "2/cos(x)**3 - 1/cos(x)"),
    ("log(abs(sec(x)+tan(x)))", "x", "1/cos(x)"),
    ("acos(x/a)", "a", "x/(a**2*sqrt(1 - x**2/a**2))"),
    ("exp(a*x)*sin(b*x)", "a", "x*exp(a*x)*sin(b*x)"),
    ("x**3*exp(-x)*log(x)", "x", "x**2*exp(-x)*(log(x)*(3 - x) + 1)"),
    ("erf(x)*exp(-x**2)", "x", "2*(exp(-2*x**2)/sqrt(pi) - x*exp(-x**2)*erf(x))"),
    ("x**2*log(x)-x**2/2", "x", "2*x*log(x)"),
    ("1/(a+b*x)**n", "a", "-n*(b*x + a)**(-n - 1)"),
    ("(a*x+b)/(c*x+d)", "a", "x/(c*x + d)"),
    ("sqrt(a**2-x**2)", "a", "a/sqrt(a**2 - x**2)"),
    ("sin(x)/x", "x", "(cos(x) - sin(x)/x)/x"),
    ("cosh(x)*sinh(x)", "x", "cosh(2*x)"),
    ("log(x)/x**2", "x", "(1 - 2*log(x))/x**3"),
    ("exp(x)/(1+exp(x))", "x", "1/(4*cosh(x/2)**2)"),
    ("x/(1+abs(x))", "x", "1/(abs(x) + 1)**2"),
    ("log(sqrt((1+sin(x))/(1-sin(x))))", "x", "1/cos(x)"),
    ("log(tan(x/2))", "x", "1/sin(x)"),
    ("2*atan(tanh(x/2))", "x", "1/cosh(x)"),
    ("asin(tanh(x))", "x", "1/cosh(x)"),
    ("tanh(x)**2+1/cosh(x)**2", "x", "0"),
    ("tanh(x)/cosh(x)", "x", "2/cosh(x)**3 - 1/cosh(x)"),
    ("tanh(x)", "xxx", "4/cosh(x)**2 - 6/cosh(x)**4"),
    ("x+tanh(x)+atan(x)", "xx", "-2*(x/(x**2 + 1)**2 + tanh(x)/cosh(x)**2)"),
    ("log(exp(x)+exp(-x))", "x", "tanh(x)"),
    ("exp(-x)/(1+exp(-x))**2", "x", "-tanh(x/2)/(4*cosh(x/2)**2)"),
    ("exp(x)*cosh(x)", "x", "exp(2*x)"),
    ("exp(x)+exp(-x)", "x", "2*sinh(x)"),
    ("x**3/(exp(x)-1)", "x", "(12*x**2/(exp(x) - 1) - x**3/sinh(x/2)**2)/4"),
    ("asin(2*x/(1+x**2))", "x", "2*sign(1 - x**2)/(x**2 + 1)"),
    ("acos((1-x**2)/(1+x**2))", "x", "2*sign(x)/(x**2 + 1)"),
    ("acos(1/x)", "x", "sign(x)/(x*sqrt(x**2 - 1))"),
    ("asin(x/a)", "x", "sign(a)/sqrt(a**2 - x**2)"),
    ("sqrt(x**2*(x+1))", "x", "sign(x)*(3*x/2 + 1)/sqrt(x + 1)"),
    ("abs(exp(x)+1)", "x", "exp(x)"),
    ("besselj(0,x)", "x", "-besselj(1, x)"),
    ("besselj(0,x)", "xx", "(besselj(2, x) - besselj(0, x))/2"),
    ("sqrt(x)*(x-3)", "x", "3*(x - 1)/(2*sqrt(x))"),
    ("(x**4-1)/(x-1)", "x", "3*x**2 + 2*x + 1"),
    ("2**x*x**2", "x", "x*2**x*(x*log(2) + 2)"),
    ("log(cos(x)**2)", "x", "-2*tan(x)"),
    ("atan(sqrt(x))", "x", "1/(2*sqrt(x)*(x + 1))"),
    ("sin(sqrt(x))/sqrt(x)", "x", "(cos(sqrt(x)) - sin(sqrt(x))/sqrt(x))/(2*x)"),
    ("x**2*(1-x)**3*(2+x)", "x", "x*(4 - 6*x**2 - 7*x)*(x - 1)**2"),
    ("(exp(x)-exp(-x))/(exp(x)+exp(-x))", "x", "1/cosh(x)**2"),
    ("sin(x)/(1+cos(x))", "x", "1/(cos(x) + 1)"),
    ("m*c**2/sqrt(1-v**2/c**2)", "c", "m*(2*c**2 - 3*v**2)/(c*(1 - v**2/c**2)**(3/2))"),
    ("max(1,x)", "x", "where(x == 1, 1/2, where(x > 1, 1, 0))"),
    ("max(x,0)*min(x,1)", "x", "where(x > 1, 1, where(x == 1, 3/2, where(x > 0, 2*x, 0)))"),
    ("relu(x)-relu(-x)", "x", "where(x == 0, 0, 1)"),
    ("relu(x)+relu(-x)", "x", "sign(x)"),
    ("max(x,-x)", "x", "sign(x)"),
    ("min(x,1-x)", "x", "sign(1/2 - x)"),
    ("min(max(x,0),1)**2", "x", "where(x <= 1, where(x == 1, 1, where(x > 0, 2*x, 0)), 0)"),
    ("where(1-x>0,x**2,1)", "x", "where(x < 1, 2*x, 0)"),
    ("abs(x)*sign(x)", "x", "sign(x)**2"),
    ("hardtanh(x)**2", "x", "where(x <= -1 or x >= 1, 0, 2*hardtanh(x))"),
    ("clamp(x,0,1)**2", "x", "where(0 <= x <= 1, 2*clamp(x, 0, 1), 0)"),
    ("leaky_relu(x)", "x", "where(x > 0, 1, 1/100)"),
    # PyTorch's rule for softplus has 1 in place of the sigmoid far out, which differs by rounding.
    ("softplus(b*x)/b", "x", "sigmoid(b*x)"),
    ("softplus(-3*x-2)", "x", "-3*sigmoid(-3*x - 2)"),
    ("softplus(x, 1, 5)", "x", "where(x > 5, 1, sigmoid(x))"),
    ("where(x > 20, x, x + 1000*exp(-x))", "x", "where(x > 20, 1, 1 - 1000*exp(-x))"),
    ("max(min(2*x, 1), -1)", "x", "where(2*x <= 1, where(2*x == 1, 1, where(x > -1/2, 2, where(x == -1/2, 1, 0))), 0)"),
    ("relu(1 - relu(x))", "x", "where(x > 0, where(x < 1, -1, 0), 0)"),
    ("mish(x)", "x", "x*sigmoid(x)*(1 - tanh(softplus(x))**2) + tanh(softplus(x))"),
    # Roots of what is positive together.
    ("sqrt(2*x-x**2) + acos(1-x)", "x", "sqrt((2 - x)/x)"),
    ("atan(sqrt((1-x)/(1+x)))", "x", "-1/(2*sqrt(1 - x**2))"),
    ("sqrt(x*(x-1))", "x", "(x - 1/2)/sqrt(x**2 - x)"),
    ("sqrt(x)**sqrt(x)", "x", "x**((sqrt(x) - 1)/2)*(log(x) + 2)/4"),
    # A number goes into a sum, and a root of a power below the line above it, where that is shorter.
    ("x/sqrt(x**2+1)", "x", "(x**2 + 1)**(-3/2)"),
    ("log(x)**2", "xxx", "(4*log(x) - 6)/x**3"),
    ("sqrt(a*x**2+b*x+c)", "x", "(a*x + b/2)/sqrt(a*x**2 + b*x + c)"),
    ("x*tanh(x)", "xx", "2*(1 - x*tanh(x))/cosh(x)**2"),
    ("acosh(1/cos(x))", "x", "sign(tan(x))/cos(x)"),
    ("1/tanh(x)-1/x", "x", "1/x**2 - 1/sinh(x)**2"),
    ("atanh(tanh(x)**2)", "x", "tanh(2*x)"),
    ("max(x,y)*min(x,y)", "x", "y"),
    ("where(x>0,sin(x),cos(x))*where(x>0,x,1)", "x", "where(x > 0, x*cos(x) + sin(x), -sin(x))"),
    ("2**x", "xxx", "2**x*log(2)**3"),
    # Constants stay what they were, however often they were multiplied.
    ("2**x", "x" * 12, "2**x*log(2)**12"),
    ("2**x*3**x", "xx", "2**x*3**x*log(6)**2"),
    ("gamma(5)*x**2", "x", "48*x"),
    ("maximum(2, 3)**x", "x", "3**x*log(3)"),
    ("deg2rad(90)*x + x*sin(pi/4)", "x", "(pi + sqrt(2))/2"),
    ("softplus(1)**x", "x", "log(softplus(1))*softplus(1)**x"),
    ("sinc(3*x)", "x", "where(x == 0, 0, cos(3*pi*x)/x - sin(3*pi*x)/(3*pi*x**2))"),
    ("(e/2)**x", "x", "(e/2)**x*log(e/2)"),
    ("x**pi", "xxx", "pi*x**(pi - 3)*(1 - pi)*(2 - pi)"),
    ("x**sqrt(2)", "xx", "sqrt(2)*x**(sqrt(2) - 2)*(sqrt(2) - 1)"),
    ("x**(1/log(2))", "x", "x**(1/log(2) - 1)/log(2)"),
    ("sin(pi*x)", "xx", "-pi**2*sin(pi*x)"),
    ("atan2(x, pi)", "x", "pi/(pi**2 + x**2)"),
    ("f(p, t) = p*t*pi; e = 3; f(x, x)**e", "x", "6*pi**3*x**5"),
    ("gelu(x)", "x", "(sqrt(2/pi)*x*exp(-x**2/2) + erf(x/sqrt(2)) + 1)/2"),
    ("x*sqrt(pi/2)", "x", "sqrt(pi/2)"),
    ("2**(x**2)", "xx", "2**(x**2)*log(2)*(4*x**2*log(2) + 2)"),
    # Of a single number, which has no elements.
    ("log_softmax(x)", "x", "1 - softmax(x, dim=-1)"),
]


@grouped("source, by, expected", FORMS)
def test_a_derivative_has_the_shortest_form(source: str, by: str, expected: str) -> None:
    found = derivatives(parse(source), [tuple(by)])
    assert "; ".join(program_text(found.program(tuple(by)))) == expected


_LEAVES = st.one_of(
    st.sampled_from([symbol("x"), symbol("y"), call("sin", symbol("x")), call("cos", symbol("x"))]),
    st.sampled_from([call("abs", symbol("x")), call("sign", symbol("x")), power(symbol("y"), number(Fraction(1, 2)))]),
    st.integers(-3, 3).map(number),
)


def _made_of(parts: st.SearchStrategy[Term]) -> st.SearchStrategy[Term]:
    powers = st.builds(power, parts, st.sampled_from([-1, 2, 3]).map(number))
    return st.one_of(parts, st.builds(add, parts, parts), st.builds(multiply, parts, parts), powers)


_TERMS = _made_of(_made_of(_made_of(_LEAVES)))
_VALUES = {"x": Fraction(3, 7), "y": Fraction(25, 16)}


_FUNCTIONS: dict[str, Callable[[float], float]] = {
    "sin": math.sin,
    "cos": math.cos,
    "tan": math.tan,
    "abs": abs,
    "sign": lambda value: (value > 0) - (value < 0),
}


def _value(term: Term) -> float:
    """The value where x is 3/7 and y 25/16, by the definition of each kind of term."""
    known: dict[Term, float] = {}
    for part in ordered([term]):
        if isinstance(part, Number):
            known[part] = float(part.value)
        elif isinstance(part, Symbol):
            known[part] = float(_VALUES[part.name])
        elif isinstance(part, Sum):
            known[part] = float(part.constant) + math.fsum(float(c) * known[t] for t, c in part.terms)
        elif isinstance(part, Product):
            known[part] = float(part.coefficient) * math.prod(known[b] ** known[e] for b, e in part.factors)
        else:
            functions = {
                "sin": math.sin,
                "cos": math.cos,
                "tan": math.tan,
                "abs": abs,
                "sign": lambda v: (v > 0) - (v < 0),
            }
            known[part] = functions[part.name](known[part.arguments[0]])
    return known[term]


@settings(deadline=None, max_examples=100)
@given(_TERMS)
def test_a_form_has_the_value_of_the_expression_and_is_no_longer(term: Term) -> None:
    assume(symbol("inf") not in ordered([term]))
    (form,) = simplified([term])
    shown = Presentation()
    assert shown.tokens(form) <= shown.tokens(term)
    try:
        expected = _value(term)
    except (ZeroDivisionError, OverflowError):
        return
    if abs(expected) < 1e6:
        assert _value(form) == pytest.approx(expected, rel=1e-6, abs=1e-6)


# A program that names parts, the variable, and what is printed: the names come back where that is shorter.
NAMED = [
    (
        "d1 = (log(S/K) + r*T)/(s*sqrt(T)); erf(d1)",
        "S",
        ["d1 = (log(S/K) + r*T)/(s*sqrt(T))", "2*exp(-d1**2)/(sqrt(pi)*S*s*sqrt(T))"],
    ),
    ("z = w*x + b; y = sigmoid(z); -log(1 - y)", "w", ["z = w*x + b", "y = sigmoid(z)", "x*y"]),
    ("u = x**2 - 1; u/(x + 1)", "x", ["1"]),
    ("a = x; a**2", "x", ["2*x"]),
    ("f(t) = t**2; u = sin(x); f(u)", "x", ["sin(2*x)"]),
]


@pytest.mark.parametrize(("source", "name", "lines"), NAMED, ids=[source for source, _, _ in NAMED])
def test_names_that_were_given_to_parts_come_back_where_the_parts_do(source: str, name: str, lines: list[str]) -> None:
    assert program_text(derivatives(parse(source), [(name,)]).program((name,))) == lines


@pytest.mark.parametrize("source", ["tanh(x)", "exp(sin(x))", "log(cos(x))"])
def test_high_orders_are_polynomials_over_powers_and_not_what_the_rules_make_of_each_other(source: str) -> None:
    by = ("x",) * 7
    (*_, text) = program_text(derivatives(parse(source), [by]).program(by))
    assert len(text) < 120
