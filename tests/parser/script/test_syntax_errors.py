"""What is outside the language is refused with the place, the reason and what to do: syntax_errors.txt.

Each entry there is a script with its error between ⟦ and ⟧, below it the message behind `!` and the help behind `=`.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from groups import grouped

from autodiff.parser.script.compiling.compile import compile_script
from autodiff.parser.script.reading.reader import parse
from autodiff.parser.syntax.errors import ExpressionError

ENTRIES = (Path(__file__).parent / "syntax_errors.txt").read_text().removesuffix("\n").split("\n\n")


@grouped("entry", ENTRIES)
def test_a_syntax_error_has_its_place_and_its_words(entry: str) -> None:
    script, _, words = entry.partition("\n! ")
    message, _, help = words.partition("\n= ")
    with pytest.raises(ExpressionError) as caught:
        compile_script(parse(script.replace("⟦", "").replace("⟧", "")))
    error = caught.value
    place = (script.index("⟦"), script.index("⟧") - 1)
    assert error.kind == "syntax"
    assert ((error.start, error.end), error.message, error.help) == (place, message, help or None)
