"""Recorded expressions in the languages of `diff`: printed, run by what runs them, and compared with the engine.

`python tests/languages.py` prints the table of docs/languages.md: what this machine and this Python have of it.
"""

from __future__ import annotations

import importlib.util
import math
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from array_expressions import GRADIENTS, JACOBIANS
from pytorch.recorded import entries

from autodiff.engine.api.creation import tensor
from autodiff.engine.autograd import grad
from autodiff.parser.analysis.symbolic import formulas
from autodiff.parser.derivatives.derivative import Derivatives, variables_of
from autodiff.parser.semantics.evaluate import evaluate
from autodiff.parser.semantics.limits import Limits
from autodiff.parser.syntax.errors import ExpressionError
from autodiff.parser.syntax.parse import parse
from autodiff.parser.syntax.printer import UnprintableError
from autodiff.parser.unparse import How, printed

TOLERANCE = 1e-12
# The relative error where the terms of a gradient cancel to a thousandth of their size, and less.
CANCELLING = {491: 1e-9, 496: 1e-9, 549: 1e-10}
# What is left where numbers up to a hundred cancel.
_ZERO = 1e-13
ARRAYS = ("numpy", "torch", "jax", "matlab", "fortran")


class Case(NamedTuple):
    """A recorded expression with its value and derivatives, a point, and what the engine finds there, in order."""

    number: int
    source: str
    found: Derivatives
    point: Mapping[str, Any]
    expected: Sequence[Any]

    def text(self, language: str, how: How = How()) -> str:  # noqa: B008
        """What is printed. UnprintableError: the language cannot say it."""
        return printed(language, self.found, self.source, how)


def cases(arrays: bool, step: int = 1) -> Iterator[Case]:
    """Recorded expressions, one of `step`: with arrays as they were recorded, or with a number for each variable."""
    for entry in entries("expressions.jsonl")[::step]:
        program = parse(entry["expr"])
        names = variables_of(program, {})
        point = {name: entry["vars"][name] for name in names}
        if not arrays:
            point = {name: value[0] if isinstance(value, list) else value for name, value in point.items()}
        shapes = {name: np.shape(value) for name, value in point.items()}
        variables = {name: tensor(value).double().requires_grad_() for name, value in point.items()}
        wanted = [(name,) for name in names]
        options: dict[str, Any] = {"simplify": True, "share": True, "limits": Limits(), "value": True, "joint": True}
        try:
            value = evaluate(program, variables)
            found, _ = formulas(program, wanted, shapes, **options)
        except ExpressionError:
            # It picks elements, and there is one number.
            continue
        slopes: Sequence[Any] = [None] * len(variables)
        if value.requires_grad:
            slopes = grad(value.sum(), [*variables.values()], allow_unused=True)
        zeros = [np.zeros(shape) for shape in shapes.values()]
        expected = [z if slope is None else slope._data for z, slope in zip(zeros, slopes, strict=True)]
        yield Case(entry["id"], entry["expr"], found, point, [value.detach()._data, *expected])


def array_cases() -> Iterator[Case]:
    """Expressions in arrays: the gradient of the sum of the value, and the derivatives of the elements of vectors."""
    random = np.random.default_rng(0)
    for number, (source, shapes) in enumerate([*GRADIENTS, *JACOBIANS]):
        is_jacobian = number >= len(GRADIENTS)
        program = parse(source)
        names = variables_of(program, shapes)
        point = {name: random.uniform(0.3, 1.7, shapes[name]) for name in names}
        variables = {name: tensor(value.tolist()).requires_grad_() for name, value in point.items()}
        wanted = [(name,) for name in names if not is_jacobian or len(shapes[name]) < 2]
        found, _ = formulas(
            program,
            wanted,
            shapes,
            simplify=True,
            share=True,
            limits=Limits(),
            value=True,
            joint=True,
            jacobian=is_jacobian,
        )
        value = evaluate(program, variables)
        elements = [*value] if is_jacobian else [value.sum()]
        by = [variables[name] for (name,) in wanted]
        rows = [grad(element, by, retain_graph=True) for element in elements]
        slopes = [np.stack([slope._data for slope in column]) for column in zip(*rows, strict=True)]
        expected = slopes if is_jacobian else [slope[0] for slope in slopes]
        yield Case(number, source, found, point, [value.detach()._data, *expected])


def sayable(language: str, all: Sequence[Case]) -> list[Case]:
    """The cases that a language can say."""
    said: list[Case] = []
    for case in all:
        try:
            case.text(language)
        except UnprintableError:
            continue
        said.append(case)
    return said


def differing(all: Sequence[Case], rows: Sequence[Sequence[Any]]) -> list[str]:
    """What became of the cases whose numbers are not the engine's."""
    wrong: list[str] = []
    for case, row in zip(all, rows, strict=True):
        for found, expected in zip(row, case.expected, strict=True):
            rtol = CANCELLING.get(case.number, TOLERANCE)
            if np.shape(found) != np.shape(expected) or not np.allclose(found, expected, rtol, _ZERO, equal_nan=True):
                wrong.append(f"{case.number}: {case.source}: {found} for {expected}")
                break
    return wrong


def _ran(command: Sequence[str], text: str = "") -> str:
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[:2000]
    return done.stdout


def _numbers(output: str) -> list[list[float]]:
    return [[float(word) for word in line.split()] for line in output.splitlines()]


def in_c(cases: Sequence[Case], folder: Path) -> list[list[float]]:
    """What C computes."""
    texts, calls = ["#define _XOPEN_SOURCE 600\n#include <stdio.h>\n#include <math.h>\n"], []
    for case in cases:
        texts.append(case.text("c").replace(" f_grad(", f" f{case.number}("))
        count = len(case.expected)
        addresses = ", ".join(f"&r[{i}]" for i in range(count))
        values = "".join(f"{value!r}, " for value in case.point.values())
        prints = "".join(f'printf("%.17g ", r[{i}]);' for i in range(count))
        calls.append(f'f{case.number}({values}{addresses}); {prints} printf("\\n");')
    texts.append("int main(void) { double r[32];\n" + "\n".join(calls) + "\nreturn 0; }\n")
    (folder / "all.c").write_text("\n".join(texts), "utf-8")
    _ran(["cc", "-std=c99", "-Wall", "-Werror", "-O0", "-o", str(folder / "all"), str(folder / "all.c"), "-lm"])
    return _numbers(_ran([str(folder / "all")]))


def in_rust(cases: Sequence[Case], folder: Path) -> list[list[float]]:
    """What Rust computes."""
    texts, calls = [], []
    for case in cases:
        texts.append(f"mod m{case.number} {{\n{case.text('rust')}}}\n")
        names = [f"r{i}" for i in range(len(case.expected))]
        values = ", ".join(f"{value!r}_f64" for value in case.point.values())
        shown = " ".join("{:e}" for _ in names)
        calls.append(
            f'let ({", ".join(names)}) = m{case.number}::f_grad({values}); println!("{shown}", {", ".join(names)});'
        )
    text = "#![deny(warnings)]\n" + "\n".join(texts) + "fn main() {\n" + "\n".join(calls) + "\n}\n"
    (folder / "all.rs").write_text(text, "utf-8")
    _ran(["rustc", "-C", "debuginfo=0", "-o", str(folder / "rust"), str(folder / "all.rs")])
    return _numbers(_ran([str(folder / "rust")]))


def in_fortran(cases: Sequence[Case], folder: Path) -> list[list[Any]]:
    """What Fortran computes."""
    texts, uses, calls = [], [], []
    for case in cases:
        body = case.text("fortran").replace("module derivatives", f"module m{case.number}")
        texts.append(body)
        uses.append(f"use m{case.number}, only: g{case.number} => f_grad")
        names = [f"r{i}" for i in range(len(case.expected))]
        ranks = [",".join(":" * np.ndim(value)) for value in case.expected]
        calls.append("block")
        calls += [
            f"real(8){f', allocatable :: {n}({r})' if r else f' :: {n}'}" for n, r in zip(names, ranks, strict=True)
        ]
        sizes = zip(names, (",".join(map(str, np.shape(value))) for value in case.expected), strict=True)
        calls += [f"allocate({name}({size}))" for name, size in sizes if size]
        values = "".join(f"{_in_fortran(value)}, &\n" for value in case.point.values())
        calls.append(f"call g{case.number}({values}{', '.join(names)})")
        calls.append(f'write (*, "(*(es25.17e3,1x))") {", ".join(names)}\nend block')
    head = "program all\n" + "\n".join(uses) + "\nimplicit none\n"
    (folder / "all.f90").write_text("\n".join(texts) + head + "\n".join(calls) + "\nend program\n", "utf-8")
    options = ["-std=f2018", "-O0", "-fcheck=all", "-ffree-line-length-none"]
    _ran(["gfortran", *options, "-J", str(folder), "-o", str(folder / "f"), str(folder / "all.f90")])
    rows = _numbers(_ran([str(folder / "f")]))
    return [_shaped(case, row) for case, row in zip(cases, rows, strict=True)]


def _in_fortran(value: Any) -> str:
    if not np.ndim(value):
        return f"{float(value)!r}_8"
    elements = ", ".join(f"{element!r}_8" for element in np.ravel(value, "F").tolist())
    return f"reshape([{elements}], [{', '.join(map(str, np.shape(value)))}])"


def in_javascript(cases: Sequence[Case], folder: Path) -> list[list[float]]:
    """What JavaScript computes."""
    lines = []
    for case in cases:
        values = ", ".join(map(repr, case.point.values()))
        text = f"{case.text('javascript')}\nreturn Object.values(f_grad({values})).map(String).join(' ');"
        lines.append(f"console.log((() => {{ {text} }})().replaceAll('Infinity', 'inf'));")
    (folder / "all.js").write_text('"use strict";\n' + "\n".join(lines), "utf-8")
    return _numbers(_ran(["node", str(folder / "all.js")]))


def _in_columns(value: Any) -> str:
    """A number, or an array in MATLAB, where a vector is a column."""
    if not np.ndim(value):
        return repr(float(value))
    sizes = ", ".join(map(str, np.shape(value))) + (", 1" if np.ndim(value) == 1 else "")
    return f"reshape({np.ravel(value, 'F').tolist()}, {sizes})"


def _shaped(case: Case, numbers: Sequence[float]) -> list[Any]:
    """The results that a language has printed column by column, in their shapes; as they are if these differ."""
    sizes = [np.size(value) for value in case.expected]
    parts = np.split(np.asarray(numbers), np.cumsum(sizes)[:-1])
    if sum(sizes) != len(numbers):
        return parts
    return [part.reshape(np.shape(value), order="F") for part, value in zip(parts, case.expected, strict=True)]


def in_matlab(cases: Sequence[Case], folder: Path) -> list[list[Any]]:
    """What GNU Octave computes."""
    lines = ["1;"]
    for case in cases:
        names = [f"r{i}" for i in range(len(case.expected))]
        lines.append(case.text("matlab").replace("f_grad(", f"f{case.number}("))
        values = ", ".join(map(_in_columns, case.point.values()))
        shown = " ".join(f'printf("%.17g ", {name});' for name in names)
        lines.append(f'[{", ".join(names)}] = f{case.number}({values}); {shown} printf("\\n");')
    (folder / "all.m").write_text("\n".join(lines), "utf-8")
    rows = _numbers(_ran(["octave-cli", "--norc", str(folder / "all.m")]).replace("NaN", "nan"))
    return [_shaped(case, row) for case, row in zip(cases, rows, strict=True)]


def in_sqlite(cases: Sequence[Case], folder: Path) -> list[list[float]]:
    """What SQLite computes."""
    base = sqlite3.connect(":memory:")
    rows: list[list[float]] = []
    for case in cases:
        columns = ", ".join(f'{value!r} AS "{name}"' for name, value in case.point.items())
        text = printed("sql", case.found, case.source, How(dialect="sqlite"))
        (row,) = base.execute(f"SELECT {text} FROM (SELECT {columns})").fetchall()
        rows.append([math.nan if value is None else float(value) for value in row])
    return rows


def in_duckdb(cases: Sequence[Case], folder: Path) -> list[list[float]]:
    """What DuckDB computes."""
    import duckdb  # pyright: ignore[reportMissingImports]

    base = duckdb.connect()
    rows: list[list[float]] = []
    for case in cases:
        columns = ", ".join(f'CAST({value!r} AS DOUBLE) AS "{name}"' for name, value in case.point.items())
        (row,) = base.execute(f"SELECT {case.text('sql')} FROM (SELECT {columns})").fetchall()
        rows.append([math.nan if value is None else float(value) for value in row])
    return rows


def in_sympy(cases: Sequence[Case], folder: Path) -> list[list[float]]:
    """What SymPy computes, with 30 digits."""
    rows: list[list[float]] = []
    for case in cases:
        space: dict[str, Any] = {}
        exec(case.text("sympy"), space)  # noqa: S102
        sp = space["sp"]
        exact = {space[name]: sp.Float(value, 30) for name, value in case.point.items()}
        names = [name for name in space if re.match(r"value$|d\d*_", name)]
        rows.append([float(sp.sympify(space[name]).evalf(20, subs=exact)) for name in names])
    return rows


def in_python(language: str) -> Callable[[Sequence[Case], Path], list[list[float]]]:
    """What Python computes, with a library."""

    def ran(cases: Sequence[Case], folder: Path) -> list[list[float]]:
        rows = []
        for case in cases:
            space: dict[str, Any] = {}
            exec(case.text(language), space)  # noqa: S102
            point = [_given(language, value) for value in case.point.values()]
            results = space["f_grad"](*point)
            rows.append([np.asarray(value, float) for value in (results if type(results) is tuple else (results,))])
        return rows

    return ran


def _given(language: str, value: Any) -> Any:
    if language == "torch":
        import torch  # pyright: ignore[reportMissingImports]

        return torch.tensor(value, dtype=torch.float64)
    if language == "jax":
        import jax  # pyright: ignore[reportMissingImports]

        jax.config.update("jax_enable_x64", True)
        return jax.numpy.asarray(value, dtype="float64")
    return np.asarray(value) if language == "numpy" and np.ndim(value) else value


# What runs a language: the command or the module that has to be there, and the function.
_In = Callable[[Sequence[Case], Path], "list[list[Any]]"]
COMMANDS: dict[str, tuple[str, str, _In]] = {
    "c": ("c", "cc", in_c),
    "rust": ("rust", "rustc", in_rust),
    "fortran": ("fortran", "gfortran", in_fortran),
    "javascript": ("javascript", "node", in_javascript),
    "matlab": ("matlab", "octave-cli", in_matlab),
}
MODULES: dict[str, tuple[str, str, _In]] = {
    "python": ("python", "math", in_python("python")),
    "numpy": ("numpy", "scipy", in_python("numpy")),
    "torch": ("torch", "torch", in_python("torch")),
    "jax": ("jax", "jax", in_python("jax")),
    "sympy": ("sympy", "sympy", in_sympy),
    "sqlite": ("sql", "sqlglot", in_sqlite),
    "duckdb": ("sql", "duckdb", in_duckdb),
}


def missing(name: str) -> str | None:
    """Why a language cannot be run here."""
    if name in COMMANDS:
        return None if shutil.which(COMMANDS[name][1]) else f"there is no {COMMANDS[name][1]}"
    if name == "sqlite" and not _has_functions():
        return "SQLite is built without mathematical functions"
    return None if importlib.util.find_spec(MODULES[name][1]) else f"{MODULES[name][1]} is not installed"


def _has_functions() -> bool:
    try:
        sqlite3.connect(":memory:").execute("SELECT SINH(1.0), TRUNC(1.5)")
    except sqlite3.OperationalError:
        return False
    return True


def outcome(name: str, all: Sequence[Case], folder: Path) -> tuple[int, list[str]]:
    """How many cases a language can say, and which of them gave other numbers."""
    language, _, run = {**COMMANDS, **MODULES}[name]
    said = sayable(language, all)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return len(said), differing(said, run(said, folder))


def table(names: Sequence[str]) -> Iterator[str]:
    """A line for each language that can be run here: what it can say of the recorded expressions, and what agreed."""
    known = {arrays: list(cases(arrays)) for arrays in (False, True)}
    for name in names:
        reason = missing(name)
        language = {**COMMANDS, **MODULES}[name][0]
        all = known[name in ARRAYS]
        if reason is not None:
            yield f"| `{language}` | {name} | {len(sayable(language, all))} of {len(all)} | not run: {reason} | |"
            continue
        with tempfile.TemporaryDirectory() as folder:
            said, differing = outcome(name, all, Path(folder))
        yield f"| `{language}` | {name} | {said} of {len(all)} | {said} | {said - len(differing)} |"
        for line in differing:
            sys.stderr.write(f"{line}\n")


if __name__ == "__main__":
    for row in table(sys.argv[1:] or [*MODULES, *COMMANDS]):
        sys.stdout.write(f"{row}\n")
        sys.stdout.flush()
