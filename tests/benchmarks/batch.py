"""`autodiff batch`, the whole process, against loops in Python that print as much: over the engine, and over PyTorch.

python tests/benchmarks/batch.py [LINES]
"""

from __future__ import annotations

import importlib.util
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

LINES = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
JOBS = os.cpu_count() or 1
BATCH = [sys.executable, "-c", "from autodiff.cli.main import main; main()", "batch"]

# What one writes without the command: each line parsed, evaluated and differentiated.
LOOP = """
import sys
import autodiff.engine as torch
from autodiff.parser.semantics.evaluate import evaluate
from autodiff.parser.syntax.parse import parse

for line in open(sys.argv[1]):
    text, _, given = line.partition(" where ")
    pairs = (pair.split(" = ") for pair in given.strip().split(", "))
    variables = {name: torch.tensor(float(value), requires_grad=True) for name, value in pairs}
    value = evaluate(parse(text), variables)
    value.backward()
    grads = "\\t".join(f"grad.{name}\\t{x.grad.item()!r}" for name, x in variables.items())
    print(f"value\\t{value.item()!r}\\tgrad_fn\\t{value.grad_fn.name()}\\t{grads}")
"""

# The same in PyTorch, where Python itself reads the expression.
TORCH = """
import sys
import torch

torch.set_num_threads(1)
names = {**vars(torch)}
for line in open(sys.argv[1]):
    text, _, given = line.partition(" where ")
    pairs = (pair.split(" = ") for pair in given.strip().split(", "))
    variables = {name: torch.tensor(float(x), dtype=torch.float64, requires_grad=True) for name, x in pairs}
    value = eval(text, names, variables)
    value.backward()
    grads = "\\t".join(f"grad.{name}\\t{x.grad.item()!r}" for name, x in variables.items())
    print(f"value\\t{value.item()!r}\\tgrad_fn\\t{value.grad_fn.name()}\\t{grads}")
"""


class _Forms:
    """Expressions of which hardly two are the same but for their numbers."""

    def __init__(self) -> None:
        self.random = random.Random(0)

    def __call__(self, i: int) -> str:
        return f"{self.part(self.random.choice((3, 4)))} + x*y where x = {i % 97 / 97 + 0.5}, y = {i % 89 / 89 + 0.25}"

    def part(self, depth: int) -> str:
        pick = self.random.choice
        if not depth:
            return pick(("x", "y", f"({pick('xy')} + {self.random.randint(1, 9)})"))
        if self.random.random() < 0.35:
            return pick(("sin({})", "cos({})", "tanh({})", "sigmoid({})", "exp(sin({}))")).format(self.part(depth - 1))
        return f"({self.part(depth - 1)} {pick('+-*')} {self.part(depth - 1)})"


INPUTS = {
    "distinct forms": _Forms(),
    # Exponents are no numbers of a form: each of these is parsed and evaluated by itself.
    "distinct expressions": lambda i: (
        f"sin(x**2)*exp(-y) + (x*y)**{i % 9973}.{i} where x = {i % 97 / 97 + 0.5}, y = {i % 89 / 89 + 0.25}"
    ),
    "one form": lambda i: (
        f"sin(x**2)*exp(-y*{i / 9e4 + 0.5:.5f}) + log(x*y + {i / 7e4 + 1:.5f}) "
        f"where x = {i % 97 + 0.5}, y = {i % 89 + 0.25}"
    ),
    "one expression": lambda i: f"sin(x**2)*exp(-y) + log(x*y) where x = {i / 97 + 0.5}, y = {i / 89 + 0.25}",
    "one expression of vectors": lambda i: f"(x*y).sum()**2 where x = [{i}, 2, 3], y = [1, {i}, 3]",
}


def seconds(*commands: list[str]) -> float:
    """How long commands take side by side."""
    start = time.perf_counter()
    started = [subprocess.Popen(c, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) for c in commands]
    assert sum(process.wait() for process in started) == 0
    return time.perf_counter() - start


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        for name, line in INPUTS.items():
            path = Path(folder) / "lines.txt"
            lines = [f"{line(i)}\n" for i in range(LINES)]
            path.write_text("".join(lines))
            parts = [Path(folder) / f"part{i}.txt" for i in range(JOBS)]
            for i, part in enumerate(parts):
                part.write_text("".join(lines[i * LINES // JOBS : (i + 1) * LINES // JOBS]))
            alone = seconds([*BATCH, str(path)])
            together = seconds([*BATCH, str(path), "--jobs", str(JOBS)])
            by_hand = seconds(*([*BATCH, str(part)] for part in parts))
            taken = f"{LINES / alone:,.0f} lines a second; {alone / together:.2f} x as fast with --jobs {JOBS}"
            taken += f", {alone / by_hand:.2f} x by as many calls on a part each"
            if "vectors" in name:
                print(f"{name}: {taken}")
            else:
                loop = seconds([sys.executable, "-c", LOOP, str(path)])
                print(f"{name}: {alone:.2f} s, {loop / alone:.2f} x as fast as a loop; {taken}")
                if importlib.util.find_spec("torch"):
                    print(
                        f"  {seconds([sys.executable, '-c', TORCH, str(path)]) / alone:.2f} x as fast as PyTorch's loop"
                    )
