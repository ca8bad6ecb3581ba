"""Options that several commands have: one meaning each, in docs/options.md, which this file writes if it is run."""

from __future__ import annotations

import importlib
import json
from functools import cache
from pathlib import Path

import click
import pytest

from autodiff.cli.main import COMMANDS
from autodiff.cli.shell.options import EVERYWHERE

PAGE = Path(__file__).parents[3] / "docs" / "options.md"
# What several commands have, as rows of the page.
SHARED = (
    *("--output", "--color", "--quiet", "--timeout", "--format", "--json", "--precision", "--strict", "--dtype"),
    *("--set", "--vars", "--wrt", "--const", "--get", "--errors", "--jobs", "--limit"),
)
# Those that mean more or less than the name of a variable, a format or a file do elsewhere, with the reason.
OWN_OUTPUT = {
    "map": "a table, whose ending may say how it is compressed",
    "propagate": "a table, where rows are read",
    "fit": "the table with fitted columns, or a picture; several times",
    "plot": "a picture too",
    "minimize": "a picture too",
}
# Why the others lack an option: for each group of commands the reason.
_SCRIPTS = ("run", "repl")
_LISTS = ("functions", "completion")
_SEARCHES = ("minimize", "solve")
LACKING: dict[str, dict[tuple[str, ...], str]] = {
    "--format": {
        _SCRIPTS: "what a script prints is up to it",
        ("completion",): "a shell reads it",
    },
    "--json": {(*_SCRIPTS, "completion"): "as for `--format`"},
    "--precision": {
        ("map", "diff"): "tables and formulas are read by programs, and have all digits",
        _SCRIPTS: "`torch.set_printoptions` says it",
        _LISTS: "there are no results to round",
    },
    "--strict": {
        ("fit", "check", *_SEARCHES, "plot"): "these exit with 1 in any case where no finite answer is found",
        ("diff", *_LISTS): "nothing is computed",
        _SCRIPTS: "`assert` says it",
    },
    "--dtype": {
        (
            "fit",
            *_SEARCHES,
            "plot",
            "propagate",
        ): "searches, and steps that tell how good an answer is, need all digits",
        ("map",): "columns are computed in float64",
        _LISTS: "nothing is computed",
    },
    "--set": {_LISTS: "there is no expression"},
    "--vars": {_LISTS: "there is no expression"},
    "--wrt": {
        ("plot",): "what has the range is what is differentiated by",
        ("fit",): "what has a value is a parameter, unless `--const` names it",
        ("propagate",): "what has a deviation is uncertain",
        (*_SCRIPTS, *_LISTS): "there is no expression to differentiate",
    },
    "--const": {
        ("plot", "propagate"): "as for `--wrt`",
        (*_SCRIPTS, *_LISTS): "as for `--wrt`",
    },
    "--get": {
        ("map",): "`--only-new` leaves the new columns alone, and `--wrt` chooses among them",
        ("diff",): "`--wrt` leaves one derivative, alone on its line",
        ("trace", "graph", "plot", "check"): "many facts make the result; `--json` has each of them",
        (*_SCRIPTS, *_LISTS): "there is no result with keys",
    },
    "--errors": {
        ("eval", "diff", "trace", "graph", "plot", "check", *_SEARCHES, *_SCRIPTS, *_LISTS): "no rows are computed"
    },
    "--jobs": {
        ("fit", "propagate"): "rows are computed by as many threads as there are cores",
        ("eval", "diff", "trace", "graph", "plot", "check", *_SEARCHES, *_SCRIPTS, *_LISTS): "no rows are computed",
    },
    "--limit": {_LISTS: "nothing is computed"},
}


@cache
def options(name: str) -> dict[str, click.Option]:
    """The options of a command by spelling."""
    command = importlib.import_module(f"autodiff.cli.commands.{name}").command
    return {spelling: param for param in command.params if isinstance(param, click.Option) for spelling in param.opts}


def page() -> str:
    """The table of who has which."""
    head = ["| option | " + " | ".join(COMMANDS) + " |", "|---|" + ":-:|" * len(COMMANDS)]
    rows = [
        f"| `{option}` | " + " | ".join("x" if option in options(name) else "" for name in COMMANDS) + " |"
        for option in SHARED
    ]
    parts = [f"- `{name}`: {reason}." for name, reason in OWN_OUTPUT.items()]
    lacking = [
        f"| `{option}` | {', '.join(f'`{name}`' for name in names)} | {reason} |"
        for option, reasons in LACKING.items()
        for names, reason in reasons.items()
    ]
    lines = [
        "# Options that several commands have",
        "",
        "Each means the same wherever it stands. A test holds this page against the commands.",
        "",
        *head,
        *rows,
        "",
        "What `-o FILE` writes is the result, whole or not at all, in the format that `--format` or the ending of FILE",
        "says. Five commands write more with it:",
        "",
        *parts,
        "",
        "Where one is missing, there is a reason:",
        "",
        "| option | not in | because |",
        "|---|---|---|",
        *lacking,
        "",
        "Defaults for them can stand in a file: `autodiff --show-config` says where, and what is set.",
        "",
    ]
    return "\n".join(lines)


def test_the_page_of_options_is_true() -> None:
    assert PAGE.read_text() == page()


def test_each_command_that_lacks_an_option_has_a_reason() -> None:
    for option in SHARED:
        given = [name for names in LACKING.get(option, {}) for name in names]
        assert sorted(given) == sorted(name for name in COMMANDS if option not in options(name)), option


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_the_options_of_all(name: str) -> None:
    own = options(name)
    for option in EVERYWHERE:
        assert set(option.opts[:-1] if option.name == "results" else option.opts) <= own.keys()
        if option.opts[-1] != "results" and name not in OWN_OUTPUT and option.name != "timeout":
            assert own[option.opts[0]] is option


@pytest.mark.parametrize("option", [o for o in SHARED if o not in ("--output", "--format", "--errors")])
def test_a_shared_option_takes_the_same_values_everywhere(option: str) -> None:
    found = [options(name)[option] for name in COMMANDS if option in options(name)]
    assert len({(o.is_flag, o.multiple, repr(o.type)) for o in found}) == 1
    assert len(found) > 1


COMMANDS_WITH_RESULTS = [
    ["eval", "x**2", "--x", "3"],
    ["trace", "x**2", "--x", "3"],
    ["graph", "x**2", "--x", "3"],
    ["diff", "x**2"],
    ["check", "x**2", "--x", "3"],
    ["minimize", "x**2", "--x", "3"],
    ["solve", "x**2 = 4", "--x", "3"],
    ["propagate", "x**2", "--x", "3+-0.1"],
    ["plot", "x**2", "--x", "0:1"],
    ["functions", "sin"],
]


@pytest.mark.parametrize("words", COMMANDS_WITH_RESULTS, ids=lambda words: words[0])
def test_results_go_to_a_file_in_the_format_of_its_ending(autodiff, tmp_path: Path, words: list[str]) -> None:
    path = tmp_path / "result.json"
    result = autodiff(*words, "-o", str(path))
    assert (result.code, result.out) == (0, "")
    assert path.read_text() == autodiff(*words, "--json").out
    assert json.loads(path.read_text())


@pytest.mark.parametrize("words", [*COMMANDS_WITH_RESULTS, ["map", "x"]], ids=lambda words: words[0])
def test_a_dash_in_place_of_a_file_is_standard_output(
    autodiff, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    stdin = "x\n1\n" if words[0] == "map" else ""
    assert autodiff(*words, "-o", "-", stdin=stdin).out == autodiff(*words, stdin=stdin).out
    assert not list(tmp_path.iterdir())


def test_a_file_is_not_there_where_there_is_no_result(autodiff, tmp_path: Path) -> None:
    path = tmp_path / "result.txt"
    assert autodiff("eval", "x**2", "-o", str(path)).code == 3
    assert not path.exists()
    assert autodiff("batch", "-", "--get", "value", "-o", str(path), stdin="1+1\n2*3\n").code == 0
    assert path.read_text() == "2.0\n6.0\n"


@pytest.mark.parametrize("words", [["eval", "1/0"], ["batch", "--x", "3"], ["map", "1/x"], ["run"]], ids=str)
def test_quiet_calls_say_nothing_but_errors(autodiff, words: list[str]) -> None:
    stdin = {"batch": "1/0\n", "map": "x\n0\n", "run": "0.1 + 0.2"}.get(words[0], "")
    loud = autodiff(*words, stdin=stdin)
    quiet = autodiff(*words, "--quiet", stdin=stdin)
    assert (quiet.code, quiet.out, quiet.err) == (loud.code, loud.out, "")
    assert autodiff("eval", "x+", "-q").err.startswith("error[syntax]")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["eval", "x**"], "syntax"),
        (["eval", "[1, 2] + [1, 2, 3]"], "shape"),
        (["eval", "x", "--precision", "a"], "usage"),
        (["diff", "x", "--wrt", "z"], "usage"),
        (["map", "x", "nowhere.csv"], "usage"),
        (["eval", "x", "--format", "xml"], "usage"),
        (["eval", "x", "--precision", "3", "--precision"], "usage"),
        (["run", "--cell"], "usage"),
        (["evil", "x"], "usage"),
        (["--colour"], "usage"),
        ([], "usage"),
    ],
    ids=str,
)
def test_with_json_an_error_is_an_object_too_wherever_it_is_asked_for(autodiff, words: list[str], code: str) -> None:
    result = autodiff(*words, "--json")
    error = json.loads(result.out)["error"]
    assert error["code"] == code
    assert error["message"] in result.err
    assert set(error) == {"code", "message", "line", "column", "help"}


def test_errors_and_notes_have_colours_where_they_are_wanted(autodiff) -> None:
    assert autodiff("eval", "x**", "--color", "always").err.startswith("\x1b[1;31merror[syntax]:\x1b[0m an operand")
    assert "\x1b" not in autodiff("eval", "x**").err


@pytest.fixture
def configured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Writes the file of a folder, and the person's own, and goes there."""
    monkeypatch.delenv("AUTODIFF_CONFIG")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "autodiff").mkdir()

    def write(of_folder: str, own: str = "") -> None:
        (tmp_path / "autodiff.toml").write_text(of_folder)
        (tmp_path / "autodiff" / "config.toml").write_text(own)

    return write


def test_files_set_defaults_the_nearer_one_over_the_persons_own(autodiff, configured) -> None:
    configured('format = "csv"\n[trace]\nformat = "markdown"\n', 'format = "json"\n[limit]\nnodes = 1\n')
    assert autodiff("eval", "x", "--x", "3").out == "value,grad.x\n3.0,1.0\n"
    assert autodiff("trace", "x", "--x", "3").out.startswith("`x`\n\n**Forward**")
    assert json.loads(autodiff("eval", "x", "--x", "3", "--json").out)["value"] == 3
    assert autodiff("eval", "x", "--x", "3", "--get", "value").out == "3.0\n"
    assert "more than 1" in autodiff("eval", "x*x*x", "--x", "3").err
    assert autodiff("eval", "x*x*x", "--x", "3", "--limit", "nodes=9").code == 0
    assert autodiff("map", "x", "--only-new", "--json", "-q", stdin="x\n1\n").out == '{"value": 1.0, "d_x": 1.0}\n'
    lines = autodiff("--show-config").out.splitlines()
    assert [line.partition("\t")[0] for line in lines[:-1]] == [
        *('format = "json"', 'limit = {"nodes": 1}', 'format = "csv"', 'trace.format = "markdown"'),
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("trust = true", "`autodiff.toml` sets `trust`, which it may not"),
        ("[limit]\nelements = 10", "it may stand in"),
        ("timeout = 5", "it may stand in"),
        ("precison = 5", "did you mean `precision`?"),
        ("precision = [", "is not TOML"),
        ("quiet = 1", "write true or false"),
        ('[eval]\nformat = "xml"', "it can be `pretty`, `plain`"),
        ("precision = 99", "`autodiff.toml` sets `precision` to `99`\n  = help: 99 is not in the range"),
        ("precision = true", "`True` is not a valid whole number"),
        ("precision = 6.5", "`6.5` is not a valid whole number"),
        ('format = "jsn"', "it can be `pretty`, `plain`"),
        ("color = 1", "it can be `auto`, `always`"),
        ('[evil]\nformat = "json"', "has a table `evil`, which is no command"),
    ],
)
def test_what_a_file_cannot_set_is_an_error_that_names_it(autodiff, configured, text: str, message: str) -> None:
    configured(text)
    result = autodiff("eval", "x", "--x", "3")
    assert result.code == 2
    assert message in result.err


def test_a_limit_that_no_command_has_is_an_error_and_one_of_another_command_is_not(autodiff, configured) -> None:
    configured("", "limit = {element = 5}")
    assert "there is no limit `element`" in autodiff("eval", "x", "--x", "3").err
    configured('theme = "dark"\nformat = "dot"', "limit = {steps = 5}")
    assert autodiff("eval", "x", "--x", "3").code == 0


def test_no_file_is_read_where_the_environment_says_so(autodiff, configured, monkeypatch: pytest.MonkeyPatch) -> None:
    configured('format = "csv"')
    monkeypatch.setenv("AUTODIFF_CONFIG", "")
    assert autodiff("eval", "x", "--x", "3").out == "value\t3.0\ngrad.x\t1.0\n"


if __name__ == "__main__":
    PAGE.write_text(page())
