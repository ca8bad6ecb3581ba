"""Columns that are kept for many passes: the same from memory, from a file, and by several threads."""

from __future__ import annotations

import numpy as np
import pytest

from autodiff.engine.api.creation import tensor
from autodiff.engine.optimize.triangle import joined, reduced
from autodiff.parser.rows import kept_columns
from autodiff.parser.rows.fitting import Asked, fit
from autodiff.parser.rows.kept_columns import KeptColumns, Shelf
from autodiff.parser.rows.residuals import Model, Residuals
from autodiff.parser.semantics.computing import computing
from autodiff.parser.semantics.limits import Limits
from autodiff.parser.syntax.parse import parse

RANDOM = np.random.default_rng(3)


@pytest.mark.parametrize("most", [0, 1500, 10**6])
def test_rows_come_back_in_their_order(monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    monkeypatch.setattr(kept_columns, "_BLOCK", 16)
    shelf = Shelf(most)
    kept = KeptColumns(shelf, 2)
    columns = RANDOM.normal(size=(2, 100))
    for start, stop in ((0, 7), (7, 60), (60, 60), (60, 100)):
        kept.add(columns[:, start:stop])
    assert kept.rows == 100
    for _ in range(2):
        assert np.array_equal(np.concatenate([read() for read in kept.blocks()], axis=1), columns)
    shelf.close()


def test_many_blocks_on_threads_and_in_a_file_give_the_same_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_columns, "_BLOCK", 64)
    x = RANDOM.uniform(0, 5, 1000)
    y = 3 * np.exp(-x) + 0.1 * RANDOM.normal(size=1000)

    def values(threads: int, most: int) -> list[float]:
        with computing("float64"):
            starts = {name: tensor(1.0) for name in "ak"}
            model = Model(parse("a*exp(-k*x)"), parse("y"), None, dict.fromkeys("xy"), {}, starts)
            residuals = Residuals(model, Limits(), threads=threads)
            residuals.shelf = Shelf(most)
            residuals.add({"x": x, "y": y})
            found = [e.value for e in fit(residuals, Asked()).report.estimates.values()]
            residuals.shelf.close()
            return found

    first = values(1, 10**6)
    assert values(2, 0) == first
    monkeypatch.setattr(kept_columns, "_BLOCK", 10_000)
    assert values(1, 10**6) == pytest.approx(first, rel=1e-12)


@pytest.mark.parametrize("rows", [1, 5, 300, 5000])
def test_a_triangle_has_the_products_of_all_rows(rows: int) -> None:
    columns = RANDOM.normal(size=(4, rows))
    products = columns @ columns.T
    for found in (reduced(columns), joined([reduced(columns[:, ::2]).triangle, reduced(columns[:, 1::2]).triangle])):
        assert found.triangle.shape == (4, 4)
        assert found.triangle.T @ found.triangle == pytest.approx(products, abs=1e-9 * rows)
    columns[2, rows // 2] = np.inf
    with np.errstate(all="ignore"):
        assert not reduced(columns).is_finite
