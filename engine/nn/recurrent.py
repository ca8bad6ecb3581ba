"""Recurrent layers: cells, which take one step, and layers, which take all the steps of a sequence."""

from __future__ import annotations

import math
from typing import Any, ClassVar

from ..table.registry import ops
from ..tensors.tensor import Tensor
from . import functional, init
from .linear_layers import fresh
from .module import Module


def _elman(input: Tensor, state: tuple[Tensor, ...], weights: Any, activation: Any) -> tuple[Tensor, ...]:
    """One step of an Elman network."""
    return (activation(_gates(input, state[0], weights)),)


def _gates(input: Tensor, hidden: Tensor, weights: Any) -> Tensor:
    weight_ih, weight_hh, bias_ih, bias_hh = weights
    return functional.linear(input, weight_ih, bias_ih) + functional.linear(hidden, weight_hh, bias_hh)


def _lstm(input: Tensor, state: tuple[Tensor, ...], weights: Any, activation: Any) -> tuple[Tensor, ...]:
    """One step of long short-term memory (Hochreiter and Schmidhuber, 1997, with a forget gate)."""
    hidden, cell = state
    into, forget, new, out = _gates(input, hidden, weights).chunk(4, -1)
    cell = ops.sigmoid(forget) * cell + ops.sigmoid(into) * ops.tanh(new)
    return ops.sigmoid(out) * ops.tanh(cell), cell


def _gru(input: Tensor, state: tuple[Tensor, ...], weights: Any, activation: Any) -> tuple[Tensor, ...]:
    """One step of a gated recurrent unit (Cho and others, 2014)."""
    (hidden,) = state
    weight_ih, weight_hh, bias_ih, bias_hh = weights
    reset, update, new = functional.linear(input, weight_ih, bias_ih).chunk(3, -1)
    of_reset, of_update, of_new = functional.linear(hidden, weight_hh, bias_hh).chunk(3, -1)
    keep = ops.sigmoid(update + of_update)
    candidate = ops.tanh(new + ops.sigmoid(reset + of_reset) * of_new)
    return ((hidden - candidate) * keep + candidate,)


class _Recurrent(Module):
    """What cells and layers have in common: the step, how many gates it has, and of how many parts the state is."""

    step: Any = staticmethod(_elman)
    gates: ClassVar[int] = 1
    states: ClassVar[int] = 1

    def _add_weights(self, suffix: str, inputs: int, hidden: int, bias: bool, dtype: Any, device: Any) -> None:
        rows = self.gates * hidden
        for name, shape in (("weight_ih", (rows, inputs)), ("weight_hh", (rows, hidden))):
            setattr(self, name + suffix, fresh(*shape, dtype=dtype, device=device))
        for name in ("bias_ih", "bias_hh"):
            if bias:
                setattr(self, name + suffix, fresh(rows, dtype=dtype, device=device))
            else:
                setattr(self, name + suffix, None)

    def _weights(self, suffix: str) -> list[Any]:
        return [getattr(self, name + suffix) for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")]

    def reset_parameters(self) -> None:
        """Draws the parameters anew."""
        bound = 1.0 / math.sqrt(self.hidden_size) if self.hidden_size > 0 else 0
        for parameter in self.parameters():
            init.uniform_(parameter, -bound, bound)

    def _activation(self) -> Any:
        return functional.relu if getattr(self, "nonlinearity", "tanh") == "relu" else ops.tanh


class RNNCell(_Recurrent):
    """One step of an Elman network: `tanh(W_ih x + b_ih + W_hh h + b_hh)`."""

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        nonlinearity: str = "tanh",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        self.input_size, self.hidden_size, self.bias, self.nonlinearity = input_size, hidden_size, bias, nonlinearity
        self._add_weights("", input_size, hidden_size, bias, dtype, device)
        self.reset_parameters()

    def forward(self, input: Tensor, hx: Any = None) -> Any:
        if input.dim() not in (1, 2):
            raise ValueError(f"{type(self).__name__}: Expected input to be 1D or 2D, got {input.dim()}D instead")
        if hx is None:
            zeros = input.new_zeros((*input.shape[:-1], self.hidden_size))
            state = (zeros,) * self.states
        else:
            state = hx if isinstance(hx, tuple) else (hx,)
        after = type(self).step(input, state, self._weights(""), self._activation())
        return after if self.states > 1 else after[0]

    def extra_repr(self) -> str:
        parts = [f"{self.input_size}, {self.hidden_size}"]
        if self.bias is not True:
            parts.append(f"bias={self.bias}")
        if self.nonlinearity != "tanh":
            parts.append(f"nonlinearity={self.nonlinearity}")
        return ", ".join(parts)


class LSTMCell(RNNCell):
    """One step of long short-term memory, whose state is a pair."""

    step, gates, states = staticmethod(_lstm), 4, 2

    def __init__(
        self, input_size: int, hidden_size: int, bias: bool = True, device: Any = None, dtype: Any = None
    ) -> None:
        super().__init__(input_size, hidden_size, bias, "tanh", device, dtype)


class GRUCell(RNNCell):
    """One step of a gated recurrent unit."""

    step, gates = staticmethod(_gru), 3

    def __init__(
        self, input_size: int, hidden_size: int, bias: bool = True, device: Any = None, dtype: Any = None
    ) -> None:
        super().__init__(input_size, hidden_size, bias, "tanh", device, dtype)


class RNN(_Recurrent):
    """An Elman network over sequences of shape (steps, batch, inputs), or (batch, steps, inputs) with `batch_first`."""

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        nonlinearity: str = "tanh",
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        self.input_size, self.hidden_size, self.num_layers, self.bias = input_size, hidden_size, num_layers, bias
        self.batch_first, self.dropout, self.bidirectional = batch_first, dropout, bidirectional
        self.nonlinearity = nonlinearity
        self._ways = ("", "_reverse") if bidirectional else ("",)
        for layer in range(num_layers):
            inputs = input_size if layer == 0 else hidden_size * len(self._ways)
            for way in self._ways:
                self._add_weights(f"_l{layer}{way}", inputs, hidden_size, bias, dtype, device)
        self.reset_parameters()

    def forward(self, input: Tensor, hx: Any = None) -> tuple[Tensor, Any]:
        is_batch = input.dim() == 3
        if not is_batch:
            input = input.unsqueeze(1)
        elif self.batch_first:
            input = input.transpose(0, 1)
        states = self._first_states(input, hx, is_batch)
        steps, last = list(input.unbind(0)), []
        for layer in range(self.num_layers):
            if layer and self.dropout:
                steps = [functional.dropout(step, self.dropout, self.training) for step in steps]
            both = []
            for number, way in enumerate(self._ways):
                at = layer * len(self._ways) + number
                outputs, state = self._layer(steps, tuple(part[at] for part in states), f"_l{layer}{way}")
                both.append(outputs)
                last.append(state)
            steps = both[0] if len(both) == 1 else [ops.cat(pair, -1) for pair in zip(*both, strict=True)]
        output = ops.stack(steps, 0)
        final = [ops.stack(parts, 0) for parts in zip(*last, strict=True)]
        if not is_batch:
            output, final = output.squeeze(1), [part.squeeze(1) for part in final]
        elif self.batch_first:
            output = output.transpose(0, 1)
        return output, tuple(final) if self.states > 1 else final[0]

    def _first_states(self, input: Tensor, hx: Any, is_batch: bool) -> tuple[Tensor, ...]:
        if hx is None:
            count = self.num_layers * len(self._ways)
            return (input.new_zeros((count, input.shape[1], self.hidden_size)),) * self.states
        given = hx if isinstance(hx, tuple) else (hx,)
        return given if is_batch else tuple(part.unsqueeze(1) for part in given)

    def _layer(self, steps: list[Tensor], state: Any, suffix: str) -> tuple[list[Tensor], Any]:
        weights, activation = self._weights(suffix), self._activation()
        is_reverse = suffix.endswith("_reverse")
        outputs = []
        for step in reversed(steps) if is_reverse else steps:
            state = type(self).step(step, state, weights, activation)
            outputs.append(state[0])
        return outputs[::-1] if is_reverse else outputs, state

    def extra_repr(self) -> str:
        usual = {"num_layers": 1, "bias": True, "batch_first": False, "dropout": 0.0, "bidirectional": False}
        changed = [f"{name}={getattr(self, name)}" for name, value in usual.items() if getattr(self, name) != value]
        return ", ".join([f"{self.input_size}, {self.hidden_size}", *changed])


class LSTM(RNN):
    """Long short-term memory over sequences; its state is a pair."""

    step, gates, states = staticmethod(_lstm), 4, 2

    def __init__(self, input_size: int, hidden_size: int, num_layers: int = 1, bias: bool = True, **named: Any) -> None:
        super().__init__(input_size, hidden_size, num_layers, "tanh", bias, **named)


class GRU(RNN):
    """Gated recurrent units over sequences."""

    step, gates = staticmethod(_gru), 3

    def __init__(self, input_size: int, hidden_size: int, num_layers: int = 1, bias: bool = True, **named: Any) -> None:
        super().__init__(input_size, hidden_size, num_layers, "tanh", bias, **named)
