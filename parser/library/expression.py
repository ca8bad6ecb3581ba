# pyright: strict, reportPrivateUsage=false
"""An expression in Python: called with numbers, differentiated, written as code, computed for tables."""

from __future__ import annotations

import math
import threading
import warnings
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from ...engine import Tensor
from ..analysis.given_names import canonical, differentiated, match
from ..analysis.problem import Problem
from ..semantics.computing import computing_here
from ..semantics.limits import Limits
from ..semantics.names import CONSTANTS, free_variables
from ..syntax.callers import PYTHON, Caller
from ..syntax.errors import AutodiffError, ExpressionWarning, UsageError, suggested
from ..syntax.parse import parse
from ..syntax.walk import structure
from ..syntax.wording import listed, quoted, variables_help

if TYPE_CHECKING:
    from ..analysis.differentiate import Request
    from ..analysis.result import Report
    from ..display.shown import GraphShown, PassesShown
    from ..frames.column_function import ColumnFunction
    from ..frames.row_map import RowMap
    from ..unparse.how import How

Names = str | Sequence[str]
Sizes = Mapping[str, int | Sequence[int]]

_PARSING = ("length", "depth")
_DTYPES = ("float64", "float32")
# For as many kinds of tables what was traced is kept.
_MOST_MAPS = 16
_HIGHEST_ORDER = 20
_CALLER = PYTHON._replace(options=("dtype", "wrt"))


class Expression:
    """An expression of the language that `autodiff functions` lists: `Expression("x*exp(-y)")`.

    `limits` are those of `--limit`: `length` and `depth` of the text, `nodes` that are evaluated, `elements` of an
    array, depth of `calls`. Expressions that are written alike, spaces, comments and brackets without effect aside, are
    equal, and have one hash. They may be pickled, and used by many threads at once.

    AutodiffError: the text is none, or calls what there is not.
    """

    def __init__(self, text: str, *, limits: Mapping[str, int] | None = None) -> None:
        if not isinstance(text, str):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise UsageError(f"an expression is text, not a {type(text).__name__}")
        given = dict(limits or {})
        known = (*_PARSING, *Limits._fields)
        for name in given:
            if name not in known:
                raise UsageError(f"there is no limit {quoted(name)}", f"the limits are {', '.join(known)}")
            _check_count(f"the limit `{name}`", given[name])
        self.text = text
        self._given = given
        self.limits = Limits(**{name: limit for name, limit in given.items() if name not in _PARSING})
        self.program = parse(text, **{f"max_{name}": given[name] for name in _PARSING if name in given})
        self.free = free_variables(self.program)
        self._dropped: frozenset[str] = frozenset()
        self._maps: dict[Any, RowMap] = {}
        self._lock = threading.Lock()

    @property
    def variables(self) -> tuple[str, ...]:
        """The variables, in the order of their first use. A constant such as `pi` is one only where it has a value."""
        return tuple(self.names(()))

    # Values and derivatives at a point.

    def __call__(self, values: Mapping[str, Any] | None = None, /, *, dtype: str = "float64", **named: Any) -> Any:
        """The value: a number of Python, a NumPy array, or a Tensor in its graph where one of the engine was given.

        Values are numbers, lists, arrays or Tensors by the variables' names; those that are no names for arguments may
        stand in a dictionary. AutodiffError: one is missing or spare, or the expression has no value for them.
        """
        from ..semantics.evaluate import evaluate

        with computing_here(self._dtype(dtype)):
            problem, has_tensors = self._given_problem(values, named, None)
            value = evaluate(problem.program, dict(problem.variables), problem.limits)
        return value if has_tensors else _plain(value._data)

    def grad(
        self,
        values: Mapping[str, Any] | None = None,
        /,
        *,
        wrt: Names | None = None,
        dtype: str = "float64",
        **named: Any,
    ) -> dict[str, Any]:
        """The gradient by each variable, or by those in `wrt`, by name: of an array that of the sum of its elements.

        Errors and types: as for the value; Tensors are outside the graph.
        """
        from ..analysis.differentiate import Request

        return self._derived(Request(), values, named, wrt, dtype, "grad")

    def jacobian(
        self,
        values: Mapping[str, Any] | None = None,
        /,
        *,
        wrt: Names | None = None,
        dtype: str = "float64",
        **named: Any,
    ) -> dict[str, Any]:
        """The derivatives of each element of the value, by variable: of the shape of the value, then the variable's."""
        from ..analysis.differentiate import Request

        return self._derived(Request(jacobian=True), values, named, wrt, dtype, "jacobian")

    def hessian(
        self,
        values: Mapping[str, Any] | None = None,
        /,
        *,
        wrt: Names | None = None,
        dtype: str = "float64",
        **named: Any,
    ) -> dict[str, dict[str, Any]]:
        """The second derivatives of the value, or of its sum, by the first variable and then by the second."""
        from ..analysis.differentiate import Request

        return self._derived(Request(hessian=True), values, named, wrt, dtype, "hessian")

    # As formulas.

    def derivative(self, *wrt: str, shapes: Sizes | None = None) -> Expression:
        """The derivative by a variable, or by several one after the other; by the only one where none is named.

        `shapes` are those of variables that are arrays, whose derivative is that of the sum of the value's elements. It
        may be called with all variables of this expression, though some may have dropped out. It has been compared with
        the engine's numbers. AutodiffError: there is no formula.
        """
        from ..analysis.symbolic import formulas
        from ..syntax.printer import program_text

        if not wrt and len(self.variables) != 1:
            names = listed(self.variables) if self.variables else "none"
            raise UsageError(f"by which variable to differentiate is not said, of {names}")
        by = wrt or self.variables
        differentiated(self.variables, by, None, PYTHON)
        with computing_here("float64"):
            found, notes = formulas(
                self.program, [by], self._shapes(shapes), simplify=True, share=True, limits=self.limits
            )
            made = Expression("\n".join(program_text(found.program(by))), limits=self._given)
        _warn(notes)
        made._dropped = frozenset({*self.variables, *self._dropped}).difference(made.variables)
        return made

    def code(
        self,
        language: str = "python",
        *,
        wrt: Names | None = None,
        const: Names | None = None,
        order: int | None = None,
        value: bool = False,
        jacobian: bool = False,
        shapes: Sizes | None = None,
        simplify: bool = True,
        expand: bool = False,
        dtype: str = "float64",
        dialect: str | None = None,
    ) -> str:
        """The derivatives as code, or in a notation: what `autodiff diff --format` prints, with its options.

        `value` is `--with-value`. AutodiffError: there is no formula, or no such language, or it has no word for what
        is in it.
        """
        from ..unparse.how import How

        if order is not None:
            _check_count("order", order, _HIGHEST_ORDER)
        if dialect is not None and language != "sql":
            raise UsageError(f"a dialect is of SQL, and the language is {quoted(language)}", "leave it out")
        with computing_here("float64"):
            text, notes = self.written(
                language,
                _names(wrt),
                _names(const),
                order,
                self._shapes(shapes),
                How(dtype, dialect),
                simplify=simplify,
                share=not expand,
                value=value,
                jacobian=jacobian,
            )
        _warn(notes)
        return text

    def latex(self) -> str:
        """The formula in LaTeX, for mathematics mode; of what LaTeX has no form for, the text."""
        from ..analysis.symbolic import value_in_latex

        return value_in_latex(self.program)

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {self.latex()}$"

    # What notebooks show.

    def graph(
        self, values: Mapping[str, Any] | None = None, /, *, wrt: Names | None = None, **named: Any
    ) -> GraphShown:
        """The graph that the gradient goes through, which a notebook draws. Errors: as for the value."""
        from ..display.shown import GraphShown

        with computing_here("float64"):
            return GraphShown(self._given_problem(values, named, wrt)[0])

    def trace(
        self, values: Mapping[str, Any] | None = None, /, *, wrt: Names | None = None, **named: Any
    ) -> PassesShown:
        """The forward and the backward pass, which a notebook shows as tables. Errors: as for the value."""
        from ..display.shown import PassesShown

        with computing_here("float64"):
            return PassesShown(self._given_problem(values, named, wrt)[0])

    # Over tables.

    def map(
        self,
        table: Any,
        values: Mapping[str, Any] | None = None,
        /,
        *,
        wrt: Names | None = None,
        const: Names | None = None,
        hessian: bool = False,
        order: int = 1,
        keep: Names | None = None,
        rename: Mapping[str, str] | None = None,
        prefix: str = "",
        overwrite: bool = False,
        only_new: bool = False,
        errors: Literal["mark", "skip", "stop"] = "mark",
        exact: bool = False,
        threads: int | None = None,
        **named: Any,
    ) -> Any:
        """A table with the value and the derivatives behind, in columns named as `autodiff map` names them.

        It comes back as what it is: a Table or RecordBatch of pyarrow, a frame of pandas or Polars (also a lazy one), a
        dictionary of arrays; a RecordBatchReader, or another stream of Arrow, as a RecordBatchReader, and an iterator
        of such tables as an iterator, both of which compute what is asked of them. Old columns are not copied. The
        other values are numbers that are the same in all rows. The options are those of `autodiff map`.

        Rows with nothing in a column that is used have nothing in the new ones; of rows that fail there is a warning,
        unless `errors` is `stop`. AutodiffError: a column is missing, or has no numbers.
        """
        from ..frames.row_map import Choices

        if errors not in ("mark", "skip", "stop"):
            raise UsageError(f"errors is {quoted(str(errors))}", "write `mark`, `skip` or `stop`")
        if rename is not None and not isinstance(rename, Mapping):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise UsageError("rename is no dictionary", 'write `rename={"x": "the column\'s name"}`')
        if threads is not None:
            _check_count("threads", threads)
        choices = Choices(rename or {}, only_new, errors, exact, threads)
        found = self._map(values, named, wrt, const, hessian, order, keep, choices, prefix, overwrite)
        return found(table)

    def columns(
        self,
        values: Mapping[str, Any] | None = None,
        /,
        *,
        wrt: Names | None = None,
        const: Names | None = None,
        hessian: bool = False,
        order: int = 1,
        **named: Any,
    ) -> ColumnFunction:
        """A function for engines: of an Arrow array for each variable, in their order, an array of structs.

        The fields are the columns that `map` adds. AutodiffError: as `map`.
        """
        from ..frames.column_function import ColumnFunction
        from ..frames.row_map import Choices

        choices = Choices(only_new=True, exact=True, threads=1)
        found = self._map(values, named, wrt, const, hessian, order, None, choices, "", True)
        variables = [name for name in self.variables if name not in found.constants]
        if not variables:
            raise UsageError("the expression has no variables that could be columns")
        return ColumnFunction(found, variables, self.text)

    # Of what the commands make more: results with all that there is to say about them.

    def names(self, given: Collection[str]) -> list[str]:
        """The variables, and those constants that are given, in the order of their first use."""
        return [name for name in self.free if name in given or name not in CONSTANTS]

    def problem(self, given: Mapping[str, Tensor], wrt: Sequence[str]) -> Problem:
        """The expression with values for its variables, of which others may be among those given."""
        return Problem(self.program, {name: given[name] for name in self.free if name in given}, wrt, self.limits)

    def written(
        self,
        language: str,
        wrt: Sequence[str] | None,
        const: Sequence[str] | None,
        order: int | None,
        shapes: Mapping[str, tuple[int, ...]],
        how: How,
        caller: Caller = PYTHON,
        **options: Any,
    ) -> tuple[str, list[str]]:
        """The derivatives as `code` has them, and notes on them."""
        from ..analysis.symbolic import wanted_of, written

        wanted = wanted_of(self.names(shapes), wrt, const, order, caller)
        return written(self.program, wanted, shapes, language, how, limits=self.limits, **options)

    def __repr__(self) -> str:
        return f"Expression({self.text!r})"

    def __str__(self) -> str:
        return self.text

    def __eq__(self, other: object) -> bool:
        return structure(self.program) == structure(other.program) if isinstance(other, Expression) else NotImplemented

    def __hash__(self) -> int:
        return hash(structure(self.program))

    def __reduce__(self) -> Any:
        return _again, (self.text, self._given, self._dropped)

    def _given_problem(
        self, values: Mapping[str, Any] | None, named: Mapping[str, Any], wrt: Names | None
    ) -> tuple[Problem, bool]:
        """The problem for values from Python, and whether there is a Tensor among them."""
        from ..analysis.given_values import from_python

        given = self._values(values, named)
        for name in self._dropped.intersection(given):
            del given[name]
        names = match(self.program, self.free, given, _CALLER)
        tensors = {name: from_python(name, given[name]) for name in names}
        by = differentiated(names, _names(wrt), None, _CALLER)
        has_tensors = any(isinstance(value, Tensor) for value in given.values())
        return self.problem(tensors, by), has_tensors

    def _values(self, values: Mapping[str, Any] | None, named: Mapping[str, Any]) -> dict[str, Any]:
        """What is given, in a dictionary and by name."""
        if values is not None and not isinstance(values, Mapping):  # pyright: ignore[reportUnnecessaryIsInstance]
            example = ", ".join(f"{name}=1" for name in self.variables) or "x=1"
            raise UsageError("the values are not given by name", f"write `f({example})`")
        given = {canonical(name): value for name, value in (values or {}).items()}
        spelled = {} if all(map(str.isascii, named)) else _as_python_spells(self.free)
        for typed, value in named.items():
            name = spelled.get(typed, typed)
            if name in given:
                raise UsageError(f"`{name}` is given twice")
            given[name] = value
        return given

    def _derived(
        self,
        request: Request,
        values: Mapping[str, Any] | None,
        named: Mapping[str, Any],
        wrt: Names | None,
        dtype: str,
        kind: str,
    ) -> dict[str, Any]:
        from ..analysis.differentiate import derived

        with computing_here(self._dtype(dtype)):
            problem, has_tensors = self._given_problem(values, named, wrt)
            report: Report = derived(problem, request)
        if problem.wrt and not report.grad:
            raise UsageError(*report.notes)
        found: dict[str, Any] = report.grad if kind == "grad" else report.more.get(kind, {})
        return _converted(found, has_tensors)

    def _map(
        self,
        values: Mapping[str, Any] | None,
        named: Mapping[str, Any],
        wrt: Names | None,
        const: Names | None,
        hessian: bool,
        order: int,
        keep: Names | None,
        choices: Any,
        prefix: str,
        overwrite: bool,
    ) -> RowMap:
        """What computes tables so, which is kept for the next ones."""
        _check_count("order", order, _HIGHEST_ORDER)
        from ..analysis.given_values import from_python
        from ..frames.row_map import RowMap
        from ..frames.row_plan import Asked

        with computing_here("float64"):
            given = {name: from_python(name, value) for name, value in self._values(values, named).items()}
        constants = {name: value.detach() for name, value in given.items() if name not in self._dropped}
        asked = Asked(_names(wrt), _names(const), hessian, order, _names(keep), prefix, overwrite)
        key = repr((asked, choices, {name: value._data for name, value in constants.items() if not value.dim()}))
        if any(value.dim() for value in constants.values()):
            return RowMap(self.program, constants, asked, choices, self.limits)
        with self._lock:
            if key not in self._maps:
                while len(self._maps) >= _MOST_MAPS:
                    del self._maps[next(iter(self._maps))]
                self._maps[key] = RowMap(self.program, constants, asked, choices, self.limits)
            return self._maps[key]

    def _shapes(self, shapes: Sizes | None) -> dict[str, tuple[int, ...]]:
        found: dict[str, tuple[int, ...]] = {}
        for name, sizes in (shapes or {}).items():
            if name not in self.free:
                help = suggested(name, self.free, variables_help(self.variables))
                raise UsageError(f"shapes names {quoted(name)}, which is not a variable of the expression", help)
            found[name] = (sizes,) if isinstance(sizes, int) else tuple(sizes)
        return found

    def _dtype(self, dtype: Any) -> str:
        """The name of a dtype of NumPy, of the engine, or its name."""
        name = getattr(dtype, "name", None) or getattr(dtype, "__name__", None) or str(dtype)
        if name not in _DTYPES:
            raise UsageError(f"there is no type of numbers {quoted(name)}", f"the types are {listed(_DTYPES)}")
        return name


def _again(text: str, limits: Mapping[str, int], dropped: frozenset[str]) -> Expression:
    """An expression that was pickled."""
    made = Expression(text, limits=limits)
    made._dropped = dropped
    return made


def _as_python_spells(names: Iterable[str]) -> dict[str, str]:
    """The names by what Python's parser makes of them, which writes some letters as others."""
    from unicodedata import normalize

    return {normalize("NFKC", name): name for name in names}


def _check_count(what: str, number: Any, most: float = math.inf) -> None:
    """UsageError: it is no whole number from 1 on."""
    if not isinstance(number, int) or isinstance(number, bool) or not 1 <= number <= most:
        below = "" if most == math.inf else f", up to {most}"
        raise UsageError(f"{what} is a whole number from 1 on{below}, not {quoted(repr(number))}")


def _names(names: Names | None) -> list[str] | None:
    """One name, or several, as the parser reads them."""
    return None if names is None else [canonical(name) for name in ([names] if isinstance(names, str) else names)]


def _plain(value: Any) -> Any:
    """A NumPy value as Python has it, where it is one number."""
    return value if value.ndim else value.item()


def _converted(found: Mapping[str, Any], has_tensors: bool) -> dict[str, Any]:
    """The results, each as a Tensor or as `_plain` has it, whatever they are in."""
    return {
        name: _converted(value, has_tensors)  # pyright: ignore[reportUnknownArgumentType]
        if isinstance(value, Mapping)
        else Tensor(value)
        if has_tensors
        else _plain(value)
        for name, value in found.items()
    }


def _warn(notes: Sequence[str]) -> None:
    for note in notes:
        warnings.warn(note, ExpressionWarning, stacklevel=3)


__all__ = ["AutodiffError", "Expression", "ExpressionWarning"]
