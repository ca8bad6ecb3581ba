"""The values of variables: numbers, lists, constant expressions, files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from groups import grouped


@grouped(
    "text, value",
    [
        ("3", "3.0"),
        ("-3", "-3.0"),
        ("+3", "3.0"),
        (".5", "0.5"),
        ("1e-3", "0.001"),
        ("1_000", "1000.0"),
        (" 3 ", "3.0"),
        ("inf", "inf"),
        ("-inf", "-inf"),
        ("nan", "nan"),
        ("pi/2", "1.5707963267948966"),
        ("-pi", "-3.141592653589793"),
        ("2**10", "1024.0"),
        ("sqrt(2)", "1.4142135623730951"),
        ("True", "1.0"),
        ("[1, 2, 3]", "[1.0, 2.0, 3.0]"),
        ("[1,2,pi]", "[1.0, 2.0, 3.141592653589793]"),
        ("[[1, 2], [3, 4]]", "[[1.0, 2.0], [3.0, 4.0]]"),
        ("[]", "[]"),
        ("[1, 2] * 2", "[2.0, 4.0]"),
        ("123456789012345678901234567890", "1.2345678901234568e+29"),
    ],
)
def test_a_value_is_a_number_a_list_or_a_constant_expression(evaluate, text: str, value: str) -> None:
    assert evaluate("x", f"--x={text}", "--const", "x", "--get", "value").out == value + "\n"


@grouped(
    "text, reason, help",
    [
        ("abc", "`abc` has no value here", "write a number"),
        ("", "the expression is empty", ""),
        ("1,2", "unexpected `,`", "`[1, 2]` for a list"),
        ("[1, [2]]", "", ""),
        ("sin(", "`(` was never closed", "add `)`"),
        ("data.npy", "", "to read a file, write `@data.npy`"),
        ("@data.txt", "cannot tell what kind of file `data.txt`, given for `x`, is", ".npy, .json, .csv"),
        ("@", "cannot tell what kind of file", ""),
        ("@nowhere.npy", "cannot read `nowhere.npy`, given for `x`: no such file or directory", ""),
        ("@nowhere.json", "cannot read `nowhere.json`", ""),
        ("@nowhere.csv", "cannot read `nowhere.csv`", ""),
    ],
)
def test_anything_else_is_a_usage_error(evaluate, text: str, reason: str, help: str) -> None:
    result = evaluate("x", f"--x={text}")
    assert result.code == 2
    assert reason in result.err
    assert help in result.err


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty directory to work in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("name", "content", "value"),
    [
        ("a.json", b"[1, 2.5]", "[1.0, 2.5]"),
        ("a.json", b"3", "3.0"),
        ("a.json", b"[[1, 2], [3, 4]]", "[[1.0, 2.0], [3.0, 4.0]]"),
        ("a.json", b"[true, 2]", "[1.0, 2.0]"),
        ("a.json", b"\xef\xbb\xbf[1]", "[1.0]"),
        ("a.json", b"[1" + b"0" * 30 + b"]", "[1e+30]"),
        ("a.csv", b"1,2\n3,4\n", "[[1.0, 2.0], [3.0, 4.0]]"),
        ("a.csv", b"1\r\n2\r\n", "[1.0, 2.0]"),
        ("a.csv", b"1, 2, 3\n", "[1.0, 2.0, 3.0]"),
        ("a.csv", b"\xef\xbb\xbf# a comment\n1,2\n", "[1.0, 2.0]"),
    ],
)
def test_a_file_of_text_holds_an_array(evaluate, folder: Path, name: str, content: bytes, value: str) -> None:
    (folder / name).write_bytes(content)
    assert evaluate("x", "--x", f"@{name}", "--const", "x", "--get", "value").out == value + "\n"


@pytest.mark.parametrize("dtype", ["float64", "float32", "float16", "int32", "uint8", "bool", ">f8"])
def test_a_numpy_file_of_any_real_type_holds_an_array(evaluate, folder: Path, dtype: str) -> None:
    np.save(folder / "a.npy", np.array([[0, 1], [1, 0]], dtype=dtype))
    assert evaluate("x*1", "--x", "@a.npy").facts["value"] == "[[0.0, 1.0], [1.0, 0.0]]"


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.json", b"", "is not JSON"),
        ("a.json", b"[1,", "is not JSON"),
        ("a.json", b"[" * 100_000, "is not JSON"),
        ("a.json", b"\xff", "is not JSON"),
        ("a.json", b"null", "does not hold an array of numbers"),
        ("a.json", b"[1, null]", "does not hold an array of numbers"),
        ("a.json", b'["1"]', "does not hold an array of numbers"),
        ("a.json", b'{"x": 1}', "does not hold an array of numbers"),
        ("a.json", b"[1, [2]]", "does not hold an array of numbers"),
        ("a.csv", b"", "is empty"),
        ("a.csv", b"\n# nothing\n", "is empty"),
        ("a.csv", b"x,y\n1,2\n", "has `x` in line 1, which is no number"),
        ("a.csv", b"# two\n1,2\n3;4,1\n", "has `3;4` in line 3, which is no number"),
        ("a.csv", b"1,2\n3\n", "has 1 number in line 2, and 2 in its first"),
        ("a.csv", b"1,2\n3,\n", "in line 2, which is no number"),
        ("a.csv", b"1,2\n3,\xfc\n", "is not UTF-8: see line 2"),
        ("a.csv", b"\xff\xfe", "is empty"),
        ("a.npy", b"", "does not hold an array of numbers"),
        ("a.npy", b"not an array", "does not hold an array of numbers"),
        ("a.npy", b"\x93NUMPY\x01\x00v\x00{", "does not hold an array of numbers"),
    ],
)
def test_a_file_that_holds_no_array_is_a_usage_error(
    evaluate, folder: Path, name: str, content: bytes, reason: str
) -> None:
    (folder / name).write_bytes(content)
    result = evaluate("x", "--x", f"@{name}")
    assert result.code == 2
    assert f"`{name}`, given for `x`," in result.err
    assert reason in result.err


@pytest.mark.parametrize(
    "array", [np.array(["a"]), np.array([1j]), np.array([None])], ids=["text", "complex", "objects"]
)
def test_a_numpy_file_of_other_things_is_a_usage_error(evaluate, folder: Path, array: np.ndarray) -> None:
    np.save(folder / "a.npy", array)
    result = evaluate("x", "--x", "@a.npy")
    assert result.code == 2
    assert "does not hold an array of numbers" in result.err


def test_a_directory_cannot_be_read(evaluate, folder: Path) -> None:
    (folder / "a.json").mkdir()
    result = evaluate("x", "--x", "@a.json")
    assert (result.code, "is a directory" in result.err) == (2, True)


def test_variables_come_from_a_json_file_and_the_command_line_overrides_it(evaluate, folder: Path) -> None:
    (folder / "p.json").write_text('{"x": [1, 2], "y": "pi/2", "z": 3}')
    facts = evaluate("x*y*z", "--vars", "p.json", "--z", "1").facts
    assert facts["value"] == "[1.5707963267948966, 3.141592653589793]"
    assert list(facts) == ["value", "grad_fn", "grad.x", "grad.y", "grad.z"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("[1]", "does not hold an object of variables"),
        ("{", "is not JSON"),
        ('{"x": null}', "the value of `x` is not a number or a list of numbers: `null`"),
        ('{"x": {"y": 1}}', "the value of `x` is not a number or a list of numbers"),
        ('{"x": [1, [2]]}', "the value of `x` is not a number or a list of numbers"),
        ('{"x": "abc"}', "the value of `x` cannot be `abc`"),
    ],
)
def test_a_file_of_other_things_than_variables_is_a_usage_error(
    evaluate, folder: Path, content: str, reason: str
) -> None:
    (folder / "p.json").write_text(content)
    result = evaluate("x", "--vars", "p.json")
    assert result.code == 2
    assert reason in result.err
    assert "\x1b" not in result.err


def test_a_file_of_variables_may_have_others_too_whatever_they_hold(evaluate, folder: Path) -> None:
    (folder / "p.json").write_text('{"x": 3, "y": 2, "a b": 2, "comment": "of run 7", "\\u001b[31m": null}')
    assert evaluate("x**2", "--vars", "p.json").facts == {"value": "9.0", "grad_fn": "PowBackward0", "grad.x": "6.0"}
    result = evaluate("x**2 + z", "--vars", "p.json")
    assert (result.code, "the variable `z` has no value" in result.err) == (2, True)


@pytest.mark.parametrize(
    ("expression", "value"),
    [("x/3", "0.33333334"), ("x*0.1", "0.1"), ("x*16777217", "16777216.0"), ("x*1e30", "1e+30"), ("x*3e38*10", "inf")],
)
def test_float32_prints_the_shortest_digits_of_its_own(evaluate, expression: str, value: str) -> None:
    result = evaluate(expression, "--x", "1", "--dtype", "float32")
    assert result.facts["value"] == value
