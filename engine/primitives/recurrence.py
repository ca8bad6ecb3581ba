"""What becomes of a state over all the steps of a sequence, in recurrent networks.

`inputs`, of shape (steps, batch, gates * size), are what goes into the gates from the input, and `first`, of shape
(batch, size), is the state to begin with; with an `order` of -1, the last step comes first. As every state is kept, the
way back finds the gates of all steps at once: only what arrives from the step behind goes from one step to another.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..table.registry import ops
from ..tensors.aliases import Data, Gradient
from .families import LAYER

private = LAYER.private


# What a layer returns, in memory of its own: the states that the way back needs stay when that is changed in place.
stacked = private("stacked", np.copy, lambda g: g, moves="order", node_name="StackBackward0")


def _logistic(x: Any) -> Any:
    """1 / (1 + exp(-x)), in the memory of x."""
    np.exp(np.negative(x, out=x), out=x)
    return np.reciprocal(np.add(x, 1, out=x), out=x)


def _cat(parts: Sequence[Any], dim: int) -> Any:
    """As `cat`, of arrays without looking around: once a step, that would take as long as all else."""
    return np.concatenate(parts, dim) if isinstance(parts[0], np.ndarray) else ops.cat(parts, dim)


def _before(first: Any, after: Any, order: int) -> Any:
    """The states before each step, of those after it."""
    return _cat((first[None], after[:-1]) if order > 0 else (after[1:], first[None]), 0)


def _back(steps: int, order: int) -> range:
    return range(steps - 1, -1, -1) if order > 0 else range(steps)


def _in_order(of_steps: list[Any], order: int) -> Any:
    """What was found for one step after another, going back, as one."""
    rows, width = of_steps[0].shape
    return _cat(of_steps[::-1] if order > 0 else of_steps, 0).reshape(len(of_steps), rows, width)


def _to_weight(of_gates: Any, before: Any) -> Any:
    rows, size = of_gates.shape[-1], before.shape[-1]
    return of_gates.reshape(-1, rows).T @ before.reshape(-1, size)


def _elman_rule(g: Gradient, first: Data, weight: Data, out: Data, relu: bool, order: int) -> tuple[Gradient, ...]:
    slopes = ops.where(out <= 0, 0, ops.ones_like(out)) if relu else 1 - out * out
    arriving, sent = 0, []
    for t in _back(out.shape[0], order):
        sent.append((g[t] + arriving) * slopes[t])
        arriving = sent[-1] @ weight
    of_gates = _in_order(sent, order)
    return of_gates, arriving, _to_weight(of_gates, _before(first, out, order)), of_gates.sum((0, 1))


@private(joint=_elman_rule, tensors=4)
def elman(inputs: Data, first: Data, weight: Data, bias: Data, relu: bool, order: int) -> Data:
    out, state = np.empty_like(inputs), first
    into = inputs + bias
    for t in range(len(inputs))[::order]:
        sums = np.add(into[t], state @ weight.T, out=out[t])
        state = np.maximum(sums, 0, out=sums) if relu else np.tanh(sums, out=sums)
    return out


def _gated_slopes(inputs: Any, before: Any, weight: Any, bias: Any) -> tuple[Any, Any, Any]:
    """How the state after a step depends on what goes into each gate from the state, on the state itself, and on what
    goes into the last gate from the input."""
    size = before.shape[-1]
    of_state = before @ weight.T + bias
    both = ops.sigmoid(inputs[..., : 2 * size] + of_state[..., : 2 * size])
    reset, keep = both[..., :size], both[..., size:]
    of_new = of_state[..., 2 * size :]
    new = ops.tanh(inputs[..., 2 * size :] + reset * of_new)
    into_new = (1 - keep) * (1 - new * new)
    of_both = [into_new * of_new * reset * (1 - reset), (before - new) * keep * (1 - keep)]
    slopes = _cat([*of_both, into_new * reset], -1)
    return slopes.reshape(*before.shape[:-1], 3, size), keep, into_new


def _gated_rule(
    g: Gradient, inputs: Data, first: Data, weight: Data, bias: Data, out: Data, order: int
) -> tuple[Gradient, ...]:
    before = _before(first, out, order)
    slopes, keep, into_new = _gated_slopes(inputs, before, weight, bias)
    (steps, batch, rows), arriving, totals = inputs.shape, 0, []
    for t in _back(steps, order):
        total = g[t] + arriving
        arriving = total * keep[t] + (total[:, None] * slopes[t]).reshape(batch, rows) @ weight
        totals.append(total)
    total = _in_order(totals, order)
    of_gates = (total[:, :, None] * slopes).reshape(inputs.shape)
    return _to_inputs(of_gates, total * into_new), arriving, _to_weight(of_gates, before), of_gates.sum((0, 1))


def _to_inputs(of_gates: Any, of_new: Any) -> Any:
    return _cat([of_gates[..., : -of_new.shape[-1]], of_new], -1)


def _gated_forward(inputs: Any, first: Any, weight: Any, bias: Any, order: int) -> Any:
    size, state = first.shape[-1], first
    out = np.empty((*inputs.shape[:2], size), inputs.dtype)
    for t in range(len(inputs))[::order]:
        of_state = state @ weight.T
        of_state += bias
        both = _logistic(inputs[t, :, : 2 * size] + of_state[:, : 2 * size])
        new = both[:, :size] * of_state[:, 2 * size :]
        np.tanh(np.add(new, inputs[t, :, 2 * size :], out=new), out=new)
        after = np.subtract(state, new, out=out[t])
        after *= both[:, size:]
        after += new
        state = after
    return out


gated = private("gated", _gated_forward, joint=_gated_rule, tensors=4)


def _gated_step_rule(g: Gradient, inputs: Data, first: Data, weight: Data, bias: Data) -> tuple[Gradient, ...]:
    slopes, keep, into_new = _gated_slopes(inputs, first, weight, bias)
    of_gates = (g[:, None] * slopes).reshape(inputs.shape)
    arriving = g * keep + of_gates @ weight
    return _to_inputs(of_gates, g * into_new), arriving, _to_weight(of_gates, first), of_gates.sum(0)


@private(joint=_gated_step_rule, tensors=4, node_name="AddBackward0")
def gated_step(inputs: Data, first: Data, weight: Data, bias: Data) -> Data:
    return _gated_forward(inputs[None], first, weight, bias, 1)[0]


def _long_short_rule(
    g: Gradient, inputs: Data, first: Data, cell: Data, weight: Data, bias: Data, states: Data, cells: Data, order: int
) -> tuple[Gradient, ...]:
    size, before, held = first.shape[-1], _before(first, states, order), _before(cell, cells, order)
    gates = inputs + before @ weight.T + bias
    shares = ops.sigmoid(gates)
    into, forget, last = shares[..., :size], shares[..., size : 2 * size], shares[..., 3 * size :]
    new, shown = ops.tanh(gates[..., 2 * size : 3 * size]), ops.tanh(cells)
    # How the cell depends on what goes into the first gates, and the output on the cell and the last gate.
    slopes = [new * into * (1 - into), held * forget * (1 - forget), into * (1 - new * new)]
    slopes = _cat(slopes, -1).reshape(*states.shape[:2], 3, size)
    of_cell, of_last = last * (1 - shown * shown), shown * last * (1 - last)
    of_out = ops.zeros_like(states) if g[0] is None else g[0]
    arriving, of_held, to_cell, to_last = 0, 0, [], []
    for t in _back(states.shape[0], order):
        total = of_out[t] + arriving
        of_held = of_held + total * of_cell[t]
        if g[1] is not None:
            of_held = of_held + g[1][t]
        to_cell.append((of_held[:, None] * slopes[t]).reshape(-1, 3 * size))
        to_last.append(total * of_last[t])
        arriving = to_cell[-1] @ weight[: 3 * size] + to_last[-1] @ weight[3 * size :]
        of_held = of_held * forget[t]
    of_gates = _cat([_in_order(to_cell, order), _in_order(to_last, order)], -1)
    return of_gates, arriving, of_held, _to_weight(of_gates, before), of_gates.sum((0, 1))


@private(joint=_long_short_rule, tensors=5, name="mkldnn_rnn_layer", outputs=("states", "cells"))
def long_short(inputs: Data, first: Data, cell: Data, weight: Data, bias: Data, order: int) -> tuple[Data, Data]:
    size, state = first.shape[-1], first
    out, cells = np.empty((2, *inputs.shape[:2], size), inputs.dtype)
    into = inputs + bias
    for t in range(len(inputs))[::order]:
        gates = state @ weight.T
        gates += into[t]
        new = np.tanh(gates[:, 2 * size : 3 * size])
        shares = _logistic(gates)
        after = np.multiply(shares[:, size : 2 * size], cell, out=cells[t])
        after += np.multiply(shares[:, :size], new, out=new)
        state = np.multiply(shares[:, 3 * size :], np.tanh(after, out=new), out=out[t])
        cell = after
    return out, cells
