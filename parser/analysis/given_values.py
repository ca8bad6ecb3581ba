"""The value of one variable: a number, a list, a constant expression, a file."""

from __future__ import annotations

import contextlib
import os
import re
from typing import Any

import numpy as np

from ...engine import Tensor
from ...engine.api.creation import tensor
from ..semantics.evaluate import evaluate
from ..semantics.names import CONSTANTS, free_variables
from ..syntax.decimal_text import decimal
from ..syntax.errors import ExpressionError, UsageError, failing
from ..syntax.parse import parse
from ..syntax.wording import quoted, sentence

_NUMBERS = r"\[[\[\]\d\s.,eE+-]*"
# Of numbers, such as `0:10`, or as other languages write it.
_RANGE = r"[\[(]?[^\[\](),]+(:[^\[\](),]+){1,2}[\])]?"
_FILES = (".npy", ".json", ".csv")


def read_value(name: str, text: str) -> Tensor:
    """The value of the variable: a number, a list, a constant expression such as `pi/2`, or `@file`.

    UsageError: none of these.
    """
    try:
        return tensor(decimal(text))
    except ValueError:
        pass
    if text.startswith("@"):
        return _read_array(name, text[1:])
    if text.startswith("[") and re.fullmatch(_NUMBERS, text):
        # Read as JSON in a fraction of the time; what is none, such as `[.5]`, is an expression still.
        import json

        with contextlib.suppress(RecursionError, TypeError, ValueError):
            return _tensor_of(json.loads(text, parse_int=float))
    try:
        program = parse(text)
        unknown = [n for n in free_variables(program) if n not in CONSTANTS]
        if not unknown:
            return evaluate(program, {}).detach().to(tensor(0.0).dtype)
        reason, help = f"{quoted(unknown[0])} has no value here", None
    except ExpressionError as error:
        reason, help = f"{error.message} (column {error.column})", error.help
    if text.endswith(_FILES):
        help = f"to read a file, write `@{text}`"
    elif re.fullmatch(_RANGE, text):
        bare = text.strip("[]() ")
        reason = "a range is no single value"
        help = f"a range is for `map`, which makes a table of it, and for `plot`: `autodiff map EXPR --{name} {bare}`"
    elif help is None or not text.strip():
        help = "write a number, a list such as `[1, 2]`, a constant expression such as `pi/2`, or `@file`"
    raise UsageError(f"the value of `{name}` cannot be {quoted(text)}: {reason}", help)


def is_constant(text: str) -> bool:
    """Whether a text could be the value of a variable, rather than an expression in variables."""
    if text.startswith("@"):
        return True
    if any(mark in text for mark in "=;\n"):
        return False
    try:
        return all(name in CONSTANTS for name in free_variables(parse(text)))
    except ExpressionError:
        return False


def read_object(path: str) -> dict[str, Any]:
    """The variables in a JSON file, which `fit` may have written, as JSON has them: `from_json` reads each.

    UsageError: it cannot be read, or holds something else.
    """
    values = _read_json(path, quoted(path))
    if isinstance(values, dict) and isinstance(values.get("parameters"), dict):
        # Beside its parameters it has those that were kept at their values.
        fixed = values.get("fixed")
        found = {name: p.get("value") if isinstance(p, dict) else p for name, p in values["parameters"].items()}
        values = {**(fixed if isinstance(fixed, dict) else {}), **found}
    if not isinstance(values, dict):
        raise UsageError(f"{quoted(path)} does not hold an object of variables", 'write `{"x": 3, "w": [1, 2]}`')
    return values


def from_json(name: str, value: Any) -> Tensor:
    """The value of the variable from what JSON holds: a number, nested lists, or text as for `read_value`.

    UsageError: something else, or lists of unequal lengths.
    """
    if isinstance(value, str):
        return read_value(name, value)
    try:
        return _tensor_of(value)
    except (TypeError, ValueError):
        import json

        raise UsageError(
            f"the value of {quoted(name)} is not a number or a list of numbers: {quoted(json.dumps(value))}",
            "the rows of a matrix are lists of one length",
        ) from None


def from_python(name: str, value: Any) -> Tensor:
    """The value of the variable from a program: a number, an array, nested lists, a tensor, which stays in its graph.

    UsageError: something else, or lists of unequal lengths.
    """
    if isinstance(value, Tensor):
        return value.to(tensor(0.0).dtype)
    try:
        # Fractions and decimals are numbers too.
        is_number = type(value) in (int, float) or (hasattr(value, "__float__") and not hasattr(value, "__array__"))
        return tensor(float(value)) if is_number else _tensor_of(value)
    except (TypeError, ValueError):
        kind = "text" if isinstance(value, str) else f"a {type(value).__name__}"
        if isinstance(value, (list, tuple)):
            kind += " of other things, or of lists of unequal lengths"
        raise UsageError(f"the value of {quoted(name)} is {kind}, not a number or an array of numbers") from None


def _read_array(name: str, path: str) -> Tensor:
    shown = f"{quoted(path)}, given for `{name}`,"
    path = os.path.expanduser(path)
    if not path.endswith(_FILES):
        raise UsageError(f"cannot tell what kind of file {shown} is", f"use {', '.join(_FILES)}")
    values = _read_json(path, shown) if path.endswith(".json") else _load(path, shown)
    try:
        return _tensor_of(values)
    except (TypeError, ValueError) as error:
        raise UsageError(f"{shown} does not hold an array of numbers: {sentence(str(error))}") from None


def _load(path: str, shown: str) -> Any:
    """The array in a .npy or .csv file."""
    try:
        with failing(f"read {shown.rstrip(',')}"):
            if path.endswith(".npy"):
                return _load_npy(path, shown)
            from .number_files import numbers_of_csv

            return numbers_of_csv(path, shown)
    except (EOFError, ValueError) as error:
        raise UsageError(f"{shown} does not hold an array of numbers: {sentence(str(error))}") from None


def _load_npy(path: str, shown: str) -> Any:
    with open(path, "rb") as file:
        try:
            return np.lib.format.read_array(file, allow_pickle=False)
        except OSError:
            raise
        except Exception as error:
            # NumPy reads the header as Python: what is wrong with one may raise anything.
            words = sentence(str(error)) if isinstance(error, ValueError) else "its header is damaged"
            raise UsageError(f"{shown} does not hold an array of numbers: {words}") from None


def _read_json(path: str, shown: str) -> Any:
    import json

    try:
        with failing(f"read {shown.rstrip(',')}"), open(path, encoding="utf-8-sig") as file:
            return json.load(file, parse_int=float)
    except (RecursionError, ValueError) as error:
        raise UsageError(f"{shown} is not JSON: {sentence(str(error))}") from None


def _tensor_of(values: Any) -> Tensor:
    """Numbers as a tensor of the default dtype. TypeError, ValueError: other things, or lists of unequal lengths."""
    array = np.asarray(values)
    if array.dtype.kind not in "biuf":
        raise TypeError("its elements are not numbers")
    return tensor(np.asarray(array, dtype=float)).to(tensor(0.0).dtype)
