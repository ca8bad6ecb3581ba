"""An expression as a function of columns, for engines that call one with some rows at a time."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ..syntax.errors import UsageError
from ..syntax.wording import counted, listed
from .arrow_arrays import array_of, arrow_width, column_of
from .arrow_import import arrow
from .frame_kinds import Part, is_a
from .row_map import Failures, RowMap, Run

if TYPE_CHECKING:
    from inspect import Signature

_SQL = {"double": "DOUBLE", "bool": "BOOLEAN", "int64": "BIGINT"}


class ColumnFunction:
    """Called with a column for each of the `variables`, it returns one of structs, with these `fields`.

    Columns are Arrow arrays, or series of Polars, for which a series comes back. A row is null where an input is. The
    results are NumPy's to the last bit, whatever rows come together; any number of threads may call it.
    """

    def __init__(self, compute: RowMap, variables: Sequence[str], name: str) -> None:
        self.compute = compute
        self.variables = list(variables)
        self.__name__ = name
        self._runs: dict[Any, tuple[Run, dict[str, int | None]]] = {}

    def __reduce__(self) -> Any:
        return ColumnFunction, (self.compute, self.variables, self.__name__)

    def __call__(self, *columns: Any) -> Any:
        """The results for columns, or for one list of them. AutodiffError: they are not as many, or have no numbers."""
        if len(columns) == 1 and isinstance(columns[0], (list, tuple)):
            (columns,) = columns
        if len(columns) != len(self.variables):
            given = counted(len(columns), "column")
            raise UsageError(f"{given} for the variables {listed(self.variables)}", "give one for each, in this order")
        found = self._structs([_array(column) for column in columns])
        return sys.modules["polars"].Series(found) if is_a(columns[0], "polars", "Series") else found

    @cached_property
    def type(self) -> Any:
        """The type of the results in Arrow, where the variables are numbers."""
        pa = arrow("columns of Arrow")
        return self._structs([pa.array([], pa.float64()) for _ in self.variables]).type

    @property
    def fields(self) -> list[str]:
        """The names of the results."""
        return [field.name for field in self.type]

    @property
    def sql_type(self) -> str:
        """The type of the results in SQL, as DuckDB writes it."""
        return f"STRUCT({', '.join(f'{field.name} {_SQL[str(field.type)]}' for field in self.type)})"

    @property
    def __signature__(self) -> Signature:
        # Engines count the parameters.
        from inspect import Parameter, Signature

        return Signature([Parameter(name, Parameter.POSITIONAL_ONLY) for name in self.variables])

    def _structs(self, arrays: Sequence[Any]) -> Any:
        pa = arrow("columns of Arrow")
        rows = len(arrays[0]) if arrays else 0
        if any(len(array) != rows for array in arrays):
            raise UsageError(f"the columns {listed(self.variables)} have not one length")
        run, widths = self._run(arrays)
        read = {n: column_of(array, n, width) for array, (n, width) in zip(arrays, widths.items(), strict=True)}
        settled = run.settled(Part(0, rows, read), 0)
        if settled.faults:
            Failures().add(settled, self.compute.choices.errors).say()
        made = [array_of(values, settled.blank) for values in settled.columns.values()]
        mask = None if settled.blank is None else pa.array(settled.blank)
        return pa.StructArray.from_arrays(made, names=list(settled.columns), mask=mask)

    def _run(self, arrays: Sequence[Any]) -> tuple[Run, dict[str, int | None]]:
        """What computes columns of such types, and the lengths of their lists: looked up once for calls without any."""
        types = tuple(array.type for array in arrays)
        found = self._runs.get(types)
        if found is None:
            widths = {name: arrow_width(name, array) for name, array in zip(self.variables, arrays, strict=True)}
            found = self.compute.run_of(self.variables, "the call", widths, None), widths
            if all(width is None for width in widths.values()):
                self._runs[types] = found
        return found


def _array(column: Any) -> Any:
    """A column as one Arrow array."""
    pa = arrow("columns of Arrow")
    if hasattr(column, "__arrow_c_stream__"):
        column = pa.chunked_array(column)
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else pa.array(column)
