"""Expressions in arrays, with the shapes of their variables: for the languages of code that have operations on them."""

from __future__ import annotations

Shape = tuple[int, ...]

_N, _M = (3,), (2,)
_A, _S = (2, 3), (3, 3)
# Of the sum of the value's elements.
GRADIENTS: list[tuple[str, dict[str, Shape]]] = [
    ("x @ A @ x", {"x": _N, "A": _S}),
    ("x @ A @ y", {"x": _M, "A": _A, "y": _N}),
    ("norm(A @ x - b)", {"A": _A, "x": _N, "b": _M}),
    ("mean((A @ x - b)**2)", {"A": _A, "x": _N, "b": _M}),
    ("logdet(A @ A.T)", {"A": _A}),
    ("det(A)*trace(A)", {"A": _S}),
    ("trace(inverse(A) @ B)", {"A": _S, "B": _S}),
    ("trace(X.T @ A @ X)", {"X": _A, "A": (2, 2)}),
    ("x @ inverse(A) @ b", {"x": _N, "A": _S, "b": _N}),
    ("sum((A @ X - B)**2) + c*sum(X**2)", {"A": _A, "X": _S, "B": _A, "c": ()}),
    ("sum(exp(A @ x))", {"A": _A, "x": _N}),
    ("logsumexp(A @ x, 0)", {"A": _A, "x": _N}),
    ("sum(log(1 + exp(-y*(X @ w))))", {"y": _M, "X": _A, "w": _N}),
    ("-sum(y*log_softmax(W @ x, 0))", {"y": _M, "W": _A, "x": _N}),
    ("norm(x)**2/(c @ x + d)", {"x": _N, "c": _N, "d": ()}),
    ("(x @ A @ x)/(x @ x)", {"x": _N, "A": _S}),
    ("a @ X.T @ X @ b", {"a": _N, "X": _A, "b": _N}),
    ("sum(sigmoid(W @ x + b))", {"W": _A, "x": _N, "b": _M}),
    ("sum(A*x)", {"A": _A, "x": _N}),
    ("sum((A - mean(A, 0))**2)", {"A": _A}),
    ("sum(var(A, dim=1))", {"A": _A}),
    ("sum(A/sum(A, 1, keepdim=True))*sum(A)", {"A": _A}),
    ("sum(amax(A, 0))", {"A": _A}),
    ("sum(softmax(x, 0)*y)", {"x": _N, "y": _N}),
    ("var(x) + std(y)", {"x": _N, "y": _N}),
    ("prod(x)*sum(x)", {"x": _N}),
    ("sum((x[1:] - x[:-1])**2)", {"x": (20,)}),
    ("x[0]*x[1]*x[2]", {"x": _N}),
    ("trace(A)**2", {"A": _S}),
    ("c @ solve(A, b)", {"c": _N, "A": _S, "b": _N}),
    ("sum(outer(x, y)**2)", {"x": _N, "y": _M}),
    ("x @ diag(d) @ x", {"x": _N, "d": _N}),
    ("sum(A*B)/sqrt(sum(A**2)*sum(B**2))", {"A": _A, "B": _A}),
    ("sum(where(A > 1, A**2, A))", {"A": _A}),
    ("sum(maximum(x, y)**2)", {"x": _N, "y": _N}),
    ("sum(relu(A @ x))", {"A": _A, "x": _N}),
    ("sum(tanh(B @ tanh(A @ x)))", {"B": (2, 2), "A": _A, "x": _N}),
    ("sum(A @ B)", {"A": _A, "B": _S}),
    ("sum(x)/len(x) - numel(A)*sum(A)/A.shape[1]", {"x": _N, "A": _A}),
    ("sum(abs(x - y)**3)", {"x": _N, "y": _N}),
    ("A[0, 1]*x[0] + A[1, 1]", {"A": _A, "x": _M}),
    ("norm(X - A @ B)**2", {"X": _A, "A": (2, 2), "B": _A}),
    ("sum((A.T @ A)**2)", {"A": _A}),
    ("log(sum(exp(x - y)))", {"x": _N, "y": _N}),
    ("sum(A @ x*(A @ x))*c", {"A": _A, "x": _N, "c": ()}),
    ("sum(softmax(x, 0)*x)", {"x": (1,)}),
]
# Of each element of a vector.
JACOBIANS: list[tuple[str, dict[str, Shape]]] = [
    ("sin(x)*x", {"x": _N}),
    ("A @ x", {"x": _N, "A": _A}),
    ("softmax(x, 0)", {"x": _N}),
    ("log_softmax(x, 0)", {"x": _N}),
    ("x/norm(x)", {"x": _N}),
    ("x - mean(x)", {"x": _N}),
    ("(x - mean(x))/std(x)", {"x": _N}),
    ("tanh(A @ x + b)", {"A": _A, "x": _N, "b": _M}),
    ("B @ tanh(A @ x)", {"B": (2, 2), "A": _A, "x": _N}),
    ("x*(x @ A @ x)", {"x": _N, "A": _S}),
    ("relu(x)*y", {"x": _N, "y": _N}),
    ("x*sum(x)", {"x": _N}),
]
