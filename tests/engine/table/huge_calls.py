"""Calls every function of the table with huge arguments, in a process that has little memory and little time.

`python huge_calls.py` prints the calls that took more than they may, a line each, and at the end how many were tried.
"""

from __future__ import annotations

import contextlib
import resource
import signal
import sys
import time
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np

import autodiff.engine as torch
from autodiff.engine.table.record import Operation
from autodiff.engine.table.registry import FUNCTIONS
from autodiff.parser.semantics.evaluate import evaluate
from autodiff.parser.syntax.errors import ExpressionError
from autodiff.parser.syntax.parse import parse

MEMORY = 700_000_000  # bytes beside what the interpreter and its libraries have mapped
SECONDS = 5  # of the processor
HUGE = 10**9
MORE = ("", f", {HUGE}", f", [{HUGE}]", f", [{HUGE}, 2]", f", {HUGE}, {HUGE}", ", 0, 3000, 1")
# Values for x, y and z: vectors, numbers, a column and a row that make a matrix together, and long ones.
COLUMN, ROW, LONG = np.ones((20_000, 1)), np.ones((1, 20_000)), np.ones(20_000)
VALUES: tuple[tuple[Any, Any, Any], ...] = (
    (np.ones(2), np.ones(2), np.ones(2)),
    (2.0, 3.0, 1.0),
    (COLUMN, ROW, COLUMN),
    (LONG, LONG, LONG),
    (np.ones((20_000, 2)), np.ones((20_000, 2)), ROW),
)


def texts(name: str, record: Operation) -> Iterator[str]:
    """Calls of a function, with more arguments than fit some."""
    arguments = "[x, y]" if record.variadic else ", ".join("xyz"[: record.tensors])
    yield from (f"{name}({arguments}{more})" for more in MORE)
    yield f"{name}({HUGE})"
    if record.takes_many:
        yield f"{name}(x, x, x, x)"


def calls() -> Iterator[tuple[str, tuple[Any, Any, Any]]]:
    for name, record in {record.name: record for record in FUNCTIONS.values()}.items():
        for text in texts(name, record):
            for values in VALUES if "x" in text else VALUES[:1]:
                yield text, values


def outcome(text: str, values: tuple[Any, Any, Any]) -> str:
    """What is wrong with how a call ended; nothing where it returned in time, or was refused in words."""
    given = {name: torch.tensor(value) for name, value in zip("xyz", values, strict=True)}
    started = time.process_time()
    try:
        evaluate(parse(text), given)
    except ExpressionError as error:
        if isinstance(error.__cause__ or error.__context__, MemoryError):
            return "memory"
    except KeyboardInterrupt:
        return "time"
    except Exception as error:
        return repr(error)
    return "" if time.process_time() - started < SECONDS else "time"


def interrupt(*_: Any) -> None:
    raise KeyboardInterrupt


def main() -> None:
    warnings.simplefilter("ignore")
    for module in ("scipy.special", "scipy.linalg"):
        with contextlib.suppress(ImportError):
            __import__(module)
    with open("/proc/self/statm", encoding="ascii") as file:
        used = int(file.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY, resource.RLIM_INFINITY))
    signal.signal(signal.SIGPROF, interrupt)
    tried = 0
    for text, values in calls():
        signal.setitimer(signal.ITIMER_PROF, SECONDS)
        found = outcome(text, values)
        signal.setitimer(signal.ITIMER_PROF, 0)
        tried += 1
        if found:
            print(f"{found}: {text} with x of shape {np.shape(values[0])}", flush=True)  # noqa: T201
    print(tried)  # noqa: T201
    sys.stdout.flush()


if __name__ == "__main__":
    main()
