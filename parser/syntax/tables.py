"""The LALR tables of a grammar: Lark computes them, `make tables` keeps them beside it, and the parser runs on them.

Importing Lark and computing tables takes longer than all else that a small run does. So the tables come with the
grammar, in JSON, and Lark is needed only for a grammar that has been edited since they were made.
"""

from __future__ import annotations

import json
import sys
from typing import Any, TypedDict


class Tables(TypedDict):
    """What `lalr.Parser` runs on, and the text of the grammar that it is made from.

    `terminals`: name and regular expression, in the order they are tried. `ignore`: the terminals that are skipped.
    `rules`: for each, the symbol it makes, how many children it takes, and the name of its action. `states`: for each,
    what to do on a symbol: go to a state, or (-1 - n) apply rule n. The first state is 0, the last is `end`.
    """

    grammar: str
    terminals: list[tuple[str, str]]
    ignore: list[str]
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
    return {
        "grammar": grammar,
        "terminals": [(t.name, t.pattern.to_regexp()) for t in lexer.root_lexer.terminals],
        "ignore": list(lexer.root_lexer.ignore_types),
        "rules": [(rule.origin.name, len(rule.expansion), rule.alias or rule.origin.name) for rule in rules],
        "states": states,
        "end": numbers[table.end_states["start"]],
    }


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
