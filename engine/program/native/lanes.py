"""Lanes: what a record's forward function is given in place of arrays, so that its NumPy code becomes machine code.

A lane stands for a number in each of several rows at a time. What NumPy would do with arrays is written down as an
instruction of LLVM, with NumPy's dtypes and in its order, so that an operation needs no second definition.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

# LLVM's types of the elements.
TYPES = {
    "float64": "double",
    "float32": "float",
    "int64": "i64",
    "int32": "i32",
    "int16": "i16",
    "int8": "i8",
    "uint8": "i8",
    "bool": "i1",
}


class Refusal(Exception):  # noqa: N818  (not an error: NumPy does it)
    """What is asked of a lane has no form in machine code: NumPy does the whole operation."""


class Lane(NDArrayOperatorsMixin):
    """A number of each of `body.lanes` rows: an array of one dimension, as far as a forward function asks."""

    ndim = 1

    def __init__(self, body: Body, dtype: np.dtype[Any], name: str) -> None:
        self.body = body
        self.dtype = dtype
        self.name = name

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Lane:
        """What a universal function of NumPy or SciPy makes of lanes. Refusal: it has no form."""
        if method != "__call__" or options:
            raise Refusal(ufunc.__name__)
        return self.body.apply(ufunc, inputs)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        """The same for NumPy's other functions."""
        form = self.body.functions.get(function)
        if form is None:
            raise Refusal(function.__name__)
        return form(self.body, *args, **kwargs)

    def __pow__(self, other: Any) -> Lane:
        return self.body.power(self, other)

    def __rpow__(self, other: Any) -> Lane:
        return self.body.apply(np.power, (other, self))

    def __getitem__(self, index: Any) -> Lane:
        return self if index is Ellipsis else self._refuse()

    def astype(self, dtype: Any, copy: bool = True) -> Lane:
        """The lane in another dtype."""
        return self.body.cast(self, np.dtype(dtype))

    def _refuse(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise Refusal("the numbers themselves")

    __array__ = __bool__ = __float__ = __int__ = __index__ = __iter__ = __len__ = _refuse


class Body:
    """The instructions for some rows at a time, in order; equal ones are there once.

    `forms` and `functions` say what NumPy's universal and other functions become; `vector_function` finds the symbol
    of a function for vectors, by its name in C, dtype, and how many arguments it has (None: there is none).
    """

    def __init__(
        self,
        lanes: int,
        forms: dict[np.ufunc, Callable[..., Lane]],
        functions: dict[Any, Callable[..., Any]],
        power: Callable[[Lane, Any], Lane],
        vector_function: Callable[[str, str, int, int], str | None],
    ) -> None:
        self.lanes = lanes
        self.forms = forms
        self.functions = functions
        self.power = power
        self.vector_function = vector_function
        self.lines: list[str] = []
        self.known: dict[str, str] = {}
        self.intrinsics: dict[str, str] = {}
        self.symbols: list[str] = []

    def vector(self, dtype: np.dtype[Any]) -> str:
        """LLVM's type of the lanes of a dtype. Refusal: there is none."""
        if dtype.name not in TYPES:
            raise Refusal(dtype.name)
        return f"<{self.lanes} x {TYPES[dtype.name]}>"

    def emit(self, dtype: np.dtype[Any], instruction: str) -> Lane:
        """The result of an instruction."""
        if instruction not in self.known:
            self.known[instruction] = f"%v{len(self.known)}"
            self.lines.append(f"{self.known[instruction]} = {instruction}")
        return Lane(self, dtype, self.known[instruction])

    def intrinsic(self, name: str, *operands: Lane) -> Lane:
        """What one of LLVM's own functions makes of lanes of one dtype, which the result has too."""
        dtype = operands[0].dtype
        vector = self.vector(dtype)
        full = f"llvm.{name}.v{self.lanes}f{8 * dtype.itemsize}"
        self.intrinsics[full] = f"declare {vector} @{full}({', '.join([vector] * len(operands))})"
        return self.emit(dtype, f"call {vector} @{full}({', '.join(f'{vector} {o.name}' for o in operands)})")

    def called(self, name: str, *operands: Lane) -> Lane:
        """What a function for vectors makes of lanes of one dtype. Refusal: there is none of this name."""
        dtype = operands[0].dtype
        symbol = self.vector_function(name, dtype.name, self.lanes, len(operands))
        if symbol is None:
            raise Refusal(name)
        function = self.function(symbol)
        vector = self.vector(dtype)
        convention = "aarch64_vector_pcs " if symbol.startswith("_ZGVn") else ""
        given = ", ".join(f"{vector} {operand.name}" for operand in operands)
        return self.emit(dtype, f"call {convention}{vector} {function}({given})")

    def function(self, symbol: str) -> str:
        """The name of the pointer to a function outside."""
        if symbol not in self.symbols:
            self.symbols.append(symbol)
        return f"%f{self.symbols.index(symbol)}"

    def apply(self, ufunc: np.ufunc, inputs: Sequence[Any]) -> Lane:
        """What a universal function makes of lanes and numbers, in the dtypes that NumPy computes in.

        Refusal: it has no form here.
        """
        if ufunc.nout != 1 or ufunc.signature is not None:
            raise Refusal(ufunc.__name__)
        try:
            *wanted, result = ufunc.resolve_dtypes((*map(_kind, inputs), None))
        except TypeError:
            raise Refusal(ufunc.__name__) from None
        operands = [self.lane(value, dtype) for value, dtype in zip(inputs, wanted, strict=True)]
        form = self.forms.get(ufunc)
        if form is not None:
            return self.cast(form(self, *operands), result)
        if result.kind != "f" or any(dtype != result for dtype in wanted):
            raise Refusal(ufunc.__name__)
        # NumPy's names are those of C but for these.
        return self.called(ufunc.__name__.replace("arc", "a"), *operands)

    def lane(self, value: Any, dtype: np.dtype[Any]) -> Lane:
        """A lane, or a number that is the same in all rows, as a lane of this dtype."""
        return self.cast(value, dtype) if isinstance(value, Lane) else self.constant(value, dtype)

    def constant(self, value: Any, dtype: np.dtype[Any]) -> Lane:
        """The lane of one number. Refusal: it is an array."""
        if np.ndim(value):
            raise Refusal("an array")
        self.vector(dtype)
        text = _literal(np.asarray(value).astype(dtype))
        return Lane(self, dtype, f"<{', '.join([f'{TYPES[dtype.name]} {text}'] * self.lanes)}>")

    def cast(self, lane: Lane, dtype: np.dtype[Any]) -> Lane:
        """The lane in another dtype. Refusal: C does not say what becomes of all numbers."""
        source = lane.dtype
        if source == dtype:
            return lane
        old, new = self.vector(source), self.vector(dtype)
        if dtype.kind == "b":
            comparison = "fcmp une" if source.kind == "f" else "icmp ne"
            return self.emit(dtype, f"{comparison} {old} {lane.name}, {self.constant(0, source).name}")
        if source.kind == "f":
            if dtype.kind != "f":
                raise Refusal("a floating number as an integer")
            word = "fpext" if dtype.itemsize > source.itemsize else "fptrunc"
        elif dtype.kind == "f":
            word = "sitofp" if source.kind == "i" else "uitofp"
        elif dtype.itemsize == source.itemsize and source.kind != "b":
            return Lane(self, dtype, lane.name)
        else:
            wider = "sext" if source.kind == "i" else "zext"
            word = wider if source.kind == "b" or dtype.itemsize > source.itemsize else "trunc"
        return self.emit(dtype, f"{word} {old} {lane.name} to {new}")

    def choose(self, condition: Lane, x: Lane, y: Lane) -> Lane:
        """x where the condition, of booleans, holds, else y; both are of one dtype."""
        vector = self.vector(x.dtype)
        booleans = self.vector(condition.dtype)
        return self.emit(x.dtype, f"select {booleans} {condition.name}, {vector} {x.name}, {vector} {y.name}")


def _kind(value: Any) -> Any:
    """What NumPy looks at to find the dtype of a result: a dtype, or Python's type of a number."""
    if isinstance(value, (Lane, np.ndarray, np.generic)):
        return value.dtype
    return np.dtype(np.bool_) if type(value) is bool else type(value)


def _literal(value: Any) -> str:
    """A number as LLVM writes it: floating ones as the bits of a double."""
    if value.dtype.kind == "f":
        return f"0x{struct.unpack('<Q', struct.pack('<d', float(value)))[0]:016X}"
    return str(bool(value)).lower() if value.dtype.kind == "b" else str(int(value))
