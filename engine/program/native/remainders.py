"""Remainders in machine code, exact as C's `fmod`, and what NumPy makes of them."""

from __future__ import annotations

from typing import Any

import numpy as np

from . import vector_math
from .lanes import TYPES, Body, Lane, Refusal
from .processor import multiplies_and_adds

# Whole numbers below it have neighbours to which a quotient is rounded by less than a half.
_EXACT = {"float64": 2.0**52, "float32": 2.0**23}


def fmod(body: Body, x: Lane, y: Lane) -> Lane:
    """What x divided by y leaves, with the sign of x. Refusal: of whole numbers, or C's own function is not there."""
    name = {"float64": "fmod", "float32": "fmodf"}.get(x.dtype.name)
    if name is None or not vector_math.is_scalar(name):
        raise Refusal("a remainder")
    vector = body.vector(x.dtype)
    body.intrinsics["fmod." + x.dtype.name] = _definition(body, x.dtype)
    function = body.function(name)
    return body.emit(
        x.dtype, f"call {vector} @fmod.{x.dtype.name}({vector} {x.name}, {vector} {y.name}, ptr {function})"
    )


def remainder(body: Body, x: Lane, y: Lane) -> Lane:
    """The same with the sign of y, as NumPy finds it."""
    left: Any = fmod(body, x, y)
    moved = np.where((left != 0) & ((y < 0) != (left < 0)), left + y, left)
    return np.where(left == 0, np.copysign(x.dtype.type(0), y), moved)  # pyrefly: ignore[bad-return]


def floor_divide(body: Body, x: Lane, y: Lane) -> Lane:
    """The quotient rounded down, as NumPy finds it: by the remainder."""
    one, half = x.dtype.type(1), x.dtype.type(0.5)
    left: Any = fmod(body, x, y)
    whole: Any = (x - left) / y
    whole = np.where((left != 0) & ((y < 0) != (left < 0)), whole - one, whole)
    down: Any = np.floor(whole)
    rounded = np.where(whole - down > half, down + one, down)
    signed = np.where(whole == 0, np.copysign(x.dtype.type(0), x / y), rounded)
    return np.where(y == 0, x / y, signed)


def _definition(body: Body, dtype: np.dtype[Any]) -> str:
    """A function that finds the remainders of all lanes.

    Where all quotients are small, from these: a quotient may have been rounded up to a whole number, and the remainder
    then is negative. Both remainders are exact, as that of numbers with as many digits. Else each by C's function.
    """
    vector, element = body.vector(dtype), TYPES[dtype.name]
    kind = f"v{body.lanes}f{8 * dtype.itemsize}"
    whole, truths = body.vector(np.dtype(f"int{8 * dtype.itemsize}")), f"<{body.lanes} x i1>"
    declared = [f"declare {vector} @llvm.{name}.{kind}({vector})" for name in ("trunc", "fabs")]
    declared += [
        f"declare {vector} @llvm.copysign.{kind}({vector}, {vector})",
        f"declare {vector} @llvm.fma.{kind}({vector}, {vector}, {vector})",
        f"declare i1 @llvm.vector.reduce.and.v{body.lanes}i1({truths})",
    ]
    for line in declared:
        body.intrinsics.setdefault(line.split("@")[1].split("(")[0], line)
    lines = [f"define internal {vector} @fmod.{dtype.name}({vector} %x, {vector} %y, ptr %each) nounwind {{"]
    if multiplies_and_adds():
        lines += [
            f"%quotient = fdiv {vector} %x, %y",
            f"%size = call {vector} @llvm.fabs.{kind}({vector} %quotient)",
            f"%small = fcmp olt {vector} %size, {body.constant(_EXACT[dtype.name], dtype).name}",
            f"%width = call {vector} @llvm.fabs.{kind}({vector} %y)",
            f"%finite = fcmp olt {vector} %width, {body.constant(np.inf, dtype).name}",
            f"%both = and {truths} %small, %finite",
            f"%all = call i1 @llvm.vector.reduce.and.v{body.lanes}i1({truths} %both)",
            "br i1 %all, label %together, label %apart",
            "together:",
            f"%times = call {vector} @llvm.trunc.{kind}({vector} %quotient)",
            f"%minus = fneg {vector} %times",
            f"%left = call {vector} @llvm.fma.{kind}({vector} %minus, {vector} %y, {vector} %x)",
            f"%bits = bitcast {vector} %left to {whole}",
            f"%own = bitcast {vector} %x to {whole}",
            f"%differ = xor {whole} %bits, %own",
            f"%opposite = icmp slt {whole} %differ, zeroinitializer",
            f"%some = fcmp one {vector} %left, zeroinitializer",
            f"%over = and {truths} %opposite, %some",
            f"%step = call {vector} @llvm.copysign.{kind}({vector} %width, {vector} %x)",
            f"%back = fadd {vector} %left, %step",
            f"%right = select {truths} %over, {vector} %back, {vector} %left",
            f"%signed = call {vector} @llvm.copysign.{kind}({vector} %right, {vector} %x)",
            f"ret {vector} %signed",
            "apart:",
        ]
    found = "poison"
    for i in range(body.lanes):
        lines += [
            f"%x{i} = extractelement {vector} %x, i64 {i}",
            f"%y{i} = extractelement {vector} %y, i64 {i}",
            f"%r{i} = call {element} %each({element} %x{i}, {element} %y{i})",
            f"%s{i} = insertelement {vector} {found}, {element} %r{i}, i64 {i}",
        ]
        found = f"%s{i}"
    return "\n".join([*lines, f"ret {vector} {found}", "}"])
