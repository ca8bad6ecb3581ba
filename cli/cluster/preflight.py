"""What a worker says of itself before the first row. It is sent as it stands here: a worker may lack autodiff."""

from __future__ import annotations

from typing import Any


def look(paths: list[str], folder: str) -> dict[str, Any]:
    """The versions in a worker, and which of the paths it has not."""
    import importlib.metadata
    import os
    import sys

    versions: dict[str, str | None] = {"python": ".".join(map(str, sys.version_info[:2]))}
    for name in ("autodiff-cli", "numpy", "pyarrow"):
        try:
            versions[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            versions[name] = None
    missing = [path for path in paths if not os.path.exists(path)]
    return {"versions": versions, "missing": missing, "writes": os.access(folder, os.W_OK)}
