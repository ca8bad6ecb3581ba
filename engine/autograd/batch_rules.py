"""How an operation is done for a batch of its operands at once, the dimension that counts them first.

What the operation's record says decides: of an elementwise one the operands get as many dimensions, one along
dimensions has these counted from the second, one of matrices takes a batch anyway. A record that says something else
says it as `batch`. An operation that none of this holds for is done for one after another.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from ..primitives.arguments import data_of
from ..primitives.copying import alias
from ..primitives.parts import select_primitive, stack
from ..primitives.reshaping import expand_primitive, reshape
from ..table.binding import broadcast_mismatch
from ..table.record import Operation
from ..table.registry import ops
from ..tensors.batched import BatchError
from ..tensors.errors import dimension_error, shape_error


class Operand(NamedTuple):
    """An operand: `value` is the tensor, or where it is `batched`, all the tensors; `shape` is that of one.

    Where nothing is recorded of any, the values are arrays.
    """

    value: Any
    batched: bool
    shape: tuple[int, ...]


def over_batch(primitive: Operation, arguments: Sequence[Any], size: int) -> Any:
    """The results of an operation for each of a batch of `size`, with a first dimension that counts them.

    `arguments` are Operands and parameters, in order. RuntimeError: shapes do not fit, as for one.
    """
    shaping = primitive.shaped_by and arguments[primitive.arguments.index(primitive.shaped_by)]
    if isinstance(shaping, Operand) and shaping.batched:
        raise BatchError(
            "vmap: We do not support batching operators that can output dynamic shape. Attempted to vmap over "
            f"aten::{primitive.name}. Please file an issue at https://github.com/pytorch/pytorch/issues if you need "
            "this feature."
        )
    result = _at_once(primitive, arguments, size)
    return _one_by_one(primitive, arguments, size) if result is None else result


def repeated(tensor: Any, size: int) -> Any:
    """So many copies of a tensor, in one place of memory."""
    return expand_primitive(tensor, (size, *data_of(tensor).shape))


def _at_once(primitive: Operation, arguments: Sequence[Any], size: int) -> Any:
    """The results by what the record says; None: it says nothing that helps."""
    operands = _operands(primitive, arguments)
    if primitive.elementwise:
        return _elementwise(primitive, arguments, operands)
    if primitive.batch is not None:
        return _as_recorded(primitive, arguments, size)
    if primitive.reduces:
        return _reduced(primitive, arguments, operands)
    if primitive.shape_only:
        return _shaped(primitive, arguments, size)
    if primitive.rows == "matrices" and len({len(o.shape) for o in operands}) == 1 and len(operands[0].shape) > 1:
        return primitive.call(*[_all(a, size) for a in arguments])
    if primitive.rows == "dimensions":
        return _along(primitive, arguments, operands[0], size)
    if len(operands) == 1 and primitive.moves == "order":
        return _reordered(primitive, operands[0], arguments[1:], size)
    if len(operands) == 1 and primitive.moves == "repeated":
        (value, _, shape), wanted = arguments
        padded = reshape(value, (size, *(1,) * (len(wanted) - len(shape)), *shape))
        return primitive.call(padded, (size, *wanted))
    return None


def _operands(primitive: Operation, arguments: Sequence[Any]) -> list[Operand]:
    return [a for a in (arguments[0] if primitive.variadic else arguments) if isinstance(a, Operand)]


def _values(argument: Any) -> Any:
    """What an argument is outside the batch."""
    if isinstance(argument, list):
        return [_values(part) for part in argument]
    return argument.value if isinstance(argument, Operand) else argument


def _all(argument: Any, size: int) -> Any:
    """As `_values`, with an operand that is the same for all repeated for each."""
    if isinstance(argument, list):
        return [_all(part, size) for part in argument]
    if not isinstance(argument, Operand):
        return argument
    return argument.value if argument.batched else repeated(argument.value, size)


def _as_recorded(primitive: Operation, arguments: Sequence[Any], size: int) -> Any:
    """The results by the record's own function; None: it fails, and so the operation would for one, in other words."""
    ranks = primitive.ranks
    each = zip(ranks, arguments, strict=False)
    if any(isinstance(a, Operand) and rank not in (None, len(a.shape)) for rank, a in each):
        return None
    given = [_values(a) if ranks else _all(a, size) for a in arguments]
    try:
        return primitive.batch and primitive.batch(*given)
    except BatchError:
        raise
    except (RuntimeError, IndexError, TypeError, ValueError):
        return None


def _elementwise(primitive: Operation, arguments: Sequence[Any], operands: Sequence[Operand]) -> Any:
    """Operands of fewer dimensions get more behind the first."""
    mismatch = broadcast_mismatch([o.shape for o in operands])
    if mismatch is not None:
        raise shape_error(mismatch)
    rank = max(len(o.shape) for o in operands)
    given: list[Any] = []
    for argument in arguments:
        value = _values(argument)
        if isinstance(argument, Operand) and argument.batched and len(argument.shape) < rank:
            value = reshape(value, (len(value), *(1,) * (rank - len(argument.shape)), *argument.shape))
        given.append(value)
    return primitive.call(*given)


def _reduced(primitive: Operation, arguments: Sequence[Any], operands: Sequence[Operand]) -> Any:
    """The results for each element, and what `reduction` makes of those of each."""
    place = primitive.arguments.index("reduction")
    apart = _elementwise(primitive, [*arguments[:place], "none", *arguments[place + 1 :]], operands)
    reduction, dims = arguments[place], tuple(range(1, apart.ndim))
    if reduction == "none" or not dims:
        return apart
    return ops.mean(apart, dims) if reduction == "mean" else ops.sum(apart, dims)


def _shaped(primitive: Operation, arguments: Sequence[Any], size: int) -> Any:
    """What has the shape of an operand, for each; None: another operand matters."""
    names = zip(primitive.arguments, arguments, strict=True)
    if any(isinstance(a, Operand) and name not in primitive.shape_only for name, a in names):
        return None
    given = [_values(a) for a in arguments]
    if "shape" in primitive.arguments:
        place = primitive.arguments.index("shape")
        given[place] = (size, *given[place])
    return primitive.call(*given)


def _along(primitive: Operation, arguments: Sequence[Any], first: Operand, size: int) -> Any:
    """The dimensions are counted from the second. IndexError: one is out of range."""
    rank = len(first.shape)
    given = [_all(a, size) for a in arguments]
    if "shape" in primitive.arguments:
        # The gradient of a part: the dimensions are those of the whole.
        place = primitive.arguments.index("shape")
        rank = len(given[place])
        given[place] = (size, *given[place])
    if not rank:
        return None
    for name in primitive.dimensions:
        place = primitive.arguments.index(name)
        given[place] = _counted(given[place], rank)
    return primitive.call(*given)


def _counted(dim: Any, rank: int) -> Any:
    if isinstance(dim, int):
        if not -rank <= dim < rank:
            raise dimension_error(dim, rank)
        return dim % rank + 1
    return tuple(_counted(d, rank) for d in dim) if dim else tuple(range(1, rank + 1))


def _reordered(primitive: Operation, operand: Operand, parameters: Sequence[Any], size: int) -> Any:
    """The same elements in the same order, in another shape."""
    value, _, shape = operand
    if primitive.arguments == ("x", "shape"):
        return primitive.call(value, (size, *parameters[0]))
    if not primitive.view:
        return primitive.call(value, *parameters)
    after = primitive.forward(np.broadcast_to(np.zeros((), data_of(value).dtype), shape), *parameters).shape
    if after == shape:
        return alias(value)
    if primitive.arguments == ("x", "dim"):
        return primitive.call(value, parameters[0] + 1)
    return reshape(value, (size, *after))


def _one_by_one(primitive: Operation, arguments: Sequence[Any], size: int) -> Any:
    """The results, done for one after another and stacked."""
    if not size:
        raise BatchError(f"vmap: {primitive.name} cannot be done for none")
    rows = [primitive.call(*[_one(a, index) for a in arguments]) for index in range(size)]
    if not primitive.outputs:
        return stack(rows)
    return [stack(list(column)) for column in zip(*rows, strict=True)]


def _one(argument: Any, index: int) -> Any:
    if isinstance(argument, list):
        return [_one(part, index) for part in argument]
    if not isinstance(argument, Operand):
        return argument
    return select_primitive(argument.value, 0, index) if argument.batched else argument.value
