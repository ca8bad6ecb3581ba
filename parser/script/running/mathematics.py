"""Python's module `math` as a script has it: what would compute a number of too many digits is refused."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from .guard import Guard, check_bits, members


def mathematics(guard: Guard) -> dict[str, Any]:
    """The members of the module by name."""
    return {
        **{name: member for name, member in vars(math).items() if not name.startswith("_")},
        **members(_GUARDED, guard),
    }


def _factorial(guard: Guard, n: int) -> int:
    _check_product(n, 1, n)
    return math.factorial(n)


def _comb(guard: Guard, n: int, k: int) -> int:
    _check_product(n, 0, min(k, n - k) if isinstance(n, int) and isinstance(k, int) else k)
    return math.comb(n, k)


def _perm(guard: Guard, n: int, k: int | None = None) -> int:
    _check_product(n, 0, n if k is None else k)
    return math.perm(n, k)


def _prod(guard: Guard, values: Any, *, start: Any = 1) -> Any:
    product = start
    for value in values:
        guard.operands("*", product, value)
        product = guard.result(product * value)
    return product


def _lcm(guard: Guard, *values: int) -> int:
    multiple = 1
    for value in values:
        guard.operands("*", multiple, value)
        multiple = math.lcm(multiple, value)
    return multiple


def _check_product(n: Any, least: int, count: Any) -> None:
    """LimitError: a product of so many factors, none greater than `n`, has too many bits."""
    if isinstance(n, int) and isinstance(count, int) and least <= count <= n:
        check_bits(n.bit_length() * count)


_GUARDED: tuple[Callable[..., Any], ...] = (_comb, _factorial, _lcm, _perm, _prod)
