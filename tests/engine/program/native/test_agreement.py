"""Machine code against NumPy over the whole table: special numbers alike, the rest as near as the document says."""

from __future__ import annotations

import re
from functools import cache

import pytest
from agreement import DOCUMENT, Difference, differences

from autodiff.engine.program.native.code import available

pytestmark = pytest.mark.skipif(not available(), reason="no machine code can be made here")


@cache
def documented() -> dict[str, dict[str, float]]:
    """The differences in the document's table, by dtype and operation."""
    text = DOCUMENT.read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\S+) \| (\d*) \| (\d*) \|$", text, re.MULTILINE)
    same = re.search(r"to the last bit: (.*?)\.\n", text, re.DOTALL)
    assert same
    exact = dict.fromkeys(re.split(r",\s+", same[1]), 0.0)
    return {
        "float64": exact | {name: float(wide) for name, wide, _ in rows if wide},
        "float32": exact | {name: float(narrow) for name, _, narrow in rows if narrow},
    }


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_each_operation_is_as_near_to_numpy_as_the_document_says(dtype: str) -> None:
    bounds = documented()[dtype]
    found = differences(dtype)
    assert len(found) > 60
    # Other versions of libmvec and NumPy differ a little more or less.
    wrong = [d for d in found if d.other or d.units > (2 * bounds[d.title] + 4 if bounds[d.title] else 0)]
    assert not wrong


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_exact_machine_code_has_numpys_bits(dtype: str) -> None:
    found = differences(dtype, exact=True)
    assert len(found) > 60
    assert found == [Difference(d.title, 0, 0) for d in found]
