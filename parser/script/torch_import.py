"""`import torch` in the person's own Python: it means this engine, whether or not PyTorch is installed."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType, SimpleNamespace
from typing import Any

from ... import engine
from ...engine.api.types import PublicTensor
from .running.modules import TORCH, engine_module, removed
from .running.torch_homes import face, shown_as_torchs


class _Finder(MetaPathFinder, Loader):
    """Finds `torch` and what is below it in the engine. ModuleNotFoundError, in Python's words: it has no such part."""

    def __init__(self) -> None:
        self.specs: dict[str, Any] = {}

    def find_spec(self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None) -> Any:
        if not _is_torch(fullname):
            return None
        if _module(fullname) is None:
            raise ModuleNotFoundError(f"No module named '{fullname}'", name=fullname)
        return ModuleSpec(fullname, self, is_package=True)

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        if spec.name == "torch":
            return _torch()
        module = _module(spec.name)
        self.specs[spec.name] = getattr(module, "__spec__", None)
        return module

    def exec_module(self, module: ModuleType) -> None:
        # It ran when the engine was imported, and goes on to be what it was then.
        spec: Any = module.__spec__
        module.__spec__ = self.specs.pop(spec.name, spec)


_finder = _Finder()


@contextmanager
def torch_is_the_engine() -> Iterator[None]:
    """In the block, `import torch` gives the engine."""
    before = _taken()
    sys.meta_path.insert(0, _finder)
    try:
        with shown_as_torchs():
            yield
    finally:
        sys.meta_path.remove(_finder)
        _taken()
        sys.modules.update(before)


def _torch() -> ModuleType:
    """The engine, with the class of tensors that programs call."""
    torch = ModuleType("torch", engine.__doc__)
    own = {"Tensor": PublicTensor, "__version__": engine.__version__}
    vars(torch).update(own, __getattr__=_member, __dir__=partial(dir, engine))
    return torch


def _member(name: str) -> Any:
    if name == "__all__":
        return [name for name in TORCH.names if not isinstance(getattr(engine, name), ModuleType)]
    return removed(name) or getattr(engine, name)


def _module(path: str) -> Any:
    """What the engine has under the path: a module, or what it has in place of one that settings are in."""
    found: Any = engine_module(path) or engine_module(face(path) or path)
    if found is None:
        found = engine
        for name in path.split(".")[1:]:
            found = getattr(found, name, None)
    if path == "torch.autograd.gradcheck" and not isinstance(found, ModuleType):
        # PyTorch has a function there and a module of the same name, in which it is.
        setattr(found, found.__name__, found)
        return found
    return found if isinstance(found, (ModuleType, SimpleNamespace)) else None


def _taken() -> dict[str, ModuleType]:
    """The modules of torch that were imported, which are not any more."""
    return {name: sys.modules.pop(name) for name in [*sys.modules] if _is_torch(name)}


def _is_torch(name: str) -> bool:
    return name == "torch" or name.startswith("torch.")
