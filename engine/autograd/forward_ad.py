"""Forward-mode differentiation: dual tensors, whose tangents every operation of the table carries along."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ContextDecorator
from typing import Any

from ..graph.transforms import Level, enter, forward, hold, leave
from ..primitives.copying import clone, copied, zeros_like
from ..primitives.reshaping import view_primitive
from ..table.record import Operation
from ..tensors.modes import recording
from ..tensors.tensor import Tensor
from .inplace import in_place
from .pushforward import propagate
from .tangents import UnpackedDualTensor, dual_at, tangent_of, unpack_at

__all__ = ["UnpackedDualTensor", "dual_level", "enter_dual_level", "exit_dual_level", "make_dual", "unpack_dual"]


class Dual(Level):
    """A level of forward-mode differentiation: what is computed at it has tangents."""

    __slots__ = ()

    def propagate(self, call: Callable[..., Any], primitive: Operation, args: Any, kwargs: Any) -> Any:
        return propagate(call, primitive, args, kwargs)

    def carry_over(self, source: Tensor, target: Tensor) -> None:
        tangent = tangent_of(source, self)
        if tangent is not None:
            with self.outside():
                target._tangents = hold(target._tangents, self, clone(tangent))

    def written(self, tensor: Tensor, result: Tensor) -> None:
        present, new = tangent_of(tensor, self), tangent_of(result, self)
        if present is None and new is None:
            return
        with self.outside():
            if present is None and tensor._base is not None and self not in (tensor._tangents or ()):
                # A view of a tensor without tangent: the rest of the base has zeros.
                zeros = zeros_like(tensor._base)
                tensor._base._tangents = hold(tensor._base._tangents, self, zeros)
                present = tangent_of(tensor, self)
            if new is None:
                new = zeros_like(tensor)
            if present is None or (present._requires_grad and present._grad_fn is None and recording.enabled):
                tensor._tangents = hold(tensor._tangents, self, copied(zeros_like(tensor), new))
            else:
                in_place("copy_", copied)(present, new)


class _UserLevel(Dual):
    """A level entered by `enter_dual_level`, of which there is one at most."""


def _user_level() -> _UserLevel | None:
    return next((level for level in forward.levels if isinstance(level, _UserLevel)), None)


def enter_dual_level() -> int:
    """Begins forward-mode differentiation; returns the level's number. RuntimeError: inside another."""
    _enter_user_level()
    return 0


def _enter_user_level() -> Level:
    if _user_level() is not None:
        raise RuntimeError("Nested forward mode AD is not supported at the moment")
    return enter(_UserLevel())


def exit_dual_level(*, level: int | None = None) -> None:
    """Ends forward-mode differentiation; all tangents are gone. RuntimeError: another level, or none was entered."""
    if level is not None and level != (0 if _user_level() else -1):
        raise RuntimeError(
            "Trying to exit a forward AD level that was not the last one that was created. This is not supported."
        )
    present = _user_level()
    if present is None:
        raise RuntimeError("Dual level must be a positive number.")
    leave(present)


class dual_level(ContextDecorator):  # noqa: N801  (PyTorch's name)
    """A context manager and decorator in which dual tensors can be made and computed with."""

    def __enter__(self) -> int:
        return enter_dual_level()

    def __exit__(self, *exc_info: object) -> None:
        exit_dual_level()


def make_dual(tensor: Tensor, tangent: Tensor, *, level: int | None = None) -> Tensor:
    """A view of `tensor` that has `tangent`, a tensor of the same shape, as its tangent.

    RuntimeError: outside `dual_level`, another shape, a tensor that has a tangent already. ValueError: integers.
    """
    present = _user_level()
    if present is None or (level is not None and level < 0):
        raise RuntimeError(
            "Trying to create a dual Tensor for forward AD but no level exists, make sure to enter_dual_level() first."
        )
    for value, what in ((tensor, "primal"), (tangent, "tangent")):
        if not value.dtype.is_floating_point:
            raise ValueError(f"Expected {what} to be floating point or complex, but got: {value.dtype}")
    if not forward.enabled:
        return view_primitive(tensor, tuple(tensor.shape))
    return dual_at(present, tensor, tangent)


def unpack_dual(tensor: Tensor, *, level: int | None = None) -> UnpackedDualTensor:
    """A view of a tensor that has no tangent, and the tangent; the tensor itself and None outside `dual_level`."""
    present = _user_level()
    if present is None or (level is not None and level < 0):
        return UnpackedDualTensor(tensor, None)
    return unpack_at(present, tensor)


def pushed_forward(
    function: Callable[..., Sequence[Tensor]],
    inputs: Sequence[Any],
    tangents: Sequence[Tensor | None],
    visible: bool = False,
) -> list[UnpackedDualTensor]:
    """The outputs of a function with their tangents, J t, where the inputs have the tangents given (None: none).

    If `visible`, the function can see them by `unpack_dual`. RuntimeError: it should, inside another `dual_level`.
    """
    level = _enter_user_level() if visible else enter(Dual())
    try:
        duals = [t if d is None else dual_at(level, t, d) for t, d in zip(inputs, tangents, strict=True)]
        return [unpack_at(level, output) for output in function(*duals)]
    finally:
        leave(level)


def __getattr__(name: str) -> Any:
    if name == "_current_level":
        return -1 if _user_level() is None else 0
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def _is_fwd_grad_enabled() -> bool:
    return forward.enabled


class _set_fwd_grad_enabled(ContextDecorator):  # noqa: N801  (PyTorch's name)
    """Whether operations carry tangents along: set at once when called, until the end of the block as a manager."""

    def __init__(self, mode: bool) -> None:
        self.previous = forward.enabled
        forward.enabled = mode

    def __enter__(self) -> None:
        pass

    def __exit__(self, *exc_info: object) -> None:
        forward.enabled = self.previous
