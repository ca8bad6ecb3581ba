"""What evaluating an expression found out, in the form that every renderer reads."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from ..syntax.errors import UsageError, suggested
from ..syntax.wording import listed, quoted


class Finding(NamedTuple):
    """Something to tell a person about a result; `text` also stands in JSON, `diagnostic` shows the place."""

    text: str
    diagnostic: str

    @classmethod
    def warning(cls, kind: str, text: str, help: str | None = None) -> Finding:
        """One that is about no place in an expression."""
        return cls(text, f"warning[{kind}]: {text}" + (f"\n  = help: {help}" if help else ""))


class Report(NamedTuple):
    """The result of one expression.

    `value` is NumPy's; of several expressions together there is one for each name, and no derivatives. `inputs` and
    `grad` hold NumPy values by variable; `more` the other derivatives asked for, by kind and then by
    variable (`{"hessian": {"x": {"x": 2.0}}}`). `notes` are facts worth saying, `warnings` what may be wrong.
    """

    expr: str
    inputs: dict[str, Any]
    dtype: str
    value: Any
    grad_fn: str | None
    grad: dict[str, Any]
    more: dict[str, dict[str, Any]]
    warnings: list[Finding]
    notes: list[str]

    def facts(self) -> list[tuple[str, Any]]:
        """The results as pairs of a dotted key and a NumPy value or text, in the order they are printed."""
        named = [] if self.grad_fn is None else [("grad_fn", self.grad_fn)]
        return [*self.values(), *named, *self.derivatives()]

    def values(self) -> list[tuple[str, Any]]:
        """The value, or those of several expressions by their names."""
        return [*self.value.items()] if isinstance(self.value, dict) else [("value", self.value)]

    def derivatives(self) -> list[tuple[str, Any]]:
        """The gradients and the other derivatives, as `facts`."""
        found = [(f"grad.{name}", gradient) for name, gradient in self.grad.items()]
        for kind, values in self.more.items():
            for name, value in values.items():
                if isinstance(value, dict):
                    found += [(f"{kind}.{name}.{other}", block) for other, block in value.items()]
                else:
                    found.append((f"{kind}.{name}", value))
        return found

    def text_of(self, key: str) -> str:
        """One of the facts on a line, by its key or another of its names. UsageError: there is none."""
        facts = dict(self.facts())
        called = key if key in facts else next((fact for fact in facts if key in names_of(fact)), None)
        if called is None and isinstance(self.value, dict):
            # What `diff` calls d_x is the gradient by x.
            gradients = [f"grad.{name}" for name in self.inputs]
            called = next((column_of(g) for g in gradients if key in names_of(g) and column_of(g) in facts), None)
        if called is None:
            raise no_result(key, facts, f"the results are {listed(facts)}")
        return value_text(facts[called])

    def is_finite(self) -> bool:
        """Whether every number of the result is."""
        return all(isinstance(value, str) or is_finite(value) for _, value in self.facts())


def no_result(key: str, names: Iterable[str], otherwise: str) -> UsageError:
    """The error for a key that no result has: with the name that it is like, else with the help `otherwise`."""
    return UsageError(f"there is no result {quoted(key)}", suggested(key, names, otherwise))


def text_at(facts: Mapping[str, Any], key: str, main: str = "at.", shown: Sequence[str] = ()) -> str:
    """One of the facts on a line, by its key, which may lack the `main` prefix. UsageError, with what is `shown` of
    them: there is none.
    """
    called = next((name for name in (f"{main}{key}", key) if name in facts), None)
    if called is None:
        names = [name.removeprefix(main) for name in facts]
        raise no_result(key, names, f"some are {listed(shown)}" if shown else f"the results are {listed(names)}")
    return value_text(facts[called])


def names_of(key: str) -> set[str]:
    """What the fact of a key is called where it is printed: `grad.x` is `d/dx` to people, and `d_x` in a table."""
    kind, *names = key.split(".")
    found = {key, label_of(key), column_of(key)}
    if kind == "hessian" and len(set(names)) == 1:
        found |= names_of(f"d2.{names[0]}")
    return found | {name.replace(" ", "") for name in found}


def label_of(key: str) -> str:
    """The key of a fact as mathematics writes it, where it does."""
    kind, *names = key.split(".")
    if not names:
        return key
    if kind == "grad":
        return f"d/d{names[0]}"
    if kind == "hessian":
        return f"d2/d{names[0]} d{names[1]}"
    if kind[0] == "d" and kind[1:].isdigit():
        return f"{kind}/d{names[0]}{kind[1:]}"
    return "jvp" if kind == "jvp" else f"{kind} {names[0]}"


def column_of(key: str) -> str:
    """The key of a fact as the name of a column: `grad.x` is `d_x`, `d2.x` is `d2_x`, `hessian.x.y` is `d2_x_y`."""
    kind, *names = key.split(".")
    return "_".join([{"grad": "d", "hessian": "d2"}.get(kind, kind), *names])


def is_finite(value: Any) -> bool:
    """Whether every number of a NumPy value is neither nan nor infinite."""
    if isinstance(value, float):
        # A NumPy scalar too, for which NumPy takes ten times as long.
        return math.isfinite(value)
    return bool(np.isfinite(value).all())


def number_text(value: Any) -> str:
    """The shortest digits that give the same number when read back."""
    if isinstance(value, np.floating):
        # NumPy knows the shortest digits for the type, Python writes them as it writes every float.
        return repr(float(str(value)))
    return str(value)


def value_text(value: Any) -> str:
    """A NumPy value or text on one line, lists in brackets."""
    if isinstance(value, str):
        return value
    if type(value) is np.float64 or value.dtype == np.float64:
        # Python writes a list of floats as we do, and faster.
        return repr(value.tolist())
    if value.ndim == 0:
        return number_text(value[()])
    return f"[{', '.join(value_text(part) for part in value)}]"


def json_line(facts: dict[str, Any]) -> str:
    """Facts as strict JSON, an object on a line: dicts and lists in each other, of NumPy values and what JSON holds.

    A number that is not finite is null, and `nonfinite` says by its path which of the nulls are inf, -inf or nan.
    """
    nonfinite: dict[str, str] = {}
    result = {key: _json_value(value, key, nonfinite) for key, value in facts.items()}
    if nonfinite:
        result["nonfinite"] = nonfinite
    # Here, as few results are printed so.
    import json

    return json.dumps(result, allow_nan=False) + "\n"


def _json_value(value: Any, path: str, nonfinite: dict[str, str]) -> Any:
    if value is None or isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, dict):
        return {key: _json_value(part, f"{path}.{key}", nonfinite) for key, part in value.items()}
    if isinstance(value, np.ndarray) and value.dtype == np.float64 and is_finite(value):
        return value.tolist()
    if isinstance(value, list) or np.ndim(value):
        return [_json_value(part, f"{path}[{i}]", nonfinite) for i, part in enumerate(value)]
    if isinstance(value, np.ndarray):
        value = value[()]
    number = float(number_text(value)) if isinstance(value, (float, np.floating)) else value.item()
    if isinstance(number, float) and not math.isfinite(number):
        nonfinite[path] = repr(number)
        return None
    return number
