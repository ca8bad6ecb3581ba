"""Layer: a module that is known by its settings, and how one is added; and the plain ones."""

from __future__ import annotations

import math
from collections.abc import Iterable
from types import FunctionType
from typing import Any, ClassVar

from ..api.creation import empty
from ..api.declared import Declared, require
from ..tensors.tensor import Tensor
from . import functional, init
from .module import Module
from .parameter import Parameter

STORAGE = {"device": None, "dtype": None}


class Layer(Declared, Module):
    """Base of layers, whose settings stand in the head of the class, and become attributes and the layer's text.

    A layer is added in one place, by a class in the file of its kind (which `nn/__init__.py` imports):

        class Linear(Layer, in_features=..., out_features=..., bias=True):
            _calls = functional.linear, ("weight", "bias")

            def _shapes(self):
                return {"weight": (self.out_features, self.in_features), "bias": self.bias and (self.out_features,)}

    `_calls` is the function that it calls, and what it gives to that behind the input; else it has a `forward`. Where
    they are the settings and nothing else, `calling` makes the class. `_shapes` has the shape of each parameter, or
    False for one that is None; a layer that has it takes `device` and `dtype` too. `reset_parameters` draws the
    parameters; if nothing is said, as those of linear maps. `_settle` checks the settings and brings them into the form
    in which they are kept. In the text all settings stand as `name=value`, but for those that are shown `_alone`,
    `_if_changed` or are `_unseen`; in the order of the head, or `_order`.
    """

    _calls: ClassVar[tuple[Any, tuple[str, ...]]]
    _alone: ClassVar[tuple[str, ...]] = ()
    _if_changed: ClassVar[tuple[str, ...]] = ()
    _unseen: ClassVar[tuple[str, ...]] = ()
    _order: ClassVar[tuple[str, ...]] = ()
    _form: ClassVar[str] = "{}={}"

    def __init_subclass__(cls, **settings: Any) -> None:
        if settings and cls._shapes is not Layer._shapes:
            settings |= STORAGE
        super().__init_subclass__(**settings)
        owner = next(kind for kind in cls.__mro__ if "forward" in vars(kind))
        if not cls.__name__.startswith("_") and (owner is Layer or owner.__name__.startswith("_")):
            cls.forward = _of_class(vars(owner)["forward"], cls)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        Module.__init__(self)
        given = self._given(args, kwargs)
        storage = {name: given.pop(name) for name in STORAGE if name in given}
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
        return {}

    def reset_parameters(self) -> None:
        """Draws the parameters anew."""
        weight, bias = (self._parameters.get(name) for name in ("weight", "bias"))
        if weight is not None:
            init.kaiming_uniform_(weight, a=math.sqrt(5))
        if bias is not None:
            self._draw(init.fans(weight)[0], [bias])

    def _draw(self, inputs: int, parameters: Iterable[Parameter] | None = None) -> None:
        """Draws parameters, or all, evenly between -1 / sqrt(inputs) and 1 / sqrt(inputs)."""
        bound = 1 / math.sqrt(inputs) if inputs > 0 else 0
        for parameter in self.parameters() if parameters is None else parameters:
            init.uniform_(parameter, -bound, bound)

    def forward(self, input: Any) -> Any:
        function, names = self._calls
        own = vars(self)["_parameters"]
        return function(input, *[own[name] if name in own else getattr(self, name) for name in names])

    def extra_repr(self) -> str:
        names = [name for name in self._order or self._settings if name in self._settings]
        shown = {name: self._shown(name) for name in names if name not in (*STORAGE, *self._unseen)}
        return ", ".join(
            str(value) if name in self._alone else self._form.format(name, value)
            for name, value in shown.items()
            if name not in self._if_changed or value != self._settings[name]
        )

    def _shown(self, name: str) -> Any:
        """A setting as it was given: of a parameter, whether there is one."""
        value = getattr(self, name)
        return value is not None if name in self._parameters or isinstance(value, Tensor) else value


def _of_class(method: Any, kind: type) -> Any:
    """The method as one of a class, which is the one that an error about the arguments of a call names."""
    made = FunctionType(method.__code__, method.__globals__, "forward", method.__defaults__, method.__closure__)
    made.__qualname__, made.__doc__ = f"{kind.__qualname__}.forward", method.__doc__
    return made


def calling(
    name: str, function: Any, settings: dict[str, Any], takes: tuple[str, ...] = (), base: Any = Layer, **members: Any
) -> Any:
    """A layer that calls a function with its settings, or what that `takes`, behind the input."""
    own = {"_calls": (function, takes or tuple(settings)), "__doc__": function.__doc__, "__module__": __name__}
    return type(name, (base,), own | members, **settings)


class Identity(Module):
    """The input as it is, whatever the arguments."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__()

    def forward(self, input: Any) -> Any:
        return input


class Linear(Layer, in_features=..., out_features=..., bias=True):
    """`input @ weight.T + bias`, with a weight of shape (out_features, in_features)."""

    _calls = functional.linear, ("weight", "bias")

    def _shapes(self) -> dict[str, Any]:
        return {"weight": (self.out_features, self.in_features), "bias": self.bias and (self.out_features,)}


class Bilinear(Layer, in1_features=..., in2_features=..., out_features=..., bias=True):
    """`input1 @ weight[k] @ input2 + bias[k]` for each output k."""

    def _settle(self) -> None:
        inputs = self.in1_features
        require(inputs > 0, f"in1_features must be > 0, but got (in1_features={inputs})")

    def _shapes(self) -> dict[str, Any]:
        outputs = self.out_features
        return {"weight": (outputs, self.in1_features, self.in2_features), "bias": self.bias and (outputs,)}

    def reset_parameters(self) -> None:
        self._draw(self.in1_features)

    def forward(self, input1: Tensor, input2: Tensor) -> Tensor:  # pyrefly: ignore[bad-override]
        return functional.bilinear(input1, input2, self.weight, self.bias)


class Embedding(Layer, num_embeddings=..., embedding_dim=..., padding_idx=None):
    """A row of the weight for each index; the row for padding begins as zeros. AssertionError: it is no row."""

    _calls = functional.embedding, ("weight", "padding_idx")
    _alone, _if_changed = ("num_embeddings", "embedding_dim"), ("padding_idx",)

    def _settle(self) -> None:
        self.padding_idx = functional.padding_row(self.padding_idx, self.num_embeddings)

    def _shapes(self) -> dict[str, Any]:
        return {"weight": (self.num_embeddings, self.embedding_dim)}

    def reset_parameters(self) -> None:
        init.normal_(self.weight)
        if self.padding_idx is not None:
            init.zeros_(self.weight.detach()[self.padding_idx])

    @classmethod
    def from_pretrained(cls, embeddings: Tensor, freeze: bool = True, padding_idx: int | None = None) -> Embedding:
        """With these rows, which do not change if it is to `freeze`. AssertionError: they are no matrix."""
        assert embeddings.dim() == 2, "Embeddings parameter is expected to be 2-dimensional"
        made = cls(*embeddings.shape, padding_idx)
        made.weight = Parameter(embeddings, not freeze)
        return made


class PReLU(Layer, num_parameters=1, init=0.25):
    """The input where it is positive, else times a weight that is learned: one, or one for each channel."""

    _calls = functional.prelu, ("weight",)
    _unseen = ("init",)

    def _shapes(self) -> dict[str, Any]:
        return {"weight": (self.num_parameters,)}

    def reset_parameters(self) -> None:
        init.constant_(self.weight, self.init)


Flatten = calling("Flatten", Tensor.flatten, {"start_dim": 1, "end_dim": -1})  # pyrefly: ignore[missing-attribute]
Unflatten = calling("Unflatten", Tensor.unflatten, {"dim": ..., "unflattened_size": ...})  # pyrefly: ignore[missing-attribute]
Dropout, Dropout1d, Dropout2d = (
    calling(
        function.__name__.capitalize(),
        function,
        {"p": 0.5, "inplace": False},
        ("p", "training", "inplace"),
        _settle=lambda self: functional.check_probability(self.p),
    )
    for function in (functional.dropout, functional.dropout1d, functional.dropout2d)
)
