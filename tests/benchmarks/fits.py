"""NIST's problems of nonlinear regression, solved by `fit`, SciPy's curve_fit and lmfit; and a table of many rows.

    python tests/benchmarks/fits.py [--rows 10_000_000] [FOLDER ...]

A run is solved when it says so and reaches 6 certified digits in every parameter and 4 in every standard error (of
Lanczos1, whose residuals are rounding, parameters alone); it is wrong when it says so and does not. The others get
differences, as they do by default. FOLDER has more problems in the form of `tests/data/nist-strd`.
"""

from __future__ import annotations

import argparse
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

import numpy as np
from nist import FOLDER, STARTS, Reference, digits, references

from autodiff.engine.api.creation import tensor
from autodiff.engine.optimize.losses import LOSSES  # noqa: F401  (imported before anything is timed)
from autodiff.parser.rows.fitting import Asked, fit
from autodiff.parser.rows.residuals import Model, Residuals
from autodiff.parser.semantics.computing import computing
from autodiff.parser.semantics.limits import Limits
from autodiff.parser.syntax.parse import parse

# Values, standard errors, evaluations of the model, and whether it calls that a solution.
Answer = tuple[Any, Any, int, bool]


def ours(reference: Reference, start: str) -> Answer:
    report = fit(reference.residuals(start), Asked()).report
    estimates = report.estimates.values()
    return [e.value for e in estimates], [e.error for e in estimates], report.evaluations, report.converged


def function_of(reference: Reference) -> tuple[Callable[..., np.ndarray], np.ndarray, list[float]]:
    """The model in NumPy, of the columns and the parameters, the response, and a count of evaluations."""
    names = {name: getattr(np, name) for name in ("exp", "log", "cos", "sin", "pi")} | {"atan": np.arctan}
    code = compile(reference.model, reference.name, "eval")
    response = np.asarray(eval(reference.response, names, dict(reference.columns)))  # noqa: S307
    calls = [0.0]

    def model(columns: dict[str, np.ndarray], *parameters: float) -> np.ndarray:
        calls[0] += 1
        values = dict(zip(reference.values, parameters, strict=True))
        return np.asarray(eval(code, names, {**columns, **values}))  # noqa: S307

    return model, response, calls


def by_curve_fit(reference: Reference, start: str) -> Answer:
    from scipy.optimize import curve_fit

    model, response, calls = function_of(reference)
    first = list(reference.starts[start].values())
    try:
        values, covariance = curve_fit(model, reference.columns, response, first)
    except RuntimeError:
        return first, first, int(calls[0]), False
    return values, np.sqrt(np.diag(covariance)), int(calls[0]), bool(np.isfinite(covariance).all())


def by_lmfit(reference: Reference, start: str) -> Answer:
    import lmfit

    model, response, calls = function_of(reference)
    parameters = lmfit.create_params(**reference.starts[start])

    def residuals(p: Any) -> np.ndarray:
        return model(reference.columns, *p.valuesdict().values()) - response

    try:
        found = lmfit.minimize(residuals, parameters)
    except (ValueError, TypeError):
        return [0.0], [0.0], int(calls[0]), False
    values = [p.value for p in found.params.values()]
    errors = [p.stderr if p.stderr is not None else np.nan for p in found.params.values()]
    return values, errors, int(calls[0]), bool(found.success and found.errorbars)


def is_right(reference: Reference, answer: Answer) -> bool:
    values, errors = answer[:2]
    right = min(map(digits, values, reference.values.values())) >= 6
    exact = reference.name.startswith("Lanczos1")
    return right and (exact or min(map(digits, errors, reference.deviations.values())) >= 4)


def table(problems: list[Reference]) -> None:
    ways = {"fit": ours, "curve_fit": by_curve_fit, "lmfit": by_lmfit}
    totals = {name: [0, 0, 0, 0.0] for name in ways}
    print(f"{'':20s}" + "".join(f"{name:>26s}" for name in ways))
    for reference in problems:
        for start in STARTS:
            cells = []
            for name, way in ways.items():
                way(reference, start)
                begun = time.process_time()
                answer = way(reference, start)
                seconds = time.process_time() - begun
                right, claimed = is_right(reference, answer), answer[3]
                verdict = "solved" if right and claimed else "WRONG" if claimed else "gave up"
                total = totals[name]
                total[0] += verdict == "solved"
                total[1] += verdict == "WRONG"
                total[2] += answer[2]
                total[3] += seconds
                cells.append(f"{verdict:>10s} {answer[2]:5d} {seconds * 1e3:6.1f} ms")
            print(f"{reference.name:12s}{start:8s}" + "".join(f"{cell:>26s}" for cell in cells))
    for name, (solved, wrong, evaluations, seconds) in totals.items():
        runs = 2 * len(problems)
        print(f"{name:10s} {solved} of {runs} solved, {wrong} wrong, {evaluations} evaluations, {seconds:.2f} s of CPU")


def many(rows: int) -> None:
    """A decay over many rows in memory, against curve_fit with the Jacobian written by hand."""
    from scipy.optimize import curve_fit

    random = np.random.default_rng(0)
    x = random.uniform(0, 8, rows)
    y = 5 * np.exp(-0.7 * x) + 1 + 0.1 * random.normal(size=rows)
    starts = {"a": 3.0, "k": 1.0, "c": 0.0}
    begun = time.process_time()
    model = Model(
        parse("a*exp(-k*x) + c"),
        parse("y"),
        None,
        {"x": None, "y": None},
        {},
        {name: tensor(value) for name, value in starts.items()},
    )
    residuals = Residuals(model, Limits(), rows)
    for start in range(0, rows, 1 << 18):
        residuals.add({"x": x[start : start + (1 << 18)], "y": y[start : start + (1 << 18)]})
    report = fit(residuals, Asked()).report
    own = time.process_time() - begun

    def jacobian(x: np.ndarray, a: float, k: float, c: float) -> np.ndarray:
        decay = np.exp(-k * x)
        return np.column_stack([decay, -a * x * decay, np.ones_like(x)])

    begun = time.process_time()
    values, _ = curve_fit(lambda x, a, k, c: a * np.exp(-k * x) + c, x, y, list(starts.values()), jac=jacobian)
    theirs = time.process_time() - begun
    found = [estimate.value for estimate in report.estimates.values()]
    print(
        f"{rows:,} rows: fit {own:.1f} s of CPU ({report.evaluations} evaluations), curve_fit with a Jacobian "
        f"{theirs:.1f} s; they differ by {np.abs(np.array(found) / values - 1).max():.1e}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="*", type=Path, metavar="FOLDER")
    parser.add_argument("--rows", type=int, default=1_000_000)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    with computing("float64"):
        table([reference for folder in [FOLDER, *options.folders] for reference in references(folder)])
        many(options.rows)


if __name__ == "__main__":
    main()
