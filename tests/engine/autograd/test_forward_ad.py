"""Dual tensors: tangents that operations, views and in-place operations carry along."""

from __future__ import annotations

import gc
import weakref
from typing import Any

import numpy as np
import pytest
from groups import grouped
from pytorch import opinfo

import autodiff.engine as torch
from autodiff.engine.autograd import Function, grad
from autodiff.engine.autograd import forward_ad as fw


def tensor(*values: float, requires_grad: bool = False) -> torch.Tensor:
    return torch.tensor(list(values), requires_grad=requires_grad)


def dual(primal: Any, tangent: Any) -> torch.Tensor:
    return fw.make_dual(torch.tensor(primal), torch.tensor(tangent))


def tangent(t: torch.Tensor) -> Any:
    found = fw.unpack_dual(t).tangent
    return None if found is None else found.tolist()


def replaced(value: Any, function: Any) -> Any:
    if isinstance(value, torch.Tensor):
        return function(value)
    if isinstance(value, (list, tuple)):
        return type(value)(replaced(item, function) for item in value)
    return {k: replaced(v, function) for k, v in value.items()} if isinstance(value, dict) else value


# Operations


SLOPING = {
    f"{i}-{e['op']}": e
    for i, e in enumerate(opinfo.RECORDED)
    if any(e.get("grads") or ()) and i not in opinfo.DIFFERENT
}


@grouped("entry", [*SLOPING.values()], ids=[*SLOPING])
@pytest.mark.parametrize("requires_grad", [False, True])
def test_the_tangent_of_a_sample_call_is_the_transpose_of_its_gradient(
    entry: dict[str, Any], requires_grad: bool
) -> None:
    call, generator = opinfo.function(entry["op"], entry["variant"]), np.random.default_rng(0)
    given = opinfo.value_of([entry["call"]["input"], *entry["call"]["args"]])
    named = {name: opinfo.value_of(value) for name, value in entry["call"]["kwargs"].items()}

    def outputs(*values: Any) -> list[torch.Tensor]:
        args, kwargs = values
        return [t for t in opinfo.tensors(call(*args, **kwargs)) if t.dtype.is_floating_point]

    def drawn(like: torch.Tensor) -> torch.Tensor:
        return torch.tensor(generator.normal(size=like.shape)).to(like.dtype)

    plain = outputs(given, named)
    inputs = [t for t in opinfo.tensors([given, named]) if t.requires_grad]
    starts, tangents = [drawn(o) for o in plain], [drawn(t) for t in inputs]
    pairs = [(o, s) for o, s in zip(plain, starts, strict=True) if o.requires_grad]
    gradients = grad([o for o, _ in pairs], inputs, [s for _, s in pairs], allow_unused=True)
    expected = sum(float((g * t).sum()) for g, t in zip(gradients, tangents, strict=True) if g is not None)
    with fw.dual_level():
        remaining = iter(tangents)

        def as_dual(t: torch.Tensor) -> torch.Tensor:
            return fw.make_dual(t if requires_grad else t.detach(), next(remaining)) if t.requires_grad else t

        actual = 0.0
        for plain_output, output, start in zip(
            plain, outputs(replaced(given, as_dual), replaced(named, as_dual)), starts, strict=True
        ):
            if not plain_output.requires_grad:
                continue
            found = fw.unpack_dual(output).tangent
            assert found is not None
            assert (found.shape, found.dtype) == (output.shape, output.dtype)
            actual += float((found * start).sum())
    tolerance = 1e-8 if all(t.dtype is torch.float64 for t in inputs) else 1e-3
    np.testing.assert_allclose(actual, expected, rtol=tolerance, atol=tolerance / 100)


def test_broadcasting_and_mixed_dtypes() -> None:
    with fw.dual_level():
        x = fw.make_dual(torch.tensor([[1.0], [2.0]], dtype=torch.float32), torch.ones(2, 1, dtype=torch.float32))
        out = x * tensor(3.0, 4.0)
        assert tangent(out) == [[3.0, 4.0], [3.0, 4.0]]
        found = fw.unpack_dual(x + torch.tensor([1, 2])).tangent
        assert found is not None
        assert found.dtype is torch.float32


def test_a_branch_not_taken_leaves_no_nan() -> None:
    with fw.dual_level():
        x = dual([0.0, 4.0], [1.0, 1.0])
        assert tangent(torch.where(x > 0, torch.sqrt(x), x)) == [1.0, 0.25]
        assert tangent(torch.sinc(dual([0.0, 0.0], [1.0, 1.0]))) == [0.0, 0.0]
        assert tangent(x ** tensor(0.0, 0.5)) == [0.0, 0.25]


@pytest.mark.covers("TestAutogradForwardMode.test_non_differentiable")
def test_results_that_are_not_floating_have_no_tangent() -> None:
    with fw.dual_level():
        x = dual([1.0, 2.0], [1.0, 1.0])
        assert tangent(x == x) is None
        assert tangent(torch.argmax(x)) is None
        values, indices = torch.max(x, 0)
        assert (tangent(values), tangent(indices)) == (1.0, None)
        assert tangent(torch.floor(x)) == [0.0, 0.0]


def test_an_operation_without_derivative_has_no_tangent_either() -> None:
    with fw.dual_level(), pytest.raises(NotImplementedError, match="forward AD with aten::floor_divide"):
        dual([1.0], [1.0]) // 2.0


# Levels and packing


@pytest.mark.covers("TestAutogradForwardMode.test_default_level")
def test_the_tangent_is_there_inside_the_level_only() -> None:
    foo, bar = tensor(1.0, 2.0), tensor(3.0, 4.0)
    with fw.dual_level() as level:
        assert level == 0
        baz = fw.make_dual(foo, bar)
        primal, found = fw.unpack_dual(baz)
        assert primal.tolist() == foo.tolist()
        assert found is bar
    assert fw.unpack_dual(baz) == (baz, None)


@pytest.mark.covers("TestAutogradForwardMode.test_forward_level_cleanup", "TestAutogradForwardMode.test_grad_cleanup")
def test_leaving_a_level_frees_the_tangents() -> None:
    foo = tensor(1.0)
    with fw.dual_level():
        bar = tensor(2.0)
        reference = weakref.ref(bar)
        baz = fw.make_dual(foo, bar)
        product = baz * 3
        inner = weakref.ref(fw.unpack_dual(product).tangent)
        del bar
        gc.collect()
        assert reference() is not None
        assert inner() is not None
    gc.collect()
    assert reference() is None
    assert inner() is None
    assert product.tolist() == [3.0]


@pytest.mark.covers("TestAutogradForwardMode.test_backward_graph_destruction")
def test_a_graph_of_dual_tensors_is_freed() -> None:
    def references() -> tuple[Any, ...]:
        x = tensor(0.5, 1.0, requires_grad=True)
        with fw.dual_level():
            out = fw.make_dual(x, tensor(1.0, 1.0)).exp()
            return weakref.ref(out), weakref.ref(out.grad_fn), weakref.ref(x)

    found = references()
    gc.collect()
    assert [reference() for reference in found] == [None, None, None]


@pytest.mark.covers("TestAutogradForwardMode.test_nested_level")
def test_levels_do_not_nest() -> None:
    with fw.dual_level():
        with pytest.raises(RuntimeError, match="Nested forward mode AD is not supported"):
            fw.enter_dual_level()
        with pytest.raises(RuntimeError, match="not the last one"):
            fw.exit_dual_level(level=3)
    with pytest.raises(RuntimeError, match="Dual level must be a positive number"):
        fw.exit_dual_level()


def test_an_error_in_a_level_leaves_it() -> None:
    with pytest.raises(ZeroDivisionError), fw.dual_level():
        raise ZeroDivisionError
    with fw.dual_level():
        assert tangent(dual(2.0, 1.0) ** 2) == 4.0


@pytest.mark.covers("TestAutogradForwardMode.test_size_check")
def test_a_tangent_has_the_shape_of_its_tensor() -> None:
    with fw.dual_level():
        with pytest.raises(RuntimeError, match="different size"):
            fw.make_dual(tensor(1.0, 2.0), tensor(1.0))
        fw.make_dual(tensor(1.0, 2.0), tensor(1.0, 2.0, 3.0)[1:])


@pytest.mark.covers("TestAutogradForwardMode.test_make_dual_forbid_integral_dtype")
def test_integers_are_neither_value_nor_tangent() -> None:
    with fw.dual_level():
        with pytest.raises(ValueError, match="Expected primal to be floating point"):
            fw.make_dual(torch.tensor([1]), tensor(1.0))
        with pytest.raises(ValueError, match="Expected tangent to be floating point"):
            fw.make_dual(tensor(1.0), torch.tensor([1]))


@pytest.mark.covers("TestAutogradForwardMode.test_set_fw_grad_having_own_fw_grad_at_same_level")
def test_a_tangent_has_no_tangent_of_its_own() -> None:
    with fw.dual_level():
        x = dual([1.0], [1.0])
        with pytest.raises(RuntimeError, match="has a forward gradient at the same level"):
            fw.make_dual(tensor(1.0), x)
        with pytest.raises(RuntimeError, match="already has a forward gradient"):
            fw.make_dual(x, tensor(1.0))


@pytest.mark.covers("TestAutogradForwardMode.test_make_dual_inference_tensor_in_inference_mode")
def test_tensors_of_inference_mode_can_be_dual() -> None:
    with torch.autograd.inference_mode():
        foo, bar = tensor(1.0, 2.0), tensor(3.0, 4.0)
        with fw.dual_level():
            primal, found = fw.unpack_dual(fw.make_dual(foo, bar))
            assert (primal.tolist(), found) == ([1.0, 2.0], bar)


@pytest.mark.covers("TestAutogradForwardMode.test_print")
def test_a_dual_tensor_prints_its_tangent() -> None:
    with fw.dual_level():
        assert str(dual([1.0, 2.0], [1.0, 0.5])) == "tensor([1., 2.], tangent=tensor([1.0000, 0.5000]))"
        assert str(dual(1.0, 2.0)) == "tensor(1., tangent=2.0)"
        assert "tangent" not in str(tensor(1.0))


@pytest.mark.covers("TestAutogradForwardMode.test_basic_packing_unpacking")
def test_packing_and_unpacking_change_neither() -> None:
    foo, bar = tensor(1.0, 2.0), tensor(3.0, 4.0)
    with fw.dual_level():
        baz = fw.make_dual(foo, bar)
        unpacked = fw.unpack_dual(baz)
        assert isinstance(unpacked, fw.UnpackedDualTensor)
        assert unpacked.primal.tolist() == foo.tolist()
        assert unpacked.tangent is bar
        assert fw.unpack_dual(foo).tangent is None
        assert fw.unpack_dual(unpacked.primal).tangent is None
        assert fw.unpack_dual(bar).tangent is None


@pytest.mark.covers("TestAutogradForwardMode.test_advanced_packing_unpacking")
def test_a_dual_tensor_and_its_value_are_views() -> None:
    foo = tensor(1.0, 2.0, requires_grad=True)
    with fw.dual_level():
        baz = fw.make_dual(foo, tensor(1.0, 1.0))
        assert baz._base is foo
        primal = fw.unpack_dual(baz).primal
        assert primal._base is foo
        (gradient,) = grad(primal.sum() + baz.sum(), foo)
        assert gradient.tolist() == [2.0, 2.0]
        # A view of a dual tensor has the view of its tangent.
        assert tangent(baz[1:]) == [1.0]
        assert tangent(baz.view(2, 1)) == [[1.0], [1.0]]


@pytest.mark.covers(
    "TestAutogradForwardMode.test_fwd_grad_enabled", "TestAutogradForwardMode.test_set_fwd_grad_enabled"
)
def test_tangents_can_be_switched_off() -> None:
    with fw.dual_level():
        x = dual([2.0], [1.0])
        with fw._set_fwd_grad_enabled(False):
            assert not fw._is_fwd_grad_enabled()
            assert tangent(x * 2) is None
            assert tangent(dual([1.0], [1.0])) is None
        assert fw._is_fwd_grad_enabled()
        assert tangent(x * 2) == [2.0]
        fw._set_fwd_grad_enabled(False)
        try:
            assert tangent(x * 2) is None
        finally:
            fw._set_fwd_grad_enabled(True)


# In place and through views


@pytest.mark.covers("TestAutogradForwardMode.test_view_inplace_non_differentiable_views")
def test_a_change_in_place_reaches_the_tangent_but_not_through_unpacking() -> None:
    foo, bar = tensor(1.0, 2.0), tensor(1.0, 1.0)
    with fw.dual_level():
        x = fw.make_dual(foo, bar)
        x *= 2
        assert fw.unpack_dual(foo).tangent is None
        assert (foo.tolist(), bar.tolist(), tangent(x)) == ([2.0, 4.0], [2.0, 2.0], [2.0, 2.0])
        primal, found = fw.unpack_dual(x)
        assert found is not None
        primal *= 2
        assert (x.tolist(), tangent(x)) == ([4.0, 8.0], [2.0, 2.0])
        found *= 2
        assert (x.tolist(), tangent(x)) == ([4.0, 8.0], [4.0, 4.0])


@pytest.mark.covers("TestAutogradForwardMode.test_view_inplace_differentiable_views")
def test_a_change_of_a_view_reaches_the_tangent_of_its_base() -> None:
    foo = tensor(1.0, 2.0)
    with fw.dual_level():
        x = fw.make_dual(foo, tensor(1.0, 1.0))
        view = x[:1]
        view *= 2
        assert fw.unpack_dual(foo).tangent is None
        assert (tangent(x), tangent(view)) == ([2.0, 1.0], [2.0])
        plain = tensor(5.0, 6.0)
        plain += x
        assert tangent(plain) == [2.0, 1.0]
        plain = tensor(5.0, 6.0)
        plain[0] = x[0]
        assert tangent(plain) == [2.0, 0.0]
        plain = tensor(5.0, 6.0)
        apart = plain.detach()
        apart += x
        assert fw.unpack_dual(plain).tangent is None
        assert tangent(apart) == [2.0, 1.0]


@pytest.mark.covers("TestAutogradForwardMode.test_view_inplace_always_creates_a_view")
def test_a_view_changed_in_place_has_a_view_of_the_tangent_of_its_base() -> None:
    for change in (lambda view, x: view.copy_(x), lambda view, x: view.add_(x)):
        base = torch.zeros(2, 2)
        view = base.transpose(0, 1)
        with fw.dual_level():
            change(view, dual([[1.0, 2.0], [3.0, 4.0]], [[5.0, 6.0], [7.0, 8.0]]))
            assert base.tolist() == [[1.0, 3.0], [2.0, 4.0]]
            assert tangent(base) == [[5.0, 7.0], [6.0, 8.0]]
            of_base, of_view = fw.unpack_dual(base).tangent, fw.unpack_dual(view).tangent
            assert of_base is not None
            assert of_view is not None
            assert of_view._is_view()
            of_base.mul_(2)
            assert of_view.tolist() == [[10.0, 12.0], [14.0, 16.0]]


@pytest.mark.covers("TestAutogradForwardMode.test_detach_view_tracking")
def test_detaching_drops_the_tangent() -> None:
    with fw.dual_level():
        x = dual([1.0], [1.0])
        assert tangent(x.detach()) is None
        assert tangent(x.detach() * x) == [1.0]


@pytest.mark.covers(
    "TestAutogradDeviceType.test_copy_forward_ad_broadcasting",
    "TestAutogradDeviceType.test_copy_forward_ad_same_layout_copies_grad",
)
def test_copying_in_place_copies_the_tangent() -> None:
    with fw.dual_level():
        y = dual([1.0, 2.0], [3.0, 4.0])
        x = torch.zeros(2)
        x.copy_(y)
        found = fw.unpack_dual(x).tangent
        assert found is not fw.unpack_dual(y).tangent
        y.mul_(2)
        assert tangent(x) == [3.0, 4.0]
        rows = torch.zeros(3, 2)
        rows.copy_(y)
        assert tangent(rows) == [[6.0, 8.0]] * 3


def test_overwriting_with_a_constant_makes_the_tangent_zero() -> None:
    with fw.dual_level():
        x = dual([1.0, 2.0], [3.0, 4.0])
        x[0] = 7.0
        assert tangent(x) == [0.0, 4.0]
        x.zero_()
        assert tangent(x) == [0.0, 0.0]


def test_a_gradient_knows_the_tangents_of_before_a_change_in_place() -> None:
    x = tensor(1.0, 2.0, 3.0, requires_grad=True)
    with fw.dual_level():
        z = fw.make_dual(x, tensor(1.0, -1.0, 2.0))
        q = z.clone()
        q[1] = z[0] * 2
        q.mul_(z)
        (gradient,) = grad(q.sum(), x)
        assert gradient.tolist() == [6.0, 2.0, 6.0]
        assert tangent(gradient) == [0.0, 2.0, 4.0]


# With reverse mode


def test_the_tangent_of_a_gradient_is_the_hessian_times_the_tangent() -> None:
    x = tensor(1.0, 2.0, requires_grad=True)
    for create_graph in (False, True):
        with fw.dual_level():
            (gradient,) = grad(
                (fw.make_dual(x, tensor(1.0, 10.0)) ** 3).sum() * x[0].detach(), x, create_graph=create_graph
            )
            assert gradient.tolist() == [3.0, 12.0]
            assert gradient.requires_grad is create_graph
            assert tangent(gradient) == [6.0, 120.0]


def test_tangents_can_be_differentiated() -> None:
    x, v = tensor(0.5, 1.5, requires_grad=True), tensor(1.0, 2.0, requires_grad=True)
    with fw.dual_level():
        out = torch.sin(fw.make_dual(x, v)).sum()
        found = fw.unpack_dual(out).tangent
        assert found is not None
    by_x, by_v = grad(found, (x, v))
    np.testing.assert_allclose(by_x.numpy(), (-torch.sin(x) * v).detach().numpy())
    np.testing.assert_allclose(by_v.numpy(), torch.cos(x).detach().numpy())


def test_without_recording_tangents_have_no_history() -> None:
    x = tensor(0.5, requires_grad=True)
    with fw.dual_level():
        z = fw.make_dual(x, tensor(1.0))
        with torch.no_grad():
            found = fw.unpack_dual(torch.sin(z)).tangent
        assert found is not None
        assert not found.requires_grad


# Operations of the user's own


class Doubled(Function):
    @staticmethod
    def forward(ctx: Any, x: Any) -> Any:
        return x * 2

    @staticmethod
    def backward(ctx: Any, g: Any) -> Any:
        return g * 2


@pytest.mark.covers("TestAutograd.test_not_implemented_fwad")
def test_a_function_without_jvp_has_no_tangents() -> None:
    with fw.dual_level(), pytest.raises(NotImplementedError, match="must implement the jvp function"):
        Doubled.apply(dual([1.0], [1.0]))


@pytest.mark.covers("TestAutograd.test_custom_function_forward_mode_wrong_formula")
def test_a_wrong_jvp_is_found_out_by_gradcheck() -> None:
    class Wrong(Doubled):
        @staticmethod
        def jvp(ctx: Any, t: Any) -> Any:
            return t * 3

    x = tensor(1.0, 2.0, requires_grad=True)
    assert torch.autograd.gradcheck(Wrong.apply, x)
    with pytest.raises(torch.autograd.GradcheckError, match="computed with forward mode mismatch"):
        torch.autograd.gradcheck(Wrong.apply, x, check_forward_ad=True)


@pytest.mark.covers("TestAutograd.test_custom_function_forward_mode_view_checks")
def test_the_jvp_of_a_view_returns_a_view() -> None:
    class View(Doubled):
        view_of_tangent = True

        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            return x.view(1, -1)

        @staticmethod
        def jvp(ctx: Any, t: Any) -> Any:
            return t.view(1, -1) if View.view_of_tangent else (t * 1.0).clone().reshape(1, -1) * 1

    with fw.dual_level():
        assert tangent(View.apply(dual([1.0, 2.0], [3.0, 4.0]))) == [[3.0, 4.0]]
        View.view_of_tangent = False
        with pytest.raises(RuntimeError, match="jvp is not returning a view"):
            View.apply(dual([1.0, 2.0], [3.0, 4.0]))


@pytest.mark.covers("TestAutograd.test_custom_function_forward_mode_inplace_checks")
def test_the_jvp_of_a_change_in_place_changes_the_tangent_in_place() -> None:
    class InPlace(Doubled):
        in_place = True

        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            ctx.mark_dirty(x)
            return x.mul_(2)

        @staticmethod
        def jvp(ctx: Any, t: Any) -> Any:
            return t.mul_(2) if InPlace.in_place else t * 2

    with fw.dual_level():
        x = dual([1.0], [3.0])
        InPlace.apply(x)
        assert (x.tolist(), tangent(x)) == ([2.0], [6.0])
        InPlace.in_place = False
        with pytest.raises(RuntimeError, match="not modifying the forward mode gradients inplace"):
            InPlace.apply(dual([1.0], [3.0]))


@pytest.mark.covers("TestAutograd.test_custom_function_forward_mode_forward_is_no_op")
def test_a_function_may_return_its_input() -> None:
    class Same(Doubled):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            return x

        @staticmethod
        def jvp(ctx: Any, t: Any) -> Any:
            return t.view_as(t)

    class Doubling(Same):
        @staticmethod
        def jvp(ctx: Any, t: Any) -> Any:
            return (t * 2).view_as(t)

    for requires_grad in (False, True):
        with fw.dual_level():
            x = fw.make_dual(tensor(1.0, requires_grad=requires_grad), tensor(3.0))
            assert tangent(Same.apply(x)) == [3.0]
            with pytest.raises(RuntimeError, match="the jvp is not returning a view of the given grad input"):
                Doubling.apply(x)


@pytest.mark.covers("TestAutograd.test_custom_function_forward_mode_non_tensor_before_tensor_args")
def test_jvp_gets_none_for_what_is_no_tensor() -> None:
    seen = []

    class Scaled(Function):
        @staticmethod
        def forward(ctx: Any, n: int, x: Any, m: int, y: Any) -> Any:
            ctx.factor = n
            return x * n + y * m

        @staticmethod
        def jvp(ctx: Any, n: Any, t: Any, m: Any, s: Any) -> Any:
            seen.append((n, m, None if s is None else s.tolist()))
            return t * ctx.factor

    with fw.dual_level():
        x = dual([1.0], [3.0])
        assert tangent(Scaled.apply(2, x, 3, tensor(1.0))) == [6.0]
        assert tangent(Scaled.apply(2, x, 3, torch.tensor([1]))) == [6.0]
    assert seen == [(None, None, [0.0]), (None, None, None)]


@pytest.mark.covers("TestAutograd.test_custom_function_save_for_forward")
def test_jvp_uses_what_was_saved_for_forward() -> None:
    class Product(Function):
        @staticmethod
        def forward(ctx: Any, x: Any, y: Any) -> Any:
            ctx.save_for_backward(x, y)
            ctx.save_for_forward(x, y)
            return x * y

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            x, y = ctx.saved_tensors
            return g * y, g * x

        @staticmethod
        def jvp(ctx: Any, t: Any, s: Any) -> Any:
            x, y = ctx.saved_tensors
            return t * y + s * x

    x, y = tensor(2.0, requires_grad=True), tensor(5.0, requires_grad=True)
    assert torch.autograd.gradcheck(Product.apply, (x, y), check_forward_ad=True)
    assert torch.autograd.gradgradcheck(Product.apply, (x, y), check_fwd_over_rev=True)
    with fw.dual_level():
        out = Product.apply(fw.make_dual(x, tensor(1.0)), y)
        assert tangent(out) == [5.0]
        assert [g.tolist() for g in grad(out, (x, y))] == [[5.0], [2.0]]


@pytest.mark.covers("TestAutograd.test_custom_function_forward_mode_non_differentiable")
def test_an_output_that_is_not_differentiable_has_no_tangent() -> None:
    class Two(Function):
        returns_none = True

        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            constant = x * 0
            ctx.mark_non_differentiable(constant)
            return x * 2, constant

        @staticmethod
        def jvp(ctx: Any, t: Any) -> Any:
            return t * 2, None if Two.returns_none else t

    with fw.dual_level():
        doubled, constant = Two.apply(dual([1.0], [3.0]))
        assert (tangent(doubled), tangent(constant)) == ([6.0], None)
        Two.returns_none = False
        with pytest.raises(RuntimeError, match="returned a gradient at position 1"):
            Two.apply(dual([1.0], [3.0]))


def test_jvp_returns_as_many_tangents_as_there_are_outputs() -> None:
    class Many(Doubled):
        @staticmethod
        def jvp(ctx: Any, t: Any) -> Any:
            return t, t

    class Number(Doubled):
        @staticmethod
        def jvp(ctx: Any, t: Any) -> Any:
            return 3

    with fw.dual_level():
        with pytest.raises(RuntimeError, match=r"invalid number of forward gradients \(expected 1 but got 2\)"):
            Many.apply(dual([1.0], [3.0]))
        with pytest.raises(RuntimeError, match=r"expected Variable or None \(got int\)"):
            Number.apply(dual([1.0], [3.0]))
