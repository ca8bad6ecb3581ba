"""Operations of the user's own: `class Square(Function)` with `forward` and `backward`, called by `Square.apply`."""

from __future__ import annotations

import functools
import inspect
import warnings
from collections.abc import Sequence
from typing import Any

from ..graph.hooks import next_sequence
from ..graph.node import Node
from ..graph.transforms import active, forward
from ..table.nodes import tracked
from ..tensors.aliases import Call, Gradient
from ..tensors.batched import RefusedError
from ..tensors.modes import no_grad, recording
from ..tensors.tensor import Tensor
from .anomaly import is_anomaly_enabled, note_origin
from .function_node import FunctionCtx, FunctionNode
from .function_results import among, passed_on, recorded
from .nesting import mapped

__all__ = ["Function", "FunctionCtx", "once_differentiable"]

_LEGACY = (
    "Legacy autograd function with non-static forward method is deprecated. Please use new-style autograd function "
    "with static forward method. (Example: https://pytorch.org/docs/stable/autograd.html#torch.autograd.Function)"
)


_RETURNED_AND_SAVED = (
    "An input that has been returned as-is as output is being saved for backward. This is not supported if you "
    "override setup_context. You should return and save a view of the input instead, e.g. with x.view_as(x) or setup "
    "ctx inside the forward function itself."
)
_NO_SETUP = (
    "In order to use an autograd.Function with functorch transforms (vmap, grad, jvp, jacrev, ...), it must override "
    "the setup_context staticmethod. For more details, please see "
    "https://pytorch.org/docs/main/notes/extending.func.html"
)


class Function:
    """Base of user-defined operations: static methods `forward(ctx, ...)` and `backward(ctx, *gradients)`.

    In the newer style `forward(...)` has no ctx and `setup_context(ctx, inputs, output)` saves what `backward` needs.
    `jvp(ctx, *tangents)` is the forward-mode rule. Called by `apply`.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        warnings.warn(
            f"{type(self)} should not be instantiated. Methods on autograd functions are all static, so you should "
            "invoke them on the class itself. Instantiating an autograd function will raise an error in a future "
            "version of PyTorch.",
            DeprecationWarning,
            stacklevel=2,
        )

    next_functions = ()

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        raise RuntimeError(_LEGACY)

    @staticmethod
    def forward(*args: Any, **kwargs: Any) -> Any:
        """Computes the result; tensors made in here are not recorded."""
        raise NotImplementedError("You must implement the forward function for custom autograd.Function.")

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Any) -> Any:
        """Saves what `backward` needs."""
        raise NotImplementedError("setup_context is not implemented.")

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Any) -> Any:
        """The gradient of each input, given that of each output."""
        raise NotImplementedError(
            "You must implement either the backward or vjp method for your custom autograd.Function to use it with "
            "backward mode AD."
        )

    vjp = backward

    # Whether `forward` and `backward` are to be called as they are with tensors that stand for a batch.
    generate_vmap_rule = False

    @staticmethod
    def vmap(info: Any, in_dims: tuple[Any, ...], *args: Any) -> Any:
        """The output for a batch of inputs, and along which dimension of it the batch is; `in_dims` says that of each.

        `info` has `batch_size` and `randomness`.
        """
        raise NotImplementedError(
            "To use autograd.Function with vmap, you must either override the vmap staticmethod or set "
            "generate_vmap_rule=True."
        )

    @staticmethod
    def jvp(ctx: Any, *grad_inputs: Any) -> Any:
        """The tangent of each output, given that of each input."""
        raise NotImplementedError(
            "You must implement the jvp function for custom autograd.Function to use it with forward mode AD."
        )

    @classmethod
    def _rule(cls) -> Call:
        """The user's rule, whichever name it has. RuntimeError: under both names."""
        has_vjp = cls.vjp is not Function.vjp
        if has_vjp and cls.backward is not Function.backward:
            raise RuntimeError(
                "Implementing both 'backward' and 'vjp' for a custom Function is not allowed. You should only "
                "implement one of them."
            )
        return cls.vjp if has_vjp else cls.backward

    @classmethod
    def apply(cls, *args: Any, **kwargs: Any) -> Any:
        """Runs `forward` and records the operation. RuntimeError: a leaf that requires grad is marked dirty."""
        if active():
            from .function_tangents import apply_with_tangents

            return apply_with_tangents(cls, args, kwargs)
        return cls._run(args, kwargs)[2]

    @classmethod
    def _forward(cls, args: tuple[Any, ...], records: bool) -> Any:
        """What `forward` returns, or what stands for it where the arguments stand for a batch."""
        if active():
            from .function_batches import batch_of, done_for_batch

            level = batch_of(args)
            if level is not None:
                return done_for_batch(cls, level, args, records, cls.vmap is not Function.vmap)
        return cls.forward(*args)

    @classmethod
    def _run(cls, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[FunctionNode, tuple[Any, ...], Any]:
        """The node, which is also the ctx, the inputs, and what `forward` returned, recorded if need be."""
        has_setup = cls.setup_context is not Function.setup_context
        if forward.functions and not has_setup:
            raise RuntimeError(_NO_SETUP)
        if has_setup:
            bound = inspect.signature(cls.forward).bind(*args, **kwargs)
            bound.apply_defaults()
            args, kwargs = bound.args, {}
        inputs = (*args, *kwargs.values())
        node = _node_class(cls, bool(forward.functions))()
        node.needs_input_grad = tuple([isinstance(a, Tensor) and a.requires_grad for a in inputs])
        records = recording.enabled and any(node.needs_input_grad)
        node._sequence = next_sequence()
        node._parameters = tuple([isinstance(a, Tensor) for a in inputs])
        node.next_functions = tuple([a._edge() for a in inputs if isinstance(a, Tensor)]) if records else ()
        if is_anomaly_enabled():
            note_origin(node)
        recorded_outside = recording.enabled
        with no_grad():
            if has_setup:
                output = cls._forward(args, recorded_outside)
                cls.setup_context(node, args, output)
                if forward.functions and among(output, node.to_save) and among(output, args):
                    raise RuntimeError(_RETURNED_AND_SAVED)
            else:
                _check_no_batch(inputs)
                output = cls.forward(node, *args, **kwargs)
        single = not isinstance(output, tuple)
        outputs = (output,) if single else output
        if node.non_differentiable:
            node._constants = tuple([among(o, node.non_differentiable) for o in outputs])
        if node.dirty_tensors:
            node._written = tuple([i for i, a in enumerate(inputs) if among(a, node.dirty_tensors)])
        if any(not among(dirty, outputs) for dirty in node.dirty_tensors):
            raise RuntimeError(
                "Some elements marked as dirty during the forward method were not returned as output. The inputs that "
                "are modified inplace must all be outputs of the Function."
            )
        results = recorded(node, inputs, outputs) if records else [passed_on(o, inputs, node) for o in outputs]
        return node, inputs, results[0] if single else tuple(results)


def _check_no_batch(inputs: Sequence[Any]) -> None:
    """BatchError: an input stands for many, and what `backward` needs would be of one."""
    if active():
        from .function_batches import batch_of

        if batch_of(inputs) is not None:
            raise RefusedError(_NO_SETUP)


@functools.cache
def _node_class(function: type[Function], generated: bool) -> type[FunctionNode]:
    middle = "Generated" if generated else ""
    members = {"_function": function, "_forward_cls": function}
    return type(f"{function.__name__}{middle}Backward", (FunctionNode,), members)


class _Refusal(Node):
    """Stands behind the result of a backward that can only be differentiated once."""

    def __init__(self) -> None:
        self._sequence = next_sequence()
        self.next_functions = ()
        self._outputs = None

    def apply(self, gradients: Gradient, create_graph: bool) -> Sequence[Gradient]:
        raise RuntimeError("trying to differentiate twice a function that was marked with @once_differentiable")

    def apply_undefined(self, create_graph: bool) -> Sequence[Gradient]:
        return self.apply(None, create_graph)


def once_differentiable(backward: Call) -> Call:
    """Marks a backward that is computed outside the graph: differentiating its result is an error, not zero."""

    @functools.wraps(backward)
    def wrapper(ctx: Any, *args: Any) -> Any:
        with no_grad():
            outputs = backward(ctx, *args)
        if not recording.enabled or not any(isinstance(a, Tensor) and a.requires_grad for a in args):
            return outputs
        return mapped(lambda o: tracked(o._data, _Refusal()) if isinstance(o, Tensor) else o, outputs)

    return wrapper
