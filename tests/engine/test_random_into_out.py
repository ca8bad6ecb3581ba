"""Functions of random numbers that write into a tensor which is there."""

from __future__ import annotations

import pytest

import autodiff.engine as torch


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_out_receives_the_numbers_that_a_new_tensor_of_its_dtype_would(dtype: torch.dtype) -> None:
    for name in ("rand", "randn"):
        torch.manual_seed(1)
        expected = getattr(torch, name)(2, 3, dtype=dtype)
        torch.manual_seed(1)
        out = torch.empty(2, 3, dtype=dtype)
        assert getattr(torch, name)(2, 3, out=out) is out
        assert torch.equal(out, expected)
    assert torch.randperm(4, out=torch.empty(4, dtype=torch.int64)).sum() == 6
