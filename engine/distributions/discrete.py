"""Distributions of outcomes that are counted, given by their probabilities."""

from __future__ import annotations

import math
from functools import cached_property
from typing import Any, ClassVar

from ..api import sampling
from ..api.declared import require
from ..api.types import finfo
from ..table.registry import ops
from ..tensors import dtypes
from ..tensors.modes import enable_grad, no_grad
from ..tensors.size import Size
from ..tensors.tensor import Tensor
from .distribution import BOOLEAN, REAL, SIMPLEX, Constraint, Distribution, from_on, interval, rows, together


class _OfProbabilities(Distribution):
    """What is given by probabilities, or by logits, which are their logarithms up to a number."""

    _is_binary: ClassVar[bool] = False
    param_shape = property(lambda self: self.probs.shape)

    def _take(self, probs: Any, logits: Any) -> Tensor:
        wrong = "Either `probs` or `logits` must be specified, but not both."
        require((probs is None) != (logits is None), wrong)
        name, given = ("probs", probs) if logits is None else ("logits", logits)
        if self._is_binary:
            (given,) = together(given)
        else:
            require(given.dim() > 0, f"`{name}` parameter must be at least one-dimensional.")
            given = given / given.sum(-1, True) if logits is None else given - given.logsumexp(-1, keepdim=True)
        vars(self)[name] = given
        return given

    # Kept with their history, whoever asks first: `sample` does without recording.

    @cached_property
    @enable_grad()
    def probs(self) -> Tensor:
        return self.logits.sigmoid() if self._is_binary else self.logits.softmax(-1)  # pyrefly: ignore[missing-attribute]

    @cached_property
    @enable_grad()
    def logits(self) -> Tensor:
        least = finfo(self.probs.dtype).eps
        inside = self.probs.clamp(least, 1 - least)
        return inside.log() - (-inside).log1p() if self._is_binary else inside.log()

    def _each(self, count: int, dtype: Any, expand: bool) -> Tensor:
        """0, 1, ..., one after another along a first dimension."""
        values = ops.arange(count, dtype=dtype).reshape(-1, *(1,) * len(self.batch_shape))
        return values.expand(-1, *self.batch_shape) if expand else values


class Bernoulli(_OfProbabilities):
    """1 with the probability `probs`, or with that whose log-odds are `logits`, else 0."""

    _is_binary = True
    arg_constraints: ClassVar[Any] = {"probs": interval(0.0, 1.0), "logits": REAL}
    support = BOOLEAN
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
        logits, value = together(self.logits, value)
        return -ops.binary_cross_entropy_with_logits(logits, value, reduction="none")

    def enumerate_support(self, expand: bool = True) -> Tensor:
        return self._each(2, self.probs.dtype, expand)

    def entropy(self) -> Tensor:
        return ops.binary_cross_entropy_with_logits(self.logits, self.probs, reduction="none")


class Categorical(_OfProbabilities):
    """The place of one of the probabilities along the last dimension, as likely as that says."""

    arg_constraints: ClassVar[Any] = {"probs": SIMPLEX, "logits": rows(REAL)}
    support = property(  # pyrefly: ignore[bad-override]
        lambda self: interval(0, self._num_events - 1, "IntegerInterval")
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

    def enumerate_support(self, expand: bool = True) -> Tensor:
        return self._each(self._num_events, dtypes.int64, expand)

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
        self.total_count, self._categorical = total_count, Categorical(probs, logits)
        whole = Constraint("Multinomial()", lambda x: (x >= 0).all(-1) & (x.sum(-1) <= total_count))
        self.support = whole
        super().__init__(self._categorical.batch_shape, self.param_shape[-1:], validate_args)

    def sample(self, sample_shape: Any = ()) -> Tensor:
        with no_grad():
            drawn = self._categorical.sample((self.total_count, *sample_shape)).movedim(0, -1)
            counts = ops.zeros(self._shape(sample_shape), dtype=drawn.dtype)
            return counts.scatter_add(-1, drawn, ops.ones_like(drawn)).type_as(self.probs)

    def entropy(self) -> Tensor:
        total = self.total_count
        counts = ops.arange(total + 1.0, dtype=self.probs.dtype)[1:].reshape(-1, *(1,) * self.probs.ndim)
        ways = math.lgamma(total + 1) - ops.lgamma(counts + 1) - ops.lgamma(total - counts + 1)
        likely = (ways + ops.xlogy(counts, self.probs) + ops.xlogy(total - counts, 1 - self.probs)).exp()
        of_each: Any = self._categorical.entropy()
        return of_each * total - math.lgamma(total + 1) + (likely * ops.lgamma(counts + 1)).sum((0, -1))

    def log_prob(self, value: Tensor) -> Tensor:
        self._check(value)
        logits, value = ops.broadcast_tensors(self.logits, value)
        powers = (ops.where((value == 0) & (logits == -math.inf), 0, logits) * value).sum(-1)
        return ops.lgamma(value.sum(-1) + 1) - ops.lgamma(value + 1).sum(-1) + powers


class Poisson(Distribution):
    """How many events come that come at a `rate`."""

    arg_constraints: ClassVar[Any] = {"rate": from_on(0.0)}
    support = from_on(0, "IntegerGreaterThan")
    mean = variance = property(lambda self: self.rate)
    mode = property(lambda self: self.rate.floor())

    def __init__(self, rate: Any, validate_args: bool | None = None) -> None:
        (self.rate,) = together(rate)
        super().__init__(self.rate.shape, (), validate_args)

    def sample(self, sample_shape: Any = ()) -> Tensor:
        with no_grad():
            return sampling.poisson(self.rate.expand(self._shape(sample_shape)))

    def log_prob(self, value: Tensor) -> Tensor:
        self._check(value)
        rate, value = together(self.rate, value)
        return ops.xlogy(value, rate) - rate - ops.lgamma(value + 1)
