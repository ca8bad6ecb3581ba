"""`autodiff eval`: the value, the graph's last node and the gradients of an expression."""

from __future__ import annotations

import sys
from typing import Any

import click

from .. import options
from ..command import VariablesCommand
from ..errors import FAILED, OK, UsageError
from ..streams import say, wants_color

EXAMPLES = [
    ('autodiff eval "x**2" --x 3', "value 9.0, grad_fn PowBackward0, gradient 6.0"),
    ('autodiff eval "sin(x**2)*y" x=0.5 y=pi --wrt x', "variables after the expression; the gradient of x only"),
    ('autodiff eval "(x**2).mean()" --x "[1, 2, 3]"', "a vector"),
    ('autodiff eval "w*x + b" --vars point.json --json', "variables from a file, the result as JSON"),
    ("g=$(autodiff eval 'x**3' --x 2 --get grad.x)", "one number for a script"),
    ('echo "exp(-x)" | autodiff eval --x 1', "the expression from standard input"),
]


@click.command(cls=VariablesCommand, examples=EXAMPLES, context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("words", nargs=-1, metavar="EXPR [NAME=VALUE]...")
@options.variables
@click.option("--hessian", is_flag=True, help="Second derivatives, by pair of variables.")
@click.option("--jacobian", is_flag=True, help="Derivatives of each element of the value.")
@click.option("--order", type=click.IntRange(1, 20), default=1, metavar="N", help="Derivatives up to the N-th.")
@click.option("--vjp", metavar="VALUE", help="Gradients of the value weighted by VALUE, of its shape.")
@click.option("--jvp", multiple=True, metavar="NAME=VALUE", help="Derivative of the value along a direction.")
@click.option("--get", "key", metavar="KEY", help="Print one result alone: value, grad_fn, grad.x, ...")
@click.option("--strict", is_flag=True, help="Exit 1 if a result is not finite.")
@options.output
@options.limits
@click.pass_context
def command(
    ctx: click.Context,
    words: tuple[str, ...],
    assignments: tuple[str, ...],
    vars_file: str | None,
    wrt: str | None,
    const: str | None,
    dtype: str,
    hessian: bool,
    jacobian: bool,
    order: int,
    vjp: str | None,
    jvp: tuple[str, ...],
    key: str | None,
    strict: bool,
    format_name: str | None,
    as_json: bool,
    precision: int | None,
    color: str,
    limit_texts: tuple[str, ...],
) -> int:
    """Value, grad_fn and gradients of an expression.

    Variables are given as --x 3, --x=-3, or x=3 after the expression; --set x=3 where the name is also an option.
    A value is a number, a list, a constant expression such as pi/2, or @file (.npy, .json, .csv). Every variable
    is differentiated by, unless --wrt or --const says otherwise.
    """
    source, assigned = _expression(words)
    limits = options.parse_limits(limit_texts)

    # Here, so that `--help` and a wrong option cost no import of NumPy.
    import numpy as np

    from ... import engine
    from ...parser.check import free_variables
    from ...parser.evaluate import Limits
    from ...parser.parse import parse
    from ..derivatives import Request, differentiate
    from ..render import Style, render
    from ..variables import collect, match, read_value

    engine.set_default_dtype(getattr(engine, dtype))
    spellings = [spelling for p in ctx.command.params for spelling in p.opts if spelling.startswith("--")]
    with np.errstate(all="ignore"):
        bounds = {f"max_{name}": limits.pop(name) for name in ("length", "depth") if name in limits}
        program = parse(source, **bounds)
        free = free_variables(program)
        given = collect(ctx.obj, [*assignments, *assigned], vars_file)
        names = match(program, free, given, spellings)
        request = Request(
            hessian,
            jacobian,
            order,
            None if vjp is None else read_value("--vjp", vjp),
            _directions(jvp) if jvp else None,
        )
        report = differentiate(
            program,
            {name: given[name] for name in names},
            _differentiated(names, wrt, const),
            request,
            Limits()._replace(**limits),
        )
        chosen = "json" if as_json else format_name or ("pretty" if sys.stdout.isatty() else "plain")
        if key is not None:
            text = _fact(report, key)
        else:
            text = render(chosen, report, Style(precision, wants_color(sys.stdout, color)))
    sys.stdout.write(text)
    sys.stdout.flush()
    for note in report.notes:
        say(f"note: {note}")
    for finding in report.warnings:
        say(finding.diagnostic)
    return FAILED if strict and not report.is_finite() else OK


def _expression(words: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """The expression and the words after it; from standard input where it is `-` or missing."""
    if words and words[0] != "-":
        return words[0], words[1:]
    if not words and sys.stdin.isatty():
        raise UsageError("the expression is missing", 'write autodiff eval "x**2" --x 3')
    return sys.stdin.buffer.read().decode("utf-8", errors="replace"), words[1:]


def _differentiated(names: list[str], wrt: str | None, const: str | None) -> list[str]:
    """The variables to differentiate by, in the order of `--wrt` where that is given."""
    chosen = options.split_names(wrt)
    constant = options.split_names(const) or []
    for option, listed in (("--wrt", chosen or []), ("--const", constant)):
        for name in listed:
            if name not in names:
                from ...parser.errors import did_you_mean

                close = did_you_mean(name, names)
                raise UsageError(
                    f"{option} names `{name}`, which is not a variable of the expression",
                    f"did you mean `{close}`?" if close else f"its variables are {', '.join(names) or 'none'}",
                )
    return [name for name in (names if chosen is None else dict.fromkeys(chosen)) if name not in constant]


def _directions(texts: tuple[str, ...]) -> dict[str, Any]:
    from ..variables import read_value

    directions: dict[str, Any] = {}
    for text in texts:
        name, separator, value = text.partition("=")
        if not separator:
            raise UsageError(f"--jvp takes NAME=VALUE, not `{text}`")
        directions[name] = read_value(name, value)
    return directions


def _fact(report: Any, key: str) -> str:
    """One result alone on a line. UsageError: there is no such result."""
    from ...parser.errors import did_you_mean
    from ..report import value_text

    facts = dict(report.facts())
    if key not in facts:
        close = did_you_mean(key, facts)
        raise UsageError(
            f"there is no result `{key}`",
            f"did you mean `{close}`?" if close else f"the results are {', '.join(facts)}",
        )
    return value_text(facts[key]) + "\n"
