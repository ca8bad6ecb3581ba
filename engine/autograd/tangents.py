"""The tangents of tensors: one at each level of forward-mode differentiation, held by the tensor or by its base."""

from __future__ import annotations

from typing import NamedTuple

from ..graph.transforms import Level, hold
from ..primitives.copying import alias
from ..primitives.reshaping import view_primitive
from ..tensors.errors import shape_error
from ..tensors.memory import Slicing, link_view, shareable
from ..tensors.symbol import is_symbolic
from ..tensors.tensor import Tensor
from .inplace import regenerate


class UnpackedDualTensor(NamedTuple):
    """A dual tensor taken apart: its value, and its tangent (None: it has none)."""

    primal: Tensor
    tangent: Tensor | None


def tangent_of(tensor: Tensor, level: Level) -> Tensor | None:
    """The tangent of a tensor at a level. That of a view of a tensor with a tangent is a view of it."""
    held = tensor._tangents
    if held is not None and level in held:
        return held[level]
    base, slicing = tensor._base, tensor._slicing
    tangent = None if base is None or base._tangents is None else base._tangents.get(level)
    if tangent is None or slicing is None:
        return None
    part = _slice(tangent, slicing)
    tensor._tangents = hold(held, level, part)
    return part


def _slice(tensor: Tensor, slicing: Slicing) -> Tensor:
    """The view of a tensor that a function of arrays cuts out."""
    data = shareable(tensor)
    if is_symbolic(data):
        # What it stands for is cut elsewhere.
        raise data.refusal("a view")
    part = Tensor(slicing(data))
    link_view(part, tensor, slicing)
    if tensor._requires_grad:
        regenerate(part)
    return part


def set_tangent(tensor: Tensor, level: Level, tangent: Tensor) -> None:
    """Gives a tensor its tangent. RuntimeError: another shape, or a tangent that has one of its own."""
    if tangent.shape != tensor.shape:
        raise shape_error(
            "Trying to set a forward gradient that has a different size than that of the original Tensor, this is not "
            f"supported. Tensor is of size {list(tensor.shape)} while the given forward gradient is of size "
            f"{list(tangent.shape)}."
        )
    if tangent_of(tangent, level) is not None:
        raise RuntimeError(
            "Setting a forward grad that itself has a forward gradient at the same level0 is not supported."
        )
    tensor._tangents = hold(tensor._tangents, level, tangent)


def dual_at(level: Level, tensor: Tensor, tangent: Tensor) -> Tensor:
    """A view of `tensor` that has `tangent`, of its shape, at a level. RuntimeError: it has one already."""
    if tangent_of(tensor, level) is not None:
        raise RuntimeError(
            "Making a dual Tensor based on a Tensor that already has a forward gradient at the same level 0 is not "
            "supported."
        )
    with level.outside():
        dual = view_primitive(tensor, tuple(tensor.shape))
    set_tangent(dual, level, tangent)
    return dual


def unpack_at(level: Level, tensor: Tensor) -> UnpackedDualTensor:
    """A view of a tensor that has no tangent at a level, and the tangent."""
    with level.outside():
        primal = alias(tensor)
    primal._tangents = hold(primal._tangents, level, None)
    return UnpackedDualTensor(primal, tangent_of(tensor, level))
