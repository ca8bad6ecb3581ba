"""What is to be fitted: which names are parameters, which are columns, and whether that fits together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ...engine import Tensor
from ...parser.analysis.given_names import unused
from ...parser.rows.fitting import Asked
from ...parser.rows.residuals import Model
from ...parser.semantics.names import free_variables
from ...parser.solving.bounds import read_bounds
from ...parser.syntax.errors import UsageError, did_you_mean, suggested
from ...parser.syntax.parse import parse
from ...parser.syntax.records import Name, Program
from ...parser.syntax.wording import listed, quoted
from ..map.matching import matched, parse_renames
from ..map.table_formats import Table
from ..shell.options import Limits, caller, split_names
from ..shell.variables import collect
from .fit_options import Modelling, Reading, Searching
from .observations import FitJob, Rows


def planned(
    text: str,
    assigned: Sequence[str],
    first: Table,
    asked: Modelling,
    searching: Searching,
    reading: Reading,
    limits: Limits,
) -> FitJob:
    """The job for a model and tables like the first. ExpressionError, UsageError: they do not fit, or names clash."""
    source = first.source
    names = [*source.names, *first.keys]
    # As R writes it: `y ~ a*x`.
    before, tilde, after = text.partition("~")
    if tilde and asked.response is not None:
        raise UsageError("the response is given twice", f"leave out `{before.strip()} ~` or `--response`")
    value = parse(after.strip() if tilde else text, **limits.parsing())
    observed = before.strip() if tilde else asked.response
    if not observed:
        raise UsageError("what the model is fitted to is missing", f"write `--response {_likely(value, names)}`")
    response = parse(observed, **limits.parsing())
    deviation = _deviation(asked, limits)
    own = free_variables(value)
    free: dict[str, Name] = {**own, **free_variables(response)}
    if deviation is not None:
        free.update(free_variables(deviation))
    given = collect(asked.context.obj, [*asked.assignments, *assigned], asked.vars_file, free)
    for name in given:
        if name not in free:
            raise unused(name, value, list(own), caller(asked.context.command))
    columns = _columns(free, own, names, given, reading, first)
    fixed = split_names(asked.fixed) or []
    _check_known("--fix", fixed, given)
    starts = {name: value for name, value in given.items() if name in own and name not in fixed}
    _check_apart("the response", response, starts)
    if deviation is not None:
        _check_apart("the deviation of a row", deviation, starts)
    if not starts:
        raise UsageError(
            "there is no parameter to look for", "give one its start, as `--a 1`, and leave it out of `--fix`"
        )
    shared = split_names(asked.shared) or []
    _check_known("--shared", shared, starts)
    _check_together(asked, names, source.title)
    constants = {name: value for name, value in given.items() if name not in starts}
    widths = {variable: source.widths.get(column) for variable, column in columns.items()}
    wanted = Asked(
        bounds=read_bounds(asked.bounds, {name: tuple(start.shape) for name, start in starts.items()}),
        shared=shared,
        loss=asked.loss,
        scale=asked.scale,
        absolute=asked.absolute,
        profile=searching.profile,
        level=searching.level,
        starts=searching.starts,
        seed=searching.seed,
    )
    model = Model(value, response, deviation, widths, constants, starts)
    return FitJob(model, Rows(columns, asked.by), wanted, limits.evaluation())


def _check_together(asked: Modelling, names: Sequence[str], title: str) -> None:
    """UsageError: options that need others, or a column that there is not."""
    if asked.shared and asked.by is None:
        raise UsageError("--shared is for groups of rows", "name the column that tells them apart: `--by COLUMN`")
    if asked.by is not None and asked.by not in names:
        help = suggested(asked.by, names, f"its columns are {listed(names)}")
        raise UsageError(f"{title} has no column {quoted(asked.by)}", help)
    if asked.scale is not None and asked.loss is None:
        raise UsageError("--scale is for robust losses", "write `--loss huber` too, or leave it out")
    if asked.absolute and asked.sigma is None and asked.weights is None:
        raise UsageError("--absolute is for known deviations, and none are given", "give them with `--sigma EXPR`")


def _deviation(asked: Modelling, limits: Limits) -> Program | None:
    """The expression of the deviation of a row. UsageError: it is given twice."""
    if asked.sigma is not None and asked.weights is not None:
        raise UsageError("--sigma and --weights exclude each other", "weights are 1/sigma**2")
    if asked.weights is not None:
        parse(asked.weights, **limits.parsing())
        return parse(f"1/sqrt({asked.weights})", **limits.parsing())
    return None if asked.sigma is None else parse(asked.sigma, **limits.parsing())


def _columns(
    free: Mapping[str, Name],
    own: Mapping[str, Name],
    names: Sequence[str],
    given: Mapping[str, Tensor],
    reading: Reading,
    first: Table,
) -> dict[str, str]:
    """The column of each variable without a value; `own` are those of the model. UsageError: there is none for one."""
    try:
        return matched(free, first, given, reading.renames)
    except UsageError as error:
        known = {*given, *names, *parse_renames(reading.renames)}
        missing = [name for name in own if name not in known]
        if missing and did_you_mean(missing[0], names) is None:
            starts = " ".join(f"--{name} 1" for name in missing)
            columns = (error.help or "").partition(";")[0]
            error.help = f"{columns}; a parameter needs a start: `{starts}`"
        raise


def _check_known(option: str, names: Sequence[str], known: Mapping[str, Tensor]) -> None:
    for name in names:
        if name not in known:
            help = suggested(name, known, f"the parameters are {listed(known)}" if known else None)
            raise UsageError(f"{option} names {quoted(name)}, which is no parameter", help)


def _check_apart(what: str, program: Program, starts: Mapping[str, Tensor]) -> None:
    """UsageError: an expression that is to depend on columns alone depends on what is looked for."""
    both = [name for name in free_variables(program) if name in starts]
    if both:
        raise UsageError(f"{what} depends on the parameter {quoted(both[0])}, and is to depend on columns alone")


def _likely(value: Program, names: Sequence[str]) -> str:
    """A column that the model does not use."""
    unused = [name for name in names if name not in free_variables(value)]
    return unused[0] if unused and unused[0].isidentifier() else "y"
