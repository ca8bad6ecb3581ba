"""Expressions in Python: `from autodiff.parser import Expression`. What stands here is public (docs/library.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .library.expression import Expression
    from .syntax.errors import AutodiffError, ExpressionWarning

__all__ = ["AutodiffError", "Expression", "ExpressionWarning"]


def __getattr__(name: str) -> Any:
    # Commands import the rooms below, of which most need nothing of this.
    if name == "Expression":
        from .library.expression import Expression

        return Expression
    if name in __all__:
        from .syntax import errors

        return getattr(errors, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
