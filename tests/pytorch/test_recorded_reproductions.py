"""Small programs on which the engine once differed print what they do in PyTorch: data/reproductions.json."""

from __future__ import annotations

import contextlib
import io
import re
import sys
import warnings
from typing import Any

import pytest
from groups import grouped
from pytorch.recorded import entries

import autodiff.engine as torch
from autodiff.engine.autograd.state import state_kept
from autodiff.parser.script.running.modules import engine_module

# What is another matter here, with the reason.
_KEPT = "nodes keep numbers, not the tensors that held them"
_IN_PLACE = "PyTorch has no derivative of it in place"
DIFFERENT: dict[str, str] = {
    "a/del_data": "a slot can be deleted",
    "a/saved_identity": _KEPT,
    "a/deep_reentrant": "passes inside each other take Python's stack",
    "j/inplace_gradfn_names": _IN_PLACE,
    "j/acosh_inplace_backward": _IN_PLACE,
    "j/polygamma_": _IN_PLACE,
    "k/autograd_namespace": "there is no profiler",
}
# As much of a line as was recorded.
_RECORDED = 290


@pytest.fixture
def torch_modules(monkeypatch: pytest.MonkeyPatch) -> None:
    """In the test `import torch.x` means the engine's module, as programs of one's own have it."""
    names = ("", ".autograd", ".autograd.forward_ad", ".autograd.graph", ".func", ".nn", ".nn.functional", ".nn.utils")
    for name in (*names, ".nn.utils.rnn", ".optim", ".optim.lr_scheduler", ".utils", ".utils.data"):
        monkeypatch.setitem(sys.modules, f"torch{name}", engine_module(f"torch{name}"))


def printed(code: str) -> str:
    """What a program prints, then its error's first line, then its warnings, cut as the recording is."""
    out = io.StringIO()
    names = {"torch": torch, "Function": torch.autograd.Function, "__name__": "__main__"}
    raised: list[str] = []
    with state_kept(), warnings.catch_warnings(record=True) as warned, contextlib.redirect_stdout(out):
        warnings.simplefilter("always")
        try:
            exec(code, names)  # noqa: S102  (recorded source, in the repository)
        except Exception as error:
            raised = [f"{type(error).__name__}: {error}".partition("\n")[0]]
    lines = [*out.getvalue().rstrip("\n").splitlines(), *raised, *(f"[warn] {w.message}" for w in warned)]
    return "\n".join(lines)


def shortened(text: str) -> list[str]:
    """The lines of a text, as far as they were recorded, without addresses; warnings are not looked at."""
    lines = text.partition("[warn]")[0].strip().splitlines()
    return [re.sub("0x[0-9a-f]+", "0x", line)[:_RECORDED] for line in lines]


def case(entry: dict[str, Any]) -> Any:
    why = DIFFERENT.get(entry["title"])
    return pytest.param(entry, id=entry["title"], marks=[pytest.mark.xfail(reason=why, strict=True)] if why else [])


@grouped("entry", [case(entry) for entry in entries("reproductions.json")], size=60)
def test_a_program_prints_what_it_does_in_pytorch(entry: dict[str, Any], torch_modules: None) -> None:
    assert shortened(printed(entry["code"])) == shortened(entry["torch"])
