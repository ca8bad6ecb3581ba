"""The names that every script sees: Python's functions, `torch`, and all that torch has without the prefix."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from types import SimpleNamespace
from typing import Any

from ...syntax.errors import did_you_mean
from ...syntax.wording import listed
from ..reading.script import TRUSTED
from .builtins import builtins
from .chance import chance
from .classes import class_members
from .exceptions import EXCEPTIONS, UnknownName
from .guard import Guard
from .libraries import libraries
from .mathematics import mathematics
from .modules import TORCH, Library, Module, lacks
from .torch_homes import face


class Namespace(Mapping[str, Any]):
    """Values by name. A name that Python has is Python's: `sum(x)` adds the elements of `x` one by one."""

    def __init__(self, write: Callable[[str], None], guard: Guard) -> None:
        own = {**builtins(write, guard), **EXCEPTIONS, **class_members(guard)}
        self.own: dict[str, Any] = {**own, "__name__": "__main__", "torch": TORCH, "tau": math.tau}
        # Without `torch.` before it, `compile` would be Python's, which no script has.
        self.torch = frozenset(TORCH.names) - {"compile"}
        modules = {"math": mathematics(guard), "random": chance(guard), **libraries(guard)}
        self.libraries = {name: Library(name, members) for name, members in modules.items()}

    def __getitem__(self, name: str) -> Any:
        if name in self.own:
            return self.own[name]
        if name in self.torch:
            return TORCH.member(name, has_prefix=False)
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self.torch.union(self.own))

    def __len__(self) -> int:
        return len(self.torch.union(self.own))

    def __contains__(self, name: object) -> bool:
        return name in self.own or name in self.torch

    def imported(self, path: str, member: str | None) -> Any:
        """What `import path`, or `from path import member`, names. UnknownName: it is not torch, or not in it."""
        first, *others = (face(path) or path if path.startswith("torch.") else path).split(".")
        found: Any = TORCH if first == "torch" else self.libraries.get(first)
        if found is None:
            names = ["torch", *self.libraries]
            help = f"only {listed(names)} can be imported: a script reaches nothing else on the machine; {TRUSTED}"
            raise UnknownName("ModuleNotFoundError", f"No module named '{path}'", did_you_mean(first, names), help)
        for name in [*others, *([member] if member is not None else [])]:
            if isinstance(found, SimpleNamespace) and name in vars(found) and not name.startswith("_"):
                found = vars(found)[name]  # of torch.backends and its like
            elif isinstance(found, (Library, Module)) and name in found.names:
                found = found.member(name)
            else:
                help = lacks(found.name, name) if isinstance(found, Module) else None
                if isinstance(found, Module) and name != member:
                    raise UnknownName(
                        "ModuleNotFoundError", f"No module named '{path}'", did_you_mean(name, found.inside), help
                    )
                known = found.names if isinstance(found, (Library, Module)) and name != "bfloat16" else []
                close = did_you_mean(name, known)
                raise UnknownName("ImportError", f"cannot import name '{name}' from '{path}'", close, help)
        return found
