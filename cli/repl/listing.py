"""The names of a session, a line each."""

from __future__ import annotations

import reprlib
from collections.abc import Mapping
from inspect import signature
from types import FunctionType, ModuleType
from typing import Any

from ...engine import Tensor
from ...parser.script.running.function import Function
from ...parser.script.running.modules import Module
from ..shell.streams import printable

_LONGEST = 60

_short = reprlib.Repr()
_short.maxlevel = 3
_short.maxstring = _short.maxother = _short.maxlong = _LONGEST


def listed_names(names: Mapping[str, Any]) -> str:
    """Each name with its value; of a large tensor, its shape; and the gradient of a tensor that has one."""
    modules = (Module, ModuleType)
    own = {name: value for name, value in names.items() if not (name.startswith("__") or isinstance(value, modules))}
    shown = {name: _described(value) for name, value in own.items()}
    width = max(map(len, shown), default=0)
    return "".join(f"{name:<{width}}  {printable(text)}\n" for name, text in shown.items())


def _described(value: Any) -> str:
    if isinstance(value, Tensor):
        text = _tensor(value)
        # Not `grad`, which warns of results.
        return text if value._grad is None else f"{text}, grad {_tensor(value._grad)}"
    if isinstance(value, Function):
        return f"function of {', '.join(value.code.signature.names) or 'nothing'}"
    if isinstance(value, FunctionType):
        return f"function of {', '.join(signature(value).parameters) or 'nothing'}"
    return " ".join(_short.repr(value).split())


def _tensor(tensor: Tensor) -> str:
    """The tensor as torch shows it, on one line; without its numbers where these are many."""
    text = " ".join(repr(tensor).split()) if tensor.numel() <= _LONGEST else ""
    if text and len(text) <= _LONGEST:
        return text
    facts = [f"shape={list(tensor.shape)}", *([f"dtype={tensor.dtype}"] if not tensor.is_floating_point() else [])]
    node = tensor._grad_fn
    if tensor.requires_grad:
        facts.append("requires_grad=True" if node is None else f"grad_fn=<{node.name()}>")
    return f"tensor({', '.join(facts)})"
