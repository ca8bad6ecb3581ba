"""What expressions are made with: the same functions for terms in canonical form and for syntax as it stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from ...engine.tensors.aliases import Call


class Algebra(NamedTuple):
    """Makes expressions of one kind.

    `operators`: of two expressions each. `call`: of a name of a function or from `notation`, and expressions;
    `raw_call`: of a name and a tuple of them, as it is. `symbol`: of a name. `read`: of a number of a program.
    `fitted`: of `Shapes`, an expression, a shape and whether elements are floating: the expression with just that
    shape. `recorded`: of `Shapes`, an expression and the shape that it is known to have.
    """

    operators: Mapping[str, Callable[[Any, Any], Any]]
    negative: Callable[[Any], Any]
    call: Call
    raw_call: Callable[[str, tuple[Any, ...]], Any]
    symbol: Callable[[str], Any]
    read: Callable[[Any], Any]
    fitted: Call
    recorded: Call
