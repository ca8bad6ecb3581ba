"""A parser's tables, which Lark computes from a grammar, kept in the user's cache directory.

Importing Lark and computing the LALR tables takes longer than anything else at start-up, so both happen once, and the
tables are kept in a file. The file is JSON, which cannot run code when it is loaded. It is only an optimisation:
whatever is wrong with it or its directory, the tables are computed from the grammar instead.
"""

from __future__ import annotations

import json
import os
import stat
import sys
from typing import Any, TypedDict

from .folders import user_path

_FORMAT = 2
_VARIABLE = "AUTODIFF_CACHE_DIR"
_MAX_SIZE = 10_000_000


class Tables(TypedDict):
    """What `driver.Parser` runs on.

    `terminals`: name and regular expression, in the order they are tried. `ignore`: the terminals that are skipped.
    `rules`: for each, the symbol it makes, how many children it takes, and the name of its action. `states`: for each,
    what to do on a symbol: go to a state, or (-1 - n) apply rule n. `start`, `end`: the first and the last state.
    """

    terminals: list[list[str]]
    ignore: list[str]
    rules: list[list[Any]]
    states: list[dict[str, int]]
    start: int
    end: int


def load_tables(source: str, start: str) -> Tables:
    """Return the tables of the grammar in the file `source` for the symbol `start`, from the cache or computed."""
    with open(source, encoding="utf-8") as file:
        grammar = file.read()
    path = _cache_path(grammar)
    if path is None:
        return _build(grammar, start)
    try:
        return _read(path)
    except Exception:  # the cache is never a reason to fail, whatever its state
        tables = _build(grammar, start)
        _save(tables, path)
        return tables


def _build(grammar: str, start: str) -> Tables:
    """Compute the tables from the grammar."""
    from lark import Lark
    from lark.parsers.lalr_analysis import Shift

    lark = Lark(grammar, start=start, parser="lalr", lexer="contextual", maybe_placeholders=False)
    lexer: Any = lark.parser.lexer
    table: Any = lark.parser.parser._parse_table
    rules: list[Any] = [
        action[1] for state in table.states.values() for action in state.values() if action[0] is not Shift
    ]
    rules = list(dict.fromkeys(rules))
    numbers = {rule: -1 - i for i, rule in enumerate(rules)}
    names = {state: i for i, state in enumerate(table.states)}
    return {
        "terminals": [[t.name, t.pattern.to_regexp()] for t in lexer.root_lexer.terminals],
        "ignore": list(lexer.root_lexer.ignore_types),
        "rules": [[rule.origin.name, len(rule.expansion), rule.alias or rule.origin.name] for rule in rules],
        "states": [
            {symbol: names[arg] if action is Shift else numbers[arg] for symbol, (action, arg) in state.items()}
            for state in table.states.values()
        ],
        "start": names[table.start_states[start]],
        "end": names[table.end_states[start]],
    }


def _cache_dir() -> str | None:
    """Return the directory for cached files, or None if there is to be no cache."""
    return user_path(_VARIABLE, "~/Library/Caches", "XDG_CACHE_HOME", "~/.cache")


def _cache_path(grammar: str) -> str | None:
    directory = _cache_dir()
    if directory is None:
        return None
    key = _digest("\0".join((str(_FORMAT), _lark_version(), sys.version, grammar)))
    return os.path.join(directory, f"grammar-{key}.json")


def _lark_version() -> str:
    """Return the version of Lark as its source states it, without importing it."""
    from importlib.util import find_spec

    spec = find_spec("lark")
    if spec is None or spec.origin is None:
        return ""
    with open(spec.origin, encoding="utf-8") as file:
        return next((line for line in file if line.startswith("__version__")), "")


def _digest(text: str) -> str:
    from hashlib import sha256

    return sha256(text.encode()).hexdigest()


def _read(path: str) -> Tables:
    """Return the tables in the file.

    Raises OSError or ValueError for a file that is missing, damaged or not the user's own.
    """
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
    with open(descriptor, encoding="utf-8") as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or status.st_size > _MAX_SIZE:
            raise ValueError("not a cache file")
        if os.name == "posix" and (status.st_uid != os.geteuid() or status.st_mode & 0o022):
            raise ValueError("the cache file is not private")
        content = json.load(file)
    tables = content["tables"]
    if content["key"] != os.path.basename(path) or content["digest"] != _digest(tables):
        raise ValueError("the cache file is damaged")
    loaded = json.loads(tables)
    if loaded.keys() != Tables.__annotations__.keys():
        raise ValueError("the cache file has other tables")
    return loaded


def _save(tables: Tables, path: str) -> None:
    """Write the tables to the file, or do nothing where that is not possible."""
    temporary = None
    try:
        text = json.dumps(tables, separators=(",", ":"))
        content = {"key": os.path.basename(path), "digest": _digest(text), "tables": text}
        directory = os.path.dirname(path)
        os.makedirs(directory, mode=0o700, exist_ok=True)
        import tempfile

        descriptor, temporary = tempfile.mkstemp(dir=directory)  # created with mode 0600
        with open(descriptor, "w", encoding="utf-8") as file:
            json.dump(content, file)
        os.replace(temporary, path)
    except Exception:  # a read-only file system, a full disk, ...
        if temporary is not None:
            _remove(temporary)


def _remove(path: str) -> None:
    try:
        os.remove(path)
    except OSError:
        return
