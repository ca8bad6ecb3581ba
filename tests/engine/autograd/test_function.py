"""Operations of the user's own: what `apply` accepts, records and refuses, and what `ctx` does."""

import gc
import weakref
from typing import Any

import pytest

import autodiff.engine as torch
from autodiff.engine import Tensor
from autodiff.engine.autograd import Function
from autodiff.engine.autograd.function import once_differentiable


def leaf(data: Any = 2.0) -> Tensor:
    return torch.tensor(data, requires_grad=True)


class Square(Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        ctx.save_for_backward(x)
        return x * x

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Tensor:
        (x,) = ctx.saved_tensors
        return gradient * 2 * x


class Identity(Function):
    @staticmethod
    def forward(ctx: Any, x: Any) -> Any:
        return x

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Tensor:
        return gradient * 2


# Forward, backward, what is recorded


@pytest.mark.covers("TestAutograd.test_function")
def test_a_function_of_two_tensors_and_a_number_differentiates_once_and_twice() -> None:
    class Scaled(Function):
        @staticmethod
        def forward(ctx: Any, x: Tensor, factor: float, y: Tensor) -> Tensor:
            ctx.factor = factor
            ctx.save_for_backward(x, y)
            return x + factor * y + x * y

        @staticmethod
        def backward(ctx: Any, gradient: Tensor) -> Any:
            x, y = ctx.saved_tensors
            # The number has no gradient.
            return gradient + gradient * y, None, gradient * ctx.factor + gradient * x

    x, y = leaf([1.0, 2.0]), leaf([3.0, 4.0])
    result = Scaled.apply(x, 2, y)
    assert result.tolist() == [10, 18]
    gx, gy = torch.autograd.grad(result.sum(), [x, y], create_graph=True)
    assert (gx.tolist(), gy.tolist()) == ([4, 5], [3, 4])
    assert (x.grad, y.grad) == (None, None)
    (gx.sum() + gy.sum()).backward()
    assert (x.grad.tolist(), y.grad.tolist()) == ([1, 1], [1, 1])


def test_the_node_bears_the_name_of_the_function_and_knows_its_inputs() -> None:
    x = leaf()
    y = Square.apply(x)
    assert y.grad_fn.name() == "SquareBackward"
    assert type(y.grad_fn).__name__ == "SquareBackward"
    assert [node.name() for node, _ in y.grad_fn.next_functions] == ["torch::autograd::AccumulateGrad"]
    assert y.grad_fn.next_functions[0][0].variable is x
    assert (y.requires_grad, y.is_leaf) == (True, False)
    assert "grad_fn=<SquareBackward>" in repr(y)


def test_nothing_is_recorded_without_an_input_that_requires_grad_or_under_no_grad() -> None:
    assert Square.apply(torch.tensor(3.0)).grad_fn is None
    with torch.no_grad():
        result = Square.apply(leaf())
    assert (result.requires_grad, result.grad_fn) == (False, None)


def test_forward_runs_without_recording_and_leaves_recording_as_it_was() -> None:
    seen = []

    class Peek(Function):
        @staticmethod
        def forward(ctx: Any, x: Tensor) -> Tensor:
            seen.append((torch.is_grad_enabled(), (x * 2).requires_grad, x.requires_grad))
            return x * 2

        @staticmethod
        def backward(ctx: Any, gradient: Tensor) -> Tensor:
            return gradient

    Peek.apply(leaf())
    assert seen == [(False, False, True)]
    assert torch.is_grad_enabled()


def test_needs_input_grad_says_for_each_argument_whether_a_gradient_is_wanted() -> None:
    seen = []

    class Three(Function):
        @staticmethod
        def forward(ctx: Any, x: Tensor, n: int, y: Tensor) -> Tensor:
            seen.append(ctx.needs_input_grad)
            return x * n * y

        @staticmethod
        def backward(ctx: Any, gradient: Tensor) -> Any:
            seen.append(ctx.needs_input_grad)
            return gradient, None, None

    Three.apply(leaf(), 3, torch.tensor(1.0)).backward()
    assert seen == [(True, False, False), (True, False, False)]


@pytest.mark.covers("TestAutograd.test_custom_function_non_tensor_inputs_outputs")
def test_inputs_and_outputs_that_are_no_tensors_pass_through_and_keep_their_places() -> None:
    class Mixed(Function):
        @staticmethod
        def forward(ctx: Any, x: Tensor, scale: float, y: Tensor, label: str) -> Any:
            ctx.scale = scale
            return scale, x * scale, None, label, y * 3, (x, y)

        @staticmethod
        def backward(ctx: Any, *gradients: Any) -> Any:
            assert len(gradients) == 6
            assert gradients[0] is gradients[2] is gradients[3] is gradients[5] is None
            return gradients[1] * ctx.scale, None, gradients[4] * 3, None

    x, y = leaf(2.0), leaf(5.0)
    scale, first, nothing, label, second, pair = Mixed.apply(x, 4.0, y, "text")
    assert (scale, nothing, label) == (4.0, None, "text")
    assert pair[0] is x
    (first + 10 * second).backward()
    assert (x.grad.item(), y.grad.item()) == (4, 30)


@pytest.mark.covers("TestAutograd.test_custom_function_no_tensors")
def test_a_function_of_numbers_only_returns_what_forward_returns() -> None:
    class Numbers(Function):
        @staticmethod
        def forward(ctx: Any, a: float, b: float) -> Any:
            return a + b, a * b, a - b

    assert Numbers.apply(1.0, 2.0) == (3.0, 2.0, -1.0)


@pytest.mark.covers("TestAutograd.test_function_returns_input")
def test_an_input_returned_as_it_is_becomes_a_result_with_the_functions_node() -> None:
    for shape in [(1,), ()]:
        x = torch.ones(shape, requires_grad=True)
        y = Identity.apply(x)
        assert y is not x
        assert y.grad_fn.name() == "IdentityBackward"
        assert x.is_leaf
        y.backward()
        assert x.grad.tolist() == torch.full(shape, 2.0).tolist()
        with torch.no_grad():
            y = Identity.apply(x)
        assert not y.requires_grad
        x.grad = None
        with torch.no_grad():
            x.mul_(2)
        z = Identity.apply(x)
        assert z.data.tolist() == x.data.tolist()


def test_a_list_is_no_tensor_to_a_function() -> None:
    class First(Function):
        @staticmethod
        def forward(ctx: Any, tensors: list[Tensor]) -> Tensor:
            return tensors[0] * 2

    assert not First.apply([leaf()]).requires_grad


def test_arguments_given_by_name_are_inputs_as_the_others() -> None:
    x = leaf(3.0)
    y = Square.apply(x=x)
    assert len(y.grad_fn.next_functions) == 1
    y.backward()
    assert x.grad.item() == 6
    with pytest.raises(TypeError, match=r"got an unexpected keyword argument 'z'"):
        Square.apply(x, z=2)


# Gradients that are not there


@pytest.mark.covers("TestAutograd.test_function_returns_undefined_tensor")
def test_backward_may_return_none_which_is_no_gradient() -> None:
    class Stops(Function):
        @staticmethod
        def forward(ctx: Any, x: Tensor) -> Tensor:
            return x * 2

        @staticmethod
        def backward(ctx: Any, gradient: Tensor) -> None:
            return None

    x = leaf([1.0, 2.0])
    Stops.apply(x).sum().backward()
    assert x.grad is None
    Stops.apply(x * 2).sum().backward()
    assert x.grad is None
    (Stops.apply(x).sum() + (x * 3).sum()).backward()
    assert x.grad.tolist() == [3, 3]
    (gradient,) = torch.autograd.grad(Stops.apply(x).sum(), x, allow_unused=True)
    assert gradient is None


@pytest.mark.covers("TestAutograd.test_materialize_grads")
def test_a_gradient_that_is_missing_arrives_as_zeros() -> None:
    seen = []

    class Two(Function):
        @staticmethod
        def forward(ctx: Any, x: Tensor) -> Any:
            return x * 2, x[:1] * 3

        @staticmethod
        def backward(ctx: Any, a: Tensor, b: Tensor) -> Tensor:
            seen.append((a.tolist(), b.tolist()))
            return a

    x = leaf([1.0, 2.0])
    Two.apply(x)[1].sum().backward()
    assert seen == [([0, 0], [1])]


@pytest.mark.covers("TestAutograd.test_dont_materialize_grads")
def test_a_gradient_that_is_missing_is_none_if_asked_for() -> None:
    seen = []

    class Two(Function):
        @staticmethod
        def forward(ctx: Any, x: Tensor) -> Any:
            ctx.set_materialize_grads(False)
            return x * 2, x * 3

        @staticmethod
        def backward(ctx: Any, a: Tensor | None, b: Tensor | None) -> Any:
            seen.append((a, b is not None))
            return b

    x = leaf()
    Two.apply(x)[1].backward()
    assert seen == [(None, True)]
    assert x.grad.item() == 1


@pytest.mark.covers("TestAutograd.test_set_materialize_non_diff_grads")
def test_the_gradient_of_an_output_without_derivative_is_zeros_or_none() -> None:
    seen = []

    class Part(Function):
        @staticmethod
        def forward(ctx: Any, x: Tensor, materialize: bool) -> Any:
            out, constant = x * 2, x * 3
            ctx.mark_non_differentiable(constant)
            ctx.set_materialize_grads(materialize)
            return out, constant

        @staticmethod
        def backward(ctx: Any, a: Tensor, b: Any) -> Any:
            seen.append(None if b is None else b.item())
            return a, None

    for materialize in (True, False):
        out, constant = Part.apply(leaf(), materialize)
        assert not constant.requires_grad
        out.backward()
    assert seen == [0, None]


# Errors


@pytest.mark.covers("TestAutograd.test_legacy_function_deprecation_exception")
def test_a_forward_that_is_not_static_is_refused() -> None:
    class Legacy(Function):
        def forward(self, x: Tensor) -> Tensor:  # pyright: ignore[reportIncompatibleMethodOverride]
            return x

        def backward(self, gradient: Tensor) -> Tensor:  # pyright: ignore[reportIncompatibleMethodOverride]
            return gradient

    message = "^Legacy autograd function with non-static forward method is deprecated."
    with (
        pytest.warns(DeprecationWarning, match=r"should not be instantiated"),
        pytest.raises(RuntimeError, match=message),
    ):
        Legacy()(leaf())


def test_an_instance_of_a_function_is_of_no_use() -> None:
    with pytest.warns(DeprecationWarning, match=r"Square'> should not be instantiated. Methods on autograd functions"):
        Square()


@pytest.mark.covers("TestAutograd.test_custom_function_exception")
def test_an_exception_in_backward_comes_out_as_it_is() -> None:
    class Fails(Function):
        @staticmethod
        def forward(ctx: Any, x: Tensor) -> Tensor:
            return x * 1

        @staticmethod
        def backward(ctx: Any, gradient: Tensor) -> Tensor:
            raise LookupError("in the rule")

    with pytest.raises(LookupError, match=r"^'?in the rule"):
        Fails.apply(leaf()).backward()
    assert torch.is_grad_enabled()


def test_an_exception_in_forward_leaves_recording_switched_on() -> None:
    class Fails(Function):
        @staticmethod
        def forward(ctx: Any, x: Tensor) -> Tensor:
            raise LookupError("in forward")

    with pytest.raises(LookupError, match=r"in forward"):
        Fails.apply(leaf())
    assert torch.is_grad_enabled()


@pytest.mark.covers("TestAutograd.test_custom_function_error")
def test_what_is_not_implemented_says_so() -> None:
    class Nothing(Function):
        pass

    class ForwardOnly(Function):
        @staticmethod
        def forward(ctx: Any, x: Tensor) -> Tensor:
            return x * 2

    class Both(ForwardOnly):
        @staticmethod
        def backward(ctx: Any, gradient: Tensor) -> Tensor:
            return gradient

        @staticmethod
        def vjp(ctx: Any, gradient: Tensor) -> Tensor:
            return gradient

    with pytest.raises(NotImplementedError, match=r"must implement the forward"):
        Nothing.apply(leaf())
    with pytest.raises(NotImplementedError, match=r"must implement either the backward"):
        ForwardOnly.apply(leaf()).backward()
    with pytest.raises(RuntimeError, match=r"^Implementing both 'backward' and 'vjp'"):
        Both.apply(leaf()).backward()


@pytest.mark.parametrize(
    ("returned", "message"),
    [
        (lambda g: (g, g), "function BadBackward returned an incorrect number of gradients (expected 1, got 2)"),
        (lambda g: (), "function BadBackward returned an incorrect number of gradients (expected 1, got 0)"),
        (
            lambda g: torch.ones(3),
            "Function BadBackward returned an invalid gradient at index 0 - got [3] but expected shape compatible "
            "with [2]",
        ),
        (lambda g: "text", "expected Variable or None (got str)"),
    ],
)
@pytest.mark.covers("TestAutograd.test_invalid_gradients")
def test_a_gradient_that_cannot_be_is_an_error_that_names_the_function(returned: Any, message: str) -> None:
    class Bad(Function):
        @staticmethod
        def forward(ctx: Any, x: Tensor) -> Tensor:
            return x * 2

        @staticmethod
        def backward(ctx: Any, gradient: Tensor) -> Any:
            return returned(gradient)

    with pytest.raises((RuntimeError, TypeError)) as caught:
        Bad.apply(leaf([1.0, 2.0])).sum().backward()
    assert str(caught.value) == message


@pytest.mark.covers("TestAutograd.test_too_many_grads")
def test_gradients_beyond_the_inputs_are_allowed_if_they_are_none() -> None:
    class Generous(Function):
        @staticmethod
        def forward(ctx: Any, x: Tensor) -> Tensor:
            return x * 1

        @staticmethod
        def backward(ctx: Any, gradient: Tensor) -> Any:
            return gradient, None, None

    x = leaf()
    Generous.apply(x).backward()
    assert x.grad.item() == 1


def test_a_gradient_is_summed_over_what_broadcasting_stretched_and_cast_to_the_inputs_dtype() -> None:
    class Stretch(Function):
        @staticmethod
        def forward(ctx: Any, x: Tensor) -> Tensor:
            return x + torch.zeros(3, 2)

        @staticmethod
        def backward(ctx: Any, gradient: Tensor) -> Tensor:
            return gradient

    x = torch.ones(2, dtype=torch.float32, requires_grad=True)
    Stretch.apply(x).sum().backward()
    assert x.grad.tolist() == [3, 3]
    assert x.grad.dtype is torch.float32


# setup_context


@pytest.mark.covers("TestAutograd.test_custom_function_setup_context_simple")
def test_forward_without_ctx_leaves_saving_to_setup_context() -> None:
    class NewSquare(Function):
        @staticmethod
        def forward(x: Tensor) -> Tensor:
            return x**2

        @staticmethod
        def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Any) -> None:
            assert isinstance(inputs, tuple)
            assert isinstance(output, Tensor)
            ctx.save_for_backward(*inputs)

        @staticmethod
        def backward(ctx: Any, gradient: Tensor) -> Tensor:
            (x,) = ctx.saved_tensors
            return gradient * 2 * x

    x = leaf(3.0)
    (gradient,) = torch.autograd.grad(NewSquare.apply(x), x, create_graph=True)
    assert gradient.item() == 6
    assert torch.autograd.grad(gradient, x)[0].item() == 2


@pytest.mark.covers("TestAutograd.test_custom_function_setup_context_multi_output")
def test_setup_context_gets_all_outputs_and_may_mark_them() -> None:
    class Two(Function):
        @staticmethod
        def forward(x: Tensor) -> Any:
            doubled = x * 2
            return x**2, doubled

        @staticmethod
        def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Any) -> None:
            (x,) = inputs
            _, doubled = output
            ctx.mark_non_differentiable(doubled)
            ctx.save_for_backward(x, doubled)

        @staticmethod
        def backward(ctx: Any, gradient: Tensor, ignored: Tensor) -> Tensor:
            _, doubled = ctx.saved_tensors
            return gradient * doubled

    x = leaf(3.0)
    squared, doubled = Two.apply(x)
    assert not doubled.requires_grad
    squared.backward()
    assert x.grad.item() == 6


@pytest.mark.covers("TestAutograd.test_custom_function_setup_context_multi_input")
def test_setup_context_gets_all_inputs() -> None:
    class Reshape(Function):
        @staticmethod
        def forward(x: Tensor, shape: tuple[int, ...], factor: float) -> Tensor:
            return x.reshape(shape) * factor

        @staticmethod
        def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Any) -> None:
            x, shape, factor = inputs
            assert tuple(output.shape) == shape
            ctx.old, ctx.factor = tuple(x.shape), factor

        @staticmethod
        def backward(ctx: Any, gradient: Tensor) -> Any:
            return gradient.reshape(ctx.old) * ctx.factor, None, None

    x = leaf([1.0, 2.0, 3.0, 4.0])
    result = Reshape.apply(x, (2, 2), 3.0)
    (result * torch.tensor([[1.0, 2.0], [3.0, 4.0]])).sum().backward()
    assert x.grad.tolist() == [3, 6, 9, 12]


@pytest.mark.covers("TestAutograd.test_setup_context_when_forward_has_default_args")
def test_setup_context_gets_the_defaults_that_forward_filled_in() -> None:
    class Power(Function):
        @staticmethod
        def forward(x: Tensor, y: Tensor | None = None, n: int = 3) -> Tensor:
            return x**n

        @staticmethod
        def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Any) -> None:
            x, y, n = inputs
            assert y is None
            ctx.save_for_backward(x)
            ctx.n = n

        @staticmethod
        def backward(ctx: Any, gradient: Tensor) -> Any:
            (x,) = ctx.saved_tensors
            return gradient * ctx.n * x ** (ctx.n - 1), None, None

    class OldPower(Function):
        @staticmethod
        def forward(ctx: Any, x: Tensor, n: int = 3) -> Tensor:
            ctx.save_for_backward(x)
            ctx.n = n
            return x**n

        @staticmethod
        def backward(ctx: Any, gradient: Tensor) -> Any:
            (x,) = ctx.saved_tensors
            return gradient * ctx.n * x ** (ctx.n - 1), None

    for function in (Power, OldPower):
        x = leaf(2.0)
        function.apply(x).backward()
        assert x.grad.item() == 12
        function.apply(x, *([None] if function is Power else []), 2).backward()
        assert x.grad.item() == 16


def test_vjp_is_another_name_for_backward() -> None:
    class Cube(Function):
        @staticmethod
        def forward(ctx: Any, x: Tensor) -> Tensor:
            ctx.save_for_backward(x)
            return x**3

        @staticmethod
        def vjp(ctx: Any, gradient: Tensor) -> Tensor:
            (x,) = ctx.saved_tensors
            return gradient * 3 * x * x

    x = leaf()
    Cube.apply(x).backward()
    assert x.grad.item() == 12


# Outputs without a derivative


@pytest.mark.covers("TestAutograd.test_mark_non_differentiable")
def test_an_output_marked_non_differentiable_requires_no_grad() -> None:
    class Above(Function):
        @staticmethod
        def forward(ctx: Any, x: Tensor) -> Tensor:
            out = (x > 0) * 1.0
            ctx.mark_non_differentiable(out)
            return out

        @staticmethod
        def backward(ctx: Any, gradient: Tensor) -> Tensor:
            return gradient * 0

    x = leaf([-1.0, 2.0])
    mask = Above.apply(x)
    assert (mask.requires_grad, mask.grad_fn) == (False, None)
    y = (mask * x).sum()
    y.backward()
    assert x.grad.tolist() == [0, 1]


@pytest.mark.covers("TestAutograd.test_mark_non_differentiable_mixed")
def test_one_output_of_two_may_be_marked_non_differentiable() -> None:
    class Split(Function):
        @staticmethod
        def forward(ctx: Any, x: Tensor) -> Any:
            a, b = x + 1, x + 2
            ctx.mark_non_differentiable(a)
            return a, b

        @staticmethod
        def backward(ctx: Any, grad_a: Tensor, grad_b: Tensor) -> Tensor:
            assert grad_a.tolist() == [0, 0]
            assert grad_b.tolist() == [1, 1]
            return grad_b

    x = leaf([1.0, 2.0])
    a, b = Split.apply(x)
    assert (a.requires_grad, b.requires_grad) == (False, True)
    b.sum().backward()
    assert x.grad.tolist() == [1, 1]


@pytest.mark.covers("TestAutograd.test_mark_non_differentiable_none")
def test_a_result_without_derivative_can_be_passed_on_and_none_returned_for_it() -> None:
    class Constant(Function):
        @staticmethod
        def forward(ctx: Any, x: Tensor) -> Tensor:
            out = x.clone()
            ctx.mark_non_differentiable(out)
            return out

        @staticmethod
        def backward(ctx: Any, gradient: Tensor) -> None:
            return None

    x = leaf([5.0])
    (Constant.apply(x * x) + x).sum().backward()
    assert x.grad.tolist() == [1]


def test_an_integer_output_requires_no_grad() -> None:
    class Sorted(Function):
        @staticmethod
        def forward(ctx: Any, x: Tensor) -> Any:
            values, indices = torch.sort(x)
            ctx.save_for_backward(indices)
            ctx.mark_non_differentiable(indices)
            return values, indices

        @staticmethod
        def backward(ctx: Any, values: Tensor, indices: Tensor) -> Tensor:
            (order,) = ctx.saved_tensors
            assert indices.dtype is torch.int64
            return values[torch.sort(order)[1]]

    x = leaf([3.0, 1.0, 2.0])
    values, indices = Sorted.apply(x)
    assert not indices.requires_grad
    (values * torch.tensor([10.0, 20.0, 30.0])).sum().backward()
    assert x.grad.tolist() == [30, 10, 20]


@pytest.mark.covers("TestAutograd.test_return_duplicate")
def test_one_tensor_returned_twice_gets_a_gradient_for_each_place() -> None:
    class Double(Function):
        @staticmethod
        def forward(ctx: Any, x: Tensor) -> Any:
            out = x * 2
            return out, out

        @staticmethod
        def backward(ctx: Any, a: Tensor, b: Tensor) -> Tensor:
            return a * 2 + b * 2

    x = leaf(1.0)
    a, b = Double.apply(x)
    assert a is b
    (a + 10 * b).backward()
    assert x.grad.item() == 22


@pytest.mark.covers("TestAutograd.test_return_duplicate_inplace")
def test_an_input_changed_in_place_and_returned_twice_is_one_result() -> None:
    class InPlace(Function):
        @staticmethod
        def forward(ctx: Any, x: Tensor) -> Any:
            x.mul_(2)
            ctx.mark_dirty(x)
            return x, x

        @staticmethod
        def backward(ctx: Any, a: Tensor, b: Tensor) -> Tensor:
            return a * 2 + b * 2

    x = leaf(1.0)
    y = x * 1
    a, b = InPlace.apply(y)
    assert a is y
    assert b is y
    (a + b).backward()
    assert x.grad.item() == 4
    with pytest.raises(RuntimeError, match=r"^a leaf Variable that requires grad has been used in an in-place op"):
        InPlace.apply(leaf(1.0))


# Saving


@pytest.mark.covers("TestAutograd.test_save_none_for_backward")
def test_none_can_be_saved_among_tensors() -> None:
    class Keeps(Function):
        @staticmethod
        def forward(ctx: Any, x: Tensor) -> Tensor:
            ctx.save_for_backward(None, x, None)
            return x * x

        @staticmethod
        def backward(ctx: Any, gradient: Tensor) -> Tensor:
            nothing, x, again = ctx.saved_tensors
            assert nothing is again is None
            return gradient * 2 * x

    x = leaf()
    Keeps.apply(x).backward()
    assert x.grad.item() == 4


def test_only_tensors_can_be_saved() -> None:
    class Wrong(Function):
        @staticmethod
        def forward(ctx: Any, x: Tensor) -> Tensor:
            ctx.save_for_backward(x, 3)
            return x * 1

    with pytest.raises(TypeError, match=r"^save_for_backward can only save variables, but argument 1 is of type int"):
        Wrong.apply(leaf())


@pytest.mark.covers("TestAutograd.test_saved_variables_deprecated")
def test_saved_variables_is_the_old_name_and_warns() -> None:
    class Old(Function):
        @staticmethod
        def forward(ctx: Any, x: Tensor) -> Tensor:
            ctx.save_for_backward(x)
            return x * x

        @staticmethod
        def backward(ctx: Any, gradient: Tensor) -> Tensor:
            with pytest.warns(DeprecationWarning, match=r"^'saved_variables' is deprecated; use 'saved_tensors'"):
                (x,) = ctx.saved_variables
            return gradient * 2 * x

    x = leaf()
    Old.apply(x).backward()
    assert x.grad.item() == 4


def test_a_saved_input_is_the_tensor_itself_and_a_saved_output_belongs_to_the_graph() -> None:
    seen = []

    class Exp(Function):
        @staticmethod
        def forward(ctx: Any, x: Tensor) -> Tensor:
            out = torch.exp(x)
            ctx.save_for_backward(x, out)
            return out

        @staticmethod
        def backward(ctx: Any, gradient: Tensor) -> Tensor:
            x, out = ctx.saved_tensors
            seen.append((x.is_leaf, out.grad_fn is ctx, out.requires_grad))
            return gradient * out

    x = leaf(0.0)
    y = Exp.apply(x)
    (first,) = torch.autograd.grad(y, x, create_graph=True)
    (second,) = torch.autograd.grad(first, x)
    assert (first.item(), second.item()) == (1, 1)
    assert seen[0] == (True, True, True)


def test_a_saved_input_that_is_changed_in_place_is_an_error() -> None:
    x = leaf([1.0, 2.0])
    y = x * 1
    z = Square.apply(y)
    y.add_(1)
    with pytest.raises(RuntimeError, match=r"^one of the variables needed for gradient computation has been modified"):
        z.sum().backward()


def test_a_saved_scalar_that_is_changed_in_place_is_an_error() -> None:
    x = leaf(1.0)
    y = x * 1
    z = Square.apply(y)
    y.add_(1)
    with pytest.raises(RuntimeError, match=r"^one of the variables needed for gradient computation has been modified"):
        z.backward()


def test_a_node_does_not_refer_to_its_output() -> None:
    class Exp(Function):
        @staticmethod
        def forward(ctx: Any, x: Tensor) -> Tensor:
            out = torch.exp(x)
            ctx.save_for_backward(out)
            return out

        @staticmethod
        def backward(ctx: Any, gradient: Tensor) -> Tensor:
            return gradient * ctx.saved_tensors[0]

    gc.collect()
    gc.disable()
    try:
        y = Exp.apply(leaf())
        gone = weakref.ref(y)
        node = weakref.ref(y.grad_fn)
        del y
        assert gone() is None
        assert node() is None
    finally:
        gc.enable()


# In place


@pytest.mark.covers("TestAutograd.test_autograd_python_custom_function_inplace")
def test_an_input_marked_dirty_gets_the_functions_node() -> None:
    class AddInPlace(Function):
        @staticmethod
        def forward(ctx: Any, a: Tensor, b: Tensor) -> Tensor:
            a.add_(b)
            ctx.mark_dirty(a)
            return a

        @staticmethod
        def backward(ctx: Any, gradient: Tensor) -> Any:
            return gradient, gradient * 7

    x, b = leaf([1.0, 2.0]), leaf([10.0, 20.0])
    a = x.clone()
    version = a._version
    result = AddInPlace.apply(a, b)
    assert result is a
    assert a._version > version
    assert a.grad_fn.name() == "AddInPlaceBackward"
    assert a.tolist() == [11, 22]
    a.sum().backward()
    assert (x.grad.tolist(), b.grad.tolist()) == ([1, 1], [7, 7])
    with pytest.raises(RuntimeError, match=r"^a leaf Variable that requires grad has been used in an in-place op"):
        AddInPlace.apply(leaf([1.0, 2.0]), b)


@pytest.mark.covers("TestAutograd.test_autograd_python_custom_function_inplace")
def test_a_view_marked_dirty_changes_the_history_of_its_base() -> None:
    class DoubleInPlace(Function):
        @staticmethod
        def forward(ctx: Any, a: Tensor) -> Tensor:
            a.mul_(2)
            ctx.mark_dirty(a)
            return a

        @staticmethod
        def backward(ctx: Any, gradient: Tensor) -> Tensor:
            return gradient * 2

    x = leaf([1.0, 2.0, 3.0])
    base = x.clone()
    view = base[1:]
    DoubleInPlace.apply(view)
    assert base.tolist() == [1, 4, 6]
    assert base.grad_fn.name() == "torch::autograd::CopySlices"
    (base * torch.tensor([1.0, 10.0, 100.0])).sum().backward()
    assert x.grad.tolist() == [1, 20, 200]


def test_what_is_marked_dirty_is_an_output() -> None:
    class Forgets(Function):
        @staticmethod
        def forward(ctx: Any, a: Tensor) -> Tensor:
            a.mul_(2)
            ctx.mark_dirty(a)
            return a * 1

        @staticmethod
        def backward(ctx: Any, gradient: Tensor) -> Tensor:
            return gradient

    with pytest.raises(RuntimeError, match=r"^Some elements marked as dirty during the forward method were not return"):
        Forgets.apply(leaf([1.0]) * 1)


@pytest.mark.covers("TestAutograd.test_custom_function_mark_dirty_not_differentiable")
def test_an_output_may_be_dirty_and_without_a_derivative() -> None:
    class Overwrites(Function):
        @staticmethod
        def forward(ctx: Any, a: Tensor, b: Tensor) -> Tensor:
            a.copy_(b)
            ctx.mark_dirty(a)
            ctx.mark_non_differentiable(a)
            return a

        @staticmethod
        def backward(ctx: Any, gradient: Tensor) -> Any:
            raise AssertionError("is not to be called")

    a, b = torch.zeros(2), leaf([1.0, 2.0])
    result = Overwrites.apply(a, b)
    assert result is a
    assert (result.requires_grad, result.tolist()) == (False, [1, 2])


@pytest.mark.covers("TestAutograd.test_custom_function_return_view_in_nograd")
def test_a_view_made_in_forward_is_a_result_as_any_other() -> None:
    class Alias(Function):
        @staticmethod
        def forward(ctx: Any, x: Tensor) -> Tensor:
            return x[:]

        @staticmethod
        def backward(ctx: Any, gradient: Tensor) -> Tensor:
            return gradient * 3

    x = leaf([1.0, 2.0])
    with torch.no_grad():
        quiet = Alias.apply(x)
    assert quiet.tolist() == [1, 2]
    y = Alias.apply(x)
    assert y.grad_fn.name() == "AliasBackward"
    y.sum().backward()
    assert x.grad.tolist() == [3, 3]


@pytest.mark.covers("TestAutograd.test_custom_function_local_inplace")
def test_a_tensor_made_in_forward_may_be_changed_there() -> None:
    class Local(Function):
        @staticmethod
        def forward(ctx: Any, x: Tensor, changed: bool) -> Any:
            out = x * 3
            if changed:
                out += 2
            return out

        @staticmethod
        def backward(ctx: Any, gradient: Tensor) -> Any:
            return gradient * 3, None

    for changed in (False, True):
        x = leaf([1.0])
        y = Local.apply(x, changed)
        assert y.grad_fn.name() == "LocalBackward"
        y.backward()
        assert x.grad.item() == 3


@pytest.mark.covers("TestAutograd.test_custom_function_preserve_torch_function_when_return_as_is")
def test_an_input_without_grad_returned_as_it_is_shares_its_data() -> None:
    x = torch.ones(2)
    y = Identity.apply(x)
    assert not y.requires_grad
    with torch.no_grad():
        x.add_(1)
    assert y.tolist() == [2, 2]


@pytest.mark.covers("TestAutograd.test_saved_tensor_hooks_custom_function_intermediates")
def test_saved_tensor_hooks_see_what_a_function_saves() -> None:
    class Cube(Function):
        @staticmethod
        def forward(ctx: Any, x: Tensor) -> Tensor:
            squared = x**2
            ctx.save_for_backward(x, squared)
            return x**3

        @staticmethod
        def backward(ctx: Any, gradient: Tensor) -> Tensor:
            _, squared = ctx.saved_tensors
            return gradient * 3 * squared

    packed = []

    def pack(tensor: Tensor) -> Tensor:
        packed.append(tensor.item())
        return tensor

    x = leaf(3.0)
    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor * 10):
        y = Cube.apply(x)
    assert packed == [3, 9]
    y.backward()
    assert x.grad.item() == 270


# Once differentiable


def test_a_rule_marked_once_differentiable_gives_first_derivatives_and_refuses_second() -> None:
    class Once(Function):
        @staticmethod
        def forward(ctx: Any, x: Tensor) -> Tensor:
            ctx.save_for_backward(x)
            return x**2

        @staticmethod
        @once_differentiable
        def backward(ctx: Any, gradient: Tensor) -> Tensor:
            assert not torch.is_grad_enabled()
            (x,) = ctx.saved_tensors
            return gradient * 2 * x

    x = leaf(3.0)
    Once.apply(x).backward()
    assert x.grad.item() == 6
    (first,) = torch.autograd.grad(Once.apply(x) ** 2, x, create_graph=True)
    assert first.item() == 108
    with pytest.raises(
        RuntimeError, match=r"^trying to differentiate twice a function that was marked with @once_differentiable"
    ):
        first.backward()


@pytest.mark.parametrize("name", ["outputs", "hooks", "sequence", "function", "name", "inputs", "saved", "shape"])
def test_a_ctx_may_keep_anything_under_names_of_the_users_choice(name: str) -> None:
    class Kept(Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            setattr(ctx, name, [3])
            return x * 2

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            return g * getattr(ctx, name)[0]

    x = torch.ones(2, requires_grad=True)
    y = Kept.apply(x)
    y.register_hook(lambda g: g)
    (y * y).sum().backward()
    assert x.grad.tolist() == [12, 12]
    assert getattr(y.grad_fn, name) == [3]
