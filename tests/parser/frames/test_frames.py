"""Tables in memory and streams of record batches with the value and derivatives of an expression behind."""

from __future__ import annotations

import inspect
import pickle
import re
import sys
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from groups import grouped

from autodiff.parser import AutodiffError, Expression, ExpressionWarning

pa = pytest.importorskip("pyarrow")

F = Expression("x*exp(-y)")
NEW = ["value", "d_x", "d_y"]
X, Y = np.array([1.0, 2.0, 3.0, 4.0]), np.array([0.0, 1.0, 2.0, 0.5])
VALUE = X * np.exp(-Y)


def table(**more: Any) -> Any:
    """A table of pyarrow with a row that lacks a number."""
    columns = {"name": ["a", "b", "c", "d"], "x": pa.array([1, 2, None, 4], pa.float64()), "y": Y, **more}
    return pa.table(columns).replace_schema_metadata({"origin": "a test"})


def test_a_table_comes_back_with_new_columns_behind_and_its_old_ones_uncopied() -> None:
    old = table()
    new = F.map(old)
    assert new.column_names == ["name", "x", "y", *NEW]
    assert new.schema.metadata == old.schema.metadata
    assert new["y"].chunk(0).buffers()[1].address == old["y"].chunk(0).buffers()[1].address
    assert new["value"].to_pylist() == pytest.approx([VALUE[0], VALUE[1], None, VALUE[3]])
    batch = F.map(old.to_batches()[0])
    assert isinstance(batch, pa.RecordBatch)
    assert batch.equals(new.to_batches()[0])


def test_arrays_in_a_dictionary_come_back_as_such() -> None:
    found = F.map({"x": X, "y": Y})
    assert list(found) == ["x", "y", *NEW]
    assert found["x"] is X
    assert found["value"] == pytest.approx(VALUE)
    vectors = Expression("sum(v**2)").map({"v": np.arange(6.0).reshape(3, 2)})
    assert vectors["d_v"].tolist() == [[0, 2], [4, 6], [8, 10]]


@grouped(
    "options, names",
    [
        ({"wrt": "x"}, ["value", "d_x"]),
        ({"const": ["x"]}, ["value", "d_y"]),
        ({"order": 2, "wrt": "x"}, ["value", "d_x", "d2_x"]),
        ({"hessian": True}, ["value", "d_x", "d_y", "d2_x_x", "d2_x_y", "d2_y_y"]),
        ({"prefix": "new_", "wrt": "y"}, ["new_value", "new_d_y"]),
    ],
)
def test_the_new_columns_are_those_of_the_command(options: dict[str, Any], names: list[str]) -> None:
    assert F.map(table(), only_new=True, **options).column_names == names


def test_other_values_are_the_same_in_all_rows_and_columns_may_have_other_names() -> None:
    assert F.map({"x": X}, y=2)["value"] == pytest.approx(X * np.exp(-2))
    assert F.map({"x": X}, {"y": 2}, wrt=["x", "y"], only_new=True).keys() == {*NEW}
    found = F.map({"x": X, "time (s)": Y}, rename={"y": "time (s)"}, only_new=True)
    assert found["value"] == pytest.approx(VALUE)
    kept = Expression("u = x/y; sin(u)").map({"x": X, "y": Y + 1}, keep="u", only_new=True)
    assert kept["u"] == pytest.approx(X / (Y + 1))
    assert F.map(F.map(table()), overwrite=True).column_names == ["name", "x", "y", *NEW]


def test_a_stream_is_computed_as_it_is_read() -> None:
    read: list[int] = []

    def batches() -> Iterator[Any]:
        for i in range(5):
            read.append(i)
            yield from table().to_batches()

    reader = F.map(pa.RecordBatchReader.from_batches(table().schema, batches()))
    assert isinstance(reader, pa.RecordBatchReader)
    assert reader.schema.names == ["name", "x", "y", *NEW]
    assert len(read) == 1
    reader.read_next_batch()
    assert len(read) <= 2
    assert reader.read_all().num_rows == 4 * 4
    parts = F.map(iter([table(), table()]))
    assert next(parts).equals(F.map(table()))
    empty = F.map(pa.RecordBatchReader.from_batches(table().schema, []))
    assert empty.read_all().schema.equals(reader.schema)
    assert F.map(table().slice(0, 0)).schema.equals(reader.schema)
    flags = Expression("x > 1").map(table().slice(0, 0))
    assert flags.schema.field("value").type == pa.bool_()


def test_lists_of_another_length_fail_and_are_warned_of() -> None:
    lists = pa.table({"v": [[1.0, 2.0], [3.0], None, [4.0, 5.0]]})
    f = Expression("sum(v)")
    with pytest.warns(ExpressionWarning, match=r"1 of 4 rows failed\nrow 2: `v` has 1 element, and 2 in the first"):
        found = f.map(lists)
    assert found["value"].to_pylist() == [3, None, None, 9]
    with pytest.warns(ExpressionWarning):
        assert f.map(lists, errors="skip")["value"].to_pylist() == [3, None, 9]
    with pytest.raises(AutodiffError, match="row 2: `v` has 1 element"):
        f.map(lists, errors="stop")
    with pytest.warns(ExpressionWarning, match="2 of 8 rows failed\nrow 2: .*\nrow 6: "):
        assert [part.num_rows for part in f.map(iter([lists, lists]), errors="skip")] == [3, 3]


def test_what_rows_do_by_their_numbers_is_computed_row_by_row() -> None:
    found = Expression("x if x > y else factorial(y)").map({"x": X, "y": np.array([3.0, 1, 1, 1])})
    assert found["value"].tolist() == [6, 2, 3, 4]


def test_many_rows_are_computed_part_by_part_by_several_threads_with_one_result() -> None:
    random = np.random.default_rng(0)
    x, y = random.uniform(-2, 2, (2, 200_001))
    found = F.map({"x": x, "y": y}, threads=3, exact=True)
    assert np.array_equal(found["value"], x * np.exp(-y))
    assert np.array_equal(found["value"], F.map({"x": x, "y": y}, threads=1, exact=True)["value"])
    chunked = pa.chunked_array([x[:70_000], x[70_000:]])
    assert np.array_equal(F.map(pa.table({"x": chunked, "y": y}), exact=True)["d_y"].to_numpy(), found["d_y"])


def test_what_computes_tables_can_be_pickled_and_used_by_many_threads() -> None:
    from autodiff.parser.frames.row_map import Choices, RowMap
    from autodiff.parser.frames.row_plan import Asked
    from autodiff.parser.semantics.limits import Limits

    compute = pickle.loads(pickle.dumps(RowMap(F.program, {}, Asked(wrt=["x"]), Choices(), Limits())))
    assert compute(table()).column_names == ["name", "x", "y", "value", "d_x"]
    f = pickle.loads(pickle.dumps(F))
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda n: f.map({"x": X + n, "y": Y}, only_new=True)["value"], range(40)))
    assert all(np.array_equal(values, (X + n) * np.exp(-Y)) for n, values in enumerate(found))


def test_the_columns_of_an_engine_become_an_array_of_structs() -> None:
    function = F.columns()
    assert (function.variables, function.fields) == (["x", "y"], NEW)
    assert function.sql_type == "STRUCT(value DOUBLE, d_x DOUBLE, d_y DOUBLE)"
    assert list(inspect.signature(function).parameters) == ["x", "y"]
    found = function(table()["x"], table()["y"])
    assert found.type == function.type
    assert found[0].as_py() == pytest.approx({"value": 1, "d_x": 1, "d_y": -1})
    assert found[2].as_py() is None
    assert pickle.loads(pickle.dumps(function))([table()["x"], Y]).equals(found)
    assert F.columns(y=0, wrt="x")(X)[0].as_py() == {"value": 1, "d_x": 1}
    assert Expression("x > 0").columns().sql_type == "STRUCT(value BOOLEAN)"
    with pytest.raises(AutodiffError, match="1 column for the variables `x` and `y`"):
        function(pa.array([1.0]))


MISTAKES: list[tuple[Callable[[], Any], str, str]] = [
    (lambda: F.map({"x": X}), "no column `y`", "given as `y=2`"),
    (lambda: F.map({"x": X, "Y (m)": Y}), "no column `y`", 'rename={"y": "Y (m)"}'),
    (lambda: F.map({"x": X, "y": Y}, rename={"z": "x"}), "rename names `z`", "`x` and `y`"),
    (lambda: F.map({"x": X, "y": Y}, z=1), "no variable `z`", "`x` and `y`"),
    (lambda: F.map({"x": X, "y": Y}, ordr=2), "no variable `ordr`", "the option `order`"),
    (lambda: F.map({"x": X, "y": Y}, wrt="z"), "wrt names `z`", "`x` and `y`"),
    (lambda: F.map({"x": X, "y": Y}, keep="u"), "keep names `u`", ""),
    (lambda: F.map({"x": X, "y": Y, "value": X}), "has a column `value` already", "overwrite=True"),
    (lambda: F.map({"x": X, "y": Y[:2]}), "not one length", ""),
    (lambda: F.map({"x": X, "y": ["a"] * 4}), "`y` is not an array of numbers", ""),
    (lambda: F.map(table(), rename={"x": "name"}), "of type string", ""),
    (lambda: F.map("table.csv"), "a str is not a table", "`autodiff map` reads files"),
    (lambda: F.map(np.ones((2, 2))), "a ndarray is not a table", "a dictionary of arrays"),
    (lambda: F.map({"x": X, "y": Y}, order=0), "order is a whole number from 1 on, up to 20, not `0`", ""),
    (lambda: F.map({"x": X, "y": Y}, threads=0), "threads is a whole number", ""),
    (lambda: F.map({"x": X, "y": Y}, rename="x"), "rename is no dictionary", 'rename={"x"'),  # type: ignore[arg-type]
    (lambda: Expression("2*pi").columns(), "no variables that could be columns", ""),
    (lambda: list(F.map([1, 2])), "has a int in it", ""),
    (lambda: F.map({"x": X, "y": Y}, errors="ignore"), "errors is `ignore`", "skip"),  # type: ignore[arg-type]
    (lambda: Expression("v*w").map({"v": np.ones((2, 2)), "w": np.ones((2, 3))}), "must match", ""),
]


@grouped("call, message, help", MISTAKES, ids=[message for _, message, _ in MISTAKES])
def test_a_mistake_is_an_error_that_says_what_to_write(call: Callable[[], Any], message: str, help: str) -> None:
    with pytest.raises(AutodiffError, match=re.escape(message)) as caught:
        call()
    assert help in (caught.value.help or "")


def test_a_frame_of_pandas_keeps_its_index() -> None:
    pandas = pytest.importorskip("pandas", reason="pandas is not installed")
    frame = pandas.DataFrame({"x": [1.0, 2.0, None, 4.0], "y": Y, "name": list("abcd")}, index=list("stuv"))
    found = F.map(frame)
    assert list(found.columns) == ["x", "y", "name", *NEW]
    assert list(found.index) == list("stuv")
    assert found["value"].tolist() == pytest.approx([VALUE[0], VALUE[1], np.nan, VALUE[3]], nan_ok=True)
    assert list(frame.columns) == ["x", "y", "name"]
    assert np.shares_memory(found["y"].to_numpy(), frame["y"].to_numpy())
    assert Expression("[x, y]").map(frame, only_new=True, const=["x", "y"])["value"]["s"].tolist() == [1, 0]
    assert [len(part) for part in F.map(iter([frame, frame]))] == [4, 4]


def test_a_frame_of_polars_comes_back_as_such_and_a_lazy_one_lazy() -> None:
    polars = pytest.importorskip("polars", reason="Polars is not installed")
    frame = polars.from_arrow(table())
    found = F.map(frame)
    assert found.columns == ["name", "x", "y", *NEW]
    assert found["value"].to_list() == pytest.approx([VALUE[0], VALUE[1], None, VALUE[3]])
    lazy = F.map(frame.lazy())
    assert isinstance(lazy, polars.LazyFrame)
    assert (
        lazy.filter(polars.col("y") < 1)
        .select("name", "d_x")
        .collect()
        .equals(found.filter(polars.col("y") < 1).select("name", "d_x"))
    )


def test_another_stream_of_arrow_comes_back_as_a_reader() -> None:
    class Stream:
        def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
            return table().__arrow_c_stream__(requested_schema)

    assert F.map(Stream()).read_all().equals(F.map(table()))


def test_frames_import_no_library_of_frames() -> None:
    before = {"pandas", "polars", "duckdb"} & {*sys.modules}
    with warnings.catch_warnings(action="error"):
        F.map({"x": X, "y": Y})
    assert {"pandas", "polars", "duckdb"} & {*sys.modules} == before


def test_an_engine_may_call_from_several_threads() -> None:
    duckdb = pytest.importorskip("duckdb", reason="DuckDB is not installed")
    function = Expression("sin(x)*y + x**2").columns(hessian=True)
    with duckdb.connect(config={"threads": 2}) as connection:
        connection.create_function("f", function, ["DOUBLE", "DOUBLE"], function.sql_type, type="arrow")
        columns = "i/1e5 as x, case when i % 1000 > 0 then i % 7 end as y"
        connection.execute(f"create table points as select {columns} from range(300000) numbers(i)")
        wrong = "abs(r.value - (sin(x)*y + x**2)) > 1e-12 or abs(r.d2_x_x - (2 - sin(x)*y)) > 1e-12"
        asked = f"select count(*), count(r), count(*) filter ({wrong}) from (select x, y, f(x, y) as r from points)"
        assert connection.execute(asked).fetchall() == [(300_000, 299_700, 0)]
        connection.register("new", F.map(connection.cursor().sql("select x, y from points")))
        assert connection.execute("select count(*), count(value) from new").fetchall() == [(300_000, 299_700)]


def test_an_expression_of_polars_may_call_it() -> None:
    polars = pytest.importorskip("polars", reason="Polars is not installed")
    function = F.columns(wrt="x")
    kind = polars.Struct(dict.fromkeys(function.fields, polars.Float64))
    frame = polars.from_arrow(table())
    asked = polars.map_batches(function.variables, function, return_dtype=kind).alias("f")
    for found in (frame.with_columns(asked), frame.lazy().with_columns(asked).collect()):
        assert found.unnest("f").equals(F.map(frame, wrt="x"))
