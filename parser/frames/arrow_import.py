"""pyarrow, which the extra `tables` installs: Parquet, Arrow and fast text need it, plain text does not."""

from __future__ import annotations

import importlib
from functools import cache
from typing import Any

from ..syntax.errors import UsageError


def arrow(purpose: str, module: str = "") -> Any:
    """The package pyarrow, or one of its modules. UsageError: it is not installed, and `purpose` needs it."""
    if not has_arrow():
        from ..syntax.extras import how_to_install

        raise UsageError(
            f"{purpose} needs pyarrow, which is not installed", f"install it with `{how_to_install('tables')}`"
        )
    return importlib.import_module(f"pyarrow.{module}" if module else "pyarrow")


@cache
def has_arrow() -> bool:
    """Whether pyarrow is installed."""
    try:
        importlib.import_module("pyarrow")
    except ImportError:
        return False
    return True
