"""Keys at the prompt: typing, blocks, completion, history, leaving."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from effort import examples
from groups import grouped
from prompt_toolkit.history import History, InMemoryHistory
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from autodiff.cli.repl.editor import Editor
from autodiff.cli.repl.history import history_path, open_history
from autodiff.cli.repl.typed import indentation_after, may_end, unprompted

ENTER, TAB, BACKSPACE, UP, LEFT = "\r", "\t", "\x7f", "\x1b[A", "\x1b[D"
CTRL_C, CTRL_D, CTRL_R = "\x03", "\x04", "\x12"
BLOCK = "def f(x):\n    if x:\n\n        y\n    z\n"
LONG = examples(800)
NAMES = ("alpha", "alphabet", "beta")

Press = Callable[..., str]


def complete(text: str) -> tuple[str, list[str]]:
    word = text.split(" ")[-1]
    return word, [name for name in NAMES if name.startswith(word)]


@pytest.fixture
def press() -> Press:
    """What is read when keys are pressed; what was typed before is in the history. EOFError: it is no whole input."""
    history = InMemoryHistory()

    def press(keys: str, history: History = history) -> str:
        with create_pipe_input() as keyboard:
            keyboard.send_text(keys)
            keyboard.close()
            return Editor(history, complete, keyboard, DummyOutput()).read()

    return press


def pasted(text: str) -> str:
    return f"\x1b[200~{text}\x1b[201~"


@pytest.mark.parametrize(
    ("keys", "text"),
    [
        (f"x = 1{ENTER}", "x = 1"),
        (ENTER, ""),
        (f"größe = '日本'{ENTER}", "größe = '日本'"),
        (f"1 + 2{LEFT}{LEFT}{ENTER}", "1 + 2"),
        (f"x = = 1{ENTER}", "x = = 1"),
        (f":help{ENTER}", ":help"),
        (f"{'1 + ' * LONG}1{ENTER}", "1 + " * LONG + "1"),
        # Blocks: indented as they are typed, ended by an empty line.
        (f"for i in x:{ENTER}print(i){ENTER}{ENTER}", "for i in x:\n    print(i)\n    "),
        (f"if x: y{ENTER}", "if x: y"),
        (f"if x:{ENTER}y{ENTER}{BACKSPACE}else:{ENTER}z{ENTER}{ENTER}", "if x:\n    y\nelse:\n    z\n    "),
        (
            f"def f(x):{ENTER}if x:{ENTER}return 1{ENTER}return 2{ENTER}{ENTER}",
            "def f(x):\n    if x:\n        return 1\n    return 2\n",
        ),
        (f"f(1,{ENTER}2){ENTER}", "f(1,\n2)"),
        (f"'''a{ENTER}b'''{ENTER}", "'''a\nb'''"),
        (f"1 + \\{ENTER}2{ENTER}", "1 + \\\n2"),
        (f"if x:{ENTER}{TAB}y{ENTER}{ENTER}", "if x:\n        y\n        "),
        (f"{TAB}{TAB}{BACKSPACE}{BACKSPACE}x{BACKSPACE}y{ENTER}", "y"),
        # Enter above the last line begins a new one there.
        (f"if x:{ENTER}b{UP}{UP}\x05{ENTER}a\x1b[B\x05{ENTER}{ENTER}", "if x:\n    a\n    b\n    "),
        # What is pasted stays as it is.
        (pasted("x = 1") + ENTER, "x = 1"),
        (pasted(BLOCK) + ENTER, BLOCK),
        (pasted("for i in x:\n\tprint(i)") + ENTER + ENTER, "for i in x:\n\tprint(i)\n"),
        (pasted("a = 1\r\nb = 2") + ENTER, "a = 1\nb = 2"),
        (pasted(">>> def f(x):\n...     return x") + ENTER + ENTER, ">>> def f(x):\n...     return x\n"),
        # Completion.
        (f"bet{TAB}{ENTER}", "beta"),
        (f"1 + al{TAB}bet{TAB}{ENTER}", "1 + alphabet"),
        (f"nonesuch{TAB}{ENTER}", "nonesuch"),
    ],
)
def test_keys_give_an_input(press: Press, keys: str, text: str) -> None:
    assert press(keys) == text


def test_what_was_typed_comes_back(press: Press) -> None:
    for keys in (f"first{ENTER}", f"if x:{ENTER}second{ENTER}{ENTER}", f"third{ENTER}"):
        press(keys)
    assert press(UP + ENTER) == "third"
    assert press(UP + UP + ENTER) == "if x:\n    second\n    "
    assert press(UP * 20 + ENTER) == "first"
    assert press(f"{CTRL_R}thi{ENTER}{ENTER}") == "third"


def test_ctrl_c_drops_the_input_and_the_next_is_read(press: Press) -> None:
    with pytest.raises(KeyboardInterrupt):
        press(f"f(1,{ENTER}2{CTRL_C}")
    assert press(f"x{ENTER}") == "x"


def test_ctrl_d_ends_the_session_on_an_empty_input_alone(press: Press) -> None:
    with pytest.raises(EOFError):
        press(f"{CTRL_D}x{ENTER}")
    assert press(f"ab{LEFT}{CTRL_D}{ENTER}") == "a"


# What is whole, and what is not of it


@grouped(
    "text, whole",
    [
        ("", True),
        ("x", True),
        ("x = (", False),
        ("if x:\n    y", False),
        ("if x:\n    y\n", True),
        ("if x:\n    y\n    ", True),
        ("if x:\n    y\nz", True),
        ("    ", True),
        (":trace f(", True),
        (">>> if x:\n...     y", False),
        (">>> if x:\n...     y\n... ", True),
        (">>> if x:\n...     y\n...", True),
        (">>> x", True),
    ],
)
def test_an_input_may_end_where_it_is_whole(text: str, whole: bool) -> None:
    assert may_end(text) is whole


@grouped(
    "text, rest",
    [
        (">>> x = 1", "x = 1"),
        ("  >>> x = 1\n  >>> x", "x = 1\nx"),
        (">>> if x:\n...     y\n...\n>>> z", "if x:\n    y\n\nz"),
        (">>> x\n\n>>> y\n", "x\n\ny\n"),
        (">>> x\n5", ">>> x\n5"),
        ("x = 1\n>>> y", "x = 1\n>>> y"),
        ("... x", "... x"),
        ("x >>> y", "x >>> y"),
        ("", ""),
    ],
)
def test_prompts_are_taken_off_where_every_line_has_one(text: str, rest: str) -> None:
    assert unprompted(text) == rest


@grouped(
    "text, width",
    [
        ("x", 0),
        ("if x:", 4),
        ("if x:\n    y", 4),
        ("if x:\n    if y:  # why", 8),
        ("def f():\n    return 1", 0),
        ("def f():\n    return", 0),
        ("    pass;", 0),
        ("returned = 1", 0),
        ("    returned = 1", 4),
        ("return", 0),
        ("x[1:", 4),
    ],
)
def test_the_next_line_begins_where_it_belongs(text: str, width: int) -> None:
    assert indentation_after(text) == " " * width


# The file


def test_the_history_is_kept_for_its_owner_alone(press: Press, tmp_path: Path) -> None:
    path = tmp_path / "state" / "autodiff" / "history"
    press(f"größe = 1{ENTER}", open_history(str(path)))
    press(f"if x:{ENTER}y{ENTER}{ENTER}", open_history(str(path)))
    assert press(f"{UP * 5}{ENTER}", open_history(str(path))) == "größe = 1"
    if os.name == "posix":
        assert path.stat().st_mode & 0o777 == 0o600
        assert path.parent.stat().st_mode & 0o777 == 0o700


def test_a_history_that_cannot_be_kept_is_no_error(press: Press, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for path in (None, str(tmp_path / "file" / "history"), str(tmp_path)):
        history = open_history(path)
        press(f"x{ENTER}", history)
        assert press(UP + ENTER, history) == "x"
    gone = tmp_path / "gone" / "history"
    history = open_history(str(gone))
    gone.unlink()
    gone.parent.rmdir()
    assert press(f"x{ENTER}", history) == "x"


@pytest.mark.skipif(os.name != "posix", reason="other systems have other places")
def test_the_history_is_where_the_user_wants_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("AUTODIFF_HISTORY", raising=False)
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    assert history_path() == str(tmp_path / ".local/state/autodiff/history")
    monkeypatch.setenv("XDG_STATE_HOME", "/state")
    assert history_path() == "/state/autodiff/history"
    monkeypatch.setenv("XDG_STATE_HOME", "relative")
    assert history_path() is None
    monkeypatch.setenv("AUTODIFF_HISTORY", "/mine")
    assert history_path() == "/mine"
    monkeypatch.setenv("AUTODIFF_HISTORY", "")
    assert history_path() is None
