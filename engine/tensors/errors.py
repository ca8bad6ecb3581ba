# pyright: strict, reportPrivateUsage=false
"""PyTorch's errors, which say beside their words what they are about: shapes, types or values.

Their types are PyTorch's, which is RuntimeError for most and so tells little. A RuntimeError that does not say is about
values; another error that does not is Python's or NumPy's, in words of their own.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

# Of what types the errors are that Python and NumPy raise about types, places, shapes and numbers.
FOREIGN = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
Kind = Literal["shape", "type", "value", "foreign"]


class ParameterError(TypeError):
    """What has to be a number is a tensor whose gradient is asked for: there is no derivative by it, not one of 0."""

    kind: Kind = "value"


class _LinAlgError(RuntimeError):
    """A matrix is singular, not positive-definite, or not finite where it has to be."""


LinAlgError = _LinAlgError


def shape_error(message: str, type: type[Exception] = RuntimeError) -> Exception:
    """An error about shapes, or places in them."""
    return _about("shape", type(message))


def index_error(message: str) -> Exception:
    """An error about a place that a shape does not have."""
    return shape_error(message, IndexError)


def dimension_error(dim: int | None, ndim: int) -> Exception:
    """The error about a dimension that a tensor of `ndim` dimensions does not have."""
    rank = max(ndim, 1)
    return index_error(f"Dimension out of range (expected to be in range of [{-rank}, {rank - 1}], but got {dim})")


def type_error(message: str, type: type[Exception] = TypeError) -> Exception:
    """An error about what a value is, or about which arguments a call has."""
    return _about("type", type(message))


def no_tensor(function: str, argument: str, position: int, value: object) -> Exception:
    """The error about an argument of a function, at a position from 0, that is no tensor and has to be one."""
    given = type(value).__name__
    return type_error(f"{function}(): argument '{argument}' (position {position + 1}) must be Tensor, not {given}")


def value_error(message: str, type: type[Exception] = ValueError) -> Exception:
    """An error about which value it is."""
    return _about("value", type(message))


def misused(function: str, error: Exception, args: Iterable[object], **named: object) -> Exception:
    """The error about a call with arguments that Python or NumPy could not do with, as `error` says in their words."""
    if isinstance(error, ArithmeticError):
        zero = isinstance(error, ZeroDivisionError)
        return value_error(f"{function}(): {'division by zero' if zero else 'a number is too large'}", RuntimeError)
    given = [(name, value) for name, value in (*(("", value) for value in args), *named.items())]
    shown = ", ".join([f"{name}{'=' if name else ''}{type_name(value)}" for name, value in given])
    return type_error(f"{function}() received an invalid combination of arguments - got ({shown})")


def type_name(value: object) -> str:
    """What an argument is, in a message; data that were taken out of a tensor are still one."""
    return "None" if value is None else "Tensor" if hasattr(value, "dtype") else type(value).__name__


def numpy_error(message: str) -> Exception:
    """An error about what NumPy asks of a tensor, which an operation that left an argument to NumPy says otherwise."""
    return _about("foreign", RuntimeError(message))


def _about(kind: Kind, error: Exception) -> Exception:
    vars(error)["kind"] = kind
    return error


def unlike(message: str) -> RuntimeError:
    """The error that operands have different dtypes, which a script may have by another default than was meant."""
    error = RuntimeError(message)
    vars(error)["unlike"] = True
    return error


def kind_of(error: Exception) -> Kind:
    """What an error is about."""
    kind: Kind = getattr(error, "kind", "foreign")
    return ("type" if isinstance(error, TypeError) else "value") if kind == "foreign" else kind


def is_foreign(error: Exception) -> bool:
    """Whether Python or NumPy raised an error, about types, places, shapes or numbers, in words of their own."""
    kind = getattr(error, "kind", None)
    return kind == "foreign" or (isinstance(error, FOREIGN) and not (kind or isinstance(error, FloatingPointError)))
