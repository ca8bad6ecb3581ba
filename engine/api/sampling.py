"""Random tensors: new ones, and numbers drawn into those there are, with PyTorch's generator and in its order.

Imported when the first is drawn: NumPy's part for it takes a while.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Any

import numpy as np

from ..autograd.inplace import in_place
from ..graph.transforms import drawn
from ..primitives import chance
from ..primitives.arguments import whole_argument
from ..primitives.filling import number, shape_of
from ..table.binding import broadcast_mismatch
from ..table.out import run_into
from ..tensors import dtypes, random_numbers
from ..tensors.aliases import Array, Call
from ..tensors.device import placed
from ..tensors.dtypes import dtype as DType  # noqa: N812
from ..tensors.errors import no_tensor, shape_error, type_error, value_error
from ..tensors.generator import Generator, default_generator
from ..tensors.size import check_count
from ..tensors.tensor import Tensor

# What torch has of these by name.
__all__: list[str] = []

Draw = Callable[..., Array]


def _offered(function: Call) -> Call:
    """The function, which torch has by its name and which writes into `out` if it is given that."""
    __all__.append(function.__name__)
    needs_tensor = function.__code__.co_varnames[:1] == ("input",)
    takes_dtype = "dtype" in (getattr(function, "__wrapped__", function).__kwdefaults__ or {})

    @functools.wraps(function)
    def call(*args: Any, out: Any = None, **named: Any) -> Any:
        if needs_tensor and args and not isinstance(args[0], Tensor):
            raise no_tensor(function.__name__, "input", 0, args[0])
        if out is None:
            return function(*args, **named)
        return run_into(function, args, {**({"dtype": out.dtype} if takes_dtype else {}), **named, "out": out})

    return call


def _new(
    function: str, shape: tuple[int, ...], draw: Draw, *args: Any, generator: Any = None, requires_grad: bool = False
) -> Tensor:
    """A new tensor of what `draw(generator, shape, *args)` draws."""
    return Tensor(_numbers(function, shape, draw, *args, generator=generator), requires_grad)


def _numbers(function: str, shape: tuple[int, ...], draw: Draw, *args: Any, generator: Any = None) -> Any:
    if generator is not None and not isinstance(generator, Generator):
        raise type_error(f"{function}(): argument 'generator' must be Generator, not {type(generator).__name__}")
    chosen = default_generator() if generator is None else generator

    def numbers(shape: tuple[int, ...]) -> Any:
        check_count(math.prod(shape))
        return draw(chosen, shape, *args)[()]

    return drawn(function, numbers, shape)


def _kind(dtype: DType | None, operation: str) -> Any:
    """The NumPy dtype of new numbers, the default one unless another is given. NotImplementedError: no floating one."""
    kind = dtype or dtypes.get_default_dtype()
    _check_floating(kind, operation)
    return kind.numpy


def _check_floating(kind: DType, operation: str) -> None:
    if not kind.is_floating_point:
        raise NotImplementedError(f"\"{operation}\" not implemented for '{kind.title}'")


def _floating(name: str, operation: str, draw: Draw, doc: str) -> tuple[Call, Call]:
    """The function of that name, which draws new floating numbers, and the one that takes the shape of a tensor."""

    def of_size(
        *shape: Any,
        size: Any = None,
        generator: Generator | None = None,
        dtype: DType | None = None,
        requires_grad: bool = False,
    ) -> Tensor:
        kind = _kind(dtype, operation)
        return _new(name, shape_of(name, shape, size), draw, kind, generator=generator, requires_grad=requires_grad)

    def like(
        input: Tensor,
        *,
        generator: Generator | None = None,
        dtype: DType | None = None,
        requires_grad: bool = False,
        memory_format: Any = None,
    ) -> Tensor:
        kind = dtype or input.dtype
        return of_size(tuple(input.shape), generator=generator, dtype=kind, requires_grad=requires_grad)

    of_size.__name__, of_size.__doc__ = name, doc
    like.__name__, like.__doc__ = f"{name}_like", f"As `{name}`, in the shape of a tensor."
    return _offered(placed(of_size)), _offered(placed(like))


rand, rand_like = _floating(
    "rand", "check_uniform_bounds", random_numbers.uniform, "Numbers evenly spread over [0, 1)."
)
randn, randn_like = _floating(
    "randn",
    "normal_kernel_cpu",
    random_numbers.normal,
    "Numbers of the normal distribution with mean 0 and standard deviation 1.",
)


@_offered
@placed
def randint(
    *ends_and_size: Any,
    low: Any = None,
    high: Any = None,
    size: Any = None,
    generator: Generator | None = None,
    dtype: DType | None = None,
    requires_grad: bool = False,
) -> Tensor:
    """Whole numbers of [low, high): `randint(high, size)` begins at 0, `randint(low, high, size)` at low.

    RuntimeError: there are none, or the dtype does not hold them.
    """
    ends = list(ends_and_size)
    if size is None and ends:
        size = ends.pop()
    if high is None and ends:
        high = ends.pop()
    if low is None and ends:
        low = ends.pop()
    if ends or high is None or not isinstance(size, (tuple, list)):
        given = ", ".join(type(value).__name__ for value in ends_and_size)
        raise type_error(f"randint() received an invalid combination of arguments - got ({given})")
    shape, kind = shape_of("randint", (size,), None), dtype or dtypes.int64
    bounds = _ends("randint", 0 if low is None else low, high, kind)
    return _new("randint", shape, _in_dtype, *bounds, kind.numpy, generator=generator, requires_grad=requires_grad)


def _ends(function: str, low: Any, high: Any, kind: DType) -> tuple[int, int]:
    """The ends of a range of whole numbers. RuntimeError: it is empty, or the dtype does not hold it."""
    for name, end in (("low", low), ("high", high)):
        if isinstance(end, bool):
            raise type_error(f"{function}(): argument '{name}' (position 1) must be int, not bool")
    low = whole_argument(low, f"{function}(): argument 'low' (position 1)")
    high = whole_argument(high, f"{function}(): argument 'high' (position 1)")
    for end in (low, high):
        if not -(2**63) <= end < 2**63:
            raise value_error("Overflow when unpacking long long")
    if low >= high:
        raise RuntimeError(f"random_ expects 'from' to be less than 'to', but got from={low} >= to={high}")
    if kind.is_floating_point:
        least, most = -(2**63), 2**63
    else:
        least, most = (0, 1) if kind is dtypes.bool_ else (np.iinfo(kind.numpy).min, np.iinfo(kind.numpy).max)
    for name, end in (("from", low), ("to - 1", high - 1)):
        if not least <= end <= most:
            raise RuntimeError(f"{name} is out of bounds for {kind.c_name}")
    return low, high


def _in_dtype(generator: Generator, shape: tuple[int, ...], low: int, high: int, dtype: Any) -> Array:
    return random_numbers.integers(generator, shape, low, high).astype(dtype)


@_offered
@placed
def randperm(
    n: Any,
    *,
    generator: Generator | None = None,
    dtype: DType | None = None,
    requires_grad: bool = False,
) -> Tensor:
    """The whole numbers from 0 to n - 1 in an order."""
    (count,) = shape_of("randperm", (whole_argument(n, "randperm(): argument 'n' (position 1)"),), None)
    kind = (dtype or dtypes.int64).numpy
    if kind.kind in "iu" and count - 1 > np.iinfo(kind).max:
        raise RuntimeError(f"value cannot be converted to type {kind}_t without overflow")

    def draw(generator: Generator, shape: tuple[int, ...]) -> Array:
        orders = [random_numbers.permutation(generator, count) for _ in range(math.prod(shape[:-1]))]
        return np.array(orders, kind).reshape(shape)

    return _new("randperm", (count,), draw, generator=generator, requires_grad=requires_grad)


@_offered
@placed
def randint_like(
    input: Tensor,
    *ends: Any,
    low: Any = None,
    high: Any = None,
    generator: Generator | None = None,
    dtype: DType | None = None,
    requires_grad: bool = False,
    memory_format: Any = None,
) -> Tensor:
    """As `randint`, in the shape of a tensor."""
    kind, size = dtype or input.dtype, tuple(input.shape)
    named = {"low": low, "high": high, "generator": generator, "dtype": kind, "requires_grad": requires_grad}
    return randint(*ends, size=size, **named)


@_offered
@placed
def normal(
    mean: Any = 0.0,
    std: Any = 1.0,
    size: Any = None,
    *,
    generator: Generator | None = None,
    dtype: DType | None = None,
    requires_grad: bool = False,
) -> Tensor:
    """Numbers of normal distributions: of these means and standard deviations, one of which may be a number.

    Of two numbers, as many as `size` says. No gradient comes to mean or std. RuntimeError: a std is negative.
    """
    tensors = [value for value in (mean, std) if isinstance(value, Tensor)]
    for value in tensors:
        _check_floating(value.dtype, "normal_kernel_cpu")
    if isinstance(std, Tensor) and (std._data < 0).any():
        raise RuntimeError("normal expects all elements of std >= 0.0")
    if not isinstance(std, Tensor):
        _check_spread(std)
    if not tensors:
        if size is None:
            raise type_error("normal() received an invalid combination of arguments - got (float, float)")
        kind = _kind(dtype, "normal_kernel_cpu")
        shape, spread = shape_of("normal", (size,), None), (number(mean), number(std))
        draw = random_numbers.normal
        return _new("normal", shape, draw, kind, *spread, generator=generator, requires_grad=requires_grad)
    shapes = [tuple(value.shape) for value in tensors]
    mismatch = broadcast_mismatch(shapes)
    if mismatch is not None:
        raise shape_error(mismatch)
    shape, kind = np.broadcast_shapes(*shapes), dtypes.result_type([t._data for t in tensors], [])
    numbers = _new("normal", shape, random_numbers.normal, kind, generator=generator)
    scaled = numbers.detach() * _detached(std) + _detached(mean)
    if len(tensors) == 2:
        return chance.NORMAL(mean, std, scaled)
    return chance.NORMAL_OF_MEAN(mean, scaled) if tensors[0] is mean else chance.NORMAL_OF_STD(std, scaled)


def _detached(value: Any) -> Any:
    return value.detach() if isinstance(value, Tensor) else value


def _check_spread(std: Any) -> None:
    if number(std) < 0:
        raise RuntimeError(f"normal expects std >= 0.0, but found std {number(std):g}")


@_offered
def bernoulli(input: Tensor, p: Any = None, *, generator: Generator | None = None) -> Tensor:
    """1 with the probability that an element is, else 0; with `p`, in its place. RuntimeError: it is no probability."""
    if p is not None:
        kind, shape = input._data.dtype, tuple(input.shape)
        numbers = _numbers("bernoulli", shape, _coins, kind, _probability(p), generator=generator)
        return chance.BERNOULLI(input, Tensor(numbers))
    _check_floating(input.dtype, "bernoulli_tensor_cpu_p_")
    return chance.BERNOULLI(input, Tensor(_tossed(input, input._data.dtype, generator)))


def _probability(p: Any) -> float:
    p = number(p)
    if not 0 <= p <= 1:
        raise RuntimeError(f"bernoulli_ expects p to be in [0, 1], but got p={p:g}")
    return p


def _coins(generator: Generator, shape: tuple[int, ...], dtype: Any, p: float) -> Array:
    return random_numbers.coins(generator, shape, p).astype(dtype)


def _tossed(probability: Tensor, dtype: Any, generator: Generator | None) -> Any:
    chances = np.asarray(probability._data)
    if not ((chances >= 0) & (chances <= 1)).all():
        raise RuntimeError(
            "Expected p_in >= 0 && p_in <= 1 to be true, but got false.  (Could this error message be improved?  "
            "If so, please report an enhancement request to PyTorch.)"
        )

    def draw(generator: Generator, shape: tuple[int, ...]) -> Array:
        return random_numbers.chosen(generator, np.broadcast_to(chances, shape)).astype(dtype)

    return _numbers("bernoulli", chances.shape, draw, generator=generator)


@_offered
def poisson(input: Tensor, generator: Generator | None = None) -> Tensor:
    """How many events come that come at the rates in the tensor. RuntimeError: one is negative."""
    _check_floating(input.dtype, "poisson_cpu")
    rates = np.asarray(input._data)
    if not (rates >= 0).all():
        raise RuntimeError("invalid Poisson rate, expected rate to be non-negative")

    def draw(generator: Generator, shape: tuple[int, ...]) -> Array:
        return random_numbers.poisson(generator, np.broadcast_to(rates, shape))

    return chance.POISSON(input, Tensor(_numbers("poisson", rates.shape, draw, generator=generator)))


@_offered
def multinomial(
    input: Tensor, num_samples: Any, replacement: bool = False, *, generator: Generator | None = None
) -> Tensor:
    """The indices of `num_samples` of the weights, or of each row of them, the heavier the likelier.

    RuntimeError: there are not so many, or what is given are no weights.
    """
    weights, count = np.asarray(input._data), whole_argument(num_samples, "argument 'num_samples' (position 2)")
    if not 0 < weights.ndim <= 2:
        raise RuntimeError("prob_dist must be 1 or 2 dim")
    if not input.dtype.is_floating_point:
        raise RuntimeError(f"multinomial only supports floating-point dtypes for input, got: {input.dtype.title}")
    if count <= 0:
        raise RuntimeError("cannot sample n_sample <= 0 samples")
    if not replacement and count > weights.shape[-1]:
        raise RuntimeError("cannot sample n_sample > prob_dist.size(-1) samples without replacement")
    if not ((weights >= 0) & np.isfinite(weights)).all():
        raise RuntimeError("probability tensor contains either `inf`, `nan` or element < 0")
    if not (weights.sum(axis=-1) > 0).all():
        raise RuntimeError("invalid multinomial distribution (sum of probabilities <= 0)")

    def draw(generator: Generator, shape: tuple[int, ...]) -> Array:
        rows = np.broadcast_to(weights, (*shape[:-1], weights.shape[-1])).reshape(-1, weights.shape[-1])
        return random_numbers.categories(generator, rows, count, replacement).reshape(shape)

    return _new("multinomial", (*weights.shape[:-1], count), draw, generator=generator)


# Drawn into a tensor.


def _written(name: str, record: Call, numbers: Callable[..., Any]) -> Callable[..., Tensor]:
    """The method of that name; `numbers(x, ...)` draws what it writes, and the record is what a graph has of it."""

    def write(x: Tensor, *args: Any, **named: Any) -> Tensor:
        return record(x, Tensor(numbers(x, *args, **named)))

    write.__name__ = name
    return in_place(name, write)


def _uniform(x: Tensor, from_: Any = 0.0, to: Any = 1.0, *, generator: Any = None, **named: Any) -> Any:
    _check_floating(x.dtype, "check_uniform_bounds")
    low, high = number(named.pop("from", from_)), number(to)
    if low > high:
        raise RuntimeError(f"uniform_ expects to return a [from, to) range, but found from={low:g} > to={high:g}")
    for name, end in (("from", low), ("to", high)):
        if not abs(end) <= np.finfo(x._data.dtype).max:
            raise RuntimeError(f"{name} is out of bounds for {x.dtype.c_name}")
    return _drawn_into(x, "uniform_", random_numbers.uniform, low, high, generator=generator)


def _drawn_into(x: Tensor, name: str, draw: Draw, *args: Any, generator: Any) -> Any:
    return _numbers(name, tuple(x.shape), draw, x._data.dtype, *args, generator=generator)


def _normal(x: Tensor, mean: Any = 0.0, std: Any = 1.0, *, generator: Any = None) -> Any:
    _check_floating(x.dtype, "normal_kernel_cpu")
    _check_spread(std)
    return _drawn_into(x, "normal_", random_numbers.normal, number(mean), number(std), generator=generator)


def _continuous(x: Tensor, distribution: str, kind: str) -> None:
    if not x.dtype.is_floating_point:
        raise RuntimeError(
            f"{distribution} distribution is a continuous probability distribution. dtype must be a floating point "
            f"but you specified {kind}"
        )


def _exponential(x: Tensor, lambd: Any = 1.0, *, generator: Any = None) -> Any:
    _continuous(x, "Exponential", x.dtype.title)
    rate = number(lambd)
    if not rate > 0:
        raise RuntimeError(f"exponential_ expects lambda > 0.0, but found lambda={rate:g}")
    return _drawn_into(x, "exponential_", random_numbers.exponential, rate, generator=generator)


def _cauchy(x: Tensor, median: Any = 0.0, sigma: Any = 1.0, *, generator: Any = None) -> Any:
    _continuous(x, "Cauchy", x.dtype.c_name.removesuffix(" int") if x.dtype.title != "Long" else "long int")
    if not number(sigma) > 0:
        raise RuntimeError(f"cauchy_ expects sigma > 0.0, but found sigma={number(sigma):g}")
    return _drawn_into(x, "cauchy_", random_numbers.cauchy, number(median), number(sigma), generator=generator)


def _log_normal(x: Tensor, mean: Any = 1.0, std: Any = 2.0, *, generator: Any = None) -> Any:
    _check_floating(x.dtype, "log_normal_cpu")
    if not number(std) > 0:
        raise RuntimeError(f"log_normal_ expects std > 0.0, but found std={number(std):g}")
    draw = random_numbers.log_normal
    return _drawn_into(x, "log_normal_", draw, number(mean), number(std), generator=generator)


def _geometric(x: Tensor, p: Any, *, generator: Any = None) -> Any:
    if not 0 < number(p) < 1:
        raise RuntimeError(f"geometric_ expects p to be in (0, 1), but got p={number(p):g}")
    return _drawn_into(x, "geometric_", random_numbers.geometric, number(p), generator=generator)


def bernoulli_(self: Tensor, p: Any = 0.5, *, generator: Generator | None = None) -> Tensor:
    """Writes 1 with probability p, else 0; of a tensor, with the probability in each place."""
    shape, kind = tuple(self.shape), self._data.dtype
    if isinstance(p, Tensor) and p.ndim:
        chances = p.detach().expand(shape)

        def write(x: Tensor) -> Tensor:
            return chance.BERNOULLI_OF_TENSOR(x, p, Tensor(_tossed(chances, kind, generator)))
    else:

        def write(x: Tensor) -> Tensor:
            numbers = _numbers("bernoulli_", shape, _coins, kind, _probability(p), generator=generator)
            return chance.BERNOULLI_OF_NUMBER(x, Tensor(numbers))

    return in_place("bernoulli_", write)(self)


def random_(self: Tensor, *ends: Any, generator: Generator | None = None, **named: Any) -> Tensor:
    """Writes whole numbers: from 0 to all that the dtype holds, below `to`, or from `from` to below `to`."""
    given = [*ends, *(named[name] for name in ("from", "to") if name in named)]
    low, high = _ends("random_", given[0] if len(given) > 1 else 0, given[-1], self.dtype) if given else (0, 0)

    def draw(generator: Generator, shape: tuple[int, ...], dtype: Any) -> Array:
        if given:
            return _in_dtype(generator, shape, low, high, dtype)
        return random_numbers.any_of(generator, shape, dtype)

    def write(x: Tensor) -> Tensor:
        return chance.RANDOM[len(given)](x, Tensor(_drawn_into(x, "random_", draw, generator=generator)))

    return in_place("random_", write)(self)


_DRAWS = {
    "uniform_": _uniform,
    "normal_": _normal,
    "exponential_": _exponential,
    "cauchy_": _cauchy,
    "log_normal_": _log_normal,
    "geometric_": _geometric,
}
METHODS: dict[str, Call] = {
    **{name: _written(name, chance.WRITTEN[name], draw) for name, draw in _DRAWS.items()},
    "bernoulli_": bernoulli_,
    "random_": random_,
    "bernoulli": bernoulli,
    "multinomial": multinomial,
}
