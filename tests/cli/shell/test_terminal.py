"""On a terminal: pretty by default, in colour, at the window's width."""

from __future__ import annotations

import re

import pytest
from groups import grouped

pytestmark = pytest.mark.processes


def plain(text: str) -> str:
    """The text without the colours."""
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def test_pretty_in_colour_is_the_default(terminal) -> None:
    result = terminal("eval", "sin(x**2)", "--x", "4")
    assert result.code == 0
    assert "\x1b[" in result.out
    assert plain(result.out).splitlines() == [
        "expression  sin(x**2)",
        "x           4.0",
        "value       -0.2879033166650653",
        "grad_fn     SinBackward0",
        "d/dx        -7.661275842587077",
    ]


@pytest.mark.parametrize("env", [{"NO_COLOR": "1"}, {"TERM": "dumb"}], ids=str)
def test_no_colour_where_it_is_not_wanted(terminal, env: dict[str, str | None]) -> None:
    result = terminal("eval", "x**2", "--x", "3", env=env)
    assert "\x1b" not in result.out
    assert result.out.startswith("expression  x**2\n")


def test_the_choice_of_colour_can_be_made(terminal) -> None:
    assert "\x1b" not in terminal("eval", "x", "--x", "3", "--color", "never").out
    assert "\x1b" in terminal("eval", "x", "--x", "3", "--color", "always", env={"NO_COLOR": "1"}).out


@pytest.mark.parametrize("format_name", ["plain", "json", "csv", "tsv", "torch"])
def test_other_formats_are_as_in_a_pipe(terminal, evaluate, format_name: str) -> None:
    args = ["x**2", "--x", "3", "--format", format_name]
    # The terminal shows a TAB as a TAB.
    assert terminal("eval", *args).out == evaluate(*args).out


@pytest.mark.parametrize("columns", [20, 33, 80, 132])
def test_a_window_of_any_width_shows_every_digit(terminal, columns: int) -> None:
    result = terminal(
        "eval", "x*y/3", "--x", "[1, 2, 1e-300, 4, 5, 6, 7]", "--y", "-1.2345678901234567", columns=columns
    )
    lines = plain(result.out).splitlines()
    # The note is a line for the terminal to fold.
    table = [line for line in lines if not line.startswith("note: ")]
    assert max(map(len, table)) <= columns
    together = "".join("".join(table).split())
    assert "-1.2345678901234567" in together
    assert repr(1e-300 * -1.2345678901234567 / 3) in together


REPORTS = [
    ["solve", "cos(x) = x/5", "--x", "-10:10"],
    ["solve", "x**2 + y**2 = 4; x*y = 1", "--x", "-3:3", "--y", "-3:3"],
    ["check", "sin(x**2)*y"],
    ["propagate", "m*v**2/2", "--m", "2±0.1", "--v", "3±0.2"],
    ["minimize", "(x - 1)**2 + y**2", "--x", "3", "--y", "1"],
    ["trace", "x*y + sin(x)", "--x", "0.5", "--y", "4.2"],
    ["functions", "--search", "bessel"],
]


@pytest.mark.parametrize("words", REPORTS, ids=str)
def test_in_a_narrow_window_no_word_and_no_number_is_broken(
    autodiff, monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    def shown(columns: int) -> str:
        monkeypatch.setenv("COLUMNS", str(columns))
        return autodiff(*words, "--format", "pretty").out

    monkeypatch.setattr("autodiff.cli.commands.functions.is_terminal", lambda stream: True)
    wide = set(shown(200).split())
    for columns in (36, 50, 65):
        narrow = shown(columns)
        assert max(map(len, narrow.splitlines())) <= columns
        assert set(narrow.split()) <= wide


@grouped("text", ["[x]", ":x:", "[bold]", "[/]", "[red]x[/red]", ":smile:", "\\[x]", "{x}", "%s"])
def test_text_that_looks_like_markup_reaches_the_terminal_untouched(terminal, text: str) -> None:
    assert f"x + 1 # {text}\n" in plain(terminal("eval", f"x + 1 # {text}", "--x", "3").out)


def test_a_program_is_shown_line_by_line(terminal) -> None:
    lines = plain(terminal("eval", "\ny = x**2\ny + 1\n", "--x", "3").out).splitlines()
    assert lines[:3] == ["expression  y = x**2", "            y + 1", "x           3.0"]


def test_a_very_long_expression_is_not_shown_whole(terminal) -> None:
    result = terminal("eval", "+".join(["x"] * 20_000), "--x", "3")
    assert len(result.out) < 10_000
    assert "..." in result.out


def test_names_in_any_script_are_aligned(terminal) -> None:
    lines = plain(terminal("eval", "größe*变量", "--größe", "3", "--变量", "2").out).splitlines()
    assert lines[1:4] == ["größe       3.0", "变量        2.0", "value       6.0"]


def test_a_terminal_that_cannot_show_a_character_shows_another(own_terminal) -> None:
    result = own_terminal("eval", "größe", "--größe", "3", env={"PYTHONIOENCODING": "ascii"})
    assert result.code == 0
    assert "gr??e" in result.out


def test_a_missing_expression_is_not_waited_for(terminal) -> None:
    for args in (["eval"], ["eval", "--x", "3"], ["eval", "x=3"], ["eval", "-"]):
        result = terminal(*args)
        assert result.code == 2
        assert plain(result.out).startswith("error[usage]: the expression is missing")


def test_the_list_of_functions_is_folded_at_the_width(terminal) -> None:
    lines = plain(terminal("functions", columns=70).out).splitlines()
    assert max(map(len, lines)) <= 70


def test_a_long_listing_goes_through_the_pager_and_a_short_one_does_not(terminal) -> None:
    paged = terminal("functions", env={"PAGER": "head -n 3"})
    assert len(paged.out.splitlines()) == 3
    assert len(terminal("functions", "sin", env={"PAGER": "head -n 3"}).out.splitlines()) > 3
