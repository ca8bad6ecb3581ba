"""Optimizer: groups of parameters with their settings, what is kept of each parameter, and a step that changes them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from inspect import Parameter as Argument
from inspect import Signature
from typing import Any, ClassVar

import numpy as np

from ..api.offered import Offered
from ..tensors import dtypes
from ..tensors.aliases import Array
from ..tensors.errors import type_error
from ..tensors.memory import memory_of
from ..tensors.modes import enable_grad
from ..tensors.tensor import Tensor

# How PyTorch implements a step, which changes nothing of what it does.
_IMPLEMENTATIONS = {"foreach": None, "fused": None, "capturable": False, "differentiable": False}
_USUAL = ("foreach", "maximize", "differentiable", "capturable")
# Settings that have to lie in an interval, as PyTorch's messages call them.
_CHECKED: dict[str, tuple[str, float]] = {
    "lr": ("learning rate", float("inf")),
    "eps": ("epsilon value", float("inf")),
    "weight_decay": ("weight_decay value", float("inf")),
    "momentum": ("momentum value", float("inf")),
    "lr_decay": ("lr_decay value", float("inf")),
    "rho": ("rho value", 1.0),
}


class Optimizer(Offered):
    """Base of all optimisers. A subclass lists its `settings` in order, and changes one parameter in `_update`.

    It `has` those of PyTorch's settings that have no say here, and others that are off.
    """

    settings: ClassVar[dict[str, Any]] = {}

    def __init_subclass__(cls, settings: dict[str, Any] | None = None, has: tuple[str, ...] = _USUAL) -> None:
        if settings is None:
            return
        cls.settings = settings
        usual = {**settings, **{name: _IMPLEMENTATIONS.get(name, False) for name in has}}
        arguments = [Argument(name, Argument.POSITIONAL_OR_KEYWORD, default=value) for name, value in usual.items()]
        cls.__signature__ = Signature([Argument("params", Argument.POSITIONAL_OR_KEYWORD), *arguments])

    def __init__(self, params: Any, *args: Any, **kwargs: Any) -> None:
        signature = getattr(type(self), "__signature__", None)
        if signature is None:
            self._begin(params, *args, **kwargs)
            return
        bound = signature.bind(params, *args, **kwargs)
        bound.apply_defaults()
        self._begin(params, {name: value for name, value in bound.arguments.items() if name != "params"})

    def _begin(self, params: Any, defaults: dict[str, Any]) -> None:
        _check(defaults)
        self.defaults = defaults
        self.state: Any = defaultdict(dict)
        self.param_groups: list[dict[str, Any]] = []
        self._steps = 0
        if isinstance(params, Tensor):
            kind = f"torch.{params.dtype.title}Tensor"
            raise type_error(
                f"params argument given to the optimizer should be an iterable of Tensors or dicts, but got {kind}"
            )
        groups = list(params)
        if not groups:
            raise ValueError("optimizer got an empty parameter list")
        for group in groups if isinstance(groups[0], dict) else [{"params": groups}]:
            self.add_param_group(group)

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """Adds parameters with settings of their own. TypeError, ValueError: they are none, or are there already."""
        if not isinstance(param_group, dict):
            raise type_error(f"param_group must be a dict, but got {type(param_group)}")
        group = dict(param_group)
        given = group["params"]
        given = [given] if isinstance(given, Tensor) else list(given)
        if given and isinstance(given[0], tuple):
            group["param_names"], given = [name for name, _ in given], [tensor for _, tensor in given]
        for tensor in given:
            if not isinstance(tensor, Tensor):
                raise type_error(f"optimizer can only optimize Tensors, but one of the params is {_type(tensor)}")
            if not (tensor.is_leaf or tensor.retains_grad):
                raise ValueError("can't optimize a non-leaf Tensor")
        taken = {id(tensor) for other in self.param_groups for tensor in other["params"]}
        if taken.intersection(map(id, given)):
            raise ValueError("some parameters appear in more than one parameter group")
        self.param_groups.append({**group, "params": given, **{k: group.get(k, v) for k, v in self.defaults.items()}})

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Takes the gradients of all parameters away, or makes them zero."""
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter._grad is not None:
                    parameter.grad = None if set_to_none else parameter._grad.detach().zero_()

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Changes each parameter that has a gradient; `closure` computes the loss again first, which is returned."""
        loss = None
        if closure is not None:
            with enable_grad():
                loss = closure()
        self._steps += 1
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter._grad is not None:
                    self._change(group, parameter, parameter._grad._data)
        return loss

    def _change(self, group: dict[str, Any], parameter: Tensor, gradient: Any) -> None:
        data = parameter._data
        array = data if isinstance(data, np.ndarray) else np.array(data)
        if group.get("maximize"):
            gradient = -gradient
        self._update(group, array, gradient, self.state[parameter])
        if array is not data:
            parameter._data = array[()]
        memory_of(parameter).version += 1

    def _update(self, group: dict[str, Any], p: Array, g: Any, state: dict[str, Any]) -> None:
        """Changes the numbers `p` of one parameter, given their gradient `g`, and what is kept of it."""
        raise NotImplementedError

    def state_dict(self) -> dict[str, Any]:
        """What is kept, and the settings of the groups, with numbers in place of the parameters."""
        numbers = {id(tensor): n for n, tensor in enumerate(self._parameters())}
        state = {numbers[id(tensor)]: dict(found) for tensor, found in self.state.items() if found}
        groups = [
            {**_settings(g), "params": [numbers[id(tensor)] for tensor in g["params"]]} for g in self.param_groups
        ]
        return {"state": state, "param_groups": groups}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Takes over a `state_dict`. ValueError: it is of other groups."""
        given, groups = state_dict["param_groups"], self.param_groups
        if len(given) != len(groups):
            raise ValueError("loaded state dict has a different number of parameter groups")
        if any(len(one["params"]) != len(other["params"]) for one, other in zip(given, groups, strict=True)):
            raise ValueError(
                "loaded state dict contains a parameter group that doesn't match the size of optimizer's group"
            )
        parameters = self._parameters()
        numbers = [number for group in given for number in group["params"]]
        known = dict(zip(numbers, parameters, strict=True))
        self.state = defaultdict(dict)
        for number, kept in state_dict["state"].items():
            copies = {name: value.clone() if isinstance(value, Tensor) else value for name, value in kept.items()}
            self.state[known[number]] = copies
        self.param_groups = [
            {**_settings(one), "params": other["params"]} for one, other in zip(given, groups, strict=True)
        ]

    def _parameters(self) -> list[Tensor]:
        return [tensor for group in self.param_groups for tensor in group["params"]]

    def __repr__(self) -> str:
        groups = [
            "\n".join(
                [f"Parameter Group {number}", *(f"    {name}: {group[name]}" for name in sorted(_settings(group)))]
            )
            for number, group in enumerate(self.param_groups)
        ]
        return f"{type(self).__name__} (\n" + "\n\n".join(groups) + "\n)"


def kept(state: dict[str, Any], name: str, like: Array, fill: float = 0.0) -> Any:
    """The array that is kept under a name, in the shape of a parameter; at first of one number."""
    if name not in state:
        state[name] = Tensor(np.full(like.shape, fill, like.dtype))
    return state[name]._data


def counted(state: dict[str, Any]) -> int:
    """How many steps a parameter has had, with this one."""
    step = int(state["step"].item()) + 1 if "step" in state else 1
    state["step"] = number(step)
    return step


def number(value: float) -> Tensor:
    """A number that is kept, as PyTorch keeps it."""
    is_double = dtypes.get_default_dtype() is dtypes.float64
    return Tensor((np.float64 if is_double else np.float32)(value))


def decayed(group: dict[str, Any], p: Array, g: Any) -> Any:
    """The gradient with that of the weight decay; where this is apart from the gradient, it changes the parameter."""
    if not group["weight_decay"]:
        return g
    if group.get("decoupled_weight_decay"):
        p *= 1 - group["lr"] * group["weight_decay"]
        return g
    return g + group["weight_decay"] * p


def _settings(group: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in group.items() if name not in ("params", "param_names")}


def _check(defaults: dict[str, Any]) -> None:
    """ValueError, in PyTorch's words: a setting that cannot be."""
    for name, (what, most) in _CHECKED.items():
        value = defaults.get(name, 0)
        if not 0.0 <= value <= most:
            raise ValueError(f"Invalid {what}: {value}")
    for index, beta in enumerate(defaults.get("betas", ())):
        if not 0.0 <= beta < 1.0:
            raise ValueError(f"Invalid beta parameter at index {index}: {beta}")


def _type(value: Any) -> str:
    return type(value).__name__
