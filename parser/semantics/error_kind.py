"""What an error of the engine is about."""

from __future__ import annotations


def kind_of(error: Exception) -> str:
    """The kind of an error that the engine raised, for `ExpressionError`."""
    text = str(error)
    if "size" in text or "shape" in text or "imension" in text:
        return "shape"
    return "type" if isinstance(error, TypeError) else "value"
