# pyright: strict, reportPrivateUsage=false
"""The text of a tensor, laid out as PyTorch prints it.

:func:`tensor_text` turns an array into ``tensor([1., 2.], requires_grad=True)``, and
:func:`set_printoptions` governs how many digits, items and columns it spends. Every value that is shown is
formatted once, under a style chosen for the whole tensor; the layout then only joins strings.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from itertools import compress
from math import inf, isfinite
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import DTypeLike

__all__ = ["get_printoptions", "printoptions", "set_printoptions", "tensor_text"]

_PREFIX = "tensor("
_SILENT_DTYPES = (np.dtype(np.int64), np.dtype(np.bool_))


class _Options(NamedTuple):
    precision: int = 4
    threshold: float = 1000
    edgeitems: int = 3
    linewidth: int = 80
    sci_mode: bool | None = None


_PROFILES = {"default": _Options(), "short": _Options(precision=2, edgeitems=2), "full": _Options(threshold=inf)}

_options = _Options()


# No float64 has more digits after the point that are not 0.
_MOST_DIGITS = 1074


def set_printoptions(
    precision: int | None = None,
    threshold: float | None = None,
    edgeitems: int | None = None,
    linewidth: int | None = None,
    profile: str | None = None,
    sci_mode: bool | None = None,
) -> None:
    """Change how tensors are printed; whatever is left as ``None`` stays as it was, except `sci_mode`.

    - `precision`: digits after the point (4).
    - `threshold`: the number of elements above which the middle of a tensor is left out (1000).
    - `edgeitems`: how many items are then kept at either end of each dimension (3).
    - `linewidth`: the column at which lines are broken (80).
    - `profile`: ``"default"``, ``"short"`` or ``"full"``, taken before the other arguments are applied.
    - `sci_mode`: ``True`` or ``False`` forces or forbids scientific notation. It is set by every call:
      leaving it out returns the choice to the tensor's values, as in PyTorch.
    """
    global _options
    if precision is not None:
        precision = min(precision, _MOST_DIGITS)
    given: dict[str, Any] = {
        "precision": precision,
        "threshold": threshold,
        "edgeitems": edgeitems,
        "linewidth": linewidth,
    }
    base = _options if profile is None else _PROFILES.get(profile, _options)
    _options = base._replace(**{name: value for name, value in given.items() if value is not None}, sci_mode=sci_mode)


def get_printoptions() -> dict[str, Any]:
    """The options in force, as keyword arguments for :func:`set_printoptions`."""
    return _options._asdict()


@contextmanager
def printoptions(**kwargs: Any) -> Generator[None]:
    """Apply :func:`set_printoptions` for the length of a ``with`` block."""
    global _options
    before = _options
    set_printoptions(**kwargs)
    try:
        yield
    finally:
        _options = before


def tensor_text(
    data: np.ndarray | np.generic,
    *,
    default_dtype: DTypeLike = np.float32,
    grad_fn: str | None = None,
    requires_grad: bool = False,
    tangent: str | None = None,
) -> str:
    """The text of a tensor holding `data`.

    `default_dtype` is the floating type that goes without saying; any other type but int64 and bool is
    named, and those two are named as well when there are no elements to tell them by. `grad_fn` is the
    name of the node that made the tensor; without one, `requires_grad` marks a leaf. `tangent` is the text of the
    tangent that the tensor has in forward mode.
    """
    suffixes = _data_suffixes(data, default_dtype)
    if grad_fn is not None:
        suffixes.append(f"grad_fn=<{grad_fn}>")
    elif requires_grad:
        suffixes.append("requires_grad=True")
    if tangent is not None:
        suffixes.append(f"tangent={tangent}")
    return _with_suffixes(_PREFIX + _values_text(data), suffixes) + ")"


def _data_suffixes(data: np.ndarray | np.generic, default_dtype: DTypeLike) -> list[str]:
    """What the brackets leave unsaid about the array: its size and its type."""
    dtype = data.dtype
    suffixes: list[str] = []
    if data.size == 0:
        size_is_shown = data.ndim != 1
        dtype_is_shown = dtype != default_dtype
    else:
        size_is_shown = _options.edgeitems == 0
        dtype_is_shown = dtype != default_dtype and dtype not in _SILENT_DTYPES
    if size_is_shown:
        suffixes.append(f"size={data.shape}")
    if dtype_is_shown:
        suffixes.append(f"dtype=torch.{dtype.name}")
    return suffixes


def _with_suffixes(text: str, suffixes: list[str]) -> str:
    # PyTorch counts two characters more than the last line has, so that lines break a little early here.
    column = len(text) - text.rfind("\n") + 1
    for suffix in suffixes:
        if column + len(suffix) + 2 > _options.linewidth:
            text += ",\n" + " " * len(_PREFIX) + suffix
            column = len(_PREFIX) + len(suffix)
        else:
            text += ", " + suffix
            column += len(suffix) + 2
    return text


def _values_text(data: np.ndarray | np.generic) -> str:
    if data.ndim == 0:
        # A single number is never padded: its column is as wide as itself.
        return _texts_and_width([data.item()], data.dtype)[0][0]
    if data.size == 0:
        return "[]"
    array = np.asarray(data)
    edge = None
    shown = array
    if array.size > _options.threshold:
        edge = _options.edgeitems
        if edge == 0:
            return "[...]"
        shown = array[np.ix_(*(_kept_indices(length, edge) for length in array.shape))]
    texts, width = _texts_and_width(shown.ravel().tolist(), array.dtype)
    padded = np.array([text.rjust(width) for text in texts], dtype=object).reshape(shown.shape)
    return _bracketed(padded.tolist(), array.shape, len(_PREFIX), width, edge)


def _kept_indices(length: int, edge: int) -> list[int]:
    if length <= 2 * edge:
        return list(range(length))
    return [*range(edge), *range(length - edge, length)]


def _bracketed(rows: list[Any], shape: tuple[int, ...], indent: int, width: int, edge: int | None) -> str:
    """Join nested lists of padded texts, the outermost opening its bracket at column `indent`.

    `shape` is that of the whole array: where it is longer than two edges, `rows` holds only those and
    dots stand for the rest. `edge` is ``None`` when nothing was left out.
    """
    is_vector = len(shape) == 1
    parts = rows if is_vector else [_bracketed(row, shape[1:], indent + 1, width, edge) for row in rows]
    if edge is not None and shape[0] > 2 * edge:
        parts = [*parts[:edge], " ..." if is_vector else "...", *parts[edge:]]
    if is_vector:
        per_line = max(1, (_options.linewidth - indent) // (width + len(", ")))
        parts = [", ".join(parts[start : start + per_line]) for start in range(0, len(parts), per_line)]
    line_breaks = "\n" * max(1, len(shape) - 1)
    return "[" + f",{line_breaks}{' ' * (indent + 1)}".join(parts) + "]"


def _texts_and_width(values: list[Any], dtype: np.dtype[Any]) -> tuple[list[str], int]:
    """Each value's text, without padding, and the width of the column they share."""
    if dtype.kind != "f":
        texts = [str(value) for value in values]
        return texts, max(map(len, texts))
    # Zeros and non-finite numbers have no say in the style or the width.
    telling = [value != 0 and isfinite(value) for value in values]
    spec, ending = _float_style(list(compress(values, telling)))
    texts = [format(value, spec) + (ending if isfinite(value) else "") for value in values]
    return texts, max(map(len, compress(texts, telling)), default=1)


def _float_style(telling: list[float]) -> tuple[str, str]:
    """The format of the numbers, and what is written after a finite one."""
    integral = (".0f", ".")
    if not telling:
        return integral
    if _is_scientific(telling):
        return f".{_options.precision}e", ""
    if all(value.is_integer() for value in telling):
        return integral
    return f".{_options.precision}f", ""


def _is_scientific(telling: list[float]) -> bool:
    if _options.sci_mode is not None:
        return _options.sci_mode
    magnitudes = [abs(value) for value in telling]
    smallest, largest = min(magnitudes), max(magnitudes)
    return largest / smallest > 1000 or largest > 1e8 or smallest < 1e-4
