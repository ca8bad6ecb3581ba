"""What can be known of a program before it runs: its variables, and whether its calls can be right."""

from __future__ import annotations

import math
import re
from collections.abc import Collection
from functools import cache
from typing import Any

from ...engine.table.record import Operation
from ...engine.table.registry import FUNCTIONS, all_primitives
from ..syntax.errors import ExpressionError, did_you_mean, suggested
from ..syntax.records import Assign, Attribute, Call, Define, Method, Name, Program
from ..syntax.walk import walk
from ..syntax.what_is_meant import meant_by_call, meant_by_text
from ..syntax.wording import counted, shortened
from .unused_statements import check_all_used

CONSTANTS: dict[str, float] = {"pi": math.pi, "e": math.e, "tau": math.tau, "inf": math.inf, "nan": math.nan}
TENSOR_ATTRIBUTES = ("T", "mT", "H", "shape")


def free_variables(program: Program) -> dict[str, Name]:
    """The variables a program needs from outside, each with its first use, in the order of use.

    Checks every call on the way. ExpressionError: an unknown function, method or attribute; a call with too many,
    too few or unknown arguments; a statement whose value nothing uses; no value at the end.
    """
    if len(program.statements) > 1:
        check_all_used(program)
    free: dict[str, Name] = {}
    assigned: set[str] = set()
    defined: dict[str, tuple[str, ...]] = {}
    for statement in program.statements:
        bound = assigned
        body: Any = statement
        if isinstance(statement, Define):
            defined[statement.name] = statement.parameters
            bound = assigned.union(statement.parameters)
            body = statement.body
        elif isinstance(statement, Assign):
            body = statement.value
        for expr in walk(body):
            if type(expr) is Name:
                if expr.name not in bound and expr.name not in free:
                    free[expr.name] = expr
            elif type(expr) is Call:
                _check_call(expr, program.source, defined)
            elif type(expr) is Method:
                _check_method(expr, program.source)
            elif type(expr) is Attribute and expr.name not in TENSOR_ATTRIBUTES and expr.name not in _results():
                raise _unknown("attribute", expr.name, expr, program.source, (*TENSOR_ATTRIBUTES, *_results()))
        if isinstance(statement, Assign):
            assigned.add(statement.name)
    if program.statements and isinstance(program.statements[-1], Define):
        raise nothing_to_compute(program)
    return free


def meant_by_definition(program: Program, name: str, others: Collection[str]) -> str | None:
    """The help about a variable that is not there, or has no value, where a function of the program explains it.

    It is a parameter, or the function itself without its arguments, by that name or as one of the variables `others`.
    """
    for statement in program.statements:
        if isinstance(statement, Define):
            call = f"{statement.name}({', '.join(statement.parameters)})"
            if statement.name in (name, *others):
                return f"`{statement.name}` is a function here, called as `{call}`"
            if name in statement.parameters:
                return f"`{name}` is what `{statement.name}` is called with: `{call}` takes the variable `{name}`"
    return None


def nothing_to_compute(program: Program) -> ExpressionError:
    """The error about a program that defines a function at its end, and so has no value."""
    last, source = program.statements[-1], program.source
    help = "end with an expression"
    if isinstance(last, Define):
        call = f"{last.name}({', '.join(last.parameters)})"
        body = shortened(source[last.body.start : last.body.end])
        help = f"call it at the end, `{shortened(source[: last.end])}; {call}`; a formula alone needs no name: `{body}`"
    return ExpressionError("syntax", "there is nothing to compute", source, last.start, last.end, help)


@cache
def _results() -> dict[str, None]:
    """The names of the results of functions that have several."""
    return dict.fromkeys(name for primitive in all_primitives() for name in primitive.outputs if name.isidentifier())


# Functions of the table, and how many arguments they were given where that was right.
_right: set[tuple[str, int]] = set()


def _check_call(call: Call, source: str, defined: dict[str, tuple[str, ...]]) -> None:
    if call.function in defined:
        parameters = defined[call.function]
        if call.kwargs:
            name = call.kwargs[0][0]
            raise _arity(call, source, f"`{call.function}` takes no keyword argument `{name}`")
        if len(call.args) != len(parameters):
            takes = f"`{call.function}` takes {counted(len(parameters), 'argument')}"
            raise _arity(call, source, f"{takes}, but {len(call.args)} {_was(len(call.args))} given")
        return
    if (call.function, len(call.args)) in _right and not call.kwargs:
        return
    function = FUNCTIONS.get(call.function)
    if function is None:
        raise _unknown("function", call.function, call, source, [*FUNCTIONS, *defined])
    _check_arguments(call, source, function, len(call.args))
    if not call.kwargs and len(call.args) <= len(function.arguments):
        _right.add((call.function, len(call.args)))


def _check_method(call: Method, source: str) -> None:
    function = FUNCTIONS.get(call.name)
    if function is None or not function.method:
        methods = [name for name, f in FUNCTIONS.items() if f.method]
        raise _unknown("method", call.name, call, source, methods)
    _check_arguments(call, source, function, len(call.args) + 1)


def _check_arguments(call: Any, source: str, function: Operation, given: int) -> None:
    parameters = function.arguments
    if given > len(parameters) and not function.takes_many and not function.of_two:
        most = len(parameters)
        raise _arity(
            call,
            source,
            f"`{function.name}` takes at most {counted(most, 'argument')}, but {given} {_was(given)} given",
        )
    named = [name for name, _ in call.kwargs]
    known = (*parameters, *function.keywords)
    for name in named:
        if name not in known:
            raise _arity(
                call,
                source,
                f"`{function.name}` has no argument `{name}`",
                suggested(name, known, f"it is called as {function.signature()}"),
            )
        if name in parameters[:given]:
            raise _arity(call, source, f"`{function.name}` is given `{name}` twice")
    missing = [
        name for name in parameters[given : function.required] if name not in named and name not in function.assumed
    ]
    if missing:
        names = ", ".join(f"`{name}`" for name in missing)
        raise _arity(call, source, f"`{function.name}` needs {names}")


def _arity(call: Any, source: str, message: str, help: str | None = None) -> ExpressionError:
    if help is None:
        name = call.function if type(call) is Call else call.name
        function = FUNCTIONS.get(name)
        help = f"it is called as {function.signature()}" if function else None
        help = meant_by_text(source, call.start, call.end, FUNCTIONS) or help
    return ExpressionError("arity", message, source, call.start, call.end, help)


def _unknown(what: str, name: str, expr: Any, source: str, candidates: Collection[str]) -> ExpressionError:
    help = _meant(expr, source)
    close = None if help else did_you_mean(name, candidates)
    if help:
        pass
    elif close:
        help = f"did you mean `{close}`?"
    elif what == "attribute":
        help = f"a tensor has {', '.join(TENSOR_ATTRIBUTES)}; several results have their names, such as values"
    else:
        help = "`autodiff functions` lists what can be called"
    return ExpressionError("name", f"unknown {what} `{name}`", source, expr.name_start, expr.name_end, help)


def _meant(call: Call | Method | Attribute, source: str) -> str | None:
    """What a call of a function that there is not is meant for, or an attribute."""
    help = meant_by_text(source, call.start, call.end, FUNCTIONS)
    if isinstance(call, Attribute):
        called = f"{shortened(source[call.start : call.end])}()"
        return help or (f"write `{called}`" if call.name in FUNCTIONS and FUNCTIONS[call.name].method else None)
    written = [shortened(source[arg.start : arg.end]) for arg in call.args]
    if isinstance(call, Method):
        written.insert(0, shortened(source[call.object.start : call.object.end]))
        return help or meant_by_call(call.name, written, FUNCTIONS)
    help = help or meant_by_call(call.function, written, FUNCTIONS)
    if help is None and len(written) == 1 and (len(call.function) == 1 or call.function in CONSTANTS):
        help = f"for a product write `{call.function}*({written[0]})`"
        if call.function not in {*CONSTANTS, *re.findall(r"\w+", written[0])}:
            help += f", for a function define it before: `{call.function}(x) = ...; {call.function}({written[0]})`"
    return help


def _was(n: int) -> str:
    return "was" if n == 1 else "were"
