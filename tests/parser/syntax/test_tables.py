"""The tables that come with the grammars: current, and read as Lark itself reads them."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from effort import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from lark import Lark, UnexpectedCharacters, UnexpectedToken
from lark.exceptions import VisitError

from autodiff.parser.syntax import tables
from autodiff.parser.syntax.actions import Actions
from autodiff.parser.syntax.errors import ExpressionError
from autodiff.parser.syntax.lalr import Parser, ParserError
from autodiff.parser.syntax.parse import GRAMMAR

ROOT = Path(__file__).parents[3]
SOURCE = "x = sin(a[1:2, ...]) ** -2; y if c else f(k=(1, 2))"
SOURCES = [
    SOURCE,
    "f(x, y) = x*y + [1, 2][0]\n-f(2, k=3)**2 < 4 and not a.b(c).d",
    "torch.sin(x)²·π − √(2) ÷ 3",  # noqa: RUF001
    "a if b else c if d else e",
    "[[1, 2,], [x[..., None, ::2]]]",
]


@pytest.fixture
def edited(tmp_path: Path) -> Path:
    """A copy of the grammar of expressions, in which a comment has been changed since the tables were made."""
    for path in (Path(GRAMMAR), Path(GRAMMAR).with_suffix(".json")):
        (tmp_path / path.name).write_text(path.read_text("utf-8"), "utf-8")
    path = tmp_path / Path(GRAMMAR).name
    path.write_text(path.read_text("utf-8") + "// edited\n", "utf-8")
    return path


@pytest.mark.parametrize("path", sorted(ROOT.glob("parser/**/*.lark")), ids=lambda path: path.parent.name)
def test_the_tables_of_a_grammar_are_those_that_lark_computes_from_it(path: Path) -> None:
    kept = path.with_suffix(".json").read_text("utf-8")
    computed = tables.tables_of(path.read_text("utf-8"))
    assert json.loads(kept) == json.loads(json.dumps(computed)), "run `make tables`"


@pytest.fixture(scope="module")
def lark() -> Lark:
    """Lark's own parser of expressions, whose lexer tries in each state what that state expects."""
    grammar = Path(GRAMMAR).read_text("utf-8")
    return Lark(grammar, parser="lalr", lexer="contextual", maybe_placeholders=False, transformer=Actions())


@pytest.mark.parametrize("source", SOURCES)
def test_the_parser_makes_of_a_text_what_larks_own_makes_of_it(lark: Lark, source: str) -> None:
    assert Parser(tables.load_tables(GRAMMAR), Actions()).parse(source) == lark.parse(source)


PIECES = [
    "x",
    "sin",
    "np.pi",
    "2",
    ".5",
    "1.",
    "(",
    ")",
    "[",
    "]",
    ",",
    ":",
    ";",
    ".",
    "...",
    "+",
    "-",
    "**",
    "=",
    "==",
]
PIECES += ["<=", "!", "not", "and", "if", "else", "\n", " ", "'a'", "²", "√", "π", "True", "x2", "&"]


@given(st.lists(st.sampled_from(PIECES), max_size=8).map("".join))
@settings(max_examples=examples(300), deadline=None)
def test_the_parser_fails_where_larks_own_fails(lark: Lark, text: str) -> None:
    parser = Parser(tables.load_tables(GRAMMAR), Actions())
    try:
        expected = lark.parse(text)
    except UnexpectedToken as error:
        expected = len(text) if error.token.type == "$END" else error.pos_in_stream
    except UnexpectedCharacters as error:
        expected = error.pos_in_stream
    except (ExpressionError, VisitError):
        return  # of an action
    try:
        found = parser.parse(text)
    except ParserError as error:
        found = error.offset
    assert found == expected


def test_a_grammar_that_has_been_edited_works_at_once(edited: Path) -> None:
    kept = json.loads(edited.with_suffix(".json").read_text("utf-8"))
    loaded = tables.load_tables(str(edited))
    assert loaded["grammar"] != kept["grammar"]
    assert Parser(loaded, Actions()).parse(SOURCE) == Parser(kept, Actions()).parse(SOURCE)


def test_the_command_writes_the_tables_of_the_grammars_it_is_given(edited: Path) -> None:
    subprocess.run([sys.executable, "-m", "autodiff.parser.syntax.tables", str(edited)], check=True)
    kept = json.loads(edited.with_suffix(".json").read_text("utf-8"))
    assert kept == json.loads(json.dumps(tables.tables_of(edited.read_text("utf-8"))))
