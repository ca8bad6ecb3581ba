"""Values as a notebook shows them: the texts are those of IPython 9."""

from __future__ import annotations

from collections import Counter, OrderedDict, defaultdict, deque
from typing import Any

from groups import grouped

import autodiff.engine as torch
from autodiff.parser.script.running.pretty import pretty

T = torch.arange(4.0).reshape(2, 2)
LOOP: list[Any] = [1]
LOOP.append(LOOP)


@grouped(
    "value, text",
    [
        ([1, 2], "[1, 2]"),
        ((1,), "(1,)"),
        ([], "[]"),
        ({3, 1}, "{1, 3}"),
        (set(), "set()"),
        (frozenset({2}), "frozenset({2})"),
        (frozenset(), "frozenset()"),
        (OrderedDict(a=1), "OrderedDict([('a', 1)])"),
        (Counter("aab"), "Counter({'a': 2, 'b': 1})"),
        (deque([1]), "deque([1])"),
        (defaultdict(list, {1: [2]}), "defaultdict(list, {1: [2]})"),
        (int, "int"),
        (torch.Tensor, "torch.Tensor"),
        ("a\nb", "'a\\nb'"),
        (torch.Size([2]), "torch.Size([2])"),
        (LOOP, "[1, [...]]"),
        ((T, [T]), "(tensor([[0., 1.],\n         [2., 3.]]),\n [tensor([[0., 1.],\n          [2., 3.]])])"),
        ({"a": T, "b": 1}, "{'a': tensor([[0., 1.],\n         [2., 3.]]),\n 'b': 1}"),
        (["x" * 40, "y" * 31], f"['{'x' * 40}', '{'y' * 31}']"),
        (["x" * 40, "y" * 32], f"['{'x' * 40}',\n '{'y' * 32}']"),
        ([["x" * 36], 1, ["y" * 28]], f"[['{'x' * 36}'], 1, ['{'y' * 28}']]"),
        ([["x" * 40, "z"], ["y" * 34]], f"[['{'x' * 40}', 'z'],\n ['{'y' * 34}']]"),
        ({"k" * 30: ("v" * 30, "w" * 30)}, "{'" + "k" * 30 + "': ('" + "v" * 30 + "',\n  '" + "w" * 30 + "')}"),
        ({"a": {"b": "x" * 40, "c": "y" * 40}}, "{'a': {'b': '" + "x" * 40 + "',\n  'c': '" + "y" * 40 + "'}}"),
    ],
)
def test_a_value_is_laid_out_as_by_ipython(value: Any, text: str) -> None:
    assert pretty(value) == text


def test_of_a_long_collection_a_thousand_items_are_shown() -> None:
    lines = pretty(list(range(1005))).split("\n")
    assert (len(lines), lines[0], lines[-2:]) == (1001, "[0,", [" 999,", " ...]"])
