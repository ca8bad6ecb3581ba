"""The tensors of a module by their paths: copied from a state, and replaced by others while it is called."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ..api.declared import require
from ..primitives.parts import stack
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
    kinds = zip(("Missing", "Unexpected"), result if strict else ([], []), strict=True)
    listed = {kind: ", ".join(f'"{key}"' for key in keys) for kind, keys in kinds if keys}
    errors = [f"{kind} key(s) in state_dict: {keys}. " for kind, keys in listed.items()]
    for key in [key for key in wanted if key in state]:
        _, owner, kept, name, tensor = wanted[key]
        if hasattr(owner, "_take_shape") and isinstance(state[key], Tensor):
            owner._take_shape(name, state[key].shape)  # of a lazy layer, there may be none yet
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


def functional_call(
    module: Any,
    parameter_and_buffer_dicts: Any,
    args: Any = None,
    kwargs: dict[str, Any] | None = None,
    *,
    tie_weights: bool = True,
    strict: bool = False,
) -> Any:
    """What a module computes with other tensors in place of its parameters and buffers, given by their names.

    They are given as a dictionary or as several; the module's own stand for those that are not. With `tie_weights`, a
    tensor that is there under several names is replaced under all. ValueError: names are given twice, or one tensor
    under different names. RuntimeError: with `strict`, names are missing or unknown.
    """
    given = _merged(parameter_and_buffer_dicts)
    positional = () if args is None else args if isinstance(args, tuple) else (args,)
    places = {place.path: place for place in module._places("_parameters", "_buffers")}
    kinds = {"Unexpected": sorted(given.keys() - places.keys()), "Missing": sorted(places.keys() - given.keys())}
    wrong = [f"{kind} key(s): {', '.join(map(repr, names))}." for kind, names in kinds.items() if names and strict]
    shown = "\n\t".join(wrong)
    require(not wrong, f"Error(s) in reparametrizing for {type(module).__name__}:\n\t{shown}", RuntimeError)
    new = {name: value for name, value in given.items() if name in places}
    if tie_weights:
        new |= _tied(places, new)
    try:
        for name, value in new.items():
            places[name].kept[places[name].name] = value
        return module(*positional, **(kwargs or {}))
    finally:
        for name in new:
            places[name].kept[places[name].name] = places[name].value


def _merged(dicts: Any) -> dict[str, Tensor]:
    if isinstance(dicts, Mapping):
        return dict(dicts)
    wrong = f"Expected parameter_and_buffer_dicts to be a dict, or a list/tuple of dicts, but got {type(dicts)}"
    require(isinstance(dicts, Sequence), wrong)
    wrong = "Expected all elements of parameter_and_buffer_dicts to be dictionaries"
    require(all(isinstance(d, Mapping) for d in dicts), wrong)
    twice = sorted(name for name, times in Counter(name for d in dicts for name in d).items() if times > 1)
    require(not twice, f"{twice} appeared in multiple dictionaries; behavior of functional call is ambiguous")
    return {name: value for d in dicts for name, value in d.items()}


def _tied(places: dict[str, Any], given: dict[str, Tensor]) -> dict[str, Tensor]:
    """What is given, under all names of the tensors that it replaces. ValueError: there are several for one."""
    names: dict[int, list[str]] = {}
    for name, place in places.items():
        names.setdefault(id(place.value), []).append(name)
    result: dict[str, Tensor] = {}
    for name, value in given.items():
        same = names[id(places[name].value)]
        require(
            all(result.get(other, value) is value for other in same),
            f"functional_call got multiple values for keys {sorted(same)}, which are tied. Consider using "
            "tie_weights=False",
        )
        result.update(dict.fromkeys(same, value))
    return result


def stack_module_state(models: Any) -> tuple[dict[str, Tensor], ...]:
    """The parameters and the buffers of modules that are alike, stacked by name. RuntimeError: none, or not alike."""
    models, name = list(models), "stack_module_state: Expected"
    require(bool(models), f"{name} at least one model, got 0.", RuntimeError)
    is_one_mode = len({model.training for model in models}) == 1
    require(is_one_mode, f"{name} all models to have the same training/eval mode.", RuntimeError)
    require(len({type(model) for model in models}) == 1, f"{name} all models to be of the same class.", RuntimeError)

    def stacked(states: list[dict[str, Tensor]]) -> dict[str, Tensor]:
        return {
            name: stack([state[name] for state in states]).detach().requires_grad_(tensor.requires_grad)
            for name, tensor in states[0].items()
        }

    kinds = (lambda model: model.named_parameters(), lambda model: model.named_buffers())
    return tuple(stacked([dict(named(model)) for model in models]) for named in kinds)
