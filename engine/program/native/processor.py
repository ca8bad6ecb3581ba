"""What the processor can do, as the system says it, without asking LLVM."""

from __future__ import annotations

import platform
import sys
from functools import cache

# What a processor is, and not how it is doing.
_LASTING = ("vendor_id", "model name", "flags", "CPU implementer", "CPU architecture", "CPU variant", "CPU part")


@cache
def identity() -> str:
    """The processor's architecture, name and features: code made for one may not run on another. Empty: unknown."""
    if not sys.platform.startswith("linux"):
        return ""
    try:
        with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as file:
            first = file.read(1 << 14).partition("\n\n")[0]
    except OSError:
        return ""
    lines = [line for line in first.splitlines() if line.startswith((*_LASTING, "Features"))]
    return "\n".join([platform.machine(), *lines]) if lines else ""


@cache
def features() -> frozenset[str]:
    """The names of the processor's features, in Linux's words."""
    words = [
        line.partition(":")[2] for line in identity().splitlines() if line.lower().startswith(("flags", "features"))
    ]
    return frozenset(" ".join(words).split())


@cache
def vector_bytes() -> int:
    """How many bytes the processor computes on at a time."""
    if "avx512f" in features() and "avx512dq" in features():
        return 64
    return 32 if "avx2" in features() else 16


@cache
def multiplies_and_adds() -> bool:
    """Whether the processor rounds a product and a sum together, once."""
    return "fma" in features() or platform.machine() == "aarch64"
