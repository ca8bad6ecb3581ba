"""What is said to install an extra, by where the package came from and what runs it."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from autodiff.parser.syntax import extras


@pytest.mark.parametrize(
    ("origin", "prefix", "command"),
    [
        ({}, "/venv", '-m pip install "autodiff-cli[plot]"'),
        ({"url": "file:///nowhere/at/all"}, "/venv", '-m pip install "autodiff-cli[plot]"'),
        ({"url": Path(__file__).parent.as_uri()}, "/venv", f'-m pip install "{Path(__file__).parent}[plot]"'),
        (
            {"url": "https://example.org/a.git", "vcs_info": {"vcs": "git"}},
            "/venv",
            'pip install "autodiff-cli[plot] @ git+https://example.org/a.git"',
        ),
        ({}, "/home/me/.local/share/pipx/venvs/autodiff-cli", 'pipx install --force "autodiff-cli[plot]"'),
        ({}, "/home/me/.local/share/uv/tools/autodiff-cli", 'uv tool install --force "autodiff-cli[plot]"'),
    ],
)
def test_an_extra_is_installed_from_where_the_package_came_from(
    monkeypatch: pytest.MonkeyPatch, origin: dict[str, Any], prefix: str, command: str
) -> None:
    monkeypatch.setattr(extras, "distribution", lambda name: SimpleNamespace(read_text=lambda f: json.dumps(origin)))
    monkeypatch.setattr(extras.importlib.util, "find_spec", lambda name: object())
    monkeypatch.setattr(sys, "prefix", prefix)
    assert extras.how_to_install("plot").endswith(command)
