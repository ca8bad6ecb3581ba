"""Python's modules `functools`, `itertools` and `collections`, and of some others what is harmless.

What would go on for ever ends where a list of so many values would.
"""

from __future__ import annotations

import itertools
import time
from collections import Counter, OrderedDict, defaultdict, deque, namedtuple
from collections.abc import Callable, Iterator
from typing import Any

from .guard import Builtin, Guard, members

_FIELDS = 100  # of a named tuple
_ITERATORS = (
    *("chain", "combinations", "combinations_with_replacement", "cycle", "dropwhile", "filterfalse", "islice"),
    *("pairwise", "permutations", "product", "repeat", "starmap", "takewhile", "zip_longest"),
)


def libraries(guard: Guard) -> dict[str, dict[str, Any]]:
    """The members of each module by name."""
    of_itertools = {name: Builtin(_counted, guard, getattr(itertools, name)) for name in _ITERATORS}
    return {
        "functools": members(_FUNCTOOLS, guard),
        "itertools": of_itertools | members(_ITERTOOLS, guard),
        "collections": members(_COLLECTIONS, guard, counter="Counter", ordereddict="OrderedDict"),
        "time": {clock.__name__: Builtin(_read, clock) for clock in _CLOCKS},
        "typing": {name: f"typing.{name}" for name in _TYPES},
        "warnings": dict.fromkeys(("filterwarnings", "simplefilter"), Builtin(_ignored)),
    }


class Deque(deque[Any]):
    """A deque that can be freed however many are inside each other, as Python's own cannot."""

    __slots__ = ()


Deque.__name__ = "deque"


class Counted:
    """An iterator that gives no more values than a list may have."""

    __slots__ = ("guard", "left", "values")

    def __init__(self, guard: Guard, values: Iterator[Any]) -> None:
        self.guard = guard
        self.values = values
        self.left = guard.elements

    def __iter__(self) -> Counted:
        return self

    def __next__(self) -> Any:
        value = next(self.values)
        self.left -= 1
        if self.left < 0:
            raise self.guard.error("iterator")
        return value

    def __repr__(self) -> str:
        return f"<{type(self.values).__name__}>"


class Partial:
    """A function with some of its arguments."""

    __slots__ = ("args", "function", "guard", "kwargs")

    def __init__(self, guard: Guard, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        if not callable(function):
            raise TypeError("the first argument must be callable")
        self.guard = guard
        self.function = function
        self.args = args
        self.kwargs = kwargs

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        args, kwargs = (*self.args, *args), {**self.kwargs, **kwargs}
        self.guard.whole((*args, *kwargs.values()))
        return self.guard.result(self.function(*args, **kwargs))

    def __repr__(self) -> str:
        return "<partial>"


class Cached:
    """A function that computes no result twice."""

    __slots__ = ("function", "guard", "results")

    def __init__(self, guard: Guard, function: Any) -> None:
        self.function = function
        self.guard = guard
        self.results: dict[Any, Any] = {}

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        key = (args, tuple(kwargs.items()))
        self.guard.whole(key)
        if key not in self.results:
            self.guard.put(self.results, key, self.function(*args, **kwargs))
        return self.results[key]

    def __repr__(self) -> str:
        return "<cached>"


def _counted(guard: Guard, make: Callable[..., Iterator[Any]], *args: Any, **kwargs: Any) -> Counted:
    for value in (*args, *kwargs.values()):
        if isinstance(value, int) and value > guard.elements:
            raise guard.error("iterator")
    if make is itertools.product:
        # All its values are read, and all of them are kept for each repetition.
        args = tuple(guard.listed(arg) for arg in args)
        guard.length(sum(map(len, args)) * max(int(kwargs.get("repeat", 1)), 0), [])
    return Counted(guard, make(*args, **kwargs))


def _count(guard: Guard, start: Any = 0, step: Any = 1) -> Counted:
    return Counted(guard, itertools.count(start, step))


def _accumulate(guard: Guard, values: Any, function: Any = None, *, initial: Any = None) -> Counted:
    return Counted(guard, _sums(guard, iter(values), function, initial))


def _sums(guard: Guard, values: Iterator[Any], function: Any, total: Any) -> Iterator[Any]:
    for value in values if total is None else itertools.chain([None], values):
        if total is None:
            total = value
        elif value is not None:
            total = _joined(guard, function, total, value)
        yield total


def _joined(guard: Guard, function: Any, x: Any, y: Any) -> Any:
    if function is not None:
        return guard.result(function(x, y))
    guard.operands("+", x, y)
    return guard.result(x + y)


def _reduce(guard: Guard, function: Any, values: Any, *initial: Any) -> Any:
    iterator = iter(values)
    try:
        total = initial[0] if initial else next(iterator)
    except StopIteration:
        raise TypeError("reduce() of empty iterable with no initial value") from None
    for value in iterator:
        total = _joined(guard, function, total, value)
    return total


def _partial(guard: Guard, function: Any, *args: Any, **kwargs: Any) -> Partial:
    if isinstance(function, Partial):
        function, args, kwargs = function.function, (*function.args, *args), {**function.kwargs, **kwargs}
    return Partial(guard, function, args, kwargs)


def _cache(guard: Guard, function: Any) -> Cached:
    return Cached(guard, function)


def _lru_cache(guard: Guard, function: Any = None, *, maxsize: Any = None, typed: Any = False) -> Any:
    return Cached(guard, function) if callable(function) else Builtin(_cache, guard)


def _wraps(guard: Guard, function: Any) -> Any:
    return Builtin(_same)


def _same(function: Any) -> Any:
    return function


def _defaultdict(guard: Guard, factory: Any = None, *pairs: Any) -> defaultdict[Any, Any]:
    return guard.fill(defaultdict(factory), *pairs)


def _ordereddict(guard: Guard, *pairs: Any) -> OrderedDict[Any, Any]:
    return guard.fill(OrderedDict(), *pairs)


def _counter(guard: Guard, values: Any = ()) -> Counter[Any]:
    made: Counter[Any] = Counter()
    for value, count in values.items() if isinstance(values, dict) else ((value, 1) for value in values):
        guard.whole(value)
        guard.put(made, value, made.get(value, 0) + count)
    return made


def _deque(guard: Guard, values: Any = (), maxlen: Any = None) -> deque[Any]:
    return Deque(guard.listed(values), maxlen)


def _namedtuple(guard: Guard, name: str, fields: Any) -> Any:
    names = fields.replace(",", " ").split() if isinstance(fields, str) else guard.listed(fields)
    if len(names) > _FIELDS:
        raise guard.error("tuple")
    return namedtuple(name, names, module="__main__")


def _read(clock: Callable[[], float]) -> float:
    return clock()


def _ignored(*args: Any, **kwargs: Any) -> None:
    """Nothing: what a script is warned of stands beside its output."""


_CLOCKS = (time.monotonic, time.perf_counter, time.process_time, time.time)
# What annotations name, which are not looked at.
_TYPES = ("Any", "Callable", "Dict", "Iterable", "Iterator", "List", "Optional", "Sequence", "Set", "Tuple", "Union")
_FUNCTOOLS: tuple[Callable[..., Any], ...] = (_cache, _lru_cache, _partial, _reduce, _wraps)
_ITERTOOLS: tuple[Callable[..., Any], ...] = (_accumulate, _count)
_COLLECTIONS: tuple[Callable[..., Any], ...] = (_counter, _defaultdict, _deque, _namedtuple, _ordereddict)
_read.__qualname__, _ignored.__qualname__ = "time", "filterwarnings"
