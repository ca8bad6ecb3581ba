"""The sessions of Python in the documentation are true."""

from __future__ import annotations

import contextlib
import doctest
import importlib.util
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sysconfig
import time
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from effort import THOROUGH
from processes import TIMEOUT

from autodiff.cli.functions.selection import all_functions
from autodiff.cli.main import run
from autodiff.engine import FUNCTIONS
from autodiff.parser.analysis.function_entry import entry_of

DOCS = Path(__file__).parents[1] / "docs"
NEEDS = {"library": ("pyarrow",), "engines": ("pyarrow", "duckdb", "polars")}


@pytest.mark.parametrize("name", list(NEEDS))
def test_a_page_of_python_shows_what_comes_out(name: str) -> None:
    lacking = [library for library in NEEDS[name] if importlib.util.find_spec(library) is None]
    if lacking:
        pytest.skip(f"{', '.join(lacking)} not installed")
    page = (DOCS / f"{name}.md").read_text(encoding="utf-8")
    # With line ends in place of all else, so that errors name the lines of the page.
    session = "".join(
        part if i % 2 else "\n" * part.count("\n") for i, part in enumerate(re.split(r"```python\n|```\n", page))
    )
    assert session.count(">>>") > 10
    test = doctest.DocTestParser().get_doctest(session, {}, name, f"{name}.md", 0)
    said: list[str] = []
    doctest.DocTestRunner(verbose=False).run(test, out=said.append)
    assert not said, "".join(said)


@pytest.mark.processes
@pytest.mark.skipif(shutil.which("socat") is None, reason="socat is not installed")
def test_a_service_of_socat_answers_as_its_page_shows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = (DOCS / "service.md").read_text(encoding="utf-8")
    asked, answered = re.findall(r"```text\n(.*?)```", page, re.DOTALL)
    (command,) = re.findall(r"```sh\n(.*?)```", page, re.DOTALL)
    command = command.replace("EXEC:autodiff", f"EXEC:{sysconfig.get_path('scripts')}/autodiff")
    # Relative, as the name of a socket may not be long.
    monkeypatch.chdir(tmp_path)
    place = "autodiff.sock"
    with subprocess.Popen(["sh", "-c", f"exec {command}"], cwd=tmp_path, start_new_session=True) as server:
        try:
            with socket.socket(socket.AF_UNIX) as client:
                client.settimeout(TIMEOUT)
                while client.connect_ex(place) and server.poll() is None:
                    time.sleep(0.02)
                client.sendall(asked.encode())
                client.shutdown(socket.SHUT_WR)
                with client.makefile(encoding="utf-8") as lines:
                    assert lines.read() == answered
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(server.pid, signal.SIGTERM)


@cache
def of_docs(name: str) -> Any:
    """A module of the documentation."""
    spec = importlib.util.spec_from_file_location(name, DOCS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_of_functions_is_what_their_records_say() -> None:
    chosen = all_functions() if THOROUGH else all_functions()[::12]
    page = of_docs("pages").functions(chosen)
    told = dict(re.findall(r"^### (\w+)\n(.*?)(?=^##|\Z)", page, re.MULTILINE | re.DOTALL))
    assert list(told) == [function.name for function in chosen]
    for function in chosen:
        rows = told[function.name].replace("\\|", "|")
        entry = entry_of(function)
        assert f"| signature | `{function.signature()}` |" in rows
        assert f"| computes | {function.doc} |" in rows
        assert f"| family | {function.family} |" in rows
        assert all(f"`{derivative}` |" in rows for derivative in entry.derivative.values())
        assert rows.count("\n| derivative") == len(entry.derivative)
        assert rows.count("\n| at ") == len(function.edges)
        assert ("```text\n$ autodiff eval" in rows) == (entry.example is not None)


@pytest.mark.parametrize(("name", "pieces"), [("tan(x)", [3, 3]), ("fmax(x, 2)", [1, 2])])
def test_a_function_is_drawn_for_light_and_dark_with_poles_and_jumps_as_breaks(name: str, pieces: list[int]) -> None:
    pytest.importorskip("matplotlib")
    call, svg = of_docs("pages").drawn(FUNCTIONS[name.partition("(")[0]])
    assert call == f'autodiff plot "{name}" --x -4:4'
    curves = re.findall(r'<path d="([^"]*)"[^>]*stroke: var\(--c3\); stroke-width: 1.6', svg)
    assert [curve.count("M") for curve in curves] == pieces
    assert "prefers-color-scheme:dark" in svg
    assert not re.search("#[0-9a-f]{6}", svg.rpartition("</style>")[2])


def test_the_page_of_man_is_what_the_commands_say() -> None:
    man = of_docs("man")
    assert man.PAGE.read_text(encoding="utf-8") == man.page()


COMMANDS_WITH_JSON = {
    "eval": ["x**2", "--x", "3", "--hessian", "--order", "2"],
    "trace": ["sin(x**2)", "--x", "4"],
    "graph": ["sin(x)*cos(2)", "--x", "4"],
    "diff": ["x**2*y"],
    "check": ["sin(x)", "--x", "1"],
    "minimize": ["x**2", "--x", "1"],
    "solve": ["x**2 = 2", "--x", "1"],
    "propagate": ["x**2", "--x", "3+-0.1"],
    "plot": ["x", "--x", "0:2"],
    "functions": ["sin"],
}


@pytest.mark.parametrize("name", COMMANDS_WITH_JSON)
def test_the_page_of_json_names_every_key(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    rows = re.findall(r"^\| `(\w+)` \| (.*) \|$", (DOCS / "json.md").read_text(encoding="utf-8"), re.MULTILINE)
    told = {command: set(re.findall(r"`(\w+)`", keys)) for command, keys in rows}
    allowed = told[name] | (told["eval"] if name == "trace" else set())
    run([name, *COMMANDS_WITH_JSON[name], "--json"])
    assert json.loads(capsys.readouterr().out).keys() <= allowed
