"""Every format of a result."""

from __future__ import annotations

import csv
import io
import json

import numpy as np
import pytest
from groups import grouped

FORMATS = ["pretty", "plain", "json", "csv", "tsv", "torch"]
RESULTS = {
    "scalar": ["sin(x**2)", "x=4"],
    "vector": ["x**2", "x=[1, 2, 3]"],
    "matrix": ["x @ y", "x=[[1, 2], [3, 4]]", "y=[1, 0.1]", "--hessian", "--jacobian"],
    "orders": ["x**3", "x=2", "--order", "3", "--vjp", "2", "--jvp", "x=1"],
    "constant": ["2**10"],
    "truth": ["x > 2", "x=3"],
    "integers": ["argsort(x)", "x=[3, 1, 2]"],
    "empty": ["x", "x=[]"],
    "infinite": ["log(x)", "x=[0, -1]"],
    "long": ["x", f"x={list(range(2000))}"],
    "deep": ["x.reshape(2, 2, 2, 2)", f"x={list(range(16))}"],
    "program": ["\ny = x**2  # comment\nf(a) = a + 1\nf(y)\n", "x=3"],
}


def strict(text: str) -> dict:
    """The JSON object in a line, which holds nothing that is not JSON."""

    def refuse(name: str) -> None:
        raise AssertionError(f"{name} is not JSON")

    assert text.endswith("\n")
    assert "\n" not in text[:-1]
    return json.loads(text, parse_constant=refuse)


@pytest.mark.parametrize("args", RESULTS.values(), ids=RESULTS)
@pytest.mark.parametrize("format_name", FORMATS)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_every_format_shows_every_kind_of_result(evaluate, args: list[str], format_name: str, dtype: str) -> None:
    if args[0].startswith("argsort") and evaluate(*args).code == 3:
        args = ["argmax(x, dim=0)", *args[1:]]
    result = evaluate(*args, "--format", format_name, "--dtype", dtype)
    assert result.code == 0
    assert result.out.endswith("\n")
    assert "Tensor" not in result.out
    assert "np." not in result.out
    assert not [line for line in result.out.splitlines() if line != line.rstrip()]


def test_plain_is_a_key_a_tab_and_a_value_on_each_line(evaluate) -> None:
    result = evaluate("x*y", "x=2", "y=[1, 3]", "--hessian", "--jacobian", "--vjp", "[1, 0]", "--jvp", "x=1")
    lines = [line.split("\t") for line in result.out.splitlines()]
    assert all(len(line) == 2 for line in lines)
    assert [key for key, _ in lines] == [
        "value", "grad_fn", "grad.x", "grad.y", "jacobian.x", "jacobian.y",
        "hessian.x.x", "hessian.x.y", "hessian.y.x", "hessian.y.y", "vjp.x", "vjp.y", "jvp.value",
    ]  # fmt: skip


def test_orders_have_a_key_each(evaluate) -> None:
    facts = evaluate("x**3*y", "x=2", "y=1", "--order", "3").facts
    assert {key: facts[key] for key in facts if key.startswith("d")} == {
        "d2.x": "12.0", "d2.y": "0.0", "d3.x": "6.0", "d3.y": "0.0",
    }  # fmt: skip


@pytest.mark.parametrize(
    "number", [0.1, 1 / 3, 1e22, 1e-320, 123456789.0, 2**53 + 2.0, 1.7976931348623157e308, 5e-324, -0.0, 100.0, 1e16]
)
@pytest.mark.parametrize("format_name", ["plain", "json", "csv", "tsv", "get"])
def test_numbers_for_programs_are_the_same_when_read_back(evaluate, number: float, format_name: str) -> None:
    how = ["--get", "value"] if format_name == "get" else ["--format", format_name]
    out = evaluate("x", f"x={number!r}", *how, "--const", "x").out
    text = {
        "plain": lambda: out.split("\t")[1],
        "json": lambda: json.dumps(strict(out)["value"]),
        "csv": lambda: out.splitlines()[1],
        "tsv": lambda: out.splitlines()[1],
        "get": lambda: out,
    }[format_name]()
    assert text.strip() == repr(number)


def test_numbers_are_never_cut_short_for_programs(evaluate) -> None:
    for format_name in ("plain", "json", "csv", "tsv"):
        args = ["x/3", "x=1", "--format", format_name]
        asked = evaluate(*args, "--precision", "2")
        assert asked.out == evaluate(*args).out
        assert asked.err.startswith(f"note: --precision is for people, and {format_name} has all digits")


def test_json_has_fixed_keys(evaluate) -> None:
    keys = ["expr", "inputs", "dtype", "value", "grad_fn", "grad", "warnings"]
    for args in (["2 + 2"], ["x", "x=1"], ["x*y", "x=1", "y=[1, 2]"], ["x > 1", "x=1"]):
        assert list(strict(evaluate(*args, "--json").out)) == keys


def test_json_holds_the_whole_result(evaluate) -> None:
    out = evaluate("x*y", "x=2", "y=[1, 3]", "--wrt", "y", "--json", "--jacobian").out
    assert strict(out) == {
        "expr": "x*y",
        "inputs": {"x": 2.0, "y": [1.0, 3.0]},
        "dtype": "float64",
        "value": [2.0, 6.0],
        "grad_fn": "MulBackward0",
        "grad": {"y": [2.0, 2.0]},
        "warnings": [],
        "jacobian": {"y": [[2.0, 0.0], [0.0, 2.0]]},
    }


@pytest.mark.parametrize(
    ("args", "value", "dtype"),
    [
        (["x > 2", "x=[1, 3]"], [False, True], "bool"),
        (["argmax(x)", "x=[1, 3]"], 1, "int64"),
        (["x", "x=[]"], [], "float64"),
    ],
)
def test_json_has_truth_values_and_integers(evaluate, args: list[str], value: object, dtype: str) -> None:
    result = strict(evaluate(*args, "--json").out)
    assert (result["value"], result["dtype"]) == (value, dtype)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_json_says_which_null_is_which_number(evaluate, dtype: str) -> None:
    result = strict(
        evaluate("[log(x[0]), x[1], 0*x[2]]", "x=[0, 1, inf]", "--json", "--jacobian", "--dtype", dtype).out
    )
    assert result["value"] == [None, 1.0, None]
    assert result["nonfinite"]["value[0]"] == "-inf"
    assert result["nonfinite"]["value[2]"] == "nan"
    assert result["nonfinite"]["inputs.x[2]"] == "inf"
    assert result["nonfinite"]["jacobian.x[0][0]"] == "inf"
    assert result["jacobian"]["x"][0][0] is None


def test_json_escapes_what_is_not_ascii(evaluate) -> None:
    out = evaluate("größe # 变\n", "--größe", "1", "--json").out
    assert out.isascii()
    assert strict(out)["grad"] == {"größe": 1.0}
    assert strict(out)["expr"] == "größe # 变\n"


@pytest.mark.parametrize(("format_name", "delimiter"), [("csv", ","), ("tsv", "\t")])
def test_csv_and_tsv_are_a_header_and_a_row(evaluate, format_name: str, delimiter: str) -> None:
    out = evaluate("x*y", "x=2", "y=[1, 3]", "--format", format_name).out
    header, row = csv.reader(io.StringIO(out), delimiter=delimiter)
    assert dict(zip(header, row, strict=True)) == {
        "value": "[2.0, 6.0]", "grad_fn": "MulBackward0", "grad.x": "4.0", "grad.y": "[2.0, 2.0]",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("args", "text"),
    [
        (["sin(x**2)", "x=4"], "tensor(-0.2879, grad_fn=<SinBackward0>)\nx.grad = tensor(-7.6613)\n"),
        (["x**2", "x=3", "--const", "x"], "tensor(9.)\n"),
        (
            ["x**2", "x=[[1], [2]]"],
            "tensor([[1.],\n        [4.]], grad_fn=<PowBackward0>)\nx.grad = tensor([[2.],\n                 [4.]])\n",
        ),
        (
            ["x/3", "x=1", "--precision", "8"],
            "tensor(0.33333333, grad_fn=<DivBackward0>)\nx.grad = tensor(0.33333333)\n",
        ),
        (["x/3", "x=1", "--dtype", "float32"], "tensor(0.3333, grad_fn=<DivBackward0>)\nx.grad = tensor(0.3333)\n"),
    ],
)
def test_torch_prints_as_pytorch_does(evaluate, args: list[str], text: str) -> None:
    assert evaluate(*args, "--format", "torch").out == text


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("value", "[2.0, 6.0]"),
        ("grad_fn", "MulBackward0"),
        ("grad.x", "4.0"),
        ("hessian.x.y", "[1.0, 1.0]"),
        ("jacobian.y", "[[2.0, 0.0], [0.0, 2.0]]"),
    ],
)
def test_get_prints_one_result_alone(evaluate, key: str, text: str) -> None:
    assert evaluate("x*y", "x=2", "y=[1, 3]", "--hessian", "--jacobian", "--get", key).out == text + "\n"


def rows(text: str) -> dict[str, str]:
    """The pretty format's right column by its left one."""
    result: dict[str, str] = {}
    for line in text.splitlines():
        label, _, value = line.partition("  ")
        if label:
            key = label
            result[key] = value.strip()
        else:
            result[key] += " " + value.strip()
    return result


def test_pretty_shows_inputs_and_derivatives_with_all_digits(evaluate) -> None:
    shown = rows(evaluate("x**3/y", "x=1", "y=3", "--order", "2", "--hessian", "--jacobian", "--format", "pretty").out)
    assert shown["expression"] == "x**3/y"
    assert (shown["x"], shown["y"], shown["value"]) == ("1.0", "3.0", "0.3333333333333333")
    assert (shown["d/dx"], shown["d2/dx dy"], shown["d2/dy2"]) == ("1.0", "-0.3333333333333333", "0.07407407407407407")
    assert "jacobian x" in shown


def test_precision_is_significant_digits_in_pretty(evaluate) -> None:
    shown = rows(evaluate("x*[1, 1000]", "x=2/3", "--precision", "3", "--format", "pretty").out)
    assert (shown["x"], shown["value"], shown["d/dx"]) == ("0.667", "[0.667, 667]", "1e+03")


@pytest.mark.parametrize("columns", [20, 40, 80, 200])
def test_pretty_loses_no_character_of_a_number_in_a_window_of_any_width(
    evaluate, monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    values = (np.arange(40) / 7).tolist()
    out = evaluate("x*long_name", f"x={values}", "long_name=-1e-300/3", "--format", "pretty").out
    assert max(map(len, out.splitlines())) <= columns
    together = "".join(out.split())
    assert all(f"{value!r}" in together for value in [*values, -1e-300 / 3])


def test_pretty_leaves_out_the_middle_of_a_very_long_vector(evaluate) -> None:
    shown = rows(evaluate("x*2", f"x={list(range(5000))}", "--format", "pretty").out)
    assert shown["value"] == "[0.0, 2.0, 4.0, ..., 9994.0, 9996.0, 9998.0]"


def test_pretty_aligns_a_matrix(evaluate) -> None:
    out = evaluate("x", "x=[[1, 20], [300, 4]]", "--const", "x", "--format", "pretty").out
    assert out.endswith("value       [[  1.0,  20.0],\n             [300.0,   4.0]]\n")


def test_colour_is_for_terminals_unless_asked_for(evaluate) -> None:
    args = ["x**2", "x=3", "--format", "pretty"]
    assert "\x1b" not in evaluate(*args).out
    assert "\x1b" not in evaluate(*args, "--color", "never").out
    assert "\x1b[" in evaluate(*args, "--color", "always").out
    assert "\x1b" not in evaluate("x**2", "x=3", "--color", "always").out


@grouped(
    "words",
    [
        ["eval", "{0}**2", "--{0}", "3"],
        ["check", "{0}**2"],
        ["check", "{0}**2", "--claim", "{0}=2*{0}"],
        ["trace", "{0}**2", "--{0}", "3"],
        ["batch", "--{0}", "3"],
        ["minimize", "{0}**2", "--{0}", "3"],
        ["solve", "{0}**2 - 4", "--{0}", "3"],
        ["propagate", "{0}**2", "--{0}", "3+-0.1"],
    ],
    ids=lambda words: words[0],
)
def test_long_names_are_shortened_for_people_and_whole_for_programs(autodiff, words: list[str]) -> None:
    name = "a_" + "b" * 300
    called = [word.format(name) for word in words]
    short = "b...b"
    pretty = autodiff(*called, "--format", "pretty", stdin=f"{name}**2\n")
    assert pretty.code == 0
    shown = "".join(pretty.out.split())
    assert short in shown
    assert "b" * 161 not in shown
    for format_name in ("plain", "json"):
        out = autodiff(*called, "--format", format_name, stdin=f"{name}**2\n").out
        assert short not in out
        assert name in out
