"""Layers that take the number of their inputs from the first that they are given."""

from __future__ import annotations

from typing import Any, ClassVar

from . import image_layers, layers, normalization_layers
from .layers import Layer


class _Lazy(Layer):
    """Has empty parameters until its first input, whose size in one dimension is the setting that it lacks.

    Then it becomes the layer that it stands for, with the same parameters, which an optimiser may know already.
    """

    _lacks: ClassVar[str]
    _dim: ClassVar[int]
    _becomes: ClassVar[type[Layer]]

    def reset_parameters(self) -> None:
        """Nothing: there are no numbers yet."""

    def _take_shape(self, name: str, shape: Any) -> None:
        """Makes room in a parameter or buffer for the numbers of a state, which stay."""
        vars(self).setdefault("_loaded", set()).add(name)
        tensor = {**self._parameters, **self._buffers}[name]
        if not tensor.numel():
            tensor.data = tensor.new_zeros(tuple(shape))

    def forward(self, input: Any) -> Any:
        setattr(self, self._lacks, input.shape[self._dim])
        parameters = {name: self._parameters.pop(name) for name in [*self._parameters]}
        buffers, loaded = {**self._buffers}, vars(self).pop("_loaded", ())
        vars(self).update({name: p is not None for name, p in parameters.items() if name in self._settings})
        known = next((p for p in (*parameters.values(), *buffers.values()) if p is not None), input)
        object.__setattr__(self, "__class__", self._becomes)
        self._begin({"dtype": known.dtype})
        for name, parameter in parameters.items():
            if parameter is not None:
                if name not in loaded:
                    parameter.data = self._parameters[name].data
                self._parameters[name] = parameter
        self._buffers.update({name: buffer for name, buffer in buffers.items() if name in loaded})
        return self.forward(input)

    def extra_repr(self) -> str:
        first = "0" if self._lacks in self._alone else f"{self._lacks}=0"
        return f"{first}, {super().extra_repr()}"


def _lazy(becomes: type[Layer], dim: int = 1) -> type[_Lazy]:
    lacks, *names = becomes._settings
    settings = {name: becomes._settings[name] for name in names if name not in layers.STORAGE}
    settings |= dict.fromkeys(settings.keys() & {"affine", "track_running_stats"}, True)
    own = {lacks: 0, "_lacks": lacks, "_dim": dim, "_becomes": becomes, "__doc__": _Lazy.__doc__}
    return type(f"Lazy{becomes.__name__}", (_Lazy, becomes), own | {"__module__": __name__}, **settings)


LazyLinear = _lazy(layers.Linear, -1)
for _file in (image_layers, normalization_layers):
    for _name, _layer in [*vars(_file).items()]:
        if _name.startswith(("Conv", "BatchNorm", "InstanceNorm")):
            globals()[f"Lazy{_name}"] = _lazy(_layer)
