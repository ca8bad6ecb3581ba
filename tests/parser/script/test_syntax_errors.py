"""What is outside the language is refused with the place, the reason and what to do: syntax_errors.txt.

Each entry there is a script with its error between ⟦ and ⟧, below it the message behind `!` and the help behind `=`.
An entry without a message is one that Python has words for: ours are those.
"""

from __future__ import annotations

import ast
import warnings
from pathlib import Path

import pytest
from groups import grouped

from autodiff.parser.script.reading.language import checked
from autodiff.parser.script.reading.reader import parse
from autodiff.parser.syntax.errors import ExpressionError
from autodiff.parser.syntax.wording import in_our_form

ENTRIES = (Path(__file__).parent / "syntax_errors.txt").read_text().removesuffix("\n").split("\n\n")


def said_by_python(source: str) -> str:
    """What this version of Python says of a script, more than that the syntax is invalid."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(source)
    except SyntaxError as error:
        return "" if error.msg == "invalid syntax" else error.msg
    return ""


@grouped("entry", ENTRIES)
def test_a_syntax_error_has_its_place_and_its_words(entry: str) -> None:
    script, _, words = entry.partition("\n!")
    message, _, help = (part.strip() for part in words.partition("\n= "))
    source = script.replace("⟦", "").replace("⟧", "")
    with pytest.raises(ExpressionError) as caught:
        checked(parse(source))
    error = caught.value
    assert error.kind == "syntax"
    said = said_by_python(source)
    if said:
        assert error.message == in_our_form(said.partition(". ")[0])
        assert 0 <= error.start <= error.end <= len(source)
        if not message:
            assert error.help is not None or not help
        return
    place = (script.index("⟦"), script.index("⟧") - 1)
    assert ((error.start, error.end), error.message, error.help) == (place, message, help or None)
