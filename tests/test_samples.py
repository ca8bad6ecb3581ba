"""The transcripts in samples/ are true: each command, run again, prints what stands below it.

A line `$ ...` is a command for bash, continued by lines `> ...`; then comes what it prints on standard output and
error, and `[exit 3]` where its exit code is not 0. Lines beginning with `#` are comments. The commands of a file run
one after the other in one shell, in a directory with copies of the other files in samples/.

`python tests/test_samples.py --rewrite` writes what the commands print now into the files; the diff is the review.
"""

from __future__ import annotations

import difflib
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import pytest

SAMPLES = Path(__file__).parent.parent / "samples"
TRANSCRIPTS = sorted(SAMPLES.glob("*.txt"))
INSTALLED = Path(sysconfig.get_path("scripts"))
# What stands around the exit code after each command's output; no command prints it.
MARK = "\x1e"
TIMEOUT = 300


class Block(NamedTuple):
    """A command with what it prints, or lines between commands (`command` is then empty)."""

    command: str
    text: str


def blocks_of(transcript: str) -> list[Block]:
    """The blocks of a transcript, in order. Empty lines at the end of an output stand between the commands."""
    blocks: list[Block] = []
    lines = transcript.split("\n")
    while lines:
        if not lines[0].startswith("$ "):
            blocks.append(Block("", lines.pop(0) + "\n"))
            continue
        command = [lines.pop(0)[2:]]
        while lines and (lines[0] == ">" or lines[0].startswith("> ")):
            command.append(lines.pop(0)[2:])
        output: list[str] = []
        while lines and not lines[0].startswith(("$ ", "#")):
            output.append(lines.pop(0))
        between = 0
        while output and not output[-1]:
            output.pop()
            between += 1
        blocks.append(Block("\n".join(command), "".join(line + "\n" for line in output)))
        blocks += [Block("", "\n")] * between
    return blocks


def text_of(blocks: list[Block]) -> str:
    """The transcript with these blocks."""
    parts = []
    for block in blocks:
        if block.command:
            parts.append("$ " + block.command.replace("\n", "\n> ") + "\n")
        parts.append(block.text)
    return "".join(parts).rstrip("\n") + "\n"


def run(blocks: list[Block], programs: Path = INSTALLED) -> list[Block]:
    """The blocks with what their commands print now; `programs` is the folder of the program `autodiff`."""
    commands = [block.command for block in blocks if block.command]
    script = "".join(f"{command}\nprintf '{MARK}%s{MARK}\\n' $?\n" for command in commands)
    with tempfile.TemporaryDirectory() as folder:
        for path in SAMPLES.iterdir():
            if path.suffix != ".txt":
                shutil.copy(path, folder)
        output = subprocess.run(
            ["bash", "--norc", "-c", script],
            cwd=folder,
            env=environment(folder, programs),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=TIMEOUT,
            check=False,
        ).stdout.decode()
    results = iter(re.findall(f"(.*?){MARK}([0-9]+){MARK}\n", output, re.DOTALL))
    return [Block(block.command, shown(*next(results, (output, "?")))) if block.command else block for block in blocks]


def environment(folder: str, programs: Path) -> dict[str, str]:
    """What the commands may know of this machine: where `autodiff` and the usual commands are."""
    return {
        "PATH": f"{programs}:{INSTALLED}:/usr/local/bin:/usr/bin:/bin",
        "HOME": folder,
        "LANG": "C.UTF-8",
        "COLUMNS": "80",
        "NO_COLOR": "1",
    }


def shown(output: str, code: str) -> str:
    """A command's output as a transcript has it."""
    if output and not output.endswith("\n"):
        output += "\n"
    return output if code == "0" else f"{output}[exit {code}]\n"


@pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda path: path.stem)
def test_a_transcript_shows_what_its_commands_print(path: Path, programs: Path) -> None:
    expected = path.read_text("utf-8")
    actual = text_of(run(blocks_of(expected), programs))
    diff = difflib.unified_diff(expected.splitlines(), actual.splitlines(), "samples/" + path.name, "now", lineterm="")
    assert actual == expected, "`make samples` accepts this:\n" + "\n".join(diff)


def rewrite() -> None:
    """Writes what the commands print now into the transcripts."""
    with ThreadPoolExecutor() as pool:
        texts = pool.map(lambda path: text_of(run(blocks_of(path.read_text("utf-8")))), TRANSCRIPTS)
        for path, text in zip(TRANSCRIPTS, texts, strict=True):
            if text != path.read_text("utf-8"):
                path.write_text(text, "utf-8")
                sys.stdout.write(f"rewritten: samples/{path.name}\n")


if __name__ == "__main__":
    if sys.argv[1:] != ["--rewrite"]:
        sys.exit("usage: python tests/test_samples.py --rewrite")
    rewrite()
