"""From text to syntax tree: what is understood, as what, and where."""

import ast
import subprocess
import sys

import pytest
from effort import examples
from groups import grouped
from hypothesis import given, settings
from hypothesis import strategies as st
from pace import at_once, calls

from autodiff.parser.syntax.errors import ExpressionError, diagnostic
from autodiff.parser.syntax.parse import parse
from autodiff.parser.syntax.records import (
    Assign,
    Attribute,
    Binary,
    Call,
    Compare,
    Conditional,
    Define,
    Dots,
    List,
    Method,
    Name,
    Number,
    Program,
    Slice,
    Subscript,
    Unary,
)


def shape(node):
    """The tree without its places: nested tuples that begin with the name of the record."""
    if isinstance(node, Program):
        return tuple(shape(statement) for statement in node.statements)
    if not isinstance(node, tuple):
        return node
    if not hasattr(node, "_fields"):
        return tuple(shape(item) for item in node)
    places = {"start", "end", "op_start", "op_end", "name_start", "name_end"}
    values = (shape(getattr(node, field)) for field in node._fields if field not in places)
    return (type(node).__name__, *values)


def expression(source):
    (statement,) = parse(source).statements
    return statement


PYTHON_OPERATORS = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.Pow: "**",
    ast.MatMult: "@",
    ast.And: "and",
    ast.Or: "or",
    ast.Not: "not",
    ast.UAdd: "+",
    ast.USub: "-",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
}


def python_shape(node):
    """What `shape` gives, from Python's own tree of the same text."""
    match node:
        case None:
            return None
        case ast.Constant(value=value):
            return ("Dots",) if value is ... else ("Number", value)
        case ast.Name(id=name):
            return ("Name", name)
        case ast.List(elts=items):
            return ("List", tuple(map(python_shape, items)))
        case ast.UnaryOp(op=op, operand=operand):
            return ("Unary", PYTHON_OPERATORS[type(op)], python_shape(operand))
        case ast.BinOp(op=op, left=left, right=right):
            return ("Binary", PYTHON_OPERATORS[type(op)], python_shape(left), python_shape(right))
        case ast.BoolOp(op=op, values=values):
            # Python has one node for `a and b and c`.
            tree = python_shape(values[0])
            for value in values[1:]:
                tree = ("Binary", PYTHON_OPERATORS[type(op)], tree, python_shape(value))
            return tree
        case ast.Compare(left=left, ops=ops, comparators=rest):
            operators = tuple(PYTHON_OPERATORS[type(op)] for op in ops)
            return ("Compare", operators, tuple(map(python_shape, [left, *rest])))
        case ast.IfExp(test=test, body=body, orelse=orelse):
            return ("Conditional", python_shape(test), python_shape(body), python_shape(orelse))
        case ast.Call(func=function, args=args, keywords=keywords):
            arguments = tuple(map(python_shape, args))
            kwargs = tuple((keyword.arg, python_shape(keyword.value)) for keyword in keywords)
            if isinstance(function, ast.Attribute):
                return ("Method", python_shape(function.value), function.attr, arguments, kwargs)
            assert isinstance(function, ast.Name)
            return ("Call", function.id, arguments, kwargs)
        case ast.Attribute(value=value, attr=name):
            return ("Attribute", python_shape(value), name)
        case ast.Subscript(value=value, slice=index):
            parts = index.elts if isinstance(index, ast.Tuple) else [index]
            return ("Subscript", python_shape(value), tuple(map(python_shape, parts)))
        case ast.Slice(lower=lower, upper=upper, step=step):
            return ("Slice", python_shape(lower), python_shape(upper), python_shape(step))
    raise AssertionError(f"unexpected {node!r}")


def assert_same_as_python(source):
    assert shape(expression(source)) == python_shape(ast.parse(source, mode="eval").body)


AS_IN_PYTHON = [
    *["1", ".5", "5.", "1e-3", "1E5", "1_000", "1_0.5_0e1_0", "5.e3", "True", "False", "None"],
    *["x", "_", "lambda_", "Truest", "notx", "orb", "iffy", "café", "Δx_1", "x1"],
    *["-x**2", "2**3**2", "2**-1", "2**-3**2", "-2**-x", "--x", "-+-x", "a**-b*c", "(-x)**2", "(2**3)**2"],
    *["a-b-c", "a-(b-c)", "a/b*c//d%e@f", "a+b*c", "(a+b)*c", "a*b+c*d", "a*-b", "a--b", "a+-+b"],
    *["not a == b", "not not a", "not a and b", "a and not b", "a or b and c or d", "(a or b) and c"],
    *["a < b", "a < b <= c != d", "(a < b) < c", "a < (b < c)", "a + 1 < b * 2 == c", "a < b and b < c"],
    *["a if b else c", "a if b else c if d else e", "(a if b else c) if d else e"],
    *["a if (b if c else d) else e"],
    *["a or b if c or d else e or f", "-a if not b else -c", "a + (b if c else d)"],
    *["f()", "f(x)", "f(x,)", "f(x, y)", "f(x, k=1)", "f(k=1, j=x+1,)", "f(g(h(x)))", "f (x)", "f([1, 2])"],
    *["f(a if b else c)", "f(not a)", "f(-x**2, k=-y)", "f(a == b)", "f(a, b == c)"],
    *["x.T", "x.T.T", "x.mean()", "(x**2).mean()", "x.sum(0).sqrt()", "-x.T**2", "f(x).g(y)"],
    *["x.f(1, k=2)[0].T"],
    *["x[0]", "x[-1]", "x[:, 1]", "x[1:3]", "x[::2]", "x[1::]", "x[:-1:]", "x[1:2:3]", "x[None]"],
    *["x[..., 0]"],
    *["x[mask]", "x[[0, 2]]", "x[:]", "x[::]", "x[...]", "x[0][1]", "x[0, 1]", "x[a < b]", "f(x)[0]"],
    *["x[a+1:b*2]"],
    *["x[a if b else c:d]", "[1, 2][0]", "-x[0]**2", "x[0]**y[1]", "x[(1):(2)]"],
    *["[]", "[1]", "[1,]", "[1, 2, 3]", "[[1, 2], [3, 4]]", "[-x, x**2, f(x)]", "[[]]", "[a if b else c, d]"],
    *["((x))", "((a + b))", "(x).T", "(f(x))", "(((a)+(b)))*(c)", " x "],
    *["\tx\t+ 1 ", "(a\n+ b)", "f(a, # one\n b)"],
]  # fmt: skip


@grouped("source", AS_IN_PYTHON)
def test_an_expression_groups_as_in_python(source):
    assert_same_as_python(source.strip())


def binary(operators):
    return lambda inner: st.builds("{}{}{}".format, inner, st.sampled_from(operators), inner)


ATOMS = st.sampled_from(["x", "y", "1", "2.5", "True", "f()", "[1, y]", "w[0]", "z.T"])
OPERATORS = [" + ", "-", "*", " / ", "//", "%", "@", "**", " and ", " or ", " < ", ">=", " == ", "!="]
EXPRESSIONS = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        binary(OPERATORS)(inner),
        inner.map("({})".format),
        inner.map("-{}".format),
        inner.map("+{}".format),
        inner.map("(not {})".format),
        inner.map("f({})".format),
        st.builds("({}).m({}, k={})".format, inner, inner, inner),
        st.builds("({} if {} else {})".format, inner, inner, inner),
        st.builds("({})[{}:, {}]".format, inner, inner, inner),
    ),
    max_leaves=25,
)


@settings(deadline=None)
@given(EXPRESSIONS)
def test_any_expression_groups_as_in_python(source):
    assert_same_as_python(source)


@grouped(
    "source, same",
    [
        ("2^3^2", "2**3**2"),
        ("-x^2", "-x**2"),
        ("torch.sin(x)", "sin(x)"),
        ("np.sin(x) + numpy.cos(x)", "sin(x) + cos(x)"),
        ("torch.special.erf(x)", "erf(x)"),
        ("torch.linalg.norm(x, ord=2)", "linalg_norm(x, ord=2)"),
        ("linalg.norm(x)", "linalg_norm(x)"),
        ("scipy.special.erf(x)", "erf(x)"),
        ("special.erf(x)", "erf(x)"),
        ("np.linalg.det(x)", "det(x)"),
        ("linalg.svd(x)[1] + svd(x)[1]", "linalg_svd(x)[1] + svd(x)[1]"),
        ("torch.nn.functional.relu(x)", "relu(x)"),
        ("F.relu(x)", "relu(x)"),
        ("math.pi", "pi"),
        ("np.pi*torch.e", "pi*e"),
        ("π + τ", "pi + tau"),
        ("2·x \N{MULTIPLICATION SIGN} y ÷ 3", "2*x*y/3"),
        ("a \N{MINUS SIGN} b \N{EN DASH} c", "a - b - c"),
        ("\N{MINUS SIGN}x", "-x"),
        ("a ≤ b ≥ c ≠ d", "a <= b >= c != d"),
        ("x² + y³", "x**2 + y**3"),
        ("-x²", "-x**2"),
        ("2**x²", "2**x**2"),
        ("x¹⁰", "x**10"),
        ("sin(x)²", "sin(x)**2"),
        ("(x+1)³.T", "((x+1)**3).T"),
        ("√x", "sqrt(x)"),
        ("√(x+1)", "sqrt(x+1)"),
        ("2*√x", "2*sqrt(x)"),
        ("√x + 1", "sqrt(x) + 1"),
        ("√x*y", "sqrt(x)*y"),
        ("√x²", "sqrt(x**2)"),
        ("√√x", "sqrt(sqrt(x))"),
        ("-√x", "-sqrt(x)"),
        ("2**√x", "2**sqrt(x)"),
        ("x.sum(dim=(0, 1))", "x.sum(dim=[0, 1])"),
        ("f((1,), ())", "f([1], [])"),
        ("[(1, 2), (3, 4,)]", "[[1, 2], [3, 4]]"),
        ("x\N{NO-BREAK SPACE}+ y", "x + y"),
    ],
)
def test_two_ways_of_writing_mean_the_same(source, same):
    assert shape(parse(source)) == shape(parse(same))


def test_a_superscript_minus_gives_a_negative_power():
    assert shape(expression("x⁻¹")) == ("Binary", "**", ("Name", "x"), ("Number", -1))


def test_a_method_or_an_attribute_of_a_variable_is_no_prefix():
    assert isinstance(expression("x.sin()"), Method)
    assert isinstance(expression("mathx.pi"), Attribute)
    assert isinstance(expression("x.F.sum()"), Method)


@pytest.mark.parametrize(
    ("source", "same"),
    [
        ("F.relu(x)", "relu(x)"),
        ("F.softmax(x, dim=0)", "softmax(x, dim=0)"),
        ("F.sum(dim=0)", "sum(dim=0)"),
        ("F.relu(F.gelu( x ))", "relu(gelu(x))"),
        ("F.relu(\n# the input\nx)", "relu(x)"),
        ("-F.relu(x)[0].T", "-relu(x)[0].T"),
        ("F.mm(F.T)", "mm((F).T)"),
    ],
)
def test_the_prefix_f_is_dropped_before_a_call_with_arguments(source, same):
    assert shape(parse(source)) == shape(parse(same))


@grouped(
    "source",
    [
        *["F", "F.T", "F.mean()", "F.mean( )", "F.T.sum(0)", "F.mean().f(x)", "F[0].f(x)", "F(x).f(y)"],
        *["-F.T", "(F + x).f(y)", "x.F.f(y)", "F1.f(x)", "f.relu(x)", "FF.relu(x)", "f(F.T, F=F.T)"],
    ],
)
def test_a_variable_f_is_not_taken_for_the_prefix(source):
    assert_same_as_python(source)


def test_a_variable_f_in_brackets_may_have_any_method():
    assert shape(expression("(F).sum(0)")) == ("Method", ("Name", "F"), "sum", (("Number", 0),), ())


@grouped("word", ["lambda", "for", "in", "gamma", "I", "E_n", "g_", "is", "def", "torch", "F"])
def test_what_python_reserves_may_be_a_name(word):
    assert shape(expression(word)) == ("Name", word)


@pytest.mark.parametrize(
    ("source", "value"), [("1", int), ("1_000", int), ("1.", float), ("1e3", float), ("True", bool)]
)
def test_a_number_has_the_type_python_gives_it(source, value):
    node = expression(source)
    assert isinstance(node, Number)
    assert type(node.value) is value


@grouped(
    "source, expected",
    [
        ("x", [Name]),
        ("z = w*x + b", [Assign]),
        ("f(x, y) = x*y + 1", [Define]),
        ("f() = 1", [Define]),
        ("z = 1; z", [Assign, Name]),
        ("\n;z = 1;;\n\n z ;\n", [Assign, Name]),
        ("# a comment\nx # another\n# the last", [Name]),
        ("x = [1, # one\n     2]\r\nx", [Assign, Name]),
        ("a = (1\n\n+ 2)\nb = 3\na + b", [Assign, Assign, Binary]),
        ("a == b", [Compare]),
    ],
)
def test_a_program_is_a_sequence_of_statements(source, expected):
    assert [type(statement) for statement in parse(source).statements] == expected


def test_a_definition_has_parameters_and_a_body():
    assert shape(expression("f(x, y) = x")) == ("Define", "f", ("x", "y"), ("Name", "x"))


def test_an_assignment_has_a_name_and_a_value():
    assert shape(expression("z = (w)")) == ("Assign", "z", ("Name", "w"))


def test_the_program_keeps_its_source():
    assert parse("x ; y").source == "x ; y"


# Places


def parsed_alone(node, source):
    """The node that the text of a node gives; inside a call, where newlines and tuples are allowed."""
    text = source[node.start : node.end]
    if isinstance(node, Assign | Define):
        return expression(text)
    (argument,) = expression(f"f({text})").args
    return argument


def nodes_of(node):
    if isinstance(node, tuple):
        if hasattr(node, "start"):
            yield node
        for child in node:
            yield from nodes_of(child)


WITH_PLACES = [
    "(a + b) * c - -(d)",
    "sin( x )**(2) + [1, (2)][0]",
    "z = (a)",
    "f(x, y) = (x*y)",
    "(a) if (b) else (c)",
    "(a) < (b) == (c)",
    "(x**2).mean(dim=(0, 1)).T",
    "torch.special.erf(x, k=(y))",
    "F.relu(x, k=(y)) + F.T",
    "√(x+1) - π",
    "not (a and (b))",
    "  a +\tb ; (c)\n# d\n(d\n+ e)",
    "λ·β",
]


@grouped("source", WITH_PLACES)
def test_the_span_of_a_node_is_the_text_of_that_node(source):
    for node in nodes_of(parse(source)):
        text = source[node.start : node.end]
        assert text == text.strip()
        assert shape(parsed_alone(node, source)) == shape(node)


@settings(deadline=None)
@given(EXPRESSIONS)
def test_the_span_of_any_node_is_the_text_of_that_node(source):
    for node in nodes_of(parse(source)):
        if not isinstance(node, Slice):
            assert shape(parsed_alone(node, source)) == shape(node)


def test_the_span_of_a_slice_covers_its_parts():
    source = "x[(a):(b), ::2, ...]"
    index = expression(source).index
    assert [source[part.start : part.end] for part in index] == ["(a):(b)", "::2", "..."]
    assert isinstance(index[2], Dots)


def test_operators_and_names_have_places_of_their_own():
    source = "(a) @ np.dot(b).T.mean(0)"
    product = expression(source)
    mean = product.right
    dot = mean.object.object
    assert source[product.op_start : product.op_end] == "@"
    assert source[mean.name_start : mean.name_end] == "mean"
    assert source[mean.object.name_start : mean.object.name_end] == "T"
    assert source[dot.name_start : dot.name_end] == "dot"
    assert source[dot.start : dot.end] == "np.dot(b)"
    relu = expression("F.relu(x)")
    assert (relu.name_start, relu.name_end, relu.start, relu.end) == (2, 6, 0, 9)


def test_the_records_are_immutable():
    with pytest.raises(AttributeError):
        expression("x").name = "y"


# Long and deep inputs

LONG = examples(80_000)


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("+".join(["x"] * LONG), Binary),
        ("<".join(["x"] * 20_000), Compare),
        ("-" * LONG + "x", Unary),
        ("not " * 20_000 + "x", Unary),
        ("**".join(["2"] * LONG), Binary),
        ("x" + ".T" * 20_000, Attribute),
        ("x" + "[0]" * 20_000, Subscript),
        ("a if b else " * 20_000 + "c", Conditional),
        ("(" * 5000 + "x" + ")" * 5000, Name),
        ("[" * 5000 + "x" + "]" * 5000, List),
        ("f(" * 5000 + "x" + ")" * 5000, Call),
        ("[" + "1," * 20_000 + "]", List),
    ],
    ids=lambda value: value[:6] if isinstance(value, str) else value.__name__,
)
def test_long_and_deep_inputs_are_parsed(source, kind):
    with at_once():
        node = expression(source)
    assert isinstance(node, kind)


@pytest.mark.parametrize("source", ["-" * LONG, "2**" * LONG, "x+" * 20_000 + "*", "(" * 9_000])
def test_long_wrong_inputs_are_refused(source):
    with pytest.raises(ExpressionError) as caught:
        parse(source)
    assert caught.value.kind == "syntax"


def test_many_statements_are_parsed():
    assert len(parse("x = 1\n" * 10_000).statements) == 10_000


# Limits


def limit_error(source, **limits):
    with pytest.raises(ExpressionError) as caught:
        parse(source, **limits)
    assert caught.value.kind == "limit"
    return caught.value


def test_a_text_that_is_too_long_is_refused():
    error = limit_error("x" * 1_000_001)
    assert error.message == "the expression is 1,000,001 characters long, more than the limit of 1,000,000"
    assert error.help == "raise the limit with `--limit length=N`"


def test_brackets_nested_too_deep_are_refused_at_once():
    source = "(" * 200_000 + "x" + ")" * 200_000
    assert calls(lambda: limit_error(source)) < 2 * len(source)
    error = limit_error(source)
    assert error.message == "brackets are nested 200,000 deep, more than the limit of 10,000"
    assert error.help == "raise the limit with `--limit depth=N`"
    assert error.start == 10_000


def test_limits_can_be_set():
    assert expression("((x))") == parse("((x))", max_length=5, max_depth=2).statements[0]
    limit_error("((x))", max_length=4)
    limit_error("((x))", max_depth=1)


def test_only_nesting_counts_as_depth():
    assert parse("(x)+[y][0]", max_depth=1)
    assert parse("(x) # ((((", max_depth=1)


# The memory of earlier results


def test_the_same_text_is_parsed_once():
    assert parse("x + memory") is parse("x + memory")


def test_a_long_text_is_not_remembered():
    source = "x\n" * 6_000
    assert parse(source) is not parse(source)
    assert parse(source) == parse(source)


def test_limits_hold_for_a_text_that_was_parsed_before():
    parse("((remembered))")
    limit_error("((remembered))", max_depth=1)


def test_every_error_is_a_new_one():
    errors = []
    for _ in range(2):
        with pytest.raises(ExpressionError) as caught:
            parse("x +")
        errors.append(caught.value)
    assert errors[0] is not errors[1]


def test_importing_the_parser_does_not_import_lark():
    code = "import sys, autodiff.parser.syntax.parse; sys.exit('lark' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_parsing_imports_neither_the_explanations_nor_the_engine():
    code = (
        "import sys; from autodiff.parser.syntax.parse import parse; parse('sin(x)'); "
        "sys.exit(any(f'autodiff.{name}' in sys.modules for name in ('parser.syntax.explain', 'engine')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# Any text at all

FRAGMENTS = [
    *["x", "sin", "2", ".5", "1e3", "True", "if", "else", "not", "and", "or", "torch."],
    *[
        "+",
        "-",
        "**",
        "^",
        "*",
        "<",
        "==",
        "=",
        "(",
        ")",
        "[",
        "]",
        ",",
        ":",
        "...",
        ".",
        ";",
        "\n",
        " ",
        "#",
    ],
    *["²", "√", "π", "≤", '"', "'", "&&", "$", "\x00", "\ud800", "\uff08", "=>", "!"],
]


def outcome_of(source):
    try:
        return parse(source)
    except ExpressionError as error:
        return error


@settings(deadline=None)
@given(st.one_of(st.text(), st.lists(st.sampled_from(FRAGMENTS)).map("".join)))
def test_any_text_gives_a_program_or_an_expression_error(source):
    outcome = outcome_of(source)
    if isinstance(outcome, Program):
        assert outcome.statements
    else:
        assert 0 <= outcome.start <= outcome.end <= len(source)
        assert outcome.source == source
        assert "^" in diagnostic(outcome)
