"""Runs the tables that Lark computed: a contextual lexer and an LALR(1) parser that calls actions as it goes.

Lark's own runtime would do the same; importing it costs a quarter of the time that a whole small run takes.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from .tables import Tables

_END = "$END"
_OPERAND = "NAME"  # the terminal that can begin every operand


class ParserError(Exception):
    """The text cannot go on as it does at `offset`, the length of the text where it ends too early."""

    def __init__(self, offset: int) -> None:
        super().__init__(offset)
        self.offset = offset


class Token(str):
    """A piece of the text with its place and the name of its terminal."""

    __slots__ = ("end_pos", "start_pos", "type")

    type: str
    start_pos: int
    end_pos: int

    @property
    def value(self) -> str:
        """The text as a plain string."""
        return str(self)


class Parser:
    """A parser for the language of `tables`.

    `actions` has a method for each rule's action, called with the list of its children, and for those terminals that
    are to become something else than a token.
    """

    def __init__(self, tables: Tables, actions: object) -> None:
        self.states = tables["states"]
        self.end = tables["end"]
        self.rules: list[tuple[str, int, Callable[[list[Any]], Any]]] = [
            (origin, size, getattr(actions, action, list)) for origin, size, action in tables["rules"]
        ]
        self.makers = {name: getattr(actions, name, None) for name, _ in tables["terminals"]}
        self.terminals = tables["terminals"]
        self.ignored = frozenset(tables["ignore"])
        # Scanners, compiled when they are first needed: for states where an operand may begin, and for the others. In
        # neither do two terminals match the same text, so that a scanner for each state would say the same.
        self.begins_operand = [_OPERAND in actions for actions in self.states]
        self.scanners: dict[bool, list[Any]] = {True: [None, None], False: [None, None]}

    def parse(self, text: str) -> Any:
        """Return what the actions made of the text. ParserError: it is not in the language."""
        states = [0]
        values: list[Any] = []
        table, rules, makers, ignored = self.states, self.rules, self.makers, self.ignored
        ascii = text.isascii()
        scanners, begins_operand = self.scanners[ascii], self.begins_operand
        position, length = 0, len(text)
        while True:
            while position < length:
                mode = begins_operand[states[-1]]
                scan = scanners[mode] or self._scanner(mode, ascii)
                match = scan(text, position)
                if match is None:
                    raise ParserError(position)
                if match.lastgroup not in ignored:
                    kind = match.lastgroup
                    break
                position = match.end()
            else:
                match = None
                kind = _END
            while True:
                action = table[states[-1]].get(kind)
                if action is None:
                    raise ParserError(position)
                if action >= 0:
                    break
                origin, size, make = rules[-1 - action]
                children = values[len(values) - size :]
                del values[len(values) - size :]
                del states[len(states) - size :]
                states.append(table[states[-1]][origin])
                values.append(make(children))
                if match is None and states[-1] == self.end:
                    return values[-1]
            assert match is not None
            token = Token(match[0])
            token.type = kind
            token.start_pos = position
            token.end_pos = position = match.end()
            states.append(action)
            maker = makers[kind]
            values.append(token if maker is None else maker(token))

    def _scanner(self, mode: bool, ascii: bool) -> Any:
        """What matches the next token, or what is skipped, in states where an operand may begin, or in all others."""
        modes = zip(self.states, self.begins_operand, strict=True)
        expected = self.ignored.union(*(actions for actions, own in modes if own is mode))
        pattern = "|".join(f"(?P<{name}>{regexp})" for name, regexp in self.terminals if name in expected)
        if ascii:
            # A set of characters is compiled in a fraction of the time if all are ASCII; what others match is not here.
            pattern = re.sub(r"[^\x00-\x7f]", r"\\x80", pattern)
        self.scanners[ascii][mode] = re.compile(pattern).match
        return self.scanners[ascii][mode]
