"""How to install what the package works without, and a call has need of."""

from __future__ import annotations

import importlib.util
import json
import os
import sys
from importlib.metadata import PackageNotFoundError, distribution
from typing import NamedTuple
from urllib.parse import urlparse
from urllib.request import url2pathname

_PACKAGE = "autodiff-cli"


class Environment(NamedTuple):
    """Where packages are installed: its folder, its Python, and whether that has pip."""

    prefix: str
    executable: str
    has_pip: bool


def how_to_install(extra: str, there: Environment | None = None) -> str:
    """The command that installs an extra into the environment that runs, or `there`, from where the package came."""
    wanted = _requirement(extra)
    kind, pip = _tools(there)
    forms = {"pipx": "pipx install --force", "uv": "uv tool install --force"}
    return f'{forms.get(kind, pip)} "{wanted}"'


def how_to_add(package: str) -> str:
    """The command that installs another package into the environment that runs."""
    kind, pip = _tools(None)
    forms = {"pipx": f"pipx inject {_PACKAGE}", "uv": f"uv tool install {_PACKAGE} --with"}
    return f"{forms.get(kind, pip)} {package}"


def _tools(there: Environment | None) -> tuple[str, str]:
    """What an environment was made by, if that installs into it; and pip as it installs into others."""
    found = there or Environment(sys.prefix, sys.executable, importlib.util.find_spec("pip") is not None)
    parts = os.path.normpath(found.prefix).split(os.sep)
    kind = "pipx" if "pipx" in parts else "uv" if parts[-3:-1] == ["uv", "tools"] else ""
    python = found.executable
    return kind, f"{python} -m pip install" if found.has_pip else f"uv pip install --python {python}"


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
