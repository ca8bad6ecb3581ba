"""Source text to syntax tree: limits, the parser, and the memory of earlier results."""

from __future__ import annotations

import os
from functools import cache, lru_cache
from typing import Any

from .actions import Actions
from .errors import ExpressionError
from .lalr import Parser, ParserError
from .layout import DEEPEST, LONGEST, blanked, check_size
from .records import Program
from .tables import load_tables

GRAMMAR = os.path.join(os.path.dirname(__file__), "grammar.lark")
_MAX_REMEMBERED = 10_000  # characters, whose tree takes a megabyte


def parse(source: str, *, max_length: int = LONGEST, max_depth: int = DEEPEST) -> Program:
    """Return the syntax tree of a program: statements separated by newlines or `;`.

    The last results are kept, so that parsing the same text again costs nothing unless it is long.

    Raises ExpressionError, of kind "limit" for a text longer than `max_length` characters or with
    brackets nested deeper than `max_depth`, and of kind "syntax" for anything outside the language.
    """
    check_size(source, max_length, max_depth)
    return parse_again(source)


def parse_again(source: str) -> Program:
    """The tree of a text that was parsed before, within whatever limits held then."""
    return _parse(source) if len(source) > _MAX_REMEMBERED else _remembered(source)


def _parse(source: str) -> Program:
    text = blanked(source)
    try:
        statements: Any = _parser().parse(text)
    except ParserError as error:
        from .explain import explain

        explanation = explain(error.offset, source, text)
    except ExpressionError as error:
        from .explain import with_what_is_meant

        error.source = source
        raise with_what_is_meant(error) from None
    else:
        return Program(source, tuple(statements))
    # Raised out here, so that the exception does not hold on to the parser's state.
    raise explanation


_remembered = lru_cache(maxsize=64)(_parse)


@cache
def _parser() -> Parser:
    return Parser(load_tables(GRAMMAR), Actions())
