"""The LALR tables of a grammar: Lark computes them, `make tables` keeps them beside it, and the parser runs on them.

Importing Lark and computing tables takes longer than all else that a small run does. So the tables come with the
grammar, in JSON, and Lark is needed only for a grammar that has been edited since they were made.
"""

from __future__ import annotations

import json
import re
import string
import sys
from itertools import product
from typing import Any, TypedDict


class Tables(TypedDict):
    """What `lalr.Parser` runs on, and the text of the grammar that it is made from.

    `terminals`: name and regular expression, in the order they are tried. `ignore`: the terminals that are skipped.
    `kinds`: which terminal a text of a character or two is, so that a small run need not compile all their expressions.
    `rules`: for each, the symbol it makes, how many children it takes, and the name of its action. `states`: for each,
    what to do on a symbol: go to a state, or (-1 - n) apply rule n. The first state is 0, the last is `end`. Rules with
    the action `single`, which stand for their one child, are never applied: where they would be, states go further.
    """

    grammar: str
    terminals: list[tuple[str, str]]
    ignore: list[str]
    kinds: dict[str, str]
    rules: list[tuple[str, int, str]]
    states: list[dict[str, int]]
    end: int


def load_tables(path: str) -> Tables:
    """The tables of the grammar in a file `name.lark`: those in `name.json`, or computed where the text is another."""
    with open(path, encoding="utf-8") as file:
        grammar = file.read()
    with open(_kept(path), encoding="utf-8") as file:
        tables: Tables = json.load(file)
    return tables if tables["grammar"] == grammar else tables_of(grammar)


def tables_of(grammar: str) -> Tables:
    """Compute the tables of a grammar, whose first symbol is `start`. States and rules are numbered as they are met."""
    from lark import Lark
    from lark.parsers.lalr_analysis import Shift

    lark = Lark(grammar, parser="lalr", lexer="contextual", maybe_placeholders=False)
    lexer: Any = lark.parser.lexer
    table: Any = lark.parser.parser._parse_table
    reached = [table.start_states["start"]]
    numbers = {reached[0]: 0}
    rules: dict[Any, int] = {}
    states: list[dict[str, int]] = []
    for state in reached:
        actions: dict[str, int] = {}
        for symbol, (action, argument) in sorted(table.states[state].items()):
            if action is not Shift:
                actions[symbol] = -1 - rules.setdefault(argument, len(rules))
                continue
            if argument not in numbers:
                numbers[argument] = len(reached)
                reached.append(argument)
            actions[symbol] = numbers[argument]
        states.append(actions)
    made = [(rule.origin.name, len(rule.expansion), rule.alias or rule.origin.name) for rule in rules]
    terminals = [(t.name, t.pattern.to_regexp()) for t in lexer.root_lexer.terminals]
    return {
        "grammar": grammar,
        "terminals": terminals,
        "ignore": list(lexer.root_lexer.ignore_types),
        "kinds": _kinds(terminals),
        "rules": made,
        "states": _without_singles(states, made),
        "end": numbers[table.end_states["start"]],
    }


def _without_singles(states: list[dict[str, int]], rules: list[tuple[str, int, str]]) -> list[dict[str, int]]:
    """The states, and more, that take a parser where it would come by rules that stand for their one child.

    Without them a third of all steps are such rules.
    """
    singles = {-1 - n: origin for n, (origin, _, action) in enumerate(rules) if action == "single"}
    found = [dict(actions) for actions in states]
    for before, actions in enumerate(states):
        for symbol, state in actions.items():
            if not singles.keys() & states[state].values() or state < 0:
                continue
            further: dict[str, int] = {}
            for following, action in states[state].items():
                while action in singles:
                    action = states[actions[singles[action]]].get(following)
                if action is not None:
                    further[following] = action
            if further not in found:
                found.append(further)
            found[before][symbol] = found.index(further)
    return found


def _kinds(terminals: list[tuple[str, str]]) -> dict[str, str]:
    """Which terminals the texts of a character, or of two signs, are that begin with no point."""
    texts = [*string.printable, *map("".join, product(string.punctuation, repeat=2))]
    found = {text: name for name, regexp in reversed(terminals) for text in texts if re.fullmatch(regexp, text)}
    return {text: found[text] for text in texts if text in found and text[0] != "."}


def _kept(path: str) -> str:
    return path.removesuffix(".lark") + ".json"


def write_tables(path: str) -> None:
    """Write the tables of the grammar in a file beside it, a line for each state."""
    with open(path, encoding="utf-8") as file:
        tables = tables_of(file.read())
    parts = [f"{json.dumps(key)}:{_lines(value)}" for key, value in tables.items()]
    with open(_kept(path), "w", encoding="utf-8") as file:
        file.write("{" + ",\n".join(parts) + "}\n")


def _lines(value: Any) -> str:
    """The value in JSON, with a line for each element of a list."""
    if not isinstance(value, list):
        return json.dumps(value, ensure_ascii=False)
    return "[" + ",\n".join(json.dumps(item, ensure_ascii=False, separators=(",", ":")) for item in value) + "]"


if __name__ == "__main__":
    for argument in sys.argv[1:]:
        write_tables(argument)
