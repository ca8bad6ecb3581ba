"""Recurrent layers: cells, which take one step, and layers, which take all the steps of a sequence."""

from __future__ import annotations

import warnings
from typing import Any, ClassVar

from ..api.declared import require
from ..api.offered import offered_in
from ..table.registry import ops
from ..tensors.tensor import Tensor
from . import functional
from .layers import Layer


class _Recurrent(Layer):
    """What cells and layers have in common: weights, and the step, here that of an Elman network."""

    # How many gates a step has, and of how many tensors its state is.
    gates: ClassVar[int] = 1
    states: ClassVar[int] = 1
    _alone = ("input_size", "hidden_size")

    def _step(self, of_input: Tensor, of_state: Tensor, state: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """The state after a step, which begins with the output, from what goes into its gates."""
        return ((functional.relu if self.nonlinearity == "relu" else ops.tanh)(of_input + of_state),)

    def _shapes_of(self, suffix: str, inputs: int) -> dict[str, Any]:
        rows = self.gates * self.hidden_size
        weights = {"weight_ih": (rows, inputs), "weight_hh": (rows, self.hidden_size)}
        biases = dict.fromkeys(("bias_ih", "bias_hh"), self.bias and (rows,))
        return {name + suffix: shape for name, shape in {**weights, **biases}.items()}

    def _weights(self, suffix: str) -> tuple[tuple[Any, Any], tuple[Any, Any]]:
        """The weight and bias for the input, and those for the state."""
        of_input, of_state = (
            [getattr(self, f"{name}_{part}{suffix}") for name in ("weight", "bias")] for part in ("ih", "hh")
        )
        return tuple(of_input), tuple(of_state)

    def _settle(self) -> None:
        chosen = getattr(self, "nonlinearity", "tanh")
        require(chosen in ("tanh", "relu"), f"Unknown nonlinearity '{chosen}'. Select from 'tanh' or 'relu'.")

    def reset_parameters(self) -> None:
        self._draw(self.hidden_size)


class _LongShort(_Recurrent):
    """Long short-term memory (Hochreiter and Schmidhuber, 1997, with a forget gate), whose state is a pair."""

    gates, states = 4, 2

    def _step(self, of_input: Tensor, of_state: Tensor, state: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        size = self.hidden_size
        both, new, out = ops.unsafe_split_with_sizes(of_input + of_state, [2 * size, size, size], -1)
        into, forget = ops.unsafe_chunk(ops.sigmoid(both), 2, -1)
        cell = forget * state[1] + into * ops.tanh(new)
        return ops.sigmoid(out) * ops.tanh(cell), cell


class _Gated(_Recurrent):
    """Gated recurrent units (Cho and others, 2014)."""

    gates = 3

    def _step(self, of_input: Tensor, of_state: Tensor, state: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        sizes = [2 * self.hidden_size, self.hidden_size]
        both, new = ops.unsafe_split_with_sizes(of_input, sizes, -1)
        both_of_state, new_of_state = ops.unsafe_split_with_sizes(of_state, sizes, -1)
        reset, keep = ops.unsafe_chunk(ops.sigmoid(both + both_of_state), 2, -1)
        candidate = ops.tanh(new + reset * new_of_state)
        return ((state[0] - candidate) * keep + candidate,)


class _Cell(_Recurrent):
    """One step: from an input of shape (inputs) or (batch, inputs) and a state to the next state."""

    _if_changed = ("bias", "nonlinearity")

    def _shapes(self) -> dict[str, Any]:
        return self._shapes_of("", self.input_size)

    def forward(self, input: Tensor, hx: Any = None) -> Any:
        dims = input.dim()
        require(dims in (1, 2), f"{type(self).__name__}: Expected input to be 1D or 2D, got {dims}D instead")
        if hx is None:
            hx = (input.new_zeros((*input.shape[:-1], self.hidden_size)),) * self.states
        state = hx if isinstance(hx, tuple) else (hx,)
        of_input, of_state = self._weights("")
        after = self._step(ops.linear(input, *of_input), ops.linear(state[0], *of_state), state)
        return after if self.states > 1 else after[0]


class RNNCell(_Cell, input_size=..., hidden_size=..., bias=True, nonlinearity="tanh"):
    """One step of an Elman network: `tanh(W_ih x + b_ih + W_hh h + b_hh)`."""


class LSTMCell(_LongShort, _Cell, input_size=..., hidden_size=..., bias=True):
    """One step of long short-term memory, whose state is a pair."""


class GRUCell(_Gated, _Cell, input_size=..., hidden_size=..., bias=True):
    """One step of a gated recurrent unit."""


class _Sequence(_Recurrent):
    """Steps over sequences of shape (steps, batch, inputs), or (batch, steps, inputs) with `batch_first`."""

    _if_changed = ("num_layers", "bias", "batch_first", "dropout", "bidirectional")
    _unseen = ("nonlinearity",)

    def _settle(self) -> None:
        super()._settle()
        require(self.hidden_size > 0, "hidden_size must be greater than zero")
        self._ways = ("", "_reverse")[: 1 + bool(self.bidirectional)]
        wrong = "dropout should be a number in range [0, 1] representing the probability of an element being zeroed"
        require(0 <= self.dropout <= 1, wrong)
        if self.dropout and self.num_layers == 1:
            warnings.warn(
                "dropout option adds dropout after all but last recurrent layer, so non-zero dropout expects "
                f"num_layers greater than 1, but got dropout={self.dropout} and num_layers={self.num_layers}",
                stacklevel=3,
            )

    def _shapes(self) -> dict[str, Any]:
        shapes: dict[str, Any] = {}
        for layer in range(self.num_layers):
            for way in self._ways:
                shapes |= self._shapes_of(
                    f"_l{layer}{way}", self.hidden_size * len(self._ways) if layer else self.input_size
                )
        return shapes

    def forward(self, input: Tensor, hx: Any = None) -> tuple[Tensor, Any]:
        dims, size = input.dim(), input.shape[-1] if input.dim() else None
        require(dims in (2, 3), f"{type(self).__name__}: Expected input to be 2D or 3D, got {dims}D instead")
        wrong = f"input.size(-1) must be equal to input_size. Expected {self.input_size}, got {size}"
        require(size == self.input_size, wrong, RuntimeError)
        is_batch = dims == 3
        if not is_batch:
            input = input.unsqueeze(1)
        elif self.batch_first:
            input = input.transpose(0, 1)
        if hx is None:
            count = self.num_layers * len(self._ways)
            states = (input.new_zeros((count, input.shape[1], self.hidden_size)),) * self.states
        else:
            given = hx if isinstance(hx, tuple) else (hx,)
            states = given if is_batch else tuple(part.unsqueeze(1) for part in given)
        output, last = input, []
        for layer in range(self.num_layers):
            if layer and self.dropout:
                output = functional.dropout(output, self.dropout, self.training)
            both = []
            for way in self._ways:
                outputs, state = self._pass(output, tuple(part[len(last)] for part in states), f"_l{layer}{way}")
                both.append(outputs)
                last.append(state)
            output = both[0] if len(both) == 1 else ops.cat(both, -1)
        final = [ops.stack(parts, 0) for parts in zip(*last, strict=True)]
        if not is_batch:
            output, final = output.squeeze(1), [part.squeeze(1) for part in final]
        elif self.batch_first:
            output = output.transpose(0, 1)
        return output, tuple(final) if self.states > 1 else final[0]

    def _pass(self, input: Tensor, state: Any, suffix: str) -> tuple[Tensor, Any]:
        """The outputs of one layer in one direction, and its last state: what comes of the input is found at once."""
        (of_input, of_state), order = self._weights(suffix), -1 if suffix.endswith("_reverse") else 1
        outputs = []
        for step in ops.unbind(ops.linear(input, *of_input), 0)[::order]:
            state = self._step(step, ops.linear(state[0], *of_state), state)
            outputs.append(state[0])
        return ops.stack(outputs[::order], 0), state


_OF_SEQUENCES: dict[str, Any] = {"batch_first": False, "dropout": 0.0, "bidirectional": False}


class RNN(_Sequence, input_size=..., hidden_size=..., num_layers=1, nonlinearity="tanh", bias=True, **_OF_SEQUENCES):
    """An Elman network over sequences."""


class LSTM(_LongShort, _Sequence, input_size=..., hidden_size=..., num_layers=1, bias=True, **_OF_SEQUENCES):
    """Long short-term memory over sequences; its state is a pair."""


class GRU(_Gated, _Sequence, input_size=..., hidden_size=..., num_layers=1, bias=True, **_OF_SEQUENCES):
    """Gated recurrent units over sequences."""


__all__ = offered_in(globals(), Layer)  # pyright: ignore[reportUnsupportedDunderAll]
