"""Offered: the mark of classes whose public attributes anyone may use, and may base classes of their own on."""

from __future__ import annotations

from collections.abc import Callable


class Offered:
    """Base of the classes of networks, optimisers and data: what does not begin with `_` is for whoever has one."""

    __slots__ = ()


# Called for each module that is called, or gone through: who runs code by others may count, and end it.
entered: list[Callable[[], None]] = []
