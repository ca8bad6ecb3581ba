"""Powers in machine code: products for whole exponents, square roots for half ones, else a function."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .lanes import Lane
from .processor import multiplies_and_adds

# Up to these, products differ by no more than the functions for vectors do; above, with their errors added, by less.
_HIGHEST = 8
_HIGHEST_INVERSE = 3
_HIGHEST_CORRECTED = 64


def power(x: Lane, y: Any) -> Lane:
    """x to the power y, as `x ** y` has it for arrays, to some units in the last place."""
    same = exact_power(x, y)
    if same is not None:
        return same
    if isinstance(y, (int, float)) and x.dtype.kind == "f" and (2 * y) % 1 == 0:
        if 0 < y <= _HIGHEST:
            return _product(x, int(y)) if y == int(y) else _half(x, int(y))
        if y == int(y) and 0 < y <= _HIGHEST_CORRECTED and multiplies_and_adds():
            return _corrected(x, int(y))
        if -_HIGHEST_INVERSE <= y < 0:
            inverse: Any = 1 / x
            return _product(inverse, int(-y)) if y == int(y) else _half(x, int(-y), inverse=True)
    return x.body.apply(np.power, (x, y))


def exact_power(x: Lane, y: Any) -> Lane | None:
    """x to the power y where NumPy itself has a shorter way for arrays; None: it has none."""
    if type(y) not in (int, float) or x.dtype.kind != "f":
        return None
    if y == 0:
        return x.body.constant(1, x.dtype)
    shorter = {-1: np.reciprocal, 0.5: np.sqrt, 1: np.positive, 2: np.square}.get(y)
    return None if shorter is None else x.body.apply(shorter, (x,))


def exactly(x: Lane, y: Any) -> Lane:
    """As `power`, to the last bit. Refusal: only NumPy can say."""
    same = exact_power(x, y)
    return x.body.apply(np.power, (x, y)) if same is None else same


def _product(x: Any, n: int) -> Any:
    """x to a power of at least 1, whose factors other powers have too."""
    return x if n == 1 else _product(x, n // 2) * _product(x, n - n // 2)


def _half(x: Any, n: int, inverse: bool = False) -> Any:
    """x to the power n + 1/2, which is 0 for -0.0 and inf for -inf; or one over that."""
    # The sum makes 0.0 of -0.0.
    base = x + 0.0
    root = np.sqrt(base)
    if inverse:
        base, root = 1 / base, 1 / root
    return np.where(x == -math.inf, 0.0 if inverse else math.inf, root * _product(base, n) if n else root)


def _corrected(x: Any, n: int) -> Any:
    """x to a power as a product and its error, rounded once; as it is where it is infinite or 0."""
    product, error = _with_error(x, n)
    return np.where(np.isfinite(product) & (error != 0), product + error, product)


def _with_error(x: Any, n: int) -> tuple[Any, Any]:
    """x to a power, and what is missing in it (T. J. Dekker, A floating-point technique for extending precision)."""
    if n == 1:
        return x, x.body.constant(0, x.dtype)
    (a, a_error), (b, b_error) = _with_error(x, n // 2), _with_error(x, n - n // 2)
    product = a * b
    lost = x.body.intrinsic("fma", a, b, -product)
    return product, lost + (a * b_error + a_error * b)
