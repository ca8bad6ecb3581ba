"""`torch.func.functional_call`: a module as a function of its parameters and buffers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..primitives.parts import stack
from ..tensors.errors import type_error
from ..tensors.tensor import Tensor


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
    unknown, missing = sorted(given.keys() - places.keys()), sorted(places.keys() - given.keys())
    if strict and (unknown or missing):
        kinds = {"Unexpected": unknown, "Missing": missing}
        wrong = [f"{kind} key(s): {', '.join(map(repr, names))}." for kind, names in kinds.items() if names]
        raise RuntimeError(f"Error(s) in reparametrizing for {type(module).__name__}:\n\t" + "\n\t".join(wrong))
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
    if not isinstance(dicts, Sequence):
        raise type_error(
            f"Expected parameter_and_buffer_dicts to be a dict, or a list/tuple of dicts, but got {type(dicts)}",
            ValueError,
        )
    if not all(isinstance(d, Mapping) for d in dicts):
        raise type_error("Expected all elements of parameter_and_buffer_dicts to be dictionaries", ValueError)
    names = [name for d in dicts for name in d]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"{twice} appeared in multiple dictionaries; behavior of functional call is ambiguous")
    return {name: value for d in dicts for name, value in d.items()}


def _tied(places: dict[str, Any], given: dict[str, Tensor]) -> dict[str, Tensor]:
    """What is given, under all names of the tensors that it replaces. ValueError: there are several for one."""
    names: dict[int, list[str]] = {}
    for name, place in places.items():
        names.setdefault(id(place.value), []).append(name)
    result: dict[str, Tensor] = {}
    for name, value in given.items():
        same = names[id(places[name].value)]
        if any(result.get(other, value) is not value for other in same):
            raise ValueError(
                f"functional_call got multiple values for keys {sorted(same)}, which are tied. Consider using "
                "tie_weights=False"
            )
        result.update(dict.fromkeys(same, value))
    return result


def stack_module_state(models: Any) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """The parameters and the buffers of modules that are alike, stacked by name. RuntimeError: none, or not alike."""
    models = list(models)
    if not models:
        raise RuntimeError("stack_module_state: Expected at least one model, got 0.")
    if len({model.training for model in models}) > 1:
        raise RuntimeError("stack_module_state: Expected all models to have the same training/eval mode.")
    if len({type(model) for model in models}) > 1:
        raise RuntimeError("stack_module_state: Expected all models to be of the same class.")

    def stacked(named: str) -> dict[str, Tensor]:
        states = [dict(getattr(model, named)()) for model in models]
        return {
            name: stack([state[name] for state in states]).detach().requires_grad_(tensor.requires_grad)
            for name, tensor in states[0].items()
        }

    return stacked("named_parameters"), stacked("named_buffers")
