"""The modules that are functions of the table: activations and losses, one for each record that names its module."""

from __future__ import annotations

from typing import Any, ClassVar

from ..table.record import Operation
from ..table.registry import functions_of
from . import functional
from .layers import Layer, calling

# Arguments that functions have and modules have not: the module knows itself whether it trains.
_LEFT_OUT = ("dtype", "training")
# What PyTorch had before `reduction`.
_LEGACY = ("size_average", "reduce")


class _OfRecord(Layer):
    """A module that calls a function with the settings behind its tensors."""

    _trains: ClassVar[bool]
    _alone = ("lambd",)
    _if_changed = ("inplace",)
    _form = "{}={!r}"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if "reduction" in self._settings:
            kwargs |= functional.reduction_of(*(kwargs.pop(name, None) for name in _LEGACY))
        super().__init__(*args, **kwargs)

    def _settle(self) -> None:
        for name in {"weight", "pos_weight"} & self._settings.keys():
            self.register_buffer(name, vars(self).pop(name))  # it goes with the module, and into its state

    def forward(self, *inputs: Any, **named: Any) -> Any:
        if self._trains:
            named["training"] = self.training
        return self._calls[0](*inputs, **named, **{name: getattr(self, name) for name in self._settings})


def _of(record: Operation, function: str) -> type[Layer]:
    """The class of the module that calls a function with the arguments behind its tensors."""
    is_loss = "reduction" in record.arguments
    begins = record.required if is_loss else record.tensors
    defaults = {"dim": None, **dict(zip(record.arguments[record.required :], record.defaults, strict=True))}
    names = [name for name in record.arguments[begins:] if name not in _LEFT_OUT]
    settings = {name: defaults.get(name, ...) for name in names} | ({"inplace": False} if record.inplace_flag else {})
    says = {"_trains": "training" in record.arguments, "_unseen": tuple(names) if is_loss or begins > 1 else ()}
    call = getattr(functional, function)
    return calling(record.module, call, settings, base=_OfRecord, __doc__=record.doc, __module__=__name__, **says)


MODULES: dict[str, type[Layer]] = {
    record.module: _of(record, name) for name, record in functions_of("nn.functional").items() if record.module
}
# `pickle` looks for them here.
globals().update(MODULES)
