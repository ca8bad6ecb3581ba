"""What a module keeps between runs: the tensors of its `state_dict`, and copying those of another into it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from ..tensors.errors import type_error
from ..tensors.modes import no_grad
from ..tensors.tensor import Tensor
from .parameter import Parameter


class IncompatibleKeys(NamedTuple):
    """What was missing in a state, and what was in it for nothing."""

    missing_keys: list[str]
    unexpected_keys: list[str]

    def __repr__(self) -> str:
        if not (self.missing_keys or self.unexpected_keys):
            return "<All keys matched successfully>"
        return f"_IncompatibleKeys(missing_keys={self.missing_keys}, unexpected_keys={self.unexpected_keys})"

    __str__ = __repr__


def own(module: Any) -> dict[str, Tensor]:
    """The parameters and persistent buffers of a module itself, by name."""
    buffers = {name: value for name, value in module._buffers.items() if name not in module._temporary}
    return {name: value for name, value in {**module._parameters, **buffers}.items() if value is not None}


def load(module: Any, state: Any, strict: bool, assign: bool) -> IncompatibleKeys:
    """Copies a state into a module; see `Module.load_state_dict`."""
    if not isinstance(state, Mapping):
        raise type_error(f"Expected state_dict to be dict-like, got {type(state)}.")
    wanted = {
        f"{path}.{name}" if path else name: (inner, name, tensor)
        for path, inner in module.named_modules(remove_duplicate=False)
        for name, tensor in own(inner).items()
    }
    result = IncompatibleKeys([key for key in wanted if key not in state], [key for key in state if key not in wanted])
    errors: list[str] = []
    for key, (inner, name, tensor) in wanted.items():
        if key in state:
            _take(inner, name, tensor, state[key], key, assign, errors)
    if strict and result.unexpected_keys:
        errors.insert(0, f"Unexpected key(s) in state_dict: {_quoted(result.unexpected_keys)}. ")
    if strict and result.missing_keys:
        errors.insert(0, f"Missing key(s) in state_dict: {_quoted(result.missing_keys)}. ")
    if errors:
        shown = "\n\t".join(errors)
        raise RuntimeError(f"Error(s) in loading state_dict for {type(module).__name__}:\n\t{shown}")
    return result


def _take(module: Any, name: str, tensor: Tensor, given: Any, key: str, assign: bool, errors: list[str]) -> None:
    if not isinstance(given, Tensor):
        errors.append(
            f'While copying the parameter named "{key}", expected torch.Tensor or Tensor-like object from checkpoint '
            f"but received {type(given)}"
        )
    elif tuple(given.shape) != tuple(tensor.shape):
        errors.append(
            f"size mismatch for {key}: copying a param with shape {given.shape} from checkpoint, the shape in current "
            f"model is {tensor.shape}."
        )
    elif assign:
        is_parameter = isinstance(tensor, Parameter)
        setattr(module, name, Parameter(given, tensor.requires_grad) if is_parameter else given)
    else:
        with no_grad():
            tensor.copy_(given)


def _quoted(keys: list[str]) -> str:
    return ", ".join(f'"{key}"' for key in keys)
