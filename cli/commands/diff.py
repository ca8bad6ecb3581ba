"""`autodiff diff`: the derivative of an expression, as an expression or as code."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from itertools import count
from typing import TYPE_CHECKING

import click

from ...parser.syntax.errors import UsageError
from ...parser.syntax.wording import quoted, variables_help
from ...parser.unparse.formats import FORMATS
from ..shell.command import EXPRESSION
from ..shell.command import command as declared
from ..shell.exit_codes import OK
from ..shell.highlight import formula
from ..shell.options import (
    CONST,
    HIGHEST_ORDER,
    JSON,
    SET,
    Format,
    Limits,
    Options,
    caller,
    dtype_option,
    names_option,
    option,
    split_names,
    vars_option,
)
from ..shell.saying import say
from ..shell.streams import wants_color, write

if TYPE_CHECKING:
    from ...engine import Tensor

_LONGEST_SIZE = 10  # digits
_FIRST_STAND_IN = 13  # of the numbers that letters stand for

EXAMPLES = [
    ('autodiff diff "sin(x**2)"', "2*x*cos(x**2)"),
    ('autodiff diff "x**2*y + y**3"', "by each variable"),
    ('autodiff diff "x**2*y + y**3" --wrt x,y', "by x and then by y: the mixed second derivative"),
    ('autodiff diff "x**5" --order 3', "the third derivative"),
    ('autodiff diff "x*exp(-x**2)" --format c', "a function in C"),
    ('autodiff diff "x**2*y" --with-value --format rust', "the value and all derivatives in one function"),
    ('autodiff diff "x*y" --format sql --dialect bigquery', "a list to select in a database"),
    ("autodiff diff 'x**x' | autodiff eval --x 2", "the derivative, evaluated"),
]


class Differentiation(Options):
    """What to differentiate by, and how to write it."""

    assignments: tuple[str, ...] = SET
    vars_file: str | None = vars_option()
    wrt: str | None = names_option(
        "--wrt",
        help="Differentiate by this variable; by several, separated by commas, one after the other.",
    )
    const: str | None = CONST
    shapes: tuple[str, ...] = option(
        "--shape",
        multiple=True,
        metavar="NAME=M,N",
        help="The sizes of a variable that has no value, numbers or letters: --shape A=3,2 or A=m,n.",
    )
    jacobian: bool = option(
        "--jacobian", is_flag=True, help="Derivatives of each element of the value, not of its sum."
    )
    order: int | None = option("--order", type=HIGHEST_ORDER, metavar="N", help="The N-th derivative by each variable.")
    expand: bool = option(
        "--expand", is_flag=True, help="Write out parts that occur several times, instead of naming them."
    )
    no_simplify: bool = option("--no-simplify", is_flag=True, help="The rules as they are, not simplified.")


class Language(Format):
    """What to write it in."""

    default = "text"
    format_name: str = option(
        "--format",
        type=click.Choice(FORMATS),
        metavar="FORMAT",
        help=f"What to print: {', '.join(FORMATS)}.  [default: text]",
    )
    as_json: bool = JSON
    value: bool = option(
        "--with-value", is_flag=True, help="The value too: in code, one function of it and all derivatives."
    )
    dtype: str = dtype_option("Type of numbers in code.")
    dialect: str | None = option(
        "--dialect", metavar="NAME", help="Of SQL: duckdb, postgres, sqlite, spark, bigquery, snowflake and others."
    )


@declared(EXAMPLES, EXPRESSION, Differentiation, Language, Limits)
def command(words: tuple[str, ...], asked: Differentiation, language: Language, limits: Limits) -> int:
    """The derivative of an expression, as an expression or code.

    It is differentiated by each of its variables. A single derivative stands alone on a line; of several, each has
    its line, `d_x` before it. Parts that occur often are assigned to names first, in the language itself, so that the
    output can be evaluated. A variable is a single number unless a value of another shape is given, as for `eval`:
    --x "[1, 2, 3]". Each derivative is compared with the engine's numbers before it is printed. An expression that is
    - or left out is read from standard input.
    """
    # Here, so that `--help` and a wrong option cost no import of NumPy.
    from ...parser.semantics.computing import computing
    from ...parser.unparse import How
    from ..shell.problem import read_given

    if language.dialect and language.format_name != "sql":
        raise UsageError(f"--dialect is of SQL, and the format is {language.format_name}", "add `--format sql`")
    with computing("float64"):
        expression, given = read_given(words, asked.context, limits, asked.assignments, asked.vars_file)
        sizes, letters = _sizes(asked.shapes, expression.names(given), given)
        text, notes = expression.written(
            language.format_name,
            split_names(asked.wrt),
            split_names(asked.const),
            asked.order,
            {**{name: tuple(value.shape) for name, value in given.items()}, **sizes},
            How(language.dtype, language.dialect),
            caller(asked.context.command),
            simplify=not asked.no_simplify,
            share=not asked.expand,
            value=language.value,
            jacobian=asked.jacobian,
            letters=letters,
        )
    write(formula(text) if language.format_name == "text" and wants_color(sys.stdout) else text)
    for note in notes:
        say(f"note: {note}")
    return OK


def _sizes(
    asked: Sequence[str], names: Sequence[str], given: Mapping[str, Tensor]
) -> tuple[dict[str, tuple[int, ...]], dict[tuple[str, int], str]]:
    """The sizes of variables without values, and those of them that are letters, for which there are stand-ins.

    UsageError: of one that the expression lacks, or something else than numbers and letters.
    """
    found: dict[str, list[str]] = {}
    for text in asked:
        name, sign, sizes = (part.strip() for part in text.partition("="))
        if name not in names:
            raise UsageError(f"--shape is of {quoted(name)}, which is not a variable here", variables_help(names))
        if name in given or name in found:
            raise UsageError(f"the sizes of {quoted(name)} are given twice", "leave out --shape or the value")
        found[name] = [part.strip() for part in sizes.strip("()[]").split(",") if part.strip()]
        if not sign or not all(
            part.isidentifier() or (part.isdecimal() and len(part) < _LONGEST_SIZE) for part in found[name]
        ):
            raise UsageError(
                f"--shape takes sizes as whole numbers or letters, not {quoted(sizes or text)}",
                f"write `--shape {name}=3,2` for a matrix, `--shape {name}=3` for a vector, `--shape {name}=n` for any",
            )
    letters = {(name, i): part for name, parts in found.items() for i, part in enumerate(parts) if part.isidentifier()}
    numbers = {int(part) for parts in found.values() for part in parts if part.isdecimal()}
    numbers.update(size for value in given.values() for size in value.shape)
    free = (size for size in count(_FIRST_STAND_IN) if size not in numbers)
    stand_ins = dict(zip(dict.fromkeys(letters.values()), free, strict=False))
    return {name: tuple(stand_ins.get(p) or int(p) for p in parts) for name, parts in found.items()}, letters
