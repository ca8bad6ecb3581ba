"""torch.nn.utils.rnn: sequences of different lengths as one batch, padded, or packed with nothing between them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from ..api.creation import as_tensor
from ..api.declared import require
from ..table.registry import ops
from ..tensors.dtypes import int64
from ..tensors.tensor import Tensor

__all__ = ["PackedSequence", "pack_padded_sequence", "pack_sequence", "pad_packed_sequence", "pad_sequence"]
__all__ += ["unpack_sequence", "unpad_sequence"]


class PackedSequence(NamedTuple):
    """The steps one after another, each of the sequences that are long enough, the longest first.

    `data` has their elements, `batch_sizes` how many have each step; `sorted_indices` is the order of the sequences in
    it by that in which they were given, and `unsorted_indices` the way back. None: they are in order.
    """

    data: Tensor
    batch_sizes: Tensor
    sorted_indices: Tensor | None = None
    unsorted_indices: Tensor | None = None


def pad_sequence(
    sequences: Iterable[Tensor], batch_first: bool = False, padding_value: float = 0.0, padding_side: str = "right"
) -> Tensor:
    """Sequences of shape (length, ...) as one of (longest, sequences, ...). ValueError: no such side."""
    require(padding_side in ("left", "right"), "padding_side must be either 'left' or 'right'")
    each, is_before = list(sequences), padding_side == "left"
    most = max(len(sequence) for sequence in each)
    padded = [_longer(sequence, most - len(sequence), 0, padding_value, is_before) for sequence in each]
    return ops.stack(padded, 0 if batch_first else 1)


def _longer(sequence: Tensor, count: int, dim: int, value: float, is_before: bool = False) -> Any:
    """A sequence with so many steps more along a dimension, behind or before its own."""
    beside = ops.full((*sequence.shape[:dim], count, *sequence.shape[dim + 1 :]), value).type_as(sequence)
    return ops.cat([beside, sequence] if is_before else [sequence, beside], dim)


def unpad_sequence(padded_sequences: Tensor, lengths: Any, batch_first: bool = False) -> list[Tensor]:
    """The sequences of these lengths in what `pad_sequence` made of them."""
    rows = padded_sequences if batch_first else padded_sequences.transpose(0, 1)
    return [row[:length] for row, length in zip(rows, as_tensor(lengths).tolist(), strict=True)]


def pack_padded_sequence(
    input: Tensor, lengths: Any, batch_first: bool = False, enforce_sorted: bool = True
) -> PackedSequence:
    """Padded sequences as packed ones. RuntimeError: one has no elements, or they are to be in order and are not."""
    known, order, back = as_tensor(lengths, dtype=int64), None, None
    if not enforce_sorted:
        known, order = ops.sort(known, descending=True)
        back = ops.argsort(order)
        input = input.index_select(0 if batch_first else 1, order)
    sizes: list[int] = known.tolist()
    positive = "Length of all samples has to be greater than 0, but found an element in 'lengths' that is <= 0"
    require(min(sizes) > 0, positive, RuntimeError)
    in_order = (
        "`lengths` array must be sorted in decreasing order when `enforce_sorted` is True. You can pass "
        "`enforce_sorted=False` to pack_padded_sequence and/or pack_sequence to sidestep this requirement if you do "
        "not need ONNX exportability."
    )
    require(sizes == sorted(sizes, reverse=True), in_order, RuntimeError)
    steps = input.transpose(0, 1) if batch_first else input
    counts = [sum(size > step for size in sizes) for step in range(sizes[0])]
    data = ops.cat([steps[step, :count] for step, count in enumerate(counts)], 0)
    return PackedSequence(data, as_tensor(counts), order, back)


def pad_packed_sequence(
    sequence: PackedSequence, batch_first: bool = False, padding_value: float = 0.0, total_length: int | None = None
) -> tuple[Tensor, Tensor]:
    """Packed sequences as padded ones, and their lengths. ValueError: one is longer than they all are to be."""
    each = unpack_sequence(sequence)
    lengths = [len(one) for one in each]
    padded = pad_sequence(each, batch_first, padding_value)
    if total_length is not None:
        most = max(lengths)
        shorter = "Expected total_length to be at least the length of the longest sequence in input, but got "
        require(total_length >= most, f"{shorter}total_length={total_length} and max sequence length being {most}")
        padded = _longer(padded, total_length - most, 1 if batch_first else 0, padding_value)
    return padded, as_tensor(lengths)


def pack_sequence(sequences: Sequence[Tensor], enforce_sorted: bool = True) -> PackedSequence:
    """Sequences of different lengths as packed ones; errors as `pack_padded_sequence`."""
    lengths = [len(sequence) for sequence in sequences]
    return pack_padded_sequence(pad_sequence(sequences), lengths, enforce_sorted=enforce_sorted)


def unpack_sequence(packed_sequences: PackedSequence) -> list[Tensor]:
    """The sequences that were packed, in the order in which they were given."""
    data, batch_sizes, _, back = packed_sequences
    steps = ops.split(data, batch_sizes.tolist(), 0)
    each = [ops.stack([step[row] for step in steps if row < len(step)], 0) for row in range(len(steps[0]))]
    return each if back is None else [each[place] for place in back.tolist()]
