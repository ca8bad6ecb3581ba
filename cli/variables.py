"""The values of variables: numbers, lists, constant expressions, files."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..engine import Tensor, tensor
from ..parser.check import free_variables
from ..parser.errors import ExpressionError, did_you_mean
from ..parser.evaluate import evaluate
from ..parser.parse import parse
from ..parser.syntax import Name, Program
from .errors import UsageError

_KINDS = ".npy, .json or .csv"


def collect(
    options: Iterable[tuple[str, str]],
    assignments: Iterable[str],
    vars_file: str | None,
) -> dict[str, Tensor]:
    """The variables given, by name: as options, as `name=value` words, and in a JSON file, which the others override.

    UsageError: a name given twice on the command line, a value or file that cannot be read.
    """
    given: dict[str, Tensor] = {}
    pairs = list(options)
    for text in assignments:
        name, separator, value = text.partition("=")
        name = name.strip()
        if not separator or not name.isidentifier():
            raise UsageError(
                f"`{text}` is neither an option nor a variable", "write variables as --x 3 or x=3, after the expression"
            )
        pairs.append((name, value))
    for name, value in pairs:
        if name in given:
            raise UsageError(f"`{name}` is given twice")
        given[name] = read_value(name, value)
    from_file = _read_vars_file(vars_file) if vars_file else {}
    return {**from_file, **given}


def read_value(name: str, text: str) -> Tensor:
    """The value of one variable: a number, a list, a constant expression such as `pi/2`, or `@file`.

    UsageError: none of these.
    """
    try:
        return tensor(float(text))
    except ValueError:
        pass
    if text.startswith("@"):
        return _read_array(name, text[1:])
    try:
        program = parse(text)
        free = free_variables(program)
        unknown = [n for n in free if n not in ("pi", "e", "tau", "inf", "nan")]
        if unknown:
            raise UsageError(
                f"the value of `{name}` is not a number: `{text}`", f"`{unknown[0]}` is not known in a value"
            )
        return evaluate(program, {}).detach().to(tensor(0.0).dtype)
    except ExpressionError as error:
        error.name = f"<{name}>"
        raise UsageError(
            f"the value of `{name}` is not a number, a list, a constant expression or @file: `{text}`",
            f"{error.message} (column {error.column})",
        ) from None


def _read_array(name: str, path: str) -> Tensor:
    import numpy as np

    try:
        if path.endswith(".npy"):
            array = np.load(path, allow_pickle=False)
        elif path.endswith(".json"):
            with open(path, encoding="utf-8") as file:
                array = np.array(json.load(file), dtype=float)
        elif path.endswith(".csv"):
            array = np.loadtxt(path, delimiter=",", ndmin=1)
        else:
            raise UsageError(f"cannot tell the kind of `{path}`, given for `{name}`", f"use {_KINDS}")
        return tensor(np.asarray(array, dtype=float)).to(tensor(0.0).dtype)
    except OSError as error:
        raise UsageError(f"cannot read `{path}`, given for `{name}`: {error.strerror}") from None
    except (ValueError, TypeError) as error:
        raise UsageError(f"`{path}`, given for `{name}`, does not hold an array of numbers: {error}") from None


def _read_vars_file(path: str) -> dict[str, Tensor]:
    try:
        with open(path, encoding="utf-8") as file:
            values = json.load(file)
    except OSError as error:
        raise UsageError(f"cannot read `{path}`: {error.strerror}") from None
    except ValueError as error:
        raise UsageError(f"`{path}` is not JSON: {error}") from None
    if not isinstance(values, dict):
        raise UsageError(f"`{path}` does not hold an object of variables", 'write {"x": 3, "w": [1, 2]}')
    return {name: _from_json(name, value) for name, value in values.items()}


def _from_json(name: str, value: Any) -> Tensor:
    if isinstance(value, str):
        return read_value(name, value)
    import numpy as np

    try:
        return tensor(np.array(value, dtype=float)).to(tensor(0.0).dtype)
    except (ValueError, TypeError):
        raise UsageError(f"the value of `{name}` is not a number or a list of numbers: {json.dumps(value)}") from None


def match(program: Program, free: Mapping[str, Name], given: Mapping[str, Tensor], options: Sequence[str]) -> list[str]:
    """The names of the variables the program uses, in its order.

    A constant's name (`e`) counts as a variable where a value is given. ExpressionError: with no variable given, a
    name is a mistake in the expression. UsageError: a variable is missing among others, or not in the expression.
    """
    from ..parser.check import CONSTANTS

    needed = [name for name in free if name in given or name not in CONSTANTS]
    for name in given:
        if name not in needed:
            raise UsageError(f"there is no variable `{name}` in the expression", _suggest(name, needed, options))
    for name in needed:
        if name not in given:
            if given:
                raise UsageError(f"the variable `{name}` has no value", f"give it one: --{name} 1")
            place = free[name]
            raise ExpressionError(
                "name", f"`{name}` has no value", program.source, place.start, place.end, _name_help(name)
            )
    return needed


def _suggest(name: str, variables: Sequence[str], options: Sequence[str]) -> str:
    close = did_you_mean(name, [option.lstrip("-") for option in options])
    if close:
        return f"did you mean the option `--{close}`?"
    near = did_you_mean(name, variables)
    if near:
        return f"did you mean `--{near}`?"
    if not variables:
        return "the expression has no variables"
    return f"its variables are {', '.join(variables)}"


def _name_help(name: str) -> str:
    from ..engine.primitive import FUNCTIONS

    if name in FUNCTIONS:
        return f"`{name}` is a function: write {name}(...), or give the variable a value: --{name} 1"
    return f"if it is a variable, give it a value: --{name} 1"
