"""What of the command line is an option, a variable, or the expression."""

from __future__ import annotations

from pathlib import Path

import pytest
from groups import grouped

from autodiff.cli.shell.command import split_variables
from autodiff.cli.shell.variables import split_words
from autodiff.parser.syntax.errors import UsageError

ARITIES = {"--get": 1, "--json": 0, "--set": 1}


@grouped(
    "args, options, variables",
    [
        ([], ["--"], []),
        (["x**2"], ["--", "x**2"], []),
        (["x**2", "--x", "3"], ["--", "x**2"], [("x", "3")]),
        (["--x", "3", "x**2"], ["--", "x**2"], [("x", "3")]),
        (["--x=3", "x**2"], ["--", "x**2"], [("x", "3")]),
        (["--x", "-3"], ["--"], [("x", "-3")]),
        (["--x="], ["--"], [("x", "")]),
        (["--x=a=b"], ["--"], [("x", "a=b")]),
        (["--x", "--json"], ["--"], [("x", "--json")]),
        (["--x", "--"], ["--"], [("x", "--")]),
        (["-v**2", "--v", "3"], ["--", "-v**2"], [("v", "3")]),
        (["-x"], ["--", "-x"], []),
        (["--x**2"], ["--", "--x**2"], []),
        (["---x"], ["--", "---x"], []),
        (["--x-y"], ["--", "--x-y"], []),
        (["--", "--x"], ["--", "--x"], []),
        (["--x", "1", "--", "--y", "2"], ["--", "--y", "2"], [("x", "1")]),
        (["--get", "value", "x"], ["--get", "value", "--", "x"], []),
        (["--get=value", "x"], ["--get=value", "--", "x"], []),
        (["--get", "--x", "x"], ["--get", "--x", "--", "x"], []),
        (["x", "--json", "--x", "3"], ["--json", "--", "x"], [("x", "3")]),
        (["--ge", "3"], ["--"], [("ge", "3")]),
        (["--getx=3"], ["--"], [("getx", "3")]),
        (["x", "x=3"], ["--", "x", "x=3"], []),
        (["--größe", "3", "--π=1"], ["--"], [("größe", "3"), ("π", "1")]),
        (["--x", "1", "--x", "2"], ["--"], [("x", "1"), ("x", "2")]),
    ],
)
def test_known_options_pass_and_other_names_are_variables(
    args: list[str], options: list[str], variables: list[tuple[str, str]]
) -> None:
    assert split_variables(args, ARITIES) == (options, variables)


@pytest.mark.parametrize("args", [["--x"], ["y", "--x"], ["--get"], ["--json", "--get"]])
def test_an_option_at_the_end_without_its_value_is_an_error(args: list[str]) -> None:
    with pytest.raises(UsageError, match="has no value"):
        split_variables(args, ARITIES)


@grouped(
    "words, expression, assignments",
    [
        ([], None, []),
        (["-"], None, []),
        (["-", "x=3"], None, ["x=3"]),
        (["x**2"], "x**2", []),
        (["x**2", "x=3"], "x**2", ["x=3"]),
        (["x=3", "x**2"], "x**2", ["x=3"]),
        (["x=3"], None, ["x=3"]),
        (["x = 3", "y=[1, 2]", "z=pi/2"], None, ["x = 3", "y=[1, 2]", "z=pi/2"]),
        (["x=@a.npy"], None, ["x=@a.npy"]),
        (["y = x**2"], "y = x**2", []),
        (["y = x**2", "x=3"], "y = x**2", ["x=3"]),
        (["x = 3; x**2"], "x = 3; x**2", []),
        (["x == 3"], "x == 3", []),
        (["f(x) = x; f(2)"], "f(x) = x; f(2)", []),
        (["x", "y=nonsense"], "x", ["y=nonsense"]),
    ],
)
def test_the_expression_is_the_first_word_that_gives_no_variable_its_value(
    words: list[str], expression: str | None, assignments: list[str]
) -> None:
    assert split_words(words) == (expression, assignments)


@pytest.mark.parametrize("words", [["x", "+", "1"], ["x", "x == 3"], ["-", "-"], ["x", "--no-color"], ["x", ""]])
def test_a_second_expression_is_an_error(words: list[str]) -> None:
    with pytest.raises(UsageError, match="second expression|there is no option `--no-color`"):
        split_words(words)


@grouped(
    "args, value, gradient",
    [
        (["x**2", "--x", "3"], "9.0", "6.0"),
        (["--x", "3", "x**2"], "9.0", "6.0"),
        (["x**2", "--x", "-3"], "9.0", "-6.0"),
        (["x**2", "--x=-3"], "9.0", "-6.0"),
        (["x**2", "x=3"], "9.0", "6.0"),
        (["x=3", "x**2"], "9.0", "6.0"),
        (["x**2", "x = 3"], "9.0", "6.0"),
        (["x**2", "--set", "x=3"], "9.0", "6.0"),
        (["x**2", "--set", "x = 3"], "9.0", "6.0"),
        (["-x**2", "--x", "3"], "-9.0", "-6.0"),
        (["--x", "3", "--", "--x"], "3.0", "1.0"),
        (["- x", "--x", "3"], "-3.0", "-1.0"),
        (["-x", "--x", "3"], "-3.0", "-1.0"),
        (["--format", "plain", "x**2", "--x", "3"], "9.0", "6.0"),
    ],
)
def test_a_variable_is_given_in_any_form_and_place(evaluate, args: list[str], value: str, gradient: str) -> None:
    facts = evaluate(*args).facts
    assert (facts["value"], facts["grad.x"]) == (value, gradient)


@grouped(
    "name",
    ["gamma", "beta", "I", "E_n", "g_", "_", "lambda", "h", "n", "e", "pi", "E", "x1", "class", "größe", "变量", "sin"],
)
def test_any_name_that_is_no_operator_can_be_a_variable(evaluate, name: str) -> None:
    result = evaluate(f"3*{name}", f"--{name}", "2")
    assert result.facts == {"value": "6.0", "grad_fn": "MulBackward0", f"grad.{name}": "3.0"}


def test_a_greek_constant_can_be_a_variable_under_either_name(evaluate) -> None:
    for name in ("π", "pi"):
        assert evaluate("3*π", f"--{name}", "2").facts["grad.pi"] == "3.0"


@pytest.mark.parametrize("name", ["format", "set", "vars", "wrt", "json", "order", "get", "debug", "help"])
@pytest.mark.parametrize("how", [["--set", "{}=2"], ["{}=2"]])
def test_a_variable_named_as_an_option_is_given_without_dashes(evaluate, name: str, how: list[str]) -> None:
    result = evaluate(f"3*{name}", *(part.format(name) for part in how))
    assert result.facts[f"grad.{name}"] == "3.0"


def test_a_variable_named_as_a_function_stands_next_to_the_function(evaluate) -> None:
    assert evaluate("exp * exp(exp)", "--exp", "0").facts == {
        "value": "0.0",
        "grad_fn": "MulBackward0",
        "grad.exp": "1.0",
    }


def test_constants_need_no_value(evaluate) -> None:
    assert evaluate("pi + 0*e").facts == {"value": "3.141592653589793"}


@grouped(
    "args, names",
    [
        ([], ["x", "y", "z"]),
        (["--wrt", "z,x"], ["z", "x"]),
        (["--wrt", " z , x ,"], ["z", "x"]),
        (["--wrt", "x,x"], ["x"]),
        (["--wrt", ""], []),
        (["--const", "y"], ["x", "z"]),
        (["--const", "x,y,z"], []),
        (["--wrt", "x,y", "--const", "y"], ["x"]),
    ],
)
def test_gradients_are_by_the_variables_chosen_in_their_order(evaluate, args: list[str], names: list[str]) -> None:
    result = evaluate("x*y*z", "x=2", "y=3", "z=4", *args)
    assert [key for key in result.facts if key.startswith("grad.")] == [f"grad.{name}" for name in names]


@pytest.mark.parametrize("option", ["--wrt", "--const"])
def test_a_choice_of_variables_names_only_those_there_are(evaluate, option: str) -> None:
    result = evaluate("alpha*x", "alpha=1", "x=1", option, "alhpa")
    assert result.code == 2
    assert f"{option} names `alhpa`" in result.err
    assert "did you mean `alpha`?" in result.err


def test_variables_that_have_no_value_are_all_named(evaluate) -> None:
    result = evaluate("a + b + order", "--a", "1")
    assert result.code == 2
    assert "the variables `b` and `order` have no value" in result.err
    assert "`--b 1 --set order=1`" in result.err


@grouped(
    "args, message, help",
    [
        (["x", "--x", "1", "--ord", "3"], "there is no variable `ord`", "did you mean the option `--order`?"),
        (["x", "--ord", "3"], "there is no variable `ord`", "did you mean the option `--order`?"),
        (["alpha", "--alhpa", "3"], "there is no variable `alhpa`", "did you mean the variable `alpha`?"),
        (["x", "--x", "1", "--qq", "3"], "there is no variable `qq`", "its variable is `x`"),
        (["x*y", "x=1", "y=1", "--qq", "3"], "there is no variable `qq`", "its variables are `x` and `y`"),
        (["3", "--qq", "3"], "there is no variable `qq`", "it has no variables"),
        (["y = x; y", "x=1", "y=2"], "the expression itself assigns `y`", "leave out the value given for `y`"),
        (["x", "x=1", "x=2"], "`x` is given twice", ""),
        (["x", "--x", "1", "--set", "x=2"], "`x` is given twice", ""),
        (["x + y", "x=1"], "the variable `y` has no value", "`--y 1`"),
        (["x + PI", "x=1"], "the variable `PI` has no value", "did you mean `pi`?"),
        (["x + sin", "x=1"], "the variable `sin` has no value", "called as `sin(...)`"),
        (["f(x) = x**2; f", "--x", "2"], "there is no variable `x`", "`f` is a function here, called as `f(x)`"),
        (["f(x) = x**2; f + y", "--y", "2"], "the variable `f` has no value", "called as `f(x)`"),
        (["f(t) = t**2; f(3)", "--t", "2"], "there is no variable `t`", "`f(t)` takes the variable `t`"),
        (["x", "--set", "x"], "`x` is not of the form NAME=VALUE", "`--set x=3`"),
        (["x", "--set", "2=3"], "`2=3` is not of the form NAME=VALUE", ""),
        (["x", "--x"], "`--x` has no value", "`--x VALUE`"),
        (["x", "-x", "3"], "`-x` is a second expression, after `x`", "`--x 3`"),
    ],
)
def test_a_wrong_variable_is_a_usage_error_that_says_what_to_do(
    evaluate, args: list[str], message: str, help: str
) -> None:
    result = evaluate(*args)
    assert (result.code, result.out) == (2, "")
    assert message in result.err
    assert help in result.err


def test_with_no_variable_given_an_unknown_name_is_a_mistake_in_the_expression(evaluate) -> None:
    result = evaluate("2*order")
    assert result.code == 3
    assert "error[name]: `order` has no value" in result.err
    assert "`--set order=1`" in result.err


def test_an_expression_comes_from_standard_input_where_none_is_given(evaluate) -> None:
    for words in ([], ["-"], ["x=3"]):
        args = words if "x=3" in words else [*words, "--x", "3"]
        assert evaluate(*args, stdin="x**2\n").facts["value"] == "9.0"


def test_running_changes_no_default_of_this_process(evaluate, tmp_path: Path) -> None:
    from autodiff import engine

    before = engine.get_default_dtype(), engine.get_printoptions()
    evaluate("x", "--x", "3", "--dtype", "float32", "--format", "torch", "--precision", "9")
    evaluate("x", "--x", "nonsense", "--dtype", "float32")
    assert (engine.get_default_dtype(), engine.get_printoptions()) == before


@pytest.mark.parametrize("command", ["eval", "diff", "check", "map", "batch", "trace", "graph"])
def test_a_definition_alone_is_nothing_to_compute(autodiff, command: str) -> None:
    source = "a = 2; f(x, y) = a*x**y"
    given = {"eval": ["--x", "2"], "trace": ["--x", "2"], "map": ["-"]}.get(command, [])
    words = ["batch", "--x", "2"] if command == "batch" else [command, source, *given]
    result = autodiff(*words, stdin=source if command == "batch" else "x,y\n1,2\n")
    shown = result.out + result.err
    assert "there is nothing to compute" in shown
    assert f"call it at the end, `{source}; f(x, y)`; a formula alone needs no name: `a*x**y`" in shown


@pytest.mark.parametrize("index", ["[0]", "[0:1]", "[:]", "[-1]", "[[0, 0]]", "[0, 0]", "[0][0]", "[None, 0, 0]"])
@pytest.mark.parametrize("words", [["map", "x{}", "-"], ["diff", "x{}"], ["eval", "x{}", "--x", "3"]])
def test_a_single_number_has_no_elements(autodiff, words: list[str], index: str) -> None:
    result = autodiff(*(word.format(index) for word in words), stdin="x\n1\n")
    assert result.code == 5
    assert "error[shape]: `x` is a single number here, and has no elements" in result.err
    assert '`--x "[1, 2, 3]"`' in result.err
