"""torch.save and torch.load: tensors, and numbers, texts and collections of them, in a file that runs no code.

The file is a zip archive: `structure.json` says what was saved, with a number for each tensor, and `<number>.npy` has
that tensor's numbers in NumPy's format. Whole networks and other objects are in it as Python pickles them, and are read
with `weights_only=False` alone, because that runs code.
"""

from __future__ import annotations

import io
import json
import os
import pickle
import zipfile
from collections import OrderedDict
from typing import Any

import numpy as np

from ..tensors import dtypes
from ..tensors.device import check_device
from ..tensors.errors import type_error, value_error
from ..tensors.size import Size
from ..tensors.tensor import Tensor

_STRUCTURE = "structure.json"
_FORMAT = "autodiff state 1"
_KINDS: dict[str, Any] = {"list": list, "tuple": tuple, "set": set, "Size": Size}


def save(obj: Any, f: Any, *args: Any, **named: Any) -> None:
    """Writes state to a file, by its path or open for bytes. TypeError: Python cannot pickle it."""
    arrays: list[Any] = []
    structure = {"format": _FORMAT, "saved": _described(obj, arrays, set())}
    with zipfile.ZipFile(f if hasattr(f, "write") else os.fspath(f), "w") as archive:
        archive.writestr(_STRUCTURE, json.dumps(structure))
        for number, array in enumerate(arrays):
            buffer = io.BytesIO()
            np.save(buffer, array, allow_pickle=False)
            archive.writestr(f"{number}.npy", buffer.getvalue())


def load(f: Any, map_location: Any = None, *, weights_only: bool = True, **named: Any) -> Any:
    """What `save` wrote to a file. ValueError: the file is none of its. UnpicklingError: objects, `weights_only`."""
    if isinstance(map_location, str):
        check_device(map_location)
    try:
        with zipfile.ZipFile(f if hasattr(f, "read") else os.fspath(f)) as archive:
            if _STRUCTURE not in archive.namelist():
                raise _foreign()
            structure = json.loads(archive.read(_STRUCTURE))
            if not isinstance(structure, dict) or structure.get("format") != _FORMAT:
                raise _foreign()

            def array(number: int) -> Any:
                return np.load(io.BytesIO(archive.read(f"{number}.npy")), allow_pickle=False)

            return _made(structure["saved"], array, weights_only)
    except (zipfile.BadZipFile, json.JSONDecodeError, KeyError):
        raise _foreign() from None


def _foreign() -> Exception:
    return value_error("this file was not written by torch.save of this engine, which reads files with data alone")


def _described(value: Any, arrays: list[Any], around: set[int]) -> Any:
    """A value as JSON holds it: plain, or as an object with its kind and what it is made of."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, Tensor):
        arrays.append(np.asarray(value.detach()._data))
        return {"kind": "tensor", "of": len(arrays) - 1, "grad": value.requires_grad}
    if isinstance(value, np.ndarray) and value.dtype.kind in "biuf":
        arrays.append(value)
        return {"kind": "array", "of": len(arrays) - 1}
    if isinstance(value, dtypes.dtype):
        return {"kind": "dtype", "of": value.name}
    if id(value) in around:
        raise value_error("a collection that is inside itself cannot be saved")
    around = around | {id(value)}
    if isinstance(value, dict):
        kind = "OrderedDict" if isinstance(value, OrderedDict) else "dict"
        pairs = [[_described(key, arrays, around), _described(item, arrays, around)] for key, item in value.items()]
        return {"kind": kind, "of": pairs}
    for kind, collection in reversed(_KINDS.items()):
        if type(value) is collection:
            return {"kind": kind, "of": [_described(item, arrays, around) for item in value]}
    try:
        arrays.append(np.frombuffer(pickle.dumps(value), np.uint8))
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        help = "; save its state_dict()" if hasattr(value, "state_dict") else ""
        raise type_error(f"torch.save cannot write this '{type(value).__name__}' object: {error}{help}") from None
    return {"kind": "object", "of": len(arrays) - 1}


def _made(described: Any, array: Any, weights_only: bool) -> Any:
    """The value that was described."""
    if not isinstance(described, dict):
        return described
    kind, of = described["kind"], described["of"]
    if kind == "tensor":
        return Tensor(array(of)[()], described["grad"])
    if kind == "array":
        return array(of)
    if kind == "object":
        if weights_only:
            raise pickle.UnpicklingError(
                "Weights only load failed. The file has objects of Python in it, and to read them can run any code: "
                "where you trust whom it is from, load it with `weights_only=False`."
            )
        return pickle.loads(array(of).tobytes())
    if kind == "dtype":
        return next(known for known in dtypes.BY_NUMPY.values() if known.name == of)
    if kind in ("dict", "OrderedDict"):
        pairs = [(_made(key, array, weights_only), _made(item, array, weights_only)) for key, item in of]
        return OrderedDict(pairs) if kind == "OrderedDict" else dict(pairs)
    if kind not in _KINDS:
        raise _foreign()
    return _KINDS[kind]([_made(item, array, weights_only) for item in of])
