"""Defaults for options, from a file of the person's own and one in the folder where a command is called.

Both are TOML. At the top stand values for all commands that have an option of the name, in a table those for the
command it is named for:

    precision = 6
    color = "never"

    [map]
    errors = "stop"

    [limit]
    elements = 100_000_000

A folder may come from somebody else: what lets a call take or trust more than usual is for the person's own file.
AUTODIFF_CONFIG names a file in place of both; empty, there is none, and nothing differs from machine to machine.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any, NamedTuple

import click

from ...parser.syntax.errors import UsageError, did_you_mean
from ...parser.syntax.wording import listed, quoted

VARIABLE = "AUTODIFF_CONFIG"
_OF_FOLDER = "autodiff.toml"
# The options that a file may set.
_HARMLESS = ("color", "format", "precision", "dtype", "quiet", "strict", "errors", "theme")
_OWN = ("timeout", "jobs", "limit")


class Setting(NamedTuple):
    """A value for an option, of one command or (None) of all, and the file that has it."""

    command: str | None
    option: str
    value: Any
    path: str


def settings() -> list[Setting]:
    """All that is set, the weakest first. UsageError: a file that cannot be read, or sets what it may not."""
    return [setting for path, names in _files() for setting in _read(path, names)]


def defaults_of(command: click.Command, name: str | None) -> dict[str, Any]:
    """The values that files set for the options of a command, by parameter."""
    set_here = settings()
    if not set_here:
        return {}
    found: dict[str, Any] = {}
    params = {spelling[2:]: param for param in command.params for spelling in param.opts if spelling.startswith("--")}
    for of_command in (None, name):
        for setting in set_here:
            param = params.get(setting.option)
            if setting.command != of_command or param is None or param.name is None:
                continue
            if isinstance(param.type, click.Choice) and setting.value not in param.type.choices:
                if of_command is None:
                    # Another command has it.
                    continue
                raise UsageError(
                    f"{quoted(setting.path)} sets `{setting.option}` of `{name}` to {quoted(str(setting.value))}",
                    f"it can be {listed(map(str, param.type.choices))}",
                )
            found[param.name] = _limits(setting) if setting.option == "limit" else setting.value
    return found


def _limits(setting: Setting) -> tuple[str, ...]:
    return tuple(f"{name}={value}" for name, value in setting.value.items())


def _files() -> Iterator[tuple[str, tuple[str, ...]]]:
    """The files there are, the weakest first, with the options that each may set."""
    if VARIABLE in os.environ:
        if os.environ[VARIABLE]:
            yield os.environ[VARIABLE], (*_HARMLESS, *_OWN)
        return
    own = own_path()
    if own is not None and os.path.exists(own):
        yield own, (*_HARMLESS, *_OWN)
    if os.path.exists(_OF_FOLDER):
        yield _OF_FOLDER, _HARMLESS


def own_path() -> str | None:
    """Where the person's own file is, None where there is no home."""
    folder = os.environ.get("XDG_CONFIG_HOME") or os.environ.get("APPDATA") or os.path.expanduser("~/.config")
    return os.path.join(folder, "autodiff", "config.toml") if os.path.isabs(folder) else None


def _read(path: str, allowed: tuple[str, ...]) -> Iterator[Setting]:
    import tomllib

    try:
        with open(path, "rb") as file:
            held = tomllib.load(file)
    except OSError as error:
        raise UsageError(f"cannot read {quoted(path)}: {error.strerror}", f"it is named by {VARIABLE}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{quoted(path)} is not TOML: {error}", 'write `precision = 6` or `color = "never"`') from None
    for name, value in held.items():
        if isinstance(value, dict) and name != "limit":
            for option, inner in value.items():
                yield _checked(Setting(name, option, inner, path), allowed)
        else:
            yield _checked(Setting(None, name, value, path), allowed)


def _checked(setting: Setting, allowed: tuple[str, ...]) -> Setting:
    """UsageError: the option is none that the file may set, or has no such value."""
    _, name, value, path = setting
    if name not in allowed:
        close = did_you_mean(name, allowed)
        if name in _OWN:
            help = f"it may stand in {quoted(own_path() or VARIABLE)}"
        else:
            help = f"did you mean `{close}`?" if close else f"it may set {listed(allowed)}"
        raise UsageError(f"{quoted(path)} sets {quoted(name)}, which it may not", help)
    kinds = (dict,) if name == "limit" else (bool,) if name in ("quiet", "strict") else (str, int, float)
    if not isinstance(value, kinds):
        raise UsageError(f"{quoted(path)} sets `{name}` to {quoted(str(value))}", f"write {_EXAMPLES.get(name, _TEXT)}")
    return setting


_TEXT = '`color = "never"`, or a number without quotes'
_EXAMPLES = {"limit": "`limit = {elements = 1_000_000}`", **dict.fromkeys(("quiet", "strict"), "true or false")}


def shown() -> str:
    """What is set, a line each, with the file that has it, and where files are looked for."""
    import json

    lines = [
        f"{'.'.join(filter(None, (setting.command, setting.option)))} = {json.dumps(setting.value)}"
        f"\t{os.path.abspath(setting.path)}\n"
        for setting in settings()
    ]
    places = [own_path(), os.path.abspath(_OF_FOLDER)]
    if VARIABLE in os.environ:
        places = [os.environ[VARIABLE]]
    return "".join(lines) + f"looked for in: {', '.join(filter(None, places)) or 'no file'}\n"
