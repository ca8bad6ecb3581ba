"""Engine programs as expressions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import cache, partial
from typing import Any

import numpy as np

from ...engine.primitives import activation, arithmetic
from ...engine.program.program import Constant, Equation, Program, Variable
from ...engine.table.record import Primitive
from ...engine.table.registry import FUNCTIONS
from . import arrays, canonical
from .calls import called
from .notation import LIST, is_elementwise
from .reductions import is_condition
from .shapes import Shapes, is_floating, size_of

# What expressions are made with: the module `canonical`, or `verbatim` for the program as it is.
Algebra = Any


class UntranslatableError(Exception):
    """An operation has no spelling in the language."""


def translated(program: Program, algebra: Algebra = canonical) -> dict[str, Any]:
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
    if algebra is canonical:
        made = arrays.spelled(equation, arguments, shapes, None if spell is None else partial(spell, algebra))
    elif spell is None:
        made = called(algebra, equation, arguments, shapes)
    else:
        made = spell(algebra, *_sized(equation, arguments, algebra, shapes))
    if made is None:
        raise UntranslatableError(f"the operation `{name}` has no spelling as a formula")
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


@cache
def spelling(primitive: Primitive) -> Callable[..., Any] | None:
    """How to spell an elementwise operation, given the algebra and its arguments; None: there is no way."""
    return _of_record().get(primitive) or _BY_NAME.get(primitive.name) or _as_called(primitive)


def _as_called(primitive: Primitive) -> Callable[..., Any] | None:
    """The call of an elementwise function by the name that it has in expressions."""
    function = FUNCTIONS.get(primitive.name)
    if function is None or function.call is not primitive.call or not is_elementwise(primitive.name):
        return None
    defaults = primitive.defaults
    first = len(primitive.arguments) - len(defaults)

    def spell(algebra: Algebra, *arguments: Any) -> Any:
        while len(arguments) > max(first, primitive.tensors) and arguments[-1] == defaults[len(arguments) - first - 1]:
            arguments = arguments[:-1]
        return algebra.call(primitive.name, *(_parameter(primitive, algebra, a) for a in arguments))

    return spell


def _parameter(primitive: Primitive, algebra: Algebra, value: Any) -> Any:
    if value is None or isinstance(value, str) or type(value) is tuple:
        raise UntranslatableError(f"`{primitive.name}` with the argument {value!r} has no spelling as a formula")
    return _read(algebra, value)


def _read(algebra: Algebra, value: Any) -> Any:
    return algebra.read(value) if isinstance(value, (int, float)) else value


def _called(name: str) -> Callable[..., Any]:
    return lambda a, *arguments: a.call(name, *(_read(a, argument) for argument in arguments))


def _plus(a: Algebra, x: Any, y: Any, alpha: Any = 1) -> Any:
    return a.add(x, y if alpha == 1 else a.multiply(a.read(alpha), y))


def _minus(a: Algebra, x: Any, y: Any, alpha: Any = 1) -> Any:
    return a.subtract(x, y if alpha == 1 else a.multiply(a.read(alpha), y))


def _reversed_minus(a: Algebra, x: Any, y: Any, alpha: Any = 1) -> Any:
    return _minus(a, _read(a, y), x, alpha)


def _clamp(a: Algebra, x: Any, low: Any, high: Any) -> Any:
    if low is None:
        return a.call("minimum", x, _read(a, high))
    if high is None:
        return a.call("maximum", x, _read(a, low))
    return a.call("clamp", x, _read(a, low), _read(a, high))


def _elu(a: Algebra, x: Any, alpha: float, scale: float, input_scale: float) -> Any:
    if alpha == scale == input_scale == 1:
        return a.call("elu", x)
    below = a.call("expm1", a.multiply(x, a.read(input_scale)))
    condition = a.call(">", x, a.read(0))
    return a.call("where", condition, a.multiply(a.read(scale), x), a.multiply(a.read(scale * alpha), below))


def _gelu(a: Algebra, x: Any, approximate: str) -> Any:
    if approximate == "none":
        return a.call("gelu", x)
    cubic = a.add(x, a.multiply(a.number(Fraction("0.044715")), a.power(x, a.read(3))))
    scale = a.call("sqrt", a.divide(a.read(2), a.symbol("pi")))
    return a.multiply(a.divide(x, a.read(2)), a.add(a.read(1), a.call("tanh", a.multiply(scale, cubic))))


def _leaky(a: Algebra, x: Any, slope: Any) -> Any:
    return a.call("where", a.call(">", x, a.read(0)), x, a.multiply(x, _read(a, slope)))


def _cross_entropy_slope(a: Algebra, grad: Any, x: Any, target: Any, weight: Any, numel: int, reduction: str) -> Any:
    # The least variance is PyTorch's, as is that of a certain and wrong answer.
    variance = a.call("maximum", a.multiply(x, a.subtract(a.read(1), x)), a.number(Fraction("1e-12")))
    slope = a.multiply(grad, a.divide(a.subtract(x, target), variance))
    slope = slope if weight is None else a.multiply(weight, slope)
    return a.divide(slope, a.read(numel)) if reduction == "mean" else slope


def _threshold(a: Algebra, x: Any, threshold: Any, below: Any, above: Any) -> Any:
    return a.call("where", a.call("<=", x, _read(a, threshold)), _read(a, below), above)


# What is written with an operator, or has another name or other arguments in expressions than in the table.
_BY_NAME: dict[str, Callable[..., Any]] = {
    "add": _plus,
    "sub": _minus,
    "rsub": _reversed_minus,
    "mul": lambda a, x, y: a.multiply(x, y),
    "neg": lambda a, x: a.negative(x),
    "reciprocal": lambda a, x: a.divide(a.read(1), x),
    "rsqrt": lambda a, x: a.divide(a.read(1), a.call("sqrt", x)),
    "pow": lambda a, x, y: a.power(x, y),
    "exp2": lambda a, x: a.power(a.read(2), x),
    "addcmul": lambda a, x, y, z, value: a.add(x, a.multiply(a.read(value), a.multiply(y, z))),
    "addcdiv": lambda a, x, y, z, value: a.add(x, a.divide(a.multiply(a.read(value), y), z)),
    "lerp": lambda a, x, y, weight: a.add(x, a.multiply(_read(a, weight), a.subtract(y, x))),
    "deg2rad": lambda a, x: a.divide(a.multiply(a.symbol("pi"), x), a.read(180)),
    "rad2deg": lambda a, x: a.divide(a.multiply(a.read(180), x), a.symbol("pi")),
    "sgn": _called("sign"),
    "eq": _called("=="),
    "ne": _called("!="),
    "lt": _called("<"),
    "le": _called("<="),
    "gt": _called(">"),
    "ge": _called(">="),
    "logical_and": _called("and"),
    "logical_or": _called("or"),
    "logical_not": _called("not"),
    "where": _called("where"),
    "copysign": _called("copysign"),
    "fmod": _called("fmod"),
    "remainder": _called("%"),
    "floor_divide": _called("//"),
    "xlogy": _called("xlogy"),
    "special_xlog1py": _called("xlog1py"),
    "special_zeta": _called("zeta"),
    "round": _called("round"),
    "clamp": _clamp,
    "clamp_min": _called("maximum"),
    "clamp_max": _called("minimum"),
    "polygamma": lambda a, x, n: a.call("polygamma", a.read(n), x),
    "elu": _elu,
    "gelu": _gelu,
    "leaky_relu": _leaky,
    "rrelu_with_noise": _leaky,
    "prelu_kernel": _leaky,
    "threshold": lambda a, x, threshold, value: _threshold(a, x, threshold, value, x),
    "threshold_backward": lambda a, grad, x, threshold: _threshold(a, x, threshold, 0, grad),
    "binary_cross_entropy_backward": _cross_entropy_slope,
    "tanh_backward": lambda a, grad, y: a.multiply(grad, a.subtract(a.read(1), a.power(y, a.read(2)))),
    "sigmoid_backward": lambda a, grad, y: a.multiply(a.multiply(grad, y), a.subtract(a.read(1), y)),
}


@cache
def _of_record() -> dict[Primitive, Callable[..., Any]]:
    """Operations that share their names with others."""
    spellings: dict[Any, Callable[..., Any]] = {
        arithmetic.true_divide: lambda a, x, y: a.divide(x, y),
        arithmetic.over_number: lambda a, x, y: a.divide(x, y),
        arithmetic.floor_div: _called("//"),
        arithmetic.trunc_div: lambda a, x, y: a.call("trunc", a.divide(x, y)),
        arithmetic.remainder_of_number: lambda a, x, y: a.call("%", y, x),
        activation.scaled_elu: _elu,
    }
    return {function.operation: spell for function, spell in spellings.items()}
