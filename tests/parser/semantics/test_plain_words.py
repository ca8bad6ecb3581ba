"""No message of an expression is in the words of Python or NumPy, whatever a function is given."""

from __future__ import annotations

import re

from groups import grouped

import autodiff.engine as torch
from autodiff.engine.table.registry import FUNCTIONS
from autodiff.parser.semantics.computing import computing
from autodiff.parser.semantics.evaluate import evaluate
from autodiff.parser.semantics.limits import Limits
from autodiff.parser.semantics.names import free_variables
from autodiff.parser.syntax.errors import ExpressionError
from autodiff.parser.syntax.parse import parse

# PyTorch's own sentences name `NoneType` and `np.ndarray` in one place each.
TELL_TALE = re.compile(
    r"object has no attribute|(?<!, not )NoneType|tuple index|list index|ufunc|(?<!convert np.)ndarray|numpy|__|<class"
    r"|'(int|float|str|list|tuple|bool)' object|<function|operands could not|not subscriptable|not iterable|unhashable"
    r"|cannot be interpreted"
)
GIVEN = {"x": 2.0, "v": [1.0, 2.0, 3.0], "A": [[1.0, 2.0], [3.0, 4.0]], "e0": []}
ARGUMENTS = ["x", "v", "A", "'a'", "None", "[1, 2]", "[[1], [2, 3]]", "1.5", "-7", "True", "e0", "[v, v]", "2"]
NAMES = [name for name, function in FUNCTIONS.items() if name == function.name]


def calls(name: str) -> list[str]:
    """The function with one, two and three arguments of every kind."""
    found = [f"{name}({a})" for a in ARGUMENTS]
    found += [f"{name}({a}, {b})" for a in ("x", "v", "A", "[v, v]") for b in ARGUMENTS]
    found += [f"{name}({a}, {b}, {c})" for a in ("v", "A") for b in ("1", "v", "A") for c in ("'a'", "9", "v", "None")]
    return [*found, *(f"{a}.{name}({b})" for a in ("x", "v") for b in ("", "None", "'a'", "1.5", "[1, 2]"))]


def message_of(source: str) -> str:
    """What is said of an expression: nothing where it has a value."""
    variables = {name: torch.tensor(value) for name, value in GIVEN.items()}
    with computing("float64"):
        try:
            program = parse(source)
            evaluate(program, {n: variables[n] for n in free_variables(program)}, Limits(elements=10_000))
        except ExpressionError as error:
            return f"{error.message}\n{error.help}"
    return ""


@grouped("name", NAMES, size=20)
def test_no_message_is_in_the_words_of_python_or_numpy(name: str) -> None:
    for source in calls(name):
        assert not TELL_TALE.search(message_of(source)), f"{source}: {message_of(source)}"
