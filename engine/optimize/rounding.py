"""How far off a value may be because each operation rounds its result: to first order, by the adjoints of all of them.

With the derivative of the value by each intermediate result v, it is the sum of eps |v dy/dv| (Bauer, Computational
graphs and rounding error, SIAM Journal on Numerical Analysis 11, 1974). The inputs count as rounded too.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..autograd.jacobians import pulled_back
from ..primitives.selection import abs as magnitude
from ..program.program import Program, substituted, thawed, wrapped
from ..tensors.tensor import Tensor

EPS = float(np.finfo(float).eps)


def rounding(program: Program, inputs: Sequence[Tensor]) -> Tensor:
    """About how large the error of a program's `value`, one number, is for these inputs."""
    known: dict[Any, Any] = dict(zip(program.inputs, inputs, strict=True))
    for equation in program.equations:
        tensors = equation.primitive.tensors
        given = [thawed(argument) for argument in equation.arguments]
        operands = [wrapped(argument) if i < tensors else argument for i, argument in enumerate(given)]
        known.update(equation.named(equation.primitive.call(*[substituted(part, known) for part in operands])))
    value = known.get(program.outputs["value"])
    results = [t for t in known.values() if isinstance(t, Tensor) and t.dtype.is_floating_point and t.requires_grad]
    total = Tensor(np.zeros(()))
    if value is None or not results:
        return total
    for result, adjoint in zip(results, pulled_back([value], results), strict=True):
        if adjoint is not None:
            total = total + magnitude(result * adjoint).sum()
    return total * EPS
