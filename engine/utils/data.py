"""torch.utils.data: data sets, the order in which they are gone through, and batches of them."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, islice
from typing import Any

import numpy as np

from ..api.creation import empty, tensor
from ..api.declared import Declared, require
from ..api.offered import Offered, offered_in
from ..api.sampling import multinomial, randint, randperm
from ..table.registry import ops
from ..tensors import dtypes
from ..tensors.errors import type_error
from ..tensors.generator import Generator
from ..tensors.tensor import Tensor


class Dataset(Offered):
    """Base of data sets: a subclass has `__getitem__`, and `__len__`."""

    def __getitem__(self, index: Any) -> Any:
        raise NotImplementedError("Subclasses of Dataset should implement __getitem__.")

    def __add__(self, other: Dataset) -> ConcatDataset:
        return ConcatDataset([self, other])


class IterableDataset(Dataset):
    """Base of data sets that are gone through from their beginning: a subclass has `__iter__`."""

    def __iter__(self) -> Iterator[Any]:
        raise NotImplementedError("Subclasses of IterableDataset should implement __iter__.")


class TensorDataset(Dataset):
    """The rows of tensors, side by side. AssertionError: they have not equally many."""

    def __init__(self, *tensors: Tensor) -> None:
        assert all(len(tensors[0]) == len(other) for other in tensors), "Size mismatch between tensors"
        self.tensors = tensors

    def __getitem__(self, index: Any) -> tuple[Tensor, ...]:
        return tuple(part[index] for part in self.tensors)

    def __len__(self) -> int:
        return len(self.tensors[0])


class Subset(Declared, Dataset, dataset=..., indices=...):
    """Those of a data set that have these indices."""

    def __getitem__(self, index: Any) -> Any:
        return self.dataset[[self.indices[i] for i in index] if isinstance(index, list) else self.indices[index]]

    def __len__(self) -> int:
        return len(self.indices)


class ConcatDataset(Dataset):
    """Data sets one after the other. AssertionError: there are none."""

    def __init__(self, datasets: Iterable[Any]) -> None:
        self.datasets = list(datasets)
        assert self.datasets, "datasets should not be an empty iterable"
        self.cumulative_sizes = list(accumulate(map(len, self.datasets)))

    def __getitem__(self, index: int) -> Any:
        require(index >= -len(self), "absolute value of index should not exceed dataset length")
        index = index + len(self) if index < 0 else index
        which = bisect_right(self.cumulative_sizes, index)
        return self.datasets[which][index - (self.cumulative_sizes[which - 1] if which else 0)]

    def __len__(self) -> int:
        return self.cumulative_sizes[-1]


def random_split(dataset: Any, lengths: Sequence[Any], generator: Generator | None = None) -> list[Subset]:
    """Parts of a data set, drawn without replacement, of these lengths or shares. ValueError: they do not add up."""
    if math.isclose(sum(lengths), 1) and sum(lengths) <= 1:
        for index, share in enumerate(lengths):
            require(0 <= share <= 1, f"Fraction at index {index} is not between 0 and 1")
        shares, lengths = lengths, [math.floor(len(dataset) * share) for share in lengths]
        for extra in range(len(dataset) - sum(lengths)):
            lengths[extra % len(shares)] += 1
    adds_up = sum(lengths) == len(dataset)
    require(adds_up, "Sum of input lengths does not equal the length of the input dataset!")
    indices = randperm(sum(lengths), generator=generator).tolist()
    ends = accumulate(lengths)
    return [Subset(dataset, indices[end - length : end]) for end, length in zip(ends, lengths, strict=True)]


class Sampler(Declared):
    """Base of what says in which order a data set is gone through: a subclass has `__iter__`, and `__len__`."""

    def __iter__(self) -> Iterator[Any]:
        raise NotImplementedError

    def _check(self, has: bool, name: str, kind: str, error: type[Exception] = ValueError) -> None:
        require(has, f"{name} should be a {kind} value, but got {name}={getattr(self, name)}", error)


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


class SequentialSampler(Sampler, data_source=...):
    """From the first to the last."""

    def __iter__(self) -> Iterator[int]:
        return iter(range(len(self.data_source)))

    def __len__(self) -> int:
        return len(self.data_source)


class RandomSampler(Sampler, data_source=..., replacement=False, num_samples=None, generator=None):
    """In a random order, or with replacement. TypeError, ValueError: a setting is not as it has to be."""

    def _settle(self) -> None:
        self._check(isinstance(self.replacement, bool), "replacement", "boolean", TypeError)
        self._chosen = vars(self).pop("num_samples")
        self._check(_is_count(self.num_samples), "num_samples", "positive integer")

    @property
    def num_samples(self) -> int:
        return len(self.data_source) if self._chosen is None else self._chosen

    def __iter__(self) -> Iterator[int]:
        count, most = len(self.data_source), self.num_samples
        generator = Generator().manual_seed(_drawn_seed()) if self.generator is None else self.generator
        for left in range(most, 0, -32 if self.replacement else -count):
            if self.replacement:
                drawn = randint(high=count, size=(min(32, left),), dtype=dtypes.int64, generator=generator)
            else:
                drawn = randperm(count, generator=generator)[:left]
            yield from drawn.tolist()

    def __len__(self) -> int:
        return self.num_samples


class SubsetRandomSampler(Sampler, indices=..., generator=None):
    """Given indices in a random order."""

    def __iter__(self) -> Iterator[int]:
        return iter([self.indices[i] for i in randperm(len(self.indices), generator=self.generator).tolist()])

    def __len__(self) -> int:
        return len(self.indices)


class WeightedRandomSampler(Sampler, weights=..., num_samples=..., replacement=True, generator=None):
    """Indices drawn with these weights. TypeError, ValueError: a setting is not as it has to be."""

    def _settle(self) -> None:
        self._check(_is_count(self.num_samples), "num_samples", "positive integer")
        self._check(isinstance(self.replacement, bool), "replacement", "boolean")
        if not isinstance(self.weights, Tensor):
            self.weights = tensor(list(self.weights), dtype=dtypes.float64)
        shape = tuple(self.weights.shape)
        require(len(shape) == 1, f"weights should be a 1d sequence but given weights have shape {shape}")

    def __iter__(self) -> Iterator[int]:
        return iter(multinomial(self.weights, self.num_samples, self.replacement, generator=self.generator).tolist())

    def __len__(self) -> int:
        return self.num_samples


class BatchSampler(Sampler, sampler=..., batch_size=..., drop_last=...):
    """Indices in batches; the last may be smaller, or left out. ValueError: there is no such batch size."""

    def _settle(self) -> None:
        self._check(_is_count(self.batch_size), "batch_size", "positive integer")
        self._check(isinstance(self.drop_last, bool), "drop_last", "boolean")

    def __iter__(self) -> Iterator[list[int]]:
        indices = iter(self.sampler)
        while batch := list(islice(indices, self.batch_size)):
            if len(batch) == self.batch_size or not self.drop_last:
                yield batch

    def __len__(self) -> int:
        whole, rest = divmod(len(self.sampler), self.batch_size)
        return whole + (rest > 0 and not self.drop_last)


_ITEMS: dict[str, Any] = {"num_workers": 0, "collate_fn": None, "pin_memory": False, "drop_last": False, "timeout": 0}
_WORKERS: dict[str, Any] = {"worker_init_fn": None, "multiprocessing_context": None, "generator": None}
_WORKERS |= {"prefetch_factor": None, "persistent_workers": False, "pin_memory_device": "", "in_order": True}


class DataLoader(
    Declared, dataset=..., batch_size=1, shuffle=None, sampler=None, batch_sampler=None, **_ITEMS, **_WORKERS
):
    """A data set in batches, as tensors; with `shuffle`, in an order that PyTorch draws from the same seed.

    ValueError: settings exclude each other. How PyTorch spreads the work over processes has no say here.
    """

    def _settle(self) -> None:
        own = vars(self)
        shuffle, is_stream = own.pop("shuffle"), isinstance(self.dataset, IterableDataset)
        self._check(shuffle, is_stream)
        if self.sampler is None and not is_stream:
            data = self.dataset
            own["sampler"] = RandomSampler(data, generator=self.generator) if shuffle else SequentialSampler(data)
        if self.collate_fn is None:
            has_batches = self.batch_size is not None or self.batch_sampler is not None
            own["collate_fn"] = default_collate if has_batches else default_convert
        if self.batch_sampler is not None:
            own.update(batch_size=None, drop_last=False)
        elif self.batch_size is not None and not is_stream:
            own["batch_sampler"] = BatchSampler(self.sampler, self.batch_size, self.drop_last)

    def _check(self, shuffle: Any, is_stream: bool) -> None:
        none = "num_workers option should be non-negative; use num_workers=0 to disable multiprocessing."
        require(self.num_workers >= 0, none)
        require(self.timeout >= 0, "timeout option should be non-negative")
        others = {"shuffle": shuffle, "sampler": self.sampler, "batch_sampler": self.batch_sampler}
        for name, given in others.items() if is_stream else ():
            unspecified = f"DataLoader with IterableDataset: expected unspecified {name} option, but got {name}={given}"
            require(given is None or given is False, unspecified)
        exclusive = "option is mutually exclusive with"
        require(self.sampler is None or not shuffle, f"sampler {exclusive} shuffle")
        is_alone = self.batch_size == 1 and not shuffle and self.sampler is None and not self.drop_last
        both = f"batch_sampler {exclusive} batch_size, shuffle, sampler, and drop_last"
        require(self.batch_sampler is None or is_alone, both)
        both = "batch_size=None option disables auto-batching and is mutually exclusive with drop_last"
        require(self.batch_size is not None or not self.drop_last, both)

    def __iter__(self) -> Iterator[Any]:
        _drawn_seed(self.generator)
        return self._batches()

    def _batches(self) -> Iterator[Any]:
        data, is_stream = self.dataset, isinstance(self.dataset, IterableDataset)
        has_batches = self.batch_size is not None or self.batch_sampler is not None
        for place in self._places():
            items = [each if is_stream else data[each] for each in (place if has_batches else [place])]
            yield self.collate_fn(items if has_batches else items[0])

    def _places(self) -> Any:
        """Where the items of each batch are in the data set, or of each by itself; of a stream the items themselves."""
        if not isinstance(self.dataset, IterableDataset):
            return self.sampler if self.batch_sampler is None else self.batch_sampler
        return self.dataset if self.batch_size is None else BatchSampler(self.dataset, self.batch_size, self.drop_last)

    def __len__(self) -> int:
        return len(self._places())


def _drawn_seed(generator: Generator | None = None) -> int:
    """A seed out of a generator, as PyTorch draws one for each pass through the data, and each order."""
    return int(empty((), dtype=dtypes.int64).random_(generator=generator).item())


def default_collate(batch: Sequence[Any]) -> Any:
    """Items as one: tensors stacked, numbers as a tensor, and so in collections. TypeError: others."""
    first = batch[0]
    if isinstance(first, Tensor):
        return ops.stack(list(batch), 0)
    if isinstance(first, (np.ndarray, np.generic)):
        return tensor(np.stack(batch))
    if isinstance(first, (bool, int, float)):
        return tensor(list(batch), dtype=dtypes.float64 if isinstance(first, float) else None)
    if isinstance(first, (str, bytes)):
        return batch
    if isinstance(first, Mapping):
        return {key: default_collate([item[key] for item in batch]) for key in first}
    if isinstance(first, (tuple, list)):
        are_equal = all(len(item) == len(first) for item in batch)
        require(are_equal, "each element in list of batch should be of equal size", RuntimeError)
        parts = [default_collate(part) for part in zip(*batch, strict=True)]
        return type(first)(*parts) if hasattr(first, "_fields") else parts
    raise type_error(
        f"default_collate: batch must contain tensors, numpy arrays, numbers, dicts or lists; found {type(first)}"
    )


def default_convert(data: Any) -> Any:
    """Arrays in an item as tensors, also in collections; the rest as it is."""
    if isinstance(data, (np.ndarray, np.generic)):
        return tensor(data)
    if isinstance(data, Mapping):
        return {key: default_convert(value) for key, value in data.items()}
    if isinstance(data, tuple) and hasattr(data, "_fields"):
        return type(data)(*map(default_convert, data))
    return list(map(default_convert, data)) if isinstance(data, (tuple, list)) else data


__all__ = [  # pyright: ignore[reportUnsupportedDunderAll]
    *offered_in(globals(), Dataset, Sampler, DataLoader),
    "default_collate",
    "default_convert",
    "random_split",
]
