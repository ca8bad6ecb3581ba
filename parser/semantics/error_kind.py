"""What an error of the engine is about, and whether the engine said it."""

from __future__ import annotations

import os
from opcode import opmap

_OURS = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
_RAISE = opmap["RAISE_VARARGS"]


def kind_of(error: Exception) -> str:
    """The kind of an error that the engine raised, for `ExpressionError`."""
    text = str(error)
    if "size" in text or "shape" in text or "imension" in text:
        return "shape"
    return "type" if isinstance(error, TypeError) else "value"


def slipped_out(error: Exception) -> bool:
    """Whether Python or NumPy raised an error inside the engine, about types, places or shapes, in words of their own.

    Else a `raise` of ours did, in PyTorch's words.
    """
    place = error.__traceback__
    if not isinstance(error, AttributeError | LookupError | TypeError | ValueError) or place is None:
        return False
    while place.tb_next is not None:
        place = place.tb_next
    code = place.tb_frame.f_code
    return code.co_code[place.tb_lasti] != _RAISE or not os.path.abspath(code.co_filename).startswith(_OURS)
