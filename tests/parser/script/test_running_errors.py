"""What goes wrong as a script runs: its place, what to do, and the calls that led there."""

from __future__ import annotations

import pytest
from groups import grouped

from autodiff.parser.syntax.errors import ExpressionError, diagnostic


def underlined(error: ExpressionError) -> str:
    return error.source[error.start : error.end]


@grouped(
    "source, place, kind, message, help",
    [
        ("x = 3\ny = xx + 1", "xx", "name", "name 'xx' is not defined", "did you mean `x`?"),
        (
            "x = torch.tensr(3.0)",
            "torch.tensr",
            "name",
            "module 'torch' has no attribute 'tensr'",
            "did you mean `tensor`?",
        ),
        ("sinn(2)", "sinn", "name", "name 'sinn' is not defined", "did you mean `sin`?"),
        (
            "x = torch.tensor(3.0)\nx.gard",
            "x.gard",
            "name",
            "'Tensor' object has no attribute 'gard'",
            "did you mean `grad`?",
        ),
        (
            "x = torch.tensor(3.0)\nx.grd = None",
            "x.grd",
            "name",
            "'Tensor' object has no attribute 'grd' that can be set",
            "did you mean `grad`?",
        ),
        (
            "import numpy as np",
            "numpy as np",
            "name",
            "No module named 'numpy'",
            "only `torch`, `math`, `random`, `functools`, `itertools`, `collections`, `time`, `typing` and `warnings` "
            "can be imported: a script reaches nothing else on the machine; "
            "`--trust` runs a file of your own as Python",
        ),
        (
            "torch.tensor(1.0).numpy()",
            "torch.tensor(1.0).numpy",
            "name",
            "'Tensor' object has no attribute 'numpy' here",
            "a script that may be by others has no files and no arrays of NumPy; "
            "`--trust` runs a file of your own as Python",
        ),
        (
            "from torch import sine",
            "from torch import sine",
            "name",
            "cannot import name 'sine' from 'torch'",
            "did you mean `sin`?",
        ),
        (
            "from torch.distributions.beta import Beta",
            "from torch.distributions.beta import Beta",
            "name",
            "No module named 'torch.distributions.beta'",
            "torch is this engine here, which has not all of PyTorch: write it with what there is; torch.distributions "
            "has Bernoulli, Categorical, Distribution, Exponential, Independent, Laplace, Multinomial, "
            "MultivariateNormal, Normal, Poisson, Uniform, kl_divergence",
        ),
        (
            "torch.nn.Nowhere",
            "torch.nn.Nowhere",
            "name",
            "module 'torch.nn' has no attribute 'Nowhere'",
            "torch is this engine here, which has not all of PyTorch: write it with what there is",
        ),
        (
            "torch.nn.Linear(1, 1)(torch.FloatTensor([1]))",
            "torch.nn.Linear(1, 1)(torch.FloatTensor([1]))",
            "value",
            "mat1 and mat2 must have the same dtype, but got Float and Double",
            "floats are float64 here; with `--dtype float32` they are float32, as PyTorch's are",
        ),
        (
            "torch.bfloat16",
            "torch.bfloat16",
            "name",
            "module 'torch' has no attribute 'bfloat16'",
            "NumPy has no bfloat16: use float32",
        ),
        (
            "import torch.nn.functionl as F",
            "torch.nn.functionl as F",
            "name",
            "No module named 'torch.nn.functionl'",
            "did you mean `functional`?",
        ),
        ("x = [1, 2]\ny = x[5]", "x[5]", "value", "list index out of range", None),
        ("1 + (2 / 0)", "2 / 0", "value", "division by zero", None),
        ("f'{1} {1 / 0}'", "1 / 0", "value", "division by zero", None),
        ("f'{1:q}'", "{1:q}", "value", "Unknown format code 'q' for object of type 'int'", None),
        ("assert 1 == 2", "1 == 2", "assert", "this does not hold", None),
        ("assert 1 == 2, f'{1} is not two'", "1 == 2", "assert", "1 is not two", None),
        ("x = torch.tensor([1.0, 2.0])\nx + torch.ones(3)", "x + torch.ones(3)", "shape", None, None),
        (
            "x = torch.tensor(3.0)\nx.backward()",
            "x.backward()",
            "value",
            "element 0 of tensors does not require grad and does not have a grad_fn",
            None,
        ),
    ],
)
def test_an_error_has_a_place_a_kind_and_help(
    fails, source: str, place: str, kind: str, message: str | None, help: str | None
) -> None:
    error = fails(source)
    assert (underlined(error), error.kind, error.help) == (place, kind, help)
    assert message is None or error.message == message


def test_the_calls_that_led_to_an_error_are_listed_innermost_first(fails) -> None:
    error = fails("def f(x):\n    return 1 / x\n\ndef g(x):\n    return f(x) + 1\n\ng(0)\n")
    assert diagnostic(error) == (
        "error[value]: division by zero\n"
        " --> <script>:2:12\n"
        "  |\n"
        "2 |     return 1 / x\n"
        "  |            ^^^^^\n"
        "  = note: in `f`, called at <script>:5:12\n"
        "  = note: in `g`, called at <script>:7:1"
    )


def test_a_call_by_the_engine_is_listed_with_the_place_where_the_engine_was_called(fails) -> None:
    error = fails("def f(x):\n    return (x ** 2).nothing\n\ntorch.func.grad(f)(torch.tensor(2.0))\n")
    assert (underlined(error), error.message) == ("(x ** 2).nothing", "'Tensor' object has no attribute 'nothing'")
    assert error.notes == ("in `f`, called at <script>:4:1",)


def test_an_error_in_a_hook_points_into_the_hook(fails) -> None:
    error = fails("x = torch.tensor(2.0, requires_grad=True)\nx.register_hook(lambda g: g / [])\n(x * 3).backward()\n")
    assert underlined(error) == "g / []"
    assert error.notes == ("in `<lambda>`, called at <script>:3:1",)


def test_of_a_long_chain_of_calls_both_ends_are_listed(fails) -> None:
    error = fails("def f(n):\n    return 1 / 0 if n == 0 else f(n - 1)\nf(100)\n")
    assert len(error.notes) == 17
    assert error.notes[8] == "... and 85 calls more ..."
    assert error.notes[-1] == "in `f`, called at <script>:3:1"


def test_what_was_printed_before_an_error_and_named_before_it_stays(run) -> None:
    from autodiff.parser.script.session import Session

    written: list[str] = []
    session = Session(written.append)
    with pytest.raises(ExpressionError):
        session.run("x = 1\nprint(x)\nx = 2\n1 / 0\nx = 3\n")
    assert written == ["1\n"]
    assert session.names == {"x": 2}


def test_a_function_defined_in_one_script_and_called_in_another_keeps_its_own_source() -> None:
    from autodiff.parser.script.session import Session

    session = Session(lambda text: None)
    session.run("def f(x):\n    return 1 / x\n", "<1>")
    with pytest.raises(ExpressionError) as caught:
        session.run("f(0)", "<2>")
    error = caught.value
    assert (error.name, underlined(error), error.notes) == ("<1>", "1 / x", ("in `f`, called at <2>:1:1",))


def test_with_blocks_are_left_by_errors(run) -> None:
    from autodiff.parser.script.session import Session

    written: list[str] = []
    session = Session(written.append)
    with pytest.raises(ExpressionError):
        session.run("def f():\n    with torch.no_grad():\n        1 / 0\nwith torch.no_grad():\n    f()\n")
    session.run("torch.is_grad_enabled()")
    assert written == ["True\n"]


@pytest.mark.parametrize("before", ["1 / 0", "pass"], ids=["after an error", "at its end"])
def test_a_with_block_that_cannot_be_left_is_an_error(before: str) -> None:
    from autodiff.parser.script.session import Session

    written: list[str] = []
    session = Session(written.append)
    source = f"def f():\n    with dual_level():\n        exit_dual_level()\n        {before}\n"
    with pytest.raises(ExpressionError, match="Dual level must be a positive number"):
        session.run(
            "from torch.autograd.forward_ad import dual_level, exit_dual_level\n"
            f"{source}with torch.no_grad():\n    f()\n"
        )
    assert session.machine.frames == []
    session.run("torch.is_grad_enabled()")
    assert written == ["True\n"]
