"""torch.nn.utils.parametrize: parameters and buffers that are computed of others each time they are asked for."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from ..api.declared import require
from ..tensors.modes import no_grad
from ..tensors.tensor import Tensor
from .containers import ModuleDict, ModuleList
from .module import Module
from .parameter import Parameter

__all__ = ["ParametrizationList", "cached", "is_parametrized", "register_parametrization", "remove_parametrizations"]

# What was computed in a block of `cached`, by the list of modules that computed it; None: in no such block.
_computed: list[dict[Any, Tensor] | None] = [None]


class ParametrizationList(ModuleList):
    """The modules that compute a tensor, one of what the other returns, and what the first is given: the originals."""

    def __init__(self, modules: Any, original: Tensor, unsafe: bool = False) -> None:
        super().__init__(modules)
        with no_grad():
            begins: Any = original
            for module in [module for module in [*self][::-1] if hasattr(module, "right_inverse")]:
                begins = module.right_inverse(begins)
        self.is_tensor = isinstance(begins, Tensor)
        if self.is_tensor:
            original.data = begins.detach()
            _registered(self, "original", original)
        else:
            for number, part in enumerate(begins):
                own = Parameter(part.detach(), original.requires_grad) if isinstance(original, Parameter) else part
                _registered(self, f"original{number}", own)
        if not unsafe:
            _check_same(self(), original)

    def _originals(self) -> list[Tensor]:
        return [*self._parameters.values(), *self._buffers.values()]

    def right_inverse(self, value: Tensor) -> None:
        """Changes the originals, so that this value comes of them. RuntimeError: a module does not say how."""
        with no_grad():
            result: Any = value
            for module in [*self][::-1]:
                wrong = f"parametrization {type(module).__name__} does not implement right_inverse."
                require(hasattr(module, "right_inverse"), wrong, RuntimeError)
                result = module.right_inverse(result)
            parts = [result] if isinstance(result, Tensor) else result
            for original, part in zip(self._originals(), parts, strict=True):
                original.data = part.detach()

    def forward(self) -> Tensor:
        first, *others = self
        result = first(*self._originals())
        for module in others:
            result = module(result)
        return result


def register_parametrization(
    module: Module, tensor_name: str, parametrization: Module, *, unsafe: bool = False
) -> Module:
    """Has `module.tensor_name` computed by `parametrization`, of the tensor that it was.

    ValueError: there is no such tensor, or, if it is not `unsafe`, its shape or dtype would be another.
    """
    parametrization.train(module.training)
    if is_parametrized(module, tensor_name):
        before = getattr(module, tensor_name)
        if not unsafe:
            _check_same(parametrization(before), before)
        module.parametrizations[tensor_name].append(parametrization)
        return module
    missing = f"Module '{module}' does not have a parameter, a buffer, or a parametrized element with name"
    require(tensor_name in {**module._parameters, **module._buffers}, f"{missing} '{tensor_name}'")
    modules = ParametrizationList([parametrization], getattr(module, tensor_name), unsafe)
    delattr(module, tensor_name)
    if not is_parametrized(module):
        kind: Any = type(module)
        object.__setattr__(module, "__class__", type(f"Parametrized{kind.__name__}", (kind,), {}))
        module.parametrizations = ModuleDict()
    module.parametrizations[tensor_name] = modules
    setattr(type(module), tensor_name, _computing(tensor_name))
    return module


def _computing(name: str) -> property:
    """The attribute of a class that computes a tensor, and changes what it is computed of."""

    def value(module: Any) -> Tensor:
        modules, computed = module.parametrizations[name], _computed[-1]
        if computed is None:
            return modules()
        if modules not in computed:
            computed[modules] = modules()
        return computed[modules]

    return property(value, lambda module, value: module.parametrizations[name].right_inverse(value))


def _check_same(new: Any, old: Tensor) -> None:
    require(isinstance(new, Tensor), f"A parametrization must return a tensor. Got {type(new).__name__}.")
    for what, before, after in (("dtype", old.dtype, new.dtype), ("shape", old.shape, new.shape)):
        require(
            before == after,
            f"Registering a parametrization may not change the {what} of the tensor, unless `unsafe` flag is enabled."
            f"\nunparametrized {what}: {before}\nparametrized {what}: {after}",
        )


def _registered(module: Module, name: str, value: Tensor) -> None:
    if isinstance(value, Parameter):
        module.register_parameter(name, value)
    else:
        module.register_buffer(name, value)


def is_parametrized(module: Module, tensor_name: str | None = None) -> bool:
    """Whether a tensor of a module is computed, or any."""
    found = vars(module).get("_modules", {}).get("parametrizations", ())
    return len(found) > 0 if tensor_name is None else tensor_name in found


def remove_parametrizations(module: Module, tensor_name: str, leave_parametrized: bool = True) -> Module:
    """Makes a tensor an ordinary one again: of its value, or else as it was. ValueError: it is not computed."""
    wrong = f"Module {module} does not have a parametrization on {tensor_name}"
    require(is_parametrized(module, tensor_name), wrong)
    modules, value = module.parametrizations[tensor_name], getattr(module, tensor_name).detach()
    require(
        leave_parametrized or modules.is_tensor,
        "Cannot leave unparametrized (`leave_parametrized=False`) a tensor that is parametrized in terms of a sequence "
        "of tensors.",
    )
    original = modules._originals()[0] if modules.is_tensor else Parameter(value)
    if leave_parametrized:
        original.data = value
    delattr(type(module), tensor_name)
    del module.parametrizations[tensor_name]
    if not is_parametrized(module):
        del module.parametrizations
        object.__setattr__(module, "__class__", type(module).__bases__[0])
    _registered(module, tensor_name, original)
    return module


@contextmanager
def cached() -> Generator[None]:
    """In the block, each tensor is computed once."""
    _computed.append(_computed[-1] or {})
    try:
        yield
    finally:
        _computed.pop()
