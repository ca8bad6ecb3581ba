"""`torch.autograd.functional`: products with Jacobians and Hessians of a function of tensors, and these matrices.

A function takes tensors and returns a tensor or a tuple of tensors. Results have the structure of the inputs (vjp,
vhp, hvp), of the outputs (jvp), or one such structure in the other (jacobian, hessian).

With `create_graph` the results can be differentiated again; without it they have no history. With `strict`, an output
or gradient that does not depend on an input is an error; without it, it counts as zero.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..primitives.axes import squeeze
from ..primitives.copying import alias, zeros_like
from ..primitives.reshaping import view_primitive
from ..tensors.modes import enable_grad, is_grad_enabled, set_grad_enabled
from ..tensors.tensor import Tensor
from .jacobians import Gradients, filled, jacobian_columns, jacobian_rows, pulled_back

__all__ = ["hessian", "hvp", "jacobian", "jvp", "vhp", "vjp"]

# A tensor or a tuple of tensors, a nesting of one in another, and what takes several tensors to one.
Tensors = Any
Function = Callable[..., Tensors]

_FUNCTION_OUTPUTS = "outputs of the user-provided function"


# Arguments and results


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


def _check_vector(v: Sequence[Tensor], like: Sequence[Tensor], several: bool) -> None:
    """RuntimeError: the vector does not have the shapes of what it is to be multiplied with."""
    if len(v) != len(like):
        if several:
            raise RuntimeError(f"v is a tuple of invalid length: should be {len(like)} but got {len(v)}.")
        raise RuntimeError("The given v should contain a single Tensor.")
    for i, (part, other) in enumerate(zip(v, like, strict=True)):
        if part.shape != other.shape:
            where = f"Entry {i} in " if several else ""
            raise RuntimeError(f"{where}v has invalid size: should be {other.shape} but got {part.shape}.")


def _vector(
    v: Tensors, like: Sequence[Tensor], several: bool, name: str, create_graph: bool, missing: str
) -> tuple[Tensor, ...] | None:
    """The vector as a tuple; None stands for 1 where there is a single element. RuntimeError: it does not fit."""
    if v is None:
        if len(like) != 1 or like[0].numel() != 1:
            raise RuntimeError(missing)
        return None
    _, given = _as_tuple(v, "v", name)
    own = _own(given, create_graph, False)
    _check_vector(own, like, several)
    return own


_NO_V_FOR_INPUT = (
    "The vector v can only be None if the input to the user-provided function is a single Tensor with a single element."
)
_NO_V_FOR_OUTPUT = (
    "The vector v can only be None if the user-provided function returns a single Tensor with a single element."
)

# What `strict` refuses

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
}


def _check_tracked(tensors: Sequence[Tensor | None], kind: str, strict: bool) -> None:
    """RuntimeError, if strict: one of the tensors does not depend on anything."""
    for i, tensor in enumerate(tensors if strict else ()):
        if tensor is None:
            raise RuntimeError(_INDEPENDENT.format(i))
        if not tensor.requires_grad:
            raise RuntimeError(_CONSTANT[kind].format(i))


def _product(
    outputs: Gradients,
    inputs: Sequence[Tensor],
    v: Sequence[Tensor] | None,
    create_graph: bool,
    strict: bool,
    name: str,
) -> list[Tensor]:
    """v^T J with zeros for inputs that nothing depends on, which is an error if strict."""
    with set_grad_enabled(create_graph or is_grad_enabled()):
        found = pulled_back(outputs, inputs, v, create_graph, None)
        for i, gradient in enumerate(found if strict else ()):
            if gradient is None:
                raise RuntimeError(_UNREACHED[name].format(i))
            if create_graph and not gradient.requires_grad:
                matrix = "hessian" if name in ("vhp", "hvp") else "jacobian"
                raise RuntimeError(
                    f"The {matrix} of the user-provided function is independent of input {i}. This is not allowed in "
                    "strict mode when create_graph=True."
                )
        return filled(found, inputs)


# Products


def vjp(
    func: Function, inputs: Tensors, v: Tensors = None, create_graph: bool = False, strict: bool = False
) -> tuple[Tensors, Tensors]:
    """(func(*inputs), v^T J), J being the Jacobian; `v` has the shape of the outputs."""
    with enable_grad():
        several_inputs, given = _as_tuple(inputs, "inputs", "vjp")
        own = _own(given, create_graph, True)
        several, outputs = _as_tuple(func(*own), _FUNCTION_OUTPUTS, "vjp")
        _check_tracked(outputs, "outputs", strict)
        vector = _vector(v, outputs, several, "vjp", create_graph, _NO_V_FOR_OUTPUT)
    product = _product(outputs, own, vector, create_graph, strict, "vjp")
    return _pair(outputs, several, product, several_inputs, create_graph)


def _pair(
    outputs: Sequence[Tensor], several: bool, product: Sequence[Tensor], several_products: bool, create_graph: bool
) -> tuple[Tensors, Tensors]:
    first, second = _finished(outputs, create_graph), _finished(product, create_graph)
    return first if several else first[0], second if several_products else second[0]


def jvp(
    func: Function, inputs: Tensors, v: Tensors = None, create_graph: bool = False, strict: bool = False
) -> tuple[Tensors, Tensors]:
    """(func(*inputs), J v), J being the Jacobian; `v` has the shape of the inputs. By running backward twice."""
    with enable_grad():
        several_inputs, given = _as_tuple(inputs, "inputs", "jvp")
        own = _own(given, create_graph, True)
        vector = _vector(v, own, several_inputs, "jvp", create_graph, _NO_V_FOR_INPUT)
        several, outputs = _as_tuple(func(*own), _FUNCTION_OUTPUTS, "jvp")
        _check_tracked(outputs, "outputs", strict)
        stand_ins = [zeros_like(o, requires_grad=True) for o in outputs]
        gradients = pulled_back(outputs, own, stand_ins, True)
        _check_tracked(gradients, "gradients", strict)
    product = _product(gradients, stand_ins, vector, create_graph, strict, "jvp")
    return _pair(outputs, several, product, several, create_graph)


def _number(func: Function, inputs: Sequence[Tensor], name: str, strict: bool) -> Tensor:
    """The function's one output. RuntimeError: there are more, or more elements than one."""
    several, outputs = _as_tuple(func(*inputs), _FUNCTION_OUTPUTS, name)
    _check_tracked(outputs, "outputs", strict)
    if several:
        raise RuntimeError(f"The function given to {name} should return a single Tensor")
    if outputs[0].numel() != 1:
        raise RuntimeError(f"The Tensor returned by the function given to {name} should contain a single element")
    return outputs[0]


def _gradient_of_number(
    func: Function, own: Sequence[Tensor], name: str, strict: bool
) -> tuple[list[Tensor], Gradients]:
    """The function's one output and its gradient. RuntimeError: as `_number`."""
    outputs = [_number(func, own, name, strict)]
    gradient = pulled_back(outputs, own, None, True)
    _check_tracked(gradient, "jacobian", strict)
    return outputs, gradient


def vhp(
    func: Function, inputs: Tensors, v: Tensors = None, create_graph: bool = False, strict: bool = False
) -> tuple[Tensors, Tensors]:
    """(func(*inputs), v^T H), H being the Hessian of a function that returns one element."""
    with enable_grad():
        several, given = _as_tuple(inputs, "inputs", "vhp")
        own = _own(given, create_graph, True)
        vector = _vector(v, own, several, "vhp", create_graph, _NO_V_FOR_INPUT)
        outputs, gradient = _gradient_of_number(func, own, "vhp", strict)
    product = _product(gradient, own, vector, create_graph, strict, "vhp")
    return _pair(outputs, False, product, several, create_graph)


def hvp(
    func: Function, inputs: Tensors, v: Tensors = None, create_graph: bool = False, strict: bool = False
) -> tuple[Tensors, Tensors]:
    """(func(*inputs), H v), H being the Hessian of a function that returns one element; `vhp` is the faster way."""
    with enable_grad():
        several, given = _as_tuple(inputs, "inputs", "hvp")
        own = _own(given, create_graph, True)
        vector = _vector(v, own, several, "hvp", create_graph, _NO_V_FOR_INPUT)
        outputs, gradient = _gradient_of_number(func, own, "hvp", strict)
        stand_ins = [zeros_like(t, requires_grad=True) for t in own]
        twice = pulled_back(gradient, own, stand_ins, True)
    product = _product(twice, stand_ins, vector, create_graph, strict, "hvp")
    return _pair(outputs, False, product, several, create_graph)


# Matrices

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

    `vectorize` is accepted for PyTorch's sake. With `strategy` "forward-mode" the work grows with the number of input
    elements, else with that of output elements.
    """
    if strategy not in _STRATEGIES:
        raise AssertionError(
            'Expected strategy to be either "forward-mode" or "reverse-mode". Hint: If your function has more outputs '
            'than inputs, "forward-mode" tends to be more performant. Otherwise, prefer to use "reverse-mode".'
        )
    if strategy == "forward-mode":
        return _forward_jacobian(func, inputs, create_graph, strict, vectorize)
    with enable_grad():
        several_inputs, given = _as_tuple(inputs, "inputs", "jacobian")
        own = _own(given, create_graph, True)
        several, outputs = _as_tuple(func(*own), _FUNCTION_OUTPUTS, "jacobian")
        _check_tracked(outputs, "outputs", strict)
        if vectorize and strict:
            raise RuntimeError(
                "torch.autograd.functional.jacobian: `strict=True` and `vectorized=True` are not supported together. "
                "Please either set `strict=False` or `vectorize=False`."
            )
        rows = [
            jacobian_rows(output, own, create_graph, _check_row(i, create_graph) if strict else None)
            for i, output in enumerate(outputs)
        ]
    return _unnested(_finished(rows, create_graph), several, several_inputs)


def _unnested(rows: tuple[tuple[Tensor, ...], ...], several_outputs: bool, several_inputs: bool) -> Tensors:
    columns = rows if several_inputs else tuple(row[0] for row in rows)
    return columns if several_outputs else columns[0]


def _check_row(number: int, create_graph: bool) -> Callable[[Gradients], None]:
    """What refuses a row of the Jacobian of an output that does not depend on an input, or is the same everywhere."""

    def check(row: Gradients) -> None:
        for i, gradient in enumerate(row):
            if gradient is None:
                raise RuntimeError(
                    f"Output {number} of the user-provided function is independent of input {i}. This is not allowed "
                    "in strict mode."
                )
            if create_graph and not gradient.requires_grad:
                raise RuntimeError(
                    f"The jacobian of the user-provided function is independent of input {number}. This is not allowed "
                    "in strict mode when create_graph=True."
                )

    return check


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

    def outputs_of(*values: Tensor) -> tuple[Tensor, ...]:
        return _as_tuple(func(*values), _FUNCTION_OUTPUTS, "jacobian")[1]

    several, outputs = _as_tuple(func(*own), _FUNCTION_OUTPUTS, "jacobian")
    blocks = jacobian_columns(outputs_of, own, outputs)
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
