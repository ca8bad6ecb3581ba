"""What is asked about one expression."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from ...engine import Tensor
from ..semantics.limits import Limits
from ..syntax.records import Program

# Those of the variables, in order.
Shapes = tuple[tuple[str, tuple[int, ...]], ...]


class Problem(NamedTuple):
    """A parsed expression, the values of its variables, those to differentiate by, and what it may use."""

    program: Program
    variables: Mapping[str, Tensor]
    wrt: Sequence[str]
    limits: Limits = Limits()

    def shapes(self) -> Shapes:
        """Those of the variables."""
        return tuple((name, value._data.shape) for name, value in self.variables.items())

    def leaves(self) -> dict[str, Tensor]:
        """The variables as leaves of a new graph, of which those to differentiate by require grad."""
        return {name: _apart(value).requires_grad_(name in self.wrt) for name, value in self.variables.items()}


def _apart(value: Tensor) -> Tensor:
    """A tensor of the same value outside its graph. A number is not shared: operations are fastest on bare ones."""
    return Tensor(value._data) if type(value._data) is np.float64 else value.detach()
