"""torch.optim.lr_scheduler: learning rates that change from epoch to epoch."""

# ruff: noqa: N802, N803  (a rule has the name of the class that is made of it, and PyTorch's arguments)
from __future__ import annotations

import math
import warnings
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from ..api.declared import Declared, of_rule, require
from ..api.offered import offered_in
from .optimizer import Optimizer

_TOO_EARLY = (
    "Detected call of `lr_scheduler.step()` before `optimizer.step()`. In PyTorch 1.1.0 and later, you should call "
    "them in the opposite order: `optimizer.step()` before `lr_scheduler.step()`.  Failure to do this will result in "
    "PyTorch skipping the first value of the learning rate schedule. See more details at "
    "https://pytorch.org/docs/stable/optim.html#how-to-adjust-learning-rate"
)


class LRScheduler(Declared, optimizer=..., last_epoch=-1):
    """Base of all schedules: a subclass says in `get_lr` what the rates are, from those before and `last_epoch`.

    Its settings stand in the head of the class, without the optimiser and `last_epoch`.
    """

    _before: ClassVar[dict[str, Any]] = {"optimizer": ...}
    _behind: ClassVar[dict[str, Any]] = {"last_epoch": -1}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        given = self._given(args, kwargs)
        self.optimizer, last_epoch = given.pop("optimizer"), given.pop("last_epoch", -1)
        kind = type(self.optimizer)
        require(issubclass(kind, Optimizer), f"{kind.__name__} is not an Optimizer", TypeError)
        vars(self).update(given)
        self._settle()
        self._begin(last_epoch)

    def _begin(self, last_epoch: int) -> None:
        for number, group in enumerate(self.optimizer.param_groups):
            missing = f"param 'initial_lr' is not specified in param_groups[{number}] when resuming scheduler with "
            require(last_epoch == -1 or "initial_lr" in group, f"{missing}last_epoch >= 0", KeyError)
            group.setdefault("initial_lr", group["lr"])
        self.base_lrs: list[float] = [group["initial_lr"] for group in self.optimizer.param_groups]
        self.last_epoch = last_epoch
        self._is_initial = self._get_lr_called_within_step = False  # PyTorch has them in the state
        self._step_count = 0
        self.step()

    def get_lr(self) -> Sequence[float]:
        """The rate of each group in the epoch that begins."""
        raise NotImplementedError

    def get_last_lr(self) -> list[float]:
        return self._last_lr

    def step(self, epoch: Any = None) -> None:
        """Sets the rates of the next epoch, or of one that is given."""
        if self._step_count == 1 and not self.optimizer._steps:
            warnings.warn(_TOO_EARLY, stacklevel=2)
        self._step_count += 1
        self._move(epoch)

    def _move(self, epoch: Any) -> None:
        self.last_epoch = self.last_epoch + 1 if epoch is None else epoch
        self._set(self.get_lr())

    def _rates(self) -> list[float]:
        return [group["lr"] for group in self.optimizer.param_groups]

    def _set(self, rates: Sequence[float]) -> None:
        for group, rate in zip(self.optimizer.param_groups, rates, strict=True):
            group["lr"] = rate
        self._last_lr = self._rates()

    def _each(self, name: str, value: Any, words: str = "expected {} values for {}, got {}") -> list[Any]:
        """A setting of each group. ValueError: there are not as many as groups."""
        groups = len(self.optimizer.param_groups)
        values = list(value) if isinstance(value, (list, tuple)) else [value] * groups
        require(len(values) == groups, words.format(groups, name, len(values)))
        return values

    def state_dict(self) -> dict[str, Any]:
        """All but the optimiser; None in place of functions."""
        return {name: _state_of(value) for name, value in vars(self).items() if name != "optimizer"}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Takes over a `state_dict`, but keeps the functions there are."""
        own = vars(self)
        for scheduler, state in zip(own.get("_schedulers", ()), state_dict.get("_schedulers", ()), strict=True):
            scheduler.load_state_dict(state)
        own.update({name: value for name, value in state_dict.items() if _state_of(own.get(name)) == own.get(name)})


_LRScheduler = LRScheduler  # as older lessons call it


def _state_of(value: Any) -> Any:
    if isinstance(value, list):
        return [_state_of(each) for each in value]
    if isinstance(value, LRScheduler):
        return value.state_dict()
    return None if callable(value) else value


class _OfFunctions(LRScheduler, lr_lambda=...):
    """A schedule by a function of the epoch, or of each group its own."""

    def _settle(self) -> None:
        given = vars(self).pop("lr_lambda")
        self.lr_lambdas = self._each("lr_lambdas", given, "Expected {} {}, but got {}")

    def _times(self, rates: Sequence[float]) -> Sequence[float]:
        return [rate * f(self.last_epoch) for rate, f in zip(rates, self.lr_lambdas, strict=True)]


class LambdaLR(_OfFunctions):
    """The first rate times a function of the epoch, or of each group its own."""

    def get_lr(self) -> Sequence[float]:
        return self._times(self.base_lrs)


class MultiplicativeLR(_OfFunctions):
    """The rate before times a function of the epoch, or of each group its own."""

    def get_lr(self) -> Sequence[float]:
        return self._times(self._rates()) if self.last_epoch else self._rates()


class _Chained(LRScheduler):
    """A schedule whose `_rule` makes the rate of an epoch of that before, and a later one of all between."""

    def get_lr(self) -> Sequence[float]:
        settings = [getattr(self, name) for name in self._takes]
        each = zip(self._rates(), self.base_lrs, strict=True)
        return [self._rule(rate, base, self.last_epoch, *settings) for rate, base in each]

    def _move(self, epoch: Any) -> None:
        if epoch is not None:
            self.last_epoch = -1
            self._set(self.base_lrs)
        for _ in range(1 if epoch is None else int(epoch) + 1):
            super()._move(None)


def _chained(**members: Any) -> Callable[[Any], Any]:
    return of_rule(_Chained, 3, **members)


@_chained()
def StepLR(rate, base, epoch, step_size, gamma=0.1):
    """The rate times `gamma` after each `step_size` epochs."""
    return rate * gamma if epoch and epoch % step_size == 0 else rate


@_chained(_settle=lambda self: vars(self).update(milestones=Counter(self.milestones)))
def MultiStepLR(rate, base, epoch, milestones, gamma=0.1):
    """The rate times `gamma` at each of the milestones."""
    return rate * gamma ** milestones.get(epoch, 0)


@_chained()
def ConstantLR(rate, base, epoch, factor=1 / 3, total_iters=5):
    """The rate times `factor` for the first `total_iters` epochs."""
    require(0 <= factor <= 1, "Constant multiplicative factor expected to be between 0 and 1.")
    return rate * (factor if epoch == 0 else 1.0 / factor if epoch == total_iters else 1)


@_chained()
def LinearLR(rate, base, epoch, start_factor=1 / 3, end_factor=1.0, total_iters=5):
    """The rate times a factor that goes from one number to another in `total_iters` epochs."""
    first, change = start_factor, end_factor - start_factor
    require(0 < first <= 1, "Starting multiplicative factor expected to be greater than 0 and less or equal to 1.")
    require(0 <= end_factor <= 1, "Ending multiplicative factor expected to be between 0 and 1.")
    if epoch == 0 or epoch > total_iters:
        return rate if epoch else rate * first
    return rate * (1.0 + change / (total_iters * first + (epoch - 1) * change))


@_chained()
def ExponentialLR(rate, base, epoch, gamma):
    """The rate times `gamma` after each epoch."""
    return rate * gamma if epoch else rate


@_chained()
def PolynomialLR(rate, base, epoch, total_iters=5, power=1.0):
    """The rate goes to 0 in `total_iters` epochs, as a power of those that are left."""
    if epoch == 0 or epoch > total_iters:
        return rate
    return rate * ((1.0 - epoch / total_iters) / (1.0 - (epoch - 1) / total_iters)) ** power


@_chained()
def CosineAnnealingLR(rate, base, epoch, T_max, eta_min=0.0):
    """The rate goes to `eta_min` along half a cosine in `T_max` epochs, and back."""
    if epoch == 0:
        return rate
    if (epoch - 1 - T_max) % (2 * T_max) == 0:  # from the least one up again, which no factor does
        return rate + (base - eta_min) * ((1 - math.cos(math.pi / T_max)) / 2)
    ratio = (1 + math.cos(math.pi * epoch / T_max)) / (1 + math.cos(math.pi * (epoch - 1) / T_max))
    return ratio * (rate - eta_min) + eta_min


class CosineAnnealingWarmRestarts(LRScheduler, T_0=..., T_mult=1, eta_min=0.0):
    """The rate goes to `eta_min` along half a cosine in `T_0` epochs, then again in `T_mult` times as many."""

    def _settle(self) -> None:
        first, times = self.T_0, self.T_mult
        require(isinstance(first, int) and first > 0, f"Expected positive integer T_0, but got {first}")
        require(isinstance(times, int) and times >= 1, f"Expected integer T_mult >= 1, but got {times}")

    def get_lr(self) -> Sequence[float]:
        turn = (1 + math.cos(math.pi * self.T_cur / self.T_i)) / 2
        return [self.eta_min + (base - self.eta_min) * turn for base in self.base_lrs]

    def step(self, epoch: Any = None) -> None:
        """Sets the rates of the next epoch, or of a part of one. ValueError: it is negative."""
        at = self.last_epoch + 1 if epoch is None else epoch
        require(at >= 0, f"Expected non-negative epoch, but got {at}")
        self.T_i, self.T_cur = self.T_0, at
        while self.T_cur >= self.T_i:
            self.T_cur -= self.T_i
            self.T_i *= self.T_mult
        self.last_epoch = math.floor(at)
        self._set(self.get_lr())


class _WithMomentum(LRScheduler):
    """A schedule that, with `cycle_momentum`, changes the momentum against the rate."""

    def _settle(self) -> None:
        defaults = self.optimizer.defaults
        self.use_beta1 = "betas" in defaults
        has = not self.cycle_momentum or self.use_beta1 or "momentum" in defaults
        require(has, "optimizer must support momentum or beta1 with `cycle_momentum` option enabled")

    def _set_momentum(self, group: dict[str, Any], value: float) -> None:
        if self.cycle_momentum:
            group.update({"betas": (value, *group["betas"][1:])} if self.use_beta1 else {"momentum": value})


# How OneCycleLR names the ends of its phases in the groups: the rate from and to, the momentum from and to.
_UP = ("initial_lr", "max_lr", "max_momentum", "base_momentum")
_DOWN = ("max_lr", "min_lr", "base_momentum", "max_momentum")
_BACK = ("max_lr", "initial_lr", "base_momentum", "max_momentum")
_OUT = ("initial_lr", "min_lr", "max_momentum", "max_momentum")
_STEPS: dict[str, Any] = {"total_steps": None, "epochs": None, "steps_per_epoch": None}
_RISE: dict[str, Any] = {"pct_start": 0.3, "anneal_strategy": "cos"}
_MOMENTA: dict[str, Any] = {"cycle_momentum": True, "base_momentum": 0.85, "max_momentum": 0.95}
_DIVISORS: dict[str, Any] = {"div_factor": 25.0, "final_div_factor": 1e4}


class OneCycleLR(_WithMomentum, max_lr=..., **_STEPS, **_RISE, **_MOMENTA, **_DIVISORS, three_phase=False):
    """Up to `max_lr` in a part of all steps, then down to far less than at first (Smith and Topin, 2019)."""

    def _settle(self) -> None:
        super()._settle()
        if self.total_steps is None:
            wrong = "You must define either total_steps OR (epochs AND steps_per_epoch)"
            require(None not in (self.epochs, self.steps_per_epoch), wrong)
            self.total_steps = self.epochs * self.steps_per_epoch
        total, share, strategy = self.total_steps, self.pct_start, self.anneal_strategy
        require(isinstance(total, int) and total > 0, f"Expected positive integer total_steps, but got {total}")
        require(0 <= share <= 1, f"Expected float between 0 and 1 pct_start, but got {share}")
        is_known = strategy in ("cos", "linear")
        require(is_known, f"anneal_strategy must be one of 'cos' or 'linear', instead got {strategy}")
        rising, last = share * total - 1, total - 1
        three = [(rising, *_UP), (2 * rising, *_BACK), (last, *_OUT)]
        self._schedule_phases = three if self.three_phase else [(rising, *_UP), (last, *_DOWN)]
        momenta = {"max_momentum": self.max_momentum, "base_momentum": self.base_momentum}
        for group, rate in zip(self.optimizer.param_groups, self._each("max_lr", self.max_lr), strict=True):
            first = rate / self.div_factor
            group.update(max_lr=rate, initial_lr=first, min_lr=first / self.final_div_factor)
            group.update(momenta if self.cycle_momentum else {})

    def get_lr(self) -> Sequence[float]:
        step, most, phases = self.last_epoch, self.total_steps, self._schedule_phases
        require(step <= most, f"Tried to step {step} times. The specified number of total steps is {most}")
        at = next((number for number, (end, *_) in enumerate(phases) if step <= end), len(phases) - 1)
        (end, *ends), begin = phases[at], phases[at - 1][0] if at else 0.0
        share = (step - begin) / (end - begin)

        def between(group: dict[str, Any], start: str, end: str) -> float:
            if self.anneal_strategy == "cos":
                return group[end] + (group[start] - group[end]) / 2.0 * (1 + math.cos(math.pi * share))
            return (group[end] - group[start]) * share + group[start]

        for group in self.optimizer.param_groups if self.cycle_momentum else ():
            self._set_momentum(group, between(group, *ends[2:]))
        return [between(group, *ends[:2]) for group in self.optimizer.param_groups]


# By how much CyclicLR scales the heights of cycles, or of steps.
_SCALES = {
    "triangular": (lambda gamma, x: 1.0, "cycle"),
    "triangular2": (lambda gamma, x: 1 / 2.0 ** (x - 1), "cycle"),
    "exp_range": (lambda gamma, x: gamma**x, "iterations"),
}
_SIZES: dict[str, Any] = {"step_size_up": 2000, "step_size_down": None}
_HEIGHTS: dict[str, Any] = {"mode": "triangular", "gamma": 1.0, "scale_fn": None, "scale_mode": "cycle"}
_CYCLED: dict[str, Any] = {"cycle_momentum": True, "base_momentum": 0.8, "max_momentum": 0.9}


class CyclicLR(_WithMomentum, base_lr=..., max_lr=..., **_SIZES, **_HEIGHTS, **_CYCLED):
    """Up and down between two rates, again and again (Smith, 2017)."""

    def _settle(self) -> None:
        super()._settle()
        require(self.scale_fn is not None or self.mode in _SCALES, "mode is invalid and scale_fn is None")
        if self.scale_fn is None:
            self.scale_mode = _SCALES[self.mode][1]
        down = self.step_size_up if self.step_size_down is None else self.step_size_down
        self.total_size = float(self.step_size_up) + float(down)
        self.step_ratio = self.step_size_up / self.total_size
        for name in ("max_lr", "base_momentum", "max_momentum"):
            setattr(self, f"{name}s", self._each(name, getattr(self, name)))
        self._set(self._each("base_lr", self.base_lr))

    def get_lr(self) -> Sequence[float]:
        cycle = math.floor(1 + self.last_epoch / self.total_size)
        x = 1.0 + self.last_epoch / self.total_size - cycle
        share = x / self.step_ratio if x <= self.step_ratio else (x - 1) / (self.step_ratio - 1)
        at = cycle if self.scale_mode == "cycle" else self.last_epoch
        height = share * (self.scale_fn(at) if self.scale_fn else _SCALES[self.mode][0](self.gamma, at))
        momenta = zip(self.base_momentums, self.max_momentums, strict=True)
        for group, (low, high) in zip(self.optimizer.param_groups, momenta, strict=True):
            self._set_momentum(group, high - (high - low) * height)
        return [base + (high - base) * height for base, high in zip(self.base_lrs, self.max_lrs, strict=True)]


class SequentialLR(LRScheduler, schedulers=..., milestones=...):
    """Schedules one after the other, each from its milestone on."""

    def _settle(self) -> None:
        own = vars(self)
        self._schedulers, self._milestones = list(own.pop("schedulers")), list(own.pop("milestones"))
        count, ends = len(self._schedulers), len(self._milestones)
        require(count > 0, f"{type(self).__name__} expects at least one scheduler, but got no scheduler.")
        require(
            ends == count - 1,
            "Sequential Schedulers expects number of schedulers provided to be one more than the number of milestone "
            f"points, but got number of schedulers {count} and the number of milestones to be equal to {ends}",
        )

    def _begin(self, last_epoch: int) -> None:
        self.last_epoch = last_epoch + 1
        self._set([group["initial_lr"] for group in self.optimizer.param_groups])
        for scheduler in self._schedulers:
            scheduler.last_epoch -= 1
        self._schedulers[0]._step_count = 0
        self._schedulers[0].step()
        self._last_lr = self._schedulers[0].get_last_lr()

    def step(self, epoch: Any = None) -> None:
        self.last_epoch += 1
        number = bisect_right(self._milestones, self.last_epoch)
        scheduler = self._schedulers[number]
        if number > 0 and self._milestones[number - 1] == self.last_epoch:
            scheduler._move(0)
        else:
            scheduler.step()
        self._last_lr = scheduler.get_last_lr()


class ChainedScheduler(LRScheduler):
    """Schedules one inside the other: each changes what the one before it has set."""

    def __init__(self, schedulers: Sequence[Any], optimizer: Optimizer | None = None) -> None:
        has = len(schedulers) > 0
        require(has, "ChainedScheduler expects at least one scheduler to be chained, but got no scheduler.")
        self._schedulers, self.optimizer = list(schedulers), optimizer or schedulers[0].optimizer
        self._last_lr = self._rates()

    def step(self, epoch: Any = None) -> None:
        for scheduler in self._schedulers:
            scheduler.step()
        self._last_lr = self._rates()


_BETTER: dict[str, Any] = {"threshold": 1e-4, "threshold_mode": "rel"}


class ReduceLROnPlateau(LRScheduler, mode="min", factor=0.1, patience=10, **_BETTER, cooldown=0, min_lr=0, eps=1e-8):
    """The rate times `factor` when a number, given to `step`, has not become better for `patience` epochs."""

    _behind: ClassVar[dict[str, Any]] = {}  # it goes on from no epoch

    def _settle(self) -> None:
        require(self.factor < 1.0, "Factor should be < 1.0.")
        require(self.mode in ("min", "max"), f"mode {self.mode} is unknown!")
        require(self.threshold_mode in ("rel", "abs"), f"threshold mode {self.threshold_mode} is unknown!")
        least = vars(self).pop("min_lr")
        self.default_min_lr = None if isinstance(least, (list, tuple)) else least
        self.min_lrs = self._each("min_lrs", least, "expected {} {}, got {}")

    def _begin(self, last_epoch: int) -> None:
        self.best = self.mode_worse = math.inf if self.mode == "min" else -math.inf
        self.num_bad_epochs = self.cooldown_counter = self.last_epoch = 0
        self._last_lr = self._rates()

    def _is_better(self, value: float) -> bool:
        sign = 1 if self.mode == "min" else -1
        share, off = (self.threshold, 0.0) if self.threshold_mode == "rel" else (0.0, self.threshold)
        return sign * value < sign * self.best * (1 - sign * share) - off

    def step(self, metrics: Any, epoch: Any = None) -> None:  # pyrefly: ignore[bad-override]
        value = float(metrics)
        self.last_epoch = self.last_epoch + 1 if epoch is None else epoch
        if self._is_better(value):
            self.best, self.num_bad_epochs = value, 0
        else:
            self.num_bad_epochs += 1
        if self.cooldown_counter > 0:
            self.cooldown_counter -= 1
            self.num_bad_epochs = 0
        if self.num_bad_epochs > self.patience:
            for group, least in zip(self.optimizer.param_groups, self.min_lrs, strict=True):
                rate = max(group["lr"] * self.factor, least)
                if group["lr"] - rate > self.eps:
                    group["lr"] = rate
            self.cooldown_counter, self.num_bad_epochs = self.cooldown, 0
        self._last_lr = self._rates()


__all__ = offered_in(globals(), LRScheduler)  # pyright: ignore[reportUnsupportedDunderAll]
