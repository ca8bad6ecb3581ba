"""A script does what Python does with the same text: Python runs it beside ours, and both print the same."""

from __future__ import annotations

import contextlib
import io
from pathlib import Path

import pytest
from groups import grouped


def programs(name: str) -> list[object]:
    """The programs of a file, each below a line `### title`."""
    text = (Path(__file__).parent / name).read_text()
    parts = [part.partition("\n") for part in ("\n" + text).split("\n### ")[1:]]
    return [pytest.param(source.rstrip("\n") + "\n", id=title) for title, _, source in parts]


def printed_by_python(source: str) -> str:
    written = io.StringIO()
    with contextlib.redirect_stdout(written):
        exec(source, {"__name__": "__main__"})  # noqa: S102  (text of programs.txt)
    return written.getvalue()


@grouped("source", programs("programs.txt"))
def test_a_program_prints_what_it_prints_in_python(run, source: str) -> None:
    expected = printed_by_python(source)
    assert expected
    assert run(source) == expected


@grouped("source", programs("failing_programs.txt"))
def test_an_error_is_named_and_worded_as_in_python(fails, source: str) -> None:
    with pytest.raises(Exception) as caught:  # noqa: PT011
        exec(source, {})  # noqa: S102  (text of failing_programs.txt)
    error = fails(source)
    assert (error.type_name, error.message) == (caught.type.__name__, str(caught.value))


def test_a_function_whose_arguments_were_once_the_other_way_round_is_refused_as_in_pytorch(run, fails) -> None:
    for name in ("solve", "lstsq"):
        for source in (f"torch.{name}(torch.eye(2), torch.eye(2))", f"from torch import {name}\n{name}(1, 2)"):
            assert "is now removed" in str(fails(source).message)
    assert run("print(solve(torch.eye(2), torch.ones(2)), torch.linalg.solve(torch.eye(2), torch.ones(2)))") == (
        "tensor([1., 1.]) tensor([1., 1.])\n"
    )


def test_what_is_harmless_of_pythons_modules_can_be_imported(run) -> None:
    source = """\
import time, warnings
from typing import List, Optional
warnings.filterwarnings("ignore")
start = time.time()
def first(values: List[int], other: Optional[int] = None) -> int: return values[0]
print(first([1]), time.perf_counter() <= time.perf_counter(), start > 0)
"""
    assert run(source) == "1 True True\n"
