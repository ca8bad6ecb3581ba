"""torch.distributions: numbers drawn by chance, how likely they are, and how far one distribution is from another."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cached_property
from typing import Any, ClassVar

from .api import sampling
from .api.creation import tensor
from .api.declared import require
from .api.offered import Offered, lacking
from .api.types import finfo
from .table.registry import ops
from .tensors.dtypes import get_default_dtype
from .tensors.modes import no_grad
from .tensors.size import Size
from .tensors.tensor import Tensor

__all__ = [
    "Bernoulli",
    "Categorical",
    "Distribution",
    "Multinomial",
    "Normal",
    "Uniform",
    "kl_divergence",
]


class _Constraint:
    """What numbers have to be, and what PyTorch calls it; `event_dim` is how many dimensions of them are one event."""

    def __init__(self, text: str, holds: Callable[[Any], Any], event_dim: int = 0) -> None:
        self.text, self.check, self.event_dim = text, holds, event_dim

    def __repr__(self) -> str:
        return self.text


def _interval(low: Any, high: Any, kind: str = "Interval") -> _Constraint:
    def holds(x: Any) -> Any:
        inside = (x >= low) & (x <= high)
        return inside & (x % 1 == 0) if kind.startswith("Integer") else inside

    return _Constraint(f"{kind}(lower_bound={low}, upper_bound={high})", holds)


def _rows(constraint: _Constraint) -> _Constraint:
    text = f"IndependentConstraint({constraint}, 1)"
    return _Constraint(text, lambda x: constraint.check(x).all(-1), 1)


_REAL = _Constraint("Real()", lambda x: x == x)
_BOOLEAN = _Constraint("Boolean()", lambda x: (x == 0) | (x == 1))
_SIMPLEX = _Constraint("Simplex()", lambda x: (x >= 0).all(-1) & ((x.sum(-1) - 1).abs() < 1e-6), 1)


def _above(low: Any) -> _Constraint:
    return _Constraint(f"GreaterThan(lower_bound={low})", lambda x: x > low)


def _together(*values: Any) -> Any:
    """Numbers and tensors as tensors of one shape."""
    given = [value for value in values if isinstance(value, Tensor)]
    known = len(given) == len(values) or all(isinstance(value, (int, float, Tensor)) for value in values)
    wrong = "Input arguments must all be instances of Number, torch.Tensor or objects implementing __torch_function__."
    require(known, wrong)
    dtype = given[0].dtype if given else get_default_dtype()
    return ops.broadcast_tensors(*[v if isinstance(v, Tensor) else tensor(v, dtype=dtype) for v in values])


class Distribution(Offered):
    """Of numbers drawn alone in `batch_shape`, each an event of `event_shape`."""

    has_rsample = False
    arg_constraints: ClassVar[Any] = {}
    support: Any = None

    def __init__(self, batch_shape: Any = (), event_shape: Any = (), validate_args: bool | None = None) -> None:
        """ValueError: a parameter is not what it has to be."""
        self._batch_shape, self._event_shape = Size(batch_shape), Size(event_shape)
        self._checks = validate_args is not False
        for name, constraint in self.arg_constraints.items() if self._checks else ():
            if name not in vars(self):
                continue
            value = getattr(self, name)
            require(
                bool(constraint.check(value).all()),
                f"Expected parameter {name} (Tensor of shape {tuple(value.shape)}) of distribution {self!r} to satisfy "
                f"the constraint {constraint!r}, but found invalid values:\n{value}",
            )

    batch_shape = property(lambda self: self._batch_shape)
    event_shape = property(lambda self: self._event_shape)
    stddev = property(lambda self: self.variance.sqrt())

    def sample(self, sample_shape: Any = ()) -> Tensor:
        """Numbers of shape sample_shape + batch_shape + event_shape, which no gradient passes through."""
        with no_grad():
            return self.rsample(sample_shape)

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        """As `sample`, with gradients. NotImplementedError: these have none."""
        raise NotImplementedError(f"{type(self).__name__} has no rsample: what is drawn has no derivative")

    def entropy(self) -> Tensor:
        """NotImplementedError: it is not known for these."""
        raise NotImplementedError(f"the entropy of {type(self).__name__} is not implemented")

    def _shape(self, sample_shape: Any) -> Size:
        return Size((*sample_shape, *self.batch_shape, *self.event_shape))

    def _check(self, value: Any) -> None:
        """ValueError: no such value can be drawn."""
        if not self._checks:
            return
        require(isinstance(value, Tensor), "The value argument to log_prob must be a Tensor")
        own = Size((*self.batch_shape, *self.event_shape))
        pairs = zip(reversed(value.shape), reversed(own), strict=False)
        wrong = f"Value is not broadcastable with batch_shape+event_shape: {value.shape} vs {own}."
        require(all(1 in pair or pair[0] == pair[1] for pair in pairs), wrong)
        require(
            bool(self.support.check(value).all()),
            f"Expected value argument (Tensor of shape {tuple(value.shape)}) to be within the support "
            f"({self.support!r}) of the distribution {self!r}, but found invalid values:\n{value}",
        )

    def __repr__(self) -> str:
        own = {name: vars(self)[name] for name in self.arg_constraints if name in vars(self)}
        shown = (f"{name}: {p if p.numel() == 1 else p.shape}" for name, p in own.items())
        return f"{type(self).__name__}({', '.join(shown)})"


class Normal(Distribution):
    """The normal distribution of a mean `loc` and a standard deviation `scale`."""

    has_rsample = True
    arg_constraints: ClassVar[Any] = {"loc": _REAL, "scale": _above(0.0)}
    support = _REAL
    mean = mode = property(lambda self: self.loc)
    stddev = property(lambda self: self.scale)
    variance = property(lambda self: self.scale.pow(2))

    def __init__(self, loc: Any, scale: Any, validate_args: bool | None = None) -> None:
        self.loc, self.scale = _together(loc, scale)
        super().__init__(self.loc.shape, (), validate_args)

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        zeros = self.loc.new_zeros(self._shape(sample_shape))
        return self.loc + sampling.normal(zeros, zeros + 1) * self.scale

    def log_prob(self, value: Tensor) -> Tensor:
        self._check(value)
        return -((value - self.loc) ** 2) / (2 * self.scale**2) - self.scale.log() - math.log(math.sqrt(2 * math.pi))

    def cdf(self, value: Tensor) -> Tensor:
        self._check(value)
        return 0.5 * (1 + ops.erf((value - self.loc) * self.scale.reciprocal() / math.sqrt(2)))

    def icdf(self, value: Any) -> Tensor:
        return self.loc + self.scale * ops.erfinv(2 * value - 1) * math.sqrt(2)

    def entropy(self) -> Tensor:
        return 0.5 + 0.5 * math.log(2 * math.pi) + self.scale.log()


class Uniform(Distribution):
    """Evenly spread over [low, high)."""

    has_rsample = True
    arg_constraints = property(  # pyrefly: ignore[bad-override]
        lambda self: {
            "low": _Constraint(f"LessThan(upper_bound={self.high})", lambda x: x < self.high),
            "high": _above(self.low),
        }
    )
    support = property(lambda self: _interval(self.low, self.high))  # pyrefly: ignore[bad-override]
    mean = property(lambda self: (self.high + self.low) / 2)
    mode = property(lambda self: math.nan * self.high)
    stddev = property(lambda self: (self.high - self.low) / 12**0.5)
    variance = property(lambda self: (self.high - self.low).pow(2) / 12)

    def __init__(self, low: Any, high: Any, validate_args: bool | None = None) -> None:
        self.low, self.high = _together(low, high)
        super().__init__(self.low.shape, (), validate_args)

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        return self.low + sampling.rand(self._shape(sample_shape), dtype=self.low.dtype) * (self.high - self.low)

    def log_prob(self, value: Tensor) -> Tensor:
        self._check(value)
        inside = (self.low <= value).type_as(self.low) * (self.high > value).type_as(self.low)
        return inside.log() - (self.high - self.low).log()

    def cdf(self, value: Tensor) -> Tensor:
        self._check(value)
        return ((value - self.low) / (self.high - self.low)).clamp(0, 1)

    def icdf(self, value: Any) -> Tensor:
        return value * (self.high - self.low) + self.low

    def entropy(self) -> Tensor:
        return (self.high - self.low).log()


class _OfProbabilities(Distribution):
    """What is given by probabilities, or by logits, which are their logarithms up to a number."""

    _is_binary: ClassVar[bool] = False
    param_shape = property(lambda self: self.probs.shape)

    def _take(self, probs: Any, logits: Any) -> Tensor:
        wrong = "Either `probs` or `logits` must be specified, but not both."
        require((probs is None) != (logits is None), wrong)
        name, given = ("probs", probs) if logits is None else ("logits", logits)
        if self._is_binary:
            (given,) = _together(given)
        else:
            require(given.dim() > 0, f"`{name}` parameter must be at least one-dimensional.")
            given = given / given.sum(-1, True) if logits is None else given - given.logsumexp(-1, keepdim=True)
        vars(self)[name] = given
        return given

    @cached_property
    def probs(self) -> Tensor:
        return self.logits.sigmoid() if self._is_binary else self.logits.softmax(-1)  # pyrefly: ignore[missing-attribute]

    @cached_property
    def logits(self) -> Tensor:
        least = finfo(self.probs.dtype).eps
        inside = self.probs.clamp(least, 1 - least)
        return inside.log() - (-inside).log1p() if self._is_binary else inside.log()


class Bernoulli(_OfProbabilities):
    """1 with the probability `probs`, or with that whose log-odds are `logits`, else 0."""

    _is_binary = True
    arg_constraints: ClassVar[Any] = {"probs": _interval(0.0, 1.0), "logits": _REAL}
    support = _BOOLEAN
    mean = property(lambda self: self.probs)
    variance = property(lambda self: self.probs * (1 - self.probs))
    mode = property(lambda self: ops.where(self.probs == 0.5, math.nan, (self.probs >= 0.5).to(self.probs.dtype)))

    def __init__(self, probs: Any = None, logits: Any = None, validate_args: bool | None = None) -> None:
        super().__init__(self._take(probs, logits).shape, (), validate_args)

    def sample(self, sample_shape: Any = ()) -> Tensor:
        with no_grad():
            return sampling.bernoulli(self.probs.expand(self._shape(sample_shape)))

    def log_prob(self, value: Tensor) -> Tensor:
        self._check(value)
        logits, value = _together(self.logits, value)
        return -ops.binary_cross_entropy_with_logits(logits, value, reduction="none")

    def entropy(self) -> Tensor:
        return ops.binary_cross_entropy_with_logits(self.logits, self.probs, reduction="none")


class Categorical(_OfProbabilities):
    """The place of one of the probabilities along the last dimension, as likely as that says."""

    arg_constraints: ClassVar[Any] = {"probs": _SIMPLEX, "logits": _rows(_REAL)}
    support = property(  # pyrefly: ignore[bad-override]
        lambda self: _interval(0, self._num_events - 1, "IntegerInterval")
    )
    mean = variance = property(lambda self: self.probs.new_full(self.batch_shape, math.nan))
    mode = property(lambda self: self.probs.argmax(-1))

    def __init__(self, probs: Any = None, logits: Any = None, validate_args: bool | None = None) -> None:
        given = self._take(probs, logits)
        self._num_events = given.shape[-1]
        super().__init__(given.shape[:-1], (), validate_args)

    def sample(self, sample_shape: Any = ()) -> Tensor:
        with no_grad():
            rows = self.probs.reshape(-1, self._num_events)
            drawn = sampling.multinomial(rows, Size(sample_shape).numel(), True)
            return drawn.T.reshape(self._shape(sample_shape))

    def log_prob(self, value: Tensor) -> Tensor:
        self._check(value)
        places, logits = ops.broadcast_tensors(value.long().unsqueeze(-1), self.logits)
        return logits.gather(-1, places[..., :1]).squeeze(-1)

    def entropy(self) -> Tensor:
        return -(self.logits.clamp(min=finfo(self.logits.dtype).min) * self.probs).sum(-1)


class Multinomial(Distribution):
    """How often each place comes, of so many draws."""

    arg_constraints = property(lambda self: self._categorical.arg_constraints)  # pyrefly: ignore[bad-override]
    probs = property(lambda self: self._categorical.probs)
    logits = property(lambda self: self._categorical.logits)
    param_shape = property(lambda self: self._categorical.param_shape)
    mean = property(lambda self: self.probs * self.total_count)
    variance = property(lambda self: self.total_count * self.probs * (1 - self.probs))

    def __init__(
        self, total_count: int = 1, probs: Any = None, logits: Any = None, validate_args: bool | None = None
    ) -> None:
        if not isinstance(total_count, int):
            raise NotImplementedError("inhomogeneous total_count is not supported")
        self.total_count, self._categorical = total_count, Categorical(probs, logits, validate_args)
        whole = _Constraint("Multinomial()", lambda x: (x >= 0).all(-1) & (x.sum(-1) == total_count), 1)
        self.support = whole
        super().__init__(self._categorical.batch_shape, self.param_shape[-1:], validate_args)

    def sample(self, sample_shape: Any = ()) -> Tensor:
        with no_grad():
            drawn = self._categorical.sample((self.total_count, *sample_shape)).movedim(0, -1)
            counts = ops.zeros(self._shape(sample_shape), dtype=drawn.dtype)
            return counts.scatter_add(-1, drawn, ops.ones_like(drawn)).type_as(self.probs)

    def log_prob(self, value: Tensor) -> Tensor:
        self._check(value)
        logits, value = ops.broadcast_tensors(self.logits, value)
        powers = (ops.where((value == 0) & (logits == -math.inf), 0, logits) * value).sum(-1)
        return ops.lgamma(value.sum(-1) + 1) - ops.lgamma(value + 1).sum(-1) + powers


def _kl_of_normals(p: Any, q: Any) -> Tensor:
    ratio = (p.scale / q.scale).pow(2)
    return 0.5 * (ratio + ((p.loc - q.loc) / q.scale).pow(2) - 1 - ratio.log())


def _kl_of_uniforms(p: Any, q: Any) -> Tensor:
    outside = (q.low > p.low) | (q.high < p.high)
    return ops.where(outside, math.inf, ((q.high - q.low) / (p.high - p.low)).log())


def _weighed(chance: Tensor, other: Tensor, log_ratio: Tensor) -> Tensor:
    """How much one outcome adds: nothing where it never comes, and no end where it comes but never in the other."""
    return ops.where(chance == 0, 0, ops.where(other == 0, math.inf, chance * log_ratio))


def _kl_of_coins(p: Any, q: Any) -> Tensor:
    ones = _weighed(p.probs, q.probs, ops.softplus(-q.logits) - ops.softplus(-p.logits))
    return ones + _weighed(1 - p.probs, 1 - q.probs, ops.softplus(q.logits) - ops.softplus(p.logits))


def _kl_of_categories(p: Any, q: Any) -> Tensor:
    return _weighed(p.probs, q.probs, p.logits - q.logits).sum(-1)


_KL = {
    Normal: _kl_of_normals,
    Uniform: _kl_of_uniforms,
    Bernoulli: _kl_of_coins,
    Categorical: _kl_of_categories,
}


def kl_divergence(p: Distribution, q: Distribution) -> Tensor:
    """The relative entropy of p to q (Kullback and Leibler, 1951), for each of the batch.

    NotImplementedError: they are of two kinds, or of one for which it is not known.
    """
    for kind, computed in _KL.items():
        if isinstance(p, kind) and isinstance(q, kind):
            return computed(p, q)
    raise NotImplementedError(
        f"No KL(p || q) is implemented for p type {type(p).__name__} and q type {type(q).__name__}"
    )


__getattr__ = lacking("torch.distributions")
