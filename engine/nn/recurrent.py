"""Recurrent layers: cells, which take one step, and layers, which take all the steps of a sequence."""

from __future__ import annotations

import warnings
from typing import Any, ClassVar

from ..api.declared import require
from ..primitives import recurrence
from ..primitives.arguments import check_same_dtype
from ..table.registry import ops
from ..tensors import dtypes
from ..tensors.tensor import Tensor
from . import functional
from .layers import Layer
from .packed_sequences import PackedSequence
from .parameter import Parameter

State = tuple[Tensor, ...]


class _Recurrent(Layer):
    """What cells and layers have in common: weights, and the step, here that of an Elman network."""

    # How many gates a step has, and of how many tensors its state is.
    gates: ClassVar[int] = 1
    states: ClassVar[int] = 1
    nonlinearity, proj_size = "tanh", 0
    _alone = ("input_size", "hidden_size")
    _if_changed = ("proj_size", "num_layers", "bias", "batch_first", "dropout", "bidirectional")
    _order = (*_alone, *_if_changed)

    def _step(self, of_input: Tensor, state: State, weight: Tensor, bias: Tensor) -> State:
        """The state after a step, which begins with the output, from what goes into its gates."""
        return (
            (functional.relu if self.nonlinearity == "relu" else ops.tanh)(
                of_input + ops.linear(state[0], weight, bias)
            ),
        )

    def _all_steps(self, inputs: Tensor, first: State, weight: Tensor, bias: Tensor, order: int) -> State:
        """The states after each step, from what goes into the gates from the input in each."""
        return (recurrence.elman(inputs, *first, weight, bias, self.nonlinearity == "relu", order),)

    def _sizes(self) -> tuple[int, ...]:
        """The sizes of the tensors of a state, of which the first is that of the output."""
        return (self.proj_size or self.hidden_size, self.hidden_size)[: self.states]

    def _shapes_of(self, suffix: str, inputs: int) -> dict[str, Any]:
        rows, outputs = self.gates * self.hidden_size, self._sizes()[0]
        shapes: dict[str, Any] = {"weight_ih": (rows, inputs), "weight_hh": (rows, outputs)}
        shapes |= dict.fromkeys(("bias_ih", "bias_hh"), self.bias and (rows,))
        if self.proj_size:
            shapes["weight_hr"] = (outputs, self.hidden_size)
        return {name + suffix: shape for name, shape in shapes.items()}

    def _weights(self, suffix: str) -> list[list[Any]]:
        """The weight and bias for the input, those for the state, and what makes the output smaller, if it is."""
        parts = [[getattr(self, f"{name}_{part}{suffix}") for name in ("weight", "bias")] for part in ("ih", "hh")]
        if parts[1][1] is None:
            parts[1][1] = parts[1][0].new_zeros(self.gates * self.hidden_size)
        return [*parts, [getattr(self, f"weight_hr{suffix}")] if self.proj_size else []]

    def _settle(self) -> None:
        chosen = self.nonlinearity
        require(chosen in ("tanh", "relu"), f"Unknown nonlinearity '{chosen}'. Select from 'tanh' or 'relu'.")

    def reset_parameters(self) -> None:
        self._draw(self.hidden_size)


class _LongShort(_Recurrent):
    """Long short-term memory (Hochreiter and Schmidhuber, 1997, with a forget gate), whose state is a pair."""

    gates, states = 4, 2

    def _step(self, of_input: Tensor, state: State, weight: Tensor, bias: Tensor) -> State:
        size = self.hidden_size
        both, new, out = ops.unsafe_split_with_sizes(
            of_input + ops.linear(state[0], weight, bias), [2 * size, size, size], -1
        )
        into, forget = ops.unsafe_chunk(ops.sigmoid(both), 2, -1)
        cell = forget * state[1] + into * ops.tanh(new)
        return ops.sigmoid(out) * ops.tanh(cell), cell

    def _all_steps(self, inputs: Tensor, first: State, weight: Tensor, bias: Tensor, order: int) -> State:
        return recurrence.long_short(inputs, *first, weight, bias, order)


class _Gated(_Recurrent):
    """Gated recurrent units (Cho and others, 2014)."""

    gates = 3

    def _step(self, of_input: Tensor, state: State, weight: Tensor, bias: Tensor) -> State:
        return (recurrence.gated_step(of_input, state[0], weight, bias),)

    def _all_steps(self, inputs: Tensor, first: State, weight: Tensor, bias: Tensor, order: int) -> State:
        return (recurrence.gated(inputs, *first, weight, bias, order),)


class _Cell(_Recurrent):
    """One step: from an input of shape (inputs) or (batch, inputs) and a state to the next state.

    ValueError, RuntimeError: input and state do not go together.
    """

    _if_changed = ("bias", "nonlinearity")
    _order = ()

    def _shapes(self) -> dict[str, Any]:
        return self._shapes_of("", self.input_size)

    def forward(self, input: Tensor, hx: Any = None) -> Any:
        name, size = type(self).__name__, self.hidden_size
        needed = "Tensor" if self.states == 1 else "tuple of Tensors"
        wrong = f"{name[:-4].lower()}_cell(): argument 'hx' (position 2) must be {needed}, not {type(hx).__name__}"
        require(hx is None or isinstance(hx, tuple) == (self.states > 1), wrong, TypeError)
        state = (input.new_zeros((*input.shape[:-1], size)),) * self.states if hx is None else hx
        state = state if isinstance(state, tuple) else (state,)
        called = ("hidden",) if self.states == 1 else ("hx[0]", "hx[1]")
        for part, what in zip((input, *state), ("input", *called), strict=True):
            require(part.dim() in (1, 2), f"{name}: Expected {what} to be 1D or 2D, got {part.dim()}D instead")
        wrong = f"input has inconsistent input_size: got {input.shape[-1]} expected {self.input_size}"
        require(input.shape[-1] == self.input_size, wrong, RuntimeError)
        for number, part in enumerate(state):
            wrong = f"hidden{number} has inconsistent hidden_size: got {part.shape[-1]}, expected {size}"
            require(part.shape[-1] == size, wrong, RuntimeError)
            require(part.dim() == input.dim(), f"{name}: input is {input.dim()}D, hidden{number} is {part.dim()}D")
            wrong = f"Input batch size {input.shape[0]} doesn't match hidden{number} batch size {part.shape[0]}"
            require(input.dim() == 1 or input.shape[0] == part.shape[0], wrong, RuntimeError)
        of_input, of_state, _ = self._weights("")
        is_batch = input.dim() == 2
        if not is_batch:
            input, *state = (part.unsqueeze(0) for part in (input, *state))
        after = self._step(ops.linear(input, *of_input), tuple(state), *of_state)
        if not is_batch:
            after = tuple(part.squeeze(0) for part in after)
        return after if self.states > 1 else after[0]


class _Sequence(_Recurrent):
    """Steps over sequences of shape (steps, batch, inputs), or (batch, steps, inputs) with `batch_first`.

    ValueError, RuntimeError: input and state do not go together.
    """

    _unseen = ("nonlinearity",)

    def _settle(self) -> None:
        super()._settle()
        require(self.hidden_size > 0, "hidden_size must be greater than zero")
        require(self.num_layers > 0, "num_layers must be greater than zero")
        require(self.proj_size >= 0, "proj_size should be a positive integer or zero to disable projections")
        require(self.proj_size < self.hidden_size, "proj_size has to be smaller than hidden_size")
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
        inputs = [self.input_size] + [self._sizes()[0] * len(self._ways)] * (self.num_layers - 1)
        parts = (self._shapes_of(f"_l{layer}{way}", n) for layer, n in enumerate(inputs) for way in self._ways)
        return {name: shape for part in parts for name, shape in part.items()}

    def forward(self, input: Any, hx: Any = None) -> tuple[Any, Any]:
        if isinstance(input, PackedSequence):
            return self._of_packed(input, hx)
        dims, size = input.dim(), input.shape[-1] if input.dim() else None
        require(dims in (2, 3), f"{type(self).__name__}: Expected input to be 2D or 3D, got {dims}D instead")
        self._check_size(size)
        is_batch = dims == 3
        weight = self._parameters["weight_ih_l0"]
        wrong = (
            f"RNN input dtype ({input.dtype}) does not match weight dtype ({weight.dtype}). Convert input: "
            f"input.to({weight.dtype}), or convert model: model.to({input.dtype})"
        )
        require(input.dtype == weight.dtype, wrong)
        if not is_batch:
            input = input.unsqueeze(1)
        elif self.batch_first:
            input = input.transpose(0, 1)
        require(len(input) > 0, "Expected sequence length to be larger than 0 in RNN", RuntimeError)
        output, final = self._run(input, self._states(hx, input, is_batch))
        if not is_batch:
            output, final = output.squeeze(1), [part.squeeze(1) for part in final]
        elif self.batch_first:
            # In place or not as PyTorch does it, which the name of its node tells.
            output = (output.transpose_ if self.states == 1 else output.transpose)(0, 1)
        return output, tuple(final) if self.states > 1 else final[0]

    def _of_packed(self, packed: PackedSequence, hx: Any) -> tuple[PackedSequence, Any]:
        """As `forward`, of sequences of different lengths."""
        data, batch_sizes, order, back = packed
        self._check_size(data.shape[-1])
        counts = batch_sizes.tolist()
        states = self._states(hx, data.new_zeros((1, counts[0], 1)), True)
        if order is not None and hx is not None:
            states = tuple(part.index_select(1, order) for part in states)
        output, final = self._run(data, states, counts)
        if back is not None:
            final = [part.index_select(1, back) for part in final]
        return PackedSequence(output, batch_sizes, order, back), tuple(final) if self.states > 1 else final[0]

    def _check_size(self, size: int | None) -> None:
        wrong = f"input.size(-1) must be equal to input_size. Expected {self.input_size}, got {size}"
        require(size == self.input_size, wrong, RuntimeError)

    def _run(self, output: Tensor, states: State, counts: list[int] | None = None) -> tuple[Tensor, list[Tensor]]:
        """The outputs of all layers, one after another, and their last states."""
        last: list[State] = []
        for layer in range(self.num_layers):
            if layer and self.dropout:
                output = functional.dropout(output, self.dropout, self.training)
            both = []
            for way in self._ways:
                begin = tuple(part[len(last)] for part in states)
                outputs, state = self._pass(output, begin, f"_l{layer}{way}", counts)
                both.append(outputs)
                last.append(state)
            output = both[0] if len(both) == 1 else ops.cat(both, -1)
        return output, [ops.stack(parts, 0) for parts in zip(*last, strict=True)]

    @property
    def all_weights(self) -> list[list[Parameter]]:
        """The parameters of each layer and way."""
        ends = [f"_l{layer}{way}" for layer in range(self.num_layers) for way in self._ways]
        return [[p for name, p in self._parameters.items() if p is not None and name.endswith(end)] for end in ends]

    def flatten_parameters(self) -> None:
        """Nothing: they need not lie beside each other."""

    def _states(self, hx: Any, input: Tensor, is_batch: bool) -> State:
        """The state to begin with, for each layer and way: what is given, or zeros."""
        shapes = [(self.num_layers * len(self._ways), input.shape[1], size) for size in self._sizes()]
        if hx is None:
            return tuple(input.new_zeros(shape) for shape in shapes)
        wrong = f"{type(self).__name__}: the state has to be a tuple of {self.states} tensors"
        require(isinstance(hx, tuple) == (self.states > 1), wrong, TypeError)
        given = hx if isinstance(hx, tuple) else (hx,)
        ranks = tuple(f"{part.dim()}-D" for part in given)
        named, got = (("hx", f"{ranks[0]} tensor"), ("hx and cx", f"({', '.join(ranks)}) tensors"))[self.states - 1]
        kind, rank = ("batched 3-D", 3) if is_batch else ("unbatched 2-D", 2)
        wrong = f"For {kind} input, {named} should also be {rank}-D but got {got}"
        require(all(part.dim() == rank for part in given), wrong, RuntimeError)
        states = given if is_batch else tuple(part.unsqueeze(1) for part in given)
        for number, (part, shape) in enumerate(zip(states, shapes, strict=True)):
            called = f"hidden[{number}]" if self.states > 1 else "hidden"
            wrong = f"Expected {called} size {shape}, got {[*part.shape]}"
            require(tuple(part.shape) == shape, wrong, RuntimeError)
            wrong = "mat1 and mat2 must have the same dtype, but got {} and {}"
            check_same_dtype(wrong, part, input)
        return states

    def _pass(self, input: Tensor, first: State, suffix: str, counts: list[int] | None) -> tuple[Tensor, State]:
        """The outputs of one layer in one direction, and its last state: what comes of the input is found at once.

        With `counts`, the input is that of packed sequences, of which each step has so many.
        """
        (of_input, of_state, smaller), order = self._weights(suffix), -1 if suffix.endswith("_reverse") else 1
        inputs = ops.linear(input, *of_input)
        if counts is None and not smaller:
            weight, bias = of_state
            after = self._all_steps(inputs, first, weight, bias, order)
            # PyTorch's LSTM of single precision, by oneDNN, alone returns the states that it keeps.
            kept = self.states > 1 and input.dtype is dtypes.float32
            shown = after[0] if kept else recurrence.stacked(after[0])
            return shown, tuple(part[-1 if order > 0 else 0] for part in after)
        steps = (ops.unbind(inputs, 0) if counts is None else ops.split(inputs, counts, 0))[::order]
        outputs: list[Tensor] = []
        ended: list[State] = []
        state = first if counts is None else tuple(part[: len(steps[0])] for part in first)
        for step in steps:
            if counts is not None and len(step) < len(state[0]):
                ended.insert(0, tuple(part[len(step) :] for part in state))
                state = tuple(part[: len(step)] for part in state)
            elif counts is not None and len(step) > len(state[0]):
                begun = [part[len(state[0]) : len(step)] for part in first]
                state = tuple(ops.cat(parts, 0) for parts in zip(state, begun, strict=True))
            state = self._step(step, state, *of_state)
            if smaller:
                state = (ops.linear(state[0], *smaller), *state[1:])
            outputs.append(state[0])
        if ended:
            state = tuple(ops.cat(parts, 0) for parts in zip(state, *ended, strict=True))
        return (ops.stack if counts is None else ops.cat)(outputs[::order], 0), state


_SIZES: dict[str, Any] = {"input_size": ..., "hidden_size": ...}
_OF_SEQUENCES: dict[str, Any] = {"batch_first": False, "dropout": 0.0, "bidirectional": False}
# Each kind with its step, the setting that both its cell and its layer have more, that which the layer has last.
_KINDS: list[tuple[str, tuple[type, ...], dict[str, Any], dict[str, Any], str]] = [
    ("RNN", (), {"nonlinearity": "tanh"}, {}, "an Elman network: `tanh(W_ih x + b_ih + W_hh h + b_hh)`"),
    ("LSTM", (_LongShort,), {}, {"proj_size": 0}, "long short-term memory, whose state is a pair"),
    ("GRU", (_Gated,), {}, {}, "gated recurrent units"),
]
for _name, _step, _more, _last, _what in _KINDS:
    _layer = {**_SIZES, "num_layers": 1, **_more, "bias": True, **_OF_SEQUENCES, **_last}
    _says = {"__doc__": f"One step of {_what}.", "__module__": __name__}
    globals()[f"{_name}Cell"] = type(f"{_name}Cell", (*_step, _Cell), _says, **_SIZES, bias=True, **_more)
    _says = {"__doc__": f"All steps of {_what}, over sequences.", "__module__": __name__}
    globals()[_name] = type(_name, (*_step, _Sequence), _says, **_layer)
