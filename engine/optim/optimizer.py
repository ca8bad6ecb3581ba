"""Optimizer: groups of parameters with their settings, what is kept of each parameter, and a step that changes them."""

from __future__ import annotations

import math
import warnings
from collections import defaultdict
from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np

from ..api.declared import Declared, require
from ..tensors import dtypes
from ..tensors.aliases import Array
from ..tensors.memory import memory_of
from ..tensors.modes import enable_grad
from ..tensors.tensor import Tensor

# Settings that are not negative, with what PyTorch calls the first two.
_CALLED = {"lr": "learning rate", "eps": "epsilon value"}
_CHECKED = ("weight_decay", "momentum", "lr_decay", "rho", "alpha", "momentum_decay", "initial_accumulator_value")


class Optimizer(Declared):
    """Base of all optimisers. A subclass declares its settings, and changes one parameter by its `_rule`."""

    _before: ClassVar[dict[str, Any]] = {"params": ...}
    _takes: ClassVar[tuple[str, ...]] = ()
    _first: ClassVar[Any] = None  # what is kept of a parameter before the first step

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if self._settings:
            defaults = self._given(args, kwargs)
            self._begin(defaults.pop("params"), defaults)
        else:
            self._begin(*args, **kwargs)

    def _begin(self, params: Any, defaults: dict[str, Any]) -> None:
        _check(defaults)
        self.defaults = defaults
        self.state: Any = defaultdict(dict)
        self.param_groups: list[dict[str, Any]] = []
        self._steps = 0
        kind = params.type() if isinstance(params, Tensor) else ""
        wrong = f"params argument given to the optimizer should be an iterable of Tensors or dicts, but got {kind}"
        require(not kind, wrong, TypeError)
        groups = list(params)
        require(bool(groups), "optimizer got an empty parameter list")
        for group in groups if isinstance(groups[0], dict) else [{"params": groups}]:
            self.add_param_group(group)
        for parameter in self._parameters() if self._first else ():
            self._first(np.asarray(parameter._data), self.state[parameter], **defaults)

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """Adds parameters with settings of their own. TypeError, ValueError: they are none, or are there already."""
        require(isinstance(param_group, dict), f"param_group must be a dict, but got {type(param_group)}", TypeError)
        group = dict(param_group)
        given = [group["params"]] if isinstance(group["params"], Tensor) else list(group["params"])
        if given and isinstance(given[0], tuple):
            group["param_names"], given = map(list, zip(*given, strict=True))
        for tensor in given:
            wrong = f"optimizer can only optimize Tensors, but one of the params is {type(tensor).__name__}"
            require(isinstance(tensor, Tensor), wrong, TypeError)
            require(tensor.is_leaf or tensor.retains_grad, "can't optimize a non-leaf Tensor")
        if len(set(map(id, given))) < len(given):
            warnings.warn(
                "optimizer contains a parameter group with duplicate parameters; in future, this will cause an error; "
                "see github.com/pytorch/pytorch/issues/40967 for more information",
                stacklevel=4,
            )
        is_new = {id(tensor) for tensor in self._parameters()}.isdisjoint(map(id, given))
        require(is_new, "some parameters appear in more than one parameter group")
        self.param_groups.append({**group, "params": given, **{k: group.get(k, v) for k, v in self.defaults.items()}})

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Takes the gradients of all parameters away, or makes them zero."""
        for parameter in self._parameters():
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
            if isinstance(group.get("lr"), Tensor):
                group = {**group, "lr": group["lr"].item()}
            settings = [group[name] for name in self._takes]
            decay = group["weight_decay"] if "weight_decay" in self.defaults else 0
            for parameter in group["params"]:
                if parameter._grad is not None:
                    self._change(parameter, group, decay, settings)
        return loss

    def _change(self, parameter: Tensor, group: dict[str, Any], decay: float, settings: list[Any]) -> None:
        data, gradient = parameter._data, parameter._grad._data  # pyrefly: ignore[missing-attribute]
        array = data if isinstance(data, np.ndarray) else np.array(data)
        if group.get("maximize"):
            gradient = -gradient
        if decay and group.get("decoupled_weight_decay"):
            array *= 1 - group["lr"] * decay
        elif decay:
            gradient = gradient + decay * array
        self._rule(array, gradient, self.state[parameter], *settings)
        if array is not data:
            parameter._data = array[()]
        memory_of(parameter).version += 1

    @staticmethod
    def _rule(p: Array, g: Any, state: dict[str, Any], *settings: Any) -> None:
        """Changes the numbers of a parameter, of which it gets the gradient, and what is kept."""
        raise NotImplementedError

    def state_dict(self) -> dict[str, Any]:
        """What is kept, and the settings of the groups, with numbers in place of the parameters."""
        numbers = {id(tensor): n for n, tensor in enumerate(self._parameters())}
        groups = [{**_settings(g), "params": [numbers[id(p)] for p in g["params"]]} for g in self.param_groups]
        state = {numbers[id(tensor)]: dict(kept) for tensor, kept in self.state.items() if kept}
        return {"state": state, "param_groups": groups}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Takes over a `state_dict`, with its tensors themselves. ValueError: it is of other groups."""
        given, own = state_dict["param_groups"], self.param_groups
        require(len(given) == len(own), "loaded state dict has a different number of parameter groups")
        wrong = "loaded state dict contains a parameter group that doesn't match the size of optimizer's group"
        require([len(group["params"]) for group in given] == [len(group["params"]) for group in own], wrong)
        numbers = [number for group in given for number in group["params"]]
        known = dict(zip(numbers, self._parameters(), strict=True))
        self.state = defaultdict(dict)
        self.state.update({known[number]: dict(kept) for number, kept in state_dict["state"].items()})
        self.param_groups = [{**new, "params": group["params"]} for new, group in zip(given, own, strict=True)]

    def _parameters(self) -> list[Tensor]:
        return [tensor for group in self.param_groups for tensor in group["params"]]

    def __repr__(self) -> str:
        groups = [
            "\n    ".join([f"Parameter Group {number}", *(f"{k}: {v}" for k, v in sorted(_settings(group).items()))])
            for number, group in enumerate(self.param_groups)
        ]
        return f"{type(self).__name__} (\n" + "\n\n".join(groups) + "\n)"


def _check(settings: dict[str, Any]) -> None:
    """ValueError, in PyTorch's words: settings are not as they have to be."""
    for name in (*_CALLED, *_CHECKED):
        value, most = settings.get(name, 0.0), 1.0 if name == "rho" else math.inf
        require(0.0 <= value <= most, f"Invalid {_CALLED.get(name, f'{name} value')}: {value}")
    for index, beta in enumerate(settings.get("betas", ())):
        require(0.0 <= beta < 1.0, f"Invalid beta parameter at index {index}: {beta}")
    is_plain = not settings.get("nesterov") or (settings["momentum"] > 0 and settings["dampening"] == 0)
    require(is_plain, "Nesterov momentum requires a momentum and zero dampening")
    less, more = settings.get("etas", (0.5, 1.2))
    require(0.0 < less < 1.0 < more, f"Invalid eta values: {less}, {more}")


def _settings(group: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in group.items() if name != "params"}


def kept(state: dict[str, Any], name: str, like: Array, fill: float = 0.0) -> Array:
    """The array that is kept under a name, in the shape of a parameter; at first of one number."""
    tensor = state.get(name)
    if tensor is None:
        tensor = state[name] = Tensor(np.full(like.shape, fill, like.dtype))
    if not isinstance(tensor._data, np.ndarray):  # a number, out of a state that was loaded
        tensor._data = np.array(tensor._data)
    return tensor._data


def mean(state: dict[str, Any], name: str, p: Array, beta: float, value: Any) -> Array:
    """The exponential average kept under a name, with another value in it."""
    average = kept(state, name, p)
    average += (1 - beta) * (value - average)
    return average


def mean_square(state: dict[str, Any], name: str, p: Array, beta: float, value: Any) -> Array:
    """As `mean`, of the squares of values."""
    average = kept(state, name, p)
    average *= beta
    average += (1 - beta) * (value * value)
    return average


def kept_number(state: dict[str, Any], name: str, first: float) -> float:
    """The number that is kept under a name; at first another."""
    return state[name].item() if name in state else first


def counted(state: dict[str, Any]) -> int:
    """How many steps a parameter has had, with this one."""
    if "step" not in state:
        state["step"] = number(0)
    step = state["step"]
    step._data = step._data + 1
    return int(step._data)


def number(value: float) -> Tensor:
    """A number that is kept, as PyTorch keeps it: in float32, unless the default is float64."""
    is_double = dtypes.get_default_dtype() is dtypes.float64
    return Tensor((np.float64 if is_double else np.float32)(value))
