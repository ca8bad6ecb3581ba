"""How much the results of machine code differ from NumPy's, over the whole table of operations.

Each operation with a native form is computed both ways, from hostile and from random numbers. `python
tests/agreement.py` writes the table in docs/native.md.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from autodiff.engine.program import Equation, Program, Variable, run
from autodiff.engine.program.fusing import native_places
from autodiff.engine.program.native.bodies import lanes_for
from autodiff.engine.table.record import Operation
from autodiff.engine.table.registry import all_primitives

DOCUMENT = Path(__file__).parents[1] / "docs" / "native.md"
_SPECIAL = (
    *(0.0, 5e-324, 1e-310, 2.2250738585072014e-308, 1e-300, 1e-160, 1e-8, 1e-5, 0.25, 0.5, 1 - 1e-16, 1.0, 1.5, 2.0),
    *(2.5, math.pi / 4, math.pi / 2, math.pi, 3.0, 20.0, 88.7, 103.9, 709.7, 709.9, 710.5, 745.0, 746.0, 1e5, 2.0**31),
    *(2.0**52 + 1, 2.0**53, 1e22, 1e160, 1e300, 1.7976931348623157e308, math.inf),
)
SPECIAL = np.array([*_SPECIAL, *(-number for number in _SPECIAL), math.nan])
_EXPONENTS = (-7, -3, -2.5, -2, -1.5, -1, -0.5, 0, 0.3, 0.5, 1, 1.5, 2, 2.5, 3, 4, 5, 6, 7, 8, 9, 20)
_PARAMETERS = {"dtype": "float32", "k": 2, "m": 2, "n": 3, "decimals": 2, "min": -1.0, "max": 1.0}


class Case(NamedTuple):
    """An operation with the arguments it is called with: x, y, z are columns, t is one of booleans."""

    title: str
    operation: Operation
    arguments: tuple[Any, ...]


class Difference(NamedTuple):
    """Of the results of one case, the largest difference in units in the last place, and rows that differ in kind."""

    title: str
    units: float
    other: int


def columns(dtype: str, rows: int = 2000) -> dict[str, Any]:
    """Numbers of all sizes: each special one with each other, and random ones."""
    random = np.random.default_rng(1)
    pairs = np.meshgrid(SPECIAL, SPECIAL)
    found: dict[str, Any] = {}
    for name, special in zip(
        "xyz", (pairs[0].ravel(), pairs[1].ravel(), random.permutation(pairs[0].ravel())), strict=True
    ):
        parts = [
            np.sign(random.uniform(-1, 1, rows)) * 10 ** random.uniform(-307, 308, rows),
            np.sign(random.uniform(-1, 1, rows)) * 10 ** random.uniform(-6, 6, rows),
            random.normal(size=2 * rows) * 3,
            random.uniform(-1, 1, 2 * rows),
        ]
        with np.errstate(over="ignore"):
            found[name] = np.concatenate([special, random.permutation(np.concatenate(parts))]).astype(dtype)
    found["t"] = found["x"] > 0
    return found


def cases(variables: dict[str, Variable]) -> Iterator[Case]:
    """All operations that work element by element, some of them several times."""
    x, y = variables["x"], variables["y"]
    for operation in all_primitives():
        if not operation.elementwise or operation.outputs or operation.variadic:
            continue
        count = operation.tensors
        names = operation.arguments[count:]
        defaults = dict(zip(operation.arguments[::-1], operation.defaults[::-1], strict=False))
        more = tuple(defaults.get(name, _PARAMETERS.get(name, 1.5)) for name in names)
        by_number = count == 2 and sum(rule is not None for rule in operation.rules) == 1
        if by_number and operation.name == "pow" and operation.rules[0] is not None:
            yield from (Case(f"x**{e}", operation, (x, e)) for e in _EXPONENTS)
        elif by_number:
            yield Case(operation.name, operation, (1.7, y) if operation.rules[0] is None else (x, 1.7))
        else:
            tensors = [variables[name] for name in ("txy" if operation.name == "where" else "xyz")[:count]]
            yield Case(operation.name, operation, (*tensors, *more))


def differences(dtype: str, exact: bool = False) -> list[Difference]:
    """The differences of all cases with a native form, in order of their names."""
    variables = {name: Variable(name, (), "bool" if name == "t" else dtype) for name in "xyzt"}
    given = columns(dtype)
    native: list[tuple[str, Equation]] = []
    for case in cases(variables):
        equation = _equation(case, given)
        if equation is not None and native_places([equation], lanes_for([dtype]), exact):
            native.append((case.title, equation))
    worst: dict[str, Difference] = {}
    for start in range(0, len(native), 25):
        for title, units, other in _compared(native[start : start + 25], variables, given, exact):
            before = worst.get(title, Difference(title, 0, 0))
            worst[title] = Difference(title, max(units, before.units), other + before.other)
    return sorted(worst.values())


def _equation(case: Case, given: dict[str, Any]) -> Equation | None:
    few = [given[a.name][:3] if isinstance(a, Variable) else a for a in case.arguments]
    try:
        with np.errstate(all="ignore"):
            result = case.operation.forward(*few)
    except (IndexError, TypeError):
        return None
    return Equation(case.operation, case.arguments, (Variable("", (), np.asarray(result).dtype.name),))


def _compared(
    equations: Sequence[tuple[str, Equation]], variables: dict[str, Variable], given: dict[str, Any], exact: bool
) -> Iterator[Difference]:
    outputs = {str(i): equation.results[0] for i, (_, equation) in enumerate(equations)}
    program = Program(tuple(variables.values()), tuple(equation for _, equation in equations), outputs)
    ours = run(program, given, exact=exact, native=True, threads=1)
    theirs = run(program, given, exact=exact, native=False, threads=1)
    for i, (title, _) in enumerate(equations):
        yield Difference(title, *difference(ours[str(i)], theirs[str(i)]))


@np.errstate(all="ignore")
def difference(a: Any, b: Any) -> tuple[float, int]:
    """The largest difference of two arrays in units in the last place, and how many elements differ in kind.

    Those are where one alone is nan or infinite, or the signs differ. Numbers that are not normal have few places.
    """
    if a.dtype.kind != "f":
        return 0, int((a != b).sum())
    # Where a sum cancels, its sign is a matter of rounding.
    signs = (np.signbit(a) != np.signbit(b)) & ~((a != 0) & (b != 0) & (np.abs(a - b) < 4 * np.finfo(b.dtype).eps))
    other = (np.isnan(a) != np.isnan(b)) | (np.isinf(a) != np.isinf(b)) | (signs & ~np.isnan(a) & ~np.isnan(b))
    both = np.isfinite(a) & np.isfinite(b) & ~other & (np.abs(b) > np.finfo(b.dtype).tiny)
    units = np.abs(_place(np.abs(a[both])) - _place(np.abs(b[both])))
    return float(units.max(initial=0)), int(other.sum())


def _place(numbers: Any) -> Any:
    """Which of the numbers of its dtype each is, counted from 0."""
    return numbers.view(f"i{numbers.dtype.itemsize}").astype(np.int64)


def table() -> str:
    """The differences as a table for the document."""
    found = {dtype: {d.title: d for d in differences(dtype)} for dtype in ("float64", "float32")}
    lines = ["| operation | float64 | float32 |", "|---|---|---|"]
    same: list[str] = []
    for title in sorted(found["float64"] | found["float32"]):
        units = [found[dtype][title].units if title in found[dtype] else None for dtype in found]
        if units == [0, 0]:
            same.append(title)
        else:
            shown = " | ".join("" if u is None else str(round(u)) for u in units)
            lines.append(f"| {title} | {shown} |")
    exact = textwrap.fill(f"The same to the last bit: {', '.join(same)}.", 120, break_on_hyphens=False)
    return f"{exact}\n\n" + "\n".join(lines)


if __name__ == "__main__":
    head, mark, _ = DOCUMENT.read_text(encoding="utf-8").partition("<!-- python tests/agreement.py -->\n")
    DOCUMENT.write_text(f"{head}{mark}\n{table()}\n", encoding="utf-8")
