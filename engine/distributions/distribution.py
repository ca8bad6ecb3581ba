"""What distributions have in common: shapes, and what their parameters and numbers have to be."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from typing import Any, ClassVar

from ..api.creation import tensor
from ..api.declared import require
from ..api.offered import Offered
from ..table.registry import ops
from ..tensors.dtypes import get_default_dtype
from ..tensors.modes import no_grad
from ..tensors.size import Size
from ..tensors.tensor import Tensor


class Constraint:
    """What numbers have to be, and what PyTorch calls that."""

    def __init__(self, text: str, holds: Callable[[Any], Any]) -> None:
        self.text, self.check = text, holds

    def __repr__(self) -> str:
        return self.text


def interval(low: Any, high: Any, kind: str = "Interval") -> Constraint:
    def holds(x: Any) -> Any:
        inside = (x >= low) & (x <= high)
        return inside & (x % 1 == 0) if kind.startswith("Integer") else inside

    return Constraint(f"{kind}(lower_bound={low}, upper_bound={high})", holds)


def rows(constraint: Constraint) -> Constraint:
    text = f"IndependentConstraint({constraint}, 1)"
    return Constraint(text, lambda x: constraint.check(x).all(-1))


REAL = Constraint("Real()", lambda x: x == x)
BOOLEAN = Constraint("Boolean()", lambda x: (x == 0) | (x == 1))
SIMPLEX = Constraint("Simplex()", lambda x: (x >= 0).all(-1) & ((x.sum(-1) - 1).abs() < 1e-6))


def above(low: Any) -> Constraint:
    return Constraint(f"GreaterThan(lower_bound={low})", lambda x: x > low)


def from_on(low: Any, kind: str = "GreaterThanEq") -> Constraint:
    whole = kind.startswith("Integer")
    return Constraint(f"{kind}(lower_bound={low})", lambda x: (x >= low) & (x % 1 == 0) if whole else x >= low)


def together(*values: Any) -> Any:
    """Numbers and tensors as tensors of one shape."""
    given = [value for value in values if isinstance(value, Tensor)]
    known = len(given) == len(values) or all(isinstance(value, (int, float, Tensor)) for value in values)
    wrong = "Input arguments must all be instances of Number, torch.Tensor or objects implementing __torch_function__."
    require(known, wrong)
    dtype = given[0].dtype if given else get_default_dtype()
    return ops.broadcast_tensors(*[v if isinstance(v, Tensor) else tensor(v, dtype=dtype) for v in values])


def _lacking(what: str) -> Callable[..., Any]:
    def method(self: Any, *args: Any, **named: Any) -> Any:
        raise NotImplementedError(f"the {what} of {type(self).__name__} is not implemented")

    return method


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
        raise NotImplementedError(f"{type(self).__name__} has no rsample: what is drawn has no derivative here")

    entropy, cdf, icdf, enumerate_support = map(_lacking, ("entropy", "cdf", "icdf", "enumerate_support"))
    mode = property(_lacking("mode"))

    def perplexity(self) -> Tensor:
        return self.entropy().exp()

    def expand(self, batch_shape: Any, _instance: Any = None) -> Any:
        """The same, drawn alone in a larger shape."""
        made, rank = copy(self), len(self.batch_shape)
        for name, value in vars(self).items():
            if isinstance(value, Tensor):
                vars(made)[name] = value.expand((*batch_shape, *value.shape[rank:]))
            elif isinstance(value, Distribution):
                vars(made)[name] = value.expand((*batch_shape, *value.batch_shape[rank:]))
        made._batch_shape = Size(batch_shape)
        return made

    def _shape(self, sample_shape: Any) -> Size:
        return Size((*sample_shape, *self.batch_shape, *self.event_shape))

    def _check(self, value: Any) -> None:
        """ValueError: no such value can be drawn."""
        if not self._checks:
            return
        require(isinstance(value, Tensor), "The value argument to log_prob must be a Tensor")
        own = Size((*self.batch_shape, *self.event_shape))
        events, rank = self.event_shape, len(self.event_shape)
        right = value.shape[max(len(value.shape) - rank, 0) :]
        wrong = f"The right-most size of value must match event_shape: {value.shape} vs {events}."
        require(not rank or right == events, wrong)
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
