"""`autodiff run --cells --check`: whether the outputs that a file records are true."""

from __future__ import annotations

from pathlib import Path

import pytest
from groups import grouped
from notebooks import code, failure, notebook, printed, result, words

GRAPH = "x = torch.tensor(3.0, requires_grad=True)\ny = x ** 2\ny.backward()"
TWICE = (
    "Trying to backward through the graph a second time (or directly access saved tensors after they have already been "
    "freed). Saved intermediate values of the graph are freed when you call .backward() or autograd.grad(). Specify "
    "retain_graph=True if you need to backward through the graph a second time or if you need to access saved tensors "
    "after calling backward."
)


@grouped(
    "cells, count",
    [
        ("In [1]:\nx = 3\nx\n\n3\n\nIn [2]:\nprint(x)\n\n3\nAnd words.\n", None),
        ("In [1]:\nx = 3\nx\n\n3\n\nIn [2]:\nprint(x)\n\n3\n\nAnd words.\n", 2),
        ("In [1]:\nprint('a \\n\\nb')\n\na\n\nb\n\nWords.\n", 1),
        ("In [1]:\nprint('A sentence.')\n\nA sentence.\n\nWords.\n", 1),
        ("In [1]:\nprint('\\n# a\\n')\n\n# a\n", 1),
        ("In [1]:\nx = 3\n\nWords, and no output.\n", 1),
        ("In [1]:\nprint(1)\n2\n\n1\n\nOut[1]: 2\n\nWords.\n", 1),
        ("```python\nprint('a\\n\\nb')\n```\n\n```text\na\n\nb\n```\n", 1),
        (notebook(words("words"), code("print(1)\n2", printed("1\n"), result("2"))), 1),
        (notebook(code("print('a', end='')", printed("a"))), 1),
        (notebook(code("x = 3;"), code("x", result(["3"]))), 2),
        # Errors that the file knows of; the cells after them run.
        (f"In [1]:\n{GRAPH}\ny.backward()\n\nRuntimeError: {TWICE}\n\nIn [2]:\nx.grad\n\ntensor(6.)\n", 2),
        (f"In [1]:\n{GRAPH}\nz = y.backward()\n\nRuntimeError: {TWICE}\n\nIn [2]:\nx.grad\n\ntensor(6.)\n", 2),
        (notebook(code(GRAPH), code("print(1)\ny.backward()", printed("1\n"), failure("RuntimeError", TWICE))), 2),
        (notebook(code("1 / 0", failure("ZeroDivisionError", "division by zero"))), 1),
        (notebook(code("xx", failure("NameError", "name 'xx' is not defined"))), 1),
        (notebook(code("assert 1 == 2", failure("AssertionError", ""))), 1),
        (notebook(code("assert 1 == 2, 'no'", failure("AssertionError", "no"))), 1),
        ("In [1]:\nassert 1 == 2\n\nAssertionError\n", 1),
    ],
)
def test_outputs_that_are_as_recorded_agree(autodiff, cells: str, count: int | None) -> None:
    checked = autodiff("run", "--cells", "--check", stdin=cells)
    if count is None:
        # Words on the line after the output are part of it.
        assert (checked.code, checked.out.splitlines()[-1]) == (1, "2 cells: 1 output differs")
        return
    noun = "cell" if count == 1 else "cells"
    assert checked == (0, f"{count} {noun}: all outputs agree\n", "")


@grouped(
    "cell, recorded, now",
    [
        ("torch.tensor(6.0)\n\ntensor(6.0000)", ["tensor(6.0000)"], ["tensor(6.)"]),
        ("0.1 + 0.2\n\n0.3", ["0.3"], ["0.30000000000000004"]),
        ("y = torch.tensor(5.0)\n\ntensor(5.)", ["tensor(5.)"], []),
        ("print(5)", [], ["5"]),
        ("print(5)\n\n# Words", [], ["5"]),
        ("print(5)\nprint(6)\n\n5", [], ["6"]),
        ("print(5)\n\n5\n6\n\nWords.", ["6"], []),
        ("print('a b')\n\na  b", ["a  b"], ["a b"]),
        (
            "1 / 0\n\nZeroDivisionError: division",
            ["ZeroDivisionError: division"],
            ["ZeroDivisionError: division by zero"],
        ),
        (
            "1 / 0\n\nValueError: division by zero",
            ["ValueError: division by zero"],
            ["ZeroDivisionError: division by zero"],
        ),
        ("1 / 1\n\nZeroDivisionError: division by zero", ["ZeroDivisionError: division by zero"], ["1.0"]),
    ],
)
def test_an_output_that_differs_is_shown_as_a_diff(autodiff, cell: str, recorded: list[str], now: list[str]) -> None:
    cells = f"In [7]:\n1\n\n1\n\nIn [9]:\n{cell}\n\nIn [10]:\n2\n\n2\n"
    checked = autodiff("run", "--cells", "--check", stdin=cells)
    lines = checked.out.splitlines()
    assert (checked.code, checked.err) == (1, "")
    assert lines[:2] == ["--- In [9] at <stdin>:7, recorded", "+++ In [9] at <stdin>:7, now"]
    assert [line[1:] for line in lines[2:] if line[0] == "-"] == recorded
    assert [line[1:] for line in lines[2:] if line[0] == "+"] == now
    assert lines[-1] == "3 cells: 1 output differs"


def test_every_output_that_differs_is_shown(autodiff, tmp_path: Path) -> None:
    path = tmp_path / "lesson.ipynb"
    path.write_text(notebook(code("1", result("2")), code("3", result("3")), code("4")))
    checked = autodiff("run", "--cells", "--check", str(path))
    assert checked == (
        1,
        f"--- In [1] at {path}:cell 1:1, recorded\n+++ In [1] at {path}:cell 1:1, now\n@@ -1 +1 @@\n-2\n+1\n"
        f"--- In [3] at {path}:cell 3:1, recorded\n+++ In [3] at {path}:cell 3:1, now\n@@ -0,0 +1 @@\n+4\n"
        "3 cells: 2 outputs differ\n",
        "",
    )


def test_an_error_that_is_not_recorded_is_reported_and_the_cells_after_it_run(process) -> None:
    ended = process(
        "run", "--cells", "--check", stdin=b"In [1]:\n1\n\n2\n\nIn [2]:\nprint(1)\n1 / 0\n\n1\n\nIn [3]:\n3\n"
    )
    assert ended.returncode == 1
    lines = ended.stdout.decode().splitlines()
    assert lines[3:5] == ["-2", "+1"]
    assert lines[-2:] == ["+3", "3 cells: 2 outputs differ, 1 cell failed"]
    assert ended.stderr.startswith(b"error[value]: division by zero\n --> <stdin>:8:1\n")


def test_a_limit_is_no_output(autodiff) -> None:
    cells = notebook(code("while True: pass", failure("RuntimeError", "no")))
    checked = autodiff("run", "--cells", "--check", "--limit", "steps=9", stdin=cells)
    assert (checked.code, checked.out) == (1, "1 cell: 1 cell failed\n")
    assert checked.err.startswith("error[limit]: more than 9 steps\n")


NODE = "x = torch.tensor(2.0, requires_grad=True)\n(x**2).grad_fn"
PLOT = {"output_type": "display_data", "data": {"image/png": "aaa", "text/plain": "<Figure size 640x480 with 1 Axes>"}}
VIEW = "application/vnd.jupyter.widget-view+json"
WIDGET = {"output_type": "display_data", "data": {VIEW: {}, "text/plain": "HBox()"}}
MATRIX = "(tensor([[1., 1.],\n         [1., 1.]]),\n [tensor([[1., 1.],\n          [1., 1.]])])"
TIMES = "CPU times: user 3 us\nWall time: 5.01 us\n"
BAR = "  3%|#         | 3/100 [00:00<00:01, 9.1it/s]\r100%|##########| 100/100 [00:01<00:00, 99.1it/s]\n"


@pytest.mark.parametrize(
    ("cell", "note"),
    [
        (code(NODE, result("<PowBackward0 at 0x7f3f1c0>")), ""),
        (code(NODE, result("<PowBackward0 object at 0x7F3F1C0>")), ""),
        (code(f"{NODE}\n[x, x.shape]", result("[tensor(2., requires_grad=True), torch.Size([])]")), ""),
        (code("x = torch.ones(2, 2)\n(x, [x])", result(MATRIX)), ""),
        (code("torch.tensor(1.0).item() / 3 + torch.tensor(0.1).item()", result("0.43333333482344943")), ""),
        (code("1", PLOT, result("1")), "note: not compared: 1 figure\n"),
        (code("1", result("1"), WIDGET, printed(BAR)), "note: not compared: 2 progress bars\n"),
        (code("print('10%\\r20%\\rdone')", printed("10%\r20%\rdone\n")), ""),
        (
            code("%time 1", printed(TIMES)),
            "note: not compared: 2 measured times\n",
        ),
        (code("!ls", printed("a  b\n")), "note: <stdin>:cell 1: not compared, as some of it was left out\n"),
    ],
)
@pytest.mark.parametrize("trust", [[], ["--trust"]])
def test_what_jupyter_shows_is_matched(autodiff, trust: list[str], cell, note: str) -> None:
    cell = {**cell, "source": f"import torch\n{cell['source']}"}
    checked = autodiff("run", "--cells", "--check", *trust, stdin=notebook(cell))
    assert (checked.code, checked.out) == (0, "1 cell: all outputs agree\n")
    assert checked.err.endswith(note)
    assert bool(checked.err) == bool(note)


def test_last_digits_may_differ_by_a_tolerance(autodiff) -> None:
    cell = code("print(torch.tensor([-0.333333, 100.0]), 3)", printed("tensor([ -0.3334, 100.0010]) 3\n"))
    assert autodiff("run", "--cells", "--check", stdin=notebook(cell)).code == 1
    assert autodiff("run", "--cells", "--check", "--tolerance", "1e-3", stdin=notebook(cell)).code == 0
    assert autodiff("run", "--cells", "--check", "--tolerance", "1e-6", stdin=notebook(cell)).code == 1
    whole = notebook(code("print(1000000)", printed("1000001\n")))
    assert autodiff("run", "--cells", "--check", "--tolerance", "1e-3", stdin=whole).code == 1
    assert autodiff("run", "--cells", "--tolerance", "1e-3", stdin=whole).code == 2


def test_cells_that_ran_in_another_order_are_said_to(autodiff) -> None:
    order = enumerate((3, 7, 5, 6))
    cells = [{**code(str(n), result(str(n))), "execution_count": ran} for n, ran in order]
    checked = autodiff("run", "--cells", "--check", stdin=notebook(*cells))
    assert checked.code == 0
    assert checked.err.endswith("In [5] of cell 3 stands after In [7] of cell 2\n")


RST = """\
Words
=====

.. code-block:: python

    import torch
    x = torch.tensor(3.0)
    x * 2

.. rst-class:: script-out

 .. code-block:: none

    tensor(6.)

More, with a block in C:

.. code-block:: c

    int x;

.. code:: python
   :number-lines:

   >>> for i in range(2):
   ...     print(i)
   0
   1
   >>> 1 / 0
   Traceback (most recent call last):
     ...
   ZeroDivisionError: division by zero

.. code:: python

    y = 5
    y

Words between.

.. parsed-literal::

    6
"""


def test_blocks_of_restructured_text_are_cells(autodiff, tmp_path: Path) -> None:
    path = tmp_path / "lesson.rst"
    path.write_text(RST)
    checked = autodiff("run", "--cells", "--check", str(path))
    assert checked == autodiff("run", "--cells", "--check", str(path))
    lines = checked.out.splitlines()
    assert lines[0] == f"--- In [4] at {path}:36, recorded"
    assert lines[-2:] == ["+5", "4 cells: 1 output differs"]


def test_a_diff_is_coloured_on_a_terminal_and_does_not_steer_it(terminal, tmp_path: Path) -> None:
    path = tmp_path / "lesson.md"
    path.write_text("In [1]:\nprint('\\x1b[2J')\n\nold\n")
    shown = terminal("run", "--cells", "--check", str(path)).out
    assert "\x1b[31m-old\x1b[0m\n\x1b[32m+\N{REPLACEMENT CHARACTER}[2J\x1b[0m\n1 cell: 1 output differs\n" in shown
