"""`torch.func.functional_call`: a module as a function of its parameters and buffers."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from ..primitives.parts import stack
from ..tensors.errors import type_error
from ..tensors.tensor import Tensor

_KEPT = ("_parameters", "_buffers")


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
    if args is None:
        args = ()
    elif not isinstance(args, tuple):
        args = (args,)
    with _replaced(module, given, tie_weights, strict):
        return module(*args, **(kwargs or {}))


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


def _places(module: Any) -> dict[str, tuple[dict[str, Any], str]]:
    """Where each parameter and buffer is kept, by its name."""
    return {
        f"{path}.{name}" if path else name: (vars(inner)[kept], name)
        for path, inner in module.named_modules(remove_duplicate=False)
        for kept in _KEPT
        for name, value in vars(inner)[kept].items()
        if value is not None
    }


@contextmanager
def _replaced(module: Any, given: dict[str, Tensor], ties: bool, strict: bool) -> Generator[None]:
    """Until the end of the block, a module has the tensors given under their names."""
    places = _places(module)
    if strict:
        _check_names(module, given, places)
    new = {name: value for name, value in given.items() if name in places}
    if ties:
        new = _with_tied(places, new)
    before = {name: places[name][0][places[name][1]] for name in new}
    try:
        for name, value in new.items():
            kept, own = places[name]
            kept[own] = value
        yield
    finally:
        for name, value in before.items():
            kept, own = places[name]
            kept[own] = value


def _check_names(module: Any, given: dict[str, Tensor], places: dict[str, Any]) -> None:
    wrong = [
        f"{what} key(s): {', '.join(map(repr, sorted(names)))}."
        for what, names in (("Unexpected", given.keys() - places.keys()), ("Missing", places.keys() - given.keys()))
        if names
    ]
    if wrong:
        raise RuntimeError(f"Error(s) in reparametrizing for {type(module).__name__}:\n\t" + "\n\t".join(wrong))


def _with_tied(places: dict[str, Any], given: dict[str, Tensor]) -> dict[str, Tensor]:
    """The tensors by all names that a replaced one has. ValueError: there are several for one."""
    result = dict(given)
    by_tensor: dict[int, list[str]] = {}
    for name, (kept, own) in places.items():
        by_tensor.setdefault(id(kept[own]), []).append(name)
    for names in by_tensor.values():
        chosen = {id(given[name]): given[name] for name in names if name in given}
        if len(chosen) > 1:
            raise ValueError(
                f"functional_call got multiple values for keys {sorted(names)}, which are tied. Consider using "
                "tie_weights=False"
            )
        for value in chosen.values():
            result.update(dict.fromkeys(names, value))
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
    parameters = {
        name: stack([dict(model.named_parameters())[name] for model in models]).detach().requires_grad_(p.requires_grad)
        for name, p in models[0].named_parameters()
    }
    buffers = {
        name: stack([dict(model.named_buffers())[name] for model in models]).detach()
        for name, _ in models[0].named_buffers()
    }
    return parameters, buffers
