"""How many examples the tests of properties make up: some in the gate, as many as are of use in `make thorough`."""

from __future__ import annotations

import os

THOROUGH = "AUTODIFF_THOROUGH" in os.environ
_SHARE = 8  # of the examples, one is made up in the gate


def examples(thorough: int) -> int:
    """The number of examples, of `thorough` ones."""
    return thorough if THOROUGH else thorough // _SHARE
