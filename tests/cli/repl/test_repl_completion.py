"""What the prompt completes, and that nothing runs for it."""

from __future__ import annotations

from keyword import iskeyword
from pathlib import Path

import pytest

from autodiff.cli.repl import completing
from autodiff.cli.repl.completing import completions
from autodiff.engine import FUNCTIONS
from autodiff.parser.script.reading.reader import parse
from autodiff.parser.script.session import Session


@pytest.fixture
def session() -> Session:
    session = Session(lambda text: None)
    session.run("alpha = torch.tensor(1.0, requires_grad=True)\nalpine, text = 3, 'abc'\nbeta = alpha * 2")
    return session


@pytest.mark.parametrize(
    ("text", "word", "candidates"),
    [
        ("alp", "alp", ["alpha", "alpine"]),
        ("f(1, alph", "alph", ["alpha"]),
        ("x = alpha + alpi", "alpi", ["alpine"]),
        ("whi", "whi", ["while"]),
        ("def f(x):\n    retu", "retu", ["return"]),
        ("torch.arctan", "arctan", ["arctan", "arctan2", "arctan_", "arctand", "arctanh", "arctanh_"]),
        ("arctan", "arctan", ["arctan", "arctan2", "arctan_", "arctand", "arctanh", "arctanh_"]),
        ("torch.nn.functional.cross", "cross", ["cross_entropy"]),
        ("torch.autograd.gradch", "gradch", ["gradcheck"]),
        ("alpha.requires_", "requires_", ["requires_grad", "requires_grad_"]),
        ("alpha.grad.is_le", "is_le", ["is_leaf"]),
        ("alpha.T.data.is_le", "is_le", ["is_leaf"]),
        ("alpha._ver", "_ver", ["_version"]),
        ("text.start", "start", ["startswith"]),
        ("beta.grad_fn.", "", []),
        ("nonesuch.a", "a", []),
        ("f(x).me", "me", []),
        ("(alpha).gr", "gr", []),
        ("3.al", "al", []),
        ("2al", "al", []),
        ("alpha.numpy.", "", []),
        ("alpha.nump", "nump", []),
        ("alphaé", "alphaé", []),
        (":tr", ":tr", [":trace"]),
        (":", ":", [":check", ":diff", ":graph", ":help", ":load", ":quit", ":save", ":time", ":trace", ":vars"]),
        (":graph alp", "alp", ["alpha", "alpine"]),
        (":trace torch.arctan", "arctan", ["arctan", "arctan2", "arctan_", "arctand", "arctanh", "arctanh_"]),
        (":help arctan", "arctan", ["arctan", "arctan2", "arctand", "arctanh"]),
        (":help :v", ":v", [":vars"]),
    ],
)
def test_a_word_is_completed(session: Session, text: str, word: str, candidates: list[str]) -> None:
    assert completions(session, text) == (word, candidates)


def test_names_with_underscores_are_offered_only_where_one_is_typed(session: Session) -> None:
    for text in ("", "torch.", "alpha."):
        _, names = completions(session, text)
        assert len(names) > 100
        assert not [name for name in names if name.startswith("_")]
    assert {name for name in FUNCTIONS if not name.startswith("_")} <= {*completions(session, "torch.")[1]}


def test_a_warning_or_an_effect_of_an_attribute_is_not_called_up(session: Session) -> None:
    # Asking a result for its gradient warns, which is an error in tests.
    assert "backward" in completions(session, "beta.grad.")[1]


def test_every_word_of_the_language_is_offered(session: Session) -> None:
    _, names = completions(session, "")
    words = {name for name in names if iskeyword(name)}
    assert words == {*completing._KEYWORDS}
    parse(
        "from torch import nn as n\nimport torch\ndef f(x):\n    return lambda: None\n"
        "while True:\n    if not 1 in (2,) and 3 is 4 or False:\n        break\n    elif 5: continue\n    else: pass\n"
        "for i in (): pass\nwith torch.no_grad(): assert 1\n"
    )


def test_files_are_completed_with_folders_marked(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "lessons").mkdir()
    (tmp_path / "lesson[1].py").touch()
    (tmp_path / "lessons" / "two.py").touch()
    assert completions(session, ":save less") == ("less", ["lesson[1].py", "lessons/"])
    assert completions(session, ":save lesson[") == ("lesson[", ["lesson[1].py"])
    assert completions(session, ":save lessons/t") == ("lessons/t", ["lessons/two.py"])
    assert completions(session, f":save {tmp_path}/lessons/") == (
        f"{tmp_path}/lessons/",
        [f"{tmp_path}/lessons/two.py"],
    )
    assert completions(session, ":save ~/less") == ("~/less", ["~/lesson[1].py", "~/lessons/"])
    assert completions(session, ":save nowhere/") == ("nowhere/", [])
