"""`autodiff run --cells`: where cells come from, what is printed of them, how the run ends."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from notebooks import code, notebook, words
from pace import granting

from autodiff.parser.script.running.resources import Timer

SAMPLES = Path(__file__).parents[3] / "samples"
SESSION = """\
Words before the first cell.

In [3]:
x = torch.tensor(3.0, requires_grad=True)
y = x ** 2

In [5]:
print(y)
y.backward()

tensor(9., grad_fn=<PowBackward0>)

**More words.**

In [6]:
x.grad

tensor(6.)
"""
SHOWN = """\
In [3]:
x = torch.tensor(3.0, requires_grad=True)
y = x ** 2

In [5]:
print(y)
y.backward()

tensor(9., grad_fn=<PowBackward0>)

In [6]:
x.grad

tensor(6.)
"""
NOTEBOOK = notebook(
    words("Words"),
    code("x = torch.tensor(3.0, requires_grad=True)\ny = x ** 2"),
    code("print(y)\ny.backward()"),
    code("x.grad"),
)
MISPLACED = "error[syntax]: the code of a cell begins on the line after `In [1]:`"


def test_a_session_is_printed_without_its_prose(autodiff, tmp_path: Path) -> None:
    path = tmp_path / "lesson.md"
    path.write_text(SESSION)
    for args, stdin in (([str(path)], ""), ([], SESSION), (["-"], SESSION)):
        assert autodiff("run", "--cells", *args, stdin=stdin) == (0, SHOWN, "")


@pytest.mark.parametrize("name", ["lesson.ipynb", "lesson.txt"])
def test_a_notebook_is_known_by_its_content_and_printed_as_a_session(autodiff, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text(NOTEBOOK)
    shown = SHOWN.replace("[3]", "[1]").replace("[5]", "[2]").replace("[6]", "[3]")
    assert autodiff("run", "--cells", str(path)) == (0, shown, "")
    assert autodiff("run", "--cells", stdin=NOTEBOOK) == (0, shown, "")


def test_the_lesson_is_the_same_as_a_text_and_as_a_notebook(autodiff) -> None:
    text, notebook = (autodiff("run", "--cells", str(SAMPLES / f"lesson.{suffix}")) for suffix in ("md", "ipynb"))
    assert text == notebook
    assert text.code == 0
    for path in (SAMPLES / "lesson.md", SAMPLES / "lesson.ipynb"):
        assert autodiff("run", "--cells", "--check", str(path)) == (0, "17 cells: all outputs agree\n", "")


def test_the_value_of_a_cell_is_shown_unless_it_is_silenced(autodiff) -> None:
    cells = notebook(code("x = 3\nx"), code("x;"), code("print(x, end='')"), code("None"))
    shown = "In [1]:\nx = 3\nx\n\n3\n\nIn [2]:\nx;\n\nIn [3]:\nprint(x, end='')\n\n3\n\nIn [4]:\nNone\n"
    assert autodiff("run", "--cells", stdin=cells).out == shown


@pytest.mark.parametrize(
    ("stdin", "message"),
    [
        ("", "standard input has no cells\n  = help: write `In [1]:` on a line of its own above the code, or"),
        ("words\n", "standard input has no cells"),
        (notebook(words("x")), "standard input has no cells with code"),
        ('{"cells": [', "standard input is not JSON: "),
    ],
)
@pytest.mark.parametrize("option", [[], ["--check"]])
def test_a_file_without_cells_is_an_error(autodiff, option: list[str], stdin: str, message: str) -> None:
    result = autodiff("run", "--cells", *option, stdin=stdin)
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith(f"error[usage]: {message}")


@pytest.mark.parametrize(
    ("stdin", "code", "message", "place"),
    [
        ("words\n\nIn [1]: x\n", 3, MISPLACED, "3:9"),
        ("In [1]:\nx = 1\n\nIn [2]:\n\ny = = 2\n", 3, "error[syntax]: unexpected `=`", "6:5"),
        ("In [1]:\nx = 1\n\nasync def f():\n    x\n", 3, "error[syntax]: `async` is not part of the language", "4:1"),
        ("```python\n\nxx\n```\n", 3, "error[name]: name 'xx' is not defined", "3:1"),
        ("In [1]:\nassert 1 == 2\n", 1, "error[assert]: this does not hold", "2:8"),
        (notebook(code("x = 1"), code("\nx +")), 3, "error[syntax]: something is missing after `+`", "cell 2:2:3"),
        (notebook(code("1 / 0")), 5, "error[value]: division by zero", "cell 1:1:1"),
    ],
)
@pytest.mark.parametrize("option", [[], ["--check"]])
def test_an_error_ends_the_run_with_an_exit_code_and_a_place(
    autodiff, option: list[str], stdin: str, code: int, message: str, place: str
) -> None:
    result = autodiff("run", "--cells", *option, stdin=stdin)
    assert result.code == (1 if option and message != MISPLACED else code)
    assert result.err.startswith(f"{message}\n --> <stdin>:{place}\n")


FUNCTION = "def f(x):\n\n  return x @ torch.ones(3)"


@pytest.mark.parametrize(
    ("cells", "place", "caller"),
    [
        (f"Words.\n\nIn [1]:\n{FUNCTION}\n\nIn [2]:\nf(\n torch.ones(2))\n", "6:10", "9:1"),
        (notebook(code(FUNCTION), code("1"), code("\nf(torch.ones(2))")), "cell 1:3:10", "cell 3:2:1"),
    ],
)
def test_an_error_inside_a_function_names_the_cells_it_came_through(
    autodiff, cells: str, place: str, caller: str
) -> None:
    lines = autodiff("run", "--cells", stdin=cells).err.splitlines()
    assert lines[1] == f" --> <stdin>:{place}"
    assert lines[3].endswith("|   return x @ torch.ones(3)")
    assert lines[5] == f"  = note: in `f`, called at <stdin>:{caller}"


def test_what_cells_printed_before_an_error_stays(process) -> None:
    result = process("run", "--cells", stdin=b"In [1]:\n1\n\nIn [2]:\nprint(2)\nx\n\nIn [3]:\n3\n")
    assert result.stdout == b"In [1]:\n1\n\n1\n\nIn [2]:\nprint(2)\nx\n\n2\n"
    assert result.stderr.startswith(b"error[name]: name 'x' is not defined\n --> <stdin>:6:1\n")


def test_a_warning_has_its_place_in_the_file(autodiff) -> None:
    result = autodiff("run", "--cells", stdin="In [1]:\n1;\n\nIn [2]:\nx = torch.var(torch.ones(1))\n")
    assert result.code == 0
    assert result.err.startswith("warning[value]: var(): degrees of freedom is <= 0.")
    assert " --> <stdin>:5:5\n" in result.err


@pytest.mark.parametrize(
    ("args", "source", "message"),
    [
        (["--limit", "steps=99"], "while True: pass", "more than 99 steps"),
        (["--timeout", "0.1"], "while True: pass", "it takes more than 0.1 s"),
        (["--limit", "elements=99"], "while True: print('x')", "more than 99 characters printed by one cell"),
    ],
)
@pytest.mark.parametrize("option", [[], ["--check"]])
@pytest.mark.usefixtures("unwatched")
def test_limits_hold_for_each_cell(
    autodiff, monkeypatch: pytest.MonkeyPatch, option: list[str], args: list[str], source: str, message: str
) -> None:
    monkeypatch.setattr(Timer, "__enter__", granting(*[math.inf] * 3, 0.1 if "--timeout" in args else math.inf))
    before = code("for i in range(6): print(i)")
    result = autodiff("run", "--cells", *option, *args, stdin=notebook(before, before, before, code(source)))
    assert result.code == (1 if option else 124 if "--timeout" in args else 3)
    assert f"]: {message}\n --> <stdin>:cell 4:1:" in result.err


def test_the_type_of_floats_can_be_chosen(autodiff) -> None:
    stdin = "In [1]:\ntorch.tensor(0.1).dtype\n"
    assert autodiff("run", "--cells", "--dtype", "float32", stdin=stdin).out.endswith("\ntorch.float32\n")


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--check"], "error[usage]: --check compares the outputs of cells\n  = help: write `--cells --check`"),
        (["lesson.ipynb"], "error[usage]: `lesson.ipynb` is a notebook\n  = help: write `--cells` to run its cells"),
        (["--cells", "nowhere.md"], "error[usage]: cannot read `nowhere.md`: no such file or directory"),
    ],
)
def test_a_wrong_call_says_what_to_write(autodiff, args: list[str], message: str) -> None:
    result = autodiff("run", *args)
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith(message)


def test_on_a_terminal_the_numbers_are_green_and_cells_do_not_steer_it(terminal, tmp_path: Path) -> None:
    path = tmp_path / "theirs.ipynb"
    path.write_text(notebook(code("print('\\x1b[31mred', end='')"), code("1  # \x1b")))
    shown = "\x1b[32mIn [1]:\x1b[0m\nprint('\\x1b[31mred', end='')\n\n�[31mred\n\n\x1b[32mIn [2]:\x1b[0m\n1  # �\n\n1\n"
    assert terminal("run", "--cells", str(path)).out == shown
    assert "\x1b" not in terminal("run", "--cells", str(path), env={"NO_COLOR": "1"}).out


def test_a_cell_that_would_be_misread_is_fenced_in(autodiff) -> None:
    cells = notebook(code("show = print"), code("show('y = f(x)\\n```')"), code("show('y')"))
    shown = "In [1]:\nshow = print\n\n````python\nshow('y = f(x)\\n```')\n````\n\n````text\ny = f(x)\n```\n````\n"
    assert autodiff("run", "--cells", stdin=cells).out == f"{shown}\nIn [3]:\nshow('y')\n\ny\n"


# What is printed can be read as cells again, whatever the cells print.

LINES = [
    "w = 1.8",
    "y = f(x)",
    "tensor(6.)",
    "x",
    "done",
    "words, words",
    "",
    "    indented",
    "# Title",
    "**Markdown**",
    "A sentence.",
    "In [3]:",
    "In [3]: x",
    "Out[3]: 5",
    "Out[3]:",
    "```",
    "````python",
    "RuntimeError: no",
    "[1, 2]",
    "Traceback (most recent call last):",
    "a  ",
    "---",
]
CODE = [
    "x = 3",
    "x",
    "print(x)",
    "y = x",
    "done = 1",
    "# words",
    "",
    "if x:\n    y = 2",
    "w = 1.8",
    "show = print",
    "'a'",
    "torch.tensor([[1.0], [2.0]])",
    "s = '''a\n\n\nb'''",
    "for i in range(2):\n\n    i",
    "x;",
    "'''\n```\n'''",
]
shown = st.lists(st.sampled_from(LINES), max_size=4).map(
    lambda lines: f"show({', '.join(map(repr, lines))}, sep='\\n')" if lines else "x = 4"
)
pieces = st.lists(st.sampled_from(CODE) | shown, min_size=1, max_size=5).map("\n".join)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sources=st.lists(pieces, min_size=1, max_size=4))
def test_what_is_printed_reads_back_as_the_same_cells_with_true_outputs(autodiff, sources: list[str]) -> None:
    first = "x = 3\nshow = print\nf = show"
    once = autodiff("run", "--cells", stdin=notebook(code(first), *map(code, sources)))
    assert once.code == 0
    twice = autodiff("run", "--cells", stdin=once.out)
    assert twice == once
    checked = autodiff("run", "--cells", "--check", stdin=once.out)
    assert checked.code == 0, checked.out


@pytest.mark.parametrize(
    ("source", "left_out", "shown"),
    [
        ("%matplotlib inline\nx = 1\nx", ["%matplotlib inline"], "1\n"),
        ("x = 1\n!pip install 'it\nx", ["!pip install 'it"], "1\n"),
        ("%%time\nx = 2\nx", ["%%time"], "2\n"),
        ("%%bash\nls | (wc\n", ["%%bash"], ""),
        ("if True:\n    %timeit f(\nfiles = !ls\n3", ["%timeit f(", "files = !ls"], "3\n"),
        ("torch.nn?\n4", ["torch.nn?"], "4\n"),
        ("text = '''\n%time\n'''\nlen(text)", [], "7\n"),
        ("a = (7\n% 4)\na", [], "3\n"),
    ],
)
@pytest.mark.parametrize("trust", [[], ["--trust"]])
def test_lines_for_ipython_are_left_out_with_a_note(
    autodiff, trust: list[str], source: str, left_out: list[str], shown: str
) -> None:
    result = autodiff("run", "--cells", *trust, stdin=notebook(code(source)))
    notes = [f"note: <stdin>:cell 1: left out `{line}`, which is for IPython\n" for line in left_out]
    assert (result.code, result.err) == (0, "".join(notes))
    output = result.out.partition(f"{source.rstrip()}\n")[2]
    assert output.replace("```text", "").replace("```", "").strip() == shown.strip()
