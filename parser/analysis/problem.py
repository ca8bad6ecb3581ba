"""What is asked about one expression."""

from __future__ import annotations

from typing import NamedTuple

from ...engine import Tensor
from ..semantics.limits import Limits
from ..syntax.records import Program


class Problem(NamedTuple):
    """A parsed expression, the values of its variables, those to differentiate by, and what it may use."""

    program: Program
    variables: dict[str, Tensor]
    wrt: list[str]
    limits: Limits
