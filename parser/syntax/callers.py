"""Who asks: a person at the command line, or a program in Python. Errors spell what to write as it does."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple


class Caller(NamedTuple):
    """How options and values are spelt; `options` are the names of those that a variable may have been meant for."""

    options: Collection[str] = ()
    is_python: bool = False

    def option(self, name: str) -> str:
        """An option by name: `--wrt`, or the argument `wrt`."""
        return name if self.is_python else f"--{name.replace('_', '-')}"

    def choice(self, name: str, value: str | None = None) -> str:
        """An option that is given a text, or with None is switched on."""
        if self.is_python:
            return f"{name}={'True' if value is None else repr(value)}"
        return self.option(name) if value is None else f"{self.option(name)} {value}"

    def renaming(self, variable: str, column: str) -> str:
        """That a variable is the column of another name."""
        if self.is_python:
            return f'rename={{"{variable}": "{column}"}}'
        return f"--rename {variable}={column}" if column.isidentifier() else f'--rename {variable}="{column}"'

    def value(self, name: str, value: str = "1") -> str:
        """The value of a variable."""
        if self.is_python:
            return f'{{"{name}": {value}}}' if name in self.options else f"{name}={value}"
        return f"--set {name}={value}" if name in self.options else f"--{name} {value}"

    def values(self, names: Collection[str]) -> str:
        """Values for several variables."""
        return (", " if self.is_python else " ").join(map(self.value, names))


PYTHON = Caller(is_python=True)
