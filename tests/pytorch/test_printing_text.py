"""The text of tensors against PyTorch's own, recorded in ``data/printing.json``."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from groups import grouped
from pytorch.recorded import entries

from autodiff.engine.tensors.printing import get_printoptions, printoptions, set_printoptions, tensor_text

FACTS: list[dict[str, Any]] = entries("printing.json")
DEFAULTS = {"precision": 4, "threshold": 1000, "edgeitems": 3, "linewidth": 80, "sci_mode": None}


def kind(fact: dict[str, Any]) -> str:
    if fact["complex"]:
        return "complex"
    if fact["dtype"] == "bfloat16":
        return "bfloat16"
    return "result of an operation" if fact["op"] else "plain"


def numbers(data: Any) -> Any:
    """The recorded data, with the non-finite numbers' names turned into numbers."""
    if isinstance(data, list):
        return [numbers(item) for item in data]
    return float(data) if isinstance(data, str) else data


PLAIN = [fact for fact in FACTS if kind(fact) == "plain"]


@pytest.fixture(autouse=True)
def default_options() -> Iterator[None]:
    with printoptions(profile="default"):
        yield


@grouped("fact", PLAIN, ids=[f"{i}-{fact['str'][:30]!r}" for i, fact in enumerate(PLAIN)])
def test_a_tensor_prints_as_pytorch_recorded_it(fact: dict[str, Any]) -> None:
    data = np.array(numbers(fact["data"]), dtype=fact["dtype"]).reshape(fact["shape"])
    with printoptions(**(fact["printoptions"] or {})):
        text = tensor_text(data, default_dtype=fact["default_dtype"] or np.float32, requires_grad=fact["requires_grad"])
    assert text == fact["str"]


def test_of_217_recorded_texts_163_are_compared_here_and_54_are_skipped() -> None:
    assert Counter(map(kind, FACTS)) == {
        "plain": 163,
        "result of an operation": 43,
        "complex": 9,
        "bfloat16": 2,
    }


@pytest.mark.parametrize(
    ("data", "grad_fn", "expected"),
    [
        (np.float32(0.5), "SinBackward0", "tensor(0.5000, grad_fn=<SinBackward0>)"),
        (
            np.arange(12, dtype=np.float32),
            "MulBackward0",
            "tensor([ 0.,  1.,  2.,  3.,  4.,  5.,  6.,  7.,  8.,  9., 10., 11.],\n       grad_fn=<MulBackward0>)",
        ),
        (
            np.array([[-2, 1], [1.5, -0.5]]),
            "LinalgInvExBackward0",
            "tensor([[-2.0000,  1.0000],\n"
            "        [ 1.5000, -0.5000]], dtype=torch.float64,\n"
            "       grad_fn=<LinalgInvExBackward0>)",
        ),
    ],
)
def test_the_name_of_the_node_follows_the_values_and_wraps(
    data: np.ndarray | np.generic, grad_fn: str, expected: str
) -> None:
    assert tensor_text(data, grad_fn=grad_fn) == expected
    assert tensor_text(data, grad_fn=grad_fn, requires_grad=True) == expected


@pytest.mark.parametrize(
    ("dtype", "shape", "expected"),
    [
        ("float32", (0,), "tensor([])"),
        ("float32", (2, 0), "tensor([], size=(2, 0))"),
        ("float64", (0, 3), "tensor([], size=(0, 3), dtype=torch.float64)"),
        ("int64", (0,), "tensor([], dtype=torch.int64)"),
        ("bool", (0, 1), "tensor([], size=(0, 1), dtype=torch.bool)"),
    ],
)
def test_an_empty_tensor_names_its_size_and_every_type_but_the_default(
    dtype: str, shape: tuple[int, ...], expected: str
) -> None:
    assert tensor_text(np.empty(shape, dtype)) == expected


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (np.float64(1.5), "tensor(1.5000)"),
        (np.float32(1.5), "tensor(1.5000, dtype=torch.float32)"),
        (np.int64(3), "tensor(3)"),
        (np.int32(3), "tensor(3, dtype=torch.int32)"),
        (np.bool_(True), "tensor(True)"),
    ],
)
def test_a_numpy_scalar_prints_like_a_tensor_without_dimensions(data: np.generic, expected: str) -> None:
    assert tensor_text(data, default_dtype=np.float64) == expected
    assert tensor_text(np.asarray(data), default_dtype=np.float64) == expected


def test_a_ratio_that_overflows_is_scientific_and_silent() -> None:
    text = tensor_text(np.array([1e-308, 1e308]), default_dtype=np.float64)
    assert text == "tensor([1.0000e-308, 1.0000e+308])"


def test_a_large_tensor_shows_the_edges_of_every_long_dimension() -> None:
    with printoptions(threshold=20, edgeitems=1):
        text = tensor_text(np.arange(30).reshape(3, 2, 5))
    assert text == (
        "tensor([[[ 0,  ...,  4],\n"
        "         [ 5,  ...,  9]],\n"
        "\n"
        "        ...,\n"
        "\n"
        "        [[20,  ..., 24],\n"
        "         [25,  ..., 29]]])"
    )


def test_without_edges_the_size_is_shown_and_a_large_tensor_is_only_dots() -> None:
    with printoptions(threshold=3, edgeitems=0):
        assert tensor_text(np.arange(4).reshape(2, 2)) == "tensor([...], size=(2, 2))"
        assert tensor_text(np.arange(2)) == "tensor([0, 1], size=(2,))"
        assert tensor_text(np.int64(7)) == "tensor(7, size=())"


def test_an_array_that_is_printed_stays_as_it_was() -> None:
    data = np.broadcast_to(np.array([1.5, np.nan, -0.0], np.float32), (400, 3))
    before = data.copy()
    assert tensor_text(data).count("...") == 1
    np.testing.assert_array_equal(data, before)


def test_the_options_left_out_stay_as_they_were_except_sci_mode() -> None:
    set_printoptions(precision=2, sci_mode=True)
    assert get_printoptions() == DEFAULTS | {"precision": 2, "sci_mode": True}
    set_printoptions(linewidth=100)
    assert get_printoptions() == DEFAULTS | {"precision": 2, "linewidth": 100}


@pytest.mark.parametrize(
    ("profile", "changed"),
    [
        ("default", {}),
        ("short", {"precision": 2, "edgeitems": 2}),
        ("full", {"threshold": float("inf")}),
    ],
)
def test_a_profile_replaces_all_options_before_the_others_apply(profile: str, changed: dict[str, Any]) -> None:
    set_printoptions(precision=9, threshold=9, edgeitems=9, linewidth=9)
    set_printoptions(profile=profile)
    assert get_printoptions() == DEFAULTS | changed
    set_printoptions(profile=profile, precision=7)
    assert get_printoptions() == DEFAULTS | changed | {"precision": 7}


def test_an_unknown_profile_changes_nothing_as_in_pytorch() -> None:
    set_printoptions(precision=6)
    set_printoptions(profile="long")
    assert get_printoptions() == DEFAULTS | {"precision": 6}


def test_options_of_a_block_end_with_it_even_by_an_exception() -> None:
    set_printoptions(precision=3, sci_mode=True)
    outside = get_printoptions()

    def fail_inside() -> None:
        with printoptions(precision=1):
            assert get_printoptions() == DEFAULTS | {"precision": 1}
            raise LookupError

    with pytest.raises(LookupError):
        fail_inside()
    assert get_printoptions() == outside
    set_printoptions(**outside)
    assert get_printoptions() == outside
