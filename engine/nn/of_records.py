"""The modules that are functions of the table: activations and losses, one for each record that names its module."""

from __future__ import annotations

import warnings
from inspect import Parameter as Argument
from inspect import Signature
from typing import Any

from ..table.record import Operation
from ..table.registry import functions_of
from . import functional
from .module import Module

# Arguments that functions have and modules have not: the module knows itself whether it trains.
_LEFT_OUT = ("dtype", "training")
# What PyTorch had before `reduction`.
_LEGACY = ("size_average", "reduce")
_SHOWN_ALONE = ("lambd",)


def _of(record: Operation, function: str) -> type[Module]:
    """The class of the module that calls a function with the arguments behind its tensors."""
    is_loss = "reduction" in record.arguments
    begins = record.required if is_loss else record.tensors
    names = [name for name in record.arguments[begins:] if name not in _LEFT_OUT]
    defaults = dict(zip(record.arguments[record.required :], record.defaults, strict=True))
    required = [name for name in names if name not in defaults and name != "dim"]
    arguments = [
        Argument(name, Argument.POSITIONAL_OR_KEYWORD, default=_default(name, defaults, required)) for name in names
    ]
    if record.inplace_flag:
        arguments.append(Argument("inplace", Argument.POSITIONAL_OR_KEYWORD, default=False))
    signature = Signature(arguments)
    trains = "training" in record.arguments

    def begin(self: Any, *args: Any, **kwargs: Any) -> None:
        Module.__init__(self)
        if is_loss and not kwargs.keys().isdisjoint(_LEGACY):
            kwargs["reduction"] = _reduction(*(kwargs.pop(name, None) for name in _LEGACY))
        bound = signature.bind(*args, **kwargs)
        bound.apply_defaults()
        for name, value in bound.arguments.items():
            # Weights go with the module, and into its state.
            if name in ("weight", "pos_weight"):
                self.register_buffer(name, value)
            else:
                setattr(self, name, value)

    def forward(self: Any, *inputs: Any, **named: Any) -> Any:
        given = {name: getattr(self, name) for name in signature.parameters}
        if trains:
            given["training"] = self.training
        return getattr(functional, function)(*inputs, **named, **given)

    def extra_repr(self: Any) -> str:
        if is_loss or begins > 1:
            return ""
        shown = [f"{getattr(self, n)}" if n in _SHOWN_ALONE else f"{n}={getattr(self, n)!r}" for n in names]
        return ", ".join([*shown, *(["inplace=True"] if getattr(self, "inplace", False) else [])])

    members = {"__init__": begin, "forward": forward, "extra_repr": extra_repr, "__doc__": record.doc}
    return type(record.module, (Module,), {**members, "__module__": __name__, "__signature__": signature})


def _default(name: str, defaults: dict[str, Any], required: list[str]) -> Any:
    return Argument.empty if name in required else defaults.get(name)


def _reduction(size_average: Any, reduce: Any) -> str:
    """What the arguments before `reduction` say in its words, with PyTorch's warning."""
    chosen = "none" if reduce is False else "sum" if size_average is False else "mean"
    message = f"size_average and reduce args will be deprecated, please use reduction='{chosen}' instead."
    warnings.warn(message, stacklevel=4)
    return chosen


MODULES: dict[str, type[Module]] = {
    record.module: _of(record, name) for name, record in functions_of("nn.functional").items() if record.module
}
