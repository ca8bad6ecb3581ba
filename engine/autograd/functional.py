"""`torch.autograd.functional`: products with Jacobians and Hessians of a function of tensors, and these matrices.

A function takes tensors and returns a tensor or a tuple of tensors. Results have the structure of the inputs (vjp,
vhp, hvp), of the outputs (jvp), or one such structure in the other (jacobian, hessian).

With `create_graph` the results can be differentiated again; without it they have no history. With `strict`, an output
or gradient that does not depend on an input is an error; without it, it counts as zero.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from ..primitives.axes import squeeze
from ..primitives.copying import alias, zeros_like
from ..primitives.reshaping import view_primitive
from ..table.nodes import PrimitiveNode
from ..tensors.errors import shape_error
from ..tensors.modes import enable_grad, is_grad_enabled, set_grad_enabled
from ..tensors.tensor import Tensor
from .jacobians import Gradients, filled, jacobian_columns, jacobian_rows, pulled_back
from .passes import below

__all__ = ["hessian", "hvp", "jacobian", "jvp", "vhp", "vjp"]

# A tensor or a tuple of tensors, a nesting of one in another, and what takes several tensors to one.
Tensors = Any
Function = Callable[..., Tensors]

_FUNCTION_OUTPUTS = "outputs of the user-provided function"


def _as_tuple(values: Tensors, what: str, name: str) -> tuple[bool, tuple[Tensor, ...]]:
    """Whether a tuple was given, and the values as one. TypeError: not all are tensors."""
    several = isinstance(values, tuple)
    result = values if several else (values,)
    for i, value in enumerate(result):
        if not isinstance(value, Tensor):
            which = f"value at index {i}" if several else f"given {what}"
            raise TypeError(
                f"The {what} given to {name} must be either a Tensor or a tuple of Tensors but the {which} has type "
                f"{type(value)}."
            )
    return several, result


def _own(tensors: Sequence[Tensor], create_graph: bool, track: bool) -> tuple[Tensor, ...]:
    """Tensors to differentiate with respect to: views of those whose history matters, else new leaves.

    RuntimeError: integers.
    """
    if track and not all(t.dtype.is_floating_point for t in tensors):
        raise RuntimeError("only Tensors of floating point dtype can require gradients")
    return tuple(
        view_primitive(t, tuple(t.shape)) if create_graph and t.requires_grad else t.detach().requires_grad_(track)
        for t in tensors
    )


def _finished(results: Tensors, create_graph: bool) -> Tensors:
    """Results without history, unless it was asked for."""
    if isinstance(results, Tensor):
        return results if create_graph else results.detach()
    return tuple(_finished(r, create_graph) for r in results)


# What `strict` refuses.
_CONSTANT = {
    "outputs": (
        "Output {} of the user-provided function does not require gradients. The outputs must be computed in a "
        "differentiable manner from the input when running in strict mode."
    ),
    "gradients": (
        "The gradient with respect to input {} is independent of the inputs of the user-provided function. This is "
        "not allowed in strict mode."
    ),
    "jacobian": (
        "While computing the hessian, found that the jacobian of the user-provided function with respect to input {} "
        "is independent of the input. This is not allowed in strict mode. You should ensure that your function is "
        "twice differentiable and that the jacobian depends on the inputs (this would be violated by a linear "
        "function for example)."
    ),
}
_INDEPENDENT = (
    "The output of the user-provided function is independent of input {}. This is not allowed in strict mode."
)
_UNREACHED = {
    "vjp": _INDEPENDENT,
    "jvp": (
        "The gradient with respect to the input is independent of entry {} in the grad_outputs when using the double "
        "backward trick to compute forward mode gradients. This is not allowed in strict mode."
    ),
    "vhp": "The jacobian of the user-provided function is independent of input {}. This is not allowed in strict mode.",
    "hvp": (
        "The hessian of the user-provided function is independent of entry {} in the grad_jacobian. This is not "
        "allowed in strict mode as it prevents from using the double backward trick to replace forward mode AD."
    ),
    "jacobian": (
        "Output {row} of the user-provided function is independent of input {}. This is not allowed in strict mode."
    ),
}
_SAME_EVERYWHERE = (
    "The {} of the user-provided function is independent of input {}. This is not allowed in strict mode when "
    "create_graph=True."
)


def _check_tracked(tensors: Gradients, kind: str, strict: bool) -> None:
    """RuntimeError, if strict: one of the tensors does not depend on anything."""
    for i, tensor in enumerate(tensors if strict else ()):
        if tensor is None:
            raise RuntimeError(_INDEPENDENT.format(i))
        if not tensor.requires_grad:
            raise RuntimeError(_CONSTANT[kind].format(i))


def _check_reached(gradients: Gradients, name: str, create_graph: bool, row: int | None = None) -> None:
    """RuntimeError: a gradient does not depend on its input, or is the same everywhere; `row` is that of a Jacobian."""
    for i, gradient in enumerate(gradients):
        if gradient is None:
            raise RuntimeError(_UNREACHED[name].format(i, row=row))
        if create_graph and not gradient.requires_grad:
            matrix = "hessian" if name in ("vhp", "hvp") else "jacobian"
            raise RuntimeError(_SAME_EVERYWHERE.format(matrix, i if row is None else row))


class _Call:
    """A call of one of these functions, by `name`, for a function at inputs of its own to differentiate at."""

    several_outputs = False

    def __init__(self, name: str, func: Function, inputs: Tensors, create_graph: bool, strict: bool) -> None:
        self.name = name
        self.func = func
        self.create_graph = create_graph
        self.strict = strict
        self.several_inputs, given = _as_tuple(inputs, "inputs", name)
        self.inputs = _own(given, create_graph, True)

    def outputs(self) -> tuple[Tensor, ...]:
        """What the function returns. TypeError: no tensors."""
        self.several_outputs, outputs = _as_tuple(self.func(*self.inputs), _FUNCTION_OUTPUTS, self.name)
        _check_tracked(outputs, "outputs", self.strict)
        return outputs

    def number_and_gradient(self) -> tuple[tuple[Tensor], Gradients]:
        """The function's one output and its gradient. RuntimeError: as `_number`."""
        outputs = (_number(self.func, self.inputs, self.name, self.strict),)
        gradient = pulled_back(outputs, self.inputs, None, True)
        _check_tracked(gradient, "jacobian", self.strict)
        return outputs, gradient

    def transposed(self, results: Gradients, like: Sequence[Tensor]) -> tuple[Gradients, list[Tensor]]:
        """What is linear in stand-ins for a vector, and these: its gradient there is J v, J being the results'."""
        stand_ins = [zeros_like(t, requires_grad=True) for t in like]
        return pulled_back(results, self.inputs, stand_ins, True), stand_ins

    def vector(self, v: Tensors, like: Sequence[Tensor], several: bool, source: str) -> tuple[Tensor, ...] | None:
        """The vector as a tuple; None stands for 1 where there is a single element.

        RuntimeError: it does not have the shapes of what it is to be multiplied with.
        """
        if v is None:
            if len(like) != 1 or like[0].numel() != 1:
                raise RuntimeError(f"The vector v can only be None if {source} a single Tensor with a single element.")
            return None
        own = _own(_as_tuple(v, "v", self.name)[1], self.create_graph, False)
        if len(own) != len(like):
            if several:
                raise RuntimeError(f"v is a tuple of invalid length: should be {len(like)} but got {len(own)}.")
            raise RuntimeError("The given v should contain a single Tensor.")
        for i, (part, other) in enumerate(zip(own, like, strict=True)):
            if part.shape != other.shape:
                where = f"Entry {i} in " if several else ""
                raise shape_error(f"{where}v has invalid size: should be {other.shape} but got {part.shape}.")
        return own

    def vector_of_inputs(self, v: Tensors) -> tuple[Tensor, ...] | None:
        """The vector that has the shapes of the inputs."""
        return self.vector(v, self.inputs, self.several_inputs, "the input to the user-provided function is")

    def result(
        self,
        outputs: Sequence[Tensor],
        roots: Gradients,
        at: Sequence[Tensor],
        vector: Sequence[Tensor] | None,
        several: bool,
    ) -> tuple[Tensors, Tensors]:
        """The outputs, and the gradients of the roots times the vector: zeros where nothing depends on an input."""
        with set_grad_enabled(self.create_graph or is_grad_enabled()):
            found = pulled_back(roots, at, vector, self.create_graph, None)
            if self.strict:
                _check_reached(found, self.name, self.create_graph)
            product = filled(found, at)
        first, second = _finished(outputs, self.create_graph), _finished(product, self.create_graph)
        return first if self.several_outputs else first[0], second if several else second[0]


def _number(func: Function, inputs: Sequence[Tensor], name: str, strict: bool) -> Tensor:
    """The function's one output. RuntimeError: there are more, or more elements than one."""
    several, outputs = _as_tuple(func(*inputs), _FUNCTION_OUTPUTS, name)
    _check_tracked(outputs, "outputs", strict)
    if several:
        raise RuntimeError(f"The function given to {name} should return a single Tensor")
    if outputs[0].numel() != 1:
        raise RuntimeError(f"The Tensor returned by the function given to {name} should contain a single element")
    return outputs[0]


def vjp(
    func: Function, inputs: Tensors, v: Tensors = None, create_graph: bool = False, strict: bool = False
) -> tuple[Tensors, Tensors]:
    """(func(*inputs), v^T J), J being the Jacobian; `v` has the shape of the outputs."""
    with enable_grad():
        call = _Call("vjp", func, inputs, create_graph, strict)
        outputs = call.outputs()
        vector = call.vector(v, outputs, call.several_outputs, "the user-provided function returns")
    return call.result(outputs, outputs, call.inputs, vector, call.several_inputs)


def jvp(
    func: Function, inputs: Tensors, v: Tensors = None, create_graph: bool = False, strict: bool = False
) -> tuple[Tensors, Tensors]:
    """(func(*inputs), J v), J being the Jacobian; `v` has the shape of the inputs. By running backward twice."""
    with enable_grad():
        call = _Call("jvp", func, inputs, create_graph, strict)
        vector = call.vector_of_inputs(v)
        outputs = call.outputs()
        gradients, stand_ins = call.transposed(outputs, outputs)
        _check_tracked(gradients, "gradients", strict)
    return call.result(outputs, gradients, stand_ins, vector, call.several_outputs)


def vhp(
    func: Function, inputs: Tensors, v: Tensors = None, create_graph: bool = False, strict: bool = False
) -> tuple[Tensors, Tensors]:
    """(func(*inputs), v^T H), H being the Hessian of a function that returns one element."""
    with enable_grad():
        call = _Call("vhp", func, inputs, create_graph, strict)
        vector = call.vector_of_inputs(v)
        outputs, gradient = call.number_and_gradient()
    return call.result(outputs, gradient, call.inputs, vector, call.several_inputs)


def hvp(
    func: Function, inputs: Tensors, v: Tensors = None, create_graph: bool = False, strict: bool = False
) -> tuple[Tensors, Tensors]:
    """(func(*inputs), H v), H being the Hessian of a function that returns one element; `vhp` is the faster way."""
    with enable_grad():
        call = _Call("hvp", func, inputs, create_graph, strict)
        vector = call.vector_of_inputs(v)
        outputs, gradient = call.number_and_gradient()
        twice, stand_ins = call.transposed(gradient, call.inputs)
    return call.result(outputs, twice, stand_ins, vector, call.several_inputs)


_STRATEGIES = ("forward-mode", "reverse-mode")
_NOT_IN_FORWARD_MODE = (
    'torch.autograd.functional.jacobian: `{0}=True` and `strategy="forward-mode"` are not supported together (yet). '
    'Please either set `{0}=False` or `strategy="reverse-mode"`.'
)


def jacobian(
    func: Function,
    inputs: Tensors,
    create_graph: bool = False,
    strict: bool = False,
    vectorize: bool = False,
    strategy: str = "reverse-mode",
) -> Tensors:
    """The Jacobian, of shape (*output's, *input's): for several of them, a tuple of tuples by output and input.

    A backward pass is for many elements of the output; without `vectorize` it is for one each where hooks or operations
    of the user's own can tell. With `strategy` "forward-mode" the work grows with the number of input elements, else
    with that of output elements.
    """
    if strategy not in _STRATEGIES:
        raise AssertionError(
            'Expected strategy to be either "forward-mode" or "reverse-mode". Hint: If your function has more outputs '
            'than inputs, "forward-mode" tends to be more performant. Otherwise, prefer to use "reverse-mode".'
        )
    if strategy == "forward-mode":
        return _forward_jacobian(func, inputs, create_graph, strict, vectorize)
    with enable_grad():
        call = _Call("jacobian", func, inputs, create_graph, strict)
        outputs = call.outputs()
        if vectorize and strict:
            raise RuntimeError(
                "torch.autograd.functional.jacobian: `strict=True` and `vectorized=True` are not supported together. "
                "Please either set `strict=False` or `vectorize=False`."
            )
        rows = []
        for i, output in enumerate(outputs):
            check = partial(_check_reached, name="jacobian", create_graph=create_graph, row=i) if strict else None
            chunk_size = 1 if not vectorize and _counts_passes(output) else None
            rows.append(jacobian_rows(output, call.inputs, create_graph, check, chunk_size))
    return _unnested(_finished(rows, create_graph), call.several_outputs, call.several_inputs)


def _counts_passes(output: Tensor) -> bool:
    """Whether something of the user's runs in a backward pass from the output."""
    order, leaves = below([output._edge()])
    return any(node._hooks is not None or not isinstance(node, PrimitiveNode) for node in order) or any(
        leaf._hooks is not None for leaf in leaves
    )


def _unnested(rows: tuple[tuple[Tensor, ...], ...], several_outputs: bool, several_inputs: bool) -> Tensors:
    columns = rows if several_inputs else tuple(row[0] for row in rows)
    return columns if several_outputs else columns[0]


def _forward_jacobian(func: Function, inputs: Tensors, create_graph: bool, strict: bool, vectorize: bool) -> Tensors:
    if create_graph:
        raise NotImplementedError(_NOT_IN_FORWARD_MODE.format("create_graph"))
    if strict:
        raise RuntimeError(_NOT_IN_FORWARD_MODE.format("strict"))
    if not vectorize:
        raise NotImplementedError(
            "Computing Jacobian using forward-AD or forward-over-reverse Hessian isonly implemented for "
            "`vectorize=True`."
        )
    several_inputs, given = _as_tuple(inputs, "inputs", "jacobian")
    own = _own(given, False, False)

    several = False

    def outputs_of(*values: Tensor) -> tuple[Tensor, ...]:
        nonlocal several
        several, outputs = _as_tuple(func(*values), _FUNCTION_OUTPUTS, "jacobian")
        return outputs

    _, blocks = jacobian_columns(outputs_of, own)
    return _unnested(_finished(blocks, False), several, several_inputs)


def hessian(
    func: Function,
    inputs: Tensors,
    create_graph: bool = False,
    strict: bool = False,
    vectorize: bool = False,
    outer_jacobian_strategy: str = "reverse-mode",
) -> Tensors:
    """The Hessian of a function that returns one element; for several inputs, a tuple of tuples of blocks."""
    several, _ = _as_tuple(inputs, "inputs", "hessian")
    if outer_jacobian_strategy not in _STRATEGIES:
        raise AssertionError('Expected strategy to be either "forward-mode" or "reverse-mode".')

    def number(*values: Tensor) -> Tensor:
        return squeeze(_number(func, values, "hessian", strict))

    def gradient(*values: Tensor) -> tuple[Tensor, ...]:
        if outer_jacobian_strategy == "forward-mode":
            values = tuple(alias(t).requires_grad_() for t in values)
        found = jacobian(number, values, create_graph=True)
        _check_tracked(found, "jacobian", strict)
        return found

    blocks = jacobian(
        gradient,
        inputs if several else (inputs,),
        create_graph=create_graph,
        strict=strict,
        vectorize=vectorize,
        strategy=outer_jacobian_strategy,
    )
    return blocks if several else blocks[0][0]
