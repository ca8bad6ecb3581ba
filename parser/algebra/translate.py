"""Engine programs as expressions."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from ...engine.primitives import arithmetic
from ...engine.program.folding import record_of
from ...engine.program.program import Constant, Equation, Program, Variable
from ..semantics.evaluate import evaluate
from ..semantics.limits import Limits
from ..syntax.parse import parse
from . import arrays
from .arithmetic import add, multiply, negative
from .calls import called
from .canonical import CANONICAL, Algebra
from .constants import familiar, is_constant, read
from .formulas import UntranslatableError, formula, spelling
from .indices import Indices, axes_of
from .matrices import Matrices
from .notation import LIST
from .presentation import Presentation
from .shapes import is_floating, of_identity, size_of
from .terms import symbol


def translated(
    program: Program, algebra: Algebra = CANONICAL, names: Sequence[str] = (), weight: str = ""
) -> dict[str, Any]:
    """The outputs of a program as expressions in its inputs. UntranslatableError: there are none.

    The other outputs have the `names` of outputs in place of what these are. With a `weight`, a vector in which outputs
    are linear, they are the matrices M of `weight @ M`.
    """
    symbols = {program.outputs[name]: symbol(name) for name in names}
    matrices = Matrices(Indices({variable.name: variable.shape for variable in program.inputs}), Presentation().tokens)
    known: dict[Variable, Any] = {
        v: _constant(v.name, algebra) if is_constant(v.name) else symbol(v.name) for v in program.inputs
    }
    if algebra is CANONICAL:
        known = {variable: matrices.indices.element(term, variable.shape) for variable, term in known.items()}
    inner = _inner(program) if algebra is CANONICAL else frozenset[Variable]()
    pending: dict[Variable, Equation] = {}
    for equation in program.equations:
        result = equation.results[0]
        if result in inner:
            pending[result] = equation
            continue
        if algebra is CANONICAL and (kind := _kind(equation)):
            parts = ((_argument(a, known, algebra, matrices, True), sign) for a, sign in _flattened(equation, pending))
            terms = [term if sign > 0 else negative(term) for term, sign in parts]
            known[result] = symbols.get(result) or (add if kind == "+" else multiply)(*terms)
            continue
        arguments = [
            _argument(argument, known, algebra, matrices, i < equation.primitive.tensors)
            for i, argument in enumerate(equation.arguments)
        ]
        if equation.primitive.name == "to_copy":
            one, zero = algebra.read(1), algebra.read(0)
            choose = arrays.is_condition(equation.arguments[0])
            made = algebra.call("where", arguments[0], one, zero) if choose else arguments[0]
        else:
            made = _made(equation, arguments, algebra, matrices)
        results = zip(equation.results, made if type(made) is tuple else (made,), strict=False)
        known.update((result, symbols.get(result, term)) for result, term in results)
    found = {name: _argument(output, known, algebra, matrices, True) for name, output in program.outputs.items()}
    variables = (*program.inputs, *(result for equation in program.equations for result in equation.results))
    if algebra is not CANONICAL or not any(variable.shape for variable in variables):
        return found
    shapes = {name: size_of(output) for name, output in program.outputs.items()}
    if weight:
        return {name: arrays.matrix(term, symbol(weight), shapes[name], matrices) for name, term in found.items()}
    return {name: matrices.array(term, axes_of(shapes[name])) for name, term in found.items()}


def _constant(text: str, algebra: Algebra) -> Any:
    """What a constant that has its text as its name is: 24 for gamma(5), sqrt(2)/2 for sin(pi/4), else as it is."""
    value = evaluate(parse(text), {}, Limits()).item() if algebra is CANONICAL else math.nan
    return (math.isfinite(value) and familiar(value)) or formula(text)(algebra, {})


_NEGATIVE, _MINUS = record_of(arithmetic.neg), record_of(arithmetic.minus)
_KINDS = {record_of(arithmetic.plus): "+", _MINUS: "+", _NEGATIVE: "+", record_of(arithmetic.mul): "*"}


def _kind(equation: Equation) -> str:
    """Of sums, differences and changes of sign of single numbers "+", of products "*", of anything else nothing."""
    return _KINDS.get(equation.primitive, "") if equation.results[0].shape == () else ""


def _inner(program: Program) -> frozenset[Variable]:
    """What is a term of one other sum and nothing else, or a factor of one other product.

    A sum or product of many is put together at once, and not once for each of them.
    """
    uses = Counter(a for equation in program.equations for a in equation.arguments if isinstance(a, Variable))
    uses.update(output for output in program.outputs.values() if isinstance(output, Variable))
    kinds = {equation.results[0]: _kind(equation) for equation in program.equations}
    return frozenset(
        a
        for equation in program.equations
        for a in equation.arguments
        if isinstance(a, Variable) and uses[a] == 1 and kinds.get(a) and kinds[a] == _kind(equation)
    )


def _flattened(equation: Equation, pending: Mapping[Variable, Equation]) -> Iterator[tuple[Any, int]]:
    """The terms of a sum with their signs, or the factors of a product, those of pending equations among them."""
    stack = [(equation, 1)]
    while stack:
        found, sign = stack.pop()
        if isinstance(found, Variable) and found in pending:
            found = pending[found]
        if not isinstance(found, Equation):
            yield found, sign
            continue
        *first, last = found.arguments
        stack.append((last, -sign if found.primitive in (_MINUS, _NEGATIVE) else sign))
        stack.extend((argument, sign) for argument in first)


def _made(equation: Equation, arguments: list[Any], algebra: Algebra, matrices: Matrices) -> Any:
    spell = spelling(equation.primitive)
    name = equation.primitive.name.removesuffix("_backward")
    if algebra is CANONICAL:
        made = arrays.spelled(equation, arguments, matrices, None if spell is None else partial(spell, algebra))
    elif spell is None:
        made = called(algebra, equation, arguments, matrices)
    else:
        made = spell(algebra, *_sized(equation, arguments, algebra, matrices))
    if made is None:
        raise UntranslatableError(f"the operation `{name}` has no spelling as a formula", name)
    return made


def _sized(equation: Equation, arguments: list[Any], algebra: Algebra, matrices: Matrices) -> list[Any]:
    """The arguments of an elementwise operation, its constants with a shape where the others have not the result's."""
    given = equation.arguments[: equation.primitive.tensors]
    shape = np.broadcast_shapes(*(size_of(argument) for argument in given if not _is_uniform(argument)))
    if shape == equation.results[0].shape:
        return arguments
    return [
        algebra.fitted(matrices, argument, size_of(own), is_floating(equation.results[0]))
        if i < len(given) and _is_uniform(own)
        else argument
        for i, (argument, own) in enumerate(zip(arguments, equation.arguments, strict=True))
    ]


def _is_uniform(argument: Any) -> bool:
    """Whether an argument is an array of one number, which is written as that number."""
    return isinstance(argument, Constant) and not isinstance(argument.value, tuple)


def _argument(
    argument: Any, known: Mapping[Variable, Any], algebra: Algebra, matrices: Matrices, is_operand: bool
) -> Any:
    """An operand as an expression, a parameter as it is."""
    if isinstance(argument, Variable):
        if argument not in known:
            raise UntranslatableError("one of several results has no spelling as a formula")
        return known[argument]
    if isinstance(argument, Constant):
        times = of_identity(argument) if algebra is CANONICAL else 0
        if times:
            return multiply(read(times), arrays.identity(argument.shape))
        array = _array(argument.value, algebra) if argument.shape else algebra.read(argument.value)
        is_list = algebra is CANONICAL and isinstance(argument.value, tuple)
        return matrices.indices.element(array, argument.shape) if is_list else array
    if type(argument) is tuple and is_operand:
        return tuple(_argument(item, known, algebra, matrices, True) for item in argument)
    return algebra.read(argument) if is_operand and isinstance(argument, (int, float)) else argument


def _array(value: Any, algebra: Algebra) -> Any:
    """A number, or lists of numbers inside each other."""
    if not isinstance(value, tuple):
        return symbol(str(value)) if isinstance(value, bool) else algebra.read(value)
    return algebra.call(LIST, *(_array(item, algebra) for item in value))
