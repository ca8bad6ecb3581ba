"""Programs: a function of tensors and its derivatives, run once on symbols and kept as a list of equations.

    program = trace(lambda x, y: {"value": sin(x) * y}, {"x": (), "y": ()})
    print(program)                        # the equations, one a line
    program(0.5, 2.0)                     # on numbers, arrays or Tensors: the outputs, in order
    program.run({"x": 0.5, "y": 2.0})     # the same by name
    run(program, {"x": xs, "y": ys})      # over columns of n rows: arrays of shape (n, ...) by output

`trace` takes each input as a shape, or as a Tensor, an array or a number of that shape and dtype. Inside the function
`autograd.grad` and `backward` work as they do elsewhere, and what they compute becomes equations too; the function
`derivatives` of the module `taylor` finds the usual ones and names them (`grad.x`, `hessian.x.y`, `d2.x`).
TraceError: the function asked for the numbers themselves (`if x > 0`, `float(x)`, a shape that depends on them), so
that there is no one program for all of them.
"""

from __future__ import annotations

from ..tensors.symbol import TraceError
from .columns import pays, pays_from, run
from .program import Constant, Equation, Program, Variable
from .tracing import trace

__all__ = ["Constant", "Equation", "Program", "TraceError", "Variable", "pays", "pays_from", "run", "trace"]
