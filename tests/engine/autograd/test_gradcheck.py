"""torch.autograd.gradcheck and gradgradcheck: what they find, and what they say of it."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import numpy as np
import pytest

import autodiff.engine as torch
from autodiff.engine.autograd import Function, forward_ad, gradcheck, gradgradcheck
from autodiff.engine.autograd.gradcheck import GradcheckError, get_analytical_jacobian, get_numerical_jacobian


def tensor(*values: float, requires_grad: bool = True) -> torch.Tensor:
    return torch.tensor(list(values), requires_grad=requires_grad)


class Wrong(Function):
    """2x, with a derivative of 3."""

    @staticmethod
    def forward(ctx: Any, x: Any) -> Any:
        return x * 2

    @staticmethod
    def backward(ctx: Any, g: Any) -> Any:
        return g * 3


@pytest.mark.covers("TestAutograd.test_gradcheck_single_input")
@pytest.mark.parametrize("fast_mode", [False, True])
def test_a_tensor_and_a_tuple_of_one_are_the_same(fast_mode: bool) -> None:
    assert gradcheck(lambda x: x**2, tensor(1.0, 2.0), fast_mode=fast_mode)
    assert gradcheck(lambda x: x**2, (tensor(1.0, 2.0),), fast_mode=fast_mode)
    assert gradgradcheck(lambda x: x**2, tensor(1.0, 2.0), fast_mode=fast_mode)
    assert gradcheck(torch.sin, torch.tensor(0.5, requires_grad=True))
    assert gradcheck(lambda x, y, n: (x * y * n, x + y), (tensor(1.0), tensor(2.0, 3.0), 4))


@pytest.mark.covers("TestAutograd.test_gradcheck_jacobian_mismatch")
def test_a_wrong_gradient_is_shown_beside_the_differences() -> None:
    x = tensor(1.0, 2.0)
    with pytest.raises(GradcheckError) as caught:
        gradcheck(Wrong.apply, x)
    assert str(caught.value) == (
        "Jacobian mismatch for output 0 with respect to input 0,\n"
        "numerical:tensor([[2.0000, 0.0000],\n        [0.0000, 2.0000]])\n"
        "analytical:tensor([[3., 0.],\n        [0., 3.]])\n"
    )
    assert gradcheck(Wrong.apply, x, raise_exception=False) is False
    with pytest.raises(GradcheckError, match="for output 1 with respect to input 1"):
        gradcheck(lambda a, b: (a * b, Wrong.apply(b)), (tensor(1.0), tensor(2.0)))


@pytest.mark.covers("TestAutograd.test_gradcheck_custom_error")
def test_only_gradcheck_errors_are_turned_into_false() -> None:
    assert issubclass(GradcheckError, RuntimeError)

    def function(x: Any) -> Any:
        raise RuntimeError("not a gradcheck error")

    for raise_exception in (True, False):
        with pytest.raises(RuntimeError, match="not a gradcheck error"):
            gradcheck(function, tensor(1.0), raise_exception=raise_exception)


@pytest.mark.covers("TestAutograd.test_gradcheck_validates_inputs")
def test_inputs_are_checked() -> None:
    with pytest.raises(ValueError, match="at least one input tensor to require gradient"):
        gradcheck(torch.sin, tensor(1.0, requires_grad=False), raise_exception=False)
    with pytest.warns(UserWarning, match="Input #0 requires gradient and is not a double precision"):
        assert gradcheck(lambda x: x, torch.ones(1, dtype=torch.float32, requires_grad=True), atol=1e-1)
    overlapping = torch.ones(1).expand(3).requires_grad_()
    with pytest.raises(RuntimeError, match="The 0th input has a dimension with stride 0"):
        gradcheck(lambda x: x, overlapping)


@pytest.mark.covers("TestAutograd.test_gradcheck_check_forward_or_backward_only")
def test_each_direction_can_be_checked_alone() -> None:
    x = tensor(1.0)
    for arguments in (
        {"check_backward_ad": False},
        {"check_backward_ad": False, "check_forward_ad": True, "check_batched_grad": True},
        {"check_batched_forward_grad": True},
    ):
        with pytest.raises(AssertionError):
            gradcheck(torch.sin, x, **arguments)
    with pytest.raises(AssertionError, match="check_fwd_over_rev or check_rev_over_rev"):
        gradgradcheck(torch.sin, x, check_rev_over_rev=False)

    class Forward(Wrong):
        @staticmethod
        def jvp(ctx: Any, t: Any) -> Any:
            return t * 2

    assert gradcheck(Forward.apply, x, check_forward_ad=True, check_backward_ad=False)
    with pytest.raises(GradcheckError, match="^Jacobian mismatch"):
        gradcheck(Forward.apply, x, check_forward_ad=True)


@pytest.mark.covers("TestAutograd.test_gradcheck_check_no_differentiable_outputs")
def test_a_function_without_gradient_has_to_be_constant() -> None:
    with pytest.raises(GradcheckError, match="Numerical gradient for function expected to be zero"):
        gradcheck(lambda x: x.detach() * 2, tensor(1.0))
    assert gradcheck(lambda x: x == x, tensor(1.0))
    assert gradcheck(lambda x: (torch.argmax(x), x * 2), tensor(1.0, 5.0))


@pytest.mark.covers("TestAutograd.test_gradcheck_check_batched_grad")
def test_gradients_in_batches_are_checked() -> None:
    assert gradcheck(lambda x: x**3, tensor(1.0, 2.0), check_batched_grad=True)
    assert gradcheck(
        lambda x: x**3,
        tensor(1.0, 2.0),
        check_batched_grad=True,
        check_forward_ad=True,
        check_batched_forward_grad=True,
    )


@pytest.mark.covers("TestAutograd.test_gradcheck_backward_mul_by_grad_output")
def test_a_backward_that_ignores_the_incoming_gradient_is_found() -> None:
    class Constant(Wrong):
        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            return torch.full((1,), 2.0)

    with pytest.raises(GradcheckError, match="backward not multiplied by grad_output"):
        gradcheck(Constant.apply, tensor(1.0))


@pytest.mark.covers("TestAutograd.test_gradcheck_undefined_grad")
def test_a_backward_has_to_do_without_the_gradient_of_another_output() -> None:
    class Two(Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            ctx.set_materialize_grads(False)
            return x * 2, x * 3

        @staticmethod
        def backward(ctx: Any, g: Any, h: Any) -> Any:
            if g is None or h is None:
                raise RuntimeError("no gradient")
            return g * 2 + h * 3

    def function(x: Any) -> Any:
        first, second = Two.apply(x)
        return first + 0 * second, second + 0 * first

    x = tensor(1.0)
    with (
        pytest.warns(UserWarning, match="New undefined gradient support checking"),
        pytest.raises(GradcheckError, match="Expected backward function to handle undefined output grads"),
    ):
        gradcheck(function, x)
    with pytest.raises(RuntimeError, match="no gradient"):
        gradcheck(Two.apply, x)

    class Quiet(Two):
        calls = 0

        @staticmethod
        def backward(ctx: Any, g: Any, h: Any) -> Any:
            Quiet.calls += 1
            if Quiet.calls > 5:
                raise RuntimeError("no gradient")
            return (0 if g is None else g * 2) + (0 if h is None else h * 3)

    with (
        pytest.warns(UserWarning, match="New undefined gradient support checking"),
        pytest.raises(GradcheckError, match="Expected backward function to handle undefined output grads"),
    ):
        gradcheck(Quiet.apply, x)
    Quiet.calls = 0
    assert gradcheck(Quiet.apply, x, check_undefined_grad=False)


@pytest.mark.covers("TestAutograd.test_gradcheck_output_shape_or_dtype_depend_on_values")
def test_outputs_keep_shape_and_dtype() -> None:
    def grows(x: Any) -> Any:
        return x if float(x.detach()[0]) <= 1 else torch.cat([x, x])

    def widens(x: Any) -> Any:
        return x if float(x.detach()[0]) <= 1 else x.float()

    with pytest.raises(AssertionError, match="return outputs with the same shape when inputs are perturbed on index"):
        gradcheck(grows, tensor(1.0))
    with pytest.raises(AssertionError, match="return outputs with the same dtype when inputs are perturbed on index"):
        gradcheck(widens, tensor(1.0))


@pytest.mark.covers("TestAutograd.test_gradcheck_nondeterministic")
def test_a_backward_has_to_give_the_same_again() -> None:
    class Noisy(Function):
        calls = 0

        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            return x * 2

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            Noisy.calls += 1
            return Noisy.apply(g) * (1 + 1e-12 * Noisy.calls)

    x = tensor(1.0)
    with pytest.raises(GradcheckError, match="Backward is not reentrant"):
        gradcheck(Noisy.apply, x)
    assert gradcheck(Noisy.apply, x, nondet_tol=1e-5)
    with pytest.raises(GradcheckError, match="Backward is not reentrant"):
        gradgradcheck(Noisy.apply, x)
    assert gradgradcheck(Noisy.apply, x, nondet_tol=1e-5)


@pytest.mark.covers("TestAutograd.test_gradcheck_test_outputs")
def test_outputs_may_be_a_list_or_have_other_dtypes() -> None:
    assert gradcheck(lambda x: [x * 2, x.float().detach()], tensor(1.0)) is True


@pytest.mark.covers("TestAutograd.test_gradcheck_forward_ad")
def test_tangents_are_checked() -> None:
    class Tangent(Function):
        factor = 2.0

        @staticmethod
        def forward(ctx: Any, x: Any, y: Any) -> Any:
            return x * 2, y * 3

        @staticmethod
        def backward(ctx: Any, g: Any, h: Any) -> Any:
            return g * 2, h * 3

        @staticmethod
        def jvp(ctx: Any, t: Any, s: Any) -> Any:
            return t * Tangent.factor, s * 3

    inputs = tensor(1.0, 2.0), tensor(3.0)
    assert gradcheck(Tangent.apply, inputs, check_forward_ad=True)
    Tangent.factor = 2.5
    assert gradcheck(Tangent.apply, inputs)
    with pytest.raises(GradcheckError, match="Jacobian computed with forward mode mismatch for output 0 with respect"):
        gradcheck(Tangent.apply, inputs, check_forward_ad=True)
    assert gradcheck(lambda x, y: torch.sin(x) * y, inputs, check_forward_ad=True)
    assert gradgradcheck(lambda x, y: torch.sin(x) * y, inputs, check_fwd_over_rev=True)


@pytest.mark.covers(
    "TestAutograd.test_gradcheck_forward_ad_runs_with_no_requires_grad",
    "TestAutograd.test_gradcheck_forward_ad_respects_requires_grad",
)
def test_forward_mode_runs_with_dual_tensors_for_what_requires_grad() -> None:
    seen: list[tuple[Any, ...]] = []

    def function(x: Any, y: Any) -> Any:
        if forward_ad._current_level >= 0:
            seen.extend([(t.requires_grad, forward_ad.unpack_dual(t).tangent is not None) for t in (x, y)])
        return x * y

    assert gradcheck(
        function, (tensor(1.0), tensor(2.0, requires_grad=False)), check_forward_ad=True, check_backward_ad=False
    )
    # Once for the tangents, and once each for zeros and for none in place of one.
    assert seen == [(False, True), (False, False)] * 2 + [(False, False)] * 2


@pytest.mark.covers("TestAutograd.test_gradcheck_forward_ad_batched_grad")
def test_checks_of_batches_go_with_a_direction() -> None:
    x = tensor(1.0)
    assert gradcheck(torch.sin, x, check_forward_ad=True, check_batched_grad=True, check_batched_forward_grad=True)


@pytest.mark.covers("TestAutograd.test_gradcheck_get_numerical_jacobian")
def test_the_numerical_jacobian() -> None:
    def function(inputs: Any) -> Any:
        x, y = inputs
        return 2 * x + 3 * y, x * y

    a, b = tensor(1.0, 2.0), tensor(3.0, 4.0)
    with pytest.warns(FutureWarning, match="`get_numerical_jacobian` was part of PyTorch's private API"):
        by_a, by_b = get_numerical_jacobian(function, (a, b), eps=1e-6)
    np.testing.assert_allclose(by_a.numpy(), 2 * np.eye(2), rtol=1e-6)
    np.testing.assert_allclose(by_b.numpy(), 3 * np.eye(2), rtol=1e-6)
    with pytest.warns(FutureWarning):
        (by_b,) = get_numerical_jacobian(function, (a, b), target=b, eps=1e-6)
    np.testing.assert_allclose(by_b.numpy(), 3 * np.eye(2), rtol=1e-6)
    with pytest.warns(FutureWarning), pytest.raises(ValueError, match="Expected grad_out to be 1.0"):
        get_numerical_jacobian(function, (a, b), grad_out=2.0)


@pytest.mark.covers("TestAutograd.test_gradcheck_get_analytical_jacobian")
def test_the_analytical_jacobian() -> None:
    a, b = tensor(1.0, 2.0), tensor(3.0, 4.0)
    output = 2 * a + 3 * b
    with pytest.warns(FutureWarning, match="`get_analytical_jacobian` was part of PyTorch's private API"):
        (by_a, by_b), alike, sizes, dtypes = get_analytical_jacobian((a, b), output)
    assert (by_a.tolist(), by_b.tolist()) == ((2 * torch.eye(2)).tolist(), (3 * torch.eye(2)).tolist())
    assert (alike, sizes, dtypes) == (True, True, True)
    with pytest.warns(FutureWarning), pytest.raises(ValueError, match="Expected grad_out to be 1.0"):
        get_analytical_jacobian((a, b), output, grad_out=2.0)


def test_inputs_are_as_before_afterwards() -> None:
    x = tensor(0.1, 0.2)
    before, version = x.tolist(), x._version
    gradcheck(torch.sin, x)
    with pytest.raises(ZeroDivisionError):
        gradcheck(lambda x: x / (1 // (float(x.detach()[0]) >= 0.1)), x)
    assert (x.tolist(), x._version) == (before, version)


@pytest.mark.parametrize(
    "source",
    [
        "from autodiff.engine.autograd import gradcheck",
        "from autodiff.engine.autograd.gradcheck import gradcheck",
        "from autodiff.engine.autograd.gradcheck import GradcheckError; gradcheck = t.autograd.gradcheck",
        "import autodiff.engine.autograd.gradcheck; gradcheck = t.autograd.gradcheck; gradcheck.GradcheckError",
    ],
)
def test_the_function_and_its_module_have_one_name(source: str) -> None:
    code = f"import autodiff.engine as t; {source}; assert gradcheck(t.sin, t.tensor([0.3], requires_grad=True))"
    subprocess.run([sys.executable, "-c", code], check=True)
