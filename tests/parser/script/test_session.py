"""Scripts that run one after another in a session: names, shown values, warnings."""

from __future__ import annotations

import gc
from contextlib import nullcontext

import pytest
from groups import grouped

from autodiff.engine import Tensor
from autodiff.engine.graph.node import Node
from autodiff.parser.script.running.script_limits import Limits
from autodiff.parser.script.session import Origin, Session
from autodiff.parser.syntax.errors import ExpressionError, diagnostic


def written_by(*sources: str) -> list[str]:
    """What each script writes, all in one session."""
    pieces: list[str] = []
    session = Session(pieces.append)
    texts = []
    for source in sources:
        session.run(source)
        texts.append("".join(pieces))
        pieces.clear()
    return texts


@grouped(
    "source, shown",
    [
        ("2 + 3", "5\n"),
        ("'text'", "'text'\n"),
        ("1, 2", "(1, 2)\n"),
        ("x = 2; x * 3", "6\n"),
        ("x = 2\nx * 3\n\n# the end\n", "6\n"),
        ("torch.tensor([1.0, 2.5])", "tensor([1.0000, 2.5000])\n"),
        ("torch.tensor(2.0, requires_grad=True) ** 2", "tensor(4., grad_fn=<PowBackward0>)\n"),
        ("torch.float32", "torch.float32\n"),
        ("lambda x: x", "<function <lambda>>\n"),
        # What is not shown: None, a value with `;` behind it, values before the last statement, blocks, assignments.
        ("None", ""),
        ("print(1)", "1\n"),
        ("2 + 3;", ""),
        ("1\n2\nx = 3", ""),
        ("1\n2", "2\n"),
        ("if True:\n    5", ""),
        ("x = 5", ""),
        ("", ""),
        ("# nothing", ""),
        ("\n\n  \n", ""),
    ],
)
def test_the_value_of_the_last_statement_is_shown(source: str, shown: str) -> None:
    assert written_by(source) == [shown]


def test_names_are_kept_from_script_to_script() -> None:
    assert written_by("x = 2\ndef f(y):\n    return x * y", "f(5)", "x = 3", "f(5)") == ["", "10\n", "", "15\n"]


def test_gradients_accumulate_from_script_to_script() -> None:
    back = "(x ** 2).backward()\nx.grad"
    texts = written_by("x = torch.tensor(3.0, requires_grad=True)", back, back, "x.grad = None", back)
    assert texts == ["", "tensor(6.)\n", "tensor(12.)\n", "", "tensor(6.)\n"]


def test_every_function_of_the_engine_is_there_with_and_without_its_prefix() -> None:
    from autodiff.engine import FUNCTIONS
    from autodiff.parser.script.running.modules import removed
    from autodiff.parser.script.running.namespace import Namespace

    session = Session(lambda text: None)
    namespace = session.machine.namespace
    python = {"abs", "all", "any", "len", "max", "min", "pow", "round", "sum"}
    assert isinstance(namespace, Namespace)
    for name in FUNCTIONS:
        if "." not in name and "_" not in name[:1]:
            assert name in namespace
            assert name in python or removed(name) or namespace[name] is namespace["torch"].member(name)


def test_the_lines_of_a_script_count_from_where_it_stands_in_its_file() -> None:
    session = Session(lambda text: None)
    session.run("\ndef f(x):\n    return 1 / x", "notes", 10)
    for source, lines in (("f(0)", (12, "notes:20:1")), ("1 +", (20, None)), ("return", (20, None))):
        with pytest.raises(ExpressionError) as caught:
            session.run(source, "notes", 20)
        notes = caught.value.notes
        assert (caught.value.line, notes[0].split()[-1] if notes else None) == lines
        assert f"notes:{lines[0]}:" in diagnostic(caught.value)


def test_a_warning_of_the_engine_has_a_place_and_comes_once() -> None:
    warned = []
    session = Session(lambda text: None, warn=warned.append)
    session.run("for i in range(3):\n    torch.var(torch.ones(1))\n")
    [warning] = warned
    assert (warning.line, warning.column) == (2, 5)
    assert "degrees of freedom" in warning.message


def test_the_value_of_a_script_is_given_without_being_shown() -> None:
    written: list[str] = []
    session = Session(written.append)
    session.run("x = 2\nx + 1")
    assert session.value_of("print(x); x * 3") == 6
    assert session.value_of("y = 4") is None
    assert (written, session.shown, session.names["y"]) == (["3\n", "2\n"], 3, 4)


def test_an_observer_is_told_where_each_node_was_made() -> None:
    places: list[tuple[str, str, str]] = []

    def observe(node: Node, result: Tensor, origin: Origin) -> None:
        written = origin.script.source[origin.place.start : origin.place.end]
        places.append((node.name(), origin.script.name, written))

    session = Session(lambda text: None, observe=observe)
    session.run("def f(x):\n    return torch.sin(x * 2)", "<first>")
    session.run("x = torch.tensor(1.0, requires_grad=True)\ny = f(x)\nz = y.detach() + 1", "<second>")
    assert places == [("MulBackward0", "<first>", "x * 2"), ("SinBackward0", "<first>", "torch.sin(x * 2)")]


def test_operations_of_one_step_are_told_from_those_of_the_next() -> None:
    steps: list[int] = []
    session = Session(lambda text: None, observe=lambda node, result, origin: steps.append(origin.step))
    session.run("x = torch.ones(2, requires_grad=True)\nx.std() * 2; F = torch.nn.functional\nF.normalize(x, dim=0)")
    assert len(steps) > len(set(steps)) > 1


_LEFT = "def g():\n    try: yield 1\n    finally:\n        print('left')\n        1 / 0\n"


def test_an_error_in_a_generator_that_is_left_is_a_warning() -> None:
    written: list[str] = []
    warned: list[ExpressionError] = []
    session = Session(written.append, warn=warned.append)
    session.run(f"{_LEFT}for x in g(): break\nprint('next')")
    assert written == ["left\n", "next\n"]
    assert [(error.line, error.message) for error in warned] == [
        (6, "an error in the generator `g`, which is left, is lost: division by zero")
    ]


@pytest.mark.parametrize("end", ["", "\nwhile True: pass"])
def test_a_generator_that_a_script_keeps_to_its_end_runs_no_more(end: str) -> None:
    written: list[str] = []
    session = Session(written.append, Limits(steps=1000))
    with nullcontext() if not end else pytest.raises(ExpressionError):
        session.run(f"{_LEFT}h = g()\nnext(h)\ndef f(k = g()):\n    next(k){end}\nf()")
    session.names.clear()
    del session
    gc.collect()
    assert written == []


def test_a_warning_of_a_nan_shows_the_lines_of_the_script_that_led_to_it() -> None:
    warned: list[ExpressionError] = []
    source = (
        "x = torch.tensor(0.0, requires_grad=True)\n"
        "def root(x):\n"
        "    return torch.sqrt(x)\n"
        "with torch.autograd.detect_anomaly():\n"
        "    (root(x) * 0).backward()\n"
    )
    with pytest.raises(ExpressionError, match="returned nan values"):
        Session(lambda text: None, warn=warned.append).run(source, "lesson.py", 11)
    assert diagnostic(warned[1], "warning") == (
        "warning[value]: Error detected in SqrtBackward0. Traceback of forward call that caused the error:\n"
        '  File "lesson.py", line 15, in <module>\n'
        "    (root(x) * 0).backward()\n"
        '  File "lesson.py", line 13, in root\n'
        "    return torch.sqrt(x)\n"
        "  --> lesson.py:15:5\n"
        "   |\n"
        "15 |     (root(x) * 0).backward()\n"
        "   |     ^^^^^^^^^^^^^^^^^^^^^^^^"
    )
