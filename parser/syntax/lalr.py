"""Runs the tables that Lark computed: a contextual lexer and an LALR(1) parser that calls actions as it goes.

Lark's own runtime would do the same; importing it costs a quarter of the time that a whole small run takes.
"""

from __future__ import annotations

import re
from typing import Any

from .tables import Tables

_END = "$END"
_OTHER = "no_token"
_OPERAND = "NAME"  # the terminal that can begin every operand


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
    are to become something else than a token. A rule with the action `single` stands for its one child, one with the
    action `first` for a list of it.
    """

    def __init__(self, tables: Tables, actions: object) -> None:
        self.states = tables["states"]
        self.end = tables["end"]
        made: dict[str, Any] = {"single": None, "first": list}
        self.rules: list[tuple[str, int, Any]] = [
            (origin, size, made.get(action, getattr(actions, action, list))) for origin, size, action in tables["rules"]
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
        states, state = [0], 0
        values: list[Any] = []
        table, rules, makers = self.states, self.rules, self.makers
        ascii = text.isascii()
        scanners, begins_operand = self.scanners[ascii], self.begins_operand
        position = 0
        while True:
            mode = begins_operand[state]
            match = (scanners[mode] or self._scanner(mode, ascii))(text, position)
            kind = match.lastgroup
            position, end = match.span(kind)
            if position == end:
                if kind == _OTHER:
                    raise ParserError(position)
                kind = _END
            while True:
                action = table[state].get(kind)
                if action is None:
                    raise ParserError(position)
                if action >= 0:
                    break
                origin, size, make = rules[-1 - action]
                # Most rules have one child: without their own case, an expression takes 1.2 times as long.
                if size == 1:
                    if make is list:
                        values[-1] = [values[-1]]
                    elif make is not None:
                        values[-1] = make(values[-1:])
                    states[-1] = state = table[states[-2]][origin]
                else:
                    children = values[-size:]
                    del values[-size:], states[-size:]
                    values.append(make(children))
                    state = table[states[-1]][origin]
                    states.append(state)
                if kind == _END and state == self.end:
                    return values[-1]
            token = Token()
            token.value, token.start_pos, token.end_pos = text[position:end], position, end
            position = end
            state = action
            states.append(action)
            maker = makers[kind]
            values.append(token if maker is None else maker(token))

    def _scanner(self, mode: bool, ascii: bool) -> Any:
        """What matches the next token behind what is skipped, in states where an operand may begin, or in all others.

        It matches nothing at the end of the text, and as `_OTHER` where there is no token.
        """
        modes = zip(self.states, self.begins_operand, strict=True)
        expected = set[str]().union(*(actions for actions, own in modes if own is mode))
        ignored = "|".join(f"(?:{regexp})" for name, regexp in self.terminals if name in self.ignored)
        tokens = [f"(?P<{name}>{regexp})" for name, regexp in self.terminals if name in expected - self.ignored]
        tokens += [r"(?P<end_of_text>\Z)", f"(?P<{_OTHER}>)"]
        pattern = f"(?:{ignored})*(?:{'|'.join(tokens)})"
        if ascii:
            # A set of characters is compiled in a fraction of the time if all are ASCII; what others match is not here.
            pattern = re.sub(r"[^\x00-\x7f]", r"\\x80", pattern)
        self.scanners[ascii][mode] = re.compile(pattern).match
        return self.scanners[ascii][mode]
