"""Cells in a text: where their code ends, what is output, and what is prose."""

from __future__ import annotations

import pytest
from groups import grouped

from autodiff.parser.notes.text import read
from autodiff.parser.syntax.errors import ExpressionError


def session(*paragraphs: str) -> list[tuple[str, str]]:
    """The code and the output of each cell, read from paragraphs with blank lines between them."""
    return [(cell.code, cell.output) for cell in read("\n\n".join(paragraphs) + "\n", "notes.md")]


@grouped(
    "paragraphs, code, output",
    [
        # One paragraph of code, whatever it is.
        (["import torch"], "import torch", ""),
        (["x.grad", "tensor(6.)"], "x.grad", "tensor(6.)"),
        (["8", "8"], "8", "8"),
        (["f(x)", "y = 3"], "f(x)\n\ny = 3", ""),
        (["x = = 3", "tensor(6.)"], "x = = 3", "tensor(6.)"),
        (["print(x)\nprint(y)", "tensor(1.)\ntensor(2.)"], "print(x)\nprint(y)", "tensor(1.)\ntensor(2.)"),
        # Code goes on over blank lines: blocks, brackets, text, further statements.
        (["def f(x):\n  y = x", "  return y"], "def f(x):\n  y = x\n\n  return y", ""),
        (["if x:\n    1", "else:\n    2", "3"], "if x:\n    1\n\nelse:\n    2", "3"),
        (["x = f(", "2,", ")\nprint(x)", "4.0"], "x = f(\n\n2,\n\n)\nprint(x)", "4.0"),
        (["x = '''a", "b'''\nprint(x)", "a"], "x = '''a\n\nb'''\nprint(x)", "a"),
        (["# first", "print(x)", "tensor(2.)"], "# first\n\nprint(x)", "tensor(2.)"),
        (["# first", "3", "3"], "# first\n\n3", "3"),
        (["x = 2", "# then", "y = x", "print(y)", "2"], "x = 2\n\n# then\n\ny = x\n\nprint(y)", "2"),
        (["print(x)", "z = x.detach()\nprint(z)", "2\n2"], "print(x)\n\nz = x.detach()\nprint(z)", "2\n2"),
        (["with no_grad():\n  y = x", "print(y)", "tensor(4.)"], "with no_grad():\n  y = x\n\nprint(y)", "tensor(4.)"),
        (["lr = 0.1", "steps = 100"], "lr = 0.1\n\nsteps = 100", ""),
        (["x = 3", "x", "3"], "x = 3\n\nx", "3"),
        (["x = f()", "lr = 0.1", "lr", "0.1"], "x = f()\n\nlr = 0.1\n\nlr", "0.1"),
        (["y.backward()", "x.grad", "tensor(6.)"], "y.backward()\n\nx.grad", "tensor(6.)"),
        (["print('go')", "lr = 0.1", "for i in range(2): print(i)", "go\n0\n1"], None, "go\n0\n1"),
        (["print(x)", "x.grad = None", "tensor(8.)"], "print(x)\n\nx.grad = None", "tensor(8.)"),
        (["print(x)", "lr = 0.1", "step 0: 3.5"], "print(x)\n\nlr = 0.1", "step 0: 3.5"),
        (["x = 3", "try:\n    x / 0\nexcept ZeroDivisionError:\n    pass"], None, ""),
        (["x = 3", "class A:\n    pass"], None, ""),
        (["x = 3", "%timeit x"], None, ""),
        (["x = 3", "!ls"], None, ""),
        # Output that reads like code.
        (["print(f'w = {w}')", "w = 1.8"], "print(f'w = {w}')", "w = 1.8"),
        (["print(f'w = {w}')", "w = 1.8", "The weight has grown."], "print(f'w = {w}')", "w = 1.8"),
        (["print(x.dtype)", "torch.float64"], "print(x.dtype)", "torch.float64"),
        (["x.shape", "torch.Size([3])"], "x.shape", "torch.Size([3])"),
        (["x, y", "(tensor(-1.), [2.5, True, None, 'a'])"], "x, y", "(tensor(-1.), [2.5, True, None, 'a'])"),
        (["print(x)", "nan"], "print(x)", "nan"),
        (["print('done')", "done"], "print('done')", "done"),
        (["print(loss)", "loss: 0.25"], "print(loss)", "loss: 0.25"),
        (["x", "tensor([[[1.]],", "        [[2.]]])"], "x", "tensor([[[1.]],\n\n        [[2.]]])"),
        # Prose after output, and where there is none.
        (["x.grad", "tensor(6.)", "**Example 2:** and so on"], "x.grad", "tensor(6.)"),
        (["x.grad", "tensor(6.)", "", "# Clearing", "words, words"], "x.grad", "tensor(6.)"),
        (["x = 3", "words without an end"], "x = 3", ""),
        (["y.backward()", "Now the gradient is there."], "y.backward()", ""),
        (["y.backward()", "# Clearing", "words"], "y.backward()", ""),
        (["y.backward()", "# Clearing\nwords"], "y.backward()", ""),
        (["y.backward()", "Clearing\n========"], "y.backward()", ""),
        (["y.backward()", "**Clearing** it"], "y.backward()", ""),
        (["y.backward()", "*   Use no_grad"], "y.backward()", ""),
        (["y.backward()", "- clear"], "y.backward()", ""),
        (["y.backward()", "1. clear it"], "y.backward()", ""),
        (["y.backward()", "> they say"], "y.backward()", ""),
        (["y.backward()", "[more](more.md)"], "y.backward()", ""),
        (["y.backward()", "![a graph](graph.png)"], "y.backward()", ""),
        # Errors, which any code may end with.
        (["y = f(x)", "RuntimeError: no."], "y = f(x)", "RuntimeError: no."),
        (["assert x", "AssertionError"], "assert x", "AssertionError"),
        (["print(1)\ny.backward()", "1\nRuntimeError: no."], "print(1)\ny.backward()", "1\nRuntimeError: no."),
        (
            [
                "y.backward()",
                "-" * 75 + "\nRuntimeError        Traceback (most recent call last)\nCell In[3], line 1",
                "File x.py:3\n      1 def",
                "RuntimeError: no.",
            ],
            "y.backward()",
            "RuntimeError: no.",
        ),
        (
            ["y.backward()", 'Traceback (most recent call last):\n  File "x", line 1\nRuntimeError: no.'],
            "y.backward()",
            "RuntimeError: no.",
        ),
        # Marked output.
        (["x.grad", "Out[3]: tensor(6.)"], "x.grad", "tensor(6.)"),
        (["x.grad\nOut[3]: tensor(6.)", "words"], "x.grad", "tensor(6.)"),
        (["x.grad", "Out[3]:\ntensor(6.)"], "x.grad", "tensor(6.)"),
        (["x.grad", "Out[3]:", "tensor(6.)", "words"], "x.grad", "tensor(6.)"),
        (["print(1)\n2", "1", "Out[3]:\n2", "words"], "print(1)\n2", "1\n2"),
        (["f(2)", "Out[3]: y = g(x)"], "f(2)", "y = g(x)"),
    ],
)
def test_a_cell_is_code_then_output_then_prose(paragraphs: list[str], code: str | None, output: str) -> None:
    if code is None:
        code = "\n\n".join(paragraphs[: len(paragraphs) - bool(output)])
    expected = [("before()", ""), (code, output), ("after()", "")]
    first, *others = paragraphs
    assert session("In [1]:\nbefore()", f"In [2]:\n{first}", *others, "In [3]:\nafter()") == expected


@grouped(
    "text, cells",
    [
        ("", []),
        ("words\n", []),
        ("In [1]:\n\nIn [2]:\n", []),
        ("The line `In [1]:` begins a cell.\n", []),
        ("In [7]:\n\n\nx\n\n3\n", [(7, 4, "x", "3")]),
        ("In[7] :  \nx\nOut[7] :\n3\n", [(7, 2, "x", "3")]),
        (
            "In [ ]:\nx\n\nIn [*]:\ny\n\nIn [9]:\nz\n\nIn []:\nw\n",
            [(1, 2, "x", ""), (2, 5, "y", ""), (9, 8, "z", ""), (10, 11, "w", "")],
        ),
        # Fenced in.
        ("```text\nIn [1]:\nx\n\n3\n```\n4\n", [(1, 3, "x", "3")]),
        ("```\nIn [1]:\nx\n\nIn [2]:\ny\n```\n", [(1, 3, "x", ""), (2, 6, "y", "")]),
        ("```python\nIn [1]:\nx\n\n3\n```\n", [(1, 3, "x", "3")]),
        ("In [1]:\nx\n```\n", [(1, 2, "x", "")]),
        # Blocks that are cells.
        ("words\n\n```python\nx\n\n3\n```\nwords\n", [(1, 4, "x\n\n3", "")]),
        ("```python\nx\n```\n\n```\n3\n\n4\n```\n", [(1, 2, "x", "3\n\n4")]),
        ("```py\nx\n```\n```text\n3\n```\n```text\n4\n```\n", [(1, 2, "x", "3")]),
        ("```{python}\nx\n```\nwords\n```\n3\n```\n", [(1, 2, "x", "")]),
        ("```python\nx\n```\n```sh\nls\n```\n", [(1, 2, "x", "")]),
        ("``` Python title=a\nx\n", [(1, 2, "x", "")]),
        ("~~~python\nx\n```\n~~~\n", [(1, 2, "x\n```", "")]),
        ("````python\nx\n```\ny\n````\n", [(1, 2, "x\n```\ny", "")]),
        ("```python\n```\n```python\n\n\nx\n```\n", [(1, 6, "x", "")]),
        ("```python\nx\n```\n\nIn [5]:\ny\n\n```python\nz\n```\n", [(1, 2, "x", ""), (5, 6, "y", ""), (6, 9, "z", "")]),
        ("```sh\nls\n```\n", []),
    ],
)
def test_cells_have_numbers_and_the_lines_they_are_on(text: str, cells: list[tuple[int, int, str, str]]) -> None:
    assert [(cell.number, cell.line, cell.code, cell.output) for cell in read(text, "notes.md")] == cells


def test_a_word_is_code_where_it_has_a_value() -> None:
    assert session("In [1]:\nf()", "done") == [("f()", "done")]
    assert session("In [1]:\ndone = 1", "In [2]:\nf()", "done") == [("done = 1", ""), ("f()\n\ndone", "")]
    for known in ("import done", "from a import b as done", "def done(): pass", "for done in x: pass"):
        assert session(f"In [1]:\n{known}", "In [2]:\nf()", "done")[1] == ("f()\n\ndone", "")


def test_code_on_the_line_of_the_number_is_an_error_with_its_place() -> None:
    with pytest.raises(ExpressionError) as caught:
        read("words\n\nIn [1]: x = 3\n", "notes.md")
    error = caught.value
    assert (error.name, error.line, error.column) == ("notes.md", 3, 9)
    assert error.source[error.start : error.end] == "x = 3"


@pytest.mark.parametrize(
    ("text", "code", "output"),
    [
        ("x = (1,\n\n2)\ny = [\n\n3]\nprint(y)\n\n[3]", "x = (1,\n\n2)\ny = [\n\n3]\nprint(y)", "[3]"),
        ("x = (1,\n\n2)\n\n3", "x = (1,\n\n2)", "3"),
        ("x = (1,\n\n2\n\nIt doesn't end", "x = (1,\n\n2\n\nIt doesn't end", ""),
        ("x = (1,\n\n2)\nprint(x)\n\n(1, 2)\n\nIt doesn't matter (much\n\nx = 3", "x = (1,\n\n2)\nprint(x)", "(1, 2)"),
        ("x = f(')')\n\n3 # (", "x = f(')')", "3 # ("),
    ],
)
def test_an_open_bracket_keeps_the_first_paragraph_going(text: str, code: str, output: str) -> None:
    assert session(f"In [1]:\n{text}") == [(code, output)]


@pytest.mark.parametrize("depth", [100, 100_000])
@pytest.mark.parametrize("piece", ["(", "-", "a.", "[", "f(", "not "])
def test_deep_paragraphs_do_no_harm(piece: str, depth: int) -> None:
    assert session("In [1]:\nx = 3", piece * depth + "x")[0][0].startswith("x = 3")
