"""A script reaches nothing but its own values: no dunders, no modules, no Python functions that lead elsewhere."""

from __future__ import annotations

import warnings
from functools import partial
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any

from groups import grouped

from autodiff.parser.script.running.attributes import attribute_of, names_of
from autodiff.parser.script.running.guard import Guard
from autodiff.parser.script.running.modules import Module
from autodiff.parser.script.session import Session


@grouped(
    "source",
    [
        "().__class__",
        "(1).__class__.__bases__",
        "''.__class__",
        "'{0.__class__}'.format(1)",
        "f'{().__class__}'",
        "torch.__dict__",
        "torch.__loader__",
        "torch.os",
        "torch.sys",
        "torch.np",
        "torch.numpy",
        "torch.load('x')",
        "torch.save(1, 'x')",
        "torch.from_numpy",
        "torch.FUNCTIONS",
        "torch.Tensor.__dict__",
        "torch.Tensor.mro",
        "torch.Tensor._data",
        "torch.Tensor.__class__",
        "torch.autograd.sys",
        "torch.func.importlib",
        "torch.tensor.__globals__",
        "torch.tensor.__code__",
        "torch.no_grad.__init__",
        "torch.no_grad().__exit__",
        "torch.tensor(1.0).numpy()",
        "torch.tensor(1.0)._data",
        "torch.tensor(1.0).__dict__",
        "torch.tensor(1.0).data._data",
        "(torch.ones(1, requires_grad=True) * 2).grad_fn.__class__",
        "(torch.ones(1, requires_grad=True) * 2).grad_fn.rule",
        "torch.float32.type",
        "torch.Size.__new__",
        "print.func",
        "sum.__self__",
        "range.args",
        "map.__init__",
        "[].append.__self__",
        "(lambda: 0).code",
        "(lambda: 0).machine",
        "(lambda: 0).__globals__",
        "(lambda: 0).scope",
        "x = torch.ones(1)\nx.__class__ = 3",
        "x = torch.ones(1)\nx._data = 3",
        "x = torch.ones(1)\nx.backward = 3",
        "torch.sin = 3",
        "print(1, file=2)",
        "open('x')",
        "eval('1')",
        "exec('1')",
        "compile('1', '', 'eval')",
        "input()",
        "globals()",
        "locals()",
        "vars()",
        "dir()",
        "getattr(1, 'real')",
        "setattr(1, 'real', 2)",
        "object()",
        "super()",
        "classmethod(1)",
        "breakpoint()",
        "help()",
        "exit()",
        "quit()",
        "memoryview(1)",
        "bytearray(9)",
        "__import__('os')",
        "__builtins__",
        "__file__",
        "import os",
        "import sys as torch",
        "import torch.os",
        "import torchvision",
        "import torch, os",
        "from os import path",
        "from torch import os",
        "from torch import __loader__",
        "from torch.autograd import sys",
        "from torch import FUNCTIONS",
        "from . import torch",
        "from torch.sin import os",
    ],
)
def test_what_leads_out_of_the_language_is_refused(fails, source: str) -> None:
    assert fails(source).kind in ("name", "syntax", "value", "type")


def test_all_that_can_be_reached_by_names_is_of_the_language() -> None:
    session = Session(lambda text: None)
    session.run(
        "x = torch.tensor([1.0, 2.0], requires_grad=True)\ny = (x * 2).sum()\nf = lambda: 0\n"
        "m = torch.max(x, 0)\ns = x.shape\nl = [1]\nt = (1, 2)\nh = x.register_hook(lambda g: g)\nr = range(3)\n"
        "z = zip(l, l)\nn = torch.no_grad()\ng = torch.autograd.graph.get_gradient_edge(y)\n"
        "w = torch.nn.Sequential(torch.nn.Embedding(2, 2))\no = torch.optim.Adam(w.parameters())\n"
        "c = torch.optim.lr_scheduler.StepLR(o, 2)\nd = torch.utils.data.DataLoader([1, 2], shuffle=True)\n"
        "class Net(torch.nn.Module):\n  def __init__(self):\n    super().__init__()\n    self._own = 3\nv = Net()\n"
    )
    namespace = session.machine.namespace
    guard = Guard(10**7)
    pending: list[tuple[str, Any]] = [(name, namespace[name]) for name in namespace] + list(session.names.items())
    seen: set[str] = set()
    while pending:
        path, value = pending.pop()
        # `torch.autograd.gradcheck` is a module that can be called, of which no name is seen.
        assert not isinstance(value, ModuleType) or callable(value), path
        names = names_of(value)
        hidden = [name for name in names if name.startswith("__") and name != "__version__"]
        assert not hidden, path
        if isinstance(value, (type, FunctionType, BuiltinFunctionType, MethodType, partial)):
            assert names <= {"apply", "from_pretrained", "generate_square_subsequent_mask"}, path
        key = f"{type(value).__name__}:{value.name}" if isinstance(value, Module) else type(value).__name__
        if key not in seen:
            seen.add(key)
            pending += [(f"{path}.{name}", _member(value, name, guard)) for name in names]
    assert {"Tensor", "Module:torch.autograd", "SumBackward0", "RemovableHandle"} <= seen


def _member(value: Any, name: str, guard: Guard) -> Any:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return attribute_of(value, name, guard)
    except (AttributeError, RuntimeError):  # such as `.grad_fn` of what has been freed, or the `.H` of a vector
        return None
