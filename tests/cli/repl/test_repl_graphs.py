"""`:graph` and `:trace`: how a tensor of the session was made, over however many inputs, and what flows back."""

from __future__ import annotations

import gc

import pytest

from autodiff.cli.repl.console import Console
from autodiff.cli.run.session import Setting
from autodiff.parser.analysis.origins import Made
from autodiff.parser.script.running.script_limits import Limits

CHAIN = ("x = torch.tensor(4., requires_grad=True)", "y = x**2", "z = torch.sin(y)")
GRAPH = """\
SinBackward0  z = torch.sin(y)  value -0.287903  grad 1.0
`-- PowBackward0  y = x**2  value 16.0  grad -0.957659
    `-- x  value 4.0  grad -7.66128
"""
# A TAB between the columns.
TRACE = """\
input x 4.0
forward y x**2 16.0 PowBackward0
forward z torch.sin(y) -0.2879033166650653 SinBackward0
backward z SinBackward0 1.0 y cos(y) -0.9576594803233847 -0.9576594803233847
backward y PowBackward0 -0.9576594803233847 x 2*x 8.0 -7.661275842587077
gradient x -7.661275842587077
"""


def test_a_graph_made_over_several_lines_is_shown_with_the_names_of_the_session(typed) -> None:
    assert typed(*CHAIN, ":graph z") == (-1, GRAPH, "")
    assert typed(":trace z").out.replace("\t", " ") == TRACE


@pytest.mark.parametrize("command", [":graph", ":trace"])
def test_without_an_expression_it_is_about_the_value_shown_last(typed, command: str) -> None:
    assert typed(*CHAIN, "z", "y.sum();", f"{command}").out.splitlines()[1:] == typed(f"{command} z").out.splitlines()


def test_an_expression_is_computed_for_it_and_leaves_nothing_behind(typed) -> None:
    typed(*CHAIN)
    before = typed(":vars").out
    lines = typed(":graph torch.sin(x**2)").out.splitlines()
    assert lines[0] == "SinBackward0  v2 = torch.sin(x**2)  value -0.287903  grad 1.0"
    assert lines[1] == "`-- PowBackward0  v1 = x**2  value 16.0  grad -0.957659"
    assert typed(":vars").out == before


def test_functions_and_loops_of_the_session_are_followed(typed) -> None:
    typed("x = torch.tensor(2., requires_grad=True)", "def f(t):\n    return t * x", "y = x")
    assert typed("for i in range(2): y = f(y)", ":graph y").out == (
        "MulBackward0  y = t * x  value 8.0  grad 1.0\n"
        "|-- MulBackward0  v1 = t * x  value 4.0  grad 2.0\n"
        "|   |-- x  value 2.0  grad 12.0\n"
        "|   `-- x  value 2.0  grad 12.0\n"
        "`-- x  value 2.0  grad 12.0\n"
    )


def test_several_nodes_of_one_call_are_parts_of_it(typed) -> None:
    out = typed("x = torch.ones(2, requires_grad=True)", ":graph torch.nn.functional.normalize(x, dim=0)").out
    assert out.startswith("DivBackward0  v4 = torch.nn.functional.normalize(x, dim=0)  value")
    assert out.count(", part of torch.nn. ... ") == 3


def test_constants_of_the_session_stand_in_rules_by_their_names(typed) -> None:
    typed("A = torch.tensor([[1., 2.], [3., 4.]])", "w = torch.ones(2, requires_grad=True)", "y = A @ w")
    result = typed(":trace y")
    assert "\tg @ A\t" in result.out
    assert result.err == "note: the value has 2 elements; the gradient is that of their sum\n"


def test_leaves_and_results_without_a_name_get_one_that_is_free(typed) -> None:
    typed("v1, p = 5, [torch.tensor(2., requires_grad=True)]")
    out = typed(":graph p[0] * 3").out
    assert out == "MulBackward0  w2 = p[0] * 3  value 6.0  grad 1.0\n`-- w1  value 2.0  grad 3.0\n"


def test_one_of_several_results_is_named_by_its_part(typed) -> None:
    out = typed("x = torch.tensor([1., 5.], requires_grad=True)", "m = x.max(0)", ":trace m.values * 2").out
    assert "forward\tv1.values\tx.max(0)\t5.0\tMaxBackward0\nforward\tv1.indices\tx.max(0)\t1\tMaxBackward0\n" in out


# What it leaves alone


def test_gradients_stay_as_they_are(typed) -> None:
    typed("x = torch.tensor(4., requires_grad=True)", "y = x * 3; y.retain_grad()", "z = y**2", "z.backward()")
    before = typed("x.grad, y.grad").out
    typed(":graph z", ":trace z")
    assert typed("x.grad, y.grad").out == before == "(tensor(72.), tensor(24.))\n"


def test_a_graph_can_be_shown_after_its_backward_pass_and_is_freed_as_before(typed) -> None:
    assert typed(*CHAIN, "z.backward()", ":graph z").out == GRAPH
    assert typed(":trace z").out.replace("\t", " ") == TRACE
    assert typed("z.backward()").err.startswith("error[value]: Trying to backward through the graph a second time")


def test_a_graph_that_was_not_run_can_be_run_after_it_was_shown(typed) -> None:
    assert typed(*CHAIN, ":graph z", ":trace z", "z.backward()", "x.grad").out.endswith("tensor(-7.6613)\n")


def count_of_known() -> int:
    """How many nodes something is known of."""
    gc.collect()
    return sum(type(thing) is Made for thing in gc.get_objects())


def test_what_is_known_of_a_graph_goes_with_it() -> None:
    console, before = Console(Setting(Limits())), count_of_known()
    for text in ("x = torch.ones(3, requires_grad=True)", "y = (x * 2).sin().sum()", "z = x + 1", "y = z = None"):
        console.take(text)
        if text.startswith("z"):
            assert count_of_known() == before + 4
    console.origins.latest = None
    assert count_of_known() == before


def test_a_graph_that_leads_back_to_its_leaf_through_its_gradient_goes_too() -> None:
    console, before = Console(Setting(Limits())), count_of_known()
    x = "x = torch.ones(3, requires_grad=True)"
    for text in (x, "y = (x**3).sum()", "y.backward(create_graph=True)", "x = y = None"):
        console.take(text)
    console.origins.latest = None
    assert count_of_known() == before


# What cannot be shown


def test_numbers_that_were_changed_since_are_shown_as_they_were(typed) -> None:
    typed("x = torch.tensor(4., requires_grad=True)", "y = x * 3", "with torch.no_grad(): x -= 1")
    assert typed(":graph y").out == "MulBackward0  y = x * 3  value 12.0  grad 1.0\n`-- x  value 4.0  grad 3.0\n"


def test_arrays_that_were_changed_since_are_not_shown(typed) -> None:
    typed("x = torch.ones(2, requires_grad=True)", "y = x * 3", "z = y.sum()", "with torch.no_grad(): x -= 1")
    assert typed(":graph y").out.splitlines()[1] == "`-- x  grad [3.0, 3.0]"
    assert typed(":trace y").out.splitlines()[0] == "input\tx\t"
    typed("with torch.no_grad(): y.mul_(2)")
    assert typed(":graph z").out.splitlines()[1] == "`-- MulBackward0  y = x * 3  grad [1.0, 1.0]"


def test_where_no_backward_pass_can_run_the_graph_is_shown_without_gradients(typed) -> None:
    typed("x = torch.ones(2, requires_grad=True)", "y = (x * x).sum()", "with torch.no_grad(): x -= 1")
    result = typed(":graph y")
    assert result.out == (
        "SumBackward0  y = (x * x).sum()  value 2.0\n"
        "`-- MulBackward0  v1 = x * x  value [1.0, 1.0]\n"
        "    |-- x\n"
        "    `-- x\n"
    )
    assert result.err.startswith("note: no backward pass runs through it: one of the variables needed for gradient")
    assert len(result.err.splitlines()) == 1
    assert [line.split("\t")[0] for line in typed(":trace y").out.splitlines()] == ["input", "forward", "forward"]


def test_a_change_of_a_part_has_a_node_without_an_expression(typed) -> None:
    typed("x = torch.ones(2, requires_grad=True)", "y = x * 1", "y[0] = 5.")
    assert typed(":graph y").out.splitlines()[0] == "torch::autograd::CopySlices  grad [1.0, 1.0]"


def test_a_leaf_is_a_graph_of_its_own(typed) -> None:
    typed("x = torch.tensor(4., requires_grad=True)")
    assert typed(":graph x").out == "x  value 4.0  grad 1.0\n"
    assert typed(":trace x").out == "input\tx\t4.0\ngradient\tx\t1.0\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (":graph", "error[usage]: no value was shown yet\n  = help: write a tensor after it: `:graph y`\n"),
        (":trace y = 3", "error[usage]: this has no value\n  = help: write a tensor after it: `:trace y`\n"),
        (":graph 3.0", "error[usage]: a value of type `float` has no graph\n  = help: give a tensor\n"),
        (
            ":graph torch.ones(2)",
            "error[usage]: this tensor has no graph: it depends on no tensor that",
        ),
        (":trace nonesuch", "error[name]: name 'nonesuch' is not defined\n --> <input 1>:1:1\n"),
        (":trace 1 +* 2", "error[syntax]: unexpected `*`\n --> <input 1>:1:4\n"),
    ],
)
def test_what_has_no_graph_says_so(typed, text: str, message: str) -> None:
    result = typed(text)
    assert result.out == ""
    assert result.err.startswith(message)
