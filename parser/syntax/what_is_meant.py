"""What people mean by what they type: the words of `words.txt` for a wrong name or text, read when there is one."""

from __future__ import annotations

import os
import re
from collections.abc import Container, Sequence
from functools import cache
from typing import NamedTuple

_FILE = os.path.join(os.path.dirname(__file__), "words.txt")
_OPERAND = r"(?:[^\W\d]\w*(?:\([^()]*\)|\[[^][]*\])?|\d[\d.]*|\((?:[^()]|\([^()]*\))*\))"
_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
# Characters on both sides of an error's place in which a text is looked for.
_AROUND = 120
_DIGITS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")


class _Words(NamedTuple):
    """The table: regular expressions with their help, and by name, for each of the other sections."""

    texts: list[tuple[str, str]]
    names: dict[str, dict[str, str]]


# Python's own are too few for all of them.
_compiled = cache(re.compile)


@cache
def _words() -> _Words:
    texts: list[tuple[str, str]] = []
    names: dict[str, dict[str, str]] = {}
    section = ""
    with open(_FILE, encoding="utf-8") as file:
        for line in file.read().splitlines():
            if not line or line.startswith("#"):
                continue
            if re.fullmatch(r"\[[a-z]+\]", line):
                section = line[1:-1]
                names[section] = {}
            elif section == "texts":
                pattern, help = line.rsplit(" => ", 1)
                texts.append((pattern.replace("OPERAND", _OPERAND).replace("NUMBER", _NUMBER), help))
            else:
                typed, meant = line.split(" = " if section in ("functions", "constants") else " => ", 1)
                names[section].update((name, meant) for name in typed.split(", "))
    return _Words(texts, names)


def meant_by_text(source: str, start: int, end: int, functions: Container[str]) -> str | None:
    """The help for a text that is wrong at a place, if the table has what it is like; `functions` are known by name."""
    first, last = max(0, start - _AROUND), min(len(source), end + _AROUND, start + 2 * _AROUND)
    for expression, help in _words().texts:
        pattern = _compiled(expression)
        if "call" in pattern.groupindex:
            matches = filter(None, [pattern.match(source, start, last)])
        else:
            matches = pattern.finditer(source, first, last)
        for match in matches:
            groups = match.groupdict()
            # What ends where the text is cut off may go on there.
            misses = match.start() > end or match.end() < start or match.end() == last < len(source)
            known = groups.get("fn", "sin") in functions and other_name(groups.get("other", "tg")) is not None
            if not misses and known:
                return help.format(**{name: _shown(name, text or "") for name, text in groups.items()})
    return None


def _shown(group: str, text: str) -> str:
    """What a group of a regular expression matched, as the help shows it."""
    text = text.strip()
    if group == "x" and re.fullmatch(r"\((?:[^()]|\([^()]*\))*\)", text):
        return text[1:-1].strip()
    if group == "whole":
        return str(int(text, 0))
    if group == "numbers":
        return ", ".join(re.findall(_NUMBER, text))
    if group == "rows":
        rows = [re.split(r"[\s,]+", row.strip(" ,")) for row in text.split(";")]
        return ", ".join([f"[{', '.join(row)}]" for row in rows])
    if group == "grouped":
        return "".join(re.findall(r"[-+.\d]", text))
    if group == "other":
        return other_name(text) or text
    return text.translate(_DIGITS) if group == "digits" else text


def meant_by_call(name: str, arguments: Sequence[str], functions: Container[str]) -> str | None:
    """The help for the call of a function that there is not; `arguments` as they are written."""
    names = _words().names
    written = ", ".join(arguments)
    if name not in names["calls"]:
        name = name if name in names["functions"] or name.lower() not in names["functions"] else name.lower()
    other = names["functions"].get(name)
    if other is not None:
        return f"write `{other}({written})`" if other in functions else None
    if name in names["calls"]:
        return names["calls"][name].format(args=written, first=arguments[0] if arguments else "x")
    # Digits or a letter stuck to a function: a product without its sign.
    for cut in (1, 2):
        if name[cut:] in functions and len(name) > cut + 2:
            return f"write `{name[:cut]}*{name[cut:]}({written})`"
    return None


def other_name(name: str) -> str | None:
    """What a function is called here that has this name elsewhere."""
    return _words().names["functions"].get(name)


def other_constant(name: str) -> str | None:
    """What a constant is called here that has this name elsewhere."""
    return _words().names["constants"].get(name)


def meant_by_word(section: str, name: str) -> str | None:
    """The help for a name in a script, or for an option: `script` or `options`."""
    help = _words().names[section].get(name)
    return None if help is None else help.format(name=name)
