"""The commands of the prompt, which begin with a colon."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from ...parser.syntax.actions import in_module
from ...parser.syntax.errors import UsageError, suggested
from ...parser.syntax.wording import counted, quoted
from ..shell.files import replacing
from ..shell.printing import Style, rendered
from ..shell.saying import say
from ..shell.streams import is_terminal, read_text, wants_color, write

if TYPE_CHECKING:
    from ...parser.analysis.origins import Origins
    from ...parser.analysis.session_graph import Retraced
    from ..run.session import AnySession


class Console(Protocol):
    """What commands act on: a session, what is known of its graphs, and the inputs that ran."""

    session: AnySession
    origins: Origins
    start: str
    inputs: list[str]
    files: set[str]

    def next_name(self) -> str:
        """What the next input is called in errors."""
        ...


class Command(NamedTuple):
    """A command: what may stand after its name (nothing: it takes nothing), what it does, and how."""

    argument: str
    summary: str
    run: Callable[[Console, str], None]


def run_command(console: Console, text: str) -> None:
    """Runs a line that begins with a colon. UsageError: there is no such command, or it is called wrongly."""
    name, _, argument = text.partition(" ")
    if name not in COMMANDS:
        raise UsageError(
            f"there is no command {quoted(name)}",
            suggested(name, COMMANDS, "`:help` lists the commands"),
        )
    command, argument = COMMANDS[name], argument.strip()
    if argument and not command.argument:
        raise UsageError(f"`{name}` takes nothing after it", f"write `{name}`")
    command.run(console, argument)


def _graph(console: Console, argument: str) -> None:
    from ...parser.analysis.graph import graph_as_recorded, graph_of_passes

    graph, passes, failure = retraced = _retraced(console, ":graph", argument)
    if failure is None:
        drawn = graph_of_passes(passes, graph.values(), argument)
    else:
        drawn = graph_as_recorded(graph, passes.value, graph.values(), argument)
    write(rendered("graph", "tree", drawn, Style(color=wants_color(sys.stdout), ascii=not is_terminal(sys.stdout))))
    _say_notes(retraced)


def _trace(console: Console, argument: str) -> None:
    from ...parser.analysis.result import Report

    graph, passes, _ = retraced = _retraced(console, ":trace", argument)
    value, node = passes.value._data, passes.value.grad_fn
    grad_fn = None if node is None else node.name()
    report = Report(argument, graph.values(), value.dtype.name, value, grad_fn, {}, {}, [], [])
    style = Style(color=wants_color(sys.stdout))
    write(rendered("trace", "pretty" if is_terminal(sys.stdout) else "plain", report, passes, style))
    _say_notes(retraced)


def _retraced(console: Console, command: str, argument: str) -> Retraced:
    """The passes through the graph of an expression's value, or without one of the value shown last."""
    from ...parser.analysis.session_graph import retrace

    session = console.session
    value: Any = session.value_of(argument, console.next_name()) if argument else session.shown
    if value is None:
        message = "this has no value" if argument else "no value was shown yet"
        raise UsageError(message, f"write a tensor after it: `{command} y`")
    return retrace(value, session.names, console.origins)


def _say_notes(retraced: Retraced) -> None:
    size = retraced.passes.value.numel()
    if retraced.failure is not None:
        say(f"note: no backward pass runs through it: {retraced.failure}")
    elif size != 1:
        say(f"note: the value has {size} elements; the gradient is that of their sum")


def _vars(console: Console, argument: str) -> None:
    from .listing import listed_names

    write(listed_names(console.session.names))


def _save(console: Console, argument: str) -> None:
    if not argument:
        raise UsageError("the name of a file is missing", "write `:save lesson.py`")
    if not console.inputs:
        raise UsageError("there is nothing to save: no input has run without an error")
    path = os.path.expanduser(argument)
    if os.path.exists(path) and os.path.realpath(path) not in console.files:
        raise UsageError(f"{quoted(argument)} is there already", "choose another name, or remove it first")
    script = console.start + "".join(f"{text}\n" for text in console.inputs)
    with replacing(path) as file:
        file.write(script.encode("utf-8", "replace"))
    console.files.add(os.path.realpath(path))
    say(f"saved {counted(len(console.inputs), 'input')}; `autodiff run {argument}` runs them again")


def _diff(console: Console, argument: str) -> None:
    from .formulas import show_derivatives

    show_derivatives(console.session.names, argument)


def _check(console: Console, argument: str) -> None:
    from .formulas import show_check

    show_check(console.session.names, argument)


def _load(console: Console, argument: str) -> None:
    if not argument:
        raise UsageError("the name of a file is missing", "write `:load lesson.py`")
    source = read_text(os.path.expanduser(argument))
    console.session.run(source, argument)
    console.inputs.append(source.rstrip())


def _time(console: Console, argument: str) -> None:
    if not argument:
        raise UsageError("there is nothing to time", "write it after: `:time torch.exp(x).sum()`")
    start = time.perf_counter()
    console.session.run(argument, console.next_name())
    seconds = time.perf_counter() - start
    console.inputs.append(argument)
    write(f"{seconds:.3g} s\n" if seconds >= 1 else f"{seconds * 1e3:.3g} ms\n")


def _help(console: Console, argument: str) -> None:
    if not argument:
        rows = [(f"{name} {command.argument}".rstrip(), command.summary) for name, command in COMMANDS.items()]
        write(f"{_columns(rows)}\n{_columns(_KEYS)}")
    elif argument in COMMANDS:
        command = COMMANDS[argument]
        write(_columns([(f"{argument} {command.argument}".rstrip(), command.summary)]))
    else:
        from ...parser.analysis.function_entry import entry_of
        from ..functions import pretty
        from ..functions.selection import named

        module, _, name = argument.rpartition(".")
        name = in_module(module, name)
        write(pretty.described(entry_of(named(name or argument))))


def _quit(console: Console, argument: str) -> None:
    raise EOFError


def _columns(rows: list[tuple[str, str]]) -> str:
    width = max(len(left) for left, _ in rows)
    return "".join(f"{left:<{width}}  {right}\n" for left, right in rows)


COMMANDS = {
    ":graph": Command("[EXPR]", "the graph of a tensor, with values and gradients", _graph),
    ":trace": Command("[EXPR]", "the forward and backward pass that end in a tensor, step by step", _trace),
    ":diff": Command("EXPR", "the derivatives of a formula by its variables, as formulas", _diff),
    ":check": Command("EXPR", "its derivatives against differences, at the values of the session or at random", _check),
    ":time": Command("INPUT", "runs an input, and says how long it took", _time),
    ":load": Command("FILE", "runs a script, whose names are there then", _load),
    ":vars": Command("", "the names of the session, with their values and gradients", _vars),
    ":save": Command("FILE", "writes the inputs that ran without an error, for `autodiff run`", _save),
    ":help": Command("[NAME]", "this list, or what a function computes and its derivatives", _help),
    ":quit": Command("", "ends the session", _quit),
}
_KEYS = [
    ("Enter", "runs the input; inside a block or brackets, begins the next line; an empty line ends a block"),
    ("Tab", "completes names, attributes, commands and files; at the start of a line, indents"),
    ("Up, Down", "earlier inputs; Ctrl-R searches in them"),
    ("Ctrl-C", "drops the input, or interrupts what runs"),
    ("Ctrl-D", "ends the session, as `exit` does"),
]
