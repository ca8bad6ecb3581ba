"""What can be said of one expression: derivatives, passes, its graph, where a nan came from, what a check finds.

A `Problem` says what is asked, and each module answers one question about it:

    >>> from autodiff.engine import tensor
    >>> from autodiff.parser.analysis.problem import Problem
    >>> from autodiff.parser.syntax.parse import parse
    >>> problem = Problem(parse("x*y + sin(x)"), {"x": tensor(0.5), "y": tensor(4.2)}, wrt=["x", "y"])

    >>> from autodiff.parser.analysis.differentiate import Request, differentiate
    >>> report = differentiate(problem, Request(hessian=True))
    >>> report.text_of("grad.x"), report.text_of("hessian.x.y")
    ('5.077582561890373', '1.0')

    >>> from autodiff.parser.analysis.forward_pass import record
    >>> report, passes = record(problem)
    >>> [(step.name, step.written) for step in passes.steps]
    [('v1', 'x*y'), ('v2', 'sin(x)'), ('v3', 'x*y + sin(x)')]
    >>> [visit.grad_fn for visit in passes.visits]
    ['AddBackward0', 'SinBackward0', 'MulBackward0']

    >>> from autodiff.parser.analysis.graph import graph_of
    >>> report, graph = graph_of(problem)
    >>> [link.to for link in graph.vertices["v3"].inputs]
    ['v1', 'v2']

    >>> from autodiff.parser.analysis.coordinates import NumericFunction
    >>> from autodiff.parser.analysis.verdict import check
    >>> expression = NumericFunction(problem.program, ["x", "y"], problem.limits, "float64")
    >>> check(expression, given={}, free=["x", "y"], count=3, seed=0, order=1).holds
    True
"""
