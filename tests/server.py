"""The command line kept in memory: a process that has imported it, and forks for each run.

A test that only looks at bytes and exit codes need not wait for imports. The program `autodiff` that `serving` puts in
a folder hands its arguments, environment, folder and standard streams to the server, and ends with the exit code that
it is told; `ask` does the same without a process. What start-up, signals, memory or encodings of the environment do is
tested with processes of their own.
"""

from __future__ import annotations

import contextlib
import gc
import marshal
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

# Starts in a few milliseconds: no site, and no module that is not built in or nearly so.
CLIENT = """#!{python} -IS
import _socket, marshal, posix, sys
server = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
server.connect({address!r})
request = marshal.dumps((sys.argv[1:], posix.getcwd(), posix.environ))
streams = b"".join(n.to_bytes(4, sys.byteorder) for n in (0, 1, 2))
server.sendmsg([len(request).to_bytes(4, "big")], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, streams)])
server.sendall(request)
code = server.recv(1)
posix._exit(code[0] if code else 134)
"""
SOCKET = "socket"  # beside the program, in its folder
OFFERED = hasattr(os, "fork") and hasattr(socket, "send_fds")


@contextlib.contextmanager
def serving() -> Iterator[Path]:
    """A server and, in the folder that is given, the program `autodiff` that asks it."""
    with tempfile.TemporaryDirectory() as folder:
        program, address = Path(folder) / "autodiff", str(Path(folder) / SOCKET)
        program.write_text(CLIENT.format(python=sys.executable, address=address), encoding="utf-8")
        program.chmod(0o755)
        command = [sys.executable, "-W", "ignore", __file__, address]
        # The end of standard input is the server's end, even if this process is killed.
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as server:
            assert server.stdout is not None
            assert server.stdout.readline() == b"ready\n"
            yield Path(folder)


def ask(
    programs: Path, arguments: Sequence[str], stdin: bytes, environment: dict[str, str], timeout: float
) -> subprocess.CompletedProcess[bytes]:
    """A run, on pipes, of the program in the folder `programs`; raises TimeoutError."""
    (reads, to), (out, writes), (err, complains) = os.pipe(), os.pipe(), os.pipe()
    request = marshal.dumps(
        (list(arguments), os.getcwd(), {os.fsencode(k): os.fsencode(v) for k, v in environment.items()})
    )
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server, ThreadPoolExecutor(3) as pool:
        server.settimeout(timeout)
        server.connect(str(programs / SOCKET))
        socket.send_fds(server, [len(request).to_bytes(4, "big")], [reads, writes, complains])
        server.sendall(request)
        for stream in (reads, writes, complains):
            os.close(stream)
        texts = [pool.submit(_read, stream) for stream in (out, err)]
        pool.submit(_write, to, stdin)
        code = server.recv(1)
        return subprocess.CompletedProcess(
            ["autodiff", *arguments], code[0] if code else 134, *(t.result() for t in texts)
        )


def _read(stream: int) -> bytes:
    with open(stream, "rb") as file:
        return file.read()


def _write(stream: int, text: bytes) -> None:
    # The run may end before it has read all.
    with contextlib.suppress(BrokenPipeError), open(stream, "wb", buffering=0) as file:
        file.write(text)


def serve(address: str) -> None:
    """Forks a process for each request at `address` until standard input ends."""
    load()
    warm()
    gc.collect()
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(address)
        listener.listen(64)
        os.write(1, b"ready\n")
        while sys.stdin.buffer not in select.select([listener, sys.stdin.buffer], [], [])[0]:
            connection = listener.accept()[0]
            if os.fork() == 0:
                listener.close()
                answer(connection)
            connection.close()


def load() -> None:
    """Imports all that a run of the command line may import, but for what only few runs do."""
    import importlib
    import pkgutil

    import rich.table  # noqa: F401
    import scipy.special  # noqa: F401

    import autodiff.cli
    import autodiff.engine
    import autodiff.parser

    for package in (autodiff.engine, autodiff.parser, autodiff.cli):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            with contextlib.suppress(ImportError):
                importlib.import_module(module.name)


def warm() -> None:
    """Runs what most runs do, so that each need not compile its patterns and records again."""
    from autodiff.cli.main import run

    with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere), contextlib.redirect_stderr(nowhere):
        for arguments in (["eval", "sin(x**2)", "--x", "3"], ["eval", "sin(x"], ["diff", "sin(x)/x"], ["functions"]):
            run(arguments)


def answer(connection: socket.socket) -> None:
    """Runs one request in this process, and ends it."""
    from autodiff.cli.main import main

    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    head, streams, *_ = socket.recv_fds(connection, 4, 3)
    request = b""
    while len(request) < int.from_bytes(head, "big"):
        request += connection.recv(65536)
    arguments, folder, environment = marshal.loads(request)
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    sys.stdin = open(0, encoding="utf-8", errors="surrogateescape", closefd=False)  # noqa: SIM115
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", errors="backslashreplace", closefd=False)  # noqa: SIM115
    os.chdir(folder)
    os.environb.clear()
    os.environb.update(environment)
    code = 70
    try:
        main(arguments)
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    finally:
        with contextlib.suppress(OSError, ValueError):
            sys.stdout.flush()
            sys.stderr.flush()
        connection.send(bytes([code]))
        os._exit(code)


if __name__ == "__main__":
    serve(sys.argv[1])
