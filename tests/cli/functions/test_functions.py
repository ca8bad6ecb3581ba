"""`autodiff functions`: what can be called."""

from __future__ import annotations

import functools
import json
import re
import shlex
from collections.abc import Iterator

import numpy as np
import pytest
from groups import grouped

from autodiff.engine import FUNCTIONS
from autodiff.parser.analysis import function_entry
from autodiff.parser.library.expression import Expression

# They need arguments of particular shapes, which no list of numbers is.
WITHOUT_EXAMPLE = [
    "batch_norm",
    "col2im",
    "conv3d",
    "conv_transpose1d",
    "conv_transpose3d",
    "cosine_embedding_loss",
    "zeros",
    "ones",
    "reshape",
    "view",
    "unflatten",
    "sum_to_size",
    "expand",
    "broadcast_to",
    "permute",
    "repeat",
    "tile",
    "diagonal_scatter",
    "atleast_1d",
    "atleast_2d",
    "atleast_3d",
    "scatter_add",
    "scatter_reduce",
    "index_add",
    "index_copy",
    "index_put",
    "masked_fill",
    "masked_select",
    "select_scatter",
    "quantile",
    "nanquantile",
    "mv",
    "addmv",
    "addbmm",
    "einsum",
    "householder_product",
    "pad",
]
NAMES = sorted(name for name, function in FUNCTIONS.items() if name == function.name)


@pytest.fixture(scope="module", autouse=True)
def _entries_once() -> Iterator[None]:
    """Finds out once what is known of a function, whose derivatives are printed by many tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(function_entry, "entry_of", functools.cache(function_entry.entry_of))
        yield


def test_every_function_is_listed_once_under_its_family(autodiff) -> None:
    result = autodiff("functions")
    assert result.code == 0
    lines = result.out.splitlines()
    listed = sorted(line.split("(")[0].strip() for line in lines if line.startswith("  ") and line[2] != " ")
    assert listed == NAMES
    families = [line for line in lines if line and line[0] != " "]
    assert sorted(families) == sorted({function.family for function in FUNCTIONS.values()})
    assert families[0] == "arithmetic"


@grouped("name", NAMES)
def test_every_function_can_be_looked_up(autodiff, name: str) -> None:
    result = autodiff("functions", name)
    assert (result.code, result.err) == (0, "")
    assert result.out.startswith(f"signature  {name}(") or result.out.split()[1].startswith(f"{name}(")
    assert FUNCTIONS[name].doc in result.out


def test_a_function_is_found_by_its_other_names_and_its_operator(autodiff) -> None:
    for function in FUNCTIONS.values():
        for name in function.aliases:
            assert autodiff("functions", name).out == autodiff("functions", function.name).out
        if function.symbol:
            assert autodiff("functions", function.symbol).code == 0
    assert "pow(x, y)" in autodiff("functions", "**").out


OF_ONE_NUMBER = [
    name for name, f in FUNCTIONS.items() if f.elementwise and f.tensors == f.required == 1 and f.name == name
]
# Whole numbers, halves, and what lies between.
PLACES = np.sort(
    [-3.7, -1.7, -1.25, -0.99, -0.4, -1e-3, 1e-3, 0.25, 0.4, 0.99, 1.25, 3.3, 7.1, *np.arange(-3, 3.5, 0.5)]
)


@grouped("name", sorted({*OF_ONE_NUMBER} - {"clamp"}))
def test_a_domain_says_where_there_is_a_finite_value(name: str) -> None:
    """Of `clamp` one limit is needed."""
    (variable,), (domain,) = FUNCTIONS[name].arguments[:1], FUNCTIONS[name].domain
    text = "True" if domain.text == "any number" else domain.text.replace("x", variable)
    table = {variable: PLACES}
    with np.errstate(all="ignore"):
        values = Expression(f"{name}({variable})").map(table, wrt=[])["value"]
        inside = Expression(f"(1 if {text} else 0) + 0*{variable}").map(table, wrt=[])["value"]
    np.testing.assert_array_equal(np.isfinite(values), inside == 1)


def test_a_name_of_none_leads_to_those_that_have_to_do_with_it(autodiff) -> None:
    found = autodiff("functions", "bessel")
    assert "did you mean `besseli`? `autodiff functions --search bessel` finds 17 functions" in found.err
    assert "--search WORD" in autodiff("functions", "xyzzy").err


def test_json_is_an_object_a_line(autodiff) -> None:
    objects = [json.loads(line) for line in autodiff("functions", "--json").out.splitlines()]
    assert sorted(o["name"] for o in objects) == NAMES
    assert {tuple(o) for o in objects} == {("name", "signature", "doc", "family", "operator", "aliases", "domain")}
    assert json.loads(autodiff("functions", "sin", "--json").out)["signature"] == "sin(x)"


def test_one_function_comes_with_its_derivative_edges_and_an_example(autodiff) -> None:
    record = json.loads(autodiff("functions", "log", "--json").out)
    assert record["derivative"] == {"x": "1/x"}
    assert record["grad_fn"] == "LogBackward0"
    assert record["edges"][0] == {"at": ["0.0"], "value": "-inf", "gradient": ["inf"]}
    assert record["example"]["call"] == 'autodiff eval "log(x)" --x 0.5'
    plain = autodiff("functions", "log").out
    assert "\nderivative  1/x\n" in plain
    assert "\nat 0.0      value -inf, gradient inf\n" in plain


@grouped("name", NAMES)
def test_an_example_prints_what_the_description_says(autodiff, name: str) -> None:
    example = json.loads(autodiff("functions", name, "--json").out)["example"]
    if example is None:
        assert name in WITHOUT_EXAMPLE
        return
    facts = autodiff(*shlex.split(example["call"])[1:]).facts
    facts.pop("grad_fn", None)
    assert facts == example["results"]


def test_a_search_finds_names_other_names_and_descriptions(autodiff) -> None:
    def names(*words: str) -> list[str]:
        return [json.loads(line)["name"] for line in autodiff("functions", *words, "--json").out.splitlines()]

    assert "i0" in names("--search", "BESSEL")
    assert "log" in names("--search", "ln")
    assert names("--search", "hyperbolic inverse cosine") == ["acosh"]
    assert "pow" in names("--search", "**")
    assert names() == [*dict.fromkeys(names())]
    result = autodiff("functions", "--search", "nonesuch")
    assert (result.code, result.out) == (2, "")
    assert "no function has to do with `nonesuch`" in result.err


def test_markdown_is_a_table_of_families_or_a_page_on_one_function(autodiff) -> None:
    table = autodiff("functions", "--format", "markdown").out
    listed = [name for line in table.splitlines()[2:] for name in re.findall("`([^`]+)`", line)]
    assert sorted(listed) == NAMES
    page = autodiff("functions", "abs", "--format", "markdown").out
    assert page.startswith("### abs\n")
    assert "| derivative | `sign(x)` |" in page
    assert '$ autodiff eval "abs(x)" --x 0.5\nvalue\t0.5\ngrad.x\t1.0\n' in page


def test_a_name_and_a_search_exclude_each_other(autodiff) -> None:
    assert autodiff("functions", "sin", "--search", "cos").code == 2


@pytest.mark.parametrize("name", ["", "sine", "x**2", "\x1b[31m", "a" * 1000])
def test_what_is_no_function_is_a_usage_error(autodiff, name: str) -> None:
    result = autodiff("functions", name)
    assert (result.code, result.out) == (2, "")
    assert "\x1b" not in result.err
    assert len(result.err) < 300
