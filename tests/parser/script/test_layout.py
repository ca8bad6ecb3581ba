"""Which lines belong together, and when a person who types them may be done."""

from __future__ import annotations

import pytest
from groups import grouped

from autodiff.parser.script.reading.logical_lines import lay_out
from autodiff.parser.script.reading.reader import is_complete


@grouped(
    "source, lines",
    [
        ("", []),
        ("\n\n", []),
        ("# nothing\n  # here\n", []),
        ("a\nb", [(0, "a"), (0, "b")]),
        ("a # c\n  b  \n\n\tc\n", [(0, "a"), (2, "b"), (8, "c")]),
        ("  \tx\n \t y", [(8, "x"), (9, "y")]),
        ("f(a,\n  b)\nc", [(0, "f(a,   b)"), (0, "c")]),
        ("f(a, # one\n  b)", [(0, "f(a,         b)")]),
        ("[\n(\n)\n]\nx", [(0, "[ ( ) ]"), (0, "x")]),
        ("a + \\\n  b", [(0, "a +     b")]),
        ("'# no comment'", [(0, "'# no comment'")]),
        ("'''a\n b # c'''\nd", [(0, "'''a\n b # c'''"), (0, "d")]),
        ("'(' + \"]\"\nx", [(0, "'(' + \"]\""), (0, "x")]),
        (r"'\'('" + "\nx", [(0, r"'\'('"), (0, "x")]),
        ("'a\\\nb'\nx", [(0, "'a\\\nb'"), (0, "x")]),
        ("a)\nb", [(0, "a)"), (0, "b")]),
    ],
)
def test_a_source_is_split_into_logical_lines(source: str, lines: list[tuple[int, str]]) -> None:
    layout = lay_out(source)
    assert [(line.indent, layout.text[line.start : line.end]) for line in layout.lines] == lines
    assert layout.open_at is None
    # What is blanked leaves all else in its place, so that errors point right.
    assert len(layout.text) == len(source)


@pytest.mark.parametrize(
    ("source", "open_at"), [("f(a,\nb", 1), ("x = [1, (2\n", 4), ("'''abc", 0), ('x = """\n\n', 4), ("f('''", 1)]
)
def test_it_is_known_where_a_bracket_or_text_was_opened_and_never_closed(source: str, open_at: int) -> None:
    assert lay_out(source).open_at == open_at


@grouped(
    "source, complete",
    [
        ("", True),
        ("x = 1", True),
        ("x = (1,", False),
        ("x = (1,\n2)", True),
        ("'''abc", False),
        ("'abc", True),
        ("a + \\", False),
        ("if x:", False),
        ("if x: y", True),
        ("if x: # why", False),
        ("if x:\n    y", False),
        ("if x:\n    y\n", True),
        ("if x:\n    y\nelse:", False),
        ("def f(x):\n    return x\n", True),
        ("def f(x):\n    return (x\n", False),
        ("x[1:", False),
        ("@f", False),
        ("@f\ndef g():\n    pass\n", True),
        ("try:\n    f()\nexcept:", False),
        ("lambda:", False),
        ("f'{x:", True),
        ("x = = 1", True),
    ],
)
def test_an_entry_is_complete_when_no_bracket_and_no_block_is_open(source: str, complete: bool) -> None:
    assert is_complete(source) is complete
