"""Layer: a module that is known by its settings, and how one is added."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, ClassVar

from ..api.creation import empty
from ..api.declared import Declared
from . import init
from .module import Module
from .parameter import Parameter

_STORAGE = {"device": None, "dtype": None}


class Layer(Declared, Module):
    """Base of layers, whose settings stand in the head of the class, and become attributes and the layer's text.

    A layer is added in one place, by a class in the file of its kind (which `nn/__init__.py` imports):

        class Linear(Layer, in_features=..., out_features=..., bias=True):
            def _shapes(self):
                return {"weight": (self.out_features, self.in_features), "bias": self.bias and (self.out_features,)}

            def reset_parameters(self):
                ...

            def forward(self, input):
                return functional.linear(input, self.weight, self.bias)

    `_shapes` has the shape of each parameter, or False for one that is None; a layer that has it takes `device` and
    `dtype` too. `reset_parameters` draws the parameters. `_settle`, where there is one, checks the settings and brings
    them into the form in which they are kept. In the text all settings stand as `name=value`, but for those of which
    the layer says that they are shown `_alone`, `_if_changed` or are `_unseen`; in the order of the head, or `_order`.
    """

    _alone: ClassVar[tuple[str, ...]] = ()
    _if_changed: ClassVar[tuple[str, ...]] = ()
    _unseen: ClassVar[tuple[str, ...]] = ()
    _order: ClassVar[tuple[str, ...]] = ()
    _form: ClassVar[str] = "{}={}"

    def __init_subclass__(cls, **settings: Any) -> None:
        if settings and cls._shapes is not Layer._shapes:
            settings |= _STORAGE
        super().__init_subclass__(**settings)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        Module.__init__(self)
        given = self._given(args, kwargs)
        storage = {name: given.pop(name) for name in _STORAGE if name in given}
        vars(self).update(given)
        self._settle()
        self._begin(storage)

    def _begin(self, storage: dict[str, Any]) -> None:
        """Makes the parameters, of a device and a dtype."""
        for name, shape in self._shapes().items():
            vars(self).pop(name, None)
            has = isinstance(shape, tuple)
            self.register_parameter(name, Parameter(empty(shape, **storage)) if has else None)
        self.reset_parameters()

    def _shapes(self) -> dict[str, Any]:
        """The shape of each parameter; False: it is None."""
        return {}

    def reset_parameters(self) -> None:
        """Draws the parameters anew."""

    def _draw(self, inputs: int, parameters: Iterable[Parameter] | None = None) -> None:
        """Draws parameters, or all, evenly between -1 / sqrt(inputs) and 1 / sqrt(inputs)."""
        bound = 1 / math.sqrt(inputs) if inputs > 0 else 0
        for parameter in self.parameters() if parameters is None else parameters:
            init.uniform_(parameter, -bound, bound)

    def extra_repr(self) -> str:
        names = [name for name in self._order or self._settings if name in self._settings]
        shown = {name: self._settings[name] for name in names if name not in (*_STORAGE, *self._unseen)}
        values = {name: self._shown(name) for name in shown}
        return ", ".join(
            str(values[name]) if name in self._alone else self._form.format(name, values[name])
            for name, default in shown.items()
            if name not in self._if_changed or values[name] != default
        )

    def _shown(self, name: str) -> Any:
        """A setting as it was given: of a parameter, whether there is one."""
        value = getattr(self, name)
        return value is not None if name in self._parameters else value
