"""What a command is asked about one expression: the expression, its variables, and which to differentiate by."""

from __future__ import annotations

from collections.abc import Sequence

import click

from ...parser.analysis.problem import Problem
from ...parser.analysis.result import Report
from ...parser.semantics.names import free_variables
from ...parser.syntax.parse import parse
from ...parser.syntax.records import Program
from .options import Limits, Variables, option_names, split_names
from .streams import from_input, say
from .variables import collect, differentiated, match, split_words


def read_program(
    context: click.Context, words: Sequence[str], limits: Limits, example: str = ""
) -> tuple[Program, list[str]]:
    """The expression that a command was called with, and the `name=value` words behind it.

    `example` is what a call needs beside an expression. ExpressionError, UsageError: a wrong expression, or none.
    """
    expression, assigned = split_words(words)
    source = from_input(f'{context.command_path} "x**2"{example}') if expression is None else expression
    return parse(source, **limits.parsing()), assigned


def read_problem(words: Sequence[str], variables: Variables, limits: Limits) -> Problem:
    """What a command was called with.

    ExpressionError, UsageError: as `read_program`; a variable without a value, or a value without a variable.
    """
    context = variables.context
    program, assigned = read_program(context, words, limits, " --x 3")
    free = free_variables(program)
    given = collect(context.obj, [*variables.assignments, *assigned], variables.vars_file)
    names = match(program, free, given, option_names(context.command))
    return Problem(
        program,
        {name: given[name] for name in names},
        differentiated(names, split_names(variables.wrt), split_names(variables.const)),
        limits.evaluation(),
    )


def say_remarks(report: Report, keys: Sequence[str] = ()) -> None:
    """Says what there is to know of a result beside the numbers, of which `keys` alone are shown if there are any."""
    # A note is about derivatives, which `--get value` does not show.
    about_values = bool(keys) and set(keys) <= {"value", "grad_fn"}
    for note in () if about_values else report.notes:
        say(f"note: {note}")
    for finding in report.warnings:
        say(finding.diagnostic)
