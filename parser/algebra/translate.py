"""Engine programs as expressions."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np

from ...engine.program.program import Constant, Equation, Program, Variable
from . import arrays
from .calls import called
from .canonical import CANONICAL
from .construction import Algebra
from .formulas import UntranslatableError, spelling
from .notation import LIST
from .reductions import is_condition
from .shapes import Shapes, is_floating, size_of


def translated(program: Program, algebra: Algebra = CANONICAL) -> dict[str, Any]:
    """The outputs of a program as expressions in its inputs. UntranslatableError: an operation has no spelling."""
    known: dict[Variable, Any] = {variable: algebra.symbol(variable.name) for variable in program.inputs}
    shapes = Shapes({variable.name: variable.shape for variable in program.inputs})
    for equation in program.equations:
        arguments = [
            _argument(argument, known, algebra, i < equation.primitive.tensors)
            for i, argument in enumerate(equation.arguments)
        ]
        if equation.primitive.name == "to_copy":
            one, zero = algebra.read(1), algebra.read(0)
            choose = is_condition(equation.arguments[0])
            made = algebra.call("where", arguments[0], one, zero) if choose else arguments[0]
        else:
            made = _made(equation, arguments, algebra, shapes)
        known.update(zip(equation.results, made if type(made) is tuple else (made,), strict=False))
    return {name: _argument(output, known, algebra, True) for name, output in program.outputs.items()}


def _made(equation: Equation, arguments: list[Any], algebra: Algebra, shapes: Shapes) -> Any:
    spell = spelling(equation.primitive)
    name = equation.primitive.name
    if algebra is CANONICAL:
        made = arrays.spelled(equation, arguments, shapes, None if spell is None else partial(spell, algebra))
    elif spell is None:
        made = called(algebra, equation, arguments, shapes)
    else:
        made = spell(algebra, *_sized(equation, arguments, algebra, shapes))
    if made is None:
        raise UntranslatableError(f"the operation `{name}` has no spelling as a formula", name)
    return made


def _sized(equation: Equation, arguments: list[Any], algebra: Algebra, shapes: Shapes) -> list[Any]:
    """The arguments of an elementwise operation, its constants with a shape where the others have not the result's."""
    given = equation.arguments[: equation.primitive.tensors]
    shape = np.broadcast_shapes(*(size_of(argument) for argument in given if not _is_uniform(argument)))
    if shape == equation.results[0].shape:
        return arguments
    return [
        algebra.fitted(shapes, argument, size_of(own), is_floating(equation.results[0]))
        if i < len(given) and _is_uniform(own)
        else argument
        for i, (argument, own) in enumerate(zip(arguments, equation.arguments, strict=True))
    ]


def _is_uniform(argument: Any) -> bool:
    """Whether an argument is an array of one number, which is written as that number."""
    return isinstance(argument, Constant) and not isinstance(argument.value, tuple)


def _argument(argument: Any, known: Mapping[Variable, Any], algebra: Algebra, is_operand: bool) -> Any:
    """An operand as an expression, a parameter as it is."""
    if isinstance(argument, Variable):
        if argument not in known:
            raise UntranslatableError("one of several results has no spelling as a formula")
        return known[argument]
    if isinstance(argument, Constant):
        return _array(argument.value, algebra) if argument.shape else algebra.read(argument.value)
    if type(argument) is tuple and is_operand:
        return tuple(_argument(item, known, algebra, True) for item in argument)
    return algebra.read(argument) if is_operand and isinstance(argument, (int, float)) else argument


def _array(value: Any, algebra: Algebra) -> Any:
    """A number, or lists of numbers inside each other."""
    if not isinstance(value, tuple):
        return algebra.symbol(str(value)) if isinstance(value, bool) else algebra.read(value)
    return algebra.call(LIST, *(_array(item, algebra) for item in value))
