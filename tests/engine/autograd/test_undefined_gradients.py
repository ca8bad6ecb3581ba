"""Graphs made at random, in which some nodes send no gradient, against a sum over paths that knows nothing of nodes."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autodiff.engine as torch
from autodiff.engine import Tensor
from autodiff.engine.autograd import Function

# What each leaf is, before the steps; the third requires no gradient.
LEAVES = (np.array([0.7, -1.2]), np.array([1.3, 0.4]), np.array([-0.5, 2.0]))
CONSTANT = 2


class Step(NamedTuple):
    """An operation on earlier values, by their numbers; it adds its results to the values.

    A "custom" one has two results, row j of `weights` times the arguments for result j. Its backward sends None to the
    arguments in `cut`, and is given zeros for results that received nothing if it `materializes`.
    """

    kind: str
    arguments: tuple[int, ...]
    cut: tuple[int, ...] = ()
    materializes: bool = True

    @property
    def weights(self) -> np.ndarray[Any, Any]:
        """How the results of a custom step depend on its arguments: [result, argument]."""
        return np.arange(1.0, 2.0 * len(self.arguments) + 1).reshape(2, -1) / 4

    @property
    def results(self) -> int:
        return 2 if self.kind in ("custom", "unbind") else 1


def custom(step: Step) -> Any:
    class Custom(Function):
        @staticmethod
        def forward(ctx: Any, *xs: Any) -> Any:
            ctx.set_materialize_grads(step.materializes)
            return tuple(sum(w * x for w, x in zip(row.tolist(), xs, strict=True)) for row in step.weights)

        @staticmethod
        def backward(ctx: Any, *gs: Any) -> Any:
            sent: list[Any] = []
            for i, column in enumerate(step.weights.T.tolist()):
                parts = [w * g for w, g in zip(column, gs, strict=True) if g is not None]
                sent.append(None if i in step.cut or not parts else sum(parts))
            return tuple(sent)

    return Custom.apply


def run(step: Step, xs: list[Tensor]) -> tuple[Tensor, ...]:
    x = xs[0]
    match step.kind:
        case "custom":
            return custom(step)(*xs)
        case "sin":
            return (torch.sin(x),)
        case "mul":
            return (x * xs[1],)
        case "view":
            return (x.view(2, 1).view(2),)
        case "stack":
            return (torch.stack(xs).sum(0),)
        case "unbind":
            return torch.stack([x, xs[1] * 2]).unbind(0)
        case "in place":
            return (torch.cos(x).mul_(xs[1]),)
        case _:
            # The number of elements that are not zero has no derivative, in PyTorch's words none that is defined.
            return (torch.linalg.vector_norm(x, 0).expand(2) * xs[1],)


def local(step: Step, xs: list[Any], result: int, argument: int) -> Any:
    """The derivative of a result with respect to an argument, element by element; None: it sends no gradient."""
    x = xs[0]
    match step.kind:
        case "custom":
            return None if argument in step.cut else step.weights[result, argument]
        case "sin":
            return np.cos(x)
        case "mul":
            return xs[1 - argument]
        case "unbind":
            return (1.0, 2.0)[argument] if result == argument else None
        case "in place":
            return -np.sin(x) * xs[1] if argument == 0 else np.cos(x)
        case "count":
            return None if argument == 0 else 2.0
        case _:
            return 1.0


class Paths:
    """What each value receives from the roots, by going back from it to its uses, and from these on to the roots."""

    def __init__(self, steps: list[Step], values: list[Any], roots: list[int]) -> None:
        self.steps, self.values, self.roots = steps, values, roots
        self.first = [len(LEAVES)]
        for step in steps:
            self.first.append(self.first[-1] + step.results)
        self.wants = [i != CONSTANT for i in range(len(LEAVES))]
        for step in steps:
            self.wants += [any(self.wants[a] for a in step.arguments)] * step.results
        self.known: dict[int, Any] = {}

    def reached(self, value: int) -> bool:
        """Whether a backward pass comes to a value: the roots lead to it, or to a result of the same step."""
        of = [value]
        for step, first in zip(self.steps, self.first, strict=False):
            if first <= value < first + step.results:
                of = list(range(first, first + step.results))
        return self.wants[value] and any(
            v in self.roots or any(v in s.arguments and self.reached(f) for s, f in zip(self.steps, self.first))  # noqa: B905
            for v in of
        )

    def gradient(self, value: int) -> Any:
        """The sum over all paths from a value to the roots; None where there is none."""
        if value not in self.known:
            parts: list[Any] = [np.ones(2)] * self.roots.count(value)
            for step, first in zip(self.steps, self.first, strict=False):
                if value in step.arguments and self.reached(first):
                    parts += self.sent(step, first, value)
            self.known[value] = sum(parts) if parts else None
        return self.known[value]

    def sent(self, step: Step, first: int, value: int) -> list[Any]:
        xs = [self.values[a] for a in step.arguments]
        arriving = [self.gradient(first + i) for i in range(step.results)]
        if (step.kind == "custom" and step.materializes) or (
            step.kind == "unbind" and any(a is not None for a in arriving)
        ):
            # One node for the results of `unbind`: zeros from one where another has some.
            arriving = [np.zeros(2) if a is None else a for a in arriving]
        parts: list[Any] = []
        for argument, number in enumerate(step.arguments):
            for result, gradient in enumerate(arriving):
                derivative = local(step, xs, result, argument)
                if number == value and gradient is not None and derivative is not None:
                    parts.append(gradient * derivative)
        return parts


@st.composite
def graphs(draw: st.DrawFn) -> tuple[list[Step], list[int]]:
    steps: list[Step] = []
    count = len(LEAVES)
    kinds = st.sampled_from(["custom", "custom", "sin", "mul", "view", "stack", "unbind", "in place", "count"])
    for _ in range(draw(st.integers(1, 7))):
        kind = draw(kinds)
        number = {"sin": 1, "view": 1, "custom": draw(st.integers(1, 3)), "stack": draw(st.integers(1, 3))}.get(kind, 2)
        arguments = tuple(draw(st.lists(st.integers(0, count - 1), min_size=number, max_size=number)))
        cut = tuple(sorted(draw(st.sets(st.integers(0, number - 1))))) if kind == "custom" else ()
        steps.append(Step(kind, arguments, cut, draw(st.booleans())))
        count += steps[-1].results
    # Mostly the last values: what no root depends on has no part in a pass.
    return steps, draw(st.lists(st.integers(0, count - 1).map(lambda back: count - 1 - back), min_size=1, max_size=3))


def made(steps: list[Step]) -> list[Tensor]:
    """The values of a graph: the leaves, and what the steps add."""
    values = [torch.tensor(leaf.tolist(), requires_grad=i != CONSTANT) for i, leaf in enumerate(LEAVES)]
    for step in steps:
        values += run(step, [values[a] for a in step.arguments])
    return values


def plain(gradient: Any) -> Any:
    return None if gradient is None else gradient.detach().numpy()


def close(found: Any, expected: Any) -> bool:
    if found is None or expected is None:
        return found is expected
    return np.allclose(found, expected, rtol=1e-12, atol=1e-12)


def prepared(graph: tuple[list[Step], list[int]]) -> tuple[list[Tensor], list[Tensor], Paths]:
    """The values of a graph, its roots, and what is expected."""
    steps, roots = graph
    values = made(steps)
    paths = Paths(steps, [v.detach().numpy() for v in values], roots := [r for r in roots if values[r].requires_grad])
    return values, [values[r] for r in roots], paths


ONES = torch.ones(2)


@given(graphs())
def test_each_leaf_receives_the_sum_over_all_paths_and_none_where_there_is_no_path(graph: Any) -> None:
    values, roots, paths = prepared(graph)
    if roots:
        torch.autograd.backward(roots, [ONES] * len(roots), retain_graph=True)
        assert all(close(plain(values[i].grad), paths.gradient(i)) for i in range(CONSTANT))
        torch.autograd.backward(roots, [ONES] * len(roots))
        twice = [None if (g := paths.gradient(i)) is None else 2 * g for i in range(CONSTANT)]
        assert all(close(plain(values[i].grad), twice[i]) for i in range(CONSTANT))


@given(graphs())
def test_hooks_of_every_value_that_a_pass_reaches_are_called_once_with_what_arrives(graph: Any) -> None:
    values, roots, paths = prepared(graph)
    called: list[tuple[int, Any]] = []
    wanting = [i for i, value in enumerate(values) if value.requires_grad]
    for i in wanting:
        values[i].register_hook(lambda g, i=i: called.append((i, plain(g))))
        if i > CONSTANT:
            values[i].retain_grad()
    if roots:
        torch.autograd.backward(roots, [ONES] * len(roots))
        assert sorted(i for i, _ in called) == [i for i in wanting if paths.reached(i)]
        assert all(close(g, paths.gradient(i)) for i, g in called)
        assert all(close(plain(values[i].grad), paths.gradient(i)) for i in wanting)


@pytest.mark.parametrize("create_graph", [False, True])
@given(graph=graphs(), chosen=st.sets(st.integers(0, 10), min_size=1))
def test_gradients_that_are_asked_for_are_those_sums_whatever_else_is_left_out(
    create_graph: bool, graph: Any, chosen: set[int]
) -> None:
    values, roots, paths = prepared(graph)
    targets = [i for i in sorted(chosen) if i < len(values) and values[i].requires_grad]
    if roots and targets:
        inputs = [values[i] for i in targets]
        found = torch.autograd.grad(roots, inputs, [ONES] * len(roots), True, create_graph, allow_unused=True)
        assert all(close(plain(g), paths.gradient(i)) for i, g in zip(targets, found, strict=True))
        torch.autograd.backward(roots, [ONES] * len(roots), inputs=inputs)
        assert all(close(plain(values[i].grad), paths.gradient(i)) for i in targets)
