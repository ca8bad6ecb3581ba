"""Operations of the user's own: `class Square(Function)` with `forward` and `backward`, called by `Square.apply`."""

from __future__ import annotations

import functools
import inspect
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..graph.hooks import as_data, as_tensor, next_sequence
from ..graph.node import Edge, Node, describe
from ..graph.saved import Packed, packed, packing, unpacked
from ..graph.transforms import active
from ..table.nodes import FREED, check_unchanged, tracked
from ..tensors.memory import CUSTOM, ONE_OF_MANY, link_view, memory_of, share, shareable
from ..tensors.modes import recording
from ..tensors.tensor import Tensor
from .anomaly import is_anomaly_enabled, note_origin

_LEGACY = (
    "Legacy autograd function with non-static forward method is deprecated. Please use new-style autograd function "
    "with static forward method. (Example: https://pytorch.org/docs/stable/autograd.html#torch.autograd.Function)"
)


class FunctionCtx:
    """What `forward` (or `setup_context`) tells `backward`, beside any attributes the user sets."""

    needs_input_grad: tuple[bool, ...] = ()
    _to_save: Sequence[Tensor | None] = ()
    _saved: list[Any] | None = None
    _non_differentiable: tuple[Tensor, ...] = ()
    _dirty: tuple[Tensor, ...] = ()
    _materialize = True

    def save_for_backward(self, *tensors: Tensor | None) -> None:
        """Keeps inputs, outputs or other tensors (or None) for `backward`. TypeError: something else."""
        for i, tensor in enumerate(tensors):
            if tensor is not None and not isinstance(tensor, Tensor):
                raise TypeError(
                    f"save_for_backward can only save variables, but argument {i} is of type {type(tensor).__name__}"
                )
        self._to_save = tensors

    def save_for_forward(self, *tensors: Tensor | None) -> None:
        """Keeps tensors for `jvp`."""
        for i, tensor in enumerate(tensors):
            if tensor is not None and not isinstance(tensor, Tensor):
                raise TypeError(
                    "save_for_forward can only save tensors or None, but argument "
                    f"{i} is of type {type(tensor).__name__}"
                )
        self.saved_for_forward = tensors

    def mark_dirty(self, *tensors: Tensor) -> None:
        """Says which inputs `forward` changed in place."""
        self._dirty = tensors

    def mark_non_differentiable(self, *tensors: Tensor) -> None:
        """Says which outputs have no derivative."""
        self._non_differentiable = tensors

    def set_materialize_grads(self, value: bool) -> None:
        """Whether `backward` gets zeros (the default) or None for an output that no gradient reached."""
        self._materialize = value


class FunctionNode(FunctionCtx, Node):
    """The node of a user's operation, which is also its `ctx`."""

    is_multiple = True
    function: type[Function]
    _parameters: tuple[bool, ...]
    # Which outputs are marked as not differentiable, if any.
    _constants: tuple[bool, ...] = ()
    # What `save_for_forward` kept, while `jvp` runs: there it is what `saved_tensors` means.
    _for_jvp: tuple[Tensor | None, ...] | None = None

    @property
    def saved_tensors(self) -> tuple[Tensor | None, ...]:
        """What `save_for_backward` kept. RuntimeError: it was freed, or changed in place since."""
        if self._for_jvp is not None:
            return self._for_jvp
        if self._saved is None:
            raise RuntimeError(FREED)
        return tuple([None if kept is None else kept.tensor(self) for kept in self._saved])

    @property
    def saved_variables(self) -> tuple[Tensor | None, ...]:
        """The old name of `saved_tensors`, with a DeprecationWarning."""
        warnings.warn("'saved_variables' is deprecated; use 'saved_tensors'", DeprecationWarning, stacklevel=2)
        return self.saved_tensors

    def apply(self, gradients: Any, create_graph: bool) -> Sequence[Any]:
        """The gradients of the tensor inputs, checked. RuntimeError: too few, of a wrong shape, no tensors."""
        if self._saved is None:
            raise RuntimeError(FREED)
        rule = _backward_of(self.function)
        arguments = [self._materialized(g, i) for i, g in enumerate(gradients)]
        returned = rule(self, *arguments)
        returned = returned if isinstance(returned, tuple) else (returned,)
        expected = len(self._parameters)
        name = type(self).__name__
        if len(returned) < expected or any(g is not None for g in returned[expected:]):
            raise RuntimeError(
                f"function {name} returned an incorrect number of gradients (expected {expected}, got {len(returned)})"
            )
        results = []
        for i, (gradient, is_tensor) in enumerate(zip(returned, self._parameters, strict=False)):
            if gradient is not None and not isinstance(gradient, Tensor):
                raise RuntimeError(f"expected Variable or None (got {type(gradient).__name__})")
            if is_tensor:
                results.append(self._fitting(gradient, i, len(results)))
        return [as_data(g, create_graph) for g in results]

    def release(self) -> None:
        if self._saved:
            self._saved = None

    def _materialized(self, gradient: Any, number: int) -> Any:
        if gradient is not None or not self._materialize:
            return as_tensor(gradient)
        if self.outputs[number] is None:
            return None
        shape, dtype = self.outputs[number]
        return Tensor(np.zeros(shape, dtype)[()])

    def _fitting(self, gradient: Tensor | None, position: int, slot: int) -> Tensor | None:
        node, number = self.next_functions[slot]
        if gradient is None or node is None:
            return gradient
        outputs = node.outputs[number] if node.is_multiple else node.outputs
        shape = () if outputs is None else outputs[0]
        try:
            fits = np.broadcast_shapes(gradient.shape, shape) == tuple(gradient.shape)
        except ValueError:
            fits = False
        if not fits:
            raise RuntimeError(
                f"Function {type(self).__name__} returned an invalid gradient at index {position} - got "
                f"{list(gradient.shape)} but expected shape compatible with {list(shape)}"
            )
        return gradient


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

    @staticmethod
    def jvp(ctx: Any, *grad_inputs: Any) -> Any:
        """The tangent of each output, given that of each input."""
        raise NotImplementedError(
            "You must implement the jvp function for custom autograd.Function to use it with forward mode AD."
        )

    @classmethod
    def apply(cls, *args: Any, **kwargs: Any) -> Any:
        """Runs `forward` and records the operation. RuntimeError: a leaf that requires grad is marked dirty."""
        if active():
            from .forward_ad import apply_function

            return apply_function(cls, args, kwargs)
        return cls._run(args, kwargs)[2]

    @classmethod
    def _run(cls, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[FunctionNode, tuple[Any, ...], Any]:
        """The node, which is also the ctx, the inputs, and what `forward` returned, recorded if need be."""
        has_setup = cls.setup_context is not Function.setup_context
        if has_setup:
            args, kwargs = _bound(cls.forward, args, kwargs), {}
        inputs = (*args, *kwargs.values())
        node = _node_class(cls)()
        node.needs_input_grad = tuple([isinstance(a, Tensor) and a.requires_grad for a in inputs])
        records = recording.enabled and any(node.needs_input_grad)
        node.sequence = next_sequence()
        node._parameters = tuple([isinstance(a, Tensor) for a in inputs])
        node.next_functions = tuple([a._edge() for a in inputs if isinstance(a, Tensor)]) if records else ()
        if is_anomaly_enabled():
            note_origin(node)
        was_enabled = recording.enabled
        recording.enabled = False
        try:
            if has_setup:
                output = cls.forward(*args)
                cls.setup_context(node, args, output)
            else:
                output = cls.forward(node, *args, **kwargs)
        finally:
            recording.enabled = was_enabled
        single = not isinstance(output, tuple)
        outputs = (output,) if single else output
        if node._non_differentiable:
            node._constants = tuple([_among(o, node._non_differentiable) for o in outputs])
        if any(not _among(dirty, outputs) for dirty in node._dirty):
            raise RuntimeError(
                "Some elements marked as dirty during the forward method were not returned as output. The inputs that "
                "are modified inplace must all be outputs of the Function."
            )
        results = _recorded(node, inputs, outputs) if records else [_passed_on(o, inputs, node) for o in outputs]
        return node, inputs, results[0] if single else tuple(results)


def _bound(forward: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, ...]:
    """The arguments of a call by position, with the defaults of `forward` filled in."""
    bound = inspect.signature(forward).bind(*args, **kwargs)
    bound.apply_defaults()
    return bound.args


def _alias(tensor: Tensor) -> Tensor:
    """Another tensor over the same memory, outside the graph."""
    result = Tensor(shareable(tensor))
    share(result, tensor)
    return result


def _view_of(tensor: Tensor) -> Tensor:
    """A view of all of a tensor, outside the graph."""
    result = _alias(tensor)
    link_view(result, tensor, lambda array: array, CUSTOM)
    return result


def _passed_on(output: Any, inputs: Sequence[Any], node: FunctionNode) -> Any:
    """An output that is not recorded: an input that comes back as it is, as a tensor of its own."""
    if not isinstance(output, Tensor) or _among(output, node._dirty):
        return output
    if not _among(output, inputs):
        if output._base is not None:
            output._made = CUSTOM
        return output
    return _alias(output) if output._requires_grad else _view_of(output)


def _recorded(node: FunctionNode, inputs: Sequence[Any], outputs: Sequence[Any]) -> list[Any]:
    """The outputs tied to the node, in place where they are inputs marked dirty."""
    zero = (), np.dtype(np.float64)
    node.outputs = [(describe(o._data) or zero) if isinstance(o, Tensor) else None for o in outputs]
    results: list[Any] = []
    for number, output in enumerate(outputs):
        earlier = next((i for i in range(number) if outputs[i] is output), None)
        if earlier is not None and isinstance(output, Tensor):
            # One tensor is one output: the last of its places.
            results.append(results[earlier])
            if results[-1]._grad_fn is node:
                results[-1].output_nr = number
        else:
            results.append(_tied(node, number, output, inputs))
    _save(node, outputs, results)
    node._to_save = node._dirty = node._non_differentiable = ()
    return results


def _tied(node: FunctionNode, number: int, output: Any, inputs: Sequence[Any]) -> Any:
    """An output as a result of the node, if it can have a gradient."""
    from .inplace import check_allowed, rebase

    if not isinstance(output, Tensor) or (_among(output, node._non_differentiable) and not _among(output, inputs)):
        return output
    if _among(output, node._dirty):
        if output.requires_grad and output.grad_fn is None:
            raise RuntimeError("a leaf Variable that requires grad has been used in an in-place operation.")
        check_allowed(output)
        memory_of(output).version += 1
        if not _among(output, node._non_differentiable):
            rebase(output, node if output._base is None else _OneOutput(node, number, output._edge()), number)
        return output
    result = _view_of(output) if _among(output, inputs) else output
    if result._base is not None:
        result._made = CUSTOM if sum(isinstance(d, tuple) for d in node.outputs) < 2 else ONE_OF_MANY
    if result.dtype.is_floating_point and not _among(output, node._non_differentiable):
        result._requires_grad = True
        result._grad_fn = node
        result.output_nr = number
    return result


class _OneOutput(Node):
    """One output of a user's operation, an input's view changed in place, as the operation on that view alone."""

    def __init__(self, node: FunctionNode, number: int, edge: Edge) -> None:
        self.node = node
        self.number = number
        self.place = node.next_functions.index(edge)
        self.sequence = node.sequence
        self.outputs = node.outputs[number]
        edges = list(node.next_functions)
        self.next_functions = (edges.pop(self.place), *edges)

    def apply(self, gradients: Any, create_graph: bool) -> Sequence[Any]:
        """The gradients of the inputs, that of the view first."""
        arrived = [None] * len(self.node.outputs)
        arrived[self.number] = gradients
        sent = list(self.node.apply(arrived, create_graph))
        return [sent.pop(self.place), *sent]

    def release(self) -> None:
        self.node.release()


class Saved:
    """A tensor as a node keeps it: with what tells whether it was changed since, or as a pack hook left it.

    An output is kept as plain data, without the tensor, which refers to the node.
    """

    __slots__ = ("data", "guard", "original", "output")

    def __init__(self, tensor: Tensor, node: Node, output: int | None) -> None:
        self.output = output
        self.original = tensor if output is None else None
        self.data: Any = tensor._data
        self.guard: Any = None
        if packing.hooks:
            self.data, self.original = packed(packing.hooks[-1], tensor), None
            return
        memory = memory_of(tensor)
        made_by = type(tensor._grad_fn) if output is None and tensor._grad_fn is not None else None
        self.guard = (memory, memory.version, tensor._data, made_by, tensor.output_nr, output is not None)

    def tensor(self, node: Node) -> Tensor:
        """The tensor again. RuntimeError: it was changed in place. TypeError: a hook returned no tensor."""
        if isinstance(self.data, Packed):
            return unpacked(self.data)
        if self.guard is not None:
            check_unchanged([self.guard])
        return self.original if self.original is not None else tracked(self.data, node, self.output or 0)


def _save(node: FunctionNode, outputs: Sequence[Any], results: Sequence[Any]) -> None:
    """Keeps what `save_for_backward` was given."""
    kept: list[Any] = []
    for tensor in node._to_save:
        number = next((i for i, o in enumerate(outputs) if o is tensor), None) if tensor is not None else None
        is_result = number is not None and results[number]._grad_fn is node
        kept.append(None if tensor is None else Saved(tensor, node, number if is_result else None))
    node._saved = kept


def _among(tensor: Tensor, others: Sequence[Any]) -> bool:
    return any(tensor is other for other in others)


def _backward_of(function: type[Function]) -> Callable[..., Any]:
    """The user's rule, whichever name it has. RuntimeError: under both names."""
    has_backward = function.backward is not Function.backward
    has_vjp = function.vjp is not Function.vjp
    if has_backward and has_vjp:
        raise RuntimeError(
            "Implementing both 'backward' and 'vjp' for a custom Function is not allowed. You should only implement "
            "one of them."
        )
    return function.vjp if has_vjp else function.backward


@functools.cache
def _node_class(function: type[Function]) -> type[FunctionNode]:
    return type(f"{function.__name__}Backward", (FunctionNode,), {"function": function, "_forward_cls": function})


class _Refusal(Node):
    """Stands behind the result of a backward that can only be differentiated once."""

    def __init__(self, count: int) -> None:
        self.sequence = next_sequence()
        self.next_functions = ()
        self.outputs = None

    def apply(self, gradients: Any, create_graph: bool) -> Sequence[Any]:
        raise RuntimeError("trying to differentiate twice a function that was marked with @once_differentiable")


def once_differentiable(backward: Callable[..., Any]) -> Callable[..., Any]:
    """Marks a backward that is computed outside the graph: differentiating its result is an error, not zero."""

    @functools.wraps(backward)
    def wrapper(ctx: Any, *args: Any) -> Any:
        records = recording.enabled
        recording.enabled = False
        try:
            outputs = backward(ctx, *args)
        finally:
            recording.enabled = records
        if not records or not any(isinstance(a, Tensor) and a.requires_grad for a in args):
            return outputs
        single = not isinstance(outputs, tuple)
        refused = [
            tracked(o._data, _Refusal(1)) if isinstance(o, Tensor) else o for o in ((outputs,) if single else outputs)
        ]
        return refused[0] if single else tuple(refused)

    return wrapper
