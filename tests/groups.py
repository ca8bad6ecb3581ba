"""Many small cases as few tests: where a case takes less time than pytest does to set a test up and report it.

`grouped` stands where `pytest.mark.parametrize` would. Every case of a group runs, whatever became of those before,
and those that fail are raised together, each with its name; a case marked as one that fails has to. What became of the
cases is a property of the group's report. With AUTODIFF_CASES=1 in the environment each case is a
test of its own again, to be chosen by `-k`.
"""

from __future__ import annotations

import functools
import inspect
import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest

ALONE = "AUTODIFF_CASES" in os.environ
PARAM = type(pytest.param())


# `pytest.fail`, as by `pytest.raises` of what raises nothing, is no Exception.
FAILURE = (Exception, pytest.fail.Exception)


class Failures:
    """What failed of several cases: `with failures.case(name): ...` for each, and `report` at the end."""

    def __init__(self) -> None:
        self.errors: list[BaseException] = []

    @contextmanager
    def case(self, name: str) -> Iterator[None]:
        try:
            yield
        except FAILURE as error:
            error.add_note(f"in the case {name}")
            self.errors.append(error)

    def report(self, cases: int) -> None:
        """BaseExceptionGroup: at least one of the cases failed."""
        if self.errors:
            raise BaseExceptionGroup(f"{len(self.errors)} of {cases} cases failed", self.errors)


def grouped(
    arguments: str, cases: Sequence[Any], ids: Sequence[str] | Callable[[Any], str] | None = None, size: int = 50
) -> Callable[[Callable[..., None]], Any]:
    """Runs a test with each of the cases, `size` of them in a row; as parametrize has them: values, or tuples of them.

    Fixtures are made once for a group, so that none of them may be changed by a case.
    """
    names = [name.strip() for name in arguments.split(",")]
    shown = list(ids) if ids is not None and not callable(ids) else [_shown(case, ids or _name) for case in cases]
    named = list(zip(shown, cases, strict=True))
    groups = [named[start : start + size] for start in range(0, len(named), size)]

    def decorate(test: Callable[..., None]) -> Any:
        if ALONE:
            return pytest.mark.parametrize(arguments, cases, ids=None if ids is None else shown)(test)

        @functools.wraps(test)
        def run(group: list[tuple[str, Any]], record_property: Callable[..., None], **fixtures: Any) -> None:
            failures, skipped, failed_as_marked = Failures(), [], 0
            for name, case in group:
                values, fails = _values_and_reason(case, len(names))
                with failures.case(name):
                    try:
                        test(**dict(zip(names, values, strict=True)), **fixtures)
                    except pytest.skip.Exception as skip:
                        skipped.append(skip)
                    except FAILURE:
                        if fails is None:
                            raise
                        failed_as_marked += 1
                    else:
                        assert fails is None, f"it holds, and is marked as one that fails: {fails}"
            counts = {"skipped": len(skipped), "xfailed": failed_as_marked, "failed": len(failures.errors)}
            record_property("cases", {**counts, "passed": len(group) - sum(counts.values())})
            failures.report(len(group))
            if len(skipped) == len(group):
                raise skipped[0]

        own = inspect.signature(test).parameters
        needed = [inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY) for name in ("group", "record_property")]
        needed += [p.replace(kind=p.KEYWORD_ONLY) for name, p in own.items() if name not in names]
        run.__signature__ = inspect.Signature(needed)  # type: ignore[attr-defined]
        labels = [f"{number}: {group[0][0]} to {group[-1][0]}" for number, group in enumerate(groups)]
        return pytest.mark.parametrize("group", groups, ids=labels)(run)

    return decorate


def _values_and_reason(case: Any, count: int) -> tuple[Sequence[Any], str | None]:
    """The values of a case, and why it fails if it is a `pytest.param` with such a mark."""
    if not isinstance(case, PARAM):
        return (case if count > 1 else (case,)), None
    return case.values, next((str(mark.kwargs["reason"]) for mark in case.marks), None)  # type: ignore[attr-defined]


def _shown(case: Any, name: Callable[[Any], str]) -> str:
    return str(case.id) if isinstance(case, PARAM) else name(case)  # type: ignore[attr-defined]


def _name(case: Any) -> str:
    return "-".join(map(_word, case)) if isinstance(case, tuple) else _word(case)


def _word(value: Any) -> str:
    """A value in a name, which is the same in every process: a function by its name, not by its address."""
    text = str(getattr(value, "__name__", value))
    return re.sub(" at 0x[0-9a-f]+", "", text)
