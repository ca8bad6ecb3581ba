"""Several expressions in one text, each on a line after its name and a tab, as `diff` writes derivatives."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from ..syntax.errors import ExpressionError
from .differentiate import differentiate
from .problem import Problem
from .result import Finding, Report

_LINE = r"([^\W\d]\w*)\t(.*)"


class Several(NamedTuple):
    """What is asked about a text of several expressions, by their names."""

    source: str
    problems: Mapping[str, Problem]


def named_parts(source: str) -> dict[str, str]:
    """The expressions by their names, in order; none if the text is one expression."""
    found: dict[str, str] = {}
    for line in source.splitlines():
        match = re.fullmatch(_LINE, line)
        if match is None or match[1] in found:
            return {}
        found[match[1]] = match[2]
    return found


def check_is_one(source: str) -> None:
    """ExpressionError: there are several expressions in the text."""
    names = list(named_parts(source))
    if names:
        message = f"{len(names)} expressions, `{names[0]}` to `{names[-1]}`, stand where one has to be"
        help = "`autodiff eval` evaluates them; `autodiff diff` with `--wrt` writes one derivative alone"
        raise ExpressionError("syntax", message, source, 0, len(names[0]), help)


def evaluated(several: Several) -> Report:
    """The values of all by name, without derivatives. ExpressionError: as `differentiate`."""
    values: dict[str, Any] = {}
    inputs: dict[str, Any] = {}
    findings: list[Finding] = []
    dtype = ""
    for name, problem in several.problems.items():
        report = differentiate(problem._replace(wrt=()))
        values[name], dtype = report.value, report.dtype
        inputs |= report.inputs
        findings += [finding._replace(text=f"{name}: {finding.text}") for finding in report.warnings]
    return Report(several.source, inputs, dtype, values, None, {}, {}, findings, [])
