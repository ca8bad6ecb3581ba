"""The modules of a script: torch and those inside it, each with the names that it has here."""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import Any

from .... import engine
from ....engine import FUNCTIONS, random
from ....engine.api import bits, complex_numbers, factors, in_place_functions, placing, sampling, settings, types

# What a script has of each module, beside what the module lists in `__all__`.
_OTHERS: dict[str, tuple[str, ...]] = {
    "torch": (*FUNCTIONS, "__version__", "bool", "float", "int", "vmap"),
    "torch.autograd": ("Function", "Variable", "detect_anomaly", "gradcheck", "gradgradcheck", "set_detect_anomaly"),
    "torch.autograd.forward_ad": (),
    "torch.autograd.functional": (),
    "torch.autograd.graph": (
        "allow_mutation_on_saved_tensors",
        "disable_saved_tensors_hooks",
        "get_gradient_edge",
        "increment_version",
        "register_multi_grad_hook",
        "saved_tensors_hooks",
    ),
    "torch.cuda": (),
    "torch.distributions": (),
    "torch.func": ("functional_call", "stack_module_state"),
    "torch.linalg": (),
    "torch.nn": (),
    "torch.nn.functional": (),
    "torch.nn.init": (),
    "torch.nn.parameter": (),
    "torch.nn.utils": (),
    "torch.nn.utils.parametrizations": (),
    "torch.nn.utils.parametrize": (),
    "torch.nn.utils.prune": (),
    "torch.nn.utils.rnn": (),
    "torch.optim": (),
    "torch.optim.lr_scheduler": (),
    "torch.random": (),
    "torch.special": (),
    "torch.testing": (),
    "torch.utils": (),
    "torch.utils.checkpoint": (),
    "torch.utils.data": (),
}


# Where the engine has one in another room.
_PLACES = {
    "torch.nn.utils.parametrizations": "torch.nn.parametrizations",
    "torch.nn.utils.parametrize": "torch.nn.parametrize",
    "torch.nn.utils.prune": "torch.nn.prune",
    "torch.nn.utils.rnn": "torch.nn.packed_sequences",
    "torch.testing": "torch.utils.testing",
}


def engine_module(path: str) -> ModuleType | None:
    """The engine's own module under PyTorch's name, such as `torch.autograd`; None: there is none."""
    place = _PLACES.get(path, path)
    return importlib.import_module(place.replace("torch", engine.__name__, 1)) if path in _OTHERS else None


# What leads out of the engine, or is no function of PyTorch's.
_HIDDEN = frozenset(["AccumulateGrad", "FUNCTIONS", "LinAlgError", "describe", "from_numpy", "primitives"])


# Functions that PyTorch had until 1.12, with their arguments the other way round, and what it says of them now.
_REVERSED = {
    "solve": "`torch.linalg.solve` has its arguments reversed and does not return the LU factorization.",
    "lstsq": "`torch.linalg.lstsq` has reversed arguments and does not return the QR decomposition in the returned "
    "tuple (although it returns other information about the problem).",
}


def removed(name: str) -> Any:
    """What PyTorch has in place of a function that it has no more; None: it has this one, or never had it."""
    if name not in _REVERSED:
        return None

    def refuse(*args: Any, **kwargs: Any) -> Any:
        raise RuntimeError(
            f"This function was deprecated since version 1.9 and is now removed. `torch.{name}` is deprecated in favor "
            f"of `torch.linalg.{name}`. {_REVERSED[name]}"
        )

    return refuse


def lacks(module: str, name: str) -> str:
    """What to do about a name of torch that the engine does not have."""
    if name.endswith("bfloat16"):
        return "NumPy has no bfloat16: use float32"
    names = Module(module).names if module in _OTHERS else []
    own = f"; {module} has {', '.join(names)}" if 0 < len(names) < 20 else ""
    return f"torch is this engine here, which has not all of PyTorch: write it with what there is{own}"


class Library:
    """A module of Python's own, with the members that a script has of it."""

    __slots__ = ("members", "name")

    def __init__(self, name: str, members: dict[str, Any]) -> None:
        self.name = name
        self.members = members

    @property
    def names(self) -> list[str]:
        """The names that a script may use."""
        return sorted(self.members)

    def member(self, name: str) -> Any:
        """What a name stands for, which is one of `names`."""
        return self.members[name]

    def __repr__(self) -> str:
        return f"<module '{self.name}'>"


class Module:
    """A module under PyTorch's name, such as `torch.autograd`; the engine's is imported when it is first used."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    @property
    def names(self) -> list[str]:
        """The names that a script may use."""
        listed = [name for part in (self._module(), *self._parts()) for name in getattr(part, "__all__", ())]
        return sorted({*listed, *_OTHERS[self.name], *self.inside} - _HIDDEN)

    def member(self, name: str, has_prefix: bool = True) -> Any:
        """What a name stands for, which is one of `names`; without `torch.` before it, it may be the engine's own."""
        path = f"{self.name}.{name}"
        if path == "torch.Tensor":
            return types.AnyTensor
        if path in _OTHERS:
            return Module(path)
        return (has_prefix and self == TORCH and removed(name)) or getattr(self._module(), name)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Module) and other.name == self.name

    def __hash__(self) -> int:
        return hash(self.name)

    def __repr__(self) -> str:
        return f"<module '{self.name}'>"

    def _module(self) -> ModuleType:
        module = engine_module(self.name)
        assert module is not None
        return module

    def _parts(self) -> list[ModuleType]:
        """What the engine imports when one of its names is first asked for."""
        if self != TORCH:
            return []
        return [bits, complex_numbers, factors, in_place_functions, placing, random, sampling, settings, types]

    @property
    def inside(self) -> list[str]:
        """The modules in this one."""
        before = f"{self.name}."
        return [path[len(before) :] for path in _OTHERS if path.startswith(before) and "." not in path[len(before) :]]


TORCH = Module("torch")
