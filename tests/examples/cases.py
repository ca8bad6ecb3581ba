"""Every example of every operation of the table, with its data.

A function that takes only tensors is called with samples from the `domain` of its record; one that takes more (a
dimension, a shape, a list) needs an `Example` in this folder.
"""

from collections.abc import Iterator, Sequence
from importlib import import_module
from itertools import cycle
from pathlib import Path
from typing import Any, NamedTuple
from zlib import crc32

import numpy as np
from effort import THOROUGH
from examples.example import MATRIX, NUMBER, VECTOR, Example
from examples.other_examples import OTHERS
from examples.references import reference_of

import autodiff.engine as torch
from autodiff.engine import Tensor
from autodiff.engine.table.record import BESIDE_ZERO, NONZERO, REAL, Domain, Operation
from autodiff.engine.table.registry import FUNCTIONS

RECORDS = {record.name: record for record in FUNCTIONS.values()}


def examples(kind: str) -> dict[str, list[Example]]:
    """The examples of all families: `CALLS` of functions without a reference by number, `OVERLOADS` of the others."""
    modules = [import_module(f"examples.{path.stem}") for path in sorted(Path(__file__).parent.glob("*_examples.py"))]
    return {name: calls for module in modules for name, calls in getattr(module, kind, {}).items()}


CALLS, OVERLOADS = examples("CALLS"), examples("OVERLOADS")

SHAPES = {
    1: [(MATRIX,), (VECTOR,), (NUMBER,)],
    2: [(MATRIX, MATRIX), (MATRIX, VECTOR), (MATRIX, NUMBER), (NUMBER, MATRIX), ((2, 1), VECTOR), (NUMBER, NUMBER)],
    3: [(MATRIX, VECTOR, NUMBER), (VECTOR, (2, 1), MATRIX), (NUMBER, NUMBER, NUMBER)],
}


class Case(NamedTuple):
    """An example of the function called `name`, with float64 data for its tensors."""

    name: str
    example: Example
    data: tuple[Any, ...]


def sample(domain: Domain, of: Any, random: np.random.Generator) -> Any:
    """Numbers from a domain, in a shape; data given as a list are taken as they are."""
    if isinstance(of, list):
        return np.array(of)
    numbers = random.uniform(domain.low, domain.high, of)
    return numbers * random.choice([-1.0, 1.0], of) if domain in (NONZERO, BESIDE_ZERO) else numbers


def make_case(name: str, example: Example, domains: Sequence[Domain]) -> Case:
    random = np.random.default_rng(crc32(f"{name} {example.text} {example.arguments}".encode()))
    data = [sample(d, of, random) for d, of in zip(cycle(domains), example.arguments, strict=False)]
    return Case(name, example, tuple(data))


def is_sampled(record: Operation) -> bool:
    """Whether a function can be called with tensors alone, on each of their elements, and there is a reference."""
    takes_more = record.required > record.tensors or record.variadic or record.takes_many
    return not takes_more and record.name not in CALLS and reference_of(record) is not None


def sampled_examples(record: Operation) -> Iterator[Example]:
    """Examples of a function that takes only tensors, in all combinations of shapes."""
    text = f"{{}}({', '.join('xyz'[: record.tensors])})"
    reference = reference_of(record)
    assert reference is not None
    for shapes in SHAPES[record.tensors]:
        yield Example(record.call, reference, shapes, text)


def all_cases() -> Iterator[Case]:
    for name, record in RECORDS.items():
        examples = sampled_examples(record) if is_sampled(record) else CALLS.get(name, [])
        for example in (*examples, *OVERLOADS.get(name, [])):
            yield make_case(name, example, record.domain)
    for name, examples in OTHERS.items():
        for example in examples:
            yield make_case(name, example, [REAL])


CASES = list(all_cases())
IDS = [f"{c.name}-{'-'.join(str(np.shape(d)).replace(' ', '') for d in c.data)}-{i}" for i, c in enumerate(CASES)]


def one_of_each(cases: Sequence[Case]) -> Iterator[int]:
    """Where one case of each call stands: of calls that take many shapes, of each with another of the shapes."""
    alike: dict[Any, list[int]] = {}
    for i, case in enumerate(cases):
        alike.setdefault((case.name, case.example.call), []).append(i)
    return (places[number % len(places)] for number, places in enumerate(alike.values()))


# Where those stand that are looked at closely, which costs much: in the gate, one of each call.
CLOSELY = list(range(len(CASES))) if THOROUGH else sorted(one_of_each(CASES))

# What PyTorch puts into the graph and then refuses to differentiate.
REFUSED = {"floor_divide", "unique", "unique_consecutive"}


def leaves(data: Sequence[Any], dtype: Any = np.float64) -> list[Tensor]:
    return [torch.tensor(np.array(d, dtype), requires_grad=True) for d in data]


def floating(result: Any) -> list[Tensor]:
    """The results that can be differentiated."""
    results = result if isinstance(result, (tuple, list)) else [result]
    return [r for r in results if r.dtype.is_floating_point]
