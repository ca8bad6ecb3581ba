"""Hooks of modules: what is called before and after `forward`, and when gradients come to a module and leave it."""

from __future__ import annotations

import warnings
from functools import partial
from typing import Any

from ..autograd.function import Function
from ..graph.hooks import RemovableHandle
from ..tensors.tensor import Tensor

# Where a module keeps hooks of each kind.
KINDS = ("_forward_pre_hooks", "_forward_hooks", "_backward_pre_hooks", "_backward_hooks", "_node_hooks")
_NO_INPUTS = (
    "Full backward hook is firing when gradients are computed with respect to module outputs since no inputs require "
    "gradients. See https://docs.pytorch.org/docs/main/generated/torch.nn.Module.html"
    "#torch.nn.Module.register_full_backward_hook for more details."
)


def registered(hooks: dict[int, Any], hook: Any, prepend: bool) -> RemovableHandle:
    """Adds a hook to some, behind or before the others."""
    others, handle = list(hooks) if prepend else [], RemovableHandle(hooks, hook)
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
        passed = _watched(args, passing.left)
        passing.has_inputs, args = passed is not args, passed
    output = module.forward(*args, **kwargs)
    for hook, with_kwargs in list(own["_forward_hooks"].values()):
        changed = hook(module, args, kwargs, output) if with_kwargs else hook(module, args, output)
        output = output if changed is None else changed
    if own["_node_hooks"]:
        node = next(value.grad_fn for value in _tuple(output) if isinstance(value, Tensor))
        for hook in own["_node_hooks"].values() if node is not None else ():
            node.register_hook(partial(hook, module))
    if passing is None:
        return output
    outputs = _watched(_tuple(output), passing.arrived)
    return outputs if isinstance(output, tuple) else outputs[0]


def _tuple(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,)


def _answered(hooks: dict[int, Any], module: Any, grads: tuple[Any, ...], *others: Any) -> tuple[Any, ...]:
    """The gradients as some hooks leave them."""
    for hook in list(hooks.values()):
        changed = hook(module, grads, *others)
        grads = grads if changed is None else _tuple(changed)
    return grads


class _Passing:
    """One call of a module whose gradients are looked at: those of its outputs, until those of its inputs are there."""

    def __init__(self, module: Any) -> None:
        self.module, self.has_inputs, self.grad_output = module, False, ()

    def arrived(self, grads: tuple[Any, ...]) -> tuple[Any, ...]:
        """Those of the outputs, as the hooks leave them."""
        self.grad_output = _answered(self.module._backward_pre_hooks, self.module, grads)
        if not self.has_inputs and self.module._backward_hooks:
            warnings.warn(_NO_INPUTS, stacklevel=2)
            self.left((None,))
        return self.grad_output

    def left(self, grads: tuple[Any, ...]) -> tuple[Any, ...]:
        """Those of the inputs, as the hooks leave them."""
        return _answered(self.module._backward_hooks, self.module, grads, self.grad_output)


def _watched(values: tuple[Any, ...], told: Any) -> tuple[Any, ...]:
    """The values as they are, of whose tensors that require grad `told` gets the gradients, and may change them."""
    places = [place for place, value in enumerate(values) if isinstance(value, Tensor) and value.requires_grad]

    def with_others(others: Any, beside: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(dict(zip(places, others, strict=True)).get(place, value) for place, value in enumerate(beside))

    def changed(grads: tuple[Any, ...]) -> list[Any]:
        answer = told(with_others(grads, (None,) * len(values)))
        return [answer[place] for place in places]

    return (
        with_others(_tuple(_Watched.apply(changed, *[values[place] for place in places])), values) if places else values
    )


class _Watched(Function):
    """Hands tensors on as they are, and tells of their gradients."""

    @staticmethod
    def forward(ctx: Any, changed: Any, *tensors: Tensor) -> Any:
        ctx.changed = changed
        return tuple(tensor.view_as(tensor) for tensor in tensors)

    @staticmethod
    def backward(ctx: Any, *grads: Any) -> Any:
        return (None, *ctx.changed(grads))


_Watched.__name__ = "BackwardHookFunction"
