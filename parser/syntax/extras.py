"""How to install what the package works without, and a call has need of."""

from __future__ import annotations

import importlib.util
import json
import os
import sys
from importlib.metadata import PackageNotFoundError, distribution
from urllib.parse import urlparse
from urllib.request import url2pathname

_PACKAGE = "autodiff-cli"


def how_to_install(extra: str) -> str:
    """The command that installs an extra into the environment that runs, from where the package itself came from."""
    wanted = f'"{_requirement(extra)}"'
    parts = os.path.normpath(sys.prefix).split(os.sep)
    if "pipx" in parts:
        return f"pipx install --force {wanted}"
    if parts[-3:-1] == ["uv", "tools"]:
        return f"uv tool install --force {wanted}"
    if importlib.util.find_spec("pip") is None:
        return f"uv pip install --python {sys.executable} {wanted}"
    return f"{sys.executable} -m pip install {wanted}"


def _requirement(extra: str) -> str:
    """The package with an extra, as pip reads it: from a folder or an address (PEP 610), else by its name."""
    try:
        origin = json.loads(distribution(_PACKAGE).read_text("direct_url.json") or "{}")
    except (PackageNotFoundError, ValueError):
        origin = {}
    url = str(origin.get("url", ""))
    if url.startswith("file:"):
        path = url2pathname(urlparse(url).path)
        if os.path.exists(path):
            return f"{path}[{extra}]"
    elif url:
        scheme = f"{origin['vcs_info']['vcs']}+" if "vcs_info" in origin else ""
        return f"{_PACKAGE}[{extra}] @ {scheme}{url}"
    return f"{_PACKAGE}[{extra}]"
