"""`--trust`: the person's own Python, in which `import torch` means this engine."""

from __future__ import annotations

import sys
import types
from pathlib import Path

import pytest
from groups import grouped
from notebooks import code, failure, notebook, result


def run(autodiff, source: str, *args: str):
    return autodiff("run", "--trust", *args, stdin=source)


def test_python_itself_runs_and_torch_is_this_engine(autodiff, tmp_path: Path) -> None:
    (tmp_path / "beside.py").write_text("value = 7\n")
    path = tmp_path / "lesson.py"
    path.write_text(
        "import os, sys, numpy as np, dataclasses\n"
        "import torch, torch.nn.functional as F\n"
        "from torch.autograd import Function\n"
        "from beside import value\n"
        "@dataclasses.dataclass\n"
        "class Point:\n"
        "    x: float\n"
        "x = torch.tensor([1.0, 2.0], requires_grad=True)\n"
        "F.relu(x * value).sum().backward()\n"
        "print(x.grad, np.asarray(x.detach()).dtype, torch.__version__.split('+')[1], Point(1))\n"
        "print(__name__, os.path.basename(__file__), len(sys.argv))\n"
        "if __name__ == '__main__': print('main')\n"
        "x.sum()\n"
    )
    result = autodiff("run", "--trust", str(path))
    assert (result.code, result.err) == (0, "")
    assert result.out == (
        "tensor([7., 7.]) float32 autodiff Point(x=1)\n__main__ lesson.py 1\nmain\ntensor(3., grad_fn=<SumBackward0>)\n"
    )


def test_what_it_changes_of_the_process_goes_with_it(autodiff, monkeypatch: pytest.MonkeyPatch) -> None:
    real = types.ModuleType("torch")
    monkeypatch.setitem(sys.modules, "torch", real)
    before = (list(sys.path), list(sys.meta_path), sys.modules["__main__"], list(sys.argv))
    for source in ("import torch.nn, torch.autograd.functional", "import torch\n1 / 0", "import torch.nowhere"):
        run(autodiff, source)
        assert sys.modules["torch"] is real
        assert not [name for name in sys.modules if name.startswith("torch.")]
        assert (sys.path, sys.meta_path, sys.modules["__main__"], sys.argv) == before


@grouped(
    "source, exit_code, message",
    [
        ("x = = 3", 3, "error[syntax]: unexpected `=`\n --> <stdin>:1:5\n"),
        ("def f():\n    return xx\n\nf()", 3, "error[name]: name 'xx' is not defined\n --> <stdin>:2:12\n"),
        ("import torch\ntorch.sinn(3)", 3, "error[name]: module 'torch' has no attribute 'sinn'\n --> <stdin>:2:1\n"),
        ("import torch.nowhere", 3, "error[name]: No module named 'torch.nowhere'\n --> <stdin>:1:1\n"),
        ("1 / 0", 5, "error[value]: division by zero\n --> <stdin>:1:1\n"),
        ("é = 'ü'; [1][é]", 5, "error[type]: list indices must be integers or slices, not str\n --> <stdin>:1:10\n"),
        ("open('/nowhere/at/all')", 5, "error[value]: [Errno 2] No such file or directory: '/nowhere/at/all'\n"),
        ("assert 1 == 2", 1, "error[assert]: this does not hold\n --> <stdin>:1:"),
        ("def f(): f()\nf()", 5, "error[value]: maximum recursion depth exceeded"),
        ("import torch\ntorch.ones(2) + torch.ones(3)", 5, "error[shape]: The size of tensor a (2) must match"),
        ("import json\njson.loads('{')", 5, "error[value]: Expecting property name"),
    ],
)
def test_an_error_has_its_place_and_an_exit_code(autodiff, source: str, exit_code: int, message: str) -> None:
    result = run(autodiff, source)
    assert (result.code, result.out) == (exit_code, "")
    assert result.err.startswith(message)


def test_an_error_says_through_which_calls_it_came(autodiff) -> None:
    source = "import json\ndef f(t):\n    return json.loads(t)\nclass A:\n    def g(self): return f('{')\nA().g()\n"
    lines = run(autodiff, source).err.split("\n")
    assert lines[1] == " --> <stdin>:3:12"
    assert lines[5].startswith("  = note: raised in ")
    assert lines[6:8] == ["  = note: in `f`, called at <stdin>:5:25", "  = note: in `g`, called at <stdin>:6:1"]


def test_a_name_that_is_misspelt_is_suggested(autodiff) -> None:
    assert "did you mean `backward`?" in run(autodiff, "import torch\ntorch.ones(1).bakward()").err
    assert "did you mean `value`?" in run(autodiff, "value = 3\nvalu").err
    assert "`pip install nowhere_at_all`" in run(autodiff, "import nowhere_at_all.x").err


def test_a_warning_says_where_once(autodiff) -> None:
    source = "import torch\nfor i in range(3):\n    x = torch.var(torch.ones(1))\nprint(2)\n"
    result = run(autodiff, source)
    assert (result.code, result.out) == (0, "2\n")
    assert result.err.count("warning[value]: var(): degrees of freedom is <= 0.") == 1
    assert " --> <stdin>:3:9\n" in result.err


@pytest.mark.usefixtures("unwatched")
def test_a_time_limit_holds_and_other_limits_are_refused(autodiff) -> None:
    result = run(autodiff, "while True: pass", "--timeout", "0.1")
    assert (result.code, result.err.split("\n")[0]) == (124, "error[timeout]: it takes more than 0.1 s")
    result = run(autodiff, "1", "--limit", "steps=3")
    assert (result.code, result.err.split("\n")[0]) == (
        2,
        "error[usage]: --limit is for scripts that are not trusted, and --trust runs Python itself",
    )


def test_an_exit_that_is_asked_for_is_the_exit_code(autodiff) -> None:
    with pytest.raises(SystemExit) as request:
        run(autodiff, "print(1)\nraise SystemExit(4)")
    assert request.value.code == 4


def test_cells_share_names_and_each_has_its_output(autodiff) -> None:
    cells = notebook(code("import torch\nx = torch.ones(2)"), code("print(open)\nx"), code("x;"))
    exit_code, out, _ = autodiff("run", "--trust", "--cells", stdin=cells)
    assert exit_code == 0
    assert "print(open)\nx\n\n<built-in function open>\ntensor([1., 1.])\n" in out
    assert out.endswith("x;\n")
    cells = notebook(
        code("import torch\ntorch.ones(2) / 3", result("tensor([0.3333, 0.3333])")),
        code("1 / 0", failure("ZeroDivisionError", "division by zero")),
    )
    assert autodiff("run", "--trust", "--cells", "--check", stdin=cells).out == "2 cells: all outputs agree\n"


@pytest.mark.parametrize(
    ("source", "help"),
    [
        ("import numpy", "--trust"),
        ("open('x')", "--trust"),
        ("match 1:\n    case 1: pass", "--trust"),
    ],
)
def test_without_the_flag_a_lesson_that_needs_more_says_its_name(autodiff, source: str, help: str) -> None:
    result = autodiff("run", stdin=source)
    assert result.code == 3
    assert help in result.err


def test_a_prompt_runs_python_and_knows_its_graphs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from autodiff.cli.repl.completing import completions
    from autodiff.cli.repl.console import Console
    from autodiff.cli.run.session import Setting
    from autodiff.parser.script.running.script_limits import Limits
    from autodiff.parser.semantics.computing import computing

    with computing("float64"):
        console = Console(Setting(Limits(), trusted=True))
        for text in ("import torch, math", "x = torch.tensor(2.0, requires_grad=True)", "def f(t): return t * t"):
            console.take(text)
        for text in ("y = f(x) + 1", ":trace y", ":vars", "nowhere", "y"):
            console.take(text)
        out, err = capsys.readouterr()
        assert "f            function of t\n".replace(" " * 12, "  ") in out
        assert "forward\tv1\tt * t\t4.0\tMulBackward0\n" in out
        assert out.endswith("tensor(5., grad_fn=<AddBackward0>)\n")
        assert "error[name]: name 'nowhere' is not defined" in err
        assert completions(console.session, "math.sq") == ("sq", ["sqrt"])
        assert "x" in completions(console.session, "")[1]
        assert completions(console.session, "x.requires_gra")[1][0] == "requires_grad"


def test_the_class_of_tensors_is_pytorchs_to_those_who_call_it_and_base_classes_on_it(autodiff) -> None:
    source = """\
import numpy as np
import torch
from torch import *
from torch.autograd.gradcheck import gradcheck
from torch.functional import einsum
from torch.nn.utils.clip_grad import clip_grad_norm_
class Mine(torch.Tensor): pass
x, mine = torch.Tensor(np.ones((2, 1))), Mine([1.0])
print(x.dtype, torch.Tensor(np.arange(2)), torch.Tensor(1, 2).shape, torch.Tensor(x.double()).dtype, torch.Tensor)
print(type(x) == torch.Tensor, isinstance(x, torch.Tensor), isinstance(3, torch.Tensor), issubclass(Mine, torch.Tensor))
print(isinstance(x, Mine), isinstance(mine, Mine), {torch.Tensor: 1}[type(x)], torch.Tensor.add(x, 1).shape, ones(1))
print([check(torch.sin, x.double().requires_grad_()) for check in (gradcheck, torch.autograd.gradcheck)])
"""
    result = run(autodiff, source)
    assert result.err == ""
    assert result.out == (
        "torch.float32 tensor([0., 1.]) torch.Size([1, 2]) torch.float64 <class 'torch.Tensor'>\n"
        "True True False True\n"
        "False True 1 torch.Size([2, 1]) tensor([1.])\n"
        "[True, True]\n"
    )


def test_what_torch_has_not_is_said_in_its_words(autodiff) -> None:
    error = run(autodiff, "from torch.nn import Nothing").err.splitlines()[0]
    assert error == "error[name]: cannot import name 'Nothing' from 'torch.nn'"
