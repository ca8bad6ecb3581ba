"""Runs the tables that Lark computed: a contextual lexer and an LALR(1) parser that calls actions as it goes.

Lark's own runtime would do the same; importing it costs a quarter of the time that a whole small run takes.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any

from .tables import Tables

_END = "$END"
_POINT = "."
_MOST_KINDS = 4096


class ParserError(Exception):
    """The text cannot go on as it does at `offset`, the length of the text where it ends too early."""

    def __init__(self, offset: int) -> None:
        super().__init__(offset)
        self.offset = offset


class Token:
    """A piece of the text with its place."""

    __slots__ = ("end_pos", "start_pos", "value")

    value: str
    start_pos: int
    end_pos: int


class Parser:
    """A parser for the language of `tables`.

    `actions` has a method for each rule's action, called with the list of its children, and for those terminals that
    are to become something else than a token. A rule with the action `first` stands for a list of its one child.
    """

    def __init__(self, tables: Tables, actions: object) -> None:
        self.states = tables["states"]
        self.end = tables["end"]
        made: dict[str, Any] = {"first": list}
        self.rules: list[tuple[str, int, Any]] = [
            (origin, size, made.get(action, getattr(actions, action, list))) for origin, size, action in tables["rules"]
        ]
        self.makers = {name: getattr(actions, name, None) for name, _ in tables["terminals"]}
        self.terminals = tables["terminals"]
        self.ignored = frozenset(tables["ignore"])
        # What terminal a piece of text is, as far as that was asked.
        self.kinds: dict[str, str] = {"": _END, **tables["kinds"]}
        self.lexemes = cache(self._lexemes)

    def parse(self, text: str) -> Any:
        """Return what the actions made of the text. ParserError: it is not in the language."""
        states, state = [0], 0
        values: list[Any] = []
        table, rules, makers, kinds, ignored = self.states, self.rules, self.makers, self.kinds, self.ignored
        cut = self.lexemes(text.isascii())
        pieces = iter(cut(text))
        end = 0
        while True:
            piece = next(pieces, "")
            position, end = end, end + len(piece)
            kind = kinds.get(piece)
            if kind is None:
                kind, found = self._kind(text, position, state)
                if found != end:
                    end, piece, pieces = found, text[position:found], iter(cut(text, found))
                elif piece[0] != _POINT and len(kinds) < _MOST_KINDS:
                    kinds[piece] = kind
            if kind in ignored:
                continue
            # No action leads back to the first state.
            action = table[state].get(kind, 0)
            while action <= 0:
                if not action:
                    raise ParserError(position)
                origin, size, make = rules[-1 - action]
                # Many rules have one child: without their own case, an expression takes 1.2 times as long.
                if size == 1:
                    values[-1] = [values[-1]] if make is list else make(values[-1:])
                    states[-1] = state = table[states[-2]][origin]
                else:
                    children = values[-size:]
                    del values[-size:], states[-size:]
                    values.append(make(children))
                    state = table[states[-1]][origin]
                    states.append(state)
                if state == self.end and kind == _END:
                    return values[-1]
                action = table[state].get(kind, 0)
            state = action
            states.append(action)
            token = Token()
            token.value, token.start_pos, token.end_pos = piece, position, end
            maker = makers[kind]
            values.append(token if maker is None else maker(token))

    def _kind(self, text: str, position: int, state: int) -> tuple[str, int]:
        """The terminal at a place, in a state that decides where it begins with a point, and where it ends.

        ParserError: there is none.
        """
        for name, regexp in self.terminals:
            if text[position] != _POINT or name in self.states[state]:
                match = re.compile(_simple(regexp) if text.isascii() else regexp).match(text, position)
                if match:
                    return name, match.end()
        raise ParserError(position)

    def _lexemes(self, ascii: bool) -> Callable[..., list[str]]:
        """What cuts a text into tokens, and what is between them.

        But for those that begin with a point, no two terminals match the same text, so that no state need be known.
        """
        pattern = "|".join([*(regexp for _, regexp in self.terminals), r"[\s\S]"])
        return re.compile(_simple(pattern) if ascii else pattern).findall


def _simple(regexp: str) -> str:
    """The expression for text that is ASCII: a set of characters is compiled in a fraction of the time if all are."""
    return re.sub(r"[^\x00-\x7f]", r"\\x80", regexp)
