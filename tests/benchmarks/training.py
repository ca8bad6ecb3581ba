"""Training loops: steps a second of this engine, and of PyTorch where an interpreter that has it is named.

    python tests/benchmarks/training.py [PYTHON_WITH_TORCH]

The loops are those of recorded programs (`tests/pytorch/data/networks.json`); what one step computes is small, so that
the cost of recording, going back and updating shows. Each is timed as the least of several runs, on one thread.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time

LOOPS = {
    "logistic regression (100 x 3, Adam)": (
        "X = torch.randn(100, 3)\ny = (X.sum(1, keepdim=True) > 0).float()\n"
        "model = nn.Sequential(nn.Linear(3, 1), nn.Sigmoid())\nloss_of = nn.BCELoss()\n"
        "optimizer = torch.optim.Adam(model.parameters(), lr=0.1)\n"
        "def step(): return loss_of(model(X), y)\n"
    ),
    "XOR (4 x 2, 4 hidden, SGD)": (
        "X = torch.tensor([[0.0, 0], [0, 1], [1, 0], [1, 1]])\ny = torch.tensor([[0.0], [1], [1], [0]])\n"
        "model = nn.Sequential(nn.Linear(2, 4), nn.Tanh(), nn.Linear(4, 1), nn.Sigmoid())\nloss_of = nn.BCELoss()\n"
        "optimizer = torch.optim.SGD(model.parameters(), lr=0.5, momentum=0.9)\n"
        "def step(): return loss_of(model(X), y)\n"
    ),
    "classifier (64 x 20, 64 hidden, AdamW)": (
        "X = torch.randn(64, 20)\ny = torch.randint(0, 5, (64,))\n"
        "model = nn.Sequential(nn.Linear(20, 64), nn.ReLU(), nn.Linear(64, 5))\nloss_of = nn.CrossEntropyLoss()\n"
        "optimizer = torch.optim.AdamW(model.parameters(), lr=0.01)\n"
        "def step(): return loss_of(model(X), y)\n"
    ),
    "characters (GRU cell, 8 steps, RMSprop)": (
        "x = torch.randint(0, 20, (4, 8))\ny = torch.randint(0, 20, (4, 8))\n"
        "embed, cell, out = nn.Embedding(20, 16), nn.GRUCell(16, 16), nn.Linear(16, 20)\n"
        "model = nn.ModuleList([embed, cell, out])\nloss_of = nn.CrossEntropyLoss()\n"
        "optimizer = torch.optim.RMSprop(model.parameters(), lr=0.01)\n"
        "def step():\n"
        "    state, steps = torch.zeros(4, 16), []\n"
        "    for t in range(8):\n"
        "        state = cell(embed(x[:, t]), state)\n"
        "        steps.append(out(state))\n"
        "    return loss_of(torch.stack(steps, 1).reshape(-1, 20), y.reshape(-1))\n"
    ),
    "digits (64 x 28 x 28, two convolutions, SGD)": (
        "X = torch.randn(64, 1, 28, 28)\ny = torch.randint(0, 10, (64,))\n"
        "model = nn.Sequential(nn.Conv2d(1, 10, 5), nn.MaxPool2d(2), nn.ReLU(), nn.Conv2d(10, 20, 5),\n"
        "    nn.MaxPool2d(2), nn.ReLU(), nn.Flatten(), nn.Linear(320, 50), nn.ReLU(), nn.Linear(50, 10))\n"
        "loss_of = nn.CrossEntropyLoss()\n"
        "optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.5)\n"
        "def step(): return loss_of(model(X), y)\n"
    ),
    "sequences (GRU layer, 16 x 20 steps, Adam)": (
        "x, y = torch.randn(16, 20, 8), torch.randn(16, 1)\n"
        "layer, out = nn.GRU(8, 32, batch_first=True), nn.Linear(32, 1)\nmodel = nn.ModuleList([layer, out])\n"
        "optimizer = torch.optim.Adam(model.parameters(), lr=0.01)\n"
        "def step(): return ((out(layer(x)[0][:, -1]) - y) ** 2).mean()\n"
    ),
    "sequences (LSTM layer, 16 x 20 steps, Adam)": (
        "x, y = torch.randn(16, 20, 8), torch.randn(16, 1)\n"
        "layer, out = nn.LSTM(8, 32, batch_first=True), nn.Linear(32, 1)\nmodel = nn.ModuleList([layer, out])\n"
        "optimizer = torch.optim.Adam(model.parameters(), lr=0.01)\n"
        "def step(): return ((out(layer(x)[0][:, -1]) - y) ** 2).mean()\n"
    ),
    "attention (8 x 16 tokens, a block of 32, AdamW)": (
        "x, y = torch.randn(8, 16, 32), torch.randn(8, 16, 32)\n"
        "norm, heads = nn.LayerNorm(32), nn.MultiheadAttention(32, 4, batch_first=True)\n"
        "wide = nn.Sequential(nn.LayerNorm(32), nn.Linear(32, 64), nn.GELU(), nn.Linear(64, 32))\n"
        "model = nn.ModuleList([norm, heads, wide])\nloss_of = nn.MSELoss()\n"
        "optimizer = torch.optim.AdamW(model.parameters(), lr=0.01)\n"
        "def step():\n"
        "    h = norm(x)\n"
        "    h = x + heads(h, h, h, need_weights=False)[0]\n"
        "    return loss_of(h + wide(h), y)\n"
    ),
}
STEPS, RUNS = 20, 5


def steps_a_second(torch: object) -> dict[str, float]:
    """For each loop, how many steps are done in a second."""
    found = {}
    for name, code in LOOPS.items():
        names = {"torch": torch, "nn": torch.nn}  # type: ignore[attr-defined]
        exec(code, names)  # noqa: S102
        step, optimizer = names["step"], names["optimizer"]
        times = []
        for _ in range(RUNS):
            start = time.process_time()
            for _ in range(STEPS):
                optimizer.zero_grad()
                step().backward()
                optimizer.step()
            times.append(time.process_time() - start)
        found[name] = STEPS / min(times)
    return found


def main() -> None:
    if sys.argv[1:] == ["--torch"]:
        import torch

        torch.set_num_threads(1)
        print(json.dumps(steps_a_second(torch)))
        return
    # Before NumPy is imported: its threads would count twice in the time of the processor.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    import autodiff.engine as torch

    torch.set_default_dtype(torch.float32)
    ours = steps_a_second(torch)
    theirs = {}
    if sys.argv[1:]:
        output = subprocess.run([sys.argv[1], __file__, "--torch"], capture_output=True, text=True, check=True).stdout
        theirs = json.loads(output)
    for name, rate in ours.items():
        ratio = f", PyTorch {theirs[name]:,.0f}: {rate / theirs[name]:.2f} of it" if theirs else ""
        print(f"{name}: {rate:,.0f} steps/s{ratio}")


if __name__ == "__main__":
    main()
