"""Cells in a Jupyter notebook: their code and outputs, and what is no notebook."""

from __future__ import annotations

import json

import pytest
from groups import grouped
from notebooks import code, failure, notebook, printed, result, words

from autodiff.parser.notes.notebook import read
from autodiff.parser.syntax.errors import UsageError

PICTURE = {"output_type": "display_data", "metadata": {}, "data": {"image/png": "iVBORw0KGgo="}}


def test_code_cells_are_numbered_in_order_and_empty_ones_left_out() -> None:
    text = notebook(words("# Title"), code("x = 3"), code("\n  \n"), words("words"), code("x"))
    cells = read(text, "a.ipynb", "`a.ipynb`")
    assert [(cell.number, cell.name, cell.line, cell.code) for cell in cells] == [
        (1, "a.ipynb:cell 1", 1, "x = 3"),
        (2, "a.ipynb:cell 2", 1, "x"),
    ]


@pytest.mark.parametrize(
    ("source", "line", "text"),
    [
        ("x = 3\n\nx\n", 1, "x = 3\n\nx"),
        (["x = 3\n", "x"], 1, "x = 3\nx"),
        (["\n", "\n", "x"], 3, "x"),
        ("x = 3\r\nx\r", 1, "x = 3\nx"),
    ],
)
def test_code_is_text_or_a_list_of_lines(source: str | list[str], line: int, text: str) -> None:
    (cell,) = read(notebook(code(source)), "a", "a")
    assert (cell.line, cell.code) == (line, text)


@grouped(
    "outputs, text, fails",
    [
        ([], "", False),
        ([printed("1\n2\n")], "1\n2\n", False),
        ([printed(["1\n", "2\n"])], "1\n2\n", False),
        ([result("tensor(6.)")], "tensor(6.)\n", False),
        ([result(["tensor([1.,\n", "        2.])"])], "tensor([1.,\n        2.])\n", False),
        ([printed("1\n"), result("2")], "1\n2\n", False),
        ([printed("no end"), result("2")], "no end2\n", False),
        ([printed("a warning\n", "stderr"), result("2")], "2\n", False),
        ([PICTURE], "", False),
        ([failure("RuntimeError", "no graph")], "RuntimeError: no graph\n", True),
        ([printed("1\n"), failure("AssertionError", "")], "1\nAssertionError\n", True),
    ],
)
def test_the_outputs_of_a_cell_are_one_text(outputs: list[dict], text: str, fails: bool) -> None:
    (cell,) = read(notebook(code("x", *outputs)), "a", "a")
    assert (cell.output, cell.fails, cell.following) == (text, fails, "")


@grouped(
    "text, message, help",
    [
        ('{"cells": [', "`a.ipynb` is not JSON: expecting value: line 1 column 12 (char 11)", "JSON"),
        ("[" * 100_000, "`a.ipynb` is not JSON: ", "JSON"),
        ("", "`a.ipynb` is not JSON: ", "JSON"),
        ("[]", "`a.ipynb` is not a notebook", "`nbformat`"),
        ("{}", "`a.ipynb` is not a notebook", "`nbformat`"),
        (
            json.dumps({"nbformat": 3, "worksheets": []}),
            "`a.ipynb` is a notebook in version `3` of",
            "open it in Jupyter",
        ),
        (notebook(nbformat="4"), '`a.ipynb` is a notebook in version `"4"` of', "version 4"),
        (json.dumps({"nbformat": 4}), "the cells of `a.ipynb` are missing or no list", "damaged"),
        (notebook("x"), "item 1 of `cells` in `a.ipynb` has no type", "damaged"),
        (
            notebook(words("x"), code(3)),
            "the source of item 2 of `cells` in `a.ipynb` is missing or no text",
            "damaged",
        ),
        (notebook(code(["x", 3])), "the source of item 1 of `cells` in `a.ipynb` is missing or no text", "damaged"),
        (
            notebook({**code("x"), "outputs": {}}),
            "the outputs of item 1 of `cells` in `a.ipynb` are no list",
            "damaged",
        ),
        (
            notebook(code("x", {"output_type": "pyout"})),
            "an output of item 1 of `cells` in `a.ipynb` is of no known",
            "damaged",
        ),
        (
            notebook(code("x", {"output_type": "execute_result"})),
            "an output of item 1 of `cells` in `a.ipynb` has no",
            "damaged",
        ),
        (
            notebook(code("x", {"output_type": "stream"})),
            "an output of item 1 of `cells` in `a.ipynb` is missing",
            "damaged",
        ),
        (notebook(code("x", 3)), "an output of item 1 of `cells` in `a.ipynb` is of no known", "damaged"),
    ],
)
def test_what_is_no_notebook_is_an_error_that_says_so(text: str, message: str, help: str) -> None:
    with pytest.raises(UsageError) as caught:
        read(text, "a.ipynb", "`a.ipynb`")
    assert caught.value.message.startswith(message)
    assert help in (caught.value.help or "")
