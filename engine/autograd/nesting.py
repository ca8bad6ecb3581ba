"""Nestings of tuples, lists and dictionaries, as arguments and results of functions of tensors may be."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

# A leaf, or a tuple, list or dictionary of such.
Nesting = Any


def leaves(tree: Nesting) -> Iterator[Any]:
    """What is in a nesting of tuples, lists and dictionaries, in order."""
    if isinstance(tree, (tuple, list)):
        for item in tree:
            yield from leaves(item)
    elif isinstance(tree, dict):
        for item in tree.values():
            yield from leaves(item)
    else:
        yield tree


def rebuilt(tree: Nesting, others: Iterator[Any]) -> Nesting:
    """The same nesting with other leaves."""
    if isinstance(tree, (tuple, list)):
        items = [rebuilt(item, others) for item in tree]
        return type(tree)(*items) if hasattr(tree, "_fields") else type(tree)(items)
    if isinstance(tree, dict):
        return type(tree)((key, rebuilt(item, others)) for key, item in tree.items())
    return next(others)


def mapped(function: Callable[[Any], Any], tree: Nesting) -> Nesting:
    """The same nesting with the function's result for each leaf."""
    return rebuilt(tree, iter([function(leaf) for leaf in leaves(tree)]))


def outline(tree: Nesting) -> str:
    """The nesting as text, with `*` for each leaf."""
    return str(mapped(lambda leaf: _Star(), tree))


class _Star:
    def __repr__(self) -> str:
        return "*"


def spec(tree: Nesting) -> str:
    """The nesting in the words of PyTorch's messages."""
    if isinstance(tree, (tuple, list)):
        return f"TreeSpec({type(tree).__name__}, None, [" + ",\n  ".join(map(spec, tree)) + "])"
    if isinstance(tree, dict):
        return f"TreeSpec(dict, {list(tree)}, [" + ",\n  ".join(map(spec, tree.values())) + "])"
    return "*"


def spread(prefix: Nesting, tree: Nesting) -> list[Any] | None:
    """For each leaf of `tree`, what `prefix` says of it: a leaf of `prefix` holds for all below. None: no match."""
    if isinstance(prefix, (tuple, list, dict)):
        if type(prefix) is not type(tree) or len(prefix) != len(tree):
            return None
        keys = prefix.keys() if isinstance(prefix, dict) else range(len(prefix))
        found: list[Any] = []
        for key in keys:
            part = None if isinstance(tree, dict) and key not in tree else spread(prefix[key], tree[key])
            if part is None:
                return None
            found.extend(part)
        return found
    return [prefix for _ in leaves(tree)]
