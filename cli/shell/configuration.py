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

from ...parser.syntax.errors import UsageError, did_you_mean, failing
from ...parser.syntax.wording import in_our_form, listed, quoted

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


def defaults_of(command: click.Command, context: click.Context) -> dict[str, Any]:
    """The values that files set for the options of a command, by parameter. UsageError: one cannot be meant."""
    set_here = settings()
    if not set_here:
        return {}
    group: Any = context.parent and context.parent.command
    for setting in set_here:
        if setting.command is not None and group and setting.command not in group.list_commands(context):
            raise UsageError(f"{quoted(setting.path)} has a table {quoted(setting.command)}, which is no command")
    found: dict[str, Any] = {}
    params = _by_spelling(command)
    for of_command in (None, context.info_name):
        for setting in set_here:
            param = params.get(setting.option)
            if setting.command != of_command or param is None or param.name is None:
                continue
            fault = _fault(setting, param, context)
            if fault is None:
                found[param.name] = _limits(setting) if setting.option == "limit" else setting.value
            elif of_command is not None or not _suits_another(setting, group, context):
                called = f"`{setting.option}`" if of_command is None else f"`{setting.option}` of `{of_command}`"
                raise UsageError(f"{quoted(setting.path)} sets {called} to {quoted(str(setting.value))}", fault)
    return found


def _by_spelling(command: click.Command) -> dict[str, click.Parameter]:
    return {spelling[2:]: param for param in command.params for spelling in param.opts if spelling.startswith("--")}


def _fault(setting: Setting, param: click.Parameter, context: click.Context) -> str | None:
    """Why an option cannot have the value, None where it can."""
    value = setting.value
    if setting.option == "limit":
        return None if isinstance(value, dict) else "write `limit = {elements = 1_000_000}`"
    if getattr(param, "is_flag", False):
        return None if isinstance(value, bool) else "write true or false"
    if isinstance(param.type, click.Choice):
        return None if value in param.type.choices else f"it can be {listed(map(str, param.type.choices))}"
    try:
        # As it would be written on the command line: 6.5 and true are no digits.
        param.type.convert(str(value), param, context)
    except click.BadParameter as error:
        return in_our_form(error.message)
    return None


def _suits_another(setting: Setting, group: Any, context: click.Context) -> bool:
    """Whether another command has the option with such a value: at the top of a file it is for that."""
    others = (group.get_command(context, name) for name in group.list_commands(context)) if group else ()
    found = (_by_spelling(other).get(setting.option) for other in others)
    return any(param is not None and _fault(setting, param, context) is None for param in found)


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
        with failing(f"read {quoted(path)}", f"it is named by {VARIABLE}"), open(path, "rb") as file:
            held = tomllib.load(file)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{quoted(path)} is not TOML: {error}", 'write `precision = 6` or `color = "never"`') from None
    for name, value in held.items():
        if isinstance(value, dict) and name != "limit":
            for option, inner in value.items():
                yield _checked(Setting(name, option, inner, path), allowed)
        else:
            yield _checked(Setting(None, name, value, path), allowed)


def _checked(setting: Setting, allowed: tuple[str, ...]) -> Setting:
    """UsageError: the option is none that the file may set."""
    _, name, _, path = setting
    if name not in allowed:
        close = did_you_mean(name, allowed)
        if name in _OWN:
            help = f"it may stand in {quoted(own_path() or VARIABLE)}"
        else:
            help = f"did you mean `{close}`?" if close else f"it may set {listed(allowed)}"
        raise UsageError(f"{quoted(path)} sets {quoted(name)}, which it may not", help)
    return setting


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
