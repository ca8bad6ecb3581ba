"""Groups of options as records: what a command lists to have the options, and is given with their values."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import click
from click.core import ParameterSource

from ...parser.syntax.callers import Caller
from ...parser.syntax.errors import UsageError
from ...parser.syntax.wording import quoted
from .exit_codes import TIMED_OUT
from .printing import Style
from .saying import say
from .streams import is_terminal, manner, wants_color
from .time_limit import timeout_option

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from ...parser.script.running.script_limits import Limits as ScriptLimits
    from ...parser.semantics.limits import Limits as EvaluationLimits

_FOR_PROGRAMS = ("plain", "json", "csv", "tsv")
_LONGEST_LIMIT = 18
# Limits of the parser, which are not those of evaluating.
_PARSING = ("length", "depth")


def option(*spellings: str, **settings: Any) -> Any:
    """An option, in a group or to be listed alone."""
    kind = settings.get("type")
    if isinstance(kind, (click.IntRange, click.FloatRange)):
        # What Click's message says that a value is not.
        kind.name = "whole number" if isinstance(kind, click.IntRange) else "number"
    return click.Option(spellings, **settings)


def completed_by(name: str) -> Callable[[click.Context, click.Parameter, str], Any]:
    """What completes the value of an option in a shell: a function of `candidates`, imported only then."""

    def complete(context: click.Context, param: click.Parameter, incomplete: str) -> Any:
        from . import candidates

        return getattr(candidates, name)(context, param, incomplete)

    return complete


FILES = completed_by("files")


def file_option(*spellings: str, **settings: Any) -> Any:
    """An option for a file."""
    return option(*spellings, **{"metavar": "FILE", **settings}, shell_complete=FILES)


def output_option(*names: str, help: str) -> Any:
    """The option for the file that results go to; `-` is standard output, as without it."""

    def passed(context: click.Context, param: click.Parameter, given: str | None) -> str | None:
        return None if given == "-" else given

    return file_option("-o", "--output", *names, callback=passed, help=help)


def names_option(*spellings: str, help: str) -> Any:
    """An option for names separated by commas; given several times, it has those of all."""

    def joined(context: click.Context, param: click.Parameter, given: tuple[str, ...]) -> str | None:
        return ",".join(given) if given else None

    complete = completed_by("variables")
    return option(*spellings, metavar="NAMES", multiple=True, callback=joined, shell_complete=complete, help=help)


class Options:
    """A group of options: a subclass has an `option` for each of its fields, in the order in which help lists them.

    An instance has what was given. `context` is the call, `params` are the options by field.
    """

    params: ClassVar[dict[str, click.Option]] = {}

    def __init_subclass__(cls) -> None:
        own = {name: value for name, value in vars(cls).items() if isinstance(value, click.Option)}
        for name, value in own.items():
            value.name = name
        cls.params = {**cls.params, **own}

    def __init__(self, context: click.Context) -> None:
        """UsageError: what was given cannot be meant."""
        self.context = context
        for name in self.params:
            setattr(self, name, context.params[name])


def vars_option(help: str = "Variables from a JSON file: an object of values; it may have others too.") -> Any:
    """The option for a file of values."""
    return file_option("--vars", help=help)


def precision_option(help: str) -> Any:
    """The option for the digits of numbers for people."""
    return option("--precision", type=click.IntRange(1, 17), metavar="DIGITS", help=help)


def theme_option(default: str | None, help: str) -> Any:
    """The option for the background of a picture."""
    return option("--theme", type=click.Choice(("light", "dark")), default=default, help=help)


def _asks_for_json(context: click.Context, param: click.Parameter, given: Any) -> Any:
    # At once, so that errors of other options are in JSON too.
    manner.as_json |= given in (True, "json", "jsonl")
    return given


SET = option("--set", multiple=True, metavar="NAME=VALUE", help="A variable, whatever its name.")
WRT = names_option("--wrt", help="Differentiate by these variables only, separated by commas.")
CONST = names_option("--const", help="Take these variables as constants, separated by commas.")
HIGHEST_ORDER = click.IntRange(1, 20)


def json_option(help: str = "Short for --format json; an error is printed as an object too.") -> Any:
    """The option for JSON."""
    return option("--json", is_flag=True, is_eager=True, callback=_asks_for_json, help=help)


JSON = json_option()
STRICT = option("--strict", is_flag=True, help="Exit 1 if a result is not finite.")


DTYPES = click.Choice(["float64", "float32"])


def dtype_option(help: str) -> Any:
    """The option for the type of numbers."""
    return option("--dtype", type=DTYPES, default="float64", show_default=True, help=help)


def errors_option(help: str) -> Any:
    """The option for what becomes of records that fail."""
    choice = click.Choice(["stop", "skip", "mark"])
    return option("--errors", type=choice, default="mark", show_default=True, help=help)


class GivenVariables(Options):
    """What gives variables."""

    assignments: tuple[str, ...] = SET
    vars_file: str | None = vars_option()
    wrt: str | None
    const: str | None


class Unknowns(GivenVariables):
    """What gives variables their starts, and says which of them to look for."""

    wrt: str | None = names_option("--wrt", help="Look for these variables only, separated by commas.")
    const: str | None = CONST


class Variables(GivenVariables):
    """What gives variables and says which of them to differentiate by."""

    wrt: str | None = WRT
    const: str | None = CONST
    dtype: str = dtype_option("Type to compute with.")


class Derivatives(Options):
    """What asks for other derivatives than the gradient."""

    hessian: bool = option("--hessian", is_flag=True, help="Second derivatives, by pair of variables.")
    jacobian: bool = option("--jacobian", is_flag=True, help="Derivatives of each element of the value.")
    order: int = option(
        "--order", type=HIGHEST_ORDER, default=1, metavar="N", help="Derivatives up to the N-th by each variable."
    )


class Directions(Options):
    """What asks for products of the derivative with a vector."""

    vjp: str | None = option(
        "--vjp", metavar="VALUE", help="Gradients of the value weighted by VALUE, which has its shape."
    )
    jvp: tuple[str, ...] = option(
        "--jvp",
        multiple=True,
        metavar="NAME=VALUE",
        help="Derivative of the value along a direction; once for each variable that moves.",
    )


def format_option(
    formats: Sequence[str], help: str = "How to print.  [default: pretty on a terminal, plain in a pipe]"
) -> Any:
    """The option for the format of results."""
    choice = click.Choice(formats)
    return option("--format", type=choice, is_eager=True, callback=_asks_for_json, help=help)


def _sets(name: str) -> Any:
    """A callback that keeps what is asked for as the manner of the call, at once: errors of other options have it."""

    def keep(context: click.Context, param: click.Parameter, given: Any) -> Any:
        setattr(manner, name, given)
        return given

    return keep


COLOR = option(
    "--color",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    is_eager=True,
    callback=_sets("color"),
    help="Colours: of results, errors and notes.  [default: auto, on a terminal]",
)
QUIET = option(
    "-q",
    "--quiet",
    is_flag=True,
    is_eager=True,
    callback=_sets("quiet"),
    help="Say no notes, warnings and counts, but errors.",
)
RESULTS = output_option("results", help="Write to FILE, which appears when it is whole; in its format.")
# What every command has, at the end of its help, unless it has one of its own.
EVERYWHERE = (RESULTS, COLOR, QUIET, timeout_option())


def _is_on_the_line(context: click.Context, name: str) -> bool:
    """Whether a parameter is given in the call itself, and not by a file of defaults."""
    return context.get_parameter_source(name) is ParameterSource.COMMANDLINE


def given_format(context: click.Context, json: str = "json") -> str | None:
    """The format that a call asks for, where JSON is called `json`; a file's gives way to `--json` and `--get`.

    UsageError: two formats.
    """
    as_json, given = context.params["as_json"], context.params["format_name"]
    if not _is_on_the_line(context, "format_name") and (as_json or context.params.get("keys")):
        given = None
    if as_json and given not in (None, json):
        raise UsageError(f"--json and --format {given} exclude each other", "leave out one of them")
    return json if as_json else given


class Format(Options):
    """How to print. Where no format is given, `format_name` is what the file is called, the `default`, or what suits.

    UsageError: two formats are given, or one for the single result of `--get`.
    """

    format_name: str
    as_json: bool
    default: ClassVar[str | None] = None
    # What files in a format are called.
    endings: ClassVar[Mapping[str, Sequence[str]]] = {
        "json": (".json", ".jsonl"),
        "csv": (".csv",),
        "tsv": (".tsv",),
        "markdown": (".md",),
        "latex": (".tex",),
        "html": (".html", ".htm"),
    }

    def __init__(self, context: click.Context) -> None:
        super().__init__(context)
        given = given_format(context)
        if context.params.get("keys") and given:
            asked = "--json" if self.as_json else f"--format {given}"
            raise UsageError(f"--get prints one result as plain text and takes no {asked}", "leave out one of them")
        self.is_given = given is not None
        is_asked = self.as_json or _is_on_the_line(context, "format_name")
        named = None if is_asked else self.named(context.params.get("results") or context.params.get("output"))
        suited = "pretty" if is_terminal(sys.stdout) and not context.params.get("results") else "plain"
        self.format_name = named or given or self.default or suited

    def named(self, path: str | None) -> str | None:
        """The format that a file's ending tells, of those there are here."""
        ending = os.path.splitext(path or "")[1].lower()
        there: Any = self.params["format_name"].type
        return next((f for f, endings in self.endings.items() if ending in endings and f in there.choices), None)


class Output(Format):
    """How to print results."""

    format_name: str = format_option(("pretty", "plain", "json", "csv", "tsv"))
    as_json: bool = JSON
    precision: int | None = precision_option("Significant digits to show to people.")

    def style(self) -> Style:
        """The looks that were chosen, asked for when there is a result to show."""
        if self.format_name in _FOR_PROGRAMS and _is_on_the_line(self.context, "precision"):
            say(f"note: --precision is for people, and {self.format_name} has all digits; `--format pretty` rounds")
        return Style(self.precision, wants_color(sys.stdout))


class Drawn(Output):
    """How to print results that can be drawn too, into the file `picture`; a file of another kind has the results."""

    picture: str | None = output_option(help="Draw into FILE: .svg, .png or .pdf. Write to it: .json, .csv, .txt.")

    def __init__(self, context: click.Context) -> None:
        path = context.params["picture"]
        written = {".txt", *(ending for endings in self.endings.values() for ending in endings)}
        if path is not None and os.path.splitext(path)[1].lower() in written:
            context.params.update(picture=None, results=path)
        super().__init__(context)


class Values(Output):
    """How to print values and their gradients."""

    format_name: str = format_option(("pretty", "plain", "json", "csv", "tsv", "torch"))
    precision: int | None = precision_option(
        "Digits to show in the formats for people: significant ones, but in torch decimals."
    )


class _LimitOption(click.Option):
    """The option that raises or lowers a limit by name, whose help has what they are else."""

    limited: type[_Limited]

    def get_help_record(self, ctx: click.Context) -> tuple[str, str]:
        defaults = self.limited.defaults()
        usual = ", ".join(f"{name}={defaults[name]:_}" for name in self.limited.names)
        return "--limit NAME=N", f"Change a limit, once for each.  [default: {usual}]"

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        from click.shell_completion import CompletionItem

        return [CompletionItem(f"{name}=") for name in self.limited.names if name.startswith(incomplete)]


def limit_option() -> Any:
    """The option that raises or lowers a limit by name."""
    return _LimitOption(["--limit"], multiple=True, metavar="NAME=N")


class _Limited(Options):
    """What may be used. UsageError: an unknown limit, or not a positive whole number."""

    names: ClassVar[Sequence[str]]
    limits: tuple[str, ...]

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        for param in cls.params.values():
            if isinstance(param, _LimitOption):
                param.limited = cls

    @staticmethod
    def defaults() -> Mapping[str, int]:
        """What the limits are where nothing else is said."""
        raise NotImplementedError

    def __init__(self, context: click.Context) -> None:
        super().__init__(context)
        configured: Sequence[str] = (context.default_map or {}).get("limits", ())
        # A file sets them for all commands, and not each has all.
        others = {name for kind in _Limited.__subclasses__() for name in kind.names if name not in self.names}
        self.found = dict(self._read(text) for text in configured if text.partition("=")[0] not in others)
        if _is_on_the_line(context, "limits"):
            asked = [self._read(text) for text in self.limits]
            for name, _ in asked:
                if [other for other, _ in asked].count(name) > 1:
                    raise UsageError(f"the limit `{name}` is given twice", "leave out one of them")
            self.found.update(asked)

    def _read(self, text: str) -> tuple[str, Any]:
        name, _, value = text.partition("=")
        if name not in self.names:
            raise UsageError(f"there is no limit {quoted(name)}", f"the limits are {', '.join(self.names)}")
        digits = value.replace("_", "")
        if not digits.isdecimal() or len(digits) > _LONGEST_LIMIT or int(digits) < 1:
            raise UsageError(
                f"the limit `{name}` takes a positive whole number, not {quoted(value)}",
                f"write `--limit {name}=1_000_000`",
            )
        return name, int(digits)


class Limits(_Limited):
    """What an expression may use."""

    names = (*_PARSING, "nodes", "elements", "calls")
    limits: tuple[str, ...] = limit_option()

    @staticmethod
    def defaults() -> Mapping[str, int]:
        from ...parser.semantics.limits import Limits
        from ...parser.syntax.layout import DEEPEST, LONGEST

        return {"length": LONGEST, "depth": DEEPEST, **Limits()._asdict()}

    def parsing(self) -> dict[str, int]:
        """Those that `parse` takes."""
        return {f"max_{name}": limit for name, limit in self.found.items() if name in _PARSING}

    def evaluation(self) -> EvaluationLimits:
        """Those that evaluating takes."""
        from ...parser.semantics.limits import Limits

        return Limits()._replace(**{name: limit for name, limit in self.found.items() if name not in _PARSING})


class Scripts(_Limited):
    """How scripts run, the type of their numbers, and what they may take.

    UsageError: a limit for what is trusted.
    """

    names = (*_PARSING, "steps", "calls", "elements", "memory")
    assignments: tuple[str, ...] = option(
        "--set", multiple=True, metavar="NAME=VALUE", help="A name that is there at the start: x=3, data=@table.csv."
    )
    vars_file: str | None = vars_option("Such names from a JSON file: an object of values.")
    trusted: bool = option("--trust", is_flag=True, help="Run your own Python, with all that is installed.")
    dtype: str = option(
        "--dtype",
        type=DTYPES,
        help="Type of tensors made from floats.  [default: float64; with --cells or --trust float32, as in PyTorch]",
    )
    timeout: float | None = timeout_option(f"Stop a script, a cell or an input after so long: exit code {TIMED_OUT}.")
    limits: tuple[str, ...] = limit_option()

    @staticmethod
    def defaults() -> Mapping[str, int]:
        from ...parser.script.running.script_limits import Limits

        return Limits()._asdict()

    def __init__(self, context: click.Context) -> None:
        super().__init__(context)
        if self.trusted and self.limits:
            help = "leave out one of them; `--timeout` works with both"
            raise UsageError("--limit is for scripts that are not trusted, and --trust runs Python itself", help)
        if self.timeout is not None:
            self.found["seconds"] = self.timeout
        as_pytorch = self.trusted or context.params.get("cells")
        self.dtype = self.dtype or ("float32" if as_pytorch else "float64")

    def script(self) -> ScriptLimits:
        """What a session may take."""
        from ...parser.script.running.script_limits import Limits

        return Limits()._replace(**self.found)


def option_names(command: click.Command) -> list[str]:
    """The long names of a command's options, without dashes."""
    spellings = [spelling for param in command.params for spelling in param.opts]
    return ["debug", "help", *(spelling[2:] for spelling in spellings if spelling.startswith("--"))]


def caller(command: click.Command) -> Caller:
    """Who calls a command, for errors."""
    return Caller(option_names(command))


def split_names(text: str | None) -> list[str] | None:
    """Names separated by commas; None stays None."""
    return None if text is None else [name.strip() for name in text.split(",") if name.strip()]
