"""A claim is a derivative by algebra where the difference of both cancels, and never where they differ."""

from __future__ import annotations

from groups import grouped

from autodiff.parser.analysis.coordinates import NumericFunction
from autodiff.parser.analysis.verdict import check_claims
from autodiff.parser.derivatives.equality import is_derivative
from autodiff.parser.semantics.limits import Limits
from autodiff.parser.semantics.names import free_variables
from autodiff.parser.syntax.parse import parse

# An expression, what is claimed of its derivative by x.
EQUAL = [
    ("x*sin(x)", "sin(x) + x*cos(x)"),
    ("z = x**2; z*exp(z)", "2*x*exp(x**2)*(1 + x**2)"),
    ("sin(x)/x", "(x*cos(x) - sin(x))/x**2"),
    ("(x + 1)**5", "5*x**4 + 20*x**3 + 30*x**2 + 20*x + 5"),
    ("x**2/(x + 1)", "1 - 1/(x + 1)**2"),
    ("(x**2 - 1)/(x - 1)", "1"),
    ("tan(x)", "1/cos(x)**2"),
    ("tan(x)", "1 + tan(x)**2"),
    ("sin(x)**2", "sin(2*x)"),
    ("sin(x)*cos(x)", "cos(x)**2 - sin(x)**2"),
    ("sin(x + y)", "cos(x)*cos(y) - sin(x)*sin(y)"),
    ("log(tan(x))", "2/sin(2*x)"),
    ("tanh(x)", "4/(exp(x) + exp(-x))**2"),
    ("cosh(x)", "(exp(x) - exp(-x))/2"),
    ("sigmoid(x)", "exp(x)/(1 + exp(x))**2"),
    ("log(x + sqrt(x**2 + 1))", "1/sqrt(x**2 + 1)"),
    ("a**x", "a**x*log(a)"),
    ("x**n", "n*x**(n - 1)"),
    ("exp(a*x + b)", "a*exp(b)*exp(a*x)"),
    ("10**x", "10**x*log(10)"),
    ("erf(x)", "2/sqrt(pi)*exp(-x**2)"),
    ("abs(x)", "x/abs(x)"),
    ("sqrt(x**2)", "x/sqrt(x**2)"),
    ("log(abs(x))", "1/x"),
    ("relu(x)", "1 if x > 0 else 0"),
    ("softplus(x)", "sigmoid(x)"),
]
# Right on one side only, or for numbers of a kind, or nearly.
UNEQUAL = [
    ("sqrt(x**2)", "1"),
    ("x*sqrt(y**2)", "y"),
    ("x*(y**2)**0.5", "y"),
    ("x*abs(y)", "y"),
    ("x*log(y**2)", "2*log(y)"),
    ("x*sqrt(y*z)", "sqrt(y)*sqrt(z)"),
    ("x*atan2(y, z)", "atan(y/z)"),
    ("x*acos(cos(y))", "y"),
    ("asin(sin(x))", "1"),
    ("acosh(cosh(x))", "1"),
    ("x*sign(y)**2", "1"),
    ("x*floor(y)", "y"),
    ("log(abs(x))", "1/abs(x)"),
    ("x**3/3", "1.0000000001*x**2"),
    ("x**3/3", "x**2 + 1e-14"),
    ("where(y < 0, log(y), x)", "nan*y"),
    ("x*y", "foo(y)"),
]
# The rules do not reach so far.
ONLY_BY_NUMBERS = [
    ("exp(x)*sin(x)", "sqrt(2)*exp(x)*sin(x + pi/4)"),
    ("sin(3*x)", "3*(4*cos(x)**3 - 3*cos(x))"),
    ("x*logsumexp([y, z], 0)", "log(exp(y) + exp(z))"),
    ("log(x)**2", "log(x**2)/x"),
]


def cancels(expression: str, claim: str) -> bool:
    return is_derivative(parse(claim), parse(expression), "x", "xyzabn", Limits())


@grouped("expression, claim", EQUAL)
def test_what_cancels_is_equal(expression: str, claim: str) -> None:
    assert cancels(expression, claim)


@grouped("expression, claim", UNEQUAL)
def test_what_differs_somewhere_is_not(expression: str, claim: str) -> None:
    assert not cancels(expression, claim)


@grouped("expression, claim", ONLY_BY_NUMBERS)
def test_numbers_decide_where_nothing_cancels(expression: str, claim: str) -> None:
    assert not cancels(expression, claim)
    program = parse(expression)
    function = NumericFunction(program, ["x"], Limits(), "float64")
    (verdict,) = check_claims(function, {}, list(free_variables(program)), 5, 0, [f"x={claim}"]).claims
    assert (verdict.holds, verdict.decided_by, verdict.points) == (True, "numbers", 5)


def test_a_claim_of_many_terms_cancels_too() -> None:
    factors = [f"(x + {k})" for k in range(40)]
    claim = " + ".join("*".join(factors[:k] + factors[k + 1 :]) for k in range(40))
    assert cancels("*".join(factors), claim)
    assert not cancels("*".join(factors), claim + " + 1")
