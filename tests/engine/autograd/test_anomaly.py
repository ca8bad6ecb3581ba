"""Anomaly detection: which operation a nan or an error in the backward pass goes back to."""

import gc
import warnings
import weakref
from collections.abc import Iterator
from typing import Any

import pytest

import autodiff.engine as torch
from autodiff.engine import Tensor
from autodiff.engine.autograd import Function, detect_anomaly, set_detect_anomaly
from autodiff.engine.autograd.anomaly import is_anomaly_check_nan_enabled, is_anomaly_enabled

ENABLED = "ignore:Anomaly Detection has been enabled"


@pytest.fixture(autouse=True)
def switched_off_afterwards() -> Iterator[None]:
    yield
    set_detect_anomaly(False)


def leaf(data: Any = 2.0) -> Tensor:
    return torch.tensor(data, requires_grad=True)


class MakesNan(Function):
    """The identity, whose rule puts a nan into the gradient, or fails."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, fails: bool = False) -> Tensor:
        ctx.fails = fails
        return x * 1

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Any:
        if ctx.fails:
            raise ValueError("on purpose")
        return gradient * float("nan"), None


@pytest.mark.covers("TestAutograd.test_anomaly_detect_nan")
@pytest.mark.filterwarnings(ENABLED)
def test_a_nan_is_found_where_it_arises_with_the_line_that_made_the_node() -> None:
    x = leaf([1.0, 2.0])
    MakesNan.apply(x).sum().backward()
    assert str(x.grad.tolist()) == "[nan, nan]"
    with detect_anomaly():
        y = MakesNan.apply(x).sum()
        with (
            pytest.warns(
                UserWarning, match=r"(?s)Error detected in MakesNanBackward.*y = MakesNan\.apply\(x\)\.sum\(\)"
            ),
            pytest.raises(RuntimeError, match=r"^Function 'MakesNanBackward' returned nan values in its 0th output"),
        ):
            y.backward()


@pytest.mark.covers("TestAutograd.test_anomaly_detect_nan")
@pytest.mark.filterwarnings(ENABLED)
def test_a_nan_of_an_operation_of_the_table_is_found() -> None:
    x = leaf(0.0)
    with detect_anomaly():
        y = torch.sqrt(x) * 0
        with (
            pytest.warns(UserWarning, match=r"(?s)Error detected in SqrtBackward0.*torch\.sqrt\(x\)"),
            pytest.raises(RuntimeError, match=r"^Function 'SqrtBackward0' returned nan values in its 0th output"),
        ):
            y.backward()


@pytest.mark.filterwarnings(ENABLED)
def test_a_node_made_before_detection_has_no_forward_pass_to_show() -> None:
    y = MakesNan.apply(leaf())
    with (
        detect_anomaly(),
        pytest.warns(UserWarning, match=r"No forward pass information available. Enable detect anomaly during forward"),
        pytest.raises(RuntimeError, match=r"nan values"),
    ):
        y.backward()


@pytest.mark.filterwarnings(ENABLED)
def test_an_error_in_a_rule_is_reported_and_raised_as_it_is() -> None:
    with detect_anomaly():
        y = MakesNan.apply(leaf(), True)
        with (
            pytest.warns(
                UserWarning, match=r"(?s)Error detected in MakesNanBackward.*MakesNan\.apply\(leaf\(\), True\)"
            ),
            pytest.raises(ValueError, match=r"on purpose"),
        ):
            y.backward()


@pytest.mark.covers("TestAutograd.test_anomaly_mode_no_check_nan")
@pytest.mark.filterwarnings(ENABLED)
def test_nan_need_not_be_checked_for() -> None:
    x = leaf([1.0, 2.0])
    with detect_anomaly(check_nan=False):
        assert is_anomaly_enabled()
        assert not is_anomaly_check_nan_enabled()
        MakesNan.apply(x).sum().backward()
    assert str(x.grad.tolist()) == "[nan, nan]"
    assert not is_anomaly_enabled()


@pytest.mark.covers("TestAutograd.test_anomaly_grad_warnings")
def test_the_block_warns_that_it_is_slow_and_the_switch_does_not() -> None:
    with pytest.warns(UserWarning, match=r"^Anomaly Detection has been enabled. This mode will increase the runtime"):
        with detect_anomaly():
            pass
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with set_detect_anomaly(True):
            assert is_anomaly_enabled()
        assert not is_anomaly_enabled()
        set_detect_anomaly(True)
        assert is_anomaly_enabled()
        set_detect_anomaly(False)
        assert not is_anomaly_enabled()


@pytest.mark.covers("TestAutograd.test_nested_anomaly_detect_nan")
@pytest.mark.filterwarnings(ENABLED)
def test_an_error_in_a_second_derivative_shows_the_forward_pass_of_the_first_as_well() -> None:
    class Inner(Function):
        @staticmethod
        def forward(ctx: Any, gradient: Tensor) -> Tensor:
            return gradient * 1

        @staticmethod
        def backward(ctx: Any, gradient: Tensor) -> Tensor:
            return gradient * float("nan")

    class Outer(Function):
        @staticmethod
        def forward(ctx: Any, x: Tensor) -> Tensor:
            ctx.save_for_backward(x)
            return x * x

        @staticmethod
        def backward(ctx: Any, gradient: Tensor) -> Tensor:
            (x,) = ctx.saved_tensors
            return Inner.apply(gradient * 2 * x)

    x = leaf()
    with detect_anomaly():
        y = Outer.apply(x)
        (first,) = torch.autograd.grad(y, x, create_graph=True)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            with pytest.raises(RuntimeError, match=r"^Function 'InnerBackward' returned nan values in its 0th output"):
                first.backward()
    messages = [str(w.message) for w in caught]
    assert "Error detected in InnerBackward" in messages[0]
    assert "Previous calculation was induced by OuterBackward" in messages[1]
    assert "y = Outer.apply(x)" in messages[1]


@pytest.mark.covers(
    "TestAutograd.test_anomaly_assign_parent_cleanup", "TestAutograd.test_nested_anomaly_printstack_cleanup"
)
@pytest.mark.filterwarnings(ENABLED)
def test_what_detection_notes_keeps_nothing_alive() -> None:
    class Marker:
        pass

    def reference() -> Any:
        x = leaf([1.0, 2.0])
        with detect_anomaly():
            y = (torch.exp(x) * x).sum()
            (first,) = torch.autograd.grad(y, x, create_graph=True)
            y.grad_fn.metadata["marker"] = marker = Marker()
            first.sum().backward()
        return weakref.ref(marker)

    gone = reference()
    gc.collect()
    assert gone() is None


@pytest.mark.covers("TestAutograd.test_naughty_anomaly_access")
@pytest.mark.filterwarnings(ENABLED)
def test_the_notes_of_a_function_can_be_read_while_it_is_made() -> None:
    class Reads(Function):
        @staticmethod
        def forward(ctx: Any, x: Tensor) -> Tensor:
            assert isinstance(ctx.metadata, dict)
            return x * 1

        @staticmethod
        def backward(ctx: Any, gradient: Tensor) -> Tensor:
            assert "traceback_" in ctx.metadata
            return gradient

    with detect_anomaly():
        Reads.apply(leaf()).backward()
