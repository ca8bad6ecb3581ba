"""LLVM, which makes machine code of a loop; only imported where a loop is not kept on disk."""

from __future__ import annotations

import importlib
import importlib.util
from functools import cache
from pathlib import Path
from typing import Any

from .image import image_of

# Counted up when anything changes about how images are made or called.
VERSION = 1


@cache
def llvm_version() -> str:
    """What llvmlite (in the extra `tables`) says of its version, without being imported; empty: there is none."""
    spec = importlib.util.find_spec("llvmlite")
    if spec is None or not spec.submodule_search_locations:
        return ""
    try:
        return Path(spec.submodule_search_locations[0], "_version.py").read_text(encoding="utf-8")
    except OSError:
        return ""


def compiled(text: str) -> bytes:
    """The image of a module in LLVM's language with a function `loop`.

    ImageError: as `image_of`. RuntimeError: LLVM does not understand the text.
    """
    llvm = _llvm()
    module = llvm.parse_assembly(text)
    module.verify()
    triple = llvm.get_process_triple()
    machine = llvm.Target.from_triple(triple).create_target_machine(
        cpu=llvm.get_host_cpu_name(),
        features=llvm.get_host_cpu_features().flatten(),
        opt=2,
        reloc="pic",
        codemodel="small",
    )
    return image_of(machine.emit_object(module), "loop")


@cache
def _llvm() -> Any:
    llvm = importlib.import_module("llvmlite.binding")
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    return llvm
