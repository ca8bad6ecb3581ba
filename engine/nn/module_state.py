"""What a module keeps between runs: the tensors of its `state_dict`, and copying those of another into it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from ..api.declared import require
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


def load(module: Any, state: Any, strict: bool, assign: bool) -> IncompatibleKeys:
    """Copies a state into a module; see `Module.load_state_dict`."""
    require(isinstance(state, Mapping), f"Expected state_dict to be dict-like, got {type(state)}.", TypeError)
    wanted = {place.path: place for place in module._state()}
    result = IncompatibleKeys([key for key in wanted if key not in state], [key for key in state if key not in wanted])
    kinds = {"Missing": result.missing_keys, "Unexpected": result.unexpected_keys} if strict else {}
    listed = {kind: ", ".join(f'"{key}"' for key in keys) for kind, keys in kinds.items() if keys}
    errors = [f"{kind} key(s) in state_dict: {keys}. " for kind, keys in listed.items()]
    for key in [key for key in wanted if key in state]:
        _, _, kept, name, tensor = wanted[key]
        given, wrong = state[key], _mismatch(key, tensor, state[key])
        if wrong is not None:
            errors.append(wrong)
        elif assign:
            kept[name] = Parameter(given, tensor.requires_grad) if isinstance(tensor, Parameter) else given
        else:
            with no_grad():
                tensor.copy_(given)
    shown = "\n\t".join(errors)
    require(not errors, f"Error(s) in loading state_dict for {type(module).__name__}:\n\t{shown}", RuntimeError)
    return result


def _mismatch(key: str, tensor: Tensor, given: Any) -> str | None:
    """Why what is given cannot be copied into a tensor; None: it can."""
    if not isinstance(given, Tensor):
        return (
            f'While copying the parameter named "{key}", expected torch.Tensor or Tensor-like object from checkpoint '
            f"but received {type(given)}"
        )
    if tuple(given.shape) == tuple(tensor.shape):
        return None
    return (
        f"size mismatch for {key}: copying a param with shape {given.shape} from checkpoint, the shape in current "
        f"model is {tensor.shape}."
    )
