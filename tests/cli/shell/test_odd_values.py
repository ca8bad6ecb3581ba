"""What nobody means is refused in words: variables without elements, infinite ones, deviations of other shapes."""

from __future__ import annotations

from pathlib import Path

import pytest
from groups import grouped

ODD = [
    (["propagate", "x > 1", "t.csv", "--sigma", "x=y"], 5, "has no derivative by `x`"),
    (["propagate", "x = 1", "t.csv", "--sigma", "x=0.1"], 2, "the expression has no variables"),
    (["propagate", "x", "j.jsonl", "--sigma", "x=y"], 2, "the deviation of `x` has 2 numbers, and `x` has 1"),
    (["check", "x**2", "--x", "1e400"], 2, "`x` is not finite"),
    (["check", "softmax(x, 0)", "--x", "[]"], 0, ""),
    (["check", "a*x + b", "--b", "1", "--a", "[]"], 0, ""),
    (["trace", "k*x", "--x", "1", "--k", "[]"], 0, ""),
    (["solve", "x = 1", "--x", "[]"], 2, "`x` has no elements"),
    (["minimize", "sum(x)", "--x", "[]"], 2, "`x` has no elements"),
    (["diff", "[x, 2*x]", "--with-value"], 0, "the value has 2 elements"),
]


@grouped("words, code, text", ODD)
def test_odd_values_end_in_words(
    autodiff, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], code: int, text: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "t.csv").write_text("x,y\n1,2\n2,4\n")
    (tmp_path / "j.jsonl").write_text('{"x": 1, "y": [1, 2]}\n')
    result = autodiff(*words)
    assert result.code == code
    assert text in result.err
