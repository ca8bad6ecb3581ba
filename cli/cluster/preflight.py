"""What a worker says of itself before the first row. It is sent as it stands here: a worker may lack autodiff."""

from __future__ import annotations

from typing import Any


def look(packages: list[str], paths: list[str], folder: str) -> dict[str, Any]:
    """The versions in a worker, its environment, which of the paths it has not, and what is wrong with writing.

    Paths may be addresses of stores; where one cannot be asked, it says why.
    """
    import importlib.metadata
    import importlib.util
    import os
    import secrets
    import sys

    versions: dict[str, str | None] = {"python": ".".join(map(str, sys.version_info[:2]))}
    for name in packages:
        try:
            versions[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            versions[name] = None

    def of_store(address: str) -> tuple[Any, str]:
        import fsspec

        return fsspec.core.url_to_fs(address, use_listings_cache=False)

    def is_there(path: str) -> bool:
        if "://" not in path:
            return os.path.exists(path)
        fs, inner = of_store(path)
        return fs.exists(inner)

    def may_write() -> bool:
        if "://" not in folder:
            return os.access(folder, os.W_OK)
        fs, inner = of_store(f"{folder}/.{secrets.token_hex(8)}.tmp")
        fs.pipe_file(inner, b"")
        fs.rm_file(inner)
        return True

    said: dict[str, Any] = {
        "versions": versions,
        "environment": (sys.prefix, sys.executable, importlib.util.find_spec("pip") is not None),
        "missing": [],
        "writes": False,
        "fault": None,
    }
    path = folder
    try:
        for path in paths:
            if not is_there(path):
                said["missing"].append(path)
        path = folder
        said["writes"] = may_write()
    except Exception as error:
        said["fault"] = (path, str(error) or type(error).__name__, getattr(error.__cause__, "name", None))
    return said
