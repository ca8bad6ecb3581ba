"""The Lark parser, made from tables kept in the user's cache directory.

Computing the LALR tables takes longer than anything else at start-up, so they are kept in a file. The file
is JSON, which cannot run code when it is loaded. It is only an optimisation: whatever is wrong with
it or its directory, the parser is built from the grammar instead.
"""

from __future__ import annotations

import json
import os
import stat
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lark import Lark

_FORMAT = 1
_VARIABLE = "AUTODIFF_CACHE_DIR"
_MAX_SIZE = 10_000_000


def load_parser(transformer: object) -> Lark:
    """Return the parser of the grammar, running the methods of `transformer` as it parses."""
    grammar = _grammar()
    path = _cache_path(grammar)
    if path is None:
        return _build(grammar, transformer)
    try:
        return _restore(_read(path), transformer)
    except Exception:  # the cache is never a reason to fail, whatever its state
        parser = _build(grammar, transformer)
        _save(parser, path)
        return parser


def _grammar() -> str:
    path = os.path.join(os.path.dirname(__file__), "grammar.lark")
    with open(path, encoding="utf-8") as file:
        return file.read()


def _build(grammar: str, transformer: object) -> Lark:
    """Compute the tables from the grammar."""
    from lark import Lark

    options: dict[str, Any] = {
        "start": "program",
        "parser": "lalr",
        "lexer": "contextual",
        "propagate_positions": False,
        "maybe_placeholders": False,
        "transformer": transformer,
    }
    return Lark(grammar, **options)


def _cache_dir() -> str | None:
    """Return the directory for cached files, or None if there is to be no cache."""
    override = os.environ.get(_VARIABLE)
    if override is not None:
        return override or None
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or os.path.expanduser(r"~\AppData\Local")
    elif sys.platform == "darwin":
        base = os.path.expanduser("~/Library/Caches")
    else:
        base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    # Without a home the path stays relative, and nothing is to be written to the working directory.
    return os.path.join(base, "autodiff") if os.path.isabs(base) else None


def _cache_path(grammar: str) -> str | None:
    directory = _cache_dir()
    if directory is None:
        return None
    import lark

    key = _digest("\0".join((str(_FORMAT), lark.__version__, sys.version, grammar)))
    return os.path.join(directory, f"grammar-{key}.json")


def _digest(text: str) -> str:
    from hashlib import sha256

    return sha256(text.encode()).hexdigest()


def _read(path: str) -> dict[str, Any]:
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
    return json.loads(tables)


def _restore(content: dict[str, Any], transformer: object) -> Lark:
    """Make a parser from the tables, with the integer keys that JSON turned into strings."""
    from lark import Lark

    data, memo = content["data"], _integer_keys(content["memo"])
    table = data["parser"]["parser"]
    table["tokens"] = _integer_keys(table["tokens"])
    table["states"] = {int(state): _integer_keys(actions) for state, actions in table["states"].items()}
    return Lark._load_from_dict(data, memo, transformer=transformer)


def _integer_keys(mapping: dict[str, Any]) -> dict[int, Any]:
    return {int(key): value for key, value in mapping.items()}


def _save(parser: Lark, path: str) -> None:
    """Write the tables to the file, or do nothing where that is not possible."""
    temporary = None
    try:
        tables = _dump(parser)
        content = {"key": os.path.basename(path), "digest": _digest(tables), "tables": tables}
        directory = os.path.dirname(path)
        os.makedirs(directory, mode=0o700, exist_ok=True)
        import tempfile

        descriptor, temporary = tempfile.mkstemp(dir=directory)  # created with mode 0600
        with open(descriptor, "w", encoding="utf-8") as file:
            json.dump(content, file)
        os.replace(temporary, path)
    except Exception:  # a read-only file system, a full disk, another version of Lark, ...
        if temporary is not None:
            _remove(temporary)


def _dump(parser: Lark) -> str:
    from lark.grammar import Rule
    from lark.lexer import TerminalDef

    data, memo = parser.memo_serialize([TerminalDef, Rule])
    # The other options are given, or left at their defaults, when the tables are loaded.
    kept = ("start", "parser", "lexer", "maybe_placeholders")
    data["options"] = {name: data["options"][name] for name in kept}
    return json.dumps({"data": data, "memo": memo}, separators=(",", ":"))


def _remove(path: str) -> None:
    try:
        os.remove(path)
    except OSError:
        return
