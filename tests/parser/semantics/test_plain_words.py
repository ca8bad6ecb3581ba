"""No message is in the words of Python or NumPy, whatever an operation is given, in expressions and from outside."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest

import autodiff.engine as torch
from autodiff.engine.table.composed import called_by_name
from autodiff.engine.table.record import Operation
from autodiff.engine.table.registry import FUNCTIONS
from autodiff.engine.tensors.errors import is_foreign
from autodiff.engine.tensors.size import TooLargeError, at_most
from autodiff.parser.semantics.computing import computing
from autodiff.parser.semantics.evaluate import evaluate
from autodiff.parser.semantics.limits import Limits
from autodiff.parser.syntax.errors import ExpressionError
from autodiff.parser.syntax.parse import parse
from autodiff.parser.syntax.records import Call, Program

# A sentence of PyTorch's own names `np.ndarray`.
TELL_TALE = re.compile(
    r"object has no attribute|tuple index|list index|list indices|ufunc|(?<!convert np.)ndarray"
    r"|numpy|__|<class|'\w+' object|<function|<built-in|operands could not|reshape array|not subscriptable"
    r"|not iterable|unhashable|cannot be interpreted|out of bounds for axis|[Cc]annot cast|setting an array element"
    r"|real number, not|positional argument:|unexpected keyword argument '\w+_|math domain|too large to convert"
    r"|could not convert|not supported between|invalid literal|argument must be|object of type|ambiguous\. Use"
)
VALUES: dict[str, Any] = {"x": 2.0, "v": [1.0, 2.0, 3.0], "A": [[1.0, 2.0], [3.0, 4.0]], "none": []}
GIVEN = ["x", "v", "A", "none", "2", "0", "-7", "1.5", "10**30", "1e300", "inf", "nan", "True", "None", "'a'", "[1, 2]"]
GIVEN += ["[]", "[v, v]", "[[1], [2]]", "v > 1", "zeros(2, 0)", "zeros(2, 2, 2)", "arange(3)"]
RECORDS = [function for name, function in FUNCTIONS.items() if name == function.name]
LIMITS = Limits(elements=10_000)


def arguments(record: Operation, kinds: int) -> Iterator[tuple[int, ...]]:
    """Which of so many kinds of values a function is called with: each in each place, beside a list or a matrix."""
    most = min(len(record.arguments) + record.takes_many + record.variadic, 4)
    for count in range(max(record.required, 1), most + 1):
        for place, given in product(range(count), range(kinds)):
            base = 1 + given % 2
            yield (*[base] * place, given, *([base] * (count - place - 1)))


def parsed(source: str) -> Any:
    return parse(f"sin({source})").statements[0].args[0]  # type: ignore[union-attr]


def programs() -> Iterator[tuple[str, Program | None]]:
    """Calls of every function, and every operator and index, with operands of every kind; None: it is to be parsed."""
    texts = [parsed(text) for text in GIVEN]
    for record in RECORDS:
        for places in arguments(record, len(GIVEN)):
            call = Call(record.name, tuple(texts[i] for i in places), (), 0, 3, 0, 3)
            yield f"{record.name}({', '.join(GIVEN[i] for i in places)})", Program("f()", (call,))
    operators = [f"{{}} {op} {{}}" for op in ("+", "//", "**", "@", "<", "==", "and")]
    for form, a, b in product([*operators, "{}[{}]", "{}[1:{}]"], GIVEN, ("x", "A", "None", "'a'")):
        yield form.format(a, b), None


def test_no_message_of_an_expression_or_its_gradient_is_in_the_words_of_python_or_numpy() -> None:
    variables = {name: torch.tensor(value, requires_grad=True) for name, value in VALUES.items()}
    found = []
    with computing("float64"):
        for source, program in programs():
            try:
                value = evaluate(program or parse(source), variables, LIMITS)
                if value.requires_grad:
                    value.sum().backward()
            except ExpressionError as error:
                if TELL_TALE.search(f"{error.message}\n{error.help}"):
                    found.append(f"{source}: {error.message}")
            except Exception as error:
                # In the backward pass, an operation may say that it has no derivative, or that a matrix is singular.
                if type(error) is TypeError or is_foreign(error):
                    found.append(f"{source}: {error}")
    assert not found, "\n".join(found)


@pytest.mark.filterwarnings("ignore")
def test_every_error_of_an_operation_is_pytorchs_whatever_it_is_given() -> None:
    """As scripts and Python call it: also with what is no tensor, with too few or too many, with unknown names."""
    values = [torch.tensor(value) for value in (2.0, [1.0, 2.0, 3.0], [[1.0, 2.0], [3.0, 4.0]], [])]
    values += [
        2,
        0,
        -7,
        1.5,
        10**30,
        math.inf,
        True,
        None,
        "a",
        1j,
        [1, 2],
        [],
        [values[1]] * 2,
        ["a"],
        (0, 1),
        {},
    ]
    values += [torch.tensor([True, False, True]), torch.ones(2, 0), torch.arange(3)]
    found = []
    for record in RECORDS:
        function = called_by_name(record)
        calls = [(tuple(values[i] for i in places), {}) for places in arguments(record, len(values))]
        calls += [((), {}), ((values[1],), {"foo": 1}), ((values[1],) * 9, {}), ((values[1],), {"dim": "a"})]
        for args, kwargs in calls:
            try:
                with at_most(10_000):
                    function(*args, **kwargs)
            except TooLargeError:
                pass
            except Exception as error:
                if is_foreign(error) or TELL_TALE.search(getattr(error, "message", str(error))):
                    found.append(f"{record.name}{args, kwargs}: {type(error).__name__}: {error}")
    assert not found, "\n".join(found)
