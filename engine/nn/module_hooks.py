"""Hooks of modules: what is called before and after `forward`, and when gradients come to a module and leave it."""

from __future__ import annotations

import warnings
from typing import Any

from ..autograd.function import Function
from ..graph.hooks import RemovableHandle
from ..tensors.tensor import Tensor

_NO_INPUTS = (
    "Full backward hook is firing when gradients are computed with respect to module outputs since no inputs require "
    "gradients. See https://docs.pytorch.org/docs/main/generated/torch.nn.Module.html"
    "#torch.nn.Module.register_full_backward_hook for more details."
)


def registered(hooks: dict[int, Any], hook: Any, prepend: bool) -> RemovableHandle:
    """Adds a hook to some, behind or before the others."""
    others = dict(hooks) if prepend else {}
    handle = RemovableHandle(hooks, hook)
    for key in others:
        hooks[key] = hooks.pop(key)
    return handle


def called(module: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """What a module with hooks returns. AttributeError: its `__init__` did not call that of Module."""
    own = vars(module)
    if "_modules" not in own:
        return module._forward_hooks
    for hook, with_kwargs in list(own["_forward_pre_hooks"].values()):
        changed = hook(module, args, kwargs) if with_kwargs else hook(module, args)
        if changed is not None:
            args, kwargs = changed if with_kwargs else (_tuple(changed), kwargs)
    passing = _Passing(module) if own["_backward_hooks"] or own["_backward_pre_hooks"] else None
    if passing is not None:
        args = passing.through(_Inputs, args)
    output = module.forward(*args, **kwargs)
    for hook, with_kwargs in list(own["_forward_hooks"].values()):
        changed = hook(module, args, kwargs, output) if with_kwargs else hook(module, args, output)
        output = output if changed is None else changed
    if passing is None:
        return output
    outputs = passing.through(_Outputs, _tuple(output))
    return outputs if isinstance(output, tuple) else outputs[0]


def _tuple(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,)


class _Passing:
    """One call of a module whose gradients are looked at: those of its outputs, until those of its inputs are there."""

    def __init__(self, module: Any) -> None:
        self.module = module
        self.has_inputs = False
        self.grad_output: tuple[Any, ...] = ()

    def through(self, step: type[Function], values: tuple[Any, ...]) -> tuple[Any, ...]:
        """The values, of which the tensors that require grad have gone through a step."""
        places = [place for place, value in enumerate(values) if isinstance(value, Tensor) and value.requires_grad]
        if not places:
            return values
        self.has_inputs = self.has_inputs or step is _Inputs
        passed = _tuple(step.apply(self, len(values), places, *[values[place] for place in places]))
        replaced = dict(zip(places, passed, strict=True))
        return tuple(replaced.get(place, value) for place, value in enumerate(values))

    def arrived(self, grads: tuple[Any, ...]) -> tuple[Any, ...]:
        for hook in list(self.module._backward_pre_hooks.values()):
            changed = hook(self.module, grads)
            grads = grads if changed is None else _tuple(changed)
        self.grad_output = grads
        if not self.has_inputs and self.module._backward_hooks:
            warnings.warn(_NO_INPUTS, stacklevel=2)
            self.left((None,))
        return grads

    def left(self, grads: tuple[Any, ...]) -> tuple[Any, ...]:
        for hook in list(self.module._backward_hooks.values()):
            changed = hook(self.module, grads, self.grad_output)
            grads = grads if changed is None else _tuple(changed)
        return grads


def _in_places(count: int, places: list[int], grads: tuple[Any, ...]) -> tuple[Any, ...]:
    found = dict(zip(places, grads, strict=True))
    return tuple(found.get(place) for place in range(count))


class _Step(Function):
    """Hands tensors on as they are, and tells the call of their gradients."""

    @staticmethod
    def forward(ctx: Any, passing: _Passing, count: int, places: list[int], *tensors: Tensor) -> Any:
        ctx.passing, ctx.count, ctx.places = passing, count, places
        return tuple(tensor.view_as(tensor) for tensor in tensors)


class _Inputs(_Step):
    @staticmethod
    def backward(ctx: Any, *grads: Any) -> Any:
        left = ctx.passing.left(_in_places(ctx.count, ctx.places, grads))
        return (None, None, None, *(left[place] for place in ctx.places))


class _Outputs(_Step):
    @staticmethod
    def backward(ctx: Any, *grads: Any) -> Any:
        arrived = ctx.passing.arrived(_in_places(ctx.count, ctx.places, grads))
        return (None, None, None, *(arrived[place] for place in ctx.places))


_Inputs.__name__ = _Outputs.__name__ = "BackwardHookFunction"
