"""What a function that is being transformed has from elsewhere: its tensors may not be changed, and look as they are.

Inside such a function PyTorch wraps each tensor that is given or made; what comes from elsewhere is not wrapped.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, partial
from itertools import chain
from textwrap import indent
from types import CodeType, FunctionType, MethodType
from typing import Any

from ..graph.transforms import Transformed, forward
from ..table.registry import FUNCTIONS
from ..tensors import tensor as tensors
from ..tensors.aliases import Call
from ..tensors.batched import Batched
from ..tensors.tensor import Tensor


def captured(function: Call) -> list[Tensor]:
    """The tensors that a function can reach without being given them, as far as its names and its object lead."""
    found: list[Tensor] = []
    seen: set[int] = set()
    waiting: list[Any] = [function]
    inner = function
    while not isinstance(inner, FunctionType) or hasattr(inner, "__wrapped__"):
        inner = getattr(inner, "__wrapped__", getattr(inner, "func", getattr(inner, "__func__", None)))
        if inner is None:
            break
    names = getattr(inner, "__globals__", None)
    while waiting:
        one = waiting.pop()
        if isinstance(one, Tensor):
            found.append(one)
        elif id(one) not in seen:
            seen.add(id(one))
            waiting.extend(_reached_from(one, names))
    return found


def _reached_from(value: Any, names: Any) -> Iterator[Any]:
    """What a value leads to; of functions written elsewhere than where `names` hold, only what they enclose."""
    if isinstance(value, FunctionType):
        for cell in value.__closure__ or ():
            try:
                yield cell.cell_contents
            except ValueError:  # nothing is in it yet
                continue
        if value.__globals__ is names:
            yield from [names[name] for name in _names(value.__code__) if name in names]
    elif isinstance(value, MethodType):
        yield value.__func__
        yield from vars(value.__self__).values() if hasattr(value.__self__, "__dict__") else ()
    elif isinstance(value, partial):
        yield from (value.func, *value.args, *value.keywords.values())
    elif isinstance(value, (list, tuple)):
        yield from value
    elif isinstance(value, dict):
        yield from value.values()
    elif hasattr(type(value), "parameters") and hasattr(type(value), "buffers"):
        yield from chain(value.parameters(), value.buffers())


@cache
def _names(code: CodeType) -> tuple[str, ...]:
    """The names that code and the functions in it look up outside."""
    inner = [_names(constant) for constant in code.co_consts if isinstance(constant, CodeType)]
    return (*code.co_names, *chain.from_iterable(inner))


def is_captured(tensor: Tensor, transformed: Transformed) -> bool:
    """Whether a tensor, or what it is a view of, comes from elsewhere."""
    base = tensor if tensor._base is None else tensor._base
    return any(other is tensor or other is base for other in transformed.captured)


def check_not_captured(tensor: Tensor, name: str, args: Any = ()) -> None:
    """RuntimeError: a method would change a tensor in place that a function being differentiated has from elsewhere."""
    transformed = forward.functions[-1]
    if transformed.batch is not None or not is_captured(tensor, transformed):
        return
    record = FUNCTIONS.get(name.removesuffix("_"))
    overload = ""
    if record is not None and (record.symbol is not None or record.numbers) and args:
        overload = ".Scalar" if record.numbers and not isinstance(args[0], Tensor) else ".Tensor"
    raise RuntimeError(
        "During a grad (vjp, jvp, grad, etc) transform, the function provided attempted to call in-place operation "
        f"(aten::{name}{overload}) that would mutate a captured Tensor. This is not supported; please rewrite the "
        "function being transformed to explicitly accept the mutated Tensor(s) as inputs."
    )


def _text(tensor: Tensor) -> str | None:
    """How a tensor is printed inside functions that are being transformed; None: as anywhere else."""
    functions = forward.functions
    wrapped: list[tuple[int, Transformed]] = []
    for number, transformed in enumerate(functions, 1):
        if is_captured(tensor, transformed):
            continue
        if transformed.batch is None or _stands_for_many(tensor, transformed.batch):
            wrapped.append((number, transformed))
    if not wrapped:
        return None
    data = tensor._data
    while isinstance(data, Batched):
        data = data.value._data
    forward.functions = []
    try:
        text = repr(Tensor(data))
    finally:
        forward.functions = functions
    for number, transformed in wrapped:
        what = (
            f"GradTrackingTensor(lvl={number}" if transformed.batch is None else f"BatchedTensor(lvl={number}, bdim=0"
        )
        text = f"{what}, value=\n{indent(text, '    ')}\n)"
    return text


def _stands_for_many(tensor: Tensor, batch: Any) -> bool:
    data = tensor._data
    while isinstance(data, Batched):
        if data.trace is batch:
            return True
        data = data.value._data
    return False


tensors.inside_functions.append(_text)
