"""The arguments of a call, as a function of the table takes them."""

from __future__ import annotations

from collections.abc import Sequence

from ...engine import Tensor
from ...engine.table.record import Operation
from .values import Value, operand, tensor_of


def arranged(function: Operation, values: list[Value], names: Sequence[str]) -> tuple[list[Value], dict[str, Value]]:
    """The positional arguments of a call and those by name, of which the last `values` are.

    Numbers given for tensor arguments become tensors, but for those that the function takes as they are; of several
    results, such as those of `sort(x)`, the first is the argument.
    """
    values = [tensor_of(value) if hasattr(value, "_fields") else value for value in values]
    count = len(values) - len(names)
    positional = values[:count]
    named = dict(zip(names, values[count:], strict=True))
    for name, value in function.assumed.items():
        if name not in named and function.arguments.index(name) >= count:
            named[name] = value
    if function.variadic:
        items = positional[0] if isinstance(positional[0], list) else [positional[0]]
        positional[0] = [tensor_of(item) for item in items]
        return positional, named
    convert = operand if function.numbers else tensor_of
    for i, name in enumerate(function.arguments[: function.tensors]):
        if i < count:
            positional[i] = convert(positional[i])
        elif name in named:
            named[name] = convert(named[name])
    if function.numbers and not any(isinstance(value, Tensor) for value in (*positional, *named.values())):
        positional = [tensor_of(value) for value in positional]
    return positional, named
