"""The graphs that PyTorch records, node by node: data/grad_fn_names.json."""

from __future__ import annotations

import re
from typing import Any

import pytest
from groups import grouped
from pytorch.recorded import entries

import autodiff.engine as torch

RECORDED = entries("grad_fn_names.json")
UNSUPPORTED = {
    r"\bzc\b|1j|linalg\.eig(vals)?\(": "complex numbers are not offered",
    r"bessel|heaviside|2 % x|remainder\(2": "PyTorch has no derivative for it",
}


def setup() -> dict[str, Any]:
    lines = [line for line in RECORDED["setup"].splitlines() if "complex" not in line]
    source = "\n".join(lines).replace("0.75], requires_grad", "0.75], dtype=torch.float32, requires_grad")
    names: dict[str, Any] = {"torch": torch}
    exec(source, names)  # noqa: S102  (recorded source, in the repository)
    return names


# The recording stops this deep.
DEPTH = 13


def described(node: Any, depth: int = DEPTH) -> Any:
    if node is None:
        return None
    if not depth:
        return "..."
    return [node.name(), [[described(child, depth - 1), number] for child, number in node.next_functions]]


@grouped("expression", RECORDED["graph"])
def test_the_graph_is_the_one_pytorch_records(expression: str) -> None:
    for pattern, reason in UNSUPPORTED.items():
        if re.search(pattern, expression):
            pytest.skip(reason)
    names = setup()
    *statements, result = expression.split("; ")
    if statements:
        statements, result = [expression], "a"
    try:
        exec("\n".join(statements), names)  # noqa: S102  (recorded source, in the repository)
        result = eval(result, names)  # noqa: S307
    except AttributeError as error:
        pytest.skip(f"not offered yet: {error}")
    assert described(result.grad_fn) == RECORDED["graph"][expression]
