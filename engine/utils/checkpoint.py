"""`torch.utils.checkpoint`: a part of a computation keeps its inputs alone, and is computed again in backward."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from typing import Any

from ..autograd.backward import backward
from ..autograd.function import Function
from ..autograd.passes import current_pass
from ..graph.saved import saved_tensors_hooks
from ..tensors.generator import default_generator
from ..tensors.modes import enable_grad, no_grad
from ..tensors.tensor import Tensor

__all__ = ["checkpoint", "checkpoint_sequential"]

_UNSAID = (
    "{}: the use_reentrant parameter should be passed explicitly. {} use_reentrant=False is recommended, but if you "
    "need to preserve the current default behavior, you can pass use_reentrant=True. Refer to docs for more details on "
    "the differences between the two variants."
)


def checkpoint(
    function: Callable[..., Any],
    *args: Any,
    use_reentrant: bool | None = None,
    preserve_rng_state: bool = True,
    **kwargs: Any,
) -> Any:
    """What `function` returns, computed again in backward in place of keeping what that needs.

    With `use_reentrant` (the default, with a warning), backward has a graph of its own, and only arguments that are
    tensors receive gradients. ValueError: `use_reentrant` with arguments by name.
    """
    if use_reentrant is None:
        warnings.warn(
            _UNSAID.format(
                "torch.utils.checkpoint",
                "Starting in PyTorch 2.9, calling checkpoint without use_reentrant will raise an exception.",
            ),
            stacklevel=2,
        )
        use_reentrant = True
    for name in ("context_fn", "determinism_check", "debug", "early_stop"):
        kwargs.pop(name, None)
    if not use_reentrant:
        return _recomputed(function, args, kwargs, preserve_rng_state)
    if kwargs:
        raise ValueError(f"Unexpected keyword arguments: {','.join(kwargs)}")
    if not any(isinstance(a, Tensor) and a.requires_grad for a in args):
        warnings.warn("None of the inputs have requires_grad=True. Gradients will be None", stacklevel=2)
    return CheckpointFunction.apply(function, preserve_rng_state, *args)


class CheckpointFunction(Function):
    """A function whose backward runs it again."""

    @staticmethod
    def forward(ctx: Any, function: Callable[..., Any], preserves: bool, *args: Any) -> Any:
        ctx.function, ctx.args = function, args
        ctx.state = default_generator().get_state() if preserves else None
        ctx.save_for_backward(*[a for a in args if isinstance(a, Tensor)])
        with no_grad():
            return function(*args)

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Any) -> Any:
        if current_pass().captured:
            raise RuntimeError(
                "When use_reentrant=True, torch.utils.checkpoint is incompatible with .grad() or passing an `inputs` "
                "parameter to .backward(). To resolve this error, you can either set use_reentrant=False, or call "
                ".backward() without passing the `inputs` argument."
            )
        tensors = iter(ctx.saved_tensors)
        given = [next(tensors) if isinstance(a, Tensor) else a for a in ctx.args]
        inner = [g.detach().requires_grad_(g.requires_grad) if isinstance(g, Tensor) else g for g in given]
        with _as_before(ctx.state), enable_grad():
            outputs = ctx.function(*inner)
        outputs = outputs if isinstance(outputs, tuple) else (outputs,)
        pairs = [
            (o, g)
            for o, g in zip(outputs, grad_outputs, strict=True)
            if isinstance(o, Tensor) and o.requires_grad and g is not None
        ]
        if not pairs:
            raise RuntimeError("none of output has requires_grad=True, this checkpoint() is not necessary")
        backward([o for o, _ in pairs], [g for _, g in pairs])
        return (None, None, *[i.grad if isinstance(i, Tensor) else None for i in inner])


@contextmanager
def _as_before(state: Tensor | None) -> Generator[None]:
    """In the block random numbers are drawn as they were from a state on; those drawn afterwards do not change."""
    if state is None:
        yield
        return
    generator = default_generator()
    present = generator.get_state()
    generator.set_state(state)
    try:
        yield
    finally:
        generator.set_state(present)


def _recomputed(function: Callable[..., Any], args: Any, kwargs: dict[str, Any], preserves: bool) -> Any:
    """What a function returns, whose graph has a number in place of each tensor that it would have kept."""
    state = default_generator().get_state() if preserves else None
    count = 0
    found: list[Tensor] = []

    def number(tensor: Tensor) -> int:
        nonlocal count
        count += 1
        return count - 1

    def keep(tensor: Tensor) -> Tensor:
        found.append(tensor.detach())
        return tensor

    def again(place: int) -> Tensor:
        if not found:
            with _as_before(state), enable_grad(), saved_tensors_hooks(keep, lambda tensor: tensor):
                function(*args, **kwargs)
            if len(found) != count:
                wrong = len(found)
                found.clear()
                raise RuntimeError(
                    "torch.utils.checkpoint: A different number of tensors was saved during the original forward and "
                    f"recomputation.\nNumber of tensors saved during forward: {count}\nNumber of tensors saved during "
                    f"recomputation: {wrong}."
                )
        return found[place]

    with saved_tensors_hooks(number, again):
        return function(*args, **kwargs)


def checkpoint_sequential(
    functions: Any, segments: int, input: Any, use_reentrant: bool | None = None, **kwargs: Any
) -> Any:
    """What functions, or those in a Sequential, make of an input in turn; but for the last part, by `checkpoint`."""
    if use_reentrant is None:
        warnings.warn(
            _UNSAID.format(
                "torch.utils.checkpoint.checkpoint_sequential",
                "In version 2.9 we will raise an exception if use_reentrant is not passed.",
            ),
            stacklevel=2,
        )
        use_reentrant = True
    steps = list(functions.children() if hasattr(functions, "children") else functions)
    size = len(steps) // segments
    start = 0
    for start in range(0, size * (segments - 1), size):
        part = _in_turn(steps[start : start + size])
        input = checkpoint(part, input, use_reentrant=use_reentrant, **kwargs)
    return _in_turn(steps[size * (segments - 1) :])(input)


def _in_turn(steps: Iterable[Callable[[Any], Any]]) -> Callable[[Any], Any]:
    def run(value: Any) -> Any:
        for step in steps:
            value = step(value)
        return value

    return run
