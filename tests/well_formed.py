"""What holds of every program: each value is computed once, before it is used, by an operation with all arguments."""

from __future__ import annotations

from autodiff.engine.program import Program, Variable


def check(program: Program) -> None:
    """ValueError: a variable is used before it is computed or computed twice, or an equation lacks arguments."""
    known = set(program.inputs)
    names = [variable.name for variable in program.inputs]
    for equation in program.equations:
        for variable in equation.variables():
            if variable not in known:
                raise ValueError(f"{variable.name} is used before it is computed: {equation}")
        if len(equation.arguments) != len(equation.primitive.arguments):
            raise ValueError(f"{equation.primitive.name} takes {len(equation.primitive.arguments)}: {equation}")
        known.update(equation.results)
        names.extend(variable.name for variable in equation.results)
    for name, output in program.outputs.items():
        if isinstance(output, Variable) and output not in known:
            raise ValueError(f"the output {name} is {output.name}, which is not computed")
    if len(set(names)) < len(names):
        raise ValueError("two values of the program have one name")
