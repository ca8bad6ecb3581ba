"""Files that commands write: whole or not at all, and only where they were told to."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from processes import TIMEOUT

from autodiff.cli.repl.commands import run_command
from autodiff.cli.repl.console import Console
from autodiff.cli.run.session import Setting
from autodiff.cli.shell.files import replacing
from autodiff.parser.script.running.script_limits import Limits
from autodiff.parser.syntax.errors import UsageError

Writer = Callable[[str], str]

WAITING = """
import time
from autodiff.cli.shell.files import replacing
with replacing("out.csv") as file:
    file.write(b"half")
    file.flush()
    print("begun", flush=True)
    time.sleep(600)
"""


@pytest.fixture(params=["map", "graph", ":save"])
def written(request: pytest.FixtureRequest, autodiff, capfd) -> Writer:
    """Writes a file with one of the commands that do, and returns what went wrong, if anything."""

    def write(path: str) -> str:
        if request.param == "map":
            result = autodiff("map", "x*2", "-o", path, "--format", "csv", stdin="x\n1\n")
            return result.err if result.code else ""
        if request.param == "graph":
            result = autodiff("graph", "x*2", "--x", "3", "-o", path, "--format", "dot")
            return result.err if result.code else ""
        console = Console(Setting(Limits()))
        console.inputs.append("print(1)")
        console.files.add(os.path.realpath(path))
        try:
            run_command(console, f":save {path}")
        except UsageError as error:
            return str(error)
        return ""

    return write


def test_every_writer_goes_through_a_link_and_keeps_the_permissions(written: Writer, tmp_path: Path) -> None:
    path, link = tmp_path / "secret", tmp_path / "link"
    path.write_text("old")
    path.chmod(0o600)
    link.symlink_to(path)
    assert not written(str(link))
    assert link.is_symlink()
    assert path.read_text() != "old"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_no_writer_follows_a_link_that_lies_where_it_might_write_first(written: Writer, tmp_path: Path) -> None:
    victim, target = tmp_path / "victim", tmp_path / "out"
    victim.write_text("theirs")
    for name in (".out.part", ".out.tmp", "out.tmp", "out.part"):
        (tmp_path / name).symlink_to(victim)
    assert not written(str(target))
    assert victim.read_text() == "theirs"
    assert not target.is_symlink()


def test_every_writer_writes_to_devices(written: Writer) -> None:
    assert not written("/dev/null")
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_every_writer_writes_to_named_pipes(written: Writer, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()))
    reader.start()
    failure = written(str(pipe))
    reader.join(TIMEOUT)
    assert not failure
    assert read[0]
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_a_name_that_ends_as_a_folder_is_an_error_for_every_writer(
    written: Writer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert "cannot write `nodir/`: is a directory" in written("nodir/")
    assert os.listdir() == []


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGINT"])
def test_a_signal_that_ends_the_process_leaves_nothing_behind(tmp_path: Path, name: str) -> None:
    sent = getattr(signal, name, None) or pytest.skip(f"this system has no {name}")
    # Whoever started the tests may have had it ignored, which processes inherit.
    default = "default_int_handler" if name == "SIGINT" else "SIG_DFL"
    command = [sys.executable, "-c", f"import signal; signal.signal(signal.{name}, signal.{default})\n{WAITING}"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"begun\n"
        assert len(os.listdir(tmp_path)) == 1
        child.send_signal(sent)
        child.communicate(timeout=TIMEOUT)
    assert child.returncode == -sent
    assert os.listdir(tmp_path) == []


def test_signals_mean_what_they_meant_once_a_file_is_written(tmp_path: Path) -> None:
    before = signal.getsignal(signal.SIGTERM)
    with replacing(str(tmp_path / "out")) as file:
        file.write(b"whole")
        assert signal.getsignal(signal.SIGTERM) != before
    assert signal.getsignal(signal.SIGTERM) == before
