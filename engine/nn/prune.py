"""torch.nn.utils.prune: parameters of which only some numbers count, the others being hidden by a mask.

The numbers of a parameter `weight` are then the parameter `weight_orig`, the mask is the buffer `weight_mask`, and
`weight` is their product, found anew before each call of the module.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from ..api import sampling
from ..api.declared import require
from ..api.offered import Offered
from ..table.registry import ops
from ..tensors.modes import no_grad
from ..tensors.tensor import Tensor
from .module import Module

__all__ = ["BasePruningMethod", "CustomFromMask", "Identity", "L1Unstructured", "LnStructured", "RandomStructured"]
__all__ += ["RandomUnstructured", "custom_from_mask", "global_unstructured", "identity", "is_pruned", "l1_unstructured"]
__all__ += ["ln_structured", "random_structured", "random_unstructured", "remove"]


class _Masked:
    """What hides numbers of a parameter before the module is called."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __call__(self, module: Module, args: Any = ()) -> None:
        mask, numbers = (getattr(module, f"{self.name}_{part}") for part in ("mask", "orig"))
        setattr(module, self.name, mask.to(numbers.dtype) * numbers)


def _key(module: Module, name: str) -> Any:
    """The key of the hook that hides numbers of a parameter; None: there is none."""
    hooks = module._forward_pre_hooks.items()
    return next((key for key, (hook, _) in hooks if isinstance(hook, _Masked) and hook.name == name), None)


def _hide(module: Module, name: str, mask: Tensor) -> Module:
    """Hides the numbers of a parameter where a mask is 0."""
    if _key(module, name) is None:
        module.register_parameter(f"{name}_orig", module._parameters.pop(name))
        module.register_forward_pre_hook(_Masked(name))
    module.register_buffer(f"{name}_mask", mask)
    _Masked(name)(module)
    return module


class BasePruningMethod(Offered):
    """A way to choose what is hidden: `compute_mask(t, default_mask)` has the mask for what earlier ones left."""

    PRUNING_TYPE: ClassVar[str] = "unstructured"
    dim = -1

    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        raise NotImplementedError

    @classmethod
    def apply(cls, module: Module, name: str, *args: Any, importance_scores: Any = None, **kwargs: Any) -> Module:
        """Hides more of a parameter, by the size of its numbers or of others. ValueError: more than there is."""
        with no_grad():
            scores = getattr(module, name).detach() if importance_scores is None else importance_scores
            mask = cls(*args, **kwargs)._more(scores, _mask(module, name))
        return _hide(module, name, mask)

    def _more(self, scores: Tensor, mask: Tensor) -> Tensor:
        """The mask with what is chosen of what it does not hide yet."""
        left: Any = ...
        if self.PRUNING_TYPE == "unstructured":
            left = mask == 1
        elif self.PRUNING_TYPE == "structured":
            dim = self.dim % mask.ndim
            others = [d for d in range(mask.ndim) if d != dim]
            left = (*[slice(None)] * dim, mask.sum(others) != 0 if others else mask != 0)
        more = mask.clone()
        more[left] = self.compute_mask(scores[left], mask[left]).to(mask.dtype)
        return more


def _mask(module: Module, name: str) -> Tensor:
    mask = module._buffers.get(f"{name}_mask")
    return ops.ones_like(getattr(module, name).detach()) if mask is None else mask


class Identity(BasePruningMethod):
    """Hides nothing."""

    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        return default_mask


class CustomFromMask(BasePruningMethod):
    """Hides what a mask says."""

    PRUNING_TYPE = "global"

    def __init__(self, mask: Tensor) -> None:
        self.mask = mask

    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        return default_mask * self.mask.to(default_mask.dtype)


class _OfAmount(BasePruningMethod):
    """Hides so many, or such a share: the least by their `_scores`. TypeError, ValueError: that is no amount."""

    def __init__(self, amount: Any) -> None:
        require(
            isinstance(amount, (int, float)), f"Invalid type for amount: {amount}. Must be int or float.", TypeError
        )
        fits = amount >= 0 if isinstance(amount, int) else 0 <= amount <= 1
        wrong = f"amount={amount} should either be a float in the range [0, 1] or a non-negative integer"
        require(fits, wrong)
        self.amount = amount

    def _count(self, among: int) -> int:
        count = round(self.amount * among) if isinstance(self.amount, float) else self.amount
        wrong = f"amount={self.amount} should be smaller than the number of parameters to prune={among}"
        require(count <= among, wrong)
        return count

    def _scores(self, t: Tensor) -> Tensor:
        raise NotImplementedError

    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        mask, count = default_mask.clone().reshape(-1), self._count(t.numel())
        if count:
            mask[ops.topk(self._scores(t).reshape(-1), count, largest=False).indices] = 0
        return mask.reshape(default_mask.shape)


class L1Unstructured(_OfAmount):
    """Hides the smallest numbers."""

    def _scores(self, t: Tensor) -> Tensor:
        return ops.abs(t)


class RandomUnstructured(_OfAmount):
    """Hides any numbers."""

    def _scores(self, t: Tensor) -> Tensor:
        return -sampling.rand_like(t)


class _OfChannels(_OfAmount):
    """Hides whole channels along a dimension."""

    PRUNING_TYPE = "structured"

    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        require(-t.ndim <= self.dim < t.ndim, f"Invalid index {self.dim} for tensor of size {t.shape}", IndexError)
        count = self._count(t.shape[self.dim])
        mask = default_mask.clone().movedim(self.dim, 0)
        if count:
            mask[ops.topk(self._scores(t), count, largest=False).indices] = 0
        return mask.movedim(0, self.dim)


class LnStructured(_OfChannels):
    """Hides the channels of the smallest norm."""

    def __init__(self, amount: Any, n: Any, dim: int = -1) -> None:
        super().__init__(amount)
        self.n, self.dim = n, dim

    def _scores(self, t: Tensor) -> Tensor:
        return ops.norm(t, self.n, [d for d in range(t.ndim) if d != self.dim % t.ndim])


class RandomStructured(_OfChannels):
    """Hides any channels."""

    def __init__(self, amount: Any, dim: int = -1) -> None:
        super().__init__(amount)
        self.dim = dim

    def _scores(self, t: Tensor) -> Tensor:
        return sampling.rand(t.shape[self.dim])


identity, custom_from_mask = Identity.apply, CustomFromMask.apply
l1_unstructured, random_unstructured = L1Unstructured.apply, RandomUnstructured.apply
ln_structured, random_structured = LnStructured.apply, RandomStructured.apply


def global_unstructured(
    parameters: Iterable[tuple[Module, str]], pruning_method: Any, importance_scores: Any = None, **kwargs: Any
) -> None:
    """Hides numbers of several parameters, given as module and name, as if they were one."""
    pairs = [*parameters]
    given = importance_scores or {}
    with no_grad():
        scores = [given.get(pair, getattr(*pair)).detach().reshape(-1) for pair in pairs]
        masks = [_mask(*pair) for pair in pairs]
        whole = pruning_method(**kwargs)._more(ops.cat(scores), ops.cat([mask.reshape(-1) for mask in masks]))
    for pair, mask, part in zip(pairs, masks, whole.split([mask.numel() for mask in masks]), strict=True):
        _hide(*pair, part.reshape(mask.shape))


def remove(module: Module, name: str) -> Module:
    """Makes zeros of what is hidden for good. ValueError: nothing is."""
    key = _key(module, name)
    wrong = f"Parameter '{name}' of module {module} has to be pruned before pruning can be removed"
    require(key is not None, wrong)
    module._forward_pre_hooks.pop(key)
    parameter = module._parameters.pop(f"{name}_orig")
    parameter.data = (module._buffers.pop(f"{name}_mask").to(parameter.dtype) * parameter).detach()
    vars(module).pop(name)
    module.register_parameter(name, parameter)
    return module


def is_pruned(module: Module) -> bool:
    """Whether numbers of a parameter of the module, or of one inside it, are hidden."""
    hooks = (hook for part in module.modules() for hook, _ in part._forward_pre_hooks.values())
    return any(isinstance(hook, _Masked) for hook in hooks)
